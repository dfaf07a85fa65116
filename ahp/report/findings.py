"""The analysis of a study's results, and advice, in sentences drafted from the numbers by rules.

Every sentence says what it claims (`Finding.says`), which `ahp.report.finding_checks.contradicts`
works out anew from the arrays by another way. What to say depends on the numbers: ties, a single
expert, missing answers, given weights and a small response have words of their own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..consensus import (
    BAND_LIMITS,
    ORDER_LIMITS,
    SIGNIFICANT,
    consensus_band,
    order_band,
)
from ..consistency import CR_LIMIT
from ..errors import AHPError
from ..i18n.numbers import show_beside, show_number
from ..process.rounds import both_rounds, changes
from ..process.study_evidence import StudyEvidence
from ..study import Analysis
from ..study.agreement import Agreement, Choice
from ..tolerance import ranked
from .certainty import loose_sentence
from .finding import Draft, Finding, percent
from .panel import band_words, follows, order_words, weighting_words
from .table import show_p
from .who import incoherent_words, limit_words

HEAD, TAIL = 5, 3
"""How many indicators at the head and at the end of the ranking are named; fewer where there are
not so many that both are clearly apart (`head_and_tail`)."""

NAMED_EXPERTS = 6
"""Experts who contradict themselves are named up to this many, and counted beyond."""

SPLIT_PAIRS = 3
"""Comparisons that split the panel which are named."""

HALF = 0.5
"""A response below this share of those invited is said to be small."""


def head_and_tail(leaves: int) -> tuple[int, int]:
    """How many indicators at the head and at the end of a ranking are worth naming.

    >>> from ahp.report.findings import head_and_tail
    >>> head_and_tail(18), head_and_tail(6), head_and_tail(2)
    ((5, 3), (3, 2), (1, 0))
    """
    return min(HEAD, leaves // 2), min(TAIL, leaves // 3)


def draft_findings(evidence: StudyEvidence, language: str) -> tuple[Finding, ...]:
    """All that can be said of a study, in reading order; each kind of `KINDS` once at most.

    Args:
        evidence: with the names of experts as they are to be printed (`StudyEvidence.coded`).
        language: of the sentences.
    """
    draft = Draft(evidence, language)
    return tuple(found for kind in KINDS.values() if (found := kind(draft)) is not None)


def _answered(d: Draft) -> Finding:
    _, analysis = d._, d.evidence.analysis
    count, invited = len(analysis.panel.experts), analysis.invited
    says: dict[str, Any] = {"count": count, "invited": invited, "running": analysis.running}
    says["small"] = False
    if invited is None:
        text = _(
            "The result rests on the answers of {experts}; how many were invited is not known."
        )
        text = text.format(experts=_experts(d, count))
    else:
        says["share"] = percent(count / invited)
        text = _("Of {invited} invited, {count} answered, a response of {share}.").format(
            invited=_experts(d, invited), count=d.count(count), share=d.printed(says["share"])
        )
        if count < HALF * invited:
            says["small"] = True
            text += _(
                " This is less than half: the result speaks for those who answered, not for all "
                "who were asked."
            )
    if analysis.anonymous:
        text += _(
            " Of those counted as invited, {anonymous} came by an anonymous link: how many others "
            "got it is not known, nor whether each person answered once."
        ).format(anonymous=d.count(analysis.anonymous))
    says["anonymous"] = analysis.anonymous
    if count == 1:
        text += _(" It is the opinion of one person, not of a panel.")
    if analysis.running:
        text += _(" The round is still open, so the result is provisional.")
    return d.finding("answered", "basis", text, **says)


def _shares(d: Draft) -> Finding | None:
    """That experts don't count alike."""
    _, analysis = d._, d.evidence.analysis
    weights = analysis.expert_weights
    ranks = ranked(weights)
    if len(weights) < 2 or set(ranks.values()) == {1}:
        return None
    first, *others = (name for name, rank in ranks.items() if rank == 1)
    text = _(
        "The experts do not count alike ({weighting}): the largest share, {share}, is that of "
        "{expert}."
    )
    if others:
        text = _(
            "The experts do not count alike ({weighting}): the largest share is {share}, which "
            "{count} experts have."
        )
    words = d.word(weighting_words(_)[analysis.weighting])
    share = d.percent(weights[first])
    says = {"share": share, "first": (first, *others)}
    if others:
        text = text.format(weighting=words, share=share, count=d.count(len(others) + 1))
    else:
        text = text.format(weighting=words, share=share, expert=d.word(first))
    return d.finding("shares", "basis", text, **says)


def _gaps(d: Draft) -> Finding | None:
    """That answers are missing."""
    _, analysis = d._, d.evidence.analysis
    recused = set(analysis.recused)
    asked = missing = 0
    for parent, matrices in analysis.panel.matrices.items():
        i, j = np.triu_indices(matrices.shape[-1], 1)
        for expert, matrix in zip(analysis.panel.experts, matrices, strict=True):
            if (expert, parent) not in recused:
                asked += len(i)
                missing += int(np.isnan(matrix[i, j]).sum())
    filled = sum(analysis.filled.values())
    if not missing:
        return None
    text = _("Of {asked} judgments, {missing} were not given ({share}).").format(
        asked=d.count(asked), missing=d.count(missing), share=d.percent(missing / asked)
    )
    if filled:
        text += _(
            " Comparisons that nobody judged: {count}; they are computed from the other judgments."
        ).format(count=d.count(filled))
    return d.finding("gaps", "basis", text, asked=asked, missing=missing, filled=filled)


def _given(d: Draft) -> Finding | None:
    """That weights are given instead of compared."""
    _, survey = d._, d.evidence.survey
    if not survey.given:
        return None
    parents = tuple(survey.given)
    sources = dict.fromkeys(given.source for given in survey.given.values())
    text = _("The weights below {names} are given, not compared; their source: {sources}.").format(
        names=d.nodes(parents), sources=_("; ").join(map(d.word, sources))
    )
    return d.finding("given", "basis", text, parents=parents)


def _criteria(d: Draft) -> Finding | None:
    """The leading criterion of the first level."""
    _, analysis = d._, d.evidence.analysis
    hierarchy = analysis.survey.hierarchy
    kids = hierarchy.children[hierarchy.goal]
    if all(kid in hierarchy.leaves for kid in kids):
        return None  # the first level is that of the indicators
    if len(kids) == 1:
        text = _("All indicators stand below one criterion, {name}.").format(name=d.node(kids[0]))
        return d.finding("criteria", "result", text, single=kids[0])
    weights = {kid: analysis.global_weights[kid] for kid in kids}
    ranks = ranked(weights)
    first = tuple(kid for kid, rank in ranks.items() if rank == 1)
    share = percent(weights[first[0]])
    count = len(kids)
    if len(first) == count:
        text = _("The {count} criteria of the first level weigh the same, {share} each.").format(
            count=d.count(count), share=d.printed(share)
        )
        return d.finding("criteria", "result", text, first=first, share=share, order=())
    if len(first) > 1:
        text = _(
            "Of the {count} criteria of the first level, {names} share the first place, {share} "
            "each."
        ).format(count=d.count(count), names=d.nodes(first), share=d.printed(share))
        return d.finding("criteria", "result", text, first=first, share=share, order=())
    order = tuple((kid, percent(weights[kid])) for kid in ranks)
    text = _(
        "Of the {count} criteria of the first level, {name} leads with a weight of {share}, before "
        "{others}."
    ).format(
        count=d.count(count),
        name=d.node(first[0]),
        share=d.printed(share),
        others=d.shared(order[1:]),
    )
    return d.finding("criteria", "result", text, first=first, share=share, order=order)


def _first(d: Draft) -> Finding:
    """The first indicator."""
    _, analysis = d._, d.evidence.analysis
    ranks, count = analysis.ranks, len(analysis.ranks)
    first = tuple(leaf for leaf, rank in ranks.items() if rank == 1)
    share = percent(analysis.global_weights[first[0]])
    if len(first) == count > 1:
        text = _(
            "All {count} indicators weigh the same, {share} each: the judgments put none before "
            "another."
        ).format(count=d.count(count), share=d.printed(share))
    elif len(first) > 1:
        text = _("Of the {count} indicators, {names} share the first place, {share} each.").format(
            count=d.count(count), names=d.nodes(first), share=d.printed(share)
        )
    else:
        text = _("Of the {count} indicators, {name} weighs most, {share}.").format(
            count=d.count(count), name=d.node(first[0]), share=d.printed(share)
        )
    return d.finding("first", "result", text, first=first, share=share)


def _head(d: Draft) -> Finding | None:
    """The first indicators, with their cumulative share."""
    _, analysis = d._, d.evidence.analysis
    ranks = analysis.ranks
    most, _tail = head_and_tail(len(ranks))
    head = [leaf for leaf, rank in ranks.items() if rank <= most]
    if most < 2 or len(head) == len(ranks):
        return None
    weights = [analysis.global_weights[leaf] for leaf in head]
    order = tuple(zip(head, map(percent, weights), strict=True))
    total = percent(math.fsum(weights))
    if _adds(order, total):
        text = _("The first {count} are {names}; together they carry {total} of the weight.")
    else:
        text = _(
            "The first {count} are {names}; together, added before rounding, they carry {total} of "
            "the weight."
        )
    count, names = d.count(len(head)), d.shared(order)
    text = text.format(count=count, names=names, total=d.printed(total))
    if len(head) > most:
        text += _(" The last of them tie.")
    return d.finding("head", "result", text, order=order, total=total, most=most)


def _adds(order: Sequence[tuple[str, str]], total: str) -> bool:
    """Whether shares as printed add up to their total as printed."""
    cents = [round(100 * float(share[:-1])) for _leaf, share in order]
    return sum(cents) == round(100 * float(total[:-1]))


def _tail(d: Draft) -> Finding | None:
    """The last indicators."""
    _, analysis = d._, d.evidence.analysis
    ranks = analysis.ranks
    _head, most = head_and_tail(len(ranks))
    order = list(ranks)
    if not most:
        return None
    least = ranks[order[-most]]
    tail = [leaf for leaf, rank in ranks.items() if rank >= least]
    head = [leaf for leaf in order if leaf not in tail]
    if not head:
        return None
    listed = tuple((leaf, percent(analysis.global_weights[leaf])) for leaf in tail)
    text = _("The smallest weight is that of {names}.")
    if len(tail) > 1:
        text = _("The smallest weights are those of {names}.")
    text = text.format(names=d.shared(listed))
    return d.finding("tail", "result", text, order=listed, most=most)


def _ratio(d: Draft) -> Finding | None:
    """How far the first and the last indicator are apart."""
    _, analysis = d._, d.evidence.analysis
    ranks = analysis.ranks
    order = list(ranks)
    if ranks[order[-1]] == 1:
        return None  # alone, or all the same
    largest, smallest = (analysis.global_weights[leaf] for leaf in (order[0], order[-1]))
    if smallest == 0:
        text = _("Of {count} indicators the weight is 0: they have no part in a total.")
        zero = sum(analysis.global_weights[leaf] == 0 for leaf in order)
        if zero == 1:
            text = _("The weight of {name} is 0: it has no part in a total.").format(
                name=d.node(order[-1])
            )
            d.printed("0")
        else:
            text = text.format(count=d.count(zero))
            d.printed("0")
        return d.finding("ratio", "result", text, ratio=None, zero=zero)
    ratio = show_beside(largest / smallest, 1, digits=1)
    text = _("The largest weight is {ratio} times the smallest.").format(ratio=d.printed(ratio))
    return d.finding("ratio", "result", text, ratio=ratio, zero=0)


def _consistency(d: Draft) -> Finding:
    """The panel's matrices."""
    _, analysis = d._, d.evidence.analysis
    checked = {p: one.cr for p, one in analysis.consistency.items() if one.ri > 0}
    if not checked:
        text = _(
            "No judgment matrix has three items or more, so that none can contradict itself and "
            "there is no consistency ratio to judge."
        )
        return d.finding("consistency", "basis", text, count=0, over=(), largest=None)
    over = tuple(parent for parent, cr in checked.items() if not cr < CR_LIMIT)
    largest = max(checked, key=checked.__getitem__)
    cr = show_beside(checked[largest], CR_LIMIT)
    limit = f"{CR_LIMIT:g}"
    if over:
        listed = d.listed(
            [
                _("{name} (CR = {cr})").format(
                    name=d.node(parent), cr=d.beside(checked[parent], CR_LIMIT)
                )
                for parent in over
            ]
        )
        text = _(
            "Of {count} judgment matrices that can contradict themselves, {over} reach or pass the "
            "limit of {limit}: {names}. The weights there are not reliable."
        ).format(
            count=d.count(len(checked)),
            over=d.count(len(over)),
            limit=d.printed(limit),
            names=listed,
        )
    elif len(checked) == 1:
        text = _(
            "The judgment matrix that can contradict itself is consistent: its CR is {cr}, below "
            "{limit}."
        ).format(cr=d.printed(cr), limit=d.printed(limit))
    else:
        text = _(
            "All {count} judgment matrices that can contradict themselves are consistent: every CR "
            "is below {limit}; the largest, {cr}, is that below {name}."
        ).format(
            count=d.count(len(checked)),
            limit=d.printed(limit),
            cr=d.printed(cr),
            name=d.node(largest),
        )
    if analysis.how.startswith("aip") and len(analysis.panel.experts) > 1:
        text += _(
            " (These are the matrices of the joined judgments; the weights are joined from the "
            "experts' own.)"
        )
    says = {"count": len(checked), "over": over, "largest": largest, "cr": cr}
    return d.finding("consistency", "basis", text, **says)


def _total(d: Draft) -> Finding | None:
    """The consistency of the total hierarchy, on its lowest level that has one."""
    _, totals = d._, [one for one in d.evidence.analysis.total_consistency if one.ri > 0]
    if not totals or len(d.evidence.analysis.total_consistency) < 2:
        return None  # one level: its CR is that of its matrix
    last = totals[-1]
    cr, limit = show_beside(last.cr, CR_LIMIT), f"{CR_LIMIT:g}"
    text = _(
        "The consistency ratio of the total hierarchy is {cr}, below {limit}: the composite "
        "ranking is consistent."
    )
    if not last.acceptable:
        text = _(
            "The consistency ratio of the total hierarchy is {cr}, not below {limit}: the "
            "composite ranking is not consistent."
        )
    text = text.format(cr=d.printed(cr), limit=d.printed(limit))
    says = {"level": last.level, "cr": cr, "acceptable": last.acceptable}
    return d.finding("total", "basis", text, **says)


def _coherence(d: Draft) -> Finding | None:
    """Experts who contradict themselves."""
    _, analysis = d._, d.evidence.analysis
    panel = analysis.panel
    experts = tuple(dict.fromkeys(case.expert for case in analysis.incoherences))
    known = sum(
        any(
            not math.isnan(ratios[k])
            for parent, ratios in panel.cr.items()
            if panel.matrices[parent].shape[-1] > 2
        )
        for k in range(len(panel.experts))
    )
    if not known:
        return None
    limit = d.word(limit_words(analysis.cr_limit, _))
    says = {"experts": experts, "known": known}
    if not experts:
        text = _("No expert contradicts themselves: nobody's own CR reaches {limit}.")
        if known == 1:
            text = _("The expert does not contradict themselves: no CR of theirs reaches {limit}.")
        return d.finding("coherence", "basis", text.format(limit=limit), **says)
    treated = incoherent_words(_)[analysis.incoherent]
    if len(panel.experts) == 1:
        text = _(
            "The expert contradicts themselves: below {names} their CR reaches {limit}."
        ).format(names=d.nodes(case.parent for case in analysis.incoherences), limit=limit)
        return d.finding("coherence", "basis", text, **says)
    if len(experts) == 1:
        text = _(
            "Of {known} experts, one contradicts themselves in places, as their own CR reaches "
            "{limit} there: {name}; {treated}."
        ).format(known=d.count(known), limit=limit, name=d.word(experts[0]), treated=treated)
    elif len(experts) <= NAMED_EXPERTS:
        text = _(
            "Of {known} experts, {count} contradict themselves in places, as their own CR reaches "
            "{limit} there: {names}; {treated}."
        ).format(
            known=d.count(known),
            count=d.count(len(experts)),
            limit=limit,
            names=d.listed([d.word(name) for name in experts]),
            treated=treated,
        )
    else:
        text = _(
            "Of {known} experts, {count} contradict themselves in places, as their own CR reaches "
            "{limit} there; {treated}."
        ).format(known=d.count(known), count=d.count(len(experts)), limit=limit, treated=treated)
    return d.finding("coherence", "basis", text, **says)


def _agreement(d: Draft) -> Finding | None:
    """How far the panel agrees on the indicators."""
    _, analysis = d._, d.evidence.analysis
    agreement, count = d.evidence.agreement, len(analysis.panel.experts)
    if len(analysis.ranks) < 2:
        return None
    if count == 1:
        text = _("One expert alone has judged, so there is no agreement to speak of.")
        return d.finding("agreement", "basis", text, experts=1)
    if agreement is None:
        text = _(
            "Fewer than two experts have weights of all indicators, so nothing can be said of "
            "agreement on the whole ranking."
        )
        return d.finding("agreement", "basis", text, experts=0)
    similarity, kendall = agreement.leaves.similarity, agreement.kendall
    who = int(agreement.leaves.experts)
    band, order = consensus_band(similarity), order_band(kendall)
    s = d.beside(similarity, *BAND_LIMITS)
    says = {"experts": who, "s": s, "band": band, "order": order}
    weights = d.word(band_words(_)[band])
    if order is None:
        text = _(
            "Agreement of the panel on the weights: {band} (S* = {s}, {who} of {count} experts). "
            "Nobody ranks an indicator above another, so there is no order to agree on."
        ).format(band=weights, s=s, who=d.count(who), count=d.count(count))
        return d.finding("agreement", "basis", text, **says)
    w = d.beside(kendall.w, *ORDER_LIMITS)
    p = show_p(kendall.p_value, SIGNIFICANT)
    d.printed(p.removeprefix("< "))
    says |= {"w": w, "p": p}
    text = _(
        "Agreement of the panel on the weights: {band} (S* = {s}); on the order: {order} "
        "(Kendall's W = {w}, p {p}). It is measured over {who} of {count} experts, who have "
        "weights of all indicators."
    ).format(
        band=weights,
        s=s,
        order=d.word(order_words(_)[order]),
        w=w,
        p=p if p.startswith("<") else f"= {p}",
        who=d.count(who),
        count=d.count(count),
    )
    return d.finding("agreement", "basis", text, **says)


def split_comparisons(analysis: Analysis, agreement: Agreement) -> list[tuple[int, int, int]]:
    """Comparisons that split a panel: some experts prefer the one side, some the other.

    Returns:
        Number of the comparison, experts for the left, experts for the right; the largest
        disagreement (`JudgmentSpread.log_sd`) first.
    """
    judgments = analysis.panel.judgments
    signs = np.where(np.isclose(judgments, 1), 0, np.sign(np.log(judgments)))
    split = []
    for pair in agreement.spread.order.tolist():
        left, right = int((signs[:, pair] > 0).sum()), int((signs[:, pair] < 0).sum())
        if left and right:
            split.append((pair, left, right))
    return split


def _dispute(d: Draft) -> Finding | None:
    """The comparisons that split the panel."""
    _, evidence = d._, d.evidence
    if evidence.agreement is None:
        return None
    comparisons = evidence.survey.hierarchy.comparisons
    split = split_comparisons(evidence.analysis, evidence.agreement)
    if not split:
        text = _(
            "No comparison splits the panel into two sides: wherever experts prefer one item, "
            "nobody prefers the other."
        )
        return d.finding("dispute", "basis", text, named=(), count=0)
    named = split[:SPLIT_PAIRS]
    listed = []
    for pair, left, right in named:
        _parent, one, other = comparisons[pair]
        listed.append(
            _("{left} ({for_left} for it) against {right} ({for_right} for it)").format(
                left=d.node(one),
                for_left=d.count(left),
                right=d.node(other),
                for_right=d.count(right),
            )
        )
    text = _(
        "Of {count} comparisons, {split} split the panel into two sides; it lies furthest apart "
        "on {pairs}."
    )
    if len(split) == 1:
        text = _("Of {count} comparisons, {split} splits the panel into two sides: {pairs}.")
    text = text.format(
        count=d.count(len(comparisons)), split=d.count(len(split)), pairs=d.listed(listed)
    )
    return d.finding("dispute", "basis", text, named=tuple(named), count=len(split))


def _leader(d: Draft) -> Finding | None:
    """How sure the first place and its weight are."""
    _, analysis, certainty = d._, d.evidence.analysis, d.evidence.certainty
    ranks = analysis.ranks
    order = list(ranks)
    if certainty is None or certainty.scatter is None or len(order) < 2:
        return None
    if ranks[order[1]] == 1:
        return None
    leaves = certainty.scatter.leaves
    k = leaves.names.index(order[0])
    share = percent(float(leaves.rank_probability[k, 0]))
    low, high = (percent(float(bound[k])) for bound in (leaves.lower, leaves.upper))
    text = _(
        "In {draws} panels drawn anew from these experts, {name} keeps the first place in {share}"
    )
    if certainty.experts is None:
        text = _(
            "With every judgment changed at random, {draws} times, {name} keeps the first place in "
            "{share} of the cases"
        )
    text = text.format(draws=d.count(leaves.draws), name=d.node(order[0]), share=d.printed(share))
    if low == high:
        text += _(", always with the same weight.")
    else:
        text += _("; in {level} of all draws its weight lies between {low} and {high}.").format(
            level=d.printed(f"{100 * leaves.level:g}%"), low=d.printed(low), high=d.printed(high)
        )
    says = {"leader": order[0], "share": share, "low": low, "high": high}
    return d.finding("leader", "certainty", text, **says)


def _neighbors(d: Draft) -> Finding | None:
    """Neighbors that may change places."""
    certainty = d.evidence.certainty
    if certainty is None or certainty.scatter is None or len(certainty.scatter.leaves.names) < 2:
        return None
    loose = tuple((pair.ahead, pair.behind, percent(pair.largest or 0)) for pair in certainty.loose)
    return d.finding("neighbors", "certainty", loose_sentence(d, certainty), loose=loose)


def _stability(d: Draft) -> Finding | None:
    """Which weight the first place hangs on most."""
    _, evidence = d._, d.evidence
    ranks = evidence.analysis.ranks
    order = list(ranks)
    if len(order) < 2 or ranks[order[1]] == 1 or not evidence.stability:
        return None
    bounds = []
    for one in evidence.stability:
        ends = (
            (one.lower, one.lower_pairs, 1 - one.lower),
            (one.upper, one.upper_pairs, 1 - one.upper),
        )
        for bound, pairs, rest in ends:
            if pairs:
                # as `StabilityInterval.change`, of one side
                bounds.append((abs(bound - one.weight) / rest, one, bound, pairs[0][1]))
    if not bounds:
        text = _("However much a single weight is changed, {name} keeps the first place.").format(
            name=d.node(order[0])
        )
        return d.finding("stability", "certainty", text, node=None, leader=order[0])
    change, one, bound, rival = min(bounds, key=lambda found: round(found[0], 12))
    text = _(
        "The first place of {leader} hangs most on the local weight of {node}: it is {weight}, and "
        "at {bound} {rival} draws level."
    ).format(
        leader=d.node(order[0]),
        node=d.node(one.node),
        weight=d.percent(one.weight),
        bound=d.percent(bound),
        rival=d.node(rival),
    )
    says = {"node": one.node, "leader": order[0], "rival": rival, "bound": bound, "change": change}
    return d.finding("stability", "certainty", text, **says)


def other_choices(evidence: StudyEvidence) -> list[Choice]:
    """The choices that are not in use and have a result."""
    return [one for one in evidence.choices if not one.in_use and follows(one)]


def _choices(d: Draft) -> Finding | None:
    """Which ranks survive all other choices."""
    _, evidence = d._, d.evidence
    leaves, ranks = evidence.survey.hierarchy.leaves, evidence.analysis.ranks
    others = other_choices(evidence)
    if not others or len(leaves) < 2:
        return None
    all_ranks = np.array([one.ranks for one in others])
    firm = tuple(leaf for leaf in ranks if (all_ranks[:, leaves.index(leaf)] == ranks[leaf]).all())
    first = tuple(leaf for leaf, rank in ranks.items() if rank == 1)
    leads = all_ranks[:, [leaves.index(leaf) for leaf in first]] == 1
    kept = int((leads.all(axis=1) & ((all_ranks == 1).sum(axis=1) == len(first))).sum())
    says = {"others": len(others), "first": first, "kept": kept, "firm": firm}
    made = _(
        "The ranking was made by other choices of aggregation, weighting, method, scale or panel "
        "as well, {others} in all: "
    )
    if len(evidence.analysis.panel.experts) == 1:
        made = _("The ranking was made by other methods and scales as well, {others} in all: ")
    text = _(
        "{name} stays first in {kept} of them; of {count} indicators, {firm} keep their rank in "
        "all."
    )
    if len(first) > 1:
        text = _(
            "the {tied} indicators that share the first place stay there together in {kept} of "
            "them; of {count} indicators, {firm} keep their rank in all."
        )
    words = {"tied": d.count(len(first))} if len(first) > 1 else {"name": d.node(first[0])}
    text = text.format(
        kept=d.count(kept), firm=d.count(len(firm)), count=d.count(len(leaves)), **words
    )
    made = made.format(others=d.count(len(others)))
    return d.finding("choices", "certainty", made + text, **says)


def _organizations(d: Draft) -> Finding | None:
    """What organizations see differently."""
    _, evidence = d._, d.evidence
    groups = evidence.groups
    if len(groups) < 2 or len(evidence.analysis.ranks) < 2:
        return None
    widest, low, high = max(
        (
            (leaf, *_extremes({name: one.global_weights[leaf] for name, one in groups.items()}))
            for leaf in evidence.analysis.ranks
        ),
        key=lambda found: found[2][1] - found[1][1],
    )
    if show_number(low[1]) == show_number(high[1]):
        text = _("The {count} organizations give the same weights.").format(
            count=d.count(len(groups))
        )
        return d.finding("organizations", "basis", text, leaf=None)
    text = _(
        "The {count} organizations differ most on {name}: {high} gives it {most}, {low} {least}."
    ).format(
        count=d.count(len(groups)),
        name=d.node(widest),
        high=d.word(high[0]),
        most=d.percent(high[1]),
        low=d.word(low[0]),
        least=d.percent(low[1]),
    )
    says = {"leaf": widest, "high": high[0], "low": low[0]}
    says |= {"most": percent(high[1]), "least": percent(low[1])}
    return d.finding("organizations", "basis", text, **says)


def _extremes(weights: dict[str, float]) -> tuple[tuple[str, float], tuple[str, float]]:
    low, high = min(weights, key=weights.__getitem__), max(weights, key=weights.__getitem__)
    return (low, weights[low]), (high, weights[high])


def _movement(d: Draft) -> Finding | None:
    """What changed between the last two rounds."""
    _, evidence = d._, d.evidence
    if not evidence.earlier:
        return None
    before, after = evidence.earlier[-1], evidence.analysis
    rows = {name: k for k, name in enumerate(before.panel.experts)}
    pairs = [
        (before.panel.judgments[rows[name]], own)
        for name, own in zip(after.panel.experts, after.panel.judgments, strict=True)
        if name in rows
    ]
    if not pairs:
        text = _("Nobody answered both this round and the one before: what moved can't be said.")
        return d.finding("movement", "basis", text, both=0)
    given = sum(int((~np.isnan(old) & ~np.isnan(new)).sum()) for old, new in pairs)
    changed = sum(map(len, changes(before, after).values()))
    says = {"both": len(pairs), "given": given, "changed": changed, "moved": None}
    if not given:
        text = _("Nobody judged the same comparison in both rounds: what moved can't be said.")
        return d.finding("movement", "basis", text, **says)
    text = _(
        "Of {given} judgments that {both} gave in both this round and the one before, {changed} "
        "were changed ({share})"
    ).format(
        given=d.count(given),
        both=_experts(d, len(pairs)),
        changed=d.count(changed),
        share=d.percent(changed / given),
    )
    try:
        old, new = both_rounds(before, after)
    except AHPError:  # no result follows from these experts alone
        return d.finding("movement", "basis", text + _("."), **says)
    moved = sum(rank != old.ranks[leaf] for leaf, rank in new.ranks.items())
    text += _("; by their answers, {moved} of {count} indicators have another rank.").format(
        moved=d.count(moved), count=d.count(len(new.ranks))
    )
    return d.finding("movement", "basis", text, **says | {"moved": moved})


def _worth(d: Draft) -> Finding | None:
    """Where effort counts most."""
    _, analysis = d._, d.evidence.analysis
    ranks = analysis.ranks
    order = list(ranks)
    if ranks[order[-1]] == 1:
        return None
    first = tuple(leaf for leaf, rank in ranks.items() if rank == 1)
    most, least = (show_number(analysis.global_weights[leaf]) for leaf in (order[0], order[-1]))
    text = _(
        "Strengthen first what weighs most: when units are scored with these weights, a point "
        "gained in {name} moves the total by {most} points, one in {last} by {least}."
    ).format(
        name=d.nodes(first[:1]),
        most=d.printed(most),
        last=d.node(order[-1]),
        least=d.printed(least),
    )
    return d.finding(
        "worth", "advice", text, first=order[0], last=order[-1], most=most, least=least
    )


def _discuss(d: Draft) -> Finding | None:
    """What the panel should talk about before the weights are used."""
    _, evidence = d._, d.evidence
    if evidence.agreement is None:
        return None
    split = split_comparisons(evidence.analysis, evidence.agreement)[:SPLIT_PAIRS]
    if not split:
        return None
    comparisons = evidence.survey.hierarchy.comparisons
    listed = [
        _("{left} against {right}").format(
            left=d.node(comparisons[pair][1]), right=d.node(comparisons[pair][2])
        )
        for pair, _left, _right in split
    ]
    text = _(
        "Let the experts say why they see {pairs} differently before weights that hang on it are "
        "put to use."
    ).format(pairs=d.listed(listed))
    return d.finding("discuss", "advice", text, pairs=tuple(pair for pair, *_sides in split))


def _recheck(d: Draft) -> Finding | None:
    """Whose judgments should be looked at again."""
    _, analysis = d._, d.evidence.analysis
    experts = tuple(dict.fromkeys(case.expert for case in analysis.incoherences))
    over = tuple(p for p, one in analysis.consistency.items() if not one.acceptable)
    if not experts and not over:
        return None
    says = {"experts": len(experts), "over": over}
    if over:
        text = _(
            "Have the comparisons below {names} judged again: contradictions there reach the "
            "panel's own matrix."
        ).format(names=d.nodes(over))
    elif len(experts) == 1:
        text = _("Ask the expert who contradicts themselves to look at those answers once more.")
    else:
        text = _(
            "Ask the {count} experts who contradict themselves to look at those answers once more."
        ).format(count=d.count(len(experts)))
    return d.finding("recheck", "advice", text, **says)


def _ask_more(d: Draft) -> Finding | None:
    """Whether more people should answer."""
    _, analysis = d._, d.evidence.analysis
    count, invited = len(analysis.panel.experts), analysis.invited
    if count == 1:
        text = _("Ask further experts before the weights are used for others.")
        return d.finding("ask_more", "advice", text, count=1, missing=None)
    if invited is None or not count < HALF * invited:
        return None
    if analysis.anonymous == invited:
        text = _("Ask for more answers: nobody can write to those who came by an anonymous link.")
    elif analysis.anonymous:
        text = _(
            "Ask the {missing} who have not answered once more, as far as they have a name: nobody "
            "can write to those who came by an anonymous link."
        )
    elif analysis.running:
        text = _("Remind the {missing} who were invited and have not answered.")
    else:
        text = _(
            "In a further round, ask the {missing} again who were invited and have not answered."
        )
    text = text.format(missing=d.count(invited - count))
    return d.finding("ask_more", "advice", text, count=count, missing=invited - count)


def _unsettled(d: Draft) -> Finding | None:
    """Ranks on which nothing should hang."""
    _, evidence = d._, d.evidence
    if evidence.certainty is None:
        return None
    ranks = evidence.analysis.ranks
    pairs = ((pair.ahead, pair.behind) for pair in evidence.certainty.neighbors if pair.changeable)
    touched = dict.fromkeys(leaf for pair in pairs for leaf in pair)
    if not touched:
        return None
    if len(touched) > HEAD:
        text = _(
            "Let nothing hang on the exact ranks of the {count} indicators whose order is not "
            "settled."
        ).format(count=d.count(len(touched)))
    else:
        text = _(
            "Let nothing hang on the exact ranks of {names}, as their order is not settled."
        ).format(names=d.nodes(touched))
    leaves = tuple(leaf for leaf in ranks if leaf in touched)
    return d.finding("unsettled", "advice", text, leaves=leaves)


def _sound(d: Draft) -> Finding | None:
    """That nothing speaks against using the weights."""
    _, evidence = d._, d.evidence
    analysis, agreement = evidence.analysis, evidence.agreement
    count, invited = len(analysis.panel.experts), analysis.invited
    if (
        agreement is None
        or analysis.incoherences
        or analysis.running
        or any(not one.acceptable for one in analysis.consistency.values())
        or consensus_band(agreement.leaves.similarity) not in ("high", "very high")
        or order_band(agreement.kendall) not in ("strong", "very strong")
        or invited is None
        or count < HALF * invited
        or (evidence.log is not None and evidence.log.problem is not None)
    ):
        return None
    text = _(
        "Response, consistency and agreement of the panel do not speak against using these weights."
    )
    return d.finding("sound", "advice", text)


def _experts(d: Draft, count: int) -> str:
    """A number of experts in words."""
    text = d._("{count} expert") if count == 1 else d._("{count} experts")
    return text.format(count=d.count(count))


KINDS: dict[str, Callable[[Draft], Finding | None]] = {
    "answered": _answered,
    "shares": _shares,
    "gaps": _gaps,
    "given": _given,
    "criteria": _criteria,
    "first": _first,
    "head": _head,
    "tail": _tail,
    "ratio": _ratio,
    "consistency": _consistency,
    "total": _total,
    "coherence": _coherence,
    "agreement": _agreement,
    "dispute": _dispute,
    "organizations": _organizations,
    "movement": _movement,
    "leader": _leader,
    "neighbors": _neighbors,
    "stability": _stability,
    "choices": _choices,
    "worth": _worth,
    "discuss": _discuss,
    "recheck": _recheck,
    "unsettled": _unsettled,
    "ask_more": _ask_more,
    "sound": _sound,
}
"""What can be said -> how it is drafted, in reading order; None where there is nothing to say."""
