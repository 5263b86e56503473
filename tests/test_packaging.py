"""What an adopter builds: a package that works away from its sources, or a sentence why there is none."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

LEFT = shutil.ignore_patterns(".*", "node_modules", "*.egg-info", "build", "out", "demo*", "docs", "tests", "bench-data", "__pycache__")  # fmt: skip
BUILT = Path("src/zhengheng/web/static/built")
VISIT = """
import sys
from pathlib import Path
from zhengheng.web.starting import begin
begin(Path(sys.argv[1]), new=True)
import zhengheng
assert Path(zhengheng.__file__).is_relative_to(sys.prefix), zhengheng.__file__
from django.test import Client
from zhengheng.web.accounts.models import Account, RoleGrant
from zhengheng.web.pages.clock import now
from zhengheng.workflow.roles import Role
account = Account.objects.create(username="reader", name="Reader", created_at=now(), must_change_password=False)
RoleGrant.objects.create(account=account, role=Role.OFFICE_PROCEDURE, valid_from="2020-01-01")
browser = Client(HTTP_HOST="localhost")
browser.force_login(account)
areas = ("", "rulebooks/", "targets/", "reports/", "overview/", "results/", "appeals/", "rectification/", "organisation/", "publications/")
import re
for area in areas:
    answer = browser.get(f"/office/{area}")
    assert answer.status_code == 200, (area, answer.status_code)
    files = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', answer.content.decode()))
    assert files, area
    for file in files:
        assert browser.get(file).status_code == 200, file
print(len(areas), "pages")
"""


def call(python: Path, *words: str | Path, cwd: Path, npm: bool = False) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """A program of the clean environment, with the locked libraries but without Zhengheng, which is editable there."""
    path = os.environ["PATH"] if npm else str(python.parent)
    env = {"PATH": path, "PYTHONPATH": sysconfig.get_path("purelib"), "PIP_DISABLE_PIP_VERSION_CHECK": "1", "LC_ALL": "C.UTF-8", "ZHENGHENG_SECOND_FACTOR": "0"}  # fmt: skip
    return subprocess.run([python, *words], cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=300)  # fmt: skip


def wheel(python: Path, source: Path, out: Path, **more: bool) -> subprocess.CompletedProcess[str]:
    words = ("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", out, source)  # fmt: skip
    return call(python, *words, cwd=out.parent, **more)


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    """The Python of an environment in another folder, where no npm is to be found."""
    venv.create(tmp_path / "clean", symlinks=True)
    return tmp_path / "clean" / "bin" / Path(sys.executable).name


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A checkout with what is built in it."""
    return Path(shutil.copytree(ROOT, tmp_path / "tree", ignore=LEFT))


def test_a_package_built_from_the_sources_opens_every_page_elsewhere(
    clean: Path, tree: Path, tmp_path: Path
) -> None:
    """By way of the source archive, so that both are tried: only the first step may need npm."""
    (tree / "src/zhengheng/web/assets/node_modules").symlink_to(ROOT / "src/zhengheng/web/assets/node_modules")  # fmt: skip
    (tree / "build/lib/zhengheng").mkdir(parents=True)
    (tree / "build/lib/zhengheng/of_an_older_version.py").touch()
    words = ("-c", f"from setuptools import build_meta; build_meta.build_sdist({str(tmp_path)!r})")
    done = call(clean, *words, cwd=tree, npm=True)
    assert done.returncode == 0, done.stderr
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as held:
        assert not any("node_modules" in name for name in held.getnames())
    done = wheel(clean, archive, tmp_path / "wheels")
    assert done.returncode == 0, done.stdout + done.stderr
    straight = wheel(clean, tree, tmp_path / "straight")
    assert straight.returncode == 0, straight.stdout + straight.stderr
    (made,), (other,) = (tmp_path / "wheels").iterdir(), (tmp_path / "straight").iterdir()
    names = set(zipfile.ZipFile(made).namelist())
    assert names == set(zipfile.ZipFile(other).namelist())
    assert "zhengheng/of_an_older_version.py" not in names
    assert f"{BUILT.relative_to('src')}/manifest.json" in names
    done = call(clean, "-m", "pip", "install", "--quiet", "--prefix", tmp_path / "clean", "--ignore-installed", "--no-deps", "--no-index", made, cwd=tmp_path)  # fmt: skip
    assert done.returncode == 0, done.stderr
    done = call(clean, "-c", VISIT, tmp_path / "home", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip().endswith("10 pages")


@pytest.mark.parametrize("lack", ["all", "one file", "the newest sources"])
def test_without_its_assets_and_without_npm_nothing_is_packed(
    clean: Path, tree: Path, tmp_path: Path, lack: str
) -> None:
    if lack == "all":
        shutil.rmtree(tree / BUILT)
    elif lack == "one file":
        next((tree / BUILT / "assets").glob("*.css")).unlink()
    else:
        with (tree / "src/zhengheng/web/assets/office.css").open("a") as file:
            file.write("\n.newer {}\n")
    done = wheel(clean, tree, tmp_path / "wheels")
    text = done.stdout + done.stderr
    assert done.returncode != 0
    assert not (tmp_path / "wheels").exists() or not list((tmp_path / "wheels").iterdir())
    assert "没有 npm，无法打包" in text
    assert "nothing is packed" in text
    assert "Traceback" not in text
