"""How often somebody may try to sign in: counted by name and address together, so that nobody locks another one out.

An attempt that failed counts for a quarter of an hour and is then forgotten. Attempts of a time that has not come yet, left by
a clock that ran ahead, count for nothing. `now` is here of the clock that never stands (pages/clock.py): a wait ends.
"""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from zhengheng.web.accounts.models import Account, FailedSignIn, KnownAddress
from zhengheng.web.ledger.services import append


def _name(username: str) -> str:
    """A name as it is counted: people type passwords into the wrong field, so none is kept."""
    return hashlib.sha256(f"{settings.SECRET_KEY}:{username.strip().lower()}".encode()).hexdigest()


def _wait() -> timedelta:
    return timedelta(minutes=settings.LOCK_MINUTES)


def must_wait(*, username: str, address: str, now: datetime) -> bool:
    """Whether a name from an address has failed too often lately, or the address, or the name from everywhere."""
    lately = FailedSignIn.objects.filter(at__gt=now - _wait(), at__lte=now)
    mine = lately.filter(address=address[:64])
    if mine.filter(name=_name(username)).count() >= settings.LOCK_AFTER or mine.count() >= settings.KNOCKS:  # fmt: skip
        return True
    if lately.filter(name=_name(username)).count() < settings.KNOCKS:
        return False
    # Somebody far away tries one name from many addresses: where its owner usually sits, the door stays open.
    usual = KnownAddress.objects.filter(account__username=username, address=address[:64])
    return not usual.filter(at__gt=now - timedelta(days=settings.KNOWN_DAYS)).exists()


@transaction.atomic
def note_failure(*, username: str, address: str, now: datetime, at: datetime) -> None:
    """A failed sign-in; the one after which its name has to wait at this address enters the ledger, with the office's time `at`."""
    FailedSignIn.objects.filter(at__lt=now - _wait()).delete()
    FailedSignIn.objects.create(address=address[:64], name=_name(username), at=now)
    tries = FailedSignIn.objects.filter(
        address=address[:64], name=_name(username), at__gt=now - _wait(), at__lte=now
    )
    if tries.count() == settings.LOCK_AFTER and Account.objects.filter(username=username).exists():
        append(act="account.locked", subject=f"account:{username}", actor="system", at=at)


def note_success(*, account: Account, address: str, now: datetime) -> None:
    """Somebody came in from an address, where he will find the door open."""
    FailedSignIn.objects.filter(name=_name(account.username), address=address[:64]).delete()
    KnownAddress.objects.update_or_create(account=account, address=address[:64], defaults={"at": now})  # fmt: skip


def let_try_again(account: Account) -> None:
    """Failures with a name are forgotten, wherever they were made."""
    FailedSignIn.objects.filter(name=_name(account.username)).delete()
