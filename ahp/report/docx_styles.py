"""Styles of reports in Word: of paragraphs, tables and lists, with fonts for Latin and Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from docx.document import Document as DocumentObject
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement

from .page_layout import SIZES, UPRIGHT

BULLETS, NUMBERS = 1, 2
"""Ids of the two kinds of lists; each list that counts gets a further one."""

_BLUE, _GRAY = "1F4E79", "555F69"
_BODY = 10.5
_INSIDE = '<w:ind w:left="100" w:right="100"/>'
"""Room for the lines of a frame inside the text's width."""


@dataclass(frozen=True)
class _Style:
    """A style of paragraphs.

    Attributes:
        name: as Word shows it; without spaces its id.
        size: of the type, in points.
        sans: the font of headings.
        bold: whether the type is bold.
        color: of the type, as hexadecimal RGB; empty for black.
        before, after: space in points.
        line: distance of lines, 1 for single.
        align: `center`, `right` or empty.
        keep: stays with the paragraph below.
        level: of a heading, from 0.
        around: numbering, borders, shading and tabs, in the order of the file format.
        indent: of the lines.
    """

    name: str
    size: float = _BODY
    sans: bool = False
    bold: bool = False
    color: str = ""
    before: float = 0
    after: float = 0
    line: float = 1.0
    align: str = ""
    keep: bool = False
    level: int | None = None
    around: str = ""
    indent: str = ""

    def xml(self, latin: str, chinese_font: tuple[str, str]) -> str:
        """The style in the file format."""
        size = round(self.size * 2)
        base = "" if self.name == "Normal" else '<w:basedOn w:val="Normal"/>'
        following = '<w:next w:val="BodyText"/>' if self.level is not None else ""
        return (
            f'<w:style w:type="paragraph" w:styleId="{style_id(self.name)}"'
            + (' w:default="1"' if self.name == "Normal" else "")
            + f"><w:name w:val={quoteattr(self.name)}/>{base}{following}<w:qFormat/><w:pPr>"
            + ("<w:keepNext/><w:keepLines/>" if self.keep else "")
            + self.around
            + f'<w:spacing w:before="{round(self.before * 20)}" w:after="{round(self.after * 20)}" '
            f'w:line="{round(self.line * 240)}" w:lineRule="auto"/>'
            + self.indent
            + (f'<w:jc w:val="{self.align}"/>' if self.align else "")
            + ("" if self.level is None else f'<w:outlineLvl w:val="{self.level}"/>')
            + f'</w:pPr><w:rPr><w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:cs="{latin}" '
            f'w:eastAsia="{chinese_font[self.sans]}"/>'
            + ("<w:b/><w:bCs/>" if self.bold else "")
            + (f'<w:color w:val="{self.color}"/>' if self.color else "")
            + f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
        )


def style_id(name: str) -> str:
    """The id of a style: `"BodyText"` for Body Text, `"TOC1"` for toc 1."""
    name = name.replace("toc ", "TOC ").replace("header", "Header").replace("footer", "Footer")
    words = (word[:1].upper() + word[1:] for word in name.replace("heading", "Heading").split())
    return "".join(words)


def table_style(kind: str, size: float) -> str:
    """The id of the style of a table's cells: `kind` is Text, Number, Head or Number Head."""
    return style_id(_table_style_name(kind, size))


def set_styles(file: DocumentObject, language: str) -> None:
    """Replace the styles, lists and languages of the template."""
    chinese = language == "zh"
    latin = "Times New Roman" if chinese else "Arial"
    fonts = ("SimSun", "SimHei" if chinese else "Microsoft YaHei")
    styles = [style.xml(latin, fonts) for style in _styles(chinese)]
    defaults = (
        f'<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" '
        f'w:cs="{latin}" w:eastAsia="{fonts[0]}"/><w:sz w:val="21"/><w:szCs w:val="21"/>'
        # of Latin letters, or programs take them for Chinese: no word would stay whole
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
        "</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr/></w:pPrDefault></w:docDefaults>"
    )
    _replace(file.styles.element, "w:styles", [defaults, *styles, *_TABLE_STYLES])
    _replace(file.part.numbering_part.element, "w:numbering", _LISTS)
    settings = file.settings.element
    theme = settings.find(qn("w:themeFontLang"))
    assert theme is not None
    theme.set(qn("w:val"), "en-US")
    theme.set(qn("w:eastAsia"), "zh-CN")
    for setting in settings.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")  # else Word's title bar says so


def new_list(file: DocumentObject, number: int) -> None:
    """A list that begins with 1; its id is `number`, above those of the others."""
    file.part.numbering_part.element.append(
        parse_xml(
            f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{NUMBERS}"/>'
            '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        )
    )


def _replace(element: BaseOxmlElement, root: str, parts: Sequence[str]) -> None:
    """Give an element of a file these children alone."""
    new = parse_xml(f"<{root} {nsdecls('w')}>{''.join(parts)}</{root}>")
    for child in list(element):
        element.remove(child)
    for child in list(new):
        element.append(child)


def _styles(chinese: bool) -> list[_Style]:
    """All styles of paragraphs; Chinese running text begins two characters in."""
    indent = '<w:ind w:firstLineChars="200" w:firstLine="420"/>' if chinese else ""
    tab = f'<w:tabs><w:tab w:val="right" w:pos="{round(UPRIGHT * 20)}"/></w:tabs>'
    headings = [
        _Style(name, size, True, True, _BLUE, 14, 6, 1.15, "", True, level)
        for name, size, level in (
            ("heading 1", 15, 0),
            *((f"{kind} 2", 12.5, 1) for kind in ("heading", "Annex Heading")),
            *((f"{kind} 3", 11, 2) for kind in ("heading", "Annex Heading")),
        )
    ]
    cells = [
        _Style(
            _table_style_name(kind, size),
            size,
            sans="Head" in kind,
            bold="Head" in kind,
            align="right" if "Number" in kind else "",
        )
        for size in SIZES
        for kind in ("Text", "Number", "Head", "Number Head")
    ]
    return [
        _Style("Normal"),
        _Style("Body Text", after=5, line=1.35, indent=indent),
        _Style("Title", 20, sans=True, bold=True, color=_BLUE, after=6, align="center"),
        _Style("Subtitle", 13, sans=True, color=_GRAY, after=14, align="center"),
        *headings,
        _Style("Unnumbered Heading", 15, True, True, _BLUE, 16, 6, keep=True),
        _Style("TOC Heading", 13, True, True, _BLUE, 16, 6, keep=True),
        _Style("toc 1", after=2, around=tab),
        _Style("toc 2", after=2, around=tab, indent='<w:ind w:left="360"/>'),
        _Style("caption", 9.5, True, True, before=8, after=4, align="center"),
        _Style("Figure", before=6, align="center", keep=True),
        _Style("Note", 9, color=_GRAY, after=5),
        _Style("Table Note", 8.5, color=_GRAY, before=3, after=10),
        _Style("After Table", 6),
        _Style("Page End", 1),
        _Style("Warning", after=6, line=1.2, around=_frame("C0392B", "FDECEA"), indent=_INSIDE),
        _Style("Draft", after=5, line=1.35, around=_frame("B7950B", "FEF9E7"), indent=_INSIDE),
        _Style("Fact Label", color=_GRAY, after=2),
        _Style("Fact", after=2),
        _Style("header", 9, color=_GRAY, align="center"),
        _Style("footer", 9, color=_GRAY, align="center"),
        _Style("List Bullet", after=3, line=1.25, around=_listed(BULLETS)),
        _Style("List Number", after=3, line=1.25, around=_listed(NUMBERS)),
        *cells,
    ]


def _table_style_name(kind: str, size: float) -> str:
    return f"Table {kind} {size:g}".replace(".", "_")


def _frame(line: str, fill: str) -> str:
    """A frame of a color and a filling."""
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="8" w:space="4" w:color="{line}"/>'
        for side in ("top", "left", "bottom", "right")
    )
    return f'<w:pBdr>{sides}</w:pBdr><w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>'


def _listed(number: int) -> str:
    return f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>'


def _list(number: int, form: str, text: str) -> str:
    return (
        f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="singleLevel"/>'
        f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
        '<w:pPr><w:ind w:left="420" w:hanging="420"/></w:pPr></w:lvl></w:abstractNum>'
    )


_LISTS = (
    _list(BULLETS, "bullet", "•"),
    _list(NUMBERS, "decimal", "%1."),
    *(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>'
        for number in (BULLETS, NUMBERS)
    ),
)

_CELL_MARGINS = (
    '<w:tblCellMar><w:top w:w="30" w:type="dxa"/><w:left w:w="80" w:type="dxa"/>'
    '<w:bottom w:w="30" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar>'
)

_TABLE_STYLES = (
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal">'
    '<w:name w:val="Normal Table"/></w:style>',
    '<w:style w:type="table" w:styleId="ReportTable"><w:name w:val="Report Table"/>'
    '<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblBorders>'
    '<w:top w:val="single" w:sz="12" w:space="0" w:color="000000"/>'
    '<w:bottom w:val="single" w:sz="12" w:space="0" w:color="000000"/>'
    '<w:insideH w:val="single" w:sz="2" w:space="0" w:color="D0D5DA"/></w:tblBorders>'
    f'{_CELL_MARGINS}</w:tblPr><w:tcPr><w:vAlign w:val="center"/></w:tcPr>'
    '<w:tblStylePr w:type="firstRow"><w:tcPr><w:tcBorders>'
    '<w:bottom w:val="single" w:sz="6" w:space="0" w:color="000000"/></w:tcBorders>'
    '<w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr></w:style>',
    '<w:style w:type="table" w:styleId="Facts"><w:name w:val="Facts"/>'
    '<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/>'
    f"{_CELL_MARGINS}</w:tblPr></w:style>",
)
"""Three lines, as printed tables have them, and hair lines between rows."""
