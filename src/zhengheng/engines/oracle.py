"""The oracle: the meaning of scoring in plain Python with exact fractions; slow and obvious.

Written apart from the SQL steps and compared with them on generated cases. It needs nothing but the
standard library, and inside an auditor's bundle it is the verifier. It reads the plan tables and
the facts as plain rows (see scoring/contracts.py for their columns) and returns the result tables.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fractions import Fraction
from functools import cached_property
from math import floor
from typing import Any

from zhengheng.domain.numbers import (
    LOG_SCALE,
    ROOT_SCALE,
    exponential,
    integer_root,
    logarithm,
)

Row = dict[str, Any]
Tables = dict[str, list[Row]]
Cells = dict[tuple[str, str, int], Row]
Agreed = dict[tuple[str, str, str], int | None]
VALUE, NOT_APPLICABLE, MISSING, WITHHELD, NOT_DUE, FILLED, UNDEFINED = 1, 2, 3, 4, 5, 6, 7
VALUED = {VALUE, FILLED}
MICRO = 10**6
RATE = 10**12
"""Rates of what does not apply have fifteen digits: full marks multiply what their rounding adds."""
NANO = 10**9
LOWER_FIRST = 1
BEYOND = 10**14
"""Points that are refused at the end: nothing is computed from them."""
DECIDED = "decided"
AIMS = ("target", "base", "stretch", "bottom")
"""What a value is measured against, besides the rule's own limits."""


def half_up(number: Fraction) -> int:
    """The nearest integer; ties go away from zero."""
    size = floor(abs(number) + Fraction(1, 2))
    return -size if number < 0 else size


def rounded(points: Fraction, unit: int) -> int:
    """Points (in full points) as an integer at 10**9, rounded to a multiple of `unit`."""
    return half_up(points * NANO / unit) * unit


def upward(rule: Row, fine: int, printed: int) -> int:
    """What goes upward: what is printed, unless exact points or a part of a year are declared."""
    whole = rule["share_n"] == rule["share_d"]
    return printed if whole and rule["carry"] == "rounded" else fine


def median(numbers: Iterable[Fraction]) -> Fraction:
    held = sorted(numbers)
    middle = len(held) // 2
    return held[middle] if len(held) % 2 else (held[middle - 1] + held[middle]) / 2


def decided(event: Row, setting: Row) -> bool:
    """Whether an event was decided by the day that the run looks from."""
    return bool(event["decided_on"] <= setting["at"])


def known(row: Row, setting: Row) -> bool:
    """Whether a value was published by the day that the run looks from; one without a day was known when it came.

    Runs kept before semantics 8 know no such day: whatever lay in their lake counts in them.
    """
    by, published = setting.get("known_by"), row.get("published_on")
    return by is None or published is None or bool(published <= by)


def within(event: Row, setting: Row) -> bool:
    """Whether an event is of the assessed period: the one that it names, else the one that it was decided in.

    A run of a part of that period, as a quarter of the year, takes what was decided in the part. Runs kept before semantics 7 know no first day: whatever was decided by their day counts in them.
    """
    begin = setting.get("period_begin")
    if begin is None:
        return True
    of = event.get("period") or event["decided_on"]
    if whole := setting.get("part_of"):
        if event.get("period") not in {None, whole}:
            return False
        of = event["decided_on"]
    return bool(begin <= of <= setting["period_end"])


def compute(plan: Tables, facts: Tables) -> Tables:
    """All result tables of a run, from plan tables and fact tables given as rows."""
    return Oracle(plan, facts).results()


class Oracle:
    """One run, stop by stop, in the order of the numbered steps."""

    def __init__(self, plan: Tables, facts: Tables) -> None:
        self.setting = plan["setting"][0]
        # As if it were not there: nothing is missing, superseded or withheld by what nobody knew yet.
        values: Tables = {
            name: [row for row in facts[name] if known(row, self.setting)]
            for name in ("observation", "revision") if name in facts
        }  # fmt: skip
        self.plan = plan
        self.facts: Tables = {**facts, **values}
        self.units = {row["unit"]: row for row in plan["unit"]}
        self.windows = {row["unit"]: row for row in plan["part_unit"]}
        self.parts = {
            (r["unit"], r["indicator"], r["segment"]): r for r in plan.get("part_share", [])
        }
        self.part_days = {
            (r["unit"], r["indicator"]): (r["days"], r.get("of")) for r in plan.get("part_days", [])
        }
        self.rules = {(r["category"], r["indicator"], r["segment"]): r for r in plan["rule"]}
        self.nodes = {row["node"]: row for row in plan["node"]}
        self.root = next(row["node"] for row in plan["node"] if row["depth"] == 0)
        self.branches: dict[str, dict[str, Row]] = defaultdict(dict)
        for branch in plan["branch"]:
            self.branches[branch["category"]][branch["child"]] = branch
        self.approved = {(row["unit"], row["indicator"]) for row in facts["approval"]}
        self.exempt = {(row["unit"], row["indicator"]) for row in plan["exemption"]}
        # Plans of earlier releases know nothing of what follows.
        self.fillings = {(r["category"], r["indicator"]): r for r in plan.get("filling", [])}
        self.treatments = {(r["indicator"], r["segment"]): r for r in plan.get("treatment", [])}
        self.node_rules = {row["node"]: row for row in plan.get("node_rule", [])}
        self.factors = {(r["category"], r["subject"]): r for r in plan.get("coefficient", [])}
        self.own_factors = {
            (r["unit"], r["subject"]): r["factor"] for r in plan.get("unit_coefficient", [])
        }
        self.marks = {(r["category"], r["node"]): int(r["full"]) for r in plan["node_full"]}

    def results(self) -> Tables:
        known = self.known = self.measure()
        cells = self.cells(known)
        groups = self.groups(cells)
        scores = self.indicator_scores(cells, groups)
        nodes = self.node_scores(scores)
        totals = self.totals(nodes, scores)
        ranking = self.ranking(totals, nodes)
        return {
            "cell": list(cells.values()),
            "group_statistic": self.statistics(groups),
            "indicator_score": scores,
            "node_score": nodes,
            "total_score": totals,
            "ranking": ranking,
            "grading": self.grading(totals, ranking),
            "light": self.lights(scores, nodes),
            "reference_score": self.references(totals),
        }

    def measure(self) -> Cells:
        """Status and value of everything that is observed, derived or counted by milestones."""
        known = self.series(self.count(self.observations()))
        self.decide(known)
        self.derive(known)
        self.milestones(known)
        return known

    # -- what counts -----------------------------------------------------------------------------

    def observations(self) -> list[Row]:
        """The figures that count: of a unit that owes its own alone, what it reported; of others, what is gathered."""
        held = self.released
        own = [row for row in held.values() if row["unit"] not in self.composed]
        return own + [
            self.gather(unit, code, period)
            for unit in self.composed for code, period in self.used if self.figures(unit, code, period)
        ]  # fmt: skip

    @cached_property
    def released(self) -> dict[tuple[str, str, date], Row]:
        """By unit, series and period, the release that counts."""
        vintages = {(r["indicator"], r["period"]): r for r in self.plan["vintage_rule"]}
        releases: dict[tuple[str, str, date], list[Row]] = defaultdict(list)
        for sequence, row in [(0, r) for r in self.facts["observation"]] + [
            (r["sequence"], r) for r in self.facts["revision"] if r["vintage"] != DECIDED
        ]:
            releases[row["unit"], row["indicator"], row["period"]].append({**row, "at": sequence})
        return {key: self.release(rows, vintages.get(key[1:])) for key, rows in releases.items()}

    @cached_property
    def composed(self) -> list[str]:
        """Units whose values are not made of their own figures of all times alone."""
        return sorted({row["unit"] for row in self.plan.get("figure", [])} & self.units.keys())

    @cached_property
    def used(self) -> list[tuple[str, date]]:
        return sorted({(use["indicator"], use["period"]) for use in self.plan["period_use"]})

    @cached_property
    def held(self) -> dict[tuple[str, str, date], Row]:
        """The figures that go into values: those released, and what an appeal decided in their place."""
        return self.released | self.ruled

    def figures(self, unit: str, code: str, period: date) -> list[Row]:
        """Each figure that is owed for a value of a period: whose, through whom, at what share."""
        below = [
            row
            for row in self._rolled.get((unit, code), ())
            if row["first"] <= period <= row["last"]
        ]
        reported = {
            one
            for one, series in self._parents
            if series == code and (one, code, period) in self.held
        }
        adds = self.additive.get(code)
        own = [
            {**row, "through": row["origin"]}
            for row in self._listed.get(unit, ())
            if row["kind"] in {"all", "sums" if adds else "others"} and row["first"] <= period <= row["last"]
            if (row["origin"], code) not in self._parents or row["origin"] in reported
        ]  # fmt: skip
        owed = own + [row for row in below if row["through"] not in reported]
        return [
            {name: row[name] for name in ("origin", "through", "share", "first", "last")} for row in owed
            if not (row["if_any"] or (row["origin"], code) in self._unasked) or self._was_there(row, code)
        ]  # fmt: skip

    def _was_there(self, row: Row, code: str) -> bool:
        """Whether a unit reported anything of a time of which the list does not say whether it was there."""
        return any((row["origin"], code, end) in self.held for series, end in self.used if series == code and row["first"] <= end <= row["last"])  # fmt: skip

    @cached_property
    def _unasked(self) -> set[tuple[str, str]]:
        return {(row["unit"], row["indicator"]) for row in self.plan.get("unasked", [])}

    @cached_property
    def _parents(self) -> set[tuple[str, str]]:
        return {(row[name], row["indicator"]) for row in self.plan["rollup"] for name in ("unit", "through")}  # fmt: skip

    @cached_property
    def additive(self) -> dict[str, bool]:
        return {row["indicator"]: row["additive"] for row in self.plan["series"]}

    @cached_property
    def _listed(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.plan.get("figure", []):
            found[row["unit"]].append(row)
        return dict(found)

    @cached_property
    def _rolled(self) -> dict[tuple[str, str], list[Row]]:
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.plan["rollup"]:
            found[row["unit"], row["indicator"]].append(row)
        return dict(found)

    def gather(self, unit: str, code: str, period: date) -> Row:
        """A value of a period from all the figures that are owed for it: none stands in for another."""
        came = [self.figure(row, unit, code, period) for row in self.figures(unit, code, period)]
        statuses = [row["status"] for row in came]
        silent = any(s["absent"] != "zero" for s in self.plan["series"] if s["indicator"] == code)
        if WITHHELD in statuses:
            status = WITHHELD
        elif MISSING in statuses or (silent and 0 in statuses):
            status = MISSING
        elif set(statuses) == {NOT_APPLICABLE}:
            status = NOT_APPLICABLE
        else:
            status = VALUE
        value = sum(row["value"] or 0 for row in came) if status == VALUE else None
        return {"unit": unit, "indicator": code, "period": period, "value": value, "status": status, "made_of": came}  # fmt: skip

    def figure(self, owed: Row, unit: str, code: str, period: date) -> Row:
        """What came of a figure that is owed, at its share; its status is 0 where nothing did."""
        if (owed["origin"], code) in self.exempt:
            return {**owed, "value": None, "status": NOT_APPLICABLE}
        row = self.held.get((owed["origin"], code, period))
        if row is None:
            return {**owed, "value": None, "status": 0}
        status: int = row["status"]
        heirs = {
            row["unit"]
            for row in self.plan.get("figure", [])
            if row["origin"] in {owed["origin"], owed["through"], unit}
        }
        asked = {owed["origin"], owed["through"], unit, *heirs}
        if status == NOT_APPLICABLE and not any((one, code) in self.approved for one in asked):
            status = MISSING
        value = row["value"]
        if value is not None and owed["share"] != MICRO:
            # All periods of a year together are right to half a unit of the last digit, also where the share changes.
            parts = [
                (end, one["first"], one["last"], Fraction(one["share"] * (held["value"] or 0), MICRO))
                for series, end in self.used
                if series == code and end.year == period.year and end <= period
                for one in self.figures(unit, code, end)
                if (one["origin"], one["through"]) == (owed["origin"], owed["through"]) and one["share"] != MICRO
                if (held := self.held.get((owed["origin"], code, end)))
            ]  # fmt: skip
            place = period, owed["first"], owed["last"]
            until = sum((part for *at, part in parts if tuple(at) <= place), Fraction(0))
            value = half_up(until) - half_up(until - Fraction(value * owed["share"], MICRO))
        return {**row, **owed, "value": value, "status": status, "reported": row["value"]}

    @cached_property
    def ruled(self) -> dict[tuple[str, str, date], Row]:
        """What goes further of a period that an appeal decided, in the place of the unit's rows: a sum in the last period of its
        time, a mean in each. Nothing of a year that is cut, of a value that is not its own figures alone and whole, and where
        somebody has figures of a part of its time."""
        found: dict[tuple[str, str, date], Row] = {}
        origins = {row[name] for row in self.plan["rollup"] for name in ("origin", "through")}
        origins |= {row["origin"] for row in self.plan.get("figure", [])}
        for ruling in {(r["unit"], r["indicator"]): r for r in self.rulings()}.values():
            unit, code = ruling["unit"], ruling["indicator"]
            series = [s for s in self.plan["series"] if s["indicator"] == code and s["combine"] != "derived"]  # fmt: skip
            if unit not in origins & self.units.keys() or len({s["segment"] for s in series}) != 1:
                continue
            days = self._days_of(unit, code)
            if self._has_parts(unit, code, days):
                continue
            for day in days:
                whole = series[0]["combine"] == "mean" or day == max(days)
                found[unit, code, day] = {**ruling, "period": day, "value": ruling["value"] if whole else 0}  # fmt: skip
        return found

    def _takes(self, code: str) -> Iterator[Row]:
        """Rows of the plan that say whose figures of an indicator a unit's values are made of."""
        kinds = {"all", "sums" if self.additive.get(code) else "others"}
        yield from (row for row in self.plan.get("figure", []) if row["kind"] in kinds)
        yield from (row for row in self.plan["rollup"] if row["indicator"] == code)

    def _used(self, code: str) -> list[date]:
        """The periods of a value."""
        return [use["period"] for use in self.plan["period_use"] if (use["indicator"], use["purpose"]) == (code, "value")]  # fmt: skip

    def _days_of(self, unit: str, code: str) -> list[date]:
        """The periods of a value of which a unit owes its own figure."""
        own = [row for row in self._takes(code) if row["unit"] == row["origin"] == unit]
        return [day for day in self._used(code) if not own or any(row["first"] <= day <= row["last"] for row in own)]  # fmt: skip

    def _has_parts(self, unit: str, code: str, days: list[date]) -> bool:
        """Whether a unit's value is not its own figures alone and whole, or somebody has its figures of a part of these days."""
        for row in self._takes(code):
            reached = sum(row["first"] <= day <= row["last"] for day in days)
            foreign = row["origin"] != unit or row["share"] != MICRO
            if row["unit"] == unit and foreign and any(row["first"] <= day <= row["last"] for day in self._used(code)):  # fmt: skip
                return True
            if row["origin"] == unit != row["unit"] and 0 < reached < len(days):
                return True
        return False

    def rulings(self, moment: str = "period_end") -> list[Row]:
        """What appeals decided of values of the assessed period, or of the one a year before (`before_end`), one after the other."""
        return [
            row for row in sorted(self.facts["revision"], key=lambda r: r["sequence"])
            if row["vintage"] == DECIDED and row["status"] == VALUE and row["period"] == self.setting.get(moment)
        ]  # fmt: skip

    @cached_property
    def ruled_before(self) -> dict[tuple[str, str], Row]:
        """By unit and indicator what an appeal decided of the year before, where a value is held against it as a whole: not of a
        year that is cut, nor of a unit of which others' figures or a part of the time may be in it."""
        cut = {series["indicator"] for series in self.plan["series"] if series["segment"] > 1}
        before = [use for use in self.plan["period_use"] if use["purpose"] == "previous"]
        if not before:
            return {}
        derived = {row["indicator"] for row in self.plan["derivation"]}
        looking = {use["indicator"] for use in before}
        looking |= derived & {
            rule["indicator"] for rule in self.plan["rule"] if rule["reference"] == "previous"
        }
        first, last = min(use["begins"] for use in before), max(use["period"] for use in before)
        divided = {row["unit"] for row in self.plan["rollup"]}
        for row in self.plan.get("figure", []):
            whole = row["origin"] == row["unit"] and row["share"] == MICRO
            lacks = row["first"] > first or row["last"] < self.setting["period_end"]
            if lacks if whole else row["first"] <= last and row["last"] >= first:
                divided.add(row["unit"])
        return {
            (row["unit"], row["indicator"]): row for row in self.rulings("before_end")
            if row["unit"] not in divided and row["indicator"] in looking - cut
        }  # fmt: skip

    @staticmethod
    def admits(rule: Row | None, row: Row) -> bool:
        """Whether an indicator's rule on releases lets this one count; without a rule any does."""
        if rule is None:
            return True
        if rule["vintage"] is not None and row["vintage"] != rule["vintage"]:
            return False
        by = rule["published_by"]
        return by is None or (row["published_on"] is not None and row["published_on"] <= by)

    @classmethod
    def release(cls, rows: list[Row], rule: Row | None) -> Row:
        """Which of the releases of one value counts, numbered by `at`; missing where the rule lets none."""
        order = {"final": 3, "revised": 2, "preliminary": 1}
        held = [row for row in rows if cls.admits(rule, row)]
        if not held:
            return {**rows[0], "status": MISSING, "value": None}
        return max(held, key=lambda row: (order.get(row["vintage"] or "", 0), row["at"]))

    def count(self, observations: Iterable[Row]) -> dict[tuple[str, str, int, str], Row]:
        """Values and statuses per unit, indicator, segment and purpose."""
        uses = defaultdict(list)
        for use in self.plan["period_use"]:
            uses[use["indicator"], use["period"]].append(use)
        found: dict[tuple[str, str, int, str], Row] = {}
        for row in observations:
            for use in uses[row["indicator"], row["period"]]:
                if not self.is_due(row["unit"], use):
                    continue
                key = (row["unit"], row["indicator"], use["segment"], use["purpose"])
                entry = found.setdefault(key, {"values": [], "statuses": []})
                if row["value"] is not None:
                    entry["values"].append(row["value"])
                entry["statuses"].append(self.status_of(row))
        return found

    def is_due(self, unit: str, use: Row) -> bool:
        """Whether a period is due of a unit: as a value while anybody owes a figure of it; of the year before, while the period
        is that is held against it."""
        if unit not in self._listed:
            return True
        of: date = use["period"] if use["purpose"] == "value" else use["against"]
        return bool(self.figures(unit, use["indicator"], of))

    def status_of(self, row: Row) -> int:
        """A figure's status; what does not apply and nobody approved is missing. Of what was gathered it was asked there."""
        status: int = row["status"]
        if status != NOT_APPLICABLE or "made_of" in row:
            return status
        return status if (row["unit"], row["indicator"]) in self.approved else MISSING

    def series(self, counted: dict[tuple[str, str, int, str], Row]) -> Cells:
        """Status and value of every observed series a unit owes."""
        known: Cells = {}
        nothing: Row = {"values": [], "statuses": []}
        for unit in self.units.values():
            for series in self.plan["series"]:
                if series["category"] != unit["category"] or series["combine"] == "derived":
                    continue
                code, segment = series["indicator"], series["segment"]
                now = counted.get((unit["unit"], code, segment, "value"), nothing)
                before = counted.get((unit["unit"], code, segment, "previous"), nothing)
                due = self.due(unit["unit"], series)
                ruled = self.ruled_before.get((unit["unit"], code))
                known[unit["unit"], code, segment] = {
                    "status": self._status(series, now, due),
                    "value": self._combined(series, now, due),
                    "previous": ruled["value"]
                    if ruled
                    else self._before(unit["unit"], series, before, due),
                }
        return known

    def due(self, unit: str, series: Row) -> int:
        """How many periods are due of a series."""
        if unit not in self._listed:
            return int(series["expected"])
        return sum(self.is_due(unit, use) for use in self._uses(series, "value"))

    def _uses(self, series: Row, purpose: str) -> list[Row]:
        key = series["indicator"], series["segment"], purpose
        return [u for u in self.plan["period_use"] if (u["indicator"], u["segment"], u["purpose"]) == key]  # fmt: skip

    def unheld(self, unit: str, series: Row) -> list[date]:
        """The periods of the year before of which nobody was there from the first day on whose figures are a unit's now: it has no
        year before."""
        if unit not in self._listed:
            return []
        return [
            use["period"] for use in self._uses(series, "previous")
            if self.is_due(unit, use)
            and min((row["first"] for row in self.figures(unit, series["indicator"], use["period"])), default=date.max) > use["begins"]
        ]  # fmt: skip

    def _status(self, series: Row, now: Row, due: int) -> int:
        valued, statuses = len(now["values"]), now["statuses"]
        not_applicable = statuses.count(NOT_APPLICABLE)
        if due == 0:
            return NOT_DUE
        if WITHHELD in statuses:
            return WITHHELD
        if valued == due:
            return VALUE
        if not_applicable >= due:
            return NOT_APPLICABLE
        if series["absent"] == "zero" and MISSING not in statuses:
            return VALUE
        if valued + not_applicable < due:
            return MISSING
        return VALUE if valued > 0 else NOT_APPLICABLE

    def _before(self, unit: str, series: Row, before: Row, due: int) -> int | None:
        """What a value is held against: as whole as the value itself must be."""
        statuses = before["statuses"]
        if {MISSING, WITHHELD} & set(statuses) or self.unheld(unit, series):
            return None
        if statuses and not before["values"] and len(statuses) >= due:
            return None
        if len(statuses) < due and series["absent"] != "zero":
            return None
        return self._combined(series, before, due)

    def _combined(self, series: Row, held: Row, due: int) -> int | None:
        values = held["values"]
        due -= held["statuses"].count(NOT_APPLICABLE)
        if series["combine"] == "mean" and series["absent"] == "zero":
            return half_up(Fraction(sum(values), due)) if due else None
        if not values:
            return 0 if series["absent"] == "zero" else None
        if series["combine"] == "mean":
            return half_up(Fraction(sum(values), len(values)))
        return sum(values)

    def decide(self, known: Cells, only: str | None = None) -> None:
        """Put what the decision of an appeal says in the place of a period's value; the latest stands."""
        for row in self.rulings():
            for key, entry in known.items():
                if key[:2] == (row["unit"], row["indicator"]) and only in (None, key[1]):
                    known[key] = {**entry, "status": VALUE, "value": row["value"]}

    def derive(self, known: Cells) -> None:
        """Indicators made from indicators, in the order of their depth."""
        parts = defaultdict(list)
        for part in self.plan["part"]:
            parts[part["indicator"]].append(part)
        segments = {(r["indicator"], r["category"], r["segment"]) for r in self.plan["series"]}
        for derivation in sorted(self.plan["derivation"], key=lambda d: d["depth"]):
            code = derivation["indicator"]
            for unit in self.units.values():
                for indicator, category, segment in sorted(segments):
                    if indicator == code and category == unit["category"]:
                        held = [
                            (part, known[unit["unit"], part["part"], segment])
                            for part in parts[code]
                        ]
                        made = self._derived(derivation, held)
                        ruled = self.ruled_before.get((unit["unit"], code))
                        if ruled:
                            made = {**made, "previous": ruled["value"]}
                        known[unit["unit"], code, segment] = made
            # One made from this one is made from what was decided.
            self.decide(known, code)

    def _derived(self, derivation: Row, held: list[tuple[Row, Row]]) -> Row:
        def total(side: str, moment: str) -> int | None:
            values = [p[side] * k[moment] for p, k in held if k[moment] is not None]
            return sum(values) if values else None

        scale = Fraction(int(derivation["scale_n"]), int(derivation["scale_d"]))
        constant = derivation["constant"]
        top, before = total("numerator", "value"), total("numerator", "previous")
        bottom = total("denominator", "value") if constant is None else constant
        bottom_before = total("denominator", "previous") if constant is None else constant
        if derivation["previous"]:
            top = None if top is None or before is None else top - before
            bottom = before if derivation["percent"] else bottom
            before = None
        statuses = [k["status"] for _, k in held]
        minimum = derivation["minimum"]
        if MISSING in statuses:
            status = MISSING
        elif WITHHELD in statuses:
            status = WITHHELD
        elif NOT_DUE in statuses:
            status = NOT_DUE
        elif UNDEFINED in statuses:
            status = UNDEFINED
        elif any(status != VALUE for status in statuses) or (
            minimum is not None and bottom is not None and bottom < minimum
        ):
            status = NOT_APPLICABLE
        elif top is None:
            status = MISSING
        elif derivation["previous"] and derivation["percent"] and (bottom or 0) <= 0:
            # From a loss of 10 to a gain of 5 is no growth of -150 %.
            status, top = UNDEFINED, None
        elif not bottom:
            status = NOT_APPLICABLE
        elif bottom < 0:
            # Of a capital below nothing a greater profit would be the lesser return.
            status, top = UNDEFINED, None
        else:
            status = VALUE
        value = (
            half_up(Fraction(top) / Fraction(bottom) * scale)
            if top is not None and bottom is not None and bottom > 0
            else None
        )
        earlier = None
        whole = all(k["previous"] is not None for _, k in held)
        if not whole:
            before = None
        if before is not None and bottom_before is not None and bottom_before > 0:
            earlier = half_up(Fraction(before) / Fraction(bottom_before) * scale)
        return {"status": status, "value": value, "previous": earlier}

    def milestones(self, known: Cells) -> None:
        """Dated nodes: shares earned of shares due, as a percentage."""
        held = defaultdict(list)
        for row in self.facts["milestone"]:
            held[row["unit"], row["indicator"]].append(row)
        rules = {(r["indicator"], r["segment"]): r for r in self.plan["milestone_rule"]}
        for (category, code, segment), rule in self.rules.items():
            if rule["method"] != "milestones":
                continue
            dates = rules[code, segment]
            for unit in self.units.values():
                if unit["category"] == category:
                    known[unit["unit"], code, segment] = self._earned(
                        held[unit["unit"], code], dates, rule["unit_scale"], unit["valid_to"]
                    )

    def _earned(self, rows: list[Row], rule: Row, scale: int, last: Any) -> Row:
        at = self.setting["at"]
        until = min(rule["ends_on"], at, last)
        standing = [row for row in rows if not row["waived"]]
        due = [row for row in standing if rule["starts_on"] <= row["due_on"] <= until]
        shares = sum(row["share"] for row in due)
        earned = Fraction(0)
        for row in due:
            if row["done_on"] is not None and row["done_on"] <= at:
                late = row["done_on"] > row["due_on"]
                earned += row["share"] * (Fraction(int(rule["late"]), MICRO) if late else 1)
        if not rows:
            status = MISSING
        elif not standing:
            status = NOT_APPLICABLE
        elif shares == 0:
            status = NOT_DUE
        else:
            status = VALUE
        value = half_up(earned / shares * 100 * scale) if shares else None
        return {"status": status, "value": value, "previous": None}

    # -- cells and groups ------------------------------------------------------------------------

    def cells(self, known: Cells) -> Cells:
        """One cell per unit, rule and segment, with the targets that hold for the unit."""
        agreed = self.agreed()
        cells: Cells = {}
        for (unit, code, segment), entry in known.items():
            category = self.units[unit]["category"]
            rule = self.rules.get((category, code, segment))
            if rule is None:
                continue
            excused = (unit, code) in self.exempt
            status = entry["status"]
            cell = {
                "unit": unit, "category": category, "indicator": code, "segment": segment,
                "comparison_group": self.units[unit]["comparison_group"],
                "status": NOT_APPLICABLE if excused and status != NOT_DUE else status,
                "value": entry["value"] if status == VALUE and not excused else None,
                "previous": entry["previous"],
            }  # fmt: skip
            if rule.get("carried"):
                time, of = self._time(unit, rule)
                for name in ("value", "previous"):
                    if cell[name] is not None:
                        cell[name] = half_up(Fraction(cell[name] * of, time)) if time else None
            cells[unit, code, segment] = cell | self.aims(unit, rule, agreed)
        self.fill(cells)
        return cells

    @cached_property
    def handed(self) -> dict[tuple[str, str], int | None]:
        """Targets handed down, by unit and indicator; None for an heir of units that were asked in unlike ways."""
        return {(r["unit"], r["indicator"]): r["target"] for r in self.plan["cascade_target"]}

    def agreed(self) -> Agreed:
        """What was agreed for the period, by unit, indicator and kind, in place of the rulebook's number."""
        return {
            (row["unit"], row["indicator"], row["kind"]): row["value"]
            for row in self.known_targets()
            if row["period"] == self.setting["period_end"] and row["kind"] != "plan"
        }

    def aims(self, unit: str, rule: Row, agreed: Agreed) -> Row:
        """What a unit's value is measured against: agreed, handed down, or as the rulebook has it."""
        code = rule["indicator"]
        own = {kind: agreed[unit, code, kind] for kind in AIMS if (unit, code, kind) in agreed}
        if None in own.values():
            return dict.fromkeys(AIMS)
        if "target" not in own and (unit, code) in self.handed:
            own["target"] = self.handed[unit, code]
        return {kind: self._scaled_target(unit, rule, own.get(kind, rule[kind])) for kind in AIMS}

    def _time(self, unit: str, rule: Row) -> tuple[int, int]:
        """How much of the unit's time in the period a segment covers, and all of it."""
        part = self.parts.get((unit, rule["indicator"], rule["segment"]))
        return (part["days"], part["of"]) if part else (rule["share_n"], rule["share_d"])

    def fill(self, cells: Cells) -> None:
        """Gaps take the mean or median of the others' values, where that is declared."""
        donors: dict[tuple[Any, ...], list[Fraction]] = defaultdict(list)
        for cell in cells.values():
            # A decided period has no value in a part of which the unit saw no day.
            if cell["status"] == VALUE and cell["value"] is not None and (pool := self._pool(cell)):
                donors[pool].append(Fraction(int(cell["value"])))
        for cell in cells.values():
            given = donors.get(self._pool(cell) or (), [])
            filling = self.fillings.get((cell["category"], cell["indicator"]))
            if cell["status"] == MISSING and filling and len(given) >= filling["minimum"]:
                cell["value"], cell["status"] = typical(filling["by_what"], given), FILLED

    def _pool(self, cell: Row) -> tuple[Any, ...] | None:
        filling = self.fillings.get((cell["category"], cell["indicator"]))
        if filling is None:
            return None
        of = cell["comparison_group"] if filling["pool"] == "group" else cell["category"]
        return filling["pool"], of, cell["indicator"], cell["segment"]

    def counted(self, members: list[Row]) -> list[Row]:
        """Those of a group whose values make its statistics: filled ones only where that is declared."""

        def counts(cell: Row) -> bool:
            filling = self.fillings.get((cell["category"], cell["indicator"]))
            filled = cell["status"] == FILLED and bool(filling and filling["counted"])
            # A measure that is no number, such as a milestone's, has a status and no value.
            return cell["value"] is not None and (cell["status"] == VALUE or filled)

        return [member for member in members if counts(member)]

    def known_targets(self) -> list[Row]:
        """Agreed targets, and those that a successor takes over and has none of its own for; without a value where the units
        before it that owe the indicator were asked in unlike ways."""
        agreed = {
            (t["unit"], t["indicator"], t["kind"], t["period"]): t for t in self.facts["target"]
        }
        series = {(row["category"], row["indicator"]) for row in self.plan["series"]}
        known: dict[tuple[Any, ...], int | None] = {
            key: row["value"] for key, row in agreed.items()
        }
        own = {
            (row["unit"], row["indicator"]) for row in self.plan["cascade_target"] if row.get("own")
        }
        handed: dict[tuple[Any, ...], int | None] = {}
        for _, heir in sorted(
            {(row["generation"] or 1, row["heir"]) for row in self.plan["succession"]}
        ):
            before = [row for row in self.plan["succession"] if row["heir"] == heir and row["unit"] in self.units]  # fmt: skip
            for code, kind, period in {key[1:] for key in agreed}:
                owing = [
                    ((row["unit"], code, kind, period), row["share"]) for row in before
                    if (self.units[row["unit"]]["category"], code) in series and (row["unit"], code) not in self.exempt
                ]  # fmt: skip
                key = heir, code, kind, period
                listed = kind == "target" and (heir, code) in own
                if key in agreed or listed or not any(old in known for old, _ in owing):
                    continue
                parts = [(number, share) for old, share in owing if (number := known.get(old)) is not None]  # fmt: skip
                value = None
                if len(parts) == len(owing) and self.additive[code]:
                    value = half_up(Fraction(sum(number * share for number, share in parts), MICRO))
                elif len(parts) == len(owing) and len({number for number, _ in parts}) == 1:
                    value = parts[0][0]
                handed[key] = known[key] = value
        return self.facts["target"] + [
            {"unit": unit, "indicator": code, "kind": kind, "period": period, "value": value}
            for (unit, code, kind, period), value in handed.items()
        ]

    def _scaled_target(self, unit: str, rule: Row, target: int | None) -> int | None:
        """What is asked in quantities of a unit of a part of the year shrinks with the time that its figures cover."""
        window = self.windows.get(unit)
        held = self.part_days.get((unit, rule["indicator"]))
        if (
            target is None
            or not rule["additive"]
            or self.setting["part_year_targets"] != "pro_rata"
        ):
            return target
        if held is None and window is None:
            return target
        of_time = window or {"reach_days": 0, "period_days": 0}
        days, of = held or (of_time["reach_days"], None)
        return half_up(Fraction(target * days, of or of_time["period_days"]))

    def groups(self, cells: Cells) -> dict[tuple[str, str, int], list[Row]]:
        """The cells of each comparison group for the indicators that are measured by it."""
        groups: dict[tuple[str, str, int], list[Row]] = defaultdict(list)
        for cell in cells.values():
            rule = self.rules[cell["category"], cell["indicator"], cell["segment"]]
            if rule["grouped"] and cell["status"] != NOT_DUE:
                groups[cell["comparison_group"], cell["indicator"], cell["segment"]].append(cell)
        return groups

    def statistics(self, groups: dict[tuple[str, str, int], list[Row]]) -> list[Row]:
        rows = []
        for (group, indicator, segment), members in groups.items():
            counted = self.counted(members)
            rule = self.rules[members[0]["category"], indicator, segment]
            values = Treatment(self.treatments.get((indicator, segment)), rule, counted).values
            if not values:
                continue
            middle = median(Fraction(v) for v in values)
            lowest = min(values)
            rest = [v - lowest for v in values]
            scattered = any(
                self.rules[m["category"], indicator, segment]["method"] == "z_score"
                for m in members
            )
            rows.append(
                {
                    "comparison_group": group,
                    "indicator": indicator,
                    "segment": segment,
                    "due": len(members),
                    "valued": len(counted),
                    "lowest": lowest,
                    "highest": max(values),
                    "total": sum(rest) if scattered else None,
                    "root": spread(values, bool(rule.get("sample"))) if scattered else None,
                    "median_2": int(2 * middle),
                    "mad_4": int(4 * median(abs(v - middle) for v in values)),
                }  # fmt: skip
            )
        return rows

    # -- points ----------------------------------------------------------------------------------

    def indicator_scores(
        self, cells: Cells, groups: dict[tuple[str, str, int], list[Row]]
    ) -> list[Row]:
        """Points of every indicator, its segments joined pro rata."""
        by_pair: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for cell in cells.values():
            by_pair[cell["unit"], cell["indicator"]].append(cell)
        return [
            self._joined(sorted(held, key=lambda c: c["segment"]), groups)
            for held in by_pair.values()
        ]

    def _joined(self, held: list[Row], groups: dict[tuple[str, str, int], list[Row]]) -> Row:
        # The whole of a year that is cut is shown and earns nothing: its parts do. (Runs up to
        # semantics 4 have no such cell and show their last part.)
        last = held[-1]
        if held[0]["segment"] == 0:
            last, *held = held
        rule = self.rules[last["category"], last["indicator"], last["segment"]]
        unit = int(rule["round_unit"])
        outcomes = []
        for cell in held:
            own = self.rules[cell["category"], cell["indicator"], cell["segment"]]
            if cell["status"] in VALUED:
                points = self.points(cell, own, groups)
                status = MISSING if points is None else cell["status"]
            elif cell["status"] == UNDEFINED:
                points = self._instead(own)
                status = UNDEFINED if points is None else VALUE
            else:
                points, status = None, cell["status"]
            time, _ = self._time(cell["unit"], own)
            outcomes.append((status if time else NOT_DUE, points, own, time))
        statuses = [status for status, *_ in outcomes]
        names = ("unit", "category", "comparison_group", "indicator", "value", "target")
        row = {name: last[name] for name in names}
        if last["status"] in VALUED:
            group = groups.get((last["comparison_group"], last["indicator"], last["segment"]), [])
            row["target"] = self._target(last, rule, group)
        if len(held) == 1:
            status, points, _, _ = outcomes[0]
            exact, printed = points or (None, None)
        else:
            status = next(
                (
                    s
                    for s in (MISSING, UNDEFINED, WITHHELD, FILLED, VALUE, NOT_APPLICABLE)
                    if s in statuses
                ),
                NOT_DUE,
            )
            exact = printed = None
            if status in VALUED:
                total, covered = 0, 0
                for own_status, points, own, time in outcomes:
                    if own_status in VALUED and points:
                        whole = own["share_n"] == own["share_d"] and own["carry"] == "rounded"
                        total += (points[1] if whole else points[0]) * time
                        covered += time
                joined = Fraction(total, covered)
                exact, printed = half_up(joined), half_up(joined / unit) * unit
        carried = exact if rule["carry"] == "exact" else printed
        if carried is not None:
            branch = self.branches[last["category"]].get(last["indicator"])
            product = self.multiplied(
                last, last["indicator"], int(branch["full"]) if branch else 0, carried
            )
            if product is not None:
                printed = half_up(product / unit) * unit
                carried = half_up(product) if rule["carry"] == "exact" else printed
        return {**row, "status": status, "points": carried, "printed": printed}

    def multiplied(self, unit: Row, subject: str, full: int, points: int) -> Fraction | None:
        """Points times their coefficient, up to its cap; None where there is none."""
        shared = self.factors.get((unit["category"], subject))
        if shared is None:
            return None
        factor = int(self.own_factors.get((unit["unit"], subject), int(shared["factor"])))
        product = Fraction(points * factor, MICRO)
        if shared["most"] is not None:
            product = min(product, Fraction(int(shared["most"]) * full, 1000))
        return product

    def points(
        self, cell: Row, rule: Row, groups: dict[tuple[str, str, int], list[Row]]
    ) -> tuple[int, int] | None:
        """Points at nine decimals and at the rule's digits; None where the method is undefined."""
        group = groups.get((cell["comparison_group"], cell["indicator"], cell["segment"]), [])
        cell = {**cell, "target": self._target(cell, rule, group)}
        unit, full = int(rule["round_unit"]), Fraction(int(rule["full"]), MICRO)
        try:
            treatment = self.treatments.get((cell["indicator"], cell["segment"]))
            case = Case(cell, rule, full, group, self.plan, self.counted(group), treatment)
            outcome = METHODS[rule["method"]](case)
        except (ZeroDivisionError, TypeError):
            outcome = None  # nothing to divide by, or a target that nobody gave
        if outcome is None:
            return self._instead(rule)
        points, least, most = outcome
        # Rounding never crosses a limit that is itself rounded, so the order does not matter.
        fine, printed = rounded(points, 1), rounded(points, unit)
        if most is not None:
            fine, printed = min(fine, rounded(most, 1)), min(printed, rounded(most, unit))
        if least is not None:
            fine, printed = max(fine, rounded(least, 1)), max(printed, rounded(least, unit))
        return upward(rule, fine, printed), printed

    @staticmethod
    def _instead(rule: Row) -> tuple[int, int] | None:
        """What a cell earns for which there is no result; None where the rule does not say."""
        share = {"zero": Fraction(0), "half": Fraction(1, 2), "full": Fraction(1)}
        if rule["undefined"] == "missing":
            return None
        points = Fraction(int(rule["full"]), MICRO) * share[rule["undefined"]]
        fine, printed = rounded(points, 1), rounded(points, int(rule["round_unit"]))
        return upward(rule, fine, printed), printed

    def _target(self, cell: Row, rule: Row, group: list[Row]) -> Any:
        match rule["reference"]:
            case "previous":
                return cell["previous"]
            case "group_median" | "group_mean" | "group_best":
                values = [Fraction(int(m["value"])) for m in self.counted(group)]
                if not values:
                    return None
                if rule["reference"] == "group_best":
                    return int(max(values) if rule["sign"] > 0 else min(values))
                return typical(rule["reference"].removeprefix("group_"), values)
            case "unit":
                return self.unit_value(rule, cell["indicator"], cell["segment"])
            case _:
                return cell["target"]

    def unit_value(self, rule: Row, code: str, segment: int) -> int | None:
        """The value of the unit that a rule measures against; None where it has none."""
        entry = self.count(
            row for row in self.observations() if row["unit"] == rule["reference_unit"]
        ).get((rule["reference_unit"], code, segment, "value"))
        series = next(
            s for s in self.plan["series"] if s["indicator"] == code and s["segment"] == segment
        )
        if entry is None or len(entry["values"]) < series["expected"]:
            return None
        value = self._combined(
            series, {"values": entry["values"], "statuses": []}, series["expected"]
        )
        if value is not None and rule.get("carried"):
            value = half_up(Fraction(value * rule["share_d"], rule["share_n"]))
        return value

    # -- dimensions and total --------------------------------------------------------------------

    def node_scores(self, scores: list[Row]) -> list[Row]:
        """Every dimension from the deepest to the root."""
        medians = self.group_rates(scores)
        by_unit: dict[str, dict[str, Row]] = defaultdict(dict)
        for score in scores:
            by_unit[score["unit"]][score["indicator"]] = score
        made: dict[str, dict[str, Row]] = defaultdict(dict)
        for depth in sorted({int(node["depth"]) for node in self.nodes.values()}, reverse=True):
            for node in self.nodes.values():
                if node["depth"] == depth:
                    level = {
                        code: drawn for code, unit in self.units.items()
                        if (drawn := self._drawn(unit, node, by_unit[code], made[code], medians))
                    }  # fmt: skip
                    for row in self._finished(node, level):
                        made[row["unit"]][node["node"]] = row
        return [row for rows in made.values() for row in rows.values()]

    def group_rates(self, scores: list[Row]) -> dict[tuple[str, str], Fraction]:
        rates = defaultdict(list)
        for score in scores:
            full = self.branches[score["category"]][score["indicator"]]["full"]
            if score["status"] == VALUE and full > 0:
                rate = half_up(Fraction(score["points"] * RATE, int(full)))
                rates[score["comparison_group"], score["indicator"]].append(Fraction(rate))
        return {key: Fraction(half_up(median(held))) for key, held in rates.items()}

    def brought(
        self, unit: str, scores: dict[str, Row], rates: dict[tuple[str, str], Fraction]
    ) -> dict[str, int]:
        """What each indicator of one unit puts into its dimension: its points, what stands in their place, or the floor."""
        parents = {b["parent"] for b in self.branches[self.units[unit]["category"]].values()}
        return {
            part["child"]: int(part["score"])
            for node in parents for part in self.composition(unit, node, scores, {}, rates)
            if part["score"] is not None
        }  # fmt: skip

    def composition(
        self, unit: str, node: str, scores: dict[str, Row], made: dict[str, Row],
        rates: dict[tuple[str, str], Fraction],
    ) -> list[Row]:  # fmt: skip
        """What a dimension of one unit is made of: each child with its weight, its score, and its outcome (`value`,
        `filled`, `substitute`, `floor`, `unranked`, `renormalise`, `block`, `not_due`; of a dimension its status)."""
        held = self.branches[self.units[unit]["category"]].values()
        children = [b for b in held if b["parent"] == node and (b["child"] in scores or b["child"] in made)]  # fmt: skip
        return [
            {**(self._leaf(b, scores, children, rates) if b["leaf"] else self._below(b, made[b["child"]])),
             "child": b["child"], "place": b.get("place")}
            for b in children
        ]  # fmt: skip

    def _drawn(
        self, unit: Row, node: Row, scores: dict[str, Row], made: dict[str, Row],
        medians: dict[tuple[str, str], Fraction],
    ) -> "Drawn | None":  # fmt: skip
        parts = self.composition(unit["unit"], node["node"], scores, made, medians)
        if not parts:
            return None
        return Drawn(unit, node["node"], parts, self.node_rules.get(node["node"], {}))

    def _finished(self, node: Row, level: dict[str, "Drawn"]) -> Iterator[Row]:
        """One dimension of all units: formed, filled, rescaled, turned round, times its coefficient."""
        rule = self.node_rules.get(node["node"], {})
        for drawn in level.values():
            full = self.marks.get((drawn.unit["category"], node["node"]), 0)
            if node["aggregate"] == "copeland":
                drawn.value = duels(drawn, list(level.values()), full)
            elif drawn.present:
                drawn.value = aggregate(node["aggregate"], drawn.present, drawn.parts, full)
        for drawn in level.values():
            drawn.held = None if drawn.own is None or abs(drawn.own) >= BEYOND else drawn.own
            drawn.sound = drawn.held if drawn.worst == 0 else None
        if rule.get("fill"):
            self._fill_level(rule, list(level.values()))
        members: dict[str, list[int]] = defaultdict(list)
        for drawn in level.values():
            if drawn.sound is not None:
                members[drawn.unit["comparison_group"]].append(drawn.sound)
        for drawn in level.values():
            full = self.marks.get((drawn.unit["category"], node["node"]), 0)
            points, printed = self._posted(
                node, rule, drawn, full, members[drawn.unit["comparison_group"]]
            )
            yield drawn.row(points, printed)

    @staticmethod
    def _fill_level(rule: Row, level: list["Drawn"]) -> None:
        pool = "comparison_group" if rule["pool"] == "group" else "category"
        donors: dict[str, list[Fraction]] = defaultdict(list)
        for drawn in level:
            if drawn.sound is not None:
                donors[drawn.unit[pool]].append(Fraction(drawn.sound))
        for drawn in level:
            given = donors[drawn.unit[pool]]
            gap = drawn.own is None and drawn.worst < 2 and drawn.leaves > 0
            if gap and len(given) >= rule["minimum"]:
                drawn.held, drawn.filled = typical(rule["fill"], given), True
                drawn.sound = drawn.held if rule["counted"] else None

    def _posted(
        self, node: Row, rule: Row, drawn: "Drawn", full: int, members: list[int]
    ) -> tuple[int | None, int | None]:
        """Score as carried upward, and as printed."""
        unit, code = int(node["round_unit"]), node["node"]
        factor = (drawn.unit["category"], code) in self.factors
        posted = drawn.filled or bool(rule.get("rescale")) or bool(rule.get("mirror")) or factor
        if posted and drawn.own is not None and abs(drawn.own) >= BEYOND:
            # Too large to go on with: the run is refused, and this is the number that it names.
            return drawn.own, drawn.own
        if not posted:
            value = drawn.value if drawn.formed else None
            if value is None:
                return None, None
            printed = half_up(value / unit) * unit
            return (half_up(value) if node["carry"] == "exact" else printed), printed
        if drawn.held is None:
            return None, None
        turned: int | None = drawn.held
        if rule.get("rescale"):
            turned = rescaled(rule, drawn.held, members, full)
            if turned is None and rule["undefined"] != "missing":
                turned = full * {"zero": 0, "half": 500, "full": 1000}[rule["undefined"]]
        if turned is None:
            return None, None
        if rule.get("mirror"):
            turned = full * 1000 - turned
        product = self.multiplied(drawn.unit, code, full, turned)
        value = Fraction(turned) if product is None else product
        printed = half_up(value / unit) * unit
        carried = half_up(value) if node["carry"] == "exact" else printed
        if rule.get("plain"):
            plain = half_up(Fraction(drawn.held, unit)) * unit
            carried = drawn.held if node["carry"] == "exact" else plain
        return carried, printed

    def _leaf(
        self, branch: Row, scores: dict[str, Row], siblings: list[Row],
        medians: dict[tuple[str, str], Fraction],
    ) -> Row:  # fmt: skip
        score = scores[branch["child"]]
        part = {
            "weight": branch["weight"],
            "full": branch["full"],
            "used": 0,
            "leaves": branch["leaves"],
        }
        floor_score = branch["lowest"]
        match score["status"]:
            case 1:
                return {
                    **part,
                    "score": score["points"],
                    "outcome": "value",
                    "used": branch["leaves"],
                }
            case 6:
                return {**part, "score": score["points"], "outcome": "filled"}
            case 5:
                return {**part, "score": None, "outcome": "not_due", "leaves": 0}
            case 2 if branch["not_applicable"] == "reweight":
                instead = self._substitute(branch, score, scores, siblings, medians)
                if instead is None:
                    return {**part, "score": floor_score, "outcome": "unranked"}
                return {**part, "score": instead, "outcome": "substitute"}
            case 2:
                rule = branch["not_applicable"]
                kept = floor_score if rule == "unranked" else None
                return {**part, "score": kept, "outcome": rule}
            case status:
                rule = self.setting["withheld"] if status == WITHHELD else branch["missing"]
                stands = rule in {"floor", "unranked"}
                return {**part, "score": floor_score if stands else None, "outcome": rule}

    def _substitute(
        self, branch: Row, score: Row, scores: dict[str, Row], siblings: list[Row],
        medians: dict[tuple[str, str], Fraction],
    ) -> int | None:  # fmt: skip
        """The lower of the own rate on the siblings and the group's median rate, or the one that there is."""
        typical = medians.get((score["comparison_group"], score["indicator"]))
        earned = possible = 0
        for sibling in siblings:
            other = scores.get(sibling["child"]) if sibling["leaf"] else None
            if other is None:
                continue
            gaps = {MISSING: sibling["missing"], UNDEFINED: sibling["missing"], WITHHELD: self.setting["withheld"]}  # fmt: skip
            if other["status"] in VALUED:
                earned += sibling["weight"] * other["points"]
            elif gaps.get(other["status"]) in {"floor", "unranked"}:
                earned += sibling["weight"] * sibling["lowest"]
            else:
                continue
            possible += sibling["weight"] * sibling["full"]
        rates = [] if typical is None else [typical]
        rates += [Fraction(half_up(Fraction(earned * RATE, int(possible))))] if possible else []
        if not rates:
            return None
        rule = self.rules[score["category"], score["indicator"], LOWER_FIRST]
        unit = int(rule["round_unit"])
        return half_up(Fraction(int(branch["full"])) * min(rates) / RATE / unit) * unit

    @staticmethod
    def _below(branch: Row, node: Row) -> Row:
        part = {name: branch[name] for name in ("weight", "full")}
        part |= {"used": node["used"], "leaves": node["leaves"], "score": node["score"]}
        if node["status"] == "missing":
            return {**part, "outcome": "block"}
        if node["status"] == "empty":
            stands = branch["missing"] in {"floor", "unranked"}
            return {**part, "score": 0 if stands else None, "outcome": branch["missing"]}
        return {**part, "outcome": node["status"]}

    def totals(self, nodes: list[Row], scores: list[Row]) -> list[Row]:
        """Root score, decided items with their caps, limits on the grade."""
        by_unit: dict[str, list[Row]] = defaultdict(list)
        for score in scores:
            by_unit[score["unit"]].append(score)
        limits = {row["category"]: row["not_applicable_limit"] for row in self.plan["category"]}
        unit_of_rounding = int(self.nodes[self.root]["round_unit"])
        found = []
        for node in nodes:
            if node["node"] != self.root:
                continue
            bonus, deduction, limit, forced, vetoed = self._adjustments(node["unit"])
            branches = self.branches[node["category"]]
            excused = sum(
                branches[s["indicator"]]["share"]
                for s in by_unit[node["unit"]]
                if s["status"] == NOT_APPLICABLE
            )
            status = "missing" if node["status"] == "empty" else node["status"]
            if status == "value" and excused > limits[node["category"]]:
                status = "unranked"
            adjusted: int | None = (
                None if node["score"] is None else node["score"] + bonus - deduction
            )
            printed = None
            if adjusted is not None:
                printed = half_up(Fraction(adjusted, unit_of_rounding)) * unit_of_rounding
            found.append(
                {
                    "unit": node["unit"],
                    "category": node["category"],
                    "comparison_group": node["comparison_group"],
                    "status": status,
                    "composite": node["score"],
                    "bonus": bonus,
                    "deduction": deduction,
                    "score": adjusted,
                    "printed": printed,
                    "limit_place": limit,
                    "forced_place": forced,
                    "vetoed": vetoed,
                    "used": node["used"],
                    "leaves": node["leaves"],
                }  # fmt: skip
            )
        return found

    def counts(self, event: Row) -> bool:
        """Whether an event is one of this run's items for one of its units, decided by its day, and of its period."""
        items = {row["item"] for row in self.plan["item"]}
        units = {row["unit"] for row in self.plan["unit"]}
        known = event["item"] in items and event["unit"] in units
        return known and decided(event, self.setting) and within(event, self.setting)

    def _adjustments(self, unit: str) -> tuple[int, int, int | None, int | None, bool]:
        items = {row["item"]: row for row in self.plan["item"]}
        carried: dict[str, int] = defaultdict(int)
        for event in self.facts["event"]:
            if event["unit"] == unit and self.counts(event):
                carried[event["item"]] += event["points"] or 0
        sums = {"bonus": 0, "deduction": 0}
        limits, forced = [], []
        for code, points in carried.items():
            item = items[code]
            if item["kind"] in sums:
                sums[item["kind"]] += points if item["cap"] is None else min(points, item["cap"])
            limits += [item["best_place"]] if item["best_place"] is not None else []
            forced += [item["forced_place"]] if item["forced_place"] is not None else []
        for gate in self.plan["gate"]:
            entry = self.known.get((unit, gate["indicator"], gate.get("segment", 1)))
            if entry and (entry["status"] != VALUE or entry["value"] < gate["below"]):
                forced.append(gate["place"])
        for kind in sums:
            cap = self.setting[f"{kind}_cap"]
            sums[kind] = sums[kind] if cap is None else min(sums[kind], cap)
        vetoed = any(items[code]["kind"] == "veto" for code in carried)
        return (
            sums["bonus"], sums["deduction"], max(limits, default=None), max(forced, default=None),
            vetoed,
        )  # fmt: skip

    # -- rank, grade, light ----------------------------------------------------------------------

    def ranking(self, totals: list[Row], nodes: list[Row]) -> list[Row]:
        scored = [{**total, "node": self.root} for total in totals]
        scored += [n for n in nodes if self.nodes[n["node"]]["ranked"] and n["node"] != self.root]
        keys = {n["unit"]: n["score"] for n in nodes if n["node"] == self.setting["key_node"]}
        groups: dict[tuple[str, str], list[tuple[Any, str]]] = defaultdict(list)
        on = "score" if self.setting["rank_on"] == "exact" else "printed"
        sign = self._sign()
        for row in scored:
            unit = self.units[row["unit"]]
            partial = unit["part_year"] and self.setting["part_year"] == "no_grade"
            if row["status"] == "value" and unit["ranked"] and not partial:
                key = keys.get(row["unit"])
                # Without a key a unit stands behind those that have one: at 0, where higher is better.
                second = (1, sign * key) if key is not None else (1, 0) if sign > 0 else (0, 0)
                merit = (sign * row[on], second)
                groups[row["comparison_group"], row["node"]].append((merit, row["unit"]))
        found = []
        for (_, node), members in groups.items():
            merits = [merit for merit, _ in members]
            for merit, unit_code in members:
                better = [m for m in merits if m > merit]
                ahead = len(set(better)) if self.setting["ties"] == "dense" else len(better)
                found.append(
                    {"unit": unit_code, "node": node, "place": ahead + 1, "members": len(members)}
                )
        return found

    def _sign(self) -> int:
        """-1 where the lower total is the better one; plans of earlier releases do not say."""
        return -1 if self.setting.get("rank_direction") == "down" else 1

    def grading(self, totals: list[Row], ranking: list[Row]) -> list[Row]:
        """Band by band from the best; seats by quota inside a pool."""
        if not self.plan["band"]:
            return []
        members = {r["unit"]: r["members"] for r in ranking if r["node"] == self.root}
        sign = self._sign()
        on = "score" if self.setting["grade_on"] == "exact" else "printed"
        pools: dict[str, list[Row]] = defaultdict(list)
        for total in totals:
            if total["unit"] in members:
                small = members[total["unit"]] < self.setting["pool_below"]
                pools["*" if small else total["comparison_group"]].append(
                    {**total, "merit": sign * total[on]}
                )
        found = []
        for pool in pools.values():
            found += list(self._graded(pool))
        return found

    def _graded(self, pool: list[Row]) -> Iterator[Row]:
        bands = sorted(self.plan["band"], key=lambda b: b["place"])
        limit = {u["unit"]: u["limit_place"] or 0 for u in pool}
        self._push_down(pool, bands, limit)
        graded: set[str] = set()
        for band in bands:
            forced, standing, holding = [], [], []
            for unit in pool:
                if unit["unit"] in graded:
                    continue
                if unit["forced_place"] is not None:
                    if unit["forced_place"] == band["place"]:
                        forced.append(unit)
                elif band["at_least"] is None or unit["merit"] >= band["at_least"]:
                    if limit[unit["unit"]] <= band["place"]:
                        standing.append(unit)
                    elif unit["vetoed"] and not self.setting["vetoed_frees_seat"]:
                        holding.append(unit)
            competing = forced + standing + holding
            for unit in forced:
                graded.add(unit["unit"])
                yield {"unit": unit["unit"], "place": band["place"], "grade": band["grade"]}
            for unit in standing:
                if self._seated(unit, band, len(forced), standing + holding, competing, len(pool)):
                    graded.add(unit["unit"])
                    yield {"unit": unit["unit"], "place": band["place"], "grade": band["grade"]}

    @staticmethod
    def _push_down(pool: list[Row], bands: list[Row], limit: dict[str, int]) -> None:
        """Bands that must take at least a share of the pool take its lowest units."""
        for band in bands:
            if band["share_at_least"] is not None:
                seats = -(-band["share_at_least"] * len(pool) // MICRO)
                for unit in pool:
                    worse = sum(1 for other in pool if other["merit"] < unit["merit"])
                    if worse + 1 <= seats:
                        limit[unit["unit"]] = max(limit[unit["unit"]], band["place"])

    def _seated(
        self, unit: Row, band: Row, forced: int, rivals: list[Row], competing: list[Row], size: int
    ) -> bool:
        if band["share_at_most"] is None:
            return True
        seats = band["share_at_most"] * size // MICRO
        first = forced + sum(1 for other in rivals if other["merit"] > unit["merit"]) + 1
        if self.setting["last_seat"] == "all_in":
            return bool(first <= seats)
        equals = sum(1 for other in competing if other["merit"] == unit["merit"])
        return bool(first + equals - 1 <= seats)

    def lights(self, scores: list[Row], nodes: list[Row]) -> list[Row]:
        rules = {(row["subject"], row["leaf"]): row for row in self.plan["light_rule"]}
        marks = {(r["category"], r["node"]): r["full"] for r in self.plan["node_full"]}
        found = []
        for score in scores:
            light = rules.get((score["indicator"], True))
            if light and score["status"] == VALUE:
                measure = self._light_measure(score, light)
                found.append((score["unit"], score["indicator"], light, measure))
        for node in nodes:
            light = rules.get((node["node"], False))
            if light and node["score"] is not None and node["status"] in {"value", "unranked"}:
                full = int(marks[node["category"], node["node"]])
                measure = -half_up(Fraction(node["score"] * 1000, full)) if full else None
                found.append((node["unit"], node["node"], light, measure))
        return [
            {"unit": unit, "subject": subject, "light": colour(light, measure), "measure": measure}
            for unit, subject, light, measure in found
            if measure is not None
        ]

    def _light_measure(self, score: Row, light: Row) -> int | None:
        rule = max(
            (
                r
                for (c, i, _), r in self.rules.items()
                if (c, i) == (score["category"], score["indicator"])
            ),
            key=lambda r: r["segment"],
        )
        value, target = score["value"], score["target"]
        if light["by"] == "score":
            if not rule["full"]:
                return None
            return -half_up(Fraction(score["points"] * 1000, int(rule["full"])))
        if value is None:
            return None
        if light["by"] == "milestones":
            return MICRO - half_up(Fraction(value * 10000, rule["unit_scale"]))
        if target is None or target <= 0:
            return None
        progress = half_up(Fraction(value * 10000, int(target)))
        match light["by"]:
            case "time_progress":
                elapsed = half_up(Fraction(rule["elapsed_n"] * 10000, rule["elapsed_d"]))
                return (elapsed - progress) * 10000
            case "plan":
                planned = self.planned(score)
                if planned is None:
                    return None
                return (half_up(Fraction(planned * 10000, int(target))) - progress) * 10000
            case "level":
                return half_up(Fraction(rule["sign"] * (target - value) * MICRO, int(target)))
            case _:
                return half_up(Fraction((value - target) * MICRO, int(target)))

    def planned(self, score: Row) -> int | None:
        """What had been planned by the day, of the target that a score was measured against."""
        last = min(self.setting["at"], self.setting["period_end"])
        plans = [
            (row["period"], row["value"])
            for row in self.known_targets()
            if row["kind"] == "plan" and row["period"] <= last
            and (row["unit"], row["indicator"]) == (score["unit"], score["indicator"])
        ]  # fmt: skip
        return max(plans)[1] if plans else None

    def references(self, totals: list[Row]) -> list[Row]:
        """α·unit + (1 - α)·own for persons."""
        printed = {total["unit"]: total["printed"] for total in totals}
        found = []
        for unit in self.units.values():
            if unit["bound"] and unit["unit"] in printed and unit["superior"] in printed:
                own, above = printed[unit["unit"]], printed[unit["superior"]]
                alpha = int(self.setting["alpha"])
                score = None
                if own is not None and above is not None:
                    mixed = Fraction(alpha * above + (MICRO - alpha) * own, MICRO)
                    score = half_up(mixed / 10**7) * 10**7
                found.append(
                    {"unit": unit["unit"], "superior": unit["superior"], "own": own,
                     "superior_score": above, "score": score}
                )  # fmt: skip
        return found


class Drawn:
    """A dimension of one unit while its level is made: its parts, and what becomes of them."""

    def __init__(self, unit: Row, node: str, parts: list[Row], rule: Row) -> None:
        self.unit, self.node, self.parts = unit, node, parts
        self.present = [part for part in parts if part["score"] is not None]
        self.used = sum(part["used"] for part in parts)
        self.leaves = sum(part["leaves"] for part in parts)
        outcomes = {part["outcome"] for part in parts}
        self.due = outcomes != {"not_due"}
        self.worst = 2 if "block" in outcomes else 1 if "unranked" in outcomes else 0
        least, share = rule.get("least_used"), rule.get("least_share")
        short = (least is not None and self.used < least) or (
            share is not None and self.used * MICRO < int(share) * self.leaves
        )
        self.lacking = rule.get("below") if short else None
        if self.worst == 0 and self.lacking == "unranked":
            self.worst = 1
        self.value: Fraction | None = None
        self.held: int | None = None
        self.sound: int | None = None
        """The score as a measure for others: of those that are ranked."""
        self.filled = False

    @property
    def formed(self) -> bool:
        return self.worst < 2 and bool(self.present) and self.lacking != "missing"

    @property
    def own(self) -> int | None:
        """The score from its own parts, at nine decimals."""
        return half_up(self.value) if self.formed and self.value is not None else None

    def row(self, score: int | None, printed: int | None) -> Row:
        if self.worst == 2:
            status = "missing"
        elif not self.due:
            status = "not_due"
        elif printed is None:
            status = "empty"
        elif self.filled:
            status = "filled"
        else:
            status = "unranked" if self.worst == 1 else "value"
        return {
            "unit": self.unit["unit"], "category": self.unit["category"], "node": self.node,
            "comparison_group": self.unit["comparison_group"],
            "used": self.used, "leaves": self.leaves, "status": status,
            "score": score, "printed": printed,
        }  # fmt: skip


def duels(drawn: Drawn, level: list[Drawn], full: int) -> Fraction | None:
    """Copeland: the share of rivals that a unit beats by the weight of the parts it is better in, draws half."""
    won = rivals = 0
    own = {p["child"]: p for p in drawn.present if p["weight"] > 0}
    for rival in level:
        same = rival.unit["comparison_group"] == drawn.unit["comparison_group"]
        if rival is drawn or not same or rival.worst > 0 or not rival.formed or rival.lacking:
            continue
        both = [
            (own[p["child"]], p) for p in rival.present if p["child"] in own and p["weight"] > 0
        ]
        ahead = sum(a["weight"] for a, b in both if a["score"] > b["score"])
        behind = sum(a["weight"] for a, b in both if a["score"] < b["score"])
        if both:
            rivals += 1
            won += 2 if ahead > behind else 1 if ahead == behind else 0
    return Fraction(full * 1000 * won, 2 * rivals) if rivals else None


def rescaled(rule: Row, score: int, members: list[int], full: int) -> int | None:
    """A score rescaled over its group, at nine decimals; None where the formula divides by nothing."""
    if not members:
        return None
    lowest, highest, n = min(members), max(members), len(members)
    mean = half_up(Fraction(sum(members), n))
    bounded = min(max(score, lowest), highest)
    mark = full * 1000

    def part(name: str) -> Fraction:
        return Fraction(int(rule[name]), MICRO)

    try:
        match rule["rescale"]:
            case "min_max":
                way = Fraction(bounded - lowest, highest - lowest)
                return half_up(mark * (part("first") + (part("second") - part("first")) * way))
            case "best":
                if rule["first"] is None:
                    return half_up(mark * bounded / _positive(highest))
                lift = part("first") * NANO - lowest
                return half_up(mark * (bounded + lift) / (highest + lift))
            case "mean":
                return half_up(mark * score / _positive(mean))
            case "z_score":
                squares = sum((member - mean) ** 2 for member in members)
                variance = half_up(Fraction(squares, n - 1 if rule["sample"] else n))
                away = Fraction((score - mean) * ROOT_SCALE, integer_root(variance))
                return half_up(part("first") * NANO) + half_up(part("second") * NANO * away)
            case _:
                better = sum(1 for member in members if member > score)
                equal = sum(1 for member in members if member == score)
                place_2 = 2 * (better + 1) + max(equal - 1, 0)
                steep = steepness(n, place_2, int(rule["curve"]))
                return half_up(mark * Fraction(steep, int(rule["curve_top"])))
    except ZeroDivisionError:
        return None


def log(number: int, decimals: int) -> int:
    """A logarithm that something is divided by or made of: where there is none, that is undefined."""
    found = logarithm(number, decimals)
    if found is None:
        raise ZeroDivisionError
    return found


def steepness(n: int, place_2: int, curve: int) -> int:
    """-ln(1 - R·curve) at LOG_SCALE, for the place counted twice among n; R = (n - place + 1) / n."""
    rest = half_up(Fraction(2 * n * 10**15 - (2 * n + 2 - place_2) * curve, 2 * n))
    return -log(rest, 15)


def typical(what: str, values: list[Fraction]) -> int:
    """Their mean or median as an integer."""
    return half_up(median(values) if what == "median" else sum(values) / Fraction(len(values)))


def spread(values: list[int], sample: bool) -> int | None:
    """Root of n·sum(x²) - sum(x)² at ROOT_SCALE; of a sample, of n/(n - 1) times that."""
    lowest, n = min(values), len(values)
    rest = [value - lowest for value in values]
    variance = n * sum(v * v for v in rest) - sum(rest) ** 2
    if not sample:
        return integer_root(variance)
    return half_up(Fraction(integer_root(variance * n * (n - 1)), n - 1)) if n > 1 else None


class Treatment:
    """What a group's values become before they are compared: winsorised, then their logarithm."""

    def __init__(self, row: Row | None, rule: Row, counted: list[Row]) -> None:
        self.row, self.decimals = row, int(rule["decimals"])
        held = sorted(int(member["value"]) for member in counted)
        self.low = self.high = 0
        if row and held:
            middle = (len(held) + 1) // 2
            self.low = held[min(row["low"] + 1, middle) - 1]
            self.high = held[max(len(held) - row["high"], middle) - 1]
        made = [self.of(value) for value in held]
        self.values = [value for value in made if value is not None]

    def of(self, value: int) -> int | None:
        """The value as its group compares it; None where it has no logarithm."""
        if self.row is None:
            return value
        value = min(max(value, self.low), self.high)
        if self.row["log"] is None:
            return value
        if self.row["log"] == "plain":
            found = logarithm(value, self.decimals) if self.low > 0 else None
        else:
            above = 100 * (value - self.low) + (self.high - self.low)
            found = logarithm(above, self.decimals + 2)
        return None if found is None else half_up(Fraction(found, 1000))


def aggregate(kind: str, present: list[Row], parts: list[Row], full: int) -> Fraction | None:
    """A dimension's score at 10**9, not yet rounded; None where it cannot be formed."""
    if kind in {"product", "quotient"}:
        pair = {p["place"]: p for p in present}
        if 1 not in pair or 2 not in pair or not pair[1]["full"]:
            return None
        first = half_up(Fraction(full * pair[1]["score"], int(pair[1]["full"])))
        score, mark = int(pair[2]["score"]), int(pair[2]["full"]) * 1000
        if kind == "quotient":
            return Fraction(first * mark, score) if score > 0 else None
        return Fraction(first * score, mark) if mark else None
    weights = sum(p["weight"] for p in present)
    points = sum(Fraction(p["weight"]) * p["score"] for p in present)
    if kind == "sum":
        here = sum(p["weight"] * p["full"] for p in present)
        due = sum(p["weight"] * p["full"] for p in parts if p["outcome"] != "not_due")
        if here != due:
            points = points * due / here if here else None
        return None if points is None else points / MICRO
    if kind == "arithmetic":
        return points / weights if weights else None
    # A child that weighs nothing has no say, not even by a score of zero.
    present = [p for p in present if p["weight"] > 0]
    lowest = min((p["score"] for p in present), default=None)
    if lowest is None or lowest < 0:
        return None
    if lowest == 0:
        return Fraction(0)
    if kind == "geometric":
        logs = sum(p["weight"] * log(int(p["score"]), 9) for p in present)
        return Fraction(exponential(half_up(Fraction(logs, int(weights))))) if weights else None
    # What is above zero and below a thousandth of a point counts as that.
    inverses = sum(
        half_up(Fraction(p["weight"] * 10**21, max(int(p["score"]), MICRO))) for p in present
    )
    return Fraction(int(weights) * 10**21, inverses) if inverses else None


def colour(rule: Row, measure: int) -> str:
    """The light that a measure gives under its rule."""
    watch, missed = rule["watch"], rule["missed"]
    if rule["by"] == "score":
        return "green" if -measure >= watch else "yellow" if -measure >= missed else "red"
    if measure > missed:
        return "red"
    if measure > watch or (measure == watch and rule["watch_first"]):
        return "yellow"
    return "green_watch" if rule["by"] == "time_progress" and measure > 0 else "green"


# -- the methods, from their formulas ----------------------------------------------------------------


class Case:
    """What a method sees: numbers in their own units, the full mark, the group."""

    def __init__(
        self, cell: Row, rule: Row, full: Fraction, group: list[Row], plan: Tables,
        counted: list[Row], treatment: Row | None = None,
    ) -> None:  # fmt: skip
        self.cell, self.rule, self.full, self.group, self.plan = cell, rule, full, group, plan
        scale = int(rule["unit_scale"])

        def number(value: int | None) -> Any:
            return None if value is None else Fraction(int(value), scale)

        self.value = Fraction(int(cell["value"]), scale)
        self.target, self.base = number(cell["target"]), number(cell["base"])
        self.stretch, self.bottom = number(cell["stretch"]), number(cell["bottom"])
        self.low, self.high = number(rule["low"]), number(rule["high"])
        self.low_limit, self.high_limit = number(rule["low_limit"]), number(rule["high_limit"])
        self.sign = rule["sign"]
        self.scale = scale
        self.values = [Fraction(int(m["value"]), scale) for m in counted]
        self.treated = Treatment(treatment, rule, counted)
        self.measure = self.treated.of(int(cell["value"]))

    def share(self, name: str) -> Fraction:
        return Fraction(int(self.rule[name]), MICRO)

    def limit(self, name: str) -> Fraction | None:
        value = self.rule[name]
        return None if value is None else self.full * Fraction(int(value), MICRO)

    def within(self, share: Fraction) -> "Outcome":
        return self.full * share, self.limit("least"), self.limit("most")

    def table(self, name: str) -> list[Row]:
        key = (self.cell["indicator"], self.cell["segment"])
        return [row for row in self.plan[name] if (row["indicator"], row["segment"]) == key]

    def between_posts(self) -> Fraction:
        """The value, or the post that it is beyond; where lower is better, `low` is the higher post."""
        return Fraction(sorted((self.low, self.value, self.high))[1])

    def way(self, worse: Fraction, better: Fraction) -> Fraction:
        """From one number to one that must be better; an agreed target that is not leads nowhere."""
        _positive((better - worse) * self.sign)
        return better - worse

    @property
    def place(self) -> int:
        return 1 + sum(1 for other in self.values if other * self.sign > self.value * self.sign)

    @property
    def equals(self) -> int:
        return sum(1 for other in self.values if other == self.value)

    @property
    def members(self) -> int:
        """Whom the place is counted among."""
        return len(self.values if self.rule.get("among") == "valued" else self.group)

    def shared(self, usual: str) -> Fraction:
        """The place that equal values take together: the best, the mean or the worst of theirs."""
        ties = self.rule.get("ties") or usual
        more = {"best": Fraction(0), "mean": Fraction(self.equals - 1, 2), "worst": Fraction(self.equals - 1)}  # fmt: skip
        return self.place + more[ties]


Outcome = tuple[Fraction, Fraction | None, Fraction | None]


def _positive(number: Any) -> Fraction:
    if number is None or number <= 0:
        raise ZeroDivisionError
    return Fraction(number)


def _of_nothing(c: Case) -> Outcome:
    """Lower is better and the target is none: none meets it, any more has missed it, less has beaten it."""
    if c.value == 0:
        return c.within(Fraction(1))
    return c.within(c.share("least" if c.value > 0 else "most"))


def ratio(c: Case) -> Outcome:
    return c.within(c.value / _positive(c.target))


def ratio_inverse(c: Case) -> Outcome:
    """Target over actual. No accident at all has no quotient: it meets a target of none, and beats any other."""
    if c.target is None or c.target < 0:
        raise ZeroDivisionError
    if c.value > 0:
        return c.within(c.target / c.value)
    share = Fraction(1) if c.value == c.target else c.share("most")
    return c.within(share)


def ratio_mirror(c: Case) -> Outcome:
    if c.target == 0:
        return _of_nothing(c)
    return c.within(2 - c.value / _positive(c.target))


def efficacy(c: Case) -> Outcome:
    way = (c.value - c.bottom) / c.way(c.bottom, c.target)
    return c.within(c.share("first") + c.share("second") * way)


def growth(c: Case) -> Outcome:
    return c.within((c.value - c.base) / c.way(c.base, c.target))


def plus_minus(c: Case) -> Outcome:
    if c.target == 0 and c.sign < 0:
        return _of_nothing(c)
    percent = (c.value - c.target) / _positive(c.target) * 100
    return c.within(1 + c.share("first") * percent * c.sign)


def difference(c: Case) -> Outcome:
    return c.within(1 + c.share("first") * (c.value - c.target) * c.sign)


def rate_minus(c: Case) -> Outcome:
    points = c.full - c.share("first") * (c.target - c.value) * c.sign
    return points, c.share("least_points"), c.full


def interval(c: Case) -> Outcome:
    share = Fraction(1)
    if c.low is not None and c.value < c.low:
        share = 1 - (c.low - c.value) / (c.low - c.low_limit)
    elif c.high is not None and c.value > c.high:
        share = 1 - (c.value - c.high) / (c.high_limit - c.high)
    return c.full * share, Fraction(0), c.full


def three_point(c: Case) -> Outcome:
    first, second, third = c.share("first"), c.share("second"), c.share("third")
    for worse, better in ((c.base, c.target), (c.target, c.stretch)):
        if worse is not None and better is not None:
            c.way(worse, better)
    if c.value * c.sign <= c.target * c.sign:
        return c.within(first + (second - first) * (c.value - c.base) / (c.target - c.base))
    return c.within(second + (third - second) * (c.value - c.target) / (c.stretch - c.target))


def banded(c: Case) -> Outcome:
    for knot in c.table("rule_knot"):
        low, high = Fraction(int(knot["at_low"]), c.scale), Fraction(int(knot["at_high"]), c.scale)
        if (c.value >= low or knot["open_low"]) and (c.value < high or knot["open_high"]):
            left, right = (
                Fraction(int(knot["share_low"]), MICRO),
                Fraction(int(knot["share_high"]), MICRO),
            )
            return c.full * (left + (right - left) * (c.value - low) / (high - low)), None, None
    raise ZeroDivisionError


def direct(c: Case) -> Outcome:
    return c.within(c.value / c.high)


def threshold(c: Case) -> Outcome:
    ahead = (c.value - c.target) * c.sign
    met = ahead > 0 or (ahead == 0 and not c.rule["strict"])
    return c.full * int(met), None, None


def steps(c: Case) -> Outcome:
    for step in c.table("rule_step"):
        seen = (c.value - c.target if step["difference"] else c.value) * c.scale
        # Where lower is better, what lies below the first step is better still.
        reached = seen >= step["at"] or (c.sign < 0 and step["place"] == 1)
        if reached and (step["until"] is None or seen < step["until"]):
            return c.full * Fraction(int(step["credit_n"]), int(step["credit_d"])), None, None
    raise ZeroDivisionError


def milestones(c: Case) -> Outcome:
    return c.full * c.value / 100, Fraction(0), c.full


def rank(c: Case) -> Outcome:
    return c.full * (c.members - c.shared("best") + 1) / c.members, Fraction(0), c.full


def rank_table(c: Case) -> Outcome:
    shares = {row["place"]: row["share"] for row in c.table("rank_share")}
    return c.full * Fraction(int(shares.get(c.shared("best"), 0)), MICRO), None, None


def borda(c: Case) -> Outcome:
    return c.full * (c.members - c.shared("mean")) / (c.members - 1), Fraction(0), c.full


def percentile(c: Case) -> Outcome:
    below = c.members - c.place - (c.equals - 1)
    half = {"worst": Fraction(0), "mean": Fraction(c.equals, 2), "best": Fraction(c.equals)}
    with_equals = below + half[c.rule.get("ties") or "mean"]
    return c.full * with_equals / c.members, Fraction(0), c.full


def exponential_rank(c: Case) -> Outcome:
    steep = steepness(c.members, int(2 * c.shared("mean")), int(c.rule["high"]))
    return c.full * Fraction(steep, int(c.rule["log_high"])), Fraction(0), c.full


def min_max(c: Case) -> Outcome:
    if not c.treated.values or c.measure is None:
        raise ZeroDivisionError
    low, high = min(c.treated.values), max(c.treated.values)
    ahead = c.measure - low if c.sign > 0 else high - c.measure
    worst, best = Fraction(0), Fraction(1)
    if c.rule["first"] is not None:
        worst, best = c.share("first"), c.share("second")
    return (
        c.full * (worst + (best - worst) * Fraction(ahead, high - low)),
        c.full * worst,
        c.full * best,
    )


def z_score(c: Case) -> Outcome:
    values, n = c.treated.values, len(c.treated.values)
    if not values or c.measure is None:
        raise ZeroDivisionError
    away = Fraction(
        (n * c.measure - sum(values)) * ROOT_SCALE, spread(values, bool(c.rule.get("sample"))) or 0
    )
    return c.share("first") + c.share("second") * away * c.sign, None, None


def mads(c: Case) -> Outcome:
    if not c.values:
        raise ZeroDivisionError
    middle = median(c.values)
    away = (c.value - middle) / median(abs(value - middle) for value in c.values)
    return c.share("first") + c.share("second") * away * c.sign, None, None


def goalposts(c: Case) -> Outcome:
    held = c.between_posts()
    return c.full * (held - c.low) / (c.high - c.low), Fraction(0), c.full


def log_goalposts(c: Case) -> Outcome:
    held = c.between_posts()
    digits = c.rule["decimals"]
    at = Fraction(log(int(held * c.scale), digits), LOG_SCALE)
    low = Fraction(int(c.rule["log_low"]), LOG_SCALE)
    high = Fraction(int(c.rule["log_high"]), LOG_SCALE)
    return c.full * (at - low) / (high - low), Fraction(0), c.full


METHODS: dict[str, Callable[[Case], Outcome]] = {
    function.__name__: function
    for function in (
        ratio, ratio_inverse, ratio_mirror, efficacy, growth, plus_minus, difference, rate_minus,
        interval, three_point, banded, direct, threshold, steps, milestones, rank, rank_table,
        borda, percentile, exponential_rank, min_max, z_score, mads, goalposts, log_goalposts,
    )
}  # fmt: skip

Limits = tuple[Fraction | None, Fraction | None]
CAPPED = {
    "ratio", "ratio_inverse", "ratio_mirror", "efficacy", "growth", "plus_minus", "difference",
    "three_point", "direct",
}  # fmt: skip
"""Methods that give between the rule's own `least` and `most`."""
UP_TO_FULL = {
    "interval", "threshold", "milestones", "rank", "borda", "percentile", "exponential_rank",
    "goalposts", "log_goalposts",
}  # fmt: skip
"""Methods that give between nothing and the full mark."""
LISTED: dict[str, tuple[str, Callable[[Row], tuple[Fraction, ...]]]] = {
    "banded": ("rule_knot", lambda row: (Fraction(row["share_low"], MICRO), Fraction(row["share_high"], MICRO))),
    "steps": ("rule_step", lambda row: (Fraction(row["credit_n"], row["credit_d"]),)),
    "rank_table": ("rank_share", lambda row: (Fraction(row["share"], MICRO), Fraction(0))),
}  # fmt: skip
"""Methods that give between the shares in a table: its name, and the shares of one of its rows."""


def limits(rule: Row, plan: Tables) -> Limits:
    """The least and the most points that a rule can give; None where the method's formula has no such end."""
    name, full = rule["method"], Fraction(int(rule["full"]), MICRO)

    def share(column: str, otherwise: int | None = None) -> Fraction | None:
        held = otherwise if rule[column] is None else rule[column]
        return None if held is None else full * Fraction(int(held), MICRO)

    low = high = None
    if name in CAPPED:
        low, high = share("least"), share("most")
    elif name in UP_TO_FULL:
        low, high = Fraction(0), full
    elif name == "min_max":
        low, high = share("first", 0), share("second", MICRO)
    elif name == "rate_minus":
        low, high = Fraction(int(rule["least_points"]), MICRO), full
    elif name in LISTED:
        table, shares = LISTED[name]
        key = rule["indicator"], rule["segment"]
        rows = [row for row in plan[table] if (row["indicator"], row["segment"]) == key]
        held = [full * one for row in rows for one in shares(row)]
        low, high = min(held), max(held)
    if low is not None and high is not None and low > high:
        high = low  # The least counts before the most.
    if rule["undefined"] == "missing":
        return low, high
    instead = full * {"zero": Fraction(0), "half": Fraction(1, 2), "full": Fraction(1)}[rule["undefined"]]  # fmt: skip
    return None if low is None else min(low, instead), None if high is None else max(high, instead)
