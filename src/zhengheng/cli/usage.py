"""How commands are written, in the reader's language: what is wrong with a call, and the frame of every help.

The library that reads the command line knows English alone, and its checks speak of its own types.
"""

import re
from typing import Any

from zhengheng.domain.problems import ZhenghengError
from zhengheng.domain.several import several
from zhengheng.domain.spoken import LANGUAGE

_WANTED = (
    (r"valid integer", "整数", "a whole number"), (r"valid number", "数", "a number"), (r"valid boolean", "是或否", "yes or no"),
    (r"greater than or equal to (\S+)", "不小于 {0} 的数", "{0} or more"), (r"less than or equal to (\S+)", "不大于 {0} 的数", "{0} or less"),
)  # fmt: skip
"""What the library says of a value that does not fit, and what the option takes."""
_FRAME = (
    (r"^Usage: ", "用法：", "Usage: "), (r"^Arguments:", "参数：", "Arguments:"), (r"^Options:", "选项：", "Options:"),
    (r"^Commands:", "命令：", "Commands:"), (r"\[OPTIONS\]", "[选项]", "[OPTIONS]"),
    (r"COMMAND \[ARGS\]\.\.\.", "命令 [参数]...", "COMMAND [ARGS]..."), (r"\[required\]", "[必填]", "[required]"),
    (r"<(?:list\[)?str\]?>", "<文字>", "<text>"), (r"<path>", "<路径>", "<path>"), (r"<int>", "<整数>", "<number>"), (r"<float>", "<数>", "<number>"),
    (r"\[env var:\s+", "[环境变量：", "[environment: "), (r";\s+env var:\s+", "；环境变量：", "; environment: "), (r";\s+default:\s+", "；默认：", "; default: "),
    (r"\[default:\s+", "[默认：", "[default: "), (r"Show this message and exit\.", "显示本说明。", "Show this help."),
    (r"Install completion for the current shell\.", "为当前命令行安装补全。", "Install completion for this shell."),
    (r"Show completion for the current shell, to copy it or\s+customize the installation\.", "显示补全脚本，供复制或修改。", "Show the completion script, to copy or change it."),
)  # fmt: skip
"""What the library frames a help with, and the words of both languages."""


def framed(text: str) -> str:
    """A help text in the reader's language."""
    for found, zh, en in _FRAME:
        text = re.sub(found, zh if LANGUAGE == "zh" else en, text, flags=re.MULTILINE)
    return text


def refused(error: Any) -> ZhenghengError:
    """A call that cannot be read, as an error of ours: where, what, and what to type next."""
    where, zh, en = _said(error)
    path = error.ctx.command_path if getattr(error, "ctx", None) else "zhengheng"
    return ZhenghengError.one(
        where, "usage", zh=f"{zh}。用法请运行 {path} --help 查看。", en=f"{en}; {path} --help tells how it is used"
    )  # fmt: skip


def _said(error: Any) -> tuple[str, str, str]:
    message = str(getattr(error, "message", "") or "")
    match type(error).__name__:
        case "NoSuchOption":
            near = "、".join(error.possibilities or ())
            return error.option_name, f"没有选项 {error.option_name}" + (f"，相近的有 {near}" if near else ""), f"no option {error.option_name}" + (f", near to it: {near.replace('、', ', ')}" if near else "")  # fmt: skip
        case "MissingParameter":
            name = _name(error.param)
            return name, f"缺少 {name}", f"{name} is missing"
        case "BadParameter":
            return _bad(error)
        case "BadOptionUsage":
            name = error.option_name
            return name, f"选项 {name} 后面应有一个值，或者不应有值", f"{name} takes a value, or takes none"  # fmt: skip
    if named := re.search(r"No such command '([^']*)'", message):
        return named[1], f"没有命令 {named[1]}", f"no command {named[1]}"
    if more := re.search(r"unexpected extra argument.*\(([^()]*)\)$", message):
        return more[1], f"多出了 {more[1]}", f"{more[1]} is too much"
    return "zhengheng", "命令不完整", "the command is not complete"


def _bad(error: Any) -> tuple[str, str, str]:
    """A value that does not fit its option; the library's reason is not repeated, the option says what it takes."""
    param = getattr(error, "param", None)
    name = _name(param) if param is not None else str(error.param_hint or "")
    message, zh, en = str(error.message), "", ""
    for pattern, *words in _WANTED:
        if found := re.search(pattern, message):
            zh, en = (one.format(*found.groups()) for one in words)
    if not zh:
        return name, f"{name} 的值不能用", f"{name} cannot take this value"
    return name, f"{name} 应为{zh}", f"{name} takes {en}"


def _name(param: Any) -> str:
    """An option as one types it, an argument as the help calls it."""
    if param is None:
        return "zhengheng"
    return str(next((o for o in getattr(param, "opts", ()) if o.startswith("--")), param.name))


def checked_memory(memory: str | None) -> str | None:
    """A limit of memory such as 2GB. Raises ZhenghengError for what is none."""
    if memory is None or re.fullmatch(r"[1-9]\d*(?:\.\d+)? ?(?:[KMGT]i?B)", memory, re.IGNORECASE):
        return memory
    raise ZhenghengError.one(
        "--memory", "engine.memory", zh=f"{memory} 不是内存上限，请写明数和单位，如 2GB、512MB",
        en=f"{memory} is no limit of memory; give a number and its unit, such as 2GB or 512MB",
    )  # fmt: skip


def checked_master(master: str) -> str:
    """Where Spark runs. Raises ZhenghengError for what is no such place."""
    if re.fullmatch(r"local(?:\[(?:[1-9]\d*|\*)\])?|spark://[\w.-]+:\d+(?:,[\w.-]+:\d+)*|yarn|k8s://\S+", master):  # fmt: skip
        return master
    raise ZhenghengError.one(
        "--master", "spark.master", zh=f"{master} 不是 Spark 的地址：可用 local[核数]、spark://主机:端口、yarn、k8s://地址",
        en=f"{master} is no place where Spark runs: local[cores], spark://host:port, yarn, or k8s://address",
    )  # fmt: skip


def checked_threads(threads: int | None) -> int | None:
    """How many threads. Raises ZhenghengError below one."""
    if threads is None or threads >= 1:
        return threads
    raise ZhenghengError.one(
        "--threads", "engine.threads", zh=f"线程数 {threads} 应不小于 1", en=f"{several(threads, 'thread is too few', 'threads are too few')}: one or more"
    )  # fmt: skip
