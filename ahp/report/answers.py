"""Answers in words, so that people can check which way round a file was read."""

from __future__ import annotations

from ..i18n import translator
from ..i18n.words import judgment_sentence
from ..study import Answers, Judgment, Survey
from ..study.entered import step_of


def answer_in_words(judgment: Judgment, survey: Survey, language: str) -> str:
    """A judgment in words: "“A” is strongly more important than “B” (5)".

    Args:
        judgment: fits the survey; its value may lie between the steps of the scale.
        survey: has the names of the items.
        language: of `ahp.i18n.LANGUAGES`.
    """
    _ = translator(language)
    left, right = (survey.node_name(node, language) for node in (judgment.left, judgment.right))
    if step := step_of(judgment.value):
        return judgment_sentence(left, right, step, _)
    times = judgment.number
    if times < 1:
        left, right, times = right, left, 1 / times
    return _("“{more}” is {times} times as important as “{less}”").format(
        more=left, less=right, times=f"{times:.4g}"
    )


def telling_answer(answers: Answers) -> Judgment | None:
    """The first answer that tells a direction, else the first one; None without any."""
    directed = (judgment for judgment in answers.judgments if step_of(judgment.value) != "1")
    return next(directed, next(iter(answers.judgments), None))
