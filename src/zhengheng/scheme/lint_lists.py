"""Rules of `scheme check` about lists of coded things: each stands once, whatever the list."""

from collections.abc import Iterable, Iterator
from typing import Any

from zhengheng.scheme import procedure as p
from zhengheng.scheme.base import Model
from zhengheng.scheme.findings import Finding, error, plain, rule
from zhengheng.scheme.folder import Source
from zhengheng.scheme.indicator import Change
from zhengheng.scheme.model import Rulebook

Path = tuple[str | int, ...]
APART = {"tree", "weights", "defaults", "indicators", "units", "coefficients", "cases"}
"""Parts whose codes have rules of their own."""
_NAMED: dict[type[Model], tuple[str, ...]] = {
    p.WarningStep: ("step",), p.ClosingStep: ("step",), p.BudgetRule: ("grade",), p.Heir: ("unit",),
    p.Cascade: ("indicator", "parent"), Change: ("from_",),
}  # fmt: skip
"""What tells the entries of a list apart, where it is not their code."""


@rule
def what_has_a_code_stands_once(book: Rulebook, source: Source) -> Finding:
    for path, entries in _lists(book, (), APART):
        for place, said, first in _again(entries):
            yield _twice(source.rulebook(*path, place), said, first)
    for indicator in book.indicators:
        for path, entries in _lists(indicator, (), set()):
            for place, said, first in _again(entries):
                yield _twice(source.indicator(indicator.code, *path, place), said, first)
    if book.grading:
        bands = {band.code: place for place, band in enumerate(book.grading.bands)}
        for place, band in enumerate(book.grading.outside):
            if band.code in bands:
                yield _twice(source.rulebook("grading", "outside", place), band.code, bands[band.code])  # fmt: skip


def _twice(where: str, said: str, first: int) -> Any:
    return error(where, "code.twice", f"“{said}”重复：前面第 {first + 1} 项已经是它；请改写代码，或删去其中一项。",
                 f"{said} stands twice: entry {first + 1} is the same; rename one or delete it")  # fmt: skip


def _lists(held: Model, path: Path, apart: set[str]) -> Iterator[tuple[Path, tuple[Any, ...]]]:
    for name, info in type(held).model_fields.items():
        value, key = getattr(held, name), info.alias or name
        if key in apart:
            continue
        if isinstance(value, Model):
            yield from _lists(value, (*path, key), set())
        elif isinstance(value, tuple):
            yield (*path, key), value
            for place, one in enumerate(value):
                if isinstance(one, Model):
                    yield from _lists(one, (*path, key, place), set())


def _again(entries: Iterable[Any]) -> Iterator[tuple[int, str, int]]:
    """The entries that were there before: where, what they are called, and where first."""
    seen: dict[str, int] = {}
    for place, one in enumerate(entries):
        said = _called(one)
        if said in seen:
            yield place, said, seen[said]
        elif said:
            seen[said] = place


def _called(one: Any) -> str:
    if isinstance(one, str):
        return one
    if not isinstance(one, Model):
        return ""
    names = _NAMED.get(type(one), ("code",))
    parts = [str(getattr(one, name, "")) for name in names]
    return " ".join(parts) if all(parts) else ""


@rule
def ladders_have_every_rung(book: Rulebook, source: Source) -> Finding:
    for place, one in enumerate(sorted(book.warnings, key=lambda w: w.step), 1):
        if one.step != place and len({w.step for w in book.warnings}) == len(book.warnings):
            yield error(source.rulebook("warnings", book.warnings.index(one), "step"), "warnings.step",
                        f"警示应从第 1 步起逐步排列，缺少第 {place} 步，现为第 {one.step} 步。",
                        f"warnings begin with step 1 and leave none out: step {place} is missing, step {one.step} stands there")  # fmt: skip
            return


@rule
def raters_weigh_a_hundred(book: Rulebook, source: Source) -> Finding:
    total = sum((one.weight for one in book.matrix), start=0 * book.categories[0].full_mark)
    if book.matrix and total != 100:
        yield error(source.rulebook("matrix"), "matrix.weights", f"评价矩阵的权重合计 {plain(total)}，应为 100。",
                    f"the weights of the matrix add to {plain(total)} instead of 100")  # fmt: skip
