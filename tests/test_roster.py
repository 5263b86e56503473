"""Very many units stay a table: the same plan, the same bits, the same passport as with objects."""

from datetime import date
from pathlib import Path

import pytest

from tests.test_reuse import BOOK, observed, same
from zhengheng.domain.periods import parse_period
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.run import make_run
from zhengheng.lake import roster
from zhengheng.lake.facts import Facts
from zhengheng.scheme.model import Rulebook, Unit

PERIOD = parse_period("2025")


def units(facts: Facts) -> list[Unit]:
    """The twenty units, some of them odd: closed in mid-year, exempt, not ranked, gone before."""
    held = list(facts.units)
    for place, changes in (
        (3, {"valid_to": date(2025, 6, 30)}), (5, {"exempt": ("B",)}), (7, {"ranked": False}),
        (9, {"valid_to": date(2024, 12, 31)}), (11, {"valid_from": date(2025, 1, 1)}),
        (13, {"superior": "U00"}),
    ):  # fmt: skip
        held[place] = held[place].model_copy(update=changes)
    return held


@pytest.mark.parametrize("binding", [{}, {"binding": {"alpha": "0.3", "categories": ["c"]}}])
@pytest.mark.parametrize("engine", [DuckEngine(), DuckEngine(bucket_units=4), OracleEngine()])
def test_a_table_of_units_changes_nothing(engine: DuckEngine, binding: dict[str, object]) -> None:
    import json

    book = Rulebook.model_validate_json(json.dumps(json.loads(BOOK) | binding), strict=True)
    facts = observed()
    objects = Facts(facts.tables, units(facts), facts.files)
    table = Facts(facts.tables, [], facts.files, roster=roster.to_table(units(facts)))
    first, second = make_run(book, objects, PERIOD, engine), make_run(book, table, PERIOD, engine)
    assert list(first.plan.tables["unit"]) == list(second.plan.tables["unit"])
    assert first.id == second.id
    same(first, second)


def test_units_survive_the_table_and_the_latest_word_counts() -> None:
    held = units(observed())
    assert roster.to_units(roster.to_table(held)) == held
    moved = held[2].model_copy(update={"group": "other"})
    again = roster.to_units(roster.joined([roster.to_table(held), roster.to_table([moved])]))
    assert again == [*held[:2], moved, *held[3:]]


def test_a_lake_with_very_many_units_gives_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.test_care import filled, run

    data = tmp_path / "data"
    lake = filled(tmp_path / "lake", data)
    few = run(lake, data)
    monkeypatch.setattr("zhengheng.lake.store.AS_OBJECTS", 1)
    many = run(lake, data)
    assert lake.facts().roster is not None
    assert many.id == few.id
    same(many, few)
