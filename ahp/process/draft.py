"""A survey being written: a tree that may still be wrong, changed step by step."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from ..errors import SurveyError
from ..messages import with_names
from ..study.survey import OPTIONAL_TEXTS, Survey, definition, is_written, survey_from_content

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
        nodes: the goal first; children of a node in the order in which they stand.
        method, random_index: defaults for the analysis.
    """

    id: str
    languages: tuple[str, ...]
    name: Mapping[str, str]
    description: Mapping[str, str]
    nodes: tuple[DraftNode, ...]
    method: str = "eigenvector"
    random_index: str = "saaty"

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

    def survey(self) -> Survey:
        """The finished survey.

        Raises:
            SurveyError: what is still missing or wrong, and at which item, by its name.
        """
        for node, what, language in self.missing():
            code = (_NOT_WRITTEN if node else _SURVEY_NOT_WRITTEN)[what]
            raise SurveyError(code, item=node and self.label(node), language=language)
        goal = self.nodes[0].id
        for one in self.nodes:
            count = len(self.children(one.id))
            if count == 1 or (one.id == goal and not count):
                raise SurveyError("draft_too_few_items", item=self.label(one.id), count=count)
        data = definition(self, [self._data(node) for node in self.nodes])
        try:
            return survey_from_content(json.dumps(data))
        except SurveyError as error:
            raise self._named(error) from error

    def _named(self, error: SurveyError) -> SurveyError:
        """An error of the finished survey that has the names of items instead of ids and paths."""
        labels = {one.id: self.label(one.id) for one in self.nodes}
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

    def has_given(self, node: DraftNode) -> bool:
        """Whether the weights below a node are given instead of compared."""
        return node.weights is not None and bool(self.children(node.id))

    def missing(self) -> tuple[tuple[str | None, str, str], ...]:
        """Texts that are not written yet: id of the node or None for the survey, `"name"`,
        `"explanation"`, `"description"` or `"source"`, and the language; a source has none. What
        may be left out is missing where it is written in another language.
        """
        unsourced = (
            (one.id, "source", "")
            for one in self.nodes
            if self.has_given(one) and not one.source.strip()
        )
        unwritten = (
            (node, what, language)
            for node, what, text in self._texts()
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
        for node in self.nodes:
            yield node.id, "name", node.name
            yield node.id, "explanation", node.explanation
        yield None, "name", self.name
        yield None, "description", self.description

    def node(self, node: str) -> DraftNode:
        """One node."""
        return next(one for one in self.nodes if one.id == node)

    def label(self, node: str) -> str:
        """A node's name in the first language that has one, else its id."""
        return next(filter(str.strip, self.node(node).name.values()), node)

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
        taken = {one.id for one in self.nodes}
        number = next(k for k in range(1, len(taken) + 2) if f"n{k}" not in taken)
        empty = dict.fromkeys(self.languages, "")
        child = DraftNode(f"n{number}", parent, empty, empty)
        return replace(self, nodes=(*self.nodes, child)), child.id

    def remove(self, node: str) -> Self:
        """Without a node and all below it; the goal stays."""
        gone = {node} - {self.nodes[0].id}
        for _, one in self.outline():
            if one.parent in gone:
                gone.add(one.id)
        return replace(self, nodes=tuple(one for one in self.nodes if one.id not in gone))

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

    def entitle(self, name: Mapping[str, str], description: Mapping[str, str]) -> Self:
        """With other texts for the whole survey."""
        return replace(self, name=dict(name), description=dict(description))
