"""What runs or reaches out when a document is opened, found by what it is and not by its name."""

import re
import zipfile
from io import BytesIO

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KINDS = re.compile(
    rb"macroenabled|vbaproject|vbadata|ms-excel\.(?:intl)?macrosheet|xlmacrosheet|/dialogsheet|oleobject|activex",
    re.IGNORECASE,
)
_LINKS = re.compile(
    rb"relationships/(?:xlmacrosheet|xlintlmacrosheet|vbaproject|oleobject|externallink(?:path)?|attachedtemplate|control"
    rb"|activexcontrol|subdocument|frame|package)[\"']",
    re.IGNORECASE,
)
_OUTSIDE = re.compile(
    rb"<(?:\w+:)?relationship\b[^>]*targetmode\s*=\s*[\"']external[\"'][^>]*>", re.IGNORECASE
)
_HYPERLINK = re.compile(rb"relationships/hyperlink[\"']", re.IGNORECASE)
MOST_INNER = 20 * 2**20
"""Bytes of a packed file inside an archive: it is looked at whole or not at all."""
MOST_READ = 200 * 2**20
"""Bytes read in all archives inside an archive, however deep they lie."""
MOST = 2**22
"""Bytes of a part that names others; more are not those of an office document."""


class UnreadError(ValueError):
    """A packed file inside an archive is too large to be looked at."""


def active(content: bytes) -> bool:
    """Whether a packed document holds macros, macro sheets, embedded objects, or pulls parts from outside.

    A hyperlink that a person may follow is none of these; a plain archive may hold old documents, and each of its
    packed ones is looked at, as deep as they lie. Raises BadZipFile where any of them cannot be read, UnreadError
    where one is too large: what was not looked at is not taken.
    """
    waiting, room = [content], MOST_READ
    while waiting:
        with zipfile.ZipFile(BytesIO(waiting.pop())) as archive:
            document = "[Content_Types].xml" in archive.namelist()
            for one in archive.infolist():
                with archive.open(one) as stream:
                    name, text = one.filename.lower(), stream.read(8)
                    names_others = name.endswith(".rels") or name == "[content_types].xml"
                    inner = not document and text[:4] == b"PK\x03\x04"
                    if names_others or inner:
                        text += stream.read(MOST_INNER if inner else MOST)
                room -= len(text)
                if room < 0 or (inner and len(text) > MOST_INNER):
                    raise UnreadError(one.filename)
                if _runs(name, text, names_others) or (document and text[:8] == _OLE):
                    return True
                if inner:
                    waiting.append(text)
    return False


def _runs(name: str, text: bytes, names_others: bool) -> bool:
    if not names_others:
        return name.endswith("vbaproject.bin")
    plain = _plain(text)
    return (
        len(plain) > MOST
        or bool((_LINKS if name.endswith(".rels") else _KINDS).search(plain))
        or any(not _HYPERLINK.search(link[0]) for link in _OUTSIDE.finditer(plain))
    )


def _plain(text: bytes) -> bytes:
    """UTF-16 as UTF-8, so that a part in another encoding says the same."""
    if text[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return text.decode("utf-16", errors="replace").encode()
    return text
