"""Official bands beside those by other methods, and what missing values decide."""

from __future__ import annotations

from typing import Any

from ..evaluation import Evaluation, missing_phrases, missing_values
from ..evaluation.opinions import Opinions
from ..i18n import translator
from ..i18n.errors import error_sentence
from ..i18n.evaluation import bands_of, named_phrase, names_of, status_words
from ..i18n.evaluation_results import heading, opinion_words
from .evaluation import as_printed
from .table import Table


def opinions_table(result: Evaluation, opinions: Opinions, language: str) -> Table:
    """The official band of each unit beside its bands by other methods, then its ranks by those
    that give no points; a last column says whether the grade depends on the method.

    What the methods that give nothing here say is in
    `ahp.i18n.evaluation_results.opinions_sentences`.

    Args:
        result: of `evaluate`.
        opinions: of `ahp.evaluation.opinions.period_opinions` of the same.
        language: of the texts.

    >>> from ahp.resources import data_folder
    >>> from ahp.evaluation.opinions import period_opinions
    >>> from ahp.report.opinions import opinions_table
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> found = opinions_table(result, period_opinions(result, "2026Q1"), "en")
    >>> found.columns[:3], found.rows[0][:3]
    (('Unit', 'Official', 'Geometric mean'), ('丁市监督中心', 'Good', 'Good'))
    """
    _ = translator(language)
    found, words = opinions.found, opinion_words(_)
    bands = bands_of(result.scheme, language)
    units = () if found is None else found.units
    title = heading(_("Grades by other methods"), opinions.period, len(units), language)
    if found is None:
        return Table(title, (_("Unit"), words["official"]), (), language)
    ranked = [method for method in found.ranks if method not in opinions.bands]
    headings = [_("Unit"), *(words[method] for method in opinions.bands)]
    headings += [_("Rank by {method}").format(method=words[method]) for method in ranked]
    headings.append(_("Grade depends on the method"))
    depends = found.grade_depends
    rows: tuple[tuple[Any, ...], ...] = tuple(
        (
            unit,
            *(bands[of_units[k]] for of_units in opinions.bands.values()),
            *(int(found.ranks[method][k]) for method in ranked),
            unit in depends,
        )
        for k, unit in enumerate(units)
    )
    return Table(title, tuple(headings), rows, language)


def missing_table(result: Evaluation, period: str, language: str) -> Table:
    """Every value that is missing or not due, with the totals and bands that a unit can still reach
    with no points and with the most for it.

    Args:
        result: of `evaluate`.
        period: one with observations of its own.
        language: of the texts.

    Raises:
        EvaluationError: no such period, or one that is made of others.

    >>> from ahp.resources import data_folder
    >>> from ahp.report.opinions import missing_table
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> missing_table(result, "2026Q2", "en").rows[0][1:]
    ('Self-study', 'not reported', '78.0', 'Adequate', '82.3', 'Good', True)
    """
    _ = translator(language)
    names, bands = names_of(result.scheme, language), bands_of(result.scheme, language)
    states = status_words(_)
    digits = result.scheme.digits.total

    def ends(low: float, high: float) -> str:
        shown = [as_printed(number, digits) for number in (low, high)]
        texts = list(dict.fromkeys("?" if one is None else f"{one}" for one in shown))
        return "…".join(texts)

    def named(ids: tuple[str, ...]) -> str:
        return _(", ").join(bands[one] for one in ids)

    rows = tuple(
        (
            value.unit,
            names[value.indicator],
            states[value.status],
            ends(*value.at_zero),
            named(value.bands_at_zero),
            ends(*value.at_full),
            named(value.bands_at_full),
            value.decides,
        )
        for value in missing_values(result, period)
    )
    headings = (
        *(_("Unit"), _("Indicator"), _("State")),
        *(_("Total with no points"), _("Band with no points")),
        *(_("Total with the most points"), _("Band with the most points")),
        _("Decides the band"),
    )
    title = heading(_("What is missing and what it decides"), period, len(result.units), language)
    return Table(title, headings, rows, language)


def missing_sentences(result: Evaluation, period: str, language: str) -> tuple[str, ...]:
    """What the missing values of each unit decide, a sentence a unit; one that says so where
    nothing is missing.

    Args:
        result: of `evaluate`.
        period: one with observations of its own.
        language: of the texts.

    Raises:
        EvaluationError: no such period, or one that is made of others.

    >>> from ahp.resources import data_folder
    >>> from ahp.report.opinions import missing_sentences
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> missing_sentences(result, "2026Q1", "en")
    ('Nothing is missing.',)
    >>> missing_sentences(result, "2026Q2", "en")
    ('丙市监督中心, 2026Q2: 78…82.3, band not decided; Self-study decides it',)
    """
    _ = translator(language)
    said = tuple(
        error_sentence(named_phrase(result.scheme, phrase, language), language)
        for phrase in missing_phrases(result, period)
    )
    return said or (_("Nothing is missing."),)
