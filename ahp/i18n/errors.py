"""What errors say, in the reader's language."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from ..messages import MESSAGES, Cell, Message, Wording
from . import Translate, translator

FULL_STOP = "。"
"""With which Chinese sentences end; the English ones of errors end without."""


class _Translated(Wording):
    """How people read errors in one language."""

    def __init__(self, language: str) -> None:
        self._language, self._ = language, translator(language)
        self.comma, self.semicolon = self._(", "), self._("; ")

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
        name = cell.name if isinstance(cell.name, str) else self.sentence(cell.name)
        if not cell.index:
            return name
        *batch, last = (number + 1 for number in cell.index)
        if not batch:
            return _("number {number} of {name}").format(number=last, name=name)
        words = _("row {row}, column {column}").format(row=batch.pop(), column=last)
        for number in reversed(batch):
            words = _("matrix {number}, {place}").format(number=number, place=words)
        if isinstance(cell.name, str):
            return words
        return _("{place} of {name}").format(place=words, name=name)

    def get_value(self, key: Any, args: Any, kwargs: Any) -> Any:
        value = super().get_value(key, args, kwargs)
        if key in ("place", "source") and isinstance(value, str):
            return place_words(value, self._language)
        return _path_words(value, self._) if key == "inside" else value

    def format_field(self, value: Any, format_spec: str) -> str:
        """A sentence inside another one ends with that one's full stop."""
        said = super().format_field(value, format_spec)
        return said.removesuffix(FULL_STOP) if isinstance(value, Message) else said


def _key_words(_: Translate) -> dict[str, str]:
    """Keys of data files, as people call what stands there."""
    return {
        "top level": _("the whole file"),
        "alt": _("alternative"),
        "alternatives": _("alternatives"),
        "Alternatives": _("alternatives"),
        "candidates": _("candidates"),
        "checks": _("checks"),
        "children": _("items below"),
        "ci": "CI",
        "claims": _("claims"),
        "coding": _("coding"),
        "column": _("column"),
        "composite": _("composite ranking"),
        "cr": "CR",
        "decision-makers": _("decision makers"),
        "description": _("description"),
        "errata": _("errata"),
        "events": _("events"),
        "expert": _("column of the experts"),
        "experts": _("experts"),
        "explanation": _("explanation"),
        "format": _("format"),
        "goal": _("goal"),
        "Goal": _("goal"),
        "id": _("id"),
        "indices": _("indices"),
        "items": _("items"),
        "lambda_max": "λmax",
        "languages": _("languages"),
        "left": _("left item"),
        "level": _("level"),
        "matrix": _("judgment matrix"),
        "method": _("method"),
        "name": _("name"),
        "negative_is": _("side of the negative values"),
        "nodes": _("nodes"),
        "not_answered": _("words for what is not answered"),
        "order": _("order"),
        "pairs": _("columns"),
        "pairwise": _("comparisons"),
        "parent": _("item above"),
        "parents": _("parents"),
        "pj": _("projects"),
        "preferences": _("judgments"),
        "priority": _("priorities"),
        "project_author": _("author"),
        "project_description": _("description"),
        "project_hText": _("hierarchy text"),
        "project_name": _("name"),
        "project_sc": _("session code"),
        "pwc": _("rows of comparisons"),
        "pwc_ab": _("sides"),
        "pwc_intense": _("intensities"),
        "pwc_node": _("node"),
        "random_index": _("random index"),
        "ri": "RI",
        "right": _("right item"),
        "rounding": _("rounding"),
        "score": _("scores"),
        "source": _("source"),
        "study": _("study"),
        "survey": _("survey"),
        "texts": _("options"),
        "totals": _("consistency of whole levels"),
        "upper": _("upper triangle"),
        "Version": _("version"),
        "weights": _("weights"),
    }


_INDEXED = re.compile(r"(.*?)((?:\[\d+\])*)", re.DOTALL)
"""A key, which may have brackets of its own, and the places in lists below it."""


def _path_words(path: str, _: Translate) -> str:
    """A path of keys in a file, such as `nodes[2].parent`, as people read it; what stands below
    `parents` and `weights` are names.
    """
    words = _key_words(_)
    if path in words:
        return words[path]
    parts: list[str] = []
    path, weights, item = path.partition(".weights.")
    keys = f"{path}.weights".split(".") if weights else path.split(".")
    for above, part in zip(("", *keys), keys, strict=False):
        key, indices = _INDEXED.fullmatch(part).groups()  # type: ignore[union-attr] # any text
        word = key if above == "parents" else words.get(key, key)
        for k, index in enumerate(re.findall(r"\d+", indices)):
            if k == 0:
                word = _("{name}, no. {number}").format(name=word, number=int(index) + 1)
            else:
                word += " › " + _("entry {number}").format(number=int(index) + 1)
        parts.append(word)
    return " › ".join([*parts, item] if weights else parts)


_LINE = re.compile(r"(line|row) (\d+)(?:, column (.+))?")
_COLUMN = re.compile(r"column (.+)")
_SHEET = re.compile(r"sheet (['\"])(.+)\1, (?:cell (\w+)|row (\d+))")
_TABLE = re.compile(r"table (['\"])(.+)\1(?:, row (\d+))?")
_PATH = re.compile(r"(?!sheet |expert )[^,:'\"]+")


def _part_words(part: str, _: Translate) -> str | None:
    """A line, a column or a cell, as people read it; None for what is none of these."""
    if match := _LINE.fullmatch(part):
        kind, number, column = match.groups()
        line = _("line {number}") if kind == "line" else _("row {number}")
        line = line.format(number=number)
        if column is None:
            return line
        return _("{line}, {column}").format(line=line, column=_column_words(column, _))
    if match := _COLUMN.fullmatch(part):
        return _column_words(match[1], _)
    if match := _SHEET.fullmatch(part):
        sheet, cell, row = match.group(2, 3, 4)
        words = _("sheet “{sheet}”, row {row}") if row else _("sheet “{sheet}”, cell {cell}")
        return words.format(sheet=sheet, cell=cell, row=row)
    if match := _TABLE.fullmatch(part):
        words = _("table “{table}”, row {row}") if match[3] else _("table “{table}”")
        return words.format(table=match[2], row=match[3])
    # of `ahp.Answers.from_columns`
    return _("the columns") if part == "the columns" else None


def _column_words(name: str, _: Translate) -> str:
    return (_("column {number}") if name.isdecimal() else _("column {name}")).format(
        number=name, name=name
    )


def place_words(place: str, language: str) -> str:
    """A place in a file, such as `experts.csv: line 3`, as people read it."""
    _ = translator(language)
    words = []
    for k, part in enumerate(place.split(": ")):
        path = k > 0 and _PATH.fullmatch(part)
        words.append(_part_words(part, _) or (_path_words(part, _) if path else part))
    return _(": ").join(words)


@cache
def _wording(language: str) -> Wording:
    return _Translated(language)


def error_sentence(message: Message, language: str) -> str:
    """What an error, a warning or a `Phrase` says in a language of `ahp.i18n.LANGUAGES`."""
    return _wording(language).sentence(message)
