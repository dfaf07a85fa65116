"""Own controls, where Streamlit's widgets can't do it; their CSS and JavaScript lie beside."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...templates import render

_FOLDER = Path(__file__).parent


def _source(*names: str) -> str:
    """Files one after the other: a component takes one piece of JavaScript and one of CSS."""
    return "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in names)


_controls: dict[str, str] = {}
"""JavaScript of the large ones, by the names under which browsers ask for it."""


def _control(name: str) -> str:
    """JavaScript that fetches a control's own, which the browser keeps: what a component has goes
    to the page with every screen.
    """
    _controls[name] = _source("streamlit.js", "common.js", f"{name}.js")
    return f"""
    const address = new URL("{control_address(name)}", document.baseURI).href
    // a browser keeps in mind what it could not fetch: another address for each try
    const fetched = (tries) =>
      import(tries ? `${{address}}&${{tries}}` : address).catch(async () => {{
        await new Promise((done) => setTimeout(done, 2000))
        return fetched(tries + 1)
      }})
    const control = await fetched(0)
    export default control.default"""


def control_address(name: str) -> str:
    """Where a server has the JavaScript of a control; with every change of it somewhere else."""
    return f"/controls/{name}.js?{hashlib.sha256(_controls[name].encode()).hexdigest()[:16]}"


async def _hand_out(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _controls:
        return Response(status_code=404)
    # a page may be older or newer than this server: what it gets isn't kept then
    current = request.url.query == control_address(name).partition("?")[2]
    headers = {"cache-control": "max-age=31536000, immutable" if current else "no-store"}
    return Response(_controls[name], headers=headers, media_type="text/javascript")


CONTROLS = Route("/controls/{name}.js", _hand_out)
"""What a server needs whose pages have controls."""

_scale_choice = st.components.v2.component(
    "ahp_scale_choice",
    css=_source("common.css", "scale_choice.css"),
    js=_control("scale_choice"),
)

_rank_items = st.components.v2.component(
    "ahp_rank_items", css=_source("common.css", "rank_items.css"), js=_control("rank_items")
)

_waiting = st.components.v2.component(
    "ahp_waiting", css=_source("common.css"), js=_control("waiting")
)

_frame = st.components.v2.component(
    "ahp_frame", css=_source("frame.css"), js=_source("streamlit.js", "frame.js")
)

_new_screen = st.components.v2.component(
    "ahp_new_screen", js=_source("streamlit.js", "new_screen.js")
)

_typed = st.components.v2.component("ahp_typed", js=_source("typed.js"))

_check_cells = st.components.v2.component("ahp_check_cells", js=_source("check_cells.js"))

_again = st.components.v2.component(
    "ahp_again",
    js=_source("streamlit.js")
    + """
    let timer
    export default function ({ setTriggerValue }) {
      clearInterval(timer)
      timer = setInterval(() => {
        if (pageState().idle) setTriggerValue("again", Date.now())
      }, 2000)
      return () => clearInterval(timer)
    }""",
)

# The browser takes a second or more to load and compile the code that draws charts, and does
# nothing else meanwhile: not before the page is drawn, and not for those whose browser saves data.
_preload = st.components.v2.component(
    "ahp_preload",
    js="""export default function ({ data }) {
      if (navigator.connection?.saveData) return
      const load = () => data.files.forEach((file) => import(new URL(file, document.baseURI)))
      const timer = setTimeout(() => (window.requestIdleCallback ?? setTimeout)(load), 200)
      return () => clearTimeout(timer)
    }""",
)

CHART_CODE = tuple(
    path.relative_to(Path(st.__file__).parent / "static").as_posix()
    for path in (Path(st.__file__).parent / "static" / "static" / "js").glob("PlotlyChart.*.js")
)
"""Where the server has the code that draws charts, relative to the address of the app."""


Hooks = Mapping[str, Callable[[], None]]
"""What is called when the browser sends something: "answer", "comment", "ranked", "back". Any of
the first three may come from any control: it may have waited in the browser.

`st.session_state[key]` then holds it under that name: `answer` is `{"pair", "value", "id",
"comment", "late"}` with None for a comment that was not changed; `comment` is `{"pair", "id",
"comment", "late"}`; `ranked` is `{"place", "order", "id", "late"}`. What has an `id` is kept in the
browser and sent again, with `late` true, until `settled` has the `id`: a repeated `id` is the same
event, not a second one.
"""


def scale_choice(data: Mapping[str, Any], hooks: Hooks, key: str) -> None:
    """Saaty's 17 positions between two names, none chosen beforehand.

    Args:
        data: what is asked. `pair` (id of the comparison), `question`, `left` and `right` (`name`,
            `explanation`, `more`), `positions` (17 × `value`, `step`, `word`, `sentence`),
            `value` (the saved answer, "abstain" or None), `words` (`explain`, `keyboard`, `saving`,
            `offline`, `resent`); `owner` (whose answers) and `settled` (ids that were dealt with,
            stored or refused), or `practice` (nothing is sent). Where wanted: `abstain` (`label`,
            `sentence` of a button for those who can't judge), `comment` (`label`, `value`), `saved`
            (what was saved last).
        hooks: what is called.
        key: of the widget.
    """
    _mount(_scale_choice, data, hooks, key)


def rank_items(data: Mapping[str, Any], hooks: Hooks, key: str) -> None:
    """Items to put into order, the most important first, none placed beforehand.

    An order that isn't sent yet is kept in the browser as well.

    Args:
        data: what is asked. `place` (id of the question), `owner` (whose answers), `title` (names
            the question to screen readers), `items` (`id`, `name`, `explanation`, in the order
            shown), `ranking` (the saved ids or None), `settled` (ids that were dealt with, stored
            or refused), `words` (`start`, `next`, `up`, `down`, `remove`, `moved` with {name} and
            {number}, `confirm`, `explain`, `keyboard`, `saving`, `offline`, `resent`); where wanted
            `saved` (what was saved last).
        hooks: what is called.
        key: of the widget.
    """
    _mount(_rank_items, data, hooks, key)


def send_waiting(data: Mapping[str, Any], hooks: Hooks, key: str) -> None:
    """On a screen that asks nothing: sends what waits in the browser.

    Args:
        data: `owner`, `settled` and `words` as for `scale_choice`.
        hooks: what is called.
        key: of the widget.
    """
    _mount(_waiting, data, hooks, key)


def _mount(component: Callable[..., Any], data: Mapping[str, Any], hooks: Hooks, key: str) -> None:
    component(
        key=key,
        # in a list: of a dictionary Streamlit asks about each value whether it is a data frame
        data=[{**data, "back": "back" in hooks}],
        **{f"on_{name}_change": called for name, called in hooks.items()},
    )


def new_screen(screen: str, *, control: bool) -> None:
    """Start every new screen at its top, with the focus on its heading.

    Args:
        screen: which one it is.
        control: a control on it takes the focus itself.
    """
    _new_screen(key="new_screen", data={"screen": screen, "control": control})


def keep_typed(stored: Mapping[str, str], cursor: int, field: str) -> None:
    """Keep what is typed in the browser until the field is left, so that it outlives a reload.

    Args:
        stored: what is stored of the texts in the fields, by their keys; what follows the last
            hyphen of a key counts within the session.
        cursor: another number than before puts the cursor into a field.
        field: key of that one.
    """
    _typed(key="typed", data={"stored": stored, "cursor": cursor, "field": field})


def check_cells(table: str, below: str, called: Callable[[], None], key: str) -> None:
    """The check matrix, whose cells can be tapped.

    Args:
        table: HTML of `CheckMatrix.html(tapped=True)`.
        below: key of the container that shows a cell, which comes into view.
        called: when a cell is tapped; `st.session_state[key].cell` is then its `unit` (name) and
            its `indicator` (id).
        key: of the widget.
    """
    _check_cells(key=key, data={"table": table, "below": below}, on_cell_change=called)


def ask_again() -> None:
    """Run what this stands in again every two seconds, as long as it is shown."""
    _again(key="ask_again", on_again_change=lambda: None)


def preload_charts() -> None:
    """Load the code that draws charts while the page is idle, before a page needs it; not for a
    browser that saves data.
    """
    _preload(key="preload_charts", data={"files": list(CHART_CODE)})


def frame(language: str, cookie: str | None, offline: str, go: str = "") -> None:
    """What holds for the page as a whole.

    Args:
        language: of the page.
        cookie: under which name the browser keeps the language for a year; None = it doesn't.
        offline: what is shown while there is no connection.
        go: address of another page, to which the browser goes on.
    """
    data = {"language": language, "cookie": cookie, "offline": offline, "go": go}
    _frame(key="frame", data=data)


def histogram(
    left: str, right: str, bars: Sequence[tuple[str, int]], mark: float, title: str
) -> None:
    """A small histogram between two names.

    Args:
        left: name at the left end.
        right: name at the right end.
        bars: (label, count) from the left to the right.
        mark: where a line stands, 0 at the left end to the number of bars at the right end.
        title: stands above.
    """
    tallest = max(count for _label, count in bars) or 1
    st.html(
        render(
            "histogram.html",
            title=title,
            bars=[(label, count, 40 * count / tallest) for label, count in bars],
            mark=100 * mark / len(bars),
            left=left,
            right=right,
        )
    )


def weight_bars(rows: Sequence[tuple[str, float, str]], title: str) -> None:
    """Weights as bars, as long as they are against the largest.

    Args:
        rows: (name, weight, the weight as printed), in the order shown.
        title: stands above.
    """
    largest = max(weight for _name, weight, _printed in rows)
    shares = [(name, 100 * weight / largest, printed) for name, weight, printed in rows]
    st.html(render("weight_bars.html", title=title, rows=shares))
