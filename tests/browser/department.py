"""What the people of a department do at an evaluation's pages, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

import ahp
from ahp.i18n import translator
from ahp.i18n.evaluation import names_of
from ahp.process.evaluations.state import EvaluationState, PeriodState
from ahp.store import Store
from tests.browser import actions
from tests.browser.actions import DESKTOP, control
from tests.running_server import RunningServer

PASSWORD = "four random words"
OFFICES = Path(ahp.__file__).parents[1] / "examples" / "evaluation" / "offices"
UNITS = [f"{letter}市监督中心" for letter in "甲乙丙丁戊己庚辛壬癸子丑"]
GROUPS = ("市区组", "县域组")
RATERS = ("赵评", "钱评", "孙评")
LIST = "\n".join(
    f"{k}. {name}，{GROUPS[k > 6]}，{name[0]}联系人" for k, name in enumerate(UNITS, 1)
)
"""The units as they are pasted: numbered, in two groups, with who answers for them."""


def begins(page: Page, key: str) -> Locator:
    """The elements whose key begins so, where the rest are ids."""
    return page.locator(f'[class*="st-key-{key}"]')


def tap(page: Page, key: str) -> None:
    """Press the button whose key begins so."""
    begins(page, key).get_by_role("button").first.click()


def tick(page: Page, key: str) -> None:
    """Tick the box whose key begins so."""
    box = begins(page, key)
    actions.drawn(page)  # until then the box of other figures may still stand beside it
    expect(box).to_be_visible()
    box.locator("label").click()
    expect(box.get_by_role("checkbox")).to_be_checked()
    actions.drawn(page)


def write(page: Page, key: str, text: str) -> None:
    """Type into the field whose key begins so, and leave it."""
    field = begins(page, key).locator("textarea, input").first
    expect(field).to_be_visible()
    field.fill(text)
    field.blur()


def choose(page: Page, key: str, option: str | re.Pattern[str]) -> None:
    """Choose in the box whose key begins so."""
    actions.drawn(page)  # until then what was opened may close again
    found = begins(page, key).get_by_role("combobox")
    found.click()
    if isinstance(option, str):
        found.fill(option)
    page.get_by_role("option", name=option, exact=isinstance(option, str)).click()


def sign_in(page: Page, server: RunningServer, name: str) -> None:
    """Sign in to an account."""
    page.goto(f"{server.url}/organizer")
    page.locator('[name="name"]').fill(name)
    page.locator('[name="password"]').fill(PASSWORD)
    page.get_by_role("button").click()
    head = control(page, "page_head").get_by_text(name)
    expect(head).to_be_visible(timeout=60_000)  # of a server that has just started


class Department:
    """An evaluation in a real server, with a clerk and a head who have accounts.

    Attributes:
        server: a running one.
        store: its database.
        language: `"zh"` or `"en"`, of all browsers.
        kills: before which loads of pages the server is killed, by their numbers from 1.
        loads: of pages so far.
    """

    def __init__(
        self,
        browser: Browser,
        server: RunningServer,
        store: Store,
        locale: str,
        kills: Container[int] = (),
    ) -> None:
        self.browser, self.server, self.store = browser, server, store
        self.kills, self.loads = kills, 0
        self.locale, self.language = locale, locale[:2]
        self.store.add_account("系统管理员", PASSWORD, ["administrator"])
        for name, role in (("王芳", "organizer"), ("李主任", "head")):
            self.store.add_account(name, PASSWORD, [role])

    def sign_in(self, name: str) -> Page:
        """Somebody with an account opens a browser of their own."""
        page = self.visitor(DESKTOP)
        sign_in(page, self.server, name)
        return page

    def visitor(self, size: dict[str, int]) -> Page:
        """A browser of somebody's own."""
        return actions.visitor(self.browser, locale=self.locale, size=size).new_page()

    def load(self, page: Page, address: str = "") -> None:
        """Open an address, or load the page again. All that was done before is confirmed now: the
        server may be killed, and nothing may be lost.
        """
        self.loads += 1
        if self.loads in self.kills:
            confirmed = self.store.evaluation_events(self.id)
            self.server.kill()
            self.server.start()
            assert self.store.evaluation_events(self.id) == confirmed
        page.goto(address or page.url)

    @property
    def id(self) -> str:
        """Of the only evaluation."""
        [found] = self.store.evaluations()
        return found.id

    @property
    def now(self) -> EvaluationState:
        """The evaluation as its log tells it now."""
        return self.store.evaluation_state(self.id)

    @property
    def held(self) -> PeriodState:
        """The only period."""
        [found] = self.now.periods.values()
        return found

    @property
    def period(self) -> str:
        """The only period, as `str(Period)`."""
        return str(self.held.period)

    @property
    def unit(self) -> Mapping[str, str]:
        """First letter of a unit's name -> id."""
        return {one.name[0]: one.id for one in self.now.units}

    def name(self, part: str) -> str:
        """What an indicator, a deduction, a bonus or a veto is called."""
        return names_of(self.now.versions[-1].scheme, self.language)[part]

    def say(self, text: str) -> str:
        """One of the product's texts in the language of the browsers."""
        return translator(self.language)(text)

    def folded(self, page: Page, text: str) -> Locator:
        """What opens something that is folded."""
        return page.locator("summary").filter(has_text=self.say(text))

    def go(self, page: Page, name: str) -> None:
        """Open one of the evaluation's pages by its address."""
        self.load(page, f"{self.server.url}/evaluation_{name}?evaluation={self.id}")
        expect(control(page, "next_step")).to_be_visible()
        actions.drawn(page)

    def links(self, page: Page, role: str) -> dict[str, str]:
        """Issue the links of all people of a role -> name -> link."""
        people = [one.name for one in self.now.participants.values() if one.role == role]
        tap(page, f"issue-{role}-")
        codes = page.locator("code").filter(has_text=re.compile("^http"))
        expect(codes).to_have_count(len(people))
        return dict(zip(people, codes.all_inner_texts(), strict=True))

    def upload(self, page: Page, name: str, content: bytes) -> None:
        """Give the page of data a file, and wait until it was read."""
        self.load(page)
        before = begins(page, "data_file-").locator('input[type="file"]')
        before.set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
        expect(begins(page, "record-").or_(begins(page, "ask-")).first).to_be_visible()

    def record(self, page: Page, count: int) -> None:
        """Record what was read."""
        tap(page, "record-")
        said = {"zh": f"已录入 {count} 个数值。", "en": f"Values recorded: {count}."}
        expect(page.get_by_text(said[self.language], exact=True)).to_be_visible()
