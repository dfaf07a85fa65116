"""Many sessions at once, and experts who come and go, over Streamlit's protocol.

A real server on a database of its own, loopback only. First a few experts answer, then many, each
in a session of their own. When all are at their first question, each thinks before every answer.
What is measured is the time from sending an answer to the last message of the next screen: with
many it may be three times as long as with few. Every answer that a screen confirmed is looked up in
the log.

With `--minutes`, experts come and go instead: each opens the personal link, answers a few
comparisons, leaves, and comes again later. At each minute the server's memory, threads, open files
and those of them that are its database are printed; what they are in the last third may be no more
than a tenth above the third before, and one for each session at once.

    python benchmarks/sessions.py
    python benchmarks/sessions.py --minutes 30

Exit status 1 if an answer is lost or, without --report, a limit is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ahp.store import Store  # noqa: E402
from ahp.study import load_survey  # noqa: E402
from benchmarks.load import (  # noqa: E402
    CONTRADICTS,
    STAGGER,
    Clients,
    answers_in_log,
    memory,
    p95,
    spread,
)
from benchmarks.streamlit_client import Expert, StreamlitClient  # noqa: E402
from tests.running_server import RunningServer  # noqa: E402

SLOWER = 3
"""How many times as long an answer of many may take, by the p95, as one of few."""
GROWTH = 0.1
"""By how much what the server has may grow in the last third of the time."""
VISIT = 4
"""Answers of an expert who comes and goes, each time."""
VISITS = 8
"""How often an expert comes: then all comparisons of the survey are nearly answered."""
OPENING = 4
"""How many open their link at once."""


class Panel(NamedTuple):
    """A study whose experts have links."""

    store: Store
    study: str
    links: dict[str, str]

    @classmethod
    def of(cls, server: RunningServer, experts: int) -> Panel:
        """A new one."""
        store = Store(f"sqlite:///{server.database}")
        study = store.create_study(load_survey("supervision_effectiveness"), "Sessions").id
        names = {f"Expert {number}": None for number in range(experts)}
        tokens = store.issue_links([one.id for one in store.add_experts(study, names)])
        links = {expert: f"{server.url}/i/{token}" for expert, token in tokens.items()}
        return cls(store, study, links)

    def kept(self, report: Clients) -> bool:
        """Print what became of all answers; whether each is in the log once."""
        sent = Counter(report.confirmed)
        logged = answers_in_log(self.store, self.study, self.links.keys())
        self.store.close()
        lost, unknown = sent - logged, logged - sent
        print(
            f"answers: {sent.total()} confirmed, {logged.total()} in the log, {lost.total()} lost, "
            f"{unknown.total()} in the log twice or never confirmed"
        )
        for problem, times in Counter(report.problems).items():
            print(f"  {times} times an expert failed: {problem}")
        return not (lost or unknown or report.problems)


class Held(NamedTuple):
    """What a server has at a moment.

    Attributes:
        memory: RSS in MB.
        threads: of the process.
        files: open ones, sockets included.
        database: open ones that are the database.
    """

    memory: float
    threads: int
    files: int
    database: int

    @classmethod
    def by(cls, server: RunningServer) -> Held:
        """What it has now."""
        folder = Path(f"/proc/{server.process.pid}")
        files = []
        for one in (folder / "fd").iterdir():
            try:
                files.append(os.readlink(one))
            except FileNotFoundError:  # closed meanwhile
                continue
        threads = len(list((folder / "task").iterdir()))
        database = files.count(str(server.database.resolve()))
        return cls(memory(server.process.pid)[0], threads, len(files), database)

    def __str__(self) -> str:
        return (
            f"{self.memory:.0f} MB, {self.threads} threads, {self.files} open files, "
            f"{self.database} of them the database"
        )


async def answer_together(
    links: Mapping[str, str], answers: int, pause: tuple[float, float]
) -> tuple[Clients, float]:
    """Be one expert per link; what they did, and how long it took until all were there."""
    report, door, started = Clients(), asyncio.Semaphore(OPENING), time.monotonic()

    async def come(number: int, expert_id: str, link: str) -> Expert:
        async with door:
            page = await StreamlitClient.open(link)
            expert = Expert(expert_id, page, contradicts=number % CONTRADICTS == 0)
            while expert.asked() is None:
                await expert.answer()
        return expert

    async def stay(expert: Expert) -> None:
        await asyncio.sleep(random.Random(expert.expert_id).uniform(0, pause[1]))
        try:
            await expert.answer_all(answers, pause)
        finally:
            report.add(expert)

    experts = await asyncio.gather(*(come(k, *link) for k, link in enumerate(links.items())))
    opened = time.monotonic() - started
    for outcome in await asyncio.gather(*map(stay, experts), return_exceptions=True):
        if outcome is not None:
            report.problems.append(repr(outcome))
    await asyncio.gather(*(expert.page.close() for expert in experts))
    return report, opened


def compare(server: RunningServer, options: argparse.Namespace) -> bool:
    """Few sessions, then many; whether the limit is kept, or with `--report` no answer is lost."""
    pause, measured, whole = (options.pause[0], options.pause[1]), [], True
    for sessions in (options.few, options.many):
        panel = Panel.of(server, sessions)
        before = Held.by(server)
        report, opened = asyncio.run(answer_together(panel.links, options.answers, pause))
        print(f"{sessions} sessions: {spread(report.milliseconds)}, {report.resent} sent again")
        print(f"all opened within {opened:.0f} s")
        print(f"server: {before}; then {Held.by(server)}", flush=True)
        whole &= panel.kept(report) and len(report.confirmed) == sessions * options.answers
        measured.append(p95(report.milliseconds))
    times = measured[1] / measured[0]
    met = times <= SLOWER
    print(f"p95 of many: {times:.1f} times that of few, at most {SLOWER}: {said(met)}")
    print(f"every answer is given, and in the log exactly once: {said(whole)}")
    return whole and (met or options.report)


def said(met: bool) -> str:
    """Whether a limit is kept, in a word."""
    return "met" if met else "NOT met"


async def come_and_go(
    server: RunningServer, panel: Panel, options: argparse.Namespace
) -> tuple[Clients, list[Held]]:
    """Let experts come and go for some minutes; what they did, and what the server had."""
    report, held = Clients(), [Held.by(server)]
    started = time.monotonic()
    end = started + 60 * options.minutes
    links = cycle(panel.links.items())

    async def visitors(number: int) -> None:
        await asyncio.sleep(number * STAGGER)
        while time.monotonic() < end:
            expert_id, link = next(links)
            expert = Expert(expert_id, await StreamlitClient.open(link))
            try:
                await expert.answer_all(VISIT, (options.pause[0], options.pause[1]))
            finally:
                report.add(expert)
                await expert.page.close()

    async def watch() -> None:
        while time.monotonic() < end:
            due = started + len(held) * options.every
            await asyncio.sleep(max(0, min(due, end) - time.monotonic()))
            held.append(Held.by(server))
            print(f"  {time.monotonic() - started:.0f} s: {held[-1]}", flush=True)

    everybody = (visitors(number) for number in range(options.few))
    for outcome in await asyncio.gather(watch(), *everybody, return_exceptions=True):
        if outcome is not None:
            report.problems.append(repr(outcome))
    return report, held


def churn(server: RunningServer, options: argparse.Namespace) -> bool:
    """Experts come and go; whether nothing grows, or with `--report` no answer is lost."""
    shortest = VISIT * max(options.pause[0], 0.5)
    visits = options.few * (60 * options.minutes / shortest + 1)
    panel = Panel.of(server, max(options.few + 1, round(visits / VISITS)))
    report, held = asyncio.run(come_and_go(server, panel, options))
    print(f"{options.few} at once: {spread(report.milliseconds)}, {report.resent} sent again")
    whole = panel.kept(report)
    third = max(len(held) // 3, 1)
    grown = False
    for name in Held._fields:
        values = [getattr(one, name) for one in held]
        earlier, last = (
            statistics.median(part) for part in (values[-2 * third : -third], values[-third:])
        )
        at_once = 0 if name == "memory" else options.few  # counts go up and down with who is there
        grown |= last > earlier * (1 + GROWTH) + at_once
        print(f"{name}: {earlier:.0f}, in the last third {last:.0f}")
    print(f"growth of at most {GROWTH:.0%}: {said(not grown)}")
    print(f"all go on, and every confirmed answer is in the log exactly once: {said(whole)}")
    return whole and (not grown or options.report)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and say by the exit code whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--few", type=int, default=20, help="sessions at once")
    parser.add_argument("--many", type=int, default=300, help="sessions at once")
    parser.add_argument("--answers", type=int, default=12, help="in each of them")
    parser.add_argument("--pause", type=float, nargs=2, metavar="SECONDS", help="before an answer")
    parser.add_argument("--minutes", type=float, help="let experts come and go for so long instead")
    parser.add_argument("--every", type=float, default=60.0, help="seconds; when memory is printed")
    parser.add_argument("--report", action="store_true", help="a missed limit is no failure")
    options = parser.parse_args(arguments)
    options.pause = options.pause or ([1.0, 2.0] if options.minutes else [10.0, 20.0])
    with tempfile.TemporaryDirectory() as folder:
        server = RunningServer(Path(folder) / "ahp.db")
        try:
            measured = churn if options.minutes else compare
            return 0 if measured(server, options) else 1
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
