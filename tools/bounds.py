"""Runs the tests with the oldest and the newest Python and dependencies that pyproject.toml allows.

Four environments: the first and the last Python of the classifiers, each with the lowest versions
that the declared bounds of the library and its app allow, and with the newest ones there are; the
tools of the tests are always the newest. All tests run but those in a browser, which depend on
Chromium more than on any bound. Exits with 1 unless all pass; a missing interpreter fails.

    tools/bounds.py [pytest arguments, instead of all tests]
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".venv-bounds"
UV = Path(sys.executable).with_name("uv")
RESOLUTIONS = {"lowest": "lowest-direct", "newest": "highest"}
TESTS = ("tests", "--ignore=tests/browser", "--numprocesses=auto", "--dist=loadfile")
SHOWN = ("numpy", "scipy", "sqlalchemy", "streamlit")


def main(arguments: list[str]) -> int:
    """Test every combination; say at the end which failed."""
    interpreters = {version: interpreter(version) for version in declared_pythons()}
    failed = [
        name
        for version, python in interpreters.items()
        for name in (f"{version}-{kind}" for kind in RESOLUTIONS)
        if not passes(name, python, arguments or list(TESTS))
    ]
    for name in (f"{version}-{kind}" for version in interpreters for kind in RESOLUTIONS):
        print(f"{name}: {'FAILED' if name in failed else 'passed'} ({versions(name)})")
    return 1 if failed else 0


def declared_pythons() -> tuple[str, ...]:
    """The oldest and the newest Python of the classifiers, which must agree with the bound."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pattern = re.compile(r"Programming Language :: Python :: 3\.(\d+)")
    minors = sorted(int(m[1]) for m in map(pattern.fullmatch, project["classifiers"]) if m)
    oldest, newest = f"3.{minors[0]}", f"3.{minors[-1]}"
    if project["requires-python"] != f">={oldest}":
        sys.exit(f"requires-python {project['requires-python']}, but classifiers from {oldest} on")
    return oldest, newest


def interpreter(version: str) -> Path:
    """The Python of this version, wherever it is; exits where there is none."""
    variable = f"AHP_PYTHON_{version.replace('.', '_')}"
    for candidate in candidates(version, os.environ.get(variable)):
        if version_of(candidate) == version:
            return candidate
    sys.exit(
        f"Python {version} is needed: put python{version} on the PATH, install it with pyenv, or "
        f"set {variable} to its path"
    )


def candidates(version: str, given: str | None) -> Iterator[Path]:
    """Where a Python of this version may be: what is given alone, else the PATH, then pyenv."""
    if given:
        yield Path(given)
        return
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        yield Path(folder) / f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/python"), reverse=True)


def version_of(python: Path) -> str | None:
    """Such as "3.11"; None for what does not run, like a shim of pyenv without its version."""
    show = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        process = subprocess.run([python, "-c", show], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return process.stdout.strip() if process.returncode == 0 else None


def passes(name: str, python: Path, tests: list[str]) -> bool:
    """Make the environment anew and run the tests in it."""
    print(f"\n{name}: {python}", flush=True)
    folder, pins = FOLDER / name, FOLDER / f"{name}.txt"
    resolution = RESOLUTIONS[name.partition("-")[2]]
    steps: tuple[list[str | Path], ...] = (
        [
            *(UV, "pip", "compile", "--quiet", "--upgrade", "--python", python),
            *("--resolution", resolution, "--extra", "app", "pyproject.toml", "-o", pins),
        ],
        [UV, "venv", "--quiet", "--clear", "--python", python, folder],
        [
            *(UV, "pip", "install", "--quiet", "--python", folder / "bin" / "python"),
            *("--constraint", pins, "--editable", ".[app,test]"),
        ],
        [folder / "bin" / "python", "-m", "pytest", *tests],
    )
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    return all(
        subprocess.run(step, cwd=ROOT, env=environment, check=False).returncode == 0
        for step in steps
    )


def versions(name: str) -> str:
    """The versions of an environment that say most about it."""
    pins = FOLDER / f"{name}.txt"
    lines = pins.read_text(encoding="utf-8").splitlines() if pins.exists() else []
    pinned = dict(line.split("==") for line in lines if "==" in line)
    return ", ".join(f"{package} {pinned[package]}" for package in SHOWN if package in pinned)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
