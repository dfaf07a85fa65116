"""Plain data becomes declared classes; what is wrong is said with its path in both languages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

import pytest

from ahp.codec import (
    Filled,
    Id,
    at,
    filled,
    inside,
    one_of,
    placed,
    problems,
    structure,
    unstructure,
)
from ahp.datafile import parse_json, parse_toml
from ahp.errors import EntryError, OptionError, SurveyError
from ahp.i18n.errors import error_sentence
from ahp.messages import Phrase
from tests.frugal import frugal_refusal

Text = str | Mapping[str, str]


def percent(value: Fraction) -> Fraction:
    if not 0 <= value <= 1:
        raise OptionError("option_unknown", option="share", value=float(value), valid=("0", "1"))
    return value * 100


@dataclass(frozen=True)
class Steps:
    kind: Literal["steps"]
    edges: tuple[Decimal, ...]
    closed: Literal["left", "right"] = "left"


@dataclass(frozen=True)
class Target:
    kind: Literal["target"]
    low: Fraction
    high: Fraction

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise at("low", Phrase("value_not", value=str(self.low), expected=str(self.high)))


@dataclass(frozen=True, kw_only=True)
class Indicator:
    id: Id
    name: Text
    rule: Steps | Target
    note: str | None = None
    share: Annotated[Fraction, percent] = Fraction(1)


@dataclass(frozen=True)
class Branch:
    id: Id
    below: tuple[Branch, ...] = ()


@dataclass(frozen=True)
class Scheme:
    format: Literal[1]
    title: Filled
    indicators: Annotated[tuple[Indicator, ...], filled]
    weights: Mapping[str, float] = field(default_factory=dict)
    pairs: tuple[tuple[str, int], ...] = ()
    exact: bool = False
    mode: Annotated[str, one_of("linear", "product")] = "linear"
    limit: float | str = "none"
    digits: int = 4
    tree: Branch | None = None
    extra: Any = None

    def __post_init__(self) -> None:
        for k, one in enumerate(self.indicators):
            if one.id in [other.id for other in self.indicators[:k]]:
                raise at(f"indicators[{k}].id", Phrase("id_twice", value=one.id))
        if len(self.indicators) > 2:
            raise OptionError("option_unknown", option="indicators", value=3, valid=("1", "2"))


TOML = """
format = 1
title = "评价方案"
limit = 2
pairs = [["a", 1], ["b", 2]]
[weights]
a = 0.1
b = 1
[[indicators]]
id = "a"
name = "差错率"
share = 0.3
[indicators.rule]
kind = "target"
low = 0.1
high = 1e1
[[indicators]]
id = "b"
name = { zh = "及时率", en = "On time" }
rule = { kind = "steps", edges = [0.10, 2, 3.3333333333333333333], closed = "right" }
[tree]
id = "top"
below = [{ id = "x", below = [{ id = "y" }] }]
[extra]
any = [1, "x"]
"""


def read(text: str = TOML) -> Scheme:
    return structure(parse_toml(text, "s.toml", SurveyError), Scheme, "s.toml", SurveyError)


def test_a_file_becomes_an_object() -> None:
    found = read()
    target, steps = found.indicators
    assert found == Scheme(
        1,
        "评价方案",
        (target, steps),
        {"a": 0.1, "b": 1.0},
        (("a", 1), ("b", 2)),
        limit=2.0,
        tree=Branch("top", (Branch("x", (Branch("y"),)),)),
        extra={"any": [1, "x"]},
    )
    assert isinstance(found.weights["b"], float)
    assert isinstance(found.limit, float)
    with pytest.raises(TypeError):
        found.weights["a"] = 2  # type: ignore[index]
    assert (target.name, target.note) == ("差错率", None)
    assert steps.name == {"zh": "及时率", "en": "On time"}


def test_numbers_are_exact() -> None:
    target, steps = read().indicators
    assert target.share == 30
    assert target.rule == Target("target", Fraction(1, 10), Fraction(10))
    assert isinstance(steps.rule, Steps)
    assert list(map(str, steps.rule.edges)) == ["0.10", "2", "3.3333333333333333333"]
    assert steps.rule.closed == "right"
    assert structure(0.1, Fraction, "x", SurveyError) == Fraction(1, 10)  # of JSON
    assert structure(0.1, Decimal, "x", SurveyError) == Decimal("0.1")


def test_objects_become_plain_data_again() -> None:
    plain = unstructure(read().tree)
    assert plain == {
        "id": "top",
        "below": [{"id": "x", "below": [{"id": "y", "below": []}]}],
    }
    assert structure(json.loads(json.dumps(plain)), Branch, "x", SurveyError) == read().tree
    assert unstructure(read())["weights"] == {"a": 0.1, "b": 1.0}


KEYS = "format, title, indicators, weights, pairs, exact, mode, limit, digits, tree, extra"


@pytest.mark.parametrize(
    ("old", "new", "english", "chinese"),
    [
        ("format = 1", "format = 2\nnovel = 1", "format: 2, expected 1",
         "格式：取值为 2，应为 1。"),
        ("format = 1", "format = true", "format: True, expected 1",
         "格式：取值为 True，应为 1。"),
        ("format = 1", "", "format: missing", "格式：缺失，请补上。"),
        ("title", "titel", f"titel: unknown key, expected one of {KEYS}",
         f"titel：没有这个键，应为以下之一：“{KEYS.replace(', ', '”、“')}”。"),
        ('"评价方案"', "1.5", "title: is a number, expected text",
         "title：此处是数，应为文本。"),
        ('"评价方案"', '" "', "title: is empty, expected text", "title：内容为空，请填写。"),
        ("limit = 2", "limit = true", "limit: is a boolean, expected a number or text",
         "limit：此处是布尔值（真或假），应为数或文本。"),
        ("limit = 2", "limit = nan", "limit: NaN, expected a finite number",
         "limit：取值为 NaN，应为有限的数。"),
        ("limit = 2", "digits = 2.0", "digits: is a number, expected a whole number",
         "digits：此处是数，应为整数。"),
        ("limit = 2", 'digits = "2"', "digits: is text, expected a whole number",
         "digits：此处是文本，应为整数。"),
        ("limit = 2", "exact = 1", "exact: is a whole number, expected true or false",
         "exact：此处是整数，应为真或假（true 或 false）。"),
        ("limit = 2", 'mode = "mean"', "mode: 'mean', expected one of linear, product",
         "mode：取值为“mean”，应为以下之一：“linear”、“product”。"),
        ('["b", 2]', '["b"]', "pairs[1]: has 1 entries, expected 2",
         "第 2 个列：有 1 项，应为 2 项。"),
        ('["b", 2]', '["b", "2"]', "pairs[1][1]: is text, expected a whole number",
         "第 2 个列 › 第 2 项：此处是文本，应为整数。"),
        ('["b", 2]', "2", "pairs[1]: is a whole number, expected an array",
         "第 2 个列：此处是整数，应为数组。"),
        ("b = 1\n", "b = true\n", "weights.b: is a boolean, expected a number", None),
        ("b = 1\n", 'b = "1"\n', "weights.b: is text, expected a number",
         "权重 › b：此处是文本，应为数。"),
        ('id = "a"', 'id = "1a"',
         "indicators[0].id: '1a', expected a letter, then only letters, digits, _ and -", None),
        ('id = "b"', 'id = "a"', "indicators[1].id: 'a' is used twice, expected ids that differ",
         None),
        ('"差错率"', "[]",
         "indicators[0].name: is an empty array, expected text or a table of texts",
         "第 1 个indicators › 名称：此处是空数组，应为文本或由文本组成的表。"),
        ('"及时率"', "3", "indicators[1].name.zh: is a whole number, expected text", None),
        ("share = 0.3", "share = 1.3", "indicators[0].share: share = 1.3, expected one of '0', '1'",
         None),
        ("share = 0.3", "note = {}", "indicators[0].note: is a table, expected text", None),
        ('kind = "target"', 'kind = "goal"',
         "indicators[0].rule.kind: 'goal', expected one of steps, target", None),
        ('kind = "target"', "kind = 1", "indicators[0].rule.kind: 1, expected one of steps, target",
         None),
        ('kind = "target"\n', "", "indicators[0].rule.kind: missing", None),
        ("high = 1e1", "higher = 1e1",
         "indicators[0].rule.higher: unknown key, expected one of kind, low, high", None),
        ("high = 1e1", "", "indicators[0].rule.high: missing", None),
        ("high = 1e1", "high = 0.01", "indicators[0].rule.low: '1/10', expected '1/100'", None),
        ("high = 1e1", "high = -inf",
         "indicators[0].rule.high: -Infinity, expected a finite number", None),
        ('"right"', '"both"',
         "indicators[1].rule.closed: 'both', expected one of left, right", None),
        ("[0.10, 2,", "[0.10, [2],",
         "indicators[1].rule.edges[1]: is an array, expected a number", None),
        ('{ id = "y" }', "7", "tree.below[0].below[0]: is a whole number, expected a table", None),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_path(
    old: str, new: str, english: str, chinese: str | None
) -> None:
    assert old in TOML
    with pytest.raises(SurveyError) as raised:
        read(TOML.replace(old, new, 1))
    assert str(raised.value) == f"s.toml: {english}"
    assert raised.value.parameters["path"] == english.partition(": ")[0]
    if chinese is not None:
        assert error_sentence(raised.value, "zh") == f"s.toml：{chinese}"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "top level: is an empty array, expected a table"),
        (None, "top level: is nothing, expected a table"),
        (
            {"format": 1, "title": "t", "indicators": []},
            "indicators: has no entries, expected one or more",
        ),
        (
            {"format": 1, "title": "t", "indicators": {}},
            "indicators: is a table, expected an array of tables",
        ),
        (
            {
                "format": 1,
                "title": "t",
                "indicators": [
                    {"id": key, "name": "n", "rule": {"kind": "steps", "edges": []}}
                    for key in "abc"
                ],
            },
            "indicators = 3, expected one of '1', '2'",
        ),
    ],
)
def test_what_is_wrong_as_a_whole(data: Any, message: str) -> None:
    with pytest.raises(SurveyError) as raised:
        structure(data, Scheme, "s.json", SurveyError)
    assert str(raised.value) == f"s.json: {message}"


def test_all_that_is_wrong_is_told() -> None:
    """Inside first; a table as a whole once its entries are right."""
    data = {
        "format": 1,
        "title": " ",
        "indicators": [
            {"id": "a", "name": "A", "rule": {"kind": "target", "low": 2, "high": 1}},
            {"id": "a", "name": 3, "rule": {"kind": "steps", "closed": "up"}, "share": 2},
            {"id": "c", "name": {"zh": 1}, "rule": {"kind": "curve"}},
            {"name": "D", "rule": 5, "note": 1},
        ],
        "weights": {"a": "x", "b": 1},
        "pairs": [["a"], ["b", 2.5]],
    }
    assert [str(problem) for problem in problems(data, Scheme)] == [
        "title: is empty, expected text",
        "indicators[0].rule.low: '2', expected '1'",
        "indicators[1].name: is a whole number, expected text or a table of texts",
        "indicators[1].rule.closed: 'up', expected one of left, right",
        "indicators[1].rule.edges: missing",
        "indicators[1].share: share = 2.0, expected one of '0', '1'",
        "indicators[2].name.zh: is a whole number, expected text",
        "indicators[2].rule.kind: 'curve', expected one of steps, target",
        "indicators[3].rule: is a whole number, expected a table",
        "indicators[3].note: is a whole number, expected text",
        "indicators[3].id: missing",
        "weights.a: is text, expected a number",
        "pairs[0]: has 1 entries, expected 2",
        "pairs[1][1]: is a number, expected a whole number",
    ]
    right = {"format": 1, "title": "T", "indicators": [], "weight": {}}
    assert [str(problem) for problem in problems(right, Scheme)] == [
        "indicators: has no entries, expected one or more"
    ]
    one = {"id": "a", "name": "A", "rule": {"kind": "steps", "edges": [1]}}
    twice = {"format": 1, "title": "T", "indicators": [one, one]}
    assert [str(problem) for problem in problems(twice, Scheme)] == [
        "indicators[1].id: 'a' is used twice, expected ids that differ"
    ]
    assert list(problems({**twice, "indicators": [one]}, Scheme)) == []


def test_null_stands_where_it_may() -> None:
    data = {"id": "a", "name": "n", "rule": {"kind": "steps", "edges": []}, "note": None}
    assert structure(data, Indicator, "x", SurveyError).note is None
    with pytest.raises(SurveyError) as raised:
        structure(data | {"name": None}, Indicator, "x", SurveyError)
    assert str(raised.value) == "x: name: is nothing, expected text or a table of texts"


def test_checks_after_reading_have_the_file_too() -> None:
    with pytest.raises(SurveyError) as raised, placed("s.toml", SurveyError), inside("tree"):
        raise at("below", at(2, Phrase("is_missing")))
    assert str(raised.value) == "s.toml: tree.below[2]: missing"
    assert raised.value.__cause__ is None
    problem = OptionError.unknown("how", "mean", ("aij",))
    with pytest.raises(SurveyError) as raised, placed("s.toml", SurveyError), inside("how"):
        raise problem
    assert str(raised.value) == "s.toml: how: how = 'mean', expected one of 'aij'"
    assert raised.value.__cause__ is problem


def test_objects_made_in_python_are_checked_too() -> None:
    with pytest.raises(EntryError) as raised:
        Target("target", Fraction(2), Fraction(1))
    assert str(raised.value) == "low: '2', expected '1'"


@dataclass(frozen=True)
class Broken:
    name: str

    def __post_init__(self) -> None:
        raise KeyError("name")


def test_slips_in_the_program_are_not_taken_for_slips_in_the_file() -> None:
    with pytest.raises(KeyError):
        structure({"name": "n"}, Broken, "x", SurveyError)
    with pytest.raises(KeyError):
        structure([{"name": "n"}], tuple[Broken, ...], "x", SurveyError)


@pytest.mark.parametrize(
    "number", ["1e401", "1e-401", "0." + "3" * 401, "1e9999999999999999999999"]
)
def test_numbers_that_take_too_long(number: str) -> None:
    with pytest.raises(SurveyError) as raised:
        read(TOML.replace("0.3", number))
    assert str(raised.value) == "s.toml: a number of more than 400 digits, zeros included"


def test_a_million_slips_are_one_error() -> None:
    content = f'{{"format": 1, "title": "t", "indicators": [{"1," * 1_000_000}1]}}'
    message = frugal_refusal(
        lambda: structure(
            parse_json(content, "s.json", SurveyError), Scheme, "s.json", SurveyError
        ),
        SurveyError,
        64 * 2**20,
    )
    assert message == "s.json: indicators[0]: is a whole number, expected a table"
