"""How templates are read, and what every page has of them."""

import re
from typing import Any

from django.http import HttpRequest
from django.template import Origin
from django.template.backends.django import DjangoTemplates, Template, reraise
from django.template.exceptions import TemplateDoesNotExist
from django.template.loaders import filesystem
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from zhengheng.web.pages.tongues import marked


class Loader(filesystem.Loader):
    """Templates without their line ends and indentation: those are for who reads the source, not for the page."""

    def get_contents(self, origin: Origin) -> str:
        """A template's source as it is compiled."""
        return re.sub(r"\n\s*", " ", super().get_contents(origin).rstrip("\n"))


_APART = re.compile(
    r"<(textarea|pre|code|script|style)\b.*?</\1>|<[^>]*>|(?<=[（(]) +| +(?=[，。；：、）！？]|[,;:.)](?:[\s<]|$))", re.DOTALL
)  # fmt: skip
"""Tags and what stands in them as it is; and blanks right before a mark that closes, or after a bracket that opens."""


def joined(page: str) -> str:
    """A page on which no line end of a template stands as a blank before a comma, a stop or a closing bracket."""
    return _APART.sub(lambda found: found.group() if found.group().startswith("<") else "", page)


class Page(Template):
    """A template whose pages in English say of each piece of Chinese that it is Chinese."""

    def render(self, context: dict[str, Any] | None = None, request: HttpRequest | None = None) -> SafeString:  # fmt: skip
        """The page."""
        page = joined(super().render(context, request))
        return (
            mark_safe(marked(page)) if (get_language() or "").startswith("en") else mark_safe(page)
        )


class Pages(DjangoTemplates):
    """Every page goes through here, of the office and of the portal."""

    def get_template(self, template_name: str) -> Page:
        """A page's template. Raises TemplateDoesNotExist."""
        try:
            return Page(self.engine.get_template(template_name), self)
        except TemplateDoesNotExist as error:
            reraise(error, self)
            raise
