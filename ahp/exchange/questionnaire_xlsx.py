"""The questionnaire as an Excel workbook: written for one expert, filled in anywhere, read back.

The workbook calculates the judgment matrices and CR with formulas while it is filled in; none of
that is read back. What is read are the answer cells, found by a hidden sheet that says which cell
belongs to which pair. `docs/questionnaire-files.md` describes the file.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from ..errors import AnswersError
from ..i18n import LANGUAGES
from ..messages import Phrase
from ..scale import footnote_mark, opposite
from ..study.entered import spreadsheet_reason, step_of
from ..study.judgments import Judgment
from ..study.standing import SelfRating
from ..study.survey import Survey
from ..study.wording import names_so_far
from ..tables.workbooks import uploaded_workbook
from .cells import one_line
from .questionnaire_writer import (
    ENTRIES,
    FIELDS,
    FORMAT,
    HIDDEN,
    KIND,
    MAP,
    questionnaire_workbook,
)
from .survey_text import Pair

__all__ = ["ENTRIES", "FilledQuestionnaire", "questionnaire_workbook", "read_questionnaire"]

MAX_BYTES = 8 * 2**20
"""A workbook that unpacks to more bytes than this is refused; a questionnaire has some 100 000."""

MAX_SPREAD = 100_000
"""A workbook whose merged cells and links cover more cells than this is refused."""

_CELL = re.compile(r"C[1-9][0-9]{0,5}")
_TYPED = re.compile(r"(?:←([2-9])|([2-9])←)|(?:([2-9])→|→([2-9]))")
_ZEROS = re.compile(r"(?<![\d./])([1-9])\.0+(?![\d./])")
_SIDES = {"<-": "←", "->": "→", "左": "←", "右": "→"}


@dataclass(frozen=True)
class FilledQuestionnaire:
    """What an expert answered in a questionnaire.

    Attributes:
        expert: for whom the questionnaire was made.
        study_id: id of the study it belongs to.
        round_number: Delphi round, from 1.
        judgments: the answers in the order of the survey; `place` names sheet and cell.
        unanswered: the pairs that were left blank, as (parent, left, right).
        self_rating: what the expert says of their own authority; None = nothing.
    """

    expert: str
    study_id: str
    round_number: int
    judgments: tuple[Judgment, ...]
    unanswered: tuple[Pair, ...]
    self_rating: SelfRating | None = None


def read_questionnaire(
    content: bytes,
    survey: Survey,
    *,
    source: str = "questionnaire.xlsx",
    study_id: str | None = None,
    expert: str | None = None,
    round_number: int | None = None,
) -> FilledQuestionnaire:
    """Read the answers from a workbook that `questionnaire_workbook` made and people filled in.

    Nothing in the file is evaluated. Blank answers are allowed.

    Args:
        content: the .xlsx file, or the .ods file that LibreOffice made of it.
        survey: what was asked; the file must be of the same content hash.
        source: name of the file, for messages.
        study_id: the study that the file must belong to; None for any.
        expert: the expert; None for any.
        round_number: the round; None for any.

    Raises:
        AnswersError: names the file, the sheet, the cell, the value, what was expected and what to
            do. One damaged cell refuses the whole file.
    """
    workbook = _open(content, source)
    hidden = _hidden(workbook, source)
    expected = {
        "survey": (survey.content_hash, "questionnaire_of_other_survey"),
        "study": (study_id, "questionnaire_of_other_study"),
        "expert": (expert, "questionnaire_of_other_expert"),
        "round": (round_number, "questionnaire_of_other_round"),
    }
    fields = {name: _field(hidden, row, source) for row, name in enumerate(FIELDS, start=1)}
    for name, (value, code) in expected.items():
        wanted = one_line(value) if isinstance(value, str) else value
        if value is not None and fields[name] != wanted:
            raise AnswersError(code, source=source, found=fields[name], expected=wanted)
    who = fields["expert"] if expert is None else expert
    judgments, unanswered = [], []
    for pair, cell in _places(workbook, hidden, survey, fields["comparisons"], source):
        place = f"{source}: sheet {cell.parent.title!r}, cell "
        _check_names(cell, pair, survey, fields["language"], place)
        value = _position(cell, f"{place}{cell.coordinate}")
        if value is None:
            unanswered.append(pair)
        else:
            judgments.append(Judgment(who, *pair, value, f"{place}{cell.coordinate}"))
    return FilledQuestionnaire(
        expert=who,
        study_id=fields["study"],
        round_number=fields["round"],
        judgments=tuple(judgments),
        unanswered=tuple(unanswered),
    )


def _open(content: bytes, source: str) -> Workbook:
    """The workbook, once its size is known to be harmless."""
    if content.startswith(bytes.fromhex("D0CF11E0A1B11AE1")):
        raise AnswersError("old_workbook", source=source)
    with uploaded_workbook(
        content,
        source,
        max_bytes=MAX_BYTES,
        max_spread=MAX_SPREAD,
        damaged="not_a_questionnaire",
        refused="questionnaire_refused",
    ) as workbook:
        return workbook


def _hidden(workbook: Workbook, source: str) -> Worksheet:
    """The hidden sheet of a questionnaire in this format."""
    hidden = next((sheet for sheet in workbook.worksheets if sheet.title == HIDDEN), None)
    if hidden is None or hidden["A1"].value != KIND:
        raise AnswersError("not_made_as_questionnaire", source=source)
    version = hidden["B1"].value
    if type(version) is int and version > FORMAT:
        raise AnswersError("questionnaire_newer", source=source, version=version, expected=FORMAT)
    return hidden


def _field(hidden: Worksheet, row: int, source: str) -> Any:
    """A value from the head of the hidden sheet, of the type it must have."""
    name, value = FIELDS[row - 1], hidden[f"B{row}"].value
    fits, expected = {
        KIND: (value == FORMAT, Phrase("the_format", number=FORMAT)),
        "round": (type(value) is int, Phrase("a_whole_number")),
        "comparisons": (type(value) is int, Phrase("a_whole_number")),
        "language": (value in tuple(LANGUAGES), Phrase("one_of", valid=tuple(LANGUAGES))),
    }.get(name, (isinstance(value, str), Phrase("some_text")))
    if not fits or hidden[f"A{row}"].value != name:
        raise AnswersError(
            "hidden_value_changed",
            source=source,
            cell=f"B{row}",
            value=value,
            expected=expected,
            name=name,
        )
    return value


def _places(
    workbook: Workbook, hidden: Worksheet, survey: Survey, count: int, source: str
) -> Iterator[tuple[Pair, Cell]]:
    """The answer cell of every pair that was asked, as the hidden sheet lists them."""
    open_pairs = set(survey.hierarchy.comparisons)
    sheets = {sheet.title: sheet for sheet in workbook.worksheets}
    row, taken = 0, set()
    while any(line := [hidden[f"{letter}{row + 1}"].value for letter in MAP]):
        row += 1
        name, place, *ids = line
        pair = tuple(ids)
        if pair not in open_pairs:
            raise AnswersError("hidden_pair_changed", source=source, row=row, pair=repr(pair))
        if name not in sheets:
            raise AnswersError("sheet_missing", source=source, sheet=name)
        if not _CELL.fullmatch(str(place)) or (name, place) in taken:
            raise AnswersError("hidden_cell_changed", source=source, row=row, cell=place)
        open_pairs.remove(pair)
        taken.add((name, place))
        yield pair, sheets[name][place]
    if row != count:
        raise AnswersError(
            "hidden_list_short", source=source, row=row + 1, count=row, expected=count
        )


def _check_names(cell: Cell, pair: Pair, survey: Survey, language: str, place: str) -> None:
    """Refuse a row whose names are not those of its pair, or whose cells were merged."""
    sheet = cast(Worksheet, cell.parent)
    if cell.coordinate in sheet.merged_cells:
        raise AnswersError("cell_merged", place=f"{place}{cell.coordinate}")
    for letter, node in (("B", pair[1]), ("D", pair[2])):
        shown = sheet[f"{letter}{cell.row}"].value
        expected = {one_line(name) for name in names_so_far(survey, node, language)}
        if not isinstance(shown, str) or one_line(shown) not in expected:
            raise AnswersError(
                "names_changed",
                place=f"{place}{letter}{cell.row}",
                value=shown,
                expected=one_line(survey.node_name(node, language)),
            )


def _position(cell: Cell, place: str) -> str | None:
    """The position of Saaty's scale in an answer cell, None when it is blank.

    Beside the entries of the list, what people type for them is read when it can mean one thing
    only: full-width characters, `5.0`, `->` for the arrow, `左5` and `右5`, and 1.
    """
    value: Any = cell.value
    if cell.data_type == "f":
        formula = getattr(value, "text", value)  # array formulas are objects
        raise AnswersError("entry_is_formula", place=place, value=formula)
    if cell.data_type == "e":
        raise AnswersError("entry_is_error", place=place, value=value)
    dated = isinstance(value, datetime.date | datetime.time | datetime.timedelta)
    if not dated and (reason := spreadsheet_reason(str(value or ""))):
        raise AnswersError("entry_made_a_date", place=place, reason=reason)
    if dated:
        raise AnswersError("entry_is_date", place=place, value=str(value))
    text = "" if value is None else str(value)
    if mark := footnote_mark(text):
        raise AnswersError("entry_footnote", place=place, value=value, mark=mark)
    text = "".join(unicodedata.normalize("NFKC", text).split())
    for typed, arrow in _SIDES.items():
        text = text.replace(typed, arrow)
    text = _ZEROS.sub(r"\1", text)
    if value is None or (isinstance(value, str) and not text):
        return None
    step = step_of(text)
    if step == "1" or text == "1=":
        return "1"
    if entry := _TYPED.fullmatch(text):
        left, right = entry[1] or entry[2], entry[3] or entry[4]
        return left or f"1/{right}"
    if step is not None:
        step = step.removeprefix("1/")
        raise AnswersError(
            "entry_sideless",
            place=place,
            value=value,
            left=ENTRIES[step],
            right=ENTRIES[opposite(step)],
        )
    raise AnswersError("entry_not_listed", place=place, value=value)
