"""Long lists come in pages, of numbers that any database can count; a filter that is none narrows nothing unsaid."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, overload

from django.http import HttpRequest
from ninja import Field, Schema
from ninja.pagination import LimitOffsetPagination

from zhengheng.domain.problems import Problem, ZhenghengError

MOST, FARTHEST = 1000, 10**9


class Pages(LimitOffsetPagination):
    """So many from so far on."""

    class Input(Schema):
        """`limit` a page, from `offset` on."""

        limit: int = Field(100, ge=1, le=MOST)
        offset: int = Field(0, ge=0, le=FARTHEST)


class Listed(Sequence[dict[str, Any]]):
    """Objects as a list of what is shown of them, which is made of those on a page alone."""

    def __init__(self, objects: Sequence[Any], shown: Callable[[Any], dict[str, Any]]) -> None:
        self.objects, self.shown = objects, shown

    def __len__(self) -> int:
        return len(self.objects)

    @overload
    def __getitem__(self, place: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, place: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, place: int | slice) -> Any:
        held = self.objects[place]
        return [self.shown(one) for one in held] if isinstance(place, slice) else self.shown(held)


class FilterError(ZhenghengError):
    """A list was asked for by what it cannot be narrowed by."""


def check_filters(request: HttpRequest, *names: str, **known: Collection[str]) -> None:
    """Raise FilterError for a filter that there is not, and for a value that one of `known` values cannot be.

    `names` are the filters of any value; `limit` and `offset` are always there.
    """
    possible = (*names, *known, "limit", "offset")
    found = [
        Problem(name, "filter.unknown", f"没有“{name}”这个筛选条件；可用的有：{'、'.join(possible)}。",
                f"there is no filter {name!r}; there are {', '.join(possible)}")
        for name in request.GET if name not in possible
    ]  # fmt: skip
    for name, values in known.items():
        asked = request.GET.get(name, "")
        if asked and asked not in values:
            found.append(
                Problem(name, "filter.value", f"“{name}”没有“{asked}”这个值；可用的有：{'、'.join(values)}。",
                        f"{name} is never {asked!r}; it is one of {', '.join(values)}")
            )  # fmt: skip
    if found:
        raise FilterError(found)
