"""Evaluation: units scored with the weights.

A scheme (`load_scheme`) has the rules, `read_observations` reads what was observed, `evaluate`
gives scores, totals, ranks and bands, each recomputable line by line (`Evaluation.waterfall`). The
functions on arrays take a unit a row and an indicator a column.
"""

from .agreement import (
    JOINS,
    LEVELS,
    IntraclassCorrelation,
    intraclass_correlation,
    krippendorff_alpha,
    leave_one_rater_out,
    rater_severity,
)
from .cells import STATUS_WORDS
from .change import split_change
from .checklist import checklist_score
from .directions import Target
from .evaluated import Evaluation
from .fuzzy import (
    DEFUZZIFICATIONS,
    OPERATORS,
    defuzzify,
    fuzzy_synthesis,
    grade_membership,
    maximum_membership_validity,
)
from .goalposts import goalpost_scores
from .judging import evaluate
from .ledger import (
    Ledger,
    LedgerError,
    LedgerSummary,
    Pareto,
    read_ledger,
    read_vouchers,
    summarize_ledger,
)
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
from .ranks import competition_ranks, round_half_up
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
from .views import ViewScores, view_scores
from .waterfall import Line

__all__ = [
    "COMBINATIONS",
    "DEFUZZIFICATIONS",
    "JOINS",
    "LEVELS",
    "NORMALIZATIONS",
    "OPERATORS",
    "OPINIONS",
    "STATUS_WORDS",
    "Evaluation",
    "IntraclassCorrelation",
    "Ledger",
    "LedgerError",
    "LedgerSummary",
    "Line",
    "MethodComparison",
    "Observations",
    "Pareto",
    "Period",
    "Scheme",
    "Target",
    "ViewScores",
    "check_scheme",
    "checklist_score",
    "combine_weights",
    "compare_methods",
    "competition_ranks",
    "critic_weights",
    "defuzzify",
    "entropy_weights",
    "evaluate",
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
    "observations_from_records",
    "parse_period",
    "rank_sum_ratio",
    "rater_severity",
    "read_ledger",
    "read_observations",
    "read_vouchers",
    "round_half_up",
    "scheme_from_toml",
    "shipped_schemes",
    "split_change",
    "summarize_ledger",
    "topsis",
    "variation_weights",
    "view_scores",
    "weighted_geometric_mean",
]
