"""Generated rulebooks and data: DuckDB and the oracle must agree bit for bit, every method seen."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.generate import METHODS, PERIOD, facts_for, rulebooks
from zhengheng.domain.problems import EngineError, Problem
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.results import KEPT, Engine, Results
from zhengheng.engines.run import make_run
from zhengheng.lake.facts import Facts
from zhengheng.scheme.model import Rulebook

common = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # shrinking whole rulebooks takes too long here
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def outcome(book: Rulebook, facts: Facts, engine: Engine) -> Results | list[Problem]:
    """The results, or what is refused as too large, by that one code: any other error is a fault."""
    try:
        return make_run(book, facts, PERIOD, engine).results
    except EngineError as error:
        if {problem.code for problem in error.problems} != {"engine.beyond"}:
            raise
        return error.problems


def check_same(data: st.DataObject, kind: str | None, bucket: int = 50_000) -> None:
    book = data.draw(rulebooks(kind, wide=True))
    facts = data.draw(facts_for(book, wide=True))
    fast = outcome(book, facts, DuckEngine(threads=1, bucket_units=bucket))
    slow = outcome(book, facts, OracleEngine())
    if not isinstance(fast, Results) or not isinstance(slow, Results):
        assert fast == slow, (
            "what one engine refuses, the other refuses with the same place and words"
        )
        return
    for table in KEPT:
        if table in fast.tables:
            differ = [
                pair
                for pair in zip(fast.rows(table), slow.rows(table), strict=False)
                if pair[0] != pair[1]
            ]
            sizes = fast.tables[table].num_rows, slow.tables[table].num_rows
            assert not differ, (table, differ[0])
            assert sizes[0] == sizes[1], (table, sizes)


@pytest.mark.parametrize("kind", sorted(METHODS))
@common
@given(data=st.data())
def test_duckdb_agrees_with_the_oracle(kind: str, data: st.DataObject) -> None:
    check_same(data, kind)


@common
@given(data=st.data())
def test_ranges_of_units_change_nothing(data: st.DataObject) -> None:
    check_same(data, None, bucket=2)
