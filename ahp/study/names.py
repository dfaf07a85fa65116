"""Names of items and experts: which spellings are one name, their ids, and trees of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..codec import at
from ..datafile import ID
from ..errors import AHPError, EntryError, SurveyError
from ..messages import Phrase

MAX_NODES = 2000
"""More names than this are refused as no survey."""

MAX_DEPTH = 50
"""Levels of names inside names."""

UNKNOWN_LANGUAGE = "und"
"""Code of a language that a file doesn't tell (ISO 639-2, undetermined)."""

_WIDENED = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")


def name_key(text: str) -> str:
    """What two spellings of a name have in common: half-width, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def caseless_key(text: str) -> str:
    """What spellings of a name in small and capital letters have in common, also without the
    spaces that widen Chinese ones, `成　本`.
    """
    return person_key(text).casefold()


def person_key(name: str) -> str:
    """What spellings of a person's name have in common: `name_key`, also without the spaces that
    widen Chinese ones, `张　三`.
    """
    return unwidened(name_key(name))


def unwidened(name: str) -> str:
    """A name without the spaces that widen Chinese ones, others single."""
    single = " ".join(name.split())
    return single if single.isascii() else _WIDENED.sub("", single)


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
    slugs = [slug_of(name) for name in names]
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


def slug_of(name: str) -> str:
    """An id for a name in ASCII; "" for another one."""
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


def branches_of_names(names: Any) -> Branch:
    """The tree of names that `Survey.from_names` takes.

    Raises:
        SurveyError: what is no name and no tree of names (a set has no order), a name that stands
            twice, items of one name in two places, or one apart from the goal.
    """
    place = Phrase("the_names")
    heads: dict[str, Branch] = {}
    above: dict[str, str] = {}

    def no_tree(value: Any) -> SurveyError:
        return SurveyError("names_no_tree", place=place, value=repr(value))

    def named(name: Any) -> Branch:
        if not isinstance(name, str):
            raise no_tree(name)
        return Branch(check_name(name, place), place)

    def fill(branch: Branch, below: Any, depth: int) -> None:
        if isinstance(below, str | set | frozenset) or not isinstance(below, Iterable):
            raise no_tree(below)
        filled = bool(branch.children)
        tables = [below] if isinstance(below, Mapping) else below
        for table in tables:
            if not isinstance(table, str | Mapping):
                raise no_tree(table)
            for name, kids in (table if isinstance(table, Mapping) else {table: ()}).items():
                if depth > MAX_DEPTH:
                    problem = Phrase("too_many_levels", most=MAX_DEPTH)
                    raise SurveyError("at_place", place=place, problem=problem)
                if filled:
                    raise SurveyError("branch_twice", place=place, name=branch.name)
                kid = named(name)
                key = name_key(kid.name)
                if above.get(key) == branch.name:
                    raise SurveyError("item_twice", place=place, name=kid.name)
                if key in above:
                    twice = {"name": kid.name, "first": above[key], "second": branch.name}
                    raise SurveyError("name_below_two", place=place, **twice)
                above[key] = branch.name
                kid = heads.get(key, kid)
                branch.children.append(kid)
                fill(kid, () if kids is None else kids, depth + 1)

    if not isinstance(names, Mapping) or not names:
        raise no_tree(names)
    for name in names:
        branch = named(name)
        if heads.setdefault(name_key(branch.name), branch) is not branch:
            raise SurveyError("item_twice", place=place, name=branch.name)
    for branch, below in zip(heads.values(), names.values(), strict=True):
        fill(branch, below, 1)
    goal = next(iter(heads.values()))
    if name_key(goal.name) in above:
        raise SurveyError("item_twice", place=place, name=goal.name)
    below_goal = {name_key(branch.name) for branch in goal.walk()}
    for key, branch in heads.items():
        if key not in below_goal:
            raise SurveyError("branch_apart", place=place, name=branch.name, goal=goal.name)
    return goal
