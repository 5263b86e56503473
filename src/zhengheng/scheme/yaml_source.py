"""Read YAML with the line of everything; plain data only: no anchors, aliases, tags, duplicates."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from zhengheng.domain.entries import by_keys
from zhengheng.domain.problems import Problem, RulebookError
from zhengheng.domain.reasons import why

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[+-]?(0|[1-9]\d*)")
_PACKED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How archives, and workbooks of either kind, begin."""
_LIMIT = 5_000_000
_DEEPEST = 60
MOST_VALUES = 200_000
"""Keys and values of a rulebook, in all its files: six times those of the longest one that we know."""

Path_ = tuple[str | int, ...]


@dataclass
class Document:
    """Plain data with the place of each part, for messages."""

    data: Any
    name: str
    lines: dict[Path_, int] = field(default_factory=dict)
    elsewhere: dict[Path_, str] = field(default_factory=dict)
    """Parts that another place says: shared settings."""
    twice: dict[Path_, Problem] = field(default_factory=dict)
    """Parts that stand twice, so that nobody knows which is meant; the first is held."""

    def where(self, path: Path_) -> str:
        """file:line of the deepest known part of a path."""
        if place := self.elsewhere_of(path):
            return place
        for length in range(len(path), -1, -1):
            if (line := self.lines.get(path[:length])) is not None:
                return f"{self.name}:{line}"
        return self.name

    def elsewhere_of(self, path: Path_) -> str | None:
        """The place that says a part for others, if one does."""
        cuts = (path[:length] for length in range(len(path), 0, -1)) if self.elsewhere else ()
        return next((place for cut in cuts if (place := self.elsewhere.get(cut))), None)

    def known(self) -> Iterable[Path_]:
        """The parts that have a place of their own."""
        return self.lines

    def named(self, path: Path_) -> tuple[str, str]:
        """What a part is called in messages, in Chinese and English: here the keys that lead to it."""
        return by_keys(path)


class Room:
    """How many more keys and values the files of one rulebook may hold."""

    def __init__(self, values: int = MOST_VALUES) -> None:
        self.left = values


def read_yaml(file: Path, name: str, room: Room | None = None, *, twice: bool = False) -> Document:
    """Read one file. Raises RulebookError with every problem found, each at its line.

    With `twice` a key that stands twice is no end of the reading: the document tells of it.
    """
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise RulebookError.one(
            name, "file.unreadable", zh=f"无法读取文件：{why(error)[0]}。",
            en=f"cannot read the file: {why(error)[1]}",
        ) from error  # fmt: skip
    if len(raw) > _LIMIT:
        raise RulebookError.one(
            name, "file.too_large", zh="文件超过 5 MB, 不像一份规则文件",
            en="the file is over 5 MB; this does not look like a rule file",
        )  # fmt: skip
    try:
        document = parse_yaml(raw.decode("utf-8-sig"), name, room)
    except UnicodeDecodeError as error:
        if raw.startswith(_PACKED):
            raise RulebookError.one(
                name, "file.kind", zh="这是压缩包或 Excel 工作簿，这里要的是 YAML 文本文件",
                en="this is an archive or a workbook; a text file of YAML is wanted here",
            ) from error  # fmt: skip
        raise RulebookError.one(
            name, "file.encoding", zh="规则文件必须是 UTF-8 编码, 请另存为 UTF-8",
            en="rule files are UTF-8; save the file again as UTF-8",
        ) from error  # fmt: skip
    if document.twice and not twice:
        raise RulebookError(document.twice.values())
    return document


def parse_yaml(text: str, name: str, room: Room | None = None) -> Document:
    """Parse YAML text into plain data; see `read_yaml`."""
    problems: list[Problem] = []
    room = room or Room()
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            problems += _forbidden(event, name)
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            room.left -= isinstance(event, yaml.ScalarEvent)
            if room.left < 0:
                raise RulebookError.one(
                    f"{name}:{event.start_mark.line + 1 if event.start_mark else 1}", "yaml.values", zh=f"方案中的键和值读到这里已超过 {MOST_VALUES} 个，不像一套考核方案；请删去多余的内容。",
                    en=f"here the rulebook holds more than {MOST_VALUES} keys and values; this does not look like a rulebook: take out what is needless",
                )  # fmt: skip
            if depth > _DEEPEST:
                raise RulebookError.one(
                    f"{name}:{event.start_mark.line + 1 if event.start_mark else 1}", "yaml.depth", zh=f"嵌套超过 {_DEEPEST} 层，不像一份规则文件",
                    en=f"nested more than {_DEEPEST} deep; this does not look like a rule file",
                )  # fmt: skip
        if problems:
            raise RulebookError(problems)
        node = yaml.compose(text, Loader=_Loader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        zh, en = _said(str(getattr(error, "problem", "")))
        if mark and (tab := _tab_in_indent(text, mark.line)):
            line, (zh, en) = f":{tab}", _TAB
        raise RulebookError.one(f"{name}{line}", "yaml.syntax", zh=f"YAML 语法错误：{zh}", en=f"YAML syntax error: {en}") from error  # fmt: skip
    document = Document(None, name)
    document.data = _plain(node, (), document) if node else None
    return document


_FAULTS = {
    "cannot start any token": ("文字以 @、`、% 等符号开头；这样的文字请加引号", "a text begins with a sign such as @, ` or %; put it in quotation marks"),
    "another document": ("一个文件只能有一份内容；请删去“---”及其后的部分", "a file holds one document; remove `---` and what follows it"),
    "mapping values are not allowed": ("这一行多了一个冒号，或缩进不对；含冒号的文字请加引号", "one colon too many, or a wrong indent; put a text with a colon in quotation marks"),
    "could not find expected ':'": ("这一行或上一行少了冒号；应写成“键: 值”", "a colon is missing in this line or the one before; write `key: value`"),
    "found unexpected end of stream": ("引号或括号没有成对", "a quotation mark or bracket is not closed"),
    "did not find expected": ("缩进不一致，或括号、引号、列表没有写完整", "the indent differs from the line above, or a bracket, quotation mark or list is unfinished"),
    "control characters": ("文件中有不可见的控制字符，请删去", "the file holds invisible control characters; remove them"),
}  # fmt: skip


_TAB = ("这一行的缩进里有制表符（Tab，看上去与空格一样）；请全部改为空格", "a tab, which looks like blanks, stands in the indent of this line; put blanks in its place")  # fmt: skip


def _tab_in_indent(text: str, at: int) -> int:
    """The last line up to the one where reading ended that is indented with a tab, counted from 1; 0 where none is. The
    parser tells of what the tab did, which may be in the line after it."""
    lines = text.splitlines()
    return next((n + 1 for n in range(min(at, len(lines) - 1), max(at - 2, -1), -1) if "\t" in lines[n][: len(lines[n]) - len(lines[n].lstrip())]), 0)  # fmt: skip


def _said(problem: str) -> tuple[str, str]:
    """What the parser found, as those who write the file would say it."""
    usual = ("请检查这一行及上一行的缩进、冒号、引号和括号", "check the indent, colons, quotation marks and brackets of this line and the one before")  # fmt: skip
    return next((said for words, said in _FAULTS.items() if words in problem), usual)


def _forbidden(event: Any, name: str) -> list[Problem]:
    line = event.start_mark.line + 1
    found = []
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        found.append(
            Problem(f"{name}:{line}", "yaml.anchor", "不允许使用锚点和别名 (& *), 请写出完整内容",
                    "anchors and aliases (& *) are not allowed; write it out")
        )  # fmt: skip
    if getattr(event, "tag", None):
        found.append(
            Problem(f"{name}:{line}", "yaml.tag", "不允许使用 YAML 标签 (!)",
                    "YAML tags (!) are not allowed")
        )  # fmt: skip
    return found


def _plain(node: Any, path: Path_, document: Document) -> Any:
    document.lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            word = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if word in found:
                where = f"{document.name}:{key.start_mark.line + 1}"
                document.twice[*path, word] = Problem(
                    where, "yaml.duplicate", f"键“{word}”重复", f"duplicate key {word!r}"
                )
                continue
            found[word] = _plain(value, (*path, word), document)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(v, (*path, i), document) for i, v in enumerate(node.value)]
    return _scalar(node)


def _scalar(node: Any) -> Any:
    """Strings stay strings; only plain null, true, false and integers become something else."""
    if node.style in (None, ""):
        if node.value in {"", "~", "null"}:
            return None
        if node.value in {"true", "false"}:
            return node.value == "true"
        if _INTEGER.fullmatch(node.value) and len(node.value) <= 18:
            return int(node.value)
    return node.value
