"""Chinese on English pages: what has no English name says which language it is in, so that it is read out and broken as such."""

import re

HAN = re.compile(r"[\u3400-\u9fff]")
_RUN = re.compile(
    r"[“‘（《【〔]*[\u3400-\u9fff](?:[^A-Za-z<>&]*[\u3400-\u9fff])?(?:\.[A-Za-z]\w*)?[”’）》】〕、，。；：！？…]*"
)
"""A piece of Chinese with its own marks and numbers, up to the next word in Latin letters; a file is called what it is called."""
_PIECES = re.compile(
    r"(<!--.*?-->|<(script|style)\b.*?</\2\s*>|<[^>]*>)", re.DOTALL | re.IGNORECASE
)
_NAME = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
_LANG = re.compile(r"\slang=\"([\w-]+)\"")
PLAIN = frozenset({"option", "title", "textarea", "text", "tspan", "desc"})
"""Elements that hold text alone: the element itself says the language."""
ATTRIBUTE = ' lang="zh-Hans"'


def marked(page: str) -> str:
    """A page in English with every piece of Chinese in it marked as such."""
    if not HAN.search(page):
        return page
    made: list[str] = []
    inside = ""  # the name of the element that says it is in Chinese
    for place, part in enumerate(_split(page)):
        if place % 2:
            made.append(part)
            found = _NAME.match(part)
            closes, name = (found[1], found[2].lower()) if found else ("", "")
            if inside and closes and name == inside:
                inside = ""
            elif not inside and not closes and (said := _LANG.search(part)) and said[1][:2] == "zh":
                inside = name
        elif inside or not HAN.search(part):
            made.append(part)
        elif made and (found := _NAME.match(made[-1])) and not found[1] and found[2].lower() in PLAIN:  # fmt: skip
            made[-1] = made[-1][: found.end()] + ATTRIBUTE + made[-1][found.end() :]
            made.append(part)
        else:
            made.append(_RUN.sub(rf"<span{ATTRIBUTE}>\g<0></span>", part))
    return "".join(made)


def _split(page: str) -> list[str]:
    """Texts and tags in turn, beginning with a text."""
    found, at = [], 0
    for one in _PIECES.finditer(page):
        found += [page[at : one.start()], one[0]]
        at = one.end()
    return [*found, page[at:]]
