"""docs/operations.md, “Several processes”: two of them behind nginx, on PostgreSQL."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ahp.cli import main
from ahp.exchange.questionnaire_xlsx import questionnaire_workbook
from ahp.store import Store
from ahp.study import load_survey
from ahp.web import server
from tests.answering_panel import Panel
from tests.running_nginx import DEPLOY, PAGE, Nginx, run
from tests.running_server import RunningServer, free_port
from tests.store.conftest import fresh_schema, postgres_server  # noqa: F401 - a fixture
from tests.store.test_chaos import SURVEY
from tests.store.test_server_settings import id_at
from tests.web.tabs import Tab, get
from tests.web.tabs import run as in_a_loop
from tests.web.test_server import ask

[SECTION] = re.findall(r"^## Several processes\n(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def url(postgres_server: str) -> Iterator[str]:  # noqa: F811
    with fresh_schema(postgres_server) as own:
        yield own


@pytest.fixture(scope="module")
def replicas(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[RunningServer]]:
    folder = tmp_path_factory.mktemp("replicas")
    settings = {"AHP_SIGNING_KEY": str(folder / "key.pem"), "XDG_DATA_HOME": str(folder)}

    def start(name: str) -> RunningServer:
        return RunningServer(folder / f"{name}.db", AHP_DATABASE_URL=url, **settings)

    with ThreadPoolExecutor(2) as both:  # at once: one of them makes the tables, and the key
        started = list(both.map(start, "ab"))
    yield started
    for one in started:
        one.stop()


@pytest.fixture(scope="module")
def nginx(replicas: list[RunningServer]) -> Iterator[Nginx]:
    folder = replicas[0].database.parent / "nginx"
    folder.mkdir()
    made = Nginx(folder, *(f"127.0.0.1:{one.port}" for one in replicas))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def store(url: str, replicas: list[RunningServer]) -> Iterator[Store]:
    opened = Store(url)
    yield opened
    opened.close()


def test_nginx_takes_the_configuration_as_the_page_says(nginx: Nginx) -> None:
    _sed, copied, tested, reloaded = map(shlex.split, re.findall(r"^\$ (.*)\n", SECTION, re.M))
    assert copied[:2] == ["cp", "deploy/nginx-replicas.conf"]
    assert (DEPLOY.parent / copied[1]).is_file()
    said = run([*nginx.command, *tested[1:]], nginx.folder)
    assert re.findall(r"\[(?:warn|emerg)\].*", said) == []
    run([*nginx.command, *reloaded[1:]], nginx.folder)


def test_processes_are_started_as_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    commands = []
    monkeypatch.setattr(server, "serve", lambda *given: commands.append(given[:2]))
    proxies = []
    for block in re.findall(r"^```sh\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL):
        *exports, last = [shlex.split(line) for line in block.splitlines()]
        assert {line[0] for line in exports} <= {"export"}  # what serves, doesn't return
        if last[0] == "ahp":
            assert main(last[1:]) == 0
            proxies.append([line[1] for line in exports])
    assert commands == [("127.0.0.1", 8501), ("127.0.0.1", 8502), ("10.0.0.11", 8501)]
    assert proxies == [[], [], ["AHP_TRUSTED_PROXIES=10.0.0.5"]]


def test_another_key_is_refused(url: str, replicas: list[RunningServer], tmp_path: Path) -> None:
    key = tmp_path / "other.pem"
    run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(key)], tmp_path)
    command = [sys.executable, "-m", "ahp", "serve", "--port", str(free_port())]
    settings = {"AHP_DATABASE_URL": url, "AHP_SIGNING_KEY": str(key), "AHP_LANGUAGE": "zh"}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **settings}
    )
    assert (done.returncode, done.stdout) == (2, "")
    known = replicas[0].database.with_name("key.pem")
    assert done.stderr == (
        f"ahp：错误：{key}：此处的签名密钥是 {id_at(key)}，而数据库登记的密钥是 "
        f"{id_at(known)}。"
        "如数据库是从其他文件夹或另一台电脑复制来的，请将原文件夹中的 signing_key.pem 放到此处；"
        "如有多个进程共用该数据库，请都用 AHP_SIGNING_KEY 指向同一密钥文件；如原密钥已丢失，"
        "可运行“ahp receipt key --accept”改用此处的密钥："
        "此前签发的回执只能用原公钥核验，两步验证须重新设置。\n"
    )


def test_the_link_shown_last_opens_in_each(replicas: list[RunningServer]) -> None:
    paths = [shown.organizer_path for shown in replicas]
    found = [[ask(server, path).status for path in paths] for server in replicas]
    assert sorted(found[0]) == [303, 404]
    assert found[1] == found[0]


def test_a_browser_stays_with_who_answered_it(nginx: Nginx) -> None:
    def named(cookie: str) -> list[str]:
        answer = nginx.ask("/receipt-key.pem", **({"Cookie": cookie} if cookie else {}))
        return answer.headers.get_all("set-cookie", [])

    (given,) = named("")
    assert given in {
        f"ahp_replica={one}; Path=/; HttpOnly; Secure; SameSite=Lax" for one in ("a", "b")
    }
    assert [named(f"ahp_replica={one}") for one in "ab"] == [[], []]
    assert len(named("ahp_replica=elsewhere")) == 1


def test_an_address_that_nginx_does_not_compare_shows(
    replicas: list[RunningServer], tmp_path: Path
) -> None:
    made = Nginx(tmp_path, *(f"localhost:{one.port}" for one in replicas))
    try:
        for cookie in ("a", "b", "unknown"):
            answer = made.ask("/receipt-key.pem", Cookie=f"ahp_replica={cookie}")
            assert answer.headers.get_all("set-cookie") == [
                "ahp_replica=unknown; Path=/; HttpOnly; Secure; SameSite=Lax"
            ]
        assert made.ask("/_stcore/metrics").headers.get_all("set-cookie") is None  # nobody answered
    finally:
        made.stop()


def test_files_go_where_the_page_is(nginx: Nginx, store: Store) -> None:
    survey = load_survey("supervision_effectiveness")
    study = store.create_study(survey, "Files")
    expert = store.add_expert(study.id, "Ada")
    session = f"ahp_session={store.open_link(store.issue_link(expert.id), None)}"
    filled = questionnaire_workbook(
        survey,
        title=study.title,
        expert="Ada",
        study_id=study.id,
        round_number=1,
        language="zh",
        answers=dict.fromkeys(list(survey.hierarchy.comparisons)[:2], "3"),
        skip=(),
    )

    async def both_ways() -> tuple[int, bytes]:
        tab = await Tab.visit(nginx.url, session, query=f"e={expert.id}")
        assert "ahp_replica=" in tab.cookie  # said when the web socket was opened
        assert await tab.put(nginx.url, tab.cookie, "upload-", "filled.xlsx", filled) == 204
        await tab.press("record_files")
        button = tab.found("download_button", "questionnaire-").element.download_button
        path = await tab.offered(button.deferred_file_id)
        await tab.close()
        return get(nginx.url, path, tab.cookie)

    for _turn in range(3):  # by chance, one may be with the right process
        status, content = in_a_loop(both_ways())
        assert (status, content[:2]) == (200, b"PK")
    assert store.expert(expert.id).answered == 2


def test_killed_under_experts(nginx: Nginx, replicas: list[RunningServer], store: Store) -> None:
    """Pages go on by themselves with the other one, in their language, and stay there."""
    panel = Panel(store, nginx.url, SURVEY, experts=8, answers=11)
    panel.start()
    panel.wait_for(0.1)
    at = {one: one.cookie.rpartition("ahp_replica=")[2] for one in panel.panelists}
    gone = max("ab", key=[*at.values()].count)
    replicas["ab".index(gone)].kill()
    panel.finish()
    for one, before in at.items():
        assert one.returns == (before == gone)
        assert one.cookie.endswith(f"ahp_replica={'ab'.replace(gone, '')}")
    logs = {one.study_id: one for one in store.verify_log()}
    assert logs[panel.study].events > 88
