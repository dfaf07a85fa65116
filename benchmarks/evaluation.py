"""Units read, scored and explained, and how sure their bands are: seconds and memory.

`make bench` runs it, in one thread; exit status 1 if a row falls short. Every row is an average or
a ratio of one run, of processor time, so that other work on the machine counts little.

    python benchmarks/evaluation.py [--units 1000] [--indicators 100] [--periods 12] [--draws 10000]
"""

from __future__ import annotations

import argparse
import csv
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ahp.evaluation import evaluate, read_observations, simulate
from ahp.evaluation.rules import Measured
from ahp.evaluation.scheme import Band, Calendar, Indicator, Missing, Node, Scheme
from ahp.plots.parts import unit_parts
from ahp.plots.units import unit_waterfall
from ahp.report.league import league_tables
from ahp.report.unit_card import unit_card

Made = TypeVar("Made")

IN_A_GROUP = 5
BANDS = (("excellent", 90), ("good", 80), ("fair", 60), ("poor", 0))


def scheme(indicators: int) -> Scheme:
    """Groups of five indicators, fewer in the last, all measured in per cent, of equal weights."""
    groups = [f"g{k}" for k in range(-(-indicators // IN_A_GROUP))]
    leaves = {f"i{k}": groups[k // IN_A_GROUP] for k in range(indicators)}
    sizes = Counter(leaves.values())
    rule = Measured(low=Fraction(0), high=Fraction(100))
    return Scheme(
        id="benchmark",
        version="1",
        languages=("en",),
        name={"en": "Benchmark"},
        nodes=(
            Node("goal", {"en": "Goal"}),
            *(Node(group, {"en": group}, "goal") for group in groups),
            *(Node(leaf, {"en": leaf}, group) for leaf, group in leaves.items()),
        ),
        weights={
            **dict.fromkeys(groups, Fraction(1, len(groups))),
            **{leaf: Fraction(1, sizes[group]) for leaf, group in leaves.items()},
        },
        indicators=tuple(Indicator(leaf, rule) for leaf in leaves),
        bands=tuple(Band(name, {"en": name}, Fraction(edge)) for name, edge in BANDS),
        missing=Missing("zero"),
        period=Calendar("month", "mean"),
    )


def write_observations(path: Path, units: int, indicators: int, periods: int) -> None:
    """A value a unit, period and indicator, with one decimal; one in 50 is not reported."""
    rng = np.random.default_rng(1)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("unit", "period", "indicator", "value"))
        for unit in range(units):
            values = np.round(rng.uniform(55, 100, (periods, indicators)), 1)
            missing = rng.uniform(size=values.shape) < 0.02
            for period, (row, gone) in enumerate(
                zip(values.tolist(), missing.tolist(), strict=True)
            ):
                writer.writerows(
                    (f"unit {unit}", f"2026-{period + 1:02d}", f"i{k}", "" if none else value)
                    for k, (value, none) in enumerate(zip(row, gone, strict=True))
                )


def timed(work: Callable[[], Made]) -> tuple[Made, float]:
    """What it makes, and the seconds of processor time."""
    start = time.process_time()
    made = work()
    return made, time.process_time() - start


def peak(work: Callable[[], Any]) -> float:
    """Most memory that Python and numpy hold meanwhile, in MB."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1e6


class Report:
    """Prints rows, remembers what falls short."""

    def __init__(self) -> None:
        self.short = 0

    def row(self, work: str, measured: float, unit: str, most: float | None = None) -> None:
        """A row; `most` is what it may be."""
        short = most is not None and measured > most
        self.short += short
        limit = "" if most is None else f"<= {most:g}"
        print(
            f"{work:66} {measured:10.3g} {unit:3} {limit:>8}{'  SHORT' if short else ''}",
            flush=True,
        )


def run(units: int, indicators: int, periods: int, draws: int, page_units: int = 200) -> int:
    """All rows; the number of those that fall short."""
    report, one = Report(), scheme(indicators)
    with tempfile.TemporaryDirectory() as folder:
        small, large = (Path(folder) / f"{count}.csv" for count in (units, 10 * units))
        write_observations(small, units, indicators, periods)
        write_observations(large, 10 * units, indicators, periods)
        result, seconds = timed(lambda: evaluate(one, read_observations(small)))
        size = f"{units:,} units × {indicators} indicators × {periods} periods"
        report.row(f"{size}: read and scored", seconds, "s", 15)
        explained(report, result, draws)
        memory = peak(lambda: evaluate(one, read_observations(small)))
        report.row("the same: most memory", memory, "MB")
        results_page(report, Path(folder) / "page.csv", page_units)
        report.row("ten times the units: × the time", ratio(one, small, large), "", 11)
    return report.short


def ratio(one: Scheme, small: Path, large: Path) -> float:
    """Time for the large table, over that for the small one: the mean of ten runs, half of them
    before and half after, so that a machine whose pace changes counts for both.
    """

    def seconds(path: Path) -> float:
        return timed(lambda: evaluate(one, read_observations(path)))[1]

    before = [seconds(small) for _ in range(5)]
    of_large = seconds(large)
    after = [seconds(small) for _ in range(5)]
    return of_large / statistics.mean((*before, *after))


def explained(report: Report, result: Any, draws: int) -> None:
    """Rows for what is asked of a result."""
    period = result.periods[0]
    some = result.units[:10]
    _, seconds = timed(lambda: [result.waterfall(unit, period) for unit in some])
    report.row("a waterfall, when it is asked for", 1000 * seconds / len(some), "ms")
    weights = np.random.default_rng(2).dirichlet(np.full(len(result.indicators), 50.0), draws)
    asked = {"seed": 1, "weights": weights, "ranks": False}
    _, seconds = timed(lambda: simulate(result, period, **asked))
    size = f"{len(result.units):,} units × {draws:,} draws"
    report.row(f"{size}: probabilities of bands", seconds, "s", 5)
    report.row("the same: most memory", peak(lambda: simulate(result, period, **asked)), "MB")
    _, seconds = timed(lambda: simulate(result, period, **{**asked, "ranks": True}))
    report.row(f"{size}: of bands and ranks", seconds, "s")


def results_page(report: Report, path: Path, units: int) -> None:
    """A row for what a results page shows first: league table and one card with its pictures."""
    one = scheme(18)
    write_observations(path, units, 18, 2)
    result = evaluate(one, read_observations(path))
    period, unit = result.periods[-1], result.units[0]

    def page() -> None:
        league_tables(result, period, "en")
        unit_card(result, unit, period, "en")
        unit_waterfall(result, unit, period, "en")
        unit_parts(result, unit, period, "en")

    page()  # imports what is imported once
    report.row(
        f"{units:,} units × 18 indicators: league table and a card", timed(page)[1], "s", 0.5
    )


def main() -> int:
    """Run everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=1000)
    parser.add_argument("--indicators", type=int, default=100)
    parser.add_argument("--periods", type=int, default=12)
    parser.add_argument("--draws", type=int, default=10_000)
    chosen = parser.parse_args()
    return 1 if run(chosen.units, chosen.indicators, chosen.periods, chosen.draws) else 0


if __name__ == "__main__":
    sys.exit(main())
