"""Choices as plain data: dataclasses that are written to the log as JSON, and read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from ..codec import structure
from ..datafile import parse_json
from ..errors import OptionError
from ..messages import Phrase

_T = TypeVar("_T")

_TYPES: Mapping[str, tuple[tuple[type, ...], str]] = {
    "str": ((str,), "a_text"),
    "int": ((int,), "a_whole_number"),
    "float": ((int, float), "a_number"),
    "float | str": ((int, float, str), "a_number_or_text"),
    "bool": ((bool,), "true_or_false"),
    "Mapping[str, str]": ((Mapping,), "a_table_of_texts"),
}
"""Annotations of their fields -> their types, and the code of the words for them."""


def check_types(chosen: Any) -> None:
    """Refuse an object of such a class with a field of another type than its
    own: what is written into the log must be read back.

    Raises:
        OptionError: names the field and what was expected.
    """
    for attribute in fields(chosen):
        value = getattr(chosen, attribute.name)
        _types, code = _TYPES[str(attribute.type)]
        if not _has_type(value, str(attribute.type)):
            raise OptionError(
                "field_type", field=attribute.name, value=value, expected=Phrase(code)
            )


def _has_type(value: Any, annotation: str) -> bool:
    types, _words = _TYPES[annotation]
    inside = (*value, *value.values()) if isinstance(value, Mapping) else ()
    return (
        isinstance(value, bool) is (types == (bool,))
        and isinstance(value, types)
        and all(isinstance(item, str) for item in inside)
    )


def from_plain(cls: type[_T], content: str, source: str) -> _T:
    """An object of such a class from its JSON."""
    return structure(parse_json(content, source, OptionError), cls, source, OptionError)


def check_option(name: str, value: Any, valid: Any) -> None:
    """Refuse a value that is not on its list."""
    if value not in valid:
        raise OptionError.unknown(name, value, valid)
