"""Reconstruction of whole tables: what the parents say about each other."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

import ahp
from ahp.published import (
    PublishedTable,
    TableReconstruction,
    load_table,
    reconstruct,
    reconstruct_table,
    save_candidates,
    stored_reconstruction,
    verify,
)
from ahp.published.whole import _Bounds

from .tables import table

EXAMPLE = (
    Path(__file__).parents[2] / "examples" / "published" / "supervision_effectiveness.ahp.toml"
)

GOAL = '[[parents]]\nid = "goal"\nitems = ["a", "b", "c"]\n'
A = '[[parents]]\nid = "a"\nitems = ["d", "e", "f"]\n'
PAPER = 'weights = { a = "0.63335", c = "0.10615" }\n'


def tree(folder: Path, text: str) -> PublishedTable:
    return table(folder, 'goal = "goal"\n' + text)


def uppers(found: TableReconstruction, parent: str) -> list[str]:
    cells = np.triu_indices(3, 1)
    return [
        " ".join(ahp.scale.judgment_text(value) or "?" for value in matrix[cells].tolist())
        for matrix in found.parents[parent].candidates
    ]


def test_one_parent_is_reconstructed_as_by_itself(tmp_path: Path) -> None:
    found = reconstruct_table(table(tmp_path, GOAL + PAPER + 'order = "a > b > c"\n'))
    assert uppers(found, "goal") == ["3 5 3"]
    assert found.settings == (("column_mean", "intermediate"),)
    assert found.ruled_out == {"goal": ("eigenvector", "geometric_mean")}
    alone = reconstruct(["0.63335", None, "0.10615"], rounding="intermediate")
    np.testing.assert_array_equal(found.parents["goal"].candidates, alone.candidates)
    assert found.parents["goal"].unique


def test_one_parent_settles_method_and_rounding_of_the_others(tmp_path: Path) -> None:
    other = A + 'weights = { d = "0.6370" }\n'
    alone = reconstruct_table(table(tmp_path, other))
    assert {method for method, _ in alone.settings} == {"eigenvector", "geometric_mean"}
    both = reconstruct_table(table(tmp_path, GOAL + 'weights = { a = "0.60000" }\n' + other))
    assert {method for method, _ in both.settings} == {"eigenvector", "geometric_mean"}
    assert set(both.parents["goal"].methods) == {"eigenvector", "geometric_mean"}
    free = reconstruct(["0.60000", None, None])
    assert "column_mean" in free.methods


def test_global_weights_of_rounded_and_of_exact_local_ones(tmp_path: Path) -> None:
    def found(rounding: str, printed: str) -> int:
        text = GOAL + 'weights = { a = "0.5" }\n' + A + 'weights = { d = "0.5", e = "0.3" }\n'
        text += f'[composite]\nweights = {{ d = "{printed}" }}\n'
        result = reconstruct_table(
            tree(tmp_path, text), method="column_mean", rounding=rounding, cr_max=1.0
        )
        return len(result.parents["a"])

    # with one digit, 0.5 × 0.5 = 0.25, where exact weights of 0.45 to 0.55 give 0.20 to 0.30
    assert found("half_up", "0.29") > 0
    assert found("intermediate", "0.29") == 0
    assert found("intermediate", "0.25") > 0


def test_neighbors_go_together_only_by_one_way_to_round(tmp_path: Path) -> None:
    # 0.8 is printed for 0.75 when rounded and for 0.9 when cut off, both at the border: their
    # product is 0.675, and no two weights by one way to round have it
    found = reconstruct(["0.8", None], method="column_mean", rounding=("half_up", "truncate"))
    text = '[[parents]]\nid = "goal"\nitems = ["a", "b"]\n'
    text += '[[parents]]\nid = "a"\nitems = ["d", "e"]\n'
    bounds = _Bounds(tree(tmp_path, text))
    products = {}
    for rounding in ("half_up", "truncate"):
        kept = np.array([name == rounding for name in found.roundings])
        products[rounding] = found.weights[kept, 0]
    assert 0.75 in products["half_up"].round(9)
    assert 0.9 in products["truncate"].round(9)
    bounds.ranges["d"] = (0.6749, 0.6751)
    above, below = bounds._pairs(found, 0, (1.0, 1.0), "a", found)
    assert below is not None
    assert not above.any()
    assert not below.any()


def test_digits_that_are_right_in_the_wrong_order(tmp_path: Path) -> None:
    text = '[[parents]]\nid = "p"\nitems = ["a", "b", "c"]\n'
    text += 'weights = { a = "0.60000" }\norder = "b > a"\n'
    found = reconstruct_table(table(tmp_path, text)).parents["p"]
    assert len(found) == 0
    assert found.nearest is not None
    assert str(found.nearest.reason) == "matrices give these digits, but none in the printed order"
    assert found.nearest.weights[0] == pytest.approx(0.6, abs=5e-6)


def test_global_weights_bound_the_local_ones(tmp_path: Path) -> None:
    text = GOAL + PAPER + A + 'weights = { d = "0.63" }\n'
    options = {"method": "column_mean", "rounding": "intermediate"}
    free = reconstruct_table(tree(tmp_path, text), **options)  # type: ignore[arg-type]
    bound = reconstruct_table(
        tree(tmp_path, text + '[composite]\nweights = { e = "0.1647" }\n'),
        **options,  # type: ignore[arg-type]
    )
    w = free.parents["a"].weights
    product = 0.63335 * w[:, 1]
    assert len(w) > len(bound.parents["a"]) > 0
    near = np.abs(product - 0.1647) <= 0.00005 + 1e-12  # the product of rounded weights
    np.testing.assert_array_equal(free.parents["a"].candidates[near], bound.parents["a"].candidates)
    low, high = bound.global_ranges["e"]
    assert 0.1646 <= low <= high <= 0.1648


def test_global_weights_may_be_products_of_rounded_ones(tmp_path: Path) -> None:
    goal = GOAL + 'upper = ["3", "5", "3"]\nmethod = "column_mean"\nweights = { a = "0.63335" }\n'
    text = goal + A.replace('"f"', '"f", "g"') + 'weights = { d = "0.60" }\n'
    options = {"method": "column_mean", "rounding": "half_up"}
    free = reconstruct_table(tree(tmp_path, text), **options)  # type: ignore[arg-type]
    bound = reconstruct_table(
        tree(tmp_path, text + '[composite]\nweights = { e = "0.16" }\n'),
        **options,  # type: ignore[arg-type]
    )
    share = float(ahp.weights(ahp.PairwiseMatrix.from_upper(["3", "5", "3"]), "column_mean")[0])
    product = share * free.parents["a"].weights[:, 1]
    near = np.abs(product - 0.16) <= 0.005 + 0.000005
    assert 100 < near.sum() < len(near)
    np.testing.assert_array_equal(free.parents["a"].candidates[near], bound.parents["a"].candidates)


def test_a_printed_cr_selects_candidates(tmp_path: Path) -> None:
    text = GOAL + 'weights = { a = "0.6" }\n'
    free = reconstruct_table(table(tmp_path, text))
    bound = reconstruct_table(table(tmp_path, text + 'cr = "0.033"\n'))
    expected = []
    for matrix in free.parents["goal"].candidates:
        cr = float(ahp.check_consistency(matrix).cr)
        if 0.0325 <= cr <= 0.0335:
            expected.append(matrix.tobytes())
    assert 0 < len(expected) < len(free.parents["goal"])
    assert sorted(m.tobytes() for m in bound.parents["goal"].candidates) == sorted(expected)


def test_orders_select_candidates(tmp_path: Path) -> None:
    text = GOAL + 'weights = { a = "0.60" }\n'
    ordered = reconstruct_table(table(tmp_path, text + 'order = "a > c > b"\n'))
    w = ordered.parents["goal"].weights
    assert len(w) > 0
    assert ((w[:, 0] > w[:, 2]) & (w[:, 2] > w[:, 1])).all()
    free = reconstruct_table(table(tmp_path, text)).parents["goal"].weights
    assert len(w) == (free[:, 2] - free[:, 1] > 1e-9).sum()


def test_parents_with_printed_matrices_are_not_searched(tmp_path: Path) -> None:
    printed = GOAL + 'upper = ["3", "5", "3"]\n'
    found = reconstruct_table(tree(tmp_path, printed + A + 'weights = { d = "0.6000" }\n'))
    assert list(found.parents) == ["a"]
    with pytest.raises(ahp.PublishedError) as caught:
        reconstruct_table(table(tmp_path, printed))
    assert str(caught.value) == (
        f"{tmp_path / 't.ahp.toml'}: every matrix is printed, nothing to reconstruct"
    )


def test_global_weights_that_contradict_each_other_leave_nothing(tmp_path: Path) -> None:
    text = GOAL + PAPER + A + '[composite]\nweights = { a = "0.6334", d = "0.9" }\n'
    found = reconstruct_table(tree(tmp_path, text), rounding="intermediate")
    assert len(found.parents["a"]) == 0
    assert found.parents["a"].nearest is not None
    assert (
        str(found.parents["a"].nearest.reason)
        == "item 0: no weight is as printed and in its interval"
    )


def test_a_global_weight_above_one_leaves_nothing(tmp_path: Path) -> None:
    text = GOAL + PAPER + A + 'weights = { d = "0.6" }\n[composite]\nweights = { e = "1.1650" }\n'
    found = reconstruct_table(tree(tmp_path, text), rounding="intermediate")
    assert len(found.parents["a"]) == 0


def test_progress_names_the_parent(tmp_path: Path) -> None:
    calls: list[tuple[str, int, int]] = []
    reconstruct_table(
        tree(tmp_path, GOAL + PAPER + A + 'weights = { d = "0.6" }\n'),
        progress=lambda *call: calls.append(call),
    )
    assert [name for name, _, _ in calls] == sorted((name for name, _, _ in calls), reverse=True)
    assert {name for name, _, _ in calls} == {"goal", "a"}
    assert all(0 < done <= total for _, done, total in calls)


def test_candidates_are_stored_and_read_back(tmp_path: Path) -> None:
    text = 'candidates = "c.csv"\n' + GOAL + PAPER + A + 'weights = { d = "0.60000" }\n'
    printed = tree(tmp_path, text)
    found = reconstruct_table(printed, rounding="intermediate", method="column_mean")
    save_candidates(found, tmp_path / "c.csv")
    lines = (tmp_path / "c.csv").read_bytes().decode("utf-8").split("\n")
    assert lines[:2] == [
        "parent,method,rounding,upper",
        "goal,column_mean,intermediate,3 5 3",
    ]
    assert lines[2:] == [
        *(f"a,column_mean,intermediate,{upper}" for upper in uppers(found, "a")),
        "",
    ]
    read = stored_reconstruction(printed)
    for name, each in found.parents.items():
        np.testing.assert_array_equal(read.parents[name].candidates, each.candidates)
        np.testing.assert_array_equal(read.parents[name].weights, each.weights)
        assert read.parents[name].methods == each.methods
        assert read.parents[name].roundings == each.roundings
    assert read.settings == found.settings
    assert read.global_ranges == found.global_ranges
    assert read.ranks == found.ranks
    assert verify(printed).failures == ()


def test_an_incomplete_search_is_not_stored(tmp_path: Path) -> None:
    four = '[[parents]]\nid = "goal"\nitems = ["a", "b", "c", "d"]\nweights = { a = "0.5" }\n'
    found = reconstruct_table(table(tmp_path, four), method="column_mean", max_candidates=100)
    (goal,) = found.parents.values()
    assert goal.coverage < 1
    with pytest.raises(ahp.PublishedError) as caught:
        save_candidates(found, tmp_path / "c.csv")
    assert str(caught.value) == (
        f"goal: the search was not complete ({goal.coverage_note}), nothing to store"
    )
    assert not (tmp_path / "c.csv").exists()


def test_a_mean_lambda_of_weights_rounded_to_nothing(tmp_path: Path) -> None:
    text = GOAL + 'weights = { a = "0.6" }\n'
    free = reconstruct_table(table(tmp_path, text)).parents["goal"]
    assert (free.weights == 0).any()
    bound = reconstruct_table(table(tmp_path, text + 'lambda_by = "mean"\nlambda_max = "3.04"\n'))
    positive = (free.weights > 0).all(axis=1)
    checked = ahp.check_consistency(free.candidates[positive], weights=free.weights[positive])
    fits = (checked.lambda_mean >= 3.035 - 1e-12) & (checked.lambda_mean <= 3.045 + 1e-12)
    assert 0 < fits.sum() < len(fits)
    np.testing.assert_array_equal(bound.parents["goal"].candidates, free.candidates[positive][fits])


@pytest.mark.slow
def test_the_paper_gives_the_stored_candidates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = time.perf_counter()
    printed = load_table(EXAMPLE)
    found = reconstruct_table(printed)
    with capsys.disabled():
        print(f"\nthe whole table: {time.perf_counter() - start:.1f} s")
    save_candidates(found, tmp_path / "c.csv")
    assert printed.candidates is not None
    assert (tmp_path / "c.csv").read_text("utf-8") == printed.candidates.read_text("utf-8")
    assert found.settings == (("column_mean", "intermediate"),)
