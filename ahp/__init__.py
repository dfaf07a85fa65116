"""Analytic hierarchy process: from expert judgment to weights that stand up to an audit."""

from .consistency import Consistency, check_consistency
from .errors import (
    AHPError,
    AnswersError,
    ConvergenceError,
    HierarchyError,
    IncompleteError,
    MatrixError,
    OptionError,
    RandomIndexError,
    SurveyError,
    SurveyWarning,
)
from .group import aggregate_judgments
from .hierarchy import Hierarchy, TotalConsistency, total_consistency
from .matrix import PairwiseMatrix
from .priority import column_mean, eigenvector, geometric_mean, weights
from .random_index import RANDOM_INDEX_TABLES, RandomIndexTable
from .study import (
    Analysis,
    Answers,
    Judgment,
    Survey,
    analyze,
    load_survey,
    read_answers,
    shipped_surveys,
)
from .version import __version__

__all__ = [
    "RANDOM_INDEX_TABLES",
    "AHPError",
    "Analysis",
    "Answers",
    "AnswersError",
    "Consistency",
    "ConvergenceError",
    "Hierarchy",
    "HierarchyError",
    "IncompleteError",
    "Judgment",
    "MatrixError",
    "OptionError",
    "PairwiseMatrix",
    "RandomIndexError",
    "RandomIndexTable",
    "Survey",
    "SurveyError",
    "SurveyWarning",
    "TotalConsistency",
    "__version__",
    "aggregate_judgments",
    "analyze",
    "check_consistency",
    "column_mean",
    "eigenvector",
    "geometric_mean",
    "load_survey",
    "read_answers",
    "shipped_surveys",
    "total_consistency",
    "weights",
]
