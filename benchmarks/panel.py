"""Large panels: weights by agreement, clusters, leaving one out, bootstrap, concordance.

Each row is measured in a process of its own, so that its memory is the row's: the panel and Python
itself included.

    python benchmarks/panel.py [--share 1] [--report]

Exit status 1 if, without --report, a limit is missed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import ahp  # noqa: E402
from ahp.study.analysis import analyze_panel  # noqa: E402
from ahp.study.certainty import resampled_weights  # noqa: E402
from ahp.study.panel import Panel  # noqa: E402
from benchmarks.limits import memory  # noqa: E402

DRAWS = 10_000


@dataclass(frozen=True)
class Row:
    """What is measured.

    Attributes:
        name: what is printed.
        experts: of the panel.
        seconds, gigabytes: the limits.
        run: the work, of an analysis.
    """

    name: str
    experts: int
    seconds: float
    gigabytes: float
    run: Callable[[ahp.Analysis], object]


def panel_of(experts: int) -> ahp.Analysis:
    """A panel of the shipped survey (35 comparisons) whose experts differ by a step or two."""
    survey = ahp.load_survey("supervision_effectiveness")
    rng = np.random.default_rng(1)
    matrices = {}
    for parent in survey.hierarchy.compared:
        n = len(survey.hierarchy.children[parent])
        i, j = np.triu_indices(n, 1)
        middle = rng.integers(-5, 6, len(i))
        steps = np.clip(middle + rng.integers(-2, 3, (experts, len(i))), -8, 8)
        judgments = ahp.position_judgment(steps)
        array = np.ones((experts, n, n))
        array[:, i, j], array[:, j, i] = judgments, 1 / judgments
        matrices[parent] = array
    names = tuple(f"E{k}" for k in range(experts))
    random_index = survey.reaching_random_index
    panel = Panel(survey.hierarchy, names, MappingProxyType(matrices), survey.method, random_index)
    shares = np.full(experts, 1 / experts)
    options = {"how": "aij", "trim": 0.1, "weighting": "equal", "recused": ()}
    return analyze_panel(survey, panel, shares, **options)


def sampled(analysis: ahp.Analysis) -> None:
    """Weights by a sample of partners with their standard errors, and clusters of a sample."""
    partners = min(1000, len(analysis.panel.experts))
    ahp.sampled_distance_weights(analysis.panel.judgments, seed=1, partners=partners)
    ahp.cluster_experts(analysis.panel.judgments)


def concordance(analysis: ahp.Analysis) -> None:
    """Kendall's W, consensus, variation and spread."""
    weights = analysis.panel.global_weights
    ahp.kendall_w(weights)
    ahp.group_consensus(weights, scale_max=None)
    ahp.coefficient_of_variation(weights)
    ahp.judgment_spread(analysis.panel.judgments)


def by_organization(analysis: ahp.Analysis) -> None:
    """100 organizations, each left out."""
    names = analysis.panel.experts
    ahp.leave_one_out(analysis, {name: f"O{k % 100}" for k, name in enumerate(names)})


def complete(_analysis: ahp.Analysis) -> None:
    """A matrix of 100 items, half of whose pairs are missing."""
    rng = np.random.default_rng(1)
    count = 100 * 99 // 2
    upper = np.exp(rng.normal(0, 1, count))
    upper[rng.permutation(count)[: count // 2]] = np.nan
    ahp.complete_matrices(ahp.PairwiseMatrix.from_upper(upper.tolist()))


ROWS = (
    Row(
        "weights by agreement, exactly", 10_000, 3, 1, lambda a: a.panel.expert_weights("distance")
    ),
    Row("agreement of the panel", 10_000, 3, 1, ahp.panel_agreement),
    Row("choices compared", 10_000, 6, 1, ahp.compare_choices),
    Row("weights by a sample of partners, clusters", 100_000, 20, 2, sampled),
    Row("each expert left out", 100_000, 3, 2, ahp.leave_one_out),
    Row("100 organizations left out", 100_000, 0.5, 2, by_organization),
    Row(
        f"bootstrap of {DRAWS:,} draws",
        100_000,
        60,
        2,
        lambda a: resampled_weights(a, seed=1, draws=DRAWS),
    ),
    Row("W, consensus, variation, spread", 1_000_000, 20, 4, concordance),
    Row("100 items, half of the pairs missing", 2, 20, 1, complete),
)


def measure(
    number: int, experts: int, said: multiprocessing.SimpleQueue[tuple[float, float]]
) -> None:
    """Seconds of a row, and gigabytes of its process at most."""
    analysis = panel_of(experts)
    started = time.perf_counter()
    ROWS[number].run(analysis)
    seconds = time.perf_counter() - started
    said.put((seconds, memory() * 2**20 / 1e9))


def main(options: list[str] | None = None) -> int:
    """Say by the exit code whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--share", type=float, default=1, help="of the experts")
    parser.add_argument("--rows", type=int, nargs="*", default=range(len(ROWS)), help="from 0")
    parser.add_argument("--report", action="store_true", help="missed limits are no failure")
    asked = parser.parse_args(options)
    fresh = multiprocessing.get_context("spawn")
    kept = True
    for number in asked.rows:
        row = ROWS[number]
        experts = max(2, int(row.experts * asked.share))
        said = fresh.SimpleQueue()
        child = fresh.Process(target=measure, args=(number, experts, said))
        child.start()
        child.join()
        if child.exitcode:
            return 1
        seconds, gigabytes = said.get()
        met = seconds < row.seconds and gigabytes < row.gigabytes
        kept = kept and met
        print(
            f"{row.name:<42} {experts:>9,} experts {seconds:6.2f} s (< {row.seconds} s) "
            f"{gigabytes:5.2f} GB (< {row.gigabytes} GB): {'met' if met else 'NOT met'}",
            flush=True,
        )
    return not (kept or asked.report)


if __name__ == "__main__":
    sys.exit(main())
