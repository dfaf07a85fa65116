"""Values that come in on a page, the organizer's or a data owner's: who delivers what, what would
change, and the button that records it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from ..exchange.deliveries import (
    CellChange,
    Changes,
    FileImport,
    Scope,
)
from ..exchange.layout_questions import Question, question_sentence
from ..exchange.observation_layout import (
    part_name,
)
from ..exchange.owner_template import owner_template
from ..messages import Message, Phrase, with_names
from ..process.evaluations.deliveries import deliveries
from ..process.evaluations.events import CellKey, Row
from ..process.evaluations.state import Person
from ..process.events import Actor
from ..study.limits import LONGEST
from . import state
from .questionnaires import XLSX, file_name

SHOWN = 50
"""Rows of a table on a page; the rest is counted."""


@dataclass(frozen=True)
class Intake:
    """Where values come in.

    Attributes:
        evaluation: its id.
        scope: the period, and who delivers.
        names: id -> name, of units and of what is delivered.
        attempt: runs a change as far as who is there may do it; says what was refused.
        who: what people call who did something.
        locked: whether nothing may be changed.
    """

    evaluation: str
    scope: Scope
    names: Mapping[str, str]
    attempt: Callable[[Callable[[], object]], bool]
    who: Callable[[Actor], str]
    locked: bool

    @property
    def owner(self) -> Person | None:
        """The data owner who delivers."""
        return self.scope.owner

    @property
    def holder(self) -> str | None:
        """Who alone may download."""
        return self.owner.id if self.owner else None

    @property
    def key(self) -> str:
        """For widgets, so that nothing typed goes to another period or person."""
        return "-".join((self.evaluation, self.scope.period, self.holder or ""))

    def say(self, message: Message) -> str:
        """A message with names in place of ids, in the page's language."""
        return state.in_words(with_names(message, self.names))

    def ask(self, question: Question) -> str:
        """A question about a file."""
        scope = self.scope
        return question_sentence(question, scope.scheme, scope.units, state.language())

    def name(self, key: CellKey) -> str:
        """What a cell is of: an indicator, and the part of it."""
        named = self.names.get(key.indicator, key.indicator)
        return " · ".join(filter(None, (named, self.part(key))))

    def part(self, key: CellKey) -> str:
        """Which part of an indicator a cell is of; empty where it has none."""
        return part_name(self.scope.scheme, key, state.language())

    def owners(self) -> list[Person]:
        """Data owners who deliver something in this period."""
        people = self.scope.state.participants.values()
        return [one for one in people if one.role == "data_owner" and self.scope.of_owner(one)]


def show_delivered(intake: Intake) -> None:
    """Which values are there, until when the others are expected."""
    _ = state.translate()
    scope = intake.scope
    today = state.today(scope.held.zone).isoformat()
    rows = []
    for one in deliveries(scope.state, scope.held):
        if one.indicator in scope.indicators:
            words = _("overdue, missing: {count}") if one.late(today) else _("missing: {count}")
            said = f":red-background[{words.format(count=len(one.missing))}]"
            rows.append(
                {
                    _("Indicator"): state.plain(intake.names[one.indicator]),
                    _("Units delivered"): f"{one.received}/{one.of}",
                    _("Expected until"): state.until(one.due, scope.held.zone),
                    _("State"): said if one.missing else _("complete"),
                }
            )
    if rows:
        st.table(rows, hide_index=True)


def show_templates(intake: Intake) -> None:
    """The workbooks to fill in."""
    _, language, scope = state.translate(), state.language(), intake.scope
    wanted: dict[str, tuple[str, tuple[str, ...]]] = {}
    for one in [intake.owner] if intake.owner else intake.owners():
        wanted[one.id] = (one.name, scope.of_owner(one))
    if intake.owner is None:
        wanted["all"] = (_("All indicators"), scope.typed)
    with st.container(horizontal=True):
        for key, (name, indicators) in wanted.items():
            make = partial(
                owner_template,
                scope.scheme,
                {name: indicators},
                scope.units,
                scope.period,
                language,
            )
            label = _("Template to fill in (XLSX)") if intake.owner else name
            st.download_button(
                state.plain(label),
                state.guarded(make, intake.holder),
                file_name(name, scope.period) + ".xlsx",
                XLSX,
                icon=":material/download:",
                key=f"template-{intake.key}-{key}",
                on_click="ignore",
                disabled=not (indicators and scope.units),
            )


def show_recorded(intake: Intake) -> None:
    """What the last action has recorded."""
    if done := st.session_state.pop(f"recorded-{intake.key}", None):
        st.success(state.plain(done), icon=":material/check:")


def closed_words(intake: Intake) -> str:
    """Why nothing comes in any more."""
    _, held = state.translate(), intake.scope.held
    if intake.owner is None:
        return intake.say(Phrase(f"period_is_{held.stage}", period=intake.scope.period))
    return _(
        "No more data is taken for {period}. If something is wrong, tell the department."
    ).format(period=intake.scope.period)


def utc(stamp: str) -> str:
    """A time of the log, as people read it."""
    return f"{state.minute(stamp)} UTC"


def record_button(
    intake: Intake, changes: Changes, about: str, record: Callable[[str, Changes], bool]
) -> None:
    """The button that records changes, and the reason that it needs."""
    _ = state.translate()
    reason = f"reason-{intake.key}-{about}"
    if changes.needs_reason:
        st.text_input(
            _("Why are recorded values changed?"), max_chars=LONGEST["comment"], key=reason
        )
    st.button(
        _("Record these values ({count})").format(count=len(changes.rows) + len(changes.removed)),
        type="primary",
        on_click=_record_with_reason,
        args=(changes, reason, record),
        disabled=intake.locked,
        key=f"record-{intake.key}-{about}",
    )


def _record_with_reason(changes: Changes, key: str, record: Callable[[str, Changes], bool]) -> None:
    _ = state.translate()
    reason = str(st.session_state.get(key) or "").strip()
    if changes.needs_reason and not reason:
        st.session_state["problem"] = _(
            "Please say why recorded values are changed; nothing was recorded yet."
        )
        return
    record(reason, changes)


def record(
    intake: Intake,
    changes: Changes,
    reason: str,
    *,
    found: FileImport | None = None,
    owner: str = "",
) -> None:
    """Record values, and keep what to say of it."""
    _ = state.translate()
    database = state.by_link() if intake.owner else state.desk()
    new = database.record_values(
        intake.evaluation,
        intake.scope.period,
        changes.rows,
        removed=changes.removed,
        file=found.upload.file if found else None,
        content=found.upload.content if found else None,
        layout=found.layout.content if found else "",
        reason=reason,
        person=intake.holder,
        owner=owner or None,
        seen=changes.seen,
    )
    said = _("Values recorded: {count}.").format(count=len(new) + len(changes.removed))
    if there := {row.key for row in changes.rows} - {row.key for row in new}:
        held = database.evaluation_state(intake.evaluation).periods[intake.scope.period]
        values = [held.values[key] for key in sorted(there) if key in held.values]
        who = {intake.who(one.stamp.actor): None for one in values}
        also = _("Recorded by {name} just before: {count}.")
        if not (new or changes.removed):
            said, also = "", _("Nothing new: {name} has recorded the same values just before.")
        name = _(", ").join(who)
        said = f"{said} {also.format(name=name, count=len(there))}".strip()
    st.session_state[f"recorded-{intake.key}"] = said


def show_changes(intake: Intake, changes: Changes) -> None:
    """What is new, changed or conspicuous, and why nothing can be recorded."""
    _ = state.translate()
    if changes.faults:
        lines = [intake.say(one) for one in changes.faults]
        if more := changes.fault_count - len(lines):
            lines.append(_("and {count} more").format(count=more))
        said = _("Nothing can be recorded before this is mended:")
        st.error("\n".join([said, "", *(f"- {state.plain(one)}" for one in lines)]))
    if not changes.cells:
        return
    counts = {
        _("new values"): len(changes.of_kind("new")),
        _("changed"): len(changes.of_kind("changed")),
        _("taken away"): len(changes.of_kind("removed")),
        _("recorded already"): len(changes.of_kind("same")),
    }
    shown = " · ".join(f"{word} {count}" for word, count in counts.items() if count)
    st.markdown(f"**{shown}**")
    _show_cells(intake, _("Recorded values that change"), changes.of_kind("changed", "removed"))
    _show_cells(
        intake,
        _("Conspicuous values: please look at them"),
        [one for one in changes.of_kind("new", "same") if one.doubts],
    )


def _show_cells(intake: Intake, title: str, cells: Sequence[CellChange]) -> None:
    """A table of cells."""
    _ = state.translate()
    if not cells:
        return
    st.markdown(f"**{title}**")
    rows = []
    for one in cells[:SHOWN]:
        doubts = _("; ").join(intake.say(doubt) for doubt in one.doubts)
        rows.append(
            {
                _("Unit"): state.plain(intake.names[one.row.unit]),
                _("Indicator"): state.plain(intake.name(one.row.key)),
                _("Recorded"): state.plain(value_words(one.before)),
                _("Now"): state.plain(value_words(one.row)),
                _("Remark"): f":red-background[⚠ {state.plain(doubts)}]" if doubts else "",
            }
        )
    st.table(rows, hide_index=True)
    if (more := len(cells) - SHOWN) > 0:
        st.caption(_("and {count} more").format(count=more))


def value_words(row: Row | None) -> str:
    """A value with its document number and its remark."""
    if row is None or not row.value:
        return "–"
    said = [text for text in (row.evidence, row.note) if text]
    return f"{row.value} ({', '.join(said)})" if said else row.value


def value_rows(intake: Intake, cells: Iterable[CellChange]) -> list[dict[str, str]]:
    """All cells, one a row."""
    _ = state.translate()
    kinds = {
        "new": _("new values"),
        "same": _("recorded already"),
        "changed": _("changed"),
        "removed": _("taken away"),
    }
    return [
        {
            _("Unit"): intake.names[one.row.unit],
            _("Indicator"): intake.name(one.row.key),
            _("Recorded"): value_words(one.before),
            _("Now"): value_words(one.row),
            _("State"): kinds[one.kind],
        }
        for one in cells
    ]


def show_missing(intake: Intake, missing: Sequence[CellKey]) -> None:
    """Which values are not delivered, by indicator."""
    _ = state.translate()
    if not missing:
        return
    units: dict[str, list[str]] = {}
    for key in missing:
        units.setdefault(intake.name(key), []).append(intake.names[key.unit])
    with st.expander(
        _("Not delivered: {count}").format(count=len(missing)),
        icon=":material/pending:",
    ):
        for name, those in units.items():
            st.markdown(
                state.plain(
                    _("{indicator}: {units}").format(indicator=name, units=_(", ").join(those))
                )
            )
