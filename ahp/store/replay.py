"""A study's state as its log tells it: a round's evidence is made from it, and verified by it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple, Self

from ..errors import OptionError, StoreError
from ..hierarchy import Hierarchy
from ..process.asking import Asking, Way, check_way, read_ranking
from ..process.rounds import RoundSummary, analyze_round, round_evidence, summarize
from ..process.settings import Settings
from ..scale import parse_judgment
from ..study import Analysis, Answers, Judgment, Survey
from ..study.answers import check_place
from ..study.standing import Standing
from .records import Event

ANSWERING = ("answer", "clear", "abstain")
"""Kinds of events after which the answer to a comparison is another one, or none."""

STATEMENTS = (*ANSWERING, "comment", "reason", "ranked", "kept", "submit")
"""Kinds of events after which an expert can't be renamed or removed."""

_Pair = tuple[str, frozenset[str]]


class Judged(NamedTuple):
    """The columns of an event in which an expert says something."""

    expert_id: str
    seq: int
    kind: str
    parent: str
    left: str
    right: str
    value: str
    detail: str | None
    source: str
    time: str


class Replay:
    """Takes a study's events one by one.

    Attributes:
        open: whether the round is.
        round: its number.
        settings, asking: in force.
        standings: expert id -> standing.
        names: expert id -> name, of those who were not removed.
        spoken: ids of the experts who have said anything in any round.
        archived_seq: number of the event that archived the study, None while it is in the lists.
        submitted: ids of the experts who submitted in this round.
        summaries: of the closed rounds in which somebody submitted an answer.
        without_evidence: numbers of the closed rounds that left none, though experts submitted
            answers.
    """

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self.open = True
        self.round = 1
        self.settings = Settings.of(survey)
        self.asking = Asking()
        self.standings: dict[str, Standing] = {}
        self.submitted: set[str] = set()
        self.summaries: list[RoundSummary] = []
        self.without_evidence: list[int] = []
        self.names: dict[str, str] = {}
        self.spoken: set[str] = set()
        self.archived_seq: int | None = None
        self._answers: dict[str, dict[_Pair, Judgment]] = {}
        self._before: Analysis | None = None
        self._closed: Analysis | None = None

    @classmethod
    def of(cls, survey: Survey, events: Iterable[Event]) -> Self:
        """The state after these events."""
        found = cls(survey)
        for event in events:
            found.take(event)
        return found

    def take(self, event: Event) -> None:
        """Go one event further.

        Raises:
            AHPError: the event does not fit the survey, or says nothing.
        """
        expert, kind = event.expert_id or "", event.kind
        read_back(event, self.survey.hierarchy, self.names.get(expert, ""))
        self._take_expert(expert, event)
        if kind in ("study_archived", "study_unarchived"):
            self.archived_seq = event.seq if kind == "study_archived" else None
        elif kind == "settings":
            self.settings = Settings.from_content(event.detail or "").reaching(self.survey)
        elif kind == "asking":
            self.asking = Asking.from_content(event.detail or "")
        elif kind in ANSWERING:
            one = _judged(event)
            own = self._answers.setdefault(expert, {})
            pair = (one.parent, frozenset((one.left, one.right)))
            own.pop(pair, None)
            if kind == "answer":
                own[pair] = judgment(one, self.names[expert])
        elif kind == "round_closed":
            analysis = self.analysis()
            if analysis is not None:
                self.summaries.append(summarize(analysis, self._before, self.round))
                self._before = analysis
            self.open = False
        elif kind == "round_opened":
            self.open, self.round = True, event.round
            self._answers, self.submitted, self._closed = {}, set(), None

    def _take_expert(self, expert: str, event: Event) -> None:
        """Who is on the panel, how much they count, and who has spoken."""
        if event.kind in ("expert_added", "expert_renamed"):
            name = detail_text(event, "name")
            if name in {one for other, one in self.names.items() if other != expert}:
                raise StoreError(f"the study has an expert {name!r} already")
            self.names[expert] = name
            self.standings.setdefault(expert, Standing())
        elif event.kind == "expert_removed":
            del self.names[expert], self.standings[expert]
        elif event.kind == "standing":
            self.standings[expert] = Standing.from_content(event.detail or "")
        elif event.kind == "submit":
            self.submitted.add(expert)
        if event.kind in STATEMENTS:
            self.spoken.add(expert)

    def answers(self) -> Answers:
        """The answers of those who submitted in this round, by the order of the experts."""
        return Answers(
            tuple(
                one
                for expert in self.names
                if expert in self.submitted
                for one in self._answers.get(expert, {}).values()
            )
        )

    def analysis(self) -> Analysis | None:
        """The round's result; None when nobody submitted an answer."""
        if self._closed is None and (answers := self.answers()).experts:
            standings = {name: self.standings[expert] for expert, name in self.names.items()}
            self._closed = analyze_round(
                self.survey, answers, self.settings, standings, number=self.round
            )
        return self._closed

    def evidence(self) -> dict[str, Any] | None:
        """What the round leaves behind if it is closed now; None when nobody submitted an
        answer.
        """
        analysis = self.analysis()
        if analysis is None:
            return None
        summary = summarize(analysis, self._before, self.round)
        return round_evidence(analysis, self.settings, summary)


def detail_text(event: Event, key: str) -> str:
    """A text in the detail of an event that names something.

    Raises:
        StoreError: there is none.
    """
    try:
        data = json.loads(event.detail or "")
    except (ValueError, RecursionError):
        data = None
    text = data.get(key) if isinstance(data, dict) else None
    if not isinstance(text, str):
        raise StoreError(f"its detail has no {key}")
    return text


def _judged(event: Event) -> Judged:
    return Judged._make(getattr(event, name) for name in Judged._fields)


def judgment(one: Judged, name: str) -> Judgment:
    """The answer that an event holds."""
    place = one.detail or "" if one.source == "file" else f"event {one.seq}"
    return Judgment(name, one.parent, one.left, one.right, one.value, place)


def read_back(event: Event, hierarchy: Hierarchy, name: str = "") -> None:
    """Read what an event says of a survey with this tree, as all do who read the log.

    Args:
        event: the event.
        hierarchy: the tree.
        name: of its expert, for messages.

    Raises:
        AHPError: it does not fit the tree, or says nothing.
    """
    kind, detail = event.kind, event.detail or ""
    if kind in (*ANSWERING, "comment", "reason"):
        check_place(judgment(_judged(event), name), hierarchy)
    if kind == "answer":
        parse_judgment(event.value or "")
    elif kind == "settings":
        Settings.from_content(detail)
    elif kind == "asking":
        Asking.from_content(detail)
    elif kind == "way":
        check_way(Way.from_content(detail), hierarchy)
    elif kind == "standing":
        if Standing.from_content(detail).recused.keys() >= set(hierarchy.compared):
            raise OptionError("the expert is recused from every comparison")
    elif kind == "ranked":
        read_ranking(event.parent or "", detail, hierarchy)
    elif kind in ("expert_added", "expert_renamed"):
        detail_text(event, "name")
    elif kind == "study_renamed":
        detail_text(event, "title")
