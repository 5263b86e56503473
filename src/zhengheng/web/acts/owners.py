"""What a kept file or a row belongs to, as people call it."""

from collections import defaultdict

from zhengheng.web.acts.declare import Words
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.acts.told import act, subjects
from zhengheng.web.ledger.models import LedgerEntry


def file_owners(numbers: set[int]) -> dict[int, Words]:
    """Of each file by its number what it was handed in with; none of files that belong to nothing."""
    of: dict[int, list[str]] = defaultdict(list)
    for kind in KINDS:
        for pk, files in kind.model._default_manager.exclude(files=[]).values_list("pk", "files"):
            for number in numbers.intersection(one for one in files if isinstance(one, int)):
                of[number].append(f"{kind.name}:{pk}")
    said = subjects({one for held in of.values() for one in held})
    return {
        number: ("、".join(said[one][0] for one in held), ", ".join(said[one][1] for one in held))
        for number, held in of.items()
    }


def entry_words(row: LedgerEntry) -> Words:
    """What an entry of the ledger tells of: the act, and on what."""
    done, of = act(str(row.act)), subjects([str(row.subject)])[str(row.subject)]
    return f"{done[0]}，{of[0]}", f"{done[1]}, {of[1]}"
