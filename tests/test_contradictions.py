"""Contradictions and fitting answers in words, whole sentences in both languages."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ahp.i18n import LANGUAGES, translator
from ahp.i18n.contradictions import contradiction_sentence, range_sentence, times
from ahp.process.guidance import Contradiction, Suggestion
from ahp.scale import SAATY_POSITIONS, parse_judgment


def triad(a_ij: float, a_jk: float, a_ik: float) -> Contradiction:
    cyclic = a_ij > 1 and a_jk > 1 and a_ik < 1
    return Contradiction("a", "b", "c", a_ij, a_jk, a_ik, a_ij * a_jk, cyclic)


def suggestion(low: str, high: str, enough: bool = True) -> Suggestion:
    return Suggestion("a", "c", "1/7", low, low, high, enough, 0.3, 0.05, None)


TRIADS = [
    # alike, though both say otherwise
    (
        (5, 3, 1),
        "您认为“A”的重要程度是“B”的 5 倍、“B”的重要程度是“C”的 3 倍，却认为“A”与“C”同等重要。",
        "You said that “A” is 5 times as important as “B” and that “B” is 3 times as important as "
        "“C”, and yet that “A” and “C” are equally important.",
    ),
    # cycle
    (
        (5, 3, 1 / 2),
        "您认为“A”的重要程度是“B”的 5 倍、“B”的重要程度是“C”的 3 倍，"
        "却认为“C”的重要程度是“A”的 2 倍。",
        "You said that “A” is 5 times as important as “B” and that “B” is 3 times as important as "
        "“C”, and yet that “C” is 2 times as important as “A”.",
    ),
    # too little
    (
        (3, 2, 2),
        "您认为“A”的重要程度是“B”的 3 倍、“B”的重要程度是“C”的 2 倍，"
        "却认为“A”的重要程度只是“C”的 2 倍。"
        "前两个回答合起来，相当于“A”的重要程度约为“C”的 6 倍。",
        "You said that “A” is 3 times as important as “B” and that “B” is 2 times as important as "
        "“C”, and yet that “A” is only 2 times as important as “C”. Together, the first two "
        "answers amount to “A” being about 6 times as important as “C”.",
    ),
    # too little, and the first two together lie beyond the scale
    (
        (5, 3, 2),
        "您认为“A”的重要程度是“B”的 5 倍、“B”的重要程度是“C”的 3 倍，"
        "却认为“A”的重要程度只是“C”的 2 倍。"
        "前两个回答合起来，相当于“A”的重要程度约为“C”的 15 倍，已超过可选的最大值 9 倍。",
        "You said that “A” is 5 times as important as “B” and that “B” is 3 times as important as "
        "“C”, and yet that “A” is only 2 times as important as “C”. Together, the first two "
        "answers amount to “A” being about 15 times as important as “C”, which is more than 9, "
        "the most one can choose.",
    ),
    # the end of the scale is not “only”
    (
        (9, 9, 9),
        "您认为“A”的重要程度是“B”的 9 倍、“B”的重要程度是“C”的 9 倍，"
        "却认为“A”的重要程度是“C”的 9 倍。"
        "前两个回答合起来，相当于“A”的重要程度约为“C”的 81 倍，已超过可选的最大值 9 倍。",
        "You said that “A” is 9 times as important as “B” and that “B” is 9 times as important as "
        "“C”, and yet that “A” is 9 times as important as “C”. Together, the first two answers "
        "amount to “A” being about 81 times as important as “C”, which is more than 9, the most "
        "one can choose.",
    ),
    # too much
    (
        (2, 1, 9),
        "您认为“A”的重要程度是“B”的 2 倍、“B”与“C”同等重要，却认为“A”的重要程度是“C”的 9 倍。"
        "前两个回答合起来，相当于“A”的重要程度约为“C”的 2 倍。",
        "You said that “A” is 2 times as important as “B” and that “B” and “C” are equally "
        "important, and yet that “A” is 9 times as important as “C”. Together, the first two "
        "answers amount to “A” being about 2 times as important as “C”.",
    ),
    # one tie, against it
    (
        (1, 3, 1 / 4),
        "您认为“A”与“B”同等重要、“B”的重要程度是“C”的 3 倍，却认为“C”的重要程度是“A”的 4 倍。",
        "You said that “A” and “B” are equally important and that “B” is 3 times as important as "
        "“C”, and yet that “C” is 4 times as important as “A”.",
    ),
    (
        (1, 3, 1),
        "您认为“A”与“B”同等重要、“B”的重要程度是“C”的 3 倍，却认为“A”与“C”同等重要。",
        "You said that “A” and “B” are equally important and that “B” is 3 times as important as "
        "“C”, and yet that “A” and “C” are equally important.",
    ),
    (
        (4, 1, 1 / 3),
        "您认为“A”的重要程度是“B”的 4 倍、“B”与“C”同等重要，却认为“C”的重要程度是“A”的 3 倍。",
        "You said that “A” is 4 times as important as “B” and that “B” and “C” are equally "
        "important, and yet that “C” is 3 times as important as “A”.",
    ),
    # one tie, the right direction, too little
    (
        (1, 5, 2),
        "您认为“A”与“B”同等重要、“B”的重要程度是“C”的 5 倍，却认为“A”的重要程度只是“C”的 2 倍。"
        "前两个回答合起来，相当于“A”的重要程度约为“C”的 5 倍。",
        "You said that “A” and “B” are equally important and that “B” is 5 times as important as "
        "“C”, and yet that “A” is only 2 times as important as “C”. Together, the first two "
        "answers amount to “A” being about 5 times as important as “C”.",
    ),
    (
        (5, 1, 2),
        "您认为“A”的重要程度是“B”的 5 倍、“B”与“C”同等重要，却认为“A”的重要程度只是“C”的 2 倍。"
        "前两个回答合起来，相当于“A”的重要程度约为“C”的 5 倍。",
        "You said that “A” is 5 times as important as “B” and that “B” and “C” are equally "
        "important, and yet that “A” is only 2 times as important as “C”. Together, the first two "
        "answers amount to “A” being about 5 times as important as “C”.",
    ),
    # one tie, too much
    (
        (1, 2, 9),
        "您认为“A”与“B”同等重要、“B”的重要程度是“C”的 2 倍，却认为“A”的重要程度是“C”的 9 倍。"
        "前两个回答合起来，相当于“A”的重要程度约为“C”的 2 倍。",
        "You said that “A” and “B” are equally important and that “B” is 2 times as important as "
        "“C”, and yet that “A” is 9 times as important as “C”. Together, the first two answers "
        "amount to “A” being about 2 times as important as “C”.",
    ),
    # no tie, too much
    (
        (2, 2, 9),
        "您认为“A”的重要程度是“B”的 2 倍、“B”的重要程度是“C”的 2 倍，"
        "却认为“A”的重要程度是“C”的 9 倍。"
        "前两个回答合起来，相当于“A”的重要程度约为“C”的 4 倍。",
        "You said that “A” is 2 times as important as “B” and that “B” is 2 times as important as "
        "“C”, and yet that “A” is 9 times as important as “C”. Together, the first two answers "
        "amount to “A” being about 4 times as important as “C”.",
    ),
    # too little, and the first two together are just the end of the scale
    (
        (3, 3, 2),
        "您认为“A”的重要程度是“B”的 3 倍、“B”的重要程度是“C”的 3 倍，"
        "却认为“A”的重要程度只是“C”的 2 倍。"
        "前两个回答合起来，相当于“A”的重要程度约为“C”的 9 倍。",
        "You said that “A” is 3 times as important as “B” and that “B” is 3 times as important as "
        "“C”, and yet that “A” is only 2 times as important as “C”. Together, the first two "
        "answers amount to “A” being about 9 times as important as “C”.",
    ),
    # two ties
    (
        (4, 1, 1),
        "您认为“A”的重要程度是“B”的 4 倍、“B”与“C”同等重要，却认为“A”与“C”同等重要。",
        "You said that “A” is 4 times as important as “B” and that “B” and “C” are equally "
        "important, and yet that “A” and “C” are equally important.",
    ),
    (
        (1, 1, 1 / 5),
        "您认为“A”与“B”同等重要、“B”与“C”同等重要，却认为“C”的重要程度是“A”的 5 倍。",
        "You said that “A” and “B” are equally important and that “B” and “C” are equally "
        "important, and yet that “C” is 5 times as important as “A”.",
    ),
    (
        (1, 1, 5),
        "您认为“A”与“B”同等重要、“B”与“C”同等重要，却认为“A”的重要程度是“C”的 5 倍。",
        "You said that “A” and “B” are equally important and that “B” and “C” are equally "
        "important, and yet that “A” is 5 times as important as “C”.",
    ),
    # off the scale
    (
        (2.5, 2.5, 1 / 1.333333333),
        "您认为“A”的重要程度是“B”的 2.5 倍、“B”的重要程度是“C”的 2.5 倍，"
        "却认为“C”的重要程度是“A”的 1.33 倍。",
        "You said that “A” is 2.5 times as important as “B” and that “B” is 2.5 times as important "
        "as “C”, and yet that “C” is 1.33 times as important as “A”.",
    ),
    (
        (2.5, 2.5, 1.5),
        "您认为“A”的重要程度是“B”的 2.5 倍、“B”的重要程度是“C”的 2.5 倍，"
        "却认为“A”的重要程度只是“C”的 1.5 倍。"
        "前两个回答合起来，相当于“A”的重要程度约为“C”的 6.2 倍。",
        "You said that “A” is 2.5 times as important as “B” and that “B” is 2.5 times as important "
        "as “C”, and yet that “A” is only 1.5 times as important as “C”. Together, the first two "
        "answers amount to “A” being about 6.2 times as important as “C”.",
    ),
    (
        (12, 1.004, 0.999),
        "您认为“A”的重要程度是“B”的 12 倍、“B”与“C”同等重要，却认为“A”与“C”同等重要。",
        "You said that “A” is 12 times as important as “B” and that “B” and “C” are equally "
        "important, and yet that “A” and “C” are equally important.",
    ),
]


@pytest.mark.parametrize(("judged", "chinese", "english"), TRIADS)
def test_every_shape_of_triad(judged, chinese: str, english: str) -> None:
    shown = triad(*judged)
    assert contradiction_sentence(shown, str.upper, translator("zh")) == chinese
    assert contradiction_sentence(shown, str.upper, translator("en")) == english


FIT = "就与您的其他回答基本相符。"
RANGES = [
    (
        ("3", "9"),
        f"如果您认为“A”的重要程度是“C”的 3 到 9 倍，{FIT}",
        "If you said that “A” is 3 to 9 times as important as “C”, it would fit your other "
        "answers.",
    ),
    (
        ("1/9", "1/3"),
        f"如果您认为“C”的重要程度是“A”的 3 到 9 倍，{FIT}",
        "If you said that “C” is 3 to 9 times as important as “A”, it would fit your other "
        "answers.",
    ),
    (
        ("4", "4"),
        f"如果您认为“A”的重要程度是“C”的 4 倍，{FIT}",
        "If you said that “A” is 4 times as important as “C”, it would fit your other answers.",
    ),
    (
        ("1", "1"),
        f"如果您认为“A”与“C”同等重要，{FIT}",
        "If you said that “A” and “C” are equally important, it would fit your other answers.",
    ),
    (
        ("1/2", "1/2"),
        f"如果您认为“C”的重要程度是“A”的 2 倍，{FIT}",
        "If you said that “C” is 2 times as important as “A”, it would fit your other answers.",
    ),
    (
        ("1", "5"),
        f"如果您的回答在从“A”与“C”同等重要到“A”的重要程度是“C”的 5 倍的范围内，{FIT}",
        "If you said anything from “A” and “C” being equally important to “A” being 5 times as "
        "important as “C”, it would fit your other answers.",
    ),
    (
        ("1/5", "1"),
        f"如果您的回答在从“A”与“C”同等重要到“C”的重要程度是“A”的 5 倍的范围内，{FIT}",
        "If you said anything from “A” and “C” being equally important to “C” being 5 times as "
        "important as “A”, it would fit your other answers.",
    ),
    (
        ("1/2", "3"),
        f"如果您的回答在从“C”的重要程度是“A”的 2 倍到“A”的重要程度是“C”的 3 倍的范围内，{FIT}",
        "If you said anything from “C” being 2 times as important as “A” to “A” being 3 times as "
        "important as “C”, it would fit your other answers.",
    ),
]


@pytest.mark.parametrize(("ends", "chinese", "english"), RANGES)
def test_every_kind_of_range(ends: tuple[str, str], chinese: str, english: str) -> None:
    shown = suggestion(*ends)
    assert range_sentence(shown, str.upper, translator("zh")) == chinese
    assert range_sentence(shown, str.upper, translator("en")) == english


def test_a_range_that_is_not_enough() -> None:
    shown = suggestion("2", "9", enough=False)
    assert range_sentence(shown, str.upper, translator("zh")) == (
        "如果您认为“A”的重要程度是“C”的 2 到 9 倍，矛盾会减小。"
    )
    assert range_sentence(shown, str.upper, translator("en")) == (
        "If you said that “A” is 2 to 9 times as important as “C”, the contradiction would become "
        "smaller."
    )


def test_names_with_braces_and_fields_stay_as_they_are() -> None:
    names = {"a": "{first}", "b": "{x", "c": "}"}
    sentence = contradiction_sentence(triad(5, 3, 2), names.__getitem__, translator("zh"))
    assert sentence == (
        "您认为“{first}”的重要程度是“{x”的 5 倍、“{x”的重要程度是“}”的 3 倍，"
        "却认为“{first}”的重要程度只是“}”的 2 倍。"
        "前两个回答合起来，相当于“{first}”的重要程度约为“}”的 15 倍，已超过可选的最大值 9 倍。"
    )
    found = range_sentence(suggestion("1/2", "3"), names.__getitem__, translator("zh"))
    assert (
        found
        == f"如果您的回答在从“}}”的重要程度是“{{first}}”的 2 倍到“{{first}}”的重要程度是“}}”的 3 倍"
        f"的范围内，{FIT}"
    )


SCALE = [parse_judgment(text) for text in SAATY_POSITIONS]
LARGE = [value for value in SCALE if value >= 1]


@given(
    st.sampled_from(LARGE) | st.floats(1, 100),
    st.sampled_from(LARGE) | st.floats(1, 100),
    st.sampled_from(SCALE) | st.floats(0.01, 100),
    st.sampled_from(list(LANGUAGES)),
)
def test_every_triad_has_a_sentence(a_ij: float, a_jk: float, a_ik: float, language: str) -> None:
    assume(abs(math.log(a_ij * a_jk / a_ik)) > 1e-9)
    sentence = contradiction_sentence(triad(a_ij, a_jk, a_ik), str.upper, translator(language))
    assert not set(sentence) & set("{}")
    assert sentence.startswith({"zh": "您认为“A”", "en": "You said that “A” "}[language])
    assert sentence.endswith({"zh": "。", "en": "."}[language])
    assert {"A", "B", "C"} <= set(sentence)
    assert "e+" not in sentence


@given(
    st.lists(st.sampled_from(range(17)), min_size=2, max_size=2),
    st.booleans(),
    st.sampled_from(list(LANGUAGES)),
)
def test_every_range_has_a_sentence(ends: list[int], enough: bool, language: str) -> None:
    low, high = (SAATY_POSITIONS[::-1][end] for end in sorted(ends))
    sentence = range_sentence(suggestion(low, high, enough), str.upper, translator(language))
    assert not set(sentence) & set("{}")
    for end in (low, high):
        assert end == "1" or times(parse_judgment(end)) in sentence
    assert {"A", "C"} <= set(sentence)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "5"),
        (1 / 5, "5"),
        (1, "1"),
        (2.5, "2.5"),
        (0.4, "2.5"),
        (1 / 3, "3"),
        (0.333333333, "3"),
    ],
)
def test_times(value: float, text: str) -> None:
    assert times(value) == text
