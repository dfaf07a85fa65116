"""Judgments as they were entered, one by one or as columns."""

from __future__ import annotations

import weakref
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from operator import itemgetter
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from ..hierarchy import Hierarchy
from ..matrix import Float, slices
from ..result import Result, read_only
from ..scale import parse_judgment
from ..tables.columns import BLOCK, Codes


@dataclass(frozen=True, eq=False, repr=False)
class Judgment(Result):
    """One expert's answer to one pair.

    Attributes:
        expert: who answered.
        parent: id of the node under which the pair is compared.
        left, right: ids of the two children, as displayed.
        value: how much left matters more than right, as exact text such as `"1/3"`.
        place: where it was read, for messages.
    """

    expert: str
    parent: str
    left: str
    right: str
    value: str
    place: str = ""

    @property
    def number(self) -> float:
        """`value` as a float."""
        return parse_judgment(self.value)


@dataclass(frozen=True, eq=False, repr=False)
class JudgmentColumns(Sequence[Judgment]):
    """Judgments as columns: 12 bytes for each instead of an object of 400.

    Attributes:
        experts: their names, in order of appearance.
        pairs: (parent, left, right), ids, as displayed.
        values: exact texts such as `"1/3"`.
        expert, pair, value: number of each judgment's in these, shape (m,).
        places: where each was read: texts, or numbers behind `source`; empty = not known.
        source: the file, and what its lines are called there.
    """

    experts: tuple[str, ...]
    pairs: tuple[tuple[str, str, str], ...]
    values: tuple[str, ...]
    expert: Codes
    pair: Codes
    value: Codes
    places: Sequence[str] | Sequence[int] | Codes = ()
    source: str = ""

    @classmethod
    def of(cls, judgments: Sequence[Judgment]) -> JudgmentColumns:
        """Judgments as columns."""
        if isinstance(judgments, JudgmentColumns):
            return judgments
        numbers: tuple[dict[Any, int], ...] = ({}, {}, {})
        experts, pairs, values = numbers
        codes = np.array(
            [
                (
                    experts.setdefault(one.expert, len(experts)),
                    pairs.setdefault((one.parent, one.left, one.right), len(pairs)),
                    values.setdefault(one.value, len(values)),
                )
                for one in judgments
            ],
            dtype=np.int32,
        ).reshape(-1, 3)
        places = [one.place for one in judgments]
        expert, pair, value = codes.T.copy()
        return cls(tuple(experts), tuple(pairs), tuple(values), expert, pair, value, places)

    def __len__(self) -> int:
        return len(self.expert)

    @overload
    def __getitem__(self, at: int) -> Judgment: ...
    @overload
    def __getitem__(self, at: slice) -> JudgmentColumns: ...
    def __getitem__(self, at: int | slice) -> Judgment | JudgmentColumns:
        if isinstance(at, slice):
            return self.taken(np.arange(len(self))[at])
        place = self.places[at] if len(self.places) else ""
        parent, left, right = self.pairs[self.pair[at]]
        return Judgment(
            expert=self.experts[self.expert[at]],
            parent=parent,
            left=left,
            right=right,
            value=self.values[self.value[at]],
            place=str(place) if isinstance(place, str) else f"{self.source} {place}",
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(
            mine == its for mine, its in zip(self, other, strict=True)
        )

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __hash__(self) -> int:
        return hash((len(self), *self[:1], *self[-1:]))  # pairs that nobody judged don't count

    def to_dict(self) -> list[dict[str, Any]]:
        """As a tuple of judgments has it."""
        return [one.to_dict() for one in self]

    def taken(self, rows: NDArray[Any]) -> JudgmentColumns:
        """Some of the judgments, of the experts who gave them.

        Args:
            rows: their numbers in rising order, or a mask.
        """
        expert = self.expert[rows]
        given, first = np.unique(expert, return_index=True)
        given = given[np.argsort(first)]
        numbers = np.empty(len(self.experts), dtype=np.int32)
        numbers[given] = np.arange(len(given))
        return replace(
            self,
            experts=tuple(self.experts[k] for k in given),
            expert=numbers[expert],
            pair=self.pair[rows],
            value=self.value[rows],
            places=np.asarray(self.places)[rows] if len(self.places) else (),
        )

    def only(self, experts: Collection[str]) -> JudgmentColumns:
        """The judgments of some experts."""
        chosen = set(experts)
        return self.taken(np.array([name in chosen for name in self.experts])[self.expert])

    @cached_property
    def numbers(self) -> Float:
        """The values as numbers, shape of `values`.

        Raises:
            MatrixError: one is no judgment.
        """
        return np.array([parse_judgment(text) for text in self.values])

    def arrays(self, hierarchy: Hierarchy) -> dict[str, Float]:
        """Parent -> the judgments below it, shape (experts, n, n), NaN = not judged, read-only; all
        pairs are compared by the tree.
        """
        count = len(self.experts)
        sizes = {parent: len(hierarchy.children[parent]) for parent in hierarchy.compared}
        ends = np.cumsum([count * n * n for n in sizes.values()]).tolist()
        starts = dict(zip(sizes, [0, *ends], strict=False))
        known, last = self.__dict__.get("_last_arrays", (None, None))
        every = last() if known == hierarchy else None
        made = every is None
        if every is None:
            every = np.full(ends[-1], np.nan)
            # a result of the same answers shares them, as long as it is there
            self.__dict__["_last_arrays"] = hierarchy, weakref.ref(every)
        arrays = {
            parent: every[start : start + count * sizes[parent] ** 2].reshape(
                count, sizes[parent], sizes[parent]
            )
            for parent, start in starts.items()
        }
        if made:
            self._fill(every, arrays, starts, hierarchy)
        return {parent: read_only(batch) for parent, batch in arrays.items()}

    def _fill(
        self,
        every: Float,
        arrays: Mapping[str, Float],
        starts: Mapping[str, int],
        hierarchy: Hierarchy,
    ) -> None:
        """Write the judgments into the arrays of parents, which stand one behind another."""
        for batch in arrays.values():
            diagonal = range(batch.shape[-1])
            batch[:, diagonal, diagonal] = 1.0
        # of each pair: where the cells of the first expert are, and how far those of the next
        places = np.zeros((len(self.pairs), 3), dtype=np.int64)
        for row, (parent, left, right) in zip(places, self.pairs, strict=True):
            if not {left, right} <= {*hierarchy.children.get(parent, ())} or parent not in starts:
                continue  # judged by nobody
            kids = hierarchy.children[parent]
            i, j, n = kids.index(left), kids.index(right), len(kids)
            row[:] = starts[parent] + i * n + j, starts[parent] + j * n + i, n * n
        cell, opposite, step = places.T.copy()
        reciprocals = 1 / self.numbers
        for part in slices(len(self), BLOCK):
            pair, value = self.pair[part], self.value[part]
            before = self.expert[part] * step[pair]
            every[before + cell[pair]] = self.numbers[value]
            every[before + opposite[pair]] = reciprocals[value]

    def repeated(self) -> Iterator[tuple[int, int]]:
        """Of each judgment of a pair that its expert has judged before: the first one, and it."""
        numbers: dict[tuple[str, frozenset[str]], int] = {}
        compared = np.array(
            [
                numbers.setdefault((parent, frozenset(sides)), len(numbers))
                for parent, *sides in self.pairs
            ],
            dtype=np.int64,
        )

        def cells(part: slice) -> NDArray[np.int64]:
            return self.expert[part] * np.int64(len(numbers)) + compared[self.pair[part]]

        judged = np.zeros(len(self.experts) * len(numbers), dtype=bool)
        for part in slices(len(self), BLOCK):
            judged[cells(part)] = True
        if np.count_nonzero(judged) == len(self):
            return
        every = cells(slice(None))
        order = np.argsort(every, kind="stable")
        ordered = every[order]
        again = np.flatnonzero(ordered[1:] == ordered[:-1]) + 1
        first = order[np.searchsorted(ordered, ordered[again])]
        yield from sorted(
            zip(first.tolist(), order[again].tolist(), strict=True), key=itemgetter(1)
        )
