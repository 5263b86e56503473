"""The released publications of a folder, and what the city puts around the pages made from them."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from zhengheng.domain.kept import kept_json, kept_object
from zhengheng.domain.problems import DataError, Problem
from zhengheng.scheme.indicator import NO_UNIT

UPCOMING = "upcoming.json"
"""Beside the publications: what is to come, and from which day."""
COMMENTS = "comments.json"
"""Beside the publications: comments that are shown, with their replies."""
CONSULTATIONS = "consultations.json"
"""Beside the publications: drafts on which the public is or was asked."""
PROOF = "proof.json"
NEWEST = "newest.json"
"""The ledger's newest checkpoint, beside the publications that it goes on from."""
"""In a publication's folder: what proves its release."""
TARGETS = "targets.json"
"""Beside the publications: draft targets to which the public may or might speak."""
STANDINGS = "standings.json"
"""Beside the publications: where the result of each, by number, stands today; its snapshot says where it stood then."""
SINCE = "since.json"
"""Beside the publications: of each, by number, until when its notice runs, and what appeals decided since put right."""
RESTORED = "restored.json"
"""Beside the publications: that the office's data came back from a backup, for as long as readers must be told."""
OLDER: dict[str, Any] = {
    "topics": [],
    "plans": [],
    "accounts": [],
    "retargeted": [],
    "reopened": [],
    "standing": "final",
    "subject": "unit",
    "since": {},
}
"""What snapshots of earlier versions of this program do not hold yet; a published one is never written again."""


def _lines(held: Any) -> Any:
    return (held,) if isinstance(held, str) else held


Lines = Annotated[tuple[str, ...], BeforeValidator(_lines)]


class Slots(BaseModel):
    """What the city puts around every page: its name, header and footer lines (主办单位, 网站标识码, 备案号)."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    name_zh: str = "政务绩效公开"
    name_en: str = "Government performance"
    header: str = ""
    header_en: str = ""
    footer: Lines = ()
    footer_en: Lines = ()
    comments: bool = False
    """Whether the portal takes comments; the server that takes them is `portal serve` with an inbox, or the office."""
    reply_days: int = 10
    """Working days within which a comment is answered [D]."""
    base: str = ""
    """The public address of the site, for the catalogue of open data; empty: relative."""


@dataclass
class Site:
    """The publications of a folder, newest first, and where pages go."""

    publications: list[dict[str, Any]]
    source: Path
    slots: Slots = field(default_factory=Slots)
    upcoming: list[dict[str, Any]] = field(default_factory=list)
    said: dict[str, Any] = field(default_factory=dict)
    """The comments that are shown, and how many there were."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    """The drafts on which the public is or was asked."""
    targets: list[dict[str, Any]] = field(default_factory=list)
    """The draft targets that are or were open."""
    restored: dict[str, Any] = field(default_factory=dict)
    """That the office's data came back from a backup; empty where nobody need be told."""
    unreleased: dict[int, Path] = field(default_factory=dict)
    """Publications that are not released, by number, with the folder above their files: a preview holds one."""

    def folder(self, one: dict[str, Any]) -> Path:
        """Where a publication's files lie."""
        return self.unreleased.get(one["number"], self.source) / str(one["number"])

    def of(self, one: dict[str, Any]) -> "Site":
        """What a publication's pages may read: the publications of its rulebook, and nothing that comes and goes."""
        kin = [other for other in self.publications if other["rulebook"] == one["rulebook"]]
        return Site(kin, self.source, self.slots, unreleased=self.unreleased)

    @cached_property
    def fingerprints(self) -> dict[str, str]:
        """The SHA-256 of each snapshot as the pages read it, by the publication's number."""
        return {
            str(one["number"]): hashlib.sha256(json.dumps(one, sort_keys=True).encode()).hexdigest()
            for one in self.publications
        }

    @cached_property
    def newest(self) -> list[dict[str, Any]]:
        """Of each rulebook the newest period, in its newest version."""
        found: dict[str, dict[str, Any]] = {}
        for one in self.periods:
            found.setdefault(one["rulebook"], one)
        return list(found.values())

    @cached_property
    def periods(self) -> list[dict[str, Any]]:
        """Of each rulebook and period the newest version, the latest period first."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for one in sorted(self.publications, key=lambda one: -one["number"]):
            found.setdefault((one["rulebook"], one["period"]), one)
        # Of one year the whole comes before its quarters and months.
        return sorted(found.values(), key=lambda one: (one["period"][:4], -len(one["period"]), one["period"]), reverse=True)  # fmt: skip

    def before(self, one: dict[str, Any]) -> dict[str, Any] | None:
        """The same rulebook's publication for the period before."""
        held = [other for other in self.periods if alike(one, other) and other["period"] < one["period"]]  # fmt: skip
        return held[0] if held else None

    def restated(self, one: dict[str, Any]) -> tuple[Path, Path]:
        """Where a period lies under the rules of its rulebook's newest publication, and under those before a change."""
        newest = next(other for other in self.newest if other["rulebook"] == one["rulebook"])
        now = self.folder(newest) / "restated" / f"{one['number']}.json"
        return now, self.folder(one) / "restated" / "before.json"

    def today(self, one: dict[str, Any]) -> dict[str, Any] | None:
        """A period as it would be under the rules of the rulebook's newest publication, where these differ."""
        return _held_against(one, read_beside(self.restated(one)[0], None))

    def before_change(self, one: dict[str, Any]) -> dict[str, Any] | None:
        """A publication's period by the rules before it was restated, where it was."""
        return _held_against(one, read_beside(self.restated(one)[1], None))

    @property
    def proofs(self) -> dict[str, dict[str, Any]]:
        """What proves each release, by the publication's number."""
        found = {str(one["number"]): read_beside(self.folder(one) / PROOF, {}) for one in self.publications}  # fmt: skip
        return {number: proof for number, proof in found.items() if proof}

    @property
    def newest_checkpoint(self) -> dict[str, Any] | None:
        """The ledger's newest checkpoint, where it goes on from a publication that is shown."""
        held = read_beside(self.source / NEWEST, {})
        return held if held and str(held["follows"]) in self.proofs else None

    def files(self, one: dict[str, Any]) -> list[tuple[str, str]]:
        """A publication's files with their SHA-256."""
        held = self.digests(one)
        return [(name.removeprefix("data/"), digest) for name, digest in sorted(held.items()) if name.startswith("data/")]  # fmt: skip

    def digests(self, one: dict[str, Any]) -> dict[str, str]:
        """SHA-256 of all that a publication consists of, by the name in its folder."""
        path = self.folder(one) / "digests.json"
        held: dict[str, str] = kept_object(path)
        return held


def alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two publications are of the same rulebook and of periods of the same length."""
    return bool(one["rulebook"] == other["rulebook"]) and len(one["period"]) == len(other["period"])


def slots_of(path: Path) -> Slots:
    """The slots as an installation's portal.yaml fills them. Raises DataError for what does not fit."""
    if not path.is_file():
        return Slots()
    try:
        return Slots.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        raise DataError.one(place, "portal.yaml", zh="这一处不是 YAML，请检查缩进、冒号和引号。", en="this is no YAML; check indents, colons and quotes") from error  # fmt: skip
    except ValidationError as error:
        raise DataError(_misfit(path, one["loc"]) for one in error.errors()) from error


def _misfit(path: Path, loc: tuple[int | str, ...]) -> Problem:
    """A slot that there is not, or that cannot hold what stands there."""
    name = str(loc[0]) if loc else ""
    if not name:
        return Problem(str(path), "portal.slots", "这里应是“项目: 内容”的形式。", "this should read `slot: content`")  # fmt: skip
    if name in Slots.model_fields:
        return Problem(f"{path}:{name}", "portal.slots", f"“{name}”一项的内容不合要求，请按说明填写文字、数字或 true、false。", f"what stands at {name} does not fit; give text, a number, or true or false, as the docs say")  # fmt: skip
    known = "、".join(Slots.model_fields)
    return Problem(f"{path}:{name}", "portal.slots", f"没有“{name}”这一项；可用的项目：{known}。", f"there is no slot {name}; known are {', '.join(Slots.model_fields)}")  # fmt: skip


def read_site(source: Path, slots: Slots | None = None) -> Site:
    """The released publications under a folder. Only finished ones count: those whose digests are written."""
    stands, since = read_beside(source / STANDINGS, {}), read_beside(source / SINCE, {})
    held = [
        snapshot_in(folder)
        | ({"standing": stands[folder.name]} if folder.name in stands else {})
        | ({"since": since[folder.name]} if folder.name in since else {})
        for folder in source.glob("[0-9]*")
        if folder.suffix != ".part" and (folder / "digests.json").is_file()
    ]
    return Site(
        sorted(held, key=lambda one: -one["number"]), source, slots or Slots(),
        read_beside(source / UPCOMING, []), read_beside(source / COMMENTS, {}), read_beside(source / CONSULTATIONS, []), read_beside(source / TARGETS, []),
        read_beside(source / RESTORED, {}),
    )  # fmt: skip


def snapshot_in(folder: Path) -> dict[str, Any]:
    """A publication's snapshot, with what one of an earlier version of this program does not hold yet."""
    held: dict[str, Any] = OLDER | kept_object(folder / "snapshot.json", "number")  # fmt: skip
    for one in held["indicators"]:
        if one.get("measure_unit", {}).get("zh") in NO_UNIT:
            one["measure_unit"] = {"zh": "", "en": ""}
    return _withheld(held)


def _withheld(held: dict[str, Any]) -> dict[str, Any]:
    """Earlier versions wrote of an internal indicator beside scores that it had no light; it was kept back."""
    inside = {one["code"] for one in held.get("indicators", ()) if not one["public"]}
    if held.get("shows") != "score" or not inside:
        return held
    for row in held["marks"].values():
        for code in inside & row.keys():
            if row[code]["status"] == "unlit":
                row[code]["status"] = "withheld"
    for group in held["groups"]:
        for unit in group["units"]:
            statuses = (mark["status"] for mark in held["marks"].get(unit["code"], {}).values())
            unit["counts"] = dict(sorted(Counter(statuses).items()))
    return held


def _held_against(one: dict[str, Any], other: dict[str, Any] | None) -> dict[str, Any] | None:
    """The same period under other rules. Earlier versions showed its totals without asking what internal indicators could
    be worked out from them and the published ones: of those none is shown."""
    inside = any(not indicator["public"] for indicator in one["indicators"])
    if other is None or not inside or other.get("held_against") == one["run"]:
        return other
    for group in other["groups"]:
        for unit in group["units"]:
            if unit["status"] == "value":
                unit["kept_back"] = "beside"
            for name in ("score", "grade", "place", "tied", "members"):
                unit.pop(name, None)
    return other


def read_beside(path: Path, none: Any) -> Any:
    """A document beside the publications, or in their folders; `none` where it is not there."""
    return kept_json(path) if path.is_file() else none
