"""What a release says of itself, and what its wheel holds."""

from __future__ import annotations

import email
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import ahp

ROOT = Path(__file__).parents[1]
NAME = f"ahp_evidence-{ahp.__version__}"


def files_below(folder: str) -> Iterator[str]:
    for path in (ROOT / folder).rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(ROOT).as_posix()


def test_version_changelog_and_citation_agree() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*)$", changelog, re.MULTILINE)
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == ahp.__version__
    assert headings[:2] == ["Unreleased", f"{ahp.__version__} – {citation['date-released']}"]


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_wheel_in_the_readme_is_this_version(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert set(re.findall(r"ahp_evidence-[\w.-]+\.whl", text)) == {f"{NAME}-py3-none-any.whl"}


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_the_wheel_holds_what_the_checkout_has(wheel: Path) -> None:
    assert wheel.name == f"{NAME}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = email.message_from_bytes(archive.read(f"{NAME}.dist-info/METADATA"))
        entry_points = archive.read(f"{NAME}.dist-info/entry_points.txt").decode()
    assert {name for name in names if name.startswith("ahp/")} == {
        *files_below("ahp"),
        *(
            f"ahp/data/{path}"
            for folder in ("surveys", "schemes", "examples")
            for path in files_below(folder)
        ),
    }
    assert names >= {
        *("ahp/py.typed", "ahp/i18n/zh/LC_MESSAGES/ahp.mo", "ahp/cli/__init__.py"),
        *("ahp/data/surveys/supervision_effectiveness.toml", "ahp/web/icon.svg"),
        *(
            "ahp/templates/receipt.html",
            "ahp/templates/receipt.css",
            f"{NAME}.dist-info/licenses/LICENSE",
        ),
    }
    assert {Path(name).suffix for name in names if "/components/" in name} >= {".js", ".css"}
    assert (metadata["Name"], metadata["Version"]) == ("ahp-evidence", ahp.__version__)
    assert metadata["Requires-Python"] == ">=3.11"
    assert "ahp = ahp.cli:main" in entry_points.splitlines()
