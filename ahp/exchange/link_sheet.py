"""A page of cards to cut out: each expert's personal link with its QR code."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import segno

from ..errors import OptionError
from ..i18n import LANGUAGES, translator

_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>
@page {{ size: A4 portrait; margin: 10mm; }}
* {{ box-sizing: border-box; }}
body {{
  margin: 0 auto; padding: 8mm; max-width: 210mm; color: #000; background: #fff;
  font: 10pt/1.4 "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", "WenQuanYi Micro Hei",
    Arial, sans-serif;
}}
h1 {{ font-size: 16pt; margin: 0 0 2mm; }}
.note {{ margin: 0 0 6mm; color: #444; }}
ul {{ display: grid; grid-template-columns: 1fr 1fr; margin: 0; padding: 0 1px 1px 0; }}
li {{
  display: grid; grid-template-columns: 36mm 1fr; gap: 2mm 3mm; padding: 4mm;
  border: 1px dashed #888; margin: 0 -1px -1px 0; list-style: none;
  break-inside: avoid; page-break-inside: avoid;
}}
li svg {{ width: 36mm; height: 36mm; display: block; }}
h2 {{ font-size: 14pt; margin: 0 0 1mm; overflow-wrap: anywhere; }}
p {{ margin: 0 0 2mm; }}
.study {{ color: #444; font-size: 9pt; }}
.link {{
  grid-column: 1 / -1; margin: 0; overflow-wrap: anywhere;
  font: 9pt/1.3 Consolas, "DejaVu Sans Mono", monospace;
}}
@media print {{
  body {{ padding: 0; max-width: none; }}
  .note {{ display: none; }}
}}
@media screen and (max-width: 150mm) {{ ul {{ grid-template-columns: 1fr; }} }}
</style>
</head>
<body>
<h1>{title}</h1>
<p class="note">{note}</p>
<ul>
{cards}
</ul>
</body>
</html>
"""

_CARD = """<li>
{code}
<div>
<p class="study">{title}</p>
<h2>{name}</h2>
<p>{what}</p>
</div>
<p class="link">{link}</p>
</li>"""


def link_sheet(title: str, links: Mapping[str, str], language: str = "zh") -> str:
    """A printable HTML page with one card an expert; it needs nothing from outside.

    Args:
        title: of the study.
        links: name of the expert -> personal link.
        language: of `LANGUAGES`.

    Returns:
        The page as text, to be stored as UTF-8.

    Raises:
        OptionError: unknown language.
    """
    if language not in LANGUAGES:
        raise OptionError.unknown("language", language, LANGUAGES)
    _ = translator(language)
    what = _(
        "Scan the code with your phone, or type the link into a browser, and answer the "
        "questions. This link is personal: please don't pass it on."
    )
    cards = (
        _CARD.format(
            code=segno.make_qr(link, error="m").svg_inline(border=4, omitsize=True),
            title=escape(title),
            name=escape(name),
            what=escape(what),
            link=escape(link),
        )
        for name, link in links.items()
    )
    return _PAGE.format(
        language=language,
        title=escape(title),
        note=escape(
            _("Print this page, cut out the cards, and give each expert their own. Keep it safe.")
        ),
        cards="\n".join(cards),
    )
