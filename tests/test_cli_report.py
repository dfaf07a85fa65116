"""`ahp report`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ahp.cli import main
from ahp.cli.evaluation_report import PURPOSES
from ahp.cli.report_options import FORMS
from ahp.exchange.report_export import WRITERS
from ahp.report import evaluation_report
from ahp.resources import data_folder

pytestmark = pytest.mark.usefixtures("english_terminal")

DONG = data_folder("examples") / "dong_2010"
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
        **{"period": "2026", "title": "", "weights": None, "certainty": None},
        **{"form": "statistics", "outdated": [], "signed_by": "Li Ming"},
        "edits": {"average": "On the whole 99."},
    }
