"""Weights that come from a file, with what is known of where they are from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class FileWeights:
    """Weights from a file.

    Attributes:
        kind: `"table"`, `"evidence"` or `"study"`.
        weights: node id -> weight: of leaves in the whole, or of nodes inside their parents.
        content_hash: SHA-256: of the file, or of the event that closed the round.
        title: of the study.
        round_number: the closed round they are of.
    """

    kind: str
    weights: Mapping[str, Fraction]
    content_hash: str
    title: str | None = None
    round_number: int | None = None

    @property
    def origin(self) -> dict[str, Any]:
        """Where they come from, as plain data."""
        return {
            "source": self.kind,
            "hash": self.content_hash,
            "title": self.title,
            "round": self.round_number,
        }
