"""Who may sign in to the organizer's pages, and what they may do there."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlsplit

import streamlit as st

from ahp.exchange.link_sheet import qr_picture
from ahp.i18n import Translate
from ahp.process.roles import ROLES
from ahp.store import AccountInfo, BrowserInfo
from ahp.store.accounts import SHORTEST
from ahp.store.second_factor import app_address, new_secret
from ahp.study.limits import LONGEST
from ahp.web import state
from ahp.web.browsers import browser_words


def role_words(_: Translate) -> dict[str, str]:
    """Roles, as people call them."""
    return {
        "administrator": _("administrator"),
        "organizer": _("organizer, clerk"),
        "head": _("head"),
        "reader": _("reader, auditor"),
    }


def choose_roles(now: tuple[str, ...], key: str) -> None:
    """The roles of an account."""
    _ = state.translate()
    words = role_words(_)
    st.multiselect(
        _("Roles"),
        list(ROLES),
        default=list(now),
        format_func=words.__getitem__,
        placeholder=_("please choose"),
        help=_(
            "All may see everything. Organizers run studies and evaluations, and close and open "
            "rounds; heads close and open rounds, decide appeals and sign; administrators say who "
            "has an account. Several roles add up."
        ),
        key=key,
    )


def ask_password(label: str, key: str) -> None:
    """A field for a new password."""
    _ = state.translate()
    st.text_input(
        label,
        type="password",
        help=_("{least} characters or more, such as four random words").format(least=SHORTEST),
        max_chars=LONGEST["name"],
        autocomplete="new-password",
        key=key,
    )


def change_own(account: AccountInfo) -> None:
    """Change one's own password as the form says; then one signs in anew."""
    _, form = state.translate(), st.session_state
    if form["new_password"] != form["new_password_again"]:
        form["problem"] = _("The two new passwords differ.")
        return
    changed = state.attempt(
        lambda: state.desk().change_password(
            account.id, form["current_password"], form["new_password"]
        )
    )
    if changed:
        st.toast(_("The password is changed. Please sign in with it."))


def ask_current_password(key: str) -> None:
    """A field for one's own password."""
    _ = state.translate()
    st.text_input(
        _("Current password"),
        type="password",
        max_chars=LONGEST["name"],
        autocomplete="current-password",
        key=key,
    )


def show_own(account: AccountInfo) -> None:
    """Change one's own password."""
    _ = state.translate()
    with st.expander(_("Change my password"), icon=":material/key:"), st.form("own_password"):
        ask_current_password("current_password")
        ask_password(_("New password"), "new_password")
        ask_password(_("New password, again"), "new_password_again")
        st.form_submit_button(
            _("Change my password"), on_click=change_own, args=(account,), key="change_own"
        )
        st.caption(_("Afterwards you sign in anew, here and wherever else you are signed in."))


def begin_set_up() -> None:
    """Show the secret for the authenticator app."""
    st.session_state["totp_secret"] = new_secret()


def ask_code(label: str, key: str) -> None:
    """A field for a code."""
    st.text_input(label, max_chars=LONGEST["name"], autocomplete="one-time-code", key=key)


def set_up(account: AccountInfo) -> None:
    """Have the account of the form ask for codes."""
    form = st.session_state

    def change() -> None:
        form["recovery_codes"] = state.desk().set_up_second_factor(
            account.id,
            form["totp_password"],
            form["totp_secret"],
            form["totp_code"],
            session=state.session_token(),
        )

    if state.attempt(change, enrolling=True):
        del form["totp_secret"]


def remove(account: AccountInfo) -> None:
    """Have an account ask for no codes any more."""
    _, code = state.translate(), st.session_state["totp_code"]
    if state.attempt(lambda: state.desk().remove_second_factor(account.id, code)):
        st.toast(_("Saved"))


def show_recovery_codes(codes: Sequence[str]) -> None:
    """The recovery codes, this once."""
    _ = state.translate()
    st.warning(
        _(
            "The second factor is set up. Keep these recovery codes where your phone is not, on "
            "paper for example: each lets you in once when you have no phone. They are shown only "
            "now."
        )
    )
    st.code("\n".join(codes), language=None)
    st.button(
        _("I have kept the recovery codes"),
        type="primary",
        on_click=st.session_state.pop,
        args=("recovery_codes",),
        key="codes_kept",
    )


def show_set_up(account: AccountInfo) -> None:
    """The secret for the authenticator app, and the form that makes sure that it got there."""
    _, secret = state.translate(), st.session_state["totp_secret"]
    st.write(
        _(
            "Scan the code with an authenticator app on your phone, or type the key into it; then "
            "enter the six digits that it shows."
        )
    )
    address = app_address(secret, account.name, _("Pairwise survey"))
    label = html.escape(_("QR code for the authenticator app"), quote=True)
    source = html.escape(qr_picture(address), quote=True)
    st.html(f'<img alt="{label}" src="{source}" width="208" height="208">')
    st.code(
        " ".join(secret[k : k + 4] for k in range(0, len(secret), 4)),
        language=None,
        wrap_lines=True,
    )
    with st.form("set_up"):
        ask_current_password("totp_password")
        ask_code(_("Code that the app shows"), "totp_code")
        st.form_submit_button(
            _("Set up the second factor"),
            type="primary",
            on_click=set_up,
            args=(account,),
            key="set_up_button",
        )
        st.caption(_("Afterwards you sign in anew wherever else you are signed in."))


def show_second_factor(account: AccountInfo) -> None:
    """Set up one's own second factor, or take it away."""
    _ = state.translate()
    if account.second_factor:
        left = state.desk().recovery_codes_left(account.id)
        st.write(
            _(
                "At sign-in you are asked for a code of your authenticator app. Recovery codes "
                "left: {count}. For another phone, or new recovery codes, take the second factor "
                "away and set it up again."
            ).format(count=left)
        )
        with st.form("remove_second_factor"):
            ask_code(_("Code that the app shows, or a recovery code"), "totp_code")
            st.form_submit_button(
                _("Take the second factor away"), on_click=remove, args=(account,), key="remove_it"
            )
    elif "totp_secret" in st.session_state:
        show_set_up(account)
    else:
        st.write(
            _(
                "With a second factor, whoever knows your password still doesn't get in: at "
                "sign-in you are asked for a code of an authenticator app on your phone, too."
            )
        )
        st.button(_("Set up a second factor"), on_click=begin_set_up, key="begin_set_up")


def end(account_id: str | None, browsers: Sequence[str]) -> None:
    """Sign an account out in some browsers."""
    state.attempt(lambda: state.desk().end_browsers(account_id, browsers))


def show_browsers(browsers: Sequence[BrowserInfo], current: str | None, key: str) -> None:
    """Where somebody is signed in, each with a way to end it."""
    _ = state.translate()
    for one in browsers:
        with st.container(horizontal=True, vertical_alignment="center", key=f"{key}-{one.id}"):
            own = one.id == current
            words = browser_words(_, one.program, one.system)
            since = _("signed in on {day}").format(day=one.since[:10])
            seen = _("last here on {day}").format(day=one.seen) if one.seen else ""
            marks = [_("this browser")] if own else []
            st.markdown(state.plain(" · ".join(filter(None, (words, *marks, since, seen)))))
            if not own:
                st.button(
                    _("Sign out there"),
                    on_click=end,
                    args=(one.account, (one.id,)),
                    key=f"end-{key}-{one.id}",
                )
    others = [one for one in browsers if one.id != current]
    if len(others) > 1:
        st.button(
            _("Sign out everywhere else")
            if len(others) < len(browsers)
            else _("Sign out everywhere"),
            on_click=end,
            args=(others[0].account, [one.id for one in others]),
            key=f"end_all-{key}",
        )


def require(key: str) -> None:
    """Say whether everybody needs a second factor."""
    required = st.session_state[key]
    state.attempt(lambda: state.desk().require_second_factor(required))


def add(roles_key: str) -> None:
    """Make the account of the form."""
    form = st.session_state
    made = state.attempt(
        lambda: state.desk().add_account(
            form["account_name"], form["account_password"], form[roles_key]
        )
    )
    if made:
        form["account_name"] = form["account_password"] = ""


def show_adding(already: int) -> None:
    """Make an account beside those there are already."""
    first, roles_key = already == 0, f"account_roles-{already}"  # so that each form begins anew
    _ = state.translate()
    st.header(_("Make the first account") if first else _("Add an account"))
    with st.form("add_account"):
        st.text_input(_("Name"), max_chars=LONGEST["name"], autocomplete="off", key="account_name")
        ask_password(_("Password"), "account_password")
        roles = ("administrator", "organizer") if first else ("organizer",)
        choose_roles(roles, roles_key)
        st.form_submit_button(
            _("Add"), type="primary", on_click=add, args=(roles_key,), key="add_account_button"
        )


def way_in(_: Translate, account: AccountInfo) -> str:
    """With what an account signs in."""
    if account.issuer:
        return urlsplit(account.issuer).netloc
    return _("password and code") if account.second_factor else _("password")


def show_list(accounts: list[AccountInfo], browsers: Sequence[BrowserInfo]) -> None:
    """Every account, with the id that the log has."""
    _ = state.translate()
    words = role_words(_)
    signed_in = Counter(one.account for one in browsers)
    st.table(
        [
            {
                _("Name"): state.plain(one.name),
                _("Roles"): " · ".join(words[role] for role in one.roles),
                _("Signs in with"): state.plain(way_in(_, one)),
                _("Last sign-in (UTC)"): state.minute(one.last_sign_in or "–"),
                _("Signed in now"): str(signed_in[one.id]),
                _("State"): _("disabled") if one.disabled else _("in use"),
                _("In the log"): one.id,
            }
            for one in accounts
        ],
        hide_index=True,
    )


def save_roles(account: AccountInfo, key: str) -> None:
    """Give an account the roles of the form."""
    _, roles = state.translate(), st.session_state[key]
    if state.attempt(lambda: state.desk().set_roles(account.id, roles)):
        st.toast(_("Saved"))


def reset(account: AccountInfo) -> None:
    """Give an account the password of the form."""
    _, form, key = state.translate(), st.session_state, f"password-{account.id}"
    if state.attempt(lambda: state.desk().reset_password(account.id, form[key])):
        form[key] = ""
        st.toast(_("Saved"))


def reset_second_factor(account: AccountInfo) -> None:
    """Take the second factor from an account."""
    _ = state.translate()
    if state.attempt(lambda: state.desk().reset_second_factor(account.id)):
        st.toast(_("Saved"))


def disable(account: AccountInfo) -> None:
    """Let nobody in with an account."""
    state.attempt(lambda: state.desk().disable_account(account.id))


def enable(account: AccountInfo) -> None:
    """Let people in again with an account."""
    state.attempt(lambda: state.desk().enable_account(account.id))


def show_own_way(chosen: AccountInfo) -> None:
    """Change roles and password of an account that has its password here."""
    _ = state.translate()
    with st.form(f"roles_form-{chosen.id}"):
        roles_key = f"roles-{chosen.id}-{'-'.join(chosen.roles)}"  # what was withdrawn stays so
        choose_roles(chosen.roles, roles_key)
        st.form_submit_button(
            _("Save"), on_click=save_roles, args=(chosen, roles_key), key=f"save_roles-{chosen.id}"
        )
    with st.form(f"password_form-{chosen.id}"):
        ask_password(_("New password"), f"password-{chosen.id}")
        st.form_submit_button(
            _("Reset the password"), on_click=reset, args=(chosen,), key=f"reset-{chosen.id}"
        )
    if chosen.second_factor:
        st.button(
            _("Take the second factor away"),
            help=_("For who has lost phone and recovery codes; signs out everywhere."),
            on_click=reset_second_factor,
            args=(chosen,),
            key=f"reset_second_factor-{chosen.id}",
        )


def show_rules() -> None:
    """What holds for all accounts."""
    _, required = state.translate(), state.desk().second_factor_required()
    key = f"second_factor_required-{required}"
    st.toggle(
        _("Every account with a password needs a second factor"),
        required,
        help=_(
            "Who has none sets one up before anything else, also where they are signed in now. "
            "Those who sign in at a provider have theirs there."
        ),
        on_change=require,
        args=(key,),
        key=key,
    )


def show_changing(
    accounts: list[AccountInfo], browsers: Sequence[BrowserInfo], own: AccountInfo | None
) -> None:
    """Change roles and password of one account, sign it out, or disable it."""
    _ = state.translate()
    st.header(_("Change an account"))
    named = {one.id: one for one in accounts}
    chosen = named[
        st.selectbox(
            _("Account"), list(named), format_func=lambda key: named[key].name, key="account"
        )
    ]
    if chosen.issuer:
        said = _("Name and roles are those that {provider} says at each sign-in.")
        st.info(state.plain(said.format(provider=way_in(_, chosen))))
    else:
        show_own_way(chosen)
    st.button(
        _("Enable the account") if chosen.disabled else _("Disable the account"),
        on_click=enable if chosen.disabled else disable,
        args=(chosen,),
        key=f"disable-{chosen.id}",
    )
    st.caption(
        _(
            "Whoever is signed in with an account that is disabled, or gets another password, is "
            "signed out at once."
        )
    )
    if own and chosen.id == own.id:  # which are above
        return
    theirs = [one for one in browsers if one.account == chosen.id]
    heading = _("Where {name} is signed in").format(name=chosen.name)
    st.markdown(f"**{state.plain(heading)}**")
    if not theirs:
        st.caption(_("nowhere"))
    show_browsers(theirs, None, "theirs")


_ = state.translate()
granted = state.grants()
if not granted.enrolling:
    state.require_organizer()
st.title(_("Accounts"))
state.show_problem()
if codes := st.session_state.get("recovery_codes"):
    show_recovery_codes(codes)
    st.stop()
if granted.enrolling:
    st.info(_("Here every account needs a second factor. Please set up yours; then you can go on."))
    show_second_factor(granted.enrolling)
    if st.button(_("Sign out"), icon=":material/logout:", key="sign_out"):
        state.sign_out()
        st.rerun()
    st.stop()
own = granted.account
browsers = state.desk().browsers()
if own:
    if own.issuer is None:
        show_own(own)
        with st.expander(_("Second factor"), icon=":material/phonelink_lock:"):
            show_second_factor(own)
    with st.expander(_("Where I am signed in"), icon=":material/devices:"):
        mine = [one for one in browsers if one.account == own.id]
        show_browsers(mine, state.this_browser(), "mine")
if state.may("accounts"):
    everybody = state.desk().accounts()
    if everybody:
        show_list(everybody, browsers)
        show_rules()
        show_changing(everybody, browsers, own)
        without = [one for one in browsers if one.account is None]
        if without:
            heading = _("Signed in without an account")
            st.markdown(f"**{heading}**")
            show_browsers(without, None if own else state.this_browser(), "without")
    else:
        st.info(
            _(
                "There are no accounts yet, so the log says of what is done here only that an "
                "organizer did it. Make the first account, an administrator's: from then on "
                "organizers sign in with name and password at /organizer. The link in the "
                "terminal stays the way back in."
            )
        )
    show_adding(len(everybody))
