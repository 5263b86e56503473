"""Addresses of the year's overviews and of what is brought in by a table: each what its page shows or does."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import File, Schema
from ninja.files import UploadedFile
from pydantic import Field

from zhengheng.web.accounts import imports
from zhengheng.web.accounts.proving import require_proof
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import require
from zhengheng.web.acts.beginning import begin
from zhengheng.web.api.repeat import Writing, begins
from zhengheng.web.api.schemas import BroughtOut, ErrorOut
from zhengheng.web.comments import bringing as comments
from zhengheng.web.files.tables import XLSX, rows_of
from zhengheng.web.organisation import services as organisation
from zhengheng.web.pages.checklist import checklist
from zhengheng.web.reporting import chase, tolerance
from zhengheng.web.rulebooks.selectors import adopted_version
from zhengheng.web.rulebooks.services import empty_form
from zhengheng.web.targets import selectors as targets
from zhengheng.web.targets import sheets

ERRORS = dict.fromkeys((401, 403, 404, 409, 422), ErrorOut)
router = Writing()


class GrantedOut(Schema):
    """Error tolerance granted: the ground and what is published of it."""

    ground: str
    public_text: str
    decided_on: date


@router.get("/tolerance-granted", response={200: list[GrantedOut], **ERRORS})
def tolerance_granted(request: OfficeRequest) -> list[dict[str, Any]]:
    """What was granted, without units."""
    require(request.user, "tolerance.granted", request.now.date())
    return [{**one, "decided_on": one["decision__held_on"]} for one in tolerance.granted()]


class LateOut(Schema):
    """A supplier with overdue reports."""

    unit: str
    days: int
    reports: list[dict[str, Any]]


@router.get("/reports-chase", response={200: list[LateOut], **ERRORS})
def reports_chase(request: OfficeRequest) -> list[dict[str, Any]]:
    """Who is late with what, the longest late first; `days` are working days."""
    require(request.user, "report.chase", request.now.date())
    return chase.chase(request.now.date())


class EasedOut(Schema):
    """A unit that eased targets."""

    unit: str
    changes: list[dict[str, Any]]


@router.get("/changes-eased", response={200: list[EasedOut], **ERRORS})
def changes_eased(request: OfficeRequest, period: str) -> list[dict[str, Any]]:
    """Approved changes of a period that made a target easier, by unit."""
    require(request.user, "change.eased", request.now.date())
    return targets.eased(period)


class CascadeOut(Schema):
    """Targets handed down, and who or what is not covered."""

    cascades: list[dict[str, Any]]
    coverage: dict[str, Any]


@router.get("/targets-cascade", response={200: CascadeOut, **ERRORS})
def targets_cascade(request: OfficeRequest, rulebook: int) -> dict[str, Any]:
    """How the targets of a rulebook in force come down from goal to post."""
    require(request.user, "target.cascade", request.now.date())
    found, covered, _ = targets.cascades(adopted_version(rulebook))
    cascades = [{**one, "indicator": one["indicator"].code} for one in found]
    return {"cascades": cascades, "coverage": vars(covered)}


class PointOut(Schema):
    """One point of the start of the year."""

    zh: str
    en: str
    done: bool
    missing: list[str]


@router.get("/checklist", response={200: list[PointOut], **ERRORS})
def year_checklist(
    request: OfficeRequest, year: Annotated[int | None, Field(ge=2000, le=2099)] = None
) -> list[Any]:
    """What the year needs before it can begin."""
    require(request.user, "year.checklist", request.now.date())
    points = checklist(request.now.date(), year)
    return [{**vars(one), "missing": [zh for zh, _ in one.missing]} for one in points]


class CountOut(Schema):
    """How many rows came in."""

    rows: int


@router.post("/targets-import", response={200: CountOut, **ERRORS})
@begins
def targets_import(
    request: OfficeRequest, rulebook: int, file: File[UploadedFile]
) -> dict[str, int]:
    """Targets proposed to many units by one table: all of them or none; `rows` counts the units."""
    require(request.user, "target.propose", request.now.date())
    version = adopted_version(rulebook)
    name, rows = _table(file, sheets.COLUMNS)
    return {"rows": sheets.propose_all(version, rows, source=name, actor=request.user, now=request.now)}  # fmt: skip


@router.get("/targets-table", response={200: bytes, **ERRORS})
def targets_table(request: OfficeRequest, rulebook: int) -> HttpResponse:
    """All target lines of a rulebook in force (xlsx)."""
    require(request.user, "target.propose", request.now.date())
    return HttpResponse(sheets.table(adopted_version(rulebook)), content_type=XLSX)


@router.get("/rulebook-form", response={200: bytes, **ERRORS})
def rulebook_form(request: OfficeRequest) -> HttpResponse:
    """The empty Excel form of a rulebook (xlsx); filled in, it is what `POST /rulebooks/draft` takes."""
    require(request.user, "rulebook.draft", request.now.date())
    return HttpResponse(empty_form(), content_type=XLSX)


@router.post("/units-import", response={200: CountOut, **ERRORS})
@begins
def units_import(request: OfficeRequest, file: File[UploadedFile]) -> dict[str, int]:
    """Units from a table (csv, xlsx): all rows or none."""
    require(request.user, "organisation.import", request.now.date())
    name, rows = _table(file, organisation.COLUMNS)
    return {"rows": organisation.import_units(rows=rows, actor=request.user.username, now=request.now, source=name)}  # fmt: skip


@router.post("/comments-import", response={200: CountOut, **ERRORS})
@begins
def comments_import(request: OfficeRequest, file: File[UploadedFile]) -> dict[str, int]:
    """The signed export of the portal's inbox; `rows` counts the comments that were new."""
    name = file.name or "comments.json"
    return {
        "rows": comments.bring(content=file.read(), name=name, actor=request.user, now=request.now)
    }


@router.post("/accounts-import", response={200: BroughtOut, **ERRORS})
@begins
def accounts_import(request: OfficeRequest, file: File[UploadedFile]) -> dict[str, Any]:
    """Accounts from a table: all rows or none. Their first passwords are drawn by lot and told this once."""
    require(request.user, "account.create", request.now.date())
    require_proof(request)
    name, rows = _table(file, imports.ACCOUNTS)
    made = imports.import_accounts(rows=rows, source=name, actor=request.user, now=request.now)
    handed = [
        {"username": one.username, "name": one.name, "password": drawn} for one, drawn in made
    ]
    return {"rows": len(made), "accounts": handed}


@router.post("/grants-import", response={200: CountOut, **ERRORS})
@begins
def grants_import(request: OfficeRequest, file: File[UploadedFile]) -> dict[str, int]:
    """Roles from a table: all rows or none."""
    require(request.user, "grant.give", request.now.date())
    require_proof(request)
    name, rows = _table(file, imports.GRANTS)
    return {"rows": imports.import_grants(rows=rows, source=name, actor=request.user, now=request.now)}  # fmt: skip


def _table(file: UploadedFile, columns: dict[str, str]) -> tuple[str, list[dict[str, str]]]:
    """The file's name and rows, read before anything is written."""
    name = file.name or "upload"
    rows = rows_of(name, file.read(), columns)
    begin()
    return name, rows
