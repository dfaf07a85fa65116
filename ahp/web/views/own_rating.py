"""A rater's page: a unit and indicator a screen, every answer saved before the screen moves on."""

from __future__ import annotations

from functools import partial

import streamlit as st

from ahp.i18n.evaluation import plain_number
from ahp.process.evaluations.attachments import KINDS, MOST_MEGABYTES
from ahp.process.evaluations.rating import feedback_of, task_periods
from ahp.process.evaluations.rules import CANNOT_JUDGE
from ahp.process.evaluations.sheet import ORDERS
from ahp.process.evaluations.state import EvaluationState, RatedCell
from ahp.store import PersonInfo
from ahp.study.limits import LONGEST
from ahp.web import state
from ahp.web.components import new_screen, weight_bars
from ahp.web.rater import (
    OVERVIEW,
    RaterVisit,
    attach,
    choose_order,
    go,
    note_key,
    order,
    rate,
    rate_sample,
    result_words,
    save_note,
    submit,
    visit_of,
)
from ahp.web.visit import new_id

STYLE = (
    "<style>.stApp [class*=st-key-answers] button{justify-content:start;text-align:start;"
    "min-height:3.2rem;padding-block:.5rem}"
    ".stApp [class*=st-key-answers] button *{text-align:start;justify-content:start}"
    ".stApp [class*=st-key-answers] button>div{width:100%}"
    ".stApp [class*=st-key-answers] button strong{display:block;font-size:1.05rem}"
    "@media (hover:none){.stApp [class*=st-key-answers] [kind=secondary]:hover{background:none}}"
    "</style>"
)
"""Grades as broad buttons, the name above what a unit of this grade does. The place of the last tap
looks on a phone as if the mouse were above it: the grade there must not look chosen.
"""


def rater() -> PersonInfo:
    """Who this tab belongs to; asks for the link when this browser may not act as them any more."""
    _ = state.translate()
    info = state.own_person(state.grants())
    state.follow(info.person if info else None)
    if info is None or info.person.role != "rater":
        state.show_problem()
        st.info(_("To rate here, please open your personal link in this browser."))
        st.stop()
    return info


def choose_period(info: PersonInfo, now: EvaluationState) -> str | None:
    """The period that is rated: the one that is open, or one of several; None where there is
    none.
    """
    _ = state.translate()
    periods = task_periods(now, info.person.id)
    if not periods:
        return None
    open_ones = [one for one in periods if now.periods[one].round]
    if len(open_ones) < 2:
        return periods[0]
    chosen: str = st.radio(
        _("Which period do you want to rate?"), open_ones, horizontal=True, key="rating_period"
    )
    return chosen


def show_saved(visit: RaterVisit) -> None:
    """What was saved last: proof that it was."""
    _ = state.translate()
    about, saved = st.session_state.get("rating_saved", ("", ""))
    if about == visit.about:
        said = state.plain(_("Saved: {sentence}").format(sentence=saved))
        st.markdown(f":green[:material/check: {said}]")


def show_progress(visit: RaterVisit) -> None:
    """How many are rated."""
    _, task = state.translate(), visit.task
    text = _("{done} of {total} rated").format(done=task.done, total=len(task.cells))
    st.progress(task.done / len(task.cells), text=text)


def show_start(visit: RaterVisit) -> None:
    """What is asked, who sees it, in which order."""
    _, task = state.translate(), visit.task
    st.header(state.plain(visit.info.title), anchor=False)
    st.markdown(
        _(
            "You rate as **{name}** for {period}. If that isn't you, please open your own link."
        ).format(name=state.plain(visit.person.name), period=task.period)
    )
    units = len({cell[0] for cell in task.cells})
    held = visit.now.periods[task.period]
    due = state.until(held.rounds[-1].due, held.zone)
    lines = [
        _("Ratings asked: {count}; units: {units}. Your own unit is not among them.").format(
            count=len(task.cells), units=units
        )
        if visit.person.unit
        else _("Ratings asked: {count}; units: {units}.").format(
            count=len(task.cells), units=units
        ),
        _(
            "Tap the grade whose description fits the unit best. It is saved at once: you can stop "
            "at any time and go on later, also on another device, with the same link."
        ),
        _(
            "Nobody sees your ratings, the organizer neither, until the round is closed. Other "
            "raters never learn who gave which grade."
        ),
    ]
    if due:
        lines.append(_("Please submit by {date}.").format(date=due))
    st.markdown("\n".join(f"- {state.plain(line)}" for line in lines))
    if task.round > 1:
        st.info(
            _(
                "This is round {round}: only what raters saw very differently is asked again. You "
                "see your own grade and how all raters graded, without names. Keep your grade or "
                "change it; both are welcome."
            ).format(round=task.round),
            icon=":material/replay:",
        )
    key = f"order {state.language()}"
    words = {"indicator": _("Indicator by indicator"), "unit": _("Unit by unit")}
    st.radio(
        _("In which order?"),
        ORDERS,
        index=ORDERS.index(order()),
        format_func=words.__getitem__,
        captions=[
            _("One indicator for all units in turn: easier to measure all alike."),
            _("Everything of one unit, then the next: its evidence is read once."),
        ],
        on_change=choose_order,
        args=(key,),
        key=key,
    )
    st.button(
        _("Go on") if task.done else _("Start"),
        type="primary",
        on_click=go,
        args=(visit, task.open[0] if task.open else OVERVIEW),
        key="start",
    )


def show_cell(visit: RaterVisit, cell: RatedCell) -> None:
    """One unit and one indicator with its grades."""
    _, given = state.translate(), visit.rating(cell)
    unit, leaf, _item = cell
    scheme, language = visit.scheme, visit.language
    show_progress(visit)
    show_saved(visit)
    st.header(state.plain(visit.names[unit]), anchor=False)
    st.markdown(f"**{state.plain(visit.title(cell))}**")
    node, indicator = scheme.node[leaf], scheme.indicator[leaf]
    for text in (node.explanation, indicator.source):
        if words := scheme.text(text, language):
            st.caption(state.plain(words))
    if point := visit.point(cell):
        show_point_marks(point.key)
    show_feedback(visit, cell)
    with st.container(key="answers"):
        for answer in visit.answers(cell):
            name = state.plain(answer.name)
            st.button(
                f"**{name}** {state.plain(answer.anchor)}" if answer.anchor else f"**{name}**",
                type="primary" if answer.value == given.value else "secondary",
                width="stretch",
                on_click=rate,
                args=(visit, cell, answer.value, new_id()),
                key=f"rate-{visit.about}-{'-'.join(cell)}-{answer.value}",
            )
        if not visit.answers(cell):
            show_sample(visit, cell)
        st.button(
            result_words()[CANNOT_JUDGE],
            type="primary" if given.value == CANNOT_JUDGE else "secondary",
            width="stretch",
            on_click=rate,
            args=(visit, cell, CANNOT_JUDGE, new_id()),
            key=f"rate-{visit.about}-{'-'.join(cell)}-",
        )
    st.text_area(
        _("Note (optional): write it before you tap a grade, or come back for it"),
        value=given.note,
        max_chars=LONGEST["comment"],
        height=68,
        on_change=save_note,
        args=(visit, cell, new_id()),
        key=note_key(visit, cell),
    )
    show_evidence(visit, cell)
    show_steps(visit, cell)


def show_point_marks(key_point: bool) -> None:
    """Whether a control point is a key point."""
    _ = state.translate()
    if key_point:
        st.caption(_("Key control point"))


def show_sample(visit: RaterVisit, cell: RatedCell) -> None:
    """How many of a sample are in order."""
    _ = state.translate()
    point, given = visit.point(cell), visit.rating(cell).value
    size = point.sample if point and point.sample else 1
    met, drawn = map(int, given.split("/")) if "/" in given else (0, size)
    keys = [f"sample_{part}-{visit.about}-{'-'.join(cell)}" for part in ("met", "drawn")]
    st.write(_("{count} are to be drawn, or all where there are fewer.").format(count=size))
    with st.container(horizontal=True):
        st.number_input(_("In order"), 0, size, met, key=keys[0])
        st.number_input(_("Drawn"), 1, size, drawn, key=keys[1])
    st.button(
        _("Save and go on"),
        width="stretch",
        on_click=rate_sample,
        args=(visit, cell, keys, new_id()),
        key=f"sample_save-{visit.about}-{'-'.join(cell)}",
    )


def show_feedback(visit: RaterVisit, cell: RatedCell) -> None:
    """The rater's own grade of the round before, and how all raters graded, without names."""
    _ = state.translate()
    seen = feedback_of(visit.now, visit.person.id, visit.task.period).get(cell)
    if seen is None:
        return
    names = {one.value: one.name for one in visit.answers(cell)}
    with st.container(border=True, key="last_round"):
        own = _("Your last grade: {grade}").format(grade=names[seen.own])
        st.markdown(f"**{state.plain(own)}**")
        if seen.counts is None or seen.median is None:
            st.caption(_("How the others graded isn't shown here: too few others did."))
        else:
            title = _("How the {count} raters graded").format(count=sum(seen.counts))
            rows = [
                (names[grade], float(count), str(count))
                for grade, count in zip(seen.grades, seen.counts, strict=True)
            ]
            weight_bars(rows, title)
            points = plain_number(seen.median)
            st.caption(_("Median: {points} points of 100").format(points=points))
        if not visit.rating(cell).value:
            st.button(
                _("Keep this grade"),
                icon=":material/check:",
                on_click=rate,
                args=(visit, cell, seen.own, new_id()),
                key=f"keep-{visit.about}-{'-'.join(cell)}",
            )


def show_evidence(visit: RaterVisit, cell: RatedCell) -> None:
    """What was attached, and attaching more."""
    _, files = state.translate(), visit.rating(cell).files
    label = _("Evidence: attach a photo or a file")
    if files:
        label = _("Evidence: {count} attached").format(count=len(files))
    with st.expander(label, icon=":material/attach_file:"):
        show_files(visit, cell)
        key = "-".join(
            ("evidence", visit.about, *cell, str(st.session_state.get("rating_uploads", 0)))
        )
        st.file_uploader(
            _("Photos or files, {most} MB each at most: {kinds}").format(
                most=MOST_MEGABYTES, kinds=_(", ").join(KINDS)
            ),
            type=list(KINDS),
            accept_multiple_files=True,
            max_upload_size=MOST_MEGABYTES,
            on_change=attach,
            args=(visit, cell, key, new_id),
            key=key,
        )


def show_files(visit: RaterVisit, cell: RatedCell) -> None:
    """What was attached to a cell, to open."""
    for file in visit.rating(cell).files:
        st.download_button(
            state.plain(file.name),
            state.guarded(partial(state.database().file, file.sha256), visit.person.id),
            file.name,
            icon=":material/attach_file:",
            type="tertiary",
            on_click="ignore",
            key=f"file-{visit.about}-{'-'.join(cell)}-{file.sha256[:12]}",
        )


def show_steps(visit: RaterVisit, cell: RatedCell) -> None:
    """Back, next and the overview."""
    _, cells = state.translate(), visit.task.cells
    here = cells.index(cell)
    with st.container(horizontal=True):
        st.button(
            _("Back"),
            icon=":material/arrow_back:",
            on_click=go,
            args=(visit, cells[here - 1] if here else "start"),
            key="back",
        )
        st.button(
            _("Next"),
            icon=":material/arrow_forward:",
            on_click=go,
            args=(visit, cells[here + 1] if here + 1 < len(cells) else OVERVIEW),
            key="next",
        )
        st.button(
            _("Overview"),
            icon=":material/list:",
            on_click=go,
            args=(visit, OVERVIEW),
            key="overview",
        )


def show_overview(visit: RaterVisit) -> None:
    """Everything that is asked, what is open, and the end."""
    _, task = state.translate(), visit.task
    st.header(_("Overview"), anchor=False)
    show_progress(visit)
    show_saved(visit)
    place = 0 if order() == "unit" else 1
    groups: dict[str, list[RatedCell]] = {}
    for cell in task.cells:
        groups.setdefault(cell[place], []).append(cell)
    waiting = {*task.open}

    def heading(group: str) -> str:
        count = sum(cell not in waiting for cell in groups[group])
        return f"{visit.names[group]} ({count}/{len(groups[group])})"

    for group, cells in groups.items():
        some_open = any(cell in waiting for cell in cells)
        with st.expander(
            state.plain(heading(group)),
            expanded=some_open and len(task.cells) <= 40,
            icon=":material/radio_button_unchecked:" if some_open else ":material/check:",
        ):
            for cell in cells:
                show_entry(visit, cell, place)
    show_submitting(visit)
    st.button(
        _("Change the order"), on_click=go, args=(visit, "start"), type="tertiary", key="reorder"
    )


def show_entry(visit: RaterVisit, cell: RatedCell, place: int) -> None:
    """A cell in the overview, to open."""
    _ = state.translate()
    name = visit.title(cell) if place == 0 else visit.names[cell[0]]
    if place == 1 and visit.point(cell):
        name = f"{name} · {visit.title(cell)}"
    said = visit.said(cell, visit.rating(cell).value) or _("not rated yet")
    st.button(
        state.plain(_("{name}: {value}").format(name=name, value=said)),
        type="tertiary",
        on_click=go,
        args=(visit, cell),
        key=f"entry-{visit.about}-{'-'.join(cell)}",
    )


def show_submitting(visit: RaterVisit) -> None:
    """Submit, with what is missing said and agreed to."""
    _, task = state.translate(), visit.task
    st.header(_("Submit"), anchor=False)
    sure = True
    if task.open:
        kept = _("Your grades of the round before stay there.") if task.round > 1 else ""
        st.warning(
            _("{count} ratings are still open.").format(count=len(task.open)) + f" {kept}".rstrip()
        )
        st.button(
            _("Go to the next open one"),
            type="primary",
            on_click=go,
            args=(visit, task.open[0]),
            key="to_open",
        )
        sure = st.checkbox(
            _("Submit all the same: I leave these {count} open").format(count=len(task.open)),
            # who agreed to leave these open has not agreed to leave others open
            key=f"sure-{visit.about}-{len(task.open)}",
        )
    st.caption(_("After submitting, your ratings are locked."))
    st.button(
        _("Submit my ratings"),
        type="secondary" if task.open else "primary",
        disabled=not sure,
        on_click=submit,
        args=(visit, new_id()),
        key="submit",
    )


def show_locked(visit: RaterVisit) -> None:
    """What was rated, after submitting or after the round was closed."""
    _, task = state.translate(), visit.task
    st.header(state.plain(visit.info.title), anchor=False)
    if task.sheet.submitted:
        st.success(
            _("You have submitted your ratings for {period}. Thank you!").format(
                period=task.period
            ),
            icon=":material/lock:",
        )
        if visit.is_open:
            st.write(
                _(
                    "They are locked. If raters saw something very differently, the organizer may "
                    "ask for it once more: then this link works again."
                )
            )
        else:
            st.write(_("The round is closed. There is nothing to do for you now."))
    else:
        st.warning(
            _(
                "Round {round} of {period} was closed before you submitted: your ratings in it "
                "don't count. If you have questions, please ask the organizer."
            ).format(round=task.round, period=task.period),
            icon=":material/lock:",
        )
    rated = [cell for cell in task.cells if cell in task.sheet.ratings]
    with st.expander(_("What you rated"), expanded=True):
        for cell in rated:
            rating = visit.rating(cell)
            said = visit.said(cell, rating.value) or _("not rated yet")
            name = f"{visit.names[cell[0]]} · {visit.title(cell)}"
            line = _("{name}: {value}").format(name=name, value=said)
            note = f" ({rating.note})" if rating.note else ""
            st.markdown(f"- {state.plain(line + note)}")
            show_files(visit, cell)


@st.fragment
def show() -> None:
    """The screen this rater is at."""
    info = rater()
    now = state.database().evaluation_state(info.evaluation_id)
    _, period = state.translate(), choose_period(info, now)
    visit = visit_of(info, now, period) if period else None
    if visit is None:
        st.header(state.plain(info.title), anchor=False)
        state.show_problem()
        st.info(
            _(
                "There is nothing to rate yet. When rating begins, the organizer lets you know; "
                "this link then shows what is asked."
            )
        )
        return
    place = "locked" if visit.locked else visit.place
    new_screen(f"{visit.about} {place}", control=False)
    state.show_problem()
    if place == "locked":
        show_locked(visit)
    elif isinstance(place, tuple):
        show_cell(visit, place)
    elif place == OVERVIEW:
        show_overview(visit)
    else:
        show_start(visit)


st.html(STYLE)
show()
