"""What an organizer chooses: how the panel becomes one, when rounds end, who counts for how much.

Both kinds of choices are kept in the log as JSON, written and read here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Self

from ..consistency import CR_LIMIT
from ..datafile import DataTable, canonical, kind
from ..errors import OptionError
from ..group import FAMILIARITY, authority_coefficient, judgment_basis
from ..hierarchy import Hierarchy
from ..matrix import LARGEST
from ..priority import check_method
from ..random_index import check_random_index, reaching_random_index
from .incoherence import INCOHERENT, check_cr_limit
from .limits import check_length
from .survey import Survey

AGGREGATES = ("aij", "aij_median", "aij_trimmed", "aip_arithmetic", "aip_geometric")
"""How a panel becomes one: judgments joined by weighted geometric mean, weighted median or trimmed
mean of their logarithms; or weights joined by arithmetic or geometric mean."""

WEIGHTINGS = ("equal", "given", "authority", "consistency", "distance")
"""Where the experts' weights come from."""

COMPUTED_WEIGHTINGS = ("equal", "consistency", "distance")
"""Those that follow from the judgments alone."""

STOP_RULES = ("rounds", "kendall_w", "cv", "changes")
"""When the rounds end: used up, Kendall's W large and significant, coefficients of variation small,
or few answers changed."""

FEEDBACK_FROM = (5, 3)
"""How many other experts must have answered a comparison before its distribution is shown."""

TRIM_LIMITS = (0.0, 0.49)
"""Least and largest share that `"aij_trimmed"` cuts off at each end."""

TARGET_LIMITS = (0.01, 0.99)
"""Least and largest target of a stop rule."""

ROUNDS_LIMITS = (1, 20)
"""Fewest and most rounds that a study can be given."""


@dataclass(frozen=True)
class Settings:
    """How a study is analyzed and when its rounds end.

    Attributes:
        method, random_index: as for `ahp.analyze`.
        aggregate: one of `AGGREGATES`.
        trim: share of the experts' weight cut off at each end by `"aij_trimmed"`; within
            `TRIM_LIMITS`.
        weighting: one of `WEIGHTINGS`.
        stop: one of `STOP_RULES`; whichever is chosen, `rounds` is the most there are.
        target: for `"kendall_w"` the least W, for `"cv"` the largest coefficient of variation, for
            `"changes"` the largest share of changed answers; within `TARGET_LIMITS`.
        rounds: the most rounds; within `ROUNDS_LIMITS`.
        feedback_from: one of `FEEDBACK_FROM`.
        incoherent: one of `INCOHERENT`.
        cr_limit: from which CR on judgments contradict each other, as for `ahp.analyze`.
    """

    method: str
    random_index: str
    aggregate: str = "aij"
    trim: float = 0.1
    weighting: str = "equal"
    stop: str = "rounds"
    target: float = 0.5
    rounds: int = 3
    feedback_from: int = 5
    incoherent: str = "include"
    cr_limit: float | str = CR_LIMIT

    def __post_init__(self) -> None:
        check_types(self)
        check_method(self.method)
        check_random_index(self.random_index)
        for name, valid in (
            ("aggregate", AGGREGATES),
            ("weighting", WEIGHTINGS),
            ("stop", STOP_RULES),
            ("feedback_from", FEEDBACK_FROM),
            ("incoherent", INCOHERENT),
        ):
            check_option(name, getattr(self, name), valid)
        for name, (least, most) in (
            ("trim", TRIM_LIMITS),
            ("target", TARGET_LIMITS),
            ("rounds", ROUNDS_LIMITS),
        ):
            if not least <= (value := getattr(self, name)) <= most:
                raise OptionError(f"{name} = {value!r}, expected a number from {least} to {most}")
        check_cr_limit(self.cr_limit)
        for name in ("trim", "target"):
            object.__setattr__(self, name, float(getattr(self, name)))
        if self.cr_limit != "saaty":
            object.__setattr__(self, "cr_limit", float(self.cr_limit))

    @classmethod
    def of(cls, survey: Survey) -> Self:
        """The settings a study of this survey starts with."""
        return cls(survey.method, survey.reaching_random_index)

    @classmethod
    def from_content(cls, content: str) -> Self:
        """Read back what `content` wrote.

        Raises:
            OptionError: it is not that; names the path inside it.
        """
        return cls(**from_plain(cls, content, "settings"))

    def reaching(self, survey: Survey) -> Self:
        """These settings with a table of random indices that reaches the survey's largest parent:
        a study may have chosen one before this was asked for.
        """
        return replace(self, random_index=reaching_random_index(survey.orders, self.random_index))

    @property
    def content(self) -> str:
        """Canonical JSON."""
        return canonical(asdict(self))


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
            raise OptionError(f"weight = {self.weight!r}, expected a number from 0 to {LARGEST}")
        if self.weight != 1 and not self.reason.strip():
            problem = f"weight = {self.weight!r} without a reason, expected one in writing"
            raise OptionError(problem).coded("weight_reason", weight=f"{self.weight:g}")
        if bool(self.basis) != bool(self.familiarity):
            problem = "the authority coefficient needs both basis and familiarity"
            raise OptionError(problem).coded("authority_incomplete")
        if self.familiarity:
            check_option("familiarity", self.familiarity, FAMILIARITY)
            judgment_basis(self.basis)
        for parent, why in self.recused.items():
            if not why.strip():
                problem = f"recused from {parent!r} without a reason, expected one"
                raise OptionError(problem).coded("recusal_reason")
        for name in ("basis", "recused"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        object.__setattr__(self, "weight", float(self.weight))

    @classmethod
    def from_content(cls, content: str) -> Self:
        """Read back what `content` wrote.

        Raises:
            OptionError: it is not that; names the path inside it.
        """
        return cls(**from_plain(cls, content, "standing"))

    @property
    def content(self) -> str:
        """Canonical JSON."""
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        return canonical({**plain, "basis": dict(self.basis), "recused": dict(self.recused)})

    @property
    def authority(self) -> float | None:
        """Authority coefficient Cr = (Ca + Cs)/2; None when it was not asked."""
        if not self.familiarity:
            return None
        found = authority_coefficient(judgment_basis(self.basis), FAMILIARITY[self.familiarity])
        return float(found)

    def comparisons(self, hierarchy: Hierarchy) -> tuple[tuple[str, str, str], ...]:
        """The comparisons this expert is asked."""
        return tuple(one for one in hierarchy.comparisons if one[0] not in self.recused)


def expert_weights(weighting: str, standings: Mapping[str, Standing]) -> Mapping[str, float] | str:
    """What `ahp.analyze` takes as `expert_weights` for one of `WEIGHTINGS`.

    Raises:
        OptionError: an expert has no authority coefficient where it is asked for.
    """
    if weighting == "given":
        return {name: one.weight for name, one in standings.items()}
    if weighting != "authority":
        return weighting
    found = {}
    for name, one in standings.items():
        if (authority := one.authority) is None:
            raise OptionError(
                f"expert {name!r} has no authority coefficient, expected one for each expert; "
                "give the basis of judgment and the familiarity, or choose another weighting"
            )
        found[name] = authority
    return found


def counting_weight(weighting: str, standing: Standing) -> float | None:
    """What an expert counts by one of `WEIGHTINGS`, against others, before anybody has answered;
    None where it follows from the judgments, or no authority coefficient was asked.
    """
    return {
        "equal": 1.0,
        "given": standing.weight,
        "authority": standing.authority,
    }.get(weighting)


_TYPES: Mapping[str, tuple[tuple[type, ...], str]] = {
    "str": ((str,), "text"),
    "int": ((int,), "a whole number"),
    "float": ((int, float), "a number"),
    "float | str": ((int, float, str), "a number or text"),
    "bool": ((bool,), "true or false"),
    "Mapping[str, str]": ((Mapping,), "a table of texts"),
}
"""Annotations of the fields above -> their types, and the words for them."""


def check_types(chosen: Any) -> None:
    """Refuse an object of a class above, or of one like it, with a field of another type than its
    own: what is written into the log must be read back.

    Raises:
        OptionError: names the field and what was expected.
    """
    for one in fields(chosen):
        value = getattr(chosen, one.name)
        _types, words = _TYPES[str(one.type)]
        if not _has_type(value, str(one.type)):
            raise OptionError(f"{one.name} = {value!r}, expected {words}")


def _has_type(value: Any, annotation: str) -> bool:
    types, _words = _TYPES[annotation]
    inside = (*value, *value.values()) if isinstance(value, Mapping) else ()
    return (
        isinstance(value, bool) is (types == (bool,))
        and isinstance(value, types)
        and all(isinstance(one, str) for one in inside)
    )


def from_plain(cls: type[Any], content: str, source: str) -> dict[str, Any]:
    """The fields of a class from JSON, their types checked; their values are for the class."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise OptionError(f"{source}: not JSON: {error}") from error
    table = DataTable(data, source, "", OptionError)
    own = {one.name: one for one in fields(cls)}
    required = tuple(k for k, one in own.items() if one.default is one.default_factory is MISSING)
    table.only(required, tuple(key for key in own if key not in required))
    for key, value in table.data.items():
        _types, words = _TYPES[str(own[key].type)]
        if not _has_type(value, str(own[key].type)):
            raise table.error(key, f"is {kind(value)}, expected {words}")
    return table.data


def check_option(name: str, value: Any, valid: Any) -> None:
    """Refuse a value that is not on its list."""
    if value not in valid:
        raise OptionError.unknown(name, value, valid)
