"""From the passport's page to the source row itself: that row, by right, and no other."""

import hashlib
import json
import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.test import Client

from tests.conftest import Command
from tests.web.conftest import NOW
from tests.web.test_sense import WHY, asked, book, computed
from tests.web.town import Town
from tests.web.walks import texts
from zhengheng.scheme.save import save_folder
from zhengheng.web.intake.services import read_rows
from zhengheng.web.results.models import ResultRun
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of

pytestmark = pytest.mark.one_database

__all__ = ["book"]


def test_the_source_row_of_a_passport_can_be_opened(town: Town, book: int) -> None:
    asked(book, "D10", "confirmed", value="97.5")
    asked(book, "D13", "confirmed", value="970", confirmation=WHY)
    run = computed(town, book)
    ResultRun.objects.update(state="notice", published_at=NOW, due_on=date(2026, 3, 20))
    client = town.client("unit_reporter-D10")
    page = client.get(f"/office/results/{run.run}/units/D10/").content.decode()
    links = re.findall(rf"/office/results/{run.run}/units/D10/source/\d+/\d+/", page)
    assert len(links) == 1
    row = client.get(links[0]).content.decode()
    for word in ("97.5", "ANSWERED", "2025", "SHA-256", "正常"):
        assert word in row
    for foreign in ("D13", "970", WHY):
        assert foreign not in row, "the neighbour's row stays shut"
    other = next(iter(re.findall(r"/source/\d+/\d+/", client.get(f"/office/results/{run.run}/units/D13/").content.decode())))  # fmt: skip
    assert other not in links[0]
    assert client.get(f"/office/results/{run.run}/units/D10{other}").status_code == 404
    assert WHY in client.get(f"/office/results/{run.run}/units/D13{other}").content.decode()
    ResultRun.objects.update(state="draft")
    assert client.get(links[0]).status_code == 404


def test_a_file_that_is_not_the_loaded_one_is_not_shown(town: Town, book: int) -> None:
    asked(book, "D10", "confirmed", value="97.5")
    run = computed(town, book)
    ResultRun.objects.update(state="notice", published_at=NOW, due_on=date(2026, 3, 20))
    client = town.client("unit_reporter-D10")
    page = client.get(f"/office/results/{run.run}/units/D10/").content.decode()
    link = re.findall(r"/office/results/\w+/units/D10/source/\d+/\d+/", page)[0]
    (path,) = (settings.HOME / "lakes" / "town" / "inbox").glob("observation-*.csv")
    path.write_text(path.read_text().replace("97.5", "12.3"), encoding="utf-8")
    row = client.get(link).content.decode()
    assert "12.3" not in row
    assert "97.5" in row, "what was taken from it stands in the lake"
    path.unlink()
    assert client.get(link).status_code == 200


def test_what_the_office_loads_cannot_be_guessed_from_its_digest(
    town: Town, book: int, settings: Any
) -> None:
    """Name and digest of each file stand in public bundles: who knows all of a row but one number tries the numbers."""
    asked(book, "D10", "confirmed", value="97.5")
    computed(town, book)
    (path,) = (settings.HOME / "lakes" / "town" / "inbox").glob("observation-*.csv")
    head, row = path.read_text(encoding="utf-8").splitlines()
    known, salt = row.rsplit(",", 1)
    assert (head.rsplit(",", 1)[1], len(salt)) == ("salt", 32)
    bare = f"{head.rsplit(',', 1)[0]}\n{known}\n".encode()
    for guess in (bare, path.read_bytes()):
        assert hashlib.sha256(guess).hexdigest()[:16] not in path.name
    settings.SECRET_KEY = "another office's"
    _, _, other = read_rows(book_of(RulebookVersion.objects.get(pk=book)), "observation", [dict(zip(head.split(","), row.split(","), strict=True))], "p", path.parent / "other")  # fmt: skip
    assert other.read_bytes() != path.read_bytes(), "nobody without the key writes the same file"


ORDERS = """单号,承办单位,日期,结果,来电人,电话
甲1,D10,2025-01-03,是,张三丰,13800000001
甲2,D13,2025-01-04,是,李四光,13800000002
甲3,D10,2025-02-05,是,王五德,13800000003
甲4,D10,2025-03-06,否,赵六顺,13800000004
甲5,D10,2025-04-07,是,钱七贵,13800000005
甲6,D10,2025-05-08,否,孙八福,13800000006
"""
COUNTED = {
    "file": "工单.csv", "role": "fact", "personal": {"来电人": "drop", "电话": "hash"},
    "columns": {"unit": {"column": "承办单位"}, "day": {"column": "日期", "type": "date"}, "done": {"column": "结果"}},
    "measures": [{"indicator": "ANSWERED", "unit": "unit", "date": "day", "frequency": "year", "where": "done = '是'"}],
}  # fmt: skip


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "brought"
    folder.mkdir()
    return folder


def brought(book: int, zhengheng: Command, data: Path, *sources: object) -> None:
    """Files that somebody loads at the terminal."""
    home = settings.HOME / "lakes" / "town"
    save_folder(book_of(RulebookVersion.objects.get(pk=book)), data / "rulebook")
    mapping = data / "intake.yaml"
    mapping.write_text(json.dumps({"purpose": "年度考核", "sources": sources}), encoding="utf-8")
    zhengheng("init", home)
    done = zhengheng("intake", data / "rulebook", "--mapping", mapping, "--data", data, "--home", home)  # fmt: skip
    assert done.returncode == 0, done.stderr
    shutil.rmtree(data)


def on_notice(town: Town, book: int) -> tuple[ResultRun, Client]:
    run = computed(town, book)
    ResultRun.objects.update(state="notice", published_at=NOW, due_on=date(2026, 3, 20))
    return run, town.client("unit_leader-D10")


def test_every_row_that_was_counted_can_be_opened_and_no_other(
    town: Town, book: int, zhengheng: Command, data: Path
) -> None:
    (data / "工单.csv").write_text(ORDERS, encoding="utf-8")
    brought(book, zhengheng, data, COUNTED)
    run, client = on_notice(town, book)
    base = f"/office/results/{run.run}/units/D10/"
    page = client.get(base).content.decode()
    assert "工单.csv 第 2 至 6 行中的 3 行" in page
    (link,) = re.findall(rf"{base}source/\d+/6/", page)
    last = client.get(link).content.decode()
    others = sorted(set(re.findall(rf"{base}source/\d+/\d+/", last)) - {link})
    assert [one.split("/")[-2] for one in others] == ["2", "4"]
    for address, order in zip((*others, link), ("甲1", "甲3", "甲5"), strict=True):
        row = client.get(address).content.decode()
        assert order in row
        assert not re.search("张三丰|王五德|钱七贵|1380000", row), (
            "personal columns were never kept"
        )
        assert "ANSWERED" in row
        api = client.get("/api/v1" + address.removeprefix("/office").replace("/source/", "/sources/").rstrip("/")).json()  # fmt: skip
        assert (dict(api["cells"])["单号"], api["among"], api["rows"]) == (order, [2, 4, 6], 3)
    for number in (3, 5, 7, 8, 999999999):
        address = link.replace("/6/", f"/{number}/")
        assert client.get(address).status_code == 404, number
        api = "/api/v1" + address.removeprefix("/office").replace("/source/", "/sources/").rstrip("/")  # fmt: skip
        assert client.get(api).status_code == 404, number
    indicator = client.get(f"/office/overview/{run.run}/indicators/ANSWERED/?unit=D10")
    assert link in indicator.content.decode(), "from the overview too"
    client.cookies["language"] = "en"
    assert any(
        "工单.csv, 3 rows of rows 2 to 6" in one for one in texts(client.get(base).content.decode())
    )
    ResultRun.objects.update(state="draft")
    for address in (*others, link):
        assert client.get(address).status_code == 404


def test_rows_that_are_not_kept_are_named_but_not_opened(
    town: Town, book: int, zhengheng: Command, data: Path
) -> None:
    (data / "工单.csv").write_text(ORDERS, encoding="utf-8")
    brought(book, zhengheng, data, COUNTED)
    run, client = on_notice(town, book)
    base = f"/office/results/{run.run}/units/D10/"
    (link,) = re.findall(rf"{base}source/\d+/6/", client.get(base).content.decode())
    shutil.rmtree(settings.HOME / "lakes" / "town" / "inbox" / "kept")
    last = client.get(link)
    assert last.status_code == 200, "what was taken from it stands in the lake"
    assert "甲5" not in last.content.decode()
    assert client.get(link.replace("/6/", "/4/")).status_code == 404


def test_a_workbook_from_the_terminal_is_opened_as_it_was_read(
    town: Town, book: int, zhengheng: Command, data: Path
) -> None:
    """With the title above its header, and on its sheet."""
    workbook = openpyxl.Workbook()
    sheet = workbook.create_sheet("办结率")
    for row in (["各单位按时办结率"], ["部门", "年度", "按时办结率"], ["D13", "2025", 91], ["D10", "2025", 97.5]):  # fmt: skip
        sheet.append(row)
    workbook.save(data / "办结率.xlsx")
    brought(book, zhengheng, data, {
        "file": "办结率.xlsx", "sheet": "办结率", "header": 2, "layout": "wide", "unit": "部门", "period": "年度",
        "indicators": {"ANSWERED": "按时办结率"},
    })  # fmt: skip
    run, client = on_notice(town, book)
    base = f"/office/results/{run.run}/units/D10/"
    (link,) = re.findall(rf"{base}source/\d+/4/", client.get(base).content.decode())
    api = client.get("/api/v1" + link.removeprefix("/office").replace("/source/", "/sources/").rstrip("/")).json()  # fmt: skip
    assert api["cells"] == [["部门", "D10"], ["年度", "2025"], ["按时办结率", "97.5"]]
    assert (api["among"], api["rows"]) == ([], 0)
    assert "D13" not in client.get(link).content.decode()
