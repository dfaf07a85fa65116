"""What people may call the items of a survey, whatever the width, the spaces and the language."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .survey import Survey


def name_key(text: str) -> str:
    """What two spellings of a name have in common: half-width, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def caseless_key(text: str) -> str:
    """What spellings of a name in small and capital letters have in common."""
    return name_key(text).casefold()


def labels_of(survey: Survey, nodes: Sequence[str]) -> dict[str, set[str]]:
    """What people may call nodes, their ids and names in any language -> the nodes so called."""
    labels: dict[str, set[str]] = {}
    for node in nodes:
        for label in (node, *survey.nodes[node].name.values()):
            labels.setdefault(name_key(label), set()).add(node)
    return labels
