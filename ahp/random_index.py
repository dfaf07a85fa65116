"""Random consistency indices: CI of random judgments, by the order of the matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .errors import OptionError, RandomIndexError


@dataclass(frozen=True)
class RandomIndexTable:
    """A published table of random consistency indices.

    Attributes:
        name: what the `random_index` options take.
        source: where the digits are printed.
        values: order n -> RI; 1 and 2 are always 0, since such matrices are consistent.
    """

    name: str
    source: str
    values: Mapping[int, float]


def _table(name: str, source: str, values: Mapping[int, float]) -> RandomIndexTable:
    return RandomIndexTable(name, source, MappingProxyType({1: 0.0, 2: 0.0, **values}))


def _from_three(*values: float) -> dict[int, float]:
    return dict(enumerate(values, start=3))


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
                "simulated",
                "Simulated, uniform over the 17 positions of the 1/9-9 scale; n = 3 and 4 exact by "
                "enumeration, standard errors below 0.00016 above",
                _from_three(
                    *(0.524457, 0.884158, 1.108724, 1.24914, 1.340784, 1.404322, 1.450691),
                    *(1.485994, 1.5138, 1.536309, 1.554897, 1.570552, 1.583809),
                ),
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


def random_index_value(n: int, random_index: str = "saaty") -> float:
    """RI of matrices of order n.

    Args:
        n: order, 1 or more; RI(1) = RI(2) = 0.
        random_index: name of a table in `RANDOM_INDEX_TABLES`.

    Raises:
        OptionError: unknown table.
        RandomIndexError: the table has no value for n; the message names those that have.
    """
    values = RANDOM_INDEX_TABLES[check_random_index(random_index)].values
    if n not in values:
        reach = [name for name, table in RANDOM_INDEX_TABLES.items() if n in table.values]
        raise RandomIndexError(
            f"random_index {random_index!r} has no value for n = {n} (its largest is "
            f"{max(values)}); tables with n = {n}: {', '.join(reach) or 'none'}"
        )
    return values[n]
