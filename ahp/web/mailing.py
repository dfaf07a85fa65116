"""What is written to the experts of a study: texts to copy, and e-mails to send."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event

import streamlit as st

from ahp.errors import AHPError
from ahp.exchange.expert_list import NUMBERING
from ahp.report.letters import invitation_letter, reminder_letter
from ahp.store import ExpertInfo, StudyInfo, clock

from . import state
from .desk import kept_links, known_links
from .mail import MailServer, Postman, compose, mail_server

Mailed = tuple[int, str] | None
"""When somebody was last written to, as `ExpertInfo.mailed` has it."""


@dataclass(frozen=True)
class Order:
    """E-mails that are to be sent.

    Attributes:
        study_id: the study on the page where it was ordered; another one may be picked since.
        what: one of `LETTERS`.
        known: id of an expert -> when they were written to last, as far as the page knew.
    """

    study_id: str
    what: str
    known: Mapping[str, Mailed]


@dataclass(frozen=True)
class Outcome:
    """What became of e-mails that were ordered.

    Attributes:
        results: id of an expert -> their name, and why nothing was sent; None = it was.
        done: nothing more is sent. A run that was stopped, as something else was clicked, goes on
            beside the next one until its e-mail is handed over.
    """

    results: dict[str, tuple[str, AHPError | None]]
    done: Event = field(default_factory=Event)


_LINE = re.compile(
    r"(?P<name>\S.*?)[\s,，、;；:：<(（]+(?P<email>[^\s,，、;；:：<(（]+@[^\s>)）]+)[>)）]?"
)
"""A name and an address."""

_PLACE = "https://…/i/…"
"""In previews, in place of a link that is made when the e-mail is sent."""


def reminder(study: StudyInfo, expert: ExpertInfo, link: str) -> str:
    """What to write to an expert who has not submitted; `link` is empty where it isn't known."""
    return reminder_letter(
        study.title,
        expert.name,
        (expert.answered, expert.total),
        link,
        round_number=study.round,
        spoken=expert.spoken,
        invitation=expert.sitting.invitation,
        language=state.language(),
        now=clock.now(),
    )


def invitation(study: StudyInfo, expert: ExpertInfo, link: str) -> str:
    """What to write to an expert with the personal link."""
    return invitation_letter(
        study.title,
        expert.name,
        link,
        invitation=expert.sitting.invitation,
        language=state.language(),
        now=clock.now(),
    )


def show_texts(study: StudyInfo, late: Mapping[str, ExpertInfo]) -> None:
    """Reminders to copy, one an expert, or all as one text."""
    _, links = state.translate(), known_links(study.id, late)
    texts = {key: reminder(study, one, links.get(key, "")) for key, one in late.items()}
    every = ("\n" + "—" * 20 + "\n\n").join(texts.values())
    names = {"": _("All, one below the other"), **{key: one.name for key, one in late.items()}}
    chosen: str = st.selectbox(
        _("Text to copy for"), list(names), format_func=names.__getitem__, key="reminder_of"
    )
    st.code(texts.get(chosen, every), language=None, wrap_lines=True)
    st.caption(
        _(
            "Personal links aren't stored: those that were just issued on this page stand in the "
            "texts."
        )
    )


def show_mailing(
    study: StudyInfo,
    panel: Mapping[str, ExpertInfo],
    ordered: Order | None,
) -> None:
    """Addresses, and e-mails to those who have one; nothing is sent unless it is clicked.

    Args:
        study: the study.
        panel: id -> expert.
        ordered: what is sent now, if it is an order for this study.
    """
    _, server = state.translate(), mail_server()
    emails = state.desk().emails(study.id)
    if server is None and not emails:
        return
    if server and ordered:
        send(study, server, ordered)
        st.rerun()
    show_results()
    waiting = st.session_state.pop("mail_open", False)
    with st.expander(_("E-mail to experts"), icon=":material/mail:", expanded=waiting):
        if server is None:
            st.info(_("This server is not set up to send e-mail; its administrator can do that."))
        else:
            show_sending(study, server, panel, emails)
        show_addresses(study, panel, emails)


def show_addresses(
    study: StudyInfo, panel: Mapping[str, ExpertInfo], emails: Mapping[str, str]
) -> None:
    """Change or delete addresses."""
    _ = state.translate()
    lines = [f"{one.name}, {emails[key]}" for key, one in panel.items() if key in emails]
    with st.form(f"emails-{study.id}"):
        st.text_area(
            _("E-mail addresses, one expert a line: name, address"),
            "\n".join(lines),
            key=f"emails-{study.id}-{state.mark(lines)}",
        )
        st.form_submit_button(
            _("Save addresses"),
            on_click=save_addresses,
            args=(study, panel, emails, f"emails-{study.id}-{state.mark(lines)}"),
            key="save_emails",
        )
    st.caption(
        _(
            "Addresses stand neither in the log nor in exports. Whose line is taken out here, or "
            "who is removed from the study, has none any more; backups keep what they have."
        )
    )


def save_addresses(
    study: StudyInfo, panel: Mapping[str, ExpertInfo], before: Mapping[str, str], key: str
) -> None:
    """Set the addresses that the form changed; others may have been set meanwhile."""
    st.session_state["mail_open"] = True

    def change() -> None:
        ids = {one.name: expert for expert, one in panel.items()}
        given = dict.fromkeys(before, "")
        for line in filter(str.strip, st.session_state[key].splitlines()):
            found = _LINE.fullmatch(line.strip())
            name = found["name"] if found else ""
            if name not in ids and (number := NUMBERING.match(name)):
                name = name[number.end() :]
            if found is None or name not in ids:
                raise AHPError("email_of_nobody", line=line.strip())
            given[ids[name]] = found["email"]
        changed = {key: one for key, one in given.items() if one != before.get(key)}
        state.desk().set_emails(study.id, changed)

    state.attempt(change)


def show_sending(
    study: StudyInfo,
    server: MailServer,
    panel: Mapping[str, ExpertInfo],
    emails: Mapping[str, str],
) -> None:
    """Choose what is written to whom, look at it, and send it."""
    _ = state.translate()
    words = {
        "invitation": _("Invitation with the personal link"),
        "reminder": _("Reminder to those who have not submitted"),
    }
    what: str = st.radio(
        _("What is sent"), list(words), format_func=words.__getitem__, key="mail_what"
    )
    links = known_links(study.id, panel)
    asked = {
        key: one
        for key, one in panel.items()
        if not one.submitted and (what == "invitation" or one.link == "active")
    }
    reached = {key: one for key, one in asked.items() if key in emails}
    if without := [one.name for key, one in asked.items() if key not in emails]:
        st.caption(
            state.plain(_("Without an address: {names}").format(names=_(", ").join(without)))
        )
    if not reached:
        st.info(_("Nobody to write to: there is no address."))
        return
    due = [key for key, one in reached.items() if is_due(study, one, what, key in links)]
    chosen: list[str] = st.multiselect(
        _("To whom; who was written to already has to be chosen by hand"),
        list(reached),
        default=due,
        format_func=lambda key: recipient(reached[key], what),
        placeholder=_("please choose"),
        key=f"mail_to-{what}-{study.id}-{study.round}-{state.mark(due)}",
    )
    if not chosen:
        return
    replaced = [
        panel[key].name
        for key in chosen
        if what == "invitation" and panel[key].link == "active" and key not in links
    ]
    if replaced:
        st.warning(
            state.plain(
                _("They get a new link, and the one they have ends: {names}").format(
                    names=_(", ").join(replaced)
                )
            )
        )
    subject = letter_subject(study, what)
    text = write(study, panel[chosen[0]], what, links.get(chosen[0], ""))
    message = compose(server, (panel[chosen[0]].name, emails[chosen[0]]), subject, text)
    st.code(
        _("From: {sender}\nTo: {to}\nSubject: {subject}").format(
            sender=message["From"], to=message["To"], subject=message["Subject"]
        )
        + f"\n\n{text}",
        language=None,
        wrap_lines=True,
    )
    if len(chosen) > 1:
        st.caption(_("The first one; each has their own name and link."))
    st.button(
        _("Send ({count})").format(count=len(chosen)),
        type="primary",
        on_click=order_mail,
        args=(Order(study.id, what, {key: panel[key].mailed.get(what) for key in chosen}),),
        key="send_mail",
    )


def order_mail(order: Order) -> None:
    """Have e-mails sent: to those who were on the page, as it was when the button was pressed."""
    st.session_state["mail_order"] = order


def recipient(expert: ExpertInfo, what: str) -> str:
    """An expert in the list of those who can be written to."""
    _ = state.translate()
    if what not in expert.mailed:
        return expert.name
    return _("{name}, written to on {time} ({zone})").format(
        name=expert.name,
        time=state.own_minute(expert.mailed[what][1]),
        zone=state.own_zone_words(),
    )


def is_due(study: StudyInfo, expert: ExpertInfo, what: str, known: bool) -> bool:
    """Whether an e-mail is called for: nobody has sent it, and no link is replaced by it.

    Args:
        study: the study.
        expert: the expert.
        what: one of `LETTERS`.
        known: whether their link was just issued.
    """
    last = expert.mailed.get(what)
    if what == "reminder":
        return last is None or last[0] < study.round
    return expert.link == "none" or (known and last is None)


def letter_subject(study: StudyInfo, what: str) -> str:
    """What an e-mail is about."""
    _ = state.translate()
    if what == "reminder":
        return _("Reminder: {title}").format(title=study.title)
    return _("Your personal link: {title}").format(title=study.title)


def write(study: StudyInfo, expert: ExpertInfo, what: str, link: str) -> str:
    """The text of an e-mail; `link` is empty where it isn't known."""
    if what == "reminder":
        return reminder(study, expert, link)
    return invitation(study, expert, link or _PLACE)


def send(study: StudyInfo, server: MailServer, order: Order) -> None:
    """Send e-mails one by one; what became of each is kept for `show_results` at once, also where
    the run is stopped.
    """
    _ = state.translate()
    names = {one.id: one.name for one in state.desk().experts(study.id)}
    left = AHPError("mail_left")
    outcome = Outcome({expert: (names.get(expert, "–"), left) for expert in order.known})
    st.session_state["mail_open"] = True
    st.session_state.setdefault("mail_outcomes", []).append(outcome)
    try:
        bar = st.progress(0.0)
        with Postman(server) as postman:
            for number, (expert, last) in enumerate(order.known.items()):
                name, problem = outcome.results[expert][0], None
                words = _("{number} of {count}: {name}").format(
                    number=number + 1, count=len(order.known), name=name
                )
                bar.progress(number / len(order.known), state.plain(words))
                try:
                    send_one(study, postman, order.what, expert, last)
                except AHPError as error:
                    problem = error
                outcome.results[expert] = name, problem
    finally:
        outcome.done.set()


def send_one(study: StudyInfo, postman: Postman, what: str, expert_id: str, last: Mailed) -> None:
    """Send one e-mail, unless somebody else does; a link that it needs is issued just before.

    Raises:
        AHPError: it was not sent, and why; or that it was, but couldn't be noted.
    """
    desk = state.desk()
    email, sent = desk.begin_mail(expert_id, what, last), False
    try:
        expert = desk.expert(expert_id)
        if what == "invitation" and expert_id not in known_links(study.id, {expert_id: expert}):
            kept = kept_links(study.id)
            kept[expert_id] = desk.issue_link(expert_id)
            expert = desk.expert(expert_id)
        link = known_links(study.id, {expert_id: expert}).get(expert_id, "")
        text = write(study, expert, what, link)
        to = expert.name, email
        postman.send(compose(postman.server, to, letter_subject(study, what), text))
        sent = True
    finally:
        if not sent:
            with suppress(AHPError):  # it is given up in a while
                desk.end_mail(expert_id, what, sent=False)
    try:
        desk.end_mail(expert_id, what, sent=True)
    except AHPError as error:
        raise AHPError("mailed_unnoted", problem=error) from error


def show_results() -> None:
    """What became of the e-mails that were sent last."""
    _ = state.translate()
    outcomes: list[Outcome] = st.session_state.get("mail_outcomes", [])
    for one in outcomes:
        one.done.wait()
    results = [result for one in outcomes for result in one.results.values()]
    failed = [
        "- " + state.plain(_("{name}: {problem}").format(name=name, problem=state.in_words(why)))
        for name, why in results
        if why
    ]
    if count := len(results) - len(failed):
        st.success(_("E-mails sent: {count}.").format(count=count), icon=":material/check:")
    if failed:
        said = _(
            "Failed: {count}. New links that were made for them, if any, stand below, to copy."
        ).format(count=len(failed))
        st.error("\n".join((said, *failed)))
    st.session_state.pop("mail_outcomes", None)  # once it is shown: this run may be stopped, too
