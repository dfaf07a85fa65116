"""Where the values of a period come from, in words."""

from __future__ import annotations

from collections.abc import Callable

from ..evaluation.observations import SPECIAL_WORDS
from ..evaluation.scheme import Scheme
from ..i18n import translator
from ..i18n.errors import place_words
from ..i18n.evaluation import status_words
from ..process.evaluations.checking import CellSource
from ..process.evaluations.state import Value
from ..process.events import Actor

Who = Callable[[Actor], str]
"""What people call who did something."""


def source_sentence(source: CellSource, who: Who, language: str) -> str:
    """Where a cell's value comes from: the file and the place in it, or who typed it, and its
    document; of ratings, by how many of how many raters, once their round is closed.
    """
    _ = translator(language)
    said = list(dict.fromkeys(value_source(value, who, language) for value in source.values))
    if source.rating:
        said.append(_("is being rated"))
    elif source.asked:
        said.append(_("rated by {rated} of {asked}").format(rated=source.rated, asked=source.asked))
    return _("; ").join(said)


def value_words(scheme: Scheme, indicator: str, value: str, language: str) -> str:
    """A value as it was read, typed or rated; a grade by its name."""
    _ = translator(language)
    rule = scheme.indicator[indicator].rule if indicator in scheme.indicator else None
    grades = scheme.grades.get(getattr(rule, "grades", ""), ())
    names = {word: scheme.text(one.name, language) for one in grades for word in one.words}
    words = status_words(_)
    special = SPECIAL_WORDS.get(value.casefold())
    known = words[special.replace(" ", "_")] if special else value
    return names.get(value, known)


def value_source(value: Value, who: Who, language: str) -> str:
    """Where one value comes from."""
    _ = translator(language)
    if value.file is None:
        source = _("typed by {name}").format(name=who(value.stamp.actor))
    else:
        source, place = value.file.name, place_words(value.row.place, language)
        if place:
            source = place if source in place else f"{source}: {place}"
    if not value.row.evidence:
        return source
    about = {"source": source, "number": value.row.evidence}
    return _("{source}, document {number}").format(**about)
