"""One cell of a table that came in: its text, what the sheet shows, and why it may not be taken."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fault:
    """Why a cell is not taken, in both languages."""

    code: str
    zh: str
    en: str


class Cell(str):
    """A cell's text, exact where it is a number.

    `shown` is what the sheet shows, which counts where a code, a word or a day is read (0012, not 12).
    `fault` says why the cell is not taken as a number, `text_fault` why not as a text. A fault of the
    whole row (`of_row`) counts only where the row is taken.
    """

    shown: str
    fault: Fault | None
    text_fault: Fault | None
    of_row: Fault | None
    rounds: str
    """What is seen of a number with more digits than its format shows; else nothing."""

    def __new__(
        cls,
        text: str,
        shown: str | None = None,
        fault: Fault | None = None,
        text_fault: Fault | None = None,
        of_row: Fault | None = None,
        rounds: str = "",
    ) -> "Cell":
        made = super().__new__(cls, text)
        made.shown = text if shown is None else shown
        made.fault, made.text_fault, made.of_row = fault, text_fault, of_row
        made.rounds = rounds
        return made

    @classmethod
    def refused(cls, text: str, fault: Fault) -> "Cell":
        """A cell that is nothing: a formula, an error."""
        return cls(text, fault=fault, text_fault=fault)


MARKED = Fault("cell.marked", "单元格中有上标、下标或删除线，看到的数与读出的数不同；请只留数字，注释另写", "this cell has superscript, subscript or struck-out text, so what is seen is not what would be read; leave the number alone and write the note elsewhere")  # fmt: skip
STRUCK = Fault("cell.struck", "单元格中有删除线，不知其中的内容是否作废；请删去作废的内容，或取消删除线", "this cell has struck-out text, which may be void; delete what is void, or remove the line")  # fmt: skip


UNSEEN = Fault("cell.unseen", "单元格里的字与底色相同，或小得看不见；请改成看得见的字，核对后再上传", "what stands in this cell has the colour of its ground, or is too small to be seen; make it visible and check it")  # fmt: skip


@dataclass(frozen=True)
class Look:
    """How the text of a cell looks: above or below the line, struck out, as its ground."""

    raised: bool = False
    struck: bool = False
    unseen: bool = False


def marked(text: str, look: Look) -> str:
    """A cell with raised or lowered (10³ is not 103), with struck-out or with invisible text. Words may be raised
    (PM₂.₅); a code or period of digits may not, and nothing that is taken may be struck out or invisible."""
    if look == PLAIN:
        return text
    held = text if isinstance(text, Cell) else Cell(text)
    fault = UNSEEN if look.unseen else STRUCK if look.struck else MARKED
    code = look.raised and not any(sign.isalpha() for sign in held.shown)
    whole = look.struck or look.unseen or code
    return Cell(held, held.shown, held.fault or fault, held.text_fault or (fault if whole else None), held.of_row, held.rounds)  # fmt: skip


PLAIN = Look()


def in_row(text: str, fault: Fault) -> Cell:
    """The same cell in a row that may not be taken."""
    if isinstance(text, Cell):
        return Cell(text, text.shown, text.fault, text.text_fault, fault, text.rounds)
    return Cell(text, of_row=fault)


def seen(text: str) -> str:
    """The same cell in a row that may be read after all."""
    if isinstance(text, Cell):
        return Cell(text, text.shown, text.fault, text.text_fault, None, text.rounds)
    return text


def refusal(text: str, *, number: bool = False) -> Fault | None:
    """Why this cell may not be taken, as a number or else as a text; None for every plain text."""
    if not isinstance(text, Cell):
        return None
    return text.of_row or (text.fault if number else text.text_fault)


def shown(text: str) -> str:
    """The text that the sheet shows."""
    return text.shown if isinstance(text, Cell) else text


def to_plain(text: str) -> Any:
    """A cell as JSON can carry it: its text, or a list where there is more to say."""
    if not isinstance(text, Cell):
        return text
    faults = (text.fault, text.text_fault, text.of_row)
    if text.shown == text and not any(faults):
        return str(text)
    return [str(text), text.shown, text.rounds, *(f and [f.code, f.zh, f.en] for f in faults)]


def from_plain(held: Any) -> str:
    """What `to_plain` gave."""
    if isinstance(held, str):
        return held
    text, seen, rounds, *faults = held
    fault, text_fault, of_row = (None if f is None else Fault(*f) for f in faults)
    return Cell(text, seen, fault, text_fault, of_row, rounds)
