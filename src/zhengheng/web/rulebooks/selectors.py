"""Reading rulebooks."""

from datetime import date
from functools import lru_cache

from zhengheng.domain.problems import Language
from zhengheng.scheme.compare import differences
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.procedure import Procedure
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
