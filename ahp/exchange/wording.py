"""Which of two items a question judges against the other, by its wording.

"Price / taste" and "taste compared with price" name the judged item first, "compared with price:
how important is taste" names it last. What fits neither kind stays open: a wrong direction turns
every answer of the column around.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

Mention = tuple[int, int, str]
"""Where a question names an item: begin, end and which."""

_QUOTES = re.compile(r"[\"'“”‘’«»「」『』《》〈〉【】\[\]*_~`]")
_ASIDE = re.compile(r"\([^()]*\)")
_BREAK = r"[,:;.?!、。…|()—–\n-]"
_TRANSLATED = re.compile(rf"(?:{_BREAK}|[^\S\n]|/|(?<![a-z])(?:en|zh)(?![a-z]))*")

# words that speak of comparing and say nothing of a direction
_NEUTRAL = re.compile(
    r"相对(?:的)?(?:重要|权重|优先|优势)|两两(?:相互)?比较|两两对比|成对比较|互相比较|相互比较|进行比较"
    r"|(?:请|要|作|做|的|中)?(?:比较|对比)(?!而言|来说|起来)"
    r"|\brelative (?:importance|weight|priority)\b|\b(?:pairwise )?comparisons?(?! (?:with|to)\b)"
    r"|\bcompare\b(?! (?:with|to)\b)|\bcompared?(?=\W*\Z)|\bcompar(?:e|ing)\b(?! (?:with|to)\b)",
)
_DIRECTION = re.compile(
    r"相比|相较|相对|较|比|参照|基准|基础|不如|不及|没有|次于|逊|低于|弱于|劣于|小于|更低|更弱|较低|次要"
    r"|胜|优于|高于|强于|大于|超过"
    r"|\b(?:compared?|comparing|comparison|relative|versus|vs|than|over|against|less|lower|weaker"
    r"|inferior|not|least|worse)\b",
)

_ENGLISH_REFERENCE = (
    r"(?:when |if |as )?(?:compared|comparing|compare|in comparison|relative|in relation"
    r"|with respect|as opposed) (?:with|to)|than|over|versus|vs\.?|against|relative to"
)
# what stands right before the item that another one is judged against
_REFERENCE = re.compile(
    rf"(?:相比较于|相比于|相比之?|相较于?|相对于?|较之于?|较于|比起|比之|比照|参照|对照|(?<![对相])比|(?<!比)较"
    rf"|\b(?:{_ENGLISH_REFERENCE})(?: the| your| an?)?)[\s(]*\Z"
)
# … and what follows it when "with" stands before it
_WITH = re.compile(r"(?:与|和|同|跟|拿|以|把|将)\s*\Z")
_AS_REFERENCE = re.compile(
    r"\s*(?:(?:相?比较?|相较|对比|做比较|作比较)(?:之下|而言|来说|来看|起来|的话|时)?"
    r"|为(?:基准|参照|参考|标准|基础|1|一)(?:而言|来说)?)"
)

# between two items of which the first is judged
_PLAIN = re.compile(
    r"[\s/\\:,;.|()、。⟷↔<>=←→—–~+-]*+(?:(?<= )(?:the|your|an?)|"
    r"(?:与|和|及|以及|跟|同|或|或者|还是|对|对于|比|较|较之|较于|相比|相比于|相比较于|相较于?|相对于?|之于"
    r"|(?:与|和|跟|同)|优于|高于|强于|大于|胜过|超过|比起"
    r"|to|and|or|vs\.?|versus|v\.?|over|than|against|relative to|in relation to|as opposed to"
    r"|(?:when |as )?compared? (?:with|to)|(?:in )?comparison (?:with|to)|rather than"
    r"|(?:with|against))(?: the| your| an?)?)?"
    r"[\s/\\:|()、<>=—–~+-]*"
)
_FILLER = re.compile(
    r"的|(?:相对)?重要(?:性|程度|度)?|程度|更为?|有多么?|多少|倍|指标|因素|方面|准则"
    r"|\b(?:is|are|be|does|do|how|much|many|times?|more|as|important|importance|preferred|prefer"
    r"|preferable|strongly|strong|the|of|in|s|criterion|which|question|en|zh)\b"
)
_LESS = re.compile(
    r"不如|不及|没有|次于|逊|低于|弱于|劣于|小于|更低|更弱|较低|次要|不重要|更不|(?<![-=])<(?![-=>])"
    r"|\b(?:less|lower|weaker|inferior|not|least|worse|(?:preferred|exceeded|dominated) by)\b"
)


def judged_first(text: str, mentions: Sequence[Mention]) -> bool | None:
    """Whether a question judges the item it names first against the other one.

    Args:
        text: the question, in small letters and half width.
        mentions: the items it names, in order; two different ones, each once or more often.

    Returns:
        True for "A / B", "A compared with B" and the like, False for "compared with A: B", None
        where the wording doesn't tell.
    """
    first = mentions[0][2]
    named = _without_repetition(text, mentions)
    before, between, after = _around(text, named)
    if len(named) == 3:
        return _last_named(before, between, after, judged_is_first=named[2][2] == first)
    if len(named) % 2:
        return None
    readings = set()
    for k in range(0, len(named), 2):
        if named[k][2] == named[k + 1][2]:
            return None
        ahead = before if k == 0 else between[k - 1]
        behind = after if k + 2 == len(named) else between[k + 1]
        reading = _reading(ahead, between[k], behind)
        if reading is None:
            return None
        readings.add(reading == (named[k][2] == first))
    return readings.pop() if len(readings) == 1 else None


def _without_repetition(text: str, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions, those of one item right after another as one: "价格 Price"."""
    merged = [mentions[0]]
    for last, here in pairwise(mentions):
        apart = _QUOTES.sub("", text[last[1] : here[0]])
        if here[2] == merged[-1][2] and _TRANSLATED.fullmatch(apart):
            merged[-1] = (merged[-1][0], here[1], here[2])
        else:
            merged.append(here)
    return merged


def _around(text: str, named: Sequence[Mention]) -> tuple[str, list[str], str]:
    """The text before, between and after the items, without quotes."""
    cuts = [0, *(position for begin, end, _ in named for position in (begin, end)), len(text)]
    parts = [_QUOTES.sub("", text[cuts[k] : cuts[k + 1]]) for k in range(0, len(cuts), 2)]
    return parts[0], parts[1:-1], parts[-1]


def _reading(before: str, between: str, after: str) -> bool | None:
    """Whether the first one of two items is judged; None where it can't be told."""
    before, between, after = (
        _ASIDE.sub(lambda aside: aside[0] if _DIRECTION.search(aside[0]) else "", part)
        for part in (before, between, after)
    )
    if any(_LESS.search(part) for part in (before, between, after)):
        return None
    if _WITH.search(before):
        if as_reference := _AS_REFERENCE.match(between):
            return _judges_second(between[as_reference.end() :])
        if _AS_REFERENCE.match(after) and not before.rstrip().endswith(("把", "将")):
            return None
    ahead = _NEUTRAL.sub("", before)
    reference = _REFERENCE.search(ahead)
    if _DIRECTION.search(ahead[: reference.start()] if reference else ahead):
        return None
    return _judges_second(between) if reference else _judges_first(between)


def _judges_first(between: str) -> bool | None:
    """True when what stands between two items says that the first one is judged."""
    if re.search(rf"(?:相比较?|比较|相较|而言|compared)\s*{_BREAK}", between):
        return None
    rest = between if _PLAIN.fullmatch(between) else _FILLER.sub("", _NEUTRAL.sub("", between))
    return True if _PLAIN.fullmatch(f" {' '.join(rest.split())} ") else None


def _judges_second(between: str) -> bool | None:
    """False when what follows the item of reference leads to the judged one, and to no pair."""
    pair = re.fullmatch(r"\s*(?:[/、]|与|和|及|以及|跟|同|或|或者|and|or)\s*", between)
    return None if pair or _DIRECTION.search(_NEUTRAL.sub("", between)) else False


def _last_named(
    before: str, between: Sequence[str], after: str, *, judged_is_first: bool
) -> bool | None:
    """Whether the first item is judged in "A and B compared: how important is B"."""
    if _DIRECTION.search(_NEUTRAL.sub("", before)) or any(
        _LESS.search(part) for part in (*between, after)
    ):
        return None
    pair = re.fullmatch(r"\s*(?:[/、]|与|和|及|以及|跟|同|and|or|vs\.?)\s*", between[0])
    ends = re.match(rf"\s*(?:相比较?|比较|相较|对比|compared)(?:而言|来说)?\s*{_BREAK}", between[1])
    if not pair or not ends or _DIRECTION.search(after):
        return None
    question = _FILLER.sub("", between[1][ends.end() :])
    return None if question.strip(" ,:;-—?()") else judged_is_first
