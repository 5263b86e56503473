"""The README shows what the program shows."""

from pathlib import Path

from tests.readme_sample import computed, written


def test_the_sample_of_the_readme_is_what_the_demonstration_prints(tmp_path: Path) -> None:
    assert written() == computed(tmp_path / "demo"), "run `make docs`"
