from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ahp
from ahp.elicitation import next_question, short_form, standard_error_factor
from ahp.incomplete import components_of, effective_resistance
from ahp.matrix import Bool, Float

NAN = math.nan
Pair = tuple[int, int]


def build(n: int, judgments: dict[Pair, float]) -> Float:
    """A matrix from the judged pairs alone."""
    matrix = np.full((n, n), NAN)
    np.fill_diagonal(matrix, 1)
    for (i, j), value in judgments.items():
        matrix[i, j], matrix[j, i] = value, 1 / value
    return matrix


def graph(n: int, pairs: Iterable[Pair]) -> Bool:
    return ~np.isnan(build(n, dict.fromkeys(pairs, 1.0)))


def asked(n: int, **options: Any) -> list[Pair]:
    """Every question put to somebody to whom all is equal."""
    judgments: dict[Pair, float] = {}
    while (pair := next_question(build(n, judgments), **options)) is not None:
        assert pair not in judgments
        judgments[pair] = 1.0
    return list(judgments)


def test_how_many_questions_the_short_form_asks() -> None:
    assert [short_form(n) for n in range(1, 13)] == [0, 1, 3, 4, 8, 9, 11, 12, 14, 15, 17, 18]
    with pytest.raises(ahp.OptionError) as raised:
        short_form(0)
    assert str(raised.value) == "n = 0, expected 1 or more"


@pytest.mark.parametrize(
    ("n", "square"),
    [
        *((3, 1), (4, Fraction(5, 3)), (5, Fraction(4, 3)), (6, Fraction(9, 5))),
        *((7, Fraction(1510, 693)), (8, Fraction(134, 49)), (9, Fraction(7275, 2336))),
    ],
)
def test_the_short_form_is_connected_and_balanced(n: int, square: Fraction) -> None:
    questions = asked(n)
    assert sorted(questions) == list(combinations(range(n), 2))
    for count in range(n - 1, short_form(n) + 1):
        judged = graph(n, questions[:count])
        assert not components_of(judged).any()
        assert np.ptp(judged.sum(axis=-1)) <= 1
    assert standard_error_factor(judged) == pytest.approx(math.sqrt(square), rel=1e-12)


@pytest.mark.parametrize("n", [4, 5, 6])
def test_no_other_pairs_would_make_a_better_short_form(n: int) -> None:
    count = short_form(n)
    best = min(
        standard_error_factor(judged)
        for pairs in combinations(combinations(range(n), 2), count)
        if not components_of(judged := graph(n, pairs)).any()
    )
    found = standard_error_factor(graph(n, asked(n)[:count]))
    assert found == pytest.approx(best, rel=1e-12)


def test_an_empty_matrix_is_asked_as_a_path_that_closes_to_a_cycle() -> None:
    assert asked(6)[:9] == [
        *((0, 1), (2, 3), (4, 5), (0, 2), (1, 4), (3, 5)),  # 5-4-1-0-2-3 and back to 5
        *((0, 5), (1, 3), (2, 4)),  # the opposite corners
    ]
    assert asked(1) == []
    assert asked(2) == [(0, 1)]


def test_neighbors_in_the_ranking_come_first_from_the_top() -> None:
    questions = asked(5, ranking=[3, 0, 4, 2, 1])
    assert questions[:5] == [(0, 3), (0, 4), (2, 4), (1, 2), (1, 3)]
    assert sorted(questions) == list(combinations(range(5), 2))
    # neighbors that are judged or skipped are passed over, then what joins comes first
    half = build(5, {(0, 3): 1.0})
    assert next_question(half, ranking=[3, 0, 4, 2, 1], skipped=[(4, 0)]) == (2, 4)
    rest = build(5, {(0, 3): 1.0, (2, 4): 1.0, (1, 2): 1.0})
    assert next_question(rest, ranking=[3, 0, 4, 2, 1], skipped=[(4, 0)]) == (0, 1)


def test_of_equally_good_pairs_the_first_in_the_order_comes() -> None:
    pairs = list(combinations(range(5), 2))
    backward = [(j, i) for i, j in reversed(pairs)]
    assert asked(5, order=backward)[:4] == [(3, 4), (1, 2), (0, 4), (2, 3)]
    assert asked(5, order=pairs) == asked(5)
    # a star: all that is left is equally far, and the middle item is in none of it
    star = build(5, {(0, k): 1.0 for k in range(1, 5)})
    assert next_question(star) == (1, 2)
    assert next_question(star, order=backward) == (3, 4)


def test_of_equally_informative_pairs_that_of_the_least_judged_items_comes() -> None:
    # (3, 4), (3, 5) and (4, 5) are equally far; 3 and 5 have one judgment each, 4 has two
    judgments = dict.fromkeys([(0, 1), (0, 2), (0, 3), (0, 5), (1, 4), (2, 4)], 1.0)
    resistance = effective_resistance(~np.isnan(build(6, judgments)))
    assert [resistance[3, 4], resistance[3, 5], resistance[4, 5]] == pytest.approx([2] * 3)
    assert next_question(build(6, judgments)) == (3, 5)


def test_skipped_pairs_are_not_asked() -> None:
    skipped = [(0, 1), (4, 2)]
    questions = asked(5, skipped=skipped)
    assert sorted([*questions, (0, 1), (2, 4)]) == list(combinations(range(5), 2))
    assert not components_of(graph(5, questions[:4])).any()


def test_a_pair_that_joins_is_asked_as_long_as_there_is_one() -> None:
    # item 0 can only be reached through 3, which has the most judgments
    judgments = {(1, 3): 1.0, (2, 3): 1.0}
    skipped = [(0, 1), (0, 2)]
    assert next_question(build(4, judgments), skipped=skipped) == (0, 3)
    # and if nothing joins any more, the rest is still asked
    skipped.append((3, 0))
    assert next_question(build(4, judgments), skipped=skipped) == (1, 2)
    assert next_question(build(4, {**judgments, (1, 2): 1.0}), skipped=skipped) is None


def test_pairs_beyond_the_scale_tell_less() -> None:
    # the ends of a path are farthest apart, R = 3, but their ratio would be 81
    assert next_question(build(4, {(0, 1): 9.0, (1, 2): 9.0, (2, 3): 1.0})) == (1, 3)
    assert next_question(build(4, {(0, 1): 9.0, (1, 2): 1.0, (2, 3): 1.0})) == (0, 3)
    # 3/(1 + e²) against 2, which are equal at e = √½
    for excess, pair in [(0.70, (0, 3)), (0.71, (1, 3))]:
        for direction in (1, -1):
            steep = (9 * math.exp(excess)) ** direction
            assert next_question(build(4, {(0, 1): steep, (1, 2): 1, (2, 3): 1})) == pair
            # other components don't matter
            apart = build(6, {(0, 1): steep, (1, 2): 1, (2, 3): 1, (4, 5): 7.0})
            across = [(i, j) for i in range(4) for j in (4, 5)]
            assert next_question(apart, skipped=across) == pair


def test_labels_and_complete_matrices() -> None:
    matrix = ahp.PairwiseMatrix.from_upper([2, None, None], ["a", "b", "c"])
    assert next_question(matrix) == (0, 2)
    assert next_question(np.ones((3, 3))) is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"skipped": [(0, 1), (2, 2)]},
            "skipped[1] = (2, 2), expected two different items from 0 to 3",
        ),
        ({"skipped": [(-1, 2)]}, "skipped[0] = (-1, 2), expected two different items from 0 to 3"),
        ({"order": [(0, 4)]}, "order[0] = (0, 4), expected two different items from 0 to 3"),
        (
            {"order": [(0, 1)]},
            "order has 1 pairs, 1 different ones, expected each of the 6 pairs once",
        ),
        (
            {"order": [(0, 1), (1, 0), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]},
            "order has 7 pairs, 6 different ones, expected each of the 6 pairs once",
        ),
        ({"ranking": [0, 1, 2]}, "ranking = [0, 1, 2], expected each of the items 0 to 3 once"),
        (
            {"ranking": (0, 1, 2, 2)},
            "ranking = [0, 1, 2, 2], expected each of the items 0 to 3 once",
        ),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ahp.OptionError) as raised:
        next_question(build(4, {}), **options)
    assert str(raised.value) == message


def test_batches_are_refused() -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        next_question(np.ones((2, 3, 3)))
    assert str(raised.value) == "shape (2, 3, 3), expected one square matrix"


@pytest.mark.parametrize("n", range(2, 10))
def test_standard_errors_of_known_graphs(n: int) -> None:
    path = [(k, k + 1) for k in range(n - 1)]
    assert standard_error_factor(np.ones((n, n), dtype=bool)) == pytest.approx(1, rel=1e-12)
    assert standard_error_factor(graph(n, path)) == pytest.approx(
        math.sqrt(n * (n + 1) / 6), rel=1e-12
    )
    star = graph(n, [(0, k) for k in range(1, n)])
    assert standard_error_factor(star) == pytest.approx(math.sqrt(n - 1), rel=1e-12)
    if n > 2:
        cycle = graph(n, [*path, (0, n - 1)])
        expected = math.sqrt(n * (n + 1) / 12)
        assert standard_error_factor(cycle) == pytest.approx(expected, rel=1e-12)


def test_a_single_item_has_no_error() -> None:
    assert standard_error_factor([[True]]) == 1.0


@st.composite
def graphs(draw: st.DrawFn, connected: bool) -> Bool:
    n = draw(st.integers(2, 8))
    pairs = draw(st.sets(st.sampled_from(list(combinations(range(n), 2)))))
    tree = [(draw(st.integers(0, k - 1)), k) for k in range(1, n)] if connected else []
    return graph(n, [*pairs, *tree])


@settings(deadline=None)
@given(graphs(connected=True), st.booleans())
def test_standard_errors_against_the_pseudoinverse(judged: Bool, diagonal: bool) -> None:
    n = len(judged)
    edges = judged & ~np.eye(n, dtype=bool)
    inverse = np.linalg.pinv(np.diag(edges.sum(axis=-1)) - edges.astype(float))
    pairs = list(combinations(range(n), 2))
    variances = [inverse[i, i] + inverse[j, j] - 2 * inverse[i, j] for i, j in pairs]
    expected = math.sqrt(sum(variances) / len(pairs) * n / 2)
    given_graph = judged if diagonal else edges
    assert standard_error_factor(given_graph) == pytest.approx(expected, rel=1e-9)
    resistance = effective_resistance(judged)
    assert [resistance[pair] for pair in pairs] == pytest.approx(variances, rel=1e-9)


def test_graphs_that_are_not_one_are_refused() -> None:
    for wrong, message in [
        (
            np.ones((2, 3), dtype=bool),
            "judged has shape (2, 3) and type bool, expected (n, n) and bool",
        ),
        (np.ones((3, 3)), "judged has shape (3, 3) and type float64, expected (n, n) and bool"),
        (
            np.triu(np.ones((3, 3), dtype=bool)),
            "judged[0, 1] = True, judged[1, 0] = False, expected the same",
        ),
    ]:
        with pytest.raises(ahp.MatrixError) as raised:
            standard_error_factor(wrong)
        assert str(raised.value) == message
    with pytest.raises(ahp.IncompleteError) as apart:
        standard_error_factor(graph(5, [(0, 1), (2, 3)]))
    assert str(apart.value) == "the judged pairs leave 3 components, expected one"


JUDGMENTS = [1 / 9, 1 / 5, 1 / 2, 1.0, 3.0, 7.0, 9.0]


@settings(deadline=None)
@given(graphs(connected=False), st.randoms(use_true_random=False), st.booleans())
def test_questions_end_when_all_is_asked_and_numbering_does_not_matter(
    judged: Bool, random: Any, ranked: bool
) -> None:
    n = len(judged)
    pairs = list(combinations(range(n), 2))
    order = random.sample(pairs, len(pairs))
    skipped = set(random.sample(pairs, random.randint(0, len(pairs) // 2)))
    ranking = random.sample(range(n), n) if ranked else None
    number = random.sample(range(n), n)

    def renumbered(pair: Pair) -> Pair:
        i, j = sorted((number[pair[0]], number[pair[1]]))
        return i, j

    matrix = build(n, {pair: random.choice(JUDGMENTS) for pair in pairs if judged[pair]})
    left = {pair for pair in pairs if not judged[pair]} - skipped
    while left:
        pair = next_question(matrix, skipped=skipped, ranking=ranking, order=order)
        assert pair is not None
        inverse = np.argsort(number)
        other = next_question(
            matrix[np.ix_(inverse, inverse)],
            skipped=map(renumbered, skipped),
            ranking=[number[item] for item in ranking] if ranking else None,
            order=list(map(renumbered, order)),
        )
        assert other == renumbered(pair)
        left.remove(pair)
        matrix[pair] = random.choice(JUDGMENTS)
        matrix[pair[::-1]] = 1 / matrix[pair]
    assert next_question(matrix, skipped=skipped, ranking=ranking, order=order) is None
