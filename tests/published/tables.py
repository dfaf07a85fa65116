"""Tables written by the tests."""

from __future__ import annotations

from pathlib import Path

from ahp.published import PublishedTable, load_table

HEAD = 'format = 1\nid = "t"\ntitle = "T"\nsource = "S"\n'
PARENT = '[[parents]]\nid = "goal"\nitems = ["a", "b", "c"]\n'
UPPER = 'upper = ["3", "5", "3"]\n'


def write(folder: Path, text: str, head: str = HEAD) -> Path:
    path = folder / "t.ahp.toml"
    path.write_text(head + text, encoding="utf-8")
    return path


def table(folder: Path, text: str) -> PublishedTable:
    return load_table(write(folder, text))
