"""Walks over the whole sample city: a number that stands twice is the same, and no light stands without its line."""

import csv
import html
import io
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import docx
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.conftest import Command
from zhengheng.engines.heat import Mark
from zhengheng.web.overview.readings import Reading, reading
from zhengheng.web.publication.models import Publication
from zhengheng.web.results.models import ResultRun
from zhengheng.workflow.machines import STANDING

LIT = {"met", "watch", "missed"}


def published() -> Iterator[tuple[ResultRun, Reading]]:
    """Every result that is or was on notice."""
    for run in ResultRun.objects.filter(state__in=STANDING).order_by("pk"):
        yield run, reading(run, "zh")


def rows(page: str) -> list[list[str]]:
    """The texts of the cells of each row of a page's tables; a minus sign as files write it."""
    return [
        [
            " ".join(html.unescape(re.sub(r"<[^>]*>", " ", cell)).replace("−", "-").split())
            for cell in re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr\b[^>]*>(.*?)</tr>", page, re.DOTALL)
    ]


@cache
def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    found: bytes = answer.getvalue() if answer.streaming else answer.content
    return found.decode("utf-8-sig")


@cache
def written(client: Client, address: str) -> list[list[str]]:
    """All rows of all tables of a Word file."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    body = answer.getvalue() if answer.streaming else answer.content
    made = docx.Document(io.BytesIO(body))
    said = [[paragraph.text] for paragraph in made.paragraphs]
    return said + [[cell.text for cell in row.cells] for table in made.tables for row in table.rows]


def totals_are_one_number(client: Client, zhengheng: Command) -> None:
    """Table, tree, unit page, passport, files, Word, API and terminal give each unit the same total."""
    adjusted = 0
    for run, held in published():
        base, totals = f"/office/overview/{run.run}/", held.score
        names = {one.name: unit for unit, (_, one) in held.line.items()}
        place = {"csv": csv_totals, "json": json_totals}
        for form, read in place.items():
            found = read(text(client, reverse("overview_file", args=[run.run, form])))
            assert found == totals, (run.run, form)
        for view in ("table", "tree"):
            page = text(client, f"{base}?group=all&view={view}")
            shown = {names[row[0]]: row[1].partition(" / ")[0] for row in rows(page) if row and row[0] in names}  # fmt: skip
            assert shown.keys() <= totals.keys()
            assert shown, view
            for unit, score in shown.items():
                assert totals[unit] in {score, ""}, (run.run, view, unit, score)
                assert totals[unit] or not re.search(r"\d", score), (run.run, view, unit)
        api = json.loads(text(client, f"/api/v1/results/{run.run}"))
        assert {one["unit"]: one["score"] for group in api["groups"] for one in group["lines"]} == totals  # fmt: skip
        lake = Path(settings.HOME) / "lakes" / run.rulebook
        said = zhengheng("show", run.run, "--home", lake, "--limit", "99").stdout
        for unit, total in totals.items():
            assert re.search(rf"{re.escape(held.line[unit][1].name)}\s.*?\b{total}\b" if total else "", said), (run.run, unit)  # fmt: skip
            page = text(client, f"{base}units/{unit}/")
            assert (f"<strong>{total}</strong>" if total else "没有总分") in page, (run.run, unit)
            entry = json.loads(text(client, f"/api/v1/results/{run.run}/units/{unit}"))
            if total:
                assert entry["score"] == total, (run.run, unit)
            report = written(client, reverse("unit_report", args=[run.run, unit, "docx"]))
            assert any(
                any(f"{word} {total}" in row[0] for word in ("总分", "部分得分"))
                if total
                else "：没有总分（" in row[0]
                for row in report
            ), (run.run, unit)
            parts = {row[0] for row in rows(page) if row}
            (row,) = held.run.results.of_unit("total_score", unit)
            for word, name in (("加分", "bonus"), ("扣分", "deduction")):
                assert bool(row[name]) == (word in parts), (run.run, unit)
                adjusted += bool(row[name])
    assert adjusted > 3


def csv_totals(body: str) -> dict[str, str]:
    return {row["unit"]: row["score"] for row in csv.DictReader(io.StringIO(body)) if row["node"] == "total"}  # fmt: skip


def json_totals(body: str) -> dict[str, str]:
    return {row["unit"]: row["score"] for row in json.loads(body)["rows"] if row["node"] == "total"}


def what_is_public_is_what_was_published(anybody: Client) -> None:
    """Portal pages and open data say the office's totals, values and lines, wherever they say any."""
    scores = lines = 0
    for one in Publication.objects.filter(state="released"):
        held, base = reading(one.run, "zh"), f"/p/{one.pk}/"
        units = {row["unit"]: row for row in csv.DictReader(io.StringIO(text(anybody, f"/data/{one.pk}/units.csv")))}  # fmt: skip
        listed = {row["unit"]: row for row in json.loads(text(anybody, f"/data/{one.pk}/units.json"))}  # fmt: skip
        assert listed == units
        values = list(csv.DictReader(io.StringIO(text(anybody, f"/data/{one.pk}/values.csv"))))
        assert json.loads(text(anybody, f"/data/{one.pk}/values.json")) == values
        marks: dict[str, list[dict[str, str]]] = {}
        for row in values:
            marks.setdefault(row["unit"], []).append(row)
        for unit, row in units.items():
            page = text(anybody, f"{base}units/{unit}.html")
            if row["score"]:
                scores += 1
                assert row["score"] == held.score[unit], (one.pk, unit)
                assert f"<strong>{row['score']}</strong>" in " ".join(page.split()).replace("<strong >", "<strong>")  # fmt: skip
            shown = rows(page)
            for mark in marks[unit]:
                office = held.heat.marks[unit][mark["indicator"]]
                if mark["status"] not in LIT or not mark["value"]:
                    continue
                lines += 1
                assert office.line is not None
                assert mark["line"] == office.line[0], (one.pk, unit, mark)
                assert any({mark["value"], mark["line"]} <= set(cells) for cells in shown), (one.pk, unit, mark)  # fmt: skip
    assert scores > 20
    assert lines > 200


def no_light_stands_without_its_line(client: Client) -> None:
    """Every unit and indicator of the city: on its pages, in files and the API; some are met below their target."""
    below = 0
    for run, held in published():
        base = f"/office/overview/{run.run}/"
        api = {(one["unit"], one["indicator"]): one for one in json.loads(text(client, f"/api/v1/results/{run.run}/heat"))}  # fmt: skip
        direction = {column.code: column.direction for column in held.heat.columns}
        of_all = {code: rows(text(client, f"{base}indicators/{code}/")) for code in direction}
        for unit, marks in held.heat.marks.items():
            shown = rows(text(client, f"{base}units/{unit}/"))
            report = written(client, reverse("unit_report", args=[run.run, unit, "docx"]))
            for code, mark in marks.items():
                assert (mark.line is not None) == (mark.status in LIT), (run.run, unit, code)
                if mark.line is None:
                    continue
                line = mark.line[0]
                assert api[unit, code]["line"] == line
                assert stands(shown, mark, line), (run.run, unit, code)
                assert stands(of_all[code], mark, line), (run.run, unit, code)
                assert any(row[0].startswith(f"{code} ") and line in row for row in report), (run.run, unit, code)  # fmt: skip
                if mark.target and mark.status == "met":
                    gap = float(mark.value) - float(mark.target)
                    below += gap < 0 if direction[code] == "up" else gap > 0
    assert below > 20


def stands(shown: list[list[str]], mark: Mark, line: str) -> bool:
    """Whether a row has the mark's value, its target and, in a cell of its own, its line.

    A table of one indicator has no column of targets where nobody has one.
    """
    column = any(set(row) >= {"目标", "达标线"} for row in shown)
    wanted = {line, mark.value, *([mark.target or "—"] if mark.target or column else [])}
    return any(wanted <= set(row) for row in shown)
