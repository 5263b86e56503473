"""Whether files of lakes and runs can be read: looked into once reading them has failed, so that the right one is named."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from zhengheng.domain.kept import KeptError, damaged, gone, kept_json
from zhengheng.domain.problems import ZhenghengError


def fault(path: Path) -> KeptError | None:
    """What is wrong with a file; None where all of it can be read."""
    if not path.is_file():
        return gone(path)
    try:
        if path.suffix == ".json":
            kept_json(path)
        elif path.suffix == ".parquet":
            with pq.ParquetFile(path) as held:
                for _ in held.iter_batches():
                    pass
    except KeptError as error:
        return error
    except (pa.ArrowException, OSError, ValueError):
        return damaged(path)
    return None


@contextmanager
def whole(paths: Callable[[], Iterable[Path]]) -> Iterator[None]:
    """Read files here: where that fails and one of them is gone or damaged, KeptError names it instead."""
    try:
        yield
    except ZhenghengError:
        raise
    except Exception as error:
        found = next(filter(None, map(fault, paths())), None)
        if found is None:
            raise
        raise found from error
