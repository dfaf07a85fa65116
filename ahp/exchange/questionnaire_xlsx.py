"""The questionnaire as an Excel workbook: written for one expert, filled in anywhere, read back.

The workbook calculates the judgment matrices and CR with formulas while it is filled in; none of
that is read back. What is read are the answer cells, found by a hidden sheet that says which cell
belongs to which pair. `docs/questionnaire-files.md` describes the file.
"""

from __future__ import annotations

import datetime
import io
import math
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, cast

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter, quote_sheetname, range_boundaries
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from ..consistency import CR_LIMIT
from ..errors import AnswersError, OptionError
from ..i18n import LANGUAGES, Translate, translator
from ..i18n.words import between_meaning, judgment_sentence, step_words
from ..random_index import RANDOM_INDEX_TABLES, random_index_value
from ..scale import SAATY_POSITIONS, judgment_text, opposite, parse_judgment
from ..study.answers import Judgment
from ..study.survey import Survey
from .workbooks import uploaded_workbook

FORMAT = 1
"""Version of the layout that `read_questionnaire` reads."""

MAX_BYTES = 8 * 2**20
"""A workbook that unpacks to more bytes than this is refused; a questionnaire has some 100 000."""

MAX_SPREAD = 100_000
"""A workbook whose merged cells and links cover more cells than this is refused."""

Pair = tuple[str, str, str]
"""One comparison: the ids of the parent, of the left and of the right item."""


def _entry(position: str) -> str:
    if position == "1":
        return "1 ="
    step = position.removeprefix("1/")
    return f"← {step}" if step == position else f"{step} →"


ENTRIES: Mapping[str, str] = {position: _entry(position) for position in SAATY_POSITIONS}
"""Position of Saaty's scale -> the text of the drop-down list, the same in every language; the
arrow points at the more important item: `"9"` -> `"← 9"`, `"1"` -> `"1 ="`, `"1/9"` -> `"9 →"`."""


@dataclass(frozen=True)
class FilledQuestionnaire:
    """What an expert answered in a questionnaire.

    Attributes:
        expert: for whom the questionnaire was made.
        study_id: id of the study it belongs to.
        round_number: Delphi round, from 1.
        judgments: the answers in the order of the survey; `place` names sheet and cell.
        unanswered: the pairs that were left blank, as (parent, left, right).
    """

    expert: str
    study_id: str
    round_number: int
    judgments: tuple[Judgment, ...]
    unanswered: tuple[Pair, ...]


# Layout -------------------------------------------------------------------------------------------

_HIDDEN = "_ahp"
_KIND = "ahp questionnaire"
_FIELDS = (_KIND, "study", "survey", "round", "expert", "language", "comparisons")
"""Rows of the hidden sheet from 1: name in column A, value in B; the first has the format."""

_TEXTS, _VALUES, _TEMPLATES = (f"{_HIDDEN}!${c}$1:${c}${len(ENTRIES)}" for c in "DEF")
"""Where the hidden sheet has the drop-down texts, their numbers, and their sentences."""

_LEFT, _RIGHT = "{1}", "{2}"
"""Stand for the names in the sentences of the hidden sheet."""

_MAP = "HIJKL"
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

_BLUE, _GRAY, _LINK = "1F4E79", "595959", "0563C1"
_YELLOW, _GREEN, _RED = "FFF2CC", "E2EFDA", "F8CBAD"


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


# Writing ------------------------------------------------------------------------------------------


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
    given = answers or {}
    writer = _Writer(survey, language, _blocks(survey, language, skip))
    _add_looks(writer.workbook, "Microsoft YaHei" if language == "zh" else "Arial")
    guide = writer.workbook.worksheets[0]
    for block in writer.blocks:
        _write_block(writer, block, given)
    _write_guide(writer, guide, title, expert, round_number)
    _write_hidden(writer, expert, study_id, round_number)
    writer.workbook.security = WorkbookProtection(lockStructure=True)
    writer.workbook.calculation.fullCalcOnLoad = True
    writer.workbook.properties.title = one_line(title)
    writer.workbook.properties.creator = "ahp"
    stream = io.BytesIO()
    writer.workbook.save(stream)
    return stream.getvalue()


def _blocks(survey: Survey, language: str, skip: Collection[str]) -> tuple[_Block, ...]:
    tree = survey.hierarchy
    for parent in skip:
        if parent not in tree.parents:
            raise OptionError.unknown("skip", parent, tree.parents)
    asked = [parent for parent in tree.parents if parent not in skip]
    if not asked:
        raise OptionError(f"skip = {sorted(skip)!r}, expected a parent that is left to ask about")
    return tuple(
        _Block(
            number,
            parent,
            _sheet_name(f"{number} {survey.node_name(parent, language)}"),
            tree.children[parent],
            tree.pairs(parent),
        )
        for number, parent in enumerate(asked, start=1)
    )


def _sheet_name(text: str) -> str:
    """A text as Excel allows it for a sheet: at most 31 UTF-16 units, without some characters."""
    name = one_line(re.sub(r"[\[\]:*?/\\]", " ", text))
    while len(name.encode("utf-16-le")) > 2 * 31:
        name = name[:-1]
    return name.rstrip(" '")


def one_line(text: str) -> str:
    """A text on one line, without the control characters that XML cannot hold."""
    return " ".join(ILLEGAL_CHARACTERS_RE.sub(" ", text).split())


def _add_looks(workbook: Workbook, font: str) -> None:
    """Register the styles of the cells under their names."""
    thin = Side(style="thin", color="BFBFBF")
    box = Border(left=thin, right=thin, top=thin, bottom=thin)
    white = PatternFill("solid", fgColor="FFFFFF")

    def add(
        name: str,
        *,
        size: int = 11,
        bold: bool = False,
        color: str = "000000",
        centered: bool = False,
        border: Border | None = None,
        fill: str = "",
        number_format: str = "General",
        locked: bool = True,
        linked: bool = False,
    ) -> None:
        look = NamedStyle(
            name=name,
            font=Font(
                name=font, size=size, bold=bold, color=color, underline="single" if linked else None
            ),
            alignment=Alignment(
                horizontal="center" if centered else "left",
                vertical="center",
                indent=1 if border and not centered else 0,
                wrap_text=name != "heading",
            ),
            border=border or Border(),
            fill=PatternFill("solid", fgColor=fill) if fill else white if border else PatternFill(),
            number_format=number_format,
            protection=Protection(locked=locked),
        )
        workbook.add_named_style(look)

    add("title", size=16, bold=True, color=_BLUE)
    add("question", size=13, bold=True)
    add("heading", size=12, bold=True, color=_BLUE)
    add("text")
    add("note", size=10, color=_GRAY)
    add("link", color=_LINK, linked=True)
    add("linked cell", color=_LINK, linked=True, border=box)
    add("header", bold=True, color="FFFFFF", centered=True, border=box, fill=_BLUE)
    add("cell", border=box)
    add("name", bold=True, border=box)
    add("centered", centered=True, border=box)
    add("answer", size=12, bold=True, centered=True, border=box, fill=_YELLOW, locked=False)
    add("judgment", centered=True, border=box, number_format="# ?/?")
    # a consistent matrix may have a CI of -1e-16: the second part shows it without the sign
    add("number", centered=True, border=box, number_format="0.0000;0.0000")
    labeled = '"CR = "0.000'
    cr_format = f'{labeled};{labeled};{labeled};"CR = "@'
    add("cr", bold=True, centered=True, border=box, number_format=cr_format)


def _put(sheet: Worksheet, place: str, value: str | float, look: str) -> None:
    """Write a value; a text stays a text, even one that begins with "="."""
    cell: Cell = sheet[place]
    cell.value = one_line(value) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type = "s"
    cell.style = look


def _compute(sheet: Worksheet, place: str, formula: str, look: str) -> None:
    """Write a formula."""
    sheet[place] = f"={formula}"
    sheet[place].style = look


def _span(sheet: Worksheet, cells: str, value: str, look: str) -> None:
    """Write a text across cells of one row, high enough to be read."""
    first, _, last = cells.partition(":")
    _put(sheet, first, value, look)
    sheet.merge_cells(cells)
    start, row, end, _ = range_boundaries(f"{first}:{last}")
    letters = [get_column_letter(k) for k in range(int(start or 1), int(end or 1) + 1)]
    width = sum(sheet.column_dimensions[letter].width for letter in letters)
    _raise_row(sheet, int(row or 1), value, width, sheet[first].font.size)


def _raise_row(sheet: Worksheet, row: int, text: str, width: float, size: float = 11) -> None:
    """Make a row high enough for a text in a column of this width, in digits of 11 points.

    Programs fit the height of wrapped lines on their own, but not in merged cells.
    """
    wide = sum(unicodedata.east_asian_width(character) in "WFA" for character in text)
    shown = 2.1 * wide + 0.95 * (len(text) - wide)
    lines = math.ceil(shown * size / 11 / (width - 2))
    dimension = sheet.row_dimensions[row]
    dimension.height = max(lines * size * 1.45 + 6, dimension.height or 0)


def _quoted(text: str) -> str:
    """A text in a formula; Excel allows 255 characters in one piece."""
    pieces = [text[k : k + 250] for k in range(0, len(text), 250)]
    return "&".join('"' + piece.replace('"', '""') + '"' for piece in pieces)


def _filled(template: str, **formulas: str) -> str:
    """The formula of a text with placeholders."""
    parts = re.split(r"\{(\w+)\}", template)
    return "&".join(
        formulas[part] if k % 2 else _quoted(part) for k, part in enumerate(parts) if part
    )


def _count(cells: str) -> str:
    """The formula that counts the answers in cells."""
    return f"SUMPRODUCT(--ISNUMBER(MATCH({cells},{_TEXTS},0)))"


def _set_up(sheet: Worksheet, widths: Mapping[str, float]) -> None:
    """Column widths, printing, protection."""
    for letter, width in widths.items():
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToHeight = 0  # as many pages as it takes, each as wide as the sheet
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.7)
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_options.horizontalCentered = True
    footer = HeaderFooterItem()
    footer.center.text = "&A · &P / &N"
    sheet.oddFooter = footer
    sheet.protection.enable()
    sheet.protection.formatColumns = False  # in this file format False means allowed
    sheet.protection.formatRows = False


def _link(sheet: Worksheet, place: str, text: str, target: str, look: str = "link") -> None:
    """A link to the top of another sheet."""
    _put(sheet, place, text, look)
    sheet[place].hyperlink = Hyperlink(ref=place, location=f"{quote_sheetname(target)}!A1")


def _highlight(
    sheet: Worksheet, cells: str, formula: str, *, fill: str = "", font: Font | None = None
) -> None:
    """Give cells a color or a font while a formula holds."""
    color = PatternFill("solid", bgColor=fill) if fill else None
    look = DifferentialStyle(font=font, fill=color)
    sheet.conditional_formatting.add(cells, Rule("expression", formula=[formula], dxf=look))


def _color_cr(sheet: Worksheet, cell: str) -> None:
    """Red from the limit on, green below."""
    plain = cell.replace("$", "")
    _highlight(sheet, plain, f"AND(ISNUMBER({cell}),{cell}>={CR_LIMIT})", fill=_RED)
    _highlight(sheet, plain, f"AND(ISNUMBER({cell}),{cell}<{CR_LIMIT})", fill=_GREEN)


def _write_block(writer: _Writer, block: _Block, given: Mapping[Pair, str]) -> None:
    """The sheet of one parent."""
    _ = writer.translate
    sheet = writer.workbook.create_sheet(block.sheet)
    _set_up(sheet, _WIDTHS)
    parent = writer.name(block.parent)
    _span(sheet, "A1:E1", f"{block.number}. {parent}", "title")
    question = _("For “{parent}”: which of the two is more important, and by how much?")
    _span(sheet, "A2:E2", question.format(parent=parent), "question")
    steps = " · ".join(f"{step} {words[0]}" for step, words in step_words(_).items())
    how = _(
        "Click on a yellow cell and choose from its list: the arrow points to the more important "
        "item, the number says by how much."
    )
    _span(sheet, "A4:E4", f"{how} {steps} · 2, 4, 6, 8 {_('in between')}", "note")
    sheet.freeze_panes = "A4"

    _put(sheet, "A5", _("What is compared"), "heading")
    sheet.row_dimensions[5].height = _HEADING
    _put(sheet, "A6", _("No."), "header")
    _put(sheet, "B6", _("Item"), "header")
    _span(sheet, "C6:E6", _("What is meant"), "header")
    for k, kid in enumerate(block.kids):
        row = _FIRST_ITEM + k
        _put(sheet, f"A{row}", k + 1, "centered")
        _put(sheet, f"B{row}", writer.name(kid), "name")
        _span(sheet, f"C{row}:E{row}", writer.explanation(kid), "cell")
        _raise_row(sheet, row, writer.name(kid), _WIDTHS["B"])
    _write_pairs(writer, block, sheet, given)
    _write_matrix(writer, block, sheet)
    _write_status(writer, block, sheet)
    sheet.print_area = f"A1:E{block.last_pair}"
    sheet.print_title_rows = f"{block.first_pair - 1}:{block.first_pair - 1}"


def _write_pairs(
    writer: _Writer, block: _Block, sheet: Worksheet, given: Mapping[Pair, str]
) -> None:
    """One row a comparison: the names, the answer cell between them, the answer in words."""
    _ = writer.translate
    header = block.first_pair - 1
    _put(sheet, f"A{header - 1}", _("Your comparisons"), "heading")
    sheet.row_dimensions[header - 1].height = _HEADING
    headings = (_("No."), _("Left"), _("Your answer"), _("Right"), _("In words"))
    for letter, heading in zip("ABCDE", headings, strict=True):
        _put(sheet, f"{letter}{header}", heading, "header")
        _raise_row(sheet, header, heading, _WIDTHS[letter])
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
        _put(sheet, f"A{row}", k + 1, "centered")
        _put(sheet, f"B{row}", names[0], "cell")
        _put(sheet, f"D{row}", names[1], "cell")
        sheet[f"C{row}"].style = "answer"
        pair = (block.parent, left, right)
        if pair in given:
            if given[pair] not in ENTRIES:
                raise AnswersError(
                    f"the answer to ({left!r}, {right!r}) under {block.parent!r} is "
                    f"{given[pair]!r}, expected one of {', '.join(ENTRIES)}"
                )
            sheet[f"C{row}"] = ENTRIES[given[pair]]
        template = f"INDEX({_TEMPLATES},MATCH(C{row},{_TEXTS},0))"
        words = f'SUBSTITUTE(SUBSTITUTE({template},"{_LEFT}",B{row}),"{_RIGHT}",D{row})'
        wrong = _quoted(_("Please choose from the list"))
        _compute(sheet, f"E{row}", f'IF(C{row}="","",IFERROR({words},{wrong}))', "cell")
        for name in names:
            _raise_row(sheet, row, name, _WIDTHS["B"])
        longest = max((judgment_sentence(*names, v, _) for v in ENTRIES), key=len)
        _raise_row(sheet, row, longest, _WIDTHS["E"])
    first = block.first_pair
    bold = Font(bold=True, color=_BLUE)
    for letter, formula in (("B", f'LEFT($C{first},1)="←"'), ("D", f'RIGHT($C{first},1)="→"')):
        _highlight(sheet, f"{letter}{first}:{letter}{block.last_pair}", formula, font=bold)
    known = f"ISNUMBER(MATCH($C{first},{_TEXTS},0))"
    _highlight(sheet, block.cells, known, fill=_GREEN)
    _highlight(sheet, block.cells, f'AND($C{first}<>"",NOT({known}))', fill=_RED)
    after = block.number  # blocks are numbered from 1, so this is the index of the next one
    if after < len(writer.blocks):
        following = writer.blocks[after].sheet
        text = _("Go on with: {sheet}").format(sheet=following)
    else:
        following = text = _("Instructions")
    _link(sheet, f"B{block.last_pair + 2}", text, following)


def _write_matrix(writer: _Writer, block: _Block, sheet: Worksheet) -> None:
    """The judgment matrix beside the items, weights, and CR, all as formulas."""
    _, n = writer.translate, len(block.kids)
    columns = [get_column_letter(_MATRIX + k) for k in range(n)]
    mean, weight, ratio = (get_column_letter(_MATRIX + n + k) for k in range(3))
    first, last = _FIRST_ITEM, block.last_item
    whole = f"COUNT(${columns[0]}${first}:${columns[-1]}${last})={n * n}"
    _put(sheet, "G5", _("Judgment matrix, calculated from your answers"), "heading")
    _put(sheet, "G6", _("Item"), "header")
    headings = (_("Geometric mean"), _("Weight"), "(Aw)ᵢ / wᵢ")
    texts = (*(writer.name(kid) for kid in block.kids), *headings)
    for letter, text in zip((*columns, mean, weight, ratio), texts, strict=True):
        sheet.column_dimensions[letter].width = _MATRIX_WIDTH
        _put(sheet, f"{letter}6", text, "header")
        _raise_row(sheet, 6, text, _MATRIX_WIDTH)

    def compute(place: str, formula: str, look: str = "number") -> None:
        _compute(sheet, place, f'IF({whole},{formula},"—")', look)

    rows = {pair: block.first_pair + k for k, pair in enumerate(block.pairs)}
    for (i, upper), (j, lower) in product(enumerate(block.kids), repeat=2):
        place = f"{columns[j]}{first + i}"
        if i == j:
            _put(sheet, place, 1, "judgment")
        elif i < j:
            entry = f"MATCH(C{rows[upper, lower]},{_TEXTS},0)"
            _compute(sheet, place, f'IFERROR(INDEX({_VALUES},{entry}),"")', "judgment")
        else:
            mirrored = f"{columns[i]}{first + j}"
            _compute(sheet, place, f'IF({mirrored}="","",1/{mirrored})', "judgment")
    weights = f"${weight}${first}:${weight}${last}"
    for k, kid in enumerate(block.kids):
        row = first + k
        _put(sheet, f"G{row}", writer.name(kid), "name")
        _raise_row(sheet, row, writer.name(kid), _WIDTHS["G"])
        compute(f"{mean}{row}", f"GEOMEAN({columns[0]}{row}:{columns[-1]}{row})")
        compute(f"{weight}{row}", f"{mean}{row}/SUM(${mean}${first}:${mean}${last})")
        # (Aw)_i = Σ a_ij w_j = Σ w_j / a_ji: down the column, so that both ranges are columns
        column = f"{columns[k]}{first}:{columns[k]}{last}"
        compute(f"{ratio}{row}", f"SUMPRODUCT({weights}/{column})/{weight}{row}")

    value, at = columns[0], last + 2
    table = RANDOM_INDEX_TABLES[writer.survey.random_index]
    ri = random_index_value(n, table.name)
    for k, label in enumerate(("λmax", "CI = (λmax − n) / (n − 1)", "RI", "CR = CI / RI")):
        _put(sheet, f"G{at + k}", label, "name")
    compute(f"{value}{at}", f"AVERAGE({ratio}{first}:{ratio}{last})")
    compute(f"{value}{at + 1}", f"({value}{at}-{n})/{n - 1}")
    _put(sheet, f"{value}{at + 2}", ri, "number")
    compute(f"{value}{at + 3}", f"{value}{at + 1}/{value}{at + 2}" if ri else "0")
    _compute(sheet, _CR, f"{value}{at + 3}", "cr")
    note = _(
        "Weights: geometric means of the rows, divided by their sum. λmax: mean of (Aw)ᵢ / wᵢ. "
        "RI: {source}. The final analysis may use another method, so its CR may differ a little."
    ).format(source=table.source)
    beside = f"{columns[1]}{at}"
    _put(sheet, beside, note, "note")
    sheet.merge_cells(f"{beside}:{ratio}{at + 3}")


def _write_status(writer: _Writer, block: _Block, sheet: Worksheet) -> None:
    """The line that stays in sight: how many are answered, CR, what it means."""
    _ = writer.translate
    total = len(block.pairs)
    done = _("{done} of {total} answered").replace("{total}", str(total))
    _compute(sheet, "A3", _filled(done, done=_count(block.cells)), "name")
    sheet.merge_cells("A3:B3")
    fit = _("Your judgments here fit together (CR is below 0.1).")
    contradict = _(
        "Some of your judgments here contradict each other (CR should be below 0.1). "
        "Please look at them once more; you may also keep them."
    )
    if len(block.kids) == 2:
        fit = _("With two items there is only one comparison, so nothing can contradict it.")
    verdict = f"IF({_CR}<{CR_LIMIT},{_quoted(fit)},{_quoted(contradict)})"
    _compute(sheet, _VERDICT.replace("$", ""), f'IF(ISNUMBER({_CR}),{verdict},"")', "cell")
    sheet.merge_cells("D3:E3")
    _raise_row(sheet, 3, contradict, _WIDTHS["D"] + _WIDTHS["E"])
    _color_cr(sheet, _CR)


def _write_guide(
    writer: _Writer, sheet: Worksheet, title: str, expert: str, round_number: int
) -> None:
    """The first sheet: what it is for, how to fill it in, the scale, how far it is."""
    _, survey = writer.translate, writer.survey
    sheet.title = _("Instructions")
    _set_up(sheet, _GUIDE_WIDTHS)
    sheet.page_setup.fitToHeight = 1
    _span(sheet, "A1:F1", title, "title")
    who = _("Questionnaire for {name} · round {number}").format(name=expert, number=round_number)
    _span(sheet, "A2:F2", who, "question")
    _span(sheet, "A3:F3", survey.text(survey.description, writer.language), "text")

    row = 5
    _span(sheet, f"A{row}:F{row}", _("How to fill it in"), "heading")
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
        _put(sheet, f"A{row + k}", k, "text")
        _span(sheet, f"B{row + k}:F{row + k}", step, "text")

    row += len(steps) + 2
    row = _write_contents(writer, sheet, row) + 2
    _span(sheet, f"A{row}:F{row}", _("What do the numbers 1 to 9 mean?"), "heading")
    row = _write_scale(writer, sheet, row + 1) + 1
    left, right = (writer.name(node) for node in writer.blocks[0].pairs[0])
    pair = _("Example: with “{left}” on the left and “{right}” on the right,")
    _span(sheet, f"A{row}:F{row}", pair.format(left=left, right=right), "heading")
    for k, position in enumerate(("5", "1", "1/3"), start=1):
        meaning = _("“{entry}” means: {sentence}.").format(
            entry=ENTRIES[position], sentence=judgment_sentence(left, right, position, _)
        )
        _span(sheet, f"B{row + k}:F{row + k}", meaning, "text")


def _write_contents(writer: _Writer, sheet: Worksheet, row: int) -> int:
    """The sheets with how far each is; returns the last row."""
    _ = writer.translate
    _span(sheet, f"A{row}:F{row}", _("The sheets, and how far you are"), "heading")
    header = row + 1
    headings = (
        *(_("No."), _("Sheet"), _("Answered"), _("Comparisons")),
        *("CR", _("Do the judgments fit together?")),
    )
    for letter, heading in zip("ABCDEF", headings, strict=True):
        _put(sheet, f"{letter}{header}", heading, "header")
        _raise_row(sheet, header, heading, _GUIDE_WIDTHS[letter])
    for block in writer.blocks:
        row = header + block.number
        _put(sheet, f"A{row}", block.number, "centered")
        _link(sheet, f"B{row}", writer.name(block.parent), block.sheet, "linked cell")
        _compute(sheet, f"C{row}", _count(block.there(block.cells)), "centered")
        _put(sheet, f"D{row}", len(block.pairs), "centered")
        _compute(sheet, f"E{row}", block.there(_CR), "cr")
        sheet[f"E{row}"].number_format = "0.000;0.000"
        _compute(sheet, f"F{row}", block.there(_VERDICT), "cell")
        sheet.row_dimensions[row].height = 36
        _color_cr(sheet, f"$E${row}")
    total = row + 1
    sheet.row_dimensions[total].height = 22
    _put(sheet, f"B{total}", _("Together"), "name")
    for letter in "CD":
        formula = f"SUM({letter}{header + 1}:{letter}{row})"
        _compute(sheet, f"{letter}{total}", formula, "centered")
    _highlight(sheet, f"C{header + 1}:C{total}", f"$C{header + 1}=$D{header + 1}", fill=_GREEN)
    return total


def _write_scale(writer: _Writer, sheet: Worksheet, row: int) -> int:
    """The table of what the steps mean; returns the row below."""
    _ = writer.translate
    lines = [(str(step), word, meaning) for step, (word, _adverb, meaning) in step_words(_).items()]
    lines.append(("2, 4, 6, 8", _("in between"), between_meaning(_)))
    for step, word, meaning in ((_("Step"), _("Importance"), _("Meaning")), *lines):
        looks = ("header",) * 3 if step == _("Step") else ("centered", "name", "cell")
        _span(sheet, f"A{row}:B{row}", f"{step}", looks[0])
        _span(sheet, f"C{row}:D{row}", word, looks[1])
        _span(sheet, f"E{row}:F{row}", meaning, looks[2])
        row += 1
    return row


def _write_hidden(writer: _Writer, expert: str, study_id: str, round_number: int) -> None:
    """The sheet that no program shows: whose file it is, the scale, the place of each pair."""
    _ = writer.translate
    sheet = writer.workbook.create_sheet(_HIDDEN)
    sheet.sheet_state = "veryHidden"
    sheet.protection.enable()
    content_hash = writer.survey.content_hash
    whose: list[str | int] = [study_id, content_hash, round_number, expert]
    count = sum(len(block.pairs) for block in writer.blocks)
    values = (FORMAT, *whose, writer.language, count)
    for row, (name, value) in enumerate(zip(_FIELDS, values, strict=True), start=1):
        _put(sheet, f"A{row}", name, "Normal")
        _put(sheet, f"B{row}", value, "Normal")
    for row, (position, entry) in enumerate(ENTRIES.items(), start=1):
        _put(sheet, f"D{row}", entry, "Normal")
        _put(sheet, f"E{row}", parse_judgment(position), "Normal")
        _put(sheet, f"F{row}", judgment_sentence(_LEFT, _RIGHT, position, _), "Normal")
    row = 0
    for block in writer.blocks:
        for k, (left, right) in enumerate(block.pairs):
            row += 1
            line = (block.sheet, f"C{block.first_pair + k}", block.parent, left, right)
            for letter, text in zip(_MAP, line, strict=True):
                _put(sheet, f"{letter}{row}", text, "Normal")


# Reading ------------------------------------------------------------------------------------------

_CHOOSE = "expected an entry of the cell's list, from '← 9' over '1 =' to '9 →'"
_UNDO = "undo the change, or ask the organizer for the questionnaire anew"
_SAVE = "save the questionnaire again as Excel Workbook (.xlsx), or ask the organizer for it anew"
_CELL = re.compile(r"C[1-9][0-9]{0,6}")
_TYPED = re.compile(r"(?:←([2-9])|([2-9])←)|(?:([2-9])→|→([2-9]))")
_SIDES = {"<-": "←", "->": "→", "左": "←", "右": "→"}


def read_questionnaire(
    content: bytes,
    survey: Survey,
    *,
    source: str = "questionnaire.xlsx",
    study_id: str | None = None,
    expert: str | None = None,
    round_number: int | None = None,
) -> FilledQuestionnaire:
    """Read the answers from a workbook that `questionnaire_workbook` made and people filled in.

    Nothing in the file is evaluated. Blank answers are allowed.

    Args:
        content: the .xlsx file.
        survey: what was asked; the file must be of the same content hash.
        source: name of the file, for messages.
        study_id: the study that the file must belong to; None for any.
        expert: the expert; None for any.
        round_number: the round; None for any.

    Raises:
        AnswersError: names the file, the sheet, the cell, the value, what was expected and what to
            do. One damaged cell refuses the whole file.
    """
    workbook = _open(content, source)
    hidden = _hidden(workbook, source)
    expected = {
        "survey": (survey.content_hash, "made for this survey as it is now"),
        "study": (study_id, "of this study"),
        "expert": (expert, "of this expert"),
        "round": (round_number, "of this round"),
    }
    found = {name: _field(hidden, row, source) for row, name in enumerate(_FIELDS, start=1)}
    for name, (value, which) in expected.items():
        wanted = one_line(value) if isinstance(value, str) else value
        if value is not None and found[name] != wanted:
            raise AnswersError(
                f"{source}: {name} {found[name]!r}, expected {wanted!r}; "
                f"use the questionnaire {which}"
            )
    who = found["expert"] if expert is None else expert
    judgments, unanswered = [], []
    for pair, cell in _places(workbook, hidden, survey, found["comparisons"], source):
        place = f"{source}: sheet {cell.parent.title!r}, cell "
        _check_names(cell, pair, survey, found["language"], place)
        value = _position(cell, f"{place}{cell.coordinate}")
        if value is None:
            unanswered.append(pair)
        else:
            judgments.append(Judgment(who, *pair, value, f"{place}{cell.coordinate}"))
    return FilledQuestionnaire(
        expert=who,
        study_id=found["study"],
        round_number=found["round"],
        judgments=tuple(judgments),
        unanswered=tuple(unanswered),
    )


def _open(content: bytes, source: str) -> Workbook:
    """The workbook, once its size is known to be harmless."""
    if content.startswith(bytes.fromhex("D0CF11E0A1B11AE1")):
        raise AnswersError(
            f"{source}: an old .xls workbook, or one with a password, expected an .xlsx workbook; "
            "save it without a password as Excel Workbook (.xlsx)"
        )
    with uploaded_workbook(
        content,
        source,
        max_bytes=MAX_BYTES,
        max_spread=MAX_SPREAD,
        too_large="{size} bytes when unpacked",
        damaged="not an .xlsx workbook, or a damaged one, expected a questionnaire",
        advice=f"; {_SAVE}",
    ) as workbook:
        return workbook


def _hidden(workbook: Workbook, source: str) -> Worksheet:
    """The hidden sheet of a questionnaire in this format."""
    hidden = next((sheet for sheet in workbook.worksheets if sheet.title == _HIDDEN), None)
    if hidden is None or hidden["A1"].value != _KIND:
        raise AnswersError(
            f"{source}: has no sheet {_HIDDEN!r} that begins with {_KIND!r}, expected a workbook "
            "made as a questionnaire; fill in the file that the organizer sent"
        )
    version = hidden["B1"].value
    if type(version) is int and version > FORMAT:
        raise AnswersError(
            f"{source}: sheet {_HIDDEN!r}, cell B1: format {version}, expected {FORMAT}; the file "
            "was made by a newer version of ahp, which can read it"
        )
    return hidden


def _field(hidden: Worksheet, row: int, source: str) -> Any:
    """A value from the head of the hidden sheet, of the type it must have."""
    name, value = _FIELDS[row - 1], hidden[f"B{row}"].value
    fits, expected = {
        _KIND: (value == FORMAT, f"format {FORMAT}"),
        "round": (type(value) is int, "a whole number"),
        "comparisons": (type(value) is int, "a whole number"),
        "language": (value in tuple(LANGUAGES), f"one of {', '.join(LANGUAGES)}"),
    }.get(name, (isinstance(value, str), "a text"))
    if not fits or hidden[f"A{row}"].value != name:
        raise AnswersError(
            f"{source}: sheet {_HIDDEN!r}, cell B{row}: {value!r}, expected {expected} beside "
            f"{name!r}; {_UNDO}"
        )
    return value


def _places(
    workbook: Workbook, hidden: Worksheet, survey: Survey, count: int, source: str
) -> Iterator[tuple[Pair, Cell]]:
    """The answer cell of every pair that was asked, as the hidden sheet lists them."""
    open_pairs = set(survey.hierarchy.comparisons)
    sheets = {sheet.title: sheet for sheet in workbook.worksheets}
    row, taken = 0, set()
    while any(line := [hidden[f"{letter}{row + 1}"].value for letter in _MAP]):
        row += 1
        name, place, *ids = line
        pair, where = tuple(ids), f"{source}: sheet {_HIDDEN!r}, row {row}"
        if pair not in open_pairs:
            raise AnswersError(
                f"{where}: {pair}, expected parent, left and right of a comparison that is not "
                f"listed above; {_UNDO}"
            )
        if name not in sheets:
            raise AnswersError(f"{source}: sheet {name!r} is missing, expected it; {_UNDO}")
        if not _CELL.fullmatch(str(place)) or (name, place) in taken:
            raise AnswersError(
                f"{where}: cell {place!r}, expected a cell of its own in column C; {_UNDO}"
            )
        open_pairs.remove(pair)
        taken.add((name, place))
        yield pair, sheets[name][place]
    if row != count:
        raise AnswersError(
            f"{source}: sheet {_HIDDEN!r}, row {row + 1}: the list ends after {row} comparisons, "
            f"expected {count}; {_UNDO}"
        )


def _check_names(cell: Cell, pair: Pair, survey: Survey, language: str, place: str) -> None:
    """Refuse a row whose names are not those of its pair, or whose cells were merged."""
    sheet = cast(Worksheet, cell.parent)
    if cell.coordinate in sheet.merged_cells:
        raise AnswersError(
            f"{place}{cell.coordinate}: merged with other cells, expected a cell of its own; "
            f"{_UNDO}"
        )
    for letter, node in (("B", pair[1]), ("D", pair[2])):
        shown = sheet[f"{letter}{cell.row}"].value
        expected = one_line(survey.node_name(node, language))
        if not isinstance(shown, str) or one_line(shown) != expected:
            raise AnswersError(
                f"{place}{letter}{cell.row}: {shown!r}, expected {expected!r}; rows and names must "
                f"stay as they were: {_UNDO}"
            )


def _position(cell: Cell, place: str) -> str | None:
    """The position of Saaty's scale in an answer cell, None when it is blank.

    Beside the entries of the list, what people type for them is read when it can mean one thing
    only: full-width characters, `->` for the arrow, `左5` and `右5`, and 1.
    """
    value: Any = cell.value
    if cell.data_type == "f":
        formula = getattr(value, "text", value)  # array formulas are objects
        raise AnswersError(f"{place}: formula {formula!r}, {_CHOOSE}; choose it from the list")
    if cell.data_type == "e":
        raise AnswersError(f"{place}: error value {value!r}, {_CHOOSE}; choose it from the list")
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        raise AnswersError(
            f"{place}: date or time {value}, {_CHOOSE}; the program made a date of what was typed, "
            "empty the cell and choose from the list"
        )
    if isinstance(value, int | float) and not isinstance(value, bool):
        position = judgment_text(value)
        text = position or ""
    else:
        text = "".join(unicodedata.normalize("NFKC", str(value or "")).split())
        for typed, arrow in _SIDES.items():
            text = text.replace(typed, arrow)
    if value is None or (isinstance(value, str) and not text):
        return None
    if text in ("1", "1="):
        return "1"
    if found := _TYPED.fullmatch(text):
        left, right = found[1] or found[2], found[3] or found[4]
        return left or f"1/{right}"
    if text in SAATY_POSITIONS:
        step = text.removeprefix("1/")
        raise AnswersError(
            f"{place}: {value!r} does not say which item is more important, expected "
            f"{ENTRIES[step]!r} for the left or {ENTRIES[opposite(step)]!r} for the right one; "
            "choose it from the list"
        )
    raise AnswersError(f"{place}: {value!r}, {_CHOOSE}; choose it from the list")
