"""Fuzzy comprehensive evaluation of one unit, group by group, from its ratings up to the goal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..errors import EvaluationError
from ..result import Result, read_only
from ..version import __version__
from .cells import KNOWN, Cells
from .evaluated import Evaluation
from .fuzzy import defuzzify, fuzzy_synthesis, grade_membership, maximum_membership_validity
from .movement import counted_points, weights_in_force
from .periods import Period
from .rules import Rated, Shares, by_word
from .scheme import Scheme
from .scoring import Scored

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class FuzzyProfile(Result):
    """Memberships of a unit in grades, for every indicator and every group up to the goal.

    Attributes:
        unit, period: it is about.
        grades: ids of the grades, as the scheme lists them.
        grade_points: their points.
        operator: of `ahp.evaluation.OPERATORS`.
        memberships: node id -> memberships in the grades, of the nodes that count.
        basis: indicator id -> `"ratings"`, shares of those who chose each grade, or `"points"`,
            memberships of its points, which are linear between those of two grades.
        goal: id of the goal.
        version: of `ahp`.
    """

    unit: str
    period: str
    grades: tuple[str, ...]
    grade_points: Floats
    operator: str
    memberships: Mapping[str, Floats] = field(repr=False)
    basis: Mapping[str, str] = field(repr=False)
    goal: str = field(repr=False)
    version: str = __version__

    @property
    def vector(self) -> Floats:
        """Memberships of the unit as a whole; they sum to 1 for `"weighted_average"` alone."""
        return self.memberships[self.goal]

    @property
    def score(self) -> float:
        """Σ b_k c_k / Σ b_k; for `"weighted_average"` the weighted mean of the indicators' mean
        points.
        """
        return float(defuzzify(self.vector, self.grade_points))

    @property
    def grade(self) -> str:
        """The grade of the largest membership."""
        return self.grades[int(defuzzify(self.vector, how="maximum"))]

    @property
    def validity(self) -> float:
        """Of the largest membership (`maximum_membership_validity`): under .5 it is weak."""
        return float(maximum_membership_validity(self.vector))


def fuzzy_profile(
    result: Evaluation,
    unit: str,
    period: str,
    operator: str = "weighted_average",
    grades: str | None = None,
) -> FuzzyProfile:
    """Fuzzy synthesis of one unit: results of a group become the rows of the group above.

    Indicators that are rated on the grades have the shares of the raters who chose each, the mean
    over items; all others, and those whose points were reduced or carried over, have the
    memberships of their points. Weights of what doesn't apply are spread inside its parent.

    Args:
        result: of `evaluate`.
        unit: its name.
        period: one with observations of its own.
        operator: as for `fuzzy_synthesis`.
        grades: name of a table of grades of the scheme; None = the only one.

    Raises:
        EvaluationError: no such unit, period or grades, or no total.
        OptionError: unknown operator.

    >>> from ahp.resources import data_folder
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> found = ahp.evaluation.fuzzy_profile(result, result.units[0], "2026Q1")
    >>> found.grade, round(found.score, 2)
    ('good', 84.88)
    """
    parsed = result.scored_period(period)
    if result.total(unit, period) is None:
        raise EvaluationError("total_none", unit=unit, period=str(parsed))
    scheme, name = result.scheme, _grades(result.scheme, grades)
    scored = result.scored((unit,), parsed)
    cell = scored.grid.periods.index(parsed)
    of_grade = np.array([float(grade.points) for grade in scheme.grades[name]])
    weights = {node: float(w) for node, w in weights_in_force(scored, cell).items()}
    memberships: dict[str, Floats] = {}
    basis: dict[str, str] = {}
    for leaf, points in counted_points(scored, cell).items():
        if leaf in weights:
            shares = _shares(scored, leaf, parsed, name)
            basis[leaf] = "points" if shares is None else "ratings"
            memberships[leaf] = (
                grade_membership(float(points), of_grade) if shares is None else shares
            )
    for parent in reversed(tuple(scheme.children)):
        kids = [kid for kid in scheme.children[parent] if kid in memberships]
        if kids:
            weights[parent] = sum(weights[kid] for kid in kids)
            local = np.array([weights[kid] for kid in kids])
            rows = np.stack([memberships[kid] for kid in kids])
            memberships[parent] = fuzzy_synthesis(local / local.sum(), rows, operator)
    return FuzzyProfile(
        unit,
        str(parsed),
        tuple(grade.id for grade in scheme.grades[name]),
        read_only(of_grade),
        operator,
        MappingProxyType({node: read_only(one) for node, one in memberships.items()}),
        MappingProxyType(basis),
        scheme.goal,
    )


def _grades(scheme: Scheme, name: str | None) -> str:
    valid = tuple(scheme.grades)
    if name is None and len(valid) == 1:
        return valid[0]
    if name not in valid:
        raise EvaluationError("grades_unknown", name=name or "", valid=valid)
    return name


def _shares(scored: Scored, leaf: str, period: Period, grades: str) -> Floats | None:
    """Shares of the ratings that chose each grade; None where points come of something else."""
    rule, one = scored.scheme.indicator[leaf].rule, scored.leaves[leaf]
    cell = scored.grid.periods.index(period)
    rated = isinstance(rule, Rated | Shares) and rule.grades == grades
    if not rated or one.status[cell] != KNOWN or one.points[cell] != one.given[cell]:
        return None
    table = scored.scheme.grades[grades]
    observations = scored.observations
    column = observations.columns["indicator"]
    rows = np.flatnonzero(column.codes == column.names.index(leaf))
    of_rows = scored.grid.cells(observations)[rows]
    here = of_rows == cell
    cells = Cells.of(observations, rows[here], of_rows[here], scored.grid.size)
    if isinstance(rule, Rated):
        position = rule.positions(cells, leaf, table)
        amount = np.ones(len(position))
        item = np.unique(cells.column("item"), return_inverse=True)[1]
    else:
        valid = tuple(grade.id for grade in table)
        position = cells.items(by_word(table), leaf, "rating_unknown", valid)
        given = cells.numbers(leaf)
        amount, item = np.asarray(given.num / given.den), np.zeros(len(position), np.intp)
    counts = np.zeros((int(item.max()) + 1, len(table)))
    np.add.at(counts, (item, position), amount)
    shares: Floats = (counts / counts.sum(axis=1, keepdims=True)).mean(axis=0)
    return shares
