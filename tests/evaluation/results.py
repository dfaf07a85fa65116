"""A small evaluation of two quarters with all that a results page shows, for tests."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ahp.evaluation import Evaluation, evaluate
from ahp.evaluation.scheme import Calendar, Condition, Deduction, Group, Scheme, Veto, WarningRules

from .schemes import rows, scheme

GROUPS = (Group("large", {"en": "Large"}, ("A", "B", "C")), Group("small", {"en": "Small"}, ("D",)))
LEAVES = ("p1", "p2", "q")
VALUES: dict[str, dict[str, tuple[Any, ...]]] = {
    "2026Q1": {
        "A": (80, 90, 70),
        "B": (90, 90, 90),
        "C": (50, "", 95),
        "D": (100, "n/a", 10),
    },
    "2026Q2": {
        "A": (90, 90, 80),
        "B": (90, 85, 90),
        "C": (60, 40, "not due"),
        "D": (100, "n/a", 50),
    },
}
"""Period -> unit -> a value a leaf; A was late once in the second quarter, B slipped once."""


def small_scheme(**changes: Any) -> Scheme:
    """Weights: p 0.6 of which p1 and p2 half each, q 0.4; a value is its points."""
    given: dict[str, Any] = {
        "parents": {"p1": "p", "p2": "p"},
        "indicators": {
            "p1": {"clause": "1.1", "unit": "%", "source": {"en": "Office of p1"}},
            "p2": {"clause": "1.2"},
            "q": {"clause": "2"},
        },
        "period": Calendar("quarter", "last"),
        "groups": GROUPS,
        "deductions": (
            Deduction("late", {"en": "Late report"}, Fraction(2), clause="3.1", document=False),
            Deduction("slip", {"en": "Slip"}, Fraction(10), "p1", clause="3.2", document=False),
        ),
        "vetoes": (
            Veto(
                "weak_q",
                {"en": "q below 20"},
                "lower_band",
                when=Condition("q", below=Fraction(20)),
                clause="4",
                document=False,
            ),
        ),
        "warnings": WarningRules(floor=Fraction(60)),
    }
    weights = {"p": "0.6", "p1": "0.5", "p2": "0.5", "q": "0.4"}
    return scheme(weights, **{**given, **changes})


def small_result(**changes: Any) -> Evaluation:
    """The evaluation of `VALUES`."""
    cells = [
        (unit, period, leaf, value)
        for period, units in VALUES.items()
        for unit, values in units.items()
        for leaf, value in zip(LEAVES, values, strict=True)
    ]
    cells += [("A", "2026Q2", "late", 1), ("B", "2026Q2", "slip", 1)]
    return evaluate(small_scheme(**changes), rows(*cells))
