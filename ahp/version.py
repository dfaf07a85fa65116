"""The version, kept in every result."""

__version__ = "0.2.0"
