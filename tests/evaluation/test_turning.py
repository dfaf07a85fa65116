"""The smallest changes that give another band or rank, each checked by scoring it again."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ahp.errors import EvaluationError
from ahp.evaluation.evaluated import Evaluation
from ahp.evaluation.judging import evaluate
from ahp.evaluation.missing import MissingValue, missing_phrases, missing_values
from ahp.evaluation.scheme import Calendar, Condition, Missing, Veto
from ahp.evaluation.turning import Change, TurningPoints, rescaled, turning_points
from ahp.i18n.errors import error_sentence

from .schemes import rows, scheme, table

TREE = {"a": "0.5", "b": "0.5", "a1": "0.5", "a2": "0.5", "b1": "0.6", "b2": "0.4"}
PARENTS = {"a1": "a", "a2": "a", "b1": "b", "b2": "b"}
LEAVES = ("a1", "a2", "b1", "b2")
UNITS: dict[str, list[Any]] = {
    "A": [80, "n/a", 70, 60],
    "B": [90, 85, 80, 70],
    "C": [90, 85, 60, 75],
}
RESULT = evaluate(scheme(TREE, parents=PARENTS), table(UNITS, LEAVES))
FOUND = turning_points(RESULT, "2026Q1")


def test_edges_of_bands() -> None:
    """73.0, 81.8 and 76.8."""
    assert RESULT.totals[:, 0].tolist() == [73.0, 81.8, 76.8]
    assert FOUND.lacking.tolist() == [7.0, 8.2, 3.2]
    assert FOUND.above.tolist() == [13.0, 1.8, 16.8]


def test_points_for_another_band() -> None:
    """A lacks 6.95 to 79.95, which rounds to 80.0: 13.9 points of a1, whose weight is .5."""
    assert FOUND.points_for_band[0, 0].tolist() == [-26.1001, 13.9]
    assert np.isnan(FOUND.points_for_band[0, 1]).all()  # it doesn't apply
    # b1 of B: .3 of its points; 81.75 − 79.95 = 1.8 less is 79.95 still
    assert FOUND.points_for_band[1, 2].tolist()[0] == -6.0001
    assert FOUND.smallest("B")[0] == Change("band", "points", "b1", -6.0001)


def test_points_for_another_rank() -> None:
    """A is third: 73.0 → 76.75 rounds to C's 76.8, 7.5 points of a1; it can't get worse."""
    assert FOUND.points_for_rank[0, 0].tolist()[1] == 7.5
    assert np.isnan(FOUND.points_for_rank[0, :, 0]).all()


def test_weights_for_another_band() -> None:
    """A has 80 of a and 66 of b: with w of a 66 + 14 w reaches 79.95 at w = .996429."""
    place = FOUND.nodes.index("a")
    assert FOUND.nodes == ("a", "b", "a1", "a2", "b1", "b2")
    assert FOUND.weight_for_band[0, place].tolist()[1] == pytest.approx(0.496429, abs=1e-12)
    assert np.isnan(FOUND.weight_for_band[0, place, 0])


def test_weights_for_another_rank() -> None:
    """C has 87.5 and 66, A 80 and 66: where the weight of a is small, 7.5 of it rounds away."""
    place = FOUND.nodes.index("a")
    tied = max(step for step in range(30) if ranks_at(step) == [2, 1, 2])
    assert ranks_at(tied + 1) == ranks_at(500) == [3, 1, 2]
    assert FOUND.weight_for_rank[0, place, 0] == pytest.approx(tied / 1000 - 0.5, abs=1e-12)
    # B has 87.5 and 76: where the weight of b is small, 10 of it round away, and C is first as well
    assert (ranks_at(993), ranks_at(994)) == ([3, 1, 2], [3, 1, 1])
    assert FOUND.weight_for_rank[2, place, 1] == pytest.approx(0.494, abs=1e-12)
    assert np.isnan(FOUND.weight_for_rank[1, place]).all()


def ranks_at(step: int) -> list[int]:
    weights = {"a": step / 1000, "b": 1 - step / 1000, "a1": 0.5, "a2": 0.5, "b1": 0.6, "b2": 0.4}
    return evaluate(RESULT.scheme, table(UNITS, LEAVES), weights).ranks[:, 0].tolist()


def test_the_rest_is_shared_in_proportion() -> None:
    shares = rescaled({"a": 500, "b": 300, "c": 200}, "a", np.array([400, 501, 1000]), 1000)
    assert {kid: share.tolist() for kid, share in shares.items()} == {
        "a": [400, 501, 1000],
        "b": [360, 299, 0],
        "c": [240, 200, 0],
    }
    shares = rescaled({"a": 1000, "b": 0, "c": 0}, "a", np.array([999]), 1000)
    assert {kid: share.tolist() for kid, share in shares.items()} == {
        "a": [999],
        "b": [1],
        "c": [0],
    }


def test_a_veto_may_be_nearer_than_an_edge() -> None:
    """Below 55 points of x the total is 0; without the veto the band would hold down to 47.75."""
    veto = Veto("low", {"en": "Low"}, "zero", None, Condition("x", "points", below=Fraction(55)))
    one = scheme({"x": "0.2", "y": "0.8"}, vetoes=(veto,))
    found = turning_points(evaluate(one, table({"A": [60, 78]}, "xy")), "2026Q1")
    assert found.points_for_band[0, 0].tolist()[0] == -5.0001


def test_a_year_has_no_points_of_its_own() -> None:
    one = scheme({"x": "1"}, period=Calendar("quarter", "mean"))
    result = evaluate(one, rows(*(("A", f"2026Q{k}", "x", 80) for k in range(1, 5))))
    with pytest.raises(EvaluationError) as raised:
        turning_points(result, "2026")
    assert str(raised.value) == "2026 is made of other periods, expected one of these"
    with pytest.raises(EvaluationError) as raised:
        FOUND.smallest("D")
    assert str(raised.value) == "unit 'D' was not evaluated, expected one of A, B, C"


def test_turning_points_can_be_written_and_read() -> None:
    assert TurningPoints.from_dict(FOUND.to_dict()) == FOUND


POINTS = st.lists(st.integers(0, 1000), min_size=4, max_size=4)


@settings(max_examples=15, deadline=None)
@given(st.lists(POINTS, min_size=2, max_size=3))
def test_one_decimal_less_changes_nothing(values: list[list[int]]) -> None:
    """Each change is scored again as a value, and so is the one a ten-thousandth smaller."""
    units = {f"u{k}": [number / 10 for number in row] for k, row in enumerate(values)}
    one = scheme(TREE, parents=PARENTS)
    result = evaluate(one, table(units, LEAVES))
    found = turning_points(result, "2026Q1")

    def scored(row: int, leaf: int, value: Fraction) -> Evaluation:
        changed: dict[str, list[Any]] = {unit: list(of) for unit, of in units.items()}
        changed[f"u{row}"][leaf] = str(float(value))
        return evaluate(one, table(changed, LEAVES))

    for outcome, what in (("points_for_band", "bands"), ("points_for_rank", "ranks")):
        changes = getattr(found, outcome)
        for row, leaf, end in np.argwhere(~np.isnan(changes))[:6].tolist():
            start = Fraction(values[row][leaf], 10)
            amount = Fraction(repr(float(changes[row, leaf, end])))
            step = Fraction(2 * end - 1, 10**4)
            now = getattr(result, what)[row, 0]
            assert getattr(scored(row, leaf, start + amount), what)[row, 0] != now
            assert getattr(scored(row, leaf, start + amount - step), what)[row, 0] == now


def missing_scheme() -> Any:
    return scheme({"x": "0.5", "y": "0.3", "z": "0.2"})


def test_one_missing_value_decides() -> None:
    """80 · .5 + … : y at 0 leaves 40 … 60, at 100 it is 70 … 90; z alone decides nothing."""
    result = evaluate(missing_scheme(), table({"A": [80, "", "not due"]}, "xyz"))
    y, z = missing_values(result, "2026Q1")
    assert (y.indicator, y.status, y.at_zero, y.at_full) == (
        *("y", "not_reported", (40.0, 60.0), (70.0, 90.0)),
    )
    assert (y.bands_at_zero, y.bands_at_full) == (("fair", "poor"), ("excellent", "good", "fair"))
    assert (z.indicator, z.status, z.at_zero, z.at_full) == (
        *("z", "not_due", (40.0, 70.0), (60.0, 90.0)),
    )
    assert not y.decides
    assert y.bands == ("excellent", "good", "fair", "poor")
    assert MissingValue.from_dict(y.to_dict()) == y


@pytest.mark.parametrize(
    ("values", "english", "chinese"),
    [
        (
            [96, "", 100],
            "A, 2026Q1: 68…98, band not decided; y decides it",
            "A，2026Q1：总分在 68～98 之间，档次未定，由y决定。",
        ),
        (
            [80, "", ""],
            "A, 2026Q1: 40…90, band not decided; y, z decide it together",
            "A，2026Q1：总分在 40～90 之间，档次未定，取决于y、z。",
        ),
        (
            [10, 10, ""],
            "A, 2026Q1: 8…28, 'poor' whatever is still to come",
            "A，2026Q1：总分在 8～28 之间，无论缺报数据如何，档次均为“poor”。",
        ),
    ],
)
def test_what_is_said_of_missing_values(values: list[Any], english: str, chinese: str) -> None:
    result = evaluate(missing_scheme(), table({"A": values, "B": [1, 2, 3]}, "xyz"))
    (phrase,) = missing_phrases(result, "2026Q1")
    assert str(phrase) == english
    assert error_sentence(phrase, "zh") == chinese


def test_bounds_and_missing_values_agree() -> None:
    one = scheme({"x": "0.5", "y": "0.3", "z": "0.2"}, missing=Missing("blocks"))
    result = evaluate(one, table({"A": [80, "", ""]}, "xyz"))
    for value in missing_values(result, "2026Q1"):
        assert (value.at_zero[0], value.at_full[1]) == tuple(result.bounds[0, 0])
