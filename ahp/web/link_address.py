"""What personal links begin with: the address that people open."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ..errors import StoreError
from ..study.limits import LONGEST
from . import addresses, state


def show_address(attempt: Callable[[Callable[[], object]], bool], key: str) -> None:
    """Say what personal links begin with, warn where they open on this computer alone, and let
    another address be chosen.

    Args:
        attempt: runs a change; says what was refused.
        key: for the widgets.
    """
    _ = state.translate()
    base = state.base_url()
    here, offered = addresses.only_here(base), addresses.of_network(*addresses.listening())
    if not here:
        st.caption(_("Personal links begin with {address}").format(address=state.plain(base)))
    else:
        opens_here = _("Personal links begin with {address} and open on this computer alone.")
        st.warning(
            " ".join((opens_here.format(address=state.plain(base)), _way_out(bool(offered)))),
            icon=":material/link_off:",
        )
    if addresses.fixed():
        return
    with (
        st.expander(
            _("Address of the links"), icon=":material/public:", expanded=here and bool(offered)
        ),
        st.form(f"address-{key}", border=False),
    ):
        other = _("Another address")
        chosen = st.radio(
            _("With this address, others open the server"),
            [*offered, other],
            format_func=state.plain,
            key=f"offered-{key}",
        )
        written = st.text_input(
            other,
            placeholder="https://survey.example.org",
            max_chars=LONGEST["text"],
            key=f"written-{key}",
        )
        st.caption(
            _("Links that were issued before go on working at every address of this server.")
        )
        if st.form_submit_button(_("Use this address"), key=f"use_address-{key}"):
            attempt(lambda: _use((written if chosen == other else chosen) or ""))
            st.rerun()


def _use(address: str) -> None:
    if not address.strip():
        raise StoreError("public_address_missing")
    state.desk().set_public_address(address)


def _way_out(offered: bool) -> str:
    """What makes links open for others, too."""
    _ = state.translate()
    if addresses.fixed():
        return _("Start the server with AHP_BASE_URL set to the address that people open.")
    if offered:
        return _("Choose the address that others open.")
    return _(
        "The server lets nobody else in. Stop it and start it with “make app HOST=0.0.0.0” or "
        "“ahp serve --host 0.0.0.0”, or reach it through a proxy."
    )
