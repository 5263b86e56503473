"""Work on strangers' files: bounded by the processor's time, not by a clock that runs while others work."""

import pytest

from tests.burning import burn
from zhengheng.domain.apart import apart
from zhengheng.domain.problems import DataError


def test_a_machine_that_has_other_work_refuses_no_file() -> None:
    assert list(apart(burn, "wait", 3.5, name="a.xlsx", seconds=1)) == ["wait"]


def test_work_without_end_is_ended_and_said() -> None:
    with pytest.raises(DataError) as caught:
        list(apart(burn, "work", 60, name="a.xlsx", seconds=1))
    (problem,) = caught.value.problems
    assert problem.code == "file.limits"
    assert "处理器时间（1 秒）" in problem.zh
