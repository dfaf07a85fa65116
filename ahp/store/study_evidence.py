"""What the report of a study rests on, from a database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence

from ..errors import LogError, StoreError
from ..process.rounds import analyze_round, data_hash
from ..process.settings import Settings
from ..process.study_evidence import DRAWS, LogState, StudyEvidence, gather_evidence
from ..sensitivity import Progress
from ..study.analysis import Analysis
from .records import ClosedRound, StudyInfo
from .store import Store


def study_evidence(
    store: Store,
    study_id: str,
    *,
    round_number: int | None = None,
    consenting: Collection[str] = (),
    draws: int = DRAWS,
    seed: int = 1,
    progress: Progress | None = None,
) -> StudyEvidence:
    """The evidence of a study's round, with the rounds before it and the state of its log.

    Args:
        store: of the database.
        study_id: the study.
        round_number: the round that is reported; None = the one that is open or was closed last.
        consenting: experts whose names may be printed.
        draws: how many panels and sets of judgments are drawn for the certainty; 0 = none.
        seed: of the draws.
        progress: as for `ahp.study_certainty`.

    Raises:
        StoreError: nobody has submitted an answer in the round.
        AHPError: no result follows from the answers.
    """
    study, closed = store.study(study_id), store.closed_rounds(study_id)
    number = study.round if round_number is None else round_number
    analysis = round_analysis(store, study, closed, number)
    if analysis is None:
        raise StoreError("report_without_answers", title=study.title, round=number)
    earlier = (round_analysis(store, study, closed, before) for before in range(1, number))
    kept = {one.round: one for one in closed}.get(number)
    hashes = {"judgments": data_hash(analysis)}
    if kept is not None and kept.evidence:
        hashes["evidence"] = hashlib.sha256(kept.evidence.encode()).hexdigest()
    experts = store.experts(study_id)
    return gather_evidence(
        analysis,
        title=study.title,
        note=study.note or "",
        earlier=[one for one in earlier if one is not None],
        standings=store.standings(study_id, before=kept.seq if kept else None),
        organizations={one.name: one.organization or "" for one in experts},
        consenting=consenting,
        remarks={
            name: said
            for name, said in store.panel_replies(study_id, round_number=number).items()
            if name in analysis.panel.experts
        },
        reasons=store.reasons(study_id, round_number=number),
        opened=study.created,
        closed=kept.closed if kept else "",
        log=log_state(store, study_id),
        hashes=hashes,
        draws=draws,
        seed=seed,
        progress=progress,
    )


def round_analysis(
    store: Store, study: StudyInfo, closed: Sequence[ClosedRound], number: int
) -> Analysis | None:
    """The result of a round as its settings say, frozen ones for a closed round; None when nobody
    has submitted an answer.

    Args:
        store: of the database.
        study: the study.
        closed: its closed rounds.
        number: of the round.
    """
    answers = store.answers(study.id, round_number=number)
    if not answers.experts:
        return None
    kept = {one.round: one for one in closed}.get(number)
    settings = store.settings(study.id)
    if kept and kept.evidence:
        settings = Settings(**json.loads(kept.evidence)["settings"])
    return analyze_round(
        study.survey,
        answers,
        settings,
        store.standings(study.id, before=kept.seq if kept else None),
        number=number,
        running=not kept,
    )


def log_state(store: Store, study_id: str) -> LogState:
    """Where a study's log stands, and what is wrong with it if it doesn't verify."""
    events = store.events(study_id)
    problem = None
    try:
        store.verify_study(study_id)
    except LogError as error:
        problem = error
    return LogState(len(events), events[-1].hash if events else "", problem)
