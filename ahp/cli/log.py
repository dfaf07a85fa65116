"""`ahp log`: the append-only logs of studies and evaluations."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..datafile import MAX_EVALUATION, read_bytes
from ..errors import LogError, OptionError, StoreError
from ..i18n import translator
from ..messages import Message
from .arguments import Commands, add_database
from .printing import fail, in_words, line_language, print_warning

if TYPE_CHECKING:
    from ..store import EvaluationLog, StudyLog
    from ..store.reading import DatabaseToRead


def add(commands: Commands) -> None:
    """The command and its action."""
    log = commands.add_parser("log", help="the append-only logs")
    actions = log.add_subparsers(required=True, metavar="ACTION")
    command = actions.add_parser(
        "verify",
        help="recompute every hash and every closed or signed result; only reads",
    )
    add_database(command)
    command.add_argument(
        "--checkpoints",
        nargs="*",
        metavar="FILE",
        help="refuse logs that are no extension of the checkpoints in these files; without one, in "
        "those that the server writes",
    )
    command.add_argument(
        "--key",
        action="append",
        metavar="PEM",
        help="a public key of the server, from outside; the one beside the database by default; "
        "may be repeated",
    )
    command.add_argument(
        "--tsa",
        metavar="PEM",
        help="certificates of the authority whose time stamps the checkpoints have",
    )
    command.add_argument(
        "--jobs",
        type=int,
        metavar="N",
        help="how many processes verify long logs; default: as many as there are processors",
    )
    command.set_defaults(run=_verify)
    command = actions.add_parser(
        "import", help="take over a whole evaluation, also from a file too large for the app's page"
    )
    command.add_argument("file", metavar="FILE", help="the evaluation as JSON")
    add_database(command)
    command.set_defaults(run=_import)
    command = actions.add_parser(
        "checkpoint", help="sign how many events each log has, and with which hashes"
    )
    command.add_argument(
        "--output",
        metavar="FILE",
        help="add to this file alone; default: the one beside the database, and $AHP_CHECKPOINTS",
    )
    command.add_argument(
        "--timestamp",
        metavar="URL",
        help="have each checkpoint time-stamped by this authority; default: $AHP_TSA_URL",
    )
    add_database(command)
    command.set_defaults(run=_checkpoint)


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


def _checkpoint(arguments: argparse.Namespace) -> int:
    from ..store import Store  # noqa: PLC0415 - the app is optional

    language = line_language(arguments)
    _ = translator(language)
    places = [Path(arguments.output)] if arguments.output else []
    store = Store(arguments.database, create=False)
    try:
        checkpointer = store.checkpointer(places, arguments.timestamp)
        written = checkpointer.write()
        line = _("{paths}: new checkpoints: {count}, time-stamped: {stamped}")
        paths = ", ".join(map(str, checkpointer.paths))
        print(line.format(paths=paths, count=written.checkpoints, stamped=written.stamped))
        for remark in written.remarks:
            print_warning(remark, language)
    finally:
        store.close()
    return max((fail(problem, language, 1) for problem in written.problems), default=0)


def _verify(arguments: argparse.Namespace) -> int:
    from ..store.reading import DatabaseToRead  # noqa: PLC0415 - the app is optional

    for option in ("key", "tsa"):
        if getattr(arguments, option) and arguments.checkpoints is None:
            raise OptionError("option_alone", option=f"--{option}", other="--checkpoints")
    if arguments.jobs is not None and arguments.jobs < 1:
        raise OptionError("count_below_1", option="--jobs", value=arguments.jobs)
    language = line_language(arguments)
    jobs = arguments.jobs or os.cpu_count() or 1
    database = DatabaseToRead(arguments.database)
    try:
        if remark := database.remark:
            print_warning(remark, language)
        with database.unchanged():
            _verify_logs(database, jobs, language)
            compared = arguments.checkpoints is not None
            problems = _compare(database, arguments, language) if compared else ()
    finally:
        database.close()
    return max((fail(problem, language, 1) for problem in problems), default=0)


def _verify_logs(database: DatabaseToRead, jobs: int, language: str) -> None:
    """Verify all logs, and say what they are."""
    from ..store.backups import restorations  # noqa: PLC0415
    from ..store.verifying import verify_evaluations, verify_studies  # noqa: PLC0415

    _, location = translator(language), database.location
    studies = verify_studies(database, jobs)
    for log in studies:
        line = _("study {study} ({title!r}): {events} events, head {hash}")
        facts = {"title": log.title, "events": log.events, "hash": log.head_hash}
        print(line.format(study=log.study_id, **facts))
        for number in log.without_evidence:
            line = _("  round {number} was closed without evidence of its result")
            print(line.format(number=number))
        _print_remarks(log, language)
    verified = _("{location}: {count} studies verified")
    line = _("{location}: 1 study verified") if len(studies) == 1 else verified
    print(line.format(location=location, count=len(studies)))
    with database.read() as session:
        restored = restorations(session)
    for backup in restored:
        line = _("  restored on {restored} from a backup of {taken}, SHA-256 {hash}")
        times = {"restored": backup.restored, "taken": backup.taken}
        print(line.format(**times, hash=backup.sha256))
    evaluations = verify_evaluations(database, jobs)
    for one in evaluations:
        line = _("evaluation {id} ({title!r}): {events} events, head {hash}")
        facts = {"title": one.title, "events": one.events, "hash": one.head_hash}
        print(line.format(id=one.evaluation_id, **facts))
        for period in one.signed:
            print(_("  {period}: the signed result follows from the data").format(period=period))
        _print_remarks(one, language)
    verified = _("{location}: {count} evaluations verified")
    line = _("{location}: 1 evaluation verified") if len(evaluations) == 1 else verified
    if evaluations:
        print(line.format(location=location, count=len(evaluations)))


def _print_remarks(log: StudyLog | EvaluationLog, language: str) -> None:
    for remark in log.remarks:
        print(f"  {in_words(remark, language)}")


def _compare(
    database: DatabaseToRead, arguments: argparse.Namespace, language: str
) -> tuple[Message, ...]:
    """Say what checkpoints say of the log; return where it is no extension of them, and which of
    their time stamps are none.
    """
    from ..store import checkpoint, checkpointer, extension, signing, stamps  # noqa: PLC0415

    _ = translator(language)
    keys = [signing.read_public_key(_read(path), path) for path in arguments.key or ()]
    keys = keys or [signing.existing_key(database.folder)]
    authority = (
        stamps.read_certificates(_read(arguments.tsa), arguments.tsa) if arguments.tsa else ()
    )
    checkpoints: list[checkpoint.Checkpoint] = []
    for path in arguments.checkpoints or map(str, checkpointer.places_of(database)):
        content = read_bytes(Path(path), StoreError, checkpoint.MOST)
        # what was cut off may end within a character
        found = checkpoint.read_checkpoints(content.decode(errors="replace"), path, keys)
        for remark in found.remarks:
            print_warning(remark, language)
        checkpoints += found.checkpoints
    stamped = [one for one in checkpoints if one.stamp is not None]
    if arguments.tsa and not stamped:
        raise StoreError("stamps_none")
    times, wrong = {}, []
    for one in stamped if arguments.tsa else ():
        try:
            times[one] = stamps.stamped_time(one, authority)
        except LogError as error:
            wrong.append(error)
    with database.read() as session:
        compared = extension.compare(session, checkpoints, times)
    for remark in compared.remarks:
        print_warning(remark, language)
    problems = *wrong, *compared.problems
    if not problems:
        line = (
            _("{location}: all checkpoints hold: {count}, of logs: {chains}, the newest of {time}")
            if compared.newest
            else _("{location}: all checkpoints hold: {count}, of logs: {chains}")
        )
        facts = {"count": len(checkpoints), "chains": compared.chains, "time": compared.newest}
        print(line.format(location=database.location, **facts))
    if stamped:
        line = (
            _("  time stamps that hold: {held} of {count}")
            if arguments.tsa
            else _("  time stamps that were not verified, which takes --tsa: {count}")
        )
        print(line.format(held=len(times), count=len(stamped)))
    return problems


def _read(path: str) -> bytes:
    return read_bytes(Path(path), StoreError)
