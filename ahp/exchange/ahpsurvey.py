"""Wide tables of ahpsurvey (Cho 2019, an R package): a row an expert, a column a pair.

A column `cult_fam` compares cult, the left item, with fam. Values go from 9 over 1 to -9; which
side a negative one favors differs between data sets, so every function here wants to be told. In
ahpsurvey's own `city1` and `city200` negative is left (`negconvert = TRUE`).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Literal

from ..errors import AnswersError, OptionError
from ..messages import Phrase
from ..scale import not_judged, opposite
from ..study import Answers, Judgment, Survey
from ..study.answers import unguarded
from ..study.entered import holds_value, spreadsheet_reason
from ..study.names import UNKNOWN_LANGUAGE, Branch, check_name, name_key
from ..study.survey import labels_of, survey_from_branches
from ..tables.delimited import Row
from ..tables.faults import Faults, refuse_faults
from ..tables.grids import Grid, ranges, read_grid
from ..tables.opened import header_index, header_key, sums_below
from .long_csv import guarded, saaty_step
from .survey_text import Pair, load_content

Side = Literal["left", "right"]
SIDES: tuple[Side, ...] = ("left", "right")

_EXPERT = re.compile(
    r"(?:expert|respondent|participant|user)?(?:id|no\.?|name|s)?|编号|序号|工号|(?:专家|您的)?姓名|专家",
)
"""Headers of columns that have the experts, as `header_key` makes them."""

_MARK = re.compile(r"\W+(?:vs\W+)?")
"""What stands between two items where `_` is meant."""

_STEP = re.compile(r"([+-]?)([1-9])(?:\.0+)?")


def check_side(negative_is: str) -> None:
    """Refuse a side that is neither left nor right.

    Raises:
        OptionError: with the valid ones.
    """
    if negative_is not in SIDES:
        raise OptionError.unknown("negative_is", negative_is, SIDES)


def signed_judgment(cell: str, negative_is: Side) -> str | None:
    """How much left matters more than right, for a cell with a value from 9 over 1 to -9.

    Args:
        cell: the value; full-width digits and minus signs are read like the plain ones.
        negative_is: the side that matters more when the value is negative.

    Returns:
        `"5"`, `"1/5"`; None when the cell is none of 1 … 9 and -1 … -9.
    """
    step = _STEP.fullmatch(name_key(cell).replace("\N{MINUS SIGN}", "-"))
    if step is None:
        return None
    left_matters = (step[1] == "-") == (negative_is == "left")
    return step[2] if left_matters else opposite(step[2])


def read_ahpsurvey(
    content: bytes | Path,
    source: str | None = None,
    *,
    survey: Survey | None = None,
    parent: str | None = None,
    negative_is: Side,
    items: Sequence[str] | None = None,
    expert_column: str | None = None,
    sheet: str | None = None,
) -> Answers:
    """Read a wide table.

    A column is found by the names of its two items, in either order: ids or names of the survey in
    any of its languages. An item may have `_` in its name as long as the column can be read in one
    way only. Blank cells, dashes and `NA` are not judged; 1 and -1 are equal.

    Args:
        content: the bytes of the file, CSV or XLSX, or its path.
        source: its name, for messages.
        survey: what the items belong to; by default one parent with the items of the columns, see
            `survey_of_columns`.
        parent: read the pairs of this parent alone; by default a column is looked for below all.
        negative_is: the side that matters more when a value is negative: `"left"` means that -5 in
            `a_b` says a matters 5 times as much as b.
        items: the names of the items when there is no survey and they have `_` in them.
        expert_column: the column with the names of the experts. By default a first column without a
            name (R's row names) has them, and without one the experts are called 1, 2, ….
        sheet: of a workbook with several.

    Raises:
        AnswersError: names the file, the line, the column, the value and what was expected.
        SurveyError: no survey can be made of the columns.
        OptionError: `negative_is` is neither side, or `parent` is none of the survey.
    """
    check_side(negative_is)
    grid, header, lines = _load(content, source, expert_column, sheet)
    if survey is None:
        survey = _survey(header, items)
    if parent is not None and parent not in survey.hierarchy.compared:
        raise OptionError.unknown("parent", parent, survey.hierarchy.compared)
    parents = survey.hierarchy.compared if parent is None else (parent,)
    pairs = _columns(header, survey, parents)
    judgments: list[Judgment] = []
    experts: dict[str, int] = {}
    faults = Faults[AnswersError]()
    sums = sums_below(lines, header.expert_at)
    for number, (line, row) in enumerate((one for one in lines if one[0] not in sums), 1):
        place = grid.line_place(line)
        try:
            expert = _expert(header, place, row, number)
            if len(grid.rows[line]) > len(header.names):
                count, width = len(grid.rows[line]), len(header.names)
                raise AnswersError("row_length", place=place, count=count, expected=width)
            if expert in experts:
                first = experts[expert]
                raise AnswersError("expert_in_two_lines", place=place, expert=expert, first=first)
        except AnswersError as error:
            faults.extend([error])
            continue
        experts[expert] = line
        for column, pair in pairs.items():
            if not_judged(row[column]):
                continue
            value = signed_judgment(row[column], negative_is)
            where = grid.place(line, column)
            if not grid.sheet:
                where = f"{place}, column {header.names[column]}"
            if value is None:
                problem = spreadsheet_reason(row[column])
                problem = problem or Phrase("cell_signed_or_blank", value=row[column])
                faults.add(partial(AnswersError, "at_place", place=where, problem=problem))
            else:
                judgments.append(Judgment(expert, *pair, value, where))
    refuse_faults(faults, grid.source, AnswersError)
    if not experts:
        raise AnswersError("file_without_experts", source=grid.source)
    return Answers(tuple(judgments), (*grid.remarks, *_passed_over(sums, header)))


def _passed_over(sums: Collection[int], header: _Header) -> Iterator[Phrase]:
    """Lines and columns that are left out."""
    if sums:
        yield Phrase("lines_of_sums", lines=ranges(sums))
    if header.beside:
        yield Phrase("columns_passed_over", columns=header.beside)


def _expert(header: _Header, place: str, row: Sequence[str], number: int) -> str:
    """The name of the expert of a row, or its number."""
    if header.expert_at is None:
        return str(number)
    where = f"{place}, column {header.names[header.expert_at] or 1}"
    return check_name(unguarded(row[header.expert_at]), where, AnswersError)


def expert_columns(content: bytes, source: str, sheet: str | None = None) -> tuple[str, ...]:
    """The headers that speak of experts, for `expert_column` of `read_ahpsurvey`.

    Args:
        content: the bytes of the file.
        source: its name, for messages.
        sheet: of a workbook with several.
    """
    _, header, _ = _load(content, source, None, sheet)
    return tuple(name for _, name in header.columns if _names_experts(name))


def _names_experts(name: str) -> bool:
    return bool(name) and _EXPERT.fullmatch(header_key(name)) is not None


def survey_of_columns(
    content: bytes | Path,
    source: str | None = None,
    *,
    items: Sequence[str] | None = None,
    expert_column: str | None = None,
    sheet: str | None = None,
    id: str | None = None,  # noqa: A002 - the name of the attribute
    language: str = UNKNOWN_LANGUAGE,
    goal: str = "Goal",
) -> Survey:
    """The survey that a wide table is about: one parent, its items in the order of the columns.

    Args:
        content: as in `read_ahpsurvey`.
        source: as in `read_ahpsurvey`.
        items: as in `read_ahpsurvey`.
        expert_column: as in `read_ahpsurvey`.
        sheet: as in `read_ahpsurvey`.
        id: of the survey; made from the goal by default.
        language: code of the language the names are in.
        goal: name of the parent.

    Raises:
        AnswersError: the file can't be read, or a column can't be read as two items.
        SurveyError: fewer than two items.
    """
    _, header, _ = _load(content, source, expert_column, sheet)
    return _survey(header, items, id=id, language=language, goal=goal)


@dataclass(frozen=True)
class _Header:
    """The line of headers: names of the columns, which has the experts, the place for messages."""

    names: Sequence[str]
    expert_at: int | None
    place: str

    @cached_property
    def columns(self) -> list[tuple[int, str]]:
        """Positions and names of the columns of pairs."""
        others = [(k, name) for k, name in enumerate(self.names) if k != self.expert_at]
        return [(k, name) for k, name in others if name not in self.beside]

    @cached_property
    def beside(self) -> tuple[str, ...]:
        """Columns that are called like no pair, nor like the experts."""
        others = (name for k, name in enumerate(self.names) if k != self.expert_at and name)
        return tuple(one for one in others if "_" not in name_key(one) and not _names_experts(one))

    def slips(self, known: Collection[str]) -> list[str]:
        """Columns beside that are called by two items after all, such as `a-b`."""
        longest = 2 * max(map(len, known), default=0) + 9
        return [
            name
            for name in self.beside
            for key in (name_key(name),)
            for mark in (_MARK.finditer(key) if len(key) < longest else ())
            if key[: mark.start()] in known and key[mark.end() :] in known
        ]


def _is_code(cell: str) -> bool:
    """Whether a cell is what Qualtrics writes below each question."""
    return cell.startswith('{"ImportId"')


def read_headed(
    content: bytes | Path, source: str | None, sheet: str | None
) -> tuple[Grid, Row, list[Row]]:
    """A table: its cells, with what was read how, its line of headers, and the lines below.

    Raises:
        AnswersError: the file can't be read.
    """
    data, source = load_content(content, source, AnswersError)
    grid = read_grid(data, source, AnswersError, sheet or "")
    rows = grid.lines() or [(1, [])]
    coded = next((k for k, (_, row) in enumerate(rows[:4]) if any(map(_is_code, row))), 0)
    if coded:  # the line above it has the questions, the lines above that their short names
        line, _ = rows.pop(coded)
        grid = replace(grid, remarks=(*grid.remarks, Phrase("line_of_codes", line=line)))
    above = coded - 1 if coded else header_index(rows, holds_value)
    line, cells = rows[above]
    if above:
        said = Phrase("lines_above", lines=ranges(one for one, _ in rows[:above]))
        grid = replace(grid, remarks=(*grid.remarks, said))
    return grid, (line, cells[: len(grid.rows.get(line, ()))]), rows[above + 1 :]


def _load(
    content: bytes | Path, source: str | None, expert_column: str | None, sheet: str | None
) -> tuple[Grid, _Header, list[Row]]:
    """The file, its line of headers, and the others."""
    grid, (line, names), rows = read_headed(content, source, sheet)
    place = grid.line_place(line)
    expert_at = 0 if names and not names[0] else None
    if expert_column is not None:
        key = name_key(expert_column)
        named = [k for k, name in enumerate(names) if name_key(name) == key]
        if len(named) != 1:
            raise AnswersError("expert_column", place=place, count=len(named), column=expert_column)
        expert_at = named[0]
    header = _Header(names, expert_at, place)
    if not header.columns:
        raise AnswersError("no_pair_columns", place=place)
    return grid, header, rows


def _splits(name: str) -> list[tuple[str, str]]:
    """All ways to read the name of a column as two items."""
    key = name_key(name)
    cuts = [k for k, mark in enumerate(key) if mark == "_"]
    return [(key[:k].strip(), key[k + 1 :].strip()) for k in cuts if 0 < k < len(key) - 1]


def _survey(
    header: _Header,
    items: Sequence[str] | None,
    *,
    id: str | None = None,  # noqa: A002
    language: str = UNKNOWN_LANGUAGE,
    goal: str = "Goal",
) -> Survey:
    """One parent with the items of the columns."""
    known = {name_key(item) for item in items} if items is not None else None
    names: dict[str, None] = dict.fromkeys(items or ())
    compared: list[tuple[str, str]] = []
    for _, name in header.columns:
        readings = _splits(name)
        if known is not None:
            readings = [pair for pair in readings if set(pair) <= known]
        if not readings and _names_experts(name):
            raise AnswersError("column_of_experts", place=header.place, column=name)
        if len(readings) != 1:
            raise AnswersError(
                "column_readings" if items else "column_readings_without_items",
                place=Phrase("column_named", place=header.place, column=name),
                count=len(readings),
            )
        names |= dict.fromkeys(readings[0])
        compared.append(readings[0])
    for name in header.slips(names):
        place = Phrase("column_named", place=header.place, column=name)
        raise AnswersError("column_readings_without_items", place=place, count=0)
    groups = _groups(compared)
    if len(groups) > 1:
        said = tuple(Phrase("group_of_items", items=tuple(group)) for group in groups)
        raise AnswersError("columns_apart", place=header.place, groups=said)
    top = Branch(goal, header.place)
    top.children = [Branch(check_name(name, header.place), header.place) for name in names]
    return survey_from_branches(top, header.place, id=id, language=language)


def _groups(pairs: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Items that are compared with each other, directly or by way of others."""
    groups: list[list[str]] = []
    for pair in pairs:
        joined = [group for group in groups if not set(group).isdisjoint(pair)]
        others = [group for group in groups if group not in joined]
        groups = [*others, [*dict.fromkeys([*(item for one in joined for item in one), *pair])]]
    return groups


def _columns(header: _Header, survey: Survey, parents: Sequence[str]) -> dict[int, Pair]:
    """Position of a column -> (parent, left, right)."""
    labels = {parent: labels_of(survey, survey.hierarchy.children[parent]) for parent in parents}
    pairs: dict[int, Pair] = {}
    first: dict[tuple[str, frozenset[str]], str] = {}
    for name in header.slips({label for called in labels.values() for label in called}):
        place = Phrase("column_named", place=header.place, column=name)
        raise AnswersError("column_no_pair", place=place, parents=tuple(parents))
    for k, name in header.columns:
        place = Phrase("column_named", place=header.place, column=name)
        readings = _readings(name, labels)
        if not readings and _names_experts(name):
            raise AnswersError("column_of_experts", place=header.place, column=name)
        if not readings:
            raise AnswersError("column_no_pair", place=place, parents=tuple(parents))
        if len(readings) > 1:
            valid = (
                Phrase("pair_below", left=left, right=right, parent=parent)
                for parent, left, right in readings
            )
            raise AnswersError("column_ambiguous", place=place, valid=tuple(valid))
        (parent, left, right) = readings[0]
        key = (parent, frozenset((left, right)))
        if key in first:
            raise AnswersError("column_pair_again", place=place, other=first[key])
        first[key] = name
        pairs[k] = readings[0]
    return pairs


def _readings(name: str, labels: Mapping[str, Mapping[str, set[str]]]) -> list[Pair]:
    """The pairs that a column may stand for."""
    return sorted(
        {
            (parent, left, right)
            for first, second in _splits(name)
            for parent, nodes in labels.items()
            for left in nodes.get(first, ())
            for right in nodes.get(second, ())
            if left != right
        }
    )


def write_ahpsurvey(
    survey: Survey,
    answers: Answers,
    *,
    negative_is: Side,
    parent: str | None = None,
    expert_column: str | None = "expert",
) -> bytes:
    """Write a wide table with a column for each pair, named by ids.

    Kept are the experts and their judgments; pairs that nobody judged are `NA`.

    Args:
        survey: the survey.
        answers: its answers.
        negative_is: the side that matters more when a value is negative.
        parent: write the pairs of this parent alone; by default those of all parents.
        expert_column: name of the first column, with the experts; None leaves it out, as ahpsurvey
            wants it.

    Raises:
        AnswersError: a judgment that is no step from 1/9 to 9 or doesn't fit the survey, or pairs
            whose columns could not be told apart.
        OptionError: `negative_is` is neither side, or `parent` is none of the survey.
    """
    check_side(negative_is)
    hierarchy = survey.hierarchy
    if parent is not None and parent not in hierarchy.compared:
        raise OptionError.unknown("parent", parent, hierarchy.compared)
    parents = hierarchy.compared if parent is None else (parent,)
    labels = {node: labels_of(survey, hierarchy.children[node]) for node in parents}
    columns = {
        (node, *pair): f"{pair[0]}_{pair[1]}" for node in parents for pair in hierarchy.pairs(node)
    }
    for name in columns.values():
        if len(_readings(name, labels)) != 1:
            raise AnswersError("column_name_ambiguous", survey=survey.id, column=name)
        if expert_column is not None and name_key(expert_column) == name_key(name):
            raise AnswersError("column_name_taken", column=name)
    cells: dict[str, dict[Pair, str]] = {expert: {} for expert in answers.experts}
    for judgment in answers.judgments:
        if judgment.parent in hierarchy.children and parent not in (None, judgment.parent):
            continue
        pair, text = saaty_step(judgment, columns, "a_wide_table")
        negative = (text != "1") and ("/" not in text) == (negative_is == "left")
        cells[judgment.expert][pair] = f"{'-' * negative}{text[-1]}"
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    head = [] if expert_column is None else [expert_column]
    writer.writerow([*head, *columns.values()])
    for expert, judged in cells.items():
        head = [] if expert_column is None else [guarded(expert, f"expert {expert!r}")]
        writer.writerow([*head, *(judged.get(pair, "NA") for pair in columns)])
    return out.getvalue().encode()
