"""A matrix whose weights were printed is always among those that are found.

200 random matrices: 91 of three items and 100 of four, each printed by all methods, and nine of
five, one for each method and rounding, since one of these takes a minute or two.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

import ahp
from ahp.published.reconstruction import Reconstruction, reconstruct

from .brute_force import METHODS, ROUNDINGS, SAATY, THREE, Float, everything, prints

SETTINGS = tuple(product(METHODS, ROUNDINGS))


def random_matrix(rng: np.random.Generator, n: int) -> Float:
    """One of the matrices on Saaty's scale with CR < 0.1, all equally likely."""
    values = np.sort([ahp.scale.parse_judgment(text) for text in SAATY])
    upper = np.triu_indices(n, 1)
    while True:
        codes = rng.integers(len(values), size=(4000, len(upper[0])))
        found = np.ones((len(codes), n, n))
        found[:, upper[0], upper[1]] = values[codes]
        found[:, upper[1], upper[0]] = values[len(values) - 1 - codes]
        found = found[ahp.check_consistency(found).cr < 0.1]
        if len(found):
            return found[0]


def with_omissions(rng: np.random.Generator, texts: list[str]) -> list[str | None]:
    """Some of the prints, one at least."""
    kept = rng.random(len(texts)) < 0.5
    kept[rng.integers(len(texts))] = True
    return [text if keep else None for text, keep in zip(texts, kept, strict=True)]


def holds(found: Reconstruction, matrix: Float, method: str, rounding: str) -> bool:
    same = (found.candidates == matrix).all(axis=(1, 2))
    names = zip(same, found.methods, found.roundings, strict=True)
    return any(each == (True, method, rounding) for each in names)


def assert_found(seed: int, n: int, method: str, rounding: str) -> None:
    rng = np.random.default_rng([4, n, seed])
    decimals = int(rng.integers(4, 6))
    matrix = random_matrix(rng, n)
    texts = prints(matrix, method, rounding, decimals)
    options: dict[str, Any] = {}
    if n == 5:
        # equal prints are left open
        w = [float(text) for text in texts]
        options["ranking"] = [
            tuple(i for i in range(n) if w[i] == each) for each in sorted(set(w), reverse=True)
        ]
    printed = with_omissions(rng, texts)
    found = reconstruct(printed, method=method, rounding=rounding, **options)
    assert holds(found, matrix, method, rounding), (matrix, printed, method, rounding, options)
    assert found.coverage == 1


@pytest.mark.parametrize("seed", range(18))
@pytest.mark.parametrize("n", [3, 4])
def test_some_matrices_are_found_again(n: int, seed: int) -> None:
    for method in METHODS:
        assert_found(1000 + seed, n, method, ROUNDINGS[seed % 3])


@pytest.mark.parametrize(("method", "rounding"), SETTINGS)
def test_five_items_are_found_again_on_a_small_scale(method: str, rounding: str) -> None:
    rng = np.random.default_rng(5)
    matrices = everything(THREE, 5).matrices
    for matrix in matrices[rng.choice(len(matrices), 5, replace=False)]:
        printed = with_omissions(rng, prints(matrix, method, rounding, 4))
        found = reconstruct(printed, method=method, rounding=rounding, scale=THREE)
        assert holds(found, matrix, method, rounding)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n", "seed"), [(n, s) for n, count in ((3, 91), (4, 100)) for s in range(count)]
)
def test_every_matrix_is_found_again(n: int, seed: int) -> None:
    for method in METHODS:
        assert_found(seed, n, method, ROUNDINGS[seed % 3])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(9))
def test_every_matrix_of_five_items_is_found_again(seed: int) -> None:
    assert_found(seed, 5, *SETTINGS[seed])
