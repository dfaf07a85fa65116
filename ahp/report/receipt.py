"""The receipt of submitted answers as a page to print or save, and its answers in words."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from babel.dates import format_date, format_datetime

from ..i18n import Translate, translator
from ..i18n.words import judgment_sentence
from ..process.events import MIDNIGHT
from ..process.receipt import ABSTAIN, Receipt, Statement
from ..scale import SAATY_POSITIONS
from ..study import Survey
from ..templates import render

COMMAND = "ahp receipt verify receipt.html study.json --key receipt-key.pem"


def answers_in_words(statement: Statement, survey: Survey, language: str) -> dict[str, list[str]]:
    """Parent id -> the answers below it, in words."""
    _ = translator(language)
    sentences: dict[str, list[str]] = {}
    for parent, left, right, value in statement.answers:
        first, second = (survey.node_name(node, language) for node in (left, right))
        sentences.setdefault(parent, []).append(_sentence(first, second, value, _))
    return sentences


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
    if statement.time.endswith(MIDNIGHT):
        clock, offset = format_date(moment, locale=language), "UTC"
    else:
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
        sections.append((survey.node_name(parent, language), number, sentences))
        number += len(sentences)
    return render(
        "receipt.html",
        language=language,
        heading=_("Receipt of submitted answers"),
        name=said.name,
        title=said.title,
        button=_("Print or save as PDF"),
        told=told,
        answers=_("The answers"),
        sections=sections,
        proof_heading=_("Proof"),
        proof=proof,
        explained=_(
            "The signature covers all of the above: who answered, every answer, and the place in "
            "the log. Keep this page. To check it later, take this page as a file (saved, or "
            "printed as PDF), the study's export, which the organizer has, and the server's "
            "public key, which the server gives out at /receipt-key.pem. Then run this command; "
            "it reads the lines at the end of the page, not the words above them:"
        ),
        command=COMMAND,
        block=receipt.block,
    )
