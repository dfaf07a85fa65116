"""The load benchmark's client against a real server."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from ahp.store import Store
from ahp.study import load_survey
from benchmarks.streamlit_client import Answer, Expert, StreamlitClient
from tests.running_server import RunningServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory):
    running = RunningServer(tmp_path_factory.mktemp("client") / "ahp.db")
    yield running
    running.stop()


def run(coroutine):
    """In a thread of its own: a browser that other tests keep open has a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def test_two_comparisons(server):
    store = Store(f"sqlite:///{server.database}")
    study = store.create_study(load_survey("supervision_effectiveness"), "Load")
    expert = store.add_expert(study.id, "Expert")
    link = f"{server.url}/i/{store.issue_link(expert.id)}"

    async def answer_two() -> tuple[Expert, list[str]]:
        client = Expert(expert.id, await StreamlitClient.open(link))
        asked = []
        assert not await client.answer()  # pressed "start"
        for _number in range(2):
            found = client.asked()
            assert found is not None
            asked.append(found[1]["pair"])
            assert await client.answer()
        with pytest.raises(RuntimeError, match="^no button 'nowhere' to press on the page, only "):
            await client.page.press("nowhere")
        await client.page.close()
        return client, asked

    client, asked = run(answer_two())

    assert len(set(asked)) == 2
    assert [answer.pair for answer in client.confirmed] == asked
    logged = [
        Answer(event.expert_id, f"pair {event.parent} {event.left} {event.right}", event.value)
        for event in store.events(study.id)
        if event.kind == "answer"
    ]
    assert logged == client.confirmed
    assert len(client.seconds) == 2
    store.close()


@pytest.mark.parametrize("contradicts", [False, True])
def test_only_those_who_contradict_themselves_are_shown_what_fits_least(server, contradicts):
    store = Store(f"sqlite:///{server.database}")
    study = store.create_study(load_survey("supervision_effectiveness"), "Load")
    expert = store.add_expert(study.id, "Expert")
    link = f"{server.url}/i/{store.issue_link(expert.id)}"

    async def answer_all() -> Expert:
        page = await StreamlitClient.open(link)
        client = Expert(expert.id, page, contradicts=contradicts)
        await client.answer_all(35, (0.0, 0.0))
        await page.close()
        return client

    assert len(run(answer_all()).confirmed) == 35
    kinds = [event.kind for event in store.events(study.id)]
    assert kinds.count("answer") == 35
    assert ("shown" in kinds) is contradicts
    store.close()


def test_thinking_is_for_comparisons(monkeypatch):
    """Before a comparison 4 to 8 seconds, a second before the screens between them."""
    screens = iter(("welcome", "pair", "pair", "summary", "pair"))
    slept = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    class Walker(Expert):
        here = next(screens)

        def asked(self):
            return self.here == "pair" or None

        async def answer(self) -> bool:
            if self.here == "pair":
                self.confirmed.append(Answer("expert", "pair", "1"))
            self.here = next(screens, "review")
            return True

    monkeypatch.setattr(asyncio, "sleep", sleep)
    run(Walker("expert", None).answer_all(3, (4.0, 8.0)))
    assert [4 <= seconds <= 8 for seconds in slept] == [False, True, True, False, True]
    assert (slept[0], slept[3]) == (1.0, 1.0)


def test_refused_link(server):
    link = f"{server.url}/i/nothing"
    with pytest.raises(RuntimeError) as raised:
        run(StreamlitClient.open(link))
    assert str(raised.value) == f"{link} gave no cookie, but 'HTTP/1.1 404 Not Found'"
