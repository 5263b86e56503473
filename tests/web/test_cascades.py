"""The page of targets handed down shows what units are scored by."""

import json

import pytest

from tests.web.test_other_paths import in_force
from tests.web.town import Town
from zhengheng.web.rulebooks.models import RulebookVersion

pytestmark = pytest.mark.one_database


def test_a_page_hands_down_what_was_agreed_and_to_who_is_assessed_what_it_is_scored_by(
    town: Town,
) -> None:
    """6 was agreed with D10; its section takes 6, D13 is scored by the rulebook's 5, and D16's section by what D16 took over."""
    book = in_force(town)
    version = RulebookVersion.objects.get(pk=book)
    rules = json.loads(version.text)
    rules["cascade"] = [
        {"indicator": "GROWTH", "parent": "D16", "mode": "inherit", "children": {"D16-1": 0}},
        {"indicator": "GROWTH", "parent": "D10", "mode": "inherit", "children": {"D10-1": 0, "D13": 0}},
    ]  # fmt: skip
    rules["succession"] = [{"date": "2025-07-01", "kind": "split", "unit": "D10", "data": "inherit", "targets": "inherit", "heirs": [{"unit": "D16", "share": "1"}]}]  # fmt: skip
    RulebookVersion.objects.filter(pk=book).update(text=json.dumps(rules), fingerprint="other")
    line = {"indicator": "GROWTH", "value": "6"}
    made = town.post("office_indicators", "targets/propose", lines=[line], rulebook=book, unit="D10", due_on="2026-04-01")["id"]  # fmt: skip
    town.post("unit_leader-D10", f"targets/{made}/agree", consultation=[town.file("unit_leader-D10")])  # fmt: skip
    below, above = town.get("unit_leader-D10", f"targets-cascade?rulebook={book}")["cascades"]
    asked = {one["unit"]: (one["target"], one["by_rulebook"]) for one in (*above["children"], *below["children"])}  # fmt: skip
    assert asked == {"D10-1": ("6", False), "D13": ("5", True), "D16-1": ("6", False)}
    page = town.client("unit_leader-D10").get(f"/office/targets/cascade/?rulebook={book}")
    assert page.content.decode().count("本单位没有议定目标，计分用方案所定目标的分解数") == 1
