"""What is wrong with an act on a sample."""

from zhengheng.domain.problems import ZhenghengError


class AuditError(ZhenghengError):
    """A sample cannot be drawn or checked as asked for."""
