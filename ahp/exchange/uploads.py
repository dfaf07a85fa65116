"""Files an organizer brings along, told apart by their names and content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from ..datafile import MAX_FILE, check_size, parse_json
from ..errors import SurveyError
from ..study import Answers, Survey
from .formats import FORMATS, UPLOADS, Options


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
    """Read a whole study (JSON), or a file of one of the formats that hold a survey.

    Args:
        content: the bytes of the file.
        name: its name, with an ending of `ahp.exchange.formats.UPLOADS`.
        language: code of the language the names are in, where the file does not say, and of the
            remarks.

    Raises:
        SurveyError, AnswersError: what is wrong, with its place in the file.
    """
    path = PurePath(name)
    found = UPLOADS.get(path.suffix.lower().removeprefix("."))
    if found is None or found.read is None:
        raise SurveyError("upload_ending", name=name, endings=tuple(map(".{}".format, UPLOADS)))
    if found is FORMATS["ahp-os"]:
        check_size(content, name, SurveyError, MAX_FILE)
        if _is_study(content):
            return Upload(study=content)
    taken = found.read(content, name, Options(language=language, words=language))
    return Upload(
        survey=taken.survey,
        answers=taken.answers if taken.answers.experts else None,
        title=taken.title or path.stem,
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
