"""Groups of a panel, such as organizations, each as a panel of its own."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import IncompleteError, MatrixError
from .analysis import Analysis, only_experts


def by_group(
    analysis: Analysis, groups: Mapping[str, str | None]
) -> tuple[dict[str, Analysis], tuple[str, ...]]:
    """The result of each group of experts alone, by the options and shares of the whole panel.

    Args:
        analysis: of the panel.
        groups: expert -> group; None or absent for who belongs to none.

    Returns:
        Group -> its result, the largest group first; and the groups without one, because their
        experts judged too few comparisons or have weight 0.
    """
    members: dict[str, list[str]] = {}
    for expert in analysis.panel.experts:
        if group := groups.get(expert):
            members.setdefault(group, []).append(expert)
    results: dict[str, Analysis] = {}
    without = []
    for group, experts in sorted(members.items(), key=lambda item: -len(item[1])):
        try:
            results[group] = only_experts(analysis, experts)
        except (IncompleteError, MatrixError):
            without.append(group)
    return results, tuple(without)
