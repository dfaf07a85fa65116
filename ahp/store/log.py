"""The log of a study: what may be appended to it, and whether it is as it was written."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from ..errors import AHPError, AnswersError, LogError, StoreError
from ..messages import Phrase
from ..process.events import (
    Action,
    Actor,
    Answered,
    ExpertAdded,
    ExpertRemoved,
    ExpertRenamed,
    Logged,
    RoundClosed,
    RoundOpened,
    Said,
    columns,
    read_action,
)
from ..process.fold import Course, Member, State, false_evidence, fold, objection
from ..study.limits import check_length
from . import chain, clock
from .models import EventRow, ExpertRow, StudyRow, SurveyRow
from .records import Event, StudyLog
from .states import States, Walked, logged, state_of
from .surveys import parse_survey
from .times import Times, days_alone


@dataclass(frozen=True)
class Entry:
    """What is new in an event; the rest follows from its study and its place in the chain.

    Attributes:
        action: what was done.
        event_id, source, expert_id: columns of the event.
        actor: who did it; None = an expert what an expert says, an organizer all else.
    """

    action: Action
    event_id: str
    source: str
    expert_id: str | None = None
    actor: Actor | None = None

    @property
    def columns(self) -> dict[str, str | None]:
        """As they are stored."""
        return {
            **columns(self.action),
            "event_id": self.event_id,
            "source": self.source,
            "expert_id": self.expert_id,
        }


def check_texts(entry: Entry) -> None:
    """Refuse texts that are none, that no database takes, as browsers can send them, or that are
    too long.
    """
    own = [(one.name, getattr(entry.action, one.name)) for one in fields(entry.action)]
    held = [*own, ("source", entry.source), ("event_id", entry.event_id)]
    kinds = {one.name: str(one.type) for one in fields(entry.action)}
    for name, value in held:
        if kinds.get(name, "str") == "str" and not isinstance(value, str):
            raise AnswersError("entry_no_text", name=name, value=value)
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str) and not _storable(text):
                raise AnswersError("text_not_unicode")
    check_length("source", entry.source)
    if isinstance(entry.action, Answered):
        check_length("value", entry.action.value)
    if isinstance(entry.action, Said) and entry.action.limit:
        check_length(entry.action.limit, entry.action.detail or "")


def _storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def sent_before(session: Session, study: StudyRow, entry: Entry) -> Event | None:
    """The stored event when this entry was appended before, None when it is new.

    Raises:
        StoreError: its id was used for something else.
    """
    check_texts(entry)
    event = chain.sent_before(session, study.id, entry.event_id)
    for name, value in entry.columns.items() if event else ():
        if (stored := getattr(event, name)) != value:
            raise StoreError(
                "event_sent_twice", event_id=entry.event_id, name=name, first=stored, now=value
            )
    return event


def append(session: Session, study: StudyRow, entries: Sequence[Entry]) -> list[Event]:
    """Append new events to a study's log; the study's row must be locked.

    What is written is read back first, by what will read it, and must be able to happen.

    Raises:
        TextLimitError: a text is longer than is kept for ever.
        AHPError: the event would not be read back as it is, or could not happen now.
    """
    state = state_of(session, study)
    now = clock.now()
    contents, new = [], []
    for entry in entries:
        check_texts(entry)
        content = entry.columns
        action = read_action(content)
        number = state.round + isinstance(action, RoundOpened)
        actor = _actor(session, entry)
        hidden = actor.kind == "expert" and _nameless(state, action, actor.id)
        time = clock.timestamp(clock.midnight(now) if hidden else now)
        one = Logged(state.seq + 1, number, entry.expert_id, entry.source, time, action)
        action.check(state.survey.hierarchy)
        if problem := objection(state, one):
            raise StoreError("event_refused", problem=problem)
        state = fold([one], state)
        who = {"actor_kind": actor.kind, "actor_id": actor.id}
        contents.append({**content, **who, "round": number, "time": time})
        new.append(one)
    _write_rows(session, study, state, new)
    events = chain.append(session, study, contents)
    states: States[State, StudyRow] = session.info["states"]
    states.keep(study, state)
    return events


def _actor(session: Session, entry: Entry) -> Actor:
    organizer: Actor = session.info["organizer"]
    said = isinstance(entry.action, Said)
    return entry.actor or (Actor("expert", str(entry.expert_id)) if said else organizer)


def _nameless(state: State, action: Action, expert_id: str) -> bool:
    """Whether an expert has no name: when they did something would tell who they are."""
    if isinstance(action, ExpertAdded):
        return action.anonymous
    return state.takes_part(expert_id) and state.members[expert_id].anonymous


def _write_rows(session: Session, study: StudyRow, state: State, new: Sequence[Logged]) -> None:
    """Write a study's state into the rows that are looked for."""
    for name, value in study_columns(state).items():
        setattr(study, name, value)
    added, changed = (
        [expert_columns(one, state.members[one]) for one in _experts_of(new, kinds)]
        for kinds in ((ExpertAdded,), (ExpertRenamed, ExpertRemoved))
    )
    if added:
        session.execute(insert(ExpertRow), [{**row, "study_id": study.id} for row in added])
    for row in changed:
        session.execute(update(ExpertRow).where(ExpertRow.id == row["id"]).values(row))


def _experts_of(new: Sequence[Logged], kinds: tuple[type[Action], ...]) -> list[str]:
    return [str(one.expert) for one in new if isinstance(one.action, kinds)]


def study_columns(state: State) -> dict[str, str | int | None]:
    """What the row of a study in this state has."""
    return {
        "title": state.title,
        "note": state.note,
        "round": state.round,
        "state": "open" if state.open else "closed",
        "created": state.created,
        "archived_seq": state.archived_seq,
    }


def expert_columns(expert_id: str, who: Member) -> dict[str, str | int | None]:
    """What the row of an expert has; that of a removed one has the id for a name."""
    removed = who.removed_seq is not None
    return {
        "id": expert_id,
        "name": expert_id if removed else who.name,
        "organization": None if removed else who.organization,
        "added_seq": who.added_seq,
        "removed_seq": who.removed_seq,
    }


def verify(session: Session) -> list[StudyLog]:
    """Walk every chain: `verify_study`.

    Raises:
        LogError: names the first bad event and what is wrong with it.
    """
    check_orphans(session)
    studies = session.execute(
        select(StudyRow, SurveyRow.content)
        .outerjoin(SurveyRow, SurveyRow.content_hash == StudyRow.survey_hash)
        .order_by(StudyRow.created, StudyRow.id)
    )
    return [verify_study(session, study, content) for study, content in studies.all()]


def check_orphans(session: Session) -> None:
    """Refuse events of no study.

    Raises:
        LogError: names the first.
    """
    orphan = session.execute(
        select(*chain.COLUMNS)
        .where(EventRow.study_id.not_in(select(StudyRow.id)))
        .order_by(EventRow.study_id, EventRow.seq)
    ).first()
    if orphan is not None:
        event = Event(*orphan)
        raise LogError(
            "log_of_no_study", seq=event.seq, event_id=event.event_id, study_id=event.study_id
        )


def verify_one(session: Session, study: StudyRow, *, only_new: bool = False) -> StudyLog:
    """Walk one study's chain: `verify_study` with the survey that is stored.

    Args:
        session: a transaction.
        study: the study.
        only_new: as for `verify_study`.

    Raises:
        LogError: names the first bad event and what is wrong with it.
    """
    content = session.scalar(
        select(SurveyRow.content).where(SurveyRow.content_hash == study.survey_hash)
    )
    return verify_study(session, study, content, only_new=only_new)


def verify_study(
    session: Session, study: StudyRow, survey_content: str | None, *, only_new: bool = False
) -> StudyLog:
    """Walk one study's chain, recompute every hash, and the evidence of its closed rounds; and
    compare what other tables say of it.

    Args:
        session: a transaction.
        study: the study.
        survey_content: of the survey that is stored for it.
        only_new: begin behind the event up to which this process has verified the chain, if that
            event is still the same.

    Raises:
        LogError: names the first bad event and what is wrong with it.
    """
    survey_hash = hashlib.sha256((survey_content or "").encode()).hexdigest()
    name = Phrase("log_of_a_study", id=study.id, title=study.title)
    walked: Walked = session.info["walked"]
    before, state = (only_new and walked.get(study.id)) or (None, None)
    if before is not None and (
        before.survey_hash != survey_hash
        or [before] != list(chain.read(session, study.id, before.seq, before.seq))
    ):
        before, state = None, None

    times = Times(days_alone(session, study.id, before.seq if before else 0))
    course = Course(state) if state else None

    def meaning(event: Event) -> Phrase | None:
        nonlocal course
        # only now is the survey known to be the one that was answered
        course = course or Course(State.of(parse_survey(survey_content or "")))
        problem = _take(course, event)
        if problem is None:
            times.add(event)
        return problem

    try:
        last = chain.verify(session, study, name, survey_hash, meaning, verified=before)
        assert course is not None  # a chain has an event, or does not verify
        state = course.state
        if problem := _other_rows(session, study, state):
            raise chain.broken(name, last, problem)
    except LogError:
        walked.drop(study.id)  # what was found is found again by who looks at new events only
        raise
    walked.keep(study.id, last, state)
    states: States[State, StudyRow] = session.info["states"]
    states.keep(study, state)
    bare = (one.state for one in state.closed if one.evidence is None)
    without = tuple(one.round for one in bare if one.analysis is not None)
    return StudyLog(study.id, study.title, last.seq, last.hash, without, times.remarks)


def _take(course: Course, event: Event) -> Phrase | None:
    """Go on with an event, or say why it can't be one of this study."""
    if not clock.is_timestamp(event.time):
        return Phrase("event_time", time=event.time)
    try:
        one = logged(event)
        one.action.check(course.survey.hierarchy)
    except AHPError as error:
        return Phrase("event_unfit", problem=error)
    problem = course.objection(one)
    if problem is None and isinstance(one.action, RoundClosed):
        problem = false_evidence(course.state, one.action.evidence)
    if problem is None:
        course.take(one)
    return problem


def _other_rows(session: Session, study: StudyRow, state: State) -> Phrase | None:
    """Where the rows of a study and its experts are not as the log leaves them."""
    experts = session.scalars(select(ExpertRow).where(ExpertRow.study_id == study.id))
    rows: dict[str, StudyRow | ExpertRow] = {one.id: one for one in experts}
    expected = {one: expert_columns(one, who) for one, who in state.members.items()}
    for one in rows | expected:
        if one not in rows or one not in expected:
            return Phrase("row_missing" if one in expected else "row_of_nobody", expert=one)
    rows[study.id], expected[study.id] = study, study_columns(state)
    for one, columns_ in expected.items():
        for name, value in columns_.items():
            if (found := getattr(rows[one], name)) != value:
                what = "row_of_study_differs" if one == study.id else "row_of_expert_differs"
                return Phrase(what, expert=one, name=name, found=found, expected=value)
    return None
