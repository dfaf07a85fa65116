"""What a report on an evaluation rests on: figures, the results behind them, what was signed.

It is filled from a result alone (`evidence_of_result`), as the command line has it, or from an
evaluation's state (`evidence_of_state`), as the app has it; nothing here reads a database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np

from ..errors import EvaluationError
from ..evaluation import (
    Certainty,
    Evaluation,
    MissingValue,
    Movement,
    PointsLost,
    explain_change,
    missing_values,
    parse_period,
    points_lost,
)
from ..evaluation.peers import PeriodResult, earlier_result, node_points
from ..evaluation.scheme import Scheme
from ..evaluation.scoring import Scored
from ..i18n import translator
from ..i18n.evaluation import name_of
from ..messages import Phrase
from ..process.evaluations.checking import cell_sources
from ..process.evaluations.events import WeightsSource
from ..process.evaluations.judged import result_of
from ..process.evaluations.standing import Standing, moved_since, result_before, standing_of
from ..process.evaluations.state import EvaluationState, PeriodState, Stamp
from ..process.evaluations.years import YearOfUnits, year_of_units
from ..process.events import Actor, LogState
from .check_sources import source_sentence


@dataclass(frozen=True)
class UnitFigure:
    """What a period comes to for a unit.

    Attributes:
        unit: its name.
        group: id of its group; empty where there are none.
        total: None where there is none.
        band: id; empty where there is none.
        rank, group_rank: from 1; 0 where there is no total.
    """

    unit: str
    group: str
    total: Decimal | None
    band: str
    rank: int
    group_rank: int


@dataclass(frozen=True)
class EventEntry:
    """A deduction, bonus or veto that counts.

    Attributes:
        unit: name.
        period: `str(Period)`.
        event: id.
        points: of the indicator, or of the total; None of a veto.
        documents: numbers of the documents behind it; none of a veto that follows from a value.
    """

    unit: str
    period: str
    event: str
    points: Decimal | None
    documents: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class EvaluationEvidence:
    """All that a report on a period of an evaluation says.

    Attributes:
        title: what the evaluation is called; the scheme's name where it is empty.
        period: a period of the scheme's kind, or a year that is made of such.
        scheme: by which the period's totals come about.
        figures: one a unit, in the order of the evaluation.
        parts: the periods that the figures come of, in the order of time, each by its own rules:
            the period alone, or those of a year.
        whole: the result with a column for the period; None where a year is summed up from signed
            totals.
        before: the period before; None where there was none.
        certainty: of `simulate` for the period, with `pairs=True`.
        held: what the log tells of the parts; none where there is no log.
        standing: what the period's scores rest on; None where there is no log, or of a year.
        year: of a year that is summed up from signed totals.
        weights: where they come from; None where that isn't known.
        weights_file: of weights from a file, where they come from, see
            `ahp.evaluation.file_weights.FileWeights.origin`; None = they are from no file.
        sources: (unit, period, id of an indicator, deduction, bonus or veto) -> where its value
            comes from.
        ids: unit -> its id in the log.
        names: what people are called who recorded, checked or signed anything; nobody else is
            named.
        log: where the log stood.
        differing: units whose total or band, computed now, is not what was signed last.
        seq: number of the last event that it rests on; 0 where there is no log.
    """

    title: str
    period: str
    scheme: Scheme
    figures: tuple[UnitFigure, ...]
    parts: tuple[PeriodResult, ...]
    whole: Evaluation | None
    before: PeriodResult | None = None
    certainty: Certainty | None = None
    held: tuple[PeriodState, ...] = ()
    standing: Standing | None = None
    year: YearOfUnits | None = None
    weights: WeightsSource | None = None
    weights_file: Mapping[str, Any] | None = None
    sources: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[Actor, str] = field(default_factory=dict)
    log: LogState | None = None
    differing: tuple[str, ...] = ()
    seq: int = 0

    @property
    def last(self) -> PeriodResult:
        """The last period with observations of its own."""
        return self.parts[-1]

    @property
    def compared(self) -> tuple[PeriodResult, PeriodResult] | None:
        """The two periods between which changes are explained: the period before and this one; of a
        year its first and its last period; None where there is only one.
        """
        if self.is_year:
            return (self.parts[0], self.last) if len(self.parts) > 1 else None
        return None if self.before is None else (self.before, self.last)

    @property
    def is_year(self) -> bool:
        """Whether it is a year that is made of other periods."""
        return self.period != self.last.period

    @property
    def provisional(self) -> bool:
        """Whether there is a log in which any part isn't signed."""
        return any(not one.signatures for one in self.held)

    @cached_property
    def figure(self) -> Mapping[str, UnitFigure]:
        """Unit -> its figure."""
        return {one.unit: one for one in self.figures}

    def named_groups(self, language: str) -> tuple[tuple[str, str, tuple[UnitFigure, ...]], ...]:
        """Id, name and figures of each group, the best first; one without a name for all where
        there are no groups.
        """
        groups = [(one.id, name_of(self.scheme, one, language)) for one in self.scheme.groups]
        sorted_groups = []
        for group, name in groups or [("", "")]:
            own = [one for one in self.figures if one.group == group]
            own.sort(key=lambda one: one.group_rank or len(own) + 1)
            if own:
                sorted_groups.append((group, name, tuple(own)))
        return tuple(sorted_groups)

    def scored_parts(self) -> Iterator[tuple[PeriodResult, Scored, int]]:
        """Each part with all that its totals are made of, and how many periods its grid has."""
        for part in self.parts:
            scored = part.result.scored(part.result.units, part.result.scored_period(part.period))
            yield part, scored, len(scored.grid.periods)

    @cached_property
    def observed(self) -> frozenset[str]:
        """The units of which anything was observed in the last part."""
        *_earlier, (part, scored, width) = self.scored_parts()
        column = scored.grid.periods.index(part.result.scored_period(part.period))
        both = zip(part.result.units, scored.observed[column::width], strict=True)
        return frozenset(unit for unit, some in both if some)

    @cached_property
    def movements(self) -> tuple[Movement, ...]:
        """Why totals changed between the compared periods, of units with a total in both."""
        found = (one for one in self._movements() if isinstance(one, Movement))
        return tuple(found)

    @cached_property
    def unexplained(self) -> tuple[Phrase | EvaluationError, ...]:
        """Why a change can't be split, of units where it can't."""
        return tuple(one for one in self._movements() if not isinstance(one, Movement))

    def _movements(self) -> Iterator[Movement | EvaluationError]:
        if self.compared is None:
            return
        first, last = self.compared
        for unit in last.result.units:
            if unit not in first.result.units:
                continue
            totals = first.result.total(unit, first.period), last.result.total(unit, last.period)
            if None in totals:
                continue
            try:
                yield explain_change(first.result, last.result, unit, first.period, last.period)
            except EvaluationError as problem:
                yield problem

    @cached_property
    def entries(self) -> tuple[EventEntry, ...]:
        """The deductions, bonuses and vetoes that count, in the order of parts and units."""
        found = []
        for part, scored, width in self.scored_parts():
            column = scored.grid.periods.index(part.result.scored_period(part.period))
            vetoes = {veto.id: scored.falls[veto.id] for veto in scored.scheme.vetoes}
            for row, unit in enumerate(part.result.units):
                cell = row * width + column
                for event in scored.scheme.events:
                    amount = int(scored.amounts[event][cell])
                    is_veto = event in vetoes
                    if not (bool(vetoes[event][cell]) if is_veto else amount):
                        continue
                    points = Decimal(amount).scaleb(-scored.scheme.digits.points)
                    documents = documents_of(part, unit, event)
                    entry = EventEntry(unit, part.period, event, points, documents)
                    found.append(replace(entry, points=None) if is_veto else entry)
        return tuple(found)

    @cached_property
    def missing(self) -> tuple[MissingValue, ...]:
        """The values that are missing, part by part, and what each decides."""
        return tuple(
            value for part in self.parts for value in missing_values(part.result, part.period)
        )

    @cached_property
    def lost(self) -> PointsLost:
        """What each unit loses by each indicator in the last part."""
        return points_lost(self.last.result, self.last.period)

    @cached_property
    def part_points(self) -> Mapping[str, np.ndarray]:
        """Child of the goal -> its points, units by parts; NaN where there are none."""
        units = tuple(self.figure)
        nodes: dict[str, np.ndarray] = {}
        for k, part in enumerate(self.parts):
            own = [unit for unit in units if unit in part.result.units]
            rows = [units.index(unit) for unit in own]
            points = node_points(part.result, part.period, own)
            weights = part.result.weights(part.period)
            for node in part.result.scheme.children[part.result.scheme.goal]:
                if node in weights and node in points:
                    empty = np.full((len(units), len(self.parts)), np.nan)
                    nodes.setdefault(node, empty)[rows, k] = points[node]
        return nodes


def documents_of(part: PeriodResult, unit: str, event: str) -> tuple[str, ...]:
    """Numbers of the documents with which a deduction, bonus or veto was recorded."""
    observations = part.result.observations
    columns = observations.columns
    wanted = {"unit": unit, "period": part.period, "indicator": event}
    rows = np.ones(len(observations), bool)
    for role, text in wanted.items():
        column = columns[role]
        if text not in column.names:
            return ()
        rows &= column.codes == column.names.index(text)
    evidence = (columns["evidence"][row] for row in np.flatnonzero(rows).tolist())
    return tuple(dict.fromkeys(filter(None, evidence)))


def evidence_of_result(
    result: Evaluation,
    period: str,
    *,
    title: str = "",
    before: PeriodResult | None = None,
    certainty: Certainty | None = None,
) -> EvaluationEvidence:
    """What a report rests on where there is a result and no log.

    Args:
        result: of `evaluate`.
        period: one of its periods, or a year that is made of them.
        title: what the evaluation is called.
        before: what the period is compared with; None = the period before, of the same evaluation,
            where there is one.
        certainty: of `simulate` for this period, with `pairs=True`.

    Raises:
        EvaluationError: no such period, or a year of which no period was evaluated.

    >>> from ahp.resources import data_folder
    >>> from ahp.report.evaluation_evidence import evidence_of_result
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> evidence = evidence_of_result(result, "2026Q2")
    >>> evidence.figures[0].total, evidence.before.period
    (Decimal('77.6'), '2026Q1')
    """
    column = result.period_position(period)
    name = result.periods[column]
    parsed = parse_period(name)
    parts = tuple(
        PeriodResult(result, str(part))
        for part in sorted(result.parts(parsed))
        if str(part) in result.periods
    )
    if not parts:
        raise EvaluationError("period_of_others", period=name)
    return EvaluationEvidence(
        title,
        name,
        result.scheme,
        _figures(result, column),
        parts,
        result,
        before=before or earlier_result(result, name),
        certainty=certainty,
    )


def _figures(result: Evaluation, column: int) -> tuple[UnitFigure, ...]:
    group_of = {unit: group.id for group in result.scheme.groups for unit in group.units}
    return tuple(
        UnitFigure(
            unit,
            group_of.get(unit, ""),
            result.total(unit, result.periods[column]),
            str(result.bands[row, column]),
            int(result.ranks[row, column]),
            int(result.group_ranks[row, column]),
        )
        for row, unit in enumerate(result.units)
    )


def evidence_of_state(
    state: EvaluationState,
    period: str,
    language: str,
    *,
    who: Callable[[Actor], str] | None = None,
    certainty: Certainty | None = None,
    log: LogState | None = None,
) -> EvaluationEvidence:
    """What a report rests on where there is a log: figures by what counts now, with what was
    signed and corrected; of a year the signed totals.

    Args:
        state: the evaluation.
        period: one that was opened, or a year in which one was.
        language: of the words for sources.
        who: what people are called who did something; None = as the state names them, which knows
            no accounts.
        certainty: of `simulate` for this period, with `pairs=True`.
        log: where the log stood, and whether it verifies.

    Raises:
        EvaluationError: no such period, or no result follows.
    """
    opened = state.periods
    _ = translator(language)
    names: dict[Actor, str] = {}

    def named(actor: Actor) -> str:
        if actor not in names:
            own = state.name_of(actor) or _("organizer without an account")
            names[actor] = who(actor) if who else own
        return names[actor]

    held: tuple[PeriodState, ...]
    if period in opened:
        held = (opened[period],)
        result = result_of(state, period)
        evidence = evidence_of_result(
            result, period, before=result_before(state, period), certainty=certainty
        )
        evidence = replace(
            evidence,
            standing=standing_of(state, held[0]),
            differing=tuple(
                state.unit[unit].name
                for unit in (moved_since(state, period) if held[0].signatures else ())
            ),
        )
    else:
        held = tuple(
            sorted(
                (one for one in opened.values() if str(one.period.whole_year) == period),
                key=lambda one: one.period,
            )
        )
        if not held:
            raise EvaluationError("period_not_evaluated", period=period, valid=tuple(opened))
        evidence = _evidence_of_year(state, period, held)
    sources = {
        (state.unit[unit].name, str(one.period), indicator): source_sentence(
            source, named, language
        )
        for one in held
        for (unit, indicator), source in cell_sources(state, one).items()
        if unit in state.unit
    }
    for stamp in (stamp for one in held for stamp in _stamps(one)):
        named(stamp.actor)
    return replace(
        evidence,
        title=state.title,
        held=held,
        weights=held[-1].version.weights,
        sources=sources,
        ids={unit.name: unit.id for unit in state.units},
        names=names,
        log=log,
        seq=state.seq,
    )


def _stamps(held: PeriodState) -> Iterator[Stamp]:
    """When something was done that a report names, and by whom."""
    yield held.opened
    yield from (one.stamp for one in held.recordings)
    yield from (one.stamp for one in held.signatures)
    yield from filter(None, (held.checked, held.notices and held.notices.stamp))


def _evidence_of_year(
    state: EvaluationState, year: str, held: Sequence[PeriodState]
) -> EvaluationEvidence:
    """The year as its signed totals give it."""
    summed = year_of_units(state, year)
    figures = tuple(
        UnitFigure(one.unit.name, one.group, one.total, one.band, one.rank, one.group_rank)
        for one in summed.units
    )
    parts = tuple(PeriodResult(result_of(state, str(one.period)), str(one.period)) for one in held)
    return EvaluationEvidence(year, year, summed.scheme, figures, parts, None, year=summed)
