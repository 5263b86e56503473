"""The commands of the ledger: check it, let witnesses cosign what it states."""

import getpass
import json
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from zhengheng.domain.canonical import json_lines, read_json
from zhengheng.domain.kept import KeptError, kept_object
from zhengheng.domain.problems import NotFoundError, VerifyError
from zhengheng.ledger.check import Finding, check, turned_back
from zhengheng.ledger.checkpoint import Checkpoint, CheckpointError, cosign, public, read
from zhengheng.ledger.entry import Entry
from zhengheng.ledger.witness import COSIGNED, stated
from zhengheng.web.commands import HERE, HomeOption, out, out_line
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
    texts = {str(path): path.read_text(encoding="utf-8") for path in checkpoint or ()}
    if export is None:
        entries, leaves, own, more, notes = _database(home)
        texts |= own
    else:
        (entries, leaves), more, notes = _lines(export), [], []
    points, bad = _points(texts, key or home / "ledger.pub")
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
        out_line(f"注意 note: {note.zh} / {note.en}")
    if len(times) > len(times[:5]):
        out_line(
            f"另有 {len(times) - 5} 条时间早于此前的条目 / and {len(times) - 5} more whose time goes back"
        )
    for one in found:
        out_line(f"{one.zh} / {one.en}")
    if not found:
        out_line(f"通过 OK: {count} 条 entries")


def _points(texts: dict[str, str], key: Path) -> tuple[list[Checkpoint], list[Finding]]:
    """The checkpoints, and of those that are none what is wrong with each."""
    if texts and not key.is_file():
        raise NotFoundError.one(
            str(key), "key.absent", zh="没有公钥文件，请用 --key 给出", en="no public key; give it with --key"
        )  # fmt: skip
    points, bad = [], list[Finding]()
    for name, text in texts.items():
        try:
            points.append(read(text, key.read_text(encoding="utf-8")))
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
    if not os.environ.get("DATABASE_URL") and not (home / "office.db").is_file():
        raise NotFoundError.one(
            str(home), "office.absent", zh="这里没有办公端的数据", en="there is no office here"
        )
    begin(home, look_only=True)
    from django.db import DatabaseError

    from zhengheng.web.acts.bound import disagreements
    from zhengheng.web.acts.registry import KINDS
    from zhengheng.web.files.kept import altered_files
    from zhengheng.web.intake.committed import altered_lakes
    from zhengheng.web.ledger import selectors
    from zhengheng.web.ledger.beside import disagreeing_rows
    from zhengheng.web.ledger.committed_secrets import altered_secrets, unbound_secrets
    from zhengheng.web.ledger.unread import looked
    from zhengheng.web.portal.listed import altered_portal
    from zhengheng.web.results.kept import altered_runs

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
        *((kind.words, partial(disagreements, [kind])) for kind in KINDS),
        (("随事项保存的记录", "the rows kept beside objects"), disagreeing_rows),
        (("附件、发布内容和归档包", "evidence, publications and packages"), partial(altered_files, home)),
        (("核算结果", "the results"), partial(altered_runs, home / "lakes")),
        (("入库的数据和批次的输入", "what was loaded and what runs were made from"), partial(altered_lakes, home)),
        (("公众门户的网页", "the portal's pages"), partial(altered_portal, home)),
        (("发布所作承诺的密钥", "the secrets behind published commitments"), altered_secrets),
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
    for number, line in enumerate(json_lines(export.read_text(encoding="utf-8")), 1):
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
    begin(home, look_only=True)
    from zhengheng.web.ledger.models import SignedCheckpoint
    from zhengheng.web.ledger.services import request_to_cosign

    point = SignedCheckpoint.objects.first()
    if point is None:
        raise NotFoundError.one(
            str(home), "checkpoint.absent", zh="还没有签发过检查点", en="no checkpoint was signed yet"
        )  # fmt: skip
    target.write_text(request_to_cosign(point, old), encoding="utf-8")
    out_line(f"{target}: {point.size} 条 entries")


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
) -> None:  # fmt: skip
    """Cosign a ledger's checkpoint as a witness: only where it goes on from what was cosigned last. Needs no office."""
    from datetime import UTC, datetime

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    folder.mkdir(parents=True, exist_ok=True)
    secret, last = folder / "witness.key", folder / "last.txt"
    if not secret.is_file():
        secret.touch(0o600)
        secret.write_text(Ed25519PrivateKey.generate().private_bytes_raw().hex() + "\n")
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret.read_text().strip()))
    text = file.read_text(encoding="utf-8")
    try:
        line = cosign(
            text, log.read_text(encoding="utf-8"), last.read_text(encoding="utf-8") if last.is_file() else None,
            name=name, key=key, at=datetime.now(UTC),
        )  # fmt: skip
    except CheckpointError as error:
        raise VerifyError.one(
            str(file),
            "witness.refused",
            zh=f"不能联署：{error.zh}。",
            en=f"not cosigned: {error.en}",
        ) from error
    point = text.partition("\n\n")[2]
    target.write_text(point + line, encoding="utf-8")
    last.write_text(point, encoding="utf-8")
    out_line(f"{target}: {stated(point).size} 条 entries")
    out_line(f"见证人公钥 public key of the witness: {public(name, key, COSIGNED).text()}")


@ledger.command(
    "cosigned",
    help="收取见证人的联署：见证人须在数据文件夹的 witnesses.txt 中登记。 / Take a witness's signature in: it must be by one that witnesses.txt in the data folder names.",
)
def cosigned(
    file: Annotated[Path, typer.Argument(help="cosign 写出的文件 / a file that cosign wrote")],
    home: HomeOption = HERE,
) -> None:
    """Take a witness's signature in: it must be by one that witnesses.txt in the data folder names."""
    begin(home)
    from django.db import transaction

    from zhengheng.web.jobs.services import ask
    from zhengheng.web.ledger.services import take_cosignature
    from zhengheng.web.pages.clock import now

    at = now()
    with transaction.atomic():
        names = take_cosignature(
            file.read_text(encoding="utf-8"), home=home, actor=f"os:{getpass.getuser()}", now=at
        )
        # The portal shows who cosigned as soon as a worker has written it.
        ask(kind="portal.write", arguments={}, subject="ledger:cosigned", actor=None, now=at)
    out.print(f"已联署 cosigned: {'、'.join(names)}")
