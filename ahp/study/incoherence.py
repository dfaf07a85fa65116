"""Experts who contradict themselves: where, how far, and what their judgments count there.

The CR of the joined matrix says little about the experts: contradictions cancel out in a mean
(Aull-Hyde, Erdogan & Duke 2006, Eur. J. Operational Research 171:290-295). An expert is looked at
parent by parent, as CR is a property of one matrix: who contradicts oneself below one parent
may judge soundly below another.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from types import MappingProxyType

import numpy as np

from ..consistency import CR_LIMIT
from ..errors import OptionError
from ..matrix import Float
from ..result import Result, read_only
from .panel import Panel

INCOHERENT = ("include", "exclude", "downweight")
"""What becomes of judgments whose CR reaches the limit: they count like all others, do not count
below that parent, or count less."""

SAATY_LIMITS: Mapping[int, float] = MappingProxyType({3: 0.05, 4: 0.08})
"""Order of a matrix -> limit of its CR, `CR_LIMIT` for larger ones (Saaty 1994, Interfaces
24(6):19-43)."""

CR_LIMITS = (0.01, 1.0)
"""Least and largest limit that can be chosen."""


@dataclass(frozen=True, eq=False, repr=False)
class Incoherence(Result):
    """An expert whose CR below a parent reaches the limit.

    Attributes:
        expert: who.
        parent: below which parent.
        cr: of the expert's own matrix there.
        limit: that it reaches.
        factor: what the expert's weight is multiplied by there: 1 = included, 0 = excluded.
    """

    expert: str
    parent: str
    cr: float
    limit: float
    factor: float


def check_cr_limit(cr_limit: float | str) -> None:
    """Refuse what is no limit.

    Raises:
        OptionError: neither `"saaty"` nor a number within `CR_LIMITS`.
    """
    least, most = CR_LIMITS
    number = isinstance(cr_limit, Real) and not isinstance(cr_limit, bool)
    if cr_limit != "saaty" and not (number and least <= float(cr_limit) <= most):
        raise OptionError("cr_limit_range", value=cr_limit, least=least, most=most)


def limit_of(n: int, cr_limit: float | str) -> float:
    """The limit for the CR of a matrix of order n.

    Args:
        n: its order.
        cr_limit: one limit for all orders, or `"saaty"`: `SAATY_LIMITS`.
    """
    if isinstance(cr_limit, str):
        return SAATY_LIMITS.get(n, CR_LIMIT)
    return float(cr_limit)


def find_incoherence(
    panel: Panel, incoherent: str, cr_limit: float | str
) -> tuple[Incoherence, ...]:
    """Every expert and parent where the expert's CR reaches the limit, expert by expert.

    Judgments that do not connect all items have no CR, and are not among them. With
    `"downweight"` the factor is limit/CR, so that an expert with twice the limit counts half, and
    one at the limit in full; a choice of `ahp`, without a source.

    Args:
        panel: the experts.
        incoherent: one of `INCOHERENT`.
        cr_limit: as for `limit_of`.
    """
    incoherences = []
    for k, expert in enumerate(panel.experts):
        for parent, ratios in panel.cr.items():
            cr = float(ratios[k])
            limit = limit_of(len(panel.hierarchy.children[parent]), cr_limit)
            if not math.isnan(cr) and cr >= limit:
                factor = {"include": 1.0, "exclude": 0.0, "downweight": limit / cr}[incoherent]
                incoherences.append(Incoherence(expert, parent, cr, limit, factor))
    return tuple(incoherences)


def factors(panel: Panel, incoherent: str, cr_limit: float | str) -> Mapping[str, Float]:
    """Parent id -> what each expert's weight is multiplied by below it, shape (k,); only where some
    expert's is not 1.
    """
    if incoherent == "include":
        return MappingProxyType({})
    by_parent: dict[str, Float] = {}
    rows = {name: k for k, name in enumerate(panel.experts)}
    for incoherence in find_incoherence(panel, incoherent, cr_limit):
        expert_factors = by_parent.setdefault(incoherence.parent, np.ones(len(panel.experts)))
        expert_factors[rows[incoherence.expert]] = incoherence.factor
    for expert_factors in by_parent.values():
        read_only(expert_factors)
    return MappingProxyType(by_parent)
