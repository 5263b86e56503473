"""A text that is shown for another person is what he wrote, with marks where something is left out."""

import pytest

from zhengheng.domain.masked import kept, otherwise

WRITTEN = "公交5路晚点，司机张三的电话是13800138000，请处理。"


@pytest.mark.parametrize(
    ("shown", "how"),
    [
        (WRITTEN, "whole"), ("公交5路晚点，\r\n司机张三的电话是 13800138000，请处理。\n", "whole"),
        ("公交5路晚点，司机××的电话是×××××××××××，请处理。", "masked"), ("公交5路晚点……请处理。", "masked"), ("公交5路晚点，……", "masked"), ("……请处理。", "masked"),
        ("公交5路晚点，司机***，请处理。", "masked"),
        ("公交5路今天开通了免费乘车，感谢政府！", "reworded"), ("公交5路晚点，请处理。", "reworded"), ("公交5路晚点", "reworded"), ("请处理……公交5路晚点", "reworded"),
        ("公交5路晚点，司机××很好，请处理。", "reworded"), ("……谢谢。", "reworded"), ("", "reworded"),
    ],
)  # fmt: skip
def test_what_is_left_out_has_a_mark_and_nothing_else_is_said(shown: str, how: str) -> None:
    assert kept(WRITTEN, shown) == how
    assert (otherwise(WRITTEN, shown) is None) == (how != "reworded")


@pytest.mark.parametrize(
    ("shown", "place"),
    [("公交5路今天开通了免费乘车，感谢政府！", "今天开通了免费乘车，感谢"), ("公交5路晚点，司机××很好，请处理。", "很好，请处理。"), ("公交5路晚点", "公交5路晚点")],
)  # fmt: skip
def test_the_place_that_was_not_written_so_is_named(shown: str, place: str) -> None:
    assert otherwise(WRITTEN, shown) == place


@pytest.mark.parametrize("mark", "×✕＊*█■…")
def test_whatever_mark_is_put_says_that_something_is_missing(mark: str) -> None:
    assert kept(WRITTEN, f"公交5路晚点，{mark * 2}请处理。") == "masked"


@pytest.mark.parametrize(
    ("written", "shown", "how"),
    [("请处理", "请\u200b处理", "whole"), ("甲乙甲丙丁", "甲×甲×丁", "masked"), ("abc", "ab×bc", "reworded")],
)  # fmt: skip
def test_each_passage_stands_behind_the_one_before_it(written: str, shown: str, how: str) -> None:
    assert kept(written, shown) == how


def test_marks_in_what_was_written_are_letters_of_it() -> None:
    assert kept("3×5=15，*必须*", "3×5=15，*必须*") == "whole"
    assert kept("3×5=15，找张三", "3×5=15，找××") == "masked"
