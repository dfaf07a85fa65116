"""The public names of `ahp.plots`, read by type checkers and by `__init__.py`."""

from . import printed as printed
from . import screen as screen
from .certainty import (
    curve_chart as curve_chart,
    interval_chart as interval_chart,
    rank_chart as rank_chart,
    stability_chart as stability_chart,
    tornado_chart as tornado_chart,
)
from .chart import Chart as Chart
from .comparisons import (
    expert_heatmap as expert_heatmap,
    group_chart as group_chart,
    pareto_chart as pareto_chart,
    quadrant_chart as quadrant_chart,
    share_chart as share_chart,
    slope_chart as slope_chart,
)
from .panel import (
    consensus_heatmap as consensus_heatmap,
    consistency_heatmap as consistency_heatmap,
    dendrogram as dendrogram,
    disagreement_chart as disagreement_chart,
    movement_chart as movement_chart,
    spread_chart as spread_chart,
)
from .parts import unit_parts as unit_parts
from .weights import (
    branch_chart as branch_chart,
    hierarchy_diagram as hierarchy_diagram,
    weights_chart as weights_chart,
)
