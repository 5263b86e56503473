"""Work behind results: a run, its registration, the archive package."""

import hashlib
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from zhengheng.engines.archive import keep_run
from zhengheng.engines.bundle import check_bundle, write_bundle
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.rehearse import moves
from zhengheng.engines.run import make_run
from zhengheng.web.acts.services import perform_by_machine
from zhengheng.web.intake.committed import commit, require_as_loaded
from zhengheng.web.intake.services import opened
from zhengheng.web.jobs.services import Work, job
from zhengheng.web.ledger.keys import public_key
from zhengheng.web.ledger.selectors import export_lines
from zhengheng.web.ledger.services import commitment_secret, sign_checkpoint
from zhengheng.web.reporting.dated import dated, facts_as_loaded, facts_of
from zhengheng.web.reporting.jobs import load_confirmed
from zhengheng.web.reporting.services import period_of
from zhengheng.web.results.acts import RESULTS, ArchivedGiven
from zhengheng.web.results.grades import decided_of
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.papers import papers, readme
from zhengheng.web.results.selectors import folder_of, loaded, moved_between, newest
from zhengheng.web.results.services import ResultError, register_run
from zhengheng.web.results.trials import base_of
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.rehearsing import tried, unreached
from zhengheng.web.rulebooks.selectors import before, book_of


@job("compute", "核算", "Compute")
def compute(work: Work) -> dict[str, Any]:
    """Bring what is confirmed into the lake, score it, keep the run, bring it into the procedure."""
    version = RulebookVersion.objects.get(pk=work.job.arguments["rulebook"])
    files = load_confirmed(work, version)
    made = run_of(work, version, work.job.arguments["period"], work.job.arguments["at"])
    return {"run": made.run, "result": made.pk, "files": files}


def run_of(work: Work, version: RulebookVersion, period: str, at: str) -> ResultRun:
    """A kept and registered run over the rulebook's lake; the same inputs give the same one."""
    lake = opened(version.code)
    with lake.writing():
        require_as_loaded(lake)
        commit(lake, work.now)
        facts = facts_of(lake.home)
    work.tell(("核算", "computing"), 1, 3)
    made = make_run(
        book_of(version), facts, period_of(period), DuckEngine(), date.fromisoformat(at), lake.home / "runs"
    )  # fmt: skip
    work.tell(("保存", "keeping"), 2, 3)
    keep_run(lake, made, work.now)
    known = ResultRun.objects.filter(run=made.id).first()
    if known is not None:
        return known
    assert work.job.asked_by is not None
    try:
        return register_run(run=made.id, actor=work.job.asked_by, now=work.now)
    except ResultError:
        # Another job that was asked for the same run registered it meanwhile.
        return ResultRun.objects.get(run=made.id)


@job("rehearse", "试算", "Rehearse")
def rehearse(work: Work) -> dict[str, Any]:
    """Past data under the draft, against what was published of that period: whose score, rank and grade move.

    Both look from the day on which the published result looked, at the data that it was made from. Where nothing
    was published, the version before the draft and the draft look from today at what the lake holds.
    """
    draft = RulebookVersion.objects.get(pk=work.job.arguments["rulebook"])
    old = before(draft)
    assert old is not None
    period = period_of(work.job.arguments["period"])
    result = newest(draft.code, period.code)
    if result is not None:
        work.tell((f"现行结果 {result.period}", f"the result of {result.period}"), 0, 2)
        base, stored = base_of(result), loaded(folder_of(result.run))
        facts, at, version = (
            dated(stored.facts, draft.code),
            stored.plan.at,
            stored.rulebook.version,
        )
        differ = sum(one["moved"] for one in moves(stored, base))
    else:
        work.tell((f"方案 {old.version}", f"rulebook {old.version}"), 0, 2)
        lake = opened(draft.code)
        with lake.writing():
            facts = facts_as_loaded(lake)
        at, version, differ = work.now.date(), old.version, 0
        base = make_run(book_of(old), facts, period, DuckEngine(), at)
    work.tell((f"方案 {draft.version}", f"rulebook {draft.version}"), 1, 2)
    late = unreached(draft, period.code)
    # What comes too late for a period is computed as if it held there, and said to be that.
    book, what_if = tried(draft, period)
    made = make_run(book, facts, period, DuckEngine(), at)
    return {
        "what_if": what_if,
        "period": period.code, "fingerprint": draft.fingerprint, "before": version, "at": at.isoformat(), "published": result.run if result else "",
        # Units whose base is not what was published, because a later release of the engine computes otherwise.
        "differ": differ, "change_kind": draft.change_kind, "unreached": late,
        "moved": moved_between(base, made, "zh"), "moved_en": moved_between(base, made, "en"),
        "of": len(made.plan.tables["unit"]),
    }  # fmt: skip


def _kept(name: str) -> str:
    """How long an item of the package is kept: what proves the result for ever, who did what for its years."""
    return f"{settings.RETENTION} years 年" if name == "ledger.jsonl" else "permanent 永久"


def _decided_grades(result: ResultRun) -> bytes:
    """Grades that the commission decided, beside the computed ones that the bundles recompute."""
    held = [vars(one) for one in decided_of(result).values()]
    return json.dumps(held, ensure_ascii=False, indent=1).encode()


@job("archive", "归档", "Archive")
def archive(work: Work) -> dict[str, Any]:
    """The package of a closed year: bundles, ledger, checkpoint, a catalogue with digests."""
    result = ResultRun.objects.get(pk=work.job.arguments["result"])
    if result.state == "archived":
        return {"package": result.package}
    folder = Path(settings.HOME) / "archive"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.rulebook}-{result.period}-{result.run}-{work.now:%Y%m%d}.zip"
    actor = work.job.asked_by.username if work.job.asked_by else "system"
    point = sign_checkpoint(home=Path(settings.HOME), actor=actor, now=work.now)
    run = loaded(folder_of(result.run))
    parts: dict[str, bytes] = {
        "ledger.jsonl": "".join(export_lines()).encode(), "checkpoint.txt": point.text.encode(),
        "ledger.pub": f"{public_key(Path(settings.HOME)).text()}\n".encode(),
        "rulebook.json": (folder_of(result.run) / "rulebook.json").read_bytes(),
    }  # fmt: skip
    parts["decided_grades.json"] = _decided_grades(result)
    for kind in ("public", "audit"):
        work.tell(("复核包", "bundles"), len(parts), 6)
        held = folder / f"{result.run}.{kind}.part"
        write_bundle(run, held, kind, commitment_secret(f"result:{result.run}"))
        check_bundle(held)
        parts[f"{kind}.zip"] = held.read_bytes()
        held.unlink()
    parts |= papers(result)
    parts["README.md"] = readme(result, list(parts))
    catalogue = [
        {"file": name, "sha256": hashlib.sha256(content).hexdigest(), "retention": _kept(name)}
        for name, content in sorted(parts.items())
    ]
    parts["catalogue.json"] = json.dumps(catalogue, ensure_ascii=False, indent=1).encode()
    unfinished = path.with_suffix(".part")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in sorted(parts.items()):
            package.writestr(name, content)
    unfinished.replace(path)
    given = ArchivedGiven(package=path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    perform_by_machine(RESULTS, "result.archived", result, given=given, now=work.now)
    return {"package": path.name, "files": len(parts)}
