"""Answers made from judgment matrices: kept as they stand, and what is wrong is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import ahp
from ahp.i18n.errors import error_sentence

ROOT = Path(__file__).parents[2]
ITEMS = ["x1", "x2", "x3", "x4"]
DONG = {
    "E1": [4, 6, 7, 3, 4, 2],
    "E2": [5, 7, 9, 4, 6, 2],
    "E3": [3, 5, 8, 4, 5, 2],
    "E4": [4, 5, 6, 3, 3, 2],
    "E5": ["1/2", 1, 2, "1/2", 3, 4],
}
"""Upper triangles of Dong, Zhang, Hong & Xu 2010, Decision Support Systems 49:281-289, sec. 5."""

SHARES = dict(zip(DONG, (0.1, 0.3, 0.1, 0.2, 0.3), strict=True))


@pytest.fixture
def choice() -> ahp.Survey:
    return ahp.Survey.from_names({"choice": ITEMS}, method="geometric_mean")


@pytest.fixture
def survey() -> ahp.Survey:
    return ahp.Survey.from_names({"Goal": ["A", "B", "C"], "A": ["a1", "a2"]})


def judged(answers: ahp.Answers) -> list[tuple[str, str, str, str]]:
    return [(one.expert, one.left, one.right, one.value) for one in answers.judgments]


def test_a_published_panel_in_three_lines(choice: ahp.Survey) -> None:
    """Printed: .4984 .2727 .1541 .0747."""
    matrices = {name: {"choice": ahp.PairwiseMatrix.from_upper(DONG[name])} for name in DONG}
    answers = ahp.Answers.from_matrices(choice, matrices)
    result = ahp.analyze(choice, answers, expert_weights=SHARES)
    assert result.local_weights["choice"].round(4).tolist() == [0.4984, 0.2727, 0.1541, 0.0747]
    file = ahp.read_answers(ROOT / "examples" / "dong_2010" / "answers.csv")
    assert sorted(judged(answers)) == sorted(judged(file))


def test_arrays_frames_and_lists_say_the_same(choice: ahp.Survey) -> None:
    matrices = [ahp.PairwiseMatrix.from_upper(DONG[name], ITEMS) for name in DONG]
    array = np.stack([matrix.values for matrix in matrices])
    turned = [3, 1, 0, 2]
    frames = [one.to_frame().iloc[turned, turned] for one in matrices]
    expected = ahp.Answers.from_matrices(choice, {"choice": array}, experts=list(DONG))
    for form in (matrices, frames, array.tolist(), tuple(array)):
        assert ahp.Answers.from_matrices(choice, {"choice": form}, list(DONG)) == expected
    assert ahp.Answers.from_matrices(choice, {"choice": array}).experts == ("1", "2", "3", "4", "5")
    alone = ahp.Answers.from_matrices(choice, {"choice": array[0]}, ["E1"])
    assert alone == expected.only(["E1"])


def test_matrices_are_joined_by_names_in_any_language() -> None:
    survey = ahp.load_survey("supervision_effectiveness")
    goal = survey.hierarchy.goal
    kids = survey.hierarchy.children[goal]
    ids = ahp.PairwiseMatrix.from_upper([1, 2, 3, 4, 1, 2, 3, 1, 2, 1], kids)
    expected = ahp.Answers.from_matrices(survey, {"E": {goal: ids}})
    for language in ("zh", "en"):
        names = [survey.node_name(kid, language) for kid in kids]
        named = ahp.PairwiseMatrix(ids.values[::-1, ::-1], names[::-1])
        matrices = {"E": {survey.node_name(goal, language): named}}
        assert ahp.Answers.from_matrices(survey, matrices) == expected


@pytest.mark.parametrize(
    ("one", "other", "entered"),
    [
        (3, 1 / 3, ("A", "B", "3")),
        (1 / 3, 3.0, ("A", "B", "1/3")),
        (0.333333333333333, 3, ("A", "B", "1/3")),
        ("0.33", 3, ("A", "B", "1/3")),
        (2.5, 0.4, ("A", "B", "2.5")),
        (0.4, 2.5, ("A", "B", "0.4")),
        ("0.4673", "2.14", ("B", "A", "2.14")),
        (1 / 0.4673, 0.4673, ("B", "A", "0.4673")),
        (0.33, 1 / 0.33, ("B", "A", "3.0303030303030303")),
    ],
)
def test_judgments_stay_as_they_are(
    survey: ahp.Survey, one: Any, other: Any, entered: tuple[str, str, str]
) -> None:
    """Steps are written as such, others by the cell of fewer digits that says them exactly."""
    matrix = [[1, one, None], [other, 1, None], [None, None, 1]]
    answers = ahp.Answers.from_matrices(survey, {"Goal": matrix})
    assert judged(answers) == [("1", entered[0].lower(), entered[1].lower(), entered[2])]
    if isinstance(one, float):
        assert answers.arrays(survey.hierarchy)["goal"][0, 0, 1] == pytest.approx(one, rel=3e-15)


@pytest.mark.parametrize("empty", [0, 0.0, None, float("nan"), "", np.nan])
def test_empty_cells_are_not_judged_and_one_triangle_says_all(
    survey: ahp.Survey, empty: Any
) -> None:
    matrix = [[empty, 3, empty], [empty, empty, empty], [empty, "1/2", empty]]
    answers = ahp.Answers.from_matrices(survey, {"E": {"Goal": matrix}})
    assert judged(answers) == [("E", "a", "b", "3"), ("E", "b", "c", "2")]


def test_a_panel_with_missing_matrices_is_analyzed(survey: ahp.Survey) -> None:
    goal = ahp.PairwiseMatrix.from_upper([3, 5, 3])
    answers = ahp.Answers.from_matrices(
        survey, {"E1": {"Goal": goal}, "E2": {"goal": goal, "A": [[1, 4], [0.25, 1]]}}
    )
    result = ahp.analyze(survey, answers)
    assert result.local_weights["goal"].round(4).tolist() == [0.637, 0.2583, 0.1047]
    assert result.local_weights["a"].round(4).tolist() == [0.8, 0.2]


def test_a_result_goes_out_with_names(survey: ahp.Survey) -> None:
    goal = ahp.PairwiseMatrix.from_upper([3, 5, 3])
    matrices = {"Goal": goal, "A": [[1, 4], [0.25, 1]]}
    result = ahp.analyze(survey, ahp.Answers.from_matrices(survey, matrices))
    assert result.to_frame(language="en").reset_index().round(4).to_numpy().tolist() == [
        ["a1", "A", 0.8, 0.5096, 1],
        ["B", "Goal", 0.2583, 0.2583, 2],
        ["a2", "A", 0.2, 0.1274, 3],
        ["C", "Goal", 0.1047, 0.1047, 4],
    ]
    assert list(result.to_frame().index) == ["a1", "b", "a2", "c"]


GOOD = [[1, 3, 5], [1 / 3, 1, 3], [0.2, 1 / 3, 1]]


def with_cells(**cells: Any) -> list[list[Any]]:
    """The good matrix with other cells; `ab` is that of A and B."""
    rows = [list(row) for row in GOOD]
    for pair, value in cells.items():
        rows["abc".index(pair[0])]["abc".index(pair[1])] = value
    return rows


@pytest.mark.parametrize(
    ("matrices", "message"),
    [
        (
            {"E": {"Goal": with_cells(ab=2)}},
            "expert 'E', matrix below 'Goal': ('A', 'B') * ('B', 'A') = 0.666666666667, expected 1",
        ),
        (
            {"E": {"Goal": with_cells(ba=0.33)}},
            "expert 'E', matrix below 'Goal': ('A', 'B') * ('B', 'A') = 0.99, expected 1; write "
            '"1/3" instead of 0.33',
        ),
        (
            {"E": {"Goal": with_cells(bb=2)}},
            "expert 'E', matrix below 'Goal': ('B', 'B') = 2, expected 1 on the diagonal",
        ),
        (
            {"E": {"Goal": with_cells(ac=12, ca=1 / 12)}},
            "expert 'E', matrix below 'Goal': ('A', 'C') = '12', expected a judgment from 1/9 to 9",
        ),
        (
            {"E": {"Goal": with_cells(ac="x")}},
            "expert 'E', matrix below 'Goal': ('A', 'C') = 'x', expected a positive number or a "
            'fraction such as "1/3"',
        ),
        (
            {"E": {"Goal": with_cells(ac="3²", ca=None)}},
            "expert 'E', matrix below 'Goal': ('A', 'C') = '3²' has the footnote mark '²', "
            'expected a positive number or a fraction such as "1/3" without it',
        ),
        (
            {"E": {"Goal": ahp.PairwiseMatrix(GOOD, ["A", "B", "D"])}},
            "expert 'E', matrix below 'Goal': label 'D', expected 'A', 'B', 'C' as in the survey",
        ),
        (
            {"E": {"A": GOOD}},
            "expert 'E', matrix below 'A': of shape (3, 3), expected 2 rows and columns: 'a1', "
            "'a2'",
        ),
        ({"E": {"B": GOOD}}, "expert 'E': parent = 'B', expected one of goal, a"),
        (
            {"E": {"Goal": GOOD, "goal": GOOD}},
            "expert 'E', matrix below 'Goal': stands there twice, expected once",
        ),
        (
            {"E": {"A": [[1, 0], [0, 1]]}},
            "the matrices: expert 'E' judged nothing, expected one pair or more",
        ),
        ({1: {"Goal": GOOD}}, "the matrices: 1 is no name of an expert, expected text"),
        (
            {"E": {"Goal": GOOD}, "Goal": GOOD},
            "the matrices: expected either expert -> parent -> matrix, or parent -> the matrices "
            "of all experts",
        ),
        (
            GOOD,
            "the matrices: of type list, expected a mapping: expert -> parent -> matrix, or parent "
            "-> the matrices of all experts",
        ),
        (
            {"Goal": [GOOD] * 2, "A": [[1, 2], [0.5, 1]]},
            "matrices of 'A' by 1 experts, expected 2",
        ),
    ],
)
def test_what_does_not_fit_is_named(survey: ahp.Survey, matrices: Any, message: str) -> None:
    with pytest.raises(ahp.AnswersError) as refused:
        ahp.Answers.from_matrices(survey, matrices)
    assert str(refused.value) == message


def test_masked_cells_are_not_judged(choice: ahp.Survey) -> None:
    masked = np.ma.masked_equal(ahp.PairwiseMatrix.from_upper(DONG["E1"]).values, 7)
    masked[3, 0] = np.ma.masked
    expected = [("1", "x1", "x2", "4"), ("1", "x1", "x3", "6"), ("1", "x2", "x3", "3")]
    expected += [("1", "x2", "x4", "4"), ("1", "x3", "x4", "2")]
    for form in (masked, masked[np.newaxis], list(masked), [[*row] for row in masked]):
        assert judged(ahp.Answers.from_matrices(choice, {"choice": form})) == expected


def test_missing_values_of_pandas_are_not_judged(choice: ahp.Survey) -> None:
    frame = pd.DataFrame(np.ones((4, 4)), ITEMS, ITEMS).astype("Int64")
    frame.iloc[:3, 3] = frame.iloc[3, :3] = pd.NA
    answers = ahp.Answers.from_matrices(choice, {"choice": frame})
    assert judged(answers) == [
        ("1", left, right, "1") for left, right in (("x1", "x2"), ("x1", "x3"), ("x2", "x3"))
    ]
    frame = frame.astype(object)
    frame.iloc[0, 1:3] = frame.iloc[1:3, 0] = pd.NaT
    answers = ahp.Answers.from_matrices(choice, {"choice": frame})
    assert judged(answers) == [("1", "x2", "x3", "1")]


@pytest.mark.parametrize("kind", ["float32", "float16"])
def test_numbers_of_less_precision_are_those_of_the_scale(survey: ahp.Survey, kind: str) -> None:
    matrix = np.array([[1, 1 / 3, 2.5], [3, 1, 1 / 2.14], [0.4, 2.14, 1]]).astype(kind)
    frame = pd.DataFrame(matrix, ["A", "B", "C"], ["A", "B", "C"])
    for form in (matrix, matrix[np.newaxis], frame):
        answers = ahp.Answers.from_matrices(survey, {"Goal": form})
        assert judged(answers) == [
            ("1", "a", "b", "1/3"),
            ("1", "a", "c", "2.5"),
            ("1", "c", "b", "2.14"),
        ]
    upper = ahp.Answers.from_matrices(survey, {"Goal": np.triu(matrix)})
    assert judged(upper)[:2] == [("1", "a", "b", "1/3"), ("1", "a", "c", "2.5")]
    matrix[1, 0] = 2
    with pytest.raises(ahp.AnswersError, match=r"\('A', 'B'\) \* \('B', 'A'\) = 0\.666666"):
        ahp.Answers.from_matrices(survey, {"Goal": matrix})


def test_an_expert_without_a_matrix_is_none(survey: ahp.Survey) -> None:
    below_a = [[1, 4], [0.25, 1]]
    answers = ahp.Answers.from_matrices(
        survey, {"Goal": [None, GOOD], "A": [below_a, None]}, ["E1", "E2"]
    )
    assert answers == ahp.Answers.from_matrices(
        survey, {"E1": {"A": below_a, "Goal": None}, "E2": {"Goal": GOOD}}
    )
    assert answers.experts == ("E1", "E2")


@pytest.mark.parametrize(
    "matrices", [{}, {"Goal": np.zeros((0, 3, 3))}, {"Goal": []}, {"Goal": [], "A": []}]
)
def test_no_matrices_are_no_answers(survey: ahp.Survey, matrices: Any) -> None:
    with pytest.raises(ahp.AnswersError) as refused:
        ahp.Answers.from_matrices(survey, matrices)
    assert str(refused.value) == "no answers, expected those of one expert or more"


def test_an_id_is_that_of_its_item_where_another_one_is_called_so() -> None:
    """The item `a-b` has the id `a_b`; the item `a_b` has `a_b_2`."""
    survey = ahp.Survey.from_names({"Goal": ["a-b", "a_b"], "a-b": ["x", "y"], "a_b": ["p", "q"]})
    assert survey.hierarchy.children["goal"] == ("a_b", "a_b_2")
    matrix = [[1, 3], [1 / 3, 1]]
    answers = ahp.Answers.from_matrices(survey, {"E": {"a_b": matrix, "a_b_2": matrix}})
    assert judged(answers) == [("E", "x", "y", "3"), ("E", "p", "q", "3")]
    for labels in (["a_b", "a_b_2"], ["a-b", "a_b"]):
        goal = ahp.PairwiseMatrix(matrix, labels)
        answers = ahp.Answers.from_matrices(survey, {"E": {"Goal": goal}})
        assert judged(answers) == [("E", "a_b", "a_b_2", "3")]


def test_names_of_experts_stand_in_one_place(survey: ahp.Survey) -> None:
    with pytest.raises(ahp.AnswersError) as refused:
        ahp.Answers.from_matrices(survey, {"E": {"Goal": GOOD}}, experts=["E"])
    assert str(refused.value) == (
        "the matrices: experts are the keys of the matrices already, expected experts=None"
    )
    for matrices, experts in (
        ({"Goal": [GOOD, GOOD]}, ["E", "E"]),
        ({"Goal": [GOOD, GOOD]}, ["E", "E "]),
        ({"E": {"Goal": GOOD}, "E ": {"A": [[1, 2], [0.5, 1]]}}, None),
    ):
        with pytest.raises(ahp.AnswersError) as refused:
            ahp.Answers.from_matrices(survey, matrices, experts)
        assert str(refused.value) == "experts: 'E' stands twice, expected once"


@pytest.mark.parametrize("experts", ["E", {"E"}, frozenset({"E"})])
def test_experts_have_an_order(survey: ahp.Survey, experts: Any) -> None:
    with pytest.raises(ahp.AnswersError) as refused:
        ahp.Answers.from_matrices(survey, {"Goal": [GOOD]}, experts=experts)
    assert str(refused.value) == (
        f"experts: {experts!r}, expected a list of names in the order of the matrices"
    )


def test_no_reciprocals_in_chinese() -> None:
    survey = ahp.Survey.from_names({"目标": ["价格", "质量"]}, language="zh")
    with pytest.raises(ahp.AnswersError) as refused:
        ahp.Answers.from_matrices(survey, {"张三": {"目标": [[1, 3], [0.5, 1]]}})
    assert error_sentence(refused.value, "zh") == (
        "专家“张三”，“目标”的判断矩阵：（“价格”，“质量”）与（“质量”，“价格”）不互反：乘积为 1.5，"
        "应为 1。"
    )
