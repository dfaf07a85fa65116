"""The store: one object through which everything is written and read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..messages import Phrase
from . import durability
from .accounts import Accounts
from .anonymous import Anonymous
from .backups import Backups
from .checkpointer import Checkpointer
from .contacts import Contacts
from .documents import Documents
from .doors import Doors
from .drafts import Drafts
from .evaluations import Evaluations
from .health import Health
from .people import People
from .replying import Replying
from .reports import Reports
from .rounds import Rounds
from .server_settings import ServerSettings
from .states import BOOKS
from .studies import Studies


class Store(
    Studies,
    Rounds,
    People,
    Contacts,
    Doors,
    Anonymous,
    Accounts,
    Replying,
    Documents,
    Evaluations,
    Reports,
    Drafts,
    Health,
    Backups,
    ServerSettings,
):
    """Studies, their experts and answers, evaluations and their data; safe to share between threads
    and processes.

    Every action is one transaction: it is done when the method returns, or nothing was written.

    Args:
        url: SQLAlchemy's URL of a SQLite file or a PostgreSQL database; None = `$AHP_DATABASE_URL`,
            else `data/ahp.db` of the checkout, else `ahp.db` in the user's data folder.
        create: make a SQLite file that does not exist yet, else that is an error.
        sign_in: tells how organizers sign in: with another value, say for another password, those
            who signed in before are organizers no more.

    Raises:
        StoreError: the URL is refused, the database cannot be opened, or is newer than this code.
            Every method raises it when the database fails, and for an unknown study or expert.
    """

    @property
    def location(self) -> str:
        """Path of the SQLite file, or the URL of the database with its password hidden."""
        return self._database.location

    def risks(self) -> list[Phrase]:
        """What a crash or a failover of the database can take of confirmed answers, as it is set;
        and how to set it right.
        """
        with self._database.read() as session:
            return durability.risks(session)

    def warm(self) -> None:
        """Read the logs of what is in the lists, so that nobody who comes first waits for it."""
        for study in sorted(self.studies(), key=lambda one: not one.open)[:BOOKS]:
            self.settings(study.id)
        for evaluation in self.evaluations()[:BOOKS]:
            self.evaluation_state(evaluation.id)

    def checkpointer(
        self, places: Sequence[Path] = (), authority: str | None = None
    ) -> Checkpointer:
        """What signs the heads of the logs, see there."""
        return Checkpointer(self._database, places, authority)

    def close(self) -> None:
        """Close all connections, once what is under way has ended, if it ends soon."""
        self._database.close()
