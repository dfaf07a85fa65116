"""Scoring of units: from observations and weights to points, totals, ranks and second opinions.

The functions on arrays take a unit a row and an indicator a column.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .agreement import (
        JOINS,
        LEVELS,
        IntraclassCorrelation,
        intraclass_correlation,
        krippendorff_alpha,
        leave_one_rater_out,
        rater_severity,
    )
    from .change import split_change
    from .checklist import checklist_score
    from .comparison import OPINIONS, MethodComparison, compare_methods
    from .directions import Target
    from .fuzzy import (
        DEFUZZIFICATIONS,
        OPERATORS,
        defuzzify,
        fuzzy_synthesis,
        grade_membership,
        maximum_membership_validity,
    )
    from .goalposts import goalpost_scores
    from .objective_weights import (
        COMBINATIONS,
        combine_weights,
        critic_weights,
        entropy_weights,
        game_theory_shares,
        variation_weights,
    )
    from .ranks import competition_ranks, round_half_up
    from .second_opinions import (
        NORMALIZATIONS,
        grey_relational,
        rank_sum_ratio,
        topsis,
        weighted_geometric_mean,
    )

__all__ = [
    "COMBINATIONS",
    "DEFUZZIFICATIONS",
    "JOINS",
    "LEVELS",
    "NORMALIZATIONS",
    "OPERATORS",
    "OPINIONS",
    "IntraclassCorrelation",
    "MethodComparison",
    "Target",
    "checklist_score",
    "combine_weights",
    "compare_methods",
    "competition_ranks",
    "critic_weights",
    "defuzzify",
    "entropy_weights",
    "fuzzy_synthesis",
    "game_theory_shares",
    "goalpost_scores",
    "grade_membership",
    "grey_relational",
    "intraclass_correlation",
    "krippendorff_alpha",
    "leave_one_rater_out",
    "maximum_membership_validity",
    "rank_sum_ratio",
    "rater_severity",
    "round_half_up",
    "split_change",
    "topsis",
    "variation_weights",
    "weighted_geometric_mean",
]

_NAMES_IN: dict[str, tuple[str, ...]] = {
    "agreement": (
        "JOINS",
        "LEVELS",
        "IntraclassCorrelation",
        "intraclass_correlation",
        "krippendorff_alpha",
        "leave_one_rater_out",
        "rater_severity",
    ),
    "change": ("split_change",),
    "checklist": ("checklist_score",),
    "comparison": ("OPINIONS", "MethodComparison", "compare_methods"),
    "directions": ("Target",),
    "fuzzy": (
        "DEFUZZIFICATIONS",
        "OPERATORS",
        "defuzzify",
        "fuzzy_synthesis",
        "grade_membership",
        "maximum_membership_validity",
    ),
    "goalposts": ("goalpost_scores",),
    "objective_weights": (
        "COMBINATIONS",
        "combine_weights",
        "critic_weights",
        "entropy_weights",
        "game_theory_shares",
        "variation_weights",
    ),
    "ranks": ("competition_ranks", "round_half_up"),
    "second_opinions": (
        "NORMALIZATIONS",
        "grey_relational",
        "rank_sum_ratio",
        "topsis",
        "weighted_geometric_mean",
    ),
}
"""Module -> the names that it gives to the package; it is imported when one is asked for."""

_MODULE_OF = {name: module for module, names in _NAMES_IN.items() for name in names}


if not TYPE_CHECKING:  # or a type checker would take any name

    def __getattr__(name: str) -> Any:
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        member = getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)
        globals()[name] = member  # not asked again
        return member


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
