"""What the README shows of the sample city: written by `make docs` from a run of `zhengheng demo`, compared by a test."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.conftest import ROOT

README = ROOT / "README.md"
BEGINS = "市直部门年度绩效考核方案"
"""The first words of the sample: the scoreboard of the departments."""
ROWS = 8
PASSPORT = 4
"""Lines of a group and of a passport that are shown."""


def computed(folder: Path) -> str:
    """The first group of the departments' scoreboard and the beginning of the passport, as the terminal has them."""
    done = subprocess.run(
        [sys.executable, "-m", "zhengheng.cli.main", "demo", str(folder)],
        capture_output=True, text=True, encoding="utf-8", check=True,
        env={**os.environ, "COLUMNS": "200", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    board = next(place for place, line in enumerate(lines) if line.startswith(BEGINS))
    passport = next(place for place, line in enumerate(lines) if line.startswith("得分溯源单"))
    shown = [line for line in lines[board : board + ROWS + 4] if line][: ROWS + 3]
    return "\n".join((*shown, "", *lines[passport : passport + PASSPORT + 1], "    …"))


def written() -> str:
    """The sample as the README has it."""
    return next(part for part in _parts() if part.startswith(f"\n{BEGINS}")).strip("\n")


def _parts() -> list[str]:
    return README.read_text(encoding="utf-8").split("```")


def main() -> int:
    """Write the sample into the README."""
    with tempfile.TemporaryDirectory() as folder:
        made = computed(Path(folder) / "demo")
    parts = [f"\n{made}\n" if part.startswith(f"\n{BEGINS}") else part for part in _parts()]
    README.write_text("```".join(parts), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
