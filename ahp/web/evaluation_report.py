"""The part of the scores that makes reports: on a period or its year, with notices of the units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from ahp.evaluation.certainty import Certainty
from ahp.evaluation.periods import parse_period
from ahp.exchange.evaluation_export import WeightsPanel, export_logged_evaluation
from ahp.process.evaluations.events import Done, ReportSigned, ReportWritten
from ahp.process.evaluations.state import PeriodState, ReportTexts
from ahp.report.document import Progress
from ahp.report.evaluation_evidence import EvaluationEvidence, evidence_of_state
from ahp.report.evaluation_findings import evaluation_findings
from ahp.report.evaluation_report import FORM_OF, FORMS, Form, form_names, report_findings
from ahp.web import state
from ahp.web.desk import weights_panel
from ahp.web.evaluating import Desk, attempt
from ahp.web.questionnaires import file_name
from ahp.web.report_making import show_making
from ahp.web.report_text import ReportText, no_signature, show_text


@dataclass(frozen=True)
class Asked:
    """Which report somebody wants.

    Attributes:
        about: a period or a year.
        form: what the report is for.
        notices: whether the notices of all units come with it.
    """

    about: str
    form: Form
    notices: bool


def ask(desk: Desk, held: PeriodState) -> Asked:
    """What the report is about, and what it is for."""
    _ = state.translate()
    period, year = str(held.period), str(held.period.whole_year)
    names, key = form_names(_), f"{desk.id}-{period}"
    about = period
    if year != period:
        about = st.segmented_control(
            _("The report is about"),
            [period, year],
            default=period,
            required=True,
            key=f"report_about-{key}",
        )
    kind = parse_period(about).kind
    form: Form = st.selectbox(
        _("What it is for"),
        FORMS,
        index=FORMS.index(FORM_OF[kind]),
        format_func=lambda one: names[one, kind],
        key=f"report_form-{key}-{about}",
    )
    notices = about == period and st.checkbox(
        _("With a notice for each unit (Word)"), key=f"report_notices-{key}"
    )
    return Asked(about, form, notices)


def show_report(desk: Desk, held: PeriodState, certainty: Certainty | None) -> None:
    """The report on a period or its year: its sentences, its signature, its files."""
    _, language = state.translate(), state.language()
    asked = ask(desk, held)
    evidence = evidence_of_state(
        desk.now,
        asked.about,
        language,
        who=desk.who,
        certainty=certainty if asked.about == str(held.period) else None,
    )
    text = report_text(desk, evidence, asked.about)
    show_text(text)

    printed = {one.key for one in report_findings(evidence, language, asked.form)}

    def make(forms: Sequence[str], progress: Progress) -> dict[str, bytes]:
        return export_logged_evaluation(
            replace(evidence, log=state.desk().evaluation_log_state(desk.id)),
            state.desk().happened(desk.id),
            language,
            form=asked.form,
            forms=forms,
            notices=asked.notices,
            edits={key: own for key, own in text.edits.items() if key in printed},
            outdated=text.outdated,
            signed_by=text.in_force or "",
            panel=_weights_panel(held, evidence.certainty),
            progress=progress,
        )

    about = (desk.id, desk.now.seq, asked, language, text.texts, text.in_force, text.outdated)
    name = "_".join((file_name(desk.info.title), asked.about, "report"))
    show_making(about, name, make)


def _weights_panel(held: PeriodState, certainty: Certainty | None) -> WeightsPanel | None:
    """The panel from whose judgments a simulation drew weights; None where it drew none."""
    source = held.version.weights
    if certainty is None or certainty.weights != "panel" or not (found := weights_panel(source)):
        return None
    return WeightsPanel(found, state.desk().answers(source.study, round_number=source.round))


def report_text(desk: Desk, evidence: EvaluationEvidence, period: str) -> ReportText:
    """All sentences on a period or year, as far as they were changed and signed; a report has those
    of its form.
    """
    _, language = state.translate(), state.language()
    written = desk.now.reports.get((period, language), ReportTexts({}))
    final = all(one.stage == "signed" for one in evidence.held)
    open_figures = _("The figures are not signed yet; the report on them can be signed afterwards.")

    def act(action: Done) -> None:
        attempt(desk, lambda: state.desk().act(desk.id, action))

    return ReportText(
        about=f"{desk.id}-{period}",
        parts={_("Sentences"): evaluation_findings(evidence, language)},
        written=written.sentences,
        signer=written.signer,
        signed=written.signed,
        time=written.time,
        may_write=state.may("run_evaluations") or state.may("sign"),
        unsigned=no_signature("" if final else open_figures),
        drafts=written.drafts,
        save=lambda changes, drafts: act(ReportWritten(period, language, changes, drafts)),
        sign=lambda name, texts, drafts: act(ReportSigned(period, language, name, texts, drafts)),
    )
