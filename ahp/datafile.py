"""Data files: TOML that people write, read so that an error names the file and the path inside;
JSON that is hashed, written in one spelling.
"""

from __future__ import annotations

import codecs
import json
import re
import tomllib
from pathlib import Path
from typing import Any

from .errors import AHPError

MAX_TOML = 2**18
"""Bytes of a TOML file: a survey has some ten thousand."""

MAX_FILE = 2**25
"""Bytes of any other file."""

MAX_VALUES = 2_000_000
"""Values in a JSON text."""

MAX_DIGITS = 19
"""Digits of a whole number: those of 64 bits."""

NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Signs that no XML holds, and so no workbook and no document (XML 1.0, section 2.2)."""

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
        raise error(f"{path}: cannot be read: {problem.strerror}") from problem
    if len(content) > most:
        raise error(f"{path}: more than {most} bytes, expected at most {most}")
    return content


def check_size(content: bytes | str, source: str, error: type[AHPError], most: int) -> None:
    """Refuse what has more bytes than a file of its kind has, or more characters."""
    if len(content) > most:
        what = "bytes" if isinstance(content, bytes) else "characters"
        raise error(f"{source}: {len(content)} {what}, expected at most {most}")


def parse_toml(
    content: bytes | str, source: str, error: type[AHPError], expected: str = "a table"
) -> dict[str, Any]:
    """The content of a TOML file, or an error of the given type that names it by `source`, and by
    `expected` what it should hold; a BOM is allowed.
    """
    check_size(content, source, error, MAX_TOML)
    text = content if isinstance(content, str) else decode_text(content, source, error)
    if long := _LONG_KEY.search(text):
        line = text.count("\n", 0, long.end()) + 1
        raise error(f"{source}: line {line}: a key of 50 parts or more, expected fewer")
    try:
        data = tomllib.loads(text.removeprefix(codecs.BOM_UTF8.decode()))
        _check_numbers(data)
    except RecursionError as problem:
        raise error(f"{source}: arrays inside arrays too deep, expected {expected}") from problem
    except ValueError as problem:  # also those of int(), for a number of thousands of digits
        raise error(f"{source}: not TOML: {problem}") from problem
    return data


def _check_numbers(data: Any) -> None:
    """Refuse whole numbers that TOML does not allow: they can't even be shown."""
    if isinstance(data, int) and abs(data) >= 10**MAX_DIGITS:
        raise ValueError(f"a whole number of more than {MAX_DIGITS} digits")
    if isinstance(data, dict | list):
        for value in data.values() if isinstance(data, dict) else data:
            _check_numbers(value)


def parse_json(content: bytes | str) -> Any:
    """The data in a JSON text from outside.

    Raises:
        ValueError: not JSON, too many values, or a whole number of too many digits.
        RecursionError: nested too deep.
    """
    marks = ("[", "{", ",")
    count = sum(
        content.count(mark) if isinstance(content, str) else content.count(mark.encode())
        for mark in marks
    )
    if count > MAX_VALUES:
        raise ValueError(f"more than {MAX_VALUES} values")
    return json.loads(content, parse_int=_whole_number)


def _whole_number(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"a whole number of {len(digits)} digits, expected at most {MAX_DIGITS}")
    return int(digits)


def decode_text(content: bytes, source: str, error: type[AHPError]) -> str:
    """The text in the content of a UTF-8 file, a BOM allowed, or an error of the given type."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise error(f"{source}: is UTF-16 text, expected UTF-8: save it with the encoding UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise error(
            f"{source}: byte {problem.start} is not UTF-8, expected UTF-8 text"
        ) from problem


def jcs(data: Any) -> str:
    """JSON in the one spelling of RFC 8785, as any language computes it: what is hashed or signed.

    Raises:
        ValueError: half a character, or a number that JSON or a float does not hold.
    """
    import rfc8785  # noqa: PLC0415 - the app is optional

    return rfc8785.dumps(data).decode()


def canonical(data: object) -> str:
    """JSON as surveys are hashed, and rounds were up to format 2 of their evidence: sorted keys, no
    spaces, UTF-8 kept, numbers as Python prints them.
    """
    return json.dumps(
        data, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )


class DataTable:
    """A table of a file with its path inside it.

    Args:
        data: what stands there; refused unless it is a table.
        source: name of the file, for errors.
        path: where in the file, "" for the top level.
        error: type of the errors.
    """

    def __init__(self, data: Any, source: str, path: str, error: type[AHPError]) -> None:
        self.source, self.path, self.error_type = source, path, error
        if not isinstance(data, dict):
            raise self.error("", f"is {kind(data)}, expected a table")
        self.data = data

    def error(self, key: str, problem: str) -> AHPError:
        """The error for a key of this table."""
        return self.error_type(f"{self.source}: {self.place(key) or 'top level'}: {problem}")

    def place(self, key: str) -> str:
        """The path of a key."""
        return ".".join(part for part in (self.path, key) if part)

    def only(self, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
        """Refuse unknown keys, and the lack of required ones."""
        known = (*required, *optional)
        for key in self.data:
            if key not in known:
                raise self.error(key, f"unknown key, expected one of {', '.join(known)}")
        for key in required:
            if key not in self.data:
                raise self.error(key, "missing")

    def format(self, number: int) -> None:
        """Refuse another format; to be called first, since it may have other keys."""
        found = self.data.get("format", number)
        if type(found) is not int or found != number:
            raise self.error("format", f"{found!r}, expected {number}")

    def string(self, key: str, pattern: re.Pattern[str] | None = None) -> str:
        """A text that isn't empty."""
        value = self.data[key]
        if not isinstance(value, str):
            raise self.error(key, f"is {kind(value)}, expected text")
        if not value.strip():
            raise self.error(key, "is empty, expected text")
        if pattern and not pattern.fullmatch(value):
            raise self.error(key, f"{value!r}, expected the form {pattern.pattern}")
        return value

    def table(self, key: str) -> DataTable:
        """The table at a key."""
        return DataTable(self.data[key], self.source, self.place(key), self.error_type)

    def tables(self, key: str) -> list[DataTable]:
        """The tables of an array, which has one or more."""
        entries = self.data[key]
        if not isinstance(entries, list) or not entries:
            raise self.error(key, f"is {kind(entries)}, expected an array of tables")
        return [
            DataTable(entry, self.source, f"{self.place(key)}[{k}]", self.error_type)
            for k, entry in enumerate(entries)
        ]


def kind(value: Any) -> str:
    """What a value of a data file is, in words."""
    names = {str: "text", bool: "a boolean", int: "a whole number", float: "a number"}
    names |= {list: "an array" if value else "an empty array", dict: "a table"}
    return names.get(type(value), f"a {type(value).__name__}")
