"""Drafts on which the public is asked: what the portal shows of them, and what people said."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.apps import apps

from zhengheng.domain.masked import kept
from zhengheng.scheme.base import Words
from zhengheng.scheme.method_words import said
from zhengheng.scheme.model import Node, Rulebook
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of, indicator_words

PAGE = re.compile(r"consultations/(\d{1,9})\.html")
"""The portal's page on a draft, as letters written there name it."""


def page_of(version: RulebookVersion) -> str:
    return f"consultations/{version.pk}.html"


def asked_on(page: str) -> RulebookVersion | None:
    """The draft in public consultation that a page of the portal is about."""
    found = PAGE.search(page)
    held = RulebookVersion.objects.filter(state="consultation", public=True)
    return held.filter(pk=int(found.group(1))).first() if found else None


def consultations(day: date) -> list[dict[str, Any]]:
    """Every draft that the public is or was asked about, the newest first, with opinions of the public and their replies.

    One is open while the draft waits and its last day is not past on `day`; decided once the rulebook is in force.
    """
    held = (
        RulebookVersion.objects.filter(public=True)
        .exclude(state="draft")
        .order_by("-pk")
        .prefetch_related("opinions")
    )
    asked = [
        opinion.reference for one in held for opinion in one.opinions.all() if opinion.reference
    ]
    # By the name of the app alone: comments stand on rulebooks, not the other way round.
    letters = apps.get_model("comments.Comment")._default_manager.filter(reference__in=asked)
    wrote = dict(letters.values_list("reference", "text"))
    return [
        {"number": one.pk, "open": one.state == "consultation" and (one.due_on is None or day <= one.due_on),
         "decided": one.state in {"adopted", "superseded", "retired"}, "until": str(one.due_on or ""), **document(one),
         "opinions": [{"clause": opinion.clause, "about": dict(zip(("zh", "en"), indicator_words(one, opinion.clause), strict=True)), "text": opinion.text, "reply": opinion.reply, "kept": kept(wrote.get(opinion.reference, opinion.text), opinion.text)}
                      for opinion in one.opinions.all() if opinion.reference]}
        for one in held
    ]  # fmt: skip


def document(version: RulebookVersion) -> dict[str, Any]:
    """What the public reads of a draft: its indicators, what they weigh, and their rules in words."""
    book = book_of(version)
    return {
        "title": {"zh": version.title_zh, "en": version.title_en or version.title_zh}, "version": version.version,
        "period": version.period, "reason": version.reason,
        "indicators": [
            {"code": code, "dimension": dimension, "name": _words(indicator.name), "definition": _words(indicator.definition),
             "rule": dict(zip(("zh", "en"), said(indicator), strict=True)), "weights": _weights(book, code),
             "measure_unit": _words(indicator.unit_said), "source": _words(indicator.source), "public": indicator.visibility == "public"}
            for dimension, code in _leaves(book) if (indicator := book.indicator(code))
        ],
    }  # fmt: skip


def _leaves(book: Rulebook) -> Iterator[tuple[dict[str, str], str]]:
    """The scored indicators in the order of the tree, with the dimension right under the total."""

    def below(node: Node | str) -> Iterator[str]:
        if isinstance(node, str):
            yield node
        else:
            for child in node.children:
                yield from below(child)

    for child in book.tree.children:
        name = book.title if isinstance(child, str) else child.name
        for code in below(child):
            yield _words(name), code


def _weights(book: Rulebook, code: str) -> list[dict[str, Any]]:
    """What it weighs from the newest day on: one weight for all, or one a category."""
    held = max(book.weights, key=lambda table: table.from_).table.get(code)
    names = {category.code: category.name for category in book.categories}
    if isinstance(held, dict):
        return [{"of": _words(names.get(at)), "weight": str(weight)} for at, weight in held.items() if weight]  # fmt: skip
    return [{"of": _words(None), "weight": str(held)}] if held is not None else []


def _words(words: Words | None) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en or words.zh} if words else {"zh": "", "en": ""}
