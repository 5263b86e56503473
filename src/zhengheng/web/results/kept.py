"""That a kept run's results are those that the ledger tells of: their digest stands in the acts that register, publish and finalise."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from zhengheng.domain.problems import NotFoundError, Problem, VerifyError
from zhengheng.engines.archive import load_run
from zhengheng.engines.run import Run
from zhengheng.lake.whole import fault, naming
from zhengheng.ledger.check import Finding
from zhengheng.web.files.kept import Owners, altered_files, nobody
from zhengheng.web.intake.committed import altered_lakes, require_run
from zhengheng.web.ledger.committed_secrets import altered_secrets
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.ledger.selectors import entry
from zhengheng.web.ledger.unread import looked
from zhengheng.web.portal.listed import altered_portal
from zhengheng.web.results.models import ResultRun

TABLES = "tables"
"""Where an entry's content holds the digest; entries of version 0.1.0 hold none."""
ACTS = ("result.register", "result.publish", "result.finalise")
Look = tuple[tuple[str, str], Callable[[], Iterable[Finding]]]
"""What is looked at, in words, and how."""


def stated(run: str) -> tuple[int, str] | None:
    """The newest entry that commits to a run's results, with the digest it states."""
    numbers = ResultRun.objects.filter(run=run).values_list("pk", flat=True)
    subjects = [f"result:{number}" for number in numbers]
    held = LedgerEntry.objects.filter(subject__in=subjects, act__in=ACTS, content__isnull=False)
    for row in held.order_by("-sequence"):
        digest = (entry(row).content or {}).get(TABLES)
        if digest:
            return row.sequence, str(digest)
    return None


def as_kept(folder: Path) -> Run:
    """A kept run, whole, as the ledger tells of it. Raises VerifyError where its results were altered."""
    require_run(folder)
    run = load_run(folder)
    said = stated(folder.name)
    if said is not None and run.results.digest() != said[1]:
        raise VerifyError.one(
            folder.name, "run.altered", zh="保存的核算结果与存证日志中的摘要不符，可能被改动。请停止使用并通知安全审计员；用原始数据重新核算可以恢复",
            en="the kept results do not fit their digest in the ledger: they may have been altered. Stop using them and tell the security auditor; computing again from the source data restores them",
        )  # fmt: skip
    return run


def looks(home: Path, owners: Owners = nobody) -> list[Look]:
    """All that is kept beside the database's objects, each with what compares it with the ledger.

    owners  of files by their numbers, what each was handed in with
    """
    return [
        (("附件、发布内容和归档包", "evidence, publications and packages"), partial(altered_files, home, owners)),
        (("核算结果", "the results"), partial(altered_runs, home / "lakes")),
        (("入库的数据和批次的输入", "what was loaded and what runs were made from"), partial(altered_lakes, home)),
        (("公众门户的网页", "the portal's pages"), partial(altered_portal, home)),
        (("发布所作承诺的密钥", "the secrets behind published commitments"), altered_secrets),
    ]  # fmt: skip


def kept_as_written(home: Path) -> list[Problem]:
    """Evidence, publications and kept runs that are gone, damaged, or not what the ledger says."""
    found = [one for words, look in looks(home) for one in looked(words, look)]
    return [
        Problem(f"存证日志 ledger {one.first}", f"{one.code}.altered", f"{one.zh}。请系统管理员从备份中恢复。", f"{one.en}; restore it from a backup")
        for one in found
    ]  # fmt: skip


def altered_runs(folders: Path) -> Iterator[Finding]:
    """Kept runs below a folder of lakes that are not what the ledger says, or are gone."""
    for run in ResultRun.objects.order_by("pk"):
        said = stated(run.run)
        if said is None:
            continue
        held = next(folders.glob(f"*/runs/{run.run}"), folders / run.run)
        fits, stopped = False, list[Problem]()
        with naming(stopped, held), suppress(NotFoundError):
            fits = held.is_dir() and load_run(held).results.digest() == said[1]
            stopped += filter(None, map(_damage, sorted(held.rglob("*.*"))))
        file = stopped[0].where if stopped else ""
        if file:
            yield Finding(
                "results", said[0], said[0], f"核算批次 {run.run} 的文件 {file} 不见了或已损坏，与存证日志第 {said[0]} 条不符",
                f"the file {file} of run {run.run} is gone or damaged and does not fit entry {said[0]} of the ledger",
            )  # fmt: skip
        elif not fits:
            yield Finding(
                "results", said[0], said[0], f"核算批次 {run.run} 的结果与存证日志第 {said[0]} 条不符",
                f"the results of run {run.run} do not fit entry {said[0]} of the ledger",
            )  # fmt: skip


def _damage(path: Path) -> Problem | None:
    wrong = fault(path)
    return wrong.problems[0] if wrong else None
