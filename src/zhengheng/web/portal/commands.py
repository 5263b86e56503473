"""The commands of the portal: write it, serve what was written, sign what citizens wrote."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from zhengheng.domain.given import to_fill, to_write
from zhengheng.domain.problems import NotFoundError
from zhengheng.domain.several import several
from zhengheng.domain.spoken import t
from zhengheng.web.commands import HERE, HomeOption, out_line
from zhengheng.web.starting import begin

portal = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="公众门户 / the public portal"
)


@portal.command(
    "export",
    help="把整个门户写成静态文件，可放在任何网站服务器的任何路径下。 / Write the whole portal as static files, for any web server under any path.",
)
def export(
    target: Annotated[Path, typer.Argument(help="输出文件夹 / folder to write")], home: HomeOption = HERE
) -> None:  # fmt: skip
    """Write the whole portal as static files, for any web server under any path."""
    to_fill(target)
    begin(home, look_only=True)
    from zhengheng.web.pages.clock import now
    from zhengheng.web.portal.writing import publish

    # What is published is everybody's: a web server of another account reads it.
    os.umask(0o022)
    out_line(f"{publish(target, (at := now()).date(), at)} pages · {target}")


@portal.command(
    "serve",
    help="提供写好的门户：这一进程不连数据库和办公端，除收件箱外不写任何内容。 / Serve a written portal: a process that knows no database and no office, and writes nothing but its inbox.",
)
def serve(
    folder: Annotated[
        Path, typer.Argument(help="export 写出的文件夹 / a folder that export wrote")
    ],
    host: Annotated[str, typer.Option(help="监听地址 / address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口 / port")] = 8001,
    threads: Annotated[int, typer.Option(help="线程 / threads")] = 8,
    inbox: Annotated[Path | None, typer.Option(help="留言收件箱文件夹 / folder that takes comments")] = None,
    proxies: Annotated[str, typer.Option(envvar="ZHENGHENG_PROXIES", help="前置代理的地址，用逗号分开 / addresses of proxies in front, by commas")] = "",
) -> None:  # fmt: skip
    """Serve a written portal: a process that knows no database and no office, and writes nothing but its inbox."""
    from waitress import create_server
    from waitress.channel import HTTPChannel
    from whitenoise import WhiteNoise  # type: ignore[import-untyped]

    from zhengheng.web.config.bounds import COMMENT
    from zhengheng.web.config.proxies import behind, networks
    from zhengheng.web.config.serving import listening, refused_by
    from zhengheng.web.portal.inbox import Inbox
    from zhengheng.web.portal.missing import missing
    from zhengheng.web.portal.receiving import Receiver, receiving, too_long

    if not (folder / "index.html").is_file():
        raise NotFoundError.one(
            str(folder), "portal.absent", zh="这里没有写好的门户, 请先 zhengheng portal export", en="no written portal here; run zhengheng portal export first"
        )  # fmt: skip

    if inbox is not None:
        to_fill(inbox)

    def absent(environ: dict[str, object], start: Callable[..., object]) -> list[bytes]:
        page = missing(folder, str(environ.get("PATH_INFO", "")))
        kind = "text/html" if page else "text/plain"
        start("404 Not Found", [("Content-Type", f"{kind}; charset=utf-8")])
        return [page or "没有这个页面 / there is no such page".encode()]

    pages = WhiteNoise(absent, root=str(folder), index_file=True, max_age=300)
    out_line(t(f"公众门户：http://{host}:{port}/ （按 Ctrl+C 结束）", f"portal: http://{host}:{port}/  (Ctrl+C ends it)"))  # fmt: skip
    served = (
        receiving(pages, Receiver(Inbox(inbox), lambda: datetime.now(UTC), time.monotonic, folder))
        if inbox is not None
        else pages
    )
    server = create_server(
        behind(served, networks(proxies)), sockets=[listening(host, port)], threads=threads,
        max_request_body_size=COMMENT, clear_untrusted_proxy_headers=False,
    )  # fmt: skip
    server.channel_class = refused_by(HTTPChannel, lambda came: too_long(folder, came).page)
    server.run()


@portal.command(
    "comments",
    help="把收件箱中的全部留言签名写成一个文件，供办公端导入。 / Sign all comments of an inbox into a file that the office imports.",
)
def comments(
    inbox: Annotated[Path, typer.Argument(help="收件箱文件夹 / the inbox's folder")],
    out_file: Annotated[Path, typer.Argument(help="写出的签名文件 / signed file to write")],
) -> None:
    """Sign all comments of an inbox into a file that the office imports."""
    from zhengheng.web.portal.inbox import KEY, Inbox

    to_write(out_file)
    if not (inbox / KEY).is_file():
        raise NotFoundError.one(
            str(inbox), "inbox.absent", zh="这里没有收件箱，请给出门户存放留言的文件夹。", en="there is no inbox here; name the folder in which the portal keeps comments"
        )  # fmt: skip
    held = Inbox(inbox)
    out_file.write_bytes(held.export(datetime.now(UTC)))
    count = len(held.letters())
    out_line(t(f"{count} 条留言 · {out_file}", f"{several(count, 'comment', 'comments')} · {out_file}"))  # fmt: skip
    for where in held.torn():
        out_line(t(f"{inbox / where}：不是完整的留言，没有写出。", f"{inbox / where}: not a whole comment, left out"))  # fmt: skip
