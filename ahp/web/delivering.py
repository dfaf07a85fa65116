"""Values that come in on a page, the organizer's or a data owner's: files, typed values, what was
recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePath

import streamlit as st

from ..errors import AHPError
from ..exchange.deliveries import (
    CellChange,
    Changes,
    FileImport,
    Scope,
    Upload,
    choices,
    read_file,
    read_typed,
    sheets_of,
    typed_cells,
)
from ..exchange.layout_questions import Question
from ..exchange.observation_layout import (
    FACTORS,
    LEFT_OUT,
    LayoutColumn,
    expected_of,
    items_of,
    number_text,
    plain_number,
)
from ..exchange.owner_template import owner_template
from ..i18n import Translate
from ..messages import Message, Phrase, with_names
from ..process.evaluations.events import AliasLearned, CellKey, LayoutRemembered, Row
from ..process.evaluations.recordings import history_of, taken_back
from ..process.evaluations.state import Person, Recording
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
        return self.owner and self.owner.id

    @property
    def key(self) -> str:
        """For widgets, so that nothing typed goes to another period or person."""
        return "-".join((self.evaluation, self.scope.period, self.holder or ""))

    def say(self, message: Message) -> str:
        """A message with names in place of ids, in the page's language."""
        return state.in_words(with_names(message, self.names))

    def name(self, key: CellKey) -> str:
        """What a cell is of: an indicator, and the part of it."""
        parts = items_of(self.scope.scheme, key.indicator)
        part = key.input or key.item
        text = self.scope.scheme.text(parts[part], state.language()) if part in parts else part
        named = self.names.get(key.indicator, key.indicator)
        return " · ".join(filter(None, (named, text, key.rater)))

    def owners(self) -> list[Person]:
        """Data owners who deliver something in this period."""
        people = self.scope.state.participants.values()
        return [one for one in people if one.role == "data_owner" and self.scope.of_owner(one)]


def show_delivered(intake: Intake) -> None:
    """Which values are there, until when the others are expected."""
    _ = state.translate()
    scope, held = intake.scope, intake.scope.held
    rows = []
    for leaf in scope.typed:
        if leaf in scope.scheme.indicator:
            count, of = scope.delivered(leaf)
            words = _("complete") if count == of else _("missing: {count}").format(count=of - count)
            rows.append(
                {
                    _("Indicator"): state.plain(intake.names[leaf]),
                    _("Units delivered"): f"{count}/{of}",
                    _("Expected until"): held.dues.get(leaf) or held.due,
                    _("State"): words if count == of else f":red-background[{words}]",
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


# -- files


def show_upload(intake: Intake) -> None:
    """A file: what must be said of it, what it would change, and the button that records it."""
    _, scope = state.translate(), intake.scope
    attempt = st.session_state.setdefault(f"uploads-{intake.key}", 0)
    owners = {"": _("not said")} | {one.id: one.name for one in intake.owners()}
    owner = ""
    if intake.owner is None and len(owners) > 1:
        owner = st.selectbox(
            _("Who delivers this file?"),
            list(owners),
            format_func=state.distinct(owners).__getitem__,
            key=f"from-{intake.key}-{attempt}",
        )
    file = st.file_uploader(
        _("Table with values (CSV, XLSX): the filled template, or a table of your own"),
        type=["csv", "xlsx"],
        key=f"data_file-{intake.key}-{attempt}",
        disabled=intake.locked,
    )
    if file is None:
        return
    upload = Upload(file.name, file.getvalue())
    _say_imported_before(intake, upload)
    try:
        if sheets := sheets_of(upload.content, upload.name):
            key = f"sheet-{intake.key}-{upload.file.sha256}"
            sheet = st.selectbox(_("Which sheet is to be read?"), sheets, index=None, key=key)
            if sheet is None:
                return
            upload = replace(upload, sheet=sheet)
        found = read_file(scope, upload, partial(_answer, intake, upload))
    except AHPError as error:
        st.error(state.plain(intake.say(error)))
        return
    _ask(intake, found)
    if found.changes is not None:
        _show_import(intake, found, found.changes, owner)


def show_recorded(intake: Intake) -> None:
    """What the last action has recorded."""
    if done := st.session_state.pop(f"recorded-{intake.key}", None):
        st.success(state.plain(done), icon=":material/check:")


def _say_imported_before(intake: Intake, upload: Upload) -> None:
    _ = state.translate()
    for one in reversed(intake.scope.held.recordings):
        mine = intake.owner is None or one.stamp.actor.id == intake.owner.id
        if mine and one.action.file and one.action.file.sha256 == upload.file.sha256:
            said = _("This very file was imported already: {time}, {name}.").format(
                time=_time(one.stamp.time), name=intake.who(one.stamp.actor)
            )
            st.info(state.plain(said))
            return


def _question_key(intake: Intake, upload: Upload, question: Question) -> str:
    """Of the widget of a question: another one for another file, and for other answers."""
    about = [question.about, question.name]
    if question.about == "measure":
        about += question.columns[0].target
    return "-".join(("ask", intake.key, upload.file.sha256, upload.sheet, *about))


def _answer(intake: Intake, upload: Upload, question: Question) -> str | None:
    answer: str | None = st.session_state.get(_question_key(intake, upload, question))
    return answer


def _ask(intake: Intake, found: FileImport) -> None:
    """The questions about a file, also those that are answered."""
    _ = state.translate()
    if found.template:
        st.caption(_("This is the template that was given out; nothing needs to be asked."))
    elif found.remembered:
        st.caption(_("The layout is known from an earlier file."))
    if not found.questions:
        return
    with st.container(border=True):
        left = len(found.open)
        st.markdown(
            "**"
            + _("Please answer what is open about this file: {count} of {of}.").format(
                count=left, of=len(found.questions)
            )
            + "**"
        )
        near = {
            _question_key(intake, found.upload, one): one.units[0]
            for one in found.open
            if one.about == "unit" and one.units
        }
        if len(near) > 1:
            st.button(
                _("Choose the most similar unit for all {count} names; I'll check").format(
                    count=len(near)
                ),
                on_click=st.session_state.update,
                args=(near,),
                key=f"nearest-{intake.key}",
            )
        for one in found.questions:
            labels = _labels(intake, one, choices(one, intake.scope, found.layout))
            st.selectbox(
                state.plain(intake.say(one.asked)),
                list(labels),
                index=None,
                format_func=labels.__getitem__,
                placeholder=_("Please choose"),
                key=_question_key(intake, found.upload, one),
            )


def _labels(
    intake: Intake, question: Question, answers: Mapping[str, LayoutColumn | str]
) -> dict[str, str]:
    """What may be answered, in words."""
    _ = state.translate()
    roles = _role_words(_)
    labels = {}
    for key, answer in answers.items():
        if answer == LEFT_OUT:
            labels[key] = _("not evaluated here: leave its rows out")
        elif isinstance(answer, str):
            labels[key] = intake.names[answer]
        elif question.about == "measure":
            labels[key] = _stated(intake, question, answer)
        elif answer.indicator == LEFT_OUT:
            labels[key] = _("none of these: leave its rows out")
        elif answer.role == "values":
            labels[key] = intake.name(CellKey("", answer.indicator, answer.item, answer.input))
        else:
            labels[key] = roles[answer.role]
    return state.distinct(labels)


def _role_words(_: Translate) -> dict[str, str]:
    """What a column may be besides values of an indicator."""
    return {
        "unit": _("the units"),
        "period": _("the period"),
        "indicator": _("the indicators"),
        "value": _("the values"),
        "rater": _("the raters"),
        "item": _("one of several items"),
        "input": _("parts of a computed indicator"),
        "evidence": _("document numbers"),
        "note": _("remarks"),
        "left_out": _("none of these: leave the column out"),
    }


def _stated(intake: Intake, question: Question, column: LayoutColumn) -> str:
    """What a number of a column stands for, by the example of the question."""
    _ = state.translate()
    example = str(question.asked.parameters["example"])
    number = plain_number(example, decimal_comma=False)
    unit = expected_of(intake.scope.scheme, column.indicator, column.input).unit
    value = number_text(number * FACTORS[column.measure or "scheme"]) if number else example
    return _("{example} in the file is {value} {unit}").format(
        example=example, value=value, unit=unit
    )


def _show_import(intake: Intake, found: FileImport, changes: Changes, owner: str) -> None:
    """What a file would change, and the button that records it."""
    _ = state.translate()
    show_changes(intake, changes)
    show_missing(intake, found.missing)
    if found.remarks:
        with st.expander(_("How the file was read"), icon=":material/info:"):
            st.markdown("\n".join(f"- {state.plain(intake.say(one))}" for one in found.remarks))
    if changes.cells:
        with st.expander(_("All values of the file"), icon=":material/table:"):
            st.dataframe(_value_rows(intake, changes.cells), hide_index=True)
    if changes.faults:
        return
    if not changes.rows:
        st.info(
            _("Nothing new: every value of this file ({count}) is recorded already.").format(
                count=len(changes.cells)
            )
        )
        return
    layout_key = f"layout-{intake.key}-{found.upload.file.sha256}-{owner}"
    if intake.owner is None and not (found.template or found.remembered):
        said = [one.name for one in intake.owners() if one.id == owner]
        st.text_input(
            _("Remember this layout as"),
            value=said[0] if said else PurePath(found.upload.name).stem,
            max_chars=LONGEST["title"],
            help=_("Files of the same layout are read without these questions next time."),
            key=layout_key,
        )
    _record_button(
        intake,
        changes,
        found.upload.file.sha256,
        partial(record_file, intake, found, owner=owner, layout_key=layout_key),
    )


def _record_button(
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


def record_file(
    intake: Intake,
    found: FileImport,
    reason: str,
    changes: Changes,
    *,
    owner: str,
    layout_key: str,
) -> bool:
    """Record the values of a file; the organizer's answers about it are remembered."""

    def change() -> None:
        _record(intake, changes, reason, found=found, owner=owner)
        if intake.owner is None:
            _remember(intake, found, str(st.session_state.get(layout_key) or "").strip())

    done = intake.attempt(change)
    if done:
        st.session_state[f"uploads-{intake.key}"] += 1
    return done


def _record(
    intake: Intake,
    changes: Changes,
    reason: str,
    *,
    found: FileImport | None = None,
    owner: str = "",
) -> None:
    """Record values, and keep what to say of it."""
    _ = state.translate()
    database = state.database() if intake.owner else state.desk()
    new = database.record_values(
        intake.evaluation,
        intake.scope.period,
        changes.rows,
        removed=changes.removed,
        file=found and found.upload.file,
        content=found and found.upload.content,
        layout=found.layout.content if found else "",
        reason=reason,
        person=intake.holder,
        owner=owner or None,
        seen=changes.seen,
    )
    said = _("Values recorded: {count}.").format(count=len(new) + len(changes.removed))
    if there := len(changes.rows) - len(new):
        said += " " + _("Recorded by somebody else just before: {count}.").format(count=there)
    if not (new or changes.removed):
        said = _("Nothing new: somebody else has recorded the same values just before.")
    st.session_state[f"recorded-{intake.key}"] = said


def _remember(intake: Intake, found: FileImport, name: str) -> None:
    """Keep names of units and the layout for the next file."""
    known = intake.scope.state
    aliases = {
        alias: unit
        for alias, unit in (found.aliases or {}).items()
        if known.aliases.get(alias) != unit
    }
    actions: list[AliasLearned | LayoutRemembered] = [
        AliasLearned(alias, unit) for alias, unit in aliases.items()
    ]
    # names of units are known from now on, but for those whose rows are left out
    units = {one: unit for one, unit in found.layout.units.items() if unit == LEFT_OUT}
    content = replace(found.layout, units=units).content
    if name and not found.template and known.layouts.get(name) != content:
        actions.append(LayoutRemembered(name, content))
    if actions:
        state.desk().act_together(intake.evaluation, actions)


# -- what changes


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
        _("new"): len(changes.of_kind("new")),
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
                _("Recorded"): state.plain(_value(one.before)),
                _("Now"): state.plain(_value(one.row)),
                _("Remark"): f":red-background[⚠ {state.plain(doubts)}]" if doubts else "",
            }
        )
    st.table(rows, hide_index=True)
    if (more := len(cells) - SHOWN) > 0:
        st.caption(_("and {count} more").format(count=more))


def _value(row: Row | None) -> str:
    """A value with its document number and its remark."""
    if row is None or not row.value:
        return "–"
    said = [text for text in (row.evidence, row.note) if text]
    return f"{row.value} ({', '.join(said)})" if said else row.value


def _value_rows(intake: Intake, cells: Iterable[CellChange]) -> list[dict[str, str]]:
    _ = state.translate()
    kinds = {
        "new": _("new"),
        "same": _("recorded already"),
        "changed": _("changed"),
        "removed": _("taken away"),
    }
    return [
        {
            _("Unit"): intake.names[one.row.unit],
            _("Indicator"): intake.name(one.row.key),
            _("Recorded"): _value(one.before),
            _("Now"): _value(one.row),
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


# -- typed values


def show_grid(intake: Intake) -> None:
    """Values to type, of one indicator or of one unit."""
    _, scope = state.translate(), intake.scope
    if not (scope.typed and scope.units):
        st.info(_("There is nothing to type here: other people deliver or rate the indicators."))
        return
    ways = {"indicator": _("one indicator, all units"), "unit": _("one unit, all indicators")}
    way = st.segmented_control(
        _("Type in"),
        list(ways),
        format_func=ways.__getitem__,
        default="indicator",
        key=f"way-{intake.key}",
    )
    ids = scope.typed if way != "unit" else tuple(scope.units)
    labels = state.distinct({one: intake.names[one] for one in ids})
    chosen = st.selectbox(
        _("Indicator") if way != "unit" else _("Unit"),
        ids,
        format_func=labels.__getitem__,
        key=f"typed-{intake.key}-{way}",
    )
    cells = typed_cells(scope, **{"unit" if way == "unit" else "indicator": chosen})
    attempt = st.session_state.setdefault(f"typing-{intake.key}", 0)
    about = f"{way}-{chosen}-{attempt}"
    typed = _grid(intake, cells, by_unit=way == "unit", key=f"grid-{intake.key}-{about}")
    changes = read_typed(scope, typed)
    show_changes(intake, changes)
    if changes.faults:
        return
    if changes.rows or changes.removed:
        _record_button(intake, changes, about, partial(record_typed, intake))
    else:
        st.caption(_("Change a value: what would be recorded is shown here before you confirm it."))


def _grid(intake: Intake, cells: Sequence[Row], *, by_unit: bool, key: str) -> list[Row]:
    """The cells as somebody has typed them."""
    _, scheme = state.translate(), intake.scope.scheme
    values, documents, notes = _("Value"), _("Document number"), _("Note")
    rows = []
    for cell in cells:
        named = intake.name(cell.key)
        unit = expected_of(scheme, cell.indicator, cell.input).unit
        measure = f" ({unit})" if unit else ""
        head = {_("Indicator"): f"{named}{measure}"}
        if not by_unit:
            head = {_("Unit"): intake.names[cell.unit], **head}
        rows.append({**head, values: cell.value, documents: cell.evidence, notes: cell.note})
    text = st.column_config.TextColumn
    edited = st.data_editor(
        rows,
        column_config={
            values: text(max_chars=LONGEST["value"]),
            documents: text(max_chars=LONGEST["title"]),
            notes: text(max_chars=LONGEST["comment"]),
        },
        disabled=True if intake.locked else [_("Unit"), _("Indicator")],
        hide_index=True,
        num_rows="fixed",
        key=key,
    )
    return [
        replace(
            cell,
            value=str(row[values] or "").strip(),
            evidence=str(row[documents] or "").strip(),
            note=str(row[notes] or "").strip(),
        )
        for cell, row in zip(cells, edited, strict=True)
    ]


def record_typed(intake: Intake, reason: str, changes: Changes) -> bool:
    """Record what was typed."""
    done = intake.attempt(lambda: _record(intake, changes, reason))
    if done:
        st.session_state[f"typing-{intake.key}"] += 1
    return done


# -- what was recorded


def show_recordings(intake: Intake) -> None:
    """What came in, the latest first; each can be taken back."""
    _ = state.translate()
    recordings = [
        one
        for one in reversed(intake.scope.held.recordings)
        if intake.owner is None or one.stamp.actor.id == intake.owner.id
    ]
    if not recordings:
        st.info(_("Nothing is recorded yet."))
    for one in recordings[:SHOWN]:
        _show_recording(intake, one)
    if (more := len(recordings) - SHOWN) > 0:
        st.caption(_("and {count} more").format(count=more))


def _show_recording(intake: Intake, one: Recording) -> None:
    _, action = state.translate(), one.action
    file = action.file
    with st.container(border=True):
        what = file.name if file else _("typed")
        who = intake.who(one.stamp.actor)
        st.markdown(f"**{state.plain(what)}** · {state.plain(who)} · {_time(one.stamp.time)}")
        count = _("values: {count}").format(count=len(action.rows))
        if action.removed:
            count += " · " + _("taken away: {count}").format(count=len(action.removed))
        if intake.owner is None and one.owner and one.owner != one.stamp.actor.id:
            owner = intake.scope.state.people[one.owner].name
            count += " · " + _("delivered by {name}").format(name=owner)
        said = f"{count} · {action.reason}" if action.reason else count
        st.markdown(state.plain(said))
        if file:
            st.caption(f"SHA-256 {file.sha256}")
        with st.container(horizontal=True):
            if file:
                st.download_button(
                    _("Download the file"),
                    state.guarded(partial(state.database().file, file.sha256), intake.holder),
                    file.name,
                    icon=":material/download:",
                    key=f"file-{intake.key}-{one.stamp.seq}",
                    on_click="ignore",
                )
            _offer_to_take_back(intake, one)


def _offer_to_take_back(intake: Intake, one: Recording) -> None:
    _ = state.translate()
    rows, removed = taken_back(intake.scope.held, one)
    with st.popover(_("Take back …"), disabled=intake.locked or not (rows or removed)):
        st.write(
            _(
                "Values that get back what stood there before: {count}; cells that are empty "
                "again: {gone}. What was changed since stays. Both stand in the history."
            ).format(count=len(rows), gone=len(removed))
        )
        st.button(
            _("Take back now"),
            type="primary",
            on_click=take_back,
            args=(intake, one),
            key=f"take_back-{intake.key}-{one.stamp.seq}",
        )


def take_back(intake: Intake, one: Recording) -> None:
    """Record what stood there before a recording."""
    _ = state.translate()
    what = one.action.file.name if one.action.file else _("typed")
    reason = _("taken back: {what}, {time}").format(what=what, time=_time(one.stamp.time))
    rows, removed = taken_back(intake.scope.held, one)
    now = intake.scope.held.values
    changed = [
        CellChange(row, "changed", now[row.key].row if row.key in now else None) for row in rows
    ]
    gone = [CellChange(replace(now[key].row, value=""), "removed", now[key].row) for key in removed]
    changes = Changes((*changed, *gone))
    intake.attempt(lambda: _record(intake, changes, reason))


def show_history(intake: Intake) -> None:
    """What became of a unit's values of one indicator."""
    _, scope = state.translate(), intake.scope
    if not (scope.indicators and scope.units):
        st.info(_("Nothing is recorded yet."))
        return
    chosen = []
    for title, ids in ((_("Unit"), tuple(scope.units)), (_("Indicator"), scope.indicators)):
        labels = state.distinct({one: intake.names[one] for one in ids})
        key = f"history-{intake.key}-{len(chosen)}"
        chosen.append(st.selectbox(title, ids, format_func=labels.__getitem__, key=key))
    rows = []
    for one in history_of(scope.held, *chosen):
        file = one.value.file if one.value else None
        own = intake.owner is None or one.stamp.actor.id == intake.owner.id
        rows.append(
            {
                _("Recorded (UTC)"): _time(one.stamp.time).removesuffix(" UTC"),
                _("Indicator"): state.plain(intake.name(one.key)),
                _("Value"): state.plain(_value(one.value and one.value.row)),
                _("Who"): state.plain(intake.who(one.stamp.actor)),
                _("File"): state.plain(file.name) if file and own else "–",
                _("Reason"): state.plain(one.reason) or "–",
            }
        )
    if rows:
        st.table(rows, hide_index=True)
    else:
        st.info(_("Nothing is recorded for this unit and indicator yet."))


def _time(stamp: str) -> str:
    return f"{stamp[:16].replace('T', ' ')} UTC"


def closed_words(intake: Intake) -> str:
    """Why nothing comes in any more."""
    _, held = state.translate(), intake.scope.held
    if intake.owner is None:
        return intake.say(Phrase(f"period_is_{held.stage}", period=intake.scope.period))
    return _(
        "No more data is taken for {period}. If something is wrong, tell the department."
    ).format(period=intake.scope.period)
