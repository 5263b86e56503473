"""Accounts: three officers who exclude each other, rights only by grants, locks, stale writers."""

import importlib
import re
import time
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

import pyotp
import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import F
from django.test import Client, override_settings
from django.utils import timezone

from tests.web.conftest import NOW, PASSWORD, People
from zhengheng.domain.problems import ZhenghengError
from zhengheng.web.accounts import credentials, services
from zhengheng.web.accounts.models import Account, ApiToken, FailedSignIn, RoleGrant
from zhengheng.web.accounts.sealing import opened
from zhengheng.web.accounts.selectors import allowed, months
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.pages.clock import now, running
from zhengheng.workflow.roles import OFFICE, OFFICERS, Role, conflicts

SECRET = pyotp.random_base32()


def codes(caught: pytest.ExceptionInfo[ZhenghengError]) -> set[str]:
    return {problem.code for problem in caught.value.problems}


@pytest.mark.parametrize("officer", sorted(OFFICERS))
def test_an_officer_holds_no_other_role(people: People, officer: Role) -> None:
    """三员分立, tried with every other role, both ways round."""
    for other in Role:
        if other == officer:
            continue
        holder = people.make(f"a-{other}")
        holds_officer = people.make(f"b-{other}")
        people.give(holder, other)
        people.give(holds_officer, officer)
        for account, role in ((holder, officer), (holds_officer, other)):
            with pytest.raises(ZhenghengError) as caught:
                people.give(account, role)
            assert "role.conflict" in codes(caught)
    assert not RoleGrant.objects.filter(account__username__startswith="a-", role=officer).exists()


def test_the_panel_and_the_auditor_are_not_of_the_office() -> None:
    for role in OFFICE:
        assert conflicts([role], Role.PANEL_MEMBER)
        assert conflicts([Role.EXTERNAL_AUDITOR], role)
    assert conflicts([Role.APPEALS_CLERK], Role.PANEL_MEMBER)
    for first, second in permutations(OFFICE, 2):
        assert not conflicts([first], second), "a small office shares its desks"


def test_only_the_right_officer_makes_accounts_and_gives_roles(people: People) -> None:
    plain = people.make("plain")
    for name in Role:
        actor = people[name.value]
        if name != Role.SYSTEM_ADMINISTRATOR:
            with pytest.raises(ZhenghengError):
                services.create_account(
                    username="x", name="x", password=PASSWORD, actor=actor, now=NOW
                )
        if name != Role.SECRECY_OFFICER:
            with pytest.raises(ZhenghengError):
                services.give_role(account=plain, role=Role.EXPERT, unit=None, valid_from=NOW.date(),
                                   valid_to=None, actor=actor, now=NOW)  # fmt: skip
    assert not Account.objects.filter(username="x").exists()
    assert not plain.grants.exists()


def test_a_grant_says_for_what_and_until_when(people: People) -> None:
    account = people.make("new")
    for changes, code in (
        ({"role": Role.UNIT_REPORTER, "unit": None}, "grant.unit"),
        ({"role": Role.EXTERNAL_AUDITOR, "valid_to": None}, "grant.end"),
    ):
        with pytest.raises(ZhenghengError) as caught:
            people.give(account, **changes)  # type: ignore[arg-type]
        assert code in codes(caught)
    with pytest.raises(ZhenghengError) as caught:
        people.give(people["secrecy_officer"], Role.SECRECY_OFFICER)
    assert "grant.self" in codes(caught)


def test_rights_begin_and_end_with_the_grant(people: People) -> None:
    auditor, reader = people["external_auditor"], people["expert"]
    day = NOW.date()
    assert allowed(auditor, "result.read", day, state="notice")
    assert not allowed(auditor, "result.read", day + timedelta(9), state="notice"), (
        "ended on the 20th"
    )
    assert not allowed(reader, "result.read", day - timedelta(1), state="notice"), "not begun"
    grant = reader.grants.get()
    credentials.revoke_role(grant=grant, row_version=1, actor=people["secrecy_officer"], now=NOW)
    assert not allowed(reader, "result.read", day, state="notice")


def test_the_second_of_two_writers_is_told(people: People) -> None:
    grant = people["expert"].grants.get()
    credentials.revoke_role(grant=grant, row_version=1, actor=people["secrecy_officer"], now=NOW)
    with pytest.raises(services.StaleError):
        credentials.revoke_role(
            grant=grant, row_version=1, actor=people["secrecy_officer"], now=NOW
        )
    account = people["mentor"]
    services.unlock_account(
        account=account, row_version=1, actor=people["system_administrator"], now=NOW
    )
    with pytest.raises(services.StaleError):
        credentials.renew(
            account=account, what=credentials.CLOSING, row_version=1, actor=people["system_administrator"], now=NOW, reason="调离",
        )  # fmt: skip
    assert people["mentor"].is_active


def sign_in(username: str, password: str) -> tuple[Client, int]:
    client = Client()
    return client, client.post(
        "/office/sign-in/", {"username": username, "password": password}
    ).status_code


def test_signing_in_and_out(people: People) -> None:
    client, status = sign_in("expert", PASSWORD)
    assert status == 302
    assert client.get("/office/").status_code == 200
    assert (
        LedgerEntry.objects.filter(act="account.signed_in", subject="account:expert").count() == 1
    )
    noted = LedgerEntry.objects.get(act="account.signed_in", subject="account:expert")
    seen = Account.objects.get(username="expert").last_login
    assert seen is not None
    assert datetime.fromisoformat(noted.at) == seen, "by the office's clock, as the ledger has it"
    client.post("/office/sign-out/")
    assert client.get("/office/").status_code == 302


def sign_in_from(address: str, username: str, password: str) -> int:
    given = {"username": username, "password": password}
    return Client(REMOTE_ADDR=address).post("/office/sign-in/", given).status_code


def test_repeated_failures_make_that_address_wait_and_lock_nobody_out(people: People) -> None:
    for _ in range(settings.LOCK_AFTER):
        assert sign_in("expert", "wrong")[1] == 422
    assert sign_in("expert", PASSWORD)[1] == 429
    assert sign_in("mentor", PASSWORD)[1] == 302, "another name from there"
    assert sign_in_from("10.0.0.4", "expert", PASSWORD) == 302, "the owner, where he sits"
    assert LedgerEntry.objects.filter(act="account.locked", subject="account:expert").count() == 1
    services.unlock_account(
        account=people["expert"], row_version=1, actor=people["system_administrator"], now=NOW
    )
    assert sign_in("expert", PASSWORD)[1] == 302


def test_who_tries_a_name_from_many_places_meets_its_owner_at_his_usual_one(people: People) -> None:
    assert sign_in_from("10.0.0.4", "expert", PASSWORD) == 302
    with override_settings(KNOCKS=6):
        for place in range(6):
            sign_in_from(f"10.9.0.{place}", "expert", "wrong")
        assert sign_in_from("10.8.0.1", "expert", PASSWORD) == 429
        assert sign_in_from("10.0.0.4", "expert", PASSWORD) == 302


def test_who_came_in_has_his_tries_anew(people: People) -> None:
    for _ in range(2):
        for _ in range(settings.LOCK_AFTER - 1):
            assert sign_in("expert", "wrong")[1] == 422
        assert sign_in("expert", PASSWORD)[1] == 302


@pytest.mark.parametrize(("days", "status"), [(29, 302), (31, 429)])
def test_a_usual_place_is_one_of_the_last_thirty_days(
    people: People, days: int, status: int
) -> None:
    assert sign_in_from("10.0.0.4", "expert", PASSWORD) == 302
    later = (NOW + timedelta(days)).isoformat()
    with override_settings(KNOCKS=6, FIXED_CLOCK=later):
        for place in range(6):
            sign_in_from(f"10.9.0.{place}", "expert", "wrong")
        assert sign_in_from("10.0.0.4", "expert", PASSWORD) == status


def test_a_clock_that_ran_ahead_locks_nobody(people: People) -> None:
    with override_settings(FIXED_CLOCK="2027-03-12T09:00+08:00"):
        for _ in range(settings.LOCK_AFTER):
            sign_in("expert", "wrong")
        services.record_failure(
            account=people["expert"], lock_after=1, lock_for=timedelta(minutes=15), now=NOW.replace(year=2027)
        )  # fmt: skip
    assert sign_in("expert", PASSWORD)[1] == 302


def test_a_wait_ends_though_the_office_clock_stands(people: People) -> None:
    """Where a demonstration's clock stands for a day, a quarter of an hour is one all the same."""
    client = people.client("mentor")
    for _ in range(settings.LOCK_AFTER):
        sign_in("expert", "wrong")
        client.post("/office/prove/", {"password": "wrong"})
    assert sign_in("expert", PASSWORD)[1] == 429
    assert client.post("/office/prove/", {"password": PASSWORD}).status_code == 422
    FailedSignIn.objects.update(at=F("at") - timedelta(minutes=settings.LOCK_MINUTES - 1))
    assert sign_in("expert", PASSWORD)[1] == 429, "not yet"
    FailedSignIn.objects.update(at=F("at") - timedelta(minutes=1))
    assert sign_in("expert", PASSWORD)[1] == 302
    assert client.post("/office/prove/", {"password": PASSWORD}).status_code == 302


def test_the_clock_of_waits_runs_while_the_office_clock_stands(db: None) -> None:
    first, office = running(), now()
    time.sleep(0.01)
    assert running() > first
    with override_settings(FIXED_CLOCK=(office + timedelta(days=1)).isoformat()):
        assert running() - first > timedelta(days=1), "and goes on with it"
    with override_settings(FIXED_CLOCK=""):
        assert abs(running() - timezone.now()) < timedelta(minutes=1)


def test_codes_that_were_guessed_make_wait_too(people: People) -> None:
    """Whoever has a session and the password does not try all codes."""
    account = people["office_data"]
    services.keep_factor(account=account, secret=SECRET, code=pyotp.TOTP(SECRET).at(NOW), now=NOW)
    client = people.client("office_data")
    for _ in range(settings.LOCK_AFTER):
        assert client.post("/office/prove/", {"password": PASSWORD, "code": "000000"}).status_code == 422  # fmt: skip
    said = client.post("/office/prove/", {"password": PASSWORD, "code": "000000"}).content.decode()
    assert f"请 {settings.LOCK_MINUTES} 分钟后再试" in said


def test_a_second_factors_secret_lies_sealed(people: People) -> None:
    account = people["office_data"]
    services.keep_factor(account=account, secret=SECRET, code=pyotp.TOTP(SECRET).at(NOW), now=NOW)
    account.refresh_from_db()
    assert SECRET not in account.factor
    assert opened(account.factor) == SECRET
    with override_settings(SECRET_KEY="another installation's"):
        assert opened(account.factor) == "", "no code fits what cannot be read"
    Account.objects.filter(pk=account.pk).update(factor=SECRET)
    module = importlib.import_module("zhengheng.web.accounts.migrations.0004_credentials")
    module.seal_factors(apps, None)
    account.refresh_from_db()
    assert opened(account.factor) == SECRET, "what version 0.1.0 kept is sealed"


@pytest.mark.parametrize(
    ("role", "days", "code"),
    [
        ("expert", ("2000-01-01", None), "grant.past"),
        ("external_auditor", ("2026-03-12", "9999-12-31"), "grant.far"),
        ("expert", ("9999-01-01", None), "grant.far"),
        ("expert", ("2026-03-12", "2026-03-11"), "grant.order"),
    ],
)
def test_a_right_begins_when_it_is_given_and_ends_within_sight(
    people: People, role: str, days: tuple[str, str | None], code: str
) -> None:
    first, last = (date.fromisoformat(day) if day else None for day in days)
    with pytest.raises(ZhenghengError) as caught:
        people.give(people.make("new"), Role(role), valid_from=first, valid_to=last)
    assert code in codes(caught)


@pytest.mark.parametrize(
    "username",
    ["mеntor", "ｍentor", "men\u200btor", "men\u202etor", "rnentor", "Mentor", "MENTOR", "mentоr", "ментор"],
)  # fmt: skip
def test_no_account_looks_like_another(people: People, username: str) -> None:
    with pytest.raises(ZhenghengError) as caught:
        people.make(username)
    assert "username" in {p.where for p in caught.value.problems}
    for plain in ("王小明", "expert2", "wang.xiaoming"):
        people.make(plain)


def test_the_door_says_the_same_to_every_failure(people: People) -> None:
    credentials.renew(
        account=people["mentor"], what=credentials.CLOSING, row_version=1, actor=people["system_administrator"], now=NOW, reason="调离",
    )  # fmt: skip
    pages = {Client().post("/office/sign-in/", {"username": name, "password": password}).content.split(b"csrf")[0]
             for name, password in (("nobody", "x"), ("expert", "x"), ("mentor", PASSWORD))}  # fmt: skip
    assert len(pages) == 1


def test_a_closed_account_is_out_at_once(people: People) -> None:
    client = people.client("mentor")
    assert client.get("/office/").status_code == 200
    credentials.renew(
        account=people["mentor"], what=credentials.CLOSING, row_version=1, actor=people["system_administrator"], now=NOW, reason="调离",
    )  # fmt: skip
    assert client.get("/office/").status_code == 302


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short1A", "密码至少 10 位"), ("1234567890123", "密码不能全是数字"), ("password12", "密码太常见"),
        ("newcomer-1", "密码与账号或姓名太相像"), ("12345", "密码至少 10 位；密码太常见，容易被猜中；密码不能全是数字"),
    ],
)  # fmt: skip
def test_weak_passwords_are_refused_in_whole_sentences(people: People, password: str, said: str) -> None:  # fmt: skip
    with pytest.raises(ZhenghengError) as caught:
        services.create_account(username="newcomer", name="newcomer", password=password,
                                actor=people["system_administrator"], now=NOW)  # fmt: skip
    assert codes(caught) == {"password.weak"}
    people.make("newcomer")
    Account.objects.update(must_change_password=False)
    given = {"old": PASSWORD, "new": password, "again": password}
    page = people.client("newcomer").post("/office/password/", given).content.decode()
    refusal = page[page.index('role="alert"') :]
    refusal = refusal[: refusal.index("</ul>")]
    assert said in refusal
    assert not re.search(r"[a-z]{3,}", re.sub(r"<[^>]*>|^[^>]*>", "", refusal)), refusal


def test_a_first_password_must_be_changed_before_anything_else(people: People) -> None:
    people.make("fresh")
    client, status = sign_in("fresh", PASSWORD)
    assert status == 302
    assert client.get("/office/organisation/").headers["Location"] == "/office/password/"
    new = "Quite-Another-9"

    def change(**given: str) -> int:
        return client.post("/office/password/", given).status_code

    assert change(old="x", new=new, again=new) == 422
    assert change(old=PASSWORD, new=new) == 422, "it is typed twice"
    answer = client.post("/office/password/", {"old": PASSWORD, "new": new, "again": "Quite-another-9"})  # fmt: skip
    assert "两次输入的新密码不一致" in answer.content.decode()
    assert sign_in("fresh", PASSWORD)[1] == 302, "nothing was changed"
    assert change(old=PASSWORD, new=new, again=new) == 302
    assert client.get("/office/").status_code == 200
    assert sign_in("fresh", PASSWORD)[1] == 422


def test_passwords_are_kept_by_argon2_and_the_officers_are_made_once(people: People) -> None:
    assert all(a.password.startswith("argon2") for a in Account.objects.all())
    with pytest.raises(ZhenghengError):
        services.first_officers(accounts={}, now=NOW)


def test_an_address_that_tries_many_names_has_to_wait(people: People) -> None:
    """The lock of an account does not see who tries one password on everybody."""
    Account.objects.update(must_change_password=False)

    def tried(username: str, password: str, address: str) -> int:
        given = {"username": username, "password": password}
        return Client(REMOTE_ADDR=address).post("/office/sign-in/", given).status_code

    with override_settings(KNOCKS=3):
        for name in ("a", "b", "c"):
            assert tried(name, "x", "10.0.0.9") == 422
        assert tried("mentor", PASSWORD, "10.0.0.9") == 429
        assert tried("mentor", PASSWORD, "10.0.0.8") == 302, "others are not held up"
        with override_settings(FIXED_CLOCK="2026-03-12T09:16+08:00"):
            assert tried("mentor", PASSWORD, "10.0.0.9") == 302, (
                "a quarter of an hour later it may again"
            )


def test_months_in_a_post_count_until_today_and_no_further(people: People) -> None:
    account = people["mentor"]
    account.grants.update(valid_from="2026-01-16")
    counted = {
        str(day): [n for _, n in months(account, day)]
        for day in (date(2026, 1, 31), date(2026, 3, 14), date(2026, 3, 15))
    }
    assert counted == {"2026-01-31": [], "2026-03-14": [1], "2026-03-15": [2]}


def test_what_was_typed_stays_after_a_refusal(people: People) -> None:
    """Beside the acts too: a token whose purpose is blank or endless, a role without its unit, a unit that is none."""
    client = people.client("unit_reporter")
    for name, said in (("\u200b \u3000", "请填写用途"), ("很长" * 50_000, "用途最多 60 个字")):
        answer = client.post("/office/tokens/", {"name": name, "scopes": ["files"], "ends_on": "2026-05-01"})  # fmt: skip
        page = answer.content.decode()
        assert answer.status_code == 422
        assert said in page
        assert f'value="{name}"' in page
        assert 'value="2026-05-01"' in page
        assert re.findall(r'value="([\w-]+)"\s+checked', page) == ["files"]
    assert not ApiToken.objects.exists()
    officer = people.client("secrecy_officer")
    path = "/office/accounts/expert/grants/"
    for unit, said in (("", "必须指定单位"), ("没有这个单位", "没有这个单位")):
        given = {"role": "unit_reporter", "unit": unit, "valid_from": "2026-03-15", "valid_to": "2026-04-01"}  # fmt: skip
        answer = officer.post(path, given)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert said in page
        assert re.findall(r'value="([\w-]+)"\s+selected', page) == ["unit_reporter"]
        assert 'value="2026-03-15"' in page
        assert 'value="2026-04-01"' in page


def where_of(answer: Any) -> set[str]:
    return {one.where for one in answer.context["problems"]}


def test_forms_of_accounts_say_all_that_is_wrong_at_once(people: People) -> None:
    """A new password, a new account, a role: what cannot be read hides nothing that is wrong with the rest."""
    answer = people.client("mentor").post("/office/password/", {"old": "x", "new": "x", "again": "y"})  # fmt: skip
    assert (answer.status_code, where_of(answer)) == (422, {"old", "new", "again", "password"})
    with pytest.raises(ZhenghengError) as caught:
        services.create_account(username="mentor", name=" ", password="1", actor=people["system_administrator"], now=NOW)  # fmt: skip
    assert codes(caught) == {"account.empty", "account.taken", "password.weak"}
    officer = people.client("secrecy_officer")
    for given, expected in (
        ({"role": "king", "unit": "X9", "valid_from": "gestern", "valid_to": "2099-01-01"}, {"role", "unit", "valid_from", "valid_to"}),
        ({"role": "unit_leader", "unit": "X9", "valid_from": "2020-01-01", "valid_to": "x"}, {"unit", "valid_from", "valid_to"}),
        ({"role": "external_auditor", "unit": "D10", "valid_from": "2020-01-01", "valid_to": ""}, {"unit", "valid_from", "valid_to"}),
    ):  # fmt: skip
        answer = officer.post("/office/accounts/mentor/grants/", given)
        assert (answer.status_code, where_of(answer)) == (422, expected)
        days = {name: held for name, held in given.items() if held not in ("gestern", "x", "")}
        told = officer.post("/api/v1/accounts/mentor/grants", days, content_type="application/json").json()  # fmt: skip
        assert {one["where"] for one in told["problems"]} >= expected - ({*given} - {*days})


def test_a_misspelt_last_day_gives_no_role(people: People) -> None:
    """The field is `valid_to`; a role without end must not come of a slip."""
    officer = people.client("secrecy_officer")
    path, before = "/api/v1/accounts/mentor/grants", people["mentor"].grants.count()
    body = {"role": "external_auditor", "valid_from": "2026-03-01", "valid_until": "2026-04-01"}
    answer = officer.post(path, body, content_type="application/json")
    assert answer.status_code == 422
    assert "valid_until" in answer.content.decode()
    assert people["mentor"].grants.count() == before
