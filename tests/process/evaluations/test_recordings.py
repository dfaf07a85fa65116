"""What came in and when; a recording taken back."""

from __future__ import annotations

import pytest

from ahp.process.evaluations.events import CellKey, Row, ValuesRecorded
from ahp.process.evaluations.recordings import history_of, taken_back
from tests.process.evaluations.booked import PERIOD, Book

FIRST, SECOND = Row("u1", "briefings", "5"), Row("u2", "briefings", "7")
NEW = Row("u1", "briefings", "6")


@pytest.fixture
def book() -> Book:
    book = Book()
    book.record(FIRST)
    book.record(NEW, SECOND, reason="typing error")
    return book


def held(book: Book):
    return book.state.periods[PERIOD]


def test_a_recording_keeps_what_stood_there(book):
    first, second = held(book).recordings
    assert first.before == {FIRST.key: None}
    assert second.before[FIRST.key].row == FIRST
    assert second.before[SECOND.key] is None
    assert second.owner is None
    assert second.stamp.seq == first.stamp.seq + 1


def test_what_was_recorded_is_taken_back(book):
    first, second = held(book).recordings
    assert taken_back(held(book), second) == ((FIRST,), (SECOND.key,))
    assert taken_back(held(book), first) == ((), ())  # it was changed since
    rows, removed = taken_back(held(book), second)
    book.do(ValuesRecorded(PERIOD, rows, removed, reason="taken back"))
    assert {key: one.row.value for key, one in held(book).values.items()} == {FIRST.key: "5"}
    assert taken_back(held(book), second) == ((), ())
    undone = held(book).recordings[-1]
    assert taken_back(held(book), undone) == ((NEW, SECOND), ())
    # of a cell that had none, came and went nothing stands before the latest value
    book.record(Row("u2", "briefings", "9"))
    assert taken_back(held(book), held(book).recordings[-1]) == ((), (SECOND.key,))


def test_the_history_of_a_cell_has_what_was_taken_away(book):
    book.do(ValuesRecorded(PERIOD, (), (FIRST.key,), reason="wrong unit"))
    found = history_of(held(book), "u1", "briefings")
    assert [(one.value and one.value.row.value, one.reason) for one in found] == [
        (None, "wrong unit"),
        ("6", "typing error"),
        ("5", ""),
    ]
    assert [one.stamp.seq for one in found] == [
        one.stamp.seq for one in reversed(held(book).recordings)
    ]
    assert history_of(held(book), "u3", "briefings") == ()


def test_parts_of_an_indicator_have_one_history():
    book = Book()
    book.record(
        Row("u1", "training", "30", input="hours"), Row("u1", "training", "9", input="heads")
    )
    assert [one.key for one in history_of(held(book), "u1", "training")] == [
        CellKey("u1", "training", input="heads"),
        CellKey("u1", "training", input="hours"),
    ]


def test_whose_values_the_organizer_records_is_said():
    book = Book()
    book.owner("p1", "李芳", "briefings")
    book.do(ValuesRecorded(PERIOD, (FIRST,)), person="p1")
    book.record(SECOND, by="p1")
    assert [(one.owner, one.stamp.actor.kind) for one in held(book).recordings] == [
        ("p1", "organizer"),
        ("p1", "person"),
    ]
