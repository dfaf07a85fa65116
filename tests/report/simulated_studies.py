"""Studies of many kinds, drawn from a seed."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np

import ahp
from ahp.errors import AHPError
from ahp.process.study_evidence import StudyEvidence, gather_evidence
from ahp.scale import SAATY_POSITIONS, parse_judgment
from ahp.study import Answers, Judgment, Survey, survey_from_content

STEPS = {text: math.log(parse_judgment(text)) for text in SAATY_POSITIONS}


def drawn_survey(rng: np.random.Generator) -> Survey:
    """Flat, ragged or of three levels; here and there a single child, or weights that are given."""
    names: dict[str, str | None] = {"goal": None}
    shape = rng.choice(["flat", "two", "ragged"], p=[0.2, 0.6, 0.2])
    top = int(rng.integers(2, 6)) if rng.random() < 0.93 else 1
    for i in range(top):
        names[f"c{i + 1}"] = "goal"
    if top == 1 or shape != "flat":
        for i in range(top):
            if shape == "ragged" and top > 1 and rng.random() < 0.3:
                continue  # an indicator right below the goal
            for k in range(int(rng.integers(1 if top > 1 else 2, 6))):
                names[f"c{i + 1}_{k + 1}"] = f"c{i + 1}"
    kids = {p: [n for n, above in names.items() if above == p] for p in names}

    def node(name: str) -> dict[str, Any]:
        label = name.replace("_", ".").removeprefix("c")
        text = {"zh": f"要素 {label}", "en": f"Item {label}"}
        found: dict[str, Any] = {"id": name, "name": text, "explanation": text}
        if name != "goal" and len(kids[name]) > 1 and rng.random() < 0.12:
            shares = rng.integers(0 if rng.random() < 0.3 else 1, 6, len(kids[name])) + 0.0
            shares[0] += 1
            found |= {"source": "Order 7 of 2024"}
            weights = np.round(shares / shares.sum(), 3)
            weights[0] += 1 - weights.sum()
            found["weights"] = dict(
                zip(kids[name], [round(float(w), 3) for w in weights], strict=True)
            )
        return found

    nodes = [node(n) | {"parent": p} for n, p in names.items() if p is not None]
    data = {
        **{"format": 1, "id": "drawn", "languages": ["zh", "en"], "goal": node("goal")},
        **{"name": {"zh": "模拟", "en": "Drawn"}, "description": {"zh": "模", "en": "Drawn."}},
        "nodes": nodes,
    }
    return survey_from_content(json.dumps(data))


def drawn_answers(
    rng: np.random.Generator, survey: Survey, experts: list[str], missing: float, alike: bool
) -> Answers:
    """Experts around one opinion; some at random, some judge everything equal."""
    truth = {n: rng.normal(0, 0.0 if alike else 0.7) for n in survey.nodes}
    judgments = []
    for expert in experts:
        kind = rng.choice(["sound", "wild", "equal"], p=[0.8, 0.13, 0.07])
        own = {n: value + rng.normal(0, 0.0 if alike else 0.3) for n, value in truth.items()}
        for pair in survey.hierarchy.comparisons:
            if rng.random() < missing:
                continue
            step = own[pair[1]] - own[pair[2]]
            if kind == "equal":
                step = 0.0
            elif kind == "wild":
                step = rng.uniform(-2.2, 2.2)
            value = min(STEPS, key=lambda text: abs(STEPS[text] - step))
            judgments.append(Judgment(expert, *pair, value))
    return Answers(tuple(judgments))


def drawn_study(seed: int) -> StudyEvidence:
    """A study by its seed; drawn anew from the next numbers where no result follows."""
    rng = np.random.default_rng(seed)
    while True:
        try:
            return _drawn(rng)
        except AHPError:  # too many answers are missing, or all experts are left out somewhere
            continue


def _drawn(rng: np.random.Generator) -> StudyEvidence:
    survey = drawn_survey(rng)
    count = int(rng.choice([1, 2, 3, 5, 9], p=[0.15, 0.15, 0.2, 0.3, 0.2]))
    experts = [f"Expert {k + 1}" for k in range(count)]
    missing = float(rng.choice([0.0, 0.15], p=[0.7, 0.3]))
    alike = bool(rng.random() < 0.1)
    options: dict[str, Any] = {
        "method": rng.choice(["eigenvector", "geometric_mean", "column_mean"]),
        "how": rng.choice(["aij", "aij_median", "aip_arithmetic", "aip_geometric"]),
        "incoherent": rng.choice(["include", "exclude", "downweight"], p=[0.7, 0.15, 0.15]),
        "cr_limit": "saaty" if rng.random() < 0.2 else 0.1,
    }
    if rng.random() < 0.3:
        options["expert_weights"] = {name: float(rng.integers(1, 5)) for name in experts}
    rounds = int(rng.choice([1, 2, 3], p=[0.6, 0.25, 0.15]))
    analyses = []
    for number in range(1, rounds + 1):
        answers = drawn_answers(rng, survey, experts, missing, alike)
        if len(answers.experts) != len(experts):
            options.pop("expert_weights", None)
        if rng.random() < 0.7:
            options["invited"] = len(answers.experts) + int(rng.integers(0, 8))
        one = ahp.analyze(survey, answers, **options)
        analyses.append(replace(one, round=number, running=bool(rng.random() < 0.05)))
    *earlier, analysis = analyses
    organizations = {name: f"Bank {rng.integers(1, 4)}" for name in experts}
    return gather_evidence(
        analysis,
        earlier=earlier,
        organizations=organizations if rng.random() < 0.5 else None,
        consenting=experts if rng.random() < 0.5 else (),
        draws=200 if rng.random() < 0.4 else 0,
        seed=int(rng.integers(1000)),
    ).coded()
