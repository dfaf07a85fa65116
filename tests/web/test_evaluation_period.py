"""Periods on their page: opened, who delivers what, reminders, dates."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from ahp.evaluation import load_scheme
from ahp.i18n.evaluation import names_of
from ahp.process.evaluations.deliveries import next_period, periods_to_open
from ahp.process.evaluations.events import CellKey, DueChanged, Row
from ahp.store import clock
from tests.web.evaluations import PACK, opened, with_units
from tests.web.tables import shown_tables
from tests.web.test_evaluation_data import keyed

REPORTS = "research_reports"
UNITS = ("north", "south", "east")


def errors(app: AppTest) -> list[str]:
    return [one.value for one in app.error]


def row_of(app: AppTest, name: str) -> dict[str, str]:
    [found] = [
        row
        for table in shown_tables(app)
        for row in table.to_dict("records")
        if row.get("Indicator", row.get("指标")) == name
    ]
    return found


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch):
    """Say which day it is, by every clock, or which time in UTC."""

    def set_day(text: str) -> None:
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        monkeypatch.setattr(clock, "now", lambda: moment)

    return set_day


@pytest.fixture
def in_shanghai(monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser is there."""
    monkeypatch.setattr(ContextProxy, "timezone", "Asia/Shanghai")


def test_the_next_period_is_suggested_with_dates(visit, store, organizer, day, in_shanghai):
    made = with_units(store)
    day("2026-04-02")
    app = visit(organizer, "evaluation_period")
    assert app.selectbox(key=f"open-{made.id}").options == [
        *("2026Q1", "2026Q2", "2026Q3", "2026Q4", "2027Q1")
    ]
    key = f"{made.id}-2026Q1"
    assert app.date_input(key=f"due-{key}").value == date(2026, 4, 10)
    assert app.date_input(key=f"rating_due-{key}").value == date(2026, 4, 15)
    assert app.selectbox(key=f"zone-{key}").options == ["Beijing time", "UTC"]
    app.multiselect(key=f"others-{key}").set_value([REPORTS]).run()
    app.date_input(key=f"due_of-{REPORTS}-{key}").set_value(date(2026, 4, 5))
    assert app.button(key="open_period").disabled
    app.checkbox(key=f"sure_open-{key}").check().run()
    app.button(key="open_period").click().run()
    assert errors(app) == []
    held = store.evaluation_state(made.id).periods["2026Q1"]
    assert (held.due, dict(held.dues), held.rating_due, held.zone) == (
        "2026-04-10",
        {REPORTS: "2026-04-05"},
        "2026-04-15",
        "Asia/Shanghai",
    )
    assert app.selectbox(key=f"period_chosen-{made.id}").value == "2026Q1"
    assert str(app.selectbox(key=f"open-{made.id}").value) == "2026Q2"


def test_the_board_says_who_is_late(visit, store, organizer, day):
    made = opened(store, zone="Asia/Shanghai")
    owner = store.add_person(made.id, "data_owner", "王芳", indicators=[REPORTS])
    rows = [Row(unit, REPORTS, "3") for unit in UNITS[:2]]
    day("2026-04-10T15:59")
    store.record_values(made.id, "2026Q1", rows)
    names = names_of(load_scheme(PACK), "en")
    app = visit(organizer, "evaluation_period")
    assert row_of(app, names[REPORTS]) == {
        "Indicator": names[REPORTS],
        "Who delivers": "王芳",
        "Until": "2026-04-10 (Beijing time)",
        "Received": "2 of 3 received",
        "Missing": "东城支行",
    }
    day("2026-04-10T16:00")  # midnight in Beijing
    app = visit(organizer, "evaluation_period", "zh")
    names = names_of(load_scheme(PACK), "zh")
    assert row_of(app, names[REPORTS])["报送情况"] == (
        ":red[:material/warning: 已逾期，3 个单位报送 2 个]"
    )
    [code] = [one.value for one in app.code]
    assert code == (
        "王芳：\n您好！“2026 <b>年度</b>”2026Q1 尚缺以下数据：\n"
        f"- {names[REPORTS]}（截止日2026-04-10（北京时间），已逾期）：东城支行\n"
        "请打开您的专属链接，上传数据文件或直接填写。如链接遗失，请告知我们换发。"
    )
    store.record_values(made.id, "2026Q1", [Row("east", REPORTS, "")], person=owner.person.id)
    app = visit(organizer, "evaluation_period")
    names = names_of(load_scheme(PACK), "en")
    found = row_of(app, names[REPORTS])
    assert (found["Received"], found["Missing"]) == (
        ":green[:material/check: all 3 received]",
        "–",
    )
    assert [one.value for one in app.code] == []
    key = CellKey("east", REPORTS)
    assert store.evaluation_state(made.id).periods["2026Q1"].values[key].row.value == ""


def test_the_zone_of_the_last_period_is_offered_first_if_it_was_said(
    visit, store, organizer, in_shanghai
):
    made = opened(store)  # as before zones were said
    key = f"zone-{made.id}-2026Q2"
    assert visit(organizer, "evaluation_period").selectbox(key=key).value == "Asia/Shanghai"
    store.act(made.id, DueChanged("2026Q1", "2026-04-20", {}, "", "why", "UTC"))
    assert visit(organizer, "evaluation_period").selectbox(key=key).value == "UTC"


def test_dates_change_with_a_reason(visit, store, organizer, in_shanghai):
    made = opened(store)
    app = visit(organizer, "evaluation_period")
    keyed(app.date_input, f"due-{made.id}-2026Q1-change-").set_value(date(2026, 4, 20))
    app.button(key="change_dates").click().run()
    assert errors(app) == ["Please say why the dates change."]
    app.text_input(key=f"why-{made.id}-2026Q1").input("放假")
    field = keyed(app.selectbox, f"zone-{made.id}-2026Q1-change-")
    assert field.options == ["UTC", "Beijing time"]
    field.select("Asia/Shanghai")
    app.button(key="change_dates").click().run()
    assert errors(app) == []
    held = store.evaluation_state(made.id).periods["2026Q1"]
    assert (held.due, held.zone) == ("2026-04-20", "Asia/Shanghai")


def test_dates_that_somebody_else_has_changed_stay(visit, store, organizer):
    made = opened(store)
    app = visit(organizer, "evaluation_period")
    store.act(
        made.id, DueChanged("2026Q1", "2026-04-10", {REPORTS: "2026-04-05"}, "2026-04-25", "节假日")
    )
    keyed(app.date_input, f"due-{made.id}-2026Q1-change-").set_value(date(2026, 4, 20))
    app.text_input(key=f"why-{made.id}-2026Q1").input("放假")
    app.button(key="change_dates").click().run()
    assert errors(app) == []
    held = store.evaluation_state(made.id).periods["2026Q1"]
    assert (held.due, dict(held.dues), held.rating_due) == (
        "2026-04-20",
        {REPORTS: "2026-04-05"},
        "2026-04-25",
    )
    shown = keyed(app.date_input, f"rating_due-{made.id}-2026Q1-change-")
    assert shown.value == date(2026, 4, 25)
    keyed(app.multiselect, f"others-{made.id}-2026Q1-change-").set_value([]).run()
    app.text_input(key=f"why-{made.id}-2026Q1").input("统一日期")
    app.button(key="change_dates").click().run()
    assert dict(store.evaluation_state(made.id).periods["2026Q1"].dues) == {}


def test_periods_that_are_offered(store):
    made = opened(store, "2026Q3")
    now, scheme = store.evaluation_state(made.id), load_scheme(PACK)
    today = date(2026, 5, 1)
    assert [str(one) for one in periods_to_open(now, scheme, today)] == [
        *("2026Q1", "2026Q2", "2026Q4", "2027Q1", "2027Q2", "2027Q3", "2027Q4")
    ]
    assert str(next_period(now, scheme, today)) == "2026Q4"


def test_a_reader_changes_nothing(visit, store):
    opened(store)
    store.add_account("Root", "four random words", ["administrator"])
    session = store.open_account(store.add_account("Li", "four random words", ["reader"]).id, None)
    app = visit(session, "evaluation_period")
    assert {one.key for one in app.button if not one.disabled} == {"go_next"}
