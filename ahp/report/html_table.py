"""Tables as HTML: what a report and a page of the app have in common."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from .page_layout import numeric_columns, shown_rows
from .table import Table


def table_html(table: Table) -> str:
    """A table without its title and note, every text escaped.

    Args:
        table: its numbers are rounded as printed, and stand at the right.
    """
    shown = shown_rows(table)
    numeric = numeric_columns(table, shown)
    head = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(
            Markup(' class="number"') if column in numeric else "", heading
        )
        for column, heading in enumerate(table.columns)
    )
    return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(
        head, body_html(shown, numeric)
    )


def body_html(shown: Sequence[Sequence[str]], numeric: frozenset[int]) -> Markup:
    """The rows of a table; a first column of words heads its rows.

    Args:
        shown: the cells as people read them.
        numeric: columns of numbers.
    """
    lines = []
    for row in shown:
        cells = []
        for column, text in enumerate(row):
            if column == 0 and column not in numeric and text:
                cells.append(f'<th scope="row">{escape(text)}</th>')
            elif column in numeric:
                cells.append(f'<td class="number">{escape(text)}</td>')
            else:
                cells.append(f"<td>{escape(text)}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return Markup("\n".join(lines))
