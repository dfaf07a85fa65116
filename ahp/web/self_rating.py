"""The five questions of a self-rating."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from ahp.group import FAMILIARITY, INFLUENCES, JUDGMENT_BASIS
from ahp.report.panel import basis_words, familiarity_words, influence_words
from ahp.study.standing import SelfRating
from ahp.web import state

QUESTIONS = (*JUDGMENT_BASIS, "familiarity")


def show_rating(
    field: Callable[..., Any], key: Callable[[str], str], now: SelfRating | None = None
) -> dict[str, str]:
    """A field for each question.

    Args:
        field: draws one, as `st.radio` does.
        key: question -> key of its field.
        now: what is chosen at first; None = nothing.

    Returns:
        Question -> what is chosen; empty = nothing.
    """
    _ = state.translate()
    kinds, familiar = basis_words(_), familiarity_words(_)
    chosen = {**now.basis, "familiarity": now.familiarity} if now else {}
    said = {}
    st.markdown("**" + _("What did you judge from, and how much did it weigh?") + "**")
    for one in QUESTIONS:
        basis = one != "familiarity"
        options = list(INFLUENCES if basis else FAMILIARITY)
        words = influence_words(_) if basis else familiar
        said[one] = field(
            kinds[one] if basis else _("How familiar are you with the subject?"),
            options,
            index=options.index(chosen[one]) if now else None,
            format_func=words.__getitem__,
            key=key(one),
        )
    return {one: value or "" for one, value in said.items()}


def rating_of(said: Mapping[str, str]) -> SelfRating | None:
    """The self-rating that all answers together are; None if one is missing."""
    if not all(said.values()):
        return None
    return SelfRating({kind: said[kind] for kind in JUDGMENT_BASIS}, said["familiarity"])
