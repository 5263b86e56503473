"""Read the workbook of a rulebook: every fault at its sheet and cell, all at once."""

from pathlib import Path
from typing import Any

from zhengheng.domain.problems import DataError, RulebookError
from zhengheng.scheme.cells import CellKeyError, Place, at, got, place_of, put
from zhengheng.scheme.choice_words import meant
from zhengheng.scheme.excel_tree import read_tree, read_weights
from zhengheng.scheme.folder import Source, found_in
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.sheet_names import recognised
from zhengheng.scheme.sheets import (
    BASICS,
    CHANGE,
    ENTRY,
    KEY,
    SHARED,
    SHARES,
    TREE,
    WEIGHTS,
    Sheet,
    label,
    settings,
    sheets,
)
from zhengheng.scheme.tables import (
    Book,
    Row,
    bare,
    contrary,
    entry_key,
    rows_of,
    twice,
    without_remark,
)
from zhengheng.workbooks.cell import seen, shown
from zhengheng.workbooks.read import hidden_sheets, open_sheets
from zhengheng.workbooks.xlsx import HIDDEN

Cells = dict[str, Any]
NEEDED = (BASICS, TREE, WEIGHTS, "类别", "指标")
"""Sheets without which there is no rulebook."""
_OWN = {"indicator", CHANGE, SHARED}
"""What a row of a method's numbers says of itself."""


def read_workbook(path: Path) -> tuple[Rulebook, Source]:
    """Read a workbook. Raises RulebookError with every problem at its sheet and cell."""
    try:
        every, hidden = open_sheets(path, path.name, all_sheets=True), hidden_sheets(path)
    except DataError as error:
        raise RulebookError(error.problems) from error
    book = Book(path.name)
    held = recognised(every, hidden, book)
    titles = {sheet.title: sheet for sheet in sheets()}
    rows: dict[str, list[Row]] = {}
    others: dict[str, set[str]] = {}
    lost = {title for title in NEEDED if title not in held}
    for title, sheet in titles.items():
        if title not in held:
            continue
        if title == WEIGHTS:
            others = _columns(rows.get("类别") or list(rows_of(titles["类别"], held.get("类别", []), path.name, [], {})))  # fmt: skip
        told = len(book.problems)
        found = list(rows_of(sheet, held[title], path.name, book.problems, others if title == WEIGHTS else {}))  # fmt: skip
        if any(problem.code == "sheet.header" for problem in book.problems[told:]):
            lost.add(title)
        rows[title] = [row for row in found if _whole(book, row)]
    for sheet in sheets():
        # What belongs to indicators that could not be read belongs nowhere, and is right all the same.
        if sheet.kind in {"changes", "method"} and "指标" in lost:
            continue
        for row in rows.get(sheet.title, []):
            _take(book, sheet, row)
    lost |= {title for title, sheet in titles.items() if title not in held and _wanted(book, sheet)}
    for title in titles:
        if title in lost and title not in held:
            book.fault(title, "sheet.absent", f"缺少工作表“{title}”；请从空表复制，或检查工作表的名称。", f"the sheet {title} is missing; copy it from a fresh form, or look at the sheets' names")  # fmt: skip
    if TREE in rows:
        book.data["tree"] = read_tree(rows[TREE], book)
    if WEIGHTS in rows:
        book.data["weights"] = read_weights(rows[WEIGHTS], book)
    _named(book.data)
    source = Source(path, book)
    absent = {place for title in lost for place in _places(titles[title])}
    # Where a row of the tree hangs is not known, and so no sum of weights below a dimension.
    silent = {"weights.total"} if any(one.code.startswith("tree.") for one in book.problems) else set()  # fmt: skip
    if any(one.code == "weights.code" for one in book.problems):
        # Nor is it known whose weight it was that stands beside no code.
        silent |= {"weights.total", "weights.absent"}
    return found_in(
        book.data, source, book.problems, cells=True, lost=bool(lost), absent=absent, silent=silent
    ), source


def _named(data: Any) -> None:
    """Categories and groups that units name by their names, where one alone is called so, as weights do."""
    for key, listed in (("category", "categories"), ("group", "groups")):
        codes: dict[str, list[str]] = {}
        known = [one for one in data.get(listed, []) if isinstance(one, dict)]
        for one in known:
            name = one.get("name")
            codes.setdefault(shown(name.get("zh", "")).strip() if isinstance(name, dict) else "", []).append(shown(one.get("code", "")))  # fmt: skip
        for unit in data.get("units", []):
            said = shown(unit.get(key, "")).strip() if isinstance(unit, dict) else ""
            if said and said not in {shown(one.get("code", "")) for one in known} and len(codes.get(said, ())) == 1:  # fmt: skip
                unit[key] = codes[said][0]


def _wanted(book: Book, sheet: Sheet) -> bool:
    """Whether what the rest of the workbook says needs this sheet: grades, where the settings speak of them."""
    if sheet.kind != "list" or len(sheet.place) < 2 or sheet.place[0] not in book.data:
        return False
    shape = at("/".join(sheet.place))
    return shape is not None and shape.required


def _places(sheet: Sheet) -> list[Place]:
    """What is missing in the rulebook where a sheet is."""
    match sheet.kind:
        case "settings":
            return [place_of(key)[:1] for rows in settings().values() for key, _ in rows]
        case "tree" | "weights":
            return [(sheet.kind,)]
        case _:
            return [sheet.place]


def _columns(categories: list[Row]) -> dict[str, set[str]]:
    """Headers of the weights that name a category, by its code or its name; two categories may be called the same."""
    found: dict[str, set[str]] = {}
    for row in categories:
        if code := row.cells.get("code"):
            for word in (code, row.cells.get("name/zh", code)):
                found.setdefault(shown(word), set()).add(f"={shown(code)}")
    return found


def _whole(book: Book, row: Row) -> bool:
    """Whether the row may be read: no note in a merged cell is one. A hidden row is a fault, and is read on, so that
    what others say of it is not told as wrong."""
    fault = next((f for text in row.cells.values() if (f := getattr(text, "of_row", None))), None)
    if fault is None:
        return True
    book.fault(row.place(next(iter(row.cells))), fault.code, fault.zh, fault.en)
    row.cells = {key: seen(text) for key, text in row.cells.items()}
    return bool(fault.code == HIDDEN.code)


def _take(book: Book, sheet: Sheet, row: Row) -> None:
    match sheet.kind:
        case "settings":
            _setting(book, row)
        case "list":
            held = _holder(book, sheet.place, [])
            if sheet.place == SHARES:
                _in_order(book, row, SHARED, len(held) + 1)
            held.append(_filled(book, row, (*sheet.place, len(held)), (SHARED,)))
        case "map":
            _entry(book, sheet, row)
        case "changes":
            _change(book, row)
        case "method":
            _numbers(book, sheet, row)
        case _:
            pass


def _setting(book: Book, row: Row) -> None:
    said, word = shown(row.cells.get("名称", "")), shown(row.cells.get("@label", ""))
    meant_by = _LABELS.get(bare(word)) or _LABELS.get(bare(without_remark(word)), "")
    key = said or meant_by
    place = row.place("值")
    if said and meant_by not in {"", said}:
        book.fault(row.place("@label"), "sheet.contrary", *contrary(word, label(said)))
    if key and at(key) is not None:
        before = book.rows_of_settings.setdefault(place_of(key), row.place("@label"))
        if before != row.place("@label"):
            book.fault(row.place("@label"), "sheet.twice", *twice(word or label(key), before.rpartition("!")[2]))  # fmt: skip
            return
    if "值" not in row.cells:
        return
    try:
        if not key or at(key) is None:
            raise CellKeyError(key)
        put(book.data, key, row.cells["值"])
        book.places[place_of(key)] = place
    except CellKeyError:
        said = key or shown(row.cells.get("@label", ""))
        book.fault(place, "cell.key", f"“{said}”不是方案中的项目；请从空表复制该行", f"{said!r} is no setting of a rulebook; copy the row of the empty form")  # fmt: skip


_LABELS = {bare(label(key)): key for rows in settings().values() for key, _ in rows}


def _filled(book: Book, row: Row, base: Place, skip: tuple[str, ...] = ()) -> Cells:
    """The cells of a row as one entry, which stands at `base`; a cell whose key is none is a fault."""
    entry: Cells = {}
    for key, cell in row.places.items():
        if key in skip:
            continue
        try:
            book.places[(*base, *place_of(key))] = cell
            if key in row.cells:
                put(entry, key, row.cells[key])
        except CellKeyError as error:
            book.fault(
                cell, "cell.key", f"隐藏行中的键“{error}”不是方案中的位置；请从空表复制表头",
                f"the hidden key {error} names no place in a rulebook; copy the headers of a fresh form",
            )  # fmt: skip
    return entry


def _holder(book: Book, place: tuple[str, ...], empty: Cells | list[Any]) -> Any:
    """The list or map at a place, made where there is none yet."""
    held: Any = book.data
    for name in place[:-1]:
        held = held.setdefault(name, {})
    if not isinstance(held.get(place[-1]), type(empty)):
        held[place[-1]] = empty
    return held[place[-1]]


def _entry(book: Book, sheet: Sheet, row: Row) -> None:
    said = shown(row.cells.get(KEY, "")).strip()
    shape = sheet.shape(KEY)
    key = str((shape and meant("clocks", shape, said)) or said)
    if not key:
        book.fault(row.place(KEY), "field.missing", f"请填写{sheet.heading(KEY)}", "say which entry this row is")  # fmt: skip
        return
    held = _holder(book, sheet.place, {})
    if key in held:
        book.fault(row.place(KEY), "cell.twice", f"“{said}”写了两次", f"{said!r} stands twice")
        return
    held[key] = _filled(book, row, (*sheet.place, key), (KEY,))
    book.places[(*sheet.place, key)] = row.place(KEY)


def _owner(book: Book, row: Row) -> int | None:
    """Which indicator a row belongs to."""
    code = shown(row.cells.get("indicator", "")).strip()
    for place, one in enumerate(book.data.get("indicators", [])):
        if isinstance(one, dict) and code and shown(one.get("code", "")) == code:
            return place
    book.fault(
        row.place("indicator"), "indicator.unknown", f"“指标”表中没有代码为“{code}”的指标" if code else "请填写指标代码",
        f"the sheet of indicators has no code {code!r}" if code else "say which indicator",
    )  # fmt: skip
    return None


def _change(book: Book, row: Row) -> None:
    owner = _owner(book, row)
    if owner is None:
        return
    base: Place = ("indicators", owner, "changes")
    held = book.data["indicators"][owner].setdefault("changes", [])
    _in_order(book, row, CHANGE, len(held) + 1)
    held.append(_filled(book, row, (*base, len(held)), ("indicator", CHANGE)))


def _in_order(book: Book, row: Row, key: str, number: int) -> None:
    """Rows that others name by their number say it, counted from 1; where it is left out it is taken as meant."""
    said = shown(row.cells.get(key, "")).strip()
    if said and said != str(number):
        what, whose = ("该指标的年中调整", "the changes of an indicator") if key == CHANGE else ("共用设定", "shared settings")  # fmt: skip
        book.fault(row.place(key), "row.order", f"{what}应按次序填写，这一行应填 {number}", f"{whose} stand in order; this row is number {number}")  # fmt: skip


def _holding(book: Book, row: Row) -> tuple[Cells, Place] | None:
    """What a row of a method's numbers belongs to: shared settings, an indicator, or one of its changes."""
    if said := shown(row.cells.get(SHARED, "")).strip():
        entries = book.data.get(SHARES[0], [])
        if "indicator" in row.cells or CHANGE in row.cells:
            book.fault(row.place(SHARED), "row.both", "这一行既写了指标，又写了共用设定；请只填一种", "this row names an indicator and shared settings; give one of them")  # fmt: skip
        elif not said.isdecimal() or not 1 <= int(said) <= len(entries):
            book.fault(row.place(SHARED), "shared.unknown", f"“共用设定”表中没有第 {said} 条", f"the sheet of shared settings has no row {said}")  # fmt: skip
        else:
            return entries[int(said) - 1], (*SHARES, int(said) - 1)
        return None
    owner = _owner(book, row)
    if owner is None:
        return None
    holder = book.data["indicators"][owner]
    if said := shown(row.cells.get(CHANGE, "")).strip():
        held = holder.get("changes", [])
        if not said.isdecimal() or not 1 <= int(said) <= len(held):
            book.fault(row.place(CHANGE), "change.unknown", f"“年中调整”表中没有该指标的第 {said} 次调整", f"the sheet of changes has no change {said} of this indicator")  # fmt: skip
            return None
        return held[int(said) - 1], ("indicators", owner, "changes", int(said) - 1)
    return holder, ("indicators", owner)


def _numbers(book: Book, sheet: Sheet, row: Row) -> None:
    """A row of a method's numbers, taken to where it belongs."""
    found = _holding(book, row)
    if found is None:
        return
    holder, base = found
    method = holder.setdefault("method", {})
    if not isinstance(method, dict):
        return
    shape = at("indicators/#0/method")
    assert shape
    kinds = {meant("kind", one.parts["kind"], shown(method.get("kind", ""))) for one in shape.members} - {None}  # fmt: skip
    if kinds and sheet.method not in kinds:
        book.fault(
            row.place("indicator"), "method.sheet", f"这里选定的计分方法是“{shown(method['kind'])}”，不在这张表；请改选方法，或把这一行移到那张表",
            f"the method chosen here is {shown(method['kind'])!r}, not the one of this sheet; choose another method or move the row",
        )  # fmt: skip
        return
    method.setdefault("kind", sheet.method)
    tables = {key.split("/")[0] for key in row.places if f"/{ENTRY}/" in key}
    counts = {name: len(method.get(name) or []) for name in tables}
    moved = Row({}, {})
    for key, place in row.places.items():
        new = entry_key(key, counts.get(key.split("/")[0], 0))
        if key in row.cells:
            moved.cells[new] = row.cells[key]
        moved.places[new] = place
    for key in moved.cells.keys() - _OWN:
        if (held := got(method, key)) is not None and shown(held) != shown(moved.cells[key]):
            book.fault(moved.place(key), "cell.twice", "同一指标的这项参数写了两个不同的数", "this number of the indicator is given twice, differently")  # fmt: skip
    moved.places = {k: p for k, p in moved.places.items() if k in moved.cells or (*base, "method", *place_of(k)) not in book.places}  # fmt: skip
    path = (*base, "method")
    for key, place in moved.places.items():
        if key in _OWN:
            continue
        book.places[(*path, *place_of(key))] = place
        if key in moved.cells:
            put(method, key, moved.cells[key])
