"""Addresses of all kinds of objects and of each act, made from their declarations; jobs and files beside them."""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpResponse
from ninja import File, Schema, Status
from ninja.files import UploadedFile
from ninja.pagination import paginate
from pydantic import Field, create_model

from zhengheng.domain.problems import NotFoundError, Problem, ZhenghengError
from zhengheng.web.accounts.proving import require_proof
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import allowed, forbidden, grants
from zhengheng.web.acts import selectors, services
from zhengheng.web.acts.declare import Act, Kind
from zhengheng.web.acts.forms import GivenError, check
from zhengheng.web.acts.guards import finals
from zhengheng.web.acts.meanwhile import said_who
from zhengheng.web.acts.paper import blank, slip
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.api.paging import Listed, Pages, check_filters
from zhengheng.web.api.repeat import Writing, begins
from zhengheng.web.api.schemas import ErrorOut, ReportOut
from zhengheng.web.files.documents import Report
from zhengheng.web.files.services import take_in
from zhengheng.web.files.tables import XLSX
from zhengheng.web.jobs import services as jobs
from zhengheng.web.jobs.models import Job
from zhengheng.web.reporting import sheets
from zhengheng.workflow.permissions import anywhere
from zhengheng.workflow.roles import Grant

ERRORS = dict.fromkeys((401, 403, 404, 409, 422), ErrorOut)
router = Writing()


class ObjectOut(Schema):
    """An object: its state, who acts next, what the caller can do to it now."""

    id: int
    kind: str
    title: str
    state: str
    due_on: date | None
    row_version: int
    acts: list[str]
    detail: dict[str, Any]


class FileOut(Schema):
    id: int
    sha256: str
    name: str
    size: int
    kind: str


class JobOut(Schema):
    id: int
    kind: str
    subject: str
    state: str
    step: str
    done: int
    total: int
    result: dict[str, Any] | None
    problems: list[dict[str, str]]


def _out(
    kind: Kind, obj: Any, request: OfficeRequest, held: Collection[Grant] | None = None, known: frozenset[tuple[str, str]] | None = None
) -> dict[str, Any]:  # fmt: skip
    """An object as programs read it; of a list the caller's grants and the final years are looked up once."""
    day = request.now.date()
    held = grants(request.user, day) if held is None else held
    return {
        "id": obj.pk, "kind": kind.name, "title": kind.title(obj)[0], "state": obj.state,
        "due_on": obj.due_on, "row_version": obj.row_version,
        "acts": [act.name for act in selectors.open_acts(kind, obj, request.user, held, day, known)],
        "detail": kind.out(obj) if kind.out else {},
    }  # fmt: skip


WRITING: dict[str, tuple[Kind, Act]] = {}
"""The acts by the name of their address."""
SEEN = "row_version"


def at_once(request: OfficeRequest, found: Sequence[Problem]) -> Sequence[Problem]:
    """Of a body that cannot be read: what the act's form would be told, with what the guards of every act find in those of
    its fields that can; `found` where no act is called, or by somebody who may not see what it is about."""
    match = request.resolver_match
    named = WRITING.get(match.url_name or "") if match else None
    if match is None or named is None:
        return found
    try:
        data = json.loads(request.body)
    except ValueError:
        return found
    if not isinstance(data, dict):
        return found
    (kind, act), day = named, request.now.date()
    version = tuple(replace(one, where=SEEN) for one in found if one.where.endswith(SEEN)) if "number" in match.kwargs else ()  # fmt: skip
    try:
        obj = selectors.find(kind, match.kwargs["number"], request.user, day) if "number" in match.kwargs else None  # fmt: skip
    except NotFoundError:
        return found
    if obj is None and not anywhere(grants(request.user, day), act.code):
        return found
    fault = GivenError(())
    try:
        fault.readable = check(act.given, {name: held for name, held in data.items() if name != SEEN or obj is None})  # fmt: skip
    except GivenError as error:
        fault = error
    try:
        services.say_also(kind, obj, fault, request.now)
    except ZhenghengError as error:
        return (*version, *error.problems) or found
    return found


def _reading(kind: Kind) -> None:
    def listing(request: OfficeRequest, state: str = "") -> Listed:
        check_filters(request, state=kind.machine.names)
        found, held = selectors.visible(kind, request.user, request.now.date()), grants(request.user, request.now.date())  # fmt: skip
        if not found and not anywhere(held, kind.read):
            raise forbidden(kind.read)
        known = finals() if kind.year is not None else None
        return Listed([obj for obj in found if state in {"", obj.state}], lambda obj: _out(kind, obj, request, held, known))  # fmt: skip

    def one(request: OfficeRequest, number: int, response: HttpResponse) -> Any:
        obj = selectors.find(kind, number, request.user, request.now.date())
        request.subject = f"{kind.name}:{obj.pk}"
        response["ETag"] = f'"{obj.row_version}"'
        if request.headers.get("If-None-Match") == response["ETag"]:
            return Status(304, None)
        return _out(kind, obj, request)

    zh, en = kind.words
    _name(listing, f"{kind.name}_list", f"{en} that the caller may see; `state` narrows them. {zh}")
    _name(one, f"{kind.name}_one", f"One of the {en.lower()}. {zh}")
    listed = paginate(Pages)(listing)
    router.get(f"/{kind.path}", response={200: list[ObjectOut], **ERRORS})(listed)
    router.get(f"/{kind.path}/{{int:number}}", response={200: ObjectOut, 304: None, **ERRORS})(one)


def _name(view: Callable[..., Any], name: str, words: str) -> None:
    view.__name__, view.__doc__ = name, words


def _making(kind: Kind, act: Act) -> None:
    body = _body(kind, act, {})

    def view(request: OfficeRequest, given: body) -> Any:  # type: ignore[valid-type]
        found = act.given.model_validate(given.model_dump())  # type: ignore[attr-defined]
        if act.wants_proof:
            require_proof(request)
        made = services.make(kind, act, given=found, actor=request.user, now=request.now)
        return Status(201, _out(kind, kind.all().get(pk=made.pk), request))

    _name(view, act.code.replace(".", "_"), f"{act.words[1]}. {act.words[0]}")
    WRITING[view.__name__] = kind, act
    router.post(f"/{kind.path}/{act.name}", response={201: ObjectOut, **ERRORS})(begins(view))


def _doing(kind: Kind, act: Act) -> None:
    version = {"row_version": (int, Field(ge=1, le=2**31 - 1, description="the version that the caller saw"))}  # fmt: skip
    body = _body(kind, act, version)

    def view(request: OfficeRequest, number: int, given: body) -> Any:  # type: ignore[valid-type]
        obj = selectors.find(kind, number, request.user, request.now.date())
        held = given.model_dump()  # type: ignore[attr-defined]
        seen = held.pop("row_version")
        if act.wants_proof:
            require_proof(request)
        with said_who(kind, act, obj, seen, request.user):
            done = services.perform(
                kind, act, obj, given=act.given.model_validate(held), row_version=seen,
                actor=request.user, now=request.now,
            )  # fmt: skip
        return _out(kind, kind.all().get(pk=done.pk), request)

    _name(view, act.code.replace(".", "_"), f"{act.words[1]}. {act.words[0]}")
    WRITING[view.__name__] = kind, act
    router.post(f"/{kind.path}/{{int:number}}/{act.name}", response={200: ObjectOut, **ERRORS})(begins(view))  # fmt: skip


def _paper(kind: Kind, act: Act) -> None:
    def view(request: OfficeRequest, number: int) -> Report:
        obj = selectors.find(kind, number, request.user, request.now.date())
        request.subject = f"{kind.name}:{obj.pk}"
        return slip(kind, act, obj, request.now)

    _name(view, f"{act.code.replace('.', '_')}_paper", f"{act.words[1]}: what is signed by hand. {act.words[0]}: 签批单")  # fmt: skip
    router.get(f"/{kind.path}/{{int:number}}/{act.name}/paper", response={200: ReportOut, **ERRORS})(view)  # fmt: skip


def _blank_paper(kind: Kind, act: Act) -> None:
    def view(request: OfficeRequest) -> Report:
        if not anywhere(grants(request.user, request.now.date()), act.code):
            raise forbidden(act.code)
        return blank(kind, act, request.now)

    _name(view, f"{act.code.replace('.', '_')}_blank_paper", f"{act.words[1]}: what is filled in and signed by hand. {act.words[0]}: 空白签批单")  # fmt: skip
    router.get(f"/{kind.path}/{act.name}/paper", response={200: ReportOut, **ERRORS})(view)


def _body(kind: Kind, act: Act, more: dict[str, Any]) -> Any:
    name = "".join(part.title() for part in act.code.replace("_", ".").split(".")) + "In"
    return create_model(name, __base__=act.given, **more)


for _kind in KINDS:
    _reading(_kind)
    for _act in _kind.acts:
        if _act in _kind.makers:
            _making(_kind, _act)
            if _act.on_paper:
                _blank_paper(_kind, _act)
        elif not _act.by_machine:
            _doing(_kind, _act)
            if _act.on_paper:
                _paper(_kind, _act)


@router.post("/files", response={201: FileOut, **ERRORS})
@begins
def file_take_in(request: OfficeRequest, file: File[UploadedFile]) -> Any:
    """Hand a file in; its number goes into the act that it belongs to."""
    held = take_in(name=file.name or "", content=file.read(), actor=request.user, now=request.now)
    return Status(201, held)


class FailedOut(Schema):
    row: int
    problems: list[dict[str, str]]


class SheetOut(Schema):
    """How many rows were handed in; which were not, and why."""

    done: int
    failed: list[FailedOut]


@router.post("/reports-sheet", response={200: SheetOut, **ERRORS})
@begins
def report_sheet(request: OfficeRequest, file: File[UploadedFile]) -> dict[str, Any]:
    """Hand in reports by the workbook that `GET /reports-sheet` gives."""
    sheets.check_right(request.user, request.now)
    outcome = sheets.take_back(
        file.name or "upload.xlsx", file.read(), actor=request.user, now=request.now
    )
    failed = [
        {"row": row, "problems": [{"where": p.where, "code": p.code, "zh": p.zh, "en": p.en} for p in problems]}
        for row, _, problems in outcome.failed
    ]  # fmt: skip
    return {"done": outcome.done, "failed": failed}


@router.get("/reports-sheet", response={200: bytes, **ERRORS})
def report_sheet_download(request: OfficeRequest) -> HttpResponse:
    """The workbook of everything that the caller owes (xlsx)."""
    content = sheets.workbook(sheets.owed(request.user, request.now))
    return HttpResponse(content, content_type=XLSX)


def _job(request: OfficeRequest, number: int) -> Job:
    found = Job.objects.filter(pk=number).first() if number < selectors.MOST else None
    if found is None or (
        found.asked_by_id != request.user.pk
        and not allowed(request.user, "job.read", request.now.date())
    ):
        raise NotFoundError.one(
            f"job:{number}", "job.absent", zh="没有这项作业", en="there is no such job"
        )
    return found


@router.get("/jobs/{int:number}", response={200: JobOut, **ERRORS})
def job_one(request: OfficeRequest, number: int) -> Job:
    """How far a job is, and what came of it."""
    return _job(request, number)


@router.post("/jobs/{int:number}/retry", response={200: JobOut, **ERRORS})
def job_retry(request: OfficeRequest, number: int) -> Job:
    """Do a failed job again."""
    if not allowed(request.user, "job.retry", request.now.date()):
        raise forbidden("job.retry")
    jobs.retry(number=_job(request, number).pk)
    return _job(request, number)
