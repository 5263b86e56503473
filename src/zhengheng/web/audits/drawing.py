"""Drawing a sample by lot."""

from dataclasses import dataclass
from functools import partial

from zhengheng.domain.lots import draw as draw_lots
from zhengheng.domain.numbers import plain
from zhengheng.domain.problems import ZhenghengError, tell
from zhengheng.web.accounts.selectors import grants
from zhengheng.web.acts.declare import Doing, Given, Made, ask
from zhengheng.web.acts.within import OWN
from zhengheng.web.audits import selectors
from zhengheng.web.audits.models import Audit, Entry
from zhengheng.web.audits.problems import AuditError
from zhengheng.web.ledger.draws import unseal
from zhengheng.web.organisation.models import Unit
from zhengheng.web.reporting.models import Report
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import folder_of, loaded
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import adopted_version, of_year, samples_of
from zhengheng.workflow.machines import STANDING
from zhengheng.workflow.roles import Role


class DrawGiven(Given):
    rulebook: int = ask("考核方案", "Rulebook")
    period: str = ask("数据期间 (空: 全部)", "Period of the values (empty: all)", "", max_length=16, inside=OWN)  # fmt: skip
    size: int = ask("抽取数量", "How many", 10, ge=1, le=1000)
    reason: str = ask("再次抽取的理由（首次抽取不填）", "Why there is another sample (empty for the first)", "", form="text")  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """A value that can be drawn: whose, of what, for when, how it was reported, and by which report."""

    unit: Unit
    indicator: str
    period: str
    reported: str
    report: Report | None

    @property
    def name(self) -> str:
        return f"{self.unit.code}/{self.indicator}/{self.period}"


def draw(doing: Doing) -> Made:
    """By lot among all confirmed and all published values, by the seed that was sealed; it and the list drawn from are kept, so that the draw can be repeated."""
    given: DrawGiven = doing.given
    version = adopted_version(given.rulebook)
    auditor = any(g.role is Role.EXTERNAL_AUDITOR for g in grants(doing.actor, doing.day))
    purpose = "external" if auditor else "site"
    run = _published(version, given.period)
    pool = _pool(version, given.period, run)
    if not pool:
        raise AuditError.one("period", "audit.empty", zh="这一期还没有已确认的数据", en="no value of this period is confirmed yet")  # fmt: skip
    pool = _not_at_will(version, purpose, given.reason, pool)
    of = samples_of(version)
    seed, sealed = unseal(of, actor=doing.actor.username, now=doing.now)
    drawn = [pool[name] for name in draw_lots(pool, seed, given.size)]
    made = Audit(
        rulebook=version, purpose=purpose, period=given.period, seed=seed, drawn_from=list(pool), reason=given.reason,
        run=run, holder=doing.actor, sealed_in=sealed.sequence,
    )  # fmt: skip
    children = tuple(partial(_entry, one=one) for one in sorted(drawn, key=lambda one: one.name))
    return Made(
        made, {"seed": seed, "of": of, "sealed": sealed.sequence, "sha256": sealed.sha256, "drawn_from": made.drawn_from, "drawn": sorted(one.name for one in drawn), "reason": given.reason}, children
    )  # fmt: skip


def drawn_of(audit: Audit, _given: DrawGiven) -> set[str]:
    """The units of which a value could be drawn: who is of one of them draws no such sample, since he alone would check it."""
    return {one.partition("/")[0] for one in audit.drawn_from}


def _not_at_will(version: RulebookVersion, purpose: str, reason: str, pool: dict[str, Drawn]) -> dict[str, Drawn]:  # fmt: skip
    """What may be drawn. One sample of the same values at a time; another says why, leaves out what was checked before unless it
    was reported anew since, and the first stays to be read.

    The same values, however they are asked for: by a period, or by none. Raises AuditError.
    """
    held = Audit.objects.filter(purpose=purpose, **of_year(version))  # fmt: skip
    over = [(one, shared) for one in held.prefetch_related("entries__report__unit", "entries__unit") if (shared := selectors.could_be_drawn(one) & set(pool))]  # fmt: skip
    wrong: list[ZhenghengError] = []
    if running := next((pair for pair in over if pair[0].state == "drawn"), None):
        audit, shared = running
        wrong.append(AuditError.one(
            "rulebook", "audit.running", zh=f"与第 {audit.pk} 号核查的范围重叠（{len(shared)} 个数值），该核查尚未结束，结束之后才能再次抽取。",
            en=f"{len(shared)} of these values are in the range of check {audit.pk}, which is not closed; another sample is drawn after that",
        ))  # fmt: skip
    if over and not reason:
        most = max(over, key=lambda pair: len(pair[1]))
        wrong.append(AuditError.one(
            "reason", "audit.again", zh=f"其中 {len(most[1])} 个数值已在第 {most[0].pk} 号核查的范围内抽取过，再次抽取须写明理由。",
            en=f"{len(most[1])} of these values were in the range of check {most[0].pk}: say why there is another sample",
        ))  # fmt: skip
    checked = {selectors.name_of(one): one.reported for audit, _ in over for one in audit.entries.all() if one.finding}  # fmt: skip
    left = {name: one for name, one in pool.items() if checked.get(name) != one.reported}
    if not left:
        wrong.append(AuditError.one(
            "rulebook", "audit.exhausted", zh="这一范围的数值都已抽中核查过，此后没有重新填报的，不能再次抽取。",
            en="every value of this range was drawn and checked, and none was reported anew since: there is nothing left to draw",
        ))  # fmt: skip
    tell(wrong)
    return left


def _published(version: RulebookVersion, period: str) -> ResultRun | None:
    """The newest result on notice or final whose values can be drawn."""
    held = ResultRun.objects.filter(rulebook=version.code, period=period or version.period)
    return held.filter(state__in=STANDING).order_by("-id").first()


def _pool(version: RulebookVersion, period: str, run: ResultRun | None) -> dict[str, Drawn]:
    """What was confirmed in the office, and what the published result counts beside it, by name."""
    asked = {"period": period} if period else {}
    held = Report.objects.filter(
        state__in=("confirmed", "loaded"), **of_year(version), **asked
    )  # fmt: skip
    found = [Drawn(one.unit, one.indicator, one.period, one.value, one) for one in held.select_related("unit")]  # fmt: skip
    if run is not None:
        kept = loaded(folder_of(run.run))
        units = {unit.code: unit for unit in Unit.objects.all()}
        decimals = {one.code: one.decimals for one in kept.rulebook.indicators}
        found += [
            Drawn(units[row["unit"]], row["indicator"], run.period, plain(row["value"], decimals[row["indicator"]]), None)
            for row in kept.results.rows("indicator_score") if row["value"] is not None and row["unit"] in units
        ]  # fmt: skip
    return {one.name: one for one in sorted(found, key=lambda one: (one.name, one.report is None), reverse=True)}  # fmt: skip


def _entry(audit: Audit, one: Drawn) -> Entry:
    return Entry(audit=audit, report=one.report, unit=one.unit, indicator=one.indicator, period=one.period, reported=one.reported)  # fmt: skip
