"""What the store reads, table by table; every function takes an open session."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile

from sqlalchemy import Select, select, true
from sqlalchemy.orm import Session

from ..errors import StoreError
from ..hierarchy import Hierarchy
from ..process.asking import Asking, Pair, Way
from ..process.itinerary import Replies
from ..process.rounds import Feedback, evidence_distributions
from ..process.settings import Settings
from ..scale import opposite
from ..study import Survey
from ..study.standing import Standing
from .models import EventRow, ExpertRow, LinkRow, StudyRow, SurveyRow
from .records import ExpertInfo, StudyInfo
from .replay import ANSWERING, STATEMENTS, Judged
from .surveys import parse_survey, survey_of

SAYING = (*ANSWERING, "way", "ranked", "comment", "kept", "submit")
"""Kinds of events that `replies_of` takes."""

STUDIES = select(StudyRow, SurveyRow.content).join(
    SurveyRow, SurveyRow.content_hash == StudyRow.survey_hash
)
EXPERTS = (
    select(ExpertRow, SurveyRow.content)
    .join(StudyRow, StudyRow.id == ExpertRow.study_id)
    .join(SurveyRow, SurveyRow.content_hash == StudyRow.survey_hash)
    .where(ExpertRow.removed_seq.is_(None))
)


def panel_of(study_id: str, before: int | None = None) -> Select[ExpertRow]:
    """The experts of a study who were not removed, in the order they were added; or those there
    were before the event of a number.
    """
    panel = select(ExpertRow).where(ExpertRow.study_id == study_id).order_by(ExpertRow.added_seq)
    left = ExpertRow.removed_seq.is_(None)
    if before is None:
        return panel.where(left)
    return panel.where(ExpertRow.added_seq < before, left | (ExpertRow.removed_seq > before))


def study_row(session: Session, study_id: str, *, lock: bool = False) -> StudyRow:
    """One study, locked for a change if asked.

    Raises:
        StoreError: there is none.
    """
    query = select(StudyRow).where(StudyRow.id == study_id)
    study = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if study is None:
        raise StoreError(f"no study {study_id!r}")
    return study


def expert_and_study(
    session: Session, expert_id: str, *, lock: bool = False
) -> tuple[ExpertRow, StudyRow]:
    """One expert with the study, which is locked for a change if asked.

    Raises:
        StoreError: there is none.
    """
    query = (
        select(ExpertRow, StudyRow)
        .join(StudyRow, StudyRow.id == ExpertRow.study_id)
        .where(ExpertRow.id == expert_id, ExpertRow.removed_seq.is_(None))
    )
    row = session.execute(query.with_for_update(of=StudyRow) if lock else query).one_or_none()
    if row is None:
        raise StoreError(f"no expert {expert_id!r}")
    expert, study = row
    return expert, study


def study_info(study: StudyRow, survey: Survey) -> StudyInfo:
    """A study as it is handed out."""
    return StudyInfo(
        id=study.id,
        title=study.title,
        note=study.note,
        survey=survey,
        round=study.round,
        open=study.state == "open",
        created=study.created,
        archived=study.archived_seq is not None,
    )


def expert_infos(session: Session, query: Select[ExpertRow, str]) -> list[ExpertInfo]:
    """Experts as they are handed out, in the order of a query that begins with `EXPERTS`."""
    found = [(expert, parse_survey(content)) for expert, content in session.execute(query).all()]
    ids = [expert.id for expert, _ in found]
    said = events_of(session, ids)
    standings = standings_of(session, ids)
    spoken = spoken_of(session, ids)
    links: dict[str, str] = {}
    for expert_id, revoked in session.execute(
        select(LinkRow.expert_id, LinkRow.revoked)
        .where(LinkRow.expert_id.in_(ids))
        .order_by(LinkRow.id)
    ):
        links[expert_id] = "active" if revoked is None else "revoked"
    infos = []
    for expert, survey in found:
        standing = standings[expert.id]
        replies = replies_of(said[expert.id], survey.hierarchy)
        asked = [one for one in survey.hierarchy.compared if one not in standing.recused]
        progress = {parent: replies.counts(survey.hierarchy, parent) for parent in asked}
        replied, total = (sum(column) for column in zip(*progress.values(), strict=True))
        infos.append(
            ExpertInfo(
                id=expert.id,
                study_id=expert.study_id,
                name=expert.name,
                organization=expert.organization,
                answered=replied,
                total=total,
                submitted=replies.submitted,
                link=links.get(expert.id, "none"),
                place=expert.place,
                standing=standing,
                progress=progress,
                last_answer=max(
                    (one.time for one in said[expert.id] if one.kind in ANSWERING), default=None
                ),
                replies=replies,
                spoken=expert.id in spoken,
            )
        )
    return infos


def spoken_of(session: Session, experts: Sequence[str]) -> set[str | None]:
    """Who of these experts has said anything in any round."""
    return set(
        session.scalars(
            select(EventRow.expert_id)
            .where(EventRow.expert_id.in_(experts), EventRow.kind.in_(STATEMENTS))
            .distinct()
        )
    )


def events_of(
    session: Session, experts: Sequence[str], round_number: int | None = None
) -> dict[str, list[Judged]]:
    """Expert -> what they said in the round given, or in the one that is open or was closed last,
    by rising seq.
    """
    found: dict[str, list[Judged]] = {one: [] for one in experts}
    for row in session.execute(
        select(*(getattr(EventRow, name) for name in Judged._fields))
        .join(StudyRow, StudyRow.id == EventRow.study_id)
        .where(
            EventRow.expert_id.in_(experts),
            EventRow.kind.in_(SAYING),
            EventRow.round == (StudyRow.round if round_number is None else round_number),
        )
        .order_by(EventRow.seq)
    ):
        one = Judged._make(row)
        found[one.expert_id].append(one)
    return found


def replies_of(said: Iterable[Judged], hierarchy: Hierarchy) -> Replies:
    """What an expert's events of one round come to, those of `events_of`."""
    order = {(parent, frozenset((a, b))): (parent, a, b) for parent, a, b in hierarchy.comparisons}
    way: Way | None = None
    submitted = False
    answers: dict[Pair, str] = {}
    abstained: set[Pair] = set()
    asked: dict[Pair, Pair] = {}
    rankings: dict[str, tuple[str, ...]] = {}
    comments: dict[Pair, str] = {}
    kept: dict[str, str] = {}
    for one in said:
        if one.kind == "way":
            way = Way.from_content(one.detail or "")
        elif one.kind == "ranked":
            rankings[one.parent] = tuple(json.loads(one.detail or ""))
        elif one.kind == "kept":
            kept[one.parent] = one.detail or ""
        elif one.kind == "submit":
            submitted = True
        elif one.kind == "comment":
            comments[order[one.parent, frozenset((one.left, one.right))]] = one.detail or ""
        else:
            pair = order[one.parent, frozenset((one.left, one.right))]
            asked.setdefault(pair, (one.parent, one.left, one.right))
            kept.pop(one.parent, None)
            answers.pop(pair, None)
            abstained.discard(pair)
            if one.kind == "answer":
                answers[pair] = one.value if pair[1] == one.left else opposite(one.value)
            elif one.kind == "abstain":
                abstained.add(pair)
    return Replies(
        way=way,
        answers={pair: answers[pair] for pair in hierarchy.comparisons if pair in answers},
        abstained=frozenset(abstained),
        asked=asked,
        rankings=rankings,
        comments={pair: text for pair, text in comments.items() if text},
        kept=kept,
        submitted=submitted,
    )


def asking_of(session: Session, study: StudyRow) -> Asking:
    """How the experts of a study are asked."""
    content = newest_detail(session, study, "asking")
    return Asking.from_content(content) if content else Asking()


def standings_of(
    session: Session, experts: Sequence[str], before: int | None = None
) -> dict[str, Standing]:
    """Expert id -> standing in force now, or before an event of that number."""
    found = dict.fromkeys(experts, Standing())
    for expert_id, detail in session.execute(
        select(EventRow.expert_id, EventRow.detail)
        .where(EventRow.expert_id.in_(experts), EventRow.kind == "standing")
        .where(true() if before is None else EventRow.seq < before)
        .order_by(EventRow.seq)
    ):
        found[str(expert_id)] = Standing.from_content(str(detail))
    return found


def settings_of(session: Session, study: StudyRow) -> Settings:
    """The settings in force."""
    content = newest_detail(session, study, "settings")
    survey = survey_of(session, study)
    return Settings.from_content(content).reaching(survey) if content else Settings.of(survey)


def weights_undecided(session: Session, study: StudyRow) -> bool:
    """See `Store.weights_undecided`."""
    if settings_of(session, study).weighting == "given":
        return False
    events = session.execute(
        select(EventRow.kind, EventRow.expert_id, EventRow.detail)
        .where(EventRow.study_id == study.id, EventRow.kind.in_(("standing", "settings")))
        .order_by(EventRow.seq.desc())
    )
    newest: dict[str, str] = {}
    for event in takewhile(lambda event: event.kind == "standing", events):
        newest.setdefault(event.expert_id, event.detail)
    return any(Standing.from_content(detail).weight != 1 for detail in newest.values())


def newest_detail(session: Session, study: StudyRow, kind: str) -> str | None:
    """Detail of a study's last event of a kind."""
    found: str | None = session.scalar(
        select(EventRow.detail)
        .where(EventRow.study_id == study.id, EventRow.kind == kind)
        .order_by(EventRow.seq.desc())
        .limit(1)
    )
    return found


def submitted_in(
    session: Session, experts: Sequence[str], round_number: int | None = None
) -> set[str | None]:
    """Who of these experts has submitted, in the round given or the one open or closed last."""
    return set(
        session.scalars(
            select(EventRow.expert_id)
            .join(StudyRow, StudyRow.id == EventRow.study_id)
            .where(
                EventRow.expert_id.in_(experts),
                EventRow.kind == "submit",
                EventRow.round == (StudyRow.round if round_number is None else round_number),
            )
        )
    )


def answers_in(
    session: Session, experts: Sequence[str], round_number: int | None = None
) -> dict[str, dict[tuple[str, frozenset[str]], Judged]]:
    """Expert -> (parent, pair) -> the event that holds its answer, by rising seq.

    Of the round given, or of the one that is open or was closed last.
    """
    found: dict[str, dict[tuple[str, frozenset[str]], Judged]] = {}
    for expert, said in events_of(session, experts, round_number).items():
        judged = found[expert] = {}
        for one in said:
            if one.kind in ANSWERING:
                pair = (one.parent, frozenset((one.left, one.right)))
                judged.pop(pair, None)
                if one.kind == "answer":
                    judged[pair] = one
    return found


def in_order(
    judged: Mapping[tuple[str, frozenset[str]], Judged],
    comparisons: Iterable[tuple[str, str, str]],
) -> dict[tuple[str, str, str], str]:
    """The answers to these comparisons, each in the direction of the comparison."""
    found = {}
    for parent, left, right in comparisons:
        if (one := judged.get((parent, frozenset((left, right))))) is not None:
            found[parent, left, right] = one.value if one.left == left else opposite(one.value)
    return found


def feedback_of(
    session: Session, expert: ExpertRow, study: StudyRow, settings: Settings
) -> dict[Pair, Feedback]:
    """What an expert sees of the round before by the settings in force, see `Sitting`."""
    if study.round == 1:
        return {}
    closing = session.scalar(
        select(EventRow.detail).where(
            EventRow.study_id == study.id,
            EventRow.kind == "round_closed",
            EventRow.round == study.round - 1,
        )
    )
    evidence = json.loads(closing) if closing else {"distributions": [], "recused": []}
    panel = evidence_distributions(evidence)
    left_out = {parent for name, parent in evidence["recused"] if name == expert.name}
    counted = expert.id in submitted_in(session, [expert.id], study.round - 1)
    hierarchy = survey_of(session, study).hierarchy
    last: dict[Pair, str] = {}
    closed: dict[Pair, str] = {}
    for number in range(1, study.round):
        judged = answers_in(session, [expert.id], number)[expert.id]
        closed = in_order(judged, hierarchy.comparisons)
        last |= closed
    standing = standings_of(session, [expert.id])[expert.id]
    found = {}
    for pair in standing.comparisons(hierarchy):
        seen = panel.get(pair)
        among = counted and pair in closed and pair[0] not in left_out
        if seen is not None and seen.count - among < settings.feedback_from:
            seen = None
        found[pair] = Feedback(last.get(pair), seen)
    return found


def reasons_in(
    session: Session, study: StudyRow, expert_id: str | None, round_number: int | None
) -> dict[tuple[str, str, str, str], str]:
    """The newest reasons of one expert or all, see `Store.reasons`."""
    pairs = {
        (parent, frozenset((left, right))): (parent, left, right)
        for parent, left, right in survey_of(session, study).hierarchy.comparisons
    }
    number = study.round if round_number is None else round_number
    rows = session.execute(
        select(ExpertRow.id, ExpertRow.name, EventRow)
        .join(ExpertRow, ExpertRow.id == EventRow.expert_id)
        .where(EventRow.study_id == study.id, EventRow.kind == "reason", EventRow.round == number)
        .where(true() if expert_id is None else EventRow.expert_id == expert_id)
        .order_by(EventRow.seq)
    ).all()
    replied = {
        (expert, one.parent, frozenset((one.left, one.right))): one.seq
        for expert, said in events_of(session, list({row.id for row in rows}), number).items()
        for one in said
        if one.kind in ANSWERING
    }
    found = {}
    for expert, name, event in rows:
        pair = (str(event.parent), frozenset((str(event.left), str(event.right))))
        stale = replied.get((expert, *pair), 0) > event.seq
        found[(name, *pairs[pair])] = "" if stale else event.detail
    return {place: text for place, text in found.items() if text}
