"""What the browser draws of a chart's numbers, measured in the picture itself: the office's built script, no server."""

import importlib.util
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.web.test_journeys import browser

pytestmark = pytest.mark.one_database

__all__ = ["browser"]

ROOT = Path(__file__).resolve().parents[2]
NAMES = ["实绩", "目标", "组内范围", "达标线"]
LABELS = """figure => {
    const svg = figure.querySelector("svg"), top = svg.getBoundingClientRect();
    return [...svg.querySelectorAll("text")].map(text => {
        const box = text.getBoundingClientRect();
        return [text.textContent, box.left - top.left, box.top - top.top, box.right - top.left, box.bottom - top.top];
    });
}"""
"""Every text of the picture with its box."""


def assets() -> ModuleType:
    spec = importlib.util.spec_from_file_location("assets", ROOT / "deploy" / "assets.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def drawn(page: Page, spec: dict[str, Any]) -> tuple[str, list[tuple[str, float, float, float, float]]]:  # fmt: skip
    """The picture of a chart's numbers as SVG, and its texts with their boxes."""
    held = assets()
    assert held.fresh(), "the built scripts are older than their sources: python deploy/assets.py"
    built = held.BUILT / json.loads((held.BUILT / "manifest.json").read_text())["charts.js"]["file"]
    colours = (held.SOURCES / "tokens.css").read_text(encoding="utf-8")
    page.set_content(
        f"<style>{colours} body {{ margin: 0 }} .canvas {{ width: 1200px; height: 300px }}</style>"
        "<figure data-chart='it' style='margin:0'><div class='canvas'></div><button data-save></button></figure>"
        f"<script id='it' type='application/json'>{json.dumps(spec)}</script>"
    )
    page.add_script_tag(path=str(built), type="module")
    page.wait_for_selector("figure svg path", state="attached", timeout=9000)
    figure = page.locator("figure")
    return figure.locator("svg").evaluate("svg => svg.outerHTML"), figure.evaluate(LABELS)


@pytest.mark.parametrize(
    ("low", "high", "value"),
    [
        (["-9.3", "-6.0"], ["-4.7", "-4.8"], ["-4.7", "-5.9"]),
        (["-1.9", "-1.2"], ["2.9", "3.2"], ["-0.7", "-0.7"]),
        (["31", "28"], ["36", "35"], ["33", "30"]),
        (["0", "-4"], ["6", "0"], ["1", "-2"]),
    ],
)
def test_the_band_of_the_group_is_drawn_from_its_lowest_to_its_highest(
    page: Page, low: list[str], high: list[str], value: list[str]
) -> None:
    """Wholly below zero, across it, wholly above: each edge lies where the axis has that number."""
    spec = {"kind": "history", "unit": "%", "x": ["2024", "2025"], "value": value, "target": [None, None], "line": [None, None], "low": low, "high": high, "names": NAMES}  # fmt: skip
    svg, texts = drawn(page, spec)
    ticks = {float(text.replace("−", "-")): (top + bottom) / 2 for text, _, top, _, bottom in texts if re.fullmatch(r"[-−]?[\d.]+", text) and text not in spec["x"]}  # fmt: skip
    assert not any(re.fullmatch(r"-[\d.,]+", text) for text, *_ in texts), (
        "a tick has the minus sign that the page has"
    )
    (least, foot), (most, head) = min(ticks.items()), max(ticks.items())
    band = re.search(r'<path d="([^"]*)"[^>]*fill-opacity="0.18"', svg)
    assert band is not None
    heights = [float(y) for y in re.findall(r"[ML][-\d.]+ ([-\d.]+)", band.group(1))]
    edges = [least + (foot - y) / (foot - head) * (most - least) for y in heights]
    near = (most - least) / (foot - head) * 1.5
    assert edges == pytest.approx([*map(float, high), *map(float, reversed(low))], abs=near)


def test_a_table_of_steps_is_drawn_level_from_value_to_value(page: Page) -> None:
    """Over whole numbers the points fall at the next one, and on no slope to it."""
    spec = {"kind": "curve", "x": ["0", "2", "3", "4", "5"], "y": ["5.00", "5.00", "2.50", "0.00", "0.00"], "dot": ["0", "5.00"], "step": "end", "names": ["实绩（人）", "得分（分）"], "marks": []}  # fmt: skip
    svg, _ = drawn(page, spec)
    lines = [re.findall(r"[ML]([-\d.]+) ([-\d.]+)", path) for path in re.findall(r'<path d="([^"]*)" fill="none"', svg)]  # fmt: skip
    (curve,) = (line for line in lines if len(line) > 4)
    assert all(left == right or low == high for (left, low), (right, high) in pairwise(curve))


@pytest.mark.parametrize(
    ("value", "target", "least", "halves"),
    [(["0", "0", "0"], ["2", "2", "2"], 0, False), (["3", "5", "4"], ["5", "5", "5"], 0, False), (["-1", "0", "2"], [None] * 3, -2, False), (["0.00", "0.20", "0.10"], ["0.50"] * 3, 0, True)],
)  # fmt: skip
def test_the_axis_of_the_years_goes_no_further_than_its_numbers_can(
    page: Page, value: list[str], target: list[str | None], least: float, halves: bool
) -> None:
    """Not below zero where nothing is, and of people not in halves."""
    spec = {"kind": "history", "unit": "人", "x": ["甲", "乙", "丙"], "value": value, "target": target, "line": [None] * 3, "low": [None] * 3, "high": [None] * 3, "names": NAMES}  # fmt: skip
    _, texts = drawn(page, spec)
    ticks = [
        float(text.replace("−", "-")) for text, *_ in texts if re.fullmatch(r"[-−]?[\d.]+", text)
    ]
    assert len(ticks) > 1
    assert min(ticks) >= least
    assert halves or all(tick.is_integer() for tick in ticks), ticks


@pytest.mark.parametrize("at", ["0", "1", "4"])
def test_the_words_of_the_dot_lie_on_no_others(page: Page, at: str) -> None:
    spec = {"kind": "curve", "x": ["0", "2", "4"], "y": ["5.00", "5.00", "0.00"], "dot": [at, "5.00"], "names": ["实绩（人）", "得分（分）"], "marks": [["达标线", "2"]]}  # fmt: skip
    _, texts = drawn(page, spec)
    (mine,) = (box for box in texts if "→" in box[0])
    over = [
        text for text, left, top, right, bottom in texts
        if text != mine[0] and left < mine[3] and right > mine[1] and top + 3 < mine[4] and bottom - 3 > mine[2]
    ]  # fmt: skip
    assert over == []
    assert mine[1] >= 0
