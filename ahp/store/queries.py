"""Which rows are meant, and what is handed out of them; every function takes an open session."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from ..errors import AccessError, StoreError
from ..process.events import WordingMended
from ..study import Survey
from .models import (
    AccountRow,
    EvaluationRow,
    EventRow,
    ExpertRow,
    LinkRow,
    PersonRow,
    StudyRow,
    SurveyRow,
)
from .records import AccountInfo, ExpertInfo, PersonInfo, Sitting, StudyInfo
from .states import evaluation_state_of, state_of
from .surveys import parse_survey

EXPERTS = (
    select(ExpertRow, StudyRow)
    .join(StudyRow, StudyRow.id == ExpertRow.study_id)
    .where(ExpertRow.removed_seq.is_(None))
    .order_by(ExpertRow.added_seq)
)
PEOPLE = (
    select(PersonRow, EvaluationRow)
    .join(EvaluationRow, EvaluationRow.id == PersonRow.evaluation_id)
    .where(PersonRow.removed_seq.is_(None))
    .order_by(PersonRow.added_seq)
)
_LINK = case((LinkRow.id.is_(None), "none"), (LinkRow.revoked.is_(None), "active"), else_="revoked")


def with_link(listed: Select[Any, Any], holder: ColumnElement[bool]) -> Select[Any, Any, str]:
    """Experts or people with the state of their newest links, of whom `holder` says whose."""
    newest = select(func.max(LinkRow.id)).where(holder).correlate(ExpertRow, PersonRow)
    return listed.outerjoin(LinkRow, LinkRow.id == newest.scalar_subquery()).add_columns(_LINK)


def study_row(session: Session, study_id: str, *, lock: bool = False) -> StudyRow:
    """One study, locked for a change if asked.

    Raises:
        StoreError: there is none.
    """
    study = session.get(StudyRow, study_id, with_for_update=lock)
    if study is None:
        raise StoreError("no_study", id=study_id)
    return study


def evaluation_row(session: Session, evaluation_id: str, *, lock: bool = False) -> EvaluationRow:
    """One evaluation, locked for a change if asked."""
    book = session.get(EvaluationRow, evaluation_id, with_for_update=lock)
    if book is None:
        raise StoreError("no_evaluation", id=evaluation_id)
    return book


def expert_and_study(
    session: Session, expert_id: str, *, lock: bool = False
) -> tuple[ExpertRow, StudyRow]:
    """One expert with the study, which is locked for a change if asked.

    Raises:
        StoreError: there is none.
    """
    found = experts_and_studies(session, ExpertRow.id == expert_id, lock=lock)
    if not found:
        raise StoreError("no_expert", id=expert_id)
    return found[expert_id]


def experts_and_studies(
    session: Session, *which: ColumnElement[bool], lock: bool = False
) -> dict[str, tuple[ExpertRow, StudyRow]]:
    """Expert id -> the expert with the study, which is locked for a change if asked."""
    query = EXPERTS.where(*which)
    rows = session.execute(query.with_for_update(of=StudyRow) if lock else query)
    return {expert.id: (expert, study) for expert, study in rows}


def account_row(session: Session, account_id: str, *, lock: bool = False) -> AccountRow:
    """One account, locked for a change if asked.

    Raises:
        AccessError: there is none.
    """
    row = session.get(AccountRow, account_id, with_for_update=lock)
    if row is None:
        raise AccessError("no_account", id=account_id)
    return row


def account_info(row: AccountRow) -> AccountInfo:
    """An account as it is handed out."""
    return AccountInfo(
        row.id,
        row.name,
        tuple(json.loads(row.roles)),
        row.created,
        row.last_sign_in,
        row.disabled,
        row.issuer,
        row.totp is not None,
    )


def study_infos(session: Session, *which: ColumnElement[bool]) -> list[StudyInfo]:
    """Studies as they are handed out, the newest first; only logs that mend the wording of a survey
    are read.
    """
    rows = session.execute(
        select(StudyRow, SurveyRow.content)
        .join(SurveyRow, SurveyRow.content_hash == StudyRow.survey_hash)
        .where(*which)
        .order_by(StudyRow.created.desc(), StudyRow.id)
    ).all()
    mended = set(
        session.scalars(
            select(EventRow.study_id).where(
                EventRow.study_id.in_(select(StudyRow.id).where(*which)),  # a part of the index
                EventRow.kind == WordingMended.kind,
            )
        )
    )
    return [
        study_info(
            study, state_of(session, study).survey if study.id in mended else parse_survey(content)
        )
        for study, content in rows
    ]


def study_info(study: StudyRow, survey: Survey) -> StudyInfo:
    """A study as it is handed out, with its survey as it is worded now."""
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


def expert_infos(session: Session, *which: ColumnElement[bool]) -> list[ExpertInfo]:
    """Experts as they are handed out, in the order of `Member.rank`: one statement for all."""
    listed = with_link(EXPERTS, LinkRow.expert_id == ExpertRow.id)
    found = [expert_info(session, *row) for row in session.execute(listed.where(*which)).all()]
    return sorted(found, key=lambda one: one.sitting.state.members[one.id].rank)


def listed_expert(session: Session, expert_id: str) -> ExpertInfo:
    """One expert as handed out.

    Raises:
        StoreError: there is none.
    """
    found = expert_infos(session, ExpertRow.id == expert_id)
    if not found:
        raise StoreError("no_expert", id=expert_id)
    return found[0]


def expert_info(session: Session, expert: ExpertRow, study: StudyRow, link: str) -> ExpertInfo:
    """An expert whose link has this state."""
    state = state_of(session, study)
    who, told = state.members[expert.id], state.told_by(expert.id)
    progress = state.progress(expert.id)
    answered, total = (sum(column) for column in zip(*progress.values(), strict=True))
    return ExpertInfo(
        id=expert.id,
        study_id=study.id,
        name=who.name,
        organization=who.organization,
        answered=answered,
        total=total,
        submitted=told.submission is not None,
        link=link,
        place=expert.place,
        standing=who.standing,
        progress=progress,
        last_answer=told.last_reply,
        replies=told.replies,
        spoken=expert.id in state.spoken,
        may_be_named=who.may_be_named,
        anonymous=who.anonymous,
        self_rating=who.self_rating,
        sitting=Sitting(study_info(study, state.survey), state, expert.id),
    )


def person_infos(session: Session, *which: ColumnElement[bool]) -> list[PersonInfo]:
    """People of evaluations as they are handed out, in the order they were added."""
    listed = with_link(PEOPLE, LinkRow.person_id == PersonRow.id)
    return [person_info(session, *row) for row in session.execute(listed.where(*which)).all()]


def person_info(session: Session, row: PersonRow, book: EvaluationRow, link: str) -> PersonInfo:
    """Somebody who takes part in an evaluation, whose link has this state."""
    person = evaluation_state_of(session, book).people[row.id]
    return PersonInfo(person, book.id, book.title, link)
