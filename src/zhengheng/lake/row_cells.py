"""The cells of one row under a mapping: which column says what, and codes that the rulebook knows."""

import re
from collections import Counter
from datetime import date
from typing import Any

from zhengheng.domain.names import Words, faults, name_faults, unknown
from zhengheng.lake.cells import (
    CellError,
    normal,
    read_day,
    refuse_unseen,
    scaled_twice,
    take,
)
from zhengheng.lake.gathered import Gathered
from zhengheng.lake.mapping import Column, SourceFile
from zhengheng.workbooks.cell import Cell, shown

LONG = 80
"""Characters of a unit's code or name, beyond which it is a sentence that strayed into its column."""
_SENTENCE = re.compile(r"[。；！？]|，.*，")
"""Signs that end or part sentences, which no unit is called by."""
_SUM = re.compile(
    r".{0,12}(?:合计|小计|总计|共计|总和|平均|平均[值数分]|均值|合计[值数分])|(?:grand|sub)?-?total|sum|average|mean",
    re.IGNORECASE,
)
"""What a row of totals or means is called, also for a group (甲组小计)."""
_NOTE = re.compile(
    r"(注|备注|说明|note)[0-9一二三]?\s*[:：]|[\u4e00-\u9fff]+\s*[:：]\s*\S", re.IGNORECASE
)
"""What a note begins with, or a line that is signed: 填表人：张三."""
_PART = re.compile(r"[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十]{1,3}[)）]\s*\S")
"""What a heading between rows begins with: 一、县区."""


_KEYS = {
    "unit": ("哪个单位", "the unit"), "indicator": ("哪个指标", "the indicator"), "period": ("哪一期", "the period"),
    "category": ("哪个类别", "the category"), "group": ("哪个分组", "the comparison group"), "milestone": ("哪个节点", "the milestone"),
    "due_on": ("哪天应当完成", "the day it is due"), "item": ("哪个加减分事项", "the item"), "decided_on": ("哪天认定", "the day of the decision"),
    "document": ("依据哪份文件", "the document"), "approver": ("由谁批准", "who approved it"),
}  # fmt: skip
"""What a row cannot go without, as people ask for it."""


class RowCells:
    """Reads cells of one source."""

    def __init__(self, intake: Gathered, source: SourceFile) -> None:
        self.intake, self.source = intake, source
        self.row = 0
        self.passed_over: Counter[str] = Counter()
        """Codes that the rulebook does not have, of rows that the mapping leaves out, and how many rows each."""
        self.strange: dict[str, Words] = {}
        """Codes of indicators that nobody knows, and what is said of each."""
        self.plain: set[str] = set()
        """Codes of units that nothing speaks against."""
        self.short: list[tuple[int, str, str, str]] = []
        """Numbers that show fewer digits than they hold: row, column, as held, as seen."""

    def _get(
        self, column: Column | None, values: dict[str, str], name: str = "", *, number: bool = False
    ) -> str:
        if column is None:
            return ""
        if column.constant is not None:
            text = column.constant
        else:
            held = values.get(column.column or "", "")
            text = take(held, number=number).strip()
            if not number:
                refuse_unseen(text)
            if (
                number
                and self.source.scale not in (None, 1)
                and isinstance(held, Cell)
                and "%" in normal(held.shown)
            ):
                raise scaled_twice(held.shown)
            if number and isinstance(held, Cell) and held.rounds:
                self.short.append((self.row, column.column or "", text, held.rounds))
        if text == "" and column.default is not None:
            text = column.default
        if column.map:
            if text not in column.map and normal(text) not in column.map:
                if text == "":
                    return ""
                raise CellError(
                    "map",
                    f"{name} 的取值“{text[:40]}”不在对照表中; 请补入 map, 或用 where 只取需要的行",
                    f"{name}: {text[:40]!r} is not in the map; add it there, or choose the rows with `where`",
                )
            text = column.map.get(text, column.map.get(normal(text), ""))
        return column.prefix + text if text else text

    def _must(self, column: Column | None, values: dict[str, str], name: str) -> str:
        text = normal(self._get(column, values, name))
        if not text:
            zh, en = _KEYS[name]
            title = column.column if column else None
            raise CellError(
                "empty", f"“{title}”一栏为空，不知是{zh}；请补填，不是数据的行请删去" if title else f"采集映射没有给出{zh}，请补上",
                f"the column {title!r} is empty, so that nobody knows {en}; fill it in, or delete the row if it is no data" if title else f"the mapping does not give {en}; add it",
            )  # fmt: skip
        return text

    def _unit_code(self, values: dict[str, str]) -> str:
        code = self._must(self.source.unit, values, "unit")
        said = self._get(self.source.unit, values, "unit")
        if code in self.plain:
            return code
        if code not in self.intake.declared and (
            len(code) > LONG
            or "\n" in code
            or _NOTE.match(code)
            or _PART.match(code)
            or _SENTENCE.search(said)
        ):
            raise CellError(
                "unit.long", f"“{code[:40]}”像是一段说明或小标题，不像单位；请删去该行，或用 where 只取需要的行",
                f"{code[:40]!r} reads like a note or a heading, not like a unit; delete the row, or choose the rows with `where`",
            )  # fmt: skip
        mixed = any(sign.isascii() and sign.isalnum() for sign in code)
        if wrong := name_faults(code) if mixed else faults(code):
            zh, en = ("；".join(words) for words in zip(*wrong, strict=True))
            raise CellError("unit.letters", f"单位“{code[:40]}”：{zh}", f"unit {code[:40]!r}: {en}")
        self.plain.add(code)
        return code

    def _refuse_total(self, name: str) -> None:
        """A row of totals stands below its table and is no unit, unless the rulebook has one of that name."""
        said = re.sub(r"\s|[(（].*[)）]|[:：]$", "", name)
        if _SUM.fullmatch(said) and name not in self.intake.declared:
            raise CellError(
                "unit.total", f"“{name[:40]}”像是合计或平均行，不是单位；请删去该行，或用 where 只取需要的行",
                f"{name[:40]!r} reads like a row of totals or means, not like a unit; delete the row, or choose the rows with `where`",
            )  # fmt: skip

    def _code(self, values: dict[str, str]) -> str | None:
        """The row's indicator; none where the mapping leaves out what the rulebook does not know, and counts it."""
        known = self.source.only_known_indicators
        try:
            code = self._must(self.source.indicator, values, "indicator")
        except CellError as error:
            if not known or error.code != "map":
                raise
            code = ""
        if known and code not in self.intake.indicators:
            self.intake.skipped += 1
            self.passed_over[code or self._said(values)] += 1
            return None
        return code

    def _said(self, values: dict[str, str]) -> str:
        column = self.source.indicator
        return normal(shown(values.get(column.column or "", ""))) if column else ""

    def _indicator(self, code: str) -> Any:
        if code not in self.intake.indicators:
            if code not in self.strange:
                self.strange[code] = unknown("indicator", code, self.intake.named)
            raise CellError("indicator", *self.strange[code])
        return self.intake.indicators[code]

    def _day(self, column: Column | None, values: dict[str, str], name: str) -> date | None:
        """A single day; a month or a year would be one of many days."""
        text = self._get(column, values, name)
        return read_day(text) if text else None
