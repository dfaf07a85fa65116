"""People who take part in an evaluation by personal links: data owners, raters, contacts of units.

The pages “Period”, “Rating” and “Units” show them with `show_people`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from ..exchange.expert_list import pasted_list
from ..exchange.link_sheet import link_sheet
from ..i18n import Translate
from ..process.evaluations.edits import edited
from ..process.evaluations.events import PersonAdded, Role
from ..process.evaluations.people import contacts_to_add, indicators_for
from ..process.evaluations.state import Person
from ..report import Table
from ..store import PersonInfo
from ..study.limits import LONGEST
from . import state
from .desk import issue_links, issued_links, renew_all, show_downloads
from .evaluating import Desk, attempt
from .link_address import show_address
from .questionnaires import file_name

PARTS = ("name", "organization", "unit", "indicators")
"""What is said of somebody, and can be changed."""


def role_titles(_: Translate) -> dict[Role, str]:
    """What people of a role are called, all of them."""
    return {
        "data_owner": _("Data owners"),
        "rater": _("Raters"),
        "contact": _("Contacts of the units"),
    }


def link_words(_: Translate) -> dict[str, str]:
    """State of a personal link in words, by `PersonInfo.link`."""
    return {"none": _("no link yet"), "active": _("valid"), "revoked": _("revoked")}


def errand(role: Role, _: Translate) -> str:
    """What somebody of a role does with their link, on a card and in a letter."""
    return {
        "data_owner": _(
            "Scan the code with your phone, or type the link into a browser, and deliver your "
            "data: upload your file, or type the values."
        ),
        "rater": _(
            "Scan the code with your phone, or type the link into a browser, and rate the units. "
            "Nobody sees your ratings before all have submitted."
        ),
        "contact": _(
            "Scan the code with your phone, or type the link into a browser, to read your unit's "
            "draft notice. If a figure is wrong, you can appeal there."
        ),
    }[role] + _(" This link is personal: please don't pass it on.")


def letter(desk: Desk, person: Person, link: str) -> str:
    """What to write to somebody, with their link."""
    _, names = state.translate(), desk.names()
    about = {
        "name": person.name,
        "title": desk.info.title,
        "unit": names.get(person.unit, ""),
        "indicators": _(", ").join(names.get(one, one) for one in person.indicators),
        "link": link,
    }
    texts = {
        "data_owner": _(
            "Dear {name},\nfor “{title}” you deliver: {indicators}.\nPlease open your personal "
            "link, and upload your file or type the values:\n{link}\nThe link is for you alone: "
            "please don't pass it on."
        ),
        "rater": _(
            "Dear {name},\nfor “{title}” you are asked to rate. Please open your personal link; "
            "it also works on a phone, and what you have rated is kept:\n{link}\nThe link is for "
            "you alone: please don't pass it on."
        ),
        "contact": _(
            "Dear {name},\nyou answer for {unit} in “{title}”. When a draft notice is out, you "
            "read it by your personal link, and can appeal there:\n{link}\nThe link is for you "
            "alone: please don't pass it on."
        ),
    }
    return texts[person.role].format(**about)


def show_people(desk: Desk, role: Role) -> None:
    """The people of a role: who they are, their links, and what can be changed.

    Args:
        desk: the evaluation.
        role: of `ahp.process.evaluations.events.ROLES`.
    """
    _ = state.translate()
    st.header(role_titles(_)[role], anchor=False)
    people = {one.person.id: one for one in state.desk().people(desk.id) if one.person.role == role}
    if people:
        _show_list(desk, role, people)
    else:
        st.caption(
            {
                "data_owner": _("Nobody delivers data by a link yet."),
                "rater": _("There are no raters yet."),
                "contact": _("No unit has a contact with a link yet."),
            }[role]
        )
    if not state.may("run_evaluations"):
        return
    if people:
        _show_links(desk, role, people)
    _show_adding(desk, role)
    if people:
        _show_changing(desk, role, people)


def _show_list(desk: Desk, role: Role, people: Mapping[str, PersonInfo]) -> None:
    _, names = state.translate(), desk.names()

    def row(one: PersonInfo) -> dict[str, str]:
        person = one.person
        indicators = _(", ").join(names.get(key, key) for key in person.indicators)
        about = {
            "data_owner": {_("Delivers"): indicators},
            "rater": {
                _("Own unit"): names.get(person.unit, "–"),
                _("Rates"): indicators or _("all that is rated"),
            },
            "contact": {_("Answers for"): names.get(person.unit, "")},
        }[role]
        where = {} if role == "contact" else {_("Place of work"): person.organization}
        cells = {_("Name"): person.name, **where, **about}
        return {
            **{heading: state.plain(cell) for heading, cell in cells.items()},
            _("Link"): link_words(_)[one.link],
        }

    st.table([row(one) for one in people.values()], hide_index=True)


def _issue(desk: Desk, role: Role, people: list[str], only: str | None = None) -> None:
    """Issue or renew links, `only` as for `ahp.web.desk.issue_links`."""
    issue_links(
        f"{desk.id}-{role}",
        people,
        lambda chosen: state.desk().issue_person_links(chosen),
        partial(attempt, desk),
        lambda: {one.person.id: one.link for one in state.desk().people(desk.id)},
        only=only,
    )


def _revoke(desk: Desk, person: str) -> None:
    """End somebody's link."""
    attempt(desk, lambda: state.desk().revoke_person_link(person))


def _show_links(desk: Desk, role: Role, people: Mapping[str, PersonInfo]) -> None:
    """Issue, show, renew and revoke personal links."""
    _ = state.translate()
    show_address(partial(attempt, desk), f"{role}-{desk.id}")
    without = [key for key, one in people.items() if one.link == "none"]
    if without:
        st.button(
            _("Issue links to people without one ({count})").format(count=len(without)),
            type="primary",
            on_click=_issue,
            args=(desk, role, without),
            kwargs={"only": "none"},
            key=f"issue-{role}-{desk.id}",
        )
    _show_issued(desk, role, people)
    with st.expander(_("Renew or revoke one link"), icon=":material/key:"):
        chosen = _choose(people, f"link_of-{role}-{desk.id}")
        st.caption(_("A new link replaces the old one at once; what was done with it stays."))
        with st.container(horizontal=True):
            st.button(
                _("New link"),
                on_click=_issue,
                args=(desk, role, [chosen]),
                key=f"renew-{role}-{desk.id}",
            )
            st.button(
                _("Revoke link"),
                on_click=_revoke,
                args=(desk, chosen),
                disabled=people[chosen].link != "active",
                key=f"revoke-{role}-{desk.id}",
            )
        if len(linked := [one for one, who in people.items() if who.link == "active"]) > 1:
            renew_all(
                len(linked), lambda: _issue(desk, role, linked, "active"), f"{role}-{desk.id}"
            )


def _choose(people: Mapping[str, PersonInfo], key: str) -> str:
    """One of the people."""
    _ = state.translate()
    chosen: str = st.selectbox(
        _("Name"), list(people), format_func=lambda one: people[one].person.name, key=key
    )
    return chosen


def _show_issued(desk: Desk, role: Role, people: Mapping[str, PersonInfo]) -> None:
    """The links just issued, to copy, download, print or send with a letter."""
    _, language = state.translate(), state.language()
    links = issued_links(f"{desk.id}-{role}", people)
    if not links:
        return
    st.warning(
        _(
            "Copy, download or print these personal links now: they are shown only once. Each "
            "opens one person's page without a password, so send it to that person only."
        ),
        icon=":material/key:",
    )
    by_name = {people[key].person.name: link for key, link in links.items()}
    title = desk.info.title
    with st.container(horizontal=True):
        st.download_button(
            _("Sheet with QR codes, to print"),
            state.guarded(partial(link_sheet, title, by_name, language, errand(role, _))),
            file_name(title) + ".html",
            "text/html",
            icon=":material/qr_code:",
            key=f"people_sheet-{role}-{desk.id}",
            on_click="ignore",
        )
        table = Table(_("Personal links"), (_("Name"), _("Link")), tuple(by_name.items()))
        show_downloads(table, f"links-{role}-{desk.id}", "links")
    for key, link in links.items():
        st.markdown(f"**{state.plain(people[key].person.name)}**")
        st.code(link, language=None, wrap_lines=True)
        with st.expander(_("Letter to copy"), icon=":material/mail:"):
            st.code(letter(desk, people[key].person, link), language=None, wrap_lines=True)


def _ask(desk: Desk, role: Role, key: str, now: Person | None = None) -> None:
    """The fields that say who somebody is, with what they have now."""
    _ = state.translate()
    name, organization = (now.name, now.organization) if now else ("", "")
    st.text_input(_("Name"), value=name, max_chars=LONGEST["name"], key=f"name-{key}")
    if role != "contact":
        st.text_input(
            _("Place of work"),
            value=organization,
            max_chars=LONGEST["organization"],
            key=f"organization-{key}",
        )
    if role != "data_owner":
        _ask_unit(desk, role, key, now.unit if now else "")
    if role != "contact":
        _ask_indicators(desk, role, key, now.indicators if now else ())


def _ask_unit(desk: Desk, role: Role, key: str, now: str) -> None:
    _ = state.translate()
    none = [""] if role == "rater" or not now else []
    units = none + [
        unit.id for unit in desk.now.units if unit.merged_into is None or unit.id == now
    ]
    names = state.distinct({unit: desk.now.unit[unit].name for unit in units if unit})
    labels = {"": _("none") if role == "rater" else _("Please choose"), **names}
    st.selectbox(
        _("Own unit, which this person does not rate") if role == "rater" else _("Answers for"),
        units,
        index=units.index(now),
        format_func=labels.__getitem__,
        key=f"unit-{key}",
    )


def _ask_indicators(desk: Desk, role: Role, key: str, now: tuple[str, ...]) -> None:
    _ = state.translate()
    version = desk.now.version or desk.now.proposed
    asked = indicators_for(role, version.scheme) if version else ()
    names = desk.names()
    st.multiselect(
        _("Rates only these; empty: all that is rated") if role == "rater" else _("Delivers"),
        [*asked, *(one for one in now if one not in asked)],
        default=list(now) or None,
        format_func=lambda one: names.get(one, one),
        placeholder=_("Choose indicators"),
        key=f"indicators-{key}",
    )


def _said(key: str) -> tuple[str, dict[str, Any]]:
    """The name, and what else the fields of `_ask` say."""
    form = st.session_state
    asked = ("organization", "unit", "indicators")
    about = {part: form[f"{part}-{key}"] for part in asked if f"{part}-{key}" in form}
    if "indicators" in about:
        about["indicators"] = tuple(about["indicators"])
    return form[f"name-{key}"], about


def _add(desk: Desk, role: Role, key: str) -> None:
    """Add somebody as the form says."""
    name, about = _said(key)
    if attempt(desk, lambda: state.desk().add_person(desk.id, role, name, **about)):
        for part in ("name", "organization", "unit"):
            if f"{part}-{key}" in st.session_state:
                st.session_state[f"{part}-{key}"] = ""
        if f"indicators-{key}" in st.session_state:
            st.session_state[f"indicators-{key}"] = []


def _show_adding(desk: Desk, role: Role) -> None:
    """Add one, or several at once."""
    _, key = state.translate(), f"new-{role}-{desk.id}"
    nobody = not any(one.role == role for one in desk.now.participants.values())
    if role == "contact" and (named := contacts_to_add(desk.now)):
        st.button(
            _("Add the {count} contacts named in the unit list").format(count=len(named)),
            on_click=_add_contacts,
            args=(desk, named),
            key=f"add_named-{desk.id}",
        )
    with st.expander(_("Add a person"), icon=":material/person_add:", expanded=nobody):
        with st.form(f"form-{key}"):
            _ask(desk, role, key)
            st.form_submit_button(
                _("Add"), type="primary", on_click=_add, args=(desk, role, key), key=f"add-{key}"
            )
        if role == "rater":
            _show_pasting(desk, f"pasted-{desk.id}")


def _add_contacts(desk: Desk, named: Mapping[str, str]) -> None:
    """Add the contacts that the unit list names."""
    added = [PersonAdded("contact", name, unit=unit) for unit, name in named.items()]
    attempt(desk, lambda: state.desk().add_people(desk.id, added))


def _show_pasting(desk: Desk, key: str) -> None:
    """Add several raters at once."""
    _ = state.translate()
    with st.form(f"form-{key}"):
        st.text_area(
            _("Or several at once, a line each: name, organization"),
            placeholder=_("Zhang San, Accounting department"),
            help=_("Where the organization is one of the units, it is the rater's own unit."),
            key=key,
        )
        st.form_submit_button(
            _("Add all"), on_click=_add_pasted, args=(desk, key), key=f"add-{key}"
        )


def _add_pasted(desk: Desk, key: str) -> None:
    """Add the raters of a list, all or none of those who are no raters yet."""
    latest = sorted(desk.now.units, key=lambda unit: unit.last_day)
    units = {unit.name: unit.id for unit in latest}  # of one name, the one that goes on

    def change() -> None:
        now = state.desk().evaluation_state(desk.id).participants.values()
        raters = {one.name for one in now if one.role == "rater"}
        added = []
        for one in pasted_list(st.session_state[key]).experts:
            where = one.organization or ""
            if one.name not in raters:
                added.append(PersonAdded("rater", one.name, where, units.get(where, "")))
        state.desk().add_people(desk.id, added)

    if attempt(desk, change):
        st.session_state[key] = ""


def _change(desk: Desk, person: Person, key: str) -> None:
    """Change somebody as the form says, which was filled with what they were then."""
    _, (name, about) = state.translate(), _said(key)

    def change() -> None:
        now = state.desk().person(person.id).person
        shown, held = ({part: getattr(one, part) for part in PARTS} for one in (person, now))
        said = edited(shown, {**shown, "name": name, **about}, held)
        state.desk().change_person(person.id, **said)

    if attempt(desk, change):
        st.toast(_("Saved"))


def _remove(desk: Desk, person: str) -> None:
    """Somebody takes part no more."""
    attempt(desk, lambda: state.desk().remove_person(person))


def _show_changing(desk: Desk, role: Role, people: Mapping[str, PersonInfo]) -> None:
    """Change or remove one of the people."""
    _ = state.translate()
    with st.expander(_("Change or remove a person"), icon=":material/edit:"):
        chosen = _choose(people, f"change_of-{role}-{desk.id}")
        person = people[chosen].person
        with st.form(f"change-{chosen}"):
            # the fields begin anew when somebody else has changed the person
            key = f"{chosen}-{state.mark(person)}"
            _ask(desk, role, key, person)
            st.form_submit_button(
                _("Save"), on_click=_change, args=(desk, person, key), key=f"save-{chosen}"
            )
        sure = st.checkbox(
            _("Remove “{name}”: the personal link ends, what was done with it stays").format(
                name=state.plain(person.name)
            ),
            key=f"sure_remove-{chosen}",
        )
        st.button(
            _("Remove"),
            on_click=_remove,
            args=(desk, chosen),
            disabled=not sure,
            key=f"remove-{chosen}",
        )
