"""A whole study or evaluation as JSON, from one database to another."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..datafile import MAX_EVALUATION, parse_json
from ..errors import AHPError, LogError, StoreError
from ..process.evaluations.events import EvaluationImported
from ..process.events import SERVER, Actor, ChainSealed, StudyImported
from ..study import Survey, survey_from_content
from ..study.limits import LONGEST
from . import chain, log
from .book_file import BookFile, check_unicode
from .evaluation_log import FORMAT, FORMAT_HASH, Entry, append, verify_evaluation
from .models import (
    EvaluationEventRow,
    EvaluationRow,
    ExpertRow,
    FileRow,
    PersonRow,
    StudyRow,
    SurveyRow,
)
from .states import evaluation_state_of
from .surveys import add_survey

STUDY_FILE = BookFile(
    name="ahp study",
    head="study",
    columns=("id", "title", "note", "round", "state", "head_seq", "head_hash"),
    bound_to="survey",
    rows={"experts": ("id", "name", "organization", "added_seq")},
)

EVALUATION_FILE = BookFile(
    name="ahp evaluation",
    head="evaluation",
    columns=("id", "title", "note", "head_seq", "head_hash"),
    bound_to="events_in",
    rows={"people": ("id", "role", "name", "added_seq"), "files": ("sha256", "content")},
    events=EvaluationEventRow,
    most=MAX_EVALUATION,
)


class _Kept(NamedTuple):
    """A file, its content in base64."""

    sha256: str
    content: str


def export_study(session: Session, study: StudyRow) -> str:
    """The study with its survey, experts and events."""
    experts = session.scalars(
        select(ExpertRow).where(ExpertRow.study_id == study.id).order_by(ExpertRow.added_seq)
    )
    survey = session.get_one(SurveyRow, study.survey_hash).content
    return STUDY_FILE.write(session, study, survey, {"experts": experts})


def import_study(session: Session, content: str | bytes, source: str) -> StudyRow:
    """Insert what `export_study` wrote, verify its log, and add to it who has read it.

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
    STUDY_FILE.insert(session, study, ExpertRow, data, source)
    log.verify_study(session, study, survey.content)
    last = next(chain.read(session, study.id, study.head_seq))
    if last.format < chain.FORMAT:
        sealed = ChainSealed(last.seq, last.format, last.hash)
        entry = log.Entry(sealed, secrets.token_hex(16), "server", actor=SERVER)
        log.append(session, study, [entry])
    imported = StudyImported(_shortened(source))
    log.append(session, study, [log.Entry(imported, secrets.token_hex(16), "file")])
    return study


def _shortened(source: str) -> str:
    """The name of a file, as long as the log keeps it."""
    longest = LONGEST["text"]
    return source if len(source) <= longest else f"{source[: longest - 1]}…"


def _survey(data: dict[str, Any], source: str) -> Survey:
    """The survey in a file: a text, in format 1 an object."""
    content = data["survey"] if data["format"] > 1 else json.dumps(data["survey"])
    check_unicode(parse_json(content, f"{source}: survey", StoreError), f"{source}: survey")
    try:
        return survey_from_content(content)
    except AHPError as error:
        raise StoreError("export_survey", source=source, problem=error) from error


def export_evaluation(session: Session, book: EvaluationRow) -> str:
    """The evaluation with its people, the files that its events name, and the events.

    Raises:
        StoreError: a round of rating is open, whose ratings nobody may see yet.
    """
    state = evaluation_state_of(session, book)
    for period, held in state.periods.items():
        if held.round:
            raise StoreError("export_while_rating", period=period, round=held.round.number)
    people = session.scalars(
        select(PersonRow).where(PersonRow.evaluation_id == book.id).order_by(PersonRow.added_seq)
    )
    contents = ((key, session.get_one(FileRow, key).content) for key in sorted(state.files))
    files = (_Kept(key, base64.b64encode(content).decode()) for key, content in contents)
    return EVALUATION_FILE.write(session, book, FORMAT, {"people": people, "files": files})


def import_evaluation(
    session: Session, content: str | bytes, source: str, actor: Actor
) -> EvaluationRow:
    """Insert what `export_evaluation` wrote, verify its log, and add to it who has read it.

    Raises:
        StoreError: not such a file, or the database has the evaluation already.
        LogError: the log does not verify.
    """
    data = EVALUATION_FILE.read(content, source)
    if data["events_in"] != FORMAT:
        raise StoreError(
            "export_events_in", source=source, found=data["events_in"], expected=FORMAT
        )
    if session.get(EvaluationRow, data["evaluation"]["id"]) is not None:
        title = data["evaluation"]["title"]
        raise StoreError("export_known_evaluation", source=source, title=title)
    files = {one["sha256"]: _content(one, source) for one in data["files"]}
    created = data["events"][0]["time"] if data["events"] else ""
    book = EvaluationRow(**data["evaluation"], created=created, survey_hash=FORMAT_HASH)
    EVALUATION_FILE.insert(session, book, PersonRow, data, source)
    for key, kept in files.items():
        if session.get(FileRow, key) is None:
            session.add(FileRow(sha256=key, content=kept))
    session.flush()
    verify_evaluation(session, book)
    if unnamed := files.keys() - evaluation_state_of(session, book).files.keys():
        raise LogError("export_file_unnamed", source=source, sha256=min(unnamed))
    imported = EvaluationImported(_shortened(source))
    append(session, book, [Entry(imported, secrets.token_hex(16), "file", actor)])
    return book


def _content(file: dict[str, str], source: str) -> bytes:
    """The content of a file in a file.

    Raises:
        StoreError: it is not what its SHA-256 says.
    """
    try:
        content = base64.b64decode(file["content"], validate=True)
    except ValueError:
        content = b""
    if hashlib.sha256(content).hexdigest() != file["sha256"]:
        raise StoreError("export_file_differs", source=source, sha256=file["sha256"])
    return content
