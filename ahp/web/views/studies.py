"""The organizer's studies: what there is, a new one, finished examples to look at."""

from __future__ import annotations

import streamlit as st

from ahp.errors import AHPError
from ahp.resources import data_folder
from ahp.store import StudyInfo
from ahp.study import load_survey, read_answers, shipped_surveys
from ahp.web import state

# finished studies in examples/: folder -> (survey, note kept with the study)
EXAMPLES = {
    "dong_2010": ("survey.toml", None),
    "supervision_demo": ("supervision_effectiveness", "simulated"),
}


def example_title(name: str) -> str:
    """What an example is called."""
    _ = state.translate()
    return {
        "dong_2010": _("Published example: five experts of Dong et al. 2010"),
        "supervision_demo": _("Simulated example: seven experts, effectiveness of supervision"),
    }[name]


def load_example(name: str) -> StudyInfo:
    """An example as a finished study, stored when it is asked for the first time."""
    folder = data_folder("examples") / name
    source, note = EXAMPLES[name]
    survey = load_survey(folder / source if source.endswith(".toml") else source)
    title = example_title(name)
    for study in state.database().studies():
        if (study.title, study.survey.content_hash) == (title, survey.content_hash):
            return study
    answers = read_answers(folder / "answers.csv")
    return state.database().import_study(survey, answers, title, note=note)


def open_page(page: str, study: str) -> None:
    """Go to another page of the desk with this study chosen."""
    st.session_state["study"] = study
    st.switch_page(f"views/{page}.py")


def show_study(study: StudyInfo) -> None:
    """One study: how far it is, and the ways on."""
    _, language = state.translate(), state.language()
    experts = state.database().experts(study.id)
    submitted = sum(expert.submitted for expert in experts)
    with st.container(border=True):
        st.markdown(f"**{study.title}**")
        st.caption(
            " · ".join(
                (
                    study.survey.text(study.survey.name, language),
                    _("open") if study.open else _("closed"),
                    _("{submitted} of {count} experts have submitted").format(
                        submitted=submitted, count=len(experts)
                    ),
                )
            )
        )
        if study.note == "simulated":
            st.caption(":material/science: " + _("Simulated data, no real experts"))
        with st.container(horizontal=True):
            if st.button(_("Experts and links"), key=f"experts-{study.id}"):
                open_page("experts", study.id)
            if st.button(_("Results"), key=f"results-{study.id}", disabled=not submitted):
                open_page("results", study.id)


state.require_organizer()
_ = state.translate()
studies = state.database().studies()
st.title(_("Studies"))
if not studies:
    st.info(
        _(
            "Nothing here yet. Create a study from a survey, then invite experts. "
            "Or look at a finished example first."
        )
    )
for each in studies:
    show_study(each)

st.subheader(_("New study"))
surveys = {name: load_survey(name) for name in shipped_surveys()}
names = {name: survey.text(survey.name, state.language()) for name, survey in surveys.items()}
with st.form("new_study"):
    survey_name = st.selectbox(
        _("Survey"),
        list(surveys),
        format_func=names.__getitem__,
    )
    title = st.text_input(
        _("Title"), placeholder=_("for example: Effectiveness of supervision, round of 2026")
    )
    if st.form_submit_button(_("Create study"), type="primary", key="create"):
        try:
            created = state.database().create_study(surveys[survey_name], title)
        except AHPError as error:
            st.error(str(error))
        else:
            open_page("experts", created.id)

st.subheader(_("Finished examples"))
st.write(_("They show in a minute what results look like."))
with st.container(horizontal=True):
    for example in EXAMPLES:
        if st.button(example_title(example), key=f"example-{example}"):
            open_page("results", load_example(example).id)

st.divider()
with st.container(horizontal=True):
    if st.button(_("Sign out"), icon=":material/logout:", key="sign_out"):
        state.sign_out()
        st.rerun()
    if st.button(_("Sign out every organizer"), key="sign_out_all"):
        state.database().revoke_organizers()
        st.rerun()
