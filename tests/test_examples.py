from __future__ import annotations

import re
import runpy
import shutil
from pathlib import Path

import pytest

import ahp
from ahp.cli import main
from ahp.exchange import read_matrix

EXAMPLES = Path(__file__).parents[1] / "examples"
PUBLISHED = {
    "anhui_trip": "1 of 1 checks, 10 not checked, no matrix",
    "bozoki_2010": "5 of 5 checks",
    "dong_2010": "31 of 31 checks",
    "fuzzyahp": "4 of 4 checks",
    "genfa": "6 of 6 checks",
    "hefa": "6 of 6 checks",
    "hejifa": "7 of 7 checks",
    "pyanp": "7 of 7 checks",
    "r_mcda_cars": "6 of 6 checks",
    "saaty_1980_validation": "18 of 18 checks",
    "saaty_1990_house": "11 of 11 checks",
    "saaty_2005_cities": "10 of 10 checks",
    "saaty_2008_drinks": "16 of 16 checks",
    "saatypy": "3 of 3 checks",
    "supervision_effectiveness": "29 of 29 checks, 29 of them by reconstructed matrices",
    "wikipedia_car": "51 of 51 checks",
    "wikipedia_leader": "16 of 16 checks",
}
"""The published tables, and what `ahp verify` says about each."""


def test_nothing_in_the_folder_is_left_untested() -> None:
    found = {str(path.relative_to(EXAMPLES)) for path in EXAMPLES.rglob("*.*") if path.is_file()}
    assert {name for name in found if "__pycache__" not in name} >= {
        "quickstart.py",
        *("dong_2010/README.md", "dong_2010/answers.csv", "dong_2010/survey.toml"),
        *("dong_2010/manifest.json", "dong_2010/calculation.xlsx"),
        *(f"dong_2010/report.{form}" for form in ("docx", "html", "xlsx")),
        *("key_accounts_report/README.md", "key_accounts_report/manifest.json"),
        *(f"key_accounts_report/key_accounts.{form}" for form in ("csv", "toml")),
        *(f"key_accounts_report/report.{form}" for form in ("docx", "xlsx")),
        "supervision_demo/README.md",
        *("supervision_demo/answers.csv", "supervision_demo/simulate.py"),
        "published/supervision_effectiveness.candidates.csv",
        *(f"published/{name}.ahp.toml" for name in PUBLISHED),
    }
    scripts = {path.name for path in EXAMPLES.rglob("*.py")}
    # the last one is run by tests/published/test_reconstruction_page.py
    assert scripts == {
        *("quickstart.py", "simulate.py", "supervision_effectiveness_reconstructed.py"),
    }
    tables = {path.name.removesuffix(".ahp.toml") for path in EXAMPLES.rglob("*.ahp.toml")}
    assert tables == set(PUBLISHED)
    folders = {path.parent.name for path in EXAMPLES.rglob("answers.csv")}
    assert folders == {"dong_2010", "supervision_demo"}


def test_the_reports_of_dong_2010(capsys: pytest.CaptureFixture[str]) -> None:
    folder = EXAMPLES / "dong_2010"
    reports = [f"report.{form}" for form in ("docx", "html", "xlsx")]
    files = [str(folder / name) for name in (*reports, "calculation.xlsx")]
    assert main(["--language", "en", "reproduce", str(folder / "manifest.json"), *files]) == 0
    assert (
        capsys.readouterr().out
        == "".join(
            f"{name}: 57 numbers of 5 tables reproduce, and those of {texts} other texts\n"
            for name, texts in zip(reports, (7, 7, 0), strict=True)
        )
        + "calculation.xlsx: 518 cells with judgments and formulas reproduce\n"
    )


def test_the_report_on_key_accounts(capsys: pytest.CaptureFixture[str]) -> None:
    folder = EXAMPLES / "key_accounts_report"
    files = [str(folder / f"report.{form}") for form in ("docx", "xlsx")]
    assert main(["--language", "en", "reproduce", str(folder / "manifest.json"), *files]) == 0
    assert capsys.readouterr().out == (
        "report.docx: 174 numbers of 7 tables reproduce, and those of 26 other texts\n"
        "report.xlsx: 174 numbers of 7 tables reproduce, and those of 5 other texts\n"
    )
    observations = EXAMPLES / "evaluation" / "key_accounts.csv"
    assert (folder / "key_accounts.csv").read_bytes() == observations.read_bytes()


def test_quickstart(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLES / "quickstart.py"), run_name="__main__")
    assert capsys.readouterr().out == (
        "PairwiseMatrix tea, coffee, milk\n"
        "    1    3    5\n"
        "  1/3    1    3\n"
        "  1/5  1/3    1\n"
        "weights [0.637  0.2583 0.1047]\n"
        "CR 0.0332\n"
        "{'x1': 0.4984, 'x2': 0.2727, 'x3': 0.1541, 'x4': 0.0747}\n"
    )


def test_dong_2010_as_printed(capsys: pytest.CaptureFixture[str]) -> None:
    folder = EXAMPLES / "dong_2010"
    shares = "E1=.1,E2=.3,E3=.1,E4=.2,E5=.3"
    status = main(
        [
            *("analyze", str(folder / "survey.toml"), str(folder / "answers.csv")),
            *("--method", "geometric_mean", "--expert-weights", shares, "--language", "en"),
        ]
    )
    assert status == 0
    out = capsys.readouterr().out
    ranking = out[out.index("Composite ranking") :].splitlines()[3:7]
    assert [line.split()[-1] for line in ranking] == ["0.4984", "0.2727", "0.1541", "0.0747"]


def test_every_published_table_is_reproduced(capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(EXAMPLES / "published" / f"{name}.ahp.toml") for name in PUBLISHED]
    assert main(["verify", "--language", "en", *files]) == 0
    said = zip(files, PUBLISHED.values(), strict=True)
    assert capsys.readouterr().out.splitlines() == [
        f"{file}: reproduced, {words}" for file, words in said
    ]


def test_the_simulation_writes_the_same_file_again(tmp_path: Path) -> None:
    script = shutil.copy(EXAMPLES / "supervision_demo" / "simulate.py", tmp_path)
    runpy.run_path(str(script), run_name="__main__")
    expected = (EXAMPLES / "supervision_demo" / "answers.csv").read_bytes()
    assert (tmp_path / "answers.csv").read_bytes() == expected


def test_the_simulated_panel_is_what_its_readme_says() -> None:
    survey = ahp.load_survey("supervision_effectiveness")
    answers = ahp.read_answers(EXAMPLES / "supervision_demo" / "answers.csv")
    assert answers.experts == tuple(f"E{k}" for k in range(1, 8))
    inconsistent = {}
    for expert in answers.experts:
        own = answers.only([expert])
        assert len(own.judgments) == 35
        for parent, found in ahp.analyze(survey, own).consistency.items():
            if not found.acceptable:
                inconsistent[expert, parent] = round(found.cr, 3)
    assert inconsistent == {("E5", "coordination"): 0.133}
    panel = ahp.analyze(survey, answers)
    assert all(found.acceptable for found in panel.consistency.values())
    weights = {
        parent: dict(zip(kids, panel.local_weights[parent].tolist(), strict=True))
        for parent, kids in survey.hierarchy.children.items()
    }
    order = sorted(weights["effectiveness"], key=lambda kid: -weights["effectiveness"][kid])
    assert order[:3] == ["setup", "operation", "coordination"]
    assert weights["effectiveness"]["setup"] == pytest.approx(0.56, abs=0.03)
    assert weights["operation"]["staff"] == pytest.approx(0.44, abs=0.03)
    assert weights["coordination"]["superiors"] == pytest.approx(0.558, abs=0.03)
    assert weights["conversion"]["error_education"] == pytest.approx(0.6, abs=0.03)
    assert weights["learning"]["self_study"] == pytest.approx(0.633, abs=0.03)


def test_the_documented_files_load(tmp_path: Path) -> None:
    docs = EXAMPLES.parent / "docs"
    (survey,) = re.findall(
        r"```toml\n(.*?)```", (docs / "survey-format.md").read_text(encoding="utf-8"), re.DOTALL
    )
    answers, matrix = re.findall(
        r"```csv\n(.*?)```", (docs / "answers-format.md").read_text(encoding="utf-8"), re.DOTALL
    )
    for name, text in {"s.toml": survey, "a.csv": answers, "m.csv": matrix}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    analysis = ahp.analyze(
        ahp.load_survey(tmp_path / "s.toml"), ahp.read_answers(tmp_path / "a.csv")
    )
    assert set(analysis.ranking) == {"price", "taste", "health"}
    assert analysis.matrices["lunch"].values[0, 1] == pytest.approx(6**-0.5)
    assert read_matrix(str(tmp_path / "m.csv")).matrix.labels == ("price", "taste", "health")
