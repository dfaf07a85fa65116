"""Judgments that round to printed ones: whether some of them give the numbers that are printed.

The judgments of a joined matrix are no steps of a scale. Printed as 2.14 they stand for all numbers
from 2.135 to 2.145, and weights that were computed from the unrounded ones may differ from those of
the print in the last digits. Sequential linear programs over the logarithms of the judgments look
for a matrix that gives the printed numbers; what they find is recomputed.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..eigen import perron
from ..matrix import Float
from ..messages import Phrase
from ..random_index import random_index_value
from .cells import Judgments
from .printing import rounded_weights
from .table import PublishedParent

PROGRAMS = 5
"""Linear programs one after the other: ranges of judgments are narrow, two or three programs do."""

STEP = 1e-6
"""Of the slopes, in logarithms of judgments."""


def with_unrounded(parent: PublishedParent) -> PublishedParent | None:
    """The parent with one more reading: judgments that round to the printed ones and give all
    printed numbers, or all but one; None when there are none.
    """
    judgments = parent.judgments
    printed = [*parent.weights, *parent.consistency]
    if judgments is None or not printed or (judgments.low >= judgments.high).all():
        return None
    ends = np.array([parent.interval(key) for key in printed])
    typed = _numbers(parent, judgments.readings[:1], printed)[0]
    half = (ends[:, 1] - ends[:, 0]) / 2
    away = np.abs(typed - ends.mean(axis=1)) / half
    everything = np.ones(len(printed), dtype=bool)
    worst_first = np.argsort(-away, kind="stable")
    for mask in (everything, *(everything & (np.arange(len(printed)) != k) for k in worst_first)):
        keys = [key for key, keep in zip(printed, mask, strict=True) if keep]
        matrix = _search(parent, judgments, keys, ends[mask]) if keys else None
        if matrix is not None:
            return _with_reading(parent, judgments, matrix)
    return None


def _with_reading(parent: PublishedParent, judgments: Judgments, matrix: Float) -> PublishedParent:
    remark = Phrase("read_unrounded")
    readings = np.concatenate([judgments.readings, matrix[None]])
    return replace(
        parent,
        judgments=replace(judgments, readings=readings, remarks=(*judgments.remarks, remark)),
    )


def _search(
    parent: PublishedParent, judgments: Judgments, keys: list[str], ends: Float
) -> Float | None:
    """A matrix whose numbers are between ends, shape (keys, 2)."""
    from scipy.optimize import linprog  # noqa: PLC0415 - scipy where it is needed

    rows, columns = np.triu_indices(len(judgments.typed), 1)
    low, high = (np.log(bound[rows, columns]) for bound in (judgments.low, judgments.high))
    half = (ends[:, 1] - ends[:, 0]) / 2

    def matrices(logs: Float) -> Float:
        batch = np.ones((len(logs), *judgments.typed.shape))
        batch[:, rows, columns], batch[:, columns, rows] = np.exp(logs), np.exp(-logs)
        return batch

    logs = np.clip(np.log(judgments.readings[0][rows, columns]), low, high)
    for _ in range(PROGRAMS):
        matrix = matrices(logs[None])
        here = _numbers(parent, matrix, keys)[0]
        if ((here >= ends[:, 0]) & (here <= ends[:, 1])).all():
            return np.asarray(matrix[0])
        beside = _numbers(parent, matrices(logs + STEP * np.eye(len(logs))), keys)
        slopes = (beside - here).T / STEP
        # the least s with which each number is within (1 + s) half intervals of its middle
        solution = linprog(
            [*np.zeros(len(logs)), 1],
            A_ub=np.vstack([np.c_[slopes, -half], np.c_[-slopes, -half]]),
            b_ub=np.concatenate([ends[:, 1] - here, here - ends[:, 0]]),
            bounds=[*zip(low - logs, high - logs, strict=True), (-1, None)],
        )
        if not solution.success:
            return None
        logs = np.clip(logs + solution.x[:-1], low, high)
    return None


def _numbers(parent: PublishedParent, matrices: Float, keys: list[str]) -> Float:
    """The numbers that matrices give, shape (matrices, keys)."""
    said, n = parent.conventions, len(parent.items)
    method = said.method or "eigenvector"
    weights = rounded_weights(matrices, method, said.rounding, parent.step_decimals)
    root = perron(matrices)[0]
    if said.lambda_by == "mean":
        root = ((matrices * weights[:, None, :]).sum(axis=-1) / weights).mean(axis=-1)
    ci, ri = (root - n) / (n - 1), random_index_value(n, said.random_index)
    values = {"lambda_max": root, "ci": ci, "cr": ci / ri if ri else np.zeros_like(ci)}
    return np.column_stack(
        [values[key] if key in values else weights[:, parent.items.index(key)] for key in keys]
    )
