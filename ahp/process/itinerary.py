"""The way through a survey: welcome, each comparison, a summary after each parent, the review."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from ..elicitation import next_question, short_form, standard_error_factor
from ..hierarchy import Hierarchy
from ..matrix import PairwiseMatrix
from ..scale import opposite
from .asking import Pair, Way


@dataclass(frozen=True)
class Stop:
    """One screen of the survey.

    Attributes:
        kind: `"welcome"`, `"rank"` (put the items below a parent in order), `"pair"`, `"parent"`
            (summary of a parent) or `"review"`.
        parent, left, right: node ids, as far as the kind has them; as displayed.
    """

    kind: str
    parent: str = ""
    left: str = ""
    right: str = ""

    @property
    def place(self) -> str:
        """The stop as text, to be stored and found again with `find_stop`."""
        return " ".join(part for part in (self.kind, self.parent, self.left, self.right) if part)

    @property
    def pair(self) -> Pair:
        """The comparison asked at this stop: (parent, left, right)."""
        return self.parent, self.left, self.right


@dataclass(frozen=True)
class Replies:
    """What an expert has said so far in a round.

    Attributes:
        way: how they are asked; None before they have started.
        answers: comparison as the survey orders it -> value.
        abstained: comparisons, likewise, that they said they can't judge.
        asked: every comparison with a reply, likewise -> how it was displayed at the first one, in
            the order of the first replies.
        rankings: parent -> its items, the most important first.
        comments: comparison as the survey orders it -> comment.
        kept: parent -> why contradictions stay, given after the last change below it; may be empty.
        submitted: whether the answers are locked.
    """

    way: Way | None = None
    answers: Mapping[Pair, str] = field(default_factory=dict)
    abstained: frozenset[Pair] = frozenset()
    asked: Mapping[Pair, Pair] = field(default_factory=dict)
    rankings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    comments: Mapping[Pair, str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    submitted: bool = False

    def value(self, pair: Pair) -> str | None:
        """The answer to a comparison, whichever way it is displayed."""
        parent, left, right = pair
        turned = self.answers.get((parent, right, left))
        return opposite(turned) if turned else self.answers.get(pair)

    def cannot_judge(self, pair: Pair) -> bool:
        """Whether the expert said they can't judge a comparison, whichever way it is displayed."""
        parent, left, right = pair
        return not self.abstained.isdisjoint(((parent, left, right), (parent, right, left)))

    def replied(self, pair: Pair) -> bool:
        """Whether a comparison has an answer or is one that the expert can't judge."""
        return self.value(pair) is not None or self.cannot_judge(pair)

    def counts(self, hierarchy: Hierarchy, parent: str) -> tuple[int, int]:
        """How many comparisons below a parent have a reply, and how many are asked.

        The short form asks more than its number where the answers so far leave items apart, as
        those of a file may, or of another way that was taken before.
        """
        total = len(hierarchy.pairs(parent))
        answered, open_ = self._answered_and_open(hierarchy, parent)
        done = total - len(open_)
        if self.way is None or not self.way.short:
            return done, total
        asked = short_form(len(hierarchy.children[parent])) - len(answered)
        return done, done + min(max(asked, self.joining(hierarchy, parent)), len(open_))

    def joining(self, hierarchy: Hierarchy, parent: str) -> int:
        """How many more answers below a parent it takes to join its items, as far as they can be
        joined.
        """
        kids = hierarchy.children[parent]
        answered, open_ = self._answered_and_open(hierarchy, parent)
        return _groups(kids, answered) - _groups(kids, answered | open_)

    def _answered_and_open(
        self, hierarchy: Hierarchy, parent: str
    ) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
        """The pairs below a parent that have an answer, and those without a reply."""
        pairs = hierarchy.pairs(parent)
        answered = {pair for pair in pairs if (parent, *pair) in self.answers}
        return answered, {pair for pair in pairs if not self.replied((parent, *pair))}

    def after(self, pair: Pair, value: str | None) -> Replies:
        """With one more reply, None = can't judge; the comparison as the survey orders it."""
        answers = {one: given for one, given in self.answers.items() if one != pair}
        return replace(
            self,
            answers={**answers, pair: value} if value else answers,
            abstained=self.abstained - {pair} if value else self.abstained | {pair},
            asked={**self.asked, pair: self.asked.get(pair, pair)},
        )

    def matrix(self, hierarchy: Hierarchy, parent: str) -> PairwiseMatrix:
        """The expert's matrix below a parent, labeled with ids; NaN where nothing is judged."""
        judged = {pair: self.answers.get((parent, *pair)) for pair in hierarchy.pairs(parent)}
        return PairwiseMatrix.from_judgments(judged, labels=hierarchy.children[parent])


def _groups(items: Iterable[str], pairs: Iterable[tuple[str, str]]) -> int:
    """Into how many groups these pairs join the items."""
    group = {item: {item} for item in items}
    for one, other in pairs:
        joined = group[one] | group[other]
        group.update(dict.fromkeys(joined, joined))
    return len({id(members) for members in group.values()})


def short_form_cost(hierarchy: Hierarchy, parents: Iterable[str]) -> tuple[int, float]:
    """How many comparisons the short form asks below these parents, and about how much larger the
    standard errors become where they grow most (`ahp.standard_error_factor`): as much as with equal
    judgments and no ranking, while others change what is asked.
    """
    sizes = [len(hierarchy.children[parent]) for parent in parents]
    return sum(map(short_form, sizes)), max(map(_short_form_factor, sizes))


@cache
def _short_form_factor(n: int) -> float:
    values = np.full((n, n), np.nan)
    np.fill_diagonal(values, 1.0)
    for _ in range(short_form(n)):
        pair = next_question(values)
        if pair is not None:
            values[pair] = values[pair[::-1]] = 1.0
    return standard_error_factor(~np.isnan(values))


def itinerary(
    hierarchy: Hierarchy, replies: Replies | None = None, recused: Container[str] = ()
) -> tuple[Stop, ...]:
    """All stops of a survey in order, as far as they are known now.

    In the short form, and where items are ranked first, the next comparison follows from the
    answers so far; of those to come only that one is among the stops.

    Args:
        hierarchy: the tree.
        replies: what the expert said so far; None = nothing, asked in the order of the tree.
        recused: parents that the expert is not asked below.
    """
    replies = replies or Replies()
    way = replies.way or Way("pairs", False, hierarchy.comparisons)
    stops = [Stop("welcome")]
    for parent in hierarchy.compared:
        if parent in recused:
            continue
        ranked = way.way == "rank" and len(hierarchy.children[parent]) > 2
        if ranked:
            stops.append(Stop("rank", parent))
        if ranked or way.short:
            stops += _adaptive(hierarchy, replies, way, parent, ranked)
        else:
            stops += [Stop("pair", *pair) for pair in way.below(parent)]
        stops.append(Stop("parent", parent))
    return (*stops, Stop("review"))


def _adaptive(
    hierarchy: Hierarchy, replies: Replies, way: Way, parent: str, ranked: bool
) -> list[Stop]:
    """The comparisons with a reply, by their first one, and the next."""
    stops = [
        Stop("pair", *shown)
        for pair, shown in replies.asked.items()
        if pair[0] == parent and replies.replied(pair)
    ]
    done, total = replies.counts(hierarchy, parent)
    if done == total or (ranked and parent not in replies.rankings):
        return stops
    kids = hierarchy.children[parent]
    place = {kid: k for k, kid in enumerate(kids)}
    ranking = [place[kid] for kid in replies.rankings[parent]] if ranked else None
    if total - done == replies.joining(hierarchy, parent):
        ranking = None  # neighbors in it may be joined already, and the number would grow
    order = way.below(parent)
    found = next_question(
        replies.matrix(hierarchy, parent).values,
        skipped=[
            (place[left], place[right]) for p, left, right in replies.abstained if p == parent
        ],
        ranking=ranking,
        order=[(place[left], place[right]) for _, left, right in order],
    )
    if found is not None:
        left, right = (kids[k] for k in found)
        if (parent, left, right) not in order:
            left, right = right, left
        if ranked and replies.rankings[parent].index(left) > replies.rankings[parent].index(right):
            left, right = right, left  # the one ranked higher stands on the left
        stops.append(Stop("pair", parent, left, right))
    return stops


def find_stop(stops: tuple[Stop, ...], place: str | None) -> int:
    """Index of the stop stored as `place`; the welcome when nothing is stored yet.

    A comparison is found whichever way it is displayed. One that is no longer the next, because a
    reply came from another device, gives way to the one that is.
    """
    kind, *ids = (place or "").split(" ")
    turned = " ".join([kind, *ids[:1], *ids[:0:-1]])
    found = [k for k, stop in enumerate(stops) if stop.place in (place, turned)]
    instead = [k for k, stop in enumerate(stops) if [stop.kind, stop.parent] == [kind, *ids[:1]]]
    return (found or instead[-1:] or [0])[0]


def open_stops(hierarchy: Hierarchy, stops: tuple[Stop, ...], replies: Replies) -> tuple[Stop, ...]:
    """The stops at which something is still asked."""

    def is_open(stop: Stop) -> bool:
        if stop.kind == "pair":
            return not replies.replied(stop.pair)
        done, total = replies.counts(hierarchy, stop.parent) if stop.kind == "rank" else (0, 0)
        return done < total and stop.parent not in replies.rankings

    return tuple(filter(is_open, stops))


def following(hierarchy: Hierarchy, stops: tuple[Stop, ...], here: Stop, replies: Replies) -> Stop:
    """Where to go on after what was asked at a stop has a reply.

    Below a parent to what is open there, then to its summary; from there to what is open next in
    the survey, and to the review when nothing is.

    Args:
        hierarchy: the tree.
        stops: of `itinerary` with these replies.
        here: the stop, one of these or of those before the reply.
        replies: with what was said last.
    """
    ahead = open_stops(hierarchy, stops, replies)
    after = stops[stops.index(here) + 1 :] if here in stops else ()
    own = here.parent if here.kind in ("rank", "pair") else None
    for stop in (*after, *stops):
        if stop in ahead and own in (None, stop.parent):
            return stop
    return Stop("parent", own) if own else stops[-1]
