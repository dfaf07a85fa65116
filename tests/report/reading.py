"""Drafted sentences read back: what stands in each place of a printed sentence, beside what should.

The forms of sentences are in `sentences.toml`, in both languages, apart from the catalog. Which
form should be printed, and what in its places, follows from what a finding says (`Finding.says`,
which its own check compares with the numbers) and from the evidence.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ahp.i18n import Translate
from ahp.report.finding import Finding

FORMS = tomllib.loads(Path(__file__).with_name("sentences.toml").read_text(encoding="utf-8"))

Said = list[tuple[str, Mapping[str, object]]]
"""Forms one after the other, each with what stands in its places."""


class Words:
    """Parts of sentences in a language.

    Args:
        book: `"study"` or `"evaluation"`.
        language: of `ahp.i18n.LANGUAGES`.
    """

    def __init__(self, book: str, language: str) -> None:
        self.book, self.language = book, language

    def form(self, kind: str, name: str) -> str:
        """A form with its places."""
        found: str = FORMS[self.book][kind][name][self.language]
        return found

    def of(self, name: str, /, **places: object) -> str:
        """A word, or a part that stands in a place of sentences."""
        return self.form("words", name).format(**places)

    def text(self, kind: str, said: Said) -> str:
        """A sentence as it should be printed."""
        return "".join(self.form(kind, form).format(**places) for form, places in said)

    def joined(self, name: str, parts: Iterable[Mapping[str, object]], by: str = "comma") -> str:
        """Parts of one form, one after the other."""
        return self.of(by).join(self.of(name, **places) for places in parts)


def misread(found: Finding, said: Said, words: Words) -> list[str]:
    """Where a printed sentence isn't what it should say; empty where it is.

    Args:
        found: the sentence.
        said: the forms it should have, and what should stand in their places.
        words: of its language.
    """
    forms = [(words.form(found.kind, form), places) for form, places in said]
    expected = words.text(found.kind, said)
    if found.text == expected:
        return []
    pattern = "".join(_pattern(number, form) for number, (form, _places) in enumerate(forms))
    match = re.fullmatch(pattern, found.text)
    read = match.groupdict() if match is not None else {}
    wrong = [
        f"{{{place}}} of {found.text!r} is {text!r}, not {str(value)!r}"
        for number, (_form, places) in enumerate(forms)
        for place, value in places.items()
        if (text := read.get(f"{place}_{number}", str(value))) != str(value)
    ]
    return wrong or [f"{found.text!r}, expected {expected!r}"]


def exchanged(real: Translate, places: Iterable[tuple[str, str, str]]) -> Translate:
    """A translation in which two places of some texts are exchanged.

    Args:
        real: as it is.
        places: how a text begins, and the two places.
    """

    def translated(text: str) -> str:
        shown = real(text)
        for start, one, other in places:
            if text.startswith(start):
                shown = shown.replace(one, "{}").replace(other, one).replace("{}", other)
        return shown

    return translated


def _pattern(number: int, form: str) -> str:
    """A regular expression for a form, with a group for each of its places."""
    texts: Sequence[str] = re.split(r"\{(\w+)\}", form)
    return "".join(
        f"(?P<{text}_{number}>.+?)" if k % 2 else re.escape(text) for k, text in enumerate(texts)
    )
