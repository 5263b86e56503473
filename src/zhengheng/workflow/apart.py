"""Steps that are another person's 前后环节由不同的人办理: one table, by account and whatever roles were granted meanwhile.

A role held at the time says that an act is somebody's; it does not say that he is another one than whoever took the steps before it,
for roles are given and taken back while the matter runs. So each act that the procedure wants from somebody else names the acts
whose doers have no part in it. They are read from the object and from the ledger (`web/acts/earlier.py`), where acts are offered
and where they are done. An act of another kind is that of what the object is about: of a decision, its matter.
"""

from dataclasses import dataclass

SEATED = "appeal.seated"
"""No act: the lot put somebody on the panel, whether he voted or stepped back."""
FIRST_INSTANCE = (
    SEATED, "appeal.accept", "appeal.return", "appeal.draw", "appeal.call_hearing", "appeal.sign_minutes", "appeal.recuse", "appeal.vote",
    "appeal.decide",
)  # fmt: skip
"""What makes somebody one of the first instance of an appeal: the panel, and the clerk who prepared it."""
PREPARED = tuple(act for act in FIRST_INSTANCE[1:6])
"""What the clerk does of it."""


@dataclass(frozen=True)
class Step:
    """An act, in some states or in every one, with the acts whose doers do not do it."""

    act: str
    before: frozenset[str]
    states: frozenset[str] = frozenset()


def _step(acts: str, *before: str, states: tuple[str, ...] = ()) -> tuple[Step, ...]:
    """Of one kind; a name without a kind is the same kind's."""
    kind, _, names = acts.partition(".")
    held = frozenset(one if "." in one else f"{kind}.{one}" for one in before)
    return tuple(Step(f"{kind}.{name}", held, frozenset(states)) for name in names.split())


_WRITTEN = ("draft", "replace", "amend", "remove")
STEPS: tuple[Step, ...] = (
    # What goes out: prepared, reviewed and released by three; whoever prepared or reviewed it opens nothing of it either.
    *_step("publication.review", "prepare"),
    *_step("publication.release open", "prepare", "review"),
    # Of an appeal's second instance nobody is of the first.
    *_step("decision.record", *FIRST_INSTANCE),
    *_step("decision.attest", "record", *FIRST_INSTANCE),
    *_step("appeal.rule", *FIRST_INSTANCE),
    *_step("appeal.preview", *FIRST_INSTANCE, states=("second",)),
    *_step("appeal.accept return", "draft", "save", "file"),
    # Rules and what is set by them.
    *_step("rulebook.submit", *_WRITTEN),
    *_step("rulebook.adopt", *_WRITTEN, "submit"),
    *_step("question.answer", "ask"),
    *_step("proposal.take_up decline", "make"),
    *_step("target.counter agree", "propose", "answer", "escalate"),
    *_step("target.answer escalate", "counter"),
    *_step("target.decide", "propose", "counter", "answer", "escalate"),
    *_step("change.approve refuse", "ask"),
    # Values and items.
    *_step("report.give_time refuse_time", "ask_time"),
    # Whoever wrote the value is a part of it, whoever of his unit sent it off.
    *_step("report.verify return", "save", "submit", "supply"),
    *_step("report.confirm object", "supply", "correct_supplied"),
    *_step("report.settle settle_found", "save", "submit", "supply", "object"),
    *_step("report.correct correct_supplied refuse_correction", "ask_correction"),
    *_step("item.confirm accept object", "enter"),
    *_step("item.verify", "claim", "enter", "accept"),
    *_step(
        "item.waive settle take_back", "claim", "enter", "accept", "confirm", "object", "reopen"
    ),
    *_step("self_report.return accept", "draft", "save", "file"),
    *_step("tolerance.grant refuse", "ask"),
    # A sample: whoever drew and checked does not answer for the office.
    *_step("audit.answer reply", "draw", "find", "correct", "ask"),
    # Results, and what follows from them.
    *_step("result.approve grade finalise reopen", "register"),
    *_step("objection.answer", "lodge"),
    *_step("rectification.confirm drop", "propose"),
    *_step("rectification.visit", "answer", "evidence"),
    *_step("rectification.send_back accept", "propose", "answer", "evidence"),
    *_step("commitment.keep", "report"),
    *_step("comment.send_back approve", "reply"),
    # The office itself.
    *_step("calendar.confirm", "load"),
    *_step("reorganisation.approve refuse", "ask"),
    *_step("reorganisation.move_roles", "ask", "approve", "carry_out"),
    *_step("handover.take", "prepare"),
    *_step("handover.carry_out", "prepare", "take"),
    *_step("erasure.carry_out refuse", "ask"),
)
_OF = {step.act: step for step in STEPS}
EARLIER = frozenset(act for step in STEPS for act in step.before)
"""Every act that keeps its doer from a later one."""


def apart_from(act: str, state: str = "") -> frozenset[str]:
    """The acts whose doers do not do an act to an object that is in a state."""
    step = _OF.get(act)
    if step is None or (step.states and state not in step.states):
        return frozenset()
    return step.before
