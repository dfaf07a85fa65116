"""States of studies are kept in memory, and never one that the log does not have."""

from __future__ import annotations

import pytest
from sqlalchemy import event, text

from ahp.errors import StoreError
from ahp.process.events import StudyRenamed
from ahp.store import Store, chain, log, part, states
from ahp.study.standing import Standing

AB = ("goal", "a", "b")


def reads(store: Store, action) -> list[str]:
    """The statements by which events are read."""
    found: list[str] = []
    engine = store._database._engine

    def note(_connection, _cursor, statement, *_rest) -> None:
        if "FROM events" in statement and "event_id =" not in statement:
            found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    action()
    event.remove(engine, "before_cursor_execute", note)
    return found


@pytest.fixture
def ada(store, study) -> str:
    return store.add_expert(study.id, "Ada").id


def test_a_page_reads_no_event_twice(store, study, ada, url) -> None:
    store.answer(ada, *AB, "3", event_id="one")
    for action in (
        lambda: store.replies(ada),
        lambda: store.expert(ada).sitting,
        lambda: store.experts(study.id),
        lambda: store.answer(ada, *AB, "5", event_id="two"),
        lambda: store.replies(ada),
    ):
        assert reads(store, action) == []
    other = Store(url)
    assert len(reads(other, lambda: other.replies(ada))) == 1
    assert reads(other, lambda: other.replies(ada)) == []
    assert other.answer(ada, *AB, "7", event_id="three").seq == 5
    assert len(reads(store, lambda: store.replies(ada))) == 1
    assert store.current(ada) == other.current(ada) == {AB: "7"}
    other.close()


def test_what_is_taken_back_is_not_kept(store, study, ada) -> None:
    def interrupted() -> None:
        with store._database.write() as session:
            row = session.get_one(states.StudyRow, study.id)
            log.append(session, row, [part.by_organizer(StudyRenamed("Never"))])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert store.study(study.id).title == "Pilot"
    assert store.rename_study(study.id, "Final").title == "Final"
    with store._database.read() as session:
        row = session.get_one(states.StudyRow, study.id)
        assert states.state_of(session, row).title == "Final"
    store.verify_log()


def test_what_is_taken_back_pushes_nothing_out(store, study, ada, monkeypatch) -> None:
    """A change of many steps that is refused at the last one leaves the kept states of use."""
    monkeypatch.setattr(states, "STATES", 3)
    many = [store.add_expert(study.id, f"E{k}").id for k in range(6)]
    store.replies(ada)
    given = dict.fromkeys(many, Standing(2, "chair"))
    with pytest.raises(StoreError, match="nobody"):
        store.set_standings(given | {"nobody": Standing()})
    store.answer(ada, *AB, "3", event_id="one")
    assert reads(store, lambda: store.replies(ada)) == []


def test_another_log_under_the_same_numbers_is_read_anew(store, study, ada, url) -> None:
    """As after a database was put back from its backup, while the server ran."""
    store.answer(ada, *AB, "3", event_id="one")
    assert store.current(ada) == {AB: "3"}
    with store._database.write() as session:
        session.execute(text("DELETE FROM events WHERE seq = 3"))
        row = session.get_one(states.StudyRow, study.id)
        last = next(chain.read(session, study.id, 2))
        row.head_seq, row.head_hash = last.seq, last.hash
    other = Store(url)
    other.answer(ada, *AB, "1/9", event_id="another")
    assert store.current(ada) == {AB: "1/9"}
    other.answer(ada, *AB, "1/8", event_id="more")
    assert store.current(ada) == {AB: "1/8"}
    other.close()


def test_another_log_is_not_continued_from_a_kept_state(store, study, ada, url) -> None:
    """One event further, too: the kept state is of an event that the log has no more."""
    store.answer(ada, *AB, "3", event_id="one")
    store.comment(ada, *AB, "gone", event_id="two")
    with store._database.write() as session:
        session.execute(text("DELETE FROM events WHERE seq > 2"))
        row = session.get_one(states.StudyRow, study.id)
        last = next(chain.read(session, study.id, 2))
        row.head_seq, row.head_hash = last.seq, last.hash
    other = Store(url)
    for number, value in enumerate(("1/9", "1/8", "1/7")):
        other.answer(ada, *AB, value, event_id=f"other-{number}")
    replies = store.replies(ada)
    assert (replies.answers, replies.comments) == ({AB: "1/7"}, {})
    other.close()


def test_few_states_are_kept(store, survey, monkeypatch) -> None:
    monkeypatch.setattr(states, "BOOKS", 2)
    monkeypatch.setattr(states, "STATES", 3)
    made = [store.create_study(survey, f"Study {k}") for k in range(4)]
    for k in range(5):
        store.rename_study(made[3].id, f"Renamed {k}")
    kept = store._database._kept["states"]._kept
    assert list(kept) == [made[2].id, made[3].id]
    assert [one.seq for one in kept[made[3].id]] == [6, 5, 4]
    assert store.settings(made[0].id) == store.settings(made[1].id)
