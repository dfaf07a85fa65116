"""How sure the weights of a study are, in tables and in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

import ahp
from ahp.process.study_evidence import gather_evidence
from ahp.report import certainty as report
from ahp.report.finding import percent
from ahp.report.findings import draft_findings
from ahp.study import StudyCertainty, study_certainty, swings
from tests.panel_study import JUDGED, NAMES, small_panel

EQUAL = {"Ping": ("1", "1", "1", "1", "1")}


def sure_of(analysis: ahp.Analysis, **options: Any) -> StudyCertainty:
    return study_certainty(analysis, **{"seed": 1, "draws": 300, **options})


@pytest.fixture(scope="module")
def panel() -> ahp.Analysis:
    return small_panel()


@pytest.fixture(scope="module")
def sure(panel: ahp.Analysis) -> StudyCertainty:
    return sure_of(panel)


def test_intervals_beside_the_weights(panel: ahp.Analysis, sure: StudyCertainty) -> None:
    table = report.intervals_table(panel, sure, "en")
    assert table.title == "Weights of the indicators with intervals of 95%"
    assert table.columns == (
        *("Rank", "Indicator", "Global weight", "Other experts: from", "Other experts: to"),
        *("Other judgments: from", "Other judgments: to"),
    )
    assert table.note == (
        "Other experts: 300 panels of 3, drawn with replacement from the 3 experts whose judgments "
        "count (seed 1); Other judgments: 300 draws in which each judgment is, by chance, one step "
        "of the scale lower or higher or as it was (seed 1)"
    )
    assert sure.experts is not None
    assert sure.judgments is not None
    leaves = panel.survey.hierarchy.leaves
    expected = []
    for leaf, rank in panel.ranks.items():
        k = leaves.index(leaf)
        bounds = [
            float(bound[k])
            for scatter in (sure.experts.leaves, sure.judgments.leaves)
            for bound in (scatter.lower, scatter.upper)
        ]
        expected.append((rank, NAMES[leaf][1], panel.global_weights[leaf], *bounds))
    assert table.rows == tuple(expected)


def test_intervals_of_the_branches(panel: ahp.Analysis, sure: StudyCertainty) -> None:
    table = report.branch_intervals_table(panel, sure, "zh")
    assert table is not None
    assert table.title == "各能力（分支）权重及其 95% 区间"
    assert sure.experts is not None
    assert sure.judgments is not None
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["能力甲"] == (
        panel.global_weights["a"],
        float(sure.experts.local["goal"].lower[0]),
        float(sure.experts.local["goal"].upper[0]),
        float(sure.judgments.local["goal"].lower[0]),
        float(sure.judgments.local["goal"].upper[0]),
    )


@pytest.mark.parametrize("over", ["experts", "judgments"])
def test_ranks(panel: ahp.Analysis, sure: StudyCertainty, over: report.Over) -> None:
    found = report.scatters(sure)[over].leaves
    whole = report.rank_probability_table(panel, sure, over, "en")
    short = report.likely_ranks_table(panel, sure, over, "en")
    assert whole.columns == ("Indicator", "1", "2", "3", "4", "5")
    for leaf, every, row in zip(panel.ranking, whole.rows, short.rows, strict=True):
        chances = found.rank_probability[found.names.index(leaf)].tolist()
        assert every == (NAMES[leaf][1], *chances)
        rank, name, kept, best, worst, first, among = row
        assert (rank, name, first) == (panel.ranks[leaf], NAMES[leaf][1], chances[0])
        assert among == pytest.approx(sum(chances[:3]))
        assert isinstance(best, int)
        assert isinstance(worst, int)
        assert sum(chances[: best - 1]) < 0.025 <= sum(chances[:best]) + 1e-9
        assert sum(chances[: worst - 1]) < 0.975 <= sum(chances[:worst]) + 1e-9
        shared = sum(other == rank for other in panel.ranks.values())
        assert kept == pytest.approx(sum(chances[rank - 1 : rank - 1 + shared]))


def test_neighbors_and_their_words(panel: ahp.Analysis, sure: StudyCertainty) -> None:
    table = report.neighbors_table(panel, sure, "en")
    assert table.columns == (
        *("Rank", "Ahead", "Behind", "Difference of the weights"),
        *("Change places with other experts", "Change places with other judgments"),
        "Could change places (share of 0.05 or more)",
    )
    assert [(row[4], row[5], row[6]) for row in table.rows] == [
        (pair.experts, pair.judgments, pair.changeable) for pair in sure.neighbors
    ]
    said = report.neighbors_sentences(panel, sure, "en")
    assert len(said) == sum(pair.changeable for pair in sure.neighbors)
    least = max(sure.neighbors, key=lambda pair: pair.largest or 0)
    names = [NAMES[leaf][1] for leaf in (least.behind, least.ahead)]
    shares = [round(100 * share) for share in (least.experts or 0, least.judgments or 0)]
    assert said[0] == (
        f"“{names[0]}” is ahead of “{names[1]}” in {shares[0]}% of the panels drawn, in "
        f"{shares[1]}% of the draws of judgments."
    )


def test_stability(panel: ahp.Analysis, sure: StudyCertainty) -> None:
    table = report.stability_table(panel, sure, "en")
    assert table.title == "Between which bounds the first stays first"
    assert [row[0] for row in table.rows] == [NAMES[one.node][1] for one in sure.first]
    interval, row = sure.first[0], table.rows[0]
    assert row[2:6] == (interval.weight, interval.lower, interval.upper, interval.change)
    pairs = interval.lower_pairs or interval.upper_pairs
    ahead, behind = (NAMES[leaf][1] for leaf in pairs[0])
    assert f"{behind} overtakes {ahead}" in row[7:]
    whole = report.stability_table(panel, sure, "zh", whole=True)
    assert whole.title == "全部名次不变的权重范围"
    assert [row[2] for row in whole.rows] == [one.weight for one in sure.ranking]


def test_swings(panel: ahp.Analysis) -> None:
    found = swings(panel, "a1")
    table = report.swings_table(panel, "a1", found, "en")
    assert table.title == "What moves the weight of “Indicator 1”"
    assert table.rows[0][1:] == (
        *(found[0].lower, found[0].upper, found[0].at_lower, found[0].at_upper, found[0].size),
    )


def test_sentences_of_a_panel(panel: ahp.Analysis, sure: StudyCertainty) -> None:
    said = report.certainty_sentences(panel, sure, "en")
    assert [*said] == ["experts", "judgments", "few_experts", "neighbors", "first", "ranking"]
    assert sure.experts is not None
    leaf = panel.ranking[0]
    scatter, k = sure.experts.leaves, panel.survey.hierarchy.leaves.index(leaf)
    assert said["experts"] == (
        "If other experts had been asked: in 95% of the panels drawn from these experts the weight "
        f"of “{NAMES[leaf][1]}” lies between {scatter.lower[k]:.4f} and {scatter.upper[k]:.4f} "
        f"(now {panel.global_weights[leaf]:.4f}); it comes first in "
        f"{100 * scatter.rank_probability[k, 0]:.0f}% of them."
    )
    assert said["few_experts"] == (
        "3 experts are few: panels drawn from them resemble each other, and what other experts "
        "would say may lie outside these intervals."
    )
    count = sum(pair.changeable for pair in sure.neighbors)
    assert count > 1
    least = sure.loose[0]
    names = [NAMES[leaf][1] for leaf in (least.behind, least.ahead)]
    assert said["neighbors"].startswith(
        "Neighbors in the ranking that change places in 5% of the draws or more: "
        f"{count} pairs. The order is turned round like this: “{names[0]}” before “{names[1]}” "
        f"({percent(least.largest or 0)})"
    )
    zh = report.certainty_sentences(panel, sure, "zh")
    assert zh["few_experts"] == (
        "只有 3 位专家，人数偏少：抽取的专家组彼此相近，换成其他专家，结果可能落在这些区间之外。"
    )


def test_a_panel_of_one_has_no_interval_over_experts() -> None:
    analysis = small_panel({"Ping": JUDGED["Ping"]})
    sure = sure_of(analysis)
    said = report.certainty_sentences(analysis, sure, "en")
    assert said["experts"] == (
        "The result rests on one expert alone. Nothing says how other experts would have judged, "
        "so no interval over experts exists."
    )
    table = report.intervals_table(analysis, sure, "en")
    assert table.columns[3:] == ("Other judgments: from", "Other judgments: to")
    assert len(report.neighbors_table(analysis, sure, "en").columns) == 6
    assert list(report.scatters(sure)) == ["judgments"]


def test_what_was_not_varied_says_why() -> None:
    analysis = small_panel(how="aip_geometric")
    said = report.certainty_sentences(analysis, sure_of(analysis), "en")
    assert said["judgments"] == (
        "Judgments were not varied: that is done for panels whose judgments are joined by their "
        "geometric mean; this one is joined as “weighted geometric mean of the experts' "
        "weights (AIP)”."
    )
    nothing = small_panel(how="aip_geometric", expert_weights={"Ping": 1, "Qin": 0, "Rui": 0})
    assert sure_of(nothing).judgments is not None  # one expert's judgments are not joined


def test_ties_are_said_to_be_ties() -> None:
    analysis = small_panel(EQUAL)
    sure = sure_of(analysis)
    said = report.certainty_sentences(analysis, sure, "en")
    assert said["first"] == (
        "Several indicators share the first rank: a small change of a weight parts them."
    )
    assert "ranking" not in said
    words = report.neighbors_sentences(analysis, sure, "en")
    tied = [pair for pair in sure.neighbors if pair.tied]
    assert len(tied) > 1
    assert not any(pair.changeable for pair in tied)
    assert len(words) == len(tied) + len(sure.loose)
    ties = [" tie now; the former is ahead in " in sentence for sentence in words]
    assert ties == [False] * len(sure.loose) + [True] * len(tied)
    verdicts = [row[-1] for row in report.neighbors_table(analysis, sure, "en").rows]
    assert verdicts == ["they tie" if pair.tied else pair.changeable for pair in sure.neighbors]


def test_ties_count_in_no_sentence_on_neighbors() -> None:
    analysis = small_panel(EQUAL)
    sure = sure_of(analysis)
    [pair] = sure.loose
    assert (pair.ahead, pair.behind) == ("b2", "a1")
    said = report.certainty_sentences(analysis, sure, "en")["neighbors"]
    ahead, behind, share = NAMES["b2"][1], NAMES["a1"][1], percent(pair.largest or 0)
    assert said == (
        "One pair of neighbors in the ranking changes places in 5% of the draws or more: "
        f"“{behind}” before “{ahead}” ({share}). Their order is not settled."
    )
    found = draft_findings(gather_evidence(analysis, certainty=sure), "en")
    texts = {one.key: one.text for one in found}
    assert texts["neighbors"] == said
    assert texts["unsettled"] == (
        f"Let nothing hang on the exact ranks of “{ahead}” and “{behind}”, as their order is not "
        "settled."
    )


def test_percent_never_says_none_or_all_of_what_is_not() -> None:
    shares = (0.0, 0.004, 0.0496, 0.05, 0.5, 0.996, 1.0)
    assert [report.percent_words(share, "en", 0.05) for share in shares] == [
        *("0%", "less than 1%", "4.96%", "5%", "50%", "more than 99%", "100%"),
    ]
    assert report.percent_words(0.004, "zh") == "不到 1%"


def test_data_for_programs(panel: ahp.Analysis, sure: StudyCertainty) -> None:
    data = json.loads(json.dumps(report.certainty_data(panel, sure), allow_nan=False))
    assert (data["seed"], data["draws"], data["level"], data["counted"]) == (1, 300, 0.95, 3)
    assert list(data["indicators"]) == list(panel.ranking)
    first = data["indicators"][panel.ranking[0]]
    assert sure.experts is not None
    k = panel.survey.hierarchy.leaves.index(panel.ranking[0])
    assert first["experts"]["lower"] == sure.experts.leaves.lower[k]
    assert len(data["first_stays_first"]) == 7
