"""A small FileIO: paths inside the lake are `lake:/…`, so a moved folder still opens; fsync on close."""

import os
from pathlib import Path
from typing import Any, BinaryIO

from pyiceberg.io import FileIO, InputFile, OutputFile

from zhengheng.lake.paths import resolve


class LakeFileIO(FileIO):
    """Files below the folder named by the property `lake.root`."""

    def new_input(self, location: str) -> InputFile:
        return _In(location, self._path(location))

    def new_output(self, location: str) -> OutputFile:
        return _Out(location, self._path(location))

    def delete(self, location: str | InputFile | OutputFile) -> None:
        name = location if isinstance(location, str) else location.location
        self._path(name).unlink(missing_ok=True)

    def _path(self, location: str) -> Path:
        return resolve(location, Path(self.properties["lake.root"]))


class _In(InputFile):
    def __init__(self, location: str, path: Path) -> None:
        super().__init__(location)
        self.path = path

    def __len__(self) -> int:
        return self.path.stat().st_size

    def exists(self) -> bool:
        return self.path.exists()

    def open(self, seekable: bool = True) -> Any:
        return self.path.open("rb")


class _Out(OutputFile):
    def __init__(self, location: str, path: Path) -> None:
        super().__init__(location)
        self.path = path

    def __len__(self) -> int:
        return self.path.stat().st_size

    def exists(self) -> bool:
        return self.path.exists()

    def to_input_file(self) -> InputFile:
        return _In(self.location, self.path)

    def create(self, overwrite: bool = False) -> Any:
        if not overwrite and self.path.exists():
            raise FileExistsError(self.location)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return _Synced(self.path)


class _Synced:
    """A binary file that reaches the disk before it counts as closed."""

    def __init__(self, path: Path) -> None:
        self.stream: BinaryIO = path.open("wb")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def __enter__(self) -> "_Synced":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if not self.stream.closed:
            self.stream.flush()
            os.fsync(self.stream.fileno())
            self.stream.close()
