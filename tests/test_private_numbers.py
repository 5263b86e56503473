"""Numbers of persons where they lie close to other signs: letters beside a card, groups of an identity number, days near."""

import pytest

from zhengheng.domain.private import private_numbers

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CARD = "6222021234567890123"


def identity(digits: str) -> str:
    """An identity number with its check character (GB 11643-1999)."""
    rest = sum(int(one) * weight for one, weight in zip(digits, WEIGHTS, strict=True)) % 11
    return digits + "10X98765432"[rest]


def kinds(text: str) -> set[str]:
    return {kind for kind, _ in private_numbers(text)}


@pytest.mark.parametrize("text", [CARD, f"卡号{CARD}", f"{CARD}开户", f"（{CARD}）", f"a {CARD} b", CARD[:16], f"+{CARD[:16]}."])  # fmt: skip
def test_a_card_is_found_beside_words_and_marks(text: str) -> None:
    assert "card" in kinds(text)


@pytest.mark.parametrize("text", [f"A{CARD}", f"{CARD}a", f"订单 PO{CARD}", f"{CARD}X9", CARD[:15], f"7{CARD[1:]}", f"2{CARD[1:]}", f"{CARD}0"])  # fmt: skip
def test_what_is_joined_to_a_letter_or_of_another_length_is_no_card(text: str) -> None:
    assert "card" not in kinds(text)


@pytest.mark.parametrize("begin", ["11010519491231002", "44010619900307123", "33010219851120456"])
@pytest.mark.parametrize("apart", ["号", "（生日）", " / ", "、"])
def test_an_identity_number_in_groups_goes_by_its_check_character(begin: str, apart: str) -> None:
    """Right in its last character it is one, whatever lies between; with any other digit there it is a row of figures."""
    right = identity(begin)
    groups = right[:6], right[6:14], right[14:]
    assert "identity" in kinds(apart.join(groups))
    if right[-1].isdigit():
        wrong = str((int(right[-1]) + 1) % 10)
        assert "identity" not in kinds(apart.join((*groups[:2], groups[2][:3] + wrong)))


def test_one_with_digits_alone_is_among_them() -> None:
    assert any(identity(one)[-1].isdigit() for one in ("44010619900307123", "33010219851120456"))


@pytest.mark.parametrize("text", [
    "2025年3月1日 139 1234 5678", "2025-03-01 139 1234 5678", "139 1234 5678 2025-03-01", "139 1234 5678，2025年3月1日", "9:30 139 1234 5678",
    "139 1234 5678 18:30", "见 1.139 12345678", "139 12345678.5",
])  # fmt: skip
def test_a_day_or_an_amount_beside_a_telephone_number_hides_nothing(text: str) -> None:
    assert ("phone", "13912345678") in set(private_numbers(text))


@pytest.mark.parametrize(
    "text", ["139 2025-12-31", "135 2024 2025", "投资139.1234 亿元，另有 5678", "13 9:12 345678"]
)
def test_a_day_a_time_or_an_amount_that_reaches_over_the_gap_makes_figures(text: str) -> None:
    assert "phone" not in kinds(text)
