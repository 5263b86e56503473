"""Asking whether the commission decided something."""

from zhengheng.domain.problems import ZhenghengError
from zhengheng.web.decisions.models import Decision


class DecisionError(ZhenghengError):
    """There is no decision of the commission that carries this act."""


def carrying(number: int, subject: str) -> Decision:
    """The attested decision that approved the subject. Raises DecisionError."""
    found = Decision.objects.filter(pk=number, subject=subject).first() if number < 2**63 else None
    if found is None:
        raise DecisionError.one(
            "decision", "decision.absent", zh="没有关于这一事项的决定，请从列表中选择。",
            en="there is no such decision about this; choose one of the list",
        )  # fmt: skip
    if found.state != "attested" or not found.approved:
        raise DecisionError.one(
            "decision", "decision.open", zh="该决定尚未由第二人复核, 或结论不是同意",
            en="this decision is not attested by a second person, or it did not approve",
        )  # fmt: skip
    return found


def choices(subject: str) -> list[tuple[str, str]]:
    """The decisions that could carry an act on the subject."""
    held = Decision.objects.filter(subject=subject, state="attested", approved=True)
    return [(str(one.pk), f"{one.meeting}（{one.held_on}）") for one in held]
