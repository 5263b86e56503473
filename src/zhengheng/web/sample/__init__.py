"""The sample city in the office: everything through the acts that its people would do, at the days they did."""

from zhengheng.web.sample.furnish import furnish_office

__all__ = ["furnish_office"]
