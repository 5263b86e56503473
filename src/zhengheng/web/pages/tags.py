"""Template words: both languages stand side by side, so none can be missing (docs/decisions/0005)."""

from django import template
from django.utils.translation import get_language

from zhengheng.domain.problems import Language, Problem

register = template.Library()


def language() -> Language:
    """The language of this request."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def say(zh: str, en: str) -> str:
    """The sentence in the reader's language."""
    return en if language() == "en" else zh


@register.simple_tag
def t(zh: str, en: str) -> str:
    """`{% t "中文" "English" %}`"""
    return say(zh, en or zh)


@register.filter
def said(problem: Problem) -> str:
    """A problem's sentence, without its place."""
    return say(problem.zh, problem.en)
