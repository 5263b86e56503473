"""`scheme check`: every rule a rulebook must keep, each a small function; all findings at once."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from zhengheng.domain.names import unknown
from zhengheng.domain.problems import Problem
from zhengheng.domain.several import several
from zhengheng.scheme import (
    lint_amounts,
    lint_cases,
    lint_directions,
    lint_heirs,
    lint_idle,
    lint_lists,
    lint_methods,
    lint_names,
    lint_parts,
    lint_ranking,
    lint_relative,
    lint_values,
    lint_visibility,
    lint_weights,
)
from zhengheng.scheme import methods as m
from zhengheng.scheme.barred import BARRED
from zhengheng.scheme.choice_words import choice_word
from zhengheng.scheme.findings import (
    RULES,
    Finding,
    error,
    grades_of,
    methods_of,
    names_of,
    plain,
    rule,
    tree_place,
    warning,
)
from zhengheng.scheme.folder import Source
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.sense import is_percentage

assert all(
    (
        lint_amounts, lint_cases, lint_directions, lint_heirs, lint_idle, lint_lists, lint_methods, lint_names, lint_parts, lint_ranking,
        lint_relative, lint_values, lint_visibility, lint_weights,
    )
), "their rules are known once they are imported"  # fmt: skip
UNBOUNDED = (m.ZScore, m.Mads)
LEVELS = {"law", "central", "法律", "中央文件"}
"""What a veto may rest on, as programs and as officials write it."""


def lint(book: Rulebook, source: Source) -> list[Problem]:
    """All findings, errors first, in the order of their places."""
    found = [problem for check in RULES for problem in check(book, source)]
    return sorted(dict.fromkeys(found), key=lambda p: (p.severity != "error", p.where, p.code))


@rule
def codes_are_known_and_unique(book: Rulebook, source: Source) -> Finding:
    known = {i.code for i in book.indicators}
    nodes = {node.code for node, _, _ in book.nodes()}
    children: Counter[str] = Counter()
    for node, _, _ in book.nodes():
        for child in node.children:
            code = child if isinstance(child, str) else child.code
            children[code] += 1
            if isinstance(child, str) and child not in known:
                yield error(source.rulebook(*tree_place(book, child)), "tree.unknown", f"指标树中有 {child}，却没有定义这个指标；请补上（文件夹中为 indicators/{child}.yaml，工作簿中为“指标”表的一行），或从指标树中删去。",
                            f"{child} stands in the tree, but no such indicator is defined; add it (indicators/{child}.yaml of a folder, a row of the sheet 指标 of a workbook) or take it out of the tree")  # fmt: skip
    for code, count in children.items():
        if count > 1:
            yield error(source.rulebook(*tree_place(book, code, 2)), "tree.twice", f"{code} 在指标树中出现 {count} 次",
                        f"{code} stands {count} times in the tree")  # fmt: skip
    for code in sorted(known & nodes):
        yield error(source.indicator(code), "code.clash", f"指标与维度同用代码 {code}",
                    f"an indicator and a dimension share the code {code}")  # fmt: skip
    for code, count in Counter(i.code for i in book.indicators).items():
        if count > 1:
            yield error(source.indicator(code), "indicator.twice", f"指标 {code} 定义了 {count} 次",
                        f"indicator {code} is defined {count} times")  # fmt: skip
    if book.tree.code != "total":
        yield error(
            source.rulebook("tree", "code"),
            "tree.root",
            "指标树的根必须是 total",
            "the root of the tree must be `total`",
        )


@rule
def orphans_are_named(book: Rulebook, source: Source) -> Finding:
    used = {c for node, _, _ in book.nodes() for c in node.children if isinstance(c, str)}
    for indicator in book.indicators:
        if indicator.parts:
            used |= {*indicator.parts.numerator, *indicator.parts.denominator}
        if indicator.year_on_year:
            used.add(indicator.year_on_year.of)
    if book.grading:
        used |= {gate.indicator for gate in book.grading.gates}
    for indicator in book.indicators:
        if indicator.code not in used and indicator.status != "retired":
            yield warning(source.indicator(indicator.code), "indicator.orphan",
                          f"指标 {indicator.code} 没有用在任何地方", f"indicator {indicator.code} is used nowhere")  # fmt: skip


@rule
def scored_indicators_have_methods(book: Rulebook, source: Source) -> Finding:
    leaves = {c for node, _, _ in book.nodes() for c in node.children if isinstance(c, str)}
    for indicator in book.indicators:
        if indicator.code in leaves and indicator.method is None:
            yield error(source.indicator(indicator.code), "method.absent",
                        f"指标 {indicator.code} 参与计分但没有计分方法", f"indicator {indicator.code} is scored but has no method")  # fmt: skip


@rule
def vetoes_cite_law(book: Rulebook, source: Source) -> Finding:
    for place, item in enumerate(book.adjustments):
        where = source.rulebook("adjustments", place)
        if item.kind == "veto" and not any(b.level in LEVELS for b in item.basis):
            yield error(where, "veto.basis", f"一票否决“{item.name.zh}”必须引用法律或者中央文件；请在依据的层级（basis.level）中填写“法律”（law）或者“中央文件”（central）。",
                        f"veto {item.code} must cite a law or a central document; say so at the level of its basis (basis.level: law or central)")  # fmt: skip
        if item.kind == "veto" and not (
            item.effect and (item.effect.best_grade or item.effect.grade)
        ):
            yield error(where, "veto.effect", f"一票否决“{item.name.zh}”没有写明后果（effect），不起作用；请写明等次最高为哪一等（best_grade），或定为哪一等（grade）。",
                        f"veto {item.code} does not say what it does (effect); give the best grade that it leaves (`best_grade`) or the one that it forces (`grade`)")  # fmt: skip


@rule
def grades_exist(book: Rulebook, source: Source) -> Finding:
    grading = book.grading
    known = grades_of(book)
    for place, item in enumerate(book.adjustments):
        effect = (("best_grade", item.effect.best_grade), ("grade", item.effect.grade)) if item.effect else ()  # fmt: skip
        for name, grade in effect:
            if grade and grade not in known:
                yield error(source.rulebook("adjustments", place, "effect", name), "grade.unknown", *unknown("grade", grade, known))  # fmt: skip
    if grading is None:
        return
    indicators = names_of(book.indicators)
    for place, gate in enumerate(grading.gates):
        if gate.grade not in known:
            yield error(
                source.rulebook("grading", "gates", place, "grade"),
                "grade.unknown",
                *unknown("grade", gate.grade, known),
            )
        if gate.indicator not in indicators:
            yield error(source.rulebook("grading", "gates", place, "indicator"), "gate.indicator", *unknown("indicator", gate.indicator, indicators))  # fmt: skip


@rule
def time_progress_only_for_quantities(book: Rulebook, source: Source) -> Finding:
    for indicator in book.indicators:
        if indicator.light is None or indicator.light.by != "time_progress":
            continue
        is_rate = is_percentage(indicator) or indicator.combine in {"mean", "rolling"}
        is_rate = is_rate or bool(indicator.parts and indicator.parts.denominator)
        if is_rate or indicator.year_on_year:
            yield error(source.indicator(indicator.code, "light"), "light.time_progress",
                        f"{indicator.code} 是比率或水平值, 不能用序时进度亮灯",
                        f"{indicator.code} is a rate or level; time progress fits cumulative quantities only")  # fmt: skip


@rule
def clocks_fit(book: Rulebook, source: Source) -> Finding:
    procedure = book.procedure
    if not procedure or not procedure.starts_on or not procedure.ends_on:
        return
    days = 0
    for step in procedure.steps:
        if step.clock:
            length = step.clock.length
            # Five working days take seven calendar days at the least.
            days += {"calendar_days": length, "working_days": length + length // 5 * 2,
                     "clock_hours": -(-length // 24)}[step.clock.unit]  # fmt: skip
    if procedure.starts_on + timedelta(days) > procedure.ends_on:
        have = (procedure.ends_on - procedure.starts_on).days
        yield error(source.rulebook("procedure", "ends_on"), "procedure.clocks",
                    f"各环节期限合计至少 {days} 天, 但只安排了 {have} 天", f"the steps need at least {days} days, the procedure has {have}")  # fmt: skip


@rule
def barred_indicators(book: Rulebook, source: Source) -> Finding:
    for indicator in book.indicators:
        words = [indicator.name.zh, indicator.name.en, indicator.evidence]
        if indicator.definition:
            words += [indicator.definition.zh, indicator.definition.en]
        for barred in BARRED:
            if any(barred.pattern.search(word) for word in words):
                where = source.indicator(indicator.code, "name")
                kind = error if barred.refused else warning
                yield kind(where, f"barred.{barred.code}", f"“{indicator.name.zh}”: {barred.zh}",
                           f"{indicator.name.en or indicator.code}: {barred.en}")  # fmt: skip


@rule
def reasons_are_given(book: Rulebook, source: Source) -> Finding:
    if "renormalise" in {book.missing, book.not_applicable} and not book.missing_reason:
        yield error(source.rulebook("missing"), "missing.reason", "缺数据时重新归一必须写明理由（missing_reason）",
                    "renormalise needs a stated reason (missing_reason)")  # fmt: skip
    if book.missing == "renormalise":
        yield warning(source.rulebook("missing"), "missing.renormalise", "缺数据时重新归一可能抬高得分, 仅用于复现已发布的指数",
                      "renormalise can raise a score when data are missing; meant for published indices")  # fmt: skip
    for node, _, _ in book.nodes():
        if "renormalise" in {node.missing, node.not_applicable} and not node.reason:
            yield error(source.rulebook(*tree_place(book, node.code), "reason"), "missing.reason", f"维度 {node.code} 重新归一必须写明理由（reason）",
                        f"dimension {node.code}: renormalise needs a stated reason (reason)")  # fmt: skip
        elif node.missing == "renormalise":
            yield warning(source.rulebook(*tree_place(book, node.code), "missing"), "missing.renormalise", f"维度 {node.code} 缺数据时重新归一, 可能抬高得分",
                          f"dimension {node.code} renormalises, which can raise a score when data are missing")  # fmt: skip
    for indicator in book.indicators:
        if indicator.absent == "zero" and not indicator.absent_reason:
            yield error(source.indicator(indicator.code, "absent"), "absent.reason",
                        f"{indicator.code} 无记录视为零必须写明理由（absent_reason）",
                        f"{indicator.code} reads absent rows as zero; say why (absent_reason)")  # fmt: skip


@rule
def settings_have_an_effect(book: Rulebook, source: Source) -> Finding:
    """What is written must count: a draft that weighs, a value that cannot add up."""
    leaves = {c for node, _, _ in book.nodes() for c in node.children if isinstance(c, str)}
    for indicator in book.indicators:
        if indicator.code in leaves and indicator.status != "approved" and book.status != "draft":
            held = choice_word("status", indicator.status, "zh")
            yield error(source.indicator(indicator.code, "status"), "indicator.status",
                        f"{indicator.code} 的状态是“{held}”，却在指标树中计分；请移出指标树，或把状态（status）改为“已批准”（approved）",
                        f"{indicator.code} is {indicator.status} and still scored; take it out of the tree or approve it")  # fmt: skip
    known = {indicator.code: indicator for indicator in book.indicators}
    for place, cascade in enumerate(book.cascade):
        if not cascade.roll_up or cascade.indicator not in known:
            continue
        groups = {unit.code: unit.group for unit in book.units if unit.ranked}
        if groups.get(cascade.parent) in {groups.get(child) for child in cascade.children} - {None}:
            yield warning(source.rulebook("cascade", place), "cascade.rivals",
                          f"{cascade.parent} 与汇入它的下级在同一组排名: 下级缺数据会使它一并缺数据",
                          f"{cascade.parent} ranks beside the units it is added up from: a gap of theirs makes it fall out too")  # fmt: skip
        for code in sorted(_uncountable(known, cascade.indicator)):
            yield error(source.rulebook("cascade", place), "cascade.roll_up",
                        f"{code} 不是可相加的量，不能由下级汇总；请给出分子和分母（parts）",
                        f"{code} is no quantity that adds up; give its numerator and denominator (parts)")  # fmt: skip


def _uncountable(known: dict[str, Indicator], code: str) -> set[str]:
    indicator = known[code]
    if indicator.parts is None:
        adds = indicator.combine in {"sum", "last"} and not indicator.year_on_year
        return set() if adds and not is_percentage(indicator) else {code}
    parts = {*indicator.parts.numerator, *indicator.parts.denominator} & set(known)
    return {series for part in parts for series in _uncountable(known, part)}


@rule
def floors_exist(book: Rulebook, source: Source) -> Finding:
    for node, _, _ in book.nodes():
        for child in node.children:
            leaf = next((i for i in book.indicators if i.code == child), None)
            if leaf is None or not isinstance(leaf.method, UNBOUNDED):
                continue
            if (leaf.missing or node.missing or book.missing) in {"floor", "unranked"}:
                yield error(source.indicator(leaf.code, "method"), "floor.absent",
                            f"{leaf.code} 的方法没有最低分，缺数据规则（missing）只能是“不出分”（block）或“按其余折算”（renormalise）",
                            f"{leaf.code}: this method has no lowest mark; its missing rule must be block or renormalise")  # fmt: skip


@rule
def methods_have_their_numbers(book: Rulebook, source: Source) -> Finding:
    for indicator in book.indicators:
        for path, method in methods_of(indicator):
            for zh, en in _method_faults(indicator, method):
                yield error(source.indicator(indicator.code, *path), "method.numbers",
                            f"{indicator.code}: {zh}", f"{indicator.code}: {en}")  # fmt: skip


def _method_faults(indicator: Indicator, method: m.Method | None) -> Iterator[tuple[str, str]]:
    match method:
        case m.Goalposts(log=True, low=low) if low <= 0:
            yield "对数目标值必须大于零", "logarithmic goalposts must be above zero"
        case m.Goalposts(low=low, high=high) if low >= high:
            yield (
                "下限（low）必须小于上限（high）",
                "the lower end (low) must be below the upper end (high)",
            )
        case m.Interval(low=low, high=high, low_limit=least, high_limit=most):
            if low is None and high is None:
                yield "区间法至少要有一端", "an interval needs at least one end"
            if low is not None and (least is None or least >= low):
                yield (
                    "写了下限（low）的，还须写明比它更小的下限极值（low_limit）",
                    "a lower end (low) needs an outer lower end (low_limit) below it",
                )
            if high is not None and (most is None or most <= high):
                yield (
                    "写了上限（high）的，还须写明比它更大的上限极值（high_limit）",
                    "an upper end (high) needs an outer upper end (high_limit) above it",
                )
            if low is not None and high is not None and low > high:
                yield (
                    "下限（low）大于上限（high）",
                    "the lower end (low) is above the upper end (high)",
                )
        case m.Banded(knots=knots) if len({k.at for k in knots}) < len(knots):
            yield "分档的数值重复", "two knots stand at the same value"
        case m.Steps(steps=steps) if len({s.at for s in steps}) < len(steps):
            yield "阶梯的数值重复", "two steps begin at the same value"
        case m.Answers(answers=answers) if len({a.value for a in answers}) < len(answers):
            yield "答案的编号重复", "two answers share a number"
        case _:
            pass
    if indicator.reference.to == "unit" and not indicator.reference.unit:
        yield "参照单位时，没有写明是哪个单位（reference.unit）", "reference.unit names no unit"


@rule
def changes_are_cut_where_they_can_be(book: Rulebook, source: Source) -> Finding:
    for indicator in book.indicators:
        for place, change in enumerate(indicator.changes):
            where = source.indicator(indicator.code, "changes", place)
            if change.kind == "split" and change.by == "months" and change.from_.day != 1:
                yield error(
                    where,
                    "change.month",
                    "按月分段的调整必须从某月 1 日起",
                    "a split by months begins on the first of a month",
                )
            if not change.basis.title:
                yield error(where, "change.basis", "调整没有依据", "the change has no basis")


@rule
def shares_add_up(book: Rulebook, source: Source) -> Finding:
    for place, cascade in enumerate(book.cascade):
        total = sum(cascade.children.values(), Decimal(0))
        if cascade.mode == "shares" and abs(total - 100) > Decimal("0.01"):
            yield error(source.rulebook("cascade", place), "cascade.shares",
                        f"{cascade.indicator} 分解到下级的份额合计 {plain(total)} %, 应为 100 %",
                        f"the shares of {cascade.indicator} add to {plain(total)} % instead of 100 %")  # fmt: skip
    for place, event in enumerate(book.succession):
        total = sum((heir.share for heir in event.heirs), Decimal(0))
        if total != 1 and (event.kind != "merger" or "inherit" in {event.data, event.targets}):
            yield error(source.rulebook("succession", place), "succession.shares",
                        f"{event.unit} 的承继份额合计是 {plain(total)}，应为 1；少于或多于 1 的部分没有着落，请改正各承继单位的份额。",
                        f"the shares of {event.unit}'s heirs add to {plain(total)} instead of 1, so that something of it would be lost or counted twice; correct the shares")  # fmt: skip


@rule
def units_fit(book: Rulebook, source: Source) -> Finding:
    categories, groups = names_of(book.categories), names_of(book.groups)
    for code, count in Counter(u.code for u in book.units).items():
        if count > 1:
            yield error(
                source.rulebook("units", [u.code for u in book.units].index(code), "code"),
                "unit.twice",
                f"单位 {code} 出现 {count} 次",
                f"unit {code} stands {count} times",
            )
    for place, unit in enumerate(book.units):
        if unit.category not in categories:
            yield error(
                source.rulebook("units", place, "category"),
                "unit.category",
                *unknown("category", unit.category, categories),
            )
        if groups and unit.group not in groups:
            yield error(
                source.rulebook("units", place, "group"),
                "unit.group",
                *unknown("group", unit.group, groups),
            )


@rule
def owners_are_named(book: Rulebook, source: Source) -> Finding:
    nobody = [i.code for i in book.indicators if i.status == "approved" and not i.owner]
    if nobody and book.status == "draft":
        yield warning(source.rulebook(), "indicator.owner",
                      f"{len(nobody)} 个指标没有责任部门：{'、'.join(nobody[:5])}{'等' if len(nobody) > 5 else ''}",
                      f"{several(len(nobody), 'indicator has no owner', 'indicators have no owner')}: {', '.join(nobody[:5])}{' and more' if len(nobody) > 5 else ''}")  # fmt: skip
