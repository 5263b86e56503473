"""The secret of a draw is sealed before anybody knows among whom it draws; who alters, loses, repeats or borrows it is found."""

import hashlib
import json
import re
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.e2e.test_appeals import accepted, adopted, on_notice
from tests.e2e.test_year import adopt, report
from tests.web.conftest import NOW, People
from tests.web.test_other_paths import in_force
from tests.web.town import Town
from zhengheng.domain.lots import draw
from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.drawn import wrong_draws
from zhengheng.web.acts.waiting_draws import seal_what_waits
from zhengheng.web.appeals import selectors
from zhengheng.web.appeals.models import PanelSeat
from zhengheng.web.ledger.draws import SealError, seal, sealed, unseal
from zhengheng.web.ledger.models import CommitmentSecret, LedgerEntry
from zhengheng.web.ledger.services import append
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import samples_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def appeal(town: Town) -> int:
    """An appeal that was accepted, and whose panel is not drawn yet."""
    made = on_notice(town, adopted(town))
    return accepted(town, made["result"], "RATE", "97", value_period="2025-06")


def secret(appeal: int) -> CommitmentSecret:
    return CommitmentSecret.objects.filter(subject__startswith=f"draw:appeal:{appeal}#").latest(
        "pk"
    )


def drawn(town: Town, appeal: int, status: int = 0) -> Any:
    return town.post("appeals_clerk", f"appeals/{appeal}/draw", status)


def said() -> list[str]:
    return [f"{one.zh} {one.en}" for one in wrong_draws()]


def test_a_panel_is_drawn_by_the_secret_that_was_sealed_when_nobody_was_asked_yet(
    town: Town, appeal: int
) -> None:
    held = sealed(f"appeal:{appeal}")
    assert held is not None
    page = town.client("appeals_clerk").get(f"/office/appeals/{appeal}/").content.decode()
    assert held.sha256 in page, "both sides can note it before the draw"
    assert bytes(secret(appeal).secret).decode() not in page
    (first,) = drawn(town, appeal)["detail"]["draws"]
    assert hashlib.sha256(first["seed"].encode()).hexdigest() == held.sha256 == first["sha256"]
    acts = list(
        LedgerEntry.objects.filter(subject=f"appeal:{appeal}").values_list("act", "sequence")
    )
    assert dict(acts)["appeal.accept"] - 1 == held.sequence < dict(acts)["appeal.draw"]
    page = town.client("appeals_clerk").get(f"/office/appeals/{appeal}/").content.decode()
    assert "怎样核对这次抽签" in page
    assert f"printf %s {first['seed']} | sha256sum" in page
    assert held.sha256 in page
    names = whoever_the_page_draws(page, first["seed"])
    panel = [seat.account.name for seat in PanelSeat.objects.filter(appeal=appeal).order_by("pk")]
    assert len(names) > len(panel)
    assert names[: len(panel)] == panel
    assert said() == []


def whoever_the_page_draws(page: str, seed: str) -> list[str]:
    """The names on the page, in the order of lots that a reader works out from what the page says."""
    lots = re.findall(r"<li>(\S+) <code>([0-9a-f]{16})…</code></li>", page)
    again = [(hashlib.sha256(f"{seed}:{name}".encode()).hexdigest(), name) for name, _ in lots]
    assert [lot[:16] for lot, _ in again] == [lot for _, lot in lots]
    assert again == sorted(again)
    return [name for _, name in again]


def test_of_people_who_are_called_alike_each_has_a_lot_of_his_own(
    town: Town, appeal: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is called the second is who came the second, in whatever order the pool is read."""
    pool = selectors.pool
    monkeypatch.setattr(selectors, "pool", lambda *asked: (pool(*asked)[0][::-1], pool(*asked)[1]))
    Account.objects.filter(username__startswith="panel-").update(name="张三")
    (first,) = drawn(town, appeal)["detail"]["draws"]
    assert {"张三", "张三（2）"} <= set(first["names"])
    assert len(set(first["names"])) == len(first["pool"])
    called = dict(zip(first["names"], first["pool"], strict=True))
    one, two = (Account.objects.get(username=called[name]) for name in ("张三", "张三（2）"))
    assert one.pk < two.pk
    page = town.client("appeals_clerk").get(f"/office/appeals/{appeal}/").content.decode()
    assert set(whoever_the_page_draws(page, first["seed"])) == set(first["names"])
    assert said() == []


def test_every_draw_has_a_secret_of_its_own(town: Town, appeal: int) -> None:
    panel = drawn(town, appeal)["detail"]["panel"]
    town.post(panel[1], f"appeals/{appeal}/recuse", reason="与申诉单位负责人系同学")
    first, again = drawn(town, appeal)["detail"]["draws"]
    assert first["sealed"] < again["sealed"]
    assert first["seed"] != again["seed"]
    assert said() == []


@pytest.mark.parametrize("way", ["altered", "deleted", "another's"])
def test_the_clerk_draws_with_no_other_secret(town: Town, appeal: int, way: str) -> None:
    row = secret(appeal)
    if way == "deleted":
        row.delete()
    else:
        town.at("2026-04-02")
        with transaction.atomic():
            seal("appeal:999", actor="x", now=NOW)
        other = bytes(CommitmentSecret.objects.latest("pk").secret)
        row.secret = other if way == "another's" else b"0" * 32
        row.save()
    refused = drawn(town, appeal, 422)
    assert refused["type"] == "draw.secret"
    assert "安全审计员" in refused["problems"][0]["detail"]
    (found,) = said()
    assert "教育局" in found, "the appeal by its name"
    assert ("不见了" if way == "deleted" else "不符") in found
    assert drawn(town, appeal, 422)["type"] == "draw.secret", "asking again changes nothing"


def test_the_clerk_who_seals_again_until_he_likes_what_comes_is_found(
    town: Town, appeal: int
) -> None:
    """By the program he cannot; in the database he takes the entry's act away, begins the office, and puts it back."""
    of = f"appeal:{appeal}"
    with transaction.atomic():
        seal(of, actor="x", now=NOW)
    assert LedgerEntry.objects.filter(subject=f"draw:{of}").count() == 1, "one waits already"
    LedgerEntry.objects.filter(subject=f"draw:{of}").update(subject="draw:hidden")
    seal_what_waits(NOW)
    LedgerEntry.objects.filter(subject="draw:hidden").update(subject=f"draw:{of}")
    drawn(town, appeal)
    (found,) = said()
    assert "没有用于抽签，又另外封存了一个" in found


@pytest.mark.parametrize(
    ("change", "zh"),
    [({"seed": "0" * 32}, "不符"), ({"sealed": None}, "没有为它封存种子"), ({"sealed": 0}, "没有为它封存种子"), ({"drawn": ["x"]}, "不是按种子应抽中的"), ({"names": ["x"]}, "不是按种子应抽中的"), ({}, "用过同一个种子")],
)  # fmt: skip
def test_a_draw_that_another_program_entered_is_named(
    town: Town, appeal: int, change: dict[str, Any], zh: str
) -> None:
    """An entry in good order that tells of a draw which did not go by its sealed secret."""
    drawn(town, appeal)
    row = LedgerEntry.objects.get(act="appeal.draw")
    content = json.loads(row.content or "{}") | change
    content.pop("rows", None)
    with transaction.atomic():
        append(act="appeal.draw", subject=str(row.subject), actor="x", at=NOW, content=content)
    found = [one for one in said() if zh in one]
    assert len(found) == 1, said()
    assert "教育局" in found[0]


def test_a_secret_that_was_sealed_after_its_draw_is_none(town: Town, appeal: int) -> None:
    """Whoever draws first and seals what came of it has an entry in order in all its parts but that one."""
    drawn(town, appeal)
    row = LedgerEntry.objects.get(act="appeal.draw")
    content = json.loads(row.content or "{}")
    content.pop("rows", None)
    of = f"draw:appeal:{appeal}"
    with transaction.atomic():
        told = content | {"sealed": LedgerEntry.objects.count() + 1}
        append(act="appeal.draw", subject=str(row.subject), actor="x", at=NOW, content=told)
        later = append(act="draw.sealed", subject=of, actor="x", at=NOW, content={"sha256": content["sha256"]})  # fmt: skip
    assert later.sequence == told["sealed"]
    assert [one for one in said() if "没有为它封存种子" in one] != [], said()


def test_each_year_in_force_has_one_secret_and_a_draft_has_none(town: Town) -> None:
    """In a home of an earlier release, from the beginning of the office on."""
    version = RulebookVersion.objects.get(pk=in_force(town))
    LedgerEntry.objects.filter(act="draw.sealed").update(act="x")
    for changes in (
        {"version": "2025-b"},
        {"version": "2026-a", "period": "2026", "state": "draft"},
    ):
        RulebookVersion.objects.create(**{one.attname: getattr(version, one.attname) for one in RulebookVersion._meta.concrete_fields if not one.primary_key} | changes)  # fmt: skip
    for _ in range(2):
        seal_what_waits(NOW)
    held = LedgerEntry.objects.filter(act="draw.sealed").values_list("subject", flat=True)
    assert list(held) == [f"draw:{samples_of(version)}"]


def test_a_sample_is_drawn_by_what_was_sealed_when_the_rulebook_came_in_force(town: Town) -> None:
    book = adopt(town)
    held = LedgerEntry.objects.get(act="draw.sealed")
    report(town, book)
    made = town.post("office_data", "audits/draw", rulebook=book, size=3)
    about = made["detail"]
    assert about["sealed_in"] == held.sequence
    assert (
        hashlib.sha256(about["seed"].encode()).hexdigest()
        == json.loads(held.content or "{}")["sha256"]
    )
    page = town.client("office_data").get(f"/office/audits/{made['id']}/").content.decode()
    assert f"printf %s {about['seed']} | sha256sum" in page
    names = whoever_the_page_draws(page, about["seed"])
    assert sorted(names) == sorted(about["drawn_from"])
    assert said() == []
    CommitmentSecret.objects.filter(subject__startswith="draw:samples:").latest("pk").delete()
    (found,) = said()
    assert "抽样核查" in found
    assert "不见了" in found


def test_a_draw_whose_content_is_gone_excuses_no_second_sealing_of_another(town: Town, appeal: int) -> None:  # fmt: skip
    """Contents go after their years; the secret that such a draw used is not known any more, and no other's is excused by it."""
    drawn(town, appeal)
    LedgerEntry.objects.filter(act="appeal.draw").update(content=None)
    assert said() == []
    for _ in range(2):
        LedgerEntry.objects.filter(subject="draw:appeal:999").update(subject="draw:hidden")
        with transaction.atomic():
            seal("appeal:999", actor="x", now=NOW)
        LedgerEntry.objects.filter(subject="draw:hidden").update(subject="draw:appeal:999")
    assert any("没有用于抽签，又另外封存了一个" in one for one in said()), said()


def test_a_sample_borrows_no_secret_of_another_year(town: Town) -> None:
    """An entry that names another rulebook's secret in all its parts: what the sample is of stands in the sample."""
    book = adopt(town)
    report(town, book)
    town.post("office_data", "audits/draw", rulebook=book, size=3)
    row = LedgerEntry.objects.get(act="audit.draw")
    content = json.loads(row.content or "{}")
    content.pop("rows", None)
    with transaction.atomic():
        seal("samples:another/2025", actor="x", now=NOW)
        seed, other = unseal("samples:another/2025", actor="x", now=NOW)
        told = content | {
            "of": "samples:another/2025", "seed": seed, "sealed": other.sequence, "sha256": other.sha256,
            "drawn": draw(content["drawn_from"], seed, 3),
        }  # fmt: skip
        append(act="audit.draw", subject=str(row.subject), actor="x", at=NOW, content=told)
    assert any("没有为它封存种子" in one for one in said()), said()


def test_what_waited_before_secrets_were_sealed_gets_one_when_the_office_is_begun(
    town: Town, appeal: int
) -> None:
    """A home of an earlier release: nothing is sealed, nothing is drawn, no earlier draw is a finding."""
    LedgerEntry.objects.filter(act="draw.sealed").update(act="x")
    refused = drawn(town, appeal, 422)
    assert refused["type"] == "draw.unsealed"
    assert "重新启动" in refused["problems"][0]["detail"]
    with transaction.atomic():
        append(
            act="appeal.draw",
            subject=f"appeal:{appeal}",
            actor="x",
            at=NOW,
            content={"seed": "a", "drawn": []},
        )
    assert said() == []
    for _ in range(2):
        seal_what_waits(NOW)
    assert (
        LedgerEntry.objects.filter(act="draw.sealed", subject=f"draw:appeal:{appeal}").count() == 1
    )
    drawn(town, appeal)
    assert said() == []


def test_two_draws_never_open_the_same_secret(people: People) -> None:
    with transaction.atomic():
        seal("appeal:1", actor="x", now=NOW)
        first, second = (unseal("appeal:1", actor="x", now=NOW) for _ in range(2))
    assert first[0] != second[0]
    assert first[1].sequence < second[1].sequence
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        unseal("appeal:1", actor="x", now=NOW)
    tables = [one["sql"] for one in asked if "ledger_" in one["sql"]]
    assert "ledger_head" in tables[0], "each waits for its turn before it reads what is sealed"
    assert ("FOR UPDATE" in tables[0]) == (connection.vendor == "postgresql")
    with pytest.raises(SealError), transaction.atomic():
        unseal("appeal:2", actor="x", now=NOW)
