"""What errors say, in the reader's language."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from ..messages import MESSAGES, Cell, Wording
from . import translator


class _Translated(Wording):
    """How people read errors in one language."""

    def __init__(self, language: str) -> None:
        self._language, self._ = language, translator(language)
        self.comma = self._(", ")

    def template(self, code: str) -> str:
        return self._(MESSAGES[code])

    def quoted(self, text: str) -> str:
        _ = self._
        return _("“{text}”").format(text=text)

    def cell(self, cell: Cell) -> str:
        """Rows and columns counted from 1, as people count them; with the array's name in words,
        not with the one it has in a program.
        """
        _ = self._
        in_words = not isinstance(cell.name, str)
        name = self.sentence(cell.name) if in_words else cell.name
        if not cell.index:
            return str(name)
        *batch, last = (number + 1 for number in cell.index)
        if not batch:
            return _("number {number} of {name}").format(number=last, name=name)
        words = _("row {row}, column {column}").format(row=batch.pop(), column=last)
        for number in reversed(batch):
            words = _("matrix {number}, {place}").format(number=number, place=words)
        return _("{place} of {name}").format(place=words, name=name) if in_words else words

    def get_value(self, key: Any, args: Any, kwargs: Any) -> Any:
        value = super().get_value(key, args, kwargs)
        place = key in ("place", "source") and isinstance(value, str)
        return place_words(value, self._language) if place else value


def place_words(place: str, language: str) -> str:
    """A place in a file, such as `experts.csv: line 3`, as people read it."""
    _ = translator(language)
    for name, word in (
        ("line", _("line {number}")),
        ("row", _("row {number}")),
        ("column", _("column {number}")),
    ):
        place = re.sub(rf"\b{name} (\d+|[A-Z]{{1,3}})(?=$|[:,])", word.format(number=r"\1"), place)
    return place


@cache
def _wording(language: str) -> Wording:
    return _Translated(language)


def error_sentence(error: Any, language: str) -> str:
    """What an error or a `Phrase` says in a language of `ahp.i18n.LANGUAGES`."""
    return _wording(language).sentence(error)
