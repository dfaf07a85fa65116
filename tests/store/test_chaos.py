"""Devices, an organizer, killed processes and cut connections, all at once.

Whatever happens: what was confirmed is in the log exactly once, and the state that the store gives
is the one that a plain reading of the log gives.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import threading
import time
from collections import Counter
from multiprocessing.connection import Connection, wait
from typing import Any, NamedTuple

import psycopg
import pytest
from sqlalchemy import make_url

from ahp.errors import AHPError, StoreError
from ahp.process.asking import Asking
from ahp.process.settings import Settings
from ahp.scale import SAATY_POSITIONS
from ahp.store import Store

from ..study.panels import make_survey
from .conftest import fresh_schema

SURVEY = make_survey({**dict.fromkeys("abcde", "goal"), "a1": "a", "a2": "a"})
PAIRS = SURVEY.hierarchy.comparisons
TURNED = {str(k): f"1/{k}" for k in range(2, 10)} | {f"1/{k}": str(k) for k in range(2, 10)}
EXPERTS = ("Ada", "Bo", "Cy")


class Act(NamedTuple):
    """One call of the store; the same id is the same call, whoever makes it."""

    event_id: str
    method: str
    arguments: tuple[Any, ...]
    options: dict[str, Any]

    def run(self, store: Store) -> bool:
        """Whether it was confirmed; False when it was refused."""
        try:
            getattr(store, self.method)(*self.arguments, **self.options)
        except AHPError as error:
            if str(error).startswith(store.location):
                raise
            return False
        return True


def saying(draw: random.Random, expert: str, event_id: str) -> Act:
    """Something an expert says."""
    pair = draw.choice(PAIRS)
    if draw.random() < 0.5:
        pair = (pair[0], pair[2], pair[1])
    options: dict[str, Any] = {"event_id": event_id}
    method = draw.choices(
        ["answer", "abstain", "comment", "keep", "rank", "start"], [60, 15, 10, 5, 5, 5]
    )[0]
    arguments: tuple[Any, ...] = (expert, *pair)
    if method == "answer":
        arguments += (draw.choice(SAATY_POSITIONS),)
        options["place"] = event_id
    elif method == "abstain":
        options["place"] = event_id
    elif method == "comment":
        arguments += (draw.choice(["", "why", "备注"]),)
    elif method == "keep":
        arguments = (expert, pair[0], draw.choice(["", "so"]))
    elif method == "rank":
        kids = SURVEY.hierarchy.children[pair[0]]
        arguments = (expert, pair[0], tuple(draw.sample(kids, len(kids))))
    else:
        way, short = draw.choice(["pairs", "rank"]), draw.random() < 0.5
        arguments, options = (expert,), {**options, "way": way, "short": short, "consent": "Yes."}
    return Act(event_id, method, arguments, options)


def organizing(draw: random.Random, study: str, event_id: str) -> Act:
    """Something an organizer changes."""
    if draw.random() < 0.3:
        settings = Settings("eigenvector", "saaty", rounds=draw.randint(1, 9))
        return Act(event_id, "set_settings", (study, settings), {})
    asking = Asking("expert", draw.random() < 0.7, draw.random() < 0.7)
    return Act(event_id, "set_asking", (study, asking), {})


def plan(draw: random.Random, study: str, experts: list[str], length: int) -> list[list[Act]]:
    """What each of three parties does: the first device of all experts, the second, the organizer.

    Acts are repeated later by their own device or by the other one, and some of them from the
    start by both.
    """
    devices: list[list[Act]] = [[], []]
    for device, own in enumerate(devices):
        for number in range(length):
            who = draw.randrange(len(experts))
            own.append(saying(draw, experts[who], f"{who}-{device}-{number}"))
    said = [act for own in devices for act in own]
    for own in devices:
        for act in draw.sample(said, length // 3):
            own.insert(draw.randint(0, len(own)), act)
    for own in draw.sample(devices, 1):
        act = Act("done", "submit", (experts[0],), {"event_id": "done"})
        own.insert(draw.randint(len(own) // 2, len(own)), act)
    return [*devices, [organizing(draw, study, f"o-{k}") for k in range(length // 4)]]


# The plain reading of a log


class Said:
    """What one expert said by the log, read in the plainest way."""

    def __init__(self) -> None:
        self.way = self.place = self.last = None
        self.submitted = False
        self.shown: list[tuple[str, str, str]] = []
        self.value: dict[tuple[str, str, str], str] = {}
        self.comments: dict[tuple[str, str, str], str] = {}
        self.kept: dict[str, str] = {}
        self.rankings: dict[str, tuple[str, ...]] = {}


def read(events):
    said = {event.expert_id: Said() for event in events if event.kind == "expert_added"}
    for event in events:
        one = said.get(event.expert_id)
        pair = (event.parent, *sorted((event.left or "", event.right or "")))
        if event.kind == "answer":
            right_way_round = event.left < event.right
            one.value[pair] = event.value if right_way_round else TURNED.get(event.value, "1")
        elif event.kind == "abstain":
            one.value[pair] = "abstain"
        elif event.kind == "comment":
            one.comments[pair] = event.detail
        elif event.kind == "ranked":
            one.rankings[event.parent] = tuple(json.loads(event.detail))
        elif event.kind == "kept":
            one.kept[event.parent] = event.detail
        elif event.kind == "way":
            one.way = json.loads(event.detail)
        elif event.kind == "submit":
            one.submitted = True
        if event.kind in ("answer", "abstain"):
            one.kept.pop(event.parent, None)
            one.last, one.place = event.time, event.event_id
            if not any({*shown} == {*pair} for shown in one.shown):
                one.shown.append((event.parent, event.left, event.right))
    return said


def progress(said, parent):
    """(done, asked): five items below the goal, two below a."""
    answered = sum(pair[0] == parent and value != "abstain" for pair, value in said.value.items())
    left_out = sum(pair[0] == parent and value == "abstain" for pair, value in said.value.items())
    every, short = {"goal": (10, 8), "a": (1, 1)}[parent]
    wanted = short if said.way and said.way["short"] else every
    still = min(max(wanted - answered, 0), every - answered - left_out)
    return answered + left_out, answered + left_out + still


def check(store: Store, study: str, acts: list[Act], confirmed: set[str]) -> None:
    """The log has what was confirmed, once; the state is the plain reading of it."""
    check_state(store, study)
    events = store.events(study)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    logged = [event.event_id for event in events]
    assert max(Counter(logged).values()) == 1
    sent = {act.event_id: act for act in acts if "event_id" in act.options}
    assert {act for act in confirmed if act in sent} <= set(logged)
    own = [event for event in events if event.source == "web" and event.kind != "consent"]
    for event in own:
        act = sent[event.event_id]
        assert event.expert_id == act.arguments[0]
        if event.kind in ("answer", "abstain", "comment"):
            assert (event.parent, event.left, event.right) == act.arguments[1:4]
            assert event.kind == act.method
            assert event.value == (act.arguments[4] if event.kind == "answer" else None)
    for expert, said in read(events).items():
        assert store.expert(expert).place == said.place
    consents = [event.event_id for event in events if event.kind == "consent"]
    ways = [event.event_id for event in events if event.kind == "way"]
    assert consents == [f"{way}-consent" for way in ways]
    last = {event.kind: event.detail for event in events}
    assert store.asking(study) == Asking(**json.loads(last.get("asking", "{}")))
    if "settings" in last:
        assert store.settings(study) == Settings(**json.loads(last["settings"]))


def check_state(store: Store, study: str) -> None:
    """The state of a study of `SURVEY` is the plain reading of its log."""
    events = store.events(study)
    for expert, said in read(events).items():
        replies, info = store.replies(expert), store.expert(expert)
        answers = {pair: said.value[pair] for pair in PAIRS if pair in said.value}
        out = {pair for pair, value in answers.items() if value == "abstain"}
        answers = {pair: value for pair, value in answers.items() if value != "abstain"}
        assert list(replies.answers.items()) == list(answers.items())
        assert store.current(expert) == answers
        assert replies.abstained == out
        assert list(replies.asked.values()) == said.shown
        assert replies.comments == {pair: text for pair, text in said.comments.items() if text}
        assert replies.kept == said.kept
        assert replies.rankings == said.rankings
        assert (None if replies.way is None else json.loads(replies.way.content)) == said.way
        assert replies.submitted == info.submitted == said.submitted
        assert info.last_answer == said.last
        assert info.progress == {"goal": progress(said, "goal"), "a": progress(said, "a")}
        assert (info.answered, info.total) == tuple(
            sum(column) for column in zip(*info.progress.values(), strict=True)
        )
        judged = [one for one in store.answers(study, only_submitted=False).judgments
                  if one.expert == info.name]  # fmt: skip
        assert {(one.parent, *sorted((one.left, one.right))) for one in judged} == {*answers}


def set_up(store: Store, number: int) -> tuple[str, list[str]]:
    study = store.create_study(SURVEY, f"Chaos {number}").id
    store.set_asking(study, Asking(short_form=True, cannot_judge=True))
    return study, [one.id for one in store.add_experts(study, dict.fromkeys(EXPERTS))]


# Processes that are killed


def work(url: str, acts: list[Act], channel: Connection) -> None:
    """A server process: confirms each act when it is done."""
    store = Store(url)
    for act in acts:
        channel.send((act.event_id, act.run(store)))


def run_processes(url: str, parties: list[list[Act]], draw: random.Random) -> tuple[set[str], int]:
    """Run parties at once, kill some of them; whoever takes over begins with what is not confirmed.

    Returns:
        What was confirmed, and how many processes died.
    """
    context = multiprocessing.get_context("forkserver")
    confirmed: set[str] = set()
    running: dict[Connection, tuple[Any, list[Act]]] = {}

    def begin(acts: list[Act]) -> None:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=work, args=(url, acts, theirs))
        process.start()
        theirs.close()
        running[ours] = process, acts

    for acts in parties:
        begin(acts)
    kills = 0
    deaths = sorted(draw.uniform(0.02, 0.9) for _ in range(2))
    total = sum(map(len, parties))
    done = 0
    while running:
        for channel in wait(list(running)):
            process, acts = running[channel]
            try:
                event_id, accepted = channel.recv()
            except (EOFError, OSError):  # the latter in the middle of a message
                del running[channel]
                channel.close()
                process.join()
                assert process.exitcode in ((-9,) if acts else (0, -9))
                if acts:
                    begin(acts)
                process.close()
                continue
            assert acts[0].event_id == event_id
            running[channel] = process, acts[1:]
            done += 1
            if accepted:
                confirmed.add(event_id)
        if deaths and done >= deaths[0] * total and running:
            deaths.pop(0)
            draw.choice([process for process, _acts in running.values()]).kill()
            kills += 1
    return confirmed, kills


@pytest.mark.parametrize("rounds", [10, pytest.param(300, marks=pytest.mark.slow)])
def test_interleavings_with_killed_processes(tmp_path, rounds):
    multiprocessing.get_context("forkserver").set_forkserver_preload([__name__])
    url = f"sqlite:///{tmp_path / 'ahp.db'}"
    store = Store(url)
    kills = 0
    for number in range(rounds):
        draw = random.Random(number)
        study, experts = set_up(store, number)
        parties = plan(draw, study, experts, 8)
        confirmed, died = run_processes(url, parties, draw)
        kills += died
        assert len(confirmed) > 8
        check(store, study, [act for own in parties for act in own], confirmed)
    assert kills >= rounds
    assert len(store.verify_log()) == rounds
    store.close()


# Connections that are cut


@pytest.fixture
def cut(postgres_server):
    """URL of a database, and what cuts one of the connections to it."""
    with fresh_schema(postgres_server) as url, psycopg.connect(postgres_server) as master:
        master.autocommit = True
        own = make_url(url).update_query_dict({"application_name": "ahp_chaos"})

        def cut_one() -> int:
            return len(
                master.execute(
                    "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE "
                    "application_name = 'ahp_chaos' ORDER BY random() LIMIT 1) AS one"
                ).fetchall()
            )

        yield own.render_as_string(hide_password=False), cut_one


@pytest.mark.slow
def test_interleavings_with_cut_connections(cut):
    url, cut_one = cut
    store = Store(url)
    cuts = 0
    for number in range(8):
        draw = random.Random(1000 + number)
        study, experts = set_up(store, number)
        parties = plan(draw, study, experts, 16)
        confirmed: set[str] = set()
        failures: list[str] = []
        done: list[str] = []

        def run(acts, failures=failures, confirmed=confirmed, done=done):
            for act in acts:
                for _attempt in range(30):
                    try:
                        if act.run(store):
                            confirmed.add(act.event_id)
                        done.append(act.event_id)
                        break
                    except StoreError:
                        continue  # cut
                else:
                    failures.append(act.event_id)

        threads = [threading.Thread(target=run, args=(acts,)) for acts in parties]
        for thread in threads:
            thread.start()
        next_cut = 0
        while any(thread.is_alive() for thread in threads):
            if len(done) >= next_cut:  # by what was done, not by the clock: nobody is starved
                cuts += cut_one()
                next_cut = len(done) + draw.randrange(1, 4)
            time.sleep(0.002)
        assert failures == []
        assert len(confirmed) > 15
        # pooled connections are tried before use: a read right after the cuts works
        check(store, study, [act for own in parties for act in own], confirmed)
    assert cuts >= 40
    store.verify_log()
    store.close()
