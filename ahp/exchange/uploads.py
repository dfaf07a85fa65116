"""Files an organizer brings along, told apart by their names and content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from ..datafile import MAX_FILE, MAX_TOML, check_size, decode_text, parse_json
from ..errors import SurveyError
from ..study import Answers, Survey
from ..study.survey import survey_from_toml
from .ahp_os import read_project
from .expert_sheets import read_expert_sheets
from .gluc import read_gluc
from .survey_text import read_hierarchy_text
from .take_over import TakenOver, from_ahp_os, from_expert_sheets, from_gluc, from_hierarchy_text

UPLOADS = ("toml", "json", "txt", "ahp", "yaml", "yml", "xlsx")
"""Endings of the files that `read_upload` takes."""


@dataclass(frozen=True)
class Upload:
    """What a file holds: a whole study, or a survey with or without answers.

    Attributes:
        study: a whole study as `Store.export_study` writes it, to be checked by the store.
        survey: the survey.
        answers: of a panel that has answered it, None when there are none.
        title: what to call a study made of it.
        expert_weights: expert -> weight of the decision maker; empty where the file has none.
        remarks: what was taken over how.
        lost: what the file has and a study can't keep.
    """

    study: bytes | None = None
    survey: Survey | None = None
    answers: Answers | None = None
    title: str = ""
    expert_weights: Mapping[str, float] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def read_upload(content: bytes, name: str, language: str) -> Upload:
    """Read a survey file (TOML), a whole study or a project of AHP-OS (JSON), a hierarchy text
    (TXT), a gluc file (AHP, YAML), or matrices with one sheet an expert (XLSX).

    Args:
        content: the bytes of the file.
        name: its name; the ending tells what it is.
        language: code of the language the names are in, where the file does not say, and of the
            remarks.

    Raises:
        SurveyError, AnswersError: what is wrong, with its place in the file.
    """
    ending = PurePath(name).suffix.lower().removeprefix(".")
    if ending not in UPLOADS:
        raise SurveyError("upload_ending", name=name, endings=tuple(map(".{}".format, UPLOADS)))
    title = PurePath(name).stem
    if ending == "toml":
        return Upload(survey=survey_from_toml(content, name), title=title)
    if ending == "txt":
        check_size(content, name, SurveyError, MAX_TOML)
        text = decode_text(content, name, SurveyError)
        tree = read_hierarchy_text(text, name, language=language)
        return _upload(
            from_hierarchy_text(tree.survey, tree.given_weights, name, language), title, language
        )
    if ending == "json":
        check_size(content, name, SurveyError, MAX_FILE)
        if _is_study(content):
            return Upload(study=content)
        project = read_project(content, name, language=language)
        return _upload(from_ahp_os(project, name, language), project.title, language)
    if ending == "xlsx":
        sheets = read_expert_sheets(content, name, language=language)
        return _upload(from_expert_sheets(sheets, language), title, language)
    gluc = read_gluc(content, name, language=language)
    return _upload(from_gluc(gluc, name, language), title, language)


def _upload(taken: TakenOver, title: str, language: str) -> Upload:
    return Upload(
        survey=taken.survey,
        answers=taken.answers if taken.answers.experts else None,
        title=title,
        expert_weights=taken.expert_weights,
        remarks=taken.remarks,
        lost=taken.lost(language),
    )


def _is_study(content: bytes) -> bool:
    """Whether a JSON file says it is a whole study; what is no JSON is told later."""
    try:
        data = parse_json(content, "", SurveyError)
    except SurveyError:
        return False
    return isinstance(data, dict) and data.get("kind") == "ahp study"
