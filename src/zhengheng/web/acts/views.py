"""Pages of all kinds of objects: the list, the object with what can be done to it, an act's form."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from zhengheng.domain.problems import NotFoundError, ZhenghengError
from zhengheng.web.accounts.interrupted import taken_up
from zhengheng.web.accounts.proving import ProveError, asked, is_proved, require_proof
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import forbidden, grants
from zhengheng.web.acts import forms, guards, picking, selectors, services, threads, told
from zhengheng.web.acts.declare import Act, Given, Kind, Words, kind_named
from zhengheng.web.acts.meanwhile import said_who
from zhengheng.web.acts.paper import blank, slip
from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.files import documents
from zhengheng.web.files.models import StoredFile
from zhengheng.web.files.services import content_of, take_in
from zhengheng.web.jobs.models import Job
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.pages.requests import http_status, seen_version, version_in
from zhengheng.web.pages.tags import say
from zhengheng.workflow.permissions import anywhere

PAGE = 50


@require_safe
def listing(request: OfficeRequest, kind: Kind) -> HttpResponse:
    """What there is of a kind for this account, by state."""
    day = request.now.date()
    found, held = selectors.visible(kind, request.user, day), grants(request.user, day)
    if not found and not anywhere(held, kind.read):
        raise forbidden(kind.read)
    heads = _heads(kind, found)
    chosen = request.GET.get("state", "")
    shown = [obj for obj in found if _head(kind, obj) == chosen] if chosen in heads else found
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    rows = [_row(kind, obj) for obj in page]
    # A column in which nothing stands takes no room; the first names the object.
    held_by = [n for n in range(len(kind.columns)) if not n or any(row[n][0] not in (None, "") for row in rows)]  # fmt: skip
    context = {
        "kind": kind, "page": page, "total": len(found), "chosen": chosen,
        "columns": [kind.columns[n] for n in held_by], "due": any(obj.due_on for obj in page),
        "states": [(head, words, count) for head, (words, count) in heads.items()],
        "rows": [(obj, kind.address(obj), [row[n] for n in held_by], kind.state_of(obj), _is_late(kind, obj, day)) for obj, row in zip(page, rows, strict=True)],
        "makers": selectors.makers(kind, held), "note": kind.note() if kind.note else None,
        "links": [(address, words) for address, words, act in kind.links if not act or anywhere(held, act)],
    }  # fmt: skip
    return render(request, "acts/list.html", context)


def _is_late(kind: Kind, obj: Any, day: date) -> bool:
    """Whether the day by which an act is owed is past."""
    due = kind.due(obj, day) if kind.due else obj.due_on
    return due is not None and due < day and obj.state not in kind.machine.final


def _head(kind: Kind, obj: Any) -> str:
    """Under which word of the list's head an object is counted: that of its own line, so that both say the same."""
    words = kind.state_of(obj)
    same = words == kind.machine.names[obj.state]
    return obj.state if same else f"{obj.state}-{slugify(words[1])}"


def _heads(kind: Kind, found: Sequence[Any]) -> dict[str, tuple[Words, int]]:
    """The words of the list's head with how many objects each has, in the order of the states."""
    order = list(kind.machine.names)
    counts = Counter(_head(kind, obj) for obj in found)
    words = {_head(kind, obj): (order.index(obj.state), kind.state_of(obj)) for obj in found}
    heads = sorted(counts, key=lambda head: (words[head][0], head))
    return {head: (words[head][1], counts[head]) for head in heads}


def _row(kind: Kind, obj: Any) -> list[tuple[Any, bool]]:
    return [(column.of(obj), column.number) for column in kind.columns]


@require_safe
def show(request: OfficeRequest, kind: Kind, number: int) -> HttpResponse:
    """One object: its state in a sentence, its facts, what this account can do, what was done."""
    obj = selectors.find(kind, number, request.user, request.now.date())
    request.subject = f"{kind.name}:{obj.pk}"
    return render(request, "acts/object.html", object_context(request, kind, obj))


def _known(kind: Kind, obj: Any, outcome: Words | None) -> tuple[Words, date] | None:
    """The day that an object knows, where its first line does not tell it already."""
    known = kind.known(obj) if kind.known else None
    return None if known and kind.told and outcome and str(known[1]) in outcome[0] else known


def object_context(request: OfficeRequest, kind: Kind, obj: Any) -> dict[str, Any]:
    """What the page of an object needs."""
    day = request.now.date()
    held = grants(request.user, day)
    acts = [
        (act, _inputs(kind, act, obj, request, {}), act.page(obj) if act.page else "")
        for act in selectors.open_acts(kind, obj, request.user, held, day)
    ]
    subject = f"{kind.name}:{obj.pk}"
    calendar = working_calendar()
    due = kind.due(obj, day) if kind.due else obj.due_on
    outcome = kind.outcome(obj) if kind.outcome else None
    return {
        "kind": kind, "object": obj, "title": kind.title(obj), "state": kind.state_of(obj), "acts": acts,
        "withheld": selectors.withheld(kind, obj, request.user, held, day),
        "outcome": outcome,
        "facts": _facts(kind, obj),
        "draft": next((_drafted(inputs) for act, inputs, _ in acts if act.name == "save"), ""),
        "due": due, "left": calendar.between(day, due) if due else None,
        "known": None if due else _known(kind, obj, outcome),
        "known_year": due is None or calendar.is_known(due),
        "files": StoredFile.objects.filter(pk__in=obj.files),
        "history": _history(kind, obj, subject),
        "jobs": [(job, anywhere(held, "job.read") or job.asked_by_id == request.user.pk)
                 for job in Job.objects.filter(subject=subject)[:5]],
        **(kind.context(obj, request) if kind.context else {}),
    }  # fmt: skip


def _drafted(inputs: list[forms.Input]) -> str:
    """The fields that a draft saves by itself; files go only by the button."""
    return " ".join(one.name for one in inputs if one.kind not in {"file", "files", "rows"})


def _facts(kind: Kind, obj: Any) -> list[tuple[Words, Any]]:
    """What is known of the object; what is not yet there takes no room."""
    found = [(column.words, column.of(obj)) for column in (*kind.columns, *kind.facts)]
    return [(words, value) for words, value in found if value not in (None, "")]


def _history(kind: Kind, obj: Any, subject: str) -> list[dict[str, Any]]:
    rows = list(LedgerEntry.objects.filter(subject=subject).order_by("sequence"))
    people = told.people(row.actor for row in rows)
    return [
        {
            "words": told.act(row.act, row.actor),
            "by": people[row.actor],
            "row": row,
            "said": threads.said(kind, obj, row) if kind.thread else [],
            "at": datetime.fromisoformat(row.at),
        }  # fmt: skip
        for row in rows
    ]


def _inputs(
    kind: Kind, act: Act, obj: Any, request: OfficeRequest, typed: dict[str, Any]
) -> list[forms.Input]:
    listed = act.choices(obj, request.user, request.now.date()) if act.choices else {}
    first = act.typed(obj) if act.typed and obj is not None else {}
    said = request.GET.dict() if obj is None else {}
    asked = picking.Asked(act, obj, request.user, request.now.date(), {**said, **first, **typed})
    choices = {**picking.picks(act.given, asked, without=listed), **listed}
    found = forms.inputs(act.given, {**said, **first, **typed}, choices, picking.suggestions(act.given, asked))  # fmt: skip
    lacking = obj is not None and any(one.empty == forms.UNDECIDED for one in found)
    if lacking and _records(kind, obj, request):
        way = f"/office/decisions/new/record/?{urlencode({'subject': f'{kind.name}:{obj.pk}'})}"
        found = [replace(one, way=(way, ("记录决定", "Record the decision"))) if one.empty == forms.UNDECIDED else one for one in found]  # fmt: skip
    return forms.measured(found, kind.measure(obj) if kind.measure and obj is not None else None)


def _records(kind: Kind, obj: Any, request: OfficeRequest) -> bool:
    """Whether who reads the page may record a decision about its object, and took no earlier step of the matter."""
    if not anywhere(grants(request.user, request.now.date()), "decision.record"):
        return False
    decisions = kind_named("decision")
    of = decisions.model(subject=f"{kind.name}:{obj.pk}")
    act = next(one for one in decisions.makers if one.code == "decision.record")
    return guards.free(decisions, act, of, request.user, request.now.date())


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: OfficeRequest, kind: Kind, act: str) -> HttpResponse:
    """The form of an act that makes an object."""
    doing = kind.act(act)
    if doing not in kind.makers or doing is None:
        raise Http404
    if not anywhere(grants(request.user, request.now.date()), doing.code):
        raise forbidden(doing.code)
    problems: ZhenghengError | None = None
    kept: dict[str, list[int]] = {}
    if request.method == "POST":
        try:
            given = _read(kind, doing, None, request, kept)
            _by_who_is_there(doing, request)
            made = services.make(kind, doing, given=given, actor=request.user, now=request.now)
        except ProveError:
            return asked(request, request.get_full_path(), kept)
        except ZhenghengError as error:
            problems = error
        else:
            messages.success(request, say(f"已完成: {doing.words[0]}", f"done: {doing.words[1]}"))
            return _landed(kind, made, request)
    return _form(request, kind, doing, None, problems, kept)


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: OfficeRequest, kind: Kind, number: int, act: str) -> HttpResponse:
    """Do an act, or show its form again with what was wrong and all that was typed."""
    doing = kind.act(act)
    if doing is None:
        raise Http404
    obj = selectors.find(kind, number, request.user, request.now.date())
    problems: ZhenghengError | None = None
    kept: dict[str, list[int]] = {}
    if request.method == "POST":
        try:
            given = _read(kind, doing, obj, request, kept)
            _by_who_is_there(doing, request)
            seen = seen_version(request)
            with said_who(kind, doing, obj, seen, request.user):
                services.perform(kind, doing, obj, given=given, row_version=seen, actor=request.user, now=request.now)  # fmt: skip
        except ProveError:
            return asked(request, request.get_full_path(), kept)
        except ZhenghengError as error:
            problems = error
        else:
            messages.success(request, say(f"已完成: {doing.words[0]}", f"done: {doing.words[1]}"))
            return _landed(kind, obj, request)
    elif doing not in selectors.open_acts(
        kind, obj, request.user, grants(request.user, request.now.date()), request.now.date()
    ):
        guards.check_apart(kind, doing, obj, None, request.user, request.now.date())
        guards.check_yet(kind, doing, obj, request.user, request.now.date())
        raise forbidden(doing.code)
    if request.method != "POST" and doing.wants_proof and not is_proved(request):
        return redirect(f"{reverse('prove')}?{urlencode({'next': request.get_full_path()})}")
    return _form(request, kind, doing, obj, problems, kept)


def _landed(kind: Kind, obj: Any, request: OfficeRequest) -> HttpResponse:
    """On the object's page; on one's home where the act took it out of one's sight, such as stepping back from a panel."""
    try:
        selectors.find(kind, obj.pk, request.user, request.now.date())
    except NotFoundError:
        return redirect("home")
    return redirect(kind.address(obj))


def _by_who_is_there(doing: Act, request: OfficeRequest) -> None:
    """A signature and the giving of rights want a fresh proof of who is there. Raises ProveError; what was typed waits for him."""
    if doing.wants_proof:
        require_proof(request)


def _form(
    request: OfficeRequest, kind: Kind, doing: Act, obj: Any, problems: ZhenghengError | None, kept: dict[str, list[int]]
) -> HttpResponse:  # fmt: skip
    left = taken_up(request)
    kept = kept | {name: [*held] for name, held in left.files.items()}
    typed = {**request.POST.dict(), **left.typed}
    mine = StoredFile.objects.filter(given_by=request.user).in_bulk([n for held in kept.values() for n in held])  # fmt: skip
    files = {name: [mine[n] for n in held if n in mine] for name, held in kept.items()}
    fields = _inputs(kind, doing, obj, request, typed | files)
    wrong = forms.as_asked(fields, problems.problems) if problems else []
    context = {
        "kind": kind, "act": doing, "object": obj, "title": kind.title(obj) if obj else kind.words,
        "back": kind.address(obj) if obj else kind.listing,
        "inputs": forms.with_faults(fields, wrong), "problems": forms.by_field(fields, wrong),
        # What was seen stays what was seen: a second writer is told, not let through.
        "row_version": version_in(typed) or (obj.row_version if obj else 0),
    }  # fmt: skip
    status = http_status(problems) if problems else 200
    return render(request, "acts/form.html", context, status=status)


def _read(
    kind: Kind, doing: Act, obj: Any, request: OfficeRequest, kept: dict[str, list[int]]
) -> Given:
    def store(file: UploadedFile[Any]) -> int:
        kept = take_in(
            name=file.name or "", content=file.read(), actor=request.user, now=request.now
        )
        return int(kept.pk)

    try:
        return forms.read(doing.given, request.POST, request.FILES, store, kept)
    except forms.GivenError as error:
        services.say_also(kind, obj, error, request.now)
        raise


@require_safe
def paper(request: OfficeRequest, kind: Kind, number: int, act: str, form: str) -> HttpResponse:
    """The paper of a signature, to be printed and signed by hand."""
    obj = selectors.find(kind, number, request.user, request.now.date())
    doing = kind.act(act)
    if doing is None or not doing.on_paper:
        raise Http404
    request.subject = f"{kind.name}:{obj.pk}"
    return documents.file(slip(kind, doing, obj, request.now), f"{kind.name}-{obj.pk}-{act}", form)


@require_safe
def blank_paper(request: OfficeRequest, kind: Kind, act: str, form: str) -> HttpResponse:
    """The paper of an act that makes an object, to be filled in and signed by hand."""
    doing = kind.act(act)
    if doing is None or doing not in kind.makers or not doing.on_paper:
        raise Http404
    if not anywhere(grants(request.user, request.now.date()), doing.code):
        raise forbidden(doing.code)
    return documents.file(blank(kind, doing, request.now), f"{kind.name}-{act}", form)


@require_safe
def file(request: OfficeRequest, kind: Kind, number: int, file: int) -> HttpResponse:
    """A file of the object, to be kept and opened elsewhere: never shown as a page of this office."""
    obj = selectors.find(kind, number, request.user, request.now.date())
    if file not in obj.files:
        raise Http404
    held, content = content_of(file)
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, held.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
