"""How much an event may hold: it is kept for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from ...errors import StoreError
from ...study.limits import LONGEST, check_length
from .events import (
    CorrectionProposed,
    Done,
    File,
    Logged,
    RatingAttached,
    SchemeProposed,
    ValuesRecorded,
)
from .state import EvaluationState, PeriodState

MOST_VALUES = 20_000
"""What can be recorded at once: 200 units with 100 values each."""

MOST_OF_RATER = 20
"""MB that a rater can attach in a period."""

MOST_KEPT = 160
"""MB of files in an evaluation, up to which more can be attached. In base64 they are 214 of the 256
that a file with a whole evaluation may have (`datafile.MAX_EVALUATION`).
"""

_CALLED = {
    "early": "reason",
    "evidence": "document",
    "source": "text",
    "sentences": "sentence",
}
"""Field -> what it is called in `LONGEST`, where that is another name."""

_COMPUTED = ("evidence", "result")
"""Fields of actions that hold what the store has computed."""


def check_action(action: Done) -> None:
    """Refuse an action with texts that are too long, or with too many values.

    Raises:
        TextLimitError: says how long a text is and may be.
        StoreError: too many values.
    """
    values = action.rows if isinstance(action, ValuesRecorded | CorrectionProposed) else ()
    if len(values) > MOST_VALUES:
        raise StoreError("values_many", count=len(values), most=MOST_VALUES)
    for field in fields(action):
        if field.name not in _COMPUTED:
            for name, text in _texts(getattr(action, field.name), field.name):
                what = _CALLED.get(name, name)
                if name == "content":
                    what = "rules" if isinstance(action, SchemeProposed) else "layout"
                check_length(what if what in LONGEST else "text", text)


def check_files(state: EvaluationState, event: Logged) -> None:
    """Refuse a file that is attached beyond what is kept: the tables with values always are.

    Raises:
        StoreError: says how much that is.
    """
    action = event.action
    file: File | None = getattr(action, "file", None)
    if file is None or isinstance(action, ValuesRecorded):
        return
    if isinstance(action, RatingAttached):
        own = _attached_by(state.periods[action.period], str(event.person))
        if _megabytes({**own, file.sha256: file}) > MOST_OF_RATER:
            about = {"name": file.name, "period": action.period, "most": MOST_OF_RATER}
            raise StoreError("attachments_large", **about)
    if _megabytes({**state.files, file.sha256: file}) > MOST_KEPT:
        raise StoreError("files_large", name=file.name, most=MOST_KEPT)


def _attached_by(held: PeriodState, rater: str) -> dict[str, File]:
    """SHA-256 -> what a rater has attached in all rounds of a period."""
    ratings = (one for now in held.rounds for one in now.sheet(rater).ratings.values())
    return {file.sha256: file for rating in ratings for file in rating.files}


def _megabytes(files: Mapping[str, File]) -> float:
    return sum(file.size for file in files.values()) / 2**20


def _texts(held: Any, name: str) -> Iterator[tuple[str, str]]:
    """Every text in something, with the name of its field."""
    if isinstance(held, str):
        yield name, held
    elif is_dataclass(held):
        for field in fields(held):
            yield from _texts(getattr(held, field.name), field.name)
    elif isinstance(held, Mapping):
        for key, value in held.items():
            yield from _texts((key, value), name)
    elif isinstance(held, tuple):
        for one in held:
            yield from _texts(one, name)
