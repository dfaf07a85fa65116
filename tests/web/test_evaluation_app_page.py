"""What docs/evaluation-app.md, in both languages, and the roles of docs/accounts.md say is so."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import ahp.i18n
from ahp.cli import main
from ahp.datafile import MAX_EVALUATION
from ahp.i18n import translator
from ahp.process.evaluations.attachments import KINDS, MOST_MEGABYTES
from ahp.process.evaluations.limits import MOST_KEPT, MOST_OF_RATER
from ahp.process.evaluations.rules import MOST_FILES
from ahp.process.roles import ACTS, ROLES
from ahp.store import Store
from ahp.web.evaluating import page_titles

DOCS = Path(__file__).parents[2] / "docs"
CATALOG = Path(ahp.i18n.__file__).parent / "zh" / "LC_MESSAGES" / "ahp.po"
PAGES = {
    "en": (DOCS / "evaluation-app.md").read_text(encoding="utf-8"),
    "zh": (DOCS / "evaluation-app.zh-CN.md").read_text(encoding="utf-8"),
}
EXAMPLE = "Simulated example: twelve centers, four quarters of 2026"


@pytest.mark.parametrize("language", PAGES)
def test_pages_stand_in_the_order_of_the_menu(language: str) -> None:
    titles = list(page_titles(translator(language)).values())
    named = re.findall(r"^\| (\d+) \| \*\*(.*?)\*\* \|", PAGES[language], re.MULTILINE)
    assert named == [(str(number), title) for number, title in enumerate(titles, 1)]
    headings = re.findall(r"^### (\d+)\. (.*)$", PAGES[language], re.MULTILINE)
    assert headings == named


@pytest.mark.parametrize("language", PAGES)
def test_what_is_quoted_is_a_text_of_the_app(language: str) -> None:
    with CATALOG.open("rb") as file:
        catalog = read_po(file, locale="zh")
    texts = {one.id if language == "en" else one.string for one in catalog}
    quoted = re.findall(r"“(.*?)”", PAGES[language].replace("\n", " "))
    assert len(quoted) >= 15
    assert [one for one in quoted if one not in texts] == []


@pytest.mark.parametrize("language", PAGES)
def test_the_log_of_the_example_is_verified(
    language: str,
    store: Store,
    tmp_path: Path,
    english_terminal: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    store.add_example(translator(language)(EXAMPLE), "", language)
    ((command, printed),) = re.findall(r"```console\n\$ ahp (.*)\n([^`]*)```", PAGES[language])
    assert main(shlex.split(command)) == 0
    said = capsys.readouterr().out.replace(f"{tmp_path}/", "")
    assert re.sub(r"\b([0-9a-f]{64}|[0-9a-f]{32}|\d{4}(?= (events|个)))", "…", said) == printed


@pytest.mark.parametrize("language", PAGES)
def test_limits_of_evidence(language: str) -> None:
    """JPEG is another ending of JPG."""
    joint = {"en": ", ", "zh": "、"}[language]
    kinds = joint.join(kind.upper() for kind in KINDS if kind != "jpeg")
    evidence = {
        "en": f"({kinds}, {MOST_MEGABYTES} MB a file, {MOST_FILES} files a rating, "
        f"{MOST_OF_RATER} MB in a period)",
        "zh": f"（{kinds}，每份不超过 {MOST_MEGABYTES} MB，每项至多 {MOST_FILES} 份，"
        f"每期合计不超过 {MOST_OF_RATER} MB）",
    }
    kept = {"en": f"an evaluation have {MOST_KEPT} MB", "zh": f"文件合计达到 {MOST_KEPT} MB 后"}
    page = re.sub(r"\s", "", PAGES[language])
    for text in (evidence[language], kept[language]):
        assert text.replace(" ", "") in page
    assert MOST_KEPT * 2**20 * 4 / 3 < MAX_EVALUATION  # as base64, with room for the log


def test_roles_and_what_they_may_do() -> None:
    page = (DOCS / "accounts.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (administrator|organizer|head|reader)(?:, \w+)? \|(.*)\|$", page, re.M)
    told = {role: [cell.strip() for cell in cells.split("|")] for role, cells in rows}
    assert told == {
        role: ["yes" if act in acts else "" for act in ACTS] for role, acts in ROLES.items()
    }
