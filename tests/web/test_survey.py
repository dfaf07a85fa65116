"""The expert's screens by what the organizer chose and what the expert said."""

from __future__ import annotations

from dataclasses import replace

import pytest

import ahp
from ahp.exchange.survey_text import with_given_weights
from ahp.process.asking import Asking
from ahp.process.settings import Settings
from ahp.store import ExpertInfo
from ahp.study.standing import SelfRating
from tests.panel_study import small_survey
from tests.web.test_pages import add_expert, answer, keyed, labels, texts


@pytest.fixture
def expert(store, survey) -> ExpertInfo:
    return add_expert(store, survey)


@pytest.fixture
def session(store, expert) -> str:
    return store.open_link(store.issue_link(expert.id), None)


def kinds(store, expert: ExpertInfo) -> list[str]:
    return [event.kind for event in store.events(expert.study_id) if event.expert_id == expert.id]


def test_welcome_offers_what_the_study_allows(visit, store, expert, session):
    app = visit(session)
    assert keyed(app.radio, "way ").options == [
        "Comparison by comparison",
        "Rank first, then compare",
    ]
    assert [radio.key for radio in app.radio] == [f"way {expert.id}-1 en"]
    store.set_asking(expert.study_id, Asking("rank", short_form=True))
    app = visit(session)
    assert keyed(app.radio, "form ").options == [
        "All 35 comparisons",
        "Short form: about 29 comparisons",
    ]
    assert [radio.key for radio in app.radio] == [f"form {expert.id}-1 en"]
    keyed(app.radio, "form ").set_value(True).run()
    app.button(key="start").click().run()
    way = store.replies(expert.id).way
    assert (way.way, way.short) == ("rank", True)
    assert store.expert(expert.id).place == "rank effectiveness"
    assert (
        "#### For “Post-supervision effectiveness”: put these in order, the most important first"
        in (texts(app))
    )


def test_consent_is_kept_as_it_was_shown(visit, store, expert, session):
    app = visit(session, language="zh")
    app.button(key="start").click().run()
    (consent,) = [one for one in store.events(expert.study_id) if one.kind == "consent"]
    assert consent.detail.startswith("您的回答会连同姓名和时间一起保存。")
    assert consent.expert_id == expert.id
    app = visit(session, language="zh")
    app.button(key="back").click().run()
    assert "您的回答如何使用" in " ".join(texts(app))
    app.button(key="start").click().run()  # the same way again
    assert kinds(store, expert).count("consent") == 1
    assert kinds(store, expert).count("way") == 1


def test_choices_stay_when_the_language_changes(visit, store, expert, session):
    store.set_asking(expert.study_id, Asking("expert", short_form=True))
    app = visit(session)
    keyed(app.radio, "way ").set_value("rank").run()
    keyed(app.radio, "form ").set_value(True).run()
    app.session_state["language"] = "zh"
    app.run()
    assert [(radio.key, radio.value) for radio in app.radio] == [
        (f"way {expert.id}-1 zh", "rank"),
        (f"form {expert.id}-1 zh", True),
    ]
    app.button(key="start").click().run()
    way = store.replies(expert.id).way
    assert (way.way, way.short) == ("rank", True)


def test_another_way_can_be_taken_later(visit, store, expert, session):
    app = visit(session)
    app.button(key="start").click().run()
    app.button(key="back").click().run()
    keyed(app.radio, "way ").set_value("rank").run()
    app.button(key="start").click().run()
    assert store.replies(expert.id).way.way == "rank"
    assert store.expert(expert.id).place == "rank effectiveness"


def test_guidance_is_shown_noted_once_and_leads_to_the_comparison(
    visit, store, survey, expert, session
):
    answer(store, survey, expert, 10)
    app = visit(session)
    assert "#### These answers fit the others least" in texts(app)
    app.run()
    visit(session)
    (shown,) = [one for one in store.events(expert.study_id) if one.kind == "shown"]
    assert shown.parent == "effectiveness"
    button = keyed(app.button, "change ")
    _change, parent, left, right = button.key.split(" ")
    assert shown.detail.startswith(f'[["{left}","{right}","3",')
    button.click().run()
    assert store.expert(expert.id).place == f"pair {parent} {left} {right}"


def test_contradictions_stay_with_a_reason_where_the_study_asks_for_one(
    visit, store, survey, expert, session
):
    store.set_asking(expert.study_id, Asking(guidance="reason"))
    answer(store, survey, expert, 10)
    app = visit(session)
    app.button(key="keep_answers").click().run()
    assert [error.value for error in app.error] == [
        "Please say in a few words why these answers stay."
    ]
    keyed(app.text_area, "kept ").set_value("So it is *here*")
    app.button(key="keep_answers").click().run()
    assert store.replies(expert.id).kept == {"effectiveness": "So it is *here*"}
    assert str(store.expert(expert.id).place).startswith("pair setup ")
    store.set_place(expert.id, "parent effectiveness")
    app = visit(session)
    assert [one.value for one in app.success] == [r"You keep these answers. So it is \*here\*"]


def test_what_was_written_is_kept_by_going_on_and_can_be_corrected(
    visit, store, survey, expert, session
):
    answer(store, survey, expert, 10)
    app = visit(session)
    keyed(app.text_area, "kept ").set_value("As I said")
    keyed(app.button, "change ").click().run()
    assert str(store.expert(expert.id).place).startswith("pair effectiveness ")
    assert store.replies(expert.id).kept == {}
    store.set_place(expert.id, "parent effectiveness")
    app.run()
    assert keyed(app.text_area, "kept ").value == "As I said"
    app.button(key="next").click().run()
    assert store.replies(expert.id).kept == {"effectiveness": "As I said"}
    assert str(store.expert(expert.id).place).startswith("pair setup ")

    store.set_place(expert.id, "parent effectiveness")
    app = visit(session)
    assert keyed(app.text_area, "kept ").value == "As I said"
    app.button(key="next").click().run()
    assert kinds(store, expert).count("kept") == 1
    store.set_place(expert.id, "parent effectiveness")
    app.run()
    keyed(app.text_area, "kept ").set_value("As I meant")
    app.button(key="keep_answers").click().run()
    assert store.replies(expert.id).kept == {"effectiveness": "As I meant"}


def test_the_study_s_random_index_decides(visit, store, survey, expert, session):
    for k, pair in enumerate(survey.hierarchy.pairs("learning")):
        store.answer(expert.id, "learning", *pair, ("2", "3", "4")[k], event_id=f"three-{k}")
    store.set_place(expert.id, "parent learning")
    assert [one.value for one in visit(session).success] == [
        "Your judgments are consistent (CR = 0.093, below 0.1)."
    ]
    store.set_settings(expert.study_id, Settings("eigenvector", "alonso_lamata"))
    app = visit(session)
    assert [one.value for one in app.warning] == [
        "Some of your judgments contradict each other (CR = 0.103, it should be below 0.1). "
        "Please look at them once more."
    ]
    assert "#### These answers fit the others least" in texts(app)


@pytest.mark.parametrize(
    ("guidance", "sentence"),
    [
        (
            "reason",
            "Before you submit, please change answers here, or say why they stay:",
        ),
        (
            "require",
            "Before you submit, please change answers here until they are consistent (CR < 0.1):",
        ),
    ],
)
def test_submitting_waits_where_the_study_says_so(
    visit, store, survey, expert, session, guidance, sentence
):
    store.set_asking(expert.study_id, Asking(guidance=guidance))
    answer(store, survey, expert)
    store.set_place(expert.id, "review")
    app = visit(session)
    assert sentence in [one.value for one in app.warning]
    assert "submit" not in [button.key for button in app.button]
    mend = [button.key for button in app.button if button.key.startswith("mend ")]
    assert mend == [
        "mend effectiveness",
        "mend setup",
        "mend operation",
        "mend coordination",
        "mend conversion",
        "mend learning",
    ]
    app.button(key="mend setup").click().run()
    assert store.expert(expert.id).place == "parent setup"


def test_what_cannot_be_judged_is_said_and_can_be_taken_up_again(
    visit, store, survey, expert, session
):
    store.set_asking(expert.study_id, Asking(cannot_judge=True))
    for k, pair in enumerate(survey.hierarchy.pairs("learning")):
        store.abstain(expert.id, "learning", *pair, event_id=f"no-{k}")
    store.set_place(expert.id, "parent learning")
    app = visit(session)
    assert [info.value for info in app.info] == [
        "You left out so many comparisons here that no weights of your own follow. "
        "The answers you gave count all the same."
    ]
    names = [survey.node_name(node, "en") for node in survey.hierarchy.children["learning"]]
    sentence = f"“{names[0]}” or “{names[1]}”: you can't judge"
    assert sentence in labels(app)
    assert store.expert(expert.id).progress["learning"] == (3, 3)


def test_the_own_ranking_is_that_of_the_library(visit, store, survey, expert, session):
    answer(store, survey, expert)
    store.set_place(expert.id, "review")
    app = visit(session)
    store.submit(expert.id, event_id="done")
    analysis = ahp.analyze(survey, store.answers(expert.study_id))
    (shown,) = [one.body for one in app.get("html") if "All items at the bottom" in one.body]
    first = analysis.ranking[0]
    assert survey.node_name(first, "en") in shown
    assert shown.index(f"{analysis.global_weights[first]:.1%}") < shown.index("</li>")


def test_the_own_ranking_waits_for_the_last_answer(visit, store, survey, expert, session):
    for k, (parent, left, right) in enumerate(survey.hierarchy.comparisons):
        if left == survey.hierarchy.children[parent][0]:
            store.answer(expert.id, parent, left, right, "3", event_id=f"star-{k}")
    store.set_place(expert.id, "review")
    app = visit(session)
    assert [one.value for one in app.warning] == [
        f"{count} comparisons are still open here." for count in (6, 1, 6, 3, 1, 1)
    ]
    assert not [one for one in app.get("html") if "ahp-weights" in one.body]
    assert not [one for one in texts(app) if "CR" in one]


def test_two_items_have_no_ratio(visit, store):
    expert = add_expert(store, small_survey())
    store.answer(expert.id, "goal", "a", "b", "3", event_id="one")
    store.set_place(expert.id, "review")
    app = visit(store.open_link(store.issue_link(expert.id), None))
    assert [one.label for one in app.expander] == [
        "Goal · 1/1",
        "Capability A · 0/3",
        "Capability B · 0/1",
    ]


def test_names_of_surveys_are_no_markdown(visit, store):
    survey = replace(small_survey(), name={"zh": "小", "en": "A *small* one"})
    expert = add_expert(store, survey)
    app = visit(store.open_link(store.issue_link(expert.id), None))
    assert app.header[0].value == r"A \*small\* one"


def test_the_end_counts_what_was_left_out(visit, store, survey, expert, session):
    store.set_asking(expert.study_id, Asking(cannot_judge=True))
    answer(store, survey, expert)
    for pair in survey.hierarchy.pairs("learning"):
        store.abstain(expert.id, "learning", *pair, event_id="-".join(pair))
    store.submit(expert.id, event_id="done")
    assert visit(session).success[0].value == (
        "Your 32 answers, and 3 that you can't judge, are submitted and locked. "
        "You can close this page."
    )


def test_an_expert_agrees_to_be_named_and_takes_it_back(visit, store, survey, expert, session):
    answer(store, survey, expert)
    store.submit(expert.id, event_id="s")
    app = visit(session)
    key = f"naming-{expert.id}"
    assert not app.checkbox(key=key).value
    app.checkbox(key=key).check().run()
    assert app.checkbox(key=key).value
    assert store.expert(expert.id).may_be_named
    app.checkbox(key=key).uncheck().run()
    assert not app.checkbox(key=key).value
    said = [one for one in store.events(expert.study_id) if one.kind == "naming"]
    assert [(one.actor_kind, one.actor_id, one.detail) for one in said] == [
        ("expert", expert.id, '{"agreed":true}'),
        ("expert", expert.id, '{"agreed":false}'),
    ]


def test_experts_rate_themselves_before_they_submit(visit, store, survey, expert, session):
    store.set_asking(expert.study_id, Asking(self_rating="require"))
    answer(store, survey, expert)
    store.set_place(expert.id, "review")
    app = visit(session)
    assert "Please answer these questions before you submit." in texts(app)
    keyed(app.checkbox, "sure-").check().run()
    app.button(key="submit").click().run()
    problem = "Please answer all five questions about yourself; nothing was submitted."
    assert [one.value for one in app.error] == [problem]
    for one in app.radio:
        one.set_value("familiar" if one.key.endswith("familiarity") else "large")
    app.run()
    rating = SelfRating(dict.fromkeys(ahp.JUDGMENT_BASIS, "large"), "familiar")
    assert store.expert(expert.id).self_rating == rating
    assert "Your self-rating is saved." in texts(app)
    app.button(key="submit").click().run()
    assert store.expert(expert.id).submitted


def test_a_self_rating_is_never_left_behind(visit, store, survey, expert, session):
    store.set_asking(expert.study_id, Asking(self_rating="offer"))
    answer(store, survey, expert)
    store.set_place(expert.id, "review")
    app = visit(session)
    # outside of a form: a browser sends what is chosen with any button
    assert {one.proto.form_id for one in app.radio} == {""}
    keyed(app.checkbox, "sure-").check().run()
    app.radio[0].set_value("small")
    app.button(key="submit").click().run()
    assert [one.value for one in app.error] == [
        "Please answer all five questions about yourself; nothing was submitted."
    ]
    assert not store.expert(expert.id).submitted
    for one in app.radio[1:]:
        one.set_value("unfamiliar" if one.key.endswith("familiarity") else "small")
    app.button(key="submit").click().run()
    rating = SelfRating(dict.fromkeys(ahp.JUDGMENT_BASIS, "small"), "unfamiliar")
    assert (store.expert(expert.id).submitted, store.expert(expert.id).self_rating) == (
        *(True, rating),
    )


def test_who_may_be_named_is_said_until_the_round_is_closed(visit, store, survey, expert, session):
    answer(store, survey, expert)
    store.submit(expert.id, event_id="s")
    app = visit(session)
    assert [one.value for one in app.caption if "E01" in one.value] == [
        "If you agree, the report shows your name and organization beside your judgments. If not, "
        "it calls you by a code such as E01. You can change this here until the round is closed; "
        "afterwards tell the organizer."
    ]
    store.close_round(expert.study_id)
    app.checkbox(key=f"naming-{expert.id}").check().run()
    assert not store.expert(expert.id).may_be_named
    store.note_naming([expert.id], True, "by telephone")
    assert store.expert(expert.id).may_be_named


def test_after_submitting_there_is_the_receipt(visit, store, survey, expert, session):
    answer(store, survey, expert)
    store.submit(expert.id, event_id="done")
    app = visit(session)
    address = f"/receipt/{expert.id}?round=1"
    assert [link.proto.url for link in app.get("link_button")] == [
        address,
        f"{address}&download=1",
    ]
    store.close_round(expert.study_id)
    app = visit(session)  # in both languages
    assert [link.proto.url for link in app.get("link_button")] == [f"/receipt/{expert.id}"] * 2


def test_what_one_expert_did_is_not_shown_to_another(visit, store, survey, expert, session):
    other = store.add_expert(expert.study_id, "Li Si")
    session = store.open_link(store.issue_link(other.id), session)
    for one in (expert, other):
        store.start(one.id, way="pairs", short=False, consent="yes", event_id=f"go-{one.id}")
        store.set_place(one.id, "parent effectiveness")
    app = visit(session)
    app.button(key=f"expert-{expert.id}").click().run()
    app.session_state["saved"] = (
        f"{expert.id}-1",
        survey.hierarchy.comparisons[0],
        "9",
        False,
    )
    app.run()
    assert any("Saved" in text for text in texts(app))
    app.session_state["e"] = other.id
    app.run()
    assert not any("Saved" in text for text in texts(app))


def test_a_tab_of_the_last_round_does_not_lead_past_the_welcome(
    visit, store, survey, expert, session
):
    answer(store, survey, expert)
    store.set_place(expert.id, "parent setup")
    app = visit(session)
    store.submit(expert.id, event_id="done")
    store.close_round(expert.study_id)
    store.open_round(expert.study_id)
    app.button(key="back").click().run()
    assert store.expert(expert.id).place is None
    assert app.header[0].value == "Effectiveness of post-supervision"
    store.set_place(expert.id, "review")
    app = visit(session)
    assert app.header[0].value == "Effectiveness of post-supervision"


def test_a_browser_that_was_signed_out_moves_nobody(visit, store, survey, expert, session):
    answer(store, survey, expert, 3)
    app = visit(session)
    place = store.expert(expert.id).place
    store.revoke_link(expert.id)
    app.button(key="overview").click().run()
    assert store.expert(expert.id).place == place


def test_a_reason_that_became_necessary_can_be_given(visit, store, survey, expert, session):
    answer(store, survey, expert, 10)
    store.keep(expert.id, "effectiveness", "", event_id="kept")
    app = visit(session)
    assert [one.value for one in app.success] == ["You keep these answers."]
    store.set_asking(expert.study_id, Asking(guidance="reason"))
    app = visit(session)
    assert [area.key for area in app.text_area] == [f"kept {expert.id}-1 effectiveness"]


def test_a_way_that_is_not_offered_any_more_goes_on(visit, store, expert, session):
    store.set_asking(expert.study_id, Asking("rank", short_form=True))
    store.start(expert.id, way="rank", short=True, consent="yes", event_id="go")
    store.set_asking(expert.study_id, Asking("pairs", short_form=True))
    app = visit(session)
    assert app.button(key="start").label == "Go on"
    app.button(key="start").click().run()
    way = store.replies(expert.id).way
    assert (way.way, way.short) == ("rank", True)


def test_uploaded_answers_are_no_consent(visit, store, survey, expert, session):
    store.upload_answers(expert.id, [ahp.Judgment("x", *survey.hierarchy.comparisons[0], "3")])
    app = visit(session)
    assert app.button(key="start").label == "I agree and start"


def test_nobody_is_asked_where_weights_are_given(visit, store, survey):
    kids = survey.hierarchy.children["effectiveness"]
    weights = {"effectiveness": dict.fromkeys(kids, 0.2)}
    fixed = with_given_weights(survey, weights, "Rule 5")
    expert = add_expert(store, fixed)
    session = store.open_link(store.issue_link(expert.id), None)
    app = visit(session)
    assert "You will see 25 comparisons of two items each." in " ".join(texts(app))
    app.button(key="start").click().run()
    assert store.expert(expert.id).place.split()[:2] == ["pair", "setup"]
    answer(store, fixed, expert)
    store.set_place(expert.id, "review")
    app = visit(session)
    assert "Your ranking" in texts(app)
    assert "effectiveness" not in store.expert(expert.id).progress


def test_a_survey_of_names_is_answered_without_explanations(visit, store):
    survey = ahp.Survey.from_names({"Lunch": ["Taste", "Price"]}, language="en")
    expert = add_expert(store, survey)
    app = visit(store.open_link(store.issue_link(expert.id), None))
    assert "" not in texts(app)
    app.button(key="start").click().run()
    assert "#### For “Lunch”: which matters more, and how much?" in texts(app)
    assert not app.exception
    answer(store, survey, expert)
    assert len(store.replies(expert.id).answers) == 1
