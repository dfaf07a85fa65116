"""How experts are asked: what the organizer allows, and the way each expert takes.

Both are kept in the log as JSON, written and read here.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Self

from ..datafile import jcs, parse_json
from ..errors import OptionError
from ..hierarchy import Hierarchy
from ..study.plain import check_option, check_types, from_plain

WAYS = ("pairs", "rank")
"""Comparison by comparison; or the items are ranked first and compared then."""

GUIDANCE = ("offer", "reason", "require")
"""Contradictions (CR of 0.1 and more) are shown and may stay; stay with a reason in writing alone;
must be mended before submitting."""


Pair = tuple[str, str, str]
"""A comparison: parent, left, right."""

SELF_RATING = ("off", "offer", "require")
"""Whether experts are asked what they judge from and how familiar they are with the matter, for the
authority coefficient: not at all; may answer; must before submitting."""


@dataclass(frozen=True)
class Asking:
    """What the organizer of a study chooses.

    Attributes:
        way: one of `WAYS`, or `"expert"`: every expert chooses.
        short_form: whether experts may choose to be asked a part of the comparisons.
        cannot_judge: whether a comparison may be left out as one that the expert can't judge.
        guidance: one of `GUIDANCE`.
        self_rating: one of `SELF_RATING`.
    """

    way: str = "expert"
    short_form: bool = False
    cannot_judge: bool = False
    guidance: str = "offer"
    self_rating: str = "off"

    def __post_init__(self) -> None:
        check_types(self)
        check_option("way", self.way, ("expert", *WAYS))
        check_option("guidance", self.guidance, GUIDANCE)
        check_option("self_rating", self.self_rating, SELF_RATING)

    def check(self, way: Way) -> None:
        """Refuse a way that isn't allowed.

        Raises:
            OptionError: says which are.
        """
        if self.way not in ("expert", way.way):
            raise OptionError("asking_other_way", way=way.way, expected=self.way)
        if way.short and not self.short_form:
            raise OptionError("asking_not_short")

    @classmethod
    def from_content(cls, content: str) -> Self:
        """Read back what `content` wrote.

        Raises:
            OptionError: it is not that; names the path inside it.
        """
        return from_plain(cls, content, "asking")

    @property
    def content(self) -> str:
        """JSON (RFC 8785), as earlier versions wrote it where self-rating is off."""
        chosen = asdict(self)
        if self.self_rating == "off":
            del chosen["self_rating"]
        return jcs(chosen)


@dataclass(frozen=True)
class Way:
    """How one expert is asked in one round.

    Attributes:
        way: one of `WAYS`.
        short: the short form.
        order: all comparisons as they are displayed to this expert: which is left, which comes
            first below its parent. It decides wherever the answers so far do not.
    """

    way: str
    short: bool
    order: tuple[Pair, ...]

    def __post_init__(self) -> None:
        check_option("way", self.way, WAYS)
        if not isinstance(self.short, bool):
            raise OptionError("short_type", value=self.short)
        for pair in self.order:
            if len(pair) != 3 or not all(isinstance(node, str) for node in pair):
                raise OptionError("order_entry", pair=repr(pair))

    @classmethod
    def seeded(cls, way: str, short: bool, hierarchy: Hierarchy, seed: str) -> Self:
        """A way whose order follows from a seed, so that what comes first or stands on the left
        averages out over the experts.

        Comparisons are put in the order of SHA-256 over seed and comparison; its last bit says
        which item is left. Parents keep their order, so that related questions stay together.

        Raises:
            OptionError: unknown way.
        """
        check_option("way", way, WAYS)
        order: list[Pair] = []
        for parent in hierarchy.compared:
            drawn = []
            for left, right in hierarchy.pairs(parent):
                digest = hashlib.sha256(jcs([seed, parent, left, right]).encode()).digest()
                pair = (parent, right, left) if digest[-1] % 2 else (parent, left, right)
                drawn.append((digest, pair))
            order += [pair for _digest, pair in sorted(drawn)]
        return cls(way, short, tuple(order))

    @classmethod
    def from_content(cls, content: str) -> Self:
        """Read back what `content` wrote.

        Raises:
            OptionError: it is not that; names the path inside it.
        """
        return from_plain(cls, content, "way")

    @property
    def content(self) -> str:
        """JSON (RFC 8785)."""
        return jcs(asdict(self))

    def below(self, parent: str) -> tuple[Pair, ...]:
        """The comparisons below a parent in their order."""
        return tuple(pair for pair in self.order if pair[0] == parent)


def check_way(way: Way, hierarchy: Hierarchy) -> None:
    """Refuse a way whose order isn't that of the comparisons of a tree.

    Raises:
        OptionError: it isn't.
    """
    given = sorted((parent, *sorted(pair)) for parent, *pair in way.order)
    asked = sorted((parent, *sorted(pair)) for parent, *pair in hierarchy.comparisons)
    if given != asked:
        raise OptionError("order_incomplete", count=len(given), expected=len(asked))


def read_ranking(parent: str, content: str, hierarchy: Hierarchy) -> tuple[str, ...]:
    """The items below a parent in the order of a JSON list of their ids.

    Raises:
        OptionError: not a list of each item below that parent once, or no parent.
    """
    if parent not in hierarchy.compared:
        raise OptionError("ranking_parent", parent=parent, valid=hierarchy.compared)
    ranking = parse_json(content, "ranking", OptionError)
    items = hierarchy.children[parent]
    if not isinstance(ranking, list) or sorted(map(str, ranking)) != sorted(items):
        raise OptionError("ranking_items", parent=parent, content=content[:80], valid=items)
    return tuple(ranking)
