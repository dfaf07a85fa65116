from __future__ import annotations

import logging
import re
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import platformdirs
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, event, func, inspect, make_url, select, text

from ahp.errors import DatabaseError, StoreError
from ahp.i18n.errors import error_sentence
from ahp.store import Store, database
from ahp.store.database import Observer
from ahp.store.models import Base, StudyRow
from tests.store.conftest import fresh_schema


@pytest.fixture(autouse=True)
def _no_url_from_outside(monkeypatch):
    monkeypatch.delenv("AHP_DATABASE_URL", raising=False)


def refused(url):
    with pytest.raises(StoreError) as caught:
        Store(url)
    return str(caught.value)


def opened_location(url=None):
    store = Store(url)
    store.close()
    return store.location


def test_models_and_migrations_agree(url):
    Store(url).close()
    engine = create_engine(database._parse(url))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []
        assert context.get_current_heads() == ("0014_anonymous",)
    engine.dispose()


def test_accounts_of_before_have_given_no_wrong_code(url):
    engine = create_engine(database._parse(url))
    with engine.begin() as connection:
        database.upgrade(connection, "0010_settings")
        known = {column["name"] for column in inspect(connection).get_columns("accounts")}
        assert "wrong_codes" not in known  # nor is it in databases that were made before
        account = "VALUES ('1', 'Ann', '', '[]', '2026-11-30')"
        columns = "(id, name, password, roles, created)"
        connection.execute(text(f"INSERT INTO accounts {columns} {account}"))
    Store(url).close()
    with engine.connect() as connection:
        assert connection.scalars(text("SELECT wrong_codes FROM accounts")).all() == [0]
    engine.dispose()


def test_what_is_up_to_date_is_opened_without_migrations(url, monkeypatch):
    Store(url).close()
    monkeypatch.setattr(database.command, "upgrade", None)
    Store(url).close()


def test_newer_database_is_refused(url, store, database):
    database.execute("UPDATE alembic_version SET version_num = '9999'")
    assert refused(url) == (
        f"{store.location}: the database is at revision '9999', this version of ahp knows those "
        "up to '0014_anonymous'; use a newer version of ahp"
    )


def test_tables_changed_meanwhile_are_noticed(store, database):
    store.check_tables()
    database.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError) as caught:
        store.check_tables()
    known = store._database.revision
    assert str(caught.value) == (
        f"{store.location}: the database is at revision '9999', this version of ahp expects "
        f"{known!r}; another version has changed it meanwhile"
    )
    assert error_sentence(caught.value, "zh") == (
        f"{store.location}：数据库的版本为“9999”，当前 ahp 需要“{known}”；运行期间，另一版本的 ahp "
        "更改了数据库。"
    )


def test_a_database_closes_after_what_is_under_way(sqlite_store, survey, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()

    def last_write():
        with sqlite_store._database.write() as session:
            found = session.execute(select(func.count()).select_from(StudyRow)).scalar()
            begun.set()
            assert go_on.wait(30)
        return found

    monkeypatch.setattr(database.time, "sleep", lambda _seconds: go_on.set())
    with ThreadPoolExecutor(1) as thread:
        written = thread.submit(last_write)
        assert begun.wait(30)
        assert sqlite_store.connections()[0] == 1
        sqlite_store.close()  # waits, and so lets it go on
        assert sqlite_store.connections() == (0, 0)
        assert written.result() == 0
    beside = Path(sqlite_store.location).parent.glob("ahp.db-*")
    assert [path.name for path in beside] == []


def test_an_observer_is_told_of_every_write_and_failure(store, survey):
    told = []

    class Told(Observer):
        def written(self, seconds, kinds):
            told.append((seconds >= 0, *kinds))

        def failed(self):
            told.append("failed")

    store.observe(Told())
    study = store.create_study(survey, "2026")
    store.add_expert(study.id, "E1")
    store.open_organizer(None)
    with pytest.raises(DatabaseError), store._database.read():
        raise DatabaseError("database_locked", location=store.location)
    assert told == [(True, "study_created"), (True, "expert_added"), (True,), "failed"]


def test_the_heads_of_all_chains(store, survey):
    assert store.chains() == (0, 0)
    first = store.create_study(survey, "2026")
    second = store.create_study(survey, "2027")
    store.add_expert(second.id, "E1")
    events = len(store.events(first.id)) + len(store.events(second.id))
    assert store.chains() == (2, events)


def test_opening_says_and_configures_nothing(url, caplog, capfd):
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    with caplog.at_level(logging.DEBUG):
        Store(url).close()
    assert (root.level, list(root.handlers)) == before
    assert [record for record in caplog.records if record.name.startswith("alembic")] == []
    assert capfd.readouterr() == ("", "")


def test_database_error_names_the_database(url, store, database):
    database.execute("DROP TABLE grants")
    with pytest.raises(StoreError, match=f"^{re.escape(store.location)}: .*grants"):
        store.revoke_organizers()


def test_a_read_sees_one_state_of_the_database(store, survey):
    with store._database.read() as session, ThreadPoolExecutor(1) as other:
        count = select(func.count()).select_from(StudyRow)
        assert session.scalar(count) == 0
        other.submit(store.create_study, survey, "Meanwhile").result()
        assert session.scalar(count) == 0
    assert len(store.studies()) == 1


def statements(store):
    found = []
    event.listen(
        store._database._engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, *_: found.append(statement),
    )
    return found


# SQLite


@pytest.fixture
def sqlite_store(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'ahp.db'}")
    yield store
    store.close()


def test_every_sqlite_connection_has_its_pragmas(sqlite_store):
    engine = sqlite_store._database._engine
    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    with engine.connect() as first, engine.connect() as second:
        for connection in (first, second):
            found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]
            assert found == ["wal", 2, 1, 10_000]


@pytest.mark.parametrize(
    ("pragma", "message"),
    [
        (("journal_mode", "DELETE", "wal"), "PRAGMA journal_mode is 'delete', expected 'wal'"),
        (("synchronous", "NORMAL", 2), "PRAGMA synchronous is 1, expected 2"),
        (("foreign_keys", "OFF", 1), "PRAGMA foreign_keys is 0, expected 1"),
        (("busy_timeout", "0", 10_000), "PRAGMA busy_timeout is 0, expected 10000"),
    ],
)
def test_pragma_that_does_not_hold(tmp_path, monkeypatch, pragma, message):
    own = tuple(pragma if one[0] == pragma[0] else one for one in database.PRAGMAS)
    monkeypatch.setattr(database, "PRAGMAS", own)
    assert refused(f"sqlite:///{tmp_path / 'ahp.db'}") == message


def test_writes_begin_immediate_and_reads_do_not(sqlite_store, survey):
    found = statements(sqlite_store)
    study = sqlite_store.create_study(survey, "Pilot")
    assert [one for one in found if one.startswith("BEGIN")] == ["BEGIN IMMEDIATE"]
    assert found[0] == "BEGIN IMMEDIATE"
    found.clear()
    sqlite_store.study(study.id)
    assert [one for one in found if one.startswith("BEGIN")] == ["BEGIN"]


def test_reader_does_not_wait_for_a_writer(sqlite_store, survey):
    study = sqlite_store.create_study(survey, "Pilot")
    other = sqlite3.connect(sqlite_store.location, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("UPDATE studies SET title = 'Uncommitted'")
    assert sqlite_store.study(study.id).title == "Pilot"
    other.execute("ROLLBACK")
    other.close()


def test_switch_to_wal_waits_for_a_writer(tmp_path):
    path = tmp_path / "ahp.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.2, other.close)
    release.start()
    assert opened_location(f"sqlite:///{path}") == str(path)
    release.join()


def test_switch_to_wal_gives_up_with_a_message(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 20)
    path = tmp_path / "ahp.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert refused(f"sqlite:///{path}") == f"{path}: database is locked"
    other.close()


def test_writer_gives_up_with_a_message(tmp_path, survey, monkeypatch):
    pragmas = (("busy_timeout", "20", 20), *database.PRAGMAS[1:])
    monkeypatch.setattr(database, "PRAGMAS", pragmas)
    store = Store(f"sqlite:///{tmp_path / 'ahp.db'}")
    other = sqlite3.connect(store.location, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match=f"^{re.escape(store.location)}: database is locked$"):
        store.create_study(survey, "Pilot")
    other.close()
    store.close()


def test_a_writer_waits_no_longer_for_its_turn_than_for_the_file(tmp_path, survey, monkeypatch):
    """Ten writers behind one that another program keeps waiting: none waits for all the others."""
    store = Store(f"sqlite:///{tmp_path / 'ahp.db'}")
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 20)
    with (
        store._database.write(),
        ThreadPoolExecutor(10) as threads,
    ):
        tries = [threads.submit(store.create_study, survey, "Pilot") for _ in range(10)]
        said = {str(tried.exception()) for tried in tries}
    assert said == {f"{store.location}: database is locked"}
    store.create_study(survey, "Pilot")
    store.close()


# a PostgreSQL that fails


def test_one_that_hangs_is_given_up(postgres_server, monkeypatch):
    with fresh_schema(postgres_server) as url:
        store = Store(url)
        monkeypatch.setattr(database, "REPLY", 0.2)
        message = f"^{re.escape(store.location)}: no reply within 0.2 seconds$"
        with pytest.raises(DatabaseError, match=message), store._database.read() as session:
            session.execute(text("SELECT pg_sleep(60)"))
        monkeypatch.undo()
        assert store.studies() == []  # by a new connection
        store.close()


def test_postgresql_notices_soon_that_a_process_is_gone(postgres_server):
    """A way that is cut off leaves its locks and connections until then."""
    with fresh_schema(postgres_server) as url:
        opened = database.Database(url)
        with opened.read() as session:
            found = {name: session.scalar(text(f"SHOW {name}")) for name in database.GONE}
        opened.close()
    assert found == {
        **{"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5"},
        **{"tcp_keepalives_count": "2", "tcp_user_timeout": "15000"},
    }


def test_the_log_says_once_that_it_is_gone_and_once_that_it_is_back(postgres_server, caplog):
    with fresh_schema(postgres_server) as url:
        store = Store(url)
        end = text("SELECT pg_terminate_backend(pg_backend_pid())")
        for _attempt in range(3):
            with pytest.raises(DatabaseError), store._database.read() as session:
                session.execute(end)
        store.studies()
        store.studies()
        said = [record.getMessage() for record in caplog.records]
        assert said == [
            f"the database does not answer: {store.location}: "
            "terminating connection due to administrator command",
            f"{store.location}: the database answers again",
        ]
        store.close()


def test_location_is_the_absolute_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert opened_location("sqlite:///new/folder/ahp.db") == str(tmp_path / "new/folder/ahp.db")
    assert (tmp_path / "new/folder/ahp.db").is_file()


def test_url_comes_from_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("AHP_DATABASE_URL", f"sqlite:///{tmp_path / 'environment.db'}")
    assert opened_location() == str(tmp_path / "environment.db")


def test_checkout_keeps_its_own_database(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "checkout", lambda: tmp_path)
    assert opened_location() == str(tmp_path / "data" / "ahp.db")


def test_installed_package_uses_the_users_data_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "checkout", lambda: None)
    folder = tmp_path / "50% of?"
    monkeypatch.setattr(platformdirs, "user_data_path", lambda name: folder / name)
    assert opened_location() == str(folder / "ahp" / "ahp.db")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite+pysqlite://"])
def test_in_memory_is_refused(url):
    assert refused(url) == (
        "an in-memory database forgets every answer, expected sqlite:///path/to/file.db"
    )


@pytest.mark.parametrize(
    "url", ["sqlite:///file:x?mode=memory&uri=true", "sqlite:///file:x", "sqlite:///x.db?timeout=1"]
)
def test_sqlite_options_are_refused(url):
    assert refused(url) == f"{url}, expected sqlite:///path/to/file.db without options"


def test_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    assert refused(f"sqlite:///{tmp_path}/file/ahp.db") == (
        f"{tmp_path}/file: cannot be created: File exists"
    )


def test_file_that_is_no_database(tmp_path):
    path = tmp_path / "ahp.db"
    path.write_text("a text file, and a rather long one at that\n" * 20)
    assert refused(f"sqlite:///{path}") == f"{path}: file is not a database"


# URLs of other databases


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_in_all_spellings(scheme):
    parsed = database._parse(f"{scheme}://user@host/name")
    assert parsed == make_url("postgresql+psycopg://user@host/name")


def test_location_hides_passwords(postgres_server):
    url = make_url(postgres_server)
    shown = url.set(drivername="postgresql+psycopg", username="postgres", password="***")
    opened = url.set(username="postgres", password="secret")
    with_query = url.set(username="postgres", query={"password": "secret"})
    database_name = url.database
    assert opened_location(opened.render_as_string(hide_password=False)) == str(shown)
    assert "secret" not in opened_location(with_query.render_as_string(hide_password=False))
    assert database_name in str(shown)


def test_postgresql_that_is_not_there():
    message = refused("postgresql://user:secret@127.0.0.1:1/name")
    assert message.startswith("postgresql+psycopg://user:***@127.0.0.1:1/name: connection failed")
    assert "secret" not in message


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (
            "not a url",
            "the database URL cannot be read, expected sqlite:///path/to/file.db "
            "or postgresql://user:password@host/database",
        ),
        (
            "mysql://user:secret@host/name",
            "the database URL begins with mysql://, expected sqlite:// or postgresql://",
        ),
    ],
)
def test_other_urls_are_refused(url, message):
    assert refused(url) == message


def test_migrations_ship_with_the_package():
    folder = Path(database.__file__).parent / "migrations"
    assert sorted(path.name for path in (folder / "versions").glob("0*.py")) == [
        "0001_first_tables.py",
        "0002_events_by_kind.py",
        "0003_removed_and_archived.py",
        "0004_doors.py",
        "0005_actors.py",
        "0006_accounts.py",
        "0007_evaluations.py",
        "0008_sign_in.py",
        "0009_backup.py",
        "0010_settings.py",
        "0011_wrong_codes.py",
        "0012_contacts.py",
        "0013_drafts.py",
        "0014_anonymous.py",
    ]
