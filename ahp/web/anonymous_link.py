"""The organizer's part of a page: one link for everybody, who answer without a name."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

import streamlit as st

from ..exchange.link_sheet import link_sheet, qr_picture
from ..process.events import MOST_ANONYMOUS
from ..store import ExpertInfo, StudyInfo
from . import state
from .link_address import show_address
from .questionnaires import file_name

USUAL = 50
"""How many may begin unless the organizer says otherwise."""


def show_anonymous(study: StudyInfo, panel: Collection[ExpertInfo]) -> None:
    """The anonymous link of a study: made, shown once, limited, closed and opened again; how many
    have come by it.
    """
    _ = state.translate()
    st.header(_("Anonymous link"))
    st.caption(
        _(
            "One link for everybody: in a group chat, on a notice board, as a QR code. Whoever "
            "opens it and begins is an expert without a name, and gets a code to come back by. "
            "Nobody can tell how many got the link, nor that each person answers once. You see "
            "numbers and answers; who watches the list while somebody answers, or knows how they "
            "think, can still guess who it is."
        )
    )
    if not panel:
        show_address(state.attempt, f"anonymous-{study.id}")
    now = state.desk().anonymous(study.id)
    come = [expert for expert in panel if expert.anonymous]
    if now:
        words = (
            _("{count} of at most {most} have begun, {submitted} have submitted.").format(
                count=len(come), most=now.most, submitted=sum(one.submitted for one in come)
            ),
            _("The link was made elsewhere and opens nothing here: make a new one.")
            if not state.desk().has_anonymous_link(study.id)
            else _("The link is open.")
            if now.open
            else _("The link is closed: nobody else can begin, and those who have begun go on."),
        )
        st.markdown(("" if state.language() == "zh" else " ").join(words))
        _show_issued(study, now.link)
    st.number_input(
        _("How many may begin at most"),
        1,
        MOST_ANONYMOUS,
        now.most if now else USUAL,
        key=_most_key(study),
    )
    # a click too many would make scraps of what is printed
    sure = not now or st.checkbox(
        _("Replace the link: it ends, and whoever hasn't begun needs the new one"),
        key=f"anonymous_sure-{study.id}-{now.link}",
    )
    with st.container(horizontal=True):
        if now:
            st.button(
                _("Save the limit"),
                on_click=lambda: _limit(study, most=_most(study)),
                key="anonymous_limit",
            )
            st.button(
                _("Close the link") if now.open else _("Open the link again"),
                on_click=lambda: _limit(study, open_=not now.open),
                key="anonymous_close",
            )
        st.button(
            _("New anonymous link") if now else _("Make an anonymous link"),
            on_click=_issue,
            args=(study,),
            disabled=not sure,
            key="anonymous_issue",
        )
    if idle := [expert for expert in come if not expert.spoken]:
        _show_removing(idle)


def _show_removing(idle: list[ExpertInfo]) -> None:
    """Make room again, where a link in wrong hands has filled a panel."""
    _ = state.translate()
    with st.expander(_("Remove all who began by the link and have said nothing")):
        sure = st.checkbox(
            _("They are removed for ever, and their codes end ({count})").format(count=len(idle)),
            key=f"anonymous_sure_remove-{len(idle)}",
        )
        st.button(
            _("Remove them"),
            on_click=_remove,
            args=(idle,),
            disabled=not sure,
            key="anonymous_remove",
        )


def _remove(idle: list[ExpertInfo]) -> None:
    for expert in idle:
        state.attempt(partial(state.desk().remove_expert, expert.id))


def _show_issued(study: StudyInfo, number: int) -> None:
    """The link that was made on this screen, if it is still the one that works."""
    _, (kept, token) = state.translate(), st.session_state.get(_key(study), (None, ""))
    if kept != number:
        return
    link = f"{state.base_url()}/a/{token}"
    st.warning(
        _("Copy, download or print this link now: it is shown only once."), icon=":material/key:"
    )
    st.code(link, language=None, wrap_lines=True)
    st.image(qr_picture(link), width=200)
    what = _(
        "Scan the code with your phone, or type the link into a browser. You answer without a name."
    )
    links = {_("Anonymous link"): link}
    note = _("Print this page and put it up where all who are asked see it.")
    sheet = partial(link_sheet, study.title, links, state.language(), what, note)
    st.download_button(
        _("Sheet with the QR code, to print"),
        state.guarded(sheet),
        file_name(study.title) + ".html",
        "text/html",
        icon=":material/qr_code:",
        key="anonymous_sheet",
        on_click="ignore",
    )


def _key(study: StudyInfo) -> str:
    return f"anonymous_link-{study.id}"


def _most_key(study: StudyInfo) -> str:
    return f"anonymous_most-{study.id}"


def _most(study: StudyInfo) -> int:
    """What was typed, also if a button was clicked right after it."""
    typed: int = st.session_state[_most_key(study)]
    return typed


def _issue(study: StudyInfo) -> None:
    _, desk = state.translate(), state.desk()

    def issue() -> None:
        token = desk.issue_anonymous_link(study.id, _most(study), _("Anonymous expert"))
        now = desk.anonymous(study.id)
        st.session_state[_key(study)] = (now and now.link, token)

    state.attempt(issue)


def _limit(study: StudyInfo, *, most: int | None = None, open_: bool | None = None) -> None:
    state.attempt(lambda: state.desk().limit_anonymous(study.id, most=most, open_=open_))
