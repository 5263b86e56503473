"""Two officers and a fresh proof: first passwords, renewals, closings, and every door that moves rights."""

import json
import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from tests.web.conftest import NOW, PASSWORD, People
from tests.web.test_accounts import SECRET, codes, sign_in
from zhengheng.domain.problems import ZhenghengError
from zhengheng.web.accounts import credentials, services
from zhengheng.web.accounts.models import Account, ApiToken, Renewal, RoleGrant
from zhengheng.web.accounts.proving import PROVED
from zhengheng.web.accounts.selectors import ForbiddenError
from zhengheng.web.accounts.tokens import make_token
from zhengheng.web.api.models import GivenAnswer
from zhengheng.web.handovers.models import Handover
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.pages.clock import now as running_now
from zhengheng.web.reorganisation.models import Reorganisation
from zhengheng.workflow.deciding import DECIDERS
from zhengheng.workflow.permissions import RULES
from zhengheng.workflow.roles import OFFICERS, Role


def closed(people: People, name: str, who: str = "system_administrator", **changes: int) -> Renewal:
    """What came of closing an account: done at once, or asked for."""
    account = people[name]
    version = changes.get("row_version", account.row_version)
    held, _ = credentials.renew(
        account=account, what=credentials.CLOSING, row_version=version, actor=people[who], now=NOW, reason="调离",
    )  # fmt: skip
    return held


def renewed(
    people: People, who: str, name: str, what: str = credentials.PASSWORD
) -> tuple[Any, str]:
    account = people[name]
    return credentials.renew(
        account=account, what=what, row_version=account.row_version, actor=people[who], now=NOW,
        reason="调离" if what == credentials.CLOSING else "",
    )  # fmt: skip


def unproved(people: People, name: str) -> Client:
    """A browser that signed in too long ago to sign or to give rights."""
    client = people.client(name)
    session = client.session
    session[PROVED] = 0
    session.save()
    return client


ASKED_BY_SECRECY = [
    ("security_auditor", "system_administrator"),
    ("secrecy_officer", "security_auditor"),
    ("system_administrator", "security_auditor"),
]


def taken(people: People, name: str, who: str = "secrecy_officer") -> Renewal | None:
    """What came of taking an officer's role back: a request."""
    grant = people[name].grants.get()
    return credentials.revoke_role(
        grant=grant, row_version=grant.row_version, actor=people[who], now=NOW, reason="工作调整"
    )


@pytest.mark.parametrize(("office", "confirmer"), ASKED_BY_SECRECY)
def test_no_officer_alone_takes_anothers_role(people: People, office: str, confirmer: str) -> None:
    """By page and by API: one asks, one of another office carries it out, and the ledger says both."""
    for name in sorted(OFFICERS):
        people.give(people.make(f"second-{name}"), name)
    Account.objects.update(must_change_password=False)
    asker = "second-secrecy_officer" if office == "secrecy_officer" else "secrecy_officer"
    grant = people[office].grants.get()
    given = json.dumps({"row_version": grant.row_version})

    def post(who: str, path: str) -> Any:
        return people.client(who).post(f"/api/v1/{path}", given, content_type="application/json")

    api = post(asker, f"grants/{grant.pk}/revoke")
    assert (api.status_code, api.json()["what"], api.json()["state"]) == (202, "role", "asked")
    page = people.client(asker).post(f"/office/grants/{grant.pk}/revoke/", {"row_version": 1})
    assert "由另一岗位的管理员确认后才会办理" in page.content.decode()
    (asked,) = Renewal.objects.filter(dropped_at=None)
    assert asked.pk != api.json()["id"], "asked for again: the earlier request is over"
    assert people[office].grants.get().revoked_at is None, "one alone only asks"
    for who in (office, asker, "office_director", "second-secrecy_officer", "secrecy_officer"):
        assert post(who, f"accounts/renewals/{asked.pk}/confirm").status_code in {403, 422}, who
        shown = people.client(who).get(f"/office/accounts/{office}/").content.decode()
        assert "确认办理" not in shown, who
    assert people[office].grants.get().revoked_at is None
    shown = people.client(confirmer).get(f"/office/accounts/{office}/").content.decode()
    assert "收回角色" in shown
    answer = people.client(confirmer).post(f"/office/renewals/{asked.pk}/confirm/")
    assert "角色已收回" in answer.content.decode()
    assert people[office].grants.get().revoked_at is not None
    entry = LedgerEntry.objects.get(act="grant.revoked")
    assert (entry.subject, entry.actor) == (f"account:{office}", confirmer)
    assert json.loads(entry.content or "")["asked_by"] == asker
    client, status = sign_in(office, PASSWORD)
    assert status == 302
    assert "收回角色，由" in client.get("/office/password/").content.decode(), "its owner is told"


@pytest.mark.parametrize("office", sorted(OFFICERS))
def test_somebody_always_remains_in_each_of_the_three_offices(people: People, office: Role) -> None:
    """Not the last is taken, nor the last who stays: a closed account holds nothing, a role that ends soon hands nothing on."""
    officer = "secrecy_officer"
    if office == Role.SECRECY_OFFICER:
        people.give(people.make("other"), office, valid_to=NOW.date())
        officer = "other"

    def refused(name: str) -> set[str]:
        with pytest.raises(ZhenghengError) as caught:
            taken(people, name, officer)
        return codes(caught)

    assert refused(office.value) == {"account.last"}
    people.give(people.make("second"), office, valid_to=NOW.date() + timedelta(30))
    assert refused(office.value) == {"account.last"}, "in a month nobody would be left"
    with pytest.raises(ZhenghengError) as caught:
        closed(people, office.value, officer if office == Role.SYSTEM_ADMINISTRATOR else "system_administrator")  # fmt: skip
    assert codes(caught) == {"account.last"}
    people.give(people.make("third"), office, valid_from=NOW.date() + timedelta(1))
    assert refused(office.value) == {"account.last"}, "who begins tomorrow is not there today"
    people.give(people.make("fourth"), office)
    Account.objects.filter(username="fourth").update(is_active=False)
    assert refused(office.value) == {"account.last"}, "a closed account holds nothing"
    Account.objects.filter(username="fourth").update(is_active=True)
    assert taken(people, office.value, officer) is not None
    assert taken(people, "second", officer) is not None, (
        "who goes sooner than another leaves no gap"
    )


def test_nobody_takes_his_own_role_or_hands_it_over(people: People) -> None:
    """Other ways to be rid of an officer: his own act, a table of roles, a handover."""
    people.give(people.make("second"), Role.SECRECY_OFFICER)
    with pytest.raises(ZhenghengError) as caught:
        taken(people, "secrecy_officer")
    assert codes(caught) == {"renewal.self"}
    table = f"账号,角色,起,止\nsecurity_auditor,安全审计员,,{NOW.date()}\n"
    api = people.client("secrecy_officer").post("/api/v1/grants-import", {"file": SimpleUploadedFile("t.csv", table.encode())})  # fmt: skip
    assert api.status_code == 422
    grant = people["security_auditor"].grants.get()
    assert (grant.valid_to, grant.revoked_at) == (None, None)
    given = {"grant": grant.pk, "successor": "second", "day": str(NOW.date()), "notes": "x"}
    for who in ("security_auditor", "secrecy_officer", "office_director"):
        answer = people.client(who).post("/api/v1/handovers/prepare", json.dumps(given), content_type="application/json")  # fmt: skip
        assert answer.status_code in {403, 422}, who
    assert not Handover.objects.exists()


def test_two_roles_that_are_taken_at_once_do_not_both_go(people: People) -> None:
    people.give(people.make("second"), Role.SECURITY_AUDITOR)
    first, second = (taken(people, name) for name in ("security_auditor", "second"))
    officer = people["system_administrator"]
    assert first is not None
    assert second is not None
    credentials.confirm(renewal=first, row_version=1, actor=officer, now=NOW)
    with pytest.raises(ZhenghengError) as caught:
        credentials.confirm(renewal=second, row_version=1, actor=officer, now=NOW)
    assert codes(caught) == {"account.last"}


def test_other_roles_are_taken_by_one_and_stale_versions_told(people: People) -> None:
    grant = people["security_auditor"].grants.get()
    people.give(people.make("second"), Role.SECURITY_AUDITOR)
    for version in (2, 0):
        with pytest.raises(services.StaleError):
            credentials.revoke_role(grant=grant, row_version=version, actor=people["secrecy_officer"], now=NOW)  # fmt: skip
    assert taken(people, "expert") is None
    assert people["expert"].grants.get().revoked_at is not None


@pytest.mark.parametrize(
    ("office", "asker", "confirmer"),
    [
        ("security_auditor", "system_administrator", "secrecy_officer"),
        ("secrecy_officer", "system_administrator", "security_auditor"),
        ("system_administrator", "secrecy_officer", "security_auditor"),
    ],
)
def test_no_officer_alone_puts_another_or_himself_out_of_the_way(
    people: People, office: str, asker: str, confirmer: str
) -> None:
    """The last of an office is never closed; another one only by two officers of two offices."""
    for name in OFFICERS:
        with pytest.raises(ZhenghengError) as caught:
            closed(people, name.value, "system_administrator")
        assert codes(caught) <= {"account.last", "renewal.self"}
    for name in sorted(OFFICERS):
        people.give(people.make(f"second-{name}"), name)
    Account.objects.update(must_change_password=False)
    with pytest.raises(ZhenghengError) as caught:
        closed(people, asker, asker)
    assert codes(caught) <= {"renewal.self", "forbidden"}
    asked = closed(people, office, asker)
    assert asked.done_at is None
    assert people[office].is_active, "one alone only asks"
    version = people[office].row_version
    for who in (office, asker, f"second-{asker}", "office_director"):
        with pytest.raises(ZhenghengError) as caught:
            credentials.confirm(renewal=asked, row_version=version, actor=people[who], now=NOW)
        assert codes(caught) <= {"renewal.second", "forbidden"}, who
        page = people.client(who).get(f"/office/accounts/{office}/").content.decode()
        assert "确认办理" not in page
    second = people.client(confirmer)
    assert "确认办理" in second.get(f"/office/accounts/{office}/").content.decode()
    answer = second.post(f"/office/renewals/{asked.pk}/confirm/")
    assert "账号已停用" in answer.content.decode()
    assert not people[office].is_active
    entry = LedgerEntry.objects.get(act="account.closed")
    assert (entry.subject, entry.actor) == (f"account:{office}", confirmer)
    with pytest.raises(ZhenghengError) as caught:
        closed(people, f"second-{office}", f"second-{asker}")
    assert codes(caught) == {"account.last"}


def test_two_who_are_asked_to_go_at_once_do_not_both_go(people: People) -> None:
    people.give(people.make("second"), Role.SECURITY_AUDITOR)
    asked = [closed(people, name) for name in ("security_auditor", "second")]
    officer = people["secrecy_officer"]
    first, second = asked
    credentials.confirm(renewal=first, row_version=1, actor=officer, now=NOW)
    with pytest.raises(ZhenghengError) as caught:
        credentials.confirm(renewal=second, row_version=1, actor=officer, now=NOW)
    assert codes(caught) == {"account.last"}


def test_who_asked_and_lost_his_office_since_asks_for_nothing_any_more(people: People) -> None:
    second = people.make("second")
    people.give(second, Role.SYSTEM_ADMINISTRATOR)
    asked, _ = renewed(people, "second", "security_auditor")
    gone = taken(people, "second")
    assert gone is not None
    credentials.confirm(renewal=gone, row_version=1, actor=people["security_auditor"], now=NOW)
    version = people["security_auditor"].row_version
    with pytest.raises(ZhenghengError) as caught:
        credentials.confirm(renewal=asked, row_version=version, actor=people["secrecy_officer"], now=NOW)  # fmt: skip
    assert codes(caught) == {"renewal.second"}


def test_by_the_api_too_an_officer_is_closed_by_two(people: People) -> None:
    people.give(people.make("second"), Role.SECURITY_AUDITOR)

    def post(who: str, path: str, version: int, **given: str) -> Any:
        return people.client(who).post(f"/api/v1/accounts/{path}", json.dumps({"row_version": version, **given}), content_type="application/json")  # fmt: skip

    assert post("system_administrator", "mentor/close", 1, reason="调离本单位").status_code == 204
    asked = post("system_administrator", "second/close", 1, reason="调离本单位")
    assert (asked.status_code, asked.json()["state"]) == (202, "asked")
    assert people["second"].is_active
    address = f"renewals/{asked.json()['id']}/confirm"
    same = post("system_administrator", address, 1)
    assert same.status_code == 422
    assert not any(one["code"].startswith("field.") for one in same.json()["problems"])
    assert post("secrecy_officer", address, 1).json()["state"] == "done"
    assert not people["second"].is_active


def test_an_account_is_closed_and_opened_again_for_a_reason(people: People) -> None:
    """Its words stand on its page and in the ledger; it comes back with its roles, a new password and no old token."""
    client = people.client("system_administrator")

    def ask(way: str, **given: Any) -> Any:
        version = Account.objects.get(username="mentor").row_version
        return client.post(f"/office/accounts/mentor/{way}/", {"row_version": version} | given)

    for blank in ("", "  ", "——", "x" * 401):
        answer = ask("close", reason=blank)
        assert answer.status_code == 422
        assert "理由" in answer.content.decode()
        assert people["mentor"].is_active
    assert "账号正在使用" in ask("open", reason="返聘").content.decode()
    _, token = make_token(
        account=people["mentor"], name="表格", scopes=["read"], known=["read"], ends_on=NOW.date() + timedelta(30), now=NOW,
    )  # fmt: skip
    assert ask("close", reason="借调期满").status_code == 200
    page = client.get("/office/accounts/mentor/").content.decode()
    assert "借调期满" in page
    assert "重置密码" not in page
    assert json.loads(LedgerEntry.objects.get(act="account.closed").content)["reason"] == "借调期满"
    version = people["mentor"].row_version
    for what in (credentials.PASSWORD, credentials.FACTOR, credentials.CLOSING):
        with pytest.raises(ZhenghengError) as caught:
            credentials.renew(account=people["mentor"], what=what, row_version=version, actor=people["system_administrator"], now=NOW, reason="x")  # fmt: skip
        assert codes(caught) == {"account.closed"}
    assert ask("open", reason="").status_code == 422
    assert not people["mentor"].is_active
    answer = ask("open", reason="重新借调").content.decode()
    drawn = re.search(r'<code class="code">(\w+)</code>', answer)
    assert drawn
    assert sign_in("mentor", PASSWORD)[1] == 422, "the old password is void"
    newcomer, status = sign_in("mentor", drawn[1])
    assert status == 302
    assert newcomer.get("/office/").headers["Location"] == "/office/password/"
    assert people["mentor"].grants.get().revoked_at is None
    assert Client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401  # fmt: skip
    page = client.get("/office/accounts/mentor/").content.decode()
    assert page.index("重新借调") < page.index("借调期满")
    entry = LedgerEntry.objects.get(act="account.opened")
    assert (entry.actor, json.loads(entry.content)["reason"]) == (
        "system_administrator",
        "重新借调",
    )
    for name in ("office_director", "mentor", "secrecy_officer"):
        with pytest.raises(ForbiddenError):
            credentials.renew(account=people["expert"], what=credentials.OPENING, row_version=1, actor=people[name], now=NOW, reason="x")  # fmt: skip


def test_an_officers_account_is_opened_again_by_two_of_two_offices(people: People) -> None:
    people.give(people.make("second"), Role.SECURITY_AUDITOR)
    credentials.confirm(renewal=closed(people, "second"), row_version=1, actor=people["secrecy_officer"], now=NOW)  # fmt: skip

    def post(who: str, path: str, **given: Any) -> Any:
        return people.client(who).post(f"/api/v1/accounts/{path}", json.dumps(given), content_type="application/json")  # fmt: skip

    version = people["second"].row_version
    assert post("system_administrator", "second/open", row_version=version).status_code == 422
    asked = post("system_administrator", "second/open", row_version=version, reason="复职")
    assert (asked.status_code, asked.json()["state"], asked.json()["password"]) == (202, "asked", None)  # fmt: skip
    assert not people["second"].is_active, "one alone only asks"
    address = f"renewals/{asked.json()['id']}/confirm"
    page = people.client("secrecy_officer").get("/office/accounts/second/").content.decode()
    assert "复职" in page, "whoever confirms reads why"
    for who in ("system_administrator", "office_director"):
        assert post(who, address, row_version=version).status_code in {403, 422}
    held = post("secrecy_officer", address, row_version=version).json()
    assert (held["state"], held["what"], held["reason"]) == ("done", "opening", "复职")
    assert sign_in("second", held["password"])[1] == 302
    plain = post("system_administrator", "mentor/close", row_version=1, reason="调离")
    assert plain.status_code == 204
    again = post("system_administrator", "mentor/open", row_version=2, reason="回任").json()
    assert again["state"] == "done"
    assert len(again["password"]) == credentials.LENGTH


def test_a_new_first_password_is_drawn_shown_once_and_its_owner_is_told(people: People) -> None:
    _, password = renewed(people, "system_administrator", "mentor")
    assert len(password) == credentials.LENGTH
    client, status = sign_in("mentor", password)
    assert status == 302
    page = client.get("/office/password/").content.decode()
    assert "如果不是您本人要求的" in page
    assert "如果不是您本人要求的" not in client.get("/office/password/").content.decode(), (
        "said once"
    )
    assert people["mentor"].must_change_password
    for who in ("secrecy_officer", "office_director", "mentor"):
        with pytest.raises(ForbiddenError):
            renewed(people, who, "expert")


@pytest.mark.parametrize("what", [credentials.PASSWORD, credentials.FACTOR])
def test_the_system_administrator_alone_becomes_no_officer(people: People, what: str) -> None:
    """Two persons, neither of them the owner; a second one who says no ends it."""
    services.keep_factor(
        account=people["secrecy_officer"], secret=SECRET, code=pyotp.TOTP(SECRET).at(NOW), now=NOW
    )
    asked, password = renewed(people, "system_administrator", "secrecy_officer", what)
    assert (asked.done_at, password) == (None, "")
    assert sign_in("secrecy_officer", PASSWORD)[1] == 302, "nothing has changed yet"
    held = people["secrecy_officer"]
    for who in ("system_administrator", "secrecy_officer", "office_director"):
        with pytest.raises(ZhenghengError):
            credentials.confirm(
                renewal=asked, row_version=held.row_version, actor=people[who], now=NOW
            )
    page = (
        people.client("security_auditor").get("/office/accounts/secrecy_officer/").content.decode()
    )
    assert "确认办理" in page
    answer = people.client("security_auditor").post(f"/office/renewals/{asked.pk}/confirm/")
    assert answer.status_code == 200
    held.refresh_from_db()
    if what == credentials.PASSWORD:
        drawn = re.search(r'<code class="code">(\w+)</code>', answer.content.decode())
        assert drawn is not None
        assert sign_in("secrecy_officer", drawn[1])[1] == 302
    else:
        assert held.factor == ""
    with pytest.raises(ZhenghengError):
        credentials.confirm(
            renewal=asked, row_version=held.row_version, actor=people["security_auditor"], now=NOW
        )
    again, _ = renewed(people, "system_administrator", "secrecy_officer", what)
    credentials.drop(renewal=again, actor=people["security_auditor"], now=NOW)
    with pytest.raises(ZhenghengError):
        credentials.confirm(
            renewal=again, row_version=held.row_version, actor=people["security_auditor"], now=NOW
        )
    acts = LedgerEntry.objects.filter(subject="account:secrecy_officer").values_list(
        "act", flat=True
    )
    assert {"account.renewal_asked", "account.renewal_dropped"} <= set(acts)


def test_for_the_system_administrator_the_secrecy_officer_asks_and_the_auditor_confirms(
    people: People,
) -> None:
    asked, _ = renewed(people, "secrecy_officer", "system_administrator")
    held = people["system_administrator"]
    assert credentials.confirm(
        renewal=asked, row_version=held.row_version, actor=people["security_auditor"], now=NOW
    )


def test_signatures_and_grants_want_somebody_who_is_still_there(people: People) -> None:
    client = people.client("secrecy_officer")
    given = {"role": "expert", "valid_from": str(NOW.date())}
    session = client.session
    session[PROVED] = 0
    session.save()
    people.make("new")
    answer = client.post("/office/accounts/new/grants/", given)
    assert answer.status_code == 403
    assert "验证身份" in answer.content.decode()
    assert not people["new"].grants.exists()
    api = client.post(
        "/api/v1/accounts/new/grants", json.dumps(given), content_type="application/json"
    )
    assert (api.status_code, api.json()["type"]) == (403, "prove.needed")
    assert (
        client.post("/office/prove/", {"password": "wrong", "next": "/office/"}).status_code == 422
    )
    assert (
        client.post("/office/prove/", {"password": PASSWORD, "next": "https://elsewhere/"}).headers[
            "Location"
        ]
        == "/office/"
    )
    assert client.post("/office/accounts/new/grants/", given).status_code == 302


def test_every_door_that_moves_rights_wants_somebody_who_is_still_there(people: People) -> None:
    """Tables of accounts and roles, closing, taking back; by page and by API."""
    people.make("new")
    grant = people["expert"].grants.get()
    roles, accounts = "账号,角色\nnew,专家\n", "账号,姓名\nnext,新二\n"
    doors: list[tuple[str, str, str, Any]] = [
        ("secrecy_officer", "/office/grants/import/", "/api/v1/grants-import", roles),
        ("system_administrator", "/office/accounts/import/", "/api/v1/accounts-import", accounts),
        ("secrecy_officer", f"/office/grants/{grant.pk}/revoke/", f"/api/v1/grants/{grant.pk}/revoke", {"row_version": 1}),
        ("system_administrator", "/office/accounts/mentor/close/", "/api/v1/accounts/mentor/close", {"row_version": 1, "reason": "调离"}),
    ]  # fmt: skip

    def knock(client: Client, page: str, api: str, given: Any) -> tuple[Any, Any]:
        if isinstance(given, str):
            return tuple(client.post(one, {"file": SimpleUploadedFile("t.csv", given.encode())}) for one in (page, api))  # type: ignore[return-value]  # fmt: skip
        return client.post(page, given), client.post(api, json.dumps(given), content_type="application/json")  # fmt: skip

    for who, page, api, given in doors:
        shown, answer = knock(unproved(people, who), page, api, given)
        assert shown.status_code == 403, page
        assert "验证身份" in shown.content.decode()
        assert (answer.status_code, answer.json()["type"]) == (403, "prove.needed")
    assert not people["new"].grants.exists()
    assert not Account.objects.filter(username="next").exists()
    assert people["expert"].grants.get().revoked_at is None
    assert people["mentor"].is_active
    for who, page, _, given in doors:
        assert knock(people.client(who), page, "/api/v1/me", given)[0].status_code in {200, 302}
    assert people["new"].grants.get().role == "expert"


def test_acts_that_move_roles_want_him_too(people: People) -> None:
    made: dict[str, Any] = {"made_by": people["office_procedure"], "made_at": NOW}
    heirs = [{"code": "D13", "name_zh": "住建局", "name_en": "", "share": "1"}]
    case = Reorganisation.objects.create(
        state="carried_out", kind="merger", day=NOW.date(), units=["D10"], heirs=heirs, basis="x", **made
    )  # fmt: skip
    handover = Handover.objects.create(
        state="taken", grant=people["expert"].grants.get(), successor=people["mentor"], day=NOW.date(), notes="x", **made
    )  # fmt: skip
    count = RoleGrant.objects.count()
    for address in (f"reorganisations/{case.pk}/move_roles", f"handovers/{handover.pk}/carry_out"):
        late, fresh = unproved(people, "secrecy_officer"), people.client("secrecy_officer")
        api = late.post(f"/api/v1/{address}", json.dumps({"row_version": 1}), content_type="application/json")  # fmt: skip
        assert (api.status_code, api.json()["type"]) == (403, "prove.needed")
        assert late.post(f"/office/{address}/", {"row_version": 1}).status_code == 403
        assert RoleGrant.objects.count() == count
        assert fresh.post(f"/office/{address}/", {"row_version": 1}).status_code == 302
        assert RoleGrant.objects.count() > count
        count = RoleGrant.objects.count()


def opened_form(client: Client) -> dict[str, str]:
    """What the form of a grant carries from the page it stands on."""
    page = client.get("/office/accounts/fresh/").content.decode()
    form = page[page.index('action="/office/accounts/fresh/grants/"') :]
    found = re.search(r'name="opened"\s+value="([^"]*)"', form)
    assert found
    return {"role": "expert", "valid_from": str(NOW.date()), "opened": found[1]}


@pytest.mark.parametrize(
    ("open_at", "send_at", "taken"),
    [
        (None, 14, True), (None, 16, False), (None, 76, False), (None, -1, False),
        (14, 16, True), (14, 73, True), (14, 74, False), (14, 76, False), (16, 17, False), (14, 13, True), (14, -1, False),
    ],
)  # fmt: skip
def test_a_proof_is_fresh_for_a_quarter_of_an_hour_and_a_form_opened_in_it_for_an_hour(
    people: People, open_at: int | None, send_at: int, taken: bool
) -> None:
    """Minutes after the sign-in; below nought the clock was set back."""

    def at(minutes: int) -> override_settings:
        return override_settings(FIXED_CLOCK=(NOW + timedelta(minutes=minutes)).isoformat())

    people.make("fresh")
    client = people.client("secrecy_officer")
    given = {"role": "expert", "valid_from": str(NOW.date())}
    if open_at is not None:
        with at(open_at):
            given = opened_form(client)
    with at(send_at):
        answer = client.post("/office/accounts/fresh/grants/", given)
    assert answer.status_code == (302 if taken else 403)
    assert people["fresh"].grants.exists() == taken


def test_a_form_that_somebody_else_opened_proves_nothing(people: People) -> None:
    people.make("fresh")
    given = {"role": "expert", "valid_from": str(NOW.date())}
    with override_settings(FIXED_CLOCK=(NOW - timedelta(minutes=16)).isoformat()):
        client, other = people.client("secrecy_officer"), people.client("system_administrator")
    with override_settings(FIXED_CLOCK=(NOW - timedelta(minutes=10)).isoformat()):
        own, page = opened_form(client), other.get("/office/accounts/fresh/").content.decode()
    foreign = re.search(r'name="opened"\s+value="([^"]+)"', page)
    assert foreign
    for carried in ("", "x", foreign[1], own["opened"] + "x"):
        answer = client.post("/office/accounts/fresh/grants/", given | {"opened": carried})
        assert answer.status_code == 403, carried
    assert client.post("/office/accounts/fresh/grants/", own).status_code == 302


def test_a_new_accounts_password_is_drawn_and_shown_once_to_who_makes_it(people: People) -> None:
    """By page, by API and by table, and never typed: not even where somebody sends one."""
    client = people.client("system_administrator")
    given = {"username": "first", "name": "新一", "password": "Typed-by-hand-1"}
    page = client.post("/office/accounts/new/", given)
    drawn = re.findall(r'<code class="code">(\w+)</code>', page.content.decode())
    assert [len(one) for one in drawn] == [credentials.LENGTH]
    assert "no-store" in page.headers["Cache-Control"]
    typed = client.post("/api/v1/accounts", json.dumps({**given, "username": "second"}), content_type="application/json")  # fmt: skip
    assert typed.status_code == 422
    api = client.post("/api/v1/accounts", json.dumps({"username": "second", "name": "新一"}), content_type="application/json")  # fmt: skip
    assert api.status_code == 201
    drawn.append(api.json()["password"])
    table = SimpleUploadedFile("t.csv", "账号,姓名\nthird,新三\nfourth,新四\n".encode("gb18030"))
    page = client.post("/office/accounts/import/", {"file": table})
    drawn += re.findall(r'<code class="code">(\w+)</code>', page.content.decode())
    table = SimpleUploadedFile("t.csv", "账号,姓名\nfifth,新五\n".encode())
    api = client.post("/api/v1/accounts-import", {"file": table})
    handed = api.json()["accounts"]
    assert (api.json()["rows"], handed[0]["username"], handed[0]["name"]) == (1, "fifth", "新五")
    drawn.append(handed[0]["password"])
    assert len(set(drawn)) == 5
    for username, password in zip(("first", "second", "third", "fourth", "fifth"), drawn, strict=True):  # fmt: skip
        assert sign_in(username, "Typed-by-hand-1")[1] == 422
        newcomer, status = sign_in(username, password)
        assert status == 302
        assert newcomer.get("/office/").headers["Location"] == "/office/password/"
    for one in drawn:
        assert one not in client.get("/office/accounts/").content.decode()
        assert not LedgerEntry.objects.filter(content__icontains=one).exists()
    old = SimpleUploadedFile("t.csv", "账号,姓名,初始密码\nsixth,新六,Heng-2026-first\n".encode())
    assert client.post("/api/v1/accounts-import", {"file": old}).status_code == 422


def test_an_answer_that_is_kept_for_a_repeat_shows_no_password_to_who_reads_the_database(
    people: People,
) -> None:
    client = people.client("system_administrator")

    def post() -> Any:
        return client.post("/api/v1/accounts", json.dumps({"username": "first", "name": "新一"}),
                           content_type="application/json", headers={"Idempotency-Key": "one"})  # fmt: skip

    first, again = post(), post()
    assert again.headers["Idempotent-Replay"] == "true"
    assert first.json() == again.json()
    assert first.json()["password"] not in GivenAnswer.objects.get().body
    assert "first" not in GivenAnswer.objects.get().body


def test_a_forgotten_password_is_reset_by_the_administrator_and_changed_by_the_person(
    people: People,
) -> None:
    administrator = people.client("system_administrator")
    address = "/office/accounts/expert/password/"
    assert administrator.post(address, {"row_version": "7"}).status_code == 409
    answer = administrator.post(address, {"row_version": "1"})
    drawn = re.search(r'<code class="code">(\w+)</code>', answer.content.decode())
    assert drawn is not None
    assert "no-store" in answer.headers["Cache-Control"]
    assert sign_in("expert", PASSWORD)[1] == 422
    client, status = sign_in("expert", drawn[1])
    assert status == 302
    assert client.get("/office/").headers["Location"] == "/office/password/"
    assert LedgerEntry.objects.filter(act="account.password_reset").count() == 1


def program(people: People, name: str) -> Any:
    """Something that calls the API with a token of this account."""
    _, secret = make_token(
        account=people[name], name="数据接口", scopes=["read"], known=["read"], ends_on=NOW.date() + timedelta(90), now=NOW
    )  # fmt: skip
    return lambda: Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code  # fmt: skip


def test_tokens_end_with_the_password_under_which_they_were_made(people: People) -> None:
    mine, others = program(people, "expert"), program(people, "mentor")
    assert (mine(), others()) == (200, 200)
    client, new = people.client("expert"), "Heng-2027-next"
    for path in ("password", "tokens"):
        assert "令牌" in client.get(f"/office/{path}/").content.decode()
    client.post("/office/password/", {"old": "wrong", "new": new, "again": new})
    assert mine() == 200, "nothing was changed"
    answer = client.post("/office/password/", {"old": PASSWORD, "new": new, "again": new}, follow=True)  # fmt: skip
    assert "原有的 1 个接口令牌已随原密码一并作废" in answer.content.decode()
    assert (mine(), others()) == (401, 200)
    assert json.loads(LedgerEntry.objects.get(act="account.password").content or "")["tokens"] == 1
    assert program(people, "expert")() == 200


@pytest.mark.parametrize("what", [credentials.PASSWORD, credentials.FACTOR, credentials.CLOSING])
def test_tokens_end_with_what_officers_renew(people: People, what: str) -> None:
    """For good: they do not open again once the owner has chosen a password, or the account is in use again."""
    mine = program(people, "expert")
    renewed(people, "system_administrator", "expert", what)
    Account.objects.update(must_change_password=False, is_active=True)
    assert mine() == 401
    assert not ApiToken.objects.filter(revoked_at=None).exists()
    people.give(people.make("second"), Role.SECURITY_AUDITOR)
    theirs = program(people, "second")
    Account.objects.update(must_change_password=False)
    asked, _ = renewed(people, "system_administrator", "second", what)
    assert theirs() == 200, "only asked for"
    version = people["second"].row_version
    credentials.confirm(
        renewal=asked, row_version=version, actor=people["secrecy_officer"], now=NOW
    )
    Account.objects.update(must_change_password=False, is_active=True)
    assert theirs() == 401


@pytest.mark.parametrize("what", [credentials.PASSWORD, credentials.FACTOR])
@pytest.mark.parametrize("role", sorted(DECIDERS - OFFICERS))
def test_nobody_alone_hands_out_the_credentials_of_whoever_decides(people: People, role: str, what: str) -> None:  # fmt: skip
    """The system administrator asks; another office's officer carries it out; owner and director read of it."""
    services.keep_factor(account=people[role], secret=SECRET, code=pyotp.TOTP(SECRET).at(NOW), now=NOW)  # fmt: skip
    before = people.client(role)
    assert before.get("/office/").status_code == 200
    address = "password" if what == credentials.PASSWORD else "second-factor"
    answer = people.client("system_administrator").post(
        f"/api/v1/accounts/{role}/{address}", {"row_version": people[role].row_version}, content_type="application/json",
    )  # fmt: skip
    assert (answer.status_code, answer.json()["state"], answer.json()["password"]) == (200, "asked", None)  # fmt: skip
    assert people[role].check_password(PASSWORD)
    assert people[role].factor
    assert before.get("/office/").status_code == 200, "only asked for"
    held = Renewal.objects.get()
    with pytest.raises(ZhenghengError):
        credentials.confirm(renewal=held, row_version=people[role].row_version, actor=people["system_administrator"], now=NOW)  # fmt: skip
    credentials.confirm(renewal=held, row_version=people[role].row_version, actor=people["security_auditor"], now=NOW)  # fmt: skip
    assert before.get("/office/").status_code == 302, "what was begun with the old proof is over"
    entries = LedgerEntry.objects.filter(subject=f"account:{role}", act__startswith="account.")
    assert {"account.renewal_asked", f"account.{'password_reset' if what == credentials.PASSWORD else 'factor_forgotten'}"} <= set(entries.values_list("act", flat=True))  # fmt: skip
    Account.objects.update(must_change_password=False)
    assert "您的账号已于" in people.client(role).get("/office/").content.decode()
    director = people.client("office_director")
    assert "凭证办理记录" in director.get("/office/").content.decode()
    page = director.get("/office/renewals/").content.decode()
    assert all(one in page for one in (role, credentials.WHAT[what][0], "security_auditor"))
    assert people.client("mentor").get("/office/renewals/").status_code == 403


@pytest.mark.parametrize("role", sorted(DECIDERS - OFFICERS))
def test_whoever_decides_is_opened_again_by_two_and_closed_by_one(
    people: People, role: str
) -> None:
    """Closing gives nobody a power; opening again hands out a password."""
    assert closed(people, role).done_at
    held, password = credentials.renew(
        account=people[role], what=credentials.OPENING, row_version=people[role].row_version,
        actor=people["system_administrator"], now=NOW, reason="误停用",
    )  # fmt: skip
    assert (held.done_at, password, people[role].is_active) == (None, "", False)
    assert credentials.confirm(renewal=held, row_version=people[role].row_version, actor=people["secrecy_officer"], now=NOW)  # fmt: skip


def test_a_role_still_to_come_counts_and_a_taken_one_does_not(people: People) -> None:
    people.give(people["mentor"], Role.COMMISSION_MEMBER, valid_from=NOW.date() + timedelta(5))
    assert not renewed(people, "system_administrator", "mentor")[1]
    taken(people, "commission_member")
    assert renewed(people, "system_administrator", "commission_member")[1]


def test_what_decides_is_read_from_the_table_of_rights() -> None:
    """Whoever signs a result, attests, releases, rules or signs a target is among them, whatever he is called."""
    by_act = {"decision.attest", "result.approve", "result.publish", "result.finalise", "publication.release",
              "publication.review", "appeal.vote", "appeal.decide", "change.approve", "rulebook.adopt", "item.settle"}  # fmt: skip
    assert {role for rule in RULES if rule.act in by_act for role in rule.roles} <= DECIDERS
    assert Role.UNIT_LEADER in DECIDERS
    assert not DECIDERS & {Role.MENTOR, Role.EXPERT, Role.UNIT_REPORTER}


def test_a_new_second_factor_ends_other_sessions_and_not_its_own(people: People) -> None:
    """Setting it up again after a stolen session, as a phone is changed."""
    stolen, own = people.client("mentor"), people.client("mentor")
    own.get("/office/second-factor/")
    secret = own.session["second_factor_offered"]
    with override_settings(SECOND_FACTOR=True):
        code = pyotp.TOTP(secret).at(running_now())
        assert own.post("/office/second-factor/confirm/", {"code": code}).status_code == 302
    assert people["mentor"].factor
    assert own.get("/office/").status_code == 200
    assert stolen.get("/office/").status_code == 302


@pytest.mark.parametrize("mark", ["\u202e", "\u200b", "\ufeff", "\u2066", "\x1b"])
def test_reasons_and_names_of_tokens_hold_nothing_that_nobody_sees(
    people: People, mark: str
) -> None:
    """The texts of accounts go past the guard of acts: they have the same one."""
    administrator = people.client("system_administrator")
    for path in ("mentor/close", "expert/close"):
        given = {"row_version": 1, "reason": f"调{mark}离"}
        answer = administrator.post(f"/api/v1/accounts/{path}", given, content_type="application/json")  # fmt: skip
        assert answer.status_code == 422
        assert answer.json()["type"] == "text.unseen"
    assert people["mentor"].is_active
    with pytest.raises(ZhenghengError) as caught:
        make_token(account=people["mentor"], name=f"报{mark}表", scopes=["read"], known=["read"], ends_on=NOW.date() + timedelta(9), now=NOW)  # fmt: skip
    assert "text.unseen" in {one.code for one in caught.value.problems}


@pytest.mark.parametrize("role", sorted(DECIDERS - OFFICERS))
def test_whoever_takes_the_last_of_a_role_says_why(people: People, role: str) -> None:
    """Last is who alone is in office: a closed account holds nothing, nor one whose role is over or still to come, nor one of a unit."""

    def take(name: str, reason: str) -> None:
        grant = people[name].grants.get()
        credentials.revoke_role(
            grant=grant, row_version=grant.row_version, actor=people["secrecy_officer"], now=NOW, reason=reason
        )  # fmt: skip

    def refused(name: str) -> set[str]:
        with pytest.raises(ZhenghengError) as caught:
            take(name, "")
        return codes(caught)

    if people[role].grants.get().unit_id is not None:
        take(role, "")
        return
    for other in RoleGrant.objects.filter(role=role).exclude(account=people[role]):
        other.delete()
    assert refused(role) == {"renewal.reason"}
    people.give(people.make("closed"), role)
    Account.objects.filter(username="closed").update(is_active=False)
    assert refused(role) == {"renewal.reason"}, "a closed account holds nothing"
    people.give(people.make("over"), role)
    days = {"valid_from": NOW.date() - timedelta(9), "valid_to": NOW.date() - timedelta(1)}
    RoleGrant.objects.filter(account__username="over").update(**days)
    people.give(people.make("coming"), role, valid_from=NOW.date() + timedelta(1))
    assert refused(role) == {"renewal.reason"}, "nor does who was, or will be"
    take("closed", "")
    people.give(people.make("second"), role)
    take("second", "")
    assert refused(role) == {"renewal.reason"}, "what was taken back counts no more"
    take(role, "机构调整")
    assert json.loads(LedgerEntry.objects.filter(act="grant.revoked").latest("pk").content or "")["reason"] == "机构调整"  # fmt: skip
