"""Pictures of a result: plotly figures, without Streamlit."""

from .weights import hierarchy_diagram, weights_chart, weights_icicle

__all__ = ["hierarchy_diagram", "weights_chart", "weights_icicle"]
