"""The sheets of a workbook for an evaluation that score what was filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from openpyxl.worksheet.worksheet import Worksheet

from ..evaluation.rules import Checklist, Deductive, Derived, Rated, Shares
from ..evaluation.scheme import Bonus, Condition, Deduction, Indicator, Veto
from ..i18n.evaluation import bands_of, status_words
from .cells import put, put_formula, quoted, set_up
from .evaluation_form import EVIDENCE, INAPPLICABLE, REPORTED, SPECIAL, UNDUE, VALUE, Form
from .evaluation_formulas import (
    CLEAN,
    Term,
    band_position,
    joined,
    number,
    points,
    rounded,
    sample_share,
    value,
)

_CALCULATION = {"A": 12, "B": 14, "C": 14, "D": 14, "E": 14, "F": 14, "G": 14, "H": 14, "I": 14}
_SCORES = {"A": 40, "B": 14, "C": 16, "D": 18, "E": 14, "F": 14, "G": 9, "H": 9, "I": 9, "J": 9}

# columns of the calculation
_STATE, _NUMBER, _JOINED, _MET, _WORTH, _NOT_APPLYING, _COST, _USED, _ORDER = "ABCDEFGHI"

# columns of the scores
_WEIGHT, _WORDS, _SHOWN, _GIVEN, _POINTS, _COUNTS, _SURE, _BLOCKS, _CODE = "BCDEFGHIJ"


def write_calculation(form: Form, sheet: Worksheet) -> None:
    """What stands in each row of the observations, and what rows come to together; a row here is
    that of the same number there.
    """
    _Calculation(form, sheet).write()


def write_scores(form: Form, sheet: Worksheet) -> None:
    """Totals of all units, then for each one points, scores and what becomes of the total."""
    _Scores(form, sheet).write()


def _cells(column: str, rows: range, sheet: str = "") -> str:
    return f"{sheet}{column}{rows.start}:{column}{rows[-1]}"


@dataclass
class _Calculation:
    form: Form
    sheet: Worksheet

    def write(self) -> None:
        """All rows."""
        _ = self.form.translate
        set_up(self.sheet, _CALCULATION)
        self.sheet.freeze_panes = "A2"
        headings = (
            *(_("Reported"), _("Number"), _("Joined"), _("Points met"), _("Points that apply")),
            *(_("Not applicable"), _("Cost"), _("Counted"), _("Order")),
        )
        for letter, heading in zip(_CALCULATION, headings, strict=True):
            put(self.sheet, f"{letter}1", heading, "header")
        for (unit, name), rows in self.form.rows.items():
            for row in rows:
                self._put_row(row)
            indicator = self.form.scheme.indicator.get(name)
            if indicator is not None:
                if self._excuses(indicator):
                    self._put_costs(unit, indicator, rows)
                self._put_items(indicator, rows)

    def _put(self, column: str, row: int, formula: str) -> None:
        put_formula(self.sheet, f"{column}{row}", formula, "centered")

    def _put_row(self, row: int) -> None:
        """Whether a value is there, and its number."""
        form = self.form
        cell = f"{form.sheet(0)}!${VALUE}${row}"
        words = form.lists[SPECIAL].looked_up(cell)
        self._put(_STATE, row, f'IF(TRIM({cell})="",0,IFERROR({words},{REPORTED}))')
        entry = form.entry(row)
        name = form.list_of(entry)
        indicator = form.scheme.indicator.get(entry.indicator)
        found = f"IF(ISNUMBER({cell}),{cell},VALUE(TRIM({cell})))"
        if name is not None:
            found = form.lists[name].looked_up(cell)
            if indicator is not None and isinstance(indicator.rule, Checklist):
                found = f"IF(ISNUMBER({cell}),{cell},IFERROR({found},{sample_share(cell)}))"
        self._put(_NUMBER, row, f'IF({_STATE}{row}={REPORTED},{found},"")')

    def _excuses(self, indicator: Indicator) -> bool:
        return self.form.scheme.findings_once and isinstance(indicator.rule, Checklist)

    def _put_costs(self, unit: str, indicator: Indicator, rows: range) -> None:
        """What each finding costs, and results without those that are deducted where it is more."""
        form = self.form
        rule = indicator.rule
        assert isinstance(rule, Checklist)
        whole = sum(point.points for point in rule.control_points)
        worth = {point.id: point.points for point in rule.control_points}
        names = sorted(range(len(rows)), key=lambda k: (form.entry(rows[k]).item, k))
        of_unit = [row for (owner, _), own in form.rows.items() if owner == unit for row in own]
        everything = range(min(of_unit), max(of_unit) + 1)
        evidence = f"{form.sheet(0)}!"
        costs, orders = _cells(_COST, everything), _cells(_ORDER, everything)
        papers = _cells(EVIDENCE, everything, evidence)
        start = list(form.scheme.indicator).index(indicator.id) * 10_000
        for place, k in enumerate(names):
            row = rows[k]
            part = number(form.weights[indicator.id] * worth[form.entry(row).item] / whole)
            own, paper = f"{_NUMBER}{row}", f"{evidence}{EVIDENCE}{row}"
            self._put(_COST, row, f'IF(OR({own}="",TRIM({paper})=""),0,ROUND({part}*(1-{own}),12))')
            put(self.sheet, f"{_ORDER}{row}", start + place, "centered")
            same = f"({papers}={paper})"
            dearer = f"SUMPRODUCT(({costs}>{_COST}{row})*{same})"
            before = f"SUMPRODUCT(({costs}={_COST}{row})*({orders}<{_ORDER}{row})*{same})"
            excused = f"AND({_COST}{row}>0,{dearer}+{before}>0)"
            self._put(_USED, row, f'IF({own}="","",IF({excused},1,{own}))')

    def _put_items(self, indicator: Indicator, rows: range) -> None:
        """One number an item, in its first row."""
        form, rule = self.form, indicator.rule
        if isinstance(rule, Derived):
            self._put_derived(rule, rows)
            return
        weights: Mapping[str, Fraction] = {}
        if isinstance(rule, Shares):
            weights = {grade.id: grade.points for grade in form.scheme.grades[rule.grades]}
        elif isinstance(rule, Deductive):
            taken = rule.taken(form.weights[indicator.id])
            ids = (one.id for one in rule.occurrences)
            weights = dict(zip(ids, taken, strict=True))
        elif isinstance(rule, Checklist):
            weights = {point.id: point.points for point in rule.control_points}
        column = _USED if self._excuses(indicator) else _NUMBER
        for item in form.items_of(rows):
            first, cells = item.start, _cells(column, item)
            if isinstance(rule, Shares | Deductive):
                factor = number(weights[form.entry(first).item])
                self._put(_JOINED, first, f'IF({column}{first}="","",{column}{first}*{factor})')
                continue
            least = indicator.fewest_raters
            one = f"IF(COUNT({cells})<{least},NA(),{joined(cells, indicator.raters)})"
            self._put(_JOINED, first, f'IF(COUNT({cells})=0,"",{one})')
            if isinstance(rule, Checklist):
                factor, here = number(weights[form.entry(first).item]), f"{_JOINED}{first}"
                self._put(_MET, first, f'IF({here}="",0,{here}*{factor})')
                self._put(_WORTH, first, f'IF({here}="",0,{factor})')
                none = f"COUNTIF({_cells(_STATE, item)},{INAPPLICABLE})"
                self._put(_NOT_APPLYING, first, f'IF(AND({here}="",{none}>0),1,0)')

    def _put_derived(self, rule: Derived, rows: range) -> None:
        """The value of a formula of the inputs, or one an item, from the first row on."""
        cells = _inputs(self.form, rule, rows)
        found = value(rule, cells)
        of_items = [(_complete(rule, cells), found)] if isinstance(found, str) else found
        for row, (there, one) in zip(rows, of_items, strict=False):
            self._put(_JOINED, row, f'IF({there},{one},"")')


def _inputs(form: Form, rule: Derived, rows: range, place: str = "") -> dict[str, Term]:
    """Cells of the inputs, one an item where there are several: an item is there when all inputs of
    its rows are.

    Args:
        form: the form.
        rule: of the indicator.
        rows: of the indicator.
        place: the sheet, where the formula is in another one.
    """
    cells: dict[str, Term] = {}
    columns: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        entry, cell = form.entry(row), f"{place}{_NUMBER}{row}"
        if entry.input not in rule.parsed.names:
            continue
        if entry.item:
            of_rows = columns.setdefault(rule.rows[entry.input], {})
            of_rows.setdefault(entry.input, []).append(cell)
        else:
            cells[entry.input] = cell
    for inputs in columns.values():
        items = zip(*(inputs[name] for name in sorted(inputs)), strict=True)
        there = [f"(COUNT({','.join(item)})={len(inputs)})" for item in items]
        for name, column in inputs.items():
            cells[name] = list(zip(there, column, strict=True))
    return cells


def _complete(rule: Derived, cells: Mapping[str, Term]) -> str:
    """When all inputs of a formula are there: those that have no items, and of the others all or
    none of each item.
    """
    alone = [cell for _, cell in sorted(cells.items()) if isinstance(cell, str)]
    conditions = [f"COUNT({','.join(alone)})={len(alone)}"] if alone else []
    of_rows: dict[str, list[list[tuple[str, str]]]] = {}
    for name, items in sorted(cells.items()):
        if not isinstance(items, str):
            of_rows.setdefault(rule.rows[name], []).append(items)
    for columns in of_rows.values():
        whole = "+".join(f"{there}*{len(columns)}" for there, _ in columns[0])
        every = ",".join(cell for items in columns for _, cell in items)
        conditions += [f"COUNT({every})>0", f"COUNT({every})={whole}"]
    return f"AND({','.join(conditions)})"


@dataclass
class _Scores:
    form: Form
    sheet: Worksheet
    at: int = 1
    now: str = ""
    row_of: dict[str, int] = field(default_factory=dict)

    def write(self) -> None:
        """The totals above, the units below."""
        _ = self.form.translate
        set_up(self.sheet, _SCORES)
        put(self.sheet, "A1", self.form.title, "title")
        for letter, heading in zip("ABC", (_("Unit"), _("Total"), _("Band")), strict=True):
            put(self.sheet, f"{letter}3", heading, "header")
        self.at = 5 + len(self.form.units)
        for k, unit in enumerate(self.form.units, start=4):
            total, band = self._write_unit(unit)
            put(self.sheet, f"A{k}", unit, "name")
            put_formula(self.sheet, f"B{k}", f"{_POINTS}{total}", "centered")
            put_formula(self.sheet, f"C{k}", f"{_WORDS}{band}", "centered")
        self.sheet.freeze_panes = "B4"

    def _put(self, column: str, formula: str, look: str = "centered") -> None:
        put_formula(self.sheet, f"{column}{self.at}", formula, look)

    def _range(self, column: str, rows: range) -> str:
        return _cells(column, rows, f"{self.form.sheet(3)}!")

    def _write_unit(self, unit: str) -> tuple[int, int]:
        """The block of a unit; the rows of its total and its band."""
        _ = self.form.translate
        self.at += 1
        put(self.sheet, f"A{self.at}", unit, "heading")
        self.at += 1
        headings = (
            *(_("What counts"), _("Weight"), _("Known"), _("Value"), _("Points by the rule")),
            *(_("Points"), _("Counts"), _("Sure"), _("Blocks"), _("Code")),
        )
        for letter, heading in zip(_SCORES, headings, strict=True):
            put(self.sheet, f"{letter}{self.at}", heading, "header")
        self.row_of = {}
        self._events(unit)
        self._below(unit, self.form.scheme.goal)
        self._vetoes(unit)
        return self._total()

    def _line(self, name: str, label: str, look: str = "cell") -> None:
        self.at += 1
        self.row_of[name] = self.at
        put(self.sheet, f"A{self.at}", label, look)

    def _events(self, unit: str) -> None:
        """Points of deductions and bonuses."""
        scheme = self.form.scheme
        events: tuple[Deduction | Bonus, ...] = (*scheme.deductions, *scheme.bonuses)
        for event in events:
            self._line(event.id, self.form.names[event.id])
            numbers = self._range(_NUMBER, self.form.rows[unit, event.id])
            amount = f"SUM({numbers})"
            if event.points is not None:
                amount += f"*{number(event.points)}"
            if event.cap is not None:
                amount = f"MIN({number(event.cap)},{amount})"
            self._put(_POINTS, rounded(amount, scheme.digits.points))

    def _below(self, unit: str, parent: str) -> None:
        """What is below a parent, then its own score."""
        scheme = self.form.scheme
        kids = self.form.local[parent]
        for kid in kids:
            if kid in scheme.children:
                self._below(unit, kid)
            else:
                self._leaf(unit, scheme.indicator[kid])
            put_formula(self.sheet, f"{_WEIGHT}{self.row_of[kid]}", number(kids[kid]), "centered")
        self._line(parent, self.form.names[parent], "name")

        def weighted(*columns: str) -> str:
            rows = [self.row_of[kid] for kid in kids]
            return "+".join("*".join(f"{one}{row}" for one in (_WEIGHT, *columns)) for row in rows)

        whole = f"ROUND({weighted(_COUNTS)},{CLEAN})"
        mean = rounded(f"({weighted(_POINTS, _COUNTS)})/({whole})", scheme.digits.points)
        blocked = "+".join(f"{_BLOCKS}{self.row_of[kid]}" for kid in kids)
        lacking = f"ROUND({weighted(_SURE)},{CLEAN})<{number(scheme.missing.share)}"
        self._put(_BLOCKS, f"IF(OR({blocked}>0,AND({whole}>0,{lacking})),1,0)")
        self._put(_COUNTS, f"IF(AND({whole}>0,{_BLOCKS}{self.at}=0),1,0)")
        self._put(_SURE, f"{_COUNTS}{self.at}")
        if parent == scheme.goal:
            mean = f"IF({whole}=1,ROUND({weighted(_POINTS, _COUNTS)},{CLEAN}),{mean})"
        self._put(_POINTS, f"IF({_COUNTS}{self.at}=1,{mean},0)")

    def _leaf(self, unit: str, indicator: Indicator) -> None:
        """What is known of an indicator, its value and its points."""
        scheme, digits = self.form.scheme, self.form.scheme.digits.points
        rows = self.form.rows[unit, indicator.id]
        self._line(indicator.id, self.form.names[indicator.id])
        at = self.at
        code, shown = f"{_CODE}{at}", f"{_SHOWN}{at}"
        states, numbers = self._range(_STATE, rows), self._range(_NUMBER, rows)
        known = self._complete(indicator, rows)
        nothing = f"COUNTIF({states},{INAPPLICABLE})>0"
        if isinstance(indicator.rule, Checklist):
            items = len(self.form.items_of(rows))
            nothing = f"SUM({self._range(_NOT_APPLYING, rows)})={items}"
        silent = f"IF({nothing},{INAPPLICABLE},0)"
        given = f"IF(COUNT({numbers})=0,{silent},IF({known},{REPORTED},0))"
        self._put(_CODE, f"IF(COUNTIF({states},{UNDUE})>0,{UNDUE},{given})")
        self._put(_WORDS, self._status(code))
        self._put(_SHOWN, f'IF({code}={REPORTED},{self._value(indicator, rows)},"")')
        rule = indicator.rule
        if isinstance(rule, Deductive):
            scored = f"MAX(0,100-{shown})"
        elif isinstance(rule, Checklist):
            scored = f"100*{shown}"
        elif isinstance(rule, Rated | Shares):
            scored = shown
        else:
            scored = points(rule, shown)
        self._put(_GIVEN, f"IF({code}={REPORTED},{rounded(scored, digits)},0)")
        taken = "".join(
            f"-{_POINTS}{self.row_of[one.id]}"
            for one in scheme.deductions
            if one.indicator == indicator.id
        )
        self._put(
            _POINTS, rounded(f"MAX(0,{_GIVEN}{at}{taken})" if taken else f"{_GIVEN}{at}", digits)
        )
        zero = f"{code}=0" if scheme.missing.not_reported == "zero" else "FALSE"
        self._put(_COUNTS, f"IF(OR({code}={REPORTED},{zero}),1,0)")
        self._put(_SURE, f"IF({code}={REPORTED},1,0)")
        unknown = f"OR({code}=0,{code}={UNDUE})"
        self._put(_BLOCKS, f"IF(AND({unknown},{_COUNTS}{at}=0),1,0)")

    def _status(self, code: str) -> str:
        words = status_words(self.form.translate)
        order = ("not_reported", "known", "not_applicable", "not_due")
        return f"CHOOSE({code}+1,{','.join(quoted(words[one]) for one in order)})"

    def _complete(self, indicator: Indicator, rows: range) -> str:
        """When an indicator with any value has all that it needs."""
        if isinstance(indicator.rule, Checklist):
            known = f"COUNT({self._range(_JOINED, rows)})"
            return (
                f"{known}+SUM({self._range(_NOT_APPLYING, rows)})={len(self.form.items_of(rows))}"
            )
        if isinstance(indicator.rule, Derived):
            cells = _inputs(self.form, indicator.rule, rows, f"{self.form.sheet(3)}!")
            return _complete(indicator.rule, cells)
        return "TRUE"

    def _value(self, indicator: Indicator, rows: range) -> str:
        """What points are given for."""
        rule = indicator.rule
        together = self._range(_JOINED, rows)
        if isinstance(rule, Checklist):
            return f"SUM({self._range(_MET, rows)})/SUM({self._range(_WORTH, rows)})"
        if isinstance(rule, Deductive):
            return f"SUM({together})"
        if isinstance(rule, Shares):
            whole = f"SUM({self._range(_NUMBER, rows)})"
            mean = f"SUM({together})/{whole}"
            return mean if rule.counts else f"IF(ABS({whole}-1)>1E-9,NA(),{mean})"
        return joined(together, indicator.items)

    def _vetoes(self, unit: str) -> None:
        """1 for each veto that falls."""
        for veto in self.form.scheme.vetoes:
            self._line(veto.id, self.form.names[veto.id])
            numbers = self._range(_NUMBER, self.form.rows[unit, veto.id])
            conditions = [f"SUM({numbers})>0"]
            if veto.when is not None and veto.when.indicator in self.form.weights:
                conditions.append(self._holds(veto.when))
            for leaf, indicator in self.form.scheme.indicator.items():
                if leaf in self.form.weights and isinstance(indicator.rule, Checklist):
                    keys = {one.id for one in indicator.rule.control_points if one.veto == veto.id}
                    for item in self.form.items_of(self.form.rows[unit, leaf]):
                        if self.form.entry(item.start).item in keys:
                            conditions.append(f"COUNTIF({self._range(_NUMBER, item)},0)>0")
            self._put(_POINTS, f"IF(OR({','.join(conditions)}),1,0)")

    def _holds(self, condition: Condition) -> str:
        row = self.row_of[condition.indicator]
        column = _SHOWN if condition.of == "value" else _POINTS
        known = f"{_CODE}{row}={REPORTED}"
        compare = "<" if condition.below is not None else ">"
        end = condition.below if condition.below is not None else condition.above or Fraction(0)
        beyond = f"ROUND({column}{row},{CLEAN}){compare}{number(end)}"
        return f"IF({known},{beyond},FALSE)"

    def _total(self) -> tuple[int, int]:
        """What becomes of the weighted total; the rows of the total and of its band."""
        _ = self.form.translate
        scheme = self.form.scheme
        goal = self.row_of[scheme.goal]
        self.now = f"{_POINTS}{goal}"
        operations: dict[str, Callable[[], None]] = {
            "deductions": self._deductions,
            "bonuses": self._bonuses,
            "limits": self._limits,
            "vetoes": self._falling,
        }
        for operation in scheme.total.order:
            operations[operation]()
        unrated = [f"{_COUNTS}{goal}=0"]
        unrated += [
            f"{_POINTS}{self.row_of[veto.id]}=1"
            for veto in scheme.vetoes
            if veto.effect == "not_rated"
        ]
        self._line("total", _("Total"), "name")
        total = self.at
        final = rounded(self.now, scheme.digits.total)
        nothing = quoted(_("No total"))
        self._put(_POINTS, f"IF(OR({','.join(unrated)}),{nothing},{final})")
        cell = f"{_POINTS}{total}"
        self._line("band by total", _("Band by the total"))
        self._put(_POINTS, band_position(scheme.bands, cell))
        for veto in scheme.vetoes:
            if veto.effect in ("lower_band", "band"):
                before = f"{_POINTS}{self.at}"
                self._line(f"band {veto.id}", self._after(veto))
                self._put(_POINTS, self._band_after(veto, before))
        position = f"IF(ISNUMBER({cell}),{_POINTS}{self.at},0)"
        self._line("band", _("Band"), "name")
        names = [quoted(name) or '""' for name in bands_of(scheme, self.form.language).values()]
        self._put(_WORDS, f"CHOOSE({position}+1,{','.join(names)})")
        return total, self.at

    def _band_after(self, veto: Veto, before: str) -> str:
        """The position of the band once a veto fell."""
        bands = self.form.scheme.bands
        falls = f"{_POINTS}{self.row_of[veto.id]}=1"
        if veto.effect == "lower_band":
            return f"IF(AND({falls},{before}>0),MIN({before}+1,{len(bands)}),{before})"
        fixed = next(k for k, one in enumerate(bands, start=1) if one.id == veto.band)
        return f"IF({falls},MAX({before},{fixed}),{before})"

    def _step(self, label: str, formula: str) -> None:
        self._line(f"step {self.at}", label)
        self._put(_POINTS, f"ROUND({formula},{CLEAN})")
        self.now = f"{_POINTS}{self.at}"

    def _deductions(self) -> None:
        for one in self.form.scheme.deductions:
            if one.indicator is None:
                self._step(self._after(one), f"{self.now}-{_POINTS}{self.row_of[one.id]}")

    def _bonuses(self) -> None:
        _ = self.form.translate
        start, cap = self.now, self.form.scheme.total.bonus_cap
        for one in self.form.scheme.bonuses:
            self._step(self._after(one), f"{self.now}+{_POINTS}{self.row_of[one.id]}")
        if cap is not None:
            label = _("All bonuses together: at most {limit} points")
            self._step(label.format(limit=number(cap)), f"MIN({self.now},{start}+{number(cap)})")

    def _limits(self) -> None:
        _ = self.form.translate
        limits = self.form.scheme.total
        if limits.cap is not None:
            label = _("At most {limit} points").format(limit=number(limits.cap))
            self._step(label, f"MIN({self.now},{number(limits.cap)})")
        label = _("At least {limit} points").format(limit=number(limits.floor))
        self._step(label, f"MAX({self.now},{number(limits.floor)})")

    def _falling(self) -> None:
        scheme = self.form.scheme
        for veto in scheme.vetoes:
            falls = f"{_POINTS}{self.row_of[veto.id]}=1"
            if veto.effect == "zero":
                self._step(self._after(veto), f"IF({falls},0,{self.now})")
            elif veto.effect == "cap":
                edge = next(band.at_least for band in scheme.bands if band.id == veto.band)
                most = number(edge - Fraction(1, 10**scheme.digits.total))
                self._step(self._after(veto), f"IF({falls},MIN({self.now},{most}),{self.now})")

    def _after(self, event: Deduction | Bonus | Veto) -> str:
        _ = self.form.translate
        return _("After: {name}").format(name=self.form.names[event.id])
