"""A report as a document: built once from a result, then written as DOCX, HTML or LaTeX.

Blocks say what they are, never how they look; a renderer decides that. Tables keep raw values
(`Table`) and figures their data (`Chart`), so that every form of a report shows the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..plots.chart import Chart
from .table import Table

Emphasis = Literal["plain", "note", "warning", "draft"]
"""How a paragraph stands out: not; smaller, as below a table; as what must not be missed; as
drafted from the numbers and not yet signed by a person."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of running text, without line breaks."""

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
        new_page: begins a page, as an annex does.
    """

    title: str
    blocks: tuple[Block, ...]
    key: str
    new_page: bool = False


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
    """

    title: str
    subtitle: str
    language: str
    facts: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]
    warnings: tuple[str, ...] = ()
    provenance: tuple[tuple[str, str], ...] = ()
    contents: bool = True

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
