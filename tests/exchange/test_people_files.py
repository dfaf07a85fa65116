"""Files as people have them: what was read of each, and what was said in both languages."""

from __future__ import annotations

import io
import itertools
import random
import subprocess
import sys
import time
import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import ahp
from ahp.errors import AHPError
from ahp.exchange import matrix_csv, read_matrix
from ahp.exchange.ahpsurvey import read_ahpsurvey, survey_of_columns
from ahp.exchange.column_mapper import apply_mapping, read_columns, suggest_mapping
from ahp.exchange.long_csv import write_answers
from ahp.i18n.errors import error_sentence
from ahp.study import Answers, Judgment
from ahp.study.answers import answers_from_table
from ahp.study.survey import survey_from_toml
from ahp.tables import grids

from .conftest import saved

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "people.toml").read_text(encoding="utf-8")
)["case"]
LUNCH = survey_from_toml(
    """
format = 1
id = "lunch"
languages = ["en", "zh"]
method = "eigenvector"
random_index = "saaty"
name = { en = "Lunch", zh = "午餐" }
goal = { id = "lunch", name = { en = "A good lunch", zh = "好午餐" } }
nodes = [
  { id = "price", parent = "lunch", name = { en = "Price", zh = "价格" } },
  { id = "taste", parent = "lunch", name = { en = "Taste", zh = "味道" } },
  { id = "health", parent = "lunch", name = { en = "Health", zh = "健康" } },
]
""".encode(),
    "lunch.toml",
)


def content_of(case: dict[str, Any]) -> bytes:
    """The file: a text in an encoding, or a workbook of sheets, merged cells and formulas."""
    if "text" in case:
        return str(case["text"]).encode(case.get("encoding", "utf-8"))
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in case["sheets"].items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
    first = book.worksheets[0]
    for cells in case.get("merged", ()):
        first.merge_cells(cells)
    for cell, shape in case.get("formats", {}).items():
        first[cell].number_format = shape
    for row in case.get("hidden_rows", ()):
        first.row_dimensions[row].hidden = True
    for title in case.get("hidden", ()):
        book[title].sheet_state = "hidden"
    return saved(book)


def read(case: dict[str, Any], content: bytes) -> tuple[list[str], tuple[Any, ...]]:
    """What is read of a file, a line a judgment, and what is said of it."""
    name, kind = case["file"], case["kind"]
    if kind == "matrix":
        Path(name).write_bytes(content)
        found = read_matrix(name, sheet=case.get("sheet"))
        matrix = found.matrix
        pairs = itertools.combinations(matrix.labels, 2)
        return [f"{one}/{other} {matrix[one, other]:.6g}" for one, other in pairs], found.remarks
    answers = answers_of(case, content, name)
    return [
        f"{one.expert} {one.parent} {one.left}/{one.right} {one.value}" for one in answers.judgments
    ], answers.remarks


def answers_of(case: dict[str, Any], content: bytes, name: str) -> Answers:
    if case["kind"] == "answers":
        return answers_from_table(content, name, LUNCH, sheet=case.get("sheet"))
    if case["kind"] == "platform":
        table = read_columns(content, name)
        mapping = suggest_mapping(table, LUNCH, coding=case["coding"], negative_is="left")
        return apply_mapping(table, mapping, LUNCH)
    expert = case.get("expert_column")
    asked = survey_of_columns(content, name, expert_column=expert)
    return read_ahpsurvey(content, name, survey=asked, negative_is="left", expert_column=expert)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_is_read_and_said(
    case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        found, remarks = read(case, content_of(case))
    except AHPError as error:
        said = [str(error)], [error_sentence(error, "zh")]
        assert (None, *said) == (case.get("read"), case["en"], case["zh"])
        return
    words = [str(one) for one in remarks], [error_sentence(one, "zh") for one in remarks]
    assert (found, *words) == (case.get("read"), case["en"], case["zh"])


def test_a_matrix_has_no_more_items_than_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.csv").write_text("1,3,5\n1/3,1,3\n1/5,1/3,1\n")
    monkeypatch.setattr(matrix_csv, "MOST_ITEMS", 3)
    assert len(read_matrix("m.csv").matrix.labels) == 3
    monkeypatch.setattr(matrix_csv, "MOST_ITEMS", 2)
    with pytest.raises(ahp.MatrixError, match="^m.csv: 3 items, expected at most 2$"):
        read_matrix("m.csv")


def test_what_is_longer_than_a_file_may_be_is_not_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"1,3\n1/3,1\n1,3\n"
    for module in (matrix_csv, grids):
        monkeypatch.setattr(module, "MAX_CSV", 10)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    with pytest.raises(ahp.MatrixError) as refused:
        read_matrix("-")
    assert str(refused.value) == "standard input: 11 bytes, expected at most 10"


def test_of_many_decimals_the_first_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    texts = [f"0.{'3' * k}" for k in range(2, 16)] + [f"0.1{'6' * k}7" for k in range(14)]
    rows = [["1"] * 8 for _ in range(8)]
    for (i, k), text in zip(itertools.combinations(range(8), 2), texts, strict=True):
        rows[i][k], rows[k][i] = "6" if text < "0.2" else "3", text
    Path("m.csv").write_text("\n".join(map(",".join, rows)))
    (said,) = map(str, read_matrix("m.csv").remarks)
    named = [f"{text} read as {'1/6' if text < '0.2' else '1/3'}" for text in texts[:20]]
    assert said == ", ".join([*named, "and 8 more"])


def test_many_names_are_looked_through_soon() -> None:
    rows = {line: [f"{line}/{k}x" for k in range(300)] for line in range(200)}
    begun = time.process_time()
    assert not [*matrix_csv._corners(rows)]
    assert time.process_time() - begun < 0.8


PIECES = [
    *(b",", b";", b"\t", b"\n", b'"', b"=", b"1/3", b"0", b"-", b"\xff", b"\0", b"1e999"),
    *(b"x" * 50, b"1/0", b"9" * 20, b"3 3/4", b"3:1", b".", b"0.33"),
    *(b"\xef\xbb\xbf", "中".encode(), b"=\0"),
]


def mutated(content: bytes, rng: random.Random) -> bytes:
    """A file with one to three of its parts changed, left out, doubled or put in."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 3)):
        start, end = sorted(rng.randrange(len(changed) + 1) for _ in range(2))
        match rng.randrange(4):
            case 0:
                changed[start:start] = rng.choice(PIECES) * rng.choice((1, 1, 1, 30))
            case 1:
                del changed[start : min(end, start + 9)]
            case 2:
                changed[start:start] = changed[start:end]
            case 3:
                changed[start : start + 1] = bytes([rng.randrange(256)])
    return bytes(changed)


@pytest.mark.slow
def test_damaged_files_are_read_or_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a file holds, what is raised is an error of ours that can be said, and soon."""
    monkeypatch.chdir(tmp_path)
    rng = random.Random(1)
    files = [(case, content_of(case)) for case in CASES if "text" in case]
    kinds: Counter[str] = Counter()
    said: tuple[str, ...] = ()
    for case, content in (rng.choice(files) for _ in range(10_000)):
        begun = time.process_time()
        try:
            read(case, mutated(content, rng))
            kinds[case["kind"]] += 1
        except AHPError as error:
            said = str(error), error_sentence(error, "zh")
        assert all(said)
        assert time.process_time() - begun < 2
    assert kinds.keys() == {"matrix", "answers", "wide", "platform"}


@pytest.mark.slow
def test_answers_come_back_from_a_spreadsheet(tmp_path: Path) -> None:
    """LibreOffice opens what we write, and saves it as CSV and as a workbook."""
    values = ["3", "1/3", "1/9", "2.5", "7/3"]
    given = Answers(tuple(Judgment(f"张{k}", "g", "a", "b", text) for k, text in enumerate(values)))
    (tmp_path / "a.csv").write_bytes(write_answers(given))
    for kind in ("csv:Text - txt - csv (StarCalc):44,34,76,1", "xlsx"):
        subprocess.run(
            [
                *("soffice", f"-env:UserInstallation=file://{tmp_path}/office", "--headless"),
                *("--infilter=CSV:44,34,76,1", "--convert-to", kind),
                *("--outdir", tmp_path / "saved", tmp_path / "a.csv"),
            ],
            check=True,
            timeout=120,
            capture_output=True,
        )
        back = ahp.read_answers(tmp_path / "saved" / f"a.{kind[:4].rstrip(':')}")
        assert [replace(one, place="") for one in back.judgments] == [*given.judgments]


UTF_16 = "the file is read as utf-16"
ENCODINGS = {"utf-8": "", "utf-8-sig": "", "utf-16": UTF_16, "gb18030": UTF_16[:-6] + "gb18030"}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("empty", ["", ",,,,", "\n"], ids=["full", "empty cells", "empty lines"])
def test_encodings_separators_and_empty_cells(
    encoding: str, separator: str, end: str, empty: str, tmp_path: Path
) -> None:
    """The same matrix and answers, in each combination of what programs save."""
    lines = [",成本,质量,速度", "成本,1,3,5", "质量,1/3,1,3", "速度,1/5,1/3,1"]
    path = tmp_path / "m.csv"
    text = "\n".join(line + empty for line in [*lines, *[""] * bool(empty)])
    path.write_bytes(text.replace(",", separator).replace("\n", end).encode(encoding))
    found = read_matrix(str(path))
    assert found.matrix == ahp.PairwiseMatrix.from_upper([3, 5, 3], ["成本", "质量", "速度"])
    said = [ENCODINGS[encoding]] * bool(ENCODINGS[encoding])
    assert [str(one) for one in found.remarks] == said
    lines = [
        "expert,parent,left,right,value",
        "张三,好午餐,价格,味道,1/3",
        "李四,lunch,price,taste,5",
    ]
    text = "\n".join(line + empty for line in lines)
    content = text.replace(",", separator).replace("\n", end).encode(encoding)
    answers = answers_from_table(content, "a.csv", LUNCH)
    assert [(one.expert, one.parent, one.left, one.value) for one in answers.judgments] == [
        ("张三", "lunch", "price", "1/3"),
        ("李四", "lunch", "price", "5"),
    ]
    assert [str(one) for one in answers.remarks] == [
        *said,
        "好午餐 read as lunch, 价格 read as price, 味道 read as taste",
    ]
