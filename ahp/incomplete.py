"""Incomplete judgments: connectivity, completion, weights, consistency, the next question.

NaN stands for a pair that was not judged. The judged pairs are the edges of the comparison graph;
completion and weights are unique if and only if it is connected (Bozóki, Fülöp & Rónyai 2010,
Math. Comput. Modelling 52:318-333).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .eigen import from_logs, perron, solution
from .errors import (
    AHPError,
    ConvergenceError,
    IncompleteError,
    MatrixError,
    OptionError,
    RandomIndexError,
)
from .matrix import (
    IN_RANGE,
    LARGEST,
    Bool,
    Float,
    Int,
    PairwiseMatrix,
    as_matrices,
    batch_last,
    chunks,
    given_labels,
    labels_of,
    plain,
    two_or_more,
)
from .messages import Cell, Phrase
from .random_index import CR_LIMIT, check_random_index, random_index_value
from .result import Result
from .scale import SAATY_POSITIONS, parse_judgment
from .tolerance import ROUNDING_RTOL

STEP_TOLERANCE = 1e-8
"""Length of the Newton step, in logarithms, that ends a completion; convergence being quadratic,
what remains after it is of the order of rounding."""

NEWTON_STEPS = 200
"""Newton steps after which a completion gives up."""

SIDE_BY_SIDE = 100
"""Missing judgments up to which the Newton steps of a batch are made side by side; matrices with
more are worked on one after another, with LAPACK."""

LONGEST_STEP = 2.0
"""Longest Newton step in logarithms; longer ones are shortened to it."""


@dataclass(frozen=True, eq=False, repr=False)
class Completion(Result):
    """The λmax-minimal completion of one matrix (plain numbers) or of a batch (arrays).

    Attributes:
        values: complete matrices, shape (..., n, n); judged cells as given.
        weights: Perron eigenvectors of `values`, shape (..., n).
        lambda_max: Perron roots of `values`, the smallest of all completions.
        missing: number of pairs that were not judged.
        iterations: Newton steps taken, 0 where nothing was missing.
        scale_max: filled values were kept between its reciprocal and it; None = free.
        labels: names of the n items, None for unlabeled matrices.
    """

    values: Float
    weights: Float
    lambda_max: Any
    missing: Any
    iterations: Any
    scale_max: float | None
    labels: tuple[str, ...] | None = field(default=None, repr=False)


@dataclass(frozen=True, eq=False, repr=False)
class IncompleteRandomIndex(Result):
    """Random consistency index of matrices with missing judgments.

    Attributes:
        n: order of the matrices.
        missing: number of pairs that are not judged.
        value: mean CI of the random matrices' completions.
        source: `"printed"` (Ágoston & Csató 2022), `"simulated"`, `"approximation"`, or the name
            of the table for complete matrices where nothing is missing.
        standard_error: of a simulated value, otherwise None.
    """

    n: int
    missing: int
    value: float
    source: str
    standard_error: float | None = None


@dataclass(frozen=True, eq=False, repr=False)
class IncompleteConsistency(Result):
    """Consistency of one matrix (plain numbers) or of a batch (arrays of shape (...)).

    Attributes:
        n: order of the matrices.
        missing: number of pairs that were not judged.
        lambda_max: Perron root of the λmax-minimal completion.
        ci: (λmax − n)/(n − 1).
        ri: random index of matrices with as many missing pairs.
        cr: CI/RI, 0 where RI is 0.
        acceptable: CR < 0.1.
        ri_source: where `ri` is from, as in `IncompleteRandomIndex`.
        random_index: name of the table for complete matrices.
        labels: names of the n items, None for unlabeled matrices.
    """

    n: int
    missing: Any
    lambda_max: Any
    ci: Any
    ri: Any
    cr: Any
    acceptable: Any
    ri_source: Any
    random_index: str
    labels: tuple[str, ...] | None = field(default=None, repr=False)


@dataclass(frozen=True, eq=False, repr=False)
class NextPair(Result):
    """The most informative pair to ask next.

    Attributes:
        i, j: rows of the two items, i < j.
        information: expected gain in nats, ½ ln(1 + R) with R the variance of ln(w_i/w_j);
            infinite for a pair that joins two components.
        labels: names of the n items, None for an unlabeled matrix.
    """

    i: int
    j: int
    information: float
    labels: tuple[str, ...] | None = field(default=None, repr=False)


def components(
    a: ArrayLike | PairwiseMatrix | Any, labels: Sequence[str] | None = None
) -> tuple[tuple[str, ...], ...]:
    """Connected components of the comparison graph: one for a matrix that can be completed.

    Args:
        a: one pairwise comparison matrix, shape (n, n), NaN for not judged.
        labels: names of the items; by default those of the `PairwiseMatrix`, or `"1"` … `"n"`.

    Returns:
        The labels of each component in the order of the rows, components by their first item.

    Raises:
        MatrixError: not one pairwise comparison matrix, or labels that do not fit.

    >>> ahp.components([[1, 2, None], [1/2, 1, None], [None, None, 1]])
    (('1', '2'), ('3',))
    """
    matrix = a if isinstance(a, PairwiseMatrix) and labels is None else PairwiseMatrix(a, labels)
    return _named(components_of(~np.isnan(matrix.values)), matrix.labels)


def log_least_squares(a: ArrayLike | PairwiseMatrix | Any) -> Float:
    """Logarithmic least squares weights on the comparison graph (Kwiesielewicz 1996, Annals of
    Operations Research 63; Bozóki, Fülöp & Rónyai 2010, section 4).

    They minimize Σ (ln a_ij − ln w_i + ln w_j)² over the judged pairs: their logarithms solve
    L x = b with L the Laplacian of the graph and b_i the sum of ln a_ij over the judged j. For
    complete matrices they are the geometric mean weights.

    Args:
        a: pairwise comparison matrices, shape (..., n, n), NaN for not judged.

    Returns:
        Weights, shape (..., n), positive, sum 1 over the last axis.

    Raises:
        IncompleteError: a comparison graph is not connected; names the components and a pair.
        MatrixError: not pairwise comparison matrices, or chains of judgments so long and extreme
            that a weight underflows.
    """
    array = as_matrices(a, complete=False)
    check_connected(array, a)
    n = array.shape[-1]
    flat = array.reshape(-1, n, n)
    logs = np.empty((len(flat), n))
    for part in chunks(len(flat), n * n):
        logs[part] = _log_least_squares(np.log(batch_last(flat[part]))).T[: len(logs[part])]
    weights = from_logs(logs)
    lost = weights < np.finfo(np.float64).tiny
    if lost.any():
        row, item = np.argwhere(lost)[0]
        exponent = logs[row, item] - logs[row].max()
        error = MatrixError("weight_lost", item=int(item), exponent=exponent)
        raise _in_batch(array, row, error)
    return weights.reshape(array.shape[:-1])


def complete_matrices(
    a: ArrayLike | PairwiseMatrix | Any, *, scale_max: float | None = None
) -> Completion:
    """Fill what was not judged so that λmax is as small as possible (Bozóki, Fülöp & Rónyai 2010,
    section 3).

    ln λmax is convex in the logarithms of the missing judgments, strictly if and only if the
    comparison graph is connected. With r and π the right and left Perron vectors, the flow
    q_ij = π_i a_ij r_j / (λmax Σ π_k r_k) is that of a stationary Markov chain: the gradient is
    q_ij − q_ji, the Hessian the asymptotic covariance of the chain's passages. Newton steps on
    completion and eigenvector together start from the logarithmic least squares completion.

    Args:
        a: pairwise comparison matrices, shape (..., n, n), NaN for not judged.
        scale_max: keep filled values from 1/scale_max to scale_max, such as 9 for Saaty's;
            None leaves them free.

    Returns:
        A `Completion`, its λmax accurate to 1e-12 and its filled values to 1e-8, both relative.

    Raises:
        IncompleteError: a comparison graph is not connected; names the components and a pair.
        MatrixError: not pairwise comparison matrices, or a filled value beyond `LARGEST`.
        OptionError: `scale_max` is not a number from 1 to `LARGEST`.
        ConvergenceError: Newton's steps did not settle.

    >>> A = ahp.PairwiseMatrix([[1, 3, None], ["1/3", 1, 2], [None, "1/2", 1]])
    >>> ahp.complete_matrices(A).values.round(2)
    array([[1.  , 3.  , 6.  ],
           [0.33, 1.  , 2.  ],
           [0.17, 0.5 , 1.  ]])
    """
    if scale_max is not None and not 1 <= scale_max <= LARGEST:
        expected = Phrase("number_from_to", low=1, high=LARGEST)
        raise OptionError.refused("scale_max", scale_max, expected)
    bound = np.inf if scale_max is None else float(np.log(scale_max))
    array = as_matrices(a, complete=False)
    check_connected(array, a)
    n = array.shape[-1]
    flat = array.reshape(-1, n, n).copy()
    upper = np.triu_indices(n, 1)
    holes = np.isnan(flat[:, *upper])
    missing = holes.sum(axis=-1)
    iterations = np.zeros(len(flat), dtype=np.intp)
    for m in np.unique(missing[missing > 0]):
        group = np.flatnonzero(missing == m)
        parts = chunks(len(group), n * n + n * m + m * m)
        if m > SIDE_BY_SIDE:
            parts = [slice(k, k + 1) for k in range(len(group))]
        for part in parts:
            chosen = group[part]
            pairs = np.nonzero(holes[chosen])[1].reshape(-1, m)
            i, j = upper[0][pairs], upper[1][pairs]
            with np.errstate(all="ignore"):  # what overflows does not settle, and is refused
                logs, iterations[chosen] = _newton(flat[chosen], i, j, bound)
                filled = np.exp(logs)
            flat[chosen[:, None], i, j], flat[chosen[:, None], j, i] = filled, 1 / filled
    beyond = (flat > LARGEST) | (flat < 1 / LARGEST)
    if beyond.any():
        row, i, j = np.argwhere(beyond)[0]
        error = MatrixError(
            "completed_beyond",
            cell=Cell("a", (int(i), int(j))),
            value=flat[row, i, j],
            expected=IN_RANGE,
        )
        raise _in_batch(array, row, error)
    lambda_max, weights = perron(flat)
    shape = array.shape[:-2]
    return Completion(
        values=plain(flat.reshape(array.shape)),
        weights=plain(weights.reshape(array.shape[:-1])),
        lambda_max=plain(lambda_max.reshape(shape)),
        missing=plain(missing.reshape(shape)),
        iterations=plain(iterations.reshape(shape)),
        scale_max=scale_max,
        labels=given_labels(a),
    )


PRINTED: Mapping[int, tuple[float, ...]] = MappingProxyType(
    {
        4: (0.583, 0.306, 0.053),
        5: (0.925, 0.739, 0.557, 0.379, 0.212, 0.059),
        6: (1.128, 1.007, 0.883, 0.758, 0.634, 0.510, 0.389, 0.271, 0.161),
        7: (1.256,),
    }
)
"""Order n -> random index for 1, 2, … missing pairs (Ágoston & Csató 2022, Omega 108:102576,
table 2): random judgments from Saaty's scale, completions kept between 1/9 and 9."""

SIMULATED: Mapping[int, tuple[tuple[float, float], ...]] = MappingProxyType(
    {
        3: ((0.036723, 0.0),),
        4: ((0.583251, 0.0), (0.306075, 0.0), (0.053289, 0.0)),
        5: (
            *((0.924548, 0.001538), (0.740048, 0.001432), (0.557507, 0.001285)),
            *((0.379867, 0.001083), (0.212712, 0.000785), (0.059208, 0.000215)),
        ),
        6: (
            *((1.128595, 0.00127), (1.006842, 0.001238), (0.88255, 0.001201)),
            *((0.757768, 0.001152), (0.633691, 0.001087), (0.510431, 0.001002)),
            *((0.388054, 0.000887), (0.272258, 0.000741), (0.161143, 0.00054)),
            *((0.059732, 0.00019),),
        ),
        7: (
            *((1.254966, 0.001042), (1.169771, 0.001032), (1.083602, 0.001019)),
            *((0.996168, 0.001004), (0.90825, 0.000986), (0.818893, 0.000965)),
            *((0.730166, 0.000937), (0.641101, 0.000902), (0.551968, 0.000858)),
            *((0.462847, 0.000802), (0.374742, 0.000732), (0.289119, 0.000646)),
            *((0.206869, 0.000537), (0.130027, 0.000394), (0.058318, 0.000167)),
        ),
        8: (
            *((1.340191, 0.000877), (1.277011, 0.00087), (1.213756, 0.000863)),
            *((1.150076, 0.000856), (1.086012, 0.000848), (1.021066, 0.000841)),
            *((0.955342, 0.000834), (0.89025, 0.000823), (0.823731, 0.000811)),
            *((0.757064, 0.000796), (0.690176, 0.000778), (0.623038, 0.000757)),
            *((0.555646, 0.000731), (0.48789, 0.000699), (0.42033, 0.000659)),
            *((0.354487, 0.000612), (0.289837, 0.000558), (0.226582, 0.000488)),
            *((0.16635, 0.000407), (0.108875, 0.000304), (0.056092, 0.000147)),
        ),
        9: (
            *((1.402378, 0.000749), (1.353793, 0.000744), (1.305392, 0.00074)),
            *((1.25626, 0.000736), (1.20735, 0.000732), (1.158068, 0.000728)),
            *((1.108428, 0.000723), (1.058317, 0.000718), (1.007834, 0.000714)),
            *((0.957448, 0.000709), (0.906595, 0.000703), (0.85507, 0.000696)),
            *((0.803522, 0.00069), (0.751982, 0.000681), (0.69944, 0.00067)),
            *((0.646495, 0.000658), (0.593545, 0.000643), (0.541138, 0.000627)),
            *((0.488243, 0.000606), (0.435811, 0.000584), (0.383691, 0.000555)),
            *((0.33204, 0.000522), (0.280547, 0.000482), (0.230986, 0.000435)),
            *((0.182972, 0.000381), (0.137063, 0.000317), (0.093831, 0.00024)),
            *((0.053574, 0.000131),),
        ),
    }
)
"""Order n -> (random index, its standard error) for 1, 2, … missing pairs: n = 3 and 4 exact by
enumeration, the others `simulate_incomplete_random_index(n, missing)`, rounded."""

SIMULATION_BLOCK = 10_000
"""Matrices simulated at once."""

INCOMPLETE_METHODS: tuple[str, ...] = ("table", "printed", "simulated", "approximation", "any")
"""The names that the `method` of `incomplete_random_index` takes."""


def incomplete_random_index(
    n: int, missing: int, *, method: str = "table", random_index: str = "saaty"
) -> IncompleteRandomIndex:
    """Random consistency index of matrices with missing judgments; the result says its source.

    Args:
        n: order of the matrices.
        missing: number of pairs that are not judged, at most (n − 1)(n − 2)/2.
        method: `"printed"`, the digits of Ágoston & Csató (2022); `"simulated"`, the shipped
            simulation; `"table"`, the first of the two that has a value; `"approximation"`,
            (1 − 2 m/((n − 1)(n − 2))) RI(n), of the same article; `"any"`, the table where it has a
            value, else the approximation.
        random_index: table for complete matrices, used for `missing = 0` and the approximation.

    Raises:
        OptionError: unknown method or table, or a number of missing pairs that cannot be.
        RandomIndexError: the method has no value for these matrices.
    """
    _check_options(method, random_index)
    _check_missing(n, missing)
    if missing == 0:
        return IncompleteRandomIndex(n, 0, random_index_value(n, random_index), random_index)
    printed, simulated = PRINTED.get(n, ()), SIMULATED.get(n, ())
    if method == "any":
        method = "table" if missing <= max(len(printed), len(simulated)) else "approximation"
    if method == "approximation":
        value = (1 - 2 * missing / ((n - 1) * (n - 2))) * random_index_value(n, random_index)
        return IncompleteRandomIndex(n, missing, value, "approximation")
    if method in ("table", "printed") and missing <= len(printed):
        return IncompleteRandomIndex(n, missing, printed[missing - 1], "printed")
    if method in ("table", "simulated") and missing <= len(simulated):
        value, error = simulated[missing - 1]
        return IncompleteRandomIndex(n, missing, value, "simulated", error)
    raise RandomIndexError("incomplete_index_none", method=method, n=n, missing=missing)


def simulate_incomplete_random_index(
    n: int, missing: int, *, draws: int = 100_000, seed: int = 0
) -> IncompleteRandomIndex:
    """Mean CI of random matrices with missing judgments, as Ágoston & Csató (2022) define it.

    Judgments are uniform over the 17 positions of Saaty's scale, the missing pairs uniform over
    the choices that leave the comparison graph connected; completions minimize λmax between 1/9
    and 9.

    Args:
        n: order of the matrices, 3 or more.
        missing: number of pairs that are not judged, 1 to (n − 1)(n − 2)/2.
        draws: number of matrices, 2 or more.
        seed: of `numpy.random.default_rng`; the same seed gives the same value.

    Raises:
        OptionError: numbers out of range.
    """
    _check_missing(n, missing)
    if missing == 0:
        raise OptionError("missing_none")
    if draws < 2:
        raise OptionError.refused("draws", draws, Phrase("or_more", least=2))
    rng = np.random.default_rng(seed)
    positions = np.array([parse_judgment(text) for text in SAATY_POSITIONS])
    upper = np.triu_indices(n, 1)
    indices: list[Float] = []
    left = draws
    while left:
        count = min(left, SIMULATION_BLOCK)
        matrices = np.ones((count, n, n))
        judgments = positions[rng.integers(len(positions), size=(count, len(upper[0])))]
        order = rng.random(judgments.shape).argsort(axis=-1)
        judgments[order < missing] = np.nan
        matrices[:, *upper] = judgments
        matrices[:, *upper[::-1]] = 1 / judgments
        connected = ~components_of(~np.isnan(matrices)).any(axis=-1)
        completion = complete_matrices(matrices[connected], scale_max=9)
        indices.append((completion.lambda_max - n) / (n - 1))
        left -= int(connected.sum())
    ci = np.concatenate(indices)
    error = float(ci.std(ddof=1) / np.sqrt(draws))
    return IncompleteRandomIndex(n, missing, float(ci.mean()), "simulated", error)


def check_incomplete_consistency(
    a: ArrayLike | PairwiseMatrix | Any,
    *,
    method: str = "table",
    random_index: str = "saaty",
    scale_max: float | None = None,
) -> IncompleteConsistency:
    """λmax, CI, RI and CR of matrices with missing judgments: those of the λmax-minimal
    completion, with the random index for as many missing pairs (Ágoston & Csató 2022).

    Args:
        a: pairwise comparison matrices, shape (..., n, n), NaN for not judged.
        method: as in `incomplete_random_index`.
        random_index: table for complete matrices, as in `check_consistency`.
        scale_max: as in `complete_matrices`; the random index is that of completions up to 9.

    Returns:
        An `IncompleteConsistency`; for complete matrices its numbers are those of
        `check_consistency`.

    Raises:
        IncompleteError: a comparison graph is not connected; names the components and a pair.
        MatrixError: not pairwise comparison matrices, or a filled value beyond `LARGEST`.
        OptionError, RandomIndexError: unknown names, or no random index for these matrices.
        ConvergenceError: a completion did not settle.

    >>> A = ahp.PairwiseMatrix([[1, 3, None], ["1/3", 1, 2], [None, "1/2", 1]])
    >>> consistency = ahp.check_incomplete_consistency(A)
    >>> consistency.missing, round(consistency.ri, 3), consistency.acceptable
    (1, 0.037, True)
    """
    _check_options(method, random_index)
    completion = complete_matrices(a, scale_max=scale_max)
    n = completion.values.shape[-1]
    lambda_max, missing = np.asarray(completion.lambda_max), np.asarray(completion.missing)
    ri = np.empty(missing.shape)
    source = np.empty(missing.shape, dtype=object)
    for m in np.unique(missing):
        index = incomplete_random_index(n, int(m), method=method, random_index=random_index)
        ri[missing == m], source[missing == m] = index.value, index.source
    ci = (lambda_max - n) / (n - 1) if n > 1 else np.zeros_like(lambda_max)
    cr = np.divide(ci, ri, out=np.zeros_like(ci), where=ri > 0)
    return IncompleteConsistency(
        n=n,
        missing=completion.missing,
        lambda_max=completion.lambda_max,
        ci=plain(ci),
        ri=plain(ri),
        cr=plain(cr),
        acceptable=plain(cr < CR_LIMIT),
        ri_source=plain(source),
        random_index=random_index,
        labels=completion.labels,
    )


def next_pair(a: ArrayLike | PairwiseMatrix | Any) -> NextPair:
    """The pair whose judgment would tell most about the weights.

    With independent errors of equal variance in the logarithms of the judgments, ln(w_i/w_j) of
    the least squares weights has the variance R_ij, the effective resistance between i and j in
    the comparison graph. Judging the pair multiplies the determinant of the information matrix,
    the graph's number of spanning trees, by 1 + R_ij: the largest R_ij is D-optimal (Bailey &
    Cameron 2009, Combinatorics of optimal designs, Surveys in Combinatorics; Osting, Brune & Osher
    2014, J. Machine Learning Research 15:2981-3012) and gains ½ ln(1 + R_ij) nats (Lindley 1956,
    Annals of Math. Statistics 27:986-1005).

    Args:
        a: one pairwise comparison matrix, shape (n, n), NaN for not judged.

    Returns:
        The best pair; of equal ones the first, row by row. While the graph is not connected, the
        first pair that joins two components, so that an empty matrix is asked as a star.

    Raises:
        MatrixError: not one pairwise comparison matrix, or every pair is judged.

    >>> A = ahp.PairwiseMatrix([[1, 3, None], ["1/3", 1, 2], [None, "1/2", 1]])
    >>> ahp.next_pair(A)
    NextPair(i=0, j=2, information=0.549306)
    """
    values = PairwiseMatrix(a).values
    n = len(values)
    judged = ~np.isnan(values)
    if judged.all():
        raise MatrixError("all_judged", count=n * (n - 1) // 2)
    component = components_of(judged)
    if component.any():
        i, j = np.argwhere(component[:, None] < component)[0]
        return NextPair(int(i), int(j), float("inf"), given_labels(a))
    resistance = np.where(judged, 0, effective_resistance(judged))
    largest = float(resistance.max())
    i, j = np.argwhere(resistance >= largest * (1 - ROUNDING_RTOL))[0]
    return NextPair(int(i), int(j), float(np.log1p(largest) / 2), given_labels(a))


def effective_resistance(judged: Bool) -> Float:
    """Resistance between the items when every judgment is a resistor of 1 ohm.

    R_ij = G_ii + G_jj − 2 G_ij with G the inverse of the Laplacian plus 1/n where two items are in
    the same component (Klein & Randić 1993, J. Math. Chemistry 12:81-95).

    Args:
        judged: symmetric, true on the diagonal, shape (n, n).

    Returns:
        Shape (n, n); without meaning where two items are in different components.
    """
    n = len(judged)
    component = components_of(judged)
    together = component[:, None] == component
    laplacian = np.diag(judged.sum(axis=-1)) - judged.astype(np.float64)
    inverse = np.linalg.inv(laplacian + together / n)
    diagonal = np.diag(inverse)
    resistance: Float = diagonal[:, None] + diagonal - 2 * inverse
    return resistance


def eigenvectors(array: Float, a: Any) -> Float:
    """Perron eigenvectors of validated matrices, those of the completions where judgments are
    missing; `a` has the labels.
    """
    if np.isnan(array).any():
        return np.array(complete_matrices(a).weights)
    return solution(array, a)[1].copy()


def components_of(judged: Bool) -> Int:
    """The first item of each item's component, shape (..., n, n) -> (..., n)."""
    n = judged.shape[-1]
    first: Int = np.broadcast_to(np.arange(n), judged.shape[:-1])
    while True:
        nearer: Int = np.where(judged, first[..., None, :], n).min(axis=-1)
        if np.array_equal(nearer, first):
            return nearer
        first = nearer


def _named(component: Int, labels: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(labels[int(item)] for item in np.flatnonzero(component == first))
        for first in np.unique(component)
    )


def check_connected(array: Float, a: Any) -> None:
    """Refuse validated matrices whose judgments do not connect all items; `a` has the labels."""
    judged = ~np.isnan(array.reshape(-1, *array.shape[-2:]))
    if judged.all():
        return
    component = components_of(judged)
    apart = component.any(axis=-1)
    if apart.any():
        row = int(np.argmax(apart))
        groups = _named(component[row], labels_of(a, array.shape[-1]))
        error = IncompleteError(
            "components_named",
            count=len(groups),
            components=tuple(Phrase("group_of_items", items=group) for group in groups),
            left=groups[0][0],
            right=groups[1][0],
        )
        raise _in_batch(array, row, error)


def _check_options(method: str, random_index: str) -> None:
    if method not in INCOMPLETE_METHODS:
        raise OptionError.unknown("method", method, INCOMPLETE_METHODS)
    check_random_index(random_index)


def _check_missing(n: int, missing: int) -> None:
    most = (n - 1) * (n - 2) // 2
    if n < 1 or not 0 <= missing <= most:
        raise OptionError("missing_count", n=n, missing=missing)


def _in_batch(array: Float, row: int, error: AHPError) -> AHPError:
    """An error that says as well which matrix of a batch it is about."""
    index = tuple(int(k) for k in np.unravel_index(row, array.shape[:-2]))
    if not index:
        return error
    return type(error)("at_matrix", cell=Cell(Phrase("matrix_a"), index), problem=error)


def _newton(matrices: Float, i: Int, j: Int, bound: float) -> tuple[Float, Int]:
    """Logarithms of the missing judgments (i, j), shape (count, m), and the steps taken.

    With x the logarithms of the right eigenvector, the rows of a_ij exp(x_j − x_i) have equal
    sums; their logarithms F are convex in (x, y), and ln λmin is the smallest μ with F ≤ μ. Each
    step solves the linearized optimality conditions of that program for x and y together.
    """
    # a matrix that is worked on alone in every batch need not come twice to keep its bits
    rows = two_or_more(np.arange(len(i))) if i.shape[-1] <= SIDE_BY_SIDE else np.arange(1)
    logs = np.log(batch_last(matrices)[..., : len(rows)])
    i, j = (pairs[rows].T.copy() for pairs in (i, j))
    x = _log_least_squares(logs)
    y = np.clip(_at(x, i) - _at(x, j), -bound, bound)
    result, taken = np.empty_like(y), np.zeros(y.shape[-1], dtype=np.intp)
    open_ = np.arange(y.shape[-1])
    for step in range(1, NEWTON_STEPS + 1):
        here = np.arange(len(open_))
        logs[i, j, here], logs[j, i, here] = y, -y
        dx, dy = _newton_step(logs, x, y, (i, j), bound)
        length = np.maximum(_largest(dx), _largest(dy))
        shorten = LONGEST_STEP / np.maximum(length, LONGEST_STEP)
        x, y = x + shorten * dx, np.clip(y + shorten * dy, -bound, bound)
        done = length <= STEP_TOLERANCE
        if done.any():
            result[:, open_[done]], taken[open_[done]] = y[:, done], step
            keep = two_or_more(np.flatnonzero(~done))
            if not len(keep):
                return np.ascontiguousarray(result.T[: len(matrices)]), taken[: len(matrices)]
            open_ = open_[keep]
            logs, x, y = (part.take(keep, -1) for part in (logs, x, y))
            i, j = (part.take(keep, -1) for part in (i, j))
    raise ConvergenceError(
        "completion_unsettled",
        count=len(set(open_.tolist())),
        steps=NEWTON_STEPS,
        size=length.max(),
        tolerance=STEP_TOLERANCE,
    )


def _newton_step(
    logs: Float, x: Float, y: Float, pairs: tuple[Int, Int], bound: float
) -> tuple[Float, Float]:
    """Steps of x and y, shapes (n, count) and (m, count)."""
    i, j = pairs
    n, m = len(x), len(y)
    here = np.arange(x.shape[-1])
    chain = np.exp(logs + (x - x[:, None]))
    sums = chain.sum(axis=1)
    chain /= sums[:, None]
    p_ij, p_ji = chain[i, j, here], chain[j, i, here]
    # right sides of (I − P) z = …: each missing pair's own flow, the row sums, and 1
    sides = np.zeros((n, m + 2, len(here)))
    column = np.arange(m)[:, None]
    sides[i, column, here], sides[j, column, here] = p_ij, -p_ji
    rows = np.log(sums)
    rows -= rows[0]  # nearly 0 in the end, so that nothing cancels in `by_rows`
    sides[:, m], sides[:, m + 1] = rows, 1
    stationary = _solve(chain, sides)
    q_ij, q_ji = _at(stationary, i) * p_ij, _at(stationary, j) * p_ji
    gradient = q_ij - q_ji
    mean = (stationary * rows).sum(axis=0)
    rows -= mean
    by_pair = sides[:, :m] - gradient * sides[:, m + 1 :]
    by_rows = sides[:, m] - mean * sides[:, m + 1]
    weighted = stationary[:, None] * by_pair
    centers = weighted.sum(axis=0)
    half = (
        q_ij[:, None] * np.take_along_axis(by_pair, j[:, None], axis=0)
        - q_ji[:, None] * np.take_along_axis(by_pair, i[:, None], axis=0)
        - gradient[:, None] * centers
    )
    hessian = half + half.swapaxes(0, 1) - gradient[:, None] * gradient
    diagonal = np.arange(m)
    hessian[diagonal, diagonal] += q_ij + q_ji
    slope = (
        gradient
        + (q_ij * _at(by_rows, j) - q_ji * _at(by_rows, i))
        - gradient * (stationary * by_rows).sum(axis=0)
        + (weighted * rows[:, None]).sum(axis=0)
    )
    # at the bound and pushing outward: held there (Bertsekas 1982, SIAM J. Control 20:221-246)
    free = ((np.abs(y) < bound) | (slope * y > 0)).astype(np.float64)
    hessian *= free[:, None] * free
    hessian[diagonal, diagonal] += 1 - free
    dy = np.clip(y + _solve_positive(hessian, -slope * free), -bound, bound) - y
    dx = by_rows + (by_pair * dy).sum(axis=1)
    return dx, dy


def _solve(chain: Float, sides: Float) -> Float:
    """Solve (I − P) z = b with z_n = 0 in place of `sides`; return the stationary distribution.

    Elimination without subtractions, so that every digit counts (Grassmann, Taksar & Heyman 1985,
    Operations Research 33:1107-1116).

    Args:
        chain: stochastic matrices P, shape (n, n, count); overwritten.
        sides: right sides orthogonal to the stationary distribution, or any if the last equation
            does not matter, shape (n, k, count); overwritten by z.
    """
    n = len(chain)
    leaving = np.ones((n, chain.shape[-1]))
    for k in range(n - 1):
        leaving[k] = chain[k, k + 1 :].sum(axis=0)
        chain[k + 1 :, k] /= leaving[k]
        factor = chain[k + 1 :, k, None]
        chain[k + 1 :, k + 1 :] += factor * chain[k, k + 1 :]
        sides[k + 1 :] += factor * sides[k]
    sides[-1] = 0
    stationary = np.ones_like(leaving)
    for k in range(n - 2, -1, -1):
        sides[k] += (chain[k, k + 1 :, None] * sides[k + 1 :]).sum(axis=0)
        sides[k] /= leaving[k]
        stationary[k] = (stationary[k + 1 :] * chain[k + 1 :, k]).sum(axis=0)
    total: Float = stationary.sum(axis=0)
    return stationary / total


def _solve_positive(matrix: Float, side: Float) -> Float:
    """Solve positive definite systems, shapes (m, m, count) and (m, count); both overwritten.

    Small ones side by side; large ones, which come alone, by LAPACK.
    """
    m = len(matrix)
    if m > SIDE_BY_SIDE:
        try:
            side[:] = np.linalg.solve(matrix[..., 0], side)
        except np.linalg.LinAlgError:  # what has no step does not settle, and is refused
            side[:] = np.nan
        return side
    for k in range(m - 1):
        factor = matrix[k + 1 :, k] / matrix[k, k]
        matrix[k + 1 :, k + 1 :] -= factor[:, None] * matrix[k, k + 1 :]
        side[k + 1 :] -= factor * side[k]
    for k in range(m - 1, -1, -1):
        side[k] -= (matrix[k, k + 1 :] * side[k + 1 :]).sum(axis=0)
        side[k] /= matrix[k, k]
    return side


def _log_least_squares(logs: Float) -> Float:
    """Logarithms of least squares weights, the last of them 0; (n, n, count) -> (n, count)."""
    judged = ~np.isnan(logs)
    judged[np.arange(len(logs)), np.arange(len(logs))] = False
    degree = np.maximum(judged.sum(axis=1), 1)  # a single item has no judgments
    chain = judged / degree[:, None]
    skew = np.where(judged, logs - logs.swapaxes(0, 1), 0.0).sum(axis=1) / 2
    sides: Float = (skew / degree)[:, None]
    _solve(chain, sides)
    return sides[:, 0]


def _at(array: Float, index: Int) -> Float:
    picked: Float = np.take_along_axis(array, index, axis=0)
    return picked


def _largest(array: Float) -> Float:
    largest: Float = np.abs(array).max(axis=0)
    return largest
