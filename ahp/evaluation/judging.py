"""`evaluate`: units judged by a scheme."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import EvaluationError
from ..result import read_only
from .cells import KNOWN, UNCOUNTED, Ints
from .early_warning import early_warnings
from .evaluated import Evaluation, Floats, parts_of_year
from .exact import Mask, Ratios, Whole, whole
from .finishing import band_of
from .observations import Observations
from .periods import Period
from .scheme import WEIGHT_SUM_ATOL, Scheme
from .scoring import Scored, alike_units, frozen_local, grid_of, resolve, uncounted

if TYPE_CHECKING:
    from ..study.analysis import Analysis


def evaluate(
    scheme: Scheme,
    observations: Observations,
    weights: Mapping[str, float | Fraction | Decimal] | Analysis | None = None,
) -> Evaluation:
    """Score units by a scheme.

    A unit's points, total and band depend on its own observations and the scheme alone; ranks and
    some warnings compare units.

    Args:
        scheme: as `load_scheme` reads it.
        observations: as `read_observations` reads them.
        weights: None for those of the scheme; a mapping of each leaf to its weight in the whole, or
            of each node to its weight inside its parent; or an `Analysis`.

    Raises:
        EvaluationError: an observation that the scheme refuses, with row and column; weights that
            don't fit the hierarchy or don't sum to 1; an indicator without a rule.

    >>> from ahp.resources import data_folder
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> result.totals.shape, result.total(result.units[0], "2026Q1")
    ((12, 5), Decimal('84.9'))
    """
    if without := tuple(leaf for leaf in scheme.leaves if leaf not in scheme.indicator):
        raise EvaluationError("no_rule", indicators=without)
    local_weights, weights_source = given_weights(scheme, weights)
    resolved = resolve(scheme, observations)
    grid = grid_of(scheme, resolved)
    local = frozen_local(scheme, local_weights, grid.periods)
    table = _Table.of(Scored(scheme, resolved, local, grid))
    for year in sorted({period.whole_year for period in grid.periods}):
        if year.kind != scheme.period.kind and scheme.period.year is not None:
            table = table.with_year(scheme, year)
    table = table.in_order()
    result = Evaluation(
        scheme,
        grid.units,
        tuple(map(str, table.periods)),
        tuple(scheme.indicator),
        read_only(table.values),
        read_only(table.scores),
        read_only(table.status),
        read_only(table.totals),
        read_only(_ranks(table.totals)),
        read_only(_group_ranks(scheme, grid.units, table.totals)),
        read_only(np.array([*(band.id for band in scheme.bands), ""])[table.band]),
        read_only(table.bounds),
        (*resolved.remarks, *alike_units(resolved), *uncounted(scheme, resolved)),
        weights_source,
        MappingProxyType({key: MappingProxyType(kids) for key, kids in local_weights.items()}),
        resolved,
    )
    return replace(result, warnings=(*result.warnings, *early_warnings(result)))


def given_weights(scheme: Scheme, weights: Any) -> tuple[dict[str, dict[str, Fraction]], str]:
    """Parent id -> child id -> weight inside the parent, and where they come from.

    Args:
        scheme: the scheme.
        weights: as for `evaluate`.

    Raises:
        EvaluationError: they don't fit the hierarchy, or don't sum to 1.
    """
    if weights is None:
        return {parent: dict(kids) for parent, kids in scheme.local_weights.items()}, "scheme"
    if not isinstance(weights, Mapping):
        return local_from_analysis(scheme, weights), "analysis"
    numbers = {key: read_weight(key, value) for key, value in weights.items()}
    if unknown := tuple(key for key in numbers if key not in scheme.node):
        raise EvaluationError("weights_unknown", nodes=unknown, valid=tuple(scheme.node))
    if numbers.keys() == set(scheme.leaves):
        total = sum(numbers.values(), Fraction(0))
        if abs(total - 1) > WEIGHT_SUM_ATOL:
            raise EvaluationError(
                "weights_below_sum", parent=scheme.goal, total=f"{float(total):.12g}"
            )
        local = scheme.local_from_leaves(numbers)
        for parent, kids in scheme.children.items():
            local.setdefault(parent, {kid: Fraction(kid == kids[0]) for kid in kids})
            local[parent] = {kid: local[parent].get(kid, Fraction(0)) for kid in kids}
        return local, "mapping"
    numbers.pop(scheme.goal, None)
    return _local_from_nodes(scheme, numbers), "mapping"


def _local_from_nodes(
    scheme: Scheme, numbers: Mapping[str, Fraction]
) -> dict[str, dict[str, Fraction]]:
    local = {}
    for parent, kids in scheme.children.items():
        if len(kids) == 1:
            local[parent] = {kids[0]: Fraction(1)}
            continue
        if missing := tuple(kid for kid in kids if kid not in numbers):
            raise EvaluationError("weights_missing", nodes=missing)
        shares = {kid: numbers[kid] for kid in kids}
        total = sum(shares.values(), Fraction(0))
        if abs(total - 1) > WEIGHT_SUM_ATOL:
            raise EvaluationError("weights_below_sum", parent=parent, total=f"{float(total):.12g}")
        local[parent] = {kid: share / total for kid, share in shares.items()}
    return local


def local_from_analysis(scheme: Scheme, analysis: Any) -> dict[str, dict[str, Fraction]]:
    """The local weights of an analysis whose hierarchy is that of the scheme."""
    hierarchy = analysis.survey.hierarchy
    numbers: dict[str, Fraction] = {}
    for parent, kids in scheme.children.items():
        if len(kids) > 1 and set(hierarchy.children.get(parent, ())) != set(kids):
            raise EvaluationError(
                "hierarchy_differs",
                parent=parent,
                children=kids,
                other=tuple(hierarchy.children.get(parent, ())),
            )
        if len(kids) > 1:
            local = zip(hierarchy.children[parent], analysis.local_weights[parent], strict=True)
            numbers |= {kid: Fraction(repr(float(weight))) for kid, weight in local}
    return _local_from_nodes(scheme, numbers)


def read_weight(node: str, value: Any) -> Fraction:
    """A weight as a number of 0 or more, exactly as it is written.

    Raises:
        EvaluationError: it is none.
    """
    try:
        weight = Fraction(repr(float(value))) if isinstance(value, float) else Fraction(value)
    except (TypeError, ValueError, OverflowError) as problem:
        raise EvaluationError("weight_unreadable", node=node, value=repr(value)) from problem
    if weight < 0:
        raise EvaluationError("weight_below_zero_of", node=node, value=repr(value))
    return weight


@dataclass(frozen=True)
class _Table:
    """What becomes of all cells, a unit a row and a period a column."""

    periods: tuple[Period, ...]
    values: Floats
    scores: Floats
    status: NDArray[np.int8]
    totals: Floats
    band: Ints
    bounds: Floats

    @classmethod
    def of(cls, scored: Scored) -> _Table:
        """The periods of a scheme."""
        digits, grid = scored.scheme.digits, scored.grid
        shape = len(grid.units), len(grid.periods)
        leaves = scored.leaves.values()

        def stacked(arrays: Iterable[NDArray[Any]]) -> NDArray[Any]:
            return np.stack(list(arrays), axis=-1).reshape(*shape, -1)

        def floats(numbers: Whole, known: Mask, places: int) -> Floats:
            return np.where(known, np.asarray(numbers / 10**places, np.float64), np.nan)

        finished = scored.totals.finished
        bounds = (one.finished for one in scored.bounds)
        return cls(
            grid.periods,
            stacked(leaf.values for leaf in leaves),
            stacked(
                floats(leaf.points, (leaf.status == KNOWN) | leaf.carried, digits.points)
                for leaf in leaves
            ),
            stacked(leaf.status for leaf in leaves),
            floats(finished.rounded, finished.rated, digits.total).reshape(shape),
            finished.band.reshape(shape),
            stacked(floats(one.rounded, one.rated, digits.total) for one in bounds),
        )

    def with_year(self, scheme: Scheme, year: Period) -> _Table:
        """With a column for a year, where all its parts are there."""
        parts = parts_of_year(scheme, year)
        if not parts.keys() <= set(self.periods):
            return self
        columns = [self.periods.index(part) for part in parts]
        scale = 10**scheme.digits.total
        shares = list(parts.values())

        def rounded(totals: Floats) -> Whole:
            whole_numbers = np.rint(np.nan_to_num(totals[:, columns]) * scale).astype(np.int64)
            by_share = zip(whole_numbers.T, shares, strict=True)
            sums = sum(
                (Ratios(one, whole(1)) * share for one, share in by_share), start=Ratios.of(0)
            )
            return sums.rounded(0)

        def yearly(totals: Floats) -> Floats:
            known = ~np.isnan(totals[:, columns]).any(axis=1)
            return np.where(known, np.asarray(rounded(totals) / scale, np.float64), np.nan)

        total = yearly(self.totals)
        band = np.where(np.isnan(total), -1, band_of(scheme, rounded(self.totals)))
        bounds = np.stack([yearly(self.bounds[..., end]) for end in (0, 1)], axis=-1)
        nothing = np.full((len(total), 1, self.values.shape[-1]), np.nan)
        return _Table(
            (*self.periods, year),
            np.concatenate([self.values, nothing], axis=1),
            np.concatenate([self.scores, nothing], axis=1),
            np.concatenate([self.status, np.full(nothing.shape, UNCOUNTED, np.int8)], axis=1),
            np.column_stack([self.totals, total]),
            np.column_stack([self.band, band]),
            np.concatenate([self.bounds, bounds[:, None]], axis=1),
        )

    def in_order(self) -> _Table:
        """With the periods in the order of time, a year after its last part."""
        order = sorted(range(len(self.periods)), key=self.periods.__getitem__)
        periods = tuple(self.periods[k] for k in order)
        arrays = {one.name: getattr(self, one.name) for one in fields(self)[1:]}
        return _Table(periods, **{name: array[:, order] for name, array in arrays.items()})


def _ranks(totals: Floats) -> NDArray[np.int64]:
    """Ranks down each column, from 1 for the largest, ties 1, 2, 2, 4; 0 where nothing is."""
    known = ~np.isnan(totals)
    lower = np.where(known, totals, -np.inf)
    ordered = np.sort(-lower, axis=0)
    ranks = np.stack(
        [
            np.searchsorted(ordered[:, k], -lower[:, k], side="left") + 1
            for k in range(totals.shape[1])
        ],
        axis=1,
    )
    return np.where(known, ranks, 0).astype(np.int64)


def _group_ranks(scheme: Scheme, units: tuple[str, ...], totals: Floats) -> NDArray[np.int64]:
    if not scheme.groups:
        return _ranks(totals)
    ranks = np.zeros(totals.shape, np.int64)
    for group in scheme.groups:
        rows = [units.index(unit) for unit in group.units]
        ranks[rows] = _ranks(totals[rows])
    return ranks
