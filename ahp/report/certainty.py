"""How sure the weights of a study are: tables, and what they mean in words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np

from ..i18n import Translate, translator
from ..i18n.numbers import show_beside, show_number
from ..sensitivity import HierarchyUncertainty, StabilityInterval, WeightUncertainty
from ..study import Analysis
from ..study.certainty import (
    CHANGEABLE,
    FEW_EXPERTS,
    WITHOUT_EXPERTS,
    WITHOUT_JUDGMENTS,
    Neighbors,
    StudyCertainty,
    Swing,
    weights_with,
)
from ..tolerance import ranked
from .finding import Words
from .panel import aggregate_words
from .table import Cell, Table

Over = Literal["experts", "judgments"]
"""What was varied: who is on the panel, or what they judged."""

LISTED = 5
"""Pairs of neighbors that a sentence lists; it counts those beyond."""


def scatters(certainty: StudyCertainty) -> dict[Over, HierarchyUncertainty]:
    """What was varied -> how weights scatter then; only what there is."""
    pairs: tuple[tuple[Over, HierarchyUncertainty | None], ...] = (
        ("experts", certainty.experts),
        ("judgments", certainty.judgments),
    )
    return {over: scatter for over, scatter in pairs if scatter is not None}


def over_words(_: Translate) -> dict[Over, str]:
    """What was varied, as headings say it."""
    return {"experts": _("Other experts"), "judgments": _("Other judgments")}


def without_words(_: Translate) -> dict[str, str]:
    """Why there is no scatter over experts (`WITHOUT_EXPERTS`) or judgments (`WITHOUT_JUDGMENTS`),
    as sentences; `{how}` is the aggregation.
    """
    experts = (
        _(
            "The result rests on one expert alone. Nothing says how other experts would have "
            "judged, so no interval over experts exists."
        ),
        _(
            "Some comparisons were judged by so few experts that hardly any panel drawn from them "
            "has a result, so no interval over experts can be given."
        ),
    )
    judgments = (
        _(
            "Judgments were not varied: that is done for panels whose judgments are joined by "
            "their geometric mean; this one is joined as “{how}”."
        ),
        _(
            "Judgments were not varied: that is not done where experts who contradict themselves "
            "are down-weighted, since their weight would change with their judgments."
        ),
        _(
            "Judgments were not varied step by step: some lie between the steps of the scale of "
            "1/9 to 9."
        ),
    )
    return {
        **dict(zip(WITHOUT_EXPERTS, experts, strict=True)),
        **dict(zip(WITHOUT_JUDGMENTS, judgments, strict=True)),
    }


def varied_words(certainty: StudyCertainty, over: Over, language: str) -> str:
    """How panels or judgments were drawn, how many, and from which seed."""
    _ = translator(language)
    if over == "experts":
        text = _(
            "{draws} panels of {count}, drawn with replacement from the {count} experts whose "
            "judgments count (seed {seed})"
        )
    elif certainty.perturbation == "grid":
        text = _(
            "{draws} draws in which each judgment is, by chance, one step of the scale lower or "
            "higher or as it was (seed {seed})"
        )
        if certainty.spread != 2 / 3:
            text = _(
                "{draws} draws in which each judgment is one step of the scale lower or higher "
                "with probability {spread}, else as it was (seed {seed})"
            )
    else:
        text = _(
            "{draws} draws in which each judgment is multiplied by a random factor, its logarithm "
            "with a standard deviation of {spread} (seed {seed})"
        )
    return text.format(
        draws=certainty.draws,
        count=certainty.counted,
        seed=certainty.seed,
        spread=f"{certainty.spread:.3g}",
    )


def intervals_table(analysis: Analysis, certainty: StudyCertainty, language: str) -> Table:
    """Every indicator's global weight with its intervals, in the order of the ranking."""
    _ = translator(language)
    drawn = [scatter.leaves for scatter in scatters(certainty).values()]
    rows: list[tuple[Cell, ...]] = []
    for leaf, rank in analysis.ranks.items():
        numbers = (analysis.global_weights[leaf], *_bounds(drawn, leaf))
        rows.append((rank, analysis.survey.node_name(leaf, language), *numbers))
    return Table(
        title=_("Weights of the indicators with intervals of {level}%").format(
            level=_level(certainty)
        ),
        columns=(_("Rank"), _("Indicator"), _("Global weight"), *_bound_headings(certainty, _)),
        rows=tuple(rows),
        language=language,
        note=_note(certainty, language),
    )


def branch_intervals_table(
    analysis: Analysis, certainty: StudyCertainty, language: str
) -> Table | None:
    """Weights of the branches below the goal with their intervals, largest first; None where they
    are given, or are the indicators themselves.
    """
    _, survey = translator(language), analysis.survey
    goal = survey.hierarchy.goal
    kids = survey.hierarchy.children[goal]
    if goal in survey.given or len(survey.hierarchy.levels) == 2:
        return None
    drawn = [one.local[goal] for one in scatters(certainty).values()]
    return Table(
        title=_("Weights of the branches with intervals of {level}%").format(
            level=_level(certainty)
        ),
        columns=(_("Branch"), _("Weight"), *_bound_headings(certainty, _)),
        rows=tuple(
            (
                survey.node_name(kid, language),
                analysis.global_weights[kid],
                *_bounds(drawn, kid),
            )
            for kid in sorted(kids, key=lambda kid: -analysis.global_weights[kid])
        ),
        language=language,
        note=_note(certainty, language),
    )


def likely_ranks_table(
    analysis: Analysis, certainty: StudyCertainty, over: Over, language: str
) -> Table:
    """How often every indicator keeps its rank, between which ranks it lies in most draws, how
    often it is first and among the first three.
    """
    _, survey = translator(language), analysis.survey
    found = scatters(certainty)[over].leaves
    rows: list[tuple[Cell, ...]] = []
    for leaf in analysis.ranking:
        chances = found.rank_probability[found.names.index(leaf)]
        best, worst = likely_ranks(found, leaf)
        rank = analysis.ranks[leaf]
        rows.append(
            (
                *(rank, survey.node_name(leaf, language), _kept(analysis, found, leaf)),
                *(best, worst, float(chances[0]), float(chances[:3].sum())),
            )
        )
    return Table(
        title=_("{over}: ranks").format(over=over_words(_)[over]),
        columns=(
            *(_("Rank"), _("Indicator"), _("Keeps its rank")),
            *(
                _("Best rank in {level}%").format(level=_level(certainty)),
                _("Worst rank in {level}%").format(level=_level(certainty)),
            ),
            *(_("Is first"), _("Is among the first three")),
        ),
        rows=tuple(rows),
        language=language,
        note=varied_words(certainty, over, language),
    )


def rank_probability_table(
    analysis: Analysis, certainty: StudyCertainty, over: Over, language: str
) -> Table:
    """The probability of every rank of every indicator; those that tie share their ranks."""
    _, survey = translator(language), analysis.survey
    found = scatters(certainty)[over].leaves
    return Table(
        title=_("{over}: probability of every rank").format(over=over_words(_)[over]),
        columns=(_("Indicator"), *(str(rank + 1) for rank in range(len(found.names)))),
        rows=tuple(
            (
                survey.node_name(leaf, language),
                *found.rank_probability[found.names.index(leaf)].tolist(),
            )
            for leaf in analysis.ranking
        ),
        language=language,
        note=varied_words(certainty, over, language),
    )


def neighbors_table(analysis: Analysis, certainty: StudyCertainty, language: str) -> Table:
    """Every two that follow each other in the ranking, and in which share of the draws the one
    behind is ahead.
    """
    _, survey = translator(language), analysis.survey
    there = scatters(certainty)
    heads = {
        "experts": _("Change places with other experts"),
        "judgments": _("Change places with other judgments"),
    }
    rows: list[tuple[Cell, ...]] = []
    for pair in certainty.neighbors:
        shares = {"experts": pair.experts, "judgments": pair.judgments}
        rows.append(
            (
                analysis.ranks[pair.ahead],
                *(survey.node_name(leaf, language) for leaf in (pair.ahead, pair.behind)),
                pair.gap,
                *(shares[over] for over in there),
                *((_("they tie") if pair.tied else pair.changeable,) if there else ()),
            )
        )
    verdict = _("Could change places (share of {limit} or more)").format(limit=CHANGEABLE)
    return Table(
        title=_("Neighbors in the ranking"),
        columns=(
            *(_("Rank"), _("Ahead"), _("Behind"), _("Difference of the weights")),
            *(heads[over] for over in there),
            *((verdict,) if there else ()),
        ),
        rows=tuple(rows),
        language=language,
        limits=dict.fromkeys(range(4, 4 + len(there)), (CHANGEABLE,)),
        note=_note(certainty, language),
    )


def stability_table(
    analysis: Analysis, certainty: StudyCertainty, language: str, *, whole: bool = False
) -> Table:
    """Between which bounds each local weight can move by itself before a rank changes, the most
    critical weight first; a weight that changes no rank stands last.

    Args:
        analysis: of the panel.
        certainty: of it.
        language: of the texts.
        whole: no rank shall change; else the first shall stay first.
    """
    _, survey = translator(language), analysis.survey

    def names(pairs: Iterable[tuple[str, str]]) -> str:
        return _("; ").join(
            _("{behind} overtakes {ahead}").format(
                ahead=survey.node_name(ahead, language), behind=survey.node_name(behind, language)
            )
            for ahead, behind in pairs
        )

    rows: list[tuple[Cell, ...]] = []
    for interval in certainty.ranking if whole else certainty.first:
        parent = survey.hierarchy.parent_of(interval.node) or survey.hierarchy.goal
        changes = math.isfinite(interval.change)
        rows.append(
            (
                survey.node_name(interval.node, language),
                survey.node_name(parent, language),
                *(interval.weight, interval.lower, interval.upper),
                interval.change if changes else None,
                interval.relative_change if changes else None,
                *(names(interval.lower_pairs), names(interval.upper_pairs)),
            )
        )
    return Table(
        title=_("Between which bounds no rank changes")
        if whole
        else _("Between which bounds the first stays first"),
        columns=(
            *(
                _("Weight of"),
                _("Compared under"),
                _("Present weight"),
                _("Lower bound"),
                _("Upper bound"),
            ),
            *(_("Smallest change"), _("As a share of the weight")),
            *(_("Below the lower bound"), _("Above the upper bound")),
        ),
        rows=tuple(rows),
        language=language,
        note=_("Each local weight by itself; those beside it share the rest in proportion."),
    )


def swings_table(analysis: Analysis, leaf: str, swings: Sequence[Swing], language: str) -> Table:
    """What an indicator's global weight becomes when each local weight by itself is smaller or
    larger, the largest difference first.
    """
    _, survey = translator(language), analysis.survey
    name = survey.node_name(leaf, language)
    return Table(
        title=_("What moves the weight of “{name}”").format(name=name),
        columns=(
            *(_("Weight of"), _("From"), _("To"), _("Global weight then: from"), _("to")),
            _("Difference"),
        ),
        rows=tuple(
            (
                survey.node_name(swing.node, language),
                *(swing.lower, swing.upper, swing.at_lower, swing.at_upper, swing.size),
            )
            for swing in swings
        ),
        language=language,
        note=_("Each local weight by itself; those beside it share the rest in proportion."),
    )


def moved_table(analysis: Analysis, node: str, weight: float, language: str) -> Table:
    """The ranking when one local weight is another, beside the present one.

    Args:
        analysis: of the panel.
        node: one of `ahp.study.certainty.movable_nodes`.
        weight: its local weight then.
        language: of the texts.
    """
    _, survey = translator(language), analysis.survey
    then = weights_with(analysis, node, weight)
    return Table(
        title=_("The ranking with a weight of {weight} of “{name}”").format(
            weight=show_number(weight), name=survey.node_name(node, language)
        ),
        columns=(
            *(_("Rank then"), _("Present rank"), _("Indicator")),
            *(_("Weight then"), _("Present weight")),
        ),
        rows=tuple(
            (
                *(rank, analysis.ranks[leaf], survey.node_name(leaf, language)),
                *(then[leaf], analysis.global_weights[leaf]),
            )
            for leaf, rank in ranked(then).items()
        ),
        language=language,
        note=_("Each local weight by itself; those beside it share the rest in proportion."),
    )


def moved_sentence(analysis: Analysis, node: str, weight: float, language: str) -> str:
    """What another local weight does to the ranking."""
    _, survey = translator(language), analysis.survey
    then = ranked(weights_with(analysis, node, weight))
    moved = sum(then[leaf] != rank for leaf, rank in analysis.ranks.items())
    first = [survey.node_name(leaf, language) for leaf, rank in then.items() if rank == 1]
    text = (
        _("No indicator changes its rank; first: {first}.")
        if not moved
        else _("{moved} of {count} indicators have another rank than now; first: {first}.")
    )
    return text.format(
        moved=moved,
        count=len(then),
        first=_(", ").join(_("“{name}”").format(name=name) for name in first),
    )


def node_sentences(
    analysis: Analysis, certainty: StudyCertainty, node: str, language: str
) -> tuple[str, ...]:
    """Between which bounds a local weight changes neither the first rank nor any."""
    _ = translator(language)
    texts = {
        "first": (
            _("The first stays first as long as this weight (now {weight}) is {bounds}."),
            _("This weight (now {weight}) does not decide over the first rank."),
        ),
        "ranking": (
            _("No rank changes as long as it is {bounds}."),
            _("It changes no rank at all."),
        ),
    }
    sentences = []
    for kind, intervals in (("first", certainty.first), ("ranking", certainty.ranking)):
        interval = next(one for one in intervals if one.node == node)
        bounded, free = texts[kind]
        if not math.isfinite(interval.change):
            sentences.append(free.format(weight=show_number(interval.weight)))
        elif interval.change > 0:
            bounds = _bound_words(interval, language)
            sentences.append(bounded.format(weight=show_number(interval.weight), bounds=bounds))
        else:
            sentences.append(_("Some tie now: any change parts them."))
    return tuple(dict.fromkeys(sentences))


def likely_ranks(scatter: WeightUncertainty, leaf: str) -> tuple[int, int]:
    """The best and the worst rank of an indicator once (1 − level)/2 of the draws are left out at
    each end.
    """
    below = np.cumsum(scatter.rank_probability[scatter.names.index(leaf)])
    tail = (1 - scatter.level) / 2
    best, worst = (int(np.searchsorted(below, edge - 1e-12)) for edge in (tail, 1 - tail))
    last = len(below) - 1
    return min(best, last) + 1, min(worst, last) + 1


def certainty_sentences(
    analysis: Analysis, certainty: StudyCertainty, language: str
) -> dict[str, str]:
    """What the numbers mean, for who decides with them: key -> sentence, in the order to read.

    Keys are `"experts"`, `"judgments"` (what scatters, or why nothing does), `"few_experts"`,
    `"redrawn"`, `"neighbors"`, `"first"`, `"ranking"`; those that do not apply are absent.
    """
    _ = translator(language)
    sentences: dict[str, str] = {}
    without = without_words(_)
    reasons = {"experts": certainty.without_experts, "judgments": certainty.without_judgments}
    there = scatters(certainty)
    for over, reason in reasons.items():
        if reason:
            how = aggregate_words(_)[analysis.how]
            sentences[over] = without[reason].format(how=how)
    for over, scatter in there.items():
        sentences[over] = _scatter_sentence(analysis, certainty, over, scatter.leaves, language)
    ordered = {over: sentences[over] for over in reasons}
    if certainty.experts is not None:
        if certainty.counted <= FEW_EXPERTS:
            ordered["few_experts"] = _(
                "{count} experts are few: panels drawn from them resemble each other, and what "
                "other experts would say may lie outside these intervals."
            ).format(count=certainty.counted)
        if redrawn := certainty.experts.leaves.redrawn:
            ordered["redrawn"] = _(
                "{redrawn} more panels were drawn and left out, because their experts judged too "
                "few comparisons for a result."
            ).format(redrawn=redrawn)
    if there:
        ordered["neighbors"] = loose_sentence(Words(analysis.survey, language), certainty)
    ordered["first"] = _first_sentence(analysis, certainty.first, language)
    if sentence := _ranking_sentence(analysis, certainty.ranking, language):
        ordered["ranking"] = sentence
    return ordered


def neighbors_sentences(
    analysis: Analysis, certainty: StudyCertainty, language: str
) -> tuple[str, ...]:
    """A sentence for every two neighbors that could change places, the least sure first, then for
    those that tie.
    """
    tied = (pair for pair in certainty.neighbors if pair.tied)
    return tuple(_pair_words(analysis, pair, language) for pair in (*certainty.loose, *tied))


def percent_words(share: float, language: str, *limits: float) -> str:
    """A share as people say it, in whole per cent; what isn't none or all isn't said to be.

    Args:
        share: from 0 to 1.
        language: of the words.
        limits: of a verdict that stands beside it, as shares.

    >>> percent_words(0.326, "en"), percent_words(0.999, "en"), percent_words(0, "en")
    ('33%', 'more than 99%', '0%')
    """
    _ = translator(language)
    if 0 < share < 0.005:
        return _("less than 1%")
    if 0.995 < share < 1:
        return _("more than 99%")
    return f"{show_beside(100 * share, *(100 * limit for limit in limits), digits=0)}%"


def certainty_data(analysis: Analysis, certainty: StudyCertainty) -> dict[str, Any]:
    """The certainty as plain data by id, unrounded, ready for JSON."""

    def scattered(scatter: WeightUncertainty, k: int) -> dict[str, Any]:
        return {
            **{
                name: float(getattr(scatter, name)[k]) for name in ("lower", "upper", "mean", "std")
            },
            "rank_probability": scatter.rank_probability[k].tolist(),
        }

    def bounds(intervals: Iterable[StabilityInterval]) -> list[dict[str, Any]]:
        return [
            {
                "node": interval.node,
                **{name: getattr(interval, name) for name in ("weight", "lower", "upper")},
                "lower_pairs": [list(pair) for pair in interval.lower_pairs],
                "upper_pairs": [list(pair) for pair in interval.upper_pairs],
                "change": interval.change if math.isfinite(interval.change) else None,
            }
            for interval in intervals
        ]

    there = scatters(certainty)
    leaves = analysis.survey.hierarchy.leaves
    return {
        "survey": analysis.survey.id,
        "content_hash": analysis.survey.content_hash,
        "answered": len(analysis.panel.experts),
        "invited": analysis.invited,
        "counted": certainty.counted,
        **{name: getattr(certainty, name) for name in ("seed", "draws", "level")},
        **{name: getattr(certainty, name) for name in ("perturbation", "spread")},
        "without_experts": certainty.without_experts or None,
        "without_judgments": certainty.without_judgments or None,
        "redrawn": certainty.experts.leaves.redrawn if certainty.experts else None,
        "indicators": {
            leaf: {
                "rank": rank,
                "weight": analysis.global_weights[leaf],
                **{
                    over: scattered(scatter.leaves, leaves.index(leaf))
                    for over, scatter in there.items()
                },
            }
            for leaf, rank in analysis.ranks.items()
        },
        "neighbors": [
            {
                **{name: getattr(pair, name) for name in ("ahead", "behind", "gap", "tied")},
                **{name: getattr(pair, name) for name in ("experts", "judgments", "changeable")},
            }
            for pair in certainty.neighbors
        ],
        "first_stays_first": bounds(certainty.first),
        "no_rank_changes": bounds(certainty.ranking),
        "version": certainty.version,
    }


def _level(certainty: StudyCertainty) -> str:
    return f"{100 * certainty.level:g}"


def _note(certainty: StudyCertainty, language: str) -> str:
    """How what stands in a table was drawn."""
    _ = translator(language)
    return _("; ").join(
        _("{name}: {value}").format(
            name=over_words(_)[over], value=varied_words(certainty, over, language)
        )
        for over in scatters(certainty)
    )


def _bound_headings(certainty: StudyCertainty, _: Translate) -> list[str]:
    texts = (_("{over}: from"), _("{over}: to"))
    return [text.format(over=over_words(_)[over]) for over in scatters(certainty) for text in texts]


def _bounds(drawn: Sequence[WeightUncertainty], name: str) -> list[float]:
    return [
        float(bound[scatter.names.index(name)])
        for scatter in drawn
        for bound in (scatter.lower, scatter.upper)
    ]


def _kept(analysis: Analysis, scatter: WeightUncertainty, leaf: str) -> float:
    """In which share of the draws an indicator has its rank, or one of those that it shares."""
    rank = analysis.ranks[leaf]
    size = sum(other == rank for other in analysis.ranks.values())
    chances = scatter.rank_probability[scatter.names.index(leaf)]
    return float(chances[rank - 1 : rank - 1 + size].sum())


def _scatter_sentence(
    analysis: Analysis,
    certainty: StudyCertainty,
    over: Over,
    scatter: WeightUncertainty,
    language: str,
) -> str:
    _ = translator(language)
    leaf = analysis.ranking[0]
    k = scatter.names.index(leaf)
    text = {
        "experts": _(
            "If other experts had been asked: in {level}% of the panels drawn from these experts "
            "the weight of “{name}” lies between {lower} and {upper} (now {weight}); it comes "
            "first in {share} of them."
        ),
        "judgments": _(
            "If each judgment had been a little different: in {level}% of the draws the weight of "
            "“{name}” lies between {lower} and {upper} (now {weight}); it comes first in {share} "
            "of them."
        ),
    }[over]
    return text.format(
        level=_level(certainty),
        name=analysis.survey.node_name(leaf, language),
        lower=show_number(float(scatter.lower[k])),
        upper=show_number(float(scatter.upper[k])),
        weight=show_number(analysis.global_weights[leaf]),
        share=percent_words(float(scatter.rank_probability[k, 0]), language),
    )


def loose_sentence(words: Words, certainty: StudyCertainty) -> str:
    """Which neighbors in the ranking could change places, and how often they do: over panels or
    over judgments, whichever is more. Those that tie have no places to change.
    """
    _, loose = words._, certainty.loose
    limit = words.printed(f"{100 * CHANGEABLE:g}%")
    if not loose:
        text = _("No two neighbors in the ranking change places in {limit} of the draws or more.")
        if any(pair.tied for pair in certainty.neighbors):
            text = _(
                "But for those that tie, no two neighbors in the ranking change places in {limit} "
                "of the draws or more."
            )
        return text.format(limit=limit)
    listed = words.listed(
        [
            _("{behind} before {ahead} ({share})").format(
                behind=words.node(pair.behind),
                ahead=words.node(pair.ahead),
                share=words.percent(pair.largest or 0),
            )
            for pair in loose[:LISTED]
        ]
    )
    if len(loose) == 1:
        return _(
            "One pair of neighbors in the ranking changes places in {limit} of the draws or more: "
            "{pairs}. Their order is not settled."
        ).format(limit=limit, pairs=listed)
    text = _(
        "Neighbors in the ranking that change places in {limit} of the draws or more: {count} "
        "pairs. The order is turned round like this: {pairs}. It is not settled there."
    )
    if len(loose) > LISTED:
        text = _(
            "Neighbors in the ranking that change places in {limit} of the draws or more: {count} "
            "pairs. The order is turned round most often like this: {pairs}. It is not settled in "
            "any of them."
        )
    return text.format(limit=limit, count=words.count(len(loose)), pairs=listed)


def _pair_words(analysis: Analysis, pair: Neighbors, language: str) -> str:
    _ = translator(language)
    names = {
        "ahead": analysis.survey.node_name(pair.ahead, language),
        "behind": analysis.survey.node_name(pair.behind, language),
    }
    parts = []
    if pair.experts is not None:
        share = percent_words(pair.experts, language, CHANGEABLE)
        parts.append(_("in {share} of the panels drawn").format(share=share))
    if pair.judgments is not None:
        share = percent_words(pair.judgments, language, CHANGEABLE)
        parts.append(_("in {share} of the draws of judgments").format(share=share))
    text = (
        _("“{behind}” and “{ahead}” tie now; the former is ahead {where}.")
        if pair.tied
        else _("“{behind}” is ahead of “{ahead}” {where}.")
    )
    return text.format(**names, where=_(", ").join(parts))


def _bound_words(interval: StabilityInterval, language: str) -> str:
    """Where a local weight may lie."""
    _ = translator(language)
    lower = show_beside(interval.lower, interval.weight)
    upper = show_beside(interval.upper, interval.weight)
    if interval.lower_pairs and interval.upper_pairs:
        return _("between {lower} and {upper}").format(lower=lower, upper=upper)
    if interval.lower_pairs:
        return _("above {lower}").format(lower=lower)
    return _("below {upper}").format(upper=upper)


def _first_sentence(
    analysis: Analysis, intervals: Sequence[StabilityInterval], language: str
) -> str:
    """How far the first rank hangs on a weight."""
    _ = translator(language)
    name = analysis.survey.node_name(analysis.ranking[0], language)
    if sum(rank == 1 for rank in analysis.ranks.values()) > 1:
        return _("Several indicators share the first rank: a small change of a weight parts them.")
    if not intervals or not math.isfinite(intervals[0].change):
        return _("Whichever weight is changed by itself, “{name}” stays first.").format(name=name)
    return _(
        "“{name}” stays first as long as the weight of “{node}” (now {weight}) is {bounds}; no "
        "other weight decides more over the first rank."
    ).format(
        name=name,
        node=analysis.survey.node_name(intervals[0].node, language),
        weight=show_number(intervals[0].weight),
        bounds=_bound_words(intervals[0], language),
    )


def _ranking_sentence(
    analysis: Analysis, intervals: Sequence[StabilityInterval], language: str
) -> str:
    """Which weight changes the ranking soonest; empty where some tie, or none does."""
    _ = translator(language)
    tied = len({*analysis.ranks.values()}) < len(analysis.ranks)
    if tied or not intervals or not math.isfinite(intervals[0].change):
        return ""
    return _(
        "The ranking as a whole stays as it is as long as the weight of “{node}” (now {weight}) "
        "is {bounds}; no other weight changes it sooner."
    ).format(
        node=analysis.survey.node_name(intervals[0].node, language),
        weight=show_number(intervals[0].weight),
        bounds=_bound_words(intervals[0], language),
    )
