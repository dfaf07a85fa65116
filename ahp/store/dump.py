"""Dumps of PostgreSQL: made by its `pg_dump`, read through its `pg_restore`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import Connection, text

from ..errors import StoreError

_SIGNS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
"""What stands behind a backslash in PostgreSQL's text format of COPY; any other is itself."""


def _check_version(connection: Connection) -> None:
    """Refuse a `pg_dump` that is older than the server."""
    needed = int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
    said = subprocess.run(
        [_tool("pg_dump"), "--version"], capture_output=True, text=True, check=False
    )
    version = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    found = int(version[1]) if version else 0
    if found < needed:
        raise StoreError("backup_tool_older", tool="pg_dump", found=found, needed=needed)


def dump(connection: Connection, tables: Sequence[str], path: Path) -> None:
    """Write tables into a dump, as a transaction sees them.

    Args:
        connection: in a transaction that sees one state of the database.
        tables: their names.
        path: of the dump.

    Raises:
        StoreError: `pg_dump` isn't there, is too old, or fails; says what to do, or has its words.
    """
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - SQLite needs none

    _check_version(connection)
    schema = connection.execute(text("SELECT current_schema()")).scalar_one()
    snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
    _, options = connection.dialect.create_connect_args(connection.engine.url)
    # whoever lists processes sees their arguments; an object is for the driver alone
    password = options.pop("password", "")
    told = {name: str(one) for name, one in options.items() if isinstance(one, str | int)}
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    command = [
        *(_tool("pg_dump"), "--format=custom", "--encoding=UTF8", "--no-password"),
        f"--snapshot={snapshot}",
        *(f'--table="{schema}"."{table}"' for table in tables),
        *(f"--file={path}", f"--dbname={make_conninfo('', **told)}"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise _failed("pg_dump", done.stderr)


def dumped_rows(path: Path, table: str) -> Iterator[dict[str, str | None]]:
    """The rows of a table in a dump, column -> its text.

    Raises:
        StoreError: `pg_restore` fails; has its words.
    """
    command = [
        *(_tool("pg_restore"), "--data-only", f"--table={table}", "--file=-", str(path)),
    ]
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors) as process,
    ):
        assert process.stdout is not None
        columns: list[str] = []
        for line in process.stdout:
            if columns and line != b"\\.\n":
                fields = line.removesuffix(b"\n").split(b"\t")
                yield dict(zip(columns, map(_value, fields), strict=True))
                continue
            begins = re.fullmatch(rb"COPY .* \((.*)\) FROM stdin;\n", line)
            columns = [one.strip('" ') for one in begins[1].decode().split(",")] if begins else []
        if process.wait():
            errors.seek(0)
            raise _failed("pg_restore", errors.read().decode(errors="replace"))


def _value(field: bytes) -> str | None:
    if field == rb"\N":
        return None
    plain = re.sub(rb"\\(.)", lambda found: _SIGNS.get(found[1], found[1]), field)
    return plain.decode()


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise StoreError("backup_tool_missing", tool=name)
    return found


def _failed(tool: str, said: str) -> StoreError:
    return StoreError("backup_tool_fails", tool=tool, problem=" ".join(said.split()))
