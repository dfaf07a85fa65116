"""What differs between two versions of a scheme."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..evaluation.scheme import Scheme, frozen_weights
from .scheme_draft import LISTED, TABLES

_ENTRIES = ("indicators", *LISTED)
_BY_NODE = ("weights", "full_marks")
"""Compared as weights inside parents, whichever of both a scheme has."""

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class SchemeDifference:
    """One thing that differs; `ahp.i18n.schemes.difference_words` says it.

    Attributes:
        kind: what happened to it.
        part: of the scheme: a list, such as `"indicators"`, `"weights"`, a table such as
            `"missing"`, `"grades"`, or `"scheme"` for what it says of itself.
        entry: id of the entry, of the node whose weight it is, name of the table of grades; "" for
            tables.
        key: what of it changed; "" where all of it came or went.
        before, after: as a scheme file has it; None where there is nothing.
    """

    kind: Kind
    part: str
    entry: str
    key: str
    before: Any
    after: Any


def compare_schemes(old: Scheme, new: Scheme) -> tuple[SchemeDifference, ...]:
    """All that differs between two schemes, entries joined by their ids: first the scheme itself,
    then its tree, weights, indicators and the rest.

    Args:
        old: the one in force, say.
        new: the other one.
    """
    before, after = old.to_dict(), new.to_dict()
    others = ("nodes", "grades", *_BY_NODE, *_ENTRIES, *TABLES)
    found: list[SchemeDifference] = []
    for key in dict.fromkeys((*before, *after)):
        if key not in others:
            found += _of_value("scheme", "", key, before.get(key), after.get(key))
    found += _of_entries("nodes", before, after)
    found += _of_weights(old, new)
    for part in _ENTRIES:
        found += _of_entries(part, before, after)
    found += _of_grades(before.get("grades", {}), after.get("grades", {}))
    for part in TABLES:
        found += _of_keys(part, "", before.get(part, {}), after.get(part, {}))
    return tuple(found)


def _of_value(
    part: str, entry: str, key: str, before: Any, after: Any
) -> Iterator[SchemeDifference]:
    if before != after:
        yield SchemeDifference("changed", part, entry, key, before, after)


def _of_keys(
    part: str, entry: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[SchemeDifference]:
    for key in dict.fromkeys((*before, *after)):
        yield from _of_value(part, entry, key, before.get(key), after.get(key))


def _of_entries(
    part: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[SchemeDifference]:
    """Entries of a list that came, went, or changed."""
    first, last = (
        {entry["id"]: entry for entry in scheme.get(part, ())} for scheme in (before, after)
    )
    yield from _of_named(part, first, last)


def _of_grades(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[SchemeDifference]:
    tables: list[dict[str, Any]] = [
        {name: {grade["id"]: grade for grade in grades} for name, grades in of.items()}
        for of in (before, after)
    ]
    yield from _of_named("grades", *tables)


def _of_named(
    part: str, first: Mapping[str, Any], last: Mapping[str, Any]
) -> Iterator[SchemeDifference]:
    for entry in dict.fromkeys((*first, *last)):
        if entry not in last:
            yield SchemeDifference("removed", part, entry, "", first[entry], None)
        elif entry not in first:
            yield SchemeDifference("added", part, entry, "", None, last[entry])
        else:
            yield from _of_keys(part, entry, first[entry], last[entry])


def _of_weights(old: Scheme, new: Scheme) -> Iterator[SchemeDifference]:
    """Weights inside parents, of nodes that both have, at the decimals they are frozen at."""
    first, last = (
        {
            kid: number / 10**scheme.digits.weights
            for kids in scheme.local_weights.values()
            for kid, number in frozen_weights(kids, scheme.digits.weights).items()
        }
        for scheme in (old, new)
    )
    for node in first:
        if node in last:
            yield from _of_value("weights", node, "", first[node], last[node])
