"""The parts of the simulation whose results are known; the whole of it with few experts."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.simulated_experts import (
    all_answers,
    budgets,
    errors,
    experiment,
    in_our_order,
    in_random_order,
    one_component,
    rated,
    true_logs,
)


def test_true_weights() -> None:
    logs = true_logs(np.random.default_rng(1), 1000, 5, "moderate")
    assert logs.mean(axis=-1) == pytest.approx(np.zeros(1000), abs=1e-12)
    ratio = np.exp(np.ptp(logs, axis=-1))
    assert 3 <= ratio.min() < 3.1
    assert 8.9 < ratio.max() <= 9
    weights = np.exp(true_logs(np.random.default_rng(1), 20_000, 4, "dirichlet"))
    weights /= weights.sum(axis=-1, keepdims=True)
    # of the uniform distribution over the simplex: mean 1/n, variance (n − 1)/(n²(n + 1))
    assert weights.mean(axis=0) == pytest.approx([0.25] * 4, abs=0.005)
    assert weights.var(axis=0) == pytest.approx([3 / 80] * 4, rel=0.03)


def test_answers_are_on_the_scale_and_end_at_nine() -> None:
    rng = np.random.default_rng(1)
    exact = all_answers(rng, np.log([[100.0, 10.0, 1.41 * 1.42, 1.41, 1.0]]), 0.0)[0]
    assert exact[0].tolist() == [1, 9, 9, 9, 9]
    assert exact[1].tolist() == [1 / 9, 1, 5, 7, 9]
    assert exact[2].tolist() == [1 / 9, 1 / 5, 1, 2, 2]
    assert exact[3].tolist() == [1 / 9, 1 / 7, 1 / 2, 1, 1]
    noisy = all_answers(rng, np.zeros((20_000, 2)), 0.6)[:, 0, 1]
    assert np.log(noisy).std() == pytest.approx(0.6, rel=0.1)


def test_the_rating_based_method() -> None:
    perceived = np.log([[5.0, 3.0, 1.0]])
    # ratings 9, 8 and 5
    means = np.array([1 * 2 * 5, 1 / 2 * 1 * 4, 1 / 5 * 1 / 4 * 1]) ** (1 / 3)
    assert rated(perceived, calibrated=True)[0] == pytest.approx(means / means.sum(), rel=1e-12)
    # ratings 9, 7 and 3
    means = np.array([1 * 3 * 7, 1 / 3 * 1 * 5, 1 / 7 * 1 / 5 * 1]) ** (1 / 3)
    assert rated(perceived, calibrated=False)[0] == pytest.approx(means / means.sum(), rel=1e-12)
    # beyond 9 the rating ends at 1
    far = rated(np.log([[50.0, 1.0]]), calibrated=True)[0]
    assert far == pytest.approx([0.9, 0.1], rel=1e-12)


def test_errors() -> None:
    logs = np.log([[4.0, 2.0, 1.0]])
    logs -= logs.mean()
    truth = np.array([[4.0, 2.0, 1.0]]) / 7
    assert errors(truth, logs) == pytest.approx((0, 0, 1), abs=1e-12)
    # the first two tie, which counts 0
    found = np.array([[0.4, 0.4, 0.2]])
    squares = np.log(2) ** 2 * np.array([2 / 3, 1 / 3, 1 / 3]) ** 2
    moved = 100 * (4 / 7 - 0.4 + 0.4 - 2 / 7 + 0.2 - 1 / 7) / 3
    assert errors(found, logs) == pytest.approx((np.sqrt(squares.mean()), moved, 2 / 3), rel=1e-12)


def test_orders_ask_what_they_should() -> None:
    answers = all_answers(np.random.default_rng(1), np.zeros((50, 5)), 0.4)
    asked = in_random_order(np.random.default_rng(2), answers, 5)
    assert ((~np.isnan(asked)).sum(axis=(1, 2)) == 5 + 2 * 5).all()
    assert (asked == answers)[~np.isnan(asked)].all()
    assert 0 < one_component(asked).sum() < 50
    for ranking in (None, range(5)):
        for count, asked in in_our_order(answers, (4, 6), ranking):
            assert ((~np.isnan(asked)).sum(axis=(1, 2)) == 5 + 2 * count).all()
            assert (asked == answers)[~np.isnan(asked)].all()
            assert one_component(asked).all()
    # the path's ends of the first expert are 9 · 9 apart, so that their next question differs
    answers = np.ones((2, 4, 4))
    answers[0, 0, 1], answers[0, 0, 2], answers[0, 0, 3] = 9, 9, 9
    answers[0, 1, 2], answers[0, 1, 3], answers[0, 2, 3] = 9, 9, 1
    answers[0] = np.triu(answers[0]) + np.tril(1 / answers[0].T, -1)
    ((_, asked),) = in_our_order(answers, (4,), range(4))
    missing = [np.argwhere(np.triu(np.isnan(known))).tolist() for known in asked]
    assert missing == [[[0, 2], [0, 3]], [[0, 2], [1, 3]]]
    assert [budgets(n) for n in (3, 4, 5, 9)] == [(2,), (3, 4), (4, 5, 8, 9), (8, 9, 14, 17)]


def test_every_strategy_is_measured() -> None:
    found = experiment(np.random.default_rng(1), 100, 5, "moderate", 0.2)
    ours = {(k, way) for k in (4, 5, 8, 9) for way in ("pair by pair", "short form", "rank first")}
    others = {(5, "rating, calibrated"), (5, "rating, even steps"), (9, "ranking counted")}
    assert set(found) == ours | others | {(10, "all pairs")}
    assert found[9, "ranking counted"] == found[4, "rank first"]
    assert max(missed for missed, _, _ in found.values()) < 0.3
    assert found[10, "all pairs"][0] < found[8, "short form"][0] < found[5, "short form"][0] < 0.2
