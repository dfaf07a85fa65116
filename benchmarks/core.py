"""The numerical core side by side with batched LAPACK and with other programs, as ratios.

`make bench` runs it: everything in one run, medians of interleaved repeats, one thread where no
more are named. Exit status 1 if a ratio falls short.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

import ahp
from ahp.scale import SAATY_POSITIONS, parse_judgment
from ahp.threads import VARIABLE

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
    matrices: list[np.ndarray] = []
    while sum(map(len, matrices)) < count:
        height = rng.normal(0, 0.8, (count // 2, n))
        logs = height[:, i] - height[:, j] + rng.normal(0, 0.35, (count // 2, len(i)))
        nearest = np.abs(logs[..., None] - steps).argmin(axis=-1)
        a = reciprocal(np.exp(steps[nearest]), n)
        matrices.append(a[ahp.check_consistency(a).cr < 0.2])
    return np.concatenate(matrices)[:count]


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


def seconds(work: Callable[[], Any], clock: Callable[[], float] = time.perf_counter) -> float:
    """Seconds that it takes."""
    start = clock()
    work()
    return clock() - start


def medians(*timers: Callable[[], float], repeats: int = 5) -> list[float]:
    """Median of what each timer says, the timers taking turns: all see the machine's same load."""
    rounds = [[timer() for timer in timers] for _ in range(repeats)]
    return [statistics.median(timings) for timings in zip(*rounds, strict=True)]


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


@contextmanager
def peers(python: str, **matrices: np.ndarray) -> Iterator[Callable[[str], float]]:
    """Gives a function from another program's name to its seconds for one of its matrices."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "matrices.npz")
        np.savez(path, **matrices)
        script = Path(__file__).with_name("peers.py")
        with subprocess.Popen(
            [python, str(script), path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdin
            assert process.stdout

            def ask(program: str) -> float:
                print(program, file=process.stdin, flush=True)
                return float(process.stdout.readline())

            yield ask
            process.stdin.close()


def alone(report: Report, peer: Callable[[str], float], some: Mapping[int, np.ndarray]) -> None:
    """Rows for one matrix after another, each a list of lists: as people do it in a loop."""

    def in_a_loop(work: Callable[[Any], Any], matrices: Iterable[Any]) -> float:
        return seconds(lambda: [work(matrix) for matrix in matrices], time.process_time)

    for n, matrices in some.items():
        lists, arrays = matrices.tolist(), [*matrices]
        ours, eig, theirs = medians(
            lambda lists=lists: in_a_loop(ahp.check_consistency, lists) / len(lists),
            lambda arrays=arrays: in_a_loop(np.linalg.eig, arrays) / len(arrays),
            lambda n=n: peer(f"AHPy {n}"),
        )
        work, must = f"weights, λmax, CR of one {n}×{n}, a list of lists", 12 if n == 9 else 6
        report.row(f"{work}: × numpy.linalg.eig", must, ours / eig, at_most=True)
        report.row("the same: × AHPy", 1.7, theirs / ours)


def large(report: Report, rng: np.random.Generator) -> None:
    """Rows for one matrix of many items."""
    for n in (200, 1000):
        (a,) = uniform(rng, 1, n)
        ours, eig = medians(
            lambda a=a: seconds(lambda: ahp.check_consistency(a)),
            lambda a=a: seconds(lambda: np.linalg.eig(a)),
            repeats=3,
        )
        work = f"weights, λmax, CI of one {n}×{n}: × numpy.linalg.eig"
        report.row(work, 1, ours / eig, at_most=True)


def with_threads(count: int, work: Callable[[], float]) -> float:
    """What the work says, done with as many threads."""
    before = os.environ[VARIABLE]
    os.environ[VARIABLE] = str(count)
    try:
        return work()
    finally:
        os.environ[VARIABLE] = before


def loading(report: Report) -> None:
    """Rows for what new processes take that import the package, and that go on to weights."""
    codes = ("import numpy", "import numpy, ahp", "import ahp; ahp.check_consistency([[1]])")
    numpy, package, first = medians(
        *(lambda code=code: seconds(lambda: python(code), cpu_of_children) for code in codes),
        repeats=9,
    )
    report.row("import ahp: ms more", 50, 1000 * (package - numpy), at_most=True)
    report.row("a process with first weights: × import numpy", 1.8, first / numpy, at_most=True)


def python(code: str) -> None:
    """Runs code in a process of its own."""
    subprocess.run([sys.executable, "-c", code], check=True)


def cpu_of_children() -> float:
    """Seconds that processes started here have computed, of those that ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def panel() -> tuple[ahp.Hierarchy, dict[str, np.ndarray]]:
    """The 18-indicator model and 20 experts."""
    hierarchy = ahp.load_survey("supervision_effectiveness").hierarchy
    rng = np.random.default_rng(18)
    sizes = {parent: len(kids) for parent, kids in hierarchy.children.items()}
    return hierarchy, {parent: judgment_like(rng, 20, n) for parent, n in sizes.items()}


def main() -> int:
    """Run everything; the first argument is the Python that has the other programs."""
    os.environ[VARIABLE] = "1"
    rng = np.random.default_rng(1)
    report = Report()
    like, random = judgment_like(rng, COUNT, 5), uniform(rng, COUNT, 5)
    for kind, a, must, of_two in (("judgment-like", like, 12, 22), ("uniform", random, 7, 17)):
        ours, two, theirs = medians(
            lambda a=a: seconds(lambda: ahp.check_consistency(a)),
            lambda a=a: with_threads(2, lambda: seconds(lambda: ahp.check_consistency(a))),
            lambda a=a: seconds(lambda: lapack(a)),
            repeats=3,
        )
        work = f"weights, λmax, CR of 1M 5×5, {kind}"
        report.row(f"{work}: × batched eig", must, theirs / ours)
        report.row("the same with 2 threads: × batched eig", of_two, theirs / two)
        report.row("the same with 2 threads: × one thread", 1.25, ours / two)
    known = ahp.weights(like)
    ours, given = medians(
        lambda: seconds(lambda: ahp.check_consistency(like)),
        lambda: seconds(lambda: ahp.check_consistency(like, weights=known)),
        repeats=3,
    )
    report.row("the same, its weights being given: × without", 1, given / ours, at_most=True)
    large(report, rng)
    tracemalloc.start()
    ahp.check_consistency(like)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    report.row("the same: peak memory, × the input", 2, 1 + peak / like.nbytes, at_most=True)
    incomplete = with_missing(rng, like[:10_000], 3)
    some = {n: judgment_like(rng, 200, n) for n in (3, 4, 5, 9)}
    with peers(
        sys.argv[1],
        complete=like[:1000],
        incomplete=incomplete[:100],
        **{f"alone_{n}": matrices for n, matrices in some.items()},
    ) as peer:
        musts = {"AHPy": 250, "pyanp": 200, "pyDecision": 35}
        ours, *others = medians(
            lambda: seconds(lambda: ahp.check_consistency(like)) / len(like),
            *(lambda name=name: peer(name) for name in musts),
        )
        for (name, must), theirs in zip(musts.items(), others, strict=True):
            report.row(f"the same, judgment-like: × {name}", must, theirs / ours)
        ours, theirs = medians(
            lambda: seconds(lambda: ahp.complete_matrices(incomplete)) / len(incomplete),
            lambda: peer("AHPy completion"),
        )
        alone(report, peer, some)
    report.row("λmax-minimal completion of 10,000 5×5: × AHPy", 500, theirs / ours)
    loading(report)
    ours, logs = medians(
        lambda: seconds(lambda: ahp.weights(like, "geometric_mean")),
        lambda: seconds(lambda: np.log(like).sum()),
    )
    report.row("geometric mean of 1M 5×5: × np.log(A).sum()", 3, ours / logs, at_most=True)
    hierarchy, matrices = panel()
    ours = seconds(lambda: ahp.simulate_panel(hierarchy, matrices, seed=1, perturbation="grid"))
    report.row("Monte Carlo, 18 indicators, 20 experts, 10,000 draws: s", 2, ours, at_most=True)
    ours = seconds(lambda: ahp.simulate_random_index(9, draws=1_000_000))
    report.row("simulate_random_index(9, draws=1,000,000): s", 10, ours, at_most=True)
    return 1 if report.short else 0


if __name__ == "__main__":
    sys.exit(main())
