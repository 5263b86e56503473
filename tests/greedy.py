"""Work of strangers' files that takes all it can get: run apart, as the readers of tables are."""

from collections.abc import Iterator

from zhengheng.domain.apart import serve


def take(megabytes: int) -> Iterator[int]:
    """Hold so much memory, all of it touched; without an end where it is below nothing."""
    held = [bytearray(b"x" * (1 << 20)) for _ in range(megabytes)]
    while megabytes < 0:
        held.append(bytearray())
        held.clear()
    yield len(held)


if __name__ == "__main__":
    serve(take)
