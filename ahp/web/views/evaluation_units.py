"""The list of the units that are evaluated: added, changed, merged, with their history."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from ahp.errors import AHPError, EntryError
from ahp.evaluation import parse_period
from ahp.exchange.unit_list import UnitList, pasted_units, read_unit_list, unit_list_template
from ahp.i18n import Translate
from ahp.process.evaluations.edits import edited
from ahp.process.evaluations.events import UnitAdded, UnitChanged, UnitMerged
from ahp.process.evaluations.unit_changes import (
    changed,
    happened_to,
    joining,
    not_listed,
    units_named_by,
)
from ahp.process.evaluations.units import Unit, UnitEntry, active_in, history
from ahp.study.limits import LONGEST
from ahp.tables.opened import TABLES
from ahp.web import state
from ahp.web.evaluating import Desk, attempt, begin, show_next, why_not
from ahp.web.people import show_people
from ahp.web.questionnaires import XLSX

FIELDS = ("name", "group", "contact", "active_from", "active_to", "aliases")
BETWEEN = "；"
"""Separates what a unit is called in files."""


def field_words(_: Translate) -> dict[str, str]:
    """The columns of the list, by `FIELDS`."""
    return {
        "name": _("Name of the unit"),
        "group": _("Peer group"),
        "contact": _("Contact"),
        "active_from": _("Evaluated from"),
        "active_to": _("Evaluated until"),
        "aliases": _("Also called in files"),
    }


def standing(desk: Desk, unit: Unit) -> str:
    """Where a unit stands: evaluated, merged, to come or over."""
    _ = state.translate()
    if unit.merged_into is not None:
        return _("went into “{into}” from {period} on").format(
            into=desk.names()[unit.merged_into], period=unit.merged_from
        )
    latest = max((one.period for one in desk.now.periods.values()), default=None)
    if latest is not None and not active_in(unit, latest):
        return _("not evaluated in {period}").format(period=latest)
    return _("evaluated")


def show_list(desk: Desk) -> None:
    """The units, those sought at first."""
    _ = state.translate()
    words = field_words(_)
    sought = st.text_input(
        _("Search"), placeholder=_("a name, a group, a contact"), key=f"sought-{desk.id}"
    )
    found = [
        unit
        for unit in desk.now.units
        if sought.strip().casefold() in " ".join(map(str, vars(unit).values())).casefold()
    ]
    st.caption(
        _("{count} of {of} units").format(count=len(found), of=len(desk.now.units))
        if sought.strip()
        else _("{count} units").format(count=len(found))
    )
    if not found:
        return
    st.table(
        [
            {
                words["name"]: state.plain(unit.name),
                words["group"]: state.plain(unit.group or "–"),
                words["contact"]: state.plain(unit.contact or "–"),
                _("Evaluated"): state.plain(f"{unit.active_from or '…'} – {unit.active_to or '…'}")
                if unit.active_from or unit.active_to
                else _("always"),
                words["aliases"]: state.plain(BETWEEN.join(unit.aliases) or "–"),
                _("Formerly"): state.plain(BETWEEN.join(unit.former_names) or "–"),
                _("State"): state.plain(standing(desk, unit)),
            }
            for unit in found
        ],
        hide_index=True,
    )


def add(desk: Desk, units: tuple[UnitEntry, ...], clear: str = "") -> None:
    """Add units; the field they came from is emptied then, that of a file by another number."""
    if attempt(desk, lambda: state.desk().add_units(desk.id, units)) and clear:
        before = st.session_state[clear]
        st.session_state[clear] = before + 1 if isinstance(before, int) else ""


def entered(key: str) -> dict[str, Any]:
    """What the fields of `ask` say."""
    said: dict[str, Any] = {
        name: " ".join(st.session_state[f"{name}-{key}"].split()) for name in FIELDS
    }
    aliases = said["aliases"].replace(";", BETWEEN).split(BETWEEN)
    return {**said, "aliases": tuple(one.strip() for one in aliases if one.strip())}


def entry(said: dict[str, Any]) -> UnitEntry:
    """The unit of a form.

    Raises:
        EntryError: a date or period that is none.
    """
    try:
        return UnitEntry(**said)
    except EntryError as error:
        place = field_words(state.translate())[error.parameters["place"]]
        raise EntryError("at_place", place=place, problem=error.parameters["problem"]) from None


def ask(desk: Desk, key: str, now: Unit | None = None) -> None:
    """The fields of a unit, with what they have now."""
    _, first_day = state.translate(), desk.now.first_free_day
    examples = {
        "group": _("for example: urban branches"),
        "active_from": _("such as 2026-01-01 or 2026Q1; empty: from {date} on").format(
            date=first_day
        )
        if first_day and now is None
        else _("such as 2026-01-01 or 2026Q1; empty: always"),
        "active_to": _("such as 2026-12-31 or 2026Q4; empty: without end"),
        "aliases": _("separated by semicolons"),
    }
    for name, word in field_words(_).items():
        value = getattr(now, name) if now else ""
        st.text_input(
            word,
            value=BETWEEN.join(value) if name == "aliases" else value,
            placeholder=examples.get(name),
            max_chars=LONGEST["name" if name != "aliases" else "note"],
            key=f"{name}-{key}",
        )


def add_one(desk: Desk, key: str) -> None:
    """Add the unit of the form."""
    first_day = desk.now.first_free_day

    def add() -> None:
        state.desk().add_units(desk.id, joining([entry(entered(key))], first_day))

    if attempt(desk, add):
        for name in FIELDS:
            st.session_state[f"{name}-{key}"] = ""


def show_adding(desk: Desk) -> None:
    """Ways to add units."""
    _ = state.translate()
    st.header(_("Add units"), anchor=False)
    if first_day := desk.now.first_free_day:
        st.info(
            _(
                "Periods before {date} are checked or signed and keep their units: a unit of which "
                "no first day is said is evaluated from {date} on."
            ).format(date=first_day)
        )
    pasted, form, file = st.tabs([_("Paste a list"), _("One by one"), _("From a file")])
    with pasted:
        key = f"pasted_units-{desk.id}"
        with st.form("paste_units"):
            st.text_area(
                _("One unit a line: name, peer group, contact, from, until, other names"),
                placeholder=_("North branch, urban branches, Li Ming"),
                help=_("Only the name is needed. Numbers, a heading and totals may stay."),
                key=key,
            )
            st.form_submit_button(_("Review the list"), key="review_units")
        if st.session_state[key].strip():
            show_read(desk, lambda: pasted_units(st.session_state[key]), key)
    with form, st.form("add_unit"):
        key = f"new_unit-{desk.id}"
        ask(desk, key)
        st.form_submit_button(
            _("Add"), type="primary", on_click=add_one, args=(desk, key), key="add_unit_button"
        )
    with file:
        st.write(
            _(
                "A CSV or XLSX table with a line of headings, as you have it, or our template "
                "filled in."
            )
        )
        st.download_button(
            _("Template (XLSX)"),
            state.guarded(partial(unit_list_template, state.language())),
            _("units") + ".xlsx",
            XLSX,
            icon=":material/download:",
            key="unit_template",
            on_click="ignore",
        )
        counted = f"unit_file-{desk.id}"
        tries = st.session_state.setdefault(counted, 0)
        given = st.file_uploader(_("File"), type=list(TABLES), key=f"{counted}-{tries}")
        if given is not None:
            show_read(desk, lambda: read_unit_list(given.getvalue(), given.name), counted)


def show_read(desk: Desk, read: Callable[[], UnitList], source: str) -> None:
    """A list as it was read, before its units are added."""
    _ = state.translate()
    try:
        listed = read()
    except AHPError as error:
        state.show_error(error)
        return
    missing, words = not_listed(desk.now.units, listed.units), field_words(_)
    new = joining(missing, desk.now.first_free_day)
    joined = dict(zip(missing, new, strict=True))
    st.table(
        [
            {
                words["name"]: state.plain(one.name),
                words["group"]: state.plain(one.group),
                words["contact"]: state.plain(one.contact),
                words["active_from"]: state.plain(joined.get(one, one).active_from),
                words["active_to"]: state.plain(one.active_to),
                words["aliases"]: state.plain(BETWEEN.join(one.aliases)),
                _("In the list"): _("no, will be added")
                if one in joined
                else _("yes, stays as it is"),
            }
            for one in listed.units
        ],
        hide_index=True,
    )
    for remark in listed.remarks:
        st.caption(state.plain(state.in_words(remark)))
    if listed.passed_over:
        st.caption(
            _("Not read as units: {lines}").format(
                lines=state.plain(" ".join(f"“{line}”" for line in listed.passed_over))
            )
        )
    st.button(
        _("Add these units ({count})").format(count=len(new)),
        type="primary",
        on_click=add,
        args=(desk, new, source),
        disabled=not new,
        key=f"add_read-{source}",
    )


def show_named(desk: Desk) -> None:
    """The units that the scheme names and the list doesn't have, to be taken."""
    _ = state.translate()
    version = desk.now.version or desk.now.proposed
    if version is None:
        return
    named = not_listed(desk.now.units, units_named_by(version.scheme, state.language()))
    if named:
        st.button(
            _("Take the units named in the scheme ({count})").format(count=len(named)),
            type="primary" if not desk.now.units else "secondary",
            on_click=add,
            args=(desk, joining(named, desk.now.first_free_day)),
            disabled=not state.may("run_evaluations"),
            key="take_named",
        )


def save(desk: Desk, unit: Unit, key: str) -> None:
    """Change a unit as the form says, which was filled with what it was then."""
    _ = state.translate()

    def change() -> None:
        now = state.desk().evaluation_state(desk.id)
        shown, held = (
            {name: getattr(one, name) for name in FIELDS} for one in (unit, now.unit[unit.id])
        )
        new = changed(now.units, unit.id, entry(edited(shown, entered(key), held)))
        reason = st.session_state[f"reason-{unit.id}"].strip()
        state.desk().act(desk.id, UnitChanged(new, reason))

    if attempt(desk, change):
        st.session_state[f"reason-{unit.id}"] = ""
        st.toast(_("Saved"))


def show_unit(desk: Desk, units: dict[str, Unit]) -> None:
    """One unit: change it, let it go into another one, its history."""
    _ = state.translate()
    st.header(_("Change a unit"), anchor=False)
    labels = state.distinct({key: unit.name for key, unit in units.items()})
    chosen: str = st.selectbox(
        _("Unit"), list(units), format_func=labels.__getitem__, key=f"unit_chosen-{desk.id}"
    )
    unit = units[chosen]
    if state.may("run_evaluations") and unit.merged_into is None:
        with st.expander(_("Name, group, contact, time"), icon=":material/edit:"):
            with st.form(f"change_unit-{chosen}"):
                # the fields begin anew when somebody else has changed the unit
                key = f"{chosen}-{state.mark(unit)}"
                ask(desk, key, unit)
                st.text_input(
                    _("Why it is changed"), max_chars=LONGEST["reason"], key=f"reason-{chosen}"
                )
                st.form_submit_button(
                    _("Save"), on_click=save, args=(desk, unit, key), key=f"save_unit-{chosen}"
                )
            st.caption(
                _(
                    "With another name the unit stays the same: its scores go on, and files that "
                    "still use the former name are understood."
                )
            )
        show_merging(desk, units, unit)
    show_history(desk, unit)


def merge(desk: Desk, unit: str, into: str, period: str) -> None:
    """Let a unit go into another one."""
    reason = st.session_state[f"merge_reason-{unit}"].strip()
    attempt(desk, lambda: state.desk().act(desk.id, UnitMerged(unit, into, period, reason)))


def show_merging(desk: Desk, units: dict[str, Unit], unit: Unit) -> None:
    """Merge a unit into another one from a period on, after saying what that does."""
    _ = state.translate()
    others = [key for key, one in units.items() if key != unit.id and one.merged_into is None]
    if not others:
        return
    with st.expander(_("Merge into another unit"), icon=":material/merge:"):
        names = desk.names()
        into: str = st.selectbox(
            _("Goes into"), others, format_func=names.__getitem__, key=f"into-{unit.id}"
        )
        typed = st.text_input(
            _("First period without this unit"),
            placeholder=_("such as 2026Q3"),
            key=f"merge_period-{unit.id}",
        )
        st.text_input(_("Why"), max_chars=LONGEST["reason"], key=f"merge_reason-{unit.id}")
        if not typed.strip():
            return
        try:
            period = str(parse_period(typed))
        except AHPError as error:
            state.show_error(error)
            return
        if problem := why_not(desk, UnitMerged(unit.id, into, period)):
            st.error(state.plain(problem))
            return
        about = {"unit": unit.name, "into": names[into], "period": period}
        lines = [
            _("Up to the period before {period}, “{unit}” is evaluated by itself as before."),
            _("From {period} on, only “{into}” is evaluated; values for “{unit}” are refused."),
            _("“{into}” shows the scores of both up to then in its history."),
            _("What was signed stays as it is. This can't be undone."),
        ]
        st.info("\n".join("- " + state.plain(line.format(**about)) for line in lines))
        sure = st.checkbox(
            state.plain(_("Yes, merge “{unit}” into “{into}”").format(**about)),
            key=f"sure_merge-{unit.id}-{into}-{period}",
        )
        st.button(
            _("Merge"),
            on_click=merge,
            args=(desk, unit.id, into, period),
            disabled=not sure,
            key=f"merge-{unit.id}",
        )


def show_history(desk: Desk, unit: Unit) -> None:
    """What happened to a unit, and in which periods it or one that went into it is evaluated."""
    _, names = state.translate(), desk.names()
    with st.expander(_("History"), icon=":material/history:"):
        rows = []
        for event in happened_to(state.desk().happened(desk.id), unit.id):
            action = event.action
            if isinstance(action, UnitAdded):
                what = _("added as “{name}”").format(name=action.unit.name)
            elif isinstance(action, UnitChanged):
                what = _("changed; called “{name}”").format(name=action.unit.name)
            elif isinstance(action, UnitMerged):
                what = _("“{unit}” went into “{into}” from {period} on").format(
                    unit=names[action.unit], into=names[action.into], period=action.period
                )
            rows.append(
                {
                    _("When (UTC)"): state.minute(event.time),
                    _("What"): state.plain(what),
                    _("Why"): state.plain(getattr(action, "reason", "") or "–"),
                    _("Who"): state.plain(desk.who(event.actor)),
                }
            )
        st.table(rows, hide_index=True)
        periods = sorted(desk.now.periods, key=lambda one: desk.now.periods[one].period)
        if counted := history(desk.now.units, unit.id, periods):
            st.table(
                [
                    {
                        _("Period"): period,
                        _("Evaluated as"): state.plain(_(", ").join(names[one] for one in ids)),
                    }
                    for period, ids in counted
                ],
                hide_index=True,
            )


desk = begin("units")
show_next(desk, "units")
_ = state.translate()
show_named(desk)
if desk.now.units:
    show_list(desk)
else:
    st.caption(_("No units yet. They can be pasted from a list, or read from a file."))
if state.may("run_evaluations"):
    show_adding(desk)
if desk.now.units:
    show_unit(desk, dict(desk.now.unit))
    show_people(desk, "contact")
