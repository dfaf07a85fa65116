from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

import ahp
from ahp import random_index
from ahp.matrix import Float
from ahp.random_index import (
    RANDOM_INDEX_TABLES,
    enumerate_random_index,
    random_index_value,
    simulate_random_index,
)

SCALE = np.array([1 / 9, 1 / 8, 1 / 7, 1 / 6, 1 / 5, 1 / 4, 1 / 3, 1 / 2, *range(1, 10)])


def plain_cis(n: int, samples: int, seed: int) -> Float:
    """CI by a plain loop over numpy's eigenvalues, from the same random numbers."""
    rng = np.random.default_rng(seed)
    found = []
    for places in rng.integers(17, size=(samples, n * (n - 1) // 2)):
        matrix = np.ones((n, n))
        for (i, j), place in zip(np.argwhere(np.triu(matrix, 1)), places, strict=True):
            matrix[i, j], matrix[j, i] = SCALE[place], 1 / SCALE[place]
        found.append((np.linalg.eigvals(matrix).real.max() - n) / (n - 1))
    return np.array(found)


def test_alonso_and_lamatas_line() -> None:
    table = RANDOM_INDEX_TABLES["alonso_lamata_line"]
    assert list(table.values) == list(range(1, 101))
    for n in range(3, 101):
        # at CR = 1, CI = RI: λmax = n + 1.7699 n − 4.3513
        assert n + table.values[n] * (n - 1) == pytest.approx(2.7699 * n - 4.3513, rel=1e-14)
    assert table.values[3] == pytest.approx(0.4792, abs=1e-12)
    assert table.values[3] / enumerate_random_index(3).ri == pytest.approx(0.914, abs=5e-4)


def test_the_simulated_table_has_standard_errors() -> None:
    table = RANDOM_INDEX_TABLES["simulated"]
    errors = table.standard_errors
    assert errors is not None
    assert list(table.values) == list(errors) == list(range(1, 31))
    assert [errors[n] for n in range(1, 5)] == [0, 0, 0, 0]
    assert all(0 < errors[n] < 0.00016 for n in range(5, 31))
    values = [table.values[n] for n in range(2, 31)]
    assert (np.diff(values) > 0).all()
    with pytest.raises(TypeError):
        errors[5] = 0.0  # type: ignore[index]


@pytest.mark.parametrize("name", [name for name in RANDOM_INDEX_TABLES if name != "simulated"])
def test_printed_tables_have_none(name: str) -> None:
    assert RANDOM_INDEX_TABLES[name].standard_errors is None


@pytest.mark.parametrize("n", [5, 8, 12, 16, 21, 30])
def test_a_fresh_simulation_agrees_with_the_table(n: int) -> None:
    found = simulate_random_index(n, draws=4000, seed=n)
    table = RANDOM_INDEX_TABLES["simulated"]
    assert table.standard_errors is not None
    scale = np.hypot(found.standard_error, table.standard_errors[n])
    assert abs(found.ri - table.values[n]) <= 4 * scale


def test_three_items_are_enumerated() -> None:
    # λmax = 1 + q + 1/q with q³ = a13 / (a12 a23), every matrix once
    a, b, c = np.meshgrid(SCALE, SCALE, SCALE)
    q = np.cbrt(c / (a * b))
    expected = ((1 + q + 1 / q - 3) / 2).mean()
    found = simulate_random_index(3, draws=2, seed=5)
    assert found == random_index.SimulatedRandomIndex(3, 17**3, None, found.ri, 0.0)
    assert found == enumerate_random_index(3)
    assert found.ri == pytest.approx(expected, rel=1e-12)
    assert round(found.ri, 6) == random_index_value(3, "simulated") == 0.524457


@pytest.mark.slow
def test_four_items_enumerated() -> None:
    found = enumerate_random_index(4)
    assert (found.n, found.draws, found.seed, found.standard_error) == (4, 17**6, None, 0.0)
    assert round(found.ri, 6) == random_index_value(4, "simulated") == 0.884158


@pytest.mark.parametrize("n", [4, 7])
def test_against_a_plain_loop(n: int) -> None:
    expected = plain_cis(n, 500, seed=3)
    found = simulate_random_index(n, draws=500, seed=3)
    assert (found.n, found.draws, found.seed) == (n, 500, 3)
    assert found.ri == pytest.approx(expected.mean(), rel=1e-12)
    error = expected.std(ddof=1) / np.sqrt(500)
    assert found.standard_error == pytest.approx(error, rel=1e-10)


def test_the_seed_alone_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    found = simulate_random_index(6, draws=3000, seed=1)
    assert simulate_random_index(6, draws=3000, seed=1) == found
    assert simulate_random_index(6, draws=3000, seed=2).ri != found.ri
    assert simulate_random_index(6, draws=3000) == simulate_random_index(6, draws=3000, seed=0)
    monkeypatch.setattr(random_index, "BLOCK_CELLS", 36 * 7)  # the sums round otherwise
    assert simulate_random_index(6, draws=3000, seed=1).ri == pytest.approx(found.ri, rel=1e-13)


def test_memory_is_bounded() -> None:
    tracemalloc.start()
    try:
        simulate_random_index(9, draws=100_000)
        assert tracemalloc.get_traced_memory()[1] < 40e6  # the matrices alone are 65 MB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: simulate_random_index(2, draws=100), "n = 2, expected 3 or more"),
        (lambda: simulate_random_index(5, draws=1), "draws = 1, expected 2 or more"),
        (lambda: enumerate_random_index(5), "n = 5, expected 3 or 4"),
    ],
)
def test_numbers_out_of_range(call: Any, message: str) -> None:
    with pytest.raises(ahp.OptionError) as raised:
        call()
    assert str(raised.value) == message


def test_a_table_that_reaches_all_orders() -> None:
    assert ahp.reaching_random_index([3, 15]) == "saaty"
    assert ahp.reaching_random_index([3, 16]) == "simulated"
    assert ahp.reaching_random_index([16], "aguaron_moreno_2003") == "aguaron_moreno_2003"
    assert ahp.reaching_random_index([22], "donegan_dodd") == "simulated"  # it has gaps
    assert ahp.reaching_random_index([31, 5]) == "alonso_lamata_line"
    assert ahp.reaching_random_index([100], "donegan_dodd") == "donegan_dodd"
    assert set(random_index.random_indices_for([3, 16])) == {
        *("donegan_dodd", "aguaron_moreno_2003", "simulated", "alonso_lamata_line"),
    }


def test_no_table_reaches_a_hundred_and_one() -> None:
    with pytest.raises(ahp.RandomIndexError) as raised:
        ahp.reaching_random_index([3, 101])
    assert str(raised.value) == "no table has a random index for n = 101, expected at most 100"
    with pytest.raises(ahp.OptionError):
        ahp.reaching_random_index([3], "satty")
