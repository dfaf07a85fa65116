"""Files in and out."""

from .matrix_csv import read_matrix

__all__ = ["read_matrix"]
