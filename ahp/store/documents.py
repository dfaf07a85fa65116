"""What goes in and out as a whole: finished panels, receipts, exported studies, the log."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from ..errors import AnswersError
from ..process.events import Action, Actor, Answered, StudyImported, Submitted
from ..process.receipt import Receipt
from ..study import Answers, Judgment, Survey
from ..study.entered import judged
from ..study.standing import Standing
from . import chain, evaluation_log, log, receipts, signing, transfer
from .log import Entry
from .models import EventRow, StudyRow
from .part import Part, new_id
from .people import add_people, let_count
from .queries import study_info, study_row
from .records import EvaluationLog, Event, StudyInfo, StudyLog
from .rounds import close
from .server_settings import known_key
from .states import state_of
from .studies import begin_study


class Documents(Part):
    """Files and the log."""

    def import_study(
        self,
        survey: Survey,
        answers: Answers,
        title: str,
        *,
        note: str | None = None,
        standings: Mapping[str, Standing] | None = None,
        actor: Actor | None = None,
    ) -> StudyInfo:
        """Store a finished study from a file: every expert submitted, the round closed.

        Args:
            survey: the survey that was answered.
            answers: complete answers of one expert or more; values may lie between the steps of
                Saaty's scale, as joined judgments do.
            title: as for `create_study`.
            note: as for `create_study`.
            standings: expert -> standing, when the file has weights of the experts: these count
                (weighting `"given"`). One for each expert.
            actor: the file they were read from; None = the organizer.

        Raises:
            AnswersError: the answers do not fit the survey, a value is beyond the scale from 1/9 to
                9, or there are none; or the standings are not those of the experts.
            IncompleteError: the judgments below a parent do not connect all items.
            MatrixError: a value is no positive number.
            StoreError: the title or an expert's name is blank.
        """
        if not answers.experts:
            raise AnswersError("no_answers")
        answers.shared_arrays(survey.hierarchy)
        if standings and set(standings) != set(answers.experts):
            raise AnswersError(
                "weights_of_others", found=tuple(standings), expected=answers.experts
            )
        for one in answers.judgments:
            judged(one.value, one.place or f"expert {one.expert!r}")
        with self._write() as session:
            study = begin_study(session, survey, title, note)
            ids = add_people(session, study, dict.fromkeys(answers.experts))
            let_count(session, study, {ids[name]: own for name, own in (standings or {}).items()})
            said = [(ids[one.expert], _answered(one)) for one in answers.judgments]
            said += [(expert, Submitted()) for expert in ids.values()]
            entries = [
                Entry(action, new_id(), "file", expert, actor or self._organizer)
                for expert, action in said
            ]
            log.append(session, study, entries)
            close(session, study)
            return study_info(study, state_of(session, study).survey)

    def receipt(self, expert_id: str, *, round_number: int | None = None) -> Receipt:
        """What an expert submitted and where the log has it, signed with the server's key.

        Args:
            expert_id: who submitted.
            round_number: the round; None = the one that is open or was closed last.

        Raises:
            ReceiptError: the expert has not submitted in the round.
            StoreError: the server's key cannot be read or made, or is not the one that the
                database knows.
        """
        with self._database.read() as session:
            key = signing.signing_key(self._database.folder, known_key(session))
            return receipts.make_receipt(session, expert_id, round_number, key)

    def public_key(self) -> tuple[str, str]:
        """The public key that receipts verify with: its id, and PEM.

        Raises:
            StoreError: there is another one than the database knows, or none; or it can't be read.
        """
        with self._database.read() as session:
            key = signing.signing_key(self._database.folder, known_key(session)).public_key()
        return signing.key_id(key), signing.public_pem(key)

    def derived_secret(self, purpose: str) -> bytes:
        """32 secret bytes for one purpose, which all processes with the server's key have."""
        return signing.derived(signing.signing_key(self._database.folder), purpose)

    def export_study(self, study_id: str) -> str:
        """A whole study as JSON: survey, experts and the log, event by event. Links are left out:
        only their hashes are stored.
        """
        with self._database.read() as session:
            return transfer.export_study(session, study_row(session, study_id))

    def import_export(self, content: str | bytes, source: str = "study file") -> StudyInfo:
        """Store what `export_study` wrote: the same study, its log verified and followed by the
        event that says that it was read.

        Args:
            content: the JSON.
            source: name of the file, for messages.

        Raises:
            StoreError: not such a file, or the database has this study already.
            LogError: the log in it does not verify.
        """
        with self._write() as session:
            study = transfer.import_study(session, content, source)
            return study_info(study, state_of(session, study).survey)

    def imports(self) -> dict[str, Event]:
        """Id of a study that was read from a file -> the event that tells when it was last."""
        query = select(*chain.COLUMNS).where(
            EventRow.study_id.in_(select(StudyRow.id)),  # a part of the index
            EventRow.kind == StudyImported.kind,
        )
        with self._database.read() as session:
            rows = session.execute(query.order_by(EventRow.seq))
            return {event.study_id: event for event in (Event(*row) for row in rows)}

    def events(self, study_id: str) -> list[Event]:
        """The log of a study."""
        with self._database.read() as session:
            study_row(session, study_id)
            return list(chain.read(session, study_id))

    def verify_evaluations(self) -> list[EvaluationLog]:
        """Walk the logs of all evaluations, recompute every hash and every signed result.

        Raises:
            LogError: names the first bad event and what is wrong with it.
        """
        with self._database.read() as session:
            return evaluation_log.verify(session)

    def verify_log(self) -> list[StudyLog]:
        """Walk the logs of all studies and recompute every hash.

        Raises:
            LogError: names the first bad event and what is wrong with it.
        """
        with self._database.read() as session:
            return log.verify(session)


def _answered(one: Judgment) -> Action:
    return Answered(one.parent, one.left, one.right, one.value, one.place or None)
