"""Values that come in for a period of an evaluation, from an office's table or typed: what must be
asked, what would change, what is still missing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from ..errors import AHPError, EvaluationError
from ..evaluation import Scheme
from ..messages import Phrase
from ..process.evaluations.deliveries import missing_cells
from ..process.evaluations.events import CellKey, File, Row
from ..process.evaluations.rules import left_to_raters
from ..process.evaluations.state import EvaluationState, PeriodState, Person, Recording
from ..process.evaluations.units import active_in
from ..tables.grids import Grid, read_grid
from . import layout_questions
from .import_preview import import_preview
from .layout_questions import History, Question
from .layout_reading import Reading, read_layout, typed_value
from .layout_suggestion import Suggestion, shown, suggest_layout
from .observation_layout import JOIN, LEFT_OUT, Layout, LayoutColumn, items_of, values_of


@dataclass(frozen=True, eq=False)
class Scope:
    """For which period values come in, and who delivers them.

    Attributes:
        state: the evaluation.
        period: `str(Period)`.
        owner: the data owner who delivers their own indicators; None = the organizer, who delivers
            all.
    """

    state: EvaluationState
    period: str
    owner: Person | None = None

    @property
    def held(self) -> PeriodState:
        """The period."""
        return self.state.periods[self.period]

    @property
    def scheme(self) -> Scheme:
        """The scheme it is under."""
        return self.held.scheme

    @cached_property
    def units(self) -> Mapping[str, str]:
        """Id -> name of the units that are active in it."""
        return {unit.id: unit.name for unit in self.state.units if active_in(unit, self.period)}

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """What else they are called -> id."""
        others = {
            name: unit.id
            for unit in self.state.units
            for name in (*unit.former_names, *unit.aliases)
        }
        learned = {**others, **self.state.aliases}
        return {name: unit for name, unit in learned.items() if unit in self.units}

    @cached_property
    def indicators(self) -> tuple[str, ...]:
        """Ids of what is delivered: indicators that count in the period, deductions, bonuses and
        vetoes.
        """
        every = (*self.scheme.counting(self.held.period), *self.scheme.events)
        return every if self.owner is None else self.of_owner(self.owner)

    def of_owner(self, owner: Person) -> tuple[str, ...]:
        """Those of a data owner."""
        every = (*self.scheme.counting(self.held.period), *self.scheme.events)
        return tuple(one for one in every if one in owner.indicators)

    @cached_property
    def typed(self) -> tuple[str, ...]:
        """Those that are typed: the others are left to raters."""
        rated = left_to_raters(self.state, self.scheme)
        return tuple(one for one in self.indicators if one not in rated)

    @cached_property
    def now(self) -> Mapping[CellKey, Row]:
        """Cell -> what was recorded in it, of the indicators that are delivered."""
        return {
            key: value.row
            for key, value in self.held.values.items()
            if key.indicator in self.indicators
        }

    @cached_property
    def earlier(self) -> History:
        """Earlier periods -> cell -> value, of the indicators that are delivered."""
        return {
            str(held.period): {
                _layout_key(key): value.row.value
                for key, value in held.values.items()
                if key.indicator in self.indicators
            }
            for held in self.state.before(self.period)
        }

    @cached_property
    def layouts(self) -> tuple[Layout, ...]:
        """How files were read before, the latest last: those of the data owner, or those that the
        organizer remembered.
        """
        recorded = [
            one for held in self.state.periods.values() for one in held.recordings if self._own(one)
        ]
        recorded.sort(key=lambda one: one.stamp.seq)
        contents = [one.action.layout for one in recorded if one.action.layout]
        if self.owner is None:
            contents += self.state.layouts.values()
        return tuple(Layout.from_content(content) for content in dict.fromkeys(contents))

    def _own(self, recording: Recording) -> bool:
        return self.owner is None or recording.owner == self.owner.id

    def missing(
        self, indicators: Iterable[str], also: Iterable[CellKey] = ()
    ) -> tuple[CellKey, ...]:
        """Cells without a value, see `missing_cells`; deductions, bonuses and vetoes never miss."""
        leaves = [one for one in indicators if one in self.scheme.indicator]
        return tuple(missing_cells(self.state, self.held, leaves, also))


def _layout_key(key: CellKey) -> layout_questions.CellKey:
    return layout_questions.CellKey(**key._asdict())


@dataclass(frozen=True)
class Upload:
    """A file that somebody brings.

    Attributes:
        name: as it is called.
        content: its bytes.
        sheet: of a workbook; "" for its only one.
    """

    name: str
    content: bytes
    sheet: str = ""

    @cached_property
    def file(self) -> File:
        """As an event names it."""
        return File(hashlib.sha256(self.content).hexdigest(), self.name, len(self.content))


@dataclass(frozen=True)
class CellChange:
    """What becomes of a cell.

    Attributes:
        row: what is delivered; with an empty value where it is taken away.
        kind: `"new"`, `"same"`, `"changed"` or `"removed"`.
        before: what stands there.
        doubts: why somebody should look at it.
    """

    row: Row
    kind: Literal["new", "same", "changed", "removed"]
    before: Row | None
    doubts: tuple[Phrase, ...] = ()


@dataclass(frozen=True)
class Changes:
    """What would change.

    Attributes:
        cells: that are delivered.
        faults: why nothing can be recorded, the first ones.
        fault_count: how many there are in all.
    """

    cells: tuple[CellChange, ...] = ()
    faults: tuple[Phrase, ...] = ()
    fault_count: int = 0

    def of_kind(self, *kinds: str) -> tuple[CellChange, ...]:
        """Those of some kinds."""
        return tuple(one for one in self.cells if one.kind in kinds)

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is to be recorded."""
        return tuple(one.row for one in self.of_kind("new", "changed"))

    @property
    def removed(self) -> tuple[CellKey, ...]:
        """Cells that have no value any more."""
        return tuple(one.row.key for one in self.of_kind("removed"))

    @property
    def seen(self) -> dict[CellKey, Row | None]:
        """What stands in the cells."""
        return {one.row.key: one.before for one in self.cells}

    @property
    def needs_reason(self) -> bool:
        """Whether something that was recorded is changed."""
        return bool(self.of_kind("changed", "removed"))


@dataclass(frozen=True)
class FileImport:
    """A file as it would be imported.

    Attributes:
        upload: the file.
        layout: how it is read.
        questions: what was asked; answers may be changed.
        open: what must be answered first.
        changes: None while something is open.
        remarks: what was read how, and what was passed over.
        missing: cells without a value after it, of the indicators in the file.
        remembered: whether a layout of another file fits.
        template: whether it was given out to be filled in.
        aliases: name in the file -> id of the unit that it was said to be.
    """

    upload: Upload
    layout: Layout
    questions: tuple[Question, ...]
    open: tuple[Question, ...]
    changes: Changes | None = None
    remarks: tuple[Phrase, ...] = ()
    missing: tuple[CellKey, ...] = ()
    remembered: bool = False
    template: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict)


Answer = Callable[[Question], str | None]
"""Question -> one of `choices`; None while it is open."""


def choice_id(column: LayoutColumn) -> str:
    """What a column may be, as a text that tells it from others."""
    return JOIN.join((column.role, *column.target, column.measure or ""))


def choices(question: Question, scope: Scope, layout: Layout) -> dict[str, LayoutColumn | str]:
    """What may be answered, the likeliest first: id -> a column of the layout, or the id of a
    unit; `LEFT_OUT` where a unit, an indicator or a column is passed over.
    """
    if question.about == "unit":
        return {unit: unit for unit in (*question.units, *scope.units, LEFT_OUT)}
    if question.about == "measure":
        return {choice_id(one): one for one in question.columns}
    scheme, header = scope.scheme, question.name
    every = [
        replace(values_of(scheme, one, part), header=header)
        for one in scope.indicators
        for part in items_of(scheme, one) or ("",)
    ]
    if question.about == "indicator":
        others = [LayoutColumn(header, "values", LEFT_OUT)]
    else:
        taken = {column.role for column in layout.columns}
        once = ("value", "period", "item", "input", "rater") if layout.kind == "long" else ()
        free = tuple(one for one in (*once, "stated") if one == "value" or one not in taken)
        every = [] if layout.kind == "long" else every
        roles = (*free, "evidence", "note", "left_out")
        others = [LayoutColumn(header, one) for one in roles]
    return {choice_id(one): one for one in (*question.columns, *every, *others)}


def sheets_of(content: bytes, name: str) -> tuple[str, ...]:
    """The sheets among which somebody must choose; none where there is only one.

    Raises:
        EvaluationError: the file can't be read.
    """
    try:
        read_grid(content, name, EvaluationError)
    except EvaluationError as error:
        if error.code != "several_sheets":
            raise
        return tuple(error.parameters["valid"])
    return ()


def read_file(scope: Scope, upload: Upload, answer: Answer) -> FileImport:
    """Read a file as far as it is known how.

    Args:
        scope: what it is for.
        upload: the file.
        answer: what somebody has said so far.

    Raises:
        EvaluationError: the file can't be read, or was given out for another period or scheme.
    """
    grid = read_grid(upload.content, upload.name, EvaluationError, upload.sheet)
    suggestion = _suggested(scope, grid, {})
    aliases: dict[str, str] = {}
    units = _by_name(one for one in suggestion.questions if one.about == "unit")
    _answered(scope, suggestion.layout, units, answer, aliases)
    if aliases:  # known units show where headers end
        suggestion = _suggested(scope, grid, aliases)
    layout, others = _own_columns(scope, suggestion.layout)
    own = _by_name(_own_questions(scope, suggestion.questions))
    # each stays where it was first asked: columns, units, measures
    columns = {key: one for key, one in own.items() if one.about in ("column", "indicator")}
    questions = columns | units | own
    while True:
        layout, is_open = _answered(scope, layout, questions, answer, aliases)
        found = FileImport(
            upload,
            layout,
            tuple(questions.values()),
            is_open,
            remembered=suggestion.remembered,
            template=suggestion.template,
            aliases=aliases,
        )
        if is_open:
            return found
        reading = read_layout(
            *(grid, layout, scope.scheme, scope.period, scope.units),
            aliases=scope.aliases,
            history=scope.earlier,
        )
        asked = _by_name(reading.questions)
        if asked.keys() <= questions.keys():
            return _with_changes(scope, found, reading, others)
        questions |= asked  # what a column is comes before what it is stated in


def _by_name(questions: Iterable[Question]) -> dict[tuple[str, str], Question]:
    """What each is about, and the name -> question."""
    return {(one.about, one.name): one for one in questions}


def _suggested(scope: Scope, grid: Grid, aliases: Mapping[str, str]) -> Suggestion:
    return suggest_layout(
        grid,
        scope.scheme,
        scope.units,
        aliases={**scope.aliases, **aliases},
        earlier=scope.layouts,
        history=scope.earlier,
    )


def _own_columns(scope: Scope, layout: Layout) -> tuple[Layout, tuple[str, ...]]:
    """A layout without what isn't delivered, and what that is called."""
    of_others = [
        column
        for column in layout.columns
        if column.indicator not in ("", LEFT_OUT, *scope.indicators)
    ]
    for column in of_others:
        layout = layout.with_column(layout.passed_over(column))
    return layout, tuple(column.header for column in of_others)


def _own_questions(scope: Scope, questions: Iterable[Question]) -> Iterator[Question]:
    """Questions that name nothing that isn't delivered, to a data owner nothing of others."""
    for one in questions:
        mine = ("", LEFT_OUT, *scope.indicators)
        own = tuple(column for column in one.columns if column.indicator in mine)
        if own == one.columns:
            yield one
        elif one.about != "measure":
            code = f"ask_{one.about}_near" if own else f"ask_{one.about}"
            asked = Phrase(code, name=one.name, near=tuple(map(shown, own)))
            yield replace(one, asked=asked, columns=own)


def _answered(
    scope: Scope,
    layout: Layout,
    questions: Mapping[tuple[str, str], Question],
    answer: Answer,
    aliases: dict[str, str],
) -> tuple[Layout, tuple[Question, ...]]:
    """A layout with what was answered, and what is open."""
    is_open = []
    for one in questions.values():
        chosen = choices(one, scope, layout).get(answer(one) or "")
        if chosen is None:
            is_open.append(one)
        elif isinstance(chosen, LayoutColumn):
            layout = layout.with_column(chosen)
        elif chosen == LEFT_OUT:
            passed = tuple(dict.fromkeys((*layout.no_units, one.name)))
            layout = replace(layout, no_units=passed)
        else:
            aliases[one.name] = chosen
            layout = replace(layout, units={**layout.units, one.name: chosen})
    return layout, tuple(is_open)


def _with_changes(
    scope: Scope, found: FileImport, reading: Reading, others: tuple[str, ...]
) -> FileImport:
    """An import with what was read."""
    rows = [Row(**one) for one in reading.records if one["indicator"] in scope.indicators]
    removed = [
        CellChange(replace(row, value=""), "removed", scope.now[row.key])
        for row in (Row(**one) for one in reading.absent)
        if row.key in scope.now
    ]
    layout, remarks = found.layout, list(reading.remarks)
    left_out = [*layout.no_units]
    left_out += [
        column.header
        for column in layout.columns
        if column.indicator == LEFT_OUT and column.header not in others
    ]
    passed = "names_of_others" if scope.owner else "names_not_counting"
    for code, names in (("names_left_out", tuple(left_out)), (passed, others)):
        remarks += [Phrase(code, names=names, period=scope.period)] if names else []
    faults = [*reading.faults, *_without_document(scope, rows)]
    count = reading.fault_count + len(faults) - len(reading.faults)
    changes = Changes((*_changes(scope, rows), *removed), tuple(faults), count)
    covered = {column.indicator for column in layout.columns}
    wanted = scope.typed if scope.owner else [one for one in scope.typed if one in covered]
    missing = scope.missing(wanted, (row.key for row in rows))
    return replace(found, changes=changes, remarks=tuple(remarks), missing=missing)


def _without_document(scope: Scope, rows: Iterable[Row]) -> Iterator[Phrase]:
    """Deductions, bonuses and vetoes that lack the number of their document."""
    for row in rows:
        entry = scope.scheme.events.get(row.indicator)
        if entry and entry.document and row.value and not row.evidence.strip():
            problem = Phrase("entry_without_document", unit=row.unit, indicator=row.indicator)
            yield Phrase("at_place", place=row.place, problem=problem) if row.place else problem


def _changes(scope: Scope, rows: Iterable[Row]) -> tuple[CellChange, ...]:
    """What becomes of the cells of some rows."""
    by_key = {row.key: row for row in rows}
    records = [{**_layout_key(key)._asdict(), **_said(row)} for key, row in by_key.items()]
    there = {_layout_key(key): row.value for key, row in scope.now.items() if key in by_key}
    changes = []
    for one in import_preview(records, there, scope.earlier, scope.scheme):
        key = CellKey(**one.cell._asdict())
        row, before = by_key[key], scope.now.get(key)
        kind = one.kind
        if before is not None and kind != "changed":
            kind = "same" if before.says[1:] == row.says[1:] else "changed"
        changes.append(CellChange(row, kind, before, one.doubts))
    return tuple(changes)


def _said(row: Row) -> dict[str, str]:
    return {"value": row.value, "place": row.place}


def typed_cells(scope: Scope, *, unit: str = "", indicator: str = "") -> tuple[Row, ...]:
    """The cells of a grid to type in, with what stands there.

    Args:
        scope: what it is for.
        unit: id; "" for all.
        indicator: id; "" for all that are typed.
    """
    keys: dict[CellKey, None] = {}
    there: dict[tuple[str, str], list[CellKey]] = {}
    for key in scope.now:
        there.setdefault((key.unit, key.indicator), []).append(key)
    for leaf in [indicator] if indicator else scope.typed:
        parts = items_of(scope.scheme, leaf) or ("",)
        for one in [unit] if unit else scope.units:
            for part in parts:
                column = values_of(scope.scheme, leaf, part)
                keys[CellKey(one, leaf, column.item, column.input)] = None
            keys.update(dict.fromkeys(there.get((one, leaf), ())))
    return tuple(scope.now.get(key) or Row(value="", **key._asdict()) for key in keys)


def read_typed(scope: Scope, cells: Iterable[Row]) -> Changes:
    """What was typed.

    Args:
        scope: what it is for.
        cells: of `typed_cells`, with what stands there now.
    """
    rows, removed, faults = [], [], []
    for cell in cells:
        before = scope.now.get(cell.key)
        if before is not None and before.says == cell.says:
            continue
        try:
            value = typed_value(cell.value, _layout_key(cell.key), scope.scheme)
            if value is None and (cell.evidence or cell.note) and cell.value == "":
                raise EvaluationError("typed_without_value")
        except AHPError as error:
            about = {"unit": cell.unit, "indicator": cell.indicator}
            faults.append(Phrase("typed_refused", **about, problem=error))
            continue
        row = replace(cell, value=value or "", place="")
        if value is not None:
            rows.append(row)
        elif before is not None:
            removed.append(CellChange(row, "removed", before))
    faults += _without_document(scope, rows)
    return Changes((*_changes(scope, rows), *removed), tuple(faults), len(faults))
