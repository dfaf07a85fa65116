"""Derived indicators: inputs of several rows, tables, and cells without any value."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from ahp.errors import EvaluationError
from ahp.evaluation.formula import Steps
from ahp.evaluation.judging import evaluate
from ahp.evaluation.rules import Derived, Input

from .schemes import PERCENT, rows, scheme

FORMULA = "sum(interest - balance * rate) + sum(paid * 2) - fixed"


def derived(formula: str = FORMULA, **of: str) -> Derived:
    """A rule with inputs of loans and deposits, and one that stands alone."""
    rows_of = {"interest": "loans", "balance": "loans", "paid": "deposits", "fixed": "", **of}
    inputs = tuple(Input(name, {"en": f"Input {name}"}, "", of) for name, of in rows_of.items())
    return Derived(
        inputs=inputs, formula=formula, rule=PERCENT, constants={"rate": Fraction(1, 50)}
    )


CELLS = (
    ("interest", "a", 30),
    ("balance", "a", 500),
    ("interest", "b", 20),
    ("balance", "b", 100),
    ("paid", "c", 7),
    ("fixed", "", 4),
)


def evaluated(cells: Any, rule: Derived | None = None) -> Any:
    one = scheme({"x": 1}, {"x": rule or derived()})
    table = [("A", "2026Q1", "x", name, item, value) for name, item, value in cells]
    return evaluate(one, rows(*table, columns="unit period indicator input item value"))


def test_rows_are_joined_apart() -> None:
    """(30 - 10) + (20 - 2) + 14 - 4: two loans and one deposit."""
    assert evaluated(CELLS).total("A", "2026Q1") == Decimal("48.0")


def test_none_of_a_kind_is_said_by_one_number() -> None:
    cells = [cell for cell in CELLS if cell[0] != "paid"]
    assert evaluated([*cells, ("paid", "", 0)]).total("A", "2026Q1") == Decimal("34.0")


@pytest.mark.parametrize("sign", [1, -1])
def test_a_value_of_more_digits_than_floats_have_is_refused(sign: int) -> None:
    power = derived("*".join(["fixed"] * 17))
    with pytest.raises(EvaluationError) as refused:
        evaluated([("fixed", "", sign * 10**18 - sign)], power)
    assert str(refused.value) == (
        "records: row 1, column value: the formula of 'x' gives a number of more than 300 digits"
    )


@pytest.mark.parametrize("lacking", range(len(CELLS)))
def test_a_row_that_lacks_an_input_is_not_reported(lacking: int) -> None:
    cells = CELLS[:lacking] + CELLS[lacking + 1 :]
    assert evaluated(cells).status.tolist() == [[[2]]]


@pytest.mark.parametrize(
    ("formula", "part", "meeting"),
    [
        ("sum(interest + paid)", "interest + paid", "'deposits', 'loans'"),
        ("sum(interest * (1 - paid))", "interest * (1 - paid)", "'deposits', 'loans'"),
        ("max(interest, paid)", "max(interest, paid)", "'deposits', 'loans'"),
        ("sum(-balance * fixed)", "-balance * fixed", "'', 'loans'"),
    ],
)
def test_rows_that_meet_before_they_are_joined_are_refused(
    formula: str, part: str, meeting: str
) -> None:
    with pytest.raises(EvaluationError) as raised:
        derived(formula)
    assert str(raised.value) == (
        f"formula {formula!r}: {part!r} mixes rows {meeting}, expected each joined by sum first"
    )


@pytest.mark.parametrize(
    ("up_to", "values"),
    [((6, 12), (1, 2)), ((6,), (1, 2, 3)), ((12, 6), (1, 2, 3)), ((6, 6), (1, 2, 3))],
)
def test_a_table_that_is_none_is_refused(up_to: tuple[int, ...], values: tuple[int, ...]) -> None:
    with pytest.raises(EvaluationError) as raised:
        Steps(tuple(map(Fraction, up_to)), tuple(map(Fraction, values)))
    assert str(raised.value) == "expected ascending up_to, and one value more than these"


def test_an_indicator_that_applies_to_nobody() -> None:
    one = scheme({"x": "0.5", "y": "0.5"}, {"x": derived()})
    result = evaluate(one, rows(("A", "2026Q1", "x", "n/a"), ("A", "2026Q1", "y", 80)))
    assert result.total("A", "2026Q1") == Decimal("80.0")
    assert np.isnan(result.scores[0, 0, 0])
