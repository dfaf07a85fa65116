"""`ahp report`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ahp.cli import main
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
    assert capsys.readouterr().out.endswith(" tables reproduce\n")
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
