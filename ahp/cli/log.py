"""`ahp log`: the append-only logs of studies and evaluations."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..datafile import MAX_EVALUATION, read_bytes
from ..errors import StoreError
from ..i18n import translator
from .arguments import Commands, add_language
from .printing import line_language


def add(commands: Commands) -> None:
    """The command and its action."""
    log = commands.add_parser("log", help="the append-only logs")
    actions = log.add_subparsers(required=True, metavar="ACTION")
    command = actions.add_parser(
        "verify", help="recompute every hash and every closed or signed result"
    )
    command.add_argument("--database", metavar="URL", help="the app's own database by default")
    add_language(command)
    command.set_defaults(run=_verify)
    command = actions.add_parser(
        "import", help="take over a whole evaluation, also from a file too large for the app's page"
    )
    command.add_argument("file", metavar="FILE", help="the evaluation as JSON")
    command.add_argument("--database", metavar="URL", help="the app's own database by default")
    add_language(command)
    command.set_defaults(run=_import)


def _import(arguments: argparse.Namespace) -> int:
    from ..store import Store  # noqa: PLC0415 - the app is optional

    _, path = translator(line_language(arguments)), Path(arguments.file)
    content = read_bytes(path, StoreError, MAX_EVALUATION)
    store = Store(arguments.database, create=False)
    try:
        info = store.import_evaluation(content, path.name)
        events = len(store.evaluation_events(info.id))
        line = _("{location}: evaluation {id} ({title!r}) verified and taken over: {events} events")
        print(line.format(location=store.location, id=info.id, title=info.title, events=events))
    finally:
        store.close()
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    from ..store import Store  # noqa: PLC0415 - the app is optional

    _ = translator(line_language(arguments))
    store = Store(arguments.database, create=False)
    try:
        logs = store.verify_log()
        for log in logs:
            line = _("study {study} ({title!r}): {events} events, head {hash}")
            facts = {"title": log.title, "events": log.events, "hash": log.head_hash}
            print(line.format(study=log.study_id, **facts))
            for number in log.without_evidence:
                line = _("  round {number} was closed without evidence of its result")
                print(line.format(number=number))
        verified = _("{location}: {count} studies verified")
        line = _("{location}: 1 study verified") if len(logs) == 1 else verified
        print(line.format(location=store.location, count=len(logs)))
        for backup in store.restorations():
            line = _("  restored on {restored} from a backup of {taken}, SHA-256 {hash}")
            times = {"restored": backup.restored, "taken": backup.taken}
            print(line.format(**times, hash=backup.sha256))
        evaluations = store.verify_evaluations()
        for one in evaluations:
            line = _("evaluation {id} ({title!r}): {events} events, head {hash}")
            facts = {"title": one.title, "events": one.events, "hash": one.head_hash}
            print(line.format(id=one.evaluation_id, **facts))
            for period in one.signed:
                print(
                    _("  {period}: the signed result follows from the data").format(period=period)
                )
        verified = _("{location}: {count} evaluations verified")
        line = _("{location}: 1 evaluation verified") if len(evaluations) == 1 else verified
        if evaluations:
            print(line.format(location=store.location, count=len(evaluations)))
    finally:
        store.close()
    return 0
