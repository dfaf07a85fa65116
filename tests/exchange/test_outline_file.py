"""Lists of names in files of Word, Excel and editors."""

from __future__ import annotations

import io

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm
from openpyxl import Workbook
from openpyxl.styles import Alignment

from ahp.errors import SurveyError
from ahp.exchange.outline import outline_branches, read_list
from ahp.exchange.outline_file import read_outline
from tests.tables import test_opendocument as libreoffice

from .test_outline import tree


def document(*paragraphs: tuple[str, str | float]) -> bytes:
    """A document of paragraphs with their styles, indents in centimeters or levels in a list."""
    made = docx.Document()
    for text, look in paragraphs:
        if isinstance(look, str):
            made.add_paragraph(text, style=look or None)
        else:
            made.add_paragraph(text).paragraph_format.left_indent = Cm(look)
    return saved(made)


def saved(made: object) -> bytes:
    stream = io.BytesIO()
    made.save(stream)  # type: ignore[attr-defined] # a document or a workbook
    return stream.getvalue()


def read(content: bytes, name: str) -> list[str]:
    return list(tree(outline_branches(read_outline(content, name))))


EXPECTED = ["选址", "  成本", "    租金", "    物业费", "  人流", "    早高峰", "    晚高峰"]


@pytest.mark.parametrize(
    "paragraphs",
    [
        [("选址", "Title"), ("成本", "Heading 1"), ("租金", "Heading 2"), ("物业费", "Heading 2"),
         ("人流", "Heading 1"), ("早高峰", "Heading 2"), ("晚高峰", "Heading 2")],
        [("选址", ""), ("一、成本", "Heading 2"), ("租金", ""), ("物业费", ""),
         ("二、人流", "Heading 2"), ("早高峰", "List Bullet"), ("晚高峰", "List Bullet")],
        [("选址", ""), ("成本", "List Bullet"), ("租金", "List Bullet 2"),
         ("物业费", "List Bullet 2"), ("人流", "List Bullet"), ("早高峰", "List Bullet 2"),
         ("晚高峰", "List Bullet 2")],
        [("选址", ""), ("成本", 0.75), ("租金", 1.5), ("物业费", 1.5), ("人流", 0.75),
         ("早高峰", 1.5), ("晚高峰", 1.5)],
        [("选址", ""), ("1. 成本", ""), ("（1）租金", ""), ("（2）物业费", ""), ("2. 人流", ""),
         ("（1）早高峰", ""), ("（2）晚高峰", "")],
        [("选址", ""), ("1. 成本：租金、物业费", ""), ("", ""), ("2. 人流：早高峰、晚高峰", "")],
    ],
    ids=["headings", "below headings", "lists", "indents", "numbers", "colons"],
)  # fmt: skip
def test_paragraphs_of_word(paragraphs: list[tuple[str, str | float]]) -> None:
    assert read(document(*paragraphs), "选址.docx") == EXPECTED


def test_lists_below_paragraphs_of_word() -> None:
    content = document(
        ("成本", ""), ("租金", "List Number"), ("物业费", "List Number"),
        ("人流", ""), ("早高峰", "List Number"), ("晚高峰", "List Number"),
    )  # fmt: skip
    assert read(content, "a.docx") == [one[2:] for one in EXPECTED[1:]]


def test_levels_of_word_s_own_numbering() -> None:
    made = docx.Document()
    for text, level in (("成本", 0), ("租金", 1), ("物业费", 1), ("人流", 0), ("早", 10**8)):
        numbering = OxmlElement("w:numPr")
        for tag, value in (("w:ilvl", level), ("w:numId", 1)):
            element = OxmlElement(tag)
            element.set(qn("w:val"), str(value))
            numbering.append(element)
        made.add_paragraph(text)._p.get_or_add_pPr().append(numbering)
    assert read_outline(saved(made), "a.docx") == f"成本\n  租金\n  物业费\n人流\n{' ' * 16}早"


def test_no_indent_of_word_is_wider_than_a_page() -> None:
    content = document(("成本", 0.0), ("租金", 2_000.0))
    assert read_outline(content, "a.docx") == f"成本\n{' ' * 300}租金"


def test_a_sentence_below_a_heading_of_word_explains_it() -> None:
    content = document(
        ("成本", "Heading 1"), ("一年的全部费用。", ""), ("租金", ""), ("人流", "Heading 1"),
    )  # fmt: skip
    assert read(content, "a.docx") == ["成本 | 一年的全部费用。", "  租金", "人流"]


def test_tables_of_word() -> None:
    made = docx.Document()
    made.add_paragraph("指标体系如下：")
    table = made.add_table(5, 3)
    rows = [
        ("一级指标", "二级指标", "说明"), ("成本", "租金", "每月"), ("", "物业费", ""),
        ("人流", "早高峰", ""), ("", "晚高峰", ""),
    ]  # fmt: skip
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    expected = ["成本", "  租金 | 每月", "  物业费", "人流", "  早高峰", "  晚高峰"]
    assert read(saved(made), "a.docx") == expected


def test_names_in_the_lines_of_a_cell() -> None:
    book = Workbook()
    for row in (("成本", "租金\n物业费"), ("人流", "早高峰\n晚高峰")):
        book.active.append(row)
    assert read_outline(saved(book), "a.xlsx") == "成本\t租金；物业费\n人流\t早高峰；晚高峰"
    assert read(saved(book), "a.xlsx") == [one[2:] for one in EXPECTED[1:]]


def test_workbooks() -> None:
    book = Workbook()
    sheet = book.create_sheet("指标")
    for row in (("准则层", "指标层"), ("成本", "租金"), (None, "物业费"), ("人流", "早高峰")):
        sheet.append(row)
    assert read(saved(book), "a.xlsx") == ["成本", "  租金", "  物业费", "人流", "  早高峰"]
    assert read_outline(saved(Workbook()), "a.xlsx") == ""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("ending", ["txt", "csv"])
def test_texts(encoding: str, ending: str) -> None:
    text = "成本,租金\n,物业费\n" if ending == "csv" else "成本\n  租金\n  物业费\n"
    assert read(text.encode(encoding), f"a.{ending}") == ["成本", "  租金", "  物业费"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.pdf", b"", "a.pdf: expected a file that ends with .txt, .docx, .csv, .xlsx, .ods"),
        ("a.docx", b"PK", "a.docx: is no DOCX file, or a damaged one"),
        ("a.xlsx", b"PK", "a.xlsx: is no XLSX file, or a damaged one"),
    ],
)
def test_what_is_refused(name: str, content: bytes, message: str) -> None:
    with pytest.raises(SurveyError) as refused:
        read_outline(content, name)
    assert str(refused.value) == message


@pytest.mark.parametrize("content", [b"\xff\xff\x81", "成本".encode("utf-16")[:-1]])
def test_a_text_in_no_known_encoding_is_refused(content: bytes) -> None:
    with pytest.raises(SurveyError) as refused:
        read_outline(content, "a.txt")
    assert str(refused.value).startswith("a.txt: ")


def test_tables_of_word_below_headings() -> None:
    made = docx.Document()
    cover = made.add_table(2, 2)
    for cell, text in zip(cover._cells, ("编制", "张三", "审核", "李四"), strict=True):
        cell.text = text
    for heading, names in (("成本", ("租金", "物业费")), ("人流", ("早高峰", "晚高峰"))):
        made.add_heading(heading)
        table = made.add_table(3, 2)
        texts = ("指标", "说明", names[0], "每月", names[1], "")
        for cell, text in zip(table._cells, texts, strict=True):
            cell.text = text
    assert read(saved(made), "a.docx") == [
        "成本", "  租金 | 每月", "  物业费", "人流", "  早高峰 | 每月", "  晚高峰",
    ]  # fmt: skip


def test_a_cover_of_word_is_no_list_of_names() -> None:
    made = docx.Document()
    cover = made.add_table(2, 2)
    for cell, text in zip(cover._cells, ("编制", "张三", "审核", "李四"), strict=True):
        cell.text = text
    for text in ("成本", "人流"):
        made.add_paragraph(text, style="List Bullet")
    assert read(saved(made), "a.docx") == ["成本", "人流"]


def test_a_table_of_word_with_one_column() -> None:
    made = docx.Document()
    table = made.add_table(3, 1)
    for cell, text in zip(table._cells, ("选址", "  成本", "  人流"), strict=True):
        cell.text = text
    assert read(saved(made), "a.docx") == ["选址", "成本", "人流"]


def test_a_cell_of_word_is_no_wider_than_a_table() -> None:
    made = docx.Document()
    table = made.add_table(2, 2)
    table._cells[0]._tc.grid_span = 10_000_000
    with pytest.raises(SurveyError) as refused:
        read_outline(saved(made), "a.docx")
    assert str(refused.value) == "a.docx: more than 63 columns"


OFFICE = [
    ("××分行考核表", "", "", ""),
    ("单位：分", "", "", ""),
    ("序号", "考核内容", "评分标准", "分值"),
    ("组织领导", "", "", ""),
    ("1", "机构", "有无机构", "5"),
    ("2", "人员", "有无专职", "5"),
    ("监督操作", "", "", ""),
    ("3", "及时", "是否当日", "10"),
    ("4", "准确", "有无差错", "10"),
    ("合计", "", "", "30"),
    ("注：按季考核。", "", "", ""),
]
ACROSS = [row[0] for row in OFFICE if not any(row[1:])]


def test_tables_of_offices() -> None:
    made = docx.Document()
    table = made.add_table(len(OFFICE), 4)
    book = Workbook()
    for number, (row, texts) in enumerate(zip(table.rows, OFFICE, strict=True), start=1):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
        book.active.append(texts)
        if texts[0] in ACROSS:
            row.cells[0].merge(row.cells[3]).text = texts[0]
            book.active.merge_cells(f"A{number}:D{number}")
    expected = [
        "××分行考核表",
        "  组织领导", "    机构 | 有无机构", "    人员 | 有无专职",
        "  监督操作", "    及时 | 是否当日", "    准确 | 有无差错",
    ]  # fmt: skip
    for content, name in ((saved(made), "a.docx"), (saved(book), "a.xlsx")):
        branches, left_out, passed_over = read_list(read_outline(content, name))
        assert list(tree(branches)) == expected
        assert left_out == ("序号", "分值")
        assert passed_over == ("单位：分", "合计 30", "注：按季考核。")


@pytest.mark.parametrize("width", [1, 2])
def test_indents_in_cells(width: int) -> None:
    book = Workbook()
    for row in (("指标", "权重"), (" 选址", ""), ("　成本", 0.5), ("　　租金", 0.2)):
        book.active.append(row[:width])
    book.active.append(("物业费", 0.3)[:width])
    book.active.cell(5, 1).alignment = Alignment(indent=2)
    assert read(saved(book), "a.xlsx") == EXPECTED[:4]


def test_a_list_of_libreoffice() -> None:
    rows = (("成本", "租金"), ("", "物业费"))
    table = "".join(libreoffice.row(*map(libreoffice.cell, texts)) for texts in rows)
    assert read(libreoffice.ods(table), "a.ods") == ["成本", "  租金", "  物业费"]


def test_a_tree_drawn_in_gbk() -> None:
    assert read("评价\n├─成本\n└─客流\n".encode("gb18030"), "list.txt") == [
        "评价",
        "  成本",
        "  客流",
    ]


def test_names_of_a_list_in_csv_are_no_cells() -> None:
    content = "选址\n效率：快，准，省\n成本：租，税，水\n".encode()
    expected = [
        "选址",
        "  效率",
        "    快",
        "    准",
        "    省",
        "  成本",
        "    租",
        "    税",
        "    水",
    ]
    assert read(content, "list.csv") == expected
