"""Answers that are read and held as columns: the same as one by one."""

from __future__ import annotations

import json
import pickle
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import feather, parquet

import ahp
from ahp.i18n.errors import error_sentence
from ahp.resources import data_folder
from ahp.study.answers import Answers, answers_from_columns
from ahp.study.judgments import Judgment, JudgmentColumns
from ahp.tables.columns import Coded, ColumnTable, combined

DEMO = data_folder("examples") / "supervision_demo" / "answers.csv"
SURVEY = ahp.load_survey("supervision_effectiveness")
JOB = ahp.Survey.from_names({"Job": ["Pay", "Work", "City"]})


READERS = pytest.mark.parametrize("reader", ["arrow", "csv"])


def count_as_large(monkeypatch: pytest.MonkeyPatch, reader: str) -> None:
    """Every CSV file; it is read by Arrow, or as where there is none."""
    monkeypatch.setattr("ahp.study.answers.MAX_CSV", 10)
    if reader == "csv":
        monkeypatch.setitem(sys.modules, "pyarrow", None)


def write(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "answers.csv"
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


HEADER = "expert,parent,left,right,value"


def frame() -> pd.DataFrame:
    return pd.read_csv(DEMO, dtype=str)


def parquet_file(folder: Path) -> Path:
    frame().to_parquet(folder / "a.parquet")
    return folder / "a.parquet"


def feather_file(folder: Path) -> Path:
    feather.write_feather(pa.Table.from_pandas(frame()), str(folder / "a.feather"))
    return folder / "a.feather"


def coded_file(folder: Path) -> Path:
    table = pa.Table.from_pandas(frame().astype("category"))
    parquet.write_table(table, folder / "b.parquet", row_group_size=50)
    return folder / "b.parquet"


@pytest.mark.parametrize("made", [parquet_file, feather_file, coded_file])
def test_files_of_columns_give_what_the_csv_gives(
    made: Callable[[Path], Path], tmp_path: Path
) -> None:
    one_by_one, columns = ahp.read_answers(DEMO), ahp.read_answers(made(tmp_path))
    assert isinstance(columns.judgments, JudgmentColumns)
    assert columns.experts == one_by_one.experts
    mine, its = (
        [(one.expert, one.parent, one.left, one.right, one.value) for one in answers.judgments]
        for answers in (columns, one_by_one)
    )
    assert mine == its
    assert ahp.analyze(SURVEY, columns) == ahp.analyze(SURVEY, one_by_one)


@READERS
def test_a_large_csv_gives_what_a_small_one_gives(
    monkeypatch: pytest.MonkeyPatch, reader: str
) -> None:
    small = ahp.read_answers(DEMO)
    count_as_large(monkeypatch, reader)
    columns = ahp.read_answers(DEMO)
    assert isinstance(columns.judgments, JudgmentColumns)
    assert columns.judgments == small.judgments  # their places too
    assert columns.remarks == small.remarks


@READERS
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_names_headers_and_separators_of_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str, encoding: str
) -> None:
    survey = ahp.Survey.from_names({"岗位": ["工资", "工作", "城市"]})
    lines = [
        "某行 2026 年调查;;;;;",
        "专家;上级;左项;右项;判断值;备注",
        "李四;岗位;工资;工作;3;x",
        "李四;岗位;工资;城市;0,5;",
        "李四;岗位;工作;城市;;",
        "王五;岗位;工资;工作;1/3;",
        "李　四;岗位;工作;城市;2;",
    ]
    path = write(tmp_path, *lines, encoding=encoding)
    small = ahp.read_answers(path, survey)
    count_as_large(monkeypatch, reader)
    answers = ahp.read_answers(path, survey)
    assert answers.judgments == small.judgments
    assert [(one.expert, one.value) for one in answers.judgments] == [
        *(("李四", "3"), ("李四", "0.5"), ("王五", "1/3"), ("李四", "2")),
    ]
    assert answers.experts == ("李四", "王五")
    assert [str(one) for one in answers.remarks if one.code == "many_not_judged"] == [
        "1 lines without a judgment, read as not judged"
    ]
    array = answers.arrays(survey.hierarchy)[survey.hierarchy.goal]
    assert np.array_equal(array[0], [[1, 3, 0.5], [1 / 3, 1, 2], [2, 0.5, 1]], equal_nan=True)


FAULTS = (
    "Li,Job,Pay,Home,3",
    "Li,Jobs,Pay,Work,3",
    "Li,Job,Pay,Pay,3",
    "Li,Job,,Work,3",
    "Li,Job,Pay,Work,12",
    "Li,Job,Pay,Work,2026-01-03",
    "Li,Job,City,Pay,3",
    "Li,Job,Pay,Work,3,5",
)


@READERS
@pytest.mark.parametrize("line", FAULTS)
def test_what_is_wrong_is_said_as_of_a_small_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str, line: str
) -> None:
    path = write(tmp_path, HEADER, "Li,Job,Pay,City,2", line, "Wu,Job,Pay,City,2")
    with pytest.raises(ahp.AnswersError) as small:
        ahp.read_answers(path, JOB)
    count_as_large(monkeypatch, reader)
    with pytest.raises(ahp.AnswersError) as large:
        ahp.read_answers(path, JOB)
    assert str(large.value) == str(small.value)
    assert f"{path}: line 3" in str(large.value)


@READERS
def test_who_judged_stands_in_every_line_of_a_large_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str
) -> None:
    path = write(tmp_path, HEADER, "Li,Job,Pay,City,2", ",Job,Pay,Work,3", ",Job,City,Work,3")
    count_as_large(monkeypatch, reader)
    with pytest.raises(ahp.AnswersError) as raised:
        ahp.read_answers(path, JOB)
    assert str(raised.value) == f"{path}: line 3: expert is empty"


@READERS
@pytest.mark.parametrize("header", ["a,b,c", "expert,parent,left,right", f"{HEADER},专家"])
def test_headers_that_are_no_headers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str, header: str
) -> None:
    path = write(tmp_path, header, "1,2,3,4,5")
    with pytest.raises(ahp.AnswersError) as small:
        ahp.read_answers(path)
    count_as_large(monkeypatch, reader)
    with pytest.raises(ahp.AnswersError) as large:
        ahp.read_answers(path)
    assert str(large.value) == str(small.value)


def test_numbers_in_columns(tmp_path: Path) -> None:
    """As programs write them: whole experts, judgments with a decimal point."""
    table = pd.DataFrame(
        {
            "expert": [1, 1, 2],
            "parent": "Job",
            "left": ["Pay", "Pay", "Work"],
            "right": ["Work", "City", "City"],
            "value": [3.0, 0.5, np.nan],
        }
    )
    table.to_parquet(tmp_path / "a.parquet")
    answers = ahp.read_answers(tmp_path / "a.parquet", JOB)
    assert [(one.expert, one.value, one.place) for one in answers.judgments] == [
        ("1", "3", f"{tmp_path / 'a.parquet'}: row 1"),
        ("1", "0.5", f"{tmp_path / 'a.parquet'}: row 2"),
    ]


def test_a_file_of_columns_without_arrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = parquet_file(tmp_path)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ahp.AnswersError) as raised:
        ahp.read_answers(path)
    assert str(raised.value) == (
        f'{path}: files of columns are read by Arrow: pip install "ahp-evidence[scale]"'
    )


def test_a_file_that_is_no_parquet(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 nothing")
    with pytest.raises(ahp.AnswersError, match="can't be read as a file of columns"):
        ahp.read_answers(path)


def test_columns_are_a_sequence_of_judgments() -> None:
    plain = ahp.read_answers(DEMO)
    columns = JudgmentColumns.of(plain.judgments)
    assert columns == plain.judgments
    assert tuple(columns) == plain.judgments
    assert columns[3] == plain.judgments[3]
    assert columns[-1] == plain.judgments[-1]
    assert columns[35:70] == plain.judgments[35:70]
    assert columns[35:70].experts == ("E2",)
    assert columns != plain.judgments[1:]
    answers = Answers(columns)
    assert Answers.from_dict(json.loads(json.dumps(answers.to_dict()))) == Answers(plain.judgments)
    assert pickle.loads(pickle.dumps(answers)) == answers
    assert answers.only(["E5", "E2"]).judgments == plain.only(["E5", "E2"]).judgments
    assert answers.only(["E5", "E2"]).experts == ("E2", "E5")
    with pytest.raises(IndexError):
        columns[245]


def test_a_pair_that_is_judged_twice_in_columns() -> None:
    once = ahp.read_answers(DEMO).judgments
    again = Judgment("E1", once[0].parent, once[0].right, once[0].left, "2", "b.csv: line 9")
    with pytest.raises(ahp.AnswersError) as plain:
        Answers((*once, again))
    with pytest.raises(ahp.AnswersError) as columns:
        Answers(JudgmentColumns.of((*once, again)))
    assert str(columns.value) == str(plain.value)
    assert str(columns.value).startswith("b.csv: line 9: ")


TEXTS = st.lists(st.sampled_from(["a", "b", "c", "", " a "]), min_size=1, max_size=30)


@given(TEXTS)
def test_a_column_holds_each_text_once(texts: list[str]) -> None:
    column = Coded.of(texts)
    visible = [text.strip() for text in texts]
    assert [column.texts[k] if k >= 0 else "" for k in column.codes] == visible
    assert len({*column.texts}) == len(column.texts)
    arrow = Coded.of(pa.chunked_array([texts[:2], texts[2:]], type=pa.string()))
    assert (arrow.texts, arrow.codes.tolist()) == (column.texts, column.codes.tolist())


@given(st.lists(st.tuples(*[st.sampled_from("abcd")] * 3), min_size=1, max_size=40))
def test_combinations_of_columns(rows: list[tuple[str, str, str]]) -> None:
    codes, combinations = combined([Coded.of([*column]) for column in zip(*rows, strict=True)])
    assert [combinations[k] for k in codes] == rows
    assert len({*combinations}) == len(combinations)


def test_columns_of_anything_else() -> None:
    """More combinations than a table of them could hold."""
    texts = [str(k) for k in range(50_000)]
    codes, combinations = combined([Coded.of(texts), Coded.of(texts[::-1])])
    assert [combinations[k] for k in codes] == [*zip(texts, texts[::-1], strict=True)]


def test_experts_who_judged_nothing_are_none() -> None:
    columns = {
        "expert": Coded.of(["Li", "Wu", "Wu"]),
        "parent": Coded.of(["Job"] * 3),
        "left": Coded.of(["Pay"] * 3),
        "right": Coded.of(["Work", "Work", "City"]),
        "value": Coded.of([None, "3", "-"]),
    }
    answers = answers_from_columns(ColumnTable(columns, "the columns"), JOB)
    assert answers.experts == ("Wu",)
    assert str(answers.remarks[0]) == ("2 lines without a judgment, read as not judged")


def test_experts_are_in_the_order_of_their_first_judgment() -> None:
    sides = (["Job"] * 3, ["Pay"] * 3, ["Work", "Work", "City"])
    answers = Answers.from_columns(["Li", "Wu", "Li"], *sides, [None, "3", "5"], survey=JOB)
    assert answers.experts == ("Wu", "Li")
    assert [one.expert for one in answers.judgments] == ["Wu", "Li"]


def test_columns_of_a_data_frame() -> None:
    table, plain = frame(), ahp.read_answers(DEMO)
    for columns in (
        table,
        table.astype("category"),
        {name: table[name].tolist() for name in table},
        {name: table[name].to_numpy(str) for name in table},
        {name: pa.chunked_array([table[name][:100], table[name][100:]]) for name in table},
    ):
        answers = Answers.from_columns(**{name: columns[name] for name in table}, survey=SURVEY)
        assert ahp.analyze(SURVEY, answers) == ahp.analyze(SURVEY, plain)
    assert answers.judgments[7].place == "the columns: row 8"


def test_places_in_columns_in_chinese() -> None:
    with pytest.raises(ahp.AnswersError) as raised:
        Answers.from_columns(["Li"], ["Job"], ["Pay"], ["Pay"], ["3"], survey=JOB)
    assert str(raised.value).startswith("the columns: row 1: ")
    assert error_sentence(raised.value, "zh").startswith("所给的列：第 1 行：")


def test_columns_of_other_lengths() -> None:
    with pytest.raises(ahp.AnswersError) as raised:
        Answers.from_columns(["Li"], ["Job"], ["Pay"], ["Work"], ["3", "4"])
    assert str(raised.value) == (
        "expert, parent, left, right, value have 1, 1, 1, 1, 2 cells, expected as many of each"
    )


@pytest.mark.parametrize("name", ["answers-format.md", "scale.md"])
def test_the_example_of_the_page(capsys: pytest.CaptureFixture[str], name: str) -> None:
    page = Path(__file__).parents[2] / "docs" / name
    (code,) = re.findall(r"^```python\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)
    exec(compile(code, name, "exec"), {})
    said, _errors = capsys.readouterr()
    assert code.endswith(f"# {said}")


def test_codes_of_no_text_are_refused(tmp_path: Path) -> None:
    """As damaged files have them: Arrow itself doesn't look."""
    texts = {name: ["Li", "Wu"] for name in ("expert", "parent", "left", "right", "value")}
    columns = {
        name: pa.DictionaryArray.from_arrays(pa.array([0, 7], pa.int32()), cells, safe=False)
        for name, cells in texts.items()
    }
    path = tmp_path / "a.feather"
    feather.write_feather(pa.table(columns), str(path), compression="uncompressed")
    with pytest.raises(ahp.AnswersError) as raised:
        ahp.read_answers(path)
    assert str(raised.value).startswith(f"{path}: can't be read as a file of columns: ")


LIKE_A_SMALL_ONE = {
    "a quote behind a space": f'{HEADER}\n "Li", Job, "Pay", Work, 3\nLi, Job,Work,City,2\n',
    "a name over two lines": f'{HEADER}\n"Li\nJie",Job,Pay,Work,3\nWu,Job,Work,City,2\n',
    "a note over two lines": f'{HEADER},note\nLi,Job,Pay,Work,3,"a\nb"\nWu,Job,Work,City,2,\n',
    "a title over two lines": f'"A\nB",,,,\n\n{HEADER}\nLi,Job,Pay,Work,3\n',
    "lines that are empty": f"{HEADER}\n\n   \nLi,Job,Pay,Work,3\n,,,,\nWu,Job,Work,City,2\n",
    "headers after empty lines": "\n" * 11 + f"{HEADER}\nLi,Job,Pay,Work,3\n",
    "lines that end with a carriage return": f"{HEADER}\rLi,Job,Pay,Work,3\r",
    "carriage returns and line feeds": f'{HEADER}\rLi,Job,Pay,Work,3\r"W\nu",Job,Pay,Work,2',
    "a decimal comma below one": f'{HEADER}\nLi,Job,Pay,Work,"0,33"\n',
    "texts that are formulas": f'{HEADER}\n="Li",Job,Pay,Work,="1/3"\nLi,Job,Work,City,2\n',
    "cells that end early": f"{HEADER}\nLi,Job,Pay,Work\nWu,Job,Pay,Work,3\n",
    "commas at the end": f"{HEADER}\nLi,Job,Pay,Work,3,,\n",
    "a decimal comma in the column behind": f"{HEADER},\nLi,Job,Pay,Work,2,5\n",
    "a table in Markdown": "\n".join(
        ["|expert|parent|left|right|value|", "|---|---|---|---|---|", "|Li|Job|Pay|Work|3|", ""]
    ),
    "a PDF": "%PDF-1.4\n",
    "a web page": "<html><table>\n",
}


@READERS
@pytest.mark.parametrize("case", LIKE_A_SMALL_ONE)
def test_a_large_file_is_read_like_a_small_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str, case: str
) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(LIKE_A_SMALL_ONE[case], encoding="utf-8", newline="")

    def read() -> object:
        try:
            answers = ahp.read_answers(path, JOB)
        except ahp.AnswersError as refused:
            return str(refused)
        counted = {"lines_not_judged", "many_not_judged"}
        remarks = [one for one in answers.remarks if one.code not in counted]
        return answers.experts, tuple(answers.judgments), remarks

    small = read()
    count_as_large(monkeypatch, reader)
    assert read() == small


PAIRS: dict[str, Any] = {"parent": ["job"] * 2, "left": ["pay"] * 2, "right": ["work"] * 2}


@pytest.mark.parametrize("text", ["-", "NA", "未填"])
def test_what_says_not_judged_is_no_value(text: str) -> None:
    answers = Answers.from_columns(["Li", "Wu"], **PAIRS, value=[text, "3"], survey=JOB)
    assert answers.arrays(JOB.hierarchy)["job"].shape == (1, 3, 3)


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint8(), pa.uint32(), pa.int64()])
def test_dictionaries_have_an_order_of_their_own(tmp_path: Path, kind: pa.DataType) -> None:
    """And texts that stand nowhere: categories of what was filtered out."""
    expert = pa.DictionaryArray.from_arrays(pa.array([2, 0], kind), ["Li", "Xu", "Wu"])
    value = pa.DictionaryArray.from_arrays(pa.array([1, 2], kind), ["abc", "3", "2"])
    table = pa.table({"expert": expert, **PAIRS, "value": value})
    feather.write_feather(table, str(tmp_path / "a.feather"))
    parquet.write_table(table, tmp_path / "a.parquet")
    for answers in (
        Answers.from_columns(**{name: table[name] for name in table.column_names}, survey=JOB),
        ahp.read_answers(tmp_path / "a.feather", JOB),
        ahp.read_answers(tmp_path / "a.parquet", JOB),
    ):
        assert [(one.expert, one.value) for one in answers.judgments] == [("Wu", "3"), ("Li", "2")]
        assert answers.experts == ("Wu", "Li")
        assert answers.arrays(JOB.hierarchy)["job"].shape == (2, 3, 3)


@pytest.mark.parametrize("kind", ["Int64", "object"])
def test_empty_cells_of_pandas(kind: str) -> None:
    value = pd.Series([3, pd.NA], dtype=kind)
    experts = pd.Series(["Li", "Wu"], dtype="string")
    assert Answers.from_columns(experts, **PAIRS, value=value).experts == ("Li",)


def test_experts_who_are_numbers_or_bytes() -> None:
    for expert in ([9.0, 10.0], np.array([b"9", b"10"]), pa.array([b"9", b"10"])):
        assert Answers.from_columns(expert, **PAIRS, value=[3, 2]).experts == ("9", "10")


def test_a_decimal_comma_in_columns() -> None:
    answers = Answers.from_columns(["Li", "Wu"], **PAIRS, value=["0,5", 2])
    assert [one.value for one in answers.judgments] == ["0.5", "2"]


@pytest.mark.parametrize("ending", ["parquet", "feather"])
def test_a_file_of_columns_that_is_not_there(tmp_path: Path, ending: str) -> None:
    with pytest.raises(ahp.AnswersError, match="cannot be read: No such file"):
        ahp.read_answers(tmp_path / f"a.{ending}")


def test_columns_that_are_alike_hash_alike() -> None:
    columns = JudgmentColumns.of(ahp.read_answers(DEMO).judgments)
    part, again = columns[35:40], JudgmentColumns.of(tuple(columns[35:40]))
    assert part == again
    assert hash(part) == hash(again)


def test_results_of_the_same_answers_share_their_matrices() -> None:
    """As long as one of them is there; what is recused in one is no matter of the other."""
    read = ahp.read_answers(DEMO, SURVEY)
    answers = Answers(JudgmentColumns.of(read.judgments))
    parent = SURVEY.hierarchy.compared[0]
    one = ahp.analyze(SURVEY, answers)
    other = ahp.analyze(SURVEY, answers, how="aip_geometric", recused=[("E1", parent)])
    same = (np.shares_memory(one.panel.matrices[p], other.panel.matrices[p]) for p in one.matrices)
    assert dict(zip(one.matrices, same, strict=True)) == {p: p != parent for p in one.matrices}
    assert one.panel == ahp.analyze(SURVEY, read).panel
    assert pickle.loads(pickle.dumps(answers)).judgments == read.judgments


def test_another_tree_has_its_own_matrices() -> None:
    """Children in another order, of the same judgments."""
    columns = JudgmentColumns.of([Judgment("Li", "job", "pay", "work", "3")])
    turned = ahp.Hierarchy("job", {"job": ("work", "pay")})
    as_judged = ahp.Hierarchy("job", {"job": ("pay", "work")})
    kept = columns.arrays(turned)
    assert columns.arrays(as_judged)["job"].tolist() == [[[1, 3], [1 / 3, 1]]]
    assert kept["job"].tolist() == [[[1, 1 / 3], [3, 1]]]
    other = ahp.Hierarchy("job", {"job": ("pay", "food")})  # which `Answers` refuses
    assert np.array_equal(
        columns.arrays(other)["job"], [[[1, np.nan], [np.nan, 1]]], equal_nan=True
    )


def test_arrays_of_answers_may_be_written_to() -> None:
    answers = Answers(JudgmentColumns.of([Judgment("Li", "job", "pay", "work", "3")]))
    tree = ahp.Hierarchy("job", {"job": ("pay", "work")})
    shared = answers.shared_arrays(tree)
    answers.arrays(tree)["job"][:] = 7
    assert shared["job"].tolist() == [[[1, 3], [1 / 3, 1]]]
    assert answers.shared_arrays(tree)["job"].tolist() == [[[1, 3], [1 / 3, 1]]]
    assert not shared["job"].flags.writeable


def test_parts_of_one_dictionary_are_one_column() -> None:
    """Whether a part brings texts that none before it had, or no new ones."""
    texts = pa.array(["b", "a", "c", None])
    parts = [pa.DictionaryArray.from_arrays(pa.array(k, pa.int32()), texts) for k in (
        [1, 1, 3], [0, 1, None], [2, 0], [0, 1],
    )]  # fmt: skip
    column = Coded.of(pa.chunked_array([*parts, pa.DictionaryArray.from_arrays(
        pa.array([0], pa.int32()), pa.array(["d"]))]))  # fmt: skip
    assert column.texts == ("a", "b", "c", "d")
    assert column.codes.tolist() == [0, 0, -1, 1, 0, -1, 2, 1, 1, 0, 3]
    assert column.codes.dtype == np.int8


@pytest.mark.parametrize("count", [127, 128, 32_767, 32_768])
def test_codes_are_as_small_as_their_number_allows(count: int) -> None:
    texts = [f"t{k}" for k in range(count)]
    column = Coded.of([*texts, None, "t0"])
    assert column.codes.dtype.itemsize == {127: 1, 128: 2, 32_767: 2, 32_768: 4}[count]
    assert column.codes[[0, -3, -2, -1]].tolist() == [0, count - 1, -1, 0]


@READERS
def test_a_large_file_of_empty_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str
) -> None:
    path = write(tmp_path, *[",,"] * 30)
    count_as_large(monkeypatch, reader)
    with pytest.raises(ahp.AnswersError) as refused:
        ahp.read_answers(path)
    assert str(refused.value) == (
        f"{path}: line 1: is empty; a long CSV has the columns expert, parent, left, right, value."
    )
