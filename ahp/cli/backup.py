"""`ahp backup` and `ahp restore`: all there is in one file, and back."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import StoreError
from ..i18n import Translate, translator
from .arguments import Commands, add_database
from .printing import line_language, print_warning

if TYPE_CHECKING:
    from ..store.backup import Manifest, Progress


CLEAR = "\r\x1b[K"
"""To the begin of a terminal's line, which is emptied."""


def add(commands: Commands) -> None:
    """The commands."""
    command = commands.add_parser(
        "backup", help="write the database and the signing key into one file, while the app runs"
    )
    command.add_argument("file", metavar="FILE", help="the backup; nothing is overwritten")
    add_database(command)
    command.set_defaults(run=_back_up)
    command = commands.add_parser(
        "restore", help="put a backup into a database that is new or empty, and verify it"
    )
    command.add_argument("file", metavar="FILE", help="the backup")
    add_database(command)
    command.set_defaults(run=_restore)


def _back_up(arguments: argparse.Namespace) -> int:
    from ..store.backup import KEY, back_up  # noqa: PLC0415 - the app is optional
    from ..store.database import place_of  # noqa: PLC0415

    language = line_language(arguments)
    _, path = translator(language), Path(arguments.file).absolute()
    place = place_of(arguments.database)
    problems: list[StoreError] = []
    keyless: list[StoreError] = []
    with _progress(_) as progress:
        made, manifest = back_up(
            place, path, progress, unnoted=problems.append, keyless=keyless.append
        )
    for problem in problems:
        print_warning(problem, language)
    for problem in keyless:
        print_warning(
            StoreError("backup_without_key", path=arguments.file, problem=problem), language
        )
    line = _("{file}: a whole backup of {location}, compared with it")
    print(line.format(file=arguments.file, location=place.location))
    print(_held(_, manifest))
    if KEY in manifest.parts:
        print(_("  with the signing key: whoever has the file can sign receipts"))
    elif keyless:
        print(_("  WITHOUT the signing key that the database knows: keep that one, too"))
    else:
        print(_("  without a signing key: the database knows of none"))
    print(_("  SHA-256 {hash}, {size} bytes").format(hash=made.sha256, size=made.size))
    return 1 if keyless else 0


def _restore(arguments: argparse.Namespace) -> int:
    from ..store.backup import KEY  # noqa: PLC0415 - the app is optional
    from ..store.restore import restore  # noqa: PLC0415

    language = line_language(arguments)
    _ = translator(language)
    with _progress(_) as progress:
        restored = restore(Path(arguments.file).absolute(), arguments.database, progress)
    line = _("{location}: restored from {file}, every log verified")
    print(line.format(location=restored.location, file=arguments.file))
    print(_held(_, restored.manifest))
    said = {
        "placed": _("  The signing key is at {path} now; receipts are signed with it as before."),
        "same": _("  The signing key is at {path} already."),
        "other": _(
            "  At {path} is another signing key, which stays: receipts of before verify with the "
            "public key of the one in the backup."
        ),
        "none": _("  The backup has no signing key."),
    }
    print(said[restored.key].format(path=restored.key_path))
    if restored.problem:
        print(_("  The server does not start before it has the key that the database knows."))
        if restored.key == "other":
            path = shlex.quote(str(restored.key_path))
            print(_("  This command puts it there, in place of the other one:"))
            print(f"    unzip -p {shlex.quote(arguments.file)} {KEY} > {path}")
        print_warning(restored.problem, language)
    print(
        _(
            "  Personal links go on working where the server is reached at the address that they "
            "have."
        )
    )
    line = _("  What was done after {taken} is not in this backup.")
    print(line.format(taken=restored.manifest.taken))
    return 0


def _held(_: Translate, manifest: Manifest) -> str:
    """What is in a backup."""
    line = _("  as of {taken}; logs: {logs}, events in them: {events}")
    return line.format(taken=manifest.taken, logs=len(manifest.logs), events=manifest.events)


@contextmanager
def _progress(_: Translate) -> Iterator[Progress | None]:
    """Says on a terminal how far it is, in a line that goes away."""
    if not sys.stderr.isatty():
        yield None
        return
    words = {
        "copying": _("copying"),
        "checking": _("comparing"),
        "packing": _("packing"),
        "restoring": _("restoring"),
        "verifying": _("verifying"),
    }

    def tell(step: str, done: float) -> None:
        part = f" {done:.0%}" if done else ""
        print(f"{CLEAR}{words[step]} …{part}", end="", file=sys.stderr, flush=True)

    try:
        yield tell
    finally:
        print(CLEAR, end="", file=sys.stderr, flush=True)
