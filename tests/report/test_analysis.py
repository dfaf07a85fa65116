from __future__ import annotations

import json
from pathlib import Path

import pytest

import ahp
from ahp import report
from ahp.priority import METHODS
from ahp.study import survey_from_content
from tests.panel_study import small_panel

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def dong() -> ahp.Analysis:
    folder = EXAMPLES / "dong_2010"
    return ahp.analyze(
        ahp.load_survey(folder / "survey.toml"),
        ahp.read_answers(folder / "answers.csv"),
        expert_weights={"E1": 0.1, "E2": 0.3, "E3": 0.1, "E4": 0.2, "E5": 0.3},
    )


@pytest.fixture(scope="module")
def demo() -> ahp.Analysis:
    answers = ahp.read_answers(EXAMPLES / "supervision_demo" / "answers.csv")
    return ahp.analyze(ahp.load_survey("supervision_effectiveness"), answers)


def deep() -> ahp.Analysis:
    """A survey of depth three, in which all judgments are 3."""

    def node(name: str, parent: str | None) -> dict[str, object]:
        text = {"en": name.upper()}
        entry: dict[str, object] = {"id": name, "name": text, "explanation": text}
        return entry if parent is None else entry | {"parent": parent}

    tree = {"a": "g", "b": "g", "a1": "a", "a2": "a", "a1x": "a1", "a1y": "a1"}
    data = {
        **{"format": 1, "id": "deep", "languages": ["en"], "goal": node("g", None)},
        **{"name": {"en": "Deep"}, "description": {"en": "Deep."}},
        "nodes": [node(name, parent) for name, parent in tree.items()],
    }
    survey = survey_from_content(json.dumps(data))
    judgments = [ahp.Judgment("E", *pair, "3") for pair in survey.hierarchy.comparisons]
    return ahp.analyze(survey, ahp.Answers(tuple(judgments)))


def test_matrix_table(dong: ahp.Analysis) -> None:
    table = report.matrix_table(dong, "choice", "en")
    names = ("Alternative x1", "Alternative x2", "Alternative x3", "Alternative x4")
    assert table.title == "Choice of an alternative"
    assert table.columns == ("Choice of an alternative", *names, "Weight")
    values = dong.matrices["choice"].values
    assert [row[0] for row in table.rows] == [*names]
    assert [list(row[1:5]) for row in table.rows] == values.tolist()
    assert [row[5] for row in table.rows] == dong.local_weights["choice"].tolist()
    shown = report.to_text(table).splitlines()
    assert shown[3].split() == [
        *("Alternative", "x1", "1", "2.2270", "3.4756", "5.0937", "0.4984"),
    ]


def test_consistency_table(demo: ahp.Analysis) -> None:
    table = report.consistency_table(demo, "en")
    assert table.columns == (
        *("Compared under", "n", "λmax", "CI", "RI", "CR", "Acceptable"),
        "Experts with a CR of 0.1 or more",
    )
    assert len(table.rows) == 6
    found = demo.consistency["operation"]
    assert table.rows[2] == (
        *("Supervisory operation", 5, found.lambda_max, found.ci, 1.12, found.cr, True),
        "0 of 7",
    )


def test_total_table(demo: ahp.Analysis) -> None:
    table = report.total_table(demo, "en")
    heading = "Experts with a CR of 0.1 or more"
    assert table.columns == ("Level", "CI", "RI", "CR", "Acceptable", heading)
    one, two = demo.total_consistency
    assert table.rows == (
        (1, one.ci, 1.12, one.cr, True, "0 of 7"),
        (2, two.ci, two.ri, two.cr, True, "1 of 7"),
    )


def test_composite_table(demo: ahp.Analysis) -> None:
    table = report.composite_table(demo, "en")
    assert table.columns == ("Rank", "Branch", "Indicator", "Local weight", "Global weight")
    assert [row[0] for row in table.rows] == list(range(1, 19))
    weights = [row[4] for row in table.rows]
    assert weights == sorted(weights, reverse=True)
    assert weights == [demo.global_weights[leaf] for leaf in demo.ranking]
    local = float(demo.local_weights["setup"][0])
    assert table.rows[0] == (
        *(1, "Organizational set-up", "Supervision management model", local),
        demo.global_weights["management_model"],
    )


def test_tables_speak_chinese(demo: ahp.Analysis) -> None:
    table = report.composite_table(demo, "zh")
    assert table.rows[0][1:3] == ("组织设置能力", "监督管理模式")
    assert not any(heading.isascii() for heading in table.columns)
    assert not report.consistency_table(demo, "zh").title.isascii()
    assert "是" in report.to_text(report.total_table(demo, "zh"))


def test_the_goal_is_the_branch_where_nothing_lies_between(dong: ahp.Analysis) -> None:
    (first, *_) = report.composite_table(dong, "en").rows
    assert first[1:3] == ("Choice of an alternative", "Alternative x1")
    assert first[3] == first[4]


def test_deep_branches_show_their_path() -> None:
    analysis = deep()
    assert [row[:3] for row in report.composite_table(analysis, "en").rows] == [
        (1, "A / A1", "A1X"),
        (2, "G", "B"),
        (3, "A", "A2"),
        (4, "A / A1", "A1Y"),
    ]
    table = report.hierarchy_table(analysis, "en")
    assert table.columns == (
        *("Branch", "Weight of the branch", "Indicator", "Local weight", "Global weight", "Rank"),
    )
    rounded = [
        tuple(round(cell, 6) if isinstance(cell, float) else cell for cell in row)
        for row in table.rows
    ]
    assert rounded == [
        ("A / A1", 0.5625, "A1X", 0.75, 0.421875, 1),
        ("A / A1", 0.5625, "A1Y", 0.25, 0.140625, 4),
        ("A", 0.75, "A2", 0.25, 0.1875, 3),
        ("G", 1.0, "B", 0.25, 0.25, 2),
    ]


def test_provenance(dong: ahp.Analysis) -> None:
    assert report.provenance(dong, "en") == [
        ("Survey", "Four alternatives, five experts (Dong et al. 2010) (dong_2010)"),
        ("Content hash", dong.survey.content_hash),
        ("Method", "geometric mean"),
        ("Random index", "saaty: Saaty 1980, The Analytic Hierarchy Process, p. 21"),
        ("Aggregation", "weighted geometric mean of the judgments (AIJ)"),
        (
            "Expert weights",
            "E1 0.1000, E2 0.3000, E3 0.1000, E4 0.2000, E5 0.3000 "
            "(weights given by the organizer)",
        ),
        (
            "Experts who contradict themselves",
            "Experts who contradict themselves (their own CR reaches 0.1): 0 of 5.",
        ),
        ("Version", f"ahp {ahp.__version__}"),
    ]


def test_provenance_names_every_choice() -> None:
    judged = {"Ping": ("3", "1", "2", "", "1"), "Qin": ("1", "2", "2", "", "1/3")}
    trimmed = small_panel(
        judged,
        recused=[("Ping", "b"), ("Qin", "goal")],
        how="aij_trimmed",
        trim=0.25,
        expert_weights="consistency",
    )
    found = dict(report.provenance(trimmed, "en"))
    assert found["Aggregation"] == (
        "trimmed geometric mean of the judgments (AIJ), "
        "25% of the experts' weight cut off at each end"
    )
    assert found["Expert weights"] == ("Ping 0.5000, Qin 0.5000 (by consistency of the judgments)")
    assert found["Judgments that do not count (recused)"] == "Ping: Capability B; Qin: Goal"
    assert found["Pairs nobody judged, computed from the others"] == "Capability A: 1"
    assert "能力甲：1" in dict(report.provenance(trimmed, "zh")).values()


def test_provenance_says_whose_matrices_are_shown_when_weights_are_joined() -> None:
    labels = [label for label, _value in report.provenance(small_panel(), "en")]
    found = report.provenance(small_panel(how="aip_arithmetic"), "en")
    assert found[4:6] == [
        ("Aggregation", "weighted arithmetic mean of the experts' weights (AIP)"),
        (
            "Matrices and their consistency",
            "those of the weighted geometric mean of the judgments, for reading only",
        ),
    ]
    assert [label for label, _value in found if label != found[5][0]] == labels


def test_every_method_has_words() -> None:
    words = report.method_words(str)
    assert tuple(words) == tuple(METHODS)


def test_analysis_data_is_exact_and_plain(demo: ahp.Analysis) -> None:
    data = json.loads(json.dumps(report.analysis_data(demo), allow_nan=False))
    assert data["survey"] == "supervision_effectiveness"
    assert data["content_hash"] == demo.survey.content_hash
    assert (data["method"], data["random_index"]) == ("eigenvector", "saaty")
    assert data["random_index_source"] == "Saaty 1980, The Analytic Hierarchy Process, p. 21"
    assert data["expert_weights"] == dict(demo.expert_weights)
    assert data["global_weights"] == dict(demo.global_weights)
    assert data["ranking"] == list(demo.ranking)
    setup = data["parents"]["setup"]
    assert setup["children"] == ["management_model", "positioning", "structure"]
    assert setup["matrix"] == demo.matrices["setup"].values.tolist()
    assert setup["weights"] == demo.local_weights["setup"].tolist()
    assert setup["consistency"]["cr"] == demo.consistency["setup"].cr
    assert data["total_consistency"][1]["cr"] == demo.total_consistency[1].cr
    assert data["version"] == ahp.__version__
    assert (data["how"], data["trim"], data["weighting"]) == ("aij", 0.1, "equal")
    assert (data["recused"], data["filled"]) == ([], {})


def test_analysis_data_tells_what_does_not_count() -> None:
    judged = {"Ping": ("3", "1", "2", "", "1"), "Qin": ("1", "2", "2", "", "1/3")}
    panel = small_panel(
        judged,
        recused=[("Ping", "b")],
        how="aij_trimmed",
        trim=0.2,
        expert_weights="distance",
    )
    data = json.loads(json.dumps(report.analysis_data(panel), allow_nan=False))
    assert (data["how"], data["trim"], data["weighting"]) == ("aij_trimmed", 0.2, "distance")
    assert (data["recused"], data["filled"]) == ([["Ping", "b"]], {"a": 1})
