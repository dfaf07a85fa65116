"""Delphi rounds: closed for ever with their evidence, and opened again."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from ..datafile import jcs
from ..errors import StoreError
from ..process.events import RoundClosed, RoundOpened
from ..process.fold import false_evidence
from . import log
from .models import ExpertRow, StudyRow
from .part import Part, by_organizer, check_round, open_study
from .queries import study_info, study_row
from .records import ClosedRound, StudyInfo
from .states import state_of


class Rounds(Part):
    """The rounds of studies."""

    def close_round(self, study_id: str, *, round_number: int | None = None) -> ClosedRound:
        """Close the round, for ever, and freeze its result as evidence in the log.

        Args:
            study_id: the study.
            round_number: the round that is meant; refused when that is not the open one. None =
                whichever is open.

        Raises:
            LockedError: it is closed already.
            AHPError: there are answers, but no result follows from them; the message says why.
        """
        with self._write("close_rounds") as session:
            study = open_study(session, study_id)
            check_round(study, round_number)
            return close(session, study)

    def open_round(self, study_id: str, *, round_number: int | None = None) -> StudyInfo:
        """Open the next round: every expert is asked anew, and sees what the closed one left.

        Args:
            study_id: the study.
            round_number: the round to open; refused when another one is next. None = the next.

        Raises:
            StoreError: a round is open, or another one is next.
        """
        with self._write("close_rounds") as session:
            study = study_row(session, study_id, lock=True)
            if study.state == "open":
                raise StoreError("round_open", round=study.round, title=study.title)
            if round_number not in (None, study.round + 1):
                raise StoreError(
                    "round_next", title=study.title, next=study.round + 1, round=round_number
                )
            session.execute(
                update(ExpertRow).where(ExpertRow.study_id == study_id).values(place=None)
            )
            log.append(session, study, [by_organizer(RoundOpened())])
            return study_info(study, state_of(session, study).survey)

    def closed_rounds(self, study_id: str) -> list[ClosedRound]:
        """The rounds that are closed, with their evidence, the first one first."""
        with self._database.read() as session:
            state = state_of(session, study_row(session, study_id))
            return [
                ClosedRound(one.state.round, one.time, one.seq, one.evidence)
                for one in state.closed
            ]


def close(session: Session, study: StudyRow) -> ClosedRound:
    """Close the open round of a study."""
    state = state_of(session, study)
    evidence = state.evidence()
    left = RoundClosed(None if evidence is None else jcs(evidence))
    if problem := false_evidence(state, left.evidence):
        raise StoreError("round_not_closed", round=study.round, title=study.title, problem=problem)
    (event,) = log.append(session, study, [by_organizer(left)])
    return ClosedRound(event.round, event.time, event.seq, event.detail)
