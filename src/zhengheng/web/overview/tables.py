"""The overview's tables: scores down the tree, and the files people take away."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from zhengheng.domain.harmless import harmless
from zhengheng.domain.numbers import format_scaled, plain
from zhengheng.domain.problems import DataError, Language
from zhengheng.engines.bound import Words, bound
from zhengheng.engines.change import Change, digits_of
from zhengheng.engines.covered import Covered
from zhengheng.engines.export import workbook
from zhengheng.engines.outputs import MEASURED, measured_rows, score_rows
from zhengheng.engines.run import Run
from zhengheng.engines.tables import SCORED, SCORES, node_score
from zhengheng.scheme.model import TOTAL
from zhengheng.scoring.plan_rows import leaves
from zhengheng.web.files.tables import XLSX
from zhengheng.web.overview.workbook import named
from zhengheng.web.pages.tags import language, say
from zhengheng.web.results.grades import Decided

KINDS = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX, "json": "application/json"}


ADJUSTED = {"bonus": ("加分", "Bonus"), "deduction": ("扣分", "Deduction")}
"""What stands beside the tree and counts into the total."""


def tree(
    run: Run, language: Language
) -> tuple[dict[str, tuple[str, str, int]], dict[str, dict[str, str]]]:
    """The dimensions in the order of the tree with name and depth, and every unit's score on each.

    The first is the total, with bonus and deduction in it as everywhere; these stand last, where the rulebook
    has any. A score is empty where it is none (`engines.tables.node_score`).
    """
    nodes = [(node, depth) for node, _, depth in run.rulebook.nodes()]
    heads = {node.code: (node.code, node.name.say(language), depth) for node, depth in nodes}
    kinds = {row["kind"] for row in run.plan.tables["item"]}
    heads |= {
        code: (code, words[language == "en"], 1)
        for code, words in ADJUSTED.items()
        if code in kinds
    }
    category = {row["unit"]: row["category"] for row in run.plan.tables["unit"]}
    full = {(row["category"], row["node"]): row["full"] for row in run.plan.tables["node_full"]}
    scores: dict[str, dict[str, str]] = {}
    parts = run.parts
    for row in score_rows(run):
        node = run.rulebook.tree.code if row["node"] == TOTAL else row["node"]
        if node in heads:
            scores.setdefault(row["unit"], {})[node] = _of(row["score"], node, _most(parts[row["unit"]], node, full.get((category[row["unit"]], node))))  # fmt: skip
    return heads, scores


def _most(part: Covered, node: str, full: int | None) -> int | None:
    """What a score is out of: the points that were due, where these are not all."""
    return part.reached[node] if part.part and full else full


def _of(score: str, node: str, full: int | None) -> str:
    """A score with its full mark, which units of different categories do not share; bonus and deduction with a sign."""
    if node in ADJUSTED:
        sign = "" if not score.strip("0.") else "−" if node == "deduction" else "+"
        return f"{sign}{score}"
    return f"{score} / {plain(full, 6)}" if score and full else score


def dimensions(run: Run, unit: str, language: Language) -> list[dict[str, Any]]:
    """A unit's score on each dimension below the total, of its full mark; then bonus and deduction, if it has any."""
    digits = {row["node"]: row["digits"] for row in run.plan.tables["node"]}
    held = {row["node"]: row for row in run.results.of_unit("node_score", unit)}
    total = run.results.of_unit("total_score", unit)[0]
    category = next(row["category"] for row in run.plan.tables["unit"] if row["unit"] == unit)
    full = {r["node"]: r["full"] for r in run.plan.tables["node_full"] if r["category"] == category}
    part = run.parts[unit]
    most = {node: _most(part, node, size) or 0 for node, size in full.items()}
    found = [
        {"code": node.code, "name": node.name.say(language), "depth": depth,
         "score": node_score(held[node.code], total, digits[node.code], is_root=False), "full": plain(most[node.code], 6),
         "whole": plain(full[node.code], 6) if most[node.code] != full[node.code] else "",
         "share": part.rate(node.code, held[node.code]["printed"]) if held[node.code]["status"] in SCORED else ""}
        for node, _, depth in run.rulebook.nodes() if depth and node.code in held and node.code in full
    ]  # fmt: skip
    for code, words in ADJUSTED.items():
        if total[code]:
            size = _of(format_scaled(total[code], 9, digits[run.rulebook.tree.code]), code, None)
            found.append(
                {
                    "code": code,
                    "name": words[language == "en"],
                    "depth": 1,
                    "score": size,
                    "full": "",
                    "whole": "",
                    "share": "",
                }
            )
    return found


@dataclass(frozen=True)
class Notices:
    """What must be known of the numbers of a result, in the reader's language. In a file it stands beside the numbers that it is of,
    in a column of its own: a line below the table would be read as a row of it.

    whole  of every number
    of     of the value of one unit and indicator
    """

    whole: str = ""
    of: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def about(self, unit: str, indicators: Iterable[str]) -> str:
        """What is to be said of a number of a unit that these indicators make."""
        own = (self.of.get((unit, one), "") for one in indicators) if self.of else ()
        return " ".join(filter(None, (self.whole, *own)))


def file(
    run: Run, form: str, indicator: str, notices: Notices, decided: Mapping[str, Decided] | None = None
) -> HttpResponse:  # fmt: skip
    """Scores of units and dimensions, or of one indicator. Where grades were decided, `grade` is the decided one and
    the computed one has a column of its own; so has the reason, also of what binds a grade. Raises DataError for a format."""
    if form not in KINDS:
        raise DataError.one(
            form, "format.unknown", zh=f"没有格式 {form}: 可选 {'、'.join(KINDS)}", en=f"no format {form}: choose {', '.join(KINDS)}"
        )  # fmt: skip
    if indicator:
        head: tuple[str, ...] = MEASURED
        # What earns nothing has no light (engines/lights.py).
        rows = [row | ({"light": ""} if row["full"] == "0" else {}) for row in measured_rows(run) if row["indicator"] == indicator]  # fmt: skip
    else:
        parts = run.parts
        head, rows = (*SCORES, "points_due"), [
            # What has no score here has no light either: the one was made of what the other does not stand for.
            row | {"points_due": parts[row["unit"]].said if row["node"] == TOTAL else ""} | ({} if row["score"] else {"light": ""})
            for row in score_rows(run)
        ]  # fmt: skip
        reasons = bound(run)
        if decided or reasons:
            head = (*head, "computed_grade", "grade_reason")
            rows = [row | _grade(row, decided or {}, reasons, run) for row in rows]
    within = {TOTAL: [*leaves(run.rulebook.tree)]} | {
        node.code: [*leaves(node)] for node, _, _ in run.rulebook.nodes()
    }
    head = (*head, "notice")
    rows = [row | {"notice": notices.about(row["unit"], [indicator] if indicator else within.get(row["node"], ()))} for row in rows]  # fmt: skip
    name = "-".join(filter(None, (run.rulebook.code, run.plan.period.code, indicator)))
    if form == "xlsx":
        if (
            not indicator
        ):  # pages give a total no light, and no more does the workbook that people read
            head = tuple(name for name in head if name != "light")
        head, rows = named(run, head, rows)
    answer = HttpResponse(_written(head, rows, form), content_type=KINDS[form])
    answer["Content-Disposition"] = content_disposition_header(True, f"{name}.{form}") or "attachment"  # fmt: skip
    return answer


def _grade(row: Mapping[str, str], decided: Mapping[str, Decided], reasons: Mapping[str, Words], run: Run) -> dict[str, str]:  # fmt: skip
    """The grade that counts, where the commission decided another the computed one, and the reason."""
    if row["node"] not in {TOTAL, run.rulebook.tree.code} or not row["grade"]:
        return {"computed_grade": "", "grade_reason": ""}
    reason = say(*reasons.get(row["unit"], ("", "")))
    held = decided.get(row["unit"])
    if held is None:
        return {"computed_grade": "", "grade_reason": reason}
    grading = run.rulebook.grading
    codes = (
        {band.name.zh: band.code for band in (*grading.bands, *grading.outside)} if grading else {}
    )
    if held.asked or held.coming:
        # The computed grade stands until the decision does; what was decided is said in the reason.
        return {"computed_grade": row["grade"], "grade_reason": held.said(language())}
    reason = say("；", "; ").join(filter(None, (held.reason, reason)))
    return {"grade": codes.get(held.decided[0], held.decided[0]), "computed_grade": row["grade"], "grade_reason": reason}  # fmt: skip


def _written(head: tuple[str, ...], rows: list[dict[str, str]], form: str) -> bytes:
    if form == "json":
        return json.dumps({"rows": rows}, ensure_ascii=False, indent=1).encode()
    if form == "xlsx":
        return workbook(say("得分", "Scores"), head, rows)
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(head)
    lines.writerows([harmless(row[name]) for name in head] for row in rows)
    return text.getvalue().encode("utf-8-sig")


@dataclass(frozen=True)
class Moves:
    """Why a total changed, as a table that adds up in every row and column.

    columns  words of the effects
    rows     label, a cell for each column, and the row's sum; the first is the sum of all
    rounded  whether cells were rounded, so that their sums may differ in the last digit
    """

    columns: list[Words]
    rows: list[tuple[str, list[str], str]]
    rounded: bool


def moves(moved: Change) -> Moves:
    codes = [code for code, _ in moved.columns]
    lines = [(say("合计", "Together"), moved.effects)]
    lines += [(f"{step.indicator} {step.name}", step.effects) for step in moved.steps]
    if moved.beside:
        lines.append((say("不分到单个指标的", "What no one indicator brought"), moved.beside))
    sizes = [size for _, effects in lines for size in effects.values()]
    digits = digits_of(sizes)

    def cell(size: int) -> str:
        sign = "+" if size > 0 else "−"
        return f"{sign}{format_scaled(abs(size), 9, digits)}" if size else "—"

    return Moves(
        [words for _, words in moved.columns],
        [(label, [cell(effects.get(code, 0)) for code in codes], cell(sum(effects.values()))) for label, effects in lines],
        any(size % 10 ** (9 - digits) for size in sizes),
    )  # fmt: skip
