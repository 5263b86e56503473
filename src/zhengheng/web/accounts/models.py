"""Accounts and grants. An account alone may do nothing: every right comes from a grant."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.timezone import localdate

from zhengheng.web.ledger.rows import KeptRow
from zhengheng.web.organisation.models import Unit
from zhengheng.workflow.roles import NAMES, Role


class Account(KeptRow, AbstractBaseUser):
    """A person who signs in."""

    words = ("账号", "Account")
    unbound = ("last_login", "failures", "locked_until", "must_change_password", "factor_step")

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=True)
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    factor = models.CharField(max_length=255, blank=True)
    """The sealed secret of the second factor (TOTP), once it was confirmed."""
    factor_step = models.PositiveBigIntegerField(default=0)
    """The last time step whose code was used: no code opens twice."""
    row_version = models.PositiveIntegerField(default=1)

    USERNAME_FIELD = "username"

    class Meta:
        ordering = ("username",)

    def __str__(self) -> str:
        return f"{self.name} ({self.username})"

    def told(self) -> tuple[str, str]:
        return self.name, self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session is bound to: the password and the second factor, so that a change of either ends those begun before it."""
        proofs = self.password + self.factor
        return salted_hmac(
            "zhengheng.session", proofs, secret=secret, algorithm="sha256"
        ).hexdigest()


TOKEN_NAME = 60
"""Characters of what a token is for, at most."""


class ApiToken(KeptRow):
    """A token for programs: it acts as its account, within its scopes, until it ends. Only its digest is kept."""

    words = ("接口令牌", "API token")
    unbound = ("used_at",)

    account = models.ForeignKey(Account, models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=TOKEN_NAME)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField()
    ends_on = models.DateField()
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)

    def told(self) -> tuple[str, str]:
        return f"{self.account.name}：{self.name}", f"{self.account.name}: {self.name}"


class RoleGrant(KeptRow):
    """A role given to an account, for a unit where the role asks for one, from a day to a day."""

    words = ("授权", "Role grant")

    account = models.ForeignKey(Account, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=32, choices=[(role.value, NAMES[role][0]) for role in NAMES])
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="grants")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    given_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("role", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "role", "unit"], condition=Q(revoked_at=None),
                nulls_distinct=False, name="one_standing_grant",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="grant_ends_after"
            ),
        ]  # fmt: skip

    def told(self) -> tuple[str, str]:
        zh, en = NAMES[Role(self.role)]
        of = self.unit.told() if self.unit is not None else ("", "")
        return (
            f"{self.account.name}：{of[0]}{zh}",
            f"{self.account.name}: {f'{of[1]} {en}'.strip()}",
        )


class FailedSignIn(models.Model):
    """A sign-in that failed; kept for as long as it counts. The name stands as a keyed digest."""

    address = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=64, db_index=True, default="")
    at = models.DateTimeField()


class KnownAddress(models.Model):
    """An address from which an account signed in, with the last time: there its door stays open."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    address = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["account", "address"], name="one_row_an_address"),
        )


class Renewal(KeptRow):
    """A new first password, a forgotten second factor, the closing of an account or a role taken back: who asked, who carried it out, when the owner was told."""

    words = ("凭证更换", "Renewal of credentials")
    unbound = ("seen_at",)

    account = models.ForeignKey(Account, models.PROTECT, related_name="renewals")
    what = models.CharField(max_length=16)
    reason = models.TextField(blank=True, default="")
    """Of a closing, or of an opening again: why. Version 0.1.0 asked for none."""
    grant = models.ForeignKey(RoleGrant, models.PROTECT, null=True, related_name="+")
    """The role that is taken back, where that is asked for."""
    asked_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    done_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)

    def told(self) -> tuple[str, str]:
        day = localdate(self.asked_at)
        return f"{self.account.name}（{day}）", f"{self.account.name} ({day})"
