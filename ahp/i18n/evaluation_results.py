"""Words for the results of evaluations: periods, methods, states of values, what pictures show."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from ..evaluation import Certainty, Evaluation, MethodComparison, Movement, Scheme, parse_period
from ..evaluation.importance import QUADRANTS, ImportanceMap
from ..evaluation.opinions import FEWEST, Opinions
from ..evaluation.separation import SURE
from ..evaluation.steps import Step
from ..evaluation.trend import TrendPoint
from . import Translate, translator
from .errors import error_sentence
from .evaluation import bands_of, line_words, named_phrase, names_of

MINUS = "−"


def signed(number: Decimal) -> str:
    """A change with its sign, for people.

    >>> from decimal import ROUND_HALF_UP, Decimal
    >>> from ahp.i18n.evaluation_results import signed
    >>> signed(Decimal("0.40")), signed(Decimal("-7.3")), signed(Decimal("0.0"))
    ('+0.40', '−7.3', '0.0')
    """
    sign = "+" if number > 0 else MINUS if number < 0 else ""
    return f"{sign}{abs(number):f}"


def period_words(period: str, language: str) -> str:
    """A period with its first and last day.

    >>> from ahp.i18n.evaluation_results import period_words
    >>> period_words("2026Q1", "en")
    '2026Q1 (2026-01-01 to 2026-03-31)'
    """
    _ = translator(language)
    parsed = parse_period(period)
    return _("{period} ({first} to {last})").format(
        period=parsed, first=parsed.first_day, last=parsed.last_day
    )


def heading(about: str, period: str, count: int, language: str) -> str:
    """The line above a table or picture: what it is about, the period, how many units.

    >>> from ahp.i18n.evaluation_results import heading
    >>> heading("Branch A", "2026Q1", 12, "en")
    'Branch A, 2026Q1 (2026-01-01 to 2026-03-31), units: 12'
    """
    _ = translator(language)
    return _("{about}, {period}").format(
        about=about, period=counted_period(period, count, language)
    )


def counted_period(period: str, count: int, language: str) -> str:
    """A period with its days, and how many units.

    >>> from ahp.i18n.evaluation_results import counted_period
    >>> counted_period("2026Q1", 12, "en")
    '2026Q1 (2026-01-01 to 2026-03-31), units: 12'
    """
    _ = translator(language)
    return _("{period}, units: {count}").format(period=period_words(period, language), count=count)


def quadrant_words(_: Translate) -> dict[str, str]:
    """The quadrants of the map of importance and points, by `QUADRANTS`."""
    return {
        "first": _("Important and weak: work here first"),
        "keep": _("Important and strong: keep it up"),
        "later": _("Less important and weak: later"),
        "enough": _("Less important and strong: enough is done"),
    }


def opinion_words(_: Translate) -> dict[str, str]:
    """Methods of `ahp.evaluation.OPINIONS`, and the official one."""
    return {
        "official": _("Official"),
        "geometric_mean": _("Geometric mean"),
        "entropy": _("Entropy weights"),
        "critic": _("CRITIC weights"),
        "variation": _("Variation weights"),
        "topsis": "TOPSIS",
        "grey_relational": _("Grey relational grade"),
        "rank_sum_ratio": _("Rank-sum ratio"),
    }


def state_words(_: Translate) -> dict[str, str]:
    """What to look at in a cell of the check matrix, by `ahp.report.check_matrix.STATES`."""
    return {
        "veto": _("veto"),
        "undecided": _("waits for a second person"),
        "missing": _("missing value"),
        "outlier": _("outlier"),
        "deduction": _("deduction"),
        "not_due": _("not due yet"),
        "not_applicable": _("not applicable"),
        "not_counted": _("doesn't count"),
        "ok": _("in order"),
    }


def separation_words(certainty: Certainty, language: str, sure: float = SURE) -> str:
    """What the letters of units that can't be told apart mean, and where they come from."""
    _ = translator(language)
    source = {
        "fixed": _("weights as they are"),
        "array": _("weights drawn"),
        "panel": _("weights drawn from the panel"),
    }[certainty.weights]
    raters = _("raters drawn anew: {count}").format(count=len(certainty.raters))
    missing = {
        "scheme": _("missing values as the scheme says"),
        "uniform": _("missing values drawn from 0 to 100 points"),
    }[certainty.missing]
    sentence = _(
        "Units that share a letter can't be told apart: neither is ahead of the other with a "
        "probability of {sure} or more ({draws} draws, seed {seed}; {source})."
    )
    return sentence.format(
        sure=f"{100 * sure:g}%",
        draws=f"{certainty.draws:,}",
        seed=certainty.seed,
        source=_("; ").join((source, raters, missing)),
    )


def step_words(scheme: Scheme, step: Step, language: str) -> str:
    """What a step of a waterfall is, for the axis of a picture: a name, and what is known of it
    where it has no points.
    """
    _ = translator(language)
    (first, *others), names = step.lines, names_of(scheme, language)
    if others or first.node not in (scheme.goal, *scheme.children):
        name = names[step.node]
        missing = {
            "not_applicable": _("{name}: not applicable"),
            "not_reported": _("{name}: not reported"),
            "not_due": _("{name}: not due yet"),
        }
        return missing[first.rule].format(name=name) if first.rule in missing else name
    words = {
        "rounding": _("Rounded half up"),
        "spread": _("What doesn't apply"),
        "bonus_cap": _("Cap of bonuses"),
        "cap": _("Cap of the total"),
        "floor": _("Floor of the total"),
    }
    return first.period or words[first.rule]


def step_details(scheme: Scheme, step: Step, language: str) -> tuple[str, ...]:
    """What the lines of a step say, each with its clause."""
    _ = translator(language)
    return tuple(
        _("{words} (clause {clause})").format(
            words=line_words(scheme, line, language), clause=line.clause
        )
        if line.clause
        else line_words(scheme, line, language)
        for line in step.lines
    )


def waterfall_sentence(
    result: Evaluation, unit: str, period: str, steps: Sequence[Step], language: str
) -> str:
    """What a waterfall shows: every step with what it adds, the total, the band."""
    _ = translator(language)
    parts = _("; ").join(
        _("{name} {change}").format(
            name=step_words(result.scheme, step, language),
            change=signed((step.after - step.before).quantize(Decimal("0.01"), ROUND_HALF_UP)),
        )
        for step in steps
    )
    total = result.total(unit, period)
    if total is None:
        return _("{unit} has no total. So far: {steps}.").format(unit=unit, steps=parts)
    end = _("{unit}: {total} points").format(unit=unit, total=total)
    cell = result.unit_position(unit), result.period_position(period)
    named = bands_of(result.scheme, language)[str(result.bands[cell])] or _("no band")
    return _("{total}, {band}. Step by step: {steps}.").format(total=end, band=named, steps=parts)


def share_parts(change: Movement, language: str) -> tuple[str, ...]:
    """What performance, weights, rules, and what comes after the weighting did to a total; those of
    them that did anything.
    """
    _ = translator(language)
    rest = sum((one.effect for one in change.adjustments), start=change.rules * 0)
    parts = (
        (_("performance"), change.performance),
        (_("weights"), change.weights),
        (_("rules"), change.rules),
        (_("deductions, bonuses, limits, vetoes, rounding"), rest),
    )
    return tuple(
        _("{name} {change}").format(
            name=name, change=signed(Decimal(f"{round(float(part), 2):.2f}"))
        )
        for name, part in parts
        if part
    )


def share_words(change: Movement, language: str) -> str:
    """Why a total changed: performance, weights, rules, and what comes after the weighting."""
    _ = translator(language)
    said = share_parts(change, language)
    of = _("{before} to {after}: {change}").format(
        before=change.before, after=change.after, change=signed(change.change)
    )
    return _("{of} ({parts})").format(of=of, parts=_(", ").join(said)) if said else of


def trend_sentence(unit: str, points: Sequence[TrendPoint], language: str) -> str:
    """The totals of a unit in words, with their bands and why they changed."""
    _ = translator(language)
    totals = []
    for point in points:
        band = bands_of(point.at.result.scheme, language)[point.band]
        said = _("no total") if point.total is None else f"{point.total}"
        said = _("{total} {band}").format(total=said, band=band) if band else said
        totals.append(_("{period} {total}").format(period=point.at.period, total=said))
    changes = [share_words(point.change, language) for point in points if point.change]
    sentence = _("{unit}: {totals}.").format(unit=unit, totals=_(", ").join(totals))
    if changes:
        sentence += _(" Changes: {changes}.").format(changes=_("; ").join(changes))
    return sentence


def importance_sentence(scheme: Scheme, found: ImportanceMap, language: str) -> str:
    """Which indicators lie in which quadrant."""
    _ = translator(language)
    names, words = names_of(scheme, language), quadrant_words(_)
    parts = []
    for quadrant in QUADRANTS:
        inside = [names[place.indicator] for place in found.places if place.quadrant == quadrant]
        parts.append(
            _("{quadrant} – {names}").format(
                quadrant=words[quadrant], names=_(", ").join(inside) or _("none")
            )
        )
    return _("{unit}. {quadrants}.").format(unit=found.unit, quadrants=_("; ").join(parts))


def importance_limits(found: ImportanceMap, language: str) -> str:
    """Where the quadrants of the map meet."""
    _ = translator(language)
    return _(
        "Important: more than the mean weight {weight}%. Weak: below the unit's weighted mean, "
        "{points} points, so that it pulls the total down."
    ).format(weight=f"{100 * found.weight:.1f}", points=f"{found.points:.1f}")


def opinions_sentences(scheme: Scheme, opinions: Opinions, language: str) -> tuple[str, ...]:
    """Which grades depend on the method, who is not compared, which methods give nothing."""
    _ = translator(language)
    names, words = names_of(scheme, language), opinion_words(_)
    said = []
    if opinions.found is None:
        said.append(
            _("Methods are compared from {least} units on that have all points.").format(
                least=FEWEST
            )
        )
    else:
        said.append(_grades(opinions.found, _))
        if len(opinions.found.units) == FEWEST:
            said.append(
                _(
                    "With two units, weights from the data rest on one difference an indicator: "
                    "they say little."
                )
            )
        if opinions.constant:
            said.append(
                _(
                    "Weights from the data leave out what is the same for all units: {indicators}."
                ).format(indicators=_(", ").join(names[leaf] for leaf in opinions.constant))
            )
    for method, reason in opinions.refused.items():
        why = error_sentence(named_phrase(scheme, reason, language), language)
        said.append(
            _("Nothing by {method}: {reason}.").format(
                method=words[method], reason=why.rstrip("。")
            )
        )
    if opinions.left_out:
        said.append(
            _("Not compared, as they have no total or no points for an indicator: {units}.").format(
                units=_(", ").join(opinions.left_out)
            )
        )
    return tuple(said)


def _grades(found: MethodComparison, _: Translate) -> str:
    """The sentence on the grades that depend on the method."""
    depends = found.grade_depends
    if not depends:
        return _("No grade of the {count} units depends on the method.").format(
            count=len(found.units)
        )
    return _("The grade depends on the method for {some} of {count} units: {units}.").format(
        some=len(depends), count=len(found.units), units=_(", ").join(depends)
    )
