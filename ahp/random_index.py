"""Random consistency indices: CI of random judgments, by the order of the matrix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from .eigen import perron
from .errors import OptionError, RandomIndexError
from .messages import Phrase
from .result import Result
from .scale import SAATY_POSITIONS, parse_judgment

BLOCK_CELLS = 2**20
"""Cells of the random matrices that are made at a time."""

CR_LIMIT = 0.1
"""CR below this is acceptable (Saaty 1980, p. 21)."""


@dataclass(frozen=True, eq=False, repr=False)
class RandomIndexTable(Result):
    """A table of random consistency indices.

    Attributes:
        name: what the `random_index` options take.
        source: where the digits are printed, or how they were made.
        values: order n -> RI; 1 and 2 are always 0, since such matrices are consistent.
        standard_errors: order n -> standard error of RI, 0 for exact values; None where the source
            gives none.
    """

    name: str
    source: str
    values: Mapping[int, float]
    standard_errors: Mapping[int, float] | None = None


def _table(
    name: str, source: str, values: Mapping[int, float], errors: Mapping[int, float] | None = None
) -> RandomIndexTable:
    return RandomIndexTable(
        name, source, _with_small(values), None if errors is None else _with_small(errors)
    )


def _with_small(values: Mapping[int, float]) -> Mapping[int, float]:
    return MappingProxyType({1: 0.0, 2: 0.0, **values})


def _from_three(*values: float) -> dict[int, float]:
    return dict(enumerate(values, start=3))


_SIMULATED = (
    *((0.524457, 0.0), (0.884158, 0.0), (1.108724, 0.000114), (1.24914, 0.000129)),
    *((1.340784, 0.000105), (1.404322, 0.000124), (1.450691, 0.000107), (1.485994, 0.000147)),
    *((1.5138, 0.000131), (1.536309, 0.000118), (1.554897, 0.000151), (1.570552, 0.000138)),
    *((1.583809, 0.000128), (1.595260, 0.000118), (1.605376, 0.000110), (1.614270, 0.000103)),
    *((1.622171, 0.000097), (1.629157, 0.000092), (1.635451, 0.000087), (1.641185, 0.000083)),
    *((1.646288, 0.000079), (1.651097, 0.000075), (1.655291, 0.000072), (1.659395, 0.000069)),
    *((1.662981, 0.000066), (1.666412, 0.000063), (1.669501, 0.000061), (1.672471, 0.000059)),
)
"""RI and its standard error for n = 3, 4, …; `tools/random_index.py` computes them anew."""

RANDOM_INDEX_TABLES: Mapping[str, RandomIndexTable] = MappingProxyType(
    {
        table.name: table
        for table in (
            _table(
                "saaty",
                "Saaty 1980, The Analytic Hierarchy Process, p. 21",
                _from_three(
                    *(0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45),
                    *(1.49, 1.51, 1.48, 1.56, 1.57, 1.59),
                ),
            ),
            _table(
                "saaty_2005",
                "Saaty 2005, Theory and Applications of the Analytic Network Process, p. 31",
                _from_three(
                    *(0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45),
                    *(1.49, 1.52, 1.54, 1.56, 1.58, 1.59),
                ),
            ),
            _table(
                "donegan_dodd",
                "Donegan & Dodd 1991, Math. Comput. Modelling 15(10):135-137 "
                "(an integer 1-9, then a coin flip for the reciprocal)",
                {
                    **_from_three(
                        *(0.4914, 0.8286, 1.0591, 1.1797, 1.2519, 1.3171, 1.3733, 1.4055, 1.4213),
                        *(1.4497, 1.4643, 1.4822, 1.4969, 1.5078, 1.5153, 1.5262, 1.5313, 1.5371),
                    ),
                    **{25: 1.5619, 30: 1.5772, 40: 1.5976, 50: 1.6102, 60: 1.6178},
                    **{70: 1.6237, 80: 1.6277, 90: 1.6213, 100: 1.6339},
                },
            ),
            _table(
                "alonso_lamata",
                "Alonso & Lamata 2006, Int. J. Uncertainty, Fuzziness and Knowledge-Based Systems "
                "14(4):445-459",
                _from_three(
                    *(0.5245, 0.8815, 1.1086, 1.2479, 1.3417, 1.4056, 1.4499),
                    *(1.4854, 1.5141, 1.5365, 1.5551, 1.5713, 1.5838),
                ),
            ),
            _table(
                "aguaron_moreno_2003",
                "Aguarón & Moreno-Jiménez 2003, Eur. J. Operational Research 147:137-145",
                _from_three(
                    *(0.525, 0.882, 1.115, 1.252, 1.341, 1.404, 1.452),
                    *(1.484, 1.513, 1.535, 1.555, 1.570, 1.583, 1.595),
                ),
            ),
            _table(
                "alonso_lamata_line",
                "Alonso & Lamata 2006: λmax = n + 1.7699 n − 4.3513 at CR = 1, hence RI = "
                "(1.7699 n − 4.3513)/(n − 1); a line through all orders, 8.6 % low at n = 3",
                {n: (1.7699 * n - 4.3513) / (n - 1) for n in range(3, 101)},
            ),
            _table(
                "simulated",
                "Simulated, uniform over the 17 positions of the 1/9-9 scale; n = 3 and 4 exact by "
                "enumeration, standard errors below 0.00016 above",
                _from_three(*(value for value, _ in _SIMULATED)),
                _from_three(*(error for _, error in _SIMULATED)),
            ),
        )
    }
)
"""The random-index tables by name."""


def check_random_index(name: str) -> str:
    """Return the name of a table, or raise an `OptionError` that lists the valid ones."""
    if name not in tuple(RANDOM_INDEX_TABLES):  # a wrong option may not be hashable
        raise OptionError.unknown("random_index", name, RANDOM_INDEX_TABLES)
    return name


FURTHER_TABLES = ("simulated", "alonso_lamata_line")
"""Where a table ends, these go on: up to 30 and up to 100."""


def random_indices_for(orders: Iterable[int]) -> tuple[str, ...]:
    """Names of the tables that have a value for matrices of all these orders."""
    asked = set(orders)
    return tuple(
        name for name, table in RANDOM_INDEX_TABLES.items() if asked <= table.values.keys()
    )


def reaching_random_index(orders: Iterable[int], preferred: str = "saaty") -> str:
    """The table to use for matrices of all these orders: the preferred one, or where it has no
    value for one of them the first of `FURTHER_TABLES` that has them all.

    One table serves all matrices of a hierarchy, so that Σ w·RI adds values of one kind.

    Args:
        orders: the orders n, each 1 or more.
        preferred: name of a table in `RANDOM_INDEX_TABLES`.

    Raises:
        OptionError: unknown table.
        RandomIndexError: no table has a value for the largest order.

    >>> reaching_random_index([5, 16])
    'simulated'
    """
    asked = set(orders)
    reaching = random_indices_for(asked)
    for name in (check_random_index(preferred), *FURTHER_TABLES):
        if name in reaching:
            return name
    most = max(RANDOM_INDEX_TABLES[FURTHER_TABLES[-1]].values)
    raise RandomIndexError("random_index_beyond", n=max(asked), most=most)


def random_index_value(n: int, random_index: str = "saaty") -> float:
    """RI of matrices of order n.

    Args:
        n: order, 1 or more; RI(1) = RI(2) = 0.
        random_index: name of a table in `RANDOM_INDEX_TABLES`.

    Raises:
        OptionError: unknown table.
        RandomIndexError: the table has no value for n; the message names those that have.

    >>> ahp.random_index_value(5), ahp.random_index_value(5, "saaty_2005")
    (1.12, 1.11)
    """
    values = RANDOM_INDEX_TABLES[check_random_index(random_index)].values
    if n not in values:
        reach = tuple(name for name, table in RANDOM_INDEX_TABLES.items() if n in table.values)
        raise RandomIndexError(
            "random_index_missing",
            table=random_index,
            n=n,
            largest=max(values),
            tables=reach or Phrase("no_table"),
        )
    return values[n]


@dataclass(frozen=True, eq=False, repr=False)
class SimulatedRandomIndex(Result):
    """The mean CI of random matrices.

    Attributes:
        n: order of the matrices.
        draws: how many of them.
        seed: of the random numbers; None where all matrices were enumerated.
        ri: mean of their CI.
        standard_error: of `ri`, 0 where all matrices were enumerated.
    """

    n: int
    draws: int
    seed: int | None
    ri: float
    standard_error: float


def simulate_random_index(n: int, *, draws: int, seed: int = 0) -> SimulatedRandomIndex:
    """RI as the mean CI of random matrices (Saaty 1980, p. 21).

    Judgments are independent and uniform over the 17 positions of Saaty's scale. The matrices are
    made and solved in blocks, so that memory stays small.

    Args:
        n: order of the matrices, 3 or more. For n = 3 the 4913 matrices are enumerated, and
            `draws` and `seed` do not matter.
        draws: number of matrices, 2 or more.
        seed: of `numpy.random.default_rng`; the same seed gives the same bits.

    Raises:
        OptionError: n or draws are too small.
    """
    if n < 3:
        raise OptionError.refused("n", n, Phrase("or_more", least=3))
    if draws < 2:
        raise OptionError.refused("draws", draws, Phrase("or_more", least=2))
    if n == 3:
        return enumerate_random_index(n)
    rng = np.random.default_rng(seed)
    pairs = n * (n - 1) // 2
    blocks = (rng.integers(17, size=(len(block), pairs)) for block in _blocks(draws, n))
    mean, error = _mean_ci(n, blocks)
    return SimulatedRandomIndex(n, draws, seed, mean, error)


def enumerate_random_index(n: int) -> SimulatedRandomIndex:
    """RI as the mean CI of all matrices on Saaty's scale, exactly.

    Args:
        n: order of the matrices, 3 or 4; there are 17^(n(n-1)/2) of them, 24 million for n = 4.

    Raises:
        OptionError: another n.
    """
    if n not in (3, 4):
        raise OptionError.refused("n", n, Phrase("either", one=3, other=4))
    shape = (17,) * (n * (n - 1) // 2)
    draws = 17 ** len(shape)
    half = draws // 2  # the other half are the transposes, and equal judgments with CI = 0
    blocks = (np.stack(np.unravel_index(block, shape), axis=-1) for block in _blocks(half, n))
    ri = _mean_ci(n, blocks)[0] * 2 * half / draws
    return SimulatedRandomIndex(n, draws, None, ri, 0.0)


def _blocks(draws: int, n: int) -> Iterator[range]:
    size = max(1, BLOCK_CELLS // n**2)
    return (range(start, min(start + size, draws)) for start in range(0, draws, size))


def _mean_ci(n: int, blocks: Iterable[NDArray[np.int64]]) -> tuple[float, float]:
    """Mean of the CI and its standard error.

    Args:
        n: order of the matrices.
        blocks: of places on the scale, 0 for 1/9 to 16 for 9, shape (m, n(n-1)/2) each.
    """
    positions = np.sort([parse_judgment(position) for position in SAATY_POSITIONS])
    upper = np.triu_indices(n, 1)
    count, total, squares = 0, 0.0, 0.0
    for places in blocks:
        matrices = np.ones((len(places), n, n))
        matrices[:, *upper] = positions[places]
        matrices[:, *upper[::-1]] = positions[16 - places]
        ci = (perron(matrices)[0] - n) / (n - 1)
        count, total, squares = count + len(ci), total + ci.sum(), squares + (ci**2).sum()
    mean = total / count
    return float(mean), float(np.sqrt((squares / count - mean**2) / (count - 1)))
