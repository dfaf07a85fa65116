"""The expert's controls on a page of their own, for the tests in a browser.

What arrives is written to a file of the folder `ARRIVED`, a line of JSON each, and acted upon as
the survey does: a repeated id is ignored, a new answer moves on to the next comparison. The address
says what to show: `owner` (names the file), `show`, `language`, `stay` (don't move on), `slow`
(seconds), `practice`, `fragment`.
"""

from __future__ import annotations

import json
import os
import time
from functools import partial
from pathlib import Path

import streamlit as st

from ahp.i18n import translator
from ahp.i18n.words import judgment_sentence, step_words
from ahp.scale import SAATY_POSITIONS
from ahp.study.survey import load_survey
from ahp.web.components import rank_items, scale_choice, weight_bars

ASKED = st.query_params
OWNER = ASKED["owner"]
ARRIVED = Path(os.environ["ARRIVED"]) / OWNER
LANGUAGE = ASKED.get("language", "en")
SURVEY = load_survey("supervision_effectiveness")
PAIRS = [" ".join(pair) for pair in SURVEY.hierarchy.comparisons]
WORDS = {
    "en": {
        "explain": "Explanation",
        "keyboard": "Keyboard: arrows or 1–9, then Enter; Backspace goes back.",
        "saving": "Saving…",
        "offline": "No connection: your answer is kept on this device and sent as soon as the "
        "connection is back.",
        "resent": "Your answer was sent.",
        "start": "Tap the most important first.",
        "next": "Now the next most important.",
        "up": "Move “{name}” up",
        "down": "Move “{name}” down",
        "remove": "Put “{name}” back",
        "moved": "{name} is now number {number}.",
        "confirm": "This is my order",
    },
    "zh": {
        "explain": "说明",
        "keyboard": "键盘：方向键或数字 1–9 选择，按 Enter 确认，按 Backspace 返回。",
        "saving": "正在保存……",
        "offline": "网络已断开：您的回答已保存在本设备上，恢复连接后会自动发送。",
        "resent": "您的回答已发送。",
        "start": "请先点选最重要的一项。",
        "next": "请点选其余项中最重要的一项。",
        "up": "将“{name}”上移",
        "down": "将“{name}”下移",
        "remove": "放回“{name}”",
        "moved": "“{name}”现在排第 {number} 位。",
        "confirm": "确认此顺序",
    },
}[LANGUAGE]


def arrived() -> list[dict]:
    """Everything that came, repeated or not."""
    ARRIVED.touch()
    return [json.loads(line) for line in ARRIVED.read_text().splitlines()]


def arrive(event: str) -> None:
    """Write down what came."""
    sent = dict(st.session_state["choice"][event])
    assert sent.pop("owner", OWNER) == OWNER
    time.sleep(float(ASKED.get("slow", "0")))
    ids = [old["id"] for old in arrived() if old["event"] != "back"]
    line = {"event": event, **sent, "repeated": sent.get("id") in ids}
    with ARRIVED.open("a") as file:
        file.write(json.dumps(line) + "\n")


def hooks(*events: str) -> dict:
    """Writes down each of these events."""
    return {event: partial(arrive, event) for event in events}


def standing() -> tuple[int, dict[str, str], dict[str, str]]:
    """Which comparison is asked now, the answers and the comments."""
    place, values, comments = 0, {}, {}
    for line in arrived():
        if line["event"] == "back":
            place = max(place - 1, 0)
        elif not line["repeated"]:
            here = PAIRS.index(line["pair"])
            if line["comment"] is not None:
                comments[line["pair"]] = line["comment"]
            if line["event"] == "answer":
                values[line["pair"]] = line["value"]
                if here == place and "stay" not in ASKED:
                    place += 1
    return place, values, comments


def show_scale() -> None:
    """One comparison after the other."""
    _ = translator(LANGUAGE)
    place, values, comments = standing()
    pair = PAIRS[place]
    parent, left, right = pair.split()
    names = {node: SURVEY.node_name(node, LANGUAGE) for node in (parent, left, right)}
    words = {str(step): word for step, (word, *_rest) in step_words(_).items()}

    def side(node: str) -> dict[str, str]:
        return {
            "name": names[node],
            "explanation": SURVEY.text(SURVEY.nodes[node].explanation, LANGUAGE),
            "more": _("“{name}” is more important").format(name=names[node]),
        }

    question = _("For “{parent}”: which of the two is more important, and by how much?").format(
        parent=names[parent]
    )
    st.markdown(f"#### {question}")
    data = {
        "pair": pair,
        "owner": OWNER,
        "question": question,
        "left": side(left),
        "right": side(right),
        "positions": [
            {
                "value": value,
                "step": (step := value.removeprefix("1/")),
                "word": words.get(step, ""),
                "sentence": judgment_sentence(names[left], names[right], value, _),
            }
            for value in SAATY_POSITIONS
        ],
        "value": values.get(pair),
        "abstain": {"label": "Can't judge", "sentence": "I can't judge this pair."},
        "comment": {"label": "Add a comment", "value": comments.get(pair, "")},
        "settled": [line["id"] for line in arrived() if line["event"] != "back"],
        "practice": "practice" in ASKED,
        "words": WORDS,
    }
    scale_choice(
        data,
        hooks("answer", "comment", "back"),
        key="choice",
    )
    st.button("Again", key="again")


def show_ranking() -> None:
    """The capabilities, to be put into order."""
    lines = arrived()
    rankings = [line["order"] for line in lines if line["event"] == "ranked"]
    data = {
        "place": "rank effectiveness",
        "owner": OWNER,
        "title": SURVEY.node_name("effectiveness", LANGUAGE),
        "items": [
            {
                "id": node,
                "name": SURVEY.node_name(node, LANGUAGE),
                "explanation": SURVEY.text(SURVEY.nodes[node].explanation, LANGUAGE),
            }
            for node in SURVEY.hierarchy.children["effectiveness"]
        ],
        "ranking": rankings[-1] if rankings else None,
        "settled": [line["id"] for line in lines if line["event"] != "back"],
        "words": WORDS,
    }
    rank_items(data, hooks("ranked", "back"), key="choice")
    st.button("Again", key="again")


def show_bars() -> None:
    """The weights of the capabilities."""
    weights = (0.4185, 0.2625, 0.1599, 0.0973, 0.0618)
    nodes = SURVEY.hierarchy.children["effectiveness"]
    weight_bars(
        [
            (SURVEY.node_name(node, LANGUAGE), weight, f"{weight:.1%}")
            for node, weight in zip(nodes, weights, strict=True)
        ]
        + [("<b>A name that is long enough for several lines on a phone</b>", 0.0, "0.0%")],
        SURVEY.node_name("effectiveness", LANGUAGE),
    )


st.set_page_config(layout="wide")
st.html(
    "<style>.stMainBlockContainer{max-width:70rem;padding-top:1rem}"
    ".stAppHeader{display:none}</style>"
)
show = {"scale": show_scale, "ranking": show_ranking, "bars": show_bars}[ASKED.get("show", "scale")]
(st.fragment(show) if "fragment" in ASKED else show)()
