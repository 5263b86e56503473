"""An act's form: its fields from what it asks for, and what was typed back into that."""

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.web.acts.declare import Given, Words


class GivenError(ZhenghengError):
    """What was given does not fit what the act asks for."""


@dataclass(frozen=True)
class Input:
    """One field of a form."""

    name: str
    words: Words
    kind: str
    """line, text, number, date, moment, yes, choice, rows, files"""
    required: bool
    value: Any = ""
    choices: tuple[tuple[str, str | Words], ...] = ()
    columns: tuple[Words, ...] = ()
    """Of `rows`: what stands in each column, from left to right."""


def inputs(given: type[Given], typed: Mapping[str, Any], choices: Mapping[str, Any]) -> list[Input]:
    """The fields of a form. `typed` is what stands in them, `choices` lists that the page knows."""
    return [_input(name, info, typed, choices) for name, info in given.model_fields.items()]


def _input(
    name: str, info: FieldInfo, typed: Mapping[str, Any], choices: Mapping[str, Any]
) -> Input:
    said = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    words = str(said.get("zh", name)), str(said.get("en", name))
    kind, listed = _form(info, str(said.get("form", "")))
    if isinstance(names := said.get("names"), dict) and names:
        listed = tuple((value, names.get(value, label)) for value, label in listed)  # type: ignore[misc]
    columns: tuple[Words, ...] = ()
    if kind == "rows":
        columns = tuple(_words(n, f) for n, f in _row(info).model_fields.items())
    if name in choices:
        kind, listed = "choice", tuple(choices[name])
    default = "" if info.is_required() or info.default is None else info.default
    value = typed.get(name, "" if kind in {"rows", "files"} else default)
    if kind in {"file", "files"} and not isinstance(value, list):
        value = ""
    return Input(name, words, kind, info.is_required() and kind != "yes", value, listed, columns)


def _words(name: str, info: FieldInfo) -> Words:
    said = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    return str(said.get("zh", name)), str(said.get("en", name))


def _row(info: FieldInfo) -> type[BaseModel]:
    row: type[BaseModel] = get_args(info.annotation)[0]
    return row


def _form(info: FieldInfo, form: str) -> tuple[str, tuple[tuple[str, str | Words], ...]]:
    kind: Any = info.annotation
    if get_origin(kind) in {Union, types.UnionType}:
        kind = next(one for one in get_args(kind) if one is not type(None))
    if form:
        return form, ()
    if get_origin(kind) is Literal:
        return "choice", tuple((str(value), str(value)) for value in get_args(kind) if value)
    if get_origin(kind) is list:
        return ("files", ()) if get_args(kind)[0] is int else ("rows", ())
    named = {"bool": "yes", "int": "number", "date": "date", "datetime": "moment", "time": "time"}
    return named.get(getattr(kind, "__name__", ""), "line"), ()


KEPT = "-kept"
"""After a field's name: numbers of the files that an earlier attempt handed in."""


def read(
    given: type[Given], post: QueryDict, uploads: MultiValueDict[str, UploadedFile[Any]],
    store: Callable[[UploadedFile[Any]], int], kept: dict[str, list[int]],
) -> Given:  # fmt: skip
    """What the form says, checked. `store` takes an uploaded file in and gives its number.

    `kept` is filled with the files of each field, so that a form that is shown again has them still.
    """
    found: dict[str, Any] = {}
    for name, info in given.model_fields.items():
        kind, _ = _form(info, str((info.json_schema_extra or {}).get("form", "")))  # type: ignore[union-attr]
        if kind == "yes":
            found[name] = name in post
        elif kind == "files":
            held = _files(name, post, uploads, store, kept)
            found[name] = held
        elif kind == "rows":
            found[name] = _rows(_row(info), post.get(name, ""))
        elif kind == "file":
            if held := _files(name, post, uploads, store, kept):
                found[name] = held[-1]
        elif text := post.get(name, "").strip():
            found[name] = text
    return check(given, found)


def _files(
    name: str, post: QueryDict, uploads: MultiValueDict[str, UploadedFile[Any]],
    store: Callable[[UploadedFile[Any]], int], kept: dict[str, list[int]],
) -> list[int]:  # fmt: skip
    """The files of a field: those of an earlier attempt, then what comes now."""
    before = post.getlist(name + KEPT)
    held = kept.setdefault(name, [int(one) for one in before if one.isdecimal() and len(one) < 19])
    for file in uploads.getlist(name):
        held.append(store(file))
    return held


def check(given: type[Given], found: Mapping[str, Any]) -> Given:
    """The typed model. Raises GivenError with every field's problem."""
    try:
        return given.model_validate(found)
    except ValidationError as error:
        raise GivenError(_problem(given, one) for one in error.errors()) from error


def _problem(given: type[Given], one: Any) -> Problem:
    place = [str(part) for part in one["loc"]]
    info = given.model_fields.get(place[0]) if place else None
    zh, en = _words(place[0], info) if info else ("", "")
    row = f" 第 {int(place[1]) + 1} 行" if len(place) > 1 and place[1].isdigit() else ""
    why = _WHY.get(one["type"], (f"不符合要求 ({one['msg']})", one["msg"]))
    return Problem(".".join(place), f"field.{one['type']}", f"{zh}{row}: {why[0]}", f"{en}: {why[1]}")  # fmt: skip


_WHY = {
    "missing": ("请填写", "is missing"), "string_too_long": ("太长", "is too long"),
    "string_too_short": ("请填写", "is missing"), "date_from_datetime_parsing": ("不是日期", "is no date"),
    "date_parsing": ("不是日期", "is no date"), "decimal_parsing": ("不是数", "is no number"),
    "int_parsing": ("不是整数", "is no whole number"), "literal_error": ("请从列表中选择", "choose one of the list"),
    "greater_than": ("太小", "is too small"), "greater_than_equal": ("太小", "is too small"),
    "less_than_equal": ("太大", "is too large"), "datetime_from_date_parsing": ("不是时间", "is no moment"),
}  # fmt: skip


def _rows(row: type[BaseModel], text: str) -> list[dict[str, str]]:
    """Lines pasted from a spreadsheet: a row each, columns by tabs or runs of spaces."""
    names = list(row.model_fields)
    made = []
    for line in text.splitlines():
        if line.strip():
            cells = line.split("\t") if "\t" in line else line.split(None, len(names) - 1)
            made.append({n: c.strip() for n, c in zip(names, cells, strict=False) if c.strip()})
    return made
