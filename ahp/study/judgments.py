"""Judgments as they were entered, one by one or as columns."""

from __future__ import annotations

import weakref
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import permutations
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
        known, last = self.__dict__.get("_last_arrays", (None, None))
        every = last() if known == hierarchy else None
        if every is None:
            every = self._every_array(hierarchy)
            # a result of the same answers shares them, as long as it is there
            self.__dict__["_last_arrays"] = hierarchy, weakref.ref(every)
        return {parent: read_only(batch) for parent, batch in self._below(every, hierarchy)}

    def _below(self, every: Float, hierarchy: Hierarchy) -> Iterator[tuple[str, Float]]:
        """Parents, and their parts of all arrays, which stand one behind another."""
        count, start = len(self.experts), 0
        for parent in hierarchy.compared:
            n = len(hierarchy.children[parent])
            yield parent, every[start : start + count * n * n].reshape(count, n, n)
            start += count * n * n

    def _every_array(self, hierarchy: Hierarchy) -> Float:
        cells = sum(len(hierarchy.children[parent]) ** 2 for parent in hierarchy.compared)
        size = len(self.experts) * cells
        every = np.full(size + 1, np.nan)
        # of each pair: where the cells of the first expert are, and how far those of the next
        places: dict[tuple[str, str, str], tuple[int, int, int]] = {}
        start = 0
        for parent, batch in self._below(every, hierarchy):
            kids, n = hierarchy.children[parent], batch.shape[-1]
            batch[:, range(n), range(n)] = 1.0
            for i, j in permutations(range(n), 2):
                places[parent, kids[i], kids[j]] = (start + i * n + j, start + j * n + i, n * n)
            start += batch.size
        nowhere = (size, size, 0)  # behind the arrays: of pairs that the tree doesn't compare
        rows = [places.get(pair, nowhere) for pair in self.pairs]
        cell, opposite, step = np.array(rows, dtype=np.int64).reshape(-1, 3).T.copy()
        reciprocals = 1 / self.numbers
        for part in slices(len(self), BLOCK):
            pair, value = self.pair[part], self.value[part]
            before = self.expert[part] * step[pair]
            every[before + cell[pair]] = self.numbers[value]
            every[before + opposite[pair]] = reciprocals[value]
        return every

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
