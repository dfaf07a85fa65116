"""Checkpoints of all chains, written beside the database and to a second place."""

from __future__ import annotations

import errno
import logging
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from filelock import FileLock
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..datafile import system_problem
from ..errors import AHPError, LogError, StoreError
from ..messages import Message, Phrase
from . import clock, signing, stamps
from .checkpoint import Chain, Checkpoint, SignedNote, find_checkpoints
from .database import Database, Observer
from .extension import TABLES, events_of, say
from .merkle import Tree
from .server_settings import known_key

SECOND_PLACE = "AHP_CHECKPOINTS"
AUTHORITY = "AHP_TSA_URL"

EVENTS = 100
"""After so many events a checkpoint is written at once,"""

SECONDS = 300.0
"""and otherwise as often as this, where anything was appended."""

STAMPING = 60.0
"""Seconds that an authority has for all checkpoints that are written together."""

ENDING = ".checkpoints"
"""Of the files; what `$AHP_CHECKPOINTS` names without it is a folder, unless it is a file already:
one that isn't mounted must not become a file on this machine."""

CLOSING = frozenset({"round_closed", "period_signed"})
"""Kinds of events after which one is written at once."""

_CUT_OFF = b" (cut off)\n\n"
"""Behind what was cut off: a line of signatures that was ends in no way in which one can."""

_BINARY: int = getattr(os, "O_BINARY", 0)  # of Windows
_log = logging.getLogger(__name__)


@dataclass
class Place:
    """A file of checkpoints, which is only ever added to.

    Attributes:
        path: of the file.
        newest: chain -> the checkpoint in it with the most events.
    """

    path: Path
    newest: dict[Chain, Checkpoint] = field(default_factory=dict)
    _read: int = 0
    _lines: int = 0

    def read_new(self, keys: Sequence[Ed25519PublicKey]) -> None:
        """Take in what was added, by whichever process.

        Raises:
            OSError: the file can't be read.
            LogError: one was not signed with the key that it names.
        """
        size = self.path.stat().st_size if self.path.exists() else 0
        if size < self._read:  # another file, or cut
            self.newest, self._read, self._lines = {}, 0, 0
        if size == self._read:
            return
        with self.path.open("rb") as file:
            file.seek(self._read)
            content = file.read()
        text = content.decode(errors="replace")
        found = find_checkpoints(text, str(self.path), keys, lines_before=self._lines)
        for one in found.checkpoints:
            if one.chain not in self.newest or one.size >= self.newest[one.chain].size:
                self.newest[one.chain] = one
        self._read += len(content)
        self._lines += text.count("\n")

    def add(self, notes: Sequence[SignedNote]) -> None:
        """Add checkpoints, all or none.

        Raises:
            OSError: they can't be written.
        """
        content = "".join(f"{one.note}\n" for one in notes).encode()
        handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | _BINARY, 0o644)
        try:
            end = os.lseek(handle, 0, os.SEEK_END)
            if end and not _ends_with_blank_line(handle, end):
                content = _CUT_OFF + content  # the power failed while the last one was written
            try:
                if os.write(handle, content) < len(content):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            except OSError:
                os.ftruncate(handle, end)
                raise
            os.fsync(handle)
        finally:
            os.close(handle)

    @property
    def is_new(self) -> bool:
        """Whether nothing has been read from it."""
        return not self._read

    def lacks(self, chain: Chain, size: int) -> bool:
        """Whether it has no checkpoint of so many events."""
        return chain not in self.newest or self.newest[chain].size < size


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes:
        checkpoints: how many.
        stamped: how many of them have a time stamp.
        problems: what was not signed, since an earlier checkpoint says otherwise, and what could
            not be reached or written.
        remarks: which places were begun, although there were checkpoints already.
    """

    checkpoints: int
    stamped: int
    problems: tuple[Message, ...]
    remarks: tuple[Phrase, ...] = ()


class Checkpointer(Observer):
    """Signs the heads of all chains, where they have changed.

    A chain that is no extension of what was signed before is not signed.

    Args:
        database: of the chains.
        places: the files; none = beside the database, and where `$AHP_CHECKPOINTS` says.
        authority: URL of a time-stamping authority; None = `$AHP_TSA_URL`, if it is set.
    """

    def __init__(
        self, database: Database, places: Sequence[Path] = (), authority: str | None = None
    ) -> None:
        self._database = database
        self._places = [Place(path) for path in places or places_of(database)]
        self._by_hand = bool(places)
        self._authority = authority or os.environ.get(AUTHORITY)
        self._trees: dict[Chain, tuple[Tree, str]] = {}  # with the hash of the last event
        self._seen: dict[Chain, tuple[int, str]] = {}
        self._said: list[str] = []  # the last time
        self._waiting = 0
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)

    @property
    def paths(self) -> list[Path]:
        """Where checkpoints are written."""
        return [place.path for place in self._places]

    def start(self, *, asleep: bool = False) -> None:
        """Go on in the background until `stop`.

        Args:
            asleep: read no log before `wake`, or before something is written that doesn't wait.
        """
        self._database.observers.append(self)
        if not asleep:
            self._wake.set()
        self._thread.start()

    def wake(self) -> None:
        """Write now."""
        self._wake.set()

    def stop(self, timeout: float | None = None) -> bool:
        """Write what is new, without time stamps of an authority, and end.

        Args:
            timeout: seconds to wait for that at most; None = as long as it takes.

        Returns:
            Whether it is written. What isn't is at the next start.
        """
        self._stopping.set()
        self.wake()
        self._thread.join(timeout)
        with suppress(ValueError):  # of one that was stopped before
            self._database.observers.remove(self)
        return not self._thread.is_alive()

    def write(self) -> Written:
        """Write a checkpoint of each chain that has changed, to each place that lacks it.

        Raises:
            StoreError: the server's key or the database can't be read, the key is not the one that
                the database knows, or the first place has no folder that can be written to.
        """
        if not self._has_something():
            return Written(0, 0, ())  # and no key is made before it is needed
        with self._database.read() as session:
            known = known_key(session)
        key = signing.signing_key(self._database.folder, known)
        first = self._places[0].path
        try:
            first.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{first}.lock"):
                return self._write(key)
        except OSError as error:
            raise _unwritten(first, error) from error

    def _has_something(self) -> bool:
        """Whether there is a chain, or was one."""
        # of a file system that doesn't answer, this says no, and Path.exists() raises
        if any(os.path.exists(place.path) for place in self._places):
            return True
        with self._database.read() as session:
            heads = (head for head, _rows in TABLES.values())
            return any(session.scalar(select(head.id).limit(1)) for head in heads)

    def _write(self, key: Ed25519PrivateKey) -> Written:
        problems: list[Message] = []
        places = []
        for place in self._places:
            try:
                place.read_new([key.public_key()])
                places.append(place)
            except OSError as error:
                problems.append(_unwritten(place.path, error))
            except LogError as error:
                problems.append(error)
        now = clock.now()  # before the database is looked at: what comes after it is later
        with self._database.read() as session:
            due, refused = self._due(session, places, signing.key_id(key.public_key()))
        problems += refused
        notes, authority = {}, self._authority
        end = time.monotonic() + STAMPING
        for one in due:
            note = one.signed(key, now)
            if authority and not self._stopping.is_set():
                try:
                    note = note.stamped(stamps.ask(authority, one.text, end))
                except StoreError as error:  # a checkpoint without a stamp is better than none
                    problems.append(error)
                    authority = None
            notes[one] = note
        written, remarks = set(), []
        for place in places:
            lacking = [one for one in due if place.lacks(one.chain, one.size)]
            try:
                if lacking:
                    place.add([notes[one] for one in lacking])
                    others = (other.path for other in places if other.newest)
                    if place.is_new and (other := next(others, None)):
                        remarks.append(
                            Phrase("checkpoint_begun", path=str(place.path), other=str(other))
                        )
                    elif place.is_new and not self._by_hand:
                        remarks += _under_other_names(place.path, lacking, [key.public_key()])
                written.update(lacking)
            except OSError as error:
                problems.append(_unwritten(place.path, error))
        stamped = sum(notes[one].checkpoint.stamp is not None for one in written)
        return Written(len(written), stamped, tuple(problems), tuple(remarks))

    def _due(
        self, session: Session, places: Sequence[Place], key: str
    ) -> tuple[list[Checkpoint], list[Phrase]]:
        """What is to be signed, and why others are not."""
        due, refused, there = [], [], set()
        for kind, (head, _rows) in TABLES.items():
            for row in session.execute(select(head.id, head.title, head.head_seq, head.head_hash)):
                chain, seen = Chain(kind, row.id), (row.head_seq, row.head_hash)
                there.add(chain)
                lacking = any(place.lacks(chain, row.head_seq) for place in places)
                if self._seen.get(chain) == seen and not lacking:
                    continue
                name = chain.phrase(row.title)
                signed = [place.newest[chain] for place in places if chain in place.newest]
                root = self._root(session, chain, name, row.head_seq, signed)
                if isinstance(root, Phrase):
                    refused.append(root)
                    continue
                self._seen[chain] = seen
                if lacking:
                    due.append(Checkpoint(chain, row.head_seq, root, key))
        for place in places:
            for chain in place.newest.keys() - there:
                one = place.newest[chain]
                refused.append(say("checkpoint_of_nothing", one, chain.phrase()))
        return due, refused

    def _root(
        self, session: Session, chain: Chain, name: Phrase, size: int, signed: Sequence[Checkpoint]
    ) -> bytes | Phrase:
        """The root of a chain, or why it is no extension of what was signed before."""
        tree, last = self._trees.pop(chain, (Tree(), ""))
        events = iter(events_of(session, chain, max(tree.size - 1, 0)))
        if tree.size and next(events, (0, "", ""))[1] != last:  # rewritten since
            tree, events = Tree(), iter(events_of(session, chain))
        for _seq, event_hash, _time in events:
            tree.add(event_hash.encode())
            last = event_hash
            for one in signed:
                if one.size == tree.size and one.root != tree.root:
                    return say("checkpoint_other", one, name, first=1)
        if longer := [one for one in signed if one.size > tree.size]:
            return say("checkpoint_longer", longer[0], name, seq=tree.size + 1, last=tree.size)
        if tree.size != size:
            return Phrase("log_ends", book=name, seq=max(tree.size + 1, size), last=tree.size)
        self._trees[chain] = tree, last
        return tree.root

    def written(self, seconds: float, kinds: Sequence[str]) -> None:
        """This process has appended events of these kinds."""
        self._waiting += len(kinds)
        if self._waiting >= EVENTS or not CLOSING.isdisjoint(kinds):
            self.wake()

    def _run(self) -> None:
        self._wake.wait()
        last = False
        while not last:
            self._wake.clear()  # first: who sets it from now on is heard
            last = self._stopping.is_set()
            self._waiting = 0
            try:
                written = self.write()
                self._say([*written.problems, *written.remarks])
            except AHPError as error:
                self._say([error])
            except Exception:  # whatever it is, a later one may be written
                _log.exception("no checkpoint was written")
            if not last:
                self._wake.wait(SECONDS)

    def _say(self, problems: Sequence[Message]) -> None:
        """A line each in the log of the server, unless it was said the last time, too."""
        said = [str(one) for one in problems]
        for text in said:
            if text not in self._said:
                _log.warning("%s", text)
        self._said = said


def places_of(database: Database) -> list[Path]:
    """The file of checkpoints beside a database, and the second one, if `$AHP_CHECKPOINTS` names a
    file or a folder, see `ENDING`.
    """
    first = _own(database.folder, database)
    second = os.environ.get(SECOND_PLACE)
    if not second:
        return [first]
    path = Path(second)  # which may not be reachable now: see `Checkpointer._has_something`
    file = os.path.isfile(path) or (path.suffix == ENDING and not os.path.isdir(path))
    return [first, path if file else _own(path, database)]


def _own(folder: Path, database: Database) -> Path:
    """The file of a database in a folder: one that an earlier version has begun goes on."""
    path, file = folder / f"{database.place.name}{ENDING}", database.place.file
    if file is not None and not os.path.isfile(path) and not os.path.isfile(file.with_suffix("")):
        before = folder / f"{file.stem}{ENDING}"  # with which ahp.db and ahp.bak had one file
        if os.path.isfile(before):
            return before
    return path


def _under_other_names(
    path: Path, begun: Sequence[Checkpoint], keys: Sequence[Ed25519PublicKey]
) -> Iterator[Phrase]:
    """That the same logs have checkpoints in other files of the folder, as where the database was
    reached at another address.
    """
    for other in sorted(path.parent.glob(f"*{ENDING}")):
        place = Place(other)
        with suppress(OSError, LogError):  # whatever it is, it isn't ours
            place.read_new(keys)
        if other != path and any(one.chain in place.newest for one in begun):
            yield Phrase("checkpoint_renamed", path=str(path), other=str(other))


def _unwritten(path: Path, error: OSError) -> StoreError:
    return StoreError("checkpoint_unwritten", path=str(path), problem=system_problem(error))


def _ends_with_blank_line(handle: int, end: int) -> bool:
    os.lseek(handle, max(end - 2, 0), os.SEEK_SET)
    return os.read(handle, 2) == b"\n\n"
