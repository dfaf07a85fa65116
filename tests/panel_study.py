"""A small panel whose numbers can be worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

import ahp
from ahp.study import Survey, survey_from_content

NAMES = {
    "goal": ("总目标", "Goal"),
    "a": ("能力甲", "Capability A"),
    "b": ("能力乙", "Capability B"),
    "a1": ("指标一", "Indicator 1"),
    "a2": ("指标二", "Indicator 2"),
    "a3": ("指标三", "Indicator 3"),
    "b1": ("指标四", "Indicator 4"),
    "b2": ("指标五", "Indicator 5"),
}
LEAVES = ("a1", "a2", "a3", "b1", "b2")
PARENTS = {"a": "goal", "b": "goal", "a1": "a", "a2": "a", "a3": "a", "b1": "b", "b2": "b"}

JUDGED = {
    "Ping": ("3", "1", "2", "2", "1"),
    "Qin": ("1", "2", "2", "1", "1/3"),
    "Rui": ("1/3", "1", "1", "1", "2"),
}
"""Expert -> judgments of a:b, a1:a2, a1:a3, a2:a3, b1:b2; all are consistent."""

OWN = {
    "Ping": (0.3, 0.3, 0.15, 0.125, 0.125),
    "Qin": (0.25, 0.125, 0.125, 0.125, 0.375),
    "Rui": (1 / 12, 1 / 12, 1 / 12, 0.5, 0.25),
}
"""Expert -> global weights of the leaves that follow."""


def small_survey(names: Mapping[str, tuple[str, str]] = NAMES) -> Survey:
    def node(name: str) -> dict[str, object]:
        text = dict(zip(("zh", "en"), names[name], strict=True))
        return {"id": name, "name": text, "explanation": text}

    data = {
        **{"format": 1, "id": "small", "languages": ["zh", "en"], "goal": node("goal")},
        **{"name": {"zh": "小", "en": "Small"}, "description": {"zh": "小", "en": "Small."}},
        "nodes": [node(name) | {"parent": parent} for name, parent in PARENTS.items()],
    }
    return survey_from_content(json.dumps(data))


def small_panel(
    judged: Mapping[str, tuple[str, ...]] = JUDGED,
    *,
    survey: Survey | None = None,
    recused: Collection[tuple[str, str]] = (),
    **options: Any,
) -> ahp.Analysis:
    """The analysis of the panel; an empty judgment is a missing one."""
    survey = survey or small_survey()
    judgments = [
        ahp.Judgment(expert, *pair, value)
        for expert, values in judged.items()
        for pair, value in zip(survey.hierarchy.comparisons, values, strict=True)
        if value
    ]
    answers = ahp.Answers(tuple(judgments))
    return ahp.analyze(survey, answers, recused=recused, **options)
