"""Log records as lines of JSON. Read while settings are made: nothing here knows a model."""

import json
import logging

from django.utils import timezone


class JsonLines(logging.Formatter):
    """What a record brings in `said`, with its time and kind; warnings of other loggers as they are."""

    def format(self, record: logging.LogRecord) -> str:
        at = timezone.localtime().isoformat(timespec="milliseconds")
        said = getattr(record, "said", None) or {
            "level": record.levelname,
            "message": record.getMessage(),
        }
        return json.dumps({"at": at, "log": record.name, **said}, ensure_ascii=False)
