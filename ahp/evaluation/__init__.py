"""Evaluation: units scored with the weights.

A scheme (`load_scheme`) has the rules, `read_observations` reads what was observed, `evaluate`
gives scores, totals, ranks and bands, each recomputable line by line (`Evaluation.waterfall`).
"""

from .cells import STATUS_WORDS
from .evaluated import Evaluation
from .judging import evaluate
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
from .waterfall import Line

__all__ = [
    "STATUS_WORDS",
    "Checklist",
    "Completion",
    "Deductive",
    "Derived",
    "Evaluation",
    "Grade",
    "Line",
    "Measured",
    "Membership",
    "Observations",
    "Period",
    "Rated",
    "Scheme",
    "Shares",
    "Step",
    "Stepwise",
    "Target",
    "check_scheme",
    "evaluate",
    "load_scheme",
    "observations_from_records",
    "parse_period",
    "read_observations",
    "scheme_from_toml",
    "shipped_schemes",
]
