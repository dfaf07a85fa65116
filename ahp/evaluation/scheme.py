"""Schemes: the rules and weights of an evaluation, versioned, read from a data file.

The format is documented in `docs/scheme-format.md`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from ..codec import Filled, Id, at, placed, problems, structure, unstructure
from ..datafile import MAX_TOML, canonical, parse_toml, read_bytes
from ..errors import EntryError, EvaluationError
from ..messages import Phrase
from ..resources import data_folder
from ..result import Result
from ..study.survey import load_survey, shipped_surveys
from .observations import word_key
from .periods import PERIODS, Period
from .rules import (
    AnyRule,
    Checklist,
    Derived,
    Grade,
    Join,
    Rated,
    Shares,
    Stepwise,
    Text,
    by_word,
    decimal,
)

FORMAT = 1
FEWEST_INDICATORS, MOST_INDICATORS = 10, 25
"""Fewer say little, with more each weighs little: outside is a remark."""

MAX_LEVELS = 20
"""Levels below the goal."""

WEIGHT_SUM_ATOL = Fraction(1, 10**9)
"""How far weights may be from summing to 1."""

ORDER = ("deductions", "bonuses", "limits", "vetoes")
"""What happens to the weighted total, in this order unless a scheme declares another; rounding and
band come last."""

Operation = Literal["deductions", "bonuses", "limits", "vetoes"]
Effect = Literal["zero", "cap", "lower_band", "band", "not_rated"]


@dataclass(frozen=True)
class Node:
    """A node of the hierarchy.

    Attributes:
        id: unique in the scheme.
        name: in each language.
        parent: id of the node above; none for the goal.
        explanation: in each language.
    """

    id: str
    name: Text
    parent: str | None = None
    explanation: Text = field(default_factory=dict)


@dataclass(frozen=True)
class Indicator:
    """How a leaf of the hierarchy gets its points.

    Attributes:
        id: of the leaf.
        rule: from what is observed to points.
        unit: of the values, such as `"%"`.
        source: who delivers it, in each language.
        clause: of the rules, that is cited.
        items, raters: how several items, and several raters of an item, are joined.
        fewest_raters: raters an item needs.
        most_spread: of a rated indicator, by how many points its raters of one item may lie apart,
            the highest above the lowest, before they rate it a second time; none for no limit.
        valid: lowest and highest value that can be; others are refused.
        counts_in: parts of the year it counts in, such as `Q4`; none for all.
        document: whether each observation needs evidence.
        view: `"static"`, as it is today, or `"dynamic"`, seen by its trend.
    """

    id: str
    rule: AnyRule
    unit: str = ""
    source: Text = field(default_factory=dict)
    clause: str = ""
    items: Join = "mean"
    raters: Join = "mean"
    fewest_raters: int = 1
    most_spread: Fraction | None = None
    valid: tuple[Fraction, Fraction] | None = None
    counts_in: tuple[str, ...] = ()
    document: bool = False
    view: Literal["static", "dynamic"] = "static"


@dataclass(frozen=True)
class Deduction:
    """Points taken for what an observation of its id documents; the value is how many times.

    Attributes:
        id: `indicator` of its observations.
        name: in each language.
        points: taken each time; of the unit's 100, or of the indicator's where one is named.
        indicator: id of the indicator it is taken from, none for the total.
        cap: most that is taken in a period.
        clause: of the rules, that is cited.
        document: whether each observation needs evidence.
    """

    id: str
    name: Text
    points: Fraction
    indicator: str | None = None
    cap: Fraction | None = None
    clause: str = ""
    document: bool = True


@dataclass(frozen=True)
class Bonus:
    """Points given for what an observation of its id documents.

    Attributes:
        id: `indicator` of its observations.
        name: in each language.
        points: given each time, the value being how many times; none where the value is the points.
        cap: most that is given in a period.
        clause, document: as for deductions.
    """

    id: str
    name: Text
    points: Fraction | None = None
    cap: Fraction | None = None
    clause: str = ""
    document: bool = True


@dataclass(frozen=True)
class Condition:
    """When a veto falls without anybody reporting it.

    Attributes:
        indicator: id of the indicator that is looked at.
        of: its `"value"` or its `"points"`.
        below, above: beyond which end it falls; one of both.
        near: from how far before that end on it is warned of; none for no warning.
    """

    indicator: str
    of: Literal["value", "points"] = "value"
    below: Fraction | None = None
    above: Fraction | None = None
    near: Fraction | None = None

    def __post_init__(self) -> None:
        if (self.below is None) == (self.above is None):
            raise EvaluationError("condition_ends")
        if self.near is not None and self.near < 0:
            raise EvaluationError("near_below_zero", near=decimal(self.near))


@dataclass(frozen=True)
class Veto:
    """What overrides the total.

    Attributes:
        id: `indicator` of its observations, the value being how many times.
        name: in each language.
        effect: `"zero"`, total 0; `"cap"`, at most just below the band; `"lower_band"`, one band
            lower; `"band"`, this band; `"not_rated"`, no total.
        band: id of the band, for `"cap"` and `"band"`.
        when: a condition that makes it fall as well.
        clause, document: as for deductions.
    """

    id: str
    name: Text
    effect: Effect
    band: str | None = None
    when: Condition | None = None
    clause: str = ""
    document: bool = True

    def __post_init__(self) -> None:
        if (self.effect in ("cap", "band")) != (self.band is not None):
            raise EvaluationError("veto_band", effect=self.effect)


@dataclass(frozen=True)
class Band:
    """A band of totals, half open: from `at_least` to the next one's.

    Attributes:
        id: unique in the scheme.
        name: in each language.
        at_least: its lower end, which belongs to it.
        below: its upper end, where the scheme states it: that of the next band, or of the total.
        coefficient: of pay.
        consequence: in each language.
    """

    id: str
    name: Text
    at_least: Fraction
    below: Fraction | None = None
    coefficient: Fraction | None = None
    consequence: Text = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """Units that are compared with each other.

    Attributes:
        id: unique in the scheme.
        name: in each language.
        units: their names, as in observations.
    """

    id: str
    name: Text
    units: tuple[str, ...]


@dataclass(frozen=True)
class Duty:
    """A duty that somebody of a unit has.

    Attributes:
        id: unique in the scheme.
        name: in each language; a roster may have it in place of the id.
    """

    id: str
    name: Text


@dataclass(frozen=True)
class IncompatibleDuties:
    """Two duties that must not lie in one hand.

    Attributes:
        duties: their ids.
        reason: what one person with both could do, in each language.
        clause: of the rules, that is cited.
    """

    duties: tuple[str, str]
    reason: Text
    clause: str = ""


@dataclass(frozen=True)
class Digits:
    """Decimals that are kept: what is printed is what the next line uses.

    Attributes:
        weights: of the weights inside each parent, frozen by largest remainder.
        points: of indicators, parents, deductions and bonuses.
        total: of the total.
    """

    weights: int = 6
    points: int = 4
    total: int = 1

    def __post_init__(self) -> None:
        if not (0 < self.weights <= 9 and self.total <= self.points <= 9 and self.total >= 0):
            raise EvaluationError("digits_beyond")


@dataclass(frozen=True)
class TotalRules:
    """What becomes of the weighted total.

    Attributes:
        order: of the operations.
        cap, floor: of the total; no cap where there is none.
        bonus_cap: most that all bonuses together give.
    """

    order: tuple[Operation, ...] = ORDER  # type: ignore[assignment] # its literals
    cap: Fraction | None = Fraction(100)
    floor: Fraction = Fraction(0)
    bonus_cap: Fraction | None = None

    def __post_init__(self) -> None:
        if sorted(self.order) != sorted(ORDER):
            raise EvaluationError("order_expected", valid=ORDER)
        if self.cap is not None and self.floor >= self.cap:
            raise EvaluationError("not_below", low=decimal(self.floor), high=decimal(self.cap))
        if self.bonus_cap is not None and self.bonus_cap <= 0:
            raise at("bonus_cap", Phrase("cap_not_positive", cap=decimal(self.bonus_cap)))


@dataclass(frozen=True)
class Missing:
    """What becomes of values that were not reported.

    Attributes:
        not_reported: `"zero"` points, those of the `"last"` period, or `"blocks"`, no total.
        share: of known weight that a parent needs, 0…1; with less it has no score.
    """

    not_reported: Literal["zero", "last", "blocks"]
    share: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise EvaluationError("share_beyond")


@dataclass(frozen=True)
class Calendar:
    """Periods.

    Attributes:
        kind: `"month"`, `"quarter"`, `"half"` or `"year"`.
        year: how a year's total comes of its periods: `"mean"`, `"last"`, or their weights in
            order; none for no yearly total.
    """

    kind: Literal["month", "quarter", "half", "year"]
    year: Literal["mean", "last"] | tuple[Fraction, ...] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.year, tuple):
            count = PERIODS[self.kind]
            if len(self.year) != count or sum(self.year) != 1 or min(self.year) < 0:
                raise EvaluationError("year_weights", count=count)


@dataclass(frozen=True)
class WarningRules:
    """When a unit's head should look: each is left out where it isn't named.

    Attributes:
        floor: of the total; a unit below it.
        fall: points that a total may fall from one period to the next.
        falls: how many falls in a row.
        below_median: points that a total may be below its group's median.
        band_edge: points that a total may be above the edge of its band.
    """

    floor: Fraction | None = None
    fall: Fraction | None = None
    falls: int | None = None
    below_median: Fraction | None = None
    band_edge: Fraction | None = None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Scheme(Result):
    """A scheme of an evaluation, checked.

    Attributes:
        format: of the file, 1.
        id, version: of the scheme; a change is another version.
        languages: codes of the languages every text is in, the first is the original.
        name, description: in each language.
        survey: name of a shipped survey that the hierarchy is taken from, in place of nodes.
        nodes: of the hierarchy, the goal first.
        weights: node id -> weight inside its parent; they sum to 1 below each.
        full_marks: leaf id -> full mark, in place of weights.
        indicators: how each leaf gets its points.
        bands: of the total, from the best down.
        missing: what becomes of values that were not reported.
        period: kind of period, and how years come of them.
        grades: name -> grades that raters give, the best first.
        digits, total: decimals; what becomes of the weighted total.
        deductions, bonuses, vetoes: on the total, or on indicators.
        groups: of units; where there are any, these are all units.
        findings_once: whether a finding (`evidence`) that touches several control points is
            deducted once, where it costs most.
        duties, incompatible_duties: of the people of a unit, and which must not lie in one hand.
        warnings: early warnings.
        effective_from, effective_to: dates the scheme holds from and to.
    """

    format: Literal[1] = 1
    id: Id
    version: Filled
    languages: tuple[str, ...]
    name: Text
    survey: str | None = None
    nodes: tuple[Node, ...] = ()
    indicators: tuple[Indicator, ...]
    bands: tuple[Band, ...]
    missing: Missing
    period: Calendar
    weights: Mapping[str, Fraction] = field(default_factory=dict)
    full_marks: Mapping[str, Fraction] = field(default_factory=dict)
    description: Text = field(default_factory=dict)
    grades: Mapping[str, tuple[Grade, ...]] = field(default_factory=dict)
    digits: Digits = Digits()
    total: TotalRules = TotalRules()
    deductions: tuple[Deduction, ...] = ()
    bonuses: tuple[Bonus, ...] = ()
    vetoes: tuple[Veto, ...] = ()
    groups: tuple[Group, ...] = ()
    findings_once: bool = False
    duties: tuple[Duty, ...] = ()
    incompatible_duties: tuple[IncompatibleDuties, ...] = ()
    warnings: WarningRules = WarningRules()
    effective_from: date | None = None
    effective_to: date | None = None

    def __post_init__(self) -> None:
        self._freeze()
        for problem in _problems(self):
            raise problem

    def _freeze(self) -> None:
        for name in ("name", "description", "weights", "full_marks", "grades"):
            object.__setattr__(self, name, MappingProxyType({**getattr(self, name)}))

    @cached_property
    def goal(self) -> str:
        """Id of the root."""
        return self.nodes[0].id

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """Parent id -> ids of its children, parents level by level from the goal."""
        below: dict[str, list[str]] = {}
        for node in self.nodes[1:]:
            below.setdefault(node.parent or "", []).append(node.id)
        ordered: dict[str, tuple[str, ...]] = {}
        frontier = [self.goal]
        while frontier:
            parent = frontier.pop(0)
            if parent in below:
                ordered[parent] = tuple(below[parent])
                frontier.extend(below[parent])
        return MappingProxyType(ordered)

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        """The indicators, in the order of the tree."""

        def under(node: str) -> Iterator[str]:
            if node not in self.children:
                yield node
            for kid in self.children.get(node, ()):
                yield from under(kid)

        return tuple(under(self.goal))

    @cached_property
    def node(self) -> Mapping[str, Node]:
        """Node id -> node."""
        return MappingProxyType({node.id: node for node in self.nodes})

    @cached_property
    def indicator(self) -> Mapping[str, Indicator]:
        """Leaf id -> how it gets its points, in the order of the tree."""
        of = {indicator.id: indicator for indicator in self.indicators}
        return MappingProxyType({leaf: of[leaf] for leaf in self.leaves if leaf in of})

    @cached_property
    def words(self) -> Mapping[str, str]:
        """What `indicator` may hold in observations, by its `word_key` -> id."""
        named = (*(self.node[leaf] for leaf in self.leaves), *self.events.values())
        return MappingProxyType(
            {word_key(word): one.id for one in named for word in (one.id, *one.name.values())}
        )

    @cached_property
    def events(self) -> Mapping[str, Deduction | Bonus | Veto]:
        """Id -> deduction, bonus or veto."""
        events: tuple[Deduction | Bonus | Veto, ...] = (
            *self.deductions,
            *self.bonuses,
            *self.vetoes,
        )
        return MappingProxyType({event.id: event for event in events})

    @cached_property
    def units(self) -> tuple[str, ...]:
        """The units of all groups, in order; none where the scheme doesn't list any."""
        return tuple(unit for group in self.groups for unit in group.units)

    @cached_property
    def local_weights(self) -> Mapping[str, Mapping[str, Fraction]]:
        """Parent id -> child id -> weight inside the parent, before it is frozen."""
        if not self.full_marks:
            given = {
                parent: {kid: self.weights.get(kid, Fraction(1)) for kid in kids}
                for parent, kids in self.children.items()
            }
            return {
                parent: {kid: weight / sum(shares.values()) for kid, weight in shares.items()}
                for parent, shares in given.items()
            }
        return self.local_from_leaves(self.full_marks)

    def local_from_leaves(self, weights: Mapping[str, Fraction]) -> dict[str, dict[str, Fraction]]:
        """Parent id -> child id -> weight inside the parent, from weights of leaves in the whole;
        leaves without one are left out, and parents that have no other.
        """

        def weight(node: str) -> Fraction:
            kids = self.children.get(node)
            return (
                weights.get(node, Fraction(0))
                if kids is None
                else sum(map(weight, kids), Fraction(0))
            )

        local = {}
        for parent, kids in self.children.items():
            shares = {kid: share for kid in kids if (share := weight(kid))}
            if whole := sum(shares.values(), Fraction(0)):
                local[parent] = {kid: share / whole for kid, share in shares.items()}
        return local

    def counting(self, period: Period) -> tuple[str, ...]:
        """The leaves that count in a period."""
        return tuple(
            leaf
            for leaf, indicator in self.indicator.items()
            if not indicator.counts_in or period.part in indicator.counts_in
        )

    @cached_property
    def content(self) -> str:
        """Canonical JSON of the definition; `scheme_from_content` reads it back."""
        return canonical(_plain(unstructure(self)))

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of `content`: what results are bound to."""
        return hashlib.sha256(self.content.encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """The definition as data that JSON can hold."""
        data: dict[str, Any] = json.loads(self.content)
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Scheme:
        """The scheme that `to_dict` was called on."""
        return structure(dict(data), cls, "scheme", EvaluationError)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scheme) and self.content == other.content

    def __hash__(self) -> int:
        return hash(self.content)

    def __repr__(self) -> str:
        return f"Scheme({self.id!r}, version {self.version!r}, {len(self.leaves)} indicators)"

    def __reduce__(self) -> tuple[Any, ...]:
        return Scheme.from_dict, (self.to_dict(),)

    def text(self, text: Text, language: str) -> str:
        """A text in the language asked for, or in the original one."""
        return text.get(language) or text.get(self.languages[0], "")


def shipped_schemes() -> dict[str, Path]:
    """The schemes that come with `ahp`: name -> file.

    >>> "supervision_effectiveness" in ahp.evaluation.shipped_schemes()
    True
    """
    return {path.stem: path for path in sorted(data_folder("schemes").glob("*.toml"))}


def load_scheme(name_or_path: str | Path) -> Scheme:
    """Load a shipped scheme by its name, or a scheme file by its path.

    Raises:
        EvaluationError: the file, the path inside it and what was expected.

    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> len(scheme.leaves), scheme.period.kind
    (18, 'quarter')
    """
    path = Path(name_or_path)
    if isinstance(name_or_path, str) and path.suffix != ".toml" and len(path.parts) == 1:
        shipped = shipped_schemes()
        if name_or_path not in shipped:
            raise EvaluationError("no_scheme", name=name_or_path, valid=tuple(shipped))
        path = shipped[name_or_path]
    return scheme_from_toml(read_bytes(path, EvaluationError, MAX_TOML), str(path))


def scheme_from_toml(content: bytes | str, source: str) -> Scheme:
    """The scheme in the content of a scheme file, an uploaded one for instance.

    Args:
        content: TOML, UTF-8.
        source: name of the file, for messages.

    Raises:
        EvaluationError: the file, the path inside it and what was expected.

    >>> ahp.evaluation.scheme_from_toml("format = 2", "my.toml")
    Traceback (most recent call last):
    ahp.errors.EvaluationError: my.toml: format: 2, expected 1
    """
    data = parse_toml(content, source, EvaluationError, "a_scheme")
    if "survey" in data:
        with placed(source, EvaluationError):
            data["nodes"] = _survey_nodes(data)
    return structure(data, Scheme, source, EvaluationError)


def _survey_nodes(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The nodes of the survey that a scheme names."""
    if "nodes" in data:
        raise at("nodes", Phrase("scheme_survey_or_nodes"))
    if data["survey"] not in shipped_surveys():
        valid = tuple(shipped_surveys())
        raise at("survey", Phrase("value_not_listed", value=data["survey"], valid=valid))
    survey = load_survey(data["survey"])
    nodes = []
    for node in survey.nodes.values():
        parent = survey.hierarchy.parent_of(node.id)
        texts = {"name": dict(node.name), "explanation": dict(node.explanation)}
        nodes.append({"id": node.id, **texts, **({"parent": parent} if parent else {})})
    return nodes


def _plain(value: Any) -> Any:
    """Data with numbers and texts that JSON can hold, without what is left out by default."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    return value.isoformat() if isinstance(value, date) else value


def frozen_weights(weights: Mapping[str, Fraction], digits: int) -> dict[str, int]:
    """Weights that sum to 1 as whole numbers of 10^-digits that do, by largest remainder; of equal
    remainders the first gets more.

    >>> from fractions import Fraction
    >>> from ahp.evaluation.scheme import frozen_weights
    >>> frozen_weights({"a": Fraction(1, 3), "b": Fraction(1, 3), "c": Fraction(1, 3)}, 6)
    {'a': 333334, 'b': 333333, 'c': 333333}
    """
    scale = 10**digits
    floors = {key: int(weight * scale) for key, weight in weights.items()}
    left = scale - sum(floors.values())
    by_remainder = sorted(weights, key=lambda key: floors[key] - weights[key] * scale)
    for key in by_remainder[:left]:
        floors[key] += 1
    return floors


def check_scheme(scheme: Scheme) -> tuple[Phrase, ...]:
    """What works, but should be looked at before a scheme is put in force.

    Returns:
        Jumps between steps, key points worth no more than general ones, limits that raters can't
        exceed, gaps and overlaps of bands, indicators without a rule, and fewer than 10 or more
        than 25 indicators, as phrases for `ahp.i18n.errors.error_sentence`.

    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> ahp.evaluation.check_scheme(scheme)
    ()
    """
    remarks = []
    if without := tuple(leaf for leaf in scheme.leaves if leaf not in scheme.indicator):
        remarks.append(Phrase("indicators_without_rule", indicators=without))
    count = len(scheme.leaves)
    if not FEWEST_INDICATORS <= count <= MOST_INDICATORS:
        limits = {"least": FEWEST_INDICATORS, "most": MOST_INDICATORS}
        remarks.append(Phrase("indicators_count", count=count, **limits))
    for leaf, indicator in scheme.indicator.items():
        rule = indicator.rule.rule if isinstance(indicator.rule, Derived) else indicator.rule
        points = rule.control_points if isinstance(rule, Checklist) else ()
        most = max((point.points for point in points if not point.key), default=Fraction(0))
        if low := tuple(point.id for point in points if point.key and point.points <= most):
            remarks.append(Phrase("key_points_low", indicator=leaf, items=low, most=decimal(most)))
        if indicator.most_spread is not None and isinstance(rule, Rated):
            remarks += _spread_remarks(indicator, indicator.most_spread, scheme.grades[rule.grades])
        for edge, below, above in rule.jumps if isinstance(rule, Stepwise) else ():
            ends = {"below": decimal(below), "above": decimal(above)}
            remarks.append(Phrase("steps_jump", indicator=leaf, edge=decimal(edge), **ends))
    for better, worse in pairwise(scheme.bands):
        if worse.below is not None and worse.below != better.at_least:
            code = "bands_gap" if worse.below < better.at_least else "bands_overlap"
            ends = {"below": decimal(worse.below), "at_least": decimal(better.at_least)}
            remarks.append(Phrase(code, better=better.id, worse=worse.id, **ends))
    if scheme.bands[-1].at_least > scheme.total.floor:
        lowest, floor = decimal(scheme.bands[-1].at_least), decimal(scheme.total.floor)
        remarks.append(Phrase("bands_begin", lowest=lowest, floor=floor))
    return tuple(remarks)


def _spread_remarks(
    indicator: Indicator, most: Fraction, grades: tuple[Grade, ...]
) -> Iterator[Phrase]:
    """Remarks on a limit that one rater alone, or raters however far apart, can't exceed."""
    points = [grade.points for grade in grades]
    widest = max(points) - min(points)
    about = {"indicator": indicator.id, "most": decimal(most)}
    if most >= widest:
        yield Phrase("spread_never", **about, widest=decimal(widest))
    if indicator.fewest_raters == 1:
        yield Phrase("spread_of_one", **about)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class _Unchecked(Scheme):
    """A scheme whose parts are right, each by itself."""

    def __post_init__(self) -> None:
        self._freeze()


_STAND_INS: Mapping[str, Any] = {
    "id": "scheme",
    "version": "1",
    "missing": {"not_reported": "zero"},
    "period": {"kind": "quarter"},
    "bands": [],
}
"""What stands in for a part that is wrong, while the others are looked at."""

_REFERS_TO = {
    "anchors": "grades",
    "band": "bands",
    "counts_in": "period",
    "duties": "duties",
    "grades": "grades",
    "veto": "vetoes",
}
"""Last key of a path -> the part that what stands there refers to."""


def scheme_problems(data: Mapping[str, Any]) -> tuple[EntryError, ...]:
    """All that is wrong with the plain data of a scheme, each with its path: `Scheme` names the
    first.

    What refers to something is looked at once the part that it refers to is right.
    """
    wrong = tuple(problems(dict(data), _Unchecked))
    parts = {re.split(r"[.\[]", problem.parameters["place"])[0] for problem in wrong}
    places = {re.split(r"(?<=\])", problem.parameters["place"])[0] for problem in wrong}
    kept = {key: value for key, value in data.items() if key not in parts}
    kept |= {key: value for key, value in _STAND_INS.items() if key in parts}
    if "indicators" in parts:
        kept["indicators"] = [
            {"id": one.get("id"), "rule": {"kind": "measured", "low": 0, "high": 1}}
            if f"indicators[{k}]" in places
            else one
            for k, one in enumerate(data.get("indicators", ()))
        ]
        parts.remove("indicators")
    if next(problems(kept, _Unchecked), None):
        return wrong
    others = _problems(structure(kept, _Unchecked, "", EvaluationError))
    return *wrong, *(problem for problem in others if not _follows(problem, parts))


def _follows(problem: EntryError, parts: set[str]) -> bool:
    """Whether a problem may come of what stands in for parts that are wrong."""
    *_above, key = re.sub(r"\[\d+\]", "", problem.parameters["place"]).split(".")
    refers = problem.parameters["problem"].code == "value_not_listed"
    wrong = refers and _REFERS_TO.get(key) in parts
    return wrong or problem.parameters["place"].startswith(tuple(parts))


def _problem(path: str, code: str, **parameters: object) -> EntryError:
    return at(path, Phrase(code, **parameters))


def _problems(scheme: Scheme) -> Iterator[EntryError]:
    """What doesn't fit each other in a scheme, and where."""
    if not scheme.nodes:
        yield _problem("nodes", "is_missing")
        return
    if not scheme.languages:
        yield _problem("languages", "without_entries")
    yield from _text_problems(scheme, scheme.languages, "")
    for of_tree in (_id_problems, _tree_problems):  # what follows needs a tree
        broken = False
        for problem in of_tree(scheme):
            broken = True
            yield problem
        if broken:
            return
    yield from _word_problems(scheme)
    yield from _weight_problems(scheme)
    for k, indicator in enumerate(scheme.indicators):
        yield from _indicator_problems(scheme, indicator, f"indicators[{k}]")
    yield from _band_problems(scheme)
    yield from _event_problems(scheme)
    first, last = scheme.effective_from, scheme.effective_to
    if first and last and first > last:
        yield _problem("effective_to", "dates_order")


def _band_problems(scheme: Scheme) -> Iterator[EntryError]:
    if not scheme.bands:
        yield _problem("bands", "bands_none")
    for k, (better, worse) in enumerate(pairwise(scheme.bands), start=1):
        if worse.at_least >= better.at_least:
            yield _problem(f"bands[{k}].at_least", "bands_order")


def _event_problems(scheme: Scheme) -> Iterator[EntryError]:
    for k, deduction in enumerate(scheme.deductions):
        path = f"deductions[{k}]"
        if deduction.indicator is not None:
            yield from _known(f"{path}.indicator", deduction.indicator, scheme.leaves)
    for name in ("deductions", "bonuses"):
        for k, event in enumerate(getattr(scheme, name)):
            if event.points is not None and event.points <= 0:
                points = decimal(event.points)
                yield _problem(f"{name}[{k}].points", "points_not_positive", points=points)
            if event.cap is not None and event.cap <= 0:
                yield _problem(f"{name}[{k}].cap", "cap_not_positive", cap=decimal(event.cap))
    yield from _duty_problems(scheme)
    for k, veto in enumerate(scheme.vetoes):
        if veto.band is not None:
            yield from _known(
                f"vetoes[{k}].band", veto.band, tuple(band.id for band in scheme.bands)
            )
        if veto.when is not None:
            yield from _known(f"vetoes[{k}].when.indicator", veto.when.indicator, scheme.leaves)


def _text_problems(value: Any, languages: tuple[str, ...], path: str) -> Iterator[EntryError]:
    """Texts that are not in each of the languages."""
    if isinstance(value, tuple):
        for k, entry in enumerate(value):
            yield from _text_problems(entry, languages, f"{path}[{k}]")
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _text_problems(entry, languages, f"{path}.{key}")
    elif is_dataclass(value):
        for one in fields(value):
            inside = f"{path}.{one.name}" if path else one.name
            content = getattr(value, one.name)
            texts = {inside: content} if one.type == "Text" else {}
            if one.type == "Mapping[str, Text]":
                texts = {f"{inside}.{key}": text for key, text in content.items()}
            for place, text in texts.items():
                if text and set(text) != set(languages):
                    yield _problem(place, "text_languages", given=tuple(text), languages=languages)
            if not texts:
                yield from _text_problems(content, languages, inside)


def _id_problems(scheme: Scheme) -> Iterator[EntryError]:
    for name in ("nodes", "bands", "groups", "indicators", "duties"):
        ids = [entry.id for entry in getattr(scheme, name)]
        for k, one in enumerate(ids):
            if one in ids[:k]:
                yield _problem(f"{name}[{k}].id", "id_twice", value=one)
    units = [unit for group in scheme.groups for unit in group.units]
    for k, unit in enumerate(units):
        if unit in units[:k]:
            yield _problem("groups", "unit_twice", unit=unit)


def _word_problems(scheme: Scheme) -> Iterator[EntryError]:
    """Two things that observations would call the same."""
    seen: dict[str, str] = {}
    for name in ("nodes", "deductions", "bonuses", "vetoes"):
        for k, entry in enumerate(getattr(scheme, name)):
            for word in dict.fromkeys(map(word_key, (entry.id, *entry.name.values()))):
                if name == "nodes" and entry.id not in scheme.leaves and word != word_key(entry.id):
                    continue
                if word in seen:
                    yield _problem(f"{name}[{k}]", "word_twice", word=word, other=seen[word])
                seen[word] = f"{name}[{k}]"
    for name, grades in scheme.grades.items():
        try:
            by_word(grades)
        except EvaluationError as problem:
            yield at(f"grades.{name}", problem)


def _tree_problems(scheme: Scheme) -> Iterator[EntryError]:
    goal, *others = scheme.nodes
    if goal.parent is not None:
        yield _problem("nodes[0].parent", "goal_has_parent")
    ids = tuple(node.id for node in scheme.nodes)
    lost = [(k, node) for k, node in enumerate(others, start=1) if node.parent not in ids]
    for k, node in lost:
        if node.parent is None:
            yield _problem(f"nodes[{k}].parent", "is_missing")
        else:
            yield from _known(f"nodes[{k}].parent", node.parent, ids)
    if lost:
        return
    reached = {scheme.goal, *(kid for kids in scheme.children.values() for kid in kids)}
    for k, node in enumerate(scheme.nodes):
        if node.id not in reached:
            yield _problem(f"nodes[{k}].parent", "not_below_goal", node=node.id, goal=scheme.goal)
    level = {scheme.goal: 0}
    for parent, kids in scheme.children.items():
        level |= dict.fromkeys(kids, level[parent] + 1)
        if level[parent] == MAX_LEVELS:
            yield _problem(f"nodes[{ids.index(kids[0])}].parent", "tree_too_deep", most=MAX_LEVELS)
    if not others:
        yield _problem("nodes", "goal_alone", goal=scheme.goal)


def _weight_problems(scheme: Scheme) -> Iterator[EntryError]:
    if bool(scheme.weights) == bool(scheme.full_marks):
        yield _problem("weights", "weights_or_marks")
        return
    for name, expected in (("weights", tuple(scheme.node)), ("full_marks", scheme.leaves)):
        for key, number in getattr(scheme, name).items():
            yield from _known(f"{name}.{key}", key, expected)
            if number < 0:
                yield _problem(f"{name}.{key}", "weight_below_zero", weight=decimal(number))
    if scheme.full_marks:
        if missing := tuple(leaf for leaf in scheme.leaves if leaf not in scheme.full_marks):
            yield _problem("full_marks", "weights_missing", nodes=missing)
        elif not sum(scheme.full_marks.values()):
            yield _problem("full_marks", "weights_zero")
        return
    for parent, kids in scheme.children.items():
        if len(kids) > 1 and (missing := tuple(kid for kid in kids if kid not in scheme.weights)):
            yield _problem("weights", "weights_missing", nodes=missing)
            continue
        shares = (scheme.weights.get(kid, Fraction(len(kids) == 1)) for kid in kids)
        total = sum(shares, Fraction(0))
        if abs(total - 1) > WEIGHT_SUM_ATOL:
            yield _problem("weights", "weights_below_sum", parent=parent, total=decimal(total))


def _duty_problems(scheme: Scheme) -> Iterator[EntryError]:
    ids = tuple(duty.id for duty in scheme.duties)
    pairs = [frozenset(pair.duties) for pair in scheme.incompatible_duties]
    for k, pair in enumerate(scheme.incompatible_duties):
        path = f"incompatible_duties[{k}].duties"
        for n, duty in enumerate(pair.duties):
            yield from _known(f"{path}[{n}]", duty, ids)
        if len(pairs[k]) == 1 or pairs[k] in pairs[:k]:
            yield _problem(path, "duties_pair", first=pair.duties[0], second=pair.duties[1])


def _indicator_problems(scheme: Scheme, indicator: Indicator, path: str) -> Iterator[EntryError]:
    yield from _known(f"{path}.id", indicator.id, scheme.leaves)
    rule = indicator.rule
    if isinstance(rule, Rated | Shares):
        yield from _known(f"{path}.rule.grades", rule.grades, tuple(scheme.grades))
    if isinstance(rule, Rated) and rule.grades in scheme.grades:
        ids = tuple(grade.id for grade in scheme.grades[rule.grades])
        for grade in rule.anchors:
            yield from _known(f"{path}.rule.anchors", grade, ids)
    if isinstance(rule, Checklist):
        vetoes = tuple(veto.id for veto in scheme.vetoes)
        for k, point in enumerate(rule.control_points):
            if point.veto is not None:
                yield from _known(f"{path}.rule.control_points[{k}].veto", point.veto, vetoes)
    if indicator.fewest_raters < 1:
        yield _problem(f"{path}.fewest_raters", "raters_least")
    if (most := indicator.most_spread) is not None:
        if not isinstance(rule, Rated):
            yield _problem(f"{path}.most_spread", "spread_not_rated")
        if not 0 <= most <= 100:
            yield _problem(f"{path}.most_spread", "points_beyond", points=decimal(most))
    if indicator.valid is not None and indicator.valid[0] >= indicator.valid[1]:
        low, high = map(decimal, indicator.valid)
        yield _problem(f"{path}.valid", "not_below", low=low, high=high)
    parts = tuple(
        Period(2000, 12 // PERIODS[scheme.period.kind] * k, 12 // PERIODS[scheme.period.kind]).part
        for k in range(1, PERIODS[scheme.period.kind] + 1)
    )
    for k, part in enumerate(indicator.counts_in):
        yield from _known(f"{path}.counts_in[{k}]", part, parts)


def _known(path: str, value: str, valid: tuple[str, ...]) -> Iterator[EntryError]:
    if value not in valid:
        yield _problem(path, "value_not_listed", value=value, valid=valid)
