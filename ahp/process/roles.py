"""What people with an account may do: roles, and acts that take two people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ..errors import AccessError
from ..study.plain import check_option
from .events import Actor

ACTS = ("see", "run_studies", "close_rounds", "run_evaluations", "sign", "accounts", "back_up")
"""See everything; run studies; close and open their rounds; run evaluations; sign their results;
say who may do what; take a copy of all there is."""

ROLES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "administrator": frozenset({"see", "accounts", "back_up"}),
        "organizer": frozenset({"see", "run_studies", "close_rounds", "run_evaluations"}),
        "head": frozenset({"see", "close_rounds", "sign"}),
        "reader": frozenset({"see"}),
    }
)
"""Role -> what it may do. A person may have several: what any of them may do."""


def allowed(roles: Iterable[str]) -> frozenset[str]:
    """What a person with these roles may do."""
    return frozenset[str]().union(*(ROLES[role] for role in roles))


def check_roles(roles: Iterable[str]) -> tuple[str, ...]:
    """The roles, each once, in the order of `ROLES`.

    Raises:
        OptionError: a role is not on the list.
        AccessError: there is none.
    """
    given = set(roles)
    for role in sorted(given):
        check_option("role", role, tuple(ROLES))
    if not given:
        raise AccessError("account_without_role")
    return tuple(role for role in ROLES if role in given)


def second_person(first: Actor, second: Actor) -> None:
    """Refuse an act that takes two people when one does both.

    Who has no account can't be told from anybody else.

    Args:
        first: who did what is to be confirmed.
        second: who confirms it.

    Raises:
        AccessError: both have the same account, or one of them has none.
    """
    if not second.id:
        raise AccessError("second_person_without_account")
    if not first.id:
        raise AccessError("first_person_without_account")
    if first.id == second.id:
        raise AccessError("second_person_is_first")
