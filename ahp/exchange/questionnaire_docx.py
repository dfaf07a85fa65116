"""The questionnaire as a Word document, to be filled in with a pen or in a word processor."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import cast

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from ..errors import OptionError
from ..i18n import LANGUAGES, Translate, translator
from ..i18n.words import between_meaning, judgment_sentence, step_words
from ..report.panel import basis_words, familiarity_words, influence_words
from ..scale import SAATY_POSITIONS
from ..study.survey import Survey
from .cells import one_line

BOX = "□"
"""What is ticked."""

SHORT = 12
"""Digits of a hash or an id that tell forms apart."""

_BLUE = RGBColor(0x1F, 0x4E, 0x79)
_GRAY = "EDEDED"
_PAIR_WIDTHS = (0.8, 3.4, *(0.6 for _ in SAATY_POSITIONS), 3.4)
_ITEM_WIDTHS = (4.2, 13.6)
_SCALE_WIDTHS = (2.4, 3.4, 12.0)
_NAME_WIDTH, _BOX_WIDTH = 7.8, 2.0
_FIELD_WIDTHS = (1.6, 4.2, 2.5, 4.5, 1.4, 3.6)


def questionnaire_document(
    survey: Survey,
    *,
    title: str,
    expert: str | None = None,
    study_id: str | None = None,
    round_number: int = 1,
    self_rating: bool = False,
    language: str = "zh",
) -> bytes:
    """The paper form of a survey as a .docx file, A4 upright.

    Each pair is a row with 17 boxes to tick, from 9 over 1 to 9, as paper forms of the analytic
    hierarchy process have them. What is ticked in a word processor, `read_form` of
    `ahp.exchange.filled_form` reads.

    Args:
        survey: what is asked.
        title: of the study.
        expert: name of the expert; None leaves it to be filled in.
        study_id: id of the study, so that the form is taken for this one and no other; None = it
            names none, and is taken where none is asked for.
        round_number: Delphi round of the study, from 1.
        self_rating: whether experts are asked for their own authority, too.
        language: of `LANGUAGES`; names and explanations fall back to the survey's original one.

    Raises:
        OptionError: unknown language.
    """
    if language not in LANGUAGES:
        raise OptionError.unknown("language", language, LANGUAGES)
    _ = translator(language)
    document = Document()
    _set_up(document, language)
    _write_margins(document, title, edition(survey, study_id, round_number), _)
    _paragraph(document, title, "Title")
    _write_fields(document, expert, _)
    _write_guide(document, survey, language)
    for number, parent in enumerate(survey.hierarchy.compared, start=1):
        _write_parent(document, survey, language, number, parent)
    if self_rating:
        _write_self_rating(document, _)
    document.add_heading(_("Remarks"), 1)
    remarks = _table(document, (sum(_PAIR_WIDTHS),), 1)
    remarks.rows[0].height = Cm(4)
    document.core_properties.title = one_line(title)
    document.core_properties.author = "ahp"
    document.core_properties.comments = ""
    document.core_properties.language = language
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _set_up(document: DocumentObject, language: str) -> None:
    """Page and fonts; Chinese needs a font of its own in every style."""
    (section,) = document.sections
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.5)
    section.top_margin = section.bottom_margin = Cm(1.8)
    section.header_distance = section.footer_distance = Cm(0.9)
    latin = "Times New Roman" if language == "zh" else "Arial"
    for name, size, east_asian in (
        ("Normal", 10, "SimSun"),
        ("Header", 9, "SimSun"),
        ("Footer", 9, "SimSun"),
        ("Title", 18, "Microsoft YaHei"),
        ("Heading 1", 13, "Microsoft YaHei"),
    ):
        style = cast(ParagraphStyle, document.styles[name])
        style.font.size = Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        fonts.attrib.clear()  # fonts of the theme would come before these
        for key, font in (("ascii", latin), ("hAnsi", latin), ("eastAsia", east_asian)):
            fonts.set(qn(f"w:{key}"), font)
        style.paragraph_format.space_after = Pt(4)
        if name in ("Title", "Heading 1"):
            style.font.bold = True
            style.font.color.rgb = _BLUE


def edition(survey: Survey, study_id: str | None, round_number: int) -> str:
    """What a form is of, as its pages have it at their foot: survey, version, study and round."""
    parts = [survey.id, survey.content_hash[:SHORT]]
    if study_id is not None:
        parts.append(f"{study_id[:SHORT]}-{round_number}")
    return " · ".join(parts)


def _write_margins(document: DocumentObject, title: str, made_for: str, _: Translate) -> None:
    """The title above each page; below it the number of the page and what the form is of."""
    (section,) = document.sections
    section.header.paragraphs[0].text = one_line(title)
    footer = section.footer.paragraphs[0]
    fields = {"page": "PAGE", "count": "NUMPAGES"}
    for part in re.split(r"(\{\w+\})", _("Page {page} of {count}")):
        if part.strip("{}") in fields:
            field = _element("w:fldSimple", instr=fields[part.strip("{}")])
            field.append(footer.add_run("1")._r)  # until a program counts the pages
            footer._p.append(field)
        else:
            footer.add_run(part)
    footer.add_run(f" · {made_for}")
    for paragraph in (section.header.paragraphs[0], footer):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _write_fields(document: DocumentObject, expert: str | None, _: Translate) -> None:
    """Who fills it in, and when."""
    table = _table(document, _FIELD_WIDTHS, 1)
    (row,) = table.rows
    row.height = Cm(0.9)
    texts = (_("Name"), expert or "", _("Organization"), "", _("Date"), "")
    for cell, text in zip(row.cells, texts, strict=True):
        _write(cell, text)


def _write_guide(document: DocumentObject, survey: Survey, language: str) -> None:
    """What it is for, how to fill it in, what the numbers mean."""
    _ = translator(language)
    first = survey.hierarchy.compared[0]
    pair = survey.hierarchy.pairs(first)[0]
    left, right = (survey.node_name(node, language) for node in pair)
    document.add_heading(_("How to fill it in"), 1)
    if described := survey.text(survey.description, language):
        _paragraph(document, described)
    for line in (
        _("In each row, decide which of the two items is more important, and by how much."),
        _(
            "Tick one box in each row, on the side of the more important item: the further out, "
            "the more important it is. Tick 1 in the middle if both are equally important."
        ),
        _("Example: a tick at 5 on the side of “{name}” means: {sentence}.").format(
            name=left, sentence=judgment_sentence(left, right, "5", _)
        ),
        _(
            "There are no right or wrong answers; your experience counts. Leave a row empty if "
            "you can't compare the two."
        ),
        _("In a word processor, type √ in place of the box, then save the file as .docx."),
        _("At the end, return the form to the organizer."),
    ):
        _paragraph(document, line, "List Number")
    lines = [(str(step), word, why) for step, (word, _adverb, why) in step_words(_).items()]
    lines.append(("2, 4, 6, 8", _("in between"), between_meaning(_)))
    table = _table(document, _SCALE_WIDTHS, 1 + len(lines))
    for row, texts in zip(
        table.rows, [(_("Step"), _("Importance"), _("Meaning")), *lines], strict=True
    ):
        for cell, text in zip(row.cells, texts, strict=True):
            _write(cell, text)
    _make_header(table.rows[0])


def rating_tables(_: Translate) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """The tables of the self-rating: what stands in their first rows, and in their first column."""
    return (
        (
            (
                _("What did you judge from, and how much did it weigh?"),
                *influence_words(_).values(),
            ),
            tuple(basis_words(_).values()),
        ),
        (
            (_("How familiar are you with the subject?"), *familiarity_words(_).values()),
            (_("Familiarity with the subject"),),
        ),
    )


def _write_self_rating(document: DocumentObject, _: Translate) -> None:
    """What the expert judges from and how familiar they are, with boxes to tick."""
    document.add_heading(_("About yourself"), 1)
    _paragraph(document, _("Tick one box in each row.")).paragraph_format.keep_with_next = True
    for heading, names in rating_tables(_):
        widths = (_NAME_WIDTH, *(_BOX_WIDTH for _word in heading[1:]))
        table = _table(document, widths, 1 + len(names))
        boxes = [BOX] * (len(heading) - 1)
        lines = (heading, *((name, *boxes) for name in names))
        for row, texts in zip(table.rows, lines, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                _write(cell, text)
        _make_header(table.rows[0])
        _paragraph(document, "")


def question(parent: str, _: Translate) -> str:
    """What is asked below the parent of this name."""
    asked = _("For “{parent}”: which of the two is more important, and by how much?")
    return asked.format(parent=parent)


def _write_parent(
    document: DocumentObject, survey: Survey, language: str, number: int, parent: str
) -> None:
    """The question, what the items mean, and a row for each pair."""
    _ = translator(language)
    name = survey.node_name(parent, language)
    document.add_heading(one_line(f"{number}. {name}"), 1)
    asked = question(name, _)
    _paragraph(document, asked).paragraph_format.keep_with_next = True
    kids = survey.hierarchy.children[parent]
    explained = [kid for kid in kids if survey.nodes[kid].explanation]
    if explained:
        items = _table(document, _ITEM_WIDTHS, len(explained))
        for row, kid in zip(items.rows, explained, strict=True):
            name_cell, text_cell = row.cells
            _write(name_cell, survey.node_name(kid, language), bold=True)
            _write(text_cell, survey.text(survey.nodes[kid].explanation, language))
            for cell in row.cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
        _paragraph(document, "").paragraph_format.keep_with_next = True
    pairs = survey.hierarchy.pairs(parent)
    table = _table(document, _PAIR_WIDTHS, 2 + len(pairs))
    _write_header(table, _)
    for k, (row, pair) in enumerate(zip(table.rows[2:], pairs, strict=True), start=1):
        left, right = (survey.node_name(node, language) for node in pair)
        cells = row.cells
        _write(cells[0], str(k), centered=True)
        _write(cells[1], left)
        _write(cells[-1], right)
        for position, cell in zip(SAATY_POSITIONS, cells[2:-1], strict=True):
            _write(cell, BOX, size=12, centered=True)
            if position == "1":
                _shade(cell)
        row.height = Cm(0.9)


def headings(_: Translate) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The two rows above the pairs, a text for each of their cells."""
    steps = [position.removeprefix("1/") for position in SAATY_POSITIONS]
    left, right = _("← left is more important"), _("right is more important →")
    return ("", "", left, "=", right, ""), ("", _("Left"), *steps, _("Right"))


def _write_header(table: Table, _: Translate) -> None:
    """Two rows that come again on every page: the sides, and the numbers."""
    sides, numbers = table.rows[0], table.rows[1]
    (_empty, _blank, left, equal, right, _last), heading = headings(_)
    for cell, text in zip(numbers.cells, heading, strict=True):
        _write(cell, text, size=9, centered=True)
    middle = 2 + SAATY_POSITIONS.index("1")
    cells = sides.cells
    for first, last, text in ((2, middle - 1, left), (middle + 1, len(cells) - 2, right)):
        _write(cells[first].merge(cells[last]), text, size=9, centered=True)
    _write(cells[middle], equal, size=9, centered=True)
    for row in (sides, numbers):
        _make_header(row)


def _table(document: DocumentObject, widths: Sequence[float], rows: int) -> Table:
    """A table with these widths in cm, of rows that stay on one page."""
    table: Table = document.add_table(rows, len(widths), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    margins = _element("w:tblCellMar")
    for side in ("top", "left", "bottom", "right"):  # the order of the file format
        margins.append(_element(f"w:{side}", w="40", type="dxa"))
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook")
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(width)
    return table


def _make_header(row: _Row) -> None:
    """Let a row come again on every page, and never stand alone at the end of one."""
    row._tr.get_or_add_trPr().append(_element("w:tblHeader"))
    for cell in row.cells:
        _shade(cell)
        cell.paragraphs[0].paragraph_format.keep_with_next = True
        for run in cell.paragraphs[0].runs:
            run.font.bold = True


def _shade(cell: _Cell) -> None:
    properties = cell._tc.get_or_add_tcPr()
    if properties.find(qn("w:shd")) is None:  # a merged cell comes several times
        shading = _element("w:shd", val="clear", color="auto", fill=_GRAY)
        properties.insert_element_before(shading, "w:vAlign")


def _write(
    cell: _Cell, text: str, *, size: float = 10, bold: bool = False, centered: bool = False
) -> None:
    """Write one line into a cell."""
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    if centered:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(one_line(text))
    run.font.size = Pt(size)
    run.font.bold = bold or None
    if text == BOX:  # a sign that Latin and Chinese fonts both have
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:hint"), "eastAsia")


def _paragraph(document: DocumentObject, text: str, style: str = "Normal") -> Paragraph:
    paragraph = document.add_paragraph(one_line(text), style)
    paragraph.paragraph_format.space_after = Pt(4)
    return paragraph


def _element(tag: str, **attributes: str) -> BaseOxmlElement:
    """An element of the file format that python-docx has no name for."""
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element
