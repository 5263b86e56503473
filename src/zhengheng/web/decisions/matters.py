"""What a decision is about: the content that was before the commission, and whether it is still the same."""

import hashlib
from collections.abc import Mapping
from typing import Any

from zhengheng.domain.canonical import canonical
from zhengheng.web.acts.declare import Kind, Matter, Words
from zhengheng.web.acts.known import kinds
from zhengheng.web.decisions.models import Decision
from zhengheng.web.organisation.naming import plain
from zhengheng.web.rulebooks.selectors import value_words

SUBJECTS = frozenset({"appeal", "reorganisation", "tolerance", "rulebook", "target", "change", "result"})  # fmt: skip
"""The kinds of objects that the commission decides about."""


def found(subject: str) -> tuple[Kind, Any] | None:
    """The kind and the object that a decision is about; None where there is none."""
    name, _, number = subject.partition(":")
    kind = next((one for one in kinds() if one.name == name and name in SUBJECTS), None)
    if kind is None or not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    obj = kind.all().filter(pk=int(number)).first()
    return None if obj is None else (kind, obj)


def waiting_states(kind: Kind) -> list[str]:
    """The states out of which an act leads that a decision carries."""
    carried = [act for act in kind.acts if "decision" in act.given.model_fields]
    return [state for state in kind.machine.names if any(kind.machine.leads(state, act.code) for act in carried)]  # fmt: skip


def is_before(kind: Kind, obj: Any) -> bool:
    """Whether the commission can decide about the object now: it was submitted, and an act waits for the decision."""
    return any(
        "decision" in act.given.model_fields and kind.machine.leads(obj.state, act.code) and (act.when is None or act.when(obj))
        for act in kind.acts
    )  # fmt: skip


def matter_of(kind: Kind, obj: Any) -> Matter:
    """What is before the commission; of a kind that says nothing of its own, the object as it is called."""
    return kind.matter(obj) if kind.matter is not None else Matter([], kind.title(obj))


def kept(matter: Matter) -> dict[str, str]:
    """What a decision keeps of it: the words that people read, and a digest of all of it."""
    mark = hashlib.sha256(canonical(matter.content).encode()).hexdigest()
    return {"zh": matter.words[0], "en": matter.words[1], "mark": mark}


def fits(decision: Decision, *, at: tuple[Kind, Any] | None = None) -> bool:
    """Whether what was decided about is still what is there. Of a decision that earlier releases recorded nothing is known, and it goes on as it is."""
    if not decision.seen:
        return True
    here = at or found(decision.subject)
    return here is not None and kept(matter_of(*here))["mark"] == decision.seen["mark"]


def spent(decision: Decision) -> bool:
    """Whether the object already rests on the decision."""
    here = found(decision.subject)
    return here is not None and decision.pk in {
        getattr(here[1], name, None) for name in ("decision_id", "retired_by_id")
    }


def seen_words(decision: Decision) -> Words | None:
    """What was before the commission, in words; None where nothing is known."""
    return (decision.seen["zh"], decision.seen["en"]) if decision.seen else None


def values_words(subject: str, values: Mapping[str, str]) -> Words:
    """Values about a subject in words, each with its indicator's name and unit of measure."""
    here = found(subject)
    kind, obj = here or (None, None)
    version = kind.year(obj) if kind and kind.year else getattr(getattr(obj, "run", None), "version", None)  # fmt: skip
    told = [
        (f"{code} {value}", f"{code} {value}") if version is None else value_words(version, code, value)
        for code, value in values.items()
    ]  # fmt: skip
    return "；".join(zh for zh, _ in told), "; ".join(en for _, en in told)


def confirmations(decision: Decision) -> Mapping[str, str]:
    """Indicator → why its decided value is right though it is beyond the range of sense."""
    return {line["indicator"]: line.get("confirmation", "") for line in decision.lines}


def replaced(decision: Decision) -> list[Decision]:
    """The attested records of the same meeting about the same subject that stand before this one and state other values: it replaces them."""
    return [one for one in _beside(decision) if decision.pk is None or one.pk < decision.pk]


def replaced_by(decision: Decision) -> Decision | None:
    """The newest attested record of the same meeting that states other values, and which replaces this one."""
    return next((one for one in reversed(_beside(decision)) if one.pk > decision.pk), None)


def _beside(decision: Decision) -> list[Decision]:
    held = Decision.objects.filter(subject=decision.subject, state="attested").exclude(pk=decision.pk).order_by("pk")  # fmt: skip
    return [
        one for one in held
        if plain(one.meeting) == plain(decision.meeting) and decided_lines(one) != decided_lines(decision)
    ]  # fmt: skip


def decided_lines(decision: Decision) -> Mapping[str, str]:
    """Indicator → the value that the commission decided in the place of what was put before it."""
    return {line["indicator"]: line["value"] for line in decision.lines}
