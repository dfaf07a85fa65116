"""What an organizer chooses: how the panel becomes one, when rounds end, who counts for how much.

Both kinds of choices are kept in the log as JSON, written and read here.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Self

from ..consistency import CR_LIMIT
from ..datafile import jcs
from ..errors import OptionError
from ..priority import check_method
from ..random_index import check_random_index, reaching_random_index
from ..study.incoherence import INCOHERENT, check_cr_limit
from ..study.plain import check_option, check_types, from_plain
from ..study.standing import AGGREGATES, WEIGHTINGS
from ..study.survey import Survey

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
                raise OptionError("setting_range", name=name, value=value, least=least, most=most)
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
        return from_plain(cls, content, "settings")

    def reaching(self, survey: Survey) -> Self:
        """These settings with a table of random indices that reaches the survey's largest parent:
        a study may have chosen one before this was asked for.
        """
        return replace(self, random_index=reaching_random_index(survey.orders, self.random_index))

    @property
    def content(self) -> str:
        """JSON (RFC 8785)."""
        return jcs(asdict(self))
