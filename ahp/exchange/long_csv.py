"""Answers files: one line a judgment, as `ahp.read_answers` reads them."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection

from ..errors import AnswersError
from ..messages import Phrase
from ..scale import opposite
from ..study import Answers, Judgment
from ..study.answers import COLUMNS
from ..study.entered import judged, step_of
from ..tables.delimited import kept_from_dates, starts_formula
from .survey_text import Pair, is_writable


def asked(judgment: Judgment) -> Phrase:
    """Who judged which pair, and where it was read, for messages."""
    code = "judgment_at" if judgment.place else "judgment_of"
    return Phrase(code, **vars(judgment))


def saaty_step(judgment: Judgment, pairs: Collection[Pair], holder: str) -> tuple[Pair, str]:
    """The pair as it stands in `pairs`, and its judgment as a step of Saaty's scale, `3` or `1/3`,
    for a format that holds no other.

    Raises:
        AnswersError: names the judgment, and the format by `holder`, a code.
    """
    judged(judgment.value, asked(judgment))
    text = step_of(judgment.value)
    if text is None:
        raise AnswersError(
            "judgment_not_a_step",
            place=asked(judgment),
            value=judgment.value,
            holder=Phrase(holder),
        )
    pair = (judgment.parent, judgment.left, judgment.right)
    if pair not in pairs:
        pair, text = (judgment.parent, judgment.right, judgment.left), opposite(text)
    if pair not in pairs:
        raise AnswersError("judgment_of_no_pair", place=asked(judgment))
    return pair, text


def guarded(cell: str, place: str | Phrase) -> str:
    """A cell that reads back as it is, and that no spreadsheet runs as a formula.

    A cell that begins with `=`, `+`, `-` or `@` gets an apostrophe before it; `unguarded` takes it
    off.

    Raises:
        AnswersError: empty, with spaces around it or carriage returns in it, or not to be written
            in UTF-8.
    """
    if not cell or cell != cell.strip() or "\r" in cell:
        raise AnswersError("cell_spaces", place=place, text=cell)
    if not is_writable(cell):
        raise AnswersError("cell_not_unicode", place=place, text=cell)
    return f"'{cell}" if starts_formula(cell.lstrip("'")) else cell


def write_answers(answers: Answers) -> bytes:
    """An answers file that `ahp.study.answers.answers_from_table` reads back to the same judgments,
    also after a spreadsheet has saved it: with a BOM, by which they know its encoding, and with
    fractions that they make no dates of.

    Raises:
        AnswersError: no judgments, or one that the file can't hold; names it.
    """
    if not answers.judgments:
        raise AnswersError("nothing_to_write")
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for judgment in answers.judgments:
        place = asked(judgment)
        judged(judgment.value, place)
        cells = [
            guarded(getattr(judgment, column), Phrase("column_of", place=place, column=column))
            for column in COLUMNS
        ]
        writer.writerow(kept_from_dates(cell) for cell in cells)
    return out.getvalue().encode("utf-8-sig")
