"""Reports in HTML, read back: every number, structure, no network, contrast."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ahp.report.document import bookmark, one_line
from ahp.report.html_file import anchor, html_bytes
from ahp.report.table import show_cell
from ahp.templates import FOLDER
from tests.contrast import contrast

from .sample_document import NASTY, sample

LANGUAGES = ("en", "zh")
VOID = {"meta", "img", "br", "link"}


class Reader(HTMLParser):
    """Tables by id, and everything that could lead out of the file."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.scopes: list[str | None] = []
        self.scripts: list[str] = []
        self.headings: list[str] = []
        self.attributes: dict[str, list[dict[str, str | None]]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.attributes.setdefault(tag, []).append(given)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.addresses += [str(given[name]) for name in ("href", "src") if name in given]
        if tag == "table":
            self.rows: list[list[str]] = []
            self.tables[str(given["id"])] = self.rows
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.scopes += [given.get("scope")] if tag == "th" else []
        elif tag == "script":
            self.scripts.append("")
        elif re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] in (["td"], ["th"]):
            self.rows[-1][-1] += data
        elif self.open[-1:] == ["script"]:
            self.scripts[-1] += data


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {language: html_bytes(sample(language)).decode() for language in LANGUAGES}


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cell_stands_there(pages: dict[str, str], language: str) -> None:
    reader = read(pages[language])
    tables = sample(language).tables()
    assert list(reader.tables) == [anchor("table", key) for key in tables]
    for table, rows in zip(tables.values(), reader.tables.values(), strict=True):
        assert rows[0] == [one_line(heading) for heading in table.columns]
        assert rows[1:] == [
            [one_line(show_cell(table, k, value)) for k, value in enumerate(row)]
            for row in table.rows
        ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_leads_out_of_the_file(pages: dict[str, str], language: str) -> None:
    reader = read(pages[language])
    for address in reader.addresses:
        assert address.startswith("data:image/svg+xml;base64,") or address[1:] in reader.ids
    (policy,) = [
        str(given["content"])
        for given in reader.attributes["meta"]
        if given.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'; ")
    data, *run = reader.scripts
    assert len(run) == 2
    for script in run:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert "<" not in data
    assert {"data", "layout"} <= set(json.loads(data))


def test_the_structure_of_a_page(pages: dict[str, str]) -> None:
    reader = read(pages["zh"])
    assert reader.attributes["html"] == [{"lang": "zh-CN"}]
    assert reader.headings == [
        *("h1", "h2", "h2", "h3", "h4", "h2", "h2", "h2"),
    ]
    assert len(set(reader.ids)) == len(reader.ids)
    assert set(reader.scopes) == {"col", "row"}
    regions = [given for given in reader.attributes["div"] if given.get("role") == "region"]
    assert len(regions) == 5
    assert all(given["tabindex"] == "0" for given in regions)
    assert {given["aria-labelledby"] for given in regions} <= set(reader.ids)
    (image,) = reader.attributes["img"]
    assert image["alt"] == "指标1 指标2 指标3 指标4 指标5"


def test_texts_are_escaped(pages: dict[str, str]) -> None:
    page = re.sub(r"<script.*?</script>", "", pages["en"], flags=re.S)
    assert "<b>“q”" not in page
    assert page.count("&lt;b&gt;“q”&lt;/b&gt;") > 50
    assert NASTY not in page


def test_without_figures_there_is_no_script() -> None:
    page = html_bytes(sample("en", figures=False, size=3)).decode()
    assert "<script" not in page
    assert "script-src &#39;none&#39;" in page
    assert len(page) < 60_000


def test_ids_are_those_of_bookmarks() -> None:
    assert anchor("table", "ranking") == "table-ranking"
    assert anchor("table", "a:b").replace("-", "_", 1) == bookmark("table", "a:b")


@pytest.mark.parametrize("scheme", [0, 1])
def test_texts_stand_out_from_the_page(scheme: int) -> None:
    styles = (Path(FOLDER) / "report.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", styles, flags=re.S)
    colors = dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", blocks[scheme]))
    full = {
        name: color if len(color) == 7 else "#" + "".join(2 * mark for mark in color[1:])
        for name, color in colors.items()
    }
    pairs = [(name, "page") for name in ("text", "quiet", "accent")]
    pairs += [
        (name, f"{ground}-page") for ground in ("warning", "draft") for name in (ground, "text")
    ]
    assert {pair: contrast(full[pair[0]], full[pair[1]]) >= 4.5 for pair in pairs} == dict.fromkeys(
        pairs, True
    )
