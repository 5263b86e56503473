"""Where the model refuses what, as problems: at the line or cell, in the format's own words, each fault once."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from zhengheng.domain.problems import Problem
from zhengheng.scheme.fault_words import kind_of, worded
from zhengheng.scheme.kinds import Shape
from zhengheng.scheme.yaml_source import Document

Path_ = tuple[str | int, ...]
MOST = 200
"""Faults of one document that are told at once."""


@dataclass(frozen=True)
class Fault:
    """One error of the model: its place in the data, what may stand there, the error itself."""

    path: Path_
    shape: Shape | None
    item: Any
    key: bool = False
    """Whether the fault lies in the last key of the path, not in what stands under it."""


def faults(error: ValidationError, root: Shape, data: Any) -> list[Fault]:
    """The errors with their places. Of what was tried as several kinds of thing, only what it looks like counts."""
    found: dict[Path_, Fault] = {}
    spare: dict[Path_, Fault] = {}
    for item in error.errors(include_url=False):
        fault, fits = _located(item, root, data)
        if item["type"] == "too_short" and len(item["input"]) >= item["ctx"]["min_length"]:
            # Entries that are refused are not counted; they have their own faults.
            continue
        (found if fits else spare).setdefault(fault.path, fault)
    # What looks like nothing that may stand there is still refused.
    for path, fault in spare.items():
        if not any(path[: len(other)] == other or other[: len(path)] == path for other in found):
            found[path] = fault
    return list(found.values())


def _located(item: Any, root: Shape, data: Any) -> tuple[Fault, bool]:
    shape: Shape | None = root
    path: list[str | int] = []
    held, fits = data, True
    above = shape
    for part in item["loc"]:
        if shape is not None and shape.kind == "either":
            # This part of the error's place names the kind of thing that was tried.
            member = _tried(shape, part)
            if not shape.tag:
                fits = fits and member is not None and _looks(held, member)
            shape = member
            continue
        if part == "[key]":
            return Fault(tuple(path), (above and above.keys) or shape, item, key=True), fits
        path.append(part)
        above = shape
        shape = shape.below(part, held) if shape else None
        try:
            held = held[part]
        except (KeyError, IndexError, TypeError):
            held = None
    return Fault(tuple(path), shape, item), fits


def _tried(shape: Shape, part: Any) -> Shape | None:
    if shape.tag:
        return next((one for one in shape.members if part in one.parts[shape.tag].choices), None)
    for one in shape.members:
        name = one.model.__name__ if one.model else {"map": "dict", "list": "tuple"}.get(one.kind)
        if name and (str(part) == name or str(part).startswith(f"{name}[")):
            return one
    return next((one for one in shape.members if one.scalar), None)


def _looks(held: Any, member: Shape) -> bool:
    if isinstance(held, dict):
        return member.kind in {"model", "map"}
    if isinstance(held, list):
        return member.kind == "list" or not any((member.model, member.inner))
    return member.scalar


def explain(
    error: ValidationError, document: Document, root: Shape, data: Any, *, keys: bool = True,
    absent: Collection[Path_] = (),
) -> Iterator[Problem]:  # fmt: skip
    """An error of the model in the words of the format, at its line or cell.

    `absent` are parts that could not be read, for a reason told already: that they are missing is no fault of its own.
    """
    shared, told, found = set(document.elsewhere.values()), set[tuple[str, str]](), []
    for fault in faults(error, root, data):
        if fault.path in absent and fault.item["type"] == "missing":
            continue
        # What a shared setting gets wrong is told once, not by every indicator that it covers.
        said = (document.where(fault.path), fault.item["type"])
        if said[0] not in shared or said not in told:
            found.append(fault)
        told.add(said)
    for fault in found[:MOST]:
        part = next(
            (
                str(p)
                for p in reversed(fault.path[: -1 if fault.key else None])
                if isinstance(p, str)
            ),
            "",
        )
        zh, en = worded(fault.item, fault.shape, part, keys=keys, weight=fault.path[:1] == ("weights",))  # fmt: skip
        name_zh, name_en = document.named(fault.path)
        yield Problem(
            document.where(fault.path), f"field.{kind_of(fault.item)}",
            f"{name_zh}：{zh}" if name_zh else zh, f"{name_en}: {en}" if name_en else en,
        )  # fmt: skip
    if len(found) > MOST:
        yield Problem(document.name, "field.more", f"另有 {len(found) - MOST} 处问题，请先改正以上各处", f"{len(found) - MOST} more; correct these first")  # fmt: skip
