"""The check matrix (核对): units by indicators, with the state and the source of each cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from ..evaluation import Evaluation
from ..evaluation.cells import INAPPLICABLE, UNCOUNTED, UNDUE, UNREPORTED
from ..evaluation.peers import counted_indicators
from ..evaluation.scheme import Deduction, Scheme
from ..evaluation.scoring import Scored
from ..i18n import translator
from ..i18n.evaluation import names_of, plain_number
from ..i18n.evaluation_results import heading, state_words
from ..templates import render
from .evaluation import as_printed
from .table import Table

STATES = (
    *("veto", "undecided", "missing", "outlier", "deduction"),
    *("not_due", "not_applicable", "not_counted", "ok"),
)
"""What is to be looked at in a cell, the most serious first."""

ORDINARY = frozenset({"not_applicable", "not_counted", "ok"})
"""States that ask for nothing."""

_OF_STATUS = {
    UNREPORTED: "missing",
    UNDUE: "not_due",
    INAPPLICABLE: "not_applicable",
    UNCOUNTED: "not_counted",
}


class Shade(NamedTuple):
    """Colors of a mark, which has a ground of its own, so that it reads on a light page and on a
    dark one.

    Attributes:
        text, ground: as `"#rrggbb"`, with a contrast of 4.5:1 or more (WCAG 2.2, 1.4.3).
    """

    text: str
    ground: str


SHADES: Mapping[str, Shade] = {
    "veto": Shade("#ffffff", "#a3232f"),
    "undecided": Shade("#ffffff", "#1f5fa8"),
    "missing": Shade("#000000", "#f2b84b"),
    "outlier": Shade("#ffffff", "#6b3fa0"),
    "deduction": Shade("#ffffff", "#9a4a10"),
    "not_due": Shade("#0b3c5d", "#cfe4f5"),
    "not_applicable": Shade("#333b44", "#dfe3e8"),
    "not_counted": Shade("#333b44", "#f1f3f5"),
    "ok": Shade("#14532d", "#d9f2e0"),
}
"""State -> its colors; a word always stands with them."""


@dataclass(frozen=True)
class CheckCell:
    """A cell of the check matrix.

    Attributes:
        unit: name.
        indicator: id; of the goal for the total.
        value: in few digits, "" where there is none.
        points: as text, likewise; of the goal its total.
        states: of `STATES`, the most serious first, `"ok"` alone.
        words: what they are called.
        source: where the value comes from, as the caller says.
    """

    unit: str
    indicator: str
    value: str
    points: str
    states: tuple[str, ...]
    words: tuple[str, ...]
    source: str

    @property
    def text(self) -> str:
        """Value and points, `"0.97 → 94"`; one of both where the other is the same or none."""
        return " → ".join(dict.fromkeys(part for part in (self.value, self.points) if part))

    @property
    def marks(self) -> tuple[tuple[str, str], ...]:
        """State and word of what is to be looked at; nothing where all is in order."""
        both = zip(self.states, self.words, strict=True)
        return tuple((state, word) for state, word in both if state != "ok")


@dataclass(frozen=True)
class CheckMatrix:
    """Units by indicators, with a last column for what is about the total.

    Attributes:
        title: with period and number of units.
        columns: ids of the indicators that count, then the goal's.
        names: what they are called.
        rows: of each unit, a cell a column.
        counts: state -> in how many cells it is, in the order of `STATES`.
        language: of the texts.
    """

    title: str
    columns: tuple[str, ...]
    names: tuple[str, ...]
    rows: tuple[tuple[CheckCell, ...], ...]
    counts: Mapping[str, int]
    language: str

    def attention(self) -> CheckMatrix:
        """Only the units and the indicators of which anything is to be looked at."""
        wanted = [[not ORDINARY.issuperset(cell.states) for cell in row] for row in self.rows]
        places = [k for k in range(len(self.columns)) if any(row[k] for row in wanted)]
        rows = (row for row, some in zip(self.rows, wanted, strict=True) if any(some))
        return replace(
            self,
            columns=tuple(self.columns[k] for k in places),
            names=tuple(self.names[k] for k in places),
            rows=tuple(tuple(row[k] for k in places) for row in rows),
        )

    def summary(self) -> str:
        """How many cells are in which state."""
        _ = translator(self.language)
        words = state_words(_)
        said = (
            _("{state}: {count}").format(state=words[state], count=count)
            for state, count in self.counts.items()
        )
        return _(", ").join(said)

    def table(self) -> Table:
        """A row a unit, each cell as text with the words of its states."""
        _ = translator(self.language)
        rows = tuple(
            (row[0].unit, *(_cell_text(cell, self.language) for cell in row)) for row in self.rows
        )
        return Table(self.title, (_("Unit"), *self.names), rows, self.language, note=self.summary())

    def cells_table(self) -> Table:
        """A row a cell: unit, indicator, value, points, states and source."""
        _ = translator(self.language)
        headings = (_("Unit"), _("Indicator"), _("Value"), _("Points"), _("State"), _("Source"))
        rows = tuple(
            (cell.unit, name, cell.value, cell.points, _(", ").join(cell.words), cell.source)
            for row in self.rows
            for cell, name in zip(row, self.names, strict=True)
        )
        return Table(self.title, headings, rows, self.language)

    def html(self, *, tapped: bool = False) -> str:
        """The matrix as an HTML table, in which every text is escaped; states are words on a
        colored ground, sources the titles of cells.

        Args:
            tapped: every cell is a button that names its unit and its indicator.
        """
        _ = translator(self.language)
        return render(
            "check_matrix.html",
            title=_("{title}. {summary}").format(title=self.title, summary=self.summary()),
            unit=_("Unit"),
            columns=self.names,
            rows=[(row[0].unit, row) for row in self.rows],
            shades=tuple(SHADES.items()),
            tapped=tapped,
        )


def _short(value: float) -> str:
    """A value in few digits: four decimals, or as many significant ones below 1."""
    return f"{value:.4g}" if abs(value) < 1 else plain_number(Decimal(f"{value:.4f}"))


def _cell_text(cell: CheckCell, language: str) -> str:
    _ = translator(language)
    words = _(", ").join(word for _state, word in cell.marks)
    if not words:
        return cell.text
    return _("{text} ({words})").format(text=cell.text, words=words) if cell.text else words


def check_matrix(
    result: Evaluation,
    period: str,
    language: str,
    *,
    sources: Mapping[tuple[str, str], str] | None = None,
    outliers: Collection[tuple[str, str]] = (),
    undecided: Collection[tuple[str, str]] = (),
) -> CheckMatrix:
    """What is known of each value of a period, and what is to be looked at.

    Args:
        result: of `evaluate`.
        period: one with observations of its own.
        language: of the texts.
        sources: (unit, id of an indicator, deduction, bonus or veto) -> where it comes from, such
            as `"errors.csv, row 3"` or `"rated by 3"`.
        outliers: (unit, indicator) of values that stand out, as the import found them.
        undecided: (unit, deduction, bonus or veto) that wait for a second person.

    Raises:
        EvaluationError: no such period, or one that is made of others.

    >>> from ahp.resources import data_folder
    >>> from ahp.report.check_matrix import check_matrix
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> matrix = check_matrix(result, "2026Q2", "en")
    >>> matrix.summary()
    'missing value: 1, deduction: 2, not applicable: 2, in order: 223'
    >>> matrix.rows[2][-3].words
    ('missing value',)
    """
    _ = translator(language)
    parsed = result.scored_period(period)
    column = result.period_position(period)
    scored = result.scored(result.units, parsed)
    sources = sources or {}
    words, names = state_words(_), names_of(result.scheme, language)
    marks = _marks(scored)
    waiting = {(unit, _node_of(result.scheme, event)) for unit, event in undecided}
    leaves = counted_indicators(result, period)
    goal, digits = result.scheme.goal, result.scheme.digits
    rows = []
    for row, unit in enumerate(result.units):
        cell = row * len(scored.grid.periods) + scored.grid.periods.index(parsed)
        cells = []
        for leaf in (*leaves, goal):
            found = set(marks.get((cell, leaf), ()))
            found |= {"outlier"} if (unit, leaf) in outliers else set()
            found |= {"undecided"} if (unit, leaf) in waiting else set()
            if leaf == goal:
                value, number, places = np.nan, result.totals[row, column], digits.total
                found |= {"missing"} if np.isnan(number) else set()
                at = list(result.scheme.events)
            else:
                k = result.indicators.index(leaf)
                value, number = result.values[row, column, k], result.scores[row, column, k]
                status, places = int(result.status[row, column, k]), digits.points
                found |= {_OF_STATUS[status]} if status in _OF_STATUS else set()
                at = [leaf]
            own = {**words, "missing": _("no total")} if leaf == goal else words
            states = tuple(state for state in STATES if state in found) or ("ok",)
            points = as_printed(number, places)
            cells.append(
                CheckCell(
                    unit,
                    leaf,
                    "" if np.isnan(value) else _short(value),
                    "" if points is None else f"{points}" if leaf == goal else plain_number(points),
                    states,
                    tuple(own[state] for state in states),
                    _("; ").join(sources[unit, one] for one in at if (unit, one) in sources),
                )
            )
        rows.append(tuple(cells))
    counted = Counter(state for row_cells in rows for one in row_cells for state in one.states)
    whole_name = result.scheme.text(result.scheme.name, language)
    return CheckMatrix(
        heading(whole_name, str(parsed), len(rows), language),
        (*leaves, goal),
        (*(names[leaf] for leaf in leaves), _("Total")),
        tuple(rows),
        {state: counted[state] for state in STATES if counted[state]},
        language,
    )


def _node_of(scheme: Scheme, event: str) -> str:
    """The indicator or goal that a deduction, bonus or veto is about."""
    return getattr(scheme.events[event], "indicator", None) or scheme.goal


def _marks(scored: Scored) -> dict[tuple[int, str], set[str]]:
    """Cell and node -> its deductions and vetoes."""
    marks: dict[tuple[int, str], set[str]] = {}
    for state, node, cells in _events(scored):
        for cell in cells:
            marks.setdefault((cell, node), set()).add(state)
    return marks


def _events(scored: Scored) -> Iterator[tuple[str, str, list[int]]]:
    """State, node and cells of deductions and vetoes; those without an indicator are the goal's."""
    scheme = scored.scheme
    for event in scheme.events.values():
        if isinstance(event, Deduction):
            cells = np.flatnonzero(scored.amounts[event.id]).tolist()
            yield "deduction", _node_of(scheme, event.id), cells
    for veto in scheme.vetoes:
        yield "veto", scheme.goal, np.flatnonzero(scored.falls[veto.id]).tolist()
        if veto.when is not None:
            leaf = veto.when.indicator
            holds = scored.holds(veto.when, scored.leaves[leaf])
            yield "veto", leaf, np.flatnonzero(holds).tolist()
    for _veto, leaf, cells_of_point in scored.failed_key_points():
        yield "veto", leaf, cells_of_point.tolist()
