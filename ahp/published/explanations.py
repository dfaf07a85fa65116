"""Why a printed number is not the computed one: the usual slips, each tried by recomputation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import lru_cache

import numpy as np

from ..consistency import check_consistency
from ..eigen import perron
from ..errors import ConvergenceError
from ..matrix import Float
from ..priority import METHODS
from ..random_index import RANDOM_INDEX_TABLES
from .printing import RECONSTRUCTED_METHODS, agrees, decimals_of, rounded_weights
from .table import PublishedParent

NAMES = {"lambda_max": "λ", "ci": "CI", "cr": "CR"}


def explain_number(parent: PublishedParent, key: str, text: str, value: float) -> tuple[str, ...]:
    """Which other assumptions give the printed digits of a weight, λmax, CI, CR or an index.

    Args:
        parent: with its matrix.
        key: `lambda_max`, `ci`, `cr`, an index, or the item whose weight it is.
        text: the printed number.
        value: what is computed instead.
    """
    decimals = parent.conventions.decimals if key in parent.items else None
    rounding = parent.conventions.rounding
    assumed: list[tuple[str, float]] = []
    if key in NAMES:
        assumed += _other_lambdas(parent, key)
    if key == "cr":
        assumed += _other_random_indices(parent)
    if key in parent.items:
        assumed += _other_methods(parent, key)
    found = [words for words, other in assumed if agrees(other, text, rounding, decimals)]
    found += _cut_off(text, value, rounding)
    if parent.matrix is not None and rounding != "intermediate" and key in {*parent.items, *NAMES}:
        found += _intermediate(parent, key, text)
    if key == parent.items[-1]:
        found += _forced(parent, text)
    found += _misprints(text, value, rounding)
    if key == "cr":
        found += _from_print(parent, text)
    if not found and assumed:
        words, other = min(assumed, key=lambda pair: abs(pair[1] - float(text)))
        found.append(f"nearest: {other:.{decimals_of(text) + 2}f}, if it {words}")
    name = "weight" if key in parent.items else NAMES.get(key, key)
    return tuple(
        each if each.startswith("nearest") else f"printed {name} {text} {each}"
        for each in dict.fromkeys(found)
    )


def explain_digits(text: str, value: float, rounding: str) -> tuple[str, ...]:
    """Which slip of the pen gives the printed digits of a number that has no matrix of its own."""
    found = [*_cut_off(text, value, rounding), *_misprints(text, value, rounding)]
    return tuple(f"printed {text} {words}" for words in found)


@lru_cache(maxsize=256)
def _by_method(cells: bytes, n: int) -> Mapping[str, Float]:
    """Weights by every method that has an answer."""
    matrix = np.frombuffer(cells).reshape(n, n)
    found = {}
    for name, method in METHODS.items():
        try:
            found[name] = method(matrix)
        except ConvergenceError:  # a method without an answer explains nothing
            continue
    return found


def _weights(parent: PublishedParent) -> Mapping[str, Float]:
    matrix = parent.matrix
    return {} if matrix is None else _by_method(matrix.tobytes(), len(matrix))


def _other_methods(parent: PublishedParent, item: str) -> Iterator[tuple[str, float]]:
    place, declared = parent.items.index(item), parent.conventions.method
    for name, weights in _weights(parent).items():
        if name != declared:
            yield f"is the {name} weight, not the {declared} one", float(weights[place])
        elif parent.conventions.rounding == "intermediate":
            yield f"is the {name} weight, not rounded on the way", float(weights[place])


def _other_lambdas(parent: PublishedParent, key: str) -> Iterator[tuple[str, float]]:
    if parent.matrix is None:
        return
    method, by_mean = parent.conventions.method, parent.conventions.lambda_by == "mean"
    declared = f"the mean of (Aw)/w with {method} weights" if by_mean else "the Perron root"
    goes = "is" if key == "lambda_max" else "follows from"
    if by_mean:
        root = float(perron(parent.matrix)[0])
        yield f"{goes} the Perron root, not {declared}", _from_lambda(parent, key, root)
    order = sorted(_weights(parent).items(), key=lambda pair: pair[0] != method)
    for name, weights in order:
        if name == "eigenvector" or (by_mean and name == method):
            continue  # that is the Perron root, or what is declared
        value = _from_lambda(parent, key, _mean_lambda(parent.matrix, weights))
        yield f"{goes} the {name} λ (mean of (Aw)/w), not {declared}", value


def _mean_lambda(matrix: Float, weights: Float) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):  # a weight may have been rounded to 0
        return float(((matrix @ weights) / weights).mean())


def _random_index(parent: PublishedParent, n: int, table: str | None = None) -> float:
    values = RANDOM_INDEX_TABLES[table or parent.conventions.random_index].values
    return values.get(n, 0.0)


def _from_lambda(parent: PublishedParent, key: str, root: float) -> float:
    """λ, CI or CR that belongs to a λ."""
    n = len(parent.items)
    ci = (root - n) / (n - 1)
    ri = _random_index(parent, n)
    return {"lambda_max": root, "ci": ci, "cr": ci / ri if ri else 0.0}[key]


def _declared_lambda(parent: PublishedParent) -> float:
    assert parent.matrix is not None
    if parent.conventions.lambda_by == "mean":
        return _mean_lambda(parent.matrix, _weights(parent)[str(parent.conventions.method)])
    return float(check_consistency(parent.matrix).lambda_max)


def _other_random_indices(parent: PublishedParent) -> Iterator[tuple[str, float]]:
    if parent.matrix is None:
        return
    n, declared = len(parent.items), parent.conventions.random_index
    ci = _from_lambda(parent, "ci", _declared_lambda(parent))
    for order in (n, n - 1, n + 1):
        for name in (declared, *(other for other in RANDOM_INDEX_TABLES if other != declared)):
            ri = _random_index(parent, order, name)
            if ri and (order, name) != (n, declared):
                off = f" of order {order}, not {n}" if order != n else ""
                yield f"is CI/RI with RI {ri:g} ({name}){off}", ci / ri


def _cut_off(text: str, value: float, rounding: str) -> Iterator[str]:
    if rounding != "truncate" and agrees(value, text, "truncate"):
        yield "was cut off, not rounded"
    if rounding == "truncate" and agrees(value, text):
        yield "was rounded, not cut off"


def _intermediate(parent: PublishedParent, key: str, text: str) -> Iterator[str]:
    matrix, method = parent.matrix, parent.conventions.method
    assert matrix is not None
    names = (method,) if method in RECONSTRUCTED_METHODS else ()
    for decimals in range(2, decimals_of(text) + 2):
        for name in names:
            weights = rounded_weights(matrix, name, "intermediate", decimals)
            if key in parent.items:
                value = float(weights[parent.items.index(key)])
            else:
                value = _from_lambda(parent, key, _mean_lambda(matrix, weights))
            if agrees(value, text):
                yield f"comes from rounding each step to {decimals} decimals"
        if key in {"ci", "cr"}:
            root = round(_declared_lambda(parent), decimals)
            if agrees(_from_lambda(parent, key, root), text):
                yield f"comes from λ rounded to {decimals} decimals"


def _forced(parent: PublishedParent, text: str) -> Iterator[str]:
    others = [parent.weights.get(item) for item in parent.items[:-1]]
    if all(others):
        rest = 1 - sum(Decimal(other.text) for other in others if other)
        if rest == Decimal(text):
            yield "was forced so that the weights sum to 1"


def _misprints(text: str, value: float, rounding: str) -> Iterator[str]:
    unit = Decimal(1).scaleb(-decimals_of(text))
    mode = ROUND_DOWN if rounding == "truncate" else ROUND_HALF_UP
    right = str(Decimal(repr(float(value))).quantize(unit, mode))
    if text.startswith("."):
        right = right.removeprefix("0")
    places = range(len(right) - 1)
    swapped = {right[:k] + right[k + 1] + right[k] + right[k + 2 :] for k in places}
    if text != right and text in swapped:
        yield f"has two digits of {right} swapped"
    elif len(text) == len(right) and sum(a != b for a, b in zip(text, right, strict=True)) == 1:
        yield f"is {right} with one digit misprinted"
    for factor in (10, 0.1):
        if float(text) and agrees(value * factor, text, rounding):
            yield f"is {factor:g} times the computed number"


def _from_print(parent: PublishedParent, text: str) -> Iterator[str]:
    n = len(parent.items)
    ri = _random_index(parent, n)
    printed = parent.consistency
    for key in ("lambda_max", "ci"):
        if key in printed and ri:
            number = float(printed[key].text)
            ci = (number - n) / (n - 1) if key == "lambda_max" else number
            if agrees(ci / ri, text, parent.conventions.rounding):
                yield f"was computed from the printed {NAMES[key]} {printed[key].text}"
