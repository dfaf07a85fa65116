"""Draft notices: send them out, see who has read theirs, decide appeals."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import streamlit as st

from ahp.errors import AHPError
from ahp.exchange.observation_layout import part_name
from ahp.process.evaluations.days import day_of, zone_words
from ahp.process.evaluations.events import AppealDecided, Row
from ahp.process.evaluations.judged import evidence_of
from ahp.process.evaluations.notices import moved, notified_units, with_granted
from ahp.process.evaluations.state import Appeal, PeriodState
from ahp.report.check_sources import value_words
from ahp.report.notice import moved_table
from ahp.study.limits import LONGEST
from ahp.web import state
from ahp.web.desk import show_printed
from ahp.web.evaluating import Desk, attempt, begin, pick_period, show_next, why_not
from ahp.web.notice import appeal_words, show_notice, value_field
from ahp.web.people import link_words, show_people

DAYS = 7
"""How long units may appeal, where nothing else is chosen."""


def issue(desk: Desk, period: str) -> None:
    """Send out the notices, with the date that was chosen."""
    until: date = st.session_state[f"until-{desk.id}-{period}"]
    attempt(desk, lambda: state.desk().issue_notices(desk.id, period, until.isoformat()))


def show_issuing(desk: Desk, held: PeriodState) -> None:
    """Until when units may appeal, and the button that opens the notices to them."""
    _, period = state.translate(), str(held.period)
    st.header(_("Send out the draft notices"), anchor=False)
    st.write(
        _(
            "Every contact then reads the notice of their own unit by their personal link, and can "
            "appeal against single figures until the date you choose. Nothing is sent by mail: the "
            "links are handed out below."
        )
    )
    without = units_without_contact(desk, period)
    if without:
        names = _(", ").join(desk.names()[unit] for unit in without)
        st.warning(
            state.plain(
                _("These units have no contact, so nobody can read their notices: {names}").format(
                    names=names
                )
            )
        )
    today = state.today(held.zone)
    st.date_input(
        _("Appeals until the end of this day, {zone}").format(
            zone=state.in_words(zone_words(held.zone))
        ),
        value=today + timedelta(days=DAYS),
        min_value=today,
        format="YYYY-MM-DD",
        key=f"until-{desk.id}-{period}",
    )
    may = state.may("run_evaluations")
    sure = st.checkbox(
        _("I have looked through the notices below; they may go out to all units"),
        disabled=not may,
        key=f"sure_issue-{desk.id}-{period}",
    )
    st.button(
        _("Send out all notices"),
        type="primary",
        icon=":material/campaign:",
        on_click=issue,
        args=(desk, period),
        disabled=not (sure and may),
        key="issue_notices",
    )


def units_without_contact(desk: Desk, period: str) -> list[str]:
    """Ids of the units whose notice nobody can read."""
    people = desk.now.participants.values()
    reached = {one.unit for one in people if one.role == "contact"}
    return [unit for unit in notified_units(desk.now, period) if unit not in reached]


def show_readers(desk: Desk, held: PeriodState) -> None:
    """Who has opened their unit's notice."""
    _, names = state.translate(), desk.names()
    contacts = [one for one in state.desk().people(desk.id) if one.person.role == "contact"]
    rows = [
        {
            _("Unit"): state.plain(names[one.person.unit]),
            _("Contact"): state.plain(one.person.name),
            _("Link"): link_words(_)[one.link],
            _("Opened (UTC)"): state.minute(held.seen.get(one.person.id, "")) or "–",
        }
        for one in contacts
    ]
    opened = sum(one.person.id in held.seen for one in contacts)
    st.header(
        _("Read by {opened} of {count} contacts").format(opened=opened, count=len(contacts)),
        anchor=False,
    )
    if rows:
        st.table(rows, hide_index=True)


def decide(desk: Desk, period: str, appeal: Appeal, shown: str, *, granted: bool) -> None:
    """Decide an appeal as its fields say; it is granted with the value whose effect was shown."""
    _, form = state.translate(), st.session_state
    row = typed_row(appeal, form.get(f"value-{appeal.id}")) if granted else None
    if row and row.value != shown:
        form["problem"] = _(
            "The value was changed. Nothing is decided yet: see what it changes, then decide."
        )
        return
    reason = (form[f"reason-{appeal.id}"] or "").strip()
    action = AppealDecided(period, appeal.id, granted, reason, row)
    attempt(desk, lambda: state.desk().act(desk.id, action))


def typed_row(appeal: Appeal, value: str | None) -> Row:
    """The value that is right, with the document that was named."""
    unit, indicator, item, input_, rater = appeal.cell
    evidence = (st.session_state.get(f"document-{appeal.id}") or "").strip()
    return Row(unit, indicator, (value or "").strip(), item, input_, rater, evidence)


def show_appeals(desk: Desk, held: PeriodState) -> None:
    """All appeals, those that wait first."""
    _ = state.translate()
    if not held.appeals:
        if held.stage == "notified":
            st.info(_("There is no appeal yet."))
        return
    st.header(
        _("Appeals: {open} of {count} wait for a decision").format(
            open=len(held.open_appeals), count=len(held.appeals)
        ),
        anchor=False,
    )
    for one in sorted(
        held.appeals.values(), key=lambda one: (one.decided is not None, -one.stamp.seq)
    ):
        with st.container(border=True):
            show_appeal(desk, held, one)


def show_appeal(desk: Desk, held: PeriodState, appeal: Appeal) -> None:
    """What is disputed, why, and the decision or the fields for it."""
    _, names = state.translate(), desk.names(held.scheme)
    cell = appeal.cell
    part = part_name(held.scheme, cell, state.language())
    title = " · ".join(filter(None, (names[cell.unit], names[cell.indicator], part)))
    st.markdown(f"**{state.plain(title)}**")
    st.write(
        state.plain(
            _("{name}, {date}: {reason}").format(
                name=names.get(appeal.person, ""), date=appeal.stamp.time[:10], reason=appeal.reason
            )
        )
    )
    if appeal.file:
        st.download_button(
            state.plain(appeal.file.name),
            state.guarded(partial(state.desk().file, appeal.file.sha256)),
            appeal.file.name,
            icon=":material/attach_file:",
            key=f"file-{appeal.id}",
            on_click="ignore",
        )
    st.caption(state.plain(appeal_words(held, appeal)))
    if appeal.decided:
        st.caption(state.plain(_("Decided by {name}").format(name=desk.who(appeal.decided.actor))))
    elif held.stage != "notified":
        st.info(_("It can be decided once the notices are sent out again."))
    elif state.may("sign"):
        show_deciding(desk, held, appeal)
    else:
        st.info(_("The head decides on appeals."))


def show_deciding(desk: Desk, held: PeriodState, appeal: Appeal) -> None:
    """The right value and what it changes, the reason, and the two decisions."""
    _, period, cell = state.translate(), str(held.period), appeal.cell
    now = held.values.get(cell)
    granted = AppealDecided(period, appeal.id, True, "–", typed_row(appeal, ""))
    if problem := why_not(desk, granted):
        st.warning(state.plain(_("You can't grant this appeal: {why}").format(why=problem)))
    value = value_field(held.scheme, cell.indicator, f"value-{appeal.id}")
    if cell.indicator in held.scheme.events:
        st.caption(_("0 takes the entry away."))
    st.text_input(
        _("Document number"),
        value=now.row.evidence if now else "",
        max_chars=200,
        key=f"document-{appeal.id}",
    )
    st.text_area(
        _("Reason of the decision (the unit reads it)"),
        max_chars=LONGEST["reason"],
        key=f"reason-{appeal.id}",
    )
    if value and not problem:
        show_effect(desk, held, appeal, value)
    sure = st.checkbox(
        _("I have decided; a decision can't be taken back"),
        # who agreed to grant this value has not agreed to grant another one
        key=f"sure-{appeal.id}-{state.mark(value)}",
    )
    with st.container(horizontal=True):
        st.button(
            _("Grant the appeal"),
            type="primary",
            icon=":material/check:",
            on_click=decide,
            args=(desk, period, appeal, value),
            kwargs={"granted": True},
            disabled=not (sure and value) or bool(problem),
            key=f"grant-{appeal.id}",
        )
        st.button(
            _("Reject the appeal"),
            icon=":material/close:",
            on_click=decide,
            args=(desk, period, appeal, value),
            kwargs={"granted": False},
            disabled=not sure,
            key=f"reject-{appeal.id}",
        )


def show_effect(desk: Desk, held: PeriodState, appeal: Appeal, value: str) -> None:
    """What the value would change, without writing anything."""
    _, language, period = state.translate(), state.language(), str(held.period)
    indicator = appeal.cell.indicator
    try:
        row = typed_row(appeal, value)
        reason = st.session_state[f"reason-{appeal.id}"].strip() or "–"
        tried = with_granted(desk.now, period, appeal.id, row, reason, by=state.actor())
        before, after = (evidence_of(one, period, 0) for one in (desk.now, tried))
    except AHPError as error:
        st.error(state.plain(desk.say(error)))
        return
    old = held.values.get(appeal.cell)
    points = [one["units"][appeal.cell.unit]["points"].get(indicator) for one in (before, after)]
    st.markdown(
        state.plain(
            _("Value: {old} → {new}").format(
                old=value_words(held.scheme, indicator, old.row.value, language) if old else "–",
                new=value_words(held.scheme, indicator, value, language),
            )
        )
    )
    if points[1] is not None:
        st.markdown(
            state.plain(_("Points: {old} → {new}").format(old=points[0] or "–", new=points[1]))
        )
    changed = tuple(moved(before, after))
    if changed:
        show_printed(moved_table(changed, held.scheme, language))
    else:
        st.caption(_("No total, band or rank would change."))


def show_preview(desk: Desk, held: PeriodState) -> None:
    """The notice of one unit, as its contact reads it."""
    _, period = state.translate(), str(held.period)
    st.header(_("Notice of a unit"), anchor=False)
    names, units = desk.names(), notified_units(desk.now, period)
    if not units:
        st.info(_("No unit is active in this period."))
        return
    unit = st.selectbox(
        _("Unit"), units, format_func=names.__getitem__, key=f"notice_unit-{desk.id}-{period}"
    )
    with st.container(border=True):
        show_notice(desk.now, period, unit)


desk = begin("notices")
held = pick_period(desk)
_ = state.translate()
show_next(desk, "notices", str(held.period))
if held.stage == "open":
    st.info(
        _("The notices can go out once the check is finished. What you see below is provisional.")
    )
    show_appeals(desk, held)
elif held.stage == "checked":
    show_issuing(desk, held)
    show_appeals(desk, held)
else:
    if held.notices:
        st.markdown(
            state.plain(
                _("Sent out on {date} by {name}; appeals until {until}.").format(
                    date=day_of(held.notices.stamp.time, held.zone),
                    name=desk.who(held.notices.stamp.actor),
                    until=state.until(held.notices.until, held.zone),
                )
            )
        )
    show_appeals(desk, held)
    show_readers(desk, held)
try:
    show_preview(desk, held)
except AHPError as error:
    st.error(state.plain(desk.say(error)))
show_people(desk, "contact")
