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


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


class RowPeriod(RowCells):
    """Reads periods; `unused` counts those that their indicators do not have."""

    def __init__(self, intake: Gathered, source: SourceFile) -> None:
        super().__init__(intake, source)
        self.periods: dict[str, Period] = {}
        self.unused = 0

    def _period(self, values: dict[str, str], code: str | None) -> date:
        """The last day of the row's period, which must be one of the indicator's."""
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
                    "period", f"“{text[:40]}”不是期间", f"{text[:40]!r} is not a period"
                ) from None
        period = self.periods[text]
        indicator = self.intake.indicators.get(code or "")
        if indicator is None or indicator.frequency == period.frequency:
            return period.end
        if period.frequency == "day":
            if indicator.frequency == "month" and period.end.day == 1:
                # A month typed into a spreadsheet becomes its first day.
                return period_ending(_month_end(period.end), "month").end
            if period.end != _month_end(period.end):
                word = FREQUENCY_WORDS[indicator.frequency]
                raise CellError(
                    "period.day", f"“{text[:40]}”是某一天，而指标 {code} 按{word[0]}报送；请写明期间",
                    f"{text[:40]!r} is a day, but {code} is reported by {word[1]}; write the period",
                )  # fmt: skip
        if indicator.frequency != "day" and period.end.month % MONTHS[indicator.frequency]:
            self.unused += 1
        return period.end
