"""The benchmark of raters, a small one, against a real server."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks import raters


@pytest.mark.slow
def test_two_raters(capsys):
    # in a thread of its own: a browser that other tests keep open has a loop in this one
    options = ["--raters=2", "--units=2", "--taps=3", "--pause", "0", "0", "--report"]
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(raters.main, options).result() == 0
    said, _errors = capsys.readouterr()
    first, timed, given, logged, median = said.splitlines()
    assert first == "2 raters, 2 units, 3 taps each"
    assert timed.startswith("protocol, from the tap to the last message: median ")
    assert timed.endswith(" ms (6)")
    assert given == "met: every grade is given"
    assert logged == "met: every confirmed grade is in the log, and no other"
    assert median.endswith("met: median below 150 ms")
