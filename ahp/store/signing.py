"""The server's Ed25519 key: made once, kept in a file; it signs receipts, others derive from it."""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from ..datafile import system_problem
from ..errors import ReceiptError, StoreError
from .private import give_name, keep_private

ENVIRONMENT_VARIABLE = "AHP_SIGNING_KEY"


def key_path(folder: Path) -> Path:
    """Where the server's private key is.

    Args:
        folder: where `signing_key.pem` lies unless `$AHP_SIGNING_KEY` names another file.
    """
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    return Path(named) if named else folder / "signing_key.pem"


def signing_key(folder: Path, known: str = "") -> Ed25519PrivateKey:
    """The server's private key, made now if there is none yet.

    Args:
        folder: see `key_path`.
        known: id of the key that the database knows, which is never made anew.

    Raises:
        StoreError: the file cannot be read or made, or see `check_known`. It is never replaced.
    """
    path = key_path(folder)
    check_known(path, known)
    with readable(path):
        if not path.exists():
            pem = Ed25519PrivateKey.generate().private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            )
            place_key(path, pem)
    keep_private(path)
    return _read_key(path)


def check_known(path: Path, known: str) -> None:
    """Refuse another key than the one that the database knows: what it signs verifies with another
    public key, and what the known one has encrypted can't be read with it.

    Args:
        path: of the key.
        known: id of the key that the database knows; empty = it knows none, and takes any.

    Raises:
        StoreError: there is another key or none, and what to do; or it can't be read.
    """
    if not known:
        return
    facts = {"path": str(path), "known": known, "variable": ENVIRONMENT_VARIABLE}
    with readable(path):
        if not path.exists():
            raise StoreError("key_gone", **facts)
    found = key_id(_read_key(path).public_key())
    if found != known:
        raise StoreError("key_other", found=found, **facts)


def existing_key(folder: Path) -> Ed25519PublicKey:
    """The public key of the server, where it has one; nothing is changed.

    Args:
        folder: see `key_path`.

    Raises:
        StoreError: there is none, or the file cannot be read.
    """
    path = key_path(folder)
    if not path.exists():
        raise StoreError("key_missing", path=str(path))
    return _read_key(path).public_key()


def _read_key(path: Path) -> Ed25519PrivateKey:
    with readable(path):
        content = path.read_bytes()
    try:
        key = load_pem_private_key(content, password=None)
    except (TypeError, UnsupportedAlgorithm, ValueError):
        key = None  # without the library's words, which are about the content
    if not isinstance(key, Ed25519PrivateKey):
        raise StoreError("key_is_none", path=str(path))
    return key


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """In place of an error of the system, one that names the key's file."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            "key_unreadable",
            path=str(path),
            problem=system_problem(error),
            variable=ENVIRONMENT_VARIABLE,
        ) from error


def place_key(path: Path, pem: bytes) -> bool:
    """Write a key where there is none, so that the file is there completely or not.

    Returns:
        False where there is one: another process may have been faster.

    Raises:
        OSError: it can't be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".signing_key")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        give_name(Path(name), path)
    except FileExistsError:
        return False
    finally:
        Path(name).unlink(missing_ok=True)
    return True


def derived(key: Ed25519PrivateKey, purpose: str) -> bytes:
    """32 secret bytes for one purpose (HKDF, RFC 5869), the same as long as the key is: whoever has
    the database alone doesn't have them.
    """
    raw = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(raw)


def public_pem(key: Ed25519PublicKey) -> str:
    """A public key as PEM."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def read_public_key(pem: bytes, source: str) -> Ed25519PublicKey:
    """The public key in the content of a PEM file.

    Args:
        pem: the content.
        source: name of the file, for messages.

    Raises:
        StoreError: it holds no Ed25519 public key.
    """
    try:
        key = load_pem_public_key(pem)
    except (UnsupportedAlgorithm, ValueError):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise StoreError("public_key_is_none", source=source)
    return key


def key_id(key: Ed25519PublicKey) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the key's 32 bytes."""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def sign(key: Ed25519PrivateKey, content: str) -> str:
    """Ed25519 (RFC 8032) over the UTF-8 bytes of a text, in base64; the same every time."""
    return base64.b64encode(key.sign(content.encode())).decode()


def check_signature(key: Ed25519PublicKey, content: str, signature: str) -> None:
    """Refuse a text that the key did not sign.

    Raises:
        ReceiptError: the signature is not one of this key over this text.
    """
    try:
        key.verify(base64.b64decode(signature, validate=True), content.encode())
    except (InvalidSignature, ValueError) as error:
        raise ReceiptError("receipt_signature") from error
