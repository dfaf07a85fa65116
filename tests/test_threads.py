from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ahp
from ahp import eigen, matrix, threads
from ahp.scale import SAATY_POSITIONS, parse_judgment
from ahp.threads import each_part, thread_count

POSITIONS = [parse_judgment(position) for position in SAATY_POSITIONS]


def saaty(count: int, n: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    upper = np.random.default_rng(n).choice(POSITIONS, (count, n * (n - 1) // 2))
    batch = np.ones((count, n, n))
    i, j = np.triu_indices(n, 1)
    batch[:, i, j], batch[:, j, i] = upper, 1 / upper
    return batch


def test_all_cores_unless_another_number_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AHP_THREADS", raising=False)
    assert thread_count() == len(os.sched_getaffinity(0))
    monkeypatch.setenv("AHP_THREADS", " 3 ")
    assert thread_count() == 3
    monkeypatch.setenv("AHP_THREADS", "")
    assert thread_count() == len(os.sched_getaffinity(0))
    monkeypatch.delattr(os, "sched_getaffinity")
    assert thread_count() == os.cpu_count()


@pytest.mark.parametrize("said", ["0", "-1", "two", "1.5", "²"])
def test_a_number_that_is_none(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHP_THREADS", said)
    with pytest.raises(ahp.OptionError) as raised:
        ahp.check_consistency(saaty(2, 3))
    assert str(raised.value) == f"AHP_THREADS = {said!r}, expected 1 or more"


@pytest.mark.parametrize("n", [1, 2, 3, 5, 9])
def test_the_same_bits_whatever_the_number_of_threads(
    n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matrix, "CHUNK_CELLS", 7 * n * n)
    batch = saaty(7 * 12 + 3, n)
    near = ahp.geometric_mean(batch)
    near[::2] = ahp.weights(batch[::2])
    calls: list[Callable[[], Any]] = [
        lambda: ahp.check_consistency(batch),
        lambda: ahp.check_consistency(batch, weights=near),
        lambda: ahp.prioritize(batch, "geometric_mean"),
        lambda: ahp.prioritize(batch, "chi_square"),
    ]
    monkeypatch.setenv("AHP_THREADS", "1")
    alone = [call() for call in calls]
    for count in (2, 3, 8):
        monkeypatch.setenv("AHP_THREADS", str(count))
        assert [call() for call in calls] == alone


def test_a_call_within_a_thread_has_no_threads_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHP_THREADS", "2")
    together = threading.Barrier(2, timeout=30)

    def inner(part: int, memory: str) -> tuple[str, int]:
        return memory, threading.get_ident()

    def outer(_part: int, _memory: None) -> tuple[int, int, set[tuple[str, int]]]:
        together.wait()  # both threads are at it
        found = set(each_part(inner, range(8), lambda: "own"))
        return thread_count(), threading.get_ident(), found

    done = each_part(outer, range(4), lambda: None)
    assert thread_count() == 2
    assert len({ident for _, ident, _ in done}) == 2
    for count, ident, found in done:
        assert count == 1
        assert ident != threading.get_ident()
        assert found == {("own", ident)}


def test_parts_keep_their_order_and_few_parts_start_no_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AHP_THREADS", "8")

    second = threading.Event()

    def square(part: int, memory: list[int]) -> tuple[int, int]:
        memory.append(part)
        if part == 1:
            second.set()
        assert part or second.wait(30)  # the first one is done last, where there are threads
        return part**2, threading.get_ident()

    squares, idents = zip(*each_part(square, range(101), list), strict=True)
    assert list(squares) == [part**2 for part in range(101)]
    assert threading.get_ident() not in idents
    second.set()
    for count in range(2 * threads.PARTS_EACH):
        assert {ident for _, ident in each_part(square, range(count), list)} <= {
            threading.get_ident()
        }


def test_an_error_of_a_part_ends_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHP_THREADS", "2")
    begun, both = [], threading.Barrier(2, timeout=30)

    def work(part: int, _memory: None) -> None:
        begun.append(part)
        both.wait()
        raise ValueError(part)

    with pytest.raises(ValueError, match="^0$"):
        each_part(work, range(100), lambda: None)
    assert sorted(begun) == [0, 1]


@pytest.mark.parametrize("count", ["1", "3"])
def test_errors_are_the_same_in_threads(count: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHP_THREADS", count)
    monkeypatch.setattr(matrix, "CHUNK_CELLS", 75)
    batch = saaty(50, 5)
    broken = batch.copy()
    broken[31, 0, 1], broken[47, 2, 1] = 81, -1
    with pytest.raises(ahp.MatrixError) as refused:
        ahp.check_consistency(broken)
    assert str(refused.value) == "a[47, 2, 1] = -1, expected a positive finite number"
    batch[20, 0, 1] = batch[20, 1, 0] = np.nan
    with pytest.raises(ahp.IncompleteError, match=r"^a\[20, 0, 1\] is not judged"):
        ahp.check_consistency(batch)
    monkeypatch.setattr(eigen, "PERRON_STEPS", 1)
    with pytest.raises(ahp.ConvergenceError, match="48 matrices not settled after 1 inverse"):
        ahp.check_consistency(saaty(50, 5))


def test_an_interrupt_begins_no_part_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHP_THREADS", "2")
    begun: list[int] = []
    interrupted = threading.Event()

    def work(part: int, _memory: None) -> None:
        begun.append(part)
        assert interrupted.wait(30)

    def interrupt(_thread: threading.Thread, timeout: float | None = None) -> None:
        raise KeyboardInterrupt

    before = set(threading.enumerate())
    join = threading.Thread.join
    monkeypatch.setattr(threading.Thread, "join", interrupt)
    with pytest.raises(KeyboardInterrupt):
        each_part(work, range(100), lambda: None)
    interrupted.set()
    for thread in set(threading.enumerate()) - before:
        join(thread, 30)
    assert len(begun) <= 2


def test_without_threads_the_caller_works_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHP_THREADS", "2")

    def ending(_thread: threading.Thread) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr(threading.Thread, "start", ending)
    assert each_part(lambda part, _memory: part, range(9), lambda: None) == list(range(9))


def test_an_error_of_a_memory_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHP_THREADS", "2")

    def memory() -> None:
        raise MemoryError

    with pytest.raises(MemoryError):
        each_part(lambda part, _memory: part, range(9), memory)
