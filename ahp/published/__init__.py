"""Published weight tables: verify the printed numbers, reconstruct the judgments behind them."""

from .printing import ROUNDINGS, rounded_weights
from .reconstruction import NearestMiss, Reconstruction, reconstruct
from .table import PublishedParent, PublishedTable, load_table
from .verification import Check, Remark, Verification, verify
from .whole import (
    TableReconstruction,
    reconstruct_table,
    save_candidates,
    stored_reconstruction,
)

__all__ = [
    "ROUNDINGS",
    "Check",
    "NearestMiss",
    "PublishedParent",
    "PublishedTable",
    "Reconstruction",
    "Remark",
    "TableReconstruction",
    "Verification",
    "load_table",
    "reconstruct",
    "reconstruct_table",
    "rounded_weights",
    "save_candidates",
    "stored_reconstruction",
    "verify",
]
