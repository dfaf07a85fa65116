"""The list of units on its page."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from ahp.evaluation.scheme import Group
from ahp.process.evaluations.events import PeriodChecked, PeriodOpened, UnitChanged, UnitMerged
from ahp.process.evaluations.units import Unit, UnitEntry
from ahp.store import Store
from tests.evaluation.schemes import scheme
from tests.web.evaluations import begun, opened, with_units
from tests.web.tables import shown_tables
from tests.web.test_evaluation_data import keyed, upload


def errors(app: AppTest) -> list[str]:
    return [one.value for one in app.error]


def names(store: Store, evaluation: str) -> list[str]:
    return [unit.name for unit in store.evaluation_state(evaluation).units]


def test_a_pasted_list_is_reviewed_first(visit, store, organizer):
    made = begun(store)
    app = visit(organizer, "evaluation_units")
    key = f"pasted_units-{made.id}"
    app.text_area(key=key).input("单位名录\n1. 北城支行，城区，李明\n2. 北城支行")
    app.button(key="review_units").click().run()
    assert errors(app) == [
        "line 3, column 1: “北城支行” is what “北城支行” is called in the same period, expected "
        "another"
    ]
    app.text_area(key=key).input("单位名录\n1. 北城支行，城区，李明\n2. 南城支行，城区，，2026Q1")
    app.button(key="review_units").click().run()
    assert errors(app) == []
    assert shown_tables(app)[0].to_dict("records") == [
        {
            "Name of the unit": "北城支行",
            "Peer group": "城区",
            "Contact": "李明",
            "Evaluated from": "",
            "Evaluated until": "",
            "Also called in files": "",
            "In the list": "no, will be added",
        },
        {
            "Name of the unit": "南城支行",
            "Peer group": "城区",
            "Contact": "",
            "Evaluated from": "2026-01-01",
            "Evaluated until": "",
            "Also called in files": "",
            "In the list": "no, will be added",
        },
    ]
    assert "Not read as units: “单位名录”" in [one.value for one in app.caption]
    app.button(key=f"add_read-{key}").click().run()
    assert names(store, made.id) == ["北城支行", "南城支行"]
    assert app.text_area(key=key).value == ""
    app.text_input(key=f"sought-{made.id}").input("李明").run()
    assert shown_tables(app)[0]["Name of the unit"].tolist() == ["北城支行"]
    assert "1 of 2 units" in [one.value for one in app.caption]


def test_a_unit_of_the_form_with_a_date_that_is_none(visit, store, organizer):
    made = begun(store)
    app = visit(organizer, "evaluation_units", "zh")
    key = f"new_unit-{made.id}"
    app.text_input(key=f"name-{key}").input("北城支行")
    app.text_input(key=f"active_from-{key}").input("春天")
    app.button(key="add_unit_button").click().run()
    assert errors(app) == ["参评起始：“春天”应为日期（如 2026-01-31）或评价期（如 2026Q1）。"]
    app.text_input(key=f"active_from-{key}").input("2026Q1")
    app.text_input(key=f"aliases-{key}").input("北城; 城北支行")
    app.button(key="add_unit_button").click().run()
    assert errors(app) == []
    [unit] = store.evaluation_state(made.id).units
    assert (unit.active_from, unit.aliases) == ("2026Q1", ("北城", "城北支行"))
    assert app.text_input(key=f"name-{key}").value == ""


def test_a_renamed_unit_keeps_its_history(visit, store, organizer):
    made = opened(store)
    app = visit(organizer, "evaluation_units")
    app.selectbox(key=f"unit_chosen-{made.id}").select("north").run()
    keyed(app.text_input, "name-north-").input("南城支行")
    app.button(key="save_unit-north").click().run()
    assert errors(app) == [
        "“南城支行” is what “南城支行” is called in the same period, expected another"
    ]
    keyed(app.text_input, "name-north-").input("城北*支行")
    app.text_input(key="reason-north").input("分行发文")
    app.button(key="save_unit-north").click().run()
    assert errors(app) == []
    assert store.evaluation_state(made.id).unit["north"].former_names == ("北城支行",)
    rows = shown_tables(app)[1][["What", "Why", "Who"]].to_dict("records")
    assert rows == [
        {"What": "added as “北城支行”", "Why": "–", "Who": "organizer without an account"},
        {"What": "changed; called “城北\\*支行”", "Why": "分行发文"} | {"Who": rows[0]["Who"]},
    ]
    assert shown_tables(app)[2].to_dict("records") == [
        {"Period": "2026Q1", "Evaluated as": "城北\\*支行"}
    ]


def test_what_somebody_else_has_changed_stays(visit, store, organizer):
    made = with_units(store)
    app = visit(organizer, "evaluation_units")
    app.selectbox(key=f"unit_chosen-{made.id}").select("north").run()
    renamed = Unit(id="north", name="城北支行", group="城区", former_names=("北城支行",))
    store.act(made.id, UnitChanged(renamed, "分行发文"))
    keyed(app.text_input, "contact-north-").input("李明")
    app.button(key="save_unit-north").click().run()
    assert errors(app) == []
    unit = store.evaluation_state(made.id).unit["north"]
    assert (unit.name, unit.group, unit.contact) == ("城北支行", "城区", "李明")
    assert unit.former_names == ("北城支行",)
    assert keyed(app.text_input, "name-north-").value == "城北支行"
    store.act(made.id, UnitChanged(Unit(id="north", name="城北支行", group="县域"), "调整"))
    app.run()
    assert keyed(app.text_input, "group-north-").value == "县域"


def test_a_list_stays_with_its_evaluation(visit, store, organizer):
    made, other = begun(store), begun(store)
    app = visit(organizer, "evaluation_units")
    app.selectbox(key="evaluation_chosen").select(made.id).run()
    upload(app, "units.csv", "name", "北城支行")
    assert app.button(key=f"add_read-unit_file-{made.id}").label == "Add these units (1)"
    app.selectbox(key="evaluation_chosen").select(other.id).run()
    assert not [one for one in app.button if str(one.key).startswith("add_read-")]
    app.selectbox(key="evaluation_chosen").select(made.id).run()
    upload(app, "units.csv", "name", "北城支行")
    app.button(key=f"add_read-unit_file-{made.id}").click().run()
    assert (names(store, made.id), names(store, other.id)) == (["北城支行"], [])
    assert not [one for one in app.button if str(one.key).startswith("add_read-")]


def test_a_merge_says_what_it_does_and_asks_once_more(visit, store, organizer):
    made = opened(store)
    app = visit(organizer, "evaluation_units")
    app.selectbox(key=f"unit_chosen-{made.id}").select("north").run()
    app.selectbox(key="into-north").select("south")
    app.text_input(key="merge_period-north").input("2026年第2季度").run()
    assert [one.value for one in app.info] == [
        "- Up to the period before 2026Q2, “北城支行” is evaluated by itself as before.\n"
        "- From 2026Q2 on, only “南城支行” is evaluated; values for “北城支行” are refused.\n"
        "- “南城支行” shows the scores of both up to then in its history.\n"
        "- What was signed stays as it is. This can't be undone."
    ]
    assert app.button(key="merge-north").disabled
    app.checkbox(key="sure_merge-north-south-2026Q2").check().run()
    app.button(key="merge-north").click().run()
    assert errors(app) == []
    unit = store.evaluation_state(made.id).unit["north"]
    assert (unit.merged_into, unit.merged_from) == ("south", "2026Q2")
    assert shown_tables(app)[0]["State"].tolist() == [
        "went into “南城支行” from 2026Q2 on",
        "evaluated",
        "evaluated",
    ]
    assert "merge_period-north" not in {one.key for one in app.text_input}


def test_a_merge_that_can_t_be_is_refused_before(visit, store, organizer):
    made = opened(store)
    store.act(made.id, UnitMerged("east", "south", "2026Q2"))
    app = visit(organizer, "evaluation_units")
    app.selectbox(key=f"unit_chosen-{made.id}").select("north").run()
    assert app.selectbox(key="into-north").options == ["南城支行"]
    app.text_input(key="merge_period-north").input("spring").run()
    assert errors(app) == ["“spring”, expected a period such as 2026-03, 2026Q1, 2026H1 or 2026"]


def test_a_reader_changes_nothing(visit, store):
    with_units(store)
    store.add_account("Root", "four random words", ["administrator"])
    session = store.open_account(store.add_account("Li", "four random words", ["reader"]).id, None)
    app = visit(session, "evaluation_units")
    assert len(app.get("file_uploader")) == 0
    assert {one.key for one in app.button} == {"go_next"}
    assert {one.key.split("-")[0] for one in app.text_input} == {"sought"}


def test_the_units_of_the_scheme_are_taken(visit, store, organizer):
    groups = (Group("urban", {"en": "Urban"}, ("北城支行", "西城支行")),)
    made = begun(store, scheme({"a": "1"}, groups=groups))
    store.add_units(made.id, [UnitEntry("北城支行")])
    app = visit(organizer, "evaluation_units")
    assert app.button(key="take_named").label == "Take the units named in the scheme (1)"
    app.button(key="take_named").click().run()
    assert errors(app) == []
    units = store.evaluation_state(made.id).units
    assert [(unit.name, unit.group) for unit in units] == [("北城支行", ""), ("西城支行", "Urban")]
    assert "take_named" not in {one.key for one in app.button}


def test_after_a_checked_period_new_units_begin_with_the_next_day(visit, store, organizer):
    groups = (Group("urban", {"en": "Urban"}, ("西城支行",)),)
    made = begun(store, scheme({"a": "1"}, groups=groups))
    store.add_units(made.id, [UnitEntry("北城支行")])
    store.act(made.id, PeriodOpened("2026Q1", 1, "2026-04-10", {}))
    app = visit(organizer, "evaluation_units")
    assert app.info.values == []
    store.act(made.id, PeriodChecked("2026Q1"))
    app = visit(organizer, "evaluation_units")
    assert app.info.values == [
        "Periods before 2026-04-01 are checked or signed and keep their units: a unit of which no "
        "first day is said is evaluated from 2026-04-01 on."
    ]
    app.button(key="take_named").click().run()
    key = f"new_unit-{made.id}"
    assert app.text_input(key=f"active_from-{key}").placeholder == (
        "such as 2026-01-01 or 2026Q1; empty: from 2026-04-01 on"
    )
    app.text_input(key=f"name-{key}").input("东城支行")
    app.button(key="add_unit_button").click().run()
    key = f"pasted_units-{made.id}"
    app.text_area(key=key).input("南城支行\n中城支行,,,2026Q3\n北城支行")
    app.button(key="review_units").click().run()
    [read] = [one for one in shown_tables(app) if "In the list" in one]
    assert read["Evaluated from"].tolist() == ["2026-04-01", "2026-07-01", ""]
    app.button(key=f"add_read-{key}").click().run()
    assert errors(app) == []
    units = store.evaluation_state(made.id).units
    assert [(unit.name, unit.active_from) for unit in units] == [
        ("北城支行", ""),
        ("西城支行", "2026-04-01"),
        ("东城支行", "2026-04-01"),
        ("南城支行", "2026-04-01"),
        ("中城支行", "2026-07-01"),
    ]
    app.selectbox(key=f"unit_chosen-{made.id}").select(units[1].id).run()
    first = units[1].id
    keyed(app.text_input, f"active_from-{first}-").input("")
    app.button(key=f"save_unit-{first}").click().run()
    assert errors(app) == [
        "“西城支行”: the check of 2026Q1 is finished, so the units evaluated in it stay the same. "
        "Undo the check first, or let the change hold from 2026-04-01 on."
    ]


def test_somebody_with_a_link_has_no_such_page(visit, store):
    made = with_units(store)
    person = store.add_person(made.id, "contact", "李明", unit="north").person.id
    session = store.open_link(store.issue_person_link(person), None)
    app = visit(session)
    with pytest.raises(ValueError, match="Could not find a navigation page for .*_units.py"):
        app.switch_page("views/evaluation_units.py")
