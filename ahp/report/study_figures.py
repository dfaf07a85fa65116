"""The pictures in the report of a study, as `Chart`s."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from ..i18n import translator
from ..plots.certainty import interval_chart, stability_chart, tornado_chart
from ..plots.chart import Chart
from ..plots.colors import PALETTE
from ..plots.comparisons import expert_heatmap, group_chart, pareto_chart, share_chart, slope_chart
from ..plots.page import in_parts, page_parts
from ..plots.weights import branch_colors, hierarchy_diagram
from ..process.rounds import both_rounds
from ..process.study_evidence import StudyEvidence
from .certainty import over_words, scatters
from .document import Figure
from .who import who_counts

MOST_EXPERTS = 40
"""Experts beside each other in a picture; of more, it would be a blur."""

MOST_GROUPS = len(PALETTE)
"""Groups beside each other in a picture."""


class StudyFigures:
    """The pictures of one study.

    Args:
        evidence: with the names of experts as they are to be printed.
        language: of the texts.
    """

    def __init__(self, evidence: StudyEvidence, language: str) -> None:
        self.evidence, self.language = evidence, language
        self.analysis, self.survey = evidence.analysis, evidence.survey
        self.names = {node: self.survey.node_name(node, language) for node in self.survey.nodes}
        self.colors = branch_colors(self.analysis)
        self.note = who_counts(self.analysis, language)

    def hierarchy(self) -> list[Figure]:
        """The tree from the goal on the left to the indicators on the right."""
        draw = partial(hierarchy_diagram, self.analysis, self.language, self.note)
        return _figures(in_parts(draw, self.survey.hierarchy.leaves), "hierarchy_tree")

    def shares(self) -> list[Figure]:
        """The criteria of the first level; none where these are the indicators."""
        hierarchy = self.survey.hierarchy
        kids = hierarchy.children[hierarchy.goal]
        if len(kids) < 2 or all(kid in hierarchy.leaves for kid in kids):
            return []
        _ = translator(self.language)
        chart = share_chart(
            [self.names[kid] for kid in kids],
            [self.analysis.global_weights[kid] for kid in kids],
            title=_("Weights of the criteria of the first level"),
            colors=[self.colors[kid] for kid in kids],
            note=self.note,
            language=self.language,
        )
        return _figures(page_parts(chart), "shares")

    def ranking(self) -> list[Figure]:
        """The indicators with their cumulative share."""
        ranking = self.analysis.ranking
        chart = pareto_chart(
            [self.names[leaf] for leaf in ranking],
            [self.analysis.global_weights[leaf] for leaf in ranking],
            note=self.note,
            language=self.language,
        )
        return _figures(page_parts(chart), "ranking_bars")

    def experts(self) -> list[Figure]:
        """Every expert's weights against the panel's; none with one expert, or with too many."""
        analysis = self.analysis
        experts = analysis.panel.experts
        leaves, ranking = self.survey.hierarchy.leaves, analysis.ranking
        panel = np.array([analysis.global_weights[leaf] for leaf in ranking])
        if not 1 < len(experts) <= MOST_EXPERTS or not (panel > 0).all():
            return []
        chart = expert_heatmap(
            [self.names[leaf] for leaf in ranking],
            experts,
            analysis.panel.global_weights[:, [leaves.index(leaf) for leaf in ranking]],
            panel,
            note=self.note,
            language=self.language,
        )
        return _figures(page_parts(chart), "experts_heatmap")

    def intervals(self) -> list[Figure]:
        """The weights with their intervals, over experts and over judgments."""
        certainty = self.evidence.certainty
        if certainty is None:
            return []
        _ = translator(self.language)
        figures: list[Figure] = []
        for over, scatter in scatters(certainty).items():
            chart = interval_chart(
                scatter,
                names=self.names,
                colors=self.colors,
                note=self.note,
                language=self.language,
            )
            title = _("{name}: {value}").format(name=chart.title, value=over_words(_)[over])
            figures += _figures(page_parts(replace(chart, title=title)), f"intervals_{over}")
        return figures

    def sensitivity(self) -> list[Figure]:
        """What moving each weight does, and how far it may move."""
        certainty, analysis = self.evidence.certainty, self.analysis
        if certainty is None or not certainty.first:
            return []
        tornado = tornado_chart(
            self.survey.hierarchy,
            analysis.local_weights,
            names=self.names,
            note=self.note,
            language=self.language,
        )
        figures = _figures(page_parts(tornado), "tornado")
        if critical := [one for one in certainty.first if one.lower_pairs or one.upper_pairs]:
            bars = stability_chart(
                critical, names=self.names, note=self.note, language=self.language
            )
            figures += _figures(page_parts(bars), "stability_bars")
        return figures

    def groups(self) -> list[Figure]:
        """Organizations side by side."""
        groups = self.evidence.groups
        if not 1 < len(groups) <= MOST_GROUPS:
            return []
        _, ranking = translator(self.language), self.analysis.ranking
        chart = group_chart(
            [self.names[leaf] for leaf in ranking],
            [
                _("{name} ({count})").format(name=name, count=len(one.panel.experts))
                for name, one in groups.items()
            ],
            [[one.global_weights[leaf] for leaf in ranking] for one in groups.values()],
            language=self.language,
        )
        return _figures(page_parts(chart), "organizations_dumbbells")

    def rounds(self) -> list[Figure]:
        """Weights from round to round, by those who answered all of them.

        Raises:
            AHPError: no result follows from these experts alone.
        """
        results = (*self.evidence.earlier, self.analysis)
        alike = both_rounds(*results) if len(results) > 1 else ()
        if not alike:
            return []
        _ = translator(self.language)
        colors = self.colors
        rounds = [
            _("Round {round}").format(round=one.round or number)
            for number, one in enumerate(results, start=1)
        ]
        note = _("Experts who answered all rounds: {count}").format(
            count=len(alike[0].panel.experts)
        )

        def draw(leaves: Sequence[str]) -> Chart:
            return slope_chart(
                rounds,
                [self.names[leaf] for leaf in leaves],
                [[one.global_weights[leaf] for leaf in leaves] for one in alike],
                colors=[colors[leaf] for leaf in leaves],
                note=note,
                language=self.language,
            )

        return _figures(in_parts(draw, alike[-1].ranking), "rounds_slope")


def _figures(parts: Sequence[Chart], key: str) -> list[Figure]:
    """The parts of a picture, the second one with `_2` behind its key."""
    return [
        Figure(chart, key if number == 1 else f"{key}_{number}")
        for number, chart in enumerate(parts, start=1)
    ]
