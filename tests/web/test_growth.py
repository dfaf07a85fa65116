"""What the server does by itself as its database grows, and what it says of the database."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from ahp.errors import DatabaseError
from ahp.messages import Phrase
from ahp.store import Store
from ahp.web import server

RISK = Phrase("durability_fsync")
CHINESE = (
    "数据库不等待数据真正写入磁盘（fsync 为 off）："
    "一旦断电，已确认的回答可能丢失，整个数据库也可能损坏。"
    "请执行“ALTER SYSTEM SET fsync = on; SELECT pg_reload_conf();”加以改正。"
)


def test_organizers_read_what_the_database_may_lose(visit, organizer, monkeypatch):
    assert not visit(organizer, "studies").error
    monkeypatch.setattr(Store, "risks", lambda _store: [RISK])
    [error] = visit(organizer, "studies", "zh").error
    assert error.value == CHINESE.replace("_", r"\_")


def test_the_terminal_says_it_in_red(capsys, monkeypatch):
    server._show_risks([RISK], "zh")
    assert capsys.readouterr().out == f"  {CHINESE}\n\n"
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    server._show_risks([RISK], "zh")
    assert capsys.readouterr().out == f"  \033[31m{CHINESE}\033[0m\n\n"


def test_what_is_over_is_deleted_at_start_and_every_day(store, monkeypatch):
    happened: list[object] = []

    def purge(_store: Store) -> int:
        happened.append("purge")
        raise DatabaseError("database_locked", location="away")  # tomorrow it may be back

    async def sleep(seconds: float) -> None:
        happened.append(seconds)
        if len(happened) == 4:
            raise asyncio.CancelledError

    monkeypatch.setattr(Store, "purge", purge)
    monkeypatch.setattr(server.asyncio, "sleep", sleep)
    # in a thread of its own: a browser that other tests keep open has a loop in this one
    with ThreadPoolExecutor(1) as pool, pytest.raises(asyncio.CancelledError):
        pool.submit(lambda: asyncio.run(server._purge_daily())).result()
    assert happened == ["purge", 86400, "purge", 86400]
