from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ahp
from ahp.priority import METHODS

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def dong() -> tuple[ahp.Survey, ahp.Answers]:
    folder = EXAMPLES / "dong_2010"
    return ahp.load_survey(folder / "survey.toml"), ahp.read_answers(folder / "answers.csv")


@pytest.fixture(scope="module")
def demo() -> tuple[ahp.Survey, ahp.Answers]:
    survey = ahp.load_survey("supervision_effectiveness")
    return survey, ahp.read_answers(EXAMPLES / "supervision_demo" / "answers.csv")


def test_the_published_panel(dong: tuple[ahp.Survey, ahp.Answers]) -> None:
    shares = {"E1": 0.1, "E2": 0.3, "E3": 0.1, "E4": 0.2, "E5": 0.3}
    found = ahp.analyze(*dong, expert_weights=shares)
    assert found.local_weights["choice"].round(4).tolist() == [0.4984, 0.2727, 0.1541, 0.0747]
    assert found.ranking == ("x1", "x2", "x3", "x4")
    assert found.method == "geometric_mean"
    assert found.random_index == "saaty"
    assert found.aggregate == "aij"
    assert found.expert_weights == pytest.approx(shares, rel=1e-15)
    assert found.version == ahp.__version__
    assert found.total_consistency[0].cr == pytest.approx(found.consistency["choice"].cr)


def test_one_expert_is_the_expert(dong: tuple[ahp.Survey, ahp.Answers]) -> None:
    survey, answers = dong
    found = ahp.analyze(survey, answers.only(["E5"]))
    own = answers.matrices(survey.hierarchy)["E5"]["choice"]
    assert found.matrices["choice"] == own
    assert found.local_weights["choice"].round(4).tolist() == [0.2247, 0.2958, 0.3780, 0.1015]
    assert dict(found.expert_weights) == {"E5": 1.0}
    assert found.ranking == ("x3", "x2", "x1", "x4")


def test_a_whole_hierarchy(demo: tuple[ahp.Survey, ahp.Answers]) -> None:
    survey, answers = demo
    found = ahp.analyze(survey, answers)
    hierarchy = survey.hierarchy
    assert set(found.matrices) == set(found.consistency) == set(hierarchy.parents)
    assert dict(found.expert_weights) == {f"E{k}": 1 / 7 for k in range(1, 8)}
    assert sum(found.global_weights[leaf] for leaf in hierarchy.leaves) == pytest.approx(1)
    for parent, kids in hierarchy.children.items():
        assert found.matrices[parent].labels == kids
        for kid, weight in zip(kids, found.local_weights[parent], strict=True):
            assert found.global_weights[kid] == found.global_weights[parent] * weight
    levels = found.total_consistency
    assert [total.parents for total in levels] == [
        ("effectiveness",),
        ("setup", "operation", "coordination", "conversion", "learning"),
    ]
    ci = sum(found.global_weights[p] * found.consistency[p].ci for p in levels[1].parents)
    ri = sum(found.global_weights[p] * found.consistency[p].ri for p in levels[1].parents)
    assert levels[1].cr == pytest.approx(ci / ri, rel=1e-14)
    ranked = [found.global_weights[leaf] for leaf in found.ranking]
    assert ranked == sorted(ranked, reverse=True)
    assert set(found.ranking) == set(hierarchy.leaves)


def test_options_reach_the_numbers(demo: tuple[ahp.Survey, ahp.Answers]) -> None:
    survey, answers = demo
    default = ahp.analyze(survey, answers)
    other = ahp.analyze(survey, answers, method="column_mean", random_index="saaty_2005")
    assert (other.method, other.random_index) == ("column_mean", "saaty_2005")
    for parent, matrix in other.matrices.items():
        assert np.array_equal(other.local_weights[parent], ahp.column_mean(matrix))
        assert other.consistency[parent].random_index == "saaty_2005"
        assert other.consistency[parent].lambda_max == default.consistency[parent].lambda_max
    assert other.consistency["setup"].ri == 0.52


def test_ties_keep_the_order_of_the_tree(dong: tuple[ahp.Survey, ahp.Answers]) -> None:
    pairs = dong[0].hierarchy.comparisons
    equal = ahp.Answers(tuple(ahp.Judgment("E", *pair, "1") for pair in reversed(pairs)))
    assert ahp.analyze(dong[0], equal).ranking == ("x1", "x2", "x3", "x4")


def test_results_are_read_only(dong: tuple[ahp.Survey, ahp.Answers]) -> None:
    found = ahp.analyze(*dong)
    with pytest.raises(ValueError, match="read-only"):
        found.local_weights["choice"][0] = 1
    with pytest.raises(TypeError):
        found.global_weights["x1"] = 1  # type: ignore[index]
    with pytest.raises(AttributeError):
        found.method = "eigenvector"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"method": "median"},
            ahp.OptionError,
            f"method = 'median', expected one of {', '.join(map(repr, METHODS))}",
        ),
        (
            {"aggregate": "aip"},
            ahp.OptionError,
            "aggregate = 'aip', expected one of 'aij', 'aij_median', 'aij_trimmed', "
            "'aip_arithmetic', 'aip_geometric'",
        ),
        (
            {"expert_weights": {"E1": 1, "E9": 1}},
            ahp.AnswersError,
            "expert weight for 'E9', expected one of 'E1', 'E2', 'E3', 'E4', 'E5'",
        ),
        (
            {"expert_weights": {"E1": 1, "E2": 1, "E3": 1, "E5": 1}},
            ahp.AnswersError,
            "no expert weight for 'E4', expected one for each expert",
        ),
        (
            {"expert_weights": dict.fromkeys(("E1", "E2", "E3", "E4", "E5"), 0)},
            ahp.MatrixError,
            "expert weights [0.0, 0.0, 0.0, 0.0, 0.0], "
            "expected finite numbers of 0 or more, not all 0",
        ),
    ],
)
def test_bad_options(
    dong: tuple[ahp.Survey, ahp.Answers],
    options: dict[str, Any],
    error: type[ahp.AHPError],
    message: str,
) -> None:
    with pytest.raises(error) as raised:
        ahp.analyze(*dong, **options)
    assert str(raised.value) == message


def test_no_answers(dong: tuple[ahp.Survey, ahp.Answers]) -> None:
    with pytest.raises(ahp.AnswersError) as raised:
        ahp.analyze(dong[0], ahp.Answers(()))
    assert str(raised.value) == "no answers, expected those of one expert or more"


def test_an_unknown_random_index(dong: tuple[ahp.Survey, ahp.Answers]) -> None:
    with pytest.raises(ahp.OptionError, match="^random_index = 'noble', expected one of 'saaty', "):
        ahp.analyze(*dong, random_index="noble")
