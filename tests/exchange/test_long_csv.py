from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import ahp
from ahp.exchange.long_csv import write_answers
from ahp.study import Answers, Judgment
from ahp.study.answers import answers_from_table

from .test_survey_text import build, message, panel

TEXT = (
    st.text(
        # marks without width are left out of what is read
        st.characters(
            exclude_categories=["Cs"], exclude_characters="\r\u200b\u200e\u200f\u2060\ufeff"
        ),
        min_size=1,
        max_size=8,
    )
    .map(str.strip)
    .filter(bool)
)
VALUE = st.sampled_from(["1", "9", "1/9", "2.5", "１／３", "5e-1", "7/3"])


def placeless(answers: Answers) -> Answers:
    return Answers(tuple(replace(one, place="") for one in answers.judgments))


def read_back(answers: Answers) -> Answers:
    return placeless(answers_from_table(write_answers(answers), "a.csv"))


def test_write_answers() -> None:
    answers = Answers(
        (Judgment("张, 三", "goal", "a", "b", "1/3"), Judgment("=1+1", "goal", "b", "a", "2.5"))
    )
    content = write_answers(answers)
    assert content.decode() == (
        '\ufeffexpert,parent,left,right,value\n"张, 三",goal,a,b,"=""1/3"""\n\'=1+1,goal,b,a,2.5\n'
    )
    assert read_back(answers) == answers


@pytest.mark.parametrize(
    "name",
    [
        "=1",
        "'=1",
        "''=1",
        "+x",
        "-x",
        "@x",
        "＝1",
        "－",
        "⁼1",
        "'x",
        "x=1",
        'a"b',
        "a,b",
        "a;b\tc",
        "a\nb",
        "a\0\0\0\0\0\0",
    ],
)
def test_names_that_need_care(name: str) -> None:
    answers = Answers((Judgment(name, "g", name, "b", "1"),))
    assert read_back(answers) == answers
    cells = write_answers(answers).decode().splitlines()[1]
    assert cells.lstrip('"')[0] not in "=+-@＝＋－＠⁼"


def test_an_apostrophe_that_guards_nothing_stays() -> None:
    content = b"expert,parent,left,right,value\n'E,g,a,b,1\n'=E,g,a,b,1\n"
    assert answers_from_table(content, "a.csv").experts == ("'E", "=E")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT, TEXT, TEXT, VALUE), min_size=1, max_size=5))
def test_answers_files_round_trip(rows: list[tuple[str, str, str, str, str]]) -> None:
    keys = {(row[0], row[1], frozenset(row[2:4])): Judgment(*row) for row in rows}
    answers = Answers(tuple(keys.values()))
    assert read_back(answers) == answers


def test_a_thousand_experts() -> None:
    answers = panel(build({"goal": ["a", "b", "c"], "b": ["x", "y", "z"]}))
    assert read_back(answers) == answers


@pytest.mark.parametrize(
    ("judgment", "expected"),
    [
        (
            Judgment("E ", "g", "a", "b", "1"),
            "expert 'E ': ('a', 'b') under 'g', expert: 'E ', expected text without spaces "
            "around it or carriage returns in it",
        ),
        (
            Judgment("E", "g", "", "b", "1", "here"),
            "here: expert 'E': ('', 'b') under 'g', left: '', expected text without spaces "
            "around it or carriage returns in it",
        ),
        (
            Judgment("E", "g", "a\rb", "b", "1"),
            "expert 'E': ('a\\rb', 'b') under 'g', left: 'a\\rb', expected text without spaces "
            "around it or carriage returns in it",
        ),
        (
            Judgment("E", "g", "a", "\ud800", "1"),
            "expert 'E': ('a', '\\ud800') under 'g', right: '\\ud800', expected text that UTF-8 "
            "can write",
        ),
        (
            Judgment("E", "g", "a", "b", "-3"),
            "expert 'E': ('a', 'b') under 'g': '-3', expected a positive number or a fraction "
            'such as "1/3"',
        ),
    ],
)
def test_judgments_that_the_file_cannot_hold(judgment: Judgment, expected: str) -> None:
    assert message(lambda: write_answers(Answers((judgment,)))) == expected


def test_no_judgments() -> None:
    assert message(lambda: write_answers(Answers(()))) == (
        "no judgments, expected one at least: an answers file can't be empty"
    )


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 200))
@example(b"", 1)  # a part of the mark
def test_any_bytes_are_read_or_refused(noise: bytes, cut: int) -> None:
    whole = write_answers(Answers((Judgment("张", "g", "a", "b", "3"),)))
    for content in (
        noise,
        whole[:cut],
        whole[:cut] + noise,
        b"expert,parent,left,right,value\n" + noise,
    ):
        with contextlib.suppress(ahp.AnswersError):
            answers_from_table(content, "a.csv")
