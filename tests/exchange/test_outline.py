"""Trees of names from outlines as people write them down."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahp.errors import SurveyError
from ahp.exchange.outline import outline_branches
from ahp.study.names import MAX_NODES, Branch

CASES = tomllib.loads((Path(__file__).parent / "outlines.toml").read_text(encoding="utf-8"))["case"]


def tree(branches: Sequence[Branch], depth: int = 0) -> Iterator[str]:
    """A line a branch, indented."""
    for branch in branches:
        yield "  " * depth + " | ".join(filter(None, (branch.name, branch.explanation)))
        yield from tree(branch.children, depth + 1)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_outline(case: dict[str, Any]) -> None:
    assert list(tree(outline_branches(case["text"]))) == case["tree"].splitlines()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_line_ends_of_windows_and_lines_between_change_nothing(case: dict[str, Any]) -> None:
    lines = case["text"].splitlines()
    spaced = "\r\n \r\n".join(["", *lines, ""])
    assert list(tree(outline_branches(spaced))) == case["tree"].splitlines()


def test_places_are_lines_of_the_text() -> None:
    [goal] = outline_branches("\ngoal\n\n  a: b, c\n  d")
    assert [branch.place for branch in goal.walk()] == [
        "line 2",
        "line 4",
        "line 5",
        "line 4",
        "line 4",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            " \n\t\n",
            "the list of names: there is no name in it; write the names of the items, each in a "
            "line of its own",
        ),
        ("goal\n  a\n  b\n  a", "line 4: 'a' stands twice, expected once"),
        ("goal: a, b, a", "line 1: 'a' stands twice, expected once"),
        (
            "\n".join(map(str, range(1000, 1001 + MAX_NODES))),
            f"the list of names: {MAX_NODES + 1} names, expected at most {MAX_NODES}",
        ),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    with pytest.raises(SurveyError) as refused:
        outline_branches(text)
    assert str(refused.value) == message


@given(st.text(alphabet="一二1.、()（）:：;，, \t\nab-—•#", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        branches = outline_branches(text)
    except SurveyError:
        return
    assert all(branch.name.strip() for root in branches for branch in root.walk())


def test_spaces_are_squeezed_and_long_texts_refused() -> None:
    assert [one.name for one in outline_branches(f"成本{' ' * 100}表\n人流")] == [
        "成本  表",
        "人流",
    ]
    with pytest.raises(SurveyError) as refused:
        outline_branches("a" * 262_145)
    assert str(refused.value) == "the list of names: 262145 characters, expected at most 262144"
    with pytest.raises(SurveyError) as refused:
        outline_branches("a\n" * 20_001)
    assert str(refused.value) == "the list of names: more than 20000 lines, expected fewer"
