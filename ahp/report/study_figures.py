"""The pictures in the report of a study, as `Chart`s."""

from __future__ import annotations

import numpy as np

from ..i18n import translator
from ..plots.certainty import interval_chart, stability_chart, tornado_chart
from ..plots.colors import PALETTE
from ..plots.comparisons import expert_heatmap, group_chart, pareto_chart, share_chart, slope_chart
from ..plots.weights import branch_colors, hierarchy_diagram
from ..process.rounds import both_rounds
from ..process.study_evidence import StudyEvidence
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

    def hierarchy(self) -> Figure:
        """The tree from the goal on the left to the indicators on the right."""
        chart = hierarchy_diagram(self.analysis, self.language, self.note)
        return Figure(chart, "hierarchy_tree")

    def shares(self) -> Figure | None:
        """The criteria of the first level; None where these are the indicators."""
        hierarchy = self.survey.hierarchy
        kids = hierarchy.children[hierarchy.goal]
        if len(kids) < 2 or all(kid in hierarchy.leaves for kid in kids):
            return None
        _ = translator(self.language)
        chart = share_chart(
            [self.names[kid] for kid in kids],
            [self.analysis.global_weights[kid] for kid in kids],
            title=_("Weights of the criteria of the first level"),
            colors=[self.colors[kid] for kid in kids],
            note=self.note,
            language=self.language,
        )
        return Figure(chart, "shares")

    def ranking(self) -> Figure:
        """The indicators with their cumulative share."""
        ranking = self.analysis.ranking
        chart = pareto_chart(
            [self.names[leaf] for leaf in ranking],
            [self.analysis.global_weights[leaf] for leaf in ranking],
            note=self.note,
            language=self.language,
        )
        return Figure(chart, "ranking_bars")

    def experts(self) -> Figure | None:
        """Every expert's weights against the panel's; None with one expert, or with too many."""
        analysis = self.analysis
        experts = analysis.panel.experts
        leaves, ranking = self.survey.hierarchy.leaves, analysis.ranking
        panel = np.array([analysis.global_weights[leaf] for leaf in ranking])
        if not 1 < len(experts) <= MOST_EXPERTS or not (panel > 0).all():
            return None
        chart = expert_heatmap(
            [self.names[leaf] for leaf in ranking],
            experts,
            analysis.panel.global_weights[:, [leaves.index(leaf) for leaf in ranking]],
            panel,
            note=self.note,
            language=self.language,
        )
        return Figure(chart, "experts_heatmap")

    def intervals(self) -> list[Figure]:
        """The weights with their intervals, over experts and over judgments."""
        certainty = self.evidence.certainty
        if certainty is None:
            return []
        scatters = {"experts": certainty.experts, "judgments": certainty.judgments}
        return [
            Figure(
                interval_chart(
                    scatter,
                    names=self.names,
                    colors=self.colors,
                    note=self.note,
                    language=self.language,
                ),
                f"intervals_{over}",
            )
            for over, scatter in scatters.items()
            if scatter is not None
        ]

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
        figures = [Figure(tornado, "tornado")]
        if critical := [one for one in certainty.first if one.lower_pairs or one.upper_pairs]:
            bars = stability_chart(
                critical, names=self.names, note=self.note, language=self.language
            )
            figures.append(Figure(bars, "stability_bars"))
        return figures

    def groups(self) -> Figure | None:
        """Organizations side by side."""
        groups = self.evidence.groups
        if not 1 < len(groups) <= MOST_GROUPS:
            return None
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
        return Figure(chart, "organizations_dumbbells")

    def rounds(self) -> Figure | None:
        """Weights from round to round, by those who answered all of them.

        Raises:
            AHPError: no result follows from these experts alone.
        """
        results = (*self.evidence.earlier, self.analysis)
        alike = both_rounds(*results) if len(results) > 1 else ()
        if not alike:
            return None
        _, ranking = translator(self.language), alike[-1].ranking
        colors = self.colors
        chart = slope_chart(
            [
                _("Round {round}").format(round=one.round or number)
                for number, one in enumerate(results, start=1)
            ],
            [self.names[leaf] for leaf in ranking],
            [[one.global_weights[leaf] for leaf in ranking] for one in alike],
            colors=[colors[leaf] for leaf in ranking],
            note=_("Experts who answered all rounds: {count}").format(
                count=len(alike[0].panel.experts)
            ),
            language=self.language,
        )
        return Figure(chart, "rounds_slope")
