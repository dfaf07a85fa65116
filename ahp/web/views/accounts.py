"""Who may sign in to the organizer's pages, and what they may do there."""

from __future__ import annotations

import streamlit as st

from ahp.i18n import Translate
from ahp.process.roles import ROLES
from ahp.store import AccountInfo
from ahp.store.accounts import SHORTEST
from ahp.study.limits import LONGEST
from ahp.web import state


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


def show_own(account: AccountInfo) -> None:
    """Change one's own password."""
    _ = state.translate()
    with st.expander(_("Change my password"), icon=":material/key:"), st.form("own_password"):
        st.text_input(
            _("Current password"),
            type="password",
            max_chars=LONGEST["name"],
            autocomplete="current-password",
            key="current_password",
        )
        ask_password(_("New password"), "new_password")
        ask_password(_("New password, again"), "new_password_again")
        st.form_submit_button(
            _("Change my password"), on_click=change_own, args=(account,), key="change_own"
        )
        st.caption(_("Afterwards you sign in anew, here and wherever else you are signed in."))


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
    st.subheader(_("Make the first account") if first else _("Add an account"))
    with st.form("add_account"):
        st.text_input(_("Name"), max_chars=LONGEST["name"], autocomplete="off", key="account_name")
        ask_password(_("Password"), "account_password")
        roles = ("administrator", "organizer") if first else ("organizer",)
        choose_roles(roles, roles_key)
        st.form_submit_button(
            _("Add"), type="primary", on_click=add, args=(roles_key,), key="add_account_button"
        )


def show_list(accounts: list[AccountInfo]) -> None:
    """Every account, with the id that the log has."""
    _ = state.translate()
    words = role_words(_)
    st.table(
        [
            {
                _("Name"): state.plain(one.name),
                _("Roles"): " · ".join(words[role] for role in one.roles),
                _("Last sign-in (UTC)"): state.minute(one.last_sign_in or "–"),
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


def disable(account: AccountInfo) -> None:
    """Let nobody in with an account."""
    state.attempt(lambda: state.desk().disable_account(account.id))


def enable(account: AccountInfo) -> None:
    """Let people in again with an account."""
    state.attempt(lambda: state.desk().enable_account(account.id))


def show_changing(accounts: list[AccountInfo]) -> None:
    """Change roles and password of one account, or disable it."""
    _ = state.translate()
    st.subheader(_("Change an account"))
    named = {one.id: one for one in accounts}
    chosen = named[
        st.selectbox(
            _("Account"), list(named), format_func=lambda key: named[key].name, key="account"
        )
    ]
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


state.require_organizer()
_ = state.translate()
st.title(_("Accounts"))
state.show_problem()
own = state.grants().account
if own:
    show_own(own)
if state.may("accounts"):
    everybody = state.desk().accounts()
    if everybody:
        show_list(everybody)
        show_changing(everybody)
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
