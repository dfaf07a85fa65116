"""What is set for the server as a whole."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..errors import StoreError
from ..study.limits import check_length
from .models import ServerSettingRow
from .part import Part

_ADDRESS = "public_address"


class ServerSettings(Part):
    """What holds for all studies and evaluations of a database."""

    def public_address(self) -> str:
        """What personal links begin with, such as `"https://survey.example.org"`; empty where it
        isn't set.
        """
        with self._database.read() as session:
            row = session.get(ServerSettingRow, _ADDRESS)
            return "" if row is None else row.value

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
            row = session.get(ServerSettingRow, _ADDRESS)
            if row is None:
                row = ServerSettingRow(name=_ADDRESS, value=value)
                session.add(row)
            row.value = value


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
