"""Who stands behind a result: round, n of N, and the experts who contradict themselves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..i18n import Translate, translator
from ..i18n.numbers import show_number
from ..study import Analysis
from ..study.agreement import Choice
from .table import Cell, Table

NAMED = 3
"""More experts than this are counted, not named."""


def who_counts(analysis: Analysis, language: str) -> str:
    """The round and how many of the invited experts a result rests on, whether it is provisional,
    and whose judgments count less; empty where nothing of it is known.
    """
    _ = translator(language)
    words = {"round": analysis.round, "invited": analysis.invited}
    count = len(analysis.panel.experts)
    parts = []
    if analysis.round is not None and analysis.invited is not None:
        text = (
            _("Round {round} (running, provisional), {count} of {invited} submitted")
            if analysis.running
            else _("Round {round}, {count} of {invited} submitted")
        )
        parts.append(text.format(count=count, **words))
    elif analysis.round is not None:
        text = (
            _("Round {round} (running, provisional), only {experts}")
            if analysis.running
            else _("Round {round}, only {experts}")
        )
        parts.append(text.format(experts=_named(analysis.panel.experts, _), **words))
    elif analysis.invited is not None:
        parts.append(_("{count} of {invited} invited experts").format(count=count, **words))
    if analysis.anonymous:
        parts.append(anonymous_words(analysis, _))
    if analysis.incoherent != "include" and analysis.incoherences:
        parts.append(_treated(analysis, _))
    return " · ".join(parts)


def anonymous_words(analysis: Analysis, _: Translate) -> str:
    """How many came by an anonymous link, of whom nobody knows how many got it."""
    return _("{count} of {all} came by the anonymous link; how many got it is not known").format(
        count=analysis.anonymous, all=analysis.invited
    )


def based_on(table: Table, analysis: Analysis) -> Table:
    """A table that says whose judgments its result rests on."""
    note = who_counts(analysis, table.language)
    return replace(table, note=" · ".join(filter(None, (note, table.note))))


def incoherent_words(_: Translate) -> dict[str, str]:
    """What becomes of judgments that contradict each other (`INCOHERENT`) in words."""
    return {
        "include": _("they count like all others"),
        "exclude": _("they are left out there"),
        "downweight": _("they are down-weighted there"),
    }


def limit_words(cr_limit: float | str, _: Translate) -> str:
    """From which CR on judgments contradict each other."""
    if isinstance(cr_limit, str):
        return _("Saaty's limit (0.05 for 3 items, 0.08 for 4, 0.1 for more)")
    return f"{cr_limit:g}"


def limit_heading(cr_limit: float | str, _: Translate) -> str:
    """Heading of a column that counts the experts who reach the limit."""
    if isinstance(cr_limit, str):
        return _("Experts with a CR at or above Saaty's limit")
    return _("Experts with a CR of {limit} or more").format(limit=f"{cr_limit:g}")


def incoherent_share(analysis: Analysis, parents: Iterable[str], _: Translate) -> str:
    """How many experts reach the limit below one of these parents, of those with a CR there."""
    among = set(parents)
    count = len({case.expert for case in analysis.incoherences if case.parent in among})
    known = sum(
        any(not math.isnan(analysis.panel.cr[parent][k]) for parent in among)
        for k in range(len(analysis.panel.experts))
    )
    return _("{count} of {all}").format(count=count, all=known)


def incoherent_line(analysis: Analysis, parent: str, language: str) -> str:
    """How many experts reach the limit below a parent, to stand beside the joined matrix's CR."""
    _ = translator(language)
    share = incoherent_share(analysis, [parent], _)
    return f"{limit_heading(analysis.cr_limit, _)}: {share}"


def incoherent_sentence(analysis: Analysis, language: str) -> str:
    """How many experts contradict themselves, whom the CR of the joined matrices hides."""
    _ = translator(language)
    share = incoherent_share(analysis, analysis.panel.cr, _)
    limit = limit_words(analysis.cr_limit, _)
    if not analysis.incoherences:
        return _(
            "Experts who contradict themselves (their own CR reaches {limit}): {share}."
        ).format(limit=limit, share=share)
    names = list(dict.fromkeys(case.expert for case in analysis.incoherences))
    return _(
        "Experts who contradict themselves (their own CR reaches {limit}): {share} "
        "({names}); {treated}."
    ).format(
        limit=limit,
        share=share,
        names=_("{first} and {count} more").format(
            first=_(", ").join(names[:NAMED]), count=len(names) - NAMED
        )
        if len(names) > 2 * NAMED
        else _(", ").join(names),
        treated=incoherent_words(_)[analysis.incoherent],
    )


def incoherent_table(analysis: Analysis, language: str) -> Table:
    """Which experts contradict themselves below which parents, with their CR and what they count
    there; no rows where nobody does.
    """
    _ = translator(language)
    survey = analysis.survey
    return Table(
        title=_("Experts who contradict themselves"),
        columns=(
            *(_("Expert"), _("Compared under"), "n", "CR", _("Limit")),
            _("Share of the weight counted there"),
        ),
        rows=tuple(
            (
                *(case.expert, survey.node_name(case.parent, language)),
                *(len(survey.hierarchy.children[case.parent]), case.cr, f"{case.limit:g}"),
                factor_words(case.factor, _),
            )
            for case in analysis.incoherences
        ),
        language=language,
    )


def incoherent_choices_table(analysis: Analysis, choices: Sequence[Choice], language: str) -> Table:
    """The ranking with all experts, without those who contradict themselves and with them weighed
    down, side by side, in the order of the ranking in use.

    Args:
        analysis: of the panel.
        choices: of `ahp.study.agreement.incoherent_choices`.
        language: of the texts.
    """
    _ = translator(language)
    survey = analysis.survey
    names = {
        "include": _("All included"),
        "exclude": _("Left out"),
        "downweight": _("Down-weighted"),
    }
    columns = [_("Indicator")]
    for choice in choices:
        name = names[choice.name]
        if choice.in_use:
            name = _("{choice} (in use)").format(choice=name)
        texts = [_("{choice}: weight"), _("{choice}: rank")]
        if choice.name != "include":
            texts.append(_("{choice}: ranks gained"))
        columns += [text.format(choice=name) for text in texts]
    leaves = survey.hierarchy.leaves
    rows: list[tuple[Cell, ...]] = []
    for leaf in analysis.ranking:
        k = leaves.index(leaf)
        row: list[Cell] = [survey.node_name(leaf, language)]
        row += [cell for choice in choices for cell in _weight_and_rank(choice, choices[0], k)]
        rows.append(tuple(row))
    return Table(
        title=_("What the ranking would be without them"),
        columns=tuple(columns),
        rows=tuple(rows),
        language=language,
        note=" · ".join(
            _("{choice}: no result, as too few are left below a parent").format(
                choice=names[choice.name]
            )
            for choice in choices
            if math.isnan(choice.largest_change)
        ),
    )


def _weight_and_rank(choice: Choice, included: Choice, k: int) -> list[Cell]:
    """Weight and rank of one indicator by a choice, and the ranks gained against all included."""
    weight, rank = float(choice.weights[k]), int(choice.ranks[k])
    cells: list[Cell] = [weight, rank]
    if choice.name != "include":
        known = not math.isnan(included.largest_change)
        cells.append(int(included.ranks[k]) - rank if known else None)
    return [None for _cell in cells] if math.isnan(choice.largest_change) else cells


def _treated(analysis: Analysis, _: Translate) -> str:
    share = incoherent_share(analysis, analysis.panel.cr, _)
    text = {
        "exclude": _("left out where the CR reaches {limit}: {share} experts"),
        "downweight": _("down-weighted where the CR reaches {limit}: {share} experts"),
    }[analysis.incoherent]
    saaty = isinstance(analysis.cr_limit, str)
    limit = _("Saaty's limit") if saaty else f"{analysis.cr_limit:g}"
    return text.format(limit=limit, share=share)


def _named(experts: Sequence[str], _: Translate) -> str:
    if len(experts) > NAMED:
        return _("{count} experts").format(count=len(experts))
    return _(", ").join(experts)


def factor_words(factor: float, _: Translate) -> str:
    """What an expert's weight is multiplied by, in words."""
    if factor == 0:
        return _("left out")
    return _("in full") if factor == 1 else show_number(factor)
