"""What a form or a list is refused for, in the language of the page."""

from __future__ import annotations

from typing import Any

import pytest

from ahp.errors import AHPError
from ahp.exchange.expert_list import pasted_list
from ahp.i18n.errors import error_sentence, place_words
from ahp.i18n.words import random_index_source
from ahp.study.answers import answers_from_table
from ahp.study.standing import Standing


def refusal(visit: Any, organizer: str, name: str, weight: float = 1.0) -> list[str]:
    """What the form for an expert says on a Chinese page."""
    app = visit(organizer, "experts", language="zh")
    app.text_input(key="new_name").set_value(name)
    app.number_input(key="new_weight").set_value(weight)
    app.button(key="add_form").click().run()
    return [error.value for error in app.error]


def test_forms(visit: Any, store: Any, organizer: str, survey: Any) -> None:
    study = store.create_study(survey, "2026")
    expert = store.add_expert(study.id, "张三")
    assert refusal(visit, organizer, " ") == ["请填写姓名（一行）。"]
    assert refusal(visit, organizer, "张三") == ["本调查中已有名为“张三”的专家。"]
    assert refusal(visit, organizer, "李四", 2.0) == ["权重为 2 时须说明理由，请填写。"]
    app = visit(organizer, "experts", language="zh")
    recused = next(box for box in app.multiselect if "回避" in box.label)
    recused.select("setup").run()
    app.button(key="save_standing").click().run()
    assert [error.value for error in app.error] == ["请为每一处回避填写理由。"]
    assert store.expert(expert.id).standing == Standing()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("张三, 审计处, 2", "第 1 行：“张三”的权重为 2，须说明理由，请填写。"),
        ("张三, 审计处, 高", "第 1 行：权重“高”不是大于或等于 0 的数。"),
        ("张三, 审计处\n张三, 会计处", "第 2 行：“张三”在名单中出现了两次。"),
        (", 审计处", "第 1 行：没有姓名。"),
    ],
)
def test_lists(text: str, sentence: str) -> None:
    with pytest.raises(AHPError) as refused:
        pasted_list(text)
    assert error_sentence(refused.value, "zh") == sentence


def test_a_platforms_file_taken_for_a_long_csv() -> None:
    with pytest.raises(AHPError) as refused:
        answers_from_table("序号,与价格相比：味道\n1,3\n".encode(), "wjx.csv")
    assert error_sentence(refused.value, "zh") == (
        "wjx.csv：第 1 行：文件的列为：序号、与价格相比：味道；长表 CSV 的列应为："
        "expert、parent、left、right、value（也可写作：专家、上级、左项、右项、判断值）。"
        "如果这是其他程序或问卷平台的文件，请选择相应的格式。"
    )


def test_places_in_files() -> None:
    assert place_words("a.csv: line 12", "zh") == "a.csv：第 12 行"
    assert place_words("line 3.csv: row 4, value", "en") == "line 3.csv: row 4, value"
    assert place_words("a.csv: line 2, column rent_flow", "zh") == "a.csv：第 2 行，rent_flow 列"
    assert place_words("a.toml: 成本[万元].b[0]", "zh") == "a.toml：成本[万元] › 第 1 个b"
    assert place_words("x[.csv: y]", "zh") == "x[.csv：y]"
    assert place_words("a.toml: nodes[2].name.zh", "zh") == "a.toml：第 3 个要素 › 名称 › zh"
    assert place_words("a.xlsx: sheet '1 Price', cell C5", "zh") == (
        "a.xlsx：工作表“1 Price”单元格 C5"
    )


def test_where_a_random_index_comes_from() -> None:
    assert random_index_source("simulated", "zh").startswith("模拟得出")
    assert random_index_source("saaty", "zh") == random_index_source("saaty", "en")
