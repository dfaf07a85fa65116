"""ODS workbooks, written by hand: what is read of each cell, and what is refused."""

from __future__ import annotations

import io
import zipfile

import pytest

from ahp.errors import AnswersError
from ahp.tables import opendocument, workbooks
from ahp.tables.grids import Grid, read_grid

NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        **{"office": "office", "table": "table", "text": "text", "style": "style"},
        "calcext": "calcext",
    }.items()
)
HIDDEN = (
    '<office:automatic-styles><style:style style:name="h"><style:table-properties '
    'table:display="false"/></style:style></office:automatic-styles>'
)

FAILED = 'table:formula="of:=1/0" office:value-type="string" office:string-value=""'
"""How LibreOffice and others write a formula that came to an error."""


def ods(*tables: str, head: str = "", styles: str = HIDDEN) -> bytes:
    sheets = "".join(
        f'<table:table table:name="S{k}">{one}</table:table>' if "<table:table " not in one else one
        for k, one in enumerate(tables, start=1)
    )
    content = (
        f"{head}<office:document-content {NAMES}>{styles}<office:body><office:spreadsheet>"
        f"{sheets}</office:spreadsheet></office:body></office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return stream.getvalue()


def row(*cells: str, alike: int = 1, hidden: bool = False) -> str:
    shown = ' table:visibility="collapse"' * hidden
    return (
        f'<table:table-row table:number-rows-repeated="{alike}"{shown}>'
        f"{''.join(cells)}</table:table-row>"
    )


def cell(text: str = "", about: str = "") -> str:
    inner = f"<text:p>{text}</text:p>" if text else ""
    return f"<table:table-cell {about}>{inner}</table:table-cell>"


def value(kind: str, text: str = "", **about: str) -> str:
    said = " ".join(f'office:{name.replace("_", "-")}="{one}"' for name, one in about.items())
    return cell(text, f'office:value-type="{kind}" {said}')


def read(content: bytes) -> Grid:
    return read_grid(content, "t.ods", AnswersError)


def refused(content: bytes) -> str:
    with pytest.raises(AnswersError) as raised:
        read(content)
    return str(raised.value)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (cell("甲 &amp; 乙"), "甲 & 乙"),
        (cell("a<text:s text:c='2'/>b</text:p><text:p>c"), "a  b\nc"),
        (value("float", "0.33", value="0.3333333333333333"), "0.3333333333333333"),
        (value("float", "3", value="3"), "3"),
        (value("percentage", "98%", value="0.98"), "98%"),
        (value("float", "98%", value="98"), "98%"),
        (value("currency", "5 €", value="5"), "5"),
        (value("boolean", "TRUE", boolean_value="true"), "yes"),
        (value("date", "3/26", date_value="2026-03-01"), "2026-03-01"),
        (value("date", "", date_value="2026-03-01T10:05:00.5"), "2026-03-01T10:05:00"),
        (value("time", "", time_value="PT10H30M00S"), "10:30:00"),
        (value("time", "", time_value="PT30H00M00S"), "1 day, 6:00:00"),
        (cell("1/3", 'table:formula="of:=x" office:value-type="string"'), "1/3"),
        (cell("", 'table:formula="of:=1+1"'), "=\0"),
        (cell("#DIV/0!", f"{FAILED} calcext:value-type='error'"), "#DIV/0!"),
        (cell("#NV", f"{FAILED} calcext:value-type='error'"), "#NV"),
        (cell("#REF!", FAILED), "#REF!"),
    ],
)
def test_cells(written: str, expected: str) -> None:
    assert read(ods(row(cell("x"), written))).cell(1, 1) == expected


def test_what_is_repeated_merged_and_hidden() -> None:
    about = 'table:number-columns-spanned="1" table:number-rows-spanned="2"'
    comment = "<office:annotation><text:p>a comment</text:p></office:annotation>"
    table = (
        '<table:table-column/><table:table-column table:visibility="collapse"/>'
        + row(cell("a", about), cell("b", 'table:number-columns-repeated="2"'))
        + row("<table:covered-table-cell/>", cell(f"{comment}c"), alike=2, hidden=True)
        + row(cell("", 'table:number-columns-repeated="16384"'), alike=1_000_000)
    )
    lost = '<table:table table:name="Kept out" table:style-name="h">' + row(cell("x"))
    outside = '<table:table table:name="F"><table:table-source/>' + row(cell("x"))
    found = read(ods(table, f"{lost}</table:table>", f"{outside}</table:table>"))
    assert found.sheet == "S1"
    assert dict(found.rows) == {1: ("a", "b", "b"), 2: ("", "c"), 3: ("", "c")}
    assert found.merged == {(2, 0): (1, 0)}
    assert [str(one) for one in found.remarks] == [
        "t.ods: hidden sheets left out: 'Kept out'",
        "rows 2-3 are hidden in the file; they are read like the others",
        "columns B are hidden in the file; they are read like the others",
    ]


def too_much(content: bytes) -> str:
    """What is said of a workbook that repeats more than it may."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        most = 2**23 + 16 * archive.getinfo("content.xml").file_size
    return f"t.ods: more than {most} bytes when unpacked, expected at most {most}"


def test_what_would_exhaust_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    said = "t.ods: is no ODS workbook, or a damaged one, or one with a password"
    assert refused(ods(head="<!DOCTYPE x []>")).startswith("t.ods: ")
    assert refused(ods()) == said
    assert refused(ods("<")) == said
    assert refused(ods(row(cell("x"))).replace(b"content.xml", b"content.xmm")) == said
    many = cell("x" * 1000, 'table:number-columns-repeated="16384"')
    assert "unpacked" in refused(ods(row(many, alike=1_000_000)))
    spaces = cell("<text:s text:c='70000000'/>")
    assert refused(ods(row(spaces))) == too_much(ods(row(spaces)))
    fewer = cell("<text:s text:c='-70000000'/><text:s text:c='70000000'/>")
    assert refused(ods(row(fewer))) == too_much(ods(row(fewer)))
    assert len(read(ods(row(cell("x"), alike=100_000))).rows) == 100_000
    short = ods(row(cell("x"), alike=1_000_000))
    assert refused(short) == too_much(short)
    monkeypatch.setattr(workbooks, "MAX_CELLS", 3)
    assert refused(ods(row(cell("x"), cell("x")))).startswith("t.ods: ")


def test_repeated_rows_are_counted_before_they_are_written() -> None:
    told: list[int] = []
    with zipfile.ZipFile(io.BytesIO(ods(row(cell("x"), alike=1000)))) as archive:
        opendocument.xlsx_parts(archive.read("content.xml"), told.append)
    assert told[0] >= 1000 * len("<v>x</v>")
