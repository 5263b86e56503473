"""Pages of the ledger: read-only, but for signing a checkpoint."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import allowed, require
from zhengheng.web.acts import told
from zhengheng.web.ledger import selectors, services
from zhengheng.web.ledger.models import LedgerEntry, SignedCheckpoint
from zhengheng.web.ledger.restored import acknowledge
from zhengheng.web.pages.tags import say


@require_safe
def entries(request: OfficeRequest) -> HttpResponse:
    """Who did what, when; newest first."""
    day = request.now.date()
    require(request.user, "ledger.read", day)
    asked = {name: request.GET.get(name, "").strip() for name in ("act", "subject", "actor")}
    page = Paginator(selectors.search(**asked), 50).get_page(request.GET.get("page"))
    people, subjects = (
        told.people(row.actor for row in page),
        told.subjects(row.subject for row in page),
    )
    context = {
        "page": page, "rows": [(row, people[row.actor], told.act(row.act, row.actor), subjects[row.subject]) for row in page],
        "acts": told.acts().items(), "about": told.areas().items(), "asked": asked, "size": LedgerEntry.objects.count(),
        "checkpoints": SignedCheckpoint.objects.all()[:5],
        "may_sign": allowed(request.user, "ledger.checkpoint", day),
    }  # fmt: skip
    return render(request, "ledger/entries.html", context)


@require_safe
def entry(request: OfficeRequest, sequence: int) -> HttpResponse:
    """One entry, whether it is intact, and its proof."""
    require(request.user, "ledger.read", request.now.date())
    row = get_object_or_404(LedgerEntry, sequence=sequence)
    held = selectors.entry(row)
    context = {
        "actor": told.people([row.actor])[row.actor], "act": told.act(row.act, row.actor), "subject": told.subjects([row.subject])[row.subject],
        "entry": held, "leaf": bytes(row.leaf).hex(), "proof": (selectors.proof_of(sequence) or {})["proof"],
        "intact": held.is_intact() and held.leaf() == bytes(row.leaf), "text": row.content,
    }  # fmt: skip
    return render(request, "ledger/entry.html", context)


@require_POST
def checkpoint(request: OfficeRequest) -> HttpResponse:
    """Sign the ledger's size and root."""
    now = request.now
    require(request.user, "ledger.checkpoint", now.date())
    services.sign_checkpoint(home=settings.HOME, actor=request.user.username, now=now)
    return redirect("ledger")


@require_POST
def know_restored(request: OfficeRequest) -> HttpResponse:
    """An officer knows that the home came back from a backup."""
    acknowledge(home=settings.HOME, actor=request.user, now=request.now)
    messages.success(request, say("已记入存证日志；下一个检查点签发后，首页和公众门户不再显示这项说明。", "it is in the ledger; once the next checkpoint is signed, home page and portal say so no longer"))  # fmt: skip
    return redirect("home")


@require_safe
def export(request: OfficeRequest) -> HttpResponse:
    """The whole ledger as JSON lines, for a copy elsewhere and the offline check."""
    now = request.now
    require(request.user, "ledger.read", now.date())
    lines = selectors.export_lines()
    response = HttpResponse("".join(lines), content_type="application/jsonl; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="ledger-{now:%Y%m%d-%H%M}.jsonl"'
    return response
