"""A trial: the organizer answers a survey as an expert does, in a database of its own.

That database lies in a folder that nobody else knows and goes with the trial: what is answered
there never was in the study, its log or its backups.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path

import streamlit as st

from ahp.store import Store, StudyInfo

from . import state


def begin(study: StudyInfo) -> None:
    """Let this tab try a study as its experts are asked; a trial before it ends."""
    _, desk = state.translate(), state.desk()
    folder = tempfile.mkdtemp(prefix="ahp-trial-")
    store = Store(f"sqlite:///{Path(folder, 'trial.db')}")
    try:
        asked = desk.invitation(study.id)
        tried = store.create_study(study.survey, study.title, invitation=asked)
        store.set_settings(tried.id, desk.settings(study.id))
        store.set_asking(tried.id, desk.asking(study.id))
        begun = state.Trial(study.id, store, store.add_expert(tried.id, _("Trial expert")).id)
    except BaseException:  # nobody would know of its folder any more
        _discard(store, folder)
        raise
    weakref.finalize(begun, _discard, store, folder)
    st.session_state[state.TRIAL] = begun


def _discard(store: Store, folder: str) -> None:
    store.close()
    shutil.rmtree(folder, ignore_errors=True)
