"""`ahp serve`: the app."""

from __future__ import annotations

import argparse
import os

from ..errors import OptionError
from .arguments import Commands, add_language
from .printing import table_language


def add(commands: Commands) -> None:
    """The command and its options."""
    command = commands.add_parser("serve", help="run the web application")
    command.add_argument("--host", default="127.0.0.1")
    command.add_argument("--port", type=command.readable(_port), default=8501)
    command.add_argument(
        "--metrics-port",
        type=command.readable(_port),
        default=os.environ.get("AHP_METRICS_PORT") or None,
        help="where Prometheus asks how the server does",
    )
    command.add_argument(
        "--metrics-host", default=os.environ.get("AHP_METRICS_HOST") or "127.0.0.1"
    )
    add_language(command)
    command.set_defaults(run=_run, for_people=True)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise OptionError("port_out_of_range", text=text)
    return int(text)


def _run(arguments: argparse.Namespace) -> int:
    from ..web.server import serve  # noqa: PLC0415 - the app is optional

    port = arguments.metrics_port
    prometheus = None if port is None else (arguments.metrics_host, port)
    serve(arguments.host, arguments.port, table_language(arguments), prometheus)
    return 0
