"""What is refused on a Chinese page is said in Chinese, without the words of programs."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import openpyxl
import pytest

from ahp.errors import AHPError, AnswersError, IncompleteError
from ahp.exchange.ahpsurvey import read_ahpsurvey
from ahp.exchange.column_mapper import (
    ColumnMapping,
    PairColumn,
    apply_mapping,
    mapping_from_json,
    read_columns,
)
from ahp.exchange.expert_list import pasted_list, read_list
from ahp.exchange.questionnaire_xlsx import questionnaire_workbook, read_questionnaire
from ahp.exchange.uploads import read_upload
from ahp.i18n.errors import error_sentence
from ahp.messages import with_names
from ahp.process.draft import Draft
from ahp.study.answers import answers_from_table
from ahp.study.limits import LONGEST, check_length
from ahp.study.standing import Standing
from ahp.study.survey import survey_from_toml

HEAD = (
    'format = 1\nid = "shop"\nlanguages = ["zh"]\nname.zh = "选址"\ndescription.zh = "选店址。"\n'
)
GOAL = '[goal]\nid = "goal"\nname.zh = "选址"\nexplanation.zh = "选哪里。"\n'
NODE = '[[nodes]]\nid = "{0}"\nparent = "{1}"\nname.zh = "{2}"\nexplanation.zh = "{2}。"\n'
RENT, FLOW = NODE.format("rent", "goal", "租金"), NODE.format("flow", "goal", "客流")
AREA = NODE.format("area", "goal", "面积")
SHOP = HEAD + GOAL + RENT + FLOW + AREA
SURVEY = survey_from_toml(SHOP, "shop.toml")
CSV = "expert,parent,left,right,value\n"


def survey(text: str | bytes, name: str = "选址.toml") -> Callable[[], object]:
    content = text.encode() if isinstance(text, str) else text
    return lambda: read_upload(content, name, "zh")


def project(**row: str) -> Callable[[], object]:
    """A project of AHP-OS with one row of comparisons."""
    judged = {"pwc_part": "张三", "pwc_node": "选址", "pwc_ab": "000", "pwc_intense": "333"} | row
    about = {"project_name": "选址", "project_hText": "选址: 租金, 客流, 面积;"}
    return survey(json.dumps({"pj": [about], "pwc": [judged]}), "选址.json")


def answers(rows: str | bytes, head: str = CSV) -> Callable[[], object]:
    content = head.encode() + (rows.encode() if isinstance(rows, str) else rows)
    return lambda: answers_from_table(content, "答案.csv").arrays(SURVEY.hierarchy)


def wide(text: str) -> Callable[[], object]:
    return lambda: read_ahpsurvey(text.encode(), "宽表.csv", survey=SURVEY, negative_is="left")


def mapped(cells: str, *columns: PairColumn) -> Callable[[], object]:
    """A platform's table whose first column is the expert's name."""
    table = f"姓名,第一题,第二题\n{cells}\n".encode()
    return lambda: apply_mapping(
        read_columns(table, "平台.csv"), ColumnMapping("A", columns), SURVEY
    )


def first(coding: str, column: str = "B", **more: Any) -> PairColumn:
    """The column of the first comparison."""
    return PairColumn(column, "goal", "rent", "flow", coding, **more)  # type: ignore[arg-type]


def mapping(**change: object) -> Callable[[], object]:
    data = {"format": 1, "expert": None, "pairs": []} | change
    return lambda: mapping_from_json(json.dumps(data).encode(), "对应.json")


def questionnaire(change: Callable[[openpyxl.Workbook], object], **expected: Any) -> Any:
    """The workbook of 张三 in round 1, changed."""

    def read() -> object:
        made = questionnaire_workbook(
            SURVEY, title="选址", expert="张三", study_id="2026", round_number=1, language="zh"
        )
        workbook = openpyxl.load_workbook(io.BytesIO(made))
        change(workbook)
        saved = io.BytesIO()
        workbook.save(saved)
        return read_questionnaire(saved.getvalue(), SURVEY, source="张三.xlsx", **expected)

    return read


def entry(value: object) -> Any:
    """The workbook with something in the first answer cell."""

    def enter(workbook: openpyxl.Workbook) -> None:
        sheet = workbook.worksheets[1]
        cell = next(
            row[2] for row in sheet.iter_rows() if row[1].value == "租金" and row[3].value == "客流"
        )
        cell.value = value

    return questionnaire(enter)


def hidden(cell: str, value: object) -> Any:
    def enter(workbook: openpyxl.Workbook) -> None:
        workbook["_ahp"][cell] = value

    return questionnaire(enter)


def draft(change: Callable[[Draft], Draft]) -> Callable[[], object]:
    return lambda: change(Draft.of(SURVEY)).survey()


@dataclass(frozen=True)
class Case:
    """Something that is refused.

    Attributes:
        refused: what is done.
        own: texts of the person themselves that stand in the sentence.
        sentence: all of it, where it is tried.
    """

    refused: Callable[[], object]
    own: tuple[str, ...] = ()
    sentence: str = ""


CASES = {
    "no TOML": Case(
        survey("format 1"),
        sentence="选址.toml：第 1 行，第 8 列：不符合 TOML 格式，请检查此处的引号、括号和等号。",
    ),
    "TOML that ends early": Case(survey('a = "')),
    "no UTF-8": Case(
        survey("名称".encode("gbk")),
        sentence="选址.toml：第 0 个字节之后不是 UTF-8 编码，请将文件另存为 UTF-8 编码的文本。",
    ),
    "UTF-16": Case(survey("a = 1".encode("utf-16"))),
    "arrays in arrays": Case(survey("a = " + "[" * 5000)),
    "a long number": Case(survey("a = 1" + "0" * 30)),
    "a long key": Case(survey("a." * 60 + "b = 1")),
    "a large file": Case(survey("#" * 2**19)),
    "another format": Case(survey("format = 2"), sentence="选址.toml：格式：取值为 2，应为 1。"),
    "a key that is missing": Case(survey("format = 1"), sentence="选址.toml：标识：缺失，请补上。"),
    "a key that is not known": Case(survey(SHOP.replace("parent =", "above =", 1)), ("above",)),
    "an id with a space": Case(survey(SHOP.replace('"rent"', '"the rent"')), ("the rent",)),
    "an id that stands twice": Case(
        survey(SHOP + RENT),
        ("rent",),
        "选址.toml：第 4 个要素 › 标识：标识“rent”出现了两次，各标识不得重复。",
    ),
    "an item above that is not there": Case(
        survey(SHOP + NODE.format("x", "nowhere", "其他")),
        ("nowhere",),
        "选址.toml：第 4 个要素 › 上级：取值为“nowhere”，应为另一要素的标识。",
    ),
    "items above each other": Case(
        survey(SHOP + NODE.format("x", "y", "甲") + NODE.format("y", "x", "乙")), ("x -> y -> x",)
    ),
    "a name that is empty": Case(
        survey(SHOP.replace('name.zh = "租金"', 'name.zh = " "')),
    ),
    "a table instead of text": Case(survey(SHOP.replace('"rent"', "{a = 1}", 1))),
    "no languages": Case(survey(SHOP.replace('["zh"]', "[]"))),
    "a language that is none": Case(survey(SHOP.replace('["zh"]', '["中文"]'))),
    "weights without a source": Case(
        survey(SHOP.replace("[[nodes]]", "weights = {rent = 1}\n[[nodes]]", 1)), ("weights",)
    ),
    "weights with a wrong sum": Case(
        survey(
            SHOP.replace(
                "[[nodes]]",
                'weights = {rent = 0.5, flow = 0.5, area = 0.5}\nsource = "规定"\n[[nodes]]',
                1,
            )
        ),
        sentence="选址.toml：总目标 › 权重：各权重之和为 1.5，应为 1。",
    ),
    "all weights given": Case(
        survey(
            SHOP.replace(
                "[[nodes]]",
                'weights = {rent = 0.5, flow = 0.3, area = 0.2}\nsource = "规定"\n[[nodes]]',
                1,
            )
        ),
    ),
    "a single item in a survey file": Case(survey(HEAD + GOAL + RENT), ("goal", "rent")),
    "a file of another kind": Case(survey("x", "选址.docx")),
    "no JSON": Case(
        survey("{", "选址.json"),
        sentence="选址.json：第 1 行，第 2 列：不符合 JSON 格式，请检查此处的引号、括号和逗号。",
    ),
    "JSON too deep": Case(survey("[" * 100_000, "选址.json")),
    "no project": Case(
        survey('{"kind": "ahp"}', "选址.json"),
        sentence="选址.json：这不是 AHP-OS 项目，也不是本系统导出的调查，请重新下载后再上传。",
    ),
    "too few digits": Case(project(pwc_ab="00")),
    "a digit that is none": Case(
        project(pwc_ab="002"),
        sentence="选址.json：第 1 个比较记录 › 方向：“002”的第 3 位是“2”，应为以下之一：0、1。",
    ),
    "a node that is not there": Case(project(pwc_node="店铺")),
    "no branches": Case(survey("", "选址.txt")),
    "a branch without an end": Case(
        survey("选址: 租金, 客流", "选址.txt"),
        sentence="选址.txt：第 1 行，第 1 列：最后一个分支没有结束，请在末尾加上“;”。",
    ),
    "two colons": Case(survey("选址: 租金: 客流;", "选址.txt")),
    "an item that stands twice": Case(survey("选址: 租金, 租金;", "选址.txt")),
    "a weight that is none": Case(survey("选址: 租金=高, 客流;", "选址.txt")),
    "an item without a weight": Case(survey("选址: 租金=1, 客流;", "选址.txt")),
    "a branch apart": Case(survey("选址: 租金, 客流; 面积: 大, 小;", "选址.txt")),
    "no YAML": Case(survey("Goal: [", "选址.yaml")),
    "another version": Case(survey("Version: 1.0\nGoal: {name: 选址}\n", "选址.yaml")),
    "no goal": Case(
        survey("Version: 2.0\n", "选址.yaml"), sentence="选址.yaml：总目标：缺失，请补上。"
    ),
    "a list for a mapping": Case(survey("[a]", "选址.yaml")),
    "a formula": Case(
        survey('Version: 2.0\nGoal: {name: 选址, score: !expr "f(1)"}\n', "选址.yaml"), ("!expr",)
    ),
    "a single item": Case(
        survey("Version: 2.0\nGoal: {name: 选址, children: {租金: }}\n", "选址.yaml"),
    ),
    "an empty long CSV": Case(answers("", head=""), ("expert、parent、left、right、value",)),
    "columns of something else": Case(
        answers("", head="序号,答案\n1,3\n"), ("expert、parent、left、right、value",)
    ),
    "a row that is too short": Case(
        answers("张三,goal,rent,flow,0,33\n"), sentence="答案.csv：第 2 行：有 6 个值，应有 5 个。"
    ),
    "an empty cell": Case(answers("张三,goal,rent,,3\n"), ("right",)),
    "a judgment off the scale": Case(
        answers("张三,goal,rent,flow,33\n"),
        ("value",),
        "答案.csv：第 2 行：value 列：“33”超出标度范围，判断应在 1/9 到 9 之间。",
    ),
    "a date": Case(
        answers("张三,goal,rent,flow,1月3日\n"),
        ("value",),
        "答案.csv：第 2 行：value 列：“1月3日”是日期：电子表格软件把 1/3 这样的分数变成了日期，"
        "请先将单元格设为文本格式，再重新填写分数。",
    ),
    "a time": Case(answers("张三,goal,rent,flow,3:01\n"), ("value",)),
    "a pair judged twice": Case(
        answers("张三,goal,rent,flow,3\n张三,goal,flow,rent,3\n"), ("goal", "flow", "rent")
    ),
    "a parent that is not compared": Case(answers("张三,rent,a,b,3\n"), ("rent", "goal")),
    "an item that is not below": Case(
        answers("张三,goal,rent,price,3\n"), ("price", "goal", "rent、flow、area", "right")
    ),
    "an item with itself": Case(answers("张三,goal,rent,rent,3\n"), ("rent",)),
    "no judgments": Case(answers("")),
    "no CSV": Case(answers('"张三"三,goal,rent,flow,3\n')),
    "CSV in another encoding": Case(answers("张三".encode("gbk"))),
    "a wide cell that is none": Case(wide("rent_flow\n10\n"), ("rent_flow",)),
    "a wide column of no pair": Case(wide("rent_price\n3\n"), ("rent_price", "goal")),
    "an expert in two rows of a wide table": Case(wide(",rent_flow\n张三,3\n张三,3\n")),
    "a table without rows": Case(
        lambda: read_columns("姓名\n".encode(), "平台.csv"),
        sentence="平台.csv：只有 1 行，应有一行列标题，其下为回答。",
    ),
    "a damaged workbook": Case(
        lambda: read_columns(b"PK", "平台.xlsx"),
        sentence="平台.xlsx：不是 XLSX 文件，或文件已损坏。",
    ),
    "a platform's text that is not known": Case(
        mapped("张三,不知道,1", first("text", texts={"更重要": "3"})),
        sentence="平台.csv：第 2 行，B 列：内容为“不知道”，应为以下之一：更重要。",
    ),
    "a position off the scale": Case(mapped("张三,18,1", first("position"))),
    "an expert in two rows": Case(mapped("张三,3,1\n张三,3,1", first("ratio"))),
    "two columns of a pair": Case(
        mapped("张三,3,1", first("ratio"), first("ratio", "C")),
    ),
    "a column that is not there": Case(mapped("张三,3,1", first("ratio", "Z"))),
    "a mapping of another format": Case(mapping(format=2)),
    "a mapping without columns": Case(mapping(pairs={})),
    "no questionnaire": Case(
        lambda: read_questionnaire(b"PK", SURVEY, source="张三.xlsx"),
        sentence="张三.xlsx：不是 .xlsx 工作簿，或文件已损坏，应为问卷文件。请将问卷重新另存为"
        "“Excel 工作簿（.xlsx）”，或向组织者重新索取。",
    ),
    "an old workbook": Case(
        lambda: read_questionnaire(bytes.fromhex("D0CF11E0A1B11AE1"), SURVEY, source="张三.xls"),
    ),
    "a workbook of somebody else": Case(questionnaire(lambda _: None, expert="李四")),
    "a workbook of another study": Case(
        questionnaire(lambda _: None, study_id="2025"),
        sentence="张三.xlsx：此问卷文件属于另一项调查，请使用本调查的问卷文件。",
    ),
    "a workbook of another round": Case(questionnaire(lambda _: None, round_number=2)),
    "a workbook without its list": Case(
        questionnaire(lambda workbook: workbook.remove(workbook["_ahp"]))
    ),
    "a changed list": Case(hidden("B4", "x"), ("x",)),
    "a formula for an answer": Case(entry("=1+1")),
    "an answer that is not listed": Case(entry("很重要")),
    "an answer without a side": Case(entry("3")),
    "a list that is too wide": Case(
        lambda: pasted_list("姓名，单位\n张三，财务处，2"),
        sentence="第 2 行：有 3 个值，最多 2 个：姓名、单位；含逗号的内容请加双引号。",
    ),
    "a list with half a quotation": Case(lambda: pasted_list('张三,"财务处')),
    "a list without names": Case(
        lambda: read_list("部门,电话\n财务处,1\n".encode(), "名单.csv"), ("name、expert",)
    ),
    "a list with two columns of names": Case(
        lambda: read_list("姓名,专家\n张三,李四\n".encode(), "名单.csv")
    ),
    "a recusal without a reason": Case(lambda: Standing(recused={"goal": " "})),
    "half an authority coefficient": Case(lambda: Standing(familiarity="familiar")),
    "a negative weight": Case(lambda: Standing(weight=-1, reason="处长")),
    "a long comment": Case(
        lambda: check_length("comment", "长" * (LONGEST["comment"] + 1)),
    ),
    "a long title": Case(lambda: check_length("title", "长" * (LONGEST["title"] + 1))),
    "a draft without a name": Case(
        draft(lambda now: now.write("rent", {"zh": ""}, {"zh": "租金。"})),
        sentence="“选址”之下的第 1 项的名称（zh）尚未填写，请补上。",
    ),
    "a draft with one item": Case(
        draft(lambda now: now.remove("rent").remove("flow")),
        sentence="“选址”之下有 1 项，至少要有两项才能比较；请添加，或全部删除。",
    ),
    "a draft with wrong weights": Case(
        draft(lambda now: now.give("goal", {"rent": 1, "flow": 1, "area": 1}, "规定")),
        sentence="“选址”：各权重之和为 3，应为 1。",
    ),
    "a draft that lacks a weight": Case(
        draft(lambda now: now.give("goal", {"rent": 1, "flow": 0}, "规定"))
    ),
    "a draft without comparisons": Case(
        draft(lambda now: now.give("goal", {"rent": 1, "flow": 0, "area": 0}, "规定"))
    ),
}


def check_plain(sentence: str, own: tuple[str, ...]) -> None:
    """No English, no code: what a person of the trade can read."""
    for text in own:
        assert text in sentence
        sentence = sentence.replace(text, "")
    assert re.search("[\u4e00-\u9fff]", sentence)
    assert re.search(r"[A-Za-z]+(?:[ ,、]+[A-Za-z]+){2,}", sentence) is None, sentence
    assert re.search(r"_|\[\d|\{|\}|None|True", sentence) is None, sentence


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_refusal_is_said_in_chinese(case: Case) -> None:
    with pytest.raises(AHPError) as refused:
        case.refused()
    sentence = error_sentence(refused.value, "zh")
    check_plain(sentence, case.own)
    if case.sentence:
        assert sentence == case.sentence


def test_many_sentences_are_tried_as_a_whole() -> None:
    assert len(CASES) >= 40
    assert sum(bool(case.sentence) for case in CASES.values()) >= 12


def test_items_are_named_not_their_ids() -> None:
    error = IncompleteError(
        "pair_judged_by_nobody", parent="goal", left="rent", right="flow", missing=2, count=3
    )
    outer = AnswersError("at_place", place="选址.csv", problem=error)
    names = {node: SURVEY.node_name(node, "zh") for node in SURVEY.nodes}
    assert error_sentence(with_names(outer, names), "zh") == (
        "选址.csv：在“选址”下，没有计入结果的专家判断过“租金”与“客流”，其余判断也未能把各项连成一体"
        "（3 项比较中缺 2 项）。"
    )


# -- the pages themselves


def shown(app: Any) -> list[str]:
    """What a page refuses."""
    assert not app.exception, app.exception
    return [box.value for box in (*app.error, *app.warning)]


def keyed(boxes: Any, start: str) -> Any:
    return next(box for box in boxes if str(box.key).startswith(start))


def test_pages_say_it(visit: Any, store: Any, organizer: str) -> None:
    study = store.create_study(SURVEY, "选址")
    store.add_expert(study.id, "张三")
    app = visit(organizer, language="zh")
    app.file_uploader(key="survey_file").set_value(("店.toml", b"format = 2", "text/plain")).run()
    assert shown(app) == ["店.toml：格式：取值为 2，应为 1。"]
    app.file_uploader(key="survey_file").set_value(("店.json", b"{", "application/json")).run()
    assert shown(app) == [
        "店.json：第 1 行，第 2 列：不符合 JSON 格式，请检查此处的引号、括号和逗号。"
    ]

    app = visit(organizer, "files", language="zh")
    keyed(app.get("file_uploader"), "upload-").set_value([("张三.xlsx", b"PK", "x")]).run()
    assert shown(app) == [
        "张三.xlsx：不是 .xlsx 工作簿，或文件已损坏，应为问卷文件。请将问卷重新另存为"
        "“Excel 工作簿（.xlsx）”，或向组织者重新索取。"
    ]

    app = visit(organizer, "experts", language="zh")
    key = next(one.key for one in app.get("file_uploader") if "expert_list" in str(one.key))
    app.file_uploader(key=key).set_value(("名单.csv", "部门\n财务处".encode(), "x")).run()
    assert shown(app) == [
        "名单.csv：文件的列为：部门；应有一列的标题为以下之一：name、expert、姓名、专家。"
    ]
    app = visit(organizer, "experts", language="zh")
    app.text_area(key="entered").set_value("张三, 审计处, 很高")
    app.button(key="add").click().run()
    assert shown(app) == ["第 1 行：权重“很高”不是大于或等于 0 的数。"]


def test_the_editor_names_the_item(visit: Any, organizer: str) -> None:
    app = visit(organizer, language="zh")
    app.file_uploader(key="survey_file").set_value(("店.toml", SHOP.encode(), "text/plain")).run()
    keyed(app.button, "edit-").click().run()
    for node in ("rent", "flow"):
        app.button(key=f"node-{node}").click().run()
        app.button(key="remove").click().run()
    assert shown(app) == ["尚未完成：“选址”之下有 1 项，至少要有两项才能比较；请添加，或全部删除。"]
