"""The sentences of a report on a page: looked at, changed, left out, drafted again, signed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import streamlit as st

from ahp.process.events import draft_hash, outdated_sentences, report_texts_hash
from ahp.study.limits import LONGEST
from ahp.web import state


class Drafted(Protocol):
    """A sentence that was drafted from the numbers."""

    @property
    def key(self) -> str:
        """What it is about, unique in a report."""

    @property
    def text(self) -> str:
        """As drafted."""


@dataclass(frozen=True)
class ReportText:
    """The sentences of one report.

    Attributes:
        about: which report, for the keys of widgets.
        parts: title -> drafted sentences.
        written: key -> the text that a person wrote in place of a draft; empty = left out.
        signer, signed, time: who signed last, the hash of what they signed, and when; empty where
            nobody did.
        may_write: whether who is signed in may change sentences.
        unsigned: why nobody can sign now, for people; empty where who is signed in can.
        drafts: key -> `draft_hash` of the draft beside which what was written was last looked at.
        save: keeps what changes, None = the draft again, and the drafts beside it; a signature
            ends.
        sign: keeps who stands for the sentences, their hash, and the drafts beside what was
            written.
        by_code: key -> draft with codes for all experts, where it differs: whether a text is
            outdated doesn't depend on who is named.
    """

    about: str
    parts: Mapping[str, Sequence[Drafted]]
    written: Mapping[str, str]
    signer: str
    signed: str
    time: str
    may_write: bool
    unsigned: str
    drafts: Mapping[str, str]
    save: Callable[[Mapping[str, str | None], Mapping[str, str]], object]
    sign: Callable[[str, str, Mapping[str, str]], object]
    by_code: Mapping[str, str] = field(default_factory=dict)

    @property
    def drafted(self) -> dict[str, str]:
        """Key -> draft."""
        return {one.key: one.text for part in self.parts.values() for one in part}

    @property
    def edits(self) -> dict[str, str]:
        """What was written in place of the drafts that there are."""
        return {key: text for key, text in self.written.items() if key in self.drafted}

    @property
    def outdated(self) -> tuple[str, ...]:
        """Keys of what was written and whose draft has changed since somebody looked at it."""
        return outdated_sentences({**self.drafted, **self.by_code}, self.edits, self.drafts)

    def draft_hashes(self, keys: Iterable[str]) -> dict[str, str]:
        """Key -> `draft_hash` of the draft as it is now."""
        return {key: draft_hash(self.by_code.get(key, self.drafted[key])) for key in keys}

    @property
    def texts(self) -> str:
        """Hash of the sentences as they stand."""
        return report_texts_hash(self.drafted, self.edits)

    @property
    def in_force(self) -> str | None:
        """Who stands for the sentences as they are; None while they are drafts."""
        return self.signer if self.signer and self.signed == self.texts else None


def show_text(text: ReportText) -> None:
    """The sentences in fields, part by part, and who stands for them."""
    _ = state.translate()
    st.header(_("Analysis and advice in sentences"), anchor=False)
    st.write(
        _(
            "Drafted from the numbers. Change what should read otherwise; an empty field leaves a "
            "sentence out. What you write is kept at once. The report marks drafts until somebody "
            "signs."
        )
    )
    if count := len(text.outdated):
        st.warning(
            _("Your texts whose draft has changed since: {count}. Look at them again.").format(
                count=count
            )
        )
    for number, (title, part) in enumerate(text.parts.items()):
        look = any(one.key in text.outdated for one in part)
        with st.expander(f"{title} ({len(part)})", expanded=number == 0 or look):
            for sentence in part:
                _show_sentence(text, sentence)
    _show_signature(text)


def _show_sentence(text: ReportText, sentence: Drafted) -> None:
    _ = state.translate()
    edited = sentence.key in text.edits
    now = text.edits.get(sentence.key, sentence.text)
    # another text is another field: what somebody else wrote meanwhile is shown
    field = f"sentence-{sentence.key}-{text.about}-{state.mark(now)}"
    if edited:
        label = _("Your text") if now else _("Left out of the report")
    else:
        label = _("Signed sentence") if text.in_force else _("Draft")
    st.text_area(
        label,
        now,
        key=field,
        height="content",
        max_chars=LONGEST["sentence"],
        on_change=_keep,
        args=(text, sentence, field),
        disabled=not text.may_write,
    )
    if not edited:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if sentence.key in text.outdated:
            changed = _("The draft has changed since this was written: {draft}")
            if not now:
                changed = _("The draft has changed since this sentence was left out: {draft}")
            st.warning(state.plain(changed.format(draft=sentence.text)))
            st.button(
                _("Leave it as it is"),
                key=f"keep-{sentence.key}-{text.about}",
                icon=":material/check:",
                type="tertiary",
                on_click=_save,
                args=(text, {sentence.key: now}),
                disabled=not text.may_write,
            )
        else:
            st.caption(state.plain(_("Draft: {text}").format(text=sentence.text)))
        st.button(
            _("Take the draft again"),
            key=f"draft-{sentence.key}-{text.about}",
            icon=":material/undo:",
            type="tertiary",
            on_click=_save,
            args=(text, {sentence.key: None}),
            disabled=not text.may_write,
        )


def _save(text: ReportText, changes: Mapping[str, str | None]) -> None:
    kept = (key for key, now in changes.items() if now is not None)
    text.save(changes, text.draft_hashes(kept))


def _keep(text: ReportText, sentence: Drafted, field: str) -> None:
    """Keep a sentence as it stands in its field; as drafted, it is a draft again."""
    now = " ".join(st.session_state[field].split())
    _save(text, {sentence.key: None if now == sentence.text else now})


def _show_signature(text: ReportText) -> None:
    _ = state.translate()
    st.header(_("Signature"), anchor=False)
    if text.in_force:
        st.success(
            state.plain(
                _("{name} stands for these sentences, since {time} (UTC).").format(
                    name=text.signer, time=state.minute(text.time)
                )
            ),
            icon=":material/verified:",
        )
        st.button(
            _("Make drafts of them again"),
            on_click=_save,
            args=(text, {}),
            key=f"unsign-{text.about}",
            disabled=not text.may_write,
        )
        return
    if text.signer:
        st.warning(
            _("The sentences have changed since {name} signed; please read and sign again.").format(
                name=state.plain(text.signer)
            )
        )
    if text.unsigned:
        st.info(text.unsigned)
        return
    with st.form(f"signing-{text.about}", border=False):
        account, field = st.session_state["granted"].account, f"signer-{text.about}"
        st.text_input(
            _("Name of who signs"),
            account.name if account else "",
            max_chars=LONGEST["name"],
            key=field,
            disabled=account is not None,
        )
        st.form_submit_button(
            _("I have read these sentences and stand for them"),
            icon=":material/draw:",
            on_click=_sign,
            args=(text, field),
        )


def _sign(text: ReportText, field: str) -> None:
    _ = state.translate()
    account = st.session_state["granted"].account
    if name := (account.name if account else st.session_state[field]).strip():
        text.sign(name, text.texts, text.draft_hashes(text.edits))
    else:
        st.session_state["problem"] = _("Please write the name of who signs.")


def may_write() -> bool:
    """Whether who is signed in may change the sentences of a study's report."""
    return state.may("run_studies") or state.may("sign")


def no_signature(running: str) -> str:
    """Why who is signed in can't sign: `running`, where figures are not final, or their account."""
    _ = state.translate()
    if running or state.may("sign"):
        return running
    return _("Your account may not sign. The head may.")
