"""Survey definitions in the database: each once, under its content hash."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ..study import Survey, survey_from_content
from ..study.limits import check_length
from .models import StudyRow, SurveyRow

parse_survey = lru_cache(maxsize=64)(survey_from_content)
"""The survey of a row's content."""


def add_survey(session: Session, survey: Survey) -> None:
    """Store a survey unless it is there already.

    Raises:
        TextLimitError: it is longer than is kept for ever.
    """
    check_length("survey", survey.content)
    insert: sqlite.Insert | postgresql.Insert = (
        sqlite.insert(SurveyRow)
        if session.get_bind().dialect.name == "sqlite"
        else postgresql.insert(SurveyRow)
    )
    session.execute(
        insert.values(
            content_hash=survey.content_hash, survey_id=survey.id, content=survey.content
        ).on_conflict_do_nothing()
    )


def survey_of(session: Session, study: StudyRow) -> Survey:
    """The survey of a study."""
    return parse_survey(session.get_one(SurveyRow, study.survey_hash).content)
