"""What the XML of an office file says before its first element: whether it declares types and entities of its own."""

import zipfile
from typing import IO
from xml.parsers import expat

AT_ONCE = 2**16
FARTHEST = 2**20
"""Bytes within which the first element begins: no office program writes more before it, and a parser that waits for
the end of a longer word reads all of it anew with each part."""
WRITTEN = (".xml", ".vml", ".rels")
"""How the names of an office file's parts of XML end."""

DOCTYPE = (
    "文件内部含有文档类型声明（DOCTYPE），办公软件不会写入这种内容，不能接收；请用 Excel、Word 或 WPS 打开后另存，再上传另存的文件",
    "the file declares document types inside (DOCTYPE), which no office program writes: it is not taken; open it in Excel, Word or WPS, save it under another name and upload that",
)
"""Why such a file is refused."""


class _OverError(Exception):
    """The first element began, or the declaration was found."""


def with_types(archive: zipfile.ZipFile) -> str | None:
    """The first part of an office file that has a DOCTYPE; no office program writes one, and what it declares may be anything.

    Raises what zipfile raises where a part cannot be unpacked, BadZipFile where no element begins in a part.
    """
    for one in archive.infolist():
        if one.filename.lower().endswith(WRITTEN):
            with archive.open(one) as stream:
                if declares_types(stream):
                    return one.filename
    return None


def declares_types(stream: IO[bytes]) -> bool:
    """Whether an XML file has a DOCTYPE, in whatever encoding. What is no XML declares nothing.

    Raises BadZipFile where no element begins within `FARTHEST` bytes.
    """
    found: list[bool] = []
    first, read = b"", 0

    def declared(*_: object) -> None:
        found.append(True)
        raise _OverError

    def begun(*_: object) -> None:
        raise _OverError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = declared
    parser.StartElementHandler = begun
    try:
        while part := stream.read(AT_ONCE):
            first, read = first or part, read + len(part)
            if read > FARTHEST:
                raise zipfile.BadZipFile("no element begins")
            parser.Parse(part, False)
    except _OverError:
        pass
    except (expat.ExpatError, ValueError, LookupError):
        # Another program may read an encoding that this parser does not know.
        return b"<!DOCTYPE" in first
    return bool(found)
