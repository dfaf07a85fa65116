"""What the numbers of an evaluation say, drafted by rules, each sentence with a check of its own.

A sentence is made from official figures; its check computes what it says anew from the arrays of
the results, by another route, and says whether the numbers contradict it. A person may put other
words in its place; those aren't checked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from ..evaluation import Movement, points_lost, round_half_up
from ..evaluation.cells import UNDUE, UNREPORTED
from ..evaluation.peers import PeriodResult, node_points
from ..evaluation.separation import SURE
from ..i18n import Translate, translator
from ..i18n.evaluation import bands_of, names_of
from ..i18n.evaluation_results import share_parts, signed
from .evaluation_evidence import EvaluationEvidence
from .finding import Finding

NAMED = 6
"""Units a sentence names; of more it says how many there are."""

WEAKEST_INDICATORS = 2
"""Indicators named behind the weakest part."""

COSTLIEST = 3
"""Indicators named as those that cost most."""

LOST_DIGITS = 2
"""Decimals of points of the total that are lost, as on the card of a unit."""

SHARE_DIGITS = 2
"""Decimals of what an indicator did to a change, as those of its parts."""

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


class Kind(NamedTuple):
    """A kind of sentence.

    Attributes:
        draft: the sentences that the numbers give rise to.
        holds: whether the numbers say what a sentence states, by another route.
    """

    draft: Callable[[EvaluationEvidence, str], Iterator[Finding]]
    holds: Callable[[Mapping[str, Any], EvaluationEvidence], bool]


def evaluation_findings(evidence: EvaluationEvidence, language: str) -> tuple[Finding, ...]:
    """What the numbers of an evaluation say, sentence by sentence.

    Args:
        evidence: what a report rests on.
        language: of the texts.

    >>> from ahp.resources import data_folder
    >>> from ahp.report.evaluation_evidence import evidence_of_result
    >>> from ahp.report.evaluation_findings import evaluation_findings
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> evaluation_findings(evidence_of_result(result, "2026Q2"), "en")[1].text
    '甲市监督中心 leads with 92.0 points (Excellent), of 12 units with a total.'
    """
    return tuple(finding for kind in KINDS.values() for finding in kind.draft(evidence, language))


def contradicted(finding: Finding, evidence: EvaluationEvidence) -> bool:
    """Whether the numbers contradict a drafted sentence: what it states doesn't hold, or its text
    has a number that it doesn't state.

    Args:
        finding: of `evaluation_findings`.
        evidence: what it is checked against.
    """
    stated = set(_NUMBER.findall(" ".join(_texts(finding.says))))
    if not set(_NUMBER.findall(finding.text)) <= stated:
        return True
    return not KINDS[finding.kind].holds(finding.says, evidence)


def _texts(stated: Any) -> Iterator[str]:
    """All that is stated, as texts."""
    if isinstance(stated, Mapping):
        for value in stated.values():
            yield from _texts(value)
    elif isinstance(stated, (tuple, list)):
        for value in stated:
            yield from _texts(value)
    else:
        yield str(stated)


# -- totals by the arrays, for checks


def _totals(evidence: EvaluationEvidence) -> dict[str, float]:
    """Unit -> total, of those that have one, as the arrays have it."""
    if evidence.whole is None:
        return {one.unit: float(one.total) for one in evidence.figures if one.total is not None}
    column = evidence.whole.totals[:, evidence.whole.period_position(evidence.period)]
    both = zip(evidence.whole.units, column.tolist(), strict=True)
    return {unit: total for unit, total in both if not np.isnan(total)}


def _totals_of(part: PeriodResult) -> dict[str, float]:
    column = part.result.totals[:, part.result.period_position(part.period)]
    both = zip(part.result.units, column.tolist(), strict=True)
    return {unit: total for unit, total in both if not np.isnan(total)}


def _bands(evidence: EvaluationEvidence) -> dict[str, str]:
    """Unit -> id of its band, as the arrays have it."""
    if evidence.whole is None:
        return {one.unit: one.band for one in evidence.figures}
    column = evidence.whole.bands[:, evidence.whole.period_position(evidence.period)]
    return dict(zip(evidence.whole.units, column.tolist(), strict=True))


def _members(evidence: EvaluationEvidence, group: str) -> set[str]:
    """The units of a group; all where there are no groups."""
    own = (one.units for one in evidence.scheme.groups if one.id == group)
    return set(next(own, tuple(one.unit for one in evidence.figures)))


def _rounds_to(text: str, number: float) -> bool:
    """Whether a printed number is the number rounded, a half either way."""
    places = len(text.partition(".")[2])
    return abs(float(text) - number) <= 0.5 * 10.0**-places + 1e-9


def _named(units: Sequence[str], language: str) -> str:
    """Units by name, or how many where they are many."""
    _ = translator(language)
    if len(units) > NAMED:
        return _("{count} units").format(count=len(units))
    return _(", ").join(units)


# -- who was evaluated


def _coverage(evidence: EvaluationEvidence, language: str) -> Iterator[Finding]:
    _ = translator(language)
    without = tuple(one.unit for one in evidence.figures if one.total is None)
    says = {
        "evaluated": len(evidence.figures),
        "rated": len(evidence.figures) - len(without),
        "without": without,
        "without_count": len(without),
        "period": evidence.period,
    }
    sentence = _("Units evaluated in {period}: {evaluated}, each with a total.")
    if without:
        sentence = _(
            "Units evaluated in {period}: {evaluated}; with a total: {rated}; without one: {units}."
        )
    text = sentence.format(**says, units=_named(without, language))
    yield Finding("coverage", "coverage", text, says)


def _coverage_holds(says: Mapping[str, Any], evidence: EvaluationEvidence) -> bool:
    rated = _totals(evidence)
    units = set(_bands(evidence))
    return (
        (says["evaluated"], says["rated"]) == (len(units), len(rated))
        and set(says["without"]) == units - rated.keys()
        and says["without_count"] == len(units) - len(rated)
        and says["period"] == evidence.period
    )


# -- who leads


def _leaders(evidence: EvaluationEvidence, language: str) -> Iterator[Finding]:
    _ = translator(language)
    bands = bands_of(evidence.scheme, language)
    for group, name, figures in evidence.named_groups(language):
        rated = [one for one in figures if one.total is not None]
        first = [one for one in rated if one.group_rank == 1]
        says: dict[str, Any] = {
            "group": group,
            "name": name,
            "units": tuple(one.unit for one in first),
            "count": len(rated),
            "all": len(figures),
        }
        if first:
            same = {one.band for one in first}
            says |= {"total": f"{first[0].total}", "band": same.pop() if len(same) == 1 else ""}
            says["shown_band"] = bands[says["band"]]
        sentence = _leader_sentence(says, _)
        about = {**says, "units": _named(says["units"], language)}
        text = sentence.format(**about)
        if name:
            text = _("{group}: {sentence}").format(group=name, sentence=text)
        yield Finding("leader", f"leader.{group}" if group else "leader", text, says)


def _leader_sentence(says: Mapping[str, Any], _: Translate) -> str:
    if not says["units"]:
        return _("No unit has a total.")
    if says["all"] == 1:
        return (
            _("{units} is the only unit, with {total} points ({shown_band}); no other is compared.")
            if says["band"]
            else _("{units} is the only unit, with {total} points; no other is compared.")
        )
    if says["count"] == 1:
        return _("{units} alone has a total, {total} points, of {all} units.")
    if len(says["units"]) > 1:
        return _("{units} share the first rank with {total} points, of {count} units with a total.")
    return (
        _("{units} leads with {total} points ({shown_band}), of {count} units with a total.")
        if says["band"]
        else _("{units} leads with {total} points, of {count} units with a total.")
    )


def _leaders_hold(says: Mapping[str, Any], evidence: EvaluationEvidence) -> bool:
    members, totals, bands = _members(evidence, says["group"]), _totals(evidence), _bands(evidence)
    own = {unit: total for unit, total in totals.items() if unit in members}
    if (says["count"], says["all"]) != (len(own), len(members & bands.keys())):
        return False
    if not own:
        return not says["units"]
    best = max(own.values())
    first = {unit for unit, total in own.items() if total == best}
    shared = {bands[unit] for unit in first}
    return bool(
        set(says["units"]) == first
        and float(says["total"]) == best
        and says["band"] == (shared.pop() if len(shared) == 1 else "")
    )


# -- bands


def _band_counts(evidence: EvaluationEvidence, language: str) -> Iterator[Finding]:
    _ = translator(language)
    count = Counter(one.band for one in evidence.figures if one.total is not None)
    bands = bands_of(evidence.scheme, language)
    unrated = sum(one.total is None for one in evidence.figures)
    says = {
        "counts": {band.id: count[band.id] for band in evidence.scheme.bands},
        "between": count[""],
        "unrated": unrated,
        "names": tuple(bands.values()),
    }
    parts = [
        _("{band}: {count}").format(band=bands[band.id], count=count[band.id])
        for band in evidence.scheme.bands
    ]
    if count[""]:
        parts.append(_("no band: {count}").format(count=count[""]))
    if unrated:
        parts.append(_("no total: {count}").format(count=unrated))
    text = _("Units by band – {bands}.").format(bands=_(", ").join(parts))
    yield Finding("bands", "bands", text, says)


def _band_counts_hold(says: Mapping[str, Any], evidence: EvaluationEvidence) -> bool:
    rated, bands = _totals(evidence), _bands(evidence)
    ids, counts = np.unique([bands[unit] for unit in rated] or [""], return_counts=True)
    found = dict(zip(ids.tolist(), counts.tolist(), strict=True)) if rated else {}
    stated = {band: count for band, count in says["counts"].items() if count}
    if says["between"]:
        stated[""] = says["between"]
    return stated == found and says["unrated"] == len(bands) - len(rated)


# -- level and spread


def _averages(evidence: EvaluationEvidence, language: str) -> Iterator[Finding]:
    _ = translator(language)
    digits = evidence.scheme.digits.total
    totals = [Fraction(one.total) for one in evidence.figures if one.total is not None]
    if len(totals) < 2:
        return
    says: dict[str, Any] = {
        "count": len(totals),
        "mean": f"{round_half_up(sum(totals) / len(totals), digits)}",
        "low": f"{round_half_up(min(totals), digits)}",
        "high": f"{round_half_up(max(totals), digits)}",
    }
    sentence = _("The {count} totals lie between {low} and {high}; their mean is {mean}.")
    if says["low"] == says["high"]:
        sentence = _("All {count} totals are {mean}.")
    yield Finding("average", "average", sentence.format(**says), says)


def _averages_hold(says: Mapping[str, Any], evidence: EvaluationEvidence) -> bool:
    totals = np.array([*_totals(evidence).values()])
    return (
        says["count"] == len(totals)
        and _rounds_to(says["mean"], float(totals.mean()))
        and float(says["low"]) == totals.min()
        and float(says["high"]) == totals.max()
    )


def _common(evidence: EvaluationEvidence) -> tuple[PeriodResult, PeriodResult, list[str]] | None:
    """The compared periods, and the units with a total in both; None where there are none."""
    if evidence.compared is None:
        return None
    first, last = evidence.compared
    both = [
        unit
        for unit in last.result.units
        if unit in first.result.units
        and first.result.total(unit, first.period) is not None
        and last.result.total(unit, last.period) is not None
    ]
    return (first, last, both) if both else None


def _average_changes(evidence: EvaluationEvidence, language: str) -> Iterator[Finding]:
    _ = translator(language)
    common = _common(evidence)
    if common is None:
        return
    first, last, both = common
    digits = last.result.scheme.digits.total

    def mean(part: PeriodResult) -> Decimal:
        totals = [Fraction(part.result.total(unit, part.period) or 0) for unit in both]
        return round_half_up(sum(totals) / len(totals), digits)

    then, now = mean(first), mean(last)
    says: dict[str, Any] = {
        "count": len(both),
        "before": first.period,
        "after": last.period,
        "then": f"{then}",
        "now": f"{now}",
        "direction": (now > then) - (now < then),
    }
    sentence = {
        1: _(
            "The mean of the {count} units with a total in {before} and in {after} rose from "
            "{then} to {now}."
        ),
        0: _(
            "The mean of the {count} units with a total in {before} and in {after} stayed at {now}."
        ),
        -1: _(
            "The mean of the {count} units with a total in {before} and in {after} fell from "
            "{then} to {now}."
        ),
    }[says["direction"]]
    if len(both) == 1:
        sentence = {
            1: _("Of one unit alone there is a total in {before} and in {after}: {then} → {now}."),
            0: _("Of one unit alone there is a total in {before} and in {after}: {now} in both."),
        }[abs(says["direction"])]
        says["count"] = 1
    yield Finding("average_change", "average_change", sentence.format(**says), says)


def _average_changes_hold(says: Mapping[str, Any], evidence: EvaluationEvidence) -> bool:
    if evidence.compared is None:
        return False
    first, last = evidence.compared
    then, now = _totals_of(first), _totals_of(last)
    both = sorted(then.keys() & now.keys())
    if len(both) != says["count"] or (says["before"], says["after"]) != (first.period, last.period):
        return False
    means = [float(np.mean([side[unit] for unit in both])) for side in (then, now)]
    printed = float(says["now"]) - float(says["then"])
    return (
        _rounds_to(says["then"], means[0])
        and _rounds_to(says["now"], means[1])
        and says["direction"] == int(np.sign(printed))
    )


# -- who moved, and why


def _movers(evidence: EvaluationEvidence, language: str) -> Iterator[Finding]:
    _ = translator(language)
    common = _common(evidence)
    if common is None:
        return
    first, last, both = common
    changes = {
        unit: (last.result.total(unit, last.period) or Decimal(0))
        - (first.result.total(unit, first.period) or Decimal(0))
        for unit in both
    }
    explained = {one.unit: one for one in evidence.movements}
    about = {"before": first.period, "after": last.period}
    ends = (
        ("riser", max(changes.values()), 1, _("No unit rose between {before} and {after}.")),
        ("faller", min(changes.values()), -1, _("No unit fell between {before} and {after}.")),
    )
    for key, most, sign, none in ends:
        says: dict[str, Any] = {"sign": sign, "units": (), "count": 0, "size": "", **about}
        if most * sign <= 0:
            if len(both) > 1:
                yield Finding("mover", key, none.format(**about), says)
            continue
        units = tuple(unit for unit in both if changes[unit] == most)
        says |= {"units": units, "count": len(units), "size": f"{abs(most)}"}
        sentence = _moved_sentence(sign, len(units), len(both), _)
        text = sentence.format(units=_named(units, language), size=says["size"], **about)
        if len(units) == 1 and (change := explained.get(units[0])):
            says |= _why(change, evidence, language)
            text = _("{change}: {why}").format(change=text, why=says["shown"])
        yield Finding("mover", key, _("{sentence}.").format(sentence=text), says)


def _moved_sentence(sign: int, count: int, of: int, _: Translate) -> str:
    """That some of the compared units rose or fell most, or the only one did."""
    if of == 1:
        return (
            _("{units} rose by {size} points between {before} and {after}")
            if sign > 0
            else _("{units} fell by {size} points between {before} and {after}")
        )
    if count > 1:
        return (
            _("{units} rose most between {before} and {after}, by {size} points each")
            if sign > 0
            else _("{units} fell most between {before} and {after}, by {size} points each")
        )
    return (
        _("{units} rose most between {before} and {after}, by {size} points")
        if sign > 0
        else _("{units} fell most between {before} and {after}, by {size} points")
    )


def _why(change: Movement, evidence: EvaluationEvidence, language: str) -> dict[str, Any]:
    """What made a total change: its parts, and the indicator that did most."""
    _ = translator(language)
    names: dict[str, str] = {}
    for part in evidence.compared or ():
        names |= names_of(part.result.scheme, language)
    way = 1 if change.change > 0 else -1
    top = max(change.effects, key=lambda one: way * one.total)
    shown = _("; ").join(share_parts(change, language))
    if way * top.total <= 0:
        return {"shown": shown, "top": "", "top_size": ""}
    size = round_half_up(abs(top.total), SHARE_DIGITS)
    shown = _("{parts}; of the indicators “{indicator}” did most ({size})").format(
        parts=shown, indicator=names[top.indicator], size=signed(way * size)
    )
    return {"shown": shown, "top": top.indicator, "top_size": f"{size}"}


def _movers_hold(says: Mapping[str, Any], evidence: EvaluationEvidence) -> bool:
    if evidence.compared is None:
        return False
    first, last = evidence.compared
    then, now = _totals_of(first), _totals_of(last)
    both = sorted(then.keys() & now.keys())
    digits = last.result.scheme.digits.total
    rises = np.array([round(says["sign"] * (now[unit] - then[unit]), digits + 2) for unit in both])
    if (says["before"], says["after"]) != (first.period, last.period):
        return False
    most = rises.max()
    if not says["units"]:
        return bool(most <= 0)
    units = {unit for unit, rise in zip(both, rises, strict=True) if rise == most}
    if set(says["units"]) != units or most <= 0 or not _rounds_to(says["size"], float(most)):
        return False
    return not says.get("top") or _top_holds(says, first, last)


def _top_holds(says: Mapping[str, Any], first: PeriodResult, last: PeriodResult) -> bool:
    """Whether an indicator did most of a change, by points lost and weights before and after."""
    (unit,) = says["units"]
    sides = []
    for part in (first, last):
        lost = points_lost(part.result, part.period, (unit,))
        sides.append(
            {
                leaf: (lost.weights[0, k], 100 - lost.lost[0, k] / lost.weights[0, k])
                for k, leaf in enumerate(lost.indicators)
                if lost.weights[0, k] > 0
            }
        )
    then, now = sides
    effects = {}
    for leaf in then.keys() | now.keys():
        (weight_then, points_then) = then.get(leaf, (0.0, np.nan))
        (weight_now, points_now) = now.get(leaf, (0.0, np.nan))
        points_then = points_now if np.isnan(points_then) else points_then
        points_now = points_then if np.isnan(points_now) else points_now
        effects[leaf] = weight_now * points_now - weight_then * points_then
        if first.result.scheme == last.result.scheme:
            mean_points, mean_weight = (
                (points_then + points_now) / 2,
                (weight_then + weight_now) / 2,
            )
            effects[leaf] = mean_weight * (points_now - points_then)
            effects[leaf] += mean_points * (weight_now - weight_then)
    most = max(says["sign"] * effect for effect in effects.values())
    own = says["sign"] * effects[says["top"]]
    return own >= most - 1e-9 and _rounds_to(says["top_size"], own)


# -- strengths and weaknesses


def _node_means(evidence: EvaluationEvidence) -> dict[str, tuple[Fraction, int]]:
    """Child of the goal -> mean of the units' points, each the mean of its periods, and of how many
    units.
    """
    means = {}
    for node, points in evidence.part_points.items():
        own = []
        for row in points:
            known = [Fraction(repr(float(one))) for one in row if not np.isnan(one)]
            if known:
                own.append(sum(known, Fraction(0)) / len(known))
        if own:
            means[node] = (sum(own, Fraction(0)) / len(own), len(own))
    return means


def _capabilities(evidence: EvaluationEvidence, language: str) -> Iterator[Finding]:
    _ = translator(language)
    names = names_of(evidence.last.result.scheme, language)
    means = _node_means(evidence)
    digits = evidence.scheme.digits.total
    shown = {node: round_half_up(mean, digits) for node, (mean, _count) in means.items()}
    if len(shown) < 2:
        return
    if len(set(shown.values())) == 1:
        says: dict[str, Any] = {
            "end": "same",
            "nodes": tuple(shown),
            "mean": f"{min(shown.values())}",
        }
        text = _("All parts have the same mean, {mean} points.").format(**says)
        yield Finding("capability", "capability.same", text, says)
        return
    for end, pick, sentence in (
        ("strongest", max, _("Strongest over all units: {parts}, mean {mean} points.")),
        ("weakest", min, _("Weakest over all units: {parts}, mean {mean} points")),
    ):
        edge = pick(shown.values())
        nodes = tuple(node for node, mean in shown.items() if mean == edge)
        says = {"end": end, "nodes": nodes, "mean": f"{edge}"}
        says["names"] = tuple(names[node] for node in nodes)
        text = sentence.format(parts=_(", ").join(says["names"]), mean=says["mean"])
        if end == "weakest":
            behind = _behind(evidence, nodes, digits) if len(nodes) == 1 else ()
            says["behind"] = behind
            says["behind_names"] = tuple(names[leaf] for leaf, _mean in behind)
            if behind:
                listed = _(", ").join(
                    _("{name} {number}").format(name=names[leaf], number=mean)
                    for leaf, mean in behind
                )
                text = _("{weakest}; fewest points in it: {indicators}").format(
                    weakest=text, indicators=listed
                )
            text = _("{sentence}.").format(sentence=text)
        yield Finding("capability", f"capability.{end}", text, says)


def _behind(
    evidence: EvaluationEvidence, nodes: tuple[str, ...], digits: int
) -> tuple[tuple[str, str], ...]:
    """The indicators below a part with the fewest points on average, and these; nothing where it is
    an indicator itself.
    """
    result = evidence.last.result
    leaves = _leaves_below(result.scheme.children, nodes[0])
    means = []
    for leaf in leaves:
        scores = [
            Fraction(
                repr(float(part.result.scores[row, column, part.result.indicators.index(leaf)]))
            )
            for part in evidence.parts
            if leaf in part.result.indicators
            for column in (part.result.period_position(part.period),)
            for row in range(len(part.result.units))
            if not np.isnan(part.result.scores[row, column, part.result.indicators.index(leaf)])
        ]
        if scores:
            means.append((sum(scores) / len(scores), leaf))
    means.sort(key=lambda one: one[0])
    if leaves == [nodes[0]] or len(means) <= WEAKEST_INDICATORS:
        return ()
    return tuple(
        (leaf, f"{round_half_up(mean, digits)}") for mean, leaf in means[:WEAKEST_INDICATORS]
    )


def _leaves_below(children: Mapping[str, Sequence[str]], node: str) -> list[str]:
    if node not in children:
        return [node]
    return [leaf for kid in children[node] for leaf in _leaves_below(children, kid)]


def _capabilities_hold(says: Mapping[str, Any], evidence: EvaluationEvidence) -> bool:
    units = tuple(one.unit for one in evidence.figures)
    points: dict[str, dict[str, list[float]]] = {}
    for part in evidence.parts:
        own = [unit for unit in part.result.units if unit in units]
        found = node_points(part.result, part.period, own)
        for node in part.result.scheme.children[part.result.scheme.goal]:
            for unit, value in zip(own, found.get(node, ()), strict=node in found):
                if not np.isnan(value):
                    points.setdefault(node, {}).setdefault(unit, []).append(float(value))
    means = {
        node: float(np.mean([np.mean(some) for some in of_unit.values()]))
        for node, of_unit in points.items()
    }
    if not all(_rounds_to(says["mean"], means[node]) for node in says["nodes"]):
        return False
    others = [mean for node, mean in means.items() if node not in says["nodes"]]
    edge = float(says["mean"])
    if says["end"] == "same":
        return not others
    side = 1 if says["end"] == "strongest" else -1
    half = 0.5 * 10.0**-evidence.scheme.digits.total + 1e-9
    if any(side * (mean - edge) > half for mean in others):
        return False
    return not says.get("behind") or _behind_holds(says, evidence)


def _behind_holds(says: Mapping[str, Any], evidence: EvaluationEvidence) -> bool:
    """Whether the indicators named have the fewest points below a part."""
    leaves = _leaves_below(evidence.last.result.scheme.children, says["nodes"][0])
    means = {}
    for leaf in leaves:
        scores = np.concatenate(
            [
                part.result.scores[
                    :,
                    part.result.period_position(part.period),
                    part.result.indicators.index(leaf),
                ]
                for part in evidence.parts
                if leaf in part.result.indicators
            ]
        )
        if not np.isnan(scores).all():
            means[leaf] = float(np.nanmean(scores))
    stated = dict(says["behind"])
    most = max(means[leaf] for leaf in stated)
    others = [mean for leaf, mean in means.items() if leaf not in stated]
    exact = all(_rounds_to(text, means[leaf]) for leaf, text in stated.items())
    return exact and all(mean >= most - 1e-9 for mean in others)


# -- deductions, bonuses, vetoes


def _event_ids(evidence: EvaluationEvidence) -> dict[str, set[str]]:
    """Ids of the deductions, bonuses and vetoes of all periods."""
    ids: dict[str, set[str]] = {"deduction": set(), "bonus": set(), "veto": set()}
    for part in evidence.parts:
        scheme = part.result.scheme
        ids["deduction"].update(one.id for one in scheme.deductions)
        ids["bonus"].update(one.id for one in scheme.bonuses)
        ids["veto"].update(one.id for one in scheme.vetoes)
    return ids


def _events(evidence: EvaluationEvidence, language: str) -> Iterator[Finding]:
    _ = translator(language)
    words = {"deduction": _("deductions"), "bonus": _("bonuses"), "veto": _("vetoes")}
    says: dict[str, Any] = {"units": {}, "counts": {}}
    parts = []
    for kind, ids in _event_ids(evidence).items():
        units = tuple(dict.fromkeys(one.unit for one in evidence.entries if one.event in ids))
        says["units"][kind], says["counts"][kind] = units, len(units)
        if units:
            parts.append(
                _("{what} – {units}").format(what=words[kind], units=_named(units, language))
            )
    text = _("There are no deductions, bonuses or vetoes.")
    if parts:
        text = _("Units with {kinds}.").format(kinds=_("; ").join(parts))
    yield Finding("events", "events", text, says)


def _events_hold(says: Mapping[str, Any], evidence: EvaluationEvidence) -> bool:
    found: dict[str, set[str]] = {"deduction": set(), "bonus": set(), "veto": set()}
    for part in evidence.parts:
        result, scheme = part.result, part.result.scheme
        scored = result.scored(result.units, result.scored_period(part.period))
        width, column = (
            len(scored.grid.periods),
            scored.grid.periods.index(result.scored_period(part.period)),
        )
        for kind, some in (("deduction", scheme.deductions), ("bonus", scheme.bonuses)):
            for event in some:
                amounts = scored.amounts[event.id][column::width]
                found[kind].update(result.units[k] for k in np.flatnonzero(amounts).tolist())
        for veto in scheme.vetoes:
            falls = scored.falls[veto.id][column::width]
            found["veto"].update(result.units[k] for k in np.flatnonzero(falls).tolist())
    return all(set(says["units"][kind]) == units for kind, units in found.items()) and all(
        says["counts"][kind] == len(units) for kind, units in found.items()
    )


# -- what is missing


def _missing(evidence: EvaluationEvidence, language: str) -> Iterator[Finding]:
    _ = translator(language)
    count, units, undecided = 0, [], []
    for value in evidence.missing:
        count += 1
        units.append(value.unit)
        if len(value.bands) > 1:
            undecided.append(value.unit)
    says: dict[str, Any] = {
        "count": count,
        "units": tuple(dict.fromkeys(units)),
        "units_count": len(set(units)),
        "undecided": tuple(dict.fromkeys(undecided)),
        "undecided_count": len(set(undecided)),
    }
    if not count:
        yield Finding("missing", "missing", _("No value is missing."), says)
        return
    sentence = _("Values missing: {count}, of {units}; no band depends on them.")
    if undecided:
        sentence = _(
            "Values missing: {count}, of {units}; the band of {undecided} depends on them."
        )
        if evidence.is_year:  # its band comes of signed totals
            sentence = _(
                "Values missing: {count}, of {units}; in their period the band of {undecided} "
                "depended on them."
            )
    text = sentence.format(
        count=count,
        units=_named(says["units"], language),
        undecided=_named(says["undecided"], language),
    )
    yield Finding("missing", "missing", text, says)


def _missing_holds(says: Mapping[str, Any], evidence: EvaluationEvidence) -> bool:
    count, units, open_units = 0, set(), set()
    for part in evidence.parts:
        result = part.result
        column = result.period_position(part.period)
        gone = np.isin(result.status[:, column], (UNREPORTED, UNDUE))
        count += int(gone.sum())
        units |= {result.units[k] for k in np.flatnonzero(gone.any(axis=1)).tolist()}
        low, high = result.bounds[:, column].T
        open_units |= {
            result.units[k] for k in range(len(result.units)) if gone[k].any() and low[k] != high[k]
        }
    return (
        says["count"] == count
        and set(says["units"]) == units
        and (says["units_count"], says["undecided_count"])
        == (len(units), len(set(says["undecided"])))
        and set(says["undecided"]) <= open_units
    )


# -- early warnings


def _warnings(evidence: EvaluationEvidence, language: str) -> Iterator[Finding]:
    _ = translator(language)
    words = {
        "warning_floor": _("below the floor"),
        "warning_fall": _("a large fall"),
        "warning_falls": _("falls in a row"),
        "warning_median": _("far below the group's median"),
        "warning_edge": _("just above the edge of a band"),
        "warning_veto_below": _("close to a veto"),
        "warning_veto_above": _("close to a veto"),
    }
    part = evidence.last
    units: dict[str, list[str]] = {}
    for phrase in part.result.warnings:
        if phrase.code in words and phrase.parameters["period"] == part.period:
            units.setdefault(phrase.code, []).append(str(phrase.parameters["unit"]))
    says: dict[str, Any] = {
        "units": {code: tuple(dict.fromkeys(some)) for code, some in units.items()},
        "counts": {code: len(set(some)) for code, some in units.items()},
        "period": part.period,
    }
    if not units:
        text = _("No early warnings in {period}.").format(period=part.period)
        yield Finding("warnings", "warnings", text, says)
        return
    by_word: dict[str, list[str]] = {}
    for code, some in says["units"].items():
        by_word.setdefault(words[code], []).extend(some)
    parts = [
        _("{what} – {units}").format(what=word, units=_named([*dict.fromkeys(some)], language))
        for word, some in by_word.items()
    ]
    says["counts"] |= {word: len(set(some)) for word, some in by_word.items()}
    text = _("Early warnings in {period}: {warnings}.").format(
        period=part.period, warnings=_("; ").join(parts)
    )
    yield Finding("warnings", "warnings", text, says)


def _warnings_hold(says: Mapping[str, Any], evidence: EvaluationEvidence) -> bool:
    part, rules = evidence.last, evidence.last.result.scheme.warnings
    totals, stated = _totals_of(part), says["units"]
    expected: dict[str, set[str]] = {}
    if rules.floor is not None:
        expected["warning_floor"] = {one for one in totals if totals[one] < float(rules.floor)}
    if rules.below_median is not None:
        groups = [set(one.units) for one in part.result.scheme.groups] or [set(totals)]
        expected["warning_median"] = {
            unit
            for group in groups
            for unit in group & totals.keys()
            if round(median(totals[one] for one in group & totals.keys()) - totals[unit], 6)
            > float(rules.below_median)
        }
    if rules.fall is not None:
        earlier = str(part.result.scored_period(part.period).earlier)
        before = (
            _totals_of(PeriodResult(part.result, earlier)) if earlier in part.result.periods else {}
        )
        expected["warning_fall"] = {
            unit
            for unit in totals.keys() & before.keys()
            if round(before[unit] - totals[unit], 6) > float(rules.fall)
        }
    if rules.band_edge is not None:
        bands = {one.id: float(one.at_least) for one in part.result.scheme.bands[:-1]}
        column = part.result.bands[:, part.result.period_position(part.period)].tolist()
        of_unit = dict(zip(part.result.units, column, strict=True))
        expected["warning_edge"] = {
            unit
            for unit, total in totals.items()
            if of_unit[unit] in bands
            and 0 <= round(total - bands[of_unit[unit]], 6) <= float(rules.band_edge)
        }
    known = all(set(stated.get(code, ())) == units for code, units in expected.items())
    named = {unit for units in stated.values() for unit in units}
    return known and named <= set(part.result.units) and says["period"] == part.period


# -- corrections


def _corrected(evidence: EvaluationEvidence) -> Iterator[tuple[str, str, str, str]]:
    """Unit, period, total as it was signed first, and as it was signed last, where they differ."""
    for held in evidence.held:
        if len(held.signatures) > 1:
            first, last = (held.signatures[k].evidence["units"] for k in (0, -1))
            for unit, told in last.items():
                before = first.get(unit, {"total": None})["total"]
                if before != told["total"]:
                    yield told["name"], str(held.period), before or "–", told["total"] or "–"


def _corrections(evidence: EvaluationEvidence, language: str) -> Iterator[Finding]:
    _ = translator(language)
    found = tuple(_corrected(evidence))
    if not found:
        return
    says = {"totals": found, "count": len(found)}
    parts = (
        _("{unit} in {period} {before} → {after}").format(
            unit=unit, period=period, before=before, after=after
        )
        for unit, period, before, after in found[:NAMED]
    )
    sentence = (
        _("Totals corrected after signing: {totals}.")
        if len(found) <= NAMED
        else _("{count} totals were corrected after signing, among them {totals}.")
    )
    text = sentence.format(totals=_(", ").join(parts), count=len(found))
    yield Finding("corrections", "corrections", text, says)


def _corrections_hold(says: Mapping[str, Any], evidence: EvaluationEvidence) -> bool:
    known: dict[tuple[str, str], list[str | None]] = {}
    for held in evidence.held:
        for one in held.signatures:
            for told in one.evidence["units"].values():
                known.setdefault((told["name"], str(held.period)), []).append(told["total"])
    found = {
        key: (totals[0] or "–", totals[-1] or "–")
        for key, totals in known.items()
        if totals[0] != totals[-1]
    }
    stated = {(unit, period): (old, new) for unit, period, old, new in says["totals"]}
    return stated == found and says["count"] == len(found)


# -- who can't be told apart


def _alike(evidence: EvaluationEvidence, language: str) -> Iterator[Finding]:
    _ = translator(language)
    certainty = evidence.certainty
    if certainty is None or certainty.ahead is None:
        return
    for group, name, figures in evidence.named_groups(language):
        rated = [one for one in figures if one.total is not None]
        if len(rated) < 2:
            continue
        rows = [certainty.units.index(one.unit) for one in rated]
        pairs = [
            (one.unit, other.unit)
            for one, other, row, next_row in zip(rated, rated[1:], rows, rows[1:], strict=False)
            if certainty.ahead[row, next_row] < SURE
        ]
        says = {
            "group": group,
            "name": name,
            "pairs": tuple(pairs),
            "count": len(pairs),
            "neighbors": len(rated) - 1,
            "sure": f"{100 * SURE:g}",
        }
        sentence = _(
            "Of {neighbors} pairs of neighbors in rank {count} can't be told apart (less than "
            "{sure}% sure who is ahead): {pairs}."
        )
        if not pairs:
            sentence = _(
                "Each unit is ahead of the next one in rank with a probability of {sure}% or more."
            )
        elif len(pairs) > NAMED:
            sentence = _(
                "Of {neighbors} pairs of neighbors in rank {count} can't be told apart (less than "
                "{sure}% sure who is ahead)."
            )
        listed = _(", ").join(
            _("{unit} and {other}").format(unit=unit, other=other) for unit, other in pairs
        )
        text = sentence.format(**{**says, "pairs": listed})
        if name:
            text = _("{group}: {sentence}").format(group=name, sentence=text)
        yield Finding("alike", f"alike.{group}" if group else "alike", text, says)


def _alike_hold(says: Mapping[str, Any], evidence: EvaluationEvidence) -> bool:
    certainty = evidence.certainty
    if certainty is None or certainty.ahead is None:
        return False
    members, totals = _members(evidence, says["group"]), _totals(evidence)
    probability = {
        (one, other): certainty.ahead[i, j]
        for i, one in enumerate(certainty.units)
        for j, other in enumerate(certainty.units)
    }
    rated = [unit for unit in totals if unit in members]
    higher = all(totals[one] >= totals[other] for one, other in says["pairs"])
    unsure = all(probability[pair] < SURE for pair in says["pairs"])
    return (
        higher
        and unsure
        and (says["count"], says["neighbors"]) == (len(says["pairs"]), len(rated) - 1)
        and {unit for pair in says["pairs"] for unit in pair} <= set(rated)
    )


# -- what to do next


def _costliest(evidence: EvaluationEvidence, language: str) -> Iterator[Finding]:
    _ = translator(language)
    part = evidence.last
    losses = [one for one in evidence.lost.of(None) if one.lost > 0]
    chosen = losses[:COSTLIEST]
    if not chosen:
        return
    names = names_of(part.result.scheme, language)
    says = {
        "lost": tuple((one.indicator, f"{round_half_up(one.lost, LOST_DIGITS)}") for one in chosen),
        "names": tuple(names[one.indicator] for one in chosen),
        "period": part.period,
    }
    listed = _(", ").join(
        _("{name} {number}").format(name=names[leaf], number=number)
        for leaf, number in says["lost"]
    )
    text = _(
        "What costs most of the total, on average in {period} in points of it: {indicators}. There "
        "improvement pays first."
    ).format(period=part.period, indicators=listed)
    yield Finding("costliest", "costliest", text, says)


def _costliest_holds(says: Mapping[str, Any], evidence: EvaluationEvidence) -> bool:
    part = evidence.last
    lost = points_lost(part.result, part.period)
    columns = [k for k in range(len(lost.indicators)) if not np.isnan(lost.lost[:, k]).all()]
    means = {lost.indicators[k]: float(np.nanmean(lost.lost[:, k])) for k in columns}
    stated = dict(says["lost"])
    if says["period"] != part.period or not stated.keys() <= means.keys():
        return False
    least = min(means[leaf] for leaf in stated)
    others = (mean for leaf, mean in means.items() if leaf not in stated)
    exact = all(_rounds_to(text, means[leaf]) for leaf, text in stated.items())
    return exact and all(mean <= least + 1e-9 for mean in others)


def _advice(evidence: EvaluationEvidence, language: str) -> Iterator[Finding]:
    """Units to talk with: in the lowest band, or with a veto."""
    _ = translator(language)
    lowest = evidence.scheme.bands[-1]
    low = tuple(one.unit for one in evidence.figures if one.band == lowest.id)
    vetoes = {veto.id for part in evidence.parts for veto in part.result.scheme.vetoes}
    vetoed = tuple(dict.fromkeys(one.unit for one in evidence.entries if one.event in vetoes))
    band = bands_of(evidence.scheme, language)[lowest.id]
    says = {"low": low, "low_count": len(low), "vetoed": vetoed, "vetoed_count": len(vetoed)}
    says["band"] = band
    if low:
        text = _(
            "In the lowest band, “{band}”: {units}. Agree with them on what is mended by when."
        )
        text = text.format(band=band, units=_named(low, language))
        yield Finding("advice", "advice.low", text, {**says, "about": "low"})
    if vetoed:
        text = _("With a veto: {units}. Follow up the case behind it before the next period.")
        text = text.format(units=_named(vetoed, language))
        yield Finding("advice", "advice.veto", text, {**says, "about": "veto"})


def _advice_holds(says: Mapping[str, Any], evidence: EvaluationEvidence) -> bool:
    if says["about"] == "low":
        worst = evidence.scheme.bands[-1].id
        found = {unit for unit, band in _bands(evidence).items() if band == worst}
        return set(says["low"]) == found and says["low_count"] == len(found)
    vetoed = {
        part.result.units[row]
        for part, scored, width in evidence.scored_parts()
        for veto in scored.scheme.vetoes
        for row in np.flatnonzero(
            scored.falls[veto.id][
                scored.grid.periods.index(part.result.scored_period(part.period)) :: width
            ]
        ).tolist()
    }
    return set(says["vetoed"]) == vetoed and says["vetoed_count"] == len(vetoed)


KINDS: Mapping[str, Kind] = {
    "coverage": Kind(_coverage, _coverage_holds),
    "leader": Kind(_leaders, _leaders_hold),
    "bands": Kind(_band_counts, _band_counts_hold),
    "average": Kind(_averages, _averages_hold),
    "average_change": Kind(_average_changes, _average_changes_hold),
    "alike": Kind(_alike, _alike_hold),
    "mover": Kind(_movers, _movers_hold),
    "capability": Kind(_capabilities, _capabilities_hold),
    "events": Kind(_events, _events_hold),
    "missing": Kind(_missing, _missing_holds),
    "warnings": Kind(_warnings, _warnings_hold),
    "corrections": Kind(_corrections, _corrections_hold),
    "costliest": Kind(_costliest, _costliest_holds),
    "advice": Kind(_advice, _advice_holds),
}
"""The kinds of sentences, in the order of a report."""
