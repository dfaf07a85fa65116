"""plotly.js for pages that have no network."""

from __future__ import annotations


def plotly_js() -> str:
    """The script that draws plotly's figures, for inside a page."""
    from plotly.offline import get_plotlyjs  # noqa: PLC0415 - slow to load, needed here alone

    return str(get_plotlyjs()).replace("</script", "<\\/script")
