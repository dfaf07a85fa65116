"""A server that dies, a connection that is cut, two devices at once: no answer lost or doubled."""

from __future__ import annotations

import random
import re
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from ahp.scale import SAATY_POSITIONS
from ahp.store import Store
from tests.browser import actions
from tests.browser.actions import DESKTOP, PARENT, QUESTION, REVIEW
from tests.running_server import RunningServer, free_port
from tests.store.test_chaos import SURVEY, check_state

SLOW = 40_000  # ms; a server starts in the meantime
WALK = Counter(answer=6, back=4, next=2, overview=1, reload=3, kill=2, cut=2)
SCREEN = f"{QUESTION}, {PARENT}, {REVIEW}, .st-key-start"


class Wire:
    """What lies between a browser and the server: can be cut, or carry nothing back."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = free_port()
        self.muted = False
        self.open: list[socket.socket] = []
        self.mend()

    def mend(self) -> None:
        self.muted = False
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def cut(self) -> None:
        """Close every connection, and refuse new ones."""
        self._close(self.listener)
        while self.open:
            self._close(self.open.pop())

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                self._close(client)
                continue
            self.open += [client, server]
            for ends in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=ends, daemon=True).start()

    def _pump(self, source: socket.socket, to: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if not (self.muted and source.getpeername()[1] == self.target):
                    to.sendall(data)
        self._close(source)
        self._close(to)

    @staticmethod
    def _close(end: socket.socket) -> None:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


class Panel:
    """A study of one expert, and what its log says."""

    def __init__(self, server: RunningServer, browser: Browser) -> None:
        self.server, self.browser = server, browser
        self.store = Store(f"sqlite:///{server.database}")
        self.study = self.store.create_study(SURVEY, "Chaos").id
        self.expert = self.store.add_expert(self.study, "Ada").id
        self.link = f"/i/{self.store.issue_link(self.expert)}"

    def device(self, port: int | None = None) -> Page:
        """A browser of the expert's, on the page of the link."""
        page = actions.visitor(self.browser, locale="en-US", size=DESKTOP).new_page()
        page.goto(f"http://127.0.0.1:{port or self.server.port}{self.link}")
        expect(page.locator(SCREEN).first).to_be_visible(timeout=SLOW)
        return page

    def answers(self) -> Counter[tuple[str, str]]:
        """Place as displayed and value of every answer in the log."""
        return Counter(
            (f"pair {one.parent} {one.left} {one.right}", str(one.value))
            for one in self.store.events(self.study)
            if one.kind == "answer"
        )

    def check(self, clicked: Counter[tuple[str, str]]) -> None:
        """Every click is one answer, and the state follows from the log."""
        assert self.answers() == clicked
        check_state(self.store, self.study)
        self.store.verify_log()


@pytest.fixture
def panel(server: RunningServer, browser: Browser) -> Iterator[Panel]:
    found = Panel(server, browser)
    yield found
    found.store.close()


@pytest.fixture
def wire(server: RunningServer) -> Iterator[Wire]:
    found = Wire(server.port)
    yield found
    found.cut()


def begin(page: Page) -> None:
    actions.press(page, "start")
    expect(page.locator(QUESTION)).to_be_visible(timeout=SLOW)


def gone(page: Page, place: str) -> None:
    """Wait until the page has gone on by itself, which confirms the answer."""
    expect(page.locator(f'{QUESTION}[data-pair="{place}"]')).to_have_count(0, timeout=SLOW)
    expect(page.locator(SCREEN).first).to_be_visible(timeout=SLOW)


def choose_here(page: Page, value: str) -> str:
    """Choose at whatever comparison is on the screen in this moment; returns which."""
    page.wait_for_timeout(300)  # two clicks in a shorter time are a double click
    place: str = page.locator(QUESTION).evaluate(
        """(shown, value) => {
          shown.querySelector(`.position[data-value="${value}"]`).click()
          return shown.dataset.pair
        }""",
        value,
    )
    return place


def kept(page: Page) -> str:
    """What waits in the browser."""
    found: str = page.evaluate(
        "Object.entries(localStorage).filter(([k]) => k.startsWith('ahp answers')).join()"
    )
    return found


@pytest.mark.slow
def test_a_server_that_is_killed(panel: Panel) -> None:
    page, server = panel.device(), panel.server
    begin(page)
    clicked: Counter[tuple[str, str]] = Counter()
    draw = random.Random(6)
    for number in range(6):
        place, value = actions.asked(page), draw.choice(SAATY_POSITIONS)
        if number == 2:  # between clicks, the page may not have noticed
            server.kill()
            server.start()
        actions.choose(page, value)
        if number in (1, 3, 5):  # right after it: before, while or after it is stored
            page.wait_for_timeout({1: 0, 3: 15, 5: 60}[number])
            server.kill()
            page.wait_for_timeout(200)
            server.start()
        gone(page, place)
        clicked[place, value] += 1
        assert panel.answers() == clicked
        until(page, lambda: kept(page) == "")
    panel.check(clicked)


@pytest.mark.slow
def test_a_connection_that_is_cut(panel: Panel, wire: Wire) -> None:
    page = panel.device(wire.port)
    begin(page)
    clicked: Counter[tuple[str, str]] = Counter()

    # the page says so before anything waits, and stays open to a change of mind
    place = actions.asked(page)
    wire.cut()
    notice = page.get_by_text(
        "No connection. This page goes on by itself when the connection is back.", exact=True
    )
    expect(notice).to_be_visible(timeout=SLOW)
    page.wait_for_timeout(5000)  # Streamlit's dialog would come after some attempts
    expect(page.get_by_role("dialog")).to_have_count(0)
    actions.choose(page, "7")
    page.wait_for_timeout(400)  # two clicks in a shorter time are a double click

    # the answer waits, says so, and arrives
    actions.choose(page, "1/3")
    status = page.locator(f"{QUESTION} .status")
    expect(status).to_have_text(
        "No connection. Your answer is kept on this device and sent as soon as the connection is "
        "back.",
        timeout=SLOW,
    )
    assert re.search(r'"value":"1/3"', kept(page))
    expect(page.locator('.position[aria-checked="true"]')).to_have_attribute("data-value", "1/3")
    assert panel.answers() == clicked
    wire.mend()
    gone(page, place)
    expect(notice).to_be_hidden()
    clicked[place, "1/3"] += 1
    assert panel.answers() == clicked
    until(page, lambda: kept(page) == "")
    said = page.get_by_text("Saved now, after there was no connection:")
    expect(said).to_be_visible()

    # the answer arrives, but nothing comes back
    place = actions.asked(page)
    wire.muted = True
    actions.choose(page, "5")
    clicked[place, "5"] += 1
    until(page, lambda: panel.answers() == clicked)
    assert actions.asked(page) == place
    wire.cut()
    wire.mend()
    gone(page, place)
    until(page, lambda: kept(page) == "")
    assert panel.answers() == clicked

    # the page is loaded again while there is no connection
    place = actions.asked(page)
    wire.cut()
    actions.choose(page, "9")
    with pytest.raises(Error, match="ERR_CONNECTION_REFUSED"):
        page.reload()
    until(page, lambda: page.url.startswith("chrome-error:"))  # the browser's own page
    wire.mend()
    page.goto(f"http://127.0.0.1:{wire.port}/")
    gone(page, place)
    clicked[place, "9"] += 1
    until(page, lambda: panel.answers() == clicked)
    expect(said).to_be_visible(timeout=SLOW)
    until(page, lambda: kept(page) == "")
    panel.check(clicked)


def until(page: Page, true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    for _ in range(SLOW // 100):
        if true():
            return
        page.wait_for_timeout(100)
    shown = page.locator(".stMain").inner_text() if page.locator(".stMain").count() else ""
    raise AssertionError(
        f"it did not become true; {kept(page)!r} waits, and this is shown: {shown}"
    )


def checked(page: Page) -> str | None:
    """The answer that the page shows at the comparison."""
    found = page.locator('.position[aria-checked="true"]')
    return found.get_attribute("data-value") if found.count() else None


@pytest.mark.slow
def test_two_devices(panel: Panel) -> None:
    office = panel.device()
    begin(office)
    phone = panel.device()
    clicked: Counter[tuple[str, str]] = Counter()
    place = actions.asked(office)
    assert actions.asked(phone) == place

    # the same question at the same time
    actions.choose(office, "3")
    actions.choose(phone, "1/5")
    for page in (office, phone):
        gone(page, place)
    clicked.update([(place, "3"), (place, "1/5")])
    panel.check(clicked)
    last = [one.value for one in panel.store.events(panel.study) if one.kind == "answer"][-1]
    for page in (office, phone):
        actions.press(page, "back")
        expect(page.locator(f'{QUESTION}[data-pair="{place}"]')).to_be_visible()
        assert checked(page) == last

    # in turns: one device answers what the other one still shows
    actions.press(office, "next")
    for number in range(3):
        pages = (office, phone) if number % 2 else (phone, office)
        for page in pages:
            page.reload()
            expect(page.locator(QUESTION)).to_be_visible(timeout=SLOW)
        place = actions.asked(office)
        assert actions.asked(phone) == place
        assert checked(phone) is checked(office) is None
        for page, value in zip(pages, ("2", "1/7"), strict=True):
            actions.choose(page, value)
            gone(page, place)
            clicked[place, value] += 1
        panel.check(clicked)
        _kind, *pair = place.split()
        current = panel.store.replies(panel.expert).value((pair[0], pair[1], pair[2]))
        assert current == "1/7"
        # both go on to what is open now
        for page in pages:
            shown = actions.asked(page).split()
            assert panel.store.replies(panel.expert).value((shown[1], shown[2], shown[3])) is None


@pytest.mark.slow
def test_what_waits_is_sent_from_the_overview_too(panel: Panel, wire: Wire) -> None:
    phone = panel.device(wire.port)
    begin(phone)
    office = panel.device()
    place = actions.asked(phone)
    wire.cut()
    actions.choose(phone, "7")
    until(phone, lambda: '"value":"7"' in kept(phone))
    actions.press(office, "overview")
    expect(actions.control(office, "review")).to_be_visible()
    wire.mend()
    phone.reload()
    expect(actions.control(phone, "review")).to_be_visible(timeout=SLOW)
    until(phone, lambda: kept(phone) == "")
    panel.check(Counter([(place, "7")]))
    expect(actions.control(phone, "review")).to_be_visible()  # it doesn't lead away


@pytest.mark.slow
def test_a_random_walk(panel: Panel, wire: Wire) -> None:
    """Steps of two devices, one of them behind a wire, and of a server that dies."""
    draw = random.Random(2026)
    office, phone = panel.device(), panel.device(wire.port)
    begin(office)
    phone.reload()
    clicked: Counter[tuple[str, str]] = Counter()
    steps = 3 * list(WALK.elements())
    draw.shuffle(steps)

    def press(page: Page, key: str) -> None:
        button = actions.control(page, key).get_by_role("button").first
        with suppress(Error):  # it went away, because the other device moved on
            if button.count() and button.is_enabled():
                button.click(timeout=1000)
                page.wait_for_timeout(draw.choice([0, 100, 400]))

    def to_a_comparison(page: Page) -> bool:
        if (
            page.locator(REVIEW).count() and not page.locator(".st-key-go_on").count()
        ):  # nothing is open
            panel.store.set_place(panel.expert, "pair a a1 a2")
            page.reload()
        keys = {REVIEW: "go_on", PARENT: "back", ".st-key-start": "start"}
        for screen, key in keys.items():
            if page.locator(screen).count():
                press(page, key)
                page.wait_for_timeout(200)
        return page.locator(QUESTION).count() > 0

    for step in steps:
        page = phone if step == "cut" else draw.choice([office, phone])
        expect(page.locator(SCREEN).first).to_be_visible(timeout=SLOW)
        if step in ("answer", "cut", "kill"):
            value = draw.choice(SAATY_POSITIONS)
            until(page, lambda page=page: to_a_comparison(page))
            if step == "cut":
                wire.cut()
            place = choose_here(page, value)
            if step == "kill":
                page.wait_for_timeout(draw.choice([0, 20, 80]))
                panel.server.kill()
                panel.server.start()
            elif step == "cut":
                page.wait_for_timeout(draw.choice([100, 1500]))
                wire.mend()
            clicked[place, value] += 1
            # where nothing is asked, what is kept waits for the next question
            until(page, lambda page=page: to_a_comparison(page) and panel.answers() == clicked)
        elif step == "reload":
            page.reload()
        else:
            press(page, step)
    panel.check(clicked)
    for page in (office, phone):
        page.reload()
        expect(page.locator(SCREEN).first).to_be_visible(timeout=SLOW)
        if place := actions.asked(page):
            _kind, parent, left, right = place.split()
            assert checked(page) == panel.store.replies(panel.expert).value((parent, left, right))
