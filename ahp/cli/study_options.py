"""What commands about a whole study share: the survey, the answers, how they are joined."""

from __future__ import annotations

import argparse
import math

from ..consistency import CR_LIMIT
from ..errors import OptionError
from ..study import Analysis, analyze, load_survey, read_answers
from ..study.incoherence import INCOHERENT, check_cr_limit
from ..study.standing import AGGREGATES, COMPUTED_WEIGHTINGS
from .arguments import Parser, add_analysis_options, add_sheet
from .printing import print_notes


def add_study_options(command: Parser) -> None:
    """The survey, the answers and how they are joined; `study_of` reads them."""
    command.add_argument("survey", help="name of a shipped survey, or a .toml file")
    command.add_argument("answers", help="CSV or XLSX file: expert, parent, left, right, value")
    add_sheet(command)
    command.add_argument(
        "--expert-weights",
        type=command.readable(_expert_weights),
        metavar="NAME=WEIGHT,…",
        help="weights of the experts, scaled to sum 1, or: equal (the default), consistency, "
        "distance",
    )
    command.add_argument(
        "--how",
        choices=AGGREGATES,
        default="aij",
        help="how judgments (aij) or weights (aip) are joined; default: aij, the weighted "
        "geometric mean of the judgments",
    )
    command.add_argument(
        "--trim",
        type=float,
        default=0.1,
        metavar="SHARE",
        help="of the experts' weight cut off at each end by aij_trimmed; default: 0.1",
    )
    command.add_argument(
        "--incoherent",
        choices=INCOHERENT,
        default="include",
        help="what becomes of an expert's judgments below a parent where their CR reaches the "
        "limit: they count like all others (the default), are excluded there, or down-weighted by "
        "limit/CR",
    )
    command.add_argument(
        "--cr-limit",
        type=command.readable(_cr_limit),
        default=CR_LIMIT,
        metavar="CR",
        help="that limit, or: saaty, .05 for three items, .08 for four, .1 for more; default: 0.1",
    )
    command.add_argument(
        "--invited",
        type=int,
        metavar="N",
        help="how many experts were asked, if more than answered",
    )
    add_analysis_options(command, None, None)


def study_of(arguments: argparse.Namespace) -> Analysis:
    """The result that the arguments ask for."""
    survey = load_survey(arguments.survey)
    answers = read_answers(arguments.answers, survey, sheet=arguments.sheet)
    print_notes(answers.remarks, arguments)
    return analyze(
        survey,
        answers,
        method=arguments.method,
        random_index=arguments.random_index,
        how=arguments.how,
        trim=arguments.trim,
        expert_weights=arguments.expert_weights,
        incoherent=arguments.incoherent,
        cr_limit=arguments.cr_limit,
        invited=arguments.invited,
    )


def _expert_weights(text: str) -> dict[str, float] | str:
    if text in COMPUTED_WEIGHTINGS:
        return text
    weights: dict[str, float] = {}
    for part in text.split(","):
        name, _, weight = (piece.strip() for piece in part.rpartition("="))
        try:
            number = float(weight)
        except ValueError:
            number = math.nan
        if not name or math.isnan(number):
            raise OptionError("expert_weight_unreadable", text=part)
        if name in weights:
            raise OptionError("expert_weight_twice", name=name)
        weights[name] = number
    return weights


def _cr_limit(text: str) -> float | str:
    """The argument of --cr-limit."""
    try:
        limit: float | str = float(text)
    except ValueError:
        limit = text
    check_cr_limit(limit)
    return limit
