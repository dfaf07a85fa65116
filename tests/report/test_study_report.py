"""The report of a study as a document."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

import ahp
from ahp.errors import AnswersError, LogError, OptionError, ReportError
from ahp.exchange.report_export import following_log
from ahp.process.events import LogState
from ahp.process.study_evidence import (
    StudyEvidence,
    evidence_from_files,
    gather_evidence,
)
from ahp.report import show_cell
from ahp.report.document import Document, Paragraph, Section, TableBlock, number
from ahp.report.references import PUBLICATIONS, bibtex, cited
from ahp.report.study_report import study_findings, study_report
from ahp.report.study_tables import (
    expert_judgments_tables,
    items_table,
    organizations_table,
    rank_survival_table,
    scale_table,
    sizes_table,
)
from ahp.resources import data_folder
from ahp.study.standing import Standing
from tests.panel_study import JUDGED, small_panel, small_survey
from tests.report.simulated_studies import drawn_study

DEMO = data_folder("examples") / "supervision_demo" / "answers.csv"


@cache
def demo() -> StudyEvidence:
    return evidence_from_files("supervision_effectiveness", DEMO, invited=8, draws=50)


def small(**told: object) -> StudyEvidence:
    return gather_evidence(small_panel(invited=4), **told)  # type: ignore[arg-type]


def sections(document: Document) -> dict[str, Section]:
    return {block.key: block for block in document.walk() if isinstance(block, Section)}


def texts(section: Section) -> list[str]:
    return [block.text for block in section.blocks if isinstance(block, Paragraph)]


def test_sections_of_the_home_case() -> None:
    report = study_report(demo(), "en")
    numbers = number(report)
    assert [numbers.heading(one) for one in report.blocks if isinstance(one, Section)] == [
        "1 Who was asked, and who answered",
        "2 Hierarchy",
        "3 Scale",
        "4 Judgment matrices and their weights",
        "5 Ranking of all indicators",
        "6 Consistency of the whole, and of the experts",
        "7 Agreement of the experts",
        "8 How certain the ranking is",
        "9 Sensitivity",
        "10 What other choices would change",
        "11 Analysis of the results, and advice",
        "12 Methods",
        "Annex A. Questionnaire",
        "Annex B. Experts",
        "Annex C. Judgments of every expert",
    ]
    assert report.facts == (
        ("Study", "事后监督效能评价"),
        ("Survey", "Effectiveness of post-supervision"),
        ("Goal", "Post-supervision effectiveness"),
        ("Extent", "18 indicators, 35 comparisons"),
        ("Experts who answered", "7 of 8 invited (87.50%)"),
        ("First rank", "Supervision management model (34.17%)"),
    )
    assert report.warnings == ()


def test_every_matrix_has_its_numbers_below_it() -> None:
    report = study_report(demo(), "en")
    lines = [block for block in sections(report)["matrices"].blocks if isinstance(block, Paragraph)]
    checked = demo().analysis.consistency
    assert [line.text for line in lines[1:]] == [
        f"λmax = {one.lambda_max:.4f}, CI = {one.ci:.4f}, RI = {one.ri:.4f}, CR = {one.cr:.4f}: "
        "acceptable"
        for one in checked.values()
    ]
    tables = report.tables()
    assert [key for key in tables if key.startswith("matrix:")] == [f"matrix:{p}" for p in checked]


def test_pictures_of_a_study() -> None:
    organizations = {"Ping": "East", "Qin": "East", "Rui": "West"}
    evidence = small(
        organizations=organizations,
        consenting=tuple(organizations),
        earlier=[small_panel({**JUDGED, "Rui": JUDGED["Qin"]})],
        draws=20,
    )
    figures = study_report(evidence, "en").figures()
    first = evidence.survey.node_name(evidence.analysis.ranking[0], "en")
    assert {key: chart.title for key, chart in figures.items()} == {
        "hierarchy_tree": "Hierarchy and global weights",
        "shares": "Weights of the criteria of the first level",
        "ranking_bars": "Weights and their cumulative share",
        "experts_heatmap": "Weights of each expert relative to the panel's",
        "intervals_experts": "Weights and their 95% intervals: Other experts",
        "intervals_judgments": "Weights and their 95% intervals: Other judgments",
        "tornado": f"What moves {first}",
        "stability_bars": "Stability intervals of the local weights",
        "organizations_dumbbells": "Weights by group",
        "rounds_slope": "Weights from round to round",
    }
    assert figures["ranking_bars"].note == "3 of 4 invited experts"
    assert figures["rounds_slope"].note == "Experts who answered all rounds: 3"
    assert all(chart.alt for chart in figures.values())
    one = gather_evidence(small_panel({"Rui": JUDGED["Rui"]}))
    assert list(study_report(one, "en").figures()) == ["hierarchy_tree", "shares", "ranking_bars"]


def test_panel_tables_say_their_n() -> None:
    report = study_report(demo(), "zh")
    about_nobody = {"scale", "questions", "items", "contradictions", "clusters", "choices"}
    about_nobody |= {"experts", "expert_consistency"}
    for key, table in report.tables().items():
        if key not in about_nobody and not key.startswith("judgments:"):
            assert table.note.startswith("受邀 8 位专家中 7 位"), key


def test_both_languages_have_the_same_tables_and_numbers() -> None:
    zh, en = (study_report(demo(), language).tables() for language in ("zh", "en"))
    assert list(zh) == list(en)
    for key, table in zh.items():
        other = en[key]
        for row, other_row in zip(table.rows, other.rows, strict=True):
            for column, (cell, other_cell) in enumerate(zip(row, other_row, strict=True)):
                if isinstance(cell, float):
                    shown = show_cell(table, column, cell)
                    assert shown == show_cell(other, column, other_cell), (key, row)


def test_sentences_are_drafts_until_somebody_signs() -> None:
    report = study_report(demo(), "en")
    part = sections(report)["analysis:result"]
    assert {one.emphasis for one in part.blocks if isinstance(one, Paragraph)} == {"draft"}
    assert texts(sections(report)["analysis"]) == [
        "Drafted from the numbers by rules; nobody has signed these sentences yet."
    ]
    assert texts(part) == [
        "Of the 5 criteria of the first level, “Organizational set-up” leads with a weight of "
        "55.43%, before “Supervisory operation” (18.94%), “Work coordination” (12.35%), "
        "“Learning and innovation” (6.84%) and “Result conversion” (6.43%).",
        "Of the 18 indicators, “Supervision management model” weighs most, 34.17%.",
        "The first 5 are “Supervision management model” (34.17%), “Concept of supervision” "
        "(15.47%), “Staff competence” (8.43%), “Communication with superior departments” (6.77%) "
        "and “Organizational layers” (5.80%); together they carry 70.64% of the weight.",
        "The smallest weights are those of “Division of work and cooperation” (0.93%), “Sharing of "
        "supervision data” (0.81%) and “Investment in research and innovation” (0.72%).",
        "The largest weight is 47.7 times the smallest.",
    ]


def test_sentences_in_chinese() -> None:
    criteria, first, *_others, ratio = texts(
        sections(study_report(demo(), "zh"))["analysis:result"]
    )
    assert criteria == (
        "5 个一级指标中，“组织设置能力”居首，权重为 55.43%，其后依次为“监督操作能力”（18.94%）、"
        "“工作协调能力”（12.35%）、“学习创新能力”（6.84%）和“成果转化能力”（6.43%）。"
    )
    assert first == "18 项指标中，“监督管理模式”权重最大，为 34.17%。"
    assert ratio == "最大权重是最小权重的 47.7 倍。"


def test_a_person_edits_and_signs() -> None:
    report = study_report(demo(), "en", edits={"first": "Ours.", "ratio": ""}, signed_by="Li Wei")
    part = sections(report)["analysis:result"]
    assert texts(sections(report)["analysis"]) == ["Signed by Li Wei."]
    assert {one.emphasis for one in part.blocks if isinstance(one, Paragraph)} == {"plain"}
    assert texts(part)[1] == "Ours."
    assert len(texts(part)) == 4
    assert study_report(demo(), "en", signed_by=" ") == study_report(demo(), "en")
    with pytest.raises(ReportError) as refused:
        study_report(small(), "en", edits={"nothing": "x"})
    assert str(refused.value).startswith("no sentence 'nothing' is drafted of this study")


def test_a_log_that_does_not_verify_stands_on_the_first_page() -> None:
    problem = LogError("given_without_children", node="x")
    evidence = small(log=LogState(7, "ab12", problem), note="Simulated.")
    report = study_report(evidence, "en")
    assert report.warnings == (
        "The log of this study does not verify, so that its numbers can't be relied on: “x” has no "
        "children, expected none",
        "Simulated.",
    )
    assert ("Log", "7 events, last hash ab12, DOES NOT VERIFY") in report.provenance
    assert "sound" not in {one.key for one in study_findings(evidence, "en")}
    exported = small(log=following_log(LogState(7, "ab12", problem)))
    warnings = {language: study_report(exported, language).warnings for language in ("en", "zh")}
    assert warnings == {
        "en": (
            "The log of this study does not verify, so that its numbers can't be relied on: what "
            "was wrong was told when the report was made",
        ),
        "zh": ("本调查的日志未通过核验，数据不可采信：具体问题见生成报告时的提示。",),
    }
    verified = study_report(small(log=LogState(7, "ab12")), "zh")
    assert verified.warnings == ()
    assert verified.provenance[-1] == ("日志", "7 条事件，末条哈希 ab12，已通过核验")


def test_who_has_not_consented_has_a_code_everywhere() -> None:
    organizations = {"Ping": "East", "Qin": "East", "Rui": "West"}
    evidence = small(organizations=organizations, consenting=("Qin",))
    report = study_report(evidence, "en")
    written = repr(report)
    assert "Ping" not in written
    assert "Rui" not in written
    assert [row[0] for row in report.tables()["experts"].rows] == ["E01", "Qin", "E03"]
    assert report.tables()["sizes"].rows == (("not told", 2), ("East", 1))


def test_reasons_of_who_is_not_named_are_not_told() -> None:
    standings = {
        "Ping": Standing(2, "heads the branch in the north", recused={"goal": "works there"}),
        "Qin": Standing(0.5, "new to the trade"),
        "Rui": Standing(),
    }
    shown = small(standings=standings, consenting=("Qin",)).coded().standings
    assert shown == {
        "E01": Standing(2, "–", recused={"goal": "–"}),
        "Qin": standings["Qin"],
        "E03": Standing(),
    }


def test_codes_leave_out_names_that_are_taken() -> None:
    judged = {"E01": JUDGED["Ping"], "Qin": JUDGED["Qin"], "Rui": JUDGED["Rui"]}
    evidence = gather_evidence(small_panel(judged), consenting=("E01",))
    assert evidence.coded().analysis.panel.experts == ("E01", "E03", "E04")


def test_organizations_need_three_experts_or_their_consent() -> None:
    organizations = {"Ping": "East", "Qin": "East", "Rui": "West"}
    hidden = small(organizations=organizations)
    assert (dict(hidden.groups), hidden.few) == ({}, ("East", "West"))
    one = small(
        organizations=dict.fromkeys(organizations, "East"), consenting=("Ping", "Qin", "Rui")
    )
    assert (dict(one.groups), one.few) == ({}, ())
    shown = small(organizations=organizations, consenting=("Ping", "Qin", "Rui"))
    table = organizations_table(shown, "en")
    assert table.columns == ("Indicator", "Panel (3)", "East (2)", "West (1)", "Largest difference")
    east = {row[0]: row for row in table.rows}["Indicator 4"]
    assert east[3] == pytest.approx(0.5)
    assert east[4] == pytest.approx(east[3] - east[2])
    assert sizes_table(shown, "en").rows == (("East", 2), ("West", 1))


def test_ranks_that_survive() -> None:
    evidence = small()
    table = rank_survival_table(evidence.analysis, evidence.choices, "en")
    leaves = evidence.survey.hierarchy.leaves
    others = [one for one in evidence.choices if not one.in_use]
    for row, (leaf, rank) in zip(table.rows, evidence.analysis.ranks.items(), strict=True):
        ranks = [int(one.ranks[leaves.index(leaf)]) for one in others]
        assert row[1:] == (
            *(rank, min(ranks), max(ranks)),
            *(ranks.count(rank), len(others), ranks.count(rank) == len(others)),
        )


def test_every_judgment_of_every_expert_stands_in_an_annex() -> None:
    analysis = small_panel()
    (table,) = expert_judgments_tables(analysis, "a", "en")
    assert table.columns == ("Expert", "1 : 2", "1 : 3", "2 : 3", "CR")
    assert [[show_cell(table, k, v) for k, v in enumerate(row)] for row in table.rows] == [
        ["Ping", "1", "2", "2", "0.0000"],
        ["Qin", "2", "2", "1", "0.0000"],
        ["Rui", "1", "1", "1", "0.0000"],
    ]
    assert table.note == "1 = Indicator 1, 2 = Indicator 2, 3 = Indicator 3"


def test_the_scale() -> None:
    rows = scale_table("zh").rows
    assert [row[0] for row in rows] == ["1", "3", "5", "7", "9", "2, 4, 6, 8", "倒数"]


def test_rounds_stand_side_by_side() -> None:
    before, after = small_panel(), small_panel({**JUDGED, "Rui": JUDGED["Qin"]})
    evidence = gather_evidence(replace(after, round=2), earlier=[replace(before, round=1)])
    report = study_report(evidence, "en")
    assert report.tables()["movement:1"].title == "What moved from round 1 to round 2"
    assert [row[0] for row in report.tables()["rounds"].rows] == [1, 2]
    said = {one.key: one.text for one in study_findings(evidence, "en")}
    assert said["movement"] == (
        "Of 15 judgments that 3 experts gave in both this round and the one before, 4 were changed "
        "(26.67%); by their answers, 5 of 5 indicators have another rank."
    )


def test_one_expert() -> None:
    evidence = gather_evidence(small_panel({"Rui": JUDGED["Rui"]}, invited=1), draws=20)
    report = study_report(evidence, "en")
    assert "agreement" not in sections(report)
    said = {one.key: one.text for one in study_findings(evidence, "en")}
    assert said["agreement"] == (
        "One expert alone has judged, so there is no agreement to speak of."
    )
    assert said["answered"] == (
        "Of 1 expert invited, 1 answered, a response of 100.00%. It is the opinion of one person, "
        "not of a panel."
    )
    assert said["leader"].startswith(
        "With every judgment changed at random, 20 times, “Indicator 4” keeps the first place in "
    )


def test_references_are_those_of_the_methods_in_use() -> None:
    evidence = small()
    assert cited(evidence) == (
        *("saaty1977", "saaty1980", "aczel1983", "forman1998", "aullhyde2006", "goepel2018"),
        *("kendall1939", "schmidt1997", "triantaphyllou1997"),
    )
    report = study_report(evidence, "en")
    assert report.references == bibtex(cited(evidence))
    assert report.references.count("@") == 9
    assert PUBLICATIONS["kendall1939"].line == (
        "Kendall M. G., Babington Smith B. (1939). The problem of m rankings. Annals of "
        "Mathematical Statistics 10(3): 275-287."
    )


def test_evidence_of_another_result_is_refused() -> None:
    other = replace(small_panel(), local_weights=small_panel().local_weights)
    sure = ahp.study_certainty(small_panel({"Ping": JUDGED["Ping"]}), seed=1, draws=10)
    with pytest.raises(OptionError) as refused:
        gather_evidence(other, certainty=sure)
    assert str(refused.value).startswith("the simulated weights are not those of this result")
    survey = ahp.load_survey("supervision_effectiveness")
    earlier = ahp.analyze(survey, ahp.read_answers(DEMO))
    with pytest.raises(AnswersError) as unequal:
        gather_evidence(small_panel(), title="T", earlier=[earlier])
    assert str(unequal.value) == (
        "an earlier round of 'T' asked another survey, expected the same one"
    )
    assert small_survey().content_hash != survey.content_hash


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_reports_of_all_kinds_of_studies_have_numbers_and_no_dead_reference(
    seed: int, language: str
) -> None:
    report = study_report(drawn_study(seed), language)
    numbers = number(report)
    for block in report.walk():
        if isinstance(block, Paragraph):
            assert numbers.plain(block.text)
        elif isinstance(block, TableBlock):
            assert all(len(row) == len(block.table.columns) for row in block.table.rows)


def test_items_without_explanations_have_no_column_for_them() -> None:
    survey = ahp.Survey.from_names({"Goal": ["A", "B"], "A": ["x", "y"]}, language="en")
    table = items_table(survey, "en")
    assert table.columns == ("Branch", "Item")
    assert table.rows == (("Goal", "A"), ("A", "x"), ("A", "y"), ("Goal", "B"))
    explained = items_table(ahp.load_survey("supervision_effectiveness"), "en")
    assert explained.columns == ("Branch", "Item", "Explanation")
