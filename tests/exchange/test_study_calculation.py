"""A study as a workbook of formulas: LibreOffice calculates the library's numbers from it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

import ahp
from ahp.errors import OptionError
from ahp.exchange.study_calculation import calculation_workbook, coded
from ahp.resources import data_folder
from ahp.study import Analysis, Answers, Survey, analyze
from ahp.study.answers import read_answers
from ahp.study.judgments import Judgment
from tests.study.panels import SURVEY, answers, without

from .conftest import Recalculate

EXAMPLES = data_folder("examples")
SMALL = answers(
    Ann="3 5 2 1/2 1/3 2 4 1/2 3 1",
    Bob="2 3 2 1 1/4 3 5 1/3 1 1/2",
    Cem="1 4 3 1/3 1/5 2 1 1/2 2 9",
)
GAPS = Answers(SMALL.judgments[:3] + SMALL.judgments[5:14] + SMALL.judgments[15:])


@dataclass(frozen=True)
class Case:
    """A result, what is typed over in its workbook, and what the library makes of the same."""

    analysis: Analysis
    change: Callable[[Workbook], None] | None = None
    changed: Analysis | None = None

    @property
    def expected(self) -> Analysis:
        return self.changed or self.analysis


def dong(**options: Any) -> Analysis:
    return analyze(
        ahp.load_survey(EXAMPLES / "dong_2010" / "survey.toml"),
        read_answers(EXAMPLES / "dong_2010" / "answers.csv"),
        **options,
    )


def home(panel: Answers) -> Analysis:
    return analyze(ahp.load_survey("supervision_effectiveness"), panel)


HOME = read_answers(EXAMPLES / "supervision_demo" / "answers.csv")


def judged(panel: Answers, expert: str, pair: tuple[str, str, str], value: str) -> Answers:
    """The answers with one more or another one."""
    others = tuple(
        one
        for one in panel.judgments
        if (one.expert, one.parent, {one.left, one.right}) != (expert, pair[0], {*pair[1:]})
    )
    return Answers((*others, Judgment(expert, *pair, value)))


def typed(sheet: str, cell: str, value: object) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        place = book[next(name for name in book.sheetnames if name.startswith(sheet))][cell]
        assert not place.protection.locked
        place.value = value

    return change


def small(panel: Answers = SMALL, **options: Any) -> Analysis:
    return analyze(SURVEY, panel, **options)


FIRST_PAIR = ("goal", "a", "b")
WEIGHTS = {"Ann": 3.0, "Bob": 0.0, "Cem": 2.0}
RECUSED = (("Ann", "goal"), ("Cem", "a"))

CASES = {
    "home": Case(home(HOME)),
    "dong": Case(dong()),
    "gaps": Case(small(GAPS, expert_weights=WEIGHTS, recused=RECUSED)),
    "filled": Case(small(without(answers(Ann="3 5 2 1/2 1/3 2 - 1/2 3 1"), "Ann", ()))),
    "alone": Case(small(SMALL.only(["Bob"]), method="geometric_mean")),
    "column_mean": Case(small(method="column_mean", random_index="saaty_2005")),
    "row_sum": Case(small(method="row_sum")),
    "harmonic": Case(small(method="harmonic")),
    "chi_square": Case(small(method="chi_square")),
    "median": Case(small(how="aij_median")),
    "trimmed": Case(small(how="aij_trimmed", trim=0.2)),
    "exclude": Case(small(incoherent="downweight", cr_limit=0.05)),
    "distance": Case(small(expert_weights="distance")),
    "aip_eigenvector": Case(small(how="aip_geometric")),
    "aip_gaps": Case(
        small(without(SMALL, "Cem", ["a"]), how="aip_arithmetic", method="column_mean")
    ),
    "aip_harmonic": Case(small(how="aip_geometric", method="harmonic")),
    "aip_row_sum": Case(small(how="aip_geometric", method="row_sum", expert_weights=WEIGHTS)),
    "changed": Case(
        small(),
        typed("1 Judgments", "D6", 1 / 9),
        small(judged(SMALL, "Ann", FIRST_PAIR, "1/9")),
    ),
    "emptied": Case(
        small(),
        typed("1 Judgments", "D6", None),
        small(Answers(tuple(one for one in SMALL.judgments if one != SMALL.judgments[0]))),
    ),
    "weighed": Case(small(), typed("Experts", "B4", 5 / 3), small(expert_weights={
        "Ann": 5.0, "Bob": 1.0, "Cem": 1.0
    })),
    "aip_changed": Case(
        small(how="aip_geometric", method="geometric_mean"),
        typed("1 Judgments", "D6", 1 / 9),
        small(
            judged(SMALL, "Ann", FIRST_PAIR, "1/9"), how="aip_geometric", method="geometric_mean"
        ),
    ),
    "tied": Case(small(answers(Ann="1"))),
}  # fmt: skip


def written(case: Case) -> bytes:
    content = calculation_workbook(case.analysis, language="en")
    if case.change is None:
        return content
    book = load_workbook(io.BytesIO(content))
    case.change(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


ORDINARY = ("home", "dong", "gaps", "changed", "aip_changed")
"""Cases that are calculated in every run; a workbook takes LibreOffice about a second."""

OTHERS = tuple(name for name in CASES if name not in ORDINARY)


def opened(contents: dict[str, bytes]) -> dict[str, Workbook]:
    return {
        name: load_workbook(io.BytesIO(content), data_only=True)
        for name, content in contents.items()
    }


@pytest.fixture(scope="module")
def recalculated(recalculate: Recalculate, small: Survey) -> dict[str, Workbook]:
    contents = {name: written(CASES[name]) for name in ORDINARY}
    hard = analyze(small, one_to_nine(small))
    contents["hard names"] = calculation_workbook(hard, language="zh")
    return opened(recalculate(contents))


def one_to_nine(survey: Survey) -> Answers:
    return Answers(
        tuple(
            Judgment("=1+1", *pair, str(k % 9 + 1))
            for k, pair in enumerate(survey.hierarchy.comparisons)
        )
    )


def column(book: Workbook, sheet: str, letter: str, count: int, first: int = 4) -> list[Any]:
    return [book[sheet][f"{letter}{row}"].value for row in range(first, first + count)]


def near(numbers: Any) -> Any:
    return pytest.approx(list(numbers), rel=0, abs=1e-9)


def check_weights_and_ranks(analysis: Analysis, book: Workbook) -> None:
    survey = analysis.survey
    nodes = [kid for kids in survey.hierarchy.children.values() for kid in kids]
    weights = column(book, "Weights of the hierarchy", "D", len(nodes), first=5)
    assert weights == near(analysis.global_weights[node] for node in nodes)
    ranks = analysis.ranks
    assert column(book, "Ranking", "A", len(ranks)) == list(ranks.values())
    names = [survey.node_name(leaf, "en") for leaf in ranks]
    assert column(book, "Ranking", "B", len(ranks)) == names
    parents = [survey.node_name(survey.hierarchy.parent_of(leaf) or "", "en") for leaf in ranks]
    assert column(book, "Ranking", "C", len(ranks)) == parents
    shown = column(book, "Ranking", "D", len(ranks))
    assert shown == near(analysis.global_weights[leaf] for leaf in ranks)


def check_consistency(analysis: Analysis, book: Workbook) -> None:
    survey = analysis.survey
    rows = []
    for level in analysis.total_consistency:
        for parent in level.parents:
            own = analysis.consistency[parent]
            head = survey.node_name(parent, "en"), analysis.global_weights[parent]
            numbers = own.lambda_max, own.ci, own.ri, own.cr
            rows.append((*head, *numbers, "yes" if own.acceptable else "no"))
        weight = sum(analysis.global_weights[parent] for parent in level.parents)
        verdict = "yes" if level.acceptable else "no"
        head = f"Level {level.level}", weight, None, level.ci
        rows += [(*head, level.ri, level.cr, verdict), (None,) * 7]
    sheet = book["Total consistency"]
    found = [
        tuple(cell.value for cell in row)
        for row in sheet.iter_rows(min_row=4, max_row=3 + len(rows), max_col=7)
    ]
    assert [row[::6] for row in found] == [row[::6] for row in rows]
    for row, expected in zip(found, rows, strict=True):
        assert [cell for cell in row[1:6] if cell is not None] == near(
            cell for cell in expected[1:6] if cell is not None
        )


def check_comparison(case: Case, book: Workbook) -> None:
    """The first sheet says whether the weights are those of the report."""
    count = len(case.analysis.survey.nodes) - 1
    changed = f"{count} of {count} weights differ from those of the report: something was "
    same = f"All {count} weights are those of the report."
    expected = same if case.changed is None else f"{changed}changed here."
    assert told(book)["Compared with the report"] == expected


def told(book: Workbook) -> dict[str, str]:
    sheet = book["Contents"]
    return {str(sheet[f"A{row}"].value): str(sheet[f"B{row}"].value) for row in range(1, 60)}


@pytest.mark.parametrize("name", ORDINARY)
def test_libreoffice_calculates_the_same(name: str, recalculated: dict[str, Workbook]) -> None:
    check_weights_and_ranks(CASES[name].expected, recalculated[name])
    check_consistency(CASES[name].expected, recalculated[name])
    check_comparison(CASES[name], recalculated[name])


@pytest.mark.slow
def test_libreoffice_calculates_the_same_in_all_other_cases(recalculate: Recalculate) -> None:
    books: dict[str, Workbook] = {}
    for k in range(0, len(OTHERS), 6):  # a call has two minutes, also where others are busy
        books |= opened(recalculate({name: written(CASES[name]) for name in OTHERS[k : k + 6]}))
    assert len(books) == 17
    for name, book in books.items():
        check_weights_and_ranks(CASES[name].expected, book)
        check_consistency(CASES[name].expected, book)
        check_comparison(CASES[name], book)


def test_a_changed_judgment_changes_the_ranking() -> None:
    case = CASES["changed"]
    assert case.changed is not None
    assert case.changed.ranking != case.analysis.ranking


def test_names_that_look_like_formulas(recalculated: dict[str, Workbook], small: Survey) -> None:
    book = recalculated["hard names"]
    analysis = analyze(small, one_to_nine(small))
    names = [small.node_name(leaf, "zh") for leaf in analysis.ranking]
    assert column(book, "排序", "B", len(names)) == names
    errors = [
        (sheet.title, cell.coordinate, cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith("#")
    ]
    assert errors == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("filled", "pairs that were not judged are filled in by ahp"),
        ("chi_square", "weights by this method are not computed in this workbook: chi-square"),
        ("median", "medians and trimmed means are not computed in this workbook"),
        ("exclude", "what an expert counts depends on the CR of their judgments"),
        ("distance", "the experts' weights follow from their judgments"),
        ("aip_eigenvector",
         "weights by this method are not computed in this workbook: eigenvector"),
    ],
)  # fmt: skip
def test_what_does_not_follow_is_locked_and_said(name: str, reason: str) -> None:
    book = load_workbook(io.BytesIO(written(CASES[name])))
    sentences = list(told(book))
    assert f"A: The judgments are for reading: {reason}." in sentences
    sheet = book[next(title for title in book.sheetnames if title.startswith("2 Judgments"))]
    assert sheet.protection.sheet
    assert all(cell.protection.locked for row in sheet.iter_rows() for cell in row)


def test_experts_have_codes() -> None:
    analysis = small()
    assert coded(analysis).panel.experts == ("E01", "E02", "E03")
    content = calculation_workbook(analysis, language="en")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        text = b"".join(parts.read(name) for name in parts.namelist())
    assert b"Ann" not in text
    codes = {"Ann": "A7", "Bob": "B2", "Cem": "A7"}
    with pytest.raises(OptionError) as twice:
        coded(analysis, codes)
    assert str(twice.value) == "code 'A7' stands for two experts, expected one for each"
    with pytest.raises(OptionError) as missing:
        coded(analysis, {"Ann": "A7", "Bob": "B2"})
    assert str(missing.value) == "no code for expert 'Cem', expected one for each"
    with pytest.raises(OptionError) as unknown:
        calculation_workbook(analysis, language="fr")
    assert str(unknown.value) == "language = 'fr', expected one of 'zh', 'en'"


def test_how_it_prints() -> None:
    book = load_workbook(io.BytesIO(written(CASES["home"])))
    for sheet in book:
        assert (int(sheet.page_setup.paperSize), int(sheet.page_setup.fitToHeight)) == (9, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
    judgments = book["1 Judgments Post-supervision ef"]
    assert judgments.print_title_rows == "$4:$5"
    assert judgments.freeze_panes == "D6"
