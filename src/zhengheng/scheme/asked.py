"""What a method asks of everybody, apart from the shapes that the verifier stands in for."""

from decimal import Decimal

from zhengheng.scheme.base import Model


def target_of(method: Model | None) -> Decimal | None:
    """A method's own target; none where rows of data say it, or where it asks for nothing."""
    target: Decimal | None = getattr(method, "target", None)
    return target
