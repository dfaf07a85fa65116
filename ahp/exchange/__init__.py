"""Files in and out."""

from .matrix_csv import MatrixFile, read_matrix

__all__ = ["MatrixFile", "read_matrix"]
