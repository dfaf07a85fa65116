"""A report as a Word document (DOCX), on pages of A4."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import cast
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.document import Document as DocumentObject
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt
from lxml import etree

from ..i18n import Translate, translator
from .archive import without_times
from .document import (
    Document,
    Facts,
    Figure,
    Listing,
    Paragraph,
    Progress,
    Reference,
    Section,
    TableBlock,
    bookmark,
    further_part,
    number,
    one_line,
)
from .docx_styles import NUMBERS, new_list, set_styles, table_style
from .page_layout import (
    MARGIN,
    PAGE,
    SHORT,
    UPRIGHT,
    Fit,
    Placed,
    place,
)

DPI = 220
"""Dots per inch of figures."""

TALLEST = 640.0
"""Height of a figure in points, at most: a page, without its caption."""

_FACT_LABEL = 110.0
"""Width of the labels of facts, in points."""


LONGEST_PROPERTY = 255
"""Characters of what a Word file says of itself."""


def docx_bytes(document: Document, progress: Progress | None = None) -> bytes:
    """A report as a .docx file.

    Captions are numbered by fields, the contents are a field that is filled in, header rows come
    again on every page. A bookmark around each caption has the name that `bookmark` gives the
    table's or figure's key. A table that is too wide for a page across stands in parts, one below
    the other, each with the first column again and a bookmark of its own (`further_part`).

    Args:
        document: what is written.
        progress: told after each table and figure.

    Returns:
        The file; the same document gives the same bytes.

    Raises:
        ReportError: the document contradicts itself, as `number` says.
    """
    return write_docx(document, progress, {})


def write_docx(
    document: Document,
    progress: Progress | None,
    images: dict[str, bytes],
    pages: Mapping[str, int] | None = None,
) -> bytes:
    """The file; with contents that are a field, or that have the pages of a program that has laid
    them out.

    Args:
        document: what is written.
        progress: told after each table and figure.
        images: figures that are drawn already, by key; the others are put in.
        pages: section's key -> its page, if known.
    """
    file = docx.Document()
    _set_up(file)
    set_styles(file, document.language)
    _write_margins(file, document)
    body = _Body(file, document, progress, images, pages).xml()
    old = file.element.body
    # as one piece: lxml takes a second for each hundred large elements that move to another tree
    new = parse_xml(f"<w:body {nsdecls('w', 'r')}>{body}</w:body>")
    new.append(old.sectPr)
    file.element.replace(old, new)
    _write_properties(file, document)
    stream = io.BytesIO()
    file.save(stream)
    return without_times(stream.getvalue())


class _Body:
    """The text of a document as WordprocessingML, written from top to bottom."""

    def __init__(
        self,
        file: DocumentObject,
        document: Document,
        progress: Progress | None,
        images: dict[str, bytes],
        pages: Mapping[str, int] | None,
    ) -> None:
        self.file = file
        self.document = document
        self.progress = progress
        self.images = images
        self.pages = pages
        self.numbers = number(document)
        self.placed = place(document)
        self.marks = 0
        self.lists = NUMBERS
        self.steps = sum(isinstance(one.block, TableBlock | Figure) for one in self.placed)
        self.done = 0
        self._: Translate = translator(document.language)

    def xml(self) -> str:
        """All paragraphs and tables; the properties of the last section stand in the file."""
        parts = [*self._front()]
        across = False
        new_page = self.document.contents
        first = True
        for position, one in enumerate(self.placed):
            if one.across != across or (first and new_page):
                parts.append(self._section_end(across, first))
                first, across = False, one.across
                turned = True
            else:
                turned = position == 0
            parts.extend(self._block(one, turned))
        parts.extend(self._provenance())
        if across:
            self._turn(cast(BaseOxmlElement, self.file.element.body.sectPr))
        if not first:
            self._without_title_page(self.file.element.body.sectPr)
        return "".join(parts)

    # --- the first page ---------------------------------------------------------------------------

    def _front(self) -> Iterator[str]:
        document = self.document
        yield _paragraph("Title", _run(one_line(document.title)))
        if document.subtitle:
            yield _paragraph("Subtitle", _run(one_line(document.subtitle)))
        for text in document.warnings:
            yield self._paragraph(Paragraph(text, "warning"))
        if document.facts:
            yield self._facts(document.facts)
        if document.contents:
            yield from self._contents()

    def _contents(self) -> Iterator[str]:
        """Headings of two levels, linked. Pages that nobody knows yet are left empty: a wrong
        number would be worse than none.
        """
        entries = [
            one.block
            for one in self.placed
            if isinstance(one.block, Section) and self.numbers.listed(one.block.key)
        ]
        if not entries:
            return
        yield _paragraph("TOCHeading", _run(self._("Contents")))
        begin, end = _field_begin(r'TOC \o "1-2" \h \z'), _FIELD_END
        for position, section in enumerate(entries):
            name = bookmark("section", section.key)
            page = _field_begin(f"PAGEREF {name} \\h") + end
            if self.pages is not None:
                page = _run(str(self.pages[section.key]))
            words = f"{_run(self.numbers.heading(section))}<w:r><w:tab/></w:r>{page}"
            link = f'<w:hyperlink w:anchor="{name}" w:history="1">{words}</w:hyperlink>'
            style = f"TOC{self.numbers.depths[section.key]}"
            first, last = position == 0, position == len(entries) - 1
            yield _paragraph(style, (begin if first else "") + link + (end if last else ""))

    # --- blocks -----------------------------------------------------------------------------------

    def _block(self, one: Placed, turned: bool) -> Iterator[str]:
        block = one.block
        match block:
            case Section():
                yield self._heading(block, turned)
            case Paragraph():
                yield self._paragraph(block)
            case Listing():
                yield from self._listing(block)
            case Facts():
                yield self._facts(block.pairs)
            case TableBlock():
                assert one.fit is not None
                yield from self._table(block, one.fit)
                self._step()
            case Figure():
                yield from self._figure(block)
                self._step()

    def _heading(self, section: Section, turned: bool) -> str:
        depth = self.numbers.depths[section.key]
        breaks = (section.new_page or (section.annex and depth == 1)) and not turned
        words = self._marked(bookmark("section", section.key), _run(self.numbers.heading(section)))
        # the contents' field takes all headings of a style, so those of annexes have their own
        annexed = self.numbers.numbers["section", section.key][0].isalpha() and depth > 1
        style = f"{'AnnexHeading' if annexed else 'Heading'}{depth}"
        return _paragraph(style, words, "<w:pageBreakBefore/>" if breaks else "")

    def _paragraph(self, paragraph: Paragraph) -> str:
        words = self._words(paragraph.text)
        if paragraph.emphasis == "warning":
            return _paragraph("Warning", _run(self._("Attention") + " · ", "<w:b/>") + words)
        if paragraph.emphasis == "draft":
            return _paragraph("Draft", _run(self._("[draft]") + " ", "<w:b/>") + words)
        return _paragraph("Note" if paragraph.emphasis == "note" else "BodyText", words)

    def _listing(self, listing: Listing) -> Iterator[str]:
        """Each numbered list begins with 1."""
        style, numbered = "ListBullet", ""
        if listing.numbered:
            style = "ListNumber"
            self.lists += 1
            new_list(self.file, self.lists)
            numbered = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{self.lists}"/></w:numPr>'
        for item in listing.items:
            yield _paragraph(style, self._words(item), numbered)

    def _facts(self, pairs: Sequence[tuple[str, str]]) -> str:
        widths = (_FACT_LABEL, UPRIGHT - _FACT_LABEL)
        rows = [
            _row(
                [
                    _cell(widths[0], _paragraph("FactLabel", _run(one_line(label)))),
                    _cell(widths[1], _paragraph("Fact", self._words(value))),
                ]
            )
            for label, value in pairs
        ]
        return _table_xml("Facts", widths, rows) + _paragraph("AfterTable", "")

    def _table(self, block: TableBlock, fit: Fit) -> Iterator[str]:
        table = block.table
        shown = fit.shown
        label, title = self.numbers.caption(block)
        name = bookmark("table", block.key)
        text, numbers, head, number_head = (
            table_style(kind, fit.size) for kind in ("Text", "Number", "Head", "Number Head")
        )
        short = len(shown) <= SHORT and fit.lines <= 2 * SHORT
        for count, part in enumerate(fit.parts, start=1):
            if count == 1:
                yield self._caption("Table", name, label, title, "<w:keepNext/>")
            else:
                again = self._("{label} (continued)").format(label=label)
                words = self._marked(further_part(name, count), _run(again + title))
                yield _paragraph("Caption", words, "<w:keepNext/>")
            widths = [width for _column, width in part]
            rows = []
            cells = []
            for column, width in part:
                style = number_head if column in fit.numeric else head
                words = _run(one_line(table.columns[column]))
                cells.append(_cell(width, _paragraph(style, words, "<w:keepNext/>")))
            rows.append(_row(cells, heading=True))
            for index, row in enumerate(shown, start=1):
                keep = "<w:keepNext/>" if short and index < len(shown) else ""
                rows.append(
                    _row(
                        [
                            _cell(
                                width,
                                _paragraph(
                                    numbers if column in fit.numeric else text,
                                    _run(row[column]),
                                    keep,
                                ),
                            )
                            for column, width in part
                        ]
                    )
                )
            yield _table_xml("ReportTable", widths, rows)
            if count == len(fit.parts) and table.note:
                yield _paragraph("TableNote", self._words(table.note))
            else:
                yield _paragraph("AfterTable", "")

    def _figure(self, figure: Figure) -> Iterator[str]:
        from ..plots.printed import png  # noqa: PLC0415 - slow to load, needed here alone

        if figure.key not in self.images:
            self.images[figure.key] = png(figure.chart, dpi=DPI)
        image = self.images[figure.key]
        across, down = (pixels * 72 / DPI for pixels in struct.unpack(">II", image[16:24]))
        scale = min(1.0, UPRIGHT / across, TALLEST / down)
        inline = self.file.part.new_pic_inline(io.BytesIO(image), width=Pt(across * scale))
        inline.docPr.set("descr", one_line(figure.chart.alt))
        inline.docPr.set("name", bookmark("figure", figure.key))
        drawing = _written(inline)
        yield _paragraph("Figure", f"<w:r><w:drawing>{drawing}</w:drawing></w:r>", "<w:keepNext/>")
        label, title = self.numbers.caption(figure)
        yield self._caption("Figure", bookmark("figure", figure.key), label, title, "")

    def _caption(self, sequence: str, name: str, label: str, title: str, keep: str) -> str:
        """Label with a field that counts, then the title; label and whole caption have a mark."""
        before, digits, after = re.split(r"(\d+)", label)
        field = _field(f"SEQ {sequence} \\* ARABIC", digits)
        words = _run(before) + field + _run(after)
        marked = self._marked(_label_mark(name), words)
        return _paragraph("Caption", self._marked(name, marked + _run(title)), keep)

    def _provenance(self) -> Iterator[str]:
        if self.document.provenance:
            yield _paragraph("UnnumberedHeading", _run(self._("How the numbers came about")))
            yield self._facts(self.document.provenance)

    # --- words ------------------------------------------------------------------------------------

    def _words(self, text: str) -> str:
        """A text with its references as fields that lead there."""
        return "".join(
            _run(part) if isinstance(part, str) else self._reference(part)
            for part in self.numbers.parts(text)
        )

    def _reference(self, part: Reference) -> str:
        name = bookmark(part.kind, part.key)
        label = self.numbers.label(part.kind, part.key)
        if part.kind == "section":
            return f'<w:hyperlink w:anchor="{name}" w:history="1">{_run(label)}</w:hyperlink>'
        return _field(f"REF {_label_mark(name)} \\h", label)

    def _marked(self, name: str, words: str) -> str:
        self.marks += 1
        return (
            f'<w:bookmarkStart w:id="{self.marks}" w:name="{name}"/>{words}'
            f'<w:bookmarkEnd w:id="{self.marks}"/>'
        )

    def _step(self) -> None:
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, self.steps)

    # --- sections of pages ------------------------------------------------------------------------

    def _section_end(self, across: bool, first: bool) -> str:
        """An empty paragraph, as low as can be, which ends pages that are all upright or across."""
        properties = deepcopy(self.file.element.body.sectPr)
        if across:
            self._turn(properties)
        if not first:
            self._without_title_page(properties)
        written = _written(properties)
        return f'<w:p><w:pPr><w:pStyle w:val="PageEnd"/>{written}</w:pPr></w:p>'

    @staticmethod
    def _turn(properties: BaseOxmlElement) -> None:
        size = properties.find(qn("w:pgSz"))
        assert size is not None
        size.set(qn("w:w"), str(round(PAGE[1] * 20)))
        size.set(qn("w:h"), str(round(PAGE[0] * 20)))
        size.set(qn("w:orient"), "landscape")

    @staticmethod
    def _without_title_page(properties: BaseOxmlElement) -> None:
        for title_page in properties.findall(qn("w:titlePg")):
            properties.remove(title_page)


# --- elements -------------------------------------------------------------------------------------

_FIELD_END = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def _written(element: BaseOxmlElement) -> str:
    """An element of python-docx as text."""
    return str(etree.tostring(element, encoding="unicode"))


def _run(text: str, properties: str = "") -> str:
    if not text:
        return ""
    look = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _paragraph(style: str, words: str, properties: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{words}</w:p>'


def _field(instruction: str, shown: str) -> str:
    return f"<w:fldSimple w:instr={quoteattr(f' {instruction} ')}>{_run(shown)}</w:fldSimple>"


def _field_begin(instruction: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {escape(instruction)} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )


def _cell(width: float, paragraph: str) -> str:
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{round(width * 20)}" w:type="dxa"/></w:tcPr>{paragraph}</w:tc>'
    )


def _row(cells: Sequence[str], *, heading: bool = False) -> str:
    """A row that stays on one page; a heading comes again on every page."""
    repeated = "<w:tblHeader/>" if heading else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{''.join(cells)}</w:tr>"


def _table_xml(style: str, widths: Sequence[float], rows: Sequence[str]) -> str:
    grid = "".join(f'<w:gridCol w:w="{round(width * 20)}"/>' for width in widths)
    total = sum(round(width * 20) for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{total}" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/><w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" '
        'w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _label_mark(name: str) -> str:
    """The bookmark around "Table 3" alone, which references repeat; hidden by its first letter."""
    return f"_{name}"


# --- the file -------------------------------------------------------------------------------------


def _set_up(file: DocumentObject) -> None:
    """Pages of A4."""
    (section,) = file.sections
    section.page_width, section.page_height = Pt(PAGE[0]), Pt(PAGE[1])
    section.left_margin = section.right_margin = Pt(MARGIN)
    section.top_margin = section.bottom_margin = Cm(2.3)
    section.header_distance = section.footer_distance = Cm(1.1)


def _write_margins(file: DocumentObject, document: Document) -> None:
    """The title above each page but the first, the number of the page below it."""
    (section,) = file.sections
    section.different_first_page_header_footer = document.contents
    above = one_line(document.title)
    if document.subtitle:
        above += f" · {one_line(document.subtitle)}"
    section.header.paragraphs[0].text = above
    _ = translator(document.language)
    pattern = _("Page {page} of {count}")
    fields = {"{page}": _field("PAGE", "1"), "{count}": _field("NUMPAGES", "1")}
    words = "".join(
        fields.get(part) or _run(part) for part in re.split(r"(\{page\}|\{count\})", pattern)
    )
    for footer in (section.footer, section.first_page_footer):
        paragraph = parse_xml(
            _paragraph("Footer", words).replace("<w:p>", f"<w:p {nsdecls('w')}>", 1)
        )
        old = footer.paragraphs[0]._p
        old.addprevious(paragraph)
        old.getparent().remove(old)
        if not document.contents:
            break


def _write_properties(file: DocumentObject, document: Document) -> None:
    """What the file says of itself."""
    properties = file.core_properties
    properties.title = one_line(document.title)[:LONGEST_PROPERTY]
    properties.subject = one_line(document.subtitle)[:LONGEST_PROPERTY]
    properties.author = "ahp"
    properties.comments = ""
    properties.language = "zh-CN" if document.language == "zh" else "en-US"
