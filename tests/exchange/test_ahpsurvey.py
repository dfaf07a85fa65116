from __future__ import annotations

import contextlib
import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ahp
from ahp.exchange.ahpsurvey import (
    Side,
    read_ahpsurvey,
    signed_judgment,
    survey_of_columns,
    write_ahpsurvey,
)
from ahp.study import Answers, Judgment

from .test_survey_text import answers_to, build, by_name, message, panel, surveys

CITY = b"cult_fam,cult_house,fam_house\n-5,3,1\n9,NA,\n"
TREE = build(
    {"goal": ["cost", "life"], "cost": ["rent", "food"], "life": ["parks", "night_life"]},
    {"rent": "房租", "food": "伙食"},
)


def rows(answers: Answers) -> list[tuple[str, ...]]:
    return [(one.expert, one.parent, one.left, one.right, one.value) for one in answers.judgments]


def test_the_sign_convention() -> None:
    """In city1 a negative value says that the left item matters more (`negconvert = TRUE`)."""
    left = read_ahpsurvey(CITY, "city.csv", negative_is="left")
    assert rows(left) == [
        ("1", "goal", "cult", "fam", "5"),
        ("1", "goal", "cult", "house", "1/3"),
        ("1", "goal", "fam", "house", "1"),
        ("2", "goal", "cult", "fam", "1/9"),
    ]
    assert left.judgments[3].place == "city.csv: line 3, column cult_fam"
    right = read_ahpsurvey(CITY, negative_is="right")
    assert [one.value for one in right.judgments] == ["1/5", "3", "1", "9"]


@pytest.mark.parametrize(
    ("cell", "left", "right"),
    [
        ("-5", "5", "1/5"),
        ("5", "1/5", "5"),
        ("+5", "1/5", "5"),
        ("1", "1", "1"),
        ("-1", "1", "1"),
        ("9.0", "1/9", "9"),
        ("－５", "5", "1/5"),
        ("\N{MINUS SIGN}2", "2", "1/2"),
        *((bad, None, None) for bad in ("0", "1.5", "12", "10", "-0", "1/3", "x", "--2", "")),
    ],
)
def test_signed_judgments(cell: str, left: str | None, right: str | None) -> None:
    assert (signed_judgment(cell, "left"), signed_judgment(cell, "right")) == (left, right)


def test_columns_are_found_by_name(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(
        "night_life_parks;who;伙食_房租;cost_life\n2;张三;-3;NA\n;李四;1;-9\n", encoding="utf-8-sig"
    )
    found = read_ahpsurvey(path, survey=TREE, negative_is="left", expert_column="who")
    assert rows(found) == [
        ("张三", "life", "night_life", "parks", "1/2"),
        ("张三", "cost", "food", "rent", "3"),
        ("李四", "cost", "food", "rent", "1"),
        ("李四", "goal", "cost", "life", "9"),
    ]
    assert found.judgments[3].place == f"{path}: line 3, column cost_life"


def test_one_parent_alone() -> None:
    data = b"a_b\n3\n"
    survey = build({"goal": ["x", "y"], "x": ["p", "q"], "y": ["r", "s"]}, {"p": "a", "q": "b"})
    twice = build(
        {"goal": ["x", "y"], "x": ["p", "q"], "y": ["r", "s"]},
        {"p": "a", "q": "b", "r": "a", "s": "b"},
    )
    assert rows(read_ahpsurvey(data, survey=survey, negative_is="right")) == [
        ("1", "x", "p", "q", "3")
    ]
    assert rows(read_ahpsurvey(data, survey=twice, parent="y", negative_is="right")) == [
        ("1", "y", "r", "s", "3")
    ]
    assert message(lambda: read_ahpsurvey(data, "f", survey=twice, negative_is="right")) == (
        "f: line 1, column a_b: is ambiguous, expected one of ('p', 'q') under 'x', "
        "('r', 's') under 'y'"
    )


def test_names_of_rows_as_r_writes_them() -> None:
    found = read_ahpsurvey(b'"","a_b"\n"R1",2\n"R2",-2\n', negative_is="right")
    assert found.experts == ("R1", "R2")
    guarded = read_ahpsurvey(b"e,a_b\n'=x,2\n", negative_is="right", expert_column="e")
    assert guarded.experts == ("=x",)


def test_items_with_underscores() -> None:
    data = b"night_life_parks,night_life_a,parks_a\n2,3,4\n"
    survey = survey_of_columns(data, items=["night_life", "parks", "a"], goal="目标", language="zh")
    assert survey.hierarchy.children == {"n1": ("night_life", "parks", "a")}
    found = read_ahpsurvey(data, items=["night_life", "parks", "a"], negative_is="right")
    assert rows(found)[0] == ("1", "goal", "night_life", "parks", "2")
    assert message(lambda: survey_of_columns(data, "f")) == (
        "f: line 1, column night_life_parks: can be read as two items in 2 ways, expected one; "
        "give the items or a survey"
    )
    assert message(
        lambda: read_ahpsurvey(
            b"a_b_c\n1\n", "f", items=["a", "b_c", "a_b", "c"], negative_is="left"
        )
    ) == ("f: line 1, column a_b_c: can be read as two items in 2 ways, expected one")
    ambiguous = build({"goal": ["a", "b_c", "a_b", "c"]})
    assert message(
        lambda: read_ahpsurvey(b"a_b_c\n1\n", "f", survey=ambiguous, negative_is="left")
    ) == (
        "f: line 1, column a_b_c: is ambiguous, expected one of ('a', 'b_c') under 'goal', "
        "('a_b', 'c') under 'goal'"
    )


def test_the_survey_of_columns() -> None:
    survey = survey_of_columns(CITY, language="en", id="city", goal="Best city")
    assert (survey.id, survey.languages) == ("city", ("en",))
    assert survey.hierarchy.children == {"best_city": ("cult", "fam", "house")}
    answers = read_ahpsurvey(CITY, survey=survey, negative_is="left")
    assert answers.only(["1"]).matrices(survey.hierarchy)["1"]["best_city"].values[0].tolist() == [
        1,
        5,
        1 / 3,
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "w.csv: line 1: no columns of pairs, expected some such as a_b"),
        (
            b"a_b\n0\n",
            "w.csv: line 2, column a_b: '0', expected a whole number from 1 to 9 or -1 to -9, "
            "blank or NA",
        ),
        (
            b"a_b,b_c\n1,2\n3,1.5\n",
            "w.csv: line 3, column b_c: '1.5', expected a whole number from 1 to 9 or -1 to -9, "
            "blank or NA",
        ),
        (b"a_b\n1,2\n", "w.csv: line 2: 2 values, expected 1"),
        (b"a_b\n", "w.csv: no experts, expected a row for each"),
        (
            b"a_b,b_a\n1,2\n",
            "w.csv: line 1, column b_a: compares the pair of column a_b, expected one column a "
            "pair",
        ),
        (
            b"_b,a_\n1,2\n",
            "w.csv: line 1, column _b: can be read as two items in 0 ways, expected "
            "one; give the items or a survey",
        ),
        (
            b",a_b\nE,1\nE,2\n",
            "w.csv: line 3: expert 'E' stands in line 2, too; expected a row for each",
        ),
        (b",a_b\n,1\n", "w.csv: line 2, column 1: is empty, expected a name"),
        (b"a_b\n\xff\n", "w.csv: neither UTF-8, GBK, Big5 nor UTF-16; save the file as CSV UTF-8"),
    ],
)
def test_bad_tables(data: bytes, expected: str) -> None:
    assert message(lambda: read_ahpsurvey(data, "w.csv", negative_is="left")) == expected


def test_more_bad_tables() -> None:
    assert message(lambda: read_ahpsurvey(b"a_b\n1\n", negative_is="up")) == (  # type: ignore[arg-type]
        "negative_is = 'up', expected one of 'left', 'right'"
    )
    assert message(
        lambda: read_ahpsurvey(CITY, survey=TREE, parent="rent", negative_is="left")
    ) == ("parent = 'rent', expected one of 'goal', 'cost', 'life'")
    assert message(lambda: read_ahpsurvey(CITY, "w", survey=TREE, negative_is="left")) == (
        "w: line 1, column cult_fam: names no pair below goal, cost, life, expected two items "
        "with _ between them"
    )
    assert (
        message(
            lambda: read_ahpsurvey(b"e,e,a_b\n1,2,3\n", "w", negative_is="left", expert_column="e")
        )
        == "w: line 1: 2 columns 'e', expected one with the experts"
    )
    assert message(lambda: read_ahpsurvey(Path("none.csv"), negative_is="left")) == (
        "none.csv: cannot be read: No such file or directory"
    )


def test_a_column_of_experts_is_no_pair() -> None:
    """Said so for a survey, too; and the cell of a workbook is named as its programs name it."""
    content = "姓名,cost_life\n张三,3\n".encode()
    assert message(lambda: read_ahpsurvey(content, "w", survey=TREE, negative_is="left")) == (
        "w: line 1: column '姓名' names no two items; if it has the experts, choose it as their "
        "column"
    )
    book = openpyxl.Workbook()
    for line in (["cost_life"], [12]):
        book.worksheets[0].append(line)
    out = io.BytesIO()
    book.save(out)
    assert message(
        lambda: read_ahpsurvey(out.getvalue(), "w.xlsx", survey=TREE, negative_is="left")
    ) == (
        "w.xlsx: sheet 'Sheet', cell A2: '12', expected a whole number from 1 to 9 or -1 to -9, "
        "blank or NA"
    )


def test_write_ahpsurvey() -> None:
    answers = Answers(
        (
            Judgment("张, 三", "life", "night_life", "parks", "4"),
            Judgment("张, 三", "goal", "cost", "life", "1"),
            Judgment("=E", "goal", "cost", "life", "5"),
            Judgment("=E", "cost", "food", "rent", "1/2"),
        )
    )
    assert write_ahpsurvey(TREE, answers, negative_is="left").decode() == (
        'expert,cost_life,rent_food,parks_night_life\n"张, 三",1,NA,4\n\'=E,-5,-2,NA\n'
    )
    assert (
        write_ahpsurvey(
            TREE, answers, negative_is="right", parent="goal", expert_column=None
        ).decode()
        == "cost_life\n1\n5\n"
    )


def test_judgments_that_the_format_cannot_hold() -> None:
    def write(
        *rows: tuple[str, ...], negative_is: Side = "left", parent: str | None = None
    ) -> bytes:
        answers = Answers(tuple(Judgment(*one) for one in rows))
        return write_ahpsurvey(TREE, answers, negative_is=negative_is, parent=parent)

    assert message(lambda: write(("E", "goal", "cost", "life", "2.5"))) == (
        "expert 'E': ('cost', 'life') under 'goal' = '2.5', expected a whole number from 1 to 9 "
        "or 1 over one: a wide table can't hold another"
    )
    assert message(lambda: write(("E", "goal", "cost", "rent", "2", "f: line 2"))) == (
        "f: line 2: expert 'E': ('cost', 'rent') under 'goal', expected a pair of the survey"
    )
    assert message(lambda: write(negative_is="up")) == (  # type: ignore[arg-type]
        "negative_is = 'up', expected one of 'left', 'right'"
    )
    assert message(lambda: write(parent="x")) == (
        "parent = 'x', expected one of 'goal', 'cost', 'life'"
    )
    assert message(lambda: write((" E", "goal", "cost", "life", "2"))) == (
        "expert ' E': ' E', expected text without spaces around it or carriage returns in it"
    )
    ambiguous = build({"goal": ["a", "b_c", "a_b", "c"]})
    assert message(lambda: write_ahpsurvey(ambiguous, Answers(()), negative_is="left")) == (
        "survey 'test': column a_b_c could be read in several ways, expected ids that can be told "
        "apart"
    )
    assert (
        message(
            lambda: write_ahpsurvey(
                TREE, Answers(()), negative_is="left", expert_column="cost_life"
            )
        )
        == "column cost_life is that of the experts, too; expected another name"
    )


@settings(max_examples=80, deadline=None)
@given(st.data(), st.sampled_from(["left", "right"]))
def test_tables_round_trip(data: st.DataObject, negative_is: Side) -> None:
    survey = data.draw(surveys())
    answers = data.draw(answers_to(survey, whole=False))
    if not answers.judgments:
        return
    written = write_ahpsurvey(survey, answers, negative_is=negative_is)
    found = read_ahpsurvey(written, survey=survey, negative_is=negative_is, expert_column="expert")
    assert by_name(survey, found) == by_name(survey, answers)
    assert set(found.experts) == set(answers.experts)


def test_a_thousand_experts() -> None:
    survey = ahp.load_survey("supervision_effectiveness")
    answers = panel(survey)
    written = write_ahpsurvey(survey, answers, negative_is="left")
    found = read_ahpsurvey(written, survey=survey, negative_is="left", expert_column="expert")
    assert len(found.judgments) == 35_000
    assert by_name(survey, found) == by_name(survey, answers)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=30), st.integers(0, 50))
def test_any_bytes_are_read_or_refused(noise: bytes, cut: int) -> None:
    for data in (noise, CITY[:cut], CITY[:cut] + noise + CITY[cut:], b"a_b\n" + noise):
        for survey in (None, TREE):
            with contextlib.suppress(ahp.AHPError):
                read_ahpsurvey(data, survey=survey, negative_is="left")


def test_a_pair_with_another_mark_is_not_passed_over() -> None:
    survey = ahp.Survey.from_names({"Goal": ["a", "b", "c"]})
    with pytest.raises(ahp.AnswersError) as refused:
        read_ahpsurvey(b"a_b,a vs c,b_c\n1,3,2\n", "w.csv", survey=survey, negative_is="left")
    assert str(refused.value) == (
        "w.csv: line 1, column a vs c: names no pair below goal, expected two items with _ between "
        "them"
    )
