"""The application, for `streamlit run app.py` and `uvicorn app:app`."""

import streamlit

from ahp.web.server import MAIN, OPTIONS, ROUTES

app = streamlit.App(MAIN, routes=ROUTES, **OPTIONS)
