"""Waterfalls in few steps: what each part of the tree adds, then what becomes of the total."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from .scheme import Deduction, Scheme
from .waterfall import Line

MOST_STEPS = 12
"""More lines than this are summed up by the parents below the goal: a phone shows so many bars."""

_LAST = ("band", "no_total")
"""Lines that change nothing and come last."""


class Step(NamedTuple):
    """One or several lines of a waterfall.

    Attributes:
        node: id of what the line is about, or of the parent whose lines are summed up.
        before, after: the total so far, exactly.
        lines: of the waterfall.
    """

    node: str
    before: Decimal
    after: Decimal
    lines: tuple[Line, ...]


def waterfall_steps(
    scheme: Scheme, lines: Sequence[Line], most: int = MOST_STEPS
) -> tuple[Step, ...]:
    """The lines of a waterfall as steps, the last line, of band or no total, left out.

    Args:
        scheme: of the evaluation.
        lines: of `Evaluation.waterfall`.
        most: lines; where there are more, those below each child of the goal are one step.

    >>> from ahp.resources import data_folder
    >>> from ahp.evaluation.steps import waterfall_steps
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> lines = result.waterfall(result.units[0], "2026Q1")
    >>> [(step.node, len(step.lines)) for step in waterfall_steps(scheme, lines)][:3]
    [('setup', 3), ('operation', 6), ('coordination', 5)]
    """
    changing = [line for line in lines if line.rule not in _LAST]
    if len(changing) <= most:
        return tuple(Step(line.node, line.before, line.after, (line,)) for line in changing)
    top = {
        node: branch for branch in scheme.children[scheme.goal] for node in _below(scheme, branch)
    }

    def place(numbered: tuple[int, Line]) -> tuple[int, str]:
        """The same for all lines of a branch, another one for each other line."""
        number, line = numbered
        branch = top.get(_about(scheme, line))
        return (number, line.node) if branch is None else (-1, branch)

    steps = []
    for (_, node), group in groupby(enumerate(changing), place):
        of_step = tuple(line for _, line in group)
        steps.append(Step(node, of_step[0].before, of_step[-1].after, of_step))
    return tuple(steps)


def _about(scheme: Scheme, line: Line) -> str:
    """The node of the tree that a line is about; "" for one about the total."""
    event = scheme.events.get(line.node)
    if event is None:
        return line.node if line.rule != "year_part" else ""
    inside = isinstance(event, Deduction) and line.weight is not None
    return event.indicator or "" if inside and isinstance(event, Deduction) else ""


def _below(scheme: Scheme, node: str) -> list[str]:
    """A node and all below it."""
    kids = (one for kid in scheme.children.get(node, ()) for one in _below(scheme, kid))
    return [node, *kids]
