"""Whether raters agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ahp
from ahp.errors import AHPError
from ahp.evaluation import (
    intraclass_correlation,
    krippendorff_alpha,
    leave_one_rater_out,
    rater_severity,
)
from ahp.matrix import Float

SHROUT_FLEISS = [
    [9, 2, 5, 8],
    [6, 1, 3, 2],
    [8, 4, 6, 8],
    [7, 1, 2, 6],
    [10, 5, 6, 9],
    [6, 2, 4, 7],
]
"""Table 2 of Shrout & Fleiss 1979: six targets, four judges."""

NAN = np.nan
KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
).T
"""Krippendorff 2011, section C: twelve units, four observers."""


def test_printed_intraclass_correlations() -> None:
    found = intraclass_correlation(SHROUT_FLEISS)
    assert (round(found.single, 2), round(found.average, 2)) == (0.29, 0.62)
    assert found.units_mean_square == pytest.approx(11.24, abs=0.005)
    assert found.raters_mean_square == pytest.approx(32.49, abs=0.005)
    assert found.error_mean_square == pytest.approx(1.02, abs=0.005)
    assert (found.units, found.raters) == (6, 4)


def test_the_average_follows_from_the_single() -> None:
    """Spearman & Brown."""
    found = intraclass_correlation(SHROUT_FLEISS)
    assert found.average == pytest.approx(4 * found.single / (1 + 3 * found.single))


def test_a_batch_of_tables() -> None:
    batch = (
        np.random.default_rng(5).normal(size=(7, 1))
        + np.random.default_rng(6).normal(size=(3, 7, 4)) / 2
    )
    found = intraclass_correlation(batch)
    assert found.single == pytest.approx([intraclass_correlation(each).single for each in batch])
    shifted = intraclass_correlation(batch + 1e6)
    assert shifted.single == pytest.approx(found.single, abs=1e-6)


@pytest.mark.parametrize(
    ("level", "expected"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_printed_alphas(level: str, expected: float) -> None:
    assert round(krippendorff_alpha(KRIPPENDORFF, level), 3) == expected


@st.composite
def ratings(draw: st.DrawFn) -> Float:
    units, raters = draw(st.integers(2, 6)), draw(st.integers(2, 4))
    rating = st.one_of(st.integers(1, 4).map(float), st.just(NAN))
    row = st.lists(rating, min_size=raters, max_size=raters)
    return np.array(draw(st.lists(row, min_size=units, max_size=units)))


def pairs(table: Float) -> list[tuple[float, float, int]]:
    """Every two ratings of a unit by different raters, with how many rated it."""
    return [
        (row[i], row[j], int((~np.isnan(row)).sum()))
        for row in table
        for i in range(len(row))
        for j in range(len(row))
        if i != j and not np.isnan(row[i]) and not np.isnan(row[j])
    ]


@given(ratings())
def test_alpha_is_one_minus_a_ratio_of_disagreements(table: Float) -> None:
    found = pairs(table)
    values = [
        one for row in table if (~np.isnan(row)).sum() > 1 for one in row if not np.isnan(one)
    ]
    if len(set(values)) < 2:
        with pytest.raises(ahp.EvaluationError) as raised:
            krippendorff_alpha(table)
        assert raised.value.code in ("rated_once", "ratings_one_value")
        return
    observed = sum((a - b) ** 2 / (count - 1) for a, b, count in found) / len(values)
    expected = sum((a - b) ** 2 for a in values for b in values)
    expected /= len(values) * (len(values) - 1)
    assert krippendorff_alpha(table) == pytest.approx(1 - observed / expected)
    assert krippendorff_alpha(10 * table + 3) == pytest.approx(1 - observed / expected)
    assert krippendorff_alpha(10 * table, "ratio") == pytest.approx(
        krippendorff_alpha(table, "ratio")
    )
    assert krippendorff_alpha(table**3, "ordinal") == pytest.approx(
        krippendorff_alpha(table, "ordinal")
    )


@given(ratings())
def test_severity_is_a_mean_over_shared_units(table: Float) -> None:
    differences: dict[int, list[float]] = {k: [] for k in range(table.shape[1])}
    for row in table:
        for i in range(len(row)):
            differences[i] += [
                row[i] - row[j]
                for j in range(len(row))
                if i != j and row[i] == row[i] and row[j] == row[j]
            ]
    if not all(differences.values()):
        with pytest.raises(ahp.EvaluationError) as raised:
            rater_severity(table)
        assert raised.value.code == "rater_alone"
        return
    expected = [float(np.mean(each)) for each in differences.values()]
    assert rater_severity(table) == pytest.approx(expected)
    assert rater_severity(np.stack([table, table])) == pytest.approx(expected)


def test_severity_of_complete_ratings() -> None:
    found = rater_severity(SHROUT_FLEISS)
    means = np.mean(SHROUT_FLEISS, axis=0)
    assert found == pytest.approx(means - (means.sum() - means) / 3)


FRAME = pd.DataFrame(SHROUT_FLEISS, columns=list("abcd"))


def test_tables_may_be_frames() -> None:
    assert intraclass_correlation(FRAME) == intraclass_correlation(SHROUT_FLEISS)
    assert krippendorff_alpha(FRAME) == krippendorff_alpha(SHROUT_FLEISS)


INDICATORS = [[[80, 84, 88], [70, 75, 77]], [[60, 60, 90], [50, 50, NAN]]]


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("mean", [[3.5, 2.5, -6], [1, -0.25, -0.75]]),
        ("median", [[8.5, 7.5, -1], [0.5, -0.75, -1.25]]),
    ],
)
def test_totals_without_a_rater(how: str, expected: list[list[float]]) -> None:
    assert leave_one_rater_out(INDICATORS, [0.5, 0.5], how) == pytest.approx(np.array(expected))


def test_totals_without_a_rater_by_trimmed_means() -> None:
    found = leave_one_rater_out([[[1, 2, 4, 9], [3, 3, 3, 3]]], [1.0], "trimmed_mean")
    assert found.tolist() == [[1, 1, -1, -1], [0, 0, 0, 0]]


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (
            lambda: intraclass_correlation([[1, 1], [1, 1]]),
            "ratings: units differ no more than by chance, so that there is no intraclass "
            "correlation",
        ),
        (
            lambda: intraclass_correlation([[1, 2], [2, 1]]),
            "ratings: units differ no more than by chance, so that there is no intraclass "
            "correlation",
        ),
        (
            lambda: intraclass_correlation([[1, NAN], [2, 1]]),
            "ratings[0, 1] = nan, expected a number from -1e+100 to 1e+100",
        ),
        (
            lambda: intraclass_correlation([[1], [2]]),
            "ratings of shape (2, 1), expected (..., units, raters) with two raters or more",
        ),
        (
            lambda: intraclass_correlation([[1, 2]]),
            "ratings of shape (1, 2), expected (..., units, columns) with 2 or more units and a "
            "column or more",
        ),
        (
            lambda: krippendorff_alpha(SHROUT_FLEISS, "metric"),
            "level = 'metric', expected one of 'nominal', 'ordinal', 'interval', 'ratio'",
        ),
        (
            lambda: krippendorff_alpha([[1, NAN], [NAN, 2]]),
            "no unit is rated by two raters, expected one or more",
        ),
        (
            lambda: krippendorff_alpha([[2, 2], [2, 2]]),
            "all ratings are 2, expected two values or more: without them there is no "
            "disagreement to expect",
        ),
        (
            lambda: krippendorff_alpha([[1, -1]], "ratio"),
            "ratings[0, 1] = -1, expected a number from 0 to 1e+100, or NaN",
        ),
        (
            lambda: krippendorff_alpha([[[1, 1]]]),
            "ratings of shape (1, 1, 2), expected (units, raters)",
        ),
        (
            lambda: rater_severity([[1, 2, NAN], [1, 2, NAN]]),
            "rater 3 shares no unit with another rater, expected one or more",
        ),
        (
            lambda: leave_one_rater_out(INDICATORS, [0.5, 0.5], "mode"),
            "how = 'mode', expected one of 'mean', 'median', 'trimmed_mean'",
        ),
        (
            lambda: leave_one_rater_out(SHROUT_FLEISS, [1]),
            "ratings of shape (6, 4), expected (indicators, units, raters)",
        ),
        (
            lambda: leave_one_rater_out(INDICATORS, [1]),
            "weights of shape (1,), expected (..., 2), one for each indicator",
        ),
        (
            lambda: leave_one_rater_out(INDICATORS, [[0.5, 0.5]]),
            "weights of shape (1, 2), expected (2,), one for each indicator",
        ),
        (
            lambda: leave_one_rater_out([[[1, NAN]]], [1]),
            "ratings[0, 0]: 0 ratings without rater 1, expected 1 or more",
        ),
        (
            lambda: leave_one_rater_out([[[NAN, NAN]]], [1]),
            "ratings[0, 0]: 0 ratings, expected 1 or more",
        ),
        (
            lambda: leave_one_rater_out([[[1, 2, 3]]], [1], "trimmed_mean"),
            "ratings[0, 0]: 2 ratings without rater 1, expected 3 or more",
        ),
    ],
)
def test_refusals(refused: Callable[[], Any], message: str) -> None:
    with pytest.raises(AHPError) as raised:
        refused()
    assert str(raised.value) == message
    assert isinstance(raised.value, ahp.EvaluationError | ahp.OptionError)
