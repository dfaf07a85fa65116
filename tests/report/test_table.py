from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

import ahp
from ahp.i18n import translator
from ahp.i18n.numbers import show_beside
from ahp.i18n.words import consistency_sentence
from ahp.report import (
    Table,
    csv_bytes,
    pairs_to_text,
    show_cell,
    show_judgment,
    show_median,
    show_number,
    show_p,
    to_csv,
    to_text,
    xlsx_bytes,
)
from ahp.scale import SAATY_POSITIONS, parse_judgment

MIXED = Table(
    title="权重 of it",
    columns=("Item", "权重", "n", "Acceptable", "a"),
    rows=(
        ("监督流程", 2 / 3, 5, True, 1 / 3),
        ("b", 0.1 + 0.2, 12, False, 2.5),
        ("", 1.0, 1, True, 9.0),
    ),
    judgments=frozenset({4}),
)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.49836, 4, "0.4984"),
        (1.0, 4, "1.0000"),
        (-1e-17, 4, "0.0000"),
        (-0.5, 1, "-0.5"),
        (2 / 3, 2, "0.67"),
        (3.0, 0, "3"),
        (5, 2, "5.00"),
    ],
)
def test_show_number(value: float, digits: int, text: str) -> None:
    assert show_number(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((0.0449, "0.045"), (0.09949, "0.099"), (0.09997, "0.09997"), (0.10041, "0.1004")),
        *((0.1, "0.100"), (0.0999999, "0.0999999"), (0.10000001, "0.10000001"), (0.2004, "0.2004")),
        *((0.1 - 2e-17, "0.09999999999999999"), (1.23, "1.230"), (-1e-17, "0.000")),
    ],
)
def test_a_number_beside_a_verdict_is_on_its_side_of_the_limit(value: float, text: str) -> None:
    assert show_beside(value, 0.1, 0.2, digits=3) == text


@given(st.floats(0, 2), st.integers(0, 6))
def test_no_number_contradicts_its_verdict(value: float, digits: int) -> None:
    shown = float(show_beside(value, 0.1, 0.85, digits=digits))
    for limit in (0.1, 0.85):
        assert (shown < limit, shown > limit) == (value < limit, value > limit)


@given(st.lists(st.sampled_from(SAATY_POSITIONS), min_size=6, max_size=6))
def test_matrices_of_four_never_contradict_their_verdict(upper: list[str]) -> None:
    found = ahp.check_consistency(ahp.PairwiseMatrix.from_upper(upper))
    sentence = consistency_sentence(found.cr, 4, translator("en"))
    shown = re.search(r"CR = ([\d.]+),", sentence)
    assert shown is not None
    assert (float(shown[1]) < 0.1) == found.acceptable == sentence.endswith("below 0.1).")


def test_tables_and_workbooks_show_the_side_of_the_limit() -> None:
    table = Table("T", ("CR",), ((0.09997,), (0.10003,), (0.05,)), limits={0: (0.1,)})
    shown = [show_cell(table, 0, value) for (value,) in table.rows]
    assert shown == ["0.09997", "0.10003", "0.0500"]
    sheet = load_workbook(io.BytesIO(xlsx_bytes(table))).active
    cells = [sheet.cell(row, 1) for row in (4, 5, 6)]
    assert [(cell.value, cell.number_format) for cell in cells] == [
        *((0.09997, "0.00000"), (0.10003, "0.00000"), (0.05, "0.0000"))
    ]


def test_show_judgment() -> None:
    assert [show_judgment(parse_judgment(text)) for text in SAATY_POSITIONS] == [*SAATY_POSITIONS]
    assert show_judgment(3.0000000000000004) == "3"
    assert show_judgment(0.333333333) == "0.3333"
    assert show_judgment(2.5) == "2.5000"
    assert show_judgment(10.0) == "10.0000"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((3.0, "3"), (1 / 3, "1/3"), (3.5, "3.5"), (1 / 3.5, "1/3.5"), (2.25, "2.25")),
        *((1.0, "1"), (1 - 1e-16, "1"), (1 / 9, "1/9"), (12.345, "12.3")),
    ],
)
def test_show_median(value: float, text: str) -> None:
    assert show_median(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.04999, "0.0500"), (0.0001, "0.0001"), (0.00009999, "< 0.0001"), (0.0, "< 0.0001")],
)
def test_show_p(value: float, text: str) -> None:
    assert show_p(value) == text


def test_columns_are_shown_by_what_they_hold() -> None:
    table = Table(
        "T",
        ("a", "b", "c", "d"),
        (),
        judgments=frozenset({1}),
        medians=frozenset({2}),
        p_values=frozenset({3}),
    )
    assert [show_cell(table, column, 0.4) for column in range(4)] == [
        *("0.4000", "0.4000", "1/2.5", "0.4000"),
    ]
    assert [show_cell(table, column, 0.0) for column in (0, 3)] == ["0.0000", "< 0.0001"]
    assert show_cell(table, 1, 0.5) == "1/2"
    assert to_csv(Table("T", ("p",), ((1e-9,),), p_values=frozenset({0}))) == "p\r\n1e-09\r\n"


def test_columns_take_with_them_how_they_are_shown() -> None:
    table = Table(
        "T",
        ("name", "judged", "middle", "p", "CR"),
        (("a", 3.0, 0.5, 0.2, 0.1),),
        judgments=frozenset({1, 2}),
        medians=frozenset({2}),
        p_values=frozenset({3}),
        limits={4: (0.1,)},
        note="n = 3",
    )
    assert table.with_columns((0, 4, 2)) == Table(
        "T",
        ("name", "CR", "middle"),
        (("a", 0.1, 0.5),),
        judgments=frozenset({2}),
        medians=frozenset({2}),
        limits={1: (0.1,)},
        note="n = 3",
    )


def test_to_text_aligns_by_display_width() -> None:
    assert to_text(MIXED) == (
        "权重 of it\n"
        "Item        权重   n  Acceptable       a\n"
        "--------  ------  --  ----------  ------\n"
        "监督流程  0.6667   5  yes            1/3\n"
        "b         0.3000  12  no          2.5000\n"
        "          1.0000   1  yes              9\n"
    )


def test_to_text_without_rows() -> None:
    assert to_text(Table("T", ("A", "B"), ())) == "T\nA  B\n-  -\n"


def test_none_is_empty() -> None:
    table = Table("T", ("A", "B"), ((None, 0.5), (1, None)))
    assert to_text(table) == "T\nA       B\n-  ------\n   0.5000\n1\n"
    assert to_csv(table) == "A,B\r\n,0.5\r\n1,\r\n"


def test_to_csv_is_exact() -> None:
    assert to_csv(MIXED) == (
        "Item,权重,n,Acceptable,a\r\n"
        "监督流程,0.6666666666666666,5,yes,0.3333333333333333\r\n"
        "b,0.30000000000000004,12,no,2.5\r\n"
        ",1.0,1,yes,9.0\r\n"
    )
    rows = list(csv.reader(io.StringIO(to_csv(MIXED), newline="")))
    assert [float(row[1]) for row in rows[1:]] == [row[1] for row in MIXED.rows]


def test_to_csv_quotes() -> None:
    table = Table("T", ('a "b"', "c,d"), (("line\nbreak", -1e-300),))
    assert to_csv(table) == '"a ""b""","c,d"\r\n"line\nbreak",-1e-300\r\n'


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1+1", "-1-1", "-2.", "+A1", "-", "@sum(a)", "\t=1", "\r=1", "\n=1"),
        *("＝1+1", "＋1", "－1", "＠a", "-1%", "+1,5"),
    ],
)
def test_formulas_in_text_are_defused(text: str) -> None:
    (heading, row) = csv.reader(io.StringIO(to_csv(Table("T", (text,), ((text,),))), newline=""))
    assert heading == row == [f"'{text}"]


@pytest.mark.parametrize("text", ["", "a=b", "'=1", "1/3", "监督", "x-1", " =1"])
def test_other_text_is_kept(text: str) -> None:
    table = Table("T", ("h", "i"), ((text, -0.5),))
    assert list(csv.reader(io.StringIO(to_csv(table), newline="")))[1] == [text, "-0.5"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        *(("-2.7", "-2.7"), ("+2.3", "+2.3"), ("\N{MINUS SIGN}7.3", "-7.3"), ("+0.00", "+0.00")),
        *(
            ("12", "12"),
            (" -1 ", "-1"),
            ("\t-1", "-1"),
            ("7 \N{MINUS SIGN} 3", "7 \N{MINUS SIGN} 3"),
        ),
    ],
)
def test_numbers_in_text_are_numbers(text: str, written: str) -> None:
    assert to_csv(Table("T", ("h",), ((text,),))) == f"h\r\n{written}\r\n"


def test_csv_bytes_have_a_bom() -> None:
    assert csv_bytes(MIXED) == b"\xef\xbb\xbf" + to_csv(MIXED).encode()


def test_words_for_booleans_follow_the_language() -> None:
    table = Table("T", ("A",), ((True,), (False,)), language="zh")
    assert to_csv(table) == "A\r\n是\r\n否\r\n"


def test_pairs_to_text() -> None:
    assert pairs_to_text([("方法", "x"), ("CR", "0.1")]) == "方法  x\nCR    0.1\n"


def test_a_note_says_whose_judgments_the_rows_rest_on() -> None:
    table = Table("Weights", ("a", "b"), (("x", 0.5),), note="Round 2, 1 of 6 submitted")
    assert to_text(table).splitlines()[:3] == ["Weights", "Round 2, 1 of 6 submitted", "a       b"]
    assert to_csv(table) == 'a,b,Based on\r\nx,0.5,"Round 2, 1 of 6 submitted"\r\n'
    chinese = Table("权重", ("甲",), ((1,),), "zh", note="第 2 轮，6 位中 1 位已提交")
    assert to_csv(chinese) == "甲,依据\r\n1,第 2 轮，6 位中 1 位已提交\r\n"
    sheet = load_workbook(io.BytesIO(xlsx_bytes(table))).active
    assert [sheet.cell(row, 1).value for row in (1, 2, 3)] == [
        *("Weights", "Round 2, 1 of 6 submitted", "a"),
    ]
