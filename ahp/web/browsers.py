"""What kind of browser somebody has, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..i18n import Translate
from ..store.access import Agent

if TYPE_CHECKING:
    from starlette.requests import Request

LONGEST_AGENT = 500
"""Signs that are looked at of what a browser says of itself."""


def agent_of(request: Request) -> Agent:
    """Names of the browser and of its system, each empty where it isn't known; all else that a
    browser says of itself is left where it is.
    """
    import ua_parser  # noqa: PLC0415 - its rules take a moment to load

    known = ua_parser.parse(request.headers.get("user-agent", "")[:LONGEST_AGENT])
    return known.user_agent.family if known.user_agent else "", known.os.family if known.os else ""


def browser_words(_: Translate, program: str, system: str) -> str:
    """A browser as people know it."""
    if program and system:
        return _("{browser} on {system}").format(browser=program, system=system)
    return program or system or _("unknown browser")
