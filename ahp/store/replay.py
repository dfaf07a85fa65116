"""A study's state as its log tells it: a round's evidence is made from it, and verified by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Self

from ..errors import OptionError
from ..scale import parse_judgment
from ..study import Analysis, Answers, Judgment, Survey
from ..study.answers import check_place
from ..study.asking import Asking, Way, check_way, read_ranking
from ..study.delphi import RoundSummary, analyze_round, round_evidence, summarize
from ..study.settings import Settings, Standing
from .records import Event

ANSWERING = ("answer", "clear", "abstain")
"""Kinds of events after which the answer to a comparison is another one, or none."""

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
        self._names: dict[str, str] = {}
        self._answers: dict[str, dict[_Pair, Judgment]] = {}
        self._before: Analysis | None = None
        self._closed: Analysis | None = None

    @classmethod
    def of(cls, survey: Survey, names: Mapping[str, str], events: Iterable[Event]) -> Self:
        """The state after these events; `names` are those of the experts by id."""
        found = cls(survey)
        for event in events:
            found.take(event, names)
        return found

    def take(self, event: Event, names: Mapping[str, str]) -> None:
        """Go one event further; `names` are those of the experts by id.

        Raises:
            AHPError: the event does not fit the survey, or says nothing.
        """
        expert, kind = event.expert_id or "", event.kind
        self._check(event)
        if kind == "expert_added":
            self._names[expert] = names[expert]
            self.standings[expert] = Standing()
        elif kind == "standing":
            self.standings[expert] = Standing.from_content(event.detail or "")
        elif kind == "settings":
            self.settings = Settings.from_content(event.detail or "")
        elif kind == "asking":
            self.asking = Asking.from_content(event.detail or "")
        elif kind == "submit":
            self.submitted.add(expert)
        elif kind in ANSWERING:
            one = _judged(event)
            own = self._answers.setdefault(expert, {})
            pair = (one.parent, frozenset((one.left, one.right)))
            own.pop(pair, None)
            if kind == "answer":
                own[pair] = judgment(one, self._names[expert])
        elif kind == "round_closed":
            analysis = self.analysis()
            if analysis is not None:
                self.summaries.append(summarize(analysis, self._before, self.round))
                self._before = analysis
            self.open = False
        elif kind == "round_opened":
            self.open, self.round = True, event.round
            self._answers, self.submitted, self._closed = {}, set(), None

    def _check(self, event: Event) -> None:
        """Refuse what an expert can't have said about this survey."""
        hierarchy = self.survey.hierarchy
        if event.kind in (*ANSWERING, "comment", "reason"):
            check_place(judgment(_judged(event), self._names[event.expert_id or ""]), hierarchy)
        if event.kind == "answer":
            parse_judgment(event.value or "")
        elif event.kind == "way":
            check_way(Way.from_content(event.detail or ""), hierarchy)
        elif event.kind == "standing":
            if Standing.from_content(event.detail or "").recused.keys() >= set(hierarchy.parents):
                raise OptionError("the expert is recused from every comparison")
        elif event.kind == "ranked":
            read_ranking(event.parent or "", event.detail or "", hierarchy)

    def answers(self) -> Answers:
        """The answers of those who submitted in this round, by the order of the experts."""
        return Answers(
            tuple(
                one
                for expert in self._names
                if expert in self.submitted
                for one in self._answers.get(expert, {}).values()
            )
        )

    def analysis(self) -> Analysis | None:
        """The round's result; None when nobody submitted an answer."""
        if self._closed is None and (answers := self.answers()).experts:
            standings = {name: self.standings[expert] for expert, name in self._names.items()}
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


def _judged(event: Event) -> Judged:
    return Judged._make(getattr(event, name) for name in Judged._fields)


def judgment(one: Judged, name: str) -> Judgment:
    """The answer that an event holds."""
    place = one.detail or "" if one.source == "file" else f"event {one.seq}"
    return Judgment(name, one.parent, one.left, one.right, one.value, place)
