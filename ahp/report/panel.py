"""The tables of a panel: its experts, how far they agree, what a choice or a round changes."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..consensus import (
    BAND_LIMITS,
    ORDER_LIMITS,
    SIGNIFICANT,
    Consensus,
    KendallW,
    coefficient_of_variation,
    consensus_band,
    order_band,
    position_judgment,
)
from ..consistency import CR_LIMIT
from ..hierarchy import node_weights
from ..i18n import Translate, translator
from ..i18n.numbers import show_beside
from ..i18n.words import sample_sentence
from ..process.itinerary import Replies
from ..process.rounds import RoundSummary, both_rounds, recommend
from ..process.settings import Settings
from ..study import Analysis, Survey
from ..study.agreement import Agreement, Choice
from ..study.panel import Panel
from ..study.standing import SelfRating, Standing
from .table import Cell, Table, show_p
from .who import incoherent_words


def individual_table(analysis: Analysis, language: str) -> Table:
    """The panel's weight of every indicator, and how the experts' own weights lie around it.

    Experts without weights of all indicators are left out.
    """
    _ = translator(language)
    survey = analysis.survey
    expert_weights = analysis.panel.global_weights
    expert_weights = expert_weights[~np.isnan(expert_weights).any(axis=-1)]
    spread = np.full((6, expert_weights.shape[-1]), np.nan)
    if len(expert_weights):
        spread[:5] = np.percentile(expert_weights, (0, 25, 50, 75, 100), axis=0)
        spread[5] = coefficient_of_variation(expert_weights)
    columns = dict(zip(survey.hierarchy.leaves, spread.T, strict=True))
    return Table(
        title=_("Weights of the panel and of its experts"),
        columns=(
            *(_("Indicator"), _("Panel"), _("Smallest"), _("Lower quartile"), _("Median")),
            *(_("Upper quartile"), _("Largest"), _("Coefficient of variation")),
        ),
        rows=tuple(
            (
                survey.node_name(leaf, language),
                analysis.global_weights[leaf],
                *map(_number, columns[leaf]),
            )
            for leaf in analysis.ranking
        ),
        language=language,
    )


def experts_table(analysis: Analysis, standings: Mapping[str, Standing], language: str) -> Table:
    """Every expert's weight and where it comes from, mean CR, and what they judged.

    Args:
        analysis: of the panel.
        standings: expert -> standing; an expert without one has the weight 1 and no reason.
        language: of the texts.
    """
    _ = translator(language)
    survey, panel = analysis.survey, analysis.panel
    rows = []
    for k, name in enumerate(panel.experts):
        standing = standings.get(name, Standing())
        recused = [parent for expert, parent in analysis.recused if expert == name]
        judged_none = all(math.isnan(ratios[k]) for ratios in panel.cr.values())
        rows.append(
            (
                name,
                analysis.expert_weights[name],
                weighting_words(_)[analysis.weighting],
                standing.weight,
                standing.reason,
                standing.authority,
                None if judged_none else float(panel.mean_cr[k]),
                int((~np.isnan(panel.judgments[k])).sum()),
                _(", ").join(survey.node_name(parent, language) for parent in recused),
            )
        )
    return Table(
        title=_("Experts"),
        columns=(
            *(_("Expert"), _("Weight in the panel"), _("Weighting")),
            *(_("Given weight"), _("Reason of the given weight")),
            *(_("Authority coefficient"), _("Mean CR"), _("Comparisons judged")),
            _("Recused from"),
        ),
        rows=tuple(rows),
        language=language,
    )


def expert_consistency_table(analysis: Analysis, language: str) -> Table:
    """The CR of every expert's matrix below every parent."""
    _ = translator(language)
    survey, panel = analysis.survey, analysis.panel
    return Table(
        title=_("Consistency ratios of the experts' own matrices"),
        columns=(_("Expert"), *(survey.node_name(parent, language) for parent in panel.cr)),
        rows=tuple(
            (name, *(_number(ratios[k]) for ratios in panel.cr.values()))
            for k, name in enumerate(panel.experts)
        ),
        language=language,
        limits=dict.fromkeys(range(1, len(panel.cr) + 1), (CR_LIMIT,)),
    )


def own_weights_table(survey: Survey, panel: Panel, expert: str, language: str) -> Table:
    """One expert's own weights, parent by parent; nothing where none follow, as below a parent that
    the expert is recused from.

    Args:
        survey: the survey.
        panel: with the expert, by the method to use.
        expert: the name.
        language: of the texts.
    """
    _, hierarchy = translator(language), survey.hierarchy
    k = panel.experts.index(expert)
    own_weights = {parent: local[k : k + 1] for parent, local in panel.local_weights.items()}
    above = node_weights(hierarchy, own_weights)
    rows: list[tuple[Cell, ...]] = []
    for parent, weights in own_weights.items():
        for kid, weight in zip(hierarchy.children[parent], weights[0], strict=True):
            names = (survey.node_name(parent, language), survey.node_name(kid, language))
            rows.append((*names, _number(weight), _number(above[kid][0])))
    return Table(
        title=_("{expert}'s own weights").format(expert=expert),
        columns=(_("Compared under"), _("Item"), _("Local weight"), _("Global weight")),
        rows=tuple(rows),
        language=language,
    )


def own_consistency_table(survey: Survey, panel: Panel, expert: str, language: str) -> Table:
    """One expert's CR and number of judgments below every parent."""
    _, k = translator(language), panel.experts.index(expert)
    return Table(
        title=_("Consistency of the judgments of {expert}").format(expert=expert),
        columns=(_("Compared under"), _("Comparisons judged"), "CR", _("Acceptable")),
        rows=tuple(
            (
                survey.node_name(parent, language),
                int((~np.isnan(matrices[k][np.triu_indices(matrices.shape[-1], 1)])).sum()),
                _number(cr := panel.cr[parent][k]),
                None if math.isnan(cr) else bool(cr < CR_LIMIT),
            )
            for parent, matrices in panel.matrices.items()
        ),
        language=language,
        limits={2: (CR_LIMIT,)},
    )


def missing_weights_sentences(
    survey: Survey, panel: Panel, expert: str, recused: Collection[str], language: str
) -> tuple[str, ...]:
    """Below which parents an expert has no weights, and why; none where there are no such.

    Args:
        survey: the survey.
        panel: with the expert.
        expert: the name.
        recused: parents whose judgments by the expert do not count.
        language: of the sentences.
    """
    _, k = translator(language), panel.experts.index(expert)
    without = [p for p, local in panel.local_weights.items() if np.isnan(local[k]).any()]

    def listed(parents: Iterable[str]) -> str:
        return _(", ").join(survey.node_name(parent, language) for parent in parents)

    sentences = []
    if away := [parent for parent in without if parent in recused]:
        sentences.append(
            _("{expert} is recused from {parents}.").format(expert=expert, parents=listed(away))
        )
    if few := [parent for parent in without if parent not in recused]:
        sentences.append(
            _("{expert} judged too few comparisons under {parents} for weights to follow.").format(
                expert=expert, parents=listed(few)
            )
        )
    if sentences:
        sentences.append(
            _("So this expert has no ranking of all indicators; these are their other weights.")
        )
    return tuple(sentences)


def consensus_table(analysis: Analysis, agreement: Agreement, language: str) -> Table:
    """How far the panel agrees below every parent, in the whole tree, and on the indicators: on the
    weights (S*) and on their order (W), each with a word of its own.
    """
    _ = translator(language)
    bands, orders = band_words(_), order_words(_)
    rows: list[tuple[Cell, ...]] = []
    for parent, name, group, kendall in _agreements(analysis, agreement, language):
        numbers = map(_number, (group.alpha, group.beta, group.gamma, group.similarity))
        test = (_number(kendall.w), _number(kendall.chi_square), kendall.df)
        rows.append(
            (
                *(name, int(group.experts), *numbers, bands[consensus_band(group.similarity)]),
                *(*test, _number(kendall.p_value), orders.get(order_band(kendall) or "")),
                None if parent is None else agreement.gci[parent],
                None if parent is None else _mean(agreement.compatibility[parent]),
            )
        )
    tree = (agreement.hierarchy, bands[consensus_band(agreement.hierarchy)])
    rows.append((_("Hierarchy"), None, None, None, None, *tree, *[None] * 7))
    return Table(
        title=_("Agreement of the panel"),
        columns=(
            *(_("Compared under"), _("Experts"), "Hα", "Hβ", "Hγ", "S*"),
            *(_("Agreement on the weights (S*)"), _("Kendall's W"), "χ²", "df", "p"),
            *(_("Agreement on the order (W)"), _("GCI of the panel"), _("Mean GCOMPI")),
        ),
        rows=tuple(rows),
        language=language,
        p_values=frozenset({10}),
        limits={5: BAND_LIMITS, 7: ORDER_LIMITS, 10: (SIGNIFICANT,)},
    )


def agreement_sentences(analysis: Analysis, agreement: Agreement, language: str) -> tuple[str, ...]:
    """Where the panel agrees on the weights but not on their order, or the other way round, and
    what follows; one sentence a parent, and one for all indicators.
    """
    _ = translator(language)
    sentences = []
    for parent, name, consensus, kendall in _agreements(analysis, agreement, language):
        weights, order = consensus_band(consensus.similarity), order_band(kendall)
        if weights in ("high", "very high") and order in ("may be chance", "very weak", "weak"):
            text = _no_common_order(analysis, parent, kendall, _)
        elif weights in ("very low", "low") and order in ("strong", "very strong"):
            text = _(
                "{name}: the experts agree on the order (W = {w}, p {p}), but not on how much "
                "more important one item is than another (S* = {s}): the ranks can be defended, "
                "the sizes of the weights are an average of different opinions."
            )
        else:
            continue
        p = show_p(kendall.p_value, SIGNIFICANT)
        sentences.append(
            text.format(
                name=name,
                count=int(consensus.experts),
                s=show_beside(consensus.similarity, *BAND_LIMITS, digits=2),
                w=show_beside(kendall.w, *ORDER_LIMITS, digits=2),
                p=p if p.startswith("<") else f"= {p}",
            )
        )
    return tuple(sentences)


def _no_common_order(
    analysis: Analysis, parent: str | None, kendall: KendallW, _: Translate
) -> str:
    """What to say of near weights without a significant order, below a parent or, for None, of all
    indicators: with few experts even one and the same order isn't significant; items are about
    equally important to experts whose largest weight is less than Saaty's 3 times the smallest.
    """
    if kendall.w >= ORDER_LIMITS[1] and not kendall.p_value < SIGNIFICANT:
        return _(
            "{name}: the experts' weights are near each other (S* = {s}) and W = {w}, but "
            "{count} experts and so few items are not enough to tell a common order from chance "
            "(p {p}). Use the weights; do not call the order proven."
        )
    panel = analysis.panel
    expert_weights = panel.global_weights if parent is None else panel.local_weights[parent]
    expert_weights = expert_weights[~np.isnan(expert_weights).any(axis=-1)]
    if (expert_weights.max(axis=-1) < 3 * expert_weights.min(axis=-1)).all():
        return _(
            "{name}: the experts give nearly the same weights (S* = {s}), but do not agree on "
            "the order (W = {w}, p {p}): the items are about equally important to them, and "
            "which comes first hangs on small differences. Use the weights; do not defend "
            "single ranks."
        )
    return _(
        "{name}: taken together the experts' weights are near each other (S* = {s}), but they do "
        "not agree on the order (W = {w}, p {p}), although not all of them find the items about "
        "equally important. Do not defend single ranks, and look how far the experts' weights of "
        "an item lie apart before you use it."
    )


def _agreements(
    analysis: Analysis, agreement: Agreement, language: str
) -> list[tuple[str | None, str, Consensus, KendallW]]:
    """What the panel agrees on below every parent, by its id and name; last on all indicators."""
    _ = translator(language)
    return [
        *(
            (parent, analysis.survey.node_name(parent, language), consensus, kendall)
            for (parent, consensus), kendall in zip(
                agreement.parents.items(), agreement.kendall_parents.values(), strict=True
            )
        ),
        (None, _("All indicators"), agreement.leaves, agreement.kendall),
    ]


def disagreement_table(analysis: Analysis, agreement: Agreement, language: str) -> Table:
    """All comparisons, those that split the panel most first."""
    _ = translator(language)
    survey, spread = analysis.survey, agreement.spread
    comparisons = survey.hierarchy.comparisons
    rows = []
    for pair in spread.order.tolist():
        shares = (spread.share_left[pair], spread.share_equal[pair], spread.share_right[pair])
        positions = (spread.q1[pair], spread.median[pair], spread.q3[pair])
        rows.append(
            (
                *(survey.node_name(node, language) for node in comparisons[pair]),
                int(spread.count[pair]),
                *map(_number, shares),
                *(_number(position_judgment(position)) for position in positions),
                _number(spread.iqr[pair]),
                _number(spread.log_sd[pair]),
            )
        )
    return Table(
        title=_("Comparisons by disagreement"),
        columns=(
            *(_("Compared under"), _("Left"), _("Right"), _("Answers")),
            *(_("Share for left"), _("Share equal"), _("Share for right")),
            *(_("Lower quartile"), _("Median"), _("Upper quartile")),
            *(_("Interquartile range in steps"), _("Standard deviation of the logarithms")),
        ),
        rows=tuple(rows),
        language=language,
        medians=frozenset({7, 8, 9}),
    )


def choices_table(analysis: Analysis, choices: Sequence[Choice], language: str) -> Table:
    """The ranks of the indicators by each choice, in the order of the ranking in use.

    Args:
        analysis: of the panel.
        choices: of `ahp.study.agreement.compare_choices` or `leave_one_out`.
        language: of the texts.
    """
    _ = translator(language)
    survey = analysis.survey
    position = {leaf: k for k, leaf in enumerate(survey.hierarchy.leaves)}
    headings = []
    for choice in choices:
        name = choice_words(choice, _)
        headings.append(_("{choice} (in use)").format(choice=name) if choice.in_use else name)
    return Table(
        title=_("Ranks by other choices"),
        columns=(_("Indicator"), *headings),
        rows=tuple(
            (
                survey.node_name(leaf, language),
                *(
                    int(choice.ranks[position[leaf]]) if follows(choice) else None
                    for choice in choices
                ),
            )
            for leaf in analysis.ranking
        ),
        language=language,
    )


def choices_summary_table(choices: Sequence[Choice], language: str) -> Table:
    """How much each choice changes."""
    _ = translator(language)
    kinds = {
        "how": _("Aggregation"),
        "weighting": _("Weighting of the experts"),
        "incoherent": _("Judgments that contradict each other"),
        "method": _("Method"),
        "scale": _("Judgment scale"),
        "without": _("An expert left out"),
    }
    return Table(
        title=_("Sensitivity to choices"),
        columns=(
            *(_("Kind of choice"), _("Choice"), _("In use")),
            *(_("Ranks changed"), _("Largest change of a weight")),
        ),
        rows=tuple(
            (
                *(kinds[choice.kind], choice_words(choice, _), choice.in_use),
                choice.moved if follows(choice) else None,
                _number(choice.largest_change),
            )
            for choice in choices
        ),
        language=language,
    )


def reasons_table(
    analysis: Analysis, reasons: Mapping[tuple[str, str, str, str], str], language: str
) -> Table:
    """Why experts stayed outside the middle half of the panel, comparison by comparison.

    Args:
        analysis: of the round.
        reasons: (expert, parent, left, right) -> text.
        language: of the table.
    """
    _, survey, panel = translator(language), analysis.survey, analysis.panel
    comparisons = survey.hierarchy.comparisons
    rows: list[tuple[Cell, ...]] = []
    for k, pair in enumerate(comparisons):
        names = [survey.node_name(node, language) for node in pair]
        for (expert, *compared), text in reasons.items():
            if tuple(compared) == pair and expert in panel.experts:
                judgment = panel.judgments[panel.experts.index(expert), k]
                rows.append((*names, expert, _number(judgment), text))
    return Table(
        title=_("Reasons of the experts"),
        columns=(
            *(_("Compared under"), _("Left"), _("Right"), _("Expert")),
            *(_("Judgment"), _("Reason")),
        ),
        rows=tuple(rows),
        language=language,
        judgments=frozenset({4}),
    )


def remarks_table(survey: Survey, replies: Mapping[str, Replies], language: str) -> Table:
    """What experts said besides their judgments: comments, comparisons they can't judge, and why
    contradictions stay.

    Args:
        survey: the survey.
        replies: expert -> what they said in the round.
        language: of the table.
    """
    _ = translator(language)
    rows: list[tuple[Cell, ...]] = []
    for parent in survey.hierarchy.compared:
        above = survey.node_name(parent, language)
        for pair in survey.hierarchy.pairs(parent):
            names = [survey.node_name(node, language) for node in pair]
            for expert, said in replies.items():
                if (parent, *pair) in said.abstained:
                    rows.append((above, *names, expert, _("can't judge"), ""))
                if text := said.comments.get((parent, *pair)):
                    rows.append((above, *names, expert, _("comment"), text))
        rows += [
            (above, "", "", expert, _("keeps contradictions"), said.kept[parent])
            for expert, said in replies.items()
            if parent in said.kept
        ]
    return Table(
        title=_("Remarks of the experts"),
        columns=(
            *(_("Compared under"), _("Left"), _("Right"), _("Expert")),
            *(_("Kind"), _("Text")),
        ),
        rows=tuple(rows),
        language=language,
    )


def clusters_table(analysis: Analysis, agreement: Agreement, language: str) -> Table:
    """Every expert's cluster and S* inside it, cluster by cluster; no rows without clusters."""
    _ = translator(language)
    clusters = agreement.clusters
    labels = [] if clusters is None else clusters.labels.tolist()
    pairs = sorted(zip(labels, range(len(labels)), strict=True))
    return Table(
        title=_("Experts who judge alike"),
        columns=(_("Expert"), _("Cluster"), _("S* inside the cluster")),
        rows=tuple(
            (analysis.panel.experts[k], label, _number(agreement.cluster_consensus[label - 1]))
            for label, k in pairs
        ),
        language=language,
        note="" if clusters is None else sample_sentence(clusters, _),
    )


def rounds_table(settings: Settings, summaries: Sequence[RoundSummary], language: str) -> Table:
    """What the rounds came to, round by round, beside `recommendation_sentence`."""
    _ = translator(language)
    watched = {"kendall_w": 3, "cv": 5, "changes": 6}.get(settings.stop)
    target = {} if watched is None else {watched: (settings.target,)}
    return Table(
        title=_("Rounds"),
        columns=(
            *(_("Round"), _("Experts"), _("Invited"), _("Kendall's W"), "p"),
            *(_("Largest coefficient of variation"), _("Share of changed answers")),
            _("Experts in this round and the one before"),
        ),
        rows=tuple(
            (
                *(summary.round, summary.experts, summary.invited, summary.w),
                *(summary.p_value, summary.cv, summary.changed, summary.both),
            )
            for summary in summaries
        ),
        language=language,
        p_values=frozenset({4}),
        limits={4: (SIGNIFICANT,)} | target,
    )


def movement_table(before: Analysis, after: Analysis, language: str) -> Table:
    """Weight and rank of every indicator in two rounds by the experts who answered both, in the
    order of their later ranking; no rows when nobody did.

    Args:
        before: of the earlier round.
        after: of the later one, of the same survey.
        language: of the texts.

    Raises:
        AHPError: no result follows from these experts alone.
    """
    _ = translator(language)
    counts = [len(analysis.panel.experts) for analysis in (before, after)]
    alike = both_rounds(before, after)
    note = _("Experts who answered both rounds: {count} (before: {before}, after: {after})").format(
        count=len(alike[0].panel.experts) if alike else 0, before=counts[0], after=counts[1]
    )
    title = _("What moved between the rounds")
    columns = (
        *(_("Indicator"), _("Weight before"), _("Weight after"), _("Change of weight")),
        *(_("Rank before"), _("Rank after"), _("Ranks gained")),
    )
    if not alike:
        return Table(title, columns, (), language, note=note)
    before, after = alike
    earlier = before.ranks
    rows = []
    for leaf, new in after.ranks.items():
        weights = before.global_weights[leaf], after.global_weights[leaf]
        old = earlier[leaf]
        rows.append(
            (
                after.survey.node_name(leaf, language),
                *(*weights, weights[1] - weights[0], old, new, old - new),
            )
        )
    return Table(title, columns, tuple(rows), language, note=note)


def recommendation_sentence(
    settings: Settings,
    summaries: Sequence[RoundSummary],
    language: str,
    closed: int | None = None,
) -> str:
    """What `ahp.process.rounds.recommend` recommends after the last of these rounds, and why.

    Args:
        settings: the study's.
        summaries: of one round or more that somebody submitted in.
        language: of the sentence.
        closed: number of the last closed round; None = the last of `summaries`.
    """
    _ = translator(language)
    last = summaries[-1]
    recommendation = recommend(settings, summaries, closed)
    if recommendation.reason == "reached":
        advice = _("this is enough, the rounds can end")
    elif recommendation.reason == "used_up":
        advice = _("the last round is done, the rounds end here")
    else:
        advice = _("another round is recommended")
    return _("{finding}: {advice} (round {round} of at most {rounds}).").format(
        finding=_finding(settings, last, _),
        advice=advice,
        round=last.round if closed is None else closed,
        rounds=settings.rounds,
    )


def _finding(settings: Settings, last: RoundSummary, _: Translate) -> str:
    """What the stop rule looks at, with its number and the target."""
    target = settings.target
    if settings.stop == "kendall_w":
        return _kendall_finding(last, target, _)
    if settings.stop == "cv":
        text = _("The largest coefficient of variation is {cv}, the target is at most {target}")
        if last.cv is None:
            text = _("Coefficients of variation need two experts or more")
        cv = None if last.cv is None else show_beside(last.cv, target, digits=2)
        return text.format(cv=cv, target=f"{target:g}")
    if settings.stop == "changes":
        text = _("{share}% of the answers changed, the target is at most {target}%")
        if last.changed is None:
            text = _("How many answers changed shows only in a later round")
        percent = 100 * target
        share = None if last.changed is None else show_beside(100 * last.changed, percent, digits=1)
        return text.format(share=share, target=f"{percent:g}")
    return _("The rule is a fixed number of rounds")


def _kendall_finding(last: RoundSummary, target: float, _: Translate) -> str:
    if last.w is None or last.p_value is None:
        return _("Kendall's W needs two experts or more who rank the indicators")
    text = _("Kendall's W is {w} ({p}), the target is at least {target}")
    if last.w >= target and last.p_value >= SIGNIFICANT:
        text = _(
            "Kendall's W is {w}, the target of at least {target} is reached, but it may be chance "
            "({p}, not below {limit})"
        )
    p = show_p(last.p_value, SIGNIFICANT)
    return text.format(
        w=show_beside(last.w, target, digits=2),
        p=f"p {p}" if p.startswith("<") else f"p = {p}",
        target=f"{target:g}",
        limit=SIGNIFICANT,
    )


def aggregate_words(_: Translate) -> dict[str, str]:
    """How a panel becomes one (`ahp.study.standing.AGGREGATES`) in words."""
    return {
        "aij": _("weighted geometric mean of the judgments (AIJ)"),
        "aij_median": _("weighted median of the judgments (AIJ)"),
        "aij_trimmed": _("trimmed geometric mean of the judgments (AIJ)"),
        "aip_arithmetic": _("weighted arithmetic mean of the experts' weights (AIP)"),
        "aip_geometric": _("weighted geometric mean of the experts' weights (AIP)"),
    }


def method_words(_: Translate) -> dict[str, str]:
    """The methods of `ahp.weights` in words: name -> words."""
    return {
        "eigenvector": _("eigenvector"),
        "geometric_mean": _("geometric mean"),
        "column_mean": _("column mean"),
        "row_sum": _("row sum"),
        "harmonic": _("reciprocal column sums"),
        "least_squares": _("least squares"),
        "weighted_least_squares": _("weighted least squares"),
        "log_least_absolute": _("logarithmic least absolute values"),
        "chi_square": _("chi-square"),
        "log_goal_programming": _("logarithmic goal programming"),
        "cosine": _("cosine maximization"),
        "svd": _("singular value decomposition"),
        "fuzzy_preference": _("fuzzy preference programming"),
    }


def scale_words(_: Translate) -> dict[str, str]:
    """Scales of `ahp.scales` that a ranking is compared by (`COMPARED_SCALES`) in words."""
    return {
        "linear": _("fundamental scale, 1 to 9"),
        "balanced": _("balanced scale"),
        "logarithmic": _("logarithmic scale"),
        "root": _("root scale"),
    }


def weighting_words(_: Translate) -> dict[str, str]:
    """Where the experts' weights come from (`ahp.study.standing.WEIGHTINGS`) in words."""
    return {
        "equal": _("all experts equally"),
        "given": _("weights given by the organizer"),
        "authority": _("by authority coefficient"),
        "consistency": _("by consistency of the judgments"),
        "distance": _("by agreement with the others"),
    }


def stop_words(_: Translate) -> dict[str, str]:
    """When the rounds end (`ahp.process.settings.STOP_RULES`) in words."""
    return {
        "rounds": _("after a fixed number of rounds"),
        "kendall_w": _("when Kendall's W is large and significant"),
        "cv": _("when the coefficients of variation are small"),
        "changes": _("when few answers change"),
    }


def band_words(_: Translate) -> dict[str, str]:
    """How far a panel agrees (`ahp.consensus.BANDS`) in words."""
    return {
        "very low": _("very low"),
        "low": _("low"),
        "moderate": _("medium"),
        "high": _("high"),
        "very high": _("very high"),
    }


def order_words(_: Translate) -> dict[str, str]:
    """How far a panel agrees on the order (`ahp.consensus.ORDER_BANDS`) in words."""
    return {
        "may be chance": _("may be chance"),
        "very weak": _("very weak"),
        "weak": _("weak"),
        "moderate": _("medium"),
        "strong": _("strong agreement"),
        "very strong": _("very strong agreement"),
    }


def basis_words(_: Translate) -> dict[str, str]:
    """What an expert judges from (`ahp.group.JUDGMENT_BASIS`) in words."""
    return {
        "theoretical_analysis": _("theoretical analysis"),
        "practical_experience": _("practical experience"),
        "peers_work": _("knowledge of the work of peers"),
        "intuition": _("intuition"),
    }


def influence_words(_: Translate) -> dict[str, str]:
    """How much that weighed (`ahp.group.INFLUENCES`) in words."""
    return {"large": _("large"), "medium": _("medium"), "small": _("small")}


def familiarity_words(_: Translate) -> dict[str, str]:
    """How well an expert knows the matter (`ahp.group.FAMILIARITY`) in words."""
    return {
        "very_familiar": _("very familiar"),
        "familiar": _("familiar"),
        "somewhat_familiar": _("somewhat familiar"),
        "slightly_familiar": _("slightly familiar"),
        "unfamiliar": _("unfamiliar"),
    }


def rating_words(rating: SelfRating, _: Translate) -> str:
    """What an expert says of their own authority in words."""
    kinds, words = basis_words(_), influence_words(_)
    grounds = (f"{kinds[kind]} – {words[rating.basis[kind]]}" for kind in kinds)
    return _("; ").join((*grounds, familiarity_words(_)[rating.familiarity]))


def choice_words(choice: Choice, _: Translate) -> str:
    """A choice in words."""
    if choice.kind == "without":
        return _("without {expert}").format(expert=choice.name)
    words = {
        "how": aggregate_words,
        "weighting": weighting_words,
        "incoherent": incoherent_words,
        "method": method_words,
        "scale": scale_words,
    }
    return words[choice.kind](_)[choice.name]


def follows(choice: Choice) -> bool:
    """Whether weights follow from a choice."""
    return not math.isnan(choice.largest_change)


def _number(value: Any) -> float | None:
    """A number of a cell; None where there is none."""
    return None if math.isnan(value) else float(value)


def _mean(values: Any) -> float | None:
    """Mean of the numbers that there are; None without any."""
    present = values[~np.isnan(values)]
    return float(present.mean()) if len(present) else None


def agreement_data(analysis: Analysis, found: Agreement) -> dict[str, Any]:
    """How far the panel agrees as plain data by id, unrounded, ready for JSON."""
    hierarchy, spread = analysis.survey.hierarchy, found.spread
    return {
        "parents": {
            parent: {
                **_consensus_data(consensus, found.kendall_parents[parent]),
                "gci": found.gci[parent],
                "compatibility": dict(
                    zip(
                        analysis.panel.experts,
                        map(_number, found.compatibility[parent]),
                        strict=True,
                    )
                ),
            }
            for parent, consensus in found.parents.items()
        },
        "hierarchy": _number(found.hierarchy),
        "indicators": {
            **_consensus_data(found.leaves, found.kendall),
            "coefficient_of_variation": dict(
                zip(hierarchy.leaves, map(_number, found.variation), strict=True)
            ),
        },
        "comparisons": [
            {
                "parent": parent,
                "left": left,
                "right": right,
                "answers": int(spread.count[k]),
                "log_sd": _number(spread.log_sd[k]),
                "iqr": _number(spread.iqr[k]),
            }
            for k, (parent, left, right) in enumerate(hierarchy.comparisons)
        ],
        "clusters": None
        if found.clusters is None
        else dict(zip(analysis.panel.experts, found.clusters.labels.tolist(), strict=True)),
    }


def _consensus_data(consensus: Consensus, kendall: KendallW) -> dict[str, Any]:
    return {
        "alpha": _number(consensus.alpha),
        "beta": _number(consensus.beta),
        "gamma": _number(consensus.gamma),
        "consensus": _number(consensus.similarity),
        "kendall_w": _number(kendall.w),
        "p_value": _number(kendall.p_value),
    }
