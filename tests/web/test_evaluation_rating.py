"""Rating on the organizer's page: rounds are opened, watched, closed, and opened again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from streamlit.testing.v1 import AppTest

from ahp.evaluation import Scheme, load_scheme
from ahp.evaluation.rules import Measured
from ahp.i18n.evaluation import names_of
from ahp.process.evaluations.attachments import attached
from ahp.process.evaluations.events import (
    PeriodOpened,
    Rated,
    RatingAttached,
    RatingClosed,
    RatingOpened,
    RatingsSubmitted,
    SchemeApproved,
    SchemeProposed,
    UnitAdded,
)
from ahp.process.evaluations.units import Unit
from ahp.store import EvaluationInfo, Store
from ahp.web import people, state
from tests.web.evaluations import PACK, UNITS, opened
from tests.web.tables import shown_tables
from tests.web.test_accounts import WORDS

PERIOD, LEAF = "2026Q1", "management_model"
SCHEME = load_scheme(PACK)
PDF = b"%PDF-1.7 a voucher"
NAME = names_of(SCHEME, "en")[LEAF]


@pytest.fixture
def made(store: Store) -> EvaluationInfo:
    return opened(store)


@pytest.fixture
def raters(store: Store, made: EvaluationInfo) -> dict[str, str]:
    """Name -> id of three raters, one of them of the north branch, who rate one indicator."""
    given = {"王芳": "north", "李强": "", "赵敏": ""}
    return {
        name: store.add_person(made.id, "rater", name, unit=unit, indicators=[LEAF]).person.id
        for name, unit in given.items()
    }


def rate(store: Store, person: str, grades: dict[str, str], *, submit: bool = True) -> None:
    for unit, value in grades.items():
        store.act_as(person, Rated(PERIOD, 1, unit, LEAF, value))
    if submit:
        store.act_as(person, RatingsSubmitted(PERIOD, 1))


def page(visit, store: Store, session: str, language: str = "en") -> AppTest:
    return visit(session, "evaluation_rating", language)


def rounds(store: Store, made: EvaluationInfo):
    return store.evaluation_state(made.id).periods[PERIOD].rounds


def tables(app: AppTest) -> list[list[dict[str, str]]]:
    return [one.to_dict("records") for one in shown_tables(app)]


def texts(app: AppTest) -> list[str]:
    return [one.value for one in app.markdown]


def body(app: AppTest) -> str:
    return str(app._tree)


def test_without_raters_no_round_is_opened(visit, store, made, organizer):
    app = page(visit, store, organizer)
    assert [one.value for one in app.info] == ["Add the raters first, above."]
    assert app.button(key="open_round").disabled
    names = names_of(SCHEME, "en")
    rated = [leaf for leaf, one in SCHEME.indicator.items() if one.rule.kind == "rated"]
    assert f"Raters rate: {', '.join(names[leaf] for leaf in rated)}" in texts(app)


def test_a_round_is_opened_until_a_date(visit, store, made, raters, organizer):
    app = page(visit, store, organizer)
    key = f"rating_due-{made.id}-{PERIOD}-1"
    # the date that was planned is over
    assert app.date_input(key=key).value == state.today() + timedelta(days=7)
    app.date_input(key=key).set_value(date(2027, 1, 31)).run()
    app.button(key="open_round").click().run()
    (opened_round,) = rounds(store, made)
    assert (opened_round.number, opened_round.cells, opened_round.due) == (1, (), "2027-01-31")
    assert "Raters are asked to submit by 2027-01-31 (UTC)." in [one.value for one in app.caption]
    assert "Round 1 is open" in [one.value for one in app.header]


def test_an_open_round_shows_counts_alone(visit, store, made, raters, organizer):
    store.act(made.id, RatingOpened(PERIOD, 1, (), "2026-04-15"))
    rate(store, raters["王芳"], {"south": "poor", "east": "good"})
    store.act_as(raters["李强"], Rated(PERIOD, 1, "south", LEAF, "poor", "", "没有制度"))
    app = page(visit, store, organizer)
    assert app.get("progress")[0].proto.text == "1 of 3 raters have submitted"
    assert tables(app)[-1] == [
        {"Rater": "王芳", "Place of work": "", "Rated": "2/2", "Submitted": "yes"},
        {"Rater": "李强", "Place of work": "", "Rated": "1/3", "Submitted": "no"},
        {"Rater": "赵敏", "Place of work": "", "Rated": "0/3", "Submitted": "no"},
    ]
    poor = next(grade for grade in SCHEME.grades["five"] if grade.id == "poor").name["en"]
    for hidden in ("没有制度", f"{poor}", "Kendall"):
        assert hidden not in body(app)
    assert [one.value for one in app.code] == [
        f"Dear {name}, {count} of your 3 ratings for “2026 <b>年度</b>”, 2026Q1, are still open. "
        "Please open your personal link again: what you have rated is kept, and you go on where "
        "you stopped. Please submit by 2026-04-15 (UTC). Thank you."
        for name, count in (("李强", 2), ("赵敏", 3))
    ]


def test_a_rater_who_is_added_in_an_open_round(visit, store, made, raters, organizer, monkeypatch):
    """The progress refreshes by itself, with what the page knew when it was drawn."""
    store.act(made.id, RatingOpened(PERIOD, 1, (), "2026-04-15"))

    def add(*_args: object) -> None:
        store.add_person(made.id, "rater", "钱七", indicators=[LEAF])

    monkeypatch.setattr(people, "show_people", add)
    app = page(visit, store, organizer)
    assert [one["Rater"] for one in tables(app)[-1]] == ["王芳", "李强", "赵敏", "钱七"]


def test_closing_says_who_is_missing_and_asks(visit, store, made, raters, organizer):
    store.act(made.id, RatingOpened(PERIOD, 1, (), "2026-04-15"))
    rate(store, raters["李强"], {"south": "good", "east": "good", "north": "good"})
    rate(store, raters["赵敏"], {"south": "good", "east": "good", "north": "good"}, submit=False)
    app = page(visit, store, organizer)
    assert [one.value for one in app.warning] == [
        "Not submitted yet (2): 王芳 (0 of 2 rated), 赵敏 (3 of 3 rated)"
    ]
    assert app.button(key="close").disabled
    sure = app.checkbox(key=f"sure-{made.id}-{PERIOD}-1-2")
    assert sure.label == "Yes, close round 1 for ever, with 1 of 3 raters"
    sure.check().run()
    app.button(key="close").click().run()
    assert rounds(store, made)[0].closed
    assert [one.value for one in app.info] == ["Round 1 is closed."]
    (few,) = [one.value for one in app.warning]
    begin, listed = few.split(": ")
    assert begin == (
        "Fewer raters could judge these than the scheme needs, so they count as not reported"
    )
    assert sorted(listed.split(", ")) == sorted(f"{unit} · {NAME}" for unit in UNITS.values())


def test_a_second_round_asks_where_raters_lie_apart(visit, store, made, raters, organizer):
    store.act(made.id, RatingOpened(PERIOD, 1, (), "2026-04-15"))
    rate(store, raters["王芳"], {"south": "very_good", "east": "good"})
    rate(store, raters["李强"], {"south": "fair", "east": "good", "north": "good"})
    rate(store, raters["赵敏"], {"south": "fair", "east": "good", "north": "fair"})
    store.act(made.id, RatingClosed(PERIOD, 1))
    app = page(visit, store, organizer)
    apart, severity = tables(app)[-2:]
    assert [row["Unit"] for row in apart] == ["南城支行"]
    assert (apart[0]["Points apart"], apart[0]["At most by the scheme"]) == ("30", "25")
    assert sorted(apart[0]["Who gave what"].split(", ")) == [
        "李强 Fair",
        "王芳 Very good",
        "赵敏 Fair",
    ]
    assert {row["Rater"]: row["Points above the others"] for row in severity} == {
        "王芳": "+15.0",  # by hand: 60 / 4, -15 / 5, -45 / 5
        "李强": "-3.0",
        "赵敏": "-9.0",
    }
    assert [one.label for one in app.metric] == [
        "Kendall's W",
        "Intraclass correlation, ICC(2,1)",
        "Krippendorff's α",
    ]
    again = app.multiselect(key=f"again-{made.id}-{PERIOD}-2")
    assert again.value == [("south", LEAF, "")]
    assert again.options == [f"南城支行 · {NAME}"]
    assert app.button(key="open_round").label == "Open round 2 for what is chosen (1)"
    app.button(key="open_round").click().run()
    assert rounds(store, made)[1].cells == (("south", LEAF, ""),)
    assert "Round 2 is open" in [one.value for one in app.header]


def test_notes_and_evidence_are_seen_when_the_round_is_closed(
    visit, store, made, raters, organizer
):
    store.act(made.id, RatingOpened(PERIOD, 1, (), "2026-04-15"))
    person = raters["李强"]
    file = attached("凭证.pdf", PDF)
    store.act_as(person, RatingAttached(PERIOD, 1, "south", LEAF, file), content=PDF)
    store.act_as(person, Rated(PERIOD, 1, "south", LEAF, "fair", "", "见*附件*"))
    app = page(visit, store, organizer)
    assert "附件" not in body(app)
    assert "凭证" not in body(app)
    store.act_as(person, RatingsSubmitted(PERIOD, 1))
    store.act(made.id, RatingClosed(PERIOD, 1))
    app = page(visit, store, organizer)
    assert app.selectbox(key=f"noted-{made.id}").options == ["南城支行"]
    assert f"- {NAME} · 李强: 见\\*附件\\*" in texts(app)
    assert "凭证.pdf" in [one.proto.label for one in app.get("download_button")]


def test_a_reader_changes_nothing(visit, store, made, raters):
    store.add_account("Root", WORDS, ["administrator"])
    session = store.open_account(store.add_account("Li", WORDS, ["reader"]).id, None)
    app = page(visit, store, session)
    assert app.button(key="open_round").disabled
    store.act(made.id, RatingOpened(PERIOD, 1, (), "2026-04-15"))
    app = page(visit, store, session)
    assert app.button(key="close").disabled
    assert app.checkbox(key=f"sure-{made.id}-{PERIOD}-1-3").disabled


def test_in_chinese(visit, store, made, raters, organizer):
    app = page(visit, store, organizer, "zh")
    assert app.title[0].value == "评分"
    assert app.button(key="open_round").label == "开启第 1 轮"
    store.act(made.id, RatingOpened(PERIOD, 1, (), "2026-04-15"))
    app = page(visit, store, organizer, "zh")
    assert app.get("progress")[0].proto.text == "3 名评分人中已有 0 人提交"
    assert app.button(key="close").label == "结束本轮"


def started(store: Store, scheme: Scheme, period: str) -> EvaluationInfo:
    """An evaluation by a scheme, with a period and a rater."""
    made = store.create_evaluation("E")
    store.act(made.id, SchemeProposed(1, scheme.content))
    store.act(made.id, SchemeApproved(1))
    for key, name in UNITS.items():
        store.act(made.id, UnitAdded(Unit(id=key, name=name)))
    store.act(made.id, PeriodOpened(period, 1, "2026-07-10", {}))
    return made


def test_checklists_are_rated_where_a_rater_is_given_them(visit, store, organizer):
    scheme = load_scheme("internal_control")
    made = started(store, scheme, "2026H1")
    store.add_person(made.id, "rater", "王芳")
    app = page(visit, store, organizer)
    assert [one.value for one in app.info] == [
        "Raters of this scheme rate the checklists that they are given: choose them above, for "
        "each rater. Checklists that nobody is given come in as data."
    ]
    assert app.button(key="open_round").disabled
    leaf = scheme.indicators[0].id
    store.add_person(made.id, "rater", "李强", indicators=[leaf])
    app = page(visit, store, organizer)
    assert not app.button(key="open_round").disabled


def test_a_scheme_without_anything_to_rate_says_so(visit, store, organizer):
    rule = Measured(low=Fraction(0), high=Fraction(1))
    given = [replace(one, rule=rule, most_spread=None) for one in SCHEME.indicators]
    started(store, replace(SCHEME, indicators=tuple(given)), PERIOD)
    app = page(visit, store, organizer)
    assert [one.value for one in app.info] == [
        "The scheme of this period has no indicator that raters rate."
    ]
