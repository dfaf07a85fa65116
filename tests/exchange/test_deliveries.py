"""Values that come in: what is asked, what would change, what is missing."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

import ahp
from ahp.errors import EvaluationError
from ahp.exchange.deliveries import (
    Changes,
    FileImport,
    Scope,
    Upload,
    choices,
    read_file,
    read_typed,
    sheets_of,
    typed_cells,
)
from ahp.exchange.observation_layout import LEFT_OUT
from ahp.exchange.owner_template import owner_template
from ahp.i18n.errors import error_sentence
from ahp.messages import Message
from ahp.process.evaluations.deliveries import deliveries
from ahp.process.evaluations.events import AliasLearned, CellKey, File, LayoutRemembered, Row
from tests.process.evaluations.booked import PERIOD, UNITS, Book

OFFICES = Path(ahp.__file__).parents[1] / "examples" / "evaluation" / "offices"
HEADER = "单位,编报信息简报（份）,监督信息数据共享情况"


def scope_of(book: Book, owner: str | None = None) -> Scope:
    return Scope(book.state, PERIOD, book.state.people[owner] if owner else None)


def csv(*lines: str, name: str = "briefings.csv") -> Upload:
    return Upload(name, "\n".join(lines).encode())


def read(
    scope: Scope, upload: Upload, answers: Mapping[tuple[str, str], str] | None = None
) -> FileImport:
    """A file with answers: (about, name) -> id of a choice."""
    said = answers or {}
    return read_file(scope, upload, lambda one: said.get((one.about, one.name)))


def complete(found: FileImport) -> Changes:
    assert found.open == ()
    assert found.changes is not None
    return found.changes


def say(messages: tuple[Message, ...]) -> list[str]:
    return [error_sentence(one, "en") for one in messages]


def asked(found: FileImport) -> list[tuple[str, str]]:
    return [(one.about, one.name) for one in found.questions]


def test_a_file_says_what_is_new_the_same_and_changed():
    book = Book()
    book.record(Row("u1", "briefings", "5"), Row("u2", "briefings", "7"))
    upload = csv(HEADER, "甲市监督中心,5.0,", "乙市监督中心,8,20", "丙市监督中心,,21")
    found = read(scope_of(book), upload)
    changes = complete(found)
    assert [
        (one.kind, one.row.unit, one.row.indicator, one.row.value) for one in changes.cells
    ] == [
        ("same", "u1", "briefings", "5"),
        ("changed", "u2", "briefings", "8"),
        ("new", "u2", "data_sharing", "20"),
        ("new", "u3", "data_sharing", "21"),
    ]
    assert [row.place for row in changes.rows] == [
        "briefings.csv: row 3, column B",
        "briefings.csv: row 3, column C",
        "briefings.csv: row 4, column C",
    ]
    assert changes.needs_reason
    assert changes.removed == ()
    assert changes.seen[CellKey("u2", "briefings")] == Row("u2", "briefings", "7")
    assert changes.seen[CellKey("u3", "data_sharing")] is None
    assert found.upload.file == File(
        hashlib.sha256(upload.content).hexdigest(), "briefings.csv", len(upload.content)
    )
    # by indicator, of those in the file: what has no value after it either
    late = [(key.indicator, key.unit) for key in found.missing]
    assert late[:10] == [("data_sharing", "u1"), *(("data_sharing", f"u{k}") for k in range(4, 13))]
    assert late[10:] == [("briefings", f"u{k}") for k in range(3, 13)]


def test_a_new_document_number_is_a_change():
    book = Book()
    book.record(Row("u1", "commendation", "1", evidence="1号"))
    upload = csv("单位,上级书面表扬,文号", "甲市监督中心,1,2号")
    [one] = complete(read(scope_of(book), upload)).cells
    assert (one.kind, one.row.evidence, one.before.evidence) == ("changed", "2号", "1号")
    again = csv("单位,上级书面表扬,文号", "甲市监督中心,1,1号")
    [one] = complete(read(scope_of(book), again)).cells
    assert one.kind == "same"


@pytest.mark.parametrize("word", ["0", "无", "否"])
def test_a_deduction_that_a_file_says_there_is_none_of_any_more_is_removed(word):
    book = Book()
    book.record(Row("u1", "late_report", "1", evidence="1号"))
    upload = csv("单位,监督报告迟报,文号", f"甲市监督中心,{word},", f"乙市监督中心,{word},")
    changes = complete(read(scope_of(book), upload))
    [one] = changes.cells
    assert (one.kind, one.before) == ("removed", Row("u1", "late_report", "1", evidence="1号"))
    assert one.row == Row("u1", "late_report", "", place="briefings.csv: row 2, column B")
    assert changes.removed == (CellKey("u1", "late_report"),)
    assert (changes.rows, changes.needs_reason, changes.faults) == ((), True, ())
    assert complete(read(scope_of(Book()), upload)).cells == ()


def test_outliers_are_told_by_the_last_periods():
    earlier = ("2026Q1", "2026Q2", "2026Q3", "2026Q4")
    book = Book(*earlier, "2027Q1")
    for period in earlier:
        book.record(Row("u1", "briefings", "5"), period=period)
    upload = csv(HEADER, "甲市监督中心,25,")
    [one] = complete(read(Scope(book.state, "2027Q1", None), upload)).cells
    assert say(one.doubts) == [
        "“25” is outside 2 to 8, where the earlier values 5, 5, 5, 5 let it be expected"
    ]


def test_deductions_without_a_document_are_faults_with_their_place():
    upload = csv("单位,监督报告迟报,文号", "甲市监督中心,2,", "乙市监督中心,1,3号")
    changes = complete(read(scope_of(Book()), upload))
    assert say(changes.faults) == [
        "briefings.csv: row 2, column B: “u1”, “late_report”: a deduction, bonus or veto needs the "
        "number of its document."
    ]
    assert changes.fault_count == 1


def test_faults_name_sheet_row_and_column():
    workbook = openpyxl.Workbook()
    workbook.active.title = "四季度"
    for row in (["单位", "编报信息简报"], ["甲市监督中心", "很多"]):
        workbook.active.append(row)
    stream = io.BytesIO()
    workbook.save(stream)
    changes = complete(read(scope_of(Book()), Upload("表.xlsx", stream.getvalue())))
    assert [error_sentence(one, "zh") for one in changes.faults] == [
        "表.xlsx：工作表“四季度”单元格 B2：“很多”，应为数。"
    ]
    assert changes.rows == ()


def test_names_of_units_are_asked_once():
    book, upload = Book(), csv(HEADER, "甲中心,5,", "大厦物业,1,")
    found = read(scope_of(book), upload)
    assert asked(found) == [("unit", "甲中心"), ("unit", "大厦物业")]
    assert found.changes is None
    first = found.open[0]
    assert list(choices(first, scope_of(book), found.layout)) == [*UNITS, LEFT_OUT]
    assert next(iter(choices(first, scope_of(book), found.layout))) == "u1"
    found = read(scope_of(book), upload, {("unit", "甲中心"): "u1", ("unit", "大厦物业"): LEFT_OUT})
    assert complete(found).rows == (
        Row("u1", "briefings", "5", place="briefings.csv: row 2, column B"),
    )
    assert found.aliases == {"甲中心": "u1"}
    assert "left out, as you said: “大厦物业”" in say(found.remarks)
    book.do(AliasLearned("甲中心", "u1"))
    book.do(LayoutRemembered("办公室", found.layout.content))
    again = read(scope_of(book), upload)
    assert again.remembered
    assert asked(again) == []
    assert complete(again).rows == complete(found).rows


def test_an_answer_that_was_not_offered_is_none():
    found = read(scope_of(Book()), csv(HEADER, "甲中心,5,"), {("unit", "甲中心"): "u99"})
    assert [one.name for one in found.open] == ["甲中心"]


def test_columns_and_measures_are_asked():
    book = Book()
    upload = csv("单位,自学合格情况,科室", "甲市监督中心,95,一科", "乙市监督中心,90,二科")
    found = read(scope_of(book), upload)
    assert asked(found) == [("column", "自学合格情况"), ("column", "科室")]
    answers = {
        ("column", "自学合格情况"): "values / self_study /  /  /  / ",
        ("column", "科室"): "left_out /  /  /  /  / ",
    }
    found = read(scope_of(book), upload, answers)
    [question] = found.open
    assert (question.about, question.name) == ("measure", "自学合格情况")
    offered = list(choices(question, scope_of(book), found.layout).items())
    assert [one.measure for _, one in offered] == ["over_100", "scheme"]
    answers["measure", "自学合格情况"] = offered[0][0]
    assert [row.value for row in complete(read(scope_of(book), upload, answers)).rows] == [
        "0.95",
        "0.9",
    ]


def test_the_values_of_a_long_table_may_stand_in_another_column():
    upload = csv("单位,指标,数值,完成情况", "甲市监督中心,编报信息简报,9,5")
    found = read(scope_of(Book()), upload)
    assert asked(found) == [("column", "完成情况")]
    value = "value /  /  /  /  / "
    assert value in choices(found.open[0], scope_of(Book()), found.layout)
    found = read(scope_of(Book()), upload, {("column", "完成情况"): value})
    assert [row.value for row in complete(found).rows] == ["5"]
    assert [(one.header, one.role) for one in found.layout.columns[2:]] == [
        ("数值", "left_out"),
        ("编报信息简报", "values"),
        ("完成情况", "value"),
    ]


def test_rows_of_a_long_table_are_left_out():
    book = Book()
    upload = csv(
        "单位,指标,数值",
        "甲市监督中心,编报信息简报,5",
        "甲市监督中心,撰写调研分析报告,2",
        "甲市监督中心,绿化面积,很大",
    )
    found = read(scope_of(book), upload)
    assert asked(found) == [("indicator", "绿化面积")]
    [question] = found.open
    *_, last = choices(question, scope_of(book), found.layout)
    found = read(scope_of(book), upload, {("indicator", "绿化面积"): last})
    assert [(row.indicator, row.value) for row in complete(found).rows] == [
        ("briefings", "5"),
        ("research_reports", "2"),
    ]
    assert "left out, as you said: “绿化面积”" in say(found.remarks)


def test_a_data_owner_delivers_their_own_and_sees_nothing_of_others():
    book = Book()
    book.owner("p1", "李芳", "briefings", "commendation")
    book.record(Row("u1", "briefings", "4"), Row("u1", "data_sharing", "20"))
    scope = scope_of(book, "p1")
    assert scope.indicators == ("briefings", "commendation")
    assert scope.typed == ("briefings", "commendation")
    assert list(scope.now) == [CellKey("u1", "briefings")]
    assert len(scope.missing(["briefings", "commendation"])) == 11
    upload = csv(HEADER + ",简报采用", "甲市监督中心,5,30,1")
    found = read(scope, upload)
    [question] = found.questions
    assert error_sentence(question.asked, "en") == (
        "no indicator is called “简报采用”; what is this column?"
    )
    offered = choices(question, scope, found.layout).values()
    assert {one.indicator for one in offered} == {"briefings", "commendation", ""}
    found = read(scope, upload, {("column", "简报采用"): "left_out /  /  /  /  / "})
    assert complete(found).rows == (
        Row("u1", "briefings", "5", place="briefings.csv: row 2, column B"),
    )
    assert "passed over, as they are not yours to deliver: “监督信息数据共享情况”" in say(
        found.remarks
    )
    assert {key.indicator for key in found.missing} == {"briefings"}


def test_rows_of_others_in_a_long_table_are_passed_over():
    book = Book()
    book.owner("p1", "李芳", "briefings")
    upload = csv("单位,指标,数值", "甲市监督中心,编报信息简报,5", "甲市监督中心,撰写调研分析报告,2")
    found = read(scope_of(book, "p1"), upload)
    assert [(row.indicator, row.value) for row in complete(found).rows] == [("briefings", "5")]
    assert "passed over, as they are not yours to deliver: “撰写调研分析报告”" in say(found.remarks)


def test_a_data_owner_s_layout_is_known_next_time():
    book = Book("2026Q3", PERIOD)
    book.owner("p1", "李芳", "briefings")
    book.owner("p2", "王强", "data_sharing")
    upload = csv("单位,简报采用", "甲市监督中心,5")
    answer = {("column", "简报采用"): "values / briefings /  /  /  / "}
    scope = Scope(book.state, "2026Q3", book.state.people["p1"])
    found = read(scope, upload, answer)
    layout = found.layout.content
    book.record(*complete(found).rows, period="2026Q3", by="p1", layout=layout)
    again = read(scope_of(book, "p1"), upload)
    assert (again.remembered, asked(again)) == (True, [])
    assert not read(scope_of(book, "p2"), upload).remembered


def test_the_template_asks_nothing():
    book = Book()
    book.owner("p1", "李芳", "briefings", "commendation")
    scope = scope_of(book, "p1")
    content = owner_template(scope.scheme, {"李芳": scope.indicators}, scope.units, PERIOD, "zh")
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    sheet = workbook["李芳"]
    sheet["B6"] = 5
    sheet["C7"], sheet["D7"] = 1, "2号"
    stream = io.BytesIO()
    workbook.save(stream)
    found = read(scope, Upload("模板.xlsx", stream.getvalue()))
    assert (found.template, asked(found)) == (True, [])
    assert [(row.unit, row.indicator, row.value, row.evidence) for row in complete(found).rows] == [
        ("u1", "briefings", "5", ""),
        ("u2", "commendation", "1", "2号"),
    ]
    book.do(AliasLearned("甲", "u1"))
    other = Scope(Book("2026Q3").state, "2026Q3")
    with pytest.raises(EvaluationError) as refused:
        read(other, Upload("模板.xlsx", stream.getvalue()))
    assert refused.value.code == "template_of_other_period"


def test_sheets_to_choose_from():
    workbook = openpyxl.Workbook()
    workbook.active.append(["单位", "编报信息简报"])
    workbook.active.title = "一月"
    workbook.create_sheet("二月").append(["单位", "编报信息简报"])
    stream = io.BytesIO()
    workbook.save(stream)
    assert sheets_of(stream.getvalue(), "表.xlsx") == ("一月", "二月")
    assert sheets_of(b"a,b\n", "a.csv") == ()
    with pytest.raises(EvaluationError) as refused:
        sheets_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old.xls")
    assert refused.value.code == "old_workbook"


def test_the_grid_has_every_cell_of_an_indicator_or_a_unit():
    book = Book()
    book.record(Row("u2", "training", "30", input="hours"))
    scope = scope_of(book)
    cells = typed_cells(scope, indicator="training")
    assert [(one.unit, one.input, one.value) for one in cells[:4]] == [
        ("u1", "hours", ""),
        ("u1", "heads", ""),
        ("u2", "hours", "30"),
        ("u2", "heads", ""),
    ]
    assert len(cells) == 24
    of_unit = typed_cells(scope, unit="u2")
    assert {one.unit for one in of_unit} == {"u2"}
    assert {one.indicator for one in of_unit} == set(scope.typed)
    assert "positioning" not in scope.typed  # raters rate it


def test_typed_values_are_exact_and_checked():
    book = Book()
    book.record(
        Row("u1", "briefings", "5"),
        Row("u2", "briefings", "7"),
        Row("u3", "briefings", "9"),
        Row("u4", "briefings", "3"),
    )
    scope = scope_of(book)
    typed = {"u1": "5", "u2": " 8.10 ", "u3": "", "u4": "很多", "u5": "2"}
    cells = [
        Row(**{**vars(one), "value": typed.get(one.unit, one.value)})
        for one in typed_cells(scope, indicator="briefings")
    ]
    changes = read_typed(scope, cells)
    assert [(one.kind, one.row.unit, one.row.value) for one in changes.cells] == [
        ("changed", "u2", "8.1"),
        ("new", "u5", "2"),
        ("removed", "u3", ""),
    ]
    assert changes.removed == (CellKey("u3", "briefings"),)
    assert changes.needs_reason
    assert say(changes.faults) == ["“u4”, “briefings”: “很多”, expected a number"]


def test_typed_deductions_need_a_document():
    scope = scope_of(Book())
    cells = [
        Row("u1", "late_report", "1"),
        Row("u2", "late_report", "0"),
        Row("u3", "late_report", "", evidence="3号"),
        Row("u4", "late_report", "2", evidence="4号"),
    ]
    changes = read_typed(scope, cells)
    assert [row.unit for row in changes.rows] == ["u1", "u4"]
    assert say(changes.faults) == [
        "“u3”, “late_report”: a document number or a note, but no value",
        "“u1”, “late_report”: a deduction, bonus or veto needs the number of its document.",
    ]


def test_the_files_of_offices_give_all_that_is_not_rated():
    book = Book()
    for name in sorted(one.name for one in OFFICES.glob("*.*") if one.suffix != ".md"):
        scope, upload = scope_of(book), Upload(name, (OFFICES / name).read_bytes())

        def nearest(question, scope=scope):
            return next(iter(choices(question, scope, None)))

        found = read_file(scope, upload, nearest)
        book.record(*complete(found).rows, file=upload.file, layout=found.layout.content)
    scope = scope_of(book)
    assert scope.missing(scope.typed) == ()
    assert len(book.state.periods[PERIOD].values) == 72 + 38 + 12 + 36


def test_the_organizer_is_told_what_does_not_count_in_the_period():
    book = Book()
    scheme = book.state.version.scheme
    self_study = replace(scheme.indicator["self_study"], counts_in=("Q2",))
    changed = replace(
        scheme,
        indicators=tuple(
            self_study if one.id == "self_study" else one for one in scheme.indicators
        ),
    )
    book = Book(scheme=changed)
    found = read(scope_of(book), csv("单位,自学能力,编报信息简报", "甲市监督中心,0.9,5"))
    assert [row.indicator for row in complete(found).rows] == ["briefings"]
    assert "passed over, as they don't count in 2026Q4: “自学能力”" in say(found.remarks)


def test_a_derived_indicator_is_there_when_all_its_inputs_are():
    book = Book()
    book.record(
        Row("u1", "training", "30", input="hours"),
        Row("u2", "training", "30", input="hours"),
        Row("u2", "training", "9", input="heads"),
        Row("u3", "training", "not applicable"),
    )
    missing = scope_of(book).missing(["training"])
    assert missing[0] == CellKey("u1", "training", input="heads")
    assert len(missing) == 1 + 2 * 9
    [one] = [
        one for one in deliveries(book.state, scope_of(book).held) if one.indicator == "training"
    ]
    assert (one.received, one.of, one.missing[:2]) == (2, 12, ("u1", "u4"))
