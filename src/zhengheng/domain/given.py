"""Files that somebody names on the command line: read, or found fit to be written, in one place, with words where they are not."""

from pathlib import Path

from zhengheng.domain.problems import DataError, NotFoundError
from zhengheng.domain.reasons import why

LARGEST = 2**30
"""Bytes of a given text; the export of a large city's ledger has tens of millions."""


def given_bytes(path: Path, largest: int = LARGEST) -> bytes:
    """What a given file holds. Raises NotFoundError where there is none, DataError where it cannot be read, or is empty."""
    where = str(path)
    try:
        if path.is_file() and path.stat().st_size > largest:
            raise DataError.one(
                where, "file.large", zh=f"文件超过 {largest} 字节，不像要找的文件，请检查路径。",
                en=f"the file has more than {largest} bytes and does not look like the one that is meant; check the path",
            )  # fmt: skip
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise NotFoundError.one(
            where, "file.absent", zh="找不到这个文件，请检查路径。", en="there is no such file; check its path"
        ) from error  # fmt: skip
    except OSError as error:
        zh, en = why(error)
        raise DataError.one(
            where, "file.unreadable", zh=f"不能读取：{zh}。请检查路径和权限。", en=f"cannot be read: {en}; check the path and who may read it"
        ) from error  # fmt: skip
    if not raw:
        raise _empty(where)
    return raw


def given_text(path: Path, largest: int = LARGEST) -> str:
    """The text of a given file, in the same way. Raises DataError besides where it is no text."""
    try:
        text = given_bytes(path, largest).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError.one(
            str(path), "file.encoding", zh="不是 UTF-8 编码的文本，请使用原样写出的文件，不要用其他程序另存。",
            en="it is no text in UTF-8; use the file as it was written, not saved again by another program",
        ) from error  # fmt: skip
    if not text.strip():
        raise _empty(str(path))
    return text


def _empty(where: str) -> DataError:
    return DataError.one(
        where, "file.empty", zh="文件是空的，请使用原样写出的文件。", en="the file is empty; use it as it was written"
    )  # fmt: skip


def to_write(path: Path) -> Path:
    """A file that a command is about to write. Raises DataError before any work where it cannot be."""
    if path.is_dir():
        raise DataError.one(
            str(path), "file.folder", zh="这里已有同名的文件夹，请给出一个文件名。", en="there is a folder of this name; name a file"
        )  # fmt: skip
    if not path.parent.is_dir():
        raise DataError.one(
            str(path), "file.nowhere", zh=f"不能写在这里：“{path.parent}”不是已有的文件夹，请先建立它，或换一个位置。",
            en=f"it cannot be written there: {path.parent} is no folder that exists; make it first, or name another place",
        )  # fmt: skip
    return path


def to_fill(folder: Path) -> Path:
    """A folder that a command is about to fill, and makes where there is none. Raises DataError where a file stands in its way."""
    for place in (folder, *folder.parents):
        if place.exists() or place.is_symlink():
            if place.is_dir():
                break
            raise DataError.one(
                str(folder), "folder.file", zh=f"这里要写成文件夹，而“{place.name}”是文件，请换一个位置。",
                en=f"this is to be a folder, and {place.name} is a file; name another place",
            )  # fmt: skip
    return folder


def to_look_into(folder: Path) -> Path:
    """A folder that is read. Raises NotFoundError where there is none, DataError where it is a file."""
    if folder.is_dir():
        return folder
    if folder.exists():
        raise DataError.one(
            str(folder), "folder.file", zh="这是文件，不是文件夹，请检查路径。", en="this is a file and no folder; check the path"
        )  # fmt: skip
    raise NotFoundError.one(
        str(folder), "folder.absent", zh="找不到这个文件夹，请检查路径。", en="there is no such folder; check its path"
    )  # fmt: skip
