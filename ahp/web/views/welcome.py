"""For a browser with no valid link: where to get one, in both languages."""

import streamlit as st

from ahp.i18n import LANGUAGES, translator
from ahp.web import state
from ahp.web.entrance import show_refused

refused = state.grants().refused
_ = state.translate()
st.title(_("Pairwise survey"))
show_refused(refused)
if not refused:
    for language in LANGUAGES:
        _ = translator(language)
        st.header(_("This is the place for pairwise surveys"))
        st.write(
            _(
                "If you were invited – as an expert, to rate units, to deliver data, or to read "
                "your unit's notice – please open your personal link."
            )
        )
        st.write(_("Organizers sign in [here](/organizer)."))
