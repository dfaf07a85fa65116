"""Scores and years on their pages."""

from __future__ import annotations

import hashlib
import random

import pytest
from streamlit.testing.v1 import AppTest

from ahp.evaluation import load_scheme
from ahp.process.evaluations.events import (
    PeriodOpened,
    Row,
    SchemeApproved,
    SchemeProposed,
    UnitAdded,
    UnitChanged,
    WeightsSource,
)
from ahp.process.evaluations.judged import result_of
from ahp.process.evaluations.simulation import LONG, simulation_of
from ahp.process.evaluations.units import Unit, UnitEntry
from ahp.process.evaluations.years import year_of_units
from ahp.study import Answers, Judgment, load_survey
from ahp.web import pictures
from tests.web.evaluations import PACK, UNITS, opened
from tests.web.tables import shown_tables


def table_of(app: AppTest, *columns: str) -> list[dict[str, str]]:
    """The first table with these columns."""
    found = [one for one in shown_tables(app) if {*columns} <= {*one.columns}]
    return found[0].to_dict("records")


def show(app: AppTest, evaluation: str, part: str) -> AppTest:
    """The part of the page of scores."""
    app.segmented_control(key=f"part-{evaluation}").set_value(part).run()
    assert not app.exception, app.exception
    return app


@pytest.fixture(scope="module")
def migrated(with_example):
    """Every database of these tests has the example."""
    return with_example


@pytest.fixture
def example(store):
    return store.evaluations()[0]


def test_league_tables_with_intervals_and_groups(visit, store, organizer, example):
    app = visit(organizer, "evaluation_results")
    now = store.evaluation_state(example.id)
    result = result_of(now, "2026Q4")
    assert [one.value for one in app.success] == ["Signed."]
    assert app.warning == []
    rows = table_of(app, "Rank in group", "Can't be told apart")
    best = max(result.scheme.groups[0].units, key=lambda unit: result.total(unit, "2026Q4"))
    assert (rows[0]["Unit"], rows[0]["Total"].strip()) == (
        best,
        f"{result.total(best, '2026Q4')}",
    )
    assert "95% interval" in rows[0]
    app.button(key=f"long-{example.id}-2026Q4").click().run()
    assert simulation_of(result, "2026Q4", LONG, "").found.draws == LONG
    assert any("10,000 draws" in one.value for one in app.caption)
    assert f"long-{example.id}-2026Q4" not in [one.key for one in app.button]


@pytest.mark.parametrize("same", [True, False])
def test_weights_of_a_round_are_drawn_from_its_panel(visit, store, organizer, same):
    survey = load_survey(PACK)
    study = store.create_study(survey, "Panel")
    draw = random.Random(1)
    judgments = tuple(
        Judgment(f"Expert {k}", *pair, draw.choice(("1", "2", "3")))
        for k in range(4)
        for pair in survey.hierarchy.comparisons
    )
    store.import_answers(study.id, Answers(judgments), submit=True)
    evidence = store.close_round(study.id).evidence
    digest = hashlib.sha256(evidence.encode()).hexdigest() if same else "0" * 64
    source = WeightsSource("round", study.id, "Panel", 1, 4, 4, digest)
    made = store.create_evaluation("Weighted")
    store.act(made.id, SchemeProposed(1, load_scheme(PACK).content, source))
    store.act(made.id, SchemeApproved(1))
    store.add_units(made.id, [UnitEntry("A"), UnitEntry("B")])
    store.act(made.id, PeriodOpened("2026Q1", 1, "2026-04-10", {}, "2026-04-15"))
    units = [unit.id for unit in store.evaluation_state(made.id).units]
    store.record_values(made.id, "2026Q1", [Row(unit, "research_reports", "3") for unit in units])
    app = visit(organizer, "evaluation_results")
    app.button(key=f"long-{made.id}-2026Q1").click().run()
    result = result_of(store.evaluation_state(made.id), "2026Q1")
    found = simulation_of(result, "2026Q1", LONG, digest).found
    assert found.weights == ("panel" if same else "fixed")


def test_a_card_with_what_was_signed(visit, store, organizer, example, monkeypatch):
    files: list[str] = []
    show_chart = pictures.show_chart
    monkeypatch.setattr(
        pictures,
        "show_chart",
        lambda chart, key, file, **how: (files.append(file), show_chart(chart, key, file, **how)),
    )
    app = visit(organizer, "evaluation_results")
    app.selectbox(key=f"period_chosen-{example.id}").set_value("2026Q1").run()
    assert [one.value for one in app.success] == ["Signed, and corrected since: revision 2."]
    signed = table_of(app, "Changed by a correction")
    assert [one["Unit"] for one in signed if one["Changed by a correction"] == "yes"] == [
        "乙市监督中心"
    ]
    show(app, example.id, "card")
    now = store.evaluation_state(example.id)
    unit = next(one for one in now.units if one.name == "乙市监督中心")
    app.selectbox(key=f"card-{example.id}-2026Q1").set_value(unit.id).run()
    total = result_of(now, "2026Q1").total(unit.name, "2026Q1")
    assert [(one.label, one.value) for one in app.metric] == [
        ("Total", f"{total}"),
        ("Band", app.metric[1].value),
    ]
    assert files[-3:] == [
        f"{name}_乙市监督中心_2026Q1" for name in ("waterfall", "parts", "importance")
    ]
    assert "This is the first period of this unit." in [one.value for one in app.markdown]
    app.selectbox(key=f"period_chosen-{example.id}").set_value("2026Q3").run()
    assert app.selectbox(key=f"card-{example.id}-2026Q3").value == unit.id  # goes along
    trend = table_of(app, "Performance", "Weights", "Rules")
    assert [one["Period"] for one in trend] == ["2026Q1", "2026Q2", "2026Q3"]


@pytest.mark.parametrize(
    ("part", "column"),
    [("methods", "单位"), ("missing", "单位")],
)
def test_other_methods_and_what_is_missing(visit, organizer, example, part, column):
    app = visit(organizer, "evaluation_results", "zh")
    app.selectbox(key=f"period_chosen-{example.id}").set_value("2026Q2").run()
    show(app, example.id, part)
    assert len(table_of(app, column)) >= 1
    assert [one.value for one in app.success] == ["已签批。"]


def test_a_workbook_to_calculate_anew(visit, organizer, example):
    app = visit(organizer, "evaluation_results")
    show(app, example.id, "files")
    assert [one.label for one in app.get("download_button") if "Workbook" in one.label] == [
        "Workbook with formulas (XLSX)"
    ]


def test_an_open_period_is_provisional(visit, store, organizer):
    made = opened(store)
    app = visit(organizer, "evaluation_results")
    assert [one.value for one in app.warning] == ["Provisional: 18 of 18 indicators not delivered."]
    app = visit(organizer, "evaluation_results", "zh")
    assert [one.value for one in app.warning] == ["暂定结果：18 项指标中 18 项尚未报齐。"]
    for part in ("card", "methods", "missing", "files"):
        show(app, made.id, part)


def test_a_year(visit, store, organizer, example):
    app = visit(organizer, "evaluation_years")
    assert [one.value for one in app.success] == [
        "The year's total is the weighted sum of the signed totals: 2026Q1 25%, 2026Q2 25%, "
        "2026Q3 25%, 2026Q4 25%."
    ]
    result = result_of(store.evaluation_state(example.id), "2026Q4")
    rows = {one["Unit"]: one for one in table_of(app, "Unit", "2026Q1 (corrected)", "2026")}
    assert {unit: one["2026"].strip() for unit, one in rows.items()} == {
        unit: f"{result.total(unit, '2026')}" for unit in result.units
    }
    app = visit(organizer, "evaluation_years", "zh")
    assert app.title[0].value == "年度"
    assert "2026Q1（已更正）" in shown_tables(app)[0].columns


def test_a_year_in_which_a_unit_takes_the_name_of_one_that_ends(visit, store, organizer):
    made = opened(store)
    name = UNITS["north"]
    store.act(made.id, UnitChanged(Unit(name, "一组", id="north", active_to="2026Q1")))
    store.act(made.id, UnitAdded(Unit(name, "二组", id="new", active_from="2026Q2")))
    store.act(made.id, PeriodOpened("2026Q2", 1, "2026-07-10", {}, "2026-07-15"))
    app = visit(organizer, "evaluation_years")
    field = app.multiselect(key=f"units-{made.id}-2026")
    assert field.options == [f"{name} (north)", "南城支行", "东城支行", f"{name} (new)"]
    found = year_of_units(store.evaluation_state(made.id), "2026").units
    assert [(one.unit.id, bool(one.group)) for one in found] == [
        *(("north", False), ("south", True), ("east", True), ("new", True)),
    ]


def test_there_is_no_year_before_a_period(visit, store, organizer):
    store.create_evaluation("Empty")
    app = visit(organizer, "evaluation_years")
    assert [one.value for one in app.info] == [
        "No period is open yet. Open one on the page “Period”."
    ]


@pytest.mark.parametrize("page", ["evaluation_check", "evaluation_results", "evaluation_years"])
def test_contacts_do_not_get_these_pages(visit, store, organizer, example, page):
    person = next(one for one in store.people(example.id) if one.person.role == "contact")
    session = store.open_link(store.issue_person_link(person.person.id), None)
    app = visit(session)
    with pytest.raises(ValueError, match=page):
        app.switch_page(f"views/{page}.py")
