"""Who counts for how much: how a panel becomes one, and the standing of each expert in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Self

from ..codec import unstructure
from ..datafile import jcs
from ..errors import OptionError
from ..group import FAMILIARITY, authority_coefficient, judgment_basis
from ..hierarchy import Hierarchy
from ..matrix import LARGEST
from .limits import check_length
from .plain import check_option, check_types, from_plain

AGGREGATES = ("aij", "aij_median", "aij_trimmed", "aip_arithmetic", "aip_geometric")
"""How a panel becomes one: judgments joined by weighted geometric mean, weighted median or trimmed
mean of their logarithms; or weights joined by arithmetic or geometric mean."""

WEIGHTINGS = ("equal", "given", "authority", "consistency", "distance")
"""Where the experts' weights come from."""

COMPUTED_WEIGHTINGS = ("equal", "consistency", "distance")
"""Those that follow from the judgments alone."""


@dataclass(frozen=True)
class SelfRating:
    """What an expert says on the two questions of the authority coefficient (权威系数, 自评).

    Attributes:
        basis, familiarity: as of `Standing`, both answered.
    """

    basis: Mapping[str, str]
    familiarity: str

    def __post_init__(self) -> None:
        check_types(self)
        check_option("familiarity", self.familiarity, FAMILIARITY)
        judgment_basis(self.basis)
        object.__setattr__(self, "basis", MappingProxyType(dict(self.basis)))

    @classmethod
    def from_content(cls, content: str) -> Self:
        """Read back what `content` wrote.

        Raises:
            OptionError: it is not that; names the path inside it.
        """
        return from_plain(cls, content, "self_rating")

    @property
    def content(self) -> str:
        """JSON (RFC 8785)."""
        return jcs(unstructure(self))


@dataclass(frozen=True)
class Standing:
    """How much one expert counts, and where not at all.

    Attributes:
        weight: used with the weighting `"given"`; another than 1 needs a reason.
        reason: why the weight is what it is.
        basis: what the expert judges from, key of `ahp.group.JUDGMENT_BASIS` -> `"large"`,
            `"medium"` or `"small"`; empty = not asked.
        familiarity: key of `ahp.group.FAMILIARITY`; empty = not asked.
        recused: parent id -> why the expert's judgments do not count there.
    """

    weight: float = 1.0
    reason: str = ""
    basis: Mapping[str, str] = field(default_factory=dict)
    familiarity: str = ""
    recused: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_types(self)
        for text in (self.reason, *self.recused.values()):
            check_length("reason", text)
        if not 0 <= self.weight <= LARGEST:
            raise OptionError("weight_range", weight=self.weight, most=LARGEST)
        if self.weight != 1 and not self.reason.strip():
            raise OptionError("weight_reason", weight=self.weight)
        if bool(self.basis) != bool(self.familiarity):
            raise OptionError("authority_incomplete")
        if self.familiarity:
            check_option("familiarity", self.familiarity, FAMILIARITY)
            judgment_basis(self.basis)
        for parent, why in self.recused.items():
            if not why.strip():
                raise OptionError("recusal_reason", parent=parent)
        for name in ("basis", "recused"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        object.__setattr__(self, "weight", float(self.weight))

    @classmethod
    def from_content(cls, content: str) -> Self:
        """Read back what `content` wrote.

        Raises:
            OptionError: it is not that; names the path inside it.
        """
        return from_plain(cls, content, "standing")

    @property
    def content(self) -> str:
        """JSON (RFC 8785)."""
        return jcs(unstructure(self))

    @property
    def authority(self) -> float | None:
        """Authority coefficient Cr = (Ca + Cs)/2; None when it was not asked."""
        if not self.familiarity:
            return None
        basis = judgment_basis(self.basis)
        return float(authority_coefficient(basis, FAMILIARITY[self.familiarity]))

    def with_rating(self, rating: SelfRating | None) -> Standing:
        """The standing that counts: what the organizer noted of the authority comes first, where
        that is nothing, what the expert says.
        """
        if rating is None or self.familiarity:
            return self
        return replace(self, basis=rating.basis, familiarity=rating.familiarity)

    def comparisons(self, hierarchy: Hierarchy) -> tuple[tuple[str, str, str], ...]:
        """The comparisons this expert is asked."""
        return tuple(pair for pair in hierarchy.comparisons if pair[0] not in self.recused)


def expert_weights(weighting: str, standings: Mapping[str, Standing]) -> Mapping[str, float] | str:
    """What `ahp.analyze` takes as `expert_weights` for one of `WEIGHTINGS`.

    Raises:
        OptionError: an expert has no authority coefficient where it is asked for.
    """
    if weighting == "given":
        return {name: standing.weight for name, standing in standings.items()}
    if weighting != "authority":
        return weighting
    coefficients = {}
    for name, standing in standings.items():
        if (authority := standing.authority) is None:
            raise OptionError("authority_missing", name=name)
        coefficients[name] = authority
    return coefficients


def counting_weight(weighting: str, standing: Standing) -> float | None:
    """What an expert counts by one of `WEIGHTINGS`, against others, before anybody has answered;
    None where it follows from the judgments, or no authority coefficient was asked.
    """
    return {
        "equal": 1.0,
        "given": standing.weight,
        "authority": standing.authority,
    }.get(weighting)
