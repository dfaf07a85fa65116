"""The organizer's studies: what there is, a new one, finished examples to look at."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from ahp.errors import AHPError
from ahp.exchange.formats import UPLOADS
from ahp.exchange.uploads import Upload, read_upload
from ahp.process.draft import Draft
from ahp.process.events import Actor, StudyImported, read_action
from ahp.resources import data_folder
from ahp.store import Event, StudyInfo
from ahp.study import load_survey, read_answers, shipped_surveys
from ahp.study.standing import Standing
from ahp.web import drafting, state
from ahp.web.desk import create_study, open_page, show_survey
from ahp.web.evaluating import open_example
from ahp.web.questionnaires import file_name

# finished studies in examples/: folder -> (survey, note kept with the study)
EXAMPLES = {
    "dong_2010": ("survey.toml", None),
    "supervision_demo": ("supervision_effectiveness", "simulated"),
}


def example_title(name: str) -> str:
    """What an example is called."""
    _ = state.translate()
    return {
        "dong_2010": _("Published example: Dong et al. 2010"),
        "supervision_demo": _("Simulated example: seven experts"),
    }[name]


def load_example(name: str) -> StudyInfo:
    """An example as a finished study, stored when it is asked for the first time."""
    folder = data_folder("examples") / name
    source, note = EXAMPLES[name]
    survey = load_survey(folder / source if source.endswith(".toml") else source)
    title = example_title(name)
    database = state.desk()
    for study in (*database.studies(), *database.studies(archived=True)):
        if (study.title, study.survey.content_hash) == (title, survey.content_hash):
            return study
    path = folder / "answers.csv"
    file = Actor.file(path.read_bytes())
    return state.desk().import_study(survey, read_answers(path), title, note=note, actor=file)


def show_study(
    study: StudyInfo,
    submitted: int,
    experts: int,
    imported: Event | None,
    accounts: Mapping[str, str],
) -> None:
    """One study: how far it is, and the ways on."""
    _, language = state.translate(), state.language()
    with st.container(border=True):
        st.markdown(f"**{state.plain(study.title)}**")
        st.caption(
            " · ".join(
                (
                    state.plain(study.survey.text(study.survey.name, language)),
                    _("round {round}").format(round=study.round),
                    _("open") if study.open else _("closed"),
                    _("{submitted} of {count} experts have submitted").format(
                        submitted=submitted, count=experts
                    ),
                )
            )
        )
        if study.note == "simulated":
            st.caption(":material/science: " + _("Simulated data, no real experts"))
        if imported is not None:
            action = read_action(vars(imported))
            assert isinstance(action, StudyImported)
            who = Actor(str(imported.actor_kind), str(imported.actor_id))
            state.show_imported(action.source, state.organizer_name(who, accounts), imported.time)
        with st.container(horizontal=True):
            if st.button(_("Experts and links"), key=f"experts-{study.id}"):
                open_page("experts", study.id)
            if st.button(_("Rounds"), key=f"rounds-{study.id}"):
                open_page("rounds", study.id)
            if st.button(_("Settings"), key=f"settings-{study.id}"):
                open_page("settings", study.id)
            nothing = not submitted and study.round == 1
            if st.button(_("Results"), key=f"results-{study.id}", disabled=nothing):
                open_page("results", study.id)
            st.download_button(
                _("Whole study (JSON)"),
                state.guarded(partial(state.desk().export_study, study.id)),
                file_name(study.title) + ".json",
                "application/json",
                icon=":material/download:",
                key=f"export-{study.id}",
                on_click="ignore",
            )


def unarchive(study: StudyInfo) -> None:
    """Bring a study back into the lists."""
    state.attempt(lambda: state.desk().unarchive_study(study.id))


def show_archived() -> None:
    """The studies that are hidden from the lists."""
    _ = state.translate()
    archived = state.desk().studies(archived=True)
    if not archived:
        return
    with st.expander(
        _("Archived studies: {count}").format(count=len(archived)), icon=":material/archive:"
    ):
        for study in archived:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{state.plain(study.title)}** · {study.created[:10]}")
                st.button(
                    _("Restore to the list"),
                    on_click=unarchive,
                    args=(study,),
                    disabled=not state.may("run_studies"),
                    key=f"unarchive-{study.id}",
                )


def edit(draft: Draft) -> None:
    """Open a survey in the editor."""
    if drafting.begin(draft):
        st.switch_page("views/editor.py")
    state.show_problem()


def upload() -> None:
    """A survey, a panel of another program or a whole study from a file."""
    _ = state.translate()
    st.write(
        _(
            "A survey file (TOML), a whole study that was downloaded here (JSON), a project or a "
            "hierarchy text of AHP-OS (JSON, TXT), an .ahp file (YAML), or judgment matrices with "
            "one sheet an expert (XLSX). It is checked first; "
            "what is wrong is shown with its place in the file."
        )
    )
    file = st.file_uploader(_("File"), type=list(UPLOADS), key="survey_file")
    if file is None:
        return
    try:
        found = read_upload(file.getvalue(), file.name, state.language())
    except AHPError as error:
        state.show_error(error)
        return
    if found.study is not None:
        if st.button(_("Restore this study"), type="primary", key="restore"):
            try:
                restored = state.desk().import_export(found.study, file.name)
            except AHPError as error:
                state.show_error(error)
            else:
                open_page("results" if not restored.open else "experts", restored.id)
        return
    show_uploaded(found, file.name, Actor.file(file.getvalue()))


def show_uploaded(found: Upload, name: str, file: Actor) -> None:
    """A survey from a file, with what can be done with it."""
    _ = state.translate()
    if found.survey is None:
        return
    show_survey(found.survey)
    for remark in found.remarks:
        st.info(state.plain(remark))
    if found.lost:
        lines = "\n".join(f"- {state.plain(line)}" for line in found.lost)
        st.warning(_("A study can't keep this part of the file:") + "\n" + lines)
    reason = _("weight in the file {file}").format(file=name)
    standings = {
        expert: Standing(weight, reason) for expert, weight in found.expert_weights.items()
    }
    if found.answers is not None:
        st.write(
            _("The file also has answers; experts: {count}.").format(
                count=len(found.answers.experts)
            )
        )
        if st.button(_("Import survey and answers"), type="primary", key="import_panel"):
            try:
                study = state.desk().import_study(
                    found.survey, found.answers, found.title, standings=standings, actor=file
                )
            except AHPError as error:
                state.show_error(error)
            else:
                open_page("results", study.id)
    if st.button(_("Change it in the editor"), icon=":material/edit:", key=f"edit-{name}"):
        edit(Draft.of(found.survey))
    if found.answers is not None:
        st.write(_("Or ask again, with your own experts; those of the file are then not imported:"))
        standings = {}
    create_study(found.survey, "create_uploaded", standings)


def show_new() -> None:
    """Three ways to start a study."""
    _ = state.translate()
    st.header(_("New study"))
    shipped, uploaded, written = st.tabs(
        [_("From a ready survey"), _("From a file"), _("Write a survey")]
    )
    with shipped:
        surveys = {name: load_survey(name) for name in shipped_surveys()}
        names = {
            name: survey.text(survey.name, state.language()) for name, survey in surveys.items()
        }
        survey_name = st.selectbox(_("Survey"), list(surveys), format_func=names.__getitem__)
        create_study(surveys[survey_name], "create")
        with st.expander(_("Preview the survey")):
            show_survey(surveys[survey_name])
            if st.button(_("Change it in the editor"), icon=":material/edit:", key="edit_shipped"):
                edit(Draft.of(surveys[survey_name]))
    with uploaded:
        upload()
    with written:
        st.write(
            _(
                "Write your own hierarchy: criteria, indicators, and what experts should know of "
                "them."
            )
        )
        if st.button(_("Open the survey editor"), icon=":material/edit:", key="editor"):
            st.switch_page("views/editor.py")


state.require_organizer()
_ = state.translate()
studies = state.desk().studies()
st.title(_("Studies"))
if not studies:
    st.info(
        _(
            "Nothing here yet. Create a study from a survey, then invite experts. "
            "Or look at a finished example first."
        )
    )
for each_backup in state.desk().restorations()[:1]:
    said = _(
        "This database was restored on {restored} (UTC) from a backup of {taken} (UTC). What was "
        "done between the backup and its loss is not in it."
    )
    restored, taken = state.minute(each_backup.restored or ""), state.minute(each_backup.taken)
    st.caption(":material/history: " + said.format(restored=restored, taken=taken))
for risk in state.desk().risks():
    st.error(state.plain(state.in_words(risk)), icon=":material/warning:")
state.show_problem()
progress, imports = state.desk().submitted(), state.desk().imports()
accounts = state.account_names() if imports else {}
for each in studies:
    show_study(each, *progress.get(each.id, (0, 0)), imports.get(each.id), accounts)
show_archived()

if state.may("run_studies"):
    show_new()

st.header(_("Finished examples"))
st.write(_("They show in a minute what results look like."))
with st.container(horizontal=True):
    for example in EXAMPLES:
        locked = not state.may("run_studies")
        if st.button(example_title(example), disabled=locked, key=f"example-{example}"):
            open_page("results", load_example(example).id)
    locked = not state.may("run_evaluations")
    if st.button(_("See a finished evaluation"), disabled=locked, key="example-evaluation"):
        open_example()

st.divider()
with st.container(horizontal=True):
    if st.button(_("Sign out"), icon=":material/logout:", key="sign_out"):
        state.sign_out()
        st.rerun()
    everybody = state.may("accounts") and st.button(
        _("Sign out every organizer"), key="sign_out_all"
    )
    if everybody:
        state.desk().revoke_organizers()
        st.rerun()
