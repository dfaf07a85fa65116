"""The picture of three judgments that contradict each other."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from markupsafe import escape

from ahp.i18n import translator
from ahp.i18n.contradictions import contradiction_sentence
from ahp.process.guidance import Contradiction
from ahp.web.components.cycle import cycle_picture

CYCLE = Contradiction("a", "b", "c", 5.0, 3.0, 1 / 2, 15.0, True)


class Reader(HTMLParser):
    """Elements as (tag, attributes), and the text by the class of its element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.open.append(dict(attrs).get("class") or tag)

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open[-1] != "style":
            place = self.open[-2] if self.open[-1] == "span" else self.open[-1]
            self.texts.append((place, data))

    @property
    def arrows(self) -> list[str]:
        classes = (attrs.get("class") or "" for _, attrs in self.elements)
        return [one.removeprefix("arrow ") for one in classes if one.startswith("arrow ")]


def picture(triad: Contradiction, *suspects: tuple[str, str], language: str = "zh") -> Reader:
    return Reader(cycle_picture(triad, suspects, str.upper, translator(language)))


def test_items_and_arrows_from_the_more_to_the_less_important() -> None:
    shown = picture(CYCLE, ("a", "c"))
    assert shown.texts == [
        ("item i", "A"),
        ("item j", "B"),
        ("item k", "C"),
        ("times ij", "×5"),
        ("times jk", "×3"),
        ("times ik suspect", "×2"),
    ]
    assert shown.arrows == ["ij forward", "jk forward", "ik backward suspect"]


@pytest.mark.parametrize(
    ("suspects", "arrows"),
    [
        ([("a", "b")], ["ij even suspect", "jk forward", "ik forward"]),
        ([("b", "a")], ["ij even suspect", "jk forward", "ik forward"]),
        ([("c", "b")], ["ij even", "jk forward suspect", "ik forward"]),
        ([("c", "a")], ["ij even", "jk forward", "ik forward suspect"]),
        ([("c", "a"), ("a", "b")], ["ij even suspect", "jk forward", "ik forward suspect"]),
        ([], ["ij even", "jk forward", "ik forward"]),
    ],
)
def test_judgments_to_look_at_stand_out(suspects: list[tuple[str, str]], arrows: list[str]) -> None:
    shown = picture(Contradiction("a", "b", "c", 1.0, 2.5, 9.0, 2.5, False), *suspects)
    assert shown.arrows == arrows
    assert [text for place, text in shown.texts if place.startswith("times")] == ["=", "×2.5", "×9"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_screen_readers_hear_the_sentence(language: str) -> None:
    _, attributes = picture(CYCLE, language=language).elements[1]
    assert attributes == {
        "class": "ahp-cycle",
        "role": "img",
        "aria-label": contradiction_sentence(CYCLE, str.upper, translator(language)),
    }


def test_names_are_escaped() -> None:
    name = '<img src=x onerror="alert(1)"> & "B"'
    text = cycle_picture(CYCLE, (), lambda _item: name, translator("en"))
    shown = Reader(text)
    assert {tag for tag, _ in shown.elements} == {"style", "div", "span"}
    assert [data for place, data in shown.texts if place.startswith("item")] == [name] * 3
    assert text.count(str(escape(name))) == 3 + 6
    # nothing but classes, the role and the label reaches the page
    assert {key for _, attrs in shown.elements for key in attrs} == {"class", "role", "aria-label"}


def test_the_style_stands_before_and_touches_nothing_else() -> None:
    style = re.fullmatch(
        r"<style>(.*?)</style><div .*</div>",
        cycle_picture(CYCLE, (), str.upper, translator("zh")),
        re.DOTALL,
    )
    assert style is not None
    rules = re.sub(r"/\*.*?\*/|\{.*?\}", "", style[1], flags=re.DOTALL)
    selectors = [one.strip() for one in re.split(r",|\n", rules) if one.strip()]
    assert len(selectors) > 15
    assert all(one.startswith(".ahp-cycle") for one in selectors)
