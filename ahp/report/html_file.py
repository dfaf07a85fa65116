"""A report as one HTML file, with charts that answer to the pointer without a network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from ..i18n import translator
from ..templates import FOLDER, render
from .document import (
    Block,
    Document,
    Facts,
    Figure,
    Listing,
    Paragraph,
    Progress,
    Section,
    TableBlock,
    bookmark,
    number,
    one_line,
)
from .html_table import rows_html
from .page_layout import SHORT, fit_table

Parts = list[tuple[str, str]]
"""Words in parts, each with the id it leads to, or none."""


def html_bytes(document: Document, progress: Progress | None = None) -> bytes:
    """A report as an HTML file that asks nothing of any network.

    The table of a key has the id `table-KEY`, a figure `figure-KEY`, a heading `section-KEY`, with
    the key as `bookmark` writes it. Charts are drawn by plotly.js, which is in the file; in print
    and without scripts pictures (SVG) stand in their place.

    Args:
        document: what is written.
        progress: told after each table and figure.

    Raises:
        ReportError: the document contradicts itself, as `number` says.
    """
    writer = _Writer(document, progress)
    blocks = writer.blocks(document.blocks)
    _ = translator(document.language)
    scripts = _scripts() if writer.figures else []
    text = render(
        "report.html",
        language="zh-CN" if document.language == "zh" else "en",
        policy=_policy(scripts),
        title=one_line(document.title),
        subtitle=one_line(document.subtitle),
        warnings=[writer.parts(text) for text in document.warnings],
        attention=_("Attention"),
        facts_given=writer.pairs(document.facts),
        contents=writer.contents() if document.contents else [],
        contents_word=_("Contents"),
        blocks=blocks,
        provenance=writer.pairs(document.provenance),
        provenance_word=_("How the numbers came about"),
        save_word=_("Save as a picture (PNG)"),
        scripts=[Markup(script) for script in scripts],
    )
    return text.encode()


def anchor(kind: str, key: str) -> str:
    """The id of an element: `"table-ranking"` for the table of this key."""
    name = bookmark(kind, key)  # type: ignore[arg-type]
    return name.replace("_", "-", 1)


class _Writer:
    """What the template shows of a document."""

    def __init__(self, document: Document, progress: Progress | None) -> None:
        self.document = document
        self.progress = progress
        self.numbers = number(document)
        self.steps = sum(isinstance(one, TableBlock | Figure) for one in document.walk())
        self.done = 0
        self.figures = 0
        self._ = translator(document.language)

    def parts(self, text: str) -> Parts:
        """Words, and what they lead to."""
        return [
            (part, "")
            if isinstance(part, str)
            else (self.numbers.label(part.kind, part.key), anchor(part.kind, part.key))
            for part in self.numbers.parts(text)
        ]

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[str, Parts]]:
        """Labels and values."""
        return [(one_line(label), self.parts(value)) for label, value in pairs]

    def contents(self) -> list[tuple[str, int, str]]:
        """Headings of two levels: id, level in HTML, text."""
        return [
            (anchor("section", one.key), self._level(one), self.numbers.heading(one))
            for one in self.document.walk()
            if isinstance(one, Section) and self.numbers.listed(one.key)
        ]

    def blocks(self, blocks: Sequence[Block]) -> list[dict[str, Any]]:
        """Blocks, those inside sections too."""
        return [self._block(block) for block in blocks]

    def _block(self, block: Block) -> dict[str, Any]:
        match block:
            case Section():
                return {
                    "kind": "section",
                    "id": anchor("section", block.key),
                    "level": self._level(block),
                    "heading": self.numbers.heading(block),
                    "new_page": block.new_page
                    or (block.annex and self.numbers.depths[block.key] == 1),
                    "blocks": self.blocks(block.blocks),
                }
            case Paragraph():
                marks = {"warning": f"{self._('Attention')} ·", "draft": self._("[draft]")}
                return {
                    "kind": "paragraph",
                    "emphasis": block.emphasis,
                    "mark": marks.get(block.emphasis, ""),
                    "parts": self.parts(block.text),
                }
            case Listing():
                tag = "ol" if block.numbered else "ul"
                return {
                    "kind": "listing",
                    "tag": tag,
                    "entries": list(map(self.parts, block.items)),
                }
            case Facts():
                return {"kind": "facts", "pairs": self.pairs(block.pairs)}
            case TableBlock():
                return self._table(block)
            case Figure():
                return self._figure(block)

    def _level(self, section: Section) -> int:
        """The document's title is the first level."""
        return self.numbers.depths[section.key] + 1

    def _table(self, block: TableBlock) -> dict[str, Any]:
        table = block.table
        fit = fit_table(table, wide=block.wide)
        label, title = self.numbers.caption(block)
        self._step()
        return {
            "kind": "table",
            "id": anchor("table", block.key),
            "label": label,
            "title": title,
            "classes": " ".join(
                name
                for name, given in (("across", fit.across), ("short", len(fit.shown) <= SHORT))
                if given
            ),
            "print_size": f"{fit.size / len(fit.parts):.1f}pt",
            "rows": rows_html(table.columns, fit.shown, fit.numeric),
            "note": self.parts(table.note) if table.note else [],
        }

    def _figure(self, figure: Figure) -> dict[str, Any]:
        from ..plots.printed import svg  # noqa: PLC0415 - slow to load, needed here alone
        from ..plots.screen import figure as drawn  # noqa: PLC0415

        label, title = self.numbers.caption(figure)
        image = base64.b64encode(svg(figure.chart)).decode()
        self.figures += 1
        self._step()
        return {
            "kind": "figure",
            "id": anchor("figure", figure.key),
            "label": label,
            "title": title,
            "alt": one_line(figure.chart.alt),
            "image": f"data:image/svg+xml;base64,{image}",
            "data": Markup(_json_in_html(str(drawn(figure.chart).to_json()))),
        }

    def _step(self) -> None:
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, self.steps)


def _scripts() -> list[str]:
    """plotly.js, and what draws the charts with it."""
    from ..plots.offline import plotly_js  # noqa: PLC0415 - slow to load, needed here alone

    return [plotly_js(), (Path(FOLDER) / "report.js").read_text(encoding="utf-8")]


def _policy(scripts: Sequence[str]) -> str:
    """What the browser may load and run: these scripts, and pictures inside the file."""
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    hashes = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
    allowed = " ".join(hashes or ["'none'"])
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _json_in_html(text: str) -> str:
    """JSON that can't end the element it stands in."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
