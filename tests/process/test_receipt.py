"""Blocks of receipts in texts."""

from __future__ import annotations

import pytest

from ahp.errors import AnswersError
from ahp.process.receipt import BEGIN, END, Receipt, find_receipt

RECEIPT = Receipt("{}", "key", "signature")


def test_the_block_of_a_receipt_is_found_in_a_text() -> None:
    assert find_receipt(f"before {END}\n{RECEIPT.block}\nafter {BEGIN}", "r.txt") == RECEIPT


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (f"{RECEIPT.block}\n{RECEIPT.block}", 2),
        (f"{BEGIN} {BEGIN}", 0),
        (f"{END} {BEGIN}", 0),
        (BEGIN * 40_000, 0),
    ],
    ids=["two", "open", "turned", "many"],
)
def test_there_is_one_block(text: str, count: int) -> None:
    with pytest.raises(AnswersError) as refused:
        find_receipt(text, "r.txt")
    assert refused.value.code == "receipt_count"
    assert refused.value.parameters["count"] == count


def test_what_stands_between_the_lines_of_a_block_is_passed_over() -> None:
    assert find_receipt(f"{BEGIN}\nPage 1 of 2\n{RECEIPT.block}", "r.txt") == RECEIPT


def test_the_end_of_a_block_is_behind_its_beginning() -> None:
    with pytest.raises(AnswersError) as refused:
        find_receipt(BEGIN + END.removeprefix("-----"), "r.txt")
    assert refused.value.parameters["count"] == 0
