"""Accounts: signing in is noted as a proof of who is there, whichever door was used."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    name = "zhengheng.web.accounts"

    def ready(self) -> None:
        """The receiver must listen before anybody comes in."""
        from zhengheng.web.accounts import proving  # noqa: F401

        # The last sign-in is noted by the office's clock (`record_sign_in`), and not once more by the machine's.
        user_logged_in.disconnect(dispatch_uid="update_last_login")
