"""docs/what-you-have.md, in both languages: every command runs, with a file of every ending."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import shutil
from pathlib import Path

import openpyxl
import pytest

from ahp.cli import main
from tests.tables.test_opendocument import cell, ods, row

from .conftest import saved

ROOT = Path(__file__).parents[2]
PAGES = ("what-you-have.md", "what-you-have.zh-CN.md")


def commands(page: str) -> list[tuple[str, str]]:
    """Commands, with the endings of their files."""
    found: list[tuple[str, str]] = []
    mapped = ""
    for line in (ROOT / "docs" / page).read_text(encoding="utf-8").splitlines():
        cells = line.split("|")
        if not line.startswith("|") or len(cells) < 6:
            continue
        named = re.findall(r"`ahp ([^`]*)`", line)
        if "`--mapping FILE`" in line:
            named = [f"{mapped} --mapping FILE"]
        mapped = next((one for one in named if "platform" in one), mapped)
        endings = re.findall(r"`\.([a-z.]+)`", cells[2])
        found += [(command, ending) for command in named for ending in endings]
    # the JSON of a study with a closed round is read in tests/test_cli_evaluate.py
    found.remove(("evaluate SCHEME FILE --weights WEIGHTS", "json"))
    return found


FOUND = {page: commands(page) for page in PAGES}
ENDINGS = {
    command: [ending for other, ending in found if other == command]
    for found in FOUND.values()
    for command, _ in found
}
JUDGED = [
    ["expert", "parent", "left", "right", "value"],
    ["张三", "lunch", "price", "taste", "3"],
]
TABLES = {
    "long-csv": JUDGED,
    "ahpsurvey": [["price_taste"], ["3"]],
    "platform": [["姓名", "Price / Taste"], ["张三", "1/3"]],
    "expert-sheets": [["Lunch", "Price", "Taste"], ["Price", "1", "3"], ["Taste", "1/3", "1"]],
    "weights": [["", "Price", "Taste"], ["Price", "1", "3"], ["Taste", "1/3", "1"]],
}
LUNCH = """format = 1
id = "lunch"
languages = ["en", "zh"]
method = "eigenvector"
random_index = "saaty"
name = { en = "Lunch", zh = "午餐" }
goal = { id = "lunch", name = { en = "Lunch", zh = "午餐" } }
nodes = [
  { id = "price", parent = "lunch", name = { en = "Price", zh = "价格" } },
  { id = "taste", parent = "lunch", name = { en = "Taste", zh = "味道" } },
]
"""
PROJECT = {
    "pj": [
        {
            **{"project_id": 1, "project_sc": "abc", "project_name": "Lunch", "project_status": 1},
            **{"project_description": "", "project_author": "Li"},
            **{"project_hText": "Lunch: Price, Taste;", "project_datetime": "2026-01-02 03:04:05"},
        }
    ],
    "pwc": [
        {
            **{"project_sc": "abc", "pwc_part": "Li", "pwc_timestamp": 1714979289, "pwc_id": 1},
            **{"pwc_node": "Lunch", "pwc_ab": "0", "pwc_intense": "3"},
        }
    ],
}
GLUC = """Version: 2.0
Goal:
  name: Lunch
  preferences:
    pairwise: [[Price, Taste, 3]]
  children: {Price: , Taste: }
"""
TEXTS = {
    "survey-toml": LUNCH,
    "ahp-os": json.dumps(PROJECT),
    "hierarchy-text": "Lunch: Price, Taste;",
    "gluc": GLUC,
}


def written(rows: list[list[str]], ending: str) -> bytes:
    """A table as a file."""
    if ending == "csv":
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        return text.getvalue().encode()
    if ending == "ods":
        return ods("".join(row(*map(cell, cells)) for cells in rows))
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "S1"
    for cells in rows:
        sheet.append(cells)
    return saved(book)


def content_of(kind: str, ending: str) -> bytes:
    """A file of a kind."""
    if kind in TEXTS:
        return TEXTS[kind].encode()
    if kind == "verify":
        return (ROOT / "examples" / "published" / "hejifa.ahp.toml").read_bytes()
    if kind == "evaluate":
        return written([*csv.reader(in_command_line("csv")[0].splitlines())], ending)
    return written(TABLES[kind], ending)


def in_command_line(kind: str) -> list[str]:
    """The files of a kind that docs/command-line.md shows."""
    text = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


def test_both_pages_have_the_same_commands() -> None:
    one, other = (
        [(c.replace(" en", "").replace(" zh", ""), e) for c, e in FOUND[p]] for p in PAGES
    )
    assert one == other
    assert len(one) == 32


@pytest.mark.parametrize(
    ("command", "ending"),
    [
        pytest.param(command, ending, marks=[pytest.mark.slow] * bool(k))
        for command, endings in ENDINGS.items()
        for k, ending in enumerate(endings)
    ],
)
def test_every_command_runs(
    command: str,
    ending: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command)
    kind = words[words.index("--from") + 1] if "--from" in words else words[0]
    if kind == "reproduce":
        shutil.copytree(ROOT / "examples" / "dong_2010", ".", dirs_exist_ok=True)
    file = f"report.{ending}"
    names = {"FILE": file, "NAME": "lunch.toml", "SCHEME": "branches.toml"}
    Path("lunch.toml").write_text(LUNCH, encoding="utf-8")
    Path("branches.toml").write_text(in_command_line("toml")[0], encoding="utf-8")
    if "--mapping" in words:
        Path("p.csv").write_bytes(content_of(kind, "csv"))
        made = "convert p.csv --from platform --survey lunch.toml --coding ratio"
        assert main(shlex.split(f"{made} --to column-mapping --output {file}")) == 0
        words[1] = "p.csv"
    elif "--weights" in words:
        Path("observed.csv").write_bytes(content_of(kind, "csv"))
        rows = [*csv.reader(in_command_line("csv")[1].splitlines())]
        toml = "[weights]\n" + "".join(f"{node} = 0.5\n" for node, _ in rows[1:])
        names |= {"FILE": "observed.csv", "WEIGHTS": f"w.{ending}"}
        content = toml.encode() if ending == "toml" else written(rows, ending)
        Path(names["WEIGHTS"]).write_bytes(content)
    elif kind != "reproduce":
        Path(file).write_bytes(content_of(kind, ending))
    assert main([names.get(word, word) for word in words]) == 0, capfdbinary.readouterr().err
    assert capfdbinary.readouterr().out
