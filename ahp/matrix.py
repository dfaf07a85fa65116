"""Pairwise comparison matrices: built, validated once, labeled.

`a_ij` says how many times more item i matters than item j (Saaty 1980), so that `a_ji = 1 / a_ij`.
NaN stands for a pair that was not judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from math import prod
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import AHPError, IncompleteError, MatrixError
from .labels import axis_labels, holds_labeled, is_frame, joined, order_of
from .result import data_frame
from .scale import judgment_text, parse_judgment, rounds_to

RECIPROCITY_RTOL = 1e-8
"""Largest relative deviation of `a_ij * a_ji` from 1: lets the nine digits pass that spreadsheets
write for 1/3, and refuses 0.33 and 0.333333."""

LARGEST = 1e100
"""Largest judgment, its reciprocal the smallest: far beyond any scale, and near enough that no
method overflows."""

CHUNK_CELLS = 2**17
"""Cells that are worked on at a time: few enough for the processor's cache, and for memory."""

Float = NDArray[np.float64]
Int = NDArray[np.intp]
Bool = NDArray[np.bool_]


class PairwiseMatrix:
    """One n×n pairwise comparison matrix with labels; immutable.

    Args:
        values: square, positive, at most `LARGEST`, unit diagonal, reciprocal to a relative
            tolerance of `RECIPROCITY_RTOL`. Numbers, or text such as `"1/3"`. NaN or None in both
            cells of a pair = not judged. Numbers stay as given. Text is a printed decimal:
            `"0.33"` is 1/3 (`parse_judgment`), beside 3 or by itself, and `"0.4673"` beside 2.14 is
            1/2.14, the cell of 1 or more being taken as typed. A `PairwiseMatrix` or a pandas
            `DataFrame` keeps its names, the same in index and columns.
        labels: n different names of the items, or None for `"1"` … `"n"`; for values that have
            names the same ones, in the order to bring them to.

    Raises:
        MatrixError: names the cell, its value and what was expected.

    >>> A = ahp.PairwiseMatrix([[1, 3, 5], ["1/3", 1, 3], ["1/5", "1/3", 1]])
    >>> A.n, A["1", "3"]
    (3, 5.0)
    >>> A.values.round(2)
    array([[1.  , 3.  , 5.  ],
           [0.33, 1.  , 3.  ],
           [0.2 , 0.33, 1.  ]])
    """

    __slots__ = ("_labels", "_values")

    def __init__(self, values: ArrayLike | Any, labels: Sequence[str] | None = None) -> None:
        array = as_matrices(values, complete=False)
        if array.ndim != 2:
            raise MatrixError(f"shape {array.shape}, expected one square matrix")
        own = given_labels(values)
        if own is not None and labels is not None:
            names = _check_labels(labels, array.shape[0])
            array = in_order(array, order_of(own, names, "values", "in labels", MatrixError))
            own = names
        array = array.copy()
        array.setflags(write=False)
        self._values = array
        self._labels = None if own is labels is None else _check_labels(own or labels, len(array))

    @classmethod
    def from_upper(
        cls, upper: Sequence[Any], labels: Sequence[str] | None = None
    ) -> PairwiseMatrix:
        """Build from the upper triangle, row by row: `a_12, a_13, …, a_23, …`.

        Args:
            upper: n(n-1)/2 judgments; numbers, text such as `"1/3"`, or None for not judged.
            labels: as for the constructor.

        >>> ahp.PairwiseMatrix.from_upper([3, 5, 3], ["tea", "coffee", "milk"])
        PairwiseMatrix tea, coffee, milk
            1    3    5
          1/3    1    3
          1/5  1/3    1
        """
        count = len(upper)
        n = int((1 + np.sqrt(1 + 8 * count)) / 2)
        if n * (n - 1) // 2 != count or count == 0:
            raise MatrixError(
                f"{count} judgments, expected n(n-1)/2 of them: 1, 3, 6, 10, 15, 21, 28, 36, …"
            )
        values = np.ones((n, n))
        for (i, j), judgment in zip(_pairs(n), upper, strict=True):
            values[i, j] = _number(judgment, (i, j))
            values[j, i] = _reciprocal(values[i, j], (i, j))
        return cls(values, labels)

    @classmethod
    def from_judgments(
        cls,
        judgments: Mapping[tuple[str, str], Any],
        labels: Sequence[str] | None = None,
    ) -> PairwiseMatrix:
        """Build from `{(left, right): how much left matters more than right}`.

        Args:
            judgments: each pair once, in either direction; a pair left out is not judged.
            labels: the order of the items; by default the order in which they first appear.

        >>> ahp.PairwiseMatrix.from_judgments({("tea", "milk"): 5, ("coffee", "milk"): "1/2"})
        PairwiseMatrix tea, milk, coffee
            1    5  nan
          1/5    1    2
          nan  1/2    1
        """
        if labels is None:
            labels = list(dict.fromkeys(label for pair in judgments for label in _two(pair)))
        position = {label: index for index, label in enumerate(labels)}
        n = len(labels)
        values = np.full((n, n), np.nan)
        np.fill_diagonal(values, 1.0)
        seen: set[frozenset[int]] = set()
        for pair, judgment in judgments.items():
            left, right = _two(pair)
            for label in (left, right):
                if label not in position:
                    listed = ", ".join(map(repr, labels))
                    raise MatrixError(f"label {label!r}, expected one of {listed}")
            i, j = position[left], position[right]
            if i == j:
                raise MatrixError(f"({left!r}, {right!r}): an item cannot be compared with itself")
            if frozenset((i, j)) in seen:
                raise MatrixError(f"({left!r}, {right!r}) is judged twice, expected each pair once")
            seen.add(frozenset((i, j)))
            values[i, j] = _number(judgment, (i, j))
            values[j, i] = _reciprocal(values[i, j], (i, j))
        return cls(values, labels)

    @property
    def values(self) -> Float:
        """Read-only array, shape (n, n)."""
        return self._values

    @property
    def labels(self) -> tuple[str, ...]:
        """The n names of the items, in the order of the rows; `"1"` … `"n"` without names."""
        return self._labels or _check_labels(None, self.n)

    @property
    def labeled(self) -> bool:
        """Whether the items have names, by which the matrix is joined to others."""
        return self._labels is not None

    @property
    def n(self) -> int:
        """Order: the number of items compared."""
        return int(self._values.shape[0])

    @property
    def complete(self) -> bool:
        """Whether every pair is judged."""
        return not bool(np.isnan(self._values).any())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self._values, dtype=dtype, copy=copy)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PairwiseMatrix):
            return NotImplemented
        return self.labels == other.labels and np.array_equal(
            self._values, other._values, equal_nan=True
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return PairwiseMatrix, (self._values, self._labels)

    def to_dict(self) -> dict[str, Any]:
        """The matrix as data that JSON can hold; `from_dict` reads it back.

        >>> PairwiseMatrix([[1, 2], [0.5, 1]]).to_dict()
        {'values': [[1.0, 2.0], [0.5, 1.0]], 'labels': None}
        """
        rows = [[None if np.isnan(x) else x for x in row] for row in self._values.tolist()]
        return {"values": rows, "labels": self._labels and list(self._labels)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PairwiseMatrix:
        """The matrix that `to_dict` was called on."""
        return cls(data["values"], data["labels"])

    def to_frame(self) -> Any:
        """A pandas `DataFrame` with the labels as index and columns."""
        return data_frame(self._values, index=list(self.labels), columns=list(self.labels))

    def __len__(self) -> int:
        return self.n

    @property
    def shape(self) -> tuple[int, int]:
        """(n, n)."""
        return self.n, self.n

    @property
    def T(self) -> PairwiseMatrix:  # noqa: N802 - as numpy has it
        """The transposed matrix: every judgment the other way round."""
        return PairwiseMatrix(self._values.T, self._labels)

    def __iter__(self) -> Iterator[Float]:
        """The rows."""
        return iter(self._values)

    def __getitem__(self, index: Any) -> Any:
        """A judgment by position or labels, `A[0, 1]` or `A["cost", "quality"]`; a row, `A[0]` or
        `A["cost"]`; what numpy gives for anything else.

        >>> A = PairwiseMatrix([[1, 3], ["1/3", 1]], ["cost", "quality"])
        >>> A["cost", "quality"], A[1, 0] == 1 / 3
        (3.0, True)

        Raises:
            MatrixError: there is no item with this label.
        """
        parts = index if isinstance(index, tuple) else (index,)
        found = self._values[tuple(self._position(part) for part in parts)]
        return float(found) if np.ndim(found) == 0 else found

    def _position(self, part: Any) -> Any:
        if not isinstance(part, str):
            return part
        if part not in self.labels:
            listed = ", ".join(map(repr, self.labels))
            raise MatrixError(f"label {part!r}, expected one of {listed}")
        return self.labels.index(part)

    def __hash__(self) -> int:
        return hash((self.labels, np.nan_to_num(self._values).tobytes()))

    def __repr__(self) -> str:
        def show(value: float) -> str:
            return "nan" if np.isnan(value) else judgment_text(value) or f"{value:.6g}"

        rows = [[show(value) for value in row] for row in self._values]
        width = max(len(cell) for row in rows for cell in row)
        body = "\n".join("  " + "  ".join(cell.rjust(width) for cell in row) for row in rows)
        return f"PairwiseMatrix {', '.join(self.labels)}\n{body}"


def as_matrices(
    a: ArrayLike | PairwiseMatrix | Any,
    *,
    complete: bool = True,
    instead: str = "ahp.complete_matrices fills them",
) -> Float:
    """Validate one matrix or a batch of them: the one door into the numeric modules.

    Args:
        a: shape (..., n, n), as for `PairwiseMatrix`. Labeled ones in a list, nested or not, are
            brought into the order of the first, all of them or none being labeled.
        complete: refuse pairs that are not judged.
        instead: what the refusal names to do about them.

    Returns:
        float64 array of the same shape.

    Raises:
        MatrixError: names the cell, its value and what was expected; other labels than the first.
        IncompleteError: a pair is not judged and `complete` is set.
    """
    if isinstance(a, PairwiseMatrix):
        array = a.values
    else:
        array = _as_floats(a)
        if _complete_and_valid(array):
            return array
        _check_values(array)
    if complete and (missing := np.isnan(array)).any():
        raise IncompleteError(
            f"{_cell(_first(missing))} is not judged, expected a complete matrix; "
            f"judgments missing: {np.triu(missing).sum()}; {instead}"
        )
    return array


def given_labels(a: Any) -> tuple[str, ...] | None:
    """The names of the items of what `as_matrices` takes, those of the first in a list; None for
    unlabeled input.
    """
    while isinstance(a, list | tuple) and a:
        a = a[0]
    return _own_labels(a)


def labels_of(a: Any, n: int) -> tuple[str, ...]:
    """The names of the items; `"1"` … `"n"` for unlabeled input."""
    return _check_labels(given_labels(a), n)


def in_order(array: Float, order: Sequence[int] | None) -> Float:
    """Matrices, shape (..., n, n), with rows and columns in the order of these positions."""
    return array if order is None else array[..., order, :][..., order]


def _own_labels(a: Any) -> tuple[str, ...] | None:
    """The names of one matrix; None without."""
    if isinstance(a, PairwiseMatrix):
        return a._labels
    if isinstance(a, np.ndarray) or not is_frame(a):
        return None
    rows, columns = axis_labels(a.index), axis_labels(a.columns)
    if rows != columns:
        listed = (", ".join(map(repr, tuple(axis)[:4])) for axis in (a.index, a.columns))
        raise MatrixError(
            "index {} and columns {} of a DataFrame, expected the same names in the same order; "
            "pandas.read_csv(…, index_col=0) takes the names of the rows from the file".format(
                *(f"[{names}{', …' if len(a.columns) > 4 else ''}]" for names in listed)
            )
        )
    return None if rows is None else _check_labels(rows, len(rows))


def _own_numbers(a: Any) -> Any:
    return a.to_numpy() if is_frame(a) else a


def chunks(count: int, cells: int) -> list[slice]:
    """Slices over a batch of `count` items of `cells` cells that keep to `CHUNK_CELLS`."""
    size = max(1, CHUNK_CELLS // cells)
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]


def workspace(parts: Sequence[slice], cells: int, copies: int) -> Float:
    """Memory for the cells of any of these slices, `copies` rows of it: one allocation for all
    slices, since the first touch of new memory can cost more than the arithmetic on it.
    """
    longest = max((part.stop - part.start for part in parts), default=0)
    return np.empty((copies, max(2, longest) * cells))


def plain(value: Any) -> Any:
    """A Python number for a 0-d result, a read-only array otherwise."""
    if value is None:
        return None
    array = np.asarray(value)
    if array.ndim == 0:
        return array.item()
    array.setflags(write=False)
    return array


def batch_last(batch: Float, memory: Float | None = None) -> Float:
    """A copy with the first axis last, so that one operation reaches the whole batch.

    A batch of one comes twice, since numpy sums in another order where it can skip the last axis;
    so the same matrix has the same bits in every batch.

    Args:
        batch: shape (m, ...).
        memory: vector to put the copy in.
    """
    shape = (*batch.shape[1:], max(2, len(batch)))
    cells = np.empty(shape) if memory is None else view(memory, *shape)
    cells[...] = np.moveaxis(batch, 0, -1)
    return cells


def two_or_more(places: Int) -> Int:
    """A single place twice, so that what is taken of a batch is never a batch of one either."""
    return np.repeat(places, 2) if len(places) == 1 else places


def view(memory: Float, *shape: int) -> Float:
    """The start of a vector in another shape."""
    return memory[: prod(shape)].reshape(shape)


def as_numbers(values: ArrayLike, name: str, error: type[AHPError]) -> Float:
    """Plain numbers as a float64 array, or an error of the given type that has the name."""
    first = values[0] if isinstance(values, list | tuple) and values else values
    if isinstance(first, PairwiseMatrix):
        raise error(f"{name} = pairwise comparison matrices, expected numbers")
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as cause:
        raise error(f"{name} = {values!r}, expected numbers") from cause


def _as_floats(a: Any) -> Float:
    if isinstance(a, list | tuple) and holds_labeled(a, _own_labels):
        a, _ = joined(
            a,
            "matrices",
            MatrixError,
            labels_of=_own_labels,
            numbers=_own_numbers,
            permuted=in_order,
            axes=2,
        )
    elif not isinstance(a, np.ndarray) and is_frame(a):
        _own_labels(a)  # refuses rows and columns of different names
        a = a.to_numpy()
    try:
        array = np.asarray(a)
    except ValueError as error:
        raise MatrixError(_ragged(a)) from error
    if array.ndim < 2 or array.shape[-1] != array.shape[-2]:
        raise MatrixError(f"shape {array.shape}, expected square matrices (..., n, n)")
    if array.shape[-1] == 0:
        raise MatrixError(f"shape {array.shape}, expected at least one item")
    if array.dtype.kind in "fiu":
        with np.errstate(over="ignore"):  # a long double beyond float64 is refused as infinite
            return array.astype(np.float64, order="C", copy=False)
    if array.dtype.kind == "c":
        index = _first(array.imag != 0) if (array.imag != 0).any() else (0,) * array.ndim
        raise MatrixError(f"{_cell(index)} = {array[index]}, expected a real number")
    if array.dtype.kind not in "UO":
        raise MatrixError(f"values of type {array.dtype}, expected numbers")
    cells = np.array(a, dtype=object)  # numbers next to text keep their digits
    floats = np.empty(cells.shape)
    for index in np.ndindex(cells.shape):
        floats[index] = _number(cells[index], index)
    for index in np.ndindex(cells.shape):
        other = floats[_mirror(index)]
        if isinstance(cells[index], str) and other >= 1 and rounds_to(1 / other, cells[index]):
            floats[index] = 1 / other
    return floats


def _ragged(a: Any) -> str:
    """What is wrong with nested lists that numpy refuses to make an array of."""
    lengths = [len(row) if isinstance(row, Sequence) else 0 for row in a]
    if any(length != len(lengths) for length in lengths):
        return f"rows of lengths {lengths}, expected {len(lengths)} in each row"
    return "lists that are nested unevenly, expected square matrices (..., n, n)"


def _two(pair: Any) -> tuple[str, str]:
    if not isinstance(pair, tuple) or len(pair) != 2:
        raise MatrixError(f"{pair!r}, expected a pair of labels (left, right)")
    return pair


def _number(cell: Any, index: tuple[int, ...]) -> float:
    """A cell's value, NaN for None; an error that names the cell."""
    if cell is None:
        return np.nan
    try:
        if isinstance(cell, str):
            return parse_judgment(cell)
        if isinstance(cell, (Real, Decimal)) and not isinstance(cell, bool):
            return float(cell)
    except MatrixError as error:
        raise MatrixError(f"{_cell(index)} = {error}") from None
    except (ValueError, OverflowError):
        pass  # a signaling NaN, an integer beyond float64: refused like any other non-number
    raise MatrixError(
        f'{_cell(index)} = {cell!r}, expected a positive number or a fraction such as "1/3"'
    )


def _reciprocal(value: float, index: tuple[int, ...]) -> float:
    if value <= 0 or np.isinf(value):
        raise MatrixError(f"{_cell(index)} = {value:.12g}, expected a positive finite number")
    return 1 / float(value)


def _complete_and_valid(array: Float) -> bool:
    """Whether `_check_values` would find nothing, and no judgment is missing.

    Fast and in little memory; false also where LARGEST is just reached. With a_ij * a_ji = 1, the
    smallest cell tells the largest, and a_ii * a_ii = 1 means a_ii = 1.
    """
    n = array.shape[-1]
    batch = array.reshape(-1, n, n)
    parts = chunks(len(batch), n * n)
    memory = workspace(parts, n * n, 2)
    for part in parts:
        cells = batch_last(batch[part], memory[0])
        products = view(memory[1], *cells.shape)
        if not cells.min() >= 2 / LARGEST:  # not so for NaN as well
            return False
        with np.errstate(over="ignore"):  # an infinite product is not near 1
            np.multiply(cells, cells.swapaxes(0, 1), out=products)
        if not max(1 - products.min(), products.max() - 1) <= RECIPROCITY_RTOL:
            return False
    return True


def _check_values(array: Float) -> None:
    missing = np.isnan(array)
    for bad, expected in (
        (np.isinf(array) | (~missing & (array <= 0)), "a positive finite number"),
        ((array > LARGEST) | (array < 1 / LARGEST), f"a number from {1 / LARGEST} to {LARGEST}"),
        (_diagonal(~np.isclose(array, 1, rtol=0, atol=RECIPROCITY_RTOL)), "1 on the diagonal"),
    ):
        if bad.any():
            index = _first(bad)
            raise MatrixError(f"{_cell(index)} = {array[index]:.12g}, expected {expected}")
    mirrored = np.swapaxes(array, -1, -2)
    lonely = missing & ~np.isnan(mirrored)
    if lonely.any():
        index = _first(lonely)
        raise MatrixError(
            f"{_cell(index)} is not judged but {_cell(_mirror(index))} = {mirrored[index]:.12g}, "
            "expected both cells of a pair or neither"
        )
    product = array * mirrored
    broken = np.abs(product - 1) > RECIPROCITY_RTOL
    if broken.any():
        index = _first(broken)
        pair = f"{_cell(index)} * {_cell(_mirror(index))}"
        raise MatrixError(
            f"{pair} = {product[index]:.12g}, expected 1{_hint(array[index], mirrored[index])}"
        )


def _hint(value: float, mirrored: float) -> str:
    """What to write instead of a rounded decimal such as 0.33."""
    small, large = sorted((value, mirrored))
    if large == round(large) and abs(small * large - 1) < 0.1:
        return f'; write "1/{large:.0f}" instead of {small:.12g}'
    return ""


def _check_labels(labels: Sequence[str] | None, n: int) -> tuple[str, ...]:
    if labels is None:
        return tuple(str(index + 1) for index in range(n))
    names = tuple(labels)
    if len(names) != n:
        raise MatrixError(f"{len(names)} labels, expected {n}, one for each row")
    for index, name in enumerate(names):
        if not isinstance(name, str) or not name:
            raise MatrixError(f"labels[{index}] = {name!r}, expected a name")
        if name in names[:index]:
            raise MatrixError(f"labels[{index}] = {name!r}, expected names that differ")
    return names


def _pairs(n: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(n) for j in range(i + 1, n)]


def _diagonal(mask: Bool) -> Bool:
    return mask & np.eye(mask.shape[-1], dtype=bool)


def _first(mask: Bool) -> tuple[int, ...]:
    return tuple(int(k) for k in np.unravel_index(int(np.argmax(mask)), mask.shape))


def _mirror(index: tuple[int, ...]) -> tuple[int, ...]:
    return (*index[:-2], index[-1], index[-2])


def _cell(index: tuple[int, ...]) -> str:
    return f"a[{', '.join(map(str, index))}]"
