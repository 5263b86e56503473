"""WeCom 企业微信 as a door: its OAuth 2 has words of its own; allauth brings the rest (state, session, errors)."""

from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base import ProviderAccount
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from django.http import HttpRequest
from django.utils.http import urlencode


class WecomClient(OAuth2Client):  # type: ignore[misc]
    """The corporation's token belongs to the application, not to the person; the code tells who it is."""

    def get_redirect_url(self, authorization_url: str, scope: list[str], extra_params: dict[str, str]) -> str:  # fmt: skip
        given = {
            "login_type": "CorpApp", "appid": self.consumer_key, "redirect_uri": self.callback_url,
            "state": self.state or "", **extra_params,
        }  # fmt: skip
        return f"{authorization_url}?{urlencode(given)}"

    def get_access_token(self, code: str, pkce_code_verifier: str | None = None) -> dict[str, Any]:
        found = told(
            self.access_token_url, {"corpid": self.consumer_key, "corpsecret": self.consumer_secret}
        )
        return {
            "access_token": found["access_token"],
            "expires_in": found["expires_in"],
            "code": code,
        }


def told(address: str, given: dict[str, str]) -> dict[str, Any]:
    """An answer of WeCom. Raises OAuth2Error with its own code and words."""
    with get_adapter().get_requests_session() as session:
        answer = session.get(address, params=given)
    found: dict[str, Any] = (
        answer.json() if answer.status_code == 200 else {"errcode": answer.status_code}
    )
    if found.get("errcode"):
        raise OAuth2Error(f"{address}: {found.get('errcode')} {found.get('errmsg', '')}")
    return found


class WecomAdapter(OAuth2Adapter):  # type: ignore[misc]
    """Addresses and the look-up of the person."""

    provider_id = "wecom"
    client_class = WecomClient

    def _said(self, name: str) -> str:
        return str(self.get_provider().app.settings[name])

    @property
    def authorize_url(self) -> str:
        return self._said("authorize_url")

    @property
    def access_token_url(self) -> str:
        return self._said("api_url") + "/cgi-bin/gettoken"

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        given = {"access_token": token.token, "code": kwargs["response"]["code"]}
        found = told(self._said("api_url") + "/cgi-bin/auth/getuserinfo", given)
        if not found.get("userid"):
            raise OAuth2Error("WeCom: not a member of this corporation")
        return self.get_provider().sociallogin_from_response(request, found)


class WecomProvider(OAuth2Provider):  # type: ignore[misc]
    """`client_id` is the corporation's id, `secret` the application's; its number is the agent id."""

    id = "wecom"
    name = "企业微信 WeCom"
    account_class = ProviderAccount
    oauth2_adapter_class = WecomAdapter

    def extract_uid(self, data: dict[str, Any]) -> str:
        return str(data["userid"])

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"username": data["userid"]}

    def get_auth_params(self) -> dict[str, str]:
        return {"agentid": str(self.app.settings["agent"])}

    def get_default_scope(self) -> list[str]:
        return []


provider_classes = [WecomProvider]
