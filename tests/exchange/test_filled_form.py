from __future__ import annotations

import io
import itertools
import random
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.table import _Cell

from ahp import AnswersError
from ahp.exchange.filled_form import read_form
from ahp.exchange.questionnaire_docx import questionnaire_document
from ahp.exchange.questionnaire_xlsx import FilledQuestionnaire
from ahp.i18n.errors import error_sentence
from ahp.scale import SAATY_POSITIONS
from ahp.study import Survey
from ahp.study.standing import SelfRating
from ahp.study.survey import Mending
from ahp.study.wording import mend

from .conftest import rezipped

STUDY = "0123456789abcdef0123456789abcdef"
Way = Callable[[_Cell, str], object]


def make(survey: Survey, **options: Any) -> DocumentObject:
    options = {"expert": "王芳", "study_id": STUDY, "round_number": 2, "language": "en", **options}
    return Document(io.BytesIO(questionnaire_document(survey, title="Panel", **options)))


def saved(document: DocumentObject) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def pair_rows(document: DocumentObject) -> list[tuple[_Cell, ...]]:
    """The cells of all rows with boxes."""
    return [
        row.cells
        for table in document.tables
        if len(table.columns) == 20
        for row in itertools.islice(table.rows, 2, None)
    ]


def element(text: str) -> Any:
    spaces = (
        'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
    )
    return parse_xml(text.replace(">", f" {spaces}>", 1))


def typed(text: str) -> Way:
    return lambda cell, step: setattr(cell.paragraphs[0].runs[0], "text", text.format(step=step))


def highlighted(cell: _Cell, _step: str) -> None:
    cell.paragraphs[0].runs[0].font.highlight_color = WD_COLOR_INDEX.YELLOW


def shaded(cell: _Cell, _step: str, color: str = "FFFF00") -> None:
    properties = cell._tc.get_or_add_tcPr()
    for old in properties.findall(qn("w:shd")):
        properties.remove(old)
    shading = element(f'<w:shd w:val="clear" w:color="auto" w:fill="{color}"></w:shd>')
    properties.insert_element_before(shading, "w:vAlign")


def symbol(cell: _Cell, _step: str) -> None:
    run = cell.paragraphs[0].runs[0]
    run.text = ""
    run._r.append(element('<w:sym w:font="Wingdings 2" w:char="F052"></w:sym>'))


def symbol_typed(cell: _Cell, _step: str) -> None:
    run = cell.paragraphs[0].runs[0]
    run.text = "R"
    run.font.name = "Wingdings 2"


def control(inside: str) -> Any:
    return element(
        '<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="1"/></w14:checkbox></w:sdtPr>'
        f"<w:sdtContent>{inside}</w:sdtContent></w:sdt>"
    )


def clicked(cell: _Cell, _step: str) -> None:
    run = cell.paragraphs[0].runs[0]._r
    run.getparent().replace(run, control("<w:r><w:t>☒</w:t></w:r>"))


def clicked_cell(cell: _Cell, _step: str) -> None:
    around = control("")
    cell._tc.addprevious(around)
    around[1].append(cell._tc)


def clicked_field(cell: _Cell, _step: str) -> None:
    cell.paragraphs[0].runs[0]._r.append(
        element(
            '<w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="0"/>'
            "<w:checked/></w:checkBox></w:ffData></w:fldChar>"
        )
    )


WAYS: tuple[Way, ...] = (
    *map(
        typed, ("☑", "☒", "■", "√", "✓", "✔\ufe0f", "V", " ｘ ", "□√", "√ □", "{step}", "□{step}")
    ),
    *(highlighted, shaded, symbol, symbol_typed, clicked),
)


def ticked(document: DocumentObject, answers: Iterable[str | None], ways: Iterable[Way]) -> bytes:
    """Tick a position in each row, None to leave it as it is."""
    for cells, answer, way in zip(
        pair_rows(document), answers, itertools.cycle(ways), strict=False
    ):
        if answer is not None:
            way(cells[2 + SAATY_POSITIONS.index(answer)], answer.removeprefix("1/"))
    return saved(document)


def answers_of(found: FilledQuestionnaire) -> dict[tuple[str, str, str], str]:
    return {(j.parent, j.left, j.right): j.value for j in found.judgments}


def refusal(content: bytes, survey: Survey, language: str = "en", **options: Any) -> str:
    with pytest.raises(AnswersError) as caught:
        read_form(content, survey, source="f.docx", **options)
    return str(caught.value) if language == "en" else error_sentence(caught.value, language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_way_to_tick_is_read(home: Survey, language: str) -> None:
    answers = random.Random(1).choices(SAATY_POSITIONS, k=35)
    ways = (*WAYS, clicked_cell, clicked_field)
    content = ticked(make(home, language=language), answers, ways)
    found = read_form(content, home, study_id=STUDY, round_number=2)
    assert answers_of(found) == dict(zip(home.hierarchy.comparisons, answers, strict=True))
    assert (found.expert, found.study_id, found.round_number) == ("王芳", STUDY, 2)
    assert found.unanswered == ()
    name = home.node_name(home.hierarchy.compared[0], language)
    assert found.judgments[0].place == f"questionnaire.docx: table '1. {name}', row 1"


def test_rows_may_stay_open_and_names_be_hard(small: Survey) -> None:
    content = ticked(make(small, expert=None), ["1/3", None, "1"], [typed("√")])
    found = read_form(content, small, expert="Wang")
    first, second, third, *others = small.hierarchy.comparisons
    assert answers_of(found) == {first: "1/3", third: "1"}
    assert found.unanswered == (second, *others)
    assert found.expert == "Wang"


def test_forms_stay_good_once_names_are_mended(small: Survey) -> None:
    content = ticked(make(small), ["3"] * 8, [typed("√")])
    mended = small
    for node in ("goal", "a", "b1"):  # the root, a parent that is compared itself, a child
        old = small.nodes[node].name["en"]
        mended = mend(mended, Mending(node, "name", "en", old, f"{old}, mended"))
    anew = ticked(make(mended), ["3"] * 8, [typed("√")])
    expected = dict.fromkeys(small.hierarchy.comparisons, "3")
    assert answers_of(read_form(content, mended)) == expected
    assert answers_of(read_form(anew, mended)) == expected


def test_what_is_optional_in_a_document_may_be_missing(small: Survey) -> None:
    document = make(small)
    rows = pair_rows(document)
    typed("√")(rows[0][2], "9")
    around = element("<w:sdt><w:sdtContent></w:sdtContent></w:sdt>")
    rows[1][2]._tc.addprevious(around)
    around[0].append(rows[1][2]._tc)
    last = document.tables[-1]._tbl
    for row in last.tr_lst:
        last.remove(row)
    assert len(read_form(saved(document), small).judgments) == 1
    rows[1][3].paragraphs[0].runs[0]._r.append(element("<w:sym></w:sym>"))
    assert refusal(saved(document), small).startswith("f.docx: table '1. =1+1', row 2: '□?' under")


def test_a_damaged_document_is_refused_wherever_it_is(small: Survey) -> None:
    document = make(small)
    sign = element('<w:sym w:font="Wingdings" w:char="many"></w:sym>')
    pair_rows(document)[0][2].paragraphs[0].runs[0]._r.append(sign)
    assert refusal(saved(document), small) == refusal(b"PK", small)


def test_nothing_is_guessed_from_grays_and_from_what_was_deleted(small: Survey) -> None:
    def with_fill(color: str) -> bytes:
        document = make(small)
        rows = pair_rows(document)
        typed("√")(rows[0][2], "9")
        shaded(rows[1][3], "8", color)
        gone = element(
            '<w:del><w:r><w:rPr><w:highlight w:val="yellow"/></w:rPr><w:delText>□</w:delText>'
            "</w:r></w:del>"
        )
        rows[2][3].paragraphs[0]._p.append(gone)
        return saved(document)

    values = [one.value for one in read_form(with_fill("DEEAF6"), small).judgments]
    assert values == ["9", "8"]
    a, c = (small.node_name(node, "en") for node in "ac")
    assert refusal(with_fill("F2F2F2"), small) == (
        f"f.docx: table '1. =1+1', row 2: '□' under ← 8 for {a!r} and {c!r}, expected √ or the box "
        "as it was"
    )


def test_a_name_may_be_widened_by_a_space(small: Survey) -> None:
    content = ticked(make(small, expert="张　三"), ["3"], [typed("√")])
    assert read_form(content, small, expert="张三").expert == "张三"
    assert read_form(content, small).expert == "张 三"
    assert refusal(content, small, expert="张三丰") == (
        "f.docx: expert '张 三', expected '张三丰'; use the questionnaire of this expert"
    )


def test_forms_of_earlier_versions_name_no_study(small: Survey) -> None:
    content = ticked(make(small, study_id=None), ["3"], [typed("√")])
    assert len(read_form(content, small).judgments) == 1
    assert refusal(content, small, study_id=STUDY) == (
        "f.docx: names no study, as forms of earlier versions do; download the form anew and fill "
        "that in, or let the answers be keyed in"
    )
    assert refusal(content, small, "zh", study_id=STUDY) == (
        "f.docx：问卷由早期版本生成，未注明所属调查。请重新下载问卷填写，或由两人录入回答。"
    )


def test_a_rating_with_a_row_more_is_refused(small: Survey) -> None:
    document = make(small, self_rating=True)
    typed("√")(pair_rows(document)[0][2], "9")
    *_, grounds, _familiarity, _remarks = document.tables
    grounds.add_row()  # type: ignore[no-untyped-call] # of python-docx
    assert refusal(saved(document), small) == (
        "f.docx: table 'What did you judge from, and how much did it weigh?': 5 rows to answer, "
        "expected 4; undo the change, or ask the organizer for the questionnaire anew"
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_experts_rate_themselves_on_the_form(small: Survey, language: str) -> None:
    def form(ticks: Iterable[tuple[int, int]]) -> bytes:
        document = make(small, self_rating=True, language=language)
        typed("√")(pair_rows(document)[0][2], "9")
        *_, grounds, familiarity, _remarks = document.tables
        boxes = [row.cells[1:] for row in (*grounds.rows[1:], *familiarity.rows[1:])]
        for row, column in ticks:
            typed("√")(boxes[row][column], "")
        return saved(document)

    everything = [(0, 0), (1, 2), (2, 1), (3, 0), (4, 1)]
    rating = SelfRating(
        {
            "theoretical_analysis": "large",
            "practical_experience": "small",
            "peers_work": "medium",
            "intuition": "large",
        },
        "familiar",
    )
    assert read_form(form(everything), small).self_rating == rating
    assert read_form(form([]), small).self_rating is None
    if language == "en":
        assert refusal(form(everything[1:]), small) == (
            "f.docx: the questions about yourself are answered in part, expected all of them or "
            "none"
        )
        assert refusal(form([*everything, (0, 1)]), small) == (
            "f.docx: table 'What did you judge from, and how much did it weigh?', row 1: expected "
            "one tick for 'theoretical analysis'"
        )


def test_all_faults_are_listed_at_once(small: Survey) -> None:
    document = make(small, expert=None)
    rows = pair_rows(document)
    typed("√")(rows[0][2], "9")
    typed("x")(rows[0][-2], "9")
    typed("maybe")(rows[1][4], "7")
    rows[2][1].paragraphs[0].runs[0].text = "Other"
    rows[3][5]._tc.p_lst[0].append(element("<w:r><w:drawing/></w:r>"))
    for paragraph in document.paragraphs:
        if paragraph.text.startswith("For “A name"):
            paragraph.runs[0].text = "Which is less important?"
    content = saved(document)
    a, b, c = (small.node_name(node, "en") for node in "abc")
    second = f"2. {a}"
    a1, a2 = (small.node_name(node, "en") for node in ("a1", "a2"))
    assert refusal(content, small).split(";\n") == [
        "f.docx: 6 faults:\n"
        f"f.docx: table '1. =1+1', row 1: '← 9', '9 →' are ticked for {a!r} and {b!r}, expected "
        "one tick",
        f"f.docx: table '1. =1+1', row 2: 'maybe' under ← 7 for {a!r} and {c!r}, expected √ or the "
        "box as it was",
        f"f.docx: table '1. =1+1', row 3: 'Other', expected {b!r}; rows and names must stay as "
        "they were: undo the change, or ask the organizer for the questionnaire anew",
        f"f.docx: table {second!r}, row 1: a drawing in the row of {a1!r} and {a2!r}, which can't "
        "be read; type √ in place of a box",
        f"f.docx: table '3. {b}': the question was changed, expected 'For “{b}”: which of the two "
        "is more important, and by how much?'; undo the change, or ask the organizer for the "
        "questionnaire anew",
        "f.docx: no name of who answered, expected one beside “Name”",
    ]


def test_forms_of_others_and_damaged_ones(small: Survey, home: Survey) -> None:
    content = ticked(make(small), ["3"], [typed("√")])
    assert refusal(content, home) == (
        "f.docx: was made for another survey, or before this one was changed; use the "
        "questionnaire made for this survey as it is now"
    )
    assert refusal(content, small, study_id="f" * 32) == (
        "f.docx: was made for another study; use the questionnaire of this study"
    )
    assert refusal(content, small, round_number=3) == (
        "f.docx: round 2, expected 3; use the questionnaire of this round"
    )
    assert refusal(content, small, expert="Li") == (
        "f.docx: expert '王芳', expected 'Li'; use the questionnaire of this expert"
    )
    assert refusal(saved(make(small)), small, "zh") == (
        "f.docx：没有勾选任何方框。请把所选的方框改成√。"
    )
    assert refusal(saved(Document()), small) == (
        "f.docx: the foot of the pages doesn't say which survey it is of, expected a paper form; "
        "fill in the file that the organizer sent"
    )
    assert refusal(b"PK", small) == (
        "f.docx: not a .docx document, or a damaged one, expected a paper form; save the "
        "questionnaire again as Word Document (.docx), or ask the organizer for it anew"
    )
    with_type = rezipped(
        content, lambda _, part: part.replace(b"<w:document", b"<!DOCTYPE x><w:document")
    )
    assert refusal(with_type, small).startswith("f.docx: has a document type")
    assert refusal(bytes.fromhex("D0CF11E0A1B11AE1"), small) == (
        "f.docx: an old .doc document, or one with a password, expected a .docx document; save "
        "it without a password as Word Document (.docx)"
    )


def test_tables_stay_as_they_were(small: Survey) -> None:
    document = make(small)
    first, second, third, _ = (t for t in document.tables if len(t.columns) == 20)
    typed("√")(first.rows[2].cells[2], "9")
    first._tbl.remove(first.rows[4]._tr)
    second.rows[0].cells[2].paragraphs[0].runs[0].text = "right"
    third.rows[2]._tr.remove(third.rows[2].cells[3]._tc)
    a, b = (small.node_name(node, "en") for node in "ab")
    undo = "undo the change, or ask the organizer for the questionnaire anew"
    assert refusal(saved(document), small).split(";\n") == [
        f"f.docx: 3 faults:\nf.docx: table '1. =1+1': 2 rows to answer, expected 3; {undo}",
        f"f.docx: table {f'2. {a}'!r}: '', '', 'right', '=', 'right is more important →', '' above "
        "the boxes, expected '', '', '← left is more important', '=', 'right is more important →', "
        f"''; {undo}",
        f"f.docx: table '3. {b}', row 1: 19 cells, expected 20; {undo}",
    ]
    first._tbl.getparent().remove(first._tbl)
    assert refusal(saved(document), small) == (f"f.docx: 3 tables with boxes, expected 4; {undo}")


@pytest.mark.slow
def test_libreoffice_keeps_what_was_ticked(home: Survey, tmp_path: Path) -> None:
    answers = random.Random(2).choices(SAATY_POSITIONS, k=35)
    (tmp_path / "f.docx").write_bytes(ticked(make(home), answers, WAYS))
    program = shutil.which("soffice")
    assert program, "soffice is missing: install libreoffice-writer-nogui (tools/system-packages)"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    for source, kind, folder in (("f.docx", "odt", "odt"), ("odt/f.odt", "docx", "back")):
        subprocess.run(
            [program, profile, "--headless", "--convert-to", kind, "--outdir", folder, source],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            timeout=120,
        )
    found = read_form((tmp_path / "back" / "f.docx").read_bytes(), home, study_id=STUDY)
    assert answers_of(found) == dict(zip(home.hierarchy.comparisons, answers, strict=True))
    assert found.expert == "王芳"


def test_a_photograph_in_a_form_does_not_count(small: Survey) -> None:
    document = make(small)
    highlighted(pair_rows(document)[0][2], "")
    content = io.BytesIO(saved(document))
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("word/media/signature.jpeg", b"\xff\xd8\xff" + bytes(2**23))
    assert len(read_form(content.getvalue(), small).judgments) == 1
