"""The check of a period on its page: sources, what stands out, two people, the end of it."""

from __future__ import annotations

import hashlib

import pytest
from streamlit.testing.v1 import AppTest

from ahp.evaluation import load_scheme
from ahp.i18n.evaluation import names_of
from ahp.process.evaluations.events import CellKey, File, PeriodOpened, Row
from ahp.process.events import Actor
from tests.evaluation_case import PERIOD, make_case
from tests.web.evaluations import PACK, opened
from tests.web.tables import shown_tables

REPORTS, LATE, VETO = "research_reports", "late_report", "missed_case"
CONTENT = b"unit,indicator,value\n"
FILE = File(hashlib.sha256(CONTENT).hexdigest(), "一季度.csv", len(CONTENT))
WORDS = "four random words"


@pytest.fixture(scope="module")
def migrated(with_example):
    """Every database of these tests has the example."""
    return with_example


def errors(app: AppTest) -> list[str]:
    return [one.value for one in app.error]


def captions(app: AppTest) -> list[str]:
    return [one.value for one in app.caption]


@pytest.fixture
def people(store):
    """Name -> session and id of an account."""
    store.add_account("Root", WORDS, ["administrator"])
    found = {}
    for name, role in (("王芳", "organizer"), ("赵云", "organizer"), ("李主任", "head")):
        account = store.add_account(name, WORDS, [role])
        found[name] = (store.open_account(account.id, None), account.id)
    reader = store.add_account("周审计", WORDS, ["reader"])
    found["周审计"] = (store.open_account(reader.id, None), reader.id)
    return found


def by(store, people, name: str):
    return store.by(Actor("organizer", people[name][1]))


def table_of(app: AppTest, column: str) -> list[dict[str, str]]:
    found = [one for one in shown_tables(app) if column in one.columns]
    return found[0].to_dict("records") if found else []


def test_a_value_with_its_source_and_what_stood_before(visit, store, people):
    made = opened(store)
    clerk = by(store, people, "王芳")
    row = Row("north", REPORTS, "3", place="一季度.csv: line 2")
    clerk.record_values(made.id, "2026Q1", [row], file=FILE, content=CONTENT)
    changed = Row("north", REPORTS, "4", evidence="调研〔2026〕2 号")
    clerk.record_values(made.id, "2026Q1", [changed], reason="漏报一篇")
    app = visit(people["王芳"][0], "evaluation_check")
    about = f"{made.id}-2026Q1"
    app.selectbox(key=f"cell_part-{about}").set_value(REPORTS).run()
    assert "Source: typed by 王芳, document 调研〔2026〕2 号" in [one.value for one in app.markdown]
    rows = [
        {name: one[name] for name in ("Value", "State", "Source", "Why")}
        for one in table_of(app, "Source")
    ]
    assert rows == [
        {
            "Value": "4",
            "State": "counts now",
            "Source": "typed by 王芳, document 调研〔2026〕2 号",
            "Why": "漏报一篇",
        },
        {
            "Value": "3",
            "State": "was replaced",
            "Source": "一季度.csv: line 2",
            "Why": "–",
        },
    ]
    app = visit(people["王芳"][0], "evaluation_check", "zh")
    app.selectbox(key=f"cell_part-{about}").set_value(REPORTS).run()
    assert [one["来源"] for one in table_of(app, "来源")] == [
        "王芳录入，文号 调研〔2026〕2 号",
        "一季度.csv：第 2 行",
    ]


def test_a_value_that_stands_out_is_accepted_with_a_reason(visit, store, people):
    made = opened(store)
    clerk = by(store, people, "王芳")
    periods = ("2026Q1", "2026Q2", "2026Q3", "2026Q4", "2027Q1")
    for period in periods[1:]:
        clerk.act(made.id, PeriodOpened(period, 1, "2027-04-10", {}, "2027-04-15"))
    for period, value in zip(periods, ("3", "3", "3", "3", "9"), strict=True):
        clerk.record_values(made.id, period, [Row("north", REPORTS, value)])
    app = visit(people["王芳"][0], "evaluation_check")
    name = names_of(load_scheme(PACK), "en")[REPORTS]
    sentence = "“9” is outside 0 to 6, where the earlier values 3, 3, 3, 3 let it be expected"
    about = f"{made.id}-2027Q1"
    go = f"go-{about}-north-{REPORTS}---"
    assert app.button(key=go).label == f"北城支行 · {name}: {sentence}"
    app.button(key=go).click().run()
    assert app.selectbox(key=f"cell_part-{about}").value == REPORTS
    assert sentence in [one.value for one in app.warning]
    accept = f"{about}-north-{REPORTS}---"
    app.button(key=f"accept-{accept}").click().run()
    assert errors(app) == ["Please say why the value is right."]
    clerk.record_values(made.id, "2027Q1", [Row("north", REPORTS, "8")])
    app.text_input(key=f"accept_reason-{accept}").input("集中报送")
    app.button(key=f"accept-{accept}").click().run()
    assert errors(app) == [  # nobody has looked at 8
        f"“北城支行”, “{name}”: the value has changed meanwhile; look at it again."
    ]
    assert dict(store.evaluation_state(made.id).periods["2027Q1"].accepted) == {}
    app.button(key=f"accept-{accept}").click().run()
    assert errors(app) == []
    assert "Accepted: 集中报送" in [one.value for one in app.success]
    assert go not in [one.key for one in app.button]
    held = store.evaluation_state(made.id).periods["2027Q1"]
    seq = held.values[CellKey("north", REPORTS)].stamp.seq
    assert dict(held.accepted) == {CellKey("north", REPORTS): (seq, "集中报送")}
    clerk.record_values(made.id, "2027Q1", [Row("north", REPORTS, "10")])
    app = visit(people["王芳"][0], "evaluation_check")
    assert go in [one.key for one in app.button]  # another value is accepted anew


def record(app: AppTest, about: str, event: str, document: str, value: str = "1") -> None:
    app.selectbox(key=f"entry_event-{about}").set_value(event)
    app.text_input(key=f"entry_value-{about}").input(value)
    app.text_input(key=f"entry_document-{about}").input(document)
    app.button(key=f"add_entry-{about}").click().run()


def test_a_deduction_takes_a_document_and_a_second_person(visit, store, people):
    made = opened(store)
    about, key = f"{made.id}-2026Q1", CellKey("north", LATE)
    app = visit(people["王芳"][0], "evaluation_check")
    record(app, about, LATE, "")
    names = names_of(load_scheme(PACK), "en")
    assert errors(app) == [
        f"“北城支行”, “{names[LATE]}”: a deduction, bonus or veto needs the number of its document."
    ]
    record(app, about, LATE, "督查〔2026〕1 号", "")
    assert errors(app) == ["Please write how many times, or how many points."]
    record(app, about, LATE, "督查〔2026〕1 号")
    assert errors(app) == []
    entry = f"{about}-north-{LATE}---"
    assert app.button(key=f"confirm-{entry}").disabled
    assert "This takes two people: somebody else has to do the second step." in captions(app)
    held = store.evaluation_state(made.id).periods["2026Q1"]
    assert (held.entries[key].row.value, held.counts(key)) == ("1", False)
    # who may not, may not by a call either
    app = visit(people["周审计"][0], "evaluation_check")
    assert app.button(key=f"confirm-{entry}").disabled
    assert "Your account does not allow this." in captions(app)
    assert app.button(key=f"add_entry-{about}").disabled
    app = visit(people["李主任"][0], "evaluation_check")
    app.button(key=f"confirm-{entry}").click().run()
    assert errors(app) == []
    assert store.evaluation_state(made.id).periods["2026Q1"].counts(key)
    assert any(one.value.startswith("Confirmed by 李主任 on ") for one in app.success)
    # what was confirmed one person alone doesn't take away
    app = visit(people["王芳"][0], "evaluation_check")
    assert not [one for one in app.button if str(one.key).startswith("remove-")]
    assert app.info.values[-1].replace("\N{WORD JOINER}", "") == (
        "Recorded already, and confirmed by a second person: 1, document 督查〔2026〕1 号. A new "
        "entry can replace it once a second person has rejected it."
    )
    record(app, about, LATE, "督查〔2026〕2 号", "2")
    assert errors(app) == [
        f"北城支行, {names[LATE]}: a second person has confirmed it, so nobody changes it or takes "
        "it away alone. A second person rejects it first."
    ]
    app = visit(people["李主任"][0], "evaluation_check")
    app.text_input(key=f"reject_reason-{entry}").input("看错了")
    app.button(key=f"reject-{entry}").click().run()
    held = store.evaluation_state(made.id).periods["2026Q1"]
    day = held.verdict(key).stamp.time[:10]
    assert errors(app) == [f"Rejected by 李主任 on {day}, it does not count: 看错了"]
    assert not held.counts(key)


def test_a_veto_is_rejected_with_a_reason_and_removed(visit, store, people):
    made = opened(store)
    about, key = f"{made.id}-2026Q1", CellKey("north", VETO)
    by(store, people, "王芳").record_values(
        made.id, "2026Q1", [Row("north", VETO, "1", evidence="案〔2026〕1 号")]
    )
    app = visit(people["赵云"][0], "evaluation_check")
    entry = f"{about}-north-{VETO}---"
    app.button(key=f"reject-{entry}").click().run()
    assert errors(app) == ["Please say why it is rejected."]
    app.text_input(key=f"reject_reason-{entry}").input("不属实")
    app.button(key=f"reject-{entry}").click().run()
    held = store.evaluation_state(made.id).periods["2026Q1"]
    assert (held.counts(key), held.verdict(key).reason) == (False, "不属实")
    day = held.verdict(key).stamp.time[:10]
    assert errors(app) == [f"Rejected by 赵云 on {day}, it does not count: 不属实"]
    by(store, people, "王芳").record_values(
        made.id, "2026Q1", [Row("north", VETO, "1", evidence="案〔2026〕2 号")]
    )
    names = names_of(load_scheme(PACK), "en")
    changed = (
        f"“北城支行”, “{names[VETO]}”: somebody else has changed the value meanwhile. Nothing was "
        "recorded; look at the changes below and record again."
    )
    app.button(key=f"remove-{entry}").click().run()
    assert errors(app) == [changed]
    by(store, people, "王芳").record_values(
        made.id, "2026Q1", [Row("north", VETO, "1", evidence="案〔2026〕3 号")]
    )
    record(app, about, VETO, "案〔2026〕1 号")
    assert errors(app) == [changed]
    [entry_now] = store.evaluation_state(made.id).periods["2026Q1"].entries.values()
    assert entry_now.row.evidence == "案〔2026〕3 号"
    app.button(key=f"remove-{entry}").click().run()
    assert store.evaluation_state(made.id).periods["2026Q1"].entries == {}


def test_the_check_is_finished_and_undone(visit, store, people):
    made = opened(store)
    session = people["王芳"][0]
    by(store, people, "赵云").record_values(
        made.id, "2026Q1", [Row("north", LATE, "1", evidence="督查〔2026〕1 号")]
    )
    app = visit(session, "evaluation_check")
    assert app.button(key="finish_check").disabled
    assert (
        "1 deductions, bonuses or vetoes wait for a second person: confirm or reject them, then "
        "finish the check." in captions(app)
    )
    about = f"{made.id}-2026Q1"
    app.button(key=f"confirm-{about}-north-{LATE}---").click().run()
    assert app.button(key="finish_check").disabled  # something is missing: asked once more
    sure = app.checkbox(key=f"sure_finish-{about}-18-0")
    assert sure.label == ("Finish although something is left: indicators with missing values: 18")
    sure.check().run()
    rows = [Row(unit, REPORTS, "3") for unit in ("north", "south", "east")]
    by(store, people, "赵云").record_values(made.id, "2026Q1", rows)
    app.run()
    sure = app.checkbox(key=f"sure_finish-{about}-17-0")  # something else is left now
    assert (sure.value, app.button(key="finish_check").disabled) == (False, True)
    sure.check().run()
    app.text_input(key=f"finish_note-{about}").input("齐了")
    app.button(key="finish_check").click().run()
    assert errors(app) == []
    held = store.evaluation_state(made.id).periods["2026Q1"]
    assert (held.stage, held.checked.actor.id) == ("checked", people["王芳"][1])
    day = held.checked.time[:10]
    assert f"The check was finished by 王芳 on {day}." in [one.value for one in app.success]
    app.button(key="undo_check").click().run()
    assert errors(app) == ["Please say why the check is undone."]
    app.text_input(key=f"undo_reason-{about}").input("又来一份数据")
    app.button(key="undo_check").click().run()
    assert store.evaluation_state(made.id).periods["2026Q1"].stage == "open"


def test_a_reader_changes_nothing(visit, store, people):
    made = opened(store)
    app = visit(people["周审计"][0], "evaluation_check", "zh")
    changing = ("finish_check", "add_entry", "confirm", "reject", "remove", "accept", "undo")
    assert [
        one.key for one in app.button if one.key.startswith(changing) and not one.disabled
    ] == []
    assert store.evaluation_state(made.id).periods["2026Q1"].stage == "open"


def test_a_signed_period_is_only_looked_at(visit, store, organizer):
    made = store.evaluations()[0]
    app = visit(organizer, "evaluation_check")
    assert store.evaluation_state(made.id).periods["2026Q4"].stage == "signed"
    keys = {one.key.partition("-")[0] for one in app.button if one.key}
    assert keys.isdisjoint({"finish_check", "undo_check", "add_entry", "remove", "accept"})
    assert "The period is signed: what is wrong is corrected on “Sign and close”." in captions(app)


def test_ratings_are_told_by_the_names_of_grades(visit, store):
    case = make_case(store)
    app = visit(case.session(case.clerk), "evaluation_check", "zh")
    about = f"{case.id}-{PERIOD}"
    app.selectbox(key=f"cell_part-{about}").set_value("review").run()
    app.selectbox(key=f"cell_unit-{about}").set_value("u2").run()
    assert [(one["评分人"], one["评分"]) for one in table_of(app, "评分人")] == [
        ("赵评", "中"),
        ("钱评", "弱"),
    ]


def test_values_of_a_derived_indicator_are_told_by_the_names_of_its_inputs(visit, store, people):
    made = opened(store)
    by(store, people, "王芳").record_values(
        made.id, "2026Q1", [Row("north", "process", "20000", input="vouchers")]
    )
    app = visit(people["王芳"][0], "evaluation_check", "zh")
    app.selectbox(key=f"cell_part-{made.id}-2026Q1").set_value("process").run()
    found = [(one["观测值"], one["项目、数据项、评分人"]) for one in table_of(app, "来源")]
    assert found == [("20000", "凭证笔数")]
