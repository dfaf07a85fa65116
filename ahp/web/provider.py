"""Where organizers sign in but here: the organization's provider of accounts, by OpenID Connect."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from ..datafile import system_problem
from ..errors import AHPError
from ..process.roles import ROLES
from . import addresses

START, BACK, LEAVE = "/organizer/provider", "/organizer/provider/back", "/organizer/sign-out"
"""Paths: where a sign-in begins, where the provider sends people back, and where they sign out."""


@dataclass(frozen=True, eq=False)
class Provider:
    """Where organizers sign in.

    Attributes:
        issuer: its address.
        client_id: under which it knows this server.
        client_secret: with which this server proves that.
        name: as people call it.
        scopes: what this server asks for.
        claim: what says in which groups people are; a name, or a path of names with dots.
        roles: group -> keys of `ahp.process.roles.ROLES`.
        base: the public address of this server.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    scopes: str
    claim: str
    roles: Mapping[str, tuple[str, ...]]
    base: str


def provider() -> Provider | None:
    """The one that `AHP_OIDC_ISSUER` and what belongs to it name; None without.

    Raises:
        AHPError: something is missing, or can't be used.
    """
    said = (os.environ.get(name, "").strip() for name in _VARIABLES)
    return _provider((*said, addresses.fixed()))


_VARIABLES = (
    *("AHP_OIDC_ISSUER", "AHP_OIDC_CLIENT_ID", "AHP_OIDC_CLIENT_SECRET"),
    *("AHP_OIDC_CLIENT_SECRET_FILE", "AHP_OIDC_NAME", "AHP_OIDC_SCOPES", "AHP_OIDC_ROLES"),
)


@cache
def _provider(said: tuple[str, ...]) -> Provider | None:
    issuer, client_id, secret, secret_file, name, scopes, roles, base = said
    if not issuer:
        return None
    _check_address("AHP_OIDC_ISSUER", issuer)
    if secret_file:
        secret = _secret(secret_file)
    for variable, value in (
        ("AHP_OIDC_CLIENT_ID", client_id),
        ("AHP_OIDC_CLIENT_SECRET", secret),
        ("AHP_OIDC_ROLES", roles),
        (addresses.BASE_URL, base),
    ):
        if not value:
            raise AHPError("provider_incomplete", variable=variable)
    _check_address(addresses.BASE_URL, base)
    claim, groups = _roles(roles)
    return Provider(
        issuer=issuer,
        client_id=client_id,
        client_secret=secret,
        name=name or urlsplit(issuer).netloc,
        scopes=" ".join(dict.fromkeys(("openid", *(scopes or "profile email").split()))),
        claim=claim,
        roles=MappingProxyType(groups),
        base=base,
    )


def _check_address(variable: str, address: str) -> None:
    """Refuse to send secrets where others can read them."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = host == "localhost"
    if not host or parts.scheme not in ("https", *(["http"] * here)):
        raise AHPError("provider_address", variable=variable, address=address)


def _secret(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        problem = system_problem(error) if isinstance(error, OSError) else str(error)
        raise AHPError("provider_secret", path=path, problem=problem) from error


def _roles(text: str) -> tuple[str, dict[str, tuple[str, ...]]]:
    """The claim and the roles of groups in `claim:group=role,group=role`.

    Names of claims may be addresses, and groups may hold `=` and, where `;` stands between them,
    `,`: those of a directory do.
    """
    refused = AHPError("provider_roles", text=text, valid=tuple(ROLES))
    found = re.fullmatch(r"((?:https?://)?[^:=,;]+):(.*)", text, re.DOTALL)
    if not found:
        raise refused
    groups: dict[str, tuple[str, ...]] = {}
    for entry in found[2].split(";" if ";" in found[2] else ","):
        group, _, role = (part.strip() for part in entry.rpartition("="))
        if not group or role not in ROLES:
            raise refused
        groups[group] = (*groups.get(group, ()), role)
    return found[1].strip(), groups
