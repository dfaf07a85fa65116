"""Numbers of a report read back from its file and computed again."""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from lxml import html as parsed_html
from openpyxl import Workbook, load_workbook
from openpyxl.workbook.defined_name import DefinedName

import ahp
from ahp.cli import main
from ahp.errors import OptionError, ReportError
from ahp.evaluation import shipped_schemes
from ahp.exchange import report_reading
from ahp.exchange.evaluation_export import export_evaluation
from ahp.exchange.report_export import WRITERS, export_report
from ahp.exchange.report_reading import read_cells, read_report
from ahp.exchange.reproduction import (
    REPORTS,
    Reproduction,
    compare,
    compare_report,
    compare_texts,
    formula_parts,
    reproduce,
)
from ahp.exchange.study_calculation import calculation_workbook
from ahp.exchange.study_export import export_study
from ahp.messages import Phrase
from ahp.process.events import LogState
from ahp.process.itinerary import Replies
from ahp.process.study_evidence import evidence_from_files, gather_evidence
from ahp.report.document import (
    Block,
    Document,
    Figure,
    Paragraph,
    Reference,
    Section,
    TableBlock,
    bookmark,
    number,
)
from ahp.report.document_texts import Text, document_texts, table_texts
from ahp.report.docx_file import docx_bytes
from ahp.report.html_file import anchor, html_bytes
from ahp.report.manifest import (
    LogPosition,
    Manifest,
    build_manifest,
    manifest_bytes,
    read_manifest,
    report_file,
    settings_of,
    sha256,
)
from ahp.report.result_document import result_document
from ahp.report.study_report import study_report
from ahp.report.table import Table, show_cell
from ahp.report.workbook import document_xlsx
from ahp.resources import data_folder
from ahp.study.answers import answers_from_table, read_answers
from ahp.study.standing import Standing
from ahp.study.survey import shipped_surveys
from tests.exchange.conftest import Recalculate, rezipped, saved
from tests.frugal import frugal_refusal
from tests.report.sample_document import sample

EXAMPLES = data_folder("examples")
ANSWERS = (EXAMPLES / "supervision_demo" / "answers.csv").read_bytes()
SURVEY = shipped_surveys()["supervision_effectiveness"].read_bytes()
FORMS = ("docx", "html", "xlsx")
ANALYSIS = ahp.analyze(
    ahp.load_survey("supervision_effectiveness"),
    answers_from_table(ANSWERS, "answers.csv"),
    method="geometric_mean",
    expert_weights={f"E{k}": float(k) for k in range(1, 8)},
    recused=(("E1", "setup"),),
    invited=9,
)


CALCULATION = calculation_workbook(
    ANALYSIS, language="zh", codes={name: name for name in ANALYSIS.panel.experts}
)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with reports in all forms, their manifest and what they were computed from."""
    folder = tmp_path_factory.mktemp("export")
    inputs = {"survey": ("survey.toml", SURVEY), "answers": ("answers.csv", ANSWERS)}
    document = result_document(ANALYSIS, "zh")
    files = export_report(
        document,
        report="result",
        inputs=inputs,
        settings=settings_of(ANALYSIS),
        further={"calculation.xlsx": CALCULATION, "notices.zip": b"PK"},
    )
    page = result_document(ANALYSIS, "en")  # the manifest may have reports in both languages
    files["report.html"] = html_bytes(page)
    manifest = read_manifest(files["manifest.json"], "manifest.json")
    entries = {one.name: one for one in manifest.reports}
    entries["report.html"] = report_file("report.html", files["report.html"], page, report="result")
    changed = replace(manifest, reports=tuple(entries.values()))
    files["manifest.json"] = manifest_bytes(changed)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def manifest_of(folder: Path) -> Manifest:
    return read_manifest((folder / "manifest.json").read_bytes(), "manifest.json")


def outcome(folder: Path, form: str, path: Path, *, hashes: bool = True) -> Reproduction:
    name = f"report.{form}"
    (result,) = reproduce(manifest_of(folder), folder, {name: path}, hashes=hashes)
    return result


@pytest.mark.parametrize("form", FORMS)
def test_a_report_reproduces(form: str, exported: Path) -> None:
    result = outcome(exported, form, exported / f"report.{form}")
    assert result.differences == ()
    tables = result_document(ANALYSIS, "en").tables()
    assert list(tables)[:4] == ["ranking", "hierarchy", "consistency", "total"]
    assert [table.key for table in result.report.tables] == list(tables)
    count = sum(
        isinstance(cell, int | float) and not isinstance(cell, bool)
        for table in tables.values()
        for row in table.rows
        for cell in row
    )
    assert (result.numbers, len(tables)) == (count, 10)
    assert count > 250


def another_digit(text: str, dice: random.Random, most: int = 99) -> str:
    """A text with one of its first digits changed."""
    places = [match.start() for match in re.finditer(r"\d", text)][:most]
    place = dice.choice(places)
    digit = dice.choice([digit for digit in "123456789" if digit != text[place]])
    return text[:place] + digit + text[place + 1 :]


WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def change_word(content: bytes, mark: str, row: int, column: int, dice: random.Random) -> bytes:
    file = docx.Document(io.BytesIO(content))
    (start,) = [
        one
        for one in file.element.body.iter(f"{WORD}bookmarkStart")
        if one.get(f"{WORD}name") == mark
    ]
    table = next(start.getparent().itersiblings(f"{WORD}tbl"))
    cell = list(list(table.iterchildren(f"{WORD}tr"))[row + 1].iterchildren(f"{WORD}tc"))[column]
    text = next(cell.iter(f"{WORD}t"))
    text.text = another_digit(text.text, dice)
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()


def change_page(content: bytes, mark: str, row: int, column: int, dice: random.Random) -> bytes:
    page = parsed_html.fromstring(content.decode())
    cell = page.get_element_by_id(mark).xpath(".//tbody/tr")[row][column]
    cell.text = another_digit(cell.text, dice)
    changed: bytes = parsed_html.tostring(page, encoding="utf-8")
    return changed


def change_workbook(content: bytes, mark: str, row: int, column: int, dice: random.Random) -> bytes:
    book = load_workbook(io.BytesIO(content))
    ((title, _place),) = book.defined_names[mark].destinations
    cell = book[title].cell(row + 4, column + 1)
    old = cell.value
    text = another_digit(repr(old), dice, 8) if not isinstance(old, str) else ""
    cell.value = another_digit(old, dice) if isinstance(old, str) else type(old)(text)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


CHANGES = {"docx": change_word, "html": change_page, "xlsx": change_workbook}


def changed_places(form: str, exported: Path, count: int, folder: Path) -> int:
    """Change one digit at a time at random places; how many were named at their place, alone."""
    dice = random.Random(f"{form}{count}")
    content = (exported / f"report.{form}").read_bytes()
    tables = result_document(ANALYSIS, "en" if form == "html" else "zh").tables()
    places = [
        (key, row, column)
        for key, table in tables.items()
        for row, cells in enumerate(table.rows)
        for column, cell in enumerate(cells)
        if re.search(r"[1-9]", show_cell(table, column, cell))
    ]
    named = 0
    for key, row, column in dice.sample(places, count):
        table = tables[key]
        mark = (anchor if form == "html" else bookmark)("table", key)
        changed = CHANGES[form](content, mark, row, column, dice)
        path = folder / f"changed.{form}"
        path.write_bytes(changed)
        (difference,) = outcome(exported, form, path, hashes=False).differences
        assert difference.problem.code == "cell_differs"
        said = difference.problem.parameters
        assert said["table"] == table.title
        assert said["row"].split()[0] == str(row + 1)
        assert said["column"] == table.columns[column]
        assert said["expected"] == show_cell(table, column, table.rows[row][column])
        assert said["printed"] != said["expected"]
        named += 1
    return named


@pytest.mark.parametrize(("form", "count"), [("docx", 4), ("html", 5), ("xlsx", 4)])
def test_changed_digits_are_named(form: str, count: int, exported: Path, tmp_path: Path) -> None:
    assert changed_places(form, exported, count, tmp_path) == count


@pytest.mark.slow
@pytest.mark.parametrize(("form", "count"), [("docx", 30), ("html", 30), ("xlsx", 25)])
def test_85_changed_digits_in_tables_are_named(
    form: str, count: int, exported: Path, tmp_path: Path
) -> None:
    assert changed_places(form, exported, count, tmp_path) == count


def without_figures(document: Document) -> Document:
    """The same without pictures, which take long to draw, and references to them."""
    numbers = number(document)

    def about_figures(text: str) -> bool:
        parts = numbers.parts(text)
        return any(isinstance(one, Reference) and one.kind == "figure" for one in parts)

    def kept(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        return tuple(
            replace(one, blocks=kept(one.blocks)) if isinstance(one, Section) else one
            for one in blocks
            if not isinstance(one, Figure)
            and not (isinstance(one, Paragraph) and about_figures(one.text))
        )

    return replace(document, blocks=kept(document.blocks))


@pytest.fixture(scope="module")
def study() -> Document:
    """The whole report of a small study: lines below matrices, notes, sentences, facts."""
    folder = EXAMPLES / "dong_2010"
    evidence = evidence_from_files(folder / "survey.toml", folder / "answers.csv", draws=20)
    return without_figures(study_report(evidence, "en"))


def digits_in_word(content: bytes) -> tuple[Any, list[Any]]:
    """A DOCX file, and the elements of its texts outside tables, headings and contents."""
    file = docx.Document(io.BytesIO(content))
    facts = [cell for table in file.tables if table.style.name == "Facts" for cell in table._cells]
    own = [*file.paragraphs, *(one for cell in facts for one in cell.paragraphs)]
    runs = [
        run._r
        for one in own
        if not re.match("heading|toc|annex|unnumbered", one.style.name.replace(" ", ""), re.I)
        for run in one.runs
        if re.search(r"\d", run.text)
    ]
    return file, runs


def change_word_text(content: bytes, dice: random.Random) -> tuple[bytes, str]:
    file, runs = digits_in_word(content)
    text = dice.choice(runs).find(f"{WORD}t")
    text.text = another_digit(text.text, dice)
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue(), text.text


def change_page_text(content: bytes, dice: random.Random) -> tuple[bytes, str]:
    page = parsed_html.fromstring(content.decode())
    path = (
        "//*[self::p or self::li[not(ancestor::nav)] or self::dt or self::dd or self::span]"
        "/text()[not(ancestor::b)]"
    )
    words = dice.choice([one for one in page.xpath(path) if re.search(r"\d", one)])
    changed = another_digit(words, dice)
    if words.is_tail:
        words.getparent().tail = changed
    else:
        words.getparent().text = changed
    written: bytes = parsed_html.tostring(page, encoding="utf-8")
    return written, changed


def change_workbook_text(content: bytes, dice: random.Random) -> tuple[bytes, str]:
    book = load_workbook(io.BytesIO(content))
    cells = [
        sheet.cell(row, 1)
        for sheet in book.worksheets
        for row in (1, 2)
        if re.search(r"\d", str(sheet.cell(row, 1).value))
    ]
    cell = dice.choice(cells)
    cell.value = another_digit(cell.value, dice)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue(), cell.value


CHANGES_OF_TEXTS = {
    "docx": change_word_text, "html": change_page_text, "xlsx": change_workbook_text
}  # fmt: skip


def changed_texts(form: str, study: Document, count: int) -> None:
    """Change a digit in a text at a time; each is named with its section, alone."""
    dice = random.Random(f"{form}{count}")
    name, write = WRITERS[form]
    content = write(study, None)
    report = report_file(name, content, study, report="study")
    _numbers, texts, differences = compare_report(report, content, study)
    assert (texts > 4, differences) == (True, [])
    expected = {(one.section, one.words) for one in (*document_texts(study), *table_texts(study))}
    for _k in range(count):
        changed, words = CHANGES_OF_TEXTS[form](content, dice)
        assert changed != content
        (difference,) = compare_report(report, changed, study)[2]
        assert difference.problem.code == "number_differs", difference
        said = difference.problem.parameters
        assert said["printed"] in words
        assert said["printed"] != said["expected"]
        start = said["text"].removesuffix("…")
        assert said["section"] in {where for where, text in expected if text.startswith(start)}


@pytest.mark.parametrize(("form", "count"), [("docx", 3), ("html", 5), ("xlsx", 3)])
def test_changed_digits_in_texts_are_named(form: str, count: int, study: Document) -> None:
    changed_texts(form, study, count)


@pytest.mark.slow
@pytest.mark.parametrize(("form", "count"), [("docx", 30), ("html", 35), ("xlsx", 10)])
def test_75_changed_digits_in_texts_are_named(form: str, count: int, study: Document) -> None:
    changed_texts(form, study, count)


def test_texts_that_are_missing_or_more() -> None:
    texts = [Text("Result", "x1 leads with 49.8 %."), Text("Result", "CR = 0.05: acceptable")]
    given = ["CR = 0.05: acceptable", "And 3 more."]
    assert [str(one) for one in compare_texts(texts, given)] == [
        "section 'Result': recomputed, and not in the file: 'x1 leads with 49.8 %.'",
        "text 'And 3 more.': printed, and not recomputed",
    ]
    assert [str(one) for one in compare_texts(texts, ["x1 leads with 49.9 %.", given[0]])] == [
        "section 'Result', text 'x1 leads with 49.8 %.': printed '49.9', recomputed '49.8'"
    ]


def changed_cells(count: int, folder: Path) -> None:
    """Change a digit of the workbook of formulas at a time: judgments, weights, formulas, texts."""
    dice = random.Random(count)
    content = (EXAMPLES / "dong_2010" / "calculation.xlsx").read_bytes()
    kinds: dict[str, list[tuple[str, str]]] = {"number": [], "formula": [], "text": []}
    for place, one in read_cells(content, "calculation.xlsx").items():
        if re.search(r"\d", str(one)):
            words = "formula" if str(one).startswith("=") else "text"
            kinds[words if isinstance(one, str) else "number"].append(place)
    for k in range(count):
        sheet, cell = dice.choice(list(kinds.values())[k % 3])
        book = load_workbook(io.BytesIO(content))
        held = book[sheet][cell].value
        text = another_digit(str(held), dice, 8)
        book[sheet][cell].value = text if isinstance(held, str) else type(held)(text)
        path = folder / "calculation.xlsx"
        book.save(path)
        manifest = manifest_of(EXAMPLES / "dong_2010")
        (result,) = reproduce(manifest, EXAMPLES / "dong_2010", {path.name: path}, hashes=False)
        (difference,) = result.differences
        assert difference.problem == Phrase(
            "workbook_differs", sheet=sheet, cell=cell, printed=text, expected=str(held)
        )


def test_changed_digits_in_the_workbook_of_formulas_are_named(tmp_path: Path) -> None:
    path = EXAMPLES / "dong_2010" / "calculation.xlsx"
    (result,) = reproduce(manifest_of(path.parent), path.parent, {path.name: path})
    assert (result.differences, result.numbers) == ((), 0)
    assert result.cells == 518
    changed_cells(3, tmp_path)


@pytest.mark.slow
def test_40_changed_digits_in_the_workbook_of_formulas_are_named(tmp_path: Path) -> None:
    changed_cells(40, tmp_path)


def test_the_example_in_the_docs_is_what_is_said() -> None:
    folder = EXAMPLES / "dong_2010"
    document = study_report(
        evidence_from_files(folder / "survey.toml", folder / "answers.csv", draws=0), "en"
    )
    (text,) = [one for one in document_texts(document) if "λmax = 4.0546" in one.words]
    (problem,) = compare_texts([text], [text.words.replace("4.0546", "4.0564")])
    said = f"    report.html: {problem}\n"
    assert said in (EXAMPLES.parent / "docs" / "reproduction.md").read_text(encoding="utf-8")


FORMULA = "=IF(SUM('Sorting'!$A$4:B7)<=1e-09, 'It''s 2'!A1&\" 'No'! 1.0\", 0.50)"


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("=IF(SUM(Sorting!$A$4:B7)<=0.000000001,'It''s 2'!A1&\" 'No'! 1.0\",0.5)", True),
        ("=IF( SUM('Sorting'!$A$4:B7) <= 1E-9,'It''s 2'!A1&\" 'No'! 1.0\",0.5)", True),
        ("=IF(SUM(Sorting!$A$4:B8)<=0.000000001,'It''s 2'!A1&\" 'No'! 1.0\",0.5)", False),
        ("=IF(SUM(Sorting!$A$4:B7)<=0.000000002,'It''s 2'!A1&\" 'No'! 1.0\",0.5)", False),
        ("=IF(SUM(Sorting!$A$4:B7)<0.000000001,'It''s 2'!A1&\" 'No'! 1.0\",0.5)", False),
        ("=IF(SUM(Sorting!$A$4:B7)<=0.000000001,'It''s 2'!A1&\" 'No'!  1.0\",0.5)", False),
        ("=IF(SUM(Sorting!$A$4:B7)<=0.000000001,'It''s 3'!A1&\" 'No'! 1.0\",0.5)", False),
        ("=IF(SUM(Sorting!$A$4:B7)<=0.000000001,'It''s 2'!A1&\" 'No'! 1.0\",0.5", False),
        ("=)", False),
    ],
)
def test_formulas_are_the_same_however_they_are_spelled(other: str, same: bool) -> None:
    assert (formula_parts(other) == formula_parts(FORMULA)) is same


@pytest.mark.slow
def test_the_workbook_of_formulas_saved_by_libreoffice_reproduces(
    recalculate: Recalculate, tmp_path: Path
) -> None:
    folder = EXAMPLES / "dong_2010"
    path = tmp_path / "calculation.xlsx"
    path.write_bytes(recalculate({"c": (folder / path.name).read_bytes()})["c"])
    again = read_cells(path.read_bytes(), path.name)
    own = read_cells((folder / "calculation.xlsx").read_bytes(), path.name)
    assert again.keys() == own.keys()
    assert sum(again[place] != own[place] for place in own) > 20  # formulas in another spelling
    (result,) = reproduce(manifest_of(folder), folder, {path.name: path}, hashes=False)
    assert (result.differences, result.cells) == ((), 518)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("title", [".5 rule", ". 5 rule", "5 rule"])
def test_titles_keep_their_first_characters(title: str, language: str) -> None:
    table = Table(title, ("Item", "Rank"), (("tea", 1),), language)
    document = Document("Report", "", language, (), (TableBlock(table, "ranks"),))
    for form in ("docx", "html"):
        _name, write = WRITERS[form]
        read = read_report(write(document, None), form, [], "report")
        assert title in read.texts, form


def test_the_same_content_gives_the_same_workbook() -> None:
    document = result_document(ANALYSIS, "en")
    names = {name: name for name in ANALYSIS.panel.experts}
    workbooks = document_xlsx(document), CALCULATION
    assert workbooks == (
        document_xlsx(document), calculation_workbook(ANALYSIS, language="zh", codes=names)
    )  # fmt: skip
    for content in workbooks:
        properties = load_workbook(io.BytesIO(content)).properties
        assert properties.creator == "ahp"
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            assert not re.search(rb"<dcterms:(created|modified)", parts.read("docProps/core.xml"))
            assert {one.date_time for one in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_table_in_parts(tmp_path: Path) -> None:
    document = sample("en", figures=False)
    tables = document.tables()
    marks = {bookmark("table", key): table for key, table in tables.items()}
    content = docx_bytes(document)
    printed = read_report(content, "docx", marks, "report.docx").tables
    assert len(printed[bookmark("table", "matrix:large")]) > 1
    assert [list(compare(table, printed[mark])) for mark, table in marks.items()] == [[]] * 5
    large = tables["matrix:large"]
    rows = [list(row) for row in large.rows]
    rows[2][24] = 0.25
    changed = replace(large, rows=tuple(map(tuple, rows)))
    (problem,) = compare(changed, printed[bookmark("table", "matrix:large")])
    assert str(problem) == (
        "table 'Judgments', row 3 (Capability of indicator 3), column 'Capability of indicator "
        "24': printed '22.0000', recomputed '1/4'"
    )


TABLE = Table("Ranks", ("Item", "Rank"), (("tea", 1), ("milk", 2)), "en")


@pytest.mark.parametrize(
    ("printed", "sentence"),
    [
        (
            replace(TABLE, columns=("Item", "Range")),
            "table 'Ranks', heading of column 2: printed 'Range', recomputed 'Rank'",
        ),
        (replace(TABLE, rows=TABLE.rows[:1]), "table 'Ranks': 1 rows, recomputed 2"),
        (
            replace(TABLE, columns=("Item",), rows=(("tea",), ("milk",))),
            "table 'Ranks': 1 columns, recomputed 2",
        ),
        (
            replace(TABLE, rows=(("tea", 1), ("cocoa", 2))),
            "table 'Ranks', row 2 (milk), column 'Item': printed 'cocoa', recomputed 'milk'",
        ),
    ],
)
def test_what_else_differs(printed: Table, sentence: str) -> None:
    document = Document("Report", "", "en", (), (TableBlock(printed, "ranks"),))
    for form in FORMS:
        mark = "table-ranks" if form == "html" else "table_ranks"
        _name, write = WRITERS[form]
        parts = read_report(write(document, None), form, [mark], "report").tables[mark]
        assert [str(problem) for problem in compare(TABLE, parts)] == [sentence]


def test_empty_rows_of_a_table_are_one() -> None:
    """Up to a cell in a row that no spreadsheet has."""
    book = Workbook()
    for cell, value in (
        ("A3", "Item"),
        ("B3", "Weight"),
        ("A4", "milk"),
        ("B9", 0.5),
        ("A7", ""),
        ("A10", "tea"),
    ):
        book.worksheets[0][cell] = value
    book.worksheets[0]["C5"] = book.worksheets[0]["A99"] = "x"
    book.defined_names["table_ranks"] = DefinedName("table_ranks", attr_text="Sheet!$A$1")
    stream = io.BytesIO()
    book.save(stream)
    content = rezipped(stream.getvalue(), lambda _, part: part.replace(b'"A99"', b'"A%d"' % 10**18))
    (part,) = read_report(content, "xlsx", ["table_ranks"], "r.xlsx").tables["table_ranks"]
    blank = (None, None)
    assert part.headings == ("Item", "Weight")
    rows = (("milk", None), blank, (None, 0.5), ("tea", None), blank, ("x", None))
    assert part.rows == rows


def test_a_cell_too_many_and_an_apostrophe() -> None:
    table = Table("Ranks", ("Item", "Rank"), (("'tea'", 1), ("=milk", 2)), "en")
    document = Document("Report", "", "en", (), (TableBlock(table, "ranks"),))
    for form in FORMS:
        mark = "table-ranks" if form == "html" else "table_ranks"
        _name, write = WRITERS[form]
        (part,) = read_report(write(document, None), form, [mark], "report").tables[mark]
        assert list(compare(table, (part,))) == []
        longer = replace(part, rows=(part.rows[0], (*part.rows[1], "7")))
        assert [str(one) for one in compare(table, (longer,))] == [
            "table 'Ranks', row 2: 3 cells printed, 2 recomputed"
        ]
        other = replace(part, rows=(("tea'", 1), part.rows[1]))
        (problem,) = compare(table, (other,))
        assert (problem.code, problem.parameters["printed"]) == ("cell_differs", "tea'")
        assert problem.parameters["expected"] == "'tea'"


def test_two_files_of_one_name() -> None:
    with pytest.raises(ReportError) as twice:
        export_report(
            result_document(ANALYSIS, "en"),
            report="result",
            inputs={},
            settings={},
            forms=["xlsx"],
            further={"report.xlsx": b""},
        )
    assert str(twice.value) == "file 'report.xlsx' comes twice in the manifest, expected once"


def test_tables_that_are_missing(exported: Path) -> None:
    manifest = manifest_of(exported)
    report = manifest.report("report.xlsx")
    ranking, weights, *others = report.tables
    other = replace(ranking, key="none", mark="table_none", title="Nothing")
    unmarked = replace(weights, mark="table_elsewhere")
    listed = replace(report, tables=(other, unmarked, *others))
    changed = replace(manifest, reports=(listed,))
    files = {"report.xlsx": exported / "report.xlsx"}
    (result,) = reproduce(changed, exported, files)
    assert [str(one.problem) for one in result.differences] == [
        "table 'Nothing': printed, and not among those that are recomputed",
        f"table '{weights.title}': not found in the file",
        f"table '{ranking.title}': recomputed, and not in the manifest",
    ]


def test_other_bytes(exported: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    content = (exported / "report.html").read_bytes() + b"<!-- -->"
    path.write_bytes(content)
    (difference,) = outcome(exported, "html", path).differences
    expected = manifest_of(exported).report("report.html").sha256
    assert difference.file == "report.html"
    assert difference.problem == Phrase("file_changed", hash=sha256(content), expected=expected)
    assert outcome(exported, "html", path, hashes=False).reproduced


def test_other_answers(exported: Path, tmp_path: Path) -> None:
    for path in exported.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    text = ANSWERS.decode().replace("1/3", "1/4", 1)
    (tmp_path / "answers.csv").write_text(text, encoding="utf-8")
    result = outcome(tmp_path, "html", tmp_path / "report.html")
    first, *others = result.differences
    assert (first.file, first.problem.code) == ("answers.csv", "file_changed")
    assert {one.problem.code for one in others} == {"cell_differs"}


def test_the_report_of_a_small_study_reproduces(tmp_path: Path) -> None:
    folder = EXAMPLES / "dong_2010"
    survey, answers = (folder / name for name in ("survey.toml", "answers.csv"))
    files = export_study(
        evidence_from_files(survey, answers, draws=20), read_answers(answers), "zh", forms=["html"]
    )
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    report = tmp_path / "report.html"
    (result,) = reproduce(manifest_of(tmp_path), tmp_path, {report.name: report})
    assert result.differences == ()
    assert result.numbers > 300


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_of_a_study_reproduces(language: str, tmp_path: Path) -> None:
    """Every table of it, those that people filled in words as well."""
    evidence = gather_evidence(
        ANALYSIS,
        earlier=[replace(ANALYSIS, round=1)],
        organizations={f"E{k}": "North" if k < 4 else "South" for k in range(1, 8)},
        standings={"E2": Standing(weight=2, reason="head of department")},
        remarks={
            "E3": Replies(
                comments={("setup", "positioning", "management_model"): "Depends."},
                abstained=frozenset({("learning", "training", "self_study")}),
                kept={"operation": "I mean it."},
            )
        },
        reasons={("E4", *ANALYSIS.survey.hierarchy.comparisons[0]): "Seen in practice."},
        consenting=ANALYSIS.panel.experts,
        draws=30,
        log=LogState(events=12, head_hash="ab" * 32),
    )
    files = export_study(
        evidence,
        answers_from_table(ANSWERS, "answers.csv"),
        language,
        earlier_answers=[answers_from_table(ANSWERS, "answers.csv")],
    )
    assert list(files) == [
        *(f"report.{form}" for form in FORMS),
        *("calculation.xlsx", "references.bib", "survey.toml", "answers_1.csv", "answers.csv"),
        "manifest.json",
    ]
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    manifest = manifest_of(tmp_path)
    assert manifest.log == LogPosition(events=12, head="ab" * 32)
    keys = [table.key for table in manifest.report("report.docx").tables]
    assert {"ranking", "experts", "remarks", "reasons", "organizations", "intervals"} <= set(keys)
    results = reproduce(manifest, tmp_path, {f"report.{form}": tmp_path / f"report.{form}"
                                             for form in FORMS})  # fmt: skip
    assert [result.differences for result in results] == [()] * 3
    assert [len(result.report.tables) for result in results] == [len(keys)] * 3
    assert results[0].numbers == results[1].numbers == results[2].numbers > 2000


@pytest.mark.parametrize(
    ("period", "language", "forms"),
    [
        ("2026Q2", "zh", ("html",)),
        pytest.param("2026Q2", "en", FORMS, marks=pytest.mark.slow),
        pytest.param("2026", "en", FORMS, marks=pytest.mark.slow),
    ],
)
def test_the_report_on_an_evaluation_reproduces(
    period: str, language: str, forms: tuple[str, ...], tmp_path: Path
) -> None:
    scheme = tmp_path / "scheme.toml"
    scheme.write_bytes(shipped_schemes()["supervision_effectiveness"].read_bytes())
    observed = tmp_path / "supervision_effectiveness.csv"
    observed.write_bytes((EXAMPLES / "evaluation" / observed.name).read_bytes())
    certainty = {"seed": 1, "draws": 50} if period == "2026Q2" else None
    files = export_evaluation(
        scheme, observed, period, language=language, certainty=certainty, forms=forms
    )
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    names = [f"report.{form}" for form in forms]
    assert list(files) == [*names, "scheme.toml", observed.name, "manifest.json"]
    results = reproduce(manifest_of(tmp_path), tmp_path, {name: tmp_path / name for name in names})
    assert [result.differences for result in results] == [()] * len(forms)
    assert all(result.numbers == results[0].numbers > 300 for result in results)


def test_the_manifest_is_read_back() -> None:
    document = result_document(ANALYSIS, "en")
    reports = [report_file("report.pdf", b"%PDF", document, report="result")]
    log = LogPosition(events=7, head="ab" * 32)
    manifest = build_manifest(
        "Demo", reports, {"survey": ("survey.toml", SURVEY)}, settings_of(ANALYSIS), log=log
    )
    content = manifest_bytes(manifest)
    assert read_manifest(content, "manifest.json") == manifest
    assert manifest.reports[0].tables == ()
    assert json.loads(content)["settings"]["recused"] == [["E1", "setup"]]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": 2}, "m.json: format 2, expected 1: written by a newer version of ahp"),
        (
            {"inputs": {"survey": {"name": "../survey.toml", "sha256": ""}}},
            "m.json: inputs.survey.name: '../survey.toml' is no name of a file beside the "
            "manifest, expected one without folders",
        ),
        (
            {"inputs": {"survey": {"name": "report.docx", "sha256": ""}}},
            "m.json: file 'report.docx' comes twice in the manifest, expected once",
        ),
    ],
)
def test_manifests_that_are_refused(change: dict[str, Any], sentence: str, exported: Path) -> None:
    data = json.loads((exported / "manifest.json").read_bytes()) | change
    with pytest.raises(ReportError) as refused:
        read_manifest(json.dumps(data).encode(), "m.json")
    assert str(refused.value) == sentence


def test_reports_that_are_refused(exported: Path, tmp_path: Path) -> None:
    manifest = manifest_of(exported)
    with pytest.raises(ReportError) as unknown:
        reproduce(manifest, exported, {"other.docx": exported / "report.docx"})
    assert str(unknown.value) == (
        "report 'other.docx' is not in the manifest, expected one of: report.docx, report.html, "
        "report.xlsx, calculation.xlsx, notices.zip"
    )
    with pytest.raises(ReportError) as tableless:
        reproduce(manifest, exported, {"notices.zip": exported / "notices.zip"})
    assert str(tableless.value) == (
        "notices.zip: has no tables that can be read back, expected a file of: docx, html, xlsx"
    )
    with pytest.raises(OptionError) as form:
        export_report(
            result_document(ANALYSIS, "en"), report="result", inputs={}, settings={}, forms=["odt"]
        )
    assert str(form.value) == "form = 'odt', expected one of 'docx', 'html', 'pdf', 'xlsx', 'latex'"
    report = manifest.report("report.docx")
    files = {"report.docx": exported / "report.docx"}
    for changed, sentence in (
        (replace(report, report="poem"), "report.docx: report 'poem' is not one that this version "
         f"computes, expected one of: {', '.join(REPORTS)}"),
        (replace(report, form="pdf"), "report.docx: has no tables that can be read back, expected "
         "a file of: docx, html, xlsx"),
    ):  # fmt: skip
        with pytest.raises(ReportError) as refused:
            reproduce(replace(manifest, reports=(changed,)), exported, files)
        assert str(refused.value) == sentence
    with pytest.raises(ReportError) as missing:
        reproduce(replace(manifest, inputs={}), exported, files)
    assert str(missing.value) == "the manifest names no input 'survey', expected one"
    with pytest.raises(ReportError) as settings:
        reproduce(replace(manifest, settings={**manifest.settings, "trim": "x"}), exported, files)
    assert str(settings.value) == "manifest.json: settings.trim: is text, expected a number"
    for form, sentence in (
        ("docx", "report.docx: is no DOCX file, or a damaged one"),
        ("html", "report.html: is no HTML file in UTF-8"),
        ("xlsx", "report.xlsx: is no XLSX file, or a damaged one"),
    ):
        with pytest.raises(ReportError) as damaged:
            read_report(b"\xff\xfe\xfa", form, ["table_ranking"], f"report.{form}")
        assert str(damaged.value) == sentence


def test_a_page_with_a_mark_that_its_reader_does_not_know() -> None:
    with pytest.raises(ReportError) as damaged:
        read_report(b"<p>1</p><![x[", "html", ["table_ranking"], "report.html")
    assert str(damaged.value) == "report.html: is no HTML file in UTF-8"


def test_a_whole_number_beyond_all_floats_is_a_text() -> None:
    book, digits = Workbook(), "1" + "0" * 400
    book.worksheets[0]["A1"] = 7
    content = rezipped(
        saved(book), lambda _name, part: part.replace(b"<v>7<", f"<v>{digits}<".encode())
    )
    assert read_cells(content, "c.xlsx") == {("Sheet", "A1"): digits}


@pytest.mark.parametrize(
    ("filling", "problem"),
    [
        (b"<w:p/>" * 40_001, "more than 40000 elements, expected fewer"),
        (b" " * 2**24, "17294170 bytes when unpacked, expected at most 16777216"),
    ],
    ids=["parts", "spaces"],
)
def test_a_document_that_would_take_too_much_memory(
    filling: bytes, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_reading, "MAX_ELEMENTS", 40_000)
    monkeypatch.setattr(report_reading, "MAX_UNPACKED", 2**24)

    def stuffed(name: str, part: bytes) -> bytes:
        return part.replace(b"<w:body>", b"<w:body>" + filling) if "document.xml" in name else part

    content = rezipped((EXAMPLES / "dong_2010" / "report.docx").read_bytes(), stuffed)
    message = frugal_refusal(
        lambda: read_report(content, "docx", [], "report.docx"), ReportError, 2**23
    )
    assert message == f"report.docx: {problem}"


@pytest.mark.slow
@pytest.mark.parametrize("write", [docx_bytes, document_xlsx], ids=["docx", "xlsx"])
def test_long_reports_are_read_back(write: Any) -> None:
    rows = tuple((f"U{k}", *(k + part / 16 for part in range(1, 16))) for k in range(6_000))
    table = Table("T", ("Unit", *map(str, range(1, 16))), rows)
    document = Document("T", "", "en", (), (TableBlock(table, "long"),))
    form = "docx" if write is docx_bytes else "xlsx"
    read = read_report(write(document), form, ["table_long"], f"report.{form}")
    assert {len(part.rows) for part in read.tables["table_long"]} == {len(rows)}


def test_the_command(
    exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], english_terminal: None
) -> None:
    manifest = str(exported / "manifest.json")
    reports = [str(exported / f"report.{form}") for form in FORMS]
    assert main(["reproduce", manifest, *reports]) == 0
    numbers = outcome(exported, "html", exported / "report.html").numbers
    assert capsys.readouterr().out.splitlines() == [
        f"report.{form}: {numbers} numbers of 10 tables reproduce, and those of {texts} other texts"
        for form, texts in {"docx": 9, "html": 9, "xlsx": 1}.items()
    ]
    page = (exported / "report.html").read_text(encoding="utf-8")
    table = result_document(ANALYSIS, "en").tables()["ranking"]
    weight = show_cell(table, 4, table.rows[0][4])
    changed = tmp_path / "report.html"
    changed.write_text(page.replace(f">{weight}<", ">0.9999<", 1), encoding="utf-8")
    where = f"row 1 ({table.rows[0][1]}), column 'Global weight'"
    assert main(["reproduce", "--no-hashes", manifest, str(changed)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "report.html: not reproduced; differences: 1",
        f"report.html: table 'Composite ranking', {where}: printed '0.9999', recomputed '{weight}'",
    ]
    assert main(["--language", "zh", "reproduce", "--no-hashes", manifest, str(changed)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "report.html：未能复现，共有 1 处不一致",
        f"report.html：表“Composite ranking”第 1 ({table.rows[0][1]}) 行“Global weight”列："
        f"印为“0.9999”，重算为“{weight}”。",
    ]
    assert main(["reproduce", "--json", "--no-hashes", manifest, str(changed)]) == 1
    (data,) = json.loads(capsys.readouterr().out)
    assert (data["reproduced"], data["differences"][0]["printed"]) == (False, "0.9999")
    assert main(["reproduce", manifest, "nowhere/report.docx"]) == 2
    assert capsys.readouterr().err == (
        "ahp: error: nowhere/report.docx: cannot be read: No such file or directory\n"
    )
