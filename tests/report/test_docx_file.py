"""Reports in Word, read back: every number, numbered captions, header rows, pages across, fonts."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from docx.table import Table as WordTable

from ahp.report.document import Document, Figure, TableBlock, bookmark, number, one_line
from ahp.report.docx_file import LONGEST_PROPERTY, docx_bytes
from ahp.report.page_layout import ACROSS, UPRIGHT, fit_table
from ahp.report.table import show_cell

from .sample_document import NASTY, sample

LANGUAGES = ("en", "zh")


@pytest.fixture(scope="module")
def files() -> dict[str, Any]:
    return {
        language: docx.Document(io.BytesIO(docx_bytes(sample(language)))) for language in LANGUAGES
    }


def tables_by_mark(file: Any) -> Iterator[tuple[str, WordTable]]:
    """The bookmark of each caption, and the table that follows."""
    name = ""
    for element in file.element.body:
        for mark in element.iter(qn("w:bookmarkStart")):
            if re.match(r"(p\d+_)?table_", mark.get(qn("w:name"))):
                name = re.sub(r"^p\d+_", "", mark.get(qn("w:name")))
        if element.tag == qn("w:tbl") and element.tblPr.style == "ReportTable":
            yield name, WordTable(element, file)


def texts(row: Any) -> list[str]:
    return ["".join(t.text or "" for t in cell.iter(qn("w:t"))) for cell in row.iter(qn("w:tc"))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cell_stands_there(files: dict[str, Any], language: str) -> None:
    document = sample(language)
    found: dict[str, list[WordTable]] = {}
    for name, table in tables_by_mark(files[language]):
        found.setdefault(name, []).append(table)
    assert list(found) == [bookmark("table", key) for key in document.tables()]
    checked = 0
    for (key, table), parts in zip(document.tables().items(), found.values(), strict=True):
        wide = key == "experts"
        fit = fit_table(table, wide=wide)
        assert len(parts) == len(fit.parts)
        for part, columns in zip(parts, fit.parts, strict=True):
            heading, *rows = [texts(row._tr) for row in part.rows]
            assert heading == [one_line(table.columns[k]) for k, _width in columns]
            assert rows == [
                [one_line(show_cell(table, k, row[k])) for k, _width in columns]
                for row in table.rows
            ]
            checked += sum(map(len, rows))
    assert checked > 900


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_fill_the_text_and_have_header_rows(files: dict[str, Any], language: str) -> None:
    widths = set()
    for _name, table in tables_by_mark(files[language]):
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
        grid = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid]
        widths.add(round(sum(grid) / 200))
    assert widths == {round(UPRIGHT / 10), round(ACROSS / 10)}


def test_captions_are_counted_by_fields_and_stay_with_what_they_name(
    files: dict[str, Any],
) -> None:
    captions = [
        paragraph for paragraph in files["zh"].paragraphs if paragraph.style.style_id == "Caption"
    ]
    found = []
    for paragraph in captions:
        fields = [f.get(qn("w:instr")).strip() for f in paragraph._p.iter(qn("w:fldSimple"))]
        text = "".join(t.text or "" for t in paragraph._p.iter(qn("w:t")))
        kept = bool(paragraph.paragraph_format.keep_with_next)
        found.append((text, fields, kept))
    table, figure = [r"SEQ Table \* ARABIC"], [r"SEQ Figure \* ARABIC"]
    assert found == [
        ("表 1　总体情况", table, True),
        ("图 1　各项能力", figure, False),  # the figure above is kept with it
        ("表 2　判断矩阵", table, True),
        ("表 3　判断矩阵", table, True),
        ("表 4　判断矩阵", table, True),
        ("续表 4　判断矩阵", [], True),
        ("表 5　总体情况", table, True),
    ]


def test_references_and_contents_lead_to_bookmarks(files: dict[str, Any]) -> None:
    body = files["en"].element.body
    marks = [mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))]
    assert len(set(marks)) == len(marks)
    assert all(len(mark) <= 40 for mark in marks)
    links = [link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))]
    refs = [
        field.get(qn("w:instr")).split()[1]
        for field in body.iter(qn("w:fldSimple"))
        if field.get(qn("w:instr")).split()[0] == "REF"
    ]
    assert set(links) | set(refs) <= set(marks)
    assert refs[:2] == ["_table_ranking", "_figure_bars"]
    entries = [p.text for p in files["en"].paragraphs if p.style.name.startswith("toc ")]
    assert [entry.strip() for entry in entries] == [
        *("1 Rankings", "1.1 Single ranking", "2 Judgments", "Annex A. Experts"),
    ]
    instructions = [text.text.strip() for text in body.iter(qn("w:instrText"))]
    assert instructions[0] == r'TOC \o "1-2" \h \z'
    assert files["en"].settings.element.find(qn("w:updateFields")) is None


def test_pages_are_a4_upright_or_across(files: dict[str, Any]) -> None:
    sizes = [
        (round(section.page_width.cm, 1), round(section.page_height.cm, 1))
        for section in files["en"].sections
    ]
    assert sizes == [(21.0, 29.7), (21.0, 29.7), (29.7, 21.0)]
    first, *others = files["en"].sections
    assert first.different_first_page_header_footer
    assert not any(section.different_first_page_header_footer for section in others)
    assert others[0].header.paragraphs[0].text == (
        "Effectiveness of post-supervision · Weights of five capabilities and 18 indicators"
    )


def test_figures_have_words_and_enough_dots(files: dict[str, Any]) -> None:
    (drawing,) = files["zh"].element.body.iter(qn("wp:inline"))
    assert drawing.docPr.get("descr") == "指标1 指标2 指标3 指标4 指标5"
    assert drawing.docPr.get("name") == "figure_bars"
    (image,) = list(files["zh"].part.package.image_parts)
    inches = drawing.extent.cx / 914400
    assert inches <= UPRIGHT / 72
    assert image.image.px_width / inches >= 200


def test_every_style_has_a_chinese_font(files: dict[str, Any]) -> None:
    for language, tag in (("zh", "zh-CN"), ("en", "en-US")):
        styles = files[language].styles.element
        fonts = list(styles.iter(qn("w:rFonts")))
        assert len(fonts) > 30
        assert {font.get(qn("w:eastAsia")) for font in fonts} <= {
            *("SimSun", "SimHei", "Microsoft YaHei"),
        }
        assert not any("Theme" in key for font in fonts for key in font.attrib)
        (lang,) = styles.iter(qn("w:lang"))
        assert (lang.get(qn("w:val")), lang.get(qn("w:eastAsia"))) == ("en-US", "zh-CN")
        assert files[language].core_properties.language == tag


def test_no_paragraph_is_without_a_style_of_the_file(files: dict[str, Any]) -> None:
    body = files["zh"].element.body
    used = {style.get(qn("w:val")) for style in body.iter(qn("w:pStyle"), qn("w:tblStyle"))}
    known = {style.style_id for style in files["zh"].styles}
    assert used <= known
    assert all(
        paragraph.pPr is not None and paragraph.pPr.pStyle is not None
        for paragraph in body.iter(qn("w:p"))
    )


def test_warnings_and_drafts_are_marked(files: dict[str, Any]) -> None:
    marked = [
        (paragraph.style.name, paragraph.text)
        for paragraph in files["zh"].paragraphs
        if paragraph.style.name in ("Warning", "Draft")
    ]
    assert marked == [
        ("Warning", "注意 · 本调查的日志未通过核验：第 17 条事件被改动。"),
        ("Draft", "〔草稿〕 问题发现能力居首，权重为 26.8 %，整改落实能力次之，为 21.4 %。"),
    ]
    assert NASTY in [paragraph.text for paragraph in files["zh"].paragraphs]


def test_each_numbered_list_begins_with_one(files: dict[str, Any]) -> None:
    lists = [
        paragraph._p.pPr.numPr.numId.val
        for paragraph in files["en"].paragraphs
        if paragraph.style.name == "List Number"
    ]
    assert lists == [3, 3, 4, 4]


def test_the_same_document_gives_the_same_bytes_without_times() -> None:
    document = sample("en", size=3)
    content = docx_bytes(document)
    assert docx_bytes(document) == content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        properties = archive.read("docProps/core.xml").decode()
    assert "dcterms" not in re.sub(r'xmlns:\w+="[^"]*"', "", properties)


def test_long_titles_are_cut_where_a_file_names_itself() -> None:
    long = "监督" * 200
    file = docx.Document(io.BytesIO(docx_bytes(Document(long, long, "zh", (), ()))))
    properties = file.core_properties
    assert properties.title == properties.subject == long[:LONGEST_PROPERTY]
    assert [paragraph.text for paragraph in file.paragraphs] == [long, long]


def test_progress_counts_tables_and_figures() -> None:
    document = sample("en", size=3)
    told: list[tuple[int, int]] = []
    docx_bytes(document, lambda done, total: told.append((done, total)))
    count = sum(isinstance(block, TableBlock | Figure) for block in document.walk())
    assert told == [(done, count) for done in range(1, count + 1)]


def test_a_notice_has_no_contents_and_no_first_page_of_its_own() -> None:
    document = sample("zh", contents=False, figures=False, size=3)
    file = docx.Document(io.BytesIO(docx_bytes(document)))
    assert [p.text for p in file.paragraphs if p.style.name.startswith("toc")] == []
    assert not file.sections[0].different_first_page_header_footer
    assert file.sections[0].footer.paragraphs[0].style.name == "Footer"


def test_an_empty_document() -> None:
    file = docx.Document(io.BytesIO(docx_bytes(Document("T", "", "en", (), ()))))
    assert [paragraph.text for paragraph in file.paragraphs] == ["T"]
    assert number(Document("T", "", "en", (), ())).numbers == {}
