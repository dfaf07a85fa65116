"""What all results have in common: compared, copied, pickled, written as JSON and read back.

A result is a frozen dataclass of numbers, texts, read-only arrays and mappings, and of other
results. Two are equal when they are of one class and hold the same, NaN beside NaN counting as the
same. `to_dict` gives what JSON can hold: arrays as lists, and `"nan"`, `"inf"` and `"-inf"` for the
numbers that JSON has no word for.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import (
    Any,
    ClassVar,
    Literal,
    Self,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import numpy as np
from numpy.typing import NDArray

from .errors import OptionError

LONGEST_REPR = 300
"""Characters of a result's `repr` at most."""

_Scalar = TypeVar("_Scalar", bound=np.generic)

_FROM_TEXT: Mapping[Any, Callable[[str], Any]] = {
    Path: Path,
    Fraction: Fraction,
    Decimal: Decimal,
    date: date.fromisoformat,
}
"""What is a text in JSON, and how it is read back."""

_NOT_IN_JSON = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def read_only(array: NDArray[_Scalar]) -> NDArray[_Scalar]:
    """The array itself, from now on read-only."""
    array.setflags(write=False)
    return array


class Result:
    """Base of the frozen dataclasses that hold results; they are declared with `eq=False` and
    `repr=False`, which this class has.
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(_same(getattr(self, key), getattr(other, key)) for key in _names(type(self)))

    def __hash__(self) -> int:
        return hash((type(self), repr(self)))

    def __getstate__(self) -> dict[str, Any]:
        return {key: _thawed(getattr(self, key)) for key in _names(type(self))}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        for key, value in state.items():
            object.__setattr__(self, key, _frozen(value))

    def _shown(self) -> Iterator[tuple[str, Any]]:
        return ((field.name, getattr(self, field.name)) for field in fields(self) if field.repr)

    def __repr__(self) -> str:
        text = f"{type(self).__name__}("
        for number, (key, value) in enumerate(self._shown()):
            part = f"{', ' * (number > 0)}{key}={_short(value)}"
            if len(text) + len(part) > LONGEST_REPR - 4:
                return f"{text}, …)"
            text += part
        return f"{text})"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{html.escape(key)}</th>"
            f"<td style='text-align:left'>{html.escape(_short(value))}</td></tr>"
            for key, value in self._shown()
        )
        return f"<table><caption>{type(self).__name__}</caption>{rows}</table>"

    def to_dict(self) -> dict[str, Any]:
        """The result as data that JSON can hold; `from_dict` reads it back."""
        return {key: _plain(getattr(self, key)) for key in _names(type(self))}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The result that `to_dict` was called on.

        Args:
            data: what `to_dict` gave, also after it was JSON.

        Raises:
            OptionError: other keys than the class has.
        """
        hints = _hints(cls)
        if data.keys() != hints.keys():
            raise OptionError(
                "keys_differ", kind=cls.__name__, found=tuple(data), expected=tuple(hints)
            )
        return cls(**{key: _read(hint, data[key]) for key, hint in hints.items()})


def data_frame(data: Any, index: Any = None, columns: Any = None) -> Any:
    """A pandas `DataFrame`, as pandas makes it of these."""
    from pandas import DataFrame  # noqa: PLC0415 - for those who use it

    return DataFrame(data, index=index, columns=columns)


_NAMES: dict[Any, tuple[str, ...]] = {}
_HINTS: dict[Any, dict[str, Any]] = {}


def _names(kind: Any) -> tuple[str, ...]:
    if kind not in _NAMES:
        _NAMES[kind] = tuple(field.name for field in fields(kind))
    return _NAMES[kind]


def _hints(kind: Any) -> dict[str, Any]:
    if kind not in _HINTS:
        hints = get_type_hints(kind)
        _HINTS[kind] = {name: hints[name] for name in _names(kind)}
    return _HINTS[kind]


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
        alike = isinstance(left, np.ndarray) and isinstance(right, np.ndarray)
        numbers = alike and left.dtype.kind == right.dtype.kind == "f"
        return alike and np.array_equal(left, right, equal_nan=numbers)
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return [*left] == [*right] and all(_same(left[key], right[key]) for key in left)
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all(map(_same, left, right))
    return bool(left == right) or bool(left != left and right != right)  # noqa: PLR0124 - NaN


def _thawed(value: Any) -> Any:
    """Without read-only mappings, which can't be pickled."""
    if isinstance(value, Mapping):
        return {key: _thawed(item) for key, item in value.items()}
    return tuple(map(_thawed, value)) if type(value) is tuple else value


def _frozen(value: Any) -> Any:
    """With read-only arrays and mappings."""
    if isinstance(value, np.ndarray):
        return read_only(value)
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    return tuple(map(_frozen, value)) if type(value) is tuple else value


def _short(value: Any) -> str:
    if isinstance(value, np.ndarray) and (value.size > 9 or value.ndim > 1):
        text = f"array of shape {value.shape}"
    elif isinstance(value, np.ndarray):
        text = f"[{' '.join(map(_short, value.tolist()))}]"
    elif isinstance(value, float):
        text = f"{value + 0.0:.6g}"  # equal numbers are shown alike, 0 and -0 too
    elif isinstance(value, Mapping):
        text = f"{{{', '.join(map(str, [*value][:3]))}{', …' * (len(value) > 3)}}}"
    elif isinstance(value, tuple) and len(value) > 3:
        text = f"({', '.join(map(_short, value[:3]))}, … {len(value)} in all)"
    elif is_dataclass(value):
        text = type(value).__name__
    else:
        text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return _plain(value.tolist()) if value.size else {"shape": list(value.shape)}
    if isinstance(value, Mapping):
        if all(isinstance(key, str) for key in value):
            return {key: _plain(item) for key, item in value.items()}
        return [[_plain(key), _plain(item)] for key, item in value.items()]
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "to_dict"):
        return value.to_dict()
    as_text = isinstance(value, tuple(_FROM_TEXT))
    as_text |= isinstance(value, float) and not math.isfinite(value)
    return str(value) if as_text else value


def _read(hint: Any, value: Any) -> Any:
    """What a field of this type holds, of what `_plain` made of it."""
    if get_origin(hint) is not None:
        return _read_generic(get_origin(hint), get_args(hint), value)
    if hint is Any and isinstance(value, list | dict):
        return _read_array(value, None)
    if hint in (Any, float) and isinstance(value, str):
        return _NOT_IN_JSON.get(value, value)
    if hasattr(hint, "from_dict"):
        return hint.from_dict(value)
    if hasattr(hint, "_fields"):  # a named tuple
        return hint(*map(_read, get_type_hints(hint).values(), value))
    return _FROM_TEXT[hint](value) if hint in _FROM_TEXT else value


def _read_generic(origin: Any, arguments: tuple[Any, ...], value: Any) -> Any:
    if origin is Literal:
        return value
    if origin in (Union, UnionType):
        return None if value is None else _read(_arm(arguments, value), value)
    if origin is np.ndarray:
        dtype = get_args(arguments[1])[0]
        return _read_array(value, None if dtype is Any else dtype)
    if origin is tuple:
        inner = arguments[:1] * len(value) if arguments[1:] == (...,) else arguments
        return tuple(map(_read, inner, value))
    pairs = value.items() if isinstance(value, Mapping) else value
    key_type, value_type = arguments
    return MappingProxyType({_read(key_type, k): _read(value_type, v) for k, v in pairs})


def _arm(types: tuple[Any, ...], value: Any) -> Any:
    """Which of several types a value that is not None has."""
    arms = [kind for kind in types if kind is not NoneType]
    for arm in arms:
        if len(arms) == 1 or (isinstance(arm, type) and type(value) is arm):
            return arm
        if isinstance(value, list) and get_origin(arm) is tuple:
            return arm
        if isinstance(value, dict) and is_dataclass(arm) and _hints(arm).keys() == value.keys():
            return arm
    return Any


def _read_array(value: Any, dtype: Any) -> Any:
    if isinstance(value, Mapping):
        return read_only(np.empty(value["shape"], dtype=dtype))

    def numbers(item: Any) -> Any:
        if isinstance(item, list):
            return [numbers(inner) for inner in item]
        return _NOT_IN_JSON.get(item, item)

    return read_only(np.array(numbers(value), dtype=dtype))
