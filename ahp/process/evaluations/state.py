"""An evaluation as its log tells it: the one place where events become a state.

A state is a value: it is never changed, only continued by further events into another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property, reduce, singledispatch
from typing import Any

from ...datafile import parse_json
from ...errors import LogError
from ...evaluation.periods import Period, parse_period
from ...evaluation.scheme import Scheme
from ..events import Actor, merged_drafts, merged_sentences
from .days import UTC
from .events import (
    AliasLearned,
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
    EvaluationImported,
    EvaluationRenamed,
    EvaluationUnarchived,
    File,
    LayoutRemembered,
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
    PersonRemoved,
    Rated,
    RatingAttached,
    RatingClosed,
    RatingOpened,
    RatingsSubmitted,
    ReportSigned,
    ReportWritten,
    Role,
    Row,
    SchemeApproved,
    SchemeProposed,
    SchemeWithdrawn,
    UnitAdded,
    UnitChanged,
    UnitMerged,
    ValuesRecorded,
    WeightsSource,
)
from .units import Unit, successor

RatedCell = tuple[str, str, str]
"""Unit, indicator and item of what a rater rates."""


@dataclass(frozen=True)
class Stamp:
    """When something was done, and by whom."""

    seq: int
    time: str
    actor: Actor

    @classmethod
    def of(cls, event: Logged) -> Stamp:
        """That of an event."""
        return cls(event.seq, event.time, event.actor)


@dataclass(frozen=True, eq=False)
class SchemeVersion:
    """A version of the scheme.

    Attributes:
        number: from 1.
        scheme: the rules and weights.
        weights: where the weights come from.
        reason: why it was changed.
        proposed: when and by whom.
        approved: likewise; None before.
        withdrawn: likewise; None unless it was dropped.
    """

    number: int
    scheme: Scheme
    weights: WeightsSource
    reason: str
    proposed: Stamp
    approved: Stamp | None = None
    withdrawn: Stamp | None = None


@dataclass(frozen=True)
class Person:
    """Somebody who takes part by a personal link.

    Attributes:
        id: random id.
        role, name, organization, unit, indicators: as in `PersonAdded`.
        added_seq, removed_seq: the events.
        links: when and by whom their personal links were issued, the oldest first.
    """

    id: str
    role: Role
    name: str
    organization: str
    unit: str
    indicators: tuple[str, ...]
    added_seq: int
    removed_seq: int | None = None
    links: tuple[Stamp, ...] = ()


@dataclass(frozen=True)
class Value:
    """A value in a period, and where it comes from.

    Attributes:
        row: what was read or typed.
        stamp: when and by whom.
        file: where it was read; None = typed.
        reason: why it replaced another one.
    """

    row: Row
    stamp: Stamp
    file: File | None = None
    reason: str = ""


@dataclass(frozen=True)
class Recording:
    """Values that came in together.

    Attributes:
        stamp: when and by whom.
        action: what was recorded.
        before: what stood in the cells that it changed.
        owner: id of the data owner whose values they are; None where nobody is said.
    """

    stamp: Stamp
    action: ValuesRecorded
    before: Mapping[CellKey, Value | None]
    owner: str | None = None


@dataclass(frozen=True)
class Verdict:
    """What a second person said of a deduction, bonus or veto.

    Attributes:
        seq: of the event that recorded it: of an entry recorded anew it says nothing.
        confirmed: False where it was rejected.
        reason: of a rejection.
        stamp: when and by whom.
    """

    seq: int
    confirmed: bool
    reason: str
    stamp: Stamp


@dataclass(frozen=True)
class Rating:
    """What a rater gave.

    Attributes:
        value: grade or points, as text.
        note: why.
        files: evidence.
        time: when.
    """

    value: str = ""
    note: str = ""
    files: tuple[File, ...] = ()
    time: str = ""


@dataclass(frozen=True, eq=False)
class Sheet:
    """What a rater gave in a round.

    Attributes:
        ratings: what was rated, or has evidence.
        submitted: None before.
    """

    ratings: Mapping[RatedCell, Rating] = field(default_factory=dict, repr=False)
    submitted: Stamp | None = None

    def rating(self, cell: RatedCell) -> Rating:
        """What was given for a cell; an empty one where nothing was."""
        return self.ratings.get(cell) or Rating()


@dataclass(frozen=True, eq=False)
class RatingRound:
    """A round of rating.

    Attributes:
        number: from 1.
        cells: what is rated anew; empty = all.
        due: date.
        sheets: person -> what they gave.
        opened, closed: when and by whom; None while it is open.
    """

    number: int
    cells: tuple[RatedCell, ...]
    due: str
    opened: Stamp
    sheets: Mapping[str, Sheet] = field(default_factory=dict, repr=False)
    closed: Stamp | None = None

    def sheet(self, person: str) -> Sheet:
        """What a rater gave."""
        return self.sheets.get(person) or Sheet()

    def asks(self, cell: RatedCell) -> bool:
        """Whether a cell is rated in this round."""
        return not self.cells or cell in self.cells


@dataclass(frozen=True)
class Appeal:
    """A value that a unit disputes.

    Attributes:
        id, cell, reason, file: as in `Appealed`.
        person: who appealed.
        stamp: when.
        granted: None before it is decided.
        answer: the reason of the decision.
        row: the right value, where it was granted.
        decided: when and by whom.
    """

    id: str
    cell: CellKey
    reason: str
    file: File | None
    person: str
    stamp: Stamp
    granted: bool | None = None
    answer: str = ""
    row: Row | None = None
    decided: Stamp | None = None


@dataclass(frozen=True)
class Notices:
    """The draft notices of a period.

    Attributes:
        until: date until which a contact may appeal.
        result: evidence of what they say.
        stamp: when and by whom they were issued.
    """

    until: str
    result: Mapping[str, Any] = field(repr=False)
    stamp: Stamp = field(repr=False)


@dataclass(frozen=True)
class Signature:
    """A signed result.

    Attributes:
        revision: 1, or more for corrections.
        evidence: of the result.
        stamp: when and by whom.
        rows: what was corrected, of revisions after the first.
        reason: why.
    """

    revision: int
    evidence: Mapping[str, Any] = field(repr=False)
    stamp: Stamp
    rows: tuple[Row, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Correction:
    """What is found wrong after signing."""

    rows: tuple[Row, ...]
    reason: str
    file: File | None
    stamp: Stamp


@dataclass(frozen=True, eq=False, repr=False)
class PeriodState:
    """A period.

    Attributes:
        period: which.
        version: of the scheme it is under.
        opened: when and by whom.
        due, dues, rating_due: as in `PeriodOpened`.
        zone: likewise, `days.UTC` where none was said.
        zone_said: whether one was.
        values: what there is.
        earlier: cell -> what stood there before, the oldest first.
        recordings: of the values, the oldest first.
        verdicts: of second persons on deductions, bonuses and vetoes.
        accepted: cell -> number of the event that recorded its value, and why it is right.
        rounds: of rating.
        checked: None before, or since it was undone.
        notices: None before they are issued, or since the check was undone.
        appeals_until: date until which units may appeal, as they were told last; "" before.
        seen: person -> when they opened the notice first, since it was last sent out.
        appeals: id -> appeal.
        signatures: the first closed the period.
        correction: proposed and not signed yet.
    """

    period: Period
    version: SchemeVersion
    opened: Stamp
    due: str
    dues: Mapping[str, str]
    rating_due: str
    zone: str
    values: Mapping[CellKey, Value] = field(default_factory=dict)
    earlier: Mapping[CellKey, tuple[Value, ...]] = field(default_factory=dict)
    recordings: tuple[Recording, ...] = ()
    verdicts: Mapping[CellKey, Verdict] = field(default_factory=dict)
    accepted: Mapping[CellKey, tuple[int, str]] = field(default_factory=dict)
    rounds: tuple[RatingRound, ...] = ()
    checked: Stamp | None = None
    notices: Notices | None = None
    appeals_until: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)
    appeals: Mapping[str, Appeal] = field(default_factory=dict)
    signatures: tuple[Signature, ...] = ()
    correction: Correction | None = None
    zone_said: bool = False

    @property
    def scheme(self) -> Scheme:
        """The scheme it is under, without the groups of the unit list."""
        return self.version.scheme

    @property
    def stage(self) -> str:
        """`"open"`, `"checked"`, `"notified"` or `"signed"`."""
        if self.signatures:
            return "signed"
        if self.notices:
            return "notified"
        return "checked" if self.checked else "open"

    @property
    def round(self) -> RatingRound | None:
        """The round of rating that is open."""
        return self.rounds[-1] if self.rounds and self.rounds[-1].closed is None else None

    def verdict(self, key: CellKey) -> Verdict | None:
        """What a second person said of the entry that stands in a cell now."""
        verdict, value = self.verdicts.get(key), self.values.get(key)
        return verdict if verdict and value and verdict.seq == value.stamp.seq else None

    @cached_property
    def entries(self) -> Mapping[CellKey, Value]:
        """The deductions, bonuses and vetoes there are."""
        return {key: one for key, one in self.values.items() if key.indicator in self.scheme.events}

    @cached_property
    def undecided(self) -> tuple[CellKey, ...]:
        """The deductions, bonuses and vetoes that wait for a second person."""
        return tuple(key for key in self.entries if self.verdict(key) is None)

    def counts(self, key: CellKey) -> bool:
        """Whether a value counts: all do but deductions, bonuses and vetoes not confirmed."""
        if key.indicator not in self.scheme.events:
            return True
        verdict = self.verdict(key)
        return verdict is not None and verdict.confirmed

    @cached_property
    def all_confirmed(self) -> PeriodState:
        """The period as if the deductions, bonuses and vetoes that wait were confirmed."""
        waiting = {key: self.values[key].stamp for key in self.undecided}
        verdicts = {key: Verdict(one.seq, True, "", one) for key, one in waiting.items()}
        return replace(self, verdicts={**self.verdicts, **verdicts}) if waiting else self

    @cached_property
    def ratings(self) -> Mapping[RatedCell, Mapping[str, Rating]]:
        """Cell -> person -> rating, of the rounds that are closed; a later one goes before."""
        return ratings_in(self.rounds)

    @cached_property
    def decided(self) -> Mapping[tuple[str, ...], Row]:
        """Unit, indicator, item and input -> the value that an appeal or a correction has put
        there: it stands for what all raters gave.
        """
        signed = self.signatures[0].stamp.seq if self.signatures else None
        granted = {one.decided.seq for one in self.appeals.values() if one.row and one.decided}
        return {
            key[:4]: value.row
            for key, value in self.values.items()
            if not key.rater
            and (value.stamp.seq in granted or (signed is not None and value.stamp.seq > signed))
        }

    @cached_property
    def after_correction(self) -> PeriodState:
        """The period as if the correction that is proposed were signed."""
        now = self.correction
        return replace(self, **_corrected(self, now.stamp)) if now else self

    @property
    def open_appeals(self) -> tuple[Appeal, ...]:
        """Those that wait for a decision."""
        return tuple(one for one in self.appeals.values() if one.granted is None)


@dataclass(frozen=True)
class ReportTexts:
    """What persons wrote in a report.

    Attributes:
        sentences: key of a drafted sentence -> the text in its place; empty = left out.
        signer: who stands for all sentences; empty while they are drafts.
        signed: hash of the sentences that were signed.
        time: of what was done last, UTC, ISO 8601.
        drafts: key -> `ahp.process.events.draft_hash` of the draft beside which the text was last
            looked at.
    """

    sentences: Mapping[str, str]
    signer: str = ""
    signed: str = ""
    time: str = ""
    drafts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, repr=False)
class EvaluationState:
    """An evaluation after its events.

    Attributes:
        seq: number of the last event.
        title, note, created: as they are in the list.
        archived_seq: the event that archived it.
        imported: when and by whom it was read from a file, if it was; all before is of that file.
        imported_from: name of that file.
        versions: of the scheme.
        units: in the order they were added.
        aliases: what units are called in files -> id.
        layouts: name -> how files of a kind are read.
        people: id -> who takes part.
        periods: `str(Period)` -> period, in the order they were opened.
        files: SHA-256 -> file that an event names.
        reports: (period or year, language) -> what persons wrote in that report.
        raters: names in files, in the order of the events that named them first; those of one event
            by what they gave in it, which says nothing of their names.
    """

    seq: int = 0
    title: str = ""
    note: str = ""
    created: str = ""
    archived_seq: int | None = None
    imported: Stamp | None = None
    imported_from: str = ""
    versions: tuple[SchemeVersion, ...] = ()
    units: tuple[Unit, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    layouts: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    periods: Mapping[str, PeriodState] = field(default_factory=dict)
    files: Mapping[str, File] = field(default_factory=dict)
    reports: Mapping[tuple[str, str], ReportTexts] = field(default_factory=dict)
    raters: tuple[str, ...] = ()

    @cached_property
    def unit(self) -> Mapping[str, Unit]:
        """Id -> unit."""
        return {unit.id: unit for unit in self.units}

    @cached_property
    def participants(self) -> Mapping[str, Person]:
        """Those who take part now."""
        return {one.id: one for one in self.people.values() if one.removed_seq is None}

    @cached_property
    def version(self) -> SchemeVersion | None:
        """The version in force for the next period: the last that was approved."""
        approved = [one for one in self.versions if one.approved]
        return max(approved, key=lambda one: one.number, default=None)

    @cached_property
    def rater_codes(self) -> Mapping[str, str]:
        """Name of every rater in files -> code, in an order by which simulations draw them, too.

        Codes stay as they are: those of an evaluation that comes with a report, whichever their
        order is.
        """
        width = len(str(len(self.raters)))
        codes = [f"R{number:0{width}}" for number in range(1, len(self.raters) + 1)]
        if {*codes} == {*self.raters}:
            return {code: code for code in codes}
        return dict(zip(self.raters, codes, strict=True))

    def of_file(self, stamp: Stamp) -> bool:
        """Whether something is as a file says that this copy has read."""
        return self.imported is not None and stamp.seq < self.imported.seq

    @property
    def proposed(self) -> SchemeVersion | None:
        """The version that waits for approval."""
        waiting = [one for one in self.versions if not (one.approved or one.withdrawn)]
        return waiting[-1] if waiting else None

    @property
    def running(self) -> bool:
        """Whether a period was opened: a change of the scheme then needs a second person."""
        return bool(self.periods)

    @property
    def first_free_day(self) -> date | None:
        """The first day after all periods whose check is finished: from then on other units can be
        evaluated; None before there is one.
        """
        checked = [one.period.last_day for one in self.periods.values() if one.stage != "open"]
        return max(checked) + timedelta(days=1) if checked else None

    def before(self, period: str) -> tuple[PeriodState, ...]:
        """The periods before one, in the order of time."""
        number = parse_period(period)
        earlier = [one for one in self.periods.values() if one.period < number]
        return tuple(sorted(earlier, key=lambda one: one.period))

    def own_units(self, person: Person) -> frozenset[str]:
        """Ids of somebody's own unit, and of those that became the same by merging."""
        if not person.unit:
            return frozenset()
        become = successor(self.units, person.unit)
        return frozenset(unit.id for unit in self.units if successor(self.units, unit.id) == become)

    def doers(self, stamp: Stamp) -> tuple[Actor, ...]:
        """Who did something; where it was done by a personal link also who issued that link, and
        could have opened it.
        """
        person = self.people.get(stamp.actor.id) if stamp.actor.kind == "person" else None
        links = [one.actor for one in person.links if one.seq < stamp.seq] if person else []
        return (stamp.actor, *links[-1:])

    def name_of(self, actor: Actor) -> str:
        """What somebody with a personal link is called; "" for others."""
        person = self.people.get(actor.id) if actor.kind == "person" else None
        return person.name if person else ""


def ratings_in(rounds: Iterable[RatingRound]) -> dict[RatedCell, dict[str, Rating]]:
    """Cell -> person -> what was submitted in those of the rounds that are closed; a later one goes
    before.
    """
    ratings: dict[RatedCell, dict[str, Rating]] = {}
    for one in rounds:
        for person, sheet in one.sheets.items() if one.closed else ():
            for cell, rating in sheet.ratings.items() if sheet.submitted else ():
                if rating.value:
                    ratings.setdefault(cell, {})[person] = rating
    return ratings


def fold(events: Iterable[Logged], state: EvaluationState) -> EvaluationState:
    """The state after further events, each of which may happen (`rules.objection`)."""
    return reduce(_after, events, state)


def _after(state: EvaluationState, event: Logged) -> EvaluationState:
    changes = _changes(event.action, state, event)
    file = getattr(event.action, "file", None)
    if file is not None:
        changes["files"] = {**state.files, file.sha256: file}
    if new := [name for name in _raters_in(event.action) if name not in state.raters]:
        changes["raters"] = (*state.raters, *new)
    return replace(state, seq=event.seq, **changes)


def _raters_in(action: Done) -> list[str]:
    """Names of raters, by what they gave."""
    own: Any = action
    given: dict[str, list[tuple[str, ...]]] = {}
    for row in (*getattr(own, "rows", ()), getattr(own, "row", None)):
        if row is not None and row.rater:
            given.setdefault(row.rater, []).append((row.unit, row.indicator, row.item, row.value))
    for cell in (*getattr(own, "removed", ()), getattr(own, "cell", ("",))):
        if cell[-1]:
            given.setdefault(cell[-1], [])
    return sorted(given, key=lambda name: (sorted(given[name]), name))


@singledispatch
def _changes(action: Done, state: EvaluationState, event: Logged) -> dict[str, Any]:
    """What an action changes of a state; nothing by default."""
    return {}


@_changes.register
def _(action: EvaluationCreated, state: EvaluationState, event: Logged) -> dict[str, Any]:
    return {"created": event.time, "title": action.title, "note": action.note}


@_changes.register
def _(action: EvaluationRenamed, state: EvaluationState, event: Logged) -> dict[str, Any]:
    return {"title": action.title}


@_changes.register
def _(action: EvaluationArchived, state: EvaluationState, event: Logged) -> dict[str, Any]:
    return {"archived_seq": event.seq}


@_changes.register
def _(action: EvaluationUnarchived, state: EvaluationState, event: Logged) -> dict[str, Any]:
    return {"archived_seq": None}


@_changes.register
def _(action: EvaluationImported, state: EvaluationState, event: Logged) -> dict[str, Any]:
    return {"imported": Stamp.of(event), "imported_from": action.source}


@_changes.register
def _(action: SchemeProposed, state: EvaluationState, event: Logged) -> dict[str, Any]:
    scheme = scheme_of_content(action.content)
    stamp = Stamp.of(event)
    new = SchemeVersion(action.number, scheme, action.weights, action.reason, stamp)
    return {"versions": (*state.versions, new)}


@_changes.register
def _(action: SchemeApproved, state: EvaluationState, event: Logged) -> dict[str, Any]:
    return _version(state, action.number, approved=Stamp.of(event))


@_changes.register
def _(action: SchemeWithdrawn, state: EvaluationState, event: Logged) -> dict[str, Any]:
    return _version(state, action.number, withdrawn=Stamp.of(event))


def _version(state: EvaluationState, number: int, **changes: Any) -> dict[str, Any]:
    return {
        "versions": tuple(
            replace(one, **changes) if one.number == number else one for one in state.versions
        )
    }


@_changes.register
def _(action: UnitAdded, state: EvaluationState, event: Logged) -> dict[str, Any]:
    return {"units": (*state.units, action.unit)}


@_changes.register
def _(action: UnitChanged, state: EvaluationState, event: Logged) -> dict[str, Any]:
    return _unit(state, action.unit)


@_changes.register
def _(action: UnitMerged, state: EvaluationState, event: Logged) -> dict[str, Any]:
    unit = state.unit[action.unit]
    merged = replace(unit, merged_into=action.into, merged_from=action.period)
    return _without_own_ratings(state, _unit(state, merged))


def _unit(state: EvaluationState, unit: Unit) -> dict[str, Any]:
    return {"units": tuple(unit if one.id == unit.id else one for one in state.units)}


@_changes.register
def _(action: AliasLearned, state: EvaluationState, event: Logged) -> dict[str, Any]:
    return {"aliases": {**state.aliases, action.alias: action.unit}}


@_changes.register
def _(action: LayoutRemembered, state: EvaluationState, event: Logged) -> dict[str, Any]:
    return {"layouts": {**state.layouts, action.name: action.content}}


@_changes.register
def _(action: ReportWritten, state: EvaluationState, event: Logged) -> dict[str, Any]:
    key = action.about, action.language
    before = state.reports.get(key, ReportTexts({}))
    written = ReportTexts(
        merged_sentences(before.sentences, action.sentences),
        time=event.time,
        drafts=merged_drafts(before.drafts, action.sentences, action.drafts),
    )
    return {"reports": {**state.reports, key: written}}


@_changes.register
def _(action: ReportSigned, state: EvaluationState, event: Logged) -> dict[str, Any]:
    key = action.about, action.language
    before = state.reports.get(key, ReportTexts({}))
    drafts = merged_drafts(before.drafts, {}, action.drafts)
    signed = ReportTexts(before.sentences, action.signer, action.signed, event.time, drafts)
    return {"reports": {**state.reports, key: signed}}


@_changes.register
def _(action: PersonAdded, state: EvaluationState, event: Logged) -> dict[str, Any]:
    said = (action.role, action.name, action.organization, action.unit, action.indicators)
    return _person(state, Person(str(event.person), *said, event.seq))


@_changes.register
def _(action: PersonChanged, state: EvaluationState, event: Logged) -> dict[str, Any]:
    person = state.people[str(event.person)]
    return _without_own_ratings(state, _person(state, replace(person, **vars(action))))


def _without_own_ratings(state: EvaluationState, changes: dict[str, Any]) -> dict[str, Any]:
    """Changes of people or units, with the periods that are open as they are without what raters
    gave for a unit that is their own from now on.
    """
    now, periods = replace(state, **changes), dict(state.periods)
    for name, held in state.periods.items():
        sheets = [(person, sheet) for one in held.rounds for person, sheet in one.sheets.items()]
        own = {person: now.own_units(now.people[person]) for person, _sheet in sheets}
        given = ((person, cell[0]) for person, sheet in sheets for cell in sheet.ratings)
        if held.stage == "open" and any(unit in own[person] for person, unit in given):
            rounds = (
                replace(
                    one,
                    sheets={
                        person: replace(sheet, ratings=_of_others(sheet, own[person]))
                        for person, sheet in one.sheets.items()
                    },
                )
                for one in held.rounds
            )
            periods[name] = replace(held, rounds=tuple(rounds))
    return {**changes, "periods": periods}


def _of_others(sheet: Sheet, own: frozenset[str]) -> dict[RatedCell, Rating]:
    """What a rater gave for other units than these."""
    return {cell: rating for cell, rating in sheet.ratings.items() if cell[0] not in own}


@_changes.register
def _(action: PersonRemoved, state: EvaluationState, event: Logged) -> dict[str, Any]:
    return _person(state, replace(state.people[str(event.person)], removed_seq=event.seq))


@_changes.register
def _(action: PersonLinkIssued, state: EvaluationState, event: Logged) -> dict[str, Any]:
    person = state.people[str(event.person)]
    return _person(state, replace(person, links=(*person.links, Stamp.of(event))))


def _person(state: EvaluationState, person: Person) -> dict[str, Any]:
    return {"people": {**state.people, person.id: person}}


@_changes.register
def _(action: PeriodOpened, state: EvaluationState, event: Logged) -> dict[str, Any]:
    version = next(one for one in state.versions if one.number == action.scheme)
    new = PeriodState(
        parse_period(action.period),
        version,
        Stamp.of(event),
        action.due,
        action.dues,
        action.rating_due,
        action.zone or UTC,
        zone_said=bool(action.zone),
    )
    return {"periods": {**state.periods, action.period: new}}


@_changes.register
def _(action: OnPeriod, state: EvaluationState, event: Logged) -> dict[str, Any]:
    period = state.periods[action.period]
    new = replace(period, **_in_period(action, period, event))
    return {"periods": {**state.periods, action.period: new}}


@singledispatch
def _in_period(action: OnPeriod, period: PeriodState, event: Logged) -> dict[str, Any]:
    """What an action changes of a period; nothing by default."""
    return {}


@_in_period.register
def _(action: DueChanged, period: PeriodState, event: Logged) -> dict[str, Any]:
    dates = {"due": action.due, "dues": action.dues, "rating_due": action.rating_due}
    return {
        **dates,
        "zone": action.zone or period.zone,
        "zone_said": bool(action.zone) or period.zone_said,
    }


@_in_period.register
def _(action: ValuesRecorded, period: PeriodState, event: Logged) -> dict[str, Any]:
    removed = tuple(CellKey(*cell) for cell in action.removed)
    stamp, changed = Stamp.of(event), (*(row.key for row in action.rows), *removed)
    before = {key: period.values.get(key) for key in changed}
    recording = Recording(stamp, action, before, event.person)
    new = [Value(row, stamp, action.file, action.reason) for row in action.rows]
    changes = _with_values(period, new, removed)
    return {**changes, "recordings": (*period.recordings, recording)}


def _with_values(
    period: PeriodState, recorded: Iterable[Value], removed: tuple[CellKey, ...] = ()
) -> dict[str, Any]:
    new = {value.row.key: value for value in recorded}
    values = {**period.values, **new}
    earlier = dict(period.earlier)
    for key in (*new, *removed):
        if key in period.values:
            earlier[key] = (*earlier.get(key, ()), period.values[key])
    for key in removed:
        values.pop(key, None)
    return {"values": values, "earlier": earlier}


@_in_period.register
def _(action: CellAccepted, period: PeriodState, event: Logged) -> dict[str, Any]:
    key = CellKey(*action.cell)
    return {"accepted": {**period.accepted, key: (action.seq, action.reason)}}


@_in_period.register
def _(action: EntryConfirmed, period: PeriodState, event: Logged) -> dict[str, Any]:
    verdict = Verdict(action.seq, True, "", Stamp.of(event))
    return {"verdicts": {**period.verdicts, CellKey(*action.cell): verdict}}


@_in_period.register
def _(action: EntryRejected, period: PeriodState, event: Logged) -> dict[str, Any]:
    verdict = Verdict(action.seq, False, action.reason, Stamp.of(event))
    return {"verdicts": {**period.verdicts, CellKey(*action.cell): verdict}}


@_in_period.register
def _(action: RatingOpened, period: PeriodState, event: Logged) -> dict[str, Any]:
    new = RatingRound(action.round, action.cells, action.due, Stamp.of(event))
    return {"rounds": (*period.rounds, new)}


@_in_period.register
def _(action: RatingClosed, period: PeriodState, event: Logged) -> dict[str, Any]:
    return _round(period, closed=Stamp.of(event))


def _round(period: PeriodState, **changes: Any) -> dict[str, Any]:
    return {"rounds": (*period.rounds[:-1], replace(period.rounds[-1], **changes))}


def _sheet(period: PeriodState, person: str, **changes: Any) -> dict[str, Any]:
    now = period.rounds[-1]
    return _round(period, sheets={**now.sheets, person: replace(now.sheet(person), **changes)})


@_in_period.register
def _(action: Rated, period: PeriodState, event: Logged) -> dict[str, Any]:
    cell, person = (action.unit, action.indicator, action.item), str(event.person)
    ratings = period.rounds[-1].sheet(person).ratings
    rating = replace(
        ratings.get(cell, Rating()), value=action.value, note=action.note, time=event.time
    )
    return _sheet(period, person, ratings={**ratings, cell: rating})


@_in_period.register
def _(action: RatingAttached, period: PeriodState, event: Logged) -> dict[str, Any]:
    cell, person = (action.unit, action.indicator, action.item), str(event.person)
    sheet = period.rounds[-1].sheet(person)
    ratings, now = sheet.ratings, sheet.rating(cell)
    rating = replace(now, files=(*now.files, action.file))
    return _sheet(period, person, ratings={**ratings, cell: rating})


@_in_period.register
def _(action: RatingsSubmitted, period: PeriodState, event: Logged) -> dict[str, Any]:
    return _sheet(period, str(event.person), submitted=Stamp.of(event))


@_in_period.register
def _(action: PeriodChecked, period: PeriodState, event: Logged) -> dict[str, Any]:
    return {"checked": Stamp.of(event)}


@_in_period.register
def _(action: CheckUndone, period: PeriodState, event: Logged) -> dict[str, Any]:
    return {"checked": None, "notices": None, "seen": {}}


@_in_period.register
def _(action: NoticesIssued, period: PeriodState, event: Logged) -> dict[str, Any]:
    result = parse_json(action.result, "notice", LogError)
    notices = Notices(action.until, result, Stamp.of(event))
    return {"notices": notices, "appeals_until": action.until}


@_in_period.register
def _(action: NoticeOpened, period: PeriodState, event: Logged) -> dict[str, Any]:
    return {"seen": {str(event.person): event.time, **period.seen}}


@_in_period.register
def _(action: Appealed, period: PeriodState, event: Logged) -> dict[str, Any]:
    cell, person, stamp = CellKey(*action.cell), str(event.person), Stamp.of(event)
    new = Appeal(action.appeal, cell, action.reason, action.file, person, stamp)
    return {"appeals": {**period.appeals, new.id: new}}


@_in_period.register
def _(action: AppealDecided, period: PeriodState, event: Logged) -> dict[str, Any]:
    decided = replace(
        period.appeals[action.appeal],
        granted=action.granted,
        answer=action.reason,
        row=action.row,
        decided=Stamp.of(event),
    )
    changes = {"appeals": {**period.appeals, decided.id: decided}}
    if action.row is None:
        return changes
    stamp = Stamp.of(event)
    changes |= _with_values(period, [Value(action.row, stamp, decided.file, action.reason)])
    return changes | _confirmed(period, [action.row], stamp)


@_in_period.register
def _(action: PeriodSigned, period: PeriodState, event: Logged) -> dict[str, Any]:
    evidence, stamp = parse_json(action.evidence, "evidence", LogError), Stamp.of(event)
    now = period.correction
    signature = Signature(
        action.revision,
        evidence,
        stamp,
        now.rows if now else (),
        now.reason if now else "",
    )
    return {"signatures": (*period.signatures, signature), **_corrected(period, stamp)}


def _corrected(period: PeriodState, stamp: Stamp) -> dict[str, Any]:
    """What a correction that is proposed changes when it is signed."""
    now = period.correction
    if now is None:
        return {}
    changes = _with_values(period, [Value(row, stamp, now.file, now.reason) for row in now.rows])
    return {**changes, **_confirmed(period, now.rows, stamp), "correction": None}


def _confirmed(period: PeriodState, rows: Iterable[Row], stamp: Stamp) -> dict[str, Any]:
    """Deductions, bonuses and vetoes among rows are confirmed by who decides on them."""
    entries = (row.key for row in rows if row.indicator in period.scheme.events)
    verdict = Verdict(stamp.seq, True, "", stamp)
    return {"verdicts": {**period.verdicts, **dict.fromkeys(entries, verdict)}}


@_in_period.register
def _(action: CorrectionProposed, period: PeriodState, event: Logged) -> dict[str, Any]:
    new = Correction(action.rows, action.reason, action.file, Stamp.of(event))
    return {"correction": new}


@_in_period.register
def _(action: CorrectionWithdrawn, period: PeriodState, event: Logged) -> dict[str, Any]:
    return {"correction": None}


def scheme_of_content(content: str) -> Scheme:
    """The scheme whose `content` this is.

    Raises:
        AHPError: it is that of none.
    """
    data = parse_json(content, "scheme", LogError)
    return Scheme.from_dict(data)
