"""Pages run by Streamlit's AppTest on a database of their own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest, local_script_runner

import ahp
from ahp.store import Store
from ahp.web import server, state
from tests.store import conftest as stores

frozen = stores.frozen

Visit = Callable[..., AppTest]


@pytest.fixture(scope="session", autouse=True)
def read_once() -> Iterator[None]:
    """What is installed is read through, and a page compiled, once, not whenever a page is run: as
    in a server.
    """
    with pytest.MonkeyPatch.context() as patched:
        scan = manifest_scanner.scan_component_manifests
        patched.setattr(manifest_scanner, "scan_component_manifests", cache(scan))
        patched.setattr(local_script_runner, "ScriptCache", cache(ScriptCache))
        yield


@pytest.fixture
def store(tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    shutil.copy(migrated, tmp_path / "ahp.db")
    monkeypatch.setenv("AHP_DATABASE_URL", f"sqlite:///{tmp_path / 'ahp.db'}")
    monkeypatch.setenv("AHP_BASE_URL", "https://survey.example.org")
    state.database.cache_clear()
    yield state.database()
    state.database().close()
    state.database.cache_clear()


@pytest.fixture(scope="session")
def with_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the finished example of an evaluation, to be copied."""
    path = tmp_path_factory.mktemp("example") / "ahp.db"
    store = Store(f"sqlite:///{path}")
    store.add_example("Example", "Simulated data.", "en")
    store.close()
    return path


@pytest.fixture
def visit(store: Store, monkeypatch: pytest.MonkeyPatch) -> Visit:
    """Open the app with a session cookie: `visit(session, page=None, language="en")`."""

    def open_app(session: str | None, page: str | None = None, language: str = "en") -> AppTest:
        monkeypatch.setattr(state, "session_token", lambda: session)
        app = AppTest.from_file(server.MAIN, default_timeout=30)
        app.session_state["language"] = language
        app.run()
        if page:
            app.switch_page(f"views/{page}.py").run()
        assert not app.exception, app.exception
        return app

    return open_app


@pytest.fixture
def organizer(store: Store) -> str:
    return store.open_organizer(None)


@pytest.fixture
def survey() -> ahp.Survey:
    return ahp.load_survey("supervision_effectiveness")
