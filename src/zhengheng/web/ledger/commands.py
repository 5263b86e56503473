"""The commands of the ledger: check it, let witnesses cosign what it states."""

import getpass
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from zhengheng.domain.canonical import json_lines, read_json
from zhengheng.domain.given import given_text, to_fill, to_write
from zhengheng.domain.kept import KeptError, kept_object
from zhengheng.domain.problems import DataError, NotFoundError, VerifyError
from zhengheng.domain.several import several
from zhengheng.domain.spoken import t
from zhengheng.ledger.check import Finding, check, turned_back
from zhengheng.ledger.checkpoint import Checkpoint, CheckpointError, cosign, public, read
from zhengheng.ledger.entry import Entry
from zhengheng.ledger.witness import COSIGNED, read_key, stated
from zhengheng.web.commands import HERE, HomeOption, out_line
from zhengheng.web.starting import begin

ledger = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="存证日志 / the ledger")


@ledger.command(
    "verify",
    help="核对存证日志：被改动、删除、移动的条目，以及业务数据中日志不能说明的行，逐一列出。不给 --export 时核对办公端的数据库及其检查点；有发现时退出码为 7；时间明显早于此前条目的，以及较早版本的发布没有登记的密钥，只作提示。 / Check the ledger: every altered, removed or moved entry is named, and every row of the office that it does not explain. Without --export the office's database is checked, with its own checkpoints and those of its publications. Exit code 7 on findings. Times that clearly go back, and secrets of which earlier versions entered no digest, are noted and are no finding.",
)
def verify(
    home: HomeOption = HERE,
    export: Annotated[
        Path | None, typer.Option(help="导出的 JSON 行；不给则查数据库 / an export instead of the database")
    ] = None,
    checkpoint: Annotated[
        list[Path] | None, typer.Option(help="另存的检查点 / checkpoints kept elsewhere")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="公钥文件 ledger.pub / the public key")] = None,
    witness: Annotated[
        Path | None, typer.Option(help="较早的导出 / an earlier export, which names a rewritten entry")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False,
) -> None:  # fmt: skip
    """Check the ledger: every altered, removed or moved entry is named, and every row of the office that it does not explain.

    Without --export the office's database is checked, with its own checkpoints and those of its publications.
    Exit code 7 on findings. Times that clearly go back, and secrets of which earlier versions entered no digest, are noted and are no finding.
    """
    texts = {str(path): given_text(path) for path in checkpoint or ()}
    owner = _public(key) if key is not None else ""
    if export is None:
        entries, leaves, own, more, notes = _database(home)
        texts |= own
    else:
        (entries, leaves), more, notes = _lines(export), [], []
    points, bad = _points(texts, owner, home / "ledger.pub")
    witnessed = [entry.leaf() for entry in _lines(witness)[0]] if witness else []
    found = [*check(entries, leaves, points, witnessed), *bad, *more]
    _say(found, turned_back(entries), notes, len(entries), as_json=as_json)
    if found:
        raise typer.Exit(VerifyError.exit_code)


def _say(
    found: Sequence[Finding],
    times: Sequence[Finding],
    notes: Sequence[Finding],
    count: int,
    *,
    as_json: bool,
) -> None:
    if as_json:
        typer.echo(json.dumps([vars(one) for one in found], ensure_ascii=False, indent=1))
        return
    for note in (*notes, *times[:5]):
        out_line(t(f"注意：{note.zh}", f"note: {note.en}"))
    if more := len(times) - len(times[:5]):
        out_line(
            t(
                f"另有 {more} 条的时间早于此前的条目。",
                f"and {several(more, 'more entry whose time goes', 'more entries whose time goes')} back",
            )
        )
    if times:
        out_line(
            t(
                "时间早于此前的条目只作提示，不算被改动：时钟拨回过、用固定的时间运行过（示例城市即如此）都会这样。",
                "a time that goes back is noted and is no finding: so it is wherever a clock was set back or stood still, as that of the sample city does",
            )
        )
    for one in found:
        out_line(t(one.zh, one.en))
    if not found:
        out_line(t(f"通过：{count} 条记录。", f"OK: {_entries(count)}"))


def _entries(count: int) -> str:
    return several(count, "entry", "entries")


def _public(path: Path) -> str:
    """The line of a given public key. Raises DataError where it is none."""
    text = given_text(path)
    try:
        read_key(text)
    except ValueError as error:
        raise DataError.one(
            str(path), "key.form", zh="这不是存证日志的公钥，请使用办公端的 ledger.pub，或从别处抄录的那一行。",
            en="this is no public key of a ledger; use the office's ledger.pub, or the line that was copied from elsewhere",
        ) from error  # fmt: skip
    return text


def _points(
    texts: dict[str, str], owner: str, usual: Path
) -> tuple[list[Checkpoint], list[Finding]]:
    """The checkpoints, and of those that are none what is wrong with each; `usual` has the key where none was given."""
    if texts and not owner:
        if not usual.is_file():
            raise NotFoundError.one(
                str(usual), "key.absent", zh="没有公钥文件，请用 --key 给出", en="no public key; give it with --key"
            )  # fmt: skip
        owner = _public(usual)
    points, bad = [], list[Finding]()
    for name, text in texts.items():
        try:
            points.append(read(text, owner))
        except CheckpointError as error:
            bad.append(
                Finding("checkpoint", 0, 0, f"{name}：检查点无效：{error.zh}，请换用另存的副本核对。",
                        f"{name}: the checkpoint does not hold: {error.en}; compare a copy that was kept elsewhere")
            )  # fmt: skip
    return points, bad


def _database(
    home: Path,
) -> tuple[list[Entry], list[bytes], dict[str, str], list[Finding], list[Finding]]:
    """Entries, leaves, the checkpoints that the office itself has, what else does not fit, and what cannot be compared."""
    begin(home, look_only=True)
    from django.db import DatabaseError

    from zhengheng.web.acts.bound import disagreements
    from zhengheng.web.acts.drawn import wrong_draws
    from zhengheng.web.acts.owners import entry_words, file_owners
    from zhengheng.web.acts.registry import KINDS
    from zhengheng.web.acts.told import act
    from zhengheng.web.ledger import selectors
    from zhengheng.web.ledger.beside import disagreeing_rows
    from zhengheng.web.ledger.committed_secrets import unbound_secrets
    from zhengheng.web.ledger.unread import looked
    from zhengheng.web.results.kept import looks

    selectors.damaged_text_too()
    texts: dict[str, str] = {}
    entries: list[Entry] = []
    leaves: list[bytes] = []

    def read_all() -> Iterable[Finding]:
        entries.extend(selectors.entries())
        leaves.extend(selectors.leaves())
        return ()

    def read_points() -> Iterable[Finding]:
        texts.update(selectors.checkpoint_texts())
        return selectors.unsigned()

    parts: list[tuple[tuple[str, str], Callable[[], Iterable[Finding]]]] = [
        (("存证日志的条目", "the ledger's entries"), read_all),
        (("存证日志的哈希树", "the ledger's tree"), selectors.tree_findings),
        (("签发的检查点", "the signed checkpoints"), read_points),
        *((kind.words, partial(disagreements, [kind], act)) for kind in KINDS),
        (("随事项保存的记录", "the rows kept beside objects"), partial(disagreeing_rows, entry_words)),
        (("抽签", "the draws by lot"), wrong_draws),
        *looks(home, file_owners),
    ]  # fmt: skip
    more = [one for words, look in parts for one in looked(words, look)]
    for path in sorted((home / "publications").glob("[0-9]*/proof.json")):
        try:
            texts[str(path)] = str(kept_object(path, "checkpoint")["checkpoint"])
        except KeptError as error:
            more += [
                Finding("file", 0, 0, f"{p.where}：{p.zh}", f"{p.where}: {p.en}")
                for p in error.problems
            ]
    notes: list[Finding] = []
    with suppress(DatabaseError):  # what cannot be read is a finding already
        notes += unbound_secrets()
    return entries, leaves, texts, more, notes


def _lines(export: Path) -> tuple[list[Entry], list[bytes]]:
    entries, leaves = [], []
    for number, line in enumerate(json_lines(given_text(export)), 1):
        try:
            data = read_json(line)
            entries.append(Entry.from_dict(data))
            leaves.append(bytes.fromhex(data["leaf"]))
        except (ValueError, KeyError, TypeError) as error:
            raise VerifyError.one(
                f"{export}:{number}", "export.bad", zh="这一行不是存证日志的记录，请用原样的导出文件",
                en="this line is no entry of a ledger; use the export as it was written",
            ) from error  # fmt: skip
    return entries, leaves


@ledger.command(
    "request",
    help="写出见证人联署最新检查点所需的文件：检查点，以及自上次以来的证明。 / Write what a witness needs to cosign the newest checkpoint: the checkpoint and the proof since the last time.",
)
def request(
    target: Annotated[Path, typer.Argument(help="写出的文件 / the file to write")],
    old: Annotated[int, typer.Option(help="见证人上次联署的条数，0 为首次 / entries that the witness cosigned last; 0: none yet")] = 0,
    home: HomeOption = HERE,
) -> None:  # fmt: skip
    """Write what a witness needs to cosign the newest checkpoint: the checkpoint and the proof since the last time."""
    to_write(target)
    begin(home, look_only=True)
    from zhengheng.web.ledger.models import SignedCheckpoint
    from zhengheng.web.ledger.services import request_to_cosign

    point = SignedCheckpoint.objects.first()
    if point is None:
        raise NotFoundError.one(
            str(home), "checkpoint.absent", zh="还没有签发过检查点", en="no checkpoint was signed yet"
        )  # fmt: skip
    target.write_text(request_to_cosign(point, old), encoding="utf-8")
    out_line(t(f"{target}：{point.size} 条记录。", f"{target}: {_entries(point.size)}"))


@ledger.command(
    "cosign",
    help="作为见证人联署检查点：只在它接续上次联署的内容时联署；不需要办公端。 / Cosign a ledger's checkpoint as a witness: only where it goes on from what was cosigned last. Needs no office.",
)
def cosign_request(
    file: Annotated[Path, typer.Argument(help="request 写出的文件 / a file that request wrote")],
    target: Annotated[Path, typer.Argument(help="写出的联署 / the cosigned checkpoint to write")],
    log: Annotated[Path, typer.Option(help="被见证日志的公钥 / the public key of the ledger that is witnessed")],
    name: Annotated[str, typer.Option(help="见证人的名称 / the name of the witness")],
    folder: Annotated[Path, typer.Option(help="见证人自己的文件夹 / the witness's own folder")] = Path("witness"),
    anew: Annotated[bool, typer.Option(help="上次联署的检查点已无从找回，知悉后果，从头联署 / the checkpoint that was cosigned last cannot be found again: cosign from the beginning, knowing what that means")] = False,
) -> None:  # fmt: skip
    """Cosign a ledger's checkpoint as a witness: only where it goes on from what was cosigned last. Needs no office."""
    from datetime import UTC, datetime

    # All that is given is read before anything is written.
    to_write(target)
    to_fill(folder)
    secret, last = folder / "witness.key", folder / "last.txt"
    fresh = not secret.exists()
    if fresh and last.exists():
        raise _no_key(
            secret,
            "不见了，而上次联署的检查点还在",
            "is gone, and the checkpoint that was cosigned last is there",
        )
    if not (fresh or anew or last.exists()):
        raise DataError.one(
            str(last), "witness.forgotten", zh="上次联署的检查点不见了，无法判断这次是否接续，没有联署。请从另存的副本恢复这个文件；没有副本的，把上次写出的联署文件复制为这个文件。都没有的，先向被见证的单位和公众门户查对以前的检查点，确认日志没有改写，再用 --anew 从头联署，并把这次重新开始告知被见证的单位。",
            en="the checkpoint that was cosigned last is gone, and whether this one goes on from it cannot be told: nothing was cosigned. Restore your copy of this file; without one, copy the cosigned checkpoint that you wrote last to it. Without either, compare earlier checkpoints with the office and its portal first; then begin anew with --anew, and tell the office that you did",
        )  # fmt: skip
    key = Ed25519PrivateKey.generate() if fresh else _own_key(secret)
    text, owner = given_text(file), _public(log)
    seen = _seen(last) if last.exists() else None
    _check_name(name)
    try:
        line = cosign(text, owner, seen, name=name, key=key, at=datetime.now(UTC))
    except CheckpointError as error:
        raise VerifyError.one(
            str(file),
            "witness.refused",
            zh=f"不能联署：{error.zh}。请使用办公端用 request 写出的文件和办公端的公钥；确认无误仍不能联署的，日志可能被改写，请追问办公端。",
            en=f"not cosigned: {error.en}; use the file that the office wrote with request, and the office's key. If both are right, the ledger may have been rewritten: ask the office",
        ) from error
    point = text.partition("\n\n")[2]
    folder.mkdir(parents=True, exist_ok=True)
    if fresh:
        secret.touch(0o600)
        secret.write_text(key.private_bytes_raw().hex() + "\n")
    target.write_text(point + line, encoding="utf-8")
    last.write_text(point, encoding="utf-8")
    size = stated(point).size
    out_line(t(f"{target}：{size} 条记录。", f"{target}: {_entries(size)}"))
    told = public(name, key, COSIGNED).text()
    out_line(t(f"见证人公钥：{told}", f"public key of the witness: {told}"))


def _own_key(secret: Path) -> Ed25519PrivateKey:
    """The witness's own key. Raises DataError where the file does not hold one."""
    text = given_text(secret)
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text.strip()))
    except ValueError as error:
        raise _no_key(secret, "已损坏", "is damaged") from error


def _no_key(secret: Path, zh: str, en: str) -> DataError:
    """A witness's key is never made anew in silence: those who trust it would not know the new one."""
    return DataError.one(
        str(secret), "witness.key", zh=f"见证人的密钥{zh}。请从另存的副本恢复；没有副本的，请换一个文件夹另立密钥，并把新公钥告知被见证的单位。",
        en=f"the witness's key {en}; restore your copy of it, or take another folder for a new key and give its public half to the office",
    )  # fmt: skip


def _seen(last: Path) -> str:
    """The checkpoint that was cosigned last. Raises DataError where the file does not hold one."""
    text = given_text(last)
    try:
        stated(text)
    except ValueError as error:
        raise DataError.one(
            str(last), "witness.last", zh="上次联署的检查点已损坏，不能判断这次是否接续；请从另存的副本恢复。",
            en="the checkpoint that was cosigned last is damaged, and whether this one goes on from it cannot be told; restore your copy of it",
        ) from error  # fmt: skip
    return text


def _check_name(name: str) -> None:
    """A signature line knows its key by a name of one word."""
    if not name or any(mark.isspace() or mark == "+" for mark in name):
        raise VerifyError.one(
            "--name", "witness.name", zh="见证人的名称不能为空，不能含有空白或加号。", en="the name of a witness is not empty, and has no blank and no plus sign"
        )  # fmt: skip


@ledger.command(
    "cosigned",
    help="收取见证人的联署：见证人须在数据文件夹的 witnesses.txt 中登记。 / Take a witness's signature in: it must be by one that witnesses.txt in the data folder names.",
)
def cosigned(
    file: Annotated[Path, typer.Argument(help="cosign 写出的文件 / a file that cosign wrote")],
    home: HomeOption = HERE,
) -> None:
    """Take a witness's signature in: it must be by one that witnesses.txt in the data folder names."""
    text = given_text(file)
    begin(home)
    from django.db import transaction

    from zhengheng.web.jobs.services import ask
    from zhengheng.web.ledger.services import take_cosignature
    from zhengheng.web.pages.clock import now

    at = now()
    with transaction.atomic():
        names = take_cosignature(
            text, home=home, actor=f"os:{getpass.getuser()}", now=at, source=str(file)
        )
        # The portal shows who cosigned as soon as a worker has written it.
        ask(kind="portal.write", arguments={}, subject="ledger:cosigned", actor=None, now=at)
    out_line(t(f"已联署：{'、'.join(names)}", f"cosigned: {', '.join(names)}"))
