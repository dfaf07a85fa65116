from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
import segno

from ahp.errors import OptionError
from ahp.exchange.link_sheet import link_sheet

LINKS = {
    "王芳": "https://example.org/survey?t=Zm9v-YmFy_0123456789&lang=zh",
    '<b>O\'Brien</b> & "Co"': "https://example.org/survey?t=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
}


def modules(svg: str) -> list[list[int]]:
    """The dark modules that an SVG draws as horizontal strokes, without the quiet zone."""
    root = ElementTree.fromstring(svg)
    assert root.tag == "svg"  # inline: without a namespace
    size = int(root.attrib["viewBox"].split()[2])
    (path,) = root
    assert path.attrib["stroke"] == "#000"
    drawn = [[0] * size for _ in range(size)]
    x, y = 0.0, 0.0
    for command, numbers in re.findall(r"([Mmh])([^Mmh]*)", path.attrib["d"]):
        values = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if command == "h":
            for column in range(int(x), int(x + values[0])):
                drawn[int(y)][column] = 1
            x += values[0]
        else:
            x, y = values if command == "M" else (x + values[0], y + values[1])
    assert not any(drawn[k][j] for k in (*range(4), *range(size - 4, size)) for j in range(size))
    return [row[4:-4] for row in drawn[4:-4]]


class Texts(HTMLParser):
    """The texts of a page by the element and class they stand in, and all elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        tag, attributes = self.tags[-1] if self.tags else ("", {})
        if data.strip():
            self.found.append((attributes.get("class") or tag, data))

    def of(self, name: str) -> list[str]:
        return [text for where, text in self.found if where == name]


def test_each_code_is_the_link() -> None:
    page = link_sheet("Panel", LINKS)
    codes = re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL)
    assert len(codes) == 2
    for code, link in zip(codes, LINKS.values(), strict=True):
        expected = segno.make_qr(link, error="m")
        assert modules(code) == [list(row) for row in expected.matrix]


def test_texts_are_escaped() -> None:
    page = link_sheet("<i>Panel</i> & more", LINKS, "en")
    texts = Texts(page)
    assert texts.of("h2") == list(LINKS)
    assert texts.of("link") == list(LINKS.values())
    assert texts.of("h1") == texts.of("title") == ["<i>Panel</i> & more"]
    assert texts.of("study") == ["<i>Panel</i> & more"] * 2
    assert not {"b", "i"} & {tag for tag, _ in texts.tags}
    assert (
        texts.of("p")
        == [
            "Scan the code with your phone, or type the link into a browser, and answer the "
            "questions. This link is personal: please don't pass it on."
        ]
        * 2
    )


def test_it_needs_nothing_from_outside() -> None:
    texts = Texts(link_sheet("Panel", LINKS))
    assert {tag for tag, _ in texts.tags} == {
        *("html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "ul", "li", "div"),
        *("svg", "path"),
    }
    assert not any({"src", "href", "onload", "style"} & set(found) for _, found in texts.tags)
    (style,) = (text for where, text in texts.found if where == "style")
    assert not re.search(r"url\(|@import", style)
    assert "break-inside: avoid" in style
    assert "@media print" in style
    assert "grid-template-columns: 1fr 1fr" in style


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_says_its_language(language: str) -> None:
    assert Texts(link_sheet("Panel", LINKS, language)).tags[0] == ("html", {"lang": language})


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(OptionError, match=r"^language = 'de', expected one of 'zh', 'en'$"):
        link_sheet("Panel", LINKS, "de")
