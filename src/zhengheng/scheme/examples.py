"""What a worked example 算例 may say: how its cells are read, and what in it cannot be set up."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from zhengheng.domain.names import unknown
from zhengheng.domain.numbers import VALUE_LIMIT, parse_scaled, plainly
from zhengheng.domain.periods import Period, parse_period
from zhengheng.domain.script import narrow
from zhengheng.scheme.findings import grades_of, names_of
from zhengheng.scheme.model import TOTAL, Case, Rulebook

Path = tuple[str | int, ...]
Words = tuple[str, str]
STATUSES = ("not_applicable", "missing", "withheld", "not_due")
"""What may stand in the place of a value."""
KINDS = ("target", "base", "stretch", "bottom", "plan")
YES, NO = {"1", "true", "yes", "y", "是", "√"}, {"0", "false", "no", "n", "否", "", "×"}
OUTCOMES = {TOTAL, "grade", "rank", "status", "reference"}
"""What an example may expect beside the points of an indicator or a dimension."""
LIGHT = "light:"
NODE = ("due_on", "share", "done_on", "waived")
EVENT = ("item", "points", "document")


class ExampleError(ValueError):
    """Why a cell of an example cannot be read, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def number_in(text: str, decimals: int) -> int:
    """A number at 10**decimals, written plainly. Raises ExampleError."""
    held = plainly(narrow(text))
    if held is None:
        raise ExampleError(f"“{text[:40]}”不是数字；请写成 1200 或 0.5 这样的普通数字", f"{text[:40]!r} is not a number; write it plainly, 1200 or 0.5")  # fmt: skip
    number, _ = parse_scaled(held, decimals)
    if abs(number) >= VALUE_LIMIT:
        most = VALUE_LIMIT // 10**decimals
        raise ExampleError(f"“{text[:40]}”过大，绝对值应小于 {most}；请换用更大的计量单位", f"{text[:40]!r} is too large, and must stay below {most}; use a larger unit of measure")  # fmt: skip
    return number


def day_in(text: str) -> date:
    """A day. Raises ExampleError."""
    try:
        held = parse_period(narrow(text))
    except ValueError:
        held = None
    if held is None or held.frequency != "day":
        raise ExampleError(f"“{text[:40]}”不是日期；请写到日，如 2026-01-31", f"{text[:40]!r} is no day; write it like 2026-01-31")  # fmt: skip
    return held.end


def yes_in(text: str) -> bool:
    """Yes or no. Raises ExampleError."""
    plain = narrow(text).lower()
    if plain not in YES | NO:
        raise ExampleError(f"“{text[:40]}”不是“是”或“否”", f"{text[:40]!r} is neither yes nor no")
    return plain in YES


def is_made(book: Rulebook, code: str) -> bool:
    """Whether an indicator is made from others: then an example gives what is made, as it stands."""
    indicator = book.indicator(code)
    return bool(indicator.parts or indicator.year_on_year)


def example_faults(book: Rulebook, case: Case) -> Iterator[tuple[Path, str, Words]]:
    """All that keeps an example from being set up or met: where in it, the kind of fault, why."""
    try:
        period = parse_period(case.period)
    except ValueError:
        period = None
        yield ("period",), "case.period", (f"“{case.period}”不是期间，请写成 2025、2025-Q1 或 2025-03", f"{case.period} is no period; write it like 2025, 2025-Q1 or 2025-03")  # fmt: skip
    yield from _unit(book, case)
    yield from _values(book, case, period)
    yield from _nodes(book, case)
    yield from _events(book, case)
    yield from _expected(book, case)


def _unit(book: Rulebook, case: Case) -> Iterator[tuple[Path, str, Words]]:
    known = {"category": names_of(book.categories), "group": names_of(book.groups)}
    for key, code in case.unit.items():
        if key not in known:
            yield ("unit", key), "case.unknown", (f"单位只写类别（category）和分组（group），不认识“{key}”；请删去", f"of its unit a case gives `category` and `group`, not {key!r}; leave it out")  # fmt: skip
        elif known[key] and code not in known[key]:
            yield ("unit", key), "case.unknown", unknown(key, code, known[key])


def _values(book: Rulebook, case: Case, period: Period | None) -> Iterator[tuple[Path, str, Words]]:
    known = {one.code: one for one in book.indicators}
    held: list[tuple[Path, str, str]] = [(("values", code), code, text) for code, text in case.values.items()]  # fmt: skip
    held += [(("others", unit, code), code, text) for unit, values in case.others.items() for code, text in values.items()]  # fmt: skip
    for path, code, text in held:
        if code not in known:
            yield path, "case.unknown", unknown("indicator", code, names_of(book.indicators))
        elif text in STATUSES:
            if is_made(book, code):
                yield path, "case.made", (f"{code} 由其他指标计算，这里只能写数值；要它没有数值的，请给它所用的指标写“{text}”", f"{code} is made from others, so that a case gives its number alone; for no number write `{text}` for what it is made from")  # fmt: skip
        else:
            yield from _number(path, text, known[code].decimals)
            observed = period and not is_made(book, code)
            if observed and period and not [*period.split(known[code].frequency)]:
                yield path, "case.period", (f"期间 {case.period} 内没有 {code} 的整期数据（frequency: {known[code].frequency}），这个数不会计入；请改写期间，或删去它", f"no period of {code} (frequency: {known[code].frequency}) ends within {case.period}, so that its value would not count; change the period or leave it out")  # fmt: skip
    for code, kinds in case.targets.items():
        if code not in known:
            yield (
                ("targets", code),
                "case.unknown",
                unknown("indicator", code, names_of(book.indicators)),
            )
            continue
        for kind, text in kinds.items():
            if kind not in KINDS:
                yield ("targets", code, kind), "case.unknown", (f"没有“{kind}”这种目标，只能是：{'、'.join(KINDS)}", f"there is no target of the kind {kind!r}; it must be one of: {', '.join(KINDS)}")  # fmt: skip
            else:
                yield from _number(("targets", code, kind), text, known[code].decimals)


def _nodes(book: Rulebook, case: Case) -> Iterator[tuple[Path, str, Words]]:
    known = {one.code for one in book.indicators}
    for code, nodes in case.milestones.items():
        if code not in known:
            yield (
                ("milestones", code),
                "case.unknown",
                unknown("indicator", code, names_of(book.indicators)),
            )
        for place, node in enumerate(nodes):
            own: Path = ("milestones", code, place)
            yield from _keys(own, node, NODE, NODE[:2])
            for key, text in node.items():
                if key == "share":
                    yield from _number((*own, key), text, 4)
                elif key in NODE and (text or key == "due_on"):
                    try:
                        yes_in(text) if key == "waived" else day_in(text)
                    except ExampleError as error:
                        yield (*own, key), "case.number", (error.zh, error.en)


def _events(book: Rulebook, case: Case) -> Iterator[tuple[Path, str, Words]]:
    items = {one.code: one for one in book.adjustments}
    for place, event in enumerate(case.events):
        own: Path = ("events", place)
        item = items.get(event.get("item", ""))
        if item is None:
            zh, en = unknown("item", event["item"], names_of(book.adjustments)) if event.get("item") else ("没有写明加减分事项", "names none")  # fmt: skip
            yield (
                own,
                "case.unknown",
                (f"第 {place + 1} 个事项（item）：{zh}", f"event {place + 1} (item): {en}"),
            )
            continue
        yield from _keys(own, event, EVENT, EVENT[:1])
        points = event.get("points", "")
        if points:
            yield from _number((*own, "points"), points, 9)
        elif item.kind in {"bonus", "deduction"}:
            yield own, "case.points", (f"第 {place + 1} 个事项（{item.code}）没有分值（points）", f"event {place + 1} ({item.code}) has no `points`")  # fmt: skip
        if item.kind not in {"bonus", "deduction"} and _zero(points) is False:
            yield (*own, "points"), "case.points", (f"{item.code} 只限定等次，分值 {points} 不起作用；请删去", f"{item.code} bears on the grade alone, so that {points} points do nothing; leave them out")  # fmt: skip


def _zero(text: str) -> bool | None:
    """Whether a number is nothing; None where it is none."""
    held = plainly(narrow(text))
    return None if held is None else Decimal(held) == 0


def _expected(book: Rulebook, case: Case) -> Iterator[tuple[Path, str, Words]]:
    codes = {one.code for one in book.indicators} | {node.code for node, _, _ in book.nodes()}
    grades = grades_of(book)
    for what, wanted in case.expect.items():
        path: Path = ("expect", what)
        if what.removeprefix(LIGHT) not in codes and what not in OUTCOMES:
            yield path, "case.unknown", (f"期望的 {what} 不存在；可写指标或维度代码、total、grade、rank、status、reference 或 light:代码", f"it expects {what}, which does not exist; it may be the code of an indicator or dimension, total, grade, rank, status, reference or light:CODE")  # fmt: skip
        elif what == "grade" and wanted and wanted not in grades:
            yield path, "case.unknown", unknown("grade", wanted, grades)
        elif what not in {"grade", "status"} and not what.startswith(LIGHT) and wanted:
            yield from _number(path, wanted, 9, large=True)


def _keys(own: Path, held: dict[str, str], known: tuple[str, ...], needed: tuple[str, ...]) -> Iterator[tuple[Path, str, Words]]:  # fmt: skip
    for key in held:
        if key not in known:
            yield (*own, key), "case.unknown", (f"不认识“{key}”，这里只写：{'、'.join(known)}", f"{key!r} is unknown here; what may stand here: {', '.join(known)}")  # fmt: skip
    for key in needed:
        if key not in held:
            yield own, "case.missing", (f"缺少“{key}”，请补上", f"`{key}` is missing; add it")


def _number(path: Path, text: str, decimals: int, *, large: bool = False) -> Iterator[tuple[Path, str, Words]]:  # fmt: skip
    if large:
        decimals = 0
    try:
        number_in(text, decimals)
    except ExampleError as error:
        yield path, "case.number", (error.zh, error.en)
