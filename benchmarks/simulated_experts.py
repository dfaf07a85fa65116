"""Simulated experts: how well weights are recovered, by strategy, at equal numbers of questions.

An expert has known true weights. Asked for a pair, they answer with the ratio times log-normal
noise, put on the nearest (in logarithms) of Saaty's 17 positions, so that 9 is the end. Asked for
an item, as in rating and ranking, they perceive the logarithm of its weight with the same noise
divided by √2: the difference of two items is then as uncertain as a comparison.

Prints the errors of the weights that the app computes (the eigenvector of the λmax-minimal
completion), as means over the experts. All strategies question the same experts, except that pairs
in random order count only where they already leave one component.

    python benchmarks/simulated_experts.py [--replications 2000] [--seed 2026]
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

import ahp
from ahp.incomplete import components_of
from ahp.scale import SAATY_POSITIONS, parse_judgment

Array = NDArray[np.float64]

ORDERS = range(3, 10)
NOISES = (0.2, 0.4, 0.6)
WEIGHTS = ("moderate", "dirichlet")
POSITIONS = np.sort([parse_judgment(text) for text in SAATY_POSITIONS])
STRATEGIES = (
    *("pair by pair", "short form", "rank first", "ranking counted"),
    *("rating, calibrated", "rating, even steps", "all pairs"),
)
MEASURES = (("error of ln w", 3, min), ("error of w in points", 2, min), ("Kendall's τ", 3, max))
Row = tuple[int, str]
Errors = tuple[float, float, float]


def true_logs(rng: np.random.Generator, count: int, n: int, kind: str) -> Array:
    """Logarithms of true weights, mean 0, shape (count, n).

    `"dirichlet"`: weights uniform over the simplex, often with ratios far beyond 9. `"moderate"`:
    logarithms uniform, the largest ratio of each expert uniform from 3 to 9.
    """
    if kind == "dirichlet":
        logs = np.log(rng.dirichlet(np.ones(n), count))
    else:
        logs = rng.uniform(size=(count, n))
        logs -= logs.min(axis=-1, keepdims=True)
        logs *= np.log(rng.uniform(3, 9, (count, 1))) / logs.max(axis=-1, keepdims=True)
    return logs - logs.mean(axis=-1, keepdims=True)


def all_answers(rng: np.random.Generator, logs: Array, noise: float) -> Array:
    """What each expert answers to every pair, shape (count, n, n)."""
    count, n = logs.shape
    i, j = np.triu_indices(n, 1)
    perceived = logs[:, i] - logs[:, j] + rng.normal(0, noise, (count, len(i)))
    nearest = POSITIONS[np.abs(perceived[..., None] - np.log(POSITIONS)).argmin(axis=-1)]
    answers = np.ones((count, n, n))
    answers[:, i, j], answers[:, j, i] = nearest, 1 / nearest
    return answers


def in_random_order(rng: np.random.Generator, answers: Array, questions: int) -> Array:
    """The first questions of a random order, of each expert."""
    count, n, _ = answers.shape
    i, j = np.triu_indices(n, 1)
    asked = np.argsort(rng.uniform(size=(count, len(i))), axis=-1)[:, :questions]
    known = np.broadcast_to(np.eye(n, dtype=bool), answers.shape).copy()
    expert = np.arange(count)[:, None]
    known[expert, i[asked], j[asked]] = known[expert, j[asked], i[asked]] = True
    return np.where(known, answers, np.nan)


def one_component(some: Array) -> NDArray[np.bool_]:
    """Where the judged pairs are enough for weights."""
    return ~components_of(~np.isnan(some)).any(axis=-1)


def in_our_order(
    answers: Array, questions: tuple[int, ...], ranking: range | None
) -> Iterator[tuple[int, Array]]:
    """Number of questions and the answers so far, as `ahp.next_question` asks.

    The first n − 1 questions don't depend on the answers, so that one expert tells them for all.
    """
    count, n, _ = answers.shape
    known = np.where(np.eye(n, dtype=bool), 1.0, np.full_like(answers, np.nan))
    for asked in range(1, max(questions) + 1):
        for expert in range(count):
            if expert == 0 or asked >= n:
                pair = ahp.next_question(known[expert], ranking=ranking)
                assert pair is not None
                i, j = pair
            known[expert, i, j], known[expert, j, i] = answers[expert, i, j], answers[expert, j, i]
        if asked in questions:
            yield asked, known


def rated(perceived: Array, *, calibrated: bool) -> Array:
    """Modified AHP of Pascoe, Farmery, Nichols, Lothian & Azmi 2024, Algorithms 17:245.

    Known of it: each item is rated from 1 to 9; for ratings s_i ≥ s_j the comparison is
    a_ij = s_i − s_j + 1, and a_ji its reciprocal; weights are the geometric means of the rows. This
    is after a description by others and the article's abstract; its full text was not at hand.

    Assumed here: how a perceived weight becomes a rating. `calibrated` is the best case: the most
    important item gets 9, the others what makes their comparison with it right,
    s_i = 10 − w_max/w_i. Otherwise equal steps of the rating are equal ratios,
    s_i = 9 − 8 ln(w_max/w_i)/ln 9. Both are rounded, and 1 is the end.
    """
    behind = perceived.max(axis=-1, keepdims=True) - perceived
    rating = 10 - np.exp(behind) if calibrated else 9 - 8 * behind / np.log(9)
    rating = np.maximum(np.rint(rating), 1)
    above = rating[:, :, None] - rating[:, None]
    return ahp.geometric_mean(np.where(above >= 0, above + 1, 1 / (1 + np.abs(above))))


def errors(weights: Array, logs: Array) -> Errors:
    """Means over experts of what the weights miss of the truth.

    Root mean square error of ln w (centered), mean absolute error of w in percentage points, and
    Kendall's τ of the ranking.
    """
    estimated = np.log(weights)
    estimated -= estimated.mean(axis=-1, keepdims=True)
    truth = np.exp(logs)
    truth /= truth.sum(axis=-1, keepdims=True)
    i, j = np.triu_indices(logs.shape[-1], 1)
    tau = np.sign(np.round(estimated[:, i] - estimated[:, j], 9)) * np.sign(logs[:, i] - logs[:, j])
    return (
        float(np.sqrt(((estimated - logs) ** 2).mean(axis=-1)).mean()),
        float(100 * np.abs(weights - truth).mean()),
        float(tau.mean()),
    )


def budgets(n: int) -> tuple[int, ...]:
    """Numbers of questions at which strategies are compared."""
    pairs = n * (n - 1) // 2
    return tuple(sorted({k for k in (n - 1, n, ahp.short_form(n), 2 * n - 1) if k < pairs}))


def experiment(
    rng: np.random.Generator, count: int, n: int, kind: str, noise: float
) -> dict[Row, Errors]:
    """(Number of questions, strategy) -> errors."""
    logs = true_logs(rng, count, n, kind)
    answers = all_answers(rng, logs, noise)
    perceived = logs + rng.normal(0, noise / np.sqrt(2), logs.shape)
    result: dict[Row, Errors] = {}

    for k in budgets(n):
        some = in_random_order(rng, answers, k)
        connected = one_component(some)
        if connected.any():
            weights = ahp.complete_matrices(some[connected]).weights
            result[k, "pair by pair"] = errors(weights, logs[connected])
    for k, some in in_our_order(answers, budgets(n), None):
        result[k, "short form"] = errors(ahp.complete_matrices(some).weights, logs)

    order = np.argsort(-perceived, axis=-1)
    expert = np.arange(count)[:, None]
    ranked = answers[expert[..., None], order[:, :, None], order[:, None]]
    ranked_logs = logs[expert, order]
    for k, some in in_our_order(ranked, budgets(n), range(n)):
        missed = errors(ahp.complete_matrices(some).weights, ranked_logs)
        result[k, "rank first"] = missed
        if k + n in budgets(n):
            result[k + n, "ranking counted"] = missed

    result[n, "rating, calibrated"] = errors(rated(perceived, calibrated=True), logs)
    result[n, "rating, even steps"] = errors(rated(perceived, calibrated=False), logs)
    result[n * (n - 1) // 2, "all pairs"] = errors(ahp.eigenvector(answers), logs)
    return result


def show(title: str, table: dict[int, dict[Row, Errors]]) -> None:
    """The tables of one setting, one a measure; the best of each line is marked."""
    for measure, (name, digits, best_of) in enumerate(MEASURES):
        print(f"\n{title}: {name}\n\n| n | questions | {' | '.join(STRATEGIES)} |")
        print("|---" * (2 + len(STRATEGIES)) + "|")
        for n, rows in table.items():
            for k in sorted({questions for questions, _ in rows}):
                values = {way: missed[measure] for (at, way), missed in rows.items() if at == k}
                best = best_of(values.values()) if len(values) > 1 else None
                cells = (
                    ("**{:.{}f}**" if values[way] == best else "{:.{}f}").format(
                        values[way], digits
                    )
                    if way in values
                    else ""
                    for way in STRATEGIES
                )
                print(f"| {n} | {k} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    """Simulate every setting, print each and their mean."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--replications", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    start = time.process_time()
    print(f"seed {options.seed}, {options.replications} experts for each line of a setting")
    print(
        "\n| n | pairs | short form asks | factor of the standard errors | in random order enough |"
    )
    print("|---|---|---|---|---|")
    for n in ORDERS:
        asks = ahp.short_form(n)
        ((_, known),) = in_our_order(np.ones((1, n, n)), (asks,), None)
        factor = ahp.standard_error_factor(~np.isnan(known[0]))
        rng = np.random.default_rng([options.seed, n])
        shares = (
            f"{one_component(in_random_order(rng, np.ones((10_000, n, n)), k)).mean():.0%} of {k}"
            for k in budgets(n)
        )
        print(f"| {n} | {n * (n - 1) // 2} | {asks} | {factor:.2f} | {', '.join(shares)} |")

    everything: dict[int, dict[Row, list[Errors]]] = {n: defaultdict(list) for n in ORDERS}
    for kind in WEIGHTS:
        for noise in NOISES:
            table = {}
            for n in ORDERS:
                rng = np.random.default_rng(
                    [options.seed, n, WEIGHTS.index(kind), NOISES.index(noise)]
                )
                table[n] = experiment(rng, options.replications, n, kind, noise)
                for row, missed in table[n].items():
                    everything[n][row].append(missed)
            show(f"{kind} weights, noise {noise}", table)
    means = {
        n: {row: tuple(np.mean(missed, axis=0).tolist()) for row, missed in rows.items()}
        for n, rows in everything.items()
    }
    show("mean of the six settings", means)
    print(f"\n{time.process_time() - start:.0f} s of processor time")


if __name__ == "__main__":
    main()
