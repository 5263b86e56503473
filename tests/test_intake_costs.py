"""What an intake reads of its lake: the same, however many came before it. Counted in files and bytes, not in seconds."""

import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.test_lake import AT
from tests.test_scheme import write
from zhengheng.domain.problems import DataError
from zhengheng.lake.intake import read_files
from zhengheng.lake.mapping import Mapping
from zhengheng.lake.store import Lake
from zhengheng.scheme.load import load_rulebook

COUNT = 24
"""Intakes; the lists of files are merged after every twentieth."""
EARLY, LATE = slice(2, 5), slice(21, 24)
A_SNAPSHOT = 4_000
"""Bytes of a table's own list that an intake reads of each intake before it (docs/decisions/0013)."""


@dataclass
class Reading:
    """What one intake opened and read below a folder."""

    files: Counter[str] = field(default_factory=Counter)
    """Opened by the tables' library, by the ending of the name."""
    lists: int = 0
    """Bytes of the tables' own lists of their snapshots."""
    bytes: int = 0
    """All else that the process read."""


class Watch:
    """Counts what this process opens and reads."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.on = str(folder), False
        self.seen = Reading()
        sys.addaudithook(self._opened)

    def _opened(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.on and event == "open" and str(arguments[0]).startswith(self.folder):
            path = Path(str(arguments[0]))
            self.seen.files[path.suffix] += 1
            if path.suffix == ".json" and path.is_file():
                self.seen.lists += path.stat().st_size

    def __enter__(self) -> None:
        self.seen, self.on, self.before = Reading(), True, read_so_far()

    def __exit__(self, *_: object) -> None:
        self.on = False
        self.seen.bytes = read_so_far() - self.before - self.seen.lists


def read_so_far() -> int:
    said = Path("/proc/self/io").read_text(encoding="ascii").split()
    return int(said[said.index("rchar:") + 1])


def mapping(file: str, period: str, role: str) -> Mapping:
    source = {"file": file, "role": role, "unit": "u", "period": {"constant": period}, "indicators": {"A": "a", "B": "b"}}  # fmt: skip
    return Mapping.model_validate_json(json.dumps({"purpose": "t", "sources": [source]}), strict=True)  # fmt: skip


def unit(of: str, number: int, row: int) -> str:
    return f"u{row:02d}" if of == "corrections" else f"n{number:03d}-{row:02d}"


@pytest.mark.parametrize("of", ["other periods", "other units", "corrections"])
def test_an_intake_reads_no_more_because_others_came_before_it(of: str, tmp_path: Path) -> None:
    lake, (book, _) = Lake.create(tmp_path / "lake"), load_rulebook(write(tmp_path / "book"))
    watch, held = Watch(tmp_path / "lake"), list[Reading]()
    for number in range(COUNT):
        name = f"{number}.csv"
        rows = (f"{unit(of, number, row)},{row + number},2\n" for row in range(20))
        (tmp_path / name).write_text("u,a,b\n" + "".join(rows))
        period = str(2000 + number) if of == "other periods" else "2025"
        role = "correction" if of == "corrections" and number else "observation"
        plan = mapping(name, period, role)
        facts = read_files(plan, book, tmp_path)
        with watch:
            lake.intake(facts, plan, loader="t", at=AT)
        held.append(watch.seen)
    early, late = held[EARLY], held[LATE]
    assert min(one.bytes for one in early) > 0
    assert max(one.bytes for one in late) <= 1.1 * max(one.bytes for one in early)
    for suffix in (".avro", ".json", ".parquet"):
        assert max(one.files[suffix] for one in late) <= 1 + max(one.files[suffix] for one in early)
    assert max(one.lists for one in late) <= A_SNAPSHOT * COUNT
    counts = lake.counts()
    assert (counts["observation"], counts["revision"]) == ((40, 40 * (COUNT - 1)) if of == "corrections" else (40 * COUNT, 0))  # fmt: skip


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (["甲", "乙"], "乙"), (["乙"], "乙"), (["a" * 40 + "1", "a" * 40 + "2"], "a" * 40 + "2"),
        (["市住房和城乡建设局下属建设工程质量安全监督站一", "市住房和城乡建设局下属建设工程质量安全监督站二"], "市住房和城乡建设局下属建设工程质量安全监督站二"),
        (["\U0002a6d6"], "\U0002a6d6"),
    ],
)  # fmt: skip
def test_a_row_that_is_there_is_found_whatever_its_unit_is_called(
    known: list[str], said: str, tmp_path: Path
) -> None:
    """Files are passed by where their units cannot be meant: by the beginnings of long names alone that cannot be told."""
    lake, (book, _) = Lake.create(tmp_path / "lake"), load_rulebook(write(tmp_path / "book"))

    def load(name: str, units: list[str], role: str = "observation") -> None:
        (tmp_path / name).write_text("u,a,b\n" + "".join(f"{one},{len(name)},2\n" for one in units))
        plan = mapping(name, "2025", role)
        lake.intake(read_files(plan, book, tmp_path), plan, loader="t", at=AT)

    load("first.csv", known)
    load("others.csv", ["0", "~~~"])
    with pytest.raises(DataError) as caught:
        load("again.csv", [said])
    assert caught.value.problems[0].code == "row.known"
    load("right.csv", [said], "correction")
    assert lake.counts()["revision"] == 2
