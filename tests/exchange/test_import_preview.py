"""What an import would change, and which values are doubted."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from ahp.evaluation import load_scheme
from ahp.exchange.import_preview import CellChange, import_preview, usual_range
from ahp.exchange.layout_questions import CellKey
from ahp.i18n.errors import error_sentence

SCHEME = load_scheme(Path(__file__).with_name("offices.toml"))
NORTH, SOUTH = CellKey("north", "on_time"), CellKey("south", "on_time")
QUARTERS = ("2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3")


def record(key: CellKey, value: str) -> dict[str, str]:
    return {**{name: text for name, text in key._asdict().items() if text}, "value": value} | {
        "place": "t.csv: row 2, column B"
    }


def doubts(value: str, past: tuple[str, ...], key: CellKey = NORTH) -> list[str]:
    earlier = {quarter: {key: one} for quarter, one in zip(QUARTERS, past, strict=False)}
    (change,) = import_preview([record(key, value)], {}, earlier, SCHEME)
    return list(map(str, change.doubts))


def test_new_same_changed_and_removed() -> None:
    service, deposits = CellKey("north", "service"), CellKey("north", "deposits")
    records = [record(NORTH, "98"), record(SOUTH, "87.5"), record(service, "good")]
    now = {NORTH: "98.0", SOUTH: "85", deposits: "2000000"}
    place = "t.csv: row 2, column B"
    assert import_preview(records, now, {}, SCHEME) == (
        CellChange(NORTH, "same", "98", "98.0", place),
        CellChange(SOUTH, "changed", "87.5", "85", place),
        CellChange(service, "new", "good", "", place),
        CellChange(deposits, "removed", "", "2000000", ""),
    )


def test_a_number_and_a_word_are_not_the_same() -> None:
    (change,) = import_preview([record(NORTH, "0")], {NORTH: "not reported"}, {}, SCHEME)
    assert change.kind == "changed"


@pytest.mark.parametrize(
    ("past", "value", "low", "high"),
    [
        # median 11.5, absolute deviations 1.5, 0.5, 0.5, 1.5, their median 1
        (("10", "12", "11", "13"), "12", Fraction("7.0522"), Fraction("15.9478")),
        (("98", "98", "98", "98"), "98", Fraction(95), Fraction(101)),
        (("98", "98", "98", "98"), "98.5", Fraction("97.7"), Fraction("98.3")),
        (("0.95", "0.95", "0.95", "0.90"), "1", Fraction("0.92"), Fraction("0.98")),
        (("0", "0", "0"), "4", Fraction(-3), Fraction(3)),
    ],
)
def test_the_usual_range(past: tuple[str, ...], value: str, low: Fraction, high: Fraction) -> None:
    assert usual_range(past, value) == (low, high)


def test_outliers_against_the_last_four_periods() -> None:
    assert doubts("15.9478", ("999", "10", "12", "11", "13")) == []
    assert doubts("15.9479", ("999", "10", "12", "11", "13")) == [
        "'15.9479' is outside 7.0522 to 15.9478, where the earlier values 10, 12, 11, 13 let it be "
        "expected"
    ]
    assert doubts("3", ("0", "0", "0", "0")) == []
    assert doubts("4", ("0", "0", "0", "0")) == [
        "'4' is outside -3 to 3, where the earlier values 0, 0, 0, 0 let it be expected"
    ]


def test_fewer_than_four_earlier_values_say_nothing() -> None:
    assert doubts("50", ("98", "98", "98")) == []
    assert doubts("50", ("98", "98", "not reported", "not applicable")) == []
    assert doubts("not reported", ("98", "98", "98", "98")) == []


def test_values_that_cannot_be() -> None:
    key = CellKey("north", "pass_rate")
    assert doubts("98", (), key) == ["'98' cannot be for 'pass_rate', expected 0 to 1"]
    earlier = {quarter: {key: "0.98"} for quarter in QUARTERS}
    (change,) = import_preview([record(key, "98")], {}, earlier, SCHEME)
    assert [error_sentence(one, "zh") for one in change.doubts] == [
        "“98” 不可能是 “pass_rate” 的值，应在 0 至 1 之间。",
        "“98” 超出 0.95 至 1.01 的正常范围，以往数值为 0.98、0.98、0.98、0.98。",
    ]
