from __future__ import annotations

import pytest

from ahp.errors import MatrixError
from ahp.scale import SAATY_POSITIONS, judgment_text, opposite, parse_judgment


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3.0),
        (" 1/3 ", 1 / 3),
        ("1 / 7", 1 / 7),
        ("2.5", 2.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e-3", 0.001),
        ("100/113", 100 / 113),
        ("1.5/2", 0.75),
        ("１／３", 1 / 3),
        ("３", 3.0),
        ("1⁄3", 1 / 3),
        ("⅓", 1 / 3),
    ],
)
def test_parse_judgment(text: str, value: float) -> None:
    assert parse_judgment(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "three",
        "-3",
        "0",
        "1/0",
        "0/0",
        "1/3/5",
        "nan",
        "inf",
        "1e999",
        "1,5",
        "3x",
        "1/-3",
    ],
)
def test_what_is_no_judgment_is_refused(text: str) -> None:
    with pytest.raises(MatrixError) as raised:
        parse_judgment(text)
    assert str(raised.value) == (
        f'{text!r}, expected a positive number or a fraction such as "1/3"'
    )


def test_the_positions_are_the_seventeen_of_saaty() -> None:
    listed = "9 8 7 6 5 4 3 2 1 1/2 1/3 1/4 1/5 1/6 1/7 1/8 1/9"
    assert " ".join(SAATY_POSITIONS) == listed


def test_positions_and_numbers_convert_both_ways() -> None:
    for text in SAATY_POSITIONS:
        assert judgment_text(parse_judgment(text)) == text
    assert judgment_text(10.0) is None
    assert judgment_text(0.333) is None


def test_opposite() -> None:
    assert [opposite(text) for text in SAATY_POSITIONS] == list(reversed(SAATY_POSITIONS))
    assert opposite("2/7") == "7/2"
