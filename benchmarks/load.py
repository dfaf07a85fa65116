"""A panel at work: 49 experts over Streamlit's protocol, and one in a real browser who measures.

A real server on a database of its own, loopback only. Each expert answers 35 comparisons and thinks
4 to 8 seconds before each, a second at other screens; every fifth contradicts themselves, so that
what fits least is computed for them. The 49 live in one process of their own; the browser's person
clicks as people do, and a script in its page measures from the click to the frame that shows the
next question. Afterwards every answer that a screen confirmed is looked up in the log.

Before, the first screen is timed, from the navigation to the frame that shows it: cold, in a
browser just started and on a server just started, from the moment its health address answers (what
it takes until then to start does not count); and warm, in a new profile on a server that was
visited before.

    python benchmarks/load.py
    python benchmarks/load.py --sessions 150 --report

Exit status 1 if an answer is lost or, without --report, a limit is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ahp.scale import SAATY_POSITIONS  # noqa: E402
from ahp.store import Store  # noqa: E402
from ahp.study import load_survey  # noqa: E402
from benchmarks.streamlit_client import (  # noqa: E402
    LIMIT,
    SUMMARY_PAUSE,
    Answer,
    Expert,
    Judge,
    StreamlitClient,
)
from tests.browser import actions  # noqa: E402
from tests.running_server import RunningServer  # noqa: E402

MEDIAN, P95 = 150, 400
"""Milliseconds from the click to the next question."""
COLD, WARM = 3.0, 1.5
"""Seconds until the first question is visible."""
VISITS = 3
"""How often each of them is timed; the median counts."""
STAGGER = 0.1
"""Seconds between one expert's opening the link and the next one's."""
CONTRADICTS = 5
"""Every fifth expert's answers contradict each other."""

QUESTION = '.comparison[data-pair^="pair "]'
"""A comparison that counts, not the one to practice on."""

WATCH = """
(() => {
  const screens = [[".st-key-start button", "welcome"], [".st-key-parent_done", "summary"]]
  // components stand in shadow trees
  const comparison = () => {
    for (const host of document.querySelectorAll('[data-testid^="stBidiComponent"]'))
      for (const one of [host, ...host.querySelectorAll("*")]) {
        const found = (one.shadowRoot ?? one).querySelector('.comparison[data-pair^="pair "]')
        if (found?.getClientRects().length) return found.dataset.pair
      }
  }
  const shown = () =>
    comparison() ?? screens.find(([at]) => document.querySelector(at)?.getClientRects().length)?.[1]
  const kind = (screen) => (screen?.startsWith("pair ") ? "question" : screen)
  // the first task after the frame in which the screen was there
  const painted = (fits) => new Promise((done) => {
    const look = () => {
      const screen = shown()
      if (!screen || !fits(screen)) return requestAnimationFrame(look)
      const after = new MessageChannel()
      after.port1.onmessage = () => done([kind(screen), performance.now()])
      after.port2.postMessage(0)
    }
    requestAnimationFrame(look)
  })
  window.measured = []
  painted(() => true).then(([to, at]) => measured.push({ from: "", to, ms: at }))
  addEventListener("click", (event) => {
    const before = shown()
    if (!before || !event.composedPath().some((one) => one.tagName === "BUTTON")) return
    painted((screen) => screen !== before).then(([to, at]) =>
      measured.push({ from: kind(before), to, ms: at - event.timeStamp }))
  }, true)
})()
"""
"""Notes when the first screen is painted, from the navigation on, and the next after each click."""


class Process(NamedTuple):
    """A process that runs."""

    parent: int
    name: str
    cpu: float
    """Seconds, user and system, with those of its children that have ended."""


def processes() -> dict[int, Process]:
    """Every process of the machine."""
    table = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                name, _bracket, rest = (folder / "stat").read_text().rpartition(")")
            except (FileNotFoundError, ProcessLookupError):  # ended meanwhile
                continue
            fields = rest.split()
            cpu = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
            table[int(folder.name)] = Process(int(fields[1]), name.partition("(")[2], cpu)
    return table


def started_here(table: Mapping[int, Process], name: str) -> list[int]:
    """The processes of this name that this one started, directly or not."""
    ours = {os.getpid()}
    while more := {pid for pid, process in table.items() if process.parent in ours} - ours:
        ours |= more
    return [pid for pid in ours if table[pid].name.startswith(name)]


def machine_seconds() -> float:
    """CPU time that the whole machine has used."""
    user, nice, system, _idle, _iowait, irq, softirq = map(
        int, Path("/proc/stat").read_text().split()[1:8]
    )
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> tuple[float, float]:
    """RSS and PSS of a process in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    kilobytes = {line.split()[0]: int(line.split()[1]) for line in lines}
    return kilobytes["Rss:"] / 1024, kilobytes["Pss:"] / 1024


def spread(milliseconds: Sequence[float]) -> str:
    """Median, p95 and maximum as text."""
    return (
        f"median {statistics.median(milliseconds):.0f}, p95 {p95(milliseconds):.0f}, "
        f"max {max(milliseconds):.0f} ms ({len(milliseconds)})"
    )


def p95(values: Sequence[float]) -> float:
    """The smallest value that at least 95 % don't exceed."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


# --- the experts over the protocol, in a process of their own


@dataclass
class Clients:
    """What the process with the experts reports."""

    confirmed: list[Answer] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    finished: list[float] = field(default_factory=list)
    """When each had answered all, by the machine's monotonic clock."""
    resent: int = 0
    """Answers that were sent again because they weren't dealt with."""
    problems: list[str] = field(default_factory=list)

    def add(self, expert: Expert) -> None:
        """What an expert has done."""
        self.confirmed += expert.confirmed
        self.resent += expert.resent
        self.milliseconds += [1000 * seconds for seconds in expert.seconds]


def run_clients(
    links: Mapping[str, str], answers: int, pause: tuple[float, float], out: Connection
) -> None:
    """Be one expert per link, then send a `Clients`."""
    report = Clients()

    async def be_expert(number: int, expert_id: str, link: str) -> None:
        await asyncio.sleep(number * STAGGER)
        page = await StreamlitClient.open(link)
        expert = Expert(expert_id, page, contradicts=number % CONTRADICTS == 0)
        try:
            await expert.answer_all(answers, pause)
            report.finished.append(time.monotonic())
        finally:
            report.add(expert)

    async def everybody() -> None:
        experts = (be_expert(number, *link) for number, link in enumerate(links.items()))
        for outcome in await asyncio.gather(*experts, return_exceptions=True):
            if outcome is not None:
                report.problems.append(repr(outcome))

    asyncio.run(everybody())
    out.send(report)


@contextmanager
def clients(
    links: Mapping[str, str], answers: int, pause: tuple[float, float]
) -> Iterator[tuple[int, Callable[[], Clients]]]:
    """The experts at work: the process's id, and what waits until they have finished."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=run_clients, args=(links, answers, pause, there), daemon=True
    )
    process.start()
    there.close()
    assert process.pid
    try:
        yield process.pid, here.recv
    finally:
        process.kill()
        process.join()


# --- the browser


@contextmanager
def visit(browser: Browser, link: str) -> Iterator[Page]:
    """A profile of its own with nothing cached opens a link."""
    context = actions.visitor(browser, locale="zh-CN", size=actions.DESKTOP)
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto(link, wait_until="commit")
    yield page
    context.close()


def first_screen(page: Page) -> tuple[str, float]:
    """The first screen, and the seconds from the navigation until it was painted."""
    page.wait_for_function("() => window.measured?.length")
    first = page.evaluate("() => measured[0]")
    return first["to"], first["ms"] / 1000


def question_visible(browser: Browser, link: str) -> float:
    """Seconds from opening the link of an expert who is at a question."""
    with visit(browser, link) as page:
        screen, seconds = first_screen(page)
    assert screen == "question", screen
    return seconds


def welcome_and_start(browser: Browser, link: str) -> tuple[float, float]:
    """Seconds until the welcome is visible, and from pressing start to the first question."""
    with visit(browser, link) as page:
        screen, seconds = first_screen(page)
        assert screen == "welcome", screen
        actions.press(page, "start")
        page.wait_for_function("() => measured.length === 2")
        return seconds, page.evaluate("() => measured[1].ms") / 1000


def person(
    browser: Browser,
    expert: tuple[str, str],
    answers: int,
    pause: tuple[float, float],
    watch: Callable[[], None],
) -> tuple[list[Answer], dict[tuple[str, str], list[float]]]:
    """Answer as people do.

    Args:
        browser: the browser.
        expert: id and personal link.
        answers: how many.
        pause: shortest and longest time to think, in seconds.
        watch: called before every answer.

    Returns:
        The confirmed answers, and (screen, next screen) -> milliseconds.
    """
    expert_id, link = expert
    draw, judge = random.Random(2026), Judge(expert_id)
    confirmed: list[Answer] = []
    with visit(browser, link) as page:
        actions.press(page, "start")
        expect(page.locator(QUESTION)).to_be_visible()
        due = time.monotonic()
        while len(confirmed) < answers:
            if pair := actions.asked(page):
                due = max(due + draw.uniform(*pause), time.monotonic())
                page.wait_for_timeout(1000 * max(due - time.monotonic(), 0))
                watch()
                _pair, _parent, left, right = pair.split()
                value = judge.choose(left, right, SAATY_POSITIONS)
                actions.choose(page, value)
                actions.moved_on(page, pair)
                confirmed.append(Answer(expert_id, pair, value))
            else:
                due += SUMMARY_PAUSE
                page.wait_for_timeout(1000 * max(due - time.monotonic(), 0))
                actions.press(page, "next")
                expect(page.locator(QUESTION)).to_be_visible()
        page.wait_for_timeout(1000)
        milliseconds: dict[tuple[str, str], list[float]] = {}
        for click in page.evaluate("() => measured.slice(1)"):
            milliseconds.setdefault((click["from"], click["to"]), []).append(click["ms"])
    return confirmed, milliseconds


# --- the whole


async def answer_some(link: str, expert_id: str) -> None:
    """Leave an expert in the middle of the survey."""
    expert = Expert(expert_id, await StreamlitClient.open(link))
    await expert.answer_all(5, (0.0, 0.0))
    await expert.page.close()


@dataclass
class Visits:
    """Seconds until the first screen is visible."""

    question: list[float] = field(default_factory=list)
    welcome: list[float] = field(default_factory=list)
    start: list[float] = field(default_factory=list)
    """From pressing start to the first question."""

    def show(self, name: str) -> float:
        """Print them; the median until the question is what counts."""
        median = statistics.median(self.question)
        shown = " ".join(f"{seconds:.2f}" for seconds in self.question)
        print(
            f"{name}: question visible {median:.2f} s ({shown}), welcome {self.welcome[0]:.2f} s, "
            f"from start to the first question {self.start[0]:.2f} s"
        )
        return median


def first_visits(
    playwright: Playwright, server: RunningServer, middle: str, new: Sequence[str]
) -> tuple[Visits, Visits]:
    """Time the first screen, cold (server and browser just started) and warm.

    Args:
        playwright: for the browsers.
        server: is started anew.
        middle: link of an expert who is at a question.
        new: links of two who haven't started.
    """
    cold, warm = Visits(), Visits()

    def at_welcome(browser: Browser, link: str, visits: Visits) -> None:
        welcome, start = welcome_and_start(browser, link)
        visits.welcome.append(welcome)
        visits.start.append(start)

    for number in range(VISITS + 1):
        server.stop()
        browser = actions.chromium(playwright)
        server.start()
        if number < VISITS:
            cold.question.append(question_visible(browser, middle))
        else:
            at_welcome(browser, new[0], cold)
            warm.question += [question_visible(browser, middle) for _visit in range(VISITS)]
            at_welcome(browser, new[1], warm)
        browser.close()
    return cold, warm


@dataclass
class Load:
    """How it went, and what it cost."""

    sent: Counter[Answer]
    clicks: dict[tuple[str, str], list[float]]
    clients: Clients
    seconds: float
    """From opening the first link to the browser's last answer."""
    early: int
    """Experts that had finished by then."""
    cpu: dict[str, float]
    """Who -> CPU seconds in that time."""
    memory: tuple[tuple[float, float], tuple[float, float]]
    """RSS and PSS of the server in MB, before and at the peak."""

    def show(self) -> None:
        """Print it."""
        print("browser, from the click to the next screen painted:")
        for (before, after), values in self.clicks.items():
            print(f"  {before} to {after}: {spread(values)}")
        print(
            f"protocol, from an answer to the last message: {spread(self.clients.milliseconds)}, "
            f"{self.clients.resent} sent again"
        )
        print(
            f"CPU in the {self.seconds:.0f} s until the browser's last answer, 100 % is one core "
            f"({self.early} experts had finished by then):"
        )
        for who, used in self.cpu.items():
            print(f"  {who}: {used:.1f} s, {100 * used / self.seconds:.0f} %")
        (rss, pss), (peak_rss, peak_pss) = self.memory
        sessions = len({answer.expert for answer in self.sent})
        print(
            f"server's memory, RSS / PSS: {rss:.0f} / {pss:.0f} MB before, {peak_rss:.0f} / "
            f"{peak_pss:.0f} MB at the peak, {(peak_pss - pss) / sessions:.2f} MB a session"
        )


def put_to_work(
    playwright: Playwright,
    server: RunningServer,
    panel: Mapping[str, str],
    measuring: tuple[str, str],
    options: argparse.Namespace,
) -> Load:
    """The panel answers over the protocol, one expert in the browser.

    Args:
        playwright: for the browser.
        server: where.
        panel: expert -> link.
        measuring: the browser's expert and link.
        options: of the command line.
    """
    pause, browser = (options.pause[0], options.pause[1]), actions.chromium(playwright)
    server_pid, clicks, started = server.process.pid, 0, time.monotonic()
    before = peak = memory(server_pid)

    def cpu() -> dict[str, float]:
        table = processes()
        return {
            "server": table[server_pid].cpu,
            "load generator": table[generator].cpu,
            "Chromium": sum(table[pid].cpu for pid in started_here(table, "chrom")),
            "what moves the pointer and measures": table[os.getpid()].cpu
            + sum(table[pid].cpu for pid in started_here(table, "node")),
            "whole machine, with whatever else runs": machine_seconds(),
        }

    def watch() -> None:
        nonlocal clicks, peak
        clicks += 1
        peak = max(peak, memory(server_pid), key=lambda both: both[1])
        if clicks % 5 == 0:
            print(f"  {time.monotonic() - started:.0f} s: answer {clicks}", flush=True)

    with clients(panel, options.answers, pause) as (generator, finish):
        used = cpu()
        time.sleep(len(panel) * STAGGER)
        confirmed, milliseconds = person(browser, measuring, options.answers, pause, watch)
        seconds = time.monotonic() - started
        used = {who: now - used[who] for who, now in cpu().items()}
        report = finish()
    browser.close()
    return Load(
        sent=Counter([*report.confirmed, *confirmed]),
        clicks=milliseconds,
        clients=report,
        seconds=seconds,
        early=sum(moment < started + seconds for moment in report.finished),
        cpu=used,
        memory=(before, peak),
    )


def answers_in_log(store: Store, study_id: str, experts: Collection[str]) -> Counter[Answer]:
    """The answers of these experts, and how often each is in the log."""
    return Counter(
        Answer(str(event.expert_id), f"pair {event.parent} {event.left} {event.right}", event.value)
        for event in store.events(study_id)
        if event.kind == "answer" and event.expert_id in experts and event.value
    )


def measure(options: argparse.Namespace, server: RunningServer) -> bool:
    """Run everything and print it.

    Returns:
        Whether the limits are kept; with `--report`, whether no answer is lost.
    """
    url = f"sqlite:///{server.database}"
    store = Store(url)
    study = store.create_study(load_survey("supervision_effectiveness"), "Load")
    names = {f"Expert {number}": None for number in range(options.sessions + 4)}
    links = {
        expert.id: f"{server.url}/i/{store.issue_link(expert.id)}"
        for expert in store.add_experts(study.id, names)
    }
    (middle, measuring), new = list(links)[:2], list(links.values())[2:4]
    panel = dict(list(links.items())[4:])
    asyncio.run(answer_some(links[middle], middle))
    with sync_playwright() as playwright:
        cold, warm = first_visits(playwright, server, links[middle], new)
        cold_seconds = cold.show("cold server, new browser")
        warm_seconds = warm.show("warm server, new profile")
        print(
            f"{options.sessions} experts over the protocol and one in Chromium, {options.answers} "
            f"answers each, {options.pause[0]:g} to {options.pause[1]:g} s before each",
            flush=True,
        )
        load = put_to_work(playwright, server, panel, (measuring, links[measuring]), options)
    load.show()
    logged = answers_in_log(store, study.id, {*panel, measuring})
    store.close()
    verify = [sys.executable, "-m", "ahp", "log", "verify", "--database", url]
    verified = subprocess.run(verify, check=False, cwd=ROOT).returncode == 0
    lost, unknown = load.sent - logged, logged - load.sent
    print(
        f"answers: {load.sent.total()} confirmed, {logged.total()} in the log, {lost.total()} "
        f"lost, {unknown.total()} in the log twice or never confirmed"
    )
    for problem in load.clients.problems:
        print(f"  an expert failed: {problem}")
    questions = load.clicks["question", "question"]
    checks = {
        "every answer is given": load.sent.total() == (options.sessions + 1) * options.answers,
        "every confirmed answer is in the log exactly once": not lost and not unknown,
        "the log verifies": verified,
    }
    limits = {
        f"median below {MEDIAN} ms": statistics.median(questions) < MEDIAN,
        f"p95 below {P95} ms": p95(questions) < P95,
        f"cold at most {COLD} s": cold_seconds <= COLD,
        f"warm at most {WARM} s": warm_seconds <= WARM,
    }
    for name, met in (checks | limits).items():
        print(f"{'met' if met else 'NOT met'}: {name}")
    return all((checks if options.report else checks | limits).values())


def main() -> int:
    """Measure, print, and say by the exit code whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sessions", type=int, default=49, help="experts over the protocol")
    parser.add_argument("--answers", type=int, default=35, help="of each expert")
    parser.add_argument("--pause", type=float, nargs=2, default=(4.0, 8.0), metavar="SECONDS")
    parser.add_argument("--report", action="store_true", help="missed limits are no failure")
    options = parser.parse_args()
    expect.set_options(timeout=1000 * LIMIT)
    with tempfile.TemporaryDirectory() as folder:
        server = RunningServer(Path(folder) / "ahp.db")
        try:
            return 0 if measure(options, server) else 1
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
