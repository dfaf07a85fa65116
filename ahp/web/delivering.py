"""The parts of a page on which values come in, one beside the other."""

from __future__ import annotations

import streamlit as st

from . import state
from .intake import Intake, show_recorded, show_templates
from .intake_files import show_upload
from .intake_history import show_history, show_recordings
from .intake_typed import show_grid


def show_intake(intake: Intake) -> None:
    """Files, typed values, what was recorded, histories."""
    _ = state.translate()
    show_recorded(intake)
    upload, typing, recorded, history = st.tabs(
        [_("Import a file"), _("Type values"), _("Recordings"), _("History of a value")]
    )
    with upload:
        if intake.owner:
            show_templates(intake)
        else:
            _show_all_templates(intake)
        show_upload(intake)
    with typing:
        show_grid(intake)
    with recorded:
        show_recordings(intake)
    with history:
        show_history(intake)


def _show_all_templates(intake: Intake) -> None:
    """The workbooks of all who deliver data."""
    _ = state.translate()
    with st.expander(_("Templates for those who deliver data"), icon=":material/table_view:"):
        st.caption(
            _("A workbook for each data owner: units down, their indicators across.")
            if intake.owners()
            else _(
                "No data owner is named yet: name them on the page “Period”, and each gets a "
                "workbook of their own indicators."
            )
        )
        show_templates(intake)
