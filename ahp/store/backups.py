"""Backups of the database, as organizers make them on a page."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..datafile import system_problem
from ..errors import StoreError
from . import signing
from .backup import back_up
from .models import BackupRow
from .part import Part, check_account
from .records import Backup


class Backups(Part):
    """What is kept outside, and what came back from there."""

    def open_backup(self, name: str) -> IO[bytes]:
        """A new backup, made while others go on writing, to be read once: its file is gone when it
        is closed.

        Args:
            name: under which the database remembers it.

        Raises:
            AccessError: the organizer's account doesn't allow it.
            StoreError: it can't be written.
        """
        if self._organizer.id:
            with self._database.read() as session:
                check_account(session, self._organizer.id, ("back_up",))
        try:
            with tempfile.TemporaryDirectory(
                dir=self.folder, prefix=".backup-", ignore_cleanup_errors=True
            ) as folder:
                path = Path(folder, name)
                back_up(self._database.place, path, name=name)
                return path.open("rb")
        except OSError as error:
            problem = system_problem(error)
            raise StoreError("backup_unwritable", path=name, problem=problem) from error

    def last_backup(self) -> Backup | None:
        """The backup that is of the latest moment; None where there is none."""
        with self._database.read() as session:
            query = select(BackupRow).order_by(BackupRow.taken.desc(), BackupRow.id.desc())
            row = session.scalars(query.limit(1)).first()
            return None if row is None else _backup(row)

    def restorations(self) -> list[Backup]:
        """The backups from which the database was restored, the last one first."""
        with self._database.read() as session:
            return restorations(session)

    @property
    def folder(self) -> Path:
        """Where files that belong to the database lie."""
        return self._database.folder

    @property
    def database_size(self) -> int | None:
        """Bytes of the SQLite file and of what is beside it; None for PostgreSQL."""
        if self._database.place.file is None:
            return None
        files = (Path(self._database.location + ending) for ending in ("", "-wal"))
        return sum(one.stat().st_size for one in files if one.exists())

    @property
    def key_path(self) -> Path:
        """Where the server's private key is, once a receipt was made."""
        return signing.key_path(self.folder)


def _backup(row: BackupRow) -> Backup:
    return Backup(row.taken, row.name, row.size, row.sha256, row.restored)


def restorations(session: Session) -> list[Backup]:
    """The backups from which the database was restored, the last one first."""
    query = select(BackupRow).where(BackupRow.restored.is_not(None))
    return [_backup(row) for row in session.scalars(query.order_by(BackupRow.id.desc()))]
