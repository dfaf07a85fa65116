"""`ahp report`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ahp.cli import main
from ahp.cli.evaluation_report import PURPOSES
from ahp.cli.report_options import FORMS
from ahp.errors import ReportError
from ahp.evaluation import shipped_schemes
from ahp.exchange.evaluation_export import evidence_of_files, export_evaluation
from ahp.exchange.report_export import WRITERS, check_names
from ahp.i18n.errors import error_sentence
from ahp.report import evaluation_report
from ahp.report.evaluation_report import provenance_of
from ahp.report.manifest import sha256
from ahp.resources import data_folder

pytestmark = pytest.mark.usefixtures("english_terminal")

DONG = data_folder("examples") / "dong_2010"
SCHEME = """
format = 1
id = "s"
version = "1"
languages = ["en"]
name = { en = "Small scheme" }
[period]
kind = "quarter"
[missing]
not_reported = "zero"
share = 0.5
[digits]
total = 1
[[nodes]]
id = "goal"
name = { en = "Goal" }
[[nodes]]
id = "a"
parent = "goal"
name = { en = "A" }
[[nodes]]
id = "b"
parent = "goal"
name = { en = "B" }
[[indicators]]
id = "a"
rule = { kind = "measured", low = 0, high = 100 }
[[indicators]]
id = "b"
rule = { kind = "measured", low = 0, high = 100 }
[[bands]]
id = "all"
at_least = 0
name = { en = "All" }
[weights]
a = 0.5
b = 0.5
"""
ARGUMENTS = ("report", str(DONG / "survey.toml"), str(DONG / "answers.csv"), "--draws", "50")


def test_files_are_written_and_reproduce(tmp_path: Path, capsys) -> None:
    folder = tmp_path / "out"
    edits = tmp_path / "edits.json"
    edits.write_text('{"ratio": "It is as it is."}', encoding="utf-8")
    told = ("--form", "html", "--edits", str(edits), "--signed-by", "Wang Fang")
    assert main([*ARGUMENTS, "--output", str(folder), *told]) == 0
    lines = capsys.readouterr().out.splitlines()
    files = [
        *("report.html", "calculation.xlsx", "references.bib", "survey.toml"),
        *("answers.csv", "manifest.json"),
    ]
    assert [line.split(": ")[0] for line in lines] == [str(folder / name) for name in files]
    assert sorted(one.name for one in folder.iterdir()) == sorted(files)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "It is as it is." in page
    assert "Signed by Wang Fang." in page
    assert main(["reproduce", str(folder / "manifest.json"), str(folder / "report.html")]) == 0
    assert re.fullmatch(
        r"report\.html: \d+ numbers of \d+ tables reproduce, and those of \d+ other texts\n",
        capsys.readouterr().out,
    )
    assert main([*ARGUMENTS, "--output", str(folder)]) == 2
    assert capsys.readouterr().err == (
        f"ahp: error: {folder}: there is something already, expected a new or empty folder\n"
    )


def test_the_drafted_sentences_are_what_edits_take(tmp_path: Path, capsys) -> None:
    assert main(["--language", "zh", *ARGUMENTS, "--sentences"]) == 0
    drafted = json.loads(capsys.readouterr().out)
    assert {"first", "ratio"} <= drafted.keys()
    assert "权重" in drafted["first"]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ((), "expected --output FOLDER, where the files of the report are written"),
        (
            ("--edits", "{edits}", "--output", "{out}"),
            "{edits}: expected a JSON object of sentences, key and text",
        ),
    ],
)
def test_what_is_refused(tmp_path: Path, capsys, given: tuple[str, ...], problem: str) -> None:
    edits = tmp_path / "edits.json"
    edits.write_text('["ratio"]', encoding="utf-8")
    names = {"edits": edits, "out": tmp_path / "out"}
    assert main([*ARGUMENTS, *(one.format(**names) for one in given)]) == 2
    assert capsys.readouterr().err == f"ahp: error: {problem.format(**names)}\n"
    assert not (tmp_path / "out").exists()


def test_forms_and_purposes_are_those_there_are() -> None:
    """The command names them itself, so that it needs no writer to say what it takes."""
    assert tuple(WRITERS) == FORMS
    assert evaluation_report.FORMS == PURPOSES


def test_weights_of_experts_who_came_later(tmp_path: Path, capsys) -> None:
    """Whoever didn't answer an earlier round has no weight there; who answered none is named."""
    lines = (DONG / "answers.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    first = tmp_path / "first.csv"
    first.write_text("".join(one for one in lines if not one.startswith("E5")), encoding="utf-8")
    told = ("--earlier", str(first), "--form", "xlsx", "--draws", "0", "--output")
    folder = tmp_path / "out"
    weights = "E1=.1,E2=.3,E3=.1,E4=.2,E5=.3"
    assert main([*ARGUMENTS, "--expert-weights", weights, *told, str(folder)]) == 0
    settings = json.loads((folder / "manifest.json").read_bytes())["settings"]
    (earlier,) = settings["study"]["earlier"]
    shares = {"E01": 1 / 7, "E02": 3 / 7, "E03": 1 / 7, "E04": 2 / 7}
    assert earlier["expert_weights"] == pytest.approx(shares)
    assert settings["expert_weights"]["E05"] == pytest.approx(0.3)
    manifest, report = folder / "manifest.json", folder / "report.xlsx"
    assert main(["reproduce", str(manifest), str(report)]) == 0
    capsys.readouterr()
    other = ("--expert-weights", f"{weights},E9=1", *told, str(tmp_path / "none"))
    assert main([*ARGUMENTS, *other]) == 2
    assert "E9" in capsys.readouterr().err


def test_the_report_on_an_evaluation(tmp_path: Path, capsys) -> None:
    table = data_folder("examples") / "evaluation" / "key_accounts.csv"
    command = [
        "evaluation-report",
        "key_accounts",
        str(table),
        "--draws",
        "0",
        "--for",
        "statistics",
    ]
    assert main([*command, "--sentences"]) == 0
    drafted = json.loads(capsys.readouterr().out)
    assert {"coverage", "average"} <= drafted.keys()
    edits = tmp_path / "edits.json"
    edits.write_text('{"average": "On the whole 99."}', encoding="utf-8")
    folder = tmp_path / "out"
    told = ("--edits", str(edits), "--signed-by", "Li Ming", "--form", "xlsx")
    assert main([*command, *told, "--output", str(folder)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{folder}/report.xlsx: all tables of the report",
        f"{folder}/key_accounts.toml: the scheme",
        f"{folder}/key_accounts.csv: the observations",
        f"{folder}/manifest.json: what belongs together; ahp reproduce computes the numbers again "
        "by it",
    ]
    assert main(["reproduce", str(folder / "manifest.json"), str(folder / "report.xlsx")]) == 0
    said = json.loads((folder / "manifest.json").read_bytes())["settings"]["evaluation"]
    assert said == {
        **{"period": "2026", "title": "", "weights": None, "weights_file": None},
        **{"certainty": None, "form": "statistics", "signed_by": "Li Ming"},
        **{"edits": {"average": "On the whole 99."}, "outdated": []},
    }


def test_weights_from_a_file_keep_their_origin(tmp_path: Path, capsys) -> None:
    observed = tmp_path / "observed.csv"
    observed.write_text("unit,period,indicator,value\nNorth,2026Q1,a,60\nNorth,2026Q1,b,80\n")
    scheme = tmp_path / "s.toml"
    scheme.write_text(SCHEME, encoding="utf-8")
    table = tmp_path / "w.csv"
    table.write_text("node,weight\na,0.3\nb,0.7\n")
    content_hash = sha256(table.read_bytes())
    command = ["evaluation-report", str(scheme), str(observed), "--draws", "0", "--form", "xlsx"]
    folder = tmp_path / "out"
    assert main([*command, "--weights", str(table), "--output", str(folder)]) == 0
    assert f"{folder}/w.csv: the weights" in capsys.readouterr().out.splitlines()
    data = json.loads((folder / "manifest.json").read_bytes())
    assert data["inputs"]["weights"] == {"name": "w.csv", "sha256": content_hash}
    said = data["settings"]["evaluation"]
    assert said["weights"] == {"a": "3/10", "b": "7/10"}
    origin = {"source": "table", "hash": content_hash, "title": None, "round": None}
    assert said["weights_file"] == origin
    evidence = evidence_of_files(scheme, observed, said)
    assert dict(provenance_of(evidence, "en"))["Weights"] == f"a table, SHA-256 {content_hash}"
    manifest, report = str(folder / "manifest.json"), str(folder / "report.xlsx")
    assert main(["reproduce", manifest, report]) == 0
    (folder / "w.csv").write_text("node,weight\na,0.7\nb,0.3\n")
    capsys.readouterr()
    assert main(["reproduce", "--no-hashes", manifest, report]) == 1
    assert "printed '74.0', recomputed '66.0'" in capsys.readouterr().out
    evidence_file = tmp_path / "round.json"
    evidence_file.write_text(
        '{"global_weights": {"a": 0.3, "b": 0.7}, "ranking": ["b", "a"], "summary": {"round": 2}}'
    )
    told = ("--weights", str(evidence_file), "--output", str(tmp_path / "second"))
    assert main([*command, *told]) == 0
    data = json.loads((tmp_path / "second" / "manifest.json").read_bytes())
    assert data["inputs"].keys() == {"scheme", "observations"}  # a study's file names its experts
    origin = {"source": "evidence", "hash": sha256(evidence_file.read_bytes())}
    assert data["settings"]["evaluation"]["weights_file"] == origin | {"title": None, "round": 2}


def test_inputs_that_are_called_like_the_report(tmp_path: Path) -> None:
    alike = tmp_path / "Report.xlsx"
    alike.write_bytes(b"")
    with pytest.raises(ReportError) as refused:
        export_evaluation(shipped_schemes()["key_accounts"], alike, "2026")
    assert str(refused.value) == (
        "'Report.xlsx': the export has another file of this name; please rename it"
    )
    assert (
        error_sentence(refused.value, "zh") == "“Report.xlsx”：导出文件中已有同名文件，请先改名。"
    )
    with pytest.raises(ReportError) as twice:
        check_names(["data.csv", "data.csv"])
    assert twice.value.parameters == {"name": "data.csv"}


@pytest.mark.parametrize("command", ["report", "evaluation-report"])
def test_the_folder_is_checked_before_anything_is_read(
    command: str, tmp_path: Path, capsys
) -> None:
    (tmp_path / "used").write_text("")
    assert main([command, "none.toml", "none.csv", "--output", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        f"ahp: error: {tmp_path}: there is something already, expected a new or empty folder\n"
    )
