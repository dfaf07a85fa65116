"""Samples behind the results of control points: their sizes, and how sure a share is."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import EvaluationError
from ..result import Result
from .observations import Observations, word_key
from .rules import Checklist, sample_of
from .scheme import Scheme


def wilson_interval(
    met: ArrayLike, size: ArrayLike, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wilson's score interval of a share.

    (p + z²/2n ± z·√(p(1 - p)/n + z²/4n²)) / (1 + z²/n), p = met/n, z the normal quantile of
    (1 + level)/2. Source: Wilson 1927, Probable inference, the law of succession, and statistical
    inference, Journal of the American Statistical Association 22, 209-212.

    Args:
        met: how many are in order, of any shape.
        size: how many were drawn.
        level: of confidence, above 0 and below 1.

    Returns:
        Lower and upper ends, of the shape that both broadcast to.

    Raises:
        EvaluationError: a size below 1, more in order than drawn, another level.

    >>> low, high = ahp.evaluation.wilson_interval(38, 40)
    >>> print(f"{low:.4f} {high:.4f}")
    0.8350 0.9862
    """
    count, drawn = np.broadcast_arrays(np.asarray(met, float), np.asarray(size, float))
    if not ((drawn >= 1) & (count >= 0) & (count <= drawn)).all():
        raise EvaluationError("sample_beyond")
    if not 0 < level < 1:
        raise EvaluationError("level_beyond", level=level)
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = count / drawn
    middle = share + z**2 / (2 * drawn)
    half = z * np.sqrt(share * (1 - share) / drawn + z**2 / (4 * drawn**2))
    scale = 1 + z**2 / drawn
    low: NDArray[Any] = np.where(count == 0, 0.0, (middle - half) / scale)
    high: NDArray[Any] = np.where(count == drawn, 1.0, (middle + half) / scale)
    return low, high


@dataclass(frozen=True, eq=False, repr=False)
class SampleResult(Result):
    """The result of a control point that was checked on a sample.

    Attributes:
        unit, period, indicator, rater: of the observation, "" where there is no rater.
        point: id of the control point.
        met, size: how many are in order, of how many that were drawn.
        expected: how many are to be drawn where there are as many; None where the scheme says
            nothing.
        low, high: Wilson's interval of the share.
    """

    unit: str
    period: str
    indicator: str
    rater: str
    point: str
    met: int
    size: int
    expected: int | None
    low: float
    high: float

    @property
    def share(self) -> float:
        """How much of the sample is in order."""
        return self.met / self.size

    @property
    def small(self) -> bool:
        """Whether fewer were drawn than expected: all there are, or too few."""
        return self.expected is not None and self.size < self.expected


def sample_results(
    scheme: Scheme, observations: Observations, level: float = 0.95
) -> tuple[SampleResult, ...]:
    """The results of control points that are shares of a sample, such as 38/40, each with its size
    and an interval.

    Args:
        scheme: the scheme.
        observations: of an `Evaluation`, or of a file.
        level: of confidence of the intervals.

    Raises:
        EvaluationError: a level that is none.

    >>> scheme = ahp.evaluation.load_scheme("internal_control")
    >>> folder = ahp.resources.data_folder("examples") / "evaluation"
    >>> observations = ahp.evaluation.read_observations(folder / "internal_control.csv")
    >>> first = ahp.evaluation.sample_results(scheme, observations)[0]
    >>> first.point, first.met, first.size, round(first.low, 4)
    ('1.1.1', 40, 40, 0.9124)
    """
    points = {
        leaf: (indicator.rule.known, indicator.rule.control_points)
        for leaf, indicator in scheme.indicator.items()
        if isinstance(indicator.rule, Checklist)
    }
    results = []
    columns = observations.columns
    for row in range(len(observations)):
        leaf = scheme.words.get(word_key(columns["indicator"][row]), "")
        sample = sample_of(observations.words[row])
        if sample is None or leaf not in points:
            continue
        known, control_points = points[leaf]
        position = known.get(word_key(columns["item"][row]))
        if position is None:
            valid = tuple(known)
            parameters = {"value": columns["item"][row], "indicator": leaf, "valid": valid}
            observations.refuse(row, "item", "point_unknown", **parameters)
        point = control_points[position]
        low, high = wilson_interval(*sample, level)
        met, size = sample
        result = SampleResult(
            unit=columns["unit"][row],
            period=columns["period"][row],
            indicator=leaf,
            rater=columns["rater"][row],
            point=point.id,
            met=met,
            size=size,
            expected=point.sample,
            low=float(low),
            high=float(high),
        )
        results.append(result)
    return tuple(results)
