"""The value of a row: a number within sense or confirmed, or the status that says why there is none."""

from decimal import Decimal
from typing import Any

from zhengheng.domain.numbers import plain
from zhengheng.domain.problems import Problem
from zhengheng.domain.several import several
from zhengheng.lake.cells import FACTORS, CellError, normal, read_number, scale_said_plainly
from zhengheng.lake.gathered import Gathered
from zhengheng.lake.mapping import SourceFile
from zhengheng.lake.proportions import PERCENT, Numbers
from zhengheng.lake.row_period import RowPeriod
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.sense import beyond
from zhengheng.scoring.contracts import (
    MISSING,
    NOT_APPLICABLE,
    NOT_DUE,
    STATUS_NAMES,
    STATUS_WORDS,
    VALUE,
    WITHHELD,
)

REPORTED = (VALUE, NOT_APPLICABLE, MISSING, WITHHELD, NOT_DUE)
STATUS_READ = {
    **{STATUS_NAMES[status]: status for status in REPORTED},
    **{STATUS_WORDS[STATUS_NAMES[status]][0]: status for status in REPORTED},
    "缺报": MISSING,
}
"""A status as files say it: by its name or by its Chinese word; 缺报 is what reports said in version 0.1.0."""
VINTAGES = {"preliminary": "preliminary", "revised": "revised", "final": "final",
            "初步": "preliminary", "初步数": "preliminary", "修订": "revised", "修订数": "revised",
            "最终": "final", "最终数": "final", "": None}  # fmt: skip


NAMED = 10
"""Rounded values that are named one by one."""


def _nothing(code: str, source: SourceFile, *, said: bool) -> tuple[str, str]:
    """What to do with an empty cell that stands for no status: the row says that there is a value, or the mapping does not
    say what an empty cell is."""
    if said:
        return (
            f"{code} 的状态写的是“{STATUS_WORDS['value'][0]}”，数值这一格却是空的；请填写数值，或改写状态",
            f"{code} has the status {STATUS_WORDS['value'][1]}, but the cell of its value is empty; give the value, or another status",
        )  # fmt: skip
    words = ", ".join(f'"{one}"' for one in (*source.missing, ""))
    return (
        f"{code} 的数值这一格是空的，而映射的 missing 只列了别的写法；空格算缺数据的，请写成 missing: [{words}]，不算的，请填写数值",
        f"{code}: the cell of its value is empty, and `missing` in the mapping lists other texts alone; if an empty cell is missing data, write missing: [{words}], else give the value",
    )  # fmt: skip


class RowValue(RowPeriod):
    """Reads values, their status and their vintage."""

    def __init__(self, intake: Gathered, source: SourceFile) -> None:
        super().__init__(intake, source)
        self.bare: dict[str, Numbers] = {}
        """Percentages without a sign, by their indicators."""
        self.factor = Decimal(FACTORS.get(str(source.scale), source.scale or 1))

    def _value(
        self, text: str, values: dict[str, str], indicator: Any, code: str
    ) -> tuple[int, int | None]:
        source = self.source
        word = normal(self._get(source.status, values, "status"))
        status = VALUE
        if word:
            if word not in STATUS_READ:
                raise CellError(
                    "status", f"不认识的状态“{word[:20]}”", f"unknown status {word[:20]!r}"
                )
            status = STATUS_READ[word]
            none = {"", *source.missing, *source.not_applicable, *source.withheld}
            if status in {MISSING, NOT_APPLICABLE} and text not in none:
                zh, en = STATUS_WORDS[STATUS_NAMES[status]]
                raise CellError(
                    "status.value",
                    f"{code} 写有数值“{text[:20]}”，状态却是“{zh}”；有数值的，请删去状态；没有的，请把数值这一格留空",
                    f"{code} has {text[:20]!r} and the status {en}: delete the status where there is a value, leave the cell empty where there is none",
                )  # fmt: skip
        elif text in source.missing:
            status = MISSING
        elif text in source.not_applicable:
            status = NOT_APPLICABLE
        elif text in source.withheld:
            status = WITHHELD
        if status != VALUE:
            return status, None
        if not text:
            raise CellError("empty", *_nothing(code, source, said=bool(word)))
        try:
            return VALUE, self._number(text, values, indicator)
        except CellError as error:
            raise CellError(error.code, f"{code}: {error.zh}", f"{code}: {error.en}") from error

    def _number(self, text: str, values: dict[str, str], indicator: Indicator) -> int:
        """A value of an indicator; beyond its range of sense only with a reason in the row."""
        unit, scale = indicator.measure_unit.zh, self.source.scale
        if isinstance(scale, str) and (wrong := scale_said_plainly(scale, unit)):
            raise CellError("scale", *wrong)
        number, lost = read_number(
            text, indicator.decimals, strip=self.source.strip, factor=self.factor,
            measure_unit=unit, scientific=self.source.scientific,
        )  # fmt: skip
        confirmed = bool(self._get(self.source.confirmation, values, "confirmation"))
        if fault := beyond(self.intake.rulebook, indicator, number):
            if not confirmed:
                raise CellError("sense", *fault)
            self.intake.confirmed += 1
        if indicator.measure_unit.zh in PERCENT and not confirmed:
            self._unexplained(text, indicator, number, indicator.decimals, lost=lost)
        self.intake.rounded += lost
        if lost and number == 0:
            # A value of 0.00 where there is one: 5元 of 亿元, or a wrong scale.
            self.intake.warnings.append(
                Problem(f"{self.source.file}:{self.row}", "row.number.vanished",
                        f"{indicator.code}：“{text[:40]}”按 {indicator.decimals} 位小数四舍五入后为 0；请核对计量单位和小数位数",
                        f"{indicator.code}: {text[:40]!r} is 0 when rounded to {several(indicator.decimals, 'decimal', 'decimals')}; check the unit of measure and the decimals",
                        "warning")
            )  # fmt: skip
        elif lost and len(self.intake.changed) < NAMED:
            self.intake.changed.append((self.row, indicator.code, text, plain(number, indicator.decimals)))  # fmt: skip
        return number

    def _unexplained(
        self, text: str, indicator: Indicator, number: int, decimals: int, *, lost: bool, share: bool = False
    ) -> None:  # fmt: skip
        """Remember a percentage that neither its cell nor its mapping says to be one."""
        if self.source.scale is None and "%" not in normal(text):
            held = self.bare.setdefault(indicator.code, Numbers(indicator, of_nodes=share))
            held.put(self.row, Decimal(number).scaleb(-decimals), lost=lost)

    def _vintage(self, values: dict[str, str]) -> str | None:
        word = normal(self._get(self.source.vintage, values, "vintage"))
        if word not in VINTAGES:
            raise CellError(
                "vintage", f"不认识的数据版本“{word[:20]}”", f"unknown vintage {word[:20]!r}"
            )
        return VINTAGES[word]
