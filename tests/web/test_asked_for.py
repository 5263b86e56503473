"""What is asked for is what counts: by the weights that hold in the year, not by the newest that stand in the rulebook."""

from datetime import date
from typing import Any

import pytest

from tests.web.test_other_paths import in_force
from tests.web.town import Town
from zhengheng.domain.periods import parse_period
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.run import make_run
from zhengheng.lake.facts import Facts, empty
from zhengheng.web.reporting.models import Report
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of

pytestmark = pytest.mark.one_database

ALL = {"SEATS": 40, "GROWTH": 30, "ANSWERED": 30}
ONE = {"SEATS": 100, "GROWTH": 0, "ANSWERED": 0}
LATER: list[tuple[str, dict[str, Any], set[str]]] = [
    ("of the year after", {"from": date(2026, 1, 1), "table": ONE}, set(ALL)),
    ("within the year, for the next one", {"from": date(2025, 7, 1), "kind": "prospective", "table": ONE}, set(ALL)),
    ("within the year, for all of it", {"from": date(2025, 7, 1), "kind": "restated", "table": ONE}, {"SEATS"}),
    ("of the year before", {"from": date(2024, 1, 1), "table": ONE}, set(ALL)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "wanted"), [one[1:] for one in LATER], ids=[one[0] for one in LATER]
)
def test_each_value_that_counts_is_asked_for_and_no_other(
    town: Town, more: dict[str, Any], wanted: set[str]
) -> None:
    """And what counts by the plan of a run is the same."""
    book = in_force(town, weights=[{"from": date(2025, 1, 1), "table": ALL}, more])
    town.post("office_data", f"rulebooks/{book}/open_reports", period="2025")
    town.work()
    assert set(Report.objects.values_list("indicator", flat=True)) == wanted
    made = make_run(
        book_of(RulebookVersion.objects.get(pk=book)),
        Facts(empty(), [], []),
        parse_period("2025"),
        OracleEngine(),
    )
    weighed = {row["child"] for row in made.plan.tables["branch"] if row["leaf"] and row["full"]}
    assert weighed == wanted
