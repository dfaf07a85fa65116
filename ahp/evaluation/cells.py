"""The observations of one indicator, cell by cell: a cell is one unit in one period.

Rows of a cell are joined, raters first, then items; all cells at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from .exact import Mask, Ratios, Whole, largest, product, total, whole
from .observations import NOT_APPLICABLE, NOT_DUE, SPECIAL, Observations, word_key

Ints = NDArray[np.intp]

KNOWN, INAPPLICABLE, UNREPORTED, UNDUE, UNCOUNTED = range(5)
"""What is known of a cell: its points; nothing since it doesn't apply, wasn't reported, isn't due,
or doesn't count in this period."""

STATUS_WORDS = ("known", "not_applicable", "not_reported", "not_due", "not_counted")
"""The same in words."""

JOINS = ("mean", "median", "trimmed_mean", "sum", "min", "max")
"""How several values become one; `trimmed_mean` is the mean without the highest and the lowest."""

FEWEST_TRIMMED = 3
"""Values that a trimmed mean needs."""


@dataclass(frozen=True)
class Cells:
    """Rows of one indicator, sorted by cell, item, rater and input.

    Attributes:
        observations: the table the rows are of.
        rows: positions of the rows that hold a value.
        cell: the cell of each of them.
        without: rows that don't apply, and their cells.
        status: for each cell, what is known of it; a rule says there what it can't score.
    """

    observations: Observations
    rows: Ints
    cell: Ints
    without: tuple[Ints, Ints]
    status: NDArray[np.int8]

    @classmethod
    def of(cls, observations: Observations, rows: Ints, cell: Ints, count: int) -> Cells:
        """The cells that rows belong to, with what those without a value say.

        Args:
            observations: the table.
            rows: all rows of the indicator.
            cell: the cell of each.
            count: number of cells.
        """
        status = np.full(count, UNREPORTED, np.int8)
        words = observations.words
        code = words.codes[rows]
        none = np.zeros(len(rows), bool)
        says = {
            word: code == words.names.index(word) if word in words.names else none
            for word in SPECIAL
        }
        kept = ~np.any(list(says.values()), axis=0)
        # the last of these counts: a value makes a cell known, one that is not due makes it undue
        status[cell[says[NOT_APPLICABLE]]] = INAPPLICABLE
        status[cell[kept]] = KNOWN
        status[cell[says[NOT_DUE]]] = UNDUE
        kept &= status[cell] == KNOWN
        without = says[NOT_APPLICABLE] & (status[cell] != UNDUE)
        return cls(observations, rows[kept], cell[kept], (rows[without], cell[without]), status)

    @property
    def present(self) -> Ints:
        """The cells with values, in order."""
        return self.cell[starts_of(self.cell)]

    def column(self, role: str) -> NDArray[np.int32]:
        """The codes of a column, of `rows`."""
        return self.observations.columns[role].codes[self.rows]

    def chosen(self, rows: Mask) -> Cells:
        """The same cells with some of the rows."""
        return replace(self, rows=self.rows[rows], cell=self.cell[rows])

    def refuse(self, chosen: Mask, role: str, code: str, **parameters: object) -> None:
        """Refuse the first of the rows chosen, if there are any."""
        if chosen.any():
            self.observations.refuse(
                self.observations.first(self.rows[chosen]), role, code, **parameters
            )

    def refuse_value(self, chosen: Mask, code: str, **parameters: object) -> None:
        """Refuse the value of the first of the rows chosen, if there are any; says the value."""
        if chosen.any():
            row = self.observations.first(self.rows[chosen])
            value = self.observations.value(row)
            self.observations.refuse(row, "value", code, value=value, **parameters)

    def numbers(self, name: str) -> Ratios:
        """The values as numbers, one a row.

        Raises:
            EvaluationError: a value is a word.
        """
        is_word = self.observations.words.codes[self.rows] >= 0
        self.refuse_value(is_word, "value_no_number", indicator=name)
        return self.observations.numbers(self.rows)

    def looked_up(
        self, numbers: Mapping[str, Fraction], name: str, code: str, valid: tuple[str, ...]
    ) -> Ratios:
        """What the values stand for, one number a row.

        Args:
            numbers: word, by its `word_key`, or number as text -> what it stands for.
            name: of the indicator.
            code: of the refusal of other values.
            valid: what it lists.

        Raises:
            EvaluationError: a value that stands for nothing.
        """
        words = self.observations.words
        values = list(numbers.values())
        position = {text: k for k, text in enumerate(numbers)}
        table = np.array([position.get(word_key(word), -1) for word in words.names] + [-1])
        chosen = table[words.codes[self.rows]].astype(np.intp)
        for k in np.flatnonzero(words.codes[self.rows] < 0):
            text = _shortest(self.observations.fraction(int(self.rows[k])))
            chosen[k] = position.get(text, -1)
        self.refuse_value(chosen < 0, code, indicator=name, valid=valid)
        return Ratios.from_fractions(values)[chosen]

    def items(self, known: Mapping[str, int], name: str, code: str, valid: tuple[str, ...]) -> Ints:
        """The positions of the items of the rows in the scheme.

        Args:
            known: item, by its `word_key` -> position.
            name: of the indicator.
            code: of the refusal of other items.
            valid: what it lists.
        """
        column = self.observations.columns["item"]
        table = np.array([known.get(word_key(item), -1) for item in column.names] + [-1], np.intp)
        positions: Ints = table[column.codes[self.rows]]
        chosen = positions < 0
        if chosen.any():
            row = self.observations.first(self.rows[chosen])
            parameters = {"value": column[row], "indicator": name, "valid": valid}
            self.observations.refuse(row, "item", code, **parameters)
        self._refuse_again(positions)
        return positions

    def _refuse_again(self, positions: Ints) -> None:
        """Refuse an item that has two names, and two values by one rater."""
        keys = (self.column("rater"), positions, self.cell)
        order = np.lexsort(keys)
        again = np.zeros(len(order), bool)
        again[order[1:]] = np.all([key[order[1:]] == key[order[:-1]] for key in keys], axis=0)
        if again.any():
            row = self.observations.first(self.rows[again])
            item = self.observations.columns["item"][row]
            self.observations.refuse(row, "item", "item_again", item=item)

    def rated(self, values: Ratios, how: str, fewest: int = 1) -> tuple[Ratios, Ints]:
        """One value an item of each cell, its raters joined, and the first row of each.

        Args:
            values: one a row, over one denominator.
            how: of `JOINS`.
            fewest: raters that an item needs.
        """
        starts = starts_of(self.cell, self.column("item"))
        counts = np.diff(starts, append=len(self.rows))
        fewest = max(fewest, FEWEST_TRIMMED if how == "trimmed_mean" else 1)
        self._refuse_few(starts, counts, fewest, "rater", "raters_few")
        return joined(values, starts, how), starts

    def _refuse_few(self, starts: Ints, counts: Ints, least: int, role: str, code: str) -> None:
        """Refuse the first group, by where it begins and how many it has, that has too few."""
        if (counts < least).any():
            first = np.flatnonzero(counts < least)[0]
            row, count = int(self.rows[starts[first]]), int(counts[first])
            self.observations.refuse(row, role, code, count=count, least=least)

    def joined(self, values: Ratios, how: str, items: str, fewest: int = 1) -> Ratios:
        """One value a cell: raters joined within each item, then items.

        Args:
            values: one a row, over one denominator.
            how: how raters are joined, of `JOINS`.
            items: how items are joined.
            fewest: raters that each item needs.
        """
        alone = bool((np.diff(self.cell, prepend=-1) > 0).all())
        trimmed = "trimmed_mean" in (how, items)
        if not len(self.rows) or (alone and fewest == 1 and not trimmed):
            return values  # one row a cell, as most files have
        by_item, starts = self.rated(values, how, fewest)
        groups = starts_of(self.cell[starts])
        if items == "trimmed_mean":
            counts = np.diff(groups, append=len(starts))
            self._refuse_few(starts[groups], counts, FEWEST_TRIMMED, "item", "items_few")
        return joined(by_item.aligned(), groups, items)


def starts_of(*keys: NDArray[np.int_] | NDArray[np.int32]) -> Ints:
    """Where the rows of a new group begin; the keys are sorted."""
    if not len(keys[0]):
        return np.zeros(0, np.intp)
    new = np.zeros(len(keys[0]), bool)
    new[0] = True
    for key in keys:
        new[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(new)


def joined(values: Ratios, starts: Ints, how: str) -> Ratios:
    """One value a group.

    Args:
        values: over one denominator.
        starts: where each group begins.
        how: of `JOINS`.
    """
    counts = np.diff(starts, append=len(values))
    if len(counts) == len(values) and how != "trimmed_mean":
        return values
    num, den = values.num, values.den
    if how == "sum":
        return Ratios(_sums(num, starts), den)
    if how == "mean":
        return Ratios(_sums(num, starts), product(den, counts.astype(np.int64)))
    low, high = np.minimum.reduceat(num, starts), np.maximum.reduceat(num, starts)
    if how in ("min", "max"):
        return Ratios(low if how == "min" else high, den)
    if how == "trimmed_mean":
        inner = total(_sums(num, starts), product(whole(-1), total(low, high)))
        return Ratios(inner, product(den, (counts - 2).astype(np.int64)))
    group = np.repeat(np.arange(len(starts)), counts)
    ordered = num[np.lexsort((num, group))]
    middle = total(ordered[starts + (counts - 1) // 2], ordered[starts + counts // 2])
    return Ratios(middle, product(den, whole(2)))


def _sums(numbers: Whole, starts: Ints) -> Whole:
    if numbers.dtype != object and largest(numbers) * max(len(numbers), 1) >= 2**62:
        numbers = numbers.astype(object)
    sums: Whole = np.add.reduceat(numbers, starts)
    return sums


def _shortest(number: Fraction) -> str:
    """A number as a grade may be called: 4 for 4.0."""
    return str(number.numerator) if number.denominator == 1 else str(float(number))
