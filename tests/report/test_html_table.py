"""Tables as HTML: the whole text of one, every name escaped."""

from __future__ import annotations

from ahp.report import Table
from ahp.report.html_table import table_html


def test_a_table_of_names_and_numbers() -> None:
    table = Table("Ranking", ("Name <i>", "Weight"), (("a & b\n", 0.25), ("", 0.75)), language="en")
    assert table_html(table) == (
        '<table><thead><tr><th scope="col">Name &lt;i&gt;</th>'
        '<th scope="col" class="number">Weight</th></tr></thead>\n'
        '<tbody>\n<tr><th scope="row">a &amp; b</th><td class="number">0.2500</td></tr>\n'
        '<tr><td></td><td class="number">0.7500</td></tr>\n</tbody></table>'
    )


def test_an_empty_heading_heads_nothing() -> None:
    table = Table("Matrix", ("", "A"), (("A", 1.0),), language="en")
    assert table_html(table) == (
        '<table><thead><tr><td></td><th scope="col" class="number">A</th></tr></thead>\n'
        '<tbody>\n<tr><th scope="row">A</th><td class="number">1.0000</td></tr>\n</tbody></table>'
    )
