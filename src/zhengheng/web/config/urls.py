"""Addresses: the office under /office/, each stop of the road under its own word."""

from django.urls import include, path, register_converter
from django.urls.converters import PathConverter

from zhengheng.web.api.routes import api
from zhengheng.web.comments.views import take_in as take_comments_in
from zhengheng.web.portal.views import comment as portal_comment
from zhengheng.web.portal.views import page as portal_page
from zhengheng.web.reporting.views import granted


class Public(PathConverter):
    """What is not the office's: an address of the office that is not there is not looked for among the portal's pages."""

    regex = r"(?!office/|api/|static/).+"


register_converter(Public, "public")

urlpatterns = [
    path("api/v1/", api.urls),
    path("office/", include("zhengheng.web.pages.urls")),
    path("office/doors/", include("zhengheng.web.doors.urls")),
    path("office/", include("zhengheng.web.accounts.urls")),
    path("office/organisation/", include("zhengheng.web.organisation.urls")),
    path("office/overview/", include("zhengheng.web.overview.urls")),
    path("office/results/", include("zhengheng.web.results.urls")),
    path("office/jobs/", include("zhengheng.web.jobs.urls")),
    path("office/reports/", include("zhengheng.web.reporting.urls")),
    path("office/audits/", include("zhengheng.web.audits.urls")),
    path("office/tolerance/granted/", granted, name="tolerance_granted"),
    path("office/", include("zhengheng.web.targets.urls")),
    path("office/", include("zhengheng.web.rulebooks.urls")),
    path("office/ledger/", include("zhengheng.web.ledger.urls")),
    path("office/publications/", include("zhengheng.web.publication.urls")),
    path("office/comments-import/", take_comments_in, name="comments_import"),
    path("office/", include("zhengheng.web.acts.urls")),
    path("comments", portal_comment),
    path("", portal_page, {"path": ""}),
    path("<public:path>", portal_page),
]
handler400 = "zhengheng.web.pages.views.bad_request"
handler403 = "zhengheng.web.pages.views.forbidden"
handler404 = "zhengheng.web.pages.views.not_found"
handler500 = "zhengheng.web.pages.views.broken"
