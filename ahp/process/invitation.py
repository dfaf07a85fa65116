"""Who asks the experts of a study, until when, and whom they can call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from ..datafile import jcs
from ..errors import OptionError
from ..study.limits import check_length
from ..study.plain import check_types, from_plain
from .evaluations.days import is_zone

_UNTIL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d", re.ASCII)


@dataclass(frozen=True)
class Invitation:
    """What experts are told of those who ask them; empty = not said.

    Attributes:
        asks: the organization or the person who asks.
        until: when answers are expected at the latest, as clocks in `zone` show it, such as
            `"2026-12-18T18:00"`. Nothing is closed by itself then.
        zone: name of a time zone, such as `"Asia/Shanghai"`; empty without `until`.
        contact: whom to call: a name, a phone number, an e-mail address.
        greeting: language -> text, in the languages in which there is one.
    """

    asks: str = ""
    until: str = ""
    zone: str = ""
    contact: str = ""
    greeting: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_types(self)
        for what in ("asks", "contact"):
            check_length(what, text := getattr(self, what))
            if not text.isprintable():
                raise OptionError(f"{what}_not_a_line")
        for text in self.greeting.values():
            check_length("greeting", text)
        if self.until or self.zone:
            _check_until(self.until)
            if not is_zone(self.zone):
                raise OptionError("zone_unknown", zone=self.zone)

    @classmethod
    def from_content(cls, content: str) -> Self:
        """Read back what `content` wrote.

        Raises:
            OptionError: it is not that; names the path inside it.
        """
        return from_plain(cls, content, "invitation")

    @property
    def content(self) -> str:
        """JSON (RFC 8785)."""
        return jcs({**vars(self), "greeting": dict(self.greeting)})

    @property
    def deadline(self) -> datetime | None:
        """When answers are expected at the latest, by the clocks of the zone."""
        if not self.until:
            return None
        return datetime.fromisoformat(self.until).replace(tzinfo=ZoneInfo(self.zone))

    def over(self, now: datetime) -> bool:
        """Whether that time is over."""
        return self.deadline is not None and self.deadline <= now

    @property
    def undated(self) -> Self:
        """The same for another round: a deadline is that of one."""
        return replace(self, until="", zone="")


def _check_until(text: str) -> None:
    """Refuse what is no day with a time.

    Raises:
        OptionError: it isn't.
    """
    try:
        fits = _UNTIL.fullmatch(text) is not None and bool(datetime.fromisoformat(text))
    except ValueError:
        fits = False
    if not fits:
        raise OptionError("until_unreadable", text=text)
