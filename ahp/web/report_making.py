"""A report is made on a page: forms are chosen, a bar tells how far it is, files are given."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from ahp.exchange.report_export import WRITERS, file_words
from ahp.report.archive import zip_bytes
from ahp.report.document import Progress
from ahp.web import state

ZIP = "application/zip"

Make = Callable[[Sequence[str], Progress], dict[str, bytes]]
"""Forms and who is told how far it is -> name of a file -> content."""


def show_making(about: object, name: str, make: Make) -> None:
    """Choose the forms of a report, make it, take it away as a ZIP.

    Args:
        about: what the report depends on besides the forms: one that was made of something else is
            not offered.
        name: of the archive, without an ending.
        make: makes the files.
    """
    _ = state.translate()
    st.header(_("Make the report"), anchor=False)
    words = {
        **{"docx": _("Word"), "html": _("Web page"), "pdf": _("PDF")},
        **{"xlsx": _("Tables (XLSX)"), "latex": _("LaTeX")},
    }
    office = shutil.which("soffice") is not None
    forms = st.pills(
        _("Forms"),
        [form for form in WRITERS if form != "pdf" or office],
        format_func=words.__getitem__,
        default=["docx", "html"],
        selection_mode="multi",
        key="forms",
    )
    if not office:
        st.caption(_("PDF needs LibreOffice on the server; Word prints the report as PDF, too."))
    wanted = state.mark((about, forms))
    if st.button(
        _("Make the report"),
        type="primary",
        icon=":material/description:",
        disabled=not forms,
        key="make_report",
    ):
        text = _("Writing the report …")
        bar = st.progress(0.0, text=text)
        files = make(forms, lambda done, every: bar.progress(done / every, text=text))
        bar.empty()
        st.session_state["made_report"] = wanted, files
    made, files = st.session_state.get("made_report", ("", {}))
    if made != wanted:
        return
    st.download_button(
        _("Download the report (ZIP)"),
        state.guarded(partial(zip_bytes, files)),
        f"{name}.zip",
        ZIP,
        icon=":material/download:",
        type="primary",
        on_click="ignore",
        key="download_report",
    )
    lines = file_words(files, state.language()).items()
    st.markdown("\n".join(f"- `{file}` {state.plain(what)}" for file, what in lines))
