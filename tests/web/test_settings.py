"""The page with the settings of one study: its wording is mended there, and a trial begun."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
from streamlit.testing.v1 import AppTest

from ahp.errors import StoreError
from ahp.process.asking import Asking
from ahp.process.invitation import Invitation
from ahp.store import Store, StudyInfo
from ahp.web import state, trial
from tests.panel_study import small_survey
from tests.web.tables import shown_tables
from tests.web.test_pages import keyed, texts

GOAL = "effectiveness"


@pytest.fixture
def study(store: Store, survey) -> StudyInfo:
    return store.create_study(survey, "2026")


def choose(app: AppTest, node: str, place: tuple[str, str, str]) -> None:
    keyed(app.selectbox, "wording_of-").set_value(node).run()
    keyed(app.selectbox, "wording_text-").set_value(place).run()


def mend(app: AppTest, new: str) -> None:
    keyed(app.text_input, "wording-").set_value(new)
    keyed(app.checkbox, "sure-wording-").check().run()
    app.button(key="mend").click().run()


def test_a_name_is_mended_and_the_page_lists_it(visit, store, organizer, study, survey):
    old = survey.node_name("setup", "en")
    expert = store.add_expert(study.id, "Ann")
    app = visit(organizer, "settings")
    assert any("meaning stays" in one.value for one in app.warning)
    assert "Saaty 1980, The Analytic Hierarchy Process, p. 21" in texts(app)
    choose(app, "setup", ("setup", "name", "en"))
    assert app.button(key="mend").disabled
    mend(app, "Organisational setup")
    assert [one.value for one in app.success] == [
        "Mended. Everybody reads the new text from now on."
    ]
    row = shown_tables(app)[0].iloc[0].tolist()
    assert row[:5] == [
        *("Organisational setup", "What it is called", "English"),
        *(old, "Organisational setup"),
    ]
    assert row[6] == "organizer without an account"
    store.start(
        expert.id, way="pairs", short=False, consent="Yes", event_id="start", round_number=1
    )
    store.set_place(expert.id, "parent setup", round_number=1)
    page = visit(store.open_link(store.issue_link(expert.id), None))
    assert page.subheader[0].value == "Organisational setup"


def test_a_name_that_another_item_has_is_refused(visit, store, organizer, study, survey):
    app = visit(organizer, "settings")
    choose(app, "setup", ("setup", "name", "en"))
    taken = next(one for one in survey.nodes if one not in (GOAL, "setup"))
    mend(app, survey.node_name(taken, "en"))
    assert [one.value for one in app.error] == [
        f"Another item of the survey is, or was, called “{survey.node_name(taken, 'en')}”."
    ]
    assert store.mended_wording(study.id) == ()


def test_a_trial_is_the_survey_itself_and_leaves_no_trace(visit, store, organizer):
    asked = Invitation(
        "Audit", "2099-12-18T18:00", "Asia/Shanghai", "Ms Wang, 010-1234", {"en": "Dear all,"}
    )
    study = store.create_study(small_survey(), "2026", invitation=asked)
    store.set_asking(study.id, Asking("pairs"))
    before = store.export_study(study.id)
    app = visit(organizer, "settings")
    app.button(key="begin_trial").click().run()
    app.switch_page("views/survey.py").run()  # AppTest doesn't follow where a page leads
    said = "This is a trial. Nothing of it is stored in the study."
    assert said in [one.value for one in app.warning]
    shown = " ".join(texts(app))
    for text in ("You answer as **Trial expert**", "Dear all,", "Audit", "Ms Wang"):
        assert text in shown
    app.button(key="start").click().run()
    tried = app.session_state[state.TRIAL]
    own, expert = tried.store, tried.store.expert(tried.expert)
    for number, pair in enumerate(expert.sitting.state.survey.hierarchy.comparisons):
        own.answer(expert.id, *pair, "1", event_id=f"a{number}")
    own.set_place(expert.id, "review", round_number=1)
    app.run()
    keyed(app.checkbox, "sure-").check().run()
    app.button(key="submit").click().run()
    assert own.expert(expert.id).submitted
    assert said in [one.value for one in app.warning]
    assert "Here an expert gets a signed receipt; a trial has none." in [
        one.value for one in app.info
    ]
    assert store.export_study(study.id) == before
    assert store.experts(study.id) == []
    app.button(key="end_trial").click().run()
    assert not app.exception
    assert app.title[0].value == "Settings"
    assert state.TRIAL not in app.session_state


def test_a_trial_that_can_not_begin_leaves_no_folder(
    visit, store, organizer, study, tmp_path, monkeypatch
):
    monkeypatch.setattr(trial.tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(Store, "set_asking", Mock(side_effect=StoreError("wording_empty")))
    app = visit(organizer, "settings")
    app.button(key="begin_trial").click().run()
    assert [one.value for one in app.error] == [
        "Please write a text in place of the one that is mended."
    ]
    assert list((tmp_path / "temporary").iterdir()) == []
    assert state.TRIAL not in app.session_state


def test_who_leaves_a_trial_has_ended_it(visit, store, organizer, study):
    app = visit(organizer, "settings")
    app.button(key="begin_trial").click().run()
    app.switch_page("views/survey.py").run()
    app.switch_page("views/studies.py").run()
    assert not app.exception
    assert state.TRIAL not in app.session_state
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        app.switch_page("views/survey.py")
