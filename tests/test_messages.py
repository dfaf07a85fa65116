"""Errors are raised by code, and every code has its sentence in every language."""

from __future__ import annotations

import ast
import copy
import pickle
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ahp
from ahp import errors, messages
from ahp.errors import AHPError, AnswersError, MatrixError, OptionError, SurveyError
from ahp.i18n import LANGUAGES, translations
from ahp.i18n.errors import error_sentence
from ahp.matrix import first_cell
from ahp.messages import MESSAGES, Cell, Phrase
from ahp.published.cells import read_matrix
from ahp.published.claims import parse_order

PACKAGE = Path(__file__).parents[1] / "ahp"
FILES = sorted(PACKAGE.rglob("*.py"))
SECTIONS = (
    *(
        "_NUMERIC",
        "_PUBLISHED",
        "_EVALUATION",
        "_SCORING",
        "_EVALUATIONS",
        "_STUDY",
        "_FILES",
        "_STORE",
        "_APP",
    ),
    "_CLI",
)
KINDS = {name for name, kind in vars(errors).items() if isinstance(kind, type)}


CHOSEN = (
    *("argument_problem", "arguments_missing", "arguments_unknown", "at_matrix", "several_faults"),
    *("database_fails", "expert_recused", "experts_uneven", "label_missing", "label_twice"),
    *("label_unexpected", "labels_of_one", "labels_of_some", "link_closed", "link_revoked"),
    *("link_unknown", "matrices_given", "no_experts", "not_numbers", "of_shape"),
    *("option_ambiguous", "option_refused", "option_unknown", "pair_not_compared"),
    *("system_refuses", "value_of_a_spreadsheet", "value_off_the_scale", "value_refused"),
)
"""Codes of errors that are chosen elsewhere than where the error is raised."""


def raised_codes(path: Path) -> Iterator[str]:
    """Codes of the errors that a file raises."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        name = (
            getattr(node.func, "id", getattr(node.func, "attr", ""))
            if isinstance(node, ast.Call)
            else ""
        )
        if name == "error" and len(node.args) == 2:
            yield from codes_below(node.args[1])
        elif name in KINDS - {"Phrase"} and node.args:
            yield from codes_below(node.args[0])


def codes_below(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and inner.value in MESSAGES:
            yield str(inner.value)


def test_refusals_are_whole_sentences_in_chinese() -> None:
    """What is refused ends with a full stop; phrases, which are parts of a sentence, don't."""
    codes = {*CHOSEN, *(code for path in FILES for code in raised_codes(path))}
    assert len(codes) > 400
    chinese = translations("zh").gettext
    said = {code: chinese(MESSAGES[code]) for code in sorted(codes)}
    assert {code: text for code, text in said.items() if text[-1] not in "。？！"} == {}


def test_a_refusal_inside_another_one_has_one_full_stop() -> None:
    inner = MatrixError("judgment_unreadable", text="三")
    outer = SurveyError("at_place", place="甲.csv: line 3", problem=inner)
    assert error_sentence(outer, "zh") == (
        "甲.csv：第 3 行：“三”不是判断值，应为正数或分数，如 1/3。"
    )
    refused = AnswersError("questionnaire_refused", place="甲.xlsx", problem=inner)
    assert error_sentence(refused, "zh") == (
        "甲.xlsx：“三”不是判断值，应为正数或分数，如 1/3。"
        "请将问卷重新另存为“Excel 工作簿（.xlsx）”，或向组织者重新索取。"
    )


def codes_in(path: Path) -> set[str]:
    """All texts of a file that could be codes, those with one part left open as a pattern."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_errors_are_raised_by_code(path: Path) -> None:
    """No error holds a sentence: what is not a code can't be said in another language."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name == "error" and len(node.args) == 2:  # of a table of a file: its key and the code
            code = node.args[1]
        elif name in KINDS | {"Phrase"} and node.args:
            code = node.args[0]
        else:
            continue
        place = f"{path.name}:{node.lineno}"
        if isinstance(code, ast.Constant):
            assert code.value in MESSAGES, f"{place}: no code {code.value!r}"
            given = {keyword.arg for keyword in node.keywords}
            fields = {
                field.split(".")[0].split("[")[0]
                for _, field, _, _ in string.Formatter().parse(MESSAGES[code.value])
                if field
            }
            assert None in given or fields <= given, f"{place}: {code.value!r} needs {fields}"
        elif isinstance(code, ast.JoinedStr):
            texts = [part.value for part in code.values if isinstance(part, ast.Constant)]
            assert not any(" " in str(text) for text in texts), f"{place}: a sentence, not a code"


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_every_code_is_said_in_every_language(language: str) -> None:
    catalog = translations(language)
    assert [code for code, text in MESSAGES.items() if not catalog._catalog.get(text)] == []  # type: ignore[attr-defined]


def test_no_code_stands_in_two_sections() -> None:
    sections = [part for name, part in vars(messages).items() if name in SECTIONS]
    assert len(sections) == len(SECTIONS)
    assert sum(map(len, sections)) == len(MESSAGES)


def test_every_code_is_used() -> None:
    texts = set().union(
        *(codes_in(path) for path in FILES if path.name != "messages.py"),
    )
    made = ("the_", "link_", "_not_a_line", "method_", "rounding_")  # the other part is a name
    unused = [
        code for code in MESSAGES if code not in texts and not any(part in code for part in made)
    ]
    assert unused == []


def test_an_error_is_said_in_both_languages() -> None:
    error = OptionError.unknown("how", "mean", ("aij", "aip"))
    assert str(error) == "how = 'mean', expected one of 'aij', 'aip'"
    assert error_sentence(error, "zh") == "how 的取值为“mean”，应为以下之一：“aij”、“aip”。"
    assert isinstance(error, ValueError)
    assert (error.code, error.parameters["value"]) == ("option_unknown", "mean")


def test_cells_are_counted_as_people_count() -> None:
    cell = Cell("a", (2, 0, 1))
    assert str(cell) == "a[2, 0, 1]"
    error = MatrixError("judgment_unreadable", text=cell)
    assert error_sentence(error, "zh").startswith("第 3 个矩阵第 1 行第 2 列")


@pytest.mark.parametrize(
    ("index", "english", "chinese"),
    [
        ((), "expert weights", "专家权重"),
        ((2,), "number 3 of expert weights", "专家权重中的第 3 个"),
        ((0, 1), "row 1, column 2 of expert weights", "专家权重中的第 1 行第 2 列"),
    ],
)
def test_cells_of_named_arrays(index: tuple[int, ...], english: str, chinese: str) -> None:
    error = MatrixError("at_matrix", cell=Cell(Phrase("expert_weights"), index), problem="")
    assert error_sentence(error, "en") == f"{english}: "
    assert error_sentence(error, "zh") == f"{chinese}：。"


def test_the_first_cell_of_a_mask() -> None:
    assert first_cell(np.array([[False, False], [True, True]])) == Cell("a", (1, 0))
    assert str(first_cell(np.array(True), Phrase("scores"))) == "scores"


ABILITIES = ahp.Hierarchy("履职成效", {"履职成效": ("发现问题", "督促整改")})
LABELS = ["发现问题", "督促整改", "完善制度"]


@pytest.mark.parametrize(
    ("refused", "chinese"),
    [
        (
            lambda: ahp.PairwiseMatrix([[1, 3], [0.33, 1]]),
            "第 1 行第 2 列与第 2 行第 1 列不互反：乘积为 0.99，应为 1；请将 0.33 写成 1/3。",
        ),
        (
            lambda: ahp.PairwiseMatrix([[1, "三"], [None, 1]]),
            "第 1 行第 2 列：“三”不是判断值，应为正数或分数，如 1/3。",
        ),
        (
            lambda: ahp.PairwiseMatrix([[1, None], [3, 1]]),
            "第 1 行第 2 列尚未判断，而第 2 行第 1 列为 3；同一对要素的两个值应都填，或都不填。",
        ),
        (
            lambda: ahp.PairwiseMatrix.from_upper(["3", "²5", "1"]),
            "第 1 行第 3 列：“²5”带有脚注标记“²”，应为不带标记的正数或分数，如 1/3。",
        ),
        (
            lambda: ahp.weights(
                ahp.PairwiseMatrix([[1, 3, None], ["1/3", 1, None], [None, None, 1]], LABELS)
            ),
            "已有判断把要素分成互不相连的 2 组：（“发现问题”、“督促整改”）、（“完善制度”），"
            "应连成一组；补上“发现问题”与“完善制度”的比较即可连接其中两组。",
        ),
        (
            lambda: ahp.random_index_value(16),
            "随机一致性指标表“saaty”没有 16 阶的值（最大为 15 阶）；"
            "含有 16 阶的表：donegan_dodd、aguaron_moreno_2003、alonso_lamata_line、simulated。",
        ),
        (
            lambda: ahp.normalize_expert_weights([0, 0], 2),
            "专家权重为 [0.0, 0.0]，应为大于或等于 0 且不全为 0 的有限数。",
        ),
        (
            lambda: ahp.aggregate_priorities([[0.5, 0.5], [1.5, -0.5]]),
            "权重中的第 2 行第 2 列为 -0.5，应为大于或等于 0 的有限数。",
        ),
        (
            lambda: ahp.aggregate_judgments(np.ones((3, 2, 2)), how="trimmed", trim=0.5),
            "trim 的取值为 0.5，应为不小于 0 且小于 0.5 的数。",
        ),
        (
            lambda: ahp.Hierarchy("履职成效", {"履职成效": ("发现问题",)}),
            "“履职成效”只有一个下级要素“发现问题”，应有两个或两个以上才能比较。",
        ),
        (
            lambda: ABILITIES.global_weights({"履职成效": {"发现问题": 0.4, "完善制度": 0.6}}),
            "“履职成效”之下的单排序权重：多出名称“完善制度”，"
            "各名称应与层次结构相同：“发现问题”、“督促整改”。",
        ),
        (
            lambda: ahp.simulate_hierarchy(ABILITIES, {"履职成效": [[1, 3], [3, 1]]}, seed=0),
            "“履职成效”之下的判断矩阵：第 1 行第 2 列与第 2 行第 1 列不互反：乘积为 9，应为 1。",
        ),
        (
            lambda: ahp.apply_scale([[1, 12], [1 / 12, 1]], "root"),
            "第 1 行第 2 列为 12，标度“root”没有与之对应的值，应为介于 1/9 与 9 之间的数。",
        ),
        (
            lambda: read_matrix([["1", "3"], ["0.5", "1"]]),
            "第 1 行第 2 列为“3”，而第 2 行第 1 列为“0.5”，两者应互为倒数；1/3 不会写成 0.5。",
        ),
        (lambda: parse_order("发现问题 >"), "第 7 个字符处为结尾，应为名称。"),
        (
            lambda: ahp.evaluation.fuzzy_synthesis([0.6, 0.5], [[1], [1]]),
            "权重之和为 1.1，应为 1。",
        ),
        (
            lambda: ahp.evaluation.topsis([[1, 2], [1, 2]], [0.5, 0.5]),
            "指标数据：各单位在计入的指标上没有差别，应至少有两个单位不同。",
        ),
        (
            lambda: ahp.evaluation.goalpost_scores([1, 2], [0, 3], 3),
            "下限中的第 2 个为 3，上限为 3，上限应大于下限。",
        ),
        (
            lambda: ahp.evaluation.leave_one_rater_out([[[1, np.nan]]], [1]),
            "评分中的第 1 行第 1 列：去掉第 1 名评分人后剩 0 个评分，至少应有 1 个。",
        ),
    ],
)
def test_refusals_in_chinese(refused: Callable[[], Any], chinese: str) -> None:
    with pytest.raises(AHPError) as raised:
        refused()
    assert error_sentence(raised.value, "zh") == chinese


def test_errors_and_phrases_can_be_copied_and_sent() -> None:
    inner = OptionError.unknown("how", "mean", ("aij",))
    error = MatrixError("judgment_unreadable", text=Phrase("the_name"), problem=inner)
    for twin in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
        assert (type(twin), str(twin)) == (MatrixError, str(error))
        assert str(twin.parameters["problem"]) == str(inner)


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(KeyError, match="'nonsense'"):
        AHPError("nonsense")
