"""Data files by declared classes: plain data becomes frozen dataclasses, and what is wrong is said
with its path.

A dataclass stands for a table: its fields are the keys, those with a default may be left out, and
no other key is allowed. Types are strict:

- `str`, `bool`, `int`, `float`; a whole number may stand for a `float`, a boolean for no number;
- `Decimal` and `Fraction`, exactly as the number is written; a float counts as its `repr`;
- `date`: a date, or a text such as 2026-01-31;
- `Literal[…]`: one of these values;
- `tuple[X, ...]` and `tuple[X, Y]`: an array, of any length or of this one;
- `Mapping[X, Y]`: a table with any keys, read-only;
- `X | Y`: told apart by what they are in a file (text, a number, an array, a table); several
  dataclasses by their first field, whose type is a `Literal` in each of them;
- `X | None`: in JSON also null;
- `Annotated[X, check, …]`: what `check` makes of the value, or the `AHPError` that it raises;
- `Any`: as it stands there.

What one field can't tell a dataclass checks in `__post_init__`, by an error for the whole table, or
by `at` for one of its keys.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache, partial, reduce
from itertools import cycle
from types import MappingProxyType, NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from .datafile import ID, kind
from .errors import AHPError, EntryError
from .messages import Phrase

if TYPE_CHECKING:
    from cattrs import Converter
    from cattrs.errors import ClassValidationError

_T = TypeVar("_T")
_Filled = TypeVar("_Filled", str, tuple[Any, ...], Mapping[str, Any])
_Hook = Callable[[Any, Any], Any]

_NUMBERS = (int, float, Decimal)
_PLAIN: Mapping[Any, tuple[tuple[type, ...], str]] = {
    str: ((str,), "a_text"),
    bool: ((bool,), "true_or_false"),
    int: ((int,), "a_whole_number"),
    float: (_NUMBERS, "a_number"),
    Decimal: (_NUMBERS, "a_number"),
    Fraction: (_NUMBERS, "a_number"),
    date: ((date, str), "a_date"),
    tuple: ((list,), "an_array"),
    Mapping: ((dict,), "a_table"),
    NoneType: ((NoneType,), "nothing"),
}
"""What is declared -> the types that it may have in plain data, and the code of its words."""


def structure(data: Any, cls: type[_T], source: str, error: type[AHPError]) -> _T:
    """Plain data, as TOML and JSON have it, as an object of a declared class.

    Args:
        data: the data.
        cls: a dataclass, or another of the types above.
        source: name of the file, for messages.
        error: type of the errors.

    Raises:
        AHPError: of that type; names the file and the path inside it.
    """
    with placed(source, error):
        return _converter().structure(data, cls)


def problems(data: Any, declared: Any) -> Iterator[EntryError]:
    """All that `structure` refuses in plain data: it names the first; this goes on. What a table
    says as a whole is looked at once each of its entries is right.
    """
    try:
        _converter().structure(data, declared)
    except AHPError as problem:
        meant = _meant(data, declared)
        found = [
            at(place, one)
            for place, value, inner in _entries(data, meant)
            for one in problems(value, inner)
        ]
        found += [at(name, Phrase("is_missing")) for name in _missing(data, meant)]
        yield from found or [at("", problem)]


def _meant(data: Any, declared: Any) -> Any:
    """The type among several that plain data is of, without checks; None where it is of none."""
    origin, arguments = get_origin(declared), get_args(declared)
    if origin is Annotated:
        return _meant(data, arguments[0])
    if origin not in (Union, UnionType):
        return declared
    arms = [one for one in arguments if type(data) in _PLAIN[_plain(one)][0]]
    if len(arms) > 1:
        arms = [one for one in arms if _tagged(one, data)]
    return _meant(data, arms[0]) if arms else None


def _tagged(declared: Any, data: Any) -> bool:
    """Whether plain data has the mark of a table among several."""
    key, hint = next(iter(_hints(declared).items()), ("", None))
    return data.get(key) in get_args(hint)


def _missing(data: Any, declared: Any) -> list[str]:
    """Keys that a table needs and doesn't have."""
    if not is_dataclass(declared) or not isinstance(data, dict):
        return []
    needed = (one for one in fields(declared) if _needed(one))
    return [one.name for one in needed if one.name not in data]


def _entries(data: Any, declared: Any) -> Iterator[tuple[str | int, Any, Any]]:
    """Places inside plain data: what stands there, and its type."""
    origin, arguments = get_origin(declared), get_args(declared)
    if isinstance(data, dict):
        of_keys = dict.fromkeys(data, arguments[1]) if origin is Mapping else _hints(declared)
        yield from ((key, data[key], of_key) for key, of_key in of_keys.items() if key in data)
    elif origin is tuple and isinstance(data, list):
        kinds = cycle(one for one in arguments if one is not ...)
        yield from (
            (k, value, kind_) for k, (value, kind_) in enumerate(zip(data, kinds, strict=False))
        )


@cache
def _hints(declared: Any) -> dict[str, Any]:
    """Key of a table -> type; nothing for what is no table."""
    return get_type_hints(declared, include_extras=True) if is_dataclass(declared) else {}


def _needed(one: Field[Any]) -> bool:
    """Whether a key may not be left out."""
    return (one.default, one.default_factory) == (MISSING, MISSING)


def unstructure(declared: Any) -> Any:
    """The plain data that `structure` makes an equal object of."""
    return _converter().unstructure(declared)


@contextmanager
def placed(source: str, error: type[AHPError]) -> Iterator[None]:
    """Errors from the block become errors of this type that name the file and the path."""
    try:
        yield
    except AHPError as raised:
        path = raised.parameters["place"] if isinstance(raised, EntryError) else None
        problem = raised if path is None else raised.parameters["problem"]
        place = source if path is None else f"{source}: {path or 'top level'}"
        cause = problem if isinstance(problem, AHPError) else None
        raise error("at_place", place=place, problem=problem, path=path or "") from cause


@contextmanager
def inside(place: str) -> Iterator[None]:
    """Errors from the block are those of something at this place."""
    try:
        yield
    except AHPError as problem:
        raise at(place, problem) from None


def at(place: str | int, problem: Phrase | AHPError) -> EntryError:
    """The error for something inside a table or an array.

    Args:
        place: the key, a path such as `nodes[2].parent`, or the number of the entry.
        problem: what is wrong there, perhaps in turn at a place inside it.
    """
    path = f"[{place}]" if isinstance(place, int) else place
    if isinstance(problem, EntryError):
        inside = problem.parameters["place"]
        path += f".{inside}" if path and inside and not inside.startswith("[") else inside
        return at(path, problem.parameters["problem"])
    return EntryError("at_place", place=path, problem=problem)


def filled(value: _Filled) -> _Filled:
    """Refuse a text of spaces alone, an array without entries, a table without keys."""
    if isinstance(value, str) and not value.strip():
        raise at("", Phrase("text_empty"))
    if not value:
        raise at("", Phrase("without_entries"))
    return value


def checked(fits: Callable[[_T], object], code: str, **parameters: Any) -> Callable[[_T], _T]:
    """A check that refuses, by a code whose sentence may have the `value`, what does not fit."""

    def check(value: _T) -> _T:
        if not fits(value):
            raise at("", Phrase(code, value=value, **parameters))
        return value

    return check


def one_of(*valid: str) -> Callable[[str], str]:
    """A check that refuses other texts than these."""
    return checked(valid.__contains__, "value_not_listed", valid=valid)


Filled = Annotated[str, filled]
"""A text that isn't empty."""

Id = Annotated[str, filled, checked(ID.fullmatch, "id_form")]
"""An id of a survey or node."""


@cache
def _converter() -> Converter:
    from cattrs import Converter  # noqa: PLC0415 - only where a file is read or written

    converter = Converter()
    converter.register_structure_hook_func(lambda _: True, _undeclared)
    converter.register_structure_hook_func(lambda declared: declared is Any, lambda value, _: value)
    for plain in (str, bool, int, NoneType):
        converter.register_structure_hook(plain, _strict(plain, lambda value: value))
    for number in (float, Decimal, Fraction):
        converter.register_structure_hook(number, _strict(number, partial(_finite, number)))
    converter.register_structure_hook(date, _strict(date, _date))
    converter.register_structure_hook_factory(is_dataclass, _table)
    factories: dict[Any, Any] = {Annotated: _annotated, Literal: _listed, tuple: _array}
    factories |= {Mapping: _mapping, Union: _union, UnionType: _union}
    for origin, factory in factories.items():
        converter.register_structure_hook_factory(partial(_is_made_of, origin), factory)
    return converter


def _undeclared(_: Any, declared: Any) -> Any:
    raise TypeError(f"{declared} is none of the types above")


def _is_made_of(origin: Any, declared: Any) -> bool:
    return get_origin(declared) is origin


def _plain(declared: Any) -> Any:
    """The key of `_PLAIN` that a type without unions comes to."""
    if get_origin(declared) is Annotated:
        return _plain(get_args(declared)[0])
    if get_origin(declared) is Literal:
        return type(get_args(declared)[0])
    return Mapping if is_dataclass(declared) else get_origin(declared) or declared


def _words(declared: Any) -> Phrase:
    """What a type is called in messages."""
    if get_origin(declared) is Annotated:
        return _words(get_args(declared)[0])
    if get_origin(declared) in (Union, UnionType):
        arms = [one for one in get_args(declared) if one is not NoneType]
        first, *others = {_plain(one): _words(one) for one in arms}.values()
        return Phrase("this_or_that", one=first, others=tuple(others)) if others else first
    plain = _plain(declared)
    inside = [_plain(one) for one in get_args(declared) if one is not ...][-1:]
    codes = {
        (tuple, str): "an_array_of_text",
        (tuple, Mapping): "an_array_of_tables",
        (Mapping, str): "a_table_of_texts",
    }
    return Phrase(codes.get((plain, *inside), _PLAIN[plain][1]))


def _wrong_kind(value: Any, declared: Any) -> EntryError:
    return at("", Phrase("wrong_kind", kind=kind(value), expected=_words(declared)))


def _strict(declared: Any, make: Callable[[Any], Any]) -> _Hook:
    """A hook that makes something of values of the right type, and refuses others."""
    types = _PLAIN[_plain(declared)][0]

    def read(value: Any, _: Any) -> Any:
        if type(value) not in types:
            raise _wrong_kind(value, declared)
        return make(value)

    return read


def _date(value: date | str) -> date:
    """A date of TOML, or as JSON has it."""
    try:
        return value if isinstance(value, date) else date.fromisoformat(value)
    except ValueError:
        raise at("", Phrase("date_unreadable", text=value)) from None


def _finite(make: Callable[[str], Any], value: Any) -> Any:
    if not math.isfinite(value):
        raise at("", Phrase("number_not_finite", value=str(value)))
    return make(str(value))


def _entry(value: Any, declared: Any, place: str | int, converter: Converter) -> Any:
    """An entry of an array or a table of this type."""
    try:
        return converter.structure(value, declared)
    except AHPError as problem:
        raise at(place, problem) from None


def _table(cls: type[Any], converter: Converter) -> _Hook:
    from cattrs.errors import ClassValidationError  # noqa: PLC0415
    from cattrs.gen import make_dict_structure_fn, override  # noqa: PLC0415

    def hook(declared: Any) -> _Hook:  # cattrs itself leaves out what is annotated
        return lambda value, _: converter.structure(value, declared)

    hints = get_type_hints(cls, include_extras=True)
    hooks: Any = {one.name: override(struct_hook=hook(hints[one.name])) for one in fields(cls)}
    make = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True, **hooks)

    def read(data: dict[str, Any]) -> Any:
        try:
            return make(data, cls)
        except ClassValidationError as found:
            raise _first(found) from None

    return _strict(cls, read)


def _first(found: ClassValidationError) -> Exception:
    """The error of a table that is told: another format, which may have other keys; an unknown
    key, for a slip in one that is needed; then the first in the order of the fields.
    """
    from cattrs.errors import ForbiddenExtraKeysError  # noqa: PLC0415

    noted, others = found.group_exceptions()
    wrong = {note.name: problem for problem, note in noted}
    if others and "format" not in wrong:
        if not isinstance(others[0], ForbiddenExtraKeysError):
            return others[0]
        known = [one for one in fields(found.cl) if one.init]
        known.sort(key=lambda one: not _needed(one))
        valid = tuple(one.name for one in known)
        return at(min(others[0].extra_fields), Phrase("key_unknown", valid=valid))
    key, problem = next(iter(wrong.items()))
    if isinstance(problem, KeyError) and problem.args == (key,):
        return at(key, Phrase("is_missing"))
    return at(key, problem) if isinstance(problem, AHPError) else problem


def _array(declared: Any, converter: Converter) -> _Hook:
    kinds = [one for one in get_args(declared) if one is not ...]
    length = None if ... in get_args(declared) else len(kinds)

    def read(data: list[Any]) -> Any:
        if length not in (None, len(data)):
            raise at("", Phrase("array_length", count=len(data), expected=length))
        entries = enumerate(zip(data, cycle(kinds), strict=False))
        return tuple(_entry(value, kind_, k, converter) for k, (value, kind_) in entries)

    return _strict(declared, read)


def _mapping(declared: Any, converter: Converter) -> _Hook:
    of_keys, of_values = get_args(declared)

    def read(data: dict[str, Any]) -> Any:
        entries = {
            _entry(key, of_keys, key, converter): _entry(value, of_values, key, converter)
            for key, value in data.items()
        }
        return MappingProxyType(entries)

    return _strict(declared, read)


def _annotated(declared: Any, converter: Converter) -> _Hook:
    inner, *checks = get_args(declared)
    return lambda value, _: reduce(
        lambda found, check: check(found), checks, converter.structure(value, inner)
    )


def _listed(declared: Any) -> _Hook:
    valid = get_args(declared)

    def read(value: Any, _: Any) -> Any:
        if (type(value), value) in [(type(one), one) for one in valid]:
            return value
        if len(valid) == 1:
            raise at("", Phrase("value_not", value=value, expected=valid[0]))
        raise at("", Phrase("value_not_listed", value=value, valid=valid))

    return read


def _union(declared: Any, converter: Converter) -> _Hook:
    tables = [one for one in get_args(declared) if is_dataclass(one)]
    by_type = {
        type_: one for one in reversed(get_args(declared)) for type_ in _PLAIN[_plain(one)][0]
    }
    key = fields(tables[0])[0].name if len(tables) > 1 else ""
    by_tag = {tag: one for one in tables for tag in get_args(get_type_hints(one).get(key))}

    def table(data: dict[str, Any]) -> Any:
        if key not in data:
            raise at(key, Phrase("is_missing"))
        if data[key] not in [*by_tag]:
            raise at(key, Phrase("value_not_listed", value=data[key], valid=tuple(by_tag)))
        return by_tag[data[key]]

    def read(value: Any, _: Any) -> Any:
        if type(value) not in by_type:
            raise _wrong_kind(value, declared)
        tagged = key and isinstance(value, dict)
        return converter.structure(value, table(value) if tagged else by_type[type(value)])

    return read
