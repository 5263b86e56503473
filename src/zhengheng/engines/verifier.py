"""The checks around the oracle inside a bundle: what is in it, how it hangs together, everything recomputed.

Bound are: the list of files (manifest and the sealed run.json), what each document holds and how it is
spelled, the plan to the rulebook, the run's id to fingerprint, files, period and day, every result and every
table that people read to the inputs. What is taken as given and what cannot be recomputed is listed by name;
the last sentence says nothing beyond that.
"""

import argparse
import csv
import hashlib
import json
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from zhengheng.domain.canonical import JsonError, canonical, read_json
from zhengheng.domain.periods import parse_period
from zhengheng.domain.problems import ZhenghengError
from zhengheng.engines.bundled import (
    COMMITTED,
    DOCUMENTS,
    FORMAT,
    HEADERS,
    HUGE,
    KEYS,
    OTHERS,
    PUBLIC,
    SHOWN,
    BundleError,
    in_order,
    place_of,
    read_rows,
    seal,
    strange,
)
from zhengheng.engines.earlier import verify_earlier
from zhengheng.engines.given import BEFORE, as_given, unverified
from zhengheng.engines.inputs import misplaced, parts_of_years, same_anyway, strays
from zhengheng.engines.opened import check_opening
from zhengheng.engines.oracle import Row, Tables, compute
from zhengheng.engines.stated import StatedOracle
from zhengheng.engines.tables import INDICATOR_SCORES, SCORES, indicator_rows, score_rows
from zhengheng.scheme.fingerprint import data_fingerprint, former_fingerprint, wording_fingerprint
from zhengheng.scheme.model import Rulebook, Unit
from zhengheng.scoring.contracts import CONTRACTS, FACTS, SEMANTICS
from zhengheng.scoring.plan import compile_plan

# -- what is in the bundle ----------------------------------------------------------------------


class Bundle:
    """One unpacked bundle: everything it says, checked in the order in which one thing rests on another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.found: list[str] = []
        self.given: list[str] = []
        """What was taken as it stands, or cannot be recomputed: one sentence each."""
        self.compared: list[str] = []
        self.internal: set[str] = set()
        self.manifest: dict[str, str] = _object(folder / "manifest.json")
        self.about: dict[str, Any] = _object(folder / "run.json")
        self.public = self.about.get("kind") == "public"
        self.format: Any = self.about.get("format")

    def verify(self) -> None:
        """Collect all findings."""
        try:
            if self.format not in {BEFORE, FORMAT}:
                raise BundleError(f"run.json: format {self.format} is none that this verifier knows / 不是本程序认识的格式")  # fmt: skip
            self.found += strange(self.about)
            self._spelled()
            self._files()
            book = Rulebook.model_validate_json(_text(self.folder / "rulebook.json"), strict=True)
            self.internal = {one.code for one in book.indicators if one.visibility != "public"}
            self._identity(book)
            plan = self._plan(book)
            made, inputs = self._recompute(plan)
            self._results(made, inputs, plan)
            self._read_tables(plan)
        except BundleError as error:
            self.found.append(str(error))
        except ZhenghengError as error:
            self.found.append(f"rulebook.json: {error}")
        except (
            ValueError,
            KeyError,
            TypeError,
            StopIteration,
            OSError,
            AttributeError,
            ArithmeticError,
        ) as error:
            self.found.append(f"cannot be recomputed / 无法复算: {_amiss(error)}")
        files = len(self.about.get("files", ()))
        self.given[:0] = as_given(files, public=self.public, before=self.format == BEFORE)

    def _files(self) -> None:
        """What was changed, added or taken away, by the manifest and by the sealed list in run.json."""
        there = {
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*") if path.is_file()
        } - {"manifest.json"}  # fmt: skip
        sealed = self.about.get("contents", {}) | {"run.json": self.manifest.get("run.json", "")}
        if self.about.get("seal") != seal(self.about):
            self.found.append(
                "run.json: changed; it does not fit its own seal / 被改动，与其自身的封签不符"
            )
        digests = {name: hashlib.sha256((self.folder / name).read_bytes()).hexdigest() for name in there}  # fmt: skip
        for name in sorted(there | self.manifest.keys() | sealed.keys()):
            stated = {self.manifest.get(name), sealed.get(name)}
            if name not in there:
                self.found.append(f"{name}: file missing / 文件缺失")
            elif None in stated:
                listed = "run.json" if name in self.manifest else "manifest.json"
                self.found.append(
                    f"{name}: file added; it is not in {listed} / 多出的文件，{listed} 中没有"
                )
            elif stated != {digests[name]}:
                self.found.append(f"{name}: file changed / 文件被改动")
        inputs = self._given() if self.public else (*(one.name for one in FACTS), "unit")
        wanted = {*OTHERS, *(f"inputs/{name}.csv" for name in inputs), *(f"results/{name}.csv" for name in self._tables())}  # fmt: skip
        for name in sorted(wanted - there - self.manifest.keys() - sealed.keys()):
            self.found.append(f"{name}: file missing / 文件缺失")
        for name in sorted(there - wanted):
            line = f"{name}: nothing that belongs into such a bundle / 不属于复核包的文件"
            self.found.append(line)
        folders = {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_dir()}  # fmt: skip
        for name in sorted(folders - {"inputs", "results"}):
            line = f"{name}/: no folder that belongs into such a bundle / 不属于复核包的文件夹"
            self.found.append(line)

    def _spelled(self) -> None:
        """Every document stands in the one spelling of what it says: nothing is said twice in it, or between the words."""
        for name in DOCUMENTS:
            path = self.folder / name
            spelling = canonical(_document(path)).encode(errors="surrogatepass")
            if path.is_file() and path.read_bytes() != spelling:
                self.found.append(f"{name}: not spelled as it was written / 写法与写出时的不同")

    def _given(self) -> tuple[str, ...]:
        return tuple(name for name in PUBLIC if name != "agreed" or self.format > BEFORE)

    def _tables(self) -> tuple[str, ...]:
        if self.public:
            return SHOWN
        # A run too big for memory keeps no cells.
        kept = ("cell", "group_statistic", "reference_score")
        return (*SHOWN, *(name for name in kept if f"results/{name}.csv" in self.about["contents"]))  # fmt: skip

    def _identity(self, book: Rulebook) -> None:
        about = self.about
        stated = about["fingerprint"]
        made = {"data": data_fingerprint(book), "wording": wording_fingerprint(book)}
        if stated["data"] == (former := former_fingerprint(book)):
            made["data"] = former
        for name in ("data", "wording"):
            if stated[name] != made[name]:
                self.found.append(
                    f"rulebook.json: its {name} fingerprint is not the one in run.json / 与 run.json 中的指纹不符"
                )
        made_of = {
            "rulebook": made["data"], "files": [[file["sha256"], about["mapping"]] for file in about["files"]],
            "intake": about["intake"], "semantics": about["semantics"], "period": about["period"], "at": about["at"],
        }  # fmt: skip
        if hashlib.sha256(canonical(made_of).encode()).hexdigest()[:16] != about["run"]:
            self.found.append(
                f"run.json: the run's id {about['run']} does not follow from rulebook, files, period and day / "
                "批次号与方案、文件、期间、日期不符"
            )
        if about["rulebook"] != book.code:
            self.found.append("run.json: rulebook is another one / 方案代码不符")
        self.compared.append("run.json: run, fingerprint")

    def _plan(self, book: Rulebook) -> Tables:
        """The plan compiled again; plan.json must be the same."""
        units = [
            Unit.model_validate_json(json.dumps({
                **{name: row[name] for name in ("code", "category", "group", "superior")}, "name": row["code"],
                **{name: row[name] and row[name].isoformat() for name in ("valid_from", "valid_to")},
                "exempt": (row["exempt"] or "").split(), "ranked": row["ranked"],
            }))
            for row in self._input("unit", HEADERS["unit"])
        ]  # fmt: skip
        period, at = parse_period(self.about["period"]), date.fromisoformat(self.about["at"])
        if self.about["semantics"] != SEMANTICS:
            self.found.append(f"run.json: scored by the rules of an earlier release ({self.about['semantics']}); the verifier of that release checks it / 按旧版规则核算，请用当时的复核程序复核")  # fmt: skip
        made = compile_plan(book, "", units, period, at).tables
        stated = _object(self.folder / "plan.json")
        for name in sorted(made.keys() ^ stated.keys()):
            self.found.append(f"plan.json {name}: not a table of the plan, or a table that lacks / 多出或缺少的表")  # fmt: skip
        for name in sorted(made.keys() | stated.keys()):
            old, new = _counted(stated.get(name, [])), _counted(made.get(name, []))
            for row in [*(old - new)][:2]:
                self.found.append(f"plan.json {name}: not what rulebook.json gives / 与方案不符: {row}")  # fmt: skip
            for row in [*(new - old)][:2]:
                self.found.append(f"plan.json {name}: missing / 缺少: {row}")
        self.compared.append("plan.json")
        return {name: list(rows) for name, rows in made.items()}

    # -- recomputing ----------------------------------------------------------------------------

    def _recompute(self, plan: Tables) -> tuple[Tables, Tables]:
        if self.public:
            given = {
                name: self._input(name, HEADERS.get(name) or CONTRACTS[name].names)
                for name in self._given()
            }
            oracle = StatedOracle(plan, given)
            made = oracle.results()
            self.found += misplaced(given["cell"], self.internal)
            if self.format > BEFORE:
                self.found += strays(plan, given, oracle)
                self.given += same_anyway(given, oracle)
            found, listed = parts_of_years(plan, given["cell"])
            self.found += [*found, *oracle.astray()]
            self.given += [*listed, *oracle.unbound()]
            return made, given
        facts = {one.name: self._input(one.name, one.names) for one in FACTS}
        return compute(plan, facts), facts

    def _input(self, name: str, header: tuple[str, ...]) -> list[Row]:
        """The rows of one of the inputs; one that stands twice is named."""
        rows = read_rows(self.folder / "inputs" / f"{name}.csv", header)
        key = KEYS.get(name) or CONTRACTS[name].key
        held = Counter(tuple(str(row[column]) for column in key) for row in rows)
        self.found += [
            f"inputs/{name}.csv {' '.join(place)}: a row stands twice / 有重复的行"
            for place, count in held.items() if count > 1
        ]  # fmt: skip
        self._ordered(f"inputs/{name}.csv", name, rows)
        return rows

    def _ordered(self, file: str, name: str, rows: list[Row]) -> None:
        if self.format > BEFORE and rows != in_order(name, rows):
            self.found.append(f"{file}: rows are not in their order / 行的次序不对")

    def _results(self, made: Tables, inputs: Tables, plan: Tables) -> None:
        """Every published result against the one made anew; of a public bundle what rests on nothing internal."""
        skipped = unverified(inputs, plan, self.given) if self.public else {}
        hidden = {cell["indicator"] for cell in inputs.get("cell", ()) if cell["commitment"]}
        for name in self._tables():
            published = read_rows(self.folder / "results" / f"{name}.csv", CONTRACTS[name].names)
            self._ordered(f"results/{name}.csv", name, published)
            key = CONTRACTS[name].key
            old = {tuple(row[k] for k in key): row for row in published}
            new = {tuple(row[k] for k in key): row for row in made[name]}
            if len(old) != len(published):
                self.found.append(f"results/{name}.csv: a row stands twice / 有重复的行")
            for place in sorted(old.keys() | new.keys(), key=str):
                if place in skipped.get(name, ()):
                    continue
                where = f"results/{name}.csv {' '.join(map(str, place))}"
                if place not in old or place not in new:
                    what = (
                        "not recomputed / 复算没有" if place in old else "not published / 包内缺少"
                    )
                    self.found.append(f"{where}: {what}")
                    continue
                blank = COMMITTED if hidden and old[place].get("indicator") in hidden else ()
                for column, value in old[place].items():
                    again = None if column in blank else new[place][column]
                    if value != again:
                        self.found.append(f"{where}: {column} published {value}, recomputed {again} / 公布值与复算值不同")  # fmt: skip
            self.compared.append(f"results/{name}.csv")

    def _read_tables(self, plan: Tables) -> None:
        """The tables that people read, made again from the results that were compared."""
        results = {name: read_rows(self.folder / "results" / f"{name}.csv") for name in SHOWN}
        period = self.about["period"]
        for name, header, rows in (
            ("scores.csv", SCORES, score_rows(results, plan, period)),
            ("indicator_scores.csv", INDICATOR_SCORES, indicator_rows(results, plan, period)),
        ):
            with (self.folder / name).open(encoding="utf-8", newline="") as stream:
                stated = list(csv.reader(stream))
            made = [list(header), *([row[column] for column in header] for row in rows)]
            for number, (old, new) in enumerate(zip(stated, made, strict=False), 1):
                if old != new:
                    self.found.append(f"{name}:{number}: published {','.join(old)}; recomputed {','.join(new)} / 公布值与复算值不同")  # fmt: skip
            if len(stated) != len(made):
                self.found.append(f"{name}: {len(stated)} lines, recomputed {len(made)} / 行数不同")
            self.compared.append(name)


def _amiss(error: Exception) -> str:
    """What stops the recomputation, in words of ours."""
    if isinstance(error, JsonError):
        return f"{error} / {error.zh}"
    if isinstance(error, OSError):
        return f"{Path(str(error.filename or '')).name} cannot be opened / 打不开"
    if isinstance(error, KeyError) and error.args:
        return f"“{error.args[0]}” is missing / 缺少"
    return "what stands in its files has not the form that was written / 包内文件的内容不是写出时的形式"


def _counted(rows: Iterable[Row]) -> Counter[str]:
    return Counter(canonical({k: v.isoformat() if isinstance(v, date) else v for k, v in row.items()}) for row in rows)  # fmt: skip


def _text(path: Path) -> str:
    if not path.is_file():
        raise BundleError(f"{place_of(path)}: file missing / 文件缺失")
    return path.read_text(encoding="utf-8")


def _object(path: Path) -> dict[str, Any]:
    """A JSON object; empty where the file is none, which the list of files then shows."""
    held = _document(path)
    return held if isinstance(held, dict) else {}


def _document(path: Path) -> Any:
    """What a JSON document says; None where it is none."""
    try:
        return read_json(path.read_text(encoding="utf-8"), HUGE)
    except (OSError, ValueError):
        return None


# -- the command --------------------------------------------------------------------------------


def main(file: str) -> int:
    """`verify.py [FOLDER | BUNDLE.zip] [--open OPENING.json]`; exit code 7 on findings, 2 where nothing can be read."""
    reader = argparse.ArgumentParser(
        prog="verify.py", description="复核一个复核包：由方案和 inputs 重新计算每一个数。 / Recompute every number of a bundle from its rulebook and inputs.",
    )  # fmt: skip
    reader.add_argument(
        "bundle", type=Path, nargs="?", default=Path(file).resolve().parent,
        help="复核包（.zip）或解开后的文件夹；不给则为本程序所在的文件夹 / a bundle or the folder that it was unpacked into; the program's own without it",
    )  # fmt: skip
    reader.add_argument(
        "--open", dest="opened", type=Path, metavar="FILE",
        help="核对办公室公开的一项内部指标 / check an internal indicator that the office opened",
    )  # fmt: skip
    given = reader.parse_args()
    try:
        return _looked(given.bundle, file, given.opened)
    except (OSError, RuntimeError, zipfile.BadZipFile, zlib.error, EOFError, UnicodeError) as error:
        named = getattr(error, "filename", None) or given.bundle
        print(f"无法读取 / cannot be read: {Path(str(named)).name}")
    except ZhenghengError:
        print(
            f"不是复核包，或者缺少其中的文件 / no bundle, or files of it are gone: {given.bundle.name}"
        )
    return 2


def _looked(target: Path, file: str, opened: Path | None) -> int:
    if target.is_dir():
        return _said(target, file, opened)
    print(f"SHA-256 {hashlib.sha256(target.read_bytes()).hexdigest()}  {target.name}")
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(target) as archive:
            amiss = list(_entries_amiss(archive))
            archive.extractall(folder)
        return _said(Path(folder), file, opened, amiss)


def _entries_amiss(archive: zipfile.ZipFile) -> Iterator[str]:
    """Entries that another program may unpack to something else than is looked at here."""
    for name, count in Counter(entry.filename for entry in archive.infolist()).items():
        if count > 1:
            yield f"{name}: {count} entries of the archive have this name / 压缩包内有 {count} 个同名条目"
    for entry in archive.infolist():
        parts = entry.filename.removesuffix("/").split("/")
        if entry.orig_filename != entry.filename or "\\" in entry.filename or {"", ".", ".."} & set(parts):  # fmt: skip
            yield f"{entry.filename}: no plain name of a file / 不是规范的文件名"


def _said(folder: Path, file: str, opened: Path | None, amiss: Sequence[str] = ()) -> int:
    if amiss:
        return _failed([*amiss])
    if opened is not None:
        try:
            found = check_opening(folder, opened.read_text(encoding="utf-8"))
        except BundleError as error:
            found = [str(error)]
        return _failed(found) or _line("OK / 通过: it is what was committed to / 与承诺值一致")
    bundle = Bundle(folder)
    own = Path(file).resolve() == (folder / "verify.py").resolve()
    if not own and not {"format", "contents", "seal"} & bundle.about.keys():
        return _earlier(folder)
    bundle.verify()
    return _failed(bundle.found) or _summary(bundle.compared, bundle.given)


def _earlier(folder: Path) -> int:
    """A bundle of release 0.1.0: less is bound in it, and the sentence says less."""
    found, compared, given = verify_earlier(folder)
    return _failed(found) or _summary(compared, given)


def _failed(found: list[str]) -> int:
    for line in found:
        print(line)
    if found:
        print(f"FAILED / 未通过: {len(found)}")
    return 7 if found else 0


def _line(text: str) -> int:
    print(text)
    return 0


def _summary(compared: list[str], given: list[str]) -> int:
    print("recomputed, the same to the last digit / 已复算，逐位一致:")
    for line in compared:
        print(f"  {line}")
    print("taken as given, not verified / 直接采用，未予核验:")
    for line in given:
        print(f"  {line}")
    return _line(
        f"OK / 通过: everything in this bundle was recomputed, but for the {len(given)} things listed as not verified / "
        f"除所列 {len(given)} 项未予核验外，包内内容全部复算一致"
    )
