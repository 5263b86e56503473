"""A consultation's end: on the day after its last one the portal says by itself that it is over."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings

from tests.web.conftest import NOW, People, computed_run
from zhengheng.web.jobs.models import Job
from zhengheng.web.jobs.services import run_job
from zhengheng.web.portal.writing import ask_once_over
from zhengheng.web.rulebooks.models import RulebookVersion


def worked() -> int:
    """How many jobs waited, and were done."""
    waiting = list(Job.objects.filter(state="waiting"))
    for job in waiting:
        run_job.call(job.pk)
        job.refresh_from_db()
        assert job.state == "done", job.problems
    return len(waiting)


def test_the_portal_says_that_a_consultation_is_over_on_the_day_after_its_last(
    people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    (tmp_path / "portal.yaml").write_text("comments: true\nreply_days: 5\n")
    book = computed_run().rulebook
    draft = RulebookVersion.objects.create(
        code=book.code, version="2027", title_zh="明年的方案", effective_from=NOW.date(), period="2027", fingerprint="f", wording="ends",
        text=book.model_dump_json(by_alias=True, exclude_defaults=True, exclude_none=True), state="draft", made_at=NOW,
    )  # fmt: skip
    asked = json.dumps({"until": "2026-03-20", "public": True, "row_version": draft.row_version})
    office = people.client("office_indicators")
    assert office.post(f"/api/v1/rulebooks/{draft.pk}/consult", asked, content_type="application/json").status_code == 200  # fmt: skip
    assert worked() == 1
    home, page = (tmp_path / "portal" / one for one in ("index.html", f"consultations/{draft.pk}.html"))  # fmt: skip
    assert "正在征求意见, 截止 2026-03-20" in home.read_text(encoding="utf-8")
    assert "<textarea" in page.read_text(encoding="utf-8")
    ask_once_over(datetime.fromisoformat("2026-03-20T23:59+08:00"))
    assert worked() == 0, "the last day is one of its days"
    for moment, jobs in (("2026-03-21T00:01+08:00", 1), ("2026-03-21T00:02+08:00", 0), ("2026-03-25T09:00+08:00", 0)):  # fmt: skip
        ask_once_over(datetime.fromisoformat(moment))
        assert worked() == jobs
    assert "征求意见已经结束，正在研究意见" in home.read_text(encoding="utf-8")
    assert "正在征求意见, 截止" not in home.read_text(encoding="utf-8")
    assert "<textarea" not in page.read_text(encoding="utf-8")
