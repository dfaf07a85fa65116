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
from .messages import Cell, Phrase
from .result import data_frame, read_only
from .scale import judgment_text, parse_judgment, rounds_to
from .threads import each_part
from .tolerance import WRITTEN_RTOL

LARGEST = 1e100
"""Largest judgment, its reciprocal the smallest: far beyond any scale, and near enough that no
method overflows."""

IN_RANGE = Phrase("number_from_to", low=1 / LARGEST, high=LARGEST)
"""What errors say of `LARGEST`."""

CHUNK_CELLS = 2**17
"""Cells that are worked on at a time: few enough for the processor's cache, and for memory."""

IN_THREADS = 4
"""How many times `CHUNK_CELLS` threads take: what they wait for each other falls with the size."""

ENOUGH_CHUNKS = 32
"""Chunks that are left at least before they get larger, so that memory stays small."""

TILE = 128
"""Rows of one matrix that are compared with their columns at a time: few enough for both to stay in
the processor's cache."""

FEW_CELLS = 2**13
"""Cells of a batch that are compared at a time at least: with fewer it is the calls of numpy that
cost."""

Float = NDArray[np.float64]
Int = NDArray[np.intp]
Bool = NDArray[np.bool_]


class PairwiseMatrix:
    """One n×n pairwise comparison matrix with labels; immutable.

    Args:
        values: square, positive, at most `LARGEST`, unit diagonal, reciprocal to a relative
            tolerance of `WRITTEN_RTOL`. Numbers, or text such as `"1/3"`. NaN or None in both
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

    __slots__ = ("_labels", "_solution", "_values")

    def __init__(self, values: ArrayLike | Any, labels: Sequence[str] | None = None) -> None:
        array = as_matrices(values, complete=False)
        if array.ndim != 2:
            raise MatrixError("not_a_square", shape=str(array.shape))
        names = given_labels(values)
        if labels is not None:
            wanted = _check_labels(labels, len(array))
            if names is not None:
                order = order_of(names, wanted, Phrase("values"), Phrase("labels"), MatrixError)
                array = in_order(array, order)
            names = wanted
        self._values = read_only(array.copy())
        self._solution: tuple[Float, Float] | None = None  # see `ahp.eigen.solution`
        self._labels = None if names is None else _check_labels(names, len(array))

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
            raise MatrixError("upper_count", count=count)
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
                    raise MatrixError("label_unknown", label=label, valid=tuple(labels))
            i, j = position[left], position[right]
            if i == j:
                raise MatrixError("compared_with_itself", left=left, right=right)
            if frozenset((i, j)) in seen:
                raise MatrixError("judged_twice", left=left, right=right)
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
        judgments = self._values[tuple(self._position(part) for part in parts)]
        return float(judgments) if np.ndim(judgments) == 0 else judgments

    def _position(self, part: Any) -> Any:
        if not isinstance(part, str):
            return part
        if part not in self.labels:
            raise MatrixError("label_unknown", label=part, valid=self.labels)
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
    instead: str = "fill_judgments",
) -> Float:
    """Validate one matrix or a batch of them: the one door into the numeric modules.

    Args:
        a: shape (..., n, n), as for `PairwiseMatrix`. Labeled ones in a list, nested or not, are
            brought into the order of the first, all of them or none being labeled.
        complete: refuse pairs that are not judged.
        instead: code of what the refusal names to do about them.

    Returns:
        float64 array of the same shape.

    Raises:
        MatrixError: names the cell, its value and what was expected; other labels than the first.
        IncompleteError: a pair is not judged and `complete` is set.
    """
    if isinstance(a, PairwiseMatrix):
        array = a.values
    else:
        array = as_floats(a)
        if complete_and_valid(array):
            return array
        _check_values(array)
    if complete and (missing := np.isnan(array)).any():
        raise IncompleteError(
            "not_judged",
            cell=first_cell(missing),
            count=int(np.triu(missing).sum()),
            instead=Phrase(instead),
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
        more = (Phrase("ellipsis"),) if len(a.columns) > 4 else ()
        raise MatrixError(
            "index_and_columns", index=(*a.index[:4], *more), columns=(*a.columns[:4], *more)
        )
    return None if rows is None else _check_labels(rows, len(rows))


def _own_numbers(a: Any) -> Any:
    return a.to_numpy() if is_frame(a) else a


def chunks(count: int, cells: int, *, larger: float = 1) -> list[slice]:
    """Slices over a batch of `count` items of `cells` cells that keep to `CHUNK_CELLS`, or to
    several times as many where enough slices are left for all threads.
    """
    if larger > 1:
        larger = min(larger, max(1, count * cells / CHUNK_CELLS / ENOUGH_CHUNKS))
    return slices(count, int(larger * CHUNK_CELLS) // cells)


def slices(count: int, size: int) -> list[slice]:
    """Slices over `count` items, `size` at a time; one by one where it is less than 1."""
    size = max(1, size)
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
    if isinstance(value, np.generic):
        return value.item()
    array = np.asarray(value)
    return array.item() if array.ndim == 0 else read_only(array)


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


def as_numbers(values: ArrayLike, name: str | Phrase, error: type[AHPError]) -> Float:
    """Plain numbers as a float64 array, or an error of the given type that has the name."""
    first = values[0] if isinstance(values, list | tuple) and values else values
    if isinstance(first, PairwiseMatrix):
        raise error("matrices_given", name=name)
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as cause:
        raise error("not_numbers", name=name, values=repr(values)) from cause


def refuse(
    wrong: Any,
    name: str | Phrase,
    array: Float,
    expected: Phrase,
    error: type[AHPError] = MatrixError,
) -> None:
    """Raise an error that names the first cell that is wrong, if one is."""
    if wrong.any():
        raise error(
            "cell_value",
            cell=first_cell(wrong, name),
            value=array[wrong].flat[0],
            expected=expected,
        )


def shape_error(
    name: str, array: ArrayLike, expected: str | Phrase, error: type[AHPError] = MatrixError
) -> AHPError:
    """The error for an array of another shape than expected; `name` is the code of its name."""
    return error("of_shape", name=Phrase(name), shape=str(np.shape(array)), expected=expected)


def first_cell(mask: Any, name: str | Phrase = "a") -> Cell:
    """The first cell of an array that is set in a mask."""
    return Cell(name, tuple(np.argwhere(mask)[0].tolist()))


def as_floats(a: Any) -> Float:
    """One matrix or a batch as numbers, in the order of the labels of the first, shape (..., n, n);
    whether they are judgments is not looked at.
    """
    if isinstance(a, list | tuple) and holds_labeled(a, _own_labels):
        a, _ = joined(
            a,
            Phrase("matrices"),
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
        raise _ragged(a) from error
    if array.ndim < 2 or array.shape[-1] != array.shape[-2]:
        raise MatrixError("no_matrix", shape=str(array.shape))
    if array.shape[-1] == 0:
        raise MatrixError("empty_matrix", shape=str(array.shape))
    if array.dtype == np.float64:
        return np.ascontiguousarray(array)
    if array.dtype.kind in "fiu":
        with np.errstate(over="ignore"):  # a long double beyond float64 is refused as infinite
            return array.astype(np.float64, order="C", copy=False)
    if array.dtype.kind == "c":
        index = _first(array.imag != 0) if (array.imag != 0).any() else (0,) * array.ndim
        raise MatrixError("real_number", cell=Cell("a", index), value=array[index])
    if array.dtype.kind not in "UO":
        raise MatrixError("values_of_type", type=str(array.dtype))
    cells = np.array(a, dtype=object)  # numbers next to text keep their digits
    floats = np.empty(cells.shape)
    for index in np.ndindex(cells.shape):
        floats[index] = _number(cells[index], index)
    for index in np.ndindex(cells.shape):
        mirror = floats[_mirror(index)]
        if isinstance(cells[index], str) and mirror >= 1 and rounds_to(1 / mirror, cells[index]):
            floats[index] = 1 / mirror
    return floats


def _ragged(a: Any) -> MatrixError:
    """What is wrong with nested lists that numpy refuses to make an array of."""
    lengths = [len(row) if isinstance(row, Sequence) else 0 for row in a]
    if any(length != len(lengths) for length in lengths):
        return MatrixError("rows_uneven", lengths=lengths, n=len(lengths))
    return MatrixError("nested_unevenly")


def _two(pair: Any) -> tuple[str, str]:
    if not isinstance(pair, tuple) or len(pair) != 2:
        raise MatrixError("pair_of_labels", pair=repr(pair))
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
        raise MatrixError("cell_refused", cell=Cell("a", index), problem=error) from None
    except (ValueError, OverflowError):
        pass  # a signaling NaN, an integer beyond float64: refused like any other non-number
    raise MatrixError("cell_unreadable", cell=Cell("a", index), value=cell)


def _reciprocal(value: float, index: tuple[int, ...]) -> float:
    if value <= 0 or np.isinf(value):
        raise MatrixError(
            "cell_value", cell=Cell("a", index), value=value, expected=Phrase("positive_finite")
        )
    return 1 / float(value)


def complete_and_valid(array: Float) -> bool:
    """Whether `_check_values` would find nothing, and no judgment is missing.

    Fast and in little memory; false also where LARGEST is just reached. With a_ij * a_ji = 1, the
    smallest cell tells the largest, and a_ii * a_ii = 1 means a_ii = 1.
    """
    if array.ndim == 2:
        return valid_cells(array)
    n = array.shape[-1]
    batch = array.reshape(-1, n, n)
    parts = chunks(len(batch), n * n, larger=IN_THREADS)
    return all(
        each_part(
            lambda part, memory: valid_cells(batch_last(batch[part], memory[0]), memory[1]),
            parts,
            lambda: workspace(parts, n * n, 2),
        )
    )


def valid_cells(cells: Float, memory: Float | None = None) -> bool:
    """The same for cells of shape (n, n, ...), in memory for as many products."""
    if not np.minimum.reduce(cells, axis=None) >= 2 / LARGEST:  # not so for NaN as well
        return False
    n = len(cells)
    tile = TILE if cells.ndim == 2 else max(1, FEW_CELLS * n // cells.size)
    with np.errstate(over="ignore"):  # an infinite product is not near 1
        if n <= tile:
            return _near_one(cells * cells.swapaxes(0, 1))
        for start in range(0, n, tile):  # from the diagonal on: the other half is the same
            rows = cells[start : start + tile, start:]
            mirrored = cells[start:, start : start + tile].swapaxes(0, 1)
            out = None if memory is None else view(memory, *rows.shape)
            if not _near_one(np.multiply(rows, mirrored, out=out)):
                return False
    return True


def _near_one(products: Float) -> bool:
    low = float(np.minimum.reduce(products, axis=None))
    high = float(np.maximum.reduce(products, axis=None))
    return max(1 - low, high - 1) <= WRITTEN_RTOL


def _check_values(array: Float) -> None:
    missing = np.isnan(array)
    for wrong, expected in (
        (np.isinf(array) | (~missing & (array <= 0)), Phrase("positive_finite")),
        ((array > LARGEST) | (array < 1 / LARGEST), IN_RANGE),
        (
            _diagonal(~np.isclose(array, 1, rtol=0, atol=WRITTEN_RTOL)),
            Phrase("one_on_diagonal"),
        ),
    ):
        refuse(wrong, "a", array, expected)
    mirrored = np.swapaxes(array, -1, -2)
    lonely = missing & ~np.isnan(mirrored)
    if lonely.any():
        index = _first(lonely)
        raise MatrixError("not_judged_once", **_both(index), value=mirrored[index])
    product = array * mirrored
    broken = np.abs(product - 1) > WRITTEN_RTOL
    if broken.any():
        index = _first(broken)
        small, large = sorted((array[index], mirrored[index]))
        pair = _both(index) | {"product": product[index]}
        if large == round(large) and abs(small * large - 1) < 0.1:  # a rounded decimal, as 0.33
            raise MatrixError("not_reciprocal_rounded", **pair, whole=large, decimal=small)
        raise MatrixError("not_reciprocal", **pair)


def _check_labels(labels: Sequence[str] | None, n: int) -> tuple[str, ...]:
    if labels is None:
        return tuple(str(index + 1) for index in range(n))
    names = tuple(labels)
    if len(names) != n:
        raise MatrixError("labels_count", count=len(names), n=n)
    seen: set[str] = set()
    for index, name in enumerate(names):
        if not isinstance(name, str) or not name:
            raise MatrixError("label_not_name", cell=Cell(Phrase("labels"), (index,)), label=name)
        if name in seen:
            raise MatrixError("label_repeated", cell=Cell(Phrase("labels"), (index,)), label=name)
        seen.add(name)
    return names


def _pairs(n: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(n) for j in range(i + 1, n)]


def _diagonal(mask: Bool) -> Bool:
    return mask & np.eye(mask.shape[-1], dtype=bool)


def _first(mask: Bool) -> tuple[int, ...]:
    return tuple(int(k) for k in np.unravel_index(int(np.argmax(mask)), mask.shape))


def _mirror(index: tuple[int, ...]) -> tuple[int, ...]:
    return (*index[:-2], index[-1], index[-2])


def _both(index: tuple[int, ...]) -> dict[str, Any]:
    """The cells of a pair, for an error."""
    return {"cell": Cell("a", index), "mirror": Cell("a", _mirror(index))}
