"""Slips in the wording of a survey that experts judge already, put right; what is meant stays.

Judgments are bound to the survey as it was when its study began, and to the hash of that. Wording
that was mended since is a layer over it: everybody reads the new words, the hash stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from ..errors import EntryError
from ..messages import Phrase
from .names import name_key, plain_name
from .survey import Mending, Survey, worded


class Mended(NamedTuple):
    """A mending, when it was done (UTC, ISO 8601), and by whom; empty = by somebody who has no
    account here.
    """

    mending: Mending
    time: str
    who: str


def wordings(survey: Survey) -> dict[tuple[str, str], Mapping[str, str]]:
    """(node, text) as in a `Mending` -> the text in each language, of all texts of a survey."""
    found = {("", "name"): survey.name, ("", "description"): survey.description}
    for node, own in survey.nodes.items():
        found |= {(node, "name"): own.name, (node, "explanation"): own.explanation}
    return {key: text for key, text in found.items() if text}


def mend(survey: Survey, mending: Mending) -> Survey:
    """The survey with another text, which fits (`mending_problem`); its `content_hash` stays."""
    return replace(worded(survey, mending, mending.new), mended=(*survey.mended, mending))


def names_so_far(survey: Survey, node: str, language: str) -> set[str]:
    """What a node is and was called in a language, or in the original one: files have either."""
    name = survey.nodes[node].name
    language = language if language in name else survey.languages[0]
    names = (one for one in survey.mended if (one.node, one.text) == (node, "name"))
    return {name[language], *(one.old for one in names if one.language == language)}


def mending_problem(
    survey: Survey, mending: Mending, taken: Mapping[str, set[str]]
) -> Phrase | None:
    """Why a text can't be mended so; None if it can.

    Args:
        survey: as it is worded now.
        mending: what is to be changed.
        taken: `ahp.study.survey.labels_of` all its nodes.
    """
    now = wordings(survey).get((mending.node, mending.text), {}).get(mending.language)
    if now is None:
        item = ("nodes", mending.node) if mending.node else ()
        place = ".".join((*item, mending.text, mending.language))
        return Phrase("wording_not_there", inside=place)
    if now != mending.old:
        return Phrase("wording_is_another", now=now, old=mending.old)
    if not mending.new.strip():
        return Phrase("wording_empty")
    if mending.text != "name":
        return None
    try:
        plain_name(mending.new)
    except EntryError as error:
        problem: Phrase = error.parameters["problem"]
        return problem
    others = taken.get(name_key(mending.new), set()) - {mending.node}
    return Phrase("wording_shared", name=mending.new) if mending.node and others else None
