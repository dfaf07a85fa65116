"""A study as a workbook of formulas, from the judgments to the ranking, for who checks it by hand.

What is typed and what is computed have colors of their own. A judgment or a weight of an expert can
be changed where the workbook then follows the library in full; where it can't, the cells are locked
and the first sheet says why. `docs/reproduction.md` describes the sheets.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from openpyxl import Workbook
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from ..consistency import CR_LIMIT
from ..errors import OptionError
from ..i18n import LANGUAGES, Translate, translator
from ..i18n.words import random_index_source
from ..random_index import RANDOM_INDEX_TABLES
from ..report import given_words, provenance, who_counts
from ..report.archive import without_times
from ..report.workbook import sheet_names
from ..study import Analysis
from ..study.panel import TOLERANCE
from ..tolerance import TIE_RTOL
from .calculation_parent import (
    EXPERTS_FIRST,
    MatrixPlaces,
    ParentPlan,
    weights_open,
    why_closed,
    write_judgments,
    write_matrix,
)
from .cells import (
    add_looks,
    cr_format,
    dress,
    link,
    put,
    put_formula,
    put_note,
    quoted,
    raise_row,
    set_up,
    span,
)

_FIRST = 4
"""First row of the nodes and of the indicators, below their headings."""


@dataclass(frozen=True)
class _Links:
    """Where formulas find what they need.

    Attributes:
        weights: name of the sheet with the weights of all nodes.
        rows: node -> its row there.
        places: parent that is compared under -> what its matrix results in.
    """

    weights: str
    rows: Mapping[str, int]
    places: Mapping[str, MatrixPlaces]


def calculation_workbook(
    analysis: Analysis, *, language: str = "zh", codes: Mapping[str, str] | None = None
) -> bytes:
    """A study as an .xlsx file that computes its weights, consistency and ranking by formulas.

    Args:
        analysis: the result.
        language: of `ahp.i18n.LANGUAGES`.
        codes: expert -> what is shown for them; None = `"E01"`, `"E02"` … in the order of the
            panel.

    Raises:
        OptionError: `language` is unknown, or an expert has no code, or two have the same.

    >>> from ahp.exchange.study_calculation import calculation_workbook
    >>> from ahp.resources import data_folder
    >>> demo = data_folder("examples") / "supervision_demo" / "answers.csv"
    >>> survey = ahp.load_survey("supervision_effectiveness")
    >>> workbook = calculation_workbook(ahp.analyze(survey, ahp.read_answers(demo)))
    >>> workbook[:2]
    b'PK'
    """
    if language not in LANGUAGES:
        raise OptionError.unknown("language", language, LANGUAGES)
    _ = translator(language)
    analysis = coded(analysis, codes)
    survey = analysis.survey
    compared = survey.hierarchy.compared
    parents = [survey.node_name(parent, language) for parent in compared]
    fixed = [
        *(_("Contents"), _("Ranking"), _("Weights of the hierarchy"), _("Total consistency")),
        *(_("Experts"), _("Random index"), _("Sorting")),
    ]
    numbered = list(enumerate(parents, start=1))
    matrix_title, judged_title = _("{number} Matrix {name}"), _("{number} Judgments {name}")
    titles = [matrix_title.format(number=k, name=name) for k, name in numbered]
    titles += [judged_title.format(number=k, name=name) for k, name in numbered]
    names = sheet_names([*fixed, *titles])
    cover, ranking, weights, total, experts, index, sorting = names[: len(fixed)]
    matrices = names[len(fixed) : len(fixed) + len(compared)]
    judged = names[len(fixed) + len(compared) :]
    book = Workbook()
    book.remove(book.worksheets[0])
    add_looks(book, "Microsoft YaHei" if language == "zh" else "Arial")
    pairs = list(zip(matrices, judged, strict=True))
    results, others = (cover, ranking, weights, total), (experts, index, sorting)
    order = (*results, *(name for pair in pairs for name in pair), *others)
    sheets = {name: book.create_sheet(name) for name in order}
    plans = {
        parent: ParentPlan(analysis, parent, language, answers, matrix)
        for parent, answers, matrix in zip(compared, judged, matrices, strict=True)
    }
    _write_experts(analysis, sheets[experts], _)
    _write_random_index(analysis, sheets[index], language)
    places: dict[str, MatrixPlaces] = {}
    for parent, plan in plans.items():
        write_judgments(plan, sheets[plan.judged], experts, _)
        places[parent] = write_matrix(plan, sheets[plan.matrix], index, _)
    rows = _write_weights(analysis, sheets[weights], places, language)
    _write_sorting(analysis, sheets[sorting], weights, rows, language)
    _write_ranking(analysis, sheets[ranking], sorting, language)
    _write_total(analysis, sheets[total], _Links(weights, rows, places), language)
    targets = [(ranking, weights), (total, sorting), *pairs, (experts, index)]
    _write_cover(sheets[cover], list(plans.values()), targets, language)
    book.calculation.fullCalcOnLoad = True
    book.properties.title = survey.text(survey.name, language)
    book.properties.creator = "ahp"
    stream = io.BytesIO()
    book.save(stream)
    return without_times(stream.getvalue())


def coded(analysis: Analysis, codes: Mapping[str, str] | None = None) -> Analysis:
    """The same result with codes for the experts' names.

    Args:
        analysis: the result.
        codes: expert -> code; None = `"E01"`, `"E02"` … in the order of the panel.

    Raises:
        OptionError: an expert has no code, or two have the same.
    """
    experts = analysis.panel.experts
    if codes is None:
        codes = {name: f"E{k:02d}" for k, name in enumerate(experts, start=1)}
    for name in experts:
        if name not in codes:
            raise OptionError("expert_without_code", name=name)
    shown = tuple(codes[name] for name in experts)
    for k, code in enumerate(shown):
        if code in shown[:k]:
            raise OptionError("expert_code_twice", value=code)
    return replace(
        analysis,
        panel=replace(analysis.panel, experts=shown),
        expert_weights=MappingProxyType(
            {codes[name]: weight for name, weight in analysis.expert_weights.items()}
        ),
        recused=tuple((codes[name], parent) for name, parent in analysis.recused),
    )


def _head(sheet: Worksheet, row: int, headings: list[str]) -> None:
    for letter, text in zip("ABCDEFGHIJ", headings, strict=False):
        put(sheet, f"{letter}{row}", text, "header")
        raise_row(sheet, row, text, sheet.column_dimensions[letter].width)
    sheet.print_title_rows = f"{row}:{row}"
    sheet.freeze_panes = f"A{row + 1}"


def _write_experts(analysis: Analysis, sheet: Worksheet, _: Translate) -> None:
    """The experts' weights and their shares."""
    set_up(sheet, {"A": 26, "B": 16, "C": 20})
    put(sheet, "A1", _("Experts and their weights"), "heading")
    _head(sheet, EXPERTS_FIRST - 1, [_("Expert"), _("Weight"), _("Weight in the panel")])
    last = EXPERTS_FIRST + len(analysis.expert_weights) - 1
    look = "typed number" if weights_open(analysis) else "fixed"
    for row, (code, weight) in enumerate(analysis.expert_weights.items(), start=EXPERTS_FIRST):
        put(sheet, f"A{row}", code, "name")
        put(sheet, f"B{row}", weight, look)
        sheet[f"B{row}"].number_format = "0.0000"
        total = f"SUM($B${EXPERTS_FIRST}:$B${last})"
        put_formula(sheet, f"C{row}", f"B{row}/{total}", "number")


def _write_random_index(analysis: Analysis, sheet: Worksheet, language: str) -> None:
    """The table of random indices and its source."""
    _ = translator(language)
    set_up(sheet, {"A": 14, "B": 14, "C": 60})
    table = RANDOM_INDEX_TABLES[analysis.random_index]
    put(sheet, "A1", _("Random index"), "heading")
    source = _("{name}: {value}").format(
        name=table.name, value=random_index_source(table.name, language)
    )
    put_note(sheet, "A2", source)
    _head(sheet, 3, ["n", "RI"])
    for row, (n, value) in enumerate(sorted(table.values.items()), start=4):
        put(sheet, f"A{row}", n, "centered")
        put(sheet, f"B{row}", value, "number")
        sheet[f"B{row}"].number_format = "0.00####"


def _write_weights(
    analysis: Analysis, sheet: Worksheet, places: Mapping[str, MatrixPlaces], language: str
) -> dict[str, int]:
    """Local and global weights of all nodes, from the goal down; node -> row."""
    _, survey = translator(language), analysis.survey
    hierarchy = survey.hierarchy
    set_up(sheet, {"A": 36, "B": 36, "C": 16, "D": 16, "E": 18, "F": 16})
    put(sheet, "A1", _("Weights of the hierarchy"), "heading")
    put_note(sheet, "A2", _("A global weight is the local weight times that of the parent."))
    headings = [_("Node"), _("Parent"), _("Local weight"), _("Global weight")]
    _head(sheet, _FIRST - 1, [*headings, _("Global weight in the report"), _("Difference")])
    put(sheet, f"A{_FIRST}", survey.node_name(hierarchy.goal, language), "name")
    put(sheet, f"D{_FIRST}", 1, "number")
    rows = {hierarchy.goal: _FIRST}
    for parent, kids in hierarchy.children.items():
        for k, kid in enumerate(kids):
            row = rows[kid] = _FIRST + len(rows)
            put(sheet, f"A{row}", survey.node_name(kid, language), "name")
            put(sheet, f"B{row}", survey.node_name(parent, language), "cell")
            if parent in places:
                put_formula(sheet, f"C{row}", places[parent].weights[k], "number")
            else:
                put(sheet, f"C{row}", float(analysis.local_weights[parent][k]), "fixed")
            put_formula(sheet, f"D{row}", f"C{row}*D{rows[parent]}", "number")
            put(sheet, f"E{row}", analysis.global_weights[kid], "fixed")
            put_formula(sheet, f"F{row}", f"D{row}-E{row}", "signed")
    return rows


def _write_sorting(
    analysis: Analysis, sheet: Worksheet, weights: str, rows: Mapping[str, int], language: str
) -> None:
    """How the ranks come about: indicators in the order of the tree on the left, by falling weight
    on the right, where neighbors tie.
    """
    _, survey = translator(language), analysis.survey
    leaves = survey.hierarchy.leaves
    set_up(sheet, {"A": 36, "B": 16, "C": 12, "D": 12, "E": 12, "F": 4, "G": 12, "H": 16, "I": 12})
    put(sheet, "A1", _("Sorting"), "heading")
    told = _("Neighbors tie whose weights differ by no more than this share of the larger:")
    put_note(sheet, "A2", told)
    put(sheet, "I2", TIE_RTOL, "fixed")
    sheet["I2"].number_format = "0E+00"
    headings = [_("Indicator"), _("Global weight"), _("Place"), _("Rank"), _("Line"), ""]
    _head(sheet, _FIRST - 1, [*headings, _("Place"), _("Global weight"), _("Rank")])
    last = _FIRST + len(leaves) - 1
    cells = f"$B${_FIRST}:$B${last}"
    for k, leaf in enumerate(leaves):
        row = _FIRST + k
        put(sheet, f"A{row}", survey.node_name(leaf, language), "name")
        put_formula(sheet, f"B{row}", f"{quote_sheetname(weights)}!D{rows[leaf]}", "number")
        above = f"+SUMPRODUCT(--(B${_FIRST}:B{row - 1}=B{row}))" if k else ""
        put_formula(sheet, f"C{row}", f"1+SUMPRODUCT(--({cells}>B{row})){above}", "centered")
        put_formula(sheet, f"D{row}", f"INDEX($I${_FIRST}:$I${last},C{row})", "centered")
        above = f"+SUMPRODUCT(--(D${_FIRST}:D{row - 1}=D{row}))" if k else ""
        put_formula(sheet, f"E{row}", f"D{row}{above}", "centered")
        put(sheet, f"G{row}", k + 1, "centered")
        match = f"MATCH(G{row},$C${_FIRST}:$C${last},0)"
        put_formula(sheet, f"H{row}", f"INDEX({cells},{match})", "number")
        if k == 0:
            put_formula(sheet, f"I{row}", f"G{row}", "centered")
        else:
            ties = f"H{row - 1}-H{row}<=$I$2*H{row - 1}"
            put_formula(sheet, f"I{row}", f"IF({ties},I{row - 1},G{row})", "centered")


def _write_ranking(analysis: Analysis, sheet: Worksheet, sorting: str, language: str) -> None:
    """The indicators by falling global weight, with their shared ranks."""
    _, survey = translator(language), analysis.survey
    hierarchy = survey.hierarchy
    count = len(hierarchy.leaves)
    set_up(sheet, {"A": 10, "B": 40, "C": 40, "D": 18, "E": 18})
    put(sheet, "A1", _("Composite ranking"), "heading")
    put_note(sheet, "A2", who_counts(analysis, language))
    headings = [_("Rank"), _("Indicator"), _("Parent"), _("Global weight"), _("Cumulative")]
    _head(sheet, _FIRST - 1, headings)
    source, last = quote_sheetname(sorting), _FIRST + count - 1
    for k, leaf in enumerate(hierarchy.leaves):  # parents in the order of the tree, to look up
        parent = hierarchy.parent_of(leaf) or hierarchy.goal
        put(sheet, f"H{_FIRST + k}", survey.node_name(parent, language), "text")
    sheet.column_dimensions["H"].hidden = True
    for k in range(count):
        row = _FIRST + k
        line = f"MATCH({k + 1},{source}!$E${_FIRST}:$E${last},0)"
        for letter, column, look in (("A", "D", "centered"), ("B", "A", "name")):
            cells = f"{source}!${column}${_FIRST}:${column}${last}"
            put_formula(sheet, f"{letter}{row}", f"INDEX({cells},{line})", look)
        put_formula(sheet, f"C{row}", f"INDEX($H${_FIRST}:$H${last},{line})", "cell")
        weights = f"{source}!$B${_FIRST}:$B${last}"
        put_formula(sheet, f"D{row}", f"INDEX({weights},{line})", "number")
        put_formula(sheet, f"E{row}", f"SUM(D${_FIRST}:D{row})", "number")
    sheet.print_area = f"A1:E{last}"


def _write_total(analysis: Analysis, sheet: Worksheet, links: _Links, language: str) -> None:
    """Consistency of each matrix, and of each level: Σ w·CI / Σ w·RI."""
    _, survey = translator(language), analysis.survey
    set_up(sheet, {"A": 40, **dict.fromkeys("BCDEFG", 14)})
    put(sheet, "A1", _("Consistency of the total hierarchy"), "heading")
    told = _("CI and RI of a level: the sums of those of its matrices times the global weights.")
    put_note(sheet, "A2", told)
    headings = [_("Compared under"), _("Global weight"), "λmax", "CI", "RI", "CR"]
    _head(sheet, _FIRST - 1, [*headings, _("Acceptable")])
    row = _FIRST
    for level in analysis.total_consistency:
        first = row
        for parent in level.parents:
            put(sheet, f"A{row}", survey.node_name(parent, language), "cell")
            own = links.places[parent]
            weight = f"{quote_sheetname(links.weights)}!D{links.rows[parent]}"
            cells = weight, own.lambda_max, own.ci, own.ri, own.cr
            for letter, formula in zip("BCDEF", cells, strict=True):
                put_formula(sheet, f"{letter}{row}", formula, "number")
            _write_verdict(sheet, row, _)
            row += 1
        put(sheet, f"A{row}", _("Level {level}").format(level=level.level), "name")
        put(sheet, f"C{row}", "", "cell")
        shares = f"$B{first}:$B{row - 1}"
        put_formula(sheet, f"B{row}", f"SUM({shares})", "number")
        for letter in "DE":
            formula = f"SUMPRODUCT({shares},{letter}{first}:{letter}{row - 1})"
            put_formula(sheet, f"{letter}{row}", formula, "number")
        put_formula(sheet, f"F{row}", f"IF(E{row}>0,D{row}/E{row},0)", "number")
        _write_verdict(sheet, row, _)
        row += 2
    for parent in survey.given:
        name = survey.node_name(parent, language)
        given = given_words(survey, parent, language)
        put_note(sheet, f"A{row}", _("{name}: {given}").format(name=name, given=given))
        row += 1


def _write_verdict(sheet: Worksheet, row: int, _: Translate) -> None:
    sheet[f"F{row}"].number_format = cr_format()
    formula = f"IF(F{row}<{CR_LIMIT!r},{quoted(_('yes'))},{quoted(_('no'))})"
    put_formula(sheet, f"G{row}", formula, "centered")


def _write_cover(
    sheet: Worksheet, plans: list[ParentPlan], targets: list[tuple[str, str]], language: str
) -> None:
    """What this is, who judged, what the colors mean, what can be changed, and where it is.

    Args:
        sheet: to write on.
        plans: of all parents that are compared under.
        targets: names of the other sheets, two a row; the second one is that of the weights.
        language: of the texts.
    """
    analysis = plans[0].analysis
    _, survey, weights = translator(language), analysis.survey, targets[0][1]
    set_up(sheet, {"A": 34, "B": 100})
    span(sheet, "A1:B1", survey.text(survey.name, language), "title")
    span(sheet, "A2:B2", _("The calculation from the judgments to the ranking"), "heading")
    row = 4
    for label, value in provenance(analysis, language):
        put(sheet, f"A{row}", label, "name")
        put(sheet, f"B{row}", value, "cell")
        raise_row(sheet, row, value, 100)
        row += 1
    nodes = len(survey.nodes) - 1
    cells = f"{quote_sheetname(weights)}!$F${_FIRST + 1}:$F${_FIRST + nodes}"
    differing = f"SUMPRODUCT(--(ABS({cells})>{TOLERANCE!r}))"
    unchanged = _("All {count} weights are those of the report.").format(count=nodes)
    changed = _(" of {count} weights differ from those of the report: something was changed here.")
    put(sheet, f"A{row}", _("Compared with the report"), "name")
    formula = (
        f"IF({differing}=0,{quoted(unchanged)},{differing}&{quoted(changed.format(count=nodes))})"
    )
    put_formula(sheet, f"B{row}", formula, "cell")
    row += 2
    put(sheet, f"A{row}", _("Colors"), "heading")
    for look, text in (
        ("typed number", _("typed: can be changed, and everything follows")),
        ("number", _("computed by a formula of this file")),
        ("fixed", _("value from ahp or from the answers: stays as it is, locked")),
    ):
        row += 1
        dress(sheet[f"A{row}"], look)
        put(sheet, f"B{row}", text, "cell")
    row += 2
    put(sheet, f"A{row}", _("What can be changed here"), "heading")
    for sentence in _open_sentences(analysis, plans, language):
        row += 1
        span(sheet, f"A{row}:B{row}", sentence, "text")
    row += 2
    put(sheet, f"A{row}", _("Sheets"), "heading")
    for pair in targets:
        row += 1
        for letter, name in zip("AB", pair, strict=True):
            link(sheet, f"{letter}{row}", name, name)


def _open_sentences(analysis: Analysis, plans: list[ParentPlan], language: str) -> list[str]:
    """What of the file can be changed, and why not what can't."""
    _, survey = translator(language), analysis.survey
    sentences = []
    is_open = [plan for plan in plans if plan.open]
    if len(is_open) == len(plans):
        sentences.append(_("Every judgment can be changed; weights, CR and ranking follow."))
    elif is_open:
        names = _(", ").join(survey.node_name(plan.parent, language) for plan in is_open)
        sentences.append(
            _("Judgments below these can be changed; weights, CR and ranking follow: {names}.")
            .format(names=names)
        )  # fmt: skip
    for plan in plans:
        if not plan.open:
            name = survey.node_name(plan.parent, language)
            told = _("{name}: {value}").format(name=name, value=why_closed(plan, _))
            sentences.append(told)
    if weights_open(analysis):
        sentences.append(_("The experts' weights can be changed; they are scaled to sum 1."))
    else:
        sentences.append(_("The experts' weights are for reading."))
    return sentences
