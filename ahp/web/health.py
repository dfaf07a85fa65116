"""`/healthz` and `/readyz`: whether this process lives, and whether it can be sent visitors."""

from __future__ import annotations

import asyncio
import logging

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ..errors import DatabaseError, DatabaseFaultError, StoreError
from .state import database

_log = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds that the database may take."""

NO_ANSWER, FAULT = "no answer from the database", "the database fails"
CHANGED = "tables of another version"


async def healthz(_request: Request) -> Response:
    """`/healthz`: the process answers; whatever the database does."""
    return PlainTextResponse("alive\n", headers={"cache-control": "no-store"})


class Readiness:
    """`/readyz`: the database answers in time, and its tables are those of this version.

    Whoever asks while somebody else's question is still waiting for the database waits for the same
    answer: a database that hangs is asked once.
    """

    def __init__(self) -> None:
        self._question: asyncio.Task[str] | None = None
        self._last = ""

    async def readyz(self, _request: Request) -> Response:
        """Serve a request."""
        if self._question is None or self._question.done():
            self._question = asyncio.create_task(run_in_threadpool(self._problem))
        try:
            problem = await asyncio.wait_for(asyncio.shield(self._question), PATIENCE)
        except TimeoutError:
            problem = NO_ANSWER
        headers = {"cache-control": "no-store"}
        text = f"not ready: {problem}\n" if problem else "ready\n"
        return PlainTextResponse(text, 503 if problem else 200, headers)

    def _problem(self) -> str:
        """Why no visitor can be served; empty where all is well."""
        try:
            database().check_tables()
            said = ""
        except DatabaseError:
            said = NO_ANSWER  # the log of the store has it
        except StoreError as error:
            said = FAULT if isinstance(error, DatabaseFaultError) else CHANGED
            if said != self._last:
                _log.error("%s", error)
        self._last = said
        return said
