"""What all pages of a result share: the frame around them, what of it is asked for, who took a file."""

from typing import Any

from zhengheng.engines.heat import STATUSES
from zhengheng.engines.outputs import is_provisional
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.overview import selectors
from zhengheng.web.overview.readings import reading
from zhengheng.web.overview.selectors import ONLY, PAGE, Choice
from zhengheng.web.pages.tags import language
from zhengheng.web.results.grades import shown_of
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.newer import context as newer_context
from zhengheng.web.results.newer import state_words, version_words, why_replaced
from zhengheng.web.results.selectors import pick, reopenings
from zhengheng.web.results.selectors import visible as visible_results
from zhengheng.web.results.services import watched
from zhengheng.workflow.machines import STANDING


def frame(request: OfficeRequest, name: str, what: str) -> tuple[ResultRun, dict[str, Any]]:
    """The result, and what all its pages show around their own matter."""
    results = visible_results(request.user, request.now.date())
    result = pick(name, results)
    held = reading(result, language())
    known = selectors.newest_of(results)
    earlier = selectors.history(result, known)
    context = {
        "result": result, "state": state_words(result, request.now.date()), **newer_context(request.user, request.now.date(), result), "held": held, "run": held.run, "heat": held.heat,
        "provisional": is_provisional(held.run),
        "watermark": range(60) if watched(run=result, what=what, actor=request.user, now=request.now) else (),
        "earlier": earlier[-1] if earlier else None, "statuses": STATUSES.values(),
        **_newer(result),
        "versions": [r for r in known if r.rulebook == result.rulebook], "known": known,
        "disputed": selectors.disputed(result), "cases": selectors.open_cases(),
        "decided": shown_of(result), "reopenings": reopenings(result),
    }  # fmt: skip
    return result, context


def _newer(result: ResultRun) -> dict[str, Any]:
    """The version in the place of a replaced one, by its day and the reason why it came."""
    after = result.replaced_by.filter(state__in=STANDING).first() if result.state == "replaced" else None  # fmt: skip
    return {"newer": after, "newer_said": (version_words(after), why_replaced(result, after)) if after else None}  # fmt: skip


def choice_of(request: OfficeRequest, units: int, groups: int) -> Choice:
    """What is asked for. A city of many units opens with its first group; whoever looks for a name looks in all."""
    asked = request.GET.get("group", "")
    words = request.GET.get("q", "").strip()[:60]
    group = int(asked) if asked.isascii() and asked.isdigit() and int(asked) < groups else None
    if asked == "" and not words and units > 2 * PAGE:
        group = 0
    page = request.GET.get("page", "1")
    only = request.GET.get("only", "")
    return Choice(
        group, words, only if only in ONLY else "", request.GET.get("by") == "score",
        max(int(page), 1) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
    )  # fmt: skip


def note(request: OfficeRequest, marked: bool) -> str:
    """Who took a file and when, where it is not on notice yet."""
    return f"{request.user.name} {request.now:%Y-%m-%d %H:%M}" if marked else ""
