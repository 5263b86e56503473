"""Settings that many indicators share 共用设定: said once in the rulebook, the same as written into each of them.

Only the files know them: reading spreads them over the indicators, so that everything else (checks,
fingerprints, engines, bundles) sees the rulebook written out; writing gathers them again.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Annotated, Any, Optional, Union, get_args

from pydantic import Field, create_model
from pydantic.fields import FieldInfo

from zhengheng.scheme.base import Code, Model
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.methods import AnyMethod

Path = tuple[str | int, ...]
Plain = dict[str, Any]
OWN = {"code", "name", "definition", "parts", "year_on_year", "changes", "full_marks"}
"""What each indicator says for itself."""
NONE = "（无）"
"""In a cell: none, or no words, whatever the shared settings say; in YAML an empty value says it."""


def _open(info: FieldInfo) -> Any:
    """A setting that may be left unsaid, with the limits that it has in an indicator."""
    kind: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
    return Optional[kind], Field(default=None, alias=info.alias)  # noqa: UP045


def _opened(model: type[Model]) -> type[Model]:
    fields: Any = {
        name: (info.annotation, ...) if name == "kind" else _open(info)
        for name, info in model.model_fields.items()
    }
    return create_model(f"Shared{model.__name__}", __base__=Model, __doc__=model.__doc__, **fields)


_MEMBERS: dict[str, type[Model]] = {
    get_args(member.model_fields["kind"].annotation)[0]: member
    for member in get_args(get_args(AnyMethod)[0])
}
_METHOD: Any = Annotated[Union[*map(_opened, _MEMBERS.values())], Field(discriminator="kind")]
_SETTINGS: Any = {
    name: (Optional[_METHOD], None) if name == "method" else _open(info)  # noqa: UP045
    for name, info in Indicator.model_fields.items()
    if name not in OWN
}
_Settings = create_model("_Settings", __base__=Model, **_SETTINGS)


class Shared(_Settings):
    """Settings of every indicator it covers that does not say otherwise; a later entry stands before an earlier one.

    A setting counts as a whole, of the method each number for itself. With a `method` it covers the
    indicators of that kind alone; with `indicators` those alone, and gives them the method as well.
    """

    indicators: tuple[Code, ...] = ()


def covers(entry: Mapping[str, Any], code: Any, kind: str | None) -> bool:
    """Whether an entry, as plain data, is about an indicator with this code and kind of method."""
    named = entry.get("indicators") or ()
    aimed = _kind(entry)
    return (not named or code in named) and (aimed is None or aimed == kind)


def spread(indicator: Plain, entries: Sequence[Any]) -> dict[Path, tuple[int, Path]]:
    """Write shared settings into one indicator (plain data) wherever it does not say its own.

    Gives for each place that was filled the entry it came from and the place in it. What is said as
    none (null) stays none.
    """
    held = [(place, one) for place, one in enumerate(entries) if isinstance(one, dict)]
    filled: dict[Path, tuple[int, Path]] = {}
    refused = {key for key, value in indicator.items() if _refused(Indicator, key, value)}
    for key in refused:
        del indicator[key]
    method = indicator.get("method")
    if "method" not in indicator and "method" not in refused:
        # An input of others stays one, unless an entry names it.
        for place, one in reversed(held):
            if _kind(one) and indicator.get("code") in (one.get("indicators") or ()):
                method = indicator["method"] = {"kind": _kind(one)}
                filled["method",] = filled["method", "kind"] = place, ("method", "kind")
                break
    kind = method.get("kind") if isinstance(method, dict) else None
    numbers: set[str] = set()
    if isinstance(method, dict) and (member := _MEMBERS.get(str(kind))):
        numbers = {key for key, value in method.items() if _refused(member, key, value)}
        for key in numbers:
            del method[key]
    for place, one in reversed(held):
        if not covers(one, indicator.get("code"), kind):
            continue
        for key, value in one.items():
            if key == "method" and isinstance(value, dict) and isinstance(method, dict):
                for number, held_value in value.items():
                    if number not in method and number not in numbers:
                        method[number] = deepcopy(held_value)
                        filled["method", number] = place, ("method", number)
            elif key not in {"method", "indicators", *OWN, *indicator, *refused}:
                indicator[key] = deepcopy(value)
                filled[key,] = place, (key,)
    return filled


def origins(filled: Mapping[Path, tuple[int, Path]], known: Iterable[Path]) -> Iterator[tuple[Path, Path]]:  # fmt: skip
    """Each place in an indicator that was filled, with the known place below `defaults` that says it."""
    for path, (entry, origin) in filled.items():
        start = ("defaults", entry, *origin)
        yield path, start
        for longer in known:
            if longer[: len(start)] == start:
                yield (*path, *longer[len(start) :]), longer


def gathered(data: Plain, indicators: Sequence[Indicator], entries: Sequence[Shared]) -> Plain:
    """The rulebook's plain data as files hold it: indicators without what the shared settings say for them.

    Where an indicator has none of what they say, its value is None.
    """
    if not entries:
        return data
    data["defaults"] = [json.loads(one.model_dump_json(by_alias=True, exclude_defaults=True, exclude_none=True)) for one in entries]  # fmt: skip
    for short, indicator in zip(data.get("indicators", []), indicators, strict=True):
        full, given = spoken(indicator), _given(indicator, entries)
        _fold(short, full, given, {"code", "method"})
        if given.get("method"):
            _fold(short["method"], full["method"], given["method"], {"kind"})
        elif "method" in given:
            short["method"] = None
    return data


def _fold(short: Plain, full: Plain, given: Plain, kept: set[str]) -> None:
    for key, value in given.items():
        if key in kept:
            continue
        if full.get(key) == value:
            short.pop(key, None)
        else:
            short.setdefault(key, full.get(key))


def taken(indicator: Indicator, entries: Sequence[Shared]) -> tuple[str, ...]:
    """Cell keys of what an indicator has from the shared settings: digits, method/undefined."""
    full, given = spoken(indicator), _given(indicator, entries)
    method, own = given.pop("method", None) or {}, full.get("method", {})
    found = [key for key, value in given.items() if key != "code" and full.get(key) == value]
    found += [f"method/{key}" for key, value in method.items() if key != "kind" and own.get(key) == value]  # fmt: skip
    return tuple(found)


def _given(indicator: Indicator, entries: Sequence[Shared]) -> Plain:
    """What the shared settings say for an indicator that says nothing itself but its method's kind.

    One without a method says so (None) where they would give it one: what they say of that kind is not for it.
    """
    given: Plain = {"code": indicator.code}
    if indicator.method:
        given["method"] = {"kind": indicator.method.kind}
    said = [spoken(one) for one in entries]
    spread(given, said)
    if "method" in given and indicator.method is None:
        given = {"code": indicator.code, "method": None}
        spread(given, said)
        given["method"] = None
    return given


def spoken(model: Model) -> Plain:
    """Everything a model says, what it has by default too."""
    found: Plain = json.loads(model.model_dump_json(by_alias=True, exclude_none=True))
    return found


def _kind(entry: Mapping[str, Any]) -> str | None:
    method = entry.get("method")
    return method.get("kind") if isinstance(method, dict) else None


def _refused(model: type[Model], key: str, value: Any) -> bool:
    """Whether a value says that there is none, where there may be none."""
    info = model.model_fields.get(key)
    if info is None or info.is_required() or info.default is not None:
        return False
    return value is None
