"""Sign-in at the provider: OpenID Connect, the code flow with PKCE, by Authlib."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Mapping
from functools import cache
from typing import Any, TypeVar

from authlib.integrations.base_client.errors import MismatchingStateError, OAuthError
from authlib.integrations.starlette_client import OAuth, StarletteOAuth2App
from httpx2 import HTTPError, InvalidURL
from itsdangerous import BadData, URLSafeTimedSerializer
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ..errors import AccessError
from ..store import Store
from ..store.access import Agent
from .provider import BACK, Provider

T = TypeVar("T")

STATE_COOKIE = "ahp_provider"
STATE_SECONDS = 600
"""How long a sign-in at the provider may take."""

LEEWAY = 120
"""Seconds by which the provider's clock may differ."""

LONGEST_SUBJECT = 255
"""Characters of a `sub` (OpenID Connect Core, 2)."""

PATIENCE = 10.0
"""Seconds that the provider may take for an answer to this server."""

_PURPOSE = "ahp provider state"
_log = logging.getLogger(__name__)


async def begin(request: Request, store: Store, asked: Provider) -> Response:
    """Send a browser to the provider; what it has to bring back goes with it, signed, so that any
    process of this server can finish.

    Raises:
        AccessError: the provider can't be reached, or its answer is none.
    """
    own = _with_state(request, {})
    client = await _understood(asked, _client(asked))
    response: Response = await _understood(asked, client.authorize_redirect(own, asked.base + BACK))
    kept = (await run_in_threadpool(_serializer, store)).dumps(own.session)
    response.set_cookie(
        STATE_COOKIE,
        kept,
        max_age=STATE_SECONDS,
        path="/organizer",
        httponly=True,
        samesite="lax",
    )
    return response


async def finish(
    request: Request, store: Store, asked: Provider, session: str | None, agent: Agent
) -> str:
    """Sign somebody in whom the provider sends back.

    Args:
        request: of the browser that comes back.
        store: where accounts are.
        asked: the provider.
        session: token of the browser's session, if it has one.
        agent: what kind of browser it is, and on which system.

    Returns:
        The token of the session.

    Raises:
        AccessError: says what to do; the log says what was wrong.
    """
    serializer = await run_in_threadpool(_serializer, store)
    try:
        kept = serializer.loads(request.cookies.get(STATE_COOKIE, ""), max_age=STATE_SECONDS)
    except BadData:
        kept = {}
    client = await _understood(asked, _client(asked))
    said = await _understood(asked, _claims(client, _with_state(request, kept), asked))
    subject = str(said[0]["sub"])
    known = [next((one[key] for one in said if one.get(key)), None) for key in _NAMES]
    names = [str(one) for one in known if one] or [subject]
    groups = next(filter(None, (_groups(one, asked.claim) for one in said)), [])
    roles = [role for group in groups for role in asked.roles.get(group, ())]
    try:
        return await run_in_threadpool(
            store.open_provider_account,
            str(client.server_metadata["issuer"]),
            subject,
            [names[0], *(f"{names[0]} ({other})" for other in (*names[1:], subject))],
            roles,
            session=session,
            agent=agent,
        )
    except AccessError as error:
        if error.code != "account_without_role":
            raise
        _log.warning("%s: no role for %s, who is in %s", asked.name, names[0], asked.claim)
        raise AccessError("provider_no_role", provider=asked.name, name=names[0]) from error


_NAMES = ("name", "preferred_username", "email")
"""Claims that people know somebody by (OpenID Connect Core, 5.1), the best first."""


async def leave(asked: Provider) -> Response:
    """Send a browser, whose session here has ended, to end that at the provider, if it offers that
    (OpenID Connect RP-Initiated Logout), and from there back.

    The client's id stands for the ID token (`id_token_hint`, 2), which isn't kept: it holds name,
    mail address and groups, and is larger than a cookie may be. The provider may ask once more.
    """
    client = await _understood(asked, _client(asked))
    if not client.server_metadata.get("end_session_endpoint"):
        return RedirectResponse("/organizer", status_code=303)
    made = await client.create_logout_url(
        post_logout_redirect_uri=f"{asked.base}/organizer", client_id=asked.client_id
    )
    return RedirectResponse(made["url"], status_code=303)


async def _claims(
    client: StarletteOAuth2App, request: Request, asked: Provider
) -> list[Mapping[str, Any]]:
    """What the provider says of who comes back: the ID token, and where that doesn't say enough,
    also the answer of its userinfo endpoint, which has to be about the same person (Core, 5.3.2).
    """
    expected = {
        "iss": {"essential": True, "values": [client.server_metadata["issuer"]]},
        "aud": {"essential": True, "values": [asked.client_id]},
    }
    authorize: Any = client.authorize_access_token
    token = await authorize(request, claims_options=expected, leeway=LEEWAY)
    claims: dict[str, Any] = dict(token["userinfo"])
    if not 0 < len(claims["sub"]) <= LONGEST_SUBJECT:
        raise ValueError("sub is no identifier")
    enough = _groups(claims, asked.claim) and claims.get("name")
    if enough or not client.server_metadata.get("userinfo_endpoint"):
        return [claims]
    more = await client.userinfo(token=token)
    if more["sub"] != claims["sub"]:
        raise ValueError("userinfo is about somebody else")
    return [claims, more]


def _groups(claims: Mapping[str, Any], claim: str) -> list[str]:
    """The groups of a claim: one, or a list; by its name or, inside others, by a path."""
    found: Any = claims.get(claim)
    if found is None:
        found = claims
        for part in claim.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    return [str(one) for one in (found if isinstance(found, list) else [found]) if one is not None]


@cache
def _registered(asked: Provider) -> StarletteOAuth2App:
    client: StarletteOAuth2App = OAuth().register(
        "provider",
        client_id=asked.client_id,
        client_secret=asked.client_secret,
        server_metadata_url=f"{asked.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": asked.scopes,
            "code_challenge_method": "S256",
            "timeout": PATIENCE,
        },
    )
    return client


async def _client(asked: Provider) -> StarletteOAuth2App:
    """The client, once it knows what the provider offers."""
    client = _registered(asked)
    metadata = await client.load_server_metadata()
    if str(metadata.get("issuer")).rstrip("/") != asked.issuer.rstrip("/"):
        said = metadata.get("issuer")
        metadata.clear()  # it is asked again
        raise ValueError(f"the provider calls itself {said!r}, expected {asked.issuer!r}")
    offered = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if "client_secret_basic" not in offered:
        client.client_kwargs["token_endpoint_auth_method"] = "client_secret_post"
    return client


async def _understood(asked: Provider, answer: Awaitable[T]) -> T:
    """What the provider answers, or what is wrong with it as a sentence for people."""
    try:
        return await answer
    except (HTTPError, InvalidURL, OAuthError, JoseError, *_UNREADABLE) as error:
        said = " ".join(str(error).split())
        _log.warning("sign-in at %s: %s: %s", asked.issuer, type(error).__name__, said)
        code, detail = _code(error), {}
        if code == "provider_refuses":  # no text of strangers on a page: anybody can write a link
            known = re.fullmatch("[a-z_]{1,40}", str(getattr(error, "error", "")))
            detail["problem"] = known[0] if known else "…"
        raise AccessError(code, provider=asked.name, **detail) from error


_UNREADABLE = (AttributeError, KeyError, RuntimeError, TypeError, ValueError)
"""What Authlib raises at an answer that has another form than the standard says."""


def _code(error: Exception) -> str:
    """Of the sentence that says it."""
    if isinstance(error, HTTPError | InvalidURL):
        return "provider_away"
    if isinstance(error, MismatchingStateError):
        return "provider_state"
    if isinstance(error, OAuthError):
        return "provider_denied" if error.error == "access_denied" else "provider_refuses"
    late = isinstance(error, ClaimError) and error.claim in ("iat", "nbf")
    late = late or isinstance(error, ExpiredTokenError)
    return "provider_clock" if late else "provider_untrusted"


def _with_state(request: Request, kept: dict[str, Any]) -> Request:
    """The request with what this sign-in keeps: the server has a session of another kind, whose
    secret is one process's own.
    """
    return Request({**request.scope, "session": kept}, request.receive)


def _serializer(store: Store) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(store.derived_secret(_PURPOSE))
