"""Pictures of results, without Streamlit: for screens by plotly, in print by matplotlib.

Functions that give a `Chart` need neither library; `ahp.plots.screen` and `ahp.plots.printed` draw
one (`pip install "ahp-evidence[plots]"`).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
