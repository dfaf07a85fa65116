from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ahp
from ahp import eigen
from ahp.i18n.errors import error_sentence
from ahp.random_index import RANDOM_INDEX_TABLES, random_index_value

TEA = [[1, 3, 5], ["1/3", 1, 3], ["1/5", "1/3", 1]]
TABLE_NAMES = ", ".join(map(repr, RANDOM_INDEX_TABLES))


def test_a_small_matrix() -> None:
    found = ahp.check_consistency(TEA)
    assert found == ahp.Consistency(
        n=3,
        lambda_max=found.lambda_max,
        ci=(found.lambda_max - 3) / 2,
        ri=0.58,
        cr=(found.lambda_max - 3) / 2 / 0.58,
        acceptable=True,
        random_index="saaty",
        eigenvector=found.eigenvector,
    )
    assert round(found.lambda_max, 6) == 3.038511
    assert round(found.cr, 4) == 0.0332
    assert {type(found.lambda_max), type(found.ci), type(found.cr)} == {float}


def test_ci_of_the_worked_matrix() -> None:
    found = ahp.check_consistency(ahp.PairwiseMatrix.from_upper([4, 6, 7, 3, 4, 2]))
    assert found.ci == pytest.approx(0.034073, abs=5e-7)


def test_lambda_mean_belongs_to_the_weights() -> None:
    found = ahp.check_consistency(TEA, weights=ahp.column_mean(TEA))
    w = ahp.column_mean(TEA)
    product = ahp.PairwiseMatrix(TEA).values @ w
    assert found.lambda_mean == pytest.approx((product / w).mean(), rel=1e-15)
    assert found.ci_mean == (found.lambda_mean - 3) / 2
    assert found.cr_mean == found.ci_mean / 0.58
    assert found.lambda_max == ahp.check_consistency(TEA).lambda_max
    assert found.lambda_mean > found.lambda_max


def test_a_contradiction_is_not_acceptable() -> None:
    found = ahp.check_consistency(ahp.PairwiseMatrix.from_upper([3, "1/3", 3]))
    assert found.cr > 1
    assert found.acceptable is False


@pytest.mark.parametrize("n", [1, 2])
def test_one_and_two_items_are_consistent(n: int) -> None:
    found = ahp.check_consistency(np.ones((n, n)), weights=np.full(n, 1 / n))
    assert (found.lambda_max, found.ci, found.ri, found.cr) == (n, 0, 0, 0)
    assert (found.lambda_mean, found.ci_mean, found.cr_mean) == (n, 0, 0)
    assert found.acceptable is True


def test_a_batch_gives_read_only_arrays() -> None:
    batch = np.ones((2, 5, 3, 3))
    found = ahp.check_consistency(batch, weights=ahp.weights(batch))
    for name in ("lambda_max", "ci", "cr", "acceptable", "lambda_mean", "ci_mean", "cr_mean"):
        array = getattr(found, name)
        assert array.shape == (2, 5)
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1
    assert ahp.check_consistency(np.empty((0, 3, 3))).cr.shape == (0,)


@pytest.mark.parametrize("name", ["Saaty", "", None, ["saaty"]])
def test_an_unknown_table_lists_the_valid_ones(name: Any) -> None:
    with pytest.raises(ahp.OptionError) as raised:
        ahp.check_consistency(TEA, random_index=name)
    assert str(raised.value) == f"random_index = {name!r}, expected one of {TABLE_NAMES}"


@pytest.mark.parametrize(
    ("n", "name", "message"),
    [
        (
            16,
            "saaty",
            "random_index 'saaty' has no value for n = 16 (its largest is 15); "
            "tables with n = 16: donegan_dodd, aguaron_moreno_2003, alonso_lamata_line, "
            "simulated",
        ),
        (
            22,
            "donegan_dodd",
            "random_index 'donegan_dodd' has no value for n = 22 (its largest is 100); "
            "tables with n = 22: alonso_lamata_line, simulated",
        ),
    ],
)
def test_a_table_that_does_not_reach_n(n: int, name: str, message: str) -> None:
    with pytest.raises(ahp.RandomIndexError) as raised:
        random_index_value(n, name)
    assert str(raised.value) == message


def test_without_a_random_index_there_is_no_cr() -> None:
    weights = np.linspace(1, 2, 16)
    consistent = weights[:, None] / weights
    found = ahp.check_consistency(consistent, weights=weights)
    assert found.lambda_max == pytest.approx(16, rel=1e-14)
    assert found.ci == pytest.approx(0, abs=1e-14)
    assert found.ci_mean == pytest.approx(0, abs=1e-14)
    assert (found.ri, found.cr, found.cr_mean, found.acceptable) == (None, None, None, None)
    assert str(found.cr_absent) == (
        "CR is not available for 16 items: random_index 'saaty' has no value for them; tables that "
        "have one: donegan_dodd, aguaron_moreno_2003, alonso_lamata_line, simulated"
    )
    batch = ahp.check_consistency(np.ones((3, 16, 16)))
    assert repr(batch) == (
        "Consistency(n=16, lambda_max=[16 16 16], ci=[0 0 0], ri=None, cr=None, acceptable=None, "
        "random_index='saaty', lambda_mean=None, ci_mean=None, cr_mean=None, "
        "cr_absent=\"CR is not available for 16 items: random_index 'saaty' h…)"
    )
    assert error_sentence(found.cr_absent, "zh") == (
        "16 个要素没有 CR：随机一致性指标表“saaty”没有这一阶的值；有这一阶的表："
        "donegan_dodd、aguaron_moreno_2003、alonso_lamata_line、simulated。"
    )
    assert batch.ci.tolist() == [0, 0, 0]
    assert (batch.ri, batch.cr, batch.acceptable) == (None, None, None)
    assert ahp.Consistency.from_dict(found.to_dict()) == found
    reached = ahp.check_consistency(np.ones((16, 16)), random_index="simulated")
    assert (reached.cr, reached.cr_absent) == (0, None)
    assert "cr_absent" not in repr(reached)
    with pytest.raises(ahp.OptionError, match="random_index = 'satty', expected one of"):
        ahp.check_consistency(np.ones((16, 16)), random_index="satty")


def test_weights_that_are_the_eigenvector_are_the_start() -> None:
    judged = np.random.default_rng(1).choice([1 / 3, 1 / 2, 1, 2, 3], (50, 6))
    i, j = np.triu_indices(4, 1)
    batch = np.ones((50, 4, 4))
    batch[:, i, j], batch[:, j, i] = judged, 1 / judged
    without = ahp.check_consistency(batch)
    for weights in (without.eigenvector, ahp.geometric_mean(batch), np.full((50, 4), 0.25)):
        found = ahp.check_consistency(batch, weights=weights)
        assert np.abs(found.lambda_max / without.lambda_max - 1).max() <= 2e-12
        quotients = (batch * weights[:, None]).sum(axis=-1) / weights
        assert np.abs(found.lambda_mean / quotients.mean(axis=-1) - 1).max() <= 1e-14
        open_ = np.ptp(quotients, axis=-1) > 1e-9
        assert found.lambda_max[open_].tolist() == without.lambda_max[open_].tolist()
        assert found.eigenvector[open_].tolist() == without.eigenvector[open_].tolist()


def test_weights_that_are_the_eigenvector_take_no_step(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = np.array([[1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]])
    batch = np.stack([matrix] * 3)
    weights = ahp.weights(matrix)
    expected = ahp.check_consistency(matrix).lambda_max
    monkeypatch.setattr(eigen, "_step", None)
    monkeypatch.setattr(eigen, "_squared", None)
    for a, w in ((matrix, weights), (batch, np.stack([weights] * 3))):
        found = ahp.check_consistency(a, weights=w)
        assert np.abs(np.asarray(found.lambda_max) / expected - 1).max() <= 1e-14
        assert np.abs(np.asarray(found.lambda_mean) / expected - 1).max() <= 1e-14


def test_random_index_value() -> None:
    assert [random_index_value(n) for n in (1, 2, 3, 15)] == [0.0, 0.0, 0.58, 1.59]
    assert random_index_value(100, "donegan_dodd") == 1.6339


def test_tables_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        ahp.RANDOM_INDEX_TABLES["own"] = ahp.RANDOM_INDEX_TABLES["saaty"]  # type: ignore[index]
    with pytest.raises(TypeError):
        ahp.RANDOM_INDEX_TABLES["saaty"].values[3] = 0.5  # type: ignore[index]


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([0.5, 0.5], "weights of shape (2,), expected (3,)"),
        ([[0.2, 0.3, 0.5]], "weights of shape (1, 3), expected (3,)"),
        ([0.5, 0.5, 0], "weights [0.5, 0.5, 0.0], expected positive finite numbers"),
        (
            [0.5, 0.5, float("nan")],
            "weights [0.5, 0.5, nan], expected positive finite numbers",
        ),
        (["a", "b", "c"], "weights = ['a', 'b', 'c'], expected numbers"),
    ],
)
def test_weights_that_do_not_fit(weights: Any, message: str) -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        ahp.check_consistency(TEA, weights=weights)
    assert str(raised.value) == message
