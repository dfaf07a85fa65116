"""Whether the database can be worked with, and how much it holds."""

from __future__ import annotations

from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, select

from ..errors import StoreError
from .database import Observer
from .models import EvaluationRow, StudyRow
from .part import Part


class Health(Part):
    """What those who run the server want to know of the database."""

    def observe(self, observer: Observer) -> None:
        """Tell somebody, from now on, what the database does."""
        self._database.observers.append(observer)

    def check_tables(self) -> None:
        """Ask the database whether its tables are those of this version.

        Raises:
            DatabaseError: it doesn't answer.
            StoreError: another version has changed them.
        """
        with self._database.read() as session:
            found = MigrationContext.configure(session.connection()).get_current_heads()
        known = self._database.revision
        if found != (known,):
            raise StoreError(
                "database_changed",
                location=self._database.location,
                found=", ".join(found),
                known=known,
            )

    def connections(self) -> tuple[int, int]:
        """How many connections are in use, and how many are kept open for the next."""
        return self._database.connections()

    def chains(self) -> tuple[int, int]:
        """How many chains there are, a study or an evaluation each, and how many events in all, by
        the heads of the chains.
        """
        with self._database.read() as session:
            sums = [
                session.execute(select(func.count(), func.sum(book.head_seq))).one()
                for book in (StudyRow, EvaluationRow)
            ]
        return sum(count for count, _ in sums), sum(events or 0 for _, events in sums)
