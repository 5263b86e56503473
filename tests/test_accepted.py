"""What `scheme check` accepts, `score` does not refuse: over drawn rulebooks and mapped files, by the command's own functions."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.drawn import drawn_on
from tests.generate import indicators
from zhengheng.cli.main import app
from zhengheng.domain.problems import ZhenghengError
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.save import save_folder

PERIODS = {"year": ["2025"], "half": ["2025-H1", "2025-H2"], "quarter": [f"2025-Q{n}" for n in range(1, 5)],
           "month": [f"2025-{n:02}" for n in range(1, 13)]}  # fmt: skip
ODD = ["不适用", "1,200", "12%", "1e3", "二", "３０", "99999999999999", "=A1"]
"""Cells that are no plain number, or a very large one."""


def mostly(usual: Any, *odd: Any) -> st.SearchStrategy[Any]:
    """The usual thing, and one time in thirty another."""
    return st.integers(0, 29).flatmap(lambda n: st.sampled_from(odd) if n == 29 else st.just(usual))


@st.composite
def ruled(draw: st.DrawFn) -> Rulebook:
    made = [draw(indicators(f"I{n}")) for n in range(draw(st.integers(1, 3)))]
    for one in made:
        one["frequency"] = draw(st.sampled_from(["year", "half", "quarter", "month"]))
        one["reference"] = {"to": draw(st.sampled_from(["given", "group_best", "group_mean"]))} if one.get("reference") else {"to": "given"}  # fmt: skip
    down = draw(st.booleans())
    weight = draw(mostly("10", "0.001", "0", "99999"))
    data = {
        "code": "drawn", "title": "drawn", "effective_from": draw(mostly("2025-01-01", "2025-07-01", "2026-01-01")),
        "missing": draw(mostly("block", "unranked", "floor")), "missing_reason": "drawn",
        "categories": [{"code": "c", "name": "c"}], "groups": draw(st.sampled_from([[], [{"code": "g", "name": "g"}]])), "senses": {},
        "tree": {"code": "total", "name": "total", "weights": "relative", "aggregate": draw(st.sampled_from(["sum", "arithmetic", "geometric"])),
                 "children": [one["code"] for one in made]},
        "weights": [{"from": draw(mostly("2025-01-01", "2026-01-01")), "table": {one["code"]: weight for one in made}}],
        "indicators": made, "ranking": {"direction": "down" if down else "up"},
        "coefficients": draw(st.sampled_from([[], [{"of": "I0", "value": "1.1", "reason": "r"}, {"of": "total", "units": {"甲": "0.9"}, "reason": "r"}]])),
        "home": draw(mostly(None, "甲", "无此单位")),
    }  # fmt: skip
    return Rulebook.model_validate_json(json.dumps(data), strict=True)


@st.composite
def mapped(draw: st.DrawFn, book: Rulebook) -> tuple[dict[str, Any], dict[str, str]]:
    """A mapping of a file of units and one of values, and the files; now and then one of them is wrong."""
    units = draw(mostly(["甲", "乙"], ["甲"], [], ["甲", "乙", "合计"]))
    place = {"category": {"constant": draw(mostly("c", "x"))}, "group": {"constant": draw(mostly("g", "h"))}}  # fmt: skip
    lines = ["u,i,p,v"]
    whole = draw(mostly(False, True))
    for indicator in book.indicators:
        coded = whole or getattr(indicator.method, "kind", "") == "answers"
        plain = st.integers(0, 1 if coded else 90).map(str)
        values = plain if draw(st.integers(0, 3)) else plain | st.sampled_from(ODD)
        periods = PERIODS[draw(mostly(indicator.frequency, "quarter"))]
        lines += [f"{u},{indicator.code},{p},\"{draw(values)}\"" for u in units[:2] for p in periods if draw(st.integers(0, 9))]  # fmt: skip
    values = {"file": "v.csv", "unit": "u", "indicator": "i", "period": draw(mostly("p", "q")), "value": "v",
              "scale": draw(mostly(None, "10", "万", "0")), "where": draw(mostly("", "u != '乙'", "t = 1"))}  # fmt: skip
    mapping = {
        "purpose": "p", "period": draw(mostly("2025", "2025-Q1", "二五年")),
        "sources": [{"file": "u.csv", "role": "unit", "unit": "u", **place}, {k: v for k, v in values.items() if v is not None}],
    }  # fmt: skip
    return mapping, {"u.csv": "\n".join(["u", *units]) + "\n", "v.csv": "\n".join(lines) + "\n"}


def test_what_the_check_accepts_is_scored(tmp_path_factory: pytest.TempPathFactory) -> None:
    common = settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.generate],
                      suppress_health_check=list(HealthCheck))  # fmt: skip

    def ask(data: st.DataObject, seen: Counter[str]) -> None:
        book = data.draw(ruled())
        mapping, files = data.draw(mapped(book))
        folder = tmp_path_factory.mktemp("drawn")
        save_folder(book, folder / "book")
        (folder / "m.yaml").write_text(json.dumps(mapping, ensure_ascii=False))
        for name, text in files.items():
            (folder / name).write_text(text)
        words = [str(folder / "book"), "--intake", str(folder / "m.yaml"), "--data", str(folder)]
        checked = CliRunner().invoke(app, ["scheme", "check", *words])
        scored = CliRunner().invoke(app, ["score", *words, "--out", str(folder / "out")])
        for answer in (checked, scored):
            assert answer.exception is None or isinstance(answer.exception, ZhenghengError | SystemExit)  # fmt: skip
        accepted = checked.exit_code == 0
        assert accepted == (scored.exit_code == 0), (checked.output, scored.exception)
        assert accepted == (folder / "out" / "scores.csv").exists()
        seen["accepted" if accepted else "refused"] += 1

    drawn_on(ask, {"accepted": 10, "refused": 10}, common)
