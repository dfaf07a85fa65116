"""Verification: every printed number of a table recomputed from its judgments.

A parent has one solution when its matrix is printed, and many when its judgments were
reconstructed; arrays have a column for each. Numbers of a parent are reproduced when one solution
reproduces them all; global weights, when one solution of the goal and, for each parent below, one
solution that goes with it do. In trees of more than two levels of reconstructed parents, and where
a claim joins several weights of one parent, global weights are taken as intervals: a number that
can't be reproduced is always found, one that can't be together with the others sometimes isn't.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from ..consistency import check_consistency
from ..datafile import decode_text, read_bytes
from ..errors import AHPError, PublishedError
from ..matrix import Bool, Float, PairwiseMatrix, chunks
from ..messages import Phrase
from ..priority import check_method
from ..random_index import random_index_value
from ..result import Result
from ..tables.delimited import CONSTANT, open_csv
from ..version import __version__
from .claims import Interval, Reference, holds
from .explanations import explain_digits, explain_number
from .printing import (
    agrees,
    check_rounding,
    decimals_of,
    printed_decimal,
    printed_interval,
    rounded_weights,
)
from .table import (
    CONSISTENCY,
    INDICES,
    Erratum,
    Printed,
    PublishedParent,
    PublishedTable,
    Statement,
)
from .unrounded import with_unrounded

ORIGINS = ("matrix", "reconstructed", "inputs")
COLUMNS = ["parent", "method", "rounding", "upper"]
"""Of a file of stored candidates."""


@dataclass(frozen=True, eq=False, repr=False)
class Check(Result):
    """One printed number, order or claim, compared with what the judgments give.

    Attributes:
        place, line: in the file.
        printed: as printed.
        computed: the recomputed number, of the candidates' the nearest; None for orders, claims and
            what can't be computed.
        difference: |printed − computed|; None with `computed`.
        reproduced: whether the print is what the judgments give.
        origin: name in `ORIGINS`: what the number was computed from.
        explanations: why not; `str` of each is the sentence.
    """

    place: str
    line: int
    printed: str
    computed: float | None
    difference: float | None
    reproduced: bool
    origin: str
    explanations: tuple[Phrase, ...] = ()

    @property
    def message(self) -> str:
        """What is wrong, in a line."""
        return str(self.phrase)

    @property
    def phrase(self) -> Phrase:
        """The message, which `ahp.i18n.errors.error_sentence` says in other languages."""
        said = Phrase("check_printed", inside=self.place, printed=self.printed)
        if not self.printed:
            said = Phrase("check_place", inside=self.place)
        if self.computed is not None and self.difference is not None:
            digits = max(8, decimals_of(self.printed) + 2)
            computed, difference = f"{self.computed:.{digits}g}", f"{self.difference:.2g}"
            said = Phrase(
                "check_differs", **said.parameters, computed=computed, difference=difference
            )
        if not self.explanations:
            return said
        return Phrase("check_explained", check=said, why=self.explanations)


@dataclass(frozen=True, eq=False, repr=False)
class Remark(Result):
    """How the printed judgments at a place in the file were read."""

    place: str
    line: int
    text: Phrase

    @property
    def message(self) -> str:
        """The remark in a line."""
        return str(self.phrase)

    @property
    def phrase(self) -> Phrase:
        """The message, which `ahp.i18n.errors.error_sentence` says in other languages."""
        return Phrase("remark_at", inside=self.place, remark=self.text)


@dataclass(frozen=True, eq=False, repr=False)
class Verification(Result):
    """What `verify` found.

    Attributes:
        table: the table.
        checks: one for each number, order and claim that can be computed.
        unchecked: the numbers and statements that can't, since there is no matrix.
        remarks: one for each parent whose judgments are not read as they stand.
        version: of `ahp`.
    """

    table: PublishedTable
    checks: tuple[Check, ...]
    unchecked: tuple[Printed | Statement, ...]
    remarks: tuple[Remark, ...] = ()
    version: str = __version__

    @property
    def reproduced(self) -> bool:
        """Whether every check passed; a table in which nothing is checked has a failed check."""
        return all(check.reproduced for check in self.checks)

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that did not pass."""
        return tuple(check for check in self.checks if not check.reproduced)


def verify(table: PublishedTable) -> Verification:
    """Recompute every printed number of a table and compare, to half a unit of its last digit.

    Raises:
        PublishedError: the stored candidates can't be read, the method or the RI table has nothing
            for a parent, or a claim divides by zero.

    >>> from ahp.resources import data_folder
    >>> file = data_folder("examples") / "published" / "saaty_1990_house.ahp.toml"
    >>> verification = ahp.published.verify(ahp.published.load_table(file))
    >>> verification.reproduced, len(verification.checks)
    (True, 11)
    """
    if table.candidates is not None:
        _check_parents(table, table.candidates)
    solutions = {parent.id: _solve(table, parent) for parent in table.parents.values()}
    checks: list[Check] = []
    unchecked: list[Printed | Statement] = []
    remarks: list[Remark] = []
    for parent in table.parents.values():
        rows = _parent_rows(table, parent, solutions[parent.id])
        judged, best = _judge(rows, solutions[parent.id], table, parent)
        if any(not check.reproduced for check in judged) and (more := with_unrounded(parent)):
            parent, solutions[parent.id] = more, _solve(table, more)  # noqa: PLW2901
            rows = _parent_rows(table, parent, solutions[parent.id])
            judged, best = _judge(rows, solutions[parent.id], table, parent)
        checks += judged
        unchecked += [row.printed for row in rows if row.unknown]
        solutions[parent.id] = solutions[parent.id].only(best)
        if parent.judgments and (text := parent.judgments.remarks[int(best.argmax())]):
            remarks.append(Remark(*parent.judgments_at, text))
    rows, together = _rows_across(table, solutions)
    across = _judge(rows, together, table, None)[0]
    checks += _explained(table, across) if together.origin == "matrix" else across
    unchecked += [row.printed for row in rows if row.unknown]
    if not checks:
        why = (Phrase("nothing_to_check"),)
        checks.append(Check("checks", 1, "", None, None, False, "inputs", why))
    return Verification(table, tuple(checks), tuple(unchecked), tuple(remarks))


@dataclass(frozen=True)
class _Solutions:
    """The solutions of one parent.

    Attributes:
        origin: name in `ORIGINS`.
        weights: shape (k, n); NaN = not known.
        values: `lambda_max`, `ci`, `cr`, `ri` and index -> shape (k,).
    """

    origin: str
    weights: Float
    values: Mapping[str, Float]

    def only(self, chosen: Bool) -> _Solutions:
        """Some of the solutions."""
        values = {key: value[chosen] for key, value in self.values.items()}
        return _Solutions(self.origin, self.weights[chosen], values)


class _Key:
    """A parent, equal to another one whose judgments give the same solutions."""

    def __init__(self, parent: PublishedParent) -> None:
        said = parent.conventions
        cells = None if parent.judgments is None else parent.judgments.readings.tobytes()
        self.parent = parent
        self.key = (
            *(parent.id, parent.items, cells, parent.step_decimals, tuple(parent.indices)),
            *(said.method, said.rounding, said.random_index, said.lambda_by),
        )

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.key == other.key


def _solve(table: PublishedTable, parent: PublishedParent) -> _Solutions:
    stored = parent.judgments is None and table.candidates is not None
    solutions = _stored(table, parent) if stored else None
    if solutions is not None:
        return solutions
    try:
        return _printed(parent)
    except AHPError as error:
        place = f"{table.path}: parents.{parent.id}"
        raise PublishedError("at_place", place=place, problem=error) from error


def _printed(parent: PublishedParent) -> _Solutions:
    """The solution that the print has: from its matrix, or its numbers as they stand."""
    conventions = parent.conventions
    if parent.judgments is not None:
        return _of_matrix(_Key(parent))
    weights = [_input(parent.weights.get(item)) for item in parent.items]
    values = {key: np.array([_input(parent.consistency.get(key))]) for key in CONSISTENCY}
    values |= {key: np.array([np.nan]) for key in INDICES}
    values["ri"] = np.array([random_index_value(len(parent.items), conventions.random_index)])
    return _Solutions("inputs", np.array([weights]), values)


@lru_cache(maxsize=64)
def _of_matrix(key: _Key) -> _Solutions:
    parent, said = key.parent, key.parent.conventions
    assert parent.judgments is not None
    method = said.method or "eigenvector"
    return _computed(parent, parent.judgments.readings, method, said.rounding, "matrix")


def _input(number: Printed | None) -> float:
    return np.nan if number is None else float(printed_decimal(number.text))


def _computed(
    parent: PublishedParent, matrices: Float, method: str, rounding: str, origin: str
) -> _Solutions:
    conventions = parent.conventions
    weights = rounded_weights(matrices, method, rounding, parent.step_decimals)
    with np.errstate(divide="ignore", invalid="ignore"):  # weights may be rounded to 0
        mean = ((matrices * weights[:, None, :]).sum(axis=-1) / weights).mean(axis=-1)
    consistency = check_consistency(matrices, random_index=conventions.random_index)
    n = len(parent.items)
    ri = random_index_value(n, conventions.random_index)
    root = mean if conventions.lambda_by == "mean" else consistency.lambda_max
    ci = (root - n) / (n - 1)
    values = {"lambda_max": root, "ci": ci, "cr": ci / ri if ri else np.zeros_like(ci)}
    values |= {key: np.asarray(INDICES[key](matrices)) for key in parent.indices}
    values["ri"] = np.full(len(matrices), ri)
    return _Solutions(origin, weights, values)


def _stored(table: PublishedTable, parent: PublishedParent) -> _Solutions | None:
    """The solutions in the file of candidates; None when it has none of this parent."""
    path = table.candidates
    assert path is not None
    text = _candidates_text(path)
    try:
        return _stored_solutions(text, _Key(parent))
    except AHPError as error:
        raise PublishedError("at_place", place=str(path), problem=error) from error


def candidate_rows(path: Path) -> Sequence[tuple[int, list[str]]]:
    """Line and cells of the stored candidates.

    Raises:
        PublishedError: the file, and why it can't be read.
    """
    text = _candidates_text(path)
    try:
        return _candidate_rows(text)
    except PublishedError as error:
        raise PublishedError("at_place", place=str(path), problem=error) from error


def _candidates_text(path: Path) -> str:
    return decode_text(read_bytes(path, PublishedError), str(path), PublishedError)


def _check_parents(table: PublishedTable, path: Path) -> None:
    for line, (name, *_) in candidate_rows(path):
        if name not in table.parents:
            raise PublishedError(
                "candidates_parent",
                place=f"{path}: line {line}",
                parent=name,
                valid=tuple(table.parents),
            )


@lru_cache(maxsize=64)
def _stored_solutions(text: str, key: _Key) -> _Solutions | None:
    parent = key.parent
    groups: dict[tuple[str, str], list[Float]] = {}
    for line, row in _candidate_rows(text):
        if row[0] != parent.id:
            continue
        try:
            check_method(row[1])
            check_rounding(row[2])
            matrix = PairwiseMatrix.from_upper(row[3].split())
        except AHPError as error:
            raise PublishedError("at_place", place=f"line {line}", problem=error) from error
        if matrix.n != len(parent.items):
            raise PublishedError(
                "candidates_compare",
                place=f"line {line}",
                count=matrix.n,
                expected=len(parent.items),
                parent=parent.id,
            )
        groups.setdefault((row[1], row[2]), []).append(matrix.values)
    parts = [
        _computed(parent, np.array(matrices), *how, "reconstructed")
        for how, matrices in groups.items()
    ]
    if not parts:
        return None
    values = {
        name: np.concatenate([part.values[name] for part in parts]) for name in parts[0].values
    }
    return _Solutions("reconstructed", np.concatenate([part.weights for part in parts]), values)


@lru_cache(maxsize=4)
def _candidate_rows(text: str) -> Sequence[tuple[int, list[str]]]:
    reader, _separator = open_csv(io.StringIO(text, newline=""))
    try:
        header: list[str] = next(reader, [])
        rows = [(reader.line_num, [CONSTANT.sub(r"\1", cell) for cell in row]) for row in reader]
    except csv.Error as error:
        place = f"line {reader.line_num}"
        raise PublishedError("csv_unreadable", place=place, message=str(error)) from error
    if header != COLUMNS:
        raise PublishedError(
            "candidates_columns", columns=",".join(header), expected=",".join(COLUMNS)
        )
    for line, row in rows:
        if len(row) != len(COLUMNS):
            raise PublishedError(
                "candidates_cells", place=f"line {line}", count=len(row), expected=len(COLUMNS)
            )
    return rows


@dataclass(frozen=True)
class _Row:
    """A printed number or statement with what the solutions make of it.

    Attributes:
        printed: the number or the statement.
        fits: whether a solution reproduces it, shape (k,).
        value: lowest and highest computed number, shapes (k,); None for a statement.
        key: what `explain_number` takes; None for numbers of the tree.
        unknown: it depends on numbers that are not known.
    """

    printed: Printed | Statement
    fits: Bool
    value: Interval | None = None
    key: str | None = None
    unknown: bool = False


def _number_row(
    table: PublishedTable,
    number: Printed,
    value: Interval,
    rounding: str,
    *,
    decimals: int | None = None,
    key: str | None = None,
) -> _Row:
    def fits(text: str) -> Bool:
        low, high = printed_interval(text, rounding, decimals)
        overlaps: Bool = (value[1] >= low) & (value[0] <= high)
        return overlaps

    erratum = table.errata.get(number.place)
    if erratum is None:
        right = fits(number.text)
    else:
        right = fits(erratum.correct) & ~fits(erratum.printed) & (erratum.printed == number.text)
    return _Row(number, right, value, key, bool(np.isnan(value[0]).all()))


def _parent_rows(table: PublishedTable, parent: PublishedParent, solved: _Solutions) -> list[_Row]:
    """The numbers, the order and the claims that a parent alone decides."""
    conventions = parent.conventions
    rows = []
    local = {item: solved.weights[:, k] for k, item in enumerate(parent.items)}
    for item, number in parent.weights.items():
        value = (local[item], local[item])
        rows.append(
            _number_row(
                table, number, value, conventions.rounding, decimals=conventions.decimals, key=item
            )
        )
    for key, number in (*parent.consistency.items(), *parent.indices.items()):
        value = (solved.values[key], solved.values[key])
        rows.append(_number_row(table, number, value, conventions.rounding, key=key))
    unknown = solved.origin == "inputs"
    rows = [_Row(row.printed, row.fits, row.value, row.key, unknown) for row in rows]

    def value_of(reference: Reference) -> Interval:
        values = local if reference.function in {"", "local", "global"} else solved.values
        key = reference.function if values is solved.values else reference.name
        return values[key], values[key]

    statements = [] if parent.order is None else [parent.order]
    statements += [claim for claim in _statements(table) if _owner(table, claim) == parent.id]
    rows += [
        _statement_row(table, statement, value_of, conventions.about, len(solved.weights))
        for statement in statements
    ]
    return rows


def _statements(table: PublishedTable) -> tuple[Statement, ...]:
    return (*table.orders, *table.claims)


def _owner(table: PublishedTable, statement: Statement) -> str | None:
    """The parent that alone decides a statement, if there is one."""
    owners: set[str | None] = set()
    for chain in statement.chains:
        for reference in chain.references:
            if reference.function == "local":
                owners.add(table.once[reference.name])
            elif reference.function in CONSISTENCY:
                owners.add(reference.name)
            else:
                single = len(table.parents) == 1 and reference.function != "total_cr"
                owners.add(next(iter(table.parents)) if single else None)
    return owners.pop() if len(owners) == 1 else None


def _statement_row(
    table: PublishedTable,
    statement: Statement,
    value_of: Callable[[Reference], Interval],
    about: float,
    count: int,
) -> _Row:
    unknown = False

    def watched(reference: Reference) -> Interval:
        nonlocal unknown
        value = value_of(reference)
        unknown = unknown or bool(np.isnan(value[0]).all())
        return value

    fits = np.ones(count, dtype=bool)
    try:
        for chain in statement.chains:
            fits = fits & holds(chain, watched, about)
    except PublishedError as error:
        place = f"{table.path}:{statement.line}: {statement.place}"
        raise PublishedError("at_place", place=place, problem=error) from error
    return _Row(statement, fits, unknown=unknown)


def _judge(
    rows: list[_Row], solutions: _Solutions, table: PublishedTable, parent: PublishedParent | None
) -> tuple[list[Check], Bool]:
    """Checks of the rows, and which of the solutions reproduce the most of them."""
    known = [row for row in rows if not row.unknown]
    if not known:
        return [], np.ones(len(solutions.weights), dtype=bool)
    fits = np.array([np.broadcast_to(row.fits, len(solutions.weights)) for row in known])
    misses = (~fits).sum(axis=0)
    best = misses == misses.min()
    if solutions.origin == "matrix" and parent is not None and misses.min():
        reading = int(best.argmax())  # what is wrong is told of one of them
        best = np.arange(len(misses)) == reading
        parent = parent.read_as(reading)
    wrong: Bool = ~np.all(fits[:, best], axis=1)
    counts = {"count": len(known) - int(misses.min()), "all": len(known)}
    contradiction = Phrase("contradiction_global", **counts)
    if parent:
        contradiction = Phrase("contradiction", parent=parent.id, **counts)
    several = solutions.origin == "reconstructed" and wrong.sum() > 1  # no single one is at fault
    checks = []
    for row, failed in zip(known, wrong, strict=True):
        check = _check(row, best, solutions.origin)
        if failed:
            why = (contradiction,) if several else _why(row, check.computed, table, parent)
            check = replace(check, reproduced=False, explanations=why)
        checks.append(check)
    return checks, best


def _check(row: _Row, best: Bool, origin: str) -> Check:
    """The check of a row that is reproduced, with the computed number nearest to the print."""
    printed = row.printed
    common = (printed.place, printed.line, printed.text)
    if row.value is None:
        return Check(*common, None, None, True, origin)
    number = float(printed_decimal(printed.text))
    low, high = (np.broadcast_to(end, best.shape)[best] for end in row.value)
    nearest = np.clip(number, low, high)
    nearest = nearest[np.isfinite(nearest)]
    if not len(nearest):
        return Check(*common, None, None, True, origin)
    value = float(nearest[np.abs(nearest - number).argmin()])
    return Check(*common, value, abs(number - value), True, origin)


def _why(
    row: _Row, value: float | None, table: PublishedTable, parent: PublishedParent | None
) -> tuple[Phrase, ...]:
    if row.value is None:
        return (Phrase("does_not_hold"),)
    if value is None:
        return (Phrase("division_by_zero"),)
    conventions = parent.conventions if parent else table.conventions
    erratum = table.errata.get(row.printed.place)
    if erratum is not None:
        decimals = conventions.decimals if parent and row.key in parent.items else None
        low, high = printed_interval(erratum.printed, conventions.rounding, decimals)
        return (_erratum_fault(erratum, row.printed.text, low <= value <= high),)
    if parent is None or row.key is None:
        return explain_digits(row.printed.text, value, conventions.rounding)
    return explain_number(parent, row.key, row.printed.text, value)


def _erratum_fault(erratum: Erratum, text: str, right: bool) -> Phrase:
    if erratum.printed != text:
        return Phrase("erratum_about", printed=erratum.printed)
    if right:
        return Phrase("erratum_stale")
    return Phrase("erratum_false", correct=erratum.correct)


def _explained(table: PublishedTable, checks: list[Check]) -> list[Check]:
    """The checks of global numbers, with what the other numbers of the table explain of them."""
    failed = {check.place: check for check in checks if not check.reproduced}
    wrong = {
        name: (check, check.computed)
        for name, number in table.composite.items()
        if (check := failed.get(number.place)) and check.computed is not None
    }
    if not failed or table.hierarchy is None:
        return checks
    by_print, largest = _by_print(table), _divided_by_largest(table, checks)
    explained = []
    for check in checks:
        if check.reproduced or check.computed is None or check.place in table.errata:
            explained.append(check)
            continue
        others = {
            name: (candidate.printed, computed)
            for name, (candidate, computed) in wrong.items()
            if check.place.startswith("composite.") and candidate is not check
        }
        why = explain_digits(
            check.printed,
            check.computed,
            table.conventions.rounding,
            by_print=by_print.get(check.place),
            largest=largest.get(check.place),
            others=others,
        )
        explained.append(replace(check, explanations=why))
    return explained


def _divided_by_largest(table: PublishedTable, checks: list[Check]) -> Mapping[str, float]:
    """Place of a global weight -> the largest of its level, where all that are printed of the level
    are divided by it.
    """
    assert table.hierarchy is not None
    by_place = {check.place: check for check in checks}
    divisors: dict[str, float] = {}
    for level in (*table.hierarchy.levels, table.alternatives):
        printed = [
            by_place[table.composite[name].place] for name in level if name in table.composite
        ]
        weights = {check: check.computed for check in printed if check.computed is not None}
        largest = max(weights.values(), default=0.0)
        rounding = table.conventions.rounding
        if largest and all(agrees(w / largest, c.printed, rounding) for c, w in weights.items()):
            divisors |= dict.fromkeys((check.place for check in weights), largest)
    return divisors


def _by_print(table: PublishedTable) -> Mapping[str, float]:
    """Place of a global number -> what the printed weights and CI of the parents give for it."""
    printed = {
        name: _printed(replace(parent, judgments=None)) for name, parent in table.parents.items()
    }
    rows = _Tree(replace(table, composite={}), printed).numbers(table)
    return {place: float(low[0]) for place, (low, _) in rows.items()}


def _rows_across(
    table: PublishedTable, solutions: Mapping[str, _Solutions]
) -> tuple[list[_Row], _Solutions]:
    """What no parent decides alone, with the solutions that are the columns: the goal's, or one
    for all without a tree.
    """
    origins = {solution.origin for solution in solutions.values()}
    origin = next(name for name in reversed(ORIGINS) if name in origins)
    if table.hierarchy is None:
        columns, rows = _Solutions(origin, np.empty((1, 0)), {}), []

        def value_of(reference: Reference) -> Interval:
            values = _values(table, solutions, reference)
            return values.min(keepdims=True), values.max(keepdims=True)
    else:
        tree = _Tree(table, solutions)
        columns = replace(solutions[table.hierarchy.goal], origin=origin)
        rows, value_of = tree.rows(), tree.value_of
    rows += [
        _statement_row(table, statement, value_of, table.conventions.about, len(columns.weights))
        for statement in _statements(table)
        if _owner(table, statement) is None
    ]
    return rows, columns


def _values(
    table: PublishedTable, solutions: Mapping[str, _Solutions], reference: Reference
) -> Float:
    """A local weight or a consistency number in each solution of its parent."""
    if reference.function == "local":
        parent = table.parents[table.once[reference.name]]
        return solutions[parent.id].weights[:, parent.items.index(reference.name)]
    return solutions[reference.name].values[reference.function]


class _Tree:
    """Global weights of a table; columns are the solutions of the goal."""

    def __init__(self, table: PublishedTable, solutions: Mapping[str, _Solutions]) -> None:
        tree = table.hierarchy
        assert tree is not None
        self.table, self.tree, self.solutions = table, tree, solutions
        ones = np.ones(len(solutions[tree.goal].weights))
        self.weights: dict[str, Interval] = {tree.goal: (ones, ones)}
        self.ci: dict[str, Interval] = {}  # global weight times CI
        self.together: dict[str, Bool] = {}  # node -> whether its number goes with its sisters'
        shares = []
        for parent in tree.parents:
            low, high = self.below(table.parents[parent])
            self.weights |= {
                item: (low[k], high[k]) for k, item in enumerate(tree.children[parent])
            }
        for leaf in tree.leaves:
            if leaf in table.parents:
                shares.append(self.below(table.parents[leaf]))
        if len(shares) == len(tree.leaves):
            items = [table.parents[leaf].items for leaf in tree.leaves]
            self.weights |= self.priorities(shares, items)

    def below(self, parent: PublishedParent) -> Interval:
        """Global weights of a parent's items, shape (items, columns); keeps its CI."""
        solutions, scale = self.solutions[parent.id], self.weights[parent.id]
        if parent.id == self.tree.goal:
            self.ci[parent.id] = (solutions.values["ci"], solutions.values["ci"])
            return solutions.weights.T, solutions.weights.T
        weights, count = solutions.weights, len(solutions.weights)
        leaf = parent.id in self.tree.leaves
        if leaf and self.table.mode == "ideal":
            weights = weights / weights.max(axis=1, keepdims=True)
        lower, upper = np.full(count, -np.inf), np.full(count, np.inf)
        printed = [
            (item, *_bounds(self.table, self.table.composite[item], weights[:, k]))
            for k, item in enumerate(parent.items)
            if not leaf and item in self.table.composite and not np.isnan(weights[:, k]).any()
        ]
        if printed:
            lows, highs = (np.array([row[end] for row in printed]) for end in (1, 2))
            lower, upper = lows.max(axis=0), highs.min(axis=0)
            self.together |= _together([row[0] for row in printed], lows, highs, scale)
        low, high = _spread(scale, np.column_stack([weights, solutions.values["ci"]]), lower, upper)
        self.ci[parent.id] = (low[-1], high[-1])
        return low[:-1], high[:-1]

    def priorities(
        self, shares: list[Interval], items: list[tuple[str, ...]]
    ) -> dict[str, Interval]:
        """Global priorities of the alternatives: sums over the leaves."""
        sums = {}
        for name in self.table.alternatives:
            at = [names.index(name) for names in items]
            low, high = (
                np.sum([share[end][k] for share, k in zip(shares, at, strict=True)], axis=0)
                for end in (0, 1)
            )
            sums[name] = (low, high)
        if self.table.mode == "ideal":
            totals = [np.sum([sums[name][end] for name in sums], axis=0) for end in (0, 1)]
            sums = {name: (low / totals[1], high / totals[0]) for name, (low, high) in sums.items()}
        return {name: (low, high) for name, (low, high) in sums.items()}

    def total(self, level: int) -> dict[str, Interval]:
        """Total-hierarchy consistency of a level: Σ w·CI / Σ w·RI over the parents above it."""
        parents = [node for node in self.tree.levels[level - 1] if node in self.table.parents]
        low, high = (np.sum([self.ci[parent][end] for parent in parents], axis=0) for end in (0, 1))
        ri_low, ri_high = (
            np.sum(
                [
                    self.weights[name][end] * self.solutions[name].values["ri"][0]
                    for name in parents
                ],
                axis=0,
            )
            for end in (0, 1)
        )
        return {
            "ci": (low, high),
            "ri": (ri_low, ri_high),
            "cr": (_ratio(low, ri_high), _ratio(high, ri_low)),
        }

    def numbers(self, table: PublishedTable) -> dict[str, Interval]:
        """Place -> value of the global numbers that a table prints."""
        values = {number.place: self.weights[name] for name, number in table.composite.items()}
        for level, numbers in table.totals.items():
            totals = self.total(level)
            values |= {number.place: totals[key] for key, number in numbers.items()}
        return values

    def rows(self) -> list[_Row]:
        """The global numbers."""
        table, rounding = self.table, self.table.conventions.rounding
        rows = []
        for name, number in table.composite.items():
            row = _number_row(table, number, self.weights[name], rounding)
            fits = row.fits & self.together.get(name, np.asarray(True))
            rows.append(_Row(row.printed, fits, row.value, unknown=row.unknown))
        for level, numbers in table.totals.items():
            totals = self.total(level)
            rows += [
                _number_row(table, number, totals[key], rounding) for key, number in numbers.items()
            ]
        return rows

    def value_of(self, reference: Reference) -> Interval:
        """The value that a claim asks for."""
        function, name = reference.function, reference.name
        if function in {"", "global"}:
            return self.weights[name]
        if function == "total_cr":
            return self.total(int(name))["cr"]
        values = _values(self.table, self.solutions, reference)
        parent = self.table.once[name] if function == "local" else name
        if parent == self.tree.goal:
            return values, values
        ones = self.weights[self.tree.goal][0]
        return values.min() * ones, values.max() * ones


def _bounds(table: PublishedTable, number: Printed, weights: Float) -> tuple[Float, Float]:
    """Global weights of the parent that give the printed number, for each local weight."""
    erratum = table.errata.get(number.place)
    text = number.text if erratum is None else erratum.correct
    low, high = printed_interval(text, table.conventions.rounding)
    with np.errstate(divide="ignore"):  # a weight may be rounded to 0
        return low / weights, high / weights


def _together(names: list[str], lows: Float, highs: Float, scale: Interval) -> dict[str, Bool]:
    """Whether the printed global numbers of one parent's items go together, and if not, which of
    them must go for the rest to do so; all of them when no single one is at fault.
    """
    whole = _possible(lows, highs, scale)
    alone = np.array(
        [
            _possible(np.delete(lows, k, axis=0), np.delete(highs, k, axis=0), scale)
            for k in range(len(names))
        ]
    )
    nobody = ~alone.any(axis=0)
    return {name: whole | ~(alone[k] | nobody) for k, name in enumerate(names)}


def _possible(lows: Float, highs: Float, scale: Interval) -> Bool:
    """Whether some solution's bounds hold the global weight of the parent, for each column."""
    if not len(lows):
        return np.ones(len(scale[0]), dtype=bool)
    lower, upper = lows.max(axis=0), highs.min(axis=0)
    order = np.argsort(lower)
    reach = np.concatenate([[-np.inf], np.maximum.accumulate(upper[order])])
    possible: Bool = reach[np.searchsorted(lower[order], scale[1], side="right")] >= scale[0]
    return possible


def _spread(scale: Interval, values: Float, lower: Float, upper: Float) -> Interval:
    """Lowest and highest of scale times values over the solutions whose bounds hold the scale (over
    all where none do), shapes (values' columns, columns).
    """
    count, width = values.shape
    low, high = np.empty((2, width, len(scale[0])))
    for part in chunks(len(scale[0]), 8 * count):
        least, most = scale[0][part, None], scale[1][part, None]
        fits = (lower <= most) & (upper >= least)
        fits |= ~fits.any(axis=1, keepdims=True)
        for k in range(width):
            low[k, part] = np.where(fits, values[:, k], np.inf).min(axis=1) * least[:, 0]
            high[k, part] = np.where(fits, values[:, k], -np.inf).max(axis=1) * most[:, 0]
    return low, high


def _ratio(ci: Float, ri: Float) -> Float:
    """CI/RI, 0 where RI is 0."""
    ratio: Float = np.divide(ci, ri, out=np.zeros_like(ci), where=ri != 0)
    return ratio
