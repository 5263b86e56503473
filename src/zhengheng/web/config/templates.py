"""How templates are read."""

import re

from django.template import Origin
from django.template.loaders import filesystem


class Loader(filesystem.Loader):
    """Templates without their line ends and indentation: those are for who reads the source, not for the page."""

    def get_contents(self, origin: Origin) -> str:
        """A template's source as it is compiled."""
        return re.sub(r"\n\s*", " ", super().get_contents(origin).rstrip("\n"))
