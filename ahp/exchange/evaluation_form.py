"""What a workbook for an evaluation asks for: one entry a value, and words that may stand there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from openpyxl.utils import get_column_letter, quote_sheetname

from ..evaluation import Period, Scheme
from ..evaluation.observations import NOT_APPLICABLE, NOT_DUE, SPECIAL_WORDS
from ..evaluation.rules import (
    YES_NO,
    Checklist,
    Deductive,
    Derived,
    Grade,
    Occurrence,
    Point,
    Rated,
    Shares,
)
from ..evaluation.scheme import Bonus, Indicator
from ..evaluation.scoring import frozen_local, leaf_weights
from ..i18n import Translate, translator
from ..i18n.evaluation import names_of
from .evaluation_formulas import over_items

FIRST_ROW = 2
"""Of the entries, below the headers."""

VALUE, EVIDENCE, NOTE = "C", "J", "K"
"""Columns of the observations."""

COLUMNS = ("unit", "period", "indicator", "value", "rater", "item", "input", "evidence", "note")
"""Of records that are filled in."""

REPORTED, INAPPLICABLE, UNDUE = 1, 2, 3
"""What the sheets say of a value; 0 where it was not reported."""

_SHEETS = {
    "en": ("observations", "scores", "rules", "calculation", "lists"),
    "zh": ("观测值", "计分", "规则", "计算", "列表"),
}
_CHOICES = {
    "en": (("yes", "no", "partly"), "n/a"),
    "zh": (("是", "否", "部分"), "不适用"),
}
SPECIAL, RESULTS = "special", "results"
"""Names of lists: of what stands for no value, of results of control points."""


@dataclass(frozen=True)
class Entry:
    """One value to fill in.

    Attributes:
        unit: whose.
        indicator: id of the leaf, deduction, bonus or veto.
        label: what it is, in words.
        measure: unit it is stated in.
        rater, item, input: as in observations.
    """

    unit: str
    indicator: str
    label: str
    measure: str = ""
    rater: str = ""
    item: str = ""
    input: str = ""


@dataclass(frozen=True)
class WordList:
    """Words that may be filled in.

    Attributes:
        words: all of them.
        numbers: what each stands for.
        choices: those that are offered.
        columns: of the words, the numbers and the choices, in their sheet.
        sheet: its name, as formulas name it.
    """

    words: tuple[str, ...]
    numbers: tuple[Fraction, ...]
    choices: tuple[str, ...]
    columns: tuple[str, str, str]
    sheet: str

    def _cells(self, column: str, count: int) -> str:
        return f"{self.sheet}!${column}$1:${column}${max(count, 1)}"

    @property
    def choice_cells(self) -> str:
        """Where those that are offered stand."""
        return self._cells(self.columns[2], len(self.choices))

    def looked_up(self, cell: str) -> str:
        """The formula of what a cell stands for; an error where it is none of the words."""
        words = self._cells(self.columns[0], len(self.words))
        numbers = self._cells(self.columns[1], len(self.words))
        return f'INDEX({numbers},MATCH(TRIM({cell})&"",{words},0))'


@dataclass(frozen=True)
class Form:
    """What is asked for, of which units and when.

    Attributes:
        scheme, units, period, language, raters, items: see `evaluation_workbook`.
        given: (unit, indicator) -> what was observed, as records of columns.
    """

    scheme: Scheme
    units: tuple[str, ...]
    period: Period
    language: str
    raters: int
    items: int
    given: Mapping[tuple[str, str], Sequence[Mapping[str, str]]] = field(default_factory=dict)

    @property
    def translate(self) -> Translate:
        """Into the language of the workbook."""
        return translator(self.language)

    @property
    def title(self) -> str:
        """Name of the scheme, and the period."""
        _ = self.translate
        name = self.scheme.text(self.scheme.name, self.language)
        return _("{scheme}, {period}").format(scheme=name, period=self.period)

    @property
    def sheets(self) -> tuple[str, ...]:
        """Names of the sheets: observations, scores, rules, calculation, lists."""
        return _SHEETS[self.language]

    def sheet(self, k: int) -> str:
        """Name of a sheet, as formulas name it."""
        return quote_sheetname(self.sheets[k])

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of all parts of the scheme by their ids."""
        return names_of(self.scheme, self.language)

    @cached_property
    def local(self) -> dict[str, dict[str, Fraction]]:
        """Parent id -> child id -> frozen weight inside the parent, of what counts."""
        digits = self.scheme.digits.weights
        local = frozen_local(self.scheme, self.scheme.local_weights, [self.period])
        return {
            parent: {kid: Fraction(weight, 10**digits) for kid, weight in kids.items()}
            for parent, kids in local[self.period.part].items()
        }

    @cached_property
    def weights(self) -> dict[str, Fraction]:
        """Leaf id -> weight in the whole, of the leaves that count."""
        return leaf_weights(self.scheme, self.local)

    @cached_property
    def entries(self) -> list[Entry]:
        """The rows to fill in, unit by unit."""
        return [entry for unit in self.units for entry in self._of_unit(unit)]

    @cached_property
    def rows(self) -> dict[tuple[str, str], range]:
        """Unit and indicator -> its rows."""
        found: dict[tuple[str, str], range] = {}
        for row, entry in enumerate(self.entries, start=FIRST_ROW):
            key = entry.unit, entry.indicator
            found[key] = range(found[key].start if key in found else row, row + 1)
        return found

    def entry(self, row: int) -> Entry:
        """The entry in a row."""
        return self.entries[row - FIRST_ROW]

    def items_of(self, rows: Iterable[int]) -> list[range]:
        """Rows that belong together: those of one item, by all raters."""
        found: list[range] = []
        for row in rows:
            if found and self.entry(row).item == self.entry(found[-1].start).item:
                found[-1] = range(found[-1].start, row + 1)
            else:
                found.append(range(row, row + 1))
        return found

    def _of_unit(self, unit: str) -> Iterator[Entry]:
        for leaf, indicator in self.scheme.indicator.items():
            if leaf in self.weights:
                yield from self._of_leaf(unit, indicator)
        _ = self.translate
        for event in self.scheme.events.values():
            counted = _("times")
            if isinstance(event, Bonus) and event.points is None:
                counted = _("points")
            for item in self._items(unit, event.id) or [""]:
                yield Entry(unit, event.id, self.names[event.id], counted, item=item)

    def _items(self, unit: str, indicator: str) -> list[str]:
        """Items that were observed, each once; nothing where none has a name."""
        items = dict.fromkeys(one["item"] for one in self.given.get((unit, indicator), ()))
        return list(items) if any(items) else []

    def _of_leaf(self, unit: str, indicator: Indicator) -> Iterator[Entry]:
        _ = self.translate
        leaf, rule = indicator.id, indicator.rule
        name = self.names[leaf]
        observed = self._items(unit, leaf)
        numbered = [str(k) for k in range(1, self.items + 1)] if self.items > 1 else [""]
        several, raters = observed or numbered, self._raters(unit, indicator)

        def part(words: str) -> str:
            return _("{name}: {part}").format(name=name, part=words)

        if isinstance(rule, Derived):
            with_items = over_items(rule.parsed)
            for one in rule.inputs:
                label = part(self.scheme.text(one.name, self.language))
                for item in several if one.id in with_items else [""]:
                    yield Entry(unit, leaf, label, one.unit, "", item, one.id)
        elif isinstance(rule, Checklist | Shares | Deductive):
            for line in self.parts(rule):
                text = self.scheme.text(line.name, self.language)
                label = part(f"{line.id} {text}" if isinstance(rule, Checklist) else text)
                for rater in raters:
                    yield Entry(unit, leaf, label, self._measure(rule, line), rater, line.id)
        else:
            alone = not (observed or isinstance(rule, Rated)) and indicator.items == "mean"
            for item in [""] if alone else several:
                for rater in raters:
                    yield Entry(unit, leaf, name, indicator.unit, rater, item)

    def parts(
        self, rule: Checklist | Shares | Deductive
    ) -> Sequence[Point] | Sequence[Grade] | Sequence[Occurrence]:
        """What a rule has a row each for."""
        if isinstance(rule, Shares):
            return self.scheme.grades[rule.grades]
        return rule.control_points if isinstance(rule, Checklist) else rule.occurrences

    def _measure(
        self, rule: Checklist | Shares | Deductive, part: Point | Grade | Occurrence
    ) -> str:
        _ = self.translate
        if isinstance(part, Point):
            drawn = _("in order/drawn, {count} to be drawn")
            return "" if part.sample is None else drawn.format(count=part.sample)
        if isinstance(rule, Deductive):
            return _("times")
        return _("raters") if isinstance(rule, Shares) and rule.counts else _("share")

    def record_of(self, entry: Entry) -> Mapping[str, str] | None:
        """What was observed of an entry; a word for the whole indicator stands in all of them."""
        own = self.given.get((entry.unit, entry.indicator), ())
        found = {(one["rater"], one["item"], one["input"]): one for one in own}
        exact = found.get((entry.rater, entry.item, entry.input))
        whole = found.get((entry.rater, "", "")) or found.get(("", "", ""))
        return whole if exact is None and whole and whole["value"] in SPECIAL_WORDS else exact

    def _raters(self, unit: str, indicator: Indicator) -> list[str]:
        """Who gives values of an indicator of a unit: who did, up to as many as are needed."""
        asked = self.raters_of(indicator)
        observed = self.given.get((unit, indicator.id), ())
        own = list(dict.fromkeys(one["rater"] for one in observed))
        return [*own, *asked[len(own) :]]

    def raters_of(self, indicator: Indicator) -> list[str]:
        """Who gives values of an indicator; nobody by name where one is enough."""
        _ = self.translate
        least = indicator.fewest_raters
        if indicator.raters == "trimmed_mean" and isinstance(indicator.rule, Rated | Checklist):
            least = max(least, 3)
        if isinstance(indicator.rule, Rated):
            least = max(least, self.raters)
        if isinstance(indicator.rule, Shares | Deductive) or least == 1:
            return [""]
        return [_("Rater {number}").format(number=k) for k in range(1, least + 1)]

    @cached_property
    def lists(self) -> dict[str, WordList]:
        """Words that may be filled in: of no value, of control points, of each table of grades."""
        codes = {NOT_APPLICABLE: INAPPLICABLE, NOT_DUE: UNDUE}
        results, inapplicable = _CHOICES[self.language]
        tables: dict[str, tuple[dict[str, Fraction], tuple[str, ...]]] = {
            SPECIAL: (
                {word: Fraction(codes.get(one, 0)) for word, one in SPECIAL_WORDS.items() if word},
                (),
            ),
            RESULTS: (dict(YES_NO), (*results, inapplicable)),
        }
        for name, grades in self.scheme.grades.items():
            words = {word: grade.points for grade in grades for word in grade.words}
            offered = tuple(self.scheme.text(grade.name, self.language) for grade in grades)
            tables[f"grades {name}"] = words, (*offered, inapplicable)
        return {
            name: WordList(
                tuple(words),
                tuple(words.values()),
                offered,
                tuple(get_column_letter(3 * k + j) for j in (1, 2, 3)),  # type: ignore[arg-type] # three
                self.sheet(4),
            )
            for k, (name, (words, offered)) in enumerate(tables.items())
        }

    def is_sampled(self, entry: Entry) -> bool:
        """Whether a value is what is in order of a sample, such as 3/4."""
        indicator = self.scheme.indicator.get(entry.indicator)
        if indicator is None or not isinstance(indicator.rule, Checklist):
            return False
        points = indicator.rule.control_points
        return any(point.id == entry.item and point.sample is not None for point in points)

    def list_of(self, entry: Entry) -> str | None:
        """Name of the list that a value is chosen from; none for a number."""
        indicator = self.scheme.indicator.get(entry.indicator)
        if indicator is not None and isinstance(indicator.rule, Rated):
            return f"grades {indicator.rule.grades}"
        checked = indicator is not None and isinstance(indicator.rule, Checklist)
        return RESULTS if checked else None
