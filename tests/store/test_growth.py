"""What grows with studies and years: statements for a click, connections, sessions, logs."""

from __future__ import annotations

import re
import secrets
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import psycopg
import pytest
from sqlalchemy import make_url

from ahp.errors import DatabaseError, LinkError, StoreError
from ahp.i18n.errors import error_sentence
from ahp.process.evaluations.events import Rated, Row
from ahp.store import Grants, Store, access, doors
from ahp.store import database as databases
from ahp.study.standing import Standing
from tests.process.evaluations.booked import PERIOD, started
from tests.statements import asked
from tests.store.conftest import fresh_schema, on_each_database
from tests.store.department import Department
from tests.store.test_states import reads

AB = ("goal", "a", "b")


def first_words(statements: list[str]) -> list[str]:
    return [one.split()[0] for one in statements]


@pytest.fixture
def ada(store, study) -> str:
    return store.add_expert(study.id, "Ada").id


@pytest.fixture
def browser(store, ada) -> str:
    return store.open_link(store.issue_link(ada), None)


# --- statements


def test_an_answer_and_the_page_after_it(store, ada, browser):
    mine = store.from_browser(browser)
    with asked() as found:
        mine.answer(ada, *AB, "3", event_id="one", place="pair goal a c")
    assert first_words(found.statements) == ["SELECT", "SELECT", "INSERT", "UPDATE", "UPDATE"]
    assert found.transactions == 1
    with asked() as found:
        (expert,) = store.grants(browser).experts
        assert (expert.answered, expert.link, expert.sitting.feedback) == (1, "active", {})
    assert found.both == (1, 1)


def test_what_an_organizer_sees_of_a_study(store, study, ada):
    for number in range(5):
        store.issue_link(store.add_expert(study.id, f"E{number}").id)
    store.revoke_link(store.experts(study.id)[-1].id)
    with asked() as found:
        links = [one.link for one in store.experts(study.id)]
    assert links == ["none", "active", "active", "active", "active", "revoked"]
    assert found.both == (1, 1)
    with asked() as found:
        assert store.grants(store.open_organizer(None)).organizer
    assert found.both == (1 + 2, 2)  # the session and the grant are new


def test_standings_of_a_whole_panel(store, study):
    experts = store.add_experts(study.id, {f"E{number}": None for number in range(49)})
    with asked() as found:
        store.set_standings({one.id: Standing(2.0, "chair") for one in experts})
    assert first_words(found.statements) == ["SELECT", "INSERT", "UPDATE"]
    assert {one.standing.weight for one in store.experts(study.id)} == {2.0}
    assert store.verify_log()[0].events == 1 + 2 * 49


def test_the_list_of_studies_reads_no_log(url, store, survey, answer_all):
    studies = [store.create_study(survey, f"Study {number}") for number in range(4)]
    for study in studies[:3]:
        for name in ("Ada", "Bo", "Cy"):
            store.add_expert(study.id, name)
    for study in studies[1:3]:
        for expert in store.experts(study.id)[:2]:
            answer_all(store, expert.id)
            store.submit(expert.id, event_id=f"{expert.id}-submit")
    store.remove_expert(store.experts(studies[0].id)[0].id)
    store.close_round(studies[2].id)
    store.open_round(studies[2].id)
    store.archive_study(studies[3].id)
    fresh = Store(url)
    with asked() as found:
        assert fresh.submitted() == {
            studies[0].id: (0, 2),
            studies[1].id: (2, 3),
            studies[2].id: (0, 3),
        }
    assert found.both == (1, 1)
    fresh.close()


def test_people_of_an_evaluation_and_a_tap_on_a_grade(store):
    department = Department.of(store)
    department.open()
    rater, *_others = department.rate()
    browser = store.open_link(store.issue_person_link(rater), None)
    with asked() as found:
        assert [one.link for one in store.people(department.id)] == ["active", "none"]
    assert found.both == (1, 1)
    with asked() as found:
        (person,) = store.grants(browser).persons
        assert (person.person.id, person.title, person.link) == (rater, "Quarters", "active")
    assert found.both == (1, 1)
    tap = Rated("2026Q1", 1, "a", "rated", "g50")
    with asked() as found, pytest.raises(StoreError, match="closed"):
        store.from_browser(browser).act_as(rater, tap)
    assert found.both == (1, 1)


def test_links_of_a_whole_panel(store, study):
    experts = [one.id for one in store.add_experts(study.id, {f"E{k}": None for k in range(49)})]
    with asked() as found:
        first = store.issue_links(experts)
    words = ["SELECT", "SELECT", "INSERT", "SELECT", "INSERT", "UPDATE"]
    assert (first_words(found.statements), found.transactions) == (words, 1)
    assert [store.holder_of_link(token) for token in first.values()] == [
        (expert, None) for expert in experts
    ]
    second = store.issue_links(experts[:2])
    for number in range(2):
        with pytest.raises(LinkError) as refused:
            store.open_link(first[experts[number]], None)
        assert refused.value.reason == "revoked"
        store.open_link(second[experts[number]], None)
    with pytest.raises(StoreError, match="nobody"):
        store.issue_links([experts[2], "nobody"])
    store.open_link(first[experts[2]], None)
    assert [one.kind for one in store.events(study.id)[-4:]] == ["link_revoked", "link_issued"] * 2


# --- browsers that may not


def test_a_browser_answers_only_while_its_link_is_valid(store, study, ada, browser):
    mine = store.from_browser(browser)
    mine.answer(ada, *AB, "3", event_id="one")
    for other in (None, "", "unknown", store.open_organizer(None)):
        with pytest.raises(LinkError) as refused:
            store.from_browser(other).answer(ada, *AB, "5", event_id="two")
        assert (str(refused.value), refused.value.reason) == ("This was not recorded.", "not_here")
        assert error_sentence(refused.value, "zh") == "刚才的操作没有记录。"
    bo = store.add_expert(study.id, "Bo").id
    for act in (
        lambda: mine.answer(bo, *AB, "5", event_id="three"),
        lambda: mine.set_place(bo, "welcome"),
        lambda: mine.start(bo, way="pairs", short=False, consent="yes", event_id="four"),
        lambda: mine.submit(bo, event_id="five"),
    ):
        with pytest.raises(LinkError, match="not recorded"):
            act()
    store.close_round(study.id)
    with pytest.raises(LinkError, match="not recorded"):
        mine.answer(ada, *AB, "7", event_id="six")
    store.open_round(study.id)
    mine.answer(ada, *AB, "7", event_id="six")  # the link works again
    store.revoke_link(ada)
    with pytest.raises(LinkError, match="not recorded"):
        mine.answer(ada, *AB, "9", event_id="seven")
    assert store.current(ada) == {AB: "7"}


def test_a_person_acts_only_while_the_link_is_valid(store):
    department = Department.of(store)
    rater = department.clerk.add_person(department.id, "rater", "Zhao").person.id
    mine = store.from_browser(store.open_link(store.issue_person_link(rater), None))
    tap = Rated("2026Q1", 1, "a", "rated", "g50")
    with pytest.raises(StoreError, match="2026Q1"):  # not open: it got as far as the rules
        mine.act_as(rater, tap)
    store.revoke_person_link(rater)
    with pytest.raises(LinkError, match="not recorded"):
        mine.act_as(rater, tap)


def test_a_data_owner_records_only_while_the_link_is_valid(store):
    made = started(store).id
    owner = store.add_person(made, "data_owner", "Zhao", indicators=["briefings"]).person.id
    mine = store.from_browser(store.open_link(store.issue_person_link(owner), None))
    five, six = (Row("u1", "briefings", value) for value in "56")
    assert mine.record_values(made, PERIOD, [five], person=owner) == (five,)
    store.revoke_person_link(owner)
    with pytest.raises(LinkError, match="not recorded"):
        mine.record_values(made, PERIOD, [six], person=owner)
    values = store.evaluation_state(made).periods[PERIOD].values
    assert [one.row for one in values.values()] == [five]


# --- logs


def test_after_a_restart_a_log_is_read_once_for_all_who_come(url, store, study, monkeypatch):
    names = {f"E{number}": None for number in range(8)}
    experts = [one.id for one in store.add_experts(study.id, names)]
    fresh, together = Store(url), Barrier(8)

    def come(expert: str) -> int:
        together.wait(timeout=30)
        return fresh.expert(expert).total

    with ThreadPoolExecutor(8) as pool:
        found = reads(fresh, lambda: assert_all(pool.map(come, experts), 4))
    assert len(found) == 1
    fresh.close()


def assert_all(values: Iterator[int], expected: int) -> None:
    assert set(values) == {expected}


def test_logs_are_read_before_anybody_comes(url, store, study, ada):
    department = Department.of(store)
    fresh = Store(url)
    fresh.warm()
    with asked() as found:
        fresh.replies(ada)
        fresh.evaluation_state(department.id)
    assert found.both == (2, 2)  # whose they are, no event
    fresh.close()


# --- connections


def test_how_many_connections_may_be_opened_is_said(tmp_path, monkeypatch):
    for value in ("0", "-1", "many", "1e3", "12345"):
        monkeypatch.setenv("AHP_DATABASE_CONNECTIONS", value)
        with pytest.raises(StoreError) as refused:
            Store(f"sqlite:///{tmp_path / 'ahp.db'}")
        said = f"AHP_DATABASE_CONNECTIONS = {value!r}, expected a whole number from 1 to 9999"
        assert str(refused.value) == said
    assert error_sentence(refused.value, "zh") == (
        "AHP_DATABASE_CONNECTIONS = “12345”，应为 1 到 9999 之间的整数。"
    )


def test_who_gets_no_connection_is_told_so(url, store, study, monkeypatch):
    monkeypatch.setenv("AHP_DATABASE_CONNECTIONS", "1")
    monkeypatch.setattr(databases, "REPLY", 0.05)
    small = Store(url)
    with small._database.read() as session, ThreadPoolExecutor(1) as pool:
        session.connection()
        with pytest.raises(DatabaseError) as refused:
            pool.submit(small.study, study.id).result()
        with pytest.raises(RuntimeError, match="^this thread has a transaction open already$"):
            small.study(study.id)
    place = small.location
    assert str(refused.value) == (
        f"{place}: all 1 connections of this process were in use for 0 seconds; "
        "AHP_DATABASE_CONNECTIONS says how many it may open"
    )
    assert error_sentence(refused.value, "zh") == (
        f"{place}：本进程的 1 个数据库连接在 0 秒内一直占满；"
        "可用环境变量 AHP_DATABASE_CONNECTIONS 设置连接数上限。"
    )
    assert small.study(study.id).title == "Pilot"
    small.close()


@pytest.fixture
def few_connections(postgres_server: str) -> Iterator[str]:
    """URL of a database whose user may open four connections."""
    role = f"ahp_few_{secrets.token_hex(4)}"
    with fresh_schema(postgres_server) as own:
        schema = str(make_url(own).query["options"]).partition("=")[2]
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 4")
            connection.execute(f"GRANT ALL ON SCHEMA {schema} TO {role}")
        yield make_url(own).set(username=role).render_as_string(hide_password=False)
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


def test_sixty_threads_share_four_connections(few_connections, survey, monkeypatch):
    """Nobody waits for a second connection while holding one."""
    with pytest.raises(StoreError) as refused:
        Store(few_connections)
    place = refused.value.parameters["location"]
    assert str(refused.value) == (
        f"{place}: the server takes 4 connections of this user at most, and each process opens up "
        "to 20; set AHP_DATABASE_CONNECTIONS to fewer, so that all processes together stay below"
    )
    assert error_sentence(refused.value, "zh") == (
        f"{place}：数据库服务器最多接受该用户的 4 个连接，而每个进程最多会打开 20 个；"
        "请把环境变量 AHP_DATABASE_CONNECTIONS 设小一些，使所有进程的连接总数不超过该上限。"
    )
    monkeypatch.setenv("AHP_DATABASE_CONNECTIONS", "4")
    store = Store(few_connections)
    study = store.create_study(survey, "Few")
    experts = [one.id for one in store.add_experts(study.id, {f"E{k}": None for k in range(60)})]
    links = store.issue_links(experts)

    def come(expert: str) -> Grants:
        browser = store.open_link(links[expert], None)
        store.from_browser(browser).answer(expert, *AB, "3", event_id=expert)
        return store.grants(browser)

    with ThreadPoolExecutor(60) as pool:
        seen = list(pool.map(come, experts))
    assert [(one.experts[0].id, one.experts[0].answered) for one in seen] == [
        (expert, 1) for expert in experts
    ]
    assert store.verify_log()[0].events == 1 + 3 * 60
    store.close()


# --- what is over


def test_what_has_been_over_for_a_month_is_deleted(
    store, study, ada, frozen, database, monkeypatch
):
    monkeypatch.setattr(doors, "PURGED", 3)
    bo = store.add_expert(study.id, "Bo").id
    old = [store.open_link(store.issue_link(ada), None) for _ in range(4)]
    left = store.open_link(store.issue_link(bo), None)
    store.leave(left, bo)
    signed_out = store.open_organizer(None)
    store.revoke_session(signed_out)
    for _ in range(2):
        store.begin_sign_in("192.0.2.1", signed_out)
    frozen.move(days=59)
    kept = store.open_link(store.issue_link(bo), None)
    organizer = store.open_organizer(kept)

    def counted() -> list[int]:
        tables = ("sessions", "grants", "sign_ins", "links")
        return [database.rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables]

    assert counted() == [8, 8, 2, 6]
    assert store.purge() == 1 + 2  # who left has no grant any more; whose grant it was is known yet
    assert counted() == [7, 8, 0, 6]
    assert store.purge() == 0
    frozen.move(days=2)
    assert store.purge() == 5 + 5
    assert counted() == [2, 3, 0, 6]  # links stay: the log names them
    assert store.grants(old[-1]) == store.grants(signed_out) == Grants()
    assert [one.name for one in store.grants(organizer).experts] == ["Bo"]
    assert [one.link for one in store.experts(study.id)] == ["active", "active"]
    store.verify_log()


def test_a_browser_is_known_as_long_as_it_keeps_its_cookie(store, frozen, database):
    """Nobody who shares its address keeps an organizer out whose password was changed."""
    browser = store.open_organizer(None)
    store.revoke_organizers()
    frozen.move(days=29)
    store.purge()
    with store._database.read() as session:
        assert access.visitor_of(session, browser, "192.0.2.1").startswith("browser ")


# --- what PostgreSQL may lose

FSYNC = (
    "The database doesn't wait for its disk (fsync is off): a power cut can take confirmed "
    "answers, and the whole database with them. Set it right: "
    "ALTER SYSTEM SET fsync = on; SELECT pg_reload_conf();"
)
COMMIT = (
    "The database confirms answers before they are on its disk (synchronous_commit is off): a "
    "crash of its server takes the last of them. Set it right: "
    "ALTER SYSTEM SET synchronous_commit = on; SELECT pg_reload_conf();"
)


@on_each_database
def test_what_a_crash_may_take_is_said(url, store, database):
    if url.startswith("sqlite"):
        assert store.risks() == []
        return
    # the server for tests waits for no disk
    assert [one.code for one in store.risks()] == ["durability_fsync", "durability_pages"]
    ours = make_url(url).update_query_dict(
        {"options": make_url(url).query["options"] + " -csynchronous_commit=off"}
    )
    careless = Store(ours.render_as_string(hide_password=False))
    said = [error_sentence(one, "en") for one in careless.risks()]
    assert (said[0], said[-1], len(said)) == (FSYNC, COMMIT, 3)
    assert error_sentence(careless.risks()[-1], "zh") == (
        "数据库在数据写入磁盘之前就确认回答已保存（synchronous_commit 为 off）："
        "数据库服务器一旦崩溃，最后确认的回答会丢失。"
        "请执行“ALTER SYSTEM SET synchronous_commit = on; SELECT pg_reload_conf();”加以改正。"
    )
    careless.close()


@pytest.fixture
def follower(postgres_server: str, tmp_path: Path) -> Iterator[None]:
    """Somebody who follows PostgreSQL's log as a standby does, and for whom nobody waits."""
    [*_older, program] = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_receivewal"))
    command = [program, "--directory", tmp_path, "--no-password", "--dbname", postgres_server]
    process = subprocess.Popen(command)
    following = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        deadline = time.monotonic() + 60
        while connection.execute(following).fetchone() == (0,) and time.monotonic() < deadline:
            time.sleep(0.01)
        yield
        process.terminate()
        process.wait(timeout=60)
        while connection.execute(following).fetchone() != (0,) and time.monotonic() < deadline:
            time.sleep(0.01)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("follower")
def test_a_standby_that_nobody_waits_for_is_said(url, store, postgres_server):
    assert [one.code for one in store.risks()][2:] == ["durability_standby"]
    assert error_sentence(store.risks()[2], "en") == (
        "The database doesn't wait for its standby: when that takes over, the last confirmed "
        "answers are lost. Have it wait: "
        "ALTER SYSTEM SET synchronous_standby_names = '*'; SELECT pg_reload_conf();"
    )
    local = make_url(url).update_query_dict(
        {"options": make_url(url).query["options"] + " -csynchronous_commit=local"}
    )
    careless = Store(local.render_as_string(hide_password=False))
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = local")
        connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        try:
            connection.execute("SELECT pg_reload_conf()")
            deadline = time.monotonic() + 60
            while "durability_local" not in (codes := [one.code for one in careless.risks()]):
                assert time.monotonic() < deadline
                time.sleep(0.01)
        finally:
            connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
            connection.execute("SELECT pg_reload_conf()")
    assert codes[2:] == ["durability_local"]
    careless.close()


PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
GROWTH = PAGE.read_text(encoding="utf-8").partition("\n## Growth\n")[2].partition("\n## ")[0]


def test_what_the_page_says_sets_postgresql_right(postgres_server):
    first, second = re.findall("```sql\n(.*?)```", GROWTH, re.DOTALL)
    setting = "SELECT setting FROM pg_file_settings WHERE name = %s ORDER BY seqno DESC LIMIT 1"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        try:
            for line in (first + second).splitlines():
                connection.execute(line)
            written = {
                name: connection.execute(setting, [name]).fetchone()
                for name in (
                    *("fsync", "full_page_writes", "synchronous_commit"),
                    "synchronous_standby_names",
                )
            }
        finally:
            connection.execute("ALTER SYSTEM RESET ALL")
            connection.execute("SELECT pg_reload_conf()")
    assert list(written.values()) == [("on",), ("on",), ("on",), ("*",)]
