"""Reports on evaluations: what stands in them, and that every number is the result's."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ahp.errors import EvaluationError, LogError, OptionError
from ahp.evaluation import Evaluation, evaluate, simulate
from ahp.evaluation.scheme import Bonus, Group, Veto
from ahp.process.evaluations.state import EvaluationState
from ahp.process.events import LogState
from ahp.report.document import Document, Paragraph, Section, number
from ahp.report.evaluation_evidence import (
    EvaluationEvidence,
    evidence_of_result,
    evidence_of_state,
)
from ahp.report.evaluation_report import FORMS, evaluation_report
from ahp.store import Store
from tests.evaluation.results import LEAVES, VALUES, small_result, small_scheme
from tests.evaluation.schemes import rows
from tests.evaluation_case import PERIOD, make_case
from tests.process.evaluations.played import example
from tests.report.simulated_evaluations import simulated


def odd_result() -> Evaluation:
    """The small evaluation with a bonus, a veto with a document, and a unit that is new."""
    scheme = small_scheme(
        bonuses=(Bonus("praise", {"en": "Praise"}, Fraction(3), clause="3.3"),),
        vetoes=(Veto("fraud", {"en": "Fraud"}, "cap", "good", clause="4"),),
        groups=(Group("all", {"en": "All of them"}, ("A", "B", "C", "D", "E")),),
    )
    cells = [
        (unit, period, leaf, value, "")
        for period, units in VALUES.items()
        for unit, values in units.items()
        for leaf, value in zip(LEAVES, values, strict=True)
    ]
    cells += [("E", "2026Q2", leaf, 90, "") for leaf in LEAVES]
    cells += [("B", "2026Q2", "praise", 1, "No. 7"), ("A", "2026Q2", "fraud", 1, "No. 8")]
    return evaluate(scheme, rows(*cells, columns="unit period indicator value evidence"))


def paragraphs(document: Document, section: str) -> list[str]:
    """Texts of a section's paragraphs."""
    found = next(one for one in document.walk() if isinstance(one, Section) and one.key == section)
    return [one.text for one in found.blocks if isinstance(one, Paragraph)]


def keys(document: Document) -> list[str]:
    return [one.key for one in document.blocks if isinstance(one, Section)]


@pytest.fixture(scope="module")
def small() -> EvaluationEvidence:
    return evidence_of_result(small_result(), "2026Q2")


@pytest.fixture(scope="module")
def odd() -> EvaluationEvidence:
    return evidence_of_result(odd_result(), "2026Q2")


def test_a_notice_of_a_quarter(small: EvaluationEvidence) -> None:
    report = evaluation_report(small, "en")
    assert (report.title, report.subtitle) == ("Quarterly notice", "Test")
    assert report.facts == (
        ("Period", "2026Q2 (2026-04-01 to 2026-06-30)"),
        ("Units", "3 of 4 units have a total"),
        ("Peer groups", "Large, Small"),
        ("Scheme", "Test, version 1"),
        ("Weights", "the weights stated in the scheme"),
    )
    assert keys(report) == [
        *("evaluated", "findings", "results", "bands", "parts", "change", "events", "missing"),
        *("warnings", "losses", "method", "scores", "weights"),
    ]
    assert report.tables()["groups"].rows == (
        ("Large", 3, 2, "84.0", "84.8", "85.5"),
        ("Small", 1, 1, "80.0", "80.0", "80.0"),
    )
    assert report.tables()["bands"].rows == (
        ("Large", 0, 2, 0, 0, 1, 3),
        ("Small", 0, 1, 0, 0, 0, 1),
        ("All units", 0, 3, 0, 0, 1, 4),
    )
    assert report.tables()["change"].rows == (
        ("D", "64.0", "80.0", "+16.0", "+16.0000", "0.0000", "0.0000", "0.0000"),
        ("A", "79.0", "84.0", "+5.0", "+7.0000", "0.0000", "0.0000", "−2.0000"),
        ("B", "90.0", "85.5", "−4.5", "−4.5000", "0.0000", "0.0000", "0.0000"),
    )
    assert paragraphs(report, "change") == [
        "Not compared, as they have no total in 2026Q1 or in 2026Q2, or the change can't be "
        "split: C."
    ]
    assert report.tables()["events"].rows[1] == (
        *("2026Q2", "B", "Slip", "3.2"),
        "Deduction: 10 of the points of “Node p1” each time",
        *("10 of the indicator", "–"),
    )


def test_a_bonus_a_veto_and_a_new_unit(odd: EvaluationEvidence) -> None:
    report = evaluation_report(odd, "en")
    assert report.tables()["events"].rows == (
        *(
            ("2026Q2", "A", "Fraud", "4", "Veto: the total stays below “Good”", "", "No. 8"),
            ("2026Q2", "B", "Praise", "3.3", "Bonus: 3 points each time", "3", "No. 7"),
        ),
    )
    assert paragraphs(report, "change") == [
        "Not compared, as they have no total in 2026Q1 or in 2026Q2, or the change can't be "
        "split: C, E."
    ]
    assert [row[0] for row in report.tables()["change"].rows] == ["D", "B", "A"]


def test_statistics_and_the_first_period(small: EvaluationEvidence) -> None:
    first = evidence_of_result(small_result(), "2026Q1")
    report = evaluation_report(first, "en", form="statistics")
    assert report.title == "Quarterly statistics"
    assert paragraphs(report, "change") == ["There is no period before to compare with."]
    assert paragraphs(report, "findings") == [
        "Units evaluated in 2026Q1: 4, each with a total.",
        "Large: B leads with 90.0 points (Excellent), of 3 units with a total.",
        "Small: D is the only unit, with 64.0 points (Poor); no other is compared.",
        "Units by band – Excellent: 1, Good: 0, Fair: 1, Poor: 2.",
        "The 4 totals lie between 53.0 and 90.0; their mean is 71.5.",
        "Values missing: 1, of C; the band of C depends on them.",
    ]
    assert "losses" not in keys(report)


def test_a_person_puts_words_in_place_and_signs(small: EvaluationEvidence) -> None:
    edits = {"average": "All is well.", "events": " "}
    draft = evaluation_report(small, "en", edits=edits)
    assert draft == evaluation_report(small, "en", edits=edits, signed_by=" ")
    texts = paragraphs(draft, "findings")
    assert "All is well." in texts
    assert "Units with deductions – A, B." not in texts
    emphases = {one.emphasis for one in draft.walk() if isinstance(one, Paragraph)}
    assert "draft" in emphases
    signed = evaluation_report(small, "en", edits=edits, signed_by="Li")
    emphases = {one.emphasis for one in signed.walk() if isinstance(one, Paragraph)}
    assert "draft" not in emphases
    assert signed.facts[-1] == ("Sentences signed by", "Li")


def test_words_whose_draft_has_changed_are_marked(small: EvaluationEvidence) -> None:
    edits = {"average": "All is well.", "events": ""}
    report = evaluation_report(small, "en", edits=edits, outdated=["average", "events"])
    marks = [
        "The draft has changed since this was written: The 3 totals lie between 80.0 and 85.5; "
        "their mean is 83.2.",
        "The draft has changed since this sentence was left out: Units with deductions – A, B.",
    ]
    texts = paragraphs(report, "findings")
    assert texts[texts.index("All is well.") + 1] == marks[0]
    assert marks[1] in texts
    marked = [
        one.text
        for one in report.walk()
        if isinstance(one, Paragraph) and one.emphasis == "warning"
    ]
    assert marked == marks


def test_unknown_forms_and_sentences_are_refused(small: EvaluationEvidence) -> None:
    with pytest.raises(OptionError) as form:
        evaluation_report(small, "en", form="letter")  # type: ignore[arg-type]
    assert (form.value.code, form.value.parameters["value"]) == ("option_unknown", "letter")
    with pytest.raises(OptionError) as edit:
        evaluation_report(small, "en", edits={"leader": "x"})
    assert (edit.value.code, edit.value.parameters["value"]) == ("option_unknown", "leader")


# -- every number is the result's


def totals_in(report: Document) -> dict[str, str]:
    """Unit -> total, of the league tables."""
    found = {}
    for key, table in report.tables().items():
        if key.startswith("league"):
            unit, total = (table.columns.index(name) for name in ("Unit", "Total"))
            found |= {str(row[unit]): str(row[total]).strip() for row in table.rows}
    return found


def points_in(report: Document, period: str) -> dict[tuple[str, str], str]:
    """Unit and name of an indicator -> points, of the annex with all scores."""
    found = {}
    for key, table in report.tables().items():
        if key.startswith("scores"):
            assert period in table.title
            for row in table.rows:
                for unit, points in zip(table.columns[1:], row[1:], strict=True):
                    found[unit, str(row[0])] = str(points)
    return found


@pytest.mark.parametrize("seed", [1, 4, 7])
def test_every_number_is_the_results(seed: int) -> None:
    found = simulated(seed)
    result = found.last.result
    period = found.last.period
    single = evidence_of_result(result, period)
    report = evaluation_report(single, "en", form="analysis")
    number(report)  # every key is there once
    for unit, shown in totals_in(report).items():
        total = result.total(unit, period)
        assert shown == ("" if total is None else f"{total}")
    names = {f"Node {leaf}": leaf for leaf in result.indicators}
    column = result.period_position(period)
    for (unit, name), shown in points_in(report, period).items():
        row = result.unit_position(unit)
        if name == "Total":
            total = result.total(unit, period)
            assert shown == ("" if total is None else f"{total}")
        elif name != "Band":
            score = result.scores[row, column, result.indicators.index(names[name])]
            points = shown.partition("(")[0].strip()
            assert (points == "") == bool(np.isnan(score))
            assert not points or Decimal(points) == Decimal(repr(float(score)))
    for row in report.tables().get("change", _none()).rows:
        parts = [Decimal(str(one).replace("−", "-")) for one in row[3:]]
        assert parts[0] == sum(parts[1:])
        assert parts[0] == Decimal(str(row[2])) - Decimal(str(row[1]))


def _none() -> Any:
    return type("NoTable", (), {"rows": ()})


@pytest.mark.parametrize("form", FORMS)
def test_the_annex_has_every_source(form: Any) -> None:
    state = example("en")
    report = evaluation_report(evidence_of_state(state, "2026Q3", "en"), "en", form=form)
    number(report)
    assert report.tables()["signatures"].rows == (
        ("2026Q3", 1, "organizer without an account", "2027-01-20 08:00", ""),
    )
    if form == "analysis":
        observations = report.tables()["observations"]
        sources = {row[-1] for row in observations.rows}
        assert "rated by 3 of 3" in sources
        assert len(observations.rows) == 12 * 19
        assert report.tables()["raters"].rows[0] == (
            *("Supervision management model", 12),
            *("1.3", "15.0", "25", 0),
        )


# -- what the log adds


def before_signing(tmp_path: Path) -> tuple[EvaluationState, Store]:
    store = Store(f"sqlite:///{tmp_path / 'ahp.db'}")
    case = make_case(store)
    case.issue()
    return case.now, store


def test_a_report_before_signing_says_so(tmp_path: Path) -> None:
    state, store = before_signing(tmp_path)
    log = LogState(9, "ab", LogError("given_without_children", node="x"))
    found = evidence_of_state(state, PERIOD, "en", log=log)
    report = evaluation_report(found, "en")
    assert report.warnings == (
        "The log of this evaluation doesn't verify: “x” has no children, expected none",
        "Provisional: 1 of 3 indicators with missing values, 2 of 2 raters have submitted.",
    )
    assert ("Log", "event 9, SHA-256 ab") in report.provenance
    assert report.tables()["deliveries"].rows[0][:5] == (
        *("2026Q1", state.periods[PERIOD].opened.time[:10]),
        *("organizer without an account", "一季度.csv", 5),
    )
    store.close()


def test_corrections_stand_beside_the_old_figures() -> None:
    report = evaluation_report(evidence_of_state(example("en"), "2026Q1", "en"), "en")
    assert paragraphs(report, "corrections") == [
        "2026Q1, corrected on 2027-01-20: One course was missing in the register; hours corrected."
    ]
    assert report.tables()["corrections"].rows == (
        ("乙市监督中心", "Group 1", "82.0", "Good", "82.2", "Good", 3, True),
    )


def test_a_year_is_its_signed_totals() -> None:
    found = evidence_of_state(example("en"), "2026", "en")
    report = evaluation_report(found, "en")
    assert report.title == "Yearly analysis"
    assert report.warnings == ()
    table = report.tables()["league"]
    assert table.rows[0] == (
        *("甲市监督中心", "Group 1", "88.2", "92.0", "92.7", "91.0", "91.0"),
        *("Excellent", 1, 1),
    )
    assert report.tables()["parts_over_time"].columns == (
        *("Part", "2026Q1", "2026Q2", "2026Q3", "2026Q4"),
    )
    assert {f"scores_2026Q{k}" for k in range(1, 5)} <= report.tables().keys()


def test_a_year_with_open_periods_is_provisional() -> None:
    state = example("en")
    fewer = replace(state, periods={name: state.periods[name] for name in ("2026Q1", "2026Q2")})
    report = evaluation_report(evidence_of_state(fewer, "2026", "en"), "en")
    assert report.warnings == (
        "The year's total is the weighted sum of the signed totals: 2026Q1 25%, 2026Q2 25%, 2026Q3 "
        "25%, 2026Q4 25%. Not opened yet: 2026Q3, 2026Q4. There is no yearly total before.",
    )
    with pytest.raises(EvaluationError) as problem:
        evidence_of_state(state, "2025", "en")
    assert problem.value.code == "period_not_evaluated"


def test_intervals_and_letters_with_a_certainty() -> None:
    result = small_result()
    certainty = simulate(result, "2026Q2", seed=1, draws=20, pairs=True)
    report = evaluation_report(evidence_of_result(result, "2026Q2", certainty=certainty), "en")
    columns = report.tables()["league"].columns
    assert "95% interval" in columns
    assert columns[-1] == "Can't be told apart"
    assert report.figures()["totals"].marks[1].name == "95% interval"  # type: ignore[union-attr]
    assert ("Simulation", "20 draws, seed 1") in report.provenance
