"""Fixed-point numbers: exact, half up, the same as fractions."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengheng.domain import numbers
from zhengheng.engines.duck import DuckEngine
from zhengheng.lake.cells import number_fault

whole = st.integers(-(10**17), 10**17)


@given(whole, whole.filter(bool))
def test_ratio_is_half_up_away_from_zero(n: int, d: int) -> None:
    expected = (
        (Decimal(0) + Decimal(Fraction(n, d).numerator))
        if Fraction(n, d).denominator == 1
        else None
    )
    exact = Fraction(n, d)
    found = numbers.ratio(n, d)
    assert found is not None
    assert abs(found - exact) <= Fraction(1, 2)
    if abs(found - exact) == Fraction(1, 2):
        assert abs(found) > abs(exact)
    assert expected is None or found == expected


def test_nothing_divides_by_zero() -> None:
    assert numbers.ratio(1, 0) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(whole, whole), min_size=1, max_size=30))
def test_duckdb_divides_like_python(pairs: list[tuple[int, int]]) -> None:
    with DuckEngine(threads=1).connect() as connection:
        for n, d in pairs:
            sql = f"select ratio(cast({n} as decimal(38,0)), cast({d} as decimal(38,0)))"
            found = connection.execute(sql).fetchone()
            assert found is not None
            assert (None if found[0] is None else int(found[0])) == numbers.ratio(n, d)


@pytest.mark.parametrize("large", [10**18, -(10**18), 27 * 10**20, 10**36])
def test_a_constant_beyond_64_bits_is_divided_and_divides(large: int) -> None:
    """The engine computes what is constant while it plans, whether or not the guard before it holds."""
    with DuckEngine(threads=1).connect() as connection:
        connection.execute("create table t as select cast(i as decimal(38,0)) as x from range(-3, 4) r(i)")  # fmt: skip
        found = connection.execute(
            f"select x, ratio({large}, x), ratio(x, {large}), ratio({large}, 0) from t"
        ).fetchall()
    for x, divided, divides, nothing in found:
        assert (divided, divides) == (numbers.ratio(large, int(x)), numbers.ratio(int(x), large))
        assert nothing is None


def test_overflow_is_an_error_and_never_a_wrong_number() -> None:
    with DuckEngine(threads=1).connect() as connection, pytest.raises(duckdb.Error):
        big = "cast('90000000000000000000000000000000000000' as decimal(38,0))"
        connection.execute(f"select {big} * {big}").fetchall()


@pytest.mark.parametrize(
    ("text", "decimals", "expected"),
    [("1.005", 2, 101), ("-1.005", 2, -101), ("0.25", 1, 3), ("62.5", 0, 63), ("87.5", 0, 88),
     ("-0", 2, 0), ("1e3", 0, 1000), ("1.5e-3", 4, 15), (".5", 0, 1), ("12.", 1, 120)],
)  # fmt: skip
def test_numbers_are_read_half_up(text: str, decimals: int, expected: int) -> None:
    assert numbers.parse_scaled(text, decimals)[0] == expected


@pytest.mark.parametrize(
    "text", ["", "NaN", "inf", "1e999", "1_000", "0x1f", "一", "1.2.3", "--1", "1e1000000"]
)
def test_what_is_not_a_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        numbers.parse_scaled(text, 2)


@given(st.integers(-(10**15), 10**15), st.integers(0, 12))
def test_writing_and_reading_gives_the_same(number: int, decimals: int) -> None:
    text = numbers.format_scaled(number, decimals)
    assert numbers.parse_scaled(text, decimals) == (number, False)


@given(st.integers(-(10**12), 10**12), st.integers(0, 9))
def test_fewer_digits_round_half_up(number: int, digits: int) -> None:
    expected = Decimal(number).scaleb(-9).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    assert Decimal(numbers.format_scaled(number, 9, digits)) == expected


@given(st.integers(0, 10**30))
def test_roots_are_correctly_rounded(number: int) -> None:
    root = numbers.integer_root(number)
    assert (2 * root - 1) ** 2 <= 4 * number * numbers.ROOT_SCALE**2 or root == 0
    assert 4 * number * numbers.ROOT_SCALE**2 <= (2 * root + 1) ** 2


@settings(max_examples=50)
@given(st.integers(1, 10**15))
def test_logarithm_and_exponential_undo_each_other(number: int) -> None:
    log = numbers.logarithm(number, 9)
    assert log is not None
    assert abs(numbers.exponential(log) - number) <= 1 + number // 10**11


def test_no_logarithm_of_nothing() -> None:
    assert numbers.logarithm(0, 2) is None


def test_a_value_and_a_unit_that_begins_with_a_number_are_not_read_as_two() -> None:
    assert numbers.with_unit("11.27", "10,000 t") == "11.27 (10,000 t)"
    assert numbers.with_unit("11.27", "万吨") == "11.27 万吨"
    assert numbers.with_unit("11.27", "") == "11.27"
    assert numbers.with_unit("980", "number") == "980", "a count is of nothing else"


def test_a_hyphen_before_a_number_below_zero_is_a_minus() -> None:
    assert numbers.true_minus("-4.8 %, 2025-03-01, a-1, 3-4") == "−4.8 %, 2025-03-01, a-1, 3-4"


@pytest.mark.parametrize("typed", ["1e2", "1.2E+11", "95%", "—", "无"])
def test_who_types_a_number_reads_of_no_mapping_and_no_file(typed: str) -> None:
    fault = number_fault(typed, 2, "")
    assert fault is not None
    for word in (
        "映射",
        "文件",
        "状态",
        "表格",
        "mapping",
        "file",
        "scientific:",
        "column",
        "spreadsheet",
    ):
        assert not any(word in one for one in fault), (word, fault)


@pytest.mark.parametrize(
    ("typed", "decimals", "zh", "en"),
    [
        ("1.234", 2, "“1.234”的小数位多于 2 位，请按 2 位填写", "'1.234' has more than 2 decimals; give it with 2"),
        ("0.05", 1, "“0.05”的小数位多于 1 位，请按 1 位填写", "'0.05' has more than 1 decimal; give it with 1"),
        ("7.5", 0, "“7.5”有小数，而这里只取整数", "'7.5' has decimals, but only whole numbers are taken here"),
    ],
)  # fmt: skip
def test_too_many_decimals_are_told_with_the_number(typed: str, decimals: int, zh: str, en: str) -> None:  # fmt: skip
    assert number_fault(typed, decimals, "个") == (zh, en)


def test_a_refusal_names_the_unit_of_measure_in_its_own_language() -> None:
    fault = number_fault("95.2 mg", 1, "微克/立方米", "µg/m³")
    assert fault is not None
    assert "微克/立方米" in fault[0]
    assert "(µg/m³)" in fault[1]
