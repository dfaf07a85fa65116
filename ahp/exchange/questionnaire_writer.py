"""The questionnaire as an Excel workbook: how it is laid out, and written for one expert."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache, partial
from itertools import product
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.compat import safe_string
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ..consistency import CR_LIMIT
from ..errors import AnswersError, OptionError
from ..i18n import LANGUAGES, Translate, translator
from ..i18n.words import between_meaning, judgment_sentence, step_words
from ..random_index import RANDOM_INDEX_TABLES, random_index_value
from ..report.archive import zip_bytes
from ..report.workbook import NOT_IN_NAMES, sheet_name
from ..scale import SAATY_POSITIONS, parse_judgment
from ..study.survey import Survey
from .cells import (
    BLUE,
    GREEN,
    RED,
    add_looks,
    cr_format,
    dress,
    fill_in,
    high_enough,
    highlight,
    link,
    merge,
    one_line,
    put,
    put_formula,
    quoted,
    raise_row,
    set_up,
    span,
)
from .survey_text import Pair

FORMAT = 1
"""Version of the layout that `read_questionnaire` reads."""


def _entry(position: str) -> str:
    if position == "1":
        return "1 ="
    step = position.removeprefix("1/")
    return f"← {step}" if step == position else f"{step} →"


ENTRIES: Mapping[str, str] = {position: _entry(position) for position in SAATY_POSITIONS}
"""Position of Saaty's scale -> the text of the drop-down list, the same in every language; the
arrow points at the more important item: `"9"` -> `"← 9"`, `"1"` -> `"1 ="`, `"1/9"` -> `"9 →"`."""

HIDDEN = "_ahp"
KIND = "ahp questionnaire"
FIELDS = (KIND, "study", "survey", "round", "expert", "language", "comparisons")
"""Rows of the hidden sheet from 1: name in column A, value in B; the first has the format."""

_TEXTS, _VALUES, _TEMPLATES = (f"{HIDDEN}!${c}$1:${c}${len(ENTRIES)}" for c in "DEF")
"""Where the hidden sheet has the drop-down texts, their numbers, and their sentences."""

_LEFT, _RIGHT = "{1}", "{2}"
"""Stand for the names in the sentences of the hidden sheet."""

MAP = "HIJKL"
"""Columns of the hidden sheet with the sheet, cell, parent, left and right of each answer."""

_WIDTHS = {"A": 5, "B": 30, "C": 13, "D": 30, "E": 58, "F": 3, "G": 26}
_GUIDE_WIDTHS = {"A": 5, "B": 38, "C": 12, "D": 14, "E": 14, "F": 58}
_MATRIX = 8
"""Number of the column in which the judgment matrix begins."""

_MATRIX_WIDTH = 15

_HEADING = 28
"""Height of the row of a heading, in points."""

_CR, _VERDICT = "$C$3", "$D$3"
_FIRST_ITEM = 7


@dataclass(frozen=True)
class _Block:
    """What one sheet asks, and where it stands.

    Attributes:
        number: of the sheet, from 1.
        parent: id of the node whose children are compared.
        sheet: name of the sheet.
        kids: ids of the children.
        pairs: the comparisons, one a row.
    """

    number: int
    parent: str
    sheet: str
    kids: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]

    @property
    def last_item(self) -> int:
        """Row of the last item."""
        return _FIRST_ITEM + len(self.kids) - 1

    @property
    def first_pair(self) -> int:
        """Row of the first comparison, below the items, an empty row, a heading and a header."""
        return self.last_item + 4

    @property
    def last_pair(self) -> int:
        """Row of the last comparison."""
        return self.first_pair + len(self.pairs) - 1

    @property
    def cells(self) -> str:
        """The answer cells."""
        return f"C{self.first_pair}:C{self.last_pair}"

    def there(self, cells: str) -> str:
        """Cells of this sheet, as formulas of another sheet name them."""
        return f"{quote_sheetname(self.sheet)}!{cells}"


@dataclass(frozen=True)
class _Writer:
    """The workbook that is being written, and its words."""

    survey: Survey
    language: str
    blocks: tuple[_Block, ...]
    workbook: Workbook = field(default_factory=Workbook)

    @property
    def translate(self) -> Translate:
        """Into the language of the questionnaire."""
        return translator(self.language)

    def name(self, node: str) -> str:
        """A node's name as it stands in the cells."""
        return one_line(self.survey.node_name(node, self.language))

    def explanation(self, node: str) -> str:
        """What an expert can judge a node by."""
        return self.survey.text(self.survey.nodes[node].explanation, self.language)


def questionnaire_workbook(
    survey: Survey,
    *,
    title: str,
    expert: str,
    study_id: str,
    round_number: int,
    language: str = "zh",
    answers: Mapping[Pair, str] | None = None,
    skip: Collection[str] = (),
) -> bytes:
    """The questionnaire of one expert as an .xlsx file.

    The first sheet says how to fill it in and shows how far it is; each parent has a sheet with one
    row a pair, the judgment matrix, and CR = CI/RI with weights by geometric means of the rows and
    λmax as the mean of (Aw)_i / w_i, all as formulas. Only the answer cells can be edited.

    Args:
        survey: what is asked.
        title: of the study.
        expert: name of the expert.
        study_id: id of the study, to recognize the file when it comes back.
        round_number: Delphi round, from 1.
        language: of `LANGUAGES`; names and explanations fall back to the survey's original one.
        answers: (parent, left, right) -> position of Saaty's scale already given, such as `"1/3"`.
        skip: parents that this expert is not asked about.

    Raises:
        AnswersError: an answer that is no position of Saaty's scale.
        OptionError: `language` or `skip` names what there is not, or nothing is left to ask.
        RandomIndexError: the survey's table does not reach a parent's number of children.
    """
    if language not in LANGUAGES:
        raise OptionError.unknown("language", language, LANGUAGES)
    blank = _blank(survey, language, frozenset(skip))
    filled = dict(blank.parts)
    who = _whose(translator(language), expert, round_number)
    texts = {_TITLE: title, _WHO: who, _EXPERT: expert, _STUDY: study_id}
    said = {mark: one_line(text)[:_LONGEST] for mark, text in texts.items()}
    for part in (blank.guide, blank.hidden, _PROPERTIES):
        filled[part] = _MARKS.sub(lambda mark: escape(said[mark[0]]), filled[part])
    number = f"<v>{_ROUND}</v>", f"<v>{round_number}</v>"
    filled[blank.hidden] = filled[blank.hidden].replace(*number)
    for row, text, size in ((1, title, 16), (2, who, 13)):
        height = high_enough(text, sum(_GUIDE_WIDTHS.values()), size)
        filled[blank.guide] = re.sub(
            f'(<row r="{row}" ht=")[^"]*',
            rf"\g<1>{safe_string(height)}",
            filled[blank.guide],
            count=1,
        )
    for block, part in zip(blank.blocks, blank.sheets, strict=True):
        entries = _entries(block, answers or {})
        filled[part] = _EMPTY.sub(partial(_with_entry, entries), filled[part])
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    filled[_PROPERTIES] = _TIME.sub(rf"\g<1>{now}", filled[_PROPERTIES])
    return zip_bytes({name: _encoded(name, text) for name, text in filled.items()})


def _encoded(name: str, text: str) -> bytes:
    """A part as openpyxl writes it."""
    return text.encode("ascii" if "/worksheets/" in name else "utf-8", "xmlcharrefreplace")


_TITLE, _WHO, _EXPERT, _STUDY = (
    f"\ue000{name}\ue000" for name in ("title", "who", "expert", "study")
)
_ROUND = 987_654_321
"""What stands in a questionnaire of nobody for what one of somebody has."""

_MARKS = re.compile("|".join((_TITLE, _WHO, _EXPERT, _STUDY)))

_PROPERTIES = "docProps/core.xml"
_TIME = re.compile(r"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_EMPTY = re.compile(r'<c r="(C\d+)" s="(\d+)" t="n"(?:></c>| ?/>)')  # with lxml, and without
_LONGEST = 32_767
"""Characters of a cell that Excel opens."""


@dataclass(frozen=True)
class _Blank:
    """A questionnaire of nobody.

    Attributes:
        blocks: what it asks.
        sheets: the part of each block.
        guide, hidden: of the first sheet and the last one.
        parts: name -> XML.
    """

    blocks: tuple[_Block, ...]
    sheets: tuple[str, ...]
    guide: str
    hidden: str
    parts: Mapping[str, str]


@lru_cache(maxsize=16)
def _blank(survey: Survey, language: str, skip: frozenset[str]) -> _Blank:
    """Written once for all experts: cells and styles take openpyxl far longer than the rest."""
    blocks = _blocks(survey, language, skip)
    content = _written(survey, language, blocks, (_TITLE, _WHO, _EXPERT, _STUDY, _ROUND))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    for name, part in parts.items():
        parts[name] = part.replace("&#57344;", "\ue000")
    guide, *sheets, hidden = (f"xl/worksheets/sheet{k}.xml" for k in range(1, len(blocks) + 3))
    return _Blank(blocks, tuple(sheets), guide, hidden, parts)


def _written(
    survey: Survey,
    language: str,
    blocks: tuple[_Block, ...],
    whose: tuple[str, str, str, str, int],
) -> bytes:
    """A questionnaire without answers, of this title, line below it, expert, study and round."""
    title, who, expert, study_id, round_number = whose
    writer = _Writer(survey, language, blocks)
    add_looks(writer.workbook, "Microsoft YaHei" if language == "zh" else "Arial")
    guide = writer.workbook.worksheets[0]
    for block in writer.blocks:
        _write_block(writer, block)
    _write_guide(writer, guide, title, who)
    _write_hidden(writer, expert, study_id, round_number)
    writer.workbook.security = WorkbookProtection(lockStructure=True)
    writer.workbook.calculation.fullCalcOnLoad = True
    writer.workbook.properties.title = one_line(title)
    writer.workbook.properties.creator = "ahp"
    stream = io.BytesIO()
    writer.workbook.save(stream)
    return stream.getvalue()


def _whose(_: Translate, expert: str, round_number: int) -> str:
    return _("Questionnaire for {name} · round {number}").format(name=expert, number=round_number)


def _entries(block: _Block, given: Mapping[Pair, str]) -> dict[str, str]:
    """Answer cell -> what it holds, of those that are answered."""
    entries = {}
    for row, (left, right) in enumerate(block.pairs, start=block.first_pair):
        position = given.get((block.parent, left, right))
        if position is None:
            continue
        if position not in ENTRIES:
            raise AnswersError(
                "answer_not_listed",
                left=left,
                right=right,
                parent=block.parent,
                value=position,
                valid=tuple(ENTRIES),
            )
        entries[f"C{row}"] = ENTRIES[position]
    return entries


def _with_entry(entries: Mapping[str, str], cell: re.Match[str]) -> str:
    place, style = cell.groups()
    if place not in entries:
        return cell[0]
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t>{entries[place]}</t></is></c>'


def _blocks(survey: Survey, language: str, skip: Collection[str]) -> tuple[_Block, ...]:
    tree = survey.hierarchy
    for parent in skip:
        if parent not in tree.compared:
            raise OptionError.unknown("skip", parent, tree.compared)
    asked = [parent for parent in tree.compared if parent not in skip]
    if not asked:
        raise OptionError("nothing_left_to_ask", skipped=tuple(sorted(skip)))
    return tuple(
        _Block(
            number,
            parent,
            sheet_name(
                one_line(NOT_IN_NAMES.sub(" ", f"{number} {survey.node_name(parent, language)}"))
            ),
            tree.children[parent],
            tree.pairs(parent),
        )
        for number, parent in enumerate(asked, start=1)
    )


def _count(cells: str) -> str:
    """The formula that counts the answers in cells."""
    return f"SUMPRODUCT(--ISNUMBER(MATCH({cells},{_TEXTS},0)))"


def _color_cr(sheet: Worksheet, cell: str) -> None:
    """Red from the limit on, green below."""
    plain = cell.replace("$", "")
    highlight(sheet, plain, f"AND(ISNUMBER({cell}),{cell}>={CR_LIMIT})", fill=RED)
    highlight(sheet, plain, f"AND(ISNUMBER({cell}),{cell}<{CR_LIMIT})", fill=GREEN)


def _write_block(writer: _Writer, block: _Block) -> None:
    """The sheet of one parent."""
    _ = writer.translate
    sheet = writer.workbook.create_sheet(block.sheet)
    set_up(sheet, _WIDTHS)
    parent = writer.name(block.parent)
    span(sheet, "A1:E1", f"{block.number}. {parent}", "title")
    question = _("For “{parent}”: which of the two is more important, and by how much?")
    span(sheet, "A2:E2", question.format(parent=parent), "question")
    steps = " · ".join(f"{step} {words[0]}" for step, words in step_words(_).items())
    how = _(
        "Click on a yellow cell and choose from its list: the arrow points to the more important "
        "item, the number says by how much."
    )
    span(sheet, "A4:E4", f"{how} {steps} · 2, 4, 6, 8 {_('in between')}", "note")
    sheet.freeze_panes = "A4"

    put(sheet, "A5", _("What is compared"), "heading")
    sheet.row_dimensions[5].height = _HEADING
    put(sheet, "A6", _("No."), "header")
    put(sheet, "B6", _("Item"), "header")
    explained = any(map(writer.explanation, block.kids))
    span(sheet, "C6:E6", _("What is meant") if explained else "", "header")
    for k, kid in enumerate(block.kids):
        row = _FIRST_ITEM + k
        put(sheet, f"A{row}", k + 1, "centered")
        put(sheet, f"B{row}", writer.name(kid), "name")
        span(sheet, f"C{row}:E{row}", writer.explanation(kid), "cell")
        raise_row(sheet, row, writer.name(kid), _WIDTHS["B"])
    _write_pairs(writer, block, sheet)
    _write_matrix(writer, block, sheet)
    _write_status(writer, block, sheet)
    sheet.print_area = f"A1:E{block.last_pair}"
    sheet.print_title_rows = f"{block.first_pair - 1}:{block.first_pair - 1}"


def _write_pairs(writer: _Writer, block: _Block, sheet: Worksheet) -> None:
    """One row a comparison: the names, the answer cell between them, the answer in words."""
    _ = writer.translate
    header = block.first_pair - 1
    put(sheet, f"A{header - 1}", _("Your comparisons"), "heading")
    sheet.row_dimensions[header - 1].height = _HEADING
    headings = (_("No."), _("Left"), _("Your answer"), _("Right"), _("In words"))
    for letter, heading in zip("ABCDE", headings, strict=True):
        put(sheet, f"{letter}{header}", heading, "header")
        raise_row(sheet, header, heading, _WIDTHS[letter])
    choice = DataValidation(
        type="list",
        formula1=f'"{",".join(ENTRIES.values())}"',
        allow_blank=True,
        showErrorMessage=True,
        errorTitle=_("Please choose from the list"),
        error=_("Choose an entry from the list of this cell, or empty the cell."),
    )
    choice.add(block.cells)
    sheet.add_data_validation(choice)
    for k, (left, right) in enumerate(block.pairs):
        row = block.first_pair + k
        names = writer.name(left), writer.name(right)
        put(sheet, f"A{row}", k + 1, "centered")
        put(sheet, f"B{row}", names[0], "cell")
        put(sheet, f"D{row}", names[1], "cell")
        dress(sheet[f"C{row}"], "answer")
        template = f"INDEX({_TEMPLATES},MATCH(C{row},{_TEXTS},0))"
        words = f'SUBSTITUTE(SUBSTITUTE({template},"{_LEFT}",B{row}),"{_RIGHT}",D{row})'
        wrong = quoted(_("Please choose from the list"))
        put_formula(sheet, f"E{row}", f'IF(C{row}="","",IFERROR({words},{wrong}))', "cell")
        for name in names:
            raise_row(sheet, row, name, _WIDTHS["B"])
        longest = max((judgment_sentence(*names, v, _) for v in ENTRIES), key=len)
        raise_row(sheet, row, longest, _WIDTHS["E"])
    first = block.first_pair
    bold = Font(bold=True, color=BLUE)
    for letter, formula in (("B", f'LEFT($C{first},1)="←"'), ("D", f'RIGHT($C{first},1)="→"')):
        highlight(sheet, f"{letter}{first}:{letter}{block.last_pair}", formula, font=bold)
    known = f"ISNUMBER(MATCH($C{first},{_TEXTS},0))"
    highlight(sheet, block.cells, known, fill=GREEN)
    highlight(sheet, block.cells, f'AND($C{first}<>"",NOT({known}))', fill=RED)
    after = block.number  # blocks are numbered from 1, so this is the index of the next one
    if after < len(writer.blocks):
        following = writer.blocks[after].sheet
        text = _("Go on with: {sheet}").format(sheet=following)
    else:
        following = text = _("Instructions")
    link(sheet, f"B{block.last_pair + 2}", text, following)


def _write_matrix(writer: _Writer, block: _Block, sheet: Worksheet) -> None:
    """The judgment matrix beside the items, weights, and CR, all as formulas."""
    _, n = writer.translate, len(block.kids)
    columns = [get_column_letter(_MATRIX + k) for k in range(n)]
    mean, weight, ratio = (get_column_letter(_MATRIX + n + k) for k in range(3))
    first, last = _FIRST_ITEM, block.last_item
    whole = f"COUNT(${columns[0]}${first}:${columns[-1]}${last})={n * n}"
    put(sheet, "G5", _("Judgment matrix, calculated from your answers"), "heading")
    put(sheet, "G6", _("Item"), "header")
    headings = (_("Geometric mean"), _("Weight"), "(Aw)ᵢ / wᵢ")
    texts = (*(writer.name(kid) for kid in block.kids), *headings)
    for letter, text in zip((*columns, mean, weight, ratio), texts, strict=True):
        sheet.column_dimensions[letter].width = _MATRIX_WIDTH
        put(sheet, f"{letter}6", text, "header")
        raise_row(sheet, 6, text, _MATRIX_WIDTH)

    def compute(place: str, formula: str, look: str = "number") -> None:
        put_formula(sheet, place, f'IF({whole},{formula},"—")', look)

    rows = {pair: block.first_pair + k for k, pair in enumerate(block.pairs)}
    for (i, upper), (j, lower) in product(enumerate(block.kids), repeat=2):
        place = f"{columns[j]}{first + i}"
        if i == j:
            put(sheet, place, 1, "judgment")
        elif i < j:
            entry = f"MATCH(C{rows[upper, lower]},{_TEXTS},0)"
            put_formula(sheet, place, f'IFERROR(INDEX({_VALUES},{entry}),"")', "judgment")
        else:
            mirrored = f"{columns[i]}{first + j}"
            put_formula(sheet, place, f'IF({mirrored}="","",1/{mirrored})', "judgment")
    weights = f"${weight}${first}:${weight}${last}"
    for k, kid in enumerate(block.kids):
        row = first + k
        put(sheet, f"G{row}", writer.name(kid), "name")
        raise_row(sheet, row, writer.name(kid), _WIDTHS["G"])
        compute(f"{mean}{row}", f"GEOMEAN({columns[0]}{row}:{columns[-1]}{row})")
        compute(f"{weight}{row}", f"{mean}{row}/SUM(${mean}${first}:${mean}${last})")
        # (Aw)_i = Σ a_ij w_j = Σ w_j / a_ji: down the column, so that both ranges are columns
        column = f"{columns[k]}{first}:{columns[k]}{last}"
        compute(f"{ratio}{row}", f"SUMPRODUCT({weights}/{column})/{weight}{row}")

    value, at = columns[0], last + 2
    table = RANDOM_INDEX_TABLES[writer.survey.reaching_random_index]
    ri = random_index_value(n, table.name)
    for k, label in enumerate(("λmax", "CI = (λmax − n) / (n − 1)", "RI", "CR = CI / RI")):
        put(sheet, f"G{at + k}", label, "name")
    compute(f"{value}{at}", f"AVERAGE({ratio}{first}:{ratio}{last})")
    compute(f"{value}{at + 1}", f"({value}{at}-{n})/{n - 1}")
    put(sheet, f"{value}{at + 2}", ri, "number")
    # a consistent matrix may have a CI of -1e-16
    compute(f"{value}{at + 3}", f"MAX(0,{value}{at + 1}/{value}{at + 2})" if ri else "0")
    put_formula(sheet, _CR, f"{value}{at + 3}", "cr")
    note = _(
        "Weights: geometric means of the rows, divided by their sum. λmax: mean of (Aw)ᵢ / wᵢ. "
        "RI: {source}. The final analysis may use another method, so its CR may differ a little."
    ).format(source=table.source)
    beside = f"{columns[1]}{at}"
    put(sheet, beside, note, "note")
    merge(sheet, f"{beside}:{ratio}{at + 3}")


def _write_status(writer: _Writer, block: _Block, sheet: Worksheet) -> None:
    """The line that stays in sight: how many are answered, CR, what it means."""
    _ = writer.translate
    total = len(block.pairs)
    done = _("{done} of {total} answered").replace("{total}", str(total))
    put_formula(sheet, "A3", fill_in(done, done=_count(block.cells)), "name")
    merge(sheet, "A3:B3")
    fit = _("Your judgments here are consistent (CR is below 0.1).")
    contradict = _(
        "Some of your judgments here contradict each other (CR should be below 0.1). "
        "Please look at them once more."
    )
    if len(block.kids) == 2:
        fit = _("With two items there is only one comparison, so nothing can contradict it.")
    verdict = f"IF({_CR}<{CR_LIMIT},{quoted(fit)},{quoted(contradict)})"
    put_formula(sheet, _VERDICT.replace("$", ""), f'IF(ISNUMBER({_CR}),{verdict},"")', "cell")
    merge(sheet, "D3:E3")
    raise_row(sheet, 3, contradict, _WIDTHS["D"] + _WIDTHS["E"])
    _color_cr(sheet, _CR)


def _write_guide(writer: _Writer, sheet: Worksheet, title: str, who: str) -> None:
    """The first sheet: what it is for, how to fill it in, the scale, how far it is."""
    _, survey = writer.translate, writer.survey
    sheet.title = _("Instructions")
    set_up(sheet, _GUIDE_WIDTHS)
    sheet.page_setup.fitToHeight = 1
    span(sheet, "A1:F1", title, "title")
    span(sheet, "A2:F2", who, "question")
    span(sheet, "A3:F3", survey.text(survey.description, writer.language), "text")

    row = 5
    span(sheet, f"A{row}:F{row}", _("How to fill it in"), "heading")
    count = sum(len(block.pairs) for block in writer.blocks)
    steps = (
        _("There are {count} comparisons of two items each, on {sheets} numbered sheets.").format(
            count=count, sheets=len(writer.blocks)
        ),
        _("If the program opens this file in a protected view, click “Enable editing” first."),
        _(
            "On each sheet, click on a yellow cell and choose from its list. The arrow points to "
            "the more important item, the number says by how much. Beside it you can read in "
            "words what you chose."
        ),
        _(
            "There are no right or wrong answers; your experience counts. Leave a cell empty if "
            "you can't compare the two."
        ),
        _("You can save the file at any time and go on later. Please keep it an .xlsx file."),
        _("At the end, return the file to the organizer or upload it on your personal page."),
    )
    for k, step in enumerate(steps, start=1):
        put(sheet, f"A{row + k}", k, "text")
        span(sheet, f"B{row + k}:F{row + k}", step, "text")

    row += len(steps) + 2
    row = _write_contents(writer, sheet, row) + 2
    span(sheet, f"A{row}:F{row}", _("What do the numbers 1 to 9 mean?"), "heading")
    row = _write_scale(writer, sheet, row + 1) + 1
    left, right = (writer.name(node) for node in writer.blocks[0].pairs[0])
    pair = _("Example: with “{left}” on the left and “{right}” on the right,")
    span(sheet, f"A{row}:F{row}", pair.format(left=left, right=right), "heading")
    for k, position in enumerate(("5", "1", "1/3"), start=1):
        meaning = _("“{entry}” means: {sentence}.").format(
            entry=ENTRIES[position], sentence=judgment_sentence(left, right, position, _)
        )
        span(sheet, f"B{row + k}:F{row + k}", meaning, "text")


def _write_contents(writer: _Writer, sheet: Worksheet, row: int) -> int:
    """The sheets with how far each is; returns the last row."""
    _ = writer.translate
    span(sheet, f"A{row}:F{row}", _("The sheets, and how far you are"), "heading")
    header = row + 1
    headings = (
        *(_("No."), _("Sheet"), _("Answered"), _("Comparisons")),
        *("CR", _("Are the judgments consistent?")),
    )
    for letter, heading in zip("ABCDEF", headings, strict=True):
        put(sheet, f"{letter}{header}", heading, "header")
        raise_row(sheet, header, heading, _GUIDE_WIDTHS[letter])
    for block in writer.blocks:
        row = header + block.number
        put(sheet, f"A{row}", block.number, "centered")
        link(sheet, f"B{row}", writer.name(block.parent), block.sheet, "linked cell")
        put_formula(sheet, f"C{row}", _count(block.there(block.cells)), "centered")
        put(sheet, f"D{row}", len(block.pairs), "centered")
        put_formula(sheet, f"E{row}", block.there(_CR), "cr")
        sheet[f"E{row}"].number_format = cr_format()
        put_formula(sheet, f"F{row}", block.there(_VERDICT), "cell")
        sheet.row_dimensions[row].height = 36
        _color_cr(sheet, f"$E${row}")
    total = row + 1
    sheet.row_dimensions[total].height = 22
    put(sheet, f"B{total}", _("Together"), "name")
    for letter in "CD":
        formula = f"SUM({letter}{header + 1}:{letter}{row})"
        put_formula(sheet, f"{letter}{total}", formula, "centered")
    highlight(sheet, f"C{header + 1}:C{total}", f"$C{header + 1}=$D{header + 1}", fill=GREEN)
    return total


def _write_scale(writer: _Writer, sheet: Worksheet, row: int) -> int:
    """The table of what the steps mean; returns the row below."""
    _ = writer.translate
    lines = [(str(step), word, meaning) for step, (word, _adverb, meaning) in step_words(_).items()]
    lines.append(("2, 4, 6, 8", _("in between"), between_meaning(_)))
    for step, word, meaning in ((_("Step"), _("Importance"), _("Meaning")), *lines):
        looks = ("header",) * 3 if step == _("Step") else ("centered", "name", "cell")
        span(sheet, f"A{row}:B{row}", f"{step}", looks[0])
        span(sheet, f"C{row}:D{row}", word, looks[1])
        span(sheet, f"E{row}:F{row}", meaning, looks[2])
        row += 1
    return row


def _write_hidden(writer: _Writer, expert: str, study_id: str, round_number: int) -> None:
    """The sheet that no program shows: whose file it is, the scale, the place of each pair."""
    _ = writer.translate
    sheet = writer.workbook.create_sheet(HIDDEN)
    sheet.sheet_state = "veryHidden"
    sheet.protection.enable()
    content_hash = writer.survey.content_hash
    whose: list[str | int] = [study_id, content_hash, round_number, expert]
    count = sum(len(block.pairs) for block in writer.blocks)
    values = (FORMAT, *whose, writer.language, count)
    for row, (name, value) in enumerate(zip(FIELDS, values, strict=True), start=1):
        put(sheet, f"A{row}", name, "Normal")
        put(sheet, f"B{row}", value, "Normal")
    for row, (position, entry) in enumerate(ENTRIES.items(), start=1):
        put(sheet, f"D{row}", entry, "Normal")
        put(sheet, f"E{row}", parse_judgment(position), "Normal")
        put(sheet, f"F{row}", judgment_sentence(_LEFT, _RIGHT, position, _), "Normal")
    row = 0
    for block in writer.blocks:
        for k, (left, right) in enumerate(block.pairs):
            row += 1
            line = (block.sheet, f"C{block.first_pair + k}", block.parent, left, right)
            for letter, text in zip(MAP, line, strict=True):
                put(sheet, f"{letter}{row}", text, "Normal")
