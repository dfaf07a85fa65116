"""Periods: open one, see who has delivered what, remind, change dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import streamlit as st

from ahp.evaluation.scheme import Scheme
from ahp.process.evaluations.days import zone_words
from ahp.process.evaluations.deliveries import (
    DELIVERED_WITHIN,
    RATED_WITHIN,
    Delivery,
    deliveries,
    next_period,
    periods_to_open,
    reminders,
)
from ahp.process.evaluations.edits import edited
from ahp.process.evaluations.events import DueChanged, PeriodOpened
from ahp.process.evaluations.rules import left_to_raters
from ahp.process.evaluations.state import PeriodState, Person
from ahp.process.evaluations.units import active_in
from ahp.study.limits import LONGEST
from ahp.web import state
from ahp.web.evaluating import Desk, attempt, begin, pick_period, show_next, stage_words
from ahp.web.people import show_people

ISO = "YYYY-MM-DD"


def ask_dates(
    desk: Desk, key: str, scheme: Scheme, now: Mapping[str, date], offered: list[str]
) -> None:
    """The dates of a period.

    Args:
        desk: the evaluation.
        key: part of the keys of the fields.
        scheme: of the period.
        now: what the fields have at first: `"due"`, `"rating_due"`, and ids of indicators.
        offered: time zones, that at first in front.
    """
    _, names = state.translate(), desk.names(scheme)
    rated = left_to_raters(desk.now, scheme)
    with st.container(horizontal=True):
        st.date_input(_("Data is delivered by"), now["due"], format=ISO, key=f"due-{key}")
        if rated:
            st.date_input(_("Ratings by"), now["rating_due"], format=ISO, key=f"rating_due-{key}")
        st.selectbox(
            _("Each day ends at midnight in"),
            offered,
            format_func={one: state.in_words(zone_words(one)) for one in offered}.__getitem__,
            key=f"zone-{key}",
        )
    delivered = [leaf for leaf in scheme.indicator if leaf not in rated]
    others: list[str] = st.multiselect(
        _("Indicators with another date"),
        delivered,
        default=[leaf for leaf in delivered if leaf in now] or None,
        format_func=names.__getitem__,
        placeholder=_("Choose indicators"),
        key=f"others-{key}",
    )
    for leaf in others:
        st.date_input(
            _("“{name}” by").format(name=state.plain(names[leaf])),
            now.get(leaf, now["due"]),
            format=ISO,
            key=f"due_of-{leaf}-{key}",
        )


def said_dates(key: str) -> tuple[str, dict[str, str], str, str]:
    """What the fields of `ask_dates` say: the date, those of single indicators, that of ratings,
    the time zone.
    """
    form = st.session_state
    dues = {leaf: form[f"due_of-{leaf}-{key}"].isoformat() for leaf in form[f"others-{key}"]}
    rating: date | None = form.get(f"rating_due-{key}")
    until = rating.isoformat() if rating else ""
    return form[f"due-{key}"].isoformat(), dues, until, form[f"zone-{key}"]


def open_period(desk: Desk, period: str, number: int, key: str) -> None:
    """Open a period."""

    def change() -> None:
        state.desk().act(desk.id, PeriodOpened(period, number, *said_dates(key)))

    if attempt(desk, change):
        st.session_state.pop(f"period_chosen-{desk.id}", None)
        st.session_state["period"] = st.query_params["period"] = period


def show_opening(desk: Desk) -> None:
    """Open a period; the next one is suggested."""
    _, version = state.translate(), desk.now.version
    if version is None:
        st.info(_("A period can be opened once a scheme is approved, on the page “Scheme”."))
        return
    offered = periods_to_open(desk.now, version.scheme, state.today())
    suggested = next_period(desk.now, version.scheme, state.today())
    if suggested is None:
        st.info(_("The scheme holds for no period that could be opened; see its dates."))
        return
    with st.expander(
        _("Open a period"), icon=":material/event_available:", expanded=not desk.now.periods
    ):
        period = st.selectbox(
            _("Period to open"), offered, index=offered.index(suggested), key=f"open-{desk.id}"
        )
        active = sum(active_in(unit, period) for unit in desk.now.units)
        st.caption(
            _("Under version {number} of the scheme; units: {count}.").format(
                number=version.number, count=active
            )
        )
        last, key = period.last_day, f"{desk.id}-{period}"
        ask_dates(
            desk,
            key,
            version.scheme,
            {"due": last + DELIVERED_WITHIN, "rating_due": last + RATED_WITHIN},
            state.zones(*(one.zone for one in [*desk.now.periods.values()][-1:] if one.zone_said)),
        )
        sure = st.checkbox(
            _("Yes: an opened period stays, and so does its version of the scheme"),
            key=f"sure_open-{key}",
        )
        st.button(
            _("Open {period}").format(period=period),
            type="primary",
            on_click=open_period,
            args=(desk, str(period), version.number, key),
            disabled=not (sure and active and state.may("run_evaluations")),
            key="open_period",
        )
        if not active:
            st.caption(_("No unit is evaluated in this period: add units first."))


def show_periods(desk: Desk) -> None:
    """All periods, the latest first."""
    _ = state.translate()
    stages = stage_words(_)
    rows = []
    for held in sorted(desk.now.periods.values(), key=lambda one: one.period, reverse=True):
        wanted = deliveries(desk.now, held)
        rows.append(
            {
                _("Period"): str(held.period),
                _("Stage"): stages[held.stage],
                _("Scheme"): _("version {number}").format(number=held.version.number),
                _("Delivered"): f"{sum(one.received for one in wanted)}/"
                f"{sum(one.of for one in wanted)}",
                _("Due"): state.until(held.due, held.zone),
                _("Opened (UTC)"): held.opened.time[:10],
                _("Opened by"): state.plain(desk.who(held.opened.actor)),
            }
        )
    st.table(rows, hide_index=True)


def progress_words(one: Delivery, today: str) -> str:
    """How far an indicator is, in words and color."""
    _ = state.translate()
    about = {"received": one.received, "of": one.of}
    if not one.missing:
        return ":green[:material/check: " + _("all {of} received").format(**about) + "]"
    if one.late(today):
        return ":red[:material/warning: " + _("late, {received} of {of}").format(**about) + "]"
    return _("{received} of {of} received").format(**about)


def show_board(desk: Desk, held: PeriodState) -> None:
    """Indicator by indicator: who delivers, until when, what is there."""
    _, names = state.translate(), desk.names(held.scheme)
    wanted = deliveries(desk.now, held)
    received, of = sum(one.received for one in wanted), sum(one.of for one in wanted)
    today = state.today(held.zone).isoformat()
    late = sum(one.late(today) for one in wanted)
    text = _("{received} of {of} values received").format(received=received, of=of)
    if late:
        text += _(", {count} indicators late").format(count=late)
    st.progress(received / of if of else 1.0, text=text)

    def owners(one: Delivery) -> str:
        return _(", ").join(names[key] for key in one.owners) or _("nobody yet")

    rows = [
        {
            _("Indicator"): state.plain(names[one.indicator]),
            _("Who delivers"): state.plain(owners(one)),
            _("Until"): state.until(one.due, held.zone),
            _("Received"): progress_words(one, today),
            _("Missing"): missing_words(desk, one),
        }
        for one in wanted
    ]
    st.table(rows, hide_index=True)
    if rated := [
        leaf
        for leaf in left_to_raters(desk.now, held.scheme)
        if leaf in held.scheme.counting(held.period)
    ]:
        st.caption(
            _("Rated until {date}, on the page “Rating”: {indicators}").format(
                date=state.until(held.rating_due, held.zone) or "–",
                indicators=state.plain(_(", ").join(names[leaf] for leaf in rated)),
            )
        )
    if alone := [names[one.indicator] for one in wanted if not one.owners and one.missing]:
        st.caption(
            _(
                "Nobody delivers {indicators} by a link: choose a data owner below, or import the "
                "values yourself on the page “Data in”."
            ).format(indicators=state.plain(_(", ").join(alone)))
        )


SHOWN = 5
"""How many missing units a line of the board names."""


def missing_words(desk: Desk, one: Delivery) -> str:
    """The units without a value, the first ones by name."""
    _, names = state.translate(), desk.names()
    if not one.missing:
        return "–"
    if len(one.missing) == one.of:
        return _("all units")
    named = _(", ").join(names[unit] for unit in one.missing[:SHOWN])
    if len(one.missing) > SHOWN:
        named += _(" and {count} more").format(count=len(one.missing) - SHOWN)
    return state.plain(named)


def reminder(desk: Desk, held: PeriodState, person: Person, missing: tuple[Delivery, ...]) -> str:
    """What to write to a data owner."""
    _, names = state.translate(), desk.names(held.scheme)
    lines = []
    for one in missing:
        line = _("- {indicator}, until {date}: {units}")
        if one.late(state.today(held.zone).isoformat()):
            line = _("- {indicator}, was due on {date}: {units}")
        every = len(one.missing) == one.of
        due = state.until(one.due, held.zone)
        units = _("all units") if every else _(", ").join(names[unit] for unit in one.missing)
        lines.append(line.format(indicator=names[one.indicator], date=due, units=units))
    return _(
        "Dear {name},\nfor “{title}”, {period}, these values are still missing:\n{lines}\nPlease "
        "open your personal link, and upload your file or type the values. If you no longer have "
        "the link, tell us: you get a new one."
    ).format(name=person.name, title=desk.info.title, period=held.period, lines="\n".join(lines))


def show_reminders(desk: Desk, held: PeriodState) -> None:
    """Texts to copy, for the data owners from whom something is missing."""
    _, found = state.translate(), list(reminders(desk.now, held))
    if not found:
        return
    with st.expander(
        _("Reminders: {count} data owners have not delivered everything").format(count=len(found)),
        icon=":material/notifications:",
    ):
        for person, missing in found:
            st.markdown(f"**{state.plain(person.name)}** {state.plain(person.organization)}")
            st.code(reminder(desk, held, person, missing), language=None, wrap_lines=True)


def dates_of(held: PeriodState) -> dict[str, str]:
    """The dates of a period: `"due"`, `"rating_due"`, and by ids of indicators; `"zone"`."""
    said = {"due": held.due, "rating_due": held.rating_due, "zone": held.zone}
    return {**said, **held.dues}


def change_dates(desk: Desk, held: PeriodState, key: str, why: str) -> None:
    """Change the dates of a period as the fields say, which were filled with those of then."""
    _, period, reason = state.translate(), str(held.period), st.session_state[why].strip()

    def change() -> None:
        due, dues, rating_due, zone = said_dates(key)
        said = {"due": due, "rating_due": rating_due, "zone": zone, **dues}
        now = state.desk().evaluation_state(desk.id).periods[period]
        new = edited(dates_of(held), said, dates_of(now))
        due, rating_due, zone = (new.pop(name) for name in ("due", "rating_due", "zone"))
        state.desk().act(desk.id, DueChanged(period, due, new, rating_due, reason, zone))

    if attempt(desk, change):
        st.session_state[why] = ""
        st.toast(_("Saved"))


def show_dates(desk: Desk, held: PeriodState) -> None:
    """Change the dates, with a reason."""
    _ = state.translate()
    with st.expander(_("Change the dates"), icon=":material/edit_calendar:"):
        # the fields begin anew when somebody else has changed the dates
        key = f"{desk.id}-{held.period}-change-{state.mark(dates_of(held))}"
        why = f"why-{desk.id}-{held.period}"
        now = {leaf: date.fromisoformat(day) for leaf, day in held.dues.items()}
        now["due"] = date.fromisoformat(held.due)
        now["rating_due"] = date.fromisoformat(held.rating_due or held.due)
        ask_dates(desk, key, held.scheme, now, state.zones(held.zone))
        st.text_input(_("Why"), max_chars=LONGEST["reason"], key=why)
        st.button(
            _("Change the dates"),
            on_click=change_dates,
            args=(desk, held, key, why),
            disabled=not state.may("run_evaluations"),
            key="change_dates",
        )


desk = begin("period")
show_next(desk, "period")
_ = state.translate()
show_opening(desk)
if desk.now.periods:
    show_periods(desk)
    shown = pick_period(desk)
    st.header(_("Who delivers what in {period}").format(period=shown.period), anchor=False)
    show_board(desk, shown)
    if shown.stage == "open" and state.may("run_evaluations"):
        show_reminders(desk, shown)
        show_dates(desk, shown)
show_people(desk, "data_owner")
