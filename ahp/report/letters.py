"""What is written to experts: who asks, until when, whom to call; invitations and reminders."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from ..i18n import translator
from ..i18n.errors import error_sentence
from ..process.evaluations.days import is_zone, zone_words
from ..process.invitation import Invitation

_SHAPES = {"zh": "y年M月d日EEEE HH:mm", "en": "EEEE, d MMMM y, HH:mm"}


def deadline_words(invitation: Invitation, language: str, zone: str = "") -> str:
    """Until when answers are expected; empty where that isn't said.

    Args:
        invitation: says it.
        language: of `ahp.i18n.LANGUAGES`.
        zone: time zone of the reader, whose clocks are named as well where they show another time.
    """
    _, deadline = translator(language), invitation.deadline
    if deadline is None:
        return ""
    time, there = _on_clocks(deadline, invitation.zone, language)
    if is_zone(zone) and deadline.astimezone(ZoneInfo(zone)).utcoffset() != deadline.utcoffset():
        own, here = _on_clocks(deadline, zone, language)
        return _("{time} ({there}), where you are {own} ({here})").format(
            time=time, there=there, own=own, here=here
        )
    return _("{time} ({zone})").format(time=time, zone=there)


def _on_clocks(moment: datetime, zone: str, language: str) -> tuple[str, str]:
    """What clocks in a zone show, and the zone in words."""
    return (
        format_datetime(moment, _SHAPES[language], tzinfo=ZoneInfo(zone), locale=language),
        error_sentence(zone_words(zone), language),
    )


def time_left(invitation: Invitation, language: str, now: datetime) -> str:
    """How many days are left until the deadline; empty where there is none, or it is over."""
    _, deadline = translator(language), invitation.deadline
    if deadline is None or invitation.over(now):
        return ""
    days = (deadline.date() - now.astimezone(deadline.tzinfo).date()) // timedelta(days=1)
    return {0: _("today"), 1: _("tomorrow")}.get(days) or _("in {count} days").format(count=days)


def asked_lines(
    invitation: Invitation, language: str, now: datetime, zone: str = ""
) -> dict[str, str]:
    """What experts read on their pages, as far as it was said.

    Args:
        invitation: says it.
        language: of `ahp.i18n.LANGUAGES`.
        now: the time.
        zone: as for `deadline_words`.

    Returns:
        `"greeting"`, `"asks"`, `"until"` or `"over"`, `"contact"` -> a text in words.
    """
    _, said = translator(language), {}
    texts = invitation.greeting
    if greeting := texts.get(language) or next(iter(texts.values()), ""):
        said["greeting"] = greeting
    if invitation.asks:
        said["asks"] = _("You are asked by {asks}.").format(asks=invitation.asks)
    if until := deadline_words(invitation, language, zone):
        over = _(
            "The time to answer ended on {deadline}. What you answer is still taken, until the "
            "organizer closes the round."
        )
        dated = _("Please answer by {deadline}, {left}.")
        said["over" if invitation.over(now) else "until"] = (
            over if invitation.over(now) else dated
        ).format(deadline=until, left=time_left(invitation, language, now))
    if invitation.contact:
        said["contact"] = _("Questions? {contact}").format(contact=invitation.contact)
    return said


def invitation_letter(
    title: str, name: str, link: str, *, invitation: Invitation, language: str, now: datetime
) -> str:
    """What an expert gets with the personal link.

    Args:
        title: of the study.
        name: the expert's.
        link: theirs.
        invitation: what experts are told.
        language: of `ahp.i18n.LANGUAGES`.
        now: the time.
    """
    _ = translator(language)
    asked = _("We ask you for your judgment in “{title}”. Please open your personal link:")
    private = _(
        "It needs no password, so please don't pass it on. Every answer is saved at once: you can "
        "stop at any time and go on later with the same link."
    )
    return _letter(name, (asked.format(title=title), link, private), invitation, language, now)


def reminder_letter(
    title: str,
    name: str,
    replied: tuple[int, int],
    link: str,
    *,
    round_number: int,
    spoken: bool,
    invitation: Invitation,
    language: str,
    now: datetime,
) -> str:
    """What an expert gets who has not submitted.

    Args:
        title: of the study.
        name: the expert's.
        replied: how many comparisons they have answered in this round, and are asked.
        link: theirs; empty where it isn't known, since links aren't stored.
        round_number: of the round.
        spoken: whether they have answered in some round.
        invitation: what experts are told.
        language: of `ahp.i18n.LANGUAGES`.
        now: the time.
    """
    _, (answered, total) = translator(language), replied
    study, kept = (_("“{title}”") if round_number == 1 else _("“{title}” (round {round})")), ""
    missing = _(
        "Your answers for {study} are not complete yet: {answered} of {total} comparisons are "
        "answered. They are kept, and you go on where you stopped."
    )
    if not answered:
        missing = _("For {study} we have no answers of yours yet.")
        if spoken:
            kept = _("What you answered before is kept, and shown beside each comparison.")
    elif answered == total:
        missing = _("For {study} you have answered everything; now please submit your answers.")
    way = _(
        "Please open your personal link. If you no longer have it, tell us, and you get a new one."
    )
    if link:
        way = _("Your personal link:") + "\n" + link
    study = study.format(title=title, round=round_number)
    said = missing.format(study=study, answered=answered, total=total)
    return _letter(name, (said, kept, way), invitation, language, now)


def _letter(
    name: str, body: tuple[str, ...], invitation: Invitation, language: str, now: datetime
) -> str:
    _, said = translator(language), asked_lines(invitation, language, now)
    lines = (said.get(one, "") for one in ("until", "over", "contact"))
    parts = (
        _("Dear {name},").format(name=name),
        said.get("greeting", ""),
        *body,
        *lines,
        _("Thank you."),
        invitation.asks,
    )
    return "\n\n".join(filter(None, parts)) + "\n"
