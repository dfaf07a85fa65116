"""What the store reads, table by table; every function takes an open session."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Select, select, true
from sqlalchemy.orm import Session

from ..errors import StoreError
from ..scale import opposite
from ..study import Survey
from ..study.delphi import Feedback, Pair, evidence_distributions
from ..study.settings import Settings, Standing
from .models import EventRow, ExpertRow, LinkRow, StudyRow, SurveyRow
from .records import ExpertInfo, StudyInfo
from .replay import Judged
from .surveys import parse_survey, survey_of

STUDIES = select(StudyRow, SurveyRow.content).join(
    SurveyRow, SurveyRow.content_hash == StudyRow.survey_hash
)
EXPERTS = (
    select(ExpertRow, SurveyRow.content)
    .join(StudyRow, StudyRow.id == ExpertRow.study_id)
    .join(SurveyRow, SurveyRow.content_hash == StudyRow.survey_hash)
)


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
        .where(ExpertRow.id == expert_id)
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
    )


def expert_infos(session: Session, query: Select[ExpertRow, str]) -> list[ExpertInfo]:
    """Experts as they are handed out, in the order of a query that begins with `EXPERTS`."""
    found = session.execute(query).all()
    ids = [expert.id for expert, _ in found]
    judged, submitted = answers_in(session, ids), submitted_in(session, ids)
    standings = standings_of(session, ids)
    links: dict[str, str] = {}
    for expert_id, revoked in session.execute(
        select(LinkRow.expert_id, LinkRow.revoked)
        .where(LinkRow.expert_id.in_(ids))
        .order_by(LinkRow.id)
    ):
        links[expert_id] = "active" if revoked is None else "revoked"
    infos = []
    for expert, content in found:
        standing, own = standings[expert.id], judged[expert.id]
        asked = standing.comparisons(parse_survey(content).hierarchy)
        answered = Counter(parent for parent, _left, _right in in_order(own, asked))
        total = Counter(parent for parent, _left, _right in asked)
        infos.append(
            ExpertInfo(
                id=expert.id,
                study_id=expert.study_id,
                name=expert.name,
                organization=expert.organization,
                answered=answered.total(),
                total=len(asked),
                submitted=expert.id in submitted,
                link=links.get(expert.id, "none"),
                place=expert.place,
                standing=standing,
                progress={parent: (answered[parent], count) for parent, count in total.items()},
                last_answer=max((one.time for one in own.values()), default=None),
            )
        )
    return infos


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
    content = session.scalar(
        select(EventRow.detail)
        .where(EventRow.study_id == study.id, EventRow.kind == "settings")
        .order_by(EventRow.seq.desc())
        .limit(1)
    )
    return Settings.from_content(content) if content else Settings.of(survey_of(session, study))


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
    found: dict[str, dict[tuple[str, frozenset[str]], Judged]] = {one: {} for one in experts}
    for row in session.execute(
        select(*(getattr(EventRow, name) for name in Judged._fields))
        .join(StudyRow, StudyRow.id == EventRow.study_id)
        .where(
            EventRow.expert_id.in_(experts),
            EventRow.kind.in_(("answer", "clear")),
            EventRow.round == (StudyRow.round if round_number is None else round_number),
        )
        .order_by(EventRow.seq)
    ):
        one = Judged._make(row)
        judged, pair = found[one.expert_id], (one.parent, frozenset((one.left, one.right)))
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


def feedback_of(session: Session, expert_id: str) -> dict[Pair, Feedback]:
    """What an expert sees of the round before, see `Store.feedback`."""
    expert, study = expert_and_study(session, expert_id)
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
    counted = expert_id in submitted_in(session, [expert_id], study.round - 1)
    enough = settings_of(session, study).feedback_from
    hierarchy = survey_of(session, study).hierarchy
    last: dict[Pair, str] = {}
    closed: dict[Pair, str] = {}
    for number in range(1, study.round):
        judged = answers_in(session, [expert_id], number)[expert_id]
        closed = in_order(judged, hierarchy.comparisons)
        last |= closed
    standing = standings_of(session, [expert_id])[expert_id]
    found = {}
    for pair in standing.comparisons(hierarchy):
        seen = panel.get(pair)
        among = counted and pair in closed and pair[0] not in left_out
        if seen is not None and seen.count - among < enough:
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
    judged = answers_in(session, list({row.id for row in rows}), number)
    found = {}
    for expert, name, event in rows:
        pair = (str(event.parent), frozenset((str(event.left), str(event.right))))
        answer = judged[expert].get(pair)
        stale = answer is not None and answer.seq > event.seq
        found[(name, *pairs[pair])] = "" if stale else event.detail
    return {place: text for place, text in found.items() if text}
