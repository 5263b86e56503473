"""An act's form: its fields from what it asks for, and what was typed back into that."""

import re
import types
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.domain.several import several
from zhengheng.web.acts.declare import Given, Words


class GivenError(ZhenghengError):
    """What was given does not fit what the act asks for."""

    readable: Given | None = None
    """What could be read all the same, so that the guards of every act are heard at once; None stands in the other fields."""


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
    rows: tuple[tuple["Input", ...], ...] = ()
    """Of `rows`: the same line by line, an input a column."""
    offered: tuple[str, ...] = ()
    """What is offered beside a text that may be any."""
    faults: tuple[Problem, ...] = ()
    """What was wrong with what stood here."""
    note: Words = ("", "")
    """What a number is measured in, and of which period."""
    hint: Words = ("", "")
    """What follows from what is written here."""
    empty: Words = ("", "")
    """Of a list in which nothing stands: that it is so, and whom to turn to."""
    way: tuple[str, Words] = ("", ("", ""))
    """Where the reader makes what the list lacks, if he is the one who can: address and words."""

    @property
    def optional(self) -> bool:
        """Whether it is to be said beside the field that it may stay empty, which its own words do not say."""
        return not self.required and self.kind != "yes" and "可空" not in self.words[0]


BLANK_ROWS = 4
"""Empty lines that a table to be filled in shows below what was typed."""


def inputs(
    given: type[Given], typed: Mapping[str, Any], choices: Mapping[str, Any], offered: Mapping[str, list[str]] | None = None
) -> list[Input]:  # fmt: skip
    """The fields of a form. `typed` is what stands in them, `choices` lists that the page knows.

    The lists of a column of rows stand under its own name, or under its field, a dot and its name; whether a field has to be
    filled for this very object, where its form alone does not tell, under its name, a dot and `needed`.
    """
    return [
        _input(name, info, typed, choices, tuple((offered or {}).get(name, ())))
        for name, info in given.model_fields.items()
    ]


VALUES = frozenset({"value", "wanted"})
"""Fields that hold the value that an object is about."""


def measured(fields: list[Input], about: tuple[Words, str] | None) -> list[Input]:
    """The fields, those of the object's value with its unit of measure and period."""
    if about is None:
        return fields
    (zh, en), period = about
    said = [(f"计量单位：{zh}", f"in {en}")] if zh else []
    said += [(f"期间：{period}", f"for {period}")] if period else []
    note = "；".join(one[0] for one in said), ", ".join(one[1] for one in said)
    return [replace(one, note=note) if one.name in VALUES else one for one in fields]


def with_faults(fields: list[Input], problems: Sequence[Problem]) -> list[Input]:
    """The fields, each with the problems that name it or a place in it."""
    return [
        replace(one, faults=tuple(p for p in problems if p.where.split(".")[0] == one.name))
        for one in fields
    ]


def as_asked(fields: Sequence[Input], problems: Sequence[Problem]) -> list[Problem]:
    """The problems in the words of the form: what is chosen from a list is not filled in."""
    chosen = {one.name for one in fields if one.kind == "choice"}
    chosen |= {cell.name.split(".")[-1] for one in fields for row in one.rows[:1] for cell in row if cell.kind == "choice"}  # fmt: skip
    return [
        replace(one, zh=f"{one.zh.removesuffix('请填写')}请选择", en=f"{one.en.removesuffix(' is missing')}: choose one of the list")
        if one.where.split(".")[-1] in chosen and one.zh.endswith("请填写") and one.en.endswith(" is missing")
        else one
        for one in problems
    ]  # fmt: skip


_LINES = frozenset({"rows", "files", "file"})


def by_field(fields: Sequence[Input], problems: Sequence[Problem]) -> list[Problem]:
    """The problems as they stand above a form: away from its field, a fault says which one it is about."""
    words = {one.name: one.words for one in fields if one.kind not in _LINES}
    return [
        replace(one, zh=f"{said[0]}：{one.zh}", en=f"{said[1]}: {one.en}")
        if (said := words.get(one.where)) and said[0] not in one.zh
        else one
        for one in problems
    ]


def _input(
    name: str, info: FieldInfo, typed: Mapping[str, Any], choices: Mapping[str, Any], offered: tuple[str, ...] = ()
) -> Input:  # fmt: skip
    said = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    words = str(said.get("zh", name)), str(said.get("en", name))
    kind, listed = _form(info, str(said.get("form", "")))
    if isinstance(names := said.get("names"), dict) and names:
        listed = tuple((value, names.get(value, label)) for value, label in listed)  # type: ignore[misc]
    columns: tuple[Words, ...] = ()
    rows: tuple[tuple[Input, ...], ...] = ()
    if (row := row_of(info)) is not None:
        columns = tuple(_words(n, f) for n, f in row.model_fields.items())
        rows = _lines(name, row, typed, choices)
    elif name in choices:
        kind, listed = "choice", tuple(choices[name])
    default = "" if info.is_required() or info.default is None else info.default
    value = typed.get(name, "" if kind in {"rows", "files"} else default)
    if kind in {"file", "files"} and not isinstance(value, list):
        value = ""
    needed = choices.get(f"{name}.needed", info.is_required())
    made = Input(name, words, kind, bool(needed) and kind != "yes", value, listed, columns, rows, offered)  # fmt: skip
    if name == "decision" and kind == "choice" and not needed:
        return replace(made, hint=UNNEEDED)
    if name == "decision" and kind == "choice" and not listed:
        return replace(made, hint=_said(said, "hint"), empty=UNDECIDED)
    nothing = _said(said, "empty") if kind == "choice" and not listed else ("", "")
    return replace(made, hint=_said(said, "hint"), empty=nothing if nothing[0] or kind != "choice" or listed else NOTHING)  # fmt: skip


NOTHING: Words = ("目前没有可以选择的项。", "There is nothing to choose from at present.")
"""What a list says in which nothing stands, where its field has no words of its own for it."""
UNDECIDED: Words = (
    "委员会对这一事项还没有可以使用的决定。请先由委员会秘书记录决定，再由另一名委员复核；复核以后，这里才能选择并办理。",
    "There is no decision of the commission on this matter yet that could be carried out. Its secretary records the decision first, and a member attests it; then it can be chosen here.",
)
"""What it says where a decision of the commission has to be there first."""
UNNEEDED: Words = (
    "这一事项不需要委员会另行决定，不用填。",
    "No decision of the commission is needed for this one; leave it empty.",
)


def _said(said: Mapping[str, Any], what: str) -> Words:
    held = said.get(what)
    return (str(held[0]), str(held[1])) if isinstance(held, list) else ("", "")


def _lines(
    name: str, row: type[BaseModel], typed: Mapping[str, Any], choices: Mapping[str, Any]
) -> tuple[tuple[Input, ...], ...]:
    """What was typed line by line, and empty lines below it; nothing in a line is asked for while the line is empty."""
    filled = [int(m[1]) for key, value in typed.items() if value and (m := re.fullmatch(rf"{name}\.(\d{{1,4}})\.\w+", key))]  # fmt: skip
    cells = {column: choices.get(f"{name}.{column}", choices.get(column)) for column in row.model_fields}  # fmt: skip
    return tuple(
        tuple(
            replace(_input(column, info, {column: typed.get(f"{name}.{place}.{column}", "")},
                           {} if cells[column] is None else {column: cells[column]}),
                    name=f"{name}.{place}.{column}", required=False)
            for column, info in row.model_fields.items()
        )
        for place in range(max(filled, default=-1) + 1 + BLANK_ROWS)
    )  # fmt: skip


def _words(name: str, info: FieldInfo) -> Words:
    said = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    return str(said.get("zh", name)), str(said.get("en", name))


def row_of(info: FieldInfo) -> type[BaseModel] | None:
    """What a line of the field is, where the field is a table."""
    if get_origin(info.annotation) is not list:
        return None
    row = get_args(info.annotation)[0]
    return row if isinstance(row, type) and issubclass(row, BaseModel) else None


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
        elif (row := row_of(info)) is not None:
            found[name] = [*_typed_rows(name, row, post), *_rows(row, post.get(name, ""))]
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
        refused = GivenError(_problem(given, one) for one in error.errors())
        refused.readable = _readable(given, found, {str(one["loc"][0]) for one in error.errors() if one["loc"]})  # fmt: skip
        raise refused from error


def _readable(given: type[Given], found: Mapping[str, Any], wrong: Collection[str]) -> Given:
    """The form without the fields that are wrong; it serves to be looked at, and no act is done with it."""
    read: dict[str, Any] = {}
    for name, info in given.model_fields.items():
        read[name] = None if name in wrong or info.is_required() else info.get_default(call_default_factory=True)  # fmt: skip
        if name in found and name not in wrong:
            shape: Any = Annotated[info.annotation, info]
            with suppress(ValidationError):
                read[name] = TypeAdapter(shape).validate_python(found[name])
    return given.model_construct(**read)


def _problem(given: type[Given], one: Any) -> Problem:
    place = [str(part) for part in one["loc"]]
    info = given.model_fields.get(place[0]) if place else None
    zh, en = _words(place[0], info) if info else ("".join(place[:1]),) * 2
    in_row = _in_row(info, place) if info else ("", "")
    why = why_of(one["type"], one.get("ctx"))
    subject = f"{en}{in_row[1]}" if in_row[1] else f"“{en}”"
    # A sentence goes on after its subject; what is to be done stands apart from it.
    told = f"{subject} {why[1]}" if why[1].startswith(_VERBS) else f"{en}{in_row[1]}: {why[1]}"
    return Problem(".".join(place), f"field.{one['type']}", f"{zh}{in_row[0]}: {why[0]}", told)


def _in_row(info: FieldInfo, place: Sequence[str]) -> Words:
    """Of a table, the line and the column that a problem is in."""
    number, name = "".join(place[1:2]), "".join(place[2:3])
    row = row_of(info)
    if row is None or not number.isdigit():
        return "", ""
    column = row.model_fields.get(name)
    zh, en = _words(name, column) if column else ("", "")
    line = int(number) + 1
    return (f" 第 {line} 行“{zh}”", f", row {line}, “{en}”") if column else (f" 第 {line} 行", f", row {line}")  # fmt: skip


def why_of(kind: str, limits: Mapping[str, Any] | None = None) -> Words:
    """What the model's refusal of a value is called, by its kind; where it is too long, by which limit."""
    most = (limits or {}).get("max_length")
    if kind == "string_too_long" and most:
        return (
            f"太长，最多 {most} 个字",
            f"is too long: {several(most, 'character', 'characters')} at most",
        )
    if kind == "too_long" and most:
        return f"太多，最多 {most} 项", f"are too many: {most} at most"
    for bound, (zh, en) in _BOUNDS.items():
        if (
            limits
            and bound in limits
            and kind in {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}
        ):
            return f"{zh} {limits[bound]}", f"{en} {limits[bound]}"
    return _WHY.get(kind, ("不符合要求，请按这一栏的说明填写", "does not fit; fill it in as the field says"))  # fmt: skip


_BOUNDS = {
    "gt": ("太小，应大于", "is too small: it is to be more than"), "ge": ("太小，最小为", "is too small; the least is"),
    "lt": ("太大，应小于", "is too large: it is to be less than"), "le": ("太大，最大为", "is too large; the most is"),
}  # fmt: skip
"""What a number beyond its limit is told, before that limit."""

_VERBS = ("is ", "are ", "needs ", "does ")
_NO_DATE: Words = ("不是日期，请写成 2026-01-31", "is no date; write it like 2026-01-31")
_WHY = {
    "extra_forbidden": ("没有这一项", "there is no such field"), "int_type": ("应是整数", "is to be a whole number"),
    "string_type": ("应是文字", "is to be text"), "bool_parsing": ("应是 true 或 false", "is to be true or false"),
    "bool_type": ("应是 true 或 false", "is to be true or false"), "int_from_float": ("应是整数", "is to be a whole number"),
    "list_type": ("应是列表", "is to be a list"), "dict_type": ("应是一组键和值", "is to be an object"),
    "model_attributes_type": ("应是一组键和值", "is to be an object"), "date_type": _NO_DATE,
    "json_invalid": ("不是 JSON", "is no JSON"), "string_pattern_mismatch": ("写法不符合要求", "is not written as it should be"),
    "missing": ("请填写", "is missing"), "too_short": ("请至少填写或上传一项", "needs at least one entry or file"), "too_long": ("太多", "are too many"), "string_too_long": ("太长", "is too long"),
    "string_too_short": ("请填写", "is missing"), "text_empty": ("请填写文字，只有空格或标点不算", "write something; spaces and marks alone do not count"), "date_from_datetime_parsing": _NO_DATE,
    "date_parsing": _NO_DATE, "decimal_parsing": ("不是数", "is no number"),
    "int_parsing": ("不是整数", "is no whole number"), "literal_error": ("请从列表中选择", "choose one of the list"),
    "greater_than": ("太小", "is too small"), "greater_than_equal": ("太小", "is too small"),
    "less_than_equal": ("太大", "is too large"), "datetime_from_date_parsing": ("不是时间", "is no moment"),
}  # fmt: skip


def _typed_rows(name: str, row: type[BaseModel], post: QueryDict) -> list[dict[str, str]]:
    """Lines filled in one by one; empty ones are none."""
    places = sorted({int(m[1]) for key in post if (m := re.fullmatch(rf"{name}\.(\d{{1,4}})\.\w+", key))})  # fmt: skip
    held = [
        {n: text for n in row.model_fields if (text := post.get(f"{name}.{place}.{n}", "").strip())}
        for place in places
    ]
    return [one for one in held if one]


def _rows(row: type[BaseModel], text: str) -> list[dict[str, str]]:
    """Lines pasted from a spreadsheet: a row each, columns by tabs, by the marks that the form itself puts between them, or by
    runs of spaces."""
    names = list(row.model_fields)
    made = []
    # Only what a keyboard makes parts rows and cells: other separators belong to the text that was pasted.
    for line in re.split(r"\r\n|\r|\n", text):
        if line.strip():
            apart = (
                r"\t"
                if "\t" in line
                else r"[|｜]"
                if len(names) > 1 and re.search("[|｜]", line)
                else r"[ \u3000]+"
            )
            # What is beyond the last column belongs to it where blanks part the cells, and is nobody's where marks do.
            cells = re.split(apart, line if apart == r"\t" else line.strip(" \u3000"), maxsplit=len(names) - 1 if apart.endswith("+") else 0)  # fmt: skip
            made.append({n: c.strip() for n, c in zip(names, cells, strict=False) if c.strip()})
    return made
