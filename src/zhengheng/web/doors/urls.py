"""The doors' addresses: only where one leaves for another system and comes back."""

from collections.abc import Callable

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect import views as openid
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from zhengheng.web.doors.provider import WecomAdapter

View = Callable[[HttpRequest], HttpResponse]


def there(view: View) -> View:
    """A door that is not set up is no page at all."""

    def handle(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except SocialApp.DoesNotExist as error:
            raise Http404 from error

    return handle


urlpatterns = [
    path("wecom/login/", there(OAuth2LoginView.adapter_view(WecomAdapter)), name="wecom_login"),
    path(
        "wecom/login/callback/",
        there(OAuth2CallbackView.adapter_view(WecomAdapter)),
        name="wecom_callback",
    ),
    path("oidc/<str:provider_id>/login/", openid.login, name="openid_connect_login"),
    path("oidc/<str:provider_id>/login/callback/", openid.callback, name="openid_connect_callback"),
]
