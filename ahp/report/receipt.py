"""The receipt of submitted answers as a page to print or save, and its answers in words."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from html import escape
from pathlib import Path

from babel.dates import format_datetime

from ..i18n import Translate, translator
from ..i18n.words import judgment_sentence
from ..process.receipt import ABSTAIN, Receipt, Statement
from ..scale import SAATY_POSITIONS
from ..study import Survey

COMMAND = "ahp receipt verify receipt.html study.json --key receipt-key.pem"


def answers_in_words(statement: Statement, survey: Survey, language: str) -> dict[str, list[str]]:
    """Parent id -> the answers below it, in words."""
    _ = translator(language)
    found: dict[str, list[str]] = {}
    for parent, left, right, value in statement.answers:
        first, second = (survey.node_name(node, language) for node in (left, right))
        found.setdefault(parent, []).append(_sentence(first, second, value, _))
    return found


def _sentence(left: str, right: str, value: str, _: Translate) -> str:
    if value == ABSTAIN:
        return _("“{left}” and “{right}”: can't judge").format(left=left, right=right)
    if value not in SAATY_POSITIONS:  # from a file with judgments off the scale
        return _("“{left}” against “{right}”: {value}").format(left=left, right=right, value=value)
    return judgment_sentence(left, right, value, _)


def facts(
    statement: Statement, survey: Survey, language: str, timezone: tzinfo = UTC
) -> list[tuple[str, str]]:
    """Who submitted what and when, by the clocks of a timezone: (what, its words)."""
    _ = translator(language)
    values = [value for *_pair, value in statement.answers]
    abstained = values.count(ABSTAIN)
    count = _("{count} answered").format(count=len(values) - abstained)
    if abstained:
        count += _(", {count} can't be judged").format(count=abstained)
    moment = datetime.fromisoformat(statement.time)
    clock, offset = (
        format_datetime(moment, shape, tzinfo=timezone, locale=language)
        for shape in ("medium", "ZZZZ")
    )
    return [
        (_("Expert"), statement.name),
        (_("Study"), statement.title),
        (_("Survey"), survey.text(survey.name, language)),
        (_("Round"), str(statement.round)),
        (_("Submitted at"), f"{clock} ({offset})"),
        (_("Comparisons"), count),
        (_("Place in the log"), _("event {seq}").format(seq=statement.seq)),
        (_("Hash of the event"), statement.hash),
    ]


def receipt_html(receipt: Receipt, survey: Survey, language: str, timezone: tzinfo = UTC) -> str:
    """A page that needs nothing else: to read, to print, and to verify.

    Args:
        receipt: the receipt.
        survey: the survey that was answered.
        language: of `ahp.i18n.LANGUAGES`.
        timezone: whose clocks tell when it was submitted.
    """
    _ = translator(language)
    said = receipt.statement
    *told, place, event_hash = facts(said, survey, language, timezone)
    proof = [
        place,
        event_hash,
        (_("Signature (Ed25519)"), receipt.signature),
        (_("Signed with the key"), receipt.key_id),
    ]
    sections, number = [], 1
    for parent, sentences in answers_in_words(said, survey, language).items():
        items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
        name = escape(survey.node_name(parent, language))
        sections.append(f'<section><h3>{name}</h3><ol start="{number}">{items}</ol></section>')
        number += len(sentences)
    heading = _("Receipt of submitted answers")
    button, answers, proof_heading = _("Print or save as PDF"), _("The answers"), _("Proof")
    explained = _(
        "The signature covers all of the above: who answered, every answer, and the place in the "
        "log. Keep this page. To check it later, take this page as a file (saved, or printed as "
        "PDF), the study's export, which the organizer has, and the server's public key, which "
        "the server gives out at /receipt-key.pem. Then run this command; it reads the lines at "
        "the end of the page, not the words above them:"
    )
    css = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(heading)} · {escape(said.name)}</title><style>\n{css}</style></head>\n"
        f"<body><main><header><p>{escape(heading)}</p><h1>{escape(said.title)}</h1>"
        f'<button type="button" onclick="print()">{escape(button)}</button>'
        f"</header>\n{_list(told)}\n<h2>{escape(answers)}</h2>\n{''.join(sections)}\n"
        f"<h2>{escape(proof_heading)}</h2>\n{_list(proof)}\n<p>{escape(explained)}</p>\n"
        f"<p><code>{escape(COMMAND)}</code></p>\n<pre>\n{receipt.block}\n</pre>\n"
        "</main></body></html>\n"
    )


def _list(pairs: list[tuple[str, str]]) -> str:
    lines = "".join(f"<dt>{escape(what)}</dt><dd>{escape(words)}</dd>" for what, words in pairs)
    return f"<dl>{lines}</dl>"
