"""Raters on their page."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from ahp.evaluation import load_scheme
from ahp.evaluation.rules import Checklist, Point
from ahp.i18n.evaluation import names_of
from ahp.process.evaluations.events import (
    PeriodOpened,
    Rated,
    RatingClosed,
    RatingOpened,
    RatingsSubmitted,
    SchemeApproved,
    SchemeProposed,
    UnitAdded,
)
from ahp.process.evaluations.rating import task_of
from ahp.process.evaluations.units import Unit
from ahp.store import PersonInfo, Store
from tests.web.evaluations import PACK, opened

PERIOD, LEAF = "2026Q1", "management_model"
SCHEME = load_scheme(PACK)
GRADES = {grade.id: grade for grade in SCHEME.grades["five"]}
PDF = b"%PDF-1.7 a voucher"


@pytest.fixture
def raters(store: Store) -> dict[str, PersonInfo]:
    """Three raters, one of them of the north branch, who rate one indicator of three units."""
    made = opened(store)
    given = {"王芳": "north", "李强": "", "赵敏": ""}
    found = {
        name: store.add_person(made.id, "rater", name, unit=unit, indicators=[LEAF])
        for name, unit in given.items()
    }
    store.act(made.id, RatingOpened(PERIOD, 1, (), "2026-04-15"))
    return found


def session_of(store: Store, info: PersonInfo) -> str:
    return store.open_link(store.issue_person_link(info.person.id), None)


def state_of(store: Store, info: PersonInfo):
    return store.evaluation_state(info.evaluation_id)


def cells(store: Store, info: PersonInfo, by: str = "indicator"):
    return task_of(state_of(store, info), info.person.id, PERIOD, by).cells


def ratings(store: Store, info: PersonInfo, number: int = 1) -> dict[str, tuple[str, str]]:
    sheet = state_of(store, info).periods[PERIOD].rounds[number - 1].sheet(info.person.id)
    return {cell[0]: (one.value, one.note) for cell, one in sheet.ratings.items()}


def grade(app: AppTest, info: PersonInfo, unit: str, value: str, number: int = 1):
    cell = f"{unit}-{LEAF}-"
    return app.button(key=f"rate-{info.person.id}-{PERIOD}-{number}-{cell}-{value}")


def markdown(app: AppTest) -> list[str]:
    return [one.value for one in app.markdown]


def body(app: AppTest) -> str:
    """Everything that reaches the browser."""
    return str(app._tree)


def test_a_round_without_a_date(visit, store, organizer, raters):
    info = raters["王芳"]
    store.act(info.evaluation_id, RatingClosed(PERIOD, 1))
    store.act(info.evaluation_id, RatingOpened(PERIOD, 2, (), ""))
    assert "submit by" not in markdown(visit(session_of(store, info)))[1]
    app = visit(organizer, "evaluation_rating")
    assert "submit by" not in body(app)
    assert app.code[0].value == (
        "Dear 王芳, 2 of your 2 ratings for “2026 <b>年度</b>”, 2026Q1, are still open. Please "
        "open your personal link again: what you have rated is kept, and you go on where you "
        "stopped. Thank you."
    )


def test_a_rater_rates_and_submits(visit, store, raters):
    info = raters["王芳"]
    first, second = cells(store, info)
    names = state_of(store, info).unit
    app = visit(session_of(store, info))
    assert [one.value for one in app.header] == ["2026 \\<b\\>年度\\</b\\>"]
    assert markdown(app) == [
        "You rate as **王芳** for 2026Q1. If that isn't you, please open your own link.",
        "- Ratings asked: 2; units: 2. Your own unit is not among them.\n"
        "- Tap the grade whose description fits the unit best. It is saved at once: you can stop "
        "at any time and go on later, also on another device, with the same link.\n"
        "- Nobody sees your ratings, the organizer neither, until the round is closed. Other "
        "raters never learn who gave which grade.\n"
        "- Please submit by 2026-04-15 (UTC).",
    ]
    app.button(key="start").click().run()
    name = names_of(SCHEME, "en")[LEAF]
    assert [one.value for one in app.header] == [names[first[0]].name]
    assert markdown(app)[0] == f"**{name}**"
    anchor = SCHEME.indicator[LEAF].rule.anchors["good"]["en"]
    assert grade(app, info, first[0], "good").label == f"**Good** {anchor}"
    assert "北城支行" not in body(app)  # nobody rates their own unit
    grade(app, info, first[0], "good").click().run()
    assert ratings(store, info) == {first[0]: ("good", "")}
    assert [one.value for one in app.header] == [names[second[0]].name]
    assert markdown(app)[:2] == [
        f":green[:material/check: Saved: {name}, {names[first[0]].name}: Good]",
        f"**{name}**",
    ]
    app.text_area[0].input("看了岗位职责").run()
    assert ratings(store, info)[second[0]] == ("", "看了岗位职责")
    app.button(key=f"rate-{info.person.id}-{PERIOD}-1-{second[0]}-{LEAF}--").click().run()
    assert ratings(store, info)[second[0]] == ("cannot judge", "看了岗位职责")
    assert [one.value for one in app.header] == ["Overview", "Submit"]
    assert not app.warning
    app.button(key="submit").click().run()
    assert [one.value for one in app.success] == [
        "You have submitted your ratings for 2026Q1. Thank you!"
    ]
    assert f"- {names[first[0]].name} · {name}: Good" in markdown(app)
    assert f"- {names[second[0]].name} · {name}: I can't judge this (看了岗位职责)" in markdown(app)
    assert not [one for one in app.button if one.key.startswith("rate-")]


def test_what_was_rated_is_there_on_another_device_and_in_chinese(visit, store, raters):
    info = raters["李强"]
    first = cells(store, info)[0]
    app = visit(session_of(store, info))
    app.button(key="start").click().run()
    grade(app, info, first[0], "fair").click().run()
    app = visit(session_of(store, info), language="zh")
    assert app.button(key="start").label == "继续"
    app.button(key="start").click().run()
    assert app.get("progress")[0].proto.text == "已评 1 / 3 项"
    app.button(key="back").click().run()
    assert grade(app, info, first[0], "fair").proto.type == "primary"
    assert grade(app, info, first[0], "fair").label == (
        f"**一般** {SCHEME.indicator[LEAF].rule.anchors['fair']['zh']}"
    )
    grade(app, info, first[0], "good").click().run()
    assert ratings(store, info)[first[0]] == ("good", "")


def test_what_is_open_is_said_before_submitting(visit, store, raters):
    info = raters["李强"]
    app = visit(session_of(store, info))
    app.button(key="start").click().run()
    app.button(key="overview").click().run()
    assert [one.value for one in app.warning] == ["3 ratings are still open."]
    assert app.button(key="submit").disabled
    app.checkbox(key=f"sure-{info.person.id}-{PERIOD}-1-3").check().run()
    app.button(key="submit").click().run()
    assert state_of(store, info).periods[PERIOD].rounds[0].sheet(info.person.id).submitted


def test_the_order_can_be_chosen(visit, store, raters):
    info = raters["李强"]
    app = visit(session_of(store, info))
    app.radio(key="order en").set_value("unit").run()
    app.button(key="start").click().run()
    unit = state_of(store, info).unit[cells(store, info, "unit")[0][0]]
    assert [one.value for one in app.header] == [unit.name]
    app.button(key="back").click().run()
    assert app.radio(key="order en").value == "unit"


def test_evidence_is_kept_once_and_other_files_are_refused(visit, store, raters):
    info = raters["李强"]
    first = cells(store, info)[0]
    app = visit(session_of(store, info))
    app.button(key="start").click().run()

    def upload(name: str, content: bytes) -> None:
        app.get("file_uploader")[0].set_value((name, content, "application/pdf")).run()

    upload("凭证.pdf", PDF)
    assert not app.error
    upload("again.pdf", PDF)
    upload("page.pdf", b"<html>")
    assert [one.value for one in app.error] == [
        "“page.pdf” can't be attached: expected one of pdf, jpg, jpeg, png, docx, xlsx."
    ]
    sheet = state_of(store, info).periods[PERIOD].rounds[0].sheet(info.person.id)
    (file,) = sheet.ratings[first].files
    assert (file.name, store.file(file.sha256)) == ("凭证.pdf", PDF)
    assert [one.label for one in app.expander] == ["Evidence: 1 attached"]
    assert task_of(state_of(store, info), info.person.id, PERIOD).done == 0  # not rated by it


def test_a_link_that_was_revoked_rates_nothing(visit, store, raters):
    info = raters["李强"]
    first = cells(store, info)[0]
    app = visit(session_of(store, info))
    app.button(key="start").click().run()
    store.revoke_person_link(info.person.id)
    grade(app, info, first[0], "good").click().run()
    assert ratings(store, info) == {}
    assert "Good" not in " ".join(one.label for one in app.button)


def test_another_s_link_opens_another_s_sheet_alone(visit, store, raters):
    mine, other = raters["李强"], raters["王芳"]
    store.act_as(other.person.id, Rated(PERIOD, 1, "south", LEAF, "poor", "", "某处有问题"))
    app = visit(session_of(store, mine))
    app.query_params["p"] = other.person.id
    app.session_state["p"] = other.person.id
    app.run()
    assert "某处有问题" not in body(app)
    assert "王芳" not in body(app)


def test_a_round_that_is_closed_meanwhile_takes_no_more(visit, store, raters):
    info = raters["李强"]
    first = cells(store, info)[0]
    app = visit(session_of(store, info))
    app.button(key="start").click().run()
    store.act(info.evaluation_id, RatingClosed(PERIOD, 1))
    grade(app, info, first[0], "good").click().run()
    assert [one.value for one in app.error] == ["Round 1 of rating is closed."]
    assert [one.value for one in app.warning] == [
        "Round 1 of 2026Q1 was closed before you submitted: your ratings in it don't count. If you "
        "have questions, please ask the organizer."
    ]
    assert ratings(store, info) == {}


def test_the_second_round_shows_how_all_graded_without_names(visit, store, raters):
    grades = {"王芳": "very_good", "李强": "fair", "赵敏": "fair"}
    for name, value in grades.items():
        person = raters[name].person.id
        store.act_as(person, Rated(PERIOD, 1, "south", LEAF, value))
        store.act_as(person, RatingsSubmitted(PERIOD, 1))
    info = raters["王芳"]
    store.act(info.evaluation_id, RatingClosed(PERIOD, 1))
    store.act(info.evaluation_id, RatingOpened(PERIOD, 2, (("south", LEAF, ""),), "2026-04-20"))
    app = visit(session_of(store, info))
    assert [one.value for one in app.info] == [
        "This is round 2: only what raters saw very differently is asked again. You see your own "
        "grade and how all raters graded, without names. Keep your grade or change it; both are "
        "welcome."
    ]
    app.button(key="start").click().run()
    assert "**Your last grade: Very good**" in markdown(app)
    assert "Median: 70 points of 100" in [one.value for one in app.caption]
    bars = next(one.proto.body for one in app.get("html") if "How the 3 raters" in one.proto.body)
    assert bars.count("<") > 5
    for name in ("李强", "赵敏"):
        assert name not in body(app)
    app.button(key=f"keep-{info.person.id}-{PERIOD}-2-south-{LEAF}-").click().run()
    assert ratings(store, info, 2) == {"south": ("very_good", "")}
    assert app.button(key="submit").proto.type == "primary"


def test_nothing_to_rate_yet(visit, store):
    info = store.add_person(opened(store).id, "rater", "王芳")
    app = visit(session_of(store, info), language="zh")
    assert [one.value for one in app.info] == [
        "目前没有需要评分的内容。开始评分时组织者会通知您，届时打开此链接即可看到评分内容。"
    ]


def checked(store: Store) -> tuple[PersonInfo, str, Point, Point]:
    """A rater of a checklist, its id, a key point of it, and one of which a sample is drawn."""
    scheme = load_scheme("internal_control")
    leaf, key, sampled = next(
        (one.id, key, sampled)
        for one in scheme.indicators
        if isinstance(one.rule, Checklist)
        for key in one.rule.control_points
        for sampled in one.rule.control_points
        if key.key and not key.sample and sampled.sample
    )
    made = store.create_evaluation("E")
    store.act_together(
        made.id,
        [
            *(SchemeProposed(1, scheme.content), SchemeApproved(1)),
            UnitAdded(Unit(id="north", name="北城支行")),
            PeriodOpened("2026H1", 1, "2026-07-10", {}, "2026-07-15"),
        ],
    )
    info = store.add_person(made.id, "rater", "王芳", indicators=[leaf])
    store.act(made.id, RatingOpened("2026H1", 1, (), "2026-07-15"))
    return info, leaf, key, sampled


def test_control_points_are_rated_one_by_one(visit, store):
    info, leaf, key, sampled = checked(store)
    about = f"{info.person.id}-2026H1-1"
    app = visit(session_of(store, info))
    app.button(key="start").click().run()
    app.button(key="overview").click().run()
    app.button(key=f"entry-{about}-north-{leaf}-{key.id}").click().run()
    assert "Key control point" in [one.value for one in app.caption]
    own = [one for one in app.button if one.key.startswith(f"rate-{about}")]
    assert [one.label for one in own] == [
        "**Met**",
        "**Partly met**",
        "**Not met**",
        "**Doesn't apply to this unit**",
        "I can't judge this",
    ]
    own[1].click().run()
    app.button(key="overview").click().run()
    app.button(key=f"entry-{about}-north-{leaf}-{sampled.id}").click().run()
    assert f"{sampled.sample} are to be drawn, or all where there are fewer." in markdown(app)
    cell = f"{about}-north-{leaf}-{sampled.id}"
    app.number_input(key=f"sample_drawn-{cell}").set_value(5)
    app.number_input(key=f"sample_met-{cell}").set_value(6)
    app.button(key=f"sample_save-{cell}").click().run()
    (refused,) = [one.value for one in app.error]
    assert refused.endswith(": “6/5” is none of the answers.")
    app.number_input(key=f"sample_met-{cell}").set_value(4)
    app.button(key=f"sample_save-{cell}").click().run()
    sheet = state_of(store, info).periods["2026H1"].rounds[0].sheet(info.person.id)
    assert {cell[2]: one.value for cell, one in sheet.ratings.items()} == {
        key.id: "partly",
        sampled.id: "4/5",
    }


def test_of_two_open_periods_one_is_chosen(visit, store, raters):
    info = raters["李强"]
    store.act(info.evaluation_id, PeriodOpened("2026Q2", 1, "2026-07-10", {}, "2026-07-15"))
    store.act(info.evaluation_id, RatingOpened("2026Q2", 1, (), "2026-07-15"))
    app = visit(session_of(store, info))
    assert app.radio(key="rating_period").options == ["2026Q2", "2026Q1"]
    app.radio(key="rating_period").set_value("2026Q1").run()
    app.button(key="start").click().run()
    first = cells(store, info)[0]
    grade(app, info, first[0], "good").click().run()
    assert ratings(store, info) == {first[0]: ("good", "")}
    assert store.evaluation_state(info.evaluation_id).periods["2026Q2"].rounds[0].sheets == {}


def test_on_two_devices_the_last_grade_counts(visit, store, raters):
    info = raters["李强"]
    first, second, _third = cells(store, info)
    session = session_of(store, info)
    phone, computer = visit(session), visit(session)
    for app in (phone, computer):
        app.button(key="start").click().run()
    grade(phone, info, first[0], "good").click().run()
    grade(computer, info, first[0], "fair").click().run()
    assert ratings(store, info) == {first[0]: ("fair", "")}
    for app in (phone, computer):
        assert [one.value for one in app.header] == [state_of(store, info).unit[second[0]].name]
