"""A text with passages masked: what is left is what was written, in its order, with a mark wherever something is missing.

Whoever publishes what another person wrote may leave out, and has to show where; saying something else in his name he may not.
"""

import re
from typing import Literal

from zhengheng.domain.unseen import is_hidden

Kept = Literal["whole", "masked", "reworded"]
MARKS = "×✕＊*█■…"
"""Marks that stand for what is left out."""
_MASK = re.compile(f"[{re.escape(MARKS)}]+")
_SHOWN = 12
"""Letters of a passage that a message quotes."""


def kept(written: str, shown: str) -> Kept:
    """Whether a text is shown whole, with passages masked, or in other words than it was written in."""
    if _plain(written) == _plain(shown):
        return "whole"
    return "masked" if otherwise(written, shown) is None else "reworded"


def otherwise(written: str, shown: str) -> str | None:
    """The first passage of what is shown that does not stand so in what was written, or before which something is
    missing without a mark; None where there is none. Blanks, ends of lines and what nobody sees do not count."""
    whole, said = _plain(written), _plain(shown)
    if whole == said:
        return None
    pieces = _MASK.split(said)
    place = 0
    for number, piece in enumerate(pieces):
        first, last = number == 0, number == len(pieces) - 1
        if last and not first:
            found = len(whole) - len(piece) if whole.endswith(piece) else -1
        else:
            found = whole.find(piece, place)
        if found < place or (first and found > 0) or (first and last):
            return _differs(whole[place:], piece, anchored=first, ends=last)
        place = found + len(piece)
    return None


def _differs(whole: str, piece: str, *, anchored: bool, ends: bool) -> str:
    """Where a passage leaves the text: from its first letter that does not follow."""
    if ends and not anchored:
        return piece[:_SHOWN]
    count = 0
    while count < len(piece) and (
        whole.startswith(piece[: count + 1]) if anchored else piece[: count + 1] in whole
    ):
        count += 1
    return piece[count : count + _SHOWN] or piece[-_SHOWN:]


def _plain(text: str) -> str:
    return "".join(one for one in text if not one.isspace() and not is_hidden(one))
