"""The organizer's desk for one study: experts, their links, their progress, closing."""

from __future__ import annotations

import streamlit as st

from ahp.errors import AHPError, StoreError
from ahp.report import Table, csv_bytes
from ahp.store import StudyInfo
from ahp.web import state


@st.fragment(run_every="5s")
def show_progress(study_id: str) -> None:
    """How far each expert has got; refreshes by itself."""
    _ = state.translate()
    link_words = {"none": _("no link yet"), "active": _("valid"), "revoked": _("revoked")}
    experts = state.database().experts(study_id)
    if not experts:
        st.info(_("No experts yet. Add them below."))
        return
    st.table(
        [
            {
                _("Expert"): expert.name,
                _("Organization"): expert.organization or "",
                _("Answered"): f"{expert.answered}/{expert.total}",
                _("Submitted"): _("yes") if expert.submitted else _("no"),
                _("Link"): link_words[expert.link],
            }
            for expert in experts
        ],
        hide_index=True,
    )


def add_experts(study: StudyInfo) -> None:
    """Add an expert a line, `name` or `name, organization`; what is refused stays in the form."""
    experts: dict[str, str | None] = {}
    try:
        for line in filter(str.strip, st.session_state["entered"].splitlines()):
            name, _comma, organization = line.replace("，", ",").partition(",")
            if name.strip() in experts:
                raise StoreError(f"{name.strip()!r} stands in the list twice")
            experts[name.strip()] = organization.strip() or None
        if experts:
            state.database().add_experts(study.id, experts)
    except AHPError as error:
        st.session_state["problem"] = str(error)
    else:
        st.session_state["entered"] = ""


def issue_links(study: StudyInfo, expert_ids: list[str]) -> None:
    """Issue or renew links and keep them for this screen: they are not stored anywhere."""
    database = state.database()
    st.session_state["issued"] = {
        "study": study.id,
        "links": {
            database.expert(expert_id).name: (
                f"{state.base_url()}/i/{database.issue_link(expert_id)}"
            )
            for expert_id in expert_ids
        },
    }


def show_issued(study: StudyInfo) -> None:
    """The links just issued, to copy or download."""
    _ = state.translate()
    issued = st.session_state.get("issued")
    if not issued or issued["study"] != study.id:
        return
    st.warning(
        _(
            "Copy or download these personal links now: they are shown only once. "
            "Each opens one expert's survey without a password, so send it to that expert only."
        ),
        icon=":material/key:",
    )
    for name, link in issued["links"].items():
        st.markdown(f"**{name}**")
        st.code(link, language=None)
    table = Table(_("Personal links"), (_("Expert"), _("Link")), tuple(issued["links"].items()))
    st.download_button(
        _("Download links (CSV)"), csv_bytes(table), "links.csv", "text/csv", on_click="ignore"
    )


def show_links(study: StudyInfo) -> None:
    """Issue, renew and revoke links."""
    _ = state.translate()
    experts = {expert.id: expert for expert in state.database().experts(study.id)}
    if not experts:
        return
    st.subheader(_("Personal links"))
    without = [key for key, expert in experts.items() if expert.link == "none"]
    if without:
        st.button(
            _("Issue links for the {count} experts without one").format(count=len(without)),
            type="primary",
            on_click=issue_links,
            args=(study, without),
            key="issue",
        )
    show_issued(study)
    with st.expander(_("Renew or revoke one link")):
        chosen = st.selectbox(_("Expert"), list(experts), format_func=lambda key: experts[key].name)
        st.caption(_("A new link replaces the old one at once; answers stay."))
        with st.container(horizontal=True):
            st.button(_("New link"), on_click=issue_links, args=(study, [chosen]), key="renew")
            st.button(
                _("Revoke link"),
                on_click=state.database().revoke_link,
                args=(chosen,),
                disabled=experts[chosen].link != "active",
                key="revoke",
            )


def show_closing(study: StudyInfo) -> None:
    """Close the study for ever."""
    _ = state.translate()
    st.subheader(_("Close the study"))
    st.write(
        _("Nobody can answer after that, and it can't be opened again. Results stay available.")
    )
    sure = st.checkbox(_("Yes, close “{title}” for ever").format(title=study.title))
    if st.button(_("Close the study"), disabled=not sure, key="close"):
        state.database().close_round(study.id)
        st.rerun()


state.require_organizer()
_ = state.translate()
st.title(_("Experts and links"))
picked = state.pick_study()
if not picked.open:
    st.info(_("This study is closed."), icon=":material/lock:")
show_progress(picked.id)
if picked.open:
    show_links(picked)
    st.subheader(_("Add experts"))
    if problem := st.session_state.pop("problem", None):
        st.error(problem)
    with st.form("add_experts"):
        st.text_area(
            _("One expert a line: name, organization"),
            placeholder=_("Zhang San, Accounting department"),
            key="entered",
        )
        st.form_submit_button(_("Add"), on_click=add_experts, args=(picked,), key="add")
    show_closing(picked)
