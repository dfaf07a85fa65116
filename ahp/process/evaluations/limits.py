"""How much an event may hold: it is kept for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from ...errors import StoreError
from ...study.limits import LONGEST, check_length
from .events import CorrectionProposed, Done, SchemeProposed, ValuesRecorded

MOST_VALUES = 20_000
"""What can be recorded at once: 200 units with 100 values each."""

_CALLED = {
    "early": "reason",
    "evidence": "document",
    "source": "text",
    "sentences": "sentence",
}
"""Field -> what it is called in `LONGEST`, where that is another name."""

_COMPUTED = ("evidence", "result")
"""Fields of actions that hold what the store has computed."""


def check_action(action: Done) -> None:
    """Refuse an action with texts that are too long, or with too many values.

    Raises:
        TextLimitError: says how long a text is and may be.
        StoreError: too many values.
    """
    values = action.rows if isinstance(action, ValuesRecorded | CorrectionProposed) else ()
    if len(values) > MOST_VALUES:
        raise StoreError("values_many", count=len(values), most=MOST_VALUES)
    for field in fields(action):
        if field.name not in _COMPUTED:
            for name, text in _texts(getattr(action, field.name), field.name):
                what = _CALLED.get(name, name)
                if name == "content":
                    what = "rules" if isinstance(action, SchemeProposed) else "layout"
                check_length(what if what in LONGEST else "text", text)


def _texts(held: Any, name: str) -> Iterator[tuple[str, str]]:
    """Every text in something, with the name of its field."""
    if isinstance(held, str):
        yield name, held
    elif is_dataclass(held):
        for field in fields(held):
            yield from _texts(getattr(held, field.name), field.name)
    elif isinstance(held, Mapping):
        for key, value in held.items():
            yield from _texts((key, value), name)
    elif isinstance(held, tuple):
        for one in held:
            yield from _texts(one, name)
