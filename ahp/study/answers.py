"""Answers of a panel: who judged which pair how, as entered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np

from ..datafile import read_bytes
from ..errors import AHPError, AnswersError, IncompleteError, MatrixError
from ..hierarchy import Hierarchy
from ..matrix import Float, PairwiseMatrix, as_matrices
from ..messages import Phrase
from ..result import Result
from ..scale import not_judged, plain_text, read_otherwise
from ..tables.columns import (
    COLUMNAR,
    Coded,
    Codes,
    ColumnTable,
    combined,
    first_lines,
    read_column_table,
)
from ..tables.delimited import MAX_CSV, Row, starts_formula, with_point
from ..tables.faults import Faults, first_and_count, refuse_faults
from ..tables.grids import Grid, column_letter, ranges, read_grid
from ..tables.opened import ZIP, HeaderRow, find_headers, header_key, sums_up
from .entered import entered_judgment
from .judged_matrices import by_expert, judged_pairs
from .judgments import Judgment, JudgmentColumns
from .names import caseless_key, check_name, name_key, unwidened
from .survey import Survey, labels_of

COLUMNS = ("expert", "parent", "left", "right", "value")
"""Columns of an answers file."""


def _columns_of(headers: Mapping[str, str]) -> dict[str, str]:
    return {header: column for column, texts in headers.items() for header in texts.split()}


_HEADERS = _columns_of(
    {
        "expert": "expert 专家 专家姓名 姓名 respondent",
        "parent": "parent 上级 上级要素 上级指标 准则 criterion",
        "left": "left 左 左项 左侧要素 要素a",
        "right": "right 右 右项 右侧要素 要素b",
        "value": "value 值 判断 判断值 judgment",
    }
)
"""What the columns may be called, as `header_key` makes it -> column."""

_OTHER_HEADERS = _columns_of(
    {
        "expert": "专家编号 评委 填写人",
        "parent": "上级准则 目标",
        "left": "要素1 指标a 指标1 比较项1",
        "right": "要素2 指标b 指标2 比较项2",
        "value": "标度 标度值 重要性 重要程度",
    }
)
"""The same, where no column is called so."""


@dataclass(frozen=True, eq=False, repr=False)
class Answers(Result):
    """The judgments of a panel, in the order they were read.

    Attributes:
        judgments: as entered.
        remarks: what in their file was read how, beside what stands there as it is read.

    Raises:
        AnswersError: a pair is answered twice by the same expert.
    """

    judgments: tuple[Judgment, ...] | JudgmentColumns
    remarks: tuple[Phrase, ...] = ()

    def __post_init__(self) -> None:
        for twice in _answered_twice(self.judgments):
            raise twice

    @classmethod
    def from_matrices(
        cls, survey: Survey, matrices: Mapping[str, Any], experts: Sequence[str] | None = None
    ) -> Answers:
        """The judgments in the matrices of a panel, as they stand there.

        Every judgment lies on the scale, from 1/9 to 9, between its steps as well: 2.5 stays 2.5.
        An expert may leave out pairs and whole matrices.

        Args:
            survey: what was compared.
            matrices: expert -> parent -> matrix of the parent's children; or parent -> matrices of
                all experts, shape (k, n, n), or (n, n) of one. Parents go by id or name. A matrix
                is what `ahp.PairwiseMatrix` takes: with names (a pandas `DataFrame`, say) it is
                joined to the survey by them, ids or names; without, its rows are in the survey's
                order. NaN, None, 0 and what is masked in both cells of a pair = not judged; where
                one triangle is empty, the other one says all. None in place of a matrix: the expert
                gave none.
            experts: their names, for arrays of all experts; `"1"`, `"2"`, … by default.

        Raises:
            AnswersError: names the expert, the parent, the items of both cells and what was
                expected: no reciprocals, other items, a value beyond the scale.

        >>> survey = ahp.Survey.from_names({"Job": ["Pay", "Work", "City"]})
        >>> answers = ahp.Answers.from_matrices(
        ...     survey, {"Li": {"Job": [[1, 2.5, 5], [0.4, 1, 3], [0.2, "1/3", 1]]}}
        ... )
        >>> [(one.left, one.right, one.value) for one in answers.judgments]
        [('pay', 'work', '2.5'), ('pay', 'city', '5'), ('work', 'city', '3')]
        """
        place = Phrase("the_matrices")
        if not isinstance(matrices, Mapping):
            raise AnswersError("matrices_no_table", place=place, type=type(matrices).__name__)
        if not matrices:
            raise AnswersError("no_answers")
        inner = [isinstance(value, Mapping) for value in matrices.values()]
        if not any(inner):
            matrices = by_expert(matrices, experts)
        elif experts is not None or not all(inner):
            code = "experts_named_twice" if all(inner) else "matrices_mixed"
            raise AnswersError(code, place=place)
        parents = labels_of(survey, survey.hierarchy.parents)
        judgments: list[Judgment] = []
        experts_read: set[str] = set()
        for name, below in matrices.items():
            if not isinstance(name, str):
                raise AnswersError("expert_no_name", place=place, value=repr(name))
            expert, count = check_name(name, place, AnswersError), len(judgments)
            if expert in experts_read:
                raise AnswersError("item_twice", place=Phrase("the_experts"), name=expert)
            experts_read.add(expert)
            seen: set[str] = set()
            for label, matrix in below.items():
                whose = Phrase("expert_at", expert=expert)
                parent = parent_called(str(label), parents, survey, whose)
                called = survey.node_name(parent, survey.languages[0])
                here = Phrase("matrix_of_expert", expert=expert, parent=called)
                if parent in seen:
                    raise AnswersError("two_matrices", place=here)
                seen.add(parent)
                if matrix is not None:
                    pairs = judged_pairs(survey, parent, matrix, place=here)
                    judgments += (Judgment(expert, parent, *pair) for pair in pairs)
            if len(judgments) == count:
                raise AnswersError("expert_silent", place=place, expert=expert)
        return cls(tuple(judgments))

    @classmethod
    def from_columns(
        cls,
        expert: Any,
        parent: Any,
        left: Any,
        right: Any,
        value: Any,
        *,
        survey: Survey | None = None,
    ) -> Answers:
        """The judgments in five columns with a cell a judgment, of a panel of any size: 12 bytes
        are kept for each.

        Args:
            expert: who judged, a text or a number in each cell. Each column is a sequence, an array
                of numpy, a Series of pandas or polars, or an array of Arrow.
            parent: id of the node under which the pair is compared.
            left: id of the child that was displayed on the left.
            right: id of the other child.
            value: how much left matters more than right; None and NaN = not judged.
            survey: as for `read_answers`.

        Raises:
            AnswersError: as `read_answers`; columns of other lengths.

        >>> answers = ahp.Answers.from_columns(
        ...     ["Li", "Wu"], ["job"] * 2, ["pay"] * 2, ["work"] * 2, [3, "1/3"]
        ... )
        >>> [(one.expert, one.value) for one in answers.judgments]
        [('Li', '3'), ('Wu', '1/3')]
        """
        given = dict(zip(COLUMNS, (expert, parent, left, right, value), strict=True))
        if len({*map(len, given.values())}) > 1:
            counts = tuple(map(len, given.values()))
            raise AnswersError("columns_lengths", columns=COLUMNS, counts=counts)
        columns = {name: Coded.of(column) for name, column in given.items()}
        return answers_from_columns(ColumnTable(columns, "the columns"), survey)

    @property
    def experts(self) -> tuple[str, ...]:
        """The experts, in order of appearance."""
        if isinstance(self.judgments, JudgmentColumns):
            return self.judgments.experts
        return tuple(dict.fromkeys(judgment.expert for judgment in self.judgments))

    def only(self, experts: Sequence[str]) -> Answers:
        """The answers of some experts."""
        if isinstance(self.judgments, JudgmentColumns):
            return Answers(self.judgments.only(experts))
        return Answers(tuple(j for j in self.judgments if j.expert in experts))

    def arrays(self, hierarchy: Hierarchy) -> dict[str, Float]:
        """Parent -> the judgments of all k experts below it, shape (k, n, n), NaN = not judged; for
        the parents that are compared under.

        Args:
            hierarchy: the tree the answers must fit.

        Raises:
            AnswersError: an id that is not in the tree, or a value that is no judgment.
        """
        arrays = self.shared_arrays(hierarchy)
        return {parent: batch.copy() for parent, batch in arrays.items()}

    def shared_arrays(self, hierarchy: Hierarchy) -> dict[str, Float]:
        """The same read-only, of one memory for all who ask while somebody has them."""
        columns = JudgmentColumns.of(self.judgments)
        _ = columns.numbers  # refused before what doesn't fit the tree
        for at in first_lines(columns.pair).tolist():
            check_place(columns[at], hierarchy)
        arrays = columns.arrays(hierarchy)
        return {parent: as_matrices(batch, complete=False) for parent, batch in arrays.items()}

    def matrices(
        self, hierarchy: Hierarchy, labels: Mapping[str, str] | None = None
    ) -> dict[str, dict[str, PairwiseMatrix]]:
        """Expert -> parent -> complete matrix of the children.

        Args:
            hierarchy: the tree the answers must fit.
            labels: node id -> label of the row; the id by default.

        Raises:
            AnswersError: an id that is not in the tree.
            IncompleteError: an expert left pairs out; the message names the first.
        """
        cells: dict[str, dict[str, dict[tuple[str, str], str]]] = {
            expert: {parent: {} for parent in hierarchy.compared} for expert in self.experts
        }
        for judgment in self.judgments:
            check_place(judgment, hierarchy)
            cells[judgment.expert][judgment.parent][judgment.left, judgment.right] = judgment.value
        matrices: dict[str, dict[str, PairwiseMatrix]] = {}
        for expert, by_parent in cells.items():
            matrices[expert] = {}
            for parent, judged in by_parent.items():
                kids = hierarchy.children[parent]
                values = PairwiseMatrix.from_judgments(judged, labels=kids).values
                if np.isnan(values).any():
                    pair = next(p for p in hierarchy.pairs(parent) if not _has(judged, p))
                    missing = sum(not _has(judged, p) for p in hierarchy.pairs(parent))
                    raise IncompleteError(
                        "pair_not_judged",
                        expert=expert,
                        left=pair[0],
                        right=pair[1],
                        parent=parent,
                        missing=missing,
                        count=len(hierarchy.pairs(parent)),
                    )
                names = kids if labels is None else [labels[kid] for kid in kids]
                matrices[expert][parent] = PairwiseMatrix(values, names)
        return matrices


def _has(judged: Mapping[tuple[str, str], str], pair: tuple[str, str]) -> bool:
    return pair in judged or pair[::-1] in judged


def check_place(judgment: Judgment, hierarchy: Hierarchy) -> None:
    """Refuse a judgment of two items that the tree does not compare.

    Raises:
        AnswersError: names the place, the id and the valid ones.
    """
    check_parent(judgment.parent, hierarchy, judgment.place)
    kids = hierarchy.children[judgment.parent]
    for side in ("left", "right"):
        if (value := getattr(judgment, side)) not in kids:
            raise AnswersError(
                "not_a_compared_child",
                place=judgment.place,
                side=side,
                value=value,
                parent=judgment.parent,
                valid=kids,
            )
    if judgment.left == judgment.right:
        raise AnswersError("answer_compares_itself", place=judgment.place, item=judgment.left)


def check_parent(parent: str, hierarchy: Hierarchy, place: str | Phrase) -> None:
    """Refuse a node below which nothing is compared.

    Raises:
        AnswersError: names the place, the id and the valid ones.
    """
    if parent not in hierarchy.compared:
        given = parent in hierarchy.given_weights
        raise AnswersError(
            "parent_has_given" if given else "parent_not_compared",
            place=place,
            parent=parent,
            valid=hierarchy.compared,
        )


def parent_called(
    label: str, parents: Mapping[str, set[str]], survey: Survey, place: str | Phrase
) -> str:
    """The id of the parent that is called so.

    Args:
        label: id or name, in any language of the survey; an id is that of its item, also where
            another item is called so.
        parents: what parents are called, of `labels_of`.
        survey: whose parents they are.
        place: for messages.

    Raises:
        AnswersError: nothing is compared below what is called so, or two parents are called so.
    """
    found = sorted(parents.get(name_key(label), ()))
    found = [label] if label in found else found
    if len(found) > 1:
        raise AnswersError("name_of_two", place=place, name=label, ids=tuple(found))
    parent = found[0] if found else label
    check_parent(parent, survey.hierarchy, place)
    return parent


def _answered_twice(judgments: Sequence[Judgment]) -> Iterator[AnswersError]:
    """What is wrong with each judgment of a pair that its expert has judged before."""
    for first, again in JudgmentColumns.of(judgments).repeated():
        judgment = judgments[again]
        yield AnswersError(
            "pair_answered_twice",
            place=judgment.place,
            expert=judgment.expert,
            left=judgment.left,
            right=judgment.right,
            parent=judgment.parent,
            first=Phrase("place_alone", place=judgments[first].place),
        )


def read_answers(
    path: str | Path, survey: Survey | None = None, *, sheet: str | None = None
) -> Answers:
    """Read a long table with the columns expert, parent, left, right, value, in any order: CSV of
    UTF-8, GB18030 or UTF-16, separated by commas, semicolons or tabs, or an XLSX workbook.

    `value` says how much left matters more than right: `3`, `1/3`, `3:1`; values between the steps
    of the scale, such as 2.14 of judgments that were joined, stay as they are. One line a judgment;
    a line whose value is blank, a dash or NA is one that was not judged. Lines above the headers
    and columns beside the five are passed over, and an expert or a parent that is blank is that of
    the line above, as in merged cells. `remarks` of the result says what was read how.

    Args:
        path: of the file.
        survey: what is answered; items may then be called by their names in any of its languages.
        sheet: of a workbook with several.

    Raises:
        AnswersError: names the file, the line, the value and what was expected, of all that is
            wrong. A value beyond the scale from 1/9 to 9 is refused, with the reason where a
            spreadsheet made a date of it.

    >>> from ahp.resources import data_folder
    >>> demo = data_folder("examples") / "supervision_demo" / "answers.csv"
    >>> answers = ahp.read_answers(demo)
    >>> answers.experts, len(answers.judgments)
    (('E1', 'E2', 'E3', 'E4', 'E5', 'E6', 'E7'), 245)
    """
    source = Path(path)
    if source.suffix.lower() in COLUMNAR or _is_large(source):
        return answers_from_columns(read_column_table(source, column_headers, AnswersError), survey)
    content = read_bytes(source, AnswersError, MAX_CSV)
    return answers_from_table(content, str(source), survey, sheet=sheet)


def answers_from_table(
    content: bytes, source: str, survey: Survey | None = None, *, sheet: str | None = None
) -> Answers:
    """The answers in the content of a long table, see `read_answers`.

    Args:
        content: the bytes of the file, CSV or XLSX.
        source: its name, for messages.
        survey: as for `read_answers`.
        sheet: as for `read_answers`.

    Raises:
        AnswersError: as `read_answers`.
    """
    grid = read_grid(content, source, AnswersError, sheet or "")
    lines = grid.lines()
    if not lines:
        raise AnswersError("answers_empty", source=source, expected=COLUMNS)
    header = _checked_headers(_find_headers(lines), grid.line_place, lines[0])
    reading = _Reading(grid, header, survey)
    judgments = [
        judgment
        for line, cells in reading.without_notes([one for one in lines if one[0] > header.line])
        if (judgment := reading.judgment(line, cells))
    ]
    reading.faults.extend(_answered_twice(judgments))
    refuse_faults(reading.faults, source, AnswersError)
    if not judgments:
        raise AnswersError("no_judgments", source=source)
    return Answers(tuple(judgments), reading.remarks())


def _checked_headers(
    header: HeaderRow | None, place: Callable[[int], str], first: Row
) -> HeaderRow:
    """The headers, with a column of each kind.

    Raises:
        AnswersError: two of a kind, or one is missing; the first line stands for headers that
            there are not.
    """
    if header and header.twice:
        cell, column = header.twice
        before = header.cells[header.positions[column]]
        about = {"place": place(header.line), "first": before, "second": cell}
        raise AnswersError("answers_column_twice", **about, column=column)
    if header is None or len(header.positions) < len(COLUMNS):
        line, cells = (header.line, header.cells) if header else first
        columns = tuple(filter(None, cells))
        raise AnswersError("answers_columns", place=place(line), columns=columns, expected=COLUMNS)
    return header


def _find_headers(lines: Sequence[Row]) -> HeaderRow | None:
    """The line of headers; the other ones count where a column has none of the first."""
    header = find_headers(iter(lines), _OTHER_HEADERS | _HEADERS)
    if header and header.twice:
        sure = {_HEADERS.get(header_key(cell)) for cell in header.cells}
        others = {key: column for key, column in _OTHER_HEADERS.items() if column not in sure}
        header = find_headers(iter(lines), others | _HEADERS)
    return header


def column_headers(lines: Sequence[Row], place: Callable[[int], str]) -> HeaderRow:
    """Of a table that is read by column, by its first lines."""
    if not lines:
        raise AnswersError("answers_empty", source=place(1), expected=COLUMNS)
    return _checked_headers(_find_headers(lines), place, lines[0])


def _is_large(path: Path) -> bool:
    """Whether a file is longer than what is read into memory as a whole, and no workbook."""
    try:
        with path.open("rb") as file:
            return path.stat().st_size > MAX_CSV and not file.read(4).startswith(ZIP)
    except OSError:
        return False  # as reading it says


class _Reader:
    """Reads judgments as they stand in a table: names as ids, values as judgments.

    Attributes:
        said: what was read as something else, names and values.
    """

    def __init__(self, survey: Survey | None) -> None:
        self.said: tuple[dict[Phrase, None], dict[Phrase, None]] = ({}, {})
        self._survey = survey
        self._labels: dict[tuple[str, ...], dict[str, set[str]]] = {}
        self._pairs: dict[tuple[str, str, str], tuple[str, str, str]] = {}
        self._values: dict[str, str] = {}

    def by_id(self, judgment: Judgment) -> Judgment:
        """The judgment with ids in place of names; as it is without a survey."""
        if self._survey is None:
            return judgment
        pair = (judgment.parent, judgment.left, judgment.right)
        if pair not in self._pairs:
            hierarchy = self._survey.hierarchy
            parent = self._id(judgment.parent, hierarchy.compared, self._survey)
            check_parent(parent, hierarchy, judgment.place)
            kids = hierarchy.children[parent]
            left, right = (self._id(name, kids, self._survey) for name in pair[1:])
            check_place(replace(judgment, parent=parent, left=left, right=right), hierarchy)
            self._pairs[pair] = (parent, left, right)
        known = self._pairs[pair]
        if known == pair:
            return judgment
        return replace(judgment, parent=known[0], left=known[1], right=known[2])

    def checked(self, judgment: Judgment) -> Judgment:
        """The judgment, its value without what kept a spreadsheet from changing it."""
        value = judgment.value
        if value not in self._values:
            try:
                entered_judgment(value)
            except MatrixError as error:
                problem = Phrase("value_refused", problem=error)
                raise AnswersError("at_place", place=judgment.place, problem=problem) from error
            if read := read_otherwise(value):
                self.said[1][Phrase("read_as", text=value, value=read)] = None
            self._values[value] = plain_text(value) if value.startswith(("'", "=")) else value
        kept = self._values[value]
        return judgment if kept == value else replace(judgment, value=kept)

    def expert(self, text: str, name: str) -> None:
        """Note that an expert is called otherwise than at first."""
        if name != text:
            self.said[0][Phrase("read_as", text=text, value=name)] = None

    def _id(self, name: str, nodes: tuple[str, ...], survey: Survey) -> str:
        """The node that a name or an id is of; the name itself where that isn't sure."""
        if name in nodes:
            return name
        if nodes not in self._labels:
            self._labels[nodes] = labels_of(survey, nodes, caseless_key)
        found = self._labels[nodes].get(caseless_key(name), set())
        if len(found) != 1:
            return name
        (node,) = found
        self.said[0][Phrase("read_as", text=name, value=node)] = None
        return node

    def remarks(self) -> tuple[Phrase, ...]:
        """What was read how."""
        said = (
            Phrase("several_words", each=first_and_count([*read])) for read in self.said if read
        )
        return tuple(said)


class _Reading:
    """A long table while it is read: what was read how, and what is wrong."""

    def __init__(self, grid: Grid, header: HeaderRow, survey: Survey | None) -> None:
        self.faults = Faults[AHPError]()
        self._grid, self._header, self._reader = grid, header, _Reader(survey)
        self._above: dict[str, str] = {}
        self._filled_down: set[int] = set()
        self._not_judged: list[int] = []
        self._below: list[int] = []
        self._experts: dict[str, str] = {}
        self._beside: set[int] = set()

    def without_notes(self, lines: list[Row]) -> list[Row]:
        """The lines without those at the end that are about no pair: notes, sums, means."""
        places = self._header.positions

        def is_note(row: Row) -> bool:
            cells = {column: row[1][k] for column, k in places.items()}
            about_pair = any(cells[column] for column in COLUMNS[1:4])
            return not about_pair and (sums_up(cells["expert"]) or not cells["value"])

        notes = [*takewhile(is_note, reversed(lines))]
        self._below = [line for line, _ in reversed(notes)]
        return lines[: len(lines) - len(notes)]

    def judgment(self, line: int, row: list[str]) -> Judgment | None:
        """The judgment of a line; None where none was judged, or something is wrong."""
        grid, place = self._grid, self._grid.line_place(line)
        width, filled = len(grid.rows[self._header.line]), len(grid.rows[line])
        if filled > width and not grid.sheet:  # such as a decimal comma that separates cells
            self._refuse("row_length", place=place, count=filled, expected=width)
            return None
        self._beside.update(k for k in range(width, filled) if row[k])
        places = self._header.positions
        cells = {column: unguarded(row[k]) for column, k in places.items()}
        if any((line, k) in grid.merged for k in places.values()):
            self._filled_down.add(line)
        if not any(cells.values()):
            return None
        for column in ("expert", "parent"):  # what merged cells leave below the first
            if not cells[column] and cells["left"] and cells["right"] and self._above:
                cells[column] = self._above[column]
                self._filled_down.add(line)
        empty = [column for column in COLUMNS[:4] if not cells[column]]
        for column in empty:
            self._refuse("column_empty", place=place, column=column)
        if empty:
            return None
        self._above = cells
        if not_judged(cells["value"]):
            self._not_judged.append(line)
            return None
        if grid.sheet:
            place = grid.place(line, self._header.positions["value"])
        expert = self._experts.setdefault(unwidened(cells["expert"]), cells["expert"])
        self._reader.expert(cells["expert"], expert)
        judgment = Judgment(**cells | {"expert": expert}, place=place)
        try:
            return self._reader.checked(self._reader.by_id(judgment))
        except AnswersError as error:
            self.faults.extend([error])
            return None

    def _refuse(self, code: str, **about: Any) -> None:
        self.faults.add(partial(AnswersError, code, **about))

    def remarks(self) -> tuple[Phrase, ...]:
        """What was read how."""
        header = self._header
        said: list[Phrase] = [*self._grid.remarks]
        for code, lines in (
            ("lines_above", header.above),
            ("filled_down", sorted(self._filled_down)),
            ("lines_not_judged", self._not_judged),
            ("lines_below", self._below),
        ):
            if lines:
                said.append(Phrase(code, lines=ranges(lines)))
        if beside := (*header.unknown, *ranges(sorted(self._beside), column_letter)):
            said.append(Phrase("columns_passed_over", columns=beside))
        return (*said, *self._reader.remarks())


def answers_from_columns(table: ColumnTable, survey: Survey | None = None) -> Answers:
    """The answers in the columns of a long table, as `read_answers` reads them; every line names
    its expert and its parent. What is wrong alike in several lines is said of the first one.

    Args:
        table: with the columns `COLUMNS`.
        survey: as for `read_answers`.

    Raises:
        AnswersError: as `read_answers`.
    """
    columns = [
        column.called([unguarded(with_point(text, False)) for text in column.texts])
        for column in map(table.columns.__getitem__, COLUMNS)
    ]
    values = ["" if not_judged(text) else text for text in columns[-1].texts]
    columns[-1] = columns[-1].called(values)
    kept, remarks = columns[-1].codes >= 0, table.remarks
    lines: Sequence[int] | Codes = range(table.first, table.first + len(kept))
    if not kept.all():
        filled = np.any([column.codes >= 0 for column in columns], axis=0)
        if count := int(np.count_nonzero(filled & ~kept)):
            remarks += (Phrase("many_not_judged", count=count),)
        lines = np.flatnonzero(kept).astype(np.int32) + np.int32(table.first)
        columns = [Coded(column.codes[kept], column.texts) for column in columns]
    if not len(lines):
        raise AnswersError("no_judgments", source=table.source)
    source = f"{table.source}: {table.unit}"
    faults = [
        AnswersError("column_empty", place=f"{source} {lines[int(empty.argmax())]}", column=name)
        for name, column in zip(COLUMNS, columns, strict=True)
        if (empty := column.codes < 0).any()
    ]
    refuse_faults(faults, table.source, AnswersError)
    reader = _Reader(survey)
    experts, parent, left, right, value = columns
    keys = [*map(unwidened, experts.texts)]
    if len({*keys}) < len(keys):
        names: dict[str, str] = {}
        called = [names.setdefault(*pair) for pair in zip(keys, experts.texts, strict=True)]
        for text, name in zip(experts.texts, called, strict=True):
            reader.expert(text, name)
        experts = experts.called(called)
    pair, pairs = combined([parent, left, right])
    read = JudgmentColumns(
        experts=experts.texts,
        pairs=tuple((one[0], one[1], one[2]) for one in pairs),
        values=value.texts,
        expert=experts.codes,
        pair=pair,
        value=value.codes,
        places=lines,
        source=source,
    )
    ids, values = [*read.pairs], [*read.values]
    for first in first_lines(read.pair).tolist():
        try:
            known = reader.by_id(read[first])
            ids[read.pair[first]] = (known.parent, known.left, known.right)
        except AnswersError as error:
            faults.append(error)
    for first in first_lines(read.value).tolist():
        try:
            values[read.value[first]] = reader.checked(read[first]).value
        except AnswersError as error:
            faults.append(error)
    read = replace(read, pairs=tuple(ids), values=tuple(values))
    refuse_faults([*faults, *([] if faults else _answered_twice(read))], table.source, AnswersError)
    if isinstance(lines, np.ndarray):  # some experts may have judged nothing
        read = read.taken(np.arange(len(read)))
    return Answers(read, (*remarks, *reader.remarks()))


def unguarded(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from running it as a formula."""
    return cell[1:] if cell.startswith("'") and starts_formula(cell.lstrip("'")) else cell
