"""What judgments mean: survey definitions, answers, and the analysis of a study."""

from .analysis import Analysis, analyze
from .answers import Answers, Judgment, read_answers
from .survey import Node, Survey, load_survey, shipped_surveys, survey_from_content

__all__ = [
    "Analysis",
    "Answers",
    "Judgment",
    "Node",
    "Survey",
    "analyze",
    "load_survey",
    "read_answers",
    "shipped_surveys",
    "survey_from_content",
]
