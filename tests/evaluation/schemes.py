"""Schemes for tests, made of a few numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from ahp.evaluation.observations import Observations, observations_from_records
from ahp.evaluation.rules import AnyRule, Measured
from ahp.evaluation.scheme import Band, Calendar, Indicator, Missing, Node, Scheme

PERCENT = Measured(low=Fraction(0), high=Fraction(100))
"""A value is its points."""

BANDS = (
    Band("excellent", {"en": "Excellent"}, Fraction(90)),
    Band("good", {"en": "Good"}, Fraction(80)),
    Band("fair", {"en": "Fair"}, Fraction(60)),
    Band("poor", {"en": "Poor"}, Fraction(0)),
)


def scheme(
    weights: Mapping[str, Any],
    rules: Mapping[str, AnyRule] | None = None,
    parents: Mapping[str, str] | None = None,
    indicators: Mapping[str, Mapping[str, Any]] | None = None,
    **changes: Any,
) -> Scheme:
    """A scheme of these nodes.

    Args:
        weights: node -> weight inside its parent.
        rules: leaf -> rule; a value is its points where there is none.
        parents: node -> parent; the goal where there is none.
        indicators: leaf -> further attributes of its `Indicator`.
        changes: of the attributes of `Scheme`.
    """
    parents, rules, indicators = parents or {}, rules or {}, indicators or {}
    nodes = [Node("goal", {"en": "The goal"})]
    nodes += [Node(one, {"en": f"Node {one}"}, parents.get(one, "goal")) for one in weights]
    leaves = [one for one in weights if one not in parents.values()]
    attributes: dict[str, Any] = {
        "id": "test",
        "version": "1",
        "languages": ("en",),
        "name": {"en": "Test"},
        "nodes": tuple(nodes),
        "indicators": tuple(
            Indicator(leaf, rules.get(leaf, PERCENT), **indicators.get(leaf, {})) for leaf in leaves
        ),
        "bands": BANDS,
        "missing": Missing("zero"),
        "period": Calendar("quarter"),
        "weights": {one: Fraction(str(weight)) for one, weight in weights.items()},
    }
    return Scheme(**{**attributes, **changes})


def table(
    values: Mapping[str, Sequence[Any]], leaves: Iterable[str], period: str = "2026Q1"
) -> Observations:
    """Observations of one period: unit -> a value a leaf."""
    return observations_from_records(
        {"unit": unit, "period": period, "indicator": leaf, "value": value}
        for unit, row in values.items()
        for leaf, value in zip(leaves, row, strict=True)
    )


def rows(*cells: Sequence[Any], columns: str = "unit period indicator value") -> Observations:
    """Observations from rows of cells."""
    names = columns.split()
    return observations_from_records(dict(zip(names, cell, strict=True)) for cell in cells)
