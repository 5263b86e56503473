"""Which units belong together: a unit with its sections and posts, with what it is a section of, with its heir and those before it."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.succession import heirs


class Belonging:
    """The organisation as it is read once."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}
        self._below: dict[str, set[str]] = defaultdict(set)
        self._akin: dict[str, set[str]] = defaultdict(set)
        for code, above in Unit.objects.exclude(parent=None).values_list("code", "parent__code"):
            self._above[code] = above
            self._below[above].add(code)
        for old, heir in heirs(date.max).items():
            self._akin[old].add(heir)
            self._akin[heir].add(old)

    def around(self, units: Collection[str]) -> set[str]:
        """These units, all below and above them, and who went before or goes on for any of those. It holds both ways: of two
        units either both stand around the other, or neither. A sister section is no part of it."""
        return self._branch(self._line(units)) | self._line(self._branch(units))

    def _line(self, units: Collection[str]) -> set[str]:
        return {*units, *(other for unit in units for other in self._akin.get(unit, ()))}

    def _branch(self, units: Collection[str]) -> set[str]:
        found, waiting = set(units), [*units]
        while waiting:
            for one in self._below.get(waiting.pop(), set()) - found:
                found.add(one)
                waiting.append(one)
        for unit in units:
            above = self._above.get(unit)
            while above is not None and above not in found:
                found.add(above)
                above = self._above.get(above)
        return found
