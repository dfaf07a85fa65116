"""`ahp log`: the append-only logs of studies and evaluations."""

from __future__ import annotations

import argparse

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
