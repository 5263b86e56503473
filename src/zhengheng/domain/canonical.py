"""Canonical JSON: the one spelling of a value over which fingerprints and digests are taken, and the one reader of strangers' JSON."""

import json
from typing import Any

DEEPEST = 100
"""Lists and objects inside each other, at most: nothing of ours comes near it, and whoever walks a value does not run out of room."""
LARGEST = 64 * 2**20


class JsonError(ValueError):
    """A text is no JSON within the bounds; says why in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def read_json(text: str | bytes, most: int = LARGEST) -> Any:
    """The value of a JSON text of `most` characters or bytes. Raises JsonError, whatever is wrong with it."""
    if len(text) > most:
        raise JsonError(f"内容超过 {most} 字节", f"it is longer than {most} bytes")
    try:
        held = json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise _too_deep() from error
    except UnicodeDecodeError as error:
        raise JsonError("不是 UTF-8 编码的文本", "it is no text in UTF-8") from error
    except json.JSONDecodeError as error:
        raise JsonError(f"第 {error.lineno} 行第 {error.colno} 个字符处不符合 JSON 格式", f"it is no JSON at line {error.lineno}, character {error.colno}") from error  # fmt: skip
    except JsonError:
        raise
    except ValueError as error:
        raise JsonError("其中有一个数太长", "a number in it is too long") from error
    if isinstance(text, bytes):
        opened = text.count(b"[") + text.count(b"{")
    else:
        opened = text.count("[") + text.count("{")
    if opened > DEEPEST and _is_deep(held):
        raise _too_deep()
    return held


def _no_number(word: str) -> float:
    raise JsonError(f"“{word}”不是数", f"{word} is no number")


def _too_deep() -> JsonError:
    return JsonError(f"层层嵌套超过 {DEEPEST} 层", f"it is nested more than {DEEPEST} deep")


def _is_deep(held: Any) -> bool:
    level = [held]
    for _ in range(DEEPEST + 1):
        level = [
            inner
            for one in level if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one) if isinstance(inner, dict | list)
        ]  # fmt: skip
        if not level:
            return False
    return True


def canonical(value: Any) -> str:
    """Sorted keys, no spaces, plain text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def json_line(value: Any) -> str:
    """A value as one line of a JSON Lines file, also for readers that end a line at U+2028, U+2029 or U+0085."""
    text = canonical(value)
    for mark in "\u0085\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text + "\n"


def json_lines(text: str) -> list[str]:
    """The lines of a JSON Lines file. Only a line feed ends one: a value may hold other marks that look like ends."""
    return text.removesuffix("\n").split("\n") if text else []
