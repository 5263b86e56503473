"""The language in which commands answer: --lang, then ZHENGHENG_LANG, then Chinese. Pages ask the reader instead."""

import os
import sys

from zhengheng.domain.problems import Language


def _choose() -> Language:
    given = os.environ.get("ZHENGHENG_LANG", "zh")
    for place, word in enumerate(sys.argv):
        if word == "--lang" and place + 1 < len(sys.argv):
            given = sys.argv[place + 1]
        elif word.startswith("--lang="):
            given = word.removeprefix("--lang=")
    return "en" if given.lower().startswith("en") else "zh"


LANGUAGE: Language = _choose()


def t(zh: str, en: str) -> str:
    """The text in the reader's language; both are always written."""
    return en if LANGUAGE == "en" else zh
