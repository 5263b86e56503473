"""The sample city's office: made through the services, every account signs in, the ledger verifies."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests.web.conftest import NOW
from zhengheng.cli.sample import year
from zhengheng.ledger.check import check
from zhengheng.sample.make import make_sample
from zhengheng.web.accounts.models import Account
from zhengheng.web.ledger import selectors
from zhengheng.web.organisation.models import Unit
from zhengheng.web.sample import furnish_office

# Who sees which page of the sample city; a page that is missing here is for everyone who signs in.
OFFICERS = {"sysadmin", "secrecy", "auditor"}
UNPUBLISHED = {"zhuren", "shuju", "chengxu"}


def test_the_sample_city_can_be_entered_by_every_account(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_sample(tmp_path, seed=2025, scale=0.02)
    for _ in year(tmp_path):
        pass
    monkeypatch.setattr(settings, "HOME", tmp_path)
    accounts = furnish_office(tmp_path, NOW)
    assert furnish_office(tmp_path, NOW) == accounts, "the second time changes nothing"
    assert Unit.objects.count() == 38 + 13 + 36
    assert len(accounts) == Account.objects.count() == 18
    for username, password, _ in accounts:
        client = Client()
        given = {"username": username, "password": password}
        assert client.post("/office/sign-in/", given).status_code == 302
        home = client.get("/office/").content.decode()
        assert ("核算结果" in home) == (username not in OFFICERS)
        listed = client.get("/office/results/").content.decode()
        assert ("镇街年度考核方案" in listed) == (username not in OFFICERS)
        assert ("市直部门年度绩效考核方案" in listed) == (username in UNPUBLISHED)
    assert check(list(selectors.entries()), selectors.leaves()) == []
