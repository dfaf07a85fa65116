"""A rater's visit: what they have to rate, where they are, and what their taps do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import streamlit as st

from ..errors import AHPError
from ..evaluation.rules import Checklist, Point
from ..evaluation.scheme import Scheme
from ..i18n.evaluation import names_of
from ..messages import Message, with_names
from ..process.evaluations.attachments import attached
from ..process.evaluations.events import (
    OwnRating,
    Rated,
    RatingAttached,
    RatingsSubmitted,
)
from ..process.evaluations.rating import RatingTask, task_of
from ..process.evaluations.rules import CANNOT_JUDGE, CHECK_RESULTS, answers_to
from ..process.evaluations.sheet import ORDERS
from ..process.evaluations.state import EvaluationState, Person, RatedCell, Rating
from ..store import PersonInfo
from . import state

START, OVERVIEW = "start", "overview"
"""Screens that aren't those of a cell."""


class Uploaded(Protocol):
    """A file that the browser sent."""

    name: str

    def getvalue(self) -> bytes:
        """Its content."""


@dataclass(frozen=True)
class Answer:
    """What a rater can tap.

    Attributes:
        value: as it is stored.
        name: of the grade or the result.
        anchor: what a unit of this grade does; empty for a control point.
    """

    value: str
    name: str
    anchor: str


@dataclass(frozen=True)
class RaterVisit:
    """What the screens need to know.

    Attributes:
        info: who rates.
        now: the evaluation.
        task: what they have to rate.
        language: of the page.
    """

    info: PersonInfo
    now: EvaluationState
    task: RatingTask
    language: str

    @property
    def person(self) -> Person:
        """Who rates."""
        return self.info.person

    @property
    def about(self) -> str:
        """Part of the keys of widgets: what is typed in one round is not another's."""
        return f"{self.person.id}-{self.task.period}-{self.task.round}"

    @property
    def scheme(self) -> Scheme:
        """That of the period."""
        return self.now.periods[self.task.period].scheme

    @property
    def locked(self) -> bool:
        """Whether nothing can be rated any more."""
        return bool(self.task.sheet.submitted) or not self.is_open

    @property
    def is_open(self) -> bool:
        """Whether the round is open."""
        now = self.now.periods[self.task.period].round
        return now is not None and now.number == self.task.round

    @property
    def place(self) -> str | RatedCell:
        """The screen shown: `START`, `OVERVIEW` or a cell."""
        kept = st.session_state.get(_place_key(self.about), START)
        return kept if kept in (START, OVERVIEW, *self.task.cells) else OVERVIEW

    @cached_property
    def names(self) -> dict[str, str]:
        """Id -> name of units and parts of the scheme."""
        units = {unit.id: unit.name for unit in self.now.units}
        return units | names_of(self.scheme, self.language)

    def rating(self, cell: RatedCell) -> Rating:
        """What was given so far."""
        return self.task.sheet.rating(cell)

    def point(self, cell: RatedCell) -> Point | None:
        """The control point that a cell is about; None where a grade is given."""
        rule = self.scheme.indicator[cell[1]].rule
        points = rule.control_points if isinstance(rule, Checklist) else ()
        return next((one for one in points if one.id == cell[2]), None)

    def title(self, cell: RatedCell) -> str:
        """Indicator, or indicator and control point, of a cell."""
        point, name = self.point(cell), self.names[cell[1]]
        if point is None:
            return name
        return f"{name} · {self.scheme.text(point.name, self.language) or point.id}"

    def answers(self, cell: RatedCell) -> tuple[Answer, ...]:
        """What can be tapped for a cell, the best first; none where a sample is counted."""
        values = answers_to(self.scheme, cell[1], cell[2])
        if values == CHECK_RESULTS:
            words = result_words()
            return tuple(Answer(value, words[value], "") for value in values)
        rule: Any = self.scheme.indicator[cell[1]].rule
        return tuple(
            Answer(
                grade.id,
                self.scheme.text(grade.name, self.language) or grade.id,
                self.scheme.text(rule.anchors.get(grade.id) or grade.anchor, self.language),
            )
            for grade in (self.scheme.grades[rule.grades] if values else ())
        )

    def said(self, cell: RatedCell, value: str) -> str:
        """An answer in words; empty while there is none."""
        words = {one.value: one.name for one in self.answers(cell)}
        return words.get(value) or (result_words()[value] if value == CANNOT_JUDGE else value)

    def say(self, message: Message) -> str:
        """An error or remark with names in place of ids."""
        return state.in_words(with_names(message, self.names))


def result_words() -> dict[str, str]:
    """What can be said other than grades."""
    _ = state.translate()
    return {
        "yes": _("Met"),
        "partly": _("Partly met"),
        "no": _("Not met"),
        "not applicable": _("Doesn't apply to this unit"),
        CANNOT_JUDGE: _("I can't judge this"),
    }


def visit_of(info: PersonInfo, now: EvaluationState, period: str) -> RaterVisit | None:
    """How things stand for a rater in a period; None where nothing was asked yet."""
    task = task_of(now, info.person.id, period, order())
    return RaterVisit(info, now, task, state.language()) if task else None


def order() -> str:
    """The order that was chosen, of `sheet.ORDERS`."""
    chosen: str = st.session_state.get("rating_order", ORDERS[0])
    return chosen


def choose_order(key: str) -> None:
    """Keep the order that a field holds: fields are forgotten with their screens."""
    st.session_state["rating_order"] = st.session_state[key]


def go(visit: RaterVisit, place: str | RatedCell) -> None:
    """Show another screen."""
    st.session_state[_place_key(visit.about)] = place


def _place_key(about: str) -> str:
    return f"rating_place-{about}"


def note_key(visit: RaterVisit, cell: RatedCell) -> str:
    """Key of the field for the note on a cell."""
    return f"rating_note-{visit.about}-{'-'.join(cell)}"


def act(visit: RaterVisit, action: OwnRating, event_id: str, content: bytes | None = None) -> bool:
    """Do something as this rater, if this browser still may; what is refused is shown."""
    try:
        state.by_link().act_as(visit.person.id, action, event_id=event_id, content=content)
    except AHPError as error:
        st.session_state["problem"] = visit.say(error)
        return False
    return True


def rate(visit: RaterVisit, cell: RatedCell, value: str, event_id: str) -> None:
    """Store an answer with the note beside it, then move on."""
    _ = state.translate()
    note = st.session_state.get(note_key(visit, cell), visit.rating(cell).note).strip()
    if act(visit, _rated(visit, cell, value, note), event_id):
        saved = _("{title}, {unit}: {said}").format(
            title=visit.title(cell), unit=visit.names[cell[0]], said=visit.said(cell, value)
        )
        st.session_state["rating_saved"] = (visit.about, saved)
        go(visit, visit.task.onward(cell) or OVERVIEW)


def rate_sample(visit: RaterVisit, cell: RatedCell, keys: Sequence[str], event_id: str) -> None:
    """Store how many of a sample are in order."""
    met, size = (st.session_state[key] for key in keys)
    rate(visit, cell, f"{met}/{size}", event_id)


def save_note(visit: RaterVisit, cell: RatedCell, event_id: str) -> None:
    """Store a note as soon as its field is left, beside the answer that stands."""
    now = state.database().evaluation_state(visit.info.evaluation_id)  # a grade may come with it
    rating = (visit_of(visit.info, now, visit.task.period) or visit).rating(cell)
    note = st.session_state[note_key(visit, cell)].strip()
    if note != rating.note:
        act(visit, _rated(visit, cell, rating.value, note), event_id)


def _rated(visit: RaterVisit, cell: RatedCell, value: str, note: str) -> Rated:
    unit, indicator, item = cell
    return Rated(visit.task.period, visit.task.round, unit, indicator, value, item, note)


def attach(visit: RaterVisit, cell: RatedCell, key: str, new_id: Callable[[], str]) -> None:
    """Store the files that a field holds as evidence, each once, and empty the field."""
    files: list[Uploaded] = st.session_state[key] or []
    kept = {one.sha256 for one in visit.rating(cell).files}
    unit, indicator, item = cell
    for given in files:
        content = given.getvalue()
        try:
            file = attached(given.name, content)
        except AHPError as error:
            st.session_state["problem"] = visit.say(error)
            continue
        if file.sha256 not in kept:
            task = visit.task
            action = RatingAttached(task.period, task.round, unit, indicator, file, item)
            act(visit, action, new_id(), content)
            kept.add(file.sha256)
    st.session_state["rating_uploads"] = st.session_state.get("rating_uploads", 0) + 1


def submit(visit: RaterVisit, event_id: str) -> None:
    """Lock the ratings."""
    if act(visit, RatingsSubmitted(visit.task.period, visit.task.round), event_id):
        go(visit, OVERVIEW)
