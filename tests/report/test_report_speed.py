"""A report on 200 experts is written before anybody thinks that it hangs."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable

import pytest

from ahp.report.document import Document, Figure, Section, TableBlock
from ahp.report.docx_file import docx_bytes
from ahp.report.html_file import html_bytes
from ahp.report.latex_files import latex_zip

from .sample_document import bars_chart, matrix_table, sample

SIZES = (5, 4, 5, 5, 3, 3)
"""Of the matrices of an expert with 35 comparisons and a few more."""


def large(experts: int, figures: int) -> Document:
    base = sample("zh")
    matrices = [matrix_table("zh", size) for size in SIZES]
    annex = tuple(
        Section(
            f"E{expert:03d}",
            tuple(TableBlock(table, f"m:{expert}:{k}") for k, table in enumerate(matrices)),
            f"e{expert}",
        )
        for expert in range(experts)
    )
    pictures = tuple(Figure(bars_chart("zh"), f"f{k}") for k in range(figures))
    *before, last = base.blocks
    blocks = (*before, Section("F", pictures, "figures"), last)
    return dataclasses.replace(base, blocks=(*blocks, Section("M", annex, "all", annex=True)))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("write", "seconds"), [(docx_bytes, 15.0), (html_bytes, 8.0), (latex_zip, 15.0)]
)
def test_two_hundred_experts(write: Callable[[Document], bytes], seconds: float) -> None:
    """In processor time, as other tests run beside it."""
    document = large(200, figures=12)
    start = time.process_time()
    content = write(document)
    assert time.process_time() - start < seconds
    assert len(content) > 50_000


def test_ten_experts() -> None:
    document = large(10, figures=0)
    told: list[tuple[int, int]] = []
    html_bytes(document, lambda done, total: told.append((done, total)))
    assert told == [(done, 66) for done in range(1, 67)]
