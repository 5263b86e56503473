"""The kinds that the registry has read, for kinds and jobs that speak of all of them: the registry imports these."""

from zhengheng.web.acts.declare import Kind

_KINDS: list[Kind] = []


def know(read: tuple[Kind, ...]) -> None:
    """Said once, by the registry, when the office starts."""
    _KINDS[:] = read


def kinds() -> tuple[Kind, ...]:
    """All kinds of objects with acts, in the order of the road."""
    return tuple(_KINDS)
