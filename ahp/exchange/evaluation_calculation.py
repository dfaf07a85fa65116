"""A period's workbook filled in: LibreOffice and Excel calculate the same totals from it."""

from __future__ import annotations

from ..errors import EvaluationError
from ..evaluation import Evaluation
from ..process.evaluations.judged import records_of, result_of
from ..process.evaluations.state import EvaluationState
from .evaluation_form import COLUMNS
from .evaluation_xlsx import evaluation_workbook


def check_workbook(result: Evaluation, period: str) -> None:
    """Refuse a period whose totals a workbook can't calculate.

    Raises:
        EvaluationError: points are carried over from the period before, which isn't in it.
    """
    parsed = result.scored_period(period)
    scored = result.scored(result.units, parsed)
    column = scored.grid.periods.index(parsed)
    for leaf, one in scored.leaves.items():
        if one.carried[column :: len(scored.grid.periods)].any():
            raise EvaluationError("workbook_carries", indicator=leaf)


def filled_workbook(state: EvaluationState, period: str, language: str) -> bytes:
    """The workbook of `evaluation_workbook` with everything that counts in a period, as .xlsx.

    Args:
        state: the evaluation.
        period: `str(Period)`.
        language: of the texts.

    Raises:
        EvaluationError: no result follows, or see `check_workbook`.
    """
    result = result_of(state, period)
    check_workbook(result, period)
    records = [dict.fromkeys(COLUMNS, "") | one for one in records_of(state, period)]
    return evaluation_workbook(
        result.scheme, result.units, period, language=language, records=records
    )
