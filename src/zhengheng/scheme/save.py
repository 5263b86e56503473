"""Write a rulebook as a YAML folder: one indicator a file, cases beside them."""

from pathlib import Path
from typing import Any

import yaml

from zhengheng.scheme.fingerprint import dump
from zhengheng.scheme.folder import MAIN
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.shared import gathered


def filed(book: Rulebook) -> dict[str, Any]:
    """The rulebook as plain data in the way its files say it: what many indicators share stands once."""
    return gathered(dump(book), book.indicators, book.defaults)


def save_folder(book: Rulebook, folder: Path) -> None:
    """Write rulebook.yaml, indicators/*.yaml and cases/cases.yaml; reading it gives the same model."""
    data = filed(book)
    indicators, cases = data.pop("indicators", []), data.pop("cases", [])
    (folder / "indicators").mkdir(parents=True, exist_ok=True)
    for old in (folder / "indicators").glob("*.yaml"):
        old.unlink()
    write_yaml(folder / MAIN, data)
    for indicator in indicators:
        write_yaml(folder / "indicators" / f"{indicator['code']}.yaml", indicator)
    if cases:
        (folder / "cases").mkdir(exist_ok=True)
        write_yaml(folder / "cases" / "cases.yaml", cases)


def write_yaml(path: Path, data: Any) -> None:
    """Plain YAML in the order given; no anchors, small mappings on one line."""
    text = yaml.dump(
        data, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=100, default_flow_style=None
    )
    path.write_text(text, encoding="utf-8")


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True
