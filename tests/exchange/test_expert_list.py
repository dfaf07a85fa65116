from __future__ import annotations

from collections.abc import Callable

import openpyxl
import pytest

from ahp.errors import AnswersError
from ahp.exchange.expert_list import (
    HEADINGS,
    ExpertList,
    NewExpert,
    pasted_list,
    read_list,
)
from ahp.study.standing import Standing

from .conftest import saved

PLAIN = Standing()


def message(action: Callable[[], object]) -> str:
    with pytest.raises(AnswersError) as raised:
        action()
    return str(raised.value)


def xlsx(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    return saved(book)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        (" \n\n", ()),
        ("王芳", (NewExpert("王芳", None, PLAIN),)),
        (
            "王芳，审计处\n 李雷 , 财务处 \n\nZoe",
            (
                NewExpert("王芳", "审计处", PLAIN),
                NewExpert("李雷", "财务处", PLAIN),
                NewExpert("Zoe", None, PLAIN),
            ),
        ),
        (
            "王芳，审计处，２，处长\n李雷,,0.5,新人\n韩梅梅,,1",
            (
                NewExpert("王芳", "审计处", Standing(2, "处长")),
                NewExpert("李雷", None, Standing(0.5, "新人")),
                NewExpert("韩梅梅", None, PLAIN),
            ),
        ),
        ("Ada\tAudit\t0\tleft\nBo\t\t", (
            NewExpert("Ada", "Audit", Standing(0, "left")),
            NewExpert("Bo", None, PLAIN),
        )),
        ("Ada；Audit；3；chair", (NewExpert("Ada", "Audit", Standing(3, "chair")),)),
        (
            'Ada,"Audit, second office",2,"senior, chair"',
            (NewExpert("Ada", "Audit, second office", Standing(2, "senior, chair")),),
        ),
        ("\ufeffAda\r\nBo\r\n", (NewExpert("Ada", None, PLAIN), NewExpert("Bo", None, PLAIN))),
    ],
)  # fmt: skip
def test_pasted(text: str, expected: tuple[NewExpert, ...]) -> None:
    assert pasted_list(text).experts == expected


ZHANG, LI = NewExpert("张三", "财务处", PLAIN), NewExpert("李四", "审计处", PLAIN)
NAMES = tuple(NewExpert(name, None, PLAIN) for name in ("张三", "李四", "王五"))


@pytest.mark.parametrize(
    ("text", "expected", "passed_over"),
    [
        (
            "评审专家名单：\n姓名，单位\n1. 张三，财务处\n2．李四，审计处\n合计，2人",
            (ZHANG, LI),
            ("评审专家名单：", "姓名，单位", "合计，2人"),
        ),
        ("1、张三、财务处\n2、李四、审计处", (ZHANG, LI), ()),
        (
            "(1)张三；财务处\n（2）李四；审计处\n共 2 人",
            (ZHANG, LI),
            ("共 2 人",),
        ),
        ("①张三 财务处\n② 李四\t审计处", (ZHANG, LI), ()),
        ("1 张三；财务处\n一、李四；审计处", (ZHANG, LI), ()),
        ("1,张三,财务处\n2,李四,审计处", (ZHANG, LI), ()),
        (
            "序号\t单位\t姓名\t电话\n1\t财务处\t张三\t139\n2\t审计处\t李四\t138\n\t合 计\t2",
            (ZHANG, LI),
            ("序号\t单位\t姓名\t电话", "电话", "合 计\t2"),
        ),
        ("序号、姓名、单位\n1、张三、财务处", (ZHANG,), ("序号、姓名、单位",)),
        ("张三，财务处；李四，审计处；", (ZHANG, LI), ()),
        *((text, NAMES, ()) for text in (
            *("张三、李四、王五", "张三；李四；王五", "张三，李四，王五", "专家：张三、李四、王五"),
            *("1. 张三\n2. 李四\n3. 王五", "- 张三\n- 李四\n- 王五", "1.张三，2.李四，3.王五"),
        )),
        ("张三，财务处、审计处", (NewExpert("张三", "财务处、审计处", PLAIN),), ()),
        ("张三、财务处，2，处长", (NewExpert("张三", "财务处", Standing(2, "处长")),), ()),
        (
            "No.,Name,Department\n1,Ada,Audit\nTotal: 1",
            (NewExpert("Ada", "Audit", PLAIN),),
            ("No.,Name,Department", "Total: 1"),
        ),
        ('1) Ada; "Audit; second"', (NewExpert("Ada", "Audit; second", PLAIN),), ()),
        ('Ada\t"Audit\nsecond"', (NewExpert("Ada", "Audit\nsecond", PLAIN),), ()),
    ],
)  # fmt: skip
def test_lists_as_people_keep_them(
    text: str, expected: tuple[NewExpert, ...], passed_over: tuple[str, ...]
) -> None:
    assert pasted_list(text) == ExpertList(expected, passed_over)


def test_totals_and_other_columns_of_a_table_are_passed_over() -> None:
    text = "序号,姓名,电话,单位\n1,1. 张三,139,财务处\n2,李四,138,审计处\n,合计,,2\n总计,2,,\n"
    assert read_list(text.encode(), "list.csv") == ExpertList(
        (ZHANG, LI),
        ("电话", "合计 2", "总计 2"),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "姓名，单位\n张三，财务处，2",
            "line 2: 3 values, expected at most 2: full name, organization; put one that has a "
            "comma in double quotes",
        ),
        ("1.\n张三", "line 1: there is no name."),
        ("Ada\n,Audit", "line 2: there is no name."),
        ("Ada\n\nBo\nAda ", "line 4: “Ada” stands in the list twice."),
        ("Ada,Audit,much,chair", "line 1: the weight “much” isn't a number of 0 or more."),
        ("Ada,Audit,nan,chair", "line 1: the weight “nan” isn't a number of 0 or more."),
        ("Ada,,-1,x", "line 1: the weight “-1” isn't a number of 0 or more."),
        ("Ada,,inf,x", "line 1: the weight “inf” isn't a number of 0 or more."),
        ("Bo\nAda,,2", "line 2: the weight 2 of “Ada” needs a reason; please write it down."),
        (
            "Ada,Audit,2,senior, chair",
            "line 1: 5 values, expected at most 4: full name, organization, weight, reason; "
            "put one that has a comma in double quotes",
        ),
        ('Ada,"Audit', "line 1: not CSV; please check the quotation marks there"),
    ],
)
def test_pasted_is_refused(text: str, expected: str) -> None:
    assert message(lambda: pasted_list(text)) == expected


EXPECTED = (
    NewExpert("王芳", "审计处", Standing(2, "处长")),
    NewExpert("Bo", None, PLAIN),
)


@pytest.mark.parametrize(
    "headings",
    [
        ("name", "organization", "weight", "reason"),
        ("Expert", "ORGANISATION", "Weight", "Reason"),
        ("姓名", "单位", "权重", "理由"),
        ("专家", "部门", " 权重 ", "说明"),
        ("ｎａｍｅ", "单位", "权重", "理由"),
    ],
)
def test_tables(headings: tuple[str, ...]) -> None:
    rows = [headings, ("王芳", "审计处", "2", "处长"), ("Bo", "", "", "")]
    for mark in (",", ";", "\t"):
        text = "\n".join(mark.join(row) for row in rows)
        for content in (text.encode(), text.encode("utf-8-sig")):
            assert read_list(content, "list.csv").experts == EXPECTED
    assert read_list(
        xlsx(headings, ("王芳", "审计处", 2, "处长"), ("Bo",)), "list.xlsx"
    ).experts == (EXPECTED)


def test_every_heading_is_known() -> None:
    for key, words in HEADINGS.items():
        for word in words:
            others = ["name"] if key != "name" else []
            cell = "3@b.cn" if key == "email" else "3"
            text = ",".join([word, *others]) + "\n" + ",".join([cell, *["Ada"] * len(others)])
            if key == "weight":
                text = f"{word},name,reason\n3,Ada,why"
            (found,) = read_list(text.encode(), "list.csv").experts
            values = {
                "name": found.name,
                "organization": found.organization,
                "weight": f"{found.standing.weight:g}",
                "reason": found.standing.reason,
                "email": found.email,
            }
            assert values[key] == cell


def test_columns_in_any_order_and_others() -> None:
    text = "phone,部门,姓名\n123,审计处,王芳\n456,,Bo\n"
    assert read_list(text.encode(), "list.csv").experts == (
        NewExpert("王芳", "审计处", PLAIN),
        NewExpert("Bo", None, PLAIN),
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            b"first,last\nAda,B",
            "list.csv: columns first, last, expected one with the heading name, expert, 姓名, 专家",
        ),
        (
            "name,姓名\nAda,王芳".encode(),
            "list.csv: columns name and 姓名 are both the full name, expected one",
        ),
        (b"name\n", "list.csv: 1 rows, expected a line of names and answers"),
        (b"name,unit\nAda,x\n,y", "list.csv: row 3: there is no name."),
        (b"name\nAda\nAda", "list.csv: row 3: “Ada” stands in the list twice."),
        (
            b"name,weight\nAda,x",
            "list.csv: row 2: the weight “x” isn't a number of 0 or more.",
        ),
        (
            b"name,weight\nAda,2",
            "list.csv: row 2: the weight 2 of “Ada” needs a reason; please write it down.",
        ),
        (
            "姓名".encode("gbk"),
            "list.csv: 1 rows, expected a line of names and answers",
        ),
    ],
)
def test_tables_are_refused(content: bytes, expected: str) -> None:
    assert message(lambda: read_list(content, "list.csv")) == expected


def test_a_workbook_is_refused() -> None:
    book = xlsx(("姓名", "权重"), ("王芳", "二"))
    assert message(lambda: read_list(book, "list.xlsx")) == (
        "list.xlsx: row 2: the weight “二” isn't a number of 0 or more."
    )
    assert message(lambda: read_list(b"PK\3\4 no workbook", "list.xlsx")) == (
        "list.xlsx: is no XLSX file, or a damaged one"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("张三, 会计处, zhang@bank.cn", [("张三", "会计处", 1.0, "zhang@bank.cn")]),
        ("王五，w@x.cn，会计处，2，主持过三次检查", [("王五", "会计处", 2.0, "w@x.cn")]),
        ("李四（l@b.cn）", [("李四", None, 1.0, "l@b.cn")]),
        (
            "Li Si <l@b.cn>; Zhang San <z@b.cn>",
            [("Li Si", None, 1.0, "l@b.cn"), ("Zhang San", None, 1.0, "z@b.cn")],
        ),
        (
            "姓名\t电子邮箱\n张三\tz@b.cn\n李四\t",
            [("张三", None, 1.0, "z@b.cn"), ("李四", None, 1.0, "")],
        ),
    ],
)
def test_addresses_are_found_wherever_they_stand(text, expected) -> None:
    found = pasted_list(text).experts
    assert [(e.name, e.organization, e.standing.weight, e.email) for e in found] == expected


def test_what_is_no_address_is_said_with_its_place() -> None:
    with pytest.raises(AnswersError) as raised:
        pasted_list("name, e-mail\nLi Si, none")
    assert str(raised.value) == "line 2: “none” of “Li Si” is no e-mail address."
    assert pasted_list("a@" * 50_000).experts[0].email == ""  # and does not take long


def test_lines_of_brackets_and_too_many_lines() -> None:
    [expert] = pasted_list("(" * 900).experts  # took time by the square of it
    assert expert.name == "(" * 900
    with pytest.raises(AnswersError) as refused:
        pasted_list("a\n" * 20_001)
    assert str(refused.value) == "the list of names: more than 20000 lines, expected fewer"


@pytest.mark.parametrize("brackets", ["（第一批）（2024年）", "（共2人（含组长））："])
def test_a_title_with_brackets_is_no_expert(brackets: str) -> None:
    found = pasted_list(f"评审专家名单{brackets}\n张三\n李四")
    assert [expert.name for expert in found.experts] == ["张三", "李四"]
