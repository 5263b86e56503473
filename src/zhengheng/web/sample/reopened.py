"""A closed year that opens again: one district's figure was wrong, and everybody reads what it was and what it is."""

from pathlib import Path

from zhengheng.domain.numbers import plain
from zhengheng.domain.periods import parse_period
from zhengheng.engines.rows import unit_rows
from zhengheng.engines.run import Run
from zhengheng.scoring.contracts import STATUS_WORDS
from zhengheng.web.intake.services import load
from zhengheng.web.results.acts import RESULTS
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import folder_of, loaded
from zhengheng.web.sample.desk import moment
from zhengheng.web.sample.road import closed, computed, decided, release
from zhengheng.web.sample.stage import do, until
from zhengheng.workflow.machines import CLOSED

UNIT, INDICATOR, PERIOD, VALUE = "Q02", "D06", "2024-Q3", "26.10"
"""栖云区's waste recycled in the third quarter of 2024: one sorting centre had been counted twice."""


async def corrected(home: Path) -> None:
    """Opened by decision, corrected, on notice anew, final, and published as a correction."""
    await until("2026-01-05")
    former = ResultRun.objects.get(rulebook="districts", period="2024", state__in=CLOSED)
    before = loaded(folder_of(former.run))
    why = _why(before)
    decision = await decided(f"result:{former.pk}", "2026-01-05", "同意重新开启 2024 年结果，更正后重新公示。")  # fmt: skip
    await do(RESULTS, "reopen", former, "mishu", "2026-01-05", reason=why, decision=decision)
    await until("2026-01-07")
    row = {
        "unit": UNIT,
        "indicator": INDICATOR,
        "period": PERIOD,
        "value": VALUE,
        "status": STATUS_WORDS["value"][0],
    }
    load(before.rulebook, "correction", [row], purpose="更正", loader="shuju", at=moment("2026-01-07"))  # fmt: skip
    # The correction alone moves the result: it looks from the day from which the former one looked.
    made = computed(home, before.rulebook, "2024", before.plan.at, "2026-01-07")
    assert _score(before) != _score(loaded(folder_of(made.run))), "the correction changes a score"
    days = ("2026-01-07", "2026-01-08", "2026-01-28")
    await closed(made, days)
    await release(made, "score", ("2026-02-02", "2026-02-03", "2026-02-08"), why)


def _score(run: Run) -> int | None:
    found: int | None = next(row["printed"] for row in run.results.of_unit("total_score", UNIT))
    return found


def _why(run: Run) -> str:
    """What was wrong, in words for everybody, with the figure that had been counted."""
    held = next(
        row["value"] for row in unit_rows(run.facts, "observation", [UNIT])
        if row["indicator"] == INDICATOR and row["period"] == parse_period(PERIOD).end
    )  # fmt: skip
    wrong = plain(held, run.rulebook.indicator(INDICATOR).decimals)
    return f"栖云区 2024 年第三季度生活垃圾回收利用率重复统计了一处分拣中心，核实后由 {wrong}% 更正为 {VALUE}%，并重新核算全年结果。"
