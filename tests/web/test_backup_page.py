"""The page “Backup”: what it says, and the file that it offers."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from starlette.requests import Request

from ahp.errors import AccessError
from ahp.process.events import Actor
from ahp.store import Store, clock
from ahp.store.backup import back_up, unpack
from ahp.store.database import place_of
from ahp.store.restore import restore
from ahp.web import server, state
from ahp.web.internals import Downloads, Offer
from tests.web.tables import shown_tables

from ..statements import asked
from .test_doors import run


def blocks(app) -> list[str]:
    return [one.value for one in app.code]


def test_what_there_is_and_how_it_is_kept(visit, store, organizer, tmp_path):
    app = visit(organizer, "backup")
    assert [one.value for one in app.title] == ["Backup"]
    assert [one.value for one in app.warning] == [
        "There is no backup yet. If this machine's disk fails, everything is lost."
    ]
    size = f"{store.database_size / 2**20:.1f} MB"
    assert shown_tables(app)[0].to_dict("records") == [
        {"What": "Database", "Where": state.plain(store.location), "Size": size},
        {
            "What": "Signing key of receipts",
            "Where": state.plain(str(tmp_path / "signing_key.pem")),
            "Size": "not made yet",
        },
    ]
    database, trial = f"sqlite:///{store.location}", f"sqlite:///{tmp_path / 'trial.db'}"
    nightly, tried = blocks(app)
    assert nightly.startswith(f"ahp backup {tmp_path}/ahp-")
    assert nightly.endswith(f".zip --database {database}")
    assert tried.splitlines() == [
        f"ahp restore {tmp_path}/ahp.zip --database {trial}",
        f"ahp log verify --database {trial}",
    ]


def test_when_it_was_done_last(visit, store, organizer, monkeypatch, tmp_path):
    made, _ = back_up(store._database.place, tmp_path / "monday.zip")
    app = visit(organizer, "backup")
    size = f"{made.size / 2**20:.1f}"
    [said] = [one.value for one in app.success]
    assert said == state.plain(
        f"The last backup is of {state.minute(made.taken)} (UTC), 0 days old: "
        f"{tmp_path}/monday.zip, {size} MB."
    )
    assert f"SHA-256 {made.sha256}" in [one.value for one in app.caption]
    assert blocks(app)[1].startswith(f"ahp restore {tmp_path}/monday.zip ")
    later = datetime.now(UTC) + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: later)
    app = visit(store.open_organizer(None), "backup", "zh")
    assert [one.value for one in app.title] == ["数据备份"]
    assert [one.value for one in app.warning] == [
        state.plain(
            f"最近一次备份：{state.minute(made.taken)}（UTC），距今 8 天；{tmp_path}/monday.zip，"
            f"{size} MB。"
        )
    ]


def test_administrators_make_backups(visit, store):
    store.add_account("Root", "four random words", ["administrator"])
    for roles, may in ((["administrator"], True), (["organizer", "head"], False)):
        account = store.add_account(roles[0], "four random words", roles)
        session = store.open_account(account.id, None)
        if may:
            assert len(visit(session, "backup").get("download_button")) == 1
            continue
        with pytest.raises(ValueError, match="Could not find a navigation page"):
            visit(session, "backup")
        with pytest.raises(AccessError) as refused:
            store.by(Actor("organizer", account.id)).open_backup("ahp.zip")
        assert str(refused.value) == (
            "“organizer” may not make backups: this takes an administrator."
        )
    assert store.last_backup() is None


def test_the_file_comes_in_pieces_and_is_gone(store, organizer, survey, tmp_path, monkeypatch):
    monkeypatch.setattr(server, "PIECE", 4096)
    study = store.create_study(survey, "2026")
    before = {one.name for one in tmp_path.iterdir()}
    (hand_out,) = (
        one.kwargs["hand_out"] for one in server.OPTIONS["middleware"] if one.cls is Downloads
    )
    cookie = (b"cookie", f"ahp_session={organizer}".encode())
    scope = {"type": "http", "headers": [cookie]}
    offer = Offer(partial(store.open_backup, "ahp.zip"), organizer, None)
    answer = hand_out(Request(scope), offer)
    sent: list[dict] = []

    async def receive():
        await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    run(answer(scope, receive, send))
    content = b"".join(one.get("body", b"") for one in sent[1:])
    assert len(sent) > 3
    assert answer.headers["content-length"] == str(len(content))
    assert {one.name for one in tmp_path.iterdir()} == before
    assert (store.last_backup().name, store.last_backup().size) == ("ahp.zip", len(content))
    path, parts = tmp_path / "got.zip", tmp_path / "parts"
    path.write_bytes(content)
    parts.mkdir()
    assert [one.id for one in unpack(path, parts).manifest.logs] == [study.id]
    assert hand_out(Request({"type": "http", "headers": []}), offer).status_code == 403


def test_a_restored_database_says_so(visit, store, organizer, tmp_path, monkeypatch):
    """And the browser that was signed in goes on."""
    made, _ = back_up(place_of(None), tmp_path / "ahp.zip")
    url = f"sqlite:///{tmp_path / 'new.db'}"
    restore(Path(made.name), url)
    monkeypatch.setenv("AHP_DATABASE_URL", url)
    state.database.cache_clear()
    [mark] = state.database().restorations()
    app = visit(organizer)
    assert app.caption[0].value == (
        f":material/history: This database was restored on {state.minute(mark.restored)} (UTC) "
        f"from a backup of {state.minute(mark.taken)} (UTC). What was done between the backup and "
        "its loss is not in it."
    )
    store.close()


def test_an_imported_study_says_so(visit, store, organizer, survey, tmp_path):
    elsewhere = Store(f"sqlite:///{tmp_path / 'other.db'}")
    study = elsewhere.create_study(survey, "From elsewhere")
    more = elsewhere.create_study(survey, "From there, too")
    content, other = (elsewhere.export_study(one.id) for one in (study, more))
    elsewhere.close()
    account = store.add_account("王芳", "four random words", ["administrator", "organizer"])
    store.by(Actor("organizer", account.id)).import_export(content, "s_1.json")
    time = store.events(study.id)[-1].time
    store.by(Actor("organizer", account.id)).import_export(other, "s_2.json")
    visit(organizer)  # reads the logs
    with asked() as found:
        app = visit(organizer, language="zh")
    assert (
        sum(re.search(r"FROM accounts\s*ORDER", one) is not None for one in found.statements) == 1
    )
    said = f"由王芳于{time[:10]}从文件“s_1.json”读入。此前的各项操作及操作人，均以该文件所载为准。"
    assert state.plain(said) in [one.value for one in app.caption]
