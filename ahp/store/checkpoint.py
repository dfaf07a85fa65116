"""Checkpoints: what the server signed of a chain, as transparency logs do.

A checkpoint is a signed note (C2SP signed-note) with the text of C2SP tlog-checkpoint: which chain,
how many events, and the root of the Merkle tree over their hashes. A line of signatures is by the
server's key over the text; a second one (C2SP tlog-cosignature, `cosignature/v1`) also says when; a
third one can hold the answer of a time-stamping authority (RFC 3161) about the text.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal, NamedTuple
from urllib.parse import quote, unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ..errors import LogError, StoreError
from ..messages import Phrase
from . import signing

ED25519, COSIGNATURE = b"\x01", b"\x04"
"""Bytes of signed-note for the kinds of signatures."""

STAMP = b"\xffRFC 3161 time-stamp response over the SHA-256 of the note text"
STAMP_NAME = "rfc3161"

MOST = 2**30
"""Bytes of a file of checkpoints: one every 5 minutes for 15 years, a year of those with stamps."""

_NOTE = re.compile(
    r"(?m)^(?P<text>ahp/(?P<key>[0-9a-f]{16})/(?P<kind>studies|evaluations)/(?P<id>\S+)\n"
    r"(?P<size>[1-9]\d{0,18})\n(?P<root>[A-Za-z0-9+/]{43}=)\n)"
    r"\n(?P<signatures>(?:— \S+ [A-Za-z0-9+/]+=*\n)+)"
)

Kind = Literal["studies", "evaluations"]


class Chain(NamedTuple):
    """Which chain: of a study or of an evaluation, and its id."""

    kind: Kind
    id: str

    def phrase(self, title: str | None = None) -> Phrase:
        """How messages call it."""
        study = self.kind == "studies"
        if title is None:
            return Phrase("chain_of_studies" if study else "chain_of_evaluations", id=self.id)
        named = "log_of_a_study" if study else "log_of_an_evaluation"
        return Phrase(named, id=self.id, title=title)


@dataclass(frozen=True)
class Checkpoint:
    """What a server says of a chain.

    Attributes:
        chain: which.
        size: number of its events.
        root: of the Merkle tree over their hashes, each as it stands in exports: 64 ASCII digits.
        key: id of the key that signed it.
        time: when it was signed, by the server's clock, to the second; None where it doesn't say.
        stamp: the answer of a time-stamping authority, DER; None without one.
        source, line: where it stands.
    """

    chain: Chain
    size: int
    root: bytes
    key: str
    time: datetime | None = None
    stamp: bytes | None = field(default=None, repr=False)
    source: str = ""
    line: int = 0

    @property
    def origin(self) -> str:
        """The log it is of, for all the world."""
        return f"ahp/{self.key}/{self.chain.kind}/{quote(self.chain.id, safe='')}"

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def signed(self, key: Ed25519PrivateKey, time: datetime) -> SignedNote:
        """This checkpoint as a note signed with the server's key at a time."""
        public = key.public_key()
        seconds = int(time.timestamp())
        both = key.sign(_cosigned(self.text, seconds))
        lines = (
            _line(self.origin, ED25519 + _raw(public), key.sign(self.text.encode())),
            _line(_cosigner(self.key), COSIGNATURE + _raw(public), _moment(seconds) + both),
        )
        return SignedNote(replace(self, time=datetime.fromtimestamp(seconds, UTC)), lines)


@dataclass(frozen=True)
class SignedNote:
    """A checkpoint with its lines of signatures."""

    checkpoint: Checkpoint
    lines: tuple[str, ...]

    def stamped(self, response: bytes) -> SignedNote:
        """The same with the answer of a time-stamping authority."""
        line = _line(STAMP_NAME, STAMP, response)
        return SignedNote(replace(self.checkpoint, stamp=response), (*self.lines, line))

    @property
    def note(self) -> str:
        """As it stands in files."""
        return f"{self.checkpoint.text}\n{''.join(self.lines)}"


@dataclass(frozen=True)
class Found:
    """What stands in a file.

    Attributes:
        checkpoints: those whose signatures are right, in the order of the file.
        others: those by keys that aren't known, of which nothing is known.
        remarks: what else stands there.
    """

    checkpoints: tuple[Checkpoint, ...]
    others: tuple[Checkpoint, ...]
    remarks: tuple[Phrase, ...]


def read_checkpoints(text: str, source: str, keys: Iterable[Ed25519PublicKey]) -> Found:
    """The checkpoints in a text, one or more, all by keys that are known; see `find_checkpoints`.

    Raises:
        LogError: one is by another key, or was not signed with the key that it names.
        StoreError: there is none.
    """
    keys = list(keys)
    found = find_checkpoints(text, source, keys)
    for one in found.others:
        known = tuple(map(signing.key_id, keys))
        raise LogError("checkpoint_key", source=source, line=one.line, signed=one.key, known=known)
    if not found.checkpoints:
        raise StoreError("checkpoints_none", source=source)
    return found


def find_checkpoints(
    text: str, source: str, keys: Iterable[Ed25519PublicKey], *, lines_before: int = 0
) -> Found:
    """The checkpoints in a text, such as a file or a mail.

    Args:
        text: the text.
        source: its name, for messages.
        keys: public keys of the server, the one it has now and earlier ones.
        lines_before: how many lines the source has before the text.

    Raises:
        LogError: one was not signed with the key that it names.
    """
    text = text.replace("\r\n", "\n")
    known = {signing.key_id(key): key for key in keys}
    checked, others, remarks, end, line = [], [], [], 0, lines_before + 1
    for match in itertools.chain(_NOTE.finditer(text), [None]):
        between = text[end : match.start() if match else None]
        if between.strip():
            blank = between[: len(between) - len(between.lstrip())]
            first = line + blank.count("\n")
            remarks.append(Phrase("checkpoint_no_part", source=source, line=first))
        if match is None:
            break
        line += between.count("\n")
        one = _checkpoint(match, source, line)
        if one.key in known:
            checked.append(_checked(one, match, known[one.key]))
        else:
            others.append(one)
        end, line = match.end(), line + match[0].count("\n")
    return Found(tuple(checked), tuple(others), tuple(remarks))


def _checkpoint(match: re.Match[str], source: str, line: int) -> Checkpoint:
    kind: Kind = "studies" if match["kind"] == "studies" else "evaluations"
    return Checkpoint(
        Chain(kind, unquote(match["id"])),
        int(match["size"]),
        base64.b64decode(match["root"]),
        match["key"],
        source=source,
        line=line,
    )


def _checked(one: Checkpoint, match: re.Match[str], key: Ed25519PublicKey) -> Checkpoint:
    """A checkpoint with what its lines of signatures say, each of which is right."""
    log = one.origin, _key_hash(one.origin, ED25519 + _raw(key))
    clock_ = _cosigner(one.key), _key_hash(_cosigner(one.key), COSIGNATURE + _raw(key))
    authority = STAMP_NAME, _key_hash(STAMP_NAME, STAMP)
    signed = False
    try:
        for written in match["signatures"].splitlines():
            _dash, name, encoded = written.split(" ")
            content = base64.b64decode(encoded, validate=True)
            which, signature = (name, content[:4]), content[4:]
            if which == log:
                key.verify(signature, match["text"].encode())
                signed = True
            elif which == clock_:
                seconds = int.from_bytes(signature[:8], "big")
                key.verify(signature[8:], _cosigned(match["text"], seconds))
                one = replace(one, time=datetime.fromtimestamp(seconds, UTC))
            elif which == authority:
                one = replace(one, stamp=signature)
    except (InvalidSignature, ValueError, OverflowError, OSError):
        signed = False
    if not signed or one.text != match["text"]:
        raise LogError("checkpoint_signature", source=one.source, line=one.line, key=one.key)
    return one


def _line(name: str, key: bytes, signature: bytes) -> str:
    content = base64.b64encode(_key_hash(name, key) + signature).decode()
    return f"— {name} {content}\n"


def _key_hash(name: str, key: bytes) -> bytes:
    """By which a line of signatures says with which key of a name it was made."""
    return hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]


def _cosigner(key: str) -> str:
    return f"ahp/{key}"


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _moment(seconds: int) -> bytes:
    return struct.pack(">Q", seconds)


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
