"""Rulebooks read with the standard library alone, by shapes taken from the model.

A bundle's verifier compiles the plan again from `rulebook.json` and has no pydantic. The shapes say, for
every class of the model, its fields, their kinds and defaults; `stand_in` makes classes of the same names
from them, so that the very source that compiles a plan runs unchanged on bare Python.

Kinds: "plain" as it stands, "number" a Decimal, "date", ["list", kind], ["map", kind], ["of", class],
["either", [kinds]].
"""

import copy
import json
from datetime import date
from decimal import Decimal
from types import ModuleType
from typing import Any

Shapes = dict[str, dict[str, Any]]


class Plain:
    """A part of a rulebook: attributes, no checks; whoever wrote the document had it checked."""

    shapes: Shapes = {}

    def __init__(self, **held: Any) -> None:
        self.__dict__.update(held)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(repr(sorted(self.__dict__.items(), key=str)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.__dict__})"

    def model_copy(self, *, update: dict[str, Any]) -> "Plain":
        made = copy.copy(self)
        made.__dict__.update(update)
        return made

    @classmethod
    def model_validate(cls, document: dict[str, Any]) -> "Plain":
        """Read a document of this class. Raises ValueError for what the model does not know."""
        made: Plain = _model(cls.shapes, cls.__name__, document)
        return made

    @classmethod
    def model_validate_json(cls, text: str, *, strict: bool = True) -> "Plain":
        made = cls.model_validate(json.loads(text))
        made.__dict__["_text"] = text
        return made

    def model_dump_json(self, **_: Any) -> str:
        """The document that was read: fingerprints are taken over it."""
        text: str = self.__dict__["_text"]
        return text


def _model(shapes: Shapes, name: str, document: dict[str, Any]) -> Any:
    shape = shapes[name]
    known = {alias or field: field for field, (alias, _, _) in shape["fields"].items()}
    if unknown := sorted(set(document) - set(known)):
        raise ValueError(f"{name}: {', '.join(unknown)}")
    held: dict[str, Any] = {}
    for alias, field in known.items():
        _, kind, default = shape["fields"][field]
        if alias not in document and not default:
            raise ValueError(f"{name}: {alias}")
        value = document[alias] if alias in document else default[0]
        held[field] = _read(shapes, kind, value)
    return shape["class"](**held)


def _read(shapes: Shapes, kind: Any, value: Any) -> Any:
    if value is None or kind == "plain":
        return value
    if kind == "number":
        return Decimal(value)
    if kind == "date":
        return date.fromisoformat(value)
    name, inner = kind
    if name == "list":
        return tuple(_read(shapes, inner, entry) for entry in value)
    if name == "map":
        return {key: _read(shapes, inner, entry) for key, entry in value.items()}
    if name == "of":
        return _model(shapes, inner, {"zh": value} if isinstance(value, str) else value)
    return _read(shapes, _fitting(shapes, inner, value), value)


def _fitting(shapes: Shapes, kinds: list[Any], value: Any) -> Any:
    """Of several kinds the one that a value has: mappings are models or maps, told apart by their `kind`."""
    if not isinstance(value, dict):
        return next((kind for kind in kinds if isinstance(kind, str)), kinds[0])
    models = [kind for kind in kinds if isinstance(kind, list) and kind[0] == "of"]
    if len(models) > 1:
        return next(kind for kind in models if shapes[kind[1]]["tag"] == value.get("kind"))
    return models[0] if models else next(kind for kind in kinds if kind[0] == "map")


def stand_in(shapes: Shapes, constants: dict[str, dict[str, Any]]) -> dict[str, ModuleType]:
    """Modules with the model's classes and constants, by their names."""
    modules = {name: ModuleType(name) for name in {shape["module"] for shape in shapes.values()} | set(constants)}  # fmt: skip
    for module in modules.values():
        # Names that only annotations mention.
        module.__dict__["__getattr__"] = lambda name: Any
    for name, shape in shapes.items():
        bases = tuple(shapes[base]["class"] for base in shape["bases"]) or (Plain,)
        shape["class"] = type(name, bases, {"__module__": shape["module"], "shapes": shapes})
        setattr(modules[shape["module"]], name, shape["class"])
    for name, held in constants.items():
        modules[name].__dict__.update(held)
    rulebook = shapes["Rulebook"]["class"]
    rulebook.indicator, rulebook.nodes = _indicator, _nodes
    return modules


def _indicator(self: Any, code: str) -> Any:
    return next(one for one in self.indicators if one.code == code)


def _nodes(self: Any) -> list[tuple[Any, Any, int]]:
    found: list[tuple[Any, Any, int]] = []

    def walk(node: Any, parent: Any, depth: int) -> None:
        found.append((node, parent, depth))
        for child in node.children:
            if not isinstance(child, str):
                walk(child, node, depth + 1)

    walk(self.tree, None, 0)
    return found
