"""Forms that several people fill in at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def edited(
    shown: Mapping[str, Any], said: Mapping[str, Any], now: Mapping[str, Any]
) -> dict[str, Any]:
    """A record as it is now, with what somebody has changed in a form: only this is theirs to say,
    whatever became of the other fields meanwhile.

    Args:
        shown: the fields of the record that the form was filled with.
        said: those that the form says; one that is left out there has gone.
        now: those of the record now.

    >>> from ahp.process.evaluations.edits import edited
    >>> shown = {"name": "North", "contact": "Li"}
    >>> edited(shown, {"name": "North", "contact": "Wu"}, {"name": "City", "contact": "Li"})
    {'name': 'City', 'contact': 'Wu'}
    """
    changed = {key: said.get(key) for key in {**shown, **said} if shown.get(key) != said.get(key)}
    return {key: value for key, value in {**now, **changed}.items() if value is not None}
