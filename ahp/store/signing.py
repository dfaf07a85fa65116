"""The server's Ed25519 key: made once, kept in a file, used to sign receipts."""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
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

ENVIRONMENT_VARIABLE = "AHP_SIGNING_KEY"


def signing_key(folder: Path) -> Ed25519PrivateKey:
    """The server's private key, made now if there is none yet.

    Args:
        folder: where `signing_key.pem` lies unless `$AHP_SIGNING_KEY` names another file.

    Raises:
        StoreError: the file cannot be read or made. It is never replaced.
    """
    path = _path(folder)
    try:
        if not path.exists():
            _create(path)
        content = path.read_bytes()
    except OSError as error:
        raise StoreError(
            "key_unreadable",
            path=str(path),
            problem=system_problem(error),
            variable=ENVIRONMENT_VARIABLE,
        ) from error
    try:
        key = load_pem_private_key(content, password=None)
    except (TypeError, UnsupportedAlgorithm, ValueError):
        key = None  # without the library's words, which are about the content
    if not isinstance(key, Ed25519PrivateKey):
        raise StoreError("key_is_none", path=str(path))
    return key


def existing_key(folder: Path) -> Ed25519PublicKey:
    """The public key of the server, where it has one; `folder` as for `signing_key`.

    Raises:
        StoreError: there is none, or the file cannot be read.
    """
    path = _path(folder)
    if not path.exists():
        raise StoreError("key_missing", path=str(path))
    return signing_key(folder).public_key()


def _path(folder: Path) -> Path:
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    return Path(named) if named else folder / "signing_key.pem"


def _create(path: Path) -> None:
    """Write a new key, unless another process was faster: a file is there completely or not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".signing_key")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    except FileExistsError:
        return
    finally:
        os.unlink(name)


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
