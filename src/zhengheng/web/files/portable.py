"""What a PDF does when it is opened, and what it carries inside, found in its objects wherever they lie (ISO 32000).

Names are read as the format spells them (`/#4aS` is `/JS`), inside object streams too. An object stream that cannot be
unpacked, encrypted ones among them, may hold anything: such a file is not taken.
"""

import re
import zlib
from collections.abc import Iterator

_RUNS = frozenset(
    (b"JavaScript", b"JS", b"Launch", b"EmbeddedFile", b"EmbeddedFiles", b"RichMedia", b"XFA", b"SubmitForm", b"ImportData", b"GoToE", b"GoToR")
)  # fmt: skip
"""Actions and parts: scripts, programs, files inside and elsewhere, media with scripts, forms that send or fetch [V]."""
_MOMENTS = frozenset(b"/" + one for one in (
    b"E", b"X", b"D", b"U", b"Fo", b"Bl", b"PO", b"PC", b"PV", b"PI", b"O", b"C", b"K", b"F", b"V", b"WC", b"WS", b"DS", b"WP", b"DP",
))  # fmt: skip
"""When the additional actions of a page, a field or the file run: on opening, closing, pointing at it [V]."""
_ELSEWHERE = re.compile(rb"\s*(?:file:|\\\\|//|[a-z]:[\\/])", re.IGNORECASE)
"""An address that is a file or a share of the network."""
MOST_UNPACKED = 64 * 2**20
MOST_WORDS = 2_000_000
_LONG = 60
"""Tokens of an action that are looked at."""
_TOKEN = re.compile(
    rb"%[^\r\n]*|/[^\x00\t\n\f\r ()<>\[\]{}/%]*|<<|>>|<[0-9A-Fa-f\s]*>|\(|\bstream(?=[\s\x00])|\bobj\b|[\[\]]|[^\s()<>\[\]{}/%]+"
)
_STRING = re.compile(rb"\\.|[()]", re.DOTALL)
_INSIDE = re.compile(rb"\d\s+\d+\s+obj\b")
_NUMBER = re.compile(rb"\d{1,10}")


class UnreadableError(ValueError):
    """Objects of the file cannot be unpacked, or are too many."""


class _Held:
    """What was found, and what is still to be read."""

    def __init__(self, content: bytes) -> None:
        self.names: set[bytes] = set()
        self.objects: dict[bytes, list[list[bytes]]] = {}
        """Number → the tokens of each object that has it; a later one may take an earlier one's place, or not."""
        self.opened: list[tuple[list[bytes], int]] = []
        """What is opened by itself: the tokens of an object, and where in them that is said."""
        self.added: list[tuple[list[bytes], int]] = []
        """Additional actions: where they are said, as above."""
        self.waiting = [content]
        self.room, self.words = MOST_UNPACKED, MOST_WORDS

    def begin(self, number: bytes) -> list[bytes]:
        """The tokens of an object that begins, still empty."""
        begun: list[bytes] = []
        self.objects.setdefault(number, []).append(begun)
        return begun

    def note(self, token: bytes, begun: list[bytes]) -> None:
        """A token of an object. Raises UnreadableError for the one that is too many."""
        self.words -= 1
        if self.words < 0:
            raise UnreadableError
        begun.append(token)
        if token[:1] == b"/":
            self.names.add(token[1:])
        if token == b"/OpenAction":
            self.opened.append((begun, len(begun)))
        elif token == b"/AA":
            self.added.append((begun, len(begun)))

    def wait(self, content: bytes) -> None:
        """Something more to read. Raises UnreadableError where it becomes too much."""
        self.room -= len(content)
        if self.room < 0:
            raise UnreadableError
        self.waiting.append(content)


def runs(content: bytes) -> bool:
    """Whether a PDF runs or fetches something, or carries files. Going to a page of its own when opened is neither.

    Raises UnreadableError where that cannot be said.
    """
    held = _Held(content)
    while held.waiting:
        _read(held.waiting.pop(), held)
    if b"Encrypt" in held.names:
        raise UnreadableError
    added = any(
        _MOMENTS & set(said)
        for one in held.added
        for said in _values(*one, held)
        if said[:1] == [b"<<"]
    )
    return (
        added
        or bool(held.names & _RUNS)
        or any(not _goes_within(*one, held) for one in held.opened)
    )


def _read(content: bytes, held: _Held) -> None:
    """Walk over objects; the content of streams is passed over, but for streams of objects."""
    begun: list[bytes] = []
    before: list[bytes] = []
    for token, rest in _tokens(content):
        if token == b"obj":
            begun = held.begin(before[0]) if len(before) == 2 else []
        elif token == b"stream":
            _stream(rest, begun, held)
            begun = []
        else:
            held.note(token, begun)
        before = [*before[-1:], token]


def _tokens(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names (unescaped), numbers, words and brackets; with the word `stream` what lies in it."""
    place, end, before = 0, len(content), b""
    while place < end and (found := _TOKEN.search(content, place)):
        token, place = found[0], found.end()
        named, before = before == b"/URI", token
        if named and _ELSEWHERE.match(_text(token, content[place : place + 200])):
            yield b"/Launch", b""  # to follow such an address is to open a file
        if token == b"(":
            place = _after_string(content, place)
        elif token.startswith(b"stream"):
            place += {b"\r\n": 2}.get(content[place : place + 2], 1)
            closed = content.find(b"endstream", place)
            closed = end if closed < 0 else closed
            yield b"stream", content[place:closed]
            place = closed
        elif token[:1] == b"/":
            yield (
                re.sub(rb"#([0-9A-Fa-f]{2})", lambda hexed: bytes([int(hexed[1], 16)]), token),
                b"",
            )
        elif token[:1] != b"%":
            yield token, b""


def _text(token: bytes, rest: bytes) -> bytes:
    """A text as it stands in brackets, in figures of sixteen, or nothing."""
    if token == b"(":
        return rest.replace(b"\\\\", b"\\")
    figures = re.sub(rb"[^0-9A-Fa-f]", b"", token) if token[:1] == b"<" else b""
    return bytes.fromhex(figures[: len(figures) // 2 * 2].decode())


def _after_string(content: bytes, place: int) -> int:
    depth = 1
    for found in _STRING.finditer(content, place):
        depth += {b"(": 1, b")": -1}.get(found[0], 0)
        if not depth:
            return found.end()
    return place  # never closed: what follows is looked at as if it were no string


def _stream(packed: bytes, head: list[bytes], held: _Held) -> None:
    if b"/N" in head and b"/First" in head:
        plain = _unpacked(packed, head, held)
        held.wait(plain)
        begin = _value(head, head.index(b"/First") + 1)
        if not begin.isdigit():
            raise UnreadableError
        numbers = _NUMBER.findall(plain[: int(begin)])
        inner = plain[int(begin) :]
        starts = sorted(zip(map(int, numbers[1::2]), numbers[::2], strict=False))
        for (start, number), (end, _) in zip(
            starts, [*starts[1:], (len(inner), b"")], strict=False
        ):
            begun = held.begin(number)
            for token, _ in _tokens(inner[start:end]):
                held.note(token, begun)
    elif _INSIDE.search(packed):
        held.wait(packed)  # a table may point to objects that lie in what looks like a stream


def _unpacked(packed: bytes, head: list[bytes], held: _Held) -> bytes:
    filters = [one for one in head if one.endswith(b"Decode") or one == b"/Crypt"]
    reader = None
    if b"/Filter" not in head:
        plain = packed
    elif filters != [b"/FlateDecode"] or b"/DecodeParms" in head:
        raise UnreadableError
    else:
        reader = zlib.decompressobj()
        try:
            plain = reader.decompress(packed, held.room + 1)
        except zlib.error as error:
            raise UnreadableError from error
    if reader is not None and (reader.unconsumed_tail or not reader.eof):
        raise UnreadableError
    return plain


def _value(tokens: list[bytes], place: int) -> bytes:
    return tokens[place] if place < len(tokens) else b""


def _goes_within(tokens: list[bytes], place: int, held: _Held) -> bool:
    """Whether what a file opens with is a place of its own: a destination, or an action that goes to one."""
    return all(_is_place(one) for one in _values(tokens, place, held))


def _values(tokens: list[bytes], place: int, held: _Held) -> list[list[bytes]]:
    """The tokens of what stands at a place: there, or in each object that it names."""
    said = [tokens[place : place + _LONG]]
    if said[0][2:3] == [b"R"]:
        said = [one[:_LONG] for one in held.objects.get(said[0][0], [[]])]
    return said


def _is_place(said: list[bytes]) -> bool:
    if said[:1] == [b"<<"] and said.count(b"/S") == 1:
        return b"/Next" not in said and _value(said, said.index(b"/S") + 1) == b"/GoTo"
    return said[:1] in ([b"["], [b"null"])
