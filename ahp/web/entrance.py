"""Where a tab belongs to nobody yet, or to somebody who may not answer in this browser."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from ahp.i18n import LANGUAGES, translator
from ahp.i18n.errors import error_sentence
from ahp.messages import Phrase
from ahp.store import Grants
from ahp.web import state


def show_refused(refused: Mapping[str, str]) -> None:
    """Why links don't work, in both languages, and the receipts of closed rounds.

    Args:
        refused: ids of the experts -> `LinkError.reason`.
    """
    for language in LANGUAGES:
        _ = translator(language)
        for reason in dict.fromkeys(refused.values()):
            st.warning(error_sentence(Phrase(f"link_{reason}"), language))
        for expert, reason in refused.items():
            if reason == "closed" and state.database().expert(expert).submitted:
                st.link_button(_("Open the receipt"), state.receipt_address(expert))


def ask_for_link(granted: Grants) -> None:
    """For a tab of an expert who may not answer in this browser: what they can do."""
    _, expert = state.translate(), state.bound_expert()
    st.title(_("Pairwise survey"))
    state.show_problem()
    show_refused({key: why for key, why in granted.refused.items() if key == expert})
    if expert in granted.refused:
        return
    for language in LANGUAGES:
        _ = translator(language)
        st.info(
            _(
                "To answer here, please open your personal link in this browser. What you answered "
                "before is stored."
            )
        )


def choose_expert(granted: Grants) -> None:
    """Ask whose survey this tab is for: the browser has the links of several."""
    _ = state.translate()
    titles = {
        expert.id: f"{state.database().study(expert.study_id).title} · {expert.name}"
        for expert in granted.experts
    }
    st.header(_("Which survey do you want to answer?"), anchor=False)
    st.write(
        _(
            "Several personal links were opened in this browser. Choose yours; this tab then "
            "belongs to it alone."
        )
    )
    with st.container(key="choose_expert"):
        for expert_id, title in state.distinct(titles).items():
            st.button(
                state.plain(title),
                on_click=state.bind,
                args=(expert_id,),
                key=f"expert-{expert_id}",
            )
