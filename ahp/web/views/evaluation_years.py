"""Year: what was signed for its periods, the year's total, units over time."""

from __future__ import annotations

import streamlit as st

from ahp.errors import AHPError
from ahp.plots.evaluation import MOST_UNITS, totals_chart
from ahp.process.evaluations.years import YearOfUnits, year_of_units, years_of
from ahp.report.standing import dated
from ahp.report.year import unit_histories, year_sentence, year_table
from ahp.web import state
from ahp.web.desk import show_downloads, show_printed
from ahp.web.evaluating import Desk, begin, show_next
from ahp.web.pictures import show_titled


def pick_year(desk: Desk) -> str:
    """The year that is shown, the latest at first."""
    _, years = state.translate(), years_of(desk.now)
    if not years:
        st.info(_("No period is open yet. Open one on the page “Period”."))
        st.stop()
    chosen: str = st.selectbox(_("Year"), years, key=f"year-{desk.id}")
    return chosen


def show_year(desk: Desk, found: YearOfUnits) -> None:
    """The year's table with its files, then its picture."""
    _, language = state.translate(), state.language()
    sentence = year_sentence(found, language)
    if found.shares and not (found.lacking or found.provisional):
        st.success(state.plain(sentence), icon=":material/verified:")
    else:
        st.info(state.plain(sentence))
    table, day = year_table(found, language), state.today().isoformat()
    name = f"year-{desk.id}-{found.year}"
    show_printed(table, name)
    with st.container(horizontal=True):
        show_downloads(dated(table, sentence, day), name, f"year_{found.year}_{day}")
    show_over_time(desk, found)


def show_over_time(desk: Desk, found: YearOfUnits) -> None:
    """Units over the periods of the year as small lines."""
    _, language = state.translate(), state.language()
    st.header(_("Units over time"), anchor=False)
    names = state.distinct({one.unit.id: one.unit.name for one in found.units})
    units = {names[one.unit.id]: one for one in found.units}
    chosen: list[str] = st.multiselect(
        _("Units to draw"),
        list(units),
        default=list(units)[: MOST_UNITS // 2],
        max_selections=MOST_UNITS,
        placeholder=_("Choose units"),
        key=f"units-{desk.id}-{found.year}",
    )
    if not chosen:
        return
    totals = {name: one.totals for name, one in units.items()}
    periods = found.periods
    if any(one.total is not None for one in found.units):
        totals = {name: (*one.totals, one.total) for name, one in units.items()}
        periods = (*periods, found.year)
    chart = totals_chart(
        totals,
        periods,
        len(found.periods),
        language,
        digits=found.scheme.digits.total,
        units=chosen,
    )
    show_titled(chart, f"over_time-{desk.id}-{found.year}", f"over_time_{found.year}")


def show_histories(desk: Desk) -> None:
    """What became of units: their names, those that went into others."""
    _ = state.translate()
    if said := unit_histories(desk.now.units, state.language()):
        st.header(_("What became of units"), anchor=False)
        st.markdown("\n".join(f"- {state.plain(one)}" for one in said))


desk = begin("years")
show_next(desk, "years")
try:
    show_year(desk, year_of_units(desk.now, pick_year(desk)))
except AHPError as problem:
    st.error(state.plain(desk.say(problem)))
show_histories(desk)
