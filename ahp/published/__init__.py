"""Published weight tables: verify the printed numbers, reconstruct the judgments behind them."""

from .table import PublishedTable, load_table
from .verification import Check, Verification, verify

__all__ = ["Check", "PublishedTable", "Verification", "load_table", "verify"]
