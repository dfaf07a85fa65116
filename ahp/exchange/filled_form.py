"""The paper form of `questionnaire_docx`, filled in with a word processor and read back.

Word, WPS and LibreOffice let people tick in many ways: another sign in place of the box or beside
it, a symbol of Wingdings, a check box that can be clicked, a highlighted cell. All of them are
read, and nothing is guessed: what could be a tick or not is a fault, named with its table and row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from docx import Document
from docx.oxml.ns import qn

from ..errors import AnswersError
from ..group import FAMILIARITY, INFLUENCES, JUDGMENT_BASIS
from ..i18n import LANGUAGES, translator
from ..scale import SAATY_POSITIONS
from ..study.judgments import Judgment
from ..study.names import person_key
from ..study.standing import SelfRating
from ..study.survey import Survey
from ..study.wording import names_so_far
from ..tables.faults import refuse_faults
from ..tables.workbooks import uploaded_package
from .cells import one_line
from .questionnaire_docx import SHORT, headings, question, rating_tables
from .questionnaire_writer import ENTRIES
from .questionnaire_xlsx import MAX_BYTES, FilledQuestionnaire
from .survey_text import Pair

TICKS = frozenset("☑☒■√✓✔✗✘✕✖×xXvV●⬛◼🗹🗷🗵☓╳")
"""Signs that are a tick wherever a box was."""

BOXES = frozenset("□☐▢◻⬜▫❏❑")
"""Signs of a box that is not ticked, as programs write them anew."""

_WINGDINGS = {
    "Wingdings": {0xFC: "✓", 0xFB: "✗", 0xFE: "☑", 0xFD: "☒", 0x78: "☒", 0x6E: "■", 0x6C: "●"}
    | dict.fromkeys((0x6F, 0x70, 0x71, 0x72, 0xA8), "□"),
    "Wingdings 2": {0x50: "✓", 0x4F: "✗", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x51: "☒"}
    | dict.fromkeys((0x2A, 0xA3), "□"),
}
"""Font of symbols -> code of a character -> the sign that it shows."""

_EDITION = re.compile(
    rf"(?<![A-Za-z0-9_-])([A-Za-z][A-Za-z0-9_-]*+)"
    rf" · ([0-9a-f]{{{SHORT}}})(?: · ([0-9a-f]{{{SHORT}}})-([0-9]{{1,6}}))?"
)
_UNMARKED = frozenset({"", "AUTO", "NONE", "WHITE", "FFFFFF", "EDEDED"})
"""Colors of what nobody highlighted; the last one is that of the column in the middle."""

_COLOR = re.compile("([0-9A-F]{2})" * 3)
_GRAY = 16
"""Of 255, how far red, green and blue of a gray may be apart: tables are striped with it."""

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_CHECKED, _CHECK_FIELD = f"{_W14}checked", qn("w:checkBox")
"""Of a check box; of one as older versions have it, a field."""
_HIGHLIGHT, _SHADING = qn("w:highlight"), qn("w:shd")
_UNSEEN = frozenset("\ufe0e\ufe0f\u200b\ufeff")
"""Beside signs: how they are to be drawn, or nothing."""

_OFF = frozenset({"0", "false", "off"})
_CHANGES = frozenset(
    map(qn, ("w:del", "w:moveFrom", "w:rPrChange", "w:pPrChange", "w:tcPrChange", "w:trPrChange"))
)
"""What a document keeps of its earlier state, where changes are tracked."""
_GONE = _CHANGES | {qn("w:rPr"), qn("w:pPr")}
_TEXT, _SYMBOL, _CONTENT = qn("w:t"), qn("w:sym"), qn("w:sdtContent")
_AROUND = frozenset(map(qn, ("w:sdt", "w:sdtContent", "w:ins", "w:customXml")))
"""What rows and cells may stand in."""
_SPACES = frozenset(map(qn, ("w:tab", "w:br", "w:p")))
_FONTS, _FONT = f"{qn('w:rPr')}/{qn('w:rFonts')}", qn("w:ascii")
_DRAWN = frozenset({qn("w:drawing"), qn("w:pict"), qn("w:object")})
_COLUMNS = len(SAATY_POSITIONS) + 3

Element = Any
"""An element of the file, of lxml."""


def read_form(
    content: bytes,
    survey: Survey,
    *,
    source: str = "questionnaire.docx",
    study_id: str | None = None,
    expert: str | None = None,
    round_number: int | None = None,
) -> FilledQuestionnaire:
    """Read the ticks in a document that `questionnaire_document` made and people filled in.

    A row without a tick is left open.

    Args:
        content: the .docx file.
        survey: what was asked; the form must be of the same content hash.
        source: name of the file, for messages.
        study_id: the study that the form must have been made for; None for any.
        expert: who filled it in, where that is known; None for whoever the form names.
        round_number: the round; None for any.

    Raises:
        AnswersError: lists all that is wrong, with table, row and the items compared: two ticks, a
            sign that is none, wording that was changed, no name.
    """
    if content.startswith(bytes.fromhex("D0CF11E0A1B11AE1")):
        raise AnswersError("old_document", source=source)
    with uploaded_package(
        content, source, max_bytes=MAX_BYTES, damaged="not_a_form", refused="form_refused"
    ) as counted:
        document = Document(counted)
        feet = [section.footer._element for section in document.sections]
        study, form_round = _made_for(feet, survey, study_id, round_number, source)
        form = _Form(survey, source, list(document.element.body.iter(qn("w:tbl"))))
        form.read({_text(one) for one in document.element.body.iter(qn("w:p"))})
        who = form.name()
        self_rating = form.self_rating() if form.language else None
    if expert is not None and who and person_key(who) != person_key(expert):
        form.refuse("questionnaire_of_other_expert", form.source, found=who, expected=expert)
    elif not (who or expert):
        form.refuse("form_nameless", source)
    refuse_faults(form.faults, source, AnswersError)
    if not form.ticked:
        raise AnswersError("form_unticked", source=source)
    who = expert or who
    return FilledQuestionnaire(
        expert=who,
        study_id=study_id or study,
        round_number=form_round,
        judgments=tuple(Judgment(who, *one) for one in form.ticked),
        unanswered=tuple(form.unanswered),
        self_rating=self_rating,
    )


def _made_for(
    feet: Sequence[Element],
    survey: Survey,
    study_id: str | None,
    round_number: int | None,
    source: str,
) -> tuple[str, int]:
    """The study and the round that the foot of the pages names, once they are the expected ones."""
    found = next(filter(None, (_EDITION.search(_text(foot)) for foot in feet)), None)
    if found is None:
        raise AnswersError("not_made_as_form", source=source)
    survey_id, version, study, number = found.groups()
    if (survey_id, version) != (survey.id, survey.content_hash[:SHORT]):
        raise AnswersError("questionnaire_of_other_survey", source=source)
    if study_id is not None and study is None:
        raise AnswersError("form_without_study", source=source)
    if study_id is not None and study != study_id[:SHORT]:
        raise AnswersError("questionnaire_of_other_study", source=source)
    form_round = int(number or 1)
    if round_number is not None and form_round != round_number:
        raise AnswersError(
            "questionnaire_of_other_round", source=source, found=form_round, expected=round_number
        )
    return study or "", form_round


@dataclass
class _Form:
    """A form while it is read.

    Attributes:
        survey: what was asked.
        source: name of the file.
        tables: all of the file.
        faults: what is wrong with it.
        ticked: parent, left, right, judgment and place of each row with one tick.
        unanswered: the pairs of rows without a tick.
        language: that the form is in.
    """

    survey: Survey
    source: str
    tables: Sequence[Element]
    faults: list[AnswersError] = field(default_factory=list)
    ticked: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    unanswered: list[Pair] = field(default_factory=list)
    language: str = ""

    def refuse(self, code: str, place: str, **parameters: Any) -> None:
        """Note a fault."""
        self.faults.append(AnswersError(code, place=place, source=place, **parameters))

    def called(self, node: str) -> str:
        """The name of an item as forms have it now."""
        return one_line(self.survey.node_name(node, self.language))

    def names(self, node: str) -> set[str]:
        """What an item may be called on the form, whose wording may have been mended since."""
        return set(map(one_line, names_so_far(self.survey, node, self.language)))

    def name(self) -> str:
        """Who filled it in, as the field beside "Name" says."""
        if not self.language:
            return ""
        _ = translator(self.language)
        label = _("Name")
        for table in self.tables:
            cells = [cell for row in _inside(table, "w:tr") for cell in _inside(row, "w:tc")]
            if len(cells) > 1 and _text(cells[0]) == label:
                return _text(cells[1])
        return ""

    def self_rating(self) -> SelfRating | None:
        """What the expert says of their own authority; None where that isn't asked or answered."""
        asked = rating_tables(translator(self.language))
        answers: list[int | None] = []
        for heading, names in asked:
            for table in self.tables:
                rows = [list(_inside(row, "w:tc")) for row in _inside(table, "w:tr")]
                if not rows or tuple(map(_text, rows[0])) != heading:
                    continue
                if len(rows) != len(names) + 1:
                    place = f"{self.source}: table {heading[0]!r}"
                    self.refuse("form_rows", place, count=len(rows) - 1, expected=len(names))
                    return None
                for k, (name, (first, *boxes)) in enumerate(
                    zip(names, rows[1:], strict=True), start=1
                ):
                    ticks = [_ticked(box, "") for box in boxes]
                    if None in ticks or sum(map(bool, ticks)) > 1 or _text(first) != name:
                        place = f"{self.source}: table {heading[0]!r}, row {k}"
                        self.refuse("rating_unclear", place, name=name)
                        return None
                    answers.append(ticks.index(True) if any(ticks) else None)
        if not answers or answers == [None] * len(answers):
            return None
        *basis, familiarity = answers
        if familiarity is None or None in basis or len(basis) != len(JUDGMENT_BASIS):
            self.refuse("rating_incomplete", self.source)
            return None
        grounds = (INFLUENCES[k] for k in basis if k is not None)
        return SelfRating(
            dict(zip(JUDGMENT_BASIS, grounds, strict=True)), list(FAMILIARITY)[familiarity]
        )

    def read(self, paragraphs: set[str]) -> None:
        """Read all tables of pairs.

        Args:
            paragraphs: texts of the form, in which the questions are looked for.
        """
        words = {code: headings(translator(code)) for code in LANGUAGES}
        found: list[tuple[tuple[str, ...], list[list[Element]]]] = []
        for table in self.tables:
            rows = [list(_inside(row, "w:tc")) for row in _inside(table, "w:tr")]
            texts = [tuple(map(_text, cells)) for cells in rows[:2]]
            for code, (sides, heading) in words.items():
                if len(texts) == 2 and texts[1] == heading:
                    self.language = code
                    found.append((texts[0] if texts[0] != sides else (), rows[2:]))
        parents = self.survey.hierarchy.compared
        if len(found) != len(parents):
            self.refuse("form_tables", self.source, count=len(found), expected=len(parents))
            return
        for number, (parent, (sides, rows)) in enumerate(zip(parents, found, strict=True), start=1):
            place = f"{self.source}: table {f'{number}. {self.called(parent)}'!r}"
            _ = translator(self.language)
            if not any(one_line(question(name, _)) in paragraphs for name in self.names(parent)):
                asked = one_line(question(self.called(parent), _))
                self.refuse("form_wording", place, expected=asked)
            if sides:
                expected = words[self.language][0]
                self.refuse("form_sides", place, value=sides, expected=expected)
            pairs = self.survey.hierarchy.pairs(parent)
            if len(rows) != len(pairs):
                self.refuse("form_rows", place, count=len(rows), expected=len(pairs))
                continue
            for k, (cells, (left, right)) in enumerate(zip(rows, pairs, strict=True), start=1):
                self.read_row((parent, left, right), cells, f"{place}, row {k}")

    def read_row(self, pair: Pair, cells: Sequence[Element], place: str) -> None:
        """Read the tick of a pair."""
        if len(cells) != _COLUMNS:
            self.refuse("form_cells", place, count=len(cells), expected=_COLUMNS)
            return
        left, right = map(self.called, pair[1:])
        if any(one.tag in _DRAWN for cell in cells for one in _standing(cell)):
            self.refuse("box_drawn", place, left=left, right=right)
            return
        for cell, node in zip((cells[1], cells[-1]), pair[1:], strict=True):
            if (shown := _text(cell)) not in self.names(node):
                self.refuse("names_changed", place, value=shown, expected=self.called(node))
                return
        marked = []
        for position, cell in zip(SAATY_POSITIONS, cells[2:-1], strict=True):
            ticked = _ticked(cell, position.removeprefix("1/"))
            if ticked is None:
                self.refuse(
                    "box_unreadable",
                    place,
                    value=_text(cell),
                    entry=ENTRIES[position],
                    left=left,
                    right=right,
                )
                return
            if ticked:
                marked.append(position)
        if len(marked) > 1:
            entries = tuple(map(ENTRIES.__getitem__, marked))
            self.refuse("boxes_ticked", place, ticked=entries, left=left, right=right)
        elif marked:
            self.ticked.append((*pair, marked[0], place))
        else:
            self.unanswered.append(pair)


def _inside(element: Element, tag: str) -> Iterator[Element]:
    """The rows of a table or the cells of a row, also those inside a content control."""
    wanted = qn(tag)
    for child in element:
        if child.tag == wanted:
            yield child
        elif child.tag in _AROUND:
            yield from _inside(child, tag)


def _ticked(cell: Element, step: str) -> bool | None:
    """Whether a cell is ticked; None if nobody can tell.

    Args:
        cell: of the table.
        step: the number above it, which people type for a tick.
    """
    control = cell.getparent().getparent() if cell.getparent().tag == _CONTENT else None
    properties = None if control is None else control.find(qn("w:sdtPr"))
    parts = [*_standing(cell), *([] if properties is None else _standing(properties))]
    if any(map(_checked, parts)):
        return True
    colors = {_highlighted(one) for one in parts}
    if True in colors:
        return True
    text = "".join(unicodedata.normalize("NFKC", _text(cell)).split())
    signs = set(text) - BOXES - _UNSEEN
    if not (signs <= TICKS or text.strip("".join(BOXES)) == step):
        return None
    return bool(signs) or (None if None in colors else False)


def _standing(element: Element) -> Iterator[Element]:
    """All elements below one, without what was deleted or changed while changes were tracked."""
    for child in element:
        if child.tag not in _CHANGES:
            yield child
            yield from _standing(child)


def _checked(element: Element) -> bool:
    """Whether it is a check box that was clicked."""
    if element.tag == _CHECK_FIELD:
        state = element.find(qn("w:checked"))
        state = element.find(qn("w:default")) if state is None else state
        return state is not None and state.get(qn("w:val"), "1") not in _OFF
    return element.tag == _CHECKED and element.get(f"{_W14}val", "1") not in _OFF


def _highlighted(element: Element) -> bool | None:
    """Whether it is a color of a cell or a text that somebody chose; None for a gray."""
    if element.tag == _HIGHLIGHT:
        return (element.get(qn("w:val")) or "").upper() not in _UNMARKED
    fill = (element.get(qn("w:fill")) or "").upper() if element.tag == _SHADING else ""
    if fill in _UNMARKED:
        return False
    color = _COLOR.fullmatch(fill)
    parts = [int(part, 16) for part in color.groups()] if color else [0]
    return True if max(parts) - min(parts) > _GRAY else None


def _text(element: Element) -> str:
    """What is displayed, on one line, with plain signs in place of the symbols of Wingdings."""
    return one_line("".join(_pieces(element)))


def _pieces(element: Element) -> Iterator[str]:
    for child in element:
        tag = child.tag
        if tag in _GONE:
            continue
        if tag == _TEXT:
            fonts = child.getparent().find(_FONTS)
            symbols = None if fonts is None else _WINGDINGS.get(fonts.get(_FONT))
            for sign in child.text or "":
                yield symbols.get(ord(sign) & 0xFF, sign) if symbols else sign
        elif tag == _SYMBOL:
            symbols = _WINGDINGS.get(child.get(qn("w:font")), {})
            yield symbols.get(int(child.get(qn("w:char"), "0"), 16) & 0xFF, "?")
        else:
            if tag in _SPACES:
                yield " "
            yield from _pieces(child)
