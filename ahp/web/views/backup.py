"""Backups: what there is to keep, when it was last done, how to do it and to try it."""

from __future__ import annotations

import shlex
from datetime import datetime, timedelta
from functools import partial

import streamlit as st

from ahp.store import Backup, clock
from ahp.web import state

OLD = timedelta(days=7)
"""A backup older than this is too old to rely on."""


def show_last(last: Backup | None) -> None:
    """When the last backup was made."""
    _ = state.translate()
    if last is None:
        st.warning(
            _("There is no backup yet. If this machine's disk fails, everything is lost."),
            icon=":material/warning:",
        )
        return
    age = clock.now() - datetime.fromisoformat(last.taken)
    words = _("The last backup is of {taken} (UTC), {days} days old: {name}, {size} MB.").format(
        taken=state.minute(last.taken),
        days=age.days,
        name=last.name,
        size=f"{last.size / 2**20:.1f}",
    )
    if age > OLD:
        st.warning(state.plain(words), icon=":material/warning:")
    else:
        st.success(state.plain(words), icon=":material/check:")
    st.caption(f"SHA-256 {last.sha256}")


def show_places() -> None:
    """What has to be kept, and where it is."""
    _, store = state.translate(), state.desk()
    size = store.database_size
    made = store.key_path.exists()
    st.header(_("What there is to keep"))
    st.table(
        [
            {
                _("What"): _("Database"),
                _("Where"): state.plain(store.location),
                _("Size"): "–" if size is None else f"{size / 2**20:.1f} MB",
            },
            {
                _("What"): _("Signing key of receipts"),
                _("Where"): state.plain(str(store.key_path)),
                _("Size"): "" if made else _("not made yet"),
            },
        ],
        hide_index=True,
    )
    st.caption(
        _(
            "A backup has both in one file. Copying the database's file while the app runs is no "
            "backup: the newest answers are missing in the copy, and nobody notices."
        )
    )


def show_making() -> None:
    """Make one now."""
    _ = state.translate()
    name = f"ahp-{clock.now():%Y-%m-%d-%H%M}.zip"
    st.header(_("Make a backup"))
    st.download_button(
        _("Make a backup and download it"),
        state.guarded(partial(state.desk().open_backup, name)),
        name,
        "application/zip",
        type="primary",
        icon=":material/download:",
        key="make_backup",
        on_click="ignore",
    )
    st.caption(
        _(
            "Experts can go on answering meanwhile. The file has every answer, the accounts and "
            "the signing key: keep it on another machine, where nobody but administrators can "
            "open it."
        )
    )
    st.write(_("On the server, by hand or every night:"))
    st.code(" ".join(("ahp backup", shlex.quote(backup_path(name)), *of_database())), "sh")


def backup_path(name: str) -> str:
    """Where a backup of a name may lie on the server."""
    return str(state.desk().folder / name)


def of_database() -> tuple[str, ...]:
    """How commands are told which database is meant; those of a server are in the environment,
    with the password.
    """
    store = state.desk()
    return (
        ()
        if store.database_size is None
        else ("--database", shlex.quote(f"sqlite:///{store.location}"))
    )


def show_trial(last: Backup | None) -> None:
    """How to see that a backup is good."""
    _ = state.translate()
    trial = shlex.quote(f"sqlite:///{backup_path('trial.db')}")
    name = last.name if last and "/" in last.name else backup_path("ahp.zip")
    st.header(_("Try it"))
    st.write(
        _(
            "A backup that was never restored is a hope. These commands restore one into a new "
            "file beside the database, which stays as it is, and verify every log in it:"
        )
    )
    commands = (
        f"ahp restore {shlex.quote(name)} --database {trial}",
        f"ahp log verify --database {trial}",
    )
    st.code("\n".join(commands), "sh")
    st.caption(
        _(
            "Delete the new file afterwards: it is as secret as the database. With the URL of an "
            "empty database the same command moves everything to another server, also from SQLite "
            "to PostgreSQL and back."
        )
    )


state.require_organizer()
_ = state.translate()
st.title(_("Backup"))
if not state.may("back_up"):
    st.info(_("Backups are made by administrators."))
    st.stop()
newest = state.desk().last_backup()
show_last(newest)
show_places()
show_making()
show_trial(newest)
