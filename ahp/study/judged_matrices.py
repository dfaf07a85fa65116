"""From judgment matrices to the judgments that stand in them, as they stand there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations, permutations
from math import isnan
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import AnswersError, MatrixError
from ..labels import is_frame, order_of
from ..matrix import PairwiseMatrix, as_matrices, given_labels
from ..messages import Cell, Phrase
from ..scale import LARGEST_STEP, SAATY_POSITIONS, judgment_text, opposite, parse_judgment
from ..tolerance import WRITTEN_RTOL
from .names import name_key
from .survey import Survey, labels_of


class JudgedPair(NamedTuple):
    """A judgment of a matrix.

    Attributes:
        left, right: ids of the two items.
        value: how much left matters more than right, as exact text.
        cell: name of the cell it stands in; "" for a matrix that was not read from a file.
    """

    left: str
    right: str
    value: str
    cell: str


def by_expert(matrices: Mapping[str, Any], experts: Sequence[str] | None) -> dict[str, Any]:
    """Expert -> parent -> matrix, from parent -> the matrices of all experts.

    Raises:
        AnswersError: other numbers of experts, none, or names that stand twice or in no order.
    """
    stacks = {parent: _stack(values) for parent, values in matrices.items()}
    first = next(iter(stacks.values()))
    if isinstance(experts, str | set | frozenset):
        raise AnswersError("experts_no_list", place=Phrase("the_experts"), value=repr(experts))
    names = [str(k + 1) for k in range(len(first))] if experts is None else list(experts)
    if not names:
        raise AnswersError("no_answers")
    for parent, stack in stacks.items():
        if len(stack) != len(names):
            raise AnswersError(
                "experts_uneven", parent=parent, count=len(stack), expected=len(names)
            )
    for name, count in Counter(names).items():
        if count > 1:
            raise AnswersError("item_twice", place=Phrase("the_experts"), name=name)
    return {
        name: {parent: stack[k] for parent, stack in stacks.items()} for k, name in enumerate(names)
    }


def _stack(values: Any) -> list[Any]:
    """The matrices of all experts, from an array or a list of them, or of the only one."""
    if isinstance(values, np.ndarray):
        return list(values) if values.ndim == 3 else [values]
    if not isinstance(values, Sequence):
        return [values]
    first: Any = next((value for value in values if value is not None), None)
    if first is None:
        return list(values)  # of no expert, or of experts who gave none
    row = first[0] if isinstance(first, Sequence | np.ndarray) and len(first) else None
    rows = isinstance(row, list | tuple | np.ndarray)
    labeled = is_frame(first) or isinstance(first, PairwiseMatrix)
    return list(values) if rows or labeled else [values]


def judged_pairs(
    survey: Survey,
    parent: str,
    matrix: Any,
    *,
    place: str | Phrase,
    labels: Sequence[str] | None = None,
    cell_name: Callable[[int, int], str] | None = None,
) -> Iterator[JudgedPair]:
    """The judgments of a matrix: the steps of the scale as such, others as they stand.

    Args:
        survey: the survey.
        parent: id of the node below which the items are compared.
        matrix: as for `Answers.from_matrices`.
        place: of the matrix, for messages.
        labels: names of its items, for one without.
        cell_name: row, column -> name of a cell, where it was read from a file.

    Raises:
        AnswersError: names the place, and the items or the cells.
    """
    kids = survey.hierarchy.children[parent]
    names = [survey.node_name(kid, "") for kid in kids]
    if len(set(map(name_key, names))) < len(names):
        names = list(kids)
    order: Sequence[int] = range(len(kids))

    def where(row: int, column: int) -> Any:
        if cell_name is None:
            return Phrase("pair_of", left=names[row], right=names[column])
        return cell_name(order[row], order[column])

    try:
        found = given_labels(matrix) if labels is None else labels
        cells = _cells(matrix)
        if cells.shape != (len(kids),) * 2:
            shape = {"shape": str(cells.shape), "count": len(kids), "items": tuple(names)}
            raise AnswersError("matrix_of_shape", place=place, **shape)
        if found is not None:
            called = labels_of(survey, kids)
            names_of = dict(zip(kids, names, strict=True))
            by_id = all(isinstance(label, str) and label in names_of for label in found)
            known = tuple(
                names_of[label] if by_id else _name(label, called, names_of) for label in found
            )
            owner = Phrase("survey_itself")
            name = Phrase("place_alone", place=place)
            order = order_of(known, tuple(names), name, owner, AnswersError) or order
            cells = cells[np.ix_(order, order)]
        values = as_matrices(_filled(cells), complete=False)
    except MatrixError as error:
        problem = Phrase(
            error.code,
            **{
                key: where(*part.index) if isinstance(part, Cell) and len(part.index) == 2 else part
                for key, part in error.parameters.items()
            },
        )
        raise AnswersError("at_place", place=place, problem=problem) from error
    for i, j in combinations(range(len(kids)), 2):
        one, other = float(values[i, j]), float(values[j, i])
        if isnan(one):
            continue
        if max(one, other) > LARGEST_STEP * (1 + WRITTEN_RTOL):
            off = Phrase("judgment_off_scale", text=f"{one:.12g}", largest=LARGEST_STEP)
            problem = Phrase("cell_refused", cell=where(i, j), problem=off)
            raise AnswersError("at_place", place=place, problem=problem)
        turned, text = _as_text(one, other)
        left, right = (j, i) if turned else (i, j)
        read_at = where(left, right) if cell_name else ""
        yield JudgedPair(kids[left], kids[right], text, read_at)


def _cells(matrix: Any) -> NDArray[np.object_]:
    """The cells of a matrix; None or NaN where nothing stands."""
    if is_frame(matrix):
        plain = matrix.to_numpy()
        matrix = plain if _is_short(plain) else matrix.to_numpy(dtype=object, na_value=np.nan)
    elif isinstance(matrix, list | tuple):
        matrix = [row.tolist() if isinstance(row, np.ma.MaskedArray) else row for row in matrix]
    if not isinstance(matrix, np.ndarray):
        return np.array(matrix, dtype=object)
    cells = np.ma.getdata(matrix, subok=False).astype(object)
    cells[np.ma.getmaskarray(matrix)] = None
    if _is_short(matrix) and cells.ndim == 2 and cells.shape == cells.T.shape:
        return _widened(cells.astype(matrix.dtype))
    return cells


def _is_short(array: NDArray[Any]) -> bool:
    """Whether numbers have less than double precision."""
    return array.dtype.kind == "f" and array.itemsize < np.dtype(float).itemsize


def _widened(plain: NDArray[Any]) -> NDArray[np.object_]:
    """Numbers of less than double precision, none of which is exactly 1/3: steps of the scale as
    such, others by the fewest digits that tell them. Of two that are reciprocals but for their
    precision, the smaller one is left to the other.
    """
    steps = {plain.dtype.type(step): step for step in map(parse_judgment, SAATY_POSITIONS)}
    numbers = [steps.get(number, float(str(number))) for number in plain.flat]
    wide = np.reshape(numbers, plain.shape)
    reciprocal = np.abs(wide * wide.T - 1) <= 4 * np.finfo(plain.dtype).eps
    wide[reciprocal & (wide < wide.T)] = np.nan
    return wide.astype(object)


def _name(label: Any, called: Mapping[str, set[str]], names: Mapping[str, str]) -> Any:
    """A child's name by what a matrix calls it; the label itself where that is none or several."""
    found = called.get(name_key(label), set()) if isinstance(label, str) else set()
    return names[next(iter(found))] if len(found) == 1 else label


def _filled(cells: NDArray[np.object_]) -> NDArray[np.object_]:
    """Cells with None for what is not judged, 1 on the diagonal, and the reciprocal of a judgment
    whose other cell is empty: one triangle says all.
    """
    n = len(cells)
    for i, j in np.ndindex(n, n):
        if _is_empty(cells[i, j]):
            cells[i, j] = 1.0 if i == j else None
    for i, j in permutations(range(n), 2):
        if cells[i, j] is None and (given := cells[j, i]) is not None:
            try:
                number = parse_judgment(given) if isinstance(given, str) else given
            except MatrixError as error:
                raise MatrixError("cell_refused", cell=Cell("a", (j, i)), problem=error) from None
            if isinstance(number, Real | Decimal) and number:
                cells[i, j] = 1 / float(number)
    return cells


def _is_empty(cell: Any) -> bool:
    """Whether a cell says that a pair is not judged: None, NaN, 0, no text."""
    if isinstance(cell, str):
        return not cell.strip()
    number = isinstance(cell, Real | Decimal) and not isinstance(cell, bool)
    return cell is None or cell is np.ma.masked or (number and (cell == 0 or isnan(cell)))


def _as_text(one: float, other: float) -> tuple[bool, str]:
    """A judgment as exact text, and whether it is that of the pair the other way round.

    A step of the scale is written as such, another number by the cell of the two that has fewer
    digits, which is the one that was entered.
    """
    if step := judgment_text(one):
        return False, step
    if step := judgment_text(other):
        return False, opposite(step)
    texts = [(turned, repr(number)) for turned, number in ((False, one), (True, other))]
    # a decimal below 1 may stand for a step, 0.33 for 1/3: then the other cell says it exactly
    exact = [(t, text) for t, text in texts if parse_judgment(text) == (other if t else one)]
    return min(exact, key=lambda item: len(item[1]))
