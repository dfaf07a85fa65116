"""A page of cards to cut out: each person's personal link with its QR code."""

from __future__ import annotations

from collections.abc import Mapping

import segno
from markupsafe import Markup

from ..errors import OptionError
from ..i18n import LANGUAGES, translator
from ..templates import render


def link_sheet(
    title: str,
    links: Mapping[str, str],
    language: str = "zh",
    what: str | None = None,
    note: str | None = None,
) -> str:
    """A printable HTML page with one card a person; it needs nothing from outside.

    Args:
        title: of the study or the evaluation.
        links: name -> personal link.
        language: of `LANGUAGES`.
        what: what the links are for; None = for experts, who answer a survey.
        note: what is to be done with the page; None = each person gets a card.

    Returns:
        The page as text, to be stored as UTF-8.

    Raises:
        OptionError: unknown language.
    """
    if language not in LANGUAGES:
        raise OptionError.unknown("language", language, LANGUAGES)
    _ = translator(language)
    return render(
        "link_sheet.html",
        language=language,
        title=title,
        note=note
        or _("Print this page, cut out the cards, and give each person their own. Keep it safe."),
        what=what
        or _(
            "Scan the code with your phone, or type the link into a browser, and answer the "
            "questions. This link is personal: please don't pass it on."
        ),
        cards=[(name, link, _code(link)) for name, link in links.items()],
    )


def _code(link: str) -> Markup:
    """The QR code of a link as SVG."""
    return Markup(segno.make_qr(link, error="m").svg_inline(border=4, omitsize=True))


def qr_picture(text: str) -> str:
    """The QR code of a text as the address of a picture, black on white in any scheme."""
    return segno.make_qr(text, error="m").svg_data_uri(border=4, light="#fff")
