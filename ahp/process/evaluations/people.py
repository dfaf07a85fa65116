"""Who could take part in an evaluation, as the unit list and the scheme tell it."""

from __future__ import annotations

from collections.abc import Mapping

from ...evaluation.scheme import Scheme
from .events import Role
from .rules import ratable_leaves, rated_leaves
from .state import EvaluationState


def indicators_for(role: Role, scheme: Scheme) -> tuple[str, ...]:
    """Ids of what somebody of a role may be given: to a rater what can be rated; to a data owner
    what isn't graded, then deductions, bonuses and vetoes, then what is, as it may come in a file.
    """
    rated = rated_leaves(scheme)
    if role == "contact":
        return ()
    if role == "rater":
        return ratable_leaves(scheme)
    return (*(leaf for leaf in scheme.indicator if leaf not in rated), *scheme.events, *rated)


def contacts_to_add(state: EvaluationState) -> Mapping[str, str]:
    """Id of a unit without a contact -> name of who the unit list says answers for it, with the
    unit's name where somebody is called so already.
    """
    served = {one.unit for one in state.participants.values() if one.role == "contact"}
    taken = {one.name for one in state.participants.values()}
    found: dict[str, str] = {}
    for unit in state.units:
        if unit.contact and unit.merged_into is None and unit.id not in served:
            name = f"{unit.contact} · {unit.name}" if unit.contact in taken else unit.contact
            found[unit.id] = name
            taken.add(name)
    return found
