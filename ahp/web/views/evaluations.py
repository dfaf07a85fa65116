"""Evaluations: the list, a new one, a finished example."""

from __future__ import annotations

import streamlit as st

from ahp.process.evaluations.events import EvaluationArchived, EvaluationUnarchived
from ahp.process.evaluations.next_step import next_step
from ahp.store import EvaluationInfo
from ahp.study.limits import LONGEST
from ahp.web import state
from ahp.web.evaluating import open_example, open_page, step_sentence


def create() -> None:
    """Make the evaluation of the form, and keep it for the page that comes next."""
    form = st.session_state

    def change() -> None:
        made = state.desk().create_evaluation(form["evaluation_title"])
        form["evaluation_made"] = made.id

    state.attempt(change)


def archive(info: EvaluationInfo, *, archived: bool) -> None:
    """Take an evaluation out of the lists, or put it back."""
    action = EvaluationArchived() if archived else EvaluationUnarchived()
    state.attempt(lambda: state.desk().act(info.id, action))


def upload() -> None:
    """Take over the evaluation of a file."""
    file = st.session_state["evaluation_file"]
    if file is not None:
        state.attempt(lambda: state.desk().import_evaluation(file.getvalue(), file.name))


def show_upload() -> None:
    """An evaluation that was downloaded from another copy of the program, or kept."""
    _ = state.translate()
    with st.expander(_("Open an evaluation from a file"), icon=":material/upload_file:"):
        st.write(
            _(
                "A whole evaluation as it is downloaded on the page “Sign and close” (JSON). Its "
                "log and every signed result are verified first."
            )
        )
        st.caption(
            _(
                "A file of more than {most} MB is taken over on the server: `ahp log import FILE`."
            ).format(most=st.get_option("server.maxUploadSize"))
        )
        file = st.file_uploader(_("File"), type="json", key="evaluation_file")
        st.button(
            _("Verify and take over"),
            on_click=upload,
            disabled=file is None,
            key="import_evaluation",
        )


def show_evaluation(info: EvaluationInfo) -> None:
    """An evaluation: how far it is, what is next."""
    _ = state.translate()
    now = state.desk().evaluation_state(info.id)
    step = next_step(now)
    with st.container(border=True):
        st.header(state.plain(info.title), anchor=False)
        if info.note:
            st.caption(state.plain(info.note))
        st.write(
            _("Units: {units} · periods: {periods}").format(
                units=len(now.units), periods=len(now.periods)
            )
        )
        st.write(state.plain(step_sentence(step, _)))
        with st.container(horizontal=True):
            if st.button(_("Go on"), type="primary", key=f"open-{info.id}"):
                open_page(step.page, info.id, step.period)
            if now.periods and st.button(_("Scores"), key=f"scores-{info.id}"):
                open_page("results", info.id)
            st.button(
                _("Archive"),
                on_click=archive,
                args=(info,),
                kwargs={"archived": True},
                disabled=not state.may("run_evaluations"),
                key=f"archive-{info.id}",
            )


state.require_organizer()
_ = state.translate()
if made := st.session_state.pop("evaluation_made", None):
    open_page("scheme", made)
st.title(_("Evaluations"))
state.show_problem()
found = state.desk().evaluations()
if not found:
    st.info(
        _(
            "Units are scored here with the weights of a panel. Start an evaluation, or look at a "
            "finished example first."
        )
    )
for each in found:
    show_evaluation(each)
for each in state.desk().evaluations(archived=True):
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{state.plain(each.title)} · " + _("archived"))
        st.button(
            _("Restore to the list"),
            on_click=archive,
            args=(each,),
            kwargs={"archived": False},
            disabled=not state.may("run_evaluations"),
            key=f"unarchive-{each.id}",
        )
locked = not state.may("run_evaluations")
st.header(_("Finished example"))
if st.button(
    _("See a finished evaluation"), icon=":material/visibility:", disabled=locked, key="example"
):
    open_example()
if state.may("run_evaluations"):
    st.header(_("New evaluation"))
    with st.form("new_evaluation"):
        st.text_input(
            _("Title"),
            placeholder=_("for example: Effectiveness of supervision, 2026"),
            max_chars=LONGEST["title"],
            key="evaluation_title",
        )
        st.form_submit_button(
            _("Create evaluation"), type="primary", on_click=create, key="create_evaluation"
        )
    show_upload()
