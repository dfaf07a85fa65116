from __future__ import annotations

import datetime
import io
import itertools
import math
import random
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell._writer import etree_write_cell
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

import ahp
from ahp import AnswersError
from ahp.errors import OptionError
from ahp.exchange import cells, questionnaire_writer
from ahp.exchange.questionnaire_xlsx import (
    ENTRIES,
    FilledQuestionnaire,
    questionnaire_workbook,
    read_questionnaire,
)
from ahp.i18n import translator
from ahp.i18n.words import judgment_sentence
from ahp.random_index import random_index_value
from ahp.scale import SAATY_POSITIONS
from ahp.study import Survey

from .conftest import Recalculate, rezipped, saved

DROP_DOWN = [
    *("← 9", "← 8", "← 7", "← 6", "← 5", "← 4", "← 3", "← 2", "1 ="),
    *("2 →", "3 →", "4 →", "5 →", "6 →", "7 →", "8 →", "9 →"),
]
"""In the order of `SAATY_POSITIONS`."""

Change = Callable[[Workbook], object]


def make(survey: Survey, **options: Any) -> bytes:
    arguments = {"title": "Panel", "expert": "王芳", "study_id": "s1", "round_number": 2}
    return questionnaire_workbook(survey, **{**arguments, "language": "en", **options})


def changed(content: bytes, change: Change) -> bytes:
    workbook = load_workbook(io.BytesIO(content))
    change(workbook)
    return saved(workbook)


def answer_cells(workbook: Workbook) -> Iterator[Cell]:
    """The cells a person can type into, in the order of the sheets."""
    for sheet in workbook.worksheets:
        if sheet.sheet_state == "visible":
            for row in sheet.iter_rows():
                yield from (cell for cell in row if not cell.protection.locked)


def filled(content: bytes, answers: Sequence[str | None]) -> bytes:
    """Choose a position of the scale in every answer cell from its list, None to leave it blank."""
    workbook = load_workbook(io.BytesIO(content))
    for cell, answer in zip(answer_cells(workbook), answers, strict=True):
        (choice,) = cell.parent.data_validations.dataValidation
        assert cell.coordinate in choice.sqref
        listed = choice.formula1.strip('"').split(",")
        cell.value = None if answer is None else listed[SAATY_POSITIONS.index(answer)]
    return saved(workbook)


def answers_of(found: FilledQuestionnaire) -> dict[tuple[str, str, str], str]:
    return {(j.parent, j.left, j.right): j.value for j in found.judgments}


def some_answers(survey: Survey, seed: int) -> list[str]:
    return random.Random(seed).choices(SAATY_POSITIONS, k=len(survey.hierarchy.comparisons))


@pytest.fixture(scope="module")
def blank(small: Survey) -> bytes:
    return make(small)


# Round trips


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_filled_in_is_read_back(home: Survey, language: str) -> None:
    answers = some_answers(home, 1)
    content = filled(make(home, language=language), answers)
    found = read_questionnaire(content, home, study_id="s1", expert="王芳", round_number=2)
    assert (found.expert, found.study_id, found.round_number) == ("王芳", "s1", 2)
    assert found.unanswered == ()
    assert answers_of(found) == dict(zip(home.hierarchy.comparisons, answers, strict=True))
    assert len(found.judgments) == 35
    name = {"zh": "1 事后监督效能", "en": "1 Post-supervision effectivenes"}[language]
    assert found.judgments[0].place == f"questionnaire.xlsx: sheet {name!r}, cell C15"
    assert {j.expert for j in found.judgments} == {"王芳"}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_answers_and_blanks_are_read_back(small: Survey, blank: bytes, data: Any) -> None:
    pairs = small.hierarchy.comparisons
    answer = st.none() | st.sampled_from(SAATY_POSITIONS)
    answers = data.draw(st.lists(answer, min_size=len(pairs), max_size=len(pairs)))
    found = read_questionnaire(filled(blank, answers), small)
    given_answers = {p: a for p, a in zip(pairs, answers, strict=True) if a is not None}
    assert answers_of(found) == given_answers
    assert found.unanswered == tuple(pair for pair in pairs if pair not in given_answers)


def test_answers_already_given_stand_in_the_cells(small: Survey) -> None:
    answers = dict(zip(small.hierarchy.comparisons, SAATY_POSITIONS, strict=False))
    assert answers_of(read_questionnaire(make(small, answers=answers), small)) == answers
    with pytest.raises(AnswersError) as caught:
        make(small, answers={("goal", "a", "c"): "2.5"})
    assert str(caught.value) == (
        "the answer to ('a', 'c') under 'goal' is '2.5', expected one of "
        "9, 8, 7, 6, 5, 4, 3, 2, 1, 1/2, 1/3, 1/4, 1/5, 1/6, 1/7, 1/8, 1/9"
    )


def test_answers_already_given_stand_there_without_lxml(
    small: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which writes cells that are empty otherwise."""
    given = dict.fromkeys(small.hierarchy.comparisons, "1/3")
    monkeypatch.setattr("openpyxl.worksheet._writer.write_cell", etree_write_cell)
    questionnaire_writer._blank.cache_clear()
    content = make(small, answers=given)
    questionnaire_writer._blank.cache_clear()
    assert answers_of(read_questionnaire(content, small)) == given


def test_a_title_is_no_longer_than_a_cell_may_be(small: Survey) -> None:
    (value, *_others), *_ = load_workbook(io.BytesIO(make(small, title="T" * 40_000))).active.values
    assert len(value) == 32_767


def test_skipped_parents_are_not_asked(small: Survey) -> None:
    content = make(small, skip=("goal", "b"))
    found = read_questionnaire(content, small)
    assert found.unanswered == (("a", "a1", "a2"), ("b1", "b11", "b12"))
    with pytest.raises(OptionError) as caught:
        make(small, skip=("c",))
    assert str(caught.value) == "skip = 'c', expected one of 'goal', 'a', 'b', 'b1'"
    with pytest.raises(OptionError) as caught:
        make(small, skip=small.hierarchy.parents)
    assert str(caught.value) == (
        "skip = 'a', 'b', 'b1', 'goal', expected a parent that is left to ask about"
    )


def test_options_of_the_survey(wide: Survey) -> None:
    with pytest.raises(OptionError, match=r"^language = 'de', expected one of 'zh', 'en'$"):
        make(wide, language="de")


def test_sixteen_items_have_the_random_index_that_reaches(wide: Survey) -> None:
    sixteen = {"goal": None, **{f"i{k}": "goal" for k in range(16)}}
    from .conftest import make_survey  # noqa: PLC0415

    book = load_workbook(io.BytesIO(make(make_survey("sixteen", sixteen, {}))))
    numbers = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert random_index_value(16, "simulated") in numbers


TYPED: list[tuple[object, str | None]] = [
    *((entry, position) for position, entry in ENTRIES.items()),
    *(("←９", "9"), ("５ →", "1/5"), ("->5", "1/5"), ("5 <-", "5"), ("－＞2", "1/2")),
    *(("左5", "5"), ("右 5", "1/5"), ("5右", "1/5")),
    *(("1", "1"), (1, "1"), (1.0, "1"), ("１", "1"), ("1=", "1"), ("1＝", "1")),
    *((" ", None), ("\u3000", None)),
]


def test_what_people_type_is_read_where_it_is_clear(wide: Survey) -> None:
    def type_them(workbook: Workbook) -> None:
        for cell, (typed, _) in zip(answer_cells(workbook), TYPED, strict=False):
            cell.value = typed

    found = answers_of(read_questionnaire(changed(make(wide), type_them), wide))
    pairs = wide.hierarchy.comparisons[: len(TYPED)]
    assert [found.get(pair) for pair in pairs] == [position for _, position in TYPED]


# LibreOffice


@pytest.fixture(scope="module")
def sent(home: Survey, small: Survey, wide: Survey) -> dict[str, tuple[Survey, str, bytes]]:
    """Name -> the survey, the language, and a questionnaire with all or some cells filled in."""
    home_answers = some_answers(home, 2)
    mild = ["2", "1/3", "1", "3", "1/2", "1", "2", "1", "1", "2"]  # a CR below 0.1
    return {
        "zh": (home, "zh", filled(make(home, language="zh"), mild + home_answers[10:])),
        "en": (home, "en", filled(make(home), [*home_answers[:13], None, *home_answers[14:]])),
        "small": (small, "en", filled(make(small), some_answers(small, 3))),
        "wide": (wide, "en", filled(make(wide), some_answers(wide, 4))),
        "blank": (small, "zh", make(small, language="zh")),
    }


@pytest.fixture(scope="module")
def returned(sent: dict[str, Any], recalculate: Recalculate) -> dict[str, bytes]:
    return recalculate({name: content for name, (*_, content) in sent.items()})


@pytest.mark.slow
def test_libreoffice_saves_what_was_filled_in(
    sent: dict[str, Any], returned: dict[str, bytes]
) -> None:
    for name, (survey, _, content) in sent.items():
        assert read_questionnaire(returned[name], survey) == read_questionnaire(content, survey)


def beside(sheet: Worksheet, label: str) -> Any:
    """The value to the right of a label in column G."""
    (row,) = (row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 7).value == label)
    return sheet.cell(row, 8).value


def test_formulas_calculate_what_ahp_does(sent: dict[str, Any], returned: dict[str, bytes]) -> None:
    verdicts = {True: 0, False: 0}
    for name, (survey, _, content) in sent.items():
        workbook = load_workbook(io.BytesIO(returned[name]), data_only=True)
        found = answers_of(read_questionnaire(content, survey))
        _guide, *sheets, _hidden = workbook.worksheets
        for sheet, parent in zip(sheets, survey.hierarchy.parents, strict=True):
            kids, pairs = survey.hierarchy.children[parent], survey.hierarchy.pairs(parent)
            values = {pair: found.get((parent, *pair)) for pair in pairs}
            matrix = ahp.PairwiseMatrix.from_judgments(values, labels=kids)
            n = len(kids)
            shown = [[sheet.cell(7 + i, 8 + j).value for j in range(n)] for i in range(n)]
            for i, j in [(i, j) for i in range(n) for j in range(n)]:
                if matrix.values[i, j] > 0:
                    assert shown[i][j] == pytest.approx(matrix.values[i, j], abs=1e-12)
                else:
                    assert shown[i][j] is None
            if not matrix.complete:
                assert sheet["C3"].value == beside(sheet, "λmax") == "—"
                assert sheet["D3"].value is None
                continue
            weights = ahp.weights(matrix, "geometric_mean")
            checked = ahp.check_consistency(matrix, weights=weights)
            column = [sheet.cell(7 + i, 8 + n + 1).value for i in range(n)]
            assert column == pytest.approx(weights.tolist(), abs=1e-9)
            assert beside(sheet, "λmax") == pytest.approx(checked.lambda_mean, abs=1e-9)
            assert beside(sheet, "CI = (λmax − n) / (n − 1)") == pytest.approx(
                checked.ci_mean, abs=1e-9
            )
            assert beside(sheet, "RI") == checked.ri
            assert beside(sheet, "CR = CI / RI") == pytest.approx(checked.cr_mean, abs=1e-9)
            assert sheet["C3"].value == pytest.approx(checked.cr_mean, abs=1e-9)
            verdicts[bool(checked.cr_mean < 0.1)] += 1
            if n > 2 and name != "zh":
                assert sheet["D3"].value.startswith(
                    "Your judgments here are consistent (CR is below 0.1)."
                    if checked.cr_mean < 0.1
                    else "Some of your judgments here contradict each other"
                )
    assert min(verdicts.values()) > 0


def test_progress_and_words_follow_the_answers(
    sent: dict[str, Any], returned: dict[str, bytes]
) -> None:
    survey, language, _ = sent["en"]
    workbook = load_workbook(io.BytesIO(returned["en"]), data_only=True)
    guide = workbook["Instructions"]
    lines = [[cell.value for cell in row] for row in guide.iter_rows(max_col=5)]
    done = [(line[1], line[2], line[3]) for line in lines if isinstance(line[3], int)]
    assert done == [
        ("Post-supervision effectiveness", 10, 10),
        ("Organizational set-up", 3, 3),
        ("Supervisory operation", 9, 10),
        ("Work coordination", 6, 6),
        ("Result conversion", 3, 3),
        ("Learning and innovation", 3, 3),
        ("Together", 34, 35),
    ]
    assert workbook.worksheets[3]["A3"].value == "9 of 10 answered"
    _ = translator(language)
    read = {j.place: j for j in read_questionnaire(returned["en"], survey).judgments}
    for place, judgment in read.items():
        sheet, cell = re.fullmatch(r".*: sheet '(.*)', cell C(\d+)", place).groups()  # type: ignore[union-attr]
        names = (survey.node_name(node, language) for node in (judgment.left, judgment.right))
        expected = judgment_sentence(*names, judgment.value, _)
        assert workbook[sheet][f"E{cell}"].value == expected
    open_pair = workbook.worksheets[3]
    assert [open_pair[f"{letter}15"].value for letter in "CE"] == [None, None]


# What stands in the file


def test_lists_offer_exactly_the_17_positions(home: Survey) -> None:
    workbook = load_workbook(io.BytesIO(make(home)))
    cells = list(answer_cells(workbook))
    assert len(cells) == 35
    for cell in cells:
        (choice,) = cell.parent.data_validations.dataValidation
        assert (choice.type, choice.showErrorMessage, choice.allow_blank) == ("list", True, True)
        assert choice.formula1 == f'"{",".join(DROP_DOWN)}"'
        assert cell.coordinate in choice.sqref
    assert list(ENTRIES) == list(SAATY_POSITIONS)
    assert list(ENTRIES.values()) == DROP_DOWN


def test_only_the_answer_cells_can_be_edited(small: Survey, blank: bytes) -> None:
    workbook = load_workbook(io.BytesIO(blank))
    assert [cell.column_letter for cell in answer_cells(workbook)] == ["C"] * 8
    assert all(sheet.protection.sheet for sheet in workbook.worksheets)
    assert not any(sheet.protection.password for sheet in workbook.worksheets)
    assert workbook.security.lockStructure
    assert workbook["_ahp"].sheet_state == "veryHidden"
    assert all(cell.protection.locked for row in workbook["_ahp"].iter_rows() for cell in row)


def test_names_of_sheets_are_legal(small: Survey, blank: bytes) -> None:
    names = load_workbook(io.BytesIO(blank)).sheetnames
    assert names == [
        "Instructions",
        "1 =1+1",
        "2 Cost 5 7 'high' & <low> \"net\"",
        "3 A name that is longer than a",
        "4 同名",
        "_ahp",
    ]
    for name in names:
        assert len(name.encode("utf-16-le")) <= 2 * 31
        assert not re.search(r"[\[\]:*?/\\]|^'|'$", name)


def test_texts_are_never_formulas(blank: bytes, small: Survey) -> None:
    content = make(small, title='=cmd|"/c calc"!A1', expert="=2+3")
    workbook = load_workbook(io.BytesIO(content))
    guide = workbook["Instructions"]
    assert (guide["A1"].data_type, guide["A1"].value) == ("s", '=cmd|"/c calc"!A1')
    assert read_questionnaire(content, small, expert="=2+3").expert == "=2+3"
    for sheet in workbook.worksheets[1:-1]:
        for row in sheet.iter_rows(min_row=5, max_col=4):
            assert all(cell.data_type != "f" for cell in row)


def test_control_characters_in_names_do_no_harm(small: Survey) -> None:
    content = make(small, title="Two\x0blines", expert="王\x07芳\r\n")
    assert read_questionnaire(content, small, expert="王\x07芳\r\n").expert == "王\x07芳\r\n"
    assert read_questionnaire(content, small).expert == "王 芳"
    content = make(small, title="Two\uffffparts", expert="王\ufffe芳")
    assert read_questionnaire(content, small).expert == "王 芳"


def test_cr_is_colored_from_the_limit_on(home: Survey) -> None:
    sheet = load_workbook(io.BytesIO(make(home))).worksheets[1]
    rules = {
        rule.formula[0]: rule.dxf.fill.bgColor.rgb
        for cells in sheet.conditional_formatting
        if str(cells.sqref) == "C3"
        for rule in cells.rules
    }
    assert rules == {
        "AND(ISNUMBER($C$3),$C$3>=0.1)": "00F8CBAD",
        "AND(ISNUMBER($C$3),$C$3<0.1)": "00E2EFDA",
    }


def test_sheets_print_on_landscape_pages(home: Survey) -> None:
    sheet = load_workbook(io.BytesIO(make(home))).worksheets[1]
    setup = sheet.page_setup
    assert (setup.orientation, setup.fitToHeight) == ("landscape", 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_area == "'1 Post-supervision effectivenes'!$A$1:$E$24"
    assert sheet.print_title_rows == "$14:$14"


# Damage

FIRST = "1 =1+1"
"""The sheet of the goal of `small`: items in rows 7 to 9, pairs in rows 13 to 15."""

CHOOSE = "expected an entry of the cell's list, from '← 9' over '1 =' to '9 →'"
UNDO = "undo the change, or ask the organizer for the questionnaire anew"
SAVE = "save the questionnaire again as Excel Workbook (.xlsx), or ask the organizer for it anew"
ROWS = f"rows and names must stay as they were: {UNDO}"
NAME_A = "[Cost]: 5/7 \\ 'high'?* & <low> \"net\""
NAME_B = "A name that is longer than a sheet may be called 🏦🏦"


def put(cell: str, value: object, sheet: str = FIRST) -> Change:
    def change(workbook: Workbook) -> None:
        workbook[sheet][cell] = value

    return change


def hide(cell: str, value: object) -> Change:
    return put(cell, value, "_ahp")


def copy_row(source: int, target: int) -> Change:
    def change(workbook: Workbook) -> None:
        for letter in "ABCDE":
            workbook[FIRST][f"{letter}{target}"] = workbook[FIRST][f"{letter}{source}"].value

    return change


def swap_rows(workbook: Workbook) -> None:
    sheet = workbook[FIRST]
    for letter in "ABCD":
        one, two = sheet[f"{letter}13"], sheet[f"{letter}14"]
        one.value, two.value = two.value, one.value


def put_all(values: dict[str, str | None]) -> Change:
    def change(workbook: Workbook) -> None:
        for cell, value in values.items():
            workbook["_ahp"][cell] = value

    return change


def sheet_cell(cell: str) -> str:
    return f"sheet {FIRST!r}, cell {cell}: "


DAMAGE: dict[str, tuple[Change, str]] = {
    "another kind of workbook": (
        lambda workbook: workbook.remove(workbook["_ahp"]),
        "has no sheet '_ahp' that begins with 'ahp questionnaire', expected a workbook made as a "
        "questionnaire; fill in the file that the organizer sent",
    ),
    "a sheet of that name": (
        hide("A1", "something"),
        "has no sheet '_ahp' that begins with 'ahp questionnaire', expected a workbook made as a "
        "questionnaire; fill in the file that the organizer sent",
    ),
    "a newer format": (
        hide("B1", 2),
        "sheet '_ahp', cell B1: format 2, expected 1; the file was made by a newer version of ahp, "
        "which can read it",
    ),
    "no format": (
        hide("B1", "one"),
        f"sheet '_ahp', cell B1: 'one', expected format 1 beside 'ahp questionnaire'; {UNDO}",
    ),
    "no round": (
        hide("B4", "2"),
        f"sheet '_ahp', cell B4: '2', expected a whole number beside 'round'; {UNDO}",
    ),
    "no study": (
        hide("B2", None),
        f"sheet '_ahp', cell B2: None, expected a text beside 'study'; {UNDO}",
    ),
    "an unknown language": (
        hide("B6", "de"),
        f"sheet '_ahp', cell B6: 'de', expected one of zh, en beside 'language'; {UNDO}",
    ),
    "a lost label": (
        hide("A5", "name"),
        f"sheet '_ahp', cell B5: '王芳', expected a text beside 'expert'; {UNDO}",
    ),
    "a missing sheet": (
        lambda workbook: workbook.remove(workbook["4 同名"]),
        f"sheet '4 同名' is missing, expected it; {UNDO}",
    ),
    "a renamed sheet": (
        lambda workbook: setattr(workbook["4 同名"], "title", "four"),
        f"sheet '4 同名' is missing, expected it; {UNDO}",
    ),
    "the left name overwritten": (
        put("B13", "Costs"),
        f"{sheet_cell('B13')}'Costs', expected {NAME_A!r}; {ROWS}",
    ),
    "the right name emptied": (
        put("D15", None),
        f"{sheet_cell('D15')}None, expected \"'quoted'\"; {ROWS}",
    ),
    "the names exchanged by sorting": (
        swap_rows,
        f"{sheet_cell('D13')}\"'quoted'\", expected {NAME_B!r}; {ROWS}",
    ),
    "a row deleted": (
        lambda workbook: workbook[FIRST].delete_rows(13),
        f"{sheet_cell('D13')}\"'quoted'\", expected {NAME_B!r}; {ROWS}",
    ),
    "the last row deleted": (
        lambda workbook: workbook[FIRST].delete_rows(15),
        f"{sheet_cell('B15')}None, expected {NAME_B!r}; {ROWS}",
    ),
    "a row inserted": (
        lambda workbook: workbook[FIRST].insert_rows(14),
        f"{sheet_cell('B14')}None, expected {NAME_A!r}; {ROWS}",
    ),
    "a row copied over another": (
        copy_row(13, 15),
        f"{sheet_cell('B15')}{NAME_A!r}, expected {NAME_B!r}; {ROWS}",
    ),
    "a merged answer": (
        lambda workbook: workbook[FIRST].merge_cells("C13:C14"),
        f"{sheet_cell('C13')}merged with other cells, expected a cell of its own; {UNDO}",
    ),
    "a number off the scale": (
        put("C13", 10),
        f"{sheet_cell('C13')}10, {CHOOSE}; choose it from the list",
    ),
    "a number between the steps": (
        put("C13", 2.5),
        f"{sheet_cell('C13')}2.5, {CHOOSE}; choose it from the list",
    ),
    "words": (
        put("C14", "很重要"),
        f"{sheet_cell('C14')}'很重要', {CHOOSE}; choose it from the list",
    ),
    "an arrow beyond the scale": (
        put("C14", "← 10"),
        f"{sheet_cell('C14')}'← 10', {CHOOSE}; choose it from the list",
    ),
    "two arrows": (
        put("C14", "← 5 →"),
        f"{sheet_cell('C14')}'← 5 →', {CHOOSE}; choose it from the list",
    ),
    "smaller than": (
        put("C14", "<5"),
        f"{sheet_cell('C14')}'<5', {CHOOSE}; choose it from the list",
    ),
    "true": (
        put("C14", True),
        f"{sheet_cell('C14')}True, {CHOOSE}; choose it from the list",
    ),
    "zero": (
        put("C14", 0),
        f"{sheet_cell('C14')}0, {CHOOSE}; choose it from the list",
    ),
    "a footnote mark": (
        put("C14", "1①"),
        f"{sheet_cell('C14')}'1①' has the footnote mark '①', {CHOOSE}; choose it from the list",
    ),
    "a footnote mark alone": (
        put("C14", "¹"),
        f"{sheet_cell('C14')}'¹' has the footnote mark '¹', {CHOOSE}; choose it from the list",
    ),
    "a number without a side": (
        put("C15", 3),
        f"{sheet_cell('C15')}3 does not say which item is more important, expected '← 3' for the "
        "left or '3 →' for the right one; choose it from the list",
    ),
    "a text without a side": (
        put("C15", "３"),
        f"{sheet_cell('C15')}'３' does not say which item is more important, expected '← 3' for "
        "the left or '3 →' for the right one; choose it from the list",
    ),
    "a fraction without a side": (
        put("C15", "1/7"),
        f"{sheet_cell('C15')}'1/7' does not say which item is more important, expected '← 7' for "
        "the left or '7 →' for the right one; choose it from the list",
    ),
    "a calculated fraction": (
        put("C15", 0.25),
        f"{sheet_cell('C15')}0.25 does not say which item is more important, expected '← 4' for "
        "the left or '4 →' for the right one; choose it from the list",
    ),
    "a formula": (
        put("C13", "=C14"),
        f"{sheet_cell('C13')}formula '=C14', {CHOOSE}; choose it from the list",
    ),
    "an array formula": (
        put("C13", ArrayFormula("C13", "=C14:C14")),
        f"{sheet_cell('C13')}formula '=C14:C14', {CHOOSE}; choose it from the list",
    ),
    "an error value": (
        put("C13", "#REF!"),
        f"{sheet_cell('C13')}error value '#REF!', {CHOOSE}; choose it from the list",
    ),
    "a date": (
        put("C13", datetime.date(2026, 1, 3)),
        f"{sheet_cell('C13')}date or time 2026-01-03 00:00:00, {CHOOSE}; the program made a date "
        "of what was typed, empty the cell and choose from the list",
    ),
    "a time": (
        put("C13", datetime.time(1, 3)),
        f"{sheet_cell('C13')}date or time 01:03:00, {CHOOSE}; the program made a date of what was "
        "typed, empty the cell and choose from the list",
    ),
    "an unknown id": (
        hide("K2", "x"),
        "sheet '_ahp', row 2: ('goal', 'x', 'c'), expected parent, left and right of a comparison "
        f"that is not listed above; {UNDO}",
    ),
    "a pair listed twice": (
        put_all({"K2": "b", "L2": "c", "I2": "C15"}),
        "sheet '_ahp', row 3: ('goal', 'b', 'c'), expected parent, left and right of a comparison "
        f"that is not listed above; {UNDO}",
    ),
    "a pair that is not listed": (
        put_all(dict.fromkeys(("H8", "I8", "J8", "K8", "L8"))),
        f"sheet '_ahp', row 8: the list ends after 7 comparisons, expected 8; {UNDO}",
    ),
    "a place that is no cell": (
        hide("I1", "A0"),
        f"sheet '_ahp', row 1: cell 'A0', expected a cell of its own in column C; {UNDO}",
    ),
    "a place below all rows": (
        hide("I1", "C1048577"),
        f"sheet '_ahp', row 1: cell 'C1048577', expected a cell of its own in column C; {UNDO}",
    ),
    "a place that is taken": (
        hide("I2", "C13"),
        f"sheet '_ahp', row 2: cell 'C13', expected a cell of its own in column C; {UNDO}",
    ),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_workbook_is_refused(small: Survey, blank: bytes, kind: str) -> None:
    change, message = DAMAGE[kind]
    with pytest.raises(AnswersError) as caught:
        read_questionnaire(changed(blank, change), small)
    assert str(caught.value) == f"questionnaire.xlsx: {message}"


def test_another_study_expert_round_or_survey_is_refused(
    home: Survey, small: Survey, blank: bytes
) -> None:
    for options, message in (
        (
            {"study_id": "s2"},
            "was made for another study; use the questionnaire of this study",
        ),
        (
            {"expert": "李强"},
            "expert '王芳', expected '李强'; use the questionnaire of this expert",
        ),
        ({"round_number": 3}, "round 2, expected 3; use the questionnaire of this round"),
    ):
        with pytest.raises(AnswersError) as caught:
            read_questionnaire(blank, small, source="w.xlsx", **options)
        assert str(caught.value) == f"w.xlsx: {message}"
    with pytest.raises(AnswersError) as caught:
        read_questionnaire(blank, home)
    assert str(caught.value) == (
        "questionnaire.xlsx: was made for another survey, or before this one was changed; use the "
        "questionnaire made for this survey as it is now"
    )


def in_sheet(old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    def change(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet2.xml":
            return part
        assert part.count(old) == 1
        return part.replace(old, new)

    return change


NOT_A_WORKBOOK = f"not an .xlsx workbook, or a damaged one, expected a questionnaire; {SAVE}"


def test_what_is_no_workbook_is_refused(small: Survey, blank: bytes) -> None:
    big = rezipped(blank, lambda name, part: part + b" " * (2**23 if "theme" in name else 0))
    with zipfile.ZipFile(io.BytesIO(big)) as archive:
        size = sum(info.file_size for info in archive.infolist())
    sheets = load_workbook(io.BytesIO(blank)).worksheets
    merged_cells = [cells for sheet in sheets for cells in sheet.merged_cells]
    covered = 8 + sum(math.prod(cells.size.values()) for cells in merged_cells)  # with 8 links
    spread = (
        f"merged cells and links over {2**34 + covered - 5} cells, expected at most 100000; {SAVE}"
    )
    merged = in_sheet(b'<mergeCell ref="A1:E1"', b"<mergeCell\n ref = 'A1:XFD1048576'")
    entity = b'<!DOCTYPE worksheet [<!ENTITY e "e">]><worksheet '
    doctype = f"has a document type, expected none in a workbook; {SAVE}"
    for content, message in (
        (b"", NOT_A_WORKBOOK),
        (b"expert,parent,left,right,value\n", NOT_A_WORKBOOK),
        (blank[: len(blank) // 2], NOT_A_WORKBOOK),
        (blank[:-1], NOT_A_WORKBOOK),
        (blank[:5000] + bytes(20) + blank[5020:], NOT_A_WORKBOOK),
        (rezipped(blank, lambda name, part: part[: len(part) // 2]), NOT_A_WORKBOOK),
        (rezipped(blank, in_sheet(b"</worksheet>", b"</sheet>")), NOT_A_WORKBOOK),
        (
            bytes.fromhex("D0CF11E0A1B11AE1") + bytes(512),
            "an old .xls workbook, or one with a password, expected an .xlsx workbook; save it "
            "without a password as Excel Workbook (.xlsx)",
        ),
        (big, f"{size} bytes when unpacked, expected at most 8388608; {SAVE}"),
        (rezipped(blank, merged), spread),
        (rezipped(blank, in_sheet(b"<worksheet ", entity)), doctype),
        (
            rezipped(blank, in_sheet(b"<worksheet ", entity.decode().encode("utf-16-le"))),
            doctype,
        ),
    ):
        with pytest.raises(AnswersError) as caught:
            read_questionnaire(content, small)
        assert str(caught.value) == f"questionnaire.xlsx: {message}"


def test_excels_own_extensions_do_not_warn(small: Survey, blank: bytes) -> None:
    extension = b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" /></extLst></worksheet>'
    content = rezipped(blank, in_sheet(b"</worksheet>", extension))
    assert len(read_questionnaire(content, small).unanswered) == 8


def test_a_survey_without_explanations_is_asked_and_read_back() -> None:
    survey = Survey.from_names({"Goal": ["A", "B", "C"]}, language="en")
    content = make(survey)
    workbook = load_workbook(io.BytesIO(content))
    assert workbook["1 Goal"]["B6"].value == "Item"
    assert not workbook["1 Goal"]["C6"].value
    found = read_questionnaire(
        filled(content, ["3", "5", "1/3"]), survey, study_id="s1", expert="王芳", round_number=2
    )
    assert list(answers_of(found).values()) == ["3", "5", "1/3"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_filled_in_is_what_openpyxl_writes(
    small: Survey, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"title": 'A & B <"项目"> {title} ' * 20, "expert": "王芳 O'Neil", "study_id": "s<1>"}
    quick = make(small, language=language, **told)
    for module in (cells, questionnaire_writer):  # whose borders are openpyxl's own, too
        monkeypatch.setattr(module, "merge", Worksheet.merge_cells)
    blocks = questionnaire_writer._blocks(small, language, ())
    name = translator(language)("Questionnaire for {name} · round {number}")
    who = name.format(name=told["expert"], number=2)
    whose = (told["title"], who, told["expert"], told["study_id"], 2)
    slow = questionnaire_writer._written(small, language, blocks, whose)
    times = re.compile(r"<dcterms:(created|modified)[^>]*>[^<]*")
    parts = []
    for content in (quick, slow):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            made = {name: archive.read(name).decode() for name in archive.namelist()}
        parts.append({name: times.sub("", part) for name, part in made.items()})
    assert parts[0] == parts[1]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_answers_stand_where_they_can_be_changed(small: Survey, language: str) -> None:
    pairs = small.hierarchy.comparisons
    given = dict(zip(pairs, itertools.cycle(SAATY_POSITIONS), strict=False))
    plain, answered = (
        load_workbook(io.BytesIO(make(small, language=language, answers=answers)))
        for answers in (None, given)
    )
    for empty, cell in zip(answer_cells(plain), answer_cells(answered), strict=True):
        assert (empty.value, empty.style, empty.coordinate) == (None, "answer", cell.coordinate)
        assert (cell.style, cell.data_type) == ("answer", "s")
    assert [cell.value for cell in answer_cells(answered)] == [
        ENTRIES[given[pair]] for pair in pairs
    ]


def test_ranges_look_alike_if_both_corners_do() -> None:
    alike = []
    for merge in (cells.merge, Worksheet.merge_cells):
        workbook = Workbook()
        cells.add_looks(workbook, "Arial")
        sheet = workbook.worksheets[0]
        for row, (first, last) in enumerate(
            itertools.product(("cell", "note", "answer"), repeat=2), 1
        ):
            cells.put(sheet, f"A{row}", "x", first)
            cells.dress(sheet[f"D{row}"], last)
            merge(sheet, f"A{row}:D{row}")
        cells.put(sheet, "F1", "x", "cell")
        merge(sheet, "F1:H4")
        merge(sheet, "J1:L4")
        with zipfile.ZipFile(io.BytesIO(saved(workbook))) as archive:
            alike.append(
                [archive.read(f"xl/{name}.xml") for name in ("worksheets/sheet1", "styles")]
            )
    assert alike[0] == alike[1]


def test_a_number_in_a_text_stays(small: Survey) -> None:
    """Whatever stands in a questionnaire of nobody for the round."""
    phone = f"Call {questionnaire_writer._ROUND}"
    survey = replace(small, description={"en": phone})
    guide = load_workbook(io.BytesIO(make(survey, language="en"))).worksheets[0]
    assert guide["A3"].value == phone
