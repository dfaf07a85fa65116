"""What a reconstruction found, as tables."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..i18n import Translate, translator
from ..i18n.numbers import show_number
from ..matrix import Float
from ..messages import Phrase
from ..published import PublishedParent, PublishedTable, Reconstruction, TableReconstruction
from .panel import method_words
from .table import Table


def reconstruction_table(
    table: PublishedTable, found: TableReconstruction, language: str = "en"
) -> Table:
    """For each parent how many matrices there are, and how they came about."""
    _ = translator(language)
    words, roundings = method_words(_), rounding_words(_)
    comma = _(", ")
    pairs = _("; ").join(
        f"{words[method]}{comma}{roundings[name]}" for method, name in found.settings
    )
    return Table(
        title=_("Matrices that work for all parents by one method and rounding: {pairs}").format(
            pairs=pairs or _("none")
        ),
        columns=(
            *(_("Parent"), _("Candidates"), _("Unique"), _("Method"), _("Ruled out")),
            *(_("Rounding"), "CR", _("Searched")),
        ),
        rows=tuple(
            (
                table.parents[name].label or name,
                len(result),
                result.unique,
                comma.join(words[method] for method in sorted(set(result.methods))),
                comma.join(words[method] for method in found.ruled_out[name]),
                comma.join(roundings[name] for name in sorted(set(result.roundings))),
                show_range(*result.cr_range) if len(result) else "",
                f"{result.coverage:.6g}" if result.coverage < 1 else _("all"),
            )
            for name, result in found.parents.items()
        ),
        language=language,
    )


def rounding_words(_: Translate) -> dict[str, str]:
    """Names of the roundings, in the language of the translator."""
    return {
        "half_up": _("rounded at the end"),
        "truncate": _("cut off at the end"),
        "intermediate": _("every step rounded"),
    }


def reconstructed_parent(
    parent: PublishedParent, result: Reconstruction, language: str = "en"
) -> Table:
    """Printed weights beside the reconstructed ones, and the plainest matrix."""
    _ = translator(language)
    labels = parent.labels or parent.items
    title = parent.label or parent.id
    if result.unique:
        title = _("{parent}: the only matrix").format(parent=title)
    else:
        title = _("{parent}: the plainest of {count} matrices").format(
            parent=title, count=len(result)
        )
    rows = []
    for k, item in enumerate(parent.items):
        printed = parent.weights.get(item)
        rows.append(
            (
                labels[k],
                *result.candidates[0, k].tolist(),
                printed.text if printed else "",
                show_range(result.weights_range[k, 0], result.weights_range[k, 1], digits=5),
            )
        )
    return Table(
        title=title,
        columns=(_("Item"), *labels, _("Printed"), _("Weight")),
        rows=tuple(rows),
        language=language,
        judgments=frozenset(range(1, len(labels) + 1)),
    )


def reconstructed_ranking(
    table: PublishedTable, found: TableReconstruction, language: str = "en"
) -> Table:
    """All leaves by global weight; an interval where the print leaves it open."""
    _ = translator(language)
    names: dict[str, str] = {}
    for parent in table.parents.values():
        names |= zip(parent.items, parent.labels or parent.items, strict=True)
    leaves = sorted(found.ranks, key=lambda leaf: -sum(found.global_ranges[leaf]))
    rows = []
    for leaf in leaves:
        printed = table.composite.get(leaf)
        best, worst = found.ranks[leaf]
        rows.append(
            (
                str(best) if best == worst else f"{best}–{worst}",
                names[leaf],
                printed.text if printed else "",
                show_range(*found.global_ranges[leaf]),
            )
        )
    return Table(
        title=_("Composite ranking"),
        columns=(_("Rank"), _("Indicator"), _("Printed"), _("Weight")),
        rows=tuple(rows),
        language=language,
    )


def reason_with_names(parent: PublishedParent, reason: Phrase) -> Phrase:
    """Why nothing produces the print of a parent, with the names of its items instead of their
    indices.
    """
    names, indices = parent.labels or parent.items, {"item", "above", "below"}
    named = {key: names[reason.parameters[key]] for key in indices & reason.parameters.keys()}
    return Phrase(reason.code, **{**reason.parameters, **named})


def show_range(low: float, high: float, *, digits: int = 4) -> str:
    """One number, or two with a dash where they differ at these digits."""
    shown = [show_number(float(end), digits) for end in (low, high)]
    return shown[0] if shown[0] == shown[1] else "–".join(shown)


def reconstruction_data(table: PublishedTable, found: TableReconstruction) -> dict[str, Any]:
    """The reconstruction as plain data, unrounded."""
    return {
        "id": table.id,
        "settings": [list(pair) for pair in found.settings],
        "parents": {
            name: {
                "items": list(table.parents[name].items),
                "unique": result.unique,
                "coverage": result.coverage,
                "coverage_note": str(result.coverage_note),
                "ruled_out": list(found.ruled_out[name]),
                "weights_range": _numbers(result.weights_range),
                "lambda_range": _numbers(result.lambda_range),
                "cr_range": _numbers(result.cr_range),
                "nearest": None if result.nearest is None else str(result.nearest.reason),
                "candidates": [
                    {
                        "matrix": result.candidates[k].tolist(),
                        "method": result.methods[k],
                        "rounding": result.roundings[k],
                        "weights": result.weights[k].tolist(),
                        "cr": float(result.cr[k]),
                        "plainness": int(result.plainness[k]),
                    }
                    for k in range(len(result))
                ],
            }
            for name, result in found.parents.items()
        },
        "global_ranges": {node: list(ends) for node, ends in found.global_ranges.items()},
        "ranks": {leaf: list(ends) for leaf, ends in found.ranks.items()},
    }


def _numbers(ranges: Float) -> list[Any]:
    """A range, or a list of them, None without candidates."""
    return [None] * len(ranges) if np.isnan(ranges).any() else ranges.tolist()
