from __future__ import annotations

import io

import pytest
from docx import Document
from docx.document import Document as DocumentObject
from docx.oxml.ns import qn
from docx.table import Table

from ahp.errors import OptionError
from ahp.exchange.questionnaire_docx import questionnaire_document
from ahp.study import Survey

STEPS = [*"98765432", "1", *"23456789"]


def made(survey: Survey, **options: str) -> DocumentObject:
    options = {"title": "Panel", **options}
    return Document(io.BytesIO(questionnaire_document(survey, **options)))


def pair_tables(document: DocumentObject) -> list[Table]:
    return [table for table in document.tables if len(table.columns) == 20]


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_pair_stands_in_it_once_with_17_boxes(home: Survey, language: str) -> None:
    tables = pair_tables(made(home, language=language))
    parents = home.hierarchy.parents
    assert len(tables) == len(parents) == 6
    for parent, table in zip(parents, tables, strict=True):
        rows = texts(table)
        assert rows[1][2:-1] == STEPS
        assert [(row[0], row[1], row[-1]) for row in rows[2:]] == [
            (str(k), home.node_name(left, language), home.node_name(right, language))
            for k, (left, right) in enumerate(home.hierarchy.pairs(parent), start=1)
        ]
        assert all(row[2:-1] == ["□"] * 17 for row in rows[2:])


def test_a_survey_without_explanations_has_no_empty_tables() -> None:
    survey = Survey.from_names({"Goal": ["A", "B"], "A": ["a1", "a2"]}, language="en")
    document = made(survey, language="en")
    assert len(pair_tables(document)) == 2
    assert [table for table in document.tables if len(table.columns) == 2] == []
    guide = [p.text for p in document.paragraphs]
    assert guide[guide.index("How to fill it in") + 1].startswith("In each row, decide")


def test_every_parent_has_its_question_and_explanations(home: Survey) -> None:
    document = made(home, language="en")
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings == [
        "How to fill it in",
        "1. Post-supervision effectiveness",
        "2. Organizational set-up",
        "3. Supervisory operation",
        "4. Work coordination",
        "5. Result conversion",
        "6. Learning and innovation",
        "Remarks",
    ]
    paragraphs = [p.text for p in document.paragraphs]
    for parent in home.hierarchy.parents:
        name = home.node_name(parent, "en")
        assert f"For “{name}”: which of the two is more important, and by how much?" in paragraphs
    explained = [
        row for table in document.tables if len(table.columns) == 2 for row in texts(table)
    ]
    assert explained == [
        [home.node_name(node, "en"), home.nodes[node].explanation["en"]]
        for parent in home.hierarchy.parents
        for node in home.hierarchy.children[parent]
    ]
    assert home.description["en"] in paragraphs
    assert (
        "Example: a tick at 5 on the side of “Organizational set-up” means: "
        "“Organizational set-up” is strongly more important than “Supervisory operation” (5)."
    ) in paragraphs


def test_fields_scale_header_and_footer(home: Survey) -> None:
    document = made(home, language="en", expert="Wang", title="Panel 1")
    fields, scale = document.tables[:2]
    assert texts(fields) == [["Name", "Wang", "Organization", "", "Date", ""]]
    assert texts(made(home, language="en").tables[0])[0][1] == ""
    assert [row[:2] for row in texts(scale)] == [
        ["Step", "Importance"],
        ["1", "equal"],
        ["3", "moderate"],
        ["5", "strong"],
        ["7", "very strong"],
        ["9", "extreme"],
        ["2, 4, 6, 8", "in between"],
    ]
    (section,) = document.sections
    assert section.header.paragraphs[0].text == "Panel 1"
    footer = section.footer.paragraphs[0]._p
    assert [field.get(qn("w:instr")) for field in footer.iter(qn("w:fldSimple"))] == [
        "PAGE",
        "NUMPAGES",
    ]
    whole = "".join(text.text or "" for text in footer.iter(qn("w:t")))
    assert whole == f"Page 1 of 1 · supervision_effectiveness · {home.content_hash[:12]}"
    assert document.core_properties.title == "Panel 1"


def test_it_fits_on_upright_a4(home: Survey) -> None:
    document = made(home)
    (section,) = document.sections
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    room = section.page_width - section.left_margin - section.right_margin
    for table in document.tables:
        assert sum(column.width for column in table.columns) <= room
        assert not table.autofit


def test_headers_repeat_and_rows_stay_whole(home: Survey) -> None:
    for table in pair_tables(made(home)):
        repeated = [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in table.rows]
        assert repeated == [True, True, *[False] * (len(table.rows) - 2)]
        assert all(row._tr.find(f".//{qn('w:cantSplit')}") is not None for row in table.rows)


def test_chinese_has_its_own_fonts(home: Survey) -> None:
    document = made(home)
    fonts = {
        name: document.styles[name].element.rPr.rFonts.get(qn("w:eastAsia"))
        for name in ("Normal", "Header", "Footer", "Title", "Heading 1")
    }
    assert fonts == {
        **dict.fromkeys(("Normal", "Header", "Footer"), "SimSun"),
        **dict.fromkeys(("Title", "Heading 1"), "Microsoft YaHei"),
    }


ORDER = {
    "tblPr": ["tblStyle", "tblW", "jc", "tblLayout", "tblCellMar", "tblLook"],
    "tcPr": ["tcW", "gridSpan", "shd", "vAlign"],
}
"""Office refuses files in which these stand in another order (ISO/IEC 29500-1, CT_TblPr and
CT_TcPr)."""


@pytest.mark.parametrize("kind", ORDER)
def test_properties_stand_in_the_order_of_the_format(home: Survey, kind: str) -> None:
    for table in made(home).tables:
        for properties in table._tbl.iter(qn(f"w:{kind}")):
            found = [child.tag.split("}")[1] for child in properties]
            assert found == sorted(found, key=ORDER[kind].index)


def test_hard_names_and_wrong_language(small: Survey) -> None:
    document = made(small, language="en", title="Two\x0blines <&>", expert="王\x07芳")
    assert document.paragraphs[0].text == "Two lines <&>"
    assert texts(document.tables[0])[0][1] == "王 芳"
    assert texts(pair_tables(document)[0])[2][1] == "[Cost]: 5/7 \\ 'high'?* & <low> \"net\""
    with pytest.raises(OptionError, match=r"^language = 'de', expected one of 'zh', 'en'$"):
        made(small, language="de")
