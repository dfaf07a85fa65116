"""Every CSV file and workbook that is written here, saved again by LibreOffice: it is the same."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

import ahp
from ahp.errors import AnswersError
from ahp.evaluation import read_observations
from ahp.exchange.ahpsurvey import read_ahpsurvey, write_ahpsurvey
from ahp.exchange.evaluation_calculation import filled_workbook
from ahp.exchange.long_csv import write_answers
from ahp.exchange.owner_template import owner_template
from ahp.exchange.questionnaire_xlsx import read_questionnaire
from ahp.exchange.study_calculation import calculation_workbook
from ahp.exchange.unit_list import read_unit_list, unit_list_template
from ahp.published.verification import COLUMNS, candidate_rows
from ahp.report.table import Table, csv_bytes
from ahp.report.workbook import document_xlsx
from ahp.study import Answers, Judgment, Survey
from ahp.study.answers import answers_from_table
from ahp.tables.delimited import UNCALCULATED, kept_from_dates
from ahp.tables.grids import read_grid, read_sheets
from tests.process.evaluations.played import example
from tests.report.sample_document import sample

from . import test_owner_template as owners
from . import test_questionnaire_xlsx as questionnaires
from . import test_study_calculation as studies
from .conftest import Office

Read = Callable[[bytes, str], Any]
"""Content and name of a file -> what it says."""

NOT_A_TABLE = ("questionnaire.xlsx", "owner.xlsx")
"""Those whose hidden sheet says what they are, which no CSV has: there the cells are compared."""

CSV_ALONE = ("candidates.csv",)
"""Those that are never read as a workbook: there the cells are compared."""

FIRST_SHEETS = {"units.xlsx": "单位名录", "observations.xlsx": "观测值"}


@dataclass(frozen=True)
class Written:
    """A file as it is written here, and what reads it; None where nothing does."""

    content: bytes
    read: Read | None = None


def judgments(answers: Answers) -> list[Judgment]:
    return [replace(one, place="") for one in answers.judgments]


def observed(content: bytes, name: str, folder: Path) -> list[dict[str, str]]:
    path = folder / name
    path.write_bytes(content)
    return list(read_observations(path).records())


def candidates(content: bytes, name: str, folder: Path) -> list[list[str]]:
    path = folder / name
    path.write_bytes(content)
    return [row for _line, row in candidate_rows(path)]


def filled_in(content: bytes, cells: dict[str, Any]) -> bytes:
    book = load_workbook(io.BytesIO(content))
    for place, value in cells.items():
        book.worksheets[0][place] = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.fixture(scope="module")
def written(home: Survey, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Written]:
    """Name of each file -> what is written, and what reads it."""
    folder = tmp_path_factory.mktemp("read")
    values = ["3", "1/3", "1/9", "2.5", "7/3", "1"]
    names = ["=Li", "张三", "王, 五", "李;四", 'Q"uote', "-5"]
    long = Answers(
        tuple(Judgment(one, "g", "a", "b", text) for one, text in zip(names, values, strict=True))
    )
    steps = studies.HOME
    numbers = Table(
        "数",
        ("单位", "=formula", "权重", "正常"),
        (
            ("甲, 乙", "-minus", 1 / 3, True),
            ('丙"; 丁', "+2.3", 1e-7, False),
            ("3-4", "@", 5, None),
        ),
        language="zh",
    )
    rows = [["g", "column_mean", "4", "3 1/3 5"], ["a", "", "", kept_from_dates("1/2")]]
    stored = io.StringIO()
    csv.writer(stored).writerows([COLUMNS, *rows])
    answers = questionnaires.some_answers(home, 3)
    asked = questionnaires.filled(questionnaires.make(home, language="zh"), answers)
    template = owner_template(owners.SCHEME, owners.OWNERS, owners.UNITS, "2026Q4")
    cells = {"B6": 2, "C6": 20000, "D6": 98.5, "D7": "不适用", "E7": 1, "F7": "2026-14"}
    units = {"A2": "城东支行", "B2": "一组", "D2": "2026Q1", "E2": "2026", "F2": "东支；城东"}
    return {
        "answers.csv": Written(
            write_answers(long), lambda content, name: judgments(answers_from_table(content, name))
        ),
        "wide.csv": Written(
            write_ahpsurvey(home, steps, negative_is="left"),
            lambda content, name: judgments(
                read_ahpsurvey(
                    content, name, survey=home, negative_is="left", expert_column="expert"
                )
            ),
        ),
        "table.csv": Written(csv_bytes(numbers)),
        "candidates.csv": Written(
            stored.getvalue().encode(), lambda content, name: candidates(content, name, folder)
        ),
        "questionnaire.xlsx": Written(
            asked, lambda content, _name: read_questionnaire(content, home, source="q")
        ),
        "units.xlsx": Written(
            filled_in(unit_list_template("zh"), units),
            lambda content, name: read_unit_list(content, name).units,
        ),
        "owner.xlsx": Written(
            owners.filled(template, owners.OPERATIONS, cells),
            lambda content, _name: owners.read(content, owners.OPERATIONS),
        ),
        "observations.xlsx": Written(
            filled_workbook(example(), "2026Q2", "zh"),
            lambda content, name: observed(content, name, folder),
        ),
        "study.xlsx": Written(calculation_workbook(studies.small(), language="zh")),
        "report.xlsx": Written(document_xlsx(sample("zh"))),
    }


Cells = dict[str, dict[int, tuple[str, ...]]]


def cells_of(content: bytes, name: str, sheets: Collection[str] | None = None) -> Cells:
    """Sheet -> line -> cells, of all sheets that are shown, or of these."""
    if name.endswith(".csv"):
        return {"": dict(read_grid(content, name, AnswersError).rows)}
    read, _hidden = read_sheets(content, name, AnswersError, sheets)
    return {sheet.sheet: dict(sheet.rows) for sheet in read}


def check_cells(found: Cells, expected: Cells) -> None:
    """Cells are the same, numbers to the digits that LibreOffice keeps; those that were never
    calculated are now.
    """
    assert found.keys() == expected.keys()
    for sheet, rows in expected.items():
        for line, cells in rows.items():
            there = found[sheet].get(line, ())
            there += ("",) * (len(cells) - len(there))
            for cell, back in zip(cells, there, strict=True):
                assert cell in (back, UNCALCULATED) or _same_number(back, cell), (sheet, line)


def _same_number(one: str, other: str) -> bool:
    try:
        return math.isclose(float(one), float(other), rel_tol=1e-13, abs_tol=0)
    except ValueError:
        return False


def test_all_that_is_written_stands_here(written: dict[str, Written]) -> None:
    """What calls a writer of CSV or of workbooks in the code."""
    folder = Path(ahp.__file__).parent
    writers = re.compile(r"csv\.writer\(|book\.save\(")
    found = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.py")
        if writers.search(path.read_text(encoding="utf-8"))
    }
    assert found == {
        "exchange/ahpsurvey.py",  # wide.csv
        "exchange/evaluation_xlsx.py",  # observations.xlsx
        "exchange/long_csv.py",  # answers.csv
        "exchange/owner_template.py",  # owner.xlsx
        "exchange/questionnaire_writer.py",  # questionnaire.xlsx
        "exchange/study_calculation.py",  # study.xlsx
        "exchange/unit_list.py",  # units.xlsx
        "published/whole.py",  # candidates.csv
        "report/table.py",  # table.csv
        "report/workbook.py",  # report.xlsx
    }
    assert len(written) == len(found)


CSV_FORM = "csv:Text - txt - csv (StarCalc):{},34,{},1,,0,false,true,false,false,false,-1"
"""How LibreOffice saves all sheets, each as it looks: separator and encoding."""

ENCODINGS = {"utf-8": 76, "gb18030": 85}


@pytest.fixture(scope="module")
def workbooks(written: dict[str, Written], office: Office) -> dict[str, bytes]:
    """All of them as workbooks, the CSV files opened and saved by LibreOffice."""
    tables = {name: one.content for name, one in written.items() if name.endswith(".csv")}
    saved = office(tables, "xlsx", "CSV:44,34,76,1")
    others = {name: one.content for name, one in written.items() if name not in tables}
    return {**{name: saved[f"{Path(name).stem}.xlsx"] for name in tables}, **others}


def named(workbooks: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{Path(name).stem}.xlsx": content for name, content in workbooks.items()}


@pytest.mark.slow
@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_saved_as_a_workbook(
    form: str, written: dict[str, Written], workbooks: dict[str, bytes], office: Office
) -> None:
    saved = office(named(workbooks), form)
    for name, one in written.items():
        back = saved[f"{Path(name).stem}.{form}"]
        if one.read is not None and name not in CSV_ALONE:
            assert one.read(back, f"back.{form}") == one.read(one.content, name), name
        expected = cells_of(one.content, name)
        found = cells_of(back, f"back.{form}")
        if name.endswith(".csv"):
            found = {"": next(iter(found.values()))}
        check_cells(found, expected)


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_saved_as_csv(
    separator: str,
    encoding: str,
    written: dict[str, Written],
    workbooks: dict[str, bytes],
    office: Office,
) -> None:
    shown = office(named(workbooks), CSV_FORM.format(ord(separator), ENCODINGS[encoding]))
    for name, one in written.items():
        stem = Path(name).stem
        parts = {key: part for key, part in shown.items() if key.startswith(f"{stem}-")}
        if one.read is not None and name not in NOT_A_TABLE:
            part = parts.get(f"{stem}-{FIRST_SHEETS.get(name)}.csv") or next(iter(parts.values()))
            assert one.read(part, f"{name}.csv") == one.read(one.content, name), name
        elif name in NOT_A_TABLE or name.endswith(".csv"):
            named_ = {
                key[len(stem) + 1 : -4]: cells_of(part, key)[""] for key, part in parts.items()
            }
            # LibreOffice writes hidden sheets, too
            expected = cells_of(one.content, name, [*named_])
            found = named_ if name in NOT_A_TABLE else {"": next(iter(named_.values()))}
            check_cells(found, expected)
