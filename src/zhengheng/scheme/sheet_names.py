"""Which sheet of a workbook is which of the form's: nothing that holds something is passed over, nothing hidden is taken."""

from collections.abc import Collection, Iterable
from difflib import SequenceMatcher

from zhengheng.scheme.sheets import GUIDE, LISTS, Sheet, sheets
from zhengheng.scheme.tables import SOUGHT, Book
from zhengheng.workbooks.cell import shown
from zhengheng.workbooks.xlsx import Record

ALIKE = 0.5
"""From here on two titles are so alike that the one may have been meant by the other."""


def recognised(
    held: Iterable[tuple[str, list[Record]]], hidden: Collection[str], book: Book
) -> dict[str, list[Record]]:
    """The form's sheets by their titles. Blanks around a title are forgiven; a sheet that is none of the form's and a
    hidden one are faults, and are read on as what they are meant to be, so that their other faults are told as well."""
    known = {sheet.title: sheet for sheet in sheets()}
    found: dict[str, list[Record]] = {}
    strange: list[tuple[str, list[Record]]] = []
    for said, records in held:
        title = said.strip()
        if title in {GUIDE, LISTS} or not any(cell.strip() for _, cells in records for cell in cells):  # fmt: skip
            if title in known and title not in found:
                found[title] = records
        elif title not in known or title in found:
            strange.append((said, records))
        else:
            found[title] = records
            if said in hidden:
                book.fault(said, "sheet.hidden", f"工作表“{title}”是隐藏的；请取消隐藏后核对，不用的请删去。", f"the sheet {title} is hidden; show and check it, or delete it")  # fmt: skip
    for said, records in strange:
        meant = _meant(said, records, [one for title, one in known.items() if title not in found])
        if said.strip() in known:
            zh, en = "同名的工作表有两张（名称只差空格）；请删去其中一张", "two sheets have this title, but for blanks; delete one of them"  # fmt: skip
        elif meant is None:
            zh, en = "不是方案的工作表；请检查名称，不用的请删去，说明文字请写在“填写说明”表中", f"is no sheet of a rulebook; look at its name, delete it if it is not needed, and write notes on the sheet {GUIDE}"  # fmt: skip
        else:
            zh, en = f"不是方案的工作表；如果是“{meant.title}”，请改用这个名称，不用的请删去", f"is no sheet of a rulebook; if {meant.title} is meant, call it so, or delete it if it is not needed"  # fmt: skip
            found[meant.title] = records
        book.fault(said, "sheet.unknown", f"“{said.strip()}”{zh}。", f"{said.strip()!r}: {en}")
    return found


def _meant(said: str, records: list[Record], free: list[Sheet]) -> Sheet | None:
    """The sheet of the form that a strange one is likely to be: by its keys or headers, else by its title."""
    close = {one.title: SequenceMatcher(None, said.strip(), one.title).ratio() for one in free}
    rows = [{text for cell in cells if (text := shown(cell).strip())} for _, cells in records[:SOUGHT]]  # fmt: skip

    def fit(sheet: Sheet) -> float:
        heads = {*sheet.keys, *map(sheet.heading, sheet.keys)}
        return max((len(row & heads) / len(row) for row in rows if len(row & heads) > 1), default=0)

    ranked = [(fit(one), close[one.title], one) for one in free]
    best = max(ranked, key=lambda one: one[:2], default=None)
    if best is None or (best[0] < ALIKE and max(close.values()) < ALIKE):
        return None
    return best[2] if best[0] >= ALIKE else max(ranked, key=lambda one: one[1])[2]
