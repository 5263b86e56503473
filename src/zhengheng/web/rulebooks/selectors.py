"""Reading rulebooks."""

from datetime import date
from functools import lru_cache

from zhengheng.domain.problems import Language
from zhengheng.scheme.base import Words
from zhengheng.scheme.compare import differences
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.procedure import USUAL, Procedure
from zhengheng.web.rulebooks.models import RulebookVersion


@lru_cache(maxsize=32)
def _parsed(fingerprint: str, text: str) -> Rulebook:
    return Rulebook.model_validate_json(text, strict=True)


def book_of(version: RulebookVersion) -> Rulebook:
    """The rulebook of a version."""
    return _parsed(version.wording, version.text)


def procedure_of(version: RulebookVersion) -> Procedure:
    """Its closing procedure; where the rulebook has none, the plain one."""
    return book_of(version).procedure or Procedure()


UNITS = {"calendar_days": ("天", "days"), "working_days": ("个工作日", "working days"), "clock_hours": ("小时", "hours")}  # fmt: skip
SOURCES = {
    "V": ("通行规定, 方案可改", "as is usual; the rulebook may change it"),
    "S": ("常见做法, 方案可改", "often so; the rulebook may change it"),
    "D": ("系统默认, 方案可改", "this program's default; the rulebook may change it"),
}


def clocks(version: RulebookVersion) -> list[tuple[Words, int, tuple[str, str], str, tuple[str, str]]]:  # fmt: skip
    """Every clock of the year: what, how long, from when, and whether the rulebook or usage sets it."""
    procedure = procedure_of(version)
    return [
        (usual.name, held.length, UNITS[held.unit], held.starts or usual.clock.starts,
         ("本方案", "this rulebook") if name in procedure.clocks else SOURCES[usual.trust])
        for name, usual in USUAL.items() for held in (procedure.within(name),)
    ]  # fmt: skip


def in_force(code: str, period: str) -> RulebookVersion | None:
    """The version in force for a period, the newest adopted one."""
    found = RulebookVersion.objects.filter(code=code, period=period, state="adopted")
    return found.order_by("-adopted_on", "-id").first()


def before(version: RulebookVersion) -> RulebookVersion | None:
    """The version that this one would follow."""
    held = RulebookVersion.objects.filter(code=version.code, state__in=("adopted", "retired"))
    return held.exclude(pk=version.pk).filter(pk__lt=version.pk).order_by("-id").first()


def changes(version: RulebookVersion, language: Language) -> list[str]:
    """In words, what changed against the version before it."""
    old = before(version)
    return differences(book_of(old), book_of(version), language) if old else []


def indicators(version: RulebookVersion) -> list[Indicator]:
    """The scored indicators."""
    return [i for i in book_of(version).indicators if i.method is not None]


def frozen(version: RulebookVersion, day: date) -> bool:
    """Whether the year's rules may be changed by the emergency route only."""
    freeze = procedure_of(version).freeze
    return freeze is not None and (day.month, day.day) >= tuple(map(int, freeze.split("-")))
