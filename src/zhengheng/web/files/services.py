"""Taking files in: by what they are, not by what they are called."""

import hashlib
import os
import zipfile
import zlib
from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.db import transaction

from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.beginning import begin
from zhengheng.web.files.active import TypedError, UnreadError, active, table_runs
from zhengheng.web.files.models import StoredFile
from zhengheng.web.files.portable import UnreadableError, runs
from zhengheng.web.ledger.services import append
from zhengheng.workbooks.prolog import DOCTYPE

MOST_BYTES = 20 * 2**20
MOST_UNPACKED = 200 * 2**20
_HEADS = {b"%PDF-": "pdf", b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}
_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "OFD.xml": "ofd"}
_SUFFIXES = {
    "pdf": ("pdf",), "ofd": ("ofd",), "png": ("png",), "jpg": ("jpg", "jpeg"), "docx": ("docx",), "xlsx": ("xlsx",), "zip": ("zip",),
    "text": ("txt", "csv", "tsv", "md", "json", "yaml", "yml"),
}  # fmt: skip
"""Kind of content → how the names of such files may end."""
_TAKEN = ("只接收 PDF、OFD、PNG、JPG、DOCX、XLSX、ZIP 文件和纯文本（TXT、CSV、TSV、MD、JSON、YAML）",
          "only PDF, OFD, PNG, JPG, DOCX, XLSX and ZIP files and plain text (TXT, CSV, TSV, MD, JSON, YAML) are taken")  # fmt: skip


class FileError(ZhenghengError):
    """A file cannot be taken in."""


def take_in(*, name: str, content: bytes, actor: Account, now: datetime) -> StoredFile:
    """Keep a file. Raises FileError for what is too large, empty or of a kind that is not taken."""
    kind = kind_of(name, content)
    _named(name, kind)
    digest = hashlib.sha256(content).hexdigest()
    path = path_of(digest)
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{digest}.{os.getpid()}")
        unfinished.write_bytes(content)
        unfinished.replace(path)
    begin()
    with transaction.atomic():
        made = StoredFile.objects.create(
            sha256=digest, name=Path(name.replace("\\", "/")).name[-200:], size=len(content), kind=kind,
            given_by=actor, given_at=now,
        )  # fmt: skip
        append(
            act="file.taken_in", subject=f"file:{made.pk}", actor=actor.username, at=now,
            content={"sha256": digest, "name": made.name, "size": made.size},
        )  # fmt: skip
    return made


def kind_of(name: str, content: bytes) -> str:
    """pdf, ofd, png, jpg, docx, xlsx, zip or text, by its content. Raises FileError."""
    if not content:
        raise _refused(name, "file.empty", "文件是空的", "the file is empty")
    if len(content) > MOST_BYTES:
        raise _refused(name, "file.large", "文件超过 20 MB", "the file is larger than 20 MB")
    for head, kind in _HEADS.items():
        if content.startswith(head):
            if kind == "pdf":
                _look_into_pdf(name, content)
            return kind
    if content.startswith(b"PK\x03\x04"):
        return _packed(name, content)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.isprintable() or not any(ord(c) < 32 and c not in "\t\r\n" for c in text):
            if text.lstrip()[:1] == "<":
                break
            if name.lower().endswith(_TABLES) and table_runs(text):
                raise _refused(name, "file.macro", *_STARTS)
            return "text"
    raise _refused(name, "file.kind", *_TAKEN)


def _named(name: str, kind: str) -> None:
    """Raise FileError where a file's name says another kind than its content, or one that is not taken."""
    base, dot, suffix = name.strip().rpartition(".")
    suffix = suffix.lower() if dot and base else ""
    if suffix in _SUFFIXES[kind]:
        return
    if not any(suffix in held for held in _SUFFIXES.values()):
        said = f"“.{suffix[:12]}”文件不接收" if suffix else "文件名没有扩展名，看不出是哪一种文件"
        why = (
            f"files named .{suffix[:12]} are not taken"
            if suffix
            else "the name has no ending that says the kind"
        )
        raise _refused(name, "file.kind", f"{said}：{_TAKEN[0]}。", f"{why}: {_TAKEN[1]}")
    held = ("纯文本", "plain text") if kind == "text" else (kind.upper(), kind.upper())
    raise _refused(
        name, "file.kind", f"文件名是 .{suffix}，内容却是{held[0]}：请上传原来的文件，或者改用与内容相符的扩展名。{_TAKEN[0]}。",
        f"it is named .{suffix} and holds {held[1]}: hand in the file itself, or name it by what it holds; {_TAKEN[1]}",
    )  # fmt: skip


def _packed(name: str, content: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            held = archive.infolist()
    except (zipfile.BadZipFile, ValueError) as error:
        raise _refused(name, "file.broken", "压缩文件已损坏", "the archive is broken") from error
    if sum(one.file_size for one in held) > MOST_UNPACKED or len(held) > 5000:
        raise _refused(name, "file.bomb", "压缩文件展开后太大", "the archive unpacks to too much")
    names = {one.filename for one in held}
    if _active(name, content):
        raise _refused(name, "file.macro", *_RUNS)
    return next((kind for part, kind in _PARTS.items() if part in names), "zip")


def _look_into_pdf(name: str, content: bytes) -> None:
    try:
        found = runs(content)
    except UnreadableError as error:
        raise _refused(
            name, "file.unread", "PDF 中有不能解开的部分（已加密，或压缩方式不支持），无法检查；请另存或打印为普通 PDF 后再上传",
            "parts of the PDF cannot be unpacked (encrypted, or packed in an unknown way), and so cannot be looked at; print it to a plain PDF and upload that",
        ) from error  # fmt: skip
    if found:
        raise _refused(name, "file.macro", *_ACTIONS)


_RUNS = ("文件含宏、宏表、控件、加载项、嵌入对象、外部链接（含指向本机文件或网络共享的超链接）、数据连接，或会启动程序、取用外部数据的公式或域，请另存为不含这些内容的格式",
         "the file holds macros, macro sheets, controls, add-ins, embedded objects, outside links (hyperlinks to files and network shares among them), connections to data, or formulas or fields that start programs or fetch data; save it without")  # fmt: skip
_STARTS = ("表格中有会启动程序或取用外部数据的公式（以 =、+、-、@ 开头），请改为普通文字或数值后再上传",
           "a cell of the table is a formula that starts a program or fetches data (it begins with =, +, - or @); make it plain text or a value")  # fmt: skip
_ACTIONS = ("PDF 含脚本、打开文件或翻到某页时自动执行的动作、启动程序或打开其他文件的动作、嵌入的文件或动态表单，请打印为普通 PDF，附件单独上传",
            "the PDF holds scripts, actions that run when it or a page of it is opened, actions that start programs or open other files, files inside or a dynamic form; print it to a plain PDF and upload attachments by themselves")  # fmt: skip
_TABLES = (".csv", ".tsv")


def _active(name: str, content: bytes) -> bool:
    try:
        return active(content)
    except TypedError as error:
        raise _refused(name, "file.doctype", *DOCTYPE) from error
    except UnreadError as error:
        raise _refused(
            name,
            "file.inner",
            f"其中的“{error}”太大、已加密或不能解开，无法检查，请另存为普通文件后单独上传",
            f"“{error}” inside is too large, encrypted or cannot be unpacked, and so cannot be looked at; save it as a plain file and upload it by itself",
        ) from error
    except (
        zipfile.BadZipFile,
        ValueError,
        OSError,
        EOFError,
        zlib.error,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise _refused(
            name,
            "file.broken",
            "压缩文件已损坏、加密或压缩方式不支持",
            "the archive is broken, encrypted or packed in an unknown way",
        ) from error


def _refused(name: str, code: str, zh: str, en: str) -> FileError:
    return FileError.one(name[-80:] or "file", code, zh=zh, en=en)


def path_of(digest: str) -> Path:
    """Where a content lies."""
    return Path(settings.HOME) / "files" / digest[:2] / digest


def content_of(number: int) -> tuple[StoredFile, bytes]:
    """A file with its content. Raises FileError where there is none, its content is gone, or it was altered."""
    file = own_files([number])[0]
    try:
        content = path_of(file.sha256).read_bytes()
    except OSError as error:
        raise _refused(
            file.name, "file.gone", "文件内容在服务器上不见了，请系统管理员从备份中找回",
            "its content is gone from the server; the system administrator finds it in a backup",
        ) from error  # fmt: skip
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise _refused(
            file.name,
            "file.altered",
            "文件内容与登记的摘要不符",
            "the file does not match its digest",
        )
    return file, content


def own_files(numbers: Iterable[int], actor: Account | None = None) -> list[StoredFile]:
    """The files with these numbers; with `actor`, only those that he handed in himself. Raises FileError."""
    wanted = list(dict.fromkeys(n for n in numbers if 0 < n < 2**63))
    found = StoredFile.objects.in_bulk(wanted)
    absent = [n for n in wanted if n not in found or (actor and found[n].given_by_id != actor.pk)]
    if absent or len(wanted) != len(set(numbers)):
        raise FileError(
            Problem("files", "file.absent", f"没有文件 {n}", f"there is no file {n}") for n in absent or [0]
        )  # fmt: skip
    return [found[n] for n in wanted]
