"""Data files: TOML that people write, read so that an error names the file and the path inside;
JSON that is hashed, written in one spelling.
"""

from __future__ import annotations

import codecs
import errno
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any

from .errors import AHPError
from .messages import Phrase

MAX_TOML = 2**18
"""Bytes of a TOML file: a survey has some ten thousand."""

MAX_FILE = 2**25
"""Bytes of any other file."""

MAX_EVALUATION = 2**28
"""Bytes of a file with a whole evaluation: what was attached is in it."""

MAX_VALUES = 2_000_000
"""Values in a JSON text."""

MAX_DIGITS = 19
"""Digits of a whole number: those of 64 bits."""

MAX_PLACES = 400
"""Digits of a number with a point, zeros between it and the point counted: a float has fewer."""

NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Signs that no XML holds, and so no workbook and no document (XML 1.0, section 2.2)."""

ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
"""Ids of surveys and nodes."""

_LONG_KEY = re.compile(
    r"""(?:^[ \t\[]*|[{,][ \t]*)(?:(?:[\w-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')[ \t]*\.[ \t]*){50}""",
    re.MULTILINE,
)
"""A key of more parts than any file has; reading it would take memory by their square."""


def read_bytes(path: Path, error: type[AHPError], most: int = MAX_FILE) -> bytes:
    """The content of a file, or an error of the given type that names it."""
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as problem:
        raise error(
            "file_unreadable", source=str(path), problem=system_problem(problem)
        ) from problem
    if len(content) > most:
        raise error("file_too_long", source=str(path), most=most)
    return content


_SYSTEM_PROBLEMS = {
    errno.ENOENT: "file_absent",
    errno.EACCES: "access_denied",
    errno.EEXIST: "file_exists",
    errno.EISDIR: "file_is_folder",
    errno.ENOTDIR: "file_is_no_folder",
    errno.EADDRINUSE: "address_in_use",
    errno.ENOSPC: "disk_full",
    errno.EROFS: "disk_read_only",
}


def system_problem(error: OSError) -> Phrase:
    """Why the system does not open a file or a port, in words."""
    return Phrase(_SYSTEM_PROBLEMS.get(error.errno or 0, "system_fault"), number=error.errno)


def check_size(
    content: bytes | str, source: str | Phrase, error: type[AHPError], most: int
) -> None:
    """Refuse what has more bytes than a file of its kind has, or more characters."""
    if len(content) > most:
        code = "too_many_bytes" if isinstance(content, bytes) else "too_many_characters"
        raise error(code, source=source, count=len(content), most=most)


def parse_toml(
    content: bytes | str, source: str, error: type[AHPError], expected: str = "a_table"
) -> dict[str, Any]:
    """The content of a TOML file, or an error of the given type that names it by `source`, and by
    `expected`, a code, what it should hold; a BOM is allowed. Numbers with a point are `Decimal`.
    """
    check_size(content, source, error, MAX_TOML)
    text = content if isinstance(content, str) else decode_text(content, source, error)
    if long := _LONG_KEY.search(text):
        line = text.count("\n", 0, long.end()) + 1
        raise error("toml_key_long", place=f"{source}: line {line}")
    try:
        data = tomllib.loads(text.removeprefix(codecs.BOM_UTF8.decode()), parse_float=Decimal)
        _check_numbers(data)
    except RecursionError as problem:
        raise error("toml_too_deep", source=source, expected=Phrase(expected)) from problem
    except tomllib.TOMLDecodeError as problem:
        raise error("not_toml", place=f"{source}{_toml_place(text, problem)}") from problem
    except ValueError as problem:  # that of int(), for a number of thousands of digits
        raise error("number_too_long", source=source, most=MAX_DIGITS) from problem
    except ArithmeticError as problem:  # also that of Decimal
        raise error("too_many_places", source=source, most=MAX_PLACES) from problem
    return data


def _toml_place(text: str, problem: tomllib.TOMLDecodeError) -> str:
    """Where TOML ends to be TOML; nothing where its reader doesn't tell."""
    if position := re.search(r"\(at line (\d+), column (\d+)\)$", str(problem)):
        return f": line {position[1]}, column {position[2]}"
    return f": line {len(text.splitlines()) or 1}" if "at end of document" in str(problem) else ""


def _check_numbers(data: Any) -> None:
    """Refuse numbers that TOML does not allow, or that take long to compute with."""
    if isinstance(data, int) and abs(data) >= 10**MAX_DIGITS:
        raise ValueError
    if isinstance(data, Decimal) and data.is_finite():
        _sign, digits, exponent = data.as_tuple()
        if len(digits) + abs(int(exponent)) > MAX_PLACES:
            raise ArithmeticError
    if isinstance(data, dict | list):
        for value in data.values() if isinstance(data, dict) else data:
            _check_numbers(value)


def check_values(content: bytes | str, source: str, error: type[AHPError]) -> None:
    """Refuse a JSON text with more values than are read."""
    marks = ("[", "{", ",")
    count = sum(
        content.count(mark) if isinstance(content, str) else content.count(mark.encode())
        for mark in marks
    )
    if count > MAX_VALUES:
        raise error("too_many_values", source=source, most=MAX_VALUES)


def parse_json(
    content: bytes | str, source: str, error: type[AHPError], expected: str = "a_table"
) -> Any:
    """The data in a JSON text from outside, or an error of the given type that names it by
    `source`: not JSON, too many values, a whole number of too many digits, or nested too deep for
    what `expected`, a code, says it should hold.
    """
    check_values(content, source, error)

    def whole_number(digits: str) -> int:
        if len(digits) > MAX_DIGITS:
            raise error("number_too_long", source=source, most=MAX_DIGITS)
        return int(digits)

    try:
        return json.loads(content, parse_int=whole_number)
    except json.JSONDecodeError as problem:
        place = f"{source}: line {problem.lineno}, column {problem.colno}"
        raise error("not_json", place=place) from problem
    except UnicodeDecodeError as problem:
        raise error("not_utf8", source=source, position=problem.start) from problem
    except RecursionError as problem:
        raise error("nested_too_deep", source=source, expected=Phrase(expected)) from problem


def decode_text(content: bytes, source: str, error: type[AHPError]) -> str:
    """The text in the content of a UTF-8 file, a BOM allowed, or an error of the given type."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise error("is_utf16", source=source)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise error("not_utf8", source=source, position=problem.start) from problem


_MOST = 2**53 - 1
"""The largest whole number that a float holds with all before it."""


def jcs(data: Any) -> str:
    """JSON in the one spelling of RFC 8785, as any language computes it: what is hashed or signed.

    Raises:
        ValueError: half a character, or a number that JSON or a float does not hold.
    """
    if type(data) is dict and len(data) <= MOST_NAMES:
        flat = flat_object((*data,))
        if flat is not None and (text := flat.spelled(data)) is not None:
            return text
    import rfc8785  # noqa: PLC0415 - the app is optional

    return rfc8785.dumps(data).decode()


class FlatObject:
    """Objects with the same names, of texts, whole numbers and nulls: `jcs`, many times as fast.

    Args:
        names: in any order; ASCII, which sorts alike by code points and by UTF-16.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = sorted(names)
        self._values = itemgetter(*self.names, self.names[0])  # never a value alone
        self._templates: dict[tuple[type, ...], tuple[str, int, list[int]] | None] = {}

    def spelled(self, data: Mapping[str, Any]) -> str | None:
        """An object that has these names, and may have more; None where a value is of another kind.

        Raises:
            ValueError: half a character.
        """
        values = self._values(data)[:-1]
        types = (*map(type, values),)
        if types not in self._templates:
            self._templates[types] = self._template(types)
        if (found := self._templates[types]) is None:
            return None
        template, marks, whole = found
        for k in whole:
            if not -_MOST <= values[k] <= _MOST:
                return None
        text: str = template % values
        # printable is neither a control character nor half a character
        if text.isprintable() and text.count('"') == marks and "\\" not in text:
            return text
        quoted = [_quote(value)[1:-1] if type(value) is str else value for value in values]
        text = template % tuple(quoted)
        text.encode()  # refuses half a character
        return text

    def _template(self, types: tuple[type, ...]) -> tuple[str, int, list[int]] | None:
        """What takes values of these types, how many quotation marks it has, and which of them are
        whole numbers.
        """
        if set(types) - {*_PLACES}:
            return None
        names = [f"{_quote(name)}:".replace("%", "%%") for name in self.names]
        parts = [name + _PLACES[one] for name, one in zip(names, types, strict=True)]
        template = f"{{{','.join(parts)}}}"
        return template, template.count('"'), [k for k, one in enumerate(types) if one is int]


_PLACES = {str: '"%s"', int: "%d", type(None): "null%.0s"}
_quote = json.encoder.encode_basestring  # escapes what ECMAScript does


@lru_cache(maxsize=256)
def flat_object(names: tuple[Any, ...]) -> FlatObject | None:
    """None where there are no names, too many for fields, or some that sort otherwise."""
    plain = all(type(name) is str and name.isascii() for name in names)
    return FlatObject(names) if 0 < len(names) <= MOST_NAMES and plain else None


MOST_NAMES = 32
"""Of a flat object: names of people may be more, and are not kept."""


def canonical(data: object) -> str:
    """JSON as surveys are hashed, and rounds were up to format 2 of their evidence: sorted keys, no
    spaces, UTF-8 kept, numbers as Python prints them.
    """
    return json.dumps(
        data, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )


def kind(value: Any) -> Phrase:
    """What a value of a data file is, in words."""
    codes = {str: "a_text", bool: "a_boolean", int: "a_whole_number", float: "a_number"}
    codes |= {Decimal: "a_number", list: "an_array" if value else "an_empty_array", dict: "a_table"}
    codes |= {type(None): "nothing"}
    return Phrase(codes.get(type(value), "a_date_or_time"))
