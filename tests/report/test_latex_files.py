"""Reports in LaTeX: every number stands there, texts stand for themselves, and it compiles."""

from __future__ import annotations

import io
import itertools
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

import ahp
from ahp.exchange.reproduction import compare_texts
from ahp.plots.texts import unseen
from ahp.process.study_evidence import evidence_from_files
from ahp.report.document import (
    Document,
    Figure,
    Paragraph,
    Section,
    TableBlock,
    bookmark,
    number,
    one_line,
)
from ahp.report.document_texts import document_texts
from ahp.report.evaluation_evidence import evidence_of_result
from ahp.report.evaluation_report import evaluation_report
from ahp.report.latex_files import engine, escape, latex_zip
from ahp.report.page_layout import fit_table
from ahp.report.study_report import study_report
from ahp.report.table import Table, show_cell
from ahp.report.unit_notice import unit_notice
from ahp.resources import data_folder

from .sample_document import sample

LANGUAGES = ("en", "zh")
COMMANDS = {
    **{r"\textbackslash": "\\", r"\textasciitilde": "~", r"\textasciicircum": "^"},
    **{r"\textless": "<", r"\textgreater": ">", r"\textbar": "|", r"\textquotedbl": '"'},
    **{r"\textquotesingle": "'", r"\textasciigrave": "`", r"\texttimes": "×"},
}
TOKEN = re.compile(
    r"\\ensuremath\{(?P<math>-|\\\w+)\}|(?P<command>\\text\w+|\\allowbreak)\{\}"
    r"|\\(?P<special>[#$%&_{}])|(?P<empty>\{\})|\{(?P<held>[\[\]*])\}|(?P<space>~)"
    r"|\\rare\{(?P<rare>.)\}\{[0-9A-F]+\}"
    r"|(?P<plain>[^\\{}#$%&_~^])",
    flags=re.S,
)
MATH = {escape(mark)[12:-1]: mark for mark in "−≤≥≠≈√∞→←↑↓Σ∑∏αβγδεζηθκλμνξπρστφχψωΔΩ"}


def unescaped(text: str) -> str:
    """What LaTeX prints; fails where a character would mean something else."""
    out = []
    end = 0
    while end < len(text):
        match = TOKEN.match(text, end)
        assert match is not None, text[end : end + 20]
        end = match.end()
        kind, value = match.lastgroup, match[match.lastgroup or 0]
        if kind == "math":
            out.append(MATH[value])
        elif kind == "command":
            out.append("" if value == r"\allowbreak" else COMMANDS[value])
        elif kind == "space":
            out.append("\N{NO-BREAK SPACE}")
        elif kind != "empty":
            out.append(value)
    return "".join(out)


@given(st.text() | st.text("\\{}$&#^_~%-'`\",?![]*<>|\N{NO-BREAK SPACE}−λ", max_size=30))
def test_every_text_stands_for_itself(text: str) -> None:
    line = one_line(text)
    written = escape(line)
    assert unescaped(written) == escape_normal(line)
    assert not re.search(r"--|,,|''|``|\?`|!`|<<|>>", written)


def escape_normal(text: str) -> str:
    import unicodedata  # noqa: PLC0415 - for this alone

    seen = "".join(mark for mark in text if not unseen(mark))
    return unicodedata.normalize("NFC", seen).replace("µ", "μ")


def files_of(document: Document) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(latex_zip(document))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def without_figures(block: Any) -> Any:
    """A document or section without its pictures, which take the longest."""
    kept = [
        without_figures(one) if isinstance(one, Section) else one
        for one in block.blocks
        if not isinstance(one, Figure)
    ]
    return replace(block, blocks=tuple(kept))


def report(kind: str, language: str) -> Document:
    """One of the reports that people make; or one that has what any document may have."""
    if kind == "sample":
        return sample(language, figures=False)
    if kind == "study":
        demo = data_folder("examples") / "supervision_demo" / "answers.csv"
        evidence = evidence_from_files("supervision_effectiveness", demo, invited=8, draws=50)
        return without_figures(study_report(evidence, language))
    observed = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(observed))
    if kind == "notice":
        evidence = evidence_of_result(result, "2026Q4")
        return without_figures(unit_notice(evidence, result.units[0], language))
    return without_figures(evaluation_report(evidence_of_result(result, kind), language))


REPORTS = pytest.mark.parametrize(
    "kind",
    [
        "sample",
        *(pytest.param(one, marks=pytest.mark.slow) for one in ("study", "2026", "2026Q4")),
        "notice",
    ],
)


@REPORTS
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cell_stands_there(kind: str, language: str) -> None:
    document = report(kind, language)
    text = files_of(document)["report.tex"].decode()
    bodies = re.findall(
        r"\\(?:endfoot|midrule)\n((?:(?!\\).*\n|.*&.*\n)*?)(?:\\bottomrule|\\end\{longtable)", text
    )
    blocks = [one for one in document.walk() if isinstance(one, TableBlock)]
    parts = [
        (one.table, part) for one in blocks for part in fit_table(one.table, wide=one.wide).parts
    ]
    bodies = [body for body in bodies if body]
    assert len(bodies) == len(parts)
    for body, (table, part) in zip(bodies, parts, strict=True):
        rows = [line.removesuffix(r" \\") for line in body.strip().splitlines()]
        found = [[unescaped(cell) for cell in re.split(r"(?<!\\) & ", f"{row} ")] for row in rows]
        assert [[cell.strip() for cell in row] for row in found] == [
            [one_line(show_cell(table, k, row[k])) for k, _width in part] for row in table.rows
        ]


WRAPPED = (
    r"\\begin\{(?:framed|leftbar)\}\\noindent\\textbf\{(.*?[\]}]*?)\}( .*)\\end\{\w+\}",
    r"\{\\noindent\\(?:small|footnotesize) (.*)\\par\}",
    r"\{\\(?:LARGE\\bfseries|large) ?(.*?)\\par\}",
    r"\\item (.*)",
    r"\\caption\{(.*)\}\\label\{\w+\}(?:\\\\)?",
)
"""How a text stands in a line that is not it alone."""


def texts_of(tex: str) -> list[str]:
    """The texts outside tables and headings as LaTeX prints them, references left out."""
    body = tex.partition(r"\begin{document}")[2]
    texts: list[str] = []
    facts = False
    for line in re.sub(r"\\hyperref\[\w+\]\{(?:[^{}]|\{\})*\}", "", body).splitlines():
        found = next((match for one in WRAPPED if (match := re.fullmatch(one, line))), None)
        if found:
            texts.append("".join(found.groups()))
        elif line.startswith(r"\begin{longtable}"):
            facts = True
        elif line.startswith((r"\toprule", r"\end{longtable}")):
            facts = False
        elif facts and line.endswith(r" \\"):
            texts += re.split(r"(?<!\\) & ", line.removesuffix(r" \\"))
        elif line and not re.match(r"\\(?!text|ensure)|\{\\|.*\\\\$|%|\}$", line):
            texts.append(line)
    return [" ".join(unescaped(text.strip()).split()) for text in texts]


@REPORTS
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_of_every_text_stands_there(kind: str, language: str) -> None:
    document = report(kind, language)
    own = [one for one in document_texts(document) if re.search(r"\d", one.words)]
    tex = files_of(document)["report.tex"].decode()
    printed = [one for one in texts_of(tex) if re.search(r"\d", one)]
    assert len(own) > 5
    assert list(compare_texts(own, printed)) == []


def test_what_is_in_the_archive() -> None:
    files = files_of(sample("en", size=3))
    assert list(files) == [
        *("report.tex", "figures/figure_bars.pdf", "references.bib", "README.txt"),
    ]
    assert files["figures/figure_bars.pdf"].startswith(b"%PDF-")
    assert files["references.bib"] == sample("en").references.encode()
    assert files["README.txt"].decode() == (
        "Run this three times, until contents and numbers of pages stand: pdflatex report.tex\n"
    )
    assert latex_zip(sample("en", size=3)) == latex_zip(sample("en", size=3))


@pytest.mark.parametrize(
    ("language", "text", "program"),
    [
        ("en", "λmax – naïve “quotes” ≥ 1", "pdflatex"),
        ("en", "the home case 事后监督", "xelatex"),
        ("en", "an emoji 🎯", "xelatex"),
        ("zh", "plain", "xelatex"),
    ],
)
def test_the_program_that_is_needed(language: str, text: str, program: str) -> None:
    assert engine(language, escape(text)) == program


def test_characters_that_fonts_may_lack_are_looked_up_in_them() -> None:
    assert escape("张喆、𠮷田 🏴\u200d☠\ufe0f é Ж") == (
        r"张\rare{喆}{5586}、\rare{𠮷}{20BB7}田 \rare{🏴}{1F3F4}\rare{☠}{2620} é \rare{Ж}{416}"
    )
    text = files_of(Document("𠮷", "", "en", (), ()))["report.tex"].decode()
    assert r"\NewDocumentCommand{\rare}" in text
    assert r"{\LARGE\bfseries \rare{𠮷}{20BB7}\par}" in text
    assert "rare" not in files_of(Document("Plain", "", "en", (), ()))["report.tex"].decode()


def compiled(document: Document, folder: Path) -> PdfReader:
    """The PDF of a report, compiled as its README says."""
    with zipfile.ZipFile(io.BytesIO(latex_zip(document))) as archive:
        archive.extractall(folder)
    name = (folder / "README.txt").read_text(encoding="utf-8").split()[-2]
    name = re.split("[:：]", name)[-1]
    program = shutil.which(name)
    if program is None:
        pytest.fail(f"{name} is missing: tools/system-packages slow")
    for _run in range(3):
        ended = subprocess.run(
            [program, "-interaction=nonstopmode", "-halt-on-error", "report.tex"],
            cwd=folder,
            capture_output=True,
            check=False,
            timeout=240,
        )
        assert ended.returncode == 0, ended.stdout.decode(errors="replace")[-2000:]
    return PdfReader(folder / "report.pdf")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_heading_stands_alone_at_the_end_of_a_page(language: str) -> None:
    with zipfile.ZipFile(io.BytesIO(latex_zip(sample(language)))) as archive:
        lines = archive.read("report.tex").decode().splitlines()
    before = [
        earlier
        for earlier, line in itertools.pairwise(lines)
        if re.match(r"\\(sub)*section\{", line)
    ]
    assert {*before} == {"\\headingroom", "\\clearpage"}


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_compiles_on_a4_with_our_numbers(language: str, tmp_path: Path) -> None:
    document = sample(language)
    reader = compiled(document, tmp_path)
    sizes = {
        tuple(sorted((round(float(page.mediabox.width)), round(float(page.mediabox.height)))))
        for page in reader.pages
    }
    assert sizes == {(595, 842)}
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in reader.pages))
    numbers = number(document)
    counted = (tmp_path / "report.aux").read_text(encoding="utf-8")
    for block in document.walk():
        if isinstance(block, TableBlock):
            name, given = bookmark("table", block.key), numbers.numbers["table", block.key]
            assert f"\\newlabel{{{name}}}{{{{{given}}}" in counted
            for row in block.table.rows:
                for column, value in enumerate(row):
                    if isinstance(value, float):
                        assert show_cell(block.table, column, value) in text
    log = (tmp_path / "report.log").read_text(encoding="utf-8", errors="replace")
    assert "undefined" not in log
    assert not re.search(r"Overfull \\hbox \((?:[2-9]\d|\d{3,})\.\d+pt too wide\) in ", log)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_title_of_the_pdf_is_that_of_the_document(language: str, tmp_path: Path) -> None:
    title = "张喆①、Ⅲ级、36℃、№ 5、𠮷田 Ж 50 % of a_b -- <x>"
    metadata = compiled(Document(title, "", language, (), ()), tmp_path).metadata
    assert metadata is not None
    assert metadata.title == title


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_nasty_texts_compile(language: str, tmp_path: Path) -> None:
    marks = "".join(map(chr, range(32, 0x180))) + "λμ≤≥−×→∑√∞“”‘’–—…"
    lines = [marks[k : k + 12] for k in range(0, len(marks), 12)]
    if language == "zh":
        lines += ["事后监督：效能（评价）", "生僻字𠮷、表情😀", "한국어 日本語"]
    rows = tuple((line, line[::-1]) for line in lines)
    table = Table(marks[:60], ("#", "&"), rows, language, note=marks)
    blocks = (*map(Paragraph, lines), Paragraph(marks, "draft"), TableBlock(table, "nasty"))
    facts = ((marks[:20], marks),)
    reader = compiled(Document(marks[:70], marks[:30], language, facts, blocks, (marks,)), tmp_path)
    assert len(reader.pages) > 1
    if language == "zh":
        printed = "".join(page.extract_text() for page in reader.pages)
        assert "U+20BB7" in printed
        assert "U+1F600" in printed
        log = (tmp_path / "report.log").read_text(encoding="utf-8", errors="replace")
        assert "Missing character" not in log
