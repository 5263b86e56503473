"""Rules of `scheme check` about what is better: the order of grades, and totals of which the lower is the better one."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from zhengheng.scheme.findings import Finding, error, rule, tree_place, warning
from zhengheng.scheme.folder import Source
from zhengheng.scheme.model import Rulebook


def _cuts(book: Rulebook) -> Iterator[tuple[int, str, Decimal]]:
    """Every cut of the grades: the grade's number, the cut's name, its value."""
    for place, band in enumerate(book.grading.bands if book.grading else ()):
        for name in ("at_least", "at_most"):
            if (value := getattr(band, name)) is not None:
                yield place, name, value


@rule
def grades_are_cut_on_the_better_side(book: Rulebook, source: Source) -> Finding:
    down = book.ranking.direction == "down"
    wanted, other = ("at_most", "at_least") if down else ("at_least", "at_most")
    word = {"at_least": "不低于（at_least）", "at_most": "不高于（at_most）"}
    held = list(_cuts(book))
    for place, name, _ in held:
        if name == other:
            zh, en = ("低", "lower") if down else ("高", "higher")
            yield error(source.rulebook("grading", "bands", place, other), "grade.side",
                        f"排名按总分越{zh}越好，等次线应写“{word[wanted]}”，这里写的是“{word[other]}”；请改写，或改写排名的方向（ranking.direction）。",
                        f"the {en} total is the better one, so that a grade is cut by `{wanted}`, not `{other}`; change it, or `direction` of `ranking`")  # fmt: skip
    cuts = [(place, value) for place, name, value in held if name == wanted]
    wrong = (place for (_, above), (place, own) in pairwise(cuts) if (own < above if down else own > above))  # fmt: skip
    if (first := next(wrong, None)) is not None:
        yield error(source.rulebook("grading", "bands", first, wanted), "grade.order", "等次应从高到低排列",
                    "grades must stand from best to worst")  # fmt: skip
    if held and held[-1][0] == len(book.grading.bands if book.grading else ()) - 1:
        beyond, en = ("高于", "above") if down else ("低于", "below")
        yield warning(source.rulebook("grading", "bands", held[-1][0], wanted), "grade.gap", f"最低等次有分数线，{beyond}它的单位没有等次。",
                      f"the last grade has a cut; units {en} it get no grade")  # fmt: skip


@rule
def nothing_is_not_the_best(book: Rulebook, source: Source) -> Finding:
    """Where the lower total is better, what takes points away would help: a missing value, a deduction, a level light."""
    if book.ranking.direction != "down":
        return
    floors: list[str] = []
    if book.missing == "floor":
        floors.append(source.rulebook("missing"))
    if book.withheld == "floor":
        floors.append(source.rulebook("withheld"))
    floors += [source.rulebook(*tree_place(book, n.code), "missing") for n, _, _ in book.nodes() if n.missing == "floor"]  # fmt: skip
    floors += [source.indicator(i.code, "missing") for i in book.indicators if i.missing == "floor"]
    for where in floors:
        yield error(where, "ranking.floor", "排名按总分越低越好，缺数据取保底（floor）反而得到最好的总分；请改用“不出分”（block）、“不排名”（unranked）或“按其余折算”（renormalise）。",
                    "the lower total is the better one, and `floor` would give whoever reports nothing the best; use block, unranked or renormalise")  # fmt: skip
    for place, item in enumerate(book.adjustments):
        if item.kind in {"bonus", "deduction"}:
            yield error(source.rulebook("adjustments", place, "kind"), "ranking.adjustment",
                        f"排名按总分越低越好，加分会使名次变差，扣分会使名次变好，“{item.name.zh}”的作用正好相反；请改为诚信或一票否决事项，或把它列为指标。",
                        f"the lower total is the better one: a bonus would lower the place and a deduction raise it, against what {item.name.say('en')} says; make it an integrity or veto item, or an indicator")  # fmt: skip
    if book.light:
        yield error(source.rulebook("light"), "ranking.light", "维度和总分的亮灯按得分越高越好判断，而排名按总分越低越好；请删去方案的亮灯（light），指标各自的亮灯不受影响。",
                    "lights of dimensions and the total take the higher score for the better one, but here the lower one is; leave the rulebook's `light` out, those of indicators stay")  # fmt: skip
