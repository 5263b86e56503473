"""Tar files that prove themselves: a manifest inside has the digest of every file."""

import hashlib
import io
import json
import tarfile
from contextlib import suppress
from pathlib import Path

from zhengheng.domain.canonical import read_json
from zhengheng.domain.problems import DataError
from zhengheng.lake.facts import file_digest

_MANIFEST = "manifest.json"


class Tarball:
    """A tar file being written; visible under its name once it is whole."""

    def __init__(self, out: Path) -> None:
        self.out, self.unfinished = out, out.with_name(out.name + ".part")
        self.digests: dict[str, str] = {}
        try:
            self.archive = tarfile.open(self.unfinished, "w")  # noqa: SIM115
        except OSError:
            self.unfinished.unlink(missing_ok=True)
            raise

    def __enter__(self) -> "Tarball":
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        """A copy that is not whole does not stay behind: least of all where the disk is full, on which the end is not written either."""
        try:
            if kind is None:
                self._put(_MANIFEST, json.dumps(self.digests, indent=1).encode())
                self.archive.close()
                self.unfinished.replace(self.out)
            else:
                with suppress(OSError):
                    self.archive.__exit__(kind, None, None)
        finally:
            self.unfinished.unlink(missing_ok=True)

    def put(self, name: str, content: bytes) -> None:
        """Add a content under a name."""
        self._put(name, content)
        self.digests[name] = hashlib.sha256(content).hexdigest()

    def add(self, name: str, path: Path) -> None:
        """Add a file under a name."""
        self.digests[name] = file_digest(path)
        self.archive.add(path, name, recursive=False)

    def _put(self, name: str, content: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        self.archive.addfile(entry, io.BytesIO(content))


def unpack(archive: Path, folder: Path) -> int:
    """Unpack and check every file; gives their number. Raises DataError for a copy that is not whole."""
    try:
        with tarfile.open(archive) as held:
            names = [member.name for member in held.getmembers() if not member.isdir()]
            held.extractall(folder, filter="data")
        digests = read_json((folder / _MANIFEST).read_bytes(), 2**30)
    except (tarfile.TarError, OSError, ValueError) as error:
        raise DataError.one(
            archive.name, "restore.unreadable", zh="不是完整的备份文件，没有恢复任何内容；请换用另一份备份。",
            en="not a whole backup; nothing was restored, use another copy",
        ) from error  # fmt: skip
    (folder / _MANIFEST).unlink()
    beside = sorted({name for name in names if name not in digests and name != _MANIFEST})
    twice = sorted({name for name in names if names.count(name) > 1})
    if beside or twice:
        told = "、".join((beside or twice)[:10])
        raise DataError.one(
            archive.name, "restore.beside", zh=f"备份里有清单以外或重复的文件，没有恢复任何内容：{told}",
            en=f"the backup holds files that its list does not name, or one twice; nothing was restored: {told}",
        )  # fmt: skip
    for name, digest in digests.items():
        path = folder / name
        if not path.is_file() or file_digest(path) != digest:
            raise DataError.one(
                f"{archive.name}: {name}", "restore.changed", zh="文件与备份时不一致, 没有恢复任何内容",
                en="the file is not what was backed up; nothing was restored",
            )  # fmt: skip
    return len(digests)
