"""The colours of statuses: readable on their paper, and told apart by colour-blind readers, in light and in dark.

Contrast is that of WCAG 2.2; colour blindness is simulated with the matrices of Machado, Oliveira and
Fernandes (2009) at full severity; distances are CIE 1976 in Lab. Shape and word always stand beside a colour.
"""

import re
from itertools import combinations

import pytest

from tests.conftest import ROOT

TOKENS = (ROOT / "src/zhengheng/web/assets/tokens.css").read_text(encoding="utf-8")
STATUSES = ("met", "watch", "missed")
TEXTS = (*STATUSES, "none", "disputed", "ink", "ink-2", "brand")
BLIND = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}  # fmt: skip
APART = 20
"""A distance at which two colours are plainly different side by side."""

Colour = tuple[float, float, float]


def palette(theme: str) -> dict[str, Colour]:
    """Linear light of every colour of a theme; the dark one changes some of the light one's."""
    light, dark = TOKENS.split("@media (prefers-color-scheme: dark)")[:2]
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light))
    if theme == "dark":
        found |= dict(
            re.findall(r"--([\w-]+): (#[0-9a-f]{6})", dark.split("color-scheme: dark")[0])
        )
    return {name: linear(value) for name, value in found.items()}


def linear(value: str) -> Colour:
    parts = [int(value[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return red, green, blue


def luminance(colour: Colour) -> float:
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def contrast(one: Colour, other: Colour) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def seen(colour: Colour, rows: tuple[Colour, Colour, Colour]) -> Colour:
    red, green, blue = (
        min(max(sum(a * b for a, b in zip(row, colour, strict=True)), 0), 1) for row in rows
    )
    return red, green, blue


def lab(colour: Colour) -> Colour:
    r, g, b = colour
    x, y, z = (
        0.4124 * r + 0.3576 * g + 0.1805 * b,
        luminance(colour),
        0.0193 * r + 0.1192 * g + 0.9505 * b,
    )
    fx, fy, fz = (
        v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x / 0.9505, y, z / 1.089)
    )
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def apart(one: Colour, other: Colour) -> float:
    return float(sum((a - b) ** 2 for a, b in zip(lab(one), lab(other), strict=True)) ** 0.5)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_is_readable_on_its_paper(theme: str) -> None:
    colours = palette(theme)
    for name in TEXTS:
        for paper in ("paper", "paper-2"):
            assert contrast(colours[name], colours[paper]) >= 4.5, (name, paper)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", BLIND)
def test_colour_blind_readers_tell_statuses_apart(theme: str, kind: str) -> None:
    colours = palette(theme)
    for one, other in combinations(STATUSES, 2):
        distance = apart(seen(colours[one], BLIND[kind]), seen(colours[other], BLIND[kind]))
        assert distance >= APART, (one, other, round(distance, 1))
