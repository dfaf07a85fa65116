"""Other ways from a table and weights to an order of the units, and where they disagree.

All but the geometric mean depend on which units are listed: second opinions beside the official
score, never instead of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..alternatives import weighted_product
from ..errors import EvaluationError, OptionError
from ..group import check_option
from ..labels import Labels, is_frame, joined_vector
from ..matrix import Float, Int, first_cell, plain, shape_error
from ..messages import Phrase
from ..result import Result, data_frame, read_only
from ..tolerance import ROUNDING_ATOL, TIE_RTOL, rank_spans
from ..version import __version__
from .directions import Direction, Target, as_directions, min_max, signs, with_closeness
from .inputs import accumulated, as_table, as_values, as_weights, row_labels
from .objective_weights import critic_weights, entropy_weights, variation_weights
from .ranks import as_digits, competition_ranks, exact_array, is_exact, round_half_up

NORMALIZATIONS = ("vector", "minmax")
"""How `topsis` brings indicators to one scale."""


def topsis(
    matrix: ArrayLike | Any,
    weights: ArrayLike | Any,
    directions: Any = None,
    normalization: str = "vector",
) -> Float:
    """TOPSIS (逼近理想解排序法; Hwang & Yoon 1981, Multiple Attribute Decision Making): how much
    nearer a unit is to the best than to the worst, d⁻/(d⁺ + d⁻).

    Best and worst have in each indicator the best and the worst that any unit has; the distances
    are Euclidean, over the weighted columns. A target's column becomes 1 − d/M first.

    Args:
        matrix: shape (..., units, indicators), 2 units or more.
        weights: sum 1, shape (..., indicators); leading axes broadcast.
        directions: 1, −1 or a `Target` for each indicator; None = larger is better.
        normalization: `"vector"`, each column divided by its Euclidean norm, or `"minmax"`, on 0
            … 1 (Opricovic & Tzeng 2004, Eur. J. Operational Research 156:445-455). They can differ
            in who is first.

    Returns:
        From 0, the worst everywhere, to 1, the best everywhere, shape (..., units).

    Raises:
        OptionError: unknown normalization.
        EvaluationError: numbers that do not fit, or units that do not differ where weights are.

    >>> from ahp.evaluation import topsis
    >>> topsis([[5, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6]], [0.3, 0.4, 0.3]).round(4)
    array([0.5037, 0.6581, 0.7482, 0.334 ])
    """
    if normalization not in NORMALIZATIONS:
        raise OptionError.unknown("normalization", normalization, NORMALIZATIONS)
    table, w, by_indicator = _checked(matrix, weights, directions)
    if normalization == "vector":
        columns = with_closeness(table, by_indicator)
        largest = np.abs(columns).max(axis=-2, keepdims=True)
        columns = columns / np.where(largest > 0, largest, 1.0)  # so that no square overflows
        norm = np.sqrt((columns**2).sum(axis=-2, keepdims=True))
        columns = columns / np.where(norm > 0, norm, 1.0) * signs(by_indicator)
    else:
        columns = min_max(table, by_indicator)
    best, worst = columns.max(axis=-2, keepdims=True), columns.min(axis=-2, keepdims=True)
    to_best = np.sqrt(accumulated(w**2, (best - columns) ** 2))
    to_worst = np.sqrt(accumulated(w**2, (columns - worst) ** 2))
    both = to_best + to_worst
    _refuse_alike(both <= ROUNDING_ATOL)
    share: Float = to_worst / both
    return share


def grey_relational(
    matrix: ArrayLike | Any,
    weights: ArrayLike | Any,
    directions: Any = None,
    rho: float = 0.5,
) -> Float:
    """Grey relational grade (灰色关联度; Deng 1989, J. Grey System 1:1-24) to the best of all
    units: Σ_j w_j (Δmin + ρ Δmax)/(Δ_ij + ρ Δmax).

    Δ_ij is how far unit i is behind the best one in indicator j, on 0 … 1 (1 − d/M where there is a
    target), Δmin and Δmax the smallest and the largest of the whole table.

    Args:
        matrix: shape (..., units, indicators), 2 units or more.
        weights: sum 1, shape (..., indicators); leading axes broadcast.
        directions: 1, −1 or a `Target` for each indicator; None = larger is better.
        rho: ρ, above 0, to 1. The smaller it is, the farther apart the grades are.

    Returns:
        Grades above 0, to 1, shape (..., units).

    Raises:
        OptionError: ρ out of its range.
        EvaluationError: numbers that do not fit, or units that do not differ.

    >>> from ahp.evaluation import grey_relational
    >>> grey_relational([[5, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6]], [0.3, 0.4, 0.3]).round(4)
    array([0.6   , 0.68  , 0.85  , 0.4633])
    """
    check_option("rho", rho, lambda: 0 < rho <= 1, Phrase("above_to", low=0, high=1))
    table, w, by_indicator = _checked(matrix, weights, directions)
    columns = min_max(table, by_indicator)
    behind = columns.max(axis=-2, keepdims=True) - columns
    nearest = behind.min(axis=(-2, -1), keepdims=True)
    farthest = behind.max(axis=(-2, -1), keepdims=True)
    _refuse_alike(farthest[..., 0] <= ROUNDING_ATOL)
    return accumulated(w, (nearest + rho * farthest) / (behind + rho * farthest))


def rank_sum_ratio(
    matrix: ArrayLike | Any, weights: ArrayLike | Any, directions: Any = None
) -> Float:
    """Rank-sum ratio (秩和比, RSR; 田凤调 1988): Σ_j w_j R_ij / m, with the rank R from 1 for the
    worst to m for the best of m units; units that tie share the mean of their ranks.

    Args:
        matrix: shape (..., units, indicators), 2 units or more.
        weights: sum 1, shape (..., indicators); leading axes broadcast.
        directions: 1, −1 or a `Target` for each indicator; None = larger is better.

    Returns:
        From 1/m, the worst everywhere, to 1, the best everywhere, shape (..., units).

    Raises:
        EvaluationError: numbers that do not fit.

    >>> from ahp.evaluation import rank_sum_ratio
    >>> rank_sum_ratio([[5, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6]], [0.3, 0.4, 0.3]).round(4)
    array([0.5   , 0.6875, 0.8375, 0.475 ])
    """
    table, w, by_indicator = _checked(matrix, weights, directions)
    better = table * signs(by_indicator)
    for j, direction in enumerate(by_indicator):
        if isinstance(direction, Target):
            better[..., j] = -direction.distance(table[..., j])
    above, tied = rank_spans(np.swapaxes(better, -1, -2))
    units = table.shape[-2]
    ranks = units - above - (tied - 1) / 2
    ratio: Float = accumulated(w, np.swapaxes(ranks, -1, -2)) / units
    return ratio


def weighted_geometric_mean(scores: ArrayLike | Any, weights: ArrayLike | Any) -> Any:
    """Weighted geometric mean Π s_j^w_j: a weak indicator cannot be made up for by strong ones.

    `ahp.weighted_product`, and 0 where a score of weight above 0 is 0.

    Args:
        scores: 0 or more, shape (..., units, indicators), or (indicators,) of one unit.
        weights: sum 1, shape (..., indicators); leading axes broadcast.

    Returns:
        Means, shape (..., units); a plain number for one unit.

    Raises:
        EvaluationError: scores or weights that do not fit.

    >>> from ahp.evaluation import weighted_geometric_mean
    >>> weighted_geometric_mean([[90, 40], [60, 60], [100, 0]], [0.5, 0.5]).round(4)
    array([60., 60.,  0.])
    """
    if single := not is_frame(scores) and np.ndim(scores) == 1:
        scores = [scores]
    table, labels = as_table(scores, "scores", 0)
    w = as_weights(weights, table.shape[-1], labels, table.shape[:-2])
    zero = table == 0
    product = weighted_product(w, np.where(zero, 1.0, table))
    lost = (zero & (w[..., None, :] > 0)).any(axis=-1)
    means = np.where(lost, 0.0, product)
    return plain(means[..., 0] if single else means)


def _checked(matrix: Any, weights: Any, directions: Any) -> tuple[Float, Float, list[Direction]]:
    table, labels = as_table(matrix, least=2)
    count = table.shape[-1]
    by_indicator = as_directions(directions, count, labels)
    return table, as_weights(weights, count, labels, table.shape[:-2]), by_indicator


def _refuse_alike(alike: Any) -> None:
    """Refuse tables, by a mask (..., units), whose units do not differ where weights are."""
    if (tables := alike.all(axis=-1)).any():
        raise EvaluationError("units_alike", cell=first_cell(tables, Phrase("matrix")))


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
        EvaluationError: numbers that do not fit, bands that do not rise, units that do not differ.

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
