"""Delphi rounds: what a closed round leaves behind, what experts see of it, when to stop.

A round's evidence is plain data: the result with everything that made it, and the distribution of
the answers to every comparison. It is frozen when the round closes and can be made anew from the
same answers to verify it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from ..consensus import SIGNIFICANT, coefficient_of_variation, kendall_w, scale_position
from ..datafile import canonical, jcs
from ..matrix import LARGEST
from ..scale import opposite
from ..study.analysis import Analysis, analyze, only_experts
from ..study.answers import Answers
from ..study.panel import TOLERANCE
from ..study.standing import Standing, expert_weights
from ..study.survey import Survey
from ..tolerance import ranked
from .asking import Pair
from .settings import Settings

BINS = ((-8, -6), (-5, -3), (-2, -1), (0, 0), (1, 2), (3, 5), (6, 8))
"""Bins of the histogram that experts see, in steps of Saaty's scale: -8 is 1/9, 0 is 1, 8 is 9. As
coarse as the words of the scale, so that a single answer is not read off."""

EVIDENCE_FORMAT = 3

_SINCE_FORMAT_2 = {"": ("invited", "incoherent"), "settings": ("incoherent", "cr_limit")}
_SINCE_FORMAT_2 |= {"summary": ("invited", "both")}
"""Table of a round's evidence -> keys that evidence of format 1 does not have."""


@dataclass(frozen=True)
class Distribution:
    """How a panel answered one comparison, in steps of Saaty's scale, positive = left.

    Attributes:
        count: answers.
        bins: answers in each of `BINS`.
        median, q1, q3: of the answers, linear between two.
    """

    count: int
    bins: tuple[int, ...]
    median: float
    q1: float
    q3: float

    def turned(self) -> Distribution:
        """The same, of how much the right item matters more than the left."""
        return Distribution(self.count, self.bins[::-1], -self.median, -self.q3, -self.q1)

    def outside(self, value: float) -> bool:
        """Whether a judgment lies outside the interquartile range."""
        position = float(scale_position(value))
        return not self.q1 - TOLERANCE <= position <= self.q3 + TOLERANCE

    @property
    def middle(self) -> tuple[int, int]:
        """The lowest and the highest step of the scale that are not `outside`; where there is none,
        the two steps around, the higher one first.
        """
        return math.ceil(self.q1 - TOLERANCE), math.floor(self.q3 + TOLERANCE)


@dataclass(frozen=True)
class Feedback:
    """What an expert sees of the closed round at one comparison.

    Attributes:
        own: their own last answer as exact text, None if they gave none.
        panel: how the panel answered; None when too few others did.
    """

    own: str | None
    panel: Distribution | None

    def turned(self) -> Feedback:
        """The same, of the comparison the other way round."""
        return Feedback(self.own and opposite(self.own), self.panel and self.panel.turned())


@dataclass(frozen=True)
class RoundSummary:
    """What decides whether another round is needed.

    Attributes:
        round: its number.
        experts: how many submitted and had answered a comparison or more.
        w, p_value: Kendall's W over the experts' global weights of the indicators, and its p; None
            with fewer than two experts.
        cv: largest coefficient of variation of an indicator's global weight; None likewise.
        changed: share of the answers that differ from the round before, among those given in both;
            None in round 1.
        invited: how many experts were asked; None = not known.
        both: how many of the experts are in the round before, too; None in round 1, or not known.
    """

    round: int
    experts: int
    w: float | None
    p_value: float | None
    cv: float | None
    changed: float | None
    invited: int | None = None
    both: int | None = None


@dataclass(frozen=True)
class Recommendation:
    """Whether to stop after a round, and why.

    Attributes:
        stop: the recommendation.
        reason: `"reached"`, `"used_up"`, `"not_significant"` (W is large enough but may be chance),
            `"not_reached"` or `"first_round"` (no share of changes yet).
    """

    stop: bool
    reason: str


def analyze_round(
    survey: Survey,
    answers: Answers,
    settings: Settings,
    standings: Mapping[str, Standing],
    *,
    number: int | None = None,
    running: bool = False,
    anonymous: int = 0,
) -> Analysis:
    """The result of one round.

    Args:
        survey: the survey that was answered.
        answers: of the experts who submitted.
        settings: the study's.
        standings: expert -> standing, of all who were invited.
        number: of the round.
        running: whether it is open, so that the result is provisional.
        anonymous: how many of the experts came by an anonymous link.

    Raises:
        AHPError: as for `ahp.analyze`; no authority coefficient where it is asked for.
    """
    own = {name: standings[name] for name in answers.experts}
    found = analyze(
        survey,
        answers,
        method=settings.method,
        random_index=settings.random_index,
        how=settings.aggregate,
        trim=settings.trim,
        expert_weights=expert_weights(settings.weighting, own),
        weighting=settings.weighting,
        recused=tuple((name, parent) for name, one in own.items() for parent in one.recused),
        incoherent=settings.incoherent,
        cr_limit=settings.cr_limit,
        invited=len(standings),
    )
    return replace(found, round=number, running=running, anonymous=anonymous)


def distributions(analysis: Analysis) -> dict[Pair, Distribution]:
    """How the panel answered each comparison; none for those that nobody answered."""
    found = {}
    positions = scale_position(analysis.panel.judgments)
    comparisons = analysis.survey.hierarchy.comparisons
    for pair, column in zip(comparisons, positions.T, strict=True):
        given = column[~np.isnan(column)]
        if len(given):
            q1, median, q3 = np.percentile(given, (25, 50, 75)).tolist()
            # imported judgments may lie between two steps or beyond 9
            steps = np.clip(np.round(given), BINS[0][0], BINS[-1][1])
            bins = tuple(int(((low <= steps) & (steps <= high)).sum()) for low, high in BINS)
            found[pair] = Distribution(len(given), bins, median, q1, q3)
    return found


def bin_place(position: float) -> float:
    """Where a position of the scale lies on the histogram, whose bins are drawn equally wide: 0 at
    its left end, where the left item matters most, to `len(BINS)` at its right end.
    """
    edges = [-high - 0.5 for _low, high in reversed(BINS)] + [-BINS[0][0] + 0.5]
    return float(np.interp(-position, edges, np.arange(len(edges))))


def round_evidence(
    analysis: Analysis,
    settings: Settings,
    summary: RoundSummary,
    evidence_format: int = EVIDENCE_FORMAT,
) -> dict[str, Any]:
    """A round's result as plain data, ready for JSON; in format 2 as it was hashed before."""
    return {
        "format": evidence_format,
        "version": analysis.version,
        "settings": asdict(settings),
        "data_hash": data_hash(analysis, evidence_format),
        "recused": [list(one) for one in analysis.recused],
        "invited": analysis.invited,
        "incoherent": [asdict(one) for one in analysis.incoherences],
        "expert_weights": dict(analysis.expert_weights),
        "parents": {
            parent: {
                "matrix": analysis.matrices[parent].values.tolist(),
                "weights": analysis.local_weights[parent].tolist(),
                "lambda_max": found.lambda_max,
                "ci": found.ci,
                "ri": found.ri,
                "cr": found.cr,
                "filled": analysis.filled.get(parent, 0),
            }
            for parent, found in analysis.consistency.items()
        }
        | {
            parent: {"weights": analysis.local_weights[parent].tolist(), "given": given.data}
            for parent, given in analysis.survey.given.items()
        },
        "global_weights": dict(analysis.global_weights),
        "ranking": list(analysis.ranking),
        "total_consistency": [
            {"level": total.level, "ci": total.ci, "ri": total.ri, "cr": total.cr}
            for total in analysis.total_consistency
        ],
        "summary": asdict(summary),
        "distributions": [[*pair, asdict(one)] for pair, one in distributions(analysis).items()],
        **({"anonymous": analysis.anonymous} if analysis.anonymous else {}),
    }


def evidence_distributions(evidence: Mapping[str, Any]) -> dict[Pair, Distribution]:
    """The distributions in a round's evidence."""
    return {
        (parent, left, right): Distribution(**{**one, "bins": tuple(one["bins"])})
        for parent, left, right, one in evidence["distributions"]
    }


def evidence_difference(stored: Any, anew: Mapping[str, Any]) -> str:
    """Where evidence made anew differs from the stored, empty when nowhere.

    Numbers may differ by `TOLERANCE`, indicators that tie may be ranked in another order, and the
    version of `ahp` may be another. Evidence of format 1 is compared by what it has.
    """
    if isinstance(stored, dict) and stored.get("format") == 1:
        anew = _in_format_1(anew)
    if (
        isinstance(stored, dict)
        and stored.keys() == anew.keys()
        and _same_but_ties(stored["ranking"], anew["ranking"], anew["global_weights"])
    ):
        stored = {**stored, "ranking": anew["ranking"]}
    return _difference(stored, anew, "")


def _in_format_1(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """A round's evidence as it was written before it told who was invited and who is incoherent."""
    found: dict[str, Any] = {**evidence, "format": 1}
    for table, keys in _SINCE_FORMAT_2.items():
        held = found[table] if table else found
        kept = {key: value for key, value in held.items() if key not in keys}
        found = {**found, table: kept} if table else kept
    return found


def _same_but_ties(stored: Any, anew: Sequence[str], weights: Mapping[str, float]) -> bool:
    """Whether a stored ranking has the same indicators, and only ties in another order."""
    ranks = ranked({leaf: weights[leaf] for leaf in anew})
    return (
        isinstance(stored, list)
        and all(isinstance(leaf, str) for leaf in stored)
        and sorted(stored) == sorted(anew)
        and all(
            ranks[a] == ranks[b] or _close(weights[a], weights[b])
            for a, b in zip(stored, anew, strict=True)
        )
    )


def _difference(stored: Any, anew: Any, place: str) -> str:
    if isinstance(stored, dict) and isinstance(anew, dict) and stored.keys() == anew.keys():
        steps = ((f"{place}.{key}" if place else key, key) for key in stored if key != "version")
        found = (_difference(stored[key], anew[key], where) for where, key in steps)
        return next(filter(None, found), "")
    if isinstance(stored, list) and isinstance(anew, list | tuple) and len(stored) == len(anew):
        pairs = enumerate(zip(stored, anew, strict=True))
        found = (_difference(*pair, f"{place}[{k}]") for k, pair in pairs)
        return next(filter(None, found), "")
    numbers = isinstance(stored, int | float) and isinstance(anew, int | float)
    # a whole number that no float can hold is no number of ours
    finite = numbers and abs(stored) < LARGEST
    same = (finite and _close(stored, anew)) or stored == anew
    return "" if same else f"{place} = {stored!r}, made anew it is {anew!r}"


def _close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def data_hash(analysis: Analysis, evidence_format: int = EVIDENCE_FORMAT) -> str:
    """SHA-256 over the judgments that count, as JSON (RFC 8785; up to format 2 of a round's
    evidence as Python prints numbers): for every expert in order their name and one number a
    comparison in the order of the tree, null where not judged.
    """
    rows = [
        [name, *(None if math.isnan(value) else value for value in own)]
        for name, own in zip(analysis.panel.experts, analysis.panel.judgments.tolist(), strict=True)
    ]
    spelled = jcs(rows) if evidence_format > 2 else canonical(rows)
    return hashlib.sha256(spelled.encode()).hexdigest()


def summarize(analysis: Analysis, before: Analysis | None, number: int) -> RoundSummary:
    """W, CV and changes of a round.

    Args:
        analysis: of the round.
        before: of the round before it.
        number: of the round.
    """
    own = analysis.panel.global_weights
    own = own[~np.isnan(own).any(axis=-1)]
    w = p = cv = None
    if len(own) > 1:
        kendall = kendall_w(own)
        w, p = _number(kendall.w), _number(kendall.p_value)
        cv = float(np.max(coefficient_of_variation(own)))
    experts = analysis.panel.experts
    changed = both = None
    if before is not None:
        changed = share_changed(before, analysis)
        both = len(set(experts) & set(before.panel.experts))
    return RoundSummary(number, len(experts), w, p, cv, changed, analysis.invited, both)


def changes(before: Analysis, after: Analysis) -> dict[str, list[Pair]]:
    """Expert -> comparisons they answered in both rounds and differently, for those in both."""
    rows = {name: k for k, name in enumerate(before.panel.experts)}
    comparisons = after.survey.hierarchy.comparisons
    found = {}
    for name, now in zip(after.panel.experts, after.panel.judgments, strict=True):
        if name in rows:
            moved = ~np.isclose(before.panel.judgments[rows[name]], now, rtol=TOLERANCE)
            both = ~np.isnan(before.panel.judgments[rows[name]]) & ~np.isnan(now)
            found[name] = [comparisons[k] for k in np.flatnonzero(moved & both)]
    return found


def both_rounds(*rounds: Analysis) -> tuple[Analysis, ...]:
    """The results of rounds by the experts who are in all of them, so that what moves is what these
    experts changed; empty when nobody is.

    Raises:
        AHPError: no result follows from these experts alone; the message says why.
    """
    alike = set.intersection(*(set(one.panel.experts) for one in rounds))
    return tuple(only_experts(one, alike) for one in rounds) if alike else ()


def share_changed(before: Analysis, after: Analysis) -> float | None:
    """Share of changed answers among those given in both rounds; None when there are none."""
    rows = {name: k for k, name in enumerate(before.panel.experts)}
    both = 0
    for name, now in zip(after.panel.experts, after.panel.judgments, strict=True):
        if name in rows:
            both += int((~np.isnan(before.panel.judgments[rows[name]]) & ~np.isnan(now)).sum())
    moved = sum(map(len, changes(before, after).values()))
    return moved / both if both else None


def recommend(
    settings: Settings, rounds: Sequence[RoundSummary], closed: int | None = None
) -> Recommendation:
    """Whether to stop after the last of these rounds, by the organizer's rule.

    Args:
        settings: the study's.
        rounds: one or more that have a result.
        closed: number of the last closed round; it may come after the last of `rounds`, when
            nobody submitted an answer. None = the last of `rounds`.
    """
    last = rounds[-1]
    reached, reason = False, "not_reached"
    if settings.stop == "kendall_w" and last.w is not None and last.p_value is not None:
        reached = last.w >= settings.target and last.p_value < SIGNIFICANT
        if not reached and last.w >= settings.target:
            reason = "not_significant"
    elif settings.stop == "cv" and last.cv is not None:
        reached = last.cv <= settings.target
    elif settings.stop == "changes":
        reached = last.changed is not None and last.changed <= settings.target
        if last.changed is None:
            reason = "first_round"
    if reached:
        return Recommendation(True, "reached")
    if (last.round if closed is None else closed) >= settings.rounds:
        return Recommendation(True, "used_up")
    return Recommendation(False, reason)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
