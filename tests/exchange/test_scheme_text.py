"""Schemes written as files."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ahp.evaluation.scheme import Node, load_scheme, scheme_from_toml, shipped_schemes
from ahp.exchange.scheme_text import scheme_toml
from tests.evaluation.schemes import scheme

EVERY_RULE = Path(__file__).parents[1] / "evaluation" / "every_rule.toml"


@pytest.mark.parametrize("name", [*shipped_schemes(), EVERY_RULE], ids=str)
def test_a_written_scheme_is_read_back(name: Any) -> None:
    given = load_scheme(name)
    assert scheme_from_toml(scheme_toml(given), "written.toml") == given


def test_a_small_file() -> None:
    given = scheme({"a": "0.25", "b": "0.75"})
    nodes = (given.nodes[0], Node("a", {"en": "Odd\nname \x1b"}, "goal"), given.nodes[2])
    assert (
        scheme_toml(replace(given, nodes=nodes))
        == """format = 1
id = "test"
version = "1"
languages = [
    "en",
]
nodes = [
    { id = "goal", name = { en = "The goal" } },
    { id = "a", name = { en = "Odd\\nname \\u001b" }, parent = "goal" },
    { id = "b", name = { en = "Node b" }, parent = "goal" },
]
indicators = [
    { id = "a", rule = { kind = "measured", low = 0, high = 100 } },  # Odd name
    { id = "b", rule = { kind = "measured", low = 0, high = 100 } },  # Node b
]
bands = [
    { id = "excellent", name = { en = "Excellent" }, at_least = 90 },
    { id = "good", name = { en = "Good" }, at_least = 80 },
    { id = "fair", name = { en = "Fair" }, at_least = 60 },
    { id = "poor", name = { en = "Poor" }, at_least = 0 },
]

[name]
en = "Test"

[missing]
not_reported = "zero"

[period]
kind = "quarter"

[weights]
a = 0.25  # Odd name
b = 0.75  # Node b
"""
    )


def test_thirds_are_written_as_floats() -> None:
    third = Fraction(1, 3)
    given = scheme({"a": "1", "b": "0", "c": "0"})
    given = replace(given, weights=dict.fromkeys("abc", third))
    assert "a = 0.3333333333333333  # Node a" in scheme_toml(given).splitlines()
    assert scheme_from_toml(scheme_toml(given), "thirds.toml") == given


def test_a_survey_is_named_while_its_nodes_are_the_same() -> None:
    given = load_scheme("supervision_effectiveness")
    assert 'survey = "supervision_effectiveness"' in scheme_toml(given).splitlines()
    assert "nodes" not in scheme_toml(given)
    goal = replace(given.nodes[0], name={"zh": "评价", "en": "Whole"})
    other = scheme_toml(replace(given, nodes=(goal, *given.nodes[1:])))
    assert "survey =" not in other
    assert scheme_from_toml(other, "other.toml").node[goal.id].name["en"] == "Whole"
