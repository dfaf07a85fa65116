"""How pictures stand on pages."""

from __future__ import annotations

import streamlit as st

from ..plots.evaluation import Picture
from . import state

STILL = {"displayModeBar": False, "scrollZoom": False}
"""A finger on a picture scrolls the page."""


def show_picture(picture: Picture, key: str) -> None:
    """A picture, and what it shows in words."""
    _ = state.translate()
    st.plotly_chart(picture.figure, config=STILL, key=key)
    with st.popover(_("The picture in words"), icon=":material/notes:", type="tertiary"):
        st.write(state.plain(picture.alt))
