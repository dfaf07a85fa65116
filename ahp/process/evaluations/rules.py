"""What may happen next in an evaluation, and why something may not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import singledispatch

from ...errors import AccessError, AHPError
from ...evaluation.observations import NOT_APPLICABLE
from ...evaluation.periods import parse_period
from ...evaluation.rules import Checklist, sample_of
from ...evaluation.rules import Rated as RatedRule
from ...evaluation.scheme import Scheme
from ...evaluation.scoring import period_problem
from ...messages import Phrase
from ..events import Actor
from ..roles import second_person
from .days import day_of, day_words, is_zone
from .events import (
    AppealDecided,
    Appealed,
    CellAccepted,
    CellKey,
    CheckUndone,
    CorrectionProposed,
    CorrectionWithdrawn,
    Done,
    DueChanged,
    EntryConfirmed,
    EntryRejected,
    EvaluationArchived,
    EvaluationCreated,
    EvaluationUnarchived,
    Logged,
    NoticeOpened,
    NoticesIssued,
    OnPeriod,
    PeriodChecked,
    PeriodOpened,
    PeriodSigned,
    PersonAdded,
    PersonChanged,
    PersonLinkIssued,
    PersonLinkRevoked,
    PersonRemoved,
    Rated,
    RatingAttached,
    RatingClosed,
    RatingOpened,
    RatingsSubmitted,
    ReportSigned,
    ReportWritten,
    Row,
    SchemeApproved,
    SchemeProposed,
    SchemeWithdrawn,
    UnitAdded,
    UnitChanged,
    UnitMerged,
    ValuesRecorded,
)
from .state import Appeal, EvaluationState, PeriodState, Person, Stamp, scheme_of_content
from .units import Unit, active_in, merge_problem, unit_problem

CANNOT_JUDGE = "cannot judge"
"""What a rater says who can't grade a cell: it counts as no rating."""

MOST_FILES = 10
"""Pieces of evidence that a rater can attach to a cell."""

CHECK_RESULTS = ("yes", "partly", "no", NOT_APPLICABLE)
"""What a rater can say of a control point that is checked as a whole."""


def rated_leaves(scheme: Scheme) -> tuple[str, ...]:
    """Ids of the indicators that raters grade, whoever the raters are."""
    return tuple(
        leaf
        for leaf, indicator in scheme.indicator.items()
        if isinstance(indicator.rule, RatedRule)
    )


def ratable_leaves(scheme: Scheme) -> tuple[str, ...]:
    """Ids of the indicators that a rater can be given: what is graded, and checklists."""
    return tuple(
        leaf
        for leaf, indicator in scheme.indicator.items()
        if isinstance(indicator.rule, RatedRule | Checklist)
    )


def asked_of(person: Person, scheme: Scheme) -> tuple[str, ...]:
    """Ids of the indicators that a rater rates: those they were given, or all that are graded."""
    if not person.indicators:
        return rated_leaves(scheme)
    return tuple(leaf for leaf in ratable_leaves(scheme) if leaf in person.indicators)


def left_to_raters(state: EvaluationState, scheme: Scheme) -> tuple[str, ...]:
    """Ids of the indicators that raters rate and nobody delivers: what is graded, and the
    checklists that raters were given.
    """
    raters = (one for one in state.participants.values() if one.role == "rater")
    given = {leaf for one in raters for leaf in asked_of(one, scheme)}
    graded = rated_leaves(scheme)
    return tuple(leaf for leaf in scheme.indicator if leaf in graded or leaf in given)


def answers_to(scheme: Scheme, indicator: str, item: str) -> tuple[str, ...]:
    """What a rater can say of a cell; nothing where the part of a sample is said, such as 38/40."""
    rule = scheme.indicator[indicator].rule
    if isinstance(rule, RatedRule):
        return tuple(grade.id for grade in scheme.grades[rule.grades])
    points = rule.control_points if isinstance(rule, Checklist) else ()
    sampled = any(point.id == item and point.sample for point in points)
    return () if sampled else CHECK_RESULTS


_ABOUT_PEOPLE = (PersonChanged, PersonRemoved, PersonLinkIssued, PersonLinkRevoked)


def objection(state: EvaluationState, event: Logged) -> Phrase | None:
    """Why something could not happen next in an evaluation."""
    if isinstance(event.action, EvaluationCreated) != (state.seq == 0):
        return Phrase("event_not_first" if state.seq else "event_creates_nothing")
    by_link = event.actor.kind == "person"
    if by_link != (not event.action.acts) and not (
        by_link and isinstance(event.action, ValuesRecorded)
    ):
        return Phrase("act_of_another_kind")
    adds = isinstance(event.action, PersonAdded)
    needs = isinstance(event.action, _ABOUT_PEOPLE)
    if (needs or event.person is not None) and not adds and event.person not in state.participants:
        return Phrase("person_unknown", person=event.person or "")
    if by_link and event.person != event.actor.id:
        return Phrase("act_of_another_person")
    return _objection(event.action, state, event)


@singledispatch
def _objection(action: Done, state: EvaluationState, event: Logged) -> Phrase | None:
    """Why an action can't be; None by default."""
    return None


@_objection.register
def _(action: EvaluationArchived, state: EvaluationState, event: Logged) -> Phrase | None:
    return Phrase("event_archives_again") if state.archived_seq is not None else None


@_objection.register
def _(action: EvaluationUnarchived, state: EvaluationState, event: Logged) -> Phrase | None:
    return Phrase("event_unarchives_again") if state.archived_seq is None else None


@_objection.register
def _(action: SchemeProposed, state: EvaluationState, event: Logged) -> Phrase | None:
    if state.proposed:
        return Phrase("scheme_waits", number=state.proposed.number)
    if action.number != len(state.versions) + 1:
        return Phrase("scheme_number", number=len(state.versions) + 1)
    try:
        scheme_of_content(action.content)
    except AHPError as error:
        return Phrase("scheme_unreadable", problem=error)
    return None


@_objection.register
def _(action: SchemeApproved, state: EvaluationState, event: Logged) -> Phrase | None:
    if state.proposed is None or state.proposed.number != action.number:
        return Phrase("scheme_not_proposed", number=action.number)
    if state.running:
        return _same_person(state, state.proposed.proposed, event.actor)
    return None


@_objection.register
def _(action: SchemeWithdrawn, state: EvaluationState, event: Logged) -> Phrase | None:
    if state.proposed is None or state.proposed.number != action.number:
        return Phrase("scheme_not_proposed", number=action.number)
    return None


def _same_person(state: EvaluationState, first: Stamp, second: Actor) -> Phrase | None:
    """Why an act that takes two people is not done by two."""
    for one in state.doers(first):
        try:
            second_person(one, second)
        except AccessError as error:
            by_link = one != first.actor and error.code == "first_person_without_account"
            return Phrase("link_without_account" if by_link else error.code)
    return None


@_objection.register
def _(action: UnitAdded, state: EvaluationState, event: Logged) -> Phrase | None:
    if action.unit.id in state.unit:
        return Phrase("unit_added_again", unit=action.unit.name)
    return _unit_problem(action.unit, None, state)


@_objection.register
def _(action: UnitChanged, state: EvaluationState, event: Logged) -> Phrase | None:
    if action.unit.id not in state.unit:
        return Phrase("unit_not_listed", unit=action.unit.name)
    return _unit_problem(action.unit, state.unit[action.unit.id], state)


def _unit_problem(unit: Unit, before: Unit | None, state: EvaluationState) -> Phrase | None:
    """Why a unit can't be in the list; only `UnitMerged` says that it goes into another one."""
    merged = (before.merged_into, before.merged_from) if before else (None, "")
    if (unit.merged_into, unit.merged_from) != merged:
        return Phrase("unit_merged_otherwise", unit=unit.name)
    kind = state.version.scheme.period.kind if state.version else "quarter"
    return unit_problem(state.units, unit, kind) or _other_units_problem(state, unit)


@_objection.register
def _(action: UnitMerged, state: EvaluationState, event: Logged) -> Phrase | None:
    if problem := merge_problem(state.units, action.unit, action.into, action.period):
        return problem
    unit = state.unit[action.unit]
    merged = replace(unit, merged_into=action.into, merged_from=action.period)
    return _other_units_problem(state, merged)


def _other_units_problem(state: EvaluationState, unit: Unit) -> Phrase | None:
    """Why a unit can't be so from now on: a period whose check is finished would have others."""
    before = state.unit.get(unit.id)
    for period, held in state.periods.items():
        was_active = before is not None and active_in(before, period)
        if held.stage == "open" or active_in(unit, period) == was_active:
            continue
        about = {"unit": unit.name, "period": period, "date": str(state.first_free_day)}
        if before is None:
            return Phrase("unit_joins_late", **about)
        signed = held.stage == "signed"
        return Phrase("units_while_signed" if signed else "units_while_checked", **about)
    return None


@_objection.register
def _(action: PersonAdded, state: EvaluationState, event: Logged) -> Phrase | None:
    if event.person is None or event.person in state.people:
        return Phrase("event_adds_again", expert=event.person)
    return _person_problem(action, action.role, state, event.person)


@_objection.register
def _(action: PersonChanged, state: EvaluationState, event: Logged) -> Phrase | None:
    person = state.people[str(event.person)]
    if problem := _person_problem(action, person.role, state, person.id):
        return problem
    own = state.own_units(replace(person, unit=action.unit)) - state.own_units(person)
    for period, held in state.periods.items():
        rated = {cell[0] for cell, given in held.ratings.items() if person.id in given}
        if held.stage in ("checked", "notified") and own & rated:
            unit = state.unit[min(own & rated)].name
            return Phrase("rater_of_rated_unit", name=action.name, unit=unit, period=period)
    return None


def _person_problem(
    action: PersonAdded | PersonChanged, role: str, state: EvaluationState, person: str
) -> Phrase | None:
    taken = {one.name for one in state.participants.values() if one.id != person}
    if action.name in taken:
        return Phrase("person_name_taken", name=action.name)
    if action.unit and action.unit not in state.unit:
        return Phrase("unit_not_listed", unit=action.unit)
    if role == "contact" and not action.unit:
        return Phrase("contact_without_unit", name=action.name)
    if role == "data_owner" and not action.indicators:
        return Phrase("owner_without_indicators", name=action.name)
    return None


@_objection.register
def _(action: PeriodOpened, state: EvaluationState, event: Logged) -> Phrase | None:
    if state.version is None:
        return Phrase("period_without_scheme")
    if action.scheme != state.version.number:
        return Phrase("period_other_scheme", number=state.version.number)
    try:
        period = parse_period(action.period)
    except AHPError as error:
        return Phrase("period_not_opened", problem=error)
    if action.period in state.periods:
        return Phrase("period_opened_already", period=action.period)
    if str(period) != action.period:
        return Phrase("period_not_written_so", period=str(period))
    return period_problem(state.version.scheme, period) or _zone_problem(action.zone)


def _zone_problem(zone: str) -> Phrase | None:
    return None if not zone or is_zone(zone) else Phrase("zone_unknown", zone=zone)


@_objection.register
def _(action: OnPeriod, state: EvaluationState, event: Logged) -> Phrase | None:
    period = state.periods.get(action.period)
    if period is None:
        return Phrase("period_not_open", period=action.period)
    return _in_period(action, period, state, event)


@_objection.register
def _(action: ReportWritten, state: EvaluationState, event: Logged) -> Phrase | None:
    if not _reported(state, action.about):
        return Phrase("period_not_open", period=action.about)
    return None


@_objection.register
def _(action: ReportSigned, state: EvaluationState, event: Logged) -> Phrase | None:
    held = _reported(state, action.about)
    if not held:
        return Phrase("period_not_open", period=action.about)
    if any(one.stage != "signed" or one.correction is not None for one in held):
        return Phrase("report_before_figures", period=action.about)
    return None


def _reported(state: EvaluationState, about: str) -> list[PeriodState]:
    """The periods that the report on a period or year rests on."""
    if about in state.periods:
        return [state.periods[about]]
    return [one for one in state.periods.values() if str(one.period.whole_year) == about]


@singledispatch
def _in_period(
    action: OnPeriod, period: PeriodState, state: EvaluationState, event: Logged
) -> Phrase | None:
    """Why an action can't be in a period; None by default."""
    return None


def _late(period: PeriodState, *stages: str) -> Phrase | None:
    """Why a period is not in one of these stages."""
    if period.stage in stages:
        return None
    return Phrase(_IN_STAGE[period.stage], period=str(period.period))


_IN_STAGE = {
    "open": "period_is_open",
    "checked": "period_is_checked",
    "notified": "period_is_notified",
    "signed": "period_is_signed",
}
"""How far a period is -> why something else has to be done first, or can't be any more."""


@_in_period.register
def _(
    action: DueChanged, period: PeriodState, state: EvaluationState, event: Logged
) -> Phrase | None:
    if not action.reason.strip():
        return Phrase("dates_without_reason")
    return _late(period, "open") or _zone_problem(action.zone or period.zone)


@_in_period.register
def _(
    action: ValuesRecorded, period: PeriodState, state: EvaluationState, event: Logged
) -> Phrase | None:
    if late := _late(period, "open"):
        return late
    if problem := _standing_problem(action, period, state):
        return problem
    if event.actor.kind == "person":
        person = state.people[event.actor.id]
        others = {row.indicator for row in action.rows} | {cell[1] for cell in action.removed}
        if person.role != "data_owner" or not others <= set(person.indicators):
            return Phrase("values_of_others", name=person.name)
    return _rows_problem(action.rows, period, state)


def _standing_problem(
    action: ValuesRecorded, period: PeriodState, state: EvaluationState
) -> Phrase | None:
    """Why what stands in cells can't be replaced or removed, or have anything beside it."""
    recorded, rated = [row.key for row in action.rows], {cell[:2] for cell in period.ratings}
    removed = [CellKey(*cell) for cell in action.removed]
    for key in removed:
        if key not in period.values:
            return Phrase("cell_has_no_value", **_cell_words(key, state))
    for key in (*recorded, *removed):
        if key[:4] in period.decided:
            return Phrase("decision_stays", **_cell_words(key, state))
        if key in period.entries and period.counts(key):
            return Phrase("entry_stays", **_cell_words(key, state))
    for key in recorded:
        if key[:2] in rated:
            return Phrase("rated_by_raters", **_cell_words(key, state))
    return None


def _rows_problem(
    rows: Iterable[Row], period: PeriodState, state: EvaluationState
) -> Phrase | None:
    """Why rows can't be recorded: an unknown unit or indicator, no document, a cell twice."""
    scheme, seen = period.scheme, set()
    for row in rows:
        unit = state.unit.get(row.unit)
        if unit is None:
            return Phrase("unit_not_listed", unit=row.unit)
        if not active_in(unit, str(period.period)):
            return Phrase("unit_not_active", unit=unit.name, period=str(period.period))
        if row.indicator not in scheme.indicator and row.indicator not in scheme.events:
            return Phrase("indicator_not_in_scheme", indicator=row.indicator)
        if row.key in seen:
            return Phrase("cell_recorded_twice", **_cell_words(row.key, state))
        seen.add(row.key)
        entry = scheme.events.get(row.indicator)
        if entry and entry.document and row.value and not row.evidence.strip():
            return Phrase("entry_without_document", **_cell_words(row.key, state))
    return None


def _cell_words(cell: Iterable[str], state: EvaluationState) -> dict[str, str]:
    unit, indicator, *_others = cell
    held = state.unit.get(unit)
    return {"unit": held.name if held else unit, "indicator": indicator}


@_in_period.register
def _(
    action: CellAccepted, period: PeriodState, state: EvaluationState, event: Logged
) -> Phrase | None:
    value = period.values.get(CellKey(*action.cell))
    if value is None:
        return Phrase("cell_has_no_value", **_cell_words(action.cell, state))
    if value.stamp.seq != action.seq:
        return Phrase("value_is_another", **_cell_words(action.cell, state))
    return _late(period, "open")


@_in_period.register(EntryConfirmed)
@_in_period.register(EntryRejected)
def _(
    action: EntryConfirmed | EntryRejected,
    period: PeriodState,
    state: EvaluationState,
    event: Logged,
) -> Phrase | None:
    entry = period.entries.get(CellKey(*action.cell))
    if entry is None or entry.stamp.seq != action.seq:
        return Phrase("entry_is_another", **_cell_words(action.cell, state))
    if late := _late(period, "open"):
        return late
    if entry.row.key[:4] in period.decided:
        return Phrase("decision_stays", **_cell_words(action.cell, state))
    return _same_person(state, entry.stamp, event.actor)


@_in_period.register
def _(
    action: RatingOpened, period: PeriodState, state: EvaluationState, event: Logged
) -> Phrase | None:
    if late := _late(period, "open"):
        return late
    if period.round or action.round != len(period.rounds) + 1:
        return Phrase("rating_is_open", round=len(period.rounds))
    if not any(one.role == "rater" for one in state.participants.values()):
        return Phrase("rating_without_raters")
    return None


@_in_period.register(Rated)
@_in_period.register(RatingAttached)
@_in_period.register(RatingsSubmitted)
def _(
    action: Rated | RatingAttached | RatingsSubmitted,
    period: PeriodState,
    state: EvaluationState,
    event: Logged,
) -> Phrase | None:
    person, now = state.people[event.actor.id], period.round
    if person.role != "rater":
        return Phrase("act_of_another_kind")
    if now is None or now.number != action.round:
        return Phrase("rating_is_closed", round=action.round)
    if now.sheet(person.id).submitted:
        return Phrase("rating_submitted")
    return None if isinstance(action, RatingsSubmitted) else _cell_problem(action, person, state)


def _cell_problem(
    action: Rated | RatingAttached, person: Person, state: EvaluationState
) -> Phrase | None:
    """Why a rater can't rate a cell, or attach anything to it, in the round that is open."""
    period, held = state.periods[action.period], state.unit.get(action.unit)
    if held is None or not active_in(held, action.period):
        return Phrase("unit_not_listed", unit=action.unit)
    if action.unit in state.own_units(person):
        return Phrase("rating_of_own_unit", unit=held.name)
    cell = (action.unit, action.indicator, action.item)
    asked = asked_of(person, period.scheme)
    if action.indicator not in asked or not period.rounds[-1].asks(cell):
        return Phrase("rating_not_asked", unit=held.name, indicator=action.indicator)
    if isinstance(action, Rated):
        return _rating_problem(action, period.scheme, held.name)
    files = period.rounds[-1].sheet(person.id).rating(cell).files
    return Phrase("attachments_many", most=MOST_FILES) if len(files) >= MOST_FILES else None


def _rating_problem(action: Rated, scheme: Scheme, unit: str) -> Phrase | None:
    """Why a rater can't say this; nothing at all takes back what was said."""
    known = answers_to(scheme, action.indicator, action.item)
    if action.value in ("", CANNOT_JUDGE, *known) or (not known and sample_of(action.value)):
        return None
    named = {"unit": unit, "indicator": action.indicator, "value": action.value}
    return Phrase("rating_not_an_answer", **named)


@_in_period.register
def _(
    action: RatingClosed, period: PeriodState, state: EvaluationState, event: Logged
) -> Phrase | None:
    if period.round is None or period.round.number != action.round:
        return Phrase("rating_is_closed", round=action.round)
    return None


@_in_period.register
def _(
    action: PeriodChecked, period: PeriodState, state: EvaluationState, event: Logged
) -> Phrase | None:
    if late := _late(period, "open"):
        return late
    if period.round:
        return Phrase("check_while_rating", round=period.round.number)
    if period.undecided:
        return Phrase("check_while_undecided", count=len(period.undecided))
    return None


@_in_period.register
def _(
    action: CheckUndone, period: PeriodState, state: EvaluationState, event: Logged
) -> Phrase | None:
    return _late(period, "checked", "notified")


@_in_period.register
def _(
    action: NoticesIssued, period: PeriodState, state: EvaluationState, event: Logged
) -> Phrase | None:
    if not _is_date(action.until) or action.until < day_of(event.time, period.zone):
        return Phrase("appeals_until_past", date=day_words(action.until, period.zone))
    return _late(period, "checked")


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


@_in_period.register
def _(
    action: NoticeOpened, period: PeriodState, state: EvaluationState, event: Logged
) -> Phrase | None:
    if state.people[event.actor.id].role != "contact":
        return Phrase("act_of_another_kind")
    return _late(period, "notified", "signed")


@_in_period.register
def _(
    action: Appealed, period: PeriodState, state: EvaluationState, event: Logged
) -> Phrase | None:
    person, cell = state.people[event.actor.id], CellKey(*action.cell)
    if person.role != "contact" or cell.unit != person.unit:
        return Phrase("appeal_of_another_unit")
    if period.notices is None or period.stage != "notified":
        return _late(period, "notified")
    if day_of(event.time, period.zone) > period.notices.until:
        return Phrase("appeal_too_late", date=day_words(period.notices.until, period.zone))
    return _appeal_problem(action, cell, period, state)


def _appeal_problem(
    action: Appealed, cell: CellKey, period: PeriodState, state: EvaluationState
) -> Phrase | None:
    """What is wrong with an appeal that comes in time."""
    if not action.reason.strip():
        return Phrase("appeal_without_reason")
    if action.appeal in period.appeals:
        return Phrase("appeal_twice")
    if any(one.cell == cell for one in period.open_appeals):
        return Phrase("appeal_waits", **_cell_words(cell, state))
    if cell.indicator not in {**period.scheme.indicator, **period.scheme.events}:
        return Phrase("indicator_not_in_scheme", indicator=cell.indicator)
    return None


@_in_period.register
def _(
    action: AppealDecided, period: PeriodState, state: EvaluationState, event: Logged
) -> Phrase | None:
    appeal = period.appeals.get(action.appeal)
    if appeal is None or appeal.granted is not None:
        return Phrase("appeal_decided_already")
    if late := _late(period, "notified"):
        return late
    if not action.reason.strip():
        return Phrase("decision_without_reason")
    if action.granted != (action.row is not None):
        return Phrase("appeal_needs_value")
    if action.row is None:
        return None
    problem = _right_value_problem(action.row, appeal.cell, period, state)
    return problem or _granted_alone(appeal, state, event.actor)


def _granted_alone(appeal: Appeal, state: EvaluationState, actor: Actor) -> Phrase | None:
    """Why an appeal is not granted by another person than made it."""
    problem = _same_person(state, appeal.stamp, actor)
    if problem and problem.code == "link_without_account":
        return Phrase("appeal_link_without_account")
    return problem


def _right_value_problem(
    row: Row, cell: CellKey, period: PeriodState, state: EvaluationState
) -> Phrase | None:
    """Why a row can't be what an appeal for a cell asks for."""
    if (row.unit, row.indicator) != (cell.unit, cell.indicator):
        return Phrase("appeal_of_another_cell")
    return _rows_problem([row], period, state)


@_in_period.register
def _(
    action: PeriodSigned, period: PeriodState, state: EvaluationState, event: Logged
) -> Phrase | None:
    if action.revision != len(period.signatures) + 1:
        return Phrase("signed_already", period=action.period)
    if period.signatures:
        return _correction_signed(action, period, state, event.actor)
    if period.checked is None:
        return _late(period, "checked", "notified")
    if count := len(period.open_appeals):
        return Phrase("sign_before_decision", count=count)
    until = period.appeals_until
    if until >= day_of(event.time, period.zone) and not action.early:
        return Phrase("sign_before_appeals_end", date=day_words(until, period.zone))
    return _same_person(state, period.checked, event.actor)


def _correction_signed(
    action: PeriodSigned, period: PeriodState, state: EvaluationState, actor: Actor
) -> Phrase | None:
    """Why a correction can't be signed; older logs don't say which one was."""
    if action.correction and (another := _correction_problem(action.correction, period)):
        return another
    if period.correction is None:
        return Phrase("signed_already", period=action.period)
    return _same_person(state, period.correction.stamp, actor)


@_in_period.register
def _(
    action: CorrectionProposed, period: PeriodState, state: EvaluationState, event: Logged
) -> Phrase | None:
    if late := _late(period, "signed"):
        return late
    if period.correction:
        return Phrase("correction_waits", period=action.period)
    if not action.rows:
        return Phrase("correction_empty")
    if not action.reason.strip():
        return Phrase("correction_without_reason")
    return _rows_problem(action.rows, period, state)


@_in_period.register
def _(
    action: CorrectionWithdrawn, period: PeriodState, state: EvaluationState, event: Logged
) -> Phrase | None:
    return _correction_problem(action.seq, period)


def _correction_problem(seq: int, period: PeriodState) -> Phrase | None:
    """Why the correction that an event proposed is not the one that waits."""
    if period.correction is None:
        return Phrase("no_correction", period=str(period.period))
    if period.correction.stamp.seq != seq:
        return Phrase("correction_is_another", period=str(period.period))
    return None
