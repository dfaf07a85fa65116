from __future__ import annotations

import dataclasses
import math
import statistics
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import ahp
from ahp import report
from ahp.consensus import BANDS
from ahp.group import FAMILIARITY, INFLUENCES, JUDGMENT_BASIS
from ahp.process.itinerary import Replies
from ahp.process.rounds import RoundSummary
from ahp.process.settings import STOP_RULES, Settings
from ahp.study.agreement import Agreement, Choice, compare_choices, leave_one_out, panel_agreement
from ahp.study.standing import AGGREGATES, WEIGHTINGS, Standing
from tests.panel_study import JUDGED, LEAVES, NAMES, OWN, small_panel

EXPERTS = tuple(JUDGED)
close: Any = pytest.approx


@pytest.fixture(scope="module")
def panel() -> ahp.Analysis:
    return small_panel()


@pytest.fixture(scope="module")
def agreed(panel: ahp.Analysis) -> Agreement:
    found = panel_agreement(panel)
    assert found is not None
    return found


def test_individual_table(panel: ahp.Analysis) -> None:
    table = report.individual_table(panel, "en")
    assert table.title == "Weights of the panel and of its experts"
    assert table.columns == (
        *("Indicator", "Panel", "Smallest", "Lower quartile", "Median", "Upper quartile"),
        *("Largest", "Coefficient of variation"),
    )
    assert [row[1] for row in table.rows] == sorted(
        (panel.global_weights[leaf] for leaf in LEAVES), reverse=True
    )
    rows = {row[0]: row[1:] for row in table.rows}
    own = [OWN[expert][0] for expert in EXPERTS]
    variation = statistics.stdev(own) / statistics.mean(own)
    assert rows["Indicator 1"] == close(
        (panel.global_weights["a1"], 1 / 12, 1 / 6, 0.25, 0.275, 0.3, variation), rel=1e-9
    )
    assert rows["Indicator 4"][1:6] == close((0.125, 0.125, 0.125, 0.3125, 0.5), rel=1e-9)


def test_individual_table_leaves_out_who_has_no_weights() -> None:
    missing = {**JUDGED, "Rui": ("1/3", "1", "", "", "2")}
    rows = report.individual_table(small_panel(missing), "zh").rows
    first = next(row for row in rows if row[0] == "指标一")
    assert first[2:7] == close((0.25, 0.2625, 0.275, 0.2875, 0.3), rel=1e-9)
    alone = report.individual_table(small_panel({"Ping": JUDGED["Ping"]}), "en").rows
    assert {row[7] for row in alone} == {None}
    nobody = small_panel({"Ping": ("3", "1", "", "", "1"), "Qin": ("3", "", "2", "", "1")})
    assert {row[2:] for row in report.individual_table(nobody, "en").rows} == {(None,) * 6}


def test_experts_table() -> None:
    panel = small_panel(
        recused=[("Qin", "a"), ("Qin", "b"), ("Rui", "b")],
        expert_weights={"Ping": 2, "Qin": 1, "Rui": 1},
    )
    basis = dict.fromkeys(JUDGMENT_BASIS, "large")
    standings = {
        "Ping": Standing(weight=2, reason="Chair", basis=basis, familiarity="familiar"),
        "Qin": Standing(recused={"a": "Own department", "b": "Own department"}),
    }
    table = report.experts_table(panel, standings, "en")
    assert table.title == "Experts"
    assert table.columns == (
        *("Expert", "Weight in the panel", "Weighting"),
        *("Given weight", "Reason of the given weight", "Authority coefficient"),
        *("Mean CR", "Comparisons judged", "Recused from"),
    )
    given = "weights given by the organizer"
    assert table.rows == (
        ("Ping", 0.5, given, 2, "Chair", close(0.9), close(0, abs=1e-9), 5, ""),
        ("Qin", 0.25, given, 1.0, "", None, 0.0, 1, "Capability A, Capability B"),
        ("Rui", 0.25, given, 1.0, "", None, close(0, abs=1e-9), 4, "Capability B"),
    )
    assert report.experts_table(panel, {}, "zh").rows[1][8] == "能力甲、能力乙"


def test_an_expert_who_judged_nothing_has_no_mean_cr() -> None:
    panel = small_panel(recused=[("Qin", parent) for parent in ("goal", "a", "b")])
    (_ping, qin, _rui) = report.experts_table(panel, {}, "en").rows
    assert qin[6:8] == (None, 0)


def test_expert_consistency_table() -> None:
    judged = {**JUDGED, "Ping": ("3", "2", "2", "3", "1"), "Qin": ("1", "2", "", "", "1/3")}
    table = report.expert_consistency_table(small_panel(judged), "en")
    assert table.title == "Consistency ratios of the experts' own matrices"
    assert table.columns == ("Expert", "Goal", "Capability A", "Capability B")
    matrix = [[1, 2, 2], [1 / 2, 1, 3], [1 / 2, 1 / 3, 1]]
    cr = float(ahp.check_consistency(matrix).cr)
    assert cr > 0.05
    assert table.rows == (
        ("Ping", 0.0, close(cr), 0.0),
        ("Qin", 0.0, None, 0.0),
        ("Rui", 0.0, close(0, abs=1e-9), 0.0),
    )


def test_consensus_table(panel: ahp.Analysis, agreed: Agreement) -> None:
    agreed = replace(agreed, gci={"goal": 0.1, "a": 0.2, "b": 0.3})
    table = report.consensus_table(panel, agreed, "en")
    assert table.title == "Agreement of the panel"
    assert table.columns == (
        *("Compared under", "Experts", "Hα", "Hβ", "Hγ", "S*"),
        *("Agreement on the weights (S*)", "Kendall's W", "χ²", "df", "p"),
        *("Agreement on the order (W)", "GCI of the panel", "Mean GCOMPI"),
    )
    assert [row[0] for row in table.rows] == [
        *("Goal", "Capability A", "Capability B", "All indicators", "Hierarchy")
    ]
    goal, below, _b, leaves, hierarchy = table.rows
    found, kendall = agreed.parents["a"], agreed.kendall_parents["a"]
    assert below == (
        *("Capability A", 3, found.alpha, found.beta, found.gamma, found.similarity),
        *("very high", kendall.w, kendall.chi_square, 2, kendall.p_value, "may be chance"),
        agreed.gci["a"],
        float(np.mean(agreed.compatibility["a"])),
    )
    # the experts give a the shares 0.75, 0.5, 0.25: the mean is even, S* = 0.73
    assert goal[4] == close(math.log(2), rel=1e-9)
    assert goal[6] == "medium"
    assert goal[7:11] == close((0, 0, 1, 1), abs=1e-12)
    assert leaves[1:7] == (
        *(3, agreed.leaves.alpha, agreed.leaves.beta, agreed.leaves.gamma),
        *(agreed.leaves.similarity, "high"),
    )
    assert leaves[7:] == (
        *(agreed.kendall.w, agreed.kendall.chi_square, 4, agreed.kendall.p_value),
        *("may be chance", None, None),
    )
    assert hierarchy == ("Hierarchy", *[None] * 4, agreed.hierarchy, "high", *[None] * 7)
    shown = report.show_cell(table, 10, 0.00001)
    assert shown == "< 0.0001"


def test_words_for_the_weights_never_contradict_those_for_the_order() -> None:
    # nearly equal weights, every order another: six experts who each prefer another pair a little
    close_weights = {
        name: tuple("2" if k == number else "1" for k in range(5))
        for number, name in enumerate(("A", "B", "C", "D", "E"))
    }
    panel = small_panel(close_weights)
    found = panel_agreement(panel)
    assert found is not None
    table = report.consensus_table(panel, found, "en")
    whole = table.rows[-2]
    assert (whole[6], whole[11]) == ("very high", "may be chance")
    assert report.agreement_sentences(panel, found, "en")[-1] == (
        f"All indicators: the experts give nearly the same weights (S* = {whole[5]:.2f}), but do "
        f"not agree on the order (W = {whole[7]:.2f}, p = {whole[10]:.4f}): the items are about "
        "equally important to them, and which comes first hangs on small differences. Use the "
        "weights; do not defend single ranks."
    )


def test_one_order_of_few_experts_is_not_called_disagreement() -> None:
    # both put a1 before a2 and a3: W = 1, which two experts can't prove
    panel = small_panel({"Ping": ("2", "2", "3", "2", "2"), "Qin": ("2", "3", "4", "2", "2")})
    found = panel_agreement(panel)
    assert found is not None
    assert found.kendall_parents["a"].w == 1
    assert report.agreement_sentences(panel, found, "en")[1] == (
        "Capability A: the experts' weights are near each other (S* = 0.99) and W = 1.00, but 2 "
        "experts and so few items are not enough to tell a common order from chance (p = 0.1353). "
        "Use the weights; do not call the order proven."
    )


def test_unequal_items_are_not_called_about_equally_important() -> None:
    # all find b2 four times b1, and A the most important or the least by turns
    judged = {
        "Ping": ("4", "9", "9", "1", "4"),
        "Qin": ("4", "1/3", "1", "3", "1/4"),
        "Rui": ("1/2", "1", "1/5", "1/5", "1"),
        "Shu": ("1/4", "1/3", "1/3", "1", "1/4"),
    }
    panel = small_panel(judged)
    found = panel_agreement(panel)
    assert found is not None
    near = replace(found.leaves, similarity=0.8)
    w, p = found.kendall.w, found.kendall.p_value
    assert w < 0.5
    assert report.agreement_sentences(panel, replace(found, leaves=near), "en")[-1] == (
        "All indicators: taken together the experts' weights are near each other (S* = 0.80), but "
        f"they do not agree on the order (W = {w:.2f}, p = {p:.4f}), although not all of them find "
        "the items about equally important. Do not defend single ranks, and look how far the "
        "experts' weights of an item lie apart before you use it."
    )


def test_experts_who_agree_on_the_order_alone() -> None:
    # a before b for all, but by 9 for some and by 2 for others
    judged = {f"E{k}": (("9", "2")[k % 2],) * 4 + ("9",) for k in range(8)}
    panel = small_panel(judged)
    found = panel_agreement(panel)
    assert found is not None
    low = replace(found.leaves, similarity=0.6)
    sentences = report.agreement_sentences(panel, replace(found, leaves=low), "en")
    w, p = found.kendall.w, found.kendall.p_value
    assert w > 0.7
    assert p < 0.0001
    assert sentences[-1] == (
        f"All indicators: the experts agree on the order (W = {w:.2f}, p < 0.0001), but not on how "
        "much more important one item is than another (S* = 0.60): the ranks can be defended, the "
        "sizes of the weights are an average of different opinions."
    )


def test_consensus_table_has_no_number_where_there_is_none() -> None:
    panel = small_panel({"Ping": ("1",) * 5, "Qin": ("1",) * 5})
    found = panel_agreement(panel)
    assert found is not None
    row = report.consensus_table(panel, found, "en").rows[1]
    assert row[7:11] == (None, None, 2, None)


def test_disagreement_table(panel: ahp.Analysis, agreed: Agreement) -> None:
    table = report.disagreement_table(panel, agreed, "en")
    assert table.title == "Comparisons by disagreement"
    assert table.columns == (
        *("Compared under", "Left", "Right", "Answers"),
        *("Share for left", "Share equal", "Share for right"),
        *("Lower quartile", "Median", "Upper quartile"),
        *("Interquartile range in steps", "Standard deviation of the logarithms"),
    )
    third = close(1 / 3)
    assert table.rows[0] == (
        *("Goal", "Capability A", "Capability B", 3, third, third, third),
        *(0.5, 1.0, 2.0, 2.0, close(math.log(3))),
    )
    logs = [0, math.log(3), -math.log(2)]
    assert table.rows[1] == (
        *("Capability B", "Indicator 4", "Indicator 5", 3, third, third, third),
        *(0.5, 1.0, 1.5, 1.5, close(statistics.stdev(logs))),
    )
    assert sorted((row[2], row[4]) for row in table.rows[2:]) == [
        *(
            ("Indicator 2", close(1 / 3)),
            ("Indicator 3", close(1 / 3)),
            ("Indicator 3", close(2 / 3)),
        )
    ]
    shown = report.to_text(table).splitlines()[3].split()
    assert shown[-5:] == ["1/2", "1", "2", "2.0000", "1.0986"]
    assert report.to_csv(table).splitlines()[1].split(",")[7] == "0.5"
    assert report.disagreement_table(panel, agreed, "zh").rows[0][:3] == (
        *("总目标", "能力甲", "能力乙"),
    )


def test_disagreement_table_without_answers() -> None:
    panel = small_panel({name: (*own[:3], "", own[4]) for name, own in JUDGED.items()})
    found = panel_agreement(panel)
    assert found is not None
    last = report.disagreement_table(panel, found, "en").rows[-1]
    assert last == ("Capability A", "Indicator 2", "Indicator 3", 0, *[None] * 8)


def choice(kind: str, name: str, ranks: list[int], change: float = 0.1, moved: int = 2) -> Choice:
    return Choice(
        kind=kind,
        name=name,
        in_use=name == "aij",
        weights=np.full(5, 0.2),
        ranks=np.array(ranks),
        moved=moved,
        largest_change=change,
    )


def test_choices_tables(panel: ahp.Analysis) -> None:
    ranked = [LEAVES.index(leaf) + 1 for leaf in panel.ranking]  # as each leaf's own number
    choices = [
        choice("how", "aij", [1, 2, 3, 4, 5], 0.0, 0),
        choice("weighting", "distance", [5, 4, 3, 2, 1]),
        choice("without", "Qin", [1, 2, 3, 4, 5], math.nan, 0),
    ]
    table = report.choices_table(panel, choices, "en")
    assert table.title == "Ranks by other choices"
    assert table.columns == (
        *("Indicator", "weighted geometric mean of the judgments (AIJ) (in use)"),
        *("by agreement with the others", "without Qin"),
    )
    assert table.rows == tuple(
        (f"Indicator {number}", number, 6 - number, None) for number in ranked
    )
    summary = report.choices_summary_table(choices, "en")
    assert summary.title == "Sensitivity to choices"
    assert summary.columns == (
        *("Kind of choice", "Choice", "In use", "Ranks changed", "Largest change of a weight"),
    )
    assert summary.rows == (
        ("Aggregation", "weighted geometric mean of the judgments (AIJ)", True, 0, 0.0),
        ("Weighting of the experts", "by agreement with the others", False, 2, 0.1),
        ("An expert left out", "without Qin", False, None, None),
    )


def test_choices_of_a_study(panel: ahp.Analysis) -> None:
    table = report.choices_table(panel, compare_choices(panel), "zh")
    assert [row[1] for row in table.rows] == [1, 2, 3, 4, 5]
    assert len(table.columns) == 1 + len(AGGREGATES) + 3
    assert table.rows[0][0] in ("指标四", "指标五", "指标一")
    without = report.choices_summary_table(leave_one_out(panel), "en")
    assert [row[1] for row in without.rows] == ["without Ping", "without Qin", "without Rui"]


def test_clusters_table(panel: ahp.Analysis, agreed: Agreement) -> None:
    assert agreed.clusters is not None
    clusters = dataclasses.replace(agreed.clusters, labels=np.array([2, 1, 2]), count=2)
    found = replace(agreed, clusters=clusters, cluster_consensus=(math.nan, 0.75))
    table = report.clusters_table(panel, found, "en")
    assert table.title == "Experts who judge alike"
    assert table.columns == ("Expert", "Cluster", "S* inside the cluster")
    assert table.rows == (("Qin", 1, None), ("Ping", 2, 0.75), ("Rui", 2, 0.75))
    assert table.note == ""
    assert report.clusters_table(panel, replace(agreed, clusters=None), "en").rows == ()
    sample = dataclasses.replace(clusters, sample=np.array([0, 2]))
    noted = report.clusters_table(panel, replace(found, clusters=sample), "en")
    assert noted.rows == table.rows
    assert noted.note == (
        "Clusters of a sample of 2 of 3 experts; every other expert is in the cluster whose "
        "experts in the sample are nearest on average."
    )


def test_rounds_table() -> None:
    rounds = [
        RoundSummary(1, 7, 0.6, 0.00001, 0.4, None),
        RoundSummary(2, 1, None, None, None, 0.1, 8, 1),
    ]
    settings = Settings("eigenvector", "saaty", stop="kendall_w", target=0.7)
    table = report.rounds_table(settings, rounds, "en")
    assert table.title == "Rounds"
    assert table.columns == (
        *("Round", "Experts", "Invited", "Kendall's W", "p"),
        *("Largest coefficient of variation", "Share of changed answers"),
        "Experts in this round and the one before",
    )
    assert table.rows == (
        (1, 7, None, 0.6, 0.00001, 0.4, None, None),
        (2, 1, 8, None, None, None, 0.1, 1),
    )
    assert report.to_text(table).splitlines()[3].split() == [
        *("1", "7", "0.6000", "<", "0.0001", "0.4000"),
    ]


@pytest.mark.parametrize(
    ("stop", "target", "shown"),
    [
        ("kendall_w", 0.7, ["1", "7", "0.69997", "0.04999", "0.2500", "0.1500"]),
        ("cv", 0.25, ["1", "7", "0.7000", "0.04999", "0.25003", "0.1500"]),
        ("changes", 0.15, ["1", "7", "0.7000", "0.04999", "0.2500", "0.15003"]),
        ("rounds", 0.7, ["1", "7", "0.7000", "0.04999", "0.2500", "0.1500"]),
    ],
)
def test_the_rounds_table_does_not_contradict_the_recommendation(
    stop: str, target: float, shown: list[str]
) -> None:
    rounds = [RoundSummary(1, 7, 0.69997, 0.04999, 0.25003, 0.15003)]
    settings = Settings("eigenvector", "saaty", stop=stop, target=target)
    table = report.rounds_table(settings, rounds, "en")
    assert report.to_text(table).splitlines()[3].split() == shown


def test_movement_table(panel: ahp.Analysis) -> None:
    after = small_panel({"Ping": ("1/3", "1", "2", "2", "1")})
    table = report.movement_table(panel, after, "en")
    alone = small_panel({"Ping": JUDGED["Ping"]})
    assert table.note == "Experts who answered both rounds: 1 (before: 3, after: 1)"
    assert table.title == "What moved between the rounds"
    assert table.columns == (
        *("Indicator", "Weight before", "Weight after", "Change of weight"),
        *("Rank before", "Rank after", "Ranks gained"),
    )
    assert after.ranking == ("b1", "b2", "a1", "a2", "a3")
    ranks = (1, 1, 3, 3, 5)  # the first two tie, and so do those after them
    for leaf, rank, row in zip(after.ranking, ranks, table.rows, strict=True):
        old, new, before = alone.global_weights[leaf], after.global_weights[leaf], alone.ranks[leaf]
        assert row == (NAMES[leaf][1], old, new, new - old, before, rank, before - rank)
    assert any(row[6] != 0 for row in table.rows)


def test_nothing_moves_between_other_experts(panel: ahp.Analysis) -> None:
    table = report.movement_table(panel, small_panel({"Sun": JUDGED["Ping"]}), "en")
    assert table.rows == ()
    assert table.note == "Experts who answered both rounds: 0 (before: 3, after: 1)"


def summary(
    number: int = 2,
    w: float | None = None,
    p: float | None = None,
    cv: float | None = None,
    changed: float | None = None,
) -> RoundSummary:
    return RoundSummary(number, 7, w, p, cv, changed)


@pytest.mark.parametrize(
    ("rule", "target", "last", "sentence"),
    [
        (
            *("rounds", 0.5, summary(2)),
            "The rule is a fixed number of rounds: another round is recommended "
            "(round 2 of at most 3).",
        ),
        (
            *("rounds", 0.5, summary(3)),
            "The rule is a fixed number of rounds: the last round is done, the rounds end here "
            "(round 3 of at most 3).",
        ),
        (
            *("kendall_w", 0.7, summary(2, w=0.62, p=0.012345)),
            "Kendall's W is 0.62 (p = 0.0123), the target is at least 0.7: another round is "
            "recommended (round 2 of at most 3).",
        ),
        (
            *("kendall_w", 0.7, summary(2, w=0.7, p=0.00001)),
            "Kendall's W is 0.70 (p < 0.0001), the target is at least 0.7: this is enough, the "
            "rounds can end (round 2 of at most 3).",
        ),
        (
            *("kendall_w", 0.7, summary(2, w=0.6999, p=0.00001)),
            "Kendall's W is 0.6999 (p < 0.0001), the target is at least 0.7: another round is "
            "recommended (round 2 of at most 3).",
        ),
        (
            *("kendall_w", 0.7, summary(2, w=0.8, p=0.07)),
            "Kendall's W is 0.80, the target of at least 0.7 is reached, but it may be chance "
            "(p = 0.0700, not below 0.05): another round is recommended (round 2 of at most 3).",
        ),
        (
            *("kendall_w", 0.7, summary(3, w=0.8, p=0.07)),
            "Kendall's W is 0.80, the target of at least 0.7 is reached, but it may be chance "
            "(p = 0.0700, not below 0.05): the last round is done, the rounds end here "
            "(round 3 of at most 3).",
        ),
        (
            *("kendall_w", 0.7, summary(1)),
            "Kendall's W needs two experts or more who rank the indicators: another round is "
            "recommended (round 1 of at most 3).",
        ),
        (
            *("cv", 0.25, summary(2, cv=0.3456)),
            "The largest coefficient of variation is 0.35, the target is at most 0.25: another "
            "round is recommended (round 2 of at most 3).",
        ),
        (
            *("cv", 0.25, summary(1, cv=0.0)),
            "The largest coefficient of variation is 0.00, the target is at most 0.25: this is "
            "enough, the rounds can end (round 1 of at most 3).",
        ),
        (
            *("cv", 0.25, summary(3, cv=0.2501)),
            "The largest coefficient of variation is 0.2501, the target is at most 0.25: the last "
            "round is done, the rounds end here (round 3 of at most 3).",
        ),
        (
            *("cv", 0.25, summary(1)),
            "Coefficients of variation need two experts or more: another round is recommended "
            "(round 1 of at most 3).",
        ),
        (
            *("changes", 0.15, summary(2, changed=0.12345)),
            "12.3% of the answers changed, the target is at most 15%: this is enough, the rounds "
            "can end (round 2 of at most 3).",
        ),
        (
            *("changes", 0.15, summary(2, changed=0.2)),
            "20.0% of the answers changed, the target is at most 15%: another round is recommended "
            "(round 2 of at most 3).",
        ),
        (
            *("changes", 0.15, summary(3, changed=0.2)),
            "20.0% of the answers changed, the target is at most 15%: the last round is done, the "
            "rounds end here (round 3 of at most 3).",
        ),
        (
            *("changes", 0.15, summary(1)),
            "How many answers changed shows only in a later round: another round is recommended "
            "(round 1 of at most 3).",
        ),
    ],
)
def test_recommendation_sentence(
    rule: str, target: float, last: RoundSummary, sentence: str
) -> None:
    settings = Settings("eigenvector", "saaty", stop=rule, target=target)
    earlier = [
        summary(number, w=0.1, p=0.9, cv=0.9, changed=0.9) for number in range(1, last.round)
    ]
    assert report.recommendation_sentence(settings, [*earlier, last], "en") == sentence


def test_recommendation_sentence_after_rounds_nobody_submitted_in() -> None:
    settings = Settings("eigenvector", "saaty", stop="cv", target=0.25)
    start = "The largest coefficient of variation is 0.35, the target is at most 0.25: "
    for closed, end in (
        (None, "another round is recommended (round 1 of at most 3)."),
        (2, "another round is recommended (round 2 of at most 3)."),
        (3, "the last round is done, the rounds end here (round 3 of at most 3)."),
    ):
        found = report.recommendation_sentence(settings, [summary(1, cv=0.3456)], "en", closed)
        assert found == start + end


def test_every_option_has_words() -> None:
    assert tuple(report.aggregate_words(str)) == AGGREGATES
    assert tuple(report.weighting_words(str)) == WEIGHTINGS
    assert tuple(report.stop_words(str)) == STOP_RULES
    assert tuple(report.band_words(str)) == BANDS
    assert tuple(report.basis_words(str)) == tuple(JUDGMENT_BASIS)
    assert tuple(report.influence_words(str)) == INFLUENCES
    assert tuple(report.familiarity_words(str)) == tuple(FAMILIARITY)


def test_remarks_stand_with_what_they_are_about() -> None:
    survey = ahp.load_survey("supervision_effectiveness")
    pair = survey.hierarchy.comparisons[0]
    said = {
        "A": Replies(comments={pair: "depends on size"}, kept={"effectiveness": "so it is"}),
        "B": Replies(abstained=frozenset({pair})),
    }
    table = report.panel.remarks_table(survey, said, "zh")
    names = ("事后监督效能", "组织设置能力", "监督操作能力")
    assert table.rows == (
        (*names, "A", "备注", "depends on size"),
        (*names, "B", "无法判断", ""),
        ("事后监督效能", "", "", "A", "保留矛盾", "so it is"),
    )
