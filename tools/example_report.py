"""Writes the reports and manifests of the examples: of a study, and of an evaluation."""

from __future__ import annotations

from pathlib import Path

import ahp
from ahp.evaluation import shipped_schemes
from ahp.exchange.evaluation_export import export_evaluation
from ahp.exchange.report_export import export_report
from ahp.exchange.study_calculation import calculation_workbook
from ahp.report.manifest import settings_of
from ahp.report.result_document import result_document

EXAMPLES = Path(__file__).parents[1] / "examples"
FOLDER = EXAMPLES / "dong_2010"
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
    names = {name: name for name in analysis.panel.experts}
    files = export_report(
        result_document(analysis, "en"),
        report="result",
        inputs={
            "survey": (survey.name, survey.read_bytes()),
            "answers": (answers.name, answers.read_bytes()),
        },
        settings=settings_of(analysis),
        further={"calculation.xlsx": calculation_workbook(analysis, language="en", codes=names)},
    )
    for name, content in files.items():
        (FOLDER / name).write_bytes(content)
    evaluation = export_evaluation(
        shipped_schemes()["key_accounts"],
        EXAMPLES / "evaluation" / "key_accounts.csv",
        "2026",
        language="zh",
        form="statistics",
        forms=("docx", "xlsx"),
    )
    for name, content in evaluation.items():
        (EXAMPLES / "key_accounts_report" / name).write_bytes(content)


if __name__ == "__main__":
    main()
