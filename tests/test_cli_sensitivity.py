"""`ahp sensitivity`."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

import ahp
from ahp.cli import main
from ahp.report.certainty import certainty_data, certainty_sentences

DONG = Path(__file__).parents[1] / "examples" / "dong_2010"
ARGUMENTS = ("sensitivity", str(DONG / "survey.toml"), str(DONG / "answers.csv"), "--draws", "100")

pytestmark = pytest.mark.usefixtures("english_terminal")


@pytest.fixture(scope="module")
def analysis() -> ahp.Analysis:
    return ahp.analyze(
        ahp.load_survey(DONG / "survey.toml"), ahp.read_answers(DONG / "answers.csv")
    )


@pytest.fixture(scope="module")
def sure(analysis: ahp.Analysis) -> ahp.StudyCertainty:
    return ahp.study_certainty(analysis, seed=1, draws=100)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_words_and_tables(
    analysis: ahp.Analysis,
    sure: ahp.StudyCertainty,
    language: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*ARGUMENTS, "--language", language]) == 0
    out = capsys.readouterr().out
    for sentence in certainty_sentences(analysis, sure, language).values():
        assert f"{sentence}\n" in out
    titles = {
        "en": (
            *("Weights of the indicators with intervals of 95%\n", "Other experts: ranks\n"),
            *("Other judgments: ranks\n", "Neighbors in the ranking\n"),
            "Between which bounds the first stays first\n",
            "What moves the weight of “Alternative x1”\n",
        ),
        "zh": ("指标权重及其 95% 区间\n", "名次相邻的指标\n", "首位不变的权重范围\n"),
    }[language]
    places = [out.index(f"\n{title}") for title in titles]
    assert places == sorted(places)


def test_json(
    analysis: ahp.Analysis, sure: ahp.StudyCertainty, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*ARGUMENTS, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == certainty_data(analysis, sure)


def test_a_table_as_csv(sure: ahp.StudyCertainty, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ARGUMENTS, "--csv", "neighbors", "--language", "en"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [float(row["Change places with other experts"]) for row in rows] == [
        pair.experts for pair in sure.neighbors
    ]
    assert {row["Could change places (share of 0.05 or more)"] for row in rows} <= {"yes", "no"}


def test_options_reach_the_simulation(capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--seed", "7", "--perturbation", "lognormal", "--spread", "0.3", "--level", "0.9")
    assert main([*ARGUMENTS, *options, "--how", "aip_arithmetic", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    found = ahp.study_certainty(
        ahp.analyze(
            ahp.load_survey(DONG / "survey.toml"),
            ahp.read_answers(DONG / "answers.csv"),
            how="aip_arithmetic",
        ),
        seed=7,
        draws=100,
        perturbation="lognormal",
        spread=0.3,
        level=0.9,
    )
    assert found.experts is not None
    assert data["indicators"]["x1"]["experts"]["lower"] == found.experts.leaves.lower[0]
    assert data["without_judgments"] == "aggregation"
    assert (data["seed"], data["level"], data["spread"]) == (7, 0.9, 0.3)


def test_refusals(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ARGUMENTS, "--csv", "branches", "--language", "en"]) == 2
    assert capsys.readouterr().err == (
        "ahp: error: --csv = 'branches', expected one of 'intervals', 'ranks_experts', "
        "'ranks_judgments', 'rank_probability_experts', 'rank_probability_judgments', "
        "'neighbors', 'first', 'ranking', 'swings'\n"
    )
    assert main([*ARGUMENTS, "--seed", "-1"]) == 2
    assert capsys.readouterr().err == ("ahp: error: seed = -1, expected an integer of 0 or more\n")
