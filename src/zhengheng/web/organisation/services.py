"""Changing the organisation."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction

from zhengheng.domain.names import Words, code_faults, name_faults, skeleton
from zhengheng.domain.problems import DataError, Problem
from zhengheng.lake.cells import read_day
from zhengheng.web.files.tables import place_of
from zhengheng.web.ledger.services import append
from zhengheng.web.organisation.models import LED, Unit

COLUMNS = {
    "code": "代码", "name_zh": "名称", "name_en": "英文名称", "kind": "类别", "parent": "上级代码",
    "credit_code": "统一社会信用代码", "area_code": "行政区划码", "led": "管理体制", "valid_from": "起", "valid_to": "止",
}  # fmt: skip
"""Columns of a table of units and their Chinese headers."""


def import_units(
    *, rows: Iterable[Mapping[str, str]], actor: str, now: datetime, source: str
) -> int:
    """Add units and bring known ones up to date: all rows, or none. Raises DataError with every row's problem.

    Columns: COLUMNS; code, name_zh and kind are needed, dates are days as people write them, `parent` is a code, `led` one of LED or its Chinese word.
    """
    held = list(rows)
    problems = [
        problem
        for count, row in enumerate(held, 2)
        for problem in _problems(row, place_of(row, count), source)
    ]
    codes = [row.get("code", "").strip() for row in held]
    parents: dict[str, str] = dict(Unit.objects.values_list("code", "parent__code"))
    parents |= {code: row.get("parent", "").strip() for code, row in zip(codes, held, strict=True)}
    known = set(parents)
    for count, row in enumerate(held, 2):
        place, code = place_of(row, count), codes[count - 2]
        above = row.get("parent", "").strip()
        if above and above not in known:
            problems.append(
                _problem(
                    source,
                    place,
                    "unit.parent",
                    f"没有代码为“{above}”的上级单位，请先导入上级单位。",
                    f"there is no unit {above} above it",
                )
            )
        elif circle := _circle(code, parents):
            zh, en = (" → ".join(f"“{one}”" for one in circle), " → ".join(circle))
            problems.append(_problem(source, place, "unit.parent", f"上级代码写成了循环：{zh}。单位不能是自己的上级，也不能在自己的下级之下，请改正其中一行的上级代码。", f"the units above it lead back to itself: {en}; a unit is never above itself, so correct the parent on one of these rows"))  # fmt: skip
        if codes.count(code) > 1:
            problems.append(
                _problem(
                    source,
                    place,
                    "unit.twice",
                    f"代码“{code}”在表中重复。",
                    f"code {code} stands twice",
                )
            )
    seen = LookAlikes()
    for count, row in enumerate(held, 2):
        for name, other in seen.of(row):
            text = row[name].strip()
            problems.append(_problem(source, place_of(row, count), "unit.alike", f"{COLUMNS[name]}“{text}”与“{other}”看上去相同，请换一个。", f'{name} "{text}" looks like "{other}"; choose another'))  # fmt: skip
    if problems:
        raise DataError(problems)
    with transaction.atomic():
        made = {
            row["code"].strip(): Unit.objects.update_or_create(
                code=row["code"].strip(),
                defaults={
                    "name_zh": row["name_zh"].strip(), "name_en": row.get("name_en", "").strip(),
                    "kind": row["kind"].strip(), "credit_code": row.get("credit_code", "").strip(),
                    "area_code": row.get("area_code", "").strip(), "led": _led(row) or "local",
                    "valid_from": _day(row.get("valid_from")), "valid_to": _day(row.get("valid_to")),
                },
            )[0]
            for row in held
        }  # fmt: skip
        for row in held:
            above = row.get("parent", "").strip()
            unit = made[row["code"].strip()]
            unit.parent = Unit.objects.get(code=above) if above else None
            unit.save(update_fields=["parent"])
        append(
            act="organisation.imported", subject=f"file:{source}", actor=actor, at=now,
            content={"units": len(held), "codes": sorted(made)},
        )  # fmt: skip
    return len(held)


def _circle(code: str, parents: Mapping[str, str]) -> list[str]:
    """The way from a unit up to itself, from the nearest unit above on; empty where it ends at the top or in a circle of others."""
    way = [code]
    while (above := parents.get(way[-1])) and above not in way:
        way.append(above)
    return [*way, code] if above and above == code else []


class LookAlikes:
    """Codes and names of all units, and of the rows that were asked about: which of a row's are written otherwise than another's and look the same."""

    def __init__(self, more: Iterable[Mapping[str, str]] = ()) -> None:
        self._known: dict[str, dict[str, str]] = {
            name: {skeleton(text): text for text in Unit.objects.values_list(name, flat=True)}
            for name in ("code", "name_zh")
        }
        for row in more:
            for _ in self.of(row):
                pass

    def of(self, row: Mapping[str, str]) -> Iterable[tuple[str, str]]:
        """Column and the other's text of whatever in the row looks like another's; from now on the row is known too."""
        for name, known in self._known.items():
            text = row.get(name, "").strip()
            other = known.setdefault(skeleton(text), text)
            if text and other != text:
                yield name, other


def naming_faults(row: Mapping[str, str]) -> Iterable[tuple[str, Words]]:
    """What speaks against a unit's code and names as they are written, with the column."""
    for name, check in (("code", code_faults), ("name_zh", name_faults), ("name_en", name_faults)):
        for words in check(row.get(name, "").strip()):
            yield name, words


def _problem(source: str, place: int, code: str, zh: str, en: str) -> Problem:
    return Problem(f"{source}:{place}", code, zh, en)


def _problems(row: Mapping[str, str], place: int, source: str) -> Iterable[Problem]:
    for name in ("code", "name_zh", "kind"):
        if not row.get(name, "").strip():
            yield _problem(
                source, place, "unit.empty", f"请填写{COLUMNS[name]}。", f"{name} is missing"
            )
    for name, (zh, en) in naming_faults(row):
        yield _problem(source, place, "unit.name", f"{COLUMNS[name]}：{zh}。", f"{name}: {en}")
    if _led(row) is None:
        words = "、".join(zh for zh, _ in LED.values())
        yield _problem(
            source,
            place,
            "unit.led",
            f"{COLUMNS['led']}应为{words}之一。",
            f"led is one of {', '.join(LED)}",
        )
    for name in ("valid_from", "valid_to"):
        try:
            _day(row.get(name))
        except ValueError:
            yield _problem(
                source,
                place,
                "unit.date",
                f"{COLUMNS[name]}的“{row[name]}”不是日期，请写成 2026-01-31。",
                f"{name} is no date (2026-01-31)",
            )


def _led(row: Mapping[str, str]) -> str | None:
    """How the unit is led; local where nothing is said, None where the word is not known."""
    word = row.get("led", "").strip() or "local"
    return next((code for code, names in LED.items() if word in (code, names[0])), None)


def _day(text: str | None) -> date | None:
    return read_day(text) if text and text.strip() else None
