"""What the first page says: what waits for the caller and until when, what is to be read; and the package of a closed year."""

from datetime import date
from typing import Any

from django.http import FileResponse
from ninja import Schema

from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.api.repeat import Writing
from zhengheng.web.api.schemas import ErrorOut
from zhengheng.web.pages.desk import expected_of, note_since, parted
from zhengheng.web.pages.reading import to_read
from zhengheng.web.results.selectors import find
from zhengheng.web.results.services import take_package

ERRORS = dict.fromkeys((401, 403, 404, 409, 422), ErrorOut)
router = Writing()


class SaidOut(Schema):
    """Words in both languages."""

    zh: str
    en: str


class ToDoOut(Schema):
    """Something that can be done now: its name in the object's address, and its words."""

    name: str
    zh: str
    en: str


class WaitingOut(Schema):
    """An object that waits for the caller."""

    kind: str
    """The area of the API that it lies in, such as appeals."""
    id: int
    title: SaidOut
    state: SaidOut
    acts: list[ToDoOut]
    due_on: date | None
    left: int | None
    """Working days until it is due; negative when it is overdue, null where no clock runs."""
    known: SaidOut | None
    """What happens on `known_on`, where no clock runs but the object knows a day."""
    known_on: date | None
    since: date | None
    """The day from which it waits, where it knows no day at all."""


class ToReadOut(Schema):
    """Something to read, and why."""

    title: SaidOut
    why: SaidOut
    address: str


class DeskOut(Schema):
    """The caller's desk, kind by kind, the most urgent first."""

    waiting: list[WaitingOut]
    overdue: int
    reading: list[ToReadOut]


def _said(words: tuple[str, str]) -> dict[str, str]:
    return {"zh": words[0], "en": words[1] or words[0]}


@router.get("/desk", response={200: DeskOut, **ERRORS})
def my_desk(request: OfficeRequest) -> dict[str, Any]:
    """All that waits for an act of the caller, with its day and the working days left; and what there is to read."""
    waiting, later = parted(expected_of(request.user, request.now.date()))
    rows = [row for _, rows in waiting for row in rows]
    note_since(rows)
    return {
        "waiting": [
            {"kind": row.kind.path, "id": row.object.pk, "title": _said(row.title), "state": _said(row.state),
             "acts": [{"name": act.name, **_said(act.words)} for act in row.acts], "due_on": row.due, "left": row.left,
             "known": _said(row.known[0]) if row.known else None, "known_on": row.known[1] if row.known else None, "since": row.since}
            for row in rows
        ],
        "overdue": sum(row.left is not None and row.left < 0 for row in rows),
        "reading": [{"title": _said(one.title), "why": _said(one.why), "address": one.address} for one in to_read(request, later)],
    }  # fmt: skip


@router.get("/results/{run}/package", response={200: bytes, **ERRORS})
def result_package(request: OfficeRequest, run: str) -> FileResponse:
    """The archive package of a closed year (zip), for those who keep it; whoever takes it is in the ledger."""
    found = find(run, request.user, request.now.date())
    path = take_package(run=found, actor=request.user, now=request.now)
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)
