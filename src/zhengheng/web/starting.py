"""Bringing the office up on a data folder: what is wrong with the place, the address or the database is said in words."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zhengheng.domain.problems import NotFoundError, ZhenghengError
from zhengheng.lake.lease import lease

SIGNS = ("office.db", "django.key", "ledger.pub", "lakes", "files", "publications")
"""One of these lies in every data folder of an office, whatever its database."""


class StartError(ZhenghengError):
    """The office cannot start like this."""


def begin(home: Path, *, look_only: bool = False, new: bool = False) -> None:
    """Bring Django up on a data folder, its tables up to date unless one only looks.

    A folder that is no office's becomes one where that is asked for (`new`), else it is refused: whoever mistypes a
    folder must not find an empty office. Of several processes that start at once, one brings the tables up to date.
    Raises NotFoundError, StartError.
    """
    if not new and not any((home / name).exists() for name in SIGNS):
        raise NotFoundError.one(
            str(home), "office.absent",
            zh="这个文件夹里没有办公端的数据。请检查 --home；如果要在这里新建，请加上 --new。",
            en="there is no office in this folder; check --home, or add --new to found one here",
        )  # fmt: skip
    os.environ["ZHENGHENG_HOME"] = str(home.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhengheng.web.config.settings")
    _alone(home)
    _set_up()
    from django.core.management import call_command
    from django.db import OperationalError, connection

    try:
        if connection.vendor != "sqlite":
            connection.ensure_connection()
        if not look_only:
            with lease(home / "starting.db", lambda _: None):
                call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as error:
        raise unreachable(error) from error


def _alone(home: Path) -> None:
    """What an office holds is its account's alone: the database, keys, files, and what is made of them."""
    os.umask(0o077)
    home.mkdir(parents=True, exist_ok=True)
    held = home.stat()
    if held.st_mode & 0o077 and held.st_uid == os.getuid():
        home.chmod(0o700)


def _set_up() -> None:
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        if "psycopg" in str(error):
            raise StartError.one(
                "DATABASE_URL", "driver.absent", zh="没有安装 PostgreSQL 的驱动程序，请安装 zhengheng[postgres]。",
                en="PostgreSQL's driver is not installed; install zhengheng[postgres]",
            ) from error  # fmt: skip
        raise StartError.one(
            "settings", "setting.wrong", zh=f"环境变量的设置有误：{error}", en=f"a setting in the environment is wrong: {error}"
        ) from error  # fmt: skip


def unreachable(error: Exception) -> StartError:
    """The database does not answer: what it said, and what to look at."""
    said = str(error).strip().splitlines()[0] if str(error).strip() else ""
    return StartError.one(
        "DATABASE_URL", "database.away",
        zh=f"数据库没有应答，请检查地址、账号和服务器是否运行。数据库返回：{said}",
        en=f"the database does not answer; check its address, the account, and whether the server runs. It said: {said}",
    )  # fmt: skip


@contextmanager
def nothing_left(home: Path) -> Iterator[None]:
    """Where the work fails, the folder is as it was before."""
    there, before = home.exists(), set(home.iterdir()) if home.exists() else set()
    try:
        yield
    except BaseException:
        for path in set(home.iterdir()) - before if home.exists() else ():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if home.exists() and not there:
            home.rmdir()
        raise


def has_assets() -> None:
    """Raise StartError where the pages' style sheets and scripts were not built."""
    from django.conf import settings

    if not (settings.WEB / "static/built/manifest.json").is_file():
        raise StartError.one(
            "static/built", "assets.absent", zh="没有网页所需的样式和脚本，请先运行 make .venv/.assets，或安装发布的软件包。",
            en="the pages' style sheets and scripts are not built; run make .venv/.assets, or install a released package",
        )  # fmt: skip


def within_budget(processes: int, threads: int) -> str:
    """What the server says of its connections to the database, each thread of each process one.

    Raises StartError where PostgreSQL takes fewer than that.
    """
    from django.db import connection

    wanted = processes * threads
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int")  # fmt: skip
        most = cursor.fetchone()[0]
    if wanted >= most:
        raise StartError.one(
            "--processes --threads", "connections.few",
            zh=f"这样启动需要 {wanted} 个数据库连接，而数据库最多提供 {most} 个。请减少进程或线程，或调高 max_connections。",
            en=f"this takes {wanted} connections to the database, which gives {most} at most; use fewer processes or threads, or raise max_connections",
        )  # fmt: skip
    return f"数据库连接 / connections: {wanted} / {most}"
