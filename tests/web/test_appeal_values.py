"""What a decision may call support of an appeal: a value on the way from what was published to what was asked."""

from pathlib import Path

import pytest
from django.conf import settings

from tests import test_overview as runs
from tests.web.conftest import NOW, People
from zhengheng.domain.problems import ZhenghengError
from zhengheng.engines.archive import keep_run
from zhengheng.lake.store import Lake
from zhengheng.web.appeals.models import Appeal
from zhengheng.web.appeals.services import check_outcome
from zhengheng.web.results import services
from zhengheng.web.results.models import ResultRun

pytestmark = pytest.mark.one_database

MORE, SAME, FEWER = ("10.00", "12.00"), ("10.00", "10.00"), ("10.00", "9.99")


@pytest.fixture
def result(people: People) -> ResultRun:
    made = runs.run(runs.book(), runs.facts(runs.VALUES, runs.TARGETS))
    keep_run(Lake.create(Path(settings.HOME) / "lakes" / "small"), made, NOW)
    return services.register_run(run=made.id, actor=people["office_data"], now=NOW)


def appeal(result: ResultRun, stands: str, wanted: str, value: str, points: tuple[str, str], *, whole: bool) -> Appeal:  # fmt: skip
    """One whose decided value was tried: of the whole period, or of one row of it."""
    before = {"value": stands if whole else "0.00", "points": points[0]}
    rows = [{"period": "2024", "before": "1.00"}, {"period": "2025", "before": stands}]
    effect = {"value": value, "run": result.run, "ruling": whole,
              "zh": {"before": before, "after": {"value": value, "points": points[1]}, "rows": [] if whole else rows}}  # fmt: skip
    return Appeal(run=result, indicator="A", series="A", value_period="2025", wanted=wanted, effect=effect)  # fmt: skip


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(
    ("stands", "wanted", "value", "points", "away"),
    [
        ("60", "80", "70", MORE, False), ("60", "80", "80", MORE, False), ("60", "80", "60.01", SAME, False), ("80", "60", "70", MORE, False),
        ("60", "80", "50", MORE, True), ("60", "80", "60", SAME, True), ("80", "60", "90", MORE, True), ("80", "60", "80.01", SAME, True),
        ("60", "80", "70", FEWER, True), ("80", "60", "70", FEWER, True), ("", "80", "70", SAME, False), ("", "80", "70", FEWER, True),
        ("60", "80", "80", FEWER, False),
    ],
)  # fmt: skip
def test_support_leads_from_what_stands_to_what_was_asked(
    result: ResultRun, stands: str, wanted: str, value: str, points: tuple[str, str], away: bool, whole: bool
) -> None:  # fmt: skip
    """Neither back, nor nowhere, nor to fewer points; what was asked for itself is always support."""
    held = appeal(result, stands, wanted, value, points, whole=whole)
    if not away:
        check_outcome(held, "partly", value)
        return
    with pytest.raises(ZhenghengError) as caught:
        check_outcome(held, "partly", value)
    wanted_code = "value.unchanged" if value == stands else "value.away"
    assert [one.code for one in caught.value.problems] == [wanted_code]
