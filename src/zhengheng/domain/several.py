"""A number and its words in an English sentence, which differ for one and for more."""


def several(number: int, one: str, more: str) -> str:
    """`several(1, "unit has", "units have")` is "1 unit has"; of any other number, "0 units have", "12 units have"."""
    return f"{number} {one if number == 1 else more}"
