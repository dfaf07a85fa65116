"""Sign-in at a provider, tried against one; the server is told of it as docs/operations.md says."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from authlib.integrations.base_client.errors import OAuthError
from joserfc.errors import BadSignatureError, InvalidClaimError
from starlette.requests import Request

from ahp.errors import AccessError, AHPError
from ahp.i18n.errors import error_sentence
from ahp.store import Store
from ahp.web import oidc, server, state
from ahp.web.provider import BACK, Provider, _roles, provider
from tests.running_provider import RunningProvider, Tab, query_of
from tests.running_server import RunningServer

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
[SETTING] = re.findall(
    r"```sh\n(export AHP_BASE_URL.*?ahp serve)\n```", PAGE.read_text("utf-8"), re.S
)
NAMED = "统一身份认证"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("provider")


@pytest.fixture(scope="module")
def there(log: Path) -> Iterator[RunningProvider]:
    running = RunningProvider(log / "provider.log")
    running.wait()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def running(there: RunningProvider, log: Path, migrated: Path) -> Iterator[RunningServer]:
    """Started as the page says, with this provider, this client and this address in its place."""
    secret = log / "secret"
    shutil.copy(migrated, log / "ahp.db")
    script = SETTING
    for name, value in (
        ("https://survey.example.org", "http://127.0.0.1:{port}"),
        ("https://login.example.org/realms/bank", there.url),
        ("CLIENT_ID=ahp", "CLIENT_ID=$CLIENT"),
        ("/etc/ahp/oidc-secret", str(secret)),
        ("ahp serve", f"exec {sys.executable} -m ahp serve --port {{port}}"),
    ):
        assert script.count(name) == 1, name
        script = script.replace(name, value)
    found = Registered(log / "ahp.db", ("sh", "-euc", script), there, secret)
    yield found
    found.stop()


class Registered(RunningServer):
    """A server that the provider knows before it starts."""

    def __init__(
        self, database: Path, command: tuple[str, ...], there: RunningProvider, secret: Path
    ) -> None:
        self.there, self.secret = there, secret
        super().__init__(database, command)

    def start(self) -> None:
        self.client, secret = self.there.register(f"{self.url}{BACK}")
        self.secret.write_text(f"{secret}\n")
        self.environment["CLIENT"] = self.client
        super().start()


@pytest.fixture
def store(running: RunningServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """What the pages of this process use, too, on the server's database."""
    monkeypatch.setenv("AHP_DATABASE_URL", f"sqlite:///{running.database}")
    state.database.cache_clear()
    yield state.database()
    state.database().close()
    state.database.cache_clear()


@pytest.fixture
def configured(running: Registered, there: RunningProvider, monkeypatch) -> Provider:
    """The same provider, for this process."""
    for name, value in {
        "ISSUER": there.url,
        "CLIENT_ID": running.client,
        "CLIENT_SECRET": running.secret.read_text().strip(),
        "NAME": NAMED,
        "ROLES": "groups:audit-heads=head",
    }.items():
        monkeypatch.setenv(f"AHP_OIDC_{name}", value)
    monkeypatch.setenv("AHP_BASE_URL", running.url)
    found = provider()
    assert found is not None
    return found


def in_this_process(coroutine):
    """In a thread of its own: Playwright has an event loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def request(path: str, cookies: dict[str, str], language: str = "en") -> Request:
    """What a browser asks of this process."""
    route, _, query = path.partition("?")
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    headers = [(b"cookie", cookie.encode()), (b"accept-language", language.encode())]
    scope = {"type": "http", "method": "GET", "path": route, "query_string": query.encode()}
    return Request({**scope, "headers": headers, "scheme": "http", "server": ("127.0.0.1", 1)})


def test_who_has_a_group_signs_in(running, there, store):
    there.know("w-1", name="王芳", preferred_username="wang", groups=["audit-heads", "staff"])
    tab = Tab(running.url)
    form = tab.get("/organizer").text
    assert f'<a class="button" href="/organizer/provider">Sign in with {NAMED}</a>' in form
    assert "<form" not in form  # there is nobody with a password
    address = tab.go()
    asked = query_of(address)
    assert asked["code_challenge_method"] == "S256"
    assert (asked["response_type"], asked["scope"]) == ("code", "openid profile email")
    assert asked["redirect_uri"] == f"{running.url}/organizer/provider/back"
    assert len(asked["state"]) >= 20
    assert len(asked["nonce"]) >= 20
    answer = tab.get(tab.sent_back(address, sub="w-1"))
    assert (answer.status, answer.location) == (303, "/")
    granted = store.grants(tab.cookies["ahp_session"])
    account = granted.account
    assert (account.name, account.roles, account.issuer) == ("王芳", ("head",), there.url)
    [browser] = [one for one in store.browsers() if one.account == account.id]
    assert (browser.program, browser.system) == ("Firefox", "Windows")

    there.know("w-1", name="王芳", groups=["inspectors", "audit-clerks"])  # roles are asked anew
    tab.sign_in("w-1")
    now = store.grants(tab.cookies["ahp_session"]).account
    assert now == replace(account, roles=("organizer", "reader"), last_sign_in=now.last_sign_in)

    there.know("w-2", name="王芳", preferred_username="wangfang2", groups="audit-heads")
    other = Tab(running.url)
    other.sign_in("w-2")
    assert store.grants(other.cookies["ahp_session"]).account.name == "王芳 (wangfang2)"

    there.know("w-1", name="王芳", groups=["staff"])
    refused = tab.sign_in("w-1")
    assert refused.status == 403
    assert (
        f"“{NAMED}” knows you as 王芳, but you have no role here. Ask your administrator for a "
        "group that has one, then sign in again."
    ) in refused.text
    assert not store.grants(tab.cookies["ahp_session"]).organizer

    there.know("w-1", name="王芳", groups=["audit-heads"])
    store.disable_account(account.id)
    refused = tab.sign_in("w-1")
    assert (refused.status, "The account “王芳” is disabled." in refused.text) == (403, True)


def test_another_process_finishes(running, there, store, configured):
    there.know("p-1", name="Li", groups=["audit-heads"])
    tab = Tab(running.url)
    address = tab.go()
    path = tab.sent_back(address, sub="p-1")
    answer = in_this_process(server.from_provider(request(path, tab.cookies)))
    assert answer.status_code == 303
    session = re.search("ahp_session=([^;]+)", answer.headers["set-cookie"])[1]
    assert store.grants(session).account.name == "Li"


BEGIN_AGAIN = (
    "This sign-in was begun in another browser, or more than ten minutes ago. Please begin again."
)


def test_only_the_browser_that_began_finishes(running, there):
    there.know("s-1", name="Li", groups=["audit-heads"])
    victim, thief = Tab(running.url), Tab(running.url)
    address = thief.go()
    for cookies in ({}, {"ahp_provider": "forged"}, {"ahp_provider": "e30.aWxX_w.forged"}):
        victim.cookies = dict(cookies)
        answer = victim.get(victim.sent_back(address, sub="s-1"))
        assert (answer.status, BEGIN_AGAIN in answer.text) == (403, True)
        assert "ahp_session" not in victim.cookies
    victim.go()  # with a state of its own
    assert BEGIN_AGAIN in victim.get(victim.sent_back(address, sub="s-1")).text
    assert BEGIN_AGAIN in victim.get(f"{BACK}?code=x&state=y").text


def test_who_says_no_at_the_provider_is_told_so(running):
    tab = Tab(running.url)
    answer = tab.get(tab.sent_back(tab.go(), action="deny"))
    assert answer.status == 403
    assert f"You did not sign in at “{NAMED}”. Please try again." in answer.text
    assert 'href="/organizer/provider"' in answer.text


def test_signing_out_goes_on_to_the_provider(running, there):
    answer = Tab(running.url).get("/organizer/sign-out")
    assert answer.status == 303
    assert answer.location.startswith(f"{there.url}/oauth2/end_session?")
    asked = query_of(answer.location)
    assert asked.pop("state")
    assert asked == {
        "post_logout_redirect_uri": f"{running.url}/organizer",
        "client_id": running.client,
    }


def told(tab: Tab, path: str, language: str) -> tuple[int, str]:
    """What this process says."""
    step = server.to_provider if path == "/organizer/provider" else server.from_provider
    answer = in_this_process(step(request(path, tab.cookies, language)))
    [said] = re.findall('<p role="alert">(.*?)</p>', answer.body.decode())
    return answer.status_code, said


@pytest.mark.usefixtures("store")
def test_a_provider_that_is_away_is_said_to_be(configured, monkeypatch):
    for issuer in ("http://127.0.0.1:9", f"{configured.issuer}/nowhere"):
        monkeypatch.setenv("AHP_OIDC_ISSUER", issuer)
        assert told(Tab(""), "/organizer/provider", "zh") == (
            502,
            f"暂时无法连接“{NAMED}”。请过几分钟再试；如仍然不行，请告知本服务器的管理人员。",
        )


@pytest.mark.usefixtures("store")
def test_a_provider_with_another_name_is_not_trusted(configured, monkeypatch, caplog):
    other = configured.issuer.replace("127.0.0.1", "localhost")
    real = oidc._registered(configured)
    monkeypatch.setenv("AHP_OIDC_ISSUER", other)
    found = provider()
    oidc._registered(found)._server_metadata_url = real._server_metadata_url
    assert told(Tab(""), "/organizer/provider", "en") == (
        403,
        f"The answer of “{NAMED}” can&#39;t be trusted. Please begin again; if it happens again, "
        "tell who runs this server: its log says why.",
    )
    assert caplog.messages == [
        f"sign-in at {other}: ValueError: the provider calls itself '{configured.issuer}', "
        f"expected '{other}'"
    ]


def test_a_wrong_secret_is_the_server_s_matter(running, store, configured, monkeypatch):
    monkeypatch.setenv("AHP_OIDC_CLIENT_SECRET", "another")
    tab = Tab(running.url)
    path = tab.sent_back(tab.go(), sub="s-2")
    assert told(tab, path, "en") == (
        403,
        f"“{NAMED}” refuses the sign-in (invalid_client). Please tell who runs this server.",
    )


@pytest.mark.usefixtures("store")
def test_clocks_that_differ_are_said_to(there, configured, monkeypatch):
    there.know("c-1", name="Li", groups=["audit-heads"])
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 600)
    answer = in_this_process(server.to_provider(request("/organizer/provider", {})))
    tab = Tab("")
    tab.cookies["ahp_provider"] = re.search("ahp_provider=([^;]+)", answer.headers["set-cookie"])[1]
    path = tab.sent_back(answer.headers["location"], sub="c-1")
    assert told(tab, path, "zh") == (
        403,
        f"本服务器与“{NAMED}”的时钟相差超过两分钟，因此无法登录。请告知本服务器的管理人员。",
    )


def test_what_a_link_says_is_not_shown(running):
    answer = Tab(running.url).get(f"{BACK}?error=Call+us&error_description=now")
    assert answer.status == 403
    assert f"“{NAMED}” refuses the sign-in (…)." in answer.text
    assert "Call" not in answer.text
    assert "now" not in re.search('<p role="alert">(.*)</p>', answer.text)[1]


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (InvalidClaimError("nonce"), "provider_untrusted"),
        (InvalidClaimError("aud"), "provider_untrusted"),
        (BadSignatureError(), "provider_untrusted"),
        (KeyError("userinfo"), "provider_untrusted"),
        (OAuthError("server_error", "try <b>later</b>"), "provider_refuses"),
    ],
)
def test_answers_that_are_none(configured, problem, code):
    async def fail() -> None:
        raise problem

    with pytest.raises(AccessError) as caught:
        in_this_process(oidc._understood(configured, fail()))
    assert caught.value.code == code
    assert NAMED in error_sentence(caught.value, "zh")


# -- what the server is told


def test_without_a_provider_there_is_none():
    assert provider() is None
    for step in (server.to_provider, server.from_provider, server.sign_out):
        answer = in_this_process(step(request("/organizer/provider", {})))
        assert (answer.status_code, answer.headers["location"]) == (303, "/organizer")


@pytest.mark.parametrize(
    ("text", "claim", "groups"),
    [
        ("groups:heads=head", "groups", {"heads": ("head",)}),
        (
            "groups: a = head , a = reader,b=reader",
            "groups",
            {"a": ("head", "reader"), "b": ("reader",)},
        ),
        ("realm_access.roles:/审计/负责人=head", "realm_access.roles", {"/审计/负责人": ("head",)}),
        ("https://a.org/roles:x=head", "https://a.org/roles", {"x": ("head",)}),
        (
            "memberOf:cn=heads,ou=audit=head;cn=it=administrator",
            "memberOf",
            {"cn=heads,ou=audit": ("head",), "cn=it": ("administrator",)},
        ),
    ],
)
def test_groups_have_roles(text, claim, groups):
    assert _roles(text) == (claim, groups)


@pytest.mark.parametrize(
    ("claims", "claim", "groups"),
    [
        ({"groups": ["a", "b"]}, "groups", ["a", "b"]),
        ({"groups": "a"}, "groups", ["a"]),
        ({"a.b": "c", "a": {"b": "d"}}, "a.b", ["c"]),
        ({"a": {"b": ["d"]}}, "a.b", ["d"]),
        ({"a": "x"}, "a.b", []),
        ({}, "groups", []),
        ({"groups": None}, "groups", []),
    ],
)
def test_where_groups_stand(claims, claim, groups):
    assert oidc._groups(claims, claim) == groups


class Client:
    """What Authlib makes of a provider's answers."""

    def __init__(self, token: dict[str, object], more: dict[str, object]) -> None:
        self.server_metadata = {"issuer": "https://login.example.org", "userinfo_endpoint": "there"}
        self._token, self._more = token, more

    async def authorize_access_token(self, *_given, **_options) -> dict[str, object]:
        return {"userinfo": {"sub": "1", "name": "Zhou"} | self._token}

    async def userinfo(self, **_token) -> dict[str, object]:
        return {"sub": "1", "name": "Zhou Na"} | self._more


@pytest.mark.parametrize(
    ("claim", "token", "more"),
    [
        ("groups", {"groups": []}, {"groups": ["heads"]}),
        ("groups", {"groups": None}, {"groups": "heads"}),
        ("realm.roles", {"realm": {"roles": []}}, {"realm": {"roles": ["heads"]}}),
        ("groups", {"groups": ["heads"]}, {"groups": ["staff"]}),
    ],
)
def test_where_the_id_token_names_no_group_userinfo_is_heeded(
    store, configured, monkeypatch, claim, token, more
):
    asked = replace(configured, claim=claim, roles={"heads": ("head",)})

    async def client(_asked: Provider) -> Client:
        return Client(token, more)

    monkeypatch.setattr(oidc, "_client", client)
    session = in_this_process(oidc.finish(request(BACK, {}), store, asked, None, ("", "")))
    account = store.grants(session).account
    assert (account.name, account.roles) == ("Zhou", ("head",))


RIGHT = {
    "AHP_OIDC_ISSUER": "https://login.example.org",
    "AHP_OIDC_CLIENT_ID": "ahp",
    "AHP_OIDC_CLIENT_SECRET": "secret",
    "AHP_OIDC_ROLES": "groups:heads=head",
    "AHP_BASE_URL": "https://survey.example.org",
}
EXPECTED = "expected claim:group=role,group=role with roles of"
VALID = "'administrator', 'organizer', 'head', 'reader'"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("AHP_OIDC_CLIENT_ID", "", "AHP_OIDC_ISSUER is set, but AHP_OIDC_CLIENT_ID isn't"),
        ("AHP_OIDC_CLIENT_SECRET", " ", "AHP_OIDC_ISSUER is set, but AHP_OIDC_CLIENT_SECRET isn't"),
        ("AHP_OIDC_ROLES", "", "AHP_OIDC_ISSUER is set, but AHP_OIDC_ROLES isn't"),
        ("AHP_BASE_URL", "", "AHP_OIDC_ISSUER is set, but AHP_BASE_URL isn't"),
        *(
            (
                name,
                value,
                f"{name} = {value}, expected an address with https:// (http:// on this "
                "machine alone)",
            )
            for name, value in (
                ("AHP_OIDC_ISSUER", "http://login.example.org"),
                ("AHP_OIDC_ISSUER", "login.example.org"),
                ("AHP_BASE_URL", "http://10.0.0.1:8501"),
            )
        ),
        *(
            ("AHP_OIDC_ROLES", text, f"AHP_OIDC_ROLES = {text}, {EXPECTED} {VALID}")
            for text in ("heads=head", "groups:heads", "groups:heads=boss", "groups:=head")
        ),
        (
            "AHP_OIDC_CLIENT_SECRET_FILE",
            "/nowhere",
            "AHP_OIDC_CLIENT_SECRET_FILE: /nowhere cannot be read: No such file or directory",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_at_start(monkeypatch, name, value, said):
    for each, right in (RIGHT | {name: value}).items():
        monkeypatch.setenv(each, right)
    with pytest.raises(AHPError) as caught:
        server.serve("127.0.0.1", 1, "en")
    assert str(caught.value) == said


def test_nobody_reads_the_secret(monkeypatch):
    for each, right in RIGHT.items():
        monkeypatch.setenv(each, right)
    assert "'secret'" not in repr(provider())
