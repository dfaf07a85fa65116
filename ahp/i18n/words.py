"""Words for what the numbers mean: positions of the scale, judgments, verdicts."""

from __future__ import annotations

from functools import cache

from ..consensus import Clusters
from ..consistency import CR_LIMIT
from ..random_index import RANDOM_INDEX_TABLES
from ..scale import opposite
from . import Translate, translator
from .numbers import show_beside


@cache
def step_words(_: Translate) -> dict[int, tuple[str, str, str]]:
    """The odd steps of Saaty's scale: (short word, adverb, meaning).

    After Saaty 1980, The Analytic Hierarchy Process, table 3-1, in plainer words.
    """
    return {
        1: (
            _("equal"),
            _("equally"),
            _("Both contribute the same to the goal."),
        ),
        3: (
            _("moderate"),
            _("moderately"),
            _("Experience speaks a little for one over the other."),
        ),
        5: (
            _("strong"),
            _("strongly"),
            _("Experience speaks clearly for one over the other."),
        ),
        7: (
            _("very strong"),
            _("very strongly"),
            _("One is far ahead, and practice has shown it."),
        ),
        9: (
            _("extreme"),
            _("extremely"),
            _("One is ahead beyond any doubt, as far as one thing can be ahead of another."),
        ),
    }


def between_meaning(_: Translate) -> str:
    """What the even steps 2, 4, 6, 8 mean."""
    return _("Between the two neighboring steps, when you hesitate between them.")


def judgment_sentence(left: str, right: str, value: str, _: Translate) -> str:
    """A judgment in words: "“A” is strongly more important than “B” (5)".

    Args:
        left: name as displayed first.
        right: name as displayed second.
        value: position on Saaty's scale, `"9"` … `"1/9"`: how much left matters more than right.
        _: translates.
    """
    if "/" in value:
        left, right, value = right, left, opposite(value)
    step = int(value)
    words = step_words(_)
    if step == 1:
        return _("“{left}” and “{right}” are equally important (1)").format(left=left, right=right)
    if step in words:
        return _("“{more}” is {adverb} more important than “{less}” ({step})").format(
            more=left, less=right, adverb=words[step][1], step=step
        )
    return _(
        "“{more}” is more important than “{less}”, between {lower} and {upper} ({step})"
    ).format(more=left, less=right, lower=words[step - 1][0], upper=words[step + 1][0], step=step)


def position_words(left: str, right: str, position: float, _: Translate) -> str:
    """A place on the scale, such as a median between two steps: "3.5 for “A”".

    Args:
        left: name as displayed first.
        right: name as displayed second.
        position: in steps, 0 = equal, 8 = extremely more for left, -8 for right.
        _: translates.
    """
    if position == 0:
        return _("equally important")
    name = left if position > 0 else right
    return _("{step} for “{name}”").format(step=f"{abs(position) + 1:.3g}", name=name)


def middle_half(left: str, right: str, middle: tuple[int, int], _: Translate) -> str:
    """Which answers the middle half of a panel gave.

    Args:
        left: name as displayed first.
        right: name as displayed second.
        middle: `ahp.process.rounds.Distribution.middle`.
        _: translates.
    """
    first, last = (position_words(left, right, step, _) for step in (max(middle), min(middle)))
    if first == last:
        return _("The middle half of the answers: {one}.").format(one=first)
    if middle[0] > middle[1]:
        return _("The middle half of the answers lies between {one} and {other}.").format(
            one=first, other=last
        )
    return _("The middle half of the answers: {one} to {other}.").format(one=first, other=last)


def sample_sentence(clusters: Clusters, _: Translate) -> str:
    """Of which experts the clusters are, if not of all that judged; else empty."""
    if clusters.sample is None:
        return ""
    return _(
        "Clusters of a sample of {sample} of {count} experts; every other expert is in the cluster "
        "whose experts in the sample are nearest on average."
    ).format(sample=len(clusters.sample), count=len(clusters.labels))


def consistency_sentence(cr: float, n: int, _: Translate) -> str:
    """What a CR means for the person who judged."""
    if n <= 2:
        return _("With two items there is only one comparison, so nothing can contradict it.")
    shown = show_beside(cr, CR_LIMIT, digits=3)
    if cr < CR_LIMIT:
        return _("Your judgments are consistent (CR = {cr}, below 0.1).").format(cr=shown)
    return _(
        "Some of your judgments contradict each other (CR = {cr}, it should be below 0.1). "
        "Please look at them once more."
    ).format(cr=shown)


def random_index_source(name: str, language: str) -> str:
    """Where a random-index table comes from; citations stay as they are."""
    _ = translator(language)
    if name == "simulated":
        return _(
            "Simulated, uniform over the 17 positions of the 1/9-9 scale; n = 3 and 4 exact by "
            "enumeration, standard errors below 0.00016 above"
        )
    return RANDOM_INDEX_TABLES[name].source


def evidence_words(_: Translate) -> dict[str, str]:
    """What may show that a control point is met, as `ahp.evaluation.rules.Evidence` has it."""
    return {
        "voucher": _("voucher"),
        "record": _("record"),
        "ledger": _("ledger"),
        "working_note": _("working note"),
        "document": _("document"),
        "rule": _("written rule"),
        "minutes": _("minutes"),
        "basis": _("written basis"),
        "approval": _("approval"),
        "contract": _("contract"),
    }


def decision_words(_: Translate) -> dict[str, str]:
    """Decisions of control points."""
    return {
        "collective": _("must be decided together"),
        "not_delegated": _("can't be delegated"),
    }
