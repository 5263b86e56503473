"""What runs or reaches out when a document is opened, found by what it is and not by its name."""

import re
import zipfile
from contextlib import suppress
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
MOST = 2**22
"""Bytes of a part that names others; more are not those of an office document."""


def active(content: bytes, *, nested: bool = True) -> bool:
    """Whether a packed document holds macros, macro sheets, embedded objects, or pulls parts from outside.

    A hyperlink that a person may follow is none of these; a plain archive may hold old documents, and each of its
    packed ones is looked at. Raises BadZipFile.
    """
    with zipfile.ZipFile(BytesIO(content)) as archive:
        document = "[Content_Types].xml" in archive.namelist()
        for one in archive.infolist():
            name = one.filename.lower()
            with archive.open(one) as stream:
                if name.endswith(".rels") or name == "[content_types].xml":
                    text = _plain(stream.read(MOST + 1))
                    if len(text) > MOST or (_LINKS if name.endswith(".rels") else _KINDS).search(
                        text
                    ):
                        return True
                    if any(not _HYPERLINK.search(link[0]) for link in _OUTSIDE.finditer(text)):
                        return True
                elif name.endswith("vbaproject.bin") or (document and stream.read(8) == _OLE):
                    return True
                elif not document and stream.read(4) == b"PK\x03\x04" and nested:
                    with archive.open(one) as inner, suppress(zipfile.BadZipFile):
                        if active(inner.read(MOST_INNER), nested=False):
                            return True
    return False


def _plain(text: bytes) -> bytes:
    """UTF-16 as UTF-8, so that a part in another encoding says the same."""
    if text[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return text.decode("utf-16", errors="replace").encode()
    return text
