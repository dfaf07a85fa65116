"""Lists of units: pasted, CSV, XLSX, and the workbook to fill in."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime

import openpyxl
import pytest

from ahp.errors import AnswersError, OptionError
from ahp.exchange.unit_list import (
    HEADINGS,
    UnitList,
    pasted_units,
    read_unit_list,
    unit_list_template,
)
from ahp.i18n.errors import error_sentence
from ahp.process.evaluations.units import UnitEntry

from .test_expert_list import xlsx

EAST = UnitEntry("城东支行", "一组", "张三", "2026-01-01", "2026-12-31", ("东支", "城东"))
WEST = UnitEntry("城西支行", "一组", "李四")
SOUTH = UnitEntry("城南支行")
HEADING = "单位名称,组别,联系人,参评起始,参评截止,别名"


def refused(action: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(AnswersError) as raised:
        action()
    return str(raised.value), error_sentence(raised.value, "zh")


@pytest.mark.parametrize(
    "text",
    [
        "城东支行，一组，张三，2026Q1，2026，东支、城东\n城西支行，一组，李四\n城南支行",
        "城东支行\t一组\t张三\t2026-01-01\t2026/12/31\t东支；城东；城东支行\n城西支行\t一组\t李四\t\t\t\n"
        "城南支行\n",
        "城东支行；一组；张三；2026年1月1日；2026年12月；东支、城东\n城西支行;一组;李四\n\n城南支行;",
        '1. 城东支行, 一组, 张三, 2026H1, 2026H2, "东支,城东"\n2、城西支行,一组,李四\n'
        "（3）城南支行",
        "1\t城东支行\t一组\t张三\t2026\t2026\t东支、、城东\n2\t城西支行\t一组\t李四\n3\t城南支行",
    ],
)
def test_pasted(text: str) -> None:
    assert pasted_units(text) == UnitList((EAST, WEST, SOUTH))


def test_names_beside_each_other() -> None:
    assert pasted_units("城东支行、城西支行\n101 支行").units == (
        *(UnitEntry("城东支行"), UnitEntry("城西支行"), UnitEntry("101 支行")),
    )


@pytest.mark.parametrize(
    ("text", "passed_over"),
    [
        (
            "参评单位名录（2026年）\n序号\t联系人\t单位名称\t电话\t组别\n1\t李四\t城西支行\t139\t一组\n"
            "2\t\t城南支行\n合计\t\t2",
            (*("参评单位名录（2026年）", "序号 联系人 单位名称 电话 组别", "电话", "合计 2"),),
        ),
        (
            "Unit,Peer group,Contact name\n城西支行,一组,李四\n城南支行,,\nTotal: 2 ,,",
            ("Unit Peer group Contact name", "Total: 2"),
        ),
        ("评价单位名单：\n城西支行，一组，李四\n城南支行\n共 2 家", ("评价单位名单：",)),
    ],
)
def test_lists_as_offices_keep_them(text: str, passed_over: tuple[str, ...]) -> None:
    found = pasted_units(text.replace("\n共 2 家", ""))
    assert found == UnitList((WEST, SOUTH), passed_over)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_tables_of_any_encoding(encoding: str) -> None:
    text = (
        f"{HEADING}\n城东支行,一组,张三,2026-01-01,2026Q4,东支；城东\n城西支行,一组,李四\n城南支行"
    )
    found = read_unit_list(text.encode(encoding), "units.csv")
    assert found.units == (EAST, WEST, SOUTH)
    assert found.passed_over == (HEADING.replace(",", " "),)


def test_workbooks() -> None:
    content = xlsx(
        ("参评单位名录",),
        ("别名", "被评价单位", "组别（同类）", "联系人", "参评起始（日期）", "参评截止", "备注"),
        ("东支\n城东", "城东支行", "一组", "张三", datetime(2026, 1, 1), date(2026, 12, 31), "x"),
        (None, "城西支行", "一组", "李四"),
        (),
        (None, "城南支行"),
        ("合计", 3),
    )
    found = read_unit_list(content, "units.xlsx")
    assert found.units == (EAST, WEST, SOUTH)
    assert found.passed_over == (
        "参评单位名录",
        "别名 被评价单位 组别（同类） 联系人 参评起始（日期） 参评截止 备注",
        "备注",
        "合计 3",
    )


def test_a_group_in_merged_cells_is_that_of_all_its_units() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    rows = (["组别", "单位名称"], ["一组", "城东支行"], [None, "城西支行"], [None, "城南支行"])
    for row in rows:
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    stream = io.BytesIO()
    book.save(stream)
    assert read_unit_list(stream.getvalue(), "units.xlsx").units == (
        *(UnitEntry("城东支行", "一组"), UnitEntry("城西支行", "一组"), UnitEntry("城南支行")),
    )


def test_hidden_rows_are_said() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(("单位名称",), ("城东支行",), ("城西支行",))))
    book.worksheets[0].row_dimensions[3].hidden = True
    stream = io.BytesIO()
    book.save(stream)
    found = read_unit_list(stream.getvalue(), "units.xlsx")
    assert found.units == (UnitEntry("城东支行"), UnitEntry("城西支行"))
    assert [error_sentence(one, "zh") for one in found.remarks] == [
        "第 3 行在文件中为隐藏状态（或被筛选隐藏），仍已读取。"
    ]


def test_formulas_that_were_never_calculated_are_refused() -> None:
    content = xlsx(("单位名称", "组别"), ("城东支行", "一组"), ('="城西"&"支行"', "一组"))
    assert refused(lambda: read_unit_list(content, "units.xlsx"))[0] == (
        "units.xlsx: row 3, column 单位名称: is a formula that was never calculated; open the file "
        "in a spreadsheet program and save it"
    )


@pytest.mark.parametrize("heading", ["单位名称,组别\n", "序号,单位名称,组别\n", ""])
def test_notes_and_signatures_are_no_units(heading: str) -> None:
    number = "1," if heading.startswith("序号") else ""
    notes = ("注：本名录截至2026年6月末", "制表人：张三,审核人：李四")
    text = f"{heading}{number}城西支行,一组\n" + "\n".join(notes)
    found = read_unit_list(text.encode(), "units.csv")
    assert found.units == (UnitEntry("城西支行", "一组"),)
    assert found.passed_over[-2:] == (notes[0], "制表人：张三 审核人：李四")
    assert pasted_units(text).units == found.units


def test_a_table_without_headings_has_the_names_first() -> None:
    assert read_unit_list("城西支行,一组,李四\n城南支行".encode(), "a.csv") == UnitList(
        (WEST, SOUTH)
    )
    assert read_unit_list(xlsx(("城南支行",)), "a.xlsx") == UnitList((SOUTH,))
    content = xlsx((1, "城西支行", "一组", "李四"), (2, "城南支行"))
    assert read_unit_list(content, "a.xlsx") == UnitList((WEST, SOUTH))


def test_one_name_at_different_times() -> None:
    text = "A,,,,2026Q2\nA,,,2026Q3"
    assert pasted_units(text).units == (
        UnitEntry("A", active_to="2026-06-30"),
        UnitEntry("A", active_from="2026-07-01"),
    )


def test_everything_wrong_is_said_at_once() -> None:
    text = (
        f"{HEADING}\n"
        "城东支行,一组,,2026Q2,2026Q1,东支\n"
        ",一组,王五\n"
        "2026-03,二组,,soon,later\n"
        "城西支行,#REF!,,,,东支；城东支行\n"
        "城东 支行\n"
        "城东支行\n"
    )
    english, chinese = refused(lambda: read_unit_list(text.encode(), "units.csv"))
    assert english.split("; ") == [
        "units.csv: row 2, column 参评截止: is before 2026-04-01, expected the day it begins with "
        "or a later one",
        "units.csv: row 3, column 单位名称: is empty",
        "units.csv: row 4, column 单位名称: '2026-03' is a date, expected the name of a unit",
        "units.csv: row 4, column 参评起始: 'soon', expected a day such as 2026-01-31 or a period "
        "such as 2026Q1",
        "units.csv: row 4, column 参评截止: 'later', expected a day such as 2026-01-31 or a period "
        "such as 2026Q1",
        "units.csv: row 5, column 组别: '#REF!' is an error of a spreadsheet, expected a value",
        "units.csv: row 5, column 别名: '东支' is what '城东支行' is called in the same period, "
        "expected another",
        "units.csv: row 5, column 别名: '城东支行' is what '城东支行' is called in the same "
        "period, expected another",
        "units.csv: row 7, column 单位名称: '城东支行' is what '城东支行' is called in the same "
        "period, expected another",
    ]
    assert chinese == (
        "units.csv：第 2 行，参评截止 列：早于起始日 2026-04-01，应为起始日或之后；"
        "units.csv：第 3 行，单位名称 列：为空，必须填写；"
        "units.csv：第 4 行，单位名称 列：“2026-03” 是日期，应为被评价单位的名称；"
        "units.csv：第 4 行，参评起始 列：“soon”应为日期（如 2026-01-31）或评价期（如 2026Q1）；"
        "units.csv：第 4 行，参评截止 列：“later”应为日期（如 2026-01-31）或评价期（如 2026Q1）；"
        "units.csv：第 5 行，组别 列：“#REF!” 是电子表格的错误值，应填写数值；"
        "units.csv：第 5 行，别名 列：“东支”与同一时期的“城东支行”重名，请换一个名称；"
        "units.csv：第 5 行，别名 列：“城东支行”与同一时期的“城东支行”重名，请换一个名称；"
        "units.csv：第 7 行，单位名称 列：“城东支行”与同一时期的“城东支行”重名，请换一个名称。"
    )


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        (
            "",
            "no unit stands in the list, expected one or more",
            "名录中没有单位，至少应有一家。",
        ),
        (
            "单位名录\n合计",
            "no unit stands in the list, expected one or more",
            "名录中没有单位，至少应有一家。",
        ),
        (
            "组别,联系人\n一组,张三",
            "line 1: columns 组别, 联系人, expected one with the heading name, unit, unit name, "
            "单位名称",
            "第 1 行：各栏为 组别、联系人，应有一栏的标题为 name、unit、unit name、单位名称。",
        ),
        (
            "单位名称,名称\n城东支行,东支",
            "line 1, column 名称: the same column as '单位名称', expected one of them",
            "第 1 行，名称 列：与“单位名称”是同一栏，只应保留一栏。",
        ),
        (
            "A,B,C,2026,2026,D,E",
            "line 1, column 7: 'E' stands beyond the 6 columns",
            "第 1 行，第 7 列：“E”超出了名录的 6 列。",
        ),
        (
            "1\tA\t\t\tsoon\n2\ta",
            "line 1, column 5: 'soon', expected a day such as 2026-01-31 or a period such as "
            "2026Q1; line 2, column 2: 'a' is what 'A' is called in the same period, "
            "expected another",
            "第 1 行，第 5 列：“soon”应为日期（如 2026-01-31）或评价期（如 2026Q1）；"
            "第 2 行，第 2 列：“a”与同一时期的“A”重名，请换一个名称。",
        ),
        (
            "A\n,B\nC,,,soon",
            "line 2, column 1: is empty; line 3, column 4: 'soon', expected a day such as "
            "2026-01-31 or a period such as 2026Q1",
            "第 2 行，第 1 列：为空，必须填写；第 3 行，第 4 列："
            "“soon”应为日期（如 2026-01-31）或评价期（如 2026Q1）。",
        ),
    ],
)
def test_lists_that_are_refused(text: str, english: str, chinese: str) -> None:
    assert refused(lambda: pasted_units(text)) == (english, chinese)


def test_twenty_things_that_are_wrong_are_named() -> None:
    with pytest.raises(AnswersError) as raised:
        pasted_units("甲,A,B,2026-01,2026-02,x" + ",E" * 30)
    said = str(raised.value).split("; ")
    assert (said[0], len(said)) == ("line 1, column 7: 'E' stands beyond the 6 columns", 21)
    assert said[-1] == "and 10 more"


def test_a_file_that_is_none() -> None:
    assert refused(lambda: read_unit_list(xlsx(), "a.xlsx"))[0] == (
        "a.xlsx: no unit stands in the list, expected one or more"
    )
    assert refused(lambda: read_unit_list(b"\xff\xfe\xff", "a.csv"))[0] == (
        "a.csv: neither UTF-8, GBK, Big5 nor UTF-16; save the file as CSV UTF-8"
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_workbook_to_fill_in_is_read_back(language: str) -> None:
    content = unit_list_template(language)
    assert refused(lambda: read_unit_list(content, "units.xlsx"))[0] == (
        "units.xlsx: no unit stands in the list, expected one or more"
    )
    book = openpyxl.load_workbook(io.BytesIO(content))
    (sheet,) = book.worksheets
    headings = [cell.value for cell in sheet[1]]
    assert (
        headings
        == {
            "en": ["Name", "Peer group", "Contact", "Active from", "Active to", "Aliases"],
            "zh": ["单位名称", "组别", "联系人", "参评起始", "参评截止", "别名"],
        }[language]
    )
    for row, unit in enumerate((EAST, WEST, SOUTH), start=2):
        values = (*(getattr(unit, key) for key in [*HEADINGS][:5]), "；".join(unit.aliases))
        for k, value in enumerate(values, start=1):
            sheet.cell(row, k).value = value or None
    filled = io.BytesIO()
    book.save(filled)
    found = read_unit_list(filled.getvalue(), "units.xlsx")
    assert found == UnitList((EAST, WEST, SOUTH), (" ".join(map(str, headings)),))


def test_the_workbook_explains_its_columns() -> None:
    book = openpyxl.load_workbook(io.BytesIO(unit_list_template("zh")))
    (sheet,) = book.worksheets
    assert sheet.title == "单位名录"
    hints = sheet.data_validations.dataValidation
    assert [(str(one.sqref), one.promptTitle) for one in hints] == [
        *(("A2:A301", "单位名称"), ("B2:B301", "组别"), ("C2:C301", "联系人")),
        *(("D2:D301", "参评起始"), ("E2:E301", "参评截止"), ("F2:F301", "别名")),
    ]
    assert hints[3].prompt == "开始参评的日期或评价期，如 2026-01-01 或 2026Q1；不填表示一直参评。"
    assert sheet["D2"].number_format == "@"


def test_a_language_that_is_not_there() -> None:
    with pytest.raises(OptionError) as raised:
        unit_list_template("fr")
    assert str(raised.value) == "language = 'fr', expected one of 'zh', 'en'"


@pytest.mark.parametrize(
    "brackets", ["（2024年）（征求意见稿）", "（2024年（上半年））：", " (2024) ", "："]
)
def test_a_title_with_brackets_is_no_unit(brackets: str) -> None:
    found = pasted_units(f"参评单位名单{brackets}\n财政局\n教育局")
    assert [unit.name for unit in found.units] == ["财政局", "教育局"]
    assert found.passed_over == (f"参评单位名单{brackets.rstrip()}",)


def test_what_goes_on_behind_brackets_is_a_unit() -> None:
    found = pasted_units("名单（一）办公室\n教育局")
    assert [unit.name for unit in found.units] == ["名单（一）办公室", "教育局"]
