"""Signing in and out, one's password, accounts and grants."""

from django.urls import path

from zhengheng.web.accounts import proving, second_factor, token_views, views
from zhengheng.web.accounts.credentials import CLOSING, FACTOR, OPENING, PASSWORD

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("password/", views.password, name="password"),
    path("second-factor/", second_factor.show, name="second_factor"),
    path("second-factor/confirm/", second_factor.confirm, name="second_factor_confirm"),
    path("second-factor/code/", second_factor.code, name="second_factor_code"),
    path("tokens/", token_views.tokens, name="tokens"),
    path("tokens/<int:number>/revoke/", token_views.revoke, name="token_revoke"),
    path("accounts/", views.accounts, name="accounts"),
    path("accounts/import/", views.bring_accounts, name="account_import"),
    path("grants/import/", views.bring_grants, name="grant_import"),
    path("accounts/new/", views.create, name="account_new"),
    path("accounts/<str:username>/", views.account, name="account"),
    path("accounts/<str:username>/close/", views.renew, {"what": CLOSING}, name="account_close"),
    path("accounts/<str:username>/open/", views.renew, {"what": OPENING}, name="account_open"),
    path("accounts/<str:username>/unlock/", views.unlock, name="account_unlock"),
    path(
        "accounts/<str:username>/password/", views.renew, {"what": PASSWORD}, name="account_reset"
    ),
    path(
        "accounts/<str:username>/second-factor/",
        views.renew,
        {"what": FACTOR},
        name="account_forget_factor",
    ),
    path("renewals/", views.renewals, name="renewals"),
    path("renewals/<int:number>/confirm/", views.confirm_renewal, name="renewal_confirm"),
    path("renewals/<int:number>/drop/", views.drop_renewal, name="renewal_drop"),
    path("prove/", proving.prove, name="prove"),
    path("accounts/<str:username>/grants/", views.give, name="grant_give"),
    path("grants/<int:number>/revoke/", views.revoke, name="grant_revoke"),
]
