"""The organisation's tree with dates."""

from collections.abc import Iterator

from django.db import models

from zhengheng.web.ledger.rows import KeptRow

LED = {
    "local": ("本级管理", "led by the city"), "dual": ("双重管理", "led by the city and its own line above"),
    "vertical": ("垂直管理", "led by its own line above"),
}  # fmt: skip
"""How a unit is led; one that the city leads in part or not at all is usually exempt from some indicators."""


class Unit(KeptRow):
    """A unit 单位: department, district, street, section, post. Closed units keep their rows."""

    words = ("单位", "Unit")

    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=40)
    led = models.CharField(max_length=8, default="local")
    """Who leads it: local; dual, together with its own line above; vertical, by its line alone."""
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    credit_code = models.CharField(max_length=18, blank=True)
    area_code = models.CharField(max_length=12, blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"

    def above(self) -> Iterator["Unit"]:
        """The units above, from the nearest on; each once, also where older rows stand in a circle."""
        seen, held = {self.pk}, self.parent
        while held is not None and held.pk not in seen:
            yield held
            seen.add(held.pk)
            held = held.parent

    def told(self) -> tuple[str, str]:
        return self.name_zh, self.name_en or self.name_zh
