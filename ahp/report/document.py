"""A report as a document: built once from a result, then written as DOCX, HTML or LaTeX.

Blocks say what they are, never how they look; a renderer decides that. Tables keep raw values
(`Table`) and figures their data (`Chart`), so that every form of a report shows the same numbers.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, cast

from ..datafile import NOT_IN_XML
from ..errors import ReportError
from ..i18n import translator
from ..plots.chart import Chart
from .table import Table

Progress = Callable[[int, int], object]
"""Told by a renderer how many of how many tables and figures are written."""

Kind = Literal["section", "table", "figure"]
"""What has a number."""

DEEPEST = 3
"""Levels of headings."""

LONGEST_BOOKMARK = 36
"""Characters of what `bookmark` gives: Word has 40, of which `further_part` takes some."""

LABEL_GAPS: Mapping[str, str] = MappingProxyType({"zh": "　", "en": ". "})
"""What stands between the label of a table, figure or annex and its title, by language."""

_OURS = secrets.token_hex(8)
"""What makes a reference ours: no text that somebody gave us has it."""

_REFERENCE = re.compile(f"\x02{_OURS}:(section|table|figure):([^\x02\x03]+)\x03")
"""What `refer` makes."""

Emphasis = Literal["plain", "note", "warning", "draft"]
"""How a paragraph stands out: not; smaller, as below a table; as what must not be missed; as
drafted from the numbers and not yet signed by a person."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of running text, without line breaks; `refer` makes references in it."""

    text: str
    emphasis: Emphasis = "plain"


@dataclass(frozen=True)
class Listing:
    """Items below each other, with bullets or numbers."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Facts:
    """Labels and their values, a line each, such as on a title page."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class TableBlock:
    """A table with a number; its title is the caption, its note stands below.

    Attributes:
        table: with raw values; rounded by `show_cell`.
        key: unique in the document, by which a manifest and `ahp reproduce` name the table.
        wide: has a page across for itself where pages are upright.
    """

    table: Table
    key: str
    wide: bool = False


@dataclass(frozen=True)
class Figure:
    """A picture with a number; the chart's title is the caption.

    Attributes:
        chart: what is drawn.
        key: unique in the document, also the name of its file.
    """

    chart: Chart
    key: str


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it.

    Attributes:
        title: the heading, without a number.
        blocks: in order; sections in it are one level deeper.
        key: unique in the document.
        new_page: begins a page.
        annex: at the top level: an annex, which has a letter and begins a page.
    """

    title: str
    blocks: tuple[Block, ...]
    key: str
    new_page: bool = False
    annex: bool = False


Block = Paragraph | Listing | Facts | TableBlock | Figure | Section


@dataclass(frozen=True)
class Document:
    """A report.

    Attributes:
        title: of the report.
        subtitle: what it is about, such as the study's name; empty for none.
        language: of all texts, of `ahp.i18n.LANGUAGES`.
        facts: who, when, how many: label and value, on the first page.
        warnings: what must be read first, such as a log that doesn't verify; on the first page.
        blocks: the report itself, sections at the top.
        provenance: label and value of what made the numbers, at the end.
        contents: whether a table of contents is wanted; a notice of two pages has none.
        references: in BibTeX, given beside the text where it can be used; empty for none.
    """

    title: str
    subtitle: str
    language: str
    facts: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]
    warnings: tuple[str, ...] = ()
    provenance: tuple[tuple[str, str], ...] = ()
    contents: bool = True
    references: str = ""

    def walk(self) -> Iterator[Block]:
        """All blocks in reading order, sections before what stands in them."""
        yield from _walk(self.blocks)

    def tables(self) -> dict[str, Table]:
        """Key -> table, in reading order."""
        return {block.key: block.table for block in self.walk() if isinstance(block, TableBlock)}

    def figures(self) -> dict[str, Chart]:
        """Key -> chart, in reading order."""
        return {block.key: block.chart for block in self.walk() if isinstance(block, Figure)}


def _walk(blocks: tuple[Block, ...]) -> Iterator[Block]:
    for block in blocks:
        yield block
        if isinstance(block, Section):
            yield from _walk(block.blocks)


def refer(kind: Kind, key: str) -> str:
    r"""A reference to a section, table or figure, to be put into a paragraph or an item of a list.

    Renderers write "Table 3" in its place, as a link where the format has links.

    >>> "The ranking is in {table}.".format(table=refer("table", "ranking"))  # doctest: +ELLIPSIS
    'The ranking is in \x02...:table:ranking\x03.'
    """
    return f"\x02{_OURS}:{kind}:{key}\x03"


@dataclass(frozen=True)
class Reference:
    """A part of a text that stands for what has a number."""

    kind: Kind
    key: str


@dataclass(frozen=True)
class Numbering:
    """The numbers of a document: of sections by level, of tables and of figures throughout.

    Attributes:
        language: of the labels.
        numbers: kind and key -> the number, such as `"3"`; of sections the numbers of all levels,
            `"3.1"`, `"B.2"`.
        depths: section's key -> its level, from 1.
    """

    language: str
    numbers: Mapping[tuple[Kind, str], str]
    depths: Mapping[str, int]

    def label(self, kind: Kind, key: str) -> str:
        """How a text calls it: `"Table 3"`, `"表 3"`, `"Annex B"`.

        Raises:
            ReportError: nothing in the document has this key.
        """
        if (kind, key) not in self.numbers:
            raise ReportError("document_reference_unknown", kind=kind, key=key)
        _ = translator(self.language)
        number = self.numbers[kind, key]
        if kind == "table":
            return _("Table {number}").format(number=number)
        if kind == "figure":
            return _("Figure {number}").format(number=number)
        first, *deeper = number.split(".")
        pattern = _("Annex {number}") if first.isalpha() else _("Section {number}")
        if self.language == "zh":
            levels = [first if first.isalpha() else chinese_numeral(int(first))]
            levels += [_chinese_level(int(part), depth) for depth, part in enumerate(deeper, 2)]
            return pattern.format(number=levels[0]) + "".join(levels[1:])
        return pattern.format(number=number)

    def listed(self, key: str) -> bool:
        """Whether the contents have a section: the first two levels, of annexes the first."""
        first, *deeper = self.numbers["section", key].split(".")
        return len(deeper) <= (0 if first.isalpha() else 1)

    def heading(self, section: Section) -> str:
        """The heading with its number: `"3.1 Rankings"`, `"（一）总排序"`, `"Annex B. Experts"`."""
        number = self.numbers["section", section.key]
        title = one_line(section.title)
        last = number.rpartition(".")[2]
        if last.isalpha():
            return self.label("section", section.key) + LABEL_GAPS[self.language] + title
        if self.language == "zh":
            depth = self.depths[section.key]
            return _chinese_level(int(last), depth) + {1: "、", 2: "", 3: ". "}[depth] + title
        return f"{number} {title}"

    def caption(self, block: TableBlock | Figure) -> tuple[str, str]:
        """Label of a table or figure, and what stands behind it, the gap in front included."""
        if isinstance(block, TableBlock):
            label, title = self.label("table", block.key), block.table.title
        else:
            label, title = self.label("figure", block.key), block.chart.title
        return label, LABEL_GAPS[self.language] + one_line(title)

    def parts(self, text: str) -> list[str | Reference]:
        """A text in parts: words, on one line, and references.

        Raises:
            ReportError: a reference leads nowhere.
        """
        parts: list[str | Reference] = []
        end = 0
        for match in _REFERENCE.finditer(text):
            parts.append(_clean(text[end : match.start()]))
            kind, key = cast(Kind, match[1]), match[2]
            self.label(kind, key)  # raises where there is nothing
            parts.append(Reference(kind, key))
            end = match.end()
        parts.append(_clean(text[end:]))
        return [part for part in parts if part]

    def plain(self, text: str) -> str:
        """A text with the labels of what it refers to."""
        return "".join(
            part if isinstance(part, str) else self.label(part.kind, part.key)
            for part in self.parts(text)
        ).strip()


def number(document: Document) -> Numbering:
    """The numbers of sections, tables and figures, which every renderer uses.

    Raises:
        ReportError: a key comes twice, headings are deeper than `DEEPEST`, or something other than
            an annex follows an annex.
    """
    numbers: dict[tuple[Kind, str], str] = {}
    depths: dict[str, int] = {}
    counts = {"table": 0, "figure": 0}

    def give(kind: Kind, key: str, value: str) -> None:
        if (kind, key) in numbers:
            raise ReportError("document_key_twice", kind=kind, key=key)
        numbers[kind, key] = value

    def below(blocks: tuple[Block, ...], above: tuple[str, ...]) -> None:
        sections = annexes = 0
        for block in blocks:
            if isinstance(block, Section):
                if len(above) == DEEPEST:
                    raise ReportError("document_too_deep", key=block.key, deepest=DEEPEST)
                if annexes and not block.annex:
                    raise ReportError("document_after_annex", key=block.key)
                if block.annex and not above:
                    annexes += 1
                    last = _letter(annexes)
                else:
                    sections += 1
                    last = str(sections)
                give("section", block.key, ".".join((*above, last)))
                depths[block.key] = len(above) + 1
                below(block.blocks, (*above, last))
            elif isinstance(block, TableBlock | Figure):
                kind: Kind = "table" if isinstance(block, TableBlock) else "figure"
                counts[kind] += 1
                give(kind, block.key, str(counts[kind]))

    below(document.blocks, ())
    return Numbering(document.language, numbers, depths)


def bookmark(kind: Kind, key: str) -> str:
    """The name of a place in a file: `"table_ranking"` for the table of this key.

    Word allows letters, digits and underscores, 40 in all, and takes large letters for small ones.
    A key with others, with large letters, a longer one, or one that looks like those, gets a part
    of its SHA-256, so that no two are equal.

    >>> bookmark("table", "ranking"), bookmark("table", "matrix:planning")
    ('table_ranking', 'table_matrix_planning_f7ea798e')
    """
    name = f"{kind}_{re.sub(r'[^A-Za-z0-9_]', '_', key)}"
    plain = re.fullmatch(r"[a-z0-9_]+", key) and not re.search(r"_[0-9a-f]{8}$", key)
    if plain and len(name) <= LONGEST_BOOKMARK:
        return name
    digest = hashlib.sha256(key.encode()).hexdigest()[:8]
    return f"{name[: LONGEST_BOOKMARK - 9]}_{digest}"


def further_part(mark: str, count: int) -> str:
    """The name of the second, third… part of what has a bookmark; none of `bookmark` is like it.

    >>> further_part("table_ranking", 2)
    'p2_table_ranking'
    """
    return f"p{count}_{mark}"


def chinese_numeral(value: int) -> str:
    """A number from 1 to 9999 in Chinese.

    >>> [chinese_numeral(value) for value in (3, 10, 12, 20, 105, 210)]
    ['三', '十', '十二', '二十', '一百零五', '二百一十']
    """
    digits = "零一二三四五六七八九"
    text = ""
    for unit, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit = value // size % 10
        if digit:
            text += digits[digit] + unit
        elif text and value % size and not text.endswith("零"):
            text += "零"
    return text.removeprefix("一") if 10 <= value < 20 else text


def one_line(text: str) -> str:
    """A text on one line, without control characters and others that files cannot hold."""
    return _clean(text).strip()


def _clean(text: str) -> str:
    return re.sub(r"[\s\x7f-\x9f]+", " ", NOT_IN_XML.sub(" ", text))


def _chinese_level(value: int, depth: int) -> str:
    """A number as Chinese official documents have it on each level: 一, （一）, 1."""
    return {1: chinese_numeral(value), 2: f"（{chinese_numeral(value)}）", 3: str(value)}[depth]


def _letter(count: int) -> str:
    """A, B … Z, AA, AB …"""
    before, last = divmod(count - 1, 26)
    return (_letter(before) if before else "") + chr(ord("A") + last)
