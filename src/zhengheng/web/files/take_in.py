"""The page that takes a table in: wholly, or not at all with every row's fault."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from zhengheng.domain.problems import DataError, Problem, ZhenghengError
from zhengheng.domain.several import several
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.files.tables import rows_of
from zhengheng.web.pages.requests import http_status
from zhengheng.web.pages.tags import say

Bring = Callable[[list[dict[str, str]], str], int]
"""Writes rows from a file of that name and says how many; raises ZhenghengError and writes nothing."""


def take_in(
    request: OfficeRequest, page: str, columns: Mapping[str, str], bring: Bring, back: str, **context: Any
) -> HttpResponse:  # fmt: skip
    """Show the form, or bring in what it sent and go `back`; `page` extends take_in.html."""
    problems: tuple[Problem, ...] = ()
    status = 200
    if request.method == "POST":
        try:
            upload = request.FILES.get("file")
            if upload is None:
                raise DataError.one("file", "file.absent", zh="请选择文件", en="choose a file")
            name = upload.name or "table"
            count = bring(rows_of(name, upload.read(), columns), name)
        except ZhenghengError as error:
            problems, status = error.problems, http_status(error)
        else:
            messages.success(
                request, say(f"已导入 {count} 行", several(count, "row is in", "rows are in"))
            )
            return redirect(back)
    context |= {"problems": problems, "columns": columns.items()}
    return render(request, page, context, status=status)
