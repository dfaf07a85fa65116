"""The sheets of one parent in a workbook that calculates a study: what each expert judged, and the
joined matrix with its weights and consistency.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ..consistency import CR_LIMIT
from ..i18n import Translate
from ..matrix import Bool, Float
from ..report import method_words
from ..scale import SAATY_POSITIONS, parse_judgment
from ..study import Analysis
from .cells import cr_format, dress, put, put_formula, put_note, quoted, raise_row, set_up

CLOSED = ("geometric_mean", "column_mean", "row_sum", "harmonic")
"""Methods that are one formula."""

COMPUTED = ("eigenvector", *CLOSED)
"""Methods that a workbook follows from the matrix; by others its weights are values."""

SETTLED = 1e-12
"""Steps of the power method end where the weights move by less, in sum."""

LEAST_STEPS = 16
"""Steps of the power method with the eighth power of the matrix, at least: what was changed may be
less consistent than what was written."""

EXPERTS_FIRST = 4
"""Row of the first expert on the sheet with the experts' weights."""

HEADING, JOINED, FIRST = 4, 5, 6
"""Rows of the judgments: headings, the panel, the first expert."""

_EXPERT, _SHARE, _COUNTS, _PAIRS = 1, 2, 3, 4
"""Their columns: code, weight in the panel, what counts of it below this parent, the first pair."""

_WRITTEN = frozenset(map(parse_judgment, SAATY_POSITIONS))


@dataclass(frozen=True)
class ParentPlan:
    """What the sheets of a parent hold.

    Attributes:
        analysis: of the panel.
        parent: id of a parent that is compared under.
        language: of the texts.
        judged: name of the sheet with the judgments.
        matrix: name of the sheet with the joined matrix.
    """

    analysis: Analysis
    parent: str
    language: str
    judged: str
    matrix: str

    @property
    def kids(self) -> tuple[str, ...]:
        """Names of the children."""
        survey = self.analysis.survey
        return tuple(
            survey.node_name(kid, self.language) for kid in survey.hierarchy.children[self.parent]
        )

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Positions of the compared children, row by row."""
        n = len(self.kids)
        return tuple((i, j) for i in range(n) for j in range(i + 1, n))

    @property
    def judgments(self) -> Float:
        """What the experts judged, shape (k, n, n)."""
        return self.analysis.panel.matrices[self.parent]

    @property
    def abstaining(self) -> Bool:
        """Who has no weights of their own here, shape (k,)."""
        own = self.analysis.panel.local_weights[self.parent]
        return np.asarray(np.isnan(own).any(axis=-1))

    @property
    def gaps(self) -> bool:
        """Whether an expert with weights of their own left pairs out, so that they were filled."""
        missing = np.isnan(self.judgments).any(axis=(-1, -2))
        return bool((missing & ~self.abstaining).any())

    @property
    def joins_weights(self) -> bool:
        """Whether the experts' weights are joined, not their judgments."""
        return self.analysis.how.startswith("aip")

    @property
    def joined_by_formula(self) -> bool:
        """Whether the joined matrix follows from the judgments in the workbook."""
        return not self.analysis.how.startswith("aij_") and self.parent not in self.analysis.filled

    @property
    def own_by_formula(self) -> bool:
        """Whether the experts' own weights follow from their judgments in the workbook."""
        return self.analysis.method in CLOSED and not self.gaps

    @property
    def weighed_by_formula(self) -> bool:
        """Whether the weights follow from the joined matrix, or from the experts' own weights."""
        return self.joins_weights or self.analysis.method in COMPUTED

    @property
    def open(self) -> bool:
        """Whether a judgment that is changed in the workbook changes all that it changes in the
        library; where not, no judgment can be changed.
        """
        follows = self.own_by_formula if self.joins_weights else self.weighed_by_formula
        return self.joined_by_formula and follows and judgments_open(self.analysis)

    @property
    def factors(self) -> Float | None:
        """What each expert's weight is multiplied by here; None where nobody's is."""
        return self.analysis.panel.factors.get(self.parent)

    def judged_by_any(self, i: int, j: int) -> bool:
        """Whether an expert who counts here compared two children, by their positions."""
        counts = np.array(list(self.analysis.expert_weights.values()))
        if self.factors is not None:
            counts = counts * self.factors
        return bool((~np.isnan(self.judgments[:, i, j]) & (counts > 0)).any())


def why_closed(plan: ParentPlan, _: Translate) -> str:
    """Why no judgment of a parent can be changed in the workbook."""
    analysis = plan.analysis
    if analysis.weighting in ("consistency", "distance"):
        reason = _("the experts' weights follow from their judgments")
    elif analysis.incoherent != "include":
        reason = _("what an expert counts depends on the CR of their judgments")
    elif analysis.how.startswith("aij_"):
        reason = _("medians and trimmed means are not computed in this workbook")
    elif plan.parent in analysis.filled or (plan.joins_weights and plan.gaps):
        reason = _("pairs that were not judged are filled in by ahp")
    else:
        reason = _("weights by this method are not computed in this workbook: {method}").format(
            method=method_words(_)[analysis.method]
        )
    return _("The judgments are for reading: {reason}.").format(reason=reason)


def judgments_open(analysis: Analysis) -> bool:
    """Whether what the experts count does not depend on what they judged."""
    computed = analysis.weighting in ("consistency", "distance")
    return not computed and analysis.incoherent == "include"


def weights_open(analysis: Analysis) -> bool:
    """Whether an expert's weight that is changed in the workbook changes all that it changes in the
    library.
    """
    computed = analysis.weighting in ("consistency", "distance")
    follows = analysis.how.startswith("aip") or (
        analysis.how == "aij" and analysis.method in COMPUTED
    )
    return follows and not computed and not analysis.filled


def write_judgments(plan: ParentPlan, sheet: Worksheet, experts_sheet: str, _: Translate) -> None:
    """The judgments of all experts, a row each, their logarithms, and what joins them.

    Args:
        plan: of the parent.
        sheet: to write on.
        experts_sheet: name of the sheet with the experts' weights, in the same order.
        _: for the texts.
    """
    pairs, last = plan.pairs, FIRST + len(plan.judgments) - 1
    logs = _PAIRS + len(pairs)
    columns = logs + len(pairs) + (3 * len(plan.kids) if plan.joins_weights else 0)
    set_up(sheet, {get_column_letter(k): 11.0 for k in range(1, columns)} | {"A": 22.0})
    name = plan.analysis.survey.node_name(plan.parent, plan.language)
    put(sheet, "A1", _("{name}: judgments of the experts").format(name=name), "heading")
    told = _("How many times as important the first item is as the second.")
    put_note(sheet, "A2", told if plan.open else f"{told} {why_closed(plan, _)}")
    _write_counting(plan, sheet, experts_sheet, _)
    for p in range(len(pairs)):
        _write_pair(plan, sheet, p, _)
    if plan.joins_weights:
        _write_own(plan, sheet, logs + len(pairs), _)
    if plan.open:
        _restrict(sheet, f"D{FIRST}:{get_column_letter(logs - 1)}{last}", _)
    for k in range(1, columns):
        heading = str(sheet.cell(HEADING, k).value or "")
        raise_row(sheet, HEADING, heading, sheet.column_dimensions[get_column_letter(k)].width)
    sheet.freeze_panes = f"D{FIRST}"
    sheet.print_title_rows = f"{HEADING}:{JOINED}"
    sheet.print_title_cols = "A:A"
    sheet.print_area = f"A1:{get_column_letter(columns - 1)}{last}"


def _write_counting(plan: ParentPlan, sheet: Worksheet, experts_sheet: str, _: Translate) -> None:
    """The experts, their weights in the panel, and what of them counts below this parent."""
    experts = plan.analysis.panel.experts
    last = FIRST + len(experts) - 1
    headings = _("Expert"), _("Weight in the panel"), _("Counts here")
    for column, heading in zip((_EXPERT, _SHARE, _COUNTS), headings, strict=True):
        _head(sheet, column, heading)
    put(sheet, f"A{JOINED}", _("Panel"), "name")
    for letter in "BC":
        formula = f"SUM({letter}{FIRST}:{letter}{last})"
        put_formula(sheet, f"{letter}{JOINED}", formula, "number")
    for k, code in enumerate(experts):
        row = FIRST + k
        put(sheet, f"A{row}", code, "name")
        share = f"{quote_sheetname(experts_sheet)}!C{EXPERTS_FIRST + k}"
        put_formula(sheet, f"B{row}", share, "number")
        factor = "" if plan.factors is None else f"*{float(plan.factors[k])!r}"
        put_formula(sheet, f"C{row}", f"B{row}{factor}", "number")


def _write_pair(plan: ParentPlan, sheet: Worksheet, p: int, _: Translate) -> None:
    """What the experts answered to a pair, by its position, and the panel's judgment of it."""
    analysis, (i, j) = plan.analysis, plan.pairs[p]
    experts = analysis.panel.experts
    last = FIRST + len(experts) - 1
    recused = {expert for expert, parent in analysis.recused if parent == plan.parent}
    cell, log = (get_column_letter(_PAIRS + k) for k in (p, len(plan.pairs) + p))
    heading = _("{left} : {right}").format(left=plan.kids[i], right=plan.kids[j])
    _head(sheet, _PAIRS + p, heading)
    _head(sheet, _PAIRS + len(plan.pairs) + p, f"ln {heading}")
    for k, code in enumerate(experts):
        place, value = f"{cell}{FIRST + k}", float(plan.judgments[k, i, j])
        closed = code in recused or (plan.joins_weights and plan.abstaining[k])
        look = "typed judgment" if plan.open and not closed else "fixed"
        if not np.isnan(value):
            written = put(sheet, place, value, look)
            written.number_format = "# ?/?" if value in _WRITTEN else "0.0###"
        elif code in recused:
            put(sheet, place, _("recused"), look)
        else:
            dress(sheet[place], look)
            sheet[place].number_format = "# ?/?"
        formula = f"IF(ISNUMBER({place}),LN({place}),0)"
        put_formula(sheet, f"{log}{FIRST + k}", formula, "signed")
    place = f"{cell}{JOINED}"
    if analysis.how.startswith("aij_") or not plan.judged_by_any(i, j):
        put(sheet, place, float(analysis.matrices[plan.parent].values[i, j]), "fixed")
    else:
        counts = f"$C${FIRST}:$C${last}"
        judged = f"SUMPRODUCT(ISNUMBER({cell}{FIRST}:{cell}{last})*{counts})"
        total = f"SUMPRODUCT({counts},{log}{FIRST}:{log}{last})"
        put_formula(sheet, place, f"IF({judged}>0,EXP({total}/{judged}),NA())", "number")


def _write_own(plan: ParentPlan, sheet: Worksheet, start: int, _: Translate) -> None:
    """The experts' own weights, and the panel's: three blocks of a column a child, what the
    method sums up, the weights, and their logarithms.
    """
    analysis, kids = plan.analysis, plan.kids
    n, k = len(kids), len(analysis.panel.experts)
    sums, own, logs = (
        [get_column_letter(start + block * n + i) for i in range(n)] for block in range(3)
    )
    values = analysis.panel.local_weights[plan.parent]
    last = FIRST + k - 1
    pairs = f"$D{{row}}:${get_column_letter(_PAIRS + len(plan.pairs) - 1)}{{row}}"
    for i, name in enumerate(kids):
        _head(sheet, start + i, _("{name}: by the method").format(name=name))
        _head(sheet, start + n + i, _("{name}: weight").format(name=name))
        _head(sheet, start + 2 * n + i, _("{name}: ln of the weight").format(name=name))
    for e in range(k):
        row = FIRST + e
        if plan.abstaining[e]:
            for letter in (*sums, *own, *logs):
                put(sheet, f"{letter}{row}", "–", "fixed")
            continue
        for i in range(n):
            if plan.own_by_formula:
                whole = f"COUNT({pairs.format(row=row)})={len(plan.pairs)}"
                formula = f"IF({whole},{_summed(plan, i, row)},NA())"
                put_formula(sheet, f"{sums[i]}{row}", formula, "number")
                put_formula(sheet, f"{own[i]}{row}", _weighed(plan, i, row, sums), "number")
            else:
                put(sheet, f"{sums[i]}{row}", "–", "fixed")
                put(sheet, f"{own[i]}{row}", float(values[e, i]), "fixed")
            put_formula(sheet, f"{logs[i]}{row}", f"LN({own[i]}{row})", "signed")
    counts = f"$C${FIRST}:$C${last}"
    for i in range(n):
        block = own if analysis.how == "aip_arithmetic" else logs
        cells = f"{block[i]}{FIRST}:{block[i]}{last}"
        mean = f"SUMPRODUCT({counts},{cells})/SUMPRODUCT(ISNUMBER({cells})*{counts})"
        joined = mean if analysis.how == "aip_arithmetic" else f"EXP({mean})"
        put_formula(sheet, f"{own[i]}{JOINED}", joined, "number")


def _judgment(plan: ParentPlan, i: int, j: int, row: int) -> str:
    """The cell of a judgment in a row of the judgments, or what follows from it."""
    if i == j:
        return "1"
    cell = f"${get_column_letter(_PAIRS + plan.pairs.index((min(i, j), max(i, j))))}{row}"
    return cell if i < j else f"1/{cell}"


def _summed(plan: ParentPlan, i: int, row: int) -> str:
    """What the method sums up for a child: the geometric mean or sum of its row, or the sum of its
    column.
    """
    n = len(plan.kids)
    by_row = [_judgment(plan, i, j, row) for j in range(n)]
    by_column = [_judgment(plan, j, i, row) for j in range(n)]
    return {
        "geometric_mean": f"GEOMEAN({','.join(by_row)})",
        "row_sum": "+".join(by_row),
    }.get(plan.analysis.method, "+".join(by_column))


def _weighed(plan: ParentPlan, i: int, row: int, sums: list[str]) -> str:
    """The weight of a child from what the method sums up."""
    n = len(plan.kids)
    if plan.analysis.method == "column_mean":
        shares = [f"{_judgment(plan, i, j, row)}/{sums[j]}{row}" for j in range(n)]
        return f"({'+'.join(shares)})/{n}"
    if plan.analysis.method == "harmonic":
        return f"1/{sums[i]}{row}/({'+'.join(f'1/{letter}{row}' for letter in sums)})"
    return f"{sums[i]}{row}/SUM({sums[0]}{row}:{sums[-1]}{row})"


def _restrict(sheet: Worksheet, cells: str, _: Translate) -> None:
    """Let nothing but judgments be typed."""
    choice = DataValidation(
        type="decimal",
        operator="between",
        formula1="0.111",
        formula2="9",
        allow_blank=True,
        showErrorMessage=True,
        errorTitle=_("No judgment of the scale"),
        error=_("Type a number from 1/9 to 9, such as 3 or 1/3, or empty the cell."),
    )
    choice.add(cells)
    sheet.add_data_validation(choice)


def _head(sheet: Worksheet, column: int, text: str) -> None:
    put(sheet, f"{get_column_letter(column)}{HEADING}", text, "header")


@dataclass(frozen=True)
class MatrixPlaces:
    """Where other sheets find what the matrix of a parent results in, as formulas.

    Attributes:
        weights: of the children.
        lambda_max, ci, ri, cr: of the matrix.
    """

    weights: tuple[str, ...]
    lambda_max: str
    ci: str
    ri: str
    cr: str


def write_matrix(
    plan: ParentPlan, sheet: Worksheet, index_sheet: str, _: Translate
) -> MatrixPlaces:
    """The joined matrix, its weights, λmax, CI, RI, CR and verdict, and how they come about.

    Args:
        plan: of the parent.
        sheet: to write on.
        index_sheet: name of the sheet with the random indices.
        _: for the texts.
    """
    analysis, kids = plan.analysis, plan.kids
    n = len(kids)
    letters = [get_column_letter(2 + j) for j in range(n)]
    weight, base = get_column_letter(n + 2), get_column_letter(n + 3)
    set_up(sheet, {"A": 30.0, **dict.fromkeys((*letters, weight, base), 14.0)})
    name = analysis.survey.node_name(plan.parent, plan.language)
    put(sheet, "A1", _("{name}: joined matrix and weights").format(name=name), "heading")
    top, end = HEADING + 1, HEADING + n
    for column, text in enumerate((name, *kids, _("Weight"), _base_words(plan, _)), start=1):
        _head(sheet, column, text)
        raise_row(sheet, HEADING, text, 14)
    judged = quote_sheetname(plan.judged)
    for i, kid in enumerate(kids):
        row = top + i
        put(sheet, f"A{row}", kid, "name")
        for j, letter in enumerate(letters):
            if i == j:
                put(sheet, f"{letter}{row}", 1, "number")
            elif i < j:
                pair = get_column_letter(_PAIRS + plan.pairs.index((i, j)))
                put_formula(sheet, f"{letter}{row}", f"{judged}!{pair}{JOINED}", "number")
            else:
                put_formula(sheet, f"{letter}{row}", f"1/{letters[i]}{top + j}", "number")
    put(sheet, f"A{end + 1}", _("Sum of the column"), "name")
    for letter in letters:
        put_formula(sheet, f"{letter}{end + 1}", f"SUM({letter}{top}:{letter}{end})", "number")
    facts = end + 3
    steps_row, settled = _write_steps(plan, sheet, facts + 8, letters, _)
    for i in range(n):
        row = top + i
        step = f"{letters[i]}{steps_row}"
        base_value = _base(plan, i, letters, f"IF({settled},{step},NA())")
        if isinstance(base_value, str):
            put_formula(sheet, f"{base}{row}", base_value, "number")
        else:
            put(sheet, f"{base}{row}", base_value, "fixed")
        total = f"SUM({base}${top}:{base}${end})"
        put_formula(sheet, f"{weight}{row}", f"{base}{row}/{total}", "number")
    first, final = letters[0], letters[-1]
    sums = f"{first}{end + 1}:{final}{end + 1}"
    root = f"SUMPRODUCT({sums},{first}{steps_row}:{final}{steps_row})"
    _write_facts(
        plan, sheet, facts, (quote_sheetname(index_sheet), f"IF({settled},{root},NA())"), _
    )
    sheet.freeze_panes = f"B{HEADING + 1}"
    sheet.print_title_rows = f"{HEADING}:{HEADING}"
    own = quote_sheetname(plan.matrix)
    return MatrixPlaces(
        weights=tuple(f"{own}!${weight}${top + i}" for i in range(n)),
        lambda_max=f"{own}!$B${facts + 1}",
        ci=f"{own}!$B${facts + 2}",
        ri=f"{own}!$B${facts + 3}",
        cr=f"{own}!$B${facts + 4}",
    )


def _write_facts(
    plan: ParentPlan, sheet: Worksheet, start: int, found: tuple[str, str], _: Translate
) -> None:
    """n, λmax, CI, RI, CR and the verdict, a row each.

    Args:
        plan: of the parent.
        sheet: to write on.
        start: the first row.
        found: the sheet with the random indices, quoted; the formula of λmax.
        _: for the texts.
    """
    index, root = found
    n, largest, ci, ri, cr, verdict = (f"B{start + k}" for k in range(6))
    lines = {
        "n": str(len(plan.kids)),
        "λmax": root,
        "CI": f"({largest}-{n})/({n}-1)",
        "RI": f"INDEX({index}!$B:$B,MATCH({n},{index}!$A:$A,0))",
        "CR": f"IF({ri}>0,{ci}/{ri},0)",
        _("Acceptable"): f"IF({cr}<{CR_LIMIT!r},{quoted(_('yes'))},{quoted(_('no'))})",
    }
    for row, (label, formula) in enumerate(lines.items(), start=start):
        put(sheet, f"A{row}", label, "name")
        put_formula(sheet, f"B{row}", formula, "number")
    if plan.parent in plan.analysis.filled:
        put(sheet, ri, plan.analysis.consistency[plan.parent].ri, "fixed")
    sheet[n].number_format = "0"
    sheet[cr].number_format = cr_format()
    dress(sheet[verdict], "centered")


def _base_words(plan: ParentPlan, _: Translate) -> str:
    """What the weights are shares of."""
    if plan.joins_weights:
        return _("Mean of the experts' weights")
    words: dict[str, str] = {
        "eigenvector": _("Eigenvector"),
        "geometric_mean": _("Geometric mean of the row"),
        "column_mean": _("Mean of the shares in the columns"),
        "row_sum": _("Sum of the row"),
        "harmonic": _("Reciprocal of the sum of the column"),
    }
    method = plan.analysis.method
    return words.get(method) or _("Weight computed by ahp: {method}").format(
        method=method_words(_)[method]
    )


def _base(plan: ParentPlan, i: int, letters: list[str], eigenvector: str) -> str | float:
    """What a child's weight is a share of: a formula, or a number where there is none."""
    analysis, n = plan.analysis, len(letters)
    row, sums = HEADING + 1 + i, HEADING + 1 + n
    cells = f"{letters[0]}{row}:{letters[-1]}{row}"
    if plan.joins_weights:
        start = _PAIRS + 2 * len(plan.pairs) + n + i
        return f"{quote_sheetname(plan.judged)}!{get_column_letter(start)}{JOINED}"
    if analysis.method not in COMPUTED:
        return float(analysis.local_weights[plan.parent][i])
    total = f"{letters[0]}${sums}:{letters[-1]}${sums}"
    return {
        "eigenvector": eigenvector,
        "geometric_mean": f"GEOMEAN({cells})",
        "column_mean": f"SUMPRODUCT({cells}/{total})/{n}",
        "row_sum": f"SUM({cells})",
        "harmonic": f"1/{letters[i]}{sums}",
    }[analysis.method]


def _write_steps(
    plan: ParentPlan, sheet: Worksheet, start: int, letters: list[str], _: Translate
) -> tuple[int, str]:
    """The power method: the matrix squared three times, then steps with its eighth power, each
    scaled to sum 1.

    Returns:
        The row of the last step, and a condition that holds where the steps have settled.
    """
    n = len(letters)
    first, final = letters[0], letters[-1]
    put(
        sheet, f"A{start}", _("Largest eigenvalue and its eigenvector: the power method"), "heading"
    )
    above, row = HEADING + 1, start + 1
    for power in (2, 4, 8):
        put(sheet, f"A{row}", _("Matrix to the power of {power}").format(power=power), "header")
        for i in range(n):
            for letter in letters:
                left = f"${first}${above + i}:${final}${above + i}"
                column = f"{letter}${above}:{letter}${above + n - 1}"
                formula = f"SUMPRODUCT(MMULT({left},{column}))"
                put_formula(sheet, f"{letter}{row + i}", formula, "number")
        above, row = row, row + n + 1
    put(sheet, f"A{row - 1}", _("Sum of the column"), "name")
    sums = f"${first}${row - 1}:${final}${row - 1}"
    for letter in letters:
        formula = f"SUM({letter}{above}:{letter}{above + n - 1})"
        put_formula(sheet, f"{letter}{row - 1}", formula, "number")
    put(sheet, f"A{row}", _("Start"), "name")
    for letter in letters:
        put_formula(sheet, f"{letter}{row}", f"1/{n}", "number")
    steps = _steps(plan.analysis.matrices[plan.parent].values)
    for step in range(1, steps + 1):
        last = f"${first}{row + step - 1}:${final}{row + step - 1}"
        put(sheet, f"A{row + step}", _("Step {step}").format(step=step), "name")
        for i, letter in enumerate(letters):
            product = f"SUMPRODUCT(${first}${above + i}:${final}${above + i},{last})"
            formula = f"{product}/SUMPRODUCT({sums},{last})"
            put_formula(sheet, f"{letter}{row + step}", formula, "number")
            sheet[f"{letter}{row + step}"].number_format = "0.000000000000"
    end = row + steps
    put(sheet, f"A{end + 1}", _("Last change"), "name")
    change = f"{first}{end}:{final}{end}-{first}{end - 1}:{final}{end - 1}"
    put_formula(sheet, f"B{end + 1}", f"SUMPRODUCT(ABS({change}))", "number")
    sheet[f"B{end + 1}"].number_format = "0.0E+00"
    settled = f"$B${end + 1}<={SETTLED!r}"
    put(sheet, f"A{end + 2}", _("Settled"), "name")
    put_formula(
        sheet, f"B{end + 2}", f"IF({settled},{quoted(_('yes'))},{quoted(_('no'))})", "centered"
    )
    return end, settled


def _steps(matrix: Float) -> int:
    """Twice the steps that this matrix needs to settle, `LEAST_STEPS` at least."""
    eighth: Any = np.linalg.matrix_power(matrix, 8)
    x = np.full(len(matrix), 1 / len(matrix))
    count, change = 0, np.inf
    while change > SETTLED / 100 and count < 1000:
        after = eighth @ x
        after /= after.sum()
        change, x, count = float(np.abs(after - x).sum()), after, count + 1
    return max(LEAST_STEPS, 2 * count)
