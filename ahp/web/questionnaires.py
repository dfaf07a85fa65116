"""Questionnaires as files: downloaded, filled in, uploaded, looked at, recorded."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from ahp.errors import AHPError
from ahp.exchange.filled_form import read_form
from ahp.exchange.questionnaire_xlsx import (
    FilledQuestionnaire,
    questionnaire_workbook,
    read_questionnaire,
)
from ahp.i18n.words import judgment_sentence
from ahp.process.events import Actor
from ahp.report.panel import rating_words
from ahp.scale import opposite
from ahp.store import ExpertInfo, StudyInfo
from ahp.study.names import person_key
from ahp.tables.opened import WORKBOOKS
from ahp.web import state

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file_name(*parts: str) -> str:
    """A file name from titles and names, without what file systems refuse."""
    return "_".join(re.sub(r'[\\/:*?"<>|\s]+', "_", part).strip("_.") for part in parts)


def questionnaire(
    study: StudyInfo,
    expert: ExpertInfo,
    current: Mapping[tuple[str, str, str], str],
    language: str,
) -> bytes:
    """An expert's workbook with what they answered so far."""
    return questionnaire_workbook(
        study.survey,
        title=study.title,
        expert=expert.name,
        study_id=study.id,
        round_number=study.round,
        language=language,
        answers=current,
        skip=tuple(expert.standing.recused),
    )


def download_questionnaire(
    study: StudyInfo, expert: ExpertInfo, current: Mapping[tuple[str, str, str], str]
) -> None:
    """The button that makes an expert's workbook."""
    _, language = state.translate(), state.language()
    st.download_button(
        _("Download the questionnaire (XLSX)"),
        state.guarded(partial(questionnaire, study, expert, current, language), expert.id),
        file_name(study.title, expert.name) + ".xlsx",
        XLSX,
        icon=":material/download:",
        key=f"questionnaire-{expert.id}",
        on_click="ignore",
    )


def upload_questionnaires(
    study: StudyInfo, experts: Sequence[ExpertInfo], *, for_them: bool = False
) -> None:
    """Upload filled workbooks and forms of these experts; each is shown before it is recorded.

    Args:
        study: the study.
        experts: whose files are taken.
        for_them: offer to submit what is complete, for experts who never open their link.
    """
    _ = state.translate()
    if recorded := st.session_state.pop("recorded", None):
        st.success(state.plain(recorded), icon=":material/check:")
    if refused := st.session_state.pop("refused", None):
        st.error(state.plain(refused))
    attempt = st.session_state.setdefault("upload_attempt", 0)
    files = st.file_uploader(
        _("Upload filled questionnaires (XLSX, ODS, DOCX)"),
        type=[*(ending.removeprefix(".") for ending in WORKBOOKS), "docx"],
        accept_multiple_files=True,
        key=f"upload-{study.id}-{attempt}",
    )
    read: list[tuple[ExpertInfo, FilledQuestionnaire, Actor]] = []
    for file in files:
        try:
            read_file = read_form if file.name.lower().endswith(".docx") else read_questionnaire
            filled = read_file(
                file.getvalue(),
                study.survey,
                source=file.name,
                study_id=study.id,
                expert=experts[0].name if len(experts) == 1 else None,
                round_number=study.round,
            )
            if (expert := named(experts, filled.expert)) is None:
                st.error(
                    _("{file}: this study has no expert “{name}”. Add the expert first.").format(
                        file=state.plain(file.name), name=state.plain(filled.expert)
                    )
                )
                continue
        except AHPError as error:
            state.show_error(error)
        else:
            if filled.self_rating and state.database().asking(study.id).self_rating == "off":
                said = _("{file}: the self-rating is left out, which this study doesn't ask.")
                st.info(state.plain(said.format(file=file.name)))
                filled = replace(filled, self_rating=None)
            read.append((expert, filled, Actor.file(file.getvalue())))
            show_preview(study, *read[-1][:2])
    if read:
        submit = for_them and st.checkbox(
            _("Submit the answers of those who have answered everything"), key="submit_files"
        )
        st.button(
            _("Record these answers"),
            type="primary",
            on_click=record_files,
            args=(read, submit),
            key="record_files",
        )


def named(experts: Sequence[ExpertInfo], name: str) -> ExpertInfo | None:
    """The expert whom a file means, in which a name may have been typed: so, or but for spaces."""
    for key in (str, person_key):
        found = [expert for expert in experts if key(expert.name) == key(name)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def show_preview(study: StudyInfo, expert: ExpertInfo, filled: FilledQuestionnaire) -> None:
    """What a file says, beside what is recorded so far."""
    _, language, survey = state.translate(), state.language(), study.survey
    current = state.database().current(expert.id)
    st.markdown(
        _("**{name}**: {count} answers read, {open} comparisons left open").format(
            name=state.plain(expert.name), count=len(filled.judgments), open=len(filled.unanswered)
        )
    )
    rows = []
    for one in filled.judgments:
        left, right = (survey.node_name(node, language) for node in (one.left, one.right))
        before = current.get((one.parent, one.left, one.right))
        if before is None and (turned := current.get((one.parent, one.right, one.left))):
            before = opposite(turned)
        known = {None: _("new"), one.value: _("as before")}
        rows.append(
            {
                _("Compared under"): survey.node_name(one.parent, language),
                _("Answer"): judgment_sentence(left, right, one.value, _),
                _("Recorded so far"): known.get(before)
                or judgment_sentence(left, right, before or one.value, _),
            }
        )
    st.dataframe(rows, hide_index=True, width="stretch")
    if filled.self_rating is not None:
        rated = _("The expert's self-rating: {rating}.")
        st.write(rated.format(rating=rating_words(filled.self_rating, _)))
    if filled.unanswered:
        with st.expander(_("Comparisons left open")):
            for parent, *pair in filled.unanswered:
                left, right = (survey.node_name(node, language) for node in pair)
                said = _("{parent}: “{left}” or “{right}”").format(
                    parent=survey.node_name(parent, language), left=left, right=right
                )
                st.markdown(f"- {state.plain(said)}")


def record_files(
    read: Sequence[tuple[ExpertInfo, FilledQuestionnaire, Actor]], submit: bool
) -> None:
    """Record what was shown; a file that is refused now says why."""
    _ = state.translate()
    try:
        allowed = state.grants()
    except AHPError as error:
        st.session_state["refused"] = state.in_words(error)
        return
    mine = {expert.id for expert in allowed.experts}
    lines, problems = [], []
    for expert, filled, file in read:
        if not allowed.organizer and expert.id not in mine:
            continue  # the link was revoked meanwhile; the page will say so
        database = state.database() if expert.id in mine else state.desk()
        judgments, actor = filled.judgments, None
        if expert.anonymous and expert.id in mine:  # the file's name may tell theirs
            judgments = tuple(replace(one, place="") for one in judgments)
        else:
            actor = file
        try:
            events = database.upload_answers(
                expert.id, judgments, round_number=filled.round_number, actor=actor
            )
            lines.append(
                _("{name}: {count} answers recorded from the file.").format(
                    name=expert.name, count=len(events)
                )
            )
            if filled.self_rating is not None:
                database.rate_self(
                    expert.id,
                    filled.self_rating,
                    round_number=filled.round_number,
                    source="file",
                    actor=actor,
                )
            now = database.expert(expert.id)
            if submit and now.answered == now.total:
                database.submit(
                    expert.id,
                    event_id=secrets.token_hex(16),
                    source="file",
                    round_number=filled.round_number,
                    actor=actor,
                )
        except AHPError as error:
            problems.append(state.in_words(error))
    st.session_state["recorded"] = " ".join(lines)
    st.session_state["refused"] = " ".join(problems)
    st.session_state["upload_attempt"] += 1
