"""Secrets as they lie in the database (second factors, answers with a first password): sealed with the installation's key, which lies elsewhere."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

MARK = "sealed:"


def _box() -> Fernet:
    key = hashlib.sha256(f"second factor:{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def seal(secret: str) -> str:
    """A secret as it is kept."""
    return MARK + _box().encrypt(secret.encode()).decode()


def opened(kept: str) -> str:
    """A kept secret as it was; empty where it was sealed with another key, so that no code fits it."""
    if not kept.startswith(MARK):
        return kept
    try:
        return _box().decrypt(kept.removeprefix(MARK).encode()).decode()
    except InvalidToken:
        return ""
