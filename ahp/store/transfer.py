"""A whole study as JSON, from one database to another."""

from __future__ import annotations

import json
import secrets
from dataclasses import fields
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from ..datafile import MAX_FILE, check_size, kind, parse_json
from ..errors import AHPError, StoreError
from ..messages import Phrase
from ..process.events import SERVER, ChainSealed
from ..study import Survey, survey_from_content
from . import chain, log
from .models import EventRow, ExpertRow, StudyRow, SurveyRow
from .records import Event
from .surveys import add_survey

FORMAT = 2
"""Of new files. In format 1 the survey is an object, and no event has an actor."""

_STUDY = ("id", "title", "note", "round", "state", "head_seq", "head_hash")
_EXPERT = ("id", "name", "organization", "added_seq")
_EVENT = tuple(field.name for field in fields(Event))
_SAME = ("study_id", "survey_hash")
"""Columns of events that are the same in all, and stand once in the file."""

_SINCE_FORMAT_2 = ("format", "actor_kind", "actor_id")
_NUMBERS = ("round", "head_seq", "added_seq", "seq", "format")
_OPTIONAL = (
    *("note", "organization", "expert_id", "parent", "left", "right", "value", "detail"),
    *("actor_kind", "actor_id"),
)
_LARGEST = 2**31 - 1
"""The largest whole number that every database takes."""


def export_study(session: Session, study: StudyRow) -> str:
    """The study with its survey, experts and events."""
    experts = session.scalars(
        select(ExpertRow).where(ExpertRow.study_id == study.id).order_by(ExpertRow.added_seq)
    )
    data = {
        "format": FORMAT,
        "kind": "ahp study",
        "study": {name: getattr(study, name) for name in _STUDY},
        "survey": session.get_one(SurveyRow, study.survey_hash).content,
        "experts": [{name: getattr(one, name) for name in _EXPERT} for one in experts],
        "events": [
            {name: value for name, value in vars(event).items() if name not in _SAME}
            for event in chain.read(session, study.id)
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def import_study(session: Session, content: str | bytes, source: str) -> StudyRow:
    """Insert what `export_study` wrote, and verify its log.

    Raises:
        StoreError: not such a file, or the database has the study already.
        LogError: the log does not verify.
    """
    check_size(content, source, StoreError, MAX_FILE)
    data = parse_json(content, source, StoreError)
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise StoreError("export_not_unicode", source=source, problem=str(error)) from error
    _keys(data, ("format", "kind", "study", "survey", "experts", "events"), source)
    if data["kind"] != "ahp study" or data["format"] not in range(1, FORMAT + 1):
        raise StoreError(
            "export_kind",
            source=source,
            kind=repr(data["kind"]),
            format=repr(data["format"]),
            newest=FORMAT,
        )
    _columns(data["study"], _STUDY, f"{source}: study")
    left_out = _SAME if data["format"] > 1 else (*_SAME, *_SINCE_FORMAT_2)
    event_columns = tuple(name for name in _EVENT if name not in left_out)
    for key, columns in (("experts", _EXPERT), ("events", event_columns)):
        if not isinstance(data[key], list):
            raise StoreError("export_no_list", place=f"{source}: {key}")
        for k, one in enumerate(data[key]):
            _columns(one, columns, f"{source}: {key}[{k}]")
    survey = _survey(data, source)
    if session.get(StudyRow, data["study"]["id"]) is not None:
        raise StoreError("export_known", source=source, title=data["study"]["title"])
    add_survey(session, survey)
    created = data["events"][0]["time"] if data["events"] else ""
    study = StudyRow(**data["study"], created=created, survey_hash=survey.content_hash)
    session.add(study)
    session.flush()
    same = {"study_id": study.id, "survey_hash": survey.content_hash}
    experts = [{**one, "study_id": study.id} for one in data["experts"]]
    for table, rows in ((ExpertRow, experts), (EventRow, [{**e, **same} for e in data["events"]])):
        if rows:
            session.execute(insert(table), rows)
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
    if not isinstance(content, str):
        raise StoreError("export_survey_no_text", source=source, found=kind(content))
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


def _columns(data: Any, columns: tuple[str, ...], place: str) -> None:
    """Refuse what is no object with exactly these columns, texts and whole numbers."""
    _keys(data, columns, place)
    for name in columns:
        value = data[name]
        if name in _NUMBERS:
            fits, expected = type(value) is int, Phrase("export_number", largest=_LARGEST)
            fits = fits and 0 <= value <= _LARGEST
        else:
            optional = name in _OPTIONAL
            text_ = "export_text_or_null" if optional else "a_text"
            fits, expected = isinstance(value, str), Phrase(text_)
            fits = fits or (optional and value is None)
        if not fits:
            shown = value if type(value) is int else kind(value)
            raise StoreError(
                "export_column", place=place, name=name, found=shown, expected=expected
            )


def _keys(data: Any, keys: tuple[str, ...], place: str) -> None:
    """Refuse what is no object with exactly these keys."""
    found = sorted(data) if isinstance(data, dict) else type(data).__name__
    if found != sorted(keys):
        raise StoreError("export_keys", place=place, found=str(found), keys=tuple(sorted(keys)))
