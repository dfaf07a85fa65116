"""How long texts may be that are kept for ever."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..errors import TextLimitError
from ..messages import Phrase

LONGEST: Mapping[str, int] = MappingProxyType(
    {
        "title": 200,
        "note": 1000,
        "name": 200,
        "organization": 200,
        "asks": 200,
        "contact": 200,
        "greeting": 2000,
        "email": 254,
        "comment": 1000,
        "reason": 1000,
        "consent": 5000,
        "value": 50,
        "source": 20,
        "place": 500,
        "contradictions": 200_000,
        "survey": 2**18,
        "text": 200,
        "document": 1000,
        "sentence": 3000,
        "wording": 5000,
        "stated": 200,
        "rules": 2**19,
        "layout": 2**18,
        "draft": 2**19,
    }
)
"""Which text -> how many characters it may have at most. `place` is where an answer from a file was
read, `contradictions` what an expert was shown, `survey` and `rules` a whole definition, `document`
the numbers of documents, `stated` where somebody said something, `layout` how a file is read,
`draft` a survey that is being written, `sentence` one of a report, `asks` who asks experts,
`contact` whom they call, `wording` what an explanation says, `text` any other."""


def check_length(what: str, text: str) -> None:
    """Refuse a text that is longer than `LONGEST` allows.

    Raises:
        TextLimitError: says how long it is and may be.
    """
    if len(text) > LONGEST[what]:
        raise TextLimitError(
            "text_too_long", what=Phrase(f"the_{what}"), length=len(text), limit=LONGEST[what]
        )
