"""Taking in what the portal collected: signed by it, known ones passed over, all or nothing."""

from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate

from zhengheng.domain.problems import DataError
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import require
from zhengheng.web.acts.beginning import begin
from zhengheng.web.acts.services import make_by_machine
from zhengheng.web.comments.acts import COMMENTS, ReceiveGiven
from zhengheng.web.comments.models import Comment
from zhengheng.web.portal.inbox import KEY, Inbox, Letter, read_export

TRUSTED = "portal-inbox.pub"
"""The public key of the portal's inbox, laid into the office's data folder by whoever set both up."""


def trusted_key() -> bytes:
    """The key of the portal this office trusts: brought from another machine, or of the inbox on this one. Raises DataError."""
    home = Path(settings.HOME)
    for path in (home / TRUSTED, home / "inbox" / KEY):
        if path.is_file():
            return path.read_bytes()
    raise DataError.one(
        TRUSTED, "inbox.key", zh=f"还没有门户收件箱的公钥: 请把门户机器上的 {KEY} 放到数据文件夹, 命名为 {TRUSTED}",
        en=f"the key of the portal's inbox is not here yet: lay the portal's {KEY} into the data folder as {TRUSTED}",
    )  # fmt: skip


def bring(*, content: bytes, name: str, actor: Account, now: datetime) -> int:
    """Take in an export of the portal's inbox; gives how many comments were new. Raises DataError, ForbiddenError."""
    require(actor, "comment.bring", now.date())
    return _take_in(read_export(content, trusted_key(), name), actor, now)


def tick(now: datetime) -> int:
    """Where one machine is both, what the inbox holds comes to the desk by itself. Doing it twice changes nothing.

    An office that trusts the key of another machine's portal waits for its file.
    """
    return _take_in(waiting(Path(settings.HOME)), None, now)


def waiting(home: Path) -> list[Letter]:
    """The comments of this machine's own portal that are not taken in yet, in the order in which they came."""
    if (home / TRUSTED).is_file() or not (home / "inbox" / KEY).is_file():
        return []
    known = frozenset(Comment.objects.values_list("reference", flat=True))
    return Inbox(home / "inbox").letters(known)


def day_of(letter: Letter) -> date:
    """The day here on which it came: a portal's machine stamps the moment by whatever clock it has."""
    moment = datetime.fromisoformat(letter.at)
    return localdate(moment) if moment.tzinfo else moment.date()


def _take_in(held: list[Letter], actor: Account | None, now: datetime) -> int:
    known = set(
        Comment.objects.filter(reference__in=[one.reference for one in held]).values_list(
            "reference", flat=True
        )
    )
    new = [one for one in held if one.reference not in known]
    begin()
    with transaction.atomic():
        for one in new:
            given = ReceiveGiven(
                reference=one.reference,
                page=one.page,
                text=one.text,
                received_on=day_of(one),
            )
            make_by_machine(COMMENTS, "comment.receive", given=given, asked_by=actor, now=now)
    return len(new)
