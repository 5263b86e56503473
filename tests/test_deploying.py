"""What `deploy/` names is there: files, locks, commands, settings; no container engine is needed to see it."""

import ipaddress
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tests.conftest import ROOT, missing
from tests.e2e.test_proxy import certificate

DEPLOY = ROOT / "deploy"
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text()
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.M))


def commands() -> set[str]:
    done = subprocess.run([sys.executable, "-m", "zhengheng.cli.main", "--help"], capture_output=True, text=True, check=True)  # fmt: skip
    return set(re.findall(r"^\W*([a-z]+)\b", done.stdout, re.M))


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"^#.*\n", "", (DEPLOY / "Containerfile").read_text(), flags=re.M)
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in text.splitlines() if line)]  # fmt: skip


def test_the_locks_hold_the_driver_of_the_database_and_no_address() -> None:
    assert {"psycopg", "psycopg-binary"} <= set(pins("postgres.txt"))
    more = set(pins("postgres.txt").items()) - set(pins("core.txt").items())
    assert {name for name, _ in more} == {"psycopg", "psycopg-binary"}
    assert set(pins("core.txt").items()) < set(pins("postgres.txt").items())
    assert set(pins("postgres.txt").items()) <= set(pins("dev.txt").items()), "what is tested"
    for lock in LOCKS:
        assert not re.search(r"https?:|--index-url|--find-links", lock.read_text()), lock.name


def test_a_wheelhouse_brings_the_driver_and_is_installed_from_the_same_lock() -> None:
    make, install = ((DEPLOY / name).read_text() for name in ("make-wheelhouse.sh", "install-offline.sh"))  # fmt: skip
    assert "download --require-hashes -r requirements/postgres.txt" in make
    assert 'cp requirements/postgres.txt "$out/postgres.txt"' in make
    assert '--require-hashes -r "$wheels/postgres.txt"' in install
    for script in DEPLOY.glob("*.sh"):
        assert subprocess.run(["bash", "-n", script], check=False).returncode == 0


def test_the_image_is_built_from_what_is_in_the_tree() -> None:
    """Files by name, programs from the image or from a step before; nothing that the base image has not."""
    found = instructions()
    ignored = {line.strip("*/") for line in (ROOT / ".dockerignore").read_text().splitlines()}
    programs = {"python", "apt-get", "useradd", "rm"}
    files, installed = set(), set()
    for _, rest in (one for one in found if one[0] == "RUN"):
        for step in rest.split("&&"):
            words = [word for word in shlex.split(step) if not re.fullmatch(r"[A-Z]+=.*", word)]
            if words[:3] == ["python", "-m", "venv"]:
                programs |= {f"{words[3]}/bin/{name}" for name in ("python", "pip")}
            assert words[0] in programs, f"{words[0]} is not in the image"
            files |= {word for word in words if re.fullmatch(r"(deploy|requirements)/\S+", word)}
            installed |= set(words)
    assert files
    for name in files:
        assert (ROOT / name).is_file(), name
        assert not set(Path(name).parts) & ignored, name
    assert {"requirements/postgres.txt", "requirements/node.txt", "deploy/assets.py", "postgresql-client"} <= installed  # fmt: skip
    (start,) = (yaml.safe_load(rest) for word, rest in found if word == "CMD")
    assert start[0] in commands()


def test_the_compose_file_names_what_there_is() -> None:
    held = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services = held["services"]
    assert services["web"]["deploy"]["replicas"] == 2
    known = commands()
    settings = (ROOT / "src/zhengheng/web/config/settings.py").read_text(encoding="utf-8")
    for name in ("web", "worker"):
        one = services[name]
        assert one["command"][0] in known
        build = one["build"]
        assert (DEPLOY / build["context"]).resolve() == ROOT
        assert (ROOT / build["dockerfile"]).is_file()
        for setting in one["environment"]:
            assert setting in settings
        assert one["environment"]["ZHENGHENG_HTTPS"] == "1"
        assert one["environment"]["DATABASE_URL"].startswith("postgres://")
    address = services["proxy"]["networks"]["inside"]["ipv4_address"]
    assert services["web"]["environment"]["ZHENGHENG_PROXIES"] == address
    (net,) = held["networks"]["inside"]["ipam"]["config"]
    assert ipaddress.ip_address(address) in ipaddress.ip_network(net["subnet"])
    for one in services.values():
        for place in one.get("volumes", ()):
            source = place.split(":")[0]
            assert source in held["volumes"] or source == "./tls" or (DEPLOY / source).is_file(), (
                source
            )


def test_nginx_takes_its_file(tmp_path: Path) -> None:
    if shutil.which("nginx") is None:
        missing("nginx")
    certificate(tmp_path)
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for old, new in (("web:8000", "127.0.0.1:8000"), ("/etc/nginx/tls/server.crt", f"{tmp_path}/cert.pem"), ("/etc/nginx/tls/server.key", f"{tmp_path}/key.pem")):  # fmt: skip
        assert old in text
        text = text.replace(old, new)
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}} http {{ access_log off; {text} }}")  # fmt: skip
    done = subprocess.run(["nginx", "-t", "-p", tmp_path, "-c", whole], capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "X-Forwarded-Proto https" in text
    assert "X-Forwarded-For $remote_addr" in text
