"""Judgment scales that give the answers on the fundamental scale other numbers.

They are transformations of judgments that were entered on the fundamental scale (`ahp.scale`),
applied afterwards: `apply_scale`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Any, SupportsIndex, overload

import numpy as np
from numpy.typing import ArrayLike

from .errors import MatrixError, OptionError
from .matrix import Float, PairwiseMatrix, as_matrices, as_numbers, given_labels
from .messages import Cell, Phrase
from .result import Result
from .scale import LARGEST_STEP
from .tolerance import WRITTEN_RTOL


@dataclass(frozen=True)
class _Table:
    """The curve of a scale that is defined step by step."""

    steps: tuple[float, ...]
    values: tuple[float, ...]

    def __call__(self, x: Float, _n: int) -> Float:
        return np.interp(x, self.steps, self.values)


@dataclass(frozen=True, eq=False, repr=False)
class Scale(Result):
    """A transformation of judgments on the fundamental scale.

    A judgment x of 1 or more becomes c(x), one below 1 becomes 1/c(1/x), so that reciprocal
    judgments stay reciprocal; c(1) = 1 and c never decreases.

    Attributes:
        name: what `apply_scale` takes.
        source: who proposed it.
        curve: c, from judgments of 1 or more (any shape) and the order n of their matrix.
        steps: the judgments of 1 or more that the scale is defined for; empty when these are all
            from 1 to 9, the steps and what lies between them.
    """

    name: str
    source: str
    curve: Callable[[Float, int], Float]
    steps: tuple[float, ...] = ()

    @classmethod
    def from_table(
        cls, table: Mapping[float, float], name: str = "own", source: str = "own table"
    ) -> Scale:
        """A scale that is defined step by step: `Scale.from_table({1: 1, 2: 1.5, 3: 2.2})`.

        Args:
            table: step -> its value, for 1 and any number of steps above; the reciprocals follow.
            name: the attribute of the scale.
            source: the attribute of the scale.

        Raises:
            OptionError: a table that has no value 1 for step 1, or that decreases.
        """
        items = as_numbers(sorted(table.items()), Phrase("scale_named", scale=name), OptionError)
        if not len(items) or items[0].tolist() != [1, 1]:
            raise OptionError("scale_first_step", scale=name, table=dict(table))
        for (_, below), (step, value) in pairwise(items):
            if not below <= value < math.inf or not step < math.inf:
                raise OptionError("scale_step", scale=name, step=step, value=value, below=below)
        steps, values = map(tuple, items.T.tolist())
        return cls(name, source, _Table(steps, values), steps)

    def __reduce_ex__(self, protocol: SupportsIndex) -> str | tuple[Any, ...]:
        """One of `SCALES` is itself everywhere; another can be pickled if its curve can."""
        if SCALES.get(self.name) is self:
            return named_scale, (self.name,)
        return super().__reduce_ex__(protocol)

    def to_dict(self) -> dict[str, Any]:
        """As of every result; of one of `SCALES` the name, of another its table.

        Raises:
            OptionError: the scale is defined by a function, which is no data.
        """
        if SCALES.get(self.name) is self:
            return {"name": self.name}
        if not isinstance(self.curve, _Table):
            raise OptionError("scale_function", scale=self.name)
        table = zip(self.curve.steps, self.curve.values, strict=True)
        return {"name": self.name, "source": self.source, "table": list(map(list, table))}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Scale:
        """The scale that `to_dict` was called on."""
        if "table" in data:
            return cls.from_table(dict(data["table"]), data["name"], data["source"])
        return named_scale(data["name"])

    def transform(self, x: ArrayLike, n: int) -> Float:
        """Judgments on this scale.

        Args:
            x: judgments on the fundamental scale, 1/9 to 9, any shape; NaN stays NaN.
            n: order of the matrix they belong to, which the adaptive scales depend on.

        Returns:
            float64 array of the same shape.

        Raises:
            MatrixError: names the judgment that the scale has no value for.
            OptionError: n below 1.
        """
        if n < 1:
            raise OptionError.refused("n", n, Phrase("or_more", least=1))
        judgments = as_numbers(x, "x", MatrixError)
        with np.errstate(divide="ignore"):  # 0 is refused below
            large = np.where(judgments < 1, 1 / judgments, judgments)
        scaled = self._at(large, n, judgments, "x")
        return np.where(judgments < 1, 1 / scaled, scaled)

    def maximum(self, n: int) -> float:
        """The value of the strongest judgment in a matrix of order n."""
        strongest = self.steps[-1] if self.steps else LARGEST_STEP
        return float(self.transform(strongest, n))

    def _at(self, large: Float, n: int, judgments: Float, name: str) -> Float:
        """Values of judgments of 1 or more; errors show the judgments as they were given."""
        if self.steps:
            on_step = np.isclose(large[..., None], self.steps, rtol=WRITTEN_RTOL, atol=0)
            refused = ~on_step.any(axis=-1)
            expected = Phrase("steps_or_reciprocal", steps=self.steps)
        else:
            refused = ~((large >= 1) & (large <= LARGEST_STEP * (1 + WRITTEN_RTOL)))
            expected = Phrase("step_from_to", largest=LARGEST_STEP)
            large = np.minimum(large, LARGEST_STEP)
        refused &= ~np.isnan(large)
        if refused.any():
            index = tuple(np.argwhere(refused)[0].tolist())
            raise MatrixError(
                "off_scale",
                cell=Cell(name, index),
                value=judgments[index],
                expected=expected,
                scale=self.name,
            )
        return self.curve(large, n)


_GOEPEL = "Goepel 2019, Int. J. Information Technology & Decision Making 18:445-463"
_HARKER_VARGAS = "Harker & Vargas 1987, Management Science 33:1383-1403"


def _adaptive(x: Float, n: int) -> Float:
    return x ** (1 + math.log(max(n, 2) - 1) / math.log(9))


def _adaptive_balanced(x: Float, n: int) -> Float:
    # w = 1/n + (0.9 − 1/n)(x − 1)/8 and c = w(n − 1)/(1 − w), in whole numbers
    n = max(n, 2)
    part = (9 * n - 10) * (x - 1)
    return (n - 1) * (80 + part) / (80 * (n - 1) - part)


SCALES: Mapping[str, Scale] = MappingProxyType(
    {
        scale.name: scale
        for scale in (
            Scale(
                "linear",
                "c = x; Saaty 1977, J. Math. Psychology 15:234-281",
                lambda x, _: x,
            ),
            Scale(
                "logarithmic",
                "c = log₂(x + 1); Ishizaka, Balkenborg & Kaplan 2011, J. Operational Research "
                "Society 62:700-710",
                lambda x, _: np.log2(x + 1),
            ),
            Scale("root", f"c = √x; {_HARKER_VARGAS}", lambda x, _: np.sqrt(x)),
            Scale(
                "inverse_linear",
                "c = 9/(10 − x); Ma & Zheng 1991, Proc. 2nd Int. Symposium on the AHP, 197-202",
                lambda x, _: 9 / (10 - x),
            ),
            Scale(
                "balanced",
                "c = (9 + x)/(11 − x); Salo & Hämäläinen 1997, J. Multi-Criteria Decision "
                "Analysis 6:309-319",
                lambda x, _: (9 + x) / (11 - x),
            ),
            Scale(
                "balanced_n",
                f"c = (9 + (n − 1) x)/(9 + n − x); {_GOEPEL}",
                lambda x, n: (9 + (n - 1) * x) / (9 + n - x),
            ),
            Scale("adaptive", f"c = x^(1 + ln(n − 1)/ln 9); {_GOEPEL}", _adaptive),
            Scale(
                "adaptive_balanced",
                f"c = w (n − 1)/(1 − w), w = 1/n + (0.9 − 1/n)(x − 1)/8; {_GOEPEL}",
                _adaptive_balanced,
            ),
            Scale("power", f"c = x²; {_HARKER_VARGAS}", lambda x, _: x**2),
            Scale(
                "geometric",
                "c = 2^(x − 1); Lootsma 1989, Eur. J. Operational Research 40:109-116",
                lambda x, _: 2 ** (x - 1),
            ),
        )
    }
)
"""The scales by name; the source of each begins with its formula."""


def named_scale(name: Any) -> Scale:
    """The scale of `SCALES` with this name.

    Raises:
        OptionError: unknown scale.
    """
    if name not in tuple(SCALES):  # a wrong option may not be hashable
        raise OptionError.unknown("scale", name, SCALES)
    return SCALES[name]


@overload
def apply_scale(a: PairwiseMatrix, scale: str | Scale) -> PairwiseMatrix: ...
@overload
def apply_scale(a: ArrayLike, scale: str | Scale) -> Float: ...
def apply_scale(a: Any, scale: str | Scale) -> Any:
    """Judgments that were entered on the fundamental scale, on another one.

    Args:
        a: pairwise comparison matrices, shape (..., n, n), values from 1/9 to 9 or NaN.
        scale: a name in `SCALES`, or a `Scale`.

    Returns:
        Matrices of the same shape, exactly reciprocal, NaN where NaN was; a `PairwiseMatrix` with
        the same labels for a `PairwiseMatrix` or another labeled matrix.

    Raises:
        OptionError: unknown scale.
        MatrixError: not pairwise comparison matrices, or a judgment the scale has no value for;
            names the cell.

    >>> A = ahp.PairwiseMatrix.from_upper([3, 5, 3], ["tea", "coffee", "milk"])
    >>> ahp.apply_scale(A, "balanced").values.round(3)
    array([[1.   , 1.5  , 2.333],
           [0.667, 1.   , 1.5  ],
           [0.429, 0.667, 1.   ]])
    """
    if not isinstance(scale, Scale):
        scale = named_scale(scale)
    array = as_matrices(a, complete=False)
    mirrored = np.swapaxes(array, -1, -2)
    # from the cell of 1 or more alone, so that both cells of a pair stay reciprocal
    stronger = np.maximum(np.maximum(array, mirrored), 1)
    scaled = scale._at(stronger, array.shape[-1], array, "a")
    scaled = np.where(array >= mirrored, scaled, 1 / scaled)
    labels = given_labels(a)
    labeled = isinstance(a, PairwiseMatrix) or (labels is not None and scaled.ndim == 2)
    return PairwiseMatrix(scaled, labels) if labeled else scaled
