"""For a browser with no valid link: where to get one, in both languages."""

import streamlit as st

from ahp.i18n import LANGUAGES, translator
from ahp.i18n.words import link_problem
from ahp.web import state

granted = state.grants()
refused = granted.refused
_ = state.translate()
st.title(_("Pairwise survey"))
for language in LANGUAGES:
    _ = translator(language)
    for reason in dict.fromkeys(refused):
        st.warning(link_problem(reason, language))
    for expert in granted.closed:
        if state.database().expert(expert).submitted:
            st.link_button(_("Open the receipt"), state.receipt_address(expert))
    if not refused:
        st.header(_("This is the place for pairwise surveys"))
        st.write(_("If you were invited as an expert, please open your personal link."))
        st.write(_("Organizers sign in [here](/organizer)."))
