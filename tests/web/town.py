"""A small town for a scripted year: four bureaus, three indicators, everybody who takes part."""

import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import yaml
from django.conf import settings
from django.db import transaction
from django.test import Client

from tests.web.beginnings import rows_of
from tests.web.people import NOW, People
from zhengheng.web.jobs.models import Job
from zhengheng.web.jobs.services import run_job
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.services import import_units
from zhengheng.workflow.roles import Role

UNITS = ("D10", "D13", "D16", "D19")
STATISTICS = "D34"
BOOK: dict[str, Any] = {
    "code": "town", "version": "2025-1", "title": {"zh": "小城年度绩效考核方案", "en": "Town rulebook"},
    "effective_from": date(2025, 1, 1), "known_from": date(2025, 1, 1), "status": "published",
    "categories": [{"code": "bureau", "name": {"zh": "部门", "en": "Bureau"}}],
    "groups": [{"code": "all", "name": {"zh": "全部部门", "en": "All bureaus"}}],
    "units": [{"code": unit, "name": unit, "category": "bureau", "group": "all"} for unit in UNITS],
    "tree": {"code": "total", "name": {"zh": "总分", "en": "Total"}, "children": [
        {"code": "tasks", "name": {"zh": "业务实绩", "en": "Results"}, "children": ["SEATS", "GROWTH"]},
        {"code": "service", "name": {"zh": "服务", "en": "Service"}, "children": ["ANSWERED"]},
    ]},
    "weights": [{"from": date(2025, 1, 1), "table": {"SEATS": 40, "GROWTH": 30, "ANSWERED": 30}}],
    "adjustments": [
        {"code": "CIRCULAR", "name": {"zh": "通报批评", "en": "Circular"}, "kind": "deduction", "least": 0.5, "most": 1, "cap": 2},
    ],
    "grading": {"bands": [
        {"code": "excellent", "name": {"zh": "优秀", "en": "Excellent"}, "at_least": 90, "share_at_most": 0.3},
        {"code": "good", "name": {"zh": "良好", "en": "Good"}, "at_least": 80},
        {"code": "fair", "name": {"zh": "合格", "en": "Fair"}},
    ]},
    "procedure": {
        "form": "essay", "freeze": "09-30",
        "steps": [
            {"step": "compute", "name": {"zh": "核算", "en": "Run"}},
            {"step": "notice", "name": {"zh": "公示", "en": "Notice"}, "clock": {"length": 7, "unit": "calendar_days"}},
            {"step": "objection", "name": {"zh": "申诉", "en": "Appeal"}, "clock": {"length": 5, "unit": "working_days"}},
            {"step": "decision", "name": {"zh": "决定", "en": "Decision"}, "clock": {"length": 10, "unit": "working_days"}},
            {"step": "final", "name": {"zh": "终定", "en": "Final"}},
        ],
    },
}  # fmt: skip
INDICATORS: tuple[dict[str, Any], ...] = (
    {"code": "SEATS", "name": {"zh": "新增学位", "en": "New school places"}, "measure_unit": "个", "decimals": 0,
     "owner": STATISTICS, "supplier": "unit", "burden_minutes": 20, "method": {"kind": "ratio"},
     "light": {"by": "score", "watch": 0.9, "missed": 0.7}, "source": "学籍系统"},
    {"code": "GROWTH", "name": {"zh": "投资增速", "en": "Investment growth"}, "measure_unit": "%", "decimals": 1,
     "owner": STATISTICS, "supplier": STATISTICS, "method": {"kind": "ratio", "target": 5},
     "light": {"by": "score", "watch": 0.9, "missed": 0.7}, "source": "统计联网直报"},
    {"code": "ANSWERED", "name": {"zh": "按时办结率", "en": "Answered in time"}, "measure_unit": "%", "decimals": 2,
     "owner": STATISTICS, "supplier": STATISTICS, "method": {"kind": "ratio", "target": 100},
     "light": {"by": "score", "watch": 0.9, "missed": 0.7}, "source": "12345 平台"},
)  # fmt: skip


def packed(indicators: Iterable[dict[str, Any]] = INDICATORS, **changes: Any) -> bytes:
    """The rulebook as the ZIP of YAML files that an official uploads."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("town/rulebook.yaml", yaml.safe_dump(BOOK | changes, allow_unicode=True, sort_keys=False))  # fmt: skip
        for one in indicators:
            archive.writestr(f"town/indicators/{one['code']}.yaml", yaml.safe_dump(one, allow_unicode=True, sort_keys=False))  # fmt: skip
    return held.getvalue()


class Town:
    """The town's people at their desks. Each speaks through the API; the clock is set by `at`."""

    def __init__(self, people: People, monkeypatch: Any) -> None:
        self.people, self.patch = people, monkeypatch
        rows_of("town", self._come)

    def _come(self) -> None:
        rows = [
            {"code": code, "name_zh": code, "kind": "市直部门"} for code in ("D16", "D19", "D34")
        ]
        import_units(rows=rows, actor="test", now=NOW, source="units.csv")
        for code in UNITS:
            for role in (Role.UNIT_LEADER, Role.UNIT_REPORTER):
                self._person(f"{role.value}-{code}", role, code)
        self._person("statistics", Role.ASSESSING_DEPARTMENT, STATISTICS)
        for number in range(1, 6):
            self._person(f"panel-{number}", Role.PANEL_MEMBER, None)
        type(self.people["mentor"]).objects.update(must_change_password=False)

    def _person(self, name: str, role: Role, unit: str | None) -> None:
        # The scripted year begins before the clock of the tests; the account was there by then.
        with transaction.atomic():
            account = self.people.make(name)
            account.created_at = datetime.fromisoformat("2024-12-01T09:00+08:00")
            account.save(update_fields=["created_at"])
            self.people.give(
                account, role, unit=Unit.objects.get(code=unit) if unit else None,
                valid_from=date(2024, 12, 1),
            )  # fmt: skip

    def at(self, moment: str) -> None:
        """The clock stands here from now on."""
        if len(moment) == 10:
            moment += "T09:00+08:00"
        self.patch.setattr(settings, "FIXED_CLOCK", moment)

    def client(self, name: str) -> Client:
        return self.people.client(name)

    def get(self, name: str, path: str) -> Any:
        answer = self.client(name).get(f"/api/v1/{path}")
        assert answer.status_code == 200, (path, answer.content.decode())
        return answer.json()

    def post(self, name: str, path: str, status: int = 0, **body: Any) -> Any:
        """Do an act; with a number in the path the version is read first, as a person sees the page."""
        parts = path.split("/")
        if len(parts) == 3 and parts[0] != "results" and "row_version" not in body:
            seen = self.client(name).get(f"/api/v1/{parts[0]}/{parts[1]}")
            body["row_version"] = seen.json()["row_version"] if seen.status_code == 200 else 1
        answer = self.client(name).post(f"/api/v1/{path}", json.dumps(body, default=str), content_type="application/json")  # fmt: skip
        wanted = {status} if status else {200, 201}
        assert answer.status_code in wanted, (path, answer.status_code, answer.content.decode())
        return answer.json() if answer.content else None

    def file(self, name: str, content: bytes = b"%PDF-1.7 minutes", title: str = "a.pdf") -> int:
        held = io.BytesIO(content)
        held.name = title
        answer = self.client(name).post("/api/v1/files", {"file": held})
        assert answer.status_code == 201, answer.content.decode()
        number: int = answer.json()["id"]
        return number

    def decided(
        self, subject: str, meeting: str, day: str, *, approved: bool = True, lines: Sequence[dict[str, str]] = (),
    ) -> int:  # fmt: skip
        """The commission decides: its secretary records, a member attests."""
        made = self.post(
            "commission_secretary", "decisions/record", subject=subject, meeting=meeting, held_on=day,
            attendees="主任、委员十一人", approved=approved, wording="同意", minutes=[self.file("commission_secretary")], lines=list(lines),
        )  # fmt: skip
        self.post("commission_member", f"decisions/{made['id']}/attest")
        number: int = made["id"]
        return number

    def work(self) -> list[Job]:
        """A worker's round: everything in the queue is done, and nothing may fail."""
        done = []
        while waiting := list(Job.objects.filter(state="waiting").order_by("pk")):
            for job in waiting:
                run_job.call(job.pk)
                job.refresh_from_db()
                assert job.state == "done", job.problems
                done.append(job)
        return done
