"""All logs verified, by several processes where they are long."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import evaluation_log, log
from .models import EvaluationRow, StudyRow
from .reading import DatabaseToRead
from .records import EvaluationLog, StudyLog

LONG = 20_000
"""Events below which one process is done before others have started."""

_Log = TypeVar("_Log", StudyLog, EvaluationLog)
_opened: list[DatabaseToRead] = []  # of a process that helps


def verify_studies(database: DatabaseToRead, jobs: int) -> list[StudyLog]:
    """Walk the logs of all studies in so many processes, as `ahp.store.log.verify` does.

    Raises:
        LogError: names the first bad event and what is wrong with it.
    """
    return _verify(
        database,
        jobs,
        StudyRow,
        verify_all=log.verify,
        check_orphans=log.check_orphans,
        verify_one=_verify_study,
    )


def verify_evaluations(database: DatabaseToRead, jobs: int) -> list[EvaluationLog]:
    """Likewise the logs of all evaluations.

    Raises:
        LogError: names the first bad event and what is wrong with it.
    """
    return _verify(
        database,
        jobs,
        EvaluationRow,
        verify_all=evaluation_log.verify,
        check_orphans=evaluation_log.check_orphans,
        verify_one=_verify_evaluation,
    )


def _verify(
    database: DatabaseToRead,
    jobs: int,
    books: type[StudyRow] | type[EvaluationRow],
    *,
    verify_all: Callable[[Session], list[_Log]],
    check_orphans: Callable[[Session], None],
    verify_one: Callable[[str], _Log],
) -> list[_Log]:
    """Walk all at once, or each by itself where that takes less time."""
    with database.read() as session:
        query = select(books.id, books.head_seq).order_by(books.created, books.id)
        heads = {row.id: row.head_seq for row in session.execute(query)}
        if jobs == 1 or len(heads) < 2 or sum(heads.values()) < LONG:
            return verify_all(session)
        check_orphans(session)
    return _in_processes(database.source, heads, jobs, verify_one)


def _in_processes(
    source: str, heads: dict[str, int], jobs: int, verify_one: Callable[[str], _Log]
) -> list[_Log]:
    workers = min(jobs, len(heads))
    with ProcessPoolExecutor(workers, get_context("spawn"), _open, (source,)) as pool:
        longest_first = sorted(heads, key=lambda one: -heads[one])
        walked = {one: pool.submit(verify_one, one) for one in longest_first}
        try:
            return [walked[one].result() for one in heads]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _open(source: str) -> None:
    _opened.append(DatabaseToRead(source))


def _verify_study(study_id: str) -> StudyLog:
    with _opened[0].read() as session:
        return log.verify_one(session, session.get_one(StudyRow, study_id))


def _verify_evaluation(evaluation_id: str) -> EvaluationLog:
    with _opened[0].read() as session:
        book = session.get_one(EvaluationRow, evaluation_id)
        return evaluation_log.verify_evaluation(session, book)
