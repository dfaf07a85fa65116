"""Units over time: they begin and end, are called otherwise, and go into each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import count

from ...codec import at
from ...errors import EvaluationError
from ...evaluation import Period, Scheme, parse_period
from ...evaluation.observations import word_key
from ...evaluation.periods import period_of
from ...evaluation.scheme import Group
from ...messages import Phrase

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]00:00(?::00)?)?")
_WITHOUT_GROUP = ({"zh": "全部单位", "en": "All units"}, {"zh": "其他单位", "en": "Other units"})
"""What a group of units without one is called, where no unit has a group, and where others have."""


def day_of(text: str, *, last: bool = False) -> date:
    """The day that a text names, or the first or last day of a period.

    Args:
        text: such as 2026-07-15, 2026年7月15日, or whatever `parse_period` reads.
        last: of a period the last day.

    Raises:
        EvaluationError: it names neither.
    """
    if match := _DAY.fullmatch(text.strip()):
        try:
            return date(*map(int, match.groups()))
        except ValueError:
            raise EvaluationError("day_or_period", text=text) from None
    try:
        period = parse_period(text)
        return period.last_day if last else period.first_day
    except (EvaluationError, ValueError):
        raise EvaluationError("day_or_period", text=text) from None


@dataclass(frozen=True)
class UnitEntry:
    """A unit as it stands in a list.

    Attributes:
        name: what it is called.
        group: name of the units it is compared with; "" where there is none.
        contact: name of who answers for it.
        active_from, active_to: the first and the last day or period it is evaluated; "" without
            end.
        aliases: what else it is called in files.
    """

    name: str
    group: str = ""
    contact: str = ""
    active_from: str = ""
    active_to: str = ""
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("active_from", "active_to"):
            if getattr(self, name):
                try:
                    day_of(getattr(self, name))
                except EvaluationError as problem:
                    raise at(name, problem) from None
        if self.first_day > self.last_day:
            raise at("active_to", Phrase("active_order", first=self.active_from))

    @property
    def first_day(self) -> date:
        """The day it begins with."""
        return day_of(self.active_from) if self.active_from else date.min

    @property
    def last_day(self) -> date:
        """The day it ends with."""
        return day_of(self.active_to, last=True) if self.active_to else date.max

    @property
    def words(self) -> Mapping[str, str]:
        """What it is called, by its `word_key` -> as it is written."""
        return {word_key(word): word for word in (self.name, *self.aliases)}


@dataclass(frozen=True, kw_only=True)
class Unit(UnitEntry):
    """A unit with its history.

    Attributes:
        id: stays, whatever the unit is called.
        former_names: the earliest first.
        merged_into: id of the unit it went into; None where it goes on.
        merged_from: the first period in which it is no more; "" where it goes on.
    """

    id: str
    former_names: tuple[str, ...] = ()
    merged_into: str | None = None
    merged_from: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.merged_into is None) != (not self.merged_from):
            raise at("merged_from", Phrase("merged_half"))

    @property
    def last_day(self) -> date:
        """The day it ends with: before it goes into another one at the latest."""
        if not self.merged_from:
            return super().last_day
        return min(super().last_day, parse_period(self.merged_from).earlier.last_day)


def active_in(unit: UnitEntry, period: str | Period) -> bool:
    """Whether a unit is evaluated in a period: on one of its days or more."""
    asked = parse_period(period) if isinstance(period, str) else period
    return unit.first_day <= asked.last_day and asked.first_day <= unit.last_day


def active_units(units: Iterable[Unit], period: str | Period) -> tuple[Unit, ...]:
    """The units that are evaluated in a period."""
    return tuple(unit for unit in units if active_in(unit, period))


def resolve(units: Iterable[Unit], name: str, period: str | Period | None = None) -> Unit | None:
    """The unit that is called so, whatever the case, width and spaces; None where none is.

    A name goes before a former name, and that before an alias.

    Args:
        units: all of them.
        name: as it stands in a file.
        period: that the file is about; units that are active in it go before others.

    Raises:
        EvaluationError: several units are called so alike.
    """
    key = word_key(name)
    found: dict[tuple[bool, int], list[Unit]] = {}
    for unit in units:
        tiers = ((unit.name,), unit.former_names, unit.aliases)
        tier = next((k for k, words in enumerate(tiers) if key in map(word_key, words)), None)
        if tier is not None:
            inactive = period is not None and not active_in(unit, period)
            found.setdefault((inactive, tier), []).append(unit)
    if not found:
        return None
    best = found[min(found)]
    if len(best) > 1:
        raise EvaluationError("unit_ambiguous", name=name, units=tuple(one.name for one in best))
    return best[0]


def called_alike(units: Sequence[UnitEntry], kind: str) -> Iterator[tuple[int, int, str]]:
    """Two units that are called the same, by name or alias, and active in one same period of a
    kind: their positions, and the word as the later one has it.
    """
    holders: dict[str, list[int]] = {}
    for k, unit in enumerate(units):
        for key, word in unit.words.items():
            for other in holders.setdefault(key, []):
                if _meet(units[other], unit, kind):
                    yield other, k, word
                    break
            holders[key].append(k)


def _meet(one: UnitEntry, other: UnitEntry, kind: str) -> bool:
    """Whether two units are active in one same period of a kind."""

    def during(day: date) -> Period:
        return period_of(kind, day.year, day.month)

    first, last = during(one.first_day), during(one.last_day)
    return first <= during(other.last_day) and during(other.first_day) <= last


def unit_problem(units: Iterable[Unit], unit: Unit, kind: str) -> Phrase | None:
    """Why a unit can't be in a list as it is; None where it can.

    Args:
        units: the others; one with its id is the unit as it was.
        unit: new or changed.
        kind: of the periods that are evaluated.
    """
    if not unit.name.strip():
        return Phrase("unit_without_name")
    for other in units:
        if other.id != unit.id:
            for _, _, word in called_alike((other, unit), kind):
                return Phrase("unit_name_taken", name=word, other=other.name)
    return None


def merge_problem(units: Iterable[Unit], unit: str, into: str, period: str) -> Phrase | None:
    """Why a unit can't go into another one; None where it can.

    Args:
        units: all of them.
        unit: id.
        into: id of the other one.
        period: the first one in which the unit is no more.
    """
    by_id = {one.id: one for one in units}
    if unknown := next((key for key in (unit, into) if key not in by_id), None):
        return Phrase("unit_not_listed", unit=unknown)
    one, other = by_id[unit], by_id[into]
    if unit == into:
        return Phrase("unit_merged_into_itself", unit=one.name)
    for merged in (one, other):
        if merged.merged_into is not None:
            successor = by_id[merged.merged_into].name
            about = {"into": successor, "period": merged.merged_from}
            return Phrase("unit_merged_already", unit=merged.name, **about)
    before = parse_period(period).earlier
    for needed, when in ((one, before), (other, parse_period(period))):
        if not active_in(needed, when):
            return Phrase("unit_not_active", unit=needed.name, period=str(when))
    return None


def renamed(units: Sequence[Unit], unit: str, name: str) -> tuple[Unit, ...]:
    """The units with another name of one of them; the one it had becomes a former name.

    Raises:
        EvaluationError: no such unit, one that is no more, or the name it has.
    """
    old = _unit(units, unit)
    if old.merged_into is not None:
        about = {"into": _unit(units, old.merged_into).name, "period": old.merged_from}
        raise EvaluationError("unit_merged_already", unit=old.name, **about)
    plain = " ".join(name.split())
    if plain == old.name:
        raise EvaluationError("unit_named_so", name=plain)
    new = replace(
        old,
        name=plain,
        aliases=tuple(one for one in old.aliases if word_key(one) != word_key(plain)),
        former_names=(*(one for one in old.former_names if one != plain), old.name),
    )
    return tuple(new if one.id == unit else one for one in units)


def merged(units: Sequence[Unit], unit: str, into: str, period: str) -> tuple[Unit, ...]:
    """The units after one of them went into another; see `merge_problem`.

    Raises:
        EvaluationError: it can't.
    """
    if problem := merge_problem(units, unit, into, period):
        raise EvaluationError(problem.code, **problem.parameters)
    new = replace(_unit(units, unit), merged_into=into, merged_from=str(parse_period(period)))
    return tuple(new if one.id == unit else one for one in units)


def _unit(units: Iterable[Unit], unit: str) -> Unit:
    found = next((one for one in units if one.id == unit), None)
    if found is None:
        raise EvaluationError("unit_not_listed", unit=unit)
    return found


def successor(units: Iterable[Unit], unit: str) -> str:
    """Id of the unit that one has become by merging, its own where it goes on; two that have the
    same are one family.
    """
    into = {one.id: one.merged_into for one in units}
    while (following := into[unit]) is not None:
        unit = following
    return unit


def history(
    units: Sequence[Unit], unit: str, periods: Iterable[str]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Whose totals precede that of a unit, whatever it was called: its own, and those of the units
    that went into it, while they were active.

    Args:
        units: all of them.
        unit: id.
        periods: in the order of time.

    Returns:
        Period -> ids, its own first, of the periods in which there is any.
    """
    family = [_unit(units, unit)]
    for one in family:  # which grows meanwhile
        family += (other for other in units if other.merged_into == one.id)
    rows = (
        (period, tuple(one.id for one in family if active_in(one, period))) for period in periods
    )
    return tuple(row for row in rows if row[1])


def groups_of(units: Iterable[Unit], period: str | Period, scheme: Scheme) -> tuple[Group, ...]:
    """The groups of a scheme with the units that are active in a period, by their names of today.

    A group that is called as one of the scheme's is that one; so is that of a unit without a group
    which the scheme lists. Others are groups of their own, in the order of the units; units without
    one are a group together. The scheme's groups stand first, and groups without units are left
    out.

    Raises:
        EvaluationError: two active units have the same name.
    """
    active = active_units(units, period)
    names = [word_key(unit.name) for unit in active]
    for k, name in enumerate(names):
        if name in names[:k]:
            raise EvaluationError("unit_name_in_period", name=active[k].name, period=str(period))
    declared = {
        word_key(word): group
        for group in scheme.groups
        for word in (group.id, *group.name.values())
    }
    listed = {word_key(unit): group for group in scheme.groups for unit in group.units}
    members: dict[str, list[str]] = {group.id: [] for group in scheme.groups}
    own: dict[str, str] = {}
    for unit, name in zip(active, names, strict=True):
        group = declared.get(word_key(unit.group)) if unit.group else listed.get(name)
        key = group.id if group else f"\n{word_key(unit.group)}"  # which no id is
        if group is None:
            own.setdefault(key, unit.group)
        members.setdefault(key, []).append(unit.name)
    found = [replace(group, units=tuple(members[group.id])) for group in scheme.groups]
    unnamed = _WITHOUT_GROUP[len(members) > 1]
    ids = (one for k in count(1) if (one := f"group{k}") not in declared)
    for (key, group_name), one in zip(own.items(), ids, strict=False):
        texts = {code: group_name or unnamed.get(code, unnamed["en"]) for code in scheme.languages}
        found.append(Group(one, texts, tuple(members[key])))
    return tuple(group for group in found if group.units)
