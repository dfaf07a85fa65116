"""What the browser sends, and whom it belongs to."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
import streamlit as st

from ahp.process.rounds import Distribution, Feedback
from ahp.web import state
from ahp.web.visit import reason_key, take, take_answer, visit_of
from tests.web.test_pages import add_expert


@pytest.fixture
def visits(store, survey, monkeypatch):
    """Visits of two experts whose links one browser has."""
    one = add_expert(store, survey)
    other = store.add_expert(one.study_id, "Li Si")
    session = None
    for expert in (one, other):
        store.start(expert.id, way="pairs", short=False, consent="yes", event_id=f"go-{expert.id}")
        session = store.open_link(store.issue_link(expert.id), session)
    monkeypatch.setattr(state, "session_token", lambda: session)
    monkeypatch.setattr(state, "language", lambda: "en")
    monkeypatch.setattr(st, "session_state", {})
    return [visit_of(store.expert(expert.id)) for expert in (one, other)]


def send(visit, owner: str, **new: object) -> None:
    _parent, left, right = visit.survey.hierarchy.comparisons[0]
    message = {
        "pair": f"pair effectiveness {left} {right}",
        "value": "3",
        "id": "a" * 32,
        "comment": None,
        "owner": owner,
        "late": False,
    }
    st.session_state["choice"] = {"answer": {**message, **new}}
    take(visit, "choice", "answer", take_answer)


def test_an_answer_counts_for_who_gave_it(store, visits):
    one, other = visits
    send(other, one.about)
    assert not store.replies(other.expert.id).answers
    assert "settled" not in st.session_state  # it is sent again when its owner is on the screen
    send(one, one.about)
    assert len(store.replies(one.expert.id).answers) == 1
    assert st.session_state["settled"] == ["a" * 32]
    send(one, f"{one.expert.id}-2", id="b" * 32)
    assert st.session_state["settled"] == ["a" * 32]


def test_what_no_survey_asks_is_refused_for_good(store, visits):
    one, _other = visits
    send(one, one.about, pair="pair effectiveness nobody nothing")
    assert st.session_state["settled"] == ["a" * 32]
    assert "expected a comparison of the survey" in st.session_state["problem"]
    assert not store.replies(one.expert.id).answers


def test_reasons_are_typed_by_one_expert(visits):
    one, other = (SimpleNamespace(about=each.about, stop=visits[0].stop) for each in visits)
    assert reason_key(one) != reason_key(other)


def test_the_last_round_is_turned_with_the_comparison(visits):
    pair = parent, left, right = visits[0].survey.hierarchy.comparisons[0]
    panel = Distribution(9, (1, 0, 0, 2, 0, 0, 6), 5.0, 2.0, 7.0)
    sitting = replace(visits[0].sitting)
    vars(sitting)["feedback"] = {pair: Feedback("3", panel)}  # as it is kept
    visit = replace(visits[0], sitting=sitting)
    assert visit.feedback(pair) == Feedback("3", panel)
    turned = Distribution(9, (6, 0, 0, 2, 0, 0, 1), -5.0, -7.0, -2.0)
    assert visit.feedback((parent, right, left)) == Feedback("1/3", turned)
    assert (visit.outside(pair, "9"), visit.outside((parent, right, left), "1/9")) == (True, True)
    assert (visit.outside(pair, "5"), visit.outside((parent, right, left), "1/5")) == (False, False)
