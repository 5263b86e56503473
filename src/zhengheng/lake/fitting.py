"""Whether a mapping fits its files and its rulebook: every fault at once, at its line of the mapping, before a row is read."""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from zhengheng.domain.names import unknown
from zhengheng.domain.problems import DataError, Problem
from zhengheng.domain.script import narrow
from zhengheng.lake import measures
from zhengheng.lake.cells import scale_said_plainly
from zhengheng.lake.filters import parse_filter
from zhengheng.lake.gathered import Gathered
from zhengheng.lake.mapping import Column, Mapping, SourceFile
from zhengheng.lake.readers import Table, kind_of, of_source, one_sheet
from zhengheng.lake.row_period import FREQUENCY_WORDS
from zhengheng.scheme.model import Rulebook

_NEEDED = {
    "observation": ("unit", "period"), "target": ("unit", "indicator", "period"), "unit": ("unit", "category", "group"),
    "milestone": ("unit", "indicator", "milestone", "due_on", "share"), "event": ("unit", "item", "document", "decided_on"),
    "approval": ("unit", "indicator", "approver"), "fact": (), "ruling": ("unit", "indicator", "period", "value"),
}  # fmt: skip
_OF_ANY = frozenset(
    {"file", "role", "sheet", "format", "encoding", "header", "header_rows", "where", "personal"}
)
_OF_NUMBERS = frozenset({"strip", "scale", "scientific"})
_OF_VALUES = _OF_NUMBERS | {
    "unit",
    "indicator",
    "period",
    "value",
    "confirmation",
    "missing",
    "only_known_indicators",
}
_OF_OBSERVATIONS = _OF_VALUES | {
    "layout",
    "indicators",
    "status",
    "vintage",
    "published_on",
    "not_applicable",
    "withheld",
}
READ: dict[str, frozenset[str]] = {
    "observation": _OF_OBSERVATIONS, "correction": _OF_OBSERVATIONS, "ruling": _OF_VALUES | {"status", "not_applicable", "withheld"},
    "target": _OF_VALUES | {"kinds"},
    "unit": frozenset({"unit", "name", "category", "group", "superior", "valid_from", "valid_to", "ranked", "distinct"}),
    "milestone": _OF_NUMBERS | {"unit", "indicator", "milestone", "due_on", "done_on", "share", "waived"},
    "event": frozenset({"unit", "item", "points", "document", "decided_on", "period", "revoked"}),
    "approval": frozenset({"unit", "indicator", "approver", "document", "distinct"}),
    "fact": frozenset({"columns", "measures", "strip", "scientific"}),
}  # fmt: skip
"""What each role reads of a source, beside what any does; the rest would be passed over without a word."""
_ROLES = {
    "observation": "观测值", "correction": "更正", "ruling": "裁定", "target": "目标", "unit": "单位名单", "milestone": "里程碑节点",
    "event": "加减分事项", "approval": "不适用批准", "fact": "明细",
}  # fmt: skip
_FIELDS = {
    "file.absent": "file", "file.outside": "file", "file.kind": "file", "file.workbook": "format",
    "sheet.absent": "sheet", "sheet.none": "sheet", "file.encoding": "encoding",
}  # fmt: skip
"""By which field of a source a file that cannot be read is at fault."""
_SHAPE = ("file", "format", "sheet", "encoding", "header", "header_rows")
"""What says where a table's columns are."""


class _Every(frozenset[str]):
    """The columns of a file that nobody could open: any may be there."""

    def __contains__(self, _: object) -> bool:
        return True


def check_mapping(mapping: Mapping, rulebook: Rulebook, data: Path) -> list[Problem]:
    """All that keeps a mapping from its files and its rulebook."""
    return all_misfits(Gathered(mapping, rulebook, data, b""))


def all_misfits(intake: Gathered) -> list[Problem]:
    """The faults of all sources, each once."""
    found: dict[Problem, None] = {}
    for source in intake.mapping.sources:
        table = None
        if not _vague(source):
            try:
                table = open_source(intake.data, source)
                if close := getattr(table.records, "close", None):
                    close()
            except DataError as error:
                found |= dict.fromkeys(placed(source, problem) for problem in error.problems)
        found |= dict.fromkeys(misfits(intake, source, table))
    return list(found)


def _vague(source: SourceFile) -> bool:
    """Whether what says where the columns are could not be read, or is misspelt."""
    return any(get_close_matches(name, _SHAPE, 1, 0.75) for name in source.unread)


def open_source(data: Path, source: SourceFile) -> Table:
    """The table of a source. Raises DataError."""
    path = data / source.file
    if not path.resolve().is_relative_to(data.resolve()):
        raise DataError.one(
            source.file, "file.outside", zh="文件必须在数据文件夹之内",
            en="the file must lie inside the data folder",
        )  # fmt: skip
    table = of_source(path, source)
    if source.sheet is None:
        one_sheet(table, source.file)
    return table


def placed(source: SourceFile, problem: Problem) -> Problem:
    """A fault of a file as a whole, at the field of the mapping that names what cannot be had."""
    field = _FIELDS.get(problem.code)
    if problem.where != source.file or field is None or problem.severity != "error":
        return problem
    if field != "file" and getattr(source, field) is None:
        return problem
    return source.fault((field,), problem.code, problem.zh, problem.en)


def misfits(intake: Gathered, source: SourceFile, table: Table | None) -> list[Problem]:
    """The faults of one source and its table, which is None where it cannot be opened."""
    return [
        *_lacking(source), *_idle(source), *_columns(source, table), *_codes(intake, source), *_scale(intake, source),
        *_filter(source, table.header if table else None), *(measures.misfits(source) if source.role == "fact" else ()),
    ]  # fmt: skip


def _lacking(source: SourceFile) -> Iterator[Problem]:
    needed = _NEEDED["observation" if source.role == "correction" else source.role]
    if source.role in {"observation", "correction"} and not source.indicators:
        needed = (*needed, "indicator", "value")
    for name in needed:
        if getattr(source, name) is None and not source.unread:
            yield source.fault((), "mapping.field", f"映射缺少 {name}", f"the mapping lacks `{name}`")  # fmt: skip


def _idle(source: SourceFile) -> Iterator[Problem]:
    """Settings of another kind of file, which would be passed over without a word."""
    kind = kind_of(source)
    held = {
        "sheet": (source.sheet is not None, {"xlsx", "xls"}, "工作表（sheet）", "a sheet"),
        "encoding": (source.encoding is not None, {"csv", "tsv"}, "编码（encoding）", "an encoding"),
        "header": (source.header != 1, {"csv", "tsv", "xlsx", "xls"}, "表头所在行（header）", "a row of the header"),
        "header_rows": (source.header_rows != 1, {"csv", "tsv", "xlsx", "xls"}, "表头行数（header_rows）", "rows of the header"),
    }  # fmt: skip
    # Of a source whose role is not known nobody can say what it does not read.
    known = "role" not in source.unread
    for name, field in SourceFile.model_fields.items() if known else ():
        if name in _OF_ANY or name in READ[source.role] or getattr(source, name) == field.default:
            continue
        if name != "scale" or source.role != "fact":
            yield source.fault((name,), "mapping.idle", f"{_ROLES[source.role]}（role: {source.role}）不读 {name}，这里写的不起作用；请删去，或改正 role。",
                               f"a source of the role {source.role} does not read `{name}`, so that this does nothing; leave it out, or correct the role")  # fmt: skip
    if source.scale is not None and source.role == "fact":
        yield source.fault(("scale",), "mapping.idle", "明细（fact）的各列不作换算，这里写的 scale 不起作用；请删去，或先在文件中换算。",
                           "columns of facts are not converted, so that `scale` does nothing; leave it out, or convert the file's numbers beforehand")  # fmt: skip
    for name, (given, kinds, zh, en) in held.items():
        if given and kind and kind not in kinds:
            yield source.fault((name,), "mapping.idle", f"{kind} 文件没有{zh}，这里写的不起作用；请删去，或改正文件名。",
                               f"a file of kind {kind} does not have {en}, so that this does nothing; leave it out, or correct the file's name")  # fmt: skip


def _columns(source: SourceFile, table: Table | None) -> Iterator[Problem]:
    if table is None:
        return
    header = table.header
    places: dict[tuple[str | int, ...], str | None] = {
        (name,): value.column for name, value in source.__dict__.items() if isinstance(value, Column)
    }  # fmt: skip
    for group in ("indicators", "kinds", "columns"):
        places |= {(group, key): value.column for key, value in getattr(source, group).items()}
    places |= {("personal", name): name for name in source.personal}
    shown_zh, shown_en = (sign.join(filter(None, header))[:200] for sign in ("、", ", "))
    zh, en = _title(source, header)
    for path, name in places.items():
        if name and name not in header:
            own_zh, own_en = _elsewhere(name, table)
            yield source.fault(path, "column.absent", f"没有列“{name}”，表头为：{shown_zh}{own_zh}{zh}",
                               f"no column {name!r}; the header is: {shown_en}{own_en}{en}")  # fmt: skip


def _elsewhere(name: str, table: Table) -> tuple[str, str]:
    """Where a column that is not there may be: under another title, or on another sheet."""
    plain = {title: _plain(title) for title in table.header if title}
    close = [title for title, said in plain.items() if said == _plain(name)]
    close = close or get_close_matches(name, plain, 1, 0.75)
    zh, en = (f"；相近的列是“{close[0]}”，请写成与表头一致", f"; near it is {close[0]!r}: write it as the header does") if close else ("", "")  # fmt: skip
    if sheets := [title for title, titles in table.others.items() if name in titles]:
        zh += f"；工作表“{sheets[0]}”有这一列，如果要读它，请写 sheet: {sheets[0]}"
        en += f"; the sheet {sheets[0]!r} has this column: if it is meant, write sheet: {sheets[0]}"
    return zh, en


def _plain(title: str) -> str:
    """What is left of a title for whoever cares neither for blanks, nor for wide and capital letters."""
    return "".join(narrow(title).casefold().split())


def _title(source: SourceFile, header: list[str]) -> tuple[str, str]:
    """What to do where the first row is a title and no header: nearly all of its cells are empty."""
    if 2 * sum(map(bool, header)) > len(header) > 1:
        return "", ""
    row = source.header + 1
    return (f"。如果这一行是标题，请在映射中写明表头所在的行，如 header: {row}",
            f". If this row is a title, say in the mapping where the header is, such as header: {row}")  # fmt: skip


def _codes(intake: Gathered, source: SourceFile) -> Iterator[Problem]:
    """Codes that the mapping itself names."""
    for code in source.indicators:
        if code not in intake.indicators:
            yield _unknown(intake, source, ("indicators", code), code)
    column = source.indicator
    plain = column is not None and not (column.map or column.prefix or source.only_known_indicators)
    if column and plain and column.constant not in (None, *intake.indicators):
        yield _unknown(intake, source, ("indicator",), str(column.constant))
    for place, measure in enumerate(source.measures):
        counted = intake.indicators.get(measure.indicator)
        if counted is None:
            yield _unknown(intake, source, ("measures", place, "indicator"), measure.indicator)
        elif counted.frequency != measure.frequency:
            own, asked = FREQUENCY_WORDS[counted.frequency], FREQUENCY_WORDS[measure.frequency]
            yield source.fault(
                ("measures", place, "frequency"), "measure.frequency",
                f"度量 {measure.indicator} 按{asked[0]}统计，而指标按{own[0]}报送；请把度量的 frequency 改为 {counted.frequency}",
                f"the measure of {measure.indicator} counts by the {asked[1]}, but the indicator is reported by the {own[1]}; set its frequency to {counted.frequency}",
            )  # fmt: skip


def _scale(intake: Gathered, source: SourceFile) -> Iterator[Problem]:
    """A factor as a word, where the unit of measure of what the mapping itself names has such a word too."""
    named = [*source.indicators, *filter(None, [source.indicator and source.indicator.constant])]
    told: set[str] = set()
    for code in named if isinstance(source.scale, str) and source.role != "fact" else ():
        unit = intake.indicators[code].measure_unit.zh if code in intake.indicators else ""
        wrong = scale_said_plainly(str(source.scale), unit)
        if wrong and unit not in told:
            told.add(unit)
            yield source.fault(("scale",), "mapping.scale", wrong[0], wrong[1])


def _unknown(
    intake: Gathered, source: SourceFile, path: tuple[str | int, ...], code: str
) -> Problem:
    return source.fault(path, "indicator.unknown", *unknown("indicator", code, intake.named))


def _filter(source: SourceFile, header: list[str] | None) -> Iterator[Problem]:
    columns = _Every() if header is None else frozenset(header)
    try:
        parse_filter(source.where, columns, source.file)
    except DataError as error:
        yield from (source.fault(("where",), p.code, p.zh, p.en) for p in error.problems)
