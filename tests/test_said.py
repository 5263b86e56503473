"""What says something, and what a reader can take for a reason."""

import pytest

from zhengheng.domain.said import gives_reason, says_something


@pytest.mark.parametrize(
    ("text", "something", "reason"),
    [("", False, False), (" \u3000\t", False, False), ("——。…", False, False), ("\u200b\ufeff", False, False), ("无", True, False),
     ("7", True, False), ("同意。", True, False), ("啊啊啊啊啊啊", True, False), ("abab", True, False), ("数据有误", True, True),
     ("台风后口径已改。", True, True), ("late data", True, True)],
)  # fmt: skip
def test_blanks_and_marks_say_nothing_and_a_mark_put_in_is_no_reason(
    text: str, something: bool, reason: bool
) -> None:
    assert (says_something(text), gives_reason(text)) == (something, reason)
