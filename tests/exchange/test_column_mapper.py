from __future__ import annotations

import contextlib
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ahp
from ahp.exchange import column_mapper
from ahp.exchange.column_mapper import (
    CODINGS,
    Coding,
    ColumnMapping,
    ColumnTable,
    PairColumn,
    apply_mapping,
    mapping_from_json,
    missing,
    read_columns,
    suggest_mapping,
)
from ahp.scale import SAATY_POSITIONS
from ahp.study import Answers, Survey

from .conftest import rezipped, saved
from .test_survey_text import answers_to, build, by_name, message, panel, surveys

TREE = build(
    {"goal": ["price", "quality"], "quality": ["look", "feel", "looks"]},
    {"price": "价格", "quality": "质量", "look": "外观", "feel": "手感", "looks": "外观设计"},
)
CSV = (
    "序号,1、您的姓名,2、价格与质量相比,3.外观设计/手感,Which: feel or Look?,备注\n"
    "1,张三,1/3,2,5,好\n2,李四,３,(跳过),,\n"
)


def table(text: str = CSV) -> ColumnTable:
    return read_columns(text.encode(), "wj.csv")


def rows(answers: Answers) -> list[tuple[str, ...]]:
    return [(one.expert, one.parent, one.left, one.right, one.value) for one in answers.judgments]


def book(*sheets: list[list[Any]]) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for number, content in enumerate(sheets):
        sheet = workbook.create_sheet(f"表{number}")
        for line in content:
            sheet.append(line)
        for cell in (cell for line in sheet.iter_rows() for cell in line):
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
    return saved(workbook)


def test_read_csv(tmp_path: Path) -> None:
    path = tmp_path / "wj.csv"
    path.write_text("\ufeff a;b;c\n\n1;2\n3;4;5\n", encoding="utf-8")
    found = read_columns(path)
    assert (found.source, found.headers) == (str(path), ("a", "b", "c"))
    assert found.rows == ((3, ("1", "2", "")), (4, ("3", "4", "5")))


def test_read_xlsx() -> None:
    lines = [
        [None],
        ["名", "b", "c", "d"],
        [" 张三 ", 3, 2.0, 0.5],
        [],
        [1, date(2024, 1, 3), True],
    ]
    found = read_columns(book(lines), "b.xlsx")
    assert found.headers == ("名", "b", "c", "d")
    assert found.rows == (
        (3, ("张三", "3", "2", "0.5")),
        (5, ("1", "2024-01-03", "yes", "")),
    )


def test_sheets() -> None:
    data = book([["a"], [1]], [["b"], [2]])
    assert read_columns(data, "b.xlsx", sheet="表1").headers == ("b",)
    assert message(lambda: read_columns(data, "b.xlsx")) == (
        "b.xlsx: has several sheets, expected one of 表0, 表1"
    )
    assert message(lambda: read_columns(data, "b.xlsx", sheet="x")) == (
        "b.xlsx: has no sheet 'x', expected one of 表0, 表1"
    )


def test_what_a_sheet_says_of_its_size_may_be_wrong() -> None:
    def change(name: str, part: bytes) -> bytes:
        assert name != "xl/worksheets/sheet1.xml" or b'ref="A1:B2"' in part
        return part.replace(b'ref="A1:B2"', b'ref="A1"')

    data = rezipped(book([["a", "b"], [1, 2]]), change)
    assert read_columns(data).rows == ((2, ("1", "2")),)


def test_a_document_type_is_refused() -> None:
    """Its entities could make gigabytes of text from a small file."""
    entity = b'<!DOCTYPE x [<!ENTITY e "e">]>'
    data = rezipped(
        book([["a"], [1]]),
        lambda name, part: entity + part if name.endswith("sheet1.xml") else part,
    )
    assert message(lambda: read_columns(data, "t")) == (
        "t: has a document type, expected none in a workbook"
    )


def test_letters() -> None:
    wide = ColumnTable("x", ("h",) * 704, ())
    assert [wide.letters[k] for k in (0, 25, 26, 51, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "ZZ",
        "AAA",
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "t: 0 rows, expected a line of names and answers"),
        (b"a,b\n", "t: 1 rows, expected a line of names and answers"),
        (b"a,b\n1,2,3\n", "t: row 2: 3 values, expected 2 as in row 1"),
        (b"a\n\xd5\n", "t: neither UTF-8, GBK, Big5 nor UTF-16; save the file as CSV UTF-8"),
        (b"a" + b"," * 1000 + b"b\n1\n", "t: row 1: more than 1000 columns"),
        (b"a\n" * 50_001, "t: 50001 rows, expected at most 50000"),
        (b"PK\3\4", "t: is no XLSX file, or a damaged one"),
        (b" " * (2**23 + 1), "t: 8388609 bytes, expected at most 8388608"),
    ],
)
def test_bad_tables(data: bytes, expected: str) -> None:
    assert message(lambda: read_columns(data, "t")) == expected


def test_more_bad_workbooks(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("x", "y")
    assert message(lambda: read_columns(out.getvalue(), "t")) == (
        "t: is no XLSX file, or a damaged one"
    )
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name in "abc":
            archive.writestr(f"{name}.xml", bytes(30 * 2**20))
    assert message(lambda: read_columns(out.getvalue(), "t")) == (
        "t: 94371840 bytes when unpacked, expected at most 67108864"
    )
    wide = book([["a"] * 1001, [1]])
    assert message(lambda: read_columns(wide, "t")) == "t: row 1: more than 1000 columns"
    monkeypatch.setattr(column_mapper, "MAX_ROWS", 2)
    assert message(lambda: read_columns(book([["a"]] * 4), "t")) == "t: 4 rows, expected at most 2"
    assert message(lambda: read_columns(book([]), "t")) == (
        "t: 0 rows, expected a line of names and answers"
    )


def test_suggest_mapping() -> None:
    mapping = suggest_mapping(table(), TREE)
    assert mapping == ColumnMapping(
        "B",
        (
            PairColumn("C", "goal", "price", "quality", "ratio"),
            PairColumn("D", "quality", "looks", "feel", "ratio"),
            PairColumn("E", "quality", "feel", "look", "ratio"),
        ),
    )
    assert missing(mapping, TREE) == (("quality", "look", "looks"),)
    assert rows(apply_mapping(table(), mapping, TREE)) == [
        ("张三", "goal", "price", "quality", "1/3"),
        ("张三", "quality", "looks", "feel", "2"),
        ("张三", "quality", "feel", "look", "5"),
        ("李四", "goal", "price", "quality", "3"),
    ]


@pytest.mark.parametrize(
    ("headers", "letters"),
    [
        ("价格,质量", ""),  # one item is no pair
        ("价格 质量,质量和价格", ""),  # two columns have it
        ("外观、手感、外观设计哪个重要", ""),  # three pairs
        ("relook or feel,overlooks/feel", ""),  # parts of words
        ("在质量方面：外观比手感", "A"),  # a parent's name is no second pair
        ("价格en PRICE EN 质量 EN,x", "A"),
    ],
)
def test_unsure_columns_stay_unmapped(headers: str, letters: str) -> None:
    width = headers.count(",") + 1
    found = suggest_mapping(table(f"{headers}\n{','.join('1' * width)}\n"), TREE)
    assert "".join(pair.column for pair in found.pairs) == letters
    assert found.expert is None


COMPARED = "您的姓名,与价格相比:质量的重要程度,手感相对于外观,比外观设计：外观\n张三,3,5,1/3\n"


def test_compared_with_turns_the_pair() -> None:
    mapping = suggest_mapping(table(COMPARED), TREE)
    assert mapping.pairs == (
        PairColumn("B", "goal", "quality", "price", "ratio"),
        PairColumn("C", "quality", "feel", "look", "ratio"),
        PairColumn("D", "quality", "look", "looks", "ratio"),
    )
    assert rows(apply_mapping(table(COMPARED), mapping, TREE)) == [
        ("张三", "goal", "quality", "price", "3"),
        ("张三", "quality", "feel", "look", "5"),
        ("张三", "quality", "look", "looks", "1/3"),
    ]


def test_words_of_comparing_in_the_name_of_a_parent_say_nothing() -> None:
    tree = build(
        {"goal": ["a", "b"], "b": ["x", "y"]},
        {"goal": "总体", "a": "成本", "b": "横向相比能力", "x": "速度", "y": "质量"},
    )
    mapping = suggest_mapping(table("对于“横向相比能力”：速度与质量哪个更重要,z\n3,\n"), tree)
    assert mapping.pairs == (PairColumn("A", "b", "x", "y"),)


@pytest.mark.parametrize("coding", ["signed", "position"])
def test_compared_with_stays_open_where_sides_are_meant(coding: Coding) -> None:
    mapping = suggest_mapping(table(COMPARED), TREE, coding=coding, negative_is="left")
    assert [pair.column for pair in mapping.pairs] == ["C"]
    assert missing(mapping, TREE) == (
        ("goal", "price", "quality"),
        ("quality", "look", "looks"),
        ("quality", "feel", "looks"),
    )


@pytest.mark.parametrize(
    ("coding", "cell", "problem"),
    [
        ("ratio", "45660", "is the number of the date 2025-01-03"),
        ("position", "2025/1/3", "is a date"),
        ("signed", "1月3日", "is a date"),
        ("text", "2025-01-03T00:00:00", "is a date"),
    ],
)
def test_dates_of_spreadsheets_are_named(coding: Coding, cell: str, problem: str) -> None:
    pair = PairColumn("A", "goal", "price", "quality", coding)
    if coding == "signed":
        pair = replace(pair, negative_is="left")
    mapping = ColumnMapping(None, (pair,))
    assert message(lambda: apply_mapping(table(f"价格/质量,x\n{cell},\n"), mapping, TREE)) == (
        f"wj.csv: row 2, column A: {cell!r} {problem}: a spreadsheet made a date of a fraction "
        "such as 1/3; format the cells as text, then enter the fraction again"
    )


def test_a_date_in_a_workbook_is_named() -> None:
    read = read_columns(book([["价格/质量"], [date(2025, 1, 3)], [33]]), "b.xlsx")
    mapping = ColumnMapping(None, (PairColumn("A", "goal", "price", "quality", "ratio"),))
    assert message(lambda: apply_mapping(read, mapping, TREE)) == (
        "b.xlsx: 2 faults:\n"
        "b.xlsx: sheet '表0', cell A2: '2025-01-03' is a date: a spreadsheet made a date of a "
        "fraction such as 1/3; format the cells as text, then enter the fraction again;\n"
        "b.xlsx: sheet '表0', cell A3: '33', expected a judgment from 1/9 to 9"
    )


@pytest.mark.parametrize(
    ("cells", "coding"),
    [
        (("3", "9"), None),
        (("3", "10"), "position"),
        (("17.0", "1"), "position"),
        (("18", "10"), None),
        (("0", "10"), None),
        (("10", "x"), None),
        (("1/3", "x"), "ratio"),
        (("１／３", "10"), "ratio"),
        (("½", "10"), "ratio"),
        (("-3", "5"), None),
        (("(空)", ""), None),
    ],
)
def test_codings_that_show(cells: tuple[str, str], coding: Coding | None) -> None:
    text = f"专家,价格/质量\nE1,{cells[0]}\nE2,{cells[1]}\n"
    (pair,) = suggest_mapping(table(text), TREE).pairs
    assert pair.coding == coding
    (pair,) = suggest_mapping(table(text), TREE, coding="signed", negative_is="left").pairs
    assert (pair.coding, pair.negative_is) == ("signed", "left")


def test_what_is_read_otherwise_is_said_of_ratios_alone() -> None:
    """An option that looks like a decimal is read as its question says."""
    ratio = PairColumn("B", "goal", "price", "quality", "ratio")
    texts = PairColumn("B", "goal", "price", "quality", "text", texts={"0.33": "5"})
    found = [
        apply_mapping(table("专家,问\nE1,0.33\n"), ColumnMapping("A", (pair,)), TREE)
        for pair in (ratio, texts)
    ]
    assert [[one.value for one in each.judgments] for each in found] == [["0.33"], ["5"]]
    assert [list(map(str, each.remarks)) for each in found] == [["0.33 read as 1/3"], []]


def test_columns_without_a_header_are_named_by_their_letter() -> None:
    found = apply_mapping(
        table("专家,问,,备注\nE1,3,7,好\n"),
        ColumnMapping("A", (PairColumn("B", "goal", "price", "quality", "ratio"),)),
        TREE,
    )
    assert list(map(str, found.remarks)) == ["columns passed over: C, 备注"]


def test_the_largest_table_that_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_mapper, "MAX_ROWS", 3)
    assert len(table("a\n1\n2\n").rows) == 2
    assert message(lambda: table("a\n1\n2\n3\n")) == "wj.csv: 4 rows, expected at most 3"


def test_an_expert_called_by_a_formula_is_refused() -> None:
    workbook = openpyxl.Workbook()
    for line in (["专家", "问"], ["=A9", 3]):
        workbook.worksheets[0].append(line)
    out = io.BytesIO()
    workbook.save(out)
    mapping = ColumnMapping("A", (PairColumn("B", "goal", "price", "quality", "ratio"),))
    assert message(
        lambda: apply_mapping(read_columns(out.getvalue(), "b.xlsx"), mapping, TREE)
    ) == (
        "b.xlsx: sheet 'Sheet', cell A2: a formula that was never calculated, expected a value; "
        "open the file in a spreadsheet program and save it"
    )


def test_experts_are_found_when_one_column_has_them() -> None:
    assert suggest_mapping(table("姓名,Expert no\nx,1\n"), TREE).expert is None
    assert suggest_mapping(table("Name of expert,x\nx,1\n"), TREE).expert == "A"
    assert message(lambda: suggest_mapping(table(), TREE, coding="signed")) == (
        "negative_is = 'None', expected one of 'left', 'right'"
    )


@pytest.mark.parametrize(
    ("pair", "cells", "values"),
    [
        (PairColumn("B", "goal", "price", "quality", "ratio"), "3 1／3 0.2 1", "3 1/3 0.2 1"),
        (PairColumn("B", "goal", "price", "quality", "position"), "1 9 17 ８", "9 1 1/9 2"),
        (
            PairColumn("B", "goal", "price", "quality", "signed", "left"),
            "-3 9 －1 1",
            "3 1/9 1 1",
        ),
        (
            PairColumn("B", "goal", "price", "quality", "signed", "right"),
            "-3 9 −1 1",
            "1/3 9 1 1",
        ),
        (
            PairColumn(
                "B", "goal", "price", "quality", "text",
                texts={"价格比质量明显重要(5)": "5", " 一样 ": "1", "质量重要": "1/3"},
            ),
            "价格比质量明显重要（５） 一样 质量重要 一样",
            "5 1 1/3 1",
        ),
    ],
)  # fmt: skip
def test_codings(pair: PairColumn, cells: str, values: str) -> None:
    lines = [f"E{k},{cell}" for k, cell in enumerate(cells.split(), start=1)]
    found = apply_mapping(
        table("\n".join(["e,x", *lines, "E9,", "E10,NA"])), ColumnMapping("A", (pair,)), TREE
    )
    assert [one.value for one in found.judgments] == values.split()
    assert found.judgments[0].place == "wj.csv: row 2, column B"


def test_without_experts_rows_have_numbers() -> None:
    mapping = ColumnMapping(None, (PairColumn("A", "goal", "price", "quality", "ratio"),))
    assert apply_mapping(table("x\n3\n\n1/3\n"), mapping, TREE).experts == ("2", "4")


PAIR = PairColumn("B", "goal", "price", "quality", "ratio")


@pytest.mark.parametrize(
    ("pair", "cells", "expected"),
    [
        (
            PAIR,
            "E,x",
            "row 2, column B: 'x', expected a positive number or a fraction such as \"1/3\"",
        ),
        (
            PairColumn("B", "goal", "price", "quality", "position"),
            "E,18",
            "row 2, column B: '18', expected a whole number from 1 to 17",
        ),
        (
            PairColumn("B", "goal", "price", "quality", "position"),
            "E,0",
            "row 2, column B: '0', expected a whole number from 1 to 17",
        ),
        (
            PairColumn("B", "goal", "price", "quality", "signed", "left"),
            "E,0",
            "row 2, column B: '0', expected a whole number from 1 to 9 or -1 to -9",
        ),
        (
            PairColumn("B", "goal", "price", "quality", "text", texts={"同": "1", "强": "5"}),
            "E,弱",
            "row 2, column B: '弱', expected one of 同, 强",
        ),
        (
            PairColumn("B", "goal", "price", "quality", "text", texts={"同": "x"}),
            "E,同",
            "column B: text '同': 'x', expected a positive number or a fraction such as \"1/3\"",
        ),
        (
            PairColumn("B", "goal", "price", "quality", "text", texts={"(1)": "1", "（１）": "5"}),
            "E,同",
            "column B: text '（１）' has two values, expected one",
        ),
        (
            PairColumn("B", "goal", "price", "quality"),
            "E,1",
            "column B: what its numbers mean is not told by them; choose it: signed, 9 to 1 to -9; "
            "position, 1 to 17; ratio, 3 or 1/3; at the command line by --coding",
        ),
        (
            PairColumn("C", "goal", "price", "quality", "ratio"),
            "E,1",
            "column 'C', expected one of A to B",
        ),
        (
            PairColumn("A", "goal", "price", "quality", "ratio"),
            "E,1",
            "column A is mapped twice, expected once",
        ),
        (
            PairColumn("B", "x", "price", "quality", "ratio"),
            "E,1",
            "column B: parent = 'x', expected one of goal, quality",
        ),
        (
            PairColumn("B", "goal", "price", "price", "ratio"),
            "E,1",
            "column B: ('price', 'price'), expected two children of 'goal': price, quality",
        ),
        (
            PairColumn("B", "quality", "price", "look", "ratio"),
            "E,1",
            "column B: ('price', 'look'), expected two children of 'quality': look, feel, looks",
        ),
        (
            PAIR,
            "E,1\nE,2",
            "row 3, column A: 'E' stands in row 2, too; expected a row for each expert",
        ),
        (PAIR, ",1", "row 2, column A: is empty, expected a name"),
    ],
)  # fmt: skip
def test_refusals(pair: PairColumn, cells: str, expected: str) -> None:
    found = table(f"e,x\n{cells}\n")
    mapping = ColumnMapping("A", (pair,))
    assert message(lambda: apply_mapping(found, mapping, TREE)) == f"wj.csv: {expected}"


def test_more_refusals() -> None:
    two = ColumnMapping(None, (PAIR, PairColumn("A", "goal", "quality", "price", "ratio")))
    assert message(lambda: apply_mapping(table("e,x\n1,1\n"), two, TREE)) == (
        "wj.csv: columns B and A have the same pair ('质量', '价格'), expected one column a pair"
    )
    wrong = ColumnMapping(None, (PairColumn("A", "goal", "price", "quality", "signed"),))
    assert message(lambda: apply_mapping(table("e\n1\n"), wrong, TREE)) == (
        "negative_is = 'None', expected one of 'left', 'right'"
    )


MAPPING = ColumnMapping(
    "A",
    (
        PairColumn("B", "goal", "价格", "x"),
        PairColumn("C", "goal", "a", "x", "signed", "left"),
        PairColumn("D", "goal", "b", "x", "text", texts={"同样": "1", '"强"': "1/3"}),
        PairColumn("E", "goal", "c", "x", "text"),
        PairColumn("F", "goal", "d", "x", "position"),
    ),
    ("-2", "-3"),
)


def test_mappings_round_trip() -> None:
    assert mapping_from_json(MAPPING.to_json(), "m") == MAPPING
    assert mapping_from_json(MAPPING.to_json().encode(), "m") == MAPPING
    empty = ColumnMapping(None, ())
    assert mapping_from_json(empty.to_json(), "m") == empty
    assert mapping_from_json('{"format": 1, "expert": null, "pairs": []}', "m") == empty


def changed(**values: Any) -> str:
    data = json.loads(MAPPING.to_json())
    pair = {key: value for key, value in values.items() if key not in data}
    data["pairs"][0] |= pair
    data |= {key: value for key, value in values.items() if key in data}
    return json.dumps({key: value for key, value in data.items() if value != "-"})


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{]", "m: line 1, column 2: not JSON; please check the quotation marks, brackets and "
         "commas there"),
        (b"\xff", "m: byte 0 is not UTF-8, expected UTF-8 text"),
        ("[]", "m: top level: is an empty array, expected a table"),
        (changed(format="-"), "m: format: missing"),
        (changed(format=2), "m: format: 2, expected 1"),
        (changed(expert=5), "m: expert: is a whole number, expected text"),
        (changed(not_answered=[5]), "m: not_answered[0]: is a whole number, expected text"),
        (changed(pairs={}), "m: pairs: is a table, expected an array of tables"),
        (
            changed(other=1),
            "m: pairs[0].other: unknown key, expected one of column, parent, left, right, coding, "
            "negative_is, texts",
        ),
        (changed(column=""), "m: pairs[0].column: is empty, expected text"),
        (
            changed(coding="likert"),
            "m: pairs[0].coding: 'likert', expected one of signed, position, ratio, text",
        ),
        (
            changed(coding="signed"),
            "m: pairs[0].negative_is: None, expected left or right for signed values and none for "
            "others",
        ),
        (
            changed(coding="ratio", negative_is="left"),
            "m: pairs[0].negative_is: 'left', expected left or right for signed values and none "
            "for others",
        ),
        (
            changed(negative_is="up"),
            "m: pairs[0].negative_is: 'up', expected one of left, right",
        ),
        (
            changed(coding="ratio", texts={"a": "1"}),
            "m: pairs[0].texts: expected for text values alone",
        ),
        (
            changed(coding="text", texts={"a": 1}),
            "m: pairs[0].texts.a: is a whole number, expected text",
        ),
    ],
)  # fmt: skip
def test_bad_mappings(content: str | bytes, expected: str) -> None:
    assert message(lambda: mapping_from_json(content, "m")) == expected


def exported(survey: Survey, answers: Answers, coding: Coding) -> tuple[bytes, ColumnMapping]:
    """A table of answers, as a workbook, and what its columns mean."""
    asked = survey.hierarchy.comparisons
    texts = {f"选项 {value}": value for value in SAATY_POSITIONS}
    cells: dict[str, list[Any]] = {expert: [None] * len(asked) for expert in answers.experts}
    for one in answers.judgments:
        pair, at = (one.parent, one.left, one.right), SAATY_POSITIONS.index(one.value)
        if pair not in asked:
            pair, at = (one.parent, one.right, one.left), 16 - at
        coded = {
            "position": at + 1,
            "ratio": SAATY_POSITIONS[at],
            "text": f"选项 {SAATY_POSITIONS[at]}",
            "signed": 9 - at if at < 8 else (1 if at == 8 else 7 - at),
        }
        cells[one.expert][asked.index(pair)] = coded[coding]
    lines = [[f"Q{k}" for k in range(len(asked))] + ["姓名"]]
    lines += [[*line, expert] for expert, line in cells.items()]
    data = book(lines)
    letters = read_columns(data).letters
    pairs = tuple(
        PairColumn(
            letter, *each, coding,
            "right" if coding == "signed" else None,
            texts if coding == "text" else {},
        )
        for letter, each in zip(letters, asked, strict=False)
    )  # fmt: skip
    return data, ColumnMapping(letters[-1], pairs)


@settings(max_examples=30, deadline=None)
@given(st.data(), st.sampled_from(CODINGS))
def test_tables_round_trip(data: st.DataObject, coding: Coding) -> None:
    survey = data.draw(surveys())
    answers = data.draw(answers_to(survey, whole=False))
    if not answers.judgments:
        return
    content, mapping = exported(survey, answers, coding)
    found = apply_mapping(read_columns(content), mapping, survey)
    assert by_name(survey, found) == by_name(survey, answers)
    assert missing(mapping, survey) == ()


def test_a_thousand_experts() -> None:
    survey = ahp.load_survey("supervision_effectiveness")
    answers = panel(survey)
    content, mapping = exported(survey, answers, "position")
    found = apply_mapping(read_columns(content), mapping, survey)
    assert len(found.judgments) == 35_000
    assert by_name(survey, found) == by_name(survey, answers)


WHOLE = book([["姓名", "价格/质量"], ["张三", 3]])


@settings(max_examples=150, deadline=None)
@given(st.binary(min_size=1, max_size=40), st.integers(0, len(WHOLE)))
def test_any_bytes_are_read_or_refused(noise: bytes, cut: int) -> None:
    for data in (
        noise,
        b"PK" + noise,
        WHOLE[:cut],
        WHOLE[:cut] + noise + WHOLE[cut + len(noise) :],
    ):
        with contextlib.suppress(ahp.AHPError):
            suggest_mapping(read_columns(data), TREE)
    with contextlib.suppress(ahp.AHPError):
        mapping_from_json(noise, "m")
