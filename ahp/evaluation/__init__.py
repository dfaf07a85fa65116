"""Evaluation: units scored with the weights.

A scheme (`load_scheme`) has the rules, `read_observations` reads what was observed, `evaluate`
gives scores, totals, ranks and bands, each recomputable line by line (`Evaluation.waterfall`).
"""

from .customer_profit import (
    CustomerViews,
    customer_views,
    load_prices,
    profit_observations,
    read_accounts,
)
from .duties import DutyConflict, duty_conflicts
from .evaluated import STATUS_WORDS, Evaluation, evaluate
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
from .samples import SampleResult, sample_results, wilson_interval
from .scheme import Scheme, check_scheme, load_scheme, scheme_from_toml, shipped_schemes
from .waterfall import Line

__all__ = [
    *("CustomerViews", "DutyConflict", "SampleResult", "customer_views", "duty_conflicts"),
    *("load_prices", "profit_observations", "read_accounts", "sample_results", "wilson_interval"),
    *("Checklist", "Completion", "Deductive", "Derived", "Evaluation", "Grade", "Line", "Measured"),
    *("Membership", "Observations", "Period", "Rated", "STATUS_WORDS", "Scheme", "Shares", "Step"),
    *("Stepwise", "Target", "check_scheme", "evaluate", "load_scheme", "observations_from_records"),
    *("parse_period", "read_observations", "scheme_from_toml", "shipped_schemes"),
]
