"""The way through a survey, whatever the expert says."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ahp
from ahp.elicitation import short_form
from ahp.process.asking import Way
from ahp.process.itinerary import (
    Replies,
    Stop,
    find_stop,
    following,
    itinerary,
    open_stops,
    short_form_cost,
)
from ahp.scale import SAATY_POSITIONS
from tests.study.panels import PAIRS, SURVEY, make_survey

TREE = SURVEY.hierarchy
FIVE = make_survey(dict.fromkeys("abcde", "goal")).hierarchy
ORDER = (
    ("goal", "b", "a"),
    ("goal", "b", "c"),
    ("goal", "a", "c"),
    *(("a", right, left) for left, right in TREE.pairs("a")),
    ("b", "b1", "b2"),
)
PAIRWISE, RANK = Way("pairs", False, ORDER), Way("rank", False, ORDER)
SHORT = Way("pairs", True, ORDER)


def places(replies=None, recused=()):
    return [stop.place for stop in itinerary(TREE, replies, recused)]


def test_without_a_way_the_tree_gives_the_order():
    expected = ["welcome"]
    for parent in ("goal", "a", "b"):
        expected += [f"pair {parent} {left} {right}" for left, right in TREE.pairs(parent)]
        expected.append(f"parent {parent}")
    assert places() == places(Replies()) == [*expected, "review"]


def test_pair_by_pair_takes_the_expert_s_order():
    expected = ["welcome", *("pair " + " ".join(pair) for pair in ORDER[:3]), "parent goal"]
    expected += [*("pair " + " ".join(pair) for pair in ORDER[3:9]), "parent a"]
    expected += ["pair b b1 b2", "parent b", "review"]
    assert places(Replies(way=PAIRWISE)) == expected
    replies = Replies(PAIRWISE, {PAIRS[0]: "3"}, frozenset({PAIRS[1]}))
    assert places(replies) == expected


def test_recused_parents_are_left_out():
    for way in (PAIRWISE, RANK, SHORT):
        for parent in ("goal", "a"):
            left = places(Replies(way=way), {parent})
            assert left == [
                place for place in places(Replies(way=way)) if parent not in place.split()[1:2]
            ]


def test_rank_first():
    replies = Replies(way=RANK)
    expected = ["welcome", "rank goal", "parent goal", "rank a", "parent a"]
    expected += ["pair b b1 b2", "parent b", "review"]  # two items need no ranking
    assert places(replies) == expected
    replies = Replies(way=RANK, rankings={"goal": ("c", "a", "b")})
    assert places(replies)[:4] == ["welcome", "rank goal", "pair goal c a", "parent goal"]
    replies = replies.after(("goal", "a", "c"), "1/3")
    replies = replies.after(("goal", "a", "b"), None)
    # stops with a reply stay as they were displayed; the one ranked higher comes left
    assert places(replies)[1:6] == [
        "rank goal",
        "pair goal a c",
        "pair goal a b",
        "pair goal c b",
        "parent goal",
    ]


def test_ranking_comes_before_the_comparisons_even_with_answers():
    replies = Replies(way=RANK).after(("goal", "a", "b"), "3")
    assert places(replies)[1:4] == ["rank goal", "pair goal a b", "parent goal"]
    assert [stop.place for stop in open_stops(TREE, itinerary(TREE, replies), replies)] == [
        "rank goal",
        "rank a",
        "pair b b1 b2",
    ]


def test_short_form_asks_only_the_next():
    """Four items: four questions, a ring; of equally good ones the expert's order decides."""
    assert short_form(4) == 4
    replies = Replies(way=SHORT)
    asked = []
    for number in range(4):
        own = [place for place in places(replies) if place.startswith("pair a ")]
        assert len(own) == number + 1
        _, _, left, right = own[-1].split()
        assert ("a", left, right) in ORDER  # as this expert sees it
        replies = replies.after(("a", *sorted((left, right))), "1")
        asked.append(frozenset((left, right)))
        assert replies.counts(TREE, "a") == (number + 1, 4)
    own = [place for place in places(replies) if place.startswith("pair a ")]
    assert len(own) == len(set(asked)) == 4
    degrees = [sum(kid in pair for pair in asked) for kid in TREE.children["a"]]
    assert degrees == [2, 2, 2, 2]


def test_counts_with_abstentions():
    replies = Replies(way=SHORT)
    for k, pair in enumerate(TREE.pairs("a")):
        assert replies.counts(TREE, "a") == (k, min(4 + k, 6))
        replies = replies.after(("a", *pair), None)
    assert replies.counts(TREE, "a") == (6, 6)
    replies = Replies(way=PAIRWISE).after(("a", "a1", "a2"), None)
    assert replies.counts(TREE, "a") == (1, 6)
    assert replies.counts(TREE, "goal") == (0, 3)
    more = Replies(way=SHORT)
    for pair in TREE.pairs("a")[:5]:
        more = more.after(("a", *pair), "1")
    assert more.counts(TREE, "a") == (5, 5)  # more than the short form asks, all of it done


def test_replies_whichever_way_displayed():
    replies = Replies(answers={("goal", "a", "b"): "1/3"}, abstained=frozenset({PAIRS[1]}))
    assert replies.value(("goal", "a", "b")) == "1/3"
    assert replies.value(("goal", "b", "a")) == "3"
    assert replies.value(("goal", "b", "c")) is None
    assert replies.cannot_judge(PAIRS[1])
    assert replies.cannot_judge(("goal", "c", "a"))
    assert not replies.cannot_judge(("goal", "a", "b"))
    assert [replies.replied(pair) for pair in PAIRS[:3]] == [True, True, False]


def test_after_one_reply():
    pair, other = PAIRS[:2]
    first = Replies().after(pair, "3").after(other, None)
    assert (first.answers, first.abstained) == ({pair: "3"}, {other})
    changed = first.after(pair, None).after(other, "1/2")
    assert (changed.answers, changed.abstained) == ({other: "1/2"}, {pair})
    assert list(changed.asked) == [pair, other]
    assert first.answers == {pair: "3"}


def test_matrix():
    replies = Replies().after(("goal", "a", "b"), "3").after(("goal", "b", "c"), "1/2")
    matrix = replies.matrix(TREE, "goal")
    assert matrix.labels == ("a", "b", "c")
    assert str(matrix.values.tolist()) == str(
        [[1.0, 3.0, float("nan")], [1 / 3, 1.0, 0.5], [float("nan"), 2.0, 1.0]]
    )


# Where things are, and where to go on


def test_find_stop():
    stops = itinerary(TREE, Replies(way=PAIRWISE))
    for k, stop in enumerate(stops):
        assert find_stop(stops, stop.place) == k
        if stop.kind == "pair":
            turned = f"pair {stop.parent} {stop.right} {stop.left}"
            assert find_stop(stops, turned) == k
    for unknown in (None, "", "pair", "pair nowhere a b", "rank goal", "5", "parent", "parent c"):
        assert find_stop(stops, unknown) == 0


def test_a_question_that_is_no_longer_the_next_gives_way_to_the_one_that_is():
    way = Way.seeded("pairs", True, FIVE, "x")
    replies = Replies(way=way)
    for _ in range(4):
        replies = answered(replies, FIVE, "1")
    stops = itinerary(FIVE, replies)
    *_before, asked = [stop for stop in stops if stop.kind == "pair"]
    # a second device sends another answer: another question tells more now
    late = replies.after(("goal", "a", "c"), "9")
    stops = itinerary(FIVE, late)
    assert asked not in stops
    here = stops[find_stop(stops, asked.place)]
    assert here == [stop for stop in stops if stop.kind == "pair"][-1]
    assert not late.replied(here.pair)


def test_going_on_below_a_parent_then_to_its_summary():
    replies = Replies(way=PAIRWISE)
    stops = itinerary(TREE, replies)
    assert following(TREE, stops, stops[0], replies) == Stop("pair", *ORDER[0])
    replies = replies.after(("goal", "b", "c"), "3")
    # what lies ahead comes before what was left open behind
    assert following(TREE, stops, stops[2], replies) == Stop("pair", *ORDER[2])
    assert following(TREE, stops, stops[1], replies.after(PAIRS[0], "2")) == stops[3]
    replies = replies.after(("goal", "a", "c"), None)
    assert following(TREE, stops, stops[3], replies) == stops[1]
    replies = replies.after(("goal", "a", "b"), "3")
    assert following(TREE, stops, stops[1], replies) == Stop("parent", "goal")
    assert following(TREE, stops, Stop("parent", "goal"), replies) == Stop("pair", *ORDER[3])
    assert following(TREE, stops, Stop("parent", "a"), replies) == Stop("pair", "b", "b1", "b2")
    for pair in PAIRS:
        replies = replies.after(pair, "1")
    assert following(TREE, stops, Stop("parent", "a"), replies) == Stop("review")
    assert following(TREE, stops, stops[0], replies) == Stop("review")


def test_going_on_from_a_ranking():
    replies = Replies(way=RANK, rankings={"goal": ("c", "a", "b")})
    stops = itinerary(TREE, replies)
    here = Stop("rank", "goal")
    assert following(TREE, stops, here, replies) == Stop("pair", "goal", "c", "a")
    done = replies
    for pair in PAIRS[:3]:
        done = done.after(pair, "1")
    stops = itinerary(TREE, done)
    assert following(TREE, stops, here, done) == Stop("parent", "goal")
    assert following(TREE, stops, Stop("parent", "goal"), done) == Stop("rank", "a")


def test_going_on_from_a_question_that_is_gone():
    replies = Replies(way=SHORT)
    stops = itinerary(TREE, replies)
    gone = Stop("pair", "a", "a1", "a4")
    assert gone not in stops
    assert following(TREE, stops, gone, replies).parent == "a"


# Whatever is said, it ends


def next_pair_of(replies, tree):
    """The first open comparison, and the ranking before it given."""
    stops = itinerary(tree, replies)
    return next((s for s in open_stops(tree, stops, replies)), None)


def answered(replies, tree, value):
    """With a reply to the next comparison, as displayed."""
    stop = next_pair_of(replies, tree)
    _parent, *pair = stop.pair
    ordered = (stop.parent, *sorted(pair, key=tree.children[stop.parent].index))
    return replies.after(ordered, value)


@st.composite
def walks(draw):
    """A tree with a group of 3 to 7 items and one of 2, a way through it, and what is replied."""
    count = draw(st.integers(3, 7))
    names = [f"n{k}" for k in range(count)]
    tree = make_survey({**dict.fromkeys(names, "goal"), "x": "n0", "y": "n0"}).hierarchy
    way = Way.seeded(
        draw(st.sampled_from(["pairs", "rank"])), draw(st.booleans()), tree, draw(st.text())
    )
    value = st.sampled_from(SAATY_POSITIONS)
    reply = st.none() | value if draw(st.booleans()) else value
    total = len(tree.comparisons)
    return (
        tree,
        way,
        draw(st.lists(reply, min_size=total, max_size=total)),
        draw(st.permutations(names)),
    )


@given(walks())
@settings(deadline=None, max_examples=150)
def test_every_walk_ends_with_everything_done(walk):
    tree, way, said, ranking = walk
    replies, here = Replies(way=way), Stop("welcome")
    path = []
    given_replies = iter(said)
    for _step in range(2 * len(tree.comparisons) + 10):
        stops = itinerary(tree, replies)
        assert len({stop.place for stop in stops}) == len(stops)
        here = following(tree, stops, here, replies)
        path.append(here)
        assert here in stops
        assert stops[find_stop(stops, here.place)] == here
        if here.kind == "review":
            break
        if here.kind == "rank":
            replies = Replies(**{**vars(replies), "rankings": {here.parent: tuple(ranking)}})
        elif here.kind == "pair":
            assert not replies.replied(here.pair)
            _parent, *pair = here.pair
            ordered = (here.parent, *sorted(pair, key=tree.children[here.parent].index))
            replies = replies.after(ordered, next(given_replies))
    assert here == Stop("review")
    pairs = [(stop.parent, frozenset(stop.pair[1:])) for stop in path if stop.kind == "pair"]
    assert len(set(pairs)) == len(pairs) == len(replies.asked)
    assert [stop.place for stop in path if stop.kind == "parent"] == ["parent goal", "parent n0"]
    assert (Stop("rank", "goal") in path) == (way.way == "rank")
    for parent in tree.parents:
        done, total = replies.counts(tree, parent)
        every = len(tree.pairs(parent))
        answers = sum(pair[0] == parent for pair in replies.answers)
        left_out = sum(pair[0] == parent for pair in replies.abstained)
        assert done == total == answers + left_out
        wanted = short_form(len(tree.children[parent])) if way.short else every
        assert answers == min(wanted, every - left_out)


@pytest.mark.parametrize("way", ["pairs", "rank"])
def test_abstentions_that_part_the_items_do_not_stop_the_questions(way):
    """Whoever cannot judge anything about an item is asked about the others."""
    for short in (False, True):
        replies = Replies(way=Way.seeded(way, short, FIVE, "x"), rankings={"goal": tuple("aebcd")})
        while (stop := next_pair_of(replies, FIVE)) is not None:
            value = None if "e" in stop.pair[1:] else "2"
            replies = answered(replies, FIVE, value)
        rest = set(combinations("abcd", 2))
        assert {pair[1:] for pair in replies.answers} == rest
        assert {pair[1:] for pair in replies.abstained} == {(one, "e") for one in "abcd"}
        assert replies.counts(FIVE, "goal") == (10, 10)


NINE = make_survey({f"k{k}": "goal" for k in range(9)}).hierarchy
RANKED_NINE = Way.seeded("rank", True, NINE, "x")


def test_the_short_form_asks_no_neighbors_when_it_must_join():
    """Of the first six items 11 of 15 pairs are answered: 3 of 14 are left, to join the others."""
    gaps = [("goal", f"k{k}", f"k{k + 1}") for k in (0, 2, 4)] + [("goal", "k0", "k5")]
    answers = {pair: "1" for pair in NINE.comparisons if max(pair[1:]) < "k6" and pair not in gaps}
    replies = Replies(
        way=RANKED_NINE,
        answers=answers,
        asked={pair: pair for pair in answers},
        rankings={"goal": NINE.children["goal"]},
    )
    assert replies.counts(NINE, "goal") == (11, 14)
    for number in (12, 13, 14):
        replies = answered(replies, NINE, "1")
        assert replies.counts(NINE, "goal") == (number, 14)
    assert next_pair_of(replies, NINE) is None
    assert replies.joining(NINE, "goal") == 0
    assert not set(gaps) & replies.answers.keys()


def test_the_short_form_stays_as_long_while_items_are_ranked_anew():
    for seed in range(20):
        rng = Random(seed)
        replies = Replies(way=RANKED_NINE)
        for number in range(1, 15):
            ranking = tuple(rng.sample(NINE.children["goal"], 9))
            replies = answered(replace(replies, rankings={"goal": ranking}), NINE, "1")
            assert replies.counts(NINE, "goal") == (number, 14)


def test_price_of_the_short_form():
    home = ahp.load_survey("supervision_effectiveness").hierarchy
    assert short_form_cost(FIVE, ["goal"])[0] == 8
    count, factor = short_form_cost(home, home.parents)
    sizes = [len(home.children[parent]) for parent in home.parents]
    assert count == sum(map(short_form, sizes))
    assert count < len(home.comparisons)
    assert 1 < factor < 1.5
    assert short_form_cost(make_survey(dict.fromkeys("abc", "goal")).hierarchy, ["goal"]) == (3, 1)


def test_the_short_form_asks_on_until_all_items_are_joined():
    hierarchy = make_survey({f"k{number}": "goal" for number in range(6)}).hierarchy
    short = Way.seeded("pairs", True, hierarchy, "seed")
    pairs = [pair for pair in hierarchy.comparisons if "k5" not in pair][:9]
    replies = Replies(
        way=short, answers=dict.fromkeys(pairs, "3"), asked=dict(zip(pairs, pairs, strict=True))
    )
    assert replies.counts(hierarchy, "goal") == (9, 10)  # k5 stands apart
    ask = next(
        stop
        for stop in itinerary(hierarchy, replies)
        if not replies.replied(stop.pair) and stop.kind == "pair"
    )
    assert "k5" in ask.pair
    joined = replies.after(pairs[0], "3").after(("goal", "k0", "k5"), "3")
    assert joined.counts(hierarchy, "goal") == (10, 10)
