"""Units that merge, split or end: the rulebooks follow, nothing is asked of who is gone, and no draft undoes another."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.web.conftest import NOW, People, computed_run
from tests.web.town import Town, packed
from zhengheng.scheme.base import Text
from zhengheng.scheme.later import succeeded
from zhengheng.scheme.midyear import advanced
from zhengheng.scheme.model import Unit as AssessedUnit
from zhengheng.scheme.procedure import Heir, Succession
from zhengheng.scoring.upload import read_own
from zhengheng.web.accounts.models import Account, RoleGrant
from zhengheng.web.accounts.services import AccountError, give_role
from zhengheng.web.files.services import take_in
from zhengheng.web.organisation.models import Unit
from zhengheng.web.publication.acts import document_of
from zhengheng.web.publication.models import Publication
from zhengheng.web.reorganisation.models import Reorganisation
from zhengheng.web.reorganisation.selectors import after
from zhengheng.web.reporting.models import Report
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import reopenings
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of
from zhengheng.web.rulebooks.services import fields_of, read_upload
from zhengheng.web.rulebooks.services import packed as folder
from zhengheng.web.targets.models import TargetLine, TargetSheet
from zhengheng.workflow.roles import Role

MERGER = {
    "kind": "merger", "day": "2026-03-20", "units": [{"code": "D13"}, {"code": "D16"}],
    "heirs": [{"code": "D40", "name_zh": "城乡建设局"}], "basis": "机构改革方案",
}  # fmt: skip
CHANGE = {"change_kind": "split", "changes_from": "2026-07-01", "version": "2026-b", "reason": "市政府调整目标", "basis": "市政府〔2026〕12 号"}  # fmt: skip


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
    day = date.fromisoformat(str(settings.FIXED_CLOCK)[:10])
    town.post("office_indicators", f"{path}/consult", until=day + timedelta(1))
    town.at(str(day + timedelta(2)))
    town.post("office_director", f"{path}/submit")
    town.at(str(day))
    return path


def adopt(town: Town, path: str, status: int = 0) -> Any:
    decision = town.decided(
        path.replace("rulebooks/", "rulebook:"), f"会议{path}", str(settings.FIXED_CLOCK)[:10]
    )
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
    anew = "请在机构变动“合并：住建局、D16 → 城乡建设局”中重新办理“生成方案修订草案”" if order == (1, 0) else "上重新办理“调整方案”"  # fmt: skip
    assert anew in str(said), "the act by which it is drafted again, and no other"
    now = RulebookVersion.objects.get(pk=int(first.split("/")[1]))
    assert now.version in str(said), "which version is in force since"
    page = words(town, "office_indicators", second)
    assert f"已改行版本 {now.version}" in page
    assert anew in page
    desk = re.sub(r"(<[^>]+>|\s)+", " ", town.client("office_indicators").get("/office/").content.decode())  # fmt: skip
    assert f"已改行版本 {now.version}，本稿不能再生效，待放弃，自 2026-03-" in desk
    assert f"与上一版本相比 {now.version}" in page, (
        "what it would undo is read before the signature"
    )
    held = RulebookVersion.objects.get(pk=int(second.split("/")[1]))
    assert held.state == "submitted"
    if order == (0, 1):
        assert "删除 类别" in page or "删除 单位" in page or "删除 机构承继" in page, page
    town.post("office_indicators", f"{second}/drop", reason="已在现行版本上重新起草")
    assert RulebookVersion.objects.get(pk=held.pk).state == "dropped"


def test_an_approved_reorganisation_names_the_rulebooks_of_today(town: Town, book: int) -> None:
    """Until it is carried out; and a draft's number tells its own reorganisation alone."""
    first, second = two_drafts(town, book)
    case = f"reorganisations/{Reorganisation.objects.get().pk}"

    def links() -> list[str]:
        page = town.client("office_indicators").get(f"/office/{case}/").content.decode()
        table = page[page.index("涉及方案") :]
        return re.findall(r'href="/office/(rulebooks/[0-9]+)/"', table[: table.index("</table>")])

    assert set(links()) == {f"rulebooks/{book}"}
    adopt(town, second)
    assert set(links()) == {second}
    town.post("office_indicators", f"{first}/drop", reason="已在现行版本上重新起草")
    again = town.post("office_indicators", f"{case}/draft_rules")["detail"]["drafts"][-1]
    adopt(town, through(town, again))
    held = RulebookVersion.objects.get(pk=again).version
    other = merged(town, units=[{"code": "D19"}], kind="rename", heirs=[{"code": "D41", "name_zh": "新局"}])  # fmt: skip
    last = town.post("office_indicators", f"{other}/draft_rules")["detail"]["drafts"][-1]
    number = RulebookVersion.objects.get(pk=last).version
    assert held.count("-r") == number.count("-r") == 1, (held, number)
    assert number.endswith(f"-r{other.split('/')[1]}")


def test_what_was_amended_from_the_version_in_force_now_is_adopted(town: Town, book: int) -> None:
    first, second = two_drafts(town, book)
    adopt(town, second)
    assert adopt(town, first, 422)["type"] == "rulebook.outdated"
    case = f"reorganisations/{Reorganisation.objects.get().pk}"
    assert "draft_rules" in town.get("office_indicators", case)["acts"], (
        "the merger is drafted anew"
    )
    again = town.post("office_indicators", f"{case}/draft_rules")["detail"]["drafts"][-1]
    page = words(town, "office_indicators", first)
    assert "已按版本 2026-b 重新生成修订草案" in page
    assert "重新办理" not in page, "no act that is not there"
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
    asked = {"unit": "D16", "ground": "pilot", "facts": "试点中的失误", "evidence": [town.file("unit_leader-D16")]}  # fmt: skip
    said = town.post("unit_leader-D16", "tolerance/ask", 422, rulebook=book, **asked)
    assert said["type"] == "rulebook.superseded"
    assert "现行版本是“" in str(said)
    assert "2026-c" in str(said)
    made = town.post("unit_leader-D16", "tolerance/ask", rulebook=later.pk, **asked)
    assert made["state"] == "asked"


def test_a_draft_of_who_hangs_below_somebody_not_assessed(town: Town, book: int) -> None:
    """Streets stand below districts that another rulebook assesses; the amended rulebook is sound all the same."""
    held = book_of(RulebookVersion.objects.get(pk=book))
    units = [
        AssessedUnit(code=code, name=Text(zh=code), category="bureau", group="all", superior=above)
        for code, above in (("J15", "Q02"), ("J16", "Q02"), ("J15-1", "J15"))
    ]  # fmt: skip
    event = Succession(date=date(2026, 4, 1), kind="split", unit="J15",
                       heirs=(Heir(unit="J37", share="0.62"), Heir(unit="J38", share="0.38")))  # type: ignore[arg-type]  # fmt: skip
    made = succeeded(
        held,
        [event],
        "x",
        [*held.units, *units],
        {"J37": Text(zh="东街道"), "J38": Text(zh="西街道")},
    )
    path = Path(settings.HOME) / "x.zip"
    path.write_bytes(folder(made))
    _, found = read_own(path, "x.zip", "zip")
    assert not [one for one in found if one.severity == "error"], found
    assert {unit.code for unit in made.units} >= {"J15", "J37", "J38"}


def test_an_overtaken_draft_whose_succession_is_in_force_is_only_given_up(
    town: Town, book: int
) -> None:
    case = merged(town)
    first = town.post("office_indicators", f"{case}/draft_rules")["detail"]["drafts"][0]
    draft = RulebookVersion.objects.get(pk=first)
    draft.pk, draft.version, draft.state, draft.adopted_on = None, "2026-other", "adopted", date(2026, 3, 1)  # fmt: skip
    draft.save()
    page = words(town, "office_indicators", f"rulebooks/{first}")
    assert (
        "版本 2026-other 已写明机构变动“合并：住建局、D16 → 城乡建设局”的承继，请放弃本稿。" in page
    )
    assert "重新办理" not in page


def test_the_heirs_english_name_goes_into_the_amended_rulebook(town: Town, book: int) -> None:
    own = {"categories": [{"code": "D16", "name": "D16"}, {"code": "D13", "name": "D13"}]}
    units = [{"code": code, "name": code, "category": code, "group": "all"} for code in ("D13", "D16")]  # fmt: skip
    weights = [{"from": date(2026, 1, 1), "table": {code: {"D13": points, "D16": points} for code, points in (("SEATS", 40), ("GROWTH", 30), ("ANSWERED", 30))}}]  # fmt: skip
    changes: dict[str, Any] = {"version": "2026", "effective_from": date(2026, 1, 1), "units": units, "weights": weights, **own}  # fmt: skip
    file = take_in(name="town.zip", content=packed(**changes), actor=town.people["office_indicators"], now=NOW)  # fmt: skip
    RulebookVersion.objects.filter(pk=book).update(**fields_of(*read_upload(file.pk), "2026"))
    heir = {"code": "D40", "name_zh": "城乡建设局", "name_en": "Urban Building Bureau"}
    case = merged(town, heirs=[heir])
    draft = town.post("office_indicators", f"{case}/draft_rules")["detail"]["drafts"][0]
    made = book_of(RulebookVersion.objects.get(pk=draft))
    for one in (*made.categories, *made.units):
        if one.code == "D40":
            assert (one.name.zh, one.name.en) == ("城乡建设局", "Urban Building Bureau")
    assert {"D40"} <= {one.code for one in made.categories} & {one.code for one in made.units}


def test_the_day_on_which_a_reorganisation_takes_effect_is_the_day_it_is_due(
    town: Town, book: int
) -> None:
    case = merged(town)

    def mine() -> list[dict[str, Any]]:
        return [one for one in town.get("office_procedure", "desk")["waiting"] if one["kind"] == "reorganisations"]  # fmt: skip

    assert mine() == []
    assert "生效日 2026-03-20" in words(town, "office_procedure", case)
    town.at("2026-03-20")
    (row,) = mine()
    assert (row["due_on"], row["left"]) == ("2026-03-20", 0)
    town.at("2026-04-08")
    (row,) = mine()
    assert row["left"] < 0, "it should have been carried out weeks ago"


def test_the_last_day_of_opinions_is_nobodys_deadline(town: Town, book: int) -> None:
    town.post("office_indicators", f"rulebooks/{book}/change", **CHANGE)
    path = f"rulebooks/{RulebookVersion.objects.get(version='2026-b').pk}"
    town.post("office_indicators", f"{path}/consult", until="2026-03-13")

    def mine(name: str) -> list[dict[str, Any]]:
        held = town.get(name, "desk")
        assert held["overdue"] == 0
        return [one for one in held["waiting"] if f"rulebooks/{one['id']}" == path]

    town.at("2026-03-13")
    assert mine("office_director") == [], "nothing can be done yet"
    said = town.post("office_director", f"{path}/submit", 422)
    assert said["type"] == "consult.open"
    assert "自 2026-03-14 起可以提请审议" in str(said)
    town.at("2026-03-16")
    for name in ("office_director", "office_indicators"):
        for row in mine(name):
            assert (row["due_on"], row["left"]) == (None, None)
            assert (row["known"]["zh"], row["known_on"]) == ("征求意见至", "2026-03-13")
    assert mine("office_director")
    page = words(town, "office_director", path)
    assert "征求意见至 2026-03-13" in page
    assert "超期" not in page
    town.post("office_director", f"{path}/submit")


def test_nothing_is_left_to_draft_where_the_rulebook_says_the_succession(
    town: Town, book: int
) -> None:
    version = RulebookVersion.objects.get(pk=book)
    held = book_of(version)
    events = [Succession(date=date(2026, 3, 20), kind="merger", unit=unit, heirs=(Heir(unit="D40", share="1"),)) for unit in ("D13", "D16")]  # type: ignore[arg-type]  # fmt: skip
    made = succeeded(held, events, "2026", held.units, {"D40": Text(zh="城乡建设局")})
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


def test_a_unit_that_cannot_be_reorganised_is_named_with_what_it_is(town: Town) -> None:
    """Ended before, with who goes on for it; to come later; unknown; twice, and in which table."""
    case = merged(town, units=[{"code": "D13"}], heirs=[{"code": "D16", "name_zh": Unit.objects.get(code="D16").name_zh}])  # fmt: skip
    town.at("2026-03-20")
    town.post("office_procedure", f"{case}/carry_out")
    Unit.objects.create(code="D60", name_zh="新城局", kind="市直部门", valid_from=date(2027, 1, 1))
    rows = [{"code": one} for one in ("D19", "D13", "D60", "D99", "D19")]
    heirs = [{"code": "D70", "name_zh": "城市局"}, {"code": "D70", "name_zh": "城市局"}, {"code": "D19", "name_zh": "D19"}]  # fmt: skip
    said = str(town.post("office_procedure", "reorganisations/ask", 422, **MERGER | {"day": "2026-04-01", "units": rows, "heirs": heirs}))  # fmt: skip
    gone, goes_on = Unit.objects.get(code="D13"), Unit.objects.get(code="D16")
    assert f"第 2 行：{gone.name_zh}已于 {gone.valid_to} 撤销，由{goes_on.name_zh}承继，请对{goes_on.name_zh}办理。" in said  # fmt: skip
    assert "第 3 行：新城局自 2027-01-01 起才设立" in said
    assert "第 4 行：没有代码为 D99 的单位。" in said
    assert "“撤销的单位”中，D19（代码 D19）出现 2 次。" in said
    assert "“承继的单位”中，城市局（代码 D70）出现 2 次。" in said
    assert "D19（代码 D19）既在“撤销的单位”中，又在“承继的单位”中。" in said


def test_nobody_becomes_the_heir_of_a_unit_that_it_came_below_since(town: Town) -> None:
    """A table may move units after the case was approved; the heir would then stand above itself."""
    case = merged(town, units=[{"code": "D13"}], heirs=[{"code": "D16", "name_zh": Unit.objects.get(code="D16").name_zh}])  # fmt: skip
    section = Unit.objects.create(code="D13-1", name_zh="办公室", kind="科室", parent=Unit.objects.get(code="D13"))  # fmt: skip
    Unit.objects.filter(code="D16").update(parent=section)
    town.at("2026-03-20")
    refused = town.post("office_procedure", f"{case}/carry_out", 422)
    assert refused["type"] == "reorganisation.within"
    assert Unit.objects.get(code="D13").valid_to is None
    Unit.objects.filter(code="D16").update(parent=None)
    town.post("office_procedure", f"{case}/carry_out")


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


def done(town: Town, case: str) -> None:
    """Carried out on its day, and the roles moved."""
    town.at("2026-03-20")
    town.post("office_procedure", f"{case}/carry_out")
    town.post("secrecy_officer", f"{case}/move_roles")


def ended_at(day: str) -> Unit:
    unit = Unit.objects.get(code="D16")
    Unit.objects.filter(pk=unit.pk).update(valid_to=day)
    return unit


def test_roles_at_an_ended_unit_end_with_it_and_none_is_given_there(
    town: Town, people: People
) -> None:
    case = merged(town)
    done(town, case)
    held = RoleGrant.objects.filter(unit__code__in=("D13", "D16"), revoked_at=None)
    assert held.exists()
    assert set(held.values_list("valid_to", flat=True)) == {date(2026, 3, 19)}
    assert RoleGrant.objects.filter(unit__code="D40", account__username="unit_leader-D16").exists()
    with pytest.raises(AccountError, match="ended on 2026-03-19"):
        give_role(
            account=people["mentor"], role=Role.UNIT_LEADER, unit=Unit.objects.get(code="D16"), valid_from=date(2026, 3, 20),
            valid_to=None, actor=people["secrecy_officer"], now=datetime.fromisoformat("2026-03-20T09:00+08:00"),
        )  # fmt: skip


def test_after_a_split_the_roles_end_once_somebody_is_at_an_heir(town: Town, people: People) -> None:  # fmt: skip
    heirs = [{"code": "D41", "name_zh": "东局", "share": "0.6"}, {"code": "D42", "name_zh": "西局", "share": "0.4"}]  # fmt: skip
    case = merged(town, kind="split", units=[{"code": "D16"}], heirs=heirs)
    town.at("2026-03-20")
    town.post("office_procedure", f"{case}/carry_out")
    assert town.post("secrecy_officer", f"{case}/move_roles", 422)["type"] == "split.empty"
    people.give(people["unit_leader-D16"], Role.UNIT_LEADER, unit=Unit.objects.get(code="D41"))
    town.post("secrecy_officer", f"{case}/move_roles")
    left = RoleGrant.objects.filter(unit__code="D16").exclude(valid_to=date(2026, 3, 19))
    assert not left.exists()


def test_nothing_new_is_opened_or_decided_for_a_unit_that_ended(town: Town, book: int) -> None:
    lines = [{"indicator": "SEATS", "value": "1000"}]
    town.post(
        "office_indicators",
        "targets/propose",
        rulebook=book,
        unit="D16",
        lines=lines,
        due_on="2026-03-18",
    )
    TargetSheet.objects.update(state="agreed")
    line = TargetLine.objects.get()
    TargetLine.objects.update(original="1000", current="1000", proposed="1000")
    asked = {"line": line.pk, "value": "900", "ground": "policy", "reason": "政策调整"}
    change = town.post("unit_leader-D16", "changes/ask", **asked)["id"]
    case = merged(town)
    done(town, case)
    for who, path, body in (
        ("office_director", f"changes/{change}/approve", {"answer": "同意"}),
        ("office_indicators", "targets/propose", {"rulebook": book, "unit": "D13", "lines": lines, "due_on": "2026-03-25"}),
        ("commission_secretary", "commitments/record", {"unit": "D16", "meeting": "调度会", "text": "按期完成", "due_on": "2026-03-25"}),
    ):  # fmt: skip
        said = town.post(who, path, 422, **body)
        assert any(code in str(said) for code in ("unit.ended", "unit.unwritten")), (path, said)
        assert "城乡建设局" in str(said)
    town.post("office_director", f"changes/{change}/refuse", answer="单位已经撤销")
    assert town.post("unit_leader-D16", "changes/ask", 422, **asked)["type"] == "unit.ended"


def test_an_open_sheet_of_targets_is_the_heirs_to_answer(
    town: Town, people: People, book: int
) -> None:
    """Its people find it on their desk and settle it; nothing that is refused is offered, in forms neither."""
    lines = [{"indicator": "SEATS", "value": "1000"}]
    said: dict[str, Any] = {"rulebook": book, "lines": lines}
    mine = town.post("office_indicators", "targets/propose", unit="D16", due_on="2026-03-30", **said)["id"]  # fmt: skip
    signed = town.post("office_indicators", "targets/propose", unit="D13", **said)["id"]
    town.post("unit_leader-D13", f"targets/{signed}/agree", consultation=[town.file("unit_leader-D13")])  # fmt: skip
    line = TargetLine.objects.get(sheet=signed)
    asked = {"line": line.pk, "value": "900", "ground": "policy", "reason": "政策调整"}
    change = town.post("unit_leader-D13", "changes/ask", **asked)["id"]
    form = town.client("unit_leader-D13").get("/office/changes/new/ask/").content.decode()
    assert f'value="{line.pk}"' in form
    assert "approve" in town.get("office_director", f"changes/{change}")["acts"]
    done(town, merged(town))
    people.make("heir-only")
    Account.objects.update(must_change_password=False)
    people.give(people["heir-only"], Role.UNIT_LEADER, unit=Unit.objects.get(code="D40"))
    desk = town.client("heir-only").get("/office/").content.decode()
    assert f"/office/targets/{mine}/" in desk
    town.post("heir-only", f"targets/{mine}/counter", opinion="合并后统一安排", lines=[{"indicator": "SEATS", "value": "900"}])  # fmt: skip
    town.post("office_indicators", f"targets/{mine}/answer", reply="同意", lines=[{"indicator": "SEATS", "value": "900"}])  # fmt: skip
    town.post("heir-only", f"targets/{mine}/agree", consultation=[town.file("heir-only")])
    acts = town.get("office_director", f"changes/{change}")["acts"]
    assert "refuse" in acts
    assert "approve" not in acts, "what is refused is not offered"
    assert town.client("office_director").get(f"/office/changes/{change}/approve/").status_code == 403  # fmt: skip
    form = town.client("heir-only").get("/office/changes/new/ask/").content.decode()
    assert f'value="{line.pk}"' not in form
    for who, path in (("office_indicators", "targets/new/propose"), ("commission_secretary", "commitments/new/record"), ("statistics", "items/new/enter")):  # fmt: skip
        form = town.client(who).get(f"/office/{path}/").content.decode()
        assert 'value="D40"' in form, path
        assert 'value="D13"' not in form, path


def test_a_run_that_scores_who_is_gone_is_watched_by_and_never_published(
    town: Town, book: int
) -> None:
    """Watching the year goes on while the amendment is on its way; what it scores wrongly is said and goes on no notice."""

    def computed(path: str) -> ResultRun:
        town.post("office_data", f"{path}/compute")
        made = town.work()[-1].result
        assert made
        town.post("office_director", f"results/{made['run']}/readers", 204, username="office_procedure")  # fmt: skip
        return ResultRun.objects.get(pk=made["result"])

    town.post("office_data", f"rulebooks/{book}/open_reports", period="2026")
    town.work()
    report = Report.objects.get(supplier__code="D10")
    town.post("unit_reporter-D10", f"reports/{report.pk}/submit", value="900", note="提前完成")
    town.post("office_data", f"reports/{report.pk}/verify")
    town.work()
    case = merged(town)
    before = computed(f"rulebooks/{book}")
    assert "不能公示" not in words(town, "office_procedure", f"results/{before.run}")
    done(town, case)
    town.at("2026-04-08")
    made = computed(f"rulebooks/{book}")
    page = words(town, "office_procedure", f"results/{made.run}")
    assert "住建局、D16 已经撤销" in page
    assert "只用于平时监测，不能公示" in page
    said = town.post("office_procedure", f"runs/{made.pk}/publish", 422, left_out="尚未入库")
    assert said["type"] == "rulebook.unwritten"
    assert "生成方案修订草案" in str(said)
    drafts = town.post("office_indicators", f"{case}/draft_rules")["detail"]["drafts"]
    path = through(town, drafts[-1])
    adopt(town, path)
    town.at("2026-04-08")
    later = computed(path)
    assert "不能公示" not in words(town, "office_procedure", f"results/{later.run}")
    town.post("office_procedure", f"runs/{later.pk}/publish", left_out="尚未入库")


def test_the_next_year_knows_who_is_gone(town: Town, book: int) -> None:
    case = merged(town)
    done(town, case)
    town.at("2026-04-08")
    town.post("office_indicators", f"rulebooks/{book}/roll_over", period="2027", version="2027")
    draft = RulebookVersion.objects.get(version="2027")
    assert {u.code: u.valid_to for u in book_of(draft).units}["D13"] == date(2026, 3, 19)
    page = words(town, "office_indicators", f"rulebooks/{draft.pk}")
    assert "住建局" in page or "D13" in page
    assert "已于 2026-03-19 终止" in page
    assert "承继单位 城乡建设局（D40）还没有列入方案" in page
    drafts = town.post("office_indicators", f"{case}/draft_rules")["detail"]["drafts"]
    path = through(town, drafts[-1])
    adopt(town, path)
    town.at("2026-04-08")
    town.post("office_data", f"{path}/open_reports", period="2026")
    town.work()
    asked = set(Report.objects.values_list("unit__code", flat=True))
    assert "D40" in asked
    assert not {"D13", "D16"} & asked, "the year ends without them: its values are the heir's"


def test_posts_go_to_nobody_who_decides_or_reviews(town: Town, people: People) -> None:
    grant = RoleGrant.objects.get(account__username="unit_reporter-D10")
    said = {"grant": grant.pk, "day": "2026-03-20", "notes": "交接说明"}
    for role in (Role.COMMISSION_MEMBER, Role.MENTOR, Role.PANEL_MEMBER, Role.EXTERNAL_AUDITOR, Role.SECRECY_REVIEWER):  # fmt: skip
        refused = town.post("unit_reporter-D10", "handovers/prepare", 422, successor=role.value, **said)  # fmt: skip
        assert "handover.judging" in str(refused), (role, refused)
    people.make("finance")
    people.make("clerk")
    Account.objects.update(must_change_password=False)
    unit = Unit.objects.get(code="D10")
    people.give(people["finance"], Role.FINANCE_REVIEWER, unit=unit)
    people.give(people["clerk"], Role.POST_HOLDER, unit=unit)
    refused = town.post("unit_reporter-D10", "handovers/prepare", 422, successor="finance", **said)
    assert "handover.judging" in str(refused), (
        "who reviews what units say of themselves reports for none"
    )
    own = said | {"grant": people["finance"].grants.get().pk}
    refused = town.post("finance", "handovers/prepare", 422, successor="unit_leader-D10", **own)
    assert "handover.own" in str(refused), "nor does who signs for a unit review"
    town.post("finance", "handovers/prepare", successor="clerk", **own)
    page = town.client("unit_reporter-D10").get("/office/handovers/new/prepare/").content.decode()
    for role in (Role.COMMISSION_MEMBER, Role.MENTOR, Role.PANEL_MEMBER, Role.EXTERNAL_AUDITOR):
        assert f'value="{role.value}"' not in page


def test_the_reason_of_a_reopening_stands_on_what_follows(town: Town, book: int) -> None:
    version = RulebookVersion.objects.get(pk=book)
    decision = town.decided(f"rulebook:{book}", "2026-5", "2026-03-12")
    common: dict[str, Any] = {"rulebook": version.code, "period": "2026", "version": version, "title_zh": "小城", "made_at": NOW}  # fmt: skip
    old = ResultRun.objects.create(run="o" * 16, state="replaced", **common)
    old.reopenings.create(on=date(2026, 3, 1), reason="审计发现数据错误", decision_id=decision)
    new = ResultRun.objects.create(run=computed_run().id, state="notice", published_at=NOW, replaces=old, **common)  # fmt: skip
    assert [one.reason for one in reopenings(new)] == ["审计发现数据错误"]
    held = Publication(run=new, shows="score")
    assert document_of(held)["reopened"] == [{"on": "2026-03-01", "reason": "审计发现数据错误"}]


def test_an_overtaken_run_is_not_taken_up_again(town: Town, book: int) -> None:
    version = RulebookVersion.objects.get(pk=book)
    common: dict[str, Any] = {"rulebook": version.code, "period": "2026", "version": version, "title_zh": "小城", "made_at": NOW}  # fmt: skip
    old = ResultRun.objects.create(run="o" * 16, state="set_aside", **common)
    old.readers.create(account=town.people["office_director"], named_by=town.people["office_director"], named_at=NOW)  # fmt: skip
    ResultRun.objects.create(run="n" * 16, state="notice", published_at=NOW, **common)
    assert "take_up" not in town.get("office_director", f"runs/{old.pk}")["acts"]


def test_a_forward_change_is_tried_as_if_it_held(town: Town, book: int) -> None:
    """What comes too late for a year is computed as if it held there, from the rules as they would be."""
    held = book_of(RulebookVersion.objects.get(pk=book))
    change = {"change_kind": "prospective", "changes_from": "2026-07-01", "version": "2026-p", "reason": "加重", "basis": "文件"}  # fmt: skip
    town.post("office_indicators", f"rulebooks/{book}/change", **change)
    draft = RulebookVersion.objects.get(version="2026-p")
    weighed = held.weights[0].model_copy(update={"from_": date(2026, 7, 1), "kind": "prospective", "table": {"SEATS": Decimal(30), "GROWTH": Decimal(40), "ANSWERED": Decimal(30)}})  # fmt: skip
    changed = book_of(draft).model_copy(update={"weights": (*held.weights, weighed)})
    what_if = advanced(changed, date(2026, 7, 1), date(2025, 1, 1))
    assert [(one.from_, one.kind) for one in what_if.weights] == [(date(2025, 1, 1), "restated")]
    assert what_if.weights[0].table == weighed.table


def test_the_effect_names_units_in_the_readers_language(town: Town, book: int) -> None:
    """Before the approval and after it, when the table is kept as it was."""
    Unit.objects.filter(code="D16").update(name_zh="住房局", name_en="Housing")
    case = merged(town)
    client = town.client("office_procedure")
    assert "D16 住房局" in " ".join(client.get(f"/office/{case}/").content.decode().split())
    client.cookies["language"] = "en"
    page = " ".join(client.get(f"/office/{case}/").content.decode().split())
    assert "D16 Housing" in page
    assert "D16 住房局" not in page


def test_what_is_open_at_an_heir_is_counted_once(town: Town, book: int) -> None:
    """A report about one of the units before the heir that the heir, or another of them, supplies is one matter."""
    done(town, merged(town))
    version = RulebookVersion.objects.get(pk=book)
    units = {one.code: one for one in Unit.objects.all()}
    for number, (unit, supplier) in enumerate((("D13", "D40"), ("D13", "D16"), ("D16", "D16"), ("D40", "D10"), ("D10", "D19")), 1):  # fmt: skip
        Report.objects.create(rulebook=version, unit=units[unit], supplier=units[supplier], indicator="SEATS", period=f"2026-0{number}", state="due", due_on=date(2026, 4, 1), made_at=NOW)  # fmt: skip
    (heir,) = after(Reorganisation.objects.get(), date(2026, 3, 20))
    assert (heir[0].code, heir[2]) == ("D40", 4)
    page = town.client("office_procedure").get(f"/office/reorganisations/{Reorganisation.objects.get().pk}/")  # fmt: skip
    assert "未办事项4" in re.sub(r"<[^>]+>|\s", "", page.content.decode())
