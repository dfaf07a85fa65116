"""Receipts of submitted answers: made from the log, and verified against an exported log."""

from __future__ import annotations

import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from ..errors import LogError, ReceiptError, StoreError
from ..process.receipt import ABSTAIN, Receipt, Statement
from ..study import Survey
from . import chain, signing, transfer
from .database import Database
from .models import StudyRow
from .queries import expert_and_study
from .states import state_of


def make_receipt(
    session: Session, expert_id: str, round_number: int | None, key: Ed25519PrivateKey
) -> Receipt:
    """The receipt of an expert's submission, see `Store.receipt`."""
    content = _statement(session, expert_id, round_number).content
    return Receipt(content, signing.key_id(key.public_key()), signing.sign(key, content))


def verify_receipt(
    receipt: Receipt, export: bytes, public_key: bytes, *, sources: tuple[str, str]
) -> tuple[Statement, Survey]:
    """Check a receipt against the study's export and the server's public key.

    Args:
        receipt: the receipt.
        export: what `Store.export_study` wrote, at any time after the expert submitted.
        public_key: PEM.
        sources: names of the export and of the key's file, for messages.

    Returns:
        What the receipt says, and the survey that was answered.

    Raises:
        ReceiptError: a check does not hold; names it, what was found, and what was expected.
        AHPError: the export, the key or the content of the receipt cannot be read.
    """
    key = signing.read_public_key(public_key, sources[1])
    if (found := signing.key_id(key)) != receipt.key_id:
        raise ReceiptError("receipt_key", file=sources[1], found=found, signed=receipt.key_id)
    signing.check_signature(key, receipt.content, receipt.signature)
    said = receipt.statement
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder, 'study.db')}")
        try:
            with database.write() as session:
                study = _imported(session, export, sources[0])
                survey = state_of(session, study).survey
                _same("study", said, study=study.id)
                _same("survey", said, survey=survey.id, survey_hash=survey.content_hash)
                try:
                    logged = _statement(session, said.expert, said.round)
                except ReceiptError as error:
                    raise ReceiptError("receipt_expert", problem=error) from error
        finally:
            database.close()
    _same("study", said, title=logged.title)
    _same("expert", said, name=logged.name)
    _same("position", said, seq=logged.seq, hash=logged.hash, time=logged.time)
    answers, others = ({one[:3]: one[3] for one in each.answers} for each in (said, logged))
    for pair in answers | others:
        if answers.get(pair) != others.get(pair):
            raise ReceiptError(
                "receipt_differs",
                check="answers",
                name=str(pair),
                stated=repr(answers.get(pair)),
                logged=repr(others.get(pair)),
            )
    _same("answers", said, answers=logged.answers)
    return said, survey


def _imported(session: Session, export: bytes, source: str) -> StudyRow:
    try:
        return transfer.import_study(session, export, source)
    except LogError as error:
        raise ReceiptError("receipt_log", source=source, problem=error) from error


def _same(check: str, said: Statement, **held: object) -> None:
    for name, value in held.items():
        if (stated := getattr(said, name)) != value:
            raise ReceiptError(
                "receipt_differs", check=check, name=name, stated=repr(stated), logged=repr(value)
            )


def _statement(session: Session, expert_id: str, round_number: int | None) -> Statement:
    try:
        expert, study = expert_and_study(session, expert_id)
    except StoreError as error:
        raise ReceiptError(error.code, **error.parameters) from error
    number = study.round if round_number is None else round_number
    state = state_of(session, study).in_round(number)
    told = state.told_by(expert.id)
    if told.submission is None:
        raise ReceiptError("not_submitted", name=expert.name, round=number)
    values = {**dict.fromkeys(told.replies.abstained, ABSTAIN), **told.replies.answers}
    seq = told.submission.seq
    return Statement(
        study=study.id,
        title=told.submission.title,
        survey=state.survey.id,
        survey_hash=study.survey_hash,
        expert=expert.id,
        name=expert.name,
        round=number,
        answers=tuple(
            (*pair, values[pair]) for pair in state.survey.hierarchy.comparisons if pair in values
        ),
        seq=seq,
        hash=next(chain.read(session, study.id, seq, seq)).hash,
        time=told.submission.time,
    )
