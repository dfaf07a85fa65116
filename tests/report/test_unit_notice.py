"""Notices of units: what they say, what they keep to themselves, and all in one archive."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from ahp.errors import EvaluationError, LogError
from ahp.evaluation import simulate
from ahp.process.events import LogState
from ahp.report.document import Document, Figure, Listing, Paragraph, Section, TableBlock, number
from ahp.report.evaluation_evidence import (
    EvaluationEvidence,
    evidence_of_result,
    evidence_of_state,
)
from ahp.report.pdf_file import pdf_bytes
from ahp.report.table import show_cell
from ahp.report.unit_notice import notices_zip, safe_names, unit_notice, unit_notices
from ahp.store import Store
from tests.evaluation.results import small_result
from tests.evaluation_case import FAR, NAMES, PERIOD, make_case
from tests.process.evaluations.played import example
from tests.report.simulated_evaluations import simulated
from tests.report.test_evaluation_report import odd_result


def texts(document: Document) -> Iterator[str]:
    """All that a reader of a notice sees."""
    yield from (document.title, document.subtitle, *document.warnings)
    for pair in (*document.facts, *document.provenance):
        yield from pair
    for block in document.walk():
        if isinstance(block, Section):
            yield block.title
        elif isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, Listing):
            yield from block.items
        elif isinstance(block, TableBlock):
            table = block.table
            yield from (table.title, table.note, *table.columns)
            yield from (show_cell(table, k, one) for row in table.rows for k, one in enumerate(row))
        elif isinstance(block, Figure):
            chart = block.chart
            yield from (chart.title, chart.note, chart.alt, *chart.y.names)


def paragraphs(document: Document, section: str) -> list[str]:
    found = [one for one in document.walk() if isinstance(one, Section) and one.key == section]
    return [one.text for one in found[0].blocks if isinstance(one, Paragraph)]


@pytest.fixture(scope="module")
def small() -> EvaluationEvidence:
    return evidence_of_result(small_result(), "2026Q2")


def test_what_a_notice_says(small: EvaluationEvidence) -> None:
    notice = unit_notice(small, "A", "en", appeal_until="2026-07-20", appeal_how="by letter")
    assert (notice.title, notice.subtitle) == ("Notice of the evaluation result", "A, 2026Q2")
    assert notice.contents is False
    assert notice.facts == (
        ("Period", "2026Q2 (2026-04-01 to 2026-06-30)"),
        ("Group", "Large"),
        ("Scheme", "Test, version 1"),
        ("Total", "84.0"),
        ("Band", "Good"),
        ("Rank in group", "2 of 2"),
    )
    assert notice.warnings == ()
    assert paragraphs(notice, "result") == [
        "84.0 points: Good. Rank 2 of 2 units with a total in its group. +5.0 since 2026Q1."
    ]
    parts = notice.tables()["parts"]
    assert parts.columns == ("Part", "Weight", "Points", "Group median", "2026Q1")
    assert parts.rows == (
        ("Node p", "0.6", "90.0", "82.5", "85.0"),
        ("Node q", "0.4", "80.0", "    ", "70.0"),
    )
    assert parts.note == "The median of a group is told from 3 units with points on."
    assert notice.tables()["indicators"].rows == (
        ("Node q", "costs most, fewest points", "80", "8.00", "2.5"),
        ("Node p1", "costs most, fewest points", "90", "3.00", "3.3"),
        ("Node p2", "costs most, fewest points", "90", "3.00", "3.3"),
    )
    assert notice.tables()["events"].rows == (
        ("Late report", "3.1", "Deduction: 2 of the total each time", "2", "–"),
    )
    assert notice.figures()["waterfall"].y.names[-2:] == ("Late report", "Total")
    assert paragraphs(notice, "appeal") == [
        "The unit may appeal against any value of this notice until 2026-07-20.",
        "An appeal names the value, says what is wrong and what would be right, and has the "
        "document that shows it.",
        "How: by letter.",
    ]
    number(notice)


def test_a_unit_alone_in_its_group_and_one_without_a_total(small: EvaluationEvidence) -> None:
    alone = unit_notice(small, "D", "en")
    assert paragraphs(alone, "result") == [
        "80.0 points: Good. It is the only unit with a total in its group. +16.0 since 2026Q1."
    ]
    assert "Group median" not in alone.tables()["parts"].columns
    assert paragraphs(alone, "events") == ["There are none."]
    without = unit_notice(small, "C", "en")
    assert paragraphs(without, "result") == ["The unit has no total in this period."]
    assert without.warnings == ("Provisional, as values are missing: Node q.",)
    assert without.facts[3:] == (("Total", "no total"), ("Band", "–"), ("Rank in group", "–"))


def test_a_first_period_and_a_new_unit() -> None:
    first = unit_notice(evidence_of_result(small_result(), "2026Q1"), "A", "en")
    assert first.tables()["parts"].columns == ("Part", "Weight", "Points", "Group median")
    odd = evidence_of_result(odd_result(), "2026Q2")
    new = unit_notice(odd, "E", "en")
    assert paragraphs(new, "result") == [
        "90.0 points: Excellent. Rank 2 of 4 units with a total in its group. There is no total in "
        "2026Q1 to compare with."
    ]
    absent = unit_notice(evidence_of_result(odd_result(), "2026Q1"), "E", "en")
    assert paragraphs(absent, "result") == ["Nothing was reported of this unit in this period."]
    assert not absent.tables().keys() & {"parts", "indicators"}
    vetoed = unit_notice(odd, "A", "en")
    assert vetoed.tables()["events"].rows == (
        ("Fraud", "4", "Veto: the total stays below “Good”", "", "No. 8"),
    )


def test_a_certainty_adds_an_interval() -> None:
    result = small_result()
    certainty = simulate(result, "2026Q2", seed=1, draws=20, pairs=True)
    notice = unit_notice(evidence_of_result(result, "2026Q2", certainty=certainty), "A", "en")
    assert paragraphs(notice, "result") == [
        "84.0 points: Good. Rank 2 of 2 units with a total in its group. +5.0 since 2026Q1. In 95% "
        "of 20 draws the total lies in 84.0."
    ]


def test_early_warnings_of_the_unit_alone() -> None:
    found = evidence_of_state(example("zh"), "2026Q4", "zh")
    notice = unit_notice(found, "壬市监督中心", "zh")
    assert paragraphs(notice, "result")[1] == (
        "预警：壬市监督中心，2026Q4：总分 64.3 低于 70；"
        "壬市监督中心，2026Q4：总分 64.3，较上期下降 7.6 分；"
        "壬市监督中心，2026Q4：总分 64.3，已连续 2 期下降。"
    )


def test_years_and_unknown_units_are_refused(small: EvaluationEvidence) -> None:
    with pytest.raises(EvaluationError) as unknown:
        unit_notice(small, "Z", "en")
    assert unknown.value.code == "unit_not_evaluated"
    with pytest.raises(EvaluationError) as year:
        unit_notice(evidence_of_state(example("en"), "2026", "en"), "甲市监督中心", "en")
    assert str(year.value) == "2026 is made of other periods, expected one of these"


def test_a_corrected_figure_stands_beside_the_old_one() -> None:
    notice = unit_notice(evidence_of_state(example("en"), "2026Q1", "en"), "乙市监督中心", "en")
    reason = "One course was missing in the register; hours corrected."
    assert notice.tables()["earlier"].rows == (
        ("draft notice of 2027-01-20", "82.0", "Good", 3, ""),
        ("signed on 2027-01-20", "82.0", "Good", 3, ""),
        ("corrected and signed on 2027-01-20", "82.2", "Good", 3, reason),
    )
    assert paragraphs(notice, "appeal") == [
        "The result is signed and the time to appeal is over. What is found wrong later is "
        "corrected, and stands beside the old figure."
    ]


def test_a_draft_says_what_is_provisional_and_until_when_to_appeal(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'ahp.db'}")
    case = make_case(store)
    case.issue()
    found = evidence_of_state(case.now, PERIOD, "en")
    store.close()
    notice = unit_notice(found, NAMES["u3"], "en")
    assert notice.warnings == (
        "This is a draft: the result isn't signed yet and may still change.",
        "Provisional, as values are missing: Training.",
    )
    assert paragraphs(notice, "appeal")[0] == (
        f"The unit may appeal against any value of this notice until {FAR} (UTC)."
    )
    assert paragraphs(notice, "appeal")[2] == (
        "How: on the page of the unit's personal link, below the value in question."
    )
    late = unit_notice(found, NAMES["u2"], "en")
    assert late.tables()["events"].rows[0][-1] == "督字〔2026〕3 号"
    for unit, document in unit_notices(found, "zh"):
        seen = " ".join(texts(document))
        others = set(NAMES.values()) - {unit}
        assert not [one for one in (*others, "赵评", "钱评") if one in seen]


def test_a_notice_keeps_others_to_themselves() -> None:
    state = example("zh")
    found = evidence_of_state(state, "2026Q4", "zh")
    people = {person.name for person in state.people.values()}
    assert len(people) == 15
    for unit in ("壬市监督中心", "丁市监督中心"):
        seen = " ".join(texts(unit_notice(found, unit, "zh")))
        others = {one.unit for one in found.figures} - {unit}
        assert not [one for one in (*others, *people) if one in seen]


@pytest.mark.parametrize("seed", [2, 5])
def test_every_total_and_part_is_the_results(seed: int) -> None:
    found = simulated(seed)
    single = evidence_of_result(found.last.result, found.last.period)
    for figure in single.figures:
        facts = dict(unit_notice(single, figure.unit, "en").facts)
        total = found.last.result.total(figure.unit, found.last.period)
        assert facts["Total"] == ("no total" if total is None else f"{total}")
        assert facts["Rank in group"].partition(" ")[0] == (f"{figure.group_rank or '–'}")


def _headings(document: Document) -> list[str]:
    return [block.title for block in document.walk() if isinstance(block, Section)]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("period", "unit"), [("2026Q4", "壬市监督中心"), ("2026Q1", "乙市监督中心")]
)
def test_a_notice_with_much_to_say_fits_two_pages(language: str, period: str, unit: str) -> None:
    found = evidence_of_state(example(language), period, language)
    assert found.whole is not None
    certainty = simulate(found.whole, period, seed=1, draws=50, pairs=True)
    log = LogState(123456, "ab" * 32, LogError("given_without_children", node="x"))
    full = replace(found, certainty=certainty, log=log, differing=(unit,))
    notice = unit_notice(full, unit, language)
    assert len(notice.warnings) == 2
    reader = pypdf.PdfReader(io.BytesIO(pdf_bytes(notice)))
    assert len(reader.pages) == 2
    read = "".join(page.extract_text() for page in reader.pages)
    assert all(heading in read for heading in _headings(notice))


# -- all in one archive


def render(document: Document) -> bytes:
    return document.subtitle.encode()


def test_all_notices_in_one_archive(small: EvaluationEvidence) -> None:
    notices = unit_notices(small, "en", appeal_until="2026-07-20")
    done: list[tuple[int, int]] = []
    content = notices_zip(notices, render, progress=lambda k, of: done.append((k, of)))
    assert content == notices_zip(notices, render)
    assert done == [(1, 4), (2, 4), (3, 4), (4, 4)]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = ["A.docx", "B.docx", "C.docx", "D.docx", "List_of_notices.csv"]
        assert archive.namelist() == names
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        listed = archive.read("List_of_notices.csv").decode("utf-8-sig")
        table = list(csv.reader(io.StringIO(listed)))
        assert table[0] == ["No.", "Unit", "File", "Bytes", "SHA-256"]
        first = archive.read("A.docx")
        assert table[1] == ["1", "A", "A.docx", str(len(first)), hashlib.sha256(first).hexdigest()]


def test_no_notices_are_refused() -> None:
    with pytest.raises(EvaluationError) as problem:
        notices_zip((), render)
    assert str(problem.value) == "no notices, expected those of one unit or more"


def test_units_called_alike_and_a_list_of_the_same_name(small: EvaluationEvidence) -> None:
    notice = unit_notice(small, "A", "en")
    both = (("X", notice), ("x", replace(notice, subtitle="other")), ("List of notices", notice))
    content = notices_zip(both, render, extension="csv")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == [
            *("X.csv", "x_2.csv", "List_of_notices.csv", "List_of_notices_2.csv"),
        ]


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        ("甲市/乙县\\中心", "甲市_乙县_中心.docx"),
        ("con", "con_.docx"),
        ("LPT1.中心", "LPT1.中心_.docx"),
        ("COM10", "COM10.docx"),
        ("..\\..\\etc/passwd", "etc_passwd.docx"),
        ("A.", "A.docx"),
        ('a:b*c?"<>|', "a_b_c.docx"),
        ("\u202eexe.中心", "exe.中心.docx"),
        ("  ", "1.docx"),
        ("e\u0301", "é.docx"),
    ],
)
def test_names_that_file_systems_take(unit: str, name: str) -> None:
    assert safe_names([unit], "docx") == (name,)


def test_long_names_are_cut_and_stay_apart() -> None:
    long = "某某市中心支行营业部事后监督中心" * 10
    names = safe_names([f"{long}甲", f"{long}乙"], "docx")
    assert names[0] != names[1]
    assert [len(one.encode()) for one in names] == [125, 127]
