"""The whole year in the office, on the same databases as the web suite; whatever it leaves behind follows from acts."""

from collections.abc import Iterator

import pytest

from tests.web.conftest import people
from zhengheng.web.acts.bound import disagreements
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.ledger.beside import disagreeing_rows

__all__ = ["people"]


@pytest.fixture(autouse=True)
def every_row_follows_from_its_acts(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each case of the town, whatever its people did: no object changed beside an act of its own."""
    if "town" in request.fixturenames:
        request.getfixturevalue("town")
    yield
    if "town" in request.fixturenames and not request.node.get_closest_marker("beside_the_acts"):
        assert [one.zh for one in (*disagreements(KINDS), *disagreeing_rows())] == []
