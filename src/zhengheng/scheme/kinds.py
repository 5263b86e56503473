"""What the format admits at each place, read off the model itself: forms, workbooks, messages and pages ask here."""

import types
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Kind = Literal[
    "number", "integer", "yes_no", "day", "text", "choice", "list", "map", "model", "either", "nothing"
]  # fmt: skip
_LEAVES: dict[Any, Kind] = {Decimal: "number", int: "integer", bool: "yes_no", date: "day", str: "text", type(None): "nothing"}  # fmt: skip
APART = {"method"}
"""Parts whose numbers have sheets of their own."""
_LIMITS = ("gt", "ge", "lt", "le", "min_length", "max_length", "pattern")


@dataclass(frozen=True)
class Shape:
    """What may stand at a place.

    `parts` are a model's own parts by name; `members` what an `either` may be, with the name the
    validation calls each by; `tag` the part that chooses among them.
    """

    kind: Kind
    choices: tuple[str | int, ...] = ()
    model: type[BaseModel] | None = None
    inner: "Shape | None" = None
    keys: "Shape | None" = None
    members: tuple["Shape", ...] = ()
    tag: str = ""
    optional: bool = False
    required: bool = True
    default: Any = None
    limits: dict[str, Any] = field(default_factory=dict, hash=False)

    @property
    def parts(self) -> dict[str, "Shape"]:
        return parts_of(self.model) if self.model else {}

    @property
    def scalar(self) -> bool:
        return self.kind not in {"list", "map", "model", "either"}

    def member(self, held: Any) -> "Shape":
        """What an `either` is, seen what stands there; itself for everything else."""
        if self.kind != "either":
            return self
        if self.tag:
            said = held.get(self.tag) if isinstance(held, dict) else None
            return next((one for one in self.members if one.parts[self.tag].choices == (said,)), self)  # fmt: skip
        if isinstance(held, dict):
            return next((one for one in self.members if one.kind in {"model", "map"}), self)
        return next((one for one in self.members if one.scalar), self)

    def below(self, key: str | int, held: Any = None) -> "Shape | None":
        """What may stand under a key, where `held` stands here; None where nothing may."""
        shape = self.member(held)
        if shape.kind == "list":
            return shape.inner if isinstance(key, int) else None
        if shape.kind == "map":
            return shape.inner if isinstance(key, str) else None
        if shape.kind == "either":
            if shape.tag and key == shape.tag:
                return chooser(shape)
            found = (one.below(key) for one in shape.members)
            return next((one for one in found if one is not None), None)
        return shape.parts.get(key) if isinstance(key, str) else None


@cache
def parts_of(model: type[BaseModel]) -> dict[str, Shape]:
    """The parts of a model by the names that files use."""
    return {info.alias or name: _of_field(info) for name, info in model.model_fields.items()}


def _of_field(info: FieldInfo) -> Shape:
    shape = _of(info.annotation, list(info.metadata), info.discriminator)
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    return replace(shape, required=info.is_required(), default=default)


def _of(kind: Any, metadata: list[Any], tag: Any = None) -> Shape:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        extra = [one for mark in inner[1:] for one in ([*mark.metadata] if isinstance(mark, FieldInfo) else [mark])]  # fmt: skip
        tags = [mark.discriminator for mark in inner[1:] if isinstance(mark, FieldInfo) and mark.discriminator]  # fmt: skip
        return _of(inner[0], [*metadata, *extra], tag or next(iter(tags), None))
    limits = {name: value for mark in metadata for name in _LIMITS if (value := getattr(mark, name, None)) is not None}  # fmt: skip
    if origin in {Union, types.UnionType}:
        left = [one for one in inner if one is not type(None)]
        optional = len(left) < len(inner)
        if len(left) == 1:
            return replace(_of(left[0], metadata, tag), optional=optional)
        members = tuple(_of(one, []) for one in left)
        return Shape("either", members=members, tag=str(tag or ""), optional=optional, limits=limits)  # fmt: skip
    if origin is Literal:
        return Shape("choice", choices=inner, limits=limits)
    if origin in {tuple, list}:
        return Shape("list", inner=_of(inner[0], []), limits=limits)
    if origin is dict:
        return Shape("map", keys=_of(inner[0], []), inner=_of(inner[1], []), limits=limits)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return Shape("model", model=kind, limits=limits)
    return Shape(_LEAVES.get(kind, "text"), limits=limits)


def leaves(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, Shape]]:
    """Every place of a model that takes one cell: a scalar, a list or a map of scalars, the first entry of a list.

    A part that chooses among models gives the numbers of all of them; a method, which has many, its choice alone.
    """
    for name, shape in parts_of(model).items():
        yield from _leaves(f"{path}/{name}" if path else name, shape)


def _leaves(path: str, shape: Shape) -> Iterator[tuple[str, Shape]]:
    if shape.kind == "model" and shape.model:
        yield from leaves(shape.model, path)
    elif shape.kind == "list" and shape.inner and shape.inner.kind == "model" and shape.inner.model:
        yield from leaves(shape.inner.model, f"{path}/#0")
    elif shape.tag:
        yield f"{path}/{shape.tag}", chooser(shape)
        if path.split("/")[-1] not in APART:
            found = {key: one for member in shape.members if member.model for key, one in leaves(member.model, path)}  # fmt: skip
            yield from ((key, one) for key, one in found.items() if key != f"{path}/{shape.tag}")
    elif one_cell(shape):
        yield path, shape


def one_cell(shape: Shape) -> bool:
    """Whether a single cell can hold it."""
    if shape.kind in {"list", "map"}:
        return bool(shape.inner and shape.inner.scalar)
    return shape.scalar or (shape.kind == "either" and all(one.scalar for one in shape.members))


def chooser(shape: Shape) -> Shape:
    """The choice among the models of an `either`."""
    words = tuple(word for one in shape.members for word in one.parts[shape.tag].choices)
    return Shape("choice", choices=words, required=not shape.optional)
