from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ahp
from ahp.hierarchy import level_consistency

TREE = ahp.Hierarchy("g", {"g": ("a", "b", "c"), "b": ("b1", "b2"), "b2": ("x", "y")})


def test_the_parts_of_a_tree() -> None:
    assert TREE.parents == ("g", "b", "b2")
    assert TREE.levels == (("g",), ("a", "b", "c"), ("b1", "b2"), ("x", "y"))
    assert TREE.leaves == ("a", "b1", "x", "y", "c")
    assert [TREE.parent_of(node) for node in ("g", "b", "y")] == [None, "g", "b2"]
    assert TREE.pairs("g") == (("a", "b"), ("a", "c"), ("b", "c"))
    assert TREE.comparisons == (
        *(("g", "a", "b"), ("g", "a", "c"), ("g", "b", "c")),
        *(("b", "b1", "b2"), ("b2", "x", "y")),
    )
    assert [*TREE.comparison_of.values()] == 2 * [*TREE.comparisons]
    assert all(
        TREE.comparison_of[parent, b, a] == (parent, a, b) for parent, a, b in TREE.comparisons
    )


def test_parents_stand_level_by_level_whatever_the_order_given() -> None:
    tree = ahp.Hierarchy("g", {"b": ("x", "y"), "g": ("a", "b"), "a": ("u", "v")})
    assert tree.parents == ("g", "a", "b")


@pytest.mark.parametrize(
    ("children", "message"),
    [
        ({}, "the goal 'g' has no children, expected two or more"),
        ({"g": ("a",)}, "'g' has the single child 'a', expected two or more to compare"),
        (
            {"g": ("a", "b"), "b": ("c",)},
            "'b' has the single child 'c', expected two or more to compare",
        ),
        ({"g": ("a", "a")}, "'a' stands in the tree twice, expected once"),
        ({"g": ("a", "b"), "a": ("b", "c")}, "'b' stands in the tree twice, expected once"),
        ({"g": ("a", "b"), "a": ("g", "c")}, "'g' stands in the tree twice, expected once"),
        (
            {"g": ("a", "b"), "u": ("v", "w"), "v": ("u", "z")},
            "'u' is not below the goal 'g' (a cycle, or a lost branch)",
        ),
    ],
)
def test_what_is_no_tree(children: Any, message: str) -> None:
    with pytest.raises(ahp.HierarchyError) as raised:
        ahp.Hierarchy("g", children)
    assert str(raised.value) == message


def test_global_weights_are_products() -> None:
    found = TREE.global_weights({"g": [0.2, 0.5, 0.3], "b": [0.4, 0.6], "b2": [0.9, 0.1]})
    assert found == {
        **{"g": 1.0, "a": 0.2, "b": 0.5, "c": 0.3},
        **{"b1": 0.5 * 0.4, "b2": 0.5 * 0.6, "x": 0.5 * 0.6 * 0.9, "y": 0.5 * 0.6 * 0.1},
    }
    assert sum(found[leaf] for leaf in TREE.leaves) == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize(
    ("local", "message"),
    [
        ({"g": [0.2, 0.5, 0.3]}, "no local weights for 'b'"),
        ({"g": [0.5, 0.5]}, "local weights of 'g' have shape (2,), expected (3,)"),
        ({"g": ["u", "v", "w"]}, "local weights of 'g' = ['u', 'v', 'w'], expected numbers"),
        (
            {"g": [0.5, -0.5, 1]},
            "local weights of 'g' [0.5, -0.5, 1.0], expected finite numbers of 0 or more",
        ),
    ],
)
def test_local_weights_that_do_not_fit(local: Any, message: str) -> None:
    with pytest.raises(ahp.HierarchyError) as raised:
        TREE.global_weights(local)
    assert str(raised.value) == message


def test_total_consistency() -> None:
    found = ahp.total_consistency([0.5, 0.25, 0.25], [0.04, 0.08, 0.0], [0.5, 1.0, 0.0], level=2)
    assert found == ahp.TotalConsistency(2, (), 0.04, 0.5, 0.08, True)
    contradictory = ahp.total_consistency([1.0], [0.1], 0.9)
    assert contradictory.acceptable is False
    pairs = ahp.total_consistency([0.5, 0.5], 0.0, 0.0)
    assert (pairs.cr, pairs.acceptable) == (0.0, True)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (([0.5, 0.5], [1, 2, 3], 1), "ci of shape (3,), expected (2,)"),
        (([0.5, 0.5], 0.1, [1]), "ri of shape (1,), expected (2,)"),
        ((0.5, 0.1, 0.9), "weights of shape (), expected (k,)"),
        ((["a"], 0.1, 0.9), "weights = ['a'], expected numbers"),
        (([-0.5], 0.1, 0.9), "weights [-0.5], expected finite numbers of 0 or more"),
        (([0.5], float("nan"), 0.9), "ci nan, expected finite numbers of 0 or more"),
    ],
)
def test_total_consistency_refuses(given: Any, message: str) -> None:
    with pytest.raises(ahp.HierarchyError) as raised:
        ahp.total_consistency(*given)
    assert str(raised.value) == message


def test_level_consistency() -> None:
    contradiction = ahp.PairwiseMatrix.from_upper([3, "1/3", 3])
    consistency = {
        "g": ahp.check_consistency(np.ones((3, 3))),
        "b": ahp.check_consistency(np.ones((2, 2))),
        "b2": ahp.check_consistency(contradiction),
    }
    weights = {"g": 1.0, "b": 0.5, "b2": 0.25}
    found = level_consistency(TREE, weights, consistency)
    ci, ri = 0.25 * consistency["b2"].ci, 0.25 * 0.58
    assert found == (
        ahp.TotalConsistency(1, ("g",), 0.0, 0.58, 0.0, True),
        ahp.TotalConsistency(2, ("b",), 0.0, 0.0, 0.0, True),
        ahp.TotalConsistency(3, ("b2",), ci, ri, ci / ri, False),
    )
