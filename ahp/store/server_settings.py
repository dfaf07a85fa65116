"""What is set for the server as a whole."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlsplit

from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from ..errors import StoreError
from ..study.limits import check_length
from . import signing
from .models import ServerSettingRow
from .part import Part

_ADDRESS, _KEY, _LINK = "public_address", "signing_key", "organizer_link"

# of two processes that note something at once, neither fails
_FIRST = text(
    "INSERT INTO server_settings (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING"
)
_LAST = text(
    "INSERT INTO server_settings (name, value) VALUES (:name, :value) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)


class ServerSettings(Part):
    """What holds for all studies and evaluations of a database."""

    def public_address(self) -> str:
        """What personal links begin with, such as `"https://survey.example.org"`; empty where it
        isn't set.
        """
        with self._database.read() as session:
            return _value(session, _ADDRESS)

    def set_public_address(self, address: str) -> None:
        """Set what personal links begin with from now on; empty = nothing is set any more.

        Raises:
            AccessError: the account may not run studies or evaluations.
            StoreError: it is no address with `http://` or `https://`, or has more behind the host.
        """
        value = address.strip().rstrip("/")
        check_length("text", value)
        if value and not is_public_address(value):
            raise StoreError("public_address", address=value)
        with self._write(("run_studies", "run_evaluations")) as session:
            session.execute(_LAST, {"name": _ADDRESS, "value": value})

    def claim_key(self) -> None:
        """Let the server begin with its signing key: the one that the database knows, or, where it
        knows none yet, the one that is there or is made now.

        Two processes with two keys would sign receipts that verify with one of them alone, and
        could not read each other's second factors.

        Raises:
            StoreError: there is another key or none, and what to do; or it can't be read.
        """
        folder = self._database.folder
        with self._database.write() as session:
            key = signing.signing_key(folder, known_key(session)).public_key()
            session.execute(_FIRST, {"name": _KEY, "value": signing.key_id(key)})
            known = known_key(session)
        signing.check_known(signing.key_path(folder), known)

    def accept_key(self) -> None:
        """Let servers begin with the signing key that is there now, which is made if there is none,
        in place of the one that the database knows.
        """
        key = signing.signing_key(self._database.folder).public_key()
        with self._database.write() as session:
            session.execute(_LAST, {"name": _KEY, "value": signing.key_id(key)})

    def set_organizer_link(self, key: str) -> None:
        """Let an organizer's link with this key open, and none that was shown before; the database
        has its hash alone.
        """
        with self._database.write() as session:
            session.execute(_LAST, {"name": _LINK, "value": _hash(key)})

    def is_organizer_link(self, key: str) -> bool:
        """Whether it is the key of the organizer's link that was shown last, by whichever
        process.
        """
        with self._database.read() as session:
            return hmac.compare_digest(_value(session, _LINK), _hash(key))


def known_key(reader: Connection | Session) -> str:
    """Id of the signing key that a database knows; empty where it knows none yet."""
    return _value(reader, _KEY)


def _value(reader: Connection | Session, name: str) -> str:
    query = select(ServerSettingRow.value).where(ServerSettingRow.name == name)
    return reader.scalar(query) or ""


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def is_public_address(address: str) -> bool:
    """Whether links can begin with it: `http://` or `https://`, a host, and nothing behind it."""
    try:
        parts = urlsplit(address)
        port_fits = parts.port != 0
    except ValueError:
        return False
    more = parts.path or parts.query or parts.fragment or parts.username
    fits = parts.scheme in ("http", "https") and parts.hostname and port_fits and not more
    return bool(fits) and address.isprintable() and " " not in address
