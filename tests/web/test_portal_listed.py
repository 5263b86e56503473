"""The portal is compared as a whole with what this office wrote: pages, the witness's program, what pages are made from."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from tests.web.conftest import NOW, People
from tests.web.test_publication import computed, release, result, write
from zhengheng.domain.canonical import read_json
from zhengheng.web.jobs.services import ask
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.portal.kept import digest
from zhengheng.web.portal.listed import altered_portal
from zhengheng.web.portal.site import write_json
from zhengheng.web.portal.writing import publish
from zhengheng.web.results.kept import kept_as_written
from zhengheng.web.results.models import ResultRun

pytestmark = pytest.mark.one_database

__all__ = ["computed", "result"]


@pytest.fixture
def home(people: People, result: ResultRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # fmt: skip
    held = release(people, result)
    assert held.state == "released"
    return Path(settings.HOME)


def again() -> None:
    ask(kind="portal.write", arguments={}, subject="portal:day", actor=None, now=NOW)
    write()


def test_whatever_somebody_does_to_the_portal_is_named(home: Path) -> None:
    again()
    assert list(altered_portal(home)) == []
    page = next((home / "portal" / "p").glob("*/index.html"))
    proof = next((home / "publications").glob("[0-9]*/proof.json"))
    altered = [
        page, home / "portal/index.html", home / "portal/en/index.html", home / "portal/proofs.json", home / "portal/verify.html",
        home / "portal/witness.py", next((home / "portal/assets").iterdir()), home / "publications/standings.json",
        home / "publications/pages.json", proof,
    ]  # fmt: skip
    kept = {path: path.read_bytes() for path in altered}
    for path in altered:
        path.write_bytes(kept[path] + b" ")
    gone = home / "portal/calendar.html"
    kept[gone] = gone.read_bytes()
    gone.unlink()
    planted = home / "portal/extra.html"
    planted.write_text("planted", encoding="utf-8")
    found = [one.zh for one in altered_portal(home)]
    assert len(found) == len(altered) + 2, found
    for path in (*altered, gone, planted):
        name = path.relative_to(home).as_posix()
        assert len([one for one in found if f"{name} " in one]) == 1, name
    said = [problem.zh for problem in kept_as_written(home)]
    assert all(any(one in problem for problem in said) for one in found)
    again()
    assert list(altered_portal(home)) == [], "what is written anew is made anew"
    assert page.read_bytes() == kept[page]
    assert not planted.exists()


def test_a_note_that_somebody_wrote_brings_no_page_onto_the_portal(home: Path) -> None:
    """An altered page together with the note that would let it be taken over."""
    page = next((home / "portal" / "p").glob("*/index.html"))
    before = page.read_bytes()
    name = page.relative_to(home / "portal").as_posix()

    page.write_bytes(before + b"<!-- -->")
    notes = home / "publications" / "pages.json"
    held = read_json(notes.read_bytes())
    held[Path(name).parts[1]]["pages"][name] = digest(page.read_bytes())
    write_json(notes, held)
    assert len([one for one in altered_portal(home) if "pages.json" in one.zh or name in one.zh]) == 2  # fmt: skip
    again()
    assert page.read_bytes() == before


def test_the_list_itself_is_compared_and_nothing_is_entered_twice(
    home: Path, tmp_path: Path
) -> None:
    again()
    count = LedgerEntry.objects.filter(act="portal.written").count()
    again()
    assert LedgerEntry.objects.filter(act="portal.written").count() == count
    page = home / "portal" / "index.html"
    before = page.read_bytes()
    page.write_bytes(before + b" ")
    publish(tmp_path / "elsewhere", NOW.date() + timedelta(days=400), NOW)
    (found,) = altered_portal(home)
    assert "portal/index.html" in found.zh, "pages written elsewhere vouch for none here"
    page.write_bytes(before)
    assert list(altered_portal(home)) == []
    place = home / "publications" / "written.json"
    place.write_bytes(place.read_bytes().replace(b"index.html", b"other.html"))
    (found,) = altered_portal(home)
    assert "written.json" in found.zh
    place.unlink()
    (found,) = altered_portal(home)
    assert "不见了" in found.zh
