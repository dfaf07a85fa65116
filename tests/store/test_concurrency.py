from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from ahp import load_survey
from ahp.scale import SAATY_POSITIONS
from ahp.store import Store

OPEN = """
import sys
from ahp.store import Store
print("ready", flush=True)
sys.stdin.readline()
store = Store(sys.argv[1])
print(store.studies(), flush=True)
store.close()
"""

WRITE = """
import sys
from itertools import count
from ahp.store import Store
url, expert, name = sys.argv[1:]
store = Store(url)
for k in count():
    pair = [("goal", "a", "b"), ("goal", "c", "b"), ("a", "a1", "a2")][k % 3]
    store.answer(expert, *pair, str(k % 9 + 1), event_id=f"{name}-{k}", place=str(k))
    print(f"{name}-{k}", flush=True)
"""


def test_eight_threads_lose_nothing(store):
    survey = load_survey("supervision_effectiveness")
    study = store.create_study(survey, "Threads")
    experts = [store.add_expert(study.id, f"Expert {k}") for k in range(8)]
    pairs = survey.hierarchy.comparisons[:20]

    def answer(k):
        for i, pair in enumerate(pairs):
            value = SAATY_POSITIONS[(k + i) % len(SAATY_POSITIONS)]
            store.answer(experts[k].id, *pair, value, event_id=f"{k}-{i}")
            assert len(store.current(experts[k].id)) == i + 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(answer, range(8)))
    events = store.events(study.id)
    assert [event.seq for event in events] == list(range(1, 1 + 8 + 160 + 1))
    assert {event.event_id for event in events if event.kind == "answer"} == {
        f"{k}-{i}" for k in range(8) for i in range(20)
    }
    assert [expert.answered for expert in store.experts(study.id)] == [20] * 8
    assert [log.events for log in store.verify_log()] == [169]


def test_browsers_that_answer_at_once_lose_nothing(store, study):
    experts = [store.add_expert(study.id, f"Expert {k}").id for k in range(8)]
    browsers = [store.open_link(store.issue_link(expert), None) for expert in experts]
    before = len(store.events(study.id))

    def answer(k):
        mine = store.from_browser(browsers[k])
        for i, pair in enumerate(study.survey.hierarchy.comparisons):
            mine.answer(experts[k], *pair, "3", event_id=f"{k}-{i}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(answer, range(8)))
    assert len(store.events(study.id)) == before + 8 * 4
    assert [expert.answered for expert in store.experts(study.id)] == [4] * 8


def test_same_answer_from_many_threads_is_one_event(store, study):
    expert = store.add_expert(study.id, "Ada")
    with ThreadPoolExecutor(8) as pool:
        events = list(
            pool.map(
                lambda _: store.answer(expert.id, "goal", "a", "b", "3", event_id="same"),
                range(16),
            )
        )
    assert set(events) == {store.events(study.id)[-1]}
    assert len(store.events(study.id)) == 3


def test_same_survey_from_many_threads_is_stored_once(store, survey, database):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda k: store.create_study(survey, f"Study {k}"), range(8)))
    assert database.rows("SELECT count(*) FROM surveys") == [(1,)]
    assert len(store.verify_log()) == 8


def test_stores_open_in_many_threads_at_once(url):
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(lambda _: Store(url), range(4)))
    for store in stores:
        assert store.studies() == []
        store.close()


def test_two_processes_open_a_fresh_database_at_once(url, spawn):
    processes = [spawn(OPEN, url) for _ in range(2)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    outcome = [process.communicate(timeout=30) for process in processes]
    assert outcome == [("[]\n", "")] * 2


def test_killed_processes_lose_nothing_they_confirmed(url, store, study, spawn):
    names = ("Ada", "Bo")
    experts = [store.add_expert(study.id, name) for name in names]
    processes = [
        spawn(WRITE, url, expert.id, name) for name, expert in zip(names, experts, strict=True)
    ]
    for process in processes:
        for _ in range(25):
            assert process.stdout.readline()
    for process in processes:
        process.kill()
        process.wait(timeout=30)
    store.close()
    again = Store(url)
    written = {event.event_id for event in again.events(study.id) if event.kind == "answer"}
    for name, process in zip(names, processes, strict=True):
        rest = process.stdout.read().split()
        assert process.stderr.read() == ""
        confirmed = [f"{name}-{k}" for k in range(25 + len(rest))]
        assert rest == confirmed[25:]
        assert written >= set(confirmed)
        # One more may have been committed before its confirmation was printed.
        assert len([one for one in written if one.startswith(name)]) <= len(confirmed) + 1
    assert [log.events for log in again.verify_log()] == [3 + len(written)]
    again.close()
