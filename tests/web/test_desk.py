"""The organizer's desk: experts, rounds, results of a panel, files, the survey editor."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import pytest
from openpyxl import load_workbook

import ahp
import ahp.resources
from ahp.exchange.questionnaire_xlsx import questionnaire_workbook
from ahp.report.workbook import xlsx_bytes
from ahp.scale import SAATY_POSITIONS
from ahp.store import ExpertInfo, Store, StudyInfo
from ahp.study.asking import Asking
from ahp.study.settings import Settings, Standing
from ahp.web import components, desk
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
    assert store.standings(study.id) == {
        "王五": Standing(weight=2, reason="主持过三次检查"),
        "Li Si": Standing(),
    }
    app.text_area(key="entered").set_value("Zhao Liu, Audit, 3")
    app.button(key="add").click().run()
    assert [error.value for error in app.error] == [
        "line 1: weight = 3.0 without a reason, expected one in writing"
    ]
    app.text_input(key="new_name").set_value("Zhao Liu")
    app.number_input(key="new_weight").set_value(0.5)
    app.text_input(key="new_reason").set_value("new in office")
    app.button(key="add_form").click().run()
    assert store.standings(study.id)["Zhao Liu"] == Standing(0.5, "new in office")
    assert app.text_input(key="new_name").value == ""


def test_experts_from_a_file(visit, store, organizer, survey):
    study = store.create_study(survey, "2026")
    app = visit(organizer, "experts")
    key = next(one.key for one in app.get("file_uploader") if "expert_list" in str(one.key))
    content = "姓名,单位\n王五,会计处\n李四,国库处\n".encode()
    app.file_uploader(key=key).set_value(("experts.csv", content, "text/csv")).run()
    assert app.table[0].value["Expert"].tolist() == ["王五", "李四"]
    app.button(key="add_list").click().run()
    assert [(one.name, one.organization) for one in store.experts(study.id)] == [
        ("王五", "会计处"),
        ("李四", "国库处"),
    ]


def test_the_standing_of_an_expert(visit, store, organizer, study, survey):
    app = visit(organizer, "experts")
    app.selectbox(key="standing_of").select(store.experts(study.id)[1].id).run()
    app.multiselect[0].select("setup")
    app.button(key="save_standing").click().run()
    assert [error.value for error in app.error] == [
        "recused from 'setup' without a reason, expected one"
    ]
    why = next(box for box in app.text_input if box.label == "Reason for the recusal")
    why.set_value("Own unit")
    for box in app.selectbox:
        if box.label in ("theoretical analysis", "practical experience"):
            box.select("large")
    app.button(key="save_standing").click().run()
    assert app.error[0].value == "the authority coefficient needs both basis and familiarity"
    assert store.standings(study.id)["B"] == Standing()


def test_progress_by_parent_and_reminders(visit, store, organizer, study, survey):
    expert = store.experts(study.id)[0]
    store.set_standing(expert.id, Standing(recused={"setup": "Own unit"}))
    fill(store, study, store.expert(expert.id), 1)
    pair = survey.hierarchy.pairs("setup")[0]
    store.answer(store.experts(study.id)[1].id, "setup", *pair, "3", event_id="one")
    app = visit(organizer, "experts")
    progress = app.table[0].value
    assert progress["Answered"].tolist()[:3] == ["32/32", "1/35", "0/35"]
    setup = survey.node_name("setup", "en")
    assert progress[setup].tolist()[:3] == ["–", "1/3", "0/3"]
    assert progress["Submitted"].tolist()[:2] == ["yes", "no"]
    late = app.table[1].value
    assert late["Expert"].tolist() == list("BCDEF")
    assert late["Open comparisons"].tolist() == ["34", "35", "35", "35", "35"]


# -- rounds


def test_a_round_is_closed_and_the_next_one_opened(visit, store, organizer, study):
    app = visit(organizer, "rounds")
    assert app.subheader[0].value == "Round 2 is open"
    assert app.table[0].value["Experts"].tolist() == ["6"]
    for k, expert in enumerate(store.experts(study.id)):
        fill(store, study, expert, k // 2)
    keyed(app.checkbox, "sure-").check().run()
    app.button(key="close").click().run()
    assert app.subheader[0].value == "Round 2 is closed"
    assert app.table[0].value["Round"].tolist() == ["1", "2"]
    summary = json.loads(store.closed_rounds(study.id)[1].evidence or "")["summary"]
    assert app.table[0].value["Kendall's W"].tolist()[1] == f"{summary['w']:.4f}"
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
        "expert 'A' has no authority coefficient, expected one for each expert; "
        "give the basis of judgment and the familiarity, or choose another weighting"
    ]
    assert store.study(study.id).open


def test_settings_are_chosen_and_fewer_than_five_needs_a_tick(visit, store, organizer, study):
    app = visit(organizer, "rounds")
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
    assert "Kendall's W is" in app.info[0].value


# -- results


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_screen_of_the_results(visit, store, organizer, study, language):
    for k, expert in enumerate(store.experts(study.id)):
        fill(store, study, expert, k // 2)
    app = visit(organizer, "results", language=language)
    names = [tab.label for tab in app.tabs]
    assert len(names) == 7
    for name, tables in zip(names, (2, 1, 7, 3, 3, 4, 1), strict=True):
        app.session_state["screen"] = name
        app.run()
        assert not app.exception
        assert len(app.table) == tables, name


def test_a_closed_round_shows_as_it_was_frozen(visit, store, organizer, study):
    frozen = json.loads(store.closed_rounds(study.id)[0].evidence or "")
    store.set_settings(study.id, replace(store.settings(study.id), method="column_mean"))
    for k, expert in enumerate(store.experts(study.id)):
        fill(store, study, expert, k // 2)
    app = visit(organizer, "results")
    now = ahp.analyze(study.survey, store.answers(study.id), method="column_mean")
    assert app.table[0].value["Global weight"].tolist() == [
        f"{now.global_weights[leaf]:.4f}" for leaf in now.ranking
    ]
    keyed(app.selectbox, "round-").select(1).run()
    assert app.table[0].value["Global weight"].tolist() == [
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
    app.session_state["screen"] = "Agreement"
    app.run()
    reasons = app.table[3].value
    assert reasons.values.tolist() == [
        [
            *(survey.node_name(node, "en") for node in (parent, left, right)),
            *("A", store.current(first.id)[parent, left, right], r"Our \*unit\* has \[no\]"),
        ]
    ]


def test_what_a_stale_page_asks_for_is_refused_in_words(visit, store, organizer, study):
    app = visit(organizer, "rounds")
    keyed(app.checkbox, "sure-").check().run()
    store.close_round(study.id)
    app.button(key="close").click().run()
    assert app.subheader[0].value == "Round 2 is closed"
    store.open_round(study.id)
    app.button(key="open_round").click().run()
    assert app.subheader[0].value == "Round 3 is open"
    assert store.study(study.id).round == 3
    store.issue_link(store.experts(study.id)[0].id)
    app = visit(organizer, "experts")
    store.revoke_link(store.experts(study.id)[0].id)
    app.button(key="revoke").click().run()
    assert [error.value for error in app.error] == ["expert 'A' has no active link"]


def test_trying_other_options_says_that_they_change_nothing(visit, store, organizer, study):
    for k, expert in enumerate(store.experts(study.id)):
        fill(store, study, expert, k // 2)
    before = store.events(study.id)
    app = visit(organizer, "results")
    assert not any("trying other options" in info.value for info in app.info)
    keyed(app.selectbox, "aggregate-").select("aip_arithmetic").run()
    assert any("trying other options" in info.value for info in app.info)
    answers = store.answers(study.id)
    tried = ahp.analyze(study.survey, answers, aggregate="aip_arithmetic")
    assert app.table[0].value["Global weight"].tolist() == [
        f"{tried.global_weights[leaf]:.4f}" for leaf in tried.ranking
    ]
    assert store.events(study.id) == before


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
    assert refused.startswith("expert 'A' has contradicting answers below 'effectiveness'")
    assert not store.experts(study.id)[0].submitted


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


def test_a_survey_is_written_in_the_editor(visit, store, organizer):
    app = visit(organizer, "editor")
    app.button(key="new-en").click().run()
    assert "- goal (no name yet): name (English)" in app.warning[0].value

    def write(node: str, name: str) -> None:
        app.button(key=f"node-{node}").click().run()
        keyed(app.text_input, f"name-{node}-en-").set_value(name).run()
        keyed(app.text_area, f"explanation-{node}-en-").set_value(f"What {name} is.").run()

    for node, name in (("goal", "Lunch"), ("n1", "Taste"), ("n2", "Price")):
        write(node, name)
    app.button(key="add_beside").click().run()
    write("n3", "Health")
    app.button(key="move-1").click().run()
    keyed(app.text_input, "name--en-").set_value("Lunch").run()
    keyed(app.text_area, "explanation--en-").set_value("What to eat.").run()
    assert not app.warning
    assert "3 indicators, 3 comparisons, about 5 minutes" in texts(app)
    next(box for box in app.text_input if box.label == "Title").set_value("Lunch 2026")
    app.button(key="from_draft").click().run()
    [study] = store.studies()
    assert (study.title, study.survey.hierarchy.children["goal"]) == (
        "Lunch 2026",
        ("n1", "n3", "n2"),
    )
    assert study.survey.node_name("n3", "en") == "Health"


# -- downloads


def test_a_table_downloads_unrounded(study, tmp_path, monkeypatch):
    table = ahp.report.Table("T", ("a", "b"), (("x", 1 / 3),))
    given: dict[str, object] = {}
    monkeypatch.setattr(
        desk.st, "download_button", lambda _label, data, file, *_a, **_k: given.update({file: data})
    )
    monkeypatch.setattr(desk.state, "translate", lambda: str)
    monkeypatch.setattr(desk.state, "guarded", lambda make: make)
    desk.show_downloads(table, "t")
    assert given["t.csv"]() == b"\xef\xbb\xbfa,b\r\nx,0.3333333333333333\r\n"
    path = tmp_path / "t.xlsx"
    path.write_bytes(given["t.xlsx"]())
    assert [c.value for c in load_workbook(path).active[4]] == ["x", pytest.approx(1 / 3)]
    assert xlsx_bytes(table)[:2] == b"PK"


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
    assert [error.value for error in app.error] == ["round 2 of '2026' is closed, round 3 is open"]
    assert store.study(study.id).open
    assert not keyed(app.checkbox, "sure-").value


def test_choices_for_one_study_do_not_go_to_another(visit, store, organizer, study, survey):
    other = store.create_study(survey, "2026")
    app = visit(organizer, "rounds")
    picker = next(box for box in app.selectbox if box.label == "Study")
    assert picker.options == [f"2026 ({other.id[:6]})", f"2026 ({study.id[:6]})"]
    picker.select(other.id).run()
    keyed(app.selectbox, "set_aggregate-").select("aij_median").run()
    keyed(app.checkbox, "sure-").check().run()
    next(box for box in app.selectbox if box.label == "Study").select(study.id).run()
    assert keyed(app.selectbox, "set_aggregate-").value == "aij"
    assert not keyed(app.checkbox, "sure-").value
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
    assert app.table[0].value["Given weight"].tolist() == ["1.0000"] * 6
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
    kinds = [table.value["Kind"].tolist() for table in app.table if "Kind" in table.value]
    assert kinds == [["can't judge", "comment"]]


def test_how_experts_are_asked_is_chosen_and_logged(visit, store, organizer, study):
    app = visit(organizer, "rounds")
    keyed(app.selectbox, "set_way-").select("rank").run()
    keyed(app.checkbox, "set_short-").check().run()
    keyed(app.checkbox, "set_cannot-").check().run()
    keyed(app.selectbox, "set_guidance-").select("reason").run()
    app.button(key="save_asking").click().run()
    assert store.asking(study.id) == Asking("rank", True, True, "reason")
    assert [event.kind for event in store.events(study.id)][-1] == "asking"
    assert keyed(app.selectbox, "set_way-").value == "rank"
