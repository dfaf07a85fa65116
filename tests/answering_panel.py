"""Experts over the protocol of their pages, who go on by themselves whatever falls over."""

from __future__ import annotations

import asyncio
import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from websockets.exceptions import WebSocketException

from ahp.i18n import translator
from ahp.store import Store
from ahp.study import Survey
from benchmarks.streamlit_client import CHOICE, Judge, StreamlitClient, Widget, session_cookie

AWAY = {
    "zh": "服务器的数据库暂时无法访问。",
    "en": "The server's database can't be reached at the moment.",
}
LOCALES = {"zh": "zh-CN", "en": "en-US"}
PATIENCE = 90.0
"""Seconds that a page waits for its server: longer than any proxy keeps it waiting."""

LOST = (OSError, EOFError, WebSocketException)  # TimeoutError is an OSError


class Sent(NamedTuple):
    """An answer on its way; its id is that of the event in the log."""

    expert: str
    pair: str
    value: str
    event_id: str


class Panelist:
    """An expert's page. It does what a browser's does: opens its web socket again when that has
    gone, and sends again what the server did not say it has dealt with.

    Attributes:
        confirmed: answers of which the page said that they are dealt with.
        returns: how often the page lost its connection and came back.
        away: the longest time in seconds that it was without a screen of the survey.
        said: what it showed in the meantime.
    """

    def __init__(self, expert_id: str, link: str, language: str, thinking: float) -> None:
        self.expert_id, self.link, self.language = expert_id, link, language
        self._thinking, self._draw = thinking, random.Random(expert_id)
        self.confirmed: list[Sent] = []
        self.returns, self.away = 0, 0.0
        self.said: Counter[str] = Counter()
        self.cookie = ""
        self._judge = Judge(expert_id)
        self._sent: Sent | None = None

    async def answer_all(self, answers: int) -> None:
        """Answer so many comparisons, and come back as often as it takes."""
        seen = time.monotonic()
        page: StreamlitClient | None = None
        while len(self.confirmed) < answers:
            try:
                if page is None:
                    page = await self._open()
                if await self._step(page):
                    self.away = max(self.away, time.monotonic() - seen)
                    seen = time.monotonic()
            except LOST:
                self.returns += page is not None
                page = None
                await asyncio.sleep(1)
        if page:
            await page.close()

    async def _open(self) -> StreamlitClient:
        while not self.cookie:
            try:
                self.cookie = await session_cookie(self.link)
            except RuntimeError as refused:
                if " 50" not in str(refused):  # 502 and 503: it is away, and the page asks again
                    raise
                self.said["not opened yet"] += 1
                await asyncio.sleep(1)
        page = await StreamlitClient.visit(
            self.link,
            self.cookie,
            query=f"e={self.expert_id}",
            locale=LOCALES[self.language],
            patience=PATIENCE,
        )
        self.cookie = page.cookie
        return page

    async def _step(self, page: StreamlitClient) -> bool:
        """Do the next thing; whether there was anything to be done."""
        controls = list(self._controls(page))
        if not controls:
            return await self._wait(page)
        for component, data in controls:
            assert data["words"]["saving"] == translator(self.language)("Saving …")
            if self._sent is None:
                break
            if self._sent.event_id in data["settled"]:
                self.confirmed.append(self._sent)
                self._sent = None
                return True
            await self._send(page, component, data, late=True)
            return True
        for component, data in page.components(CHOICE):
            if not data.get("practice"):
                values = [position["value"] for position in data["positions"]]
                await asyncio.sleep(self._thinking * self._draw.uniform(0.5, 1.5))
                names = (data["left"]["name"], data["right"]["name"])
                value = self._judge.choose(*names, values)
                self._sent = Sent(self.expert_id, data["pair"], value, secrets.token_hex(16))
                await self._send(page, component, data, late=False)
                return True
        await page.press("start" if page.button("start") else "next")
        return True

    async def _send(
        self, page: StreamlitClient, component: Widget, data: Mapping[str, Any], *, late: bool
    ) -> None:
        assert self._sent is not None
        if late:
            await asyncio.sleep(0.2)
        await page.trigger(
            component,
            "answer",
            {
                **{"pair": self._sent.pair, "value": self._sent.value, "id": self._sent.event_id},
                **{"comment": None, "owner": data["owner"], "late": late},
            },
        )

    async def _wait(self, page: StreamlitClient) -> bool:
        """A page without a survey says why, in the expert's language, and asks again."""
        alerts = [
            one.element.alert.body for one in page.widgets.values() if one.element.HasField("alert")
        ]
        assert any(AWAY[self.language] in text for text in alerts), (self.language, alerts)
        self.said[AWAY[self.language]] += 1
        await asyncio.sleep(2)
        await page.rerun()
        return False

    @staticmethod
    def _controls(page: StreamlitClient) -> list[tuple[Widget, Mapping[str, Any]]]:
        """What sends answers, and says which are dealt with."""
        names = (CHOICE, "ahp_rank_items", "ahp_waiting")
        every = [one for name in names for one in page.components(name)]
        return [one for one in every if not one[1].get("practice")]


class Panel:
    """Experts of a study at work, in a thread of their own.

    Args:
        store: the database.
        url: where the server is reached.
        survey: what is asked.
        experts: how many; every other one reads English, the first one Chinese.
        answers: of each.
        thinking: seconds, on average, before each answer.
    """

    def __init__(
        self,
        store: Store,
        url: str,
        survey: Survey,
        *,
        experts: int,
        answers: int,
        thinking: float = 0.0,
    ) -> None:
        self.store, self.answers = store, answers
        self.study = store.create_study(survey, "Chaos").id
        names = {f"Expert {number}": None for number in range(experts)}
        self.panelists = [
            Panelist(
                one.id, f"{url}/i/{store.issue_link(one.id)}", ("zh", "en")[number % 2], thinking
            )
            for number, one in enumerate(store.add_experts(self.study, names))
        ]
        self.problems: list[str] = []
        self._thread = threading.Thread(target=lambda: asyncio.run(self._work()), daemon=True)

    def start(self) -> None:
        self._thread.start()

    async def _work(self) -> None:
        every = (one.answer_all(self.answers) for one in self.panelists)
        found = await asyncio.gather(*every, return_exceptions=True)
        self.problems = [repr(problem) for problem in found if problem is not None]

    @property
    def confirmed(self) -> int:
        return sum(len(one.confirmed) for one in self.panelists)

    def wait_until(self, holds: Callable[[], bool], seconds: float = 300) -> None:
        """Wait for something while they are at work."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert self._thread.is_alive(), f"the panel has ended: {self.problems}"
            assert time.monotonic() < deadline, f"{self.confirmed} answers, and no more"
            time.sleep(0.02)

    def wait_for(self, share: float) -> None:
        """Wait until this share of all answers is confirmed."""
        wanted = share * len(self.panelists) * self.answers
        self.wait_until(lambda: self.confirmed >= wanted)

    def finish(self, seconds: float = 600) -> None:
        """Wait until all have answered all; what was confirmed, and nothing else, is in the log."""
        self._thread.join(seconds)
        assert not self._thread.is_alive(), f"{self.confirmed} answers, and no more"
        assert self.problems == []
        self.check()

    def check(self) -> None:
        own = {one.expert_id for one in self.panelists}
        logged = [
            (one.expert_id, f"pair {one.parent} {one.left} {one.right}", one.value, one.event_id)
            for one in self.store.events(self.study)
            if one.kind == "answer" and one.expert_id in own
        ]
        confirmed = Counter(one for panelist in self.panelists for one in panelist.confirmed)
        assert Counter(Sent(*one) for one in logged) == confirmed  # type: ignore[arg-type]
        assert confirmed.total() == len(self.panelists) * self.answers
