"""Labels count: what is labeled is joined by label or refused, and stays labeled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import ahp
from ahp.errors import AHPError
from ahp.matrix import as_matrices

NAMES = ("model", "concept", "layers")
A = ahp.PairwiseMatrix.from_upper([3, 5, 3], NAMES)
TURNED = ahp.PairwiseMatrix(A, ("layers", "model", "concept"))
"""The same judgments in another order."""

OTHER = ahp.PairwiseMatrix.from_upper([3, 5, 3], ("model", "concept", "depth"))
WEIGHTS = [0.6369856, 0.2582850, 0.1047294]


def frame(matrix: ahp.PairwiseMatrix) -> pd.DataFrame:
    return pd.DataFrame(matrix.values, index=matrix.labels, columns=matrix.labels)


def refusal(call: Callable[..., object], *values: Any, **options: Any) -> str:
    with pytest.raises(AHPError) as raised:
        call(*values, **options)
    return str(raised.value)


def test_the_same_judgments_in_another_order() -> None:
    assert TURNED.labels == ("layers", "model", "concept")
    assert TURNED.values.tolist() == [[1, 1 / 5, 1 / 3], [5, 1, 3], [3, 1 / 3, 1]]
    assert ahp.PairwiseMatrix(TURNED, NAMES) == A
    assert ahp.PairwiseMatrix(TURNED) == TURNED
    assert ahp.weights(TURNED) == pytest.approx([WEIGHTS[k] for k in (2, 0, 1)], abs=1e-7)


@pytest.mark.parametrize("how", ahp.AGGREGATIONS)
@pytest.mark.parametrize("form", [lambda m: m, frame], ids=["PairwiseMatrix", "DataFrame"])
def test_aggregate_judgments(how: str, form: Callable[[ahp.PairwiseMatrix], Any]) -> None:
    panel = ahp.aggregate_judgments([form(A), form(TURNED)], how=how)
    assert isinstance(panel, ahp.PairwiseMatrix)
    assert panel.labels == NAMES
    assert np.allclose(panel, A, rtol=1e-15, atol=0)
    assert ahp.weights(panel) == pytest.approx(WEIGHTS, abs=1e-7)
    turned = ahp.aggregate_judgments([form(TURNED), form(A)], how=how)
    assert turned.labels == TURNED.labels
    assert np.allclose(turned, TURNED, rtol=1e-15, atol=0)


def test_batches_of_labeled_panels() -> None:
    found = ahp.aggregate_judgments([[A, TURNED], [TURNED, A]])
    assert isinstance(found, np.ndarray)
    assert np.allclose(found, [A.values] * 2, rtol=1e-15, atol=0)
    assert np.array_equal(as_matrices([[A, TURNED]]), [[A.values, A.values]])


def test_unlabeled_matrices_give_arrays() -> None:
    plain = ahp.PairwiseMatrix(A.values)
    assert not plain.labeled
    assert plain.labels == ("1", "2", "3")
    for panel in ([plain, plain], [plain, A.values], [A.values.tolist(), pd.DataFrame(A.values)]):
        assert isinstance(ahp.aggregate_judgments(panel), np.ndarray)
    assert ahp.prioritize(plain).labels is None


TREE = ahp.Hierarchy("goal", {"goal": NAMES})


def test_functions_that_join_matrices() -> None:
    panel = [A, TURNED]
    assert ahp.weights(panel) == pytest.approx(np.array([WEIGHTS] * 2), abs=1e-7)
    assert ahp.geometric_compatibility(panel, ahp.geometric_mean(A)) == pytest.approx(
        [ahp.geometric_consistency_index(A)] * 2, rel=1e-12
    )
    assert ahp.log_distances(panel).tolist() == [[0, 0], [0, 0]]
    assert ahp.distance_weights(panel).tolist() == [0.5, 0.5]
    assert ahp.cluster_experts(panel).count == 1
    assert ahp.judgment_spread(panel).log_sd.tolist() == [0, 0, 0]
    options: dict[str, Any] = {"seed": 1, "draws": 20}
    for matrices in (panel, [frame(TURNED), frame(A)], [A.values, A.values]):
        drawn = ahp.simulate_panel(TREE, {"goal": matrices}, **options)
        assert drawn.leaves.weights == pytest.approx(WEIGHTS, abs=1e-7)
        assert drawn.leaves.std.max() < 1e-15
    one = ahp.simulate_hierarchy(TREE, {"goal": TURNED}, **options)
    assert one.leaves.names == NAMES
    assert one.leaves.weights == pytest.approx(WEIGHTS, abs=1e-7)
    report = ahp.rank_reversal_report([0.5, 0.5], matrices=panel)
    assert report.names == NAMES
    assert report.priorities["distributive"] == pytest.approx(WEIGHTS, abs=1e-7)
    named = ahp.rank_reversal_report([0.5, 0.5], matrices=panel, names=TURNED.labels)
    assert named.priorities["ideal"] == pytest.approx([WEIGHTS[k] for k in (2, 0, 1)], abs=1e-7)


JOINING: dict[str, Callable[[Any], object]] = {
    "weights": ahp.weights,
    "check_consistency": ahp.check_consistency,
    "koczkodaj_index": ahp.koczkodaj_index,
    "complete_matrices": ahp.complete_matrices,
    "aggregate_judgments": ahp.aggregate_judgments,
    "log_distances": ahp.log_distances,
    "distance_weights": ahp.distance_weights,
    "judgment_spread": ahp.judgment_spread,
    "cluster_experts": ahp.cluster_experts,
    "geometric_compatibility": lambda m: ahp.geometric_compatibility(m, [0.5, 0.3, 0.2]),
    "simulate_panel": lambda m: ahp.simulate_panel(TREE, {"goal": m}, seed=1, draws=2),
    "rank_reversal_report": lambda m: ahp.rank_reversal_report([0.5, 0.5], matrices=m),
    "apply_scale": lambda m: ahp.apply_scale(m, "root"),
}


@pytest.mark.parametrize("name", JOINING)
def test_other_labels_and_mixtures_are_refused(name: str) -> None:
    message = refusal(JOINING[name], [A, OTHER])
    assert message.endswith(
        "matrices[1]: label 'depth', expected 'model', 'concept', 'layers' as in matrices[0]"
    )
    message = refusal(JOINING[name], [A, A.values])
    assert message.endswith(
        "matrices[0] with labels, matrices[1] without, expected all with labels or none"
    )
    message = refusal(JOINING[name], [A.values.tolist(), frame(A)])
    assert message.endswith(
        "matrices[1] with labels, matrices[0] without, expected all with labels or none"
    )


def test_labels_that_the_hierarchy_does_not_have() -> None:
    message = (
        "matrix of 'goal': label 'depth', expected 'model', 'concept', 'layers' as in the tree"
    )
    call: Callable[..., object]
    for call, matrices in ((ahp.simulate_hierarchy, OTHER), (ahp.simulate_panel, [OTHER, OTHER])):
        assert refusal(call, TREE, {"goal": matrices}, seed=1, draws=2) == message
    assert refusal(ahp.PairwiseMatrix, A, ("model", "concept", "depth")) == (
        "values: label 'layers', expected 'model', 'concept', 'depth' as in labels"
    )


def test_a_data_frame_keeps_its_names() -> None:
    matrix = ahp.PairwiseMatrix(frame(TURNED))
    assert matrix == TURNED
    assert matrix.labeled
    assert ahp.prioritize(frame(TURNED)).labels == TURNED.labels
    assert ahp.apply_scale(frame(TURNED), "linear") == TURNED
    text = pd.DataFrame([["1", "1/3"], ["3", "1"]], index=["a", "b"], columns=["a", "b"])
    assert ahp.PairwiseMatrix(text) == ahp.PairwiseMatrix.from_upper(["1/3"], ["a", "b"])
    assert not ahp.PairwiseMatrix(pd.DataFrame(A.values)).labeled


@pytest.mark.parametrize(
    ("index", "columns", "message"),
    [
        (
            None,
            NAMES,
            "index [0, 1, 2] and columns ['model', 'concept', 'layers'] of a DataFrame, expected "
            "the same names in the same order; pandas.read_csv(…, index_col=0) takes the names of "
            "the rows from the file",
        ),
        (
            TURNED.labels,
            NAMES,
            "index ['layers', 'model', 'concept'] and columns ['model', 'concept', 'layers'] of a "
            "DataFrame, expected the same names in the same order; pandas.read_csv(…, index_col=0) "
            "takes the names of the rows from the file",
        ),
        ((1, 2, 3), (1, 2, 3), "labels[0] = 1, expected a name"),
        (("a", "b", "b"), ("a", "b", "b"), "labels[2] = 'b', expected names that differ"),
    ],
)
def test_data_frames_that_are_refused(index: Any, columns: Any, message: str) -> None:
    given = pd.DataFrame(A.values, index=index, columns=columns)
    for call in (ahp.PairwiseMatrix, ahp.weights, ahp.check_consistency, ahp.prioritize):
        assert refusal(call, given) == message


def test_results_carry_labels() -> None:
    partial = ahp.PairwiseMatrix.from_upper([3, None, 3], NAMES)
    results: list[Any] = [
        *(ahp.prioritize(A), ahp.check_consistency(A), ahp.order_preservation(A)),
        *(ahp.complete_matrices(partial), ahp.check_incomplete_consistency(partial)),
        *(ahp.next_pair(partial), ahp.rank_judgments(A)[0], ahp.worst_triads(A)[0]),
        *(ahp.fewest_changes(A), ahp.smallest_adjustment(A)),
    ]
    for result in results:
        assert result.labels == NAMES, result
    unlabeled: list[Any] = [
        *(ahp.prioritize(A.values), ahp.check_consistency(A.values)),
        *(ahp.complete_matrices(partial.values), ahp.fewest_changes(A.values)),
    ]
    for result in unlabeled:
        assert result.labels is None, result
    assert ahp.prioritize([TURNED, A]).labels == TURNED.labels


SERIES = pd.Series([0.1, 0.6, 0.3], index=["layers", "model", "concept"])
IN_ORDER = [0.6, 0.3, 0.1]


@pytest.mark.parametrize(
    "given",
    [SERIES, SERIES.to_dict(), IN_ORDER, np.array(IN_ORDER)],
    ids=["Series", "mapping", "list", "array"],
)
def test_weights_beside_labeled_matrices(given: Any) -> None:
    expected = ahp.check_consistency(A.values, weights=IN_ORDER)
    assert ahp.check_consistency(A, weights=given).lambda_mean == expected.lambda_mean
    assert ahp.order_preservation(A, given).weights.tolist() == IN_ORDER
    assert ahp.all_indices(A, weights=given) == ahp.all_indices(A.values, weights=IN_ORDER)
    found = ahp.geometric_compatibility([TURNED, A], ahp.prioritize(A, "geometric_mean"))
    assert found == pytest.approx([ahp.geometric_consistency_index(A)] * 2, rel=1e-12)
    assert TREE.global_weights({"goal": given}) == {
        "goal": 1,
        **dict(zip(NAMES, IN_ORDER, strict=True)),
    }
    assert ahp.one_at_a_time(TREE, {"goal": given}, "model").weight == 0.6
    assert ahp.critical_criteria(TREE, {"goal": given}) == ahp.critical_criteria(
        TREE, {"goal": IN_ORDER}
    )


def test_weights_with_other_labels_are_refused() -> None:
    other = SERIES.rename({"layers": "depth"})
    listed = "expected 'model', 'concept', 'layers' as in"
    assert refusal(ahp.check_consistency, A, weights=other) == (
        f"weights: label 'depth', {listed} the matrix"
    )
    assert refusal(ahp.geometric_compatibility, A, other) == (
        f"group weights: label 'depth', {listed} the matrices"
    )
    assert refusal(ahp.geometric_compatibility, A, SERIES[:2]) == (
        f"group weights: no label 'concept', {listed} the matrices"
    )
    assert refusal(TREE.global_weights, {"goal": other}) == (
        f"local weights of 'goal': label 'depth', {listed} the tree"
    )
    assert refusal(ahp.check_consistency, A.values, weights=SERIES) == (
        "weights: labels 'layers', 'model', 'concept', the matrix without labels, expected both "
        "with labels or neither"
    )


def test_weight_vectors_of_a_panel() -> None:
    first = pd.Series(IN_ORDER, index=NAMES)
    panel = [first, SERIES]
    assert ahp.aggregate_priorities(panel) == pytest.approx(IN_ORDER, rel=1e-15)
    assert ahp.aggregate_priorities([ahp.prioritize(A), ahp.prioritize(TURNED)]) == pytest.approx(
        WEIGHTS, abs=1e-7
    )
    assert ahp.group_consensus(panel).similarity == pytest.approx(1, abs=1e-12)
    assert ahp.pairwise_consensus(panel) == pytest.approx(np.ones((2, 2)), abs=1e-12)
    assert ahp.kendall_w(panel).w == 1
    assert ahp.coefficient_of_variation(panel).tolist() == [0, 0, 0]
    message = "weights[1]: label 'depth', expected 'model', 'concept', 'layers' as in weights[0]"
    other = SERIES.rename({"layers": "depth"})
    assert refusal(ahp.aggregate_priorities, [first, other]) == message
    assert refusal(ahp.aggregate_priorities, [first, IN_ORDER]) == (
        "weights[0] with labels, weights[1] without, expected all with labels or none"
    )


def test_experts_of_a_table_are_joined_to_their_weights() -> None:
    table = pd.DataFrame([[0.8, 0.2], [0.4, 0.6]], index=["Ann", "Bo"], columns=["a", "b"])
    shares = pd.Series({"Bo": 0.25, "Ann": 0.75})
    assert ahp.aggregate_priorities(table, shares) == pytest.approx([0.7, 0.3])
    assert ahp.aggregate_priorities(table, shares.to_dict()) == pytest.approx([0.7, 0.3])
    assert ahp.group_consensus(table, shares) == ahp.group_consensus(table, [0.75, 0.25])
    assert refusal(ahp.aggregate_priorities, table, shares.rename({"Bo": "Cy"})) == (
        "expert weights: label 'Cy', expected 'Ann', 'Bo' as in the index of weights"
    )


def test_other_pairs_of_labeled_vectors() -> None:
    p, s = pd.Series({"a": 0.75, "b": 0.25}), pd.Series({"b": 0.0, "a": 1.0})
    assert ahp.hierarchy_consensus(p, s) == 0.75
    total = ahp.total_consistency(p, s, [0.5, 0.5])
    assert (total.cr, total.parents) == (1.5, ("a", "b"))
    assert ahp.total_consistency(p, s, [0.5, 0.25], parents=("b", "a")).ri == 0.3125
    assert ahp.authority_coefficient(p, s).tolist() == [0.875, 0.125]
    local = pd.DataFrame([[0.9, 0.3], [0.1, 0.7]], index=["x", "y"], columns=["b", "a"])
    expected = ahp.synthesize([0.25, 0.75], local.to_numpy())
    assert ahp.synthesize(p, local).tolist() == expected.tolist()
    assert ahp.weighted_sum(p, local).tolist() == [0.9 * 0.25 + 0.3 * 0.75, 0.1 * 0.25 + 0.7 * 0.75]
    report = ahp.rank_reversal_report(p, local)
    assert report.names == ("x", "y")
    scores = {"x": pd.Series({"layers": 3, "model": 1, "concept": 2})}
    values = ahp.one_at_a_time(TREE, {"goal": IN_ORDER}, "model", scores=scores, grid=[0.6]).values
    assert values == pytest.approx(np.array([[0.6 * 1 + 0.3 * 2 + 0.1 * 3]]))


THREE = [
    A,
    ahp.PairwiseMatrix.from_upper([1, 5, 3], NAMES),
    ahp.PairwiseMatrix.from_upper([9, 1, 1], NAMES),
]
VECTORS = [[3, 5, 3], [1, 5, 3], [9, 1, 1]]


@pytest.mark.parametrize(
    "judgments",
    [THREE, [one.values for one in THREE], [one.values.tolist() for one in THREE]],
    ids=["labeled", "arrays", "lists"],
)
def test_judgments_are_matrices_or_vectors_with_one_result(judgments: Any) -> None:
    weights = ahp.distance_weights(judgments)
    assert weights.shape == (3,)  # as many experts as items
    assert weights.tolist() == ahp.distance_weights(VECTORS).tolist()
    assert ahp.log_distances(judgments).tolist() == ahp.log_distances(VECTORS).tolist()
    clusters, same = ahp.cluster_experts(judgments), ahp.cluster_experts(VECTORS)
    assert clusters.labels.tolist() == same.labels.tolist()
    spread = ahp.judgment_spread(judgments)
    assert spread.median.tolist() == ahp.judgment_spread(VECTORS).median.tolist()
    panels = [judgments, judgments[::-1]]
    assert ahp.distance_weights(panels).tolist() == [weights.tolist(), weights[::-1].tolist()]


def test_matrices_are_refused_where_other_numbers_are_meant() -> None:
    array = np.array([one.values for one in THREE])
    frames = [pd.DataFrame(one.values, NAMES, NAMES) for one in THREE]
    vectors = "one vector an expert, such as ahp.weights makes of the matrices"
    matrices = "are pairwise comparison matrices, expected"
    for given in (array, array.tolist(), frames):
        assert refusal(ahp.consistency_weights, given) == (
            f"cr of shape (3, 3, 3) {matrices} ratios (..., k), such as "
            "ahp.check_consistency(matrices).cr"
        )
        assert refusal(ahp.kendall_w, given) == f"scores of shape (3, 3, 3) {matrices} {vectors}"
        assert refusal(ahp.coefficient_of_variation, given) == (
            f"values of shape (3, 3, 3) {matrices} {vectors}"
        )
    assert refusal(ahp.kendall_w, A.values) == f"scores of shape (3, 3) {matrices} {vectors}"
    assert refusal(ahp.geometric_compatibility, array, array[0]) == (
        f"group weights of shape (3, 3) {matrices} the panel's weights (..., n)"
    )


def test_other_shapes_are_refused_by_name() -> None:
    single = (
        "judgments of shape (3, 3) are a single pairwise comparison matrix, expected one an "
        "expert, (..., k, n, n), or one vector of judgments an expert, (..., k, p)"
    )
    call: Callable[..., object]
    for matrix in (A, A.values, A.values.tolist()):
        for call in (ahp.distance_weights, ahp.log_distances, ahp.judgment_spread):
            assert refusal(call, matrix) == single
    batch = np.array([VECTORS, VECTORS])
    assert refusal(ahp.distance_weights, batch) == (
        "judgments of shape (2, 3, 3) are read as matrices, one an expert: a[0, 0, 0] = 3, "
        "expected 1 on the diagonal"
    )
    assert refusal(ahp.judgment_spread, [THREE, THREE]) == (
        "judgments of shape (2, 3, 3, 3), expected (k, n, n)"
    )
    weighing = (ahp.aggregate_priorities, ahp.group_consensus, ahp.pairwise_consensus)
    for matrices in (np.array([one.values for one in THREE]), THREE):
        for call in weighing:
            assert "pairwise comparison matrices, expected" in refusal(call, matrices)
    assert refusal(ahp.consistency_weights, THREE) == (
        "cr = pairwise comparison matrices, expected numbers"
    )
    assert ahp.distance_weights(np.ones((3, 3))).tolist() == [1 / 3] * 3  # three equal vectors
