"""Pictures of a result: plotly figures, without Streamlit."""

from .panel import (
    consensus_heatmap,
    consistency_heatmap,
    dendrogram,
    disagreement_chart,
    movement_chart,
    spread_chart,
)
from .weights import hierarchy_diagram, noted, weights_chart, weights_icicle

__all__ = [
    "consensus_heatmap",
    "consistency_heatmap",
    "dendrogram",
    "disagreement_chart",
    "hierarchy_diagram",
    "movement_chart",
    "noted",
    "spread_chart",
    "weights_chart",
    "weights_icicle",
]
