"""A rule in words: whoever reads where the points come from needs no formula language."""

import pytest

from zhengheng.scoring.formulas import formula

RULE = {
    "method": "interval", "decimals": 2, "full": 5_000_000, "sign": 1, "strict": False, "low": None, "high": None, "low_limit": None,
    "high_limit": None, "first": None, "second": None, "third": None, "most": None, "least_points": None,
}  # fmt: skip
CELL = {"value": 340, "target": None, "base": None, "stretch": None, "bottom": None}


def said(rule: dict[str, object], **cell: object) -> tuple[str, str]:
    known, held = RULE | rule, CELL | cell
    return formula(known, held, None, "zh"), formula(known, held, None, "en")


@pytest.mark.parametrize(
    ("rule", "cell", "zh", "en"),
    [
        ({"low": 200, "high": 700}, {}, "5 分满分，3.4 在区间（2 至 7）内，得满分", "full mark 5; 3.4 lies within (2 to 7): full mark"),
        ({"low": 200, "high": 300, "high_limit": 400}, {}, "5 分满分，3.4 在区间（2 至 3）外，到 4 时减到零，其间按直线计", "full mark 5; 3.4 lies outside (2 to 3): a straight line down to nothing at 4"),
        ({"high": 300}, {}, "5 分满分，3.4 在区间（不高于 3）外，不得分", "full mark 5; 3.4 lies outside (at most 3): no points"),
        ({"low": 300}, {}, "5 分满分，3.4 在区间（不低于 3）内，得满分", "full mark 5; 3.4 lies within (at least 3): full mark"),
        ({"method": "threshold"}, {"target": 340}, "3.4，要求不低于 3.4：达到，得满分 5", "3.4, asked for at least 3.4: reached, the full mark 5"),
        ({"method": "threshold", "strict": True}, {"target": 340}, "3.4，要求高于 3.4：未达到，不得分", "3.4, asked for more than 3.4: not reached, no points"),
        ({"method": "threshold", "sign": -1}, {"target": 300}, "3.4，要求不高于 3：未达到，不得分", "3.4, asked for at most 3: not reached, no points"),
        (
            {"method": "three_point", "first": 600_000, "second": 1_000_000, "third": 1_200_000}, {"base": 100, "target": 280, "stretch": 400},
            "5 × 3.4 对应的系数（1 得 0.6，2.8 得 1，4 得 1.2，其间按直线计）", "5 × the factor for 3.4 (0.6 at 1, 1 at 2.8, 1.2 at 4, straight lines between)",
        ),
    ],
)  # fmt: skip
def test_methods_with_lines_are_told_in_sentences(
    rule: dict[str, object], cell: dict[str, object], zh: str, en: str
) -> None:
    assert said(rule, **cell) == (zh, en)
