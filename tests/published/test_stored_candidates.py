"""Global numbers of tables with two levels, against all combinations of the stored candidates."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import ahp
from ahp.published import verify
from ahp.published.printing import agrees

from .tables import table

ITEMS = {"g": ("a", "b"), "a": ("c", "d", "e"), "b": ("x", "y")}
JUDGMENTS = ("1/4", "1/3", "1/2", "1", "2", "3", "4")

Candidates = dict[str, list[dict[str, float]]]
Numbers = dict[str, str]


def drawn(rng: random.Random) -> tuple[Candidates, str]:
    """Up to four candidates of each parent, and their file."""
    found: Candidates = {}
    rows = ["parent,method,rounding,upper"]
    for parent, items in ITEMS.items():
        for _ in range(rng.randint(1, 4)):
            upper = rng.choices(JUDGMENTS, k=len(items) * (len(items) - 1) // 2)
            weights = ahp.weights(ahp.PairwiseMatrix.from_upper(upper), "column_mean")
            found.setdefault(parent, []).append(dict(zip(items, weights.tolist(), strict=True)))
            rows.append(f"{parent},column_mean,half_up,{' '.join(upper)}")
    return found, "\n".join(rows) + "\n"


def printed(rng: random.Random, candidates: Candidates) -> tuple[Numbers, Numbers]:
    """Some local and global weights, of candidates that may differ between the two."""
    one = {parent: rng.choice(found) for parent, found in candidates.items()}
    other = {parent: rng.choice(found) for parent, found in candidates.items()}
    if rng.random() < 0.5:
        other = one
    local, composite = {}, {}
    for parent, items in ITEMS.items():
        above = 1.0 if parent == "g" else other["g"][parent]
        for item in items:
            if rng.random() < 0.3:
                local[item] = f"{one[parent][item]:.2f}"
            if rng.random() < 0.6:
                composite[item] = f"{above * other[parent][item]:.3f}"
    return local, composite


def possible(candidates: Candidates, local: Numbers, composite: Numbers) -> bool:
    """Whether some combination has all numbers, by trying each."""

    def fits(weights: dict[str, float], numbers: Numbers, above: float = 1.0) -> bool:
        return all(
            bool(agrees(above * weight, numbers[item]))
            for item, weight in weights.items()
            if item in numbers
        )

    return any(
        fits(goal, local)
        and fits(goal, composite)
        and all(
            any(
                fits(weights, local) and fits(weights, composite, goal[parent])
                for weights in candidates[parent]
            )
            for parent in ("a", "b")
        )
        for goal in candidates["g"]
    )


def inline(numbers: Numbers) -> str:
    return "{" + ", ".join(f'{item} = "{text}"' for item, text in numbers.items()) + "}"


@pytest.mark.parametrize("seed", range(4))
def test_reproduced_when_some_combination_is(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    seen = set()
    for _ in range(50):
        candidates, file = drawn(rng)
        local, composite = printed(rng, candidates)
        if not composite:
            continue
        (tmp_path / "c.csv").write_text(file, encoding="utf-8")
        text = 'goal = "g"\ncandidates = "c.csv"\n'
        for parent, items in ITEMS.items():
            listed = ", ".join(f'"{item}"' for item in items)
            numbers = {item: local[item] for item in items if item in local}
            text += f'[[parents]]\nid = "{parent}"\nitems = [{listed}]\n'
            text += f"weights = {inline(numbers)}\n"
        text += f"[composite]\nweights = {inline(composite)}\n"
        expected = possible(candidates, local, composite)
        assert verify(table(tmp_path, text)).reproduced is expected, text + file
        seen.add(expected)
    assert seen == {True, False}


def test_the_goal_has_one_solution_for_all_its_items(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(
        "parent,method,rounding,upper\ng,eigenvector,half_up,1/3\ng,eigenvector,half_up,3\n"
        "a,eigenvector,half_up,1\nb,eigenvector,half_up,1\n",
        encoding="utf-8",
    )
    text = (
        'goal = "g"\ncandidates = "c.csv"\n'
        '[[parents]]\nid = "g"\nitems = ["a", "b"]\n[[parents]]\nid = "a"\nitems = ["c", "d"]\n'
        '[[parents]]\nid = "b"\nitems = ["x", "y"]\n[composite]\n'
    )
    assert verify(table(tmp_path, text + 'weights = { c = "0.125", x = "0.375" }\n')).reproduced
    found = verify(table(tmp_path, text + 'weights = { c = "0.125", x = "0.125" }\n'))
    assert [check.message for check in found.failures] == [
        f"composite.weights.{item}: printed 0.125, computed 0.125 (difference 0): the global "
        "numbers contradict each other: 1 of 2 are reproduced together"
        for item in ("c", "x")
    ]
