"""The checks around the oracle inside a bundle: manifest, row digests, recomputation."""

import csv
import hashlib
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from zhengheng.engines.oracle import Oracle, Row, Tables, compute

DATES = {
    "at", "period", "period_end", "valid_from", "valid_to", "due_on", "done_on", "decided_on",
    "published_on", "published_by", "ends_on", "starts_on",
}  # fmt: skip
TEXTS = {
    "unit", "indicator", "category", "comparison_group", "node", "status_text", "grade", "light",
    "subject", "kind", "vintage", "milestone", "item", "document", "approver", "superior",
    "commitment", "digest",
}  # fmt: skip
KEYS = {
    "indicator_score": ("unit", "indicator"), "node_score": ("unit", "node"), "total_score": ("unit",),
    "ranking": ("unit", "node"), "grading": ("unit",), "light": ("unit", "subject"),
    "cell": ("unit", "indicator", "segment"), "reference_score": ("unit",),
    "group_statistic": ("comparison_group", "indicator", "segment"),
}  # fmt: skip
COMPARED = (
    "indicator_score",
    "node_score",
    "total_score",
    "ranking",
    "grading",
    "light",
    "reference_score",
)


class BundleError(Exception):
    """What is wrong, in one sentence per finding."""


def read_rows(path: Path) -> list[Row]:
    """The rows of a bundle's csv, each checked against its own digest."""
    found, wrong = [], []
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        header = next(reader)
        for cells in reader:
            row = dict(zip(header, cells, strict=True))
            stated = row.pop("digest")
            if hashlib.sha256("\x1f".join(cells[:-1]).encode()).hexdigest()[:8] != stated:
                wrong.append(f"{path.name}:{reader.line_num}: {_name(row)}")
            found.append({name: _typed(name, cell, path.stem) for name, cell in row.items()})
    if wrong:
        raise BundleError("changed cell / 被改动: " + "; ".join(wrong[:5]))
    return found


def _name(row: dict[str, str]) -> str:
    names = ("unit", "indicator", "node", "period", "item", "value")
    return ", ".join(f"{name} {row[name]}" for name in names if row.get(name))


def _typed(name: str, cell: str, table: str) -> Any:
    if name in TEXTS or (name == "status" and table in {"node_score", "total_score"}):
        return cell if cell or name in {"document"} else None
    if cell == "":
        return None
    if cell in {"true", "false"}:
        return cell == "true"
    return date.fromisoformat(cell) if name in DATES else int(cell)


def read_plan(path: Path) -> Tables:
    """The plan tables with their dates."""
    tables: Tables = json.loads(path.read_text(encoding="utf-8"))
    for rows in tables.values():
        for row in rows:
            for name, value in row.items():
                if name in DATES and isinstance(value, str):
                    row[name] = date.fromisoformat(value)
    return tables


def recompute(folder: Path, plan: Tables) -> Tables:
    """All results again: from source rows, or from the public indicator values."""
    inputs = folder / "inputs"
    if not (inputs / "cell.csv").is_file():
        return compute(plan, {path.stem: read_rows(path) for path in sorted(inputs.glob("*.csv"))})
    cells = {
        (row["unit"], row["indicator"], row["segment"]): row
        for row in read_rows(inputs / "cell.csv")
    }
    facts: Tables = {
        name: [] for name in ("observation", "revision", "target", "milestone", "approval")
    }
    given = {name: read_rows(inputs / f"{name}.csv") for name in ("event", "gate_value")}
    return PublicOracle(plan, {**facts, **given}, cells).results()


class PublicOracle(Oracle):
    """The oracle from indicator values upward; committed cells bring their points with them."""

    def __init__(self, plan: Tables, facts: Tables, cells: dict[tuple[str, str, int], Row]) -> None:
        super().__init__(plan, facts)
        self.given = cells

    def results(self) -> Tables:
        self.known = {key: dict(cell) for key, cell in self.given.items()}
        segments = {gate["indicator"]: gate.get("segment", 1) for gate in self.plan["gate"]}
        for row in self.facts["gate_value"]:
            self.known[row["unit"], row["indicator"], segments[row["indicator"]]] = row
        open_cells = {key: cell for key, cell in self.given.items() if not cell["commitment"]}
        scores = self.indicator_scores(open_cells, self.groups(open_cells))
        hidden = {}
        for (unit, code, _), cell in self.given.items():
            if cell["commitment"]:
                names = ("unit", "category", "comparison_group", "indicator", "value", "target")
                hidden[unit, code] = {name: cell[name] for name in names} | {
                    "status": cell["outcome"], "points": cell["points"], "printed": cell["printed"]
                }  # fmt: skip
        scores += list(hidden.values())
        nodes = self.node_scores(scores)
        totals = self.totals(nodes, scores)
        ranking = self.ranking(totals, nodes)
        return {
            "indicator_score": scores, "node_score": nodes, "total_score": totals,
            "ranking": ranking, "grading": self.grading(totals, ranking),
        }  # fmt: skip


def differences(folder: Path, made: Tables, public: bool) -> list[str]:
    """Every published number that does not come out again."""
    hidden = ("value", "target") if public else ()
    found = []
    for name in COMPARED:
        path = folder / "results" / f"{name}.csv"
        if name not in made or not path.is_file():
            continue
        key = KEYS[name]
        again = {tuple(row[k] for k in key): row for row in made[name]}
        published = {tuple(row[k] for k in key): row for row in read_rows(path)}
        for place in sorted(published.keys() | again.keys(), key=str):
            old, new = published.get(place), again.get(place)
            where = f"results/{name}.csv {' '.join(map(str, place))}"
            if old is None or new is None:
                found.append(f"{where}: {'not published' if old is None else 'not recomputed'}")
                continue
            for column in old:
                if column not in hidden and old[column] != new[column]:
                    found.append(
                        f"{where}: {column} published {old[column]}, recomputed {new[column]}"
                    )
    return found


def check_manifest(folder: Path) -> list[str]:
    """Files that are not what the manifest says."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return [
        f"{name}: file changed / 文件被改动"
        for name, stated in manifest.items()
        if not (folder / name).is_file()
        or hashlib.sha256((folder / name).read_bytes()).hexdigest() != stated
    ]


def verify(folder: Path) -> list[str]:
    """All findings about one unpacked bundle; none means every number was recomputed."""
    found = check_manifest(folder)
    try:
        public = (folder / "inputs" / "cell.csv").is_file()
        for path in sorted((folder / "inputs").glob("*.csv")):
            read_rows(path)
        made = recompute(folder, read_plan(folder / "plan.json"))
        found += differences(folder, made, public)
    except BundleError as error:
        found.append(str(error))
    return found


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    found = verify(folder)
    for line in found:
        print(line)
    if found:
        print(f"FAILED / 未通过: {len(found)}")
        return 7
    print("OK / 通过: every published number was recomputed / 全部数字复算一致")
    return 0


if __name__ == "__main__":
    sys.exit(main())
