"""The report of a study: its sentences are looked at, changed and signed, then it is made."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from ahp import report
from ahp.errors import AHPError, IncoherentError
from ahp.exchange.study_export import FORMS, export_study, file_words, zip_files
from ahp.process.events import ReportWritten, report_texts_hash
from ahp.process.fold import Written
from ahp.process.study_evidence import StudyEvidence
from ahp.report.finding import Finding
from ahp.report.study_report import PARTS, part_titles, study_findings
from ahp.store import StudyInfo
from ahp.study import Analysis
from ahp.study.limits import LONGEST
from ahp.web import state
from ahp.web.certainty import quick_certainty
from ahp.web.desk import nobody_left, pick_round, round_analysis
from ahp.web.questionnaires import file_name

ZIP = "application/zip"


def form_words() -> dict[str, str]:
    """Forms of a report in words."""
    _ = state.translate()
    return {
        "docx": _("Word"),
        "html": _("Web page"),
        "pdf": _("PDF"),
        "xlsx": _("Tables (XLSX)"),
        "latex": _("LaTeX"),
    }


def save(study: StudyInfo, number: int, sentences: Mapping[str, str]) -> None:
    """Keep what stands in place of drafted sentences; a signature ends."""
    language = state.language()
    state.attempt(lambda: state.desk().write_report(study.id, number, language, sentences))


def save_sentence(
    study: StudyInfo, number: int, edits: Mapping[str, str], finding: Finding, field: str
) -> None:
    """Keep a sentence as it stands in its field; as drafted, it is a draft again."""
    text = " ".join(st.session_state[field].split())
    others = {key: held for key, held in edits.items() if key != finding.key}
    save(study, number, others if text == finding.text else {**others, finding.key: text})


def show_sentence(
    study: StudyInfo, number: int, finding: Finding, edits: Mapping[str, str], signed: bool
) -> None:
    """A sentence in a field, with what it is: drafted, a person's, left out."""
    _ = state.translate()
    text = edits.get(finding.key, finding.text)
    # another text is another field: what somebody else wrote meanwhile is shown
    field = f"sentence-{finding.key}-{number}-{state.mark(text)}"
    label = {
        True: _("Your text"),
        False: _("Signed") if signed else _("Draft"),
    }[finding.key in edits]
    if finding.key in edits and not text:
        label = _("Left out of the report")
    st.text_area(
        label,
        text,
        key=field,
        height="content",
        max_chars=LONGEST["comment"],
        on_change=save_sentence,
        args=(study, number, edits, finding, field),
        disabled=not may_write(),
    )
    if finding.key in edits:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(state.plain(_("Draft: {text}").format(text=finding.text)))
            st.button(
                _("Take the draft again"),
                key=f"draft-{finding.key}",
                icon=":material/undo:",
                type="tertiary",
                on_click=save,
                args=(study, number, {k: v for k, v in edits.items() if k != finding.key}),
                disabled=not may_write(),
            )


def may_write() -> bool:
    """Whether who is signed in may change the sentences."""
    return state.may("run_studies") or state.may("sign")


def show_sentences(
    study: StudyInfo,
    number: int,
    findings: Sequence[Finding],
    edits: Mapping[str, str],
    signed: bool,
) -> None:
    """The analysis, part by part."""
    _ = state.translate()
    st.subheader(_("Analysis and advice in sentences"))
    st.write(
        _(
            "Drafted from the numbers. Change what should read otherwise; an empty field leaves a "
            "sentence out. What you write is kept at once. The report marks drafts until somebody "
            "signs."
        )
    )
    titles = part_titles(_)
    for part in PARTS:
        own = [one for one in findings if one.part == part]
        if own:
            with st.expander(f"{titles[part]} ({len(own)})", expanded=part == PARTS[0]):
                for finding in own:
                    show_sentence(study, number, finding, edits, signed)


def sign(study: StudyInfo, number: int, edits: Mapping[str, str], texts: str, field: str) -> None:
    """Sign the sentences that were shown."""
    signer = st.session_state[field].strip()
    _ = state.translate()
    if not signer:
        st.session_state["problem"] = _("Please write the name of who signs.")
        return
    language = state.language()
    state.attempt(
        lambda: state.desk().write_report(
            study.id, number, language, edits, signer=signer, signed=texts
        )
    )


def show_signing(
    study: StudyInfo,
    analysis: Analysis,
    edits: Mapping[str, str],
    texts: str,
    written: Written | None,
) -> None:
    """Who stands for the sentences, or a form to sign them."""
    _ = state.translate()
    number = analysis.round or 1
    st.subheader(_("Signature"))
    if written is not None and signed_for(written.action, texts):
        st.success(
            state.plain(
                _("{name} stands for these sentences, since {time} (UTC).").format(
                    name=written.action.signer, time=state.minute(written.time)
                )
            ),
            icon=":material/verified:",
        )
        st.button(
            _("Make drafts of them again"),
            on_click=save,
            args=(study, number, edits),
            key="unsign",
            disabled=not may_write(),
        )
        return
    if written is not None and written.action.signer:
        st.warning(
            _("The numbers have changed since {name} signed; please look and sign again.").format(
                name=state.plain(written.action.signer)
            )
        )
    if analysis.running:
        st.info(_("The round is running. Its report can be signed once the round is closed."))
        return
    if not state.may("sign"):
        st.info(_("Your account may not sign. The head may."))
        return
    with st.form("signing", border=False):
        account = st.session_state["granted"].account
        st.text_input(
            _("Name of who signs"),
            account.name if account else "",
            max_chars=LONGEST["name"],
            key="signer",
        )
        st.form_submit_button(
            _("I have read these sentences and stand for them"),
            icon=":material/draw:",
            on_click=sign,
            args=(study, number, edits, texts, "signer"),
        )


def signed_for(action: ReportWritten, texts: str) -> bool:
    """Whether somebody signed just these sentences."""
    return bool(action.signer) and action.signed == texts


def choose_named(study: StudyInfo, analysis: Analysis) -> list[str]:
    """Which experts agreed to be named; all others get codes."""
    _ = state.translate()
    named: list[str] = st.multiselect(
        _("Experts who agreed to be named"),
        analysis.panel.experts,
        placeholder=_("Nobody: all get codes such as E01"),
        key=f"named-{study.id}-{analysis.round}",
    )
    return named


def show_making(
    study: StudyInfo,
    evidence: StudyEvidence,
    named: Sequence[str],
    edits: Mapping[str, str],
    signer: str | None,
) -> None:
    """Choose forms, make the report, take it away."""
    _ = state.translate()
    st.subheader(_("Make the report"))
    words = form_words()
    office = shutil.which("soffice") is not None
    forms = st.pills(
        _("Forms"),
        [form for form in FORMS if form != "pdf" or office],
        format_func=words.__getitem__,
        default=["docx", "html"],
        selection_mode="multi",
        key="forms",
    )
    if not office:
        st.caption(_("PDF needs LibreOffice on the server; Word prints the report as PDF, too."))
    number = evidence.analysis.round or 1
    about = state.mark(
        (study.id, number, state.language(), sorted(edits.items()), signer, named, forms)
    )
    if st.button(
        _("Make the report"), type="primary", icon=":material/description:", disabled=not forms
    ):
        bar = st.progress(0.0, text=_("Writing the report …"))
        answers = [
            state.desk().answers(study.id, round_number=one.round) for one in evidence.earlier
        ]
        files = export_study(
            evidence,
            state.desk().answers(study.id, round_number=number),
            state.language(),
            earlier_answers=answers,
            forms=forms,
            edits=edits,
            signed_by=signer,
            progress=lambda done, every: bar.progress(done / every, text=_("Writing the report …")),
        )
        bar.empty()
        st.session_state["made_report"] = about, files
    made = st.session_state.get("made_report")
    if made is None or made[0] != about:
        return
    files = made[1]
    st.download_button(
        _("Download the report (ZIP)"),
        state.guarded(partial(zip_files, files)),
        f"{file_name(study.title)}_report.zip",
        ZIP,
        icon=":material/download:",
        type="primary",
        on_click="ignore",
        key="download_report",
    )
    lines = file_words(files, state.language()).items()
    st.markdown("\n".join(f"- `{name}` {state.plain(what)}" for name, what in lines))


def show(study: StudyInfo, analysis: Analysis) -> None:
    """Everything about the report on a round."""
    _, language = state.translate(), state.language()
    who = state.plain(report.who_counts(analysis, language))
    st.markdown(f"**{who}**")
    if analysis.running:
        st.warning(_("The round is running: everything here will change with every answer."))
    named = choose_named(study, analysis)
    certainty = quick_certainty(analysis)
    evidence = state.desk().report_evidence(
        study.id, analysis.round or 1, consenting=named, certainty=certainty
    )
    assert evidence is not None
    if evidence.log and evidence.log.problem:
        st.error(
            state.plain(
                _("The log of this study does not verify; the report says so on its first page.")
            )
        )
    findings = study_findings(evidence, language)
    written = state.desk().written_report(study.id, analysis.round or 1, language)
    keys = {finding.key for finding in findings}
    kept = written.action.sentences if written else {}
    edits = {key: text for key, text in kept.items() if key in keys}
    texts = report_texts_hash({one.key: edits.get(one.key, one.text) for one in findings})
    signer = written.action.signer if written and signed_for(written.action, texts) else None
    show_sentences(study, analysis.round or 1, findings, edits, signer is not None)
    show_signing(study, analysis, edits, texts, written)
    show_making(study, evidence, named, edits, signer)


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
    show(picked, result)
except IncoherentError as problem:
    st.error(state.plain(nobody_left(picked.survey, problem)))
except AHPError as problem:
    state.show_error(problem, picked.survey)
