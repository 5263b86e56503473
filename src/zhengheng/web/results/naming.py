"""Whom a result waits for before the notice: it goes on only in the hands of somebody who may see it."""

from datetime import date

from django.db.models import Exists, OuterRef

from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import allowed, standing
from zhengheng.web.results.clocks import approved_first
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import readers, relations
from zhengheng.workflow.machines import UPCOMING
from zhengheng.workflow.permissions import ACTS


def _next(run: ResultRun) -> str:
    """The act that carries an unpublished result on."""
    return "result.approve" if run.state == "draft" and approved_first(run) else "result.publish"


def waiting(account: Account, day: date) -> list[ResultRun]:
    """Unpublished results for which this account names the readers, and that nobody sees who could carry them on."""
    # A result behind which a newer one of its period stands is carried on by nobody, whoever may see it.
    newer = ResultRun.objects.filter(rulebook=OuterRef("rulebook"), period=OuterRef("period"), pk__gt=OuterRef("pk"))  # fmt: skip
    held = ResultRun.objects.filter(state__in=UPCOMING, readers__account=account)
    held = held.exclude(Exists(newer.exclude(state="set_aside")))
    return [
        run for run in held.select_related("version").order_by("pk")
        if allowed(account, "result.name", day, relations=relations(run, account), state=run.state) and not _seen(run, day)
    ]  # fmt: skip


def _seen(run: ResultRun, day: date) -> bool:
    roles = {role.value for rule in ACTS[_next(run)] for role in rule.roles}
    able = standing(day).filter(role__in=roles, account__is_active=True)
    return able.filter(account__in=[one.account_id for one in readers(run)]).exists()
