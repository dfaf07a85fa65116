"""The notice of a unit, for its contact: what it says, and appeals."""

from __future__ import annotations

from functools import partial

import streamlit as st

from ahp.errors import AHPError, LinkError
from ahp.exchange.observation_layout import part_name
from ahp.i18n.evaluation import names_of
from ahp.process.evaluations.attachments import KINDS, MOST_MEGABYTES, attached
from ahp.process.evaluations.events import Appealed, CellKey, NoticeOpened
from ahp.process.evaluations.notices import cells_of, notices_for
from ahp.process.evaluations.state import Appeal, PeriodState, Person
from ahp.store import PersonInfo
from ahp.study.limits import LONGEST
from ahp.web import state
from ahp.web.evaluating import Desk
from ahp.web.notice import appeal_words, show_notice
from ahp.web.visit import new_id


def contact() -> PersonInfo:
    """Whose page this is; asks for the link when this browser may not act as them any more."""
    _ = state.translate()
    info = state.own_person(state.grants())
    if info is None or info.person.role != "contact":
        state.show_problem()
        st.info(_("To read the notice, please open your personal link in this browser."))
        st.stop()
    return info


def begin_appeal(period: str, indicator: str) -> None:
    """Open the form of a value, and give the appeal its id: sent twice, it is made once."""
    st.session_state["appealing"] = (period, indicator, new_id())


def close_form() -> None:
    """Put the form away."""
    st.session_state.pop("appealing", None)


def appeal(
    desk: Desk, person: Person, period: str, cells: tuple[CellKey, ...], appeal_id: str
) -> None:
    """Send what the form of an appeal says."""
    form = st.session_state
    cell = form.get(f"appeal_cell-{appeal_id}", cells[0])
    given = form.get(f"appeal_file-{appeal_id}")
    content: bytes | None = None
    file = None
    reason = form[f"appeal_reason-{appeal_id}"].strip()
    try:
        if given:
            content = given.getvalue()
            file = attached(given.name, given.getvalue())
        action = Appealed(period, appeal_id, tuple(cell), reason, file)
        state.by_link().act_as(person.id, action, event_id=appeal_id, content=content)
    except AHPError as error:
        form["problem"] = desk.say(error)
        return
    close_form()
    form["appealed"] = appeal_id


def show_form(desk: Desk, person: Person, period: str, indicator: str) -> None:
    """Why a value is wrong, and what proves it."""
    _, held = state.translate(), desk.now.periods[period]
    appeal_id, cells = st.session_state["appealing"][2], cells_of(held, person.unit, indicator)
    with st.form(f"appeal-{appeal_id}"):
        if len(cells) > 1:
            st.selectbox(
                _("Which part"),
                cells,
                format_func=lambda one: part_name(held.scheme, one, state.language()),
                key=f"appeal_cell-{appeal_id}",
            )
        st.text_area(
            _("What is wrong, and what would be right?"),
            max_chars=LONGEST["reason"],
            key=f"appeal_reason-{appeal_id}",
        )
        st.file_uploader(
            _("What proves it (optional, {most} MB at most)").format(most=MOST_MEGABYTES),
            type=list(KINDS),
            max_upload_size=MOST_MEGABYTES,
            key=f"appeal_file-{appeal_id}",
        )
        with st.container(horizontal=True):
            st.form_submit_button(
                _("Send the appeal"),
                type="primary",
                on_click=appeal,
                args=(desk, person, period, cells, appeal_id),
                key=f"send-{appeal_id}",
            )
            st.form_submit_button(
                _("Never mind"), on_click=close_form, key=f"close_form-{appeal_id}"
            )


def show_appeal(held: PeriodState, one: Appeal, person: Person) -> None:
    """An appeal of this unit, what was attached, and its decision."""
    _ = state.translate()
    said = _("You appealed: {reason}").format(reason=one.reason)
    st.markdown(state.plain(f"{said} — {appeal_words(held, one)}"))
    if one.file:
        st.download_button(
            state.plain(one.file.name),
            state.guarded(partial(state.database().file, one.file.sha256), person.id),
            one.file.name,
            icon=":material/attach_file:",
            key=f"own_file-{one.id}",
            on_click="ignore",
        )


def show_about(desk: Desk, person: Person, period: str, indicator: str) -> None:
    """Below a value: its appeals, and the way to one."""
    _, held = state.translate(), desk.now.periods[period]
    own = [
        one
        for one in held.appeals.values()
        if (one.cell.unit, one.cell.indicator) == (person.unit, indicator)
    ]
    for one in own:
        show_appeal(held, one, person)
    if not may_appeal(held) or any(one.decided is None for one in own):
        return
    if st.session_state.get("appealing", ())[:2] == (period, indicator):
        show_form(desk, person, period, indicator)
    else:
        st.button(
            _("This is wrong"),
            icon=":material/edit_note:",
            on_click=begin_appeal,
            args=(period, indicator),
            key=f"dispute-{period}-{indicator}",
        )


def may_appeal(held: PeriodState) -> bool:
    """Whether a unit can still appeal."""
    return bool(
        held.notices
        and held.stage == "notified"
        and held.notices.until >= state.today(held.zone).isoformat()
    )


def show_standing(held: PeriodState, unit: str) -> None:
    """What the contact of a unit can do now, and until when."""
    _ = state.translate()
    if held.correction and unit in {row.unit for row in held.correction.rows}:
        st.info(_("A correction of this period was proposed; it counts once it is signed."))
    if held.stage == "signed":
        st.success(_("This result is signed."), icon=":material/verified:")
    elif may_appeal(held) and held.notices:
        st.info(
            _(
                "This is a draft. If a figure is wrong, tap “This is wrong” below it and say why; "
                "you can do so until {date}."
            ).format(date=state.until(held.notices.until, held.zone)),
            icon=":material/edit_note:",
        )
    elif held.notices:
        st.info(
            _("Appeals were possible until {date}. The result is not signed yet.").format(
                date=state.until(held.notices.until, held.zone)
            )
        )


def show_not_yet() -> None:
    """There is nothing to read."""
    _ = state.translate()
    st.info(
        _("There is no notice yet. It appears here as soon as it is out; the same link works then.")
    )


def open_notice(desk: Desk, person: Person, period: str) -> Desk:
    """Note that the contact has seen the notice, once for each time it was sent out."""
    held = desk.now.periods[period]
    if person.id in held.seen:
        return desk
    sent = held.notices.stamp.seq if held.notices else 0
    try:
        now = state.by_link().act_as(
            person.id, NoticeOpened(period), event_id=f"notice-{period}-{sent}-{person.id}"
        )
    except LinkError:  # it has ended since the page began
        st.rerun()
    return Desk(desk.info, now)


def show(info: PersonInfo) -> None:
    """The notice of the period that is chosen, the latest at first."""
    _, person, database = state.translate(), info.person, state.database()
    desk = Desk(
        database.evaluation(info.evaluation_id), database.evaluation_state(info.evaluation_id)
    )
    st.title(state.plain(desk.now.unit[person.unit].name), anchor=False)
    st.caption(state.plain(info.title))
    if desk.info.note:
        st.caption(state.plain(desk.info.note))
    state.show_problem()
    periods = notices_for(desk.now, person.unit)
    if not periods:
        show_not_yet()
        return
    period: str = periods[0]
    if len(periods) > 1:
        period = st.selectbox(_("Period"), periods, key=f"notice_period-{person.id}")
    else:
        st.markdown(_("Period: {period}").format(period=period))
    desk = open_notice(desk, person, period)
    held = desk.now.periods[period]
    show_standing(held, person.unit)
    if sent := held.appeals.get(st.session_state.pop("appealed", "")):
        name = names_of(held.scheme, state.language())[sent.cell.indicator]
        st.success(
            state.plain(
                _("Your appeal about “{name}” is recorded. The decision appears here.").format(
                    name=name
                )
            ),
            icon=":material/check:",
        )
    show_notice(desk.now, period, person.unit, partial(show_about, desk, person, period))


show(contact())
