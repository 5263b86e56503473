"""Private-use characters 私用区字符: what old fonts and GB 18030-2000 left in texts, and nobody else can see."""

import unicodedata

_GB18030 = dict(zip((*range(0xE78D, 0xE797), 0xE7C7), "︐︒︑︓︔︕︖︗︘︙ḿ", strict=True))
_GB18030 |= dict(zip((0xE81E, 0xE826, 0xE82B, 0xE82C, 0xE832, 0xE843, 0xE854, 0xE864), "龴龵龶龷龸龹龺龻", strict=True))  # fmt: skip
_GB18030 |= dict(zip((0xE816, 0xE817, 0xE818, 0xE831, 0xE83B, 0xE855), "𠂇𠂉𠃌𡗗𢦏𤇾", strict=True))
"""Private in the edition of 2000, which Python decodes by; real since those of 2005 and 2022 [V]."""
_PAIRS = (*range(0xFE50, 0xFE7F), *range(0xFE80, 0xFEA1))
_GBK = {0xE815 + place: pair.to_bytes(2, "big").decode("gb18030") for place, pair in enumerate(_PAIRS)}  # fmt: skip
"""Where fonts of the GBK time drew what had no code point yet, in the order of its bytes [V]."""
STANDARD = {chr(old): new for old, new in (_GBK | _GB18030).items()}
"""Private-use character → the one that is meant, where a standard says so."""

_NARROW = str.maketrans(
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    | dict.fromkeys(map(ord, "\u3000\u00a0\u2002\u2003\u2009\u202f"), " ")
    | {0x2212: "-", 0x200B: None, 0xFEFF: None}
)  # fmt: skip


def narrow(text: str) -> str:
    """Full-width letters, digits and signs and odd spaces: the same characters in their plain width.

    Nothing else is made plain, for a mark such as ① or ³ beside a number would become one of its digits.
    """
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFC", text).translate(_NARROW).strip()


def from_gb18030(text: str) -> str:
    """Text decoded from GB 18030 with the characters of its present edition."""
    return text.translate(_GB18030) if not text.isascii() else text


def private(text: str) -> str:
    """The first private-use character of a text; empty where there is none."""
    return next((sign for sign in text if unicodedata.category(sign) == "Co"), "")
