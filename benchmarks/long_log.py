"""Long logs of studies for benchmarks."""

from __future__ import annotations

from collections.abc import Iterable

from ahp.process.events import Action, columns
from ahp.store import Store, chain
from ahp.store.models import StudyRow

TIME = "2026-03-01T12:00:00.000000+00:00"


def append(store: Store, study_id: str, said: Iterable[tuple[str, Action]]) -> None:
    """Add what experts said in the first round, in its order, as `ahp.store.log.append` would but
    for its checks: they take minutes for a million.

    Args:
        store: with the study.
        study_id: the study.
        said: id of an expert, and what they said.
    """
    contents = [
        {
            **columns(action),
            **{"event_id": f"event-{number}", "source": "web", "expert_id": expert},
            **{"actor_kind": "expert", "actor_id": expert, "round": 1, "time": TIME},
        }
        for number, (expert, action) in enumerate(said)
    ]
    with store._database.write() as session:
        chain.append(session, session.get_one(StudyRow, study_id), contents)
