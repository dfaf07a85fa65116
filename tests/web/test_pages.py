"""Every page: empty, filled, and come back to."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

import ahp
from ahp.errors import StoreError
from ahp.process.asking import Way
from ahp.process.itinerary import itinerary
from ahp.store import ExpertInfo, Store
from ahp.web import server, state
from tests.web.tables import shown_tables


def texts(app: AppTest) -> list[str]:
    shown = (*app.title, *app.header, *app.subheader, *app.markdown, *app.info, *app.caption)
    return [element.value for element in (*shown, *app.success, *app.warning, *app.error)]


def keyed(elements, start: str):
    """The element whose key begins so; what it is about stands behind."""
    return next(one for one in elements if str(one.key).startswith(start))


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def add_expert(store: Store, survey: ahp.Survey, title: str = "2026") -> ExpertInfo:
    study = store.create_study(survey, title)
    return store.add_expert(study.id, "Wang Wu", "Accounting")


def answer(store: Store, survey: ahp.Survey, expert: ExpertInfo, count: int | None = None) -> None:
    """Answer the first comparisons, all with 3, as the page would."""
    stops = itinerary(survey.hierarchy)
    pairs = [k for k, stop in enumerate(stops) if stop.kind == "pair"]
    for k in itertools.islice(pairs, count):
        following = stops[k + 1].place
        store.answer(expert.id, *stops[k].pair, "3", event_id=f"event-{k}", place=following)


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        (
            "a *b* [c](d) `e` $f$ <g> #h ~i~ |j|",
            r"a \*b\* \[c\](d) \`e\` \$f\$ \<g\> \#h \~i\~ \|j\|",
        ),
        (":smile: :green[x]", ":\u2060smile: :\u2060green\\[x\\]"),
        ("http://x.y www.x.y a@x.y", "http:\u2060//x.y www\u2060.x.y a@\u2060x.y"),
        ("王五：10 分, 事后_监督", r"王五：10 分, 事后\_监督"),
    ],
)
def test_names_are_no_markdown(text, markdown):
    assert state.plain(text) == markdown


# -- welcome


def test_without_a_link_the_page_says_in_both_languages_what_to_do(visit):
    app = visit(None)
    assert texts(app)[:7] == [
        "Pairwise survey",
        "这里是两两比较问卷",
        "This is the place for pairwise surveys",
        "如果您受邀作为专家填写问卷，或受邀评分、报送数据、查看本单位通报，请打开发给您的专属链接。",
        "组织者请[在此登录](/organizer)。",
        "If you were invited – as an expert, to rate units, to deliver data, or to read your "
        "unit's notice – please open your personal link.",
        "Organizers sign in [here](/organizer).",
    ]


def test_a_revoked_link_says_so_in_both_languages_and_nothing_else(visit, store, survey):
    expert = add_expert(store, survey)
    session = store.open_link(store.issue_link(expert.id), None)
    store.revoke_link(expert.id)
    app = visit(session)
    assert [warning.value for warning in app.warning] == [
        "此链接已失效。请使用最近发给您的链接，或向组织者索取新链接。",
        "This link is no longer valid. Please use the newest link you were sent, "
        "or ask the organizer for a new one.",
    ]
    assert not any("Wang Wu" in text or "2026" in text for text in texts(app))


def test_a_closed_study_says_so(visit, store, survey):
    expert = add_expert(store, survey)
    session = store.open_link(store.issue_link(expert.id), None)
    store.close_round(expert.study_id)
    app = visit(session)
    assert [warning.value for warning in app.warning] == [
        "本轮已结束，不能再作答，感谢您的参与。如果组织者开启下一轮，此链接会重新生效。",
        "This round is closed, nothing more can be answered. Thank you for taking part. "
        "Should the organizer open another round, this link works again.",
    ]


# -- the expert's survey


def test_survey_first_visit_explains_and_starts(visit, store, survey):
    expert = add_expert(store, survey)
    app = visit(store.open_link(store.issue_link(expert.id), None))
    assert app.header[0].value == "Effectiveness of post-supervision"
    assert app.markdown[1].value == (
        "You answer as **Wang Wu**. If that isn't you, please open the link that was sent to you."
    )
    assert "- You will see 35 comparisons of two items each." in app.markdown[2].value
    assert "- It takes about 20 minutes." in app.markdown[2].value
    app.button(key="start").click().run()
    first = Way.seeded("pairs", False, survey.hierarchy, f"{expert.id} 1").order[0]
    assert store.expert(expert.id).place == " ".join(("pair", *first))
    assert "0 of 35 answered · comparison 1 of 10 for “Post-supervision effectiveness”" in [
        bar.proto.text for bar in app.get("progress")
    ]
    assert app.button(key="next").disabled


def test_survey_comes_back_to_the_place_it_was_left(visit, store, survey):
    expert = add_expert(store, survey)
    session = store.open_link(store.issue_link(expert.id), None)
    answer(store, survey, expert, 4)
    app = visit(session, language="zh")
    assert "#### 对于“事后监督效能”，哪一个更重要？重要多少？" in texts(app)
    assert [bar.proto.text for bar in app.get("progress")] == [
        "已完成 4 / 35 · “事后监督效能”：第 5 项，共 10 项"
    ]
    app.button(key="back").click().run()
    assert store.expert(expert.id).place == "pair effectiveness setup learning"
    assert not app.button(key="next").disabled


def test_survey_shows_consistency_in_words_when_a_parent_is_finished(visit, store, survey):
    expert = add_expert(store, survey)
    session = store.open_link(store.issue_link(expert.id), None)
    answer(store, survey, expert, 10)
    app = visit(session)
    judgments = dict.fromkeys(survey.hierarchy.pairs("effectiveness"), 3)
    cr = ahp.check_consistency(ahp.PairwiseMatrix.from_judgments(judgments)).cr
    assert cr >= 0.1
    assert [warning.value for warning in app.warning] == [
        f"Some of your judgments contradict each other (CR = {cr:.3f}, it should be below 0.1). "
        "Please look at them once more."
    ]
    assert "“Organizational set-up” is moderately more important than “Work coordination” (3)" in (
        labels(app)
    )


def test_survey_overview_submit_and_thanks(visit, store, survey):
    expert = add_expert(store, survey)
    session = store.open_link(store.issue_link(expert.id), None)
    answer(store, survey, expert, 34)
    store.set_place(expert.id, "review")
    app = visit(session)
    assert app.header[0].value == "Overview"
    assert "submit" not in [button.key for button in app.button]
    app.button(key="go_on").click().run()
    assert store.expert(expert.id).place == "pair learning self_study research_input"
    answer(store, survey, expert)
    store.set_place(expert.id, "review")
    app = visit(session)
    assert app.button(key="submit").disabled
    keyed(app.checkbox, "sure-").check().run()
    app.button(key="submit").click().run()
    assert store.expert(expert.id).submitted
    assert app.header[0].value == "Thank you, Wang Wu!"
    assert app.success[0].value == (
        "Your 35 answers are submitted and locked. You can close this page."
    )
    app = visit(session)
    assert app.header[0].value == "Thank you, Wang Wu!"


def test_survey_says_what_was_not_saved_and_stays_where_it_is(visit, store, survey, monkeypatch):
    expert = add_expert(store, survey)
    app = visit(store.open_link(store.issue_link(expert.id), None))

    def fail(*_arguments, **_options):
        raise StoreError("database_locked", location="ahp.db")

    monkeypatch.setattr(store, "set_place", fail)
    app.button(key="start").click().run()
    assert [error.value for error in app.error] == [
        "This could not be saved. Please try again. If it happens again, tell the organizer: "
        "ahp.db: database is locked"
    ]
    assert app.header[0].value == "Effectiveness of post-supervision"


def test_no_expert_sees_where_a_damaged_database_is(visit, store, survey):
    expert = add_expert(store, survey)
    app = visit(store.open_link(store.issue_link(expert.id), None))
    with store._database.write() as session:
        session.execute(
            text("CREATE TRIGGER t BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no'); END")
        )
    app.button(key="start").click().run()
    assert [error.value for error in app.error] == [
        "Something went wrong here. What was saved is safe. Please load the page again; if it "
        "happens again, tell the organizer."
    ]


def test_survey_submitted_in_another_tab(visit, store, survey):
    expert = add_expert(store, survey)
    session = store.open_link(store.issue_link(expert.id), None)
    answer(store, survey, expert)
    store.set_place(expert.id, "review")
    app = visit(session)
    keyed(app.checkbox, "sure-").check().run()
    store.submit(expert.id, event_id="another-tab")
    app.button(key="submit").click().run()
    assert [error.value for error in app.error] == ["Your answers are locked. Nothing was changed."]
    assert app.header[0].value == "Thank you, Wang Wu!"


def test_survey_link_revoked_while_the_page_is_open(visit, store, survey):
    expert = add_expert(store, survey)
    app = visit(store.open_link(store.issue_link(expert.id), None))
    store.revoke_link(expert.id)
    app.button(key="start").click().run()
    assert not app.get("progress")
    assert len(app.warning) > 0
    assert not any("Effectiveness" in text for text in texts(app))


def test_survey_asks_which_when_the_browser_holds_two_links(visit, store, survey):
    one, two = add_expert(store, survey, "first"), add_expert(store, survey, "second")
    session = store.open_link(store.issue_link(one.id), None)
    session = store.open_link(store.issue_link(two.id), session)
    app = visit(session)
    assert [button.label for button in app.button] == ["second · Wang Wu", "first · Wang Wu"]
    app.button(key=f"expert-{one.id}").click().run()
    assert app.query_params["e"] == one.id  # survives loading the page again
    app.button(key="start").click().run()
    assert str(store.expert(one.id).place).startswith("pair effectiveness ")
    assert store.expert(two.id).place is None
    again = AppTest.from_file(server.MAIN, default_timeout=30)
    again.query_params["e"] = two.id
    again.run().button(key="start").click().run()
    assert str(store.expert(two.id).place).startswith("pair effectiveness ")


def test_a_tab_keeps_its_expert_whatever_link_is_opened(visit, store, survey, monkeypatch):
    one, two = add_expert(store, survey, "first"), add_expert(store, survey, "second")
    session = store.open_link(store.issue_link(one.id), None)
    app = visit(session)
    both = store.open_link(store.issue_link(two.id), session)
    monkeypatch.setattr(state, "session_token", lambda: both)
    app.button(key="start").click().run()
    app.run()
    assert app.button(key="leave").label == "This isn't me / sign out on this computer"
    assert str(store.expert(one.id).place).startswith("pair effectiveness ")
    assert store.expert(two.id).place is None


def test_a_tab_of_somebody_else_asks_for_the_link(visit, store, survey):
    one, two = add_expert(store, survey, "first"), add_expert(store, survey, "second")
    session = store.open_link(store.issue_link(one.id), None)
    visit(session)
    for asked in (two.id, "nobody"):
        app = AppTest.from_file(server.MAIN, default_timeout=30)
        app.session_state["language"] = "en"
        app.query_params["e"] = asked
        app.run()
        assert [info.value for info in app.info] == [
            "要在此浏览器中作答，请打开您的专属链接。此前的回答均已保存。",
            "To answer here, please open your personal link in this browser. What you answered "
            "before is stored.",
        ]
        assert not app.button


def test_signing_out_ends_the_right_of_one_expert(visit, store, survey):
    one, two = add_expert(store, survey, "first"), add_expert(store, survey, "second")
    session = store.open_link(store.issue_link(one.id), None)
    session = store.open_link(store.issue_link(two.id), session)
    app = visit(session)
    app.button(key=f"expert-{one.id}").click().run()
    app.button(key="leave").click().run()
    assert len(app.info) == 2
    assert not app.button
    assert [expert.id for expert in store.grants(session).experts] == [two.id]
    app.run()  # the other's link is no reason to become the other
    assert not app.button


# -- the organizer's pages


def test_studies_empty_then_created(visit, store, organizer):
    app = visit(organizer)
    assert app.title[0].value == "Studies"
    assert app.info[0].value.startswith("Nothing here yet. Create a study from a survey")
    app.text_input[0].set_value("Pilot")
    app.button(key="create").click().run()
    [study] = store.studies()
    assert (study.title, study.survey.id, study.open) == (
        "Pilot",
        "supervision_effectiveness",
        True,
    )
    assert app.title[0].value == "Experts and links"


def test_studies_without_a_title_are_refused(visit, store, organizer):
    app = visit(organizer)
    app.button(key="create").click().run()
    assert len(app.error) == 1
    assert store.studies() == []


def test_studies_filled_and_the_example_is_loaded_once(visit, store, organizer):
    for _time in range(2):
        app = visit(organizer)
        app.button(key="example-dong_2010").click().run()
        assert app.title[0].value == "Results"
    assert [study.title for study in store.studies()] == ["Published example: Dong et al. 2010"]
    app = visit(organizer)
    assert "**Published example: Dong et al. 2010**" in texts(app)
    assert any("5 of 5 experts have submitted" in text for text in texts(app))


def links(app):
    """The personal links on a page; a reminder stands there to copy as well."""
    return [one.value for one in app.code if one.value.startswith("https://")]


def test_experts_page_empty_filled_and_come_back(visit, store, organizer, survey):
    assert visit(organizer, "experts").info[0].value.startswith("There is no study yet.")
    study = store.create_study(survey, "2026")
    app = visit(organizer, "experts")
    assert app.info[0].value == "No experts yet. Add them below."
    app.text_area(key="entered").set_value("王五，会计处\nLi Si")
    app.button(key="add").click().run()
    app.button(key="add_pasted").click().run()
    assert [(e.name, e.organization) for e in store.experts(study.id)] == [
        ("王五", "会计处"),
        ("Li Si", None),
    ]
    app.button(key="issue").click().run()
    assert len(links(app)) == 2
    assert [expert.link for expert in store.experts(study.id)] == ["active", "active"]
    app.text_area(key="entered").set_value("Zhao Liu\nLi Si")
    app.button(key="add").click().run()
    store.add_expert(study.id, "Zhao Liu")  # meanwhile, by somebody else
    app.button(key="add_pasted").click().run()
    assert [error.value for error in app.error] == ["This study has an expert “Zhao Liu” already."]
    assert app.text_area(key="entered").value == "Zhao Liu\nLi Si"
    assert len(store.experts(study.id)) == 3
    again = visit(organizer, "experts")
    assert links(again) == []
    assert shown_tables(again)[0]["Expert"].tolist() == ["王五", "Li Si", "Zhao Liu"]
    assert shown_tables(again)[0]["Link"].tolist() == ["valid", "valid", "no link yet"]


def test_a_link_shown_once_opens_the_survey_until_it_is_renewed(visit, store, organizer, survey):
    expert = add_expert(store, survey)
    app = visit(organizer, "experts")
    app.button(key="issue").click().run()
    token = links(app)[0].rsplit("/i/")[1]
    session = store.open_link(token, None)
    assert [granted.id for granted in store.grants(session).experts] == [expert.id]
    app.button(key="renew").click().run()
    assert store.grants(session).experts == ()
    app.button(key="revoke").click().run()
    assert store.expert(expert.id).link == "revoked"


def test_links_of_another_organizer_stay_valid(visit, store, organizer, survey):
    """And a new link for one expert leaves the others on the screen."""
    first = add_expert(store, survey)
    store.add_experts(first.study_id, {"Li Si": None, "Zhao Liu": None})
    second = store.experts(first.study_id)[1]
    app = visit(organizer, "experts")
    handed = store.open_link(store.issue_link(second.id), None)
    app.button(key="issue").click().run()
    said = "Left out: 1. They have got a link meanwhile, which stays valid."
    assert said in [one.value for one in app.info]
    assert [one.id for one in store.grants(handed).experts] == [second.id]
    before = links(app)
    assert len(before) == 2
    app.selectbox(key="link_of").select(first.id).run()
    app.button(key="renew").click().run()
    assert (links(app)[0] != before[0], links(app)[1:]) == (True, before[1:])


def test_closing_needs_a_tick_and_is_for_ever(visit, store, organizer, survey):
    expert = add_expert(store, survey)
    app = visit(organizer, "rounds")
    assert app.warning[0].value == (
        "Nobody has submitted: the round would be closed without a result."
    )
    assert app.button(key="close").disabled
    keyed(app.checkbox, "sure-").check().run()
    app.button(key="close").click().run()
    assert not store.study(expert.study_id).open
    assert app.header[0].value == "Round 1 is closed"
    assert "close" not in [button.key for button in app.button]
    app = visit(organizer, "experts")
    assert app.info[0].value == "Round 1 is closed. Open the next one on the page “Rounds”."
    assert not {"issue", "renew", "add"} & {button.key for button in app.button}


def test_results_empty_filled_and_switched(visit, store, organizer, survey):
    expert = add_expert(store, survey)
    app = visit(organizer, "results")
    assert app.info[0].value == (
        "No expert has submitted yet. Results appear with the first submitted survey."
    )
    answer(store, survey, expert)
    store.submit(expert.id, event_id="submit")
    app = visit(organizer, "results")
    result = ahp.analyze(survey, store.answers(expert.study_id))
    composite = shown_tables(app)[0]
    assert len(composite) == 18
    assert composite["Global weight"].tolist() == [
        f"{result.global_weights[leaf]:.4f}" for leaf in result.ranking
    ]
    keyed(app.selectbox, "method-").select("column_mean").run()
    keyed(app.selectbox, "random_index-").select("saaty_2005").run()
    switched = ahp.analyze(
        survey,
        store.answers(expert.study_id),
        method="column_mean",
        random_index="saaty_2005",
    )
    assert shown_tables(app)[0]["Global weight"].tolist() == [
        f"{switched.global_weights[leaf]:.4f}" for leaf in switched.ranking
    ]
    assert shown_tables(app)[1]["CR"].tolist() == [
        f"{level.cr:.4f}" for level in switched.total_consistency
    ]


def test_results_of_one_expert_of_the_published_example(visit, organizer):
    app = visit(organizer, language="zh")
    app.button(key="example-dong_2010").click().run()
    keyed(app.selectbox, "who-").select("E5").run()
    assert shown_tables(app)[0]["总排序权重"].tolist() == ["0.3780", "0.2958", "0.2247", "0.1015"]


def test_signing_out_ends_the_session(visit, store, organizer):
    app = visit(organizer)
    app.button(key="sign_out").click().run()
    assert not store.grants(organizer).organizer
    assert app.header[0].value == "这里是两两比较问卷"


def test_one_organizer_can_sign_out_all(visit, store, organizer):
    other = store.open_organizer(None)
    visit(organizer).button(key="sign_out_all").click().run()
    assert not store.grants(organizer).organizer
    assert not store.grants(other).organizer


def test_studies_are_picked_one_after_the_other(visit, store, organizer, survey):
    studies = [store.create_study(survey, title).id for title in ("North", "South")]
    app = visit(organizer, "rounds")
    for study in (*studies, *studies):
        app.selectbox(key="study_chosen").set_value(study).run()
        assert app.query_params["study"] == study


# -- who may see what


def test_an_expert_s_session_does_not_open_the_organizer_s_pages(visit, store, survey):
    expert = add_expert(store, survey)
    session = store.open_link(store.issue_link(expert.id), None)
    app = visit(session)
    study_pages = ("settings", "experts", "rounds", "results", "files", "editor")
    for page in ("studies", *study_pages, "accounts", "backup"):
        with pytest.raises(ValueError, match="Could not find a navigation page"):
            app.switch_page(f"views/{page}.py")
        alone = AppTest.from_file(Path(server.MAIN).with_name("views") / f"{page}.py").run()
        assert [error.value for error in alone.error] == ["请先以组织者身份登录。"]
        assert len(alone.title) == 0
