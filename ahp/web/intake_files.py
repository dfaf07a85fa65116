"""Files with values: questions about them, what they would change, recording them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import PurePath

import streamlit as st

from ..errors import AHPError
from ..exchange.deliveries import (
    Changes,
    FileImport,
    Upload,
    choices,
    read_file,
    sheets_of,
)
from ..exchange.layout_questions import Question
from ..exchange.observation_layout import (
    FACTORS,
    LEFT_OUT,
    LayoutColumn,
    expected_of,
    number_text,
    plain_number,
)
from ..i18n import Translate
from ..i18n.evaluation import measured_words
from ..process.evaluations.events import AliasLearned, CellKey, LayoutRemembered
from ..study.limits import LONGEST
from ..tables.opened import TABLES
from . import state
from .intake import (
    Intake,
    record,
    record_button,
    show_changes,
    show_missing,
    utc,
    value_rows,
)
from .server import EXPERT_UPLOAD


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
        type=list(TABLES),
        max_upload_size=EXPERT_UPLOAD // 2**20 if intake.owner else None,
        key=f"data_file-{intake.key}-{attempt}",
        disabled=intake.locked,
    )
    if file is None:
        return
    upload = Upload(file.name, file.getvalue())
    _say_imported_before(intake, upload)
    try:
        key = f"sheet-{intake.key}-{upload.file.sha256}"
        sheet = choose_sheet(upload.content, upload.name, key)
        if sheet is None:
            return
        if sheet:
            upload = replace(upload, sheet=sheet)
        found = read_file(scope, upload, partial(_answer, intake, upload))
    except AHPError as error:
        st.error(state.plain(intake.say(error)))
        return
    _ask(intake, found)
    if found.changes is not None:
        _show_import(intake, found, found.changes, owner)


def choose_sheet(content: bytes, name: str, key: str) -> str | None:
    """The sheet of a workbook with several, "" for other files; None until it is said."""
    _ = state.translate()
    sheets = sheets_of(content, name)
    if not sheets:
        return ""
    return st.selectbox(
        _("Which sheet is to be read?"),
        sheets,
        index=None,
        placeholder=_("Please choose"),
        key=key,
    )


def _say_imported_before(intake: Intake, upload: Upload) -> None:
    _ = state.translate()
    for one in reversed(intake.scope.held.recordings):
        mine = intake.owner is None or one.stamp.actor.id == intake.owner.id
        if mine and one.action.file and one.action.file.sha256 == upload.file.sha256:
            said = _("This very file was imported already: {time}, {name}.").format(
                time=utc(one.stamp.time), name=intake.who(one.stamp.actor)
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
                state.plain(intake.ask(one)),
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
        elif answer.indicator == LEFT_OUT:
            labels[key] = _("none of these: leave its rows out")
        elif question.about == "measure" and answer.role == "values":
            labels[key] = _stated(intake, question, answer)
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
        "stated": _("units of measure"),
        "left_out": _("none of these: leave the column out"),
    }


def _stated(intake: Intake, question: Question, column: LayoutColumn) -> str:
    """What a number of a column stands for, by the example of the question."""
    _ = state.translate()
    example = str(question.asked.parameters["example"])
    number = plain_number(example, decimal_comma=False)
    measure = expected_of(intake.scope.scheme, column.indicator, column.input).unit
    value = example
    if number:
        stated = Decimal(number_text(number * FACTORS[column.measure or "scheme"]))
        value = measured_words(stated, measure, state.language())
    return _("{example} in the file is {value}").format(example=example, value=value)


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
            st.dataframe(value_rows(intake, changes.cells), hide_index=True)
    if changes.faults:
        return
    if not (changes.rows or changes.removed):
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
    record_button(
        intake,
        changes,
        found.upload.file.sha256,
        partial(record_file, intake, found, owner=owner, layout_key=layout_key),
    )


def record_file(
    intake: Intake,
    found: FileImport,
    reason: str,
    changes: Changes,
    *,
    owner: str,
    layout_key: str,
) -> bool:
    """Record the values of a file; the organizer's answers about it are remembered then, if they
    can be.
    """
    _, name = state.translate(), str(st.session_state.get(layout_key) or "").strip()
    done = intake.attempt(lambda: record(intake, changes, reason, found=found, owner=owner))
    if done:
        st.session_state[f"uploads-{intake.key}"] += 1
        if intake.owner is None and not intake.attempt(lambda: _remember(intake, found, name)):
            said = _(
                "The values are recorded, but the names and the layout of the file are not "
                "remembered: {problem}"
            )
            st.session_state["problem"] = said.format(problem=st.session_state.get("problem", ""))
    return done


def _remember(intake: Intake, found: FileImport, name: str) -> None:
    """Keep names of units and the layout for the next file."""
    known = intake.scope.state
    aliases = {
        alias: unit for alias, unit in found.aliases.items() if known.aliases.get(alias) != unit
    }
    actions: list[AliasLearned | LayoutRemembered] = [
        AliasLearned(alias, unit) for alias, unit in aliases.items()
    ]
    content = replace(found.layout, units={}).content  # they are known from now on
    if name and not found.template and known.layouts.get(name) != content:
        actions.append(LayoutRemembered(name, content))
    if actions:
        state.desk().act_together(intake.evaluation, actions)
