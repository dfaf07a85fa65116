"""A real Chromium, a wheel and a database, one each for all tests of a process; no deadlines."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from ahp.store import Store, accounts
from tests.browser import actions

# a busy machine is slow, not wrong; every run draws other examples
settings.register_profile(
    "ahp", deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ahp")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A process can't drive two."""
    with sync_playwright() as playwright:
        launched = actions.chromium(playwright)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", folder, Path(__file__).parents[1]],
        check=True,
        capture_output=True,
    )
    [found] = folder.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database that is up to date, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "ahp.db"
    Store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def english_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal in English, whatever the machine's language is."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "en_US.UTF-8")
    monkeypatch.delenv("AHP_LANGUAGE", raising=False)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Passwords are hashed in a moment: what makes guessing slow makes tests slow."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(accounts, "_HASHER", PasswordHasher(1, memory_cost=8, parallelism=1))
        yield
