"""Accounts: signing in is noted as a proof of who is there, whichever door was used."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "zhengheng.web.accounts"

    def ready(self) -> None:
        """The receiver must listen before anybody comes in."""
        from zhengheng.web.accounts import proving  # noqa: F401
