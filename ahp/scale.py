"""Judgment scales: from the text of a judgment to its number and back.

The fundamental scale is Saaty's: 1 equal, 3 moderate, 5 strong, 7 very strong, 9 extreme
importance, the even numbers between them, and the reciprocals for the other direction
(Saaty 1980, *The Analytic Hierarchy Process*, table 3-1).

The other scales give the same answers other numbers. They are transformations of judgments that
were entered on the fundamental scale, applied afterwards: `apply_scale`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import MatrixError, OptionError
from .result import Result

if TYPE_CHECKING:
    from .matrix import PairwiseMatrix

LARGEST_STEP = 9
"""Largest judgment on the fundamental scale."""

SAATY_POSITIONS: tuple[str, ...] = (
    *(str(step) for step in range(9, 0, -1)),
    *(f"1/{step}" for step in range(2, 10)),
)
"""The 17 positions of Saaty's scale as exact text, from `"9"` over `"1"` to `"1/9"`."""

_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_JUDGMENT = re.compile(rf"\s*({_NUMBER})\s*(?:/\s*({_NUMBER})\s*)?")
_BELOW_ONE = re.compile(r"0*\.(\d+)")
_BRACKETED = re.compile(r"(?<=\d)\s*([\[({（［｛【〔].*[\])}）］｝】〕])\s*")

FOOTNOTE_SIGNS = "*†‡§¶‖#※★☆∗⁎⁑✱＊＃"
"""Signs that refer to a footnote, beside small, circled and bracketed digits and letters."""

_UNMARKED = re.compile(r"[\d./]*", re.ASCII)


def footnote_mark(text: str) -> str:
    """What in a text refers to a footnote, empty when nothing does: `"²"` of `"3²"`.

    Compatibility normalization would make a digit of it, and 32 of `"3²"`.
    """
    if _UNMARKED.fullmatch(text):
        return ""
    marks = "".join(character for character in text if _is_mark(character))
    bracketed = _BRACKETED.search(text)
    return marks or (bracketed[1] if bracketed else "")


def _is_mark(character: str) -> bool:
    form = unicodedata.decomposition(character).partition(" ")[0]
    number = unicodedata.category(character) == "No" and form != "<fraction>"
    return number or form in ("<super>", "<sub>", "<circle>") or character in FOOTNOTE_SIGNS


def plain_text(text: str) -> str:
    """A number in ASCII: Chinese keyboards write full-width, others `"½"`; `"1½"` is not 11/2.

    Raises:
        MatrixError: the text has a footnote mark.
    """
    if mark := footnote_mark(text):
        raise MatrixError(
            f"{text!r} has the footnote mark {mark!r}, expected a positive number or a fraction "
            'such as "1/3" without it'
        )
    if text.isascii():
        return text.strip()
    apart = re.sub(r"([¼-¾⅐-⅟↉])", r" \1", text).strip()
    return unicodedata.normalize("NFKC", apart).replace("⁄", "/")


def rounds_to(value: float, text: str) -> bool:
    """Whether a text is a decimal below 1 and a value rounds to it, a half up or down."""
    decimal = _BELOW_ONE.fullmatch(plain_text(text))
    if decimal is None:
        return False
    half_unit = 0.5 * 10.0 ** -len(decimal[1])
    return abs(value - float(decimal[0])) <= half_unit * (1 + 1e-9)


def _as_fraction(text: str) -> str:
    """A plain text; a decimal below 1 that one step of the scale alone rounds to as that step."""
    plain = plain_text(text)
    if not _BELOW_ONE.fullmatch(plain):
        return plain
    steps = [step for step in range(2, LARGEST_STEP + 1) if rounds_to(1 / step, plain)]
    same = [step for step in steps if 1 / step == float(plain)]
    return f"1/{(same or steps)[0]}" if same or len(steps) == 1 else plain


def parse_judgment(text: str) -> float:
    """Read a judgment such as `"3"`, `"1/3"` or `"2.5"`.

    Full-width digits and slashes, as Chinese keyboards write them, are read like the plain ones.
    Text is what a person typed or printed: a decimal below 1 that a single step 1/2 … 1/9 rounds to
    is that step, `"0.33"` is 1/3. Other decimals are the numbers they say, `"0.4673"` as well as
    `"0.1"`, which 1/7, 1/8 and 1/9 round to.

    Args:
        text: a positive number, or a fraction of two.

    Returns:
        The judgment as a float, a fraction correctly rounded.

    Raises:
        MatrixError: the text is neither, has a footnote mark (`"3²"`), or the value is not positive
            and finite.
    """
    return _number(_as_fraction(text), text)


def parse_number(text: str) -> float:
    """Read a positive number or fraction as it stands: `"0.333"` is no 1/3, as in a judgment.

    Args:
        text: as for `parse_judgment`.

    Raises:
        MatrixError: as for `parse_judgment`.
    """
    return _number(plain_text(text), text)


def _number(plain: str, text: str) -> float:
    found = _JUDGMENT.fullmatch(plain)
    if found is None:
        raise MatrixError(f'{text!r}, expected a positive number or a fraction such as "1/3"')
    numerator, denominator = float(found[1]), float(found[2] or 1)
    value = numerator / denominator if denominator else math.inf
    if not 0 < value < math.inf:
        raise MatrixError(f'{text!r}, expected a positive number or a fraction such as "1/3"')
    return value


_EXACT = {parse_judgment(text): text for text in SAATY_POSITIONS}


def judgment_text(value: float) -> str | None:
    """The position of Saaty's scale that has exactly this value, as text; None off the scale."""
    return _EXACT.get(value)


ScaleValues = Sequence[str | float]
"""The values that judgments may take, as text or numbers: 1, and with every value its inverse."""


def scale_values(scale: ScaleValues) -> NDArray[np.float64]:
    """The values of a scale, ascending.

    Raises:
        OptionError: not 1 and other positive values, each with its inverse.
    """
    expected = "1, other positive values, and with every value its inverse"
    try:
        numbers = [parse_judgment(value) if isinstance(value, str) else value for value in scale]
        values = np.unique(np.asarray(numbers, dtype=np.float64))
    except (MatrixError, TypeError, ValueError) as error:
        raise OptionError(f"scale = {scale!r}, expected {expected}") from error
    positive = values.size > 1 and np.isfinite(values).all() and values[0] > 0 and 1 in values
    if not positive or np.abs(values * values[::-1] - 1).max() > 1e-8:
        raise OptionError(f"scale = {scale!r}, expected {expected}")
    return values


def opposite(text: str) -> str:
    """The same judgment seen from the other side: `"3"` for `"1/3"`, `"1"` for `"1"`.

    Args:
        text: a judgment as `parse_judgment` reads it.
    """
    numerator, _, denominator = map(str.strip, _as_fraction(text).partition("/"))
    if not denominator:
        return numerator if numerator == "1" else f"1/{numerator}"
    return denominator if numerator == "1" else f"{denominator}/{numerator}"


STEP_RTOL = 1e-8
"""Relative tolerance within which a judgment is the end of the scale, or a step of an own table:
spreadsheets write nine digits for 1/9."""

Float = NDArray[np.float64]


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
        from .matrix import as_numbers  # noqa: PLC0415 - matrices are built on this module

        items = as_numbers(sorted(table.items()), f"scale {name!r}", OptionError)
        if not len(items) or items[0].tolist() != [1, 1]:
            raise OptionError(f"scale {name!r}: {dict(table)}, expected 1: 1 as its first step")
        for (_, below), (step, value) in pairwise(items):
            if not below <= value < math.inf or not step < math.inf:
                raise OptionError(
                    f"scale {name!r}: {step:.12g}: {value:.12g}, expected a finite step and a "
                    f"finite value of {below:.12g}, that of the step below, or more"
                )
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
            raise OptionError(f"scale {self.name!r} is defined by a function, expected a table")
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
        from .matrix import as_numbers  # noqa: PLC0415 - matrices are built on this module

        if n < 1:
            raise OptionError(f"n = {n!r}, expected 1 or more")
        judgments = as_numbers(x, "x", MatrixError)
        with np.errstate(divide="ignore"):  # 0 is refused below
            large = np.where(judgments < 1, 1 / judgments, judgments)
        found = self._at(large, n, judgments, "x")
        return np.where(judgments < 1, 1 / found, found)

    def maximum(self, n: int) -> float:
        """The value of the strongest judgment in a matrix of order n."""
        strongest = self.steps[-1] if self.steps else LARGEST_STEP
        return float(self.transform(strongest, n))

    def _at(self, large: Float, n: int, judgments: Float, name: str) -> Float:
        """Values of judgments of 1 or more; errors show the judgments as they were given."""
        if self.steps:
            refused = ~np.isclose(large[..., None], self.steps, rtol=STEP_RTOL, atol=0).any(axis=-1)
            expected = f"one of {', '.join(f'{step:.12g}' for step in self.steps)} or a reciprocal"
        else:
            refused = ~((large >= 1) & (large <= LARGEST_STEP * (1 + STEP_RTOL)))
            expected = f"a number from 1/{LARGEST_STEP} to {LARGEST_STEP}"
            large = np.minimum(large, LARGEST_STEP)
        refused &= ~np.isnan(large)
        if refused.any():
            index = tuple(int(k) for k in np.argwhere(refused)[0])
            place = f"{name}[{', '.join(map(str, index))}]" if index else name
            raise MatrixError(
                f"{place} = {judgments[index]:.12g}, expected {expected}: "
                f"scale {self.name!r} has no value for it"
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
    from .matrix import PairwiseMatrix, as_matrices, given_labels  # noqa: PLC0415 - as above

    if not isinstance(scale, Scale):
        scale = named_scale(scale)
    array = as_matrices(a, complete=False)
    mirrored = np.swapaxes(array, -1, -2)
    # from the cell of 1 or more alone, so that both cells of a pair stay reciprocal
    stronger = np.maximum(np.maximum(array, mirrored), 1)
    found = scale._at(stronger, array.shape[-1], array, "a")
    found = np.where(array >= mirrored, found, 1 / found)
    labels = given_labels(a)
    labeled = isinstance(a, PairwiseMatrix) or (labels is not None and found.ndim == 2)
    return PairwiseMatrix(found, labels) if labeled else found
