"""At which addresses the server is reached, and whether links with them open anywhere else."""

from __future__ import annotations

import argparse
import ipaddress
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import ifaddr
from streamlit import config

from ..errors import AHPError
from ..store.server_settings import is_public_address

BASE_URL = "AHP_BASE_URL"


def fixed() -> str:
    """The public address that AHP_BASE_URL says; empty where it says none."""
    return os.environ.get(BASE_URL, "").strip().rstrip("/")


def check_fixed() -> None:
    """Refuse to start with an AHP_BASE_URL that links can't begin with.

    Raises:
        AHPError: it is no address, or has more behind the host.
    """
    if (address := fixed()) and not is_public_address(address):
        raise AHPError("base_url", variable=BASE_URL, address=address)


def listening() -> tuple[str, int]:
    """Host and port that the server listens at, as far as the launcher's options tell."""
    program = Path(sys.argv[0])
    if program.suffix == ".py" and program.stem != "__main__":  # left there by `streamlit run`
        return config.get_option("server.address") or "0.0.0.0", config.get_option("server.port")
    if uvicorn_started := _of_uvicorn():
        return uvicorn_started["host"], uvicorn_started["port"]
    launcher = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    launcher.add_argument("--host", default="127.0.0.1")
    launcher.add_argument("--port", type=int, default=config.get_option("server.port"))
    known, _rest = launcher.parse_known_args(sys.argv[1:])
    return known.host, known.port


def opened_later() -> bool:
    """Whether uvicorn, started by itself, opens the port only once the app has begun: where it has
    several processes, or is given something else to listen at, it doesn't.
    """
    if not (options := _of_uvicorn()):
        return False
    processes = options["workers"] or int(os.environ.get("WEB_CONCURRENCY", "1"))
    port_alone = options["uds"] is None and options["fd"] is None
    return processes == 1 and port_alone and not options["reload"]


def _of_uvicorn() -> dict[str, Any]:
    """The options of uvicorn, from its command line and variables; empty where another program
    started the app.
    """
    program = Path(sys.argv[0])
    if program.stem != "uvicorn" and "uvicorn" not in program.parts:
        return {}
    from uvicorn.main import main  # noqa: PLC0415 - the other launchers don't need it

    return main.make_context("uvicorn", sys.argv[1:]).params


def only_here(address: str) -> bool:
    """Whether an address leads to this server from this computer alone."""
    host = urlsplit(address).hostname or ""
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return host in ("", "localhost") or host.endswith(".localhost")
    return number.is_loopback or number.is_unspecified


def of_network(host: str, port: int) -> list[str]:
    """The addresses at which others in the network reach a server that listens at a host.

    Args:
        host: as `listening` says; one that stands for all addresses of the machine gives each.
        port: likewise.
    """
    if not only_here(_written(host, port)):
        return [_written(host, port)]
    if not _is_every(host):
        return []
    found = [
        ipaddress.ip_address(one.ip if isinstance(one.ip, str) else one.ip[0])
        for adapter in ifaddr.get_adapters()
        for one in adapter.ips
    ]
    usable = [one for one in found if not (one.is_loopback or one.is_link_local)]
    four_first = sorted(dict.fromkeys(usable), key=lambda one: one.version)
    return [_written(str(one), port) for one in four_first if host != "0.0.0.0" or one.version == 4]


def of_this_computer(host: str, port: int) -> str:
    """The address at which a browser on this computer reaches a server that listens at a host."""
    return _written("127.0.0.1" if _is_every(host) else host, port)


def _is_every(host: str) -> bool:
    return host in ("0.0.0.0", "::", "")


def _written(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
