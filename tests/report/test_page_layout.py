"""Tables fit pages: smaller type, then a page across, then parts."""

from __future__ import annotations

import pytest
from matplotlib.font_manager import findfont, get_font

from ahp.report.document import Document, Paragraph, Section, TableBlock
from ahp.report.page_layout import ACROSS, SIZES, UPRIGHT, fit_table, place, text_width
from ahp.report.table import Table

from .sample_document import matrix_table, ranking_table


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", range(2, 60, 3))
def test_columns_fill_the_page_and_hold_their_numbers(language: str, size: int) -> None:
    table = matrix_table(language, size)
    fit = fit_table(table)
    width = ACROSS if fit.across else UPRIGHT
    assert fit.size in SIZES
    for part in fit.parts:
        assert sum(points for _column, points in part) == pytest.approx(width)
        assert part[0][0] == 0
        for column, points in part[1:]:
            longest = max(text_width(row[column]) for row in fit.shown)
            assert points >= longest * fit.size
    columns = [column for part in fit.parts for column, _points in part[1:]]
    assert columns == list(range(1, size + 1))


def test_the_order_of_what_is_tried() -> None:
    fits = [fit_table(matrix_table("en", size)) for size in range(2, 60)]
    steps = [(len(fit.parts) > 1, fit.across, -fit.size) for fit in fits]
    whole = [step for step in steps if not step[0]]
    assert whole == sorted(whole)
    assert {(parts, across) for parts, across, _size in steps} == {
        *((False, False), (False, True), (True, True)),
    }
    assert {size for parts, across, size in steps if not across} == {-9.0, -8.0}


def test_a_wide_table_is_across_at_once() -> None:
    fit = fit_table(ranking_table("en", 3), wide=True)
    assert (fit.across, fit.size, len(fit.parts)) == (True, 9.0, 1)


def test_columns_of_numbers() -> None:
    rows = (
        ("a", 0.5, 1, "12 %", "–", True, "1/3", "2 of 3", None),
        ("b", None, 12, "", "0.2", False, "< 0.1", "–", None),
    )
    table = Table("t", tuple("abcdefghi"), rows)
    assert fit_table(table).numeric == {1, 2, 3, 4, 6}


def test_one_word_wider_than_a_page() -> None:
    fit = fit_table(Table("t", ("a",), (("x" * 500,),)))
    assert fit.parts == (((0, pytest.approx(UPRIGHT)),),)
    assert fit.lines > 6


def test_words_stand_on_the_page_of_their_table() -> None:
    before, between, behind = Paragraph("before"), Paragraph("between"), Paragraph("behind")
    wide = TableBlock(ranking_table("en", 3), "wide", wide=True)
    again = TableBlock(ranking_table("en", 3), "again", wide=True)
    small = TableBlock(matrix_table("en", 2), "small")
    document = Document(
        "t",
        "",
        "en",
        (),
        (
            Section("One", (Section("In", (before, wide, between, again, behind), "in"),), "one"),
            Section("Two", (before, small), "two"),
            Section("Three", (behind,), "three"),
        ),
    )
    placed = place(document)
    assert [one.across for one in placed] == [*[True] * 7, *[False] * 5]
    assert [one.fit is None for one in placed] == [
        not isinstance(one.block, TableBlock) for one in placed
    ]


def test_pages_do_not_turn_for_one_table() -> None:
    wide = [TableBlock(ranking_table("en", 3), f"w{k}", wide=True) for k in range(4)]
    small = [TableBlock(matrix_table("en", 2), f"s{k}") for k in range(4)]
    words = Paragraph("words")
    together = (small[0], wide[0], words, small[1], wide[1], small[2])
    apart = (wide[2], Section("In", (small[3], wide[3]), "in"))
    document = Document("t", "", "en", (), (Section("One", (*together, *apart), "one"),))
    found = [one.across for one in place(document) if isinstance(one.block, TableBlock | Paragraph)]
    assert found == [False, True, True, True, True, True, True, False, True]


@pytest.mark.parametrize("number", ["+10.0", "−11.3398", "< 0.0001", "≥ 0.95", "±3", "1,234.5%"])
def test_numbers_are_not_broken_in_the_widest_font(number: str) -> None:
    """DejaVu Serif, which stands in for Times New Roman where that isn't installed."""
    font = get_font(findfont("DejaVu Serif"))
    font.set_size(100, 72)
    needed = sum(font.load_char(ord(mark)).linearHoriAdvance for mark in number) / 65536 / 100
    assert text_width(number) >= needed
