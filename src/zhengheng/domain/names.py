"""Names that people read: nothing invisible in them, and none that only looks like another.

Where a name decides who somebody is, two that look alike are a trap: letters of another alphabet, full-width letters, marks
without width, a mark that turns the direction of reading.
"""

import unicodedata

FOREIGN = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})
"""Alphabets whose letters pass for Latin ones."""
_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "－": "-", "—": "-", "·": "."})
Words = tuple[str, str]


def faults(text: str) -> list[Words]:
    """What speaks against a name, in Chinese and English; empty where nothing does."""
    found: list[Words] = []
    hidden = [mark for mark in text if unicodedata.category(mark) in {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"}]  # fmt: skip
    if hidden:
        codes = "、".join(f"U+{ord(mark):04X}" for mark in dict.fromkeys(hidden))
        found.append((f"名称中有看不见的字符（{codes}），请删去", f"the name holds marks that cannot be seen ({codes.replace('、', ', ')}); take them out"))  # fmt: skip
    wide = [mark for mark in text if mark.isalnum() and unicodedata.normalize("NFKC", mark) != mark]
    if wide:
        said = "".join(dict.fromkeys(wide))
        found.append((f"“{said}”不是通常的写法，请用半角字母和数字", f'"{said}" is written in an unusual form; use plain letters and digits'))  # fmt: skip
    scripts = {_script(mark) for mark in text if mark.isalpha()}
    if scripts & FOREIGN and scripts - FOREIGN:
        strange = "".join(dict.fromkeys(m for m in text if m.isalpha() and _script(m) in FOREIGN))
        found.append((f"“{strange}”是另一种字母，看上去与拉丁字母相同，请改用拉丁字母", f'"{strange}" is of another alphabet and looks like Latin letters; use Latin ones'))  # fmt: skip
    return found


def is_foreign(text: str) -> bool:
    """Whether a text has letters of an alphabet that passes for Latin."""
    return any(_script(mark) in FOREIGN for mark in text if mark.isalpha())


def skeleton(text: str) -> str:
    """What is left of a name for a hasty reader: two names with one skeleton look alike."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(mark for mark in plain if unicodedata.category(mark) not in {"Cf", "Cc", "Zs"})
    return kept.translate(_ALIKE).replace("rn", "m").replace("vv", "w")


def _script(mark: str) -> str:
    return unicodedata.name(mark, "?").split(" ")[0]
