"""Exports of survey platforms such as 问卷星: a table, and a mapping that gives it a meaning.

Layouts differ from platform to platform and from questionnaire to questionnaire, so a mapping is
data: which column has the experts, which column has which pair, which item stands left, and how the
cells are coded.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, cast

from ..codec import Filled, at, structure, unstructure
from ..datafile import check_size, parse_json
from ..errors import AnswersError
from ..messages import Phrase
from ..scale import SAATY_POSITIONS, not_judged, read_otherwise
from ..study import Answers, Judgment, Survey
from ..study.answers import check_parent
from ..study.entered import judged, spreadsheet_reason
from ..study.names import caseless_key, check_name, name_key
from ..study.survey import labels_of
from ..tables.delimited import UNCALCULATED
from ..tables.faults import first_and_count, refuse_faults
from ..tables.grids import column_letter, ranges
from ..tables.opened import header_key, sums_below
from . import wording
from .ahpsurvey import Side, check_side, read_headed, signed_judgment
from .survey_text import Pair

FORMAT = 1
MAX_ROWS = 50_000
MAX_MAPPING = 2**20
"""Bytes of a saved mapping."""

Coding = Literal["signed", "position", "ratio", "text"]
CODINGS: tuple[Coding, ...] = ("signed", "position", "ratio", "text")

NOT_ANSWERED = ("NA", "(空)", "(跳过)")
"""Cells that stand for no answer, besides blank ones: those of R and of 问卷星."""

_EXPERTS = re.compile(r"姓名|专家|expert|respondent", re.IGNORECASE)
"""What the column with the experts may be called."""

_OTHER_EXPERTS = re.compile(
    r"(?:q?\d+)?\W*(?:请(?:填写|输入))?(?:[您你]的)?(?:填写人|答题人|答卷人|受访者|评委|称呼|(?:your|full)*name)\W*"
)
"""The same, where none is called so, as `header_key` makes the whole of it."""

_POSITION = re.compile(r"([0-9]{1,2})(?:\.0+)?")


@dataclass(frozen=True)
class ColumnTable:
    """A table as it was exported.

    Attributes:
        source: name of the file.
        headers: the line of headers.
        rows: number of the row in the file, and its cells, one a header.
        sheet: of a workbook, "" for CSV.
        remarks: what was read how.
    """

    source: str
    headers: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...] = field(repr=False)
    sheet: str = ""
    remarks: tuple[Phrase, ...] = ()

    @property
    def letters(self) -> tuple[str, ...]:
        """The names of the columns in a spreadsheet: A, B, …."""
        return tuple(map(column_letter, range(len(self.headers))))

    def place(self, row: int, letter: str) -> str:
        """Where a cell stands in the file."""
        if self.sheet:
            return f"{self.source}: sheet {self.sheet!r}, cell {letter}{row}"
        return f"{self.source}: row {row}, column {letter}"


@dataclass(frozen=True)
class PairColumn:
    """What one column means.

    Attributes:
        column: letter of the column.
        parent: id of the node under which the pair is compared.
        left: id of the item that stands left (first) in the question.
        right: id of the other.
        coding: `"signed"`, 9 … 1 … -9; `"position"`, 1 (left extremely) over 9 (equal) to 17 (right
            extremely); `"ratio"`, how much left matters more, 3 or 1/3; `"text"`, see `texts`; None
            while nobody has said.
        negative_is: for `"signed"`, the side that matters more when the value is negative.
        texts: for `"text"`, the options of the question -> how much left matters more.
    """

    column: Filled
    parent: Filled
    left: Filled
    right: Filled
    coding: Coding | None = None
    negative_is: Side | None = None
    texts: Mapping[str, Filled] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class ColumnMapping:
    """What the columns of a table mean.

    Attributes:
        expert: letter of the column with the names of the experts; None calls them by the numbers
            of their rows.
        pairs: the columns of pairs; columns that are not here are passed over.
        not_answered: cells that stand for no answer, besides blank ones.
    """

    expert: str | None
    pairs: tuple[PairColumn, ...]
    not_answered: tuple[str, ...] = NOT_ANSWERED

    def to_json(self) -> str:
        """The mapping as `mapping_from_json` reads it."""
        data = {"format": FORMAT, **unstructure(self)}
        return json.dumps(data, ensure_ascii=False, indent=1)


def read_columns(
    content: bytes | Path, source: str | None = None, *, sheet: str | None = None
) -> ColumnTable:
    """Read a CSV or XLSX file whose first line has the names of the columns; a title above it, or
    the upper line of a header in two lines, is passed over.

    Formulas are not computed: of an XLSX file the values count that were saved with it.

    Args:
        content: the bytes of the file, or its path.
        source: its name, for messages.
        sheet: of a workbook with several.

    Raises:
        AnswersError: the file can't be read, or has no rows; names the row.
    """
    grid, (first, headers), lines = read_headed(content, source, sheet)
    source, count, width = grid.source, len(grid.rows), len(headers)
    if count > MAX_ROWS:
        raise AnswersError("too_many_rows", source=source, count=count, most=MAX_ROWS)
    if count < 2:
        raise AnswersError("table_without_rows", source=source, count=count)
    faults = [
        AnswersError(
            "row_length_unlike_row",
            place=f"{source}: row {row}",
            count=len(grid.rows[row]),
            expected=width,
            first=first,
        )
        for row, _ in lines
        if len(grid.rows[row]) > width
    ]
    refuse_faults(faults, source, AnswersError)
    rows = tuple((row, tuple(cells[:width])) for row, cells in lines)
    return ColumnTable(source, tuple(headers), rows, grid.sheet, grid.remarks)


def mapping_from_json(content: bytes | str, source: str) -> ColumnMapping:
    """Read back what `ColumnMapping.to_json` wrote.

    Raises:
        AnswersError: names the file, the path inside it and what was expected.
    """
    check_size(content, source, AnswersError, MAX_MAPPING)
    data = parse_json(content, source, AnswersError)
    table = structure(data, _MappingTable, source, AnswersError)
    return ColumnMapping(table.expert, table.pairs, table.not_answered)


def _check_pair(pair: PairColumn) -> PairColumn:
    if (pair.negative_is is not None) != (pair.coding == "signed"):
        raise at("negative_is", Phrase("mapping_side", value=pair.negative_is))
    if pair.texts and pair.coding != "text":
        raise at("texts", Phrase("mapping_texts"))
    return pair


@dataclass(frozen=True, kw_only=True)
class _MappingTable:
    """A saved mapping."""

    format: Literal[1]
    expert: Filled | None
    pairs: tuple[Annotated[PairColumn, _check_pair], ...]
    not_answered: tuple[str, ...] = NOT_ANSWERED


def suggest_mapping(
    table: ColumnTable,
    survey: Survey,
    *,
    coding: Coding | None = None,
    negative_is: Side | None = None,
) -> ColumnMapping:
    """Guess what the columns mean by their names; nothing unsure is guessed.

    A column has a pair when its name has the names (in any language) or ids of two items of one
    parent in it, and no other column has them. The item that is judged stands left: the first one
    in "A / B", "A compared with B" or "A 相对于 B", the second one in "compared with A: B" or
    "与A相比，B", for ratios and texts; there, signed values and positions may mean either side, and
    such a column is left out, like one whose wording leaves the direction open. The experts are in
    the one column whose name speaks of 姓名, 专家, expert or respondent, or else is 填写人, 称呼,
    Name or the like, with cells that all differ. Without a coding given,
    all columns are taken for ratios when a cell has a `/`, for positions when they go beyond 9 up
    to 17, and stay without one otherwise: a 3 alone may be anything.

    Args:
        table: the table.
        survey: what it answers.
        coding: of all columns.
        negative_is: for signed values.

    Raises:
        OptionError: signed values without a side.
    """
    if coding == "signed":
        check_side(str(negative_is))
    nodes: dict[str, set[str]] = {}
    for label, ids in labels_of(survey, tuple(survey.nodes)).items():
        nodes.setdefault(caseless_key(label), set()).update(ids)
    pattern = re.compile("|".join(map(_word, sorted(nodes, key=len, reverse=True))))
    guesses: dict[str, Pair] = {}
    judged_first: dict[str, bool | None] = {}
    for letter, header in zip(table.letters, table.headers, strict=True):
        question = caseless_key(header)
        named = list(pattern.finditer(question))
        candidates = _candidates([nodes[m[0]] for m in named], survey)
        if len(candidates) == 1:
            guesses[letter] = candidates[0]
            judged_first[letter] = _judged_first(question, named, nodes, candidates[0])
    often = Counter((asked[0], frozenset(asked[1:])) for asked in guesses.values())
    once = {
        letter: asked
        for letter, asked in guesses.items()
        if often[asked[0], frozenset(asked[1:])] == 1
    }
    coding = coding or _coding(table, once)
    by_side = coding in ("signed", "position")
    sure = {
        letter: (parent, left, right) if judged_first[letter] else (parent, right, left)
        for letter, (parent, left, right) in once.items()
        if judged_first[letter] or (judged_first[letter] is False and not by_side)
    }
    others = [
        (letter, header)
        for letter, header in zip(table.letters, table.headers, strict=True)
        if letter not in sure
    ]
    names = [letter for letter, header in others if _EXPERTS.search(header)] or [
        letter
        for letter, header in others
        if _OTHER_EXPERTS.fullmatch(header_key(header)) and _all_differ(table, letter)
    ]
    pairs = (PairColumn(letter, *asked, coding, negative_is) for letter, asked in sure.items())
    return ColumnMapping(names[0] if len(names) == 1 else None, tuple(pairs))


def _all_differ(table: ColumnTable, letter: str) -> bool:
    """Whether no two cells of a column are the same."""
    k = table.letters.index(letter)
    filled = [name_key(cells[k]) for _, cells in table.rows if cells[k]]
    return len({*filled}) == len(filled)


def _judged_first(
    question: str, named: Sequence[re.Match[str]], nodes: Mapping[str, set[str]], pair: Pair
) -> bool | None:
    """Whether a question judges the item of a pair that it names first, see `wording`."""
    mentions = [
        (match.start(), match.end(), node)
        for match in named
        for node in pair[1:]
        if node in nodes[match[0]]
    ]
    if len(mentions) > len({begin for begin, *_ in mentions}):
        return None  # a name that both items have
    for match in named:  # such as the parent, whose name may have words of comparing in it
        if not nodes[match[0]] & set(pair[1:]):
            name = "□" * len(match[0])
            question = f"{question[: match.start()]}{name}{question[match.end() :]}"
    return wording.judged_first(question, mentions)


def _word(label: str) -> str:
    """A pattern for a label; a Latin one must not go on in a longer word."""
    before = r"(?<![a-z0-9_])" if re.match(r"[a-z0-9_]", label) else ""
    after = r"(?![a-z0-9_])" if re.search(r"[a-z0-9_]\Z", label) else ""
    return f"{before}{re.escape(label)}{after}"


def _candidates(named_nodes: Sequence[set[str]], survey: Survey) -> list[Pair]:
    """The pairs that the labels in a header may stand for, in their order."""
    pairs: dict[tuple[str, frozenset[str]], Pair] = {}
    for parent in survey.hierarchy.compared:
        kids = survey.hierarchy.children[parent]
        here = [node for nodes in named_nodes for node in nodes if node in kids]
        order = list(dict.fromkeys(here))
        for k, left in enumerate(order):
            for right in order[k + 1 :]:
                pairs[parent, frozenset((left, right))] = (parent, left, right)
    return list(pairs.values())


def _coding(table: ColumnTable, columns: Iterable[str]) -> Coding | None:
    at = [table.letters.index(letter) for letter in columns]
    cells = [name_key(cells[k]) for _, cells in table.rows for k in at]
    cells = [cell for cell in cells if not not_judged(cell)]
    if any(re.fullmatch(r"\d+ ?/ ?\d+", cell.replace("⁄", "/")) for cell in cells):
        return "ratio"
    positions = [_POSITION.fullmatch(cell) for cell in cells]
    numbers = [int(position[1]) for position in positions if position]
    if (
        len(numbers) == len(cells)
        and numbers
        and min(numbers) >= 1
        and max(numbers) in range(10, 18)
    ):
        return "position"
    return None


def missing(mapping: ColumnMapping, survey: Survey) -> tuple[Pair, ...]:
    """The comparisons of a survey that no column has."""
    mapped = {(pair.parent, frozenset((pair.left, pair.right))) for pair in mapping.pairs}
    return tuple(
        asked
        for asked in survey.hierarchy.comparisons
        if (asked[0], frozenset(asked[1:])) not in mapped
    )


def apply_mapping(table: ColumnTable, mapping: ColumnMapping, survey: Survey) -> Answers:
    """The answers in a table; pairs without a column are not judged, see `missing`.

    Raises:
        AnswersError: the mapping doesn't fit the table or the survey, or a cell has no value of its
            coding; names the row and the column.
    """
    at = {letter: k for k, letter in enumerate(table.letters)}
    pairs = _checked_pairs(table, mapping, survey)
    empty = {name_key(word) for word in mapping.not_answered}
    judgments: list[Judgment] = []
    faults: list[AnswersError] = []
    read: dict[Phrase, None] = {}
    experts: dict[str, int] = {}
    used = {at[pair.column] for pair in pairs}
    sums = sums_below(table.rows, at[mapping.expert] if mapping.expert else None)
    silent: list[int] = []
    for row, cells in table.rows:
        expert = str(row)
        if row in sums:
            continue
        nameless = mapping.expert and not cells[at[mapping.expert]]
        if nameless and all(not_judged(cells[k]) for k in used):
            silent.append(row)
            continue
        if mapping.expert:
            place = table.place(row, mapping.expert)
            try:
                expert = _expert(cells[at[mapping.expert]], place, experts)
            except AnswersError as error:
                faults.append(error)
                continue
        experts[expert] = row
        for pair in pairs:
            cell = name_key(cells[at[pair.column]])
            if cell in empty or not_judged(cell):
                continue
            place = table.place(row, pair.column)
            try:
                value = _value(cell, pair, place)
            except AnswersError as error:
                faults.append(error)
                continue
            judgments.append(Judgment(expert, pair.parent, pair.left, pair.right, value, place))
            if pair.coding == "ratio" and (other := read_otherwise(cell)):
                read[Phrase("read_as", text=cell, value=other)] = None
    refuse_faults(faults, table.source, AnswersError)
    said = [*table.remarks, *_passed_over(table, mapping)]
    for code, lines in (("lines_of_sums", sums), ("lines_not_judged", silent)):
        if lines:
            said.append(Phrase(code, lines=ranges(lines)))
    if read:
        said.append(Phrase("several_words", each=first_and_count([*read])))
    return Answers(tuple(judgments), tuple(said))


def _passed_over(table: ColumnTable, mapping: ColumnMapping) -> list[Phrase]:
    """Which columns the mapping has no use for."""
    used = {mapping.expert, *(pair.column for pair in mapping.pairs)}
    headers = zip(table.letters, table.headers, strict=True)
    beside = [header or letter for letter, header in headers if letter not in used]
    named = first_and_count([Phrase("place_alone", place=text) for text in beside])
    return [Phrase("columns_passed_over", columns=named)] if beside else []


def _checked_pairs(table: ColumnTable, mapping: ColumnMapping, survey: Survey) -> list[PairColumn]:
    """The columns of pairs, which stand in the table and in the survey, each once."""
    pairs = [_prepared(pair, survey, table.source) for pair in mapping.pairs]
    letters = [pair.column for pair in pairs] + ([mapping.expert] if mapping.expert else [])
    for k, letter in enumerate(letters):
        if letter not in table.letters:
            raise AnswersError(
                "column_absent", source=table.source, column=letter, last=table.letters[-1]
            )
        if letter in letters[:k]:
            raise AnswersError("column_mapped_twice", source=table.source, column=letter)
    asked: dict[tuple[str, frozenset[str]], str] = {}
    for pair in pairs:
        key = (pair.parent, frozenset((pair.left, pair.right)))
        if key in asked:
            raise AnswersError(
                "columns_same_pair",
                source=table.source,
                one=asked[key],
                other=pair.column,
                left=survey.node_name(pair.left, survey.languages[0]),
                right=survey.node_name(pair.right, survey.languages[0]),
            )
        asked[key] = pair.column
    return pairs


def _expert(name: str, place: str, experts: Mapping[str, int]) -> str:
    """The name of an expert who has no row yet."""
    if name == UNCALCULATED:
        raise AnswersError("at_place", place=place, problem=Phrase("formula_uncalculated"))
    expert = check_name(name, place, AnswersError)
    if expert in experts:
        raise AnswersError("expert_in_two_rows", place=place, expert=expert, first=experts[expert])
    return expert


def _prepared(pair: PairColumn, survey: Survey, source: str) -> PairColumn:
    """The column, checked, with the texts as `name_key` gives them."""
    place = f"{source}: column {pair.column}"
    check_parent(pair.parent, survey.hierarchy, place)
    kids = survey.hierarchy.children[pair.parent]
    if pair.left not in kids or pair.right not in kids or pair.left == pair.right:
        raise AnswersError(
            "pair_not_children",
            place=place,
            left=pair.left,
            right=pair.right,
            parent=pair.parent,
            valid=kids,
        )
    if pair.coding is None:
        raise AnswersError("coding_open", place=place)
    if pair.coding not in CODINGS:
        raise AnswersError("column_coding", place=place, coding=pair.coding, valid=tuple(CODINGS))
    if pair.coding == "signed":
        check_side(str(pair.negative_is))
    texts: dict[str, str] = {}
    for text, value in pair.texts.items():
        judged(value, Phrase("text_of", place=place, text=text))
        if texts.setdefault(name_key(text), value) != value:
            raise AnswersError("text_two_values", place=place, text=text)
    return replace(pair, texts=MappingProxyType(texts))


def _value(cell: str, pair: PairColumn, place: str) -> str:
    """How much left matters more than right."""
    if pair.coding == "text" and cell in pair.texts:
        return pair.texts[cell]
    if pair.coding == "ratio":
        judged(cell, place)
        return cell
    if reason := spreadsheet_reason(cell):
        raise AnswersError("at_place", place=place, problem=reason)
    if pair.coding == "text":
        code = "cell_not_listed" if pair.texts else "no_texts"
        raise AnswersError(code, place=place, value=cell, valid=tuple(pair.texts))
    if pair.coding == "position":
        position = _POSITION.fullmatch(cell)
        if position is None or not 1 <= int(position[1]) <= len(SAATY_POSITIONS):
            raise AnswersError("cell_position", place=place, value=cell)
        return SAATY_POSITIONS[int(position[1]) - 1]
    value = signed_judgment(cell, cast(Side, pair.negative_is))
    if value is None:
        raise AnswersError("cell_signed", place=place, value=cell)
    return value
