"""Why a printed number is not the computed one: the usual slips, each tried by recomputation.

A story is one assumption with all the numbers of a parent that follow from it. It explains a number
when it gives the printed digits, and more of the parent's numbers than the declared way does; of
several stories those count that miss the fewest. A slip of the pen is named besides, unless a story
explains two or more numbers that it would have to meet by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import lru_cache

import numpy as np

from ..eigen import perron
from ..errors import ConvergenceError
from ..matrix import Float
from ..messages import Phrase
from ..priority import METHODS
from ..random_index import RANDOM_INDEX_TABLES
from ..scale import SAATY_POSITIONS, judgment_text, parse_judgment
from .printing import (
    RECONSTRUCTED_METHODS,
    agrees,
    decimals_of,
    printed_decimal,
    round_half_up,
    rounded_weights,
    split_percent,
)
from .table import CONSISTENCY, Printed, PublishedParent

NAMES = {"lambda_max": "λ", "ci": "CI", "cr": "CR"}

NOTHING = Phrase("no_usual_slip")
"""What is said of a number that nothing explains."""

CELL_DECIMALS = (2, 3, 4, 1)
"""Digits to which a source may have rounded its reciprocals before use, the usual ones first."""


@dataclass(frozen=True)
class _Story:
    """An assumption: key of a number -> what it says of it, and the number it gives.

    Attributes:
        words, values, rounding: what it says, the numbers, and how they are rounded.
        cause: the assumption itself, by which stories about weights and about λ go together.
        sure: chance can't make it fit.
    """

    words: Mapping[str, Phrase]
    values: Mapping[str, float]
    rounding: str
    cause: Phrase | str = ""
    sure: bool = False

    def gives(self, key: str, printed: Printed, decimals: int | None) -> bool:
        return bool(agrees(self.values[key], printed.text, self.rounding, decimals))


def explain_number(
    parent: PublishedParent, key: str, text: str, value: float
) -> tuple[Phrase, ...]:
    """Which other assumptions give the printed digits of a weight, λmax, CI, CR or an index.

    Args:
        parent: with its matrix.
        key: `lambda_max`, `ci`, `cr`, an index, or the item whose weight it is.
        text: the printed number.
        value: what is computed instead.
    """
    rounding = parent.conventions.rounding
    stories = _Stories(parent, key, value)
    explanations = stories.explanations
    if not stories.clear:
        explanations += _misprints(text, value, rounding)
    explanations = explanations or stories.apart
    if not explanations:
        return tuple(stories.nearest(text)) or (NOTHING,)
    told = dict.fromkeys(explanations)
    if key in parent.items:
        return tuple(Phrase("printed_weight_is", text=text, words=words) for words in told)
    name = NAMES.get(key, key)
    return tuple(Phrase("printed_name_is", name=name, text=text, words=words) for words in told)


def explain_digits(
    text: str,
    value: float,
    rounding: str,
    *,
    by_print: float | None = None,
    largest: float | None = None,
    others: Mapping[str, tuple[str, float]] | None = None,
) -> tuple[Phrase, ...]:
    """What gives the printed digits of a number that has no matrix of its own.

    Args:
        text: the printed number.
        value: what is computed instead.
        rounding: of the source.
        by_print: what is computed from the printed weights and CI instead of the exact ones.
        largest: the one of its level, when all of these are printed divided by it.
        others: the other wrong numbers of its kind, name -> (printed, computed).
    """
    explanations = list(_cut_off(text, value, rounding))
    if by_print is not None and agrees(by_print, text, rounding):
        explanations.append(Phrase("from_printed_rounded_weights"))
    sure = not split_percent(text)[1] and value and bool(agrees(100 * value, text, rounding))
    explanations += [Phrase("percent_alone")] if sure else []
    if largest is not None:
        explanations, sure = [*explanations, Phrase("is_weight_by_largest")], True
    for name, (printed, computed) in (others or {}).items():
        if agrees(computed, text, rounding) and agrees(value, printed, rounding):
            explanations, sure = [*explanations, Phrase("is_that_of", owner=name)], True
    if not sure:
        explanations += _misprints(text, value, rounding)
    return tuple(Phrase("printed_is", text=text, words=words) for words in explanations) or (
        NOTHING,
    )


class _Stories:
    """What explains one number of a parent.

    Attributes:
        explanations: words of the stories that give it.
        clear: whether they leave no room for a slip of the pen.
        apart: words of a slip of the pen in a number that a story gives, which explains the rest.
    """

    def __init__(self, parent: PublishedParent, key: str, value: float) -> None:
        self.parent, self.key = parent, key
        self.printed = self._group()
        self.decimals = parent.conventions.decimals if key in parent.items else None
        declared = _declared(parent, self.printed) | {key: value}
        self.declared = declared
        self.failing = self._misses(_story(parent, declared, {}))
        self.all: list[_Story] = []
        better: list[tuple[_Story, frozenset[str]]] = []
        self.fitting: list[_Story] = []
        leading, gain, causes = False, 0, self._causes()
        for kinds in (self._kinds(), self._unlikely_kinds()):
            tried = [list(kind) for kind in kinds]
            told = [(story, self._misses(story)) for kind in tried for story in kind]
            self.all += [story for story, _ in told]
            better += [
                (story, missed)
                for story, missed in told
                if len(missed) < len(self.failing) and key in story.words
            ]
            giving = [(story, missed) for story, missed in better if key not in missed]
            fewest = min((len(missed) for _, missed in giving), default=0)
            fit = [story for story, missed in giving if len(missed) == fewest]
            # of each kind the first, which is the likeliest
            first = [next((story for story in kind if story in fit), None) for kind in tried]
            likeliest = [story for story in first if story is not None]
            led = [story for story in likeliest if story.cause in causes]
            if led or (likeliest and len(self.failing) - fewest > gain):
                self.fitting, gain = led or likeliest, len(self.failing) - fewest
            leading = bool(led)
            if leading or (gain == len(self.failing) and not causes):
                break
            if len(self.failing) == 1 and not causes and self._slips():
                break
        self.explanations = [story.words[key] for story in self.fitting]
        self.clear = leading or (
            bool(self.fitting) and (gain > 1 or any(story.sure for story in self.fitting))
        )
        self.apart = self._apart(better)

    def _slips(self) -> bool:
        """Whether a slip of the pen explains the number alone."""
        text, value = self.printed[self.key].text, self.declared[self.key]
        return any(True for _ in _misprints(text, value, self.parent.conventions.rounding))

    def _causes(self) -> set[Phrase | str]:
        """What explains the weights, when this is about λmax, CI or CR."""
        if self.key not in CONSISTENCY or self.parent.matrix is None:
            return set()
        for item, computed in _declared(self.parent, self.parent.weights).items():
            if item in self.parent.weights:
                stories = _Stories(self.parent, item, computed)
                if item in stories.failing and stories.clear:
                    return {story.cause for story in stories.fitting if story.cause}
        return set()

    def _group(self) -> Mapping[str, Printed]:
        """The printed numbers that one story tells of: the weights, or λmax, CI and CR."""
        if self.key in self.parent.items:
            return self.parent.weights
        return self.parent.consistency if self.key in CONSISTENCY else self.parent.indices

    def _misses(self, story: _Story) -> frozenset[str]:
        """The printed numbers that a story doesn't give."""
        return frozenset(
            key
            for key, printed in self.printed.items()
            if key in story.values and not story.gives(key, printed, self.decimals)
        )

    def _kinds(self) -> Iterator[Iterable[_Story]]:
        parent, key, declared = self.parent, self.key, self.declared
        yield _other_rounding(parent, declared)
        if key in parent.items:
            yield _forced(parent, declared, self.failing)
            if parent.matrix is not None:
                yield from _weight_stories(parent, declared, self.failing)
        elif parent.matrix is not None and key in CONSISTENCY:
            yield from _consistency_stories(parent, declared)

    def _unlikely_kinds(self) -> Iterator[Iterable[_Story]]:
        """What is tried when nothing else fits."""
        parent, key = self.parent, self.key
        if parent.matrix is None:
            return
        if key in parent.items:
            yield _other_methods(parent, _RARE)
        elif key in CONSISTENCY:
            yield _other_roots(parent, _RARE)
        if key == "cr":
            yield _other_random_indices(parent, self.declared, (-1, 1), RANDOM_INDEX_TABLES)
        if key in parent.items and len(self.failing) > 1:
            yield [
                replace(_story(parent, _by_item(parent, weights), words), cause=words)
                for words, _, weights in _other_judgment(parent)
            ]
        if key in parent.items:
            yield _of_cells(parent, _cut_cells(parent))
        elif key in CONSISTENCY:
            yield _roots_of_cells(parent, [*_rounded_cells(parent), *_cut_cells(parent)])
            yield [
                replace(_story(parent, _from_root(parent, root), words), cause=words)
                for words, cells, _ in _other_judgment(parent)
                for root in (float(perron(cells)[0]),)
            ]

    def _apart(self, better: list[tuple[_Story, frozenset[str]]]) -> list[Phrase]:
        """A slip of the pen beside a story that explains all of the others."""
        text = self.printed[self.key].text
        for story, missed in better:
            if missed == {self.key} and len(self.failing) > 2:
                slips = _misprints(text, story.values[self.key], story.rounding)
                return [Phrase("if_it", slip=slip, words=story.words[self.key]) for slip in slips]
        return []

    def nearest(self, text: str) -> list[Phrase]:
        """The story that is only one digit away, and nearer than the declared way."""
        number, unit = float(printed_decimal(text)), 10.0 ** -decimals_of(text)
        near = [
            (abs(story.values[self.key] - number), story.values[self.key], story.words[self.key])
            for story in self.all
            if self.key in story.words
        ]
        near = [entry for entry in near if np.isfinite(entry[0])]
        miss, value, words = min(
            near, key=lambda entry: (*entry[:2], str(entry[2])), default=(np.inf, 0.0, NOTHING)
        )
        if miss > 1.5 * unit or miss >= abs(self.declared[self.key] - number):
            return []
        shown = f"{value:.{decimals_of(text) + 2}f}"
        return [Phrase("nearest_if", value=shown, words=words)]


def _declared(parent: PublishedParent, printed: Mapping[str, Printed]) -> dict[str, float]:
    """What the declared way gives for the printed numbers, where there is a matrix."""
    if parent.matrix is None:
        return {}
    if any(key in parent.items for key in printed):
        return _by_item(parent, _declared_weights(parent))
    if any(key in CONSISTENCY for key in printed):
        return _from_root(parent, _declared_root(parent))
    return {}


def _story(
    parent: PublishedParent, values: Mapping[str, float], words: Phrase | Mapping[str, Phrase]
) -> _Story:
    said = dict.fromkeys(values, words) if isinstance(words, Phrase) else words
    return _Story(said, values, parent.conventions.rounding)


def _by_item(parent: PublishedParent, weights: Float) -> dict[str, float]:
    return dict(zip(parent.items, weights.tolist(), strict=True))


def _declared_weights(parent: PublishedParent) -> Float:
    said = parent.conventions
    assert parent.matrix is not None
    method = said.method or "eigenvector"
    return rounded_weights(parent.matrix, method, said.rounding, parent.step_decimals)


def _other_rounding(parent: PublishedParent, declared: Mapping[str, float]) -> Iterator[_Story]:
    rounding, words = "truncate", Phrase("was_cut_off")
    if parent.conventions.rounding == "truncate":
        rounding, words = "half_up", Phrase("was_rounded")
    yield _Story(dict.fromkeys(declared, words), declared, rounding)


def _forced(
    parent: PublishedParent, declared: Mapping[str, float], failing: frozenset[str]
) -> Iterator[_Story]:
    if len(failing) != 1 or len(parent.weights) < len(parent.items):
        return
    (item,) = failing
    others = [printed for name, printed in parent.weights.items() if name != item]
    rest = 1 - sum(printed_decimal(printed.text) for printed in others)
    words = Phrase("was_forced")
    if rest == printed_decimal(parent.weights[item].text):
        yield _story(parent, {**declared, item: float(rest)}, {item: words})


def _weight_stories(
    parent: PublishedParent, declared: Mapping[str, float], failing: frozenset[str]
) -> Iterator[Iterable[_Story]]:
    matrix, said = parent.matrix, parent.conventions
    assert matrix is not None

    def story(weights: Float, words: Phrase) -> _Story:
        return replace(_story(parent, _by_item(parent, weights), words), cause=words)

    weights = np.array([declared[item] for item in parent.items])
    yield _other_methods(parent, RECONSTRUCTED_METHODS)
    yield [story(w, words) for words, w in _stepwise(parent)]
    yield _of_cells(parent, _rounded_cells(parent))
    yield [story(w, words) for words, w in _other_sums(parent, weights)]
    turned = METHODS[said.method or "eigenvector"](matrix.T)
    yield [story(turned, Phrase("from_transposed"))]
    yield _other_order(parent, declared, failing)


@lru_cache(maxsize=1024)
def _by_method(cells: bytes, n: int, name: str) -> Float | None:
    """Weights by a method, None when it has no answer and explains nothing."""
    try:
        return METHODS[name](np.frombuffer(cells).reshape(n, n))
    except ConvergenceError:
        return None


def _weights(parent: PublishedParent, names: Iterable[str]) -> Iterator[tuple[str, Float]]:
    """The declared method's weights, and those of other methods."""
    matrix, declared = parent.matrix, parent.conventions.method
    assert matrix is not None
    for name in dict.fromkeys((*([declared] if declared else ()), *names)):
        weights = _by_method(matrix.tobytes(), len(matrix), name)
        if weights is not None:
            yield name, weights


_RARE = tuple(name for name in METHODS if name not in RECONSTRUCTED_METHODS)


def _other_methods(parent: PublishedParent, names: tuple[str, ...]) -> Iterator[_Story]:
    declared = parent.conventions.method
    for name, weights in _weights(parent, names):
        values = _by_item(parent, weights)
        if name != declared:
            words = Phrase("is_other_weight", method=_method(name), declared=_method(declared))
            yield replace(_story(parent, values, words), cause=name)
        elif parent.conventions.rounding == "intermediate":
            yield _story(parent, values, Phrase("is_unrounded_weight", method=_method(name)))


def _method(name: str | None) -> Phrase:
    return Phrase(f"method_{name or 'eigenvector'}")


def _stepwise(parent: PublishedParent) -> Iterator[tuple[Phrase, Float]]:
    """Weights from steps that are rounded."""
    method = parent.conventions.method
    assert parent.matrix is not None
    if method not in RECONSTRUCTED_METHODS or parent.conventions.rounding == "intermediate":
        return
    most = max((decimals_of(number.text) for number in parent.numbers), default=0)
    for decimals in (most, most + 1, *range(most - 1, 1, -1)):
        words = Phrase("from_rounded_steps", decimals=decimals)
        yield words, rounded_weights(parent.matrix, method, "intermediate", decimals)


_Cells = Iterable[tuple[Phrase, Float]]
"""Words and matrices that are not reciprocal."""


def _rounded_cells(parent: PublishedParent) -> _Cells:
    """The cells as typed, and rounded before use."""
    matrix, judgments = parent.matrix, parent.judgments
    assert matrix is not None
    assert judgments is not None
    if (judgments.typed != matrix).any():
        yield Phrase("from_typed_cells"), judgments.typed
    for decimals in CELL_DECIMALS:
        words = Phrase("from_rounded_cells", decimals=decimals)
        yield from _both_ways(words, matrix, round_half_up(matrix, decimals))


def _cut_cells(parent: PublishedParent) -> _Cells:
    matrix = parent.matrix
    assert matrix is not None
    for decimals in CELL_DECIMALS:
        words = Phrase("from_cut_cells", decimals=decimals)
        cut = np.floor(matrix * 10.0**decimals + 1e-9) / 10.0**decimals
        yield from _both_ways(words, matrix, cut)


def _both_ways(words: Phrase, matrix: Float, cells: Float) -> _Cells:
    """Cells as they are, and the ones below 1 with their reciprocals."""
    if (cells <= 0).any() or (cells == matrix).all():
        return
    yield words, cells
    small = np.where(matrix < 1, cells, 1.0)
    yield words, np.where(matrix > 1, 1 / small.T, small)


def _of_cells(parent: PublishedParent, others: _Cells) -> Iterator[_Story]:
    """Weights of cells that were rounded."""
    said = parent.conventions
    if said.method in RECONSTRUCTED_METHODS and said.rounding != "intermediate":
        for words, cells in others:
            values = _by_item(parent, _raw_weights(cells, said.method))
            yield replace(_story(parent, values, words), cause=words)


def _roots_of_cells(parent: PublishedParent, others: _Cells) -> Iterator[_Story]:
    """λ, CI and CR of cells that were rounded: the Perron root, mean and sum of Aw."""
    method = parent.conventions.method or "eigenvector"
    if method not in RECONSTRUCTED_METHODS:
        return
    for words, cells in others:
        weights = _raw_weights(cells, method)
        if not _bears_out(parent, weights):
            continue
        roots = [float(perron(cells)[0]), _mean_root(cells, weights)]
        if parent.conventions.lambda_by == "mean":
            roots.reverse()
        for root in (*roots, float((cells @ weights).sum())):
            yield replace(_story(parent, _from_root(parent, root), words), cause=words)


def _bears_out(parent: PublishedParent, weights: Float) -> bool:
    """Whether the printed weights come from these ones no less than from the declared ones."""

    def missed(values: Float) -> int:
        by_item, said = _by_item(parent, values), parent.conventions
        return sum(
            not agrees(by_item[item], number.text, said.rounding, said.decimals)
            for item, number in parent.weights.items()
        )

    return missed(weights) <= missed(_declared_weights(parent))


def _raw_weights(cells: Float, method: str | None) -> Float:
    """Weights of a positive matrix that is not reciprocal."""
    if method == "column_mean":
        return np.asarray((cells / cells.sum(axis=0)).mean(axis=1))
    if method == "geometric_mean":
        means = cells.prod(axis=1) ** (1 / len(cells))
        return np.asarray(means / means.sum())
    return perron(cells)[1]


def _other_sums(parent: PublishedParent, weights: Float) -> Iterator[tuple[Phrase, Float]]:
    """The weights before or after other normalizations than to the sum 1."""
    n = len(weights)
    if not any(split_percent(number.text)[1] for number in parent.weights.values()):
        yield Phrase("is_weight_in_percent"), 100 * weights
    yield Phrase("is_weight_by_largest"), weights / weights.max()
    yield Phrase("is_weight_by_length"), weights / np.linalg.norm(weights)
    if parent.conventions.method == "geometric_mean" and parent.matrix is not None:
        means = parent.matrix.prod(axis=1) ** (1 / n)
        yield Phrase("is_row_mean"), means
    yield Phrase("is_weight_times", n=n), n * weights
    yield Phrase("is_weight_by_smallest"), weights / weights.min()


def _other_order(
    parent: PublishedParent, declared: Mapping[str, float], failing: frozenset[str]
) -> Iterator[_Story]:
    """The right weights beside other items: two exchanged, or more in another order."""
    if len(failing) < 2:
        return
    by_print = sorted(failing, key=lambda item: printed_decimal(parent.weights[item].text))
    by_value = sorted(failing, key=lambda item: declared[item])
    owner = dict(zip(by_print, by_value, strict=True))
    values = {**declared, **{item: declared[owner[item]] for item in by_print}}
    if len(failing) == 2:
        one, other = (item for item in parent.items if item in failing)
        words = {
            item: Phrase("is_exchanged", owner=owner[item], one=one, other=other)
            for item in failing
        }
    else:
        words = {item: Phrase("is_in_other_order", owner=owner[item]) for item in failing}
    yield _Story(words, values, parent.conventions.rounding)


def _other_judgment(parent: PublishedParent) -> Iterator[tuple[Phrase, Float, Float]]:
    """One judgment that is printed wrong: words, matrix and weights, where all weights agree."""
    matrix, said = parent.matrix, parent.conventions
    assert matrix is not None
    digits = [decimals_of(number.text) for number in parent.weights.values()]
    if len(matrix) < 3 or len(digits) < len(matrix) or min(digits) < 3:
        return  # too few digits to tell
    if said.method not in RECONSTRUCTED_METHODS:
        return
    pairs = zip(*np.triu_indices(len(matrix), 1), strict=True)
    steps = [parse_judgment(text) for text in SAATY_POSITIONS]
    places = [(i, j, step) for i, j in pairs for step in steps]
    changed = np.repeat(matrix[None], len(places), axis=0)
    for at, (i, j, step) in enumerate(places):
        changed[at, i, j], changed[at, j, i] = step, 1 / step
    weights = rounded_weights(changed, said.method, said.rounding, parent.step_decimals)
    fits = np.ones(len(places), dtype=bool)
    for item in parent.weights:
        low, high = parent.interval(item)
        column = weights[:, parent.items.index(item)]
        fits &= (column >= low) & (column <= high)
    if fits.sum() == 1:  # several would be a guess
        at = int(fits.argmax())
        i, j, step = places[at]
        words = Phrase(
            "from_other_judgment",
            judgment=judgment_text(step),
            was=judgment_text(matrix[i, j]) or f"{matrix[i, j]:.4g}",
            left=parent.items[i],
            right=parent.items[j],
        )
        yield words, changed[at], weights[at]


def _consistency_stories(
    parent: PublishedParent, declared: Mapping[str, float]
) -> Iterator[Iterable[_Story]]:
    matrix, n = parent.matrix, len(parent.items)
    assert matrix is not None
    ri = _random_index(parent, n)

    def of_root(root: float, words: Phrase) -> _Story:
        return _story(parent, _from_root(parent, root), words)

    yield _other_roots(parent, RECONSTRUCTED_METHODS)
    yield [
        replace(of_root(_mean_root(matrix, weights), words), cause=words)
        for words, weights in _stepwise(parent)
        if _bears_out(parent, weights)
    ]
    yield _of_rounded_root(parent, declared)
    if len(parent.weights) == n:
        weights = np.array([float(printed_decimal(parent.weights[i].text)) for i in parent.items])
        words = Phrase("from_printed_weights")
        yield [
            of_root(_mean_root(matrix, weights), words),
            of_root(float((matrix @ weights).sum()), words),
        ]
    yield _other_random_indices(parent, declared, (0,), RANDOM_INDEX_TABLES)
    yield _other_random_indices(parent, declared, (-1, 1), (parent.conventions.random_index,))
    yield _other_divisors(parent, declared)
    yield _of_printed(parent, declared)
    yield _in_percent(parent, declared)
    if ri:
        values = {**declared, "ci": declared["cr"], "cr": declared["ci"]}
        told = {"ci": Phrase("is_cr"), "cr": Phrase("is_ci")}
        yield [_story(parent, values, told)]


def _random_index(parent: PublishedParent, n: int, table: str | None = None) -> float:
    values = RANDOM_INDEX_TABLES[table or parent.conventions.random_index].values
    return values.get(n, 0.0)


def _from_root(parent: PublishedParent, root: float) -> dict[str, float]:
    """λ, CI and CR that belong to a λ."""
    n = len(parent.items)
    return _from_ci(parent, root, (root - n) / (n - 1))


def _from_ci(parent: PublishedParent, root: float, ci: float) -> dict[str, float]:
    ri = _random_index(parent, len(parent.items))
    return {"lambda_max": root, "ci": ci, "cr": ci / ri if ri else 0.0}


def _declared_root(parent: PublishedParent) -> float:
    assert parent.matrix is not None
    if parent.conventions.lambda_by == "mean":
        return _mean_root(parent.matrix, _declared_weights(parent))
    return float(perron(parent.matrix)[0])


def _mean_root(matrix: Float, weights: Float) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):  # a weight may have been rounded to 0
        return float(((matrix @ weights) / weights).mean())


def _other_roots(parent: PublishedParent, names: tuple[str, ...]) -> Iterator[_Story]:
    matrix, method = parent.matrix, parent.conventions.method
    assert matrix is not None
    by_mean = parent.conventions.lambda_by == "mean"
    declared = Phrase("root_perron")
    if by_mean:
        declared = Phrase("root_by_mean", method=_method(method))

    def of_root(root: float, name: str, words: Phrase) -> _Story:
        follows = Phrase("follows_from_root", root=words, declared=declared)
        told = {"lambda_max": Phrase("is_root", root=words, declared=declared)}
        told |= {"ci": follows, "cr": follows}
        return replace(_story(parent, _from_root(parent, root), told), cause=name)

    if by_mean:
        yield of_root(float(perron(matrix)[0]), "eigenvector", Phrase("root_perron"))
    for name, weights in _weights(parent, names):
        if name == "eigenvector":
            continue  # that is the Perron root
        if not (by_mean and name == method):
            mean = Phrase("root_mean_of", method=_method(name))
            yield of_root(_mean_root(matrix, weights), name, mean)
        if name in RECONSTRUCTED_METHODS:
            words = Phrase("root_sum_of", method=_method(name))
            yield of_root(float((matrix @ weights).sum()), name, words)


def _of_rounded_root(parent: PublishedParent, declared: Mapping[str, float]) -> Iterator[_Story]:
    root = declared["lambda_max"]
    most = max((decimals_of(number.text) for number in parent.consistency.values()), default=0)
    for decimals in range(2, most + 2):
        values = {**_from_root(parent, round(root, decimals)), "lambda_max": root}
        yield _story(parent, values, Phrase("from_rounded_root", decimals=decimals))


def _other_random_indices(
    parent: PublishedParent,
    declared: Mapping[str, float],
    offsets: Iterable[int],
    names: Iterable[str],
    *,
    percent: bool = False,
) -> Iterator[_Story]:
    """CR with the random index of another table, or of another order."""
    n, table = len(parent.items), parent.conventions.random_index
    for offset in offsets:
        for name in sorted(names, key=lambda name: name != table):
            ri = _random_index(parent, n + offset, name)
            if not ri or (offset == 0 and name == table):
                continue
            words = Phrase("cr_of_table", ri=ri, table=name)
            if offset:
                words = Phrase("cr_of_order", ri=ri, table=name, order=n + offset, n=n)
            if percent:
                words = Phrase("cr_in_percent", words=words)
            cr = declared["ci"] / ri * (100 if percent else 1)
            yield replace(_story(parent, {**declared, "cr": cr}, {"cr": words}), sure=percent)


def _other_divisors(parent: PublishedParent, declared: Mapping[str, float]) -> Iterator[_Story]:
    """CI that is not (λ − n)/(n − 1), of the exact λ and of the printed one."""
    n, exact = len(parent.items), declared["lambda_max"]
    roots = [("", exact)]
    if "lambda_max" in parent.consistency:
        text = parent.consistency["lambda_max"].text
        roots.append((text, float(printed_decimal(text))))
    for text, root in roots:
        for divisor, shown in ((2, "(λ − n)/2"), (n, "(λ − n)/n"), (1, "λ − n")):
            if divisor == n - 1:
                continue
            values = {**_from_ci(parent, exact, (root - n) / divisor)}
            of_printed = Phrase("formula_of_printed", formula=shown, printed=text)
            formula = of_printed if text else shown
            words = {
                "ci": Phrase("ci_is", formula=formula),
                "cr": Phrase("follows_from_ci", formula=formula),
            }
            yield _story(parent, values, words)
            yield _story(parent, {**values, "cr": declared["cr"]}, words)


def _in_percent(parent: PublishedParent, declared: Mapping[str, float]) -> Iterator[_Story]:
    """CI or CR or both as numbers of percent without the sign; also CR with another RI."""
    plain = {key for key, number in parent.consistency.items() if not split_percent(number.text)[1]}
    for keys in ({"cr"}, {"ci"}, {"ci", "cr"}):
        if keys <= plain:
            percent = {key: 100 * declared[key] for key in keys}
            told = {key: Phrase("is_in_percent", name=NAMES[key]) for key in keys}
            yield replace(_story(parent, {**declared, **percent}, told), sure=True)
    if "cr" in plain:
        yield from _other_random_indices(
            parent, declared, (0, -1, 1), RANDOM_INDEX_TABLES, percent=True
        )


def _of_printed(parent: PublishedParent, declared: Mapping[str, float]) -> Iterator[_Story]:
    """CI and CR computed from the printed λ, CR from the printed CI."""
    printed, n, ri = parent.consistency, len(parent.items), _random_index(parent, len(parent.items))
    for key in ("lambda_max", "ci"):
        if key not in printed:
            continue
        number = float(printed_decimal(printed[key].text))
        ci = (number - n) / (n - 1) if key == "lambda_max" else number
        words = Phrase("computed_from_printed", name=NAMES[key], text=printed[key].text)
        cr = {"cr": ci / ri} if ri else {}
        if key == "lambda_max":
            yield _story(parent, {**declared, "ci": ci, **cr}, dict.fromkeys(("ci", "cr"), words))
        yield _story(parent, {**declared, **cr}, {"cr": words})


def _cut_off(text: str, value: float, rounding: str) -> Iterator[Phrase]:
    if rounding != "truncate" and agrees(value, text, "truncate"):
        yield Phrase("was_cut_off")
    if rounding == "truncate" and agrees(value, text):
        yield Phrase("was_rounded")


def _misprints(text: str, value: float, rounding: str) -> Iterator[Phrase]:
    digits, percent = split_percent(text)
    unit = Decimal(1).scaleb(int(Decimal(digits).as_tuple().exponent))
    mode = ROUND_DOWN if rounding == "truncate" else ROUND_HALF_UP
    exact = Decimal(repr(float(value))).scaleb(2 if percent else 0)
    right = str(exact.quantize(unit, mode))
    if digits.startswith("."):
        right = right.removeprefix("0")
    places = range(len(right) - 1)
    swapped = {right[:k] + right[k + 1] + right[k] + right[k + 2 :] for k in places}
    if digits != right and digits in swapped:
        yield Phrase("is_swapped", right=f"{right}{percent}")
    elif len(digits) == len(right) and sum(a != b for a, b in zip(digits, right, strict=True)) == 1:
        yield Phrase("is_misprinted", right=f"{right}{percent}")
    for factor in (10, 0.1):
        if Decimal(digits) and agrees(value * factor, text, rounding):
            yield Phrase("is_times", factor=factor)
