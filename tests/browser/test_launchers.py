"""The three ways to start the app, and the installed wheel, each seen in a browser."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

import ahp
from tests.browser import actions
from tests.browser.actions import DESKTOP, slow
from tests.running_server import RunningServer

pytestmark = pytest.mark.slow

CHECKOUT = Path(ahp.__file__).parents[1]
PIP = (sys.executable, "-m", "pip", "--python")
"""Followed by the Python it works on."""
LAUNCHERS = {
    "ahp serve": ("-m", "ahp", "serve", "--port", "{port}"),
    "streamlit run": ("-m", "streamlit", "run", "app.py", "--server.port", "{port}"),
    "uvicorn": ("-m", "uvicorn", "app:app", "--port", "{port}"),
}


def check_app(browser: Browser, server: RunningServer) -> None:
    """Sign in with the link from the terminal; nothing is fetched from elsewhere."""
    page = actions.visitor(browser, locale="en-US", size=DESKTOP).new_page()
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto(server.url)
    expect(
        page.get_by_role("heading", name="This is the place for pairwise surveys")
    ).to_be_visible()
    actions.sign_in(page, server)
    expect(page.get_by_role("heading", name="Studies", exact=True)).to_be_visible()
    assert [url for url in requested if not url.startswith((server.url, "data:", "blob:"))] == []


@pytest.mark.parametrize("launcher", ["streamlit run", *slow("ahp serve", "uvicorn")])
def test_the_same_app_whatever_starts_it(browser, tmp_path, launcher):
    command = (sys.executable, *LAUNCHERS[launcher])
    server = RunningServer(tmp_path / "ahp.db", command, cwd=CHECKOUT)
    try:
        log = server.log.read_text()
        assert f"Database: {tmp_path / 'ahp.db'}" in log
        assert f"{server.url}/organizer/" in log
        check_app(browser, server)
    finally:
        server.stop()


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AHP_")}
    return subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False)


def own_environment(folder: Path, *requirements: str | Path) -> Path:
    """The Python of a new environment in which something is installed."""
    venv.create(folder / "venv")
    python = folder / "venv" / "bin" / "python"
    options = ("install", "--quiet", "--no-compile")
    installed = run(*PIP, python, *options, *requirements, cwd=folder)
    assert installed.returncode == 0, installed.stderr
    return python


def test_the_wheel_serves_the_app_from_another_folder(browser, wheel, tmp_path):
    """In a venv of its own; the app's requirements are lent to it, the package is not."""
    python = own_environment(tmp_path, "--no-deps", wheel)
    purelib = run(
        python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path
    ).stdout.strip()
    Path(purelib, "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where = run(python, "-c", "import ahp; print(ahp.__file__)", cwd=tmp_path).stdout.strip()
    assert where == f"{purelib}/ahp/__init__.py"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    command = (str(python.with_name("ahp")), "serve", "--port", "{port}")
    server = RunningServer(tmp_path / "ahp.db", command, cwd=elsewhere)
    try:
        check_app(browser, server)
        page = actions.visitor(browser, size=DESKTOP).new_page()
        actions.sign_in(page, server)
        actions.press(page, "example-dong_2010")
        expect(actions.control(page, "csv-weights")).to_be_visible()
    finally:
        server.stop()


@pytest.mark.slow
def test_the_bare_wheel_brings_few_packages(wheel, tmp_path):
    python = own_environment(tmp_path, "--constraint", CHECKOUT / "constraints.txt", wheel)
    listed = run(*PIP, python, "list", "--format", "freeze", cwd=tmp_path).stdout
    names = {line.partition("==")[0] for line in listed.splitlines()}
    own = {"ahp-evidence", "cattrs", "lazy-loader", "numpy", "scipy"}
    assert names == own | {"attrs", "typing_extensions", "packaging"}  # what these two need
    command = python.with_name("ahp")
    matrix = tmp_path / "matrix.csv"
    matrix.write_text("1,3,5\n1/3,1,3\n1/5,1/3,1\n")
    weights = run(command, "weights", matrix, cwd=tmp_path)
    assert weights.returncode == 0, weights.stderr
    assert "0.6370" in weights.stdout
    surveys = run(command, "surveys", cwd=tmp_path)
    assert "supervision_effectiveness" in surveys.stdout
    for needs_the_app in (("serve",), ("log", "verify")):
        refused = run(command, *needs_the_app, cwd=tmp_path)
        assert (refused.returncode, refused.stderr) == (
            2,
            'ahp: error: this command needs the app: pip install "ahp-evidence[app]"\n',
        )
