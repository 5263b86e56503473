"""Units that merge, split or end: the rulebooks follow, nothing is asked of who is gone, and no draft undoes another."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.e2e.town import Town, packed
from tests.web.conftest import NOW, People
from zhengheng.scheme.base import Text
from zhengheng.scheme.later import succeeded
from zhengheng.scheme.model import Unit as AssessedUnit
from zhengheng.scheme.procedure import Heir, Succession
from zhengheng.scoring.upload import read_own
from zhengheng.web.files.services import take_in
from zhengheng.web.organisation.models import Unit
from zhengheng.web.reorganisation.models import Reorganisation
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of
from zhengheng.web.rulebooks.services import fields_of, read_upload
from zhengheng.web.rulebooks.services import packed as folder

MERGER = {
    "kind": "merger", "day": "2026-03-20", "units": [{"code": "D13"}, {"code": "D16"}],
    "heirs": [{"code": "D40", "name_zh": "城乡建设局"}], "basis": "机构改革方案",
}  # fmt: skip
CHANGE = {"change_kind": "split", "changes_from": "2026-07-01", "version": "2026-b", "reason": "市政府调整目标", "basis": "市政府〔2026〕12 号"}  # fmt: skip


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Town(people, monkeypatch)


@pytest.fixture
def book(town: Town) -> int:
    """The town's rulebook of 2026, in force."""
    changes: dict[str, Any] = {"version": "2026", "effective_from": date(2026, 1, 1)}
    file = take_in(name="town.zip", content=packed(**changes), actor=town.people["office_indicators"], now=NOW)  # fmt: skip
    made = RulebookVersion(**fields_of(*read_upload(file.pk), "2026"), state="adopted", made_at=NOW, adopted_on=date(2026, 1, 10))  # fmt: skip
    made.save()
    return made.pk


def merged(town: Town, **changes: Any) -> str:
    """A reorganisation, approved; gives its path."""
    made = town.post("office_procedure", "reorganisations/ask", **(MERGER | changes))["id"]
    decision = town.decided(f"reorganisation:{made}", f"2026-{made}", "2026-03-12")
    town.post("commission_secretary", f"reorganisations/{made}/approve", decision=decision)
    return f"reorganisations/{made}"


def through(town: Town, draft: int) -> str:
    """Consulted on and submitted; gives its path, ready to be put in force."""
    path = f"rulebooks/{draft}"
    day = town.get("office_indicators", path)["detail"]["period"] and settings.FIXED_CLOCK[:10]
    town.post("office_indicators", f"{path}/consult", until="2026-03-13")
    town.at("2026-03-14")
    town.post("office_director", f"{path}/submit")
    town.at(day)
    return path


def adopt(town: Town, path: str, status: int = 0) -> Any:
    decision = town.decided(path.replace("rulebooks/", "rulebook:"), f"会议{path}", "2026-03-12")
    return town.post("commission_secretary", f"{path}/adopt", status, decision=decision)


def words(town: Town, name: str, path: str) -> str:
    answer = town.client(name).get(f"/office/{path}/")
    assert answer.status_code == 200
    return re.sub(r"(<[^>]+>|\s)+", " ", answer.content.decode())


def two_drafts(town: Town, book: int) -> tuple[str, str]:
    """One follows from a merger, one from a change of targets; both begin from the version in force."""
    case = merged(town)
    first = town.post("office_indicators", f"{case}/draft_rules")["detail"]["drafts"][0]
    town.post("office_indicators", f"rulebooks/{book}/change", **CHANGE)
    second = RulebookVersion.objects.get(version="2026-b")
    assert second.base_id == book
    return through(town, first), through(town, second.pk)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_second_of_two_drafts_does_not_undo_the_first(
    town: Town, book: int, order: tuple[int, int]
) -> None:
    paths = two_drafts(town, book)
    first, second = (paths[place] for place in order)
    adopt(town, first)
    said = adopt(town, second, 422)
    assert said["type"] == "rulebook.outdated"
    now = RulebookVersion.objects.get(pk=int(first.split("/")[1]))
    assert now.version in str(said), "which version is in force since"
    page = words(town, "office_indicators", second)
    assert f"已改行版本 {now.version}" in page
    assert f"与上一版本相比 {now.version}" in page, (
        "what it would undo is read before the signature"
    )
    held = RulebookVersion.objects.get(pk=int(second.split("/")[1]))
    assert held.state == "submitted"
    if order == (0, 1):
        assert "删除 类别" in page or "删除 单位" in page or "删除 机构承继" in page, page
    town.post("office_indicators", f"{second}/drop", reason="已在现行版本上重新起草")
    assert RulebookVersion.objects.get(pk=held.pk).state == "dropped"


def test_what_was_amended_from_the_version_in_force_now_is_adopted(town: Town, book: int) -> None:
    first, second = two_drafts(town, book)
    adopt(town, second)
    assert adopt(town, first, 422)["type"] == "rulebook.outdated"
    case = f"reorganisations/{Reorganisation.objects.get().pk}"
    assert "draft_rules" in town.get("office_indicators", case)["acts"], (
        "the merger is drafted anew"
    )
    again = town.post("office_indicators", f"{case}/draft_rules")["detail"]["drafts"][-1]
    made = RulebookVersion.objects.get(pk=again)
    assert book_of(made).succession
    assert made.base is not None
    assert made.base.version == "2026-b"
    town.at("2026-03-12")
    adopt(town, through(town, again))
    assert {one.state for one in RulebookVersion.objects.filter(pk__lt=again)} == {"superseded", "submitted"}  # fmt: skip
    assert "draft_rules" not in town.get("office_indicators", case)["acts"], (
        "nothing is left to draft"
    )


def test_a_replaced_version_says_so_and_asks_for_nothing(town: Town, book: int) -> None:
    first, _ = two_drafts(town, book)
    assert {"open_reports", "compute"} <= set(town.get("office_data", f"rulebooks/{book}")["acts"])
    adopt(town, first)
    held = town.get("office_data", f"rulebooks/{book}")
    assert held["state"] == "superseded"
    assert not {"open_reports", "compute"} & set(held["acts"])
    assert "change" not in town.get("office_indicators", f"rulebooks/{book}")["acts"]
    page = words(town, "unit_leader", f"rulebooks/{book}")
    assert "本版本已被新版代替" in page
    assert {"open_reports", "compute"} <= set(town.get("office_data", first)["acts"])


def test_versions_that_older_releases_left_in_force_side_by_side(town: Town, book: int) -> None:
    """Up to 0.1.0 all versions of a year went on reading as in force: the one adopted last is."""
    later = RulebookVersion.objects.get(pk=book)
    later.pk, later.version, later.adopted_on = None, "2026-c", date(2026, 2, 1)
    later.save()
    assert "compute" not in town.get("office_data", f"rulebooks/{book}")["acts"]
    assert "compute" in town.get("office_data", f"rulebooks/{later.pk}")["acts"]
    assert "现行版本是 2026-c" in words(town, "office_data", f"rulebooks/{book}")


def test_a_draft_of_who_hangs_below_somebody_not_assessed(town: Town, book: int) -> None:
    """Streets stand below districts that another rulebook assesses; the amended rulebook is sound all the same."""
    held = book_of(RulebookVersion.objects.get(pk=book))
    units = [
        AssessedUnit(code=code, name=Text(zh=code), category="bureau", group="all", superior=above)
        for code, above in (("J15", "Q02"), ("J16", "Q02"), ("J15-1", "J15"))
    ]  # fmt: skip
    event = Succession(date=date(2026, 4, 1), kind="split", unit="J15",
                       heirs=(Heir(unit="J37", share="0.62"), Heir(unit="J38", share="0.38")))  # type: ignore[arg-type]  # fmt: skip
    made = succeeded(held, [event], "x", [*held.units, *units], {"J37": "东街道", "J38": "西街道"})
    path = Path(settings.HOME) / "x.zip"
    path.write_bytes(folder(made))
    _, found = read_own(path, "x.zip", "zip")
    assert not [one for one in found if one.severity == "error"], found
    assert {unit.code for unit in made.units} >= {"J15", "J37", "J38"}


def test_nothing_is_left_to_draft_where_the_rulebook_says_the_succession(
    town: Town, book: int
) -> None:
    version = RulebookVersion.objects.get(pk=book)
    held = book_of(version)
    events = [Succession(date=date(2026, 3, 20), kind="merger", unit=unit, heirs=(Heir(unit="D40", share="1"),)) for unit in ("D13", "D16")]  # type: ignore[arg-type]  # fmt: skip
    made = succeeded(held, events, "2026", held.units, {"D40": "城乡建设局"})
    RulebookVersion.objects.filter(pk=book).update(**fields_of(made, [], "2026"))
    case = merged(town)
    assert "draft_rules" not in town.get("office_indicators", case)["acts"]
    answer = town.client("office_indicators").get("/office/").content.decode()
    assert f"/office/{case}/" not in answer, "no task that can be neither done nor left"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"units": [{"code": "D13"}, {"code": "Q01"}]}, "reorganisation.kinds"),
        ({"units": [{"code": "D10"}, {"code": "D10-1"}]}, "reorganisation.kinds"),
        ({"units": [{"code": "D10"}, {"code": "D16"}]}, "reorganisation.within"),
        ({"units": [{"code": "D10-1"}], "heirs": [{"code": "D10", "name_zh": "教育局"}]}, "reorganisation.kinds"),
        ({"units": [{"code": "D16"}], "heirs": [{"code": "Q01", "name_zh": "望衡区"}]}, "reorganisation.kinds"),
    ],
)  # fmt: skip
def test_what_is_not_alike_is_not_made_one(town: Town, changes: dict[str, Any], code: str) -> None:
    Unit.objects.create(code="Q01", name_zh="望衡区", kind="区县")
    Unit.objects.filter(code="D16").update(parent=Unit.objects.get(code="D10"))
    assert code in str(town.post("office_procedure", "reorganisations/ask", 422, **(MERGER | changes)))  # fmt: skip


def test_whoever_asked_withdraws_and_asks_again(town: Town) -> None:
    made = town.post("office_procedure", "reorganisations/ask", **MERGER)["id"]
    done = town.post("office_procedure", f"reorganisations/{made}/withdraw", reason="单位填错")
    assert done["state"] == "withdrawn"
    again = town.post("office_procedure", "reorganisations/ask", **MERGER)["id"]
    other = MERGER | {"kind": "rename", "units": [{"code": "D19"}]}
    said = town.post("office_procedure", "reorganisations/ask", 422, **other)
    assert said["type"] == "heir.taken"
    assert "住建局" in str(said), "by the names of the other case"
    decision = town.decided(f"reorganisation:{again}", "2026-9", "2026-03-12")
    town.post("commission_secretary", f"reorganisations/{again}/approve", decision=decision)
    assert "withdraw" not in town.get("office_procedure", f"reorganisations/{again}")["acts"]
