"""`ahp receipt`: receipts of submitted answers."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..datafile import read_bytes
from ..errors import StoreError
from ..i18n import translator
from ..report import pairs_to_text
from .arguments import Commands, add_database, add_language
from .printing import line_language, table_language


def add(commands: Commands) -> None:
    """The command and its actions."""
    receipt = commands.add_parser("receipt", help="receipts of submitted answers")
    actions = receipt.add_subparsers(required=True, metavar="ACTION")
    command = actions.add_parser(
        "verify", help="check a receipt against the study's export and the server's public key"
    )
    command.add_argument("receipt", metavar="RECEIPT", help="the page as saved, PDF or text")
    command.add_argument("export", metavar="EXPORT", help="the study as JSON")
    command.add_argument("--key", metavar="FILE", required=True, help="the public key, PEM")
    add_language(command)
    command.set_defaults(run=_verify)
    command = actions.add_parser("key", help="print the public key that receipts verify with")
    command.add_argument(
        "--accept",
        action="store_true",
        help="let servers begin with this key, in place of the one that the database knows",
    )
    add_database(command)
    command.set_defaults(run=_key)


def _verify(arguments: argparse.Namespace) -> int:
    from ..exchange.receipt_file import read_receipt  # noqa: PLC0415 - the app is optional
    from ..report.receipt import answers_in_words, facts  # noqa: PLC0415
    from ..store.receipts import verify_receipt  # noqa: PLC0415

    language = table_language(arguments)
    _ = translator(language)
    receipt = read_receipt(Path(arguments.receipt))
    said, survey = verify_receipt(
        receipt,
        read_bytes(Path(arguments.export), StoreError),
        read_bytes(Path(arguments.key), StoreError),
        sources=(arguments.export, arguments.key),
    )
    print(_("{file}: verified").format(file=arguments.receipt))
    print(_("The signature is that of the key {key}.").format(key=receipt.key_id))
    print(_("The log in {file} verifies.").format(file=arguments.export))
    print(_("Its event {seq} is this submission, with the same hash.").format(seq=said.seq))
    print(_("All answers are those in the log."))
    print()
    print(pairs_to_text(facts(said, survey, language)))
    for parent, sentences in answers_in_words(said, survey, language).items():
        print("\n  ".join((survey.node_name(parent, language), *sentences)))
    return 0


def _key(arguments: argparse.Namespace) -> int:
    from ..store import Store  # noqa: PLC0415 - the app is optional

    store = Store(arguments.database, create=False)
    try:
        if arguments.accept:
            store.accept_key()
        key_id, pem = store.public_key()
    finally:
        store.close()
    _ = translator(line_language(arguments))
    print(_("key {key}").format(key=key_id))
    print(pem, end="")
    return 0
