"""Which rows are meant, and what is handed out of them; every function takes an open session."""

from __future__ import annotations

import json

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ..errors import AccessError, StoreError
from ..study import Survey
from .models import AccountRow, EvaluationRow, ExpertRow, LinkRow, StudyRow, SurveyRow
from .records import AccountInfo, ExpertInfo, StudyInfo
from .states import state_of

STUDIES = select(StudyRow, SurveyRow.content).join(
    SurveyRow, SurveyRow.content_hash == StudyRow.survey_hash
)
EXPERTS = (
    select(ExpertRow, StudyRow)
    .join(StudyRow, StudyRow.id == ExpertRow.study_id)
    .where(ExpertRow.removed_seq.is_(None))
    .order_by(ExpertRow.added_seq)
)


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
    query = EXPERTS.where(ExpertRow.id == expert_id)
    row = session.execute(query.with_for_update(of=StudyRow) if lock else query).one_or_none()
    if row is None:
        raise StoreError("no_expert", id=expert_id)
    expert, study = row
    return expert, study


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


def expert_infos(session: Session, query: Select[ExpertRow, StudyRow]) -> list[ExpertInfo]:
    """Experts as they are handed out, in the order of a query that begins with `EXPERTS`."""
    found = session.execute(query).all()
    links: dict[str, str] = {}
    for expert_id, revoked in session.execute(
        select(LinkRow.expert_id, LinkRow.revoked)
        .where(LinkRow.expert_id.in_([expert.id for expert, _ in found]))
        .order_by(LinkRow.id)
    ):
        links[str(expert_id)] = "active" if revoked is None else "revoked"
    return [
        expert_info(session, expert, study, links.get(expert.id, "none")) for expert, study in found
    ]


def expert_info(session: Session, expert: ExpertRow, study: StudyRow, link: str) -> ExpertInfo:
    """An expert whose link has this state."""
    state = state_of(session, study)
    hierarchy, who = state.survey.hierarchy, state.members[expert.id]
    told = state.told_by(expert.id)
    progress = {
        parent: told.replies.counts(hierarchy, parent)
        for parent in hierarchy.compared
        if parent not in who.standing.recused
    }
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
    )
