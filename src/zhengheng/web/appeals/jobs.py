"""A decided appeal takes effect."""

from typing import Any

from zhengheng.web.appeals.selectors import appeals, correction_row, run_of
from zhengheng.web.intake.services import load
from zhengheng.web.jobs.services import Work, job
from zhengheng.web.results import jobs as results
from zhengheng.web.rulebooks.selectors import book_of


@job("apply_appeal")
def apply_appeal(work: Work) -> dict[str, Any]:
    """The decided value as a correction snapshot, and a run over it, looking from the same day."""
    appeal = appeals().get(pk=work.job.arguments["appeal"])
    assert appeal.run.version is not None
    before = run_of(appeal)
    name = load(
        book_of(appeal.run.version), "correction", [correction_row(appeal, appeal.decided_value)],
        purpose=f"appeal:{appeal.pk}", loader=f"job:{work.job.pk}", at=work.now,
        mark=f"appeal{appeal.pk}",
    )  # fmt: skip
    made = results.run_of(
        work, appeal.run.version, before.plan.period.code, before.plan.at.isoformat()
    )
    return {"run": made.run, "result": made.pk, "file": name}
