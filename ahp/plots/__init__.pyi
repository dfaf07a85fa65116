"""The public names of `ahp.plots`, read by type checkers and by `__init__.py`."""

from . import printed as printed
from . import screen as screen
from .chart import Chart as Chart
from .panel import (
    consensus_heatmap as consensus_heatmap,
    consistency_heatmap as consistency_heatmap,
    dendrogram as dendrogram,
    disagreement_chart as disagreement_chart,
    movement_chart as movement_chart,
    spread_chart as spread_chart,
)
from .screen import noted as noted
from .weights import (
    hierarchy_diagram as hierarchy_diagram,
    weights_chart as weights_chart,
    weights_icicle as weights_icicle,
)
