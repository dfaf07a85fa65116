"""Ways to sign in, in Chromium: with a second factor, by keyboard alone, and at a provider."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from ahp.store import Store
from ahp.web.provider import BACK
from tests.browser import actions
from tests.browser.actions import DESKTOP
from tests.browser.test_accessibility import Inspector
from tests.running_provider import RunningProvider
from tests.running_server import RunningServer, free_port

pytestmark = pytest.mark.slow
WORDS = "four random words"


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[RunningProvider]:
    running = RunningProvider(tmp_path / "provider.log")
    running.wait()
    yield running
    running.stop()


SETTING = {
    "AHP_BASE_URL": "http://127.0.0.1:{port}",
    "AHP_OIDC_NAME": "统一身份认证",
    "AHP_OIDC_ROLES": "groups:heads=head",
}


class Known(RunningServer):
    """A server that the provider knows before it starts."""

    def __init__(self, database: Path, provider: RunningProvider) -> None:
        self.provider = provider
        super().__init__(database, AHP_OIDC_ISSUER=provider.url, **SETTING)

    def start(self) -> None:
        client, secret = self.provider.register(f"{self.url}{BACK}")
        self.environment |= {"AHP_OIDC_CLIENT_ID": client, "AHP_OIDC_CLIENT_SECRET": secret}
        super().start()


@pytest.fixture
def server(tmp_path: Path, migrated: Path) -> Iterator[RunningServer]:
    """Without a provider."""
    shutil.copy(migrated, tmp_path / "ahp.db")
    running = RunningServer(tmp_path / "ahp.db")
    yield running
    running.stop()


@pytest.fixture
def known(tmp_path: Path, migrated: Path, provider: RunningProvider) -> Iterator[RunningServer]:
    """A server that the provider knows."""
    shutil.copy(migrated, tmp_path / "ahp.db")
    running = Known(tmp_path / "ahp.db", provider)
    yield running
    running.stop()


@pytest.fixture
def store(server: RunningServer) -> Iterator[Store]:
    opened = Store(f"sqlite:///{server.database}")
    yield opened
    opened.close()


def by_keyboard(page: Page, *words: str) -> None:
    """Fill in the form of sign-in, whose first field has the focus, and send it."""
    expect(page.locator("input[name=name]")).to_be_focused()
    for place, word in enumerate(words):
        if place:
            page.keyboard.press("Tab")
        page.keyboard.type(word)
    page.keyboard.press("Enter")


def go(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()


def test_a_second_factor_from_set_up_to_sign_in(
    browser: Browser, server: RunningServer, store: Store
) -> None:
    """And what axe says of each state, on a phone and in both schemes."""
    li = store.add_account("李丽", WORDS, ["administrator"])
    store.open_account(li.id, None, ("WeChat Browser", "Android"))
    page = actions.visitor(browser, locale="zh-CN", size=DESKTOP).new_page()
    seen = Inspector(page, "zh")
    page.goto(f"{server.url}/organizer")
    by_keyboard(page, "李丽", WORDS)
    expect(page.get_by_role("heading", name="调查", exact=True)).to_be_visible()
    go(page, "账户")
    for name in ("两步验证", "我的登录情况"):
        page.locator("summary", has_text=name).click()
    page.get_by_role("button", name="设置两步验证", exact=True).click()
    drawn = page.get_by_role("img", name="身份验证器应用的二维码")
    expect(drawn).to_be_visible()
    assert drawn.evaluate("(one) => one.naturalWidth") > 0
    secret = page.locator("[data-testid=stCode]").first.inner_text().replace(" ", "").strip()
    expect(page.get_by_text("WeChat Browser").first).to_be_visible()
    seen.look("setting up")
    page.set_viewport_size(DESKTOP)
    form = page.locator('[data-testid="stForm"]', has_text="应用显示的验证码")
    form.get_by_label("当前密码").fill(WORDS)
    form.get_by_label("应用显示的验证码").fill(pyotp.TOTP(secret).now())
    form.get_by_role("button", name="完成设置").click()
    kept = page.get_by_role("button", name="恢复码已保存好")
    expect(kept).to_be_visible()
    codes = page.locator("[data-testid=stCode]").inner_text().split()
    assert len(codes) == 8
    seen.look("recovery codes")
    kept.click()
    expect(page.get_by_text("密码和验证码", exact=True)).to_be_visible()
    page.locator("summary", has_text="我的登录情况").click()
    mine = page.locator('[class*="st-key-mine-"]', has_text="WeChat Browser")
    mine.get_by_role("button", name="退出该处登录").click()
    expect(mine).to_have_count(0)
    seen.look("accounts")
    page.set_viewport_size(DESKTOP)
    go(page, "调查")
    page.get_by_role("button", name="退出登录", exact=True).click()
    expect(page.get_by_role("heading", name="这里是两两比较问卷")).to_be_visible()

    page.goto(f"{server.url}/organizer")
    by_keyboard(page, "李丽", "wrong password", codes[0])
    expect(page.get_by_role("alert")).to_have_text("姓名、密码或验证码不正确。")
    seen.look("sign-in")
    by_keyboard(page, "李丽", WORDS, codes[0])
    expect(page.get_by_role("heading", name="调查", exact=True)).to_be_visible()
    assert [one for one in seen.found if not one.known()] == []
    assert seen.too_wide == []


def test_at_the_provider_and_back(
    browser: Browser, known: RunningServer, provider: RunningProvider
) -> None:
    store = Store(f"sqlite:///{known.database}")
    provider.know("w-1", name="王芳", groups=["heads"])
    page = actions.visitor(browser, locale="zh-CN", size=DESKTOP).new_page()
    page.goto(f"{known.url}/organizer")
    page.get_by_role("link", name="使用统一身份认证登录").click()
    page.locator("input[name=sub]").fill("w-1")
    page.get_by_role("button", name="Authorize", exact=True).click()
    expect(page.get_by_text("您是：王芳")).to_be_visible()
    [wang] = [one for one in store.accounts() if one.issuer]
    assert wang.roles == ("head",)
    page.get_by_role("button", name="退出登录", exact=True).click()
    page.wait_for_url(f"{provider.url}/oauth2/end_session?**")
    assert not [one for one in store.browsers() if one.account == wang.id]
    page.get_by_role("button").first.click()
    page.wait_for_url(f"{known.url}/organizer?state=*")
    expect(page.get_by_role("link", name="使用统一身份认证登录")).to_be_visible()
    store.close()


def test_at_a_certified_provider_and_back(browser: Browser, tmp_path: Path, migrated: Path) -> None:
    """One that the OpenID Foundation has certified: it insists on PKCE, and gives groups by its
    userinfo endpoint alone.
    """
    subprocess.run(
        ["npm", "install", "--silent", "--no-audit", "--no-fund", "oidc-provider@9.13.3"],
        cwd=tmp_path,
        check=True,
    )
    shutil.copy(Path(__file__).with_name("certified_provider.mjs"), tmp_path)
    shutil.copy(migrated, tmp_path / "ahp.db")
    port, secret = free_port(), "a secret that both know"
    issuer = f"http://127.0.0.1:{port}"
    server = RunningServer(
        tmp_path / "ahp.db",
        AHP_OIDC_ISSUER=issuer,
        AHP_OIDC_CLIENT_ID="ahp",
        AHP_OIDC_CLIENT_SECRET=secret,
        AHP_OIDC_SCOPES="profile groups",
        **SETTING,
    )
    provider = subprocess.Popen(
        ["node", "certified_provider.mjs", str(port), server.url, secret],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    store = Store(f"sqlite:///{server.database}")
    try:
        assert provider.stdout is not None
        assert provider.stdout.readline() == "ready\n"
        page = actions.visitor(browser, locale="zh-CN", size=DESKTOP).new_page()
        page.goto(f"{server.url}/organizer")
        page.get_by_role("link", name="使用统一身份认证登录").click()
        page.locator("input[name=login]").fill("w-1")
        page.locator("input[name=password]").fill("any")
        page.get_by_role("button", name="Sign-in").click()
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_text("您是：王芳")).to_be_visible()
        [wang] = store.accounts()
        assert (wang.issuer, wang.roles) == (issuer, ("head",))
        page.get_by_role("button", name="退出登录", exact=True).click()
        page.get_by_role("button", name="Yes, sign me out").click()
        page.wait_for_url(f"{server.url}/organizer?state=*")
        assert store.browsers() == []
    finally:
        store.close()
        server.stop()
        provider.terminate()
        provider.communicate(timeout=10)
