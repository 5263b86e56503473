"""What a merger's draft makes of weights: whose the heir has, and on which indicators it has none; `scheme check` warns of those."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from zhengheng.scheme.base import Text
from zhengheng.scheme.inherited import inherited
from zhengheng.scheme.later import succeeded
from zhengheng.scheme.lint import lint
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Rulebook, Unit
from zhengheng.scheme.procedure import Heir, Succession
from zhengheng.scheme.save import save_folder

NAMES = {"E": ("教育局", "Education"), "S": ("体育局", "Sports"), "H": ("教育体育局", "Education and Sports")}  # fmt: skip


def book(tmp_path: Path, weights: dict[str, dict[str, int]], owners: dict[str, str]) -> Rulebook:
    """Each unit a category of its own, with weights of its own."""
    folder = tmp_path / "book"
    (folder / "indicators").mkdir(parents=True)
    held: dict[str, Any] = {
        "code": "t", "title": "测试", "effective_from": "2026-01-01", "groups": [{"code": "g", "name": "g"}],
        "categories": [{"code": code, "name": NAMES[code][0]} for code in ("E", "S")],
        "tree": {"code": "total", "name": "总分", "children": [*weights]},
        "weights": [{"from": "2026-01-01", "table": weights}],
    }  # fmt: skip
    (folder / "rulebook.yaml").write_text(yaml.safe_dump(held, allow_unicode=True))
    for code in weights:
        one = {"code": code, "name": {"zh": f"指标{code}", "en": f"Indicator {code}"}, "owner": owners[code], "method": {"kind": "direct"}}  # fmt: skip
        (folder / "indicators" / f"{code}.yaml").write_text(yaml.safe_dump(one, allow_unicode=True))
    return load_rulebook(folder)[0]


def merged(made: Rulebook) -> Rulebook:
    units = [Unit(code=code, name=Text(zh=NAMES[code][0]), category=code, group="g") for code in ("E", "S")]  # fmt: skip
    events = [Succession(date=date(2026, 3, 16), kind="merger", unit=code, heirs=(Heir(unit="H", share="1"),)) for code in ("E", "S")]  # type: ignore[arg-type]  # fmt: skip
    return succeeded(made, events, "2026-r1", units, {"H": Text(zh="教育体育局")})


def warned(tmp_path: Path, made: Rulebook) -> list[str]:
    save_folder(made, tmp_path / "made")
    again, source = load_rulebook(tmp_path / "made")
    return [one.zh for one in lint(again, source) if one.code == "heir.weight"]


@pytest.mark.parametrize(
    ("weights", "owners", "source", "without"),
    [
        ({"A": {"E": 12, "S": 42}, "B": {"E": 58, "S": 58}, "C": {"E": 30}}, {"A": "x", "B": "x", "C": "E"}, "体育局", ["C"]),
        ({"A": {"E": 40, "S": 70}, "B": {"E": 30, "S": 30}, "C": {"E": 20}, "D": {"E": 10}}, {"A": "x", "B": "x", "C": "E", "D": "E"}, "体育局", ["C", "D"]),
        ({"A": {"E": 60, "S": 60}, "B": {"E": 40, "S": 40}}, {"A": "E", "B": "S"}, "", []),
    ],
)  # fmt: skip
def test_a_draft_says_whose_weights_the_heir_has_and_what_it_is_not_weighed_on(
    tmp_path: Path, weights: dict[str, dict[str, int]], owners: dict[str, str], source: str, without: list[str],
) -> None:  # fmt: skip
    made = merged(book(tmp_path, weights, owners))
    said = inherited(made, NAMES)
    taken = [zh for zh, _ in said if "取自" in zh]
    assert [f"取自{source}，" in zh for zh in taken] == ([True] if source else [])
    lost = [(zh, en) for zh, en in said if zh.startswith("指标 ")]
    assert [zh.split()[1] for zh, _ in lost] == without
    assert all(
        "教育体育局没有权重" in zh and "Education and Sports has none" in en for zh, en in lost
    )
    assert [code for code in without if not any(zh.startswith(f"{code}：") for zh in warned(tmp_path, made))] == []  # fmt: skip
    assert len(warned(tmp_path / "again", made)) == len(without)


@pytest.mark.parametrize(("heirs", "said"), [("H", "Education and Sports takes over"), ("HS", "Education and Sports and Sports take over")])  # fmt: skip
def test_one_heir_takes_and_several_take(tmp_path: Path, heirs: str, said: str) -> None:
    made = book(tmp_path, {"A": {"E": 100, "S": 100}}, {"A": "x"})
    event = Succession(date=date(2026, 3, 16), kind="split", unit="E", targets="inherit", heirs=tuple(Heir(unit=one, share="1") for one in heirs))  # type: ignore[arg-type]  # fmt: skip
    told = inherited(made.model_copy(update={"succession": (event,)}), NAMES)
    assert any(en.startswith(f"{said} the targets of Education") for _, en in told)


def test_an_indicator_of_which_the_heir_is_neither_owner_nor_supplier_is_no_warning_but_is_said(
    tmp_path: Path,
) -> None:
    weights = {"A": {"E": 70, "S": 100}, "C": {"E": 30}}
    made = merged(book(tmp_path, weights, {"A": "x", "C": "x"}))
    assert any(zh.startswith("指标 C ") for zh, _ in inherited(made, NAMES))
    assert warned(tmp_path, made) == []


@pytest.mark.parametrize(
    ("combine", "measure", "targets", "whole"),
    [("last", "万元", "inherit", True), ("rolling", "件", "inherit", True), ("sum", "万元", "inherit", False),
     ("last", "%", "inherit", False), ("last", "万元", "anew", False)],
)  # fmt: skip
def test_a_split_says_which_amounts_go_to_each_heir_whole(
    tmp_path: Path, combine: str, measure: str, targets: str, whole: bool
) -> None:
    """What is known by its last figure looks like a quantity, and no share is taken of it."""
    made = book(tmp_path, {"A": {"E": 100, "S": 100}}, {"A": "x"})
    amount = made.indicators[0].model_copy(update={"combine": combine, "measure_unit": Text(zh=measure), "frequency": "month", "window": 3 if combine == "rolling" else 1})  # fmt: skip
    heirs = tuple(Heir(unit=code, share=share) for code, share in (("H", "0.6"), ("S", "0.4")))  # type: ignore[arg-type]
    event = Succession(date=date(2026, 3, 16), kind="split", unit="E", heirs=heirs, targets=targets)  # type: ignore[arg-type]
    held = made.model_copy(update={"indicators": (amount,), "succession": (event,)})
    save_folder(held, tmp_path / "made")
    again, source = load_rulebook(tmp_path / "made")
    told = [one for one in lint(again, source) if one.code == "succession.whole"]
    assert [one.zh.startswith("A 只取最后一期的数") for one in told] == [True] * whole
    if targets == "inherit":
        assert any("只取最后一期的数（如年初累计数），目标原样承接" in zh for zh, _ in inherited(again, NAMES))  # fmt: skip


@pytest.mark.parametrize(("since", "targets", "told"), [(None, "inherit", True), (date(2020, 1, 1), "inherit", False), (None, "anew", False)])  # fmt: skip
def test_an_heir_of_a_split_says_since_when_it_is_there(
    tmp_path: Path, since: date | None, targets: str, told: bool
) -> None:
    """Without a first day it counts as new on that day, and takes over targets."""
    made = book(tmp_path, {"A": {"E": 100, "S": 100}}, {"A": "x"})
    units = tuple(Unit(code=code, name=Text(zh=NAMES[code][0]), category=code, group="g", valid_from=since) for code in ("E", "S"))  # fmt: skip
    event = Succession(date=date(2026, 3, 16), kind="split", unit="E", heirs=(Heir(unit="S", share="0.4"), Heir(unit="E", share="0.6")), targets=targets)  # type: ignore[arg-type]  # fmt: skip
    save_folder(made.model_copy(update={"units": units, "succession": (event,)}), tmp_path / "made")
    found = [one for one in lint(*load_rulebook(tmp_path / "made")) if one.code == "succession.since"]  # fmt: skip
    assert [one.zh.startswith("S 从 2026-03-16 起承接 E 的一部分") for one in found] == [
        True
    ] * told
