"""A decided appeal takes effect."""

from typing import Any

from zhengheng.web.appeals import values
from zhengheng.web.appeals.selectors import appeals, run_of
from zhengheng.web.appeals.services import confirmation_of
from zhengheng.web.intake.services import load
from zhengheng.web.jobs import services as jobs
from zhengheng.web.jobs.services import Work, job
from zhengheng.web.results import jobs as results
from zhengheng.web.rulebooks.selectors import book_of


@job("apply_appeal", "落实申诉裁定并重新核算", "Apply an appeal's ruling and compute again")
def apply_appeal(work: Work) -> dict[str, Any]:
    """The decided value in the lake, as a row's correction or as the period's value, and a run over it that
    looks from the same day."""
    appeal = appeals().get(pk=work.job.arguments["appeal"])
    assert appeal.run.version is not None
    before = run_of(appeal)
    name = load(
        book_of(appeal.run.version), values.role(appeal), [values.row_of(appeal, appeal.decided_value, confirmation_of(appeal))],
        purpose=f"appeal:{appeal.pk}", loader=f"job:{work.job.pk}", at=work.now,
        mark=f"appeal{appeal.pk}",
    )  # fmt: skip
    made = results.run_of(
        work, appeal.run.version, before.plan.period.code, before.plan.at.isoformat()
    )
    # The pages of what is published say from now that a newer version is on its way.
    if appeal.run.publications.filter(state="released").exists():
        jobs.ask(kind="portal.write", arguments={}, subject=f"appeal:{appeal.pk}", actor=work.job.asked_by, now=work.now)  # fmt: skip
    return {"run": made.run, "result": made.pk, "file": name}
