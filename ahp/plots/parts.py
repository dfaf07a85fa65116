"""The parts of a unit's total, such as the five capabilities, beside its group and its past."""

from __future__ import annotations

import numpy as np

from ..evaluation import Evaluation
from ..evaluation.peers import PeriodResult, earlier_result, medians, node_points, peers_of
from ..i18n import translator
from ..i18n.evaluation import names_of
from ..i18n.evaluation_results import counted_period
from .chart import Axis, Bars, Chart, Points
from .colors import GRAY, MIDDLE_BLUE, ORANGE


def unit_parts(
    result: Evaluation,
    unit: str,
    period: str,
    language: str,
    before: PeriodResult | None = None,
) -> Chart:
    """The children of the goal, such as the five capabilities: bars of a unit's points, with the
    median of its group and the points of the period before as marks.

    Args:
        result: of `evaluate`.
        unit: its name.
        period: one with observations of its own.
        language: of the texts.
        before: what to compare with; None = the period before, of the same evaluation, where there
            is one.

    Raises:
        EvaluationError: no such unit or period, or one that is made of others.

    >>> from ahp.resources import data_folder
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> chart = ahp.plots.unit_parts(result, result.units[0], "2026Q2", "en")
    >>> [mark.name for mark in chart.marks]
    ['丁市监督中心', 'Group median', '2026Q1']
    """
    _ = translator(language)
    name = str(result.scored_period(period))
    before = before or earlier_result(result, name)
    peers = peers_of(result, unit)
    points = node_points(result, name, peers)
    weights = result.weights(name)
    nodes = [node for node in result.scheme.children[result.scheme.goal] if node in weights]
    names = [names_of(result.scheme, language)[node] for node in nodes]
    own = [float(points[node][peers.index(unit)]) for node in nodes]
    rows = tuple(range(len(nodes)))
    middle = tuple(float(medians(points[node])) for node in nodes)
    group = _("Group median")
    marks = [
        Points(middle, rows, ORANGE, "diamond", size=12, name=group, hover=_hover(group, middle))
    ]
    if before is not None and unit in before.result.units:
        then = node_points(before.result, before.period, (unit,))
        earlier = tuple(float(then[node][0]) if node in then else np.nan for node in nodes)
        hover = _hover(before.period, earlier)
        marks.append(
            Points(earlier, rows, GRAY, size=12, filled=False, name=before.period, hover=hover)
        )
    said = []
    for k, part in enumerate(names):
        beside = _(", ").join(
            _("{what} {number}").format(what=mark.name, number=f"{mark.x[k]:.1f}")
            for mark in marks
            if not np.isnan(mark.x[k])
        )
        points_words = _("no points") if np.isnan(own[k]) else f"{own[k]:.1f}"
        part_words = _("{part} {points}").format(part=part, points=points_words)
        said.append(
            _("{of} ({parts})").format(of=part_words, parts=beside) if beside else part_words
        )
    printed = ["–" if np.isnan(value) else f"{value:.1f}" for value in own]
    return Chart(
        title=_("{unit}: points of the parts").format(unit=unit),
        note=counted_period(name, len(peers), language),
        alt=_("{unit}: {totals}.").format(unit=unit, totals=_("; ").join(said)),
        x=Axis(low=0, high=100),
        y=Axis(
            names=tuple(f"{part}\n{text}" for part, text in zip(names, printed, strict=True)),
            reversed=True,
        ),
        marks=(
            Bars(rows, tuple(own), (MIDDLE_BLUE,) * len(rows), name=unit, width=0.5),
            *marks,
        ),
        language=language,
        row=44,
    )


def _hover(name: str, values: tuple[float, ...]) -> tuple[str, ...]:
    return tuple(f"{name}\n{value:.1f}" for value in values)
