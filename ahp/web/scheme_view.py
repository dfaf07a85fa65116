"""A scheme as people read it, a value tried by its rules, and what a trial run gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

import streamlit as st

from ..errors import AHPError
from ..evaluation.rules import (
    AnyRule,
    Checklist,
    Deductive,
    Derived,
    Grade,
    Occurrence,
    Point,
    Rated,
    Shares,
)
from ..evaluation.scheme import Scheme, check_scheme
from ..exchange.scheme_text import scheme_toml
from ..i18n.errors import error_sentence
from ..i18n.evaluation import (
    bands_of,
    event_words,
    measure_words,
    name_of,
    named_phrase,
    names_of,
    plain_number,
    rule_words,
)
from ..i18n.schemes import tried_words
from ..messages import with_names
from ..plots.evaluation import rule_chart
from ..process.scheme_trials import TrialRun, TrialUnit, try_value
from . import state
from .pictures import show_titled
from .questionnaires import file_name


def scheme_line(scheme: Scheme) -> str:
    """What a scheme is called, its version and from when to when it holds."""
    _, language = state.translate(), state.language()
    first, last = scheme.effective_from, scheme.effective_to
    parts = [
        scheme.text(scheme.name, language),
        _("version “{version}”").format(version=scheme.version),
        _("in force {first} to {last}").format(first=first or "…", last=last or "…"),
        _("{count} indicators").format(count=len(scheme.leaves)),
    ]
    return " · ".join(parts)


def show_scheme(scheme: Scheme, key: str, *, opened: bool = False) -> None:
    """A scheme: hierarchy with weights, rules in words, deductions, bands, remarks.

    Args:
        scheme: the scheme.
        key: for its widgets.
        opened: whether weights and bands are seen at once, as by who approves them.
    """
    _, language = state.translate(), state.language()
    st.markdown(f"**{state.plain(scheme_line(scheme))}**")
    if text := scheme.text(scheme.description, language):
        st.caption(state.plain(text))
    for remark in check_scheme(scheme):
        words = error_sentence(named_phrase(scheme, remark, language), language)
        st.caption(":material/info: " + state.plain(words))
    with st.expander(
        _("Hierarchy, weights and bands"), icon=":material/account_tree:", expanded=opened
    ):
        st.table(_hierarchy(scheme), hide_index=True)
        st.table(
            [
                {
                    _("Band"): state.plain(name_of(scheme, band, language)),
                    _("From a total of"): plain_number(band.at_least),
                }
                for band in scheme.bands
            ],
            hide_index=True,
        )
    with st.expander(_("Rules of the indicators, deductions, vetoes"), icon=":material/rule:"):
        for name, words in _rules(scheme):
            st.markdown(f"- **{state.plain(name)}** {state.plain(words)}")
    st.download_button(
        _("Download as a scheme file (TOML)"),
        state.guarded(partial(scheme_toml, scheme)),
        file_name(scheme.text(scheme.name, language)) + ".toml",
        "application/toml",
        icon=":material/download:",
        key=f"scheme_file-{key}",
        on_click="ignore",
    )


def _rules(scheme: Scheme) -> Iterator[tuple[str, str]]:
    """Indicators, deductions, bonuses and vetoes, each with its rule in words."""
    language = state.language()
    names = names_of(scheme, language)
    for indicator in scheme.indicators:
        yield names[indicator.id], rule_words(scheme, indicator, language)
    for event in scheme.events.values():
        yield names[event.id], event_words(scheme, event, language)


def _hierarchy(scheme: Scheme) -> list[dict[str, str]]:
    """The tree from the goal down, with the weights inside the parent and in the whole."""
    _, names, digits = state.translate(), names_of(scheme, state.language()), scheme.digits.weights
    rows = []

    def percent(number: Fraction) -> str:
        return f"{float(100 * number):.{max(digits - 2, 0)}f} %"

    def below(node: str, whole: Fraction, depth: int) -> None:
        shares = scheme.local_weights.get(node, {})
        for kid in scheme.children.get(node, ()):
            share = shares.get(kid, Fraction(0))
            rows.append(
                {
                    _("Indicator"): "\N{EM SPACE}" * depth + state.plain(names[kid]),
                    _("Weight"): percent(share),
                    _("In the whole"): percent(whole * share),
                }
            )
            below(kid, whole * share, depth + 1)

    below(scheme.goal, Fraction(1), 0)
    return rows


def show_trying(scheme: Scheme, key: str) -> None:
    """Type a value of one indicator and see its points, and how they come about."""
    _, language = state.translate(), state.language()
    names = names_of(scheme, language)
    leaf: str = st.selectbox(
        _("Indicator"),
        list(scheme.indicator),
        format_func=names.__getitem__,
        key=f"try_of-{key}",
    )
    value, inputs = _ask_value(scheme, leaf, f"try-{key}-{leaf}")
    if value in (None, "") and not inputs:
        return
    try:
        tried = try_value(scheme, leaf, value, inputs)
    except AHPError as error:
        st.error(state.plain(error_sentence(with_names(error, names), language)))
        return
    if tried.points is None:
        st.write(_("No points come of this."))
    else:
        st.markdown("**" + _("{points} points").format(points=plain_number(tried.points)) + "**")
    for line in tried_words(scheme, tried, language):
        st.caption(state.plain(line))
    if (chart := rule_chart(scheme, tried, language)) is not None:
        show_titled(chart, f"curve-{key}-{leaf}", f"rule_{leaf}")


def _ask_value(scheme: Scheme, leaf: str, key: str) -> tuple[Any, Mapping[str, str]]:
    """What is tried: a value or a mapping of items, and inputs of a derived indicator."""
    _, language = state.translate(), state.language()
    indicator, rule = scheme.indicator[leaf], scheme.indicator[leaf].rule
    if isinstance(rule, Rated):
        names = {one.id: scheme.text(one.name, language) for one in scheme.grades[rule.grades]}
        grade = st.segmented_control(
            _("Grade"), list(names), format_func=names.__getitem__, key=f"{key}-grade"
        )
        return grade, {}
    if isinstance(rule, Derived):
        said = {
            one.id: st.text_input(
                _("{name} ({unit})").format(
                    name=state.plain(scheme.text(one.name, language)), unit=state.plain(one.unit)
                ),
                key=f"{key}-{one.id}",
            ).strip()
            for one in rule.inputs
        }
        return None, said if all(said.values()) else {}
    if parts := _parts(scheme, rule):
        typed = {
            one.id: st.text_input(
                state.plain(scheme.text(one.name, language)), key=f"{key}-{one.id}"
            ).strip()
            for one in parts
        }
        return {item: text for item, text in typed.items() if text} or None, {}
    measure = measure_words(indicator.unit, state.language())
    label = _("Value ({unit})").format(unit=measure) if measure else _("Value")
    return st.text_input(state.plain(label), key=key).strip(), {}


def _parts(scheme: Scheme, rule: AnyRule) -> tuple[Grade | Point | Occurrence, ...]:
    """What a rule takes a value of each of: grades, control points or occurrences."""
    match rule:
        case Shares():
            return scheme.grades[rule.grades]
        case Checklist():
            return rule.control_points
        case Deductive():
            return rule.occurrences
    return ()


def show_trial(old: Scheme, new: Scheme, run: TrialRun) -> None:
    """What another scheme makes of a period, unit by unit, with what the change comes from."""
    _, language = state.translate(), state.language()
    bands = bands_of(old, language) | bands_of(new, language)
    names = names_of(old, language) | names_of(new, language)
    changed = len(run.changed_bands)
    st.write(
        _("{period}: {count} of {of} units would be in another band.").format(
            period=run.period, count=changed, of=len(run.units)
        )
    )
    st.table([_trial_row(one, bands) for one in run.units], hide_index=True)
    for phrase in run.untried.values():
        st.caption(state.plain(error_sentence(with_names(phrase, names), language)))
    if run.dropped:
        st.caption(
            _("No longer in the scheme: {names}").format(
                names=state.plain(_(", ").join(names.get(one, one) for one in run.dropped))
            )
        )


def _trial_row(one: TrialUnit, bands: Mapping[str, str]) -> dict[str, str]:
    _ = state.translate()

    def total(number: Decimal | None, band: str) -> str:
        return "–" if number is None else f"{number} {bands[band]}"

    def part(number: Fraction | None) -> str:
        return "–" if number is None else f"{float(number):+.2f}"

    both = one.total_old is not None and one.total_new is not None
    change = one.total_new - one.total_old if both else None  # type: ignore[operator] # both are
    return {
        _("Unit"): state.plain(one.unit),
        _("Now"): state.plain(total(one.total_old, one.band_old)),
        _("By the new version"): state.plain(total(one.total_new, one.band_new)),
        _("Change"): "–" if change is None else f"{change:+}",
        _("of it weights"): part(one.weights),
        _("of it rules"): part(one.rules),
        _("deductions, limits, rounding"): part(one.afterwards),
    }
