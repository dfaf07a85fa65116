"""What the store hands out: frozen records, never rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from ..messages import Phrase
from ..process.asking import Asking, Pair
from ..process.draft import History
from ..process.evaluations.state import Person
from ..process.fold import State
from ..process.invitation import Invitation
from ..process.itinerary import Replies
from ..process.roles import allowed
from ..process.rounds import Feedback
from ..process.settings import Settings
from ..study import Survey
from ..study.standing import SelfRating, Standing


@dataclass(frozen=True)
class Event:
    """One entry of a study's log, column by column.

    Attributes:
        study_id: the study.
        seq: place in the study's chain: 1, 2, 3 … without gaps. It orders events, `time` doesn't.
        event_id: id made by whoever sent the event, unique in the study.
        round: Delphi round, from 1.
        expert_id: who answered, or whom an organizer's event is about; None for the whole study.
        kind: one of the keys of `ahp.process.events.ACTIONS`.
        parent, left, right: the pair as displayed, None when the event is about no pair.
        value: how much left matters more than right, as exact text such as `"1/3"`.
        detail: what else belongs to the event, as text.
        source: `"web"`, `"file"` or `"organizer"`.
        time: of the server, UTC, ISO 8601 with microseconds.
        survey_hash: content hash of the survey that was answered.
        previous_hash: `hash` of the event before, empty for the first.
        hash: SHA-256 over all other columns, see `ahp.store.chain.digest`.
        format: of the event: 1 before actors were kept, else 2.
        actor_kind, actor_id: who did it, see `ahp.process.events.Actor`; None in format 1.
    """

    study_id: str
    seq: int
    event_id: str
    round: int
    expert_id: str | None
    kind: str
    parent: str | None
    left: str | None
    right: str | None
    value: str | None
    detail: str | None
    source: str
    time: str
    survey_hash: str
    previous_hash: str
    hash: str
    format: int = 1
    actor_kind: str | None = None
    actor_id: str | None = None


@dataclass(frozen=True)
class StudyInfo:
    """A study.

    Attributes:
        id: random id.
        title: as the organizer wrote it.
        note: what readers must know about it, such as `"simulated"`.
        survey: the survey it asks.
        round: Delphi round, from 1.
        open: False once the round is closed.
        created: UTC, ISO 8601.
        archived: True while it is hidden from the lists.
    """

    id: str
    title: str
    note: str | None
    survey: Survey
    round: int
    open: bool
    created: str
    archived: bool = False


@dataclass(frozen=True)
class DraftInfo:
    """A survey that is being written.

    Attributes:
        id: random id.
        title: the survey's name, or that of its goal; empty as long as there is none.
        changed: when it was changed last, UTC, ISO 8601.
        changed_by: id of the account that changed it; empty for an organizer without one.
    """

    id: str
    title: str
    changed: str
    changed_by: str


@dataclass(frozen=True)
class KeptDraft:
    """A survey that is being written, as it is stored.

    Attributes:
        id: random id.
        history: the draft, with the steps before and after it.
        version: number of changes; what is changed in another window has another one.
    """

    id: str
    history: History
    version: int


@dataclass(frozen=True)
class ExpertInfo:
    """An expert of a study and how far they are.

    Attributes:
        id: random id.
        study_id: the study.
        name: unique in the study.
        organization: where they work.
        answered: number of pairs with a reply, an answer or that they can't judge, of those asked.
        total: number of pairs the expert is asked.
        submitted: True once the answers are locked.
        link: `"none"`, `"active"` or `"revoked"`.
        place: where in the survey they were last, as the page wrote it.
        standing: how much they count, and where not at all.
        progress: parent id -> (answered, asked) below it, in the order of the tree.
        spoken: True once they answered or said anything in any round; they stay in the study.
        may_be_named: whether they agree that reports name them.
        anonymous: whether they began by the anonymous link.
        self_rating: what they say of their own authority; None = nothing.
        last_answer: when the newest reply was given, UTC, ISO 8601; None without one.
        replies: what they said in this round.
        sitting: what they are asked, and how.
    """

    id: str
    study_id: str
    name: str
    organization: str | None
    answered: int
    total: int
    submitted: bool
    link: str
    place: str | None
    standing: Standing
    progress: Mapping[str, tuple[int, int]]
    last_answer: str | None
    replies: Replies = field(repr=False)
    sitting: Sitting = field(repr=False, compare=False)
    spoken: bool = False
    may_be_named: bool = False
    anonymous: bool = False
    self_rating: SelfRating | None = None

    @property
    def counting(self) -> Standing:
        """The standing that counts."""
        return self.standing.with_rating(self.self_rating)

    @property
    def mailed(self) -> Mapping[str, tuple[int, str]]:
        """What was written to them, as `Member` has it."""
        return self.sitting.state.members[self.id].mailed


@dataclass(frozen=True)
class Sitting:
    """What an expert is asked, and how.

    Attributes:
        study: the study.
        state: what its log says.
        expert: id of the expert.
    """

    study: StudyInfo
    state: State = field(repr=False)
    expert: str

    @property
    def asking(self) -> Asking:
        """What the organizer chose."""
        return self.state.asking

    @property
    def invitation(self) -> Invitation:
        """Who asks, until when, and whom to call."""
        return self.state.invitation

    @property
    def settings(self) -> Settings:
        """Likewise; the expert's own weights and CR are by these."""
        return self.state.settings

    @cached_property
    def feedback(self) -> Mapping[Pair, Feedback]:
        """Of the round before, comparison by comparison; empty in round 1. The panel's distribution
        is that of the frozen evidence, and only there where enough other experts answered.
        """
        return self.state.feedback(self.expert)


@dataclass(frozen=True)
class ClosedRound:
    """A round that is closed, with the evidence it left.

    Attributes:
        round: its number.
        closed: when, UTC, ISO 8601.
        seq: of the event that closed it.
        evidence: JSON of `ahp.process.rounds.round_evidence`, as the log holds it; None
            when nobody who had submitted had answered anything.
    """

    round: int
    closed: str
    seq: int
    evidence: str | None


@dataclass(frozen=True)
class AccountInfo:
    """An organizer's account.

    Attributes:
        id: random id; the log has it.
        name: unique, even among those disabled.
        roles: keys of `ahp.process.roles.ROLES`.
        created: UTC, ISO 8601.
        last_sign_in: likewise; None before the first.
        disabled: likewise; None while it can be used.
        issuer: address of the provider where it signs in; None for one with a password.
        second_factor: whether it has one here.
    """

    id: str
    name: str
    roles: tuple[str, ...]
    created: str
    last_sign_in: str | None
    disabled: str | None
    issuer: str | None = None
    second_factor: bool = False


@dataclass(frozen=True)
class BrowserInfo:
    """A browser in which an organizer is signed in.

    Attributes:
        id: the same for all its sessions, and no secret.
        account: id of the organizer's; None for one without.
        since: when they signed in; UTC, ISO 8601.
        seen: the day it came last, by UTC.
        program: such as `"Firefox"`; empty where that isn't known.
        system: it runs on, likewise.
    """

    id: str
    account: str | None
    since: str
    seen: str | None
    program: str
    system: str


@dataclass(frozen=True)
class Begun:
    """An expert without a name in a browser.

    Attributes:
        session: token of the browser's session.
        expert_id: as whom it may answer.
        code: by which they come back elsewhere; empty when it isn't shown again.
    """

    session: str
    expert_id: str
    code: str


@dataclass(frozen=True)
class Grants:
    """What a browser session may do.

    Attributes:
        organizer: it may see every study.
        experts: those it may answer as.
        refused: ids of the experts whose links no longer work -> `LinkError.reason`.
        account: of the organizer; None for one without, who may do everything.
        persons: of evaluations, as whom it may act.
        enrolling: account of somebody who has to set up a second factor before anything else.
    """

    organizer: bool = False
    experts: tuple[ExpertInfo, ...] = ()
    refused: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    account: AccountInfo | None = None
    persons: tuple[PersonInfo, ...] = ()
    enrolling: AccountInfo | None = None

    def may(self, act: str) -> bool:
        """Whether the organizer may do one of `ahp.process.roles.ACTS`."""
        return self.organizer and (self.account is None or act in allowed(self.account.roles))


@dataclass(frozen=True)
class EvaluationInfo:
    """An evaluation in the lists.

    Attributes:
        id: random id.
        title: as the organizer wrote it.
        note: what readers must know about it, such as `"simulated"`.
        created: UTC, ISO 8601.
        archived: True while it is hidden from the lists.
    """

    id: str
    title: str
    note: str
    created: str
    archived: bool = False


@dataclass(frozen=True)
class PersonInfo:
    """Somebody who takes part in an evaluation by a personal link.

    Attributes:
        person: who, and what they do.
        evaluation_id, title: the evaluation.
        link: `"none"`, `"active"` or `"revoked"`.
    """

    person: Person
    evaluation_id: str
    title: str
    link: str


@dataclass(frozen=True)
class EvaluationLog:
    """An evaluation's chain that was verified.

    Attributes:
        evaluation_id, title: the evaluation.
        events: number of events.
        head_hash: hash of the last one.
        signed: periods whose signed results were computed anew, and are the same.
        remarks: what is odd about the times of the events.
    """

    evaluation_id: str
    title: str
    events: int
    head_hash: str
    signed: tuple[str, ...]
    remarks: tuple[Phrase, ...] = ()


@dataclass(frozen=True)
class SignIn:
    """Whether a visitor may try a password.

    Attributes:
        attempt: what to call off if it is the right one; None = not now.
        wait: seconds until they may.
    """

    attempt: int | None
    wait: float


@dataclass(frozen=True)
class StudyLog:
    """A study's chain that was verified.

    Attributes:
        study_id, title: the study.
        events: number of events.
        head_hash: hash of the last one. Noted down elsewhere, it shows later that nothing changed.
        without_evidence: closed rounds that left no evidence though experts submitted, as all did
            before evidence was kept: their answers verify, no frozen result can be compared.
        remarks: what is odd about the times of the events.
    """

    study_id: str
    title: str
    events: int
    head_hash: str
    without_evidence: tuple[int, ...] = ()
    remarks: tuple[Phrase, ...] = ()


@dataclass(frozen=True)
class Backup:
    """A backup that was made of the database, or from which it was restored.

    Attributes:
        taken: of which moment it is, UTC, ISO 8601.
        name: its path as it was made or read.
        size: of the file, in bytes.
        sha256: of the file.
        restored: when the database was restored from it, UTC, ISO 8601; None = it was made of it.
    """

    taken: str
    name: str
    size: int
    sha256: str
    restored: str | None
