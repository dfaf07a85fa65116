"""The page frame: what this browser may see, the language switch, the chosen page."""

from pathlib import Path

import streamlit as st

from ahp.errors import DatabaseError
from ahp.web import state
from ahp.web.components import preload_charts

_ = state.translate()
st.set_page_config(
    page_title=_("Pairwise survey"),
    page_icon=str(Path(__file__).with_name("icon.svg")),
    layout="wide",
)
welcome = st.Page("views/welcome.py", title=_("Welcome"), icon=":material/waving_hand:")
survey = st.Page("views/survey.py", title=_("My survey"), icon=":material/checklist:")
organizer_pages = [
    st.Page("views/studies.py", title=_("Studies"), icon=":material/folder_open:"),
    st.Page("views/experts.py", title=_("Experts and links"), icon=":material/group:"),
    st.Page("views/rounds.py", title=_("Rounds"), icon=":material/replay:"),
    st.Page("views/results.py", title=_("Results"), icon=":material/bar_chart:"),
    st.Page("views/files.py", title=_("Files"), icon=":material/attach_file:"),
    st.Page("views/editor.py", title=_("Survey editor"), icon=":material/edit:"),
    st.Page("views/accounts.py", title=_("Accounts"), icon=":material/manage_accounts:"),
]
try:
    granted = state.grants()
except DatabaseError:  # which pages are this visitor's isn't known, but the address is kept
    st.navigation([welcome, survey, *organizer_pages], position="hidden")
    state.show_unavailable()
    st.stop()
own_pages = [survey] if granted.experts or state.bound_expert() else []
pages = own_pages + organizer_pages * granted.organizer or [welcome]
alone = len(pages) == 1
page = st.navigation(pages, position="hidden" if alone else "top")
st.html(
    "<style>.stMainBlockContainer{{max-width:70rem;padding-top:{top}}}"
    # on a phone a wide table is scrolled instead of broken into single characters
    ".stTable{{overflow-x:auto}}.stTable :is(th,td){{min-width:4.5em}}"
    ".stTable :is(th,td):first-child{{min-width:6.5em}}"
    # these are too faint to read, the others on a dark page
    ".stApp [data-testid=stCaptionContainer]{{opacity:.8}}"
    ".stApp [data-testid=stWidgetLabel]{{color:inherit}}"
    ".stApp [data-variant=segmented_control][data-selected],"
    ".stApp :is([kind=secondary],[kind=tertiary]):is(:hover,:focus,:active){{color:inherit}}"
    # in English, and not needed: what is typed counts as soon as its field is left
    ".stApp [data-testid=InputInstructions]{{display:none}}"
    # sentences to tap read like a list
    ".stApp [kind=tertiary] *{{justify-content:start;text-align:start}}"
    "{header}</style>".format(
        top="1rem" if alone else "4.5rem", header=".stAppHeader{display:none}" if alone else ""
    )
)
expert = state.own_expert(granted) if page == survey else None
state.page_head(expert, None if page == survey else granted.account)
if granted.organizer:
    preload_charts()
page.run()
if expert:
    st.button(
        _("This isn't me / sign out on this computer"),
        icon=":material/logout:",
        type="tertiary",
        on_click=state.leave,
        args=(expert.id,),
        key="leave",
    )
