"""The benchmark of sessions, a small one, against a real server."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks import sessions

pytestmark = pytest.mark.slow  # a server each

HELD = r"\d+ MB, \d+ threads, \d+ open files, [1-9]\d* of them the database"


def run(*options: str) -> int:
    # in a thread of its own: a browser that other tests keep open has a loop in this one
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(sessions.main, [*options, "--pause", "0", "0", "--report"]).result()


def test_few_and_many(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--few=1", "--many=3", "--answers=3") == 0
    few, opened, held, all_few, many, *_opened_and_held, all_many, p95, given = (
        capsys.readouterr().out.splitlines()
    )
    assert few.startswith("1 sessions: median ")
    assert few.endswith(" ms (3), 0 sent again")
    assert re.fullmatch(r"all opened within \d+ s", opened)
    assert re.fullmatch(f"server: {HELD}; then {HELD}", held)
    none = "0 lost, 0 in the log twice or never confirmed"
    assert all_few == f"answers: 3 confirmed, 3 in the log, {none}"
    assert many.startswith("3 sessions: median ")
    assert all_many == f"answers: 9 confirmed, 9 in the log, {none}"
    assert p95.startswith("p95 of many: ")
    assert given == "every answer is given, and in the log exactly once: met"


def test_coming_and_going(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--few=2", "--minutes=0.05", "--every=1") == 0
    *seconds, spread, answers, memory, threads, files, database, _growth, kept = (
        capsys.readouterr().out.splitlines()
    )
    assert [re.fullmatch(rf"  \d+ s: {HELD}", one) is not None for one in seconds] == [True] * 3
    assert spread.startswith("2 at once: median ")
    assert answers.endswith(" lost, 0 in the log twice or never confirmed")
    names = [one.partition(":")[0] for one in (memory, threads, files, database)]
    assert names == ["memory", "threads", "files", "database"]
    assert kept == "all go on, and every confirmed answer is in the log exactly once: met"


def test_an_answer_that_is_not_in_the_log_is_lost(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = sessions.answers_in_log

    def all_but_one(*asked: object) -> object:
        answers = found(*asked)
        answers.subtract([next(iter(answers))])
        return +answers

    monkeypatch.setattr(sessions, "answers_in_log", all_but_one)
    assert run("--few=1", "--many=1", "--answers=2") == 1
    assert "2 confirmed, 1 in the log, 1 lost, 0 in the log twice" in capsys.readouterr().out
