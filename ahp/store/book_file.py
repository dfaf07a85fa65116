"""A whole book as JSON: its head, the text its events are bound to, other rows, and the events.

Like a chain, a file does not know what the events mean.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..datafile import MAX_FILE, check_size, check_values, kind, parse_json
from ..errors import LogError, StoreError
from ..messages import Phrase
from . import chain
from .chain import Rows
from .models import EvaluationRow, EventRow, ExpertRow, PersonRow, StudyRow
from .records import Event

FORMAT = 2
"""Of new files. In format 1 the text is an object, and no event has an actor."""

_EVENT = tuple(field.name for field in fields(Event))
_SAME = ("study_id", "survey_hash")
"""Columns of events that are the same in all, and stand once in the file."""

_NUMBERS = ("round", "head_seq", "added_seq", "seq", "format")
_OPTIONAL = (
    *("note", "organization", "expert_id", "parent", "left", "right", "value", "detail"),
    *("actor_kind", "actor_id"),
)
Book = StudyRow | EvaluationRow
People = type[ExpertRow] | type[PersonRow]

_PEOPLE: Mapping[People, tuple[str, str]] = {
    ExpertRow: ("study_id", "experts"),
    PersonRow: ("evaluation_id", "people"),
}
"""Table of people -> its column of their book, and their key in files."""

_LARGEST = 2**31 - 1
"""The largest whole number that every database takes."""


def check_unicode(data: Any, source: str) -> None:
    """Refuse what JSON's escapes make half a character of.

    Raises:
        StoreError: names the file.
    """
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise StoreError("export_not_unicode", source=source, problem=str(error)) from error


@dataclass(frozen=True)
class BookFile:
    """How books of one kind are written into files.

    Attributes:
        name: of the kind.
        head: key of the head, whose columns are `columns`.
        bound_to: key of the text whose SHA-256 the events have.
        rows: key -> columns of other rows.
        events: the table of their events.
        most: bytes of a file.
    """

    name: str
    head: str
    columns: tuple[str, ...]
    bound_to: str
    rows: Mapping[str, tuple[str, ...]]
    events: Rows = EventRow
    most: int = MAX_FILE

    def write(
        self, session: Session, book: Book, text: str, rows: Mapping[str, Iterable[object]]
    ) -> str:
        """A book, the text its events are bound to, and the other rows.

        Raises:
            StoreError: it is more than `read` takes.
        """
        data = {
            "format": FORMAT,
            "kind": self.name,
            self.head: _plain(book, self.columns),
            self.bound_to: text,
            **{key: [_plain(one, self.rows[key]) for one in own] for key, own in rows.items()},
            "events": [
                {name: value for name, value in vars(event).items() if name not in _SAME}
                for event in chain.read(session, book.id, rows=self.events)
            ],
        }
        content = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
        try:
            check_size(content.encode(), book.title, StoreError, self.most)
            check_values(content, book.title, StoreError)
        except StoreError as problem:
            raise StoreError("export_not_read_back", problem=problem) from problem
        return content

    def read(self, content: str | bytes, source: str) -> dict[str, Any]:
        """What `write` wrote, its types checked; the text as it was hashed.

        Raises:
            StoreError: not such a file.
        """
        check_size(content, source, StoreError, self.most)
        data: dict[str, Any] = parse_json(content, source, StoreError)
        check_unicode(data, source)
        keys = ("format", "kind", self.head, self.bound_to, *self.rows, "events")
        _check_keys(data, keys, source)
        if data["kind"] != self.name or data["format"] not in range(1, FORMAT + 1):
            raise StoreError(
                "export_kind",
                source=source,
                kind=repr(data["kind"]),
                format=repr(data["format"]),
                name=self.name,
                newest=FORMAT,
            )
        check_columns(data[self.head], self.columns, f"{source}: {self.head}")
        left_out = _SAME if data["format"] > 1 else (*_SAME, *chain.SINCE_FORMAT_2)
        of_events = tuple(name for name in _EVENT if name not in left_out)
        for key, columns in (*self.rows.items(), ("events", of_events)):
            if not isinstance(data[key], list):
                raise StoreError("export_no_list", place=f"{source}: {key}")
            for k, one in enumerate(data[key]):
                check_columns(one, columns, f"{source}: {key}[{k}]")
        text = data[self.bound_to]
        if data["format"] > 1 and not isinstance(text, str):
            raise StoreError("export_no_text", place=source, name=self.bound_to, found=kind(text))
        return data

    def insert(
        self, session: Session, book: Book, people: People, data: Mapping[str, Any], source: str
    ) -> None:
        """Insert a book of a file with its people and events as they are; `ahp.store.chain.verify`
        says whether they hold. What the rows say by the events alone, follows from them: the book
        archived, people removed.

        Args:
            session: a transaction that writes.
            book: the row of the book.
            people: the table of the people.
            data: what `read` returned.
            source: name of the file, for messages.

        Raises:
            LogError: a number, an id or a name stands there twice, or is of nobody.
        """
        owner, key = _PEOPLE[people]
        same = {"study_id": book.id, "survey_hash": book.survey_hash}
        first_format = dict.fromkeys(chain.SINCE_FORMAT_2) | {"format": 1}
        try:
            session.add(book)
            session.flush()
            if rows := [{**one, owner: book.id} for one in data[key]]:
                session.execute(insert(people), rows)
            if events := [{**first_format, **event, **same} for event in data["events"]]:
                session.execute(insert(self.events), events)
        except IntegrityError as error:
            raise LogError("export_contradicts_itself", source=source) from error
        for event in data["events"]:
            if event["kind"].endswith(("_archived", "_unarchived")):
                archived = event["kind"].endswith("_archived")
                book.archived_seq = event["seq"] if archived else None
            elif event["kind"].endswith("_removed"):
                session.execute(
                    update(people)
                    .where(people.id == event["expert_id"], getattr(people, owner) == book.id)
                    .values(removed_seq=event["seq"])
                )


def _plain(row: object, columns: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in columns}


def check_columns(data: Any, columns: tuple[str, ...], place: str) -> None:
    """Refuse what is no object with exactly these columns, texts and whole numbers."""
    _check_keys(data, columns, place)
    for name in columns:
        value = data[name]
        if name in _NUMBERS:
            fits, expected = type(value) is int, Phrase("export_number", largest=_LARGEST)
            fits = fits and 0 <= value <= _LARGEST
        else:
            optional = name in _OPTIONAL
            text_ = "export_text_or_null" if optional else "a_text"
            fits, expected = isinstance(value, str), Phrase(text_)
            fits = fits or (optional and value is None)
        if not fits:
            shown = value if type(value) is int else kind(value)
            raise StoreError(
                "export_column", place=place, name=name, found=shown, expected=expected
            )


def _check_keys(data: Any, keys: tuple[str, ...], place: str) -> None:
    """Refuse what is no object with exactly these keys."""
    found = sorted(data) if isinstance(data, dict) else type(data).__name__
    if found != sorted(keys):
        raise StoreError("export_keys", place=place, found=str(found), keys=tuple(sorted(keys)))
