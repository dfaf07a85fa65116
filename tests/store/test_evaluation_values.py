"""Values that are recorded together, by several people at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ahp.errors import StoreError
from ahp.process.evaluations.events import CellKey, File, Row
from ahp.store import Store
from tests.process.evaluations.booked import PERIOD, started

FIVE, SIX = Row("u1", "briefings", "5"), Row("u1", "briefings", "6")


@pytest.fixture
def book(tmp_path: Path) -> Iterator[tuple[Store, str]]:
    store = Store(f"sqlite:///{tmp_path / 'ahp.db'}")
    yield store, started(store).id
    store.close()


def recorded(store: Store, made: str) -> dict[CellKey, str]:
    held = store.evaluation_state(made).periods[PERIOD]
    return {key: one.row.value for key, one in held.values.items()}


def test_a_change_that_was_decided_on_before_somebody_else_s_is_refused(book):
    store, made = book
    seen = {FIVE.key: None}
    assert store.record_values(made, PERIOD, [FIVE], seen=seen) == (FIVE,)
    assert store.record_values(made, PERIOD, [FIVE], seen=seen) == ()  # the same: nothing to say
    with pytest.raises(StoreError) as refused:
        store.record_values(made, PERIOD, [SIX], seen=seen)
    assert str(refused.value) == (
        "'u1', 'briefings': somebody else has changed the value meanwhile. Nothing was recorded; "
        "look at the changes below and record again."
    )
    with pytest.raises(StoreError):
        store.record_values(made, PERIOD, [], removed=[FIVE.key], seen={FIVE.key: SIX})
    assert recorded(store, made) == {FIVE.key: "5"}
    assert store.record_values(made, PERIOD, [SIX], seen={FIVE.key: FIVE}) == (SIX,)
    assert store.record_values(made, PERIOD, [FIVE]) == (FIVE,)  # whatever stands there


def test_two_clerks_record_the_same_file_at_once(book):
    store, made = book
    rows = [Row(f"u{k}", "briefings", str(k)) for k in range(1, 13)]
    content = b"unit,briefings\n"
    file = File(hashlib.sha256(content).hexdigest(), "a.csv", len(content))
    seen = dict.fromkeys(row.key for row in rows)

    def record(_: int) -> int:
        return len(store.record_values(made, PERIOD, rows, file=file, content=content, seen=seen))

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(record, range(2))) == [0, 12]
    [recording] = store.evaluation_state(made).periods[PERIOD].recordings
    assert recording.action.file == file
    [log] = store.verify_evaluations()
    assert log.events == store.evaluation_state(made).seq


def test_whose_values_the_organizer_records(book):
    store, made = book
    owner = store.add_person(made, "data_owner", "李芳", indicators=["briefings"]).person.id
    store.record_values(made, PERIOD, [FIVE], owner=owner)
    store.record_values(made, PERIOD, [SIX], person=owner)
    first, second = store.evaluation_state(made).periods[PERIOD].recordings
    assert (first.owner, first.stamp.actor.kind) == (owner, "organizer")
    assert (second.owner, second.stamp.actor.id) == (owner, owner)
    with pytest.raises(StoreError) as refused:
        store.record_values(made, PERIOD, [Row("u1", "data_sharing", "20")], person=owner)
    assert str(refused.value) == "'李芳' may deliver their own indicators only."
