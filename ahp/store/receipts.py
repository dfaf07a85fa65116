"""Receipts of submitted answers: made from the log, and verified against an exported log."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..errors import LogError, ReceiptError, StoreError
from ..process.receipt import ABSTAIN, Receipt, Statement
from ..scale import opposite
from ..study import Survey
from . import signing, transfer
from .database import Database
from .models import EventRow, StudyRow
from .queries import expert_and_study
from .replay import ANSWERING
from .surveys import survey_of


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
        raise ReceiptError(
            f"key: {sources[1]} holds the key {found}, the receipt was signed with {receipt.key_id}"
        )
    signing.check_signature(key, receipt.content, receipt.signature)
    said = receipt.statement
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder, 'study.db')}")
        try:
            with database.write() as session:
                study = _imported(session, export, sources[0])
                survey = survey_of(session, study)
                _same("study", said, study=study.id)
                _same("survey", said, survey=survey.id, survey_hash=survey.content_hash)
                try:
                    logged = _statement(session, said.expert, said.round)
                except ReceiptError as error:
                    raise ReceiptError(f"expert: {error}") from error
        finally:
            database.close()
    _same("study", said, title=logged.title)
    _same("expert", said, name=logged.name)
    _same("position", said, seq=logged.seq, hash=logged.hash, time=logged.time)
    answers, others = ({one[:3]: one[3] for one in each.answers} for each in (said, logged))
    for pair in answers | others:
        if answers.get(pair) != others.get(pair):
            raise ReceiptError(
                f"answers: {pair} is {answers.get(pair)!r} in the receipt, "
                f"{others.get(pair)!r} in the export"
            )
    _same("answers", said, answers=logged.answers)
    return said, survey


def _imported(session: Session, export: bytes, source: str) -> StudyRow:
    try:
        return transfer.import_study(session, export, source)
    except LogError as error:
        raise ReceiptError(f"log: {source}: {error}") from error


def _same(check: str, said: Statement, **logged: object) -> None:
    for name, value in logged.items():
        if (stated := getattr(said, name)) != value:
            raise ReceiptError(
                f"{check}: {name} is {stated!r} in the receipt, {value!r} in the export"
            )


def _statement(session: Session, expert_id: str, round_number: int | None) -> Statement:
    try:
        expert, study = expert_and_study(session, expert_id)
    except StoreError as error:
        raise ReceiptError(str(error)) from error
    number = study.round if round_number is None else round_number
    own = (
        select(EventRow)
        .where(EventRow.expert_id == expert_id, EventRow.round == number)
        .order_by(EventRow.seq)
    )
    submit = session.scalars(own.where(EventRow.kind == "submit")).one_or_none()
    if submit is None:
        raise ReceiptError(f"expert {expert.name!r} has not submitted in round {number}")
    judged: dict[tuple[str | None, frozenset[str | None]], EventRow] = {}
    for event in session.scalars(
        own.where(EventRow.kind.in_(ANSWERING), EventRow.seq < submit.seq)
    ):
        judged[event.parent, frozenset((event.left, event.right))] = event
    survey = survey_of(session, study)
    answers = []
    for parent, left, right in survey.hierarchy.comparisons:
        last = judged.get((parent, frozenset((left, right))))
        if last is None or last.kind == "clear":
            continue
        value = ABSTAIN if last.kind == "abstain" else str(last.value)
        turned = last.kind == "answer" and last.left != left
        answers.append((parent, left, right, opposite(value) if turned else value))
    return Statement(
        study=study.id,
        title=_title_before(session, study, submit.seq),
        survey=survey.id,
        survey_hash=study.survey_hash,
        expert=expert.id,
        name=expert.name,
        round=number,
        answers=tuple(answers),
        seq=submit.seq,
        hash=submit.hash,
        time=submit.time,
    )


def _title_before(session: Session, study: StudyRow, seq: int) -> str:
    """The title that a study had when an event was appended."""
    details = session.scalars(
        select(EventRow.detail)
        .where(
            EventRow.study_id == study.id,
            EventRow.kind.in_(("study_created", "study_renamed")),
            EventRow.seq < seq,
        )
        .order_by(EventRow.seq)
    )
    return str(json.loads(str(details.all()[-1]))["title"])
