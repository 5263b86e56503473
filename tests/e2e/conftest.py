"""The whole year in the office, on the same databases as the web suite."""

from tests.web.conftest import people

__all__ = ["people"]
