"""Reports on evaluations: changed, signed and made on the page of scores."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import pytest

from ahp.errors import AccessError, StoreError
from ahp.exchange.reproduction import reproduce
from ahp.process.evaluations.events import CorrectionProposed, ReportSigned, ReportWritten
from ahp.process.evaluations.state import ReportTexts
from ahp.process.events import draft_hash
from ahp.report.manifest import read_manifest
from ahp.store import Store
from ahp.web import state
from tests.evaluation_case import PERIOD, make_case
from tests.web.test_evaluation_results import show
from tests.web.test_pages import keyed


@pytest.fixture(scope="module")
def migrated(with_example):
    """Every database of these tests has the example."""
    return with_example


@pytest.fixture
def example(store):
    """The finished example of an evaluation."""
    return store.evaluations()[0]


def test_a_sentence_is_changed_and_the_report_signed(visit, store, organizer, example):
    app = show(visit(organizer, "evaluation_results"), example.id, "report")
    drafted = keyed(app.text_area, "sentence-coverage-").value
    assert drafted == "Units evaluated in 2026Q4: 12, each with a total."
    keyed(app.text_area, "sentence-coverage-").set_value("All twelve.").run()
    written = store.evaluation_state(example.id).reports["2026Q4", "en"]
    drafts = {"coverage": draft_hash(drafted)}
    assert written == ReportTexts({"coverage": "All twelve."}, time=written.time, drafts=drafts)
    keyed(app.text_input, "signer-").set_value("Li Ming")
    keyed(app.button, "FormSubmitter:signing-").click().run()
    written = store.evaluation_state(example.id).reports["2026Q4", "en"]
    assert (written.sentences, written.signer) == ({"coverage": "All twelve."}, "Li Ming")
    assert state.plain(
        f"Li Ming stands for these sentences, since {state.minute(written.time)} (UTC)."
    ) in [one.value for one in app.success]
    assert store.verify_evaluations()[0].signed == ("2026Q1", "2026Q2", "2026Q3", "2026Q4")
    keyed(app.button, "draft-coverage-").click().run()
    written = store.evaluation_state(example.id).reports["2026Q4", "en"]
    assert (written.sentences, written.signer, written.signed) == ({}, "", "")


@pytest.mark.slow
def test_words_whose_draft_has_changed_are_marked(visit, store, organizer, example):
    said = {"coverage": "All twelve."}, {"coverage": draft_hash("Units evaluated: 11.")}
    store.act(example.id, ReportWritten("2026Q4", "en", *said))
    app = show(visit(organizer, "evaluation_results"), example.id, "report")
    mark = (
        "The draft has changed since this was written: Units evaluated in 2026Q4: 12, each with a "
        "total."
    )
    assert [one.value for one in app.warning][-2:] == [
        "Your texts whose draft has changed since: 1. Look at them again.",
        state.plain(mark),
    ]
    app.button_group(key="forms").set_value(["html"]).run()
    app.button(key="make_report").click().run()
    assert mark in app.session_state["made_report"][1]["report.html"].decode()
    keyed(app.text_input, "signer-").set_value("Li Ming")
    keyed(app.button, "FormSubmitter:signing-").click().run()
    assert state.plain(mark) not in [one.value for one in app.warning]
    keyed(app.text_area, "sentence-bands-").set_value("").run()  # the signature ends
    assert state.plain(mark) not in [one.value for one in app.warning]


@pytest.mark.slow
def test_reports_and_notices_are_made(visit, store, organizer, example, tmp_path):
    app = show(visit(organizer, "evaluation_results"), example.id, "report")
    app.button_group(key="forms").set_value(["html"]).run()
    keyed(app.checkbox, "report_notices-").check().run()
    app.button(key="make_report").click().run()
    _about, files = app.session_state["made_report"]
    assert list(files) == ["report.html", "notices.zip", "evaluation.json", "manifest.json"]
    assert "[draft]" in files["report.html"].decode()
    with zipfile.ZipFile(io.BytesIO(files["notices.zip"])) as archive:
        assert len([name for name in archive.namelist() if name.endswith(".docx")]) == 12
    keyed(app.segmented_control, "report_about-").set_value("2026").run()
    assert "download_report" not in [one.key for one in app.get("download_button")]
    assert keyed(app.selectbox, "report_form-").value == "analysis"
    app.button(key="make_report").click().run()
    _about, files = app.session_state["made_report"]
    assert list(files) == ["report.html", "evaluation.json", "manifest.json"]
    for file, content in files.items():
        (tmp_path / file).write_bytes(content)
    manifest = read_manifest(files["manifest.json"], "manifest.json")
    (result,) = reproduce(manifest, tmp_path, {"report.html": tmp_path / "report.html"})
    assert result.differences == ()
    assert "Yearly analysis" in files["report.html"].decode()


def test_who_may_write_and_sign_when(store):
    case = make_case(store)
    clerk, head, reader = (case.by(one) for one in (case.clerk, case.head, case.reader))
    clerk.act(case.id, ReportWritten(PERIOD, "zh", {"coverage": "齐全。", "missing": "长" * 3000}))
    head.act(case.id, ReportWritten(PERIOD, "zh", {"missing": None}))
    head.act(case.id, ReportWritten("2026", "zh", {}))
    assert case.now.reports[PERIOD, "zh"].sentences == {"coverage": "齐全。"}
    with pytest.raises(AccessError, match="“王芳” may not do this: it takes the head"):
        clerk.act(case.id, ReportSigned(PERIOD, "zh", "王芳", "ab" * 32))
    with pytest.raises(AccessError, match="“周审计” may not"):
        reader.act(case.id, ReportWritten(PERIOD, "zh", {}))
    with pytest.raises(StoreError, match=f"the figures of {PERIOD} are signed before the report"):
        head.act(case.id, ReportSigned(PERIOD, "zh", "李主任", "ab" * 32))
    with pytest.raises(StoreError, match="2031"):
        clerk.act(case.id, ReportWritten("2031", "zh", {}))


@pytest.mark.parametrize("about", ["2026Q4", "2026"])
def test_a_report_is_not_signed_while_a_correction_waits(store, example, about):
    now = store.evaluation_state(example.id)
    recorded = next(iter(now.periods["2026Q4"].values.values())).row
    corrected = replace(recorded, value="1", evidence="No. 9")
    store.act(example.id, CorrectionProposed("2026Q4", (corrected,), "counted twice"))
    with pytest.raises(StoreError) as refused:
        store.act(example.id, ReportSigned(about, "zh", "李主任", "ab" * 32))
    assert str(refused.value) == f"the figures of {about} are signed before the report on them"


def test_what_is_written_goes_with_the_evaluation(store, example, tmp_path):
    store.act(example.id, ReportWritten("2026Q4", "en", {"coverage": "All twelve."}))
    content = store.export_evaluation(example.id)
    assert "report_written" in {one["kind"] for one in json.loads(content)["events"]}
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    other.import_evaluation(content, "evaluation.json")
    assert other.evaluation_state(example.id).reports == store.evaluation_state(example.id).reports
    other.close()
