"""The texts of a document outside its tables, as readers of its files meet them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..i18n import translator
from .document import (
    Document,
    Facts,
    Figure,
    Listing,
    Numbering,
    Paragraph,
    Section,
    TableBlock,
    number,
    one_line,
)


@dataclass(frozen=True)
class Text:
    """A text of a document.

    Attributes:
        section: title of the section that it stands in, or of the document.
        words: without the labels of what it refers to, such as "Table 3", and without its own:
            these are counted by who reads.
    """

    section: str
    words: str


def document_texts(document: Document) -> tuple[Text, ...]:
    """Title, warnings, facts, paragraphs, items of lists, captions, notes and provenance, in
    reading order; headings of sections and contents are left out.
    """
    numbers = number(document)
    title = one_line(document.title)
    front = [document.title, document.subtitle]
    texts = [Text(title, one_line(one)) for one in front]
    texts += [Text(title, _marked(Paragraph(one, "warning"), numbers)) for one in document.warnings]
    texts += [Text(title, words) for words in _block(Facts(document.facts), numbers)]
    section = title
    for block in document.walk():
        if isinstance(block, Section):
            section = one_line(block.title)
        texts += [Text(section, words) for words in _block(block, numbers)]
    _ = translator(document.language)
    made = _("How the numbers came about")
    texts += [Text(made, words) for words in _block(Facts(document.provenance), numbers)]
    return tuple(one for one in texts if one.words)


def table_texts(document: Document) -> tuple[Text, ...]:
    """Titles and notes of the tables, as a workbook has them."""
    return tuple(
        Text(one_line(table.title), one_line(words))
        for table in document.tables().values()
        for words in (table.title, table.note)
        if one_line(words)
    )


def _block(block: object, numbers: Numbering) -> Iterator[str]:
    match block:
        case Paragraph():
            yield _marked(block, numbers)
        case Listing():
            yield from (_words(item, numbers) for item in block.items)
        case Facts():
            for label, value in block.pairs:
                yield one_line(label)
                yield _words(value, numbers)
        case TableBlock():
            yield one_line(block.table.title)
            yield _words(block.table.note, numbers)
        case Figure():
            yield one_line(block.chart.title)


def _marked(paragraph: Paragraph, numbers: Numbering) -> str:
    """A paragraph with the word that marks it, as files have it."""
    _ = translator(numbers.language)
    words = _words(paragraph.text, numbers)
    if paragraph.emphasis == "warning":
        return f"{_('Attention')} · {words}"
    return f"{_('[draft]')} {words}" if paragraph.emphasis == "draft" else words


def _words(text: str, numbers: Numbering) -> str:
    return one_line("".join(part for part in numbers.parts(text) if isinstance(part, str)))
