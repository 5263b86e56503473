"""What runs or reaches out when a document is opened, found by what it is and not by its name."""

import re
import zipfile
from html import unescape
from io import BytesIO
from urllib.parse import unquote

from zhengheng.web.files.portable import UnreadableError
from zhengheng.web.files.portable import runs as pdf_runs
from zhengheng.workbooks.prolog import with_types

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KINDS = re.compile(
    rb"macroenabled|vbaproject|vbadata|ms-excel\.(?:intl)?macrosheet|xlmacrosheet|/dialogsheet|oleobject|activex|webextension"
    rb"|spreadsheetml\.(?:connections|querytable|volatiledependencies)\+xml",
    re.IGNORECASE,
)
_LINKS = re.compile(
    rb"relationships/(?:xlmacrosheet|xlintlmacrosheet|vbaproject|oleobject|externallink(?:path)?|attachedtemplate|control"
    rb"|activexcontrol(?:binary)?|afchunk|webextension(?:taskpanes)?|ui/(?:extensibility|usercustomization)|subdocument|frame|package|connections|querytable|volatiledependencies)[\"']",
    re.IGNORECASE,
)
_OUTSIDE = re.compile(
    rb"<(?:\w+:)?relationship\b[^>]*targetmode\s*=\s*[\"']external[\"'][^>]*>", re.IGNORECASE
)
_HYPERLINK = re.compile(rb"relationships/hyperlink[\"']", re.IGNORECASE)
_FETCHES = re.compile(
    r"connections\.xml$|/querytables/|/volatiledependencies\.xml$|/externallinks/"
    r"|(?:^|/)(?:macrosheets|dialogsheets|activex|webextensions|customui|usercustomization|afchunks?)/|(?:^|/)afchunk[^/]*$"
)
"""Names of parts that fetch or run something, whatever else names them or does not."""
_FORMULA = re.compile(
    rb"<(?:\w+:)?(?:f|formula\d?|definedname|calculatedcolumnformula|totalsrowformula)(?:\s(?:[^>]*[^/>])?)?>(.*?)</",
    re.IGNORECASE | re.DOTALL,
)
_FIELD = re.compile(
    rb"<(?:\w+:)?instrtext(?:\s(?:[^>]*[^/>])?)?>(.*?)</|\s(?:\w+:)?instr\s*=\s*(\"[^\"]*\"|'[^']*')|(<(?:\w+:)?fldchar\b)",
    re.IGNORECASE | re.DOTALL,
)
_CHUNK = re.compile(rb"<(?:\w+:)?altchunk\b", re.IGNORECASE)
_FETCHED = re.compile(r"^[\s\"']*(?:include(?:picture|text)?|import|link|database|rd|dde(?:auto)?)\b", re.IGNORECASE | re.MULTILINE)  # fmt: skip
"""Fields of a document that fetch a file, by the word with which they begin [M]."""
_MASHUP = re.compile(rb"schemas\.microsoft\.com/datamashup", re.IGNORECASE)
_QUOTED = re.compile(r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'")
_CALLS = re.compile(
    r"\b(?:_xlfn\.)?(?:webservice|rtd|call|register(?:\.id)?|exec|image)\s*\(", re.IGNORECASE
)
_ABROAD = re.compile(r"\bfile:|\\\\[^\\\s\"']|'(?:[^']|'')*[\\/\[](?:[^']|'')*'\s*!", re.IGNORECASE)
"""A path or a share of the network, in a formula or a field; a sheet's own name has no such marks in it."""
_TARGET = re.compile(rb"\btarget\s*=\s*(\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_PROTOCOL = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_FOLLOWED = frozenset({"http", "https", "mailto", "tel", "ftp"})
"""What a hyperlink may lead to; a file or a share of the network would be opened by a click."""
_DDE = re.compile(r"\bdde(?:auto)?\b", re.IGNORECASE)
_CELL = re.compile(r"(?:^|[,;\t\"'])\s*[=+\-@]([^\n]*)", re.MULTILINE)
MOST_INNER, MOST_WRITTEN = 20 * 2**20, 64 * 2**20
"""Bytes of a file inside an archive, of a written part of a document: it is looked at whole or not at all."""
MOST_READ = 200 * 2**20
"""Bytes read in all archives inside an archive, however deep they lie."""
MOST = 2**22
"""Bytes of a part that names others; more are not those of an office document."""


class UnreadError(ValueError):
    """A file inside an archive, or a part of a document, is too large or too well packed to be looked at."""


class TypedError(ValueError):
    """A part of an office file declares types of its own."""


def formula_runs(text: str) -> bool:
    """Whether a formula starts a program (DDE: `program|topic!item`) or fetches something; texts within it are none of it."""
    plain = _QUOTED.sub(" ", text)
    return "|" in plain or bool(_CALLS.search(plain) or _ABROAD.search(text))


def table_runs(text: str) -> bool:
    """Whether a cell of a table in plain text would be such a formula where a spreadsheet opens it."""
    return any(
        "!" in one[1] and "|" in one[1] and formula_runs(one[1]) for one in _CELL.finditer(text)
    )


def active(content: bytes) -> bool:
    """Whether a packed document holds macros, macro sheets, embedded objects, connections to data, formulas or fields
    that start programs, or pulls parts from outside.

    A hyperlink that a person may follow is none of these; a plain archive may hold old documents, and each of its
    packed ones is looked at, as deep as they lie. Raises BadZipFile where any of them cannot be read, UnreadError
    where one is too large: what was not looked at is not taken; TypedError for an office file with a DOCTYPE.
    """
    waiting, room = [content], MOST_READ
    while waiting:
        with zipfile.ZipFile(BytesIO(waiting.pop())) as archive:
            names = set(archive.namelist())
            document = "[Content_Types].xml" in names
            if (document or "OFD.xml" in names) and (typed := with_types(archive)) is not None:
                raise TypedError(typed)
            for one in archive.infolist():
                with archive.open(one) as stream:
                    name, text = one.filename.lower(), stream.read(8)
                    names_others = name.endswith(".rels") or name == "[content_types].xml"
                    packed, portable = text[:4] == b"PK\x03\x04", text[:5] == b"%PDF-"
                    inner = not document and (packed or portable)
                    written = document and not names_others and name.endswith(_WRITTEN)
                    if names_others or inner or written:
                        most = MOST if names_others else MOST_WRITTEN if written else MOST_INNER
                        text += stream.read(most)
                room -= len(text)
                if room < 0 or ((inner or written) and len(text) > most):
                    raise UnreadError(one.filename)
                if _runs(name, text, names_others) or (document and text[:8] == _OLE):
                    return True
                if document and _FETCHES.search(name):
                    return True
                if written and _starts(text):
                    return True
                if inner and portable and _pdf_runs(one.filename, text):
                    return True
                if inner and packed:
                    waiting.append(text)
    return False


def _pdf_runs(name: str, content: bytes) -> bool:
    try:
        return pdf_runs(content)
    except UnreadableError as error:
        raise UnreadError(name) from error


def _runs(name: str, text: bytes, names_others: bool) -> bool:
    if not names_others:
        return name.endswith("vbaproject.bin")
    plain = _plain(text)
    return (
        len(plain) > MOST
        or bool((_LINKS if name.endswith(".rels") else _KINDS).search(plain))
        or any(
            not _HYPERLINK.search(link[0]) or not _is_followed(link[0])
            for link in _OUTSIDE.finditer(plain)
        )
    )


def _is_followed(link: bytes) -> bool:
    """Whether a hyperlink leads to a page or a letter, or to a place beside the document."""
    found = _TARGET.search(link)
    target = (
        unquote(unescape(found[1][1:-1].decode("utf-8", errors="replace"))).strip() if found else ""
    )
    protocol = _PROTOCOL.match(target)
    return (
        protocol[1].lower() in _FOLLOWED if protocol else not target.startswith(("\\", "//", "/\\"))
    )


_WRITTEN = (".xml", ".vml")


def _starts(text: bytes) -> bool:
    """Whether a part holds a formula or a field that starts something, or a query of its own."""
    plain = _plain(text)
    if _MASHUP.search(plain) or _CHUNK.search(plain):
        return True
    if any(formula_runs(_said(one[1])) for one in _FORMULA.finditer(plain)):
        return True
    # A field's words may be cut into several pieces; the next mark of a field begins or ends one.
    fields = "".join(
        "\n" if one[3] else f"\n{_said(one[2])}\n" if one[2] else _said(one[1])
        for one in _FIELD.finditer(plain)
    )
    return bool(
        _DDE.search(fields.replace("\n", "")) or _FETCHED.search(fields) or _ABROAD.search(fields)
    )


def _said(written: bytes) -> str:
    """What stands between two marks of XML."""
    text = written.decode("utf-8", errors="replace")
    return unescape(text.replace("<![CDATA[", "").replace("]]>", ""))


def _plain(text: bytes) -> bytes:
    """UTF-16 as UTF-8, so that a part in another encoding says the same."""
    if text[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return text.decode("utf-16", errors="replace").encode()
    return text
