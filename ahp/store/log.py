"""The append-only log: one chain of events a study, each bound to the one before by its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Literal, get_args

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from ..datafile import canonical
from ..errors import AHPError, AnswersError, LogError, StoreError
from ..process.rounds import evidence_difference
from ..study.limits import check_length
from . import clock
from .models import EventRow, ExpertRow, StudyRow, SurveyRow
from .records import Event, StudyLog
from .replay import ANSWERING, Replay, read_back
from .surveys import parse_survey, survey_of

Kind = Literal[
    "study_created",
    "expert_added",
    "link_issued",
    "link_revoked",
    "answer",
    "clear",
    "abstain",
    "comment",
    "reason",
    "consent",
    "way",
    "ranked",
    "shown",
    "kept",
    "submit",
    "settings",
    "asking",
    "standing",
    "round_closed",
    "round_opened",
    "expert_renamed",
    "expert_removed",
    "study_renamed",
    "study_archived",
    "study_unarchived",
]
"""What an event can be."""

_BY_EXPERTS = (
    *ANSWERING,
    *("comment", "reason", "consent", "way", "ranked", "shown", "kept", "submit"),
)
"""Events that only an open round takes, of experts who have not submitted in it."""

_NAMING = ("study_created", "study_renamed", "expert_added", "expert_renamed", "expert_removed")
"""Events of which the last one about a study or an expert says what their rows hold."""

_COLUMNS = [EventRow.__table__.c[field.name] for field in fields(Event)]


@dataclass(frozen=True)
class Entry:
    """What is new in an event; the rest follows from its study and its place in the chain."""

    kind: Kind
    event_id: str
    source: str
    expert_id: str | None = None
    parent: str | None = None
    left: str | None = None
    right: str | None = None
    value: str | None = None
    detail: str | None = None

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            optional = name in ("expert_id", "parent", "left", "right", "value", "detail")
            if not isinstance(value, str) and not (optional and value is None):
                raise AnswersError(f"{name} = {value!r}, expected text")


_TEXTS = MappingProxyType(
    {"comment": "comment", "reason": "reason", "kept": "reason", "consent": "consent"}
    | {"shown": "contradictions", "answer": "place"}
)
"""Kinds of events -> which text of `ahp.study.limits.LONGEST` their detail is. The details of the
others are as long as what they are made of."""


def _check_texts(entry: Entry) -> None:
    """Refuse texts that no database takes, as browsers can send them, or that are too long."""
    for text in vars(entry).values():
        if text and ("\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text)):
            raise AnswersError("the text has signs that cannot be stored, expected Unicode text")
    check_length("source", entry.source)
    check_length("value", entry.value or "")
    if what := _TEXTS.get(entry.kind):
        check_length(what, entry.detail or "")


def digest(event: Event) -> str:
    """SHA-256 over the canonical JSON of all columns but `hash` itself."""
    content = {name: value for name, value in vars(event).items() if name != "hash"}
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def read_events(session: Session, study_id: str) -> Iterator[Event]:
    """A study's events in the order of the chain."""
    rows = session.execute(
        select(*_COLUMNS).where(EventRow.study_id == study_id).order_by(EventRow.seq)
    )
    return (Event(*row) for row in rows)


def replayed(session: Session, study: StudyRow, entry: Entry) -> Event | None:
    """The stored event when this entry was appended before, None when it is new.

    Raises:
        StoreError: its id was used for something else.
    """
    row = session.execute(
        select(*_COLUMNS).where(EventRow.study_id == study.id, EventRow.event_id == entry.event_id)
    ).one_or_none()
    if row is None:
        return None
    event = Event(*row)
    for name, value in vars(entry).items():
        if (stored := getattr(event, name)) != value:
            raise StoreError(
                f"event {entry.event_id!r} was sent twice, first with {name} = {stored!r}, "
                f"now with {name} = {value!r}"
            )
    return event


def append(session: Session, study: StudyRow, entries: Sequence[Entry]) -> list[Event]:
    """Append new events to a study's chain; the study's row must be locked.

    What is written is read back first, by what will read it.

    Raises:
        TextLimitError: a text is longer than is kept for ever.
        AHPError: the event would not be read back as it is.
    """
    events = []
    hierarchy = survey_of(session, study).hierarchy
    time = clock.timestamp(clock.now())
    for entry in entries:
        _check_texts(entry)
        event = Event(
            **vars(entry),
            study_id=study.id,
            seq=study.head_seq + 1,
            round=study.round,
            time=time,
            survey_hash=study.survey_hash,
            previous_hash=study.head_hash,
            hash="",
        )
        read_back(event, hierarchy)
        events.append(replace(event, hash=digest(event)))
        study.head_seq, study.head_hash = event.seq, events[-1].hash
    session.execute(insert(EventRow), [vars(event) for event in events])
    return events


def verify(session: Session) -> list[StudyLog]:
    """Walk every chain: `verify_chain`.

    Raises:
        LogError: names the first bad event and what is wrong with it.
    """
    orphan = session.execute(
        select(*_COLUMNS)
        .where(EventRow.study_id.not_in(select(StudyRow.id)))
        .order_by(EventRow.study_id, EventRow.seq)
    ).first()
    if orphan is not None:
        event = Event(*orphan)
        raise LogError(
            f"event {event.seq} ({event.event_id}) belongs to no study: "
            f"there is none with the id {event.study_id!r}"
        )
    studies = session.execute(
        select(StudyRow, SurveyRow.content)
        .outerjoin(SurveyRow, SurveyRow.content_hash == StudyRow.survey_hash)
        .order_by(StudyRow.created, StudyRow.id)
    )
    return [verify_chain(session, study, content) for study, content in studies.all()]


def verify_chain(session: Session, study: StudyRow, survey_content: str | None) -> StudyLog:
    """Walk one study's chain, recompute every hash, and the evidence of its closed rounds.

    Raises:
        LogError: names the first bad event and what is wrong with it.
    """
    place = f"study {study.id} ({study.title!r})"
    survey_hash = hashlib.sha256((survey_content or "").encode()).hexdigest()
    replay: Replay | None = None
    experts = {
        expert.added_seq: expert
        for expert in session.scalars(select(ExpertRow).where(ExpertRow.study_id == study.id))
    }
    rows = {expert.id: expert for expert in experts.values()}
    last = last_named(session, study.id)
    seq, event_id, previous_hash = 0, "", ""
    for event in read_events(session, study.id):
        if digest(event) != event.hash:
            problem = "its content does not match its hash"
        elif event.seq != seq + 1:
            problem = f"event {seq + 1} is missing before it"
        elif event.previous_hash != previous_hash:
            problem = "it does not continue the event before it"
        elif event.survey_hash != survey_hash:
            problem = "its survey hash is not that of the study's survey"
        else:
            problem = _contradiction(event, study, experts)
            named = last.get(event.expert_id) == event.seq
            problem = problem or (_misnamed(event, study, rows) if named else "")
        if not problem:
            # only now is the survey known to be the one that was answered
            replay = replay or Replay(parse_survey(survey_content or ""))
            problem = _replayed(replay, event)
        if problem:
            raise LogError(f"{place}, event {event.seq} ({event.event_id}): {problem}")
        seq, event_id, previous_hash = event.seq, event.event_id, event.hash
    if (head := max(study.head_seq, 1)) > seq:
        raise LogError(f"{place}: event {head} is missing, the log ends with event {seq}")
    place = f"{place}, event {seq} ({event_id})"
    if (study.head_seq, study.head_hash) != (seq, previous_hash):
        raise LogError(
            f"{place}: it ends the log, but the study's head is event {study.head_seq} "
            f"with hash {study.head_hash!r}"
        )
    if problem := _wrong_state(study, replay):
        raise LogError(f"{place}: {problem}")
    if experts:
        name = experts[min(experts)].name
        raise LogError(f"{place}: it ends the log, but no event added the expert {name!r}")
    bare = tuple(replay.without_evidence) if replay else ()
    return StudyLog(study.id, study.title, seq, previous_hash, bare)


def _contradiction(event: Event, study: StudyRow, experts: dict[int, ExpertRow]) -> str:
    """Where another table says otherwise than the event; takes the expert it added out."""
    if not clock.is_timestamp(event.time):
        return f"its time is {event.time!r}"
    if (event.kind == "study_created") != (event.seq == 1):
        return "it is not the first event of a study" if event.seq > 1 else "it creates no study"
    if event.kind == "study_created" and _note(event) != study.note:
        return "the study's title or note is not the one it was created with"
    if event.kind == "expert_added":
        expert = experts.pop(event.seq, None)
        if expert is None or expert.id != event.expert_id:
            return "the expert's name or organization is not the one that was added"
    return ""


def _wrong_state(study: StudyRow, replay: Replay | None) -> str:
    """Where a study's row is not as its whole log leaves it."""
    state = ("open" if replay.open else "closed", replay.round) if replay else ("open", 1)
    if (study.state, study.round) != state:
        return (
            f"round {state[1]} is {state[0]} by the log, but the study says round "
            f"{study.round} is {study.state!r}"
        )
    if replay and replay.archived_seq != study.archived_seq:
        return (
            f"the study was archived by event {replay.archived_seq} by the log, but the study "
            f"says by event {study.archived_seq}"
        )
    return ""


def _misnamed(event: Event, study: StudyRow, experts: Mapping[str, ExpertRow]) -> str:
    """Where the row of a study or an expert is not as the last event that named it says."""
    if event.kind == "study_created" and event.detail != study_detail(study.title, study.note):
        return "the study's title or note is not the one it was created with"
    if event.kind == "study_renamed" and event.detail != renamed_detail(study.title):
        return "the study's title is not the one it was given"
    expert = experts.get(event.expert_id or "")
    if expert is None:
        return ""
    stated: tuple[str | None, int | None] = (event.detail, None)
    if event.kind == "expert_removed":
        stated = (expert_detail(expert.id, None), event.seq)
    if (expert_detail(expert.name, expert.organization), expert.removed_seq) != stated:
        how = {"expert_renamed": "was given", "expert_removed": "a removed one has"}
        return (
            "the expert's name or organization is not the one that "
            f"{how.get(event.kind, 'was added')}"
        )
    return ""


def _note(event: Event) -> str | None:
    try:
        data = json.loads(event.detail or "")
    except (ValueError, RecursionError):
        return None
    note = data.get("note") if isinstance(data, dict) else None
    return note if isinstance(note, str) else None


def last_named(session: Session, study_id: str) -> dict[str | None, int]:
    """Expert id, or None for the study itself -> number of the last event that named it."""
    rows = session.execute(
        select(EventRow.expert_id, func.max(EventRow.seq))
        .where(EventRow.study_id == study_id, EventRow.kind.in_(_NAMING))
        .group_by(EventRow.expert_id)
    )
    return dict(iter(rows))


def _replayed(replay: Replay, event: Event) -> str:
    """Where an event contradicts those before it; goes on with it."""
    problem = _out_of_turn(replay, event)
    if not problem and event.kind == "round_closed":
        problem = false_evidence(replay, event.detail)
    if not problem:
        try:
            replay.take(event)
        except AHPError as error:
            problem = f"it does not fit the study: {error}"
    return problem


def _out_of_turn(replay: Replay, event: Event) -> str:
    """Why an event could not happen after those before it."""
    if event.kind not in get_args(Kind):
        return f"its kind is {event.kind!r}, expected one of {', '.join(get_args(Kind))}"
    opens, own = event.kind == "round_opened", event.kind in _BY_EXPERTS
    known = event.kind == "expert_added" or event.expert_id in replay.standings
    if event.round != replay.round + opens or (opens and replay.open):
        return f"it is of round {event.round}, out of turn"
    if (own or event.kind == "round_closed") and not replay.open:
        return f"round {event.round} was closed before it"
    about = event.kind in ("standing", "expert_renamed", "expert_removed")
    if not known and (own or about or event.expert_id is not None):
        return f"no event before it added the expert {event.expert_id!r}"
    submitted = own and event.expert_id in replay.submitted
    return "the expert had submitted before it" if submitted else _too_late(replay, event)


def _too_late(replay: Replay, event: Event) -> str:
    """Why nothing can be renamed, removed, archived or brought back any more."""
    if event.kind in ("expert_renamed", "expert_removed") and event.expert_id in replay.spoken:
        return "the expert had answered before it"
    archived = replay.archived_seq is not None
    if event.kind == ("study_archived" if archived else "study_unarchived"):
        return f"the study was {'archived' if archived else 'in the lists'} before it"
    return ""


def false_evidence(replay: Replay, detail: str | None) -> str:
    """Where a round's evidence is not what its events give."""
    try:
        anew = replay.evidence()
    except AHPError as error:
        return f"no result follows from its round: {error}"
    try:
        stored = None if detail is None else json.loads(detail)
    except (ValueError, RecursionError) as error:
        return f"its evidence is not JSON: {error}"
    if detail is not None and not isinstance(stored, dict):
        return f"its evidence is {detail[:80]}, expected an object"
    found = ""
    if stored is None and anew is not None:
        replay.without_evidence.append(replay.round)  # as rounds were closed before there was any
    elif anew is None and stored is not None:
        found = "it has some, though nobody submitted an answer"
    elif stored is not None and anew is not None:
        found = evidence_difference(stored, anew)
    return f"its evidence does not follow from the log: {found}" if found else ""


def study_detail(title: str, note: str | None) -> str:
    """The `detail` of a study_created event."""
    return canonical({"title": title, "note": note})


def renamed_detail(title: str) -> str:
    """The `detail` of a study_renamed event."""
    return canonical({"title": title})


def expert_detail(name: str, organization: str | None) -> str:
    """The `detail` of an expert_added or expert_renamed event."""
    return canonical({"name": name, "organization": organization})
