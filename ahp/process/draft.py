"""A survey being written: a tree that may still be wrong, changed step by step."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, Self

from ..errors import SurveyError
from ..messages import Phrase, with_names
from ..study.limits import check_length
from ..study.names import Branch, make_ids, slug_of
from ..study.survey import OPTIONAL_TEXTS, Survey, definition, is_written, survey_from_content

STEPS = 50
"""How many steps of a history are kept."""

LONGEST_HISTORY = 2**21
"""Characters that the steps of a history may have together: the oldest of large drafts go first."""

_NOT_WRITTEN = {
    "name": "draft_name_missing",
    "explanation": "draft_explanation_missing",
    "source": "draft_source_missing",
}
_SURVEY_NOT_WRITTEN = {
    "name": "draft_survey_name_missing",
    "description": "draft_survey_description_missing",
}


@dataclass(frozen=True)
class DraftNode:
    """A node as far as it is written.

    Attributes:
        id: stable id.
        parent: id of the node above, None for the goal.
        name: language -> text, possibly empty.
        explanation: likewise.
        weights: child id -> weight, where the weights below are given; None = they are compared.
        source: where these weights come from, possibly empty.
    """

    id: str
    parent: str | None
    name: Mapping[str, str]
    explanation: Mapping[str, str]
    weights: Mapping[str, float] | None = None
    source: str = ""


@dataclass(frozen=True)
class Draft:
    """A survey as far as it is written; every change gives a new one.

    Attributes:
        id: of the survey.
        languages: codes.
        name, description: language -> text.
        nodes: the goal first; children of a node in the order in which they stand. The goal has the
            name of the survey where it has none of its own, and the survey that of the goal.
        method, random_index: defaults for the analysis.
        pasted: a list of names that is still to be made the tree; no part of the survey.
    """

    id: str
    languages: tuple[str, ...]
    name: Mapping[str, str]
    description: Mapping[str, str]
    nodes: tuple[DraftNode, ...]
    method: str = "eigenvector"
    random_index: str = "saaty"
    pasted: str = ""

    @classmethod
    def new(cls, languages: tuple[str, ...]) -> Self:
        """A goal with two items below it, all without texts."""
        empty = dict.fromkeys(languages, "")
        return cls(
            id="survey",
            languages=languages,
            name=empty,
            description=empty,
            nodes=tuple(
                DraftNode(node, parent, empty, empty)
                for node, parent in (("goal", None), ("n1", "goal"), ("n2", "goal"))
            ),
        )

    @classmethod
    def of(cls, survey: Survey) -> Self:
        """A survey to be changed."""
        empty = dict.fromkeys(survey.languages, "")
        return cls(
            id=survey.id,
            languages=survey.languages,
            name=dict(survey.name),
            description={**empty, **survey.description},
            nodes=tuple(
                DraftNode(
                    one.id,
                    survey.hierarchy.parent_of(one.id),
                    dict(one.name),
                    {**empty, **one.explanation},
                    **(one.given.data if one.given else {}),
                )
                for one in survey.nodes.values()
            ),
            method=survey.method,
            random_index=survey.random_index,
        )

    @classmethod
    def of_branches(cls, branches: Sequence[Branch], language: str) -> Self:
        """Trees of names: one is the goal with what is below it, several stand below a goal without
        a name.

        Args:
            branches: the trees, one or more.
            language: code of the language they are in.
        """
        goal = branches[0] if len(branches) == 1 else Branch("", "", children=list(branches))
        every = list(goal.walk())
        ids = make_ids(one.name or "goal" for one in every)
        below = {
            id(kid): above for one, above in zip(every, ids, strict=True) for kid in one.children
        }
        empty = {language: ""}
        return cls(
            id=slug_of(goal.name) or "survey",
            languages=(language,),
            name=empty,
            description=empty,
            nodes=tuple(
                DraftNode(
                    node,
                    below.get(id(one)),
                    {language: one.name},
                    {language: one.explanation},
                )
                for one, node in zip(every, ids, strict=True)
            ),
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What `to_json` wrote."""
        data = json.loads(text)
        nodes = tuple(DraftNode(**one) for one in data["nodes"])
        return cls(**{**data, "languages": tuple(data["languages"]), "nodes": nodes})

    def to_json(self) -> str:
        """The draft as a text, whatever is still missing."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    def survey(self) -> Survey:
        """The finished survey.

        Raises:
            SurveyError: what is still missing or wrong, and at which item, by its name.
        """
        whole = self._titled()
        for node, what, language in self.missing():
            code = (_NOT_WRITTEN if node else _SURVEY_NOT_WRITTEN)[what]
            raise SurveyError(code, item=node and self.label(node), language=language)
        goal = self.nodes[0].id
        for one in self.nodes:
            count = len(self.children(one.id))
            if count == 1 or (one.id == goal and not count):
                raise SurveyError("draft_too_few_items", item=self.label(one.id), count=count)
        data = definition(whole, [whole._data(node) for node in whole.nodes])
        try:
            return survey_from_content(json.dumps(data))
        except SurveyError as error:
            raise self._named(error) from error

    def _named(self, error: SurveyError) -> SurveyError:
        """An error of the finished survey that has the names of items instead of ids and paths."""
        labels = {one.id: str(self.label(one.id)) for one in self.nodes}
        problem, path = with_names(error.parameters["problem"], labels), error.parameters["path"]
        if found := re.match(r"goal\b|nodes\[(\d+)\]", path):
            node, last = self.nodes[int(found[1] or -1) + 1].id, path.split(".")[-1]
            item = labels.get(last, labels[node])
            return SurveyError("draft_item_wrong", item=item, problem=problem)
        return SurveyError(problem.code, **problem.parameters)

    def _data(self, node: DraftNode) -> dict[str, Any]:
        """A node as a survey file has it."""
        data = asdict(node)
        if not self.has_given(node):
            del data["weights"], data["source"]
            return data
        kids = {one.id for one in self.children(node.id)}
        data["weights"] = {kid: w for kid, w in data["weights"].items() if kid in kids}
        return data

    def _titled(self) -> Self:
        """With the name of the survey for the goal, and that of the goal for the survey, where
        one of them is not written.
        """
        goal = self.nodes[0]
        pairs = {one: (self.name[one], goal.name[one]) for one in self.languages}
        own = {one: name if name.strip() else other for one, (name, other) in pairs.items()}
        of_goal = {one: other if other.strip() else name for one, (name, other) in pairs.items()}
        return self.entitle(own, self.description).write(goal.id, of_goal, goal.explanation)

    def has_given(self, node: DraftNode) -> bool:
        """Whether the weights below a node are given instead of compared."""
        return node.weights is not None and bool(self.children(node.id))

    def missing(self) -> tuple[tuple[str | None, str, str], ...]:
        """Texts that are not written yet: id of the node or None for the survey, `"name"`,
        `"explanation"`, `"description"` or `"source"`, and the language; a source has none. What
        may be left out is missing where it is written in another language; the name of the goal
        is that of the survey.
        """
        goal = self.nodes[0].id
        unsourced = (
            (one.id, "source", "")
            for one in self.nodes
            if self.has_given(one) and not one.source.strip()
        )
        unwritten = (
            (node, what, language)
            for node, what, text in self._titled()._texts()
            if (node, what) != (goal, "name")
            if what not in OPTIONAL_TEXTS or is_written(text)
            for language in self.languages
            if not text[language].strip()
        )
        return (*unwritten, *unsourced)

    def unexplained(self) -> tuple[str | None, ...]:
        """Nodes without an explanation, and None for a survey without a description."""
        return tuple(
            node
            for node, what, text in self._texts()
            if what in OPTIONAL_TEXTS and not is_written(text)
        )

    def _texts(self) -> Iterator[tuple[str | None, str, Mapping[str, str]]]:
        """Id of the node or None for the survey, what it is, and the text."""
        yield None, "name", self.name
        yield None, "description", self.description
        for node in self.nodes:
            yield node.id, "name", node.name
            yield node.id, "explanation", node.explanation

    def node(self, node: str) -> DraftNode:
        """One node.

        Raises:
            KeyError: there is none with this id.
        """
        return {one.id: one for one in self.nodes}[node]

    def label(self, node: str) -> str | Phrase:
        """A node's name in the first language that has one, else the place where it stands."""
        one = self.node(node)
        named = [*one.name.values(), *(self.name.values() if one.parent is None else ())]
        if name := next(filter(str.strip, named), ""):
            return name
        if one.parent is None:
            return Phrase("draft_goal")
        number = [kid.id for kid in self.children(one.parent)].index(node) + 1
        return Phrase("draft_item", number=number, parent=self.label(one.parent))

    def children(self, node: str | None) -> tuple[DraftNode, ...]:
        """The nodes below one, in order."""
        return tuple(one for one in self.nodes if one.parent == node)

    def outline(self) -> tuple[tuple[int, DraftNode], ...]:
        """All nodes from the goal down, each with its depth."""
        found: list[tuple[int, DraftNode]] = []

        def below(parent: str | None, depth: int) -> None:
            for one in self.children(parent):
                found.append((depth, one))
                below(one.id, depth + 1)

        below(None, 0)
        return tuple(found)

    def write(self, node: str, name: Mapping[str, str], explanation: Mapping[str, str]) -> Self:
        """With other texts at a node."""
        nodes = (
            replace(one, name=dict(name), explanation=dict(explanation)) if one.id == node else one
            for one in self.nodes
        )
        return replace(self, nodes=tuple(nodes))

    def give(self, node: str, weights: Mapping[str, float] | None, source: str) -> Self:
        """With weights given below a node, one for each child, or None: compared."""
        own = None if weights is None else dict(weights)
        nodes = (
            replace(one, weights=own, source=source) if one.id == node else one
            for one in self.nodes
        )
        return replace(self, nodes=tuple(nodes))

    def add(self, parent: str) -> tuple[Self, str]:
        """With one more child below a node, its last; and the id of the child."""
        numbers = (re.fullmatch(r"n(\d{1,9})", one.id) for one in self.nodes)
        number = 1 + max((int(found[1]) for found in numbers if found), default=0)
        empty = dict.fromkeys(self.languages, "")
        child = DraftNode(f"n{number}", self.node(parent).id, empty, empty)
        return replace(self, nodes=(*self.nodes, child)), child.id

    def remove(self, node: str) -> Self:
        """Without a node and all below it; the goal stays."""
        gone = {node} - {self.nodes[0].id}
        for _, one in self.outline():
            if one.parent in gone:
                gone.add(one.id)
        draft = replace(self, nodes=tuple(one for one in self.nodes if one.id not in gone))
        for one in draft.nodes:
            if one.weights is not None and gone & one.weights.keys():
                left = {kid: weight for kid, weight in one.weights.items() if kid not in gone}
                draft = draft.give(one.id, left or None, one.source)
        return draft

    def move(self, node: str, by: int) -> Self:
        """With a node one place up (-1) or down (1) among its siblings, if there is one."""
        siblings = [one.id for one in self.children(self.node(node).parent)]
        place = siblings.index(node) + by
        if not 0 <= place < len(siblings):
            return self
        order = [one.id for one in self.nodes]
        here, there = order.index(node), order.index(siblings[place])
        nodes = list(self.nodes)
        nodes[here], nodes[there] = nodes[there], nodes[here]
        return replace(self, nodes=tuple(nodes))

    def add_language(self, language: str) -> Self:
        """With texts in one more language, to be written."""
        return self._in((*self.languages, language))

    def remove_language(self, language: str) -> Self:
        """Without the texts in one language; the last one stays."""
        return self._in(tuple(one for one in self.languages if one != language) or self.languages)

    def _in(self, languages: tuple[str, ...]) -> Self:
        def texts(text: Mapping[str, str]) -> dict[str, str]:
            return {one: text.get(one, "") for one in languages}

        return replace(
            self,
            languages=languages,
            name=texts(self.name),
            description=texts(self.description),
            nodes=tuple(
                replace(one, name=texts(one.name), explanation=texts(one.explanation))
                for one in self.nodes
            ),
        )

    def entitle(self, name: Mapping[str, str], description: Mapping[str, str]) -> Self:
        """With other texts for the whole survey."""
        return replace(self, name=dict(name), description=dict(description))

    def with_texts(self, before: Self, after: Self) -> Self | None:
        """With what was written from one draft to another with the same nodes; None where the same
        was changed here, too, or its node is gone.
        """
        here, was = self._written(), before._written()
        new = {key: value for key, value in after._written().items() if value != was[key]}
        if any(key not in here or here[key] != was[key] for key in new):
            return None
        own: dict[str | None, dict[str, Any]] = {}
        for (node, what), value in new.items():
            own.setdefault(node, {})[what] = value
        nodes = tuple(replace(one, **own.get(one.id, {})) for one in self.nodes)
        return replace(self, nodes=nodes, **own.get(None, {}))

    def _written(self) -> dict[tuple[str | None, str], Any]:
        """What is written, by the id of the node, None for the survey, and by what it is."""
        whole: dict[tuple[str | None, str], Any] = {
            (None, what): getattr(self, what) for what in ("name", "description", "pasted")
        }
        of_nodes: dict[tuple[str | None, str], Any] = {
            (one.id, what): getattr(one, what)
            for one in self.nodes
            for what in ("name", "explanation", "weights", "source")
        }
        return {**whole, **of_nodes}


@dataclass(frozen=True)
class History:
    """The steps in which a draft was written; every change gives a new one.

    Attributes:
        steps: drafts as `Draft.to_json` writes them, the oldest first; `STEPS` at most.
        shown: number of the one that is looked at, from 0; those after it were undone.
    """

    steps: tuple[str, ...]
    shown: int = 0

    @classmethod
    def of(cls, draft: Draft) -> Self:
        """A draft with nothing before it.

        Raises:
            TextLimitError: it is too long to be kept.
        """
        return cls(()).to(draft)

    @cached_property
    def draft(self) -> Draft:
        """The draft that is looked at."""
        return Draft.from_json(self.steps[self.shown])

    @property
    def undoable(self) -> bool:
        """Whether there is a step before."""
        return self.shown > 0

    @property
    def redoable(self) -> bool:
        """Whether a step was undone."""
        return self.shown < len(self.steps) - 1

    def to(self, draft: Draft) -> Self:
        """With one more step, in place of those that were undone; the same where nothing changes.

        Raises:
            TextLimitError: the draft is too long to be kept.
        """
        text = draft.to_json()
        check_length("draft", text)
        if self.steps and text == self.steps[self.shown]:
            return self
        steps = [*self.steps[: self.shown + 1], text][-STEPS:]
        while sum(map(len, steps)) > LONGEST_HISTORY:
            del steps[0]
        return replace(self, steps=tuple(steps), shown=len(steps) - 1)

    def undone(self) -> Self:
        """A step back, if there is one."""
        return replace(self, shown=max(self.shown - 1, 0))

    def redone(self) -> Self:
        """A step that was undone forward again, if there is one."""
        return replace(self, shown=min(self.shown + 1, len(self.steps) - 1))
