"""The numerical core side by side with batched LAPACK and with other programs, as ratios.

`make bench` runs it: one thread, everything in one run, medians of interleaved repeats. Exit status
1 if a ratio falls short.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import ahp
from ahp.scale import SAATY_POSITIONS, parse_judgment

COUNT = 1_000_000
RI_5 = 1.12
POSITIONS = np.array([parse_judgment(text) for text in SAATY_POSITIONS])


def reciprocal(upper: np.ndarray, n: int) -> np.ndarray:
    """Matrices (m, n, n) from upper triangles (m, n(n-1)/2)."""
    i, j = np.triu_indices(n, 1)
    a = np.ones((len(upper), n, n))
    a[:, i, j], a[:, j, i] = upper, 1 / upper
    return a


def uniform(rng: np.random.Generator, count: int, n: int) -> np.ndarray:
    """Every judgment uniform over the 17 positions."""
    return reciprocal(POSITIONS[rng.integers(17, size=(count, n * (n - 1) // 2))], n)


def judgment_like(rng: np.random.Generator, count: int, n: int) -> np.ndarray:
    """Judgments of hidden weights, with noise, on the scale; CR < 0.2."""
    i, j = np.triu_indices(n, 1)
    steps = np.log(np.sort(POSITIONS))
    found: list[np.ndarray] = []
    while sum(map(len, found)) < count:
        height = rng.normal(0, 0.8, (count // 2, n))
        logs = height[:, i] - height[:, j] + rng.normal(0, 0.35, (count // 2, len(i)))
        nearest = np.abs(logs[..., None] - steps).argmin(axis=-1)
        a = reciprocal(np.exp(steps[nearest]), n)
        found.append(a[ahp.check_consistency(a).cr < 0.2])
    return np.concatenate(found)[:count]


def with_missing(rng: np.random.Generator, a: np.ndarray, missing: int) -> np.ndarray:
    """The matrices without some judgments, the rest connected."""
    n = a.shape[-1]
    i, j = np.triu_indices(n, 1)
    holes = a.copy()
    for matrix in holes:
        while True:
            gone = rng.choice(len(i), missing, replace=False)
            known = np.eye(n)
            known[i, j] = known[j, i] = 1
            known[i[gone], j[gone]] = known[j[gone], i[gone]] = 0
            if (np.linalg.matrix_power(known, n) > 0).all():
                break
        matrix[i[gone], j[gone]] = matrix[j[gone], i[gone]] = np.nan
    return holes


def medians(*work: Callable[[], Any], repeats: int = 5) -> list[float]:
    """Median seconds of each, run in turn."""
    times: list[list[float]] = [[] for _ in work]
    for _ in range(repeats):
        for own, action in zip(times, work, strict=True):
            start = time.perf_counter()
            action()
            own.append(time.perf_counter() - start)
    return [statistics.median(own) for own in times]


def lapack(a: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights, λmax and CR the usual way."""
    values, vectors = np.linalg.eig(a)
    index = values.real.argmax(axis=-1)[:, None]
    root = np.take_along_axis(values.real, index, axis=-1)[:, 0]
    w = np.abs(np.take_along_axis(vectors, index[:, None], axis=-1)[..., 0])
    n = a.shape[-1]
    return w / w.sum(axis=-1, keepdims=True), root, (root - n) / (n - 1) / RI_5


class Report:
    """Prints the table, remembers what falls short."""

    def __init__(self) -> None:
        self.short = 0
        print(f"{'work':62} {'must':>12} {'measured':>12}")

    def row(self, work: str, must: float, measured: float, *, at_most: bool = False) -> None:
        """A row with its verdict."""
        good = measured <= must if at_most else measured >= must
        self.short += not good
        sign = "<=" if at_most else ">="
        print(
            f"{work:62} {sign}{must:>10g} {measured:12.3g}{'' if good else '  SHORT'}", flush=True
        )


def peers(python: str, complete: np.ndarray, incomplete: np.ndarray) -> dict[str, float]:
    """Seconds a matrix in the other programs."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder) / name) for name in ("complete.npy", "incomplete.npy")]
        for path, array in zip(paths, (complete[:1000], incomplete[:100]), strict=True):
            np.save(path, array)
        script = Path(__file__).with_name("peers.py")
        run = [python, str(script), *paths]
        done = subprocess.run(run, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def panel() -> tuple[ahp.Hierarchy, dict[str, np.ndarray]]:
    """The 18-indicator model and 20 experts."""
    hierarchy = ahp.load_survey("supervision_effectiveness").hierarchy
    rng = np.random.default_rng(18)
    sizes = {parent: len(kids) for parent, kids in hierarchy.children.items()}
    return hierarchy, {parent: judgment_like(rng, 20, n) for parent, n in sizes.items()}


def main() -> int:
    """Run everything; the first argument is the Python that has the other programs."""
    rng = np.random.default_rng(1)
    report = Report()
    like, random = judgment_like(rng, COUNT, 5), uniform(rng, COUNT, 5)
    ours = {}
    for kind, a, must in (("judgment-like", like, 12), ("uniform", random, 7)):
        own, theirs = medians(
            lambda a=a: ahp.check_consistency(a), lambda a=a: lapack(a), repeats=3
        )
        ours[kind] = own / COUNT
        report.row(f"weights, λmax, CR of 1M 5×5, {kind}: × batched eig", must, theirs / own)
    tracemalloc.start()
    ahp.check_consistency(like)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    report.row("the same: peak memory, × the input", 2, 1 + peak / like.nbytes, at_most=True)
    incomplete = with_missing(rng, like[:10_000], 3)
    other = peers(sys.argv[1], like, incomplete)
    for name, must in (("AHPy", 250), ("pyanp", 200), ("pyDecision", 35)):
        report.row(f"the same, judgment-like: × {name}", must, other[name] / ours["judgment-like"])
    own, logs = medians(lambda: ahp.weights(like, "geometric_mean"), lambda: np.log(like).sum())
    report.row("geometric mean of 1M 5×5: × np.log(A).sum()", 3, own / logs, at_most=True)
    (own,) = medians(lambda: ahp.complete_matrices(incomplete), repeats=3)
    completion = other["AHPy completion"] / (own / len(incomplete))
    report.row("λmax-minimal completion of 10,000 5×5: × AHPy", 500, completion)
    hierarchy, matrices = panel()
    (own,) = medians(
        lambda: ahp.simulate_panel(hierarchy, matrices, seed=1, perturbation="grid"), repeats=3
    )
    report.row("Monte Carlo, 18 indicators, 20 experts, 10,000 draws: s", 2, own, at_most=True)
    (own,) = medians(lambda: ahp.simulate_random_index(9, 1_000_000), repeats=1)
    report.row("simulate_random_index(9, 1,000,000): s", 10, own, at_most=True)
    return 1 if report.short else 0


if __name__ == "__main__":
    sys.exit(main())
