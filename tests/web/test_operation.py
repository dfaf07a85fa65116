"""docs/operations.md and deploy/nginx.conf: a server behind a real nginx, its health, its end."""

from __future__ import annotations

import http.client
import re
import shlex
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
import yaml
from playwright.sync_api import Browser, expect
from prometheus_client.parser import text_string_to_metric_families
from starlette.requests import Request

from ahp.errors import DatabaseFaultError
from ahp.store import Store
from ahp.web import health
from ahp.web.internals import _FRAMING
from ahp.web.password import FORM_BYTES
from ahp.web.server import ORGANIZER_UPLOAD
from benchmarks.streamlit_client import StreamlitClient
from tests.browser import actions
from tests.running_nginx import CONFIGURATION, Nginx, accepts, run, wait_until
from tests.running_server import RunningServer, free_port
from tests.web.tabs import run as in_a_loop
from tests.web.test_headers import LOGGED
from tests.web.test_server import PASSWORD, add_expert, ask

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
_, TEST, RELOAD, START = (
    shlex.split(one) for one in re.findall(r"^\$ (.*)\n", SECTIONS["Behind a proxy"], re.MULTILINE)
)
FILES = 300
"""How many files the server may open when it is started."""
HEALTH = re.findall(r"^\$ (.*)\n((?:[^$`].*\n)*)", SECTIONS["Health and metrics"], re.MULTILINE)


def attempts(server: RunningServer) -> int:
    """Wrong passwords of the last minute, or such as have not come yet."""
    with closing(sqlite3.connect(server.database)) as database:
        return database.execute("SELECT count(*) FROM sign_ins").fetchone()[0]


@pytest.fixture(autouse=True)
def forgiven(server: Watched) -> Iterator[None]:
    """Wrong passwords of one test are not another's."""
    yield
    with closing(sqlite3.connect(server.database)) as database, database:
        database.execute("DELETE FROM sign_ins")


class Watched(RunningServer):
    """Started as the page says, on free ports, and allowed few files until it raises its limit."""

    def __init__(self, database: Path) -> None:
        (setting, value), *command = START[0].split("="), *START[1:]
        assert command[0] == "ahp"
        self.metrics_port = str(free_port())
        ports = ("--port", "{port}", "--metrics-port", self.metrics_port)
        started = shlex.join([sys.executable, "-m", *command, *ports])
        super().__init__(
            database,
            ("sh", "-c", f"ulimit -Sn {FILES}; exec {started}"),
            **{setting: value, "AHP_ADMIN_PASSWORD": PASSWORD},
        )

    def text(self) -> str:
        address = f"http://127.0.0.1:{self.metrics_port}/metrics"
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.read().decode()

    def numbers(self) -> dict[str, float]:
        """Sample with its labels -> its value."""
        return {
            " ".join(
                [sample.name, *(f"{name}={value}" for name, value in sample.labels.items())]
            ): sample.value
            for family in text_string_to_metric_families(self.text())
            for sample in family.samples
        }


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    running = Watched(tmp_path_factory.mktemp("operation") / "ahp.db")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def nginx(server: RunningServer) -> Iterator[Nginx]:
    folder = server.database.parent / "nginx"
    folder.mkdir()
    made = Nginx(folder, f"127.0.0.1:{server.port}")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def store(server: RunningServer) -> Iterator[Store]:
    opened = Store(f"sqlite:///{server.database}")
    yield opened
    opened.close()


def test_nginx_takes_the_configuration(nginx):
    assert (TEST, RELOAD) == (["nginx", "-t"], ["nginx", "-s", "reload"])
    said = run([*nginx.command, *TEST[1:]], nginx.folder)
    assert re.findall(r"\[(?:warn|emerg)\].*", said) == []
    assert "test is successful" in said
    run([*nginx.command, *RELOAD[1:]], nginx.folder)
    assert nginx.ask("/healthz").text == "alive\n"


def test_health_and_numbers_as_the_page_says(server):
    *_, started, scrape = [shlex.split(one) for one, _printed in HEALTH]
    assert started[:-1] == ["ahp", "serve", "--metrics-port"]
    ports = {"8501": str(server.port), started[-1]: server.metrics_port}
    (yaml_text,) = re.findall("```yaml\n(.*?)```", SECTIONS["Health and metrics"], re.DOTALL)
    (job,) = yaml.safe_load(yaml_text)["scrape_configs"]
    assert job["static_configs"] == [{"targets": [f"127.0.0.1:{started[-1]}"]}]
    assert scrape[-1] == f"http://127.0.0.1:{started[-1]}/metrics"
    for command, printed in HEALTH:
        if shlex.split(command)[0] == "curl":
            ours = re.sub("|".join(ports), lambda port: ports[port[0]], command)
            said = run(shlex.split(ours), server.database.parent)
            assert said == printed or (not printed and "ahp_write_seconds_count" in said)
        else:
            assert shlex.split(command) == started


def test_cookies_are_secure_and_browsers_come_by_https(nginx):
    home = nginx.ask("/")
    assert (home.status, home.headers["server"]) == (200, "nginx")
    assert home.headers["strict-transport-security"] == "max-age=31536000"
    sockets = f"connect-src 'self' wss://127.0.0.1:{nginx.port};"
    assert sockets in home.headers["content-security-policy"]
    signed_in = nginx.ask("/organizer", urlencode({"password": PASSWORD}))
    assert (signed_in.status, signed_in.headers["location"]) == (303, "/")
    assert signed_in.cookie["secure"] is True
    assert nginx.ask("/_stcore/health").headers["set-cookie"].endswith("; Secure")


def test_visitors_do_not_say_where_they_are(nginx, store):
    for attempt in range(10):
        where = f"203.0.113.{attempt}"
        forged = {"X_Forwarded_For": where, "Forwarded": f"for={where}", "X_Forwarded_Proto": "ws"}
        wrong = nginx.ask("/organizer", urlencode({"password": "guess"}), **forged)
        assert (wrong.status, wrong.headers["strict-transport-security"]) == (
            *(403, "max-age=31536000"),
        )
    assert store.begin_sign_in("127.0.0.1").attempt is None


def test_http_is_sent_on(nginx):
    connection = http.client.HTTPConnection("127.0.0.1", nginx.plain_port, timeout=30)
    with closing(connection):
        connection.request("GET", "/i/AAAA", headers={"Host": "elsewhere.example.org"})
        answer = connection.getresponse()
        assert (answer.status, answer.headers["location"]) == (
            *(301, "https://survey.example.org/i/AAAA"),
        )


@pytest.mark.parametrize(("version", "taken"), [("1_1", False), ("1_2", True), ("1_3", True)])
def test_tls_of_today(nginx, version, taken):
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{nginx.port}", f"-tls{version}"]
    command += [] if version == "1_3" else ["-cipher", "ALL:@SECLEVEL=0"]
    done = subprocess.run(command, input="", capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == taken, done.stderr


def test_files_of_the_sizes_that_the_app_takes(nginx):
    (most,) = re.findall(r"client_max_body_size (\d+)k;\n\s+proxy_request", CONFIGURATION)
    assert int(most) * 1024 == ORGANIZER_UPLOAD + _FRAMING
    path = "/_stcore/upload_file/page/file"
    for size, status in (("1", 403), (str(ORGANIZER_UPLOAD + _FRAMING + 1), 413)):
        assert nginx.ask(path, method="PUT", Content_Length=size).status == status
    assert nginx.ask("/organizer", "x" * (FORM_BYTES + 1)).status == 400  # says so in words
    assert nginx.ask("/organizer", "x" * 2**15).status == 413


def test_logs_have_no_secrets(nginx):
    log = nginx.folder / "ahp.log"
    before = log.read_text()

    def lines() -> list[str]:
        return log.read_text().removeprefix(before).splitlines()

    for address in LOGGED:
        nginx.ask(address)
    wait_until(lambda: len(lines()) >= len(LOGGED))  # nginx answers before it writes
    logged = [re.findall('"GET (.*?)"', line)[0].replace("...", "…") for line in lines()]
    # nginx looks at paths as it passes them on by: the slashes in front are one
    assert logged == [*({**LOGGED, "//i/AAAA": "/i/…"}.values())]
    # where passwords are guessed, and nowhere else, the log says from where
    addresses = {line.partition(" ")[0] for line in lines() if '"GET /organizer' not in line}
    assert addresses == {"-"}
    assert re.search(r'^127\.0\.0\.1 .*"GET /organizer', "\n".join(lines()), re.MULTILINE)
    assert nginx.ask("/_stcore/metrics").status == 404


def test_while_the_app_is_away(nginx, tmp_path):
    nginx = Nginx(tmp_path, f"127.0.0.1:{free_port()}")
    try:
        secret = "AAAAAAAAAAAAAAAAAAAAAA"
        for path in ("/", *(f"/{kind}/{secret}" for kind in ("a", "i", "organizer"))):
            answer = nginx.ask(path)
            assert (answer.status, answer.headers["refresh"]) == (503, "3")
            assert (answer.headers["retry-after"], answer.headers["cache-control"]) == (
                *("3", "no-store"),
            )
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
            assert "服务器正在重新启动。" in answer.text
            assert "The server is being restarted." in answer.text
        assert "connect() failed" in nginx.logs()
        assert "AAAA" not in nginx.logs()
    finally:
        nginx.stop()


@pytest.mark.slow
def test_an_expert_behind_it(browser: Browser, nginx: Nginx, store: Store) -> None:
    expert = add_expert(store)
    token = store.issue_link(expert.id)
    context = actions.visitor(browser, size=actions.PHONE, certified=False)
    page = context.new_page()
    opened: list[str] = []
    page.on("websocket", lambda socket: opened.append(socket.url))
    address = f"https://127.0.0.1:{nginx.port}"
    page.goto(f"{address}/i/{token}")
    page.get_by_text("English").click()
    actions.begin(page)
    expect(page.locator(actions.QUESTION)).to_be_visible()
    place = actions.asked(page)
    actions.choose(page, "5")
    actions.moved_on(page, place)
    assert len(store.current(expert.id)) == 1
    assert opened == [f"wss://127.0.0.1:{nginx.port}/_stcore/stream"]
    expect(page.locator("html")).to_have_attribute("lang", "en")
    cookies = {cookie["name"]: cookie["secure"] for cookie in context.cookies()}
    assert cookies == {"ahp_session": True, "ahp_language": True, "_streamlit_xsrf": True}
    context.close()
    assert actions.refusals() == []
    assert re.findall(f"{token}|{expert.id}", nginx.logs()) == []
    assert '"GET /i/..." 303' in nginx.logs()


def test_the_limit_of_open_files_is_raised(server):
    numbers = server.numbers()
    limits = Path(f"/proc/{server.process.pid}/limits").read_text()
    (soft, hard) = re.findall(r"^Max open files +(\d+) +(\d+)", limits, re.MULTILINE)[0]
    assert soft == hard
    assert numbers["process_max_fds"] == int(hard) > FILES


def test_what_happens_is_counted(server, store):
    before = server.numbers()
    expert = add_expert(store)
    assert ask(server, f"/i/{store.issue_link(expert.id)}").status == 303
    assert ask(server, "/i/AAAAAAAAAAAAAAAAAAAAAA").status == 404
    assert ask(server, "/organizer", form={"password": "guess"}).status == 403
    assert ask(server, "/organizer", form={"password": PASSWORD}).status == 303
    after = server.numbers()
    grown = {
        name: after[name] - before.get(name, 0)
        for name in after
        if name.startswith("ahp_") and after[name] != before.get(name, 0)
    }
    # two times the guess and the right one each are counted, one is taken back, and two sessions
    assert {name: grown[name] for name in grown if "_seconds" not in name} == {
        **{"ahp_links_total outcome=opened": 1, "ahp_links_total outcome=refused": 1},
        **{"ahp_sign_ins_total outcome=wrong": 1, "ahp_sign_ins_total outcome=right": 1},
        **{"ahp_chains": 1, "ahp_chain_events": 3},
    }
    assert grown["ahp_write_seconds_count"] == 5
    assert (after["ahp_database_up"], after["ahp_open_pages"]) == (1, 0)
    assert (after["ahp_database_connections state=in use"]) == 0


def test_an_expert_at_work_is_counted(server, store):
    expert = add_expert(store)
    before = server.numbers()

    async def begin() -> dict[str, float]:
        page = await StreamlitClient.open(f"{server.url}/i/{store.issue_link(expert.id)}")
        await page.press("start")
        during = server.numbers()
        await page.close()
        return during

    during = in_a_loop(begin())
    assert during["ahp_open_pages"] == 1
    events = {event.kind for event in store.events(expert.study_id) if event.actor_kind == "expert"}
    assert {"consent", "way"} <= events
    for kind in events:
        name = f"ahp_events_total kind={kind}"
        assert during[name] == before.get(name, 0) + 1
    assert (
        sum(
            during.get(name, 0) - before.get(name, 0)
            for name in (
                "ahp_page_run_seconds_count run=page",
                "ahp_page_run_seconds_count run=part",
            )
        )
        >= 2
    )
    wait_until(lambda: server.numbers()["ahp_open_pages"] == 0)


def test_the_numbers_say_nothing_about_people(server, store):
    expert = add_expert(store, "Wang Wu")
    token = store.issue_link(expert.id)
    session = ask(server, f"/i/{token}").cookie.value
    text = server.text()
    for secret in ("Wang", "secret title", expert.id, expert.study_id, token, session, PASSWORD):
        assert secret not in text


def test_the_page_explains_what_there_is(server):
    documented = set(re.findall(r"^\| `(\w+)` \| .*\|$", PAGE, re.MULTILINE))
    kinds = {"counter": "_total", "info": "_info"}
    found = {
        family.name + kinds.get(family.type, "")
        for family in text_string_to_metric_families(server.text())
    }
    assert {name for name in documented if name.startswith(("ahp_", "process_"))} == found


def test_not_ready_says_what_it_is(store, monkeypatch, caplog):
    fault = DatabaseFaultError("database_fails", location="ahp.db", problem="malformed")

    def fail() -> None:
        raise fault

    monkeypatch.setattr(store, "check_tables", fail)
    monkeypatch.setattr(health, "database", lambda: store)
    asked = health.Readiness()
    for _ in range(2):
        answer = in_a_loop(asked.readyz(Request({"type": "http"})))
        assert (answer.status_code, answer.body) == (503, b"not ready: the database fails\n")
    assert caplog.messages == [str(fault)]


def ready(server: RunningServer) -> tuple[int, str]:
    answer = ask(server, "/readyz")
    assert answer.headers["cache-control"] == "no-store"
    return answer.status, answer.text


def test_ready_while_the_tables_are_those_of_this_version(server):
    assert ready(server) == (200, "ready\n")
    with closing(sqlite3.connect(server.database, isolation_level=None)) as database:
        (known,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        assert [ready(server) for _ in range(2)] == [
            (503, "not ready: tables of another version\n")
        ] * 2
        database.execute("UPDATE alembic_version SET version_num = ?", (known,))
    assert ready(server) == (200, "ready\n")
    line = (
        f"{server.database}: the database is at revision '9999', this version of ahp expects "
        f"{known!r}; another version has changed it meanwhile"
    )
    assert server.log.read_text().count(line) == 1
    healthy = ask(server, "/healthz")
    assert (healthy.status, healthy.text) == (200, "alive\n")


def test_a_server_stops_in_order(server, store):
    """It finishes what is under way, takes nothing else, and closes the database."""
    store.close()  # who closes it last clears away what lies beside it
    body = b"password=guess"
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as form:
        form.sendall(
            b"POST /organizer HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        wait_until(lambda: attempts(server) == 1)  # it is under way
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not accepts(server.port))
        form.sendall(body)
        assert form.recv(100).startswith(b"HTTP/1.1 403")
    assert server.process.wait(timeout=30) == 0
    assert not accepts(server.metrics_port)
    beside = server.database.parent.glob("ahp.db-*")
    assert [path.name for path in beside] == []
    assert "Traceback" not in server.log.read_text()
