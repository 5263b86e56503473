"""Files that this program keeps: one that is gone or damaged is named, with the way out."""

from pathlib import Path
from typing import Any

from zhengheng.domain.canonical import JsonError, read_json
from zhengheng.domain.problems import ExitCode, ZhenghengError

MOST = 2**30
"""Bytes of a kept JSON file; a rulebook's snapshot of a large city has tens of millions."""
_ROOTS = ("lakes", "publications", "portal", "files", "archive", "inbox")


class KeptError(ZhenghengError):
    """A kept file is gone, or does not hold what was written."""

    exit_code = ExitCode.VERIFY


def shown(path: Path) -> str:
    """A file's name as who looks after the installation finds it: from the folder of lakes, publications or packages on."""
    parts = path.parts
    at = next((place for place, part in enumerate(parts) if part in _ROOTS), len(parts) - 4)
    return "/".join(parts[max(at, 0) :]).lstrip("/")


def gone(path: Path) -> KeptError:
    return KeptError.one(
        shown(path), "file.gone", zh=f"文件 {shown(path)} 不见了。请系统管理员从备份中恢复；恢复以前，用到它的内容不能查看和办理。",
        en=f"the file {shown(path)} is gone; the system administrator restores it from a backup, and what rests on it cannot be shown or done before",
    )  # fmt: skip


def damaged(path: Path, why: tuple[str, str] = ("", "")) -> KeptError:
    zh, en = (f"（{why[0]}）", f" ({why[1]})") if why[0] else ("", "")
    return KeptError.one(
        shown(path), "file.damaged", zh=f"文件 {shown(path)} 已损坏，无法读取{zh}。请系统管理员从备份中恢复；恢复以前，用到它的内容不能查看和办理。",
        en=f"the file {shown(path)} is damaged and cannot be read{en}; the system administrator restores it from a backup, and what rests on it cannot be shown or done before",
    )  # fmt: skip


def altered(path: Path, entry: int) -> KeptError:
    """A file that can be read and is not what entry `entry` of the ledger says it was."""
    return KeptError.one(
        shown(path), "file.altered", zh=f"文件 {shown(path)} 的内容被改动，与存证日志第 {entry} 条的摘要不符。请停止使用，由系统管理员从备份中恢复，并通知安全审计员。",
        en=f"the file {shown(path)} was altered: it does not fit its digest in entry {entry} of the ledger. Stop using it; the system administrator restores it from a backup, and the security auditor is told",
    )  # fmt: skip


def kept_json(path: Path, most: int = MOST) -> Any:
    """The value of a kept JSON file. Raises KeptError where it is gone, no JSON, or nested beyond reason."""
    try:
        return read_json(path.read_bytes(), most)
    except FileNotFoundError as error:
        raise gone(path) from error
    except JsonError as error:
        raise damaged(path, (error.zh, str(error))) from error
    except OSError as error:
        raise damaged(path) from error


def kept_object(path: Path, *names: str) -> dict[str, Any]:
    """The same of a file that holds an object with these names at least."""
    held = kept_json(path)
    if not isinstance(held, dict) or any(name not in held for name in names):
        raise damaged(path, ("内容不全", "something is missing in it"))
    return held
