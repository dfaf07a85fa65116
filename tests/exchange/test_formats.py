"""One registry of formats: nothing else lists them, and the docs name each."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import ahp
from ahp.exchange.formats import FORMATS, UPLOADS
from ahp.tables.opened import TABLES

PACKAGE = Path(ahp.__file__).parent
DOCS = PACKAGE.parent / "docs"

ELSEWHERE = {
    "exchange/formats.py": "the registry",
    "exchange/outline_file.py": "files of lists of names, which no study begins from as they are",
    "tables/opened.py": "endings of tables, from which it takes them",
    "web/views/files.py": "what is asked and how a download is called, by format",
}


def strings(node: ast.AST) -> Iterator[str]:
    """The texts of a list, a tuple, a set, or the keys of a dictionary."""
    parts = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", ())
    for one in parts:
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value.removeprefix(".")


def test_nothing_else_lists_formats() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict)
        and any(len({*strings(node)} & known) > 1 for known in ({*FORMATS}, {*TABLES}, {*UPLOADS}))
    }
    assert found <= {*ELSEWHERE}, found - {*ELSEWHERE}


@pytest.mark.parametrize("page", ["what-you-have.md", "what-you-have.zh-CN.md"])
def test_the_page_names_every_format_and_ending(page: str) -> None:
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("|")]
    for name, one in FORMATS.items():
        (row,) = (line for line in rows if f"`{name}`" in line.split("|")[2])
        assert all(f"`.{ending}`" in row for ending in one.suffixes), name
        assert (f"--from {name}" in row) == (one.read is not None), name
