"""A whole study as JSON, from one database to another."""

from __future__ import annotations

import json
import secrets
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..datafile import parse_json
from ..errors import AHPError, LogError, StoreError
from ..process.events import SERVER, ChainSealed
from ..study import Survey, survey_from_content
from . import chain, log
from .book_file import BookFile, insert_events
from .models import ExpertRow, StudyRow, SurveyRow
from .surveys import add_survey

STUDY_FILE = BookFile(
    name="ahp study",
    head="study",
    columns=("id", "title", "note", "round", "state", "head_seq", "head_hash"),
    bound_to="survey",
    rows={"experts": ("id", "name", "organization", "added_seq")},
)


def export_study(session: Session, study: StudyRow) -> str:
    """The study with its survey, experts and events."""
    experts = session.scalars(
        select(ExpertRow).where(ExpertRow.study_id == study.id).order_by(ExpertRow.added_seq)
    )
    survey = session.get_one(SurveyRow, study.survey_hash).content
    return STUDY_FILE.write(session, study, survey, {"experts": experts})


def import_study(session: Session, content: str | bytes, source: str) -> StudyRow:
    """Insert what `export_study` wrote, and verify its log.

    Raises:
        StoreError: not such a file, or the database has the study already.
        LogError: the log does not verify.
    """
    data = STUDY_FILE.read(content, source)
    survey = _survey(data, source)
    if session.get(StudyRow, data["study"]["id"]) is not None:
        raise StoreError("export_known", source=source, title=data["study"]["title"])
    add_survey(session, survey)
    created = data["events"][0]["time"] if data["events"] else ""
    study = StudyRow(**data["study"], created=created, survey_hash=survey.content_hash)
    session.add(study)
    session.flush()
    try:
        if experts := [{**one, "study_id": study.id} for one in data["experts"]]:
            session.execute(insert(ExpertRow), experts)
        insert_events(session, study, data["events"])
    except IntegrityError as error:  # a number, an id or a name twice, or of nobody
        raise LogError("export_contradicts_itself", source=source) from error
    _derive(session, study, data["events"])
    log.verify_study(session, study, survey.content)
    last = next(chain.read(session, study.id, study.head_seq))
    if last.format < chain.FORMAT:
        sealed = ChainSealed(last.seq, last.format, last.hash)
        entry = log.Entry(sealed, secrets.token_hex(16), "server", actor=SERVER)
        log.append(session, study, [entry])
    return study


def _survey(data: dict[str, Any], source: str) -> Survey:
    """The survey in a file: a text, in format 1 an object."""
    content = data["survey"] if data["format"] > 1 else json.dumps(data["survey"])
    parse_json(content, f"{source}: survey", StoreError)
    try:
        return survey_from_content(content)
    except AHPError as error:
        raise StoreError("export_survey", source=source, problem=error) from error


def _derive(session: Session, study: StudyRow, events: list[dict[str, Any]]) -> None:
    """What the rows say by the events alone: the study archived, experts removed."""
    for event in events:
        if event["kind"] in ("study_archived", "study_unarchived"):
            study.archived_seq = event["seq"] if event["kind"] == "study_archived" else None
        elif event["kind"] == "expert_removed":
            session.execute(
                update(ExpertRow)
                .where(ExpertRow.id == event["expert_id"], ExpertRow.study_id == study.id)
                .values(removed_seq=event["seq"])
            )
