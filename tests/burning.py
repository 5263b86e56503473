"""A module for `domain.apart`: its function waits, or works, for some seconds, as a parser does on a busy machine."""

import time
from collections.abc import Iterator

from zhengheng.domain.apart import serve


def burn(way: str, seconds: float) -> Iterator[str]:
    """Wait or work for so long, then say so."""
    if way == "wait":
        time.sleep(seconds)
    begun = time.process_time()
    while way == "work" and time.process_time() - begun < seconds:
        pass
    yield way


if __name__ == "__main__":
    serve(burn)
