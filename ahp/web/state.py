"""What a page needs to know first: the database, who is there, in which language."""

from __future__ import annotations

import hashlib
import html
import logging
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from typing import IO
from urllib.parse import urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import streamlit as st

from ..errors import AHPError, DatabaseError, DatabaseFaultError
from ..i18n import LANGUAGES, Translate, best_language, translator
from ..i18n.errors import error_sentence
from ..messages import Message, with_names
from ..process.evaluations.days import UTC, day_of, day_words, is_zone, zone_words
from ..process.evaluations.state import Person
from ..process.events import MIDNIGHT, ORGANIZER, Actor
from ..store import AccountInfo, ExpertInfo, Grants, PersonInfo, Store, StudyInfo, clock
from ..study import Survey
from . import addresses
from .components import ask_again, frame
from .internals import Offer, ticket
from .password import fingerprint
from .provider import LEAVE

_log = logging.getLogger(__name__)

SESSION_COOKIE = "ahp_session"
EXPERT = "e"
"""Under this name, the address of a tab and its session say whose the tab is."""
PERSON = "p"
"""Likewise for people of evaluations."""
TRIAL = "trial"
"""Under this name a tab's session has the trial (`ahp.web.trial`) that is under way in it."""
LANGUAGE_COOKIE = "ahp_language"
BROWSER_LANGUAGE = "browser_language"
"""Where a tab keeps what its browser asks for."""


@cache
def database() -> Store:
    """The one database of this process."""
    return Store(sign_in=fingerprint())


def session_token() -> str | None:
    """The browser's session cookie."""
    token = st.context.cookies.get(SESSION_COOKIE)
    return token if isinstance(token, str) else None


def grants() -> Grants:
    """What this browser may see, asked anew at every rerun."""
    granted = database().grants(session_token())
    st.session_state["granted"] = granted
    return granted


def desk() -> Store:
    """The database for the organizer's pages: what is changed there is done by who is signed in,
    as far as their roles allow.
    """
    return database().by(actor())


def by_link() -> Store:
    """The database for what this browser does by a personal link: refused once that is invalid. In
    a trial its own.
    """
    tried = trial()
    return tried.store if tried else database().from_browser(session_token())


@dataclass(eq=False)
class Trial:
    """A trial in one tab of an organizer.

    Attributes:
        study: id of the study that is tried.
        store: its own database.
        expert: id of the expert there.
        entered: whether the tab has come to the survey yet.
    """

    study: str
    store: Store
    expert: str
    entered: bool = False


def trial() -> Trial | None:
    """The trial that is under way in this tab."""
    found: Trial | None = st.session_state.get(TRIAL)
    return found


def answering(granted: Grants) -> ExpertInfo | None:
    """The expert as whom this tab answers: that of a trial, or whose it is (`own_expert`)."""
    if (tried := trial()) and granted.organizer:
        return tried.store.expert(tried.expert)
    return own_expert(granted)


def actor() -> Actor:
    """Who does what is done on the organizer's pages."""
    account = st.session_state["granted"].account
    return Actor("organizer", account.id) if account else ORGANIZER


def account_names() -> dict[str, str]:
    """Id of every account -> its name, for `organizer_name`."""
    return {one.id: one.name for one in database().accounts()}


def organizer_name(who: Actor, accounts: Mapping[str, str]) -> str:
    """What people call an organizer who did something."""
    _ = translate()
    return accounts.get(who.id) or _("organizer without an account")


def show_imported(source: str, name: str, time: str) -> None:
    """That a study or an evaluation was read from a file, by whom and when."""
    _ = translate()
    words = _(
        "Read from the file “{source}” by {name} on {date}. What was done before, and by whom, is "
        "as that file says."
    )
    st.caption(plain(words.format(source=source, name=name, date=time[:10])))


def may(act: str) -> bool:
    """Whether who is signed in may do one of `ahp.process.roles.ACTS`; the store asks again."""
    allowed: bool = st.session_state["granted"].may(act)
    return allowed


def this_browser() -> str | None:
    """Id of this browser, as `Store.browsers` has it."""
    token = session_token()
    return database().browser_of(token) if token else None


def note_seen(granted: Grants) -> None:
    """Keep, once a day, that an organizer's browser came."""
    day, token = today().isoformat(), session_token()
    if granted.organizer and token and st.session_state.get("seen") != day:
        st.session_state["seen"] = day
        database().note_seen(token)


def attempt(
    change: Callable[[], object], survey: Survey | None = None, *, enrolling: bool = False
) -> bool:
    """Run an organizer's change in the database; what it refuses is shown by `show_problem`, with
    the names of a survey's items.

    Callbacks run before the page asks who is there, so this asks, too.

    Args:
        change: it.
        survey: whose items it is about.
        enrolling: who has to set up a second factor first may make it, too.
    """
    try:
        granted = grants()
        if not (granted.organizer or (enrolling and granted.enrolling)):
            return False
        change()
    except AHPError as error:
        st.session_state["problem"] = in_words(error, survey)
        return False
    return True


def in_words(message: Message, survey: Survey | None = None) -> str:
    """What people read of an error or a remark: nothing of where the server has its files, and the
    names of a survey's items in place of their ids.
    """
    if isinstance(message, DatabaseError):
        _ = translate()
        return _("The server's database does not answer. This was not saved; please try again.")
    if isinstance(message, DatabaseFaultError):
        _log.error("%s", message)
        return went_wrong(translate())
    if survey is None:
        return error_sentence(message, language())
    names = {node: survey.node_name(node, language()) for node in survey.nodes}
    return error_sentence(with_names(message, names), language())


def went_wrong(_: Translate) -> str:
    """What people read of a fault that they can't help, and the log has."""
    return _(
        "Something went wrong here. What was saved is safe. Please load the page again; if it "
        "happens again, tell the organizer."
    )


def show_error(error: AHPError, survey: Survey | None = None) -> None:
    """What was refused, on the page, several faults as a list below what has them; `survey` as for
    `in_words`.
    """
    first, *each = in_words(error, survey).split("\n")
    named = re.match(re.escape(str(error.parameters.get("source"))) + "(: |：)", first)
    each = [plain(one.removeprefix(named[0]) if named else one) for one in each]
    st.error("\n- ".join([f"{plain(first)}\n", *each]) if each else plain(first))


def show_unavailable() -> None:
    """Instead of a page while the database is away; the page asks again by itself."""
    _ = translate()
    st.warning(
        _(
            "The server's database can't be reached at the moment. What you have saved is safe. "
            "You need not do anything: this page goes on by itself as soon as the database is back."
        ),
        icon=":material/hourglass:",
    )
    ask_again()


def show_problem() -> None:
    """What the last action could not do."""
    if problem := st.session_state.pop("problem", None):
        st.error(plain(problem))


def guarded(
    make: Callable[[], bytes | str | IO[bytes]], holder: str | None = None
) -> Callable[[], bytes]:
    """What a download button has in place of its file, which is made when it is downloaded.

    This browser alone gets it, for an organizer or the expert or person given, while they are
    signed in.
    """
    return partial(ticket, Offer(make, session_token(), holder))


def bind(expert_id: str) -> None:
    """Let this tab belong to an expert."""
    st.session_state[EXPERT] = expert_id


def bound_expert() -> str | None:
    """Id of the expert this tab belongs to: said by its address when it was opened, then kept,
    whatever other links are opened in this browser.
    """
    bound: str | None = st.session_state.get(EXPERT) or st.query_params.get(EXPERT)
    return bound


def own_expert(granted: Grants) -> ExpertInfo | None:
    """The expert this tab belongs to, if this browser may answer as them.

    A tab that belongs to nobody goes to the only one there is, never to one of several.
    """
    experts = {expert.id: expert for expert in granted.experts}
    bound = bound_expert()
    if bound is None and len(experts) == 1:
        [bound] = experts
    expert = experts.get(bound or "")
    if expert is not None:
        bind(expert.id)
        if st.query_params.get(EXPERT) != expert.id:  # the navigation takes it away
            st.query_params[EXPERT] = expert.id
    return expert


def own_person(granted: Grants) -> PersonInfo | None:
    """The person of an evaluation this tab belongs to, as `own_expert` finds an expert."""
    persons = {one.person.id: one for one in granted.persons}
    bound = st.session_state.get(PERSON) or st.query_params.get(PERSON)
    if bound is None and len(persons) == 1 and not (granted.organizer or granted.experts):
        [bound] = persons
    person = persons.get(bound or "")
    if person is not None:
        st.session_state[PERSON] = person.person.id
        if st.query_params.get(PERSON) != person.person.id:
            st.query_params[PERSON] = person.person.id
    return person


def in_evaluation() -> bool:
    """Whether the organizer is at the pages of evaluations, whose menu is shown then."""
    return bool(st.session_state.get("in_evaluation"))


def show_menu_of(evaluation: bool) -> None:
    """Draw the page anew when the menu is not that of its desk, surveys or evaluations."""
    if in_evaluation() != evaluation:
        st.session_state["in_evaluation"] = evaluation
        st.rerun()


def leave(holder: str) -> None:
    """End this browser's right to act as an expert or a person, in all its tabs."""
    if token := session_token():
        database().leave(token, holder)


def sign_out() -> None:
    """End this browser's session on the server; its cookie opens nothing any more. Who signed in at
    a provider goes on to sign out there.
    """
    granted = grants()
    if token := session_token():
        database().revoke_session(token)
    if granted.account and granted.account.issuer:
        st.session_state["go"] = LEAVE


def require_organizer() -> None:
    """Stop a page that is not the organizer's."""
    _ = translate()
    if not grants().organizer:
        st.error(_("Please sign in as organizer first."))
        st.stop()


def language() -> str:
    """Chosen with the switch, else remembered by the browser, else the browser's own."""
    known: str | None = st.session_state.get("language") or st.session_state.get(BROWSER_LANGUAGE)
    if known is None:  # asked once: it stays the same as long as the tab is open
        tags = (st.context.cookies.get(LANGUAGE_COOKIE), st.context.locale)
        known = best_language(tag for tag in tags if isinstance(tag, str))
        st.session_state[BROWSER_LANGUAGE] = known
    return known


def translate() -> Translate:
    """Gettext in the page's language."""
    return translator(language())


def page_head(expert: ExpertInfo | Person | None, account: AccountInfo | None = None) -> None:
    """Whom the page belongs to, an expert, a person or an organizer with an account, and the switch
    between languages, whose choice stays in this browser.
    """
    who = expert or account
    current = language()
    _ = translate()
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute" if who else "right",
        vertical_alignment="center",
        key="page_head",
    ):
        if who:
            name = f"<strong>{html.escape(who.name)}</strong>"
            st.html(html.escape(_("You are: {name}")).format(name=name), width="content")
        st.segmented_control(
            "语言 / Language",
            list(LANGUAGES),
            default=current,
            format_func=LANGUAGES.__getitem__,
            label_visibility="collapsed",
            on_change=_choose_language,
            key="language_switch",
        )
    frame(
        current,
        cookie=LANGUAGE_COOKIE if "language" in st.session_state else None,
        offline=_("No connection. This page goes on by itself when the connection is back."),
        go=st.session_state.pop("go", ""),
    )
    st.session_state["shown"] = (current, expert and expert.id)


def _choose_language() -> None:
    if chosen := st.session_state["language_switch"]:
        st.session_state["language"] = chosen
    else:  # the language shown was tapped
        st.session_state["language_switch"] = language()


def follow(expert: ExpertInfo | Person | None) -> None:
    """In a fragment: draw the whole page anew when its head is no longer right, because the switch
    was sent along with something else, or because the right to answer has ended.
    """
    if st.session_state["shown"] != (language(), expert and expert.id):
        st.rerun()


def today(zone: str = UTC) -> date:
    """The date by the server's clock in a time zone."""
    return date.fromisoformat(day_of(clock.now().isoformat(), zone))


def until(day: str, zone: str) -> str:
    """A day by which something is due, and in which time zone it ends; empty where none is."""
    return in_words(day_words(day, zone)) if day else ""


def own_zone() -> str:
    """Time zone of this browser; empty where it isn't known."""
    here = st.context.timezone
    return here if isinstance(here, str) and is_zone(here) else ""


def zones(*first: str) -> list[str]:
    """Time zones to choose from: those named first, that of this browser, and UTC."""
    return list(filter(None, dict.fromkeys((*first, own_zone(), UTC))))


def minute(time: str) -> str:
    """A time of the log to the minute, or the day alone, as people read it; "" for none."""
    return time.removesuffix(MIDNIGHT)[:16].replace("T", " ")


def own_minute(time: str) -> str:
    """A time of the log to the minute, as clocks where this browser is show it, or the day alone;
    "" for none.
    """
    if time.endswith(MIDNIGHT):
        return minute(time)
    zone = ZoneInfo(own_zone() or UTC)
    return minute(datetime.fromisoformat(time).astimezone(zone).isoformat()) if time else ""


def own_zone_words() -> str:
    """What people call the time zone of `own_minute`."""
    return in_words(zone_words(own_zone() or UTC))


def base_url() -> str:
    """The address to put before personal links: AHP_BASE_URL, what organizers have set, or the one
    in this browser.
    """
    if base := addresses.fixed() or database().public_address():
        return base
    parts = urlsplit(st.context.url or "")
    return f"{parts.scheme}://{parts.netloc}"


def receipt_address(expert_id: str, **query: int) -> str:
    """Where an expert's receipt is, with the time by the clocks of this browser."""
    timezone = st.context.timezone
    named = {"timezone": timezone} if timezone else {}
    asked = urlencode({**query, **named})
    return urlunsplit(("", "", f"/receipt/{expert_id}", asked, ""))


def distinct(labels: Mapping[str, str]) -> dict[str, str]:
    """Id -> label, with the beginning of the id where two labels are the same.

    Streamlit tells the options of a widget apart by what they display.
    """
    count = Counter(labels.values())
    return {
        key: label if count[label] == 1 else f"{label} ({key[:6]})" for key, label in labels.items()
    }


def mark(about: object) -> str:
    """A few signs for the key of a widget that begins anew once it is about something else."""
    return hashlib.sha256(repr(about).encode()).hexdigest()[:8]


def plain(text: str) -> str:
    """A text as Markdown that shows it as it is: names may hold any sign.

    Emojis and addresses are looked for after Markdown is read: only a sign without width helps.
    """
    marked = re.sub(r"([\\`*_\[\]<>~$#|])", r"\\\1", text)
    return re.sub(r"(:(?=[\w/+-])|@|\bwww(?=\.))", "\\1\N{WORD JOINER}", marked)


def pick_study() -> StudyInfo:
    """The study a page is about: chosen here, kept in the address and from page to page."""
    _ = translate()
    studies = {study.id: study for study in database().studies()}
    wanted = st.query_params.get("study") or st.session_state.get("study")
    if wanted not in studies:  # an archived one is shown to who asks for it by its address
        asked = {one.id: one for one in database().studies(archived=True)} if wanted else {}
        studies |= {wanted: asked[wanted]} if wanted in asked else {}
    if not studies:
        st.info(_("There is no study yet. Create one on the page “Studies”."))
        st.stop()
    ids = list(studies)
    labels = distinct({key: study.title for key, study in studies.items()})
    chosen: str = st.selectbox(
        _("Study"),
        ids,
        index=ids.index(wanted) if wanted in studies else 0,
        format_func=labels.__getitem__,
        key="study_chosen",  # without, `index` makes it another one, which forgets a pick
    )
    st.session_state["study"] = chosen
    st.query_params["study"] = chosen
    return studies[chosen]
