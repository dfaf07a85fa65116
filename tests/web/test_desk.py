"""The organizer's desk: experts, rounds, results of a panel, files, the survey editor."""

from __future__ import annotations

import io
import itertools
import json
import re
from dataclasses import replace

import pytest
from docx import Document
from openpyxl import Workbook, load_workbook

import ahp
import ahp.resources
from ahp.exchange.questionnaire_docx import questionnaire_document
from ahp.exchange.questionnaire_xlsx import questionnaire_workbook
from ahp.process.asking import Asking
from ahp.process.settings import Settings
from ahp.report.workbook import xlsx_bytes
from ahp.scale import SAATY_POSITIONS
from ahp.store import ExpertInfo, Store, StudyInfo
from ahp.study import Answers, Judgment
from ahp.study.standing import SelfRating, Standing
from ahp.web import components, desk, state
from tests.panel_study import small_survey
from tests.study.panels import make_survey
from tests.web.tables import shown_tables
from tests.web.test_pages import keyed, texts


def fill(store: Store, study: StudyInfo, expert: ExpertInfo, shift: int) -> None:
    """Answer everything and submit, each expert a little differently."""
    judgments = [
        ahp.Judgment(expert.name, *pair, SAATY_POSITIONS[5 + (k * 3 + shift) % 7])
        for k, pair in enumerate(study.survey.hierarchy.comparisons)
        if pair[0] not in expert.standing.recused
    ]
    store.upload_answers(expert.id, judgments)
    store.submit(expert.id, event_id=f"{expert.id[:8]}-{store.study(study.id).round}")


@pytest.fixture
def study(store: Store, survey: ahp.Survey) -> StudyInfo:
    """A closed round of six experts, and the second round open."""
    made = store.create_study(survey, "2026")
    for k, expert in enumerate(store.add_experts(made.id, dict.fromkeys("ABCDEF"))):
        fill(store, made, expert, k)
    store.close_round(made.id)
    return store.open_round(made.id)


# -- experts


def test_experts_come_with_weights_and_reasons(visit, store, organizer, survey):
    study = store.create_study(survey, "2026")
    app = visit(organizer, "experts")
    app.text_area(key="entered").set_value("王五，会计处，2，主持过三次检查\nLi Si")
    app.button(key="add").click().run()
    assert store.experts(study.id) == []
    assert shown_tables(app)[0].to_dict("list") == {
        "Expert": ["王五", "Li Si"],
        "Organization": ["会计处", ""],
        "Weight": ["2", "1"],
        "Reason": ["主持过三次检查", ""],
        "In the study": ["no, will be added"] * 2,
    }
    app.button(key="add_pasted").click().run()
    assert app.text_area(key="entered").value == ""
    assert store.standings(study.id) == {
        "王五": Standing(weight=2, reason="主持过三次检查"),
        "Li Si": Standing(),
    }
    app.text_area(key="entered").set_value("Zhao Liu, Audit, 3")
    app.button(key="add").click().run()
    assert [error.value for error in app.error] == [
        "line 1: the weight 3 of “Zhao Liu” needs a reason; please write it down."
    ]
    app.text_input(key="new_name").set_value("Zhao Liu")
    app.number_input(key="new_weight").set_value(0.5)
    app.text_input(key="new_reason").set_value("new in office")
    app.button(key="add_form").click().run()
    assert store.standings(study.id)["Zhao Liu"] == Standing(0.5, "new in office")
    assert app.text_input(key="new_name").value == ""


def test_a_pasted_list_is_shown_before_it_counts(visit, store, organizer, survey):
    study = store.create_study(survey, "2026")
    store.add_expert(study.id, "李四")
    app = visit(organizer, "experts")
    app.text_area(key="entered").set_value(
        "姓名、单位\n1、张三、财务处\n2、李四、审计处\n合计：2人"
    )
    app.button(key="add").click().run()
    (shown,) = (one for one in shown_tables(app) if "In the study" in one)
    assert shown["Organization"].tolist() == ["财务处", "审计处"]
    assert shown["In the study"].tolist() == ["no, will be added", "yes, stays as it is"]
    captions = [caption.value for caption in app.caption]
    assert "Not read as experts: “姓名、单位” “合计：2人”" in captions
    assert app.button(key="add_pasted").label == "Add these experts (1)"
    app.button(key="add_pasted").click().run()
    assert [(one.name, one.organization) for one in store.experts(study.id)] == [
        ("李四", None),
        ("张三", "财务处"),
    ]


def test_an_expert_without_answers_is_corrected_and_removed(visit, store, organizer, study, survey):
    late = store.add_expert(study.id, "Gg")
    app = visit(organizer, "experts")
    assert app.selectbox(key="correct_of").options == ["Gg"]
    app.text_input(key=f"name-{late.id}").set_value("Gu")
    app.text_input(key=f"organization-{late.id}").set_value("审计处")
    app.button(key="save_expert").click().run()
    renamed = store.expert(late.id)
    assert (renamed.name, renamed.organization) == ("Gu", "审计处")
    app.text_input(key=f"name-{late.id}").set_value("A")
    app.button(key="save_expert").click().run()
    assert [error.value for error in app.error] == ["This study has an expert “A” already."]
    assert app.button(key="remove_expert").disabled
    app.checkbox(key=f"sure_remove-{late.id}").check().run()
    app.button(key="remove_expert").click().run()
    assert [one.name for one in store.experts(study.id)] == list("ABCDEF")
    store.verify_log()


def test_a_study_is_renamed_duplicated_archived_and_brought_back(
    visit, store, organizer, study, survey
):
    app = visit(organizer, "settings")
    app.text_input(key=f"title-{study.id}").set_value("2027")
    app.button(key=f"save_title-{study.id}").click().run()
    assert store.study(study.id).title == "2027"
    app.text_input(key=f"title-{study.id}").set_value(" ")
    app.button(key=f"save_title-{study.id}").click().run()
    assert [error.value for error in app.error] == ["Please write a title, in one line."]
    app.text_input(key=f"copy_title-{study.id}").set_value("2028")
    app.checkbox(key=f"copy_experts-{study.id}").check()
    app.button(key=f"duplicate_study-{study.id}").click().run()
    (copy,) = (one for one in store.studies() if one.title == "2028")
    assert [one.name for one in store.experts(copy.id)] == list("ABCDEF")
    app.button(key=f"archive-{study.id}").click().run()
    assert [one.title for one in store.studies()] == ["2028"]
    assert "This study is archived." in [one.value for one in app.info]
    app = visit(organizer, "studies")
    app.button(key=f"unarchive-{study.id}").click().run()
    assert {one.title for one in store.studies()} == {"2027", "2028"}
    store.verify_log()


def test_experts_from_a_file(visit, store, organizer, survey):
    study = store.create_study(survey, "2026")
    app = visit(organizer, "experts")
    key = next(one.key for one in app.get("file_uploader") if "expert_list" in str(one.key))
    content = "姓名,单位\n王五,会计处\n李四,国库处\n".encode()
    app.file_uploader(key=key).set_value(("experts.csv", content, "text/csv")).run()
    assert shown_tables(app)[0]["Expert"].tolist() == ["王五", "李四"]
    app.button(key="add_list").click().run()
    assert [(one.name, one.organization) for one in store.experts(study.id)] == [
        ("王五", "会计处"),
        ("李四", "国库处"),
    ]


def test_the_standing_of_an_expert(visit, store, organizer, study, survey):
    app = visit(organizer, "experts")
    app.selectbox(key="standing_of").select(store.experts(study.id)[1].id).run()
    app.multiselect[0].select("setup").run()
    app.button(key="save_standing").click().run()
    assert [error.value for error in app.error] == ["Please give a reason for every recusal."]
    setup = survey.node_name("setup", "en")
    labeled(app.text_input, f"Reason for the recusal from “{setup}”").set_value("Own unit")
    for box in app.selectbox:
        if box.label in ("theoretical analysis", "practical experience"):
            box.select("large")
    app.button(key="save_standing").click().run()
    assert app.error[0].value == (
        "The authority coefficient needs both what the expert judges from and how familiar they "
        "are: please choose all of it, or nothing."
    )
    assert store.standings(study.id)["B"] == Standing()


def labeled(boxes, label: str):
    return next(box for box in boxes if box.label == label)


def test_each_recusal_has_its_own_reason(visit, store, organizer, study, survey):
    expert = store.experts(study.id)[1]
    first, second = survey.hierarchy.parents[1:3]
    store.set_standing(expert.id, Standing(recused={first: "Own unit"}))
    app = visit(organizer, "experts")
    app.selectbox(key="standing_of").select(expert.id).run()
    app.multiselect[0].select(second).run()
    why = "Reason for the recusal from “{}”"
    label = why.format(survey.node_name(second, "en"))
    labeled(app.text_input, label).set_value("Wrote its rules")
    app.button(key="save_standing").click().run()
    assert not app.error
    assert store.standings(study.id)["B"].recused == {
        first: "Own unit",
        second: "Wrote its rules",
    }
    app.multiselect[0].unselect(first).run()
    app.button(key="save_standing").click().run()
    assert store.standings(study.id)["B"].recused == {second: "Wrote its rules"}


def test_a_text_that_is_too_long(visit, store, organizer, study):
    app = visit(organizer, "experts", language="zh")
    app.text_area(key="entered").set_value("名" * 201)
    app.button(key="add").click().run()
    app.button(key="add_pasted").click().run()
    assert [error.value for error in app.error] == [
        "姓名有 201 个字符，最多只能保存 200 个。没有保存任何内容，请缩短后再试。"
    ]


def test_progress_by_parent_and_reminders(visit, store, organizer, study, survey):
    expert = store.experts(study.id)[0]
    store.set_standing(expert.id, Standing(recused={"setup": "Own unit"}))
    fill(store, study, store.expert(expert.id), 1)
    pair = survey.hierarchy.pairs("setup")[0]
    store.answer(store.experts(study.id)[1].id, "setup", *pair, "3", event_id="one")
    app = visit(organizer, "experts")
    progress = shown_tables(app)[0]
    assert progress["Answered"].tolist()[:3] == ["32/32", "1/35", "0/35"]
    setup = survey.node_name("setup", "en")
    assert progress[setup].tolist()[:3] == ["–", "1/3", "0/3"]
    assert progress["Submitted"].tolist()[:2] == ["yes", "no"]
    late = shown_tables(app)[1]
    assert late["Expert"].tolist() == list("BCDEF")
    assert late["Open comparisons"].tolist() == ["34", "35", "35", "35", "35"]
    assert "Reminders to those who have not submitted (5)" in [one.label for one in app.expander]


# -- rounds


def test_a_round_is_closed_and_the_next_one_opened(visit, store, organizer, study):
    app = visit(organizer, "rounds")
    assert app.header[0].value == "Round 2 is open"
    assert shown_tables(app)[0]["Experts"].tolist() == ["6"]
    for k, expert in enumerate(store.experts(study.id)):
        fill(store, study, expert, k // 2)
    app.run()
    keyed(app.checkbox, "sure-").check().run()
    app.button(key="close").click().run()
    assert app.header[0].value == "Round 2 is closed"
    assert shown_tables(app)[0]["Round"].tolist() == ["1", "2"]
    assert shown_tables(app)[0]["Invited"].tolist() == ["6", "6"]
    summary = json.loads(store.closed_rounds(study.id)[1].evidence or "")["summary"]
    assert shown_tables(app)[0]["Kendall's W"].tolist()[1] == f"{summary['w']:.4f}"
    app.button(key="open_round").click().run()
    assert app.title[0].value == "Experts and links"
    assert store.study(study.id).round == 3


def test_a_round_without_a_result_stays_open_and_says_why(visit, store, organizer, study):
    fill(store, study, store.experts(study.id)[0], 1)
    now = store.settings(study.id)
    store.set_settings(study.id, replace(now, weighting="authority"))
    app = visit(organizer, "rounds")
    keyed(app.checkbox, "sure-").check().run()
    app.button(key="close").click().run()
    assert [error.value for error in app.error] == [
        "expert “A” has no authority coefficient, expected one for each expert; "
        "give the basis of judgment and the familiarity, or choose another weighting"
    ]
    assert store.study(study.id).open


def test_settings_are_chosen_and_fewer_than_five_needs_a_tick(visit, store, organizer, study):
    app = visit(organizer, "settings")
    keyed(app.selectbox, "set_aggregate-").select("aij_trimmed").run()
    keyed(app.number_input, "set_trim-").set_value(0.2)
    keyed(app.selectbox, "stop-").select("kendall_w").run()
    keyed(app.number_input, "set_target-").set_value(0.7)
    keyed(app.radio, "set_feedback-").set_value(3).run()
    assert any("With so few others" in warning.value for warning in app.warning)
    assert app.button(key="save_settings").disabled
    keyed(app.checkbox, "set_agreed-").check().run()
    app.button(key="save_settings").click().run()
    assert store.settings(study.id) == Settings(
        *("eigenvector", "saaty", "aij_trimmed", 0.2),
        stop="kendall_w",
        target=0.7,
        feedback_from=3,
    )
    assert "Kendall's W is" in visit(organizer, "rounds").info[0].value


# -- results


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_screen_of_the_results(visit, store, organizer, study, language):
    for k, expert in enumerate(store.experts(study.id)):
        fill(store, study, expert, k // 2)
    app = visit(organizer, "results", language=language)
    names = [tab.label for tab in app.tabs]
    assert len(names) == 10
    keyed(app.selectbox, "round-").select(2).run()
    for name, tables in zip(names, (4, 1, 7, 3, 2, 1, 5, 4, 4, 1), strict=True):
        app.session_state["screen"] = name
        app.run()
        assert not app.exception
        assert len(shown_tables(app)) == tables, name


def test_a_closed_round_shows_as_it_was_frozen(visit, store, organizer, study):
    frozen = json.loads(store.closed_rounds(study.id)[0].evidence or "")
    store.set_settings(study.id, replace(store.settings(study.id), method="column_mean"))
    for k, expert in enumerate(store.experts(study.id)):
        fill(store, study, expert, k // 2)
    app = visit(organizer, "results")
    keyed(app.selectbox, "round-").select(2).run()
    now = ahp.analyze(study.survey, store.answers(study.id), method="column_mean")
    assert shown_tables(app)[0]["Global weight"].tolist() == [
        f"{now.global_weights[leaf]:.4f}" for leaf in now.ranking
    ]
    keyed(app.selectbox, "round-").select(1).run()
    assert shown_tables(app)[0]["Global weight"].tolist() == [
        f"{frozen['global_weights'][leaf]:.4f}" for leaf in frozen["ranking"]
    ]
    assert keyed(app.selectbox, "method-").value == "eigenvector"


def test_the_organizer_reads_the_reasons(visit, store, organizer, study, survey):
    first = store.experts(study.id)[0]
    parent, left, right = survey.hierarchy.comparisons[0]
    store.answer(first.id, parent, left, right, SAATY_POSITIONS[5], event_id="answer")
    store.give_reason(first.id, parent, right, left, "Our *unit* has [no]", event_id="why")
    for k, expert in enumerate(store.experts(study.id)):
        fill(store, study, expert, k // 2)
    app = visit(organizer, "results")
    keyed(app.selectbox, "round-").select(2).run()
    app.session_state["screen"] = "Agreement"
    app.run()
    reasons = shown_tables(app)[2]
    assert reasons.values.tolist() == [
        [
            *(survey.node_name(node, "en") for node in (parent, left, right)),
            *("A", store.current(first.id)[parent, left, right], "Our *unit* has [no]"),
        ]
    ]


def test_what_a_stale_page_asks_for_is_refused_in_words(visit, store, organizer, study):
    app = visit(organizer, "rounds")
    keyed(app.checkbox, "sure-").check().run()
    store.close_round(study.id)
    app.button(key="close").click().run()
    assert app.header[0].value == "Round 2 is closed"
    store.open_round(study.id)
    app.button(key="open_round").click().run()
    assert app.header[0].value == "Round 3 is open"
    assert store.study(study.id).round == 3
    store.issue_link(store.experts(study.id)[0].id)
    app = visit(organizer, "experts")
    store.revoke_link(store.experts(study.id)[0].id)
    app.button(key="revoke").click().run()
    assert [error.value for error in app.error] == ["“A” has no link that works."]


def test_trying_other_options_says_that_they_change_nothing(visit, store, organizer, study):
    for k, expert in enumerate(store.experts(study.id)):
        fill(store, study, expert, k // 2)
    before = store.events(study.id)
    app = visit(organizer, "results")
    keyed(app.selectbox, "round-").select(2).run()
    assert not any("trying other options" in info.value for info in app.info)
    keyed(app.selectbox, "how-").select("aip_arithmetic").run()
    assert any("trying other options" in info.value for info in app.info)
    answers = store.answers(study.id)
    tried = ahp.analyze(study.survey, answers, how="aip_arithmetic")
    assert shown_tables(app)[0]["Global weight"].tolist() == [
        f"{tried.global_weights[leaf]:.4f}" for leaf in tried.ranking
    ]
    assert store.events(study.id) == before


def test_results_open_on_the_closed_round_and_a_running_one_is_provisional(
    visit, store, organizer, study
):
    store.add_expert(study.id, "G")  # was not asked in round 1
    fill(store, study, store.experts(study.id)[2], 3)
    app = visit(organizer, "results")
    assert keyed(app.selectbox, "round-").value == 1
    assert "**Round 1, 6 of 6 submitted**" in texts(app)
    assert not any("running" in warning.value for warning in app.warning)
    keyed(app.selectbox, "round-").select(2).run()
    assert app.warning[0].value == (
        "**Round 2 (running, provisional), 1 of 7 submitted.** The round is running: everything "
        "here will change with every answer. So far this is what one person thinks, not the panel."
    )
    assert "Round 2 (running, provisional), 1 of 7 submitted" in [one.value for one in app.caption]
    files = [one.proto.url for one in app.get("download_button")]
    assert len(files) > 0
    app.session_state["screen"] = "From round to round"
    app.run()
    assert [one.value for one in app.caption if "answered both" in one.value] == [
        "Rounds 1 and 2 (running, provisional) · "
        "Experts who answered both rounds: 1 (before: 6, after: 1)"
    ]
    before, after = (
        ahp.analyze(study.survey, store.answers(study.id, round_number=number).only(["C"]))
        for number in (1, 2)
    )
    rows = shown_tables(app)[0]
    assert rows["Rank before"].tolist() == [str(before.ranks[leaf]) for leaf in after.ranking]


def test_the_ranking_says_who_contradicts_themselves(visit, store, organizer, study):
    app = visit(organizer, "results")
    answers = store.answers(study.id, round_number=1)
    found = ahp.analyze(study.survey, answers)
    names = list(dict.fromkeys(one.expert for one in found.incoherences))
    assert app.warning[0].value.startswith(
        f"Experts who contradict themselves (their own CR reaches 0.1): {len(names)} of 6 "
        f"({', '.join(names)}); they count like all others."
    )
    _ranking, total, table, choices = shown_tables(app)
    assert total["Experts with a CR of 0.1 or more"].tolist()[1] == f"{len(names)} of 6"
    assert table["Expert"].tolist() == [one.expert for one in found.incoherences]
    assert table["CR"].tolist() == [f"{one.cr:.4f}" for one in found.incoherences]
    less = ahp.analyze(study.survey, answers, incoherent="downweight")
    assert choices[state.plain("Down-weighted: weight")].tolist() == [
        f"{less.global_weights[leaf]:.4f}" for leaf in found.ranking
    ]
    keyed(app.selectbox, "incoherent-").select("downweight").run()
    assert shown_tables(app)[0]["Global weight"].tolist() == [
        f"{less.global_weights[leaf]:.4f}" for leaf in less.ranking
    ]


def test_what_becomes_of_contradictions_is_a_setting(visit, store, organizer, study):
    for k, expert in enumerate(store.experts(study.id)):
        fill(store, study, expert, k // 2)
    app = visit(organizer, "settings")
    keyed(app.selectbox, "set_incoherent-").select("exclude")
    keyed(app.selectbox, "set_limit-").select("own").run()
    keyed(app.number_input, "set_cr_limit-").set_value(0.02)
    app.button(key="save_settings").click().run()
    now = store.settings(study.id)
    assert (now.incoherent, now.cr_limit) == ("exclude", 0.02)
    app = visit(organizer, "rounds")
    keyed(app.checkbox, "sure-").check().run()
    app.button(key="close").click().run()
    assert store.study(study.id).open
    (error,) = app.error
    assert error.value.startswith("There is no result: below “Post-supervision effectiveness” too")
    app = visit(organizer, "results")
    keyed(app.selectbox, "round-").select(2).run()
    assert app.error[0].value == error.value
    store.set_settings(study.id, replace(now, incoherent="downweight", cr_limit="saaty"))
    closed = store.close_round(study.id)
    evidence = json.loads(closed.evidence or "")
    assert evidence["settings"]["incoherent"] == "downweight"
    assert evidence["settings"]["cr_limit"] == "saaty"
    assert {one["limit"] for one in evidence["incoherent"]} <= {0.05, 0.08, 0.1}
    assert [log.events for log in store.verify_log()] == [len(store.events(study.id))]


def test_closing_lists_who_is_missing(visit, store, organizer, study, survey):
    first, second, *_others = store.experts(study.id)
    fill(store, study, first, 1)
    store.set_asking(study.id, Asking(cannot_judge=True))
    *answered, last = survey.hierarchy.comparisons
    judgments = [ahp.Judgment("B", *pair, "1") for pair in answered]
    store.upload_answers(second.id, judgments)
    store.abstain(second.id, *last, event_id="abstain")
    store.submit(second.id, event_id="submit-b")
    store.answer(_others[0].id, *answered[0], "3", event_id="one")
    app = visit(organizer, "rounds")
    assert app.warning[0].value == (
        "Not submitted yet (4), what they answered will not count: C (1 of 35 answered), "
        "D (0 of 35 answered), E (0 of 35 answered), F (0 of 35 answered)"
    )
    assert app.info[0].value == (
        "Submitted without answering every comparison: B (34 of 35 answered)"
    )
    box = keyed(app.checkbox, "sure-")
    assert box.label == "Yes, close round 2 for ever, with 2 of 6 experts"
    for page in (app, visit(organizer, "experts")):  # a bar beside a number shows that number
        (bar,) = page.get("progress")
        assert (bar.proto.text, bar.proto.value) == ("2 of 6 experts have submitted", 33)
    box.check().run()
    assert not app.button(key="close").disabled
    fill(store, study, _others[0], 1)
    app.run()
    assert app.button(key="close").disabled  # to be agreed to anew


@pytest.mark.parametrize("choice", ["weights_count", "weights_keep"])
def test_weights_that_arrive_are_asked_about(visit, store, organizer, survey, choice):
    study = store.create_study(survey, "2026")
    app = visit(organizer, "experts")
    app.text_area(key="entered").set_value("Wang\nLi")
    app.button(key="add").click().run()
    app.button(key="add_pasted").click().run()
    assert [button.key for button in app.button if "weights" in str(button.key)] == []
    app.text_area(key="entered").set_value("Zhao, Audit, 3, chair")
    app.button(key="add").click().run()
    app.button(key="add_pasted").click().run()
    assert app.warning[0].value == (
        "The experts came with weights (Zhao 3) that are not in use yet: the study's weighting is "
        "“all experts equally”. Use these weights?"
    )
    assert shown_tables(app)[0]["Effective weight"].tolist() == ["1.0000"] * 3
    assert set(shown_tables(app)[0]["Weighting"]) == {"all experts equally"}
    app.button(key=choice).click().run()
    assert not any("Use these weights?" in warning.value for warning in app.warning)
    (event,) = [one for one in store.events(study.id) if one.kind == "settings"]
    given = choice == "weights_count"
    assert json.loads(event.detail)["weighting"] == ("given" if given else "equal")
    third = "3.0000" if given else "1.0000"
    assert shown_tables(app)[0]["Effective weight"].tolist() == ["1.0000", "1.0000", third]
    app.text_area(key="entered").set_value("Sun, Audit, .5, new")
    app.button(key="add").click().run()
    app.button(key="add_pasted").click().run()
    asked = [warning.value for warning in app.warning if "Use these weights?" in warning.value]
    assert len(asked) == (0 if given else 1)
    assert [log.events for log in store.verify_log()] == [len(store.events(study.id))]


# -- files


def upload(app, study, *, answers=None, round_number=2) -> None:
    """Upload the workbook of the expert A."""
    content = questionnaire_workbook(
        study.survey,
        title=study.title,
        expert="A",
        study_id=study.id,
        round_number=round_number,
        language="en",
        answers=answers or {},
    )
    keyed(app.get("file_uploader"), "upload-").set_value(
        [("A.xlsx", content, "application/xlsx")]
    ).run()


def test_a_filled_workbook_is_shown_and_recorded(visit, store, organizer, study):
    expert = store.experts(study.id)[0]
    answers = dict.fromkeys(study.survey.hierarchy.comparisons, "1/3")
    app = visit(organizer, "files")
    upload(app, study, answers=answers)
    assert "**A**: 35 answers read, 0 comparisons left open" in texts(app)
    assert store.current(expert.id) == {}
    app.checkbox(key="submit_files").check().run()
    app.button(key="record_files").click().run()
    assert store.current(expert.id) == answers
    assert store.expert(expert.id).submitted
    assert [one.value for one in app.success] == ["A: 35 answers recorded from the file."]
    *_others, stored, submitted = store.events(study.id)
    assert (stored.kind, stored.source) == ("answer", "file")
    assert str(stored.detail).startswith("A.xlsx: sheet ")
    assert (submitted.kind, submitted.source) == ("submit", "file")
    assert stored.actor_kind == submitted.actor_kind == "file"
    assert re.fullmatch("[0-9a-f]{64}", stored.actor_id)
    assert submitted.actor_id == stored.actor_id


def test_a_workbook_that_is_not_submitted_is_recorded(visit, store, organizer, study):
    store.set_asking(study.id, Asking(guidance="require"))
    values = itertools.cycle(("9", "1/9", "1"))
    answers = dict(zip(study.survey.hierarchy.comparisons, values, strict=False))
    app = visit(organizer, "files")
    upload(app, study, answers=answers)
    app.checkbox(key="submit_files").check().run()
    app.button(key="record_files").click().run()
    assert [one.value for one in app.success] == ["A: 35 answers recorded from the file."]
    (refused,) = [one.value for one in app.error]
    assert refused.startswith("expert “A” has contradicting answers below “effectiveness”")
    assert not store.experts(study.id)[0].submitted


def test_a_filled_form_is_shown_with_its_open_rows_and_recorded(visit, store, organizer, study):
    form = Document(
        io.BytesIO(
            questionnaire_document(
                study.survey,
                title=study.title,
                expert="A",
                study_id=study.id,
                round_number=study.round,
                language="en",
            )
        )
    )
    table = next(one for one in form.tables if len(one.columns) == 20)
    table.rows[2].cells[4].paragraphs[0].runs[0].text = "√"
    saved = io.BytesIO()
    form.save(saved)
    app = visit(organizer, "files")
    keyed(app.get("file_uploader"), "upload-").set_value(
        [("A.docx", saved.getvalue(), "application/docx")]
    ).run()
    assert "**A**: 1 answers read, 34 comparisons left open" in texts(app)
    second = study.survey.hierarchy.comparisons[1]
    parent, left, right = (study.survey.node_name(one, "en") for one in second)
    assert f"- {parent}: “{left}” or “{right}”" in texts(app)
    app.button(key="record_files").click().run()
    stored = store.events(study.id)[-1]
    assert (stored.kind, stored.value, stored.source) == ("answer", "7", "file")
    assert stored.detail == f"A.docx: table '1. {parent}', row 1"


def test_a_form_of_a_widened_name_with_a_rating_that_is_no_longer_asked(visit, store, organizer):
    survey = small_survey()
    study = store.create_study(survey, "2026")
    store.set_asking(study.id, Asking(self_rating="off"))
    expert, _other = (store.add_expert(study.id, name) for name in ("张三", "李四"))
    options = {"title": "2026", "study_id": study.id, "self_rating": True, "language": "en"}
    form = Document(
        io.BytesIO(questionnaire_document(survey, expert="张\u3000三", **options))  # as offices do
    )
    *pairs, grounds, familiarity, _remarks = form.tables
    tables = [one.rows[2:] for one in pairs if len(one.columns) == 20]
    for row in (*itertools.chain(*tables), *grounds.rows[1:], *familiarity.rows[1:2]):
        row.cells[2 if len(row.cells) == 20 else 1].paragraphs[0].runs[0].text = "√"
    saved = io.BytesIO()
    form.save(saved)
    app = visit(organizer, "files")
    keyed(app.get("file_uploader"), "upload-").set_value(
        [("A.docx", saved.getvalue(), "application/docx")]
    ).run()
    assert [one.value for one in app.error] == []
    assert "A.docx: the self-rating is left out, which this study doesn't ask." in [
        one.value for one in app.info
    ]
    app.checkbox(key="submit_files").check().run()
    app.button(key="record_files").click().run()
    assert [one.value for one in app.error] == []
    assert store.current(expert.id) == dict.fromkeys(survey.hierarchy.comparisons, "9")
    assert store.expert(expert.id).submitted


def test_paper_is_keyed_in_by_two_and_recorded(visit, store, organizer):
    survey = small_survey()
    study = store.create_study(survey, "2026")
    expert = store.add_expert(study.id, "A")
    pairs = survey.hierarchy.comparisons
    app = visit(organizer, "files")
    app.session_state["files"] = "Paper, keyed in by two"
    app.run()
    for name, last in (("Li", "5"), ("Wang", "1/5")):
        fields = [one for one in app.selectbox if str(one.key).startswith("key-")]
        assert [one.value for one in fields] == [None] * len(pairs)
        for field in fields:
            field.set_value("3")
        fields[-1].set_value(last)
        next(one for one in app.text_input if one.label == "Who keys it in").set_value(name)
        keyed(app.button, "save_keying-").click().run()
    assert "Keyed in by Li and Wang: 1 differences." in texts(app)
    app.button(key="take_keyed").click().run()
    assert [one.value for one in app.error] == [
        "the questionnaire of “A”: 1 comparisons were keyed in differently, expected what stands "
        "on paper for each"
    ]
    assert app.selectbox(key="keyed_expert").options == ["A (keyed in twice)"]
    assert "Key in anew" in [one.label for one in app.expander]
    settled = keyed(app.selectbox, "settle-")
    parent, left, right = (survey.node_name(node, "en") for node in pairs[-1])
    assert settled.label.replace("\N{NO-BREAK SPACE}", " ") == (
        f"{parent}: {left} – {right}. Li read ← 5, Wang read 5 →. What stands on paper?"
    )
    settled.set_value("1/5")
    app.checkbox(key="submit_keyed").check()
    app.button(key="take_keyed").click().run()
    assert store.current(expert.id) == {**dict.fromkeys(pairs, "3"), pairs[-1]: "1/5"}
    assert store.expert(expert.id).submitted


def test_what_is_keyed_in_while_somebody_else_saves_stands(visit, store, organizer):
    survey = small_survey()
    study = store.create_study(survey, "2026")
    expert = store.add_expert(study.id, "A")
    read = dict.fromkeys(survey.hierarchy.comparisons, "3")
    store.answer(expert.id, *survey.hierarchy.comparisons[0], "9", event_id="online")
    app = visit(organizer, "files")
    app.session_state["files"] = "Paper, keyed in by two"
    app.run()
    assert [one.value for one in app.info] == [
        "1 answers of this expert were given otherwise, online or in a file. What stands on paper "
        "replaces them; those without a tick there stay."
    ]
    for field in app.selectbox:
        if str(field.key).startswith("key-"):
            field.set_value("3")
    next(one for one in app.text_input if one.label == "Who keys it in").set_value("Li")
    store.key_in(expert.id, read, "Wang")
    keyed(app.button, "save_keying-").click().run()
    assert [(one.by, len(one.answers)) for one in store.keyed(study.id)[expert.id]] == [
        ("Wang", len(read)),
        ("Li", len(read)),
    ]
    assert "Keyed in by Wang and Li: 0 differences." in texts(app)
    fields = [one for one in app.selectbox if str(one.key).startswith("key-")]
    assert [one.value for one in fields] == [None] * len(read)
    fields[0].set_value("5")
    next(one for one in app.text_input if one.label == "Who keys it in").set_value("Zhao")
    keyed(app.button, "save_keying-").click().run()
    assert [one.value for one in app.error] == [
        "the questionnaire of “A” was keyed in by two persons already; say that it is keyed in "
        "anew to put aside what both read"
    ]
    keyed(app.checkbox, "anew-").check()
    keyed(app.button, "save_keying-").click().run()
    assert [(one.by, len(one.answers)) for one in store.keyed(study.id)[expert.id]] == [("Zhao", 1)]


def test_why_nothing_can_be_keyed_in(visit, store):
    root, head = (
        store.add_account(role, "four random words", [role, *more])
        for role, more in (("administrator", ["organizer"]), ("head", []))
    )
    study = store.create_study(small_survey(), "2026")
    app = visit(store.open_account(root.id, None), "files")
    app.session_state["files"] = "Paper, keyed in by two"

    def said() -> list[str]:
        return [one.value for one in app.run().info]

    nothing = "Nothing can be keyed in: "
    assert said() == [f"{nothing}the study has no experts yet."]
    for shift, expert in enumerate(store.add_experts(study.id, dict.fromkeys("AB"))):
        fill(store, study, expert, shift)
    assert said() == [f"{nothing}everybody has submitted."]
    app = visit(store.open_account(head.id, None), "files")
    app.session_state["files"] = "Paper, keyed in by two"
    assert said() == ["Only an organizer can key in questionnaires."]


def test_a_self_rating_on_paper_is_recorded(visit, store, organizer):
    survey = small_survey()
    study = store.create_study(survey, "2026")
    store.set_asking(study.id, Asking(self_rating="require"))
    expert = store.add_expert(study.id, "A")
    for by in ("Li", "Wang"):
        store.key_in(expert.id, dict.fromkeys(survey.hierarchy.comparisons, "3"), by)
    app = visit(organizer, "files")
    app.session_state["files"] = "Paper, keyed in by two"
    app.run()
    fields = [one for one in app.selectbox if str(one.key).startswith("keyed_rating-")]
    fields[0].set_value("small")
    app.checkbox(key="submit_keyed").check()
    app.button(key="take_keyed").click().run()
    assert [one.value for one in app.error] == [
        "Please choose what stands on paper for all five questions of the self-rating, or for "
        "none; nothing was recorded."
    ]
    assert store.current(expert.id) == {}
    for one in (one for one in app.selectbox if str(one.key).startswith("keyed_rating-")):
        one.set_value("familiar" if one.key.endswith("familiarity") else "small")
    app.button(key="take_keyed").click().run()
    assert [one.value for one in app.error] == []
    now = store.expert(expert.id)
    rating = SelfRating(dict.fromkeys(ahp.JUDGMENT_BASIS, "small"), "familiar")
    assert (now.submitted, now.self_rating) == (True, rating)
    [event] = [one for one in store.events(study.id) if one.kind == "self_rated"]
    assert (event.source, event.actor_kind) == ("file", "organizer")


def test_a_workbook_of_the_closed_round_is_refused(visit, store, organizer, study):
    app = visit(organizer, "files")
    upload(app, study, round_number=1)
    assert len(app.error) == 1
    assert "round 1" in app.error[0].value
    assert "record_files" not in [button.key for button in app.button]


def test_answers_of_other_programs(visit, store, organizer, survey):
    study = store.create_study(survey, "2026")
    lines = ["expert,parent,left,right,value"]
    lines += [
        f"{name},{parent},{left},{right},3"
        for name in ("王五", "李四")
        for parent, left, right in survey.hierarchy.comparisons
    ]
    app = visit(organizer, "files")
    app.session_state["files"] = "Answers from other programs"
    app.run()
    uploader = next(one for one in app.get("file_uploader") if "answers_file" in str(one.key))
    uploader.set_value(("a.csv", "\n".join(lines).encode(), "text/csv")).run()
    app.button(key="record_answers").click().run()
    assert [(one.name, one.submitted) for one in store.experts(study.id)] == [
        ("王五", True),
        ("李四", True),
    ]
    assert len(store.answers(study.id).judgments) == 70


def upload_answers(visit, organizer, name, content, kind="long-csv"):
    app = visit(organizer, "files")
    app.session_state["files"] = "Answers from other programs"
    app.session_state["import_kind"] = kind
    app.run()
    uploader = next(one for one in app.get("file_uploader") if "answers_file" in str(one.key))
    return uploader.set_value((name, content, "")).run()


def test_what_was_read_how_is_shown(visit, store, organizer, survey):
    store.create_study(survey, "2026")
    parent, left, right = (survey.node_name(k, "zh") for k in survey.hierarchy.comparisons[0])
    line = f"王五,{parent},{left},{right},3:1\n"
    content = f"表1\nexpert,parent,left,right,value\n{line}".encode("gb18030")
    app = upload_answers(visit, organizer, "a.csv", content)
    ids = zip((parent, left, right), survey.hierarchy.comparisons[0], strict=True)
    said = [re.sub(r"[\\\N{WORD JOINER}]", "", one.value) for one in app.caption]
    assert said[-4:] == [
        "the file is read as gb18030",
        "lines above the table passed over: 1",
        ", ".join(f"{name} read as {node}" for name, node in ids),
        "3:1 read as 3",
    ]


def test_several_faults_of_a_file_are_a_list(visit, store, organizer, survey):
    store.create_study(survey, "2026")
    parent, left, right = survey.hierarchy.comparisons[0]
    lines = [f"王五,{parent},{left},{right},{value}" for value in ("10", "abc")]
    content = "\n".join(["expert,parent,left,right,value", *lines]).encode()
    [error] = upload_answers(visit, organizer, "a.csv", content).error
    assert re.sub(r"[\\\N{WORD JOINER}]", "", error.value) == (
        "a.csv: 2 faults:\n\n"
        "- line 2: value = “10”, expected a judgment from 1/9 to 9;\n"
        '- line 3: value = “abc”, expected a positive number or a fraction such as "1/3"'
    )


def test_a_sheet_and_the_column_of_experts_are_asked_for(visit, store, organizer, survey):
    store.create_study(survey, "2026")
    _parent, left, right = survey.hierarchy.comparisons[0]
    book = Workbook()
    book.active.append(["请填写"])
    sheet = book.create_sheet("判断")
    sheet.append(["编号", f"{left}_{right}"])
    sheet.append([7, -3])
    out = io.BytesIO()
    book.save(out)
    app = upload_answers(visit, organizer, "w.xlsx", out.getvalue(), "ahpsurvey")
    (choice,) = (one for one in app.selectbox if "answers_sheet" in str(one.key))
    assert (choice.value, choice.options) == (None, ["Sheet", "判断"])
    choice.select("判断").run()
    assert app.selectbox(key="wide_expert_column").value == "编号"
    app.radio(key="negative_is").set_value("left").run()
    assert [info.value for info in app.info] == [
        f"w.xlsx: sheet “判断”, cell B2: “3” is read as: “{survey.node_name(left, 'en')}” is "
        f"moderately more important than “{survey.node_name(right, 'en')}” (3). Is that what 7 "
        "answered?"
    ]


def test_one_answer_of_a_file_is_shown_in_words(visit, store, organizer, survey):
    study = store.create_study(survey, "2026")
    parent, left, right = survey.hierarchy.comparisons[0]
    names = {node: survey.node_name(node, "en") for node in (parent, left, right)}
    content = f"expert,parent,left,right,value\n王五,{parent},{left},{right},０.２\n"
    app = visit(organizer, "files")
    app.session_state["files"] = "Answers from other programs"
    app.run()
    uploader = next(one for one in app.get("file_uploader") if "answers_file" in str(one.key))
    uploader.set_value(("a.csv", content.encode(), "text/csv")).run()
    assert [info.value for info in app.info] == [
        f"a.csv: line 2: “０.２” is read as: “{names[right]}” is strongly more important than "
        f"“{names[left]}” (5). Is that what 王五 answered?"
    ]
    assert store.experts(study.id) == []
    app.button(key="record_answers").click().run()
    (judgment,) = store.answers(study.id, only_submitted=False).judgments
    assert judgment.value == "1/5"


def test_matrices_with_one_sheet_an_expert_are_recorded(visit, store, organizer):
    survey = ahp.Survey.from_names({"Lunch": ["Taste", "Price"], "Taste": ["Sweet", "Hot"]})
    study = store.create_study(survey, "2026")
    book = Workbook()
    book.worksheets[0].title = "王五"
    for row in (["Lunch", "Price", "Taste"], ["Price", 1, ""], ["Taste", 3, 1]):
        book.worksheets[0].append(row)
    content = io.BytesIO()
    book.save(content)
    app = visit(organizer, "files")
    app.session_state["files"] = "Answers from other programs"
    app.run()
    app.selectbox(key="import_kind").set_value("expert-sheets").run()
    uploader = next(one for one in app.get("file_uploader") if "answers_file" in str(one.key))
    uploader.set_value(("p.xlsx", content.getvalue(), "application/octet-stream")).run()
    assert [caption.value for caption in app.caption][-2:] == [
        "p.xlsx: sheet “王五”, cell A1: judgments read as the reciprocal where one cell of a pair "
        "is empty: 1",
        "p.xlsx: sheet “王五” has no matrix for “Taste”, nothing is judged there",
    ]
    app.button(key="record_answers").click().run()
    (judgment,) = store.answers(study.id, only_submitted=False).judgments
    assert (judgment.left, judgment.right, judgment.value) == ("taste", "price", "3")


# -- surveys


def test_a_survey_file_that_is_wrong_names_the_path(visit, store, organizer):
    app = visit(organizer)
    app.file_uploader(key="survey_file").set_value(("mine.toml", b"format = 2\n", "text/plain"))
    app.run()
    assert len(app.error) == 1
    assert app.error[0].value.startswith("mine.toml: format")


def test_a_study_file_restores_the_study(visit, store, organizer, study, tmp_path):
    elsewhere = Store(f"sqlite:///{tmp_path / 'other.db'}")
    other = elsewhere.create_study(study.survey, "From elsewhere")
    content = elsewhere.export_study(other.id).encode()
    elsewhere.close()
    app = visit(organizer)
    app.file_uploader(key="survey_file").set_value(("s.json", content, "application/json")).run()
    app.button(key="restore").click().run()
    assert store.study(other.id).title == "From elsewhere"
    assert app.title[0].value == "Experts and links"


SITE = b"""Version: 2.0
Goal:
  name: Site
  decision-makers: {Ann: 0.9, Bo: 0.1}
  preferences:
    Ann: {pairwise: [[Cost, Risk, 9]]}
    Bo: {pairwise: [[Cost, Risk, 1/9]]}
  children: {Cost: , Risk: }
"""
SHOP = b"""{"pj": [{"project_name": "Shop",
"project_hText": "Shop: Price=0.3, Quality=0.7; Quality: Durable, Look;"}],
"alt": [{"alt": "A"}, {"alt": "B"}],
"pwc": [{"pwc_part": "Li", "pwc_node": "Quality", "pwc_ab": "0", "pwc_intense": "3"}]}"""


def test_decision_makers_weights_of_a_file_count(visit, store, organizer):
    app = visit(organizer)
    app.file_uploader(key="survey_file").set_value(("site.ahp", SITE, "text/plain")).run()
    assert [one.value for one in app.info][1:] == [
        "The decision makers' weights are imported and used: Ann 0.9, Bo 0.1."
    ]
    assert not app.warning
    assert store.studies() == []
    app.button(key="import_panel").click().run()
    [study] = store.studies()
    assert store.settings(study.id).weighting == "given"
    assert store.standings(study.id) == {
        "Ann": Standing(0.9, "weight in the file site.ahp"),
        "Bo": Standing(0.1, "weight in the file site.ahp"),
    }
    assert app.title[0].value == "Results"
    [evidence] = [json.loads(one.evidence) for one in store.closed_rounds(study.id)]
    assert evidence["global_weights"]["cost"] == pytest.approx(9**0.8 / (9**0.8 + 1))


def test_decision_makers_without_answers_become_experts(visit, store, organizer):
    app = visit(organizer)
    content = SITE[: SITE.index(b"  preferences")] + SITE[SITE.index(b"  children") :]
    app.file_uploader(key="survey_file").set_value(("site.ahp", content, "text/plain")).run()
    titles = [box for box in app.text_input if box.label == "Title"]
    titles[1].set_value("Sites")
    app.button(key="create_uploaded").click().run()
    [study] = store.studies()
    assert {name: one.weight for name, one in store.standings(study.id).items()} == {
        "Ann": 0.9,
        "Bo": 0.1,
    }
    assert store.settings(study.id).weighting == "given"


def test_given_weights_of_a_file_stand_in_the_survey_and_the_results(visit, store, organizer):
    app = visit(organizer)
    app.file_uploader(key="survey_file").set_value(("shop.json", SHOP, "application/json")).run()
    assert [one.value for one in app.info][1:] == [
        "The weights given below “Shop” are imported, and nobody is asked about them: Price 0.3, "
        "Quality 0.7."
    ]
    assert [one.value for one in app.warning] == [
        "A study can't keep this part of the file:\n- alternatives, 2"
    ]
    assert any(one.startswith("- Shop · weights given (shop.json)\n") for one in texts(app))
    app.button(key="import_panel").click().run()
    [study] = store.studies()
    assert study.survey.given["shop"].weights == {"price": 0.3, "quality": 0.7}
    app.session_state["screen"] = "Judgment matrices"
    app.run()
    assert not app.exception


# -- downloads


def test_a_table_downloads_unrounded(study, tmp_path, monkeypatch):
    table = ahp.report.Table("T", ("a", "b"), (("x", 1 / 3),))
    given: dict[str, object] = {}
    labels: list[str] = []

    def download_button(label: str, data: object, file: str, *_args: object, **_k: object) -> None:
        labels.append(label)
        given[file] = data

    monkeypatch.setattr(desk.st, "download_button", download_button)
    monkeypatch.setattr(desk.state, "translate", lambda: str)
    monkeypatch.setattr(desk.state, "guarded", lambda make: make)
    desk.show_downloads(table, "t")
    assert given["t.csv"]() == b"\xef\xbb\xbfa,b\r\nx,0.3333333333333333\r\n"
    path = tmp_path / "t.xlsx"
    path.write_bytes(given["t.xlsx"]())
    assert [c.value for c in load_workbook(path).active[4]] == ["x", pytest.approx(1 / 3)]
    assert xlsx_bytes(table)[:2] == b"PK"
    desk.show_downloads(ahp.report.Table("T", ("a",), (("x",),)), "t")  # nothing to be rounded
    assert labels == ["CSV, unrounded", "XLSX, unrounded", "CSV", "XLSX"]


def test_the_code_of_the_charts_is_found():
    [file] = components.CHART_CODE
    assert file.startswith("static/js/PlotlyChart.")


# -- what a page was made for, and what has changed meanwhile


def test_an_expert_submits_in_every_round_from_the_same_tab(visit, store, study, survey):
    expert = store.experts(study.id)[0]
    app = visit(store.open_link(store.issue_link(expert.id), None))
    for number in (2, 3):
        store.upload_answers(
            expert.id,
            [ahp.Judgment("A", *pair, "3") for pair in survey.hierarchy.comparisons],
        )
        store.set_place(expert.id, "review")
        app.run()
        keyed(app.checkbox, "sure-").check().run()
        app.button(key="submit").click().run()
        assert not app.error
        assert store.expert(expert.id).submitted, number
        store.close_round(study.id)
        store.open_round(study.id)


def test_a_stale_tick_closes_nothing(visit, store, organizer, study):
    app = visit(organizer, "rounds")
    keyed(app.checkbox, "sure-").check().run()
    store.close_round(study.id)
    store.open_round(study.id)
    app.button(key="close").click().run()
    assert [error.value for error in app.error] == ["Round 2 of “2026” is closed, round 3 is open."]
    assert store.study(study.id).open
    assert not keyed(app.checkbox, "sure-").value


def test_choices_for_one_study_do_not_go_to_another(visit, store, organizer, study, survey):
    other = store.create_study(survey, "2026")
    app = visit(organizer, "settings")
    picker = next(box for box in app.selectbox if box.label == "Study")
    assert picker.options == [f"2026 ({other.id[:6]})", f"2026 ({study.id[:6]})"]
    picker.select(other.id).run()
    keyed(app.selectbox, "set_aggregate-").select("aij_median").run()
    next(box for box in app.selectbox if box.label == "Study").select(study.id).run()
    assert keyed(app.selectbox, "set_aggregate-").value == "aij"
    app.button(key="save_settings").click().run()
    assert store.settings(study.id).aggregate == store.settings(other.id).aggregate == "aij"


def test_a_reason_belongs_to_one_comparison(visit, store, study, survey):
    expert = store.experts(study.id)[0]
    first, second, *_others = survey.hierarchy.comparisons
    for k, pair in enumerate((first, second)):
        store.answer(expert.id, *pair, "1/9", event_id=f"far-{k}")
    store.set_place(expert.id, "pair " + " ".join(first))
    app = visit(store.open_link(store.issue_link(expert.id), None))
    app.text_area[0].set_value("Only here.")
    app.button(key="save_reason").click().run()
    (third, *_others) = survey.hierarchy.comparisons[2:]
    assert store.expert(expert.id).place == "pair " + " ".join(third)
    app.button(key="back").click().run()
    assert app.text_area[0].value == ""
    app.button(key="save_reason").click().run()
    assert store.reasons(study.id) == {("A", *first): "Only here."}
    app.button(key="back").click().run()
    app.button(key="back").click().run()
    assert app.text_area[0].value == "Only here."
    app.text_area[0].set_value("")
    app.button(key="save_reason").click().run()
    assert store.reasons(study.id) == {}


@pytest.mark.parametrize("button", ["save_reason", "next", "back", "overview", None])
def test_a_reason_is_stored_whichever_way_the_expert_goes_on(visit, store, study, survey, button):
    expert = store.experts(study.id)[0]
    first, second, *_others = survey.hierarchy.comparisons
    store.answer(expert.id, *first, "1/9", event_id="near")
    store.answer(expert.id, *second, "1/9", event_id="far")
    store.set_place(expert.id, "pair " + " ".join(second))
    app = visit(store.open_link(store.issue_link(expert.id), None))
    app.text_area[0].set_value(" Our unit differs. ")
    (app.button(key=button).click() if button else app).run()
    assert store.reasons(study.id) == {("A", *second): "Our unit differs."}
    assert [one.kind for one in store.events(study.id)].count("reason") == 1


def test_a_reason_goes_with_the_answer_given_after_it(visit, store, study, survey):
    expert = store.experts(study.id)[0]
    first = survey.hierarchy.comparisons[0]
    store.answer(expert.id, *first, "1/9", event_id="far")
    store.set_place(expert.id, "pair " + " ".join(first))
    app = visit(store.open_link(store.issue_link(expert.id), None))
    app.text_area[0].set_value("Our unit differs.").run()
    store.answer(expert.id, *first, "1/8", event_id="far-too")
    assert store.reasons(study.id) == {}
    app.run()
    assert app.text_area[0].value == "Our unit differs."
    app.button(key="next").click().run()
    assert store.reasons(study.id) == {("A", *first): "Our unit differs."}


def test_an_organizer_who_was_signed_out_changes_nothing(visit, store, organizer, study):
    expert = store.experts(study.id)[0]
    store.issue_link(expert.id)
    app = visit(organizer, "experts")
    before = store.events(study.id)
    store.revoke_organizers()
    app.button(key="renew").click().run()
    assert store.events(study.id) == before
    assert len(app.code) == 0


def test_a_closed_round_shows_the_standings_it_was_closed_with(visit, store, organizer, study):
    expert = store.experts(study.id)[0]
    store.set_standing(expert.id, Standing(5, "later"))
    app = visit(organizer, "results")
    keyed(app.selectbox, "round-").select(1).run()
    app.session_state["screen"] = "Experts"
    app.run()
    assert shown_tables(app)[0]["Given weight"].tolist() == ["1.0000"] * 6
    assert store.standings(study.id)["A"] == Standing(5, "later")


def test_answers_off_the_scale_can_be_gone_on_from(visit, store):
    folder = ahp.resources.data_folder("examples") / "dong_2010"
    survey = ahp.load_survey(folder / "survey.toml")
    parent, left, right = survey.hierarchy.comparisons[0]
    answers = ahp.read_answers(folder / "answers.csv").only(["E1"])
    off = tuple(
        replace(one, value="2.5") if {one.left, one.right} == {left, right} else one
        for one in answers.judgments
    )
    study = store.import_study(survey, ahp.Answers(off), "Off the scale")
    store.open_round(study.id)
    expert = store.experts(study.id)[0]
    store.start(expert.id, way="pairs", short=False, consent="yes", event_id="go")
    store.set_place(expert.id, f"pair {parent} {left} {right}")
    app = visit(store.open_link(store.issue_link(expert.id), None))
    assert any("Your last answer: 2.5 for" in text for text in texts(app))
    assert "keep" not in [button.key for button in app.button]


def test_what_experts_remark_stands_with_the_results(visit, store, organizer):
    survey = ahp.load_survey("supervision_effectiveness")
    study = store.create_study(survey, "Remarks")
    store.set_asking(study.id, Asking(cannot_judge=True))
    expert = store.add_expert(study.id, "A")
    first, *others = survey.hierarchy.comparisons
    store.abstain(expert.id, *first, event_id="no")
    store.comment(expert.id, *first, "not my field", event_id="why")
    for k, pair in enumerate(others):
        store.answer(expert.id, *pair, "1", event_id=f"one-{k}")
    store.submit(expert.id, event_id="done")
    app = visit(organizer, "results")
    app.session_state["screen"] = "Experts"
    app.run()
    kinds = [table["Kind"].tolist() for table in shown_tables(app) if "Kind" in table]
    assert kinds == [["can't judge", "comment"]]


def test_how_experts_are_asked_is_chosen_and_logged(visit, store, organizer, study):
    app = visit(organizer, "settings")
    keyed(app.selectbox, "set_way-").select("rank").run()
    keyed(app.checkbox, "set_short-").check().run()
    keyed(app.checkbox, "set_cannot-").check().run()
    keyed(app.selectbox, "set_guidance-").select("reason").run()
    app.button(key="save_asking").click().run()
    assert store.asking(study.id) == Asking("rank", True, True, "reason")
    assert [event.kind for event in store.events(study.id)][-1] == "asking"
    assert keyed(app.selectbox, "set_way-").value == "rank"


def test_sixteen_items_offer_the_random_indices_that_reach(visit, store, organizer):
    survey = make_survey({f"c{k}": "goal" for k in range(16)})
    store.create_study(survey, "Sixteen")
    app = visit(organizer, "settings")
    index = next(box for box in app.selectbox if box.label == "Random index")
    reaching = ["donegan_dodd", "aguaron_moreno_2003", "alonso_lamata_line", "simulated"]
    assert (index.value, index.options) == ("simulated", reaching)


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            "A is recused from Organizational set-up.\n\n"
            "So this expert has no ranking of all indicators; these are their other weights.",
        ),
        ("zh", "A 回避了组织设置能力的判断。\n\n因此没有本人对全部指标的排序；以下是其余的权重。"),
    ],
)
def test_an_expert_recused_somewhere_shows_their_other_weights(
    visit, store, organizer, survey, language, sentences
):
    study = store.create_study(survey, "2026")
    first, *_others = store.add_experts(study.id, dict.fromkeys("ABC"))
    store.set_standing(first.id, Standing(recused={"setup": "Own unit"}))
    for k, expert in enumerate(store.experts(study.id)):
        fill(store, study, expert, k)
    app = visit(organizer, "results", language=language)
    keyed(app.selectbox, "who-").select("A").run()
    assert not app.error
    assert sentences in [info.value for info in app.info]
    shown = shown_tables(app)[0]
    whole = ahp.analyze(survey, store.answers(study.id), recused=[("A", "setup")])
    goal, setup = (len(survey.hierarchy.children[p]) for p in ("effectiveness", "setup"))
    own = [f"{weight:.4f}" for weight in whole.panel.local_weights["effectiveness"][0]]
    assert shown.iloc[:goal, 2].tolist() == shown.iloc[:goal, 3].tolist() == own
    assert shown.iloc[goal : goal + setup, 2].tolist() == [""] * setup
    assert all(shown.iloc[goal + setup :, 2])


def test_of_a_large_table_a_part_is_shown(visit, store, organizer):
    """41 experts: 41 rows, and as many columns of rankings without one of them."""
    survey = make_survey(dict.fromkeys("abc", "goal"))
    study = store.create_study(survey, "Large")
    names = [f"E{k:02d}" for k in range(1, 42)]
    judgments = tuple(
        Judgment(name, *pair, "1/2" if name == "E41" else "1")
        for name in names
        for pair in survey.hierarchy.comparisons
    )
    store.import_answers(study.id, Answers(judgments), submit=True)
    app = visit(organizer, "results")
    app.session_state["screen"] = "Experts"
    app.run()
    rows = keyed(app.selectbox, "part-experts-20-")
    assert rows.label == "Rows"
    assert rows.options == [
        "1 to 20 of 41",
        "21 to 40 of 41",
        "41 to 41 of 41",
        "all 41; takes a while",
    ]

    def shown() -> list[str]:
        return shown_tables(app)[0].iloc[:, 0].tolist()

    assert shown() == names[:20]
    rows.select(1).run()
    assert shown() == names[20:40]
    keyed(app.selectbox, "part-experts-20-").select(3).run()
    assert shown() == names
    app.session_state["screen"] = "Sensitivity to choices"
    app.run()
    columns = keyed(app.selectbox, "part-leave_one_out-10-")
    assert columns.label == "Columns"
    before = list(shown_tables(app)[-1].columns)
    columns.select(4).run()
    after = list(shown_tables(app)[-1].columns)
    assert (len(before), len(after)) == (11, 2)
    assert before[0] == after[0]
    assert after[-1].endswith("E41")
