"""Charts drawn on screens and in print."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.text import Text

from ahp.errors import FontError
from ahp.i18n.errors import error_sentence
from ahp.plots import printed, screen
from ahp.plots.chart import Axis, Cells, Chart, Points, blended
from ahp.plots.colors import (
    BELOW_TO_ABOVE,
    GRAY,
    LESS_TO_MORE,
    LIGHT_BLUE,
    MIDDLE_BLUE,
    PALETTE,
)
from ahp.plots.panel import CR_COLORS
from ahp.plots.texts import DARK, text_on
from tests.contrast import contrast
from tests.plots.charts import BLUE, grid, lines, rows

close: Any = pytest.approx


def test_rows_on_screens() -> None:
    drawn = screen.figure(rows())
    bars, box, interval, points = drawn.data
    assert (bars.x, bars.y, bars.orientation) == ((0.5, 0.3, 0.2), (0, 1, 2), "h")
    assert (bars.text, bars.textposition, bars.base) == (("0.5", "0.3", "0.2"), "outside", None)
    assert (box.q1, box.upperfence, box.y) == ((0.4,), (0.7,), (0,))
    assert (interval.x, interval.error_x.array) == ((0.4, 0.25), (close(0.2), close(0.1)))
    assert (points.x, points.marker.symbol) == ((0.55, None), "diamond")
    assert drawn.layout.yaxis.range == (2.5, -0.5)
    assert drawn.layout.yaxis.ticktext == ("Price &amp; upkeep", "Quality", "Terms")
    assert drawn.layout.xaxis.side == "top"
    assert drawn.layout.xaxis.range == (0, close(0.84))
    assert drawn.layout.title.text == "n = 5 &lt;b&gt;"
    assert [one.text for one in drawn.layout.annotations] == ["band", "limit", "note"]
    assert drawn.layout.annotations[2].font.color == text_on(BLUE)
    assert [trace.showlegend for trace in drawn.data] == [False, True, True, True]
    titled = screen.figure(rows("zh"), titled=True)
    assert titled.layout.title.text == "<b>权重</b><br>n = 5 &lt;b&gt;"
    assert titled.layout.height == drawn.layout.height + screen.NOTE_LINE


def test_cells_on_screens() -> None:
    cells, texts = screen.figure(grid()).data
    np.testing.assert_array_equal(cells.z, [[0.75, 0.25], [0.25, np.nan]])
    assert cells.colorscale == ((0, "#ffffff"), (1, BLUE))
    assert (texts.x, texts.y, texts.text) == ((0, 1, 0), (0, 0, 1), ("75", "25", "25"))
    assert texts.textfont.color == (DARK, DARK, DARK)


def test_lines_on_screens() -> None:
    drawn = screen.figure(lines())
    first, second, point = drawn.data
    assert (first.x, first.y, first.line.dash) == ((0, 0.5, 1), (0, 0.25, 0.5), "solid")
    assert (second.y, second.line.dash, second.connectgaps) == ((0.5, None, 0), "dot", False)
    assert point.marker.symbol == "x-open"
    assert drawn.layout.xaxis.tickformat == ".0%"
    assert drawn.layout.xaxis.title.text == "Weight"
    assert drawn.layout.showlegend


def test_print_has_the_numbers_of_the_screen() -> None:
    (axes,) = printed.figure(rows()).axes
    assert [bar.get_width() for bar in axes.containers[0]] == [0.5, 0.3, 0.2]
    assert axes.get_xlim() == (0, close(0.84))
    assert axes.get_ylim() == (2.5, -0.5)
    assert [label.get_text() for label in axes.get_yticklabels()] == list(rows().y.names)
    cells = printed.figure(grid()).axes[0]
    assert [(text.get_text(), text.get_color()) for text in cells.texts] == [
        *(("75", DARK), ("25", DARK), ("25", DARK))
    ]
    drawn = printed.figure(lines())
    assert [next(iter(line.get_ydata())) for line in drawn.axes[0].lines] == [0, 0.5, 0.25]
    assert [text.get_text() for text in drawn.legends[0].get_texts()] == ["A", "B"]
    drawn.canvas.draw()
    shown = [label.get_text() for label in drawn.axes[0].get_xticklabels()]
    assert shown == ["0%", "20%", "40%", "60%", "80%", "100%"]


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_the_same_chart_gives_the_same_bytes_in_every_thread(kind: str) -> None:
    write = getattr(printed, kind)
    expected = {"zh": write(rows("zh"), titled=True), "en": write(rows(), titled=True)}
    starts = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
    assert expected["zh"].startswith(starts[kind])
    assert expected["zh"] != expected["en"]
    written: list[tuple[str, bytes]] = []

    def draw(language: str) -> None:
        written.append((language, write(rows(language), titled=True)))

    threads = [threading.Thread(target=draw, args=(name,)) for name in ("zh", "en") * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(written) == 4
    assert all(picture == expected[language] for language, picture in written)


def test_a_missing_font_is_an_error_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(printed, "CHINESE_FONTS", ("Noto Sans CJK SC", "No such font"))
    monkeypatch.setattr(printed, "chinese_font", lambda: "")
    with pytest.raises(FontError) as raised:
        printed.png(rows("zh"))
    assert (
        str(raised.value)
        == (
            "no font for '与件价护条格维质量': install one that has these characters, such as "
            "Noto Sans CJK SC, No such font"
        )
        or raised.value.parameters["letters"] == "与件价护权条格维质重"
    )
    assert error_sentence(raised.value, "zh").startswith("没有可显示")
    assert printed.png(rows()).startswith(b"\x89PNG")


def test_a_currency_is_no_mathematics() -> None:
    chart = replace(rows(), title="US$ and $x$", note="$5 of $9", y=Axis(names=("$a$", "b", "c")))
    drawn = printed.figure(chart, titled=True)
    texts = [text for text in drawn.findobj(Text) if isinstance(text, Text)]
    assert len([text for text in texts if "$" in text.get_text()]) > 1
    assert not any(text.get_parse_math() for text in texts)
    drawn.draw_without_rendering()


def test_characters_that_no_font_has_are_drawn_as_a_sign_and_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rare = "\U0002fffd", "\u0378"  # no characters, so that no font has them
    names = (f"吉{rare[0]}", "b", f"e{rare[1]}\N{ZERO WIDTH JOINER}")
    chart = replace(rows("zh"), title=f"权{rare[0]}", y=Axis(names=names, reversed=True))
    drawn = printed.figure(chart, titled=True)
    labels = [label.get_text() for label in drawn.axes[0].get_yticklabels()]
    assert labels[0] == "吉〓"
    assert labels[2] == "e〓"
    assert drawn.get_suptitle() == "权〓\nn = 5 <b>\n“〓”代替字体中没有的字符：U+0378, U+2FFFD"
    assert printed.png(chart).startswith(b"\x89PNG")  # and warns of no missing glyph
    monkeypatch.setattr(printed, "chinese_font", lambda: "")
    english = printed.figure(replace(rows(), note="\u0378"))
    assert english.get_suptitle() == (
        "□\n□ stands for characters that no installed font has: U+0378"
    )


def test_a_character_is_looked_for_in_every_font() -> None:
    # which DejaVu Sans hasn't, and the fonts of formulas that come with matplotlib have
    families, missing = printed.fonts_for("a𝒜")
    assert (families[0], missing) == ("DejaVu Sans", [])
    assert len(families) > 1
    assert printed.fonts_for("a\u0378")[1] == ["\u0378"]


@pytest.mark.parametrize("installed", [True, False])
@pytest.mark.parametrize("mark", ["ｱ", "\ue863"])
def test_characters_that_are_not_chinese_need_no_chinese_font(
    monkeypatch: pytest.MonkeyPatch, mark: str, installed: bool
) -> None:
    if not installed:
        monkeypatch.setattr(printed, "chinese_font", lambda: "")
    families, missing = printed.fonts_for(mark)
    # either an installed font has it, or it is missing
    assert (len(families), missing) in ((2, []), (1, [mark]))


@pytest.mark.parametrize("color", [*PALETTE, *CR_COLORS, GRAY, LIGHT_BLUE, MIDDLE_BLUE, "#757575"])
def test_texts_on_colors_can_be_read(color: str) -> None:
    assert contrast(color, text_on(color)) >= 4.5


@pytest.mark.parametrize("colors", [LESS_TO_MORE, BELOW_TO_ABOVE])
def test_texts_in_cells_can_be_read(colors: tuple[str, ...]) -> None:
    cells = Cells(((0.0,),), 0, 1, colors)
    for step in range(101):
        color = cells.color_of(step / 100)
        assert contrast(color, text_on(color)) >= 4.5


def test_texts_in_print_can_be_read() -> None:
    assert contrast(printed.INK, "#ffffff") >= 4.5
    colors = {text.get_color() for text in printed.figure(rows()).axes[0].texts}
    assert colors == {printed.INK, text_on(BLUE)}


def test_texts_of_screens_are_the_pages_own_but_on_colors() -> None:
    for chart in (rows(), grid(), lines()):
        drawn = screen.figure(chart).to_dict()
        layout = drawn["layout"]
        assert "font" not in layout
        assert "color" not in layout.get("title", {}).get("font", {})
        assert all("tickfont" not in layout[axis] for axis in ("xaxis", "yaxis"))
        for trace in drawn["data"]:
            written = trace.get("textfont", {}).get("color", [])
            assert all(contrast(one, "#ffffff") >= 4.5 or one == "#ffffff" for one in written)


def test_cells_have_the_color_of_their_value() -> None:
    (cells,) = grid().marks
    assert cells.color_of(0.5) == blended("#ffffff", BLUE, 0.5)  # type: ignore[union-attr]
    assert cells.color_of(2) == BLUE  # type: ignore[union-attr]


def test_ends_hold_what_is_drawn() -> None:
    chart = Chart("", "", "", Axis(logarithmic=True), Axis(low=0), (Points((1, 10), (2, 4), BLUE),))
    assert chart.ends("x") == (0.8, 12.5)
    assert chart.ends("y") == (0, close(4.1))
