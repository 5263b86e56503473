"""Bringing the office up on a data folder: what is wrong with the place, the address or the database is said in words."""

import logging
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zhengheng.domain.given import to_look_into
from zhengheng.domain.problems import NotFoundError, ZhenghengError
from zhengheng.domain.spoken import t
from zhengheng.lake.lease import lease

log = logging.getLogger(__name__)
SIGNS = ("office.db", "django.key", "ledger.pub", "lakes", "files", "publications")
"""One of these lies in every data folder of an office, whatever its database."""
DEMONSTRATION = "demonstration.txt"
"""In the home of a demonstration: the moment at which its clock begins."""


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
    if home.exists() and not home.is_dir():
        to_look_into(home)
    os.environ["ZHENGHENG_HOME"] = str(home.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhengheng.web.config.settings")
    if (home / DEMONSTRATION).is_file():
        # Its deadlines are those of its own time: no process goes by another clock.
        os.environ.setdefault("ZHENGHENG_CLOCK", (home / DEMONSTRATION).read_text(encoding="utf-8").strip())  # fmt: skip
    _alone(home)
    _set_up()
    from django.core.management import call_command
    from django.db import DatabaseError, OperationalError, connection

    try:
        if connection.vendor != "sqlite":
            connection.ensure_connection()
        elif not new:
            _there()
        if not look_only:
            with lease(home / "starting.db", lambda _: None):
                call_command("migrate", verbosity=0, interactive=False)
                from zhengheng.web.acts.waiting_draws import seal_what_waits
                from zhengheng.web.intake.committed import take_as_found
                from zhengheng.web.ledger.jumped import look
                from zhengheng.web.ledger.services import name_all_rows, note_restored
                from zhengheng.web.pages.clock import now

                at = now()
                look(home, at)
                note_restored(home, at)
                name_all_rows(at)
                take_as_found(at)
                seal_what_waits(at)
    except OperationalError as error:
        raise unreachable(error, _called(home)) from error
    except DatabaseError as error:
        if connection.vendor != "sqlite":
            raise
        raise unreachable(error, _called(home)) from error


def _called(home: Path) -> str:
    """What the database is called where somebody looks for it: the variable with its address, or its file."""
    return "DATABASE_URL" if os.environ.get("DATABASE_URL") else str(home / "office.db")


def _there() -> None:
    """An office's database file that is gone or holds nothing is never begun anew in silence. Raises NotFoundError, StartError."""
    from django.db import connection

    path = Path(str(connection.settings_dict["NAME"]))
    if not path.exists():
        raise NotFoundError.one(
            str(path), "office.lost",
            zh="办公端的数据库文件不见了。请从备份恢复；如果要在这里新建办公端，请加上 --new。",
            en="the office's database file is gone; restore a backup, or add --new to found an office here",
        )  # fmt: skip
    # Before a connection is made, which would write a head into an empty file.
    if path.is_file() and not path.stat().st_size:
        raise _no_office(path)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from sqlite_master where name = 'django_migrations'")
        if not cursor.fetchone()[0]:
            raise _no_office(path)


def _no_office(path: Path) -> StartError:
    return StartError.one(
        str(path), "office.empty",
        zh="办公端的数据库文件是空的，或者不是办公端的。请从备份恢复；如果要在这里新建办公端，请加上 --new。",
        en="the office's database file is empty or is not an office's; restore a backup, or add --new to found an office here",
    )  # fmt: skip


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

    from zhengheng.web.config.wrong import SettingError

    try:
        django.setup()
    except ImproperlyConfigured as error:
        if "psycopg" in str(error):
            raise StartError.one(
                "DATABASE_URL", "driver.absent", zh="没有安装 PostgreSQL 的驱动程序，请安装 zhengheng[postgres]。",
                en="PostgreSQL's driver is not installed; install zhengheng[postgres]",
            ) from error  # fmt: skip
        if isinstance(error, SettingError):
            raise StartError.one(
                error.name, "setting.wrong", zh=f"环境变量的设置有误：{error.name} {error.zh}", en=f"a setting in the environment is wrong: {error.name}: {error.en}"
            ) from error  # fmt: skip
        log.error("the settings do not fit: %s", error)
        raise StartError.one(
            "settings", "setting.wrong", zh="环境变量的设置有误，办公端无法启动；请对照“运行办公端”一文逐项检查，原因另见日志。",
            en="a setting in the environment is wrong and the office cannot start; go through them with “Run the office”, and see the log",
        ) from error  # fmt: skip


_AWAY = {
    "password authentication failed": ("账号或密码不对", "the account or its password is wrong"),
    "no password supplied": ("地址中没有密码", "the address has no password"),
    "does not exist": ("服务器上没有这个数据库或账号", "the server has no such database or account"),
    "permission denied": ("这个账号无权使用这个数据库", "the account may not use the database"),
    "translate host name": ("找不到服务器的主机名", "the server's host name is not known"),
    "refused": ("服务器拒绝连接，请检查它是否运行、端口是否正确", "the server refused; check whether it runs, and the port"),
    "timeout": ("等待超时", "it took too long"),
    "SSL": ("加密连接没有建立", "the encrypted connection did not come about"),
    "unable to open": ("数据库文件打不开，请检查它是否在、是否有权限读写", "its file cannot be opened; check that it is there and may be read and written"),
    "readonly": ("数据库文件是只读的", "its file is read-only"),
    "not a database": ("数据库文件已损坏，请从备份恢复", "its file is damaged; restore a backup"),
    "malformed": ("数据库文件已损坏，请从备份恢复", "its file is damaged; restore a backup"),
    "disk": ("磁盘已满，或者读写出错", "the disk is full, or fails"),
    "locked": ("数据库正被另一个程序占用，请稍后再试", "another program holds it; try again later"),
    "too many": ("服务器的连接已用完", "the server has no connection left"),
    "": ("请检查地址、账号和服务器是否运行，原因另见日志", "check its address, the account, and whether the server runs; the log says more"),
}  # fmt: skip
"""What a database's own words mean."""


def unreachable(error: Exception, called: str = "DATABASE_URL") -> StartError:
    """The database does not answer: why, as far as its own words tell, and what to look at; words that tell us nothing are in the log."""
    said = str(error).strip()
    mark = next(mark for mark in _AWAY if mark in said)
    if not mark:
        log.warning("the database said: %s", said)
    zh, en = _AWAY[mark]
    return StartError.one(called, "database.away", zh=f"数据库没有应答：{zh}。", en=f"the database does not answer: {en}")  # fmt: skip


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


WORKERS = 3
"""Connections of a worker: its work, the sign of life beside it, and what looks after deadlines."""
_NAMED = "zhengheng"
_ROOM = """
select least(
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
        - coalesce(current_setting('reserved_connections', true), '0')::int,
    nullif(d.datconnlimit, -1), nullif(r.rolconnlimit, -1))
from pg_database d, pg_roles r
where d.datname = current_database() and r.rolname = current_user"""
_OTHERS = "select distinct application_name from pg_stat_activity where application_name like %s"
TRIES, PAUSE = 10, 0.5
"""Looks at who is there, and seconds between them: a server that was just ended still lets go of its connections."""


def claim(what: str, wanted: int) -> str:
    """Take so many connections to the database for the whole of a server or worker; gives what it says of them.

    Every connection is named after who holds it and how many that one may open, so that all servers and workers of
    this database, on whichever machine, are counted. Raises StartError where they would be more than PostgreSQL
    gives: then the one that comes last does not start, instead of all of them failing now and then.
    """
    from django.conf import settings
    from django.db import connection, connections

    if connection.vendor != "postgresql":
        return ""
    for left in range(TRIES - 1, -1, -1):
        with connection.cursor() as cursor:
            cursor.execute(_ROOM)
            most = cursor.fetchone()[0]
            cursor.execute(_OTHERS, [f"{_NAMED} %"])
            held = sum(int(name.split()[2]) for (name,) in cursor.fetchall())
        if wanted + held < most:  # one is left for a backup
            break
        if left == 0 or wanted >= most:
            raise StartError.one(
                "--processes --threads" if what == "serve" else "worker", "connections.few",
                zh=f"这样启动需要 {wanted} 个数据库连接，正在运行的其他服务已占 {held} 个，而数据库最多提供 {most} 个（须留一个用于备份）。请减少进程、线程或工作进程，或调高 max_connections。",
                en=f"this takes {wanted} connections to the database, other servers and workers that run have {held}, and it gives {most} at most (one is left for a backup); use fewer processes, threads or workers, or raise max_connections",
            )  # fmt: skip
        time.sleep(PAUSE)
    # Every thread and process opens its own under this name; the ones opened so far have none.
    settings.DATABASES["default"]["OPTIONS"]["application_name"] = f"{_NAMED} {what} {wanted} {secrets.token_hex(6)}"  # fmt: skip
    connections.close_all()
    return t(
        f"数据库连接：本进程 {wanted} 个，其他 {held} 个，共可有 {most} 个。",
        f"connections to the database: {wanted} here, {held} elsewhere, {most} at most",
    )
