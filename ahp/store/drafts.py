"""Surveys that are being written: kept from field to field, in no log."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import delete, select, update

from ..errors import StoreError
from ..process.draft import Draft, History
from ..study.limits import LONGEST
from . import clock
from .models import DraftRow
from .part import Part, new_id
from .records import DraftInfo, KeptDraft


class Drafts(Part):
    """Drafts of surveys, which all organizers share."""

    def add_draft(self, draft: Draft) -> KeptDraft:
        """Keep a draft from now on.

        Raises:
            AccessError: the account may not run studies.
            TextLimitError: the draft is too long to be kept.
        """
        history = History.of(draft)
        with self._write() as session:
            row = DraftRow(id=new_id(), version=1, **self._columns(history))
            session.add(row)
            return KeptDraft(row.id, history, row.version)

    def draft(self, draft_id: str) -> KeptDraft:
        """A draft as it is stored.

        Raises:
            StoreError: it is not there any more.
        """
        with self._database.read() as session:
            row = session.get(DraftRow, draft_id)
            if row is None:
                raise StoreError("draft_gone")
            history = History(tuple(json.loads(row.steps)), row.shown)
            return KeptDraft(row.id, history, row.version)

    def drafts(self) -> list[DraftInfo]:
        """All drafts, the one that was changed last first."""
        columns = (DraftRow.id, DraftRow.title, DraftRow.changed, DraftRow.account)
        query = select(*columns).order_by(DraftRow.changed.desc(), DraftRow.id)
        with self._database.read() as session:
            return [
                DraftInfo(draft, title, changed, account or "")
                for draft, title, changed, account in session.execute(query)
            ]

    def save_draft(self, kept: KeptDraft, history: History) -> KeptDraft:
        """Keep what became of a draft.

        Args:
            kept: the draft as it was read before.
            history: as it is now.

        Raises:
            AccessError: the account may not run studies.
            StoreError: another window has changed or deleted the draft meanwhile.
        """
        with self._write() as session:
            same = (DraftRow.id == kept.id, DraftRow.version == kept.version)
            values = {"version": kept.version + 1, **self._columns(history)}
            change = update(DraftRow).where(*same).values(values).returning(DraftRow.id)
            if session.scalar(change) is None:
                there = session.get(DraftRow, kept.id)
                raise StoreError("draft_gone" if there is None else "draft_changed")
            return KeptDraft(kept.id, history, kept.version + 1)

    def delete_draft(self, draft_id: str) -> None:
        """Delete a draft with its history, for ever.

        Raises:
            AccessError: the account may not run studies.
            StoreError: it is not there any more.
        """
        with self._write() as session:
            gone = delete(DraftRow).where(DraftRow.id == draft_id).returning(DraftRow.id)
            if session.scalar(gone) is None:
                raise StoreError("draft_gone")

    def _columns(self, history: History) -> dict[str, Any]:
        """What a row has of a history, and of who keeps it."""
        return {
            "title": _title(history.draft),
            "steps": json.dumps(history.steps, ensure_ascii=False),
            "shown": history.shown,
            "changed": clock.timestamp(clock.now()),
            "account": self._organizer.id or None,
        }


def _title(draft: Draft) -> str:
    """What a draft is called, in one line of letters that any database takes."""
    named = filter(str.strip, (*draft.name.values(), *draft.nodes[0].name.values()))
    words = "".join(mark if mark.isprintable() else " " for mark in next(named, ""))
    return " ".join(words.split())[: LONGEST["title"]]
