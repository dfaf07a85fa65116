"""A small survey and panels that answer it."""

from __future__ import annotations

import json
from collections.abc import Collection

from hypothesis import strategies as st

from ahp.scale import SAATY_POSITIONS
from ahp.study import Answers, Judgment, Survey, survey_from_content

PARENTS = {"a": "goal", "b": "goal", "c": "goal"}
PARENTS |= {"a1": "a", "a2": "a", "a3": "a", "a4": "a", "b1": "b", "b2": "b"}


def make_survey(parents: dict[str, str]) -> Survey:
    """A survey in English from child -> parent."""

    def node(name: str) -> dict[str, object]:
        return {"id": name, "name": {"en": name.upper()}, "explanation": {"en": f"What {name} is."}}

    content = {
        "format": 1,
        "id": "small",
        "languages": ["en"],
        "name": {"en": "Small"},
        "description": {"en": "A small survey."},
        "goal": node("goal"),
        "nodes": [{**node(child), "parent": parent} for child, parent in parents.items()],
    }
    return survey_from_content(json.dumps(content))


SURVEY = make_survey(PARENTS)
"""Below the goal a (of a1 to a4), b (of b1 and b2) and c: ten comparisons."""

PAIRS = SURVEY.hierarchy.comparisons
LEAVES = SURVEY.hierarchy.leaves


def answers(**experts: str) -> Answers:
    """Expert -> their judgments in the order of `PAIRS`, - for none, the last one repeated."""
    found = []
    for name, text in experts.items():
        values = text.split()
        values += values[-1:] * (len(PAIRS) - len(values))
        for pair, value in zip(PAIRS, values, strict=True):
            if value != "-":
                found.append(Judgment(name, *pair, value))
    return Answers(tuple(found))


def without(given: Answers, expert: str, parents: Collection[str]) -> Answers:
    """The answers but those of an expert under some parents."""
    return Answers(
        tuple(one for one in given.judgments if one.expert != expert or one.parent not in parents)
    )


@st.composite
def panels(draw: st.DrawFn, least: int = 2, most: int = 5, gaps: bool = False) -> Answers:
    """Panels that answer `SURVEY`; with gaps, somebody judges every pair and everybody the first.

    Who has judged the first pair is in the panel, whatever else is missing.
    """
    names = [f"E{k}" for k in range(draw(st.integers(least, most)))]
    found = []
    for number, pair in enumerate(PAIRS):
        must = draw(st.sampled_from(names))
        for name in names:
            if not gaps or number == 0 or name == must or draw(st.booleans()):
                found.append(Judgment(name, *pair, draw(st.sampled_from(SAATY_POSITIONS))))
    order = {name: k for k, name in enumerate(names)}
    return Answers(tuple(sorted(found, key=lambda one: order[one.expert])))
