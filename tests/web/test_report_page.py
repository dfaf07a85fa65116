"""The page on which the report of a study is looked at, changed, signed and made."""

from __future__ import annotations

import io
import sqlite3
import zipfile

import pytest
from streamlit.testing.v1 import AppTest

from ahp.exchange import study_export
from ahp.process import study_evidence
from ahp.process.events import draft_hash
from ahp.report.archive import zip_bytes
from ahp.store import Store, StudyInfo, chain
from ahp.web import state
from tests.web.test_desk import fill
from tests.web.test_pages import keyed, texts


@pytest.fixture
def study(store: Store, survey) -> StudyInfo:
    """Three of four experts have submitted."""
    made = store.create_study(survey, "2026")
    for k, expert in enumerate(store.add_experts(made.id, dict.fromkeys(["Ann", "Bo", "Cy"]))):
        fill(store, made, expert, k)
    store.add_expert(made.id, "Di")
    return made


def sentence(app: AppTest, key: str):
    return keyed(app.text_area, f"sentence-{key}-")


def stand_for(app: AppTest):
    return keyed(app.button, "FormSubmitter:signing-")


def note_agreement(store: Store, study: StudyInfo, *names: str) -> None:
    ids = [one.id for one in store.experts(study.id) if one.name in names]
    store.note_naming(ids, True, "by letter")


def test_a_study_without_answers(visit, store, organizer, survey):
    store.create_study(survey, "2026")
    app = visit(organizer, "report")
    assert [one.value for one in app.info] == [
        "No expert has submitted yet. The report needs a submitted survey."
    ]


def test_sentences_are_changed_left_out_and_drafted_again(visit, store, organizer, study):
    app = visit(organizer, "report")
    assert "**Round 1 (running, provisional), 3 of 4 submitted**" in texts(app)
    drafted = sentence(app, "first").value
    assert drafted.startswith("Of the 18 indicators, “")
    assert {one.label for one in app.text_area} == {"Draft"}
    sentence(app, "first").set_value("We find:\n it leads.").run()
    sentence(app, "tail").set_value("").run()
    written = store.written_report(study.id, 1, "en")
    assert written is not None
    assert written.sentences == {"first": "We find: it leads.", "tail": ""}
    assert sentence(app, "first").value == "We find: it leads."
    assert (sentence(app, "first").label, sentence(app, "tail").label) == (
        "Your text",
        "Left out of the report",
    )
    assert f"Draft: {state.plain(drafted)}" in [one.value for one in app.caption]
    keyed(app.button, "draft-first-").click().run()
    sentence(app, "tail").set_value(drafted_again(app, "tail")).run()
    written = store.written_report(study.id, 1, "en")
    assert written is not None
    assert written.sentences == {}
    assert sentence(app, "first").value == drafted
    assert store.written_report(study.id, 1, "zh") is None


def test_two_sentences_of_one_moment_and_of_two_people_are_kept(visit, store, organizer, study):
    app = visit(organizer, "report")
    sentence(app, "first").set_value("One.")
    sentence(app, "tail").set_value("Two.")
    app.run()
    other = visit(organizer, "report")
    sentence(app, "ratio").set_value("Three.").run()
    sentence(other, "head").set_value("Four.").run()
    written = store.written_report(study.id, 1, "en")
    assert written is not None
    assert written.sentences == {
        "first": "One.",
        "tail": "Two.",
        "ratio": "Three.",
        "head": "Four.",
    }


@pytest.mark.slow
def test_a_text_whose_draft_has_changed_is_marked_until_somebody_looks(
    visit, store, organizer, study
):
    app = visit(organizer, "report")
    sentence(app, "answered").set_value("Three of four.").run()
    sentence(app, "tail").set_value("").run()
    assert not app.warning[1:]  # but for the running round
    [late] = [one for one in store.experts(study.id) if one.name == "Di"]
    fill(store, study, late, 5)
    app = visit(organizer, "report")
    _running, count, left_out, written = [one.value for one in app.warning]
    assert count == "Your texts whose draft has changed since: 2. Look at them again."
    assert left_out.startswith("The draft has changed since this sentence was left out: ")
    mark = (
        "The draft has changed since this was written: Of 4 experts invited, 4 answered, a "
        "response of 100.00%."
    )
    assert written.startswith(mark)
    app.button_group(key="forms").set_value(["html"]).run()
    app.button(key="make_report").click().run()
    report = app.session_state["made_report"][1]["report.html"].decode()
    assert mark in report
    assert "The draft has changed since this sentence was left out: " in report
    keyed(app.button, "keep-tail-").click().run()
    assert [one.value for one in app.warning][2:] == [written]
    sentence(app, "answered").set_value("All four.").run()
    assert not app.warning[1:]
    kept = store.written_report(study.id, 1, "en")
    assert kept is not None
    assert kept.sentences == {"answered": "All four.", "tail": ""}


def test_who_is_named_makes_no_text_outdated(visit, store, organizer, study):
    app = visit(organizer, "report")
    [key, *_more] = [one.key for one in app.text_area if "E01" in one.value]
    keyed(app.text_area, key).set_value("One expert is apart.").run()
    note_agreement(store, study, "Ann", "Bo", "Cy")
    app.run()
    assert keyed(app.multiselect, "named-").value == ["Ann", "Bo", "Cy"]
    assert not app.warning[1:]  # but for the running round


def test_only_who_agreed_may_be_named(visit, store, organizer, study):
    app = visit(organizer, "report")
    assert keyed(app.multiselect, "named-").options == []
    app.multiselect(key="naming_experts").select("Bo")
    keyed(app.button, "note_naming").click().run()
    assert [one.value for one in app.error] == ["Please write where they said so, in one line."]
    assert app.multiselect(key="naming_experts").value == ["Bo"]
    app.text_input(key="naming_stated").set_value("letter of 4 May")
    keyed(app.button, "note_naming").click().run()
    assert not app.error
    assert keyed(app.multiselect, "named-").value == ["Bo"]
    app.radio(key="naming_agreed").set_value(False)
    app.text_input(key="naming_stated").set_value("by telephone")
    keyed(app.button, "note_naming").click().run()
    assert keyed(app.multiselect, "named-").options == []
    assert [
        (one.actor_kind, one.detail) for one in store.events(study.id) if one.kind == "naming"
    ] == [
        ("organizer", '{"agreed":true,"stated":"letter of 4 May"}'),
        ("organizer", '{"agreed":false,"stated":"by telephone"}'),
    ]


def test_what_experts_say_twice_is_noted_twice(visit, store, organizer, study):
    [bo] = [one for one in store.experts(study.id) if one.name == "Bo"]
    store.choose_naming(bo.id, True)
    app = visit(organizer, "report", "zh")
    app.text_input(key="naming_stated").set_value("5 月 4 日来函")
    keyed(app.button, "note_naming").click().run()
    assert [one.value for one in app.error] == ["请选择作出表态的专家。"]
    app.multiselect(key="naming_experts").select("Bo")
    keyed(app.button, "note_naming").click().run()
    assert not app.error
    assert [
        (one.actor_kind, one.detail) for one in store.events(study.id) if one.kind == "naming"
    ] == [
        ("expert", '{"agreed":true}'),
        ("organizer", '{"agreed":true,"stated":"5 月 4 日来函"}'),
    ]


def test_who_signs_has_looked_at_every_text(visit, store, organizer, study):
    store.close_round(study.id)
    store.write_report(
        study.id, 1, "en", {"answered": "Three of four."}, drafts={"answered": draft_hash("Once.")}
    )
    app = visit(organizer, "report")
    assert "Your texts whose draft has changed since: 1. Look at them again." in [
        one.value for one in app.warning
    ]
    keyed(app.text_input, "signer-").set_value("Wang Fang")
    stand_for(app).click()
    app.run()
    assert not app.warning
    sentence(app, "tail").set_value("").run()  # the signature ends, what was looked at stays so
    assert not app.warning
    assert not app.success


def test_a_sentence_that_names_who_has_not_agreed_is_no_report(visit, store, organizer, study):
    store.write_report(study.id, 1, "en", {"first": "Bo and Ann say so."})
    app = visit(organizer, "report")
    assert "make_report" not in [one.key for one in app.button]
    assert (
        "Sentences that were changed name experts who have not agreed to be named: Ann, Bo. "
        "Change them before you make the report."
    ) in [one.value for one in app.warning]
    note_agreement(store, study, "Ann", "Bo")
    app.run()
    assert "make_report" in [one.key for one in app.button]


def drafted_again(app: AppTest, key: str) -> str:
    """The draft below a sentence that was changed."""
    [found] = [one.value for one in app.caption if one.value.startswith("Draft: ")]
    return found.removeprefix("Draft: ").replace("\\", "").replace("\u200b", "")


def test_a_closed_round_is_signed(visit, store, organizer, study):
    app = visit(organizer, "report")
    running = "The round is running. Its report can be signed once the round is closed."
    assert running in [one.value for one in app.info]
    store.close_round(study.id)
    app = visit(organizer, "report")
    stand_for(app).click()
    app.run()
    assert [one.value for one in app.error] == ["Please write the name of who signs."]
    keyed(app.text_input, "signer-").set_value("Wang Fang")
    stand_for(app).click()
    app.run()
    written = store.written_report(study.id, 1, "en")
    assert written is not None
    assert written.signer == "Wang Fang"
    assert [one.value for one in app.success] == [
        state.plain(
            f"Wang Fang stands for these sentences, since {state.minute(written.time)} (UTC)."
        )
    ]
    assert {one.label for one in app.text_area} == {"Signed sentence"}
    sentence(app, "first").set_value("It leads.").run()
    assert not app.success
    written = store.written_report(study.id, 1, "en")
    assert written is not None
    assert (written.signer, written.sentences) == ("", {"first": "It leads."})


def test_what_was_signed_was_another_text(visit, store, organizer, study):
    store.close_round(study.id)
    app = visit(organizer, "report")
    keyed(app.text_input, "signer-").set_value("Wang Fang")
    stand_for(app).click()
    app.run()
    assert app.success
    store.write_report(study.id, 1, "en", {}, signer="Wang Fang", signed="ab" * 32)
    app.run()
    assert not app.success
    assert "The sentences have changed since Wang Fang signed; please read and sign again." in [
        one.value for one in app.warning
    ]


def test_the_report_is_made(visit, store, organizer, study):
    store.close_round(study.id)
    app = visit(organizer, "report")
    note_agreement(store, study, "Ann", "Cy")
    app.run()
    keyed(app.multiselect, "named-").unselect("Cy").run()
    app.button_group(key="forms").set_value(["html", "xlsx"]).run()
    next(one for one in app.button if one.label == "Make the report").click().run()
    about, files = app.session_state["made_report"]
    assert about
    assert list(files) == [
        *("report.html", "report.xlsx", "calculation.xlsx", "references.bib", "survey.toml"),
        *("answers.csv", "manifest.json"),
    ]
    text = files["report.html"].decode()
    assert "Ann" in text
    assert "Cy" not in files["answers.csv"].decode()
    with zipfile.ZipFile(io.BytesIO(zip_bytes(files))) as archive:
        assert archive.testzip() is None
    assert any("- `manifest.json` " in one.value for one in app.markdown)
    sentence(app, "first").set_value("It leads.").run()
    assert not app.get("download_button")


def test_a_page_drawn_again_computes_nothing_anew(visit, store, organizer, study, monkeypatch):
    app = visit(organizer, "report")
    for name in ("compare_choices", "leave_one_out", "panel_agreement"):
        monkeypatch.setattr(study_evidence, name, None)
    monkeypatch.setattr(chain, "digest", None)
    app.run()
    assert not app.exception
    assert sentence(app, "first").value.startswith("Of the 18 indicators, “")


def test_a_report_that_is_made_has_its_whole_log_verified(
    visit, store, organizer, study, monkeypatch
):
    told = []
    monkeypatch.setattr(
        study_export, "export_study", lambda evidence, *_, **__: told.append(evidence.log) or {}
    )
    app = visit(organizer, "report")
    with sqlite3.connect(store.location) as file:
        file.execute("UPDATE events SET value = '9' WHERE kind = 'answer' AND seq = 6")
    file.close()
    app.run()
    assert not app.error
    next(one for one in app.button if one.label == "Make the report").click().run()
    [log] = told
    assert log.events == len(store.events(study.id))
    assert "event 6" in str(log.problem)
