"""What an intake has gathered so far: columns of plain values, units, files, what was refused and why."""

from pathlib import Path
from typing import Any

from zhengheng.domain.problems import Problem
from zhengheng.lake.facts import FileInfo, Reject
from zhengheng.lake.mapping import Mapping
from zhengheng.scheme.model import Rulebook, Unit
from zhengheng.scoring.contracts import FACTS


class Gathered:
    """One intake's state. `digits` are those of the total's points, `sequence` the last revision's number."""

    def __init__(self, mapping: Mapping, rulebook: Rulebook, data: Path, key: bytes) -> None:
        self.mapping, self.data, self.key = mapping, data, key
        self.rulebook = rulebook
        self.indicators = {indicator.code: indicator for indicator in rulebook.indicators}
        self.named = {indicator.code: indicator.name.zh for indicator in rulebook.indicators}
        self.digits = rulebook.tree.digits
        self.declared = {unit.code for unit in rulebook.units}
        self.declared |= {i.reference.unit for i in rulebook.indicators if i.reference.unit}
        """Units that the rulebook itself names."""
        self.declared_units = False
        """Whoever wrote the files saw the unit of measure of each number, so that none is asked about."""
        self.items = {item.code: item for item in rulebook.adjustments}
        self.columns: dict[str, dict[str, list[Any]]] = {
            contract.name: {name: [] for name in contract.names} for contract in FACTS
        }
        self.seen: dict[str, dict[tuple[Any, ...], tuple[str, int]]] = {c.name: {} for c in FACTS}
        self.units: dict[str, Unit] = {}
        self.placed: dict[str, str] = {}
        """File and row of each unit."""
        self.files: list[FileInfo] = []
        self.rejects: list[Reject] = []
        self.faults: list[Problem] = []
        """What keeps the whole intake from being taken, beside the refused rows."""
        self.warnings: list[Problem] = []
        self.digests: dict[str, str] = {}
        self.taken = self.rounded = self.sequence = self.skipped = self.confirmed = 0
        self.changed: list[tuple[int, str, str, str]] = []
        """The first values of this source that were rounded: row, indicator, as it came, as it is taken."""
