"""The verifier as one file: the sources that give a score its meaning, word for word, and the model's shapes.

It imports the standard library only. Nothing is written twice: the plan, the oracle and the tables that
people read come from the sources that the office runs.
"""

import ast
import types
import typing
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pprint import pformat
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined, to_jsonable_python

from zhengheng import __version__
from zhengheng.scheme import base, indicator, methods, model, procedure, relative

MODEL = (base, methods, relative, indicator, procedure, model)
"""The modules whose classes are stood in for, each after those it imports."""
WRITTEN_OUT = {"defaults"}
"""What a bundle's rulebook does not have: its indicators hold the shared settings already."""
FIRST, LAST = "zhengheng.scheme.shapes", "zhengheng.engines.verifier"
_HEAD = '''#!/usr/bin/env python3
"""Recompute a published run. Needs only Python 3.11+; run: python verify.py

Below stand, word for word, the parts of Zhengheng {version} that give a score its meaning; the classes of
the rulebook are stood in for by their shapes. `engines.verifier`, the last part, says what is checked.
"""

import sys
import types

SOURCES = {{}}
'''
_FOOT = """

def load(name, source):
    parent = ""
    for word in name.split(".")[:-1]:
        parent += ("." if parent else "") + word
        if parent not in sys.modules:
            sys.modules[parent] = types.ModuleType(parent)
            sys.modules[parent].__path__ = []
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(source, name, "exec"), module.__dict__)
    package, _, last = name.rpartition(".")
    setattr(sys.modules[package], last, module)


load("zhengheng.scheme.shapes", SOURCES.pop("zhengheng.scheme.shapes"))
for name, module in sys.modules["zhengheng.scheme.shapes"].stand_in(SHAPES, CONSTANTS).items():
    sys.modules[name] = module
    setattr(sys.modules["zhengheng.scheme"], name.rpartition(".")[2], module)
for name, source in SOURCES.items():
    load(name, source)

if __name__ == "__main__":
    sys.exit(sys.modules["zhengheng.engines.verifier"].main(__file__))
"""


@cache
def verifier_source() -> str:
    """The text of a bundle's verify.py."""
    pieces = [_HEAD.format(version=__version__)]
    for part in (FIRST, *sources(LAST)):
        text = _text(part)
        assert "'''" not in text, part
        pieces.append(f"SOURCES[\"{part}\"] = r'''{text}'''\n")
    pieces.append(f"SHAPES = {pformat(shapes(), width=110, sort_dicts=False)}\n")
    constants = {one.__name__: _constants(one) for one in MODEL}
    pieces.append(f"CONSTANTS = {pformat(constants, width=110, sort_dicts=False)}\n")
    return "\n".join(pieces) + _FOOT


def sources(last: str) -> list[str]:
    """The modules that one needs, itself last, each after those it imports; without those stood in for."""
    stood_in, found = {one.__name__ for one in MODEL}, dict[str, None]()

    def visit(name: str) -> None:
        for node in ast.walk(ast.parse(_text(name))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("zhengheng"):
                for alias in node.names:
                    whole = f"{node.module}.{alias.name}"
                    wanted = whole if _is_module(whole) else node.module or ""
                    if wanted not in found and wanted not in stood_in:
                        visit(wanted)
        found[name] = None

    visit(last)
    return list(found)


def _file(name: str) -> Traversable:
    return files("zhengheng").joinpath(*name.split(".")[1:-1], f"{name.rpartition('.')[2]}.py")


def _is_module(name: str) -> bool:
    return _file(name).is_file()


def _text(name: str) -> str:
    return _file(name).read_text(encoding="utf-8")


def shapes() -> dict[str, dict[str, Any]]:
    """Of every class of the model: its module, bases, tag, and of its fields alias, kind and default."""
    found: dict[str, dict[str, Any]] = {}
    for module in MODEL:
        for name, held in vars(module).items():
            own = isinstance(held, type) and held.__module__ == module.__name__
            if own and issubclass(held, BaseModel):
                found[name] = _shape(held)
    return found


def _shape(held: type[BaseModel]) -> dict[str, Any]:
    held.model_rebuild()
    fields = {
        name: (field.alias, _kind(field.annotation), _default(field))
        for name, field in held.model_fields.items()
        if name not in WRITTEN_OUT
    }
    bases = [one.__name__ for one in held.__bases__ if one is not BaseModel]
    tag = held.model_fields.get("kind")
    values = typing.get_args(tag.annotation) if tag else ()
    return {
        "module": held.__module__, "bases": bases, "tag": values[0] if len(values) == 1 else None, "fields": fields,
    }  # fmt: skip


def _default(field: Any) -> list[Any]:
    """The default in a list, as a document writes it; an empty list where there is none."""
    value = field.get_default(call_default_factory=True)
    return [] if value is PydanticUndefined else [to_jsonable_python(value, by_alias=True)]


def _kind(annotation: Any) -> Any:
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _kind(inner[0])
    if origin is tuple:
        return ["list", _kind(inner[0])]
    if origin is dict:
        return ["map", _kind(inner[1])]
    if origin in {typing.Union, types.UnionType}:
        kinds: list[Any] = []
        for one in inner:
            kind = _kind(one) if one is not type(None) else None
            if kind is not None and kind not in kinds:
                kinds.append(kind)
        return kinds[0] if len(kinds) == 1 else ["either", kinds]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return ["of", annotation.__name__]
    return {Decimal: "number", date: "date"}.get(annotation, "plain")


def _constants(module: types.ModuleType) -> dict[str, Any]:
    return {name: held for name, held in vars(module).items() if name.isupper() and isinstance(held, str | int | tuple)}  # fmt: skip
