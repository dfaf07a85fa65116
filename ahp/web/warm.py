"""Imported once at start: what the first pages need and is slow to load."""

import jinja2  # noqa: F401
import pandas  # noqa: F401
import pyarrow  # noqa: F401
import streamlit.emojis  # noqa: F401

from ..exchange import uploads  # noqa: F401
from ..plots import evaluation, screen  # noqa: F401
from . import desk, evaluating  # noqa: F401
