"""Evaluation: units scored with the weights.

A scheme (`load_scheme`) has the rules, `read_observations` reads what was observed, `evaluate`
gives scores, totals, ranks and bands, each recomputable line by line (`Evaluation.waterfall`).
Beside it stand functions on arrays, which take a unit a row and an indicator a column.
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
    from .certainty import Certainty, simulate
    from .change import split_change
    from .checklist import checklist_score
    from .directions import Target
    from .evaluated import STATUS_WORDS, Evaluation, evaluate
    from .fuzzy import (
        DEFUZZIFICATIONS,
        OPERATORS,
        defuzzify,
        fuzzy_synthesis,
        grade_membership,
        maximum_membership_validity,
    )
    from .fuzzy_groups import FuzzyProfile, fuzzy_profile
    from .goalposts import goalpost_scores
    from .missing import MissingValue, missing_phrases, missing_values
    from .movement import Adjustment, Effect, Movement, explain_change
    from .objective_weights import (
        COMBINATIONS,
        combine_weights,
        critic_weights,
        entropy_weights,
        game_theory_shares,
        variation_weights,
    )
    from .observations import Observations, observations_from_records, read_observations
    from .periods import Period, parse_period
    from .losses import Loss, PointsLost, points_lost
    from .ranks import competition_ranks, round_half_up
    from .raters import RatingTable, WithoutRaters, rating_table, totals_without_raters
    from .rules import (
        Checklist,
        Completion,
        Deductive,
        Derived,
        Grade,
        Measured,
        Membership,
        Rated,
        Shares,
        Step,
        Stepwise,
    )
    from .scheme import Scheme, check_scheme, load_scheme, scheme_from_toml, shipped_schemes
    from .second_opinions import (
        NORMALIZATIONS,
        OPINIONS,
        MethodComparison,
        compare_methods,
        grey_relational,
        rank_sum_ratio,
        topsis,
        weighted_geometric_mean,
    )
    from .turning import Change, TurningPoints, turning_points
    from .waterfall import Line
    from .weight_draws import WeightDraws, draw_weights

__all__ = [
    "COMBINATIONS",
    "DEFUZZIFICATIONS",
    "JOINS",
    "LEVELS",
    "NORMALIZATIONS",
    "OPERATORS",
    "OPINIONS",
    "STATUS_WORDS",
    "Adjustment",
    "Certainty",
    "Change",
    "Checklist",
    "Completion",
    "Deductive",
    "Derived",
    "Effect",
    "Evaluation",
    "FuzzyProfile",
    "Grade",
    "IntraclassCorrelation",
    "Line",
    "Loss",
    "Measured",
    "Membership",
    "MethodComparison",
    "MissingValue",
    "Movement",
    "Observations",
    "Period",
    "PointsLost",
    "Rated",
    "RatingTable",
    "Scheme",
    "Shares",
    "Step",
    "Stepwise",
    "Target",
    "TurningPoints",
    "WeightDraws",
    "WithoutRaters",
    "check_scheme",
    "checklist_score",
    "combine_weights",
    "compare_methods",
    "competition_ranks",
    "critic_weights",
    "defuzzify",
    "draw_weights",
    "entropy_weights",
    "evaluate",
    "explain_change",
    "fuzzy_profile",
    "fuzzy_synthesis",
    "game_theory_shares",
    "goalpost_scores",
    "grade_membership",
    "grey_relational",
    "intraclass_correlation",
    "krippendorff_alpha",
    "leave_one_rater_out",
    "load_scheme",
    "maximum_membership_validity",
    "missing_phrases",
    "missing_values",
    "observations_from_records",
    "parse_period",
    "points_lost",
    "rank_sum_ratio",
    "rater_severity",
    "rating_table",
    "read_observations",
    "round_half_up",
    "scheme_from_toml",
    "shipped_schemes",
    "simulate",
    "split_change",
    "topsis",
    "totals_without_raters",
    "turning_points",
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
    "certainty": (
        "Certainty",
        "simulate",
    ),
    "change": ("split_change",),
    "checklist": ("checklist_score",),
    "directions": ("Target",),
    "evaluated": (
        "STATUS_WORDS",
        "Evaluation",
        "evaluate",
    ),
    "fuzzy": (
        "DEFUZZIFICATIONS",
        "OPERATORS",
        "defuzzify",
        "fuzzy_synthesis",
        "grade_membership",
        "maximum_membership_validity",
    ),
    "fuzzy_groups": (
        "FuzzyProfile",
        "fuzzy_profile",
    ),
    "goalposts": ("goalpost_scores",),
    "missing": (
        "MissingValue",
        "missing_phrases",
        "missing_values",
    ),
    "movement": (
        "Adjustment",
        "Effect",
        "Movement",
        "explain_change",
    ),
    "objective_weights": (
        "COMBINATIONS",
        "combine_weights",
        "critic_weights",
        "entropy_weights",
        "game_theory_shares",
        "variation_weights",
    ),
    "observations": (
        "Observations",
        "observations_from_records",
        "read_observations",
    ),
    "periods": (
        "Period",
        "parse_period",
    ),
    "losses": (
        "Loss",
        "PointsLost",
        "points_lost",
    ),
    "ranks": (
        "competition_ranks",
        "round_half_up",
    ),
    "raters": (
        "RatingTable",
        "WithoutRaters",
        "rating_table",
        "totals_without_raters",
    ),
    "rules": (
        "Checklist",
        "Completion",
        "Deductive",
        "Derived",
        "Grade",
        "Measured",
        "Membership",
        "Rated",
        "Shares",
        "Step",
        "Stepwise",
    ),
    "scheme": (
        "Scheme",
        "check_scheme",
        "load_scheme",
        "scheme_from_toml",
        "shipped_schemes",
    ),
    "second_opinions": (
        "NORMALIZATIONS",
        "OPINIONS",
        "MethodComparison",
        "compare_methods",
        "grey_relational",
        "rank_sum_ratio",
        "topsis",
        "weighted_geometric_mean",
    ),
    "turning": (
        "Change",
        "TurningPoints",
        "turning_points",
    ),
    "waterfall": ("Line",),
    "weight_draws": (
        "WeightDraws",
        "draw_weights",
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
