"""Workbooks of LibreOffice (ODS), turned into what is read of an XLSX workbook.

Libraries that read ODS drop what tells how a number is meant: that it is shown as a percentage,
that a formula was never calculated, that rows or sheets are hidden. So the sheets are rewritten as
the parts of an XLSX workbook, with the values as they were saved, and read as such.
Elements: OpenDocument 1.3, part 3, chapters 9 (tables) and 6.1 (texts).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from openpyxl.utils import get_column_letter

from .delimited import is_sheet_error

MIMETYPE = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
"""Stands in the head of the first file of the archive, which is stored as it is."""

_PERCENT, _LITERAL_PERCENT = 1, 2
"""Numbers of the styles in `_STYLES`."""

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_STYLES = (
    f'<styleSheet {_MAIN}><numFmts count="1"><numFmt numFmtId="164" '
    'formatCode="General&quot;%&quot;"/></numFmts><fonts><font/></fonts>'
    '<fills><fill><patternFill patternType="none"/></fill></fills><borders><border/></borders>'
    "<cellStyleXfs><xf/></cellStyleXfs>"
    '<cellXfs><xf/><xf numFmtId="9"/><xf numFmtId="164"/></cellXfs></styleSheet>'
)

_CLOCK = re.compile(r"PT([01]\d|2[0-3])H(\d\d)M(\d\d)")
_CELLS = ("table:table-cell", "table:covered-table-cell")
_IN_CELL, _IN_PARAGRAPH = 1, 2
"""Where texts count: not in comments and drawings, for which 0 stands."""


def xlsx_parts(content: bytes, limit: Callable[[int], None]) -> dict[str, bytes]:
    """The parts of an XLSX workbook with the same sheets, values, merged and hidden cells.

    Args:
        content: `content.xml` of the workbook.
        limit: told how many characters there are so far, since a cell can stand for thousands;
            raises where there are too many.

    Raises:
        Exception: not such a file, or too large.
    """
    sheets = _Sheets(limit)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = sheets.start, sheets.end
    parser.CharacterDataHandler = sheets.text
    parser.Parse(content, True)
    names, books, relations, types = [], [], [], []
    for number, (name, shown, part) in enumerate(sheets.parts(), start=1):
        names.append((f"xl/worksheets/sheet{number}.xml", part))
        state = "" if shown else ' state="hidden"'
        books.append(
            f'<sheet name={quoteattr(name)} sheetId="{number}"{state} r:id="rId{number}"/>'
        )
        relations.append(_relation(number, "worksheet", f"worksheets/sheet{number}.xml"))
        types.append(_type(f"xl/worksheets/sheet{number}.xml", "worksheet"))
    relations.append(_relation(len(names) + 1, "styles", "styles.xml"))
    types += [_type("xl/workbook.xml", "sheet.main"), _type("xl/styles.xml", "styles")]
    packed = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">{"".join(types)}</Types>',
        "_rels/.rels": _relation_file([_relation(1, "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_RELATIONS}">'
        f"<sheets>{''.join(books)}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relation_file(relations),
        "xl/styles.xml": _STYLES,
        **dict(names),
    }
    return {name: part.encode() for name, part in packed.items()}


def _relation(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'


def _relation_file(relations: list[str]) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(relations)}</Relationships>'


def _type(name: str, kind: str) -> str:
    return f'<Override PartName="/{name}" ContentType="{_TYPES}.{kind}+xml"/>'


class _Sheets:
    """The sheets of a workbook, as the parser comes by them."""

    def __init__(self, limit: Callable[[int], None]) -> None:
        self._limit = limit
        self._size = 0
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._outside: set[int] = set()  # numbers of what is kept of tables of other files
        self._found: list[tuple[str, str, dict[str, list[str]]]] = []
        self._row = self._column = self._rows_alike = 0
        self._row_hidden = False
        self._cells: list[tuple[int, int, str]] = []
        self._cell: Mapping[str, str] = {}
        self._said: list[str] = []
        self._inside: list[int] = [0]  # what each element that is open is inside of

    def parts(self) -> Iterator[tuple[str, bool, str]]:
        """Name of each sheet, whether it is shown, its part."""
        for number, (name, style, held) in enumerate(self._found, start=1):
            if number in self._outside:
                continue
            columns, rows, merged = map("".join, held.values())
            yield (
                name,
                style not in self._hidden_styles,
                f"<worksheet {_MAIN}>"
                + (f"<cols>{columns}</cols>" if columns else "")
                + f"<sheetData>{rows}</sheetData>"
                + (f"<mergeCells>{merged}</mergeCells>" if merged else "")
                + "</worksheet>",
            )

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self._inside.append(self._place_of(name))
        held = self._found[-1][2] if self._found else {}
        match name:
            case "table:table-source":
                self._outside.add(len(self._found))
            case "style:style":
                self._style = attributes.get("style:name", "")
            case "style:table-properties" if attributes.get("table:display") == "false":
                self._hidden_styles.add(self._style)
            case "table:table":
                style = attributes.get("table:style-name", "")
                empty: dict[str, list[str]] = {"columns": [], "rows": [], "merged": []}
                self._found.append((attributes["table:name"], style, empty))
                self._row = self._column = 0
            case "table:table-column":
                first, alike = self._column + 1, _repeated(attributes, "columns")
                self._column += alike
                if _is_hidden(attributes):
                    held["columns"].append(f'<col min="{first}" max="{self._column}" hidden="1"/>')
            case "table:table-row":
                self._rows_alike = _repeated(attributes, "rows")
                self._row_hidden = _is_hidden(attributes)
                self._column, self._cells = 0, []
            case "table:table-cell" | "table:covered-table-cell":
                self._cell, self._said = attributes, []
                self._merge(attributes)
            case "text:p":
                self.text("\n")
            case "text:s":
                count = max(int(attributes.get("text:c", 1)), 0)
                self._size += count
                self._limit(self._size)
                self.text(" " * count)
            case "text:tab" | "text:line-break":
                self.text("\t" if name == "text:tab" else "\n")

    def text(self, said: str) -> None:
        """Characters between elements; spaces stay, which LibreOffice writes as they are."""
        if self._inside[-1] == _IN_PARAGRAPH:
            self._said.append(said)

    def end(self, name: str) -> None:
        """An element ends."""
        self._inside.pop()
        match name:
            case "table:table-cell" | "table:covered-table-cell":
                alike = _repeated(self._cell, "columns")
                value = _value(self._cell, "".join(self._said).strip())
                if value:
                    self._cells.append((self._column + 1, alike, value))
                self._column += alike
                self._cell, self._said = {}, []
            case "table:table-row":
                if self._cells:
                    least = sum(alike * len(value) for _column, alike, value in self._cells)
                    self._limit(self._size + self._rows_alike * least)
                    for line in range(self._row + 1, self._row + self._rows_alike + 1):
                        self._add("rows", self._line(line))
                self._row += self._rows_alike

    def _place_of(self, name: str) -> int:
        """What an element that begins is inside of."""
        around = self._inside[-1]
        if name in _CELLS:
            return _IN_CELL
        if not around or not name.startswith("text:"):
            return 0
        return _IN_PARAGRAPH if name == "text:p" else around

    def _merge(self, attributes: Mapping[str, str]) -> None:
        """Cells that this one covers."""
        columns = int(attributes.get("table:number-columns-spanned", 1))
        rows = int(attributes.get("table:number-rows-spanned", 1))
        if columns * rows > 1:
            first = f"{get_column_letter(self._column + 1)}{self._row + 1}"
            last = f"{get_column_letter(self._column + columns)}{self._row + rows}"
            self._add("merged", f'<mergeCell ref="{first}:{last}"/>')

    def _line(self, line: int) -> str:
        hidden = ' hidden="1"' if self._row_hidden else ""
        cells = (
            f'<c r="{get_column_letter(column)}{line}"{value}</c>'
            for first, alike, value in self._cells
            for column in range(first, first + alike)
        )
        return f'<row r="{line}"{hidden}>{"".join(cells)}</row>'

    def _add(self, kind: str, text: str) -> None:
        self._size += len(text)
        self._limit(self._size)
        self._found[-1][2][kind].append(text)


def _repeated(attributes: Mapping[str, str], what: str) -> int:
    return int(attributes.get(f"table:number-{what}-repeated", 1))


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    return attributes.get("table:visibility") in ("collapse", "filter")


def _value(cell: Mapping[str, str], text: str) -> str:
    """What stands in a cell of XLSX behind its place; "" for an empty one."""
    kind = cell.get("office:value-type", "string" if text else "")
    formula = f"<f>{escape(one)}</f>" if (one := cell.get("table:formula")) else ""
    if cell.get("calcext:value-type") == "error" or is_sheet_error(text):
        return f' t="e">{formula}<v>{escape(text)}</v>'  # the value beside it is an empty text
    style = _PERCENT if kind == "percentage" else _LITERAL_PERCENT if text.endswith("%") else 0
    value, type_ = cell.get("office:value", ""), "n"
    match kind:
        case "":
            return f">{formula}" if formula else ""
        case "string":
            value, type_ = cell.get("office:string-value", text), "str"
            if not (value or formula):
                return ""
        case "boolean":
            value, type_ = str(int(cell["office:boolean-value"] == "true")), "b"
        case "date":
            day, _, time = cell["office:date-value"].partition("T")
            value, type_ = f"{day}T{time[:8] or '00:00:00'}", "d"
        case "time":
            value, type_ = cell["office:time-value"], "d"
            if clock := _CLOCK.match(value):
                value = f"T{':'.join(clock.groups())}"
    return f' t="{type_}" s="{style}">{formula}<v>{escape(value)}</v>'
