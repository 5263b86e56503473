"""The portal's folder: never missing, never half, and the same whether it is written step by step or at once."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

import zhengheng
from tests.conftest import ROOT
from tests.web.conftest import NOW, People, computed_run
from tests.web.test_publication import nothing_published, release
from zhengheng.lake.lease import lease
from zhengheng.web.portal.site import write_site
from zhengheng.web.portal.snapshots import COMMENTS, CONSULTATIONS, read_site, slots_of
from zhengheng.web.results import services
from zhengheng.web.results.models import ResultRun

pytestmark = pytest.mark.one_database

Files = dict[str, bytes]
EXPORT = [sys.executable, "-m", "zhengheng.cli.main", "portal", "export"]
PLAIN = {k: v for k, v in os.environ.items() if not k.startswith(("ZHENGHENG_", "DATABASE_", "DJANGO_"))}  # fmt: skip
WRITE = """
import sys
from pathlib import Path
import django
django.setup()
from zhengheng.web.portal.site import write_site
from zhengheng.web.portal.snapshots import read_site
write_site(read_site(Path(sys.argv[1])), Path(sys.argv[2]), {}, Path(sys.argv[3]))
"""


@pytest.fixture
def released(people: People) -> Path:
    """The office's folder with one released publication, the first."""
    nothing_published()
    services.register_run(run=computed_run().id, actor=people["office_data"], now=NOW)
    ResultRun.objects.update(state="notice", published_at=NOW)
    held = release(people, ResultRun.objects.get())
    folder = Path(settings.HOME) / "publications"
    # The number is the database's, which begins anew on SQLite alone.
    (folder / str(held.pk)).rename(folder / "1")
    changed(folder / "1" / "snapshot.json", number=1)
    return folder


def also(source: Path, number: int, **changes: Any) -> None:
    """Another publication beside the first, of another period or rulebook, or a correction."""
    shutil.copytree(source / "1", source / str(number))
    changed(source / str(number) / "snapshot.json", number=number, **changes)


def changed(path: Path, **changes: Any) -> None:
    held = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(held | changes), encoding="utf-8")


def read(folder: Path) -> Files:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}  # fmt: skip


def test_step_by_step_it_becomes_what_it_is_when_written_at_once(
    released: Path, tmp_path: Path
) -> None:
    """After every kind of change; and what is made from nothing that changed is not made anew."""
    source = Path(shutil.copytree(released, tmp_path / "publications"))
    site, notes, slots, assets = tmp_path / "site", tmp_path / "notes.json", tmp_path / "portal.yaml", {}  # fmt: skip
    slots.write_text("name_zh: 一市\n", encoding="utf-8")
    also(source, 2, rulebook="other", period="2024")
    also(source, 3, rulebook="other", period="2023")

    def inodes() -> dict[str, int]:
        return {one: (site / f"p/{one}/index.html").stat().st_ino for one in "123"}

    def step(change: Callable[[], object]) -> set[str]:
        """Make a change and write; gives the publications that were made anew."""
        before = inodes() if site.exists() else {}
        change()
        held = read_site(source, slots_of(slots))
        count = write_site(held, site, assets, notes)
        whole, pages = tmp_path / "whole", read(site)
        assert write_site(held, whole, assets) == count
        assert pages == read(whole)
        assert count == sum(name.endswith(".html") for name in pages)
        shutil.rmtree(whole)
        return {one for one, inode in inodes().items() if before.get(one) != inode}

    comment = {"text": "公交晚点", "received_on": "2026-03-01", "unit": {}, "page": ""}
    draft = {"number": 7, "title": {"zh": "草案", "en": "Draft"}, "period": "2026", "open": True, "until": "2026-04-01", "indicators": [], "said": []}  # fmt: skip

    def said(*rows: dict[str, Any]) -> None:
        (source / COMMENTS).write_text(json.dumps({"rows": rows, "received": len(rows), "answered": 0}))  # fmt: skip

    def asset() -> None:
        (tmp_path / "portal.css").write_text("p {}")
        assets["portal.css"] = tmp_path / "portal.css"

    every = {"1", "2", "3"}
    assert step(lambda: None) == every
    assert step(lambda: None) == set()
    assert step(asset) == set()
    assert step(lambda: said(comment)) == every, "the menu has an address more"
    assert step(lambda: said(comment, comment)) == set()
    assert step(lambda: (source / CONSULTATIONS).write_text(json.dumps([draft]))) == every
    assert step(lambda: (source / CONSULTATIONS).write_text(json.dumps([draft | {"open": False}]))) == set()  # fmt: skip
    assert step(lambda: also(source, 4, rulebook="third")) == set()
    assert step(lambda: also(source, 5, rulebook="other", period="2024", corrects=2, reason="单位名称有误")) == {"2", "3"}  # fmt: skip
    assert step(lambda: also(source, 6, rulebook="other", period="2025")) == {"2", "3"}
    restated = source / "6" / "restated"
    restated.mkdir(exist_ok=True)
    assert step(lambda: shutil.copy(source / "3" / "snapshot.json", restated / "3.json")) == {"3"}
    assert "today.html" in {path.name for path in (site / "p" / "3").iterdir()}
    assert step((restated / "3.json").unlink) == {"3"}
    assert (
        step(lambda: slots.write_text("name_zh: 二市\nfooter: 备案号\n", encoding="utf-8")) == every
    )
    altered = site / "en" / "p" / "1" / "method.html"
    assert step(lambda: altered.write_text("another text")) == {"1"}, "only what was made is kept"
    # It is kept elsewhere, or the page made anew might be given its inode.
    away = site / "p" / "2" / "index.html"
    assert step(lambda: away.rename(tmp_path / "away.html")) == {"2"}
    file = site / "data" / "1" / "units.csv"
    assert step(lambda: file.write_text("altered")) == set()
    assert file.read_bytes() == (source / "1" / "data" / "units.csv").read_bytes()
    assert step(lambda: notes.write_text('{"1": {"from')) == every, "a torn note counts as none"
    assert step(lambda: shutil.rmtree(source / "4")) == set()
    assert not (site / "p" / "4").exists()


def test_another_version_of_the_program_makes_every_page_anew(
    released: Path, tmp_path: Path
) -> None:
    """Be it code or a template: a real second program, told nothing of what is new in it."""
    site, notes = tmp_path / "site", tmp_path / "notes.json"
    package = Path(shutil.copytree(Path(zhengheng.__file__).parent, tmp_path / "src" / "zhengheng", ignore=shutil.ignore_patterns("node_modules", "__pycache__")))  # fmt: skip

    def write(target: Path, said: Path) -> None:
        env = PLAIN | {"PYTHONPATH": str(tmp_path / "src"), "DJANGO_SETTINGS_MODULE": "zhengheng.web.config.settings", "ZHENGHENG_HOME": str(tmp_path / "home")}  # fmt: skip
        done = subprocess.run([sys.executable, "-c", WRITE, released, target, said], env=env, cwd=tmp_path, capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr

    write_site(read_site(released), site, {}, notes)
    before = read(site)
    write(site, notes)
    assert read(site) == before
    for file, old, new in (("web/templates/portal/method.html", "怎么算的", "怎样计算"), ("web/portal/contents.py", '"missed",\n    "watch"', '"watch",\n    "missed"')):  # fmt: skip
        text = (package / file).read_text(encoding="utf-8")
        assert old in text
        (package / file).write_text(text.replace(old, new), encoding="utf-8")
        write(site, notes)
        write(tmp_path / "whole", tmp_path / "no-notes.json")
        assert read(site) == read(tmp_path / "whole")
        (tmp_path / "no-notes.json").unlink()
    assert "怎样计算" in (site / "p" / "1" / "method.html").read_text(encoding="utf-8")


@pytest.fixture
def home(released: Path, tmp_path: Path) -> Path:
    """An office of its own with the publication, for other processes."""
    place = tmp_path / "home"
    words = [*EXPORT[:3], "office", "officers", "--new", "--home", place]
    assert subprocess.run(words, env=PLAIN, cwd=ROOT, capture_output=True, check=False).returncode == 0  # fmt: skip
    shutil.copytree(released, place / "publications")
    return place


def started(home: Path) -> subprocess.Popen[bytes]:
    words = [*EXPORT, str(home / "portal"), "--home", str(home)]
    return subprocess.Popen(words, env=PLAIN, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip


def test_what_is_exported_everybody_may_read(home: Path) -> None:
    """Files that are taken over, from the office's own folder or from a site that only its account could read, as well."""
    assert started(home).wait() == 0
    for path in (*(home / "portal").rglob("*"), *(home / "publications").rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    for _ in range(2):
        assert started(home).wait() == 0
        files = [path for path in (home / "portal").rglob("*") if path.is_file()]
        assert {path.stat().st_mode & 0o777 for path in files} == {0o644}


def look(home: Path) -> None:
    """What a reader asks for, wherever it stands in the site's order of writing."""
    for name in ("index.html", "en/index.html", "p/1/index.html", "en/p/1/method.html", "catalog.json", "witness.py"):  # fmt: skip
        text = (home / "portal" / name).read_text(encoding="utf-8")
        assert text.rstrip().endswith("</html>") or not name.endswith("html"), name


def beside(home: Path) -> list[str]:
    return [path.name for path in home.iterdir() if path.name.endswith(".part")]


def test_writers_at_once_and_a_reader_in_a_loop(home: Path) -> None:
    assert started(home).wait() == 0
    whole, looked = read(home / "portal"), 0
    # Every page is made anew, so that there is something to meet half done.
    (home / "publications" / "pages.json").unlink()
    writers = [started(home) for _ in range(3)]
    while any(one.poll() is None for one in writers):
        look(home)
        looked += 1
    assert [one.returncode for one in writers] == [0, 0, 0], [one.stdout.read() for one in writers if one.stdout]  # fmt: skip
    assert looked > 20
    assert read(home / "portal") == whole
    assert not beside(home)


def test_a_killed_writer_leaves_a_whole_site_and_the_next_one_tidies(home: Path) -> None:
    """Killed as it begins, half-way, and as the new site takes the old one's place."""
    assert started(home).wait() == 0
    whole = read(home / "portal")
    (home / "portal.part").mkdir()  # as version 0.1.0 left it
    (home / "portal.part" / "index.html").touch()
    (home / "portal.particular").mkdir()  # somebody's own
    for moment in ("begun", "half", "swapped"):
        before = (home / "portal").stat().st_ino
        (home / "publications" / "pages.json").unlink(missing_ok=True)
        killed = started(home)
        while not reached(home, moment, before):
            assert killed.poll() is None, "it ended before it could be killed"
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        look(home)
        assert read(home / "portal") == whole
    begun = time.monotonic()
    assert started(home).wait() == 0
    assert time.monotonic() - begun < 25, "nobody waits for the dead"
    assert read(home / "portal") == whole
    assert not beside(home)
    assert (home / "portal.particular").is_dir()


def reached(home: Path, moment: str, before: int) -> bool:
    """Whether a writer is so far; `before` is the folder that the site was in."""
    if moment == "swapped":
        return (home / "portal").stat().st_ino != before
    unfinished = [home / name for name in beside(home) if name != "portal.part"]
    return any(moment == "begun" or (one / "en" / "index.html").is_file() for one in unfinished)


def test_a_writer_waits_for_another_and_then_shows_what_stands_by_then(home: Path) -> None:
    """Whoever began earlier never puts an older state in a newer one's place."""
    assert started(home).wait() == 0
    page = home / "portal" / "index.html"
    with lease(home / "portal.db", lambda _: None):
        waiting = started(home)
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(8)
        assert not beside(home), "it has not begun"
        (home / "portal.yaml").write_text("name_zh: 一市绩效\n", encoding="utf-8")
    assert waiting.wait(60) == 0
    assert "一市绩效" in page.read_text(encoding="utf-8")


def test_what_is_everybodys_asks_no_database_whoever_reads_it(
    people: People, home: Path, caplog: pytest.LogCaptureFixture, django_assert_num_queries: Any
) -> None:
    """Also for somebody who is signed in to the office in the same browser: on a full disk the portal stays open."""
    folder = Path(settings.HOME) / "portal"
    shutil.rmtree(folder, ignore_errors=True)
    write_site(read_site(home), folder, {}, folder.parent / "portal-work")
    client = people.client("office_director")
    with caplog.at_level("INFO", "zhengheng.access"):
        assert client.get("/office/").status_code == 200
        with django_assert_num_queries(0):
            for address in ("/", "/index.html", "/p/1/index.html", "/portal.yaml", "/nowhere.html"):
                assert client.get(address).status_code in {200, 404}, address
    said = {record.said["path"]: record.said["account"] for record in caplog.records if hasattr(record, "said")}  # fmt: skip
    assert said["/office/"]
    assert said["/index.html"] is None
    shutil.rmtree(folder)
