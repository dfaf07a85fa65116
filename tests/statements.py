"""What databases are asked: statements that nobody wanted come back unseen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.event import listen, remove


@dataclass
class Asked:
    """What the database was asked.

    Attributes:
        statements: in their order, without those that begin transactions and set up connections.
        transactions: how many.
    """

    statements: list[str] = field(default_factory=list)
    transactions: int = 0

    @property
    def both(self) -> tuple[int, int]:
        """How many statements, in how many transactions."""
        return len(self.statements), self.transactions


@contextmanager
def asked() -> Iterator[Asked]:
    """Notes what all databases of this process are asked meanwhile."""
    found = Asked()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            found.statements.append(statement)

    def begun(_connection: Any) -> None:
        found.transactions += 1

    listen(Engine, "before_cursor_execute", note)
    listen(Engine, "begin", begun)
    try:
        yield found
    finally:
        remove(Engine, "before_cursor_execute", note)
        remove(Engine, "begin", begun)
