"""Scores: league tables, a card per unit, trends, other methods, what is missing, files."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import streamlit as st

from ahp import report
from ahp.errors import AHPError
from ahp.evaluation.evaluated import Evaluation
from ahp.evaluation.opinions import period_opinions
from ahp.evaluation.trend import unit_trend
from ahp.exchange.evaluation_calculation import check_workbook, filled_workbook
from ahp.i18n.evaluation_results import opinions_sentences
from ahp.plots.evaluation import change_chart, importance_chart, trend_chart
from ahp.plots.parts import unit_parts
from ahp.plots.units import unit_waterfall
from ahp.process.evaluations.checking import cell_sources
from ahp.process.evaluations.judged import result_of
from ahp.process.evaluations.simulation import LONG, certainty_now, simulation_of
from ahp.process.evaluations.standing import (
    Standing,
    moved_since,
    result_before,
    results_of_unit,
    standing_of,
)
from ahp.process.evaluations.state import PeriodState
from ahp.process.evaluations.units import active_in
from ahp.report.check_sources import source_sentence
from ahp.report.evaluation import counted_words
from ahp.report.league import league_tables
from ahp.report.opinions import missing_sentences, missing_table, opinions_table
from ahp.report.over_time import trend_table
from ahp.report.standing import (
    dated,
    missing_indicators,
    revisions_table,
    standing_sentence,
)
from ahp.report.unit_card import UnitCard, unit_card
from ahp.web import state
from ahp.web.desk import show_downloads, show_printed, weights_panel
from ahp.web.evaluating import Desk, begin, pick_period, show_next
from ahp.web.evaluation_report import show_report
from ahp.web.pictures import show_titled
from ahp.web.questionnaires import XLSX, file_name

WORD = {"open": "provisional", "checked": "provisional", "notified": "provisional"}
"""Stage -> what a file of it is called besides its period; one that is signed has no word."""


class Shown:
    """A period on the page.

    Attributes:
        desk: the evaluation.
        held: the period.
        period: `str(Period)`.
        result: by what counts now.
        standing: what it rests on.
        language: of the page.
        panel: evidence of the round that its weights come from.
    """

    def __init__(self, desk: Desk, held: PeriodState) -> None:
        self.desk, self.held, self.period = desk, held, str(held.period)
        self.result: Evaluation = result_of(desk.now, self.period)
        self.standing: Standing = standing_of(desk.now, held)
        self.language = state.language()
        self.panel = held.version.weights.evidence

    @property
    def key(self) -> str:
        """Part of the keys of widgets."""
        return f"{self.desk.id}-{self.period}"

    def table(self, table: report.Table, name: str) -> None:
        """A table as printed, and for a file with what it rests on."""
        show_printed(table, f"{name}-{self.key}")
        self.downloads(table, name)

    def downloads(self, table: report.Table, name: str) -> None:
        """The files of a table."""
        standing = standing_sentence(self.standing, self.held.scheme, self.language)
        day = state.today().isoformat()
        file = "_".join(filter(None, (name, self.period, WORD.get(self.held.stage), day)))
        with st.container(horizontal=True):
            show_downloads(dated(table, standing, day), f"{name}-{self.key}", file)


# -- what everything rests on


def show_standing(shown: Shown) -> None:
    """Whether the scores are provisional, and what they rest on."""
    _, held, language = state.translate(), shown.held, shown.language
    sentence = state.plain(standing_sentence(shown.standing, held.scheme, language))
    if shown.standing.provisional:
        st.warning(sentence, icon=":material/hourglass_top:")
    else:
        st.success(sentence, icon=":material/verified:")
    st.caption(
        state.plain(
            _("{counted}. Scheme “{scheme}”, version {number}.").format(
                counted=counted_words(shown.result, shown.period, language),
                scheme=held.scheme.text(held.scheme.name, language),
                number=held.version.number,
            )
        )
    )
    if shown.standing.missing:
        missing = missing_indicators(shown.standing, held.scheme, language)
        st.caption(state.plain(_("Still missing: {indicators}").format(indicators=missing)))


def show_signed(shown: Shown) -> None:
    """What was signed, corrections beside it."""
    _, held = state.translate(), shown.held
    if not held.signatures:
        return
    names = shown.desk.names()
    if moved := [names[unit] for unit in moved_since(shown.desk.now, shown.period)]:
        st.warning(
            state.plain(
                _(
                    "The list of units or an earlier period was changed since the signature: for "
                    "{units} the figures below are not those that were signed. The signed ones "
                    "stand."
                ).format(units=_(", ").join(moved))
            )
        )
    corrected = [one for one in held.signatures if one.revision > 1]
    with st.expander(
        _("Signed figures and corrections") if corrected else _("Signed figures"),
        icon=":material/draw:",
        expanded=bool(corrected or moved),
    ):
        for one in corrected:
            st.write(
                state.plain(
                    _("Correction of {date}: {reason}").format(
                        date=one.stamp.time[:10], reason=one.reason
                    )
                )
            )
        shown.table(revisions_table(held, shown.language), "signed")


# -- league tables


def run_long(shown: Shown) -> None:
    """Run the long simulation, with a bar that says how far it is."""
    _ = state.translate()
    weights = weights_panel(shown.held.version.weights)
    text = _("{draws} draws").format(draws=f"{LONG:,}")
    bar = st.progress(0.0, text=text)
    simulation = simulation_of(shown.result, shown.period, LONG, shown.panel)
    simulation.run(lambda share: bar.progress(min(1.0, share), text=text), weights)
    bar.empty()


def show_league(shown: Shown) -> None:
    """The units of each peer group, the best first."""
    _ = state.translate()
    long_one = simulation_of(shown.result, shown.period, LONG, shown.panel)
    button = st.empty()
    if long_one.found is None and button.button(
        _("Calculate certainty with {draws} draws").format(draws=f"{LONG:,}"),
        icon=":material/casino:",
        help=_(
            "How far totals would lie apart if other raters had rated and other experts of the "
            "panel had weighted, and which units can't be told apart."
        ),
        key=f"long-{shown.key}",
    ):
        button.empty()
        run_long(shown)
    certainty = certainty_now(shown.result, shown.period, shown.panel)
    before = result_before(shown.desk.now, shown.period)
    tables = league_tables(shown.result, shown.period, shown.language, certainty, before)
    for number, table in enumerate(tables, 1):
        shown.table(table, f"league{number}")


# -- a card


def chosen_unit(shown: Shown) -> str:
    """Id of the unit whose card is shown; the choice goes from period to period."""
    _, now, names = state.translate(), shown.desk.now, shown.desk.names()
    active = (unit for unit in now.units if active_in(unit, shown.held.period))
    ids = {unit.name: unit.id for unit in active}
    units = [ids[name] for name in shown.result.units]
    kept = st.session_state.get(f"unit-{shown.desk.id}")
    chosen: str = st.selectbox(
        _("Unit"),
        units,
        index=units.index(kept) if kept in units else 0,
        format_func=names.__getitem__,
        key=f"card-{shown.key}",
    )
    st.session_state[f"unit-{shown.desk.id}"] = chosen
    return chosen


def show_card(shown: Shown) -> None:
    """The card of a unit."""
    _, result, period, language = state.translate(), shown.result, shown.period, shown.language
    now, key, who = shown.desk.now, chosen_unit(shown), cache(shown.desk.who)
    unit = now.unit[key].name
    before = result_before(now, period)
    sources = {
        (unit, indicator): source_sentence(source, who, language)
        for (of_unit, indicator), source in cell_sources(now, shown.held).items()
        if of_unit == key
    }
    card = unit_card(
        result,
        unit,
        period,
        language,
        certainty=certainty_now(result, period, shown.panel),
        before=before,
        sources=sources,
    )
    with st.container(border=True):
        st.header(state.plain(unit), anchor=False)
        with st.container(horizontal=True):
            st.metric(_("Total"), card.total or "–", border=True)
            st.metric(_("Band"), state.plain(card.band) or "–", border=True)
        st.markdown("\n".join(f"- {state.plain(one)}" for one in card.sentences))
    for warning in card.warnings:
        st.warning(state.plain(warning), icon=":material/notification_important:")
    about = f"{shown.key}-{key}"
    parts = (
        (
            _("How the total comes about"),
            partial(unit_waterfall, result, unit, period, language),
            card.waterfall,
            "waterfall",
        ),
        (
            _("Parts beside the group and the last period"),
            partial(unit_parts, result, unit, period, language, before),
            card.parts,
            "parts",
        ),
    )
    for title, draw, table, name in parts:
        st.header(title, anchor=False)
        show_titled(draw(), f"{name}-{about}", f"{name}_{file_name(unit)}_{period}")
        with st.expander(_("Numbers"), icon=":material/table:"):
            shown.table(table, name)
    st.header(_("Where to begin"), anchor=False)
    for table, name in ((card.weakest, "weakest"), (card.cheapest, "cheapest")):
        shown.table(table, name)
    if card.total:
        chart = importance_chart(result, unit, period, language)
        show_titled(chart, f"importance-{about}", f"importance_{file_name(unit)}_{period}")
    show_trend(shown, unit, about)
    show_values(shown, card)


def show_trend(shown: Shown, unit: str, about: str) -> None:
    """A unit's totals over time, each change split."""
    _, language = state.translate(), shown.language
    st.header(_("Trend"), anchor=False)
    points = unit_trend(unit, results_of_unit(shown.desk.now, shown.period, unit))
    if len(points) == 1:
        st.write(_("This is the first period of this unit."))
        return
    for name, draw in (("trend", trend_chart), ("change", change_chart)):
        file = f"{name}_{file_name(unit)}_{shown.period}"
        show_titled(draw(unit, points, language), f"{name}-{about}", file)
    with st.expander(_("Numbers"), icon=":material/table:"):
        shown.table(trend_table(unit, points, language), "trend")


def show_values(shown: Shown, card: UnitCard) -> None:
    """Every value of a unit."""
    _ = state.translate()
    with st.expander(_("All values and where they come from"), icon=":material/list:"):
        shown.table(card.values, "values")


# -- other methods, what is missing, files


def show_opinions(shown: Shown) -> None:
    """Whether another method would give another grade."""
    _ = state.translate()
    st.write(
        _(
            "What counts is the scheme. Other methods only say whether a grade depends on how "
            "points are put together."
        )
    )
    opinions = period_opinions(shown.result, shown.period)
    for sentence in opinions_sentences(shown.result.scheme, opinions, shown.language):
        st.markdown(f"- {state.plain(sentence)}")
    shown.table(opinions_table(shown.result, opinions, shown.language), "methods")


def show_missing(shown: Shown) -> None:
    """What is missing, and what it decides."""
    for sentence in missing_sentences(shown.result, shown.period, shown.language):
        st.markdown(f"- {state.plain(sentence)}")
    table = missing_table(shown.result, shown.period, shown.language)
    if table.rows:
        shown.table(table, "missing")


def show_files(shown: Shown) -> None:
    """The workbook that calculates the totals anew."""
    _, day = state.translate(), state.today().isoformat()
    st.write(
        _(
            "This workbook has every value and every rule as formulas: LibreOffice or Excel "
            "calculates the totals anew from it."
        )
    )
    name = "_".join(filter(None, ("workbook", shown.period, WORD.get(shown.held.stage), day)))
    try:
        check_workbook(shown.result, shown.period)
    except AHPError as error:
        st.info(state.plain(shown.desk.say(error)))
        return
    st.download_button(
        _("Workbook with formulas (XLSX)"),
        state.guarded(partial(filled_workbook, shown.desk.now, shown.period, shown.language)),
        f"{name}.xlsx",
        XLSX,
        icon=":material/download:",
        key=f"workbook-{shown.key}",
        on_click="ignore",
    )


def show_report_on(shown: Shown) -> None:
    """The report on the period or its year."""
    certainty = certainty_now(shown.result, shown.period, shown.panel)
    show_report(shown.desk, shown.held, certainty)


def show(shown: Shown) -> None:
    """The part of the page that is chosen."""
    _ = state.translate()
    show_standing(shown)
    show_signed(shown)
    parts: dict[str, tuple[str, Callable[[Shown], None]]] = {
        "league": (_("League table"), show_league),
        "card": (_("One unit"), show_card),
        "methods": (_("Other methods"), show_opinions),
        "missing": (_("What is missing"), show_missing),
        "files": (_("Workbook"), show_files),
        "report": (_("Report"), show_report_on),
    }
    chosen = st.segmented_control(
        _("Show"),
        list(parts),
        default="league",
        required=True,
        format_func=lambda one: parts[one][0],
        key=f"part-{shown.desk.id}",
    )
    parts[chosen][1](shown)


desk = begin("results")
held = pick_period(desk)
show_next(desk, "results", str(held.period))
try:
    show(Shown(desk, held))
except AHPError as problem:
    st.error(state.plain(desk.say(problem)))
