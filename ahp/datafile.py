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


def read_file(path: Path, error: type[AHPError]) -> bytes:
    """The content of a file, or an error of the given type that says why not."""
    try:
        return path.read_bytes()
    except OSError as problem:
        raise error(f"{path}: cannot be read: {problem.strerror}") from problem


def parse_toml(content: bytes | str, source: str, error: type[AHPError]) -> dict[str, Any]:
    """The content of a TOML file, or an error of the given type that names it by `source`; a BOM
    is allowed.
    """
    text = content if isinstance(content, str) else decode_text(content, source, error)
    try:
        return tomllib.loads(text.removeprefix(codecs.BOM_UTF8.decode()))
    except tomllib.TOMLDecodeError as problem:
        raise error(f"{source}: not TOML: {problem}") from problem


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


def canonical(data: object) -> str:
    """JSON in one spelling: sorted keys, no spaces, UTF-8 kept."""
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
