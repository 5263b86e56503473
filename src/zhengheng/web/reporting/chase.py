"""The office's chase list 催报: who is late with what, and since when."""

from datetime import date
from typing import Any

from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.reporting.acts import REPORTS
from zhengheng.web.rulebooks.selectors import book_of


def chase(day: date) -> list[dict[str, Any]]:
    """Suppliers with overdue reports, the longest late first; each with its reports."""
    calendar = working_calendar()
    found: dict[str, dict[str, Any]] = {}
    for report in REPORTS.all().filter(state="due", due_on__lt=day):
        late = calendar.between(report.due_on, day)
        supplier = report.supplier
        entry = found.setdefault(
            supplier.code, {"unit": supplier.code, "zh": supplier.name_zh, "en": supplier.name_en or supplier.name_zh,
                            "days": 0, "reports": []},
        )  # fmt: skip
        entry["days"] = max(entry["days"], late)
        name = book_of(report.rulebook).indicator(report.indicator).name
        entry["reports"].append(
            {"id": report.pk, "unit": report.unit.code, "about": (report.unit.name_zh, report.unit.name_en), "indicator": report.indicator,
             "zh": name.zh, "en": name.en or name.zh, "period": report.period, "due_on": report.due_on, "days": late,
             "more_time": report.more_time}
        )  # fmt: skip
    return sorted(found.values(), key=lambda entry: (-entry["days"], entry["unit"]))
