"""Names that people read: nothing invisible in them, and none that only looks like another.

Where a name decides who somebody is, two that look alike are a trap: letters of another alphabet, full-width letters, marks
without width, a mark that turns the direction of reading.
"""

import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches

from zhengheng.domain.unseen import is_hidden, named

FOREIGN = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})
"""Alphabets whose letters pass for Latin ones."""
_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "·": "."} | dict.fromkeys("－—‐‑‒–―−", "-"))  # fmt: skip
Words = tuple[str, str]
_MOST, _CLOSE = 3, 0.75
"""Codes that are proposed for one that nobody knows, and how alike they are at least."""


def faults(text: str) -> list[Words]:
    """What speaks against a name, in Chinese and English; empty where nothing does."""
    found: list[Words] = []
    hidden = [mark for mark in text if is_hidden(mark)]
    if hidden:
        codes = named(list(dict.fromkeys(hidden)))
        found.append((f"名称中有看不见的字符（{codes}），请删去", f"the name holds marks that cannot be seen ({codes.replace('、', ', ')}); take them out"))  # fmt: skip
    wide = [mark for mark in text if mark.isalnum() and unicodedata.normalize("NFKC", mark) != mark]
    if wide:
        said = "".join(dict.fromkeys(wide))
        found.append((f"“{said}”不是通常的写法，请用半角字母和数字", f'"{said}" is written in an unusual form; use plain letters and digits'))  # fmt: skip
    if radicals := [mark for mark in text if "\u2e80" <= mark <= "\u2fdf"]:
        said = "".join(dict.fromkeys(radicals))
        found.append((f"“{said}”是部首符号，不是汉字，请改成看上去相同的汉字", f'"{said}" is a sign for a radical and no Chinese character; write the character that looks like it'))  # fmt: skip
    scripts = {_script(mark) for mark in text if mark.isalpha()}
    if scripts & FOREIGN and scripts - FOREIGN:
        strange = "".join(dict.fromkeys(m for m in text if m.isalpha() and _script(m) in FOREIGN))
        found.append((f"“{strange}”是另一种字母，看上去与拉丁字母相同，请改用拉丁字母", f'"{strange}" is of another alphabet and looks like Latin letters; use Latin ones'))  # fmt: skip
    return found


def name_faults(text: str) -> list[Words]:
    """What speaks against an official's or a unit's name: as `faults`, and no name wholly in letters that pass for Latin ones."""
    found = faults(text)
    strange = "".join(dict.fromkeys(m for m in text if m.isalpha() and _script(m) in FOREIGN))
    if strange and not found:
        found.append((f"“{strange}”是另一种字母，看上去与拉丁字母相同，请改用汉字或拉丁字母", f'"{strange}" is of another alphabet and looks like Latin letters; use Chinese characters or Latin letters'))  # fmt: skip
    return found


def near(code: str, known: Mapping[str, str]) -> Words:
    """What may be meant by a code that nobody knows, as the end of a sentence; empty where nothing is near.

    `known` leads from each code to its name. A code may be written in letters of another alphabet or size, or be the name.
    """
    if said := name_faults(code):
        return "".join(f"；{zh}" for zh, _ in said), "".join(f"; {en}" for _, en in said)
    if whose := [one for one, name in known.items() if name == code]:
        return f"；这是 {'、'.join(whose[:_MOST])} 的名称，请填代码", f"; this is the name of {', '.join(whose[:_MOST])}: give the code"  # fmt: skip
    alike = [one for one in known if skeleton(one) == skeleton(code)]
    close = alike or get_close_matches(code, known, _MOST, _CLOSE)
    if not close:
        return "", ""
    return (f"；相近的有：{'、'.join(close[:_MOST])}（大小写也要一致）", f"; near it are {', '.join(close[:_MOST])} (small and capital letters differ)")  # fmt: skip


def code_faults(text: str) -> list[Words]:
    """What speaks against a code or a login, which are copied from paper by hand: anything but plain Latin letters, digits, marks and Chinese characters."""
    found = faults(text)
    strange = "".join(
        dict.fromkeys(
            m for m in text if not m.isascii() and _script(m) not in {"CJK", "IDEOGRAPHIC"}
        )
    )
    if strange and not found:
        found.append((f"“{strange}”容易看错，请只用半角的拉丁字母、数字和标点，或者汉字", f'"{strange}" is easily misread; use plain Latin letters, digits and marks, or Chinese characters'))  # fmt: skip
    return found


def skeleton(text: str) -> str:
    """What is left of a name for a hasty reader: two names with one skeleton look alike."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(
        m for m in plain if not is_hidden(m) and unicodedata.category(m) not in {"Zs", "Mn", "Me"}
    )
    return kept.translate(_ALIKE).replace("rn", "m").replace("vv", "w")


def _script(mark: str) -> str:
    return unicodedata.name(mark, "?").split(" ")[0]
