"""Internal control: points, findings, samples and duties, recomputed by hand."""

from __future__ import annotations

import csv
from collections import defaultdict
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import Workbook

from ahp.errors import EvaluationError
from ahp.evaluation.duties import DutyConflict, duty_conflicts
from ahp.evaluation.evaluated import Evaluation
from ahp.evaluation.judging import evaluate
from ahp.evaluation.observations import observations_from_records, read_observations
from ahp.evaluation.rules import Checklist, Point
from ahp.evaluation.samples import sample_results, wilson_interval
from ahp.evaluation.scheme import (
    Duty,
    IncompatibleDuties,
    Scheme,
    Veto,
    check_scheme,
    load_scheme,
)
from ahp.i18n import translator
from ahp.i18n.words import decision_words, evidence_words

from .schemes import rows, scheme
from .test_totals import check_waterfall, half_up

ROOT = Path(__file__).parents[2]
DATA = ROOT / "examples" / "evaluation"
PAGE = (ROOT / "docs" / "schemes" / "internal_control.md").read_text(encoding="utf-8")
F = Fraction

WEIGHTS = {
    "accounts": ("0.2", {"accounts_opened": "0.5", "cash_and_blanks": "0.5"}),
    "lending": ("0.25", {"loan_decisions": "0.6", "loan_follow_up": "0.4"}),
    "finance": ("0.2", {"spending": "0.5", "bookkeeping": "0.5"}),
    "safeguards": ("0.1", {"seals_and_contracts": "0.5", "system_access": "0.5"}),
    "people": ("0.15", {"separation": "0.6", "rotation": "0.4"}),
    "oversight": ("0.1", {"inspection": "0.5", "correction": "0.5"}),
}
KEY = {
    *("1.1.1", "1.2.1", "1.2.2", "2.1.1", "2.1.2", "2.1.3", "2.2.1", "3.1.1", "3.2.1", "3.2.2"),
    *("4.1.1", "4.2.1", "4.2.2", "5.1.1", "5.1.2", "5.2.1", "6.1.1", "6.2.1", "6.2.2"),
}
BANDS = ((90, "first"), (80, "second"), (70, "third"), (60, "fourth"), (0, "fifth"))
CAPS = {"2.1.2": F("79.9"), "3.1.1": F("79.9"), "1.2.1": F("89.9")}
LOWERED = {"delegated": ("2.1.3", "5.1.2"), "one_hand": ("5.1.1",)}


@pytest.fixture(scope="module")
def control() -> Scheme:
    return load_scheme("internal_control")


@pytest.fixture(scope="module")
def evaluation(control: Scheme) -> Evaluation:
    return evaluate(control, read_observations(DATA / "internal_control.csv"))


@cache
def table() -> list[dict[str, str]]:
    with (DATA / "internal_control.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def points_of(control: Scheme) -> dict[str, Point]:
    rules = [indicator.rule for indicator in control.indicator.values()]
    return {
        point.id: point
        for rule in rules
        if isinstance(rule, Checklist)
        for point in rule.control_points
    }


# The scheme


def test_processes_steps_and_points_are_numbered(control: Scheme) -> None:
    numbers = []
    for k, process in enumerate(control.children["internal_control"], start=1):
        assert control.node[process].name["zh"].startswith(f"{k} ")
        for n, step in enumerate(control.children[process], start=1):
            number = f"{k}.{n}"
            assert control.node[step].name["zh"].startswith(f"{number} ")
            assert control.indicator[step].clause == number
            rule = control.indicator[step].rule
            assert isinstance(rule, Checklist)
            expected = [f"{number}.{m}" for m in range(1, len(rule.control_points) + 1)]
            assert [point.id for point in rule.control_points] == expected
            numbers += expected
    assert len(numbers) == len(points_of(control)) == 37


def test_key_points_are_worth_more(control: Scheme) -> None:
    points = points_of(control)
    assert {name for name, point in points.items() if point.key} == KEY
    assert {point.points for name, point in points.items() if name in KEY} == {2}
    assert {point.points for name, point in points.items() if name not in KEY} == {1}
    assert check_scheme(control) == ()


def test_every_point_says_what_shows_it(control: Scheme) -> None:
    points = points_of(control).values()
    used = {kind for point in points for kind in point.evidence}
    assert all(point.evidence for point in points)
    assert used == set(evidence_words(str))
    assert {
        name: point.decision for name, point in points_of(control).items() if point.decision
    } == {
        "2.1.2": "collective",
        "2.1.3": "not_delegated",
        "3.1.1": "collective",
        "5.1.2": "not_delegated",
    }


def test_the_scheme_comes_back_from_its_data(control: Scheme) -> None:
    assert Scheme.from_dict(control.to_dict()) == control
    assert len(control.incompatible_duties) == 12


def test_words_for_evidence() -> None:
    chinese = "凭证、记录、台账、工作底稿、文件、制度、会议纪要、依据、审批、合同"
    assert "、".join(evidence_words(translator("zh")).values()) == chinese
    assert list(decision_words(translator("zh")).values()) == ["须集体决策", "不得转授权"]


def page_line(control: Scheme, point: Point) -> str:
    """The line of a control point on the page."""
    evidence, decision = evidence_words(str), decision_words(str)
    veto = {one.id: one for one in control.vetoes}.get(point.veto or "")
    remarks = [decision[point.decision]] if point.decision else []
    remarks += [f"veto {veto.clause}"] if veto else []
    cells = [
        point.id,
        f"{point.name['zh']} {point.name['en']}",
        "key" if point.key else "general",
        str(point.points),
        ", ".join(evidence[kind] for kind in point.evidence),
        str(point.sample or ""),
        "; ".join(remarks),
    ]
    return f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |")


def test_the_page_lists_every_point(control: Scheme) -> None:
    lines = PAGE.splitlines()
    for point in points_of(control).values():
        assert page_line(control, point) in lines


# Scores


def by_hand(unit: str, period: str) -> tuple[dict[str, Fraction], Fraction, str]:
    """Points of steps, total and band: every point of a unit, with plain fractions."""
    results: dict[str, Fraction | None] = {}
    findings: dict[str, list[str]] = defaultdict(list)
    step_of: dict[str, str] = {}
    words = {"是": F(1), "部分": F(1, 2), "否": F(0), "不适用": None}
    for row in table():
        if (row["unit"], row["period"]) != (unit, period):
            continue
        name, value = row["item"], row["value"]
        step_of[name] = row["indicator"]
        results[name] = words[value] if value in words else F(value)
        if results[name] not in (None, 1):
            findings[row["evidence"]].append(name)
    failed = {name for name, result in results.items() if result == 0}
    worth = {name: 2 if name in KEY else 1 for name in results}
    weight = {
        step: F(share) * F(inside)
        for share, steps in WEIGHTS.values()
        for step, inside in steps.items()
    }

    def cost(name: str) -> Fraction:
        full = sum(worth[one] for one in results if step_of[one] == step_of[name])
        lost = 1 - (results[name] or 0)
        return weight[step_of[name]] * F(worth[name], full) * lost

    for touched in findings.values():
        dearest = max(touched, key=cost)
        for name in touched:
            if name != dearest:
                results[name] = F(1)
    steps = {}
    for step in weight:
        known = {
            name: result
            for name, result in results.items()
            if step_of[name] == step and result is not None
        }
        met = sum((worth[name] * result for name, result in known.items()), F(0))
        steps[step] = half_up(100 * met / sum(worth[name] for name in known), 4)
    total = F(0)
    for share, inside in WEIGHTS.values():
        total += F(share) * half_up(sum(F(w) * steps[step] for step, w in inside.items()), 4)
    for name, cap in CAPS.items():
        total = min(total, cap) if name in failed else total
    total = half_up(total, 1)
    band = next(k for k, (edge, _) in enumerate(BANDS) if total >= edge)
    band += sum(bool(failed & {*names}) for names in LOWERED.values())
    return steps, total, BANDS[min(band, 4)][1]


@pytest.mark.parametrize("period", ["2026H1", "2026H2"])
def test_every_total_by_hand(evaluation: Evaluation, period: str) -> None:
    column = evaluation.periods.index(period)
    for u, unit in enumerate(evaluation.units):
        steps, total, band = by_hand(unit, period)
        for step, score in steps.items():
            found = evaluation.scores[u, column, evaluation.indicators.index(step)]
            assert found == float(score)
        assert F(evaluation.total(unit, period) or 0) == total
        assert evaluation.bands[u, column] == band
        check_waterfall(evaluation, unit, period)


def test_the_page_prints_the_totals(evaluation: Evaluation, control: Scheme) -> None:
    names = {band.id: band.name["zh"] for band in control.bands}
    for unit in evaluation.units:
        cells = [unit]
        for period in ("2026H1", "2026H2"):
            _, total, band = by_hand(unit, period)
            cells += [f"{float(total):.1f}", names[band]]
        year = half_up(sum((by_hand(unit, f"2026H{k}")[1] for k in (1, 2)), F(0)) / 2, 1)
        assert f"| {' | '.join(cells)} | {float(year):.1f} |" in PAGE
        assert F(evaluation.total(unit, "2026") or 0) == year


def test_a_finding_on_two_points_is_deducted_once(evaluation: Evaluation) -> None:
    """2026H1-青-02 touches 2.1.3 (.15 · 2/7 = .0429 of the total) and 5.1.2 (.09 · 2/5 = .036)."""
    found = [row["item"] for row in table() if row["evidence"] == "2026H1-青-02"]
    assert found == ["2.1.3", "5.1.2"]
    scores = dict(
        zip(
            evaluation.indicators,
            evaluation.scores[evaluation.units.index("青山支行"), 0].tolist(),
            strict=True,
        )
    )
    assert scores["separation"] == 100
    assert scores["loan_decisions"] < 100 * 5 / 7
    assert "0.15 · 2/7 = 0.0429" in PAGE
    assert "0.09 · 2/5 = 0.0360" in PAGE


def test_a_point_without_its_document_is_refused(control: Scheme) -> None:
    cells = ("城东支行", "2026H1", "spending", "3.1.1", "是")
    with pytest.raises(EvaluationError) as raised:
        evaluate(control, rows(cells, columns="unit period indicator item value"))
    assert str(raised.value) == (
        "records: row 1, column evidence: is empty, expected the document that shows it"
    )


def test_a_step_without_all_its_points_blocks_the_total(control: Scheme) -> None:
    kept = [row for row in table() if row["item"] != "6.2.3"]
    result = evaluate(control, observations_from_records(kept))
    assert result.total("城东支行", "2026H1") is None
    low, high = result.bounds[result.units.index("城东支行"), 0]
    assert high - low == pytest.approx(5)  # correction weighs .1 · .5


# Samples


def one_point(**point: Any) -> Scheme:
    """A scheme of one checklist with two points."""
    points = (
        Point("1.1.1", {"en": "First"}, **point),
        Point("1.1.2", {"en": "Second"}),
    )
    return scheme(
        {"x": 1},
        {"x": Checklist(control_points=points)},
        vetoes=(Veto("alone", {"en": "Alone"}, "lower_band", document=False),),
    )


def checked(value: str, **point: Any) -> Evaluation:
    columns = "unit period indicator item value"
    cells = [("A", "2026Q1", "x", "1.1.1", value), ("A", "2026Q1", "x", "1.1.2", "yes")]
    return evaluate(one_point(**point), rows(*cells, columns=columns))


def test_a_share_of_a_sample_is_a_result() -> None:
    """2 · 38/40 + 1 of 3."""
    result = checked("38/40", points=F(2), sample=40)
    assert result.scores[0, 0, 0] == 96.6667
    assert checked("38 / 40", points=F(2)).scores[0, 0, 0] == 96.6667


@pytest.mark.parametrize("value", ["yes", "0.95", "1", "partly"])
def test_a_sampled_point_needs_its_sample(value: str) -> None:
    with pytest.raises(EvaluationError) as raised:
        checked(value, sample=40)
    assert str(raised.value) == (
        f"records: row 1, column value: {value!r} of 'x', "
        "expected how many of the sample are in order, such as 38/40"
    )


@pytest.mark.parametrize("value", ["41/40", "0/0", "-1/40", "1/2/3", "3.5/4"])
def test_a_share_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(EvaluationError) as raised:
        checked(value)
    assert str(raised.value) == (
        f"records: row 1, column value: {value!r} is no result of a control point of 'x', "
        "expected one of yes, partly, no, 0…1, 38/40"
    )


def test_wilson_against_its_definition() -> None:
    """The ends are the shares p whose distance from 38/40 is z standard errors at p."""
    z = 1.959963984540054
    low, high = wilson_interval([38, 5, 0, 7], [40, 14, 10, 7])
    for met, size, ends in zip([38, 5], [40, 14], zip(low, high, strict=True), strict=False):
        for p in ends:
            assert abs(met / size - p) == pytest.approx(z * (p * (1 - p) / size) ** 0.5, rel=1e-12)
    assert (low[2], high[3]) == (0, 1)
    assert high[2] == pytest.approx(z**2 / (10 + z**2))
    assert low[3] == pytest.approx(7 / (7 + z**2))
    wide, narrow = wilson_interval(38, 40, 0.99), wilson_interval(38, 40, 0.9)
    assert wide[0] < low[0] < narrow[0] < narrow[1] < high[0] < wide[1]
    assert wilson_interval(np.full((2, 3), 1), 4)[0].shape == (2, 3)


@pytest.mark.parametrize(
    ("met", "size", "level", "message"),
    [
        (3, 2, 0.95, "expected samples of 1 or more, with no more in order than drawn"),
        (0, 0, 0.95, "expected samples of 1 or more, with no more in order than drawn"),
        (-1, 2, 0.95, "expected samples of 1 or more, with no more in order than drawn"),
        (np.nan, 2, 0.95, "expected samples of 1 or more, with no more in order than drawn"),
        (1, 2, 1, "level 1, expected above 0 and below 1"),
    ],
)
def test_intervals_that_are_refused(met: float, size: int, level: float, message: str) -> None:
    with pytest.raises(EvaluationError) as raised:
        wilson_interval(met, size, level)
    assert str(raised.value) == message


def test_samples_are_listed_with_their_sizes(control: Scheme, evaluation: Evaluation) -> None:
    results = sample_results(control, evaluation.observations)
    written = {
        (row["unit"], row["period"], row["item"]): row["value"]
        for row in table()
        if "/" in row["value"]
    }
    assert {(r.unit, r.period, r.point): f"{r.met}/{r.size}" for r in results} == written
    one = next(r for r in results if (r.unit, r.point) == ("城西支行", "2.1.4"))
    assert (one.met, one.size, one.expected, one.share, one.small) == (22, 25, 25, 0.88, False)
    assert (round(one.low, 4), round(one.high, 4)) == (0.7004, 0.9583)
    assert "22/25 = 88 %, 95 % interval 70.0 % to 95.8 %" in PAGE
    assert {r.unit for r in results if r.small} == {"河口支行"}
    assert sample_results(control, evaluation.observations, 0.5)[0] != results[0]


# Points and duties of a scheme


@pytest.mark.parametrize(
    ("point", "message"),
    [
        ({"sample": 0}, "sample, expected 1 or more"),
        (
            {"decision": "collective", "key": True},
            "a decision that must be collective or can't be delegated, "
            "expected a veto: its consequence",
        ),
        (
            {"veto": "alone"},
            "a veto, expected on a key point that is checked as a whole, without a sample",
        ),
        (
            {"veto": "alone", "key": True, "sample": 20},
            "a veto, expected on a key point that is checked as a whole, without a sample",
        ),
    ],
)
def test_points_that_are_refused(point: dict[str, Any], message: str) -> None:
    with pytest.raises(EvaluationError) as raised:
        one_point(**point)
    assert str(raised.value) == message


def test_a_decision_made_alone_has_its_consequence() -> None:
    """50 points without it; the band is one lower as well."""
    decision = {"key": True, "veto": "alone", "decision": "collective"}
    assert checked("yes", **decision).bands[0, 0] == "excellent"
    result = checked("no", points=F(3), **decision)
    assert (result.totals[0, 0], result.bands[0, 0]) == (25, "poor")
    assert checked("no", points=F("0.1"), **decision).bands[0, 0] == "good"


def test_key_points_worth_no_more_are_remarked() -> None:
    remarks = check_scheme(one_point(key=True))
    assert str(remarks[-1]) == ("key points 1.1.1 of 'x' are worth no more than a general one (1)")
    assert all(remark.code != "key_points_low" for remark in check_scheme(one_point()))


DUTIES = (Duty("entry", {"en": "Entries"}), Duty("check", {"en": "Checks"}))


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (
            [("entry", "entry")],
            "incompatible_duties[0].duties: 'entry' and 'entry', "
            "expected two different duties, each pair once",
        ),
        (
            [("entry", "check"), ("check", "entry")],
            "incompatible_duties[1].duties: 'check' and 'entry', "
            "expected two different duties, each pair once",
        ),
        (
            [("entry", "vault")],
            "incompatible_duties[0].duties[1]: 'vault', expected one of entry, check",
        ),
    ],
)
def test_pairs_of_duties_that_are_refused(pairs: list[tuple[str, str]], message: str) -> None:
    incompatible = tuple(IncompatibleDuties(pair, {"en": "Why"}) for pair in pairs)
    data = scheme({"x": 1}, duties=DUTIES).to_dict()
    data["incompatible_duties"] = [
        {"duties": list(pair.duties), "reason": {"en": "Why"}} for pair in incompatible
    ]
    with pytest.raises(EvaluationError) as raised:
        Scheme.from_dict(data)
    assert str(raised.value) == f"scheme: {message}"


def test_the_roster_of_the_example(control: Scheme, evaluation: Evaluation) -> None:
    """The unit with conflicts is the one whose point 5.1.1 failed."""
    conflicts = duty_conflicts(control, DATA / "internal_control_roster.csv")
    assert [(one.unit, one.duties, one.clause) for one in conflicts] == [
        ("开发区支行", ("seals", "blanks"), "5.1.1(5)"),
        ("开发区支行", ("investigation", "payout"), "5.1.1(9)"),
    ]
    failed = {row["unit"] for row in table() if (row["item"], row["value"]) == ("5.1.1", "否")}
    assert {one.unit for one in conflicts} == failed
    for one in conflicts:
        names = [duty.name["zh"] for duty in control.duties if duty.id in one.duties]
        assert f"{one.person}：{names[0]}、{names[1]}（{one.clause}）" in PAGE


def roster(path: Path, lines: list[list[str]]) -> Path:
    if path.suffix == ".xlsx":
        book = Workbook()
        for line in lines:
            book.active.append(line)  # type: ignore[union-attr]
        book.save(path)
    else:
        path.write_text("\n".join(map(",".join, lines)), encoding="gbk")
    return path


LINES = [
    ["姓名", "单位", "岗位"],
    ["甲", "一支行", "记账"],
    ["甲", "二支行", "复核授权"],
    ["乙", "一支行", "AUTHORIZATION"],
    ["乙", "一支行", "银企对账"],
    ["乙", "一支行", "记账"],
    ["乙", "一支行", "记账"],
]


@pytest.mark.parametrize("name", ["roster.csv", "roster.xlsx"])
def test_conflicts_are_of_one_person_in_one_unit(
    control: Scheme, tmp_path: Path, name: str
) -> None:
    assert duty_conflicts(control, roster(tmp_path / name, LINES)) == (
        DutyConflict("一支行", "乙", ("bookkeeping_entry", "authorization"), "5.1.1(1)", (6, 4)),
        DutyConflict("一支行", "乙", ("bookkeeping_entry", "reconciliation"), "5.1.1(2)", (6, 5)),
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ((1, 2, "出纳"), ": row 2, column 岗位: '出纳', expected one of bookkeeping_entry, "),
        ((1, 1, ""), ": row 2, column 单位: is empty"),
        ((0, 2, "单位"), ": row 1, column 单位: a second column for 'unit', expected one"),
        (
            (0, 2, "工资"),
            ": row 1, column 工资: not a column of this table, "
            "expected one of unit, duty, person, note",
        ),
        ((0, 2, ""), ": row 1: column duty is missing"),
    ],
)
def test_rosters_that_are_refused(
    control: Scheme, tmp_path: Path, change: tuple[int, int, str], message: str
) -> None:
    lines = [[*line] for line in LINES]
    row, column, text = change
    lines[row][column] = text
    path = roster(tmp_path / "roster.csv", lines)
    if message.endswith("bookkeeping_entry, "):
        message += ", ".join(duty.id for duty in control.duties[1:])
    with pytest.raises(EvaluationError) as raised:
        duty_conflicts(control, path)
    assert str(raised.value) == f"{path}{message}"


def test_cells_beyond_the_headers_are_refused(control: Scheme, tmp_path: Path) -> None:
    path = roster(tmp_path / "roster.csv", [LINES[0], [*LINES[1], "多余"]])
    with pytest.raises(EvaluationError) as raised:
        duty_conflicts(control, path)
    assert str(raised.value) == f"{path}: row 2, column 4: '多余' stands beyond the headers"


def test_a_roster_that_is_no_file(control: Scheme, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError) as raised:
        duty_conflicts(control, tmp_path / "none.csv")
    assert (
        str(raised.value) == f"{tmp_path / 'none.csv'}: cannot be read: No such file or directory"
    )


def test_the_data_say_that_they_are_simulated() -> None:
    assert all(row["note"].startswith("模拟数据 simulated data") for row in table())
    assert "(模拟数据)" in PAGE
