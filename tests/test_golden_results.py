"""Numbers that were right stay what they are: results of matrices, stored once.

`python -m tests.test_golden_results` stores them anew, after a change of numbers that is meant and
stands in the changelog.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import ahp
from ahp.matrix import Float
from ahp.scale import SAATY_POSITIONS, parse_judgment

GOLDEN = Path(__file__).parent / "golden" / "results.npz"
ORDERS = (1, 2, 3, 4, 5, 6, 7, 9, 12)
INDICES = (
    *("geometric_consistency_index", "koczkodaj_index", "pelaez_lamata_index", "kendall_zeta"),
    *("harmonic_consistency_index", "salo_hamalainen_index", "golden_wang_index"),
    *("cosine_consistency_index", "relative_error", "triad_log_residual"),
    *("circular_triads", "intransitive_triads"),
)
FIELDS = ("eigenvector", "lambda_max", "ci", "cr", "lambda_mean", "ci_mean", "cr_mean")


def matrices(n: int) -> Float:
    """Twelve of order n: random on Saaty's scale, nearly consistent, consistent."""
    rng = np.random.default_rng(n)
    i, j = np.triu_indices(n, 1)
    heights = rng.normal(0, 1, (8, n))
    errors = rng.normal(0, [[0.2]] * 4 + [[0.0]] * 4, (8, len(i)))
    positions = [parse_judgment(text) for text in SAATY_POSITIONS]
    upper = np.concatenate(
        [
            rng.choice(positions, (4, len(i))),
            np.exp(heights[:, i] - heights[:, j] + errors),
        ]
    )
    batch = np.ones((12, n, n))
    batch[:, i, j], batch[:, j, i] = upper, 1 / upper
    return batch


def results(batch: Float) -> Iterator[tuple[str, Float]]:
    """Name and values of all that is computed of matrices, complete and without a judgment."""
    n = batch.shape[-1]
    for method in ahp.METHODS:
        yield method, ahp.weights(batch, method)
    found = ahp.check_consistency(batch, weights=ahp.column_mean(batch))
    yield from ((name, getattr(found, name)) for name in FIELDS)
    yield from ((name, getattr(ahp, name)(batch)) for name in INDICES)
    if n > 3:
        holes = batch.copy()
        holes[:, 0, 1] = holes[:, 1, 0] = np.nan
        incomplete = ahp.check_incomplete_consistency(holes, method="any")
        yield "incomplete eigenvector", ahp.weights(holes)
        yield "incomplete geometric_mean", ahp.weights(holes, "geometric_mean")
        yield "incomplete lambda_max", incomplete.lambda_max
        yield "incomplete cr", incomplete.cr


@pytest.mark.parametrize("n", ORDERS)
def test_results_are_what_they_were(n: int) -> None:
    with np.load(GOLDEN) as stored:
        expected = {name: stored[name] for name in stored if name.startswith(f"{n}/")}
    batch = expected.pop(f"{n}/matrices")
    found = {f"{n}/{name}": values for name, values in results(batch)}
    assert found.keys() == expected.keys()
    for name, values in found.items():
        np.testing.assert_allclose(values, expected[name], rtol=1e-10, atol=1e-13, err_msg=name)


def main() -> None:
    """Store the results."""
    stored = {}
    for n in ORDERS:
        batch = matrices(n)
        named = (("matrices", batch), *results(batch))
        stored |= {f"{n}/{name}": values for name, values in named}
    np.savez_compressed(GOLDEN, **stored)


if __name__ == "__main__":
    main()
