"""Words for judgments that contradict each other, and for the answers that would fit."""

from __future__ import annotations

from collections.abc import Callable

from ..process.guidance import Contradiction, Suggestion
from ..scale import LARGEST_STEP, parse_judgment
from . import Translate

Name = Callable[[str], str]
"""From the id of an item to its name, without quotation marks."""


def contradiction_sentence(triad: Contradiction, name: Name, _: Translate) -> str:
    """What three judgments say, and why they can't all hold, in one or two sentences.

    "You said that “A” is 5 times as important as “B” and that “B” is 3 times as important as “C”,
    and yet that “A” and “C” are equally important." Where the third judgment has the right
    direction and the wrong size, a second sentence says what size the first two amount to.
    """
    i, j, k = name(triad.i), name(triad.j), name(triad.k)
    implied = f"{round(triad.implied, 1):.15g}"
    words = {
        "first": _answer(i, j, triad.a_ij, _),
        "second": _answer(j, k, triad.a_jk, _),
        "third": _answer(i, k, triad.a_ik, _),
    }
    if triad.a_ik < 1 or "1" in (times(triad.a_ik), implied):
        sentence = _("You said that {first} and that {second}, and yet that {third}.")
        return sentence.format(**words)
    if triad.a_ik < min(triad.implied, LARGEST_STEP):
        words["third"] = _("“{more}” is only {times} times as important as “{less}”").format(
            more=i, less=k, times=times(triad.a_ik)
        )
    if triad.implied <= LARGEST_STEP:
        sentence = _(
            "You said that {first} and that {second}, and yet that {third}. "
            "Together, the first two answers amount to “{more}” being about {implied} times as "
            "important as “{less}”."
        )
    else:
        sentence = _(
            "You said that {first} and that {second}, and yet that {third}. "
            "Together, the first two answers amount to “{more}” being about {implied} times as "
            "important as “{less}”, which is more than 9, the most one can choose."
        )
    return sentence.format(**words, more=i, less=k, implied=implied)


def range_sentence(suggestion: Suggestion, name: Name, _: Translate) -> str:
    """Which answers would fit: "If you said that “A” is 3 to 9 times as important as “C”, it would
    fit your other answers."
    """
    left, right = name(suggestion.left), name(suggestion.right)
    low, high = parse_judgment(suggestion.low), parse_judgment(suggestion.high)
    if low == high:
        condition = _("If you said that {answer}").format(answer=_answer(left, right, low, _))
    elif low > 1 or high < 1:
        more, less = (left, right) if low > 1 else (right, left)
        weak, strong = sorted((times(low), times(high)))
        condition = _(
            "If you said that “{more}” is {low} to {high} times as important as “{less}”"
        ).format(more=more, less=less, low=weak, high=strong)
    else:
        ends = [_being(left, right, value, _) for value in (low, high)]
        if high == 1:
            ends.reverse()
        condition = _("If you said anything from {one} to {other}").format(
            one=ends[0], other=ends[1]
        )
    if suggestion.enough:
        return _("{condition}, it would fit your other answers.").format(condition=condition)
    return _("{condition}, the contradiction would become smaller.").format(condition=condition)


def times(value: float) -> str:
    """How many times more important the more important item is: `"5"` for 5 and for 1/5."""
    return f"{round(max(value, 1 / value), 2):.15g}"


def _answer(left: str, right: str, value: float, _: Translate) -> str:
    """A judgment as part of a sentence, after “that”."""
    more, less = (left, right) if value > 1 else (right, left)
    if times(value) == "1":
        return _("“{left}” and “{right}” are equally important").format(left=left, right=right)
    return _("“{more}” is {times} times as important as “{less}”").format(
        more=more, less=less, times=times(value)
    )


def _being(left: str, right: str, value: float, _: Translate) -> str:
    """The same after “from” and “to”."""
    more, less = (left, right) if value > 1 else (right, left)
    if value == 1:
        return _("“{left}” and “{right}” being equally important").format(left=left, right=right)
    return _("“{more}” being {times} times as important as “{less}”").format(
        more=more, less=less, times=times(value)
    )
