"""Official scores beside second opinions, and for which units the method decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..errors import EvaluationError, OptionError
from ..labels import Labels, joined_vector
from ..matrix import Float, Int, shape_error
from ..messages import Phrase
from ..result import Result, data_frame, read_only
from ..tolerance import TIE_RTOL
from ..version import __version__
from .inputs import accumulated, as_table, as_values, as_weights, row_labels
from .objective_weights import critic_weights, entropy_weights, variation_weights
from .ranks import as_digits, competition_ranks, exact_array, is_exact, round_half_up
from .second_opinions import grey_relational, rank_sum_ratio, topsis, weighted_geometric_mean

OPINIONS: Mapping[str, Callable[[Float, Float], Float]] = MappingProxyType(
    {
        "geometric_mean": weighted_geometric_mean,
        "entropy": lambda points, _: accumulated(entropy_weights(points), points),
        "critic": lambda points, _: accumulated(critic_weights(points), points),
        "variation": lambda points, _: accumulated(variation_weights(points), points),
        "topsis": topsis,
        "grey_relational": grey_relational,
        "rank_sum_ratio": rank_sum_ratio,
    }
)
"""Second opinion -> scores from the points of the indicators and the experts' weights. Those by
entropy, CRITIC and variation are Σ w p with weights from the data."""

ON_THE_SCALE_OF_POINTS = ("geometric_mean", "entropy", "critic", "variation")
"""The second opinions that are points too, so that bands can be asked for."""


@dataclass(frozen=True, eq=False, repr=False)
class MethodComparison(Result):
    """Official scores and second opinions side by side.

    Attributes:
        units: their names.
        scores: method -> score of each unit, `"official"` first.
        ranks: method -> rank of each unit, ties 1, 2, 2, 4.
        grades: method -> band of each unit, 0 for the lowest; of the methods that give points, and
            empty without bands.
        bands: the scores at which the next band begins.
        digits: that points are rounded to before they are ranked and put into bands; None =
            unrounded. Second opinions that are no points are ranked unrounded.
        version: of `ahp`.
    """

    units: tuple[str, ...]
    scores: Mapping[str, Float]
    ranks: Mapping[str, Int]
    grades: Mapping[str, Int]
    bands: tuple[float, ...]
    digits: int | None
    version: str = __version__

    @property
    def rank_depends(self) -> tuple[str, ...]:
        """The units whose rank is not the official one by every method."""
        return self._depends(self.ranks)

    @property
    def grade_depends(self) -> tuple[str, ...]:
        """The units whose band is not the official one by every method that has bands."""
        return self._depends(self.grades)

    def _depends(self, found: Mapping[str, Int]) -> tuple[str, ...]:
        if not found:
            return ()
        differ = np.any([found["official"] != each for each in found.values()], axis=0)
        return tuple(unit for unit, other in zip(self.units, differ, strict=True) if other)

    def to_frame(self) -> Any:
        """A pandas `DataFrame` of the ranks, a unit a row and a method a column."""
        return data_frame(dict(self.ranks), index=list(self.units))


def compare_methods(
    points: ArrayLike | Any,
    weights: ArrayLike | Any,
    scores: ArrayLike | Any | None = None,
    *,
    methods: Sequence[str] = tuple(OPINIONS),
    bands: Sequence[float] = (),
    digits: int | None = None,
) -> MethodComparison:
    """Put official scores beside second opinions from the same points, and say for which units the
    rank or the band depends on the method.

    All start from the points of the indicators, where larger is better already, so that they differ
    in the method alone.

    Args:
        points: of the indicators, 0 or more, shape (units, indicators), 2 units or more; the index
            of a DataFrame has the units' names.
        weights: the experts', sum 1, shape (indicators,).
        scores: the official ones, shape (units,), such as after deductions and vetoes; joined by
            label where both have the units' names. None = Σ w p, computed exactly from the decimals
            that the numbers print as.
        methods: some of `OPINIONS`.
        bands: rising scores at which the next band begins, each belonging to the band above it;
            none = bands are not compared.
        digits: round points half up to so many digits first, as the official score is.

    Raises:
        OptionError: an unknown method, or digits out of their range.
        EvaluationError: numbers that do not fit, bands that do not rise, units that do not differ,
            or, for CRITIC, indicators that all rise and fall together.

    >>> from ahp.evaluation import compare_methods
    >>> points = [[95, 60], [80, 80], [70, 88]]
    >>> found = compare_methods(points, [0.6, 0.4], methods=["geometric_mean"], bands=[80])
    >>> found.ranks["official"], found.ranks["geometric_mean"], found.grade_depends
    (array([1, 2, 3]), array([2, 1, 3]), ('1',))
    """
    for method in methods:
        if method not in OPINIONS:
            raise OptionError.unknown("methods", method, OPINIONS)
    digits = None if digits is None else as_digits(digits)
    table, labels = as_table(points, "points", 0, least=2)
    if table.ndim != 2:
        raise shape_error("points", table, Phrase("one_table_of_units"), EvaluationError)
    w = as_weights(weights, table.shape[1], labels)
    if w.ndim != 1:
        expected = Phrase("one_an_indicator_alone", count=table.shape[1])
        raise shape_error("weights", w, expected, EvaluationError)
    edges = as_values(list(bands), "bands")
    if (np.diff(edges) <= 0).any():
        raise EvaluationError("bands_fall", bands=edges.tolist())
    names = row_labels(points)
    official = _official(table, w) if scores is None else _given(scores, names, len(table))
    found: dict[str, Any] = {"official": official}
    found |= {method: OPINIONS[method](table, w) for method in methods}
    with_points = {"official", *ON_THE_SCALE_OF_POINTS}
    ranks, grades = {}, {}
    for method, each in found.items():
        ranks[method] = competition_ranks(each, digits if method in with_points else None)
        if method in with_points and edges.size:
            grades[method] = _bands(each, edges, digits)
    units = range(1, len(table) + 1) if names is None else names
    return MethodComparison(
        units=tuple(map(str, units)),
        scores=_frozen({method: each.astype(np.float64) for method, each in found.items()}),
        ranks=_frozen(ranks),
        grades=_frozen(grades),
        bands=tuple(edges.tolist()),
        digits=digits,
    )


def _official(table: Float, w: Float) -> Any:
    """Σ w p, exactly, of the decimals that the numbers print as."""
    shares = exact_array(w)
    return exact_array([sum(row, Fraction(0)) for row in exact_array(table) * shares])


def _given(scores: Any, names: Labels | None, units: int) -> Any:
    owner = Phrase("the_rows_of_points")
    joined = joined_vector(scores, names, Phrase("scores"), owner, EvaluationError)
    array = exact_array(joined) if is_exact(joined) else as_values(joined, "scores")
    if array.shape != (units,):
        raise shape_error("scores", array, Phrase("one_a_unit", count=units), EvaluationError)
    return array


def _bands(scores: Any, edges: Float, digits: int | None) -> Int:
    """Number of edges that each score reaches; one that misses an edge by rounding reaches it."""
    if digits is not None:
        scores = np.array([float(round_half_up(score, digits)) for score in scores])
    reached = scores.astype(np.float64)[:, None] >= edges - TIE_RTOL * np.abs(edges)
    grades: Int = reached.sum(axis=-1)
    return grades


def _frozen(arrays: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType({method: read_only(array) for method, array in arrays.items()})
