"""Bundles of release 0.1.0 under this release's verifier: less is bound in them."""

import hashlib
from pathlib import Path

from zhengheng.domain.kept import kept_object
from zhengheng.engines.bundled import BundleError, read_plan, rows_of
from zhengheng.engines.oracle import Row, compute
from zhengheng.engines.stated import StatedOracle
from zhengheng.scoring.contracts import CONTRACTS

_COMPOSED = ("rollup", "succession", "part_unit")
_COMPARED = ("indicator_score", "node_score", "total_score", "ranking", "grading", "light", "reference_score")  # fmt: skip


def verify_earlier(folder: Path) -> tuple[list[str], list[str], list[str]]:
    """Findings, what was recomputed, what was not."""
    manifest = kept_object(folder / "manifest.json")
    found = [
        f"{name}: file changed / 文件被改动"
        for name, stated in manifest.items()
        if not (folder / name).is_file() or hashlib.sha256((folder / name).read_bytes()).hexdigest() != stated
    ]  # fmt: skip
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in sorted(there - manifest.keys() - {"manifest.json"}):
        found.append(
            f"{name}: file added; it is not in manifest.json / 多出的文件，manifest.json 中没有"
        )
    compared: list[str] = []
    try:
        plan, inputs = read_plan(folder / "plan.json"), dict(rows_of(folder))
        public = "cell" in inputs
        if not public and any(plan.get(name) for name in _COMPOSED):
            # Whose figures those values were made of was not said in the plan; the bundle's own verifier knows its rules.
            return found, [], [f"{name} (scored by earlier rules: checked by its own verify.py / 按旧版规则核算，由包内程序复核)" for name in sorted(manifest)]  # fmt: skip
        if public:
            oracle = StatedOracle(plan, inputs)
            if beyond := [*oracle.overstated()]:
                raise BundleError("; ".join(beyond[:5]))
            made = oracle.results()
        else:
            made = compute(plan, inputs)
        published = {name: rows for name, rows in rows_of(folder, "results") if name in _COMPARED}
        for name in sorted(published.keys() & made.keys()):
            if public and name == "light":
                continue
            found += _differences(name, published[name], made[name], public)
            compared.append(f"results/{name}.csv")
    except BundleError as error:
        found.append(str(error))
    rest = sorted(manifest.keys() - set(compared))
    given = [
        f"{name} (unchanged since the manifest was written / 自清单写成后未变)" for name in rest
    ]
    return found, compared, given


def _differences(name: str, published: list[Row], made: list[Row], public: bool) -> list[str]:
    hidden = ("value", "target") if public else ()
    key, found = CONTRACTS[name].key, []
    old = {tuple(row[k] for k in key): row for row in published}
    new = {tuple(row[k] for k in key): row for row in made}
    for place in sorted(old.keys() | new.keys(), key=str):
        one, again = old.get(place), new.get(place)
        where = f"results/{name}.csv {' '.join(map(str, place))}"
        if one is None or again is None:
            found.append(f"{where}: {'not published' if one is None else 'not recomputed'}")
            continue
        found += [
            f"{where}: {column} published {one[column]}, recomputed {again[column]}"
            for column in one if column not in hidden and one[column] != again[column]
        ]  # fmt: skip
    return found
