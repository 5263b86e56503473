"""Whether an internal cell that the office opened is what a bundle had committed to."""

import hashlib
from pathlib import Path

from zhengheng.domain.canonical import JsonError, canonical, read_json
from zhengheng.engines.bundled import COMMITTED, BundleError, read_rows


def check_opening(folder: Path, text: str) -> list[str]:
    """What of an opening is not what the unpacked bundle had committed to. Raises BundleError for no opening at all."""
    found = []
    try:
        held = read_json(text)
        openings = held if isinstance(held, list) else [held]
        stated = [
            {name: one[name] for name in ("unit", "indicator", "segment", *COMMITTED)} for one in openings
        ]  # fmt: skip
        made = [
            hashlib.sha256(bytes.fromhex(one["salt"]) + canonical(covered).encode()).hexdigest()
            for one, covered in zip(openings, stated, strict=True)
        ]
    except JsonError as error:
        raise BundleError(f"{error.en} / {error.zh}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise BundleError(
            "the opening has not the form in which the office gives it / 公开文件不是办公室给出时的形式"
        ) from error
    cells = {
        (row["unit"], row["indicator"], row["segment"]): row["commitment"]
        for row in read_rows(folder / "inputs" / "cell.csv")
    }
    for covered, commitment in zip(stated, made, strict=True):
        place = (covered["unit"], covered["indicator"], covered["segment"])
        if cells.get(place) != commitment:
            found.append(
                f"inputs/cell.csv {' '.join(map(str, place))}: not what was committed to / 与承诺值不符"
            )
    return found
