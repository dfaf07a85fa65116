"""A survey being written: a tree that may still be wrong, changed step by step."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Self

from ..errors import SurveyError
from .survey import Survey, definition, survey_from_content


@dataclass(frozen=True)
class DraftNode:
    """A node as far as it is written.

    Attributes:
        id: stable id.
        parent: id of the node above, None for the goal.
        name: language -> text, possibly empty.
        explanation: likewise.
    """

    id: str
    parent: str | None
    name: Mapping[str, str]
    explanation: Mapping[str, str]


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
        return cls(
            id=survey.id,
            languages=survey.languages,
            name=dict(survey.name),
            description=dict(survey.description),
            nodes=tuple(
                DraftNode(
                    one.id,
                    survey.hierarchy.parent_of(one.id),
                    dict(one.name),
                    dict(one.explanation),
                )
                for one in survey.nodes.values()
            ),
            method=survey.method,
            random_index=survey.random_index,
        )

    def survey(self) -> Survey:
        """The finished survey.

        Raises:
            SurveyError: what is still missing or wrong, with its path.
        """
        for node, what, language in self.missing():
            place = "the survey" if node is None else repr(self.label(node))
            raise SurveyError(f"{place}: {what} ({language}) is empty, expected text")
        data = definition(self, [asdict(node) for node in self.nodes])
        return survey_from_content(json.dumps(data))

    def missing(self) -> tuple[tuple[str | None, str, str], ...]:
        """Texts that are not written yet: id of the node or None for the survey, `"name"`,
        `"explanation"` or `"description"`, and the language.
        """
        texts: list[tuple[str | None, str, Mapping[str, str]]] = []
        for node in self.nodes:
            texts += [(node.id, "name", node.name), (node.id, "explanation", node.explanation)]
        texts += [(None, "name", self.name), (None, "description", self.description)]
        return tuple(
            (node, what, language)
            for node, what, text in texts
            for language in self.languages
            if not text[language].strip()
        )

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
