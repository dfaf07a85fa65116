"""Which units can't be told apart, in letters as multiple comparisons have them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import EvaluationError, OptionError
from ..messages import Phrase
from .certainty import Certainty

SURE = 0.95
"""From this probability on, the unit with the larger total counts as ahead."""


def units_alike_in_total(
    certainty: Certainty, units: Sequence[str] | None = None, sure: float = SURE
) -> tuple[tuple[str, ...], ...]:
    """Units that can't be told apart, group by group in the order of their official totals.

    Two units are separated where the one with the larger total is ahead of the other with a
    probability of `sure` or more. A group is a run of neighbors in that order no two of which are
    separated, and as long as it can be; so a unit may be in several, and is alone in one where it
    is separated from both neighbors. Units without a total are in none.

    Args:
        certainty: of `simulate` with `pairs=True`.
        units: some of its units, such as those of a peer group; None = all.
        sure: above 0.5, to 1.

    Raises:
        EvaluationError: probabilities of pairs were not asked for, or an unknown unit.
        OptionError: `sure` out of its range.

    >>> from ahp.resources import data_folder
    >>> from ahp.evaluation.separation import units_alike_in_total
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> found = ahp.evaluation.simulate(result, "2026Q1", seed=1, draws=500, pairs=True)
    >>> units_alike_in_total(found)[:2]
    (('甲市监督中心',), ('癸市监督中心',))
    """
    if certainty.ahead is None:
        raise EvaluationError("pairs_not_simulated")
    if not isinstance(sure, (int, float)) or not 0.5 < sure <= 1:
        raise OptionError.refused("sure", sure, Phrase("above_to", low=0.5, high=1))
    names = certainty.units if units is None else tuple(units)
    if unknown := [name for name in names if name not in certainty.units]:
        raise EvaluationError("unit_not_evaluated", unit=unknown[0], valid=certainty.units)
    rows = [certainty.units.index(name) for name in names]
    rows = [row for row in rows if not np.isnan(certainty.totals[row])]
    rows.sort(key=lambda row: -certainty.totals[row])
    separated = certainty.ahead[np.ix_(rows, rows)] >= sure
    groups: list[tuple[str, ...]] = []
    reached = 0
    for start in range(len(rows)):
        end = start + 1
        while end < len(rows) and not separated[start:end, end].any():
            end += 1
        if end > reached:
            groups.append(tuple(certainty.units[row] for row in rows[start:end]))
            reached = end
    return tuple(groups)


def group_letters(groups: Sequence[Sequence[str]]) -> dict[str, str]:
    """Unit -> the letters of its groups; two units that share a letter can't be told apart (Piepho
    2004, J. Computational and Graphical Statistics 13:456-466).

    Args:
        groups: of `units_alike_in_total`.

    >>> from ahp.evaluation.separation import group_letters
    >>> group_letters([("A", "B"), ("B", "C"), ("D",)])
    {'A': 'a', 'B': 'ab', 'C': 'b', 'D': 'c'}
    """
    letters: dict[str, str] = {}
    for k, group in enumerate(groups):
        for unit in group:
            letters[unit] = letters.get(unit, "") + _letter(k)
    return letters


def _letter(k: int) -> str:
    """A … z, then a1 … z1, and so on."""
    return f"{chr(ord('a') + k % 26)}{k // 26 or ''}"
