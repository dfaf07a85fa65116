"""A sentence drafted from the numbers, with what it says kept apart from how it says it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from ..i18n import Translate, translator
from ..i18n.numbers import show_beside, show_number
from ..process.study_evidence import StudyEvidence
from ..study import Survey
from .document import Paragraph, one_line

Part = Literal["result", "basis", "certainty", "advice"]

_NUMBER = re.compile(r"\d+(?:\.\d+)?%?")


@dataclass(frozen=True)
class Finding:
    """A sentence or two on one thing that the numbers say.

    Attributes:
        kind: of `ahp.report.findings.KINDS` or `ahp.report.evaluation_findings.KINDS`.
        key: what it is about, by which a person's words replace it; unique in a report.
        text: as drafted, in the report's language.
        says: what the text says, names by id and numbers as printed, by which it is checked.
        part: of a study's analysis it belongs to.
        names: words in the text that may have digits of their own, as often as they were put in,
            where a `Draft` kept book of them.
        numbers: all numbers in the text beside them, likewise.
    """

    kind: str
    key: str
    text: str
    says: Mapping[str, Any]
    part: Part | None = None
    names: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    @property
    def keeps_book(self) -> bool:
        """Whether the numbers in the text are those that were put in, and no other."""
        put_in = [*self.numbers, *(part for name in self.names for part in _NUMBER.findall(name))]
        return sorted(_NUMBER.findall(self.text)) == sorted(put_in)


def said_paragraphs(
    findings: Iterable[Finding],
    edits: Mapping[str, str],
    outdated: Collection[str],
    *,
    signed: bool,
    language: str,
) -> tuple[Paragraph, ...]:
    """Drafted sentences, and those that persons wrote in place of some, as a report prints them.

    Args:
        findings: as drafted.
        edits: key -> text in place of a draft; empty = left out.
        outdated: keys of edits whose draft has changed since somebody looked at them; they are
            marked.
        signed: whether somebody stands for the sentences; else they are marked as drafts.
        language: of the marks.
    """
    _, said = translator(language), list[Paragraph]()
    for one in findings:
        text = one_line(edits.get(one.key, one.text)).strip()
        if text:
            said.append(Paragraph(text, "plain" if signed else "draft"))
        if one.key in outdated:
            mark = (
                _("The draft has changed since this was written: {draft}")
                if text
                else _("The draft has changed since this sentence was left out: {draft}")
            )
            said.append(Paragraph(mark.format(draft=one.text), "warning"))
    return tuple(said)


class Words:
    """Puts names and numbers of a study into words, keeping book of them."""

    def __init__(self, survey: Survey, language: str) -> None:
        self.survey, self.language = survey, language
        self._: Translate = translator(language)
        self._names: list[str] = []
        self._numbers: list[str] = []

    def word(self, text: str) -> str:
        """A name or phrase that may have digits of its own."""
        self._names.append(text)
        return text

    def node(self, node: str) -> str:
        """A node's name in quotation marks."""
        return f"“{self.word(self.survey.node_name(node, self.language))}”"

    def nodes(self, nodes: Iterable[str]) -> str:
        """The names of nodes, listed."""
        return self.listed([self.node(node) for node in nodes])

    def shared(self, pairs: Iterable[tuple[str, str]]) -> str:
        """Nodes with their shares behind them, listed."""
        return self.listed(
            [
                self._("{name} ({share})").format(name=self.node(node), share=self.printed(share))
                for node, share in pairs
            ]
        )

    def listed(self, texts: list[str]) -> str:
        """Texts one after another, “and” before the last one."""
        *others, last = texts
        if not others:
            return last
        return self._("{first} and {second}").format(first=self._(", ").join(others), second=last)

    def printed(self, number: str) -> str:
        """A number as it is printed already."""
        self._numbers.append(number)
        return number

    def count(self, number: int) -> str:
        """A whole number."""
        return self.printed(str(number))

    def percent(self, share: float) -> str:
        """A share as per cent."""
        return self.printed(percent(share))

    def beside(self, value: float, *limits: float) -> str:
        """A number that a verdict stands beside."""
        return self.printed(show_beside(value, *limits))


class Draft(Words):
    """Words the sentences on a study, one after the other."""

    def __init__(self, evidence: StudyEvidence, language: str) -> None:
        super().__init__(evidence.survey, language)
        self.evidence = evidence

    def finding(self, kind: str, part: Part, text: str, **says: Any) -> Finding:
        """The sentence with all names and numbers put in since the last one."""
        book = tuple(self._names), tuple(self._numbers)
        finding = Finding(kind, kind, text, says, part, *book)
        self._names, self._numbers = [], []
        return finding


def percent(share: float) -> str:
    """A share as per cent: its four decimals, as the tables print it, with the point moved.

    >>> from ahp.report.finding import percent
    >>> percent(0.26785)
    '26.78%'
    """
    return f"{100 * Decimal(show_number(share)):.2f}%"
