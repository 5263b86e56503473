"""Signing in and out, one's password, accounts and grants."""

from django.urls import path

from zhengheng.web.accounts import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("password/", views.password, name="password"),
    path("accounts/", views.accounts, name="accounts"),
    path("accounts/new/", views.create, name="account_new"),
    path("accounts/<str:username>/", views.account, name="account"),
    path("accounts/<str:username>/close/", views.close, name="account_close"),
    path("accounts/<str:username>/unlock/", views.unlock, name="account_unlock"),
    path("accounts/<str:username>/password/", views.reset, name="account_reset"),
    path("accounts/<str:username>/grants/", views.give, name="grant_give"),
    path("grants/<int:number>/revoke/", views.revoke, name="grant_revoke"),
]
