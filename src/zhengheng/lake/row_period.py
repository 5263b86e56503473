"""The period of a row: one of its indicator's, named plainly."""

import re
from calendar import monthrange
from datetime import date

from zhengheng.domain.periods import MONTHS, Period, parse_period, period_ending
from zhengheng.lake.cells import CellError
from zhengheng.lake.gathered import Gathered
from zhengheng.lake.mapping import SourceFile
from zhengheng.lake.row_cells import RowCells

_DECIMAL_MONTH = re.compile(r"\d{4}\.1")
FREQUENCY_WORDS = {"year": ("年", "year"), "half": ("半年", "half-year"), "quarter": ("季度", "quarter"),
                   "month": ("月", "month"), "day": ("日", "day")}  # fmt: skip
_MONTHS = {"day": 0, **MONTHS}


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


class RowPeriod(RowCells):
    """Reads periods; `unused` counts those that their indicators do not have."""

    def __init__(self, intake: Gathered, source: SourceFile) -> None:
        super().__init__(intake, source)
        self.periods: dict[str, Period] = {}
        self.unused = 0

    def _period(self, values: dict[str, str]) -> tuple[str, Period]:
        """The row's period as it is written, and what it means."""
        text = self._must(self.source.period, values, "period")
        if text not in self.periods:
            try:
                if _DECIMAL_MONTH.fullmatch(text):
                    raise CellError(
                        "period.decimal", f"“{text}”可能是 1 月，也可能是 10 月（数字末尾的 0 会丢失）；请写成 {text[:4]}-01 或 {text[:4]}-10",
                        f"{text!r} may be January or October (a number loses its last 0); write {text[:4]}-01 or {text[:4]}-10",
                    )  # fmt: skip
                self.periods[text] = parse_period(text)
            except ValueError as error:
                if isinstance(error, CellError):
                    raise
                raise CellError(
                    "period", f"“{text[:40]}”不是期间；请写成 2025、2025-H1、2025-Q1、2025-03 或 2025年3月",
                    f"{text[:40]!r} is not a period; write it like 2025, 2025-H1, 2025-Q1 or 2025-03",
                ) from None  # fmt: skip
        return text, self.periods[text]

    def _observed(self, values: dict[str, str], code: str) -> date:
        """The last day of an observation's period, which is as long as those of its indicator.

        A value is kept under its period's last day, so December, the fourth quarter and the year would be one. Of a
        stock or a figure of the year to date (`combine: last`) a shorter period tells the same as the longer one that
        ends with it.
        """
        text, period = self._period(values)
        indicator = self.intake.indicators.get(code)
        if indicator is None or indicator.frequency == period.frequency:
            return period.end
        if period.frequency == "day" and indicator.frequency == "month" and period.end.day == 1:
            # A month typed into a spreadsheet becomes its first day.
            return period_ending(_month_end(period.end), "month").end
        word, said = FREQUENCY_WORDS[indicator.frequency], FREQUENCY_WORDS[period.frequency]
        level = indicator.combine == "last" and _MONTHS[period.frequency] < _MONTHS[indicator.frequency]  # fmt: skip
        if period.frequency == "day" and not (level and period.end == _month_end(period.end)):
            raise CellError(
                "period.day", f"“{text[:40]}”是某一天，而指标 {code} 按{word[0]}报送；请写明期间",
                f"{text[:40]!r} is a day, but {code} is reported by the {word[1]}; write the period",
            )  # fmt: skip
        if not level:
            raise CellError(
                "period.length", f"“{text[:40]}”是按{said[0]}的期间，而指标 {code} 按{word[0]}报送，两者的数值不能互相代替；请填各{word[0]}的数值，合计行请删去",
                f"{text[:40]!r} is one {said[1]}, but {code} is reported by the {word[1]}, and neither stands for the other; give the values by the {word[1]}, and delete rows of totals",
            )  # fmt: skip
        if period.end.month % MONTHS[indicator.frequency]:
            self.unused += 1
        return period.end

    def _assessed(self, values: dict[str, str], *, plan: bool = False) -> date:
        """The last day of the assessed period that a target or a ruling is of.

        It is kept under that day, so the fourth quarter's would be the year's; what a plan asks for by a day
        (`plan`) has no length.
        """
        text, period = self._period(values)
        rhythm = self.intake.rulebook.period
        if plan or period.frequency == rhythm:
            return period.end
        ends = period.end == _month_end(period.end)
        if rhythm == "day" or (ends and period.end.month % MONTHS[rhythm] == 0):
            word, said = FREQUENCY_WORDS[rhythm], FREQUENCY_WORDS[period.frequency]
            raise CellError(
                "period.assessed", f"“{text[:40]}”是{said[0]}的期间，而方案按{word[0]}考核，不能当作这一{word[0]}的；请写明考核期间",
                f"{text[:40]!r} is a period of one {said[1]}, but the rulebook assesses by the {word[1]} and it cannot stand for that; write the assessed period",
            )  # fmt: skip
        if period.frequency == "day":
            raise CellError(
                "period.day", f"“{text[:40]}”是某一天，而方案按{FREQUENCY_WORDS[rhythm][0]}考核；请写明考核期间",
                f"{text[:40]!r} is a day, but the rulebook assesses by the {FREQUENCY_WORDS[rhythm][1]}; write the assessed period",
            )  # fmt: skip
        return period.end
