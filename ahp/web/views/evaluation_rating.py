"""Rating for the organizer: open a round, see who has submitted, close it, ask again where raters
lie far apart.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import streamlit as st

from ahp.evaluation.disagreement import ItemRatings
from ahp.i18n.evaluation import plain_number
from ahp.messages import Message
from ahp.process.evaluations.events import RatingClosed, RatingOpened
from ahp.process.evaluations.rating import (
    Agreement,
    RatingTask,
    agreement,
    cells_of,
    spread_of,
    tasks,
    too_few,
)
from ahp.process.evaluations.rules import left_to_raters, ratable_leaves
from ahp.process.evaluations.state import PeriodState, RatedCell, Rating
from ahp.report import Table
from ahp.web import state
from ahp.web.desk import show_table
from ahp.web.evaluating import Desk, attempt, begin, pick_period, show_next
from ahp.web.people import show_people

A_WEEK = timedelta(days=7)
"""What raters get where the date that was planned is over."""


def may_run() -> bool:
    """Whether who is signed in may open and close rounds."""
    return state.may("run_evaluations")


def open_round(desk: Desk, period: str, number: int, cells: tuple[RatedCell, ...]) -> None:
    """Open the round that the page offered, until the date chosen."""
    due: date = st.session_state[due_key(desk, period, number)]
    action = RatingOpened(period, number, cells, due.isoformat())
    attempt(desk, lambda: state.desk().act(desk.id, action))


def due_key(desk: Desk, period: str, number: int) -> str:
    """Key of the field for the date of a round."""
    return f"rating_due-{desk.id}-{period}-{number}"


def ask_due(desk: Desk, held: PeriodState, number: int) -> None:
    """Until when raters are asked to submit."""
    _, today = state.translate(), state.today(held.zone)
    planned = date.fromisoformat(held.rating_due) if held.rating_due else today
    st.date_input(
        _("Raters are asked to submit by"),
        value=planned if planned > today else today + A_WEEK,
        min_value=today,
        format="YYYY-MM-DD",
        key=due_key(desk, str(held.period), number),
    )


def show_opening(desk: Desk, held: PeriodState) -> None:
    """The first round."""
    _, period = state.translate(), str(held.period)
    st.header(_("Open the rating"))
    raters = [one for one in desk.now.participants.values() if one.role == "rater"]
    names = desk.names(held.scheme)
    leaves = left_to_raters(desk.now, held.scheme)
    if leaves:
        listed = state.plain(_(", ").join(names[leaf] for leaf in leaves))
        st.write(_("Raters rate: {indicators}").format(indicators=listed))
    else:
        st.info(
            _(
                "Raters of this scheme rate the checklists that they are given: choose them above, "
                "for each rater. Checklists that nobody is given come in as data."
            )
        )
    st.write(
        _(
            "Nobody sees what was rated before the round is closed, you neither: until then this "
            "page counts only how much is done."
        )
    )
    if leaves and not raters:
        st.info(_("Add the raters first, above."))
    ask_due(desk, held, 1)
    st.button(
        _("Open round {round}").format(round=1),
        type="primary",
        disabled=not (raters and leaves and may_run()),
        on_click=open_round,
        args=(desk, period, 1, ()),
        key="open_round",
    )


@st.fragment(run_every=20)
def show_progress(desk: Desk, period: str) -> None:
    """How far each rater has got; refreshes by itself."""
    state.require_organizer()
    _ = state.translate()
    now = state.desk().evaluation_state(desk.id)
    found, names = tasks(now, period), Desk(desk.info, now).names()
    submitted = sum(task.sheet.submitted is not None for task in found)
    st.progress(
        submitted / len(found) if found else 0.0,
        text=_("{submitted} of {count} raters have submitted").format(
            submitted=submitted, count=len(found)
        ),
    )
    rows = tuple(
        (
            names[task.person],
            now.people[task.person].organization,
            f"{task.done}/{len(task.cells)}",
            task.sheet.submitted is not None,
        )
        for task in found
    )
    columns = (_("Rater"), _("Place of work"), _("Rated"), _("Submitted"))
    title = _("Progress in round {round}").format(round=now.periods[period].rounds[-1].number)
    show_table(Table(title, columns, rows, state.language()), f"rating-{period}")


def show_reminders(desk: Desk, held: PeriodState, missing: list[RatingTask]) -> None:
    """A reminder to copy for each rater who has not submitted."""
    _, names = state.translate(), desk.names()
    if not missing or held.round is None:
        return
    text = _(
        "Dear {name}, {count} of your {total} ratings for “{title}”, {period}, are still open. "
        "Please open your personal link again: what you have rated is kept, and you go on where "
        "you stopped. Please submit by {date}. Thank you."
    )
    ready = _(
        "Dear {name}, your ratings for “{title}”, {period}, are complete but not submitted yet. "
        "Please open your personal link again and submit them by {date}. Thank you."
    )
    if not held.round.due:
        text = _(
            "Dear {name}, {count} of your {total} ratings for “{title}”, {period}, are still open. "
            "Please open your personal link again: what you have rated is kept, and you go on "
            "where you stopped. Thank you."
        )
        ready = _(
            "Dear {name}, your ratings for “{title}”, {period}, are complete but not submitted "
            "yet. Please open your personal link again and submit them. Thank you."
        )
    with st.expander(_("Reminders to copy"), icon=":material/mail:"):
        st.caption(_("Personal links aren't stored: renew one above if it got lost."))
        for task in missing:
            said = (text if task.open else ready).format(
                name=names[task.person],
                count=len(task.open),
                total=len(task.cells),
                title=desk.info.title,
                period=task.period,
                date=state.until(held.round.due, held.zone),
            )
            st.code(said, language=None, wrap_lines=True)


def close_round(desk: Desk, period: str, number: int) -> None:
    """Close the round that the page showed, no other one."""
    attempt(desk, lambda: state.desk().act(desk.id, RatingClosed(period, number)))


def show_closing(desk: Desk, held: PeriodState) -> None:
    """Close the open round, for ever."""
    _, period, names = state.translate(), str(held.period), desk.names()
    assert held.round
    number, found = held.round.number, tasks(desk.now, period)
    missing = [task for task in found if not task.sheet.submitted]
    show_reminders(desk, held, missing)
    st.header(_("Close round {round}").format(round=number))
    st.write(
        _(
            "When you close the round, nobody can rate in it any more, for ever. What was "
            "submitted counts and is shown to you; what was not submitted doesn't count."
        )
    )
    if missing:
        listed = _(", ").join(
            _("{name} ({done} of {total} rated)").format(
                name=names[task.person], done=task.done, total=len(task.cells)
            )
            for task in missing
        )
        st.warning(
            _("Not submitted yet ({count}): {names}").format(
                count=len(missing), names=state.plain(listed)
            ),
            icon=":material/person_off:",
        )
    with st.container(key="sure"):
        sure = st.checkbox(
            _("Yes, close round {round} for ever, with {submitted} of {count} raters").format(
                round=number, submitted=len(found) - len(missing), count=len(found)
            ),
            # who agreed to close without these raters has not agreed to close without others
            key=f"sure-{desk.id}-{period}-{number}-{len(missing)}",
            disabled=not may_run(),
        )
    st.button(
        _("Close the round"),
        disabled=not (sure and may_run()),
        on_click=close_round,
        args=(desk, period, number),
        key="close",
    )


def show_apart(desk: Desk, held: PeriodState) -> None:
    """Where raters lie further apart than the scheme allows, or too few could judge; ask again."""
    _, period = state.translate(), str(held.period)
    names, number = desk.names(held.scheme), len(held.rounds) + 1
    st.header(_("Where raters lie apart"))
    found = spread_of(desk.now, period).items
    apart = [one for one in found if one.above_limit]
    few = too_few(desk.now, period)
    if apart:
        show_table(apart_table(desk, held, apart), f"apart-{period}")
    elif any(one.most_spread is not None for one in found):
        st.success(_("No unit's raters lie further apart than the scheme allows."))
    else:
        st.info(_("The scheme sets no limit to how far raters may lie apart."))
    if few:
        listed = _(", ").join(f"{names[cell[0]]} · {cell_name(names, cell)}" for cell in few)
        st.warning(
            _(
                "Fewer raters could judge these than the scheme needs, so they count as not "
                "reported: {cells}"
            ).format(cells=state.plain(listed))
        )
    labels = {
        cell: f"{names[cell[0]]} · {cell_name(names, cell)}"
        for cell in (*cells_of(desk.now, period, (one.rated for one in apart)), *few)
    }
    if not labels:
        return
    st.write(
        _(
            "In round {round} every rater sees, for these alone, their own grade and how all "
            "raters graded, without names, and keeps or changes it. The personal links stay the "
            "same. A second round is no must: you can also go on with what there is."
        ).format(round=number)
    )
    chosen = st.multiselect(
        _("Ask again for"),
        list(labels),
        default=list(labels),
        format_func=labels.__getitem__,
        placeholder=_("Please choose"),
        key=f"again-{desk.id}-{period}-{number}",
    )
    ask_due(desk, held, number)
    st.button(
        _("Open round {round} for what is chosen ({count})").format(
            round=number, count=len(chosen)
        ),
        type="primary",
        disabled=not (chosen and may_run()),
        on_click=open_round,
        args=(desk, period, number, tuple(chosen)),
        key="open_round",
    )


def cell_name(names: dict[str, str], cell: RatedCell) -> str:
    """Indicator and item of a cell."""
    return " · ".join(filter(None, (names[cell[1]], cell[2])))


def apart_table(desk: Desk, held: PeriodState, apart: list[ItemRatings]) -> Table:
    """Cells whose raters lie far apart, with what each gave."""
    _, language, scheme = state.translate(), state.language(), held.scheme
    names = desk.names(scheme)
    grades = {
        grade.id: scheme.text(grade.name, language)
        for table in scheme.grades.values()
        for grade in table
    }
    rows = tuple(
        (
            one.rated.unit,
            names[one.rated.indicator],
            plain_number(one.spread),
            "" if one.most_spread is None else plain_number(one.most_spread),
            _(", ").join(
                f"{names[person]} {grades[grade]}"
                for person, grade in zip(one.raters, one.grades, strict=True)
            ),
        )
        for one in apart
    )
    columns = (
        *(_("Unit"), _("Indicator"), _("Points apart"), _("At most by the scheme")),
        _("Who gave what"),
    )
    return Table(_("Further apart than the scheme allows"), columns, rows, language)


def show_notes(desk: Desk, held: PeriodState) -> None:
    """What raters wrote, and the evidence they attached, unit by unit."""
    _, names = state.translate(), desk.names(held.scheme)
    noted: dict[str, list[tuple[RatedCell, str, Rating]]] = {}
    for cell, ratings in held.ratings.items():
        for person, rating in ratings.items():
            if rating.note or rating.files:
                noted.setdefault(cell[0], []).append((cell, person, rating))
    if not noted:
        return
    with st.expander(_("Notes and evidence of the raters"), icon=":material/attach_file:"):
        unit = st.selectbox(
            _("Unit"), list(noted), format_func=names.__getitem__, key=f"noted-{desk.id}"
        )
        for cell, person, rating in noted[unit]:
            line = f"{cell_name(names, cell)} · {names[person]}"
            if rating.note:
                line = _("{name}: {value}").format(name=line, value=rating.note)
            st.markdown(f"- {state.plain(line)}")
            for file in rating.files:
                st.download_button(
                    state.plain(file.name),
                    state.guarded(partial(state.desk().file, file.sha256)),
                    file.name,
                    icon=":material/download:",
                    type="tertiary",
                    on_click="ignore",
                    key=f"file-{desk.id}-{'-'.join(cell)}-{person}-{file.sha256[:12]}",
                )


def show_agreement(desk: Desk, held: PeriodState) -> None:
    """Whether raters agree, and how severe each is."""
    _ = state.translate()
    found = agreement(spread_of(desk.now, str(held.period)))
    if found is None:
        return
    st.header(_("Agreement of the raters"))
    st.caption(
        _(
            "{count} raters, {cells} ratings by one or more of them, {whole} by all: Kendall's W "
            "and the intraclass correlation rest on these."
        ).format(count=len(found.raters), cells=found.cells, whole=found.whole)
    )
    labels = {
        _("Kendall's W"): found.w,
        _("Intraclass correlation, ICC(2,1)"): found.icc,
        _("Krippendorff's α"): found.alpha,
    }
    with st.container(horizontal=True):
        for label, value in labels.items():
            st.metric(label, "–" if isinstance(value, Message) else f"{value:.3f}")
    for label, value in labels.items():
        if isinstance(value, Message):
            st.caption(_("{name}: {value}").format(name=label, value=state.plain(desk.say(value))))
    show_severity(desk, found)


def show_severity(desk: Desk, found: Agreement) -> None:
    """By how much each rater rates above the others."""
    _, names = state.translate(), desk.names()
    if isinstance(found.severity, Message):
        st.caption(state.plain(desk.say(found.severity)))
        return
    st.markdown("**" + _("Severity") + "**")
    st.caption(_("On what both rated: below 0 more severe than the others, above 0 more lenient."))
    st.table(
        [
            {
                _("Rater"): state.plain(names[person]),
                _("Points above the others"): f"{points:+.1f}",
            }
            for person, points in sorted(found.severity.items(), key=lambda one: one[1])
        ],
        hide_index=True,
    )


desk = begin("rating")
_ = state.translate()
picked = pick_period(desk)
show_next(desk, "rating", str(picked.period))
if not ratable_leaves(picked.scheme):
    st.info(_("The scheme of this period has no indicator that raters rate."))
    st.stop()
show_people(desk, "rater")
if picked.round:
    st.header(_("Round {round} is open").format(round=picked.round.number))
    if due := state.until(picked.round.due, picked.zone):
        st.caption(_("Raters are asked to submit by {date}.").format(date=due))
    show_progress(desk, str(picked.period))
    show_closing(desk, picked)
elif picked.rounds:
    st.info(_("Round {round} is closed.").format(round=len(picked.rounds)), icon=":material/lock:")
    if picked.stage == "open":
        show_apart(desk, picked)
    show_notes(desk, picked)
    show_agreement(desk, picked)
elif picked.stage == "open":
    show_opening(desk, picked)
else:
    st.info(_("Nothing was rated in this period."))
