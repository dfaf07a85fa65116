"""Evaluations drawn at random, small and odd: groups, ties, what is missing, vetoes, one unit."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from ahp.evaluation import Evaluation, evaluate, simulate
from ahp.evaluation.scheme import (
    Bonus,
    Calendar,
    Condition,
    Deduction,
    Group,
    Missing,
    Veto,
    WarningRules,
)
from ahp.report.evaluation_evidence import EvaluationEvidence, evidence_of_result
from tests.evaluation.schemes import rows, scheme

QUARTERS = ("2026Q1", "2026Q2", "2026Q3", "2026Q4")

PARENTS = {"p1": "p", "p2": "p", "p3": "p", "q1": "q", "q2": "q", "q3": "q"}
LEAVES = (*PARENTS, "r")
WEIGHTS = ("0.5", "0.3", "0.2")
EVENTS = (("late", 0.2), ("slip", 0.2), ("praise", 0.2), ("fraud", 0.05), ("unrated", 0.05))


def simulated(seed: int) -> EvaluationEvidence:
    """What a report on the evaluation of a seed rests on."""
    draw = np.random.default_rng(seed)
    count = int(draw.integers(1, 14))
    units = [f"Unit {k}" for k in range(1, count + 1)]
    periods = QUARTERS[: int(draw.integers(1, 5))]
    result = _result(draw, units, periods)
    whole_year = len(periods) == 4 and draw.random() < 0.4
    period = "2026" if whole_year else periods[-1]
    certainty = None
    if not whole_year and draw.random() < 0.5:
        certainty = simulate(result, period, seed=seed, draws=50, pairs=True, missing="uniform")
    return evidence_of_result(result, period, certainty=certainty)


def _result(draw: np.random.Generator, units: list[str], periods: tuple[str, ...]) -> Evaluation:
    groups: tuple[Group, ...] = ()
    if draw.random() < 0.5:
        cut = int(draw.integers(0, len(units) + 1))
        halves = ("one", units[:cut]), ("two", units[cut:])
        groups = tuple(
            Group(name, {"en": f"Group {name}"}, tuple(some)) for name, some in halves if some
        )
    given: dict[str, Any] = {
        "parents": PARENTS,
        "period": Calendar("quarter", "mean"),
        "groups": groups,
        "missing": Missing(("zero", "last", "blocks")[int(draw.integers(3))], Fraction(3, 10)),
        "deductions": (
            Deduction("late", {"en": "Late report"}, Fraction(2), document=False),
            Deduction("slip", {"en": "Slip"}, Fraction(10), "p1", document=False),
        ),
        "bonuses": (Bonus("praise", {"en": "Praise"}, Fraction(1), document=False),),
        "vetoes": (
            Veto("fraud", {"en": "Fraud"}, "cap", "fair", document=False),
            Veto("unrated", {"en": "No books"}, "not_rated", document=False),
            Veto(
                "weak",
                {"en": "r below 20"},
                "lower_band",
                when=Condition("r", below=Fraction(20), near=Fraction(5)),
                document=False,
            ),
        ),
        "warnings": WarningRules(Fraction(60), Fraction(5), 2, Fraction(8), Fraction(1)),
    }
    weights = {"p": "0.5", "q": "0.3", "r": "0.2"}
    weights |= dict(zip(PARENTS, 2 * WEIGHTS, strict=True))
    step = int(draw.choice([1, 10, 25]))  # coarse ones tie
    cells = []
    for k, period in enumerate(periods):
        for unit in units:
            if k < len(periods) - 1 and draw.random() < 0.1:
                continue  # not there yet
            for leaf in LEAVES:
                odd = draw.random()
                value: Any = step * int(draw.integers(0, 100 // step + 1))
                value = "" if odd < 0.03 else "n/a" if odd < 0.06 else value
                cells.append((unit, period, leaf, value))
            for event, probability in EVENTS:
                if draw.random() < probability:
                    cells.append((unit, period, event, 1))
    return evaluate(scheme(weights, **given), rows(*cells))
