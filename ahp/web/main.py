"""The page frame: what this browser may see, the language switch, the chosen page."""

import json
from pathlib import Path

import streamlit as st

from ahp.errors import DatabaseError
from ahp.web import state
from ahp.web.components import preload_charts
from ahp.web.evaluating import page_titles

_ = state.translate()
st.set_page_config(
    page_title=_("Pairwise survey"),
    page_icon=str(Path(__file__).with_name("icon.svg")),
    layout="wide",
)
welcome = st.Page("views/welcome.py", title=_("Welcome"), icon=":material/waving_hand:")
trial = state.trial()
survey = st.Page(
    "views/survey.py",
    title=_("Trial as an expert") if trial else _("My survey"),
    icon=":material/science:" if trial else ":material/checklist:",
)
studies = st.Page("views/studies.py", title=_("Studies"), icon=":material/folder_open:")
accounts = st.Page("views/accounts.py", title=_("Accounts"), icon=":material/manage_accounts:")
backup = st.Page("views/backup.py", title=_("Backup"), icon=":material/backup:")
study_pages = [
    ("settings", _("Settings"), "tune"),
    ("experts", _("Experts and links"), "group"),
    ("rounds", _("Rounds"), "replay"),
    ("results", _("Results"), "bar_chart"),
    ("report", _("Report"), "description"),
    ("files", _("Files"), "attach_file"),
    ("editor", _("Survey editor"), "edit"),
]
organizer_pages = [
    studies,
    *(
        st.Page(
            f"views/{page}.py",
            title=title,
            icon=f":material/{icon}:",
            visibility="hidden" if state.in_evaluation() else "visible",
        )
        for page, title, icon in study_pages
    ),
    accounts,
    backup,
]
evaluations = st.Page("views/evaluations.py", title=_("Evaluations"), icon=":material/monitoring:")
icons = {
    **{"scheme": "rule", "units": "domain", "period": "event", "data": "upload_file"},
    **{"rating": "grade", "check": "fact_check", "results": "leaderboard"},
    **{"notices": "campaign", "signing": "draw", "years": "calendar_month"},
}
evaluation_pages = [
    st.Page(
        f"views/evaluation_{page}.py",
        title=page_titles(_)[page],
        icon=f":material/{icon}:",
        visibility="visible" if state.in_evaluation() else "hidden",
    )
    for page, icon in icons.items()
]
own = {
    "data_owner": st.Page("views/own_data.py", title=_("My data"), icon=":material/upload_file:"),
    "rater": st.Page("views/own_rating.py", title=_("My ratings"), icon=":material/grade:"),
    "contact": st.Page(
        "views/own_notice.py", title=_("Notice of my unit"), icon=":material/campaign:"
    ),
}
try:
    granted = state.grants()
except DatabaseError:  # which pages are this visitor's isn't known, but the address is kept
    every = [welcome, survey, *own.values(), *organizer_pages, evaluations, *evaluation_pages]
    st.navigation(every, position="hidden")
    state.show_unavailable()
    st.stop()
person = state.own_person(granted)
own_pages = [survey] if granted.experts or state.bound_expert() else []
if person:
    own_pages = [own[person.person.role], *own_pages]
desks = [*organizer_pages[:-2], evaluations, *evaluation_pages, accounts]
if granted.may("back_up"):
    desks.append(backup)
if trial and survey not in own_pages:
    desks.append(survey)
pages = own_pages + desks * granted.organizer or [welcome]
if granted.enrolling:
    pages = [*own_pages, accounts]  # before anything else that an organizer does
elif st.session_state.get("recovery_codes"):
    pages = [accounts]  # they are shown this once
alone = len(pages) == 1
page = st.navigation(pages, position="hidden" if alone else "top")
state.show_menu_of(page in (evaluations, *evaluation_pages))
if trial and not trial.entered and granted.organizer:
    trial.entered = True
    st.switch_page(survey)
elif trial and page != survey:  # who leaves a trial has ended it
    del st.session_state[state.TRIAL]
    st.rerun()
st.html(
    "<style>.stApp .stMainBlockContainer{{padding-top:{top}}}"  # the rest is in first_paint.css
    # on a phone a wide table is scrolled instead of broken into single characters
    ":is(.stTable,.ahp-table){{overflow-x:auto}}"
    ".stTable :is(th,td){{min-width:4.5em}}.stTable :is(th,td):first-child{{min-width:6.5em}}"
    ".ahp-table table{{width:100%;border-collapse:collapse}}"
    ".ahp-table :is(th,td){{border:1px solid #80808040;padding:.25rem .375rem;text-align:start;"
    "vertical-align:middle;min-width:6em;font-weight:400}}.ahp-table thead th{{font-weight:700}}"
    ".ahp-table .number{{text-align:end;min-width:3em;font-variant-numeric:tabular-nums}}"
    # these are too faint to read, the others on a dark page
    ".stApp [data-testid=stCaptionContainer]{{opacity:.8}}"
    ".stApp :is([data-testid=stWidgetLabel],[data-testid=stSliderThumbValue]){{color:inherit}}"
    ".stApp .stTabs [role=tab]{{color:inherit}}"
    ".stApp .stButtonGroup [data-variant]:is([data-selected],[data-hovered],[data-pressed]),"
    ".stApp :is([kind=secondary],[kind=tertiary]):is(:hover,:focus,:active){{color:inherit}}"
    # in English, and not needed: what is typed counts as soon as its field is left
    ".stApp [data-testid=InputInstructions]{{display:none}}"
    # Streamlit's words for files are English, and cut off on a phone
    ".stFileUploader :is(button p,[data-testid$=Instructions] span){{font-size:0}}"
    ".stFileUploader :is(button p,[data-testid$=Instructions] span)::after{{font-size:.875rem}}"
    ".stFileUploader button p::after{{content:{upload}}}"
    ".stFileUploader [data-testid$=Instructions] span::after{{content:{drop}}}"
    # gray, and too faint to read
    ".stPlotlyChart :is(.xtick,.ytick,.cbaxis) text,.stPlotlyChart :is(.legendtext,.xtitle,.ytitle)"
    "{{fill:currentColor!important}}"
    ".stTabs [role=tablist]{{flex-wrap:wrap}}"  # on a phone the last would be hidden
    ".stApp strong{{font-weight:700}}"  # as headings are
    # sentences to tap read like a list, and are seen to be something to tap
    ".stApp [kind=tertiary] *{{justify-content:start;text-align:start}}"
    ".stApp [kind=tertiary] p{{text-decoration:underline #80808080;text-underline-offset:.3em}}"
    # where a new screen begins, for those who hear it
    ".stApp .stMain :is(h1,h2,h3,h4):focus{{outline:none}}"
    "{header}</style>".format(
        top="1rem" if alone else "4.5rem",
        header=".stAppHeader{display:none}" if alone else "",
        upload=json.dumps(_("Choose a file"), ensure_ascii=False),
        drop=json.dumps(_("or drop it here"), ensure_ascii=False),
    )
)
by_link = page in (survey, *own.values())
expert = state.answering(granted) if page == survey else None
holder = expert or (person.person if person and page in own.values() else None)
state.page_head(holder, None if by_link else granted.account or granted.enrolling)
if granted.organizer:
    state.note_seen(granted)
    preload_charts()
page.run()
if holder and not trial:
    st.button(
        _("Sign out on this computer: your code alone leads back")
        if expert and expert.anonymous
        else _("This isn't me / sign out on this computer"),
        icon=":material/logout:",
        type="tertiary",
        on_click=state.leave,
        args=(holder.id,),
        key="leave",
    )
