"""The files of a report, and that they are computed again from each other."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

import ahp
from ahp.errors import OptionError, ReportError
from ahp.exchange.long_csv import write_answers
from ahp.exchange.report_export import WRITERS, file_words
from ahp.exchange.reproduction import reproduce
from ahp.exchange.study_export import evidence_of, export_study
from ahp.process.rounds import data_hash
from ahp.process.study_evidence import StudyEvidence, evidence_from_files
from ahp.report.manifest import Inputs, read_manifest
from ahp.resources import data_folder
from ahp.study import Answers, Judgment

DEMO = data_folder("examples") / "supervision_demo" / "answers.csv"
SMALL = data_folder("examples") / "dong_2010"
READ_BACK = ("docx", "html", "xlsx")


@pytest.fixture(scope="module")
def evidence() -> StudyEvidence:
    return evidence_from_files("supervision_effectiveness", DEMO, invited=9, draws=50)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_all_numbers_reproduce(evidence: StudyEvidence, tmp_path: Path, language: str) -> None:
    told: list[tuple[int, int]] = []
    files = export_study(
        evidence,
        ahp.read_answers(DEMO),
        language,
        forms=READ_BACK,
        progress=lambda *so_far: told.append(so_far),
    )
    assert list(files) == [
        *("report.docx", "report.html", "report.xlsx", "calculation.xlsx"),
        *("references.bib", "survey.toml", "answers.csv", "manifest.json"),
    ]
    assert told == sorted(told)
    assert told[-1] == (400, 400)
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    manifest = read_manifest(files["manifest.json"], "manifest.json")
    reports = {one.name: tmp_path / one.name for one in manifest.reports if one.tables}
    results = reproduce(manifest, tmp_path, reports)
    assert [one.differences for one in results] == [()] * 3
    [numbers] = {one.numbers for one in results}
    assert numbers > 2000


def test_nobody_is_named_who_did_not_agree(tmp_path: Path) -> None:
    given = ahp.read_answers(DEMO)
    names = {name: f"Member {name[1:]}{name[1:]}" for name in given.experts}
    answers = Answers(tuple(replace(one, expert=names[one.expert]) for one in given.judgments))
    (tmp_path / "a.csv").write_bytes(write_answers(answers))
    agreed, *others = names.values()
    evidence = evidence_from_files(
        "supervision_effectiveness", tmp_path / "a.csv", consenting=[agreed], draws=0
    )
    files = export_study(evidence, answers, "en", forms=("html",))
    texts = {name: files[name].decode() for name in ("report.html", "answers.csv")}
    with zipfile.ZipFile(io.BytesIO(files["calculation.xlsx"])) as archive:
        parts = [name for name in archive.namelist() if name.endswith(".xml")]
        texts["calculation.xlsx"] = "".join(archive.read(name).decode() for name in parts)
    for name, text in texts.items():
        assert agreed in text, name
        assert "E02" in text, name
        assert not [hidden for hidden in others if hidden in text], name
    real = data_hash(evidence.analysis)
    assert real not in texts["report.html"]
    assert data_hash(evidence.coded().analysis) in texts["report.html"]
    assert evidence.codes == {agreed: agreed} | {
        name: f"E{number:02d}" for number, name in enumerate(others, start=2)
    }


def test_answers_that_came_meanwhile_are_refused(evidence: StudyEvidence) -> None:
    given = ahp.read_answers(DEMO)
    late = replace(given.judgments[0], expert="Late")
    with pytest.raises(ReportError) as refused:
        export_study(evidence, Answers((*given.judgments, late)), "en", forms=("html",))
    assert str(refused.value) == (
        "the answers changed while the report was made; please make it again"
    )


def test_earlier_rounds_reproduce(tmp_path: Path) -> None:
    given = ahp.read_answers(SMALL / "answers.csv")
    first = Answers(
        tuple(
            Judgment(one.expert, one.parent, one.left, one.right, "1")
            if one.expert == given.experts[0]
            else one
            for one in given.judgments
        )
    )
    (tmp_path / "first.csv").write_bytes(write_answers(first))
    evidence = evidence_from_files(
        SMALL / "survey.toml", SMALL / "answers.csv", earlier=[tmp_path / "first.csv"], draws=20
    )
    files = export_study(evidence, given, "en", earlier_answers=[first], forms=("html",))
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    manifest = read_manifest(files["manifest.json"], "manifest.json")
    assert manifest.inputs.keys() == {"survey", "answers_1", "answers"}
    [result] = reproduce(manifest, tmp_path, {"report.html": tmp_path / "report.html"})
    assert result.differences == ()
    assert "movement:1" in {one.key for one in manifest.reports[0].tables}


def test_edits_whose_draft_has_changed_are_marked_again(tmp_path: Path) -> None:
    survey, answers = SMALL / "survey.toml", SMALL / "answers.csv"
    files = export_study(
        evidence_from_files(survey, answers, draws=20),
        ahp.read_answers(answers),
        "en",
        forms=("docx", "html"),
        edits={"first": "It is 99."},
        outdated=["first", "tail"],
        signed_by="Wang Fang",
    )
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    manifest = read_manifest(files["manifest.json"], "manifest.json")
    told = manifest.settings["study"]
    assert told["outdated"] == ["first"]
    reports = {name: tmp_path / name for name in ("report.docx", "report.html")}
    results = reproduce(manifest, tmp_path, reports)
    assert [one.differences for one in results] == [(), ()]
    unmarked = {**manifest.settings, "study": {**told, "outdated": []}}
    for one in reproduce(replace(manifest, settings=unmarked), tmp_path, reports):
        assert {found.problem.code for found in one.differences} == {"text_not_computed"}
    untitled = {key: one for key, one in told.items() if key != "title"}
    for wrong, problem in (
        (untitled, "study.title: missing"),
        ({**told, "outdated": 3}, "study.outdated: is a whole number, expected an array of text"),
        (
            {**told, "hashes": {"poem": ""}},
            "study.hashes.poem: 'poem', expected one of answers, judgments, evidence",
        ),
        ({**told, "reasons": [["E1"]]}, "study.reasons[0]: has 1 entries, expected 5"),
    ):
        settings = {**manifest.settings, "study": wrong}
        with pytest.raises(ReportError) as refused:
            reproduce(replace(manifest, settings=settings), tmp_path, reports)
        assert str(refused.value) == f"manifest.json: settings.{problem}"


def test_organizations_of_who_agreed_and_did_not_answer(tmp_path: Path) -> None:
    answers = ahp.read_answers(SMALL / "answers.csv")
    names = (*answers.experts, "Absent")
    evidence = replace(
        evidence_from_files(SMALL / "survey.toml", SMALL / "answers.csv", draws=0),
        consenting=frozenset(names),
        organizations={name: "North" if k % 2 else "South" for k, name in enumerate(names)},
    )
    assert "Absent" not in evidence.codes
    files = export_study(evidence, answers, "en", forms=("xlsx",))
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    manifest = read_manifest(files["manifest.json"], "manifest.json")
    assert manifest.settings["study"]["shown_names"] == sorted(names)
    again = evidence_of(Inputs(manifest, tmp_path))
    assert again.organizations_open
    assert again.organizations == evidence.organizations


def test_edits_and_signature_are_in_the_report(evidence: StudyEvidence) -> None:
    files = export_study(
        evidence,
        ahp.read_answers(DEMO),
        "en",
        forms=("html",),
        edits={"first": "We say so & <so>.", "tail": ""},
        signed_by="Wang Fang",
    )
    text = files["report.html"].decode()
    assert "We say so &amp; &lt;so&gt;." in text
    assert "Signed by Wang Fang." in text
    assert "weigh least" not in text


def test_forms_are_asked_for(evidence: StudyEvidence) -> None:
    with pytest.raises(
        OptionError, match="form = 'odt', expected one of 'docx', 'html', 'pdf', 'xlsx', 'latex'"
    ):
        export_study(evidence, ahp.read_answers(DEMO), "en", forms=("odt",))
    with pytest.raises(OptionError, match="expected at least one form of the report"):
        export_study(evidence, ahp.read_answers(DEMO), "en", forms=())


def test_every_file_is_explained(evidence: StudyEvidence) -> None:
    names = ["answers_1.csv", "answers.csv", "manifest.json"]
    assert file_words(names, "en") == {
        "answers_1.csv": "the answers, to recompute",
        "answers.csv": "the answers, to recompute",
        "manifest.json": "what belongs together; ahp reproduce computes the numbers again by it",
    }
    assert set(WRITERS) == {"docx", "html", "pdf", "xlsx", "latex"}
    manifest = json.loads(
        export_study(evidence, ahp.read_answers(DEMO), "zh", forms=("xlsx",))["manifest.json"]
    )
    assert manifest["settings"]["study"]["certainty"] == {
        **{"draws": 50, "level": 0.95, "perturbation": "grid", "seed": 1, "spread": 2 / 3}
    }
