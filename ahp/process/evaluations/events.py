"""What happens in an evaluation: a class for each kind of event of its log, and how it is stored.

An action is stored in two columns: its kind, and in `detail` its fields as JSON (RFC 8785). Whom it
is about, or who of the people with a personal link did it, stands in the event's column of experts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from typing import Any, ClassVar, Literal, NamedTuple

from ...codec import structure
from ...datafile import jcs, parse_json
from ...errors import EvaluationError, LogError, OptionError
from ...study.limits import check_length
from ..events import Action, Actor, check_sentences
from .units import Unit

Role = Literal["data_owner", "rater", "contact"]
ROLES: tuple[Role, ...] = ("data_owner", "rater", "contact")
"""Who takes part by a personal link: who delivers data, rates, or answers for a unit."""


class CellKey(NamedTuple):
    """What a value stands for in a period.

    Attributes:
        unit: its id.
        indicator: id of an indicator, or of a deduction, bonus or veto.
        item: one of several observations of a cell; empty where there is one.
        input: of a derived indicator; empty for others.
        rater: who rated, where ratings come in a file.
    """

    unit: str
    indicator: str
    item: str = ""
    input: str = ""
    rater: str = ""


Cell = tuple[str, str, str, str, str]
"""A `CellKey` in an event."""


@dataclass(frozen=True)
class Row:
    """A value, as it was read or typed.

    Attributes:
        unit, indicator, item, input, rater: as in `CellKey`.
        value: exact text of a number, or a word; empty = not reported.
        evidence: document number.
        note: remark.
        place: where it stands in the file.
    """

    unit: str
    indicator: str
    value: str
    item: str = ""
    input: str = ""
    rater: str = ""
    evidence: str = ""
    note: str = ""
    place: str = ""

    @property
    def key(self) -> CellKey:
        """What the value stands for."""
        return CellKey(self.unit, self.indicator, self.item, self.input, self.rater)

    @property
    def says(self) -> tuple[str, str, str]:
        """What it says of the cell, wherever it stands."""
        return self.value, self.evidence, self.note


@dataclass(frozen=True)
class File:
    """A file that is kept.

    Attributes:
        sha256: of its content, under which the store has it.
        name: as it was called.
        size: in bytes.
    """

    sha256: str
    name: str
    size: int


@dataclass(frozen=True)
class WeightsSource:
    """Where the weights of a scheme come from.

    Attributes:
        kind: `"scheme"`, as its file has them; `"given"`, typed in; `"round"`, of a closed Delphi
            round, for which the others stand.
        study, title: id and title of the study.
        round: number of the round.
        counted, asked: how many experts count, of how many; 0 where that isn't known.
        evidence: SHA-256 of the evidence with which the round was closed.
    """

    kind: Literal["scheme", "given", "round"] = "scheme"
    study: str = ""
    title: str = ""
    round: int = 0
    counted: int = 0
    asked: int = 0
    evidence: str = ""

    def __post_init__(self) -> None:
        of_round = (self.study, self.title, self.round, self.counted, self.evidence)
        if any(bool(one) != (self.kind == "round") for one in of_round):
            raise EvaluationError("weights_source", kind=self.kind)


@dataclass(frozen=True)
class Done(Action):
    """An action in an evaluation.

    Attributes:
        acts: an account must allow one of these `ahp.process.roles.ACTS`; none for what people do
            by their personal links.
    """

    acts: ClassVar[tuple[str, ...]] = ("run_evaluations",)

    @property
    def detail(self) -> str:
        """All fields that aren't as they are by default."""
        return jcs(_lean(self))


@dataclass(frozen=True)
class EvaluationCreated(Done):
    """An evaluation begins."""

    kind = "evaluation_created"
    title: str
    note: str = ""


@dataclass(frozen=True)
class EvaluationRenamed(Done):
    """Another title."""

    kind = "evaluation_renamed"
    title: str


@dataclass(frozen=True)
class EvaluationArchived(Done):
    """Out of the lists."""

    kind = "evaluation_archived"


@dataclass(frozen=True)
class EvaluationUnarchived(Done):
    """Back in the lists."""

    kind = "evaluation_unarchived"


@dataclass(frozen=True)
class EvaluationImported(Done):
    """All that comes before was read from a file: who did it is as that file says.

    Attributes:
        source: name of the file, shortened if it is long.
    """

    kind = "evaluation_imported"
    source: str


@dataclass(frozen=True)
class SchemeProposed(Done):
    """A new version of the scheme, not in force yet.

    Attributes:
        number: of the version, from 1.
        content: `Scheme.content`.
        weights: where its weights come from.
        reason: why it is changed.
    """

    kind = "scheme_proposed"
    number: int
    content: str
    weights: WeightsSource = WeightsSource()
    reason: str = ""


@dataclass(frozen=True)
class SchemeApproved(Done):
    """A version comes into force for periods opened from now on."""

    kind = "scheme_approved"
    acts = ("run_evaluations", "sign")
    number: int


@dataclass(frozen=True)
class SchemeWithdrawn(Done):
    """A version that was proposed is dropped."""

    kind = "scheme_withdrawn"
    number: int
    reason: str = ""


@dataclass(frozen=True)
class UnitAdded(Done):
    """A unit joins the list."""

    kind = "unit_added"
    unit: Unit


@dataclass(frozen=True)
class UnitChanged(Done):
    """A unit is called, grouped or reached otherwise, begins or ends; its history stays."""

    kind = "unit_changed"
    unit: Unit
    reason: str = ""


@dataclass(frozen=True)
class UnitMerged(Done):
    """A unit goes into another one from a period on; both keep what they had.

    Attributes:
        unit, into: ids.
        period: the first one in which it is no more.
    """

    kind = "unit_merged"
    unit: str
    into: str
    period: str
    reason: str = ""


@dataclass(frozen=True)
class AliasLearned(Done):
    """What a unit is called in files, from now on."""

    kind = "alias_learned"
    alias: str
    unit: str


@dataclass(frozen=True)
class LayoutRemembered(Done):
    """How files of one kind are read, from now on."""

    kind = "layout_remembered"
    name: str
    content: str


@dataclass(frozen=True)
class PersonAdded(Done):
    """Somebody takes part by a personal link; the event's column has their id.

    Attributes:
        role: what they do.
        name: unique in the evaluation.
        organization: where they work.
        unit: id of the unit that a contact answers for, or that a rater belongs to.
        indicators: ids of what a data owner delivers, or a rater rates; empty for a rater = all
            that are rated.
    """

    kind = "person_added"
    role: Role
    name: str
    organization: str = ""
    unit: str = ""
    indicators: tuple[str, ...] = ()


@dataclass(frozen=True)
class PersonChanged(Done):
    """What is said of somebody changes, but not their role."""

    kind = "person_changed"
    name: str
    organization: str = ""
    unit: str = ""
    indicators: tuple[str, ...] = ()


@dataclass(frozen=True)
class PersonRemoved(Done):
    """Somebody takes part no more; what they did stays."""

    kind = "person_removed"


@dataclass(frozen=True)
class PersonLinkIssued(Done):
    """The number of a new personal link."""

    kind = "person_link_issued"
    link: int


@dataclass(frozen=True)
class PersonLinkRevoked(Done):
    """The number of a personal link that ends."""

    kind = "person_link_revoked"
    link: int


@dataclass(frozen=True)
class OnPeriod(Done):
    """Something about a period, as `str(Period)`."""

    period: str


@dataclass(frozen=True)
class PeriodOpened(OnPeriod):
    """A period begins, under the version of the scheme that is in force.

    Attributes:
        scheme: number of the version.
        due: date by which data is delivered.
        dues: indicator -> another date.
        rating_due: date by which raters submit; empty where nothing is rated.
        zone: time zone in which the days of all its dates are counted; empty = UTC, as in logs from
            before zones were said.
    """

    kind = "period_opened"
    scheme: int
    due: str
    dues: Mapping[str, str]
    rating_due: str = ""
    zone: str = ""


@dataclass(frozen=True)
class DueChanged(OnPeriod):
    """Other dates, and why.

    Attributes:
        due, dues, rating_due: as in `PeriodOpened`.
        reason: why.
        zone: likewise; empty = that of before.
    """

    kind = "due_changed"
    due: str
    dues: Mapping[str, str]
    rating_due: str
    reason: str
    zone: str = ""


@dataclass(frozen=True)
class ValuesRecorded(OnPeriod):
    """Values come in, from a file or typed; those of the same cells are replaced.

    Attributes:
        rows: the values that are new or other than before.
        removed: cells that have none any more.
        file: where they were read; None = typed.
        layout: how the file was read, `Layout.content`.
        reason: why values are changed.
    """

    kind = "values_recorded"
    rows: tuple[Row, ...]
    removed: tuple[Cell, ...] = ()
    file: File | None = None
    layout: str = ""
    reason: str = ""


@dataclass(frozen=True)
class CellAccepted(OnPeriod):
    """A value that was conspicuous is right.

    Attributes:
        cell: which.
        seq: number of the event that recorded it.
        reason: why.
    """

    kind = "cell_accepted"
    cell: Cell
    seq: int
    reason: str


@dataclass(frozen=True)
class EntryConfirmed(OnPeriod):
    """A second person confirms a deduction, bonus or veto as it was recorded.

    Attributes:
        cell: which.
        seq: number of the event that recorded it.
    """

    kind = "entry_confirmed"
    acts = ("run_evaluations", "sign")
    cell: Cell
    seq: int


@dataclass(frozen=True)
class EntryRejected(OnPeriod):
    """A second person rejects it: it doesn't count."""

    kind = "entry_rejected"
    acts = ("run_evaluations", "sign")
    cell: Cell
    seq: int
    reason: str


@dataclass(frozen=True)
class RatingOpened(OnPeriod):
    """Raters rate, for the first time or anew.

    Attributes:
        round: from 1.
        cells: (unit, indicator, item) that are rated anew; in round 1 empty = all.
        due: date by which raters submit.
    """

    kind = "rating_opened"
    round: int
    cells: tuple[tuple[str, str, str], ...]
    due: str


@dataclass(frozen=True)
class OwnRating(OnPeriod):
    """What a rater does; in the open round, before submitting."""

    acts = ()
    round: int


@dataclass(frozen=True)
class Rated(OwnRating):
    """A grade, or the result of a control point; `rules.CANNOT_JUDGE`; nothing takes it back."""

    kind = "rated"
    unit: str
    indicator: str
    value: str
    item: str = ""
    note: str = ""


@dataclass(frozen=True)
class RatingAttached(OwnRating):
    """Evidence for a rating."""

    kind = "rating_attached"
    unit: str
    indicator: str
    file: File
    item: str = ""


@dataclass(frozen=True)
class RatingsSubmitted(OwnRating):
    """A rater's ratings are locked."""

    kind = "ratings_submitted"


@dataclass(frozen=True)
class RatingClosed(OnPeriod):
    """A round of rating is over: its ratings are seen, and count."""

    kind = "rating_closed"
    round: int


@dataclass(frozen=True)
class PeriodChecked(OnPeriod):
    """The data is complete and right, as far as it goes."""

    kind = "period_checked"
    note: str = ""


@dataclass(frozen=True)
class CheckUndone(OnPeriod):
    """Data is changed again."""

    kind = "check_undone"
    reason: str


@dataclass(frozen=True)
class NoticesIssued(OnPeriod):
    """Every unit's draft notice can be opened by its contact.

    Attributes:
        until: date until which a contact may appeal.
        result: what they say, JSON of `judged.evidence_of`.
    """

    kind = "notices_issued"
    until: str
    result: str


@dataclass(frozen=True)
class NoticeOpened(OnPeriod):
    """A contact has seen the notice."""

    kind = "notice_opened"
    acts = ()


@dataclass(frozen=True)
class Appealed(OnPeriod):
    """A unit's contact disputes a value.

    Attributes:
        appeal: its id.
        cell: which.
        reason: why.
        file: what proves it.
    """

    kind = "appealed"
    acts = ()
    appeal: str
    cell: Cell
    reason: str
    file: File | None = None


@dataclass(frozen=True)
class AppealDecided(OnPeriod):
    """An appeal is granted, with the value that is right, or rejected."""

    kind = "appeal_decided"
    acts = ("sign",)
    appeal: str
    granted: bool
    reason: str
    row: Row | None = None


@dataclass(frozen=True)
class PeriodSigned(OnPeriod):
    """The head signs: the period is closed for ever, with its evidence.

    Attributes:
        revision: 1, or more for corrections after the first signature.
        evidence: what it leaves, JSON of `judged.evidence_of`.
        early: why it is signed before the units' time to appeal is over; empty otherwise.
        correction: number of the event that proposed the correction that is signed, with its reason
            and file; 0 for the first signature, and in older logs.
    """

    kind = "period_signed"
    acts = ("sign",)
    revision: int
    evidence: str
    early: str = ""
    correction: int = 0


@dataclass(frozen=True)
class CorrectionProposed(OnPeriod):
    """After signing, values are found wrong: the new ones stand beside the old until signed.

    Attributes:
        rows: the right values.
        reason: why.
        file: what proves it.
    """

    kind = "correction_proposed"
    rows: tuple[Row, ...]
    reason: str
    file: File | None = None


@dataclass(frozen=True)
class CorrectionWithdrawn(OnPeriod):
    """A correction that was proposed is dropped.

    Attributes:
        seq: number of the event that proposed it.
        reason: why.
    """

    kind = "correction_withdrawn"
    seq: int
    reason: str


@dataclass(frozen=True)
class ReportWritten(Done):
    """What a person wrote in the report on a period or year; nobody stands for it any more.

    Attributes:
        about: `str(Period)`.
        language: of the report.
        sentences: key of a drafted sentence -> the text in its place from now on; empty = left out,
            None = the draft again. Others stay as they are.
        drafts: key -> `ahp.process.events.draft_hash` of the draft beside which a text was looked
            at.
    """

    kind = "report_written"
    acts = ("run_evaluations", "sign")
    about: str
    language: str
    sentences: Mapping[str, str | None]
    drafts: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_sentences(self.sentences)


@dataclass(frozen=True)
class ReportSigned(Done):
    """Somebody stands for all the sentences of a report.

    Attributes:
        about, language: as in `ReportWritten`.
        signer: their name.
        signed: `ahp.process.events.report_texts_hash` of the sentences.
        drafts: as in `ReportWritten`.
    """

    kind = "report_signed"
    acts = ("sign",)
    about: str
    language: str
    signer: str
    signed: str
    drafts: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_length("name", self.signer)
        if not (self.signer and self.signed):
            raise OptionError("report_signed_by_nobody")


ACTIONS: dict[str, type[Done]] = {
    action.kind: action
    for action in (
        *(EvaluationCreated, EvaluationRenamed, EvaluationArchived, EvaluationUnarchived),
        EvaluationImported,
        *(SchemeProposed, SchemeApproved, SchemeWithdrawn),
        *(UnitAdded, UnitChanged, UnitMerged, AliasLearned, LayoutRemembered),
        *(PersonAdded, PersonChanged, PersonRemoved, PersonLinkIssued, PersonLinkRevoked),
        *(PeriodOpened, DueChanged, ValuesRecorded, CellAccepted, EntryConfirmed, EntryRejected),
        *(RatingOpened, Rated, RatingAttached, RatingsSubmitted, RatingClosed),
        *(PeriodChecked, CheckUndone, NoticesIssued, NoticeOpened, Appealed, AppealDecided),
        *(PeriodSigned, CorrectionProposed, CorrectionWithdrawn),
        *(ReportWritten, ReportSigned),
    )
}
"""Kind -> what was done."""


@dataclass(frozen=True)
class Logged:
    """An action in its place in an evaluation's log.

    Attributes:
        seq: place in the log: 1, 2, 3 … without gaps.
        person: id of who of the people with a personal link did it, or whom it is about.
        source: `"web"`, `"file"` or `"organizer"`.
        time: UTC, ISO 8601.
        actor: who did it.
        action: what was done.
    """

    seq: int
    person: str | None
    source: str
    time: str
    actor: Actor
    action: Done


def read_action(stored: Mapping[str, str | None]) -> Done:
    """The action in its columns.

    Raises:
        AHPError: the columns do not hold one.
    """
    kind = str(stored["kind"])
    if kind not in ACTIONS:
        raise LogError("event_kind", kind=kind, kinds=tuple(ACTIONS))
    detail = str(stored["detail"] or "")
    action = structure(parse_json(detail, "detail", LogError), ACTIONS[kind], "detail", LogError)
    try:
        written = action.detail
    except ValueError as error:  # half a character
        raise LogError("text_not_unicode") from error
    if written != detail:
        raise LogError("event_detail_otherwise", expected=written[:80])
    return action


def _lean(declared: Any) -> Any:
    """Plain data of a declared object, without what is as it is by default."""
    if is_dataclass(declared):
        held = [(one, getattr(declared, one.name)) for one in fields(declared)]
        return {one.name: _lean(value) for one, value in held if value != _default(one)}
    if isinstance(declared, Mapping):
        return {key: _lean(value) for key, value in declared.items()}
    return [_lean(one) for one in declared] if isinstance(declared, tuple) else declared


def _default(one: Field[Any]) -> Any:
    """What a field holds where nothing is said; `MISSING` where something must be."""
    return one.default if one.default_factory is MISSING else one.default_factory()


def files_of(action: Done) -> tuple[File, ...]:
    """The files that an action names."""
    file = getattr(action, "file", None)
    return () if file is None else (file,)
