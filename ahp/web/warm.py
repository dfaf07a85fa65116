"""Imported once at start, in the background: what the first pages need and is slow to load."""

import pandas  # noqa: F401
import pyarrow  # noqa: F401

from ..plots import evaluation, screen  # noqa: F401
