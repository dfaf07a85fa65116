"""Check: every value with its source, what stands out, deductions and vetoes by two people."""

from __future__ import annotations

from functools import cache

import streamlit as st

from ahp.errors import AHPError
from ahp.evaluation.scheme import Bonus, Veto
from ahp.exchange.conspicuous import conspicuous_values
from ahp.exchange.observation_layout import part_name
from ahp.i18n.evaluation import event_words
from ahp.messages import Phrase
from ahp.process.evaluations.checking import (
    accepted_reason,
    cell_sources,
    ratings_of,
    undelivered,
)
from ahp.process.evaluations.events import (
    CellAccepted,
    CellKey,
    CheckUndone,
    EntryConfirmed,
    EntryRejected,
    PeriodChecked,
    Row,
)
from ahp.process.evaluations.judged import result_of
from ahp.process.evaluations.recordings import CellEvent, history_of
from ahp.process.evaluations.state import PeriodState
from ahp.process.evaluations.units import active_units
from ahp.report.check_matrix import CheckMatrix, check_matrix
from ahp.report.check_sources import source_sentence, value_source, value_words
from ahp.study.limits import LONGEST
from ahp.web import state
from ahp.web.components import check_cells
from ahp.web.desk import show_downloads
from ahp.web.evaluating import Desk, attempt, begin, pick_period, show_next, why_not

BELOW = "one_cell"
"""Key of the container that shows one cell."""


SHOWN = 20
"""Values that stand out and are named above the matrix, at most."""


def typed(key: str) -> str:
    """What stands in a field."""
    return (st.session_state.get(key) or "").strip()


# -- the matrix


def matrix_of(desk: Desk, held: PeriodState, open_ones: set[CellKey]) -> CheckMatrix:
    """All that is known of the period's values."""
    language, names, who = state.language(), desk.names(held.scheme), cache(desk.who)
    sources = {
        (names[unit], indicator): source_sentence(source, who, language)
        for (unit, indicator), source in cell_sources(desk.now, held).items()
    }
    return check_matrix(
        result_of(desk.now, str(held.period)),
        str(held.period),
        language,
        sources=sources,
        outliers={(names[key.unit], key.indicator) for key in open_ones},
        undecided={(names[key.unit], key.indicator) for key in held.undecided},
    )


def tapped(desk: Desk, held: PeriodState, key: str, about: str) -> None:
    """Show the cell that was tapped below the matrix."""
    cell = st.session_state[key].cell
    ids = {unit.name: unit.id for unit in active_units(desk.now.units, held.period)}
    st.session_state[f"cell_unit-{about}"] = ids[cell["unit"]]
    st.session_state[f"cell_part-{about}"] = cell["indicator"]


def show_matrix(desk: Desk, held: PeriodState, matrix: CheckMatrix) -> None:
    """The matrix, only what needs attention at first."""
    _, about = state.translate(), f"{desk.id}-{held.period}"
    few = matrix.attention()
    st.markdown(f"**{state.plain(matrix.summary())}**")
    chosen = st.toggle(
        _("Only what needs attention"), value=bool(few.rows), key=f"attention-{about}"
    )
    shown = few if chosen else matrix
    if shown.rows:
        st.caption(_("Tap a value to see where it comes from and what stood there before."))
        key = f"matrix-{about}"
        check_cells(shown.html(tapped=True), BELOW, lambda: tapped(desk, held, key, about), key)
    else:
        st.success(_("Nothing needs attention: every value is there and none stands out."))
    with st.container(horizontal=True):
        show_downloads(matrix.cells_table(), f"check-{held.period}")


# -- one cell


def show_cell(
    desk: Desk, held: PeriodState, doubts: dict[CellKey, tuple[Phrase, ...]], about: str
) -> None:
    """One cell: its values, why it stands out, what stood there before."""
    _, scheme, names = state.translate(), held.scheme, desk.names(held.scheme)
    units = [unit.id for unit in active_units(desk.now.units, held.period)]
    parts = [*scheme.counting(held.period), *scheme.events]
    goal = scheme.goal
    if st.session_state.get(f"cell_part-{about}") == goal:  # the column of totals was tapped
        unit = st.session_state[f"cell_unit-{about}"]
        st.session_state[f"cell_part-{about}"] = next(
            (key.indicator for key in held.entries if key.unit == unit), parts[-1]
        )
    with st.container(border=True, key=BELOW):
        st.header(_("One value"), anchor=False)
        with st.container(horizontal=True):
            unit = st.selectbox(
                _("Unit"), units, format_func=names.__getitem__, key=f"cell_unit-{about}"
            )
            part = st.selectbox(
                _("Indicator, deduction, bonus or veto"),
                parts,
                format_func=names.__getitem__,
                key=f"cell_part-{about}",
            )
        source = cell_sources(desk.now, held).get((unit, part))
        if source:
            sentence = source_sentence(source, desk.who, state.language())
            st.write(state.plain(_("Source: {source}").format(source=sentence)))
        show_history(desk, held, unit, part)
        for key, phrases in doubts.items():
            if (key.unit, key.indicator) == (unit, part):
                show_doubts(desk, held, key, phrases)


def show_history(desk: Desk, held: PeriodState, unit: str, part: str) -> None:
    """What stood in a cell, the latest first, then its ratings."""
    _, names, language = state.translate(), desk.names(), state.language()
    history, ratings = history_of(held, unit, part), ratings_of(held, unit, part)
    if not (history or ratings):
        st.info(_("Nothing is recorded here yet."))

    def words(value: str) -> str:
        return state.plain(value_words(held.scheme, part, value, language))

    def standing(one: CellEvent) -> str:
        if one.value is None:
            return _("was taken away")
        return _("counts now") if held.values.get(one.key) == one.value else _("was replaced")

    def source(one: CellEvent) -> str:
        return (
            value_source(one.value, desk.who, language) if one.value else desk.who(one.stamp.actor)
        )

    if history:
        st.table(
            [
                {
                    _("Value"): words(one.value.row.value) if one.value else "–",
                    _("Item, input, rater"): state.plain(part_name(held.scheme, one.key, language))
                    or "–",
                    _("State"): standing(one),
                    _("Source"): state.plain(source(one)),
                    _("Recorded (UTC)"): state.minute(one.stamp.time),
                    _("Why"): state.plain(one.reason or (one.value.row.note if one.value else ""))
                    or "–",
                }
                for one in history
            ],
            hide_index=True,
        )
    if ratings:
        st.table(
            [
                {
                    _("Rater"): state.plain(names[person]),
                    _("Which item"): state.plain(
                        part_name(held.scheme, CellKey("", part, item), language)
                    )
                    or "–",
                    _("Rating"): words(rating.value),
                    _("Remark"): state.plain(rating.note) or "–",
                }
                for item, person, rating in ratings
            ],
            hide_index=True,
        )


def accept(desk: Desk, held: PeriodState, key: CellKey, field: str) -> None:
    """Say that a conspicuous value is right, with the reason of the form."""
    _, reason = state.translate(), typed(field)
    if reason:
        accepted = CellAccepted(str(held.period), key, held.values[key].stamp.seq, reason)
        attempt(desk, lambda: state.desk().act(desk.id, accepted))
    else:
        st.session_state["problem"] = _("Please say why the value is right.")


def show_doubts(desk: Desk, held: PeriodState, key: CellKey, phrases: tuple[Phrase, ...]) -> None:
    """Why a value stands out; accept it with a reason."""
    _, period = state.translate(), str(held.period)
    for phrase in phrases:
        st.warning(state.plain(desk.say(phrase)), icon=":material/troubleshoot:")
    if reason := accepted_reason(held, key):
        st.success(state.plain(_("Accepted: {reason}").format(reason=reason)))
        return
    if held.stage != "open":
        return
    about = f"{desk.id}-{period}-{'-'.join(key)}"
    field = f"accept_reason-{about}"
    st.text_input(_("Why the value is right"), max_chars=LONGEST["reason"], key=field)
    problem = why_not(desk, CellAccepted(period, key, held.values[key].stamp.seq, "–"))
    st.button(
        _("Accept the value"),
        on_click=accept,
        args=(desk, held, key, field),
        disabled=bool(problem),
        key=f"accept-{about}",
    )
    st.caption(_("If it is wrong, have it corrected on the page “Data in”."))


def show_standing_out(
    desk: Desk, held: PeriodState, doubts: dict[CellKey, tuple[Phrase, ...]], about: str
) -> None:
    """The values that stand out, one tap from their cell."""
    _, names = state.translate(), desk.names(held.scheme)
    waiting = [key for key in doubts if not accepted_reason(held, key)]
    if not waiting:
        return
    with st.expander(
        _("Values that stand out: {count}").format(count=len(waiting)),
        icon=":material/troubleshoot:",
        expanded=len(waiting) <= 5,
    ):
        for key in waiting[:SHOWN]:
            sentence = _("; ").join(desk.say(phrase) for phrase in doubts[key])
            name = f"{names[key.unit]} · {names[key.indicator]}"
            st.button(
                state.plain(_("{name}: {value}").format(name=name, value=sentence)),
                type="tertiary",
                on_click=go_to_cell,
                args=(key, about),
                key=f"go-{about}-{'-'.join(key)}",
            )
        if (more := len(waiting) - SHOWN) > 0:
            st.caption(_("And {count} more, which the matrix marks.").format(count=more))


def go_to_cell(key: CellKey, about: str) -> None:
    """Show a cell below the matrix."""
    st.session_state[f"cell_unit-{about}"] = key.unit
    st.session_state[f"cell_part-{about}"] = key.indicator


# -- deductions, bonuses, vetoes


def kind_words(held: PeriodState, event: str) -> str:
    """Deduction, bonus or veto."""
    _, one = state.translate(), held.scheme.events[event]
    if isinstance(one, Veto):
        return _("Veto")
    return _("Bonus") if isinstance(one, Bonus) else _("Deduction")


def decide(desk: Desk, held: PeriodState, key: CellKey, field: str = "") -> None:
    """Confirm an entry as it was recorded, or reject it with the reason of a field."""
    _, period, seq = state.translate(), str(held.period), held.entries[key].stamp.seq
    if not field:
        attempt(desk, lambda: state.desk().act(desk.id, EntryConfirmed(period, key, seq)))
    elif reason := typed(field):
        rejected = EntryRejected(period, key, seq, reason)
        attempt(desk, lambda: state.desk().act(desk.id, rejected))
    else:
        st.session_state["problem"] = _("Please say why it is rejected.")


def take_back(desk: Desk, held: PeriodState, key: CellKey) -> None:
    """Remove an entry as it was shown."""
    period, seen = str(held.period), {key: held.entries[key].row}
    attempt(desk, lambda: state.desk().record_values(desk.id, period, (), removed=[key], seen=seen))


def show_entry(desk: Desk, held: PeriodState, key: CellKey) -> None:
    """A deduction, bonus or veto, who recorded it, and what a second person says of it."""
    _, names = state.translate(), desk.names(held.scheme)
    value, verdict = held.entries[key], held.verdict(key)
    about = f"{desk.id}-{held.period}-{'-'.join(key)}"
    with st.container(border=True):
        title = f"{names[key.unit]} · {names[key.indicator]}"
        st.markdown(f"**{state.plain(title)}** · {kind_words(held, key.indicator)}")
        st.write(
            state.plain(
                _("{value} · document {document} · recorded by {name} on {date}").format(
                    value=value.row.value or "–",
                    document=value.row.evidence or "–",
                    name=desk.who(value.stamp.actor),
                    date=value.stamp.time[:10],
                )
            )
        )
        if value.row.note:
            st.caption(state.plain(value.row.note))
        if verdict:
            about_verdict = {
                "name": desk.who(verdict.stamp.actor),
                "date": verdict.stamp.time[:10],
                "reason": verdict.reason,
            }
            if verdict.confirmed:
                sentence = _("Confirmed by {name} on {date}: it counts.")
                st.success(state.plain(sentence.format(**about_verdict)))
            else:
                sentence = _("Rejected by {name} on {date}, it does not count: {reason}")
                st.error(state.plain(sentence.format(**about_verdict)))
        else:
            show_decision(desk, held, key, about)
        confirmed = verdict is not None and verdict.confirmed
        if confirmed and held.stage == "open":
            show_rejecting(desk, held, key, about)
        elif held.stage == "open" and state.may("run_evaluations"):
            with st.popover(_("Remove …")):
                st.write(_("The entry is removed; the log keeps it."))
                st.button(
                    _("Remove now"),
                    on_click=take_back,
                    args=(desk, held, key),
                    key=f"remove-{about}",
                )


def show_decision(desk: Desk, held: PeriodState, key: CellKey, about: str) -> None:
    """Confirm or reject, unless it is the one who recorded it."""
    _, period, seq = state.translate(), str(held.period), held.entries[key].stamp.seq
    problem = why_not(desk, EntryConfirmed(period, key, seq))
    st.warning(_("Waits for a second person: it does not count before."), icon=":material/group:")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            _("Confirm"),
            type="primary",
            on_click=decide,
            args=(desk, held, key),
            disabled=bool(problem),
            key=f"confirm-{about}",
        )
        show_rejecting(desk, held, key, about)
    if problem:
        st.caption(state.plain(problem))


def show_rejecting(desk: Desk, held: PeriodState, key: CellKey, about: str) -> None:
    """Reject an entry, also one that was confirmed, unless it is the one who recorded it."""
    _ = state.translate()
    problem = why_not(desk, EntryRejected(str(held.period), key, held.entries[key].stamp.seq, "–"))
    with st.popover(_("Reject …"), disabled=bool(problem)):
        field = f"reject_reason-{about}"
        st.text_input(_("Why it is rejected"), max_chars=LONGEST["reason"], key=field)
        st.button(
            _("Reject"), on_click=decide, args=(desk, held, key, field), key=f"reject-{about}"
        )


def add_entry(desk: Desk, held: PeriodState, about: str) -> None:
    """Record the deduction, bonus or veto of the form in place of what was shown."""
    _, form = state.translate(), st.session_state
    fields = {name: typed(f"entry_{name}-{about}") for name in ("value", "document", "note")}
    row = Row(
        form[f"entry_unit-{about}"],
        form[f"entry_event-{about}"],
        fields["value"],
        evidence=fields["document"],
        note=fields["note"],
    )
    before = held.entries.get(row.key)
    period, seen = str(held.period), {row.key: before.row if before else None}
    if not row.value:
        form["problem"] = _("Please write how many times, or how many points.")
    elif attempt(desk, lambda: state.desk().record_values(desk.id, period, [row], seen=seen)):
        for name in fields:
            form[f"entry_{name}-{about}"] = "1" if name == "value" else ""


def show_new_entry(desk: Desk, held: PeriodState, about: str) -> None:
    """The form of a new deduction, bonus or veto."""
    _, names, language = state.translate(), desk.names(held.scheme), state.language()
    units = [unit.id for unit in active_units(desk.now.units, held.period)]
    with st.expander(_("Record a deduction, bonus or veto"), icon=":material/add:"):
        unit = st.selectbox(
            _("Unit"), units, format_func=names.__getitem__, key=f"entry_unit-{about}"
        )
        labels = {one: f"{names[one]} · {kind_words(held, one)}" for one in held.scheme.events}
        event = st.selectbox(
            _("Deduction, bonus or veto"),
            list(labels),
            format_func=labels.__getitem__,
            key=f"entry_event-{about}",
        )
        st.caption(state.plain(event_words(held.scheme, held.scheme.events[event], language)))
        before = held.entries.get(CellKey(unit, event))
        if before:
            sentence = (
                _(
                    "Recorded already, and confirmed by a second person: {value}, document "
                    "{document}. A new entry can replace it once a second person has rejected it."
                )
                if held.counts(before.row.key)
                else _("Recorded already: {value}, document {document}. A new entry replaces it.")
            )
            st.info(
                state.plain(sentence).format(
                    value=state.plain(before.row.value or "–"),
                    document=state.plain(before.row.evidence or "–"),
                )
            )
        one = held.scheme.events[event]
        times = not (isinstance(one, Bonus) and one.points is None)
        key = f"entry_value-{about}"
        st.session_state.setdefault(key, "1")
        st.text_input(_("How many times") if times else _("How many points"), key=key)
        st.text_input(_("Document number"), max_chars=200, key=f"entry_document-{about}")
        st.text_input(_("Remark"), max_chars=LONGEST["reason"], key=f"entry_note-{about}")
        st.button(
            _("Record"),
            type="primary",
            on_click=add_entry,
            args=(desk, held, about),
            disabled=not state.may("run_evaluations"),
            key=f"add_entry-{about}",
        )
        st.caption(_("It counts once a second person confirms it."))


def show_entries(desk: Desk, held: PeriodState, about: str) -> None:
    """All deductions, bonuses and vetoes, those that wait first."""
    _ = state.translate()
    if not held.scheme.events:
        return
    st.header(_("Deductions, bonuses and vetoes"), anchor=False)
    if not held.entries:
        st.write(_("None is recorded."))
    for key in sorted(held.entries, key=lambda one: held.verdict(one) is not None):
        show_entry(desk, held, key)
    if held.stage == "open":
        show_new_entry(desk, held, about)


# -- the end of the check


def finish(desk: Desk, period: str, field: str) -> None:
    """Finish the check."""
    note = typed(field)
    attempt(desk, lambda: state.desk().act(desk.id, PeriodChecked(period, note)))


def undo(desk: Desk, period: str, field: str) -> None:
    """Undo it, with the reason of a field."""
    _, reason = state.translate(), typed(field)
    if reason:
        attempt(desk, lambda: state.desk().act(desk.id, CheckUndone(period, reason)))
    else:
        st.session_state["problem"] = _("Please say why the check is undone.")


def show_finish(desk: Desk, held: PeriodState, waiting: int) -> None:
    """Finish the check, or undo it."""
    _, period = state.translate(), str(held.period)
    about = f"{desk.id}-{period}"
    st.header(_("Finish the check"), anchor=False)
    if held.stage == "open":
        missing = len(undelivered(desk.now, held))
        left = []
        if missing:
            left.append(_("indicators with missing values: {count}").format(count=missing))
        if waiting:
            left.append(
                _("values that stand out and are not accepted: {count}").format(count=waiting)
            )
        problem = why_not(desk, PeriodChecked(period))
        sure = True
        if left and not problem:
            st.write(
                _("What is missing then counts as not reported, as the scheme says it.")
                if missing
                else _("What stands out then counts as it is.")
            )
            sure = st.checkbox(
                _("Finish although something is left: {what}").format(what=_(", ").join(left)),
                key=f"sure_finish-{about}-{missing}-{waiting}",
            )
        field = f"finish_note-{about}"
        st.text_input(_("Remark (optional)"), max_chars=LONGEST["reason"], key=field)
        st.button(
            _("Finish the check"),
            type="primary",
            icon=":material/fact_check:",
            on_click=finish,
            args=(desk, period, field),
            disabled=bool(problem) or not sure,
            key="finish_check",
        )
        if problem:
            st.caption(state.plain(problem))
        return
    if held.checked:
        st.success(
            state.plain(
                _("The check was finished by {name} on {date}.").format(
                    name=desk.who(held.checked.actor), date=held.checked.time[:10]
                )
            )
        )
    if held.stage == "signed":
        st.caption(_("The period is signed: what is wrong is corrected on “Sign and close”."))
        return
    with st.expander(_("Undo the check"), icon=":material/undo:"):
        if held.notices:
            st.warning(_("The draft notices are withdrawn with it; they are sent out again later."))
        field = f"undo_reason-{about}"
        st.text_input(_("Why it is undone"), max_chars=LONGEST["reason"], key=field)
        problem = why_not(desk, CheckUndone(period, "–"))
        st.button(
            _("Undo the check"),
            on_click=undo,
            args=(desk, period, field),
            disabled=bool(problem),
            key="undo_check",
        )


def show_check(desk: Desk, held: PeriodState) -> None:
    """The page of a period."""
    about = f"{desk.id}-{held.period}"
    doubts = dict(conspicuous_values(desk.now, held))
    waiting = {key for key in doubts if not accepted_reason(held, key)}
    try:
        matrix = matrix_of(desk, held, waiting)
    except AHPError as error:
        st.error(state.plain(desk.say(error)))
    else:
        show_matrix(desk, held, matrix)
    show_standing_out(desk, held, doubts, about)
    show_cell(desk, held, doubts, about)
    show_entries(desk, held, about)
    show_finish(desk, held, len(waiting))


desk = begin("check")
held = pick_period(desk)
show_next(desk, "check", str(held.period))
show_check(desk, held)
