"""The pictures in the report of a study, as `Chart`s."""

from __future__ import annotations

import numpy as np

from ..i18n import translator
from ..plots.certainty import interval_chart, stability_chart, tornado_chart
from ..plots.chart import Axis, Chart, Color, Line, Texts
from ..plots.colors import GRAY, PALETTE
from ..plots.comparisons import expert_heatmap, group_chart, pareto_chart, share_chart, slope_chart
from ..plots.texts import lines_of
from ..process.rounds import both_rounds
from ..process.study_evidence import StudyEvidence
from .document import Figure
from .who import who_counts

MOST_EXPERTS = 40
"""Experts beside each other in a picture; of more, it would be a blur."""

WIDTH = 26
"""Columns of a name in the picture of the tree after which it is wrapped."""

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
        self.note = who_counts(self.analysis, language)

    def hierarchy(self) -> Figure:
        """The tree from the goal on the left to the indicators on the right."""
        _, hierarchy = translator(self.language), self.survey.hierarchy
        depth = {node: level for level, nodes in enumerate(hierarchy.levels) for node in nodes}
        height: dict[str, float] = {leaf: float(k) for k, leaf in enumerate(hierarchy.leaves)}
        for parent in reversed(hierarchy.parents):
            kids = hierarchy.children[parent]
            height[parent] = (height[kids[0]] + height[kids[-1]]) / 2
        deepest = max(depth.values())
        colors = {hierarchy.goal: GRAY, **self.colors()}
        lines = []
        for parent, kids in hierarchy.children.items():
            for kid in kids:
                middle = depth[kid] - 0.12
                lines.append(
                    Line(
                        x=(depth[parent], middle, middle, depth[kid]),
                        y=(height[parent], height[parent], height[kid], height[kid]),
                        color=colors[kid],
                        dashed=parent in self.survey.given,
                    )
                )
        nodes = tuple(height)
        texts = Texts(
            x=tuple(float(depth[node]) for node in nodes),
            y=tuple(height[node] for node in nodes),
            texts=tuple("\n".join(lines_of(self.names[node], WIDTH)) for node in nodes),
            anchor=("left",) * len(nodes),
            backgrounds=tuple(colors[node] for node in nodes),
            size=8,
        )
        chart = Chart(
            title=_("Hierarchy of the criteria and indicators"),
            note="",
            alt=self.tree_words(),
            x=Axis(low=-0.05, high=deepest + 0.85, shown=False),
            y=Axis(low=-0.6, high=len(hierarchy.leaves) - 0.4, reversed=True, shown=False),
            marks=(*lines, texts),
            language=self.language,
            legend=False,
        )
        return Figure(chart, "hierarchy_tree")

    def tree_words(self) -> str:
        """The tree in words: every parent with its children."""
        _ = translator(self.language)
        return _("; ").join(
            _("{name}: {value}").format(
                name=self.names[parent], value=_(", ").join(self.names[kid] for kid in kids)
            )
            for parent, kids in self.survey.hierarchy.children.items()
        )

    def colors(self) -> dict[str, Color]:
        """Node below the goal -> color of its branch."""
        hierarchy = self.survey.hierarchy
        colors: dict[str, Color] = {}
        for parent, kids in hierarchy.children.items():
            for k, kid in enumerate(kids):
                top = parent == hierarchy.goal
                colors[kid] = PALETTE[k % len(PALETTE)] if top else colors[parent]
        return colors

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
            colors=[self.colors()[kid] for kid in kids],
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
                    colors=self.colors(),
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
        colors = self.colors()
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
