"""Reports of studies: what persons wrote in them, and what they rest on."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from ..errors import LogError
from ..process.events import LogState, ReportWritten, merged_drafts, merged_sentences
from ..process.fold import Written
from ..process.rounds import data_hash
from ..process.study_evidence import StudyEvidence, gather_evidence
from ..study import StudyCertainty
from . import evaluation_log, log
from .models import StudyRow
from .part import Part, by_organizer
from .queries import evaluation_row, study_row
from .states import state_of
from .studies import mended_wording


class Reports(Part):
    """The reports of studies."""

    def written_report(self, study_id: str, round_number: int, language: str) -> Written | None:
        """What persons last wrote in the report on a round; None where they wrote nothing."""
        with self._database.read() as session:
            state = state_of(session, study_row(session, study_id))
            return state.reports.get((round_number, language))

    def write_report(
        self,
        study_id: str,
        round_number: int,
        language: str,
        sentences: Mapping[str, str | None],
        *,
        signer: str = "",
        signed: str = "",
        drafts: Mapping[str, str] | None = None,
    ) -> None:
        """Keep what a person wrote in a report in place of drafted sentences; it is no longer
        signed unless it is now.

        Args:
            study_id: the study.
            round_number: which round the report is on.
            language: of the report.
            sentences: key -> text of those that change; empty = left out, None = the draft again.
            signer: who stands for all sentences of the report.
            signed: what they were, of `ahp.process.events.report_texts_hash`.
            drafts: key -> `ahp.process.events.draft_hash` of the draft beside which the text was
                looked at.

        Raises:
            AccessError: the account may not sign, or write.
            TextLimitError: a text is too long.
            LogError: a running round is signed.
        """
        seen = dict(drafts or {})
        written = ReportWritten(
            round_number, language, dict(sentences), signer.strip(), signed, seen
        )
        with self._write("sign" if signer else ("run_studies", "sign")) as session:
            study = study_row(session, study_id, lock=True)
            before = state_of(session, study).reports.get((round_number, language))
            held = (before.sentences, before.signed, before.drafts) if before else ({}, "", {})
            merged = merged_sentences(held[0], sentences)
            if (merged, signed, merged_drafts(held[2], sentences, seen)) != held:
                log.append(session, study, [by_organizer(written)])

    def report_evidence(
        self,
        study_id: str,
        round_number: int,
        *,
        consenting: Collection[str] | None = None,
        certainty: StudyCertainty | None = None,
        only_new: bool = False,
    ) -> StudyEvidence | None:
        """What the report on a round rests on, its log verified; None when nobody submitted.

        Args:
            study_id: the study.
            round_number: the round; one that is running is reported as provisional.
            consenting: names of experts that are printed, of those who agreed to it; None = all of
                them.
            certainty: how sure the weights are, where it was simulated.
            only_new: verify the events of the log that this process has not verified yet, for a
                page that is drawn often; `study_log_state` verifies all.

        Raises:
            AHPError: no result follows.
        """
        with self._database.read() as session:
            study = study_row(session, study_id)
            log_state = _log_state(session, study, only_new=only_new)
            state, mended = state_of(session, study), mended_wording(session, study)
        *before, asked = [state.in_round(number) for number in range(1, round_number + 1)]
        if asked.analysis is None:
            return None
        named = {
            who.name for expert, who in asked.panel.items() if state.members[expert].may_be_named
        }
        if consenting is not None:
            named &= set(consenting)
        closed = {one.state.round: one for one in state.closed}.get(round_number)
        hashes = {"judgments": data_hash(asked.analysis)}
        if closed and closed.evidence is not None:
            hashes["evidence"] = hashlib.sha256(closed.evidence.encode()).hexdigest()
        told = {who.name: asked.told_by(expert) for expert, who in asked.panel.items()}
        times = [one.time for own in told.values() for one in own.given.values()]
        return gather_evidence(
            replace(asked.analysis, running=closed is None, survey=state.survey),
            title=state.title,
            note=state.note or "",
            earlier=[
                replace(one.analysis, survey=state.survey)
                for one in before
                if one.analysis is not None
            ],
            standings=asked.standings,
            organizations={
                who.name: who.organization for who in asked.panel.values() if who.organization
            },
            remarks={
                name: own.replies
                for name, own in told.items()
                if name in asked.analysis.panel.experts
            },
            reasons=asked.reasons(),
            consenting=named,
            certainty=certainty,
            opened=min(times, default=""),
            closed=closed.time if closed else "",
            log=log_state,
            mended=mended,
            hashes=hashes,
        )

    def study_log_state(self, study_id: str) -> LogState:
        """Where the log of a study stands, and whether it verifies."""
        with self._database.read() as session:
            return _log_state(session, study_row(session, study_id))

    def evaluation_log_state(self, evaluation_id: str) -> LogState:
        """Where the log of an evaluation stands, and whether it verifies."""
        with self._database.read() as session:
            book = evaluation_row(session, evaluation_id)
            problem = None
            try:
                evaluation_log.verify_evaluation(session, book)
            except LogError as error:
                problem = error
            return LogState(book.head_seq, book.head_hash, problem)


def _log_state(session: Session, study: StudyRow, *, only_new: bool = False) -> LogState:
    """Where the log of a study stands, and what is wrong with it."""
    problem = None
    try:
        log.verify_one(session, study, only_new=only_new)
    except LogError as error:
        problem = error
    return LogState(study.head_seq, study.head_hash, problem)
