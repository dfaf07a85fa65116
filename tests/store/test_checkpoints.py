"""Checkpoints: signed, written, and compared with logs that hold and that don't."""

from __future__ import annotations

import base64
import errno
import hashlib
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, text

from ahp.cli import main
from ahp.datafile import jcs
from ahp.errors import LogError, StoreError
from ahp.i18n.errors import error_sentence
from ahp.process.evaluations.events import EvaluationRenamed
from ahp.process.fold import State, fold
from ahp.store import Event, Store, checkpointer, log, signing
from ahp.store.checkpoint import Chain, Checkpoint, read_checkpoints
from ahp.store.database import place_of
from ahp.store.extension import compare
from ahp.store.merkle import Tree
from ahp.store.models import (
    EvaluationEventRow,
    EvaluationRow,
    EventRow,
    ExpertRow,
    StudyRow,
)
from ahp.store.states import logged
from tests.evaluation_case import make_case

from .conftest import rechained

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY_ID = "56475aa75463474c"
"""The first digits of the SHA-256 of its public key."""

CHAIN = Chain("studies", "s1")


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A chain is the same in every database."""
    return f"sqlite:///{tmp_path / 'ahp.db'}"


def read(path: Path, *keys: Ed25519PublicKey) -> tuple[Checkpoint, ...]:
    """The checkpoints in a file, by the key beside it if none is given."""
    known = keys or (signing.existing_key(path.parent),)
    return read_checkpoints(path.read_text(encoding="utf-8"), path.name, known).checkpoints


def problems(store: Store, path: Path) -> list[str]:
    """What a file of checkpoints says against the log."""
    with store._database.read() as session:
        return [str(one) for one in compare(session, read(path), {}).problems]


# trees and notes


def test_roots_of_trees() -> None:
    """The leaves and roots with which implementations of RFC 6962 are tested."""
    tree = Tree()
    assert tree.root.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for leaf, root in (
        ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
        ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
        ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
        (
            "5051525354555657",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        ),
        (
            "606162636465666768696a6b6c6d6e6f",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ),
    ):
        tree.add(bytes.fromhex(leaf))
        assert tree.root.hex() == root
    assert tree.size == 8


def test_a_note_line_by_line() -> None:
    raw = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    note = Checkpoint(CHAIN, 2, bytes(32), KEY_ID).signed(KEY, NOW + timedelta(seconds=0.9)).note
    first, size, root, blank, by_log, by_clock = note.removesuffix("\n").split("\n")
    assert (first, size, blank) == (f"ahp/{KEY_ID}/studies/s1", "2", "")
    assert root == "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    dash, name, signature = by_log.split(" ")
    assert (dash, name) == ("—", first)
    content = base64.b64decode(signature)
    assert content[:4] == hashlib.sha256(f"{first}\n\x01".encode() + raw).digest()[:4]
    body = f"{first}\n{size}\n{root}\n"
    KEY.public_key().verify(content[4:], body.encode())
    dash, name, signature = by_clock.split(" ")
    assert (dash, name) == ("—", f"ahp/{KEY_ID}")
    content = base64.b64decode(signature)
    assert content[:4] == hashlib.sha256(f"{name}\n\x04".encode() + raw).digest()[:4]
    assert int.from_bytes(content[4:12], "big") == int(NOW.timestamp())
    signed = f"cosignature/v1\ntime {int(NOW.timestamp())}\n{body}"
    KEY.public_key().verify(content[12:], signed.encode())


@pytest.mark.parametrize("id_", ["s1", "研究 1+/%2F", "x\n—"])
def test_a_note_is_read_back(id_: str) -> None:
    chain = Chain("evaluations", id_)
    signed = Checkpoint(chain, 7, bytes(range(32)), KEY_ID).signed(KEY, NOW)
    mail = f"Dear auditor,\r\n\r\n{signed.note}\nRegards\n".replace("\n", "\r\n")
    found = read_checkpoints(mail, "mail", [KEY.public_key()])
    assert found.checkpoints == (replace(signed.checkpoint, source="mail", line=3),)
    assert (found.checkpoints[0].time, found.checkpoints[0].chain) == (NOW, chain)
    assert [str(one) for one in found.remarks] == [
        "mail, line 1: no part of a checkpoint, left out",
        "mail, line 10: no part of a checkpoint, left out",
    ]


def test_signatures_of_others_are_ignored() -> None:
    note = Checkpoint(CHAIN, 2, bytes(32), KEY_ID).signed(KEY, NOW).note
    witness = "— witness.example/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEg==\n"
    assert len(read_checkpoints(note + witness, "f", [KEY.public_key()]).checkpoints) == 1


def _other_size(note: str) -> str:
    return note.replace("\n2\n", "\n3\n")


def _other_root(note: str) -> str:
    return note.replace("\nAAAA", "\nBAAA")


def _other_chain(note: str) -> str:
    return note.replace("/s1", "/s2")


def _other_time(note: str) -> str:
    before, signature = note.rsplit(" ", 1)
    content = bytearray(base64.b64decode(signature))
    content[11] ^= 1
    return f"{before} {base64.b64encode(content).decode()}\n"


def _only_time(note: str) -> str:
    lines = note.split("\n")
    return "\n".join((*lines[:4], *lines[5:]))


@pytest.mark.parametrize(
    "change", [_other_size, _other_root, _other_chain, _other_time, _only_time]
)
def test_a_changed_note_is_refused(change: Callable[[str], str]) -> None:
    note = Checkpoint(CHAIN, 2, bytes(32), KEY_ID).signed(KEY, NOW).note
    with pytest.raises(LogError) as raised:
        read_checkpoints(f"\n\n{change(note)}", "f.checkpoints", [KEY.public_key()])
    assert str(raised.value) == (
        f"f.checkpoints, line 3: the signature is not that of the key {KEY_ID} over this checkpoint"
    )


def test_a_note_by_another_key_is_refused() -> None:
    note = Checkpoint(CHAIN, 2, bytes(32), KEY_ID).signed(KEY, NOW).note
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    with pytest.raises(LogError) as raised:
        read_checkpoints(note, "f", [other])
    assert str(raised.value) == (
        f"f, line 1: this checkpoint was signed with the key {KEY_ID}, expected "
        f"{signing.key_id(other)}; give the server's public key by --key"
    )
    assert len(read_checkpoints(note, "f", [other, KEY.public_key()]).checkpoints) == 1


def test_a_file_without_checkpoints_is_refused() -> None:
    with pytest.raises(StoreError, match="^f: there is no checkpoint in it$"):
        read_checkpoints("nothing\n", "f", [KEY.public_key()])


# files


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The file beside the database."""
    return tmp_path / "ahp.db.checkpoints"


def test_each_log_that_changed_gets_a_checkpoint(store, study, survey, place) -> None:
    writer = store.checkpointer()
    assert (writer.paths, writer.write()) == ([place], checkpointer.Written(1, 0, ()))
    assert writer.write() == checkpointer.Written(0, 0, ())
    other = store.create_study(survey, "Other")
    case = make_case(store)
    assert writer.write().checkpoints == 2
    store.rename_study(study.id, "Another")
    assert writer.write().checkpoints == 1
    events = len(store.evaluation_events(case.id))
    assert [(one.chain, one.size) for one in read(place)] == [
        (("studies", study.id), 1),
        (("studies", other.id), 1),
        (("evaluations", case.id), events),
        (("studies", study.id), 2),
    ]
    assert problems(store, place) == []
    assert place.stat().st_mode & 0o777 == 0o644


def test_the_root_is_over_the_hashes(store, study, place) -> None:
    store.add_expert(study.id, "Ada")
    store.checkpointer().write()
    first, second = (
        hashlib.sha256(b"\0" + event.hash.encode()).digest() for event in store.events(study.id)
    )
    [one] = read(place)
    assert one.root == hashlib.sha256(b"\1" + first + second).digest()


def test_another_process_writes_nothing_twice(store, study, place) -> None:
    first, second = store.checkpointer(), store.checkpointer()
    assert first.write().checkpoints == 1
    assert second.write().checkpoints == 0
    store.rename_study(study.id, "Another")
    assert second.write().checkpoints == 1
    assert first.write().checkpoints == 0
    store.rename_study(study.id, "A third")
    assert first.write().checkpoints == 1
    assert [one.size for one in read(place)] == [1, 2, 3]


def test_writers_at_once_leave_whole_notes(store, study, place) -> None:
    """Each has a state of its own, as processes have."""
    writers = [store.checkpointer() for _ in range(4)]

    def go(writer) -> None:
        for _ in range(5):
            store.rename_study(study.id, f"Study {threading.get_ident()} {_}")
            writer.write()

    threads = [threading.Thread(target=go, args=(one,)) for one in writers]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    sizes = [one.size for one in read(place)]
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == len(store.events(study.id))
    assert problems(store, place) == []


def test_a_second_place_gets_what_it_lacks(store, study, place, tmp_path, monkeypatch) -> None:
    away = tmp_path / "away"
    second = away / "file.checkpoints"
    monkeypatch.setenv(checkpointer.SECOND_PLACE, str(second))
    away.write_text("no folder")
    writer = store.checkpointer()
    written = writer.write()
    assert written.checkpoints == 1
    assert [str(one) for one in written.problems] == [
        f"{second}: checkpoints cannot be written: Not a directory"
    ]
    away.unlink()
    away.mkdir()
    begun = writer.write()
    assert begun == checkpointer.Written(1, 0, (), begun.remarks)
    assert [str(one) for one in begun.remarks] == [
        f"{second}: this file of checkpoints was begun just now, although {place} has some "
        "already; if it is not new, please look whether what lies there is mounted"
    ]
    assert error_sentence(begun.remarks[0], "zh") == (
        f"{second}：该存证文件系本次新建，而 {place} 中已有存证记录；"
        "如并非首次启用该存放处，请检查其是否已挂载。"
    )
    assert [one.size for one in read(place)] == [1]
    assert [one.size for one in read(second, signing.existing_key(tmp_path))] == [1]
    monkeypatch.setenv(checkpointer.SECOND_PLACE, str(away))
    assert store.checkpointer().paths == [place, away / "ahp.db.checkpoints"]


def test_a_place_that_is_not_mounted_becomes_no_file(
    store, study, place, tmp_path, monkeypatch
) -> None:
    """Neither where its folder is missing, nor unseen where it is empty."""
    mount = tmp_path / "share"
    monkeypatch.setenv(checkpointer.SECOND_PLACE, str(mount))
    writer = store.checkpointer()
    assert [str(one) for one in writer.write().problems] == [
        f"{mount / 'ahp.db.checkpoints'}: checkpoints cannot be written: No such file or directory"
    ]
    assert not mount.exists()
    mount.mkdir()
    begun = (
        f"{mount / 'ahp.db.checkpoints'}: this file of checkpoints was begun just now, although "
        f"{place} has some already; if it is not new, please look whether what lies there is "
        "mounted"
    )
    assert [str(one) for one in writer.write().remarks] == [begun]
    store.rename_study(study.id, "Another")
    assert writer.write() == checkpointer.Written(1, 0, ())
    mount.rename(tmp_path / "gone")
    mount.mkdir()
    store.rename_study(study.id, "A third")
    assert [str(one) for one in store.checkpointer().write().remarks] == [begun]
    # a file that was named without the ending goes on
    old = tmp_path / "old"
    old.touch()
    monkeypatch.setenv(checkpointer.SECOND_PLACE, str(old))
    assert store.checkpointer().paths == [place, old]


def test_a_place_that_cannot_be_looked_at(store, study, place, tmp_path, monkeypatch) -> None:
    """As on a share that may not be entered or doesn't answer: nothing but this place is lost."""
    share = tmp_path / ("x" * 300)
    with pytest.raises(OSError, match="File name too long"):
        share.stat()
    monkeypatch.setenv(checkpointer.SECOND_PLACE, str(share))
    written = store.checkpointer().write()
    assert written.checkpoints == 1
    assert [str(one) for one in written.problems] == [
        f"{share / 'ahp.db.checkpoints'}: checkpoints cannot be written: the system reports "
        f"the error {errno.ENAMETOOLONG}"
    ]
    assert [one.size for one in read(place)] == [1]
    empty = Store(f"sqlite:///{tmp_path / 'empty.db'}")
    assert empty.checkpointer().write() == checkpointer.Written(0, 0, ())
    empty.close()


def test_each_database_has_a_file_of_its_own(tmp_path) -> None:
    urls = {
        "sqlite:////srv/ahp.db": "ahp.db",
        "sqlite:////srv/ahp.bak": "ahp.bak",
        "postgresql:///ahp": "local-5432-ahp",
        "postgresql://u@db.example.org:5433/ahp": "db.example.org-5433-ahp",
        "postgresql://u@/ahp?host=/run/pg&port=5434": "_run_pg-5434-ahp",
        "postgresql:///ahp?host=a:1&host=b:2": "a_b-1_2-ahp",
        "postgresql:///ahp?dbname=other": "local-5432-other",
    }
    assert {url: place_of(url).name for url in urls} == urls
    with pytest.raises(StoreError, match="^the database URL cannot be read, "):
        place_of("postgresql:///ahp?host=a&host=b&port=1&port=2&port=3")


def test_files_of_before_go_on(store, study, place, tmp_path, monkeypatch) -> None:
    """`ahp.db` had `ahp.checkpoints`, in both places."""
    share = tmp_path / "share"
    share.mkdir()
    monkeypatch.setenv(checkpointer.SECOND_PLACE, str(share))
    store.checkpointer().write()
    before = [tmp_path / "ahp.checkpoints", share / "ahp.checkpoints"]
    for path in before:
        path.with_name("ahp.db.checkpoints").rename(path)
    store.rename_study(study.id, "Another")
    writer = store.checkpointer()
    assert (writer.paths, writer.write()) == (before, checkpointer.Written(1, 0, ()))
    for path in before:
        assert [one.size for one in read(path, signing.existing_key(tmp_path))] == [1, 2]
    (tmp_path / "ahp").touch()  # a database whose file is called so
    assert store.checkpointer().paths == [place, share / place.name]


def test_a_file_under_another_name_is_remarked_on(store, study, place, tmp_path) -> None:
    """As where a database is reached at another address, or was renamed."""
    store.checkpointer().write()
    before = place.rename(tmp_path / "localhost-5432-ahp.checkpoints")
    (tmp_path / "others.checkpoints").write_text("not ours\n")
    written = store.checkpointer().write()
    assert written == checkpointer.Written(1, 0, (), written.remarks)
    [said] = written.remarks
    assert str(said) == (
        f"{place}: this file of checkpoints was begun just now, although {before} has some of the "
        "same logs; if that is this database at an earlier address or under an earlier name, "
        "please stop the server, and give that file the name of this one"
    )
    assert error_sentence(said, "zh") == (
        f"{place}：此存证文件系本次新建，而 {before} 中已有同一批日志的存证；如后者属于本数据库"
        "（地址或名称曾变更），请停止服务器，并将后者改为此文件名。"
    )
    assert store.checkpointer([tmp_path / "by hand.checkpoints"]).write().remarks == ()


def test_a_note_that_was_cut_off_is_left_behind(store, study, place) -> None:
    """The power failed while it was written."""
    writer = store.checkpointer()
    writer.write()
    whole = place.read_bytes()
    store.rename_study(study.id, "Another")
    writer.write()
    place.write_bytes(place.read_bytes()[: len(whole) + 150])
    store.rename_study(study.id, "A third")
    assert store.checkpointer().write().checkpoints == 1
    found = read_checkpoints(
        place.read_text(encoding="utf-8"), "f", [signing.existing_key(place.parent)]
    )
    assert [one.size for one in found.checkpoints] == [1, 3]
    line = whole.count(b"\n") + 1
    assert [str(one) for one in found.remarks] == [
        f"f, line {line}: no part of a checkpoint, left out"
    ]


def test_wherever_a_note_was_cut_off(place) -> None:
    """One after the other in one file, each followed by a whole one."""
    first, second = (
        f"{Checkpoint(CHAIN, size, bytes(32), KEY_ID).signed(KEY, NOW).note}\n".encode()
        for size in (1, 2)
    )
    third = Checkpoint(CHAIN, 3, bytes(32), KEY_ID).signed(KEY, NOW)
    place.write_bytes(first)
    cuts = range(1, len(second))
    for cut in cuts:
        with place.open("ab") as file:
            file.write(second[:cut])
        checkpointer.Place(place).add([third])
    content = place.read_text(encoding="utf-8", errors="replace")
    found = read_checkpoints(content, "f", [KEY.public_key()])
    lines = content.split("\n")
    assert [lines[one.line] for one in found.checkpoints] == [
        str(one.size) for one in found.checkpoints
    ]
    sizes = [one.size for one in found.checkpoints]
    assert (sizes[0], sizes.count(3)) == (1, len(cuts))
    # cut off behind a whole line of signatures
    both = second.rindex("— ".encode())
    assert sizes.count(2) == len(range(both, len(second)))
    own = checkpointer.Place(place)
    own.read_new([KEY.public_key()])
    assert own.newest[CHAIN].size == 3


def test_reading_takes_no_longer_than_the_file(monkeypatch) -> None:
    """What is counted is counted once."""
    note = Checkpoint(CHAIN, 1, bytes(32), KEY_ID).signed(KEY, NOW).note
    looked = 0

    class Text(str):
        def count(self, *arguments: object) -> int:
            nonlocal looked
            looked += len(range(*slice(*arguments[1:], None).indices(len(self))))
            return super().count(*arguments)  # type: ignore[arg-type]

        def replace(self, *_arguments: object) -> Text:  # type: ignore[override]
            return self

    text_ = Text(f"{note}\n" * 100)
    assert len(read_checkpoints(text_, "f", [KEY.public_key()]).checkpoints) == 100
    assert looked <= len(text_)


def test_a_full_disk_leaves_the_file_as_it_was(store, study, place, monkeypatch) -> None:
    writer = store.checkpointer()
    writer.write()
    before = place.read_bytes()
    store.rename_study(study.id, "Another")
    real = checkpointer.os.write
    monkeypatch.setattr(checkpointer.os, "write", lambda handle, data: real(handle, data[:100]))
    assert [str(one) for one in writer.write().problems] == [
        f"{place}: checkpoints cannot be written: No space left on device"
    ]
    monkeypatch.undo()
    assert place.read_bytes() == before
    assert writer.write().checkpoints == 1
    assert problems(store, place) == []


def test_what_is_no_extension_is_not_signed(store, study, place, database) -> None:
    writer = store.checkpointer()
    store.rename_study(study.id, "Another")
    writer.write()
    before = place.read_bytes()
    forge(store, study.id, store.events(study.id)[:1])
    cut = (
        f"study {study.id} ('Pilot'): event 2 is missing, the log ends with event 1, "
        f"a checkpoint has 2 events ({place}, line 1)"
    )
    for one in (writer, store.checkpointer()):
        assert [str(problem) for problem in one.write().problems] == [cut]
    store.rename_study(study.id, "A third")
    store.rename_study(study.id, "A fourth")
    other = (
        f"study {study.id} ('A fourth'): events 1 to 2 are not those of a checkpoint "
        f"({place}, line 1)"
    )
    for one in (writer, store.checkpointer()):
        assert [str(problem) for problem in one.write().problems] == [other]
    for table in ("experts", "events", "studies"):
        database.execute(f"DELETE FROM {table}")
    gone = (
        f"study {study.id}: there is no such log any more, a checkpoint has 2 events of it "
        f"({place}, line 1)"
    )
    for one in (writer, store.checkpointer()):
        assert [str(problem) for problem in one.write().problems] == [gone]
    assert place.read_bytes() == before


# in the background


class Waited:
    """Waits for the next checkpoints of a writer."""

    def __init__(self, writer: checkpointer.Checkpointer) -> None:
        self._written, self._write = threading.Semaphore(0), writer.write
        writer.write = self.write  # type: ignore[method-assign]

    def write(self) -> checkpointer.Written:
        try:
            return self._write()
        finally:
            self._written.release()

    def once(self) -> None:
        assert self._written.acquire(timeout=30)


@pytest.fixture
def running(store) -> Iterator[tuple[checkpointer.Checkpointer, Waited]]:
    """A writer that has started, and written what there was."""
    writer = store.checkpointer()
    waited = Waited(writer)
    writer.start()
    waited.once()
    yield writer, waited
    writer.stop()


def test_a_closed_round_is_signed_at_once(store, study, survey, place, running, answer_all) -> None:
    expert = store.add_expert(study.id, "Ada")
    answer_all(store, expert.id)
    store.submit(expert.id, event_id="submit")
    store.close_round(study.id)
    running[1].once()
    assert [one.size for one in read(place)] == [1, len(store.events(study.id))]


def test_so_many_events_are_signed_at_once(store, study, place, running, monkeypatch) -> None:
    monkeypatch.setattr(checkpointer, "EVENTS", 3)
    for number in range(3):
        store.rename_study(study.id, f"Study {number}")
    running[1].once()
    assert [one.size for one in read(place)] == [1, 4]


def test_the_end_is_signed(store, study, place, running) -> None:
    store.rename_study(study.id, "Another")
    running[0].stop()
    assert [one.size for one in read(place)] == [1, 2]


def test_what_fails_is_said_once_and_tried_again(store, study, place, monkeypatch, caplog) -> None:
    monkeypatch.setattr(checkpointer, "SECONDS", 0.01)
    place.mkdir()
    writer = store.checkpointer()
    waited = Waited(writer)
    writer.start()
    for _ in range(3):
        waited.once()
    place.rmdir()
    for _ in range(2):
        waited.once()
    writer.stop()
    said = [one.getMessage() for one in caplog.records if one.name.startswith("ahp")]
    assert said == [f"{place}: checkpoints cannot be written: Is a directory"]
    assert [one.size for one in read(place)] == [1]


def test_what_came_back_is_said_again(store, study, place, monkeypatch, caplog) -> None:
    monkeypatch.setattr(checkpointer, "SECONDS", 0.01)
    writer = store.checkpointer()
    waited = Waited(writer)
    place.mkdir()
    writer.start()
    for _ in range(2):
        waited.once()
        waited.once()
        place.rmdir()
        waited.once()
        waited.once()
        place.unlink()
        place.mkdir()
    waited.once()
    waited.once()
    writer.stop()
    said = [one.getMessage() for one in caplog.records if one.name.startswith("ahp")]
    assert said == 3 * [f"{place}: checkpoints cannot be written: Is a directory"]


def test_what_nobody_expected_ends_nothing(store, study, place, monkeypatch, caplog) -> None:
    """And is said each time, with where it comes from."""
    monkeypatch.setattr(checkpointer, "SECONDS", 0.01)
    writer = store.checkpointer()
    waited, write = Waited(writer), writer._write

    def fails(_key: object) -> None:
        raise RuntimeError("unexpected")

    writer._write = fails
    writer.start()
    for _ in range(3):
        waited.once()
    writer._write = write
    waited.once()
    waited.once()
    writer.stop()
    records = [one for one in caplog.records if one.name == "ahp.store.checkpointer"]
    assert len(records) >= 3
    assert {one.getMessage() for one in records} == {"no checkpoint was written"}
    assert {str(one.exc_info[1]) for one in records} == {"unexpected"}
    assert [one.size for one in read(place)] == [1]


def test_an_end_at_any_moment_is_heard(store, monkeypatch) -> None:
    """Also just after it was looked whether it is the end."""
    writer, waits = store.checkpointer(), []

    class Stopping(threading.Event):
        def is_set(self) -> bool:
            was = super().is_set()
            self.set()
            writer._wake.set()
            return was

    class Wake(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(self.is_set())
            return True

    writer._stopping, writer._wake = Stopping(), Wake()
    writer._run()
    assert waits == [False, True]  # at the start, and after the first writing


def test_who_sleeps_reads_no_log_before_waking(store, study, place) -> None:
    writer, awake, written = store.checkpointer(), [], []
    write = writer.write

    def noting() -> checkpointer.Written:
        written.append(bool(awake))
        return write()

    writer.write = noting
    writer.start(asleep=True)
    assert not writer._wake.is_set()
    awake.append(True)
    writer.wake()
    assert writer.stop()
    assert place.exists()
    assert all(written)


def test_the_end_waits_no_longer_than_asked(store, study, place) -> None:
    writer = store.checkpointer()
    write, goes_on = writer.write, threading.Event()

    def slow() -> checkpointer.Written:
        assert goes_on.wait(30)
        return write()

    writer.write = slow
    writer.start()
    assert not writer.stop(0.01)
    goes_on.set()
    assert writer.stop(30)
    assert [one.size for one in read(place)] == [1]


# forgeries: each verifies, and is found by checkpoints


def forge(store: Store, study_id: str, events: list[Event]) -> None:
    """Put other events in the place of a study's log, as a forger does who knows the code: with the
    evidence that follows from them, all hashes, and the rows of other tables.
    """
    with store._database.write() as session:
        row = session.get_one(StudyRow, study_id)
        state = State.of(log.parse_survey(_content(session, row)))
        made = []
        for number, event in enumerate(events, start=1):
            one = replace(event, seq=number)
            if one.kind == "round_closed":
                one = replace(one, detail=jcs(state.evidence()))
            made.append(one)
            state = fold([logged(one)], state)
        chained = rechained(made)
        session.execute(delete(EventRow).where(EventRow.study_id == study_id))
        session.execute(delete(ExpertRow).where(ExpertRow.study_id == study_id))
        experts = [log.expert_columns(key, who) for key, who in state.members.items()]
        if experts:
            session.execute(insert(ExpertRow), [{**one, "study_id": study_id} for one in experts])
        session.execute(insert(EventRow), [vars(one) for one in chained])
        for name, value in log.study_columns(state).items():
            setattr(row, name, value)
        row.head_seq, row.head_hash = chained[-1].seq, chained[-1].hash


def _content(session, row: StudyRow) -> str:
    found = session.execute(
        text("SELECT content FROM surveys WHERE content_hash = :hash"), {"hash": row.survey_hash}
    )
    return str(found.scalar_one())


PAIRS = (("goal", "a", "b"), ("goal", "a", "c"), ("goal", "b", "c"), ("a", "a1", "a2"))
EVENTS = 23


@pytest.fixture(scope="module")
def history(tmp_path_factory, migrated, survey) -> Path:
    """A folder with a study of 23 events, an evaluation, and checkpoints of each: of the study
    after 15 events (its first round closed), after 21 and after 23.
    """
    folder = tmp_path_factory.mktemp("history")
    shutil.copy(migrated, folder / "ahp.db")
    store = Store(f"sqlite:///{folder / 'ahp.db'}")
    writer = store.checkpointer()
    study = store.create_study(survey, "Pilot")
    ada = store.add_expert(study.id, "Ada", "Audit").id
    bo = store.add_expert(study.id, "Bo").id
    case = make_case(store)
    store.act(case.id, EvaluationRenamed("Renamed"))
    for expert, value in ((ada, "3"), (bo, "1/5")):
        for pair in PAIRS:
            store.answer(expert, *pair, value, event_id=f"{expert[:8]}-{'-'.join(pair)}")
        if expert == ada:
            store.comment(ada, *PAIRS[0], "why", event_id="comment")
        store.submit(expert, event_id=f"{expert[:8]}-submit")
    store.close_round(study.id)
    writer.write()
    store.open_round(study.id)
    for pair in PAIRS:
        store.answer(ada, *pair, "2", event_id=f"2-{'-'.join(pair)}")
    store.submit(ada, event_id="2-submit")
    writer.write()
    for pair in PAIRS[:2]:
        store.answer(bo, *pair, "4", event_id=f"2-bo-{'-'.join(pair)}")
    writer.write()
    assert len(store.events(study.id)) == EVENTS
    store.close()
    return folder


@pytest.fixture
def forger(history: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of it in the forger's hands."""
    for one in history.iterdir():
        shutil.copy(one, tmp_path / one.name)
    store = Store(f"sqlite:///{tmp_path / 'ahp.db'}")
    yield store
    store.close()


def at(events: list[Event], kind: str, which: int = 0) -> int:
    """The place of an event of a kind."""
    return [k for k, event in enumerate(events) if event.kind == kind][which]


def changed(of: str, which: int = 0, **columns: object) -> Callable[[list[Event]], list[Event]]:
    """Other columns of one event."""

    def change(events: list[Event]) -> list[Event]:
        k = at(events, of, which)
        return [*events[:k], replace(events[k], **columns), *events[k + 1 :]]

    return change


def detail(kind: str, **named: object) -> Callable[[list[Event]], list[Event]]:
    """Other parts of the detail of one event."""

    def change(events: list[Event]) -> list[Event]:
        data = json.loads(events[at(events, kind)].detail or "")
        return changed(kind, detail=jcs({**data, **named}))(events)

    return change


def without(kind: str, which: int = 0) -> Callable[[list[Event]], list[Event]]:
    def change(events: list[Event]) -> list[Event]:
        k = at(events, kind, which)
        return [*events[:k], *events[k + 1 :]]

    return change


def exchanged(kind: str, first: int, second: int) -> Callable[[list[Event]], list[Event]]:
    def change(events: list[Event]) -> list[Event]:
        a, b = at(events, kind, first), at(events, kind, second)
        found = list(events)
        found[a], found[b] = found[b], found[a]
        return found

    return change


def cut(last: int) -> Callable[[list[Event]], list[Event]]:
    return lambda events: events[:last]


def dated(time: str, kind: str, which: int = 0) -> Callable[[list[Event]], list[Event]]:
    return changed(kind, which, time=f"{time}.000000+00:00")


def _exchanged_experts(events: list[Event]) -> list[Event]:
    """Each says what the other one said."""
    ada, bo = (event.expert_id for event in events if event.kind == "expert_added")
    other = {ada: bo, bo: ada}
    said = ("answer", "comment", "submit")
    return [
        replace(one, expert_id=other[one.expert_id], actor_id=other[one.expert_id])
        if one.kind in said and one.round == 1
        else one
        for one in events
    ]


def _one_expert_less(events: list[Event]) -> list[Event]:
    bo = [event.expert_id for event in events if event.kind == "expert_added"][1]
    return [event for event in events if event.expert_id != bo]


def _one_before_the_other(events: list[Event]) -> list[Event]:
    bo = [event.expert_id for event in events if event.kind == "expert_added"][1]
    first = [one for one in events if one.round == 1 and one.kind in ("answer", "submit")]
    later = [one for one in first if one.expert_id == bo]
    rest = [one for one in events if one not in later]
    return [*rest[:3], *later, *rest[3:]]


def _a_year_earlier(events: list[Event]) -> list[Event]:
    return [
        replace(one, time=f"{int(one.time[:4]) - 1}{one.time[4:]}".replace("-02-29", "-02-28"))
        for one in events
    ]


def _a_comment_in_the_past(events: list[Event]) -> list[Event]:
    k = at(events, "comment")
    return [*events[:k], replace(events[k], event_id="late", detail="no"), *events[k:]]


def _abstained(events: list[Event]) -> list[Event]:
    return changed("answer", -1, kind="abstain", value=None)(events)


def _cut_and_gone_on(events: list[Event]) -> list[Event]:
    """As long as it was, with other answers at its end."""
    k = at(events, "answer", -1)
    return [*events[:k], replace(events[k], event_id="again", value="1/9")]


def _opened_earlier(events: list[Event]) -> list[Event]:
    """Renamed events ids, as if others had sent them."""
    return [replace(one, event_id=f"x{one.seq}") for one in events]


REWRITTEN, CUT, SUBMITTED = (
    "events 1 to 15 are not those of a checkpoint",
    "event 23 is missing, the log ends with event 22, a checkpoint has 23 events",
    "events 16 to 21 are not those of a checkpoint",
)
LAST = "events 22 to 23 are not those of a checkpoint"

FORGERIES: dict[str, tuple[Callable[[list[Event]], list[Event]], str]] = {
    "an answer of the open round": (changed("answer", -1, value="9"), LAST),
    "an answer of the closed round, and its evidence": (changed("answer", 0, value="9"), REWRITTEN),
    "an answer that was submitted": (changed("answer", 8, value="1/9"), SUBMITTED),
    "the answers of two experts": (_exchanged_experts, REWRITTEN),
    "an expert's name": (detail("expert_added", name="Eve"), REWRITTEN),
    "an expert's organization": (detail("expert_added", organization="Board"), REWRITTEN),
    "the study's title": (detail("study_created", title="Final"), REWRITTEN),
    "the study's note": (detail("study_created", note="simulated"), REWRITTEN),
    "who answered": (changed("answer", 0, actor_kind="organizer", actor_id=""), REWRITTEN),
    "where it came from": (changed("answer", 0, source="file"), REWRITTEN),
    "ids of events": (_opened_earlier, REWRITTEN),
    "a remark": (changed("comment", detail="because"), REWRITTEN),
    "an abstention for an answer": (_abstained, LAST),
    "a remark put in": (_a_comment_in_the_past, REWRITTEN),
    "the last event cut": (cut(22), CUT),
    "cut behind the closed round": (
        cut(15),
        "event 16 is missing, the log ends with event 15, a checkpoint has 23 events",
    ),
    "cut behind the first event": (
        cut(1),
        "event 2 is missing, the log ends with event 1, a checkpoint has 23 events",
    ),
    "cut and gone on": (_cut_and_gone_on, LAST),
    "an answer left out": (without("answer", -1), CUT),
    "an answer of the closed round left out": (without("answer", 0), REWRITTEN),
    "a remark left out": (without("comment"), REWRITTEN),
    "a submission left out": (without("submit", 2), SUBMITTED),
    "an expert left out": (_one_expert_less, REWRITTEN),
    "two answers exchanged": (exchanged("answer", 0, 1), REWRITTEN),
    "two answers of the open round exchanged": (exchanged("answer", -1, -2), LAST),
    "two experts exchanged": (exchanged("expert_added", 0, 1), REWRITTEN),
    "one expert before the other": (_one_before_the_other, REWRITTEN),
    "all a year earlier": (_a_year_earlier, REWRITTEN),
    "a round closed earlier": (dated("2026-01-01T00:00:00", "round_closed"), REWRITTEN),
    "an answer dated earlier": (dated("2026-01-01T00:00:00", "answer", -1), LAST),
    "an answer dated 2099": (dated("2099-01-01T00:00:00", "answer", 0), REWRITTEN),
}


def found(store: Store, folder: Path) -> str:
    """What checkpoints say of a log that verifies."""
    assert len(store.verify_log()) <= 1
    [problem] = problems(store, folder / "ahp.db.checkpoints")
    assert "(ahp.db.checkpoints, line " in problem
    return problem.partition(" (ahp.db.checkpoints")[0]


def test_the_history_holds(forger: Store, tmp_path: Path) -> None:
    study = forger.studies()[0]
    assert problems(forger, tmp_path / "ahp.db.checkpoints") == []
    forge(forger, study.id, forger.events(study.id))
    assert problems(forger, tmp_path / "ahp.db.checkpoints") == []


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_is_found(
    forger: Store, tmp_path: Path, forgery: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also by the command, which finds nothing without checkpoints."""
    study = forger.studies()[0]
    change, expected = FORGERIES[forgery]
    forge(forger, study.id, change(forger.events(study.id)))
    title = forger.studies()[0].title
    said = f"study {study.id} ({title!r}): {expected}"
    assert found(forger, tmp_path) == said
    verify = ["log", "verify", "--database", f"sqlite:///{tmp_path / 'ahp.db'}"]
    assert main(verify) == 0
    capsys.readouterr()
    assert main([*verify, "--checkpoints"]) == 1
    lines = capsys.readouterr().err.splitlines()
    [error] = [line for line in lines if line.startswith("ahp: error: ")]
    assert error.startswith(f"ahp: error: {said} ({tmp_path / 'ahp.db.checkpoints'}, line ")


@pytest.mark.parametrize("change", [changed("answer", 0, value="9"), cut(15)])
def test_a_forgery_that_was_imported_is_found(
    forger: Store, tmp_path: Path, change: Callable[[list[Event]], list[Event]]
) -> None:
    """Exported after it was forged, into a database that has never seen the real one."""
    [study] = forger.studies()
    forge(forger, study.id, change(forger.events(study.id)))
    [evaluation] = forger.evaluations()
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    other.import_export(forger.export_study(study.id))
    other.import_evaluation(forger.export_evaluation(evaluation.id), "evaluation.json")
    shutil.copy(tmp_path / "ahp.db.checkpoints", tmp_path / "other.db.checkpoints")
    assert f"study {study.id} ('Pilot'): event" in found(other, tmp_path)
    other.close()


def test_an_honest_import_holds(forger: Store, tmp_path: Path) -> None:
    [study], [evaluation] = forger.studies(), forger.evaluations()
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    other.import_export(forger.export_study(study.id))
    other.import_evaluation(forger.export_evaluation(evaluation.id), "evaluation.json")
    other.rename_study(study.id, "Taken over")
    assert problems(other, tmp_path / "ahp.db.checkpoints") == []
    other.close()


def test_a_study_that_is_gone_is_found(forger: Store, tmp_path: Path) -> None:
    [study] = forger.studies()
    with forger._database.write() as session:
        for table in ("events", "links", "experts", "studies"):
            session.execute(text(f"DELETE FROM {table}"))
    assert found(forger, tmp_path) == (
        f"study {study.id}: there is no such log any more, a checkpoint has 23 events of it"
    )


@pytest.mark.parametrize("shorter", [True, False])
def test_a_forged_evaluation_is_found(forger: Store, tmp_path: Path, shorter: bool) -> None:
    [evaluation] = forger.evaluations()
    events = forger.evaluation_events(evaluation.id)
    k = at(events, "evaluation_created")
    other = replace(events[k], event_id="another")
    forged = events[:-1] if shorter else [*events[:k], other, *events[k + 1 :]]
    chained = rechained(forged)
    with forger._database.write() as session:
        session.execute(delete(EvaluationEventRow))
        session.execute(insert(EvaluationEventRow), [vars(one) for one in chained])
        row = session.get_one(EvaluationRow, evaluation.id)
        row.head_seq, row.head_hash = chained[-1].seq, chained[-1].hash
        row.title = "效能评价" if shorter else "Renamed"
    count, title = len(events), "效能评价" if shorter else "Renamed"
    said = (
        f"event {count} is missing, the log ends with event {count - 1}, a checkpoint has {count} "
        "events"
        if shorter
        else f"events 1 to {count} are not those of a checkpoint"
    )
    forger.verify_evaluations()
    assert found(forger, tmp_path) == f"evaluation {title!r} ({evaluation.id}): {said}"


# honest histories

STEPS = st.lists(
    st.sampled_from(
        (
            "expert",
            "answer",
            "answer",
            "submit",
            "close",
            "open",
            "archive",
            "rename",
            "sign",
            "move",
        )
    ),
    max_size=30,
)


@settings(max_examples=10)
@given(steps=STEPS)
def test_no_honest_history_is_refused(tmp_path_factory, migrated, survey, steps) -> None:
    """Whatever is done, in whichever database it goes on."""
    folder = tmp_path_factory.mktemp("honest")
    shutil.copy(migrated, folder / "ahp.db")
    store = Store(f"sqlite:///{folder / 'ahp.db'}")
    study, moved = store.create_study(survey, "Study 0"), 0
    writer, place = store.checkpointer(), folder / "ahp.db.checkpoints"
    writer.write()
    for number, step in enumerate(steps):
        state, people = store.study(study.id), store.experts(study.id)
        waiting = [one for one in people if not one.submitted]
        if step == "expert" and state.open and len(people) < 4:
            store.add_expert(study.id, f"Expert {number}")
        elif step == "answer" and state.open and waiting:
            pair = PAIRS[number % len(PAIRS)]
            store.answer(waiting[0].id, *pair, "3", event_id=f"event-{number}")
        elif step == "submit" and state.open and waiting and waiting[0].answered == len(PAIRS):
            store.submit(waiting[0].id, event_id=f"event-{number}")
        elif step == "close" and state.open:
            store.close_round(study.id)
        elif step == "open" and not state.open:
            store.open_round(study.id)
        elif step == "archive":
            (store.unarchive_study if state.archived else store.archive_study)(study.id)
        elif step == "rename":
            store.rename_study(study.id, f"Study {number + 1}")
        elif step == "sign":
            assert writer.write().problems == ()
        elif step == "move":
            content, moved = store.export_study(study.id), moved + 1
            store.close()
            store = Store(f"sqlite:///{folder / f'{moved}.db'}")
            store.import_export(content)
            writer = store.checkpointer([place])
    store.verify_log()
    assert problems(store, place) == []
    store.close()


# times


def test_times_of_checkpoints_and_stamps(frozen, store, study, place) -> None:
    """Three events; a checkpoint has the first two."""
    writer = store.checkpointer()
    frozen.move(minutes=5)
    store.rename_study(study.id, "Another")
    writer.write()
    [one] = read(place)
    early, late = NOW - timedelta(minutes=1), NOW + timedelta(minutes=6)

    def said(checkpoint: Checkpoint, stamp: datetime | None) -> tuple[list[str], list[str]]:
        stamps = {} if stamp is None else {checkpoint: stamp}
        with store._database.read() as session:
            compared = compare(session, [checkpoint], stamps)
        name = f"study {study.id} ('Another'), event "
        return tuple(
            [str(one).removeprefix(name) for one in each]
            for each in (compared.problems, compared.remarks)
        )

    second = (NOW + timedelta(minutes=5)).isoformat(timespec="microseconds")
    assert said(one, None) == ([], [])
    assert said(one, NOW + timedelta(minutes=4)) == ([], [])
    at_first = NOW.isoformat(timespec="microseconds")
    before = early.isoformat(timespec="microseconds")
    assert said(one, early) == (
        [f"2: its time is {second}, but a checkpoint that has it was time-stamped at {before}"],
        [],
    )
    assert said(replace(one, time=early), None) == (
        [],
        [f"2: its time is {second}, but a checkpoint that has it was signed at {before}"],
    )
    # the clock runs back by six minutes before the third event
    frozen.move(minutes=-6)
    store.archive_study(study.id)
    third, signed = early.isoformat(timespec="microseconds"), at_first.replace("12:00", "12:04")
    remark = (
        f"3: its time is {third}, but it was not there yet when a checkpoint was signed after "
        f"{signed}"
    )
    assert said(one, None) == ([], [remark])
    assert said(one, late) == (
        [remark.replace("signed after", "signed and time-stamped after")],
        [remark],
    )
    [log_] = store.verify_log()
    assert [str(one) for one in log_.remarks] == [
        f"times that run backwards: 1, first at event 3, {third} after {second}",
        f"times after now: 2, first at event 1, {at_first}",
    ]


def test_a_time_of_a_day_alone_may_be_any_of_it(frozen, store, study, place) -> None:
    """What experts without a name do after a checkpoint has the day alone."""
    writer = store.checkpointer()
    token = store.issue_anonymous_link(study.id, 3, "Anonymous expert")
    writer.write()
    [one] = read(place)

    def remarks() -> int:
        with store._database.read() as session:
            found = compare(session, [one], {one: NOW})
        return len(found.problems) + len(found.remarks) + len(store.verify_log()[0].remarks)

    frozen.move(minutes=5)
    store.begin_anonymous(token, "x" * 22, "192.0.2.1")
    assert remarks() == 0
    frozen.move(days=-1)  # a clock that does run back is noticed all the same
    store.begin_anonymous(token, "y" * 22, "192.0.2.1")
    frozen.move(days=1)
    assert remarks() == 3


def test_midnight_of_who_has_a_name_is_a_moment(frozen, store, study, place) -> None:
    writer = store.checkpointer()
    writer.write()
    [one] = read(place)
    midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    frozen.move(seconds=(midnight - NOW).total_seconds())
    store.rename_study(study.id, "Back-dated")
    with store._database.read() as session:
        compared = compare(session, [one], {one: NOW})
    [log_] = store.verify_log()
    said = [str(each) for each in (*compared.problems, *compared.remarks, *log_.remarks)]
    assert ["not there yet when" in each for each in said] == [True, True, False, False]
    assert said[2].startswith("times that run backwards: 1, first at event ")
