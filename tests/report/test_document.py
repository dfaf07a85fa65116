"""Numbers of sections, tables and figures; references; names of places in files."""

from __future__ import annotations

import dataclasses
import re

import pytest

from ahp.errors import ReportError
from ahp.report.document import (
    Block,
    Document,
    Paragraph,
    Section,
    TableBlock,
    bookmark,
    chinese_numeral,
    further_part,
    number,
    one_line,
    refer,
)
from ahp.report.table import Table

from .sample_document import sample


def document(*blocks: Block, language: str = "en") -> Document:
    return Document("Title", "", language, (), blocks)


def section(key: str, *blocks: Block, annex: bool = False) -> Section:
    return Section(key.title(), blocks, key, annex=annex)


def table(key: str) -> TableBlock:
    return TableBlock(Table(key, ("a",), ((1.0,),)), key)


TREE = (
    section("one", table("t1"), section("two", section("three", table("t2")), section("four"))),
    section("five"),
    section("first", section("inside"), table("t3"), annex=True),
    section("second", annex=True),
)


@pytest.mark.parametrize(
    ("language", "headings"),
    [
        (
            "en",
            [
                *("1 One", "1.1 Two", "1.1.1 Three", "1.1.2 Four", "2 Five", "Annex A. First"),
                *("A.1 Inside", "Annex B. Second"),
            ],
        ),
        (
            "zh",
            [
                *("一、One", "（一）Two", "1. Three", "2. Four", "二、Five", "附录A　First"),
                *("（一）Inside", "附录B　Second"),
            ],
        ),
    ],
)
def test_headings_have_the_numbers_of_their_level(language: str, headings: list[str]) -> None:
    whole = document(*TREE, language=language)
    numbers = number(whole)
    found = [numbers.heading(block) for block in whole.walk() if isinstance(block, Section)]
    assert found == headings


def test_what_texts_call_things() -> None:
    english = number(document(*TREE))
    chinese = number(document(*TREE, language="zh"))
    keys = ("five", "three", "second", "inside")
    assert [english.label("section", key) for key in keys] == [
        *("Section 2", "Section 1.1.1", "Annex B", "Annex A.1"),
    ]
    assert [chinese.label("section", key) for key in keys] == [
        *("第二部分", "第一部分（一）1", "附录B", "附录A（一）"),
    ]
    assert [english.label("table", key) for key in ("t1", "t2", "t3")] == [
        *("Table 1", "Table 2", "Table 3"),
    ]
    assert english.caption(table("t2")) == ("Table 2", ". t2")
    assert chinese.caption(table("t2")) == ("表 2", "　t2")


def test_references_stand_in_texts() -> None:
    numbers = number(document(*TREE))
    text = f"See {refer('table', 't3')} and {refer('section', 'second')}."
    assert numbers.plain(text) == "See Table 3 and Annex B."
    assert numbers.plain("{table:t3}\n and \x02 alone") == "{table:t3} and alone"


def test_nobody_elses_text_becomes_a_reference() -> None:
    numbers = number(document(*TREE))
    assert numbers.plain("\x02table:t3\x03, \x02table:gone\x03") == "table:t3 , table:gone"
    forged = refer("table", "t3").replace("table", "figure").translate({0x02: " ", 0x03: " "})
    assert "Figure" not in numbers.plain(forged)
    assert one_line("\x02table:t3\x03") == "table:t3"


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ((table("t"), table("t")), "table 't' comes twice in the document, expected a key each"),
        (
            (section("a", section("a")),),
            "section 'a' comes twice in the document, expected a key each",
        ),
        (
            (section("a", annex=True), section("b")),
            "section 'b' stands behind an annex, expected it before",
        ),
        (
            (section("a", section("b", section("c", section("d")))),),
            "section 'd' stands in 3 others, expected fewer",
        ),
    ],
)
def test_a_document_that_contradicts_itself_is_refused(
    blocks: tuple[Block, ...], message: str
) -> None:
    with pytest.raises(ReportError, match=f"^{re.escape(message)}$"):
        number(document(*blocks))


def test_a_reference_to_nothing_is_refused() -> None:
    message = "table 'gone' is referred to, and isn't in the document"
    with pytest.raises(ReportError, match=f"^{message}$"):
        number(document(*TREE)).plain(refer("table", "gone"))


def test_no_two_bookmarks_are_equal_and_all_are_words() -> None:
    keys = ["a", "a b", "a_b", "a-b", "权重", "一致性", "k" * 30, "k" * 31, "k" * 60, "k" * 61]
    keys += ["e01", "E01", "e01_2", "E01_2", "p2_table_a"]
    keys += [bookmark("table", key).removeprefix("table_") for key in keys]
    keys = list(dict.fromkeys(keys))
    names = [bookmark("table", key) for key in keys]
    names += [further_part(name, count) for name in names for count in (2, 99)]
    # Word takes large letters for small ones
    assert len({name.lower() for name in names}) == len(names) == 3 * len(keys)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{1,39}", name) for name in names)
    assert names[0] == "table_a"


def test_chinese_numerals() -> None:
    assert [chinese_numeral(value) for value in (1, 9, 10, 11, 19, 20, 21, 99)] == [
        *("一", "九", "十", "十一", "十九", "二十", "二十一", "九十九"),
    ]
    assert [chinese_numeral(value) for value in (100, 101, 110, 115, 200, 1000, 1001, 1010)] == [
        *("一百", "一百零一", "一百一十", "一百一十五", "二百", "一千", "一千零一", "一千零一十"),
    ]


def test_contents_have_two_levels_and_annexes_one() -> None:
    numbers = number(document(*TREE))
    keys = [key for kind, key in numbers.numbers if kind == "section" and numbers.listed(key)]
    assert keys == ["one", "two", "five", "first", "second"]


def test_a_text_on_one_line() -> None:
    assert one_line(" a\r\n\tb\x00c\x85\u2028 d ") == "a b c d"


def test_many_annexes_have_letters() -> None:
    annexes = [section(f"s{k}", annex=True) for k in range(28)]
    numbers = number(document(*annexes))
    assert [numbers.numbers["section", f"s{k}"] for k in (0, 25, 26, 27)] == ["A", "Z", "AA", "AB"]


def test_the_sample_has_all_kinds_of_blocks() -> None:
    whole = sample("en")
    kinds = {type(block).__name__ for block in whole.walk()}
    assert kinds == {"Section", "Paragraph", "Listing", "Facts", "TableBlock", "Figure"}
    assert dataclasses.replace(whole) == whole
    assert {p.emphasis for p in whole.walk() if isinstance(p, Paragraph)} == {
        *("plain", "draft", "note"),
    }
