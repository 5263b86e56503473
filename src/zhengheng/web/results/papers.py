"""The papers of a closed year for its archive: decisions, appeals, notices, letters, their files, and a README that lists all."""

import json
from itertools import chain
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q
from django.forms.models import model_to_dict

from zhengheng.web.files.models import StoredFile
from zhengheng.web.files.services import path_of
from zhengheng.web.results.clocks import notice_end
from zhengheng.web.results.models import ResultRun
from zhengheng.web.rulebooks.models import RulebookVersion

SAID = {
    "README.md": ("本说明", "this list"), "catalogue.json": ("目录：每个文件的 SHA-256 和保管期限", "every file's SHA-256 and how long it is kept"),
    "rulebook.json": ("考核方案", "the rulebook"), "public.zip": ("公开复核包", "the public bundle; python3 -I -S verify.py computes it again"),
    "audit.zip": ("审计复核包", "the audit bundle; python3 -I -S verify.py computes it again"), "ledger.jsonl": ("存证日志", "the ledger"),
    "checkpoint.txt": ("存证检查点", "a signed checkpoint of the ledger"), "ledger.pub": ("验证检查点的公钥", "the key that verifies the checkpoint"),
    "decided_grades.json": ("委员会决定的等次", "grades that the commission decided"), "decisions.json": ("委员会决定", "decisions of the commission"),
    "appeals.json": ("申诉及其办理", "appeals and what became of them"), "notices.json": ("公示和送达，没有计入的事项及理由", "public notices and service on the units, what was left out and why"),
    "letters.json": ("公众留言和答复", "what the public wrote, and the replies"), "rectifications.json": ("整改事项", "cases of improvement"),
    "items.json": ("加分、扣分和否决事项及其认定", "bonus, deduction and veto items, and how they were decided"),
    "targets.json": ("目标责任书：最初签订的和现行的目标", "target sheets: targets as first agreed and as they stand"),
    "target_changes.json": ("目标调整申请及其决定", "changes of targets that were asked for, and what was decided"),
    "reports.json": ("填报的数值、异议和更正", "reported values, objections to them and corrections"),
    "tolerances.json": ("容错申请及其认定", "requests for tolerance, and what was decided"),
    "self_reports.json": ("自评报告", "the units' reports on themselves"), "objections.json": ("实名异议和举报", "named objections and reports"),
    "samples.json": ("抽查样本、核查结果和提问", "samples drawn, what was found, and questions"),
    "opinions.json": ("对方案草案的意见和答复", "opinions on the draft rulebook, and the replies"),
    "questions.json": ("口径答疑", "questions about the rules, and the answers"),
}  # fmt: skip


OF_A_RULEBOOK = {
    "items": "reporting.Item", "targets": "targets.TargetSheet", "reports": "reporting.Report", "tolerances": "reporting.Tolerance",
    "self_reports": "reporting.SelfReport", "samples": "audits.Audit", "questions": "rulebooks.Question",
}  # fmt: skip
"""What stands under a rulebook of the year, by the name of its file."""
PARTS = {"targets": ("lines",), "samples": ("entries", "questions")}
"""Rows that belong to an object, and stand with it."""


def papers(result: ResultRun) -> dict[str, bytes]:
    """The papers by the name each has in the package."""
    line = _line(result)
    numbers = [one.pk for one in line]
    books = RulebookVersion.objects.filter(code=result.rulebook, period=result.period)
    about = [f"result:{n}" for n in numbers] + [
        f"rulebook:{n}" for n in books.values_list("pk", flat=True)
    ]
    appeals = list(_all("appeals.Appeal").filter(run__in=numbers))
    about += [f"appeal:{one.pk}" for one in appeals]
    decisions = list(_all("decisions.Decision").filter(subject__in=about))
    cases = list(_all("rectification.Rectification").filter(run__in=numbers))
    letters = Q(pk=None)
    for number in (
        _all("publication.Publication").filter(run__in=numbers).values_list("pk", flat=True)
    ):
        letters |= Q(page__contains=f"p/{number}/")
    notices = [
        {"run": one.run, "state": one.state, "on_notice_since": one.published_at, "on_notice_until": notice_end(one), "left_out": one.left_out,
         "served": [{"unit": held.unit.code, "name": held.unit.name_zh, "at": held.at, "how": held.how, "by": held.by.name}
                    for held in one.services.select_related("unit", "by").order_by("at", "pk")]}
        for one in line
    ]  # fmt: skip
    of_books = {
        name: list(_all(model).filter(rulebook__in=books)) for name, model in OF_A_RULEBOOK.items()
    }
    changes = list(_all("targets.TargetChange").filter(line__sheet__rulebook__in=books))
    objections = list(_all("appeals.Objection").filter(run__in=numbers))
    made = {
        "decisions.json": _json([_row(one) for one in decisions]),
        "appeals.json": _json([_row(one) | {"seats": [{"member": seat.account.name, "vote": seat.vote, "value": seat.value, "recused": seat.recused} for seat in one.seats.select_related("account")]} for one in appeals]),
        "notices.json": _json(notices), "letters.json": _json([_row(one) for one in _all("comments.Comment").filter(letters)]),
        "rectifications.json": _json([_row(one) for one in cases]),
        "target_changes.json": _json([_row(one) | {"unit": str(one.line.sheet.unit.code), "indicator": one.line.indicator} for one in changes]),
        "objections.json": _json([_row(one) for one in objections]),
        "opinions.json": _json([_row(one) for one in _all("rulebooks.Opinion").filter(rulebook__in=books)]),
        **{f"{name}.json": _json([_row(one) | _parts(name, one) for one in rows]) for name, rows in of_books.items()},
    }  # fmt: skip
    lived = (*line, *decisions, *appeals, *cases, *changes, *objections, *chain(*of_books.values()))
    held = {number for one in lived for number in one.files}
    for file in StoredFile.objects.filter(pk__in=held):
        made[f"files/{file.pk}-{file.name}"] = path_of(file.sha256).read_bytes()
    return made


def _parts(kind: str, obj: Any) -> dict[str, Any]:
    """The rows that belong to an object."""
    return {name: [_row(one) for one in getattr(obj, name).all()] for name in PARTS.get(kind, ())}


def readme(result: ResultRun, names: list[str]) -> bytes:
    """What the package is, and what each of its files is."""
    lines = [
        f"# {result.title_zh} {result.period} 归档包", "", f"批次 {result.run}。本包含下列文件；核算结果可用其中的复核包重新计算。没有列出的材料不在本包内。", "",
        f"Archive of {result.title_en or result.title_zh} {result.period}, run {result.run}: the files below, among them the means to compute the result again. What is not listed is not in the package.", "",
    ]  # fmt: skip
    for name in sorted({*names, "README.md", "catalogue.json"}):
        zh, en = SAID.get(name, ("上传的附件", "a file that was handed in"))
        lines.append(f"- `{name}`：{zh} / {en}")
    return "\n".join(lines).encode() + b"\n"


def _line(result: ResultRun) -> list[ResultRun]:
    """The result and those that it replaced, the newest first."""
    found, one = [result], result
    while one.replaces is not None:
        one = one.replaces
        found.append(one)
    return found


def _all(name: str) -> Any:
    # By the name of the app alone: these stand on results, not the other way round.
    return apps.get_model(name)._default_manager.order_by("pk")


def _row(obj: Any) -> dict[str, Any]:
    """An object's own fields; people by name, units by code and name."""
    found: dict[str, Any] = model_to_dict(obj)
    for name in found:
        value = getattr(obj, name)
        if isinstance(value, Model):
            code, said = (
                getattr(value, "code", ""),
                getattr(value, "name_zh", getattr(value, "name", "")),
            )
            found[name] = f"{code} {said}".strip() or getattr(value, "run", value.pk)
    return found


def _json(held: Any) -> bytes:
    return json.dumps(held, ensure_ascii=False, indent=1, cls=DjangoJSONEncoder).encode()
