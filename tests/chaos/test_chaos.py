"""50 experts answer while everything that a server needs falls over: `make chaos`.

What a page said was dealt with is in the log, once; the log and its checkpoints verify; every page
comes back by itself, in its language.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ahp.errors import StoreError
from ahp.store import Store
from ahp.study import load_survey
from tests.answering_panel import LOCALES, Panel
from tests.browser import actions
from tests.browser.actions import DESKTOP, PHONE, QUESTION
from tests.chaos.places import Disk, Machine, Network, small_disk
from tests.running_nginx import Nginx
from tests.running_postgres import Postgres
from tests.running_server import RunningServer

pytestmark = pytest.mark.chaos

SURVEY = load_survey("supervision_effectiveness")
ANSWERS = len(SURVEY.hierarchy.comparisons)
MANY, SOME = 46, 20
"""Experts of a scenario, beside two in real browsers."""
THINKING = 1.0
"""Seconds before an answer: on a quick machine they would have finished before anything happens."""
LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
RETURN = 150_000
"""Milliseconds in which a page comes back: a machine that is gone is given up after 50 seconds."""

tally: Counter[str] = Counter()
"""What was confirmed, by scenario."""


def verify(url: str, folder: Path) -> str:
    """What `ahp log verify` says of a log and the checkpoints that servers wrote."""
    key = folder / "public.pem"
    environment = {"AHP_SIGNING_KEY": str(folder / "key.pem"), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "ahp"]

    def ahp(*arguments: str) -> str:
        done = subprocess.run(
            [*command, *arguments, "--database", url],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **environment, "AHP_LANGUAGE": "en"},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    key.write_text(ahp("receipt", "key"))
    files = [str(path) for path in folder.rglob("*.checkpoints")]
    assert files
    said = ahp("log", "verify", "--key", str(key), "--checkpoints", *files)
    assert "all checkpoints hold: " in said
    return said


class Scenario:
    """Experts at work, and what is told of them at the end.

    Args:
        name: of what happens.
        store: the database.
        url: where the server is reached.
        experts: how many.
    """

    def __init__(self, name: str, store: Store, url: str, experts: int = MANY) -> None:
        self.name, self.began = name, time.monotonic()
        self.panel = Panel(store, url, SURVEY, experts=experts, answers=ANSWERS, thinking=THINKING)
        self.panel.start()
        self.panel.wait_for(0.02)

    def finish(self) -> None:
        """Wait for all answers, and print how it went."""
        self.panel.finish()
        people = self.panel.panelists
        tally[self.name] += self.panel.confirmed
        away = sorted(one.away for one in people)
        said = sum(sum(one.said.values()) for one in people)
        print(
            f"\n{self.name}: {self.panel.confirmed} answers confirmed, 0 lost, "
            f"in {time.monotonic() - self.began:.0f} s; pages that came back: "
            f"{sum(one.returns for one in people)} (in Chinese "
            f"{sum(one.returns for one in people if one.language == 'zh')}), longest wait for a "
            f"screen: median {away[len(away) // 2]:.1f} s, most {away[-1]:.1f} s; "
            f"times a page said that the database is away: {said}",
            flush=True,
        )


class Tabs:
    """Two real browsers on their way through the survey, in Chinese and in English."""

    def __init__(self, browser: Browser, store: Store, study: str, url: str) -> None:
        self.pages: dict[str, Page] = {}
        for language, size in (("zh", PHONE), ("en", DESKTOP)):
            expert = store.add_expert(study, f"Browser {language}")
            visitor = actions.visitor(browser, locale=LOCALES[language], size=size, certified=False)
            page = visitor.new_page()
            page.goto(f"{url}/i/{store.issue_link(expert.id)}")
            actions.begin(page)
            expect(page.locator(QUESTION)).to_be_visible(timeout=RETURN)
            self.pages[language] = page

    def answer(self) -> None:
        """Answer in both, and wait until both have moved on, however long it takes."""
        places = {page: actions.asked(page) for page in self.pages.values()}
        for page in places:
            actions.choose(page, "3")
        for page, place in places.items():
            following = page.locator(f'{QUESTION}:not([data-pair="{place}"])')
            expect(following).to_be_visible(timeout=RETURN)
        for language, page in self.pages.items():
            expect(page.locator("html")).to_have_attribute("lang", language)
            expect(page.locator(".notice")).to_have_text("", timeout=RETURN)

    def close(self) -> None:
        for page in self.pages.values():
            page.context.close()


class Office:
    """Two processes behind nginx, one of them on another machine; PostgreSQL on a third, followed
    by a synchronous standby on this one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.network = folder, Network()
        self.away, self.room = self.network.machine(), self.network.machine()
        here = self.network.address(1)
        as_postgres = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")
        self.primary = Postgres(
            within=(*self.room.within, *as_postgres),
            host=self.room.address,
            fsync="on",
            synchronous_standby_names="*",
        )
        self.standby = self.primary.standby(
            "standby", host=here, listen_addresses=here, synchronous_standby_names=""
        )
        hosts = "&".join(f"host={one.host}:{one.port}" for one in (self.primary, self.standby))
        self.database = f"postgresql://postgres@/postgres?{hosts}&target_session_attrs=read-write"
        self.replicas = [self._replica("a", None), self._replica("b", self.away)]
        (folder / "nginx").mkdir()
        self.nginx = Nginx(folder / "nginx", *(f"{one.host}:{one.port}" for one in self.replicas))
        self.store = Store(self.database)

    def _replica(self, name: str, machine: Machine | None) -> RunningServer:
        host = machine.address if machine else "127.0.0.1"
        command = (sys.executable, "-m", "ahp", "serve", "--port", "{port}", "--host", host)
        return RunningServer(
            self.folder / f"{name}.db",
            (*machine.within, *command) if machine else command,
            host=host,
            AHP_DATABASE_URL=self.database,
            AHP_SIGNING_KEY=str(self.folder / "key.pem"),
            AHP_TRUSTED_PROXIES=f"127.0.0.1, {self.network.address(1)}",
            XDG_DATA_HOME=str(self.folder),
        )

    def logs(self) -> str:
        return "".join(one.log.read_text() for one in self.replicas)

    def remove(self) -> None:
        self.store.close()
        self.nginx.stop()
        for replica in self.replicas:
            replica.stop()
        self.standby.remove()
        self.primary.remove()
        self.network.remove()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    assert os.getuid() == 0, "networks and disks of its own need root"
    made = Office(tmp_path_factory.mktemp("office"))
    yield made
    made.remove()


@pytest.fixture
def begin(office: Office, browser: Browser) -> Iterator[Callable[[str], tuple[Scenario, Tabs]]]:
    tabs: list[Tabs] = []

    def start(name: str) -> tuple[Scenario, Tabs]:
        scenario = Scenario(name, office.store, office.nginx.url)
        tabs.append(Tabs(browser, office.store, scenario.panel.study, office.nginx.url))
        return scenario, tabs[-1]

    yield start
    for one in tabs:
        one.close()


def test_processes_are_killed(office: Office, begin) -> None:
    scenario, tabs = begin("processes killed in turn")
    for turn in range(4):
        scenario.panel.wait_for(0.1 + 0.2 * turn)
        one = office.replicas[turn % 2]
        one.kill()
        tabs.answer()
        one.start()
    scenario.finish()
    verify(office.database, office.folder)


def test_nginx_is_killed(office: Office, begin) -> None:
    scenario, tabs = begin("nginx killed")
    for turn in range(3):
        scenario.panel.wait_for(0.1 + 0.25 * turn)
        office.nginx.kill()
        returned = sum(one.returns for one in scenario.panel.panelists)
        scenario.panel.wait_until(
            lambda before=returned: sum(one.returns for one in scenario.panel.panelists) > before
        )
        office.nginx.start()
        tabs.answer()
    scenario.finish()
    verify(office.database, office.folder)


def test_the_network_is_cut(office: Office, begin) -> None:
    scenario, tabs = begin("network cut")
    panel = scenario.panel
    panel.wait_for(0.2)
    office.room.cut()  # the database is gone for both
    panel.wait_until(lambda: any(one.said for one in panel.panelists))
    office.room.mend()
    tabs.answer()
    panel.wait_for(0.5)
    office.away.cut()  # a process is gone for nginx
    try:
        tabs.answer()
        scenario.finish()
    finally:
        office.away.mend()
    verify(office.database, office.folder)


def test_the_primary_is_killed(office: Office, begin) -> None:
    scenario, tabs = begin("primary killed, standby promoted")
    panel = scenario.panel
    following = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
    panel.wait_until(lambda: office.primary.ask(following) == 1)
    panel.wait_for(0.3)
    office.primary.kill()
    office.standby.promote()
    tabs.answer()
    scenario.finish()
    verify(office.database, office.folder)
    assert "Traceback" not in office.logs()


def test_what_the_standby_has_not_got_is_not_confirmed(tmp_path: Path) -> None:
    """Also when it is asked again: the primary shows what it has, before it has it confirmed."""
    primary = Postgres(synchronous_standby_names="*")
    standby = primary.standby("standby", synchronous_standby_names="")
    store = Store(primary.url)
    study = store.create_study(SURVEY, "Standby").id
    expert = store.add_expert(study, "Ada").id
    pairs = SURVEY.hierarchy.comparisons[:2]
    store.answer(expert, *pairs[0], "3", event_id="first")
    standby.kill()
    for _attempt in range(2):
        with pytest.raises(StoreError, match="no reply within 10 seconds"):
            store.answer(expert, *pairs[1], "5", event_id="second")
    store.close()
    primary.kill()
    standby.start()
    standby.promote()
    store = Store(standby.url)
    assert [one.event_id for one in store.events(study) if one.kind == "answer"] == ["first"]
    store.answer(expert, *pairs[1], "5", event_id="second")
    assert store.current(expert) == {pairs[0]: "3", pairs[1]: "5"}
    store.verify_log()
    store.close()
    standby.remove()
    primary.remove()
    tally["standby away"] += 2


def single(folder: Path, database: Path, **environment: str) -> RunningServer:
    key = str(folder / "key.pem")
    return RunningServer(database, log=folder / "log", AHP_SIGNING_KEY=key, **environment)


def test_the_only_process_is_killed(tmp_path: Path) -> None:
    server = single(tmp_path, tmp_path / "ahp.db")
    url = f"sqlite:///{server.database}"
    store = Store(url)
    scenario = Scenario("the only process killed, on SQLite", store, server.url)
    for turn in range(4):
        scenario.panel.wait_for(0.1 + 0.2 * turn)
        server.kill()
        server.start()
    scenario.finish()
    server.stop()
    store.close()
    verify(url, tmp_path)


def fill_twice(disk: Disk, scenario: Scenario, server: RunningServer, words: str) -> None:
    """A disk is full twice; the server says so, and goes on when there is room."""
    store, panel = scenario.panel.store, scenario.panel

    def refused() -> bool:
        try:
            store.rename_study(panel.study, f"Chaos {time.monotonic()}")
        except StoreError as error:
            return words in str(error)
        return False

    for turn in range(2):
        panel.wait_for(0.2 + 0.4 * turn)
        disk.fill()
        panel.wait_until(refused)
        panel.wait_until(lambda: words in server.log.read_text())
        disk.make_room()


def test_the_disk_of_sqlite_is_full(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 24) as disk:
        server = single(tmp_path, disk.folder / "ahp.db")
        store = Store(f"sqlite:///{server.database}")
        scenario = Scenario("disk of SQLite full", store, server.url, SOME)
        fill_twice(disk, scenario, server, "database or disk is full")
        scenario.finish()
        server.stop()
        store.close()
        verify(f"sqlite:///{disk.folder / 'ahp.db'}", tmp_path)


def test_the_disk_of_postgresql_is_full(tmp_path: Path) -> None:
    outside = Path(tempfile.mkdtemp(prefix="ahp-disk-"))  # where PostgreSQL's user may go
    outside.chmod(0o755)
    with small_disk(outside / "disk", 160) as disk:
        postgres = Postgres(disk.folder, max_wal_size="64MB", shared_buffers="16MB")
        server = single(
            tmp_path,
            tmp_path / "ahp.db",
            AHP_DATABASE_URL=postgres.url,
            XDG_DATA_HOME=str(tmp_path),
        )
        store = Store(postgres.url)
        scenario = Scenario("disk of PostgreSQL full", store, server.url, SOME)
        fill_twice(disk, scenario, server, "No space left on device")
        scenario.finish()
        server.stop()
        store.close()
        verify(postgres.url, tmp_path)
        postgres.stop()
    shutil.rmtree(outside)


def test_the_clock_jumps(tmp_path: Path) -> None:
    """Backwards and forwards, for the server alone: the log says so, and nothing else happens."""
    clock = tmp_path / "clock"
    clock.write_text("+0")
    server = single(
        tmp_path,
        tmp_path / "ahp.db",
        LD_PRELOAD=LIBRARY,
        FAKETIME_TIMESTAMP_FILE=str(clock),
        FAKETIME_CACHE_DURATION="1",
        FAKETIME_DONT_FAKE_MONOTONIC="1",
    )
    url = f"sqlite:///{server.database}"
    store = Store(url)
    scenario = Scenario("clock jumps", store, server.url, SOME)
    for turn, jump in enumerate(("-3600", "+86400", "-172800", "+0")):
        scenario.panel.wait_for(0.1 + 0.2 * turn)
        clock.write_text(jump)
    scenario.finish()
    times = [one.time for one in store.events(scenario.panel.study)]
    jumps = sum(later < earlier for earlier, later in pairwise(times))
    assert jumps >= 2
    server.stop()
    store.close()
    assert f"times that run backwards: {jumps}, first at event " in verify(url, tmp_path)


def test_ten_thousand() -> None:
    print()
    for name, count in tally.items():
        print(f"{count:6} {name}")
    print(f"{tally.total():6} answers confirmed, 0 lost")
    assert tally.total() >= 10_000
