from __future__ import annotations

from dataclasses import replace

import ahp
from ahp import report
from ahp.study.agreement import incoherent_choices
from tests.panel_study import JUDGED, small_panel

TURNED = {**JUDGED, "Sun": ("1", "9", "1/9", "9", "1")}
"""Sun's judgments below a go in a circle."""


def test_who_counts() -> None:
    panel = small_panel()
    assert report.who_counts(panel, "en") == ""
    assert report.who_counts(small_panel(invited=5), "en") == "3 of 5 invited experts"
    closed = replace(small_panel(invited=5), round=2)
    assert report.who_counts(closed, "en") == "Round 2, 3 of 5 submitted"
    assert report.who_counts(closed, "zh") == "第 2 轮，5 位中 3 位已提交"
    running = replace(closed, running=True)
    assert report.who_counts(running, "en") == "Round 2 (running, provisional), 3 of 5 submitted"
    assert report.who_counts(running, "zh") == "第 2 轮（进行中，暂定），5 位中 3 位已提交"
    one = replace(small_panel({"Ping": JUDGED["Ping"]}), round=2)
    assert report.who_counts(one, "en") == "Round 2, only Ping"
    assert report.who_counts(replace(one, running=True), "zh") == "第 2 轮（进行中，暂定），仅Ping"


def test_who_counts_less() -> None:
    less = small_panel(TURNED, incoherent="downweight", cr_limit=0.2, invited=4)
    assert report.who_counts(less, "en") == (
        "4 of 4 invited experts · down-weighted where the CR reaches 0.2: 1 of 4 experts"
    )
    out = small_panel(TURNED, incoherent="exclude", cr_limit="saaty")
    assert report.who_counts(out, "en") == (
        "left out where the CR reaches Saaty's limit: 1 of 4 experts"
    )
    table = report.based_on(report.composite_table(out, "en"), out)
    assert table.note == report.who_counts(out, "en")
    assert table.rows == report.composite_table(out, "en").rows


def test_the_verdict_stands_beside_the_experts_who_contradict_themselves() -> None:
    panel = small_panel(TURNED)
    assert panel.consistency["b"].acceptable
    rows = {row[0]: row[-1] for row in report.consistency_table(panel, "en").rows}
    assert rows == {"Goal": "0 of 4", "Capability A": "1 of 4", "Capability B": "0 of 4"}
    assert [row[-1] for row in report.total_table(panel, "zh").rows] == [
        "4 位中 0 位",
        "4 位中 1 位",
    ]
    assert report.incoherent_line(panel, "a", "en") == "Experts with a CR of 0.1 or more: 1 of 4"
    assert report.incoherent_sentence(panel, "en") == (
        "Experts who contradict themselves (their own CR reaches 0.1): 1 of 4 (Sun); "
        "they count like all others."
    )
    assert report.incoherent_sentence(panel, "zh") == (
        "判断自相矛盾的专家（自身矩阵 CR 达到 0.1）：4 位中 1 位（Sun）；处理方式：照常计入。"
    )
    several = {f"E{k}": TURNED["Sun"] for k in range(7)}
    assert report.incoherent_sentence(small_panel({**JUDGED, **several}), "en") == (
        "Experts who contradict themselves (their own CR reaches 0.1): 7 of 10 "
        "(E0, E1, E2 and 4 more); they count like all others."
    )


def test_who_contradicts_themselves_and_what_it_changes() -> None:
    panel = small_panel(TURNED, incoherent="downweight")
    (one,) = panel.incoherences
    table = report.incoherent_table(panel, "en")
    assert table.rows == (
        ("Sun", "Capability A", 3, one.cr, "0.1", report.show_number(one.factor)),
    )
    choices = incoherent_choices(panel)
    found = report.incoherent_choices_table(panel, choices, "en")
    assert found.columns == (
        *("Indicator", "All included: weight", "All included: rank"),
        *("Left out: weight", "Left out: rank", "Left out: ranks gained"),
        *("Down-weighted (in use): weight", "Down-weighted (in use): rank"),
        "Down-weighted (in use): ranks gained",
    )
    every, out = small_panel(TURNED), small_panel(TURNED, incoherent="exclude")
    for row, leaf in zip(found.rows, panel.ranking, strict=True):
        ranks = [one.ranking.index(leaf) + 1 for one in (every, out, panel)]
        assert [row[2], row[4], row[7]] == ranks
        assert (row[5], row[8]) == (ranks[0] - ranks[1], ranks[0] - ranks[2])
    assert found.note == ""


def test_no_result_without_them() -> None:
    alone = small_panel({"Sun": TURNED["Sun"], "Qian": TURNED["Sun"]})
    found = report.incoherent_choices_table(alone, incoherent_choices(alone), "en")
    assert found.note == "Left out: no result, as too few are left below a parent"
    assert {row[3:6] for row in found.rows} == {(None, None, None)}


def test_data_says_who_counts() -> None:
    data = report.analysis_data(small_panel(TURNED, incoherent="exclude", invited=9))
    assert (data["invited"], data["answered"], data["provisional"]) == (9, 4, False)
    assert (data["incoherent"], data["cr_limit"]) == ("exclude", ahp.consistency.CR_LIMIT)
    (one,) = data["incoherences"]
    assert (one["expert"], one["parent"], one["factor"]) == ("Sun", "a", 0.0)
