"""Words for evaluations: rules, lines of a waterfall, what is known of a value."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from ..evaluation import Line, Scheme
from ..evaluation.rules import (
    Checklist,
    Completion,
    Deductive,
    Derived,
    Grade,
    Measured,
    Membership,
    Occurrence,
    Point,
    Rated,
    Shares,
    Stepwise,
    Target,
    decimal,
)
from ..evaluation.scheme import Band, Bonus, Deduction, Group, Indicator, Node, Veto
from ..messages import Phrase, with_names
from . import Translate, translator

_Items = Rated | Shares | Checklist | Deductive
_Direct = Measured | Completion | Target | Stepwise | Membership | _Items
"""Rules whose value is observed, not derived."""


def plain_number(number: Decimal | Fraction) -> str:
    """A number with all its decimals and no zeros behind them."""
    if isinstance(number, Fraction):
        return decimal(number)
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def measure_words(measure: str, language: str) -> str:
    """A unit of measure in a language: those that shipped schemes have; others as written."""
    _ = translator(language)
    known = {
        "briefings adopted": _("briefings adopted"),
        "customers": _("customers"),
        "data sets": _("data sets"),
        "days per head": _("days per head"),
        "errors": _("errors"),
        "grade": _("points"),
        "hours": _("hours"),
        "hours per head": _("hours per head"),
        "notes": _("notes"),
        "people": _("people"),
        "points": _("points"),
        "reports adopted": _("reports adopted"),
        "share": _("share"),
        "times": _("times"),
        "vouchers": _("vouchers"),
        "万元": _("× 10,000 yuan"),
        "分": _("points"),
    }
    return known.get(measure, measure)


def measured_words(value: Decimal, measure: str, language: str) -> str:
    """A value with its unit of measure, at most four decimals; a share in percent, too."""
    number = plain_number(round(value, 4))
    if measure == "share":
        _ = translator(language)
        percent = plain_number(round(100 * value, 2))
        return _("{number} ({percent}%)").format(number=number, percent=percent)
    return f"{number} {measure_words(measure, language)}".rstrip()


def name_of(scheme: Scheme, one: Node | Deduction | Bonus | Veto | Band | Group, to: str) -> str:
    """The name of a part of a scheme in a language."""
    return scheme.text(one.name, to) or one.id


def names_of(scheme: Scheme, language: str) -> dict[str, str]:
    """Id of an indicator, parent, deduction, bonus or veto -> name."""
    parts = (*scheme.nodes, *scheme.events.values())
    return {one.id: name_of(scheme, one, language) for one in parts}


def bands_of(scheme: Scheme, language: str) -> dict[str, str]:
    """Id of a band -> name; that of none is empty."""
    return {"": "", **{band.id: name_of(scheme, band, language) for band in scheme.bands}}


def named_phrase(scheme: Scheme, phrase: Phrase, language: str) -> Phrase:
    """A remark or a warning with names in place of ids; those of units stay as they are."""
    return with_names(phrase, names_of(scheme, language) | bands_of(scheme, language))


def status_words(_: Translate) -> dict[str, str]:
    """What is known of a value, in words, by `ahp.evaluation.STATUS_WORDS`."""
    return {
        "known": _("reported"),
        "not_applicable": _("not applicable"),
        "not_reported": _("not reported"),
        "not_due": _("not due yet"),
        "not_counted": _("doesn't count in this period"),
    }


def join_words(_: Translate) -> dict[str, str]:
    """How several values become one, by `ahp.evaluation.cells.JOINS`."""
    return {
        "mean": _("mean"),
        "median": _("median"),
        "trimmed_mean": _("mean without the highest and the lowest"),
        "sum": _("sum"),
        "min": _("the lowest"),
        "max": _("the highest"),
    }


def line_words(scheme: Scheme, line: Line, language: str) -> str:
    """What a line of a waterfall says, besides its numbers before and after."""
    _ = translator(language)
    numbers = {
        key: "" if value is None else plain_number(value)
        for key, value in (("weight", line.weight), ("points", line.points))
    }
    value = "" if line.value is None else f"{line.value:.12g}"
    total, bonus_cap = scheme.total, scheme.total.bonus_cap
    limits = {"cap": total.cap, "floor": total.floor, "bonus_cap": bonus_cap}
    limit = limits.get(line.rule)
    band = bands_of(scheme, language)[line.band or ""]
    inside = line.rule == "deduction" and line.weight is not None
    sentences = {
        "points": _("{name}: {value} gives {points} points, weight {weight}"),
        "deduction": _("{name}: {points} points of the indicator, weight {weight}")
        if inside
        else _("{name}: {points} points"),
        "not_applicable": _("{name}: not applicable"),
        "not_reported": _("{name}: not reported"),
        "not_due": _("{name}: not due yet"),
        "carried": _(
            "{name}: not reported, so {points} points of the period before, weight {weight}"
        ),
        "spread": _(
            "{name}: the weight of what doesn't apply goes to the rest, {points} points, "
            "weight {weight}"
        ),
        "rounding": _("{name}: {points} points, rounded, weight {weight}")
        if line.weight is not None
        else _("Rounded half up, decimals: {digits}"),
        "bonus": _("{name}: {points} points"),
        "bonus_cap": _("All bonuses together: at most {limit} points"),
        "cap": _("At most {limit} points"),
        "floor": _("At least {limit} points"),
        "veto": _("{name}: {band}") if line.band else _("{name}: veto"),
        "band": _("Band: {band}") if line.band else _("No band"),
        "no_total": _("No total"),
        "year_part": _("{period}: {points} points, by its share of the year"),
    }
    return sentences[line.rule].format(
        name=names_of(scheme, language)[line.node],
        value=value,
        limit="" if limit is None else decimal(limit),
        band=band,
        digits=scheme.digits.total,
        period=line.period,
        **numbers,
    )


def rule_words(scheme: Scheme, indicator: Indicator, language: str) -> str:
    """How an indicator gets its points, in words, with how raters and items are joined."""
    _ = translator(language)
    words = join_words(_)
    rule = indicator.rule
    if isinstance(rule, Derived):
        inner = _rule(scheme, rule.rule, language)
        parts = [_("value = {formula}; {rule}").format(formula=rule.formula, rule=inner)]
    else:
        parts = [_rule(scheme, rule, language)]
    if isinstance(rule, Rated | Checklist) or indicator.fewest_raters > 1:
        parts.append(_("raters: {how}").format(how=words[indicator.raters]))
    if indicator.fewest_raters > 1:
        parts.append(_("at least {count} raters").format(count=indicator.fewest_raters))
    if indicator.most_spread is not None:
        apart = _("a second round where raters lie more than {points} points apart")
        parts.append(apart.format(points=decimal(indicator.most_spread)))
    if indicator.valid is not None:
        low, high = map(decimal, indicator.valid)
        parts.append(_("values from {low} to {high} alone").format(low=low, high=high))
    if indicator.document:
        parts.append(_("with the document that shows it"))
    return _("; ").join(parts)


def event_words(scheme: Scheme, event: Deduction | Bonus | Veto, language: str) -> str:
    """What a deduction, bonus or veto does, in words."""
    _ = translator(language)
    if isinstance(event, Veto):
        band = bands_of(scheme, language)[event.band or ""]
        sentence = {
            "zero": _("Veto: the total is 0"),
            "cap": _("Veto: the total stays below “{band}”"),
            "lower_band": _("Veto: one band lower"),
            "band": _("Veto: the band is “{band}” at best"),
            "not_rated": _("Veto: no total"),
        }[event.effect]
        return sentence.format(band=band)
    points = "" if event.points is None else decimal(event.points)
    if isinstance(event, Bonus):
        given = _("Bonus: {points} points each time") if points else _("Bonus: points as reported")
        parts = [given.format(points=points)]
    else:
        inside = event.indicator is not None
        sentence = _("Deduction: {points} of the total each time")
        if inside:
            sentence = _("Deduction: {points} of the points of “{indicator}” each time")
        name = names_of(scheme, language)[event.indicator or scheme.goal]
        parts = [sentence.format(points=points, indicator=name)]
    if event.cap is not None:
        parts.append(_("at most {cap} a period").format(cap=decimal(event.cap)))
    return _("; ").join(parts)


def _rule(scheme: Scheme, rule: _Direct, language: str) -> str:
    _ = translator(language)
    match rule:
        case Measured():
            none, full = (rule.low, rule.high)
            sentence = _("{none} or less: 0 points, {full} or more: 100 points, linear between")
            if rule.direction == "lower":
                none, full = full, none
                sentence = _("{none} or more: 0 points, {full} or less: 100 points, linear between")
            return sentence.format(none=decimal(none), full=decimal(full))
        case Completion():
            sentence = {
                None: _("100 × value ÷ {target}, at most {cap} points"),
                "ratio": _("100 × {target} ÷ value, at most {cap} points"),
                "difference": _("100 × (2 − value ÷ {target}), from 0 to {cap} points"),
            }[rule.lower]
            return sentence.format(target=decimal(rule.target), cap=decimal(100 * rule.cap))
        case Target():
            return _(
                "{low} to {high}: 100 points; outside, linear down to 0 points at a distance of "
                "{tolerance}"
            ).format(
                low=decimal(rule.low), high=decimal(rule.high), tolerance=decimal(rule.tolerance)
            )
        case Membership():
            return _memberships(rule, _)
        case Stepwise():
            return _("; ").join(step_sentences(rule, _))
    return _of_items(scheme, rule, language)


def _memberships(rule: Membership, _: Translate) -> str:
    one = _("{threshold}: {points} points")
    edges = (
        one.format(threshold=decimal(edge), points=decimal(points))
        for edge, points in zip(rule.thresholds, rule.grade_points, strict=True)
    )
    return _("{edges}; linear between, constant beyond").format(edges=_("; ").join(edges))


def _of_items(scheme: Scheme, rule: _Items, language: str) -> str:
    _ = translator(language)

    def name(one: Grade | Point | Occurrence) -> str:
        return scheme.text(one.name, language)

    match rule:
        case Rated():
            anchors = {
                grade.id: scheme.text(rule.anchors.get(grade.id, grade.anchor), language)
                for grade in scheme.grades[rule.grades]
            }
            one = _("{grade} {points} points: {anchor}")
            return _("; ").join(
                one.format(
                    grade=name(grade), points=decimal(grade.points), anchor=anchors[grade.id]
                )
                for grade in scheme.grades[rule.grades]
            )
        case Shares():
            one = _("{grade} {points}")
            grades = (
                one.format(grade=name(grade), points=decimal(grade.points))
                for grade in scheme.grades[rule.grades]
            )
            return _("points of the grades by the raters' shares: {grades}").format(
                grades=_(", ").join(grades)
            )
        case Checklist():
            points = (
                (
                    _("{point} ({points}, key point)") if point.key else _("{point} ({points})")
                ).format(point=f"{point.id} {name(point)}", points=decimal(point.points))
                for point in rule.control_points
            )
            return _("100 × points met ÷ points that apply: {points}").format(
                points=_("; ").join(points)
            )
        case Deductive():
            each = (
                (
                    _("{name} {points} of the unit's 100")
                    if one.of == "total"
                    else _("{name} {points}")
                ).format(name=name(one), points=decimal(one.points))
                for one in rule.occurrences
            )
            return _("100 points, less each time: {each}; 0 at least").format(
                each=_("; ").join(each)
            )


def step_sentences(rule: Stepwise, _: Translate) -> Iterator[str]:
    """What each step gives, with the end that belongs to it."""
    upper = rule.closed == "upper"
    low: str | None = None
    for step in rule.steps:
        high = None if step.up_to is None else decimal(step.up_to)
        if low is None:
            where = _("up to {high}") if upper else _("below {high}")
        elif high is None:
            where = _("above {low}") if upper else _("from {low} on")
        else:
            where = "({low}, {high}]" if upper else "[{low}, {high})"
        start, end = step.ends
        points = _("{points} points").format(points=decimal(start))
        if start != end:
            points = _("{start} to {end} points").format(start=decimal(start), end=decimal(end))
        yield _("{where}: {points}").format(where=where.format(low=low, high=high), points=points)
        low = high
