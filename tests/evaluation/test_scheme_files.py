"""Scheme files that are refused, with the path inside them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ahp.errors import EvaluationError
from ahp.evaluation.scheme import Scheme, scheme_from_toml

HEAD = """
format = 1
id = "branches"
version = "1"
languages = ["en"]
name = { en = "Branches" }
period = { kind = "quarter" }
missing = { not_reported = "zero" }
bands = [
  { id = "good", name = { en = "Good" }, at_least = 80 },
  { id = "poor", name = { en = "Poor" }, at_least = 0 },
]
"""
GOAL = '[[nodes]]\nid = "goal"\nname = { en = "Goal" }\n'
LEAF = """
[weights]
errors = 1

[[indicators]]
id = "errors"
"""
MEASURED = 'rule = { kind = "measured", low = 0, high = 1, direction = "lower" }\n'
RATED = 'rule = { kind = "rated", grades = "two" }\n'
GRADES = '[[grades.two]]\nid = "fair"\nname = { en = "Fair" }\nanchor = { en = "Fair" }\n'
BONUS = '[[bonuses]]\nid = "praise"\nname = { en = "Praise" }\n'
DEDUCTION = '[[deductions]]\nid = "late"\nname = { en = "Late" }\npoints = 1\n'


def node(name: str, parent: str) -> str:
    return f'[[nodes]]\nid = "{name}"\nparent = "{parent}"\nname = {{ en = "Node {name}" }}\n'


def file(*parts: str, rule: str = MEASURED, nodes: str = node("errors", "goal")) -> str:
    return "".join((HEAD, GOAL, nodes, LEAF, rule, *parts))


def chain(levels: int) -> str:
    """Nodes below each other, the last of them the indicator."""
    names = ["goal", *(f"n{k}" for k in range(1, levels)), "errors"]
    return "".join(node(name, parent) for parent, name in pairwise(names))


def steps(first: str) -> str:
    steps = f"[{{ up_to = 1, points = {first} }}, {{ points = 0 }}]"
    return f'rule = {{ kind = "steps", closed = "upper", steps = {steps} }}\n'


REFUSED = {
    "a node that is its own parent": (
        file(nodes=node("errors", "goal") + node("errors", "errors")),
        "nodes[2].id: 'errors' is used twice, expected ids that differ",
    ),
    "a circle of nodes": (
        file(nodes=node("errors", "goal") + node("a", "b") + node("b", "a")),
        "nodes[2].parent: 'a' is not below the goal 'goal' (a cycle, or a lost branch)",
    ),
    "a tree too deep": (
        file(nodes=chain(21)),
        "nodes[21].parent: nested deeper than 20 levels below the goal",
    ),
    "a tree as deep as a stack": (
        file(nodes=chain(2000)),
        "nodes[21].parent: nested deeper than 20 levels below the goal",
    ),
    "a grade above 100": (
        file(GRADES, "points = 150\n"),
        "grades.two[0]: points 150, expected 0 to 100",
    ),
    "a grade below 0": (
        file(GRADES, "points = -5\n"),
        "grades.two[0]: points -5, expected 0 to 100",
    ),
    "a grade twice": (
        file(GRADES, "points = 90\n", GRADES, "points = 50\n"),
        "grades.two: 'fair' is used twice, expected ids that differ",
    ),
    "two names that differ in width": (
        file(DEDUCTION, BONUS.replace('"Praise"', '"Ｌａｔｅ"')),
        "bonuses[0]: 'late' is also an id or a name in deductions[0], expected others",
    ),
    "a step above 100": (
        file(rule=steps("100.5")),
        "indicators[0].rule.steps[0]: points 100.5, expected 0 to 100",
    ),
    "a membership below 0": (
        file(
            rule='rule = { kind = "membership", thresholds = [0, 1], grade_points = [-1, 100] }\n'
        ),
        "indicators[0].rule: points -1, expected 0 to 100",
    ),
    "a bonus that takes": (
        file(BONUS, "points = -5\n"),
        "bonuses[0].points: points -5, expected above 0",
    ),
    "a bonus capped below 0": (
        file(BONUS, "cap = -5\n"),
        "bonuses[0].cap: cap -5, expected above 0",
    ),
    "a deduction capped at 0": (
        file(DEDUCTION, "cap = 0\n"),
        "deductions[0].cap: cap 0, expected above 0",
    ),
    "bonuses capped below 0": (
        file("[total]\nbonus_cap = -1\n"),
        "total.bonus_cap: cap -1, expected above 0",
    ),
    "a limit on the spread of what nobody grades": (
        file(rule=f"most_spread = 25\n{MEASURED}"),
        "indicators[0].most_spread: expected none: raters give no grades here",
    ),
    "a spread above 100": (
        file(GRADES, "points = 90\n", rule=f"most_spread = 101\n{RATED}"),
        "indicators[0].most_spread: points 101, expected 0 to 100",
    ),
    "a spread below 0": (
        file(GRADES, "points = 90\n", rule=f"most_spread = -1\n{RATED}"),
        "indicators[0].most_spread: points -1, expected 0 to 100",
    ),
    "a floor above the cap": (
        file("[total]\nfloor = 50\ncap = 10\n"),
        "total: 50 and 10, expected the first below the second",
    ),
}


@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=REFUSED)
def test_files_that_are_refused(content: str, message: str) -> None:
    with pytest.raises(EvaluationError) as refused:
        scheme_from_toml(content, "branches.toml")
    assert str(refused.value) == f"branches.toml: {message}"


def test_a_tree_of_twenty_levels() -> None:
    scheme: Scheme = scheme_from_toml(file(nodes=chain(20)), "branches.toml")
    assert scheme.leaves == ("errors",)
