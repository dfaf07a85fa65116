"""Surveys that are being written: kept, changed in several windows, deleted, backed up."""

from __future__ import annotations

from pathlib import Path

import pytest

from ahp.errors import AccessError, StoreError
from ahp.process.draft import Draft, History
from ahp.process.events import Actor
from ahp.store import DraftInfo, KeptDraft, Store
from ahp.store.backup import back_up
from ahp.store.restore import restore

from .conftest import Clock, databases

url = databases("sqlite", "postgresql")

NOON = "2026-03-01T12:00:00.000000+00:00"


def named(name: str) -> Draft:
    return Draft.new(("zh",)).entitle({"zh": name}, {"zh": ""})


def test_a_draft_is_kept_with_its_steps(store: Store, frozen: Clock) -> None:
    assert store.drafts() == []
    kept = store.add_draft(Draft.new(("zh",)))
    assert kept == KeptDraft(kept.id, History.of(Draft.new(("zh",))), 1)
    assert store.drafts() == [DraftInfo(kept.id, "", NOON, "")]
    history = kept.history.to(named("选址")).to(named("a\x00\n b")).undone()
    frozen.move(minutes=5)
    saved = store.save_draft(kept, history)
    assert saved == store.draft(kept.id) == KeptDraft(kept.id, history, 2)
    assert (saved.history.draft, saved.history.redoable) == (named("选址"), True)
    assert store.drafts() == [DraftInfo(kept.id, "选址", NOON.replace("12:00", "12:05"), "")]
    store.save_draft(saved, history.redone())
    assert [one.title for one in store.drafts()] == ["a b"]


def test_the_goal_names_a_draft(store: Store) -> None:
    draft = Draft.new(("zh",))
    store.add_draft(draft.write("goal", {"zh": "选址" * 150}, {"zh": ""}))
    assert [one.title for one in store.drafts()] == ["选址" * 100]


def test_the_last_one_to_change_stands_first(store: Store, frozen: Clock) -> None:
    store.add_account("Ann", "a long enough password", ["administrator"])
    account = store.add_account("Bo", "a long enough password", ["organizer"])
    first = store.add_draft(named("1"))
    frozen.move(minutes=1)
    store.add_draft(named("2"))
    assert [one.title for one in store.drafts()] == ["2", "1"]
    frozen.move(minutes=1)
    store.by(Actor("organizer", account.id)).save_draft(first, first.history)
    assert [(one.title, one.changed_by) for one in store.drafts()] == [("1", account.id), ("2", "")]


def test_what_another_window_changed_is_not_overwritten(store: Store) -> None:
    here = store.add_draft(named("1"))
    there = store.draft(here.id)
    there = store.save_draft(there, there.history.to(named("there")))
    with pytest.raises(StoreError) as refused:
        store.save_draft(here, here.history.to(named("here")))
    assert str(refused.value) == (
        "This draft was changed in another window meanwhile. What is stored there is shown now; "
        "your last change is not in it, please make it again."
    )
    assert store.draft(here.id) == there
    assert store.save_draft(there, there.history.undone()).history.draft == named("1")


def test_a_deleted_draft_is_gone(store: Store) -> None:
    kept, other = store.add_draft(named("1")), store.add_draft(named("2"))
    store.delete_draft(kept.id)
    assert [one.id for one in store.drafts()] == [other.id]
    for refuse in (
        lambda: store.draft(kept.id),
        lambda: store.save_draft(kept, kept.history),
        lambda: store.delete_draft(kept.id),
    ):
        with pytest.raises(StoreError) as refused:
            refuse()
        assert str(refused.value) == (
            "This draft is not there any more: it was deleted, by someone else or in another "
            "window."
        )


def test_drafts_are_for_those_who_run_studies(store: Store) -> None:
    kept = store.add_draft(named("1"))
    store.add_account("Ann", "a long enough password", ["administrator"])
    reader = store.add_account("Bo", "a long enough password", ["reader"])
    by_reader = store.by(Actor("organizer", reader.id))
    for refuse in (
        lambda: by_reader.add_draft(named("2")),
        lambda: by_reader.save_draft(kept, kept.history),
        lambda: by_reader.delete_draft(kept.id),
    ):
        with pytest.raises(AccessError) as refused:
            refuse()
        assert str(refused.value) == "“Bo” may not change studies: this takes an organizer."
    assert store.draft(kept.id) == kept


def test_a_backup_has_the_drafts(store: Store, tmp_path: Path) -> None:
    kept = store.add_draft(named("选址"))
    back_up(store._database.place, tmp_path / "ahp.zip")
    restore(tmp_path / "ahp.zip", f"sqlite:///{tmp_path / 'restored.db'}")
    restored = Store(f"sqlite:///{tmp_path / 'restored.db'}")
    assert restored.draft(kept.id) == kept
    restored.close()
