"""From results to tables as studies print them; the one place that rounds for display."""

from .analysis import (
    analysis_data,
    composite_table,
    consistency_data,
    consistency_table,
    hierarchy_table,
    matrix_table,
    method_words,
    provenance,
    total_table,
)
from .reconstruction import (
    reconstructed_parent,
    reconstructed_ranking,
    reconstruction_data,
    reconstruction_table,
)
from .table import (
    Table,
    csv_bytes,
    pairs_to_text,
    show_cell,
    show_judgment,
    show_number,
    to_csv,
    to_text,
)

__all__ = [
    "Table",
    "analysis_data",
    "composite_table",
    "consistency_data",
    "consistency_table",
    "csv_bytes",
    "hierarchy_table",
    "matrix_table",
    "method_words",
    "pairs_to_text",
    "provenance",
    "reconstructed_parent",
    "reconstructed_ranking",
    "reconstruction_data",
    "reconstruction_table",
    "show_cell",
    "show_judgment",
    "show_number",
    "to_csv",
    "to_text",
    "total_table",
]
