"""At the terminal nothing is loaded into an office's lake: no entry of its ledger would tell of it."""

from pathlib import Path

import pytest

from tests.conftest import ROOT, Command
from zhengheng.lake.store import Lake

PART = ROOT / "examples" / "part"
BROUGHT = (PART / "rulebook", "--mapping", PART / "intake.yaml", "--data", PART / "data")


@pytest.mark.parametrize("sign", ["office.db", "ledger.pub", "django.key"])
def test_an_office_s_lake_is_loaded_by_the_office_alone(
    tmp_path: Path, zhengheng: Command, sign: str
) -> None:
    home = tmp_path / "home" / "lakes" / "part"
    assert zhengheng("init", home).returncode == 0
    done = zhengheng("intake", *BROUGHT, "--home", home)
    assert done.returncode == 0, done.stderr
    assert len(Lake.open(home).finished()) == 1, "before there is an office the lake is anybody's"
    (tmp_path / "home" / sign).touch()
    for place in (home, tmp_path / "link"):
        if place != home:
            place.symlink_to(home)
        done = zhengheng("intake", *BROUGHT, "--home", place)
        assert done.returncode != 0
        assert "存证日志" in done.stderr
        assert "zhengheng init" in done.stderr
        assert "Traceback" not in done.stderr
    assert len(Lake.open(home).finished()) == 1
    outside = tmp_path / "home" / "other"
    zhengheng("init", outside)
    assert zhengheng("intake", *BROUGHT, "--home", outside).returncode == 0
