"""Write answers.csv: a simulated panel of seven experts, the same file at every run.

Every expert judges from the same weights, with log-normal noise on each judgment, rounded to the
nearest of the 17 positions of Saaty's scale. Run it with `python simulate.py`.
"""

import csv
from itertools import combinations
from pathlib import Path

import numpy as np

from ahp import load_survey
from ahp.scale import SAATY_POSITIONS, parse_judgment

SEED = 20240514
EXPERTS = 7
NOISE = 0.3
CARELESS = ("E5", "coordination", 0.5)
"""One expert is careless with one matrix: this noise instead of `NOISE`."""

WEIGHTS = {
    "effectiveness": (0.56, 0.20, 0.12, 0.06, 0.06),
    "setup": (0.633, 0.260, 0.106),
    "operation": (0.26, 0.17, 0.44, 0.05, 0.08),
    "coordination": (0.558, 0.263, 0.122, 0.057),
    "conversion": (0.6, 0.2, 0.2),
    "learning": (0.260, 0.633, 0.106),
}
"""What the simulated experts have in mind: parent -> weights of its children in their order."""


def nearest_position(ratio: float) -> str:
    """The position of Saaty's scale nearest to a ratio, on the logarithmic scale."""
    return min(SAATY_POSITIONS, key=lambda text: abs(np.log(parse_judgment(text) / ratio)))


def simulate() -> list[tuple[str, str, str, str, str]]:
    """The judgments: expert, parent, left, right, value."""
    hierarchy = load_survey("supervision_effectiveness").hierarchy
    rng = np.random.default_rng(SEED)
    rows = []
    for expert in (f"E{number}" for number in range(1, EXPERTS + 1)):
        for parent in hierarchy.parents:
            weights = dict(zip(hierarchy.children[parent], WEIGHTS[parent], strict=True))
            noise = CARELESS[2] if (expert, parent) == CARELESS[:2] else NOISE
            for left, right in combinations(hierarchy.children[parent], 2):
                ratio = weights[left] / weights[right] * np.exp(rng.normal(0, noise))
                rows.append((expert, parent, left, right, nearest_position(ratio)))
    return rows


if __name__ == "__main__":
    with (Path(__file__).parent / "answers.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("expert", "parent", "left", "right", "value"))
        writer.writerows(simulate())
