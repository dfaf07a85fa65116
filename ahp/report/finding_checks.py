"""Whether numbers contradict a drafted sentence.

What a sentence claims (`Finding.says`) is worked out anew from the arrays below the result, by
another way than the one it was drafted by: weights as products up the tree, eigenvalues from
`numpy.linalg`, agreement from sums over the experts, ranks by counting. So a slip in the drafting,
or numbers that have changed since, shows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np

from ..consensus import BAND_LIMITS, BANDS, ORDER_BANDS, ORDER_LIMITS, SIGNIFICANT
from ..consistency import CR_LIMIT
from ..matrix import Float
from ..process.rounds import both_rounds
from ..process.study_evidence import StudyEvidence
from ..random_index import random_index_value
from ..study import Analysis
from ..study.certainty import CHANGEABLE
from ..study.incoherence import limit_of
from ..tolerance import TIE_RTOL
from .finding import Finding
from .findings import HALF, SPLIT_PAIRS

TOLERANCE = 1e-6
"""How far two ways to the same number may lie apart: eigenvalues by different routines."""


def contradicts(evidence: StudyEvidence, finding: Finding) -> bool:
    """Whether the numbers contradict a sentence.

    Args:
        evidence: what it should rest on.
        finding: as drafted of this evidence, or of another.
    """
    return not finding.keeps_book or not CHECKS[finding.kind](evidence, finding.says)


def _is_printed(text: str, value: float) -> bool:
    """Whether a printed number stands for a value: within half a unit of its last digit."""
    number = text.removesuffix("%")
    exact = 100 * value if text.endswith("%") else value
    half = Decimal(5).scaleb(int(Decimal(number).as_tuple().exponent) - 1)
    return abs(float(Decimal(number)) - exact) <= float(half) + TOLERANCE * max(1.0, abs(exact))


def _weights(analysis: Analysis) -> dict[str, float]:
    """Node -> weight, as the product of the local weights on the way up to the goal."""
    hierarchy, found = analysis.survey.hierarchy, {}
    for node in (hierarchy.goal, *(k for kids in hierarchy.children.values() for k in kids)):
        product, at = 1.0, node
        while (parent := hierarchy.parent_of(at)) is not None:
            place = hierarchy.children[parent].index(at)
            product *= float(analysis.local_weights[parent][place])
            at = parent
        found[node] = product
    return found


def _leaves(analysis: Analysis) -> dict[str, float]:
    weights = _weights(analysis)
    return {leaf: weights[leaf] for leaf in analysis.survey.hierarchy.leaves}


def _rank(weights: Mapping[str, float], leaf: str) -> int:
    """One more than are larger."""
    return 1 + sum(other > weights[leaf] * (1 + TIE_RTOL) for other in weights.values())


def _largest(weights: Mapping[str, float]) -> set[str]:
    return {leaf for leaf in weights if _rank(weights, leaf) == 1}


def _ratio_of(matrix: Float, random_index: float) -> float:
    """CR of a complete matrix from all of its eigenvalues."""
    n = len(matrix)
    largest = float(np.linalg.eigvals(matrix).real.max())
    return (largest - n) / (n - 1) / random_index


def _contradicting(evidence: StudyEvidence) -> tuple[set[str], int]:
    """Experts whose own CR reaches the limit, and how many have one that could."""
    analysis = evidence.analysis
    panel, found, known = analysis.panel, set(), set()
    for parent, matrices in panel.matrices.items():
        n = matrices.shape[-1]
        ri = random_index_value(n, panel.random_index)
        for k, matrix in enumerate(matrices):
            if n < 3 or math.isnan(panel.cr[parent][k]):
                continue
            known.add(k)
            # an incomplete matrix has an index of its own
            whole = not np.isnan(matrix).any()
            cr = _ratio_of(matrix, ri) if whole else float(panel.cr[parent][k])
            limit = limit_of(n, analysis.cr_limit)
            if cr >= limit * (1 + TOLERANCE) or (
                cr >= limit * (1 - TOLERANCE) and panel.cr[parent][k] >= limit
            ):
                found.add(panel.experts[k])
    return found, len(known)


def _sides(evidence: StudyEvidence) -> list[tuple[int, int, float]]:
    """For every comparison how many experts are for the left and for the right, and the standard
    deviation of the logarithms.
    """
    sides = []
    for column in evidence.analysis.panel.judgments.T:
        given = column[~np.isnan(column)]
        left, right = int((given > 1 + 1e-6).sum()), int((given < 1 - 1e-6).sum())
        deviation = float(np.log(given).std(ddof=1)) if len(given) > 1 else math.nan
        sides.append((left, right, deviation))
    return sides


def _check_answered(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    analysis = evidence.analysis
    answered = {len(matrices) for matrices in analysis.panel.matrices.values()}
    small = analysis.invited is not None and says["count"] / analysis.invited < HALF
    return (
        answered == {says["count"]}
        and (says["invited"], says["anonymous"]) == (analysis.invited, analysis.anonymous)
        and (
            analysis.invited is None or _is_printed(says["share"], says["count"] / analysis.invited)
        )
        and says["small"] == small
        and says["running"] == analysis.running
    )


def _check_shares(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    weights = evidence.analysis.expert_weights
    total = sum(weights.values())
    largest = max(weights.values())
    first = {name for name, weight in weights.items() if weight >= largest * (1 - TIE_RTOL)}
    return first == set(says["first"]) and _is_printed(says["share"], largest / total)


def _check_gaps(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    analysis = evidence.analysis
    pairs = evidence.survey.hierarchy.pairs
    asked = sum(len(pairs(parent)) for parent in analysis.panel.matrices) * len(
        analysis.panel.experts
    )
    judgments = analysis.panel.judgments
    recused = sum(len(pairs(parent)) for _expert, parent in analysis.recused)
    nobody = int(np.isnan(judgments).all(axis=0).sum())
    return bool(
        says["asked"] == asked - recused
        and says["missing"] == int(np.isnan(judgments).sum()) - recused
        # experts who don't count, such as those left out, leave pairs to be computed as well
        and says["filled"] >= nobody
        and says["filled"] == sum(analysis.filled.values())
    )


def _check_given(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    hierarchy = evidence.survey.hierarchy
    return set(says["parents"]) == set(hierarchy.parents) - set(evidence.analysis.matrices)


def _check_criteria(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    analysis = evidence.analysis
    hierarchy, leaves = analysis.survey.hierarchy, _leaves(analysis)
    kids = hierarchy.children[hierarchy.goal]
    if "single" in says:
        return kids == (says["single"],)

    def branch(node: str) -> float:
        below = hierarchy.children.get(node, ())
        return sum(map(branch, below)) if below else leaves[node]

    weights = {kid: branch(kid) for kid in kids}
    in_order = [weights[kid] for kid, _share in says["order"]]
    return (
        _largest(weights) == set(says["first"])
        and all(_is_printed(says["share"], weights[kid]) for kid in says["first"])
        and all(_is_printed(share, weights[kid]) for kid, share in says["order"])
        and _falls(in_order)
        and (not says["order"] or {kid for kid, _share in says["order"]} == set(kids))
    )


def _falls(weights: Sequence[float]) -> bool:
    return all(b <= a * (1 + TIE_RTOL) for a, b in pairwise(weights))


def _check_first(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    weights = _leaves(evidence.analysis)
    return _largest(weights) == set(says["first"]) and all(
        _is_printed(says["share"], weights[leaf]) for leaf in says["first"]
    )


def _check_head(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    weights = _leaves(evidence.analysis)
    head = [leaf for leaf, _share in says["order"]]
    ahead = {leaf for leaf in weights if _rank(weights, leaf) <= says["most"]}
    return (
        set(head) == ahead
        and _falls([weights[leaf] for leaf in head])
        and all(_is_printed(share, weights[leaf]) for leaf, share in says["order"])
        and _is_printed(says["total"], sum(weights[leaf] for leaf in head))
    )


def _check_tail(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    weights = _leaves(evidence.analysis)
    tail = {leaf for leaf, _share in says["order"]}
    limit = sorted(weights.values())[says["most"] - 1] * (1 + TIE_RTOL)
    return tail == {leaf for leaf, weight in weights.items() if weight <= limit} and all(
        _is_printed(share, weights[leaf]) for leaf, share in says["order"]
    )


def _check_ratio(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    weights = np.array(list(_leaves(evidence.analysis).values()))
    zero = int((weights == 0).sum())
    if zero or says["zero"]:
        return bool(zero == says["zero"])
    ratio = float(weights.max() / weights.min())
    return _is_printed(says["ratio"], ratio) and (float(says["ratio"]) > 1) == (ratio > 1)


def _matrix_ratios(analysis: Analysis) -> dict[str, float]:
    """Parent -> CR of the panel's matrix from its eigenvalues, where it can be inconsistent."""
    return {
        parent: _ratio_of(matrix.values, analysis.consistency[parent].ri)
        for parent, matrix in analysis.matrices.items()
        if matrix.values.shape[-1] > 2
    }


def _check_consistency(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    ratios = _matrix_ratios(evidence.analysis)
    if len(ratios) != says["count"]:
        return False
    if not ratios:
        return True
    over = set(says["over"])
    return (
        all((cr >= CR_LIMIT - TOLERANCE) for parent, cr in ratios.items() if parent in over)
        and all(cr < CR_LIMIT + TOLERANCE for parent, cr in ratios.items() if parent not in over)
        and _is_printed(says["cr"], ratios[says["largest"]])
        and ratios[says["largest"]] >= max(ratios.values()) - TOLERANCE
        and (not over) == (float(says["cr"]) < CR_LIMIT)
    )


def _check_total(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    analysis = evidence.analysis
    weights, ratios = _weights(analysis), _matrix_ratios(analysis)
    parents = [p for p in evidence.survey.hierarchy.levels[says["level"] - 1] if p in ratios]
    ri = sum(weights[parent] * analysis.consistency[parent].ri for parent in parents)
    ci = sum(weights[p] * ratios[p] * analysis.consistency[p].ri for p in parents)
    return _is_printed(says["cr"], ci / ri) and says["acceptable"] == (float(says["cr"]) < CR_LIMIT)


def _check_coherence(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    return _contradicting(evidence) == (set(says["experts"]), says["known"])


def _check_agreement(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    rows = evidence.analysis.panel.global_weights
    if says["experts"] == 1:
        return len(rows) == 1
    whole = rows[~np.isnan(rows).any(axis=1)]
    if says["experts"] == 0:
        return len(rows) > 1 and len(whole) < 2
    if len(whole) != says["experts"]:
        return False
    s, w = _similarity(whole), _concordance(whole)
    if not _is_printed(says["s"], s) or _band(float(says["s"]), BANDS) != says["band"]:
        return False
    if says["order"] is None or w is None:
        return says["order"] is None and w is None
    return _is_printed(says["w"], w) and says["order"] == _order(float(says["w"]), says["p"])


def _similarity(whole: Float) -> float:
    """S* of weights over all indicators: alpha and gamma diversity as products of powers."""
    n = whole.shape[1]
    logs = np.log(np.where(whole > 0, whole, 1.0))
    within = np.exp(-(whole * logs).sum(axis=1).mean())
    mean = whole.mean(axis=0)
    all_together = np.exp(-(mean * np.log(np.where(mean > 0, mean, 1.0))).sum())
    return float((within / all_together - 1 / n) / (1 - 1 / n))


def _concordance(whole: Float) -> float | None:
    """W as the ratio of the variance of mean ranks to the largest there could be."""
    ranks = np.array(
        [
            [
                1
                + sum(x > v * (1 + TIE_RTOL) for x in row)
                + (sum(abs(x - v) <= TIE_RTOL * max(x, v) for x in row) - 1) / 2
                for v in row
            ]
            for row in whole.tolist()
        ]
    )
    within = ranks.var(axis=1).mean()
    return float(ranks.mean(axis=0).var() / within) if within else None


def _band(similarity: float, bands: Sequence[str]) -> str:
    return bands[sum(similarity >= limit for limit in BAND_LIMITS)]


def _order(w: float, p: str) -> str:
    if not p.startswith("<") and float(p) >= SIGNIFICANT:
        return ORDER_BANDS[0]
    return ORDER_BANDS[1 + sum(w >= limit for limit in ORDER_LIMITS)]


def _check_dispute(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    sides = _sides(evidence)
    split = [k for k, (left, right, _sd) in enumerate(sides) if left and right]
    named = [pair for pair, _left, _right in says["named"]]
    least = min((sides[pair][2] for pair in named), default=math.inf)
    return (
        len(split) == says["count"]
        and len(named) == min(SPLIT_PAIRS, len(split))
        and all(sides[pair][:2] == (left, right) for pair, left, right in says["named"])
        and all(sides[pair][2] <= least + TOLERANCE for pair in split if pair not in named)
    )


def _check_organizations(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    weights = {name: _leaves(one) for name, one in evidence.groups.items()}
    leaves = evidence.survey.hierarchy.leaves
    gaps = {
        leaf: max(w[leaf] for w in weights.values()) - min(w[leaf] for w in weights.values())
        for leaf in leaves
    }
    if says["leaf"] is None:
        return max(gaps.values()) < 1e-4
    leaf, high, low = says["leaf"], says["high"], says["low"]
    if high not in weights or low not in weights:
        return False
    return (
        gaps[leaf] >= max(gaps.values()) - TOLERANCE
        and abs(weights[high][leaf] - weights[low][leaf] - gaps[leaf]) <= TOLERANCE
        and _is_printed(says["most"], weights[high][leaf])
        and _is_printed(says["least"], weights[low][leaf])
    )


def _check_movement(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    before, after = evidence.earlier[-1], evidence.analysis
    alike = [name for name in after.panel.experts if name in before.panel.experts]
    if len(alike) != says["both"]:
        return False
    if not alike:
        return True
    old, new = (
        one.panel.judgments[[one.panel.experts.index(name) for name in alike]]
        for one in (before, after)
    )
    ratio = new / old
    given = int((~np.isnan(ratio)).sum())
    changed = int((np.abs(np.log(ratio[~np.isnan(ratio)])) > 1e-8).sum())
    if (given, changed) != (says["given"], says["changed"]):
        return False
    if says["moved"] is None:
        return True
    earlier, later = (_leaves(one) for one in both_rounds(before, after))
    moved = sum(_rank(earlier, leaf) != _rank(later, leaf) for leaf in later)
    return moved == int(says["moved"])


def _check_leader(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    certainty = evidence.certainty
    scatter = None if certainty is None else certainty.experts or certainty.judgments
    if scatter is None or _largest(_leaves(evidence.analysis)) != {says["leader"]}:
        return False
    leaves = scatter.leaves
    k = leaves.names.index(says["leader"])
    others = 1 - float(np.delete(leaves.rank_probability[:, 0], k).sum())
    return (
        _is_printed(says["share"], others)
        and _is_printed(says["low"], float(leaves.lower[k]))
        and _is_printed(says["high"], float(leaves.upper[k]))
        and leaves.lower[k] <= leaves.upper[k]
    )


def _loose(evidence: StudyEvidence) -> dict[tuple[str, str], float]:
    """(ahead, behind) -> how often they change places, of neighbors in the ranking."""
    certainty, weights = evidence.certainty, _leaves(evidence.analysis)
    assert certainty is not None
    scatters = [one.leaves for one in (certainty.experts, certainty.judgments) if one is not None]
    found = {}
    for ahead in weights:
        lower = [leaf for leaf in weights if weights[leaf] < weights[ahead] * (1 - TIE_RTOL)]
        if not lower:
            continue
        most = max(weights[leaf] for leaf in lower)
        last = [leaf for leaf in weights if abs(weights[leaf] - weights[ahead]) <= TIE_RTOL][-1]
        behind = next(leaf for leaf in lower if weights[leaf] >= most * (1 - TIE_RTOL))
        often = max(
            (
                float(one.outranks[one.names.index(behind), one.names.index(last)])
                for one in scatters
            ),
            default=0.0,
        )
        if often >= CHANGEABLE:
            found[last, behind] = often
    return found


def _check_neighbors(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    if evidence.certainty is None:
        return False
    loose = _loose(evidence)
    return {one[:2] for one in says["loose"]} == set(loose) and all(
        _is_printed(share, loose[ahead, behind]) for ahead, behind, share in says["loose"]
    )


def _moved(analysis: Analysis, node: str, weight: float) -> dict[str, float]:
    """Weights of the leaves if a node's local weight were another, its siblings in proportion."""
    hierarchy = analysis.survey.hierarchy
    parent = hierarchy.parent_of(node)
    assert parent is not None
    place = hierarchy.children[parent].index(node)
    local = analysis.local_weights[parent].copy()
    local *= (1 - weight) / (local.sum() - local[place])
    local[place] = weight
    weights = {}
    for leaf in hierarchy.leaves:
        product, at = 1.0, leaf
        while (above := hierarchy.parent_of(at)) is not None:
            shares = local if above == parent else analysis.local_weights[above]
            product *= float(shares[hierarchy.children[above].index(at)])
            at = above
        weights[leaf] = product
    return weights


def _check_stability(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    analysis, leader = evidence.analysis, says["leader"]
    if _largest(_leaves(analysis)) != {leader}:
        return False
    if says["node"] is not None:
        level = _moved(analysis, says["node"], says["bound"])
        if abs(level[leader] - level[says["rival"]]) > TOLERANCE:
            return False
    for parent, kids in evidence.survey.hierarchy.children.items():
        for node, now in zip(kids, analysis.local_weights[parent].tolist(), strict=True):
            if len(kids) == 1 or now >= 1:
                continue
            # of the weight before it and its siblings are scaled to sum 1 again
            change = says["change"] * (1 - TOLERANCE) if says["node"] is not None else 1e9
            less = max(now - change, 0.0) / (1 - change) if change < now else 0.0
            more = (now + change) / (1 + change)
            for weight in (less, more):
                moved = _moved(analysis, node, weight)
                if moved[leader] < max(moved.values()) - TOLERANCE:
                    return False
    return True


def _check_choices(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    leaves = evidence.survey.hierarchy.leaves
    now = _leaves(evidence.analysis)
    made = {one.kind for one in evidence.choices if not one.in_use}
    if len(evidence.analysis.panel.experts) == 1 and not made <= {"method", "scale"}:
        return False  # nobody to join or to weigh otherwise
    others = [
        dict(zip(leaves, one.weights.tolist(), strict=True))
        for one in evidence.choices
        if not one.in_use and not np.isnan(one.weights).any()
    ]
    kept = sum(_largest(weights) == set(says["first"]) for weights in others)
    firm = {
        leaf
        for leaf in leaves
        if all(_rank(weights, leaf) == _rank(now, leaf) for weights in others)
    }
    return (
        _largest(now) == set(says["first"])
        and len(others) == says["others"]
        and kept == says["kept"]
        and firm == set(says["firm"])
    )


def _check_worth(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    weights = _leaves(evidence.analysis)
    least = min(weights.values())
    return (
        says["first"] in _largest(weights)
        and weights[says["last"]] <= least * (1 + TIE_RTOL)
        and _is_printed(says["most"], weights[says["first"]])
        and _is_printed(says["least"], least)
    )


def _check_discuss(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    sides = _sides(evidence)
    return all(sides[pair][0] and sides[pair][1] for pair in says["pairs"])


def _check_recheck(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    experts, _known = _contradicting(evidence)
    ratios = _matrix_ratios(evidence.analysis)
    over = {parent for parent, cr in ratios.items() if cr >= CR_LIMIT}
    return len(experts) == says["experts"] and over == set(says["over"])


def _check_ask_more(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    analysis = evidence.analysis
    count = len(next(iter(analysis.panel.matrices.values())))
    if says["missing"] is None:
        return count == 1
    invited = analysis.invited
    return invited is not None and invited - count == says["missing"] and count / invited < HALF


def _check_unsettled(evidence: StudyEvidence, says: Mapping[str, Any]) -> bool:
    if evidence.certainty is None:
        return False
    return {leaf for pair in _loose(evidence) for leaf in pair} == set(says["leaves"])


def _check_sound(evidence: StudyEvidence, _says: Mapping[str, Any]) -> bool:
    analysis = evidence.analysis
    rows = analysis.panel.global_weights
    whole = rows[~np.isnan(rows).any(axis=1)]
    if len(whole) < 2 or analysis.invited is None or analysis.running:
        return False
    w = _concordance(whole)
    return (
        len(rows) / analysis.invited >= HALF
        and not _contradicting(evidence)[0]
        and all(cr < CR_LIMIT for cr in _matrix_ratios(analysis).values())
        and _similarity(whole) >= BAND_LIMITS[2] - TOLERANCE
        and w is not None
        and w >= ORDER_LIMITS[2] - TOLERANCE
        and (evidence.log is None or evidence.log.problem is None)
    )


CHECKS: Mapping[str, Callable[[StudyEvidence, Mapping[str, Any]], bool]] = {
    "answered": _check_answered,
    "shares": _check_shares,
    "gaps": _check_gaps,
    "given": _check_given,
    "criteria": _check_criteria,
    "first": _check_first,
    "head": _check_head,
    "tail": _check_tail,
    "ratio": _check_ratio,
    "consistency": _check_consistency,
    "total": _check_total,
    "coherence": _check_coherence,
    "agreement": _check_agreement,
    "dispute": _check_dispute,
    "organizations": _check_organizations,
    "movement": _check_movement,
    "leader": _check_leader,
    "neighbors": _check_neighbors,
    "stability": _check_stability,
    "choices": _check_choices,
    "worth": _check_worth,
    "discuss": _check_discuss,
    "recheck": _check_recheck,
    "unsettled": _check_unsettled,
    "ask_more": _check_ask_more,
    "sound": _check_sound,
}
"""Kind of sentence -> whether what it says follows from the numbers."""
