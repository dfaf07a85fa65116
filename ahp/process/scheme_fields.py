"""What can be filled in of a scheme, part by part, so that one form serves every rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from fractions import Fraction
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from ..errors import OptionError
from ..evaluation.formula import Steps
from ..evaluation.rules import AnyRule, Derived, Grade, Input, Occurrence, Point, Step
from ..evaluation.scheme import (
    Band,
    Bonus,
    Calendar,
    Condition,
    Deduction,
    Digits,
    Duty,
    Group,
    IncompatibleDuties,
    Indicator,
    Missing,
    Node,
    TotalRules,
    Veto,
    WarningRules,
)

RULES: Mapping[str, Any] = MappingProxyType({rule.kind: rule for rule in get_args(AnyRule)})
"""Kind of a rule -> its class, in the order in which they are offered."""

PARTS: Mapping[str, Any] = MappingProxyType(
    {
        **RULES,
        "nodes": Node,
        "indicators": Indicator,
        "grades": Grade,
        "bands": Band,
        "deductions": Deduction,
        "bonuses": Bonus,
        "vetoes": Veto,
        "when": Condition,
        "missing": Missing,
        "period": Calendar,
        "warnings": WarningRules,
        "digits": Digits,
        "total": TotalRules,
        "groups": Group,
        "duties": Duty,
        "incompatible_duties": IncompatibleDuties,
        "steps_of_rule": Step,
        "control_points": Point,
        "occurrences": Occurrence,
        "inputs": Input,
        "tables": Steps,
    }
)
"""Part of a scheme -> the class of its entries."""

FieldKind = Literal[
    "number",
    "whole",
    "text",
    "texts",
    "yes_no",
    "choice",
    "numbers",
    "range",
    "number_or_range",
    "names",
    "choices",
    "reference",
    "entries",
    "table",
    "texts_by_grade",
    "named_numbers",
    "named_tables",
    "rule",
    "year",
]
"""What a field holds. `texts` is a text in each language; `range` two numbers; `choices` some of a
list; `reference` the id of another part; `entries` a table of several rows, `table` one row;
`texts_by_grade` texts for ids of grades; `named_numbers` and `named_tables` what a formula calls by
a name; `rule` one of the rules for numbers; `year` a word or a weight for each period."""


@dataclass(frozen=True)
class Field:
    """One thing to fill in.

    Attributes:
        part: it belongs to, a key of `PARTS`.
        name: key in a scheme file.
        kind: what it holds.
        required: whether it may not be left out.
        default: what stands where it is left out.
        choices: of a choice, in order.
        least, most: bounds, which belong to it.
        above: bound that doesn't.
        refers_to: part of the scheme whose ids it holds.
        inner: part whose fields its entries have.
    """

    part: str
    name: str
    kind: FieldKind
    required: bool
    default: Any = None
    choices: tuple[str, ...] = ()
    least: Fraction | None = None
    most: Fraction | None = None
    above: Fraction | None = None
    refers_to: str | None = None
    inner: str | None = None


_ZERO, _ONE, _HUNDRED = Fraction(0), Fraction(1), Fraction(100)

_BOUNDS: Mapping[tuple[Any, str], Mapping[str, Fraction]] = {
    (PARTS["completion"], "target"): {"above": _ZERO},
    (PARTS["completion"], "cap"): {"above": _ZERO},
    (PARTS["target"], "tolerance"): {"above": _ZERO},
    (PARTS["membership"], "grade_points"): {"least": _ZERO, "most": _HUNDRED},
    (Step, "points"): {"least": _ZERO, "most": _HUNDRED},
    (Grade, "points"): {"least": _ZERO, "most": _HUNDRED},
    (Point, "points"): {"above": _ZERO},
    (Point, "sample"): {"least": _ONE},
    (Occurrence, "points"): {"above": _ZERO},
    (Deduction, "points"): {"above": _ZERO},
    (Deduction, "cap"): {"above": _ZERO},
    (Bonus, "points"): {"above": _ZERO},
    (Bonus, "cap"): {"above": _ZERO},
    (Condition, "near"): {"least": _ZERO},
    (Indicator, "fewest_raters"): {"least": _ONE},
    (Indicator, "most_spread"): {"least": _ZERO, "most": Fraction(100)},
    (Missing, "share"): {"least": _ZERO, "most": _ONE},
    (Digits, "weights"): {"least": _ONE, "most": Fraction(9)},
    (Digits, "points"): {"least": _ZERO, "most": Fraction(9)},
    (Digits, "total"): {"least": _ZERO, "most": Fraction(9)},
    (TotalRules, "bonus_cap"): {"above": _ZERO},
}
"""Bounds as the classes check them."""

_REFERENCES: Mapping[tuple[Any, str], str] = {
    (PARTS["rated"], "grades"): "grades",
    (PARTS["shares"], "grades"): "grades",
    (Point, "veto"): "vetoes",
    (Deduction, "indicator"): "indicators",
    (Condition, "indicator"): "indicators",
    (Veto, "band"): "bands",
    (Node, "parent"): "nodes",
}

_PART_OF = {kind: part for part, kind in PARTS.items()}


@cache
def fields_of(part: str) -> tuple[Field, ...]:
    """What can be filled in of a rule of this kind, or of another part of a scheme; for the words
    beside it see `ahp.i18n.schemes.field_words`.

    Args:
        part: a key of `PARTS`, such as `"completion"` or `"bands"`.

    Raises:
        OptionError: another one.
    """
    if part not in PARTS:
        raise OptionError.unknown("part", part, PARTS)
    declared = PARTS[part]
    hints = get_type_hints(declared)
    return tuple(
        _field(part, one, hints[one.name])
        for one in fields(declared)
        if one.name != "kind" or part not in RULES  # which are told apart by it
    )


def _field(part: str, one: Any, hint: Any) -> Field:
    declared = PARTS[part]
    default = one.default if one.default is not MISSING else None
    required = (one.default, one.default_factory) == (MISSING, MISSING)
    about: dict[str, Any] = {"default": default, **_BOUNDS.get((declared, one.name), {})}
    if refers_to := _REFERENCES.get((declared, one.name)):
        return Field(part, one.name, "reference", required, refers_to=refers_to)
    arms = [arm for arm in _arms(hint) if arm is not NoneType]
    return Field(part, one.name, _kind(arms), required, **about, **_more(arms))


def _arms(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


_PLAIN: Mapping[Any, FieldKind] = {
    Fraction: "number",
    int: "whole",
    str: "text",
    bool: "yes_no",
    tuple[Fraction, ...]: "numbers",
    tuple[Fraction, Fraction]: "range",
    tuple[str, ...]: "names",
    tuple[str, str]: "names",
    Mapping[str, str]: "texts",
    Mapping[str, Mapping[str, str]]: "texts_by_grade",
    Mapping[str, Fraction]: "named_numbers",
    Mapping[str, Steps]: "named_tables",
}


def _kind(arms: list[Any]) -> FieldKind:
    if len(arms) > 1:
        if all(map(is_dataclass, arms)):
            return "rule"
        return "year" if tuple[Fraction, ...] in arms else "number_or_range"
    (hint,) = arms
    if hint in _PLAIN:
        return _PLAIN[hint]
    if get_origin(hint) is Literal:
        return "choice"
    if is_dataclass(hint):
        return "table"
    return "entries" if is_dataclass(get_args(hint)[0]) else "choices"


def _more(arms: list[Any]) -> dict[str, Any]:
    """Choices, and the part that entries are of."""
    if len(arms) > 1:
        kinds = tuple(arm.kind for arm in arms if arm in RULES.values())
        words = tuple(word for arm in arms if get_origin(arm) is Literal for word in get_args(arm))
        return {"choices": kinds or words}
    (hint,) = arms
    if get_origin(hint) is Literal:
        return {"choices": get_args(hint)}
    entry = hint if is_dataclass(hint) else next(iter(get_args(hint)), None)
    if get_origin(entry) is Literal:
        return {"choices": get_args(entry)}
    if hint == Mapping[str, Steps]:
        entry = Steps
    return {"inner": _PART_OF[entry]} if entry in _PART_OF else {}


def rules_of_numbers() -> tuple[str, ...]:
    """Kinds of rules that a derived indicator's value may get its points by."""
    return next(one.choices for one in fields_of(Derived.kind) if one.name == "rule")
