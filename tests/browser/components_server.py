"""components_app.py with what a server needs for it."""

from pathlib import Path

import streamlit

from ahp.web.components import CONTROLS

app = streamlit.App(Path(__file__).with_name("components_app.py"), routes=[CONTROLS])
