"""A study as its log tells it: the one place where events become a state.

A state is a value: it is never changed, only continued by further events into another one, so that
it can be kept, compared, and looked at as it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, singledispatch
from typing import Any, Self, TypeVar

from ..datafile import parse_json
from ..errors import AHPError, LogError
from ..messages import Phrase
from ..scale import opposite
from ..study import Analysis, Answers, Judgment, Survey
from ..study.standing import SelfRating, Standing
from ..study.survey import labels_of
from ..study.wording import mend, mending_problem
from .asking import Asking, Pair, Way
from .events import (
    Action,
    AnonymousChosen,
    Answered,
    AskingChosen,
    Cleared,
    Commented,
    ExpertAdded,
    ExpertRemoved,
    ExpertRenamed,
    InvitationChosen,
    Kept,
    Keyed,
    Logged,
    Mailed,
    NamingChosen,
    OnExpert,
    Ranked,
    Reasoned,
    Replied,
    ReportWritten,
    RoundClosed,
    RoundOpened,
    Said,
    SelfRated,
    SettingsChosen,
    StandingGiven,
    StudyArchived,
    StudyCreated,
    StudyRenamed,
    StudyUnarchived,
    Submitted,
    WayChosen,
    WordingMended,
    merged_drafts,
    merged_sentences,
)
from .invitation import Invitation
from .itinerary import Replies
from .rounds import (
    EVIDENCE_FORMAT,
    Feedback,
    analyze_round,
    evidence_difference,
    evidence_distributions,
    round_evidence,
    summarize,
)
from .settings import Settings


@dataclass(frozen=True)
class Submission:
    """When an expert submitted: the event, and the title of the study then."""

    seq: int
    time: str
    title: str


@dataclass(frozen=True)
class Told:
    """What an expert has said in one round.

    Attributes:
        comparisons: of the survey.
        way: how the expert is asked; None before they have started.
        given: comparison as the survey orders it -> the event of the newest reply, if that is an
            answer or an abstention; the older one first.
        asked, rankings, comments, kept: as in `ahp.process.itinerary.Replies`.
        reasons: comparison -> why the answer it has now stays outside the middle half of the panel.
        submission: None before it.
        last_reply: when the newest reply was given or taken back.
    """

    comparisons: tuple[Pair, ...] = field(repr=False)
    way: Way | None = None
    given: Mapping[Pair, Logged] = field(default_factory=dict)
    asked: Mapping[Pair, Pair] = field(default_factory=dict)
    rankings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    comments: Mapping[Pair, str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[Pair, str] = field(default_factory=dict)
    submission: Submission | None = None
    last_reply: str | None = None

    @cached_property
    def replies(self) -> Replies:
        """What it all comes to."""
        answers, abstained = {}, set()
        for pair in self.comparisons:
            action = self.given[pair].action if pair in self.given else None
            if isinstance(action, Answered):
                as_asked = action.left == pair[1]
                answers[pair] = action.value if as_asked else opposite(action.value)
            elif action is not None:
                abstained.add(pair)
        return Replies(
            way=self.way,
            answers=answers,
            abstained=frozenset(abstained),
            asked=self.asked,
            rankings=self.rankings,
            comments=self.comments,
            kept=self.kept,
            submitted=self.submission is not None,
        )

    def answers(self, name: str) -> Iterable[Judgment]:
        """The answers as they were given, by an expert of this name."""
        for one in self.given.values():
            if isinstance(one.action, Answered):
                place = one.action.place or "" if one.source == "file" else f"event {one.seq}"
                pair = (one.action.parent, one.action.left, one.action.right)
                yield Judgment(name, *pair, one.action.value, place)


@dataclass(frozen=True)
class Member:
    """An expert of a study.

    Attributes:
        name, organization, standing: as they are now; a removed expert keeps the last ones.
        added_seq, removed_seq: numbers of the events that did so; None = not removed.
        may_be_named: whether they agree that reports name them.
        mailed: what was written to them -> number of the round and time of the last such e-mail.
        self_rating: what they say of their own authority; None = nothing.
        anonymous: whether they came by the anonymous link.
    """

    name: str
    organization: str | None
    added_seq: int
    removed_seq: int | None = None
    standing: Standing = field(default_factory=Standing)
    may_be_named: bool = False
    mailed: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    self_rating: SelfRating | None = None
    anonymous: bool = False

    @property
    def counting(self) -> Standing:
        """The standing that counts."""
        return self.standing.with_rating(self.self_rating)

    @property
    def rank(self) -> tuple[int, str]:
        """What a panel is sorted by: experts without a name come last, by their numbers, whoever
        came first.
        """
        return (len(self.name), self.name) if self.anonymous else (0, "")


@dataclass(frozen=True)
class Closed:
    """A closed round: the event, what it left, and the study when it was closed."""

    seq: int
    time: str
    evidence: str | None
    state: State = field(repr=False)


@dataclass(frozen=True)
class Written:
    """What persons wrote in a report.

    Attributes:
        seq, time: of what was done last.
        sentences: key of a drafted sentence -> the text in its place; empty = left out.
        signer, signed: who stands for the sentences, and what was signed; empty while they are
            drafts.
        drafts: key -> `draft_hash` of the draft beside which the text was last looked at.
    """

    seq: int
    time: str
    sentences: Mapping[str, str]
    signer: str
    signed: str
    drafts: Mapping[str, str]


@dataclass(frozen=True)
class State:
    """A study after some of its events.

    Attributes:
        survey: what it asks, as it is worded now.
        seq: number of the last event, 0 before the first.
        created: time of the first.
        title, note: of the study.
        archived_seq: number of the event that archived it, None while it is in the lists.
        round, open: the round that is open or was closed last.
        settings, asking, invitation: in force.
        anonymous: how people become experts without a name; None = they don't.
        members: expert id -> expert, of all that were ever added, in that order.
        told: expert id -> what they have said in this round.
        spoken: ids of those who stay in the study, since they have said something in some round.
        closed: the closed rounds.
        new_weights: expert id -> weight, of those set since the last choice of settings.
        keyed: expert id -> how their paper questionnaire of this round was keyed in, at most twice.
        reports: (round, language) -> what persons last wrote in that report.
    """

    survey: Survey
    settings: Settings
    seq: int = 0
    created: str = ""
    title: str = ""
    note: str | None = None
    archived_seq: int | None = None
    round: int = 1
    open: bool = True
    asking: Asking = field(default_factory=Asking)
    invitation: Invitation = field(default_factory=Invitation)
    anonymous: AnonymousChosen | None = None
    members: Mapping[str, Member] = field(default_factory=dict)
    told: Mapping[str, Told] = field(default_factory=dict)
    spoken: frozenset[str] = frozenset()
    closed: tuple[Closed, ...] = ()
    new_weights: Mapping[str, float] = field(default_factory=dict)
    keyed: Mapping[str, tuple[Keyed, ...]] = field(default_factory=dict)
    reports: Mapping[tuple[int, str], Written] = field(default_factory=dict)

    @classmethod
    def of(cls, survey: Survey) -> Self:
        """Before the first event."""
        return cls(survey, Settings.of(survey))

    @cached_property
    def panel(self) -> Mapping[str, Member]:
        """Expert id -> expert, of those who were not removed."""
        present = [one for one in self.members.items() if one[1].removed_seq is None]
        return dict(sorted(present, key=lambda one: one[1].rank))

    @property
    def anonymous_count(self) -> int:
        """How many of the panel came by the anonymous link."""
        return sum(who.anonymous for who in self.panel.values())

    @property
    def anonymous_left(self) -> int:
        """How many more may come by it now."""
        chosen = self.anonymous
        return max(0, chosen.most - self.anonymous_count) if chosen and chosen.open else 0

    def takes_part(self, expert: str | None) -> bool:
        """Whether there is an expert of this id who was not removed."""
        who = self.members.get(expert or "")
        return who is not None and who.removed_seq is None

    @property
    def standings(self) -> dict[str, Standing]:
        """Name -> standing that counts, of the panel."""
        return {who.name: who.counting for who in self.panel.values()}

    @property
    def weights_undecided(self) -> bool:
        """Whether experts were given weights that do not count, and no choice of settings came
        after them.
        """
        given = self.settings.weighting == "given"
        return not given and any(weight != 1 for weight in self.new_weights.values())

    def told_by(self, expert: str) -> Told:
        """What an expert has said in this round."""
        return self.told.get(expert) or Told(self.survey.hierarchy.comparisons)

    def submitted(self, expert: str) -> bool:
        """Whether an expert's answers of this round are locked."""
        return self.told_by(expert).submission is not None

    def progress(self, expert: str) -> dict[str, tuple[int, int]]:
        """Parent -> how many of its comparisons an expert has replied to, and is asked; without
        those the expert is recused from.
        """
        recused, replies = self.members[expert].standing.recused, self.told_by(expert).replies
        hierarchy = self.survey.hierarchy
        return {
            parent: replies.counts(hierarchy, parent)
            for parent in hierarchy.compared
            if parent not in recused
        }

    def in_round(self, number: int | None) -> State:
        """The study as it was when a round was closed; itself in the round it is in, or for None.

        A round that there is not yet is one in which nobody has said anything.
        """
        if number in (None, self.round):
            return self
        past = (one.state for one in self.closed if one.state.round == number)
        return next(past, replace(self, told={}))

    def answers(self, *, only_submitted: bool = True) -> Answers:
        """The answers of this round, by the order of the experts."""
        return Answers(
            tuple(
                one
                for expert, who in self.panel.items()
                if self.submitted(expert) or not only_submitted
                for one in self.told_by(expert).answers(who.name)
            )
        )

    def reasons(self, expert: str | None = None) -> dict[tuple[str, str, str, str], str]:
        """Expert, parent, left and right -> why the expert, or one of all, stays outside the middle
        half of the panel.
        """
        return {
            (who.name, *pair): text
            for one, who in self.panel.items()
            if expert in (None, one)
            for pair, text in self.told_by(one).reasons.items()
        }

    @cached_property
    def analysis(self) -> Analysis | None:
        """The round's result; None when nobody submitted an answer.

        Raises:
            AHPError: no result follows.
        """
        answers = self.answers()
        if not answers.experts:
            return None
        return analyze_round(
            self.survey,
            answers,
            self.settings,
            self.standings,
            number=self.round,
            anonymous=self.anonymous_count,
        )

    def evidence(self, evidence_format: int = EVIDENCE_FORMAT) -> dict[str, Any] | None:
        """What the round leaves behind if it is closed now; None when nobody submitted an answer.

        Raises:
            AHPError: no result follows.
        """
        if self.analysis is None:
            return None
        results = (one.state.analysis for one in reversed(self.closed))
        before = next(filter(None, results), None)
        summary = summarize(self.analysis, before, self.round)
        return round_evidence(self.analysis, self.settings, summary, evidence_format)

    def feedback(self, expert: str) -> dict[Pair, Feedback]:
        """What an expert sees of the round before, comparison by comparison; nothing in round 1.

        The panel's distribution is that of the frozen evidence, and only there where enough other
        experts answered.
        """
        if self.round == 1:
            return {}
        evidence = self._frozen
        panel = evidence_distributions(evidence)
        name = self.members[expert].name
        left_out = {parent for own, parent in evidence["recused"] if own == name}
        last: dict[Pair, str] = {}
        before = self
        for one in self.closed[: self.round - 1]:
            before = one.state
            last |= before.told_by(expert).replies.answers
        closed = before.told_by(expert).replies
        found = {}
        for pair in self.members[expert].standing.comparisons(self.survey.hierarchy):
            seen = panel.get(pair)
            among = closed.submitted and pair in closed.answers and pair[0] not in left_out
            if seen is not None and seen.count - among < self.settings.feedback_from:
                seen = None
            found[pair] = Feedback(last.get(pair), seen)
        return found

    @cached_property
    def _frozen(self) -> dict[str, Any]:
        """The evidence of the round before."""
        left = self.closed[self.round - 2].evidence
        found: dict[str, Any] = json.loads(left) if left else {"distributions": [], "recused": []}
        return found


_Value = TypeVar("_Value", State, Told)


def fold(events: Iterable[Logged], state: State) -> State:
    """The state after further events, each of which may happen (`objection`)."""
    course = Course(state)
    for one in events:
        course.take(one)
    return course.state


class Course:
    """A study that goes on event by event.

    What experts say changes copies that are its own until somebody asks for the state: a long log
    would make them again and again.

    Attributes:
        survey: what the study asks.
    """

    def __init__(self, state: State) -> None:
        self.survey = state.survey
        self._state = state
        self._seen = True  # by others: to be copied before it is changed
        self._own: set[str] = set()  # experts of whom what they told has been copied

    @property
    def state(self) -> State:
        """The study after all events so far; what comes later doesn't change it."""
        self._seen = True
        self._own.clear()
        return self._state

    def objection(self, one: Logged) -> Phrase | None:
        """Why something could not happen next."""
        return objection(self._state, one)

    def take(self, one: Logged) -> None:
        """Go on with something that may happen."""
        if not isinstance(one.action, Said):
            state = self.state
            self._state = _changed(state, {"seq": one.seq, **_changes(one.action, state, one)})
            return
        if self._seen:
            self._state, self._seen = _changed(self._state, {"told": {**self._state.told}}), False
        own, expert = vars(self._state), str(one.expert)
        if expert not in self._own:
            own["told"][expert] = _copied(self._state.told_by(expert))
            self._own.add(expert)
        _say(one.action, vars(own["told"][expert]), one, self._state)
        own["seq"] = one.seq
        if one.action.speaks and expert not in own["spoken"]:
            own["spoken"] |= {expert}


def _changed(value: _Value, changes: dict[str, Any]) -> _Value:
    """What `dataclasses.replace` makes, several times as fast: long logs are made of it."""
    before, after = vars(value), object.__new__(type(value))
    kept = {name: before[name] for name in value.__dataclass_fields__}  # not what was computed
    vars(after).update(kept | changes)
    return after


def _copied(told: Told) -> Told:
    """One that may be changed."""
    own = ("given", "asked", "rankings", "comments", "kept", "reasons")
    return _changed(told, {name: {**getattr(told, name)} for name in own})


@singledispatch
def _changes(action: Action, state: State, one: Logged) -> dict[str, Any]:
    """What an action changes of a state; nothing by default."""
    return {}


@_changes.register
def _(action: StudyCreated, state: State, one: Logged) -> dict[str, Any]:
    return {"created": one.time, "title": action.title, "note": action.note}


@_changes.register
def _(action: StudyRenamed, state: State, one: Logged) -> dict[str, Any]:
    return {"title": action.title}


@_changes.register
def _(action: StudyArchived, state: State, one: Logged) -> dict[str, Any]:
    return {"archived_seq": one.seq}


@_changes.register
def _(action: StudyUnarchived, state: State, one: Logged) -> dict[str, Any]:
    return {"archived_seq": None}


@_changes.register
def _(action: ReportWritten, state: State, one: Logged) -> dict[str, Any]:
    key = action.about, action.language
    before = state.reports.get(key, Written(0, "", {}, "", "", {}))
    sentences = merged_sentences(before.sentences, action.sentences)
    drafts = merged_drafts(before.drafts, action.sentences, action.drafts)
    written = Written(one.seq, one.time, sentences, action.signer, action.signed, drafts)
    return {"reports": {**state.reports, key: written}}


@_changes.register
def _(action: SettingsChosen, state: State, one: Logged) -> dict[str, Any]:
    return {"settings": action.settings.reaching(state.survey), "new_weights": {}}


@_changes.register
def _(action: WordingMended, state: State, one: Logged) -> dict[str, Any]:
    return {"survey": mend(state.survey, action.mending)}


@_changes.register
def _(action: AskingChosen, state: State, one: Logged) -> dict[str, Any]:
    return {"asking": action.asking}


@_changes.register
def _(action: InvitationChosen, state: State, one: Logged) -> dict[str, Any]:
    return {"invitation": action.invitation}


@_changes.register
def _(action: ExpertAdded, state: State, one: Logged) -> dict[str, Any]:
    who = Member(action.name, action.organization, one.seq, anonymous=action.anonymous)
    return _member(state, one, who)


@_changes.register
def _(action: AnonymousChosen, state: State, one: Logged) -> dict[str, Any]:
    return {"anonymous": action}


@_changes.register
def _(action: ExpertRenamed, state: State, one: Logged) -> dict[str, Any]:
    who = state.members[str(one.expert)]
    called = replace(who, name=action.name, organization=action.organization)
    if who.name != action.name:  # nobody speaks for another one
        called = replace(called, may_be_named=False, self_rating=None)
    return _member(state, one, called)


@_changes.register
def _(action: ExpertRemoved, state: State, one: Logged) -> dict[str, Any]:
    weights = {who: weight for who, weight in state.new_weights.items() if who != one.expert}
    gone = replace(state.members[str(one.expert)], removed_seq=one.seq)
    return _member(state, one, gone) | {"new_weights": weights}


@_changes.register
def _(action: StandingGiven, state: State, one: Logged) -> dict[str, Any]:
    weights = {**state.new_weights, str(one.expert): action.standing.weight}
    given = replace(state.members[str(one.expert)], standing=action.standing)
    return _member(state, one, given) | {"new_weights": weights}


@_changes.register
def _(action: NamingChosen, state: State, one: Logged) -> dict[str, Any]:
    who = state.members[str(one.expert)]
    return _member(state, one, replace(who, may_be_named=action.agreed))


@_changes.register
def _(action: Mailed, state: State, one: Logged) -> dict[str, Any]:
    who = state.members[str(one.expert)]
    mailed = {**who.mailed, action.what: (one.round, one.time)}
    return _member(state, one, replace(who, mailed=mailed))


@_changes.register
def _(action: SelfRated, state: State, one: Logged) -> dict[str, Any]:
    who = state.members[str(one.expert)]
    return _member(state, one, replace(who, self_rating=action.rating))


@_changes.register
def _(action: Keyed, state: State, one: Logged) -> dict[str, Any]:
    before = state.keyed.get(str(one.expert), ())
    if len(before) == 2 or (before and action.same_person(before[0])):
        before = ()  # done anew
    return {"keyed": {**state.keyed, str(one.expert): (*before, action)}}


def _member(state: State, one: Logged, who: Member) -> dict[str, Any]:
    return {"members": {**state.members, str(one.expert): who}}


@_changes.register
def _(action: RoundClosed, state: State, one: Logged) -> dict[str, Any]:
    left = Closed(one.seq, one.time, action.evidence, state)
    return {"open": False, "closed": (*state.closed, left)}


@_changes.register
def _(action: RoundOpened, state: State, one: Logged) -> dict[str, Any]:
    undated = state.invitation.undated
    return {"open": True, "round": one.round, "told": {}, "keyed": {}, "invitation": undated}


@singledispatch
def _say(action: Said, told: dict[str, Any], one: Logged, state: State) -> None:
    """Change what an expert has told by what they say now; nothing by default.

    Args:
        action: what they say.
        told: the attributes of a `Told` that may be changed.
        one: the action in its place.
        state: the study before it.
    """


@_say.register
def _(action: WayChosen, told: dict[str, Any], one: Logged, state: State) -> None:
    told["way"] = action.way


@_say.register
def _(action: Ranked, told: dict[str, Any], one: Logged, state: State) -> None:
    told["rankings"][action.parent] = action.ranking


@_say.register
def _(action: Kept, told: dict[str, Any], one: Logged, state: State) -> None:
    told["kept"][action.parent] = action.reason


@_say.register
def _(action: Commented, told: dict[str, Any], one: Logged, state: State) -> None:
    _set_text(told["comments"], _pair(action, state), action.text)


@_say.register
def _(action: Reasoned, told: dict[str, Any], one: Logged, state: State) -> None:
    _set_text(told["reasons"], _pair(action, state), action.text)


@_say.register
def _(action: Submitted, told: dict[str, Any], one: Logged, state: State) -> None:
    told["submission"] = Submission(one.seq, one.time, state.title)


@_say.register
def _(action: Replied, told: dict[str, Any], one: Logged, state: State) -> None:
    pair = _pair(action, state)
    told["given"].pop(pair, None)  # the newest comes last
    if not isinstance(action, Cleared):
        told["given"][pair] = one
    if pair not in told["asked"]:
        told["asked"][pair] = _displayed(action)
    told["kept"].pop(action.parent, None)
    told["reasons"].pop(pair, None)
    told["last_reply"] = one.time


def _displayed(action: Replied | Commented | Reasoned) -> Pair:
    return action.parent, action.left, action.right


def _pair(action: Replied | Commented | Reasoned, state: State) -> Pair:
    """The comparison as the survey orders it."""
    return state.survey.hierarchy.comparison_of[_displayed(action)]


def _set_text(texts: dict[Pair, str], pair: Pair, text: str) -> None:
    """Write a text, as the newest, or take back the one there is where it is empty."""
    texts.pop(pair, None)
    if text:
        texts[pair] = text


def objection(state: State, one: Logged) -> Phrase | None:
    """Why something could not happen next in a study."""
    action = one.action
    opens, said = isinstance(action, RoundOpened), isinstance(action, Said)
    if isinstance(action, StudyCreated) != (state.seq == 0):
        return Phrase("event_not_first" if state.seq else "event_creates_nothing")
    if one.round != state.round + opens or (opens and state.open):
        return Phrase("event_of_another_round", round=one.round)
    if not state.open and (said or isinstance(action, RoundClosed | SelfRated | Keyed)):
        return Phrase("event_after_closing", round=one.round)
    about_expert = one.expert is not None or said or isinstance(action, OnExpert)
    if isinstance(action, ExpertAdded):
        if one.expert is None or one.expert in state.members:
            return Phrase("event_adds_again", expert=one.expert)
    elif about_expert and not state.takes_part(one.expert):
        return Phrase("event_of_nobody", expert=one.expert)
    return _too_late(action, state, str(one.expert))


def _too_late(action: Action, state: State, expert: str) -> Phrase | None:
    """Why something can't be said, renamed, removed, mended, archived or brought back any more."""
    if isinstance(action, Said | SelfRated | Keyed):
        return Phrase("event_after_submitting") if state.submitted(expert) else None
    if isinstance(action, ExpertRenamed | ExpertRemoved) and expert in state.spoken:
        return Phrase("event_after_answering")
    if isinstance(action, ExpertAdded | ExpertRenamed):
        return _unwelcome(action, state, expert)
    archived = state.archived_seq is not None
    if isinstance(action, StudyArchived if archived else StudyUnarchived):
        return Phrase("event_archives_again" if archived else "event_unarchives_again")
    if isinstance(action, WordingMended):
        survey = state.survey
        return mending_problem(survey, action.mending, labels_of(survey, tuple(survey.nodes)))
    return _misreported(action, state) if isinstance(action, ReportWritten) else None


def _unwelcome(action: ExpertAdded | ExpertRenamed, state: State, expert: str) -> Phrase | None:
    """Why nobody could be in the panel by this name, or come without one."""
    if any(who.name == action.name for one, who in state.panel.items() if one != expert):
        return Phrase("event_name_taken", name=action.name)
    if isinstance(action, ExpertAdded) and action.anonymous and not state.anonymous_left:
        return Phrase("event_anonymous_without_room")
    return None


def _misreported(action: ReportWritten, state: State) -> Phrase | None:
    """Why nobody could write this in a report."""
    if not 1 <= action.about <= state.round:
        return Phrase("event_report_of_no_round", round=action.about)
    if action.signer and state.open and action.about == state.round:
        return Phrase("event_signs_running_round", round=action.about)
    return None


def false_evidence(state: State, stored: str | None) -> Phrase | None:
    """Where the evidence with which a round is closed is not what its events give."""
    held: dict[str, Any] = {}
    try:
        held = parse_json(stored, "evidence", LogError) if stored is not None else held
    except LogError as error:
        return Phrase("evidence_unreadable", problem=error)
    if not isinstance(held, dict):
        return Phrase("evidence_no_object", found=str(stored)[:80])
    try:
        anew = state.evidence(2 if held.get("format") in (1, 2) else EVIDENCE_FORMAT)
    except AHPError as error:
        return Phrase("evidence_no_result", problem=error)
    if stored is None:
        return None  # as rounds were closed before there was any
    if anew is None:
        return Phrase("evidence_of_nobody")
    found = evidence_difference(held, anew)
    return Phrase("evidence_differs", difference=found) if found else None
