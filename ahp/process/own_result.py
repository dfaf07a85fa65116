"""What one expert's replies come to, for that expert to see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..consistency import CR_LIMIT
from ..errors import RandomIndexError
from ..hierarchy import Hierarchy, leaf_weights
from ..incomplete import check_incomplete_consistency
from ..matrix import Float
from ..study.panel import local_weights
from ..tolerance import ranked
from .asking import Asking
from .itinerary import Replies
from .settings import Settings


@dataclass(frozen=True)
class OwnResult:
    """One expert's judgments below one parent.

    Attributes:
        weights: of the children in their order, sum 1; None while the judgments do not connect
            them.
        cr: consistency ratio; None without weights, and where the study's table of random indices
            does not reach so many items.
    """

    weights: Float | None
    cr: float | None

    @property
    def contradicts(self) -> bool:
        """Whether CR reaches 0.1."""
        return self.cr is not None and self.cr >= CR_LIMIT


def own_result(
    hierarchy: Hierarchy, settings: Settings, replies: Replies, parent: str
) -> OwnResult:
    """What an expert's judgments below a parent come to, missing ones completed.

    Weights by the study's method (`ahp.complete_matrices` where judgments are missing), CR with
    its table (`ahp.check_incomplete_consistency`).
    """
    values = replies.matrix(hierarchy, parent).values
    weights = local_weights(values[None], settings.method)[0]
    if np.isnan(weights).any():
        return OwnResult(None, None)
    try:
        found = check_incomplete_consistency(
            values, method="any", random_index=settings.random_index
        )
    except RandomIndexError:
        return OwnResult(weights, None)
    return OwnResult(weights, float(found.cr))


def own_ranking(hierarchy: Hierarchy, settings: Settings, replies: Replies) -> dict[str, float]:
    """An expert's own global weights of the indicators by the study's method, largest first; ties
    in the order of the tree, as in `Analysis.ranking`.

    Empty while the weights below one of the parents are missing.
    """
    local = {}
    for parent in hierarchy.compared:
        values = replies.matrix(hierarchy, parent).values
        local[parent] = local_weights(values[None], settings.method)
    weights = dict(zip(hierarchy.leaves, leaf_weights(hierarchy, local)[0].tolist(), strict=True))
    if any(np.isnan(weight) for weight in weights.values()):
        return {}
    return {leaf: weights[leaf] for leaf in ranked(weights)}


def may_stay(replies: Replies, asking: Asking, parent: str) -> bool:
    """Whether the expert has kept contradictions below a parent as far as the study asks for it."""
    if asking.guidance == "require":
        return False
    return bool(replies.kept.get(parent)) or (asking.guidance == "offer" and parent in replies.kept)


def unsettled_parents(
    hierarchy: Hierarchy,
    settings: Settings,
    replies: Replies,
    asking: Asking,
    parents: Iterable[str],
) -> tuple[str, ...]:
    """Of these parents those whose contradictions the study does not let stay as they are."""
    if asking.guidance == "offer":
        return ()
    return tuple(
        parent
        for parent in parents
        if not may_stay(replies, asking, parent)
        and own_result(hierarchy, settings, replies, parent).contradicts
    )
