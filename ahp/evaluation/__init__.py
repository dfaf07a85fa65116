"""Evaluation: units scored with the weights.

A scheme (`load_scheme`) has the rules, `read_observations` reads what was observed, `evaluate`
gives scores, totals, ranks and bands, each recomputable line by line (`Evaluation.waterfall`).
"""

from .evaluated import STATUS_WORDS, Evaluation, evaluate
from .ledger import (
    Ledger,
    LedgerError,
    LedgerSummary,
    Pareto,
    read_ledger,
    read_vouchers,
    summarize_ledger,
)
from .observations import Observations, observations_from_records, read_observations
from .periods import Period, parse_period
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
    Target,
)
from .scheme import Scheme, check_scheme, load_scheme, scheme_from_toml, shipped_schemes
from .views import ViewScores, view_scores
from .waterfall import Line

__all__ = [
    *("Checklist", "Completion", "Deductive", "Derived", "Evaluation", "Grade", "Ledger"),
    *("LedgerError", "LedgerSummary", "Line", "Measured", "Pareto", "ViewScores"),
    *("Membership", "Observations", "Period", "Rated", "STATUS_WORDS", "Scheme", "Shares", "Step"),
    *("Stepwise", "Target", "check_scheme", "evaluate", "load_scheme", "observations_from_records"),
    *("parse_period", "read_ledger", "read_observations", "read_vouchers", "summarize_ledger"),
    *("view_scores", "scheme_from_toml", "shipped_schemes"),
]
