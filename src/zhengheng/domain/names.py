"""Names that people read: nothing invisible in them, and none that only looks like another.

Where a name decides who somebody is, two that look alike are a trap: letters of another alphabet, full-width letters, marks
without width, a mark that turns the direction of reading.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from zhengheng.domain.unseen import is_hidden, named

FOREIGN = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})
"""Alphabets whose letters pass for Latin ones."""
_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "·": "."} | dict.fromkeys("－—‐‑‒–―−", "-"))  # fmt: skip
Words = tuple[str, str]
_MOST, _CLOSE = 3, 0.75
"""Codes that are proposed for one that nobody knows, and how alike they are at least."""
_LISTED, _LONG = 12, 40
"""Codes that are all named where none is near, and characters of one that nobody knows."""


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
    close = (alike or get_close_matches(code, known, _MOST, _CLOSE))[:_MOST]
    if not close:
        return "", ""
    size = differs_in_case(code, close)
    zh, en = ("（大小写也要一致）", " (small and capital letters differ)") if size else ("", "")
    is_or_are = "is" if len(close) == 1 else "are"
    return f"；相近的有：{'、'.join(close)}{zh}，请核对", f"; near it {is_or_are} {', '.join(close)}{en}: check which is meant"  # fmt: skip


def differs_in_case(code: str, known: Iterable[str]) -> bool:
    """Whether a code is one of these but for small and capital letters."""
    return any(one != code and one.casefold() == code.casefold() for one in known)


KINDS: dict[str, Words] = {
    "indicator": ("指标", "indicator"), "dimension": ("维度", "dimension"), "category": ("类别", "category"),
    "group": ("分组", "comparison group"), "grade": ("等次", "grade"), "item": ("加减分事项", "adjustment item"),
    "unit": ("单位", "unit"), "weighed": ("指标或维度", "indicator or dimension"),
}  # fmt: skip
"""What a rulebook has under codes."""


def unknown(kind: str, code: str, known: Mapping[str, str]) -> Words:
    """That the rulebook does not have a code: what may be meant, else what there is or what to do."""
    what, (zh, en) = KINDS[kind], near(code, known)
    if not known:
        zh, en = f"；方案没有规定任何{what[0]}，请在方案中补上，或者不用这个代码", "; it has none at all: add it there, or do without this code"  # fmt: skip
    elif not zh and len(known) <= _LISTED:
        zh, en = f"；只能是：{'、'.join(known)}", f"; it must be one of: {', '.join(known)}"
    elif not zh:
        zh, en = "；请改为方案中已有的代码", "; give the code of one that it has"
    return f"考核方案中没有{what[0]}“{code[:_LONG]}”{zh}", f"the rulebook has no {what[1]} {code[:_LONG]!r}{en}"  # fmt: skip


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
