"""Trees of names from outlines as people write them down."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahp.errors import SurveyError
from ahp.evaluation import shipped_schemes
from ahp.exchange import outline_lines
from ahp.exchange.outline import outline_branches, read_list
from ahp.study.names import MAX_NODES, Branch
from ahp.study.survey import shipped_surveys

OUTLINES = tomllib.loads((Path(__file__).parent / "outlines.toml").read_text(encoding="utf-8"))
CASES = OUTLINES["case"]


def tree(branches: Sequence[Branch], depth: int = 0) -> Iterator[str]:
    """A line a branch, indented."""
    for branch in branches:
        yield "  " * depth + " | ".join(filter(None, (branch.name, branch.explanation)))
        yield from tree(branch.children, depth + 1)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_outline(case: dict[str, Any]) -> None:
    branches, left_out, passed_over = read_list(case["text"])
    assert list(tree(branches)) == case["tree"].splitlines()
    if "left_out" in case or "passed_over" in case:
        assert list(left_out) == case.get("left_out", [])
        assert list(passed_over) == case.get("passed_over", [])


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
        *(
            (
                text,
                f"line {line}: the names of each level stand together, and nothing says which "
                "belong below which; write those that belong below a name right after it, indented",
            )
            for text, line in (
                ("目标层：效能\n准则层：组织、操作\n指标层：机构、及时", 2),
                ("一、目标层\n1.效能\n二、准则层\n1.组织\n2.操作", 3),
                ("一级指标\n组织\n操作\n二级指标\n机构\n及时", 4),
            )
        ),
        ("a\n" + "b\t" * 63 + "c", "line 2: more than 63 columns"),
        ("\t".join(["指标"] * 64) + "\na", "line 1: more than 63 columns"),
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


def test_no_line_is_slow_to_read() -> None:
    begun = process_time()
    for text in (
        "a:" + "；，" * 120_000 + "b",
        "；" * 100_000,
        "注：，\n" * 19_999 + "a",
        "（5分" * 60_000,
        "填表人(" * 60_000,
        "指标\t准则\n" * 19_999 + "a\tb",
    ):
        outline_branches(text)
    assert process_time() - begun < 20


def test_one_long_row_makes_not_all_of_them_long(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = []
    marker_of = outline_lines.marker_of
    monkeypatch.setattr(
        outline_lines, "marker_of", lambda text: looked_at.append(text) or marker_of(text)
    )
    outline_branches("\t".join("ab" * 30) + "\n" + "x\ty\n" * 3)
    assert len(looked_at) < 80


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


def names_in(found: object) -> Iterator[str]:
    """All names in a file of a survey or a scheme, but for those of levels."""
    if isinstance(found, dict):
        name = found.get("name", ())
        yield from [name] if isinstance(name, str) else name.values() if name else ()
        below = (one for key, one in found.items() if key != "levels")
        yield from (name for one in below for name in names_in(one))
    elif isinstance(found, list):
        yield from (name for one in found for name in names_in(one))


def test_no_honest_name_is_taken_for_anything_else() -> None:
    files = [*shipped_surveys().values(), *shipped_schemes().values()]
    every = {*OUTLINES["honest"]} | {
        name for file in files for name in names_in(tomllib.loads(file.read_text("utf-8")))
    }
    names = sorted(name for name in every if not name[0].isdecimal())
    assert len(names) > 200
    for text in (
        "\n".join(["甲", *names]),
        "\n".join(["一、甲", *(f"{k}.{name}" for k, name in enumerate(names, start=1))]),
        "\n".join(["一级指标\t二级指标", "甲\t", *(f"\t{name}" for name in names)]),
    ):
        branches, left_out, passed_over = read_list(text)
        read = [branch.name for root in branches for branch in root.walk()]
        assert (read, left_out, passed_over) == (["甲", *names], (), ())


@pytest.mark.parametrize("between", ["； ；", "、 、", "；　；", " ； ； "])
def test_nothing_between_separators_is_no_name(between: str) -> None:
    branches, _left_out, _passed_over = read_list(f"质量：及时{between}准确、完整")
    (quality,) = branches
    assert [one.name for one in quality.children] == ["及时", "准确", "完整"]
