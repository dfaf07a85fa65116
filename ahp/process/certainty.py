"""How sure the weights of a study are: simulated once, then kept."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock

from ..sensitivity import Progress
from ..study.analysis import Analysis
from ..study.certainty import StudyCertainty, study_certainty

SEED = 1
"""Of every simulation here, so that all who look see the same numbers."""

QUICK, LONG = 1_000, 10_000
"""Draws of a page that nobody asked to wait, and of one that somebody did."""


class CertaintyRun:
    """The simulation of a result, run by who asks first.

    Attributes:
        certainty: None before.
    """

    def __init__(self, analysis: Analysis, draws: int) -> None:
        self.certainty: StudyCertainty | None = None
        self._asked = (analysis, draws)
        self._lock = Lock()

    def run(self, progress: Progress | None = None) -> StudyCertainty:
        """What it says; `progress` as for `study_certainty`."""
        analysis, draws = self._asked
        with self._lock:
            if self.certainty is None:
                self.certainty = study_certainty(
                    analysis, seed=SEED, draws=draws, progress=progress
                )
            return self.certainty


@lru_cache(maxsize=32)
def certainty_run(analysis: Analysis, draws: int) -> CertaintyRun:
    """The one simulation of a result with so many draws in this process."""
    return CertaintyRun(analysis, draws)
