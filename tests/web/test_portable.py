"""PDF as evidence: what runs, fetches or carries files is refused, wherever in the file it stands."""

import io
import time
import zipfile
import zlib

import pytest
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from zhengheng.web.files.services import FileError, kind_of

pytestmark = pytest.mark.one_database


def pdf(*objects: bytes, root: bytes = b"") -> bytes:
    """A file with a catalogue, a page and more objects, numbered from 4 on; readers mend its missing table."""
    said = [
        b"<< /Type /Catalog /Pages 2 0 R " + root + b" >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>", *objects,
    ]  # fmt: skip
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (n, one) for n, one in enumerate(said, 1))
    return b"%PDF-1.7\n" + body + b"trailer << /Root 1 0 R >>\n%%EOF\n"


def stream(content: bytes, head: bytes = b"") -> bytes:
    return b"<< /Length %d %s >> stream\r\n%s\nendstream" % (len(content), head, content)


def packed(*objects: bytes, filters: bytes = b"/Filter /FlateDecode") -> bytes:
    """A stream of objects, numbered from 50 on."""
    starts, place = [], 0
    for number, one in enumerate(objects, 50):
        starts.append(b"%d %d" % (number, place))
        place += len(one) + 1
    begin = b" ".join(starts) + b" "
    content = begin + b" ".join(objects)
    head = b"/Type /ObjStm /N %d /First %d %s" % (len(objects), len(begin), filters)
    return stream(zlib.compress(content) if b"Flate" in filters else content, head)


SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
RUNS = {
    "a script when it is opened": pdf(root=b"/OpenAction " + SCRIPT),
    "a script by reference": pdf(SCRIPT, root=b"/OpenAction 4 0 R"),
    "a script in another spelling": pdf(root=b"/OpenAction << /S /J#61vaScript /#4aS 9 0 R >>"),
    "a script in the tree of names": pdf(root=b"/Names << /JavaScript 4 0 R >>"),
    "a program": pdf(b"<< /S /Launch /F (cmd.exe) >>"),
    "a file inside": pdf(stream(b"MZ", b"/Type /EmbeddedFile")),
    "files inside": pdf(root=b"/Names << /EmbeddedFiles 4 0 R >>"),
    "a dynamic form": pdf(root=b"/AcroForm << /XFA 4 0 R >>"),
    "a form that sends": pdf(b"<< /S /SubmitForm /F (http://elsewhere.example) >>"),
    "media": pdf(b"<< /Subtype /RichMedia >>"),
    "an address when it is opened": pdf(root=b"/OpenAction << /S /URI /URI (http://elsewhere.example) >>"),
    "an address by reference": pdf(b"<< /S /URI /URI (http://elsewhere.example) >>", root=b"/OpenAction 4 0 R"),
    "nothing that is there": pdf(root=b"/OpenAction 44 0 R"),
    "a chain": pdf(root=b"/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next 4 0 R >>"),
    "one action in another's place": pdf(root=b"/OpenAction 3 0 R") + b"3 0 obj [3 0 R /Fit] endobj",
    "an address when a page is opened": pdf(b"<< /Type /Page /AA << /O << /S /URI /URI (http://elsewhere.example) >> >> >>"),
    "an address when a page is closed, by reference": pdf(b"<< /Type /Page /AA 5 0 R >>", b"<< /C 6 0 R >>", b"<< /S /URI /URI (x) >>"),
    "an address when the file is printed": pdf(root=b"/AA << /W#50 4 0 R >>"),
    "a place in a file on a share": pdf(b"<< /S /GoToR /F (\\\\\\\\elsewhere\\\\s\\\\a.pdf) /D [0 /Fit] >>"),
    "a file behind a link": pdf(b"<< /S /URI /URI (file:///c:/windows/calc.exe) >>"),
    "a share behind a link in figures": pdf(b"<< /S /URI /URI <5c5c656c7365> >>"),
    "packed": pdf(packed(SCRIPT), root=b"/OpenAction 50 0 R"),
    "plain in a stream of objects": pdf(packed(SCRIPT, filters=b"")),
    "an address that is packed": pdf(packed(b"<< /S /URI /URI (x) >>"), root=b"/OpenAction 50 0 R"),
    "behind a comment": pdf(b"% stream\n", SCRIPT),
    "behind a text": pdf(b"(a \\( stream\n ( ) )", SCRIPT),
    "in what looks like a stream": pdf(stream(b"9 0 obj " + SCRIPT + b" endobj")),
}  # fmt: skip
UNREAD = {
    "encrypted as a whole": pdf(b"<< >>").replace(b"trailer <<", b"trailer << /Encrypt 4 0 R"),
    "encrypted": pdf(packed(SCRIPT).replace(b"stream\r\nx", b"stream\r\n\x07")),
    "another filter": pdf(packed(SCRIPT, filters=b"/Filter /ASCIIHexDecode")),
    "two filters": pdf(packed(SCRIPT, filters=b"/Filter [/FlateDecode /LZWDecode]")),
    "predicted": pdf(packed(SCRIPT, filters=b"/Filter /FlateDecode /DecodeParms << /Predictor 12 >>")),
    "too large": pdf(stream(zlib.compress(b" " * (70 * 2**20)), b"/Type /ObjStm /N 0 /First 0 /Filter /FlateDecode")),
    "cut off": pdf(packed(SCRIPT, b"<< >>" * 900).replace(b"\nendstream", b"")[:-40] + b"\nendstream"),
    "too many words": pdf(b"[" + b"/A " * 2_100_000 + b"]"),
    "streams in streams": pdf(b"1 0 obj<<>>stream\n" * 50_000),
}  # fmt: skip


@pytest.mark.parametrize("name", RUNS)
def test_a_pdf_that_does_more_than_show_is_refused(name: str) -> None:
    with pytest.raises(FileError) as caught:
        kind_of("证据.pdf", RUNS[name])
    (problem,) = caught.value.problems
    assert problem.code == "file.macro"
    assert "打印为普通 PDF" in problem.zh
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as held:
        held.writestr("证据.pdf", RUNS[name])
    with pytest.raises(FileError, match="macros"):
        kind_of("证据.zip", archive.getvalue())


@pytest.mark.parametrize("name", UNREAD)
def test_what_cannot_be_unpacked_is_not_taken(name: str) -> None:
    begun = time.perf_counter()
    with pytest.raises(FileError) as caught:
        kind_of("证据.pdf", UNREAD[name])
    assert caught.value.problems[0].code == "file.unread"
    assert time.perf_counter() - begun < 20


def test_a_pdf_that_shows_is_taken() -> None:
    drawn = io.BytesIO()
    page = Canvas(drawn)
    page.drawString(9, 9, "/JavaScript /Launch")
    page.linkURL("http://example.org/", (0, 0, 9, 9))
    page.save()
    goes = b"<< /S /GoTo /D [3 0 R /Fit] >>"
    named = pdf(
        b"<< /Title (file:///c:/a.html) /Font << /AA 5 0 R >> >>",
        b"<< /Type /Font /Subtype /Type1 >>",
    )
    for content in (
        named, drawn.getvalue(), pdf(root=b"/OpenAction [3 0 R /XYZ null null 0]"), pdf(root=b"/OpenAction " + goes), pdf(goes, root=b"/OpenAction 4 0 R"),
        pdf(packed(goes, b"<< /Type /Font >>"), root=b"/OpenAction 50 0 R"), pdf(b"<< /S /URI /URI (http://example.org/) >>"),
        pdf(b"(see /JS and /Launch)", stream(zlib.compress(b"/JS" * 99), b"/Filter /FlateDecode")), pdf(stream(b"", b"/Filter /FlateDecode /DecodeParms << /Predictor 12 >>")),
    ):  # fmt: skip
        assert kind_of("证据.pdf", content) == "pdf"
