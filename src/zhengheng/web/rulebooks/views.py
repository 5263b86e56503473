"""The page of one indicator of a draft: every cell of its row, its place in the tree, its weights."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from zhengheng.domain.problems import ZhenghengError
from zhengheng.scheme.amend import Cell, cells, dimension_of, weights_of
from zhengheng.scheme.choice_words import choice_word
from zhengheng.scheme.excel_words import heading
from zhengheng.scheme.model import Rulebook
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import forbidden, grants, require
from zhengheng.web.acts import forms, selectors, services
from zhengheng.web.files.tables import XLSX
from zhengheng.web.pages.requests import http_status, seen_version
from zhengheng.web.pages.tags import say
from zhengheng.web.rulebooks.acts import RULEBOOKS
from zhengheng.web.rulebooks.amending import AmendGiven
from zhengheng.web.rulebooks.drafting import shown
from zhengheng.web.rulebooks.naming import departments
from zhengheng.web.rulebooks.selectors import book_of, indicator_words
from zhengheng.web.rulebooks.services import empty_form, excel, packed

SECTIONS = (
    (("基本情况", "What it measures"), ("name", "definition", "status", "origin", "owner", "deputy", "supplier", "direction",
                                    "measure_unit", "decimals", "source", "reliability", "visibility")),
    (("数据", "Its data"), ("frequency", "lag_days", "skip_months", "combine", "window", "absent", "absent_reason",
                          "score_previous_year", "vintage", "parts", "year_on_year", "burden_minutes")),
    (("计分", "How it earns points"), ("method", "reference", "light", "digits", "carry", "missing", "not_applicable", "full_marks")),
    (("年中调整", "Changes within the year"), ("changes",)),
    (("依据与说明", "Basis and notes"), ("basis", "verification", "limitation", "evidence")),
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def indicator(request: OfficeRequest, number: int) -> HttpResponse:
    """Write an indicator of a draft, or show again what was typed with all that is wrong in it."""
    obj = selectors.find(RULEBOOKS, number, request.user, request.now.date())
    act = RULEBOOKS.act("amend")
    day = request.now.date()
    held = grants(request.user, day)
    if act is None or act not in selectors.open_acts(RULEBOOKS, obj, request.user, held, day):
        raise forbidden("rulebook.amend")
    book, said = shown(obj), request.POST or request.GET
    code = said.get("code", "").strip()
    problems: ZhenghengError | None = None
    if request.method == "POST" and "look" not in request.POST:
        try:
            services.perform(
                RULEBOOKS, act, obj, given=_given(request, code), row_version=seen_version(request),
                actor=request.user, now=request.now,
            )  # fmt: skip
        except ZhenghengError as error:
            problems = error
        else:
            messages.success(request, say(f"已保存指标 {code}", f"indicator {code} saved"))
            return redirect(RULEBOOKS.address(obj))
    context = {
        "object": obj, "title": RULEBOOKS.title(obj), "code": code, "named": indicator_words(obj, code), "row_version": seen_version(request) or obj.row_version,
        "known": any(one.code == code for one in book.indicators), "problems": problems.problems if problems else (),
        "nodes": [(node.code, node.name) for node, _, _ in book.nodes()], **_shown(book, code, request),
    }  # fmt: skip
    status = http_status(problems) if problems else 200
    return render(request, "rulebooks/indicator.html", context, status=status)


def _typed(request: OfficeRequest, part: str) -> dict[str, str]:
    """What the form says under `cell:` or `weight:`."""
    found = {name: request.POST.get(name, "") for name in request.POST if name.startswith(part)}
    return {name.removeprefix(part): value.strip() for name, value in found.items()}


def _given(request: OfficeRequest, code: str) -> Any:
    return forms.check(AmendGiven, {
        "indicator": code, "dimension": request.POST.get("dimension", ""),
        "cells": [{"key": key, "value": value} for key, value in _typed(request, "cell:").items()],
        "weights": [{"column": column, "value": value} for column, value in _typed(request, "weight:").items()],
    })  # fmt: skip


def _shown(book: Rulebook, code: str, request: OfficeRequest) -> dict[str, Any]:
    """The sections with their cells, the weights, the dimension: as typed, else as the rulebook has them."""
    typed = _typed(request, "cell:")
    held: dict[str, list[Any]] = {}
    for cell in cells(book, code, {key: value for key, value in typed.items() if value}):
        if cell.key != "code":
            held.setdefault(cell.key.split("/")[0], []).append(
                _worded(cell, typed, request.now.date())
            )
    names = {one.code: (one.name.zh, one.name.say("en")) for one in book.categories}
    posted = request.method == "POST"
    return {
        "sections": [(words, found, any(one["value"] for one in found))
                     for words, keys in SECTIONS for found in ([one for key in keys for one in held.get(key, ())],)],
        "weights": [(column, names.get(column, ("全部类别", "all categories") if column == "*" else (column, column)), value)
                    for column, value in (weights_of(book, code) | _typed(request, "weight:")).items()],
        "dimension": request.POST.get("dimension", "") if posted else dimension_of(book, code),
    }  # fmt: skip


def _worded(cell: Cell, typed: dict[str, str], day: date) -> dict[str, Any]:
    part = next((one for one in reversed(cell.key.split("/")) if not one.startswith("#")), "")

    def choice(value: str) -> tuple[str, str]:
        return choice_word(part, value, "zh"), choice_word(part, value, "en")

    held = typed.get(cell.key, cell.value)
    choices = [(value, choice(value)) for value in cell.choices]
    units = departments(cell.key, held, day)
    return {
        "key": cell.key, "words": (heading(cell.key), heading(cell.key, "en")), "value": held,
        "choices": [*choices, *units], "usual": say(*choice(cell.usual)) if cell.choices and cell.usual else cell.usual,
    }  # fmt: skip


@require_safe
def form(request: OfficeRequest) -> HttpResponse:
    """The empty Excel form of a rulebook; filled in, it is uploaded as a draft."""
    require(request.user, "rulebook.draft", request.now.date())
    return _file(empty_form(), "考核方案空白表.xlsx", XLSX)


@require_safe
def workbook(request: OfficeRequest, number: int) -> HttpResponse:
    """Any version as the Excel workbook that comes back into a draft."""
    obj = selectors.find(RULEBOOKS, number, request.user, request.now.date())
    return _file(excel(book_of(obj)), f"{obj.code}-{obj.version}.xlsx", XLSX)


@require_safe
def folder(request: OfficeRequest, number: int) -> HttpResponse:
    """Any version as the ZIP of YAML files that comes back into a draft."""
    obj = selectors.find(RULEBOOKS, number, request.user, request.now.date())
    return _file(packed(book_of(obj)), f"{obj.code}-{obj.version}.zip", "application/zip")


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    said = content_disposition_header(True, name) or "attachment"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": said})
