"""The report of a study: its sentences are looked at, changed and signed, then it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from ahp import report
from ahp.errors import AHPError, IncoherentError
from ahp.exchange.study_export import export_study
from ahp.report.document import Progress
from ahp.report.study_report import PARTS, part_titles, study_findings
from ahp.store import ExpertInfo, StudyInfo
from ahp.study import Analysis
from ahp.study.limits import LONGEST
from ahp.web import state
from ahp.web.certainty import quick_certainty
from ahp.web.desk import nobody_left, pick_round, round_analysis
from ahp.web.questionnaires import file_name
from ahp.web.report_making import show_making
from ahp.web.report_text import ReportText, may_write, no_signature, show_text


def choose_named(study: StudyInfo, analysis: Analysis) -> list[str]:
    """Which of the experts who agreed to it are named; all others get codes."""
    _ = state.translate()
    counted = {one.name: one for one in state.desk().experts(study.id)}
    experts = [counted[name] for name in analysis.panel.experts if name in counted]
    agreed = [one.name for one in experts if one.may_be_named]
    named: list[str] = st.multiselect(
        _("Experts whom the report names, of those who agreed to it"),
        agreed,
        default=agreed,
        placeholder=_("Nobody: all get codes such as E01"),
        key=f"named-{study.id}-{analysis.round}-{'|'.join(agreed)}",
    )
    if state.may("run_studies"):
        with st.expander(_("Note what experts said elsewhere about being named")):
            note_naming(experts)
    return named


def note_naming(experts: Sequence[ExpertInfo]) -> None:
    """Note in the log who agreed to be named, or no longer does, by letter or by word."""
    _ = state.translate()
    st.write(
        _(
            "Experts agree on their own page, until the round is closed. Note here what you have "
            "from them in another way."
        )
    )
    ids = {one.name: one.id for one in experts}
    answers = {True: _("They may be named"), False: _("They may not be named, or no longer")}
    with st.form(key=f"naming-{experts[0].study_id}"):
        names = st.multiselect(
            _("Experts"), list(ids), placeholder=_("please choose"), key="naming_experts"
        )
        agreed = st.radio(
            _("What they said"), list(answers), format_func=answers.__getitem__, key="naming_agreed"
        )
        stated = st.text_input(
            _("Where they said so"),
            placeholder=_("such as: letter of 4 May 2026"),
            max_chars=LONGEST["stated"],
            key="naming_stated",
        )
        if st.form_submit_button(_("Note it"), key="note_naming"):
            chosen = [ids[name] for name in names]
            state.attempt(lambda: state.desk().note_naming(chosen, bool(agreed), stated))
            st.rerun()


def show(study: StudyInfo, number: int, analysis: Analysis) -> None:
    """Everything about the report on a round."""
    _, language, database = state.translate(), state.language(), state.desk()
    st.markdown(f"**{state.plain(report.who_counts(analysis, language))}**")
    if analysis.running:
        st.warning(_("The round is running: everything here will change with every answer."))
    named = choose_named(study, analysis)
    evidence = database.report_evidence(
        study.id, number, consenting=named, certainty=quick_certainty(analysis), only_new=True
    )
    if evidence is None:  # since the page began, who had submitted was removed
        st.rerun()
    if evidence.log and evidence.log.problem:
        st.error(_("The log of this study does not verify; the report says so on its first page."))
    findings, titles = study_findings(evidence, language), part_titles(_)
    bare = replace(evidence, consenting=frozenset())
    by_code = study_findings(bare, language) if evidence.consenting else ()
    kept = database.written_report(study.id, number, language)
    running = _("The round is running. Its report can be signed once the round is closed.")
    text = ReportText(
        about=f"{study.id}-{number}",
        parts={
            titles[part]: own
            for part in PARTS
            if (own := [one for one in findings if one.part == part])
        },
        written=kept.sentences if kept else {},
        signer=kept.signer if kept else "",
        signed=kept.signed if kept else "",
        time=kept.time if kept else "",
        may_write=may_write(),
        unsigned=no_signature(running if analysis.running else ""),
        drafts=kept.drafts if kept else {},
        by_code={one.key: one.text for one in by_code},
        save=lambda changes, drafts: state.attempt(
            lambda: state.desk().write_report(study.id, number, language, changes, drafts=drafts)
        ),
        sign=lambda name, texts, drafts: state.attempt(
            lambda: state.desk().write_report(
                study.id, number, language, {}, signer=name, signed=texts, drafts=drafts
            )
        ),
    )
    show_text(text)
    hidden = [name for name, code in evidence.codes.items() if name != code]
    if telling := [name for name in hidden if any(name in own for own in text.edits.values())]:
        st.warning(
            state.plain(
                _(
                    "Sentences that were changed name experts who have not agreed to be named: "
                    "{names}. Change them before you make the report."
                ).format(names=_(", ").join(telling))
            )
        )
        return

    def make(forms: Sequence[str], progress: Progress) -> dict[str, bytes]:
        log = evidence.log and replace(
            evidence.log, problem=database.study_log_state(study.id).problem
        )
        return export_study(
            replace(evidence, log=log),
            database.answers(study.id, round_number=number),
            language,
            earlier_answers=[
                database.answers(study.id, round_number=one.round) for one in evidence.earlier
            ],
            forms=forms,
            edits=text.edits,
            outdated=text.outdated,
            signed_by=text.in_force,
            progress=progress,
        )

    stands = (text.texts, text.in_force, text.outdated)
    about = (study.id, number, language, *stands, named, evidence.log)
    show_making(about, f"{file_name(study.title)}_report", make)


state.require_organizer()
_ = state.translate()
st.title(_("Report"))
picked = state.pick_study()
if picked.note == "simulated":
    st.warning(_("Simulated data, no real experts"), icon=":material/science:")
state.show_problem()
closed_rounds = state.desk().closed_rounds(picked.id)
round_number = pick_round(picked, closed_rounds)
try:
    result = round_analysis(picked, closed_rounds, round_number)
    if result is None:
        st.info(_("No expert has submitted yet. The report needs a submitted survey."))
        st.stop()
    show(picked, round_number, result)
except IncoherentError as problem:
    st.error(state.plain(nobody_left(picked.survey, problem)))
except AHPError as problem:
    state.show_error(problem, picked.survey)
