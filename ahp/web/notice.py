"""A unit's notice of a period, as its contact and the department read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import streamlit as st

from ..evaluation.evaluated import Evaluation
from ..evaluation.scheme import Scheme
from ..i18n.evaluation import bands_of, line_words, measure_words, names_of
from ..process.evaluations.events import CellKey
from ..process.evaluations.judged import result_of
from ..process.evaluations.notices import (
    Change,
    Figure,
    changes_of,
    entries_of,
    figures_of,
    matches_signed,
)
from ..process.evaluations.state import Appeal, EvaluationState, PeriodState
from ..report.check_sources import value_words
from ..report.evaluation import as_printed, waterfall_table
from ..report.notice import (
    figure_words,
    figures_table,
    grade_names,
    own_warnings,
    parts_points,
    rank_words,
    scored_value,
    source_words,
)
from . import state
from .desk import show_printed

Below = Callable[[str], None]
"""What is drawn below a value, by the id of its indicator, deduction, bonus or veto."""


def show_notice(now: EvaluationState, period: str, unit: str, below: Below | None = None) -> None:
    """What a unit is told of a period, and of no other unit.

    Args:
        now: the evaluation.
        period: which.
        unit: id of the unit.
        below: draws what can be done about a value.

    Raises:
        EvaluationError: no result follows.
    """
    _, language, held = state.translate(), state.language(), now.periods[period]
    figures, result = figures_of(now, period, unit), result_of(now, period)
    name = figures[-1].told["name"]
    _show_total(figures[-1], held.scheme)
    if len(figures) > 1:
        show_printed(figures_table(figures, held.scheme, language))
    for change in changes_of(held, unit):
        st.info(state.plain(change_words(held, change)), icon=":material/change_circle:")
    if not matches_signed(result, figures[-1], period):
        st.warning(
            _(
                "The list of units or an earlier period has changed since the signature. What was "
                "signed stands above; the details below follow from the data as it is now."
            )
        )
        if name not in result.units:
            return
    for warning in own_warnings(result, name, period, language):
        st.warning(state.plain(warning))
    _show_values(held, result, unit, name, below or (lambda _indicator: None))
    with st.expander(_("How the total comes about, line by line"), icon=":material/list:"):
        show_printed(waterfall_table(result, name, period, language))


def _show_total(figure: Figure, scheme: Scheme) -> None:
    _, language = state.translate(), state.language()
    st.caption(figure_words(figure, language))
    with st.container(horizontal=True, key="notice_total"):
        st.metric(_("Total"), figure.told["total"] or "–", border=True)
        band = bands_of(scheme, language)[figure.told["band"]]
        st.metric(_("Band"), state.plain(band) or "–", border=True)
        st.metric(_("Rank in group"), rank_words(figure, language), border=True)


def change_words(held: PeriodState, change: Change) -> str:
    """What stood in a cell, what stands there, and why."""
    _, language = state.translate(), state.language()
    indicator, row = change.cell.indicator, change.now.row
    old = _("grades of the raters")
    if change.before:
        old = value_words(held.scheme, indicator, change.before.row.value, language)
    elif not any(change.cell[:3] == cell for cell in held.ratings):
        old = _("not reported")
    sentence = (
        _("“{name}”: {old} → {new}, appeal granted on {date}: {reason}")
        if change.appeal
        else _("“{name}”: {old} → {new}, corrected after the signature on {date}: {reason}")
    )
    return sentence.format(
        name=names_of(held.scheme, language)[indicator],
        old=old,
        new=value_words(held.scheme, indicator, row.value, language),
        date=change.now.stamp.time[:10],
        reason=change.now.reason,
    )


def _show_values(held: PeriodState, result: Evaluation, unit: str, name: str, below: Below) -> None:
    """The parts with their points, below each its values; then deductions, bonuses and vetoes."""
    _, language, period = state.translate(), state.language(), str(held.period)
    names, counting = names_of(held.scheme, language), held.scheme.counting(held.period)
    for node, points in parts_points(result, name, period).items():
        st.header(state.plain(f"{names[node]} · {'–' if points is None else points}"), anchor=False)
        for leaf in leaves_below(held.scheme, node):
            if leaf in counting:
                _show_value(held, result, (unit, name, leaf), below)
    if entries := entries_of(held, unit):
        st.header(_("Deductions, bonuses, vetoes"), anchor=False)
    lines = result.waterfall(name, period)
    for entry in entries:
        effects = [line_words(held.scheme, line, language) for line in lines if line.node == entry]
        with st.container(border=True):
            _show_entry(held, CellKey(unit, entry), effects)
            below(entry)


def leaves_below(scheme: Scheme, node: str) -> Iterator[str]:
    """The indicators below a node, or the node itself where it is one."""
    if node not in scheme.children:
        yield node
    for kid in scheme.children.get(node, ()):
        yield from leaves_below(scheme, kid)


def _show_value(
    held: PeriodState, result: Evaluation, which: tuple[str, str, str], below: Below
) -> None:
    """The value of an indicator, its points, where it comes from."""
    _, language, period = state.translate(), state.language(), str(held.period)
    unit, name, leaf = which
    indicator = held.scheme.indicator[leaf]
    row, column = result.unit_position(name), result.period_position(period)
    points = as_printed(
        float(result.scores[row, column, result.indicators.index(leaf)]),
        held.scheme.digits.points,
    )
    value = scored_value(result, name, period, leaf, language) or _("not reported")
    title = f"{indicator.clause} {names_of(held.scheme, language)[leaf]}".strip()
    with st.container(border=True):
        st.markdown(
            f"**{state.plain(title)}**  \n"
            + state.plain(
                _("Value: {value} · points: {points}").format(
                    value=value, points="–" if points is None else points
                )
            )
        )
        if source := source_words(held, unit, leaf, language):
            st.caption(state.plain(_("Source: {source}").format(source=source)))
        below(leaf)


def _show_entry(held: PeriodState, cell: CellKey, effects: Iterable[str]) -> None:
    """A deduction, bonus or veto: what it does to the total, and its documents."""
    _, language = state.translate(), state.language()
    entry = held.scheme.events[cell.indicator]
    title = f"{entry.clause} {names_of(held.scheme, language)[entry.id]}".strip()
    st.markdown("  \n".join([f"**{state.plain(title)}**", *map(state.plain, effects)]))
    source = source_words(held, cell.unit, cell.indicator, language)
    st.caption(state.plain(_("Source: {source}").format(source=source)))


def appeal_words(held: PeriodState, appeal: Appeal) -> str:
    """How an appeal was decided, or that it waits."""
    _, language = state.translate(), state.language()
    if appeal.decided is None:
        return _("Appeal of {date}: waits for the decision.").format(date=appeal.stamp.time[:10])
    if appeal.row is None:
        return _("Appeal rejected on {date}: {reason}").format(
            date=appeal.decided.time[:10], reason=appeal.answer
        )
    return _("Appeal granted on {date}, now {value}: {reason}").format(
        date=appeal.decided.time[:10],
        value=value_words(held.scheme, appeal.cell.indicator, appeal.row.value, language),
        reason=appeal.answer,
    )


def value_field(scheme: Scheme, indicator: str, key: str) -> str:
    """A field for a value: one of the grades, or what is typed; empty until something is given."""
    _ = state.translate()
    if grades := grade_names(scheme, indicator, state.language()):
        chosen = st.selectbox(
            _("Right value"),
            list(grades),
            index=None,
            format_func=grades.__getitem__,
            placeholder=_("Choose a grade"),
            key=key,
        )
        return chosen or ""
    found = scheme.indicator.get(indicator)
    measure = measure_words(found.unit, state.language()) if found else ""
    unit = f" ({measure})" if measure else ""
    return st.text_input(_("Right value") + state.plain(unit), max_chars=50, key=key).strip()
