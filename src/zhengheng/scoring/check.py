"""The whole check of a rulebook: its rules, and a trial of its numbers for every day on which they differ.

What a run would refuse for a reason of the rulebook is found here first, all at once, each at its place. A fault
of one part does not hide the numbers of the others: they are tried without it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from zhengheng.domain.numbers import plain as number
from zhengheng.domain.periods import Frequency, Period, parse_period
from zhengheng.domain.problems import Problem, RulebookError
from zhengheng.scheme.findings import tree_place
from zhengheng.scheme.folder import Source
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.lint import lint
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.methods import Direct
from zhengheng.scheme.model import MEANS, Node, Rulebook, WeightTable
from zhengheng.scoring.cuts import sources
from zhengheng.scoring.limits import beyond
from zhengheng.scoring.plan import Compiler
from zhengheng.scoring.plan_rows import Tables
from zhengheng.scoring.rules import Place, gathering

_BROKEN = (LookupError, ArithmeticError, AssertionError, AttributeError, ValueError, TypeError, RecursionError, StopIteration)  # fmt: skip
"""What comes of compiling a rulebook that does not hold together; the rules have named the reason."""
_KEY = re.compile(r"`(\w+)`")
_END = re.compile("[:!]")
"""Where the name of a file ends, and its line or sheet begins."""
_SECTIONS = {
    "grading": None, "coefficients": (), "adjustments": (), "cascade": (), "succession": (), "units": (), "binding": None, "light": None,
}  # fmt: skip
"""What a trial of the tree can go without."""


def load_checked(path: Path) -> tuple[Rulebook, Source]:
    """`load_rulebook`, where also the numbers of what could be read are tried."""
    return load_rulebook(path, check)


def check(book: Rulebook, source: Source) -> list[Problem]:
    """All findings, errors first, in the order of their places."""
    found = lint(book, source)
    errors = [problem for problem in found if problem.severity == "error"]
    wrong = {problem.code for problem in errors}
    numbers = _as_far_as_it_holds(book, source) if wrong else trial(book, source)
    if any(code.startswith("weights.") for code in wrong):
        # Factors are made from all weights of a dimension: right ones may have fewer digits, and other full marks.
        numbers = (problem for problem in numbers if problem.code not in {"weight.digits", "method.numbers"})  # fmt: skip
    numbers = (problem for problem in numbers if not _told(problem, errors))
    return sorted(dict.fromkeys((*found, *numbers)), key=lambda p: (p.severity != "error", p.where, p.code))  # fmt: skip


def _told(problem: Problem, errors: list[Problem]) -> bool:
    """Whether a number that is too large to compute with is already refused for a better reason: 30 as a share."""
    key = _KEY.search(problem.en) if problem.code == "number.limit" else None
    file = _END.split(problem.where)[0]
    return key is not None and any(_END.split(one.where)[0] == file and re.search(rf"\b{key[1]}\b", one.en) for one in errors)  # fmt: skip


def _as_far_as_it_holds(book: Rulebook, source: Source) -> Iterable[Problem]:
    """The trial of a rulebook with faults: of each indicator, and of whatever else can be computed with."""
    own = {
        one.code: _tried(_alone(book, one), source, floors=False)
        for one in book.indicators
        if one.method
    }
    rest = _standing_in(book, {code for code, found in own.items() if found is not None})
    # One section at a time is left out, then all of them.
    tries = [rest.model_copy(update={name: none}) for name, none in _SECTIONS.items()]
    held = (_tried(one, source) for one in (book, rest, *tries, rest.model_copy(update=_SECTIONS)))
    tree = next((found for found in held if found is not None), [])
    return [*(problem for found in own.values() for problem in found or ()), *tree]


def _tried(book: Rulebook, source: Source, *, floors: bool = True) -> list[Problem] | None:
    """What the trial finds; None where the rulebook does not hold together."""
    try:
        return list(trial(book, source, floors=floors))
    except _BROKEN:
        return None


def _alone(book: Rulebook, indicator: Indicator) -> Rulebook:
    """One indicator, with what it is made from, under a root of its own."""
    known = {one.code: one for one in book.indicators}
    needed, waiting = {indicator.code: indicator}, [indicator]
    while waiting:
        below = (known[code] for code in sources(waiting.pop()) if code in known)
        for one in [one for one in below if one.code not in needed]:
            needed[one.code] = one
            waiting.append(one)
    return book.model_copy(update=_SECTIONS | {
        "indicators": tuple(needed.values()), "categories": book.categories[:1],
        "tree": Node(code=book.tree.code, name=book.tree.name, weights="relative", children=(indicator.code,)),
        "weights": (WeightTable.model_construct(from_=book.effective_from, table={indicator.code: Decimal(1)}),),
    })  # fmt: skip


def _standing_in(book: Rulebook, sound: set[str]) -> Rulebook:
    """The rulebook with a plain indicator in the place of each that cannot be computed with, or is not there."""
    names = {one.code: one.name for one in book.indicators}
    held = [one for one in book.indicators if one.code in sound or one.method is None]
    named = {child for node, _, _ in book.nodes() for child in node.children if isinstance(child, str)}  # fmt: skip
    absent = (names.keys() | named) - {one.code for one in held if one.method or one.code not in named}  # fmt: skip
    held = [one for one in held if one.code not in absent]
    plain = Direct(kind="direct")
    held += [Indicator(code=code, name=names.get(code, book.title), method=plain) for code in sorted(absent)]  # fmt: skip
    return book.model_copy(update={"indicators": tuple(held)})


def trial(book: Rulebook, source: Source, *, floors: bool = True) -> Iterator[Problem]:
    """What a run of the rulebook would refuse in any of the periods in which its rules differ.

    `floors`: whether its weights are its own, so that points can be held against full marks.

    Raises whatever comes of it where the rulebook breaks a rule of `lint`.
    """
    for period in _periods(book):
        try:
            with gathering() as found:
                tables = Compiler(book, (), period, date.max).compile()
        except RulebookError as error:
            yield from error.problems
            continue
        held = (*found, *beyond(tables), *_scales(book, tables), *_of_unlike_marks(book, tables))
        for place, problem in (*held, *(_floors(tables) if floors else ())):
            yield replace(problem, where=_where(book, source, place))


def _floors(tables: Tables) -> Iterator[tuple[Place, Problem]]:
    """Floors in points that lie above the full mark, so that nobody could earn less than more than everything."""
    for row in tables["rule"]:
        floor, full = row["least_points"], row["full"]
        if floor is not None and 0 < full <= floor:
            points, whole = number(floor, 6), number(full, 6)
            yield ("indicator", row["indicator"], "method", "floor_points"), Problem(
                "", "method.numbers", f"{row['indicator']}：保底分（floor_points）{points} 不低于满分 {whole}，所有单位得分都会一样；请改写保底分。",
                f"{row['indicator']}: the floor (floor_points) of {points} is not below the full mark of {whole}: all units would earn the same; rewrite it",
            )  # fmt: skip


def _scales(book: Rulebook, tables: Tables) -> Iterator[tuple[Place, Problem]]:
    """Dimensions in a mean that are out of another full mark than the mean, which takes its children's points as they are."""
    nodes = {node.code: node for node, _, _ in book.nodes()}
    marks = {(row["category"], row["node"]): row["full"] for row in tables["node_full"]}
    for row in tables["branch"]:
        parent, child = nodes[row["parent"]], nodes.get(row["child"])
        if child is None or parent.aggregate not in MEANS or row["weight"] == 0:
            continue
        own, wanted = row["full"], marks[row["category"], parent.code]
        if own == wanted:
            continue
        mark, whole = number(own, 6), number(wanted, 6)
        category = next(one.name for one in book.categories if one.code == row["category"])
        zh = (
            f"类别 {category.zh}：“{parent.name.zh}”是平均数，各下级的得分按满分 {whole} 直接平均，"
        )
        en = f"category {category.say('en')}: {parent.code} is a mean of scores out of {whole}, "
        same = f"，满分（full_mark）写 {whole}", f" with `full_mark: {whole}`"
        if parent.full_mark is None:
            same = "", ""
        if child.aggregate == "sum":
            zh += f"而“{child.name.zh}”各项相加，满分是其下权重的合计 {mark}，得分不能混在一起。请把其下的权重改为合计 {whole}；权重只表示比重的，请把它的汇总方式改为算术平均（arithmetic）{same[0]}。"
            en += f"and {child.code} a sum, out of what its weights add to, {mark}; make them add to {whole}, or, where they only compare its children, make it a mean: `aggregate: arithmetic`{same[1]}"
        elif parent.full_mark is None:
            zh += f"而“{child.name.zh}”的满分是 {mark}，得分不能混在一起。请删去它的满分（full_mark）。"
            en += f"and {child.code} is out of {mark}; leave its `full_mark` out"
        else:
            zh += f"而“{child.name.zh}”的满分是 {mark}，得分不能混在一起。请把它的满分（full_mark）写为 {whole}。"
            en += f"and {child.code} is out of {mark}; write `full_mark: {whole}` there"
        written = ("full_mark",) if child.full_mark is not None and child.aggregate != "sum" else ()
        yield (
            ("rulebook", *tree_place(book, child.code), *written),
            Problem("", "node.scale", zh, en),
        )


def _of_unlike_marks(book: Rulebook, tables: Tables) -> Iterator[tuple[Place, Problem]]:
    """Dimensions that are compared inside a group in points, where the units of one group have them out of unlike full marks."""
    marks = {(row["category"], row["node"]): row["full"] for row in tables["node_full"]}
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for unit in book.units:
        groups[unit.group].add(unit.category)
    if not book.units:
        groups[""] = {category.code for category in book.categories}
    for node, _, _ in book.nodes():
        duels = node.aggregate == "copeland"
        if not (node.rescale or duels or (node.fill and node.fill.over == "group")):
            continue
        compared = [node, *(one for one in node.children if duels and isinstance(one, Node))]
        for group, together in sorted(groups.items()):
            for one in compared:
                held = {
                    marks[key] for category in together if (key := (category, one.code)) in marks
                }
                if len(held) > 1:
                    yield (
                        ("rulebook", *tree_place(book, node.code)),
                        _unlike(book, node, one, group, held),
                    )


def _unlike(book: Rulebook, node: Node, one: Node, group: str, marks: set[int]) -> Problem:
    """What is wrong, where the rulebook lists its units; what is to be seen to, where the data do."""
    name = next((known.name for known in book.groups if known.code == group), None)
    said, full = name.zh if name else group, "、".join(number(mark, 6) for mark in sorted(marks))
    zh = f"“{node.name.zh}”要在组内与其他单位的得分比较，而不同类别的单位“{one.name.zh}”的满分不同（{full}）"
    en = f"{node.code} is held against the scores of the others in its group, and {one.code} has another full mark in another category ({full.replace('、', ', ')})"
    if book.units:
        zh += f"，“{said}”组中正有这样的单位，得分不能相比。请把这些单位分在不同的组，或使各类别的满分一致。"
        en += f", with such units in group {group}: their scores do not compare; put them into groups of their own, or give all categories the same full mark"
        return Problem("", "node.marks", zh, en)
    zh += "。请确认同一组内没有不同类别的单位，或使各类别的满分一致。"
    en += (
        "; see to it that no group has units of several categories, or give all the same full mark"
    )
    return Problem("", "node.marks", zh, en, "warning")


def _periods(book: Rulebook) -> list[Period]:
    """The periods in which a version of anything begins."""
    days = {book.effective_from, *(table.from_ for table in book.weights)}
    days |= {change.from_ for indicator in book.indicators for change in indicator.changes}
    # What is prospective governs from the period after the one in which it begins.
    days |= {_containing(day, book.period).end + timedelta(1) for day in tuple(days)}
    return sorted({_containing(day, book.period) for day in days})


def _containing(day: date, frequency: Frequency) -> Period:
    year = parse_period(str(day.year))
    return next(period for period in year.split(frequency) if day <= period.end)


def _where(book: Rulebook, source: Source, place: Place) -> str:
    kind, *path = place
    if kind == "indicator":
        return source.indicator(*path)  # type: ignore[arg-type]
    if path[:1] == ["weights"] and len(path) > 1:
        newest = max(range(len(book.weights)), key=lambda n: book.weights[n].from_)
        path = ["weights", newest, "table", *path[1:]]
    if path[:1] == ["coefficients"] and len(path) > 1 and isinstance(path[1], str):
        listed = next(n for n, one in enumerate(book.coefficients) if one.of == path[1])
        path = ["coefficients", listed, *path[2:]]
    return source.rulebook(*_numbered(book, path))


def _numbered(book: Rulebook, path: list[str | int]) -> list[str | int]:
    """A path with the number of an entry in the place of its code, as the entries of a list have it."""
    grading = book.grading
    lists: dict[tuple[str | int, ...], list[str]] = {
        ("categories",): [one.code for one in book.categories], ("adjustments",): [one.code for one in book.adjustments],
        ("grading", "bands"): [one.code for one in grading.bands] if grading else [],
        ("grading", "outside"): [one.code for one in grading.outside] if grading else [],
        ("grading", "gates"): [one.indicator for one in grading.gates] if grading else [],
    }  # fmt: skip
    for start, codes in lists.items():
        length = len(start)
        if tuple(path[:length]) == start and path[length:] and path[length] in codes:
            return [*start, codes.index(str(path[length])), *path[length + 1 :]]
    return path
