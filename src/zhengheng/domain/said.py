"""Whether a text says something: the one rule for whatever has to be written and not only filled in."""

LEAST = 4
"""Letters, characters or digits that a reason for the public has at least [D]."""
LEAST_APART = 3
"""How many of them are not the same [D]."""


def says_something(text: str) -> bool:
    """Whether there is a letter, a character or a digit in it: blanks and marks alone are no text."""
    return any(one.isalnum() for one in text)


def gives_reason(text: str) -> bool:
    """Whether it can be a reason that everybody reads, and is no mark put in because a form wanted one."""
    said = [one for one in text if one.isalnum()]
    return len(said) >= LEAST and len(set(said)) >= LEAST_APART
