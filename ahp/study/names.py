"""Surveys made from names alone, and the ids that are made from names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ..codec import at
from ..datafile import ID
from ..errors import AHPError, EntryError, SurveyError
from ..hierarchy import Hierarchy
from ..messages import Phrase
from .survey import Node, Survey, check_comparisons

MAX_NODES = 2000
"""More names than this are refused as no survey."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]+)*")


def name_key(text: str) -> str:
    """What two spellings of a name have in common: half-width, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def check_name(name: str, place: str | Phrase, error: type[AHPError] = SurveyError) -> str:
    """A name of an item or an expert, outer spaces off.

    Raises:
        AHPError: of the given type; empty, or with characters that no text may have.
    """
    try:
        return plain_name(name)
    except EntryError as refused:
        raise error("at_place", place=place, problem=refused.parameters["problem"]) from None


def plain_name(name: str) -> str:
    """The same where the place is known elsewhere.

    Raises:
        EntryError: empty, or with characters that no text may have.
    """
    stripped = name.strip()
    if not stripped:
        raise at("", Phrase("name_empty"))
    if any(unicodedata.category(mark) in {"Cc", "Cs"} for mark in stripped):
        raise at("", Phrase("name_controls", name=name))
    return stripped


def make_ids(names: Iterable[str]) -> list[str]:
    """Ids for names: in ASCII where the name is, else `n1`, `n2`, …; each once, always the same."""
    slugs = [_slug(name) for name in names]
    taken = set(slugs)
    counts: dict[str, int] = {}
    ids: list[str] = []
    for slug in slugs:
        candidate = slug if slug not in counts else ""
        counts.setdefault(slug, 1 if slug else 0)
        while not candidate:
            counts[slug] += 1
            numbered = f"{slug}_{counts[slug]}" if slug else f"n{counts[slug]}"
            candidate = numbered if numbered not in taken else ""
        taken.add(candidate)
        ids.append(candidate)
    return ids


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    slug = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_") if plain.isascii() else ""
    return slug if ID.fullmatch(slug) else ""


@dataclass
class Branch:
    """A node of a tree of names that a survey is made from.

    Attributes:
        name: as it is shown.
        place: where it was read, for messages.
        explanation: "" when the file has none.
        children: the branches below.
        id: given by `survey_from_branches`.
    """

    name: str
    place: str | Phrase
    explanation: str = ""
    children: list[Branch] = field(default_factory=list)
    id: str = ""

    def walk(self) -> Iterator[Branch]:
        """This branch and all below it, level by level."""
        level = [self]
        while level:
            yield from level
            level = [kid for branch in level for kid in branch.children]


def survey_from_branches(
    goal: Branch,
    source: str | Phrase,
    *,
    id: str | None,  # noqa: A002 - the name of the attribute
    language: str,
    title: str = "",
    description: str = "",
) -> Survey:
    """A survey in one language, made from a tree of names; the branches get their ids.

    Raises:
        SurveyError: a single child, too many names, an id or a language of the wrong form.
    """
    branches = list(goal.walk())
    if len(branches) > MAX_NODES:
        raise SurveyError("too_many_names", source=source, count=len(branches), most=MAX_NODES)
    for branch, node_id in zip(branches, make_ids(branch.name for branch in branches), strict=True):
        branch.id = node_id
        if len(branch.children) == 1:
            raise SurveyError(
                "single_item", place=branch.place, name=branch.name, item=branch.children[0].name
            )
    title = title.strip() or goal.name
    survey_id = id or _slug(title) or "imported"
    for code, value, pattern in (
        ("survey_id_form", survey_id, ID),
        ("survey_language_form", language, _LANGUAGE),
    ):
        if not pattern.fullmatch(value):
            raise SurveyError(code, source=source, value=value)

    def text(value: str) -> Mapping[str, str]:
        return MappingProxyType({language: value.strip()} if value.strip() else {})

    children = {
        branch.id: tuple(kid.id for kid in branch.children)
        for branch in branches
        if branch.children
    }
    try:
        hierarchy = Hierarchy(goal.id, children)
        check_comparisons(hierarchy)
    except AHPError as error:
        raise SurveyError("at_place", place=goal.place, problem=error) from error
    return Survey(
        id=survey_id,
        languages=(language,),
        name=text(title),
        description=text(description),
        nodes=MappingProxyType(
            {item.id: Node(item.id, text(item.name), text(item.explanation)) for item in branches}
        ),
        hierarchy=hierarchy,
        method="eigenvector",
        random_index="saaty",
    )


def branches_of_names(names: Any) -> Branch:
    """The tree of names that `Survey.from_names` takes.

    Raises:
        SurveyError: what is no name and no tree of names, a name that stands twice, or one apart
            from the goal.
    """
    place = Phrase("the_names")
    heads: dict[str, Branch] = {}
    above: dict[str, str] = {}

    def refuse(value: Any) -> SurveyError:
        return SurveyError("names_no_tree", place=place, value=repr(value))

    def named(name: Any) -> Branch:
        if not isinstance(name, str):
            raise refuse(name)
        return Branch(check_name(name, place), place)

    def fill(branch: Branch, below: Any) -> None:
        if isinstance(below, str) or not isinstance(below, Iterable):
            raise refuse(below)
        tables = [below] if isinstance(below, Mapping) else below
        for table in tables:
            if not isinstance(table, str | Mapping):
                raise refuse(table)
            for name, kids in (table if isinstance(table, Mapping) else {table: ()}).items():
                kid = named(name)
                key = name_key(kid.name)
                if key in above:
                    twice = {"name": kid.name, "first": above[key], "second": branch.name}
                    raise SurveyError("name_below_two", place=place, **twice)
                above[key] = branch.name
                kid = heads.get(key, kid)
                branch.children.append(kid)
                fill(kid, () if kids is None else kids)

    if not isinstance(names, Mapping) or not names:
        raise refuse(names)
    for name in names:
        branch = named(name)
        if heads.setdefault(name_key(branch.name), branch) is not branch:
            raise SurveyError("item_twice", place=place, name=branch.name)
    for branch, below in zip(heads.values(), names.values(), strict=True):
        fill(branch, below)
    goal = next(iter(heads.values()))
    if name_key(goal.name) in above:
        raise SurveyError("item_twice", place=place, name=goal.name)
    below_goal = {name_key(branch.name) for branch in goal.walk()}
    for key, branch in heads.items():
        if key not in below_goal:
            raise SurveyError("branch_apart", place=place, name=branch.name, goal=goal.name)
    return goal


def labels_of(survey: Survey, nodes: Sequence[str]) -> dict[str, set[str]]:
    """What people may call nodes, their ids and names in any language -> the nodes so called."""
    labels: dict[str, set[str]] = {}
    for node in nodes:
        for label in (node, *survey.nodes[node].name.values()):
            labels.setdefault(name_key(label), set()).add(node)
    return labels
