"""Whose word counts 有决定权的角色: roles whose holder decides, attests, releases or signs for others, read from the table of rights.

Whoever signs in as such a person decides in his place, so that nobody alone hands out his credentials [D].
"""

from zhengheng.workflow.permissions import LED, RULES
from zhengheng.workflow.roles import OFFICERS, Role

DECIDING = frozenset(
    {
        "adopt", "approve", "attest", "carry_out", "decide", "finalise", "grade", "grant", "publish", "refuse", "release",
        "review", "rule", "settle", "sign_minutes", "verify", "vote", "waive",
    }
)  # fmt: skip
"""What an act is called, after its object, by which something is decided or becomes valid."""

_BY_TABLE = {
    role for rule in RULES if rule.act.partition(".")[2] in DECIDING for role in rule.roles
}
# A reporter records what the leader signed on paper, and the paper is beside it; the leader's own word is all there is.
_BY_SIGNATURE = {
    role for rule in RULES if rule.act in LED for role in rule.roles if role == Role.UNIT_LEADER
}
DECIDERS: frozenset[Role] = frozenset(_BY_TABLE | _BY_SIGNATURE | OFFICERS)
"""Roles whose accounts get a new password, a new second factor or are opened again by two persons only."""
