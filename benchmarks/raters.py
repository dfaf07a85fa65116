"""Raters at work: many at once over Streamlit's protocol, each on a page of their own.

A real server on a database of its own, loopback only. Each rater grades units and indicators one
after the other and thinks before each. What is measured is the time from the tap on a grade to the
last message of the next screen. Afterwards every grade that a screen confirmed is looked up in the
log.

    python benchmarks/raters.py
    python benchmarks/raters.py --raters 100 --report

Exit status 1 if a grade is lost or, without --report, the median is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ahp.evaluation import load_scheme  # noqa: E402
from ahp.process.evaluations.events import (  # noqa: E402
    PeriodOpened,
    RatingOpened,
    SchemeApproved,
    SchemeProposed,
    UnitAdded,
)
from ahp.process.evaluations.units import Unit  # noqa: E402
from ahp.store import Store  # noqa: E402
from benchmarks.load import STAGGER, spread  # noqa: E402
from benchmarks.streamlit_client import StreamlitClient  # noqa: E402
from tests.running_server import RunningServer  # noqa: E402

PACK, PERIOD = "supervision_effectiveness", "2026Q1"

MEDIAN = 150
"""Milliseconds from the tap to the next screen."""


@dataclass
class Raters:
    """How it went.

    Attributes:
        given: (rater, unit, indicator) -> grade that a screen confirmed.
        milliseconds: of each tap.
        problems: raters who could not go on.
    """

    given: dict[tuple[str, str, str], str] = field(default_factory=dict)
    milliseconds: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def prepare(store: Store, raters: int, units: int) -> tuple[str, dict[str, str]]:
    """An evaluation in which raters rate: its id, and rater -> token of the personal link."""
    made = store.create_evaluation("Load")
    actions = [SchemeProposed(1, load_scheme(PACK).content), SchemeApproved(1)]
    added = [UnitAdded(Unit(id=f"u{k}", name=f"Unit {k}")) for k in range(units)]
    opened = PeriodOpened(PERIOD, 1, "2026-04-10", {}, "2026-04-15")
    store.act_together(made.id, [*actions, *added, opened])
    people = [store.add_person(made.id, "rater", f"Rater {k}") for k in range(raters)]
    store.act(made.id, RatingOpened(PERIOD, 1, (), "2026-04-15"))
    return made.id, {one.person.id: store.issue_person_link(one.person.id) for one in people}


async def rate(person: str, link: str, taps: int, pause: tuple[float, float], out: Raters) -> None:
    """Be one rater."""
    draw = random.Random(person)
    grades = [grade.id for grade in load_scheme(PACK).grades["five"]]
    page = await StreamlitClient.open(link)
    await page.press("start")
    for _tap in range(taps):
        await asyncio.sleep(draw.uniform(*pause))
        grade = draw.choice(grades)
        key = asked(page, person, grade)
        started = time.monotonic()
        await page.press(key)
        out.milliseconds.append(1000 * (time.monotonic() - started))
        if page.button(key):
            raise RuntimeError(f"the page is still at {key}")
        unit, indicator = key.split("-")[-4:-2]
        out.given[person, unit, indicator] = grade
    await page.close()


def asked(page: StreamlitClient, person: str, grade: str) -> str:
    """Key of the button of a grade on the screen."""
    begins = f"rate-{person}-{PERIOD}-1-"
    for widget in page.widgets.values():
        name = widget.element.button.id if widget.element.HasField("button") else ""
        if begins in name and name.endswith(f"-{grade}"):
            return begins + name.partition(begins)[2]
    raise RuntimeError(f"no grade {grade!r} on the screen")


async def everybody(links: Mapping[str, str], taps: int, pause: tuple[float, float]) -> Raters:
    """All raters at once, one a moment after the other."""
    out = Raters()

    async def one(number: int, person: str, link: str) -> None:
        await asyncio.sleep(number * STAGGER)
        await rate(person, link, taps, pause, out)

    every = (one(number, *link) for number, link in enumerate(links.items()))
    for outcome in await asyncio.gather(*every, return_exceptions=True):
        if outcome is not None:
            out.problems.append(repr(outcome))
    return out


def measure(server: RunningServer, options: argparse.Namespace) -> bool:
    """Run everything and print it.

    Returns:
        Whether the limit is kept; with `--report`, whether no grade is lost.
    """
    store = Store(f"sqlite:///{server.database}")
    evaluation, tokens = prepare(store, options.raters, options.units)
    links = {person: f"{server.url}/i/{token}" for person, token in tokens.items()}
    pause = (options.pause[0], options.pause[1])
    out = asyncio.run(everybody(links, options.taps, pause))
    sheets = store.evaluation_state(evaluation).periods[PERIOD].rounds[0].sheets
    logged = {
        (person, unit, indicator): rating.value
        for person, sheet in sheets.items()
        for (unit, indicator, _item), rating in sheet.ratings.items()
    }
    store.close()
    print(f"{options.raters} raters, {options.units} units, {options.taps} taps each")
    for problem in out.problems:
        print(f"  a rater failed: {problem}")
    if not out.milliseconds:
        return False
    print(f"protocol, from the tap to the last message: {spread(out.milliseconds)}")
    checks = {
        "every grade is given": len(out.given) == options.raters * options.taps,
        "every confirmed grade is in the log, and no other": out.given == logged,
    }
    limits = {f"median below {MEDIAN} ms": statistics.median(out.milliseconds) < MEDIAN}
    for name, met in (checks | limits).items():
        print(f"{'met' if met else 'NOT met'}: {name}")
    return all((checks if options.report else checks | limits).values())


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and say by the exit code whether the limit is kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--raters", type=int, default=50, help="at once")
    parser.add_argument("--units", type=int, default=12, help="that are rated")
    parser.add_argument("--taps", type=int, default=20, help="of each rater")
    parser.add_argument("--pause", type=float, nargs=2, default=(4.0, 8.0), metavar="SECONDS")
    parser.add_argument("--report", action="store_true", help="a missed limit is no failure")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        server = RunningServer(Path(folder) / "ahp.db")
        try:
            return 0 if measure(server, options) else 1
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
