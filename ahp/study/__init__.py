"""What judgments mean: survey definitions, answers, and the analysis of a study."""

from .agreement import Agreement, Choice, compare_choices, leave_one_out, panel_agreement
from .analysis import Analysis, analyze
from .answers import Answers, read_answers
from .certainty import Neighbors, StudyCertainty, Swing, study_certainty, swings
from .judgments import Judgment
from .survey import Node, Survey, load_survey, shipped_surveys, survey_from_content

__all__ = [
    "Agreement",
    "Analysis",
    "Answers",
    "Choice",
    "Judgment",
    "Neighbors",
    "Node",
    "StudyCertainty",
    "Survey",
    "Swing",
    "analyze",
    "compare_choices",
    "leave_one_out",
    "load_survey",
    "panel_agreement",
    "read_answers",
    "shipped_surveys",
    "study_certainty",
    "survey_from_content",
    "swings",
]
