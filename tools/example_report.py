"""Writes the reports and the manifest beside the example of Dong et al. (2010)."""

from __future__ import annotations

from pathlib import Path

import ahp
from ahp.exchange.report_export import export_report
from ahp.exchange.study_calculation import calculation_workbook
from ahp.report.manifest import settings_of
from ahp.report.result_document import result_document

FOLDER = Path(__file__).parents[1] / "examples" / "dong_2010"
WEIGHTS = {"E1": 0.1, "E2": 0.3, "E3": 0.1, "E4": 0.2, "E5": 0.3}


def main() -> None:
    """Write the files."""
    survey, answers = FOLDER / "survey.toml", FOLDER / "answers.csv"
    analysis = ahp.analyze(
        ahp.load_survey(survey),
        ahp.read_answers(answers),
        method="geometric_mean",
        expert_weights=WEIGHTS,
    )
    files = export_report(
        result_document(analysis, "en"),
        report="result",
        inputs={
            "survey": (survey.name, survey.read_bytes()),
            "answers": (answers.name, answers.read_bytes()),
        },
        settings=settings_of(analysis),
        further={"calculation.xlsx": calculation_workbook(analysis, language="en")},
    )
    for name, content in files.items():
        (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    main()
