"""How experts are asked, as the log keeps it."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ahp
from ahp.datafile import canonical
from ahp.errors import OptionError
from ahp.process.asking import GUIDANCE, WAYS, Asking, Way, check_way, read_ranking
from tests.study.panels import PAIRS, SURVEY

TREE = SURVEY.hierarchy
HOME = ahp.load_survey("supervision_effectiveness").hierarchy


def unordered(pairs):
    return Counter((parent, frozenset(pair)) for parent, *pair in pairs)


@pytest.mark.parametrize("way", ["expert", *WAYS])
@pytest.mark.parametrize("guidance", GUIDANCE)
def test_asking_round_trip(way, guidance):
    for flag in (False, True):
        asking = Asking(way, flag, not flag, guidance)
        assert Asking.from_content(asking.content) == asking


def test_asking_in_the_log():
    assert Asking().content == (
        '{"cannot_judge":false,"guidance":"offer","short_form":false,"way":"expert"}'
    )
    assert Asking.from_content("{}") == Asking()
    offered = Asking(self_rating="offer")
    assert '"self_rating":"offer"' in offered.content
    assert Asking.from_content(offered.content) == offered


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "asking: line 1, column 2: not JSON; please check the quotation marks"),
        ("[]", "asking: top level: is an empty array, expected a table"),
        ('{"form": 1}', "asking: form: unknown key"),
        ('{"short_form": 1}', "asking: short_form: is a whole number, expected true or false"),
        ('{"way": null}', "asking: way: is nothing, expected text"),
        ('{"way": "pair"}', "asking: way = 'pair', expected one of 'expert', 'pairs', 'rank'"),
        ('{"guidance": ""}', "asking: guidance = '', expected one of 'offer', 'reason', 'require'"),
    ],
)
def test_refused_asking(content, message):
    with pytest.raises(OptionError) as caught:
        Asking.from_content(content)
    assert str(caught.value).startswith(message)


def test_ways_that_are_not_allowed():
    pairs, rank = Way("pairs", False, PAIRS), Way("rank", False, PAIRS)
    for asking in (Asking(), Asking(way="rank")):
        asking.check(rank)
    Asking(short_form=True).check(Way("pairs", True, PAIRS))
    Asking(short_form=True).check(pairs)
    for asking, way, message in (
        (Asking(way="rank"), pairs, "way = 'pairs', this study asks 'rank'"),
        (Asking(way="pairs"), rank, "way = 'rank', this study asks 'pairs'"),
        (Asking(), Way("rank", True, PAIRS), "short = True, this study asks all comparisons"),
    ):
        with pytest.raises(OptionError, match=f"^{re.escape(message)}$"):
            asking.check(way)


# The order of one expert


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("short", [False, True])
def test_way_round_trip(way, short):
    chosen = Way.seeded(way, short, HOME, "expert 1")
    again = Way.from_content(chosen.content)
    assert again == chosen
    assert (again.way, again.short, again.content) == (way, short, chosen.content)
    check_way(again, HOME)


def test_order_follows_from_the_seed_alone():
    way = Way.seeded("pairs", False, TREE, "expert 1")
    assert Way.seeded("rank", True, TREE, "expert 1").order == way.order
    assert Way.seeded("pairs", False, TREE, "expert 2").order != way.order
    drawn = []
    for left, right in TREE.pairs("goal"):
        text = f'["expert 1","goal","{left}","{right}"]'
        digest = hashlib.sha256(text.encode()).digest()
        turned = digest[31] & 1
        drawn.append((digest, ("goal", right, left) if turned else ("goal", left, right)))
    assert way.below("goal") == tuple(pair for _, pair in sorted(drawn))


@pytest.mark.parametrize("hierarchy", [TREE, HOME])
def test_order_has_every_comparison_once_and_parents_together(hierarchy):
    for seed in range(50):
        way = Way.seeded("pairs", False, hierarchy, f"expert {seed}")
        assert unordered(way.order) == unordered(hierarchy.comparisons)
        parents = list(dict.fromkeys(parent for parent, *_ in way.order))
        assert parents == list(hierarchy.parents)
        assert way.order == tuple(pair for parent in parents for pair in way.below(parent))


def test_positions_even_out_over_the_experts():
    """Sides like coins, first and last places like dice: within four standard deviations."""
    experts = 2000
    ways = [Way.seeded("pairs", False, HOME, f"{seed} 1") for seed in range(experts)]
    left = Counter(pair for way in ways for pair in way.order)
    places = {parent: len(HOME.pairs(parent)) for parent in HOME.parents}
    spread = sqrt(experts) / 2
    assert max(abs(left[pair] - experts / 2) for pair in HOME.comparisons) < 4 * spread
    turned = sum(left[pair] for pair in HOME.comparisons)
    answers = experts * len(HOME.comparisons)
    assert abs(turned - answers / 2) < 4 * sqrt(answers) / 2
    for parent, count in places.items():
        for place in (0, -1):
            there = Counter(frozenset(way.below(parent)[place]) for way in ways)
            chance = 1 / count
            spread = sqrt(experts * chance * (1 - chance))
            assert len(there) == count
            assert max(abs(n - experts * chance) for n in there.values()) < 4 * spread + 1e-9


def test_unknown_way():
    for build in (
        lambda: Way.seeded("pair", False, TREE, "x"),
        lambda: Way.from_content('{"way": "pair", "short": false, "order": []}'),
    ):
        with pytest.raises(OptionError, match=r"way = 'pair', expected one of 'pairs', 'rank'$"):
            build()


NOT_JSON = "not JSON; please check the quotation marks, brackets and commas there"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", f"line 1, column 1: {NOT_JSON}"),
        ("null", "top level: is nothing, expected a table"),
        ("{}", "way: missing"),
        ('{"short": false, "order": []}', "way: missing"),
        ('{"way": "pairs", "short": false}', "order: missing"),
        ('{"way": "pairs", "short": 1, "order": []}',
         "short: is a whole number, expected true or false"),
        ('{"way": "pairs", "short": null, "order": []}',
         "short: is nothing, expected true or false"),
        ('{"way": "pairs", "short": false, "order": 3}',
         "order: is a whole number, expected an array"),
        ('{"way": "pairs", "short": false, "order": [["goal", "a"]]}',
         "order[0]: has 2 entries, expected 3"),
        ('{"way": "pairs", "short": false, "order": [["goal", "a", "b", "c"]]}',
         "order[0]: has 4 entries, expected 3"),
        ('{"way": "pairs", "short": false, "order": [3]}',
         "order[0]: is a whole number, expected an array of text"),
        ("[" * 100_000, "nested too deep, expected a table"),
        ("1" * 5000, "a whole number of more than 19 digits"),
    ],
)  # fmt: skip
def test_what_is_no_way(content, message):
    with pytest.raises(OptionError) as caught:
        Way.from_content(content)
    assert str(caught.value) == f"way: {message}"


def test_short_is_true_or_false():
    with pytest.raises(OptionError) as caught:
        Way("pairs", 1, ())
    assert str(caught.value) == "short = 1, expected true or false"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.dictionaries(st.sampled_from(["way", "short", "order", "guidance"]), inside)
    ),
    max_leaves=12,
)
LIKE_A_WAY = st.fixed_dictionaries(
    {"way": st.sampled_from(WAYS) | JSON, "short": st.booleans() | JSON, "order": JSON}
)


@given(st.text() | (JSON | LIKE_A_WAY).map(json.dumps))
@settings(deadline=None)
def test_whatever_is_read_is_understood_or_refused(content):
    for read in (Asking.from_content, Way.from_content):
        try:
            found = read(content)
        except OptionError:
            continue
        assert read(found.content) == found


@given(
    st.text() | JSON.map(json.dumps), st.sampled_from([*TREE.parents, *TREE.leaves, "nowhere", ""])
)
def test_a_ranking_is_understood_or_refused(content, parent):
    try:
        found = read_ranking(parent, content, TREE)
    except OptionError:
        return
    assert sorted(found) == sorted(TREE.children[parent]) != []


@pytest.mark.parametrize(
    ("order", "count"),
    [
        (PAIRS[:-1], 9),
        ((*PAIRS, PAIRS[0]), 11),
        ((*PAIRS[:-1], PAIRS[0]), 10),
        ((*PAIRS[:-1], ("goal", "b1", "b2")), 10),
        ((*PAIRS[:-1], ("b", "b1", "b1")), 10),
    ],
)
def test_order_of_another_tree(order, count):
    check_way(Way("pairs", False, tuple((p, b, a) for p, a, b in PAIRS)), TREE)
    with pytest.raises(OptionError) as caught:
        check_way(Way("pairs", False, order), TREE)
    assert str(caught.value) == (
        f"order has {count} comparisons, expected each of the 10 of the survey"
    )


def test_ranking():
    assert read_ranking("a", '["a3","a1","a4","a2"]', TREE) == ("a3", "a1", "a4", "a2")


@pytest.mark.parametrize(
    ("parent", "ranking", "message"),
    [
        ("b", [], "ranking below 'b' = [], expected each of b1, b2 once"),
        ("b", ["b1"], "ranking below 'b' = [\"b1\"], expected each of b1, b2 once"),
        ("b", ["b1", "b1"], 'ranking below \'b\' = ["b1","b1"], expected each of b1, b2 once'),
        ("b", {"b1": 1, "b2": 2}, 'ranking below \'b\' = {"b1":1,"b2":2}, expected each of '
         "b1, b2 once"),
        ("c", [], "ranking below 'c', expected one of goal, a, b"),
        ("nowhere", [], "ranking below 'nowhere', expected one of goal, a, b"),
    ],
)  # fmt: skip
def test_refused_ranking(parent, ranking, message):
    with pytest.raises(OptionError) as caught:
        read_ranking(parent, canonical(ranking), TREE)
    assert str(caught.value) == message


def test_ranking_that_is_not_json():
    with pytest.raises(OptionError, match=r"^ranking: line 1, column 1: not JSON; please "):
        read_ranking("b", "b1", TREE)
