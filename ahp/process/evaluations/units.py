"""Units over time."""

from __future__ import annotations

from dataclasses import dataclass

from ...evaluation.scheme import Group, Scheme


@dataclass(frozen=True)
class Unit:
    """A unit that is evaluated."""

    id: str
    name: str
    group: str = ""
    contact: str = ""
    active_from: str = ""
    active_to: str = ""
    aliases: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    merged_into: str | None = None
    merged_from: str = ""


def active_in(unit: Unit, period: str) -> bool:
    return not (unit.merged_into and period >= unit.merged_from)


def groups_of(units: tuple[Unit, ...], period: str, scheme: Scheme) -> tuple[Group, ...]:
    by_group: dict[str, list[str]] = {}
    for unit in units:
        if active_in(unit, period):
            by_group.setdefault(unit.group, []).append(unit.name)
    return tuple(
        Group(f"group{k}", dict.fromkeys(scheme.languages, name or "–"), tuple(names))
        for k, (name, names) in enumerate(by_group.items(), 1)
    )
