"""How far the guidance gets: the share of contradictory matrices that its suggestions put right.

1,000 matrices with CR of at least 0.1, n = 3 … 9, judgments on Saaty's scale, in turn of three
kinds. Each follows the first suggestion to its best position, up to three times, with suggestions
computed anew in between, as the page does it. Then: how long one guidance takes, which an expert
waits for.

    python benchmarks/guidance.py [matrices]
"""

from __future__ import annotations

import sys
import time
import timeit
from collections.abc import Iterator
from itertools import cycle, islice, product

import numpy as np

import ahp
from ahp.process.guidance import guidance
from ahp.scale import SAATY_POSITIONS, parse_judgment

SEED = 2026
KINDS = {
    "slip": "ratios of weights, ln errors of 0.3, and one judgment the wrong way round",
    "noise": "ratios of weights, ln errors of 0.7",
    "uniform": "drawn from the 17 positions",
}
SIZES = range(3, 10)
ROUNDS = 3
LATENCIES = ((5, 0), (9, 0), (9, 5), (9, 20))
_VALUES = np.array([parse_judgment(text) for text in SAATY_POSITIONS])
_Case = tuple[str, int, ahp.PairwiseMatrix]


def judgments(draw: np.random.Generator, kind: str, n: int) -> ahp.PairwiseMatrix:
    """A matrix of a kind, whatever its CR; the weights log-normal with σ = 0.8."""
    i, j = np.triu_indices(n, 1)
    if kind == "uniform":
        return ahp.PairwiseMatrix.from_upper(draw.choice(_VALUES, len(i)).tolist())
    w = draw.normal(0, 0.8, n)
    meant = w[i] - w[j] + draw.normal(0, 0.7 if kind == "noise" else 0.3, len(i))
    if kind == "slip":
        meant[draw.integers(len(i))] *= -1
    nearest = np.abs(np.log(_VALUES) - meant[:, None]).argmin(axis=1)
    return ahp.PairwiseMatrix.from_upper(_VALUES[nearest].tolist())


def contradictory(count: int, seed: int = SEED) -> Iterator[_Case]:
    """(kind, n, matrix) with CR of at least 0.1, kinds and orders in turn."""
    draw = np.random.default_rng(seed)
    for n, kind in islice(cycle(product(SIZES, KINDS)), count):
        matrix = judgments(draw, kind, n)
        while ahp.check_consistency(matrix).acceptable:
            matrix = judgments(draw, kind, n)
        yield kind, n, matrix


def uniform(n: int, missing: int) -> ahp.PairwiseMatrix:
    """A matrix drawn from the 17 positions, without its last judgments; the first item connects."""
    upper = judgments(np.random.default_rng(5), "uniform", n).values[np.triu_indices(n, 1)].tolist()
    upper[len(upper) - missing :] = [None] * missing
    return ahp.PairwiseMatrix.from_upper(upper)


def seconds(matrix: ahp.PairwiseMatrix) -> float:
    """The shortest of five times that its guidance takes."""
    return min(timeit.repeat(lambda: guidance(matrix, random_index="saaty"), number=1))


def follow(matrix: ahp.PairwiseMatrix) -> ahp.PairwiseMatrix:
    """The matrix with its first suggestion followed."""
    first = guidance(matrix, random_index="saaty", count=1)[0]
    i, j = matrix.labels.index(first.left), matrix.labels.index(first.right)
    values = matrix.values.copy()
    values[i, j] = parse_judgment(first.best)
    values[j, i] = 1 / values[i, j]
    return ahp.PairwiseMatrix(values, matrix.labels)


def course(matrix: ahp.PairwiseMatrix) -> list[float]:
    """CR before, and after each suggestion followed, until it is acceptable or three are."""
    ratios = [float(ahp.check_consistency(matrix).cr)]
    while len(ratios) <= ROUNDS and ratios[-1] >= ahp.consistency.CR_LIMIT:
        matrix = follow(matrix)
        ratios.append(float(ahp.check_consistency(matrix).cr))
    return ratios


def main() -> None:
    """Print the shares by kind and n."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    started = time.perf_counter()
    courses = [(kind, n, course(matrix)) for kind, n, matrix in contradictory(count)]
    for kind, what in KINDS.items():
        print(f"{kind}: {what}")
    print(f"\n{'kind':8} {'n':>2} {'matrices':>8} {'CR':>6} {'lowered':>8}", end="")
    print("".join(f"{f'after {k}':>9}" for k in range(1, ROUNDS + 1)))
    for kind, n in [*product(KINDS, SIZES), *((kind, None) for kind in KINDS), (None, None)]:
        chosen = [crs for k, m, crs in courses if kind in (k, None) and n in (m, None)]
        if not chosen:
            continue
        shares = [
            sum(min(crs[: k + 1]) < ahp.consistency.CR_LIMIT for crs in chosen) / len(chosen)
            for k in range(1, ROUNDS + 1)
        ]
        lowered = sum(crs[1] < crs[0] for crs in chosen) / len(chosen)
        before = float(np.median([crs[0] for crs in chosen]))
        print(
            f"{kind or 'all':8} {n or '3–9':>3} {len(chosen):>7} {before:>6.2f} {lowered:>8.1%}"
            + "".join(f"{share:>9.1%}" for share in shares)
        )
    print(f"\n{time.perf_counter() - started:.0f} s\n")
    for n, missing in LATENCIES:
        took = 1000 * seconds(uniform(n, missing))
        print(f"{n} items, {missing} judgments missing: {took:.1f} ms for one guidance")


if __name__ == "__main__":
    main()
