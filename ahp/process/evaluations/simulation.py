"""How sure the totals of a period are: simulated once, then kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from threading import Lock

from ...evaluation.certainty import Certainty, simulate
from ...evaluation.evaluated import Evaluation
from ...study.analysis import Analysis

SEED = 1
"""Of every simulation here, so that all who look see the same bits."""

QUICK, LONG = 2_000, 10_000
"""Draws of a page that nobody asked to wait, and of one that somebody did."""

QUICK_UNITS = 40
"""Units, at most, of which `QUICK` draws are made unasked: well below a second."""


class Simulation:
    """A simulation of a period, run by who asks first.

    Attributes:
        found: None before.
    """

    def __init__(self, result: Evaluation, period: str, draws: int) -> None:
        self.found: Certainty | None = None
        self._asked = (result, period, draws)
        self._lock = Lock()

    def run(
        self,
        progress: Callable[[float], object] | None = None,
        weights: Analysis | None = None,
    ) -> Certainty:
        """What it finds.

        Args:
            progress: as for `simulate`.
            weights: likewise; the first to run it says them.
        """
        result, period, draws = self._asked
        with self._lock:
            if self.found is None:
                self.found = simulate(
                    result,
                    period,
                    seed=SEED,
                    weights=weights,
                    draws=draws,
                    pairs=True,
                    progress=progress,
                )
            return self.found


@lru_cache(maxsize=32)
def simulation_of(result: Evaluation, period: str, draws: int, panel: str) -> Simulation:
    """The one simulation of a period with so many draws in this process.

    Args:
        result: of `evaluate`.
        period: one of its periods.
        draws: how many.
        panel: `WeightsSource.evidence`, of whose panel weights may be drawn; empty for none.
    """
    return Simulation(result, period, draws)


def certainty_now(result: Evaluation, period: str, panel: str = "") -> Certainty | None:
    """What is known of a period without waiting: the long simulation where somebody has run it,
    else the quick one where it is quick; see `simulation_of`.
    """
    if (found := simulation_of(result, period, LONG, panel).found) is not None:
        return found
    quick = simulation_of(result, period, QUICK, "")
    return quick.run() if len(result.units) <= QUICK_UNITS else quick.found
