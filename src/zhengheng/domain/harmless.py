"""Texts as they go into tables that spreadsheet programs open."""

_RECKONS = frozenset("|!(=+*/&^@")
"""What nothing but a formula has after a minus and a number."""


def harmless(text: str) -> str:
    """A text that no spreadsheet program takes for a formula; a negative number is none, nor are dashes where nothing stands."""
    said = text.strip()
    if said[:1] == "-":
        formula = (not said[1:2].isdigit() and said.strip(" -") != "") or bool(_RECKONS & set(said))
    else:
        formula = said[:1] in {"=", "+", "@"}
    return f"'{text}" if formula else text
